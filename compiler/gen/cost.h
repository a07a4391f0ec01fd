/* cost: what a step of a plan has to do, by which algorithm, and how long that should take. */
#ifndef GEN_COST_H
#define GEN_COST_H
#include "plan/plan.h"

/* flops: additions and multiplications of the operation as it is defined; done: of the algorithm that computes it, as
   if all its instructions were multiply-adds of whole vectors; bytes: of operands, results and scratch memory. */
typedef struct {
  const char *how; /* algorithm and tile: "winograd 2x14, blocks of 56"; "" where there is only one way */
  double flops, done, bytes, seconds;
} StepCost;
enum { COST_THREADS = 2 }; /* seconds are those of two cores, whatever machine this is */
StepCost gen_step_cost(const Plan *p, int step, int64_t n);

/* Of a convolution: writes how, and returns the work of one sample (`fixed`: and what is done once for all of them), in
   flops. */
double conv_work(const Graph *g, Val v, Text *how, double *fixed);
double wino_work(const Graph *g, Val v, Text *how, double *fixed);
void gemm_way(const Graph *g, Val v, Text *how);

#endif
