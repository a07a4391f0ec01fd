/* Precision and recall of a classifier over all thresholds. */
#ifndef NET_LOG_PRECISION_H
#define NET_LOG_PRECISION_H
#include "base.h"

struct scores {
  int64_t count;
  int classes;
  float *score;   /* count x classes */
  int32_t *label; /* count */
};

/* A point for each score that occurs, from the largest down: of those with at least that score for class k, the share that
   is of it (precision), and its share of all that are (recall). The average precision is the sum over the points of the
   precision times what the recall grew (as in scikit-learn); NAN where no sample is of the class. Returns how many points
   are in recall[] and precision[], which have room for count; NULL: they are not wanted. */
int64_t precision_recall(const struct scores *s, int k, double *recall, double *precision, double *average);

/* What a class is called, its points, of which there are many, and its average. */
struct precision_curve {
  const char *name;
  double *recall, *precision, average;
  int64_t count;
};
/* Precision over recall as SVG, a curve for each class; the legend names them where they are few. Thins the curves out. */
void precision_write(FILE *out, const char *title, struct precision_curve *curve, int count);

#endif
