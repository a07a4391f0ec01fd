/* wino_pack: filters, transformed.

   From [K, C, 3, 3] to [group of outputs][point][input channel][nb vectors of outputs]. A unit of work is a block of
   outputs by a block of inputs: its filters are turned in registers, so that lanes are outputs, into [input
   channel][filter element] and transformed from there. For the input's gradient outputs are C, inputs K, and the filter
   is read backwards. */
#include "gen/turn.h"
#include "gen/wino.h"

enum { ELEMENTS = 9 };

/* Rows of `count` floats (those that there are), `rows` of them, to `columns` vectors of lanes. */
static void turned(Emit *e, Ir from, Ir step, Ir rows, Ir count, Ir *columns) {
  Ir wide = lane_mask(e, count), none = LLVMConstNull(e->mask);
  for (int i = 0; i < e->lanes; i++)
    columns[i] = load_masked(e, at(e, from, imulk(e, step, i)), choose(e, ilt(e, k64(e, i), rows), wide, none));
  turn_square(e, columns, e->lanes);
}

/* Filters of a block of inputs lie one behind the other. */
static void load_rows(Emit *e, const Wino *w, Ir weights, Ir out, Ir in, Ir buffer) {
  Ir column[64], step = k64(e, (int64_t)w->in * ELEMENTS);
  Ir from = at(e, weights, iadd(e, imul(e, out, step), imulk(e, in, ELEMENTS)));
  Ir count = imulk(e, isub(e, k64(e, w->in), in), ELEMENTS), rows = isub(e, k64(e, w->out), out);
  Loop l;
  loop_begin(e, &l, k64(e, 0), k64(e, ELEMENTS * e->lanes), e->lanes, NULL, 0);
  turned(e, at(e, from, l.iv), step, rows, isub(e, count, l.iv), column);
  for (int i = 0; i < e->lanes; i++)
    store(e, column[i], at(e, buffer, imulk(e, iaddk(e, l.iv, i), e->lanes)));
  loop_end(e, &l);
}

/* Filters of a block of outputs lie one behind the other, for each input. */
static void load_columns(Emit *e, const Wino *w, Ir weights, Ir out, Ir in, Ir buffer) {
  Ir column[64], rows = isub(e, k64(e, w->out), out);
  Loop l;
  loop_begin(e, &l, k64(e, 0), k64(e, e->lanes), 1, NULL, 0);
  Ir i = iadd(e, in, l.iv), there = ilt(e, i, k64(e, w->in));
  Ir from = at(e, weights, imulk(e, iadd(e, imulk(e, choose(e, there, i, k64(e, 0)), w->out), out), ELEMENTS));
  for (int first = 0; first < ELEMENTS; first += e->lanes) {
    turned(e, atk(e, from, first), k64(e, ELEMENTS), choose(e, there, rows, k64(e, 0)), k64(e, ELEMENTS - first), column);
    for (int k = 0; k < e->lanes && first + k < ELEMENTS; k++)
      store(e, column[k], at(e, buffer, imulk(e, iaddk(e, imulk(e, l.iv, ELEMENTS), ELEMENTS - 1 - first - k), e->lanes)));
  }
  loop_end(e, &l);
}

static void build_pack(Emit *e, void *user) {
  const Wino *w = user;
  Ir weights = kernel_pointer(e, 0), filters = kernel_pointer(e, 1), from, to, lanes = k64(e, e->lanes);
  Ir buffer = stack_floats(e, (int64_t)ELEMENTS * e->lanes * e->lanes);
  Loop unit, l;
  kernel_range(e, k64(e, (int64_t)w->out_blocks * w->in_blocks), &from, &to);
  loop_begin(e, &unit, from, to, 1, NULL, 0);
  Ir out = idiv(e, unit.iv, k64(e, w->in_blocks)), in = irem(e, unit.iv, k64(e, w->in_blocks));
  (w->transposed ? load_columns : load_rows)(e, w, weights, imulk(e, out, e->lanes), imulk(e, in, e->lanes), buffer);
  Ir group = idiv(e, out, k64(e, w->nb)), last = ieq(e, group, k64(e, w->groups - 1));
  int64_t inputs = (int64_t)w->in_blocks * e->lanes;
  Ir each = imulk(e, choose(e, last, k64(e, w->tail), k64(e, w->nb)), e->lanes);
  Ir place = iadd(e, imulk(e, group, WINO_POINTS * inputs * w->nb * e->lanes),
                  imulk(e, irem(e, out, k64(e, w->nb)), e->lanes));
  loop_begin(e, &l, k64(e, 0), lanes, 1, NULL, 0);
  Ir channel = iadd(e, imulk(e, in, e->lanes), l.iv), point = imulk(e, each, inputs);
  wino_transform(e, WINO_FILTER,
                 (Square){at(e, buffer, imulk(e, l.iv, (int64_t)ELEMENTS * e->lanes)), imulk(e, lanes, 3), lanes},
                 (Square){at(e, filters, iadd(e, place, imul(e, channel, each))), imulk(e, point, WINO_WINDOW), point});
  loop_end(e, &l);
  loop_end(e, &unit);
}

void wino_pack(Gen *g, const Wino *w, Ir weights, Ir filters) {
  Wino copy = *w;
  const char *signature = arena_printf(g->c->mem, "%d in %d out %d nb %d", w->transposed, w->in, w->out, w->nb);
  Ir kernel = gen_kernel(g, "wino_pack", signature, w->lanes, build_pack, &copy);
  Ir args[] = {weights, filters}, units = k64(&g->e, (int64_t)w->out_blocks * w->in_blocks);
  entry_launch(g, kernel, args, 2, entry_chunks(g, units, 200 * w->lanes));
}
