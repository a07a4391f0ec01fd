/* Values to pictures, masks to areas of the original, tiles to grids. A mask is read backwards: each pixel of the
   original asks, by the inverse of the map that prepare left, which value of the mask lies there. */
#include "draw/picture.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct net_range show_range(const float *value, int64_t count) {
  float low = INFINITY, high = -INFINITY;
  for (int64_t i = 0; i < count; i++) {
    low = value[i] < low ? value[i] : low;
    high = value[i] > high ? value[i] : high;
  }
  float slack = 1e-3f, black = low, white = high;
  if (low >= -slack && high <= 1 + slack)
    black = 0, white = 1;
  else if (low >= -1 - slack && high <= 1 + slack)
    black = -1, white = 1;
  else if (low >= 0 && high <= 255.5f)
    black = 0, white = 255;
  if (!(white > black))
    white = black + 1;
  return (struct net_range){{black, black, black}, {white, white, white}};
}

struct net_picture *picture_of(const float *value, int channels, int height, int width, const struct net_range *range) {
  size_t n = (size_t)height * width;
  int c = channels == 3 ? 3 : 1;
  struct net_picture *p = image_new(width, height, c);
  for (int k = 0; p && k < c; k++) {
    float black = range->black[k], span = range->white[k] - black;
    for (size_t i = 0; i < n; i++) {
      float v = (value[k * n + i] - black) / span;
      p->pixels[i * c + k] = v > 0 ? v < 1 ? (unsigned char)(v * 255 + 0.5f) : 255 : 0; /* NaN is black */
    }
  }
  return p;
}

struct net_picture *picture_copy(const struct net_picture *p, int channels) {
  struct net_picture *q = image_new(p->width, p->height, p->channels);
  if (!q)
    return NULL;
  memcpy(q->pixels, p->pixels, (size_t)p->width * p->height * p->channels);
  memcpy(q->map, p->map, sizeof q->map);
  return image_convert(q, channels);
}

/* Smaller, plane by plane. */
static int shrink(const struct net_picture *p, struct net_picture *q) {
  size_t from = (size_t)p->width * p->height, to = (size_t)q->width * q->height;
  unsigned char *plane = malloc(from), *small = malloc(to);
  int failed = !plane || !small;
  for (int c = 0; c < 3 && !failed; c++) {
    for (size_t i = 0; i < from; i++)
      plane[i] = p->pixels[3 * i + c];
    failed = image_resize(plane, p->width, p->height, small, q->width, q->height);
    for (size_t i = 0; i < to && !failed; i++)
      q->pixels[3 * i + c] = small[i];
  }
  free(plane), free(small);
  return failed;
}

struct net_picture *picture_sized(struct net_picture *p, int width, int height) {
  struct net_picture *q = p ? image_new(width, height, 3) : NULL;
  if (q && width >= p->width)
    canvas_picture(q, 0, 0, p, width / p->width);
  else if (q && shrink(p, q)) {
    image_free(q);
    q = NULL;
  }
  image_free(p);
  return q;
}

static float soft_at(const float *mask, int width, int height, double x, double y) {
  x = fmin(fmax(x - 0.5, 0), width - 1), y = fmin(fmax(y - 0.5, 0), height - 1);
  int i = (int)x, j = (int)y, right = i + 1 < width, below = j + 1 < height ? width : 0;
  const float *v = mask + (size_t)j * width + i;
  float a = (float)(x - i), b = (float)(y - j);
  float top = v[0] + a * (v[right] - v[0]), bottom = v[below] + a * (v[below + right] - v[below]);
  return top + b * (bottom - top);
}

unsigned char *classes_at(const struct net_picture *at, const void *mask, enum net_elem elem, int width, int height) {
  const double *m = at->map;
  double det = m[0] * m[4] - m[1] * m[3];
  unsigned char *classes = malloc((size_t)at->width * at->height), *to = classes;
  for (int y = 0; classes && y < at->height; y++)
    for (int x = 0; x < at->width; x++, to++) {
      double u = x + 0.5 - m[2], v = y + 0.5 - m[5];
      double px = (m[4] * u - m[1] * v) / det, py = (m[0] * v - m[3] * u) / det;
      *to = 0;
      if (!(px >= 0 && py >= 0 && px < width && py < height))
        continue;
      int32_t k = elem == NET_I32 ? ((const int32_t *)mask)[(size_t)py * width + (size_t)px]
                                  : soft_at(mask, width, height, px, py) > 0.5f;
      *to = k < 0 ? 0 : k > 255 ? 255 : (unsigned char)k;
    }
  return classes;
}

void classes_tint(struct net_picture *p, const unsigned char *classes, float share) {
  for (int y = 0; y < p->height; y++)
    for (int x = 0; x < p->width; x++) {
      size_t at = (size_t)y * p->width + x;
      int k = classes[at];
      if (!k)
        continue;
      int border = (x > 0 && classes[at - 1] != k) || (x + 1 < p->width && classes[at + 1] != k) ||
                   (y > 0 && classes[at - p->width] != k) || (y + 1 < p->height && classes[at + p->width] != k);
      canvas_blend(p, x, y, class_color(k), border ? 1 : share);
    }
}

int grid_columns(int n) {
  int columns = (int)ceil(sqrt(n));
  return columns < 1 ? 1 : columns;
}

int scale_for(int width, int height, int wanted) {
  int side = width > height ? width : height, scale = (wanted + side / 2) / side;
  return scale < 1 ? 1 : scale;
}

struct net_picture *grid_of(struct net_picture **tile, int n, int columns) {
  enum { GAP = 2, SIDE = 64 };
  int width = 0, height = 0, rows = (n + columns - 1) / columns, missing = 0;
  for (int i = 0; i < n; i++) {
    missing |= !tile[i];
    width = tile[i] && tile[i]->width > width ? tile[i]->width : width;
    height = tile[i] && tile[i]->height > height ? tile[i]->height : height;
  }
  int scale = missing ? 1 : scale_for(width, height, SIDE), step_x = width * scale + GAP, step_y = height * scale + GAP;
  struct net_picture *p =
      missing ? NULL : canvas_new(columns * step_x + GAP, rows * step_y + GAP, (struct color){255, 255, 255});
  for (int i = 0; i < n; i++) {
    if (p)
      canvas_picture(p, GAP + i % columns * step_x, GAP + i / columns * step_y, tile[i], scale);
    image_free(tile[i]);
  }
  return p;
}
