/* wino_pack: filters, transformed.

   From [K, C, 3, 3] to [group of outputs][point][input channel][nb vectors of outputs]. A block of outputs by a block of
   inputs is worked on together: its filters are turned in registers, so that lanes are outputs, into [input
   channel][filter element] and transformed from there. For the input's gradient outputs are C, inputs K, and the filter
   is read backwards. */
#include "gen/turn.h"
#include "gen/wino.h"

enum { ELEMENTS = 9 };

typedef struct {
  Ir weights, to;  /* all weights; where the pair goes: its first channel, point 0 */
  Ir all_in, all_out, in, out; /* channels; the pair's first */
  Ir step, point;  /* floats from channel to channel and from point to point */
} Pair;

/* Rows of `count` floats (those that there are), `rows` of them, to `columns` vectors of lanes. */
static void turned(Emit *e, Ir from, Ir step, Ir rows, Ir count, Ir *columns) {
  Ir wide = lane_mask(e, count), none = LLVMConstNull(e->mask);
  for (int i = 0; i < e->lanes; i++)
    columns[i] = load_masked(e, at(e, from, imulk(e, step, i)), choose(e, ilt(e, k64(e, i), rows), wide, none));
  turn_square(e, columns, e->lanes);
}

/* Filters of a block of inputs lie one behind the other. */
static void load_rows(Emit *e, const Pair *p, Ir buffer) {
  Ir column[64], step = imulk(e, p->all_in, ELEMENTS);
  Ir from = at(e, p->weights, iadd(e, imul(e, p->out, step), imulk(e, p->in, ELEMENTS)));
  Ir count = imulk(e, isub(e, p->all_in, p->in), ELEMENTS), rows = isub(e, p->all_out, p->out);
  Loop l;
  loop_begin(e, &l, k64(e, 0), k64(e, ELEMENTS * e->lanes), e->lanes, NULL, 0);
  turned(e, at(e, from, l.iv), step, rows, isub(e, count, l.iv), column);
  for (int i = 0; i < e->lanes; i++)
    store(e, column[i], at(e, buffer, imulk(e, iaddk(e, l.iv, i), e->lanes)));
  loop_end(e, &l);
}

/* Filters of a block of outputs lie one behind the other, for each input. */
static void load_columns(Emit *e, const Pair *p, Ir buffer) {
  Ir column[64], rows = isub(e, p->all_out, p->out), zero = k64(e, 0);
  Loop l;
  loop_begin(e, &l, zero, k64(e, e->lanes), 1, NULL, 0);
  Ir i = iadd(e, p->in, l.iv), there = ilt(e, i, p->all_in);
  Ir from = at(e, p->weights, imulk(e, iadd(e, imul(e, choose(e, there, i, zero), p->all_out), p->out), ELEMENTS));
  for (int first = 0; first < ELEMENTS; first += e->lanes) {
    turned(e, atk(e, from, first), k64(e, ELEMENTS), choose(e, there, rows, zero), k64(e, ELEMENTS - first), column);
    for (int k = 0; k < e->lanes && first + k < ELEMENTS; k++) {
      Ir place = iaddk(e, imulk(e, l.iv, ELEMENTS), ELEMENTS - 1 - first - k);
      store(e, column[k], at(e, buffer, imulk(e, place, e->lanes)));
    }
  }
  loop_end(e, &l);
}

static void pair_body(Emit *e, int transposed, const Pair *p) {
  Ir buffer = stack_floats(e, (int64_t)ELEMENTS * e->lanes * e->lanes), lanes = k64(e, e->lanes);
  Loop l;
  (transposed ? load_columns : load_rows)(e, p, buffer);
  loop_begin(e, &l, k64(e, 0), lanes, 1, NULL, 0);
  Square from = {at(e, buffer, imulk(e, l.iv, (int64_t)ELEMENTS * e->lanes)), imulk(e, lanes, 3), lanes};
  wino_transform(e, WINO_FILTER, from,
                 (Square){at(e, p->to, imul(e, l.iv, p->step)), imulk(e, p->point, WINO_WINDOW), p->point});
  loop_end(e, &l);
}

