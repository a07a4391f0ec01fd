/* conv: conv2d and conv2d_input_grad, from tiles to a step.

   Two launches: pack the weights (conv_pack.c; once, where they do not change), then the correlation. A unit of its
   work is a band of rows of one sample for one group of output channels; a chunk is a contiguous range of units. Up to
   a megabyte of weights the groups run innermost, and the rows of x stay in cache; above, they run outermost, and a
   group's weights do. A band is passed over for a few input blocks at a time, whose weights fit the nearest cache.
   Within a row: for each column class, runs of tiles. A plain result goes through a small buffer, tile by tile, where
   lanes are summed up or spread over planes. The epilogue is applied to the finished band, still in cache.
   Example: 64 -> 64 channels, 3x3, 56 x 56, 8 lanes: groups of 3 + 3 + 2 vectors; a row is 14 tiles of 4 pixels, the
   first and the last without the column that the padding hides; 4 passes of 2 blocks. */
#include "gen/conv.h"
#include "gen/cost.h"
#include "gen/wino.h"

enum { KEPT_WEIGHTS = 256 * 1024 }; /* floats */

typedef struct {
  Emit *e;
  Corr k;
  Terms terms;
  int x_batched, y_batched;
  Epilogue epilogue;
  Ir x, y; /* of the unit's sample */
  Ir packed;
  Ir sample, group; /* the unit, with a band of rows */
  Ir row;           /* of the band */
  Ir block, blocks; /* the pass: first block, how many */
  Ir input;         /* x under the first row tap that exists, at column 0 of the first unit that the group reaches */
  Ir weights;       /* of the row class and first row tap; classes, columns and groups still to be added */
  Ir rows;          /* row taps that exist */
  Ir taps, tap;     /* row taps of the class; the first that exists */
} Conv;

Ir conv_table(Emit *e, const int64_t *value, int count) {
  Ir *at = arena_alloc(e->c->mem, sizeof *at * (size_t)count);
  for (int i = 0; i < count; i++)
    at[i] = k64(e, value[i]);
  Ir table = LLVMAddGlobal(e->module, LLVMArrayType2(e->i64, (uint64_t)count), "conv_table");
  LLVMSetInitializer(table, LLVMConstArray2(e->i64, at, (uint64_t)count));
  LLVMSetLinkage(table, LLVMInternalLinkage);
  LLVMSetGlobalConstant(table, 1);
  return table;
}

Ir corr_first_unit(Emit *e, const Corr *k, Ir out_group) {
  if (k->span == k->units)
    return k64(e, 0);
  Ir group = idiv(e, imulk(e, out_group, k->group), k64(e, k->out / k->groups));
  Ir unit = idiv(e, imulk(e, group, k->in / k->groups), k64(e, k->x_blocked ? k->lanes : 1));
  return imin(e, unit, k64(e, k->units - k->span));
}

static int pixel_of(const Corr *k) { /* floats from pixel to pixel of x */
  return k->x_blocked ? k->lanes : 1;
}

/* ---- the row's taps ---- */

Ir ceil_positive(Emit *e, Ir a, int by) {
  return idiv(e, iaddk(e, imax(e, a, k64(e, 0)), by - 1), k64(e, by));
}

enum { CLASS_TAPS, CLASS_BASE, CLASS_WEIGHTS, CLASS_SIZE };

/* What depends on the row's class: with one class constants, else out of a table. */
static void row_class(Conv *c, Ir number, Ir field[CLASS_SIZE]) {
  Emit *e = c->e;
  const Corr *k = &c->k;
  int64_t *at = arena_alloc(e->c->mem, sizeof *at * CLASS_SIZE * (size_t)k->rows);
  for (int i = 0; i < k->rows; i++) {
    int64_t *p = at + CLASS_SIZE * i;
    p[CLASS_TAPS] = k->row[i].taps, p[CLASS_BASE] = k->row[i].base, p[CLASS_WEIGHTS] = corr_row(k, i);
  }
  Ir table = k->rows > 1 ? conv_table(e, at, k->rows * CLASS_SIZE) : NULL;
  for (int i = 0; i < CLASS_SIZE; i++) {
    Ir index = iaddk(e, imulk(e, number, CLASS_SIZE), i);
    field[i] = table ? load_type(e, e->i64, LLVMBuildGEP2(e->builder, e->i64, table, &index, 1, ""), 8) : k64(e, at[i]);
  }
}

