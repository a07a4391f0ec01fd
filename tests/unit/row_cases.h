/* A case of every row of op.def: the text of an expression whose result is the row's, over leaves of random shapes. A
   row without a case does not compile. */
#ifndef TESTS_ROW_CASES_H
#define TESTS_ROW_CASES_H
#include "row_leaves.h"

/* ---- elementwise ---- */

static const char *case_each_row(Case *k, const OpRow *row) {
  char letter = !strcmp(row->domain, "positive") ? 'p' : !strcmp(row->domain, "unit") ? 'u' : 'a';
  Dims d = k->far ? DIMS(150) : any_dims();
  int full = dice(row->operands);
  Text t = {.mem = k->c->mem};
  for (int i = 0; i < row->operands; i++)
    text_add(&t, "%s%s", i ? ", " : "", i == full || k->far ? value(k, letter, d) : spread(k, letter, d));
  static const char *const word[][2] = {{"and", "and"}, {"or", "or"}, {"not", "not"}};
  const char *name = name_text(k->c->names, row->name);
  for (int i = 0; i < 3; i++)
    if (!strcmp(name, word[i][0])) { /* words of the grammar: written between their operands */
      char *both = arena_strndup(k->c->mem, text_str(&t), strlen(text_str(&t))), *comma = strstr(both, ", ");
      if (!comma)
        return say(k, "not %s", both);
      *comma = 0;
      return say(k, "%s %s %s", both, word[i][1], comma + 2);
    }
  return say(k, "%s(%s)", name, text_str(&t));
}

static const char *case_each(Case *k) {
  Dims d = any_dims();
  const char *x = value(k, 'a', d), *y = spread(k, 'a', d), *z = spread(k, 'a', d);
  return say(k, "each(%s, %s, %s, formula: \"max(x0 * x1, 0) + x2 * sigmoid(x0 - x1)\")", x, y, z);
}

static const char *case_stop(Case *k) {
  k->stops = 1;
  return say(k, "stop(%s)", value(k, 'a', plane_dims()));
}

static const char *case_expand(Case *k) {
  Dims d = any_dims(), small = d;
  for (int i = 0; i < d.rank; i++)
    small.dim[i] = dice(2) ? d.dim[i] : 1;
  int batched = dice(2);
  return say(k, "expand(%s, shape: %s, batched: %d)", leaf(k, 'a', dice(2), small), dims_text(k, d), batched);
}

/* ---- leaves ---- */

static const char *case_input(Case *k) {
  return leaf(k, 'a', dice(2), any_dims());
}

static const char *case_param(Case *k) {
  Dims d = any_dims();
  return say(k, "%s + %s", leaf(k, 'a', 0, d), leaf(k, 'a', 0, d));
}

static const char *case_scalar(Case *k) {
  const char *s = leaf(k, 's', 0, no_dims), *x = leaf(k, 'a', 1, any_dims());
  return dice(2) ? s : say(k, "(1 - %s^(2 * %s)) * %s", s, s, x);
}

static const char *case_number(Case *k) {
  return dice(3) ? say(k, "%s * 0.3", leaf(k, 'a', 1, any_dims())) : "0.25";
}

static const char *case_batch_size(Case *k) {
  return dice(3) ? say(k, "batch_size() / %s", leaf(k, 'p', dice(2), any_dims())) : "batch_size()";
}

static const char *axes_text(Case *k, Dims d, int at_least) {
  int axes[MAX_RANK], n = 0;
  for (int i = 0; i < d.rank; i++)
    if (dice(2) || (n < at_least && i == d.rank - 1))
      axes[n++] = i;
  return list_text(k->c->mem, axes, n);
}

static const char *all_axes(Case *k, int rank) {
  static const int axes[] = {0, 1, 2, 3, 4, 5};
  return list_text(k->c->mem, axes, rank);
}

static const char *case_grad(Case *k) {
  Dims d = any_dims();
  const char *x = leaf(k, 'a', dice(2), d), *y = value(k, 'a', d);
  return say(k, "grad(batch_sum(tanh(%s * %s), axes: %s), %s)", x, y, all_axes(k, d.rank), x);
}

