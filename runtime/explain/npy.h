/* NumPy's .npy files, version 1.0: float32, row after row of the first axis. */
#ifndef NET_NPY_H
#define NET_NPY_H
#include "base.h"

struct npy {
  FILE *file;
  const char *path;
  int rank; /* of a row */
  int64_t dim[8], row, rows; /* row: numbers of one */
};
int npy_create(struct npy *n, const char *path, int rank, const int64_t *dim, char err[ERR]);
int npy_add(struct npy *n, const float *value, int64_t rows, char err[ERR]);
int npy_close(struct npy *n, char err[ERR]); /* 0 also for one that was never created */

#endif
