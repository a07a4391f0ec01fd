/* One step of a training: its numbers, its batches, the entry they run through. */
#ifndef NET_STEP_RUN_H
#define NET_STEP_RUN_H
#include "trainer.h"

/* The run-time numbers of a step, counted from 0. */
void step_scalars(struct trainer *t, int64_t step);
/* The next step. Its sums are added to the state, t->loss is the last batch's. Returns how many samples of the epoch it
   took; 0 when there are none left; -1 and err. */
int64_t step_run(struct trainer *t, char err[ERR]);

#endif
