/* wino: conv2d and conv2d_input_grad by Winograd's algorithm, as a step.

   Three launches: filters are transformed (wino_pack.c); with few tiles all of them are, too, for everybody; then the
   products. A unit of those is a block of tiles: transformed into the thread's work memory (unless that is done), for
   each group of outputs multiplied by its filters, point by point, and brought back. With few tiles and many channels
   there would be too few units, and each would read all filters: there a unit is one group of outputs.

   Example: 64 -> 64 channels, 56 x 56, 16 lanes: 196 tiles a sample, blocks of 56; a block's inputs are 36 matrices of
   [64, 56], a product 2 vectors of outputs by 14 tiles in registers. */
#include "gen/conv.h"
#include "gen/wino.h"

enum { WIDTHS = 4, ARGS = 7 };

typedef struct {
  Emit *e;
  Wino w;
  Terms terms;
  Epilogue epilogue;
  int by_sample;       /* operands of the epilogue that belong to a unit differ from sample to sample */
  Ir x, y, tiles, buffer;
  Ir together;         /* i1: inputs were transformed for all; a unit is a group of outputs, not a block of tiles */
  Ir packing, weights; /* i1: each group's filters are transformed when it begins, into the work memory */
  Ir shared, filters, own_values, own_filters, group_filters;
  Ir first, count;     /* the block's tiles */
  Ir values, pitch;    /* of the first tile: [point][input block][tile] vectors, and how many tiles a row of them has */
  Ir products;         /* [point][tile][nb] vectors */
  Ir class, group;
} Conv;

static int64_t plane(int h, int w, int lanes) {
  return (int64_t)h * w * lanes;
}

/* Tiles of a product, from widest down. */
static int width(const Wino *w, int nb, int i) {
  int widest = conv_accumulators(w->lanes) / nb, part = widest * (WIDTHS - i) / WIDTHS;
  return part > 1 ? part : 1;
}

/* From point to point there is always an odd number of vectors: their sets in a cache differ. */
static Ir values_point(Emit *e, const Wino *w, Ir pitch) {
  return imulk(e, LLVMBuildOr(e->builder, imulk(e, pitch, w->depth), k64(e, 1), ""), w->lanes);
}

static int64_t products_point(const Wino *w, int nb) { /* a product may reach beyond the block's tiles */
  return (((int64_t)w->block + conv_accumulators(w->lanes)) * nb | 1) * w->lanes;
}

/* ---- inputs ---- */

/* The window of a tile, for each phase. */
static void transform_tile(Emit *e, const Wino *w, Ir x, Ir class, Ir tile, Ir values, Ir pitch) {
  WinoSpot p = wino_spot(e, w, tile);
  int64_t one = plane(w->h, w->w, w->lanes);
  Ir row = imulk(e, pitch, w->lanes), point = values_point(e, w, pitch);
  Ir from = at(e, x, imulk(e, p.sample, one * w->in_blocks));
  Loop phase, l;
  loop_begin(e, &phase, k64(e, 0), k64(e, w->phases), 1, NULL, 0);
  Ir part = w->classes > 1 ? class : phase.iv;
  Ir top = wino_at(e, &w->window[0], 0, part, p.row), left = wino_at(e, &w->window[1], 1, part, p.col);
  loop_begin(e, &l, k64(e, 0), k64(e, w->in_blocks), 1, NULL, 0);
  Ir block = iadd(e, imulk(e, phase.iv, w->in_blocks), l.iv);
  WinoPlane pixels = {at(e, from, imulk(e, l.iv, one)), k64(e, w->h), k64(e, w->w), k64(e, w->window[0].step)};
  wino_transform_plane(e, w->taps, WINO_INPUT, pixels, top, left,
                       (Square){at(e, values, imul(e, block, row)), imulk(e, point, w->taps + 3), point});
  loop_end(e, &l);
  loop_end(e, &phase);
}

static void build_inputs(Emit *e, void *user) {
  const Wino *w = user;
  Ir x = kernel_pointer(e, 0), values = kernel_pointer(e, 1), tiles = kernel_number(e, 2), from, to;
  Ir pitch = kernel_number(e, 3), each = imax(e, tiles, k64(e, 1));
  Loop l;
  kernel_range(e, imulk(e, tiles, w->classes), &from, &to);
  loop_begin(e, &l, from, to, 1, NULL, 0);
  Ir class = idiv(e, l.iv, each), tile = irem(e, l.iv, each);
  Ir first = iadd(e, imul(e, class, imulk(e, values_point(e, w, pitch), w->points)), imulk(e, tile, w->lanes));
  transform_tile(e, w, x, class, tile, at(e, values, first), pitch);
  loop_end(e, &l);
}

