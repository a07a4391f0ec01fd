/* Numbers that a data block's `prepare` takes from the training samples: means, deviations, whitening matrices. */
#ifndef NET_MEASURE_H
#define NET_MEASURE_H
#include "model.h"
#include "pass.h"

/* Measures what is still unknown (nan) for the block `spec->data` over its samples, and says what came out. `from`: where
   numbers that are known came from, or NULL. */
int measure_all(struct model *m, const struct pass_spec *spec, const char *from, char err[ERR]);

/* Is all known that the block's `prepare` needs? 0, or -1 and err. */
int measured(const struct model *m, const struct net_data *d, char err[ERR]);

/* The values of black and white in a picture field as the network gets it. 0, or -1: it has no such two, or they are unknown. */
int measured_range(const struct model *m, const struct net_data *d, int field, struct net_range *range);

#endif
