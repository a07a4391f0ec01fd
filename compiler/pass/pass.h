/* Passes: each reads a const graph and builds a new one. */
#ifndef PASS_PASS_H
#define PASS_PASS_H
#include "graph/graph.h"

typedef enum {
#define PASS(name, ...) PASS_##name,
#include "pass/pass.def"
#undef PASS
  PASS_COUNT
} PassId;
typedef enum { PASS_NO_GRAD = 1, PASS_NO_STOP = 2, PASS_FUSED = 4, PASS_LAID_OUT = 8 } PassState;

typedef struct PassOptions {
  int lanes;             /* floats a vector: blocks of the layout */
  int skip[PASS_COUNT];  /* 1: leave an optional pass out */
  int verify;            /* after each pass */
  double seconds[PASS_COUNT]; /* out: time spent */
  /* Called after each pass that ran; NULL: nobody looks. */
  void (*after)(void *user, PassId pass, const Graph *g);
  void *user;
} PassOptions;

const char *pass_name(PassId id);
const char *pass_summary(PassId id);
int pass_is_optional(PassId id);
PassId pass_find(const char *name); /* PASS_COUNT: none */
/* Runs one pass, or all in the table's order. NULL after reporting an error of the user's. */
Graph *pass_run(const Graph *g, PassId id, PassOptions *o);
Graph *pass_run_all(const Graph *g, PassOptions *o);

/* Helpers that passes share (pass.c). A map takes a value of the old graph to the new one. */
typedef struct {
  const Graph *from;
  Graph *to;
  Val *map;
  uint8_t *live;  /* by old value: reached from an output or an update */
} Rewrite;
Rewrite rewrite_begin(const Graph *from);
Val rewrite_copy(Rewrite *w, Val v);        /* the node over its mapped operands; fills the map */
Graph *rewrite_end(Rewrite *w);             /* copies outputs and updates through the map */

Graph *pass_simplify(const Graph *g, const PassOptions *o);
Graph *pass_autodiff(const Graph *g, const PassOptions *o);
Graph *pass_clean(const Graph *g, const PassOptions *o);
Graph *pass_fuse(const Graph *g, const PassOptions *o);
Graph *pass_layout(const Graph *g, const PassOptions *o);

/* An elementwise node over those operands that the formula uses, numbers put in: each(f, in) or an equal simpler value. */
Val each_compact(Graph *g, Scalar formula, const Val *in, int nin, Span at);

/* sum.c: what batch_sum(x) is better computed as, out of sums that are there already; 0: as it stands. */
Val simpler_batch_sum(Graph *g, Val x, const Attr *axes, Span at);

#endif