/* ---- reductions ---- */

static const char *reduction(Case *k, const char *op, int at_least, int keep) {
  Dims d = plane_dims();
  const char *x = value(k, 'a', d), *axes = axes_text(k, d, at_least);
  if (dice(2))
    x = say(k, "%s * %s", x, spread(k, 'a', d));
  return say(k, "%s(%s, axes: %s%s)", op, x, axes, keep ? ", keep: 1" : "");
}

static const char *case_reduce_sum(Case *k) {
  return reduction(k, "reduce_sum", 1, dice(2));
}
static const char *case_reduce_max(Case *k) {
  return reduction(k, "reduce_max", 1, dice(2));
}
static const char *case_batch_sum(Case *k) {
  return reduction(k, "batch_sum", 0, 0);
}
static const char *case_batch_max(Case *k) {
  return reduction(k, "batch_max", 0, 0);
}
static const char *case_argmax(Case *k) {
  return say(k, "argmax(%s, axis: %d)", value(k, 'a', plane_dims()), dice(3));
}

/* ---- convolutions ---- */

typedef struct {
  int c, k, h, w, r, s, p, q, groups;
  const char *settings;
} Conv;

static int windows(int size, int kernel, int stride, int before, int after, int dilation) {
  int room = size + before + after - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
}

static Conv conv_roll(Case *k) {
  for (;;) {
    Conv v = {.h = 1 + dice(8), .w = 1 + dice(8), .r = 1 + dice(3), .s = 1 + dice(3), .groups = ONE_OF(1, 1, 1, 2, 3)};
    int stride[2] = {ONE_OF(1, 1, 2, 3), ONE_OF(1, 1, 2)}, dilation[2] = {ONE_OF(1, 1, 2), ONE_OF(1, 1, 2)};
    int pad[4] = {dice(3), dice(3), dice(3), dice(3)};
    v.c = v.groups * ONE_OF(1, 3, 5, 8, 17), v.k = v.groups * ONE_OF(1, 2, 5, 8, 17);
    v.p = windows(v.h, v.r, stride[0], pad[0], pad[1], dilation[0]);
    v.q = windows(v.w, v.s, stride[1], pad[2], pad[3], dilation[1]);
    Arena *mem = k->c->mem;
    v.settings = say(k, "stride: %s, pad: %s, dilation: %s, groups: %d", list_text(mem, stride, 2),
                     list_text(mem, pad, 4), list_text(mem, dilation, 2), v.groups);
    if (v.p > 0 && v.q > 0 && v.c * v.k / v.groups < 400)
      return v;
  }
}

static const char *case_conv2d(Case *k) {
  Conv v = conv_roll(k);
  const char *x = value(k, 'a', DIMS(v.c, v.h, v.w)), *w = leaf(k, 'a', 0, DIMS(v.k, v.c / v.groups, v.r, v.s));
  return say(k, "conv2d(%s, %s, %s)", x, w, v.settings);
}

static const char *case_conv2d_input_grad(Case *k) {
  Conv v = conv_roll(k);
  const char *dy = value(k, 'a', DIMS(v.k, v.p, v.q)), *w = leaf(k, 'a', 0, DIMS(v.k, v.c / v.groups, v.r, v.s));
  return say(k, "conv2d_input_grad(%s, %s, size: [%d, %d], %s)", dy, w, v.h, v.w, v.settings);
}

static const char *case_conv2d_weight_grad_over(Case *k) {
  Conv v = conv_roll(k);
  const char *x = value(k, 'a', DIMS(v.c, v.h, v.w)), *dy = value(k, 'a', DIMS(v.k, v.p, v.q));
  return say(k, "conv2d_weight_grad_over(%s, %s, kernel: [%d, %d], %s)", x, dy, v.r, v.s, v.settings);
}

/* ---- pools and resizing ---- */

typedef struct {
  int c, h, w, p, q;
  const char *settings;
} Windows;