/* ---- products ---- */

static void multiply(Conv *c, int nb, int tiles, Ir pieces) {
  Emit *e = c->e;
  const Wino *w = &c->w;
  const uint32_t missing = 0;
  Tile t = {.nb = nb, .width = tiles, .taps = 1, .inner = w->lanes, .x_pixel = w->lanes, .missing = &missing};
  Ir row = imulk(e, c->pitch, w->lanes), last = imax(e, iaddk(e, c->count, -tiles), k64(e, 0));
  Loop point, piece;
  loop_begin(e, &point, k64(e, 0), k64(e, w->points), 1, NULL, 0);
  Ir x = at(e, c->values, imul(e, point.iv, values_point(e, w, c->pitch)));
  Ir y = at(e, c->products, imulk(e, point.iv, products_point(w, nb)));
  Ir u = at(e, c->group_filters, imul(e, point.iv, wino_filter_point(e, w, k64(e, nb))));
  loop_begin(e, &piece, k64(e, 0), pieces, 1, NULL, 0);
  Ir from = imin(e, imulk(e, piece.iv, tiles), last);
  TileArgs a = {.y = at(e, y, imulk(e, from, nb * w->lanes)),
                .x = at(e, x, imulk(e, from, w->lanes)),
                .w = u,
                .blocks = k64(e, w->depth),
                .rows = k64(e, 1),
                .inner = k64(e, w->lanes),
                .x_block = row,
                .x_row = k64(e, 0),
                .x_inner = k64(e, 1),
                .w_block = k64(e, (int64_t)w->lanes * nb * w->lanes),
                .w_row = k64(e, 0),
                .y_block = k64(e, w->lanes),
                .y_pixel = k64(e, (int64_t)nb * w->lanes),
                .add = k64(e, 0)};
  conv_tile(e, &t, &a);
  loop_end(e, &piece);
  loop_end(e, &point);
}

/* The block's tiles in pieces of about equal width, of the next one that there is code for. */
static void multiply_all(Conv *c, int nb) {
  Emit *e = c->e;
  int widest = width(&c->w, nb, 0), widths = 1;
  while (widths < WIDTHS && width(&c->w, nb, widths) < width(&c->w, nb, widths - 1))
    widths++;
  Ir pieces = idiv(e, iaddk(e, c->count, widest - 1), k64(e, widest));
  Ir each = idiv(e, iadd(e, c->count, iaddk(e, pieces, -1)), pieces);
  Branch b[WIDTHS];
  for (int i = widths - 1; i > 0; i--) {
    branch_begin(e, &b[i], ilt(e, each, k64(e, width(&c->w, nb, i) + 1)));
    multiply(c, nb, width(&c->w, nb, i), pieces);
    branch_else(e, &b[i]);
  }
  multiply(c, nb, widest, pieces);
  for (int i = 1; i < widths; i++)
    branch_end(e, &b[i]);
}

/* ---- results ---- */

static Ir result_row(const Conv *c, Ir row) {
  return wino_at(c->e, &c->w.result[0], 0, c->class, row);
}

static Ir result_col(const Conv *c, Ir col) {
  return wino_at(c->e, &c->w.result[1], 1, c->class, col);
}

/* How many rows and columns of the tile there are. */
static void extent(const Conv *c, WinoSpot p, Ir *rows, Ir *cols) {
  Emit *e = c->e;
  const Wino *w = &c->w;
  Ir below = iaddk(e, isub(e, k64(e, w->p), result_row(c, p.row)), w->result[0].step - 1);
  Ir right = iaddk(e, isub(e, k64(e, w->q), result_col(c, p.col)), w->result[1].step - 1);
  *rows = imin(e, idiv(e, imax(e, below, k64(e, 0)), k64(e, w->result[0].step)), k64(e, WINO_TILE));
  *cols = imin(e, idiv(e, imax(e, right, k64(e, 0)), k64(e, w->result[1].step)), k64(e, WINO_TILE));
}

