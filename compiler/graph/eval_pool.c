/* The interpreter's pooling and resizing, with PyTorch's meaning. A transpose scatters over the very places that its
   forward function reads. */
#include "graph/eval_room.h"
#include <math.h>

/* ---- windows ---- */

typedef struct {
  int64_t low, high; /* inside the input */
  int64_t padded;    /* length with the padding that the window covers; what ceil adds beyond it does not count */
} Window;

static Window window_of(const Eval *e, Val v, int axis, int64_t place, int64_t input) {
  int64_t size = graph_list(e->g, v, "size", axis), stride = graph_list(e->g, v, "stride", axis);
  int64_t before = graph_list(e->g, v, "pad", 2 * axis), after = graph_list(e->g, v, "pad", 2 * axis + 1);
  int64_t low = place * stride - before, high = low + size;
  if (high > input + after)
    high = input + after;
  return (Window){low < 0 ? 0 : low, high > input ? input : high, high - low};
}

static int64_t window_largest(const double *x, int64_t width, Window h, Window w) {
  int64_t best = -1;
  for (int64_t i = h.low; i < h.high; i++)
    for (int64_t j = w.low; j < w.high; j++)
      if (best < 0 || x[i * width + j] > x[best])
        best = i * width + j;
  return best;
}

typedef enum { MAX_FORWARD, MAX_BACKWARD, MAX_PICK, AVG_FORWARD, AVG_BACKWARD } Pool;

/* large: one [H, W] plane, x or its gradient; small: one [P, Q] plane; of: what a max is the largest of. */
static void pool_plane(const Eval *e, Val v, Pool pool, double *large, const int32_t *hw, double *small,
                       const int32_t *pq, const double *of) {
  for (int64_t p = 0; p < pq[0]; p++)
    for (int64_t q = 0; q < pq[1]; q++, small++) {
      Window h = window_of(e, v, 0, p, hw[0]), w = window_of(e, v, 1, q, hw[1]);
      if (h.low >= h.high || w.low >= w.high) { /* nothing but padding */
        if (pool == MAX_FORWARD)
          *small = -INFINITY;
        continue;
      }
      if (pool == MAX_FORWARD || pool == MAX_BACKWARD || pool == MAX_PICK) {
        int64_t best = window_largest(of, hw[1], h, w);
        if (pool == MAX_FORWARD || pool == MAX_PICK)
          *small = large[best];
        else
          large[best] += *small;
        continue;
      }
      int64_t inside = (h.high - h.low) * (w.high - w.low);
      double share = 1.0 / (double)(graph_int(e->g, v, "count_pad") ? h.padded * w.padded : inside);
      for (int64_t i = h.low; i < h.high; i++)
        for (int64_t j = w.low; j < w.high; j++)
          if (pool == AVG_FORWARD)
            *small += share * large[i * hw[1] + j];
          else
            large[i * hw[1] + j] += share * *small;
    }
}

/* x, of, out: values [N][C, ...]; a plane of each at a time. */
static void pool_forward(Eval *e, Val v, double *out, Pool pool, Val x, Val of) {
  const int32_t *xd = graph_type(e->g, x)->dim, *yd = graph_type(e->g, v)->dim;
  int64_t large = (int64_t)xd[1] * xd[2], small = (int64_t)yd[1] * yd[2];
  for (int64_t n = 0; n < eval_samples(e, v); n++)
    for (int64_t c = 0; c < xd[0]; c++, out += small)
      pool_plane(e, v, pool, eval_sample(e, x, n) + c * large, xd + 1, out, yd + 1, eval_sample(e, of, n) + c * large);
}

static void pool_backward(Eval *e, Val v, double *out, Pool pool, Val dy, Val x) {
  const int32_t *xd = graph_type(e->g, v)->dim, *yd = graph_type(e->g, dy)->dim;
  int64_t large = (int64_t)xd[1] * xd[2], small = (int64_t)yd[1] * yd[2];
  for (int64_t n = 0; n < eval_samples(e, v); n++)
    for (int64_t c = 0; c < xd[0]; c++, out += large)
      pool_plane(e, v, pool, out, xd + 1, eval_sample(e, dy, n) + c * small, yd + 1,
                 x ? eval_sample(e, x, n) + c * large : NULL);
}

