/* The code of reductions: a unit's loops around its accumulators, its result or partial result, and the joining of
 * parts. */
#include "gen/reduce.h"
#include <math.h>

typedef struct {
  const Reduce *r;
  NestCode k;
  Emit *e;
  Ir acc[MOST_RESULTS * MOST_ACCUMULATORS], group_mask[MOST_GROUP], part, parts;
  Ir units, scratch[MOST_RESULTS];
} ReduceCode;

/* ---- the loops ---- */

static Ir join_sum(Emit *e, Ir a, Ir b) {
  return fadd(e, a, b);
}

static Ir join(const ReduceCode *c, Ir a, Ir b) {
  return c->r->sum ? fadd(c->e, a, b) : fmax2(c->e, a, b);
}

static double identity(const ReduceCode *c) {
  return c->r->sum ? 0 : -INFINITY;
}

/* Of a result and a vector of the group: `unroll` many. */
static Ir *accumulators(ReduceCode *c, int result, int g) {
  return &c->acc[(result * c->r->group + g) * c->r->unroll];
}

static int accumulators_count(const ReduceCode *c) {
  return c->k.n->t.results * c->r->group * c->r->unroll;
}

/* One step of the innermost loop into accumulator `slot`. */
static void emit_step(ReduceCode *c, const Ir *offset, int slot, Ir load_mask, Ir value_mask) {
  Emit *e = c->e;
  const Nest *n = c->k.n;
  for (int g = 0; g < c->r->group; g++) {
    Ir here[MAX_VARS + 1];
    for (int v = 0; v < n->t.count; v++)
      here[v] = c->k.stride[v][n->dims - 1] ? iaddk(e, offset[v], (int64_t)g * n->lanes) : offset[v];
    formula_again(&c->k.f, LEVEL_VECTOR);
    nest_load(&c->k, e, LEVEL_VECTOR, here, c->r->partial ? c->group_mask[g] : load_mask);
    for (int r = 0; r < n->t.results; r++) {
      Ir value = formula_root(&c->k.f, r, FORM_VECTOR);
      if (value_mask)
        value = choose(e, value_mask, value, kv(e, identity(c)));
      Ir *acc = &accumulators(c, r, g)[slot];
      *acc = join(c, *acc, value);
    }
  }
}

static void step_offsets(ReduceCode *c, int dim, Ir index, const Ir *from, Ir *to) {
  for (int v = 0; v < c->k.n->t.count; v++) {
    Ir stride = c->k.stride[v][dim];
    to[v] = stride ? iadd(c->e, from[v], imul(c->e, index, stride)) : from[v];
  }
}

/* The innermost loop over a dim from .. to: unrolled, then the rest, then (along the vectors' own dim) a masked end. */
static void emit_innermost(ReduceCode *c, int dim, const Ir *offset, Ir from, Ir to, Ir mask) {
  Emit *e = c->e;
  const Nest *n = c->k.n;
  int along = dim == n->dims - 1, unroll = c->r->unroll, accs = accumulators_count(c);
  int channels = n->lane && n->spare && n->reduced[n->dims - 1] && dim == n->channel;
  Ir whole = along && n->tail ? imin(e, to, idiv(e, c->k.size[dim], k64(e, n->lanes))) : to, here[MAX_VARS + 1];
  Ir rest = from;
  Loop l;
  if (unroll > 1) {
    loop_begin(e, &l, from, iaddk(e, whole, 1 - unroll), unroll, c->acc, accs);
    for (int i = 0; i < unroll; i++) {
      Ir at_i = iaddk(e, l.iv, i);
      step_offsets(c, dim, along ? imulk(e, at_i, n->lanes) : at_i, offset, here);
      emit_step(c, here, i, NULL, channels ? nest_unit_mask(&c->k, e, at_i) : mask);
    }
    loop_end(e, &l);
    Ir steps = imax(e, isub(e, whole, from), k64(e, 0));
    rest = iadd(e, from, imulk(e, idiv(e, steps, k64(e, unroll)), unroll));
  }
  loop_begin(e, &l, rest, whole, 1, c->acc, accs);
  step_offsets(c, dim, along ? imulk(e, l.iv, n->lanes) : l.iv, offset, here);
  emit_step(c, here, 0, NULL, channels ? nest_unit_mask(&c->k, e, l.iv) : mask);
  loop_end(e, &l);
  if (along && n->tail) {
    loop_begin(e, &l, imax(e, whole, from), to, 1, c->acc, accs);
    Ir left = lane_mask(e, isub(e, c->k.size[dim], imulk(e, l.iv, n->lanes)));
    step_offsets(c, dim, imulk(e, l.iv, n->lanes), offset, here);
    emit_step(c, here, 0, left, left);
    loop_end(e, &l);
  }
}