static void finish_tile(Conv *c, Ir unit, WinoSpot p, Ir y) {
  Emit *e = c->e;
  const Wino *w = &c->w;
  Ir rows, cols;
  Loop row, col;
  extent(c, p, &rows, &cols);
  loop_begin(e, &row, k64(e, 0), rows, 1, NULL, 0);
  Ir from = at(e, c->buffer, imulk(e, row.iv, (int64_t)WINO_TILE * w->lanes));
  Ir to = at(e, y, imulk(e, row.iv, w->result[0].step * plane(1, w->q, w->lanes)));
  loop_begin(e, &col, k64(e, 0), cols, 1, NULL, 0);
  Ir index[] = {unit, result_row(c, iadd(e, p.row, row.iv)), result_col(c, iadd(e, p.col, col.iv)), k64(e, 0)};
  Ir value = load_vec(e, at(e, from, imulk(e, col.iv, w->lanes)));
  store(e, epilogue_apply(&c->epilogue, e, value, index, NULL),
        at(e, to, imulk(e, col.iv, w->result[1].step * w->lanes)));
  loop_end(e, &col);
  loop_end(e, &row);
}

static void finish_unit(Conv *c, int nb, Ir vector, Ir unit) {
  Emit *e = c->e;
  const Wino *w = &c->w;
  Ir lanes = k64(e, w->lanes), point = k64(e, products_point(w, nb));
  Loop tile;
  loop_begin(e, &tile, k64(e, 0), c->count, 1, NULL, 0);
  WinoSpot p = wino_spot(e, w, iadd(e, c->first, tile.iv));
  if (c->by_sample)
    epilogue_unit(&c->epilogue, e, p.sample, unit);
  c->epilogue.sample = p.sample;
  Ir m = at(e, c->products, imulk(e, iadd(e, imulk(e, tile.iv, nb), vector), w->lanes));
  Ir at_plane = imulk(e, iadd(e, imulk(e, p.sample, w->out_blocks), unit), plane(w->p, w->q, w->lanes));
  Ir y = at(e, c->y, iadd(e, at_plane, imulk(e, iadd(e, imulk(e, result_row(c, p.row), w->q), result_col(c, p.col)), w->lanes)));
  Square from = {m, imulk(e, point, w->taps + 3), point};
  Branch whole;
  if (!c->terms.formula) {
    Ir rows, cols, all = k64(e, WINO_TILE);
    extent(c, p, &rows, &cols);
    branch_begin(e, &whole, LLVMBuildAnd(e->builder, ieq(e, rows, all), ieq(e, cols, all), ""));
    wino_transform(e, w->taps, WINO_RESULT, from,
                   (Square){y, imulk(e, lanes, (int64_t)w->result[0].step * w->q), imulk(e, lanes, w->result[1].step)});
    branch_else(e, &whole);
  }
  wino_transform(e, w->taps, WINO_RESULT, from, (Square){c->buffer, imulk(e, lanes, WINO_TILE), lanes});
  finish_tile(c, unit, p, y);
  if (!c->terms.formula)
    branch_end(e, &whole);
  loop_end(e, &tile);
}

static void enter_block(Conv *c, Ir block) {
  Emit *e = c->e;
  const Wino *w = &c->w;
  c->first = imulk(e, block, w->block);
  c->count = imin(e, isub(e, c->tiles, c->first), k64(e, w->block));
  Ir class = imul(e, c->class, imulk(e, values_point(e, w, c->pitch), w->points));
  c->values = choose(e, c->together, at(e, c->shared, iadd(e, class, imulk(e, c->first, w->lanes))), c->own_values);
}

static void group_outputs(Conv *c, int nb, Ir from, Ir to) {
  Emit *e = c->e;
  Branch pack;
  Loop block, vector;
  branch_begin(e, &pack, c->packing);
  wino_pack_group(e, &c->w, c->weights, c->class, c->group, nb, c->own_filters);
  branch_end(e, &pack);
  loop_begin(e, &block, from, to, 1, NULL, 0);
  enter_block(c, block.iv);
  multiply_all(c, nb);
  loop_begin(e, &vector, k64(e, 0), k64(e, nb), 1, NULL, 0);
  Ir unit = iadd(e, imulk(e, c->group, c->w.nb), vector.iv);
  if (!c->by_sample)
    epilogue_unit(&c->epilogue, e, k64(e, 0), unit);
  finish_unit(c, nb, vector.iv, unit);
  loop_end(e, &vector);
  loop_end(e, &block);
}

/* ---- the kernel ---- */

