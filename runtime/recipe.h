/* A training's recipe: the lines of the `train` block, then those of an interrupted training that is taken up again,
   then the command line's. Later ones win. */
#ifndef NET_RECIPE_H
#define NET_RECIPE_H
#include "base.h"
#include "netrt.h"

struct recipe_line {
  const char *name, *value; /* as written */
};

struct recipe_watch { /* what keep and stop look at */
  int output;         /* 0: the loss, then the metrics; -1: nothing */
  int better;         /* +1 larger, -1 smaller */
};

struct recipe_log { /* event files for TensorBoard, and what is in them */
  int board, histograms, images;
};

struct recipe {
  const struct net_program *program;
  const struct net_train *train;
  struct heap heap;
  int props;
  struct net_prop *prop; /* the lines in force */
  double *scalar;        /* the program's numbers, base rates among them */

  double epochs;
  int64_t batch;
  uint64_t seed;
  struct net_call schedule;
  const char *balanced;    /* the field of a class that sampling balances, or NULL */
  struct recipe_watch keep, stop, plateau;
  int64_t keep_every;      /* epochs between files of their own; 0: none */
  int64_t accumulate;      /* batches of a step */
  double stop_epochs;
  struct recipe_log log;
  struct net_call preview; /* name NULL: none */
  const char *start;       /* a checkpoint to take weights from, or NULL */
  const char *start_prefix, *start_rename; /* and how its names become ours: a beginning, a file with a table; or "" */
};

enum { BATCH_DEFAULT = 32, EPOCHS_DEFAULT = 10 };

void recipe_open(struct recipe *r, const struct net_program *p, const struct net_train *t);
int recipe_line_set(struct recipe *r, struct recipe_line line, char err[ERR]);
/* After the last line: reads them all. */
int recipe_resolve(struct recipe *r, char err[ERR]);
void recipe_write(const struct recipe *r, FILE *out); /* a line each, as recipe_line_set takes them */
void recipe_close(struct recipe *r);

/* Is scalar i a learning rate: "lr", or with a network's name: "Generator.lr"? */
int scalar_is_rate(const char *name);
/* Does the training set scalar i itself (epoch, step, step@5, step.share, step.carry)? */
int scalar_is_clock(const char *name);
/* Is it a line of recipes, and not a clock or the option of a predict command? */
int scalar_is_line(const struct net_program *p, const char *name);

#endif
