/* What the files of the planner share: facts about values (roots.c), the order of computing (schedule.c), and offsets
   (memory.c). Times are positions in a sequence of steps. */
#ifndef PLAN_ROOM_H
#define PLAN_ROOM_H
#include "plan/plan.h"

/* ---- roots.c ---- */
/* By Val: the value whose memory it lies in, itself unless it is a reshape (or stop) of something that has floats in
   memory; 0 for what no output and no update needs. */
Val *value_roots(const Graph *g);
/* t swaps the last two axes and only matrix products read it, each of which can read its operand as it lies: t needs no memory. */
int transpose_is_absorbed(const Graph *g, Val t);
/* By Val: it depends on parameters and numbers alone, in a graph that changes none, so it is the same in each call. */
unsigned char *values_constant(const Graph *g);
/* s is channels of a sample, and who reads it can step from sample to sample as in the whole: s needs no memory. */
int slice_is_absorbed(const Graph *g, Val s);
int64_t slice_offset(const Graph *g, Val s); /* floats from the whole's first */
int value_is_leaf(const Graph *g, Val v);
int value_has_floats(const Graph *g, Val v); /* not so numbers, the batch size, run-time scalars */
int64_t value_bytes(const Graph *g, Val v);  /* of one sample, or of all when shared; rounded up to 64 */
/* Step v reads root only at the very elements that it writes, in the same order; so it may write over it. */
int step_reads_in_place(const Graph *g, const Val *root, Val v, Val read);

/* ---- schedule.c ---- */
/* The values that steps compute, in order. */
Val *schedule_order(const Graph *g, const Val *root, int *count);

/* ---- join.c ---- */
/* Puts steps that one launch can compute side by side; returns by position which are joined to the one before. */
unsigned char *steps_join(const Graph *g, const Val *root, const unsigned char *constant, Val *order, int count);
/* May b, which comes later, be computed in the loops of a? */
int steps_may_join(const Graph *g, const Val *root, Val a, Val b);

/* ---- memory.c ---- */
typedef struct {
  Bytes size;
  int first, last; /* alive at these times and between */
  Bytes at;        /* out */
  int64_t load;    /* the most that lives beside it: memory.c's own */
} Block;
void memory_assign(Block *block, int count, const char *cache, Arena *mem); /* sets offsets; cache: of base/cache.h */
/* Two lines, at least one of which lies above the ends of all blocks for any N. */
void memory_lines(const Block *block, int count, Bytes line[2], Arena *mem);
/* By time, of which there are so many: the bytes that live then. */
int64_t *memory_live(const Block *block, int count, int64_t n, int times, Arena *mem);
int64_t memory_bound(const Block *block, int count, int64_t n, Arena *mem); /* no assignment needs less for n samples */

/* ---- plan.c ---- */
/* Steps in order, without offsets: all else is as plan_make does it. By step: the bytes that live there. */
typedef struct {
  const Plan *plan;
  const int64_t *live;
} Sketch;
Sketch plan_sketch(const Graph *g, const ParamTable *params, ScratchOf *scratch_of, int64_t n);

#endif
