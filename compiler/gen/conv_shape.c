/* conv_shape: the geometry of a convolution as a correlation, decided before any code is emitted.

   In: a conv2d or conv2d_input_grad node. Out: its classes of output pixels, tile, groups.
   Method: conv2d is one class. In the gradient of a convolution with stride 2 an output pixel meets only the taps of
   its own parity, so the pixels of each parity are a class, a correlation of stride 1 with fewer taps. Example: 4 taps,
   stride 2, pad 1. Pixel 2t of the result is touched by tap r of pixel p where 2p - 1 + r = 2t: r = 1 with p = t and r
   = 3 with p = t - 1. Ascending in p: base -1, taps 3, 1; the odd pixels take taps 2, 0 with base 0. */
#include "gen/conv.h"
#include "gen/tune.h"

enum { PASS_BYTES = 16 * 1024, PASS_BLOCKS = 16, BAND_PIXELS = 64, FLAT_PIXELS = 256 };

int conv_accumulators(int lanes) {
  return lanes == 16 ? 28 : 12; /* of 32 and of 16 registers; the rest holds weights and the repeated input */
}

static int greatest_divisor(int a, int b) {
  return b ? greatest_divisor(b, a % b) : a;
}

static int ceil_div(int a, int b) {
  return (a + b - 1) / b;
}

typedef struct {
  int in, out, taps, stride, before, dilation; /* of an axis, x and y as the node has them */
} Side;

static int forward_axis(Arena *a, const Side *s, Axis **to) {
  *to = arena_alloc(a, sizeof **to);
  **to = (Axis){.out_step = 1,
                .count = s->out,
                .in = s->in,
                .in_step = s->stride,
                .base = -s->before,
                .taps = s->taps,
                .tap_step = s->dilation,
                .filter_step = 1};
  return 1;
}

static Axis gradient_class(const Side *s, int first) {
  int every = s->stride / greatest_divisor(s->stride, s->dilation); /* taps of one class are this far apart */
  Axis x = {.first = first,
            .out_step = s->stride,
            .count = ceil_div(s->out - first, s->stride),
            .in = s->in,
            .in_step = 1,
            .tap_step = every * s->dilation / s->stride,
            .filter_step = -every};
  for (int r = 0; r < s->taps; r++) {
    int from = first + s->before - r * s->dilation;
    if (from % s->stride)
      continue;
    x.taps++;
    x.filter = r;
    x.base = from / s->stride;
  }
  return x;
}

static int gradient_axis(Arena *a, const Side *s, Axis **to) {
  int classes = s->stride < s->out ? s->stride : s->out;
  *to = arena_alloc(a, sizeof **to * (size_t)classes);
  for (int i = 0; i < classes; i++)
    (*to)[i] = gradient_class(s, i);
  return classes;
}

/* The widths of a row's tiles differ by one at most: 14 pixels, tiles of at most 6, are 5 + 5 + 4. */
static int cut(int count, int widest, int *longer, int *width) {
  int tiles = ceil_div(count, widest);
  *width = count / tiles;
  *longer = count % tiles;
  return tiles;
}

uint32_t axis_missing(const Axis *x, int first, int width, int tap) {
  uint32_t bits = 0;
  for (int t = 0; t < width; t++) {
    int from = (first + t) * x->in_step + x->base + tap * x->tap_step;
    bits |= (uint32_t)(from < 0 || from >= x->in) << t;
  }
  return bits;
}

static int same_missing(const Axis *x, int a, int b, int width) {
  for (int j = 0; j < x->taps; j++)
    if (axis_missing(x, a, width, j) != axis_missing(x, b, width, j))
      return 0;
  return 1;
}

int axis_runs(Arena *a, const Axis *x, int widest, Run **runs) {
  int longer, width, tiles = cut(x->count, widest, &longer, &width), n = 0;
  Run *r = *runs = arena_alloc(a, sizeof *r * (size_t)tiles);
  for (int i = 0, first = 0; i < tiles; i++) {
    int w = width + (i < longer);
    if (n && r[n - 1].width == w && same_missing(x, r[n - 1].first, first, w))
      r[n - 1].tiles++;
    else
      r[n++] = (Run){first, w, 1};
    first += w;
  }
  return n;
}

/* Half cycles that one step (tap and input channel) of a row takes, all its tiles: two multiply-adds a cycle, two
   loads, a latency of four; with one vector of weights the loads alone decide (measured). */
static int64_t row_cost(const Axis *x, int nb, int widest) {
  int longer, width, tiles = cut(x->count, widest, &longer, &width);
  int64_t cost = 0;
  for (int i = 0; i < tiles; i++) {
    int w = width + (i < longer), work = nb == 1 ? w * 3 / 2 : w * nb;
    cost += (work < 8 ? 8 : work) + 1;
  }
  return cost;
}

