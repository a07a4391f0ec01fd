/* conv_tile: the one inner kernel of all correlations, a function of its own that kernels share.

   Computes `width` neighbouring pixels of one output row for nb vectors of output channels: nb * width accumulators
   that stay in registers, while loops run over input blocks, filter rows and, for each filter column, input channels.
   One step loads nb vectors of weights, repeats one input element for each pixel in a vector, and multiplies and adds
   nb * width times. Example, 8 lanes, nb 2, width 6: 12 accumulators, 2 weights, 1 input: 15 of 16 registers.
   - Each filter column is a loop of its own: in one block of code the repeated inputs that columns share would all be
   kept, and spill. Nor is the channel loop unrolled: LLVM moves the inputs of the second step up, and sums spill.
   - With one column there is little to do for much memory: while a channel's products are made, the cache line of one
   of the next tile's pixels is asked for, 16 channels are as many lines. Results' lines are asked for before all else.
   - Where each channel is its own output the columns do share: a row's weights are kept, and a vector of x is loaded
   once.
   - Rows outside the input are left out by the caller's bounds, columns outside by not emitting their pairs.
   - Sizes and strides are arguments, so that one function serves all convolutions with this tile, filter width and
   border. */
#include "base/text.h"
#include "gen/conv.h"
#include <string.h>

static const char *tile_name(Emit *e, const Tile *t) {
  Text name = {.mem = e->c->mem};
  text_add(&name, "conv_tile_%dx%dx%d_taps%d_inner%d_by%d_%d%s", e->lanes, t->nb, t->width, t->taps, t->inner,
           t->x_pixel, t->x_tap, t->depthwise ? "_depthwise" : t->lanes_in ? "_lanes" : "");
  for (int s = 0; s < t->taps; s++)
    if (t->missing[s])
      text_add(&name, "_%d_%x", s, (unsigned)t->missing[s]);
  return text_str(&name);
}

static Ir tile_weights(Emit *e, Ir w, int64_t vector) {
  return load_vec(e, atk(e, w, vector * e->lanes));
}

static Ir tile_input(Emit *e, const Tile *t, Ir x, int64_t pixel) {
  Ir p = atk(e, x, pixel * t->x_pixel);
  return t->lanes_in ? load_vec(e, p) : splat(e, load_f32(e, p));
}

/* One step: an input element of every pixel times nb weight vectors. What there is less of is loaded first and kept. */
static void tile_step(Emit *e, const Tile *t, int tap, Ir x, Ir w, Ir *sum) {
  int by_pixel = t->nb <= t->width, outer = by_pixel ? t->width : t->nb, inner = by_pixel ? t->nb : t->width;
  uint32_t missing = t->missing[tap];
  Ir kept[TILE_VECTORS] = {0};
  for (int b = 0; b < inner; b++)
    if (by_pixel)
      kept[b] = tile_weights(e, w, b);
    else if (!(missing >> b & 1))
      kept[b] = tile_input(e, t, x, b);
  for (int a = 0; a < outer; a++) {
    if (by_pixel && missing >> a & 1)
      continue;
    Ir other = by_pixel ? tile_input(e, t, x, a) : tile_weights(e, w, a);
    for (int b = 0; b < inner; b++) {
      Ir *to = &sum[by_pixel ? b * t->width + a : a * t->width + b];
      *to = kept[b] ? fma3(e, other, kept[b], *to) : *to;
    }
  }
}

static void tile_tap(Emit *e, const Tile *t, int tap, const TileArgs *a, Ir x, Ir w, Ir *sum) {
  if (t->missing[tap] == (1u << t->width) - 1)
    return;
  int floats = t->nb * e->lanes;
  Loop l;
  x = atk(e, x, (int64_t)tap * t->x_tap);
  w = at(e, w, imulk(e, a->inner, (int64_t)tap * floats));
  loop_begin(e, &l, k64(e, 0), a->inner, 1, sum, t->nb * t->width);
  Ir step = t->inner ? l.iv : imul(e, l.iv, a->x_inner);
  if (t->inner && t->taps == 1)
    prefetch(e, at(e, x, imulk(e, iaddk(e, l.iv, t->width), t->x_pixel)), 0); /* of the next tile */
  tile_step(e, t, tap, at(e, x, step), at(e, w, imulk(e, l.iv, floats)), sum);
  loop_end(e, &l);
}

