/* gather: elements and rows by index. An index outside picks 0 and is added nowhere. All values lie in rows.

   Each kernel knows the strides from sample to sample of its operands (0: shared) and the three sizes around the
   indexed axis: outer, the axis, inner. */
#include "base/bug.h"
#include "gen/emit.h"

typedef struct {
  int64_t outer, axis, inner;
  int64_t sample[2]; /* of the operands */
  int elem;          /* of the index */
  int x_elem;
} Gather;

static Ir load_index(Emit *e, const Gather *t, Ir p) {
  return t->elem == I32 ? load_i32(e, p) : LLVMBuildFPToSI(e->builder, load_f32(e, p), e->i32, "");
}

static Ir is_inside(Emit *e, Ir index, int64_t size) {
  return LLVMBuildICmp(e->builder, LLVMIntULT, index, k32(e, (int32_t)size), "");
}

/* A loop over vectors of a run of `count` floats, the last one masked: body(user, first, mask or NULL). */
typedef void RunBody(Emit *e, void *user, Ir first, Ir mask);
static void emit_run(Emit *e, int64_t count, RunBody *body, void *user) {
  int64_t whole = count / e->lanes * e->lanes;
  if (whole) {
    Loop l;
    loop_begin(e, &l, k64(e, 0), k64(e, whole), e->lanes, NULL, 0);
    body(e, user, l.iv, NULL);
    loop_end(e, &l);
  }
  if (whole < count)
    body(e, user, k64(e, whole), lane_mask(e, k64(e, count - whole)));
}

static void store_run(Emit *e, Ir v, Ir p, Ir mask) {
  if (mask)
    store_masked(e, v, p, mask);
  else
    store(e, v, p);
}

/* ---- pick: out[o, i] = x[o, index[o, i], i] ---- */

static void build_pick(Emit *e, void *user) {
  const Gather *t = user;
  Ir x = kernel_pointer(e, 0), index = kernel_pointer(e, 1), out = kernel_pointer(e, 2), from, to;
  kernel_range(e, kernel_number(e, 3), &from, &to);
  Loop rows, l;
  loop_begin(e, &rows, from, to, 1, NULL, 0);
  Ir n = idiv(e, rows.iv, k64(e, t->outer)), o = irem(e, rows.iv, k64(e, t->outer));
  Ir x_row = at(e, x, iadd(e, imulk(e, n, t->sample[0]), imulk(e, o, t->axis * t->inner)));
  Ir index_row = at(e, index, iadd(e, imulk(e, n, t->sample[1]), imulk(e, o, t->inner)));
  loop_begin(e, &l, k64(e, 0), k64(e, t->inner), 1, NULL, 0);
  Ir i = load_index(e, t, at(e, index_row, l.iv)), inside = is_inside(e, i, t->axis);
  Ir safe = LLVMBuildZExt(e->builder, choose(e, inside, i, k32(e, 0)), e->i64, "");
  Ir p = at(e, x_row, iadd(e, imulk(e, safe, t->inner), l.iv));
  Ir v = t->x_elem == I32 ? LLVMBuildSIToFP(e->builder, load_i32(e, p), e->f32, "") : load_f32(e, p);
  store(e, choose(e, inside, v, kf(e, 0)), at(e, out, iadd(e, imulk(e, rows.iv, t->inner), l.iv)));
  loop_end(e, &l);
  loop_end(e, &rows);
}

/* ---- one_hot: out[o, l, i] = index[o, i] == l ---- */

typedef struct {
  const Gather *t;
  Ir out, index, level; /* level: the l of a row, NULL when lanes run along l */
} OneHot;

static void one_hot_vector(Emit *e, void *user, Ir first, Ir mask) {
  OneHot *h = user;
  Ir is, want;
  if (h->level) {
    Ir p = at(e, h->index, first), v = mask ? load_masked(e, p, mask) : load_vec(e, p);
    is = h->t->elem == I32 ? bits_of(e, v) : LLVMBuildFPToSI(e->builder, v, e->veci, "");
    want = splat(e, LLVMBuildTrunc(e->builder, h->level, e->i32, ""));
  } else {
    Ir lane[64];
    for (int i = 0; i < e->lanes; i++)
      lane[i] = k32(e, i);
    want = splat(e, load_index(e, h->t, h->index));
    is = LLVMBuildAdd(e->builder, LLVMConstVector(lane, (unsigned)e->lanes),
                      splat(e, LLVMBuildTrunc(e->builder, first, e->i32, "")), "");
  }
  Ir same = LLVMBuildICmp(e->builder, LLVMIntEQ, is, want, "");
  store_run(e, choose(e, same, kv(e, 1), kv(e, 0)), at(e, h->out, first), mask);
}

