#include "log/precision.h"
#include <math.h>
#include <stdlib.h>

struct ranked {
  float score;
  int hit;
};

static int by_score(const void *a, const void *b) {
  float x = ((const struct ranked *)a)->score, y = ((const struct ranked *)b)->score;
  return (x < y) - (x > y);
}

int64_t precision_recall(const struct scores *s, int k, double *recall, double *precision, double *average) {
  struct ranked *r = mem_get((size_t)(s->count + 1) * sizeof *r);
  int64_t positives = 0, hits = 0, points = 0;
  double sum = 0, before = 0;
  for (int64_t i = 0; i < s->count; i++) {
    float v = s->score[i * s->classes + k];
    r[i] = (struct ranked){isnan(v) ? -INFINITY : v, s->label[i] == k};
    positives += r[i].hit;
  }
  qsort(r, (size_t)s->count, sizeof *r, by_score);
  for (int64_t i = 0; i < s->count; i++) {
    hits += r[i].hit;
    if (i + 1 < s->count && r[i + 1].score == r[i].score)
      continue; /* equal scores are one threshold */
    double p = (double)hits / (double)(i + 1), found = positives ? (double)hits / (double)positives : 0;
    sum += p * (found - before);
    before = found;
    if (recall)
      recall[points] = found, precision[points] = p;
    points++;
  }
  *average = positives ? sum : NAN;
  free(r);
  return points;
}
