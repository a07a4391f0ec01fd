/* Samples as training sees them, on one page: a picture of those at the front of an epoch's order. */
#ifndef NET_PAGE_H
#define NET_PAGE_H
#include "base.h"
#include "data/data.h"

struct page { /* which samples to show */
  const struct net_data *data;
  struct net_dataset *set;
  uint64_t seed;
  const char *balanced; /* the field whose classes sampling balances, or NULL */
  int64_t count, epoch; /* epoch: from 0 */
  int augment;
};

int page_can(const struct net_data *d); /* does the data have pictures? */
/* Returns how many samples there were to see; -1 and err. */
int64_t page_write(const struct page *g, const char *path, char err[ERR]);

#endif
