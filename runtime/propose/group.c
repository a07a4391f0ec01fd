/* Selective search. Each region has histograms of its colours (hue, saturation and value in 25 steps) and of its
   texture (Gaussian derivatives of each channel in 8 directions, 10 steps), counted in pixels, so that those of two
   regions that are joined are the sums. Of all regions that touch, the two most alike are joined, where alike is the
   sum of four shares: what the colours have in common, what the textures have, how small both are, and how well they
   fill the box around both. The queue is a heap of pairs; a pair one of whose regions is gone is passed over. */
#include "propose/propose.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLOURS = 25, DIRECTIONS = 8, STEPS = 10, CHANNELS = 3 };
enum { BINS = CHANNELS * (COLOURS + DIRECTIONS * STEPS) };

struct region {
  int32_t size, x1, y1, x2, y2;
  uint32_t *bin;       /* NULL once it is part of another */
  int32_t *near;       /* regions that it touches, some of them gone */
  int32_t nears, seen; /* the latter: by which region's search for its own */
};
struct pair {
  double alike;
  int32_t a, b; /* a < b */
};
struct grouping {
  int channels, height, width;
  int32_t count;
  struct region *region; /* 2 * segments - 1 at most; each that is made is a later one */
  struct pair *heap;
  int64_t pairs, room;
};

/* ---- histograms ---- */

static int step_of(double share, int steps) {
  int i = (int)(share * steps);
  return i < steps ? i : steps - 1;
}

/* Hue, saturation and value of a pixel, from 0 to 1. */
static void hsv_of(const unsigned char *p, size_t plane, double hsv[3]) {
  double r = p[0], g = p[plane], b = p[2 * plane];
  double high = fmax(r, fmax(g, b)), range = high - fmin(r, fmin(g, b));
  double hue = range == 0 ? 0 : r == high ? (g - b) / range : g == high ? 2 + (b - r) / range : 4 + (r - g) / range;
  hsv[0] = (hue < 0 ? hue + 6 : hue) / 6;
  hsv[1] = high > 0 ? range / high : 0;
  hsv[2] = high / 255;
}

static void colours_count(struct grouping *g, const unsigned char *bytes, const int32_t *label) {
  size_t plane = (size_t)g->height * g->width;
  for (size_t i = 0; i < plane; i++) {
    uint32_t *bin = g->region[label[i]].bin;
    double share[CHANNELS] = {bytes[i] / 255.0};
    if (g->channels == CHANNELS)
      hsv_of(bytes + i, plane, share);
    for (int c = 0; c < g->channels; c++)
      bin[c * COLOURS + step_of(share[c], COLOURS)]++;
  }
}

/* The slope of a smoothed plane at (x, y), along both axes. */
static void slope_at(const struct grouping *g, const double *plane, int x, int y, double slope[2]) {
  const double *row = plane + (size_t)y * g->width;
  const double *above = plane + (size_t)mirrored(y - 1, g->height) * g->width;
  const double *below = plane + (size_t)mirrored(y + 1, g->height) * g->width;
  slope[0] = row[mirrored(x + 1, g->width)] - row[mirrored(x - 1, g->width)];
  slope[1] = below[x] - above[x];
}

/* How fast values rise in direction d, of eight around the circle; where they fall, 0. */
static double rise(const double slope[2], int d) {
  static const double axis[DIRECTIONS][2] = {{1, 0},  {M_SQRT1_2, M_SQRT1_2},   {0, 1},  {-M_SQRT1_2, M_SQRT1_2},
                                             {-1, 0}, {-M_SQRT1_2, -M_SQRT1_2}, {0, -1}, {M_SQRT1_2, -M_SQRT1_2}};
  return fmax(axis[d][0] * slope[0] + axis[d][1] * slope[1], 0);
}

/* Channel c: shares of the steepest rise that there is in it. */
static void textures_count(struct grouping *g, const double *plane, int c, const int32_t *label) {
  double most = 0, slope[2];
  for (int y = 0; y < g->height; y++)
    for (int x = 0; x < g->width; x++) {
      slope_at(g, plane, x, y, slope);
      for (int d = 0; d < DIRECTIONS; d++)
        most = fmax(most, rise(slope, d));
    }
  for (int y = 0; y < g->height; y++)
    for (int x = 0; x < g->width; x++) {
      uint32_t *bin = g->region[*label++].bin + g->channels * COLOURS + c * DIRECTIONS * STEPS;
      slope_at(g, plane, x, y, slope);
      for (int d = 0; d < DIRECTIONS; d++)
        bin[d * STEPS + (most > 0 ? step_of(rise(slope, d) / most, STEPS) : 0)]++;
    }
}

