/* The threads that compute. One thread (the one that opened the pool) gives work, and works too. */
#ifndef NET_POOL_H
#define NET_POOL_H
#include "netrt.h"

/* threads <= 0: one for each core online. Subnormals count as zero from now on, in the caller as well. */
struct net_pool *pool_open(int threads);
void pool_close(struct net_pool *pool);
int pool_threads(const struct net_pool *pool);

void pool_flush_subnormals(void); /* for a thread that computes outside a pool */

#endif
