/* A training under way: what its opening (trainer.c) and its loop (train.c) share. */
#ifndef NET_TRAINER_H
#define NET_TRAINER_H
#include "checkpoint.h"
#include "log.h"
#include "pass.h"
#include "preview.h"
#include "train.h"

struct trainer {
  struct model *m;
  const struct net_train *train;
  const struct net_data *data;
  const struct train_options *o;
  struct recipe recipe;
  struct pass fit, val;
  int has_val, has_log, outputs;
  struct train_state s;
  struct log log;
  struct record *record;
  struct board *board;     /* NULL: nothing is logged for TensorBoard */
  struct preview *preview; /* NULL: none is asked for */
  int64_t epoch_steps, steps, epochs;
  double val_mean[OUTPUTS_MAX], rate, loss; /* of the last step */
  double saved, begun; /* when the last checkpoint was written; when the epoch, or its part since a resume, began */
  int64_t saved_step;
  char *last, *best, *recipe_text, *options_text, *classes;
};

/* Recipe, data, weights and log; from: the checkpoint to go on from, or NULL. t->m, train, data, o, last, best are set.
 */
int trainer_open(struct trainer *t, const struct tensors *from, int carry, char err[ERR]);
void trainer_close(struct trainer *t);
/* Which entry of the pass `fit` a phase's step is, or its part. */
int trainer_entry(const struct trainer *t, int phase, int part);

/* Is there nothing left to do: all steps done, or no better epoch for too long? */
int trainer_stalled(const struct trainer *t);
int trainer_done(const struct trainer *t);

#endif
