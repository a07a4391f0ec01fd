#include "detect/confusion.h"
#include "detect/judge.h"
#include <stdlib.h>

/* One sample. */
struct place {
  const float **det, **box;
  int64_t dets, boxes;
};

/* The box that a detection goes to; -1: none. *ignored: does it lie in one that is ignored? */
static int64_t best_box(const struct place *p, const float *det, double *iou, int *ignored) {
  int64_t best = -1;
  *iou = 0;
  *ignored = 0;
  for (int64_t b = 0; b < p->boxes; b++) {
    int out = row_ignored(p->box[b]);
    double v = row_overlap(det, p->box[b], out);
    if (v < CONFUSION_IOU)
      continue;
    *ignored |= out;
    if (!out && v > *iou) {
      *iou = v;
      best = b;
    }
  }
  return best;
}

static void count_sample(const struct place *p, int classes, double *count) {
  int64_t *taken_by = mem_get((size_t)(p->boxes + 1) * sizeof *taken_by);
  double *by = mem_get((size_t)(p->boxes + 1) * sizeof *by), iou;
  char *counts = mem_get((size_t)p->dets + 1);
  int ignored, side = classes + 1;
  for (int64_t d = 0; d < p->dets; d++) {
    int64_t b = best_box(p, p->det[d], &iou, &ignored);
    counts[d] = b >= 0 || !ignored;
    if (b >= 0 && iou > by[b]) {
      by[b] = iou;
      taken_by[b] = d;
    }
  }
  for (int64_t b = 0; b < p->boxes; b++) {
    int k = row_class(p->box[b]);
    if (row_ignored(p->box[b]))
      continue;
    count[k * side + (by[b] > 0 ? row_class(p->det[taken_by[b]]) : classes)]++;
    if (by[b] > 0)
      counts[taken_by[b]] = 0;
  }
  for (int64_t d = 0; d < p->dets; d++)
    count[classes * side + row_class(p->det[d])] += counts[d];
  free(taken_by), free(by), free(counts);
}

void confusion_count(const struct detected *d, int classes, double *count) {
  const struct gathered *found = &d->found, *box = &d->box;
  struct place p = {.det = mem_get((size_t)(found->count + 1) * sizeof *p.det), .box = mem_get((size_t)(box->count + 1) * sizeof *p.box)};
  int64_t f = 0, b = 0;
  for (int64_t s = 0; s < box->samples; s++) {
    for (p.dets = 0; f < found->count && found->sample[f] == s; f++)
      if (found->row[f * found->width + 5] >= (float)CONFUSION_SCORE)
        p.det[p.dets++] = found->row + f * found->width;
    for (p.boxes = 0; b < box->count && box->sample[b] == s; b++)
      p.box[p.boxes++] = box->row + b * box->width;
    count_sample(&p, classes, count);
  }
  free(p.det), free(p.box);
}
