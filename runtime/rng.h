/* Random numbers as a pure function of where they are used: Philox4x32-10 (Salmon et al., "Parallel random numbers: as
   easy as 1, 2, 3", 2011). nrt_uniform and nrt_normal are declared in netrt.h. The four counter words are (i/4, sample,
   upper half of the seed, site), the key is (lower half of the seed, step); of i/4, sample and step the lower 32 bits
   count. */
#ifndef NET_RNG_H
#define NET_RNG_H
#include "netrt.h"

void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* A permutation of 0 … count-1: the order of an epoch. */
void order_fill(int64_t *order, int64_t count, uint64_t seed, uint64_t epoch);

#endif