static void build_one_hot(Emit *e, void *user) {
  const Gather *t = user;
  Ir index = kernel_pointer(e, 0), out = kernel_pointer(e, 1), from, to;
  kernel_range(e, kernel_number(e, 2), &from, &to);
  Loop rows;
  loop_begin(e, &rows, from, to, 1, NULL, 0);
  OneHot h = {.t = t, .index = at(e, index, imulk(e, rows.iv, t->inner))};
  if (t->inner == 1) {
    h.out = at(e, out, imulk(e, rows.iv, t->axis));
    emit_run(e, t->axis, one_hot_vector, &h);
  } else {
    Loop l;
    loop_begin(e, &l, k64(e, 0), k64(e, t->axis), 1, NULL, 0);
    h.level = l.iv;
    h.out = at(e, out, iadd(e, imulk(e, rows.iv, t->axis * t->inner), imulk(e, l.iv, t->inner)));
    emit_run(e, t->inner, one_hot_vector, &h);
    loop_end(e, &l);
  }
  loop_end(e, &rows);
}

/* ---- take, gather: out[o] = table[index[o]]; take_over, scatter: their transposes ---- */

typedef struct {
  Ir from, to, keep;
  int add;
} Row;

static void move_vector(Emit *e, void *user, Ir first, Ir mask) {
  Row *r = user;
  Ir v = kv(e, 0), to = at(e, r->to, first);
  if (r->from) {
    Ir p = at(e, r->from, first);
    v = mask ? load_masked(e, p, mask) : load_vec(e, p);
  }
  if (r->keep)
    v = choose(e, r->keep, v, kv(e, 0));
  if (r->add)
    v = fadd(e, mask ? load_masked(e, to, mask) : load_vec(e, to), v);
  store_run(e, v, to, mask);
}

static void build_take(Emit *e, void *user) {
  const Gather *t = user;
  Ir table = kernel_pointer(e, 0), index = kernel_pointer(e, 1), out = kernel_pointer(e, 2), from, to;
  kernel_range(e, kernel_number(e, 3), &from, &to);
  Loop rows;
  loop_begin(e, &rows, from, to, 1, NULL, 0);
  Ir n = idiv(e, rows.iv, k64(e, t->outer)), o = irem(e, rows.iv, k64(e, t->outer));
  Ir i = load_index(e, t, at(e, index, iadd(e, imulk(e, n, t->sample[1]), o)));
  Ir inside = is_inside(e, i, t->axis);
  Ir safe = LLVMBuildZExt(e->builder, choose(e, inside, i, k32(e, 0)), e->i64, "");
  Row r = {.from = at(e, table, iadd(e, imulk(e, n, t->sample[0]), imulk(e, safe, t->inner))),
           .to = at(e, out, imulk(e, rows.iv, t->inner)),
           .keep = inside};
  emit_run(e, t->inner, move_vector, &r);
  loop_end(e, &rows);
}

/* A chunk owns a range of the table's rows and goes through all indices in order. */
static void build_take_over(Emit *e, void *user) {
  const Gather *t = user;
  Ir index = kernel_pointer(e, 0), dy = kernel_pointer(e, 1), out = kernel_pointer(e, 2), samples = kernel_number(e, 3),
     from, to;
  kernel_range(e, k64(e, t->axis), &from, &to);
  Loop l, o;
  Branch b;
  loop_begin(e, &l, from, to, 1, NULL, 0);
  Row zero = {.to = at(e, out, imulk(e, l.iv, t->inner))};
  emit_run(e, t->inner, move_vector, &zero);
  loop_end(e, &l);
  loop_begin(e, &l, k64(e, 0), samples, 1, NULL, 0);
  loop_begin(e, &o, k64(e, 0), k64(e, t->outer), 1, NULL, 0);
  Ir i = load_index(e, t, at(e, index, iadd(e, imulk(e, l.iv, t->sample[0]), o.iv)));
  Ir row = LLVMBuildSExt(e->builder, i, e->i64, "");
  Ir mine = LLVMBuildICmp(e->builder, LLVMIntULT, isub(e, row, from), isub(e, to, from), "");
  branch_begin(e, &b, mine);
  Row r = {.from = at(e, dy, iadd(e, imulk(e, l.iv, t->sample[1]), imulk(e, o.iv, t->inner))),
           .to = at(e, out, imulk(e, row, t->inner)),
           .add = 1};
  emit_run(e, t->inner, move_vector, &r);
  branch_end(e, &b);
  loop_end(e, &o);
  loop_end(e, &l);
}

/* scatter: of each sample its own; a unit is a sample. */
static void build_scatter(Emit *e, void *user) {
  const Gather *t = user;
  Ir index = kernel_pointer(e, 0), x = kernel_pointer(e, 1), out = kernel_pointer(e, 2), from, to;
  kernel_range(e, kernel_number(e, 3), &from, &to);
  Loop l, o;
  Branch b;
  loop_begin(e, &l, from, to, 1, NULL, 0);
  Ir rows = at(e, out, imulk(e, l.iv, t->axis * t->inner));
  Row zero = {.to = rows};
  emit_run(e, t->axis * t->inner, move_vector, &zero);
  loop_begin(e, &o, k64(e, 0), k64(e, t->outer), 1, NULL, 0);
  Ir i = load_index(e, t, at(e, index, iadd(e, imulk(e, l.iv, t->sample[0]), o.iv)));
  branch_begin(e, &b, is_inside(e, i, t->axis));
  Row r = {.from = at(e, x, iadd(e, imulk(e, l.iv, t->sample[1]), imulk(e, o.iv, t->inner))),
           .to = at(e, rows, imulk(e, LLVMBuildSExt(e->builder, i, e->i64, ""), t->inner)),
           .add = 1};
  emit_run(e, t->inner, move_vector, &r);
  branch_end(e, &b);
  loop_end(e, &o);
  loop_end(e, &l);
}

