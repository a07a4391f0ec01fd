/* conv_grad: the gradient of a convolution's weights, summed over the batch.

   dw[o, i, tap] = sum over pixels of y[o, pixel] * x[i, pixel under the tap], where the operand called y has its
   vectors loaded and the elements of x are repeated (conv.h: corr_of_weight_grad). The sums of nb vectors and m
   elements of x stay in registers while the pixels of a band of rows go by; bands are as large as fits the second
   cache with all that they meet: some rows of a plane, or a few whole planes. Example, 8 lanes, 64 channels, 3 x 3:
   nb 3, m 4; a band is walked once for each of 9 taps and 2 halves of a block of x, for 24 outputs.
   A unit of work is (copy, group of outputs, block of x). With few of the latter there are several copies of the sums,
   each over a fixed part of the bands, which conv_unpack adds up in order while it brings the weights back to plain.
   A plain x of few channels (a picture) has too few elements for a tile: there the columns of the filter that all
   pixels of the middle of the row meet are taken together with the channels, and the borders are done tap by tap. So
   they are where each channel is a group of its own, and vectors of x meet vectors of y. */
#include "gen/conv.h"
#include "gen/finish.h"
#include "gen/wino.h"

enum { BAND_BYTES = 64 * 1024, COPIES_BYTES = 16 << 20, FEW_UNITS = 16, WANTED_UNITS = 24, FEW_CHANNELS = 4 };

typedef struct {
  Emit *e;
  Corr k;
  int x_batched, y_batched;
  int images, lines, copies; /* of a band; of the sums */
  Ir x, y, sums;
  Ir copy, group, block; /* the unit */
  int nb;
  Ir band_image, band_images, band_line; /* the band */
  Ir rows, x_row, y_row;                 /* rows of the band under the row tap; their first pixels, column 0 */
} Grad;

static int64_t plane_x(const Corr *k) {
  return (int64_t)k->h * k->w * (k->x_blocked ? k->lanes : 1);
}

static int64_t plane_y(const Corr *k) {
  return (int64_t)k->p * k->q * k->lanes;
}

/* ---- the tile ---- */

typedef struct {
  Ir sums, y, images, rows, cols;
  Ir y_image, y_row, y_col, y_block, x_image, x_row, x_col;
  Ir x[CONV_POINTS]; /* first pixel of each element; of NEIGHBOURS, of the first */
} Pairs;
enum { PAIRS_FIXED = 12 };
typedef enum { APART, NEIGHBOURS, VECTORS } Elements; /* of x; VECTORS: not repeated, lane meets lane */

static void pairs_pixel(Emit *e, int nb, int points, Elements how, const Ir *y, const Ir *x, Ir *sum) {
  Ir vector[4];
  for (int b = 0; b < nb; b++)
    vector[b] = load_vec(e, y[b]);
  for (int i = 0; i < points; i++) {
    Ir p = how == NEIGHBOURS ? atk(e, x[0], i) : x[i],
       element = how == VECTORS ? load_vec(e, p) : splat(e, load_f32(e, p));
    for (int b = 0; b < nb; b++)
      sum[i * nb + b] = fma3(e, element, vector[b], sum[i * nb + b]);
  }
}

static void pairs_body(Emit *e, int nb, int points, Elements how, const Pairs *p) {
  Ir sum[TILE_VECTORS], y[4], x[CONV_POINTS];
  int sums = nb * points, pointers = how == NEIGHBOURS ? 1 : points;
  Loop image, row, col;
  for (int i = 0; i < sums; i++)
    sum[i] = load_vec(e, atk(e, p->sums, (int64_t)i * e->lanes));
  loop_begin(e, &image, k64(e, 0), p->images, 1, sum, sums);
  loop_begin(e, &row, k64(e, 0), p->rows, 1, sum, sums);
  Ir y_row = at(e, p->y, iadd(e, imul(e, image.iv, p->y_image), imul(e, row.iv, p->y_row)));
  Ir x_row = iadd(e, imul(e, image.iv, p->x_image), imul(e, row.iv, p->x_row));
  loop_begin(e, &col, k64(e, 0), p->cols, 1, sum, sums);
  for (int b = 0; b < nb; b++)
    y[b] = at(e, at(e, y_row, imulk(e, p->y_block, b)), imul(e, col.iv, p->y_col));
  for (int i = 0; i < pointers; i++)
    x[i] = at(e, at(e, p->x[i], x_row), imul(e, col.iv, p->x_col));
  pairs_pixel(e, nb, points, how, y, x, sum);
  loop_end(e, &col);
  loop_end(e, &row);
  loop_end(e, &image);
  for (int i = 0; i < sums; i++)
    store(e, sum[i], atk(e, p->sums, (int64_t)i * e->lanes));
}

