/* What a training tells: a bar that moves while a terminal watches, a line for each epoch, and in the run's folder log.csv
   and curves.svg. When these cannot be written, as on a full disk, there is one warning and the training goes on. */
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
  int csv; /* the file, */
  char *path, *svg, *title; /* its path, that of the curves, and what stands above them */
  double draw_at; /* when the curves may be drawn again */
  int warned;
  double shown; /* when the bar was last drawn */
  double begun; /* the present epoch, or its part since a resume */
  int64_t from; /* its first sample */
};

struct log_place {
  int64_t epoch, epochs; /* from 1 */
  int64_t position, count;
  double lr;
  int64_t step;
  double seconds;           /* of the epoch, or of its part since a resume */
  const double *mean, *val; /* the outputs' means; val may be NULL */
};

struct log_spec {
  const char *folder, *title;
  int64_t epochs; /* so many of an older log stay; 0: it begins anew */
};
int log_open(struct log *l, const struct net_train *t, int has_val, const struct log_spec *s, char err[ERR]);
void log_close(struct log *l);

void log_epoch_begin(struct log *l, int64_t position);
void log_bar(struct log *l, const struct log_place *p); /* cheap: draws a few times a second at most */
void log_epoch_line(struct log *l, const struct log_place *p);
void log_row(struct log *l, const struct log_place *p);
/* best: the epoch that is kept, or 0; last: nothing follows. */
void log_curves(struct log *l, int64_t best, int last);
void log_warn(struct log *l, const char *err);

/* "loss 0.2519  accuracy 0.9134" */
void log_values(FILE *out, const struct net_train *t, const char *prefix, const double *mean);

#endif
