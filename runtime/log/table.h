/* The numbers of a log.csv. */
#ifndef NET_LOG_TABLE_H
#define NET_LOG_TABLE_H
#include "base.h"

struct table {
  int columns;
  char **name;
  int64_t rows;
  double *value; /* rows x columns */
};

/* A last row that was cut off is left out. */
int table_read(struct table *t, const char *path, char err[ERR]);
void table_close(struct table *t);

/* How the columns of a training's log lie: epoch, step, lr, the outputs (loss, metrics), those of validation, seconds. */
enum { TABLE_EPOCH, TABLE_STEP, TABLE_RATE, TABLE_OUTPUTS };
struct table_layout {
  int outputs, has_val;
};
/* -1: it is no such log. */
int table_layout(const struct table *t, struct table_layout *l);

#endif
