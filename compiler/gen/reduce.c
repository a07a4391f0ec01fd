/* reduce: sums and maxima of a formula, within a sample or over the batch.

   A unit is one index of all kept dims, one result number or (kept innermost) a vector or a few side by side. Its
   reduced dims are loops around several accumulators, so that additions need not wait for each other. Where units are
   few and long, each is split into parts along its outermost reduced dim; their partial results lie in scratch,
   [part][unit], and a second kernel joins them. The number of parts depends on the shape alone and everything is joined
   in a fixed order: same bits for any number of threads.

   Three ways: the innermost dim reduced (vectors run along it, joined across lanes at the end), kept (vectors of
   results), or the lanes of a blocked domain reduced with its channels (lanes without a channel are masked). */
#include "gen/reduce.h"
#include "base/bug.h"

enum { MOST_PARTS = 32, PART_SIZE = 4096, GUESSED_BATCH = 8, WIDEST_GROUP = 64 };

/* ---- which way ---- */

static Type reduce_domain(const Graph *g, Val v) {
  const Node *n = graph_node(g, v);
  TypeId in[MAX_VARS];
  int bad;
  BUG_IF(n->nin > MAX_VARS);
  for (int i = 0; i < (int)n->nin; i++)
    in[i] = graph_node(g, graph_in(g, v, i))->type;
  TypeId id = n->formula ? type_broadcast(g->c, in, (int)n->nin, &bad) : in[0];
  BUG_IF(!id);
  Type t = *type_get(g->c, id);
  if (n->op == OP_batch_sum || n->op == OP_batch_max)
    t.batched = 1;
  return t;
}

static int is_reduced_axis(const Graph *g, Val v, int axis) {
  for (int i = 0; i < (int)graph_attr(g, v, "axes")->count; i++)
    if (graph_list(g, v, "axes", i) == axis)
      return 1;
  return 0;
}

/* Strides of the result along the domain's physical axes, 0 along what is reduced. */
static void result_strides(const Graph *g, Val v, const Type *domain, NestSpec *spec, int64_t *stride) {
  Type like = *domain, out = *graph_type(g, v);
  for (int i = 0; i < domain->rank; i++)
    if (is_reduced_axis(g, v, i)) {
      like.dim[i] = 1;
      spec->reduced[i] = 1;
    }
  if (!domain->lanes) {
    nest_strides(&like, stride, &spec->out_sample);
    return;
  }
  spec->reduced[3] = spec->reduced[0];
  if (out.lanes) {
    nest_strides(&like, stride, &spec->out_sample);
  } else {
    like.lanes = 0;
    int64_t plain[MAX_RANK + 1];
    nest_strides(&like, plain, &spec->out_sample);
    stride[0] = plain[0] * domain->lanes, stride[1] = plain[1], stride[2] = plain[2], stride[3] = plain[0];
  }
}

static int parts_of(const Type *domain, const Type *out, int over_batch) {
  int64_t results = type_size(out), total = type_size(domain) * (over_batch ? GUESSED_BATCH : 1);
  int64_t per_unit = total / (results > 0 ? results : 1);
  int64_t units = (results + 7) / 8, want = (MOST_PARTS + units - 1) / units, most = total / (PART_SIZE * units);
  if (per_unit < 64)
    return 1;
  want = want < most ? want : most;
  return want < 1 ? 1 : (int)want;
}

static Reduce reduce_of(const Graph *g, Val v, const Joint *of, int lanes) {
  const Node *node = graph_node(g, v);
  const Type domain = reduce_domain(g, v), out = *graph_type(g, v);
  int over_batch = node->op == OP_batch_sum || node->op == OP_batch_max;
  int64_t stride[MAX_RANK + 1] = {0};
  NestSpec spec = {.domain = &domain,
                   .of = of,
                   .lanes = lanes,
                   .mask = 1,
                   .out = stride,
                   .reduce_samples = over_batch};
  result_strides(g, v, &domain, &spec, stride);
  Reduce r = {.n = nest_make(g, &spec), .sum = node->op == OP_reduce_sum || node->op == OP_batch_sum};
  Nest *n = &r.n;
  int last = n->dims - 1, cost = terms_cost(&n->t, g->c);
  r.kept = !n->reduced[last];
  r.padded = out.lanes != 0;
  r.parts = parts_of(&domain, &out, over_batch);
  for (int d = 0; d < n->dims; d++)
    if (n->reduced[d] && !(n->lane && d == last))
      r.loop[r.loops++] = d;
  r.group = 1, r.unroll = cost <= 6 ? 4 : cost <= 16 ? 2 : 1;
  if (r.kept && !n->lane && !(last == 0 && n->sampled) && cost <= 16) {
    while (r.group < MOST_GROUP && 2 * r.group * n->lanes <= n->size[last])
      r.group *= 2;
    r.unroll = r.group > 1 ? 1 : r.unroll;
  }
  if (!r.loops)
    r.parts = r.unroll = 1;
  r.partial = r.kept && !n->lane && n->size[last] % (r.group * n->lanes) != 0;
  r.width = r.kept ? r.group * n->lanes : 1;
  uint8_t inner[NEST_DIMS] = {0};
  for (int i = 0; i < r.loops; i++)
    inner[r.loop[i]] = 1;
  if (r.kept && !n->lane)
    inner[last] = 1;
  nest_levels(n, inner);
  return r;
}

