#include "log/precision.h"
#include "log/plot.h"
#include <math.h>
#include <stdlib.h>

enum { MANY = 12, POINTS = 400 };

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

/* ---- the picture ---- */

/* Of many points as many as a picture can show: those whose recall or precision is elsewhere. */
static int64_t thin(double *x, double *y, int64_t n) {
  int64_t kept = 0;
  for (int64_t i = 0; i < n; i++)
    if (!kept || i + 1 == n || fabs(x[i] - x[kept - 1]) + fabs(y[i] - y[kept - 1]) > 1.0 / POINTS) {
      x[kept] = x[i];
      y[kept++] = y[i];
    }
  return kept;
}

void precision_write(FILE *out, const char *title, struct precision_curve *curve, int count) {
  struct plot_series *series = mem_get((size_t)(count + 1) * sizeof *series), *legend = mem_get((size_t)(count + 1) * sizeof *legend);
  char **word = mem_get((size_t)(count + 1) * sizeof *word);
  for (int k = 0; k < count; k++) {
    struct precision_curve *c = &curve[k];
    c->count = thin(c->recall, c->precision, c->count);
    series[k] = legend[k] = (struct plot_series){.x = c->recall, .y = c->precision, .count = c->count, .stride = 1, .color = k};
    legend[k].name = word[k] = mem_text("%s (average precision %.3f)", c->name, c->average);
  }
  struct plot_panel panel = {.title = "precision over recall",
                             .x = {.label = "recall", .low = 0, .high = 1},
                             .y = {.label = "precision", .low = 0, .high = 1},
                             .count = count,
                             .series = series,
                             .mark = NAN};
  plot_write(out, &(struct plot){title, 1, &panel, count <= MANY ? count : 0, legend});
  for (int k = 0; k < count; k++)
    free(word[k]);
  free(series), free(legend), free(word);
}