static void pairs(Emit *e, int nb, int points, Elements how, const Pairs *given) {
  union {
    Pairs named;
    Ir at[sizeof(Pairs) / sizeof(Ir)];
  } in, out = {.named = *given};
  int pointers = how == NEIGHBOURS ? 1 : points;
  static const char *const word[] = {[APART] = "", [NEIGHBOURS] = "_near", [VECTORS] = "_lanes"};
  const char *name = arena_printf(e->c->mem, "conv_pairs_%dx%dx%d%s", e->lanes, nb, points, word[how]);
  const char *params = arena_printf(e->c->mem, "ppiiiiiiiiii%.*s", pointers, "pppppppppppppppp");
  Outer outer;
  Ir fn;
  if (helper_begin(e, &outer, name, params, &fn)) {
    for (int i = 0; i < PAIRS_FIXED + pointers; i++)
      in.at[i] = LLVMGetParam(fn, (unsigned)i);
    pairs_body(e, nb, points, how, &in.named);
    helper_end(e, &outer);
  }
  call(e, fn, out.at, PAIRS_FIXED + pointers);
}

/* ---- a band under one row tap ---- */

typedef struct {
  const Axis *axis;
  Ir sums; /* of the row tap and column class: [column tap][channel][nb] vectors */
} Line;

static void span_of(const Axis *x, int tap, int *low, int *high) { /* pixels of y that meet x under this tap */
  int shift = x->base + tap * x->tap_step, end = x->in - shift;
  *low = shift >= 0 ? 0 : (-shift + x->in_step - 1) / x->in_step;
  *high = end <= 0 ? 0 : (end + x->in_step - 1) / x->in_step;
  *high = *high > x->count ? x->count : *high;
}

static Pairs pairs_of(const Grad *g, const Axis *axis, int low, int high) {
  Emit *e = g->e;
  const Corr *k = &g->k;
  int pixel = k->x_blocked ? k->lanes : 1;
  Pairs p = {.images = g->band_images, .rows = g->rows, .cols = k64(e, high - low)};
  p.y = atk(e, g->y_row, (int64_t)(axis->first + low * axis->out_step) * k->lanes);
  p.y_image = k64(e, g->y_batched ? plane_y(k) * ((k->out + k->lanes - 1) / k->lanes) : 0);
  p.y_row = k64(e, (int64_t)k->row[0].out_step * k->q * k->lanes), p.y_col = k64(e, axis->out_step * k->lanes);
  p.y_block = k64(e, plane_y(k));
  p.x_image = k64(e, g->x_batched ? plane_x(k) * k->units : 0);
  p.x_row = k64(e, (int64_t)k->row[0].in_step * k->w * pixel), p.x_col = k64(e, axis->in_step * pixel);
  return p;
}

/* Channels from `first` on, under one column tap, for the pixels low .. high-1. */
static void some_channels(const Grad *g, const Line *l, int tap, Ir first, int channels, int low, int high) {
  Emit *e = g->e;
  const Corr *k = &g->k;
  int pixel = k->x_blocked ? k->lanes : 1;
  Pairs p = pairs_of(g, l->axis, low, high);
  int64_t vectors = (int64_t)g->nb * k->lanes, place = l->axis->base + tap * l->axis->tap_step + low * l->axis->in_step;
  p.sums = at(e, l->sums, imulk(e, iaddk(e, first, (int64_t)tap * k->inner), vectors));
  Ir x = at(e, g->x_row, iadd(e, k64(e, place * pixel), imulk(e, first, k->x_blocked ? 1 : plane_x(k))));
  for (int i = 0; i < (k->x_blocked ? 1 : channels); i++)
    p.x[i] = atk(e, x, i * plane_x(k));
  pairs(e, g->nb, channels, k->depthwise ? VECTORS : k->x_blocked ? NEIGHBOURS : APART, &p);
}

