/* The interpreter's order and choice. A place in the order is counted, not sorted for. */
#include "graph/eval_room.h"
#include <math.h>

static int stands_before(const double *x, int64_t a, int64_t b) {
  if (isnan(x[a]) != isnan(x[b]))
    return isnan(x[b]);
  return x[a] > x[b] || (!(x[a] < x[b]) && a < b);
}

static int64_t place_of(const double *x, int64_t n, int64_t i) {
  int64_t place = 0;
  for (int64_t k = 0; k < n; k++)
    place += k != i && stands_before(x, k, i);
  return place;
}

static int64_t last_dim(const Eval *e, Val v) {
  const Type *t = graph_type(e->g, v);
  return t->dim[t->rank - 1];
}

void eval_top(Eval *e, Val v, double *out) {
  Val in = graph_in(e->g, v, 0);
  int64_t n = last_dim(e, in), count = last_dim(e, v), rows = eval_samples(e, v) * eval_size(e, in) / n;
  for (int64_t r = 0; r < rows; r++, out += count)
    for (int64_t i = 0; i < n; i++) {
      int64_t place = place_of(e->value[in] + r * n, n, i);
      if (place < count)
        out[place] = (double)i;
    }
}

void eval_rank(Eval *e, Val v, double *out) {
  int64_t n = last_dim(e, v), limit = graph_int(e->g, v, "limit"), rows = eval_samples(e, v) * eval_size(e, v) / n;
  for (int64_t r = 0; r < rows; r++)
    for (int64_t i = 0; i < n; i++) {
      int64_t place = place_of(e->value[graph_in(e->g, v, 0)] + r * n, n, i);
      *out++ = (double)(limit && place > limit ? limit : place);
    }
}

/* ---- non-maximum suppression ---- */

static double area_of(const double *b) {
  return (b[2] - b[0]) * (b[3] - b[1]);
}

static double overlap(const double *a, const double *b) {
  double w = fmax(fmin(a[2], b[2]) - fmax(a[0], b[0]), 0), h = fmax(fmin(a[3], b[3]) - fmax(a[1], b[1]), 0);
  return w * h / (area_of(a) + area_of(b) - w * h);
}

/* The best that is left, or n. */
static int64_t best_left(const double *score, const unsigned char *done, int64_t n) {
  int64_t best = n;
  for (int64_t i = 0; i < n; i++)
    if (!done[i] && score[i] > 0 && (best == n || score[i] > score[best]))
      best = i;
  return best;
}

void eval_nms(Eval *e, Val v, double *out) {
  int64_t n = last_dim(e, v);
  double iou = graph_attr(e->g, v, "iou")->number, sigma = graph_attr(e->g, v, "sigma")->number;
  for (int64_t s = 0; s < eval_samples(e, v); s++, out += n) {
    const double *box = eval_sample(e, graph_in(e->g, v, 0), s), *score = eval_sample(e, graph_in(e->g, v, 1), s),
                 *group = eval_sample(e, graph_in(e->g, v, 2), s);
    unsigned char *done = arena_alloc(e->mem, (size_t)n);
    for (int64_t i = 0; i < n; i++)
      out[i] = score[i] > 0 ? score[i] : 0;
    for (int64_t best; (best = best_left(out, done, n)) < n;) {
      done[best] = 1;
      for (int64_t i = 0; i < n; i++) {
        double o = overlap(box + 4 * best, box + 4 * i);
        if (!done[i] && group[i] == group[best] && (sigma > 0 ? o > 0 : o > iou))
          out[i] *= sigma > 0 ? exp(-o * o / sigma) : 0;
      }
    }
  }
}
