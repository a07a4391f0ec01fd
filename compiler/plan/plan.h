/* The plan: a graph as a list of steps over buffers. Made from a graph on which fuse and layout have run. */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H
#include "graph/graph.h"

typedef struct {
  int64_t fixed, per_sample; /* fixed + N * per_sample, N >= 1 */
} Bytes;
int64_t bytes_for(Bytes b, int64_t n);

/* Where a value lies: base + fixed + N * per_sample bytes (enum net_base of runtime/netrt.h). */
typedef struct {
  int base;           /* NET_ARENA ...; -1: the value has no memory (inlined numbers, dead) */
  int64_t fixed, per_sample;
} Buffer;

/* A kernel's own memory: partial sums, packed weights. Live during its step only, but for what is computed once. */
typedef struct {
  int64_t fixed, per_sample; /* bytes needed */
  int64_t work;              /* of each thread, live during a chunk only (nrt_work) */
  int64_t kept;              /* and those that depend on one operand alone, which is read for nothing else, */
  int of;                    /* this one */
  Buffer at, kept_at;        /* filled by the planner */
  int once;                  /* also: that operand is constant, so what is kept stays from call to call */
} Scratch;

typedef struct {
  Val val;            /* what is computed; or, with copy, what is copied */
  int copy;           /* 1: out = buffer[val], bytes as they lie (an output or update that could not be computed in
                         place); a val that is a number, a run-time scalar or the batch size is stored as a float */
  int once;           /* 1: computed in the first call only, and again when parameters have changed */
  int joined;         /* 1: computed by the launch of the step before it, in the same loops */
  Buffer out;
  Scratch scratch;
} Step;

/* Where a tap lies once so many steps have run. */
typedef struct {
  Val val;
  int steps;
  Buffer at;
} TapPlace;

typedef struct {
  Name name;          /* path */
  Name role;          /* weight, state, opt */
  TypeId type;
  int64_t offset;     /* floats; a multiple of 16 */
  Name init;          /* constant, uniform, normal */
  double arg[2];
} PlanParam;

/* Parameters, run-time scalars of all entries of a program: one layout for all of them. */
typedef struct {
  Vec(PlanParam) params;
  int64_t param_floats;
  Vec(Name) scalars;
} ParamTable;

enum { MEMORY_BATCHES = 3 };
extern const int64_t memory_batches[MEMORY_BATCHES]; /* 1, 8, 32: what memory is planned to be small for */

typedef struct {
  const Graph *g;
  const ParamTable *params;
  Vec(Step) steps;
  Buffer *buffer;     /* by Val */
  Vec(Name) inputs;   /* IO base NET_IO + i */
  int outputs;        /* IO base NET_IO + inputs + i; taps, which follow in the graph, have none */
  Vec(TapPlace) taps;
  Bytes arena[2];                /* for N samples it has the larger of both */
  int64_t least[MEMORY_BATCHES]; /* bytes that live together at some step, for these N: no arena is smaller */
  int64_t kept;                  /* of the arena, at its beginning: what stays from call to call */
  int64_t work;                  /* bytes for each thread */
} Plan;

/* Adds a graph's parameters and scalars to the table (the same path must have the same type). */
void params_collect(ParamTable *t, const Graph *g);
const PlanParam *params_find(const ParamTable *t, Name path);

/* Floats from sample to sample of v: more than a sample has when v is a slice that is read where it lies; 0: shared. */
int64_t value_sample(const Graph *g, Val v);

/* scratch_of: what gen needs for a step, asked before memory is laid out. */
typedef Scratch ScratchOf(const Graph *g, Val v);
Plan *plan_make(const Graph *g, const ParamTable *params, ScratchOf *scratch_of);
int64_t plan_arena(const Plan *p, int64_t n); /* bytes of the arena for n samples */
/* note: writes what is to stand at the end of a step's line; NULL: nothing. */
typedef void PlanNote(const Plan *p, int step, void *user, Text *to);
void plan_print(const Plan *p, PlanNote *note, void *user, Text *to);
/* recompute.c: a graph of the same results whose arena, and work memory of so many threads, take at most `limit` bytes
   for n samples, because values that wait for late users are computed again for them. NULL when there is none; `after`
   is then the least. */
typedef double FlopsOf(const Graph *g, Val v, int64_t n); /* for n samples */
typedef struct {
  int64_t n, limit;
  int threads;
  ScratchOf *scratch_of;
  FlopsOf *flops_of;
  int64_t before, after; /* out: bytes */
  int values;            /* out: how many are computed again */
  double flops, again;   /* out: before, and what is added */
} Recompute;
const Graph *recompute(const Graph *g, const ParamTable *params, Recompute *r);
/* The same without a limit: only what is nearly free is computed again, elementwise values whose operands wait as well;
   the graph itself where that would not lower the peak by a twentieth. before, after: peaks. */
const Graph *recompute_cheap(const Graph *g, const ParamTable *params, Recompute *r);
/* 1 when no two values that live together overlap, operands are written before they are read, and outputs and updates
   reach their places. */
int plan_verify(const Plan *p, Text *why);

#endif
