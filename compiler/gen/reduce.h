/* How a reduction is computed, decided in reduce.c; its code, in reduce_code.c. */
#ifndef GEN_REDUCE_H
#define GEN_REDUCE_H
#include "gen/nest.h"

enum { MOST_GROUP = 4, MOST_ACCUMULATORS = 4 }; /* for each result */
typedef struct {
  Nest n;
  int sum; /* else the maximum */
  int parts;
  int kept;                   /* the innermost dim is kept: vectors of results */
  int group, unroll;          /* vectors side by side; accumulators along the innermost loop */
  int partial;                /* the last group of a row may be partial */
  int padded;                 /* lanes without a channel are stored, as zeros */
  int loop[NEST_DIMS], loops; /* reduced dims, outermost first */
  int64_t width;              /* floats of a unit's partial result */
} Reduce;

BuildKernel build_reduce, build_join; /* of a Reduce */

#endif
