#include "augment/bend.h"
#include "augment/fixed.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* of the Gaussian, in deviations; of the way back, which closes in where nothing folds */
enum { REACH = 3, ROUNDS = 30 };

/* Smooths rows of `count` numbers, `stride` apart, mirrored at their ends. room: count + 2 * reach numbers. */
static void row_smooth(float *row, int count, int stride, const float *weight, int reach, float *room) {
  const struct fill mirrored = {FILL_REFLECT, 0};
  for (int i = -reach; i < count + reach; i++)
    room[i + reach] = row[(size_t)fill_index(&mirrored, i, count) * stride];
  for (int i = 0; i < count; i++) {
    float sum = 0;
    for (int k = 0; k <= 2 * reach; k++)
      sum += weight[k] * room[i + k];
    row[(size_t)i * stride] = sum;
  }
}

static void weights_make(float *weight, int reach, float sigma) {
  double sum = 0;
  for (int k = -reach; k <= reach; k++)
    sum += exp(-0.5 * k * k / ((double)sigma * sigma));
  for (int k = -reach; k <= reach; k++)
    weight[k + reach] = (float)(exp(-0.5 * k * k / ((double)sigma * sigma)) / sum);
}

struct bend *bend_new(int height, int width, float alpha, float sigma, const struct chance *chance, uint32_t site) {
  size_t n = (size_t)height * width;
  int reach = (int)ceilf(REACH * sigma), longer = height > width ? height : width;
  struct bend *b = malloc(sizeof *b + 2 * n * sizeof *b->x);
  float *weight = malloc((size_t)(4 * reach + 1 + longer) * sizeof *weight), *room = weight + 2 * reach + 1;
  if (!b || !weight) {
    free(b), free(weight);
    return NULL;
  }
  *b = (struct bend){height, width, (float *)(b + 1), (float *)(b + 1) + n};
  nrt_uniform(b->x, 0, (int64_t)(2 * n), chance->seed, chance->epoch, chance->position, site);
  for (size_t i = 0; i < 2 * n; i++)
    b->x[i] = alpha * (2 * b->x[i] - 1);
  weights_make(weight, reach, sigma);
  for (int k = 0; k < 2; k++) {
    float *plane = b->x + k * n;
    for (int y = 0; y < height; y++)
      row_smooth(plane + (size_t)y * width, width, 1, weight, reach, room);
    for (int x = 0; x < width; x++)
      row_smooth(plane + x, height, width, weight, reach, room);
  }
  free(weight);
  return b;
}

static double between(const float *plane, int width, size_t at, int right, int below, double a, double b) {
  const float *v = plane + at, *w = v + (below ? width : 0);
  double top = v[0] + a * (v[right] - v[0]), bottom = w[0] + a * (w[right] - w[0]);
  return top + b * (bottom - top);
}

/* The displacement at (x, y). */
static void way_at(const struct bend *b, double x, double y, double way[2]) {
  x = fmin(fmax(x - 0.5, 0), b->width - 1), y = fmin(fmax(y - 0.5, 0), b->height - 1);
  int i = (int)x, j = (int)y, right = i + 1 < b->width, below = j + 1 < b->height;
  size_t at = (size_t)j * b->width + i;
  way[0] = between(b->x, b->width, at, right, below, x - i, y - j);
  way[1] = between(b->y, b->width, at, right, below, x - i, y - j);
}

void bend_at(const struct bend *b, double *x, double *y) {
  double way[2];
  way_at(b, *x, *y, way);
  *x += way[0], *y += way[1];
}

void bend_back(const struct bend *b, double *x, double *y) {
  double u = *x, v = *y, way[2];
  for (int i = 0; i < ROUNDS; i++) {
    way_at(b, *x, *y, way);
    *x = u - way[0], *y = v - way[1];
  }
}
