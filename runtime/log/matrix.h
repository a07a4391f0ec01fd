/* A confusion matrix as SVG: rows are what was true, columns what was said; the colour is a cell's share of its row. */
#ifndef NET_LOG_MATRIX_H
#define NET_LOG_MATRIX_H
#include <stdio.h>

struct matrix {
  const char *title;
  int classes;
  const double *count; /* classes x classes */
  const char *const *name;
};
void matrix_write(FILE *out, const struct matrix *m);

#endif
