/* RoI pooling (Girshick, 2015) and RoI align (He et al., 2017) of one sample, and their gradients (net_part of netrt.h).

   in, the first two: a map [C, H, W] and boxes [k, 4], corners in pixels of the picture; what lies outside the map counts
   as nothing. set: C, H, W, k, P, Q, scale, ratio, aligned. Forward, a part is a box; backward it is a block of
   channels, which goes through the boxes in order.

   Align: a bin's samples form a grid, and each is a mean of four pixels by a product of weights along y and x. So the
   samples' weights add up along each axis alone, and a bin is a sum over few rows of sums over few columns:

     out[p, q] = sum over y of wy[p, y] * (sum over x of wx[q, x] * map[y, x]) */
#include "netrt.h"
#include <math.h>
#include <string.h>

enum { CHANNELS = 16 }; /* of a part, backward; gen/call.c knows it too */

typedef struct {
  int64_t channels, height, width, boxes, rows, cols;
  float scale;
  int ratio, aligned;
} Roi;

static Roi roi_of(const double *set) {
  return (Roi){(int64_t)set[0], (int64_t)set[1], (int64_t)set[2], (int64_t)set[3], (int64_t)set[4],
               (int64_t)set[5], (float)set[6],   (int)set[7],     (int)set[8]};
}

/* A coordinate that a whole number can hold; a NaN lies far outside. */
static float bounded(float v) {
  const float most = 1e6f;
  return v < most ? (v > -most ? v : -most) : v >= most ? most : -most;
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}
static int64_t most(int64_t a, int64_t b) {
  return a > b ? a : b;
}

typedef struct {
  int64_t low, high; /* pixels low .. high-1 */
} Span;

static Span block_of(const Roi *r, int64_t part) {
  return (Span){part * CHANNELS, least((part + 1) * CHANNELS, r->channels)};
}

/* ---- pooling ---- */

/* The pixels of each bin along an axis. A box ends with a whole pixel, and bins may share one. */
static void pool_bins(float low, float high, float scale, int64_t bins, int64_t size, Span *out) {
  int64_t start = (int64_t)roundf(bounded(low * scale)), length = (int64_t)roundf(bounded(high * scale)) - start + 1;
  length = most(length, 1);
  for (int64_t p = 0; p < bins; p++) {
    out[p].low = most(start + p * length / bins, 0);
    out[p].high = least(start + ((p + 1) * length + bins - 1) / bins, size);
  }
}

/* Spans of the rows, then of the columns. */
static void box_bins(const Roi *r, const float *box, Span *out) {
  pool_bins(box[1], box[3], r->scale, r->rows, r->height, out);
  pool_bins(box[0], box[2], r->scale, r->cols, r->width, out + r->rows);
}

/* Where the first largest of a bin lies; -1: nowhere. */
static int64_t bin_largest(const float *x, int64_t width, Span h, Span w) {
  if (h.low >= h.high || w.low >= w.high)
    return -1;
  int64_t best = h.low * width + w.low;
  float top = x[best];
  for (int64_t i = h.low * width; i < h.high * width; i += width)
    for (int64_t j = i + w.low; j < i + w.high; j++)
      if (x[j] > top)
        top = x[j], best = j;
  return best;
}

/* of: what is taken at the largest of x. */
static void pool_box(const Roi *r, const float *x, const float *box, const float *of, float *out, Span *bins) {
  box_bins(r, box, bins);
  for (int64_t c = 0; c < r->channels; c++, x += r->height * r->width, of += r->height * r->width)
    for (int64_t p = 0; p < r->rows; p++)
      for (int64_t q = 0; q < r->cols; q++) {
        int64_t at = bin_largest(x, r->width, bins[p], bins[r->rows + q]);
        *out++ = at < 0 ? 0 : of[at];
      }
}