static void outputs(Conv *c, Ir group, Ir groups, Ir block, Ir blocks) {
  Emit *e = c->e;
  const Wino *w = &c->w;
  Loop l;
  Branch last;
  loop_begin(e, &l, group, groups, 1, NULL, 0);
  c->group = l.iv;
  Ir place = imulk(e, iadd(e, imulk(e, c->class, w->groups), l.iv), wino_group_filters(w));
  c->group_filters = choose(e, c->packing, c->own_filters, at(e, c->filters, place));
  if (w->tail != w->nb) {
    branch_begin(e, &last, ieq(e, c->group, k64(e, w->groups - 1)));
    group_outputs(c, w->tail, block, blocks);
    branch_else(e, &last);
  }
  group_outputs(c, w->nb, block, blocks);
  if (w->tail != w->nb)
    branch_end(e, &last);
  loop_end(e, &l);
}

static int64_t values_floats(const Wino *w, int64_t tiles) {
  return ((int64_t)w->points * (w->depth * (tiles | 1) | 1) + conv_accumulators(w->lanes)) * w->lanes;
}

static int64_t products_floats(const Wino *w) {
  return w->points * products_point(w, w->nb);
}

static Ir blocks_of(Emit *e, const Wino *w, Ir tiles) {
  return idiv(e, iaddk(e, tiles, w->block - 1), k64(e, w->block));
}

static int differs_by_sample(const Terms *t) {
  for (int i = 0; i < t->count; i++)
    if (t->op[i].val && t->op[i].level == LEVEL_UNIT && t->op[i].sample)
      return 1;
  return 0;
}

static void load_arguments(Conv *c, Emit *e) {
  const Wino *w = &c->w;
  c->e = e;
  c->x = kernel_pointer(e, 0), c->filters = kernel_pointer(e, 1), c->y = kernel_pointer(e, 2);
  c->shared = kernel_pointer(e, 3), c->tiles = kernel_number(e, 4), c->weights = kernel_pointer(e, 6);
  c->together = ieq(e, kernel_number(e, 5), k64(e, 1));
  c->packing = LLVMBuildNot(e->builder, ieq(e, kernel_number(e, 6), k64(e, 0)), "");
  c->own_values = kernel_work(e);
  c->products = at(e, c->own_values, k64(e, values_floats(w, w->block)));
  c->own_filters = at(e, c->products, k64(e, products_floats(w)));
  c->pitch = choose(e, c->together, LLVMBuildOr(e->builder, c->tiles, k64(e, 1), ""), k64(e, w->block | 1));
}

static void build_conv(Emit *e, void *user) {
  Conv *c = user;
  const Wino *w = &c->w;
  Ir from, to;
  Loop unit, class, tile;
  Branch together;
  load_arguments(c, e);
  epilogue_begin(&c->epilogue, e, &c->terms, ARGS);
  c->by_sample = differs_by_sample(&c->terms);
  c->buffer = stack_floats(e, (int64_t)WINO_TILE * WINO_TILE * w->lanes);
  Ir zero = k64(e, 0), groups = k64(e, w->groups), blocks = blocks_of(e, w, c->tiles);
  kernel_range(e, choose(e, c->together, k64(e, w->classes * w->groups), blocks), &from, &to);
  loop_begin(e, &unit, from, to, 1, NULL, 0);
  Ir next = iaddk(e, unit.iv, 1), of = idiv(e, unit.iv, groups), group = irem(e, unit.iv, groups);
  loop_begin(e, &class, choose(e, c->together, of, zero), choose(e, c->together, iaddk(e, of, 1), k64(e, w->classes)), 1,
             NULL, 0);
  c->class = class.iv;
  branch_begin(e, &together, c->together);
  branch_else(e, &together);
  enter_block(c, unit.iv);
  loop_begin(e, &tile, zero, c->count, 1, NULL, 0);
  transform_tile(e, w, c->x, c->class, iadd(e, c->first, tile.iv), at(e, c->own_values, imulk(e, tile.iv, w->lanes)),
                 c->pitch);
  loop_end(e, &tile);
  branch_end(e, &together);
  outputs(c, choose(e, c->together, group, zero), choose(e, c->together, iaddk(e, group, 1), groups),
          choose(e, c->together, zero, unit.iv), choose(e, c->together, blocks, next));
  loop_end(e, &class);
  loop_end(e, &unit);
}

/* ---- the step ---- */