/* Where each channel is its own output: a vector of x is loaded once for all the columns that meet it. */
static void tile_slide(Emit *e, const Tile *t, Ir x, Ir w, Ir *sum) {
  int places = ((t->width - 1) * t->x_pixel + (t->taps - 1) * t->x_tap) / e->lanes + 1;
  Ir *seen = arena_alloc(e->c->mem, sizeof *seen * (size_t)places),
     *column = arena_alloc(e->c->mem, sizeof *column * (size_t)t->taps);
  for (int tap = 0; tap < t->taps; tap++)
    column[tap] = tile_weights(e, w, tap);
  for (int i = 0; i < t->width; i++)
    for (int tap = 0; tap < t->taps; tap++) {
      int from = i * t->x_pixel + tap * t->x_tap;
      Ir *v = &seen[from / e->lanes];
      if (t->missing[tap] >> i & 1)
        continue;
      *v = *v ? *v : load_vec(e, atk(e, x, from));
      sum[i] = fma3(e, *v, column[tap], sum[i]);
    }
}

static Ir tile_output(Emit *e, const Tile *t, const TileArgs *a, int sum) {
  return at(e, at(e, a->y, imulk(e, a->y_block, sum / t->width)), imulk(e, a->y_pixel, sum % t->width));
}

static void tile_body(Emit *e, const Tile *t, const TileArgs *a) {
  Ir sum[TILE_VECTORS];
  int sums = t->nb * t->width;
  Loop old, block, row;
  for (int i = 0; i < sums; i++)
    sum[i] = kv(e, 0);
  loop_begin(e, &old, k64(e, 0), a->add, 1, sum, sums);
  for (int i = 0; i < sums; i++)
    sum[i] = load_vec(e, tile_output(e, t, a, i));
  loop_end(e, &old);
  if (!t->lanes_in)
    for (int i = 0; i < sums; i++)
      prefetch(e, tile_output(e, t, a, i), 1);
  loop_begin(e, &block, k64(e, 0), a->blocks, 1, sum, sums);
  Ir xb = at(e, a->x, imul(e, block.iv, a->x_block)), wb = at(e, a->w, imul(e, block.iv, a->w_block));
  loop_begin(e, &row, k64(e, 0), a->rows, 1, sum, sums);
  Ir xr = at(e, xb, imul(e, row.iv, a->x_row)), wr = at(e, wb, imul(e, row.iv, a->w_row));
  if (t->depthwise && t->taps)
    tile_slide(e, t, xr, wr, sum);
  for (int tap = 0; tap < t->taps && !t->depthwise; tap++)
    tile_tap(e, t, tap, a, xr, wr, sum);
  loop_end(e, &row);
  loop_end(e, &block);
  for (int i = 0; i < sums; i++)
    store(e, sum[i], tile_output(e, t, a, i));
}

enum { TILE_ARGS = sizeof(TileArgs) / sizeof(Ir) };

void conv_tile(Emit *e, const Tile *t, const TileArgs *a) {
  union {
    TileArgs named;
    Ir at[TILE_ARGS];
  } in, given = {.named = *a};
  Outer outer;
  Ir fn;
  if (helper_begin(e, &outer, tile_name(e, t), "pppiiiiiiiiiii", &fn)) {
    for (unsigned i = 0; i < TILE_ARGS; i++)
      in.at[i] = LLVMGetParam(fn, i);
    if (t->inner)
      in.named.inner = k64(e, t->inner);
    tile_body(e, t, &in.named);
    helper_end(e, &outer);
  }
  call(e, fn, given.at, TILE_ARGS);
}
