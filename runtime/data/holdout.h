/* `holdout:`: which samples of the training source are set aside to judge by. */
#ifndef NET_HOLDOUT_H
#define NET_HOLDOUT_H
#include "data/source.h"

/* Sets mark[i] of the source's samples that the call holds out: by a share, from an end, or one by one. 0, or -1 and
 * err. */
int holdout_mark(const struct source *s, const struct net_call *holdout, unsigned char *mark, char err[512]);

#endif
