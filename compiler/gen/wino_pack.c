/* wino_pack: filters, transformed.

   From [K, C, n, n] to [class][group of outputs][point][phase and input channel][nb vectors of outputs]. A block of
   outputs by a block of inputs is worked on together: its filters are turned in registers, so that lanes are outputs,
   into [input channel][filter element], and each phase is transformed from there. For the input's gradient outputs are
   C, inputs K, and the filter is read backwards. */
#include "gen/turn.h"
#include "gen/wino.h"

typedef struct {
  Ir weights, to;              /* all weights; where the pair goes: its first channel of phase 0, point 0 */
  Ir all_in, all_out, in, out; /* channels; the pair's first */
  Ir class;
  Ir step, point, phase; /* floats from channel to channel, from point to point, from phase to phase */
} Pair;

/* Rows of `count` floats (those that there are), `rows` of them, to `columns` vectors of lanes. */
static void turned(Emit *e, Ir from, Ir step, Ir rows, Ir count, Ir *columns) {
  Ir wide = lane_mask(e, count), none = LLVMConstNull(e->mask);
  for (int i = 0; i < e->lanes; i++)
    columns[i] = load_masked(e, at(e, from, imulk(e, step, i)), choose(e, ilt(e, k64(e, i), rows), wide, none));
  turn_square(e, columns, e->lanes);
}

/* Filters of a block of inputs lie one behind the other. */
static void load_rows(Emit *e, int elements, const Pair *p, Ir buffer) {
  Ir column[64], step = imulk(e, p->all_in, elements);
  Ir from = at(e, p->weights, iadd(e, imul(e, p->out, step), imulk(e, p->in, elements)));
  Ir count = imulk(e, isub(e, p->all_in, p->in), elements), rows = isub(e, p->all_out, p->out);
  Loop l;
  loop_begin(e, &l, k64(e, 0), k64(e, elements * e->lanes), e->lanes, NULL, 0);
  turned(e, at(e, from, l.iv), step, rows, isub(e, count, l.iv), column);
  for (int i = 0; i < e->lanes; i++)
    store(e, column[i], at(e, buffer, imulk(e, iaddk(e, l.iv, i), e->lanes)));
  loop_end(e, &l);
}

/* Filters of a block of outputs lie one behind the other, for each input. */
static void load_columns(Emit *e, int elements, const Pair *p, Ir buffer) {
  Ir column[64], rows = isub(e, p->all_out, p->out), zero = k64(e, 0);
  Loop l;
  loop_begin(e, &l, zero, k64(e, e->lanes), 1, NULL, 0);
  Ir i = iadd(e, p->in, l.iv), there = ilt(e, i, p->all_in);
  Ir from = at(e, p->weights, imulk(e, iadd(e, imul(e, choose(e, there, i, zero), p->all_out), p->out), elements));
  for (int first = 0; first < elements; first += e->lanes) {
    turned(e, atk(e, from, first), k64(e, elements), choose(e, there, rows, zero), k64(e, elements - first), column);
    for (int k = 0; k < e->lanes && first + k < elements; k++)
      store(e, column[k], at(e, buffer, imulk(e, iaddk(e, imulk(e, l.iv, elements), first + k), e->lanes)));
  }
  loop_end(e, &l);
}

static void pair_body(Emit *e, const Wino *w, const Pair *p) {
  int elements = w->side * w->side, n = w->taps + 3;
  Ir buffer = stack_floats(e, (int64_t)elements * e->lanes * e->lanes), zero = k64(e, 0);
  Loop phase, l;
  (w->transposed ? load_columns : load_rows)(e, elements, p, buffer);
  loop_begin(e, &phase, zero, k64(e, w->phases), 1, NULL, 0);
  Ir part = w->classes > 1 ? p->class : phase.iv;
  Ir row = wino_at(e, &w->filter[0], 0, part, zero), col = wino_at(e, &w->filter[1], 1, part, zero);
  Ir from = at(e, buffer, imulk(e, iadd(e, imulk(e, row, w->side), col), e->lanes));
  Ir to = at(e, p->to, imul(e, phase.iv, p->phase));
  loop_begin(e, &l, zero, k64(e, e->lanes), 1, NULL, 0);
  wino_transform(e, w->taps, WINO_FILTER,
                 (Square){at(e, from, imulk(e, l.iv, (int64_t)elements * e->lanes)),
                          k64(e, w->filter[0].step * w->side * e->lanes), k64(e, w->filter[1].step * e->lanes)},
                 (Square){at(e, to, imul(e, l.iv, p->step)), imulk(e, p->point, n), p->point});
  loop_end(e, &l);
  loop_end(e, &phase);
}

enum { PAIR_ARGS = sizeof(Pair) / sizeof(Ir) };