/* Loop i of the reduced dims and those within. The outermost takes this part's range. */
static void emit_loops(ReduceCode *c, int i, const Ir *offset, Ir mask) {
  Emit *e = c->e;
  Nest *n = c->k.n;
  if (i == c->r->loops) {
    emit_step(c, offset, 0, NULL, mask);
    return;
  }
  int dim = c->r->loop[i];
  Ir size = c->k.size[dim], from = k64(e, 0), to = size;
  if (dim == n->dims - 1)
    to = idiv(e, iaddk(e, size, n->lanes - 1), k64(e, n->lanes));
  if (i == 0 && c->r->parts > 1) {
    Ir steps = to;
    from = idiv(e, imul(e, steps, c->part), c->parts);
    to = idiv(e, imul(e, steps, iaddk(e, c->part, 1)), c->parts);
  }
  if (i == c->r->loops - 1) {
    emit_innermost(c, dim, offset, from, to, mask);
    return;
  }
  Loop l;
  Ir here[MAX_VARS + 1];
  loop_begin(e, &l, from, to, 1, c->acc, accumulators_count(c));
  step_offsets(c, dim, l.iv, offset, here);
  if (n->lane && n->spare && dim == n->channel)
    mask = nest_unit_mask(&c->k, e, l.iv);
  emit_loops(c, i + 1, here, mask);
  loop_end(e, &l);
}

/* ---- units ---- */

/* A unit's kept indices; the group's first lane in *lane (kept plain rows), and its masks. */
static void split_unit(ReduceCode *c, Ir unit, Ir *index, Ir *lane) {
  Emit *e = c->e;
  Nest *n = c->k.n;
  uint8_t is_unit[NEST_DIMS] = {0};
  for (int d = 0; d < n->dims - (c->r->kept || n->lane); d++)
    is_unit[d] = !n->reduced[d];
  *lane = NULL;
  if (c->r->kept && !n->lane) {
    int64_t width = (int64_t)c->r->group * n->lanes;
    Ir size = c->k.size[n->dims - 1], groups = idiv(e, iaddk(e, size, width - 1), k64(e, width));
    *lane = imulk(e, irem(e, unit, groups), width);
    unit = idiv(e, unit, groups);
    for (int g = 0; g < c->r->group; g++)
      c->group_mask[g] = lane_mask(e, isub(e, size, iaddk(e, *lane, (int64_t)g * n->lanes)));
  }
  nest_split(&c->k, e, unit, is_unit, index);
}

static void store_scattered(ReduceCode *c, Ir value, Ir to, Ir stride, Ir count) {
  Emit *e = c->e;
  Ir lanes = stack_floats(e, c->k.n->lanes);
  store(e, value, lanes);
  Loop l;
  loop_begin(e, &l, k64(e, 0), count, 1, NULL, 0);
  store(e, load_f32(e, at(e, lanes, l.iv)), at(e, to, imul(e, l.iv, stride)));
  loop_end(e, &l);
}

static void store_result(ReduceCode *c, int result, Ir *index, Ir lane, const Ir *value) {
  Emit *e = c->e;
  Nest *n = c->k.n;
  Ir to = at(e, c->k.out[result], nest_offset(&c->k, e, NEST_OUT, index));
  if (!c->r->kept) {
    store(e, value[0], to);
    return;
  }
  if (!n->lane) {
    Ir stride = c->k.stride[NEST_OUT][n->dims - 1];
    for (int g = 0; g < c->r->group; g++) {
      Ir place = at(e, to, imul(e, iaddk(e, lane, (int64_t)g * n->lanes), stride));
      if (c->r->partial)
        store_masked(e, value[g], place, c->group_mask[g]);
      else
        store(e, value[g], place);
    }
    return;
  }
  Ir mask = n->spare ? nest_unit_mask(&c->k, e, index[n->channel]) : NULL;
  if (n->stride[NEST_OUT][n->dims - 1] != 1) {
    Ir last = n->spare ? ieq(e, index[n->channel], iaddk(e, c->k.size[n->channel], -1)) : NULL;
    Ir count = last ? choose(e, last, k64(e, n->spare), k64(e, n->lanes)) : k64(e, n->lanes);
    store_scattered(c, value[0], to, c->k.stride[NEST_OUT][n->dims - 1], count);
  } else if (mask && !c->r->padded) {
    store_masked(e, value[0], to, mask);
  } else {
    store(e, mask ? choose(e, mask, value[0], kv(e, 0)) : value[0], to);
  }
}