/* ---- how much alike two regions are ---- */

static double common(const uint32_t *a, const uint32_t *b, int bins, double share_a, double share_b) {
  double sum = 0;
  for (int i = 0; i < bins; i++) {
    double x = a[i] * share_a, y = b[i] * share_b;
    sum += x < y ? x : y;
  }
  return sum;
}

static int32_t least(int32_t a, int32_t b) {
  return a < b ? a : b;
}

static int32_t most(int32_t a, int32_t b) {
  return a > b ? a : b;
}

static double alike(const struct grouping *g, const struct region *a, const struct region *b) {
  int colours = g->channels * COLOURS, textures = g->channels * DIRECTIONS * STEPS;
  double all = (double)g->height * g->width, both = (double)a->size + b->size;
  double share_a = 1.0 / a->size, share_b = 1.0 / b->size;
  double width = most(a->x2, b->x2) - least(a->x1, b->x1), height = most(a->y2, b->y2) - least(a->y1, b->y1);
  double colour = common(a->bin, b->bin, colours, share_a, share_b) / g->channels;
  double texture = common(a->bin + colours, b->bin + colours, textures, share_a, share_b) / (g->channels * DIRECTIONS);
  return colour + texture + (1 - both / all) + (1 - (width * height - both) / all);
}

/* ---- the queue ---- */

/* The more alike comes first, then the pair of the earlier regions. */
static int is_before(const struct pair *p, const struct pair *q) {
  if (p->alike != q->alike)
    return p->alike > q->alike;
  return p->a != q->a ? p->a < q->a : p->b < q->b;
}

static int pair_add(struct grouping *g, int32_t a, int32_t b) {
  if (g->pairs == g->room) {
    int64_t room = g->room ? 2 * g->room : 1024;
    struct pair *heap = realloc(g->heap, (size_t)room * sizeof *heap);
    if (!heap)
      return -1;
    g->heap = heap, g->room = room;
  }
  struct pair p = {alike(g, &g->region[a], &g->region[b]), least(a, b), most(a, b)};
  int64_t at = g->pairs++;
  for (; at && is_before(&p, &g->heap[(at - 1) / 2]); at = (at - 1) / 2)
    g->heap[at] = g->heap[(at - 1) / 2];
  g->heap[at] = p;
  return 0;
}

static struct pair pair_take(struct grouping *g) {
  struct pair first = g->heap[0], last = g->heap[--g->pairs];
  int64_t at = 0;
  for (int64_t child; (child = 2 * at + 1) < g->pairs; at = child) {
    child += child + 1 < g->pairs && is_before(&g->heap[child + 1], &g->heap[child]);
    if (!is_before(&g->heap[child], &last))
      break;
    g->heap[at] = g->heap[child];
  }
  g->heap[at] = last;
  return first;
}

/* ---- regions ---- */

static int near_add(struct region *r, int32_t other) {
  if (!(r->nears & (r->nears - 1))) { /* room doubles at each power of two */
    int32_t *near = realloc(r->near, (size_t)(r->nears ? 2 * r->nears : 1) * sizeof *near);
    if (!near)
      return -1;
    r->near = near;
  }
  r->near[r->nears++] = other;
  return 0;
}

static int touch(struct grouping *g, int32_t a, int32_t b) {
  if (a == b)
    return 0;
  struct region *r = &g->region[a];
  for (int i = 0; i < r->nears; i++)
    if (r->near[i] == b)
      return 0;
  return near_add(r, b) || near_add(&g->region[b], a);
}

static int regions_begin(struct grouping *g, const int32_t *label) {
  for (int y = 0, i = 0; y < g->height; y++)
    for (int x = 0; x < g->width; x++, i++) {
      struct region *r = &g->region[label[i]];
      if (!r->size++)
        r->x1 = x, r->y1 = y;
      r->x1 = least(r->x1, x), r->x2 = most(r->x2, x + 1);
      r->y2 = y + 1;
      for (int dx = -1; dx <= 1 && y; dx++)
        if (x + dx >= 0 && x + dx < g->width && touch(g, label[i], label[i - g->width + dx]))
          return -1;
      if (x && touch(g, label[i], label[i - 1]))
        return -1;
    }
  return 0;
}

