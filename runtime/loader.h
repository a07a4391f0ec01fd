/* Batches of a data set, filled by threads of their own while the step before is computed. Which samples a batch has,
   and what is in it, depends on seed, epoch and position alone. */
#ifndef NET_LOADER_H
#define NET_LOADER_H
#include "base.h"
#include "data/data.h"
#include "netrt.h"
#include "sampling.h"

struct batch {
  int64_t claimed; /* samples of the epoch's order */
  int64_t n;       /* those of them that could be read, which may be none */
  int64_t *index, *position; /* which samples; their places in the epoch's order */
  void **field;              /* by the data block's fields; NULL where not wanted */
};

struct loader;

struct loader_spec {
  struct net_dataset *set;
  const struct net_data *data;
  int64_t batch, count; /* samples of a batch; of an epoch: the first `count` of the set */
  const int *wanted;    /* for each field: is it read? */
  int training;         /* shuffle and augment */
  uint64_t seed;
  int threads;                     /* that fill batches */
  const struct sampling *sampling; /* of a training; NULL: each sample once, shuffled */
};

struct loader *loader_open(const struct loader_spec *spec, char err[ERR]);
/* Begins an epoch at the sample `position` of its order; whatever was under way is dropped. */
void loader_begin(struct loader *l, uint64_t epoch, int64_t position);
/* 1 and a batch, valid until the next call; 0 at the epoch's end; -1 and err. */
int loader_next(struct loader *l, struct batch **batch, char err[ERR]);
/* Ends an epoch. The batches' memory is given back until the next one begins: another loader fills its own meanwhile. */
void loader_rest(struct loader *l);
int64_t loader_bytes(const struct loader *l); /* of the batches that are made ready while one is used */
void loader_close(struct loader *l);

#endif