/* Which taps of the filter's column lie inside x for this output row, and where they begin. */
static void clip_row(Conv *c) {
  Emit *e = c->e;
  const Corr *k = &c->k;
  const Axis *any = &k->row[0];
  Ir field[CLASS_SIZE], classes = k64(e, any->out_step);
  row_class(c, k->rows > 1 ? irem(e, c->row, classes) : k64(e, 0), field);
  Ir first = iadd(e, imulk(e, idiv(e, c->row, classes), any->in_step), field[CLASS_BASE]);
  c->taps = field[CLASS_TAPS];
  c->tap = ceil_positive(e, isub(e, k64(e, 0), first), any->tap_step);
  Ir end = imin(e, c->taps, ceil_positive(e, isub(e, k64(e, any->in), first), any->tap_step));
  c->rows = imax(e, isub(e, end, c->tap), k64(e, 0));
  Ir from = iadd(e, first, imulk(e, c->tap, any->tap_step));
  Ir unit = corr_first_unit(e, k, c->group);
  if (k->depthwise)
    unit = c->group;
  int64_t line = (int64_t)k->w * pixel_of(k);
  c->input = at(e, c->x, iadd(e, imulk(e, iadd(e, unit, c->block), k->h * line), imulk(e, from, line)));
  c->weights = at(e, c->packed, field[CLASS_WEIGHTS]);
}

/* ---- a plain result ---- */

/* Lane i of the result is the sum of the lanes of v[i]. */
static Ir lane_sums(Emit *e, const Ir *from, int count) {
  int even[64], odd[64], n = e->lanes;
  Ir v[64];
  for (int i = 0; i < n; i++) {
    v[i] = i < count ? from[i] : kv(e, 0);
    even[i] = 2 * i, odd[i] = 2 * i + 1;
  }
  for (; n > 1; n /= 2)
    for (int i = 0; i < n / 2; i++)
      v[i] = fadd(e, shuffle(e, v[2 * i], v[2 * i + 1], even, e->lanes),
                  shuffle(e, v[2 * i], v[2 * i + 1], odd, e->lanes));
  return v[0];
}

static void sum_lanes(Conv *c, const Tile *t, Ir buffer, Ir y, int step) {
  Emit *e = c->e;
  int64_t plane = (int64_t)c->k.p * c->k.q;
  for (int o = 0; o < t->nb; o++)
    for (int i = 0; i < t->width; i += e->lanes) {
      int count = t->width - i < e->lanes ? t->width - i : e->lanes;
      Ir v[64];
      for (int j = 0; j < count; j++)
        v[j] = load_vec(e, atk(e, buffer, (int64_t)(o * t->width + i + j) * e->lanes));
      Ir sums = lane_sums(e, v, count), to = atk(e, y, o * plane + (int64_t)i * step);
      if (step == 1)
        store_masked(e, sums, to, lane_mask(e, k64(e, count)));
      else
        for (int j = 0; j < count; j++)
          store(e, LLVMBuildExtractElement(e->builder, sums, k32(e, j), ""), atk(e, to, (int64_t)j * step));
    }
}

static void spread_lanes(Conv *c, const Tile *t, Ir buffer, Ir y, int step) {
  Emit *e = c->e;
  Loop o, i;
  Ir outs = imin(e, isub(e, k64(e, c->k.out), imulk(e, c->group, c->k.group)), k64(e, t->nb * e->lanes));
  loop_begin(e, &o, k64(e, 0), outs, 1, NULL, 0);
  Ir lanes = k64(e, e->lanes), vector = imulk(e, idiv(e, o.iv, lanes), (int64_t)t->width * e->lanes);
  Ir from = at(e, buffer, iadd(e, vector, irem(e, o.iv, lanes))),
     to = at(e, y, imulk(e, o.iv, (int64_t)c->k.p * c->k.q));
  loop_begin(e, &i, k64(e, 0), k64(e, t->width), 1, NULL, 0);
  store(e, load_f32(e, at(e, from, imulk(e, i.iv, e->lanes))), at(e, to, imulk(e, i.iv, step)));
  loop_end(e, &i);
  loop_end(e, &o);
}

/* ---- a row ---- */

static void tile_at(Conv *c, const Tile *t, TileArgs *a, const Axis *x, Ir pixel, Ir buffer) {
  Emit *e = c->e;
  const Corr *k = &c->k;
  Ir from = iaddk(e, imulk(e, pixel, x->in_step), x->base), to = iaddk(e, imulk(e, pixel, x->out_step), x->first);
  int64_t plane = (int64_t)k->p * k->q, out = k->y_blocked ? k->lanes : 1;
  Ir first = k->y_blocked ? imulk(e, c->group, k->nb) : imulk(e, c->group, k->group);
  Ir y = at(e, c->y, imulk(e, iadd(e, iadd(e, imulk(e, first, plane), imulk(e, c->row, k->q)), to), out));
  a->x = at(e, c->input, imulk(e, from, pixel_of(k)));
  a->y = k->y_blocked ? y : buffer;
  a->y_block = k64(e, (k->y_blocked ? plane : t->width) * k->lanes);
  a->y_pixel = k64(e, (k->y_blocked ? x->out_step : 1) * k->lanes);
  conv_tile(e, t, a);
  if (!k->y_blocked)
    (k->lanes_in ? sum_lanes : spread_lanes)(c, t, buffer, y, x->out_step);
}