static Windows windows_roll(Case *k) {
  for (;;) {
    int size[2] = {1 + dice(3), 1 + dice(3)}, stride[2] = {1 + dice(3), 1 + dice(3)}, pad[4], up = dice(2);
    for (int i = 0; i < 4; i++)
      pad[i] = dice(size[i / 2] / 2 + 1);
    Windows v = {.c = ONE_OF(1, 3, 5, 8, 17), .h = 1 + dice(7), .w = 1 + dice(7)};
    int in[2] = {v.h, v.w}, out[2];
    for (int i = 0; i < 2; i++) {
      int over = in[i] + pad[2 * i] + pad[2 * i + 1] - size[i];
      out[i] = over < 0 ? 0 : over / stride[i] + 1;
      if (up && over >= 0 && over % stride[i] && out[i] * stride[i] < in[i] + pad[2 * i])
        out[i]++;
    }
    v.p = out[0], v.q = out[1];
    Arena *mem = k->c->mem;
    v.settings = say(k, "size: %s, stride: %s, pad: %s, ceil: %d", list_text(mem, size, 2), list_text(mem, stride, 2),
                     list_text(mem, pad, 4), up);
    if (v.p > 0 && v.q > 0)
      return v;
  }
}

static const char *case_maxpool(Case *k) {
  Windows v = windows_roll(k);
  return say(k, "maxpool(%s, %s)", value(k, 'a', DIMS(v.c, v.h, v.w)), v.settings);
}

static const char *case_maxpool_grad(Case *k) {
  Windows v = windows_roll(k);
  const char *x = value(k, 'a', DIMS(v.c, v.h, v.w)), *dy = value(k, 'a', DIMS(v.c, v.p, v.q));
  return say(k, "maxpool_grad(%s, maxpool(%s, %s), %s, %s)", x, x, v.settings, dy, v.settings);
}

static const char *case_maxpool_pick(Case *k) {
  Windows w = windows_roll(k);
  const char *x = value(k, 'a', DIMS(w.c, w.h, w.w)), *v = value(k, 'a', DIMS(w.c, w.h, w.w));
  return say(k, "maxpool_pick(%s, maxpool(%s, %s), %s, %s)", x, x, w.settings, v, w.settings);
}

static const char *case_avgpool(Case *k) {
  Windows v = windows_roll(k);
  return say(k, "avgpool(%s, %s, count_pad: %d)", value(k, 'a', DIMS(v.c, v.h, v.w)), v.settings, dice(2));
}

static const char *case_avgpool_grad(Case *k) {
  Windows v = windows_roll(k);
  const char *dy = value(k, 'a', DIMS(v.c, v.p, v.q));
  return say(k, "avgpool_grad(%s, input: [%d, %d], %s, count_pad: %d)", dy, v.h, v.w, v.settings, dice(2));
}

static const char *resized(Case *k, const char *op) {
  int bilinear = dice(2);
  return say(k, "%s(%s, size: [%d, %d], bilinear: %d, corners: %d)", op, value(k, 'a', plane_dims()), 1 + dice(9),
             1 + dice(9), bilinear, dice(2));
}

static const char *case_resize(Case *k) {
  return resized(k, "resize");
}
static const char *case_resize_grad(Case *k) {
  return resized(k, "resize_grad");
}

/* ---- matrix products ---- */

static Dims matrix_dims(int rank, int rows, int columns) {
  Dims d = {rank, {0}};
  for (int i = 0; i < rank; i++)
    d.dim[i] = i == rank - 1 ? columns : i == rank - 2 ? rows : 1 + dice(3);
  return d;
}

static const char *case_matmul(Case *k) {
  int inner = ONE_OF(1, 3, 8, 17), columns = ONE_OF(1, 5, 8, 17);
  const char *a = value(k, 'a', matrix_dims(1 + dice(4), 1 + dice(7), inner));
  if (dice(2))
    return say(k, "matmul(%s, %s)", a, leaf(k, 'a', 0, DIMS(inner, columns)));
  return say(k, "matmul(%s, transpose(%s, perm: [1, 0]))", a, leaf(k, 'a', 0, DIMS(columns, inner)));
}

