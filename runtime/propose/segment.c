/* Efficient graph-based image segmentation. Pixels are nodes, each joined to its eight neighbours by edges that cost
   the distance of the two colours. Edges are taken up from the cheapest on; one joins two segments if it costs less
   than what either holds inside, its dearest edge, plus scale / its pixels, which lets small segments grow. Then
   segments that are too small are joined along the cheapest edges. Numbers are those of scikit-image's felzenszwalb. */
#include "propose/propose.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct edge {
  uint64_t cost; /* the bits of a double, which for those above 0 are ordered as the numbers */
  int32_t a, b;  /* pixels */
};

struct forest { /* of pixels, each tree a segment with its first pixel as the root */
  int32_t *up, *size;
  double *inside; /* the dearest edge */
};

static double cost_of(const struct edge *e) {
  double cost;
  memcpy(&cost, &e->cost, sizeof cost);
  return cost;
}

/* One row or column, `step` apart, smoothed from `from` to `to`. weight[k]: of the pixels k away. */
static void line_smooth(const double *from, double *to, int n, int step, const double *weight, int reach) {
  for (int i = 0; i < n; i++) {
    double sum = weight[0] * from[(size_t)i * step];
    for (int k = 1; k <= reach; k++)
      sum += weight[k] * (from[(size_t)mirrored(i - k, n) * step] + from[(size_t)mirrored(i + k, n) * step]);
    to[(size_t)i * step] = sum;
  }
}

void plane_smooth(double *plane, double *room, int height, int width, double sigma) {
  enum { REACH_MOST = 256 };
  double weight[REACH_MOST + 1], sum = 0;
  int reach = (int)fmin(4 * sigma + 0.5, REACH_MOST);
  for (int k = 0; k <= reach; k++) {
    weight[k] = exp(-0.5 * k * k / (sigma * sigma));
    sum += k ? 2 * weight[k] : 1;
  }
  for (int k = 0; k <= reach; k++)
    weight[k] /= sum;
  for (int x = 0; x < width; x++)
    line_smooth(plane + x, room + x, height, width, weight, reach);
  for (int y = 0; y < height; y++)
    line_smooth(room + (size_t)y * width, plane + (size_t)y * width, width, 1, weight, reach);
}

/* ---- edges ---- */

static int64_t edges_between(struct edge *e, const double *planes, int channels, int height, int width, int dx,
                             int dy) {
  int64_t count = 0;
  size_t size = (size_t)height * width;
  for (int y = dy < 0; y < height - (dy > 0); y++)
    for (int x = 0; x < width - dx; x++) {
      int32_t a = y * width + x, b = a + dy * width + dx;
      double sum = 0, cost;
      for (int c = 0; c < channels; c++) {
        double d = planes[c * size + a] - planes[c * size + b];
        sum += d * d;
      }
      cost = sqrt(sum);
      e[count].a = a, e[count].b = b;
      memcpy(&e[count++].cost, &cost, sizeof cost);
    }
  return count;
}

/* To the right, down, and both diagonals, in this order; edges of equal cost keep it. */
static int64_t edges_of(struct edge *e, const double *planes, int channels, int height, int width) {
  static const int step[4][2] = {{1, 0}, {0, 1}, {1, 1}, {1, -1}};
  int64_t count = 0;
  for (int k = 0; k < 4; k++)
    count += edges_between(e + count, planes, channels, height, width, step[k][0], step[k][1]);
  return count;
}

/* By cost, digit by digit of 16 bits; room: for as many. */
static void edges_sort(struct edge *e, struct edge *room, int64_t n, int64_t *place) {
  enum { DIGITS = 1 << 16 };
  for (int shift = 0; shift < 64; shift += 16) {
    memset(place, 0, (DIGITS + 1) * sizeof *place);
    for (int64_t i = 0; i < n; i++)
      place[(e[i].cost >> shift & (DIGITS - 1)) + 1]++;
    for (int d = 0; d < DIGITS; d++)
      place[d + 1] += place[d];
    for (int64_t i = 0; i < n; i++)
      room[place[e[i].cost >> shift & (DIGITS - 1)]++] = e[i];
    struct edge *other = e;
    e = room, room = other;
  } /* after four rounds they lie where they lay */
}

/* ---- segments ---- */

static int32_t root_of(struct forest *f, int32_t i) {
  for (; f->up[i] != i; i = f->up[i])
    f->up[i] = f->up[f->up[i]];
  return i;
}

static void join(struct forest *f, int32_t a, int32_t b, double cost) {
  int32_t root = a < b ? a : b;
  f->up[a < b ? b : a] = root;
  f->size[root] = f->size[a] + f->size[b];
  f->inside[root] = cost;
}

static void segments_join(struct forest *f, const struct edge *e, int64_t edges, const struct segmenting *s) {
  for (int64_t i = 0; i < edges; i++) {
    int32_t a = root_of(f, e[i].a), b = root_of(f, e[i].b);
    double cost = cost_of(&e[i]);
    if (a != b && cost < f->inside[a] + s->scale / f->size[a] && cost < f->inside[b] + s->scale / f->size[b])
      join(f, a, b, cost);
  }
  for (int64_t i = 0; i < edges; i++) {
    int32_t a = root_of(f, e[i].a), b = root_of(f, e[i].b);
    if (a != b && (f->size[a] < s->min_size || f->size[b] < s->min_size))
      join(f, a, b, 0);
  }
}

static int32_t segments_number(struct forest *f, int32_t pixels, int32_t *label) {
  int32_t count = 0;
  for (int32_t i = 0; i < pixels; i++) {
    int32_t root = root_of(f, i);
    label[i] = root == i ? count++ : label[root];
  }
  return count;
}

int32_t segment_picture(const unsigned char *bytes, int channels, int height, int width, const struct segmenting *s,
                        int32_t *label) {
  enum { DIGITS = 1 << 16 };
  size_t pixels = (size_t)height * width, n = channels * pixels;
  int32_t count = -1;
  double *planes = malloc((n + pixels) * sizeof *planes);
  struct edge *edge = malloc(8 * pixels * sizeof *edge);
  int64_t *place = malloc((DIGITS + 1) * sizeof *place);
  struct forest f = {malloc(pixels * sizeof *f.up), malloc(pixels * sizeof *f.size), calloc(pixels, sizeof *f.inside)};
  if (planes && edge && place && f.up && f.size && f.inside) {
    for (size_t i = 0; i < n; i++)
      planes[i] = bytes[i];
    for (int c = 0; c < channels && s->sigma > 0; c++)
      plane_smooth(planes + c * pixels, planes + n, height, width, s->sigma);
    for (size_t i = 0; i < pixels; i++)
      f.up[i] = (int32_t)i, f.size[i] = 1;
    int64_t edges = edges_of(edge, planes, channels, height, width);
    edges_sort(edge, edge + 4 * pixels, edges, place);
    segments_join(&f, edge, edges, s);
    count = segments_number(&f, (int32_t)pixels, label);
  }
  free(planes), free(edge), free(place), free(f.up), free(f.size), free(f.inside);
  return count;
}
