/* Order and choice: top, rank and non-maximum suppression of one sample (net_part of netrt.h).

   All follow one order: the larger first, of equals the first, NaN last. The first `count` of n are found with a heap of
   `count` indices, whose root is the last of them: most of the others are compared with the root alone. Suppression
   sorts once; a candidate is compared with what was kept, a block at a time, until one suppresses it. */
#include "netrt.h"
#include <math.h>
#include <string.h>

/* ---- the order ---- */

static int stands_before(const float *x, int32_t a, int32_t b) {
  if (x[a] > x[b] || x[a] < x[b])
    return x[a] > x[b];
  int nan_a = isnan(x[a]), nan_b = isnan(x[b]);
  return nan_a == nan_b ? a < b : nan_b;
}

static void swap(int32_t *at, int64_t i, int64_t k) {
  int32_t kept = at[i];
  at[i] = at[k], at[k] = kept;
}

static void sift_down(const float *x, int32_t *heap, int64_t count, int64_t i) {
  for (;;) {
    int64_t last = i, child = 2 * i + 1;
    for (int64_t k = child; k < child + 2 && k < count; k++)
      last = stands_before(x, heap[last], heap[k]) ? k : last;
    if (last == i)
      return;
    swap(heap, i, last);
    i = last;
  }
}

static void heap_make(const float *x, int32_t *heap, int64_t count) {
  for (int64_t i = count / 2; i-- > 0;)
    sift_down(x, heap, count, i);
}

static void heap_sort(const float *x, int32_t *heap, int64_t count) {
  for (int64_t end = count - 1; end > 0; end--) {
    swap(heap, 0, end);
    sift_down(x, heap, end, 0);
  }
}

/* first[count] = the indices of those that stand first among x[n], in order. */
static void find_first(const float *x, int64_t n, int64_t count, int32_t *first) {
  for (int64_t i = 0; i < count; i++)
    first[i] = (int32_t)i;
  heap_make(x, first, count);
  for (int64_t i = count; i < n; i++)
    if (stands_before(x, (int32_t)i, first[0])) {
      first[0] = (int32_t)i;
      sift_down(x, first, count, 0);
    }
  heap_sort(x, first, count);
}

/* set: n, count. A part is a row. */
void nrt_top(const float *const *in, void *out, int64_t part, const double *set, void *work) {
  (void)work;
  int64_t n = (int64_t)set[0], count = (int64_t)set[1];
  find_first(in[0] + part * n, n, count, (int32_t *)out + part * count);
}

/* set: n, limit. work: limit indices. */
void nrt_rank(const float *const *in, void *out, int64_t part, const double *set, void *work) {
  int64_t n = (int64_t)set[0], limit = (int64_t)set[1];
  float *to = (float *)out + part * n;
  int32_t *first = work;
  find_first(in[0] + part * n, n, limit, first);
  for (int64_t i = 0; i < n; i++)
    to[i] = (float)limit;
  for (int64_t i = 0; i < limit; i++)
    to[first[i]] = (float)i;
}

/* ---- non-maximum suppression ---- */

enum { BLOCK = 16 };
typedef struct {
  float x1[BLOCK], y1[BLOCK], x2[BLOCK], y2[BLOCK], area[BLOCK], group[BLOCK];
} Boxes; /* unused ones are empty, so they overlap with nothing */

static float area_of(const float *b) {
  return (b[2] - b[0]) * (b[3] - b[1]);
}

static float larger(float a, float b) {
  return a > b ? a : b;
}
static float smaller(float a, float b) {
  return a < b ? a : b;
}

/* Intersection over union of box b with the i-th of a block; of two empty boxes NaN, which is above no limit. */
static float overlap(const Boxes *k, int i, const float *b, float area) {
  float w = larger(smaller(b[2], k->x2[i]) - larger(b[0], k->x1[i]), 0);
  float h = larger(smaller(b[3], k->y2[i]) - larger(b[1], k->y1[i]), 0);
  return w * h / (area + k->area[i] - w * h);
}

static int is_suppressed(const Boxes *kept, int64_t count, const float *b, float group, float iou) {
  float area = area_of(b);
  for (; count > 0; count -= BLOCK, kept++) {
    int hits = 0;
    for (int i = 0; i < BLOCK; i++)
      hits |= (overlap(kept, i, b, area) > iou) & (kept->group[i] == group);
    if (hits)
      return 1;
  }
  return 0;
}

static void put_box(Boxes *all, int64_t at, const float *b, float group) {
  Boxes *k = &all[at / BLOCK];
  int i = at % BLOCK;
  if (!i)
    memset(k, 0, sizeof *k);
  k->x1[i] = b[0], k->y1[i] = b[1], k->x2[i] = b[2], k->y2[i] = b[3], k->area[i] = area_of(b), k->group[i] = group;
}

/* The best of what is left comes next, and lowers the scores of its like. */
static void decay(const float *box, const float *group, float *score, int32_t *left, int64_t count, double sigma) {
  for (; count > 0; count--, left++) {
    int64_t best = 0;
    for (int64_t i = 1; i < count; i++)
      best = stands_before(score, left[i], left[best]) ? i : best;
    swap(left, 0, best);
    Boxes one;
    put_box(&one, 0, box + 4 * (int64_t)left[0], group[left[0]]);
    for (int64_t i = 1; i < count; i++) {
      const float *b = box + 4 * (int64_t)left[i];
      double o = overlap(&one, 0, b, area_of(b));
      if (o > 0 && group[left[i]] == one.group[0])
        score[left[i]] *= (float)exp(-o * o / sigma);
    }
  }
}

/* in: box, score, group. set: n, iou, sigma. work: Boxes for n, then n indices. */
void nrt_nms(const float *const *in, void *out, int64_t part, const double *set, void *work) {
  (void)part;
  const float *box = in[0], *score = in[1], *group = in[2];
  int64_t n = (int64_t)set[0], count = 0, keeps = 0;
  float *to = out;
  Boxes *kept = work;
  int32_t *order = (int32_t *)(kept + (n + BLOCK - 1) / BLOCK);
  for (int64_t i = 0; i < n; i++) {
    to[i] = set[2] > 0 && score[i] > 0 ? score[i] : 0;
    if (score[i] > 0)
      order[count++] = (int32_t)i;
  }
  if (set[2] > 0) {
    decay(box, group, to, order, count, set[2]);
    return;
  }
  heap_make(score, order, count);
  heap_sort(score, order, count);
  for (int64_t c = 0; c < count; c++) {
    int32_t i = order[c];
    if (is_suppressed(kept, keeps, box + 4 * (int64_t)i, group[i], (float)set[1]))
      continue;
    put_box(kept, keeps++, box + 4 * (int64_t)i, group[i]);
    to[i] = score[i];
  }
}
