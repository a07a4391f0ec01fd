/* What a training tells: a bar that moves while a terminal watches, a line for each epoch, and log.csv. */
#ifndef NET_LOG_H
#define NET_LOG_H
#include "base.h"
#include "netrt.h"

enum { VALUE = 32 };
/* 0.9134, 12.5000, 3.210e-05 */
const char *value_text(char text[VALUE], double v);

struct log {
  const struct net_train *train;
  int has_val;
  FILE *csv;
  double shown; /* when the bar was last drawn */
  int drawn;    /* is it on the terminal's line? */
  double begun; /* the present epoch, or its part since a resume */
  int64_t from; /* its first sample */
  int bar;      /* is somebody watching? */
};

struct log_place {
  int64_t epoch, epochs; /* from 1 */
  int64_t position, count;
  double lr;
  int64_t step;
  double seconds;           /* of the epoch, or of its part since a resume */
  const double *mean, *val; /* the outputs' means; val may be NULL */
};

/* rows: how many of an older log.csv stay. */
int log_open(struct log *l, const struct net_train *t, int has_val, const char *path, int64_t rows, char err[ERR]);
void log_close(struct log *l);

void log_epoch_begin(struct log *l, int64_t position);
void log_bar(struct log *l, const struct log_place *p); /* cheap: draws a few times a second at most */
void log_bar_clear(struct log *l);
void log_epoch_line(struct log *l, const struct log_place *p);
/* Appends the row; -1 and err if the disk is full. */
int log_row(struct log *l, const struct log_place *p, char err[ERR]);

/* "loss 0.2519  accuracy 0.9134" */
void log_values(FILE *out, const struct net_train *t, const char *prefix, const double *mean);

#endif
