/* wino_grad: the gradient of a convolution's weights by Winograd's algorithm.

   dU[point] = sum over tiles of B d * (G dy), for each pair of channels; dw = A' dU. Channels are cut into parts so
   small that a part's sums stay in the nearest large cache. A unit of work is (copy, part of the inputs, part of the
   outputs): block after block of tiles, it transforms its channels of both and adds up their products, pair of channel
   blocks after pair, lanes of outputs times repeated inputs. With few parts there are several copies of the sums, each
   over a fixed share of the tiles; they are added up in order by a launch of its own.

   Example: 64 -> 64 channels, 16 lanes: one part of 4 x 4 blocks, 8 copies, sums of 576 KiB. */
#include "gen/finish.h"
#include "gen/turn.h"
#include "gen/wino.h"

enum { PART_BYTES = 640 * 1024, WANTED_UNITS = 8, BLOCK = 28 };

typedef struct {
  Wino w;              /* x in, dy out */
  int part_in, part_out; /* channel blocks of a part */
  int parts_in, parts_out, copies;
} Shape;

typedef struct {
  Emit *e;
  Shape s;
  Ir in, out, ins, outs; /* the unit's first blocks, and how many */
  Ir sums, x_values, y_values;
} Grad;

static int ceil_div(int a, int b) {
  return (a + b - 1) / b;
}

static int64_t square(const Wino *w) { /* floats of a pair of channel blocks */
  return (int64_t)w->lanes * w->lanes;
}

/* From point to point there is an odd number of vectors: their sets in a cache differ. */
static int64_t sums_point(const Shape *s) {
  return (s->w.phases * s->part_in * s->part_out * s->w.lanes + 1) * s->w.lanes;
}

static int64_t values_point(const Shape *s, int blocks) {
  return (blocks * BLOCK | 1) * s->w.lanes;
}

static int64_t part_floats(const Shape *s) {
  return s->w.points * sums_point(s);
}

static Shape shape_of(const Graph *g, Val v) {
  Shape s = {.w = wino_of(g, v)};
  const Wino *w = &s.w;
  int pairs = (int)(PART_BYTES / (4 * w->points * w->phases * square(w))), side = 1;
  while ((side + 1) * (side + 1) <= pairs)
    side++;
  s.parts_in = ceil_div(w->in_blocks, side), s.part_in = ceil_div(w->in_blocks, s.parts_in);
  s.parts_out = ceil_div(w->out_blocks, side), s.part_out = ceil_div(w->out_blocks, s.parts_out);
  s.copies = ceil_div(WANTED_UNITS, s.parts_in * s.parts_out);
  return s;
}

/* ---- sums of products ---- */

/* sums[i][lane] = sum over tiles of x[tile][i] * y[tile][lane], plus what they were if `add` is 1. */
static void multiply(Emit *e, Ir sums, Ir x, Ir y, Ir count, Ir add) {
  Outer o;
  Ir fn, args[] = {sums, x, y, count, add}, sum[64];
  Loop tile, old;
  if (helper_begin(e, &o, arena_printf(e->c->mem, "wino_multiply_%d", e->lanes), "pppii", &fn)) {
    Ir to = LLVMGetParam(fn, 0);
    for (int i = 0; i < e->lanes; i++)
      sum[i] = kv(e, 0);
    loop_begin(e, &old, k64(e, 0), LLVMGetParam(fn, 4), 1, sum, e->lanes);
    for (int i = 0; i < e->lanes; i++)
      sum[i] = load_vec(e, atk(e, to, (int64_t)i * e->lanes));
    loop_end(e, &old);
    loop_begin(e, &tile, k64(e, 0), LLVMGetParam(fn, 3), 1, sum, e->lanes);
    Ir place = imulk(e, tile.iv, e->lanes), vector = load_vec(e, at(e, LLVMGetParam(fn, 2), place));
    for (int i = 0; i < e->lanes; i++)
      sum[i] = fma3(e, splat(e, load_f32(e, at(e, LLVMGetParam(fn, 1), iaddk(e, place, i)))), vector, sum[i]);
    loop_end(e, &tile);
    for (int i = 0; i < e->lanes; i++)
      store(e, sum[i], atk(e, to, (int64_t)i * e->lanes));
    helper_end(e, &o);
  }
  call(e, fn, args, 5);
}