/* in: map, boxes. work: P + Q spans. */
void nrt_roi_pool(const float *const *in, void *out, int64_t part, const double *set, void *work) {
  Roi r = roi_of(set);
  pool_box(&r, in[0], in[1] + 4 * part, in[0], (float *)out + part * r.channels * r.rows * r.cols, work);
}

/* in: map, boxes, another map. */
void nrt_roi_pool_pick(const float *const *in, void *out, int64_t part, const double *set, void *work) {
  Roi r = roi_of(set);
  pool_box(&r, in[0], in[1] + 4 * part, in[2], (float *)out + part * r.channels * r.rows * r.cols, work);
}

/* in: map, boxes, dy [k, C, P, Q]. */
void nrt_roi_pool_grad(const float *const *in, void *out, int64_t part, const double *set, void *work) {
  Roi r = roi_of(set);
  Span block = block_of(&r, part), *bins = work;
  int64_t plane = r.height * r.width;
  float *dx = out;
  memset(dx + block.low * plane, 0, sizeof *dx * (size_t)((block.high - block.low) * plane));
  for (int64_t k = 0; k < r.boxes; k++) {
    box_bins(&r, in[1] + 4 * k, bins);
    for (int64_t c = block.low; c < block.high; c++) {
      const float *dy = in[2] + (k * r.channels + c) * r.rows * r.cols;
      for (int64_t p = 0; p < r.rows; p++)
        for (int64_t q = 0; q < r.cols; q++, dy++) {
          int64_t at = bin_largest(in[0] + c * plane, r.width, bins[p], bins[r.rows + q]);
          if (at >= 0)
            dx[c * plane + at] += *dy;
        }
    }
  }
}

/* ---- aligning ---- */

/* Along an axis: for each bin the weights of pixels, and the span of those that are not 0. */
typedef struct {
  Span *span;
  float *weight; /* [bins][size] */
} Axis;

/* The samples of a bin that may lie on the map: of a box much larger than it, few do. */
static Span samples_of(float first, float step, int64_t grid, int64_t size) {
  if (grid <= size || step <= 0)
    return (Span){0, grid};
  float low = floorf((-1 - first) / step) - 1, high = ceilf(((float)size - first) / step) + 1;
  return (Span){most((int64_t)bounded(low), 0), least((int64_t)bounded(high), grid)};
}

/* A sample at most one pixel outside takes the border's value. */
static void weigh_sample(float at, int64_t size, float part, float *weight, Span *span) {
  if (!(at >= -1 && at <= (float)size))
    return;
  at = at > 0 ? at : 0;
  int64_t low = least((int64_t)at, size - 1), high = least(low + 1, size - 1);
  float right = high > low ? at - (float)low : 0;
  weight[low] += (1 - right) * part;
  weight[high] += right * part;
  *span = (Span){least(span->low, low), most(span->high, high + 1)};
}

static void axis_weigh(const Roi *r, float low, float high, int64_t bins, int64_t size, Axis *a) {
  float start = bounded(low * r->scale), length = bounded(high * r->scale) - start;
  start -= r->aligned ? 0.5f : 0;
  if (!r->aligned && length < 1)
    length = 1;
  float bin = length / (float)bins;
  int64_t grid = r->ratio ? r->ratio : (int64_t)ceilf(bin);
  memset(a->weight, 0, sizeof *a->weight * (size_t)(bins * size));
  for (int64_t p = 0; p < bins; p++) {
    float first = start + (float)p * bin, step = bin / (float)grid;
    a->span[p] = (Span){size, 0};
    Span s = samples_of(first, step, grid, size);
    for (int64_t i = s.low; i < s.high; i++)
      weigh_sample(first + ((float)i + 0.5f) * step, size, 1 / (float)grid, a->weight + p * size, &a->span[p]);
  }
}

typedef struct {
  Axis y, x;
  Span rows;  /* that some bin reads */
  float *sum; /* [H][Q] */
} Align;