static const char *case_matmul_over(Case *k) {
  Dims a = matrix_dims(1 + dice(4), 1 + dice(7), ONE_OF(1, 3, 8, 17)), b = a;
  b.dim[b.rank - 1] = ONE_OF(1, 5, 8, 17);
  const char *x = value(k, 'a', a);
  return say(k, "matmul_over(%s, %s)", x, value(k, 'a', b));
}

static const char *case_bmm(Case *k) {
  int rank = 2 + dice(3), inner = ONE_OF(1, 3, 8, 17);
  Dims a = matrix_dims(rank, 1 + dice(7), inner), b = a;
  b.dim[rank - 2] = inner, b.dim[rank - 1] = ONE_OF(1, 5, 8, 17);
  const char *x = value(k, 'a', a);
  if (dice(2))
    return say(k, "bmm(%s, %s)", x, value(k, 'a', b));
  int perm[] = {0, 1, 2, 3};
  perm[rank - 2] = rank - 1, perm[rank - 1] = rank - 2;
  b.dim[rank - 2] = b.dim[rank - 1], b.dim[rank - 1] = inner;
  return say(k, "bmm(%s, transpose(%s, perm: %s))", x, value(k, 'a', b), list_text(k->c->mem, perm, rank));
}

/* ---- moves ---- */

static const char *case_reshape(Case *k) {
  Dims d = plane_dims(), forms[] = {DIMS(d.dim[0] * d.dim[1], d.dim[2]), DIMS(d.dim[0] * d.dim[1] * d.dim[2]),
                                    DIMS(d.dim[0], 1, d.dim[1], d.dim[2]), DIMS(d.dim[2], d.dim[0], d.dim[1])};
  return say(k, "reshape(%s, shape: %s)", value(k, 'a', d), dims_text(k, forms[dice(4)]));
}