/* The region of both, which takes over the histograms of the first. */
static int32_t regions_join(struct grouping *g, int32_t first, int32_t second) {
  struct region *a = &g->region[first], *b = &g->region[second], *r = &g->region[g->count];
  int bins = g->channels * (COLOURS + DIRECTIONS * STEPS);
  *r = (struct region){a->size + b->size,
                       least(a->x1, b->x1),
                       least(a->y1, b->y1),
                       most(a->x2, b->x2),
                       most(a->y2, b->y2),
                       a->bin,
                       NULL,
                       0,
                       0};
  for (int i = 0; i < bins; i++)
    r->bin[i] += b->bin[i];
  a->bin = NULL;
  free(b->bin), b->bin = NULL;
  return g->count++;
}

/* Region r touches what its parts touched. */
static int neighbours_take(struct grouping *g, int32_t r, int32_t part) {
  struct region *p = &g->region[part];
  for (int i = 0; i < p->nears; i++) {
    struct region *other = &g->region[p->near[i]];
    if (!other->bin || other->seen == r)
      continue;
    other->seen = r;
    if (near_add(&g->region[r], p->near[i]) || near_add(other, r) || pair_add(g, p->near[i], r))
      return -1;
  }
  free(p->near), p->near = NULL, p->nears = 0;
  return 0;
}

static int regions_merge(struct grouping *g) {
  for (int32_t a = 0; a < g->count; a++)
    for (int i = 0; i < g->region[a].nears; i++)
      if (a < g->region[a].near[i] && pair_add(g, a, g->region[a].near[i]))
        return -1;
  while (g->pairs) {
    struct pair p = pair_take(g);
    if (!g->region[p.a].bin || !g->region[p.b].bin)
      continue;
    int32_t r = regions_join(g, p.a, p.b);
    if (neighbours_take(g, r, p.a) || neighbours_take(g, r, p.b))
      return -1;
  }
  return 0;
}

/* ---- boxes ---- */

static int boxes_give(const struct grouping *g, int min_side, int room, float *box) {
  int n = 0;
  for (int32_t k = g->count; k-- > 0 && n < room;) {
    const struct region *r = &g->region[k];
    float row[4] = {(float)r->x1, (float)r->y1, (float)r->x2, (float)r->y2};
    int i = r->x2 - r->x1 < min_side || r->y2 - r->y1 < min_side ? n : 0;
    while (i < n && memcmp(box + 4 * i, row, sizeof row) != 0)
      i++;
    if (i == n && r->x2 - r->x1 >= min_side && r->y2 - r->y1 >= min_side)
      memcpy(box + 4 * n++, row, sizeof row);
  }
  return n;
}

static int histograms_count(struct grouping *g, const unsigned char *bytes, const int32_t *label) {
  size_t pixels = (size_t)g->height * g->width;
  int bins = g->channels * (COLOURS + DIRECTIONS * STEPS);
  double *plane = malloc(2 * pixels * sizeof *plane);
  int failed = !plane;
  for (int32_t k = 0; k < g->count && !failed; k++)
    failed = !(g->region[k].bin = calloc((size_t)bins, sizeof *g->region[k].bin));
  if (!failed)
    colours_count(g, bytes, label);
  for (int c = 0; c < g->channels && !failed; c++) {
    for (size_t i = 0; i < pixels; i++)
      plane[i] = bytes[c * pixels + i];
    plane_smooth(plane, plane + pixels, g->height, g->width, 1);
    textures_count(g, plane, c, label);
  }
  free(plane);
  return failed ? -1 : 0;
}

int segments_group(const unsigned char *bytes, int channels, int height, int width, const int32_t *label,
                   int32_t segments, int min_side, int room, float *box) {
  struct grouping g = {.channels = channels, .height = height, .width = width, .count = segments};
  g.region = calloc(2 * (size_t)segments, sizeof *g.region);
  int n = -1;
  if (g.region && !regions_begin(&g, label) && !histograms_count(&g, bytes, label) && !regions_merge(&g))
    n = boxes_give(&g, min_side, room, box);
  for (int32_t k = 0; g.region && k < g.count; k++)
    free(g.region[k].bin), free(g.region[k].near);
  free(g.region), free(g.heap);
  return n;
}

int selective_search(const unsigned char *bytes, int channels, int height, int width, const struct segmenting *s,
                     int min_side, int room, float *box) {
  int32_t *label = malloc((size_t)height * width * sizeof *label);
  int32_t segments = label ? segment_picture(bytes, channels, height, width, s, label) : -1;
  int n = segments < 0 ? -1 : segments_group(bytes, channels, height, width, label, segments, min_side, room, box);
  free(label);
  return n;
}
