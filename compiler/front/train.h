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
  Vec(Output) tables;               /* of a summary */
  Name rate;                        /* the run-time number that is its learning rate */
} Run;

void run_report(Run *r, const Ast *s);
void report_end(Run *r);                 /* after a block's statements */
int is_of_totals(const Expand *x, Val v); /* is it made of total(...)? */
void update_all(Run *r); /* adds gradients and the optimizers' arithmetic to the training step */

#endif