static Ir partial_at(ReduceCode *c, int result, Ir part, Ir unit) {
  Emit *e = c->e;
  return at(e, c->scratch[result], imulk(e, iadd(e, imul(e, part, c->units), unit), c->r->width));
}

static Ir joined_accumulators(ReduceCode *c, Ir *acc) {
  for (int half = c->r->unroll / 2; half; half /= 2)
    for (int i = 0; i < half; i++)
      acc[i] = join(c, acc[i], acc[i + half]);
  return c->r->kept ? acc[0] : horizontal(c->e, acc[0], c->r->sum ? join_sum : fmax2);
}

static void emit_unit(ReduceCode *c, Ir unit) {
  Emit *e = c->e;
  Nest *n = c->k.n;
  Ir index[NEST_DIMS], offset[MAX_VARS + 1], lane;
  split_unit(c, unit, index, &lane);
  for (int v = 0; v < n->t.count; v++) {
    offset[v] = nest_offset(&c->k, e, v, index);
    if (lane && c->k.stride[v][n->dims - 1])
      offset[v] = iadd(e, offset[v], imul(e, lane, c->k.stride[v][n->dims - 1]));
  }
  formula_again(&c->k.f, LEVEL_UNIT);
  nest_load(&c->k, e, LEVEL_UNIT, offset, NULL);
  formula_hoist(&c->k.f, LEVEL_UNIT);
  for (int i = 0; i < accumulators_count(c); i++)
    c->acc[i] = kv(e, identity(c));
  emit_loops(c, 0, offset, NULL);
  for (int r = 0; r < n->t.results; r++) {
    Ir value[MOST_GROUP];
    for (int g = 0; g < c->r->group; g++)
      value[g] = joined_accumulators(c, accumulators(c, r, g));
    if (c->r->parts == 1) {
      store_result(c, r, index, lane, value);
      continue;
    }
    Ir to = partial_at(c, r, c->part, unit);
    for (int g = 0; g < c->r->group; g++)
      store(e, value[g], atk(e, to, (int64_t)g * n->lanes));
  }
}

static void reduce_begin(ReduceCode *c, Emit *e, const Reduce *r, Nest *n) {
  *c = (ReduceCode){.r = r, .e = e};
  nest_begin(&c->k, e, n);
  c->parts = kernel_number(e, c->k.args);
  c->units = kernel_number(e, c->k.args + 1);
  for (int i = 0; i < n->t.results && r->parts > 1; i++)
    c->scratch[i] = kernel_pointer(e, c->k.args + 2 + i);
}

void build_reduce(Emit *e, void *user) {
  Reduce *r = user;
  ReduceCode c;
  reduce_begin(&c, e, r, &r->n);
  Ir from, to;
  Loop l;
  kernel_range(e, imul(e, c.units, c.parts), &from, &to);
  loop_begin(e, &l, from, to, 1, NULL, 0);
  c.part = r->parts > 1 ? irem(e, l.iv, c.parts) : k64(e, 0);
  emit_unit(&c, r->parts > 1 ? idiv(e, l.iv, c.parts) : l.iv);
  loop_end(e, &l);
}

/* Joins the parts of each unit. */
void build_join(Emit *e, void *user) {
  Reduce *r = user;
  ReduceCode c;
  reduce_begin(&c, e, r, &r->n);
  Ir from, to, value[MOST_RESULTS * MOST_GROUP], index[NEST_DIMS], lane;
  int results = c.k.n->t.results;
  Loop units, parts;
  kernel_range(e, c.units, &from, &to);
  loop_begin(e, &units, from, to, 1, NULL, 0);
  for (int i = 0; i < results * r->group; i++)
    value[i] = r->kept ? kv(e, identity(&c)) : kf(e, identity(&c));
  loop_begin(e, &parts, k64(e, 0), c.parts, 1, value, results * r->group);
  for (int i = 0; i < results * r->group; i++) {
    Ir p = partial_at(&c, i / r->group, parts.iv, units.iv);
    value[i] = join(&c, value[i], r->kept ? load_vec(e, atk(e, p, (int64_t)(i % r->group) * r->n.lanes)) : load_f32(e, p));
  }
  loop_end(e, &parts);
  split_unit(&c, units.iv, index, &lane);
  for (int i = 0; i < results; i++)
    store_result(&c, i, index, lane, value + i * r->group);
  loop_end(e, &units);
}
