/* Checkpoints: a model's numbers and, for a training that goes on later, all it has to remember. Files are safetensors;
   the training's state stands in their metadata as text. Nothing in them depends on the clock: the same training writes
   the same bytes. */
#ifndef NET_CHECKPOINT_H
#define NET_CHECKPOINT_H
#include "model.h"
#include "safetensors.h"
#include "schedule.h"

enum { OUTPUTS_MAX = 24 }; /* the loss and the metrics of a training */

struct train_state {
  int64_t epoch;    /* whole epochs done, validation and all */
  int64_t position; /* samples of the present epoch that are done */
  int64_t step;     /* steps done, of all epochs */
  int64_t count;    /* training samples there are */
  int64_t seen;     /* samples that sum counts */
  int64_t best_epoch, stop_epoch; /* the epochs (from 1) with the best value so far; 0: none yet */
  double best, stop_best;
  struct plateau plateau;
  double sum[OUTPUTS_MAX]; /* over the present epoch's samples: the loss, the metrics */
};

struct checkpoint_about {
  const char *train;   /* the block's name */
  const char *recipe;  /* its lines in force, */
  const char *options; /* and those of them that command lines gave */
  const char *classes; /* class names, a line each; "" if there are none */
};

/* with_optimizer: all parameters, so that the training can go on; else what a trained model needs. */
int checkpoint_save(const char *path, const struct model *m, const struct train_state *state, int with_optimizer,
                    struct checkpoint_about about, char err[ERR]);

/* Takes every weight and state (with_optimizer: and optimizer state) from t. All must be there, with their shapes (and
   with_optimizer nothing that the program does not know): else -1, err names the first few, and the model is unchanged. */
int checkpoint_load(struct model *m, const struct tensors *t, const char *path, int with_optimizer, char err[ERR]);
/* After that: how many tensors were taken, and what the file has besides. */
void checkpoint_report(const struct model *m, const struct tensors *t, const char *path, FILE *out);
/* Takes what fits by name and shape and tells about the rest on `out`. Fails if nothing fits. */
int checkpoint_start(struct model *m, const struct tensors *t, const char *path, FILE *out, char err[ERR]);

int checkpoint_state(struct train_state *state, const struct tensors *t, const char *path, char err[ERR]);

#endif
