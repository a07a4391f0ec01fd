/* What the files of the interpreter share: the evaluation under way, one function for each operation, and walking
   over shapes. Everywhere the batch is axis 0, of size 1 when a value is shared. Values lie in logical order whatever
   their layout. */
#ifndef GRAPH_EVAL_ROOM_H
#define GRAPH_EVAL_ROOM_H
#include "graph/graph.h"

typedef struct {
  const Graph *g;
  const EvalInput *in;
  Arena *mem;
  double **value; /* by Val */
} Eval;

/* Computes node v into out, which is zeroed and has room for all samples. */
typedef void EvalOp(Eval *e, Val v, double *out);

#define EACH(name, ...)
#define OP(name, ...) EvalOp eval_##name;
#include "op/op.def"
#undef EACH
#undef OP

/* An odometer over [N][dims]; the last axis turns fastest. */
typedef struct {
  int axes;
  int64_t dim[MAX_RANK + 1], at[MAX_RANK + 1];
} Walk;

/* A value seen from a walk: axes that it repeats along have stride 0. */
typedef struct {
  const double *data;
  int64_t stride[MAX_RANK + 1];
} View;

int64_t eval_samples(const Eval *e, Val v);               /* N, or 1 for a shared value */
int64_t eval_samples_in(const Eval *e, Val v);            /* N when an operand of v is batched, else 1 */
double *eval_sample(const Eval *e, Val v, int64_t n);      /* sample n of a value, or the shared one */
int64_t eval_size(const Eval *e, Val v);                  /* elements of one sample */

Walk walk_begin(int64_t samples, const Type *t);
int walk_next(Walk *w); /* 0 after the last place */
int64_t walk_offset(const Walk *w, const int64_t *stride);
View view_of(const Eval *e, Val v);

static inline double view_at(const View *view, const Walk *w) {
  return view->data[walk_offset(w, view->stride)];
}

/* graph/eval_random.c: the numbers of runtime/rng.c, before they are rounded to float. */
double random_uniform(uint64_t seed, uint64_t step, int64_t sample, uint32_t site, int64_t i);
double random_normal(uint64_t seed, uint64_t step, int64_t sample, uint32_t site, int64_t i);

#endif