/* Sums lie by [point][phase][input block][output block], values by [point][phase][block][tile]. */
static void multiply_all(Grad *g, Ir count, Ir add) {
  Emit *e = g->e;
  const Shape *s = &g->s;
  int64_t row = (int64_t)BLOCK * e->lanes, each = square(&s->w);
  Loop point, phase, in, out;
  loop_begin(e, &point, k64(e, 0), k64(e, s->w.points), 1, NULL, 0);
  Ir x = at(e, g->x_values, imulk(e, point.iv, values_point(s, s->w.phases * s->part_in)));
  Ir y = at(e, g->y_values, imulk(e, point.iv, values_point(s, s->part_out)));
  Ir sums = at(e, g->sums, imulk(e, point.iv, sums_point(s)));
  loop_begin(e, &phase, k64(e, 0), k64(e, s->w.phases), 1, NULL, 0);
  loop_begin(e, &in, k64(e, 0), g->ins, 1, NULL, 0);
  Ir block = iadd(e, imulk(e, phase.iv, s->part_in), in.iv);
  loop_begin(e, &out, k64(e, 0), g->outs, 1, NULL, 0);
  multiply(e, at(e, sums, imulk(e, iadd(e, imulk(e, block, s->part_out), out.iv), each)),
           at(e, x, imulk(e, block, row)), at(e, y, imulk(e, out.iv, row)), count, add);
  loop_end(e, &out);
  loop_end(e, &in);
  loop_end(e, &phase);
  loop_end(e, &point);
}

/* ---- tiles ---- */

typedef struct {
  WinoTransform how;
  Ir from, first, blocks; /* the tensor; the unit's first block and how many */
  int all, h, w, phases, part;
  const WinoLine *line; /* where a tile begins: rows, columns */
  Ir values;
} Side;

static void transform(Emit *e, const Shape *shape, const Side *s, Ir tile, Ir count) {
  const Wino *w = &shape->w;
  int64_t one = (int64_t)s->h * s->w * e->lanes, row = (int64_t)BLOCK * e->lanes;
  int64_t point = values_point(shape, s->phases * s->part);
  Loop t, phase, b;
  loop_begin(e, &t, k64(e, 0), count, 1, NULL, 0);
  WinoSpot p = wino_spot(e, w, iadd(e, tile, t.iv));
  Ir from = at(e, s->from, imulk(e, iadd(e, imulk(e, p.sample, s->all), s->first), one));
  loop_begin(e, &phase, k64(e, 0), k64(e, s->phases), 1, NULL, 0);
  Ir top = wino_at(e, &s->line[0], 0, phase.iv, p.row), left = wino_at(e, &s->line[1], 1, phase.iv, p.col);
  loop_begin(e, &b, k64(e, 0), s->blocks, 1, NULL, 0);
  WinoPlane pixels = {at(e, from, imulk(e, b.iv, one)), k64(e, s->h), k64(e, s->w), k64(e, s->line[0].step)};
  Ir block = iadd(e, imulk(e, phase.iv, s->part), b.iv);
  wino_transform_plane(e, w->taps, s->how, pixels, top, left,
                       (Square){at(e, s->values, iadd(e, imulk(e, block, row), imulk(e, t.iv, e->lanes))),
                                k64(e, (w->taps + 3) * point), k64(e, point)});
  loop_end(e, &b);
  loop_end(e, &phase);
  loop_end(e, &t);
}

static void add_tiles(Grad *g, Ir x, Ir dy, Ir from, Ir to) {
  Emit *e = g->e;
  const Shape *s = &g->s;
  const Wino *w = &s->w;
  static const WinoLine plain[] = {{0, 0, 1}, {0, 0, 1}};
  Side in = {WINO_INPUT, x, g->in, g->ins, w->in_blocks, w->h, w->w, w->phases, s->part_in, w->window, g->x_values};
  Side out = {WINO_GRADIENT, dy, g->out, g->outs, w->out_blocks, w->p, w->q, 1, s->part_out, plain, g->y_values};
  Loop block;
  Ir all = isub(e, to, from), blocks = imax(e, idiv(e, iaddk(e, all, BLOCK - 1), k64(e, BLOCK)), k64(e, 1));
  loop_begin(e, &block, k64(e, 0), blocks, 1, NULL, 0);
  Ir tile = idiv(e, imul(e, all, block.iv), blocks), next = idiv(e, imul(e, all, iaddk(e, block.iv, 1)), blocks);
  Ir count = isub(e, next, tile);
  tile = iadd(e, from, tile);
  transform(e, s, &in, tile, count);
  transform(e, s, &out, tile, count);
  multiply_all(g, count, imin(e, block.iv, k64(e, 1)));
  loop_end(e, &block);
}

/* ---- back to weights ---- */

/* The copies' sum, by [input lane][point]. */
static Ir sum_copies(Emit *e, const Shape *s, Ir sums, Ir lane, int64_t point, Ir buffer) {
  Loop p, copy;
  loop_begin(e, &p, k64(e, 0), k64(e, s->w.points), 1, NULL, 0);
  Ir from = at(e, sums, iadd(e, imulk(e, p.iv, point), imulk(e, lane, e->lanes))), sum = load_vec(e, from);
  loop_begin(e, &copy, k64(e, 1), k64(e, s->copies), 1, &sum, 1);
  sum = fadd(e, sum, load_vec(e, at(e, from, imulk(e, copy.iv, s->parts_in * s->parts_out * part_floats(s)))));
  loop_end(e, &copy);
  store(e, sum, at(e, buffer, imulk(e, p.iv, e->lanes)));
  loop_end(e, &p);
  return buffer;
}

