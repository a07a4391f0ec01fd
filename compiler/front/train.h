/* A train block while it is read. */
#ifndef FRONT_TRAIN_H
#define FRONT_TRAIN_H
#include "front/expand.h"

enum { FROZEN = 16 };

/* A part of `freeze:`: a net or a stage inside one, for all time or until an epoch. */
typedef struct {
  Name path;                        /* with the net's name in front */
  double until;                     /* INFINITY: for all time */
  Span span;
} Frozen;

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
  Vec(Val) gathered;                /* of an evaluation: what metrics of detections are computed from */
  Name rate;                        /* the run-time number that is its learning rate */
  Vec(const Ast *) lines;           /* recipe lines met, but those for a part */
  Vec(Frozen) frozen;
  double until;                     /* the end of the phase whose step is made */
  int read;                         /* the recipe lines have been read, with the first graph */
  int no_val;                       /* told that there are no validation data */
  Name clip;                        /* norm or value; 0: none */
  int ema, accumulate;              /* asked for? */
  int part;                         /* this graph only adds to the gradients */
} Run;

Name run_scalar(const Run *r, const char *name); /* the block's run-time number of that name */
Name path_name(Expand *x, const Ast *path);      /* Net.stage */

/* ---- lines.c ---- */
void line_run(Run *r, const Ast *s);
void frozen_read(Run *r);                          /* before any graph is made */
int frozen_ends(const Run *r, double *ends);       /* the epochs at which something thaws, in order; their count */
void judges_check(Run *r);                         /* after the block's reports are known */

void run_report(Run *r, const Ast *s);
void report_end(Run *r);                 /* after a block's statements */
int is_of_totals(const Expand *x, Val v); /* is it made of total(...)? */

/* ---- metric.c: metrics of what was detected in a split ---- */
const Ast *metric_call(Expand *x, const Ast *e); /* the call, if it is one: mean_average_precision(d, boxes); else NULL */
/* What the runtime computes, and of which values: detections, boxes. NULL after reporting. */
RecipeCall *metric_read(Expand *x, const Ast *e, Val operand[2]);

/* ---- optimizer.c ---- */

/* An `optimizer:` line, read once. */
typedef struct {
  const Ast *prop;  /* NULL: none written */
  const Ast *block; /* NULL: wrong, and reported */
  Args args;        /* without the learning rate */
  double rate;
} Chosen;
Chosen optimizer_choose(Run *r, const Ast *prop);
int in_paths(Expand *x, const Weight *w, const Ast *paths);
int check_path(Expand *x, Name path, Span at); /* 0, reported, when no weight lies there */
int check_paths(Expand *x, const Ast *paths);
Name full_path(Expand *x, const Weight *w);    /* with its net's name in front */

/* ---- update.c ---- */
void update_all(Run *r); /* adds gradients and the optimizers' arithmetic to the training step */

#endif
