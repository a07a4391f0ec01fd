/* Rows of all samples of a split, such as its boxes or what was detected in them: class, x1, y1, x2, y2, and of a detection
   the score. */
#ifndef NET_DETECT_GATHERED_H
#define NET_DETECT_GATHERED_H
#include "base.h"

enum { ROW_UNUSED = -1 }; /* a class */

struct gathered {
  int64_t samples, count, room;
  int width;       /* numbers of a row */
  float *row;      /* in the order of the samples */
  int64_t *sample; /* of each row */
};

/* Adds n samples of `rows` rows each; rows that are unused are left out. */
void gathered_add(struct gathered *g, const float *value, int64_t n, int64_t rows, int width);
void gathered_free(struct gathered *g);

/* What was detected in a split, and what is there to be found. */
struct detected {
  struct gathered found, box;
};
void detected_free(struct detected *d);

/* The class of a row; of a box that is to be ignored, too, whose number says so: -2 - class. */
int row_class(const float *row);
int row_ignored(const float *row);

/* The rows by class, within a class in their order: rows index[first[k]] … index[first[k + 1] - 1] are of class k. */
struct by_class {
  int classes;
  int64_t *index, *first;
};
void by_class_open(struct by_class *c, const struct gathered *g, int classes); /* rows of other classes are left out */
void by_class_close(struct by_class *c);
int gathered_classes(const struct gathered *g); /* one more than the largest there is */

#endif