/* work: P*H + Q*W + H*Q floats, then P + Q spans. */
static Align align_in(const Roi *r, void *work) {
  Align a = {.y.weight = work};
  a.x.weight = a.y.weight + r->rows * r->height;
  a.sum = a.x.weight + r->cols * r->width;
  size_t floats = (size_t)(r->rows * r->height + r->cols * r->width + r->height * r->cols);
  a.y.span = (Span *)((char *)work + (4 * floats + 7) / 8 * 8);
  a.x.span = a.y.span + r->rows;
  return a;
}

static void align_box(const Roi *r, const float *box, Align *a) {
  axis_weigh(r, box[1], box[3], r->rows, r->height, &a->y);
  axis_weigh(r, box[0], box[2], r->cols, r->width, &a->x);
  a->rows = (Span){r->height, 0};
  for (int64_t p = 0; p < r->rows; p++)
    a->rows = (Span){least(a->rows.low, a->y.span[p].low), most(a->rows.high, a->y.span[p].high)};
}

static void align_forward(const Roi *r, const Align *a, const float *map, float *out) {
  for (int64_t y = a->rows.low; y < a->rows.high; y++)
    for (int64_t q = 0; q < r->cols; q++) {
      float sum = 0;
      for (int64_t x = a->x.span[q].low; x < a->x.span[q].high; x++)
        sum += a->x.weight[q * r->width + x] * map[y * r->width + x];
      a->sum[y * r->cols + q] = sum;
    }
  memset(out, 0, sizeof *out * (size_t)(r->rows * r->cols));
  for (int64_t p = 0; p < r->rows; p++, out += r->cols)
    for (int64_t y = a->y.span[p].low; y < a->y.span[p].high; y++)
      for (int64_t q = 0; q < r->cols; q++)
        out[q] += a->y.weight[p * r->height + y] * a->sum[y * r->cols + q];
}

static void align_backward(const Roi *r, const Align *a, const float *dy, float *map) {
  if (a->rows.low < a->rows.high)
    memset(a->sum + a->rows.low * r->cols, 0, sizeof *a->sum * (size_t)((a->rows.high - a->rows.low) * r->cols));
  for (int64_t p = 0; p < r->rows; p++, dy += r->cols)
    for (int64_t y = a->y.span[p].low; y < a->y.span[p].high; y++)
      for (int64_t q = 0; q < r->cols; q++)
        a->sum[y * r->cols + q] += a->y.weight[p * r->height + y] * dy[q];
  for (int64_t y = a->rows.low; y < a->rows.high; y++)
    for (int64_t q = 0; q < r->cols; q++)
      for (int64_t x = a->x.span[q].low; x < a->x.span[q].high; x++)
        map[y * r->width + x] += a->x.weight[q * r->width + x] * a->sum[y * r->cols + q];
}

/* in: map, boxes. */
void nrt_roi_align(const float *const *in, void *out, int64_t part, const double *set, void *work) {
  Roi r = roi_of(set);
  Align a = align_in(&r, work);
  align_box(&r, in[1] + 4 * part, &a);
  for (int64_t c = 0; c < r.channels; c++)
    align_forward(&r, &a, in[0] + c * r.height * r.width,
                  (float *)out + (part * r.channels + c) * r.rows * r.cols);
}

/* in: boxes, dy [k, C, P, Q]. */
void nrt_roi_align_grad(const float *const *in, void *out, int64_t part, const double *set, void *work) {
  Roi r = roi_of(set);
  Align a = align_in(&r, work);
  Span block = block_of(&r, part);
  int64_t plane = r.height * r.width;
  float *dx = out;
  memset(dx + block.low * plane, 0, sizeof *dx * (size_t)((block.high - block.low) * plane));
  for (int64_t k = 0; k < r.boxes; k++) {
    align_box(&r, in[0] + 4 * k, &a);
    for (int64_t c = block.low; c < block.high; c++)
      align_backward(&r, &a, in[1] + (k * r.channels + c) * r.rows * r.cols, dx + c * plane);
  }
}