static const char *case_transpose(Case *k) {
  static const int perms[][3] = {{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  return say(k, "transpose(%s, perm: %s)", value(k, 'a', plane_dims()), list_text(k->c->mem, perms[dice(5)], 3));
}

static const char *case_concat(Case *k) {
  Dims d = plane_dims();
  int axis = dice(3);
  Text t = {.mem = k->c->mem};
  for (int i = 1 + dice(3); i >= 0; i--) {
    d.dim[axis] = axis ? 1 + dice(6) : ONE_OF(1, 3, 5, 8, 16, 17);
    text_add(&t, "%s, ", dice(4) ? value(k, 'a', d) : leaf(k, 'a', 0, d));
  }
  return say(k, "concat(%saxis: %d)", text_str(&t), axis);
}

static const char *case_slice(Case *k) {
  Dims d = plane_dims();
  int axis = dice(3), start = dice(d.dim[axis]), stop = start + 1 + dice(d.dim[axis] - start);
  if (!axis && dice(2))
    d.dim[0] = 24, start = 8, stop = dice(2) ? 16 : 24;
  return say(k, "slice(%s, axis: %d, start: %d, stop: %d)", value(k, 'a', d), axis, start, stop);
}

static const char *case_pad(Case *k) {
  const char *x = value(k, 'a', plane_dims());
  int axis = dice(3), before = dice(9);
  return say(k, "pad(%s, axis: %d, before: %d, after: %d)", x, axis, before, dice(9));
}

/* Within: a convolution, sums over the batch, N itself, and shared values beside. */
static const char *case_fold(Case *k) {
  int count = 1 + dice(4), c = ONE_OF(1, 3, 8, 17);
  const char *x = leaf(k, 'a', 1, DIMS(count, c, 4, 5)), *w = leaf(k, 'a', 0, DIMS(9, c, 3, 3)), *b = leaf(k, 'a', 0, DIMS(9, 1, 1));
  const char *y = say(k, "tanh(conv2d(fold(%s), %s, pad: [1, 1, 1, 1]) / 8 + %s)", x, w, b);
  return say(k, "unfold(%s * reshape(batch_sum(%s, axes: [1, 2]), shape: [9, 1, 1]) / batch_size(), count: %d)", y, y, count);
}
static const char *case_unfold(Case *k) {
  int count = 1 + dice(4);
  const char *x = leaf(k, 'a', 1, DIMS(count, 6));
  return say(k, "unfold(reduce_sum(fold(%s) * %s, axes: [0], keep: 1) + batch_size(), count: %d)", x, leaf(k, 'a', 0, DIMS(6)), count);
}

static const char *case_to_blocked(Case *k) {
  return say(k, "to_plain(to_blocked(%s, lanes: %d) * 2)", leaf(k, 'a', dice(2), plane_dims()), gen_lanes(NULL));
}
static const char *case_to_plain(Case *k) {
  return say(k, "to_plain(tanh(to_blocked(%s, lanes: %d)))", leaf(k, 'a', 1, plane_dims()), gen_lanes(NULL));
}

/* ---- indices ---- */

static const char *case_pick(Case *k) {
  Dims d = plane_dims(), rest = {2, {0}};
  int axis = dice(3);
  for (int i = 0; i < 2; i++)
    rest.dim[i] = d.dim[i < axis ? i : i + 1];
  const char *x = value(k, 'a', d);
  return say(k, "pick(%s, %s, axis: %d)", x, leaf(k, 'i', dice(4) > 0, rest), axis);
}

static const char *case_one_hot(Case *k) {
  Dims d = dice(2) ? DIMS(1 + dice(5), 1 + dice(5)) : no_dims;
  return say(k, "one_hot(%s, size: %d, axis: %d)", leaf(k, 'i', dice(2), d), 1 + dice(9), dice(d.rank + 1));
}

static Dims index_dims(void) {
  return dice(3) ? DIMS(1 + dice(6)) : no_dims;
}

static const char *case_take(Case *k) {
  Dims table = dice(2) ? DIMS(1 + dice(8), ONE_OF(1, 5, 8)) : DIMS(1 + dice(8));
  const char *rows = leaf(k, 'a', 0, table);
  return say(k, "take(%s, %s)", rows, leaf(k, 'i', dice(4) > 0, index_dims()));
}

static const char *case_take_over(Case *k) {
  Dims index = index_dims(), d = index;
  if (dice(2))
    d.dim[d.rank++] = ONE_OF(1, 5, 8);
  const char *at = leaf(k, 'i', 1, index);
  return say(k, "take_over(%s, %s, size: %d)", at, leaf(k, 'a', 1, d), 1 + dice(8));
}

static const char *case_gather(Case *k) {
  Dims table = dice(2) ? DIMS(1 + dice(8), ONE_OF(1, 5, 8)) : dice(2) ? plane_dims() : DIMS(1 + dice(8));
  const char *rows = dice(4) ? value(k, 'a', table) : leaf(k, 'a', 0, table);
  return say(k, "gather(%s, %s)", rows, leaf(k, 'i', dice(4) > 0, index_dims()));
}

static const char *case_scatter(Case *k) {
  Dims index = index_dims(), d = index;
  if (dice(2))
    d.dim[d.rank++] = ONE_OF(1, 5, 8);
  const char *at = leaf(k, 'i', dice(4) > 0, index);
  return say(k, "scatter(%s, %s, size: %d)", at, leaf(k, 'a', dice(4) > 0, d), 1 + dice(8));
}

/* ---- order and choice ---- */

static Dims rows_dims(void) {
  return dice(3) ? DIMS(1 + dice(3), 1 + dice(40)) : dice(2) ? plane_dims() : DIMS(1 + dice(70));
}

static const char *case_top(Case *k) {
  Dims d = rows_dims();
  return say(k, "top(%s, count: %d)", value(k, dice(4) ? 'a' : 'i', d), 1 + dice(d.dim[d.rank - 1]));
}

static const char *case_rank(Case *k) {
  Dims d = rows_dims();
  return say(k, "rank(%s, limit: %d)", value(k, 'a', d), dice(2) ? 0 : dice(d.dim[d.rank - 1] + 3));
}

static const char *case_nms(Case *k) {
  int n = 1 + dice(40);
  const char *corner = leaf(k, 'a', dice(4) > 0, DIMS(n, 2)), *size = leaf(k, 'p', dice(2), DIMS(n, 2));
  const char *score = leaf(k, 'a', dice(4) > 0, DIMS(n)), *group = leaf(k, 'i', 1, DIMS(n));
  k->stops = 1;
  return say(k, "nms(concat(%s, %s + %s, axis: 1), %s, floor(%s / 4), iou: %s, sigma: %s)", corner, corner, size, score,
             group, dice(2) ? "0.3" : "0.1", dice(2) ? "0" : "0.5");
}

/* ---- regions ---- */

typedef struct {
  Dims map, pooled;
  const char *boxes, *settings; /* scale, and how align samples */
} Regions;

static Regions regions_roll(Case *k, int align) {
  Regions r = {.map = plane_dims()};
  int boxes = 1 + dice(4);
  r.pooled = DIMS(boxes, r.map.dim[0], 1 + dice(4), 1 + dice(4));
  const char *corner = leaf(k, 'i', dice(4) > 0, DIMS(boxes, 2)), *size = leaf(k, 'i', dice(4) > 0, DIMS(boxes, 2));
  r.boxes = say(k, "concat(%s * 0.73 - 1, %s * 0.73 + %s * 0.61, axis: 1)", corner, corner, size);
  r.settings = say(k, "scale: %s", dice(2) ? "0.87" : "1.3");
  if (align)
    r.settings = say(k, "%s, ratio: %d, aligned: %d", r.settings, dice(4), dice(2));
  return r;
}

static const char *case_roi_pool(Case *k) {
  Regions r = regions_roll(k, 0);
  return say(k, "roi_pool(%s, %s, size: [%d, %d], %s)", value(k, 'a', r.map), r.boxes, r.pooled.dim[2],
             r.pooled.dim[3], r.settings);
}

static const char *case_roi_pool_grad(Case *k) {
  Regions r = regions_roll(k, 0);
  const char *x = value(k, 'a', r.map);
  return say(k, "roi_pool_grad(%s, %s, %s, %s)", x, r.boxes, leaf(k, 'a', dice(4) > 0, r.pooled), r.settings);
}

static const char *case_roi_pool_pick(Case *k) {
  Regions r = regions_roll(k, 0);
  const char *x = value(k, 'a', r.map);
  return say(k, "roi_pool_pick(%s, %s, %s, size: [%d, %d], %s)", x, r.boxes, value(k, 'a', r.map), r.pooled.dim[2],
             r.pooled.dim[3], r.settings);
}

static const char *case_roi_align(Case *k) {
  Regions r = regions_roll(k, 1);
  return say(k, "roi_align(%s, %s, size: [%d, %d], %s)", value(k, 'a', r.map), r.boxes, r.pooled.dim[2],
             r.pooled.dim[3], r.settings);
}

static const char *case_roi_align_grad(Case *k) {
  Regions r = regions_roll(k, 1);
  return say(k, "roi_align_grad(%s, %s, input: [%d, %d], %s)", r.boxes, leaf(k, 'a', dice(4) > 0, r.pooled),
             r.map.dim[1], r.map.dim[2], r.settings);
}

/* ---- random numbers ---- */

static const char *noise(Case *k, const char *op) {
  Dims d = any_dims();
  const char *made = say(k, "%s(shape: %s, site: %d)", op, dims_text(k, d), dice(1000));
  return dice(3) ? say(k, "%s * %s", made, value(k, 'a', d)) : made;
}

static const char *case_uniform(Case *k) {
  return noise(k, "uniform");
}
static const char *case_normal(Case *k) {
  return noise(k, "normal");
}

typedef const char *RowCase(Case *k);
static RowCase *const row_case[OP_COUNT] = {
/* none: elementwise */
#define EACH(name, ...) [OP_##name] = NULL,
#define OP(name, ...) [OP_##name] = case_##name,
#include "op/op.def"
#undef EACH
#undef OP
};

/* Adds leaves to k->lines; the result is the text of an expression. */
static const char *case_of(Case *k, const OpRow *row) {
  return row->each ? case_each_row(k, row) : row_case[row->id](k);
}

#endif
