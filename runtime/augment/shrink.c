/* Each pixel of the result is the mean of the source's pixels under a triangle around its place, as wide as the pixel is
   in the source; a row of means down first, then across it. */
#include "augment/shrink.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct axis { /* for each pixel of the result: which `count` pixels from `first` on, and their weights */
  int wide, *first, *count;
  float *weight; /* [pixel][wide] */
};

static int axis_make(struct axis *a, int to, int from, double scale, double offset) {
  double radius = fmax(fabs(scale), 1);
  a->wide = 2 * (int)ceil(radius) + 1;
  a->first = malloc((size_t)to * (2 * sizeof(int) + (size_t)a->wide * sizeof(float)));
  if (!a->first)
    return -1;
  a->count = a->first + to;
  a->weight = (float *)(a->count + to);
  for (int i = 0; i < to; i++) {
    double centre = scale * (i + 0.5) + offset, sum = 0;
    int first = (int)fmax(0, centre - radius + 0.5), last = (int)fmin(from, centre + radius + 0.5);
    float *weight = a->weight + (size_t)i * a->wide;
    for (int k = first; k < last; k++)
      sum += fmax(0, 1 - fabs(k + 0.5 - centre) / radius);
    for (int k = first; k < last; k++)
      weight[k - first] = (float)(fmax(0, 1 - fabs(k + 0.5 - centre) / radius) / sum);
    a->first[i] = first, a->count[i] = last - first;
  }
  return 0;
}

static int lies_in(double scale, double offset, int to, int from) {
  double end = offset + scale * to;
  return fmin(offset, end) > -1e-3 && fmax(offset, end) < from + 1e-3;
}

int shrink_fits(const struct warp *w, int height, int width) {
  const double *m = w->map;
  return w->smooth && w->order && !w->bend && m[1] == 0 && m[3] == 0 && (fabs(m[0]) > 1 || fabs(m[4]) > 1) &&
         lies_in(m[0], m[2], w->width, width) && lies_in(m[4], m[5], w->height, height);
}

static void plane_shrink(const struct axis *across, const struct axis *down, const struct warp *w,
                         const unsigned char *from, int width, float *row, float *out) {
  int left = across->first[0] < across->first[w->width - 1] ? across->first[0] : across->first[w->width - 1];
  int i = left == across->first[0] ? w->width - 1 : 0, right = across->first[i] + across->count[i];
  for (int y = 0; y < w->height; y++, out += w->width) {
    memset(row, 0, (size_t)width * sizeof *row);
    for (int k = 0; k < down->count[y]; k++) {
      const unsigned char *p = from + (size_t)(down->first[y] + k) * width;
      float f = down->weight[(size_t)y * down->wide + k];
      for (int x = left; x < right; x++)
        row[x] += f * (float)p[x];
    }
    for (int x = 0; x < w->width; x++) {
      const float *p = row + across->first[x], *weight = across->weight + (size_t)x * across->wide;
      float sum = 0;
      for (int k = 0; k < across->count[x]; k++)
        sum += weight[k] * p[k];
      out[x] = sum;
    }
  }
}

int shrink_image(const struct warp *w, const struct cell *c, float *out) {
  struct axis across = {0}, down = {0};
  float *row = malloc((size_t)c->width * sizeof *row);
  int failed = !row || axis_make(&across, w->width, c->width, w->map[0], w->map[2]) ||
               axis_make(&down, w->height, c->height, w->map[4], w->map[5]);
  for (int k = 0; k < c->channels && !failed; k++)
    plane_shrink(&across, &down, w, c->bytes + (size_t)k * c->height * c->width, c->width, row,
                 out + (size_t)k * w->height * w->width);
  free(row), free(across.first), free(down.first);
  return failed ? -1 : 0;
}
