/* A pass: the samples of a split going through an entry, batch by batch. */
#ifndef NET_PASS_H
#define NET_PASS_H
#include "detect/gathered.h"
#include "json.h"
#include "loader.h"
#include "model.h"

struct runner {         /* an entry that a pass can run */
  struct job job;
  int field[NET_BASES]; /* input i of the entry is this field of the data block */
};

struct pass {
  struct runner *runner, *now; /* now: the one that ran last */
  int runners;
  struct net_dataset *set;
  int borrows;          /* the set is another pass's */
  struct loader *loader;
  struct sampling sampling;
  int64_t count;        /* samples of an epoch */
  struct batch *batch; /* that pass_take got */
  int64_t n;           /* samples of it that could be read */
  struct detected detected; /* by the last pass_mean */
  json_t *tables;      /* NULL, or an object that pass_mean puts the reports into that are no numbers */
};

struct pass_spec {
  const struct net_data *data;
  enum net_split split;
  int entry;       /* entry 0 of the pass */
  int mores;       /* entries 1 … of it */
  const int *more;
  int64_t batch, limit; /* limit: the first so many samples only; 0: all */
  int training;
  const char *balanced; /* the field whose classes are drawn equally often; NULL: each sample once */
  const char *folder; /* --data */
  const char *cache;  /* --cache, or NULL */
  uint64_t seed;
  struct net_dataset *set; /* opened already, of another pass that outlives this one; NULL: to be opened */
};

int pass_open(struct pass *p, struct model *m, const struct pass_spec *spec, char err[ERR]);
void pass_close(struct pass *p);
void pass_begin(struct pass *p, uint64_t epoch, int64_t position);
/* Of an epoch: batches need no memory until the next begins. What could not be read in it is told on stderr. */
void pass_end(struct pass *p);
int64_t pass_bytes(const struct pass *p); /* what its steps take, with the batches that are made ready meanwhile */
/* Gets the next batch. Returns how many samples of the epoch it took, p->n of which could be read. 0 at the end of the
   epoch; -1 and err. */
int64_t pass_take(struct pass *p, char err[ERR]);
/* Runs it through entry i of the pass, if it has samples. */
void pass_run(struct pass *p, int i, uint64_t seed, uint64_t step);

/* The loss and the metrics of a block over the whole split, by its evaluation; tables: where reports go that are no numbers,
   or NULL. Returns 0; 1 if interrupted; -1 and err. */
int pass_mean(struct pass *p, const struct net_train *t, uint64_t seed, double *mean, FILE *tables, char err[ERR]);

const char *split_name(enum net_split split);

#endif