static void all_channels(const Grad *g, const Line *l, int tap, int low, int high) {
  Emit *e = g->e;
  int most = conv_points(&g->k, g->nb), rest = g->k.inner % most;
  Loop c;
  if (low >= high)
    return;
  if (g->k.inner >= most) {
    loop_begin(e, &c, k64(e, 0), k64(e, g->k.inner - rest), most, NULL, 0);
    some_channels(g, l, tap, c.iv, most, low, high);
    loop_end(e, &c);
  }
  if (rest)
    some_channels(g, l, tap, k64(e, g->k.inner - rest), rest, low, high);
}

/* Elements first .. first+count-1 of (column tap, channel), for pixels that all taps meet. */
static void some_elements(const Grad *g, const Line *l, int first, int count, int low, int high) {
  Emit *e = g->e;
  const Corr *k = &g->k;
  Pairs p = pairs_of(g, l->axis, low, high);
  p.sums = atk(e, l->sums, (int64_t)first * g->nb * k->lanes);
  for (int i = 0; i < count; i++) {
    int tap = (first + i) / k->inner, channel = (first + i) % k->inner;
    int64_t place = l->axis->base + tap * l->axis->tap_step + low * l->axis->in_step;
    p.x[i] = atk(e, g->x_row, place * (k->x_blocked ? k->lanes : 1) + channel * plane_x(k));
  }
  pairs(e, g->nb, count, k->depthwise ? VECTORS : APART, &p);
}

static void few_channels(const Grad *g, const Line *l) {
  int low = 0, high = l->axis->count, from, to, taps = l->axis->taps;
  for (int s = 0; s < taps; s++) {
    span_of(l->axis, s, &from, &to);
    low = from > low ? from : low;
    high = to < high ? to : high;
  }
  high = high < low ? low : high;
  int elements = taps * g->k.inner, most = conv_points(&g->k, g->nb), parts = (elements + most - 1) / most;
  for (int i = 0; i < parts && low < high; i++) {
    int first = elements * i / parts;
    some_elements(g, l, first, elements * (i + 1) / parts - first, low, high);
  }
  for (int s = 0; s < taps; s++) {
    span_of(l->axis, s, &from, &to);
    all_channels(g, l, s, from, to < low ? to : low);
    all_channels(g, l, s, from > high ? from : high, to);
  }
}

static void line(const Grad *g, const Line *l) {
  int low, high;
  if (g->k.depthwise || (!g->k.x_blocked && g->k.inner <= FEW_CHANNELS)) {
    few_channels(g, l);
    return;
  }
  for (int s = 0; s < l->axis->taps; s++) {
    span_of(l->axis, s, &low, &high);
    all_channels(g, l, s, low, high);
  }
}

/* ---- a unit ---- */

/* The sums of a class in the unit's copy: [row tap][column tap][channel][nb] vectors. Returns their number for a row
   tap. */
static int64_t class_sums(const Grad *g, int row, int col, Ir *sums) {
  Emit *e = g->e;
  const Corr *k = &g->k;
  int64_t taps = (int64_t)k->row[row].taps * k->col[col].taps, tap = (int64_t)k->inner * g->nb;
  int64_t class = corr_row(k, row) + k->row[row].taps * corr_col(k, col);
  Ir group = iadd(e, imulk(e, g->group, taps * corr_tap(k)), imulk(e, g->block, taps * tap * k->lanes));
  *sums = at(e, g->sums, iaddk(e, iadd(e, imulk(e, g->copy, corr_packed(k)), group), class));
  return k->col[col].taps * tap;
}