static void row_runs(Conv *c, Tile *t, TileArgs *a, const Axis *x, Ir buffer) {
  Emit *e = c->e;
  Run *run;
  int runs = axis_runs(e->c->mem, x, c->k.widest, &run);
  for (int i = 0; i < runs; i++) {
    uint32_t *missing = arena_alloc(e->c->mem, sizeof *missing * (size_t)(x->taps + 1));
    for (int j = 0; j < x->taps; j++)
      missing[j] = axis_missing(x, run[i].first, run[i].width, j);
    t->missing = missing;
    t->width = run[i].width;
    Loop l;
    loop_begin(e, &l, k64(e, run[i].first), k64(e, run[i].first + run[i].width * run[i].tiles), run[i].width, NULL, 0);
    tile_at(c, t, a, x, l.iv, buffer);
    loop_end(e, &l);
  }
}

static void row_tiles(Conv *c, int nb, Ir buffer) {
  Emit *e = c->e;
  const Corr *k = &c->k;
  int64_t plane = (int64_t)k->h * k->w * pixel_of(k);
  int wide = k->x_blocked && !k->lanes_in;
  for (int i = 0; i < k->cols; i++) {
    const Axis *x = &k->col[i];
    Tile t = {.nb = nb,
              .taps = x->taps,
              .lanes_in = k->lanes_in,
              .depthwise = k->depthwise,
              .inner = wide ? k->lanes : 0,
              .x_pixel = x->in_step * pixel_of(k),
              .x_tap = x->tap_step * pixel_of(k)};
    int64_t line = (int64_t)x->taps * k->inner * nb * k->lanes;
    Ir before = imulk(e, c->taps, corr_col(k, i)), group = imul(e, c->group, imulk(e, c->taps, x->taps * corr_tap(k)));
    Ir pass = imul(e, c->block, imulk(e, c->taps, line));
    TileArgs a = {.w = at(e, c->weights, iadd(e, iadd(e, before, group), iadd(e, pass, imulk(e, c->tap, line)))),
                  .blocks = c->blocks,
                  .rows = c->rows,
                  .inner = k64(e, k->inner),
                  .x_block = k64(e, plane),
                  .x_row = k64(e, (int64_t)k->row[0].tap_step * k->w * pixel_of(k)),
                  .x_inner = k64(e, wide ? 1 : plane),
                  .w_block = imulk(e, c->taps, line),
                  .w_row = k64(e, line),
                  .add = imin(e, c->block, k64(e, 1))};
    Branch some;
    if (k->pass < k->blocks) { /* later passes add to pixels that have taps */
      Ir first = ieq(e, c->block, k64(e, 0)), taps = ilt(e, k64(e, 0), imulk(e, c->rows, x->taps));
      branch_begin(e, &some, LLVMBuildOr(e->builder, first, taps, ""));
    }
    row_runs(c, &t, &a, x, buffer);
    if (k->pass < k->blocks)
      branch_end(e, &some);
  }
}

static void row_epilogue(Conv *c) {
  Emit *e = c->e;
  const Corr *k = &c->k;
  int blocked = k->y_blocked, out = blocked ? k->lanes : 1;
  Ir first = imulk(e, c->group, blocked ? k->nb : k->group);
  Ir last = imin(e, iaddk(e, first, blocked ? k->nb : k->group), k64(e, blocked ? (k->out + out - 1) / out : k->out));
  Loop unit, pixel;
  loop_begin(e, &unit, first, last, 1, NULL, 0);
  epilogue_unit(&c->epilogue, e, c->sample, unit.iv);
  Ir line = at(e, c->y, imulk(e, iadd(e, imulk(e, unit.iv, k->p), c->row), (int64_t)k->q * out));
  loop_begin(e, &pixel, k64(e, 0), k64(e, k->q), blocked ? 1 : e->lanes, NULL, 0);
  Ir mask = blocked ? NULL : lane_mask(e, isub(e, k64(e, k->q), pixel.iv));
  Ir index[] = {unit.iv, imulk(e, c->row, k->join), pixel.iv, k64(e, 0)}, p = at(e, line, imulk(e, pixel.iv, out));
  Ir value = epilogue_apply(&c->epilogue, e, mask ? load_masked(e, p, mask) : load_vec(e, p), index, mask);
  if (mask)
    store_masked(e, value, p, mask);
  else
    store(e, value, p);
  loop_end(e, &pixel);
  loop_end(e, &unit);
}

