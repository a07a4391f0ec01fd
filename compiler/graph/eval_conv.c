/* The interpreter's convolution. Its three products share one nest of loops: each product is a sum of x * w * y over
   the same places, and the operation says which of the three is the result. So the transposes are right by
   construction. */
#include "graph/eval_room.h"

typedef struct {
  int64_t c, h, w;       /* x: [c, h, w] */
  int64_t k, j, r, s;    /* w: [k, j, r, s], j = c / groups */
  int64_t p, q;          /* y: [k, p, q] */
  int64_t stride[2], before[2], dilation[2];
} Conv;

typedef enum { INTO_Y, INTO_X, INTO_W } Into;

static Conv conv_of(const Graph *g, Val v, Val x, Val w, Val y) {
  const int32_t *xd = graph_type(g, x)->dim, *wd = graph_type(g, w)->dim, *yd = graph_type(g, y)->dim;
  Conv c = {xd[0], xd[1], xd[2], wd[0], wd[1], wd[2], wd[3], yd[1], yd[2], {0}, {0}, {0}};
  for (int i = 0; i < 2; i++) {
    c.stride[i] = graph_list(g, v, "stride", i);
    c.before[i] = graph_list(g, v, "pad", 2 * i);
    c.dilation[i] = graph_list(g, v, "dilation", i);
  }
  return c;
}

/* The places p of y, low <= p < high, whose tap `tap` lies inside x along axis i. */
static void span_of(const Conv *c, int i, int64_t tap, int64_t size, int64_t places, int64_t *low, int64_t *high) {
  int64_t shift = tap * c->dilation[i] - c->before[i]; /* x = p * stride + shift */
  *low = shift >= 0 ? 0 : (-shift + c->stride[i] - 1) / c->stride[i];
  *high = size - shift <= 0 ? 0 : (size - shift - 1) / c->stride[i] + 1;
  if (*high > places)
    *high = places;
}

/* One row: y[i] and x[i * step] for all i, one weight. */
static inline void conv_row(Into into, double *y, double *x, double *w, int64_t step, int64_t count) {
  double sum = 0, weight = *w;
  for (int64_t i = 0; i < count; i++)
    if (into == INTO_Y)
      y[i] += weight * x[i * step];
    else if (into == INTO_X)
      x[i * step] += weight * y[i];
    else
      sum += x[i * step] * y[i];
  if (into == INTO_W)
    *w += sum;
}

static inline void conv_plane(Into into, const Conv *c, double *x, double *w, double *y) {
  for (int64_t r = 0; r < c->r; r++)
    for (int64_t s = 0; s < c->s; s++) {
      int64_t p0, p1, q0, q1;
      span_of(c, 0, r, c->h, c->p, &p0, &p1);
      span_of(c, 1, s, c->w, c->q, &q0, &q1);
      int64_t col = q0 * c->stride[1] + s * c->dilation[1] - c->before[1];
      for (int64_t p = p0; p < p1 && q0 < q1; p++) {
        int64_t row = p * c->stride[0] + r * c->dilation[0] - c->before[0];
        conv_row(into, y + p * c->q + q0, x + row * c->w + col, w + r * c->s + s, c->stride[1], q1 - q0);
      }
    }
}

static inline void conv_sample(Into into, const Conv *c, double *x, double *w, double *y) {
  int64_t groups = c->c / c->j, per_group = c->k / groups;
  for (int64_t k = 0; k < c->k; k++)
    for (int64_t j = 0; j < c->j; j++)
      conv_plane(into, c, x + (k / per_group * c->j + j) * c->h * c->w, w + (k * c->j + j) * c->r * c->s,
                 y + k * c->p * c->q);
}

void eval_conv2d(Eval *e, Val v, double *out) {
  Val x = graph_in(e->g, v, 0), w = graph_in(e->g, v, 1);
  Conv c = conv_of(e->g, v, x, w, v);
  for (int64_t n = 0; n < eval_samples(e, v); n++)
    conv_sample(INTO_Y, &c, eval_sample(e, x, n), eval_sample(e, w, n), out + n * eval_size(e, v));
}

void eval_conv2d_input_grad(Eval *e, Val v, double *out) {
  Val y = graph_in(e->g, v, 0), w = graph_in(e->g, v, 1);
  Conv c = conv_of(e->g, v, v, w, y);
  for (int64_t n = 0; n < eval_samples(e, v); n++)
    conv_sample(INTO_X, &c, out + n * eval_size(e, v), eval_sample(e, w, n), eval_sample(e, y, n));
}

void eval_conv2d_weight_grad_over(Eval *e, Val v, double *out) {
  Val x = graph_in(e->g, v, 0), y = graph_in(e->g, v, 1);
  Conv c = conv_of(e->g, v, x, v, y);
  for (int64_t n = 0; n < eval_samples_in(e, v); n++)
    conv_sample(INTO_W, &c, eval_sample(e, x, n), out, eval_sample(e, y, n));
}