enum { PAIR_ARGS = sizeof(Pair) / sizeof(Ir) };

static void pack_pair(Emit *e, int transposed, const Pair *given) {
  union {
    Pair named;
    Ir at[PAIR_ARGS];
  } in, out = {.named = *given};
  Outer o;
  Ir fn;
  const char *name = arena_printf(e->c->mem, "wino_pack_pair%s_%d", transposed ? "_transposed" : "", e->lanes);
  if (helper_begin(e, &o, name, "ppiiiiii", &fn)) {
    for (unsigned i = 0; i < PAIR_ARGS; i++)
      in.at[i] = LLVMGetParam(fn, i);
    pair_body(e, transposed, &in.named);
    helper_end(e, &o);
  }
  call(e, fn, out.at, PAIR_ARGS);
}

/* Blocks of inputs first .. last-1 for one vector of the group's outputs, of which there are nb. */
static void pack_vector(Emit *e, const Wino *w, Ir weights, Ir group, Ir vector, Ir nb, Ir first, Ir last, Ir to) {
  Ir out = imulk(e, iadd(e, imulk(e, group, w->nb), vector), w->lanes);
  Pair p = {weights, NULL, k64(e, w->in), k64(e, w->out), NULL, out, imulk(e, nb, w->lanes), wino_filter_point(e, w, nb)};
  Loop l;
  loop_begin(e, &l, first, last, 1, NULL, 0);
  p.in = imulk(e, l.iv, w->lanes);
  p.to = at(e, to, iadd(e, imul(e, p.in, p.step), imulk(e, vector, w->lanes)));
  pack_pair(e, w->transposed, &p);
  loop_end(e, &l);
}

Ir wino_filter_point(Emit *e, const Wino *w, Ir nb) {
  return imulk(e, LLVMBuildOr(e->builder, imulk(e, nb, (int64_t)w->in_blocks * w->lanes), k64(e, 1), ""), w->lanes);
}

int64_t wino_group_filters(const Wino *w) {
  return (int64_t)WINO_POINTS * (((int64_t)w->in_blocks * w->lanes * w->nb) | 1) * w->lanes;
}

void wino_pack_group(Emit *e, const Wino *w, Ir weights, Ir group, int nb, Ir to) {
  Loop vector;
  loop_begin(e, &vector, k64(e, 0), k64(e, nb), 1, NULL, 0);
  pack_vector(e, w, weights, group, vector.iv, k64(e, nb), k64(e, 0), k64(e, w->in_blocks), to);
  loop_end(e, &vector);
}

static void build_pack(Emit *e, void *user) {
  const Wino *w = user;
  Ir weights = kernel_pointer(e, 0), filters = kernel_pointer(e, 1), from, to;
  Loop unit;
  kernel_range(e, kernel_number(e, 2), &from, &to);
  loop_begin(e, &unit, from, to, 1, NULL, 0);
  Ir out = idiv(e, unit.iv, k64(e, w->in_blocks)), in = irem(e, unit.iv, k64(e, w->in_blocks));
  Ir group = idiv(e, out, k64(e, w->nb)), last = ieq(e, group, k64(e, w->groups - 1));
  pack_vector(e, w, weights, group, irem(e, out, k64(e, w->nb)), choose(e, last, k64(e, w->tail), k64(e, w->nb)), in,
              iaddk(e, in, 1), at(e, filters, imulk(e, group, wino_group_filters(w))));
  loop_end(e, &unit);
}

void wino_pack(Gen *g, const Wino *w, Ir weights, Ir filters, Ir wanted) {
  Emit *e = &g->e;
  Wino copy = *w;
  const char *signature = arena_printf(g->c->mem, "%d in %d out %d nb %d", w->transposed, w->in, w->out, w->nb);
  Ir kernel = gen_kernel(g, "wino_pack", signature, w->lanes, build_pack, &copy);
  Ir units = choose(e, wanted, k64(e, (int64_t)w->out_blocks * w->in_blocks), k64(e, 0));
  Ir args[] = {weights, filters, entry_number(g, units)};
  entry_launch(g, kernel, args, 3, entry_chunks(g, units, 200 * w->lanes));
}