/* All passes over the rows of a band. */
static void band_tiles(Conv *c, int nb, Ir buffer, Ir from, Ir to) {
  Emit *e = c->e;
  const Corr *k = &c->k;
  Loop pass, row;
  loop_begin(e, &pass, k64(e, 0), k64(e, k->blocks), k->pass, NULL, 0);
  c->block = k->pass == k->blocks ? k64(e, 0) : pass.iv;
  c->blocks = k->pass == k->blocks ? k64(e, k->blocks) : imin(e, isub(e, k64(e, k->blocks), pass.iv), k64(e, k->pass));
  loop_begin(e, &row, from, to, 1, NULL, 0);
  c->row = row.iv;
  clip_row(c);
  row_tiles(c, nb, buffer);
  loop_end(e, &row);
  loop_end(e, &pass);
}

static void conv_band(Conv *c, Ir buffer, Ir from, Ir to) {
  Emit *e = c->e;
  const Corr *k = &c->k;
  Branch last;
  if (k->tail != k->nb) {
    branch_begin(e, &last, ieq(e, c->group, k64(e, k->groups_out - 1)));
    band_tiles(c, k->tail, buffer, from, to);
    branch_else(e, &last);
  }
  band_tiles(c, k->nb, buffer, from, to);
  if (k->tail != k->nb)
    branch_end(e, &last);
  if (!c->terms.formula)
    return;
  Loop row;
  loop_begin(e, &row, from, to, 1, NULL, 0);
  c->row = row.iv;
  row_epilogue(c);
  loop_end(e, &row);
}

static int bands(const Corr *k) { /* of a sample */
  return (k->p + k->band - 1) / k->band;
}

static void build_conv(Emit *e, void *user) {
  Conv *c = user;
  const Corr *k = &c->k;
  c->e = e;
  Ir x = kernel_pointer(e, 0), y = kernel_pointer(e, 2), from, to;
  c->packed = kernel_pointer(e, 1);
  Ir buffer = k->y_blocked ? NULL : stack_floats(e, (int64_t)TILE_VECTORS * k->lanes);
  int64_t x_sample = (int64_t)k->units * pixel_of(k) * k->h * k->w;
  int64_t y_sample = (k->y_blocked ? (k->out + k->lanes - 1) / k->lanes * k->lanes : k->out) * (int64_t)k->p * k->q;
  Ir per_sample = k64(e, bands(k)), all = imul(e, c->y_batched ? kernel_batch(e) : k64(e, 1), per_sample);
  epilogue_begin(&c->epilogue, e, &c->terms, 3);
  kernel_range(e, imulk(e, all, k->groups_out), &from, &to);
  Loop unit;
  loop_begin(e, &unit, from, to, 1, NULL, 0);
  int outside = corr_packed(k) > KEPT_WEIGHTS;
  Ir band = outside ? irem(e, unit.iv, all) : idiv(e, unit.iv, k64(e, k->groups_out));
  c->group = outside ? idiv(e, unit.iv, all) : irem(e, unit.iv, k64(e, k->groups_out));
  c->sample = idiv(e, band, per_sample);
  c->x = c->x_batched ? at(e, x, imulk(e, c->sample, x_sample)) : x;
  c->y = at(e, y, imulk(e, c->sample, y_sample));
  Ir first = imulk(e, irem(e, band, per_sample), k->band);
  conv_band(c, buffer, first, imin(e, iaddk(e, first, k->band), k64(e, k->p)));
  loop_end(e, &unit);
}

/* ---- the step ---- */

const char *conv_signature(const Graph *g, Val v, const Corr *k, const Terms *t) {
  Text s = {.mem = g->c->mem};
  const char *list[] = {"stride", "dilation"};
  text_add(&s, "%d%s %d", graph_node(g, v)->op, k->transposed ? " transposed" : "", graph_type(g, v)->batched);
  for (int i = 0; i < 2; i++)
    text_add(&s, " %d", graph_type(g, graph_in(g, v, i))->batched);
  text_add(&s, " x[%d %d %d]%d y[%d %d %d]%d w[%d %d] groups %d", k->in, k->h, k->w, k->x_blocked, k->out, k->p, k->q,
           k->y_blocked, k->r, k->s, k->groups);
  for (int i = 0; i < 4; i++)
    text_add(&s, " %d%s%d", graph_list(g, v, list[i / 2], i % 2), i ? " " : " by ", graph_list(g, v, "pad", i));
  if (t)
    terms_signature(t, g->c, &s);
  return text_str(&s);
}

