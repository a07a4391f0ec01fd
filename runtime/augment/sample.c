/* Reads a source where a warp says. A row of the result is worked off in runs: where each pixel of the run is read, then
   which pixels of the source that takes and how they weigh, then, plane by plane, the sums. So the map and the fill are
   computed once for all planes, and most loops are free of branches and calls.

   Interpolation and fills are scipy's, as Keras uses them: with a constant fill a pixel whose place lies outside of the
   outermost pixels' centres is the constant. But `wrap` has a period of n pixels, as Keras's manual says (scipy calls
   that grid-wrap; with its `wrap`, the first pixel is also the last). */
#include "augment/shrink.h"
#include "augment/spline.h"
#include "augment/warp.h"
#include <math.h>
#include <stdlib.h>

enum { RUN = 64 };

static int whole_below(float v) { /* floor, without a call where the machine has no instruction for it */
  int i = (int)v;
  return i - (v < (float)i);
}

static void map_apply(const double m[6], double *x, double *y) {
  double u = m[0] * *x + m[1] * *y + m[2];
  *y = m[3] * *x + m[4] * *y + m[5];
  *x = u;
}

/* Where the run of pixels from (x, y) on is read, edges of pixels at whole numbers. Computed for the whole run, even
   when the row ends before: loops of a fixed length are fast. */
static void run_map(const struct warp *w, int x, int y, float u[RUN], float v[RUN]) {
  if (w->bend) {
    for (int i = 0; i < RUN; i++) {
      double px = x + i + 0.5, py = y + 0.5;
      map_apply(w->map, &px, &py);
      bend_at(w->bend, &px, &py);
      map_apply(w->before, &px, &py);
      u[i] = (float)px, v[i] = (float)py;
    }
    return;
  }
  double px = x + 0.5, py = y + 0.5;
  map_apply(w->map, &px, &py);
  for (int i = 0; i < RUN; i++) {
    u[i] = (float)(px + i * w->map[0]);
    v[i] = (float)(py + i * w->map[3]);
  }
}

/* Far outside, places are drawn nearer: whole numbers shall hold them, and fills have long settled. */
static const float FAR = 1e6f;

/* Brings places on one axis of `size` pixels inside by the fill, those next to a border that goes on to within `margin`
   of it; notes those that get the constant. */
static void axis_fold(const struct fill *f, int size, float margin, float e[RUN], unsigned char outside[RUN]) {
  float n = (float)size, first = 0.5f - margin, last = n - 0.5f;
  for (int i = 0; i < RUN; i++)
    e[i] = e[i] < -FAR ? -FAR : e[i] > FAR ? FAR : e[i];
  if (f->mode == FILL_CONSTANT)
    for (int i = 0; i < RUN; i++)
      outside[i] |= (e[i] < 0.5f) | (e[i] > last);
  if (f->mode == FILL_WRAP) {
    for (int i = 0; i < RUN; i++)
      e[i] = e[i] < 0 || e[i] >= n ? e[i] - n * (float)whole_below(e[i] / n) : e[i];
    return;
  }
  for (int i = 0; i < RUN && f->mode == FILL_REFLECT; i++)
    if (e[i] < 0 || e[i] >= n) { /* d c b a | a b c d | d c b a */
      e[i] -= 2 * n * (float)whole_below(e[i] / (2 * n));
      e[i] = e[i] < n ? e[i] : 2 * n - e[i];
    }
  last += margin;
  for (int i = 0; i < RUN; i++)
    e[i] = e[i] < first ? first : e[i] > last ? last : e[i];
}

/* The two pixels around each folded place, times stride, and the share of the second. */
struct taps {
  int low[RUN], high[RUN];
  float share[RUN];
};
static void axis_taps(int size, int stride, const float e[RUN], struct taps *t) {
  for (int i = 0; i < RUN; i++) {
    float centre = e[i] - 0.5f;
    int low = whole_below(centre), high = low + 1;
    t->share[i] = centre - (float)low;
    t->low[i] = (low < 0 ? size - 1 : low) * stride; /* beyond the border only when wrapping, or with no share */
    t->high[i] = (high < size ? high : t->share[i] > 0 ? 0 : low) * stride;
  }
}