/* A pair of channel blocks: transformed to [input lane][filter element][output lane], then turned. */
static void store_weights(Emit *e, const Shape *s, Ir sums, Ir weights, Ir in, Ir out, Ir buffer, Ir summed) {
  const Wino *w = &s->w;
  int elements = w->side * w->side, n = w->taps + 3;
  int64_t point = sums_point(s), step = (int64_t)w->in * elements, next = s->part_in * s->part_out * square(w);
  Ir lanes = k64(e, e->lanes), row[64], first_in = imulk(e, in, e->lanes), first_out = imulk(e, out, e->lanes);
  Loop phase, l;
  loop_begin(e, &phase, k64(e, 0), k64(e, w->phases), 1, NULL, 0);
  Ir here = at(e, sums, imulk(e, phase.iv, next)), zero = k64(e, 0);
  Ir place = iadd(e, imulk(e, wino_at(e, &w->filter[0], 0, phase.iv, zero), w->side), wino_at(e, &w->filter[1], 1, phase.iv, zero));
  loop_begin(e, &l, k64(e, 0), lanes, 1, NULL, 0);
  Square from = {at(e, here, imulk(e, l.iv, e->lanes)), k64(e, n * point), k64(e, point)};
  if (s->copies > 1)
    from = (Square){sum_copies(e, s, here, l.iv, point, summed), imulk(e, lanes, n), lanes};
  Ir first = iadd(e, imulk(e, l.iv, elements), place);
  wino_transform(e, w->taps, WINO_FILTER_GRADIENT, from,
                 (Square){at(e, buffer, imulk(e, first, e->lanes)), k64(e, w->filter[0].step * w->side * e->lanes),
                          k64(e, w->filter[1].step * e->lanes)});
  loop_end(e, &l);
  loop_end(e, &phase);
  Ir to = at(e, weights, iadd(e, imulk(e, first_out, step), imulk(e, first_in, elements)));
  Ir count = imulk(e, isub(e, k64(e, w->in), first_in), elements), rows = isub(e, k64(e, w->out), first_out);
  loop_begin(e, &l, k64(e, 0), k64(e, elements * e->lanes), e->lanes, NULL, 0);
  for (int i = 0; i < e->lanes; i++)
    row[i] = load_vec(e, at(e, buffer, imulk(e, iaddk(e, l.iv, i), e->lanes)));
  turn_square(e, row, e->lanes);
  Ir wide = lane_mask(e, isub(e, count, l.iv)), none = LLVMConstNull(e->mask);
  for (int i = 0; i < e->lanes; i++)
    store_masked(e, row[i], at(e, at(e, to, k64(e, i * step)), l.iv), choose(e, ilt(e, k64(e, i), rows), wide, none));
  loop_end(e, &l);
}

static void store_part(Grad *g, Ir weights, Ir buffer, Ir summed) {
  Emit *e = g->e;
  const Shape *s = &g->s;
  Loop in, out;
  loop_begin(e, &in, k64(e, 0), g->ins, 1, NULL, 0);
  loop_begin(e, &out, k64(e, 0), g->outs, 1, NULL, 0);
  Ir sums = at(e, g->sums, imulk(e, iadd(e, imulk(e, in.iv, s->part_out), out.iv), square(&s->w)));
  store_weights(e, s, sums, weights, iadd(e, g->in, in.iv), iadd(e, g->out, out.iv), buffer, summed);
  loop_end(e, &out);
  loop_end(e, &in);
}

/* ---- the kernels ---- */

static void enter_part(Grad *g, Ir part) {
  Emit *e = g->e;
  const Shape *s = &g->s;
  g->in = imulk(e, idiv(e, part, k64(e, s->parts_out)), s->part_in);
  g->out = imulk(e, irem(e, part, k64(e, s->parts_out)), s->part_out);
  g->ins = imin(e, isub(e, k64(e, s->w.in_blocks), g->in), k64(e, s->part_in));
  g->outs = imin(e, isub(e, k64(e, s->w.out_blocks), g->out), k64(e, s->part_out));
}


