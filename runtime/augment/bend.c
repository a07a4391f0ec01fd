#include "augment/bend.h"
#include "augment/smooth.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* of the Gaussian, in deviations; of the way back, which closes in where nothing folds */
enum { REACH = 3, ROUNDS = 30 };

struct bend *bend_new(int height, int width, float alpha, float sigma, const struct chance *chance, uint32_t site) {
  size_t n = (size_t)height * width;
  int reach = (int)ceilf(REACH * sigma);
  struct bend *b = malloc(sizeof *b + 2 * n * sizeof *b->x);
  float *scratch = malloc((n + (size_t)reach + 1) * sizeof *scratch), *weight = scratch + n;
  if (!b || !scratch) {
    free(b), free(scratch);
    return NULL;
  }
  *b = (struct bend){height, width, (float *)(b + 1), (float *)(b + 1) + n};
  nrt_uniform(b->x, 0, (int64_t)(2 * n), chance->seed, chance->epoch, chance->position, site);
  for (size_t i = 0; i < 2 * n; i++)
    b->x[i] = alpha * (2 * b->x[i] - 1);
  gaussian(weight, reach, sigma);
  for (int k = 0; k < 2; k++)
    smooth(b->x + k * n, scratch, height, width, weight, reach, MIRROR_EDGE);
  free(scratch);
  return b;
}

static double between(const float *plane, int width, size_t at, int right, int below, double a, double b) {
  const float *v = plane + at, *w = v + (below ? width : 0);
  double top = v[0] + a * (v[right] - v[0]), bottom = w[0] + a * (w[right] - w[0]);
  return top + b * (bottom - top);
}

/* The displacement at (x, y). */
static void way_at(const struct bend *b, double x, double y, double way[2]) {
  x -= 0.5, y -= 0.5;
  x = x < 0 ? 0 : x > b->width - 1 ? b->width - 1 : x;
  y = y < 0 ? 0 : y > b->height - 1 ? b->height - 1 : y;
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