/* What is constant in it besides lanes: the filter's lines and how many phases and classes there are. */
static void pack_pair(Emit *e, const Wino *w, const Pair *given) {
  union {
    Pair named;
    Ir at[PAIR_ARGS];
  } in, out = {.named = *given};
  Outer o;
  Ir fn;
  const WinoLine *f = w->filter;
  const char *name = arena_printf(e->c->mem, "wino_pack_pair_%d_%d_%d%d%d_%d%d%d_%d%s", e->lanes, w->side, f[0].start,
                                  f[0].slope + 1, f[0].step + 2, f[1].start, f[1].slope + 1, f[1].step + 2, w->phases,
                                  w->transposed ? "t" : "");
  if (helper_begin(e, &o, name, "ppiiiiiiii", &fn)) {
    for (unsigned i = 0; i < PAIR_ARGS; i++)
      in.at[i] = LLVMGetParam(fn, i);
    pair_body(e, w, &in.named);
    helper_end(e, &o);
  }
  call(e, fn, out.at, PAIR_ARGS);
}

/* Blocks of inputs first .. last-1 for one vector of the group's outputs, of which there are nb. */
static void pack_vector(Emit *e, const Wino *w, Ir weights, Ir class, Ir group, Ir vector, Ir nb, Ir first, Ir last,
                        Ir to) {
  Pair p = {.weights = weights, .all_in = k64(e, w->in), .all_out = k64(e, w->out), .class = class};
  p.out = imulk(e, iadd(e, imulk(e, group, w->nb), vector), w->lanes);
  p.step = imulk(e, nb, w->lanes), p.point = wino_filter_point(e, w, nb);
  p.phase = imulk(e, p.step, (int64_t)w->in_blocks * w->lanes);
  Loop l;
  loop_begin(e, &l, first, last, 1, NULL, 0);
  p.in = imulk(e, l.iv, w->lanes);
  p.to = at(e, to, iadd(e, imul(e, p.in, p.step), imulk(e, vector, w->lanes)));
  pack_pair(e, w, &p);
  loop_end(e, &l);
}

Ir wino_filter_point(Emit *e, const Wino *w, Ir nb) {
  return imulk(e, LLVMBuildOr(e->builder, imulk(e, nb, (int64_t)w->depth * w->lanes), k64(e, 1), ""), w->lanes);
}

int64_t wino_group_filters(const Wino *w) {
  return (int64_t)w->points * (((int64_t)w->depth * w->lanes * w->nb) | 1) * w->lanes;
}

void wino_pack_group(Emit *e, const Wino *w, Ir weights, Ir class, Ir group, int nb, Ir to) {
  Loop vector;
  loop_begin(e, &vector, k64(e, 0), k64(e, nb), 1, NULL, 0);
  pack_vector(e, w, weights, class, group, vector.iv, k64(e, nb), k64(e, 0), k64(e, w->in_blocks), to);
  loop_end(e, &vector);
}

static void build_pack(Emit *e, void *user) {
  const Wino *w = user;
  Ir weights = kernel_pointer(e, 0), filters = kernel_pointer(e, 1), from, to;
  Loop unit;
  kernel_range(e, kernel_number(e, 2), &from, &to);
  loop_begin(e, &unit, from, to, 1, NULL, 0);
  Ir each = k64(e, (int64_t)w->out_blocks * w->in_blocks), class = idiv(e, unit.iv, each), pair = irem(e, unit.iv, each);
  Ir out = idiv(e, pair, k64(e, w->in_blocks)), in = irem(e, pair, k64(e, w->in_blocks));
  Ir group = idiv(e, out, k64(e, w->nb)), last = ieq(e, group, k64(e, w->groups - 1));
  Ir place = imulk(e, iadd(e, imulk(e, class, w->groups), group), wino_group_filters(w));
  pack_vector(e, w, weights, class, group, irem(e, out, k64(e, w->nb)), choose(e, last, k64(e, w->tail), k64(e, w->nb)),
              in, iaddk(e, in, 1), at(e, filters, place));
  loop_end(e, &unit);
}

void wino_pack(Gen *g, const Wino *w, Ir weights, Ir filters, Ir wanted) {
  Emit *e = &g->e;
  Wino copy = *w;
  const char *signature = arena_printf(g->c->mem, "%d side %d in %d out %d nb %d by %d %d", w->transposed, w->side, w->in,
                                       w->out, w->nb, w->filter[0].start, w->filter[1].start);
  Ir kernel = gen_kernel(g, "wino_pack", signature, w->lanes, build_pack, &copy);
  int64_t pairs = (int64_t)w->classes * w->out_blocks * w->in_blocks;
  Ir units = choose(e, wanted, k64(e, pairs), k64(e, 0)), args[] = {weights, filters, entry_number(g, units)};
  entry_launch(g, kernel, args, 3, entry_chunks(g, units, 200 * w->lanes));
}
