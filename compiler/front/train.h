/* A train block while it is read. */
#ifndef FRONT_TRAIN_H
#define FRONT_TRAIN_H
#include "front/expand.h"

typedef struct {
  Expand *x;
  Train *t;
  const Ast *decl;
  Val loss;
  const Ast *minimize;
  const Ast *optimizer;             /* PROP, or NULL: adam */
  Vec(const Ast *) part_optimizers; /* optimizer(Net.stage): ... */
  const Ast *update;                /* NULL: all nets */
  Name rate;                        /* the run-time number that is its learning rate */
} Run;

void update_all(Run *r); /* adds gradients and the optimizers' arithmetic to the training step */

#endif