/* ---- launches ---- */

static int64_t sample_stride(const Graph *g, Val v) {
  const Type *t = graph_type(g, v);
  BUG_IF(t->lanes);
  return t->batched ? type_size(t) : 0;
}

static void around_axis(Gather *t, const Type *type, int axis) {
  t->outer = t->inner = 1, t->axis = type->dim[axis];
  for (int i = 0; i < type->rank; i++)
    if (i != axis)
      *(i < axis ? &t->outer : &t->inner) *= type->dim[i];
}

static Ir kernel_of(Gen *g, const char *stem, BuildKernel *build, Gather *t) {
  const char *signature =
      arena_printf(g->c->mem, "%lld %lld %lld, %lld %lld, %d %d", (long long)t->outer, (long long)t->axis,
                   (long long)t->inner, (long long)t->sample[0], (long long)t->sample[1], t->elem, t->x_elem);
  return gen_kernel(g, stem, signature, 0, build, t);
}

static Ir samples_of(Gen *g, int batched) {
  return batched ? entry_batch(g) : k64(&g->e, 1);
}

void lower_gather(Gen *g, const Plan *p, int step) {
  const Graph *graph = p->g;
  Emit *e = &g->e;
  Val v = p->steps.at[step].val, a = graph_in(graph, v, 0),
      b = graph_node(graph, v)->nin > 1 ? graph_in(graph, v, 1) : 0;
  const Type type = *graph_type(graph, v), at_type = *graph_type(graph, a), bt = b ? *graph_type(graph, b) : type;
  Gather t = {.sample = {sample_stride(graph, a), b ? sample_stride(graph, b) : 0}, .x_elem = at_type.elem};
  Ir samples = samples_of(g, type.batched), rows;
  switch ((OpId)graph_node(graph, v)->op) {
  case OP_pick:
    around_axis(&t, &at_type, graph_int(graph, v, "axis"));
    t.elem = bt.elem;
    rows = imulk(e, samples, t.outer);
    entry_launch(g, kernel_of(g, "pick", build_pick, &t),
                 (Ir[]){entry_value(g, a), entry_value(g, b), entry_out(g), entry_number(g, rows)}, 4,
                 entry_chunks(g, rows, 4 * t.inner));
    return;
  case OP_one_hot:
    around_axis(&t, &type, graph_int(graph, v, "axis"));
    t.elem = at_type.elem;
    rows = imulk(e, samples, t.outer);
    entry_launch(g, kernel_of(g, "one_hot", build_one_hot, &t),
                 (Ir[]){entry_value(g, a), entry_out(g), entry_number(g, rows)}, 3,
                 entry_chunks(g, rows, 1 + t.axis * t.inner / 2));
    return;
  case OP_take:
  case OP_gather:
    t.outer = type_size(&bt), t.axis = at_type.dim[0], t.inner = type_size(&at_type) / t.axis, t.elem = bt.elem;
    rows = imulk(e, samples, t.outer);
    entry_launch(g, kernel_of(g, "take", build_take, &t),
                 (Ir[]){entry_value(g, a), entry_value(g, b), entry_out(g), entry_number(g, rows)}, 4,
                 entry_chunks(g, rows, 4 + t.inner / 2));
    return;
  case OP_take_over:
    t.outer = type_size(&at_type), t.axis = type.dim[0], t.inner = type_size(&type) / t.axis, t.elem = at_type.elem;
    samples = samples_of(g, at_type.batched || bt.batched);
    entry_launch(g, kernel_of(g, "take_over", build_take_over, &t),
                 (Ir[]){entry_value(g, a), entry_value(g, b), entry_out(g), entry_number(g, samples)}, 4,
                 entry_chunks_of(g, k64(e, t.axis), imulk(e, samples, t.outer * (4 + t.inner / 2))));
    return;
  case OP_scatter:
    t.outer = type_size(&at_type), t.axis = type.dim[0], t.inner = type_size(&type) / t.axis, t.elem = at_type.elem;
    entry_launch(g, kernel_of(g, "scatter", build_scatter, &t),
                 (Ir[]){entry_value(g, a), entry_value(g, b), entry_out(g), entry_number(g, samples)}, 4,
                 entry_chunks(g, samples, t.outer * (4 + t.inner / 2) + t.axis * t.inner / 4));
    return;
  default:
    BUG("%s gathers nothing", name_text(g->c->names, op_row(g->c, graph_node(graph, v)->op)->name));
  }
}
