/* Pictures of how a classifier did on a split: confusion.svg and precision_recall.svg. Their scores come from a predict
   block of the program that shows classes and takes nothing but fields of the data. */
#ifndef NET_LOG_VERDICT_H
#define NET_LOG_VERDICT_H
#include "data/data.h"
#include "model.h"

struct verdict {
  struct model *m;
  const struct net_data *data;
  struct net_dataset *set;
  const char *folder, *split; /* where they go, which must be there; what it is called */
  uint64_t seed;
};

int verdict_can(const struct net_program *p, const struct net_data *d); /* does the program have such a block? */
/* 0, also where it has none; 1 if interrupted; -1 and err. */
int verdict_write(const struct verdict *v, char err[ERR]);

#endif
