/* The interpreter's RoI pooling and RoI align, with torchvision's meaning, a bin and a sample at a time. A transpose adds
   to the very places that its forward function reads. */
#include "graph/eval_room.h"
#include <math.h>

typedef struct {
  const int32_t *map;    /* C, H, W */
  const int32_t *pooled; /* k, C, P, Q */
  double scale, ratio, aligned;
} Roi;

/* A bin's place: box, channel, row, column. */
typedef struct {
  const double *box; /* x1, y1, x2, y2 */
  int64_t k, c, p, q;
} Bin;
typedef void EachBin(const Roi *r, const Bin *b, double *map, const double *x, double *pooled);

static void each_bin(const Roi *r, const double *box, double *map, const double *x, double *pooled, EachBin *body) {
  int64_t plane = (int64_t)r->map[1] * r->map[2];
  for (int64_t k = 0; k < r->pooled[0]; k++)
    for (int64_t c = 0; c < r->pooled[1]; c++)
      for (int64_t p = 0; p < r->pooled[2]; p++)
        for (int64_t q = 0; q < r->pooled[3]; q++) {
          Bin b = {box + 4 * k, k, c, p, q};
          body(r, &b, map + c * plane, x ? x + c * plane : NULL, pooled++);
        }
}

/* ---- pooling ---- */

typedef struct {
  int64_t low, high;
} Pixels;

static Pixels pool_span(double low, double high, double scale, int64_t place, int64_t bins, int64_t size) {
  int64_t start = (int64_t)round(low * scale), length = (int64_t)round(high * scale) - start + 1;
  length = length < 1 ? 1 : length;
  Pixels s = {start + place * length / bins, start + ((place + 1) * length + bins - 1) / bins};
  return (Pixels){s.low < 0 ? 0 : s.low, s.high > size ? size : s.high};
}

/* The place of the bin's first largest, in x; -1: the bin is empty. */
static int64_t pool_largest(const Roi *r, const Bin *b, const double *x) {
  Pixels h = pool_span(b->box[1], b->box[3], r->scale, b->p, r->pooled[2], r->map[1]);
  Pixels w = pool_span(b->box[0], b->box[2], r->scale, b->q, r->pooled[3], r->map[2]);
  int64_t best = -1;
  for (int64_t i = h.low; i < h.high; i++)
    for (int64_t j = w.low; j < w.high; j++)
      if (best < 0 || x[i * r->map[2] + j] > x[best])
        best = i * r->map[2] + j;
  return best;
}

static void pool_pick(const Roi *r, const Bin *b, double *map, const double *x, double *pooled) {
  int64_t at = pool_largest(r, b, x);
  *pooled = at < 0 ? 0 : map[at];
}

static void pool_give(const Roi *r, const Bin *b, double *map, const double *x, double *pooled) {
  int64_t at = pool_largest(r, b, x);
  if (at >= 0)
    map[at] += *pooled;
}

/* ---- aligning ---- */

/* Sample i of a bin along an axis, and how many there are. */
static double align_at(const Roi *r, double low, double high, int64_t place, int64_t bins, int64_t i, int64_t *count) {
  double start = low * r->scale - (r->aligned ? 0.5 : 0), length = (high - low) * r->scale;
  length = !r->aligned && length < 1 ? 1 : length;
  double bin = length / (double)bins;
  *count = r->ratio ? (int64_t)r->ratio : (int64_t)ceil(bin);
  return start + (double)place * bin + ((double)i + 0.5) * bin / (double)*count;
}

/* The four pixels around a sample, by their weights times `part`: their sum goes to *pooled, or *pooled to them. */
static void align_sample(const Roi *r, double y, double x, double part, double *map, double *pooled, int give) {
  int64_t height = r->map[1], width = r->map[2];
  if (y < -1 || y > (double)height || x < -1 || x > (double)width)
    return;
  y = fmin(fmax(y, 0), (double)(height - 1)), x = fmin(fmax(x, 0), (double)(width - 1));
  int64_t top = (int64_t)y, left = (int64_t)x;
  for (int64_t i = top; i <= top + 1 && i < height; i++)
    for (int64_t j = left; j <= left + 1 && j < width; j++) {
      double weight = part * (1 - fabs(y - (double)i)) * (1 - fabs(x - (double)j));
      if (give)
        map[i * width + j] += weight * *pooled;
      else
        *pooled += weight * map[i * width + j];
    }
}

static void align_bin(const Roi *r, const Bin *b, double *map, double *pooled, int give) {
  int64_t rows, cols;
  align_at(r, b->box[1], b->box[3], b->p, r->pooled[2], 0, &rows);
  align_at(r, b->box[0], b->box[2], b->q, r->pooled[3], 0, &cols);
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < cols; j++) {
      double y = align_at(r, b->box[1], b->box[3], b->p, r->pooled[2], i, &rows);
      double x = align_at(r, b->box[0], b->box[2], b->q, r->pooled[3], j, &cols);
      align_sample(r, y, x, 1 / (double)(rows * cols), map, pooled, give);
    }
}

static void align_take(const Roi *r, const Bin *b, double *map, const double *x, double *pooled) {
  (void)x;
  align_bin(r, b, map, pooled, 0);
}

static void align_give(const Roi *r, const Bin *b, double *map, const double *x, double *pooled) {
  (void)x;
  align_bin(r, b, map, pooled, 1);
}

/* ---- the operations: which values are map, boxes and pooled; 0: the result ---- */

static double *value_at(Eval *e, Val v, Val u, double *out, int64_t n) {
  return u ? eval_sample(e, u, n) : out + n * eval_size(e, v);
}

static void run(Eval *e, Val v, double *out, Val map, Val box, Val pooled, Val x, EachBin *body) {
  const Graph *g = e->g;
  int align = graph_node(g, v)->op == OP_roi_align || graph_node(g, v)->op == OP_roi_align_grad;
  Roi r = {.map = graph_type(g, map ? map : v)->dim,
           .pooled = graph_type(g, pooled ? pooled : v)->dim,
           .scale = graph_attr(g, v, "scale")->number};
  if (align)
    r.ratio = graph_attr(g, v, "ratio")->number, r.aligned = graph_attr(g, v, "aligned")->number;
  for (int64_t n = 0; n < eval_samples(e, v); n++)
    each_bin(&r, eval_sample(e, box, n), value_at(e, v, map, out, n), x ? eval_sample(e, x, n) : NULL,
             value_at(e, v, pooled, out, n), body);
}

void eval_roi_pool(Eval *e, Val v, double *out) {
  Val x = graph_in(e->g, v, 0);
  run(e, v, out, x, graph_in(e->g, v, 1), 0, x, pool_pick);
}
void eval_roi_pool_pick(Eval *e, Val v, double *out) {
  run(e, v, out, graph_in(e->g, v, 2), graph_in(e->g, v, 1), 0, graph_in(e->g, v, 0), pool_pick);
}
void eval_roi_pool_grad(Eval *e, Val v, double *out) {
  run(e, v, out, 0, graph_in(e->g, v, 1), graph_in(e->g, v, 2), graph_in(e->g, v, 0), pool_give);
}
void eval_roi_align(Eval *e, Val v, double *out) {
  run(e, v, out, graph_in(e->g, v, 0), graph_in(e->g, v, 1), 0, 0, align_take);
}
void eval_roi_align_grad(Eval *e, Val v, double *out) {
  run(e, v, out, 0, graph_in(e->g, v, 0), graph_in(e->g, v, 1), 0, align_give);
}
