#include "augment/spline.h"
#include "augment/fixed.h"
#include <math.h>
#include <stdlib.h>

/* The filter forgets by 0.27 from pixel to pixel: so far outside, what it began with no longer shows inside. */
enum { MARGIN = 14 };

/* Which pixel continues the picture at i; for a constant the mirror whose axis is the last pixel, as scipy has it. */
static int outside_index(int fill, int i, int n) {
  if (fill != FILL_CONSTANT)
    return fill_index(&(struct fill){.mode = fill}, i, n);
  if (n == 1)
    return 0;
  i = abs(i) % (2 * n - 2);
  return i < n ? i : 2 * n - 2 - i;
}

/* Turns `count` values, `stride` apart, into coefficients; `rows` such lines lie side by side, `apart` apart. */
static void filter(float *p, int count, size_t stride, int rows, size_t apart) {
  const float pole = (float)(sqrt(3) - 2);
  for (int i = 0; i < count; i++)
    for (int k = 0; k < rows; k++)
      p[i * stride + k * apart] = 6 * p[i * stride + k * apart] + (i ? pole * p[(i - 1) * stride + k * apart] : 0);
  for (int i = count; i-- > 0;)
    for (int k = 0; k < rows; k++) {
      float next = i + 1 < count ? p[(i + 1) * stride + k * apart] : 0;
      p[i * stride + k * apart] = pole * (next - p[i * stride + k * apart]);
    }
}

struct spline *spline_new(const struct cell *c, int fill) {
  int height = c->height + 2 * MARGIN, width = c->width + 2 * MARGIN;
  size_t size = (size_t)height * width;
  struct spline *s = malloc(sizeof *s + c->channels * size * sizeof(float));
  if (!s)
    return NULL;
  float *plane = (float *)(s + 1);
  *s = (struct spline){c->height, c->width, plane};
  for (int k = 0; k < c->channels; k++, plane += size) {
    const unsigned char *from = c->bytes + (size_t)k * c->height * c->width;
    for (int y = 0; y < height; y++) {
      const unsigned char *row = from + (size_t)outside_index(fill, y - MARGIN, c->height) * c->width;
      for (int x = 0; x < width; x++)
        plane[(size_t)y * width + x] = row[outside_index(fill, x - MARGIN, c->width)];
      filter(plane + (size_t)y * width, width, 1, 1, 0);
    }
    filter(plane, height, width, width, 1);
  }
  return s;
}

/* The four weights of a place that lies t behind its second coefficient. */
static void weights(float t, float w[4]) {
  float r = 1 - t;
  w[0] = r * r * r / 6;
  w[1] = 2.0f / 3 - 0.5f * t * t * (2 - t);
  w[2] = 2.0f / 3 - 0.5f * r * r * (2 - r);
  w[3] = t * t * t / 6;
}

void spline_read(const struct spline *s, int k, const float *u, const float *v, int n, float *out) {
  size_t pitch = s->width + 2 * MARGIN, size = pitch * (s->height + 2 * MARGIN);
  for (int i = 0; i < n; i++) {
    float x = u[i] + (MARGIN - 0.5f), y = v[i] + (MARGIN - 0.5f), across[4], down[4], sum = 0;
    const float *p = s->plane + k * size + ((size_t)y - 1) * pitch + (size_t)x - 1;
    weights(x - (float)(int)x, across);
    weights(y - (float)(int)y, down);
    for (int j = 0; j < 4; j++, p += pitch)
      sum += down[j] * (across[0] * p[0] + across[1] * p[1] + across[2] * p[2] + across[3] * p[3]);
    out[i] = sum;
  }
}