Scratch reduce_scratch(const Graph *g, Val v) {
  if (graph_node(g, v)->op == OP_argmax)
    return (Scratch){0};
  Joint one = joint_one(g, v);
  Reduce r = reduce_of(g, v, &one, 8);
  int64_t floats = r.parts;
  for (int d = 0; d < r.n.dims; d++)
    if (!r.n.reduced[d])
      floats *=
          d == r.n.dims - 1 && !r.n.lane ? (r.n.size[d] + WIDEST_GROUP - 1) / WIDEST_GROUP * WIDEST_GROUP : r.n.size[d];
  int64_t bytes = r.parts > 1 ? 4 * floats : 0;
  return r.n.sampled && !r.n.reduced[0] ? (Scratch){.per_sample = bytes} : (Scratch){.fixed = bytes};
}

/* ---- launches ---- */

static Ir sizes_product(Gen *g, const Reduce *r, int want_reduced) {
  Emit *e = &g->e;
  const Nest *n = &r->n;
  Ir count = k64(e, 1);
  for (int d = 0; d < n->dims; d++) {
    if (n->reduced[d] != want_reduced || (n->lane && d == n->dims - 1))
      continue;
    Ir size = d == 0 && n->sampled ? imulk(e, entry_batch(g), n->size[d]) : k64(e, n->size[d]);
    int64_t step = d < n->dims - 1 ? 1 : want_reduced ? n->lanes : r->width;
    count = imul(e, count, idiv(e, iaddk(e, size, step - 1), k64(e, step)));
  }
  return count;
}

static void launch(Gen *g, Reduce *r, const char *stem, BuildKernel *build, Ir units, Ir items, Ir work) {
  Emit *e = &g->e;
  Text signature = {.mem = g->c->mem};
  nest_signature(&r->n, g->c, &signature);
  text_add(&signature, " sum %d parts %d group %d unroll %d partial %d padded %d", r->sum, r->parts > 1, r->group,
           r->unroll, r->partial, r->padded);
  Ir kernel = gen_kernel(g, stem, text_str(&signature), r->n.lanes, build, r), args[MAX_ARGS];
  int count = nest_args(g, &r->n, entry_out(g), args);
  args[count++] = entry_number(g, k64(e, r->parts));
  args[count++] = entry_number(g, units);
  for (int i = 0; i < r->n.t.results && r->parts > 1; i++)
    args[count++] = entry_joint_scratch(g, i);
  entry_launch(g, kernel, args, count, entry_chunks_of(g, items, work));
}

void lower_reduce(Gen *g, const Plan *p, int step) {
  Val v = p->steps.at[step].val;
  if (graph_node(p->g, v)->op == OP_argmax) {
    lower_argmax(g, p, step);
    return;
  }
  Emit *e = &g->e;
  Joint j = joint_of(p, step);
  Reduce r = reduce_of(p->g, v, &j, g->target_lanes);
  Ir units = sizes_product(g, &r, 0), items = imulk(e, units, r.parts);
  int cost = 2 + r.n.t.count + 2 * terms_cost(&r.n.t, g->c);
  Ir work = imulk(e, imul(e, units, sizes_product(g, &r, 1)), (int64_t)cost * r.group);
  const char *name = name_text(g->c->names, op_row(g->c, graph_node(p->g, v)->op)->name);
  launch(g, &r, name, build_reduce, units, items, work);
  if (r.parts == 1)
    return;
  const char *symbol = g->steps.at[g->steps.count - 1].symbol;
  r.n.t.count = 0;
  r.n.t.formula = r.n.t.also[0] = r.n.t.also[1] = r.n.t.also[2] = scalar_const(g->c, 0);
  launch(g, &r, arena_printf(g->c->mem, "%s_join", name), build_join, units, units, imulk(e, items, 2 * r.group * r.n.t.results));
  g->steps.at[g->steps.count - 1].symbol = symbol; /* the step is known by what takes its time */
}
