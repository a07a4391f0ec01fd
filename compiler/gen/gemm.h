/* gemm: what the planner and the table of steps may know of matrix products. */
#ifndef GEN_GEMM_H
#define GEN_GEMM_H
#include "gen/gen.h"

/* v is a transpose of the last two axes that only matrix products read, each of which can read its operand as it lies: v then needs
   no memory of its own. A plan that gives it no buffer keeps its operand alive in its stead. */
int gemm_absorbs_transpose(const Graph *g, Val v);

#endif
