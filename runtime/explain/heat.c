#include "explain/heat.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 8, HEAD = 18, PANEL = 288, MOST = 448 };
static const struct color paper = {250, 250, 250}, ink = {50, 52, 58}, unseen = {226, 226, 226};

static int by_value(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

struct heat heat_of(const float *value, int width, int height, double share) {
  size_t n = (size_t)width * height;
  float *sorted = mem_get(n * sizeof *sorted);
  memcpy(sorted, value, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, by_value);
  struct heat h = {value, width, height, 0, sorted[(size_t)((double)(n - 1) * (1 - share))]};
  if (!(h.high > 0))
    h.high = sorted[n - 1] > 0 ? sorted[n - 1] : 1;
  free(sorted);
  return h;
}

/* Eight steps of the colour map "inferno" (Nathaniel Smith and Stefan van der Walt). */
struct color heat_color(float part) {
  static const float c[9][3] = {{0, 0, 4},      {31, 12, 72},  {85, 15, 109},  {136, 34, 106}, {186, 54, 85},
                                {227, 89, 51},  {249, 140, 10}, {249, 201, 50}, {252, 255, 164}};
  float at = (part > 0 ? part < 1 ? part : 1 : 0) * 8; /* NaN is dark */
  int i = at < 7 ? (int)at : 7;
  unsigned char v[3];
  for (int k = 0; k < 3; k++)
    v[k] = (unsigned char)(c[i][k] + (at - (float)i) * (c[i + 1][k] - c[i][k]) + 0.5f);
  return (struct color){v[0], v[1], v[2]};
}

struct net_picture *heat_plane(const float *value, int width, int height) {
  size_t n = (size_t)width * height;
  float low = INFINITY, high = -INFINITY;
  for (size_t i = 0; i < n; i++) {
    low = value[i] < low ? value[i] : low;
    high = value[i] > high ? value[i] : high;
  }
  struct net_picture *p = image_new(width, height, 3);
  for (size_t i = 0; p && i < n; i++) {
    struct color c = heat_color(high > low ? (value[i] - low) / (high - low) : 0);
    p->pixels[3 * i] = c.r, p->pixels[3 * i + 1] = c.g, p->pixels[3 * i + 2] = c.b;
  }
  return p;
}

/* RGB, as image_resize does it. */
static struct net_picture *resized(const struct net_picture *from, int width, int height) {
  struct net_picture *to = image_new(width, height, 3);
  size_t n = (size_t)from->width * from->height, m = (size_t)width * height;
  unsigned char *plane = malloc(n + m);
  int failed = !to || !plane;
  for (int k = 0; k < 3 && !failed; k++) {
    for (size_t i = 0; i < n; i++)
      plane[i] = from->pixels[3 * i + k];
    failed = image_resize(plane, from->width, from->height, plane + n, width, height);
    for (size_t i = 0; i < m && !failed; i++)
      to->pixels[3 * i + k] = plane[n + i];
  }
  free(plane);
  if (!failed)
    return to;
  image_free(to);
  return NULL;
}

struct net_picture *heat_shrink(struct net_picture *p, int most) {
  int side = p->width > p->height ? p->width : p->height;
  int width = (int)fmax(1, round((double)p->width * most / side)), height = (int)fmax(1, round((double)p->height * most / side));
  struct net_picture *to = resized(p, width, height);
  image_free(p);
  return to;
}

/* ---- a row of panels ---- */

/* Small pictures grow by a whole factor, large ones shrink; the map goes with them. */
static struct net_picture *fitted(const struct net_picture *from) {
  int side = from->width > from->height ? from->width : from->height, grow = scale_for(from->width, from->height, PANEL);
  double scale = side > MOST ? (double)MOST / side : grow;
  int width = (int)fmax(1, round(from->width * scale)), height = (int)fmax(1, round(from->height * scale));
  struct net_picture *to = scale < 1 ? resized(from, width, height) : canvas_new(width, height, paper);
  if (to && scale >= 1)
    canvas_picture(to, 0, 0, from, grow);
  for (int i = 0; i < 6 && to; i++)
    to->map[i] = from->map[i] * (i < 3 ? (double)width / from->width : (double)height / from->height);
  return to;
}

static float between(const struct heat *h, double x, double y) {
  x = fmin(fmax(x - 0.5, 0), h->width - 1), y = fmin(fmax(y - 0.5, 0), h->height - 1);
  int i = (int)x, j = (int)y, right = i + 1 < h->width, below = j + 1 < h->height ? h->width : 0;
  const float *v = h->value + (size_t)j * h->width + i;
  float a = (float)(x - i), b = (float)(y - j);
  float top = v[0] + a * (v[right] - v[0]), bottom = v[below] + a * (v[below + right] - v[below]);
  return top + b * (bottom - top);
}

/* How hot a pixel of p is, 0 … 1; -1: the network does not see it. */
static float heat_at(const struct heat *h, const struct net_picture *p, int x, int y) {
  const double *m = p->map;
  double det = m[0] * m[4] - m[1] * m[3], u = x + 0.5 - m[2], v = y + 0.5 - m[5];
  double px = (m[4] * u - m[1] * v) / det, py = (m[0] * v - m[3] * u) / det;
  if (!(px >= 0 && py >= 0 && px < h->width && py < h->height))
    return -1;
  float part = (between(h, px, py) - h->low) / (h->high - h->low);
  return part > 0 ? part < 1 ? part : 1 : 0;
}

static void put(struct net_picture *p, int x, int y, struct color c) {
  canvas_blend(p, x, y, c, 1);
}

/* Both over each other: grey and dimmed where it is cold, the heat's colour where it is hot. */
static void blend(struct net_picture *to, int x, int y, const unsigned char *from, float part) {
  float grey = 0.299f * from[0] + 0.587f * from[1] + 0.114f * from[2];
  unsigned char dim = (unsigned char)(0.15f * 255 + 0.6f * grey);
  put(to, x, y, (struct color){dim, dim, dim});
  canvas_blend(to, x, y, heat_color(0.35f + 0.65f * part), 0.85f * part);
}

struct net_picture *heat_row(const struct net_picture *picture, const struct heat *h, const char *title) {
  struct net_picture *p = fitted(picture), *row = NULL;
  int width = p ? p->width : 0, height = p ? p->height : 0;
  if (p)
    row = canvas_new(3 * (width + GAP) + GAP, HEAD + height + GAP, paper);
  for (int y = 0; row && y < height; y++)
    for (int x = 0; x < width; x++) {
      const unsigned char *from = p->pixels + 3 * ((size_t)y * width + x);
      float part = heat_at(h, p, x, y);
      int at = GAP + x;
      put(row, at, HEAD + y, (struct color){from[0], from[1], from[2]});
      put(row, at += width + GAP, HEAD + y, part < 0 ? unseen : heat_color(part));
      blend(row, at + width + GAP, HEAD + y, from, part < 0 ? 0 : part);
    }
  if (row)
    canvas_text(row, GAP, 5, title, (row->width - 2 * GAP) / FONT_WIDTH, 1, ink);
  image_free(p);
  return row;
}