static void run_linear(const struct taps *across, const struct taps *down, const unsigned char *p, int n, float *out) {
  for (int i = 0; i < n; i++) {
    const unsigned char *q = p + down->low[i], *r = p + down->high[i];
    float q0 = q[across->low[i]], q1 = q[across->high[i]], r0 = r[across->low[i]], r1 = r[across->high[i]];
    float top = q0 + across->share[i] * (q1 - q0), bottom = r0 + across->share[i] * (r1 - r0);
    out[i] = top + down->share[i] * (bottom - top);
  }
}

static int nearest_at(float e, int size) {
  int i = whole_below(e);
  return i < 0 ? 0 : i < size ? i : size - 1;
}

static void run_nearest(const struct cell *c, const float u[RUN], const float v[RUN], int at[RUN]) {
  for (int i = 0; i < RUN; i++)
    at[i] = nearest_at(v[i], c->height) * c->width + nearest_at(u[i], c->width);
}

/* One run of all planes. */
static void run_sample(const struct warp *w, const struct cell *c, const struct spline *cubic, int x, int y,
                       float *out) {
  float u[RUN], v[RUN];
  struct taps across, down;
  int at[RUN], n = w->width - x < RUN ? w->width - x : RUN;
  unsigned char outside[RUN] = {0};
  size_t in_size = (size_t)c->height * c->width, out_size = (size_t)w->height * w->width;
  run_map(w, x, y, u, v);
  float margin = !cubic ? 0 : w->fill.mode == FILL_NEAREST ? SPLINE_BEYOND : 0.5f;
  axis_fold(&w->fill, c->width, margin, u, outside);
  axis_fold(&w->fill, c->height, margin, v, outside);
  if (w->order == 0)
    run_nearest(c, u, v, at);
  else if (!cubic)
    axis_taps(c->width, 1, u, &across), axis_taps(c->height, c->width, v, &down);
  for (int k = 0; k < c->channels; k++, out += out_size) {
    const unsigned char *p = c->bytes + k * in_size;
    if (cubic)
      spline_read(cubic, k, u, v, n, out);
    else if (w->order)
      run_linear(&across, &down, p, n, out);
    else
      for (int i = 0; i < n; i++)
        out[i] = p[at[i]];
    for (int i = 0; i < n && w->fill.mode == FILL_CONSTANT; i++)
      out[i] = outside[i] ? w->fill.value : out[i];
  }
}

/* Does every pixel show a whole one? Crops, flips and shifts by pixels do: there is nothing to mix. */
static int is_whole(const struct warp *w) {
  const double *m = w->map;
  return !w->bend && fabs(m[0]) == 1 && fabs(m[4]) == 1 && m[1] == 0 && m[3] == 0 && m[2] == floor(m[2]) &&
         m[5] == floor(m[5]);
}

int warp_image(const struct warp *w, const struct cell *c, float *out) {
  struct warp nearest = *w;
  if (shrink_fits(w, c->height, c->width))
    return shrink_image(w, c, out);
  if (w->order && is_whole(w)) {
    nearest.order = 0;
    w = &nearest;
  }
  struct spline *cubic = w->order == 3 ? spline_new(c, w->fill.mode) : NULL;
  if (w->order == 3 && !cubic)
    return -1;
  for (int y = 0; y < w->height; y++)
    for (int x = 0; x < w->width; x += RUN)
      run_sample(w, c, cubic, x, y, out + (size_t)y * w->width + x);
  free(cubic);
  return 0;
}

void warp_mask(const struct warp *w, const struct cell *c, unsigned char *out) {
  for (int y = 0; y < w->height; y++)
    for (int x = 0; x < w->width; x += RUN) {
      float u[RUN], v[RUN];
      int at[RUN], n = w->width - x < RUN ? w->width - x : RUN;
      unsigned char outside[RUN] = {0}, centres[RUN] = {0}; /* a mask ends with its pixels, not at their centres */
      run_map(w, x, y, u, v);
      for (int i = 0; i < RUN && w->fill.mode == FILL_CONSTANT; i++)
        outside[i] = u[i] < 0 || v[i] < 0 || u[i] >= (float)c->width || v[i] >= (float)c->height;
      axis_fold(&w->fill, c->width, 0, u, centres);
      axis_fold(&w->fill, c->height, 0, v, centres);
      run_nearest(c, u, v, at);
      for (int i = 0; i < n; i++)
        *out++ = outside[i] ? 0 : c->bytes[at[i]];
    }
}
