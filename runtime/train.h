/* Training: the loop over epochs, validation, what is kept, when it stops, and going on after an interruption. */
#ifndef NET_TRAIN_H
#define NET_TRAIN_H
#include "model.h"
#include "recipe.h"
#include "rename.h"

struct train_options {
  const char *data; /* the folder with the data, or NULL */
  const char *out;  /* the run's folder */
  int resume;
  int64_t until;       /* stop after this epoch, though the recipe goes on; 0: at its end */
  const char *cache;   /* the folder where prepared samples are kept, or NULL */
  int64_t limit;       /* samples used of each split; 0: all */
  double save_seconds; /* between checkpoints within an epoch; 0: not by time */
  int64_t save_steps;  /* likewise in steps */
  const char *again;   /* the command line that resumes */
  const char *self;    /* how the program was called, and its arguments from the command's name on */
  int argc;
  char **argv;
  FILE *json;          /* where a line for each epoch goes, and one at the end; or NULL */
  int lines;           /* of the command line, they win over the file */
  const struct recipe_line *line;
  struct rename_how rename; /* of the names in the file that the recipe's `start` names */
};

/* Trains by block t. Returns 0 when the recipe is fulfilled, INTERRUPTED after Ctrl-C, -1 and err. The model's numbers
   are then those of the last step, or of the best epoch if the recipe keeps that. carry: the model's weights are those
   of an earlier block; else they are initialised. */
int train_run(struct model *m, const struct net_train *t, const struct train_options *o, int carry, char err[ERR]);

#endif
