/* Anchors. Sums go over the boxes in their order, so the result has the same bits on every run. */
#include "data/anchors.h"
#include "base.h"
#include "netrt.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STARTS = 10, ROUNDS = 300, SITE_ANCHORS = 0xa7c405 };

static double iou(struct size a, struct size b) {
  double both = fmin(a.width, b.width) * fmin(a.height, b.height);
  return both / (a.width * a.height + b.width * b.height - both);
}

static int nearest_of(struct size box, const struct size *anchor, int count) {
  int best = 0;
  for (int k = 1; k < count; k++)
    if (iou(box, anchor[k]) > iou(box, anchor[best]))
      best = k;
  return best;
}

double anchors_fit(const struct size *box, int64_t boxes, const struct size *anchor, int count) {
  double sum = 0;
  for (int64_t i = 0; i < boxes; i++)
    sum += iou(box[i], anchor[nearest_of(box[i], anchor, count)]);
  return sum / (double)boxes;
}

/* k-means++: each next one is a box drawn with the square of its distance to those so far. */
static void begin(const struct size *box, int64_t boxes, struct size *anchor, int count, uint64_t seed, int start) {
  float chance;
  for (int k = 0; k < count; k++) {
    double sum = 0, at = 0;
    int64_t chosen = 0;
    for (int pass = 0; pass < 2; pass++) {
      nrt_uniform(&chance, k, 1, seed, 0, start, SITE_ANCHORS);
      for (int64_t i = 0; i < boxes; i++) {
        double d = k ? 1 - iou(box[i], anchor[nearest_of(box[i], anchor, k)]) : 1;
        if (!pass)
          sum += d * d;
        else if (d > 0 && at <= (double)chance * sum)
          chosen = i;
        at += pass ? d * d : 0;
      }
    }
    anchor[k] = box[chosen];
  }
}

/* Until no box changes its anchor. An anchor that no box takes stays where it is. */
static void improve(const struct size *box, int64_t boxes, struct size *anchor, int count, int *of) {
  struct size *sum = mem_get((size_t)count * sizeof *sum);
  int64_t *taken = mem_get((size_t)count * sizeof *taken);
  memset(of, -1, (size_t)boxes * sizeof *of);
  for (int round = 0, moved = 1; moved && round < ROUNDS; round++) {
    moved = 0;
    memset(sum, 0, (size_t)count * sizeof *sum);
    memset(taken, 0, (size_t)count * sizeof *taken);
    for (int64_t i = 0; i < boxes; i++) {
      int k = nearest_of(box[i], anchor, count);
      moved |= k != of[i];
      of[i] = k;
      sum[k].width += box[i].width, sum[k].height += box[i].height;
      taken[k]++;
    }
    for (int k = 0; k < count; k++)
      if (taken[k])
        anchor[k] = (struct size){sum[k].width / (double)taken[k], sum[k].height / (double)taken[k]};
  }
  free(sum), free(taken);
}

static int by_area(const void *a, const void *b) {
  const struct size *x = a, *y = b;
  double p = x->width * x->height, q = y->width * y->height;
  return p != q ? (p > q) - (p < q) : (x->width > y->width) - (x->width < y->width);
}

void anchors_find(const struct size *box, int64_t boxes, struct size *anchor, int count, uint64_t seed) {
  struct size *own = mem_get((size_t)count * sizeof *own);
  int *of = mem_get((size_t)boxes * sizeof *of);
  double best = -1;
  for (int start = 0; start < STARTS; start++) {
    begin(box, boxes, own, count, seed, start);
    improve(box, boxes, own, count, of);
    double fit = anchors_fit(box, boxes, own, count);
    if (fit > best)
      memcpy(anchor, own, (size_t)count * sizeof *own);
    best = fit > best ? fit : best;
  }
  qsort(anchor, (size_t)count, sizeof *anchor, by_area);
  free(own), free(of);
}