static void clear(const Grad *g) {
  Emit *e = g->e;
  for (int i = 0; i < g->k.rows; i++)
    for (int j = 0; j < g->k.cols; j++) {
      Ir sums;
      Loop l;
      int64_t vectors = g->k.row[i].taps * class_sums(g, i, j, &sums);
      loop_begin(e, &l, k64(e, 0), k64(e, vectors * e->lanes), e->lanes, NULL, 0);
      store(e, kv(e, 0), at(e, sums, l.iv));
      loop_end(e, &l);
    }
}

static void row_tap(Grad *g, int class, Ir tap) {
  Emit *e = g->e;
  const Corr *k = &g->k;
  const Axis *a = &k->row[class];
  int64_t pixel = k->x_blocked ? k->lanes : 1;
  Ir shift = iaddk(e, imulk(e, tap, a->tap_step), a->base);
  Ir low = imax(e, g->band_line, ceil_positive(e, isub(e, k64(e, 0), shift), a->in_step));
  Ir high = imin(e, iaddk(e, g->band_line, g->lines), ceil_positive(e, isub(e, k64(e, a->in), shift), a->in_step));
  g->rows = isub(e, imin(e, high, k64(e, a->count)), low);
  Ir unit = k->x_blocked ? iadd(e, corr_first_unit(e, k, g->group), g->block) : corr_first_unit(e, k, g->group);
  Ir x = iadd(e, imulk(e, g->band_image, g->x_batched ? plane_x(k) * k->units : 0), imulk(e, unit, plane_x(k)));
  g->x_row = at(e, g->x, iadd(e, x, imulk(e, iadd(e, imulk(e, low, a->in_step), shift), k->w * pixel)));
  int64_t sample = g->y_batched ? plane_y(k) * ((k->out + k->lanes - 1) / k->lanes) : 0;
  Ir y = iadd(e, imulk(e, g->band_image, sample), imulk(e, g->group, k->nb * plane_y(k)));
  g->y_row =
      at(e, g->y, iadd(e, y, imulk(e, iaddk(e, imulk(e, low, a->out_step), a->first), (int64_t)k->q * k->lanes)));
  Branch some;
  branch_begin(e, &some, ilt(e, k64(e, 0), g->rows));
  for (int j = 0; j < k->cols; j++) {
    Line l = {&k->col[j], NULL};
    int64_t each = class_sums(g, class, j, &l.sums) * k->lanes;
    l.sums = at(e, l.sums, imulk(e, tap, each));
    line(g, &l);
  }
  branch_end(e, &some);
}

static void unit_of(Grad *g, int nb, Ir samples) {
  Emit *e = g->e;
  int bands = (g->k.row[0].count + g->lines - 1) / g->lines;
  Loop band, tap;
  g->nb = nb;
  clear(g);
  Ir groups = idiv(e, iaddk(e, samples, g->images - 1), k64(e, g->images)), all = imulk(e, groups, bands);
  Ir from = idiv(e, imul(e, all, g->copy), k64(e, g->copies)),
     to = idiv(e, imul(e, all, iaddk(e, g->copy, 1)), k64(e, g->copies));
  loop_begin(e, &band, from, to, 1, NULL, 0);
  g->band_image = imulk(e, idiv(e, band.iv, k64(e, bands)), g->images);
  g->band_images = imin(e, isub(e, samples, g->band_image), k64(e, g->images));
  g->band_line = imulk(e, irem(e, band.iv, k64(e, bands)), g->lines);
  for (int i = 0; i < g->k.rows; i++) {
    loop_begin(e, &tap, k64(e, 0), k64(e, g->k.row[i].taps), 1, NULL, 0);
    row_tap(g, i, tap.iv);
    loop_end(e, &tap);
  }
  loop_end(e, &band);
}