static void direct_pack(Gen *g, const Graph *graph, Val v, Ir packed) {
  Corr k = corr_of(graph, v);
  conv_pack(g, &k, conv_signature(graph, v, &k, NULL), entry_value(g, graph_in(graph, v, 1)), packed);
}

static void direct_conv(Gen *g, const Graph *graph, Val v, Ir packed) {
  Emit *e = &g->e;
  Conv c = {.k = corr_of(graph, v), .terms = epilogue_terms(graph, v)};
  const Corr *k = &c.k;
  c.x_batched = graph_type(graph, graph_in(graph, v, 0))->batched;
  c.y_batched = graph_type(graph, v)->batched;
  Ir args[3 + MAX_VARS] = {entry_value(g, graph_in(graph, v, 0)), packed, entry_out(g)};
  int count = 3 + terms_args(g, &c.terms, args + 3);
  Ir kernel = gen_kernel(g, k->transposed ? "conv_input" : "conv", conv_signature(graph, v, k, &c.terms), k->lanes,
                         build_conv, &c);
  Ir units = imulk(e, c.y_batched ? entry_batch(g) : k64(e, 1), (int64_t)bands(k) * k->groups_out);
  int64_t taps = (int64_t)k->r * k->s / (k->rows * k->cols) + 1;
  entry_launch(g, kernel, args, count, entry_chunks(g, units, taps * k->blocks * k->inner * k->nb * k->q * k->band));
}

/* Where Winograd's filters are read for a few tiles only, the direct way reads less: then there is code for both, and N
   decides. */
void lower_conv(Gen *g, const Plan *p, int step) {
  const Graph *graph = p->g;
  Val v = p->steps.at[step].val;
  if (graph_node(graph, v)->op == OP_conv2d_weight_grad_over) {
    conv_weight_grad(g, p, step);
    return;
  }
  int fast = wino_fits(graph, v);
  int64_t least = fast ? wino_least_tiles(graph, v) : 0;
  Ir filters = entry_kept(g), packed = fast ? atk(&g->e, filters, wino_kept_floats(graph, v)) : filters;
  Branch few;
  entry_once_begin(g);
  if (fast)
    wino_conv_pack(g, p, step);
  if (!fast || least)
    direct_pack(g, graph, v, packed);
  entry_once_end(g);
  if (least)
    branch_begin(&g->e, &few, ilt(&g->e, wino_tiles(g, graph, v), k64(&g->e, least)));
  if (!fast || least)
    direct_conv(g, graph, v, packed);
  if (least)
    branch_else(&g->e, &few);
  if (fast)
    wino_conv(g, p, step);
  if (least)
    branch_end(&g->e, &few);
}

Scratch conv_scratch(const Graph *g, Val v) {
  if (graph_node(g, v)->op == OP_conv2d_weight_grad_over)
    return conv_weight_grad_scratch(g, v);
  Corr k = corr_of(g, v);
  if (wino_fits(g, v)) {
    Scratch s = wino_conv_scratch(g, v);
    s.kept += wino_least_tiles(g, v) ? 4 * corr_packed(&k) : 0;
    return s;
  }
  return (Scratch){.kept = 4 * corr_packed(&k), .of = 1};
}

double conv_work(const Graph *g, Val v, Text *how, double *fixed) {
  if (wino_fits(g, v))
    return wino_work(g, v, how, fixed);
  int weights = graph_node(g, v)->op == OP_conv2d_weight_grad_over;
  Corr k = weights ? corr_of_weight_grad(g, v) : corr_of(g, v);
  *fixed = 0;
  text_add(how, "%s %dx%d", k.depthwise ? "depthwise" : "direct", k.nb, weights ? conv_points(&k, k.nb) : k.widest);
  if (!k.x_blocked || !k.y_blocked)
    text_add(how, ", %s in rows", k.x_blocked ? "out" : k.y_blocked ? "in" : "all");
  int in = k.depthwise ? 1 : k.x_blocked ? (k.in + k.lanes - 1) / k.lanes * k.lanes : k.in;
  int out = k.y_blocked ? (k.out + k.lanes - 1) / k.lanes * k.lanes : k.out;
  double plane = k.transposed ? (double)k.h * k.w : (double)k.p * k.q;
  return 2.0 * k.r * k.s * plane * in / (k.depthwise ? 1 : k.groups) * out;
}
