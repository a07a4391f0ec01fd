#include "augment/smooth.h"
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

void gaussian(float *weight, int reach, float sigma) {
  double sum = 1;
  for (int k = 1; k <= reach; k++)
    sum += 2 * exp(-0.5 * k * k / ((double)sigma * sigma));
  for (int k = 0; k <= reach; k++)
    weight[k] = (float)(exp(-0.5 * k * k / ((double)sigma * sigma)) / sum);
}

/* Where i, outside of n pixels, is mirrored to, again and again if need be. */
static int mirrored(int i, int n, enum mirror mirror) {
  int edge = mirror == MIRROR_EDGE, period = 2 * n - 2 * !edge;
  if (n == 1)
    return 0;
  i = i < 0 ? -i - edge : i;
  i %= period;
  return i < n ? i : period - edge - i;
}

/* Pixels at equal distances have equal weights: they are added first. */
static void down(const float *from, float *to, int height, int width, const float *weight, int reach, enum mirror m) {
  for (int y = 0; y < height; y++, to += width) {
    const float *row = from + (size_t)y * width;
    for (int x = 0; x < width; x++)
      to[x] = weight[0] * row[x];
    for (int k = 1; k <= reach; k++) {
      const float *above = from + (size_t)mirrored(y - k, height, m) * width, f = weight[k];
      const float *below = from + (size_t)mirrored(y + k, height, m) * width;
      for (int x = 0; x < width; x++)
        to[x] += f * (above[x] + below[x]);
    }
  }
}

static void across(const float *from, float *to, int height, int width, const float *weight, int reach, enum mirror m) {
  for (int y = 0; y < height; y++, from += width, to += width) {
    for (int x = 0; x < width; x++)
      to[x] = weight[0] * from[x];
    for (int k = 1; k <= reach; k++) {
      const float f = weight[k];
      int first = k < width ? k : width, last = width - k > first ? width - k : first;
      for (int x = 0; x < first; x++)
        to[x] += f * (from[mirrored(x - k, width, m)] + from[mirrored(x + k, width, m)]);
      for (int x = first; x < last; x++)
        to[x] += f * (from[x - k] + from[x + k]);
      for (int x = last; x < width; x++)
        to[x] += f * (from[mirrored(x - k, width, m)] + from[mirrored(x + k, width, m)]);
    }
  }
}

void smooth(float *plane, float *scratch, int height, int width, const float *weight, int reach, enum mirror mirror) {
  down(plane, scratch, height, width, weight, reach, mirror);
  across(scratch, plane, height, width, weight, reach, mirror);
}