static void build_grad(Emit *e, void *user) {
  Grad *g = user;
  const Corr *k = &g->k;
  g->e = e;
  g->x = kernel_pointer(e, 0), g->y = kernel_pointer(e, 1), g->sums = kernel_pointer(e, 2);
  int64_t pairs_count = (int64_t)k->groups_out * k->blocks;
  Ir samples = g->x_batched || g->y_batched ? kernel_batch(e) : k64(e, 1), from, to;
  kernel_range(e, k64(e, pairs_count * g->copies), &from, &to);
  Loop unit;
  loop_begin(e, &unit, from, to, 1, NULL, 0);
  Ir pair = irem(e, unit.iv, k64(e, pairs_count));
  g->copy = idiv(e, unit.iv, k64(e, pairs_count));
  g->group = idiv(e, pair, k64(e, k->blocks));
  g->block = irem(e, pair, k64(e, k->blocks));
  if (k->tail == k->nb) {
    unit_of(g, k->nb, samples);
  } else {
    Branch last;
    branch_begin(e, &last, ieq(e, g->group, k64(e, k->groups_out - 1)));
    unit_of(g, k->tail, samples);
    branch_else(e, &last);
    unit_of(g, k->nb, samples);
    branch_end(e, &last);
  }
  loop_end(e, &unit);
}

/* ---- the step ---- */

static Grad grad_of(const Graph *graph, Val v) {
  Grad g = {.k = corr_of_weight_grad(graph, v)};
  const Corr *k = &g.k;
  Val x = graph_in(graph, v, 0), dy = graph_in(graph, v, 1);
  g.x_batched = graph_type(graph, k->transposed ? dy : x)->batched;
  g.y_batched = graph_type(graph, k->transposed ? x : dy)->batched;
  const Axis *row = &k->row[0];
  int64_t y_line = (int64_t)k->nb * k->lanes * k->q * row->out_step;
  int64_t x_line = (int64_t)k->inner * k->w * row->in_step, bytes = 4 * (y_line + x_line);
  g.lines = bytes * row->count <= BAND_BYTES ? row->count : bytes >= BAND_BYTES ? 1 : (int)(BAND_BYTES / bytes);
  g.images = g.lines == row->count && bytes * row->count < BAND_BYTES ? (int)(BAND_BYTES / (bytes * row->count)) : 1;
  int64_t units = (int64_t)k->groups_out * k->blocks, room = COPIES_BYTES / (4 * corr_packed(k));
  int64_t copies = units >= FEW_UNITS ? 1 : (WANTED_UNITS + units - 1) / units;
  g.copies = (int)(copies < room ? copies : room > 1 ? room : 1);
  return g;
}

static int is_plain(const Graph *graph, Val v) {
  return !graph_type(graph, graph_in(graph, v, 0))->lanes && !graph_type(graph, graph_in(graph, v, 1))->lanes;
}

void conv_weight_grad(Gen *g, const Plan *p, int step) {
  const Graph *graph = p->g;
  Val v = p->steps.at[step].val;
  if (is_plain(graph, v)) {
    conv_plain_weight_grad(g, graph, v);
    return;
  }
  if (wino_fits(graph, v)) {
    wino_weight_grad(g, p, step);
    return;
  }
  Emit *e = &g->e;
  Grad grad = grad_of(graph, v);
  const Corr *k = &grad.k;
  Ir x = entry_value(g, graph_in(graph, v, 0)), dy = entry_value(g, graph_in(graph, v, 1)),
     sums = entry_scratch(g, 0, 0);
  Ir args[] = {k->transposed ? dy : x, k->transposed ? x : dy, sums},
     units = k64(e, (int64_t)k->groups_out * k->blocks * grad.copies);
  const char *signature = conv_signature(graph, v, k, NULL);
  Ir kernel = gen_kernel(g, "conv_weight", signature, k->lanes, build_grad, &grad);
  int64_t work = (int64_t)k->inner * k->nb * k->r * k->s * k->p * k->q / (k->rows * k->cols) / grad.copies;
  entry_launch(g, kernel, args, 3, entry_chunks(g, units, work));
  conv_unpack(g, k, signature, entry_out(g), sums, grad.copies);
  finish_launch(g, graph, v);
}

Scratch conv_weight_grad_scratch(const Graph *g, Val v) {
  if (is_plain(g, v))
    return (Scratch){0};
  if (wino_fits(g, v))
    return wino_weight_grad_scratch(g, v);
  Grad grad = grad_of(g, v);
  return (Scratch){.fixed = 4 * corr_packed(&grad.k) * grad.copies};
}