static void build_grad(Emit *e, void *user) {
  Grad *g = user;
  const Shape *s = &g->s;
  g->e = e;
  Ir x = kernel_pointer(e, 0), dy = kernel_pointer(e, 1), to_sums = kernel_pointer(e, 2), from, to;
  Ir tiles = kernel_number(e, 3), parts = k64(e, s->parts_in * s->parts_out), work = kernel_work(e);
  Ir buffer = s->copies > 1 ? NULL : stack_floats(e, s->w.side * s->w.side * square(&s->w));
  g->x_values = work;
  g->y_values = at(e, work, k64(e, s->w.points * values_point(s, s->w.phases * s->part_in)));
  g->sums = at(e, g->y_values, k64(e, s->w.points * values_point(s, s->part_out)));
  Loop unit;
  kernel_range(e, imulk(e, parts, s->copies), &from, &to);
  loop_begin(e, &unit, from, to, 1, NULL, 0);
  Ir copy = idiv(e, unit.iv, parts), first = imul(e, tiles, copy);
  enter_part(g, irem(e, unit.iv, parts));
  if (s->copies > 1)
    g->sums = at(e, to_sums, imulk(e, unit.iv, part_floats(s)));
  add_tiles(g, x, dy, idiv(e, first, k64(e, s->copies)), idiv(e, iadd(e, first, tiles), k64(e, s->copies)));
  if (s->copies == 1)
    store_part(g, to_sums, buffer, NULL);
  loop_end(e, &unit);
}

static void build_sum(Emit *e, void *user) {
  Grad *g = user;
  const Shape *s = &g->s;
  g->e = e;
  Ir sums = kernel_pointer(e, 0), weights = kernel_pointer(e, 1), from, to;
  Ir buffer = stack_floats(e, s->w.side * s->w.side * square(&s->w)), summed = stack_floats(e, (int64_t)s->w.points * e->lanes);
  int64_t pairs = (int64_t)s->part_in * s->part_out;
  Loop unit;
  Branch real;
  kernel_range(e, k64(e, s->parts_in * s->parts_out * pairs), &from, &to);
  loop_begin(e, &unit, from, to, 1, NULL, 0);
  Ir part = idiv(e, unit.iv, k64(e, pairs)), pair = irem(e, unit.iv, k64(e, pairs));
  enter_part(g, part);
  Ir in = idiv(e, pair, k64(e, s->part_out)), out = irem(e, pair, k64(e, s->part_out));
  branch_begin(e, &real, LLVMBuildAnd(e->builder, ilt(e, in, g->ins), ilt(e, out, g->outs), ""));
  Ir here = at(e, sums, iadd(e, imulk(e, part, part_floats(s)), imulk(e, pair, square(&s->w))));
  store_weights(e, s, here, weights, iadd(e, g->in, in), iadd(e, g->out, out), buffer, summed);
  branch_end(e, &real);
  loop_end(e, &unit);
}

/* ---- the step ---- */

void wino_weight_grad(Gen *g, const Plan *p, int step) {
  const Graph *graph = p->g;
  Val v = p->steps.at[step].val;
  Emit *e = &g->e;
  Grad grad = {.s = shape_of(graph, v)};
  const Shape *s = &grad.s;
  const Wino *w = &s->w;
  const char *signature = arena_printf(g->c->mem, "x[%d %d %d] dy[%d %d %d] side %d from %d %d", w->in, w->h, w->w, w->out,
                                       w->p, w->q, w->side, w->window[0].start, w->window[1].start);
  Ir sums = s->copies > 1 ? entry_scratch(g, 0, 0) : NULL, weights = entry_out(g);
  Ir tiles = imulk(e, entry_batch(g), (int64_t)w->rows * w->cols);
  Ir args[] = {entry_value(g, graph_in(graph, v, 0)), entry_value(g, graph_in(graph, v, 1)), sums ? sums : weights,
               entry_number(g, tiles)};
  Ir units = k64(e, s->parts_in * s->parts_out * s->copies);
  int64_t work = (int64_t)w->points * w->depth * w->lanes * w->out_blocks;
  entry_launch(g, gen_kernel(g, "wino_weight", signature, w->lanes, build_grad, &grad), args, 4,
               entry_chunks_of(g, units, imulk(e, tiles, work)));
  if (sums) {
    Ir given[] = {sums, weights};
    units = k64(e, (int64_t)s->parts_in * s->parts_out * s->part_in * s->part_out);
    entry_launch(g, gen_kernel(g, "wino_sum", signature, w->lanes, build_sum, &grad), given, 2,
                 entry_chunks(g, units, (int64_t)w->points * w->phases * w->lanes * (s->copies + 4)));
  }
  finish_launch(g, graph, v);
}

Scratch wino_weight_grad_scratch(const Graph *g, Val v) {
  Shape s = shape_of(g, v);
  int64_t values = s.w.points * (values_point(&s, s.w.phases * s.part_in) + values_point(&s, s.part_out));
  int64_t all = s.parts_in * s.parts_out * s.copies * part_floats(&s);
  return (Scratch){.fixed = s.copies > 1 ? 4 * all : 0, .work = 4 * (values + (s.copies > 1 ? 0 : part_floats(&s)))};
}
