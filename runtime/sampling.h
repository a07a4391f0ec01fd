/* `sampling: balanced(label)`: epochs in which each class is as likely as the next, as by PyTorch's
   WeightedRandomSampler with weights of 1 / (samples of the class). */
#ifndef NET_SAMPLING_H
#define NET_SAMPLING_H
#include "base.h"
#include "data/data.h"

struct sampling {
  int classes;             /* that have samples */
  int64_t *start, *member; /* samples of class k: member[start[k]] … member[start[k + 1] - 1] */
};

/* field: of a class; of the first `count` samples. 0, or -1 and err. */
int sampling_open(struct sampling *s, struct net_dataset *set, const struct net_data *d, const char *field,
                  int64_t count, char err[ERR]);
/* `count` samples with replacement: a class, then one of its samples, each a function of seed, epoch and place. */
void sampling_order(const struct sampling *s, int64_t *order, int64_t count, uint64_t seed, uint64_t epoch);
void sampling_close(struct sampling *s);

#endif
