/* The learning rate of every step. */
#ifndef NET_SCHEDULE_H
#define NET_SCHEDULE_H
#include "base.h"
#include "netrt.h"

int schedule_check(const struct net_call *schedule, char err[ERR]);

/* base: the optimizer's own rate. step: 0 for the first. epoch_steps: of one epoch; steps: of the whole training. */
double schedule_rate(const struct net_call *schedule, double base, int64_t step, int64_t epoch_steps, int64_t steps);

#endif
