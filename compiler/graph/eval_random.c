/* The interpreter's random numbers, the same as runtime/rng.c makes: Philox4x32-10 (Salmon et al., "Parallel random
   numbers: as easy as 1, 2, 3", 2011) with counter (i/4, sample, upper half of the seed, site) and key (lower half of
   the seed, step). Word i % 4 of the block is value i; a normal value takes the pair of words that i belongs to (Box
   and Muller). */
#include "graph/eval_room.h"
#include <math.h>

static void philox_block(uint32_t c[4], uint32_t k0, uint32_t k1) {
  for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    uint64_t a = 0xD2511F53ull * c[0], b = 0xCD9E8D57ull * c[2];
    c[0] = (uint32_t)(b >> 32) ^ c[1] ^ k0;
    c[1] = (uint32_t)b;
    c[2] = (uint32_t)(a >> 32) ^ c[3] ^ k1;
    c[3] = (uint32_t)a;
  }
}

static void words_at(uint32_t word[4], uint64_t seed, uint64_t step, int64_t sample, uint32_t site, int64_t i) {
  word[0] = (uint32_t)(i / 4);
  word[1] = (uint32_t)sample;
  word[2] = (uint32_t)(seed >> 32);
  word[3] = site;
  philox_block(word, (uint32_t)seed, (uint32_t)step);
}

double random_uniform(uint64_t seed, uint64_t step, int64_t sample, uint32_t site, int64_t i) {
  uint32_t word[4];
  words_at(word, seed, step, sample, site, i);
  return (word[i % 4] >> 8) * 0x1p-24;
}

double random_normal(uint64_t seed, uint64_t step, int64_t sample, uint32_t site, int64_t i) {
  uint32_t word[4];
  words_at(word, seed, step, sample, site, i);
  const uint32_t *pair = &word[i % 4 / 2 * 2];
  double radius = sqrt(-2 * log((pair[0] + 1.0) * 0x1p-32)), angle = 2 * M_PI * 0x1p-32 * pair[1];
  return radius * (i % 2 ? sin(angle) : cos(angle));
}