/* Input units that outputs from..to-1 reach: the first, and how many. */
static int reach(const Corr *k, int from, int to) {
  int unit = k->x_blocked ? k->lanes : 1, each_in = k->in / k->groups, each_out = k->out / k->groups;
  int first = from / each_out * each_in / unit, last = (((to - 1) / each_out + 1) * each_in - 1) / unit;
  return last - first + 1;
}

static int largest_reach(const Corr *k, int group) {
  int most = 1;
  for (int o = 0; o < k->out; o += group) {
    int n = reach(k, o, o + group < k->out ? o + group : k->out);
    most = n > most ? n : most;
  }
  return most;
}

/* Takes nb vectors, if the row is cheaper this way than with what was chosen before. */
static void try_tile(Corr *k, int nb, int vectors, int64_t *best, int64_t cost_of(const Corr *, int nb)) {
  int full = vectors / nb, rest = vectors % nb, sums = k->lanes_in && !k->depthwise, group = nb * (sums ? 1 : k->lanes);
  int span = largest_reach(k, group);
  int64_t cost = span * (full * cost_of(k, nb) + (rest ? cost_of(k, rest) : 0));
  if (nb > 1 && cost >= *best)
    return;
  *best = cost;
  k->nb = nb;
  k->widest = conv_accumulators(k->lanes) / nb;
  if (k->depthwise)
    k->widest -= k->widest / 4; /* for a row of weights */
  k->span = span;
  k->group = group;
  k->groups_out = full + (rest > 0);
  k->tail = rest ? rest : nb;
}

static int64_t rows_cost(const Corr *k, int nb) {
  int64_t cost = 0;
  for (int i = 0; i < k->cols; i++)
    cost += row_cost(&k->col[i], nb, conv_accumulators(k->lanes) / nb);
  return cost;
}

/* Half cycles for one pixel pair of the gradient of the weights, all points of a unit. */
static int64_t points_cost(const Corr *k, int nb) {
  int points = k->x_blocked ? k->lanes : k->in * k->s, most = conv_points(k, nb),
      work = nb == 1 ? most * 3 / 2 : most * nb;
  return ceil_div(points, most) * ((work < 8 ? 8 : work) + 1);
}

/* A pass takes as many blocks as PASS_BYTES of weights hold, a band so many rows that these are used for a while. */
static void choose_pass(Corr *k) {
  int taps = 0;
  for (int i = 0; i < k->cols; i++)
    taps = k->col[i].taps > taps ? k->col[i].taps : taps;
  int64_t bytes = (int64_t)k->nb * k->lanes * k->inner * k->row[0].taps * taps * 4;
  int most = bytes && PASS_BYTES / bytes < PASS_BLOCKS ? (int)(PASS_BYTES / bytes) : PASS_BLOCKS;
  int passes = k->blocks <= most * 3 / 2 || !k->y_blocked ? 1 : ceil_div(k->blocks, most > 1 ? most : 1);
  k->pass = ceil_div(k->blocks, passes);
  int rows = passes > 1 && k->q < BAND_PIXELS ? BAND_PIXELS / k->q : 1;
  k->band = ceil_div(k->p, ceil_div(k->p, rows));
}

static void choose_tile(Corr *k, int most, int64_t cost_of(const Corr *, int nb), int way) {
  int vectors = k->lanes_in && !k->depthwise ? k->out : ceil_div(k->out, k->lanes);
  int64_t best = 0;
  for (int nb = 1; nb <= most && nb <= vectors; nb++)
    try_tile(k, nb, vectors, &best, cost_of);
  int other = way == TUNE_LARGER ? k->nb + 1 : way == TUNE_SMALLER ? k->nb - 1 : 0;
  best = INT64_MAX;
  if (other >= 1 && other <= most && other <= vectors)
    try_tile(k, other, vectors, &best, cost_of);
  k->blocks = k->x_blocked && !k->lanes_in ? k->span : 1;
  k->inner = k->x_blocked && !k->lanes_in ? k->lanes : k->span;
}

/* Rows of a flat plane that are taken as one: as many as leave enough rows for all threads. */
static int rows_joined(int h, int w) {
  int best = 1;
  for (int n = 2; n <= h && n * w <= FLAT_PIXELS; n++)
    best = h % n ? best : n;
  return best;
}

