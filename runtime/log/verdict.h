/* Pictures of how a classifier or detector did on a split: confusion.svg and precision_recall.svg. A detector's come from what its
   evaluation gathered, a classifier's scores from a predict block of the program that shows classes and takes nothing but
   fields of the data. */
#ifndef NET_LOG_VERDICT_H
#define NET_LOG_VERDICT_H
#include "data/data.h"
#include "detect/gathered.h"
#include "model.h"

struct verdict {
  struct model *m;
  const struct net_data *data;
  struct net_dataset *set;
  const char *folder, *split; /* where they go, which must be there; what it is called */
  uint64_t seed;
  const struct detected *detected; /* NULL, or without samples: nothing was */
};

int verdict_can(const struct net_program *p, const struct net_train *t); /* is there something to draw of its evaluation? */
/* 0, also where it has none; 1 if interrupted; -1 and err. */
int verdict_write(const struct verdict *v, char err[ERR]);

#endif
