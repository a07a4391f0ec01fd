/* argmax: the index of the largest along an axis, the first of equals; a NaN never wins.

   One loop for each result. In blocks, channel c lies at (c / V) * H*W*V + c % V; other axes have strides. */
#include "base/bug.h"
#include "gen/emit.h"

typedef struct {
  Type type;
  int axis;
} Argmax;

/* Floats from the sample's start to index i along a logical axis. */
static Ir along(Emit *e, const Type *t, int axis, Ir i) {
  int64_t size[MAX_RANK + 1], stride = 1;
  int axes = type_phys(t, size);
  for (int d = axes - 1; d > axis; d--)
    stride *= size[d];
  if (!t->lanes || axis)
    return imulk(e, i, stride);
  Ir lanes = k64(e, t->lanes);
  return iadd(e, imulk(e, idiv(e, i, lanes), stride), irem(e, i, lanes));
}

static void build_argmax(Emit *e, void *user) {
  const Argmax *t = user;
  int64_t results = type_size(&t->type) / t->type.dim[t->axis], size[MAX_RANK + 1], per_sample = 1;
  for (int d = type_phys(&t->type, size) - 1; d >= 0; d--)
    per_sample *= size[d];
  Ir x = kernel_pointer(e, 0), out = kernel_pointer(e, 1), from, to;
  kernel_range(e, kernel_number(e, 2), &from, &to);
  Loop l, m;
  loop_begin(e, &l, from, to, 1, NULL, 0);
  Ir left = irem(e, l.iv, k64(e, results)), p = at(e, x, imulk(e, idiv(e, l.iv, k64(e, results)), per_sample));
  for (int d = t->type.rank - 1; d >= 0; d--) {
    if (d == t->axis)
      continue;
    Ir dim = k64(e, t->type.dim[d]);
    p = at(e, p, along(e, &t->type, d, irem(e, left, dim)));
    left = idiv(e, left, dim);
  }
  Ir best[] = {load_f32(e, p), k64(e, 0)};
  loop_begin(e, &m, k64(e, 1), k64(e, t->type.dim[t->axis]), 1, best, 2);
  Ir v = load_f32(e, at(e, p, along(e, &t->type, t->axis, m.iv))), more = fcmp(e, LLVMRealOGT, v, best[0]);
  best[0] = choose(e, more, v, best[0]);
  best[1] = choose(e, more, m.iv, best[1]);
  loop_end(e, &m);
  store(e, LLVMBuildTrunc(e->builder, best[1], e->i32, ""), at(e, out, l.iv));
  loop_end(e, &l);
}

void lower_argmax(Gen *g, const Plan *p, int step) {
  Val v = p->steps.at[step].val;
  const Node *node = graph_node(p->g, v);
  BUG_IF(node->formula || node->nin != 1);
  Argmax t = {.type = *graph_type(p->g, graph_in(p->g, v, 0)), .axis = graph_int(p->g, v, "axis")};
  BUG_IF(t.type.elem != F32);
  Text signature = {.mem = g->c->mem};
  type_text(&t.type, &signature);
  text_add(&signature, " axis %d", t.axis);
  Ir kernel = gen_kernel(g, "argmax", text_str(&signature), 0, build_argmax, &t);
  int64_t results = type_size(&t.type) / t.type.dim[t.axis];
  Ir count = imulk(&g->e, t.type.batched ? entry_batch(g) : k64(&g->e, 1), results);
  Ir args[] = {entry_value(g, graph_in(p->g, v, 0)), entry_out(g), entry_number(g, count)};
  entry_launch(g, kernel, args, 3, entry_chunks(g, count, 4 * t.type.dim[t.axis]));
}