/* x is what is read pixel by pixel, y what has the vectors (or, for a plain result, what is summed up to). */
static Corr corr_make(const Graph *g, Val v, const Type *x, const Type *y, int r, int s, int transposed, int flat) {
  Corr k = {.lanes = x->lanes   ? x->lanes
                     : y->lanes ? y->lanes
                                : 8,
            .x_blocked = x->lanes > 0,
            .y_blocked = y->lanes > 0,
            .transposed = transposed,
            .groups = graph_int(g, v, "groups"),
            .in = x->dim[0],
            .out = y->dim[0],
            .r = r,
            .s = s};
  k.join = flat ? rows_joined(x->dim[1], x->dim[2]) : 1;
  k.h = x->dim[1] / k.join, k.w = x->dim[2] * k.join;
  k.p = y->dim[1] / k.join, k.q = y->dim[2] * k.join;
  Side row = {k.h, k.p, r, graph_list(g, v, "stride", 0), graph_list(g, v, "pad", 0), graph_list(g, v, "dilation", 0)};
  Side col = {k.w, k.q, s, graph_list(g, v, "stride", 1), graph_list(g, v, "pad", 2), graph_list(g, v, "dilation", 1)};
  k.rows = (transposed ? gradient_axis : forward_axis)(g->c->mem, &row, &k.row);
  k.cols = (transposed ? gradient_axis : forward_axis)(g->c->mem, &col, &k.col);
  k.units = k.x_blocked ? ceil_div(k.in, k.lanes) : k.in;
  return k;
}

/* A filter of one element without stride or padding does not look aside: rows of the plane may be joined. */
static int looks_aside(const Graph *g, Val v, int r, int s) {
  int aside = r != 1 || s != 1 || graph_list(g, v, "stride", 0) != 1 || graph_list(g, v, "stride", 1) != 1;
  for (int i = 0; i < 4; i++)
    aside |= graph_list(g, v, "pad", i) != 0;
  return aside;
}

/* Whether the epilogue's operands lie evenly along the plane too. */
static int is_even(const Terms *t) {
  for (int i = 0; i < t->count; i++)
    if (t->op[i].kind == OPERAND_MEMORY && t->op[i].val && t->op[i].stride[1] != t->size[2] * t->op[i].stride[2])
      return 0;
  return 1;
}

static int is_depthwise(const Corr *k) {
  return k->x_blocked && k->y_blocked && k->groups == k->in && k->in == k->out;
}

Corr corr_of(const Graph *g, Val v) {
  Type x = *graph_type(g, graph_in(g, v, 0)), w = *graph_type(g, graph_in(g, v, 1)), y = *graph_type(g, v);
  Terms t = epilogue_terms(g, v);
  int flat = !looks_aside(g, v, w.dim[2], w.dim[3]) && is_even(&t);
  Corr k = corr_make(g, v, &x, &y, w.dim[2], w.dim[3], graph_node(g, v)->op == OP_conv2d_input_grad, flat);
  k.depthwise = is_depthwise(&k);
  k.lanes_in = k.depthwise || (k.x_blocked && !k.y_blocked);
  choose_tile(&k, k.depthwise ? 1 : 4, rows_cost, tune_way(g, v));
  choose_pass(&k);
  if (tune_way(g, v) == TUNE_ONE_PASS)
    k.pass = k.blocks, k.band = 1;
  return k;
}

int conv_points(const Corr *k, int nb) {
  int most = conv_accumulators(k->lanes) / nb, even = k->lanes;
  while (even > most)
    even /= 2;
  return k->x_blocked && !k->depthwise ? even : most < CONV_POINTS ? most : CONV_POINTS;
}

Corr corr_of_weight_grad(const Graph *g, Val v) {
  Type x = *graph_type(g, graph_in(g, v, 0)), dy = *graph_type(g, graph_in(g, v, 1)), w = *graph_type(g, v);
  int flat = !looks_aside(g, v, w.dim[2], w.dim[3]), swapped = !dy.lanes && x.lanes;
  Corr k = corr_make(g, v, swapped ? &dy : &x, swapped ? &x : &dy, w.dim[2], w.dim[3], swapped, flat);
  k.depthwise = k.lanes_in = is_depthwise(&k);
  choose_tile(&k, k.depthwise ? 1 : 3, points_cost, tune_way(g, v));
  return k;
}

int64_t corr_tap(const Corr *k) {
  return (int64_t)k->blocks * k->inner * k->nb * k->lanes;
}

static int taps_before(const Axis *x, int classes) {
  int n = 0;
  for (int i = 0; i < classes; i++)
    n += x[i].taps;
  return n;
}

int64_t corr_row(const Corr *k, int row) {
  return (int64_t)taps_before(k->row, row) * corr_col(k, k->cols);
}

int64_t corr_col(const Corr *k, int col) {
  return (int64_t)taps_before(k->col, col) * k->groups_out * corr_tap(k);
}

int64_t corr_packed(const Corr *k) {
  int64_t floats = corr_row(k, k->rows);
  return floats ? floats : k->lanes; /* of a filter that meets nothing but padding: the memory must still be some */
}