/* The filters' lines belong to it: with few tiles the kernel packs them itself. */
static const char *signature_of(const Graph *g, const Wino *w, const Terms *t) {
  Text s = {.mem = g->c->mem};
  text_add(&s, "x[%d %d %d] y[%d %d %d] side %d from %d %d filters %d from %d %d classes %d blocks %d", w->in, w->h, w->w,
           w->out, w->p, w->q, w->side, w->window[0].start, w->window[1].start, w->transposed, w->filter[0].start,
           w->filter[1].start, w->classes, w->block);
  if (t)
    terms_signature(t, g->c, &s);
  return text_str(&s);
}

static void launch_inputs(Gen *g, Conv *c, const char *signature, Ir x, Ir shared, Ir tiles) {
  Emit *e = &g->e;
  Ir kernel = gen_kernel(g, "wino_inputs", signature, c->w.lanes, build_inputs, &c->w);
  Ir args[] = {x, shared, entry_number(g, tiles), entry_number(g, LLVMBuildOr(e->builder, tiles, k64(e, 1), ""))};
  entry_launch(g, kernel, args, 4, entry_chunks(g, imulk(e, tiles, c->w.classes), 200 * c->w.depth));
}

static Ir few_tiles(Emit *e, const Wino *w, Ir tiles) {
  return ilt(e, tiles, k64(e, w->shared + 1));
}

Ir wino_tiles(Gen *g, const Graph *graph, Val v) {
  Wino w = wino_of(graph, v);
  return imulk(&g->e, entry_batch(g), (int64_t)w.rows * w.cols);
}

int64_t wino_kept_floats(const Graph *g, Val v) {
  Wino w = wino_of(g, v);
  return w.classes * w.groups * wino_group_filters(&w);
}

/* With few tiles and filters that change, the kernel does it. */
void wino_conv_pack(Gen *g, const Plan *p, int step) {
  const Graph *graph = p->g;
  Val v = p->steps.at[step].val;
  Emit *e = &g->e;
  Wino w = wino_of(graph, v);
  Ir few = few_tiles(e, &w, wino_tiles(g, graph, v));
  wino_pack(g, &w, entry_value(g, graph_in(graph, v, 1)), entry_kept(g),
            p->steps.at[step].scratch.once ? LLVMConstAllOnes(e->i1) : LLVMBuildNot(e->builder, few, ""));
}

void wino_conv(Gen *g, const Plan *p, int step) {
  const Graph *graph = p->g;
  Val v = p->steps.at[step].val;
  Emit *e = &g->e;
  Conv c = {.w = wino_of(graph, v), .terms = epilogue_terms(graph, v)};
  const Wino *w = &c.w;
  Ir x = entry_value(g, graph_in(graph, v, 0)), filters = entry_kept(g), shared = entry_scratch(g, 0, 0);
  Ir tiles = wino_tiles(g, graph, v), few = few_tiles(e, w, tiles);
  Ir weights = entry_value(g, graph_in(graph, v, 1)), none = LLVMConstNull(e->ptr);
  Ir packing = p->steps.at[step].scratch.once ? LLVMConstNull(e->i1) : few;
  if (w->shared)
    launch_inputs(g, &c, signature_of(graph, w, NULL), x, shared, choose(e, few, tiles, k64(e, 0)));
  Ir args[ARGS + MAX_VARS] = {x, filters, entry_out(g), shared, entry_number(g, tiles),
                             entry_number(g, LLVMBuildZExt(e->builder, few, e->i64, "")),
                             choose(e, packing, weights, none)};
  int count = ARGS + terms_args(g, &c.terms, args + ARGS);
  Ir kernel = gen_kernel(g, "wino", signature_of(graph, w, &c.terms), w->lanes, build_conv, &c);
  int64_t work = (int64_t)w->points * w->depth * w->lanes * w->out_blocks * w->classes;
  entry_launch(g, kernel, args, count,
               entry_chunks_of(g, choose(e, few, k64(e, w->classes * w->groups), blocks_of(e, w, tiles)), imulk(e, tiles, work)));
}

Scratch wino_conv_scratch(const Graph *g, Val v) {
  Wino w = wino_of(g, v);
  return (Scratch){.fixed = w.shared ? 4 * w.classes * values_floats(&w, w.shared) : 0,
                   .kept = 4 * wino_kept_floats(g, v),
                   .of = 1,
                   .work = (4 * (values_floats(&w, w.block) + products_floats(&w) + wino_group_filters(&w)) + 63) / 64 * 64};
}