void eval_maxpool(Eval *e, Val v, double *out) {
  pool_forward(e, v, out, MAX_FORWARD, graph_in(e->g, v, 0), graph_in(e->g, v, 0));
}
void eval_avgpool(Eval *e, Val v, double *out) {
  pool_forward(e, v, out, AVG_FORWARD, graph_in(e->g, v, 0), graph_in(e->g, v, 0));
}
void eval_maxpool_pick(Eval *e, Val v, double *out) {
  pool_forward(e, v, out, MAX_PICK, graph_in(e->g, v, 2), graph_in(e->g, v, 0));
}

void eval_maxpool_grad(Eval *e, Val v, double *out) {
  pool_backward(e, v, out, MAX_BACKWARD, graph_in(e->g, v, 2), graph_in(e->g, v, 0));
}

void eval_avgpool_grad(Eval *e, Val v, double *out) {
  pool_backward(e, v, out, AVG_BACKWARD, graph_in(e->g, v, 0), 0);
}

/* ---- resizing ---- */

typedef struct {
  int64_t low, high; /* the two neighbours along an axis */
  double part;       /* how much of the second */
} Tap;

/* Nearest: the pixel that the place's left edge falls in; with corners, the nearest to the place between the corners'
   centres. */
static Tap tap_of(const Eval *e, Val v, int64_t place, int64_t places, int64_t size) {
  int bilinear = graph_int(e->g, v, "bilinear"), corners = graph_int(e->g, v, "corners");
  double at;
  if (corners)
    at = places > 1 ? (double)(place * (size - 1)) / (double)(places - 1) : 0;
  else if (bilinear)
    at = fmax(((double)place + 0.5) * (double)size / (double)places - 0.5, 0);
  else
    return (Tap){place * size / places, place * size / places, 0};
  if (!bilinear)
    at = floor(at + 0.5);
  int64_t low = (int64_t)at;
  return (Tap){low, low + 1 < size ? low + 1 : low, at - (double)low};
}

/* from: the [H, W] plane that is read, to: the [P, Q] plane; transposed: from gets what `to` holds. */
static void resize_plane(const Eval *e, Val v, double *from, const int32_t *hw, double *to, const int32_t *pq,
                         int transposed) {
  for (int64_t p = 0; p < pq[0]; p++)
    for (int64_t q = 0; q < pq[1]; q++, to++) {
      Tap h = tap_of(e, v, p, pq[0], hw[0]), w = tap_of(e, v, q, pq[1], hw[1]);
      for (int corner = 0; corner < 4; corner++) {
        double part = (corner & 2 ? h.part : 1 - h.part) * (corner & 1 ? w.part : 1 - w.part);
        double *pixel = &from[(corner & 2 ? h.high : h.low) * hw[1] + (corner & 1 ? w.high : w.low)];
        if (transposed)
          *pixel += part * *to;
        else
          *to += part * *pixel;
      }
    }
}

static void resize(Eval *e, Val v, double *out, int transposed) {
  Val in = graph_in(e->g, v, 0);
  const int32_t *id = graph_type(e->g, in)->dim, *od = graph_type(e->g, v)->dim;
  for (int64_t n = 0; n < eval_samples(e, v); n++)
    for (int64_t c = 0; c < od[0]; c++, out += (int64_t)od[1] * od[2]) {
      double *plane = eval_sample(e, in, n) + c * id[1] * id[2];
      if (transposed)
        resize_plane(e, v, out, od + 1, plane, id + 1, 1);
      else
        resize_plane(e, v, plane, id + 1, out, od + 1, 0);
    }
}

void eval_resize(Eval *e, Val v, double *out) {
  resize(e, v, out, 0);
}
void eval_resize_grad(Eval *e, Val v, double *out) {
  resize(e, v, out, 1);
}
