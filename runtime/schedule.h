/* The learning rate of every step. */
#ifndef NET_SCHEDULE_H
#define NET_SCHEDULE_H
#include "base.h"
#include "netrt.h"

/* What a plateau schedule remembers. */
struct plateau {
  int64_t epochs, bad, cooling; /* seen in all; without improvement; still to wait before counting again */
  double best, scale;           /* scale: of the rates; 0 before the first epoch means 1 */
};

int schedule_check(const struct net_call *schedule, char err[ERR]);
/* The rate at its end, where that is a rate written down (min:) and above base; else 0. */
double schedule_rises(const struct net_call *schedule, double base);

/* base: the optimizer's own rate. step: 0 for the first. epoch_steps: of one epoch; steps: of the whole training. */
double schedule_rate(const struct net_call *schedule, double base, int64_t step, int64_t epoch_steps, int64_t steps,
                     const struct plateau *plateau);
/* Is it one that watches a value? That is told after each epoch. */
int schedule_watches(const struct net_call *schedule);
void schedule_tell(const struct net_call *schedule, struct plateau *p, double value, int better);

#endif
