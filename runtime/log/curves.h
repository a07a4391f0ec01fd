/* curves.svg: how loss, metrics and learning rate went, one panel for each, drawn from a run's log.csv. */
#ifndef NET_LOG_CURVES_H
#define NET_LOG_CURVES_H
#include "base.h"

/* best: the epoch that was kept; 0: the one with the smallest loss in validation, if there is validation. */
int curves_write(const char *csv, const char *svg, const char *title, int64_t best, char err[ERR]);

#endif
