/* Philox4x32-10, and what is made of it: uniform and normal floats, permutations.

   Uniform: the upper 24 bits of a word. Normal: Box and Muller in double, rounded to float, so that the last bit of a libm's
   logarithm or cosine practically never shows. Words (0, 1) of a block give values 0 and 1, words (2, 3) values 2 and 3. */
#include "rng.h"
#include "base.h"
#include <math.h>
#include <string.h>

void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; round++) {
    uint64_t a = 0xD2511F53ull * c0, b = 0xCD9E8D57ull * c2;
    c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)b;
    c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)a;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

struct stream {
  uint32_t counter[4], key[2];
};

static struct stream stream_at(uint64_t seed, uint64_t step, int64_t sample, uint32_t site) {
  return (struct stream){{0, (uint32_t)sample, (uint32_t)(seed >> 32), site}, {(uint32_t)seed, (uint32_t)step}};
}

/* out[4 * lanes]: the words of blocks first … first+lanes-1. Straight loops over lanes, for the vectoriser. */
enum { LANES = 8 };

static void blocks(struct stream s, uint32_t first, uint32_t out[4][LANES]) {
  uint32_t c0[LANES], c1[LANES], c2[LANES], c3[LANES], k0 = s.key[0], k1 = s.key[1];
  for (uint32_t i = 0; i < LANES; i++)
    c0[i] = first + i, c1[i] = s.counter[1], c2[i] = s.counter[2], c3[i] = s.counter[3];
  for (int round = 0; round < 10; round++) {
    for (int i = 0; i < LANES; i++) {
      uint64_t a = 0xD2511F53ull * c0[i], b = 0xCD9E8D57ull * c2[i];
      c0[i] = (uint32_t)(b >> 32) ^ c1[i] ^ k0;
      c1[i] = (uint32_t)b;
      c2[i] = (uint32_t)(a >> 32) ^ c3[i] ^ k1;
      c3[i] = (uint32_t)a;
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  memcpy(out[0], c0, sizeof c0), memcpy(out[1], c1, sizeof c1);
  memcpy(out[2], c2, sizeof c2), memcpy(out[3], c3, sizeof c3);
}

static float to_uniform(uint32_t word) {
  return (float)(word >> 8) * 0x1p-24f;
}

static void to_normal(uint32_t a, uint32_t b, float out[2]) {
  double radius = sqrt(-2 * log(((double)a + 1) * 0x1p-32)), angle = 2 * M_PI * 0x1p-32 * (double)b;
  out[0] = (float)(radius * cos(angle));
  out[1] = (float)(radius * sin(angle));
}

enum kind { UNIFORM, NORMAL };

/* Values first … first+count-1 of a stream, LANES blocks at a time; the values before and after are computed and dropped. */
static void fill(float *out, int64_t first, int64_t count, struct stream s, enum kind kind) {
  int64_t end = first + count;
  for (int64_t at = first / (4 * LANES) * (4 * LANES); at < end; at += 4 * LANES) {
    uint32_t word[4][LANES];
    float value[4 * LANES];
    blocks(s, (uint32_t)(at / 4), word);
    for (int i = 0; i < LANES; i++)
      if (kind == UNIFORM)
        for (int w = 0; w < 4; w++)
          value[4 * i + w] = to_uniform(word[w][i]);
      else {
        to_normal(word[0][i], word[1][i], value + 4 * i);
        to_normal(word[2][i], word[3][i], value + 4 * i + 2);
      }
    int64_t from = at < first ? first : at, to = at + 4 * LANES > end ? end : at + 4 * LANES;
    memcpy(out + (from - first), value + (from - at), (size_t)(to - from) * sizeof *out);
  }
}

void nrt_uniform(float *out, int64_t first, int64_t count, uint64_t seed, uint64_t step, int64_t sample, uint32_t site) {
  fill(out, first, count, stream_at(seed, step, sample, site), UNIFORM);
}

void nrt_normal(float *out, int64_t first, int64_t count, uint64_t seed, uint64_t step, int64_t sample, uint32_t site) {
  fill(out, first, count, stream_at(seed, step, sample, site), NORMAL);
}

__extension__ typedef unsigned __int128 Wide;

void order_fill(int64_t *order, int64_t count, uint64_t seed, uint64_t epoch) {
  uint32_t site = site_of("order of the epoch");
  for (int64_t i = 0; i < count; i++)
    order[i] = i;
  for (int64_t i = count - 1; i > 0; i--) {
    struct stream s = stream_at(seed, epoch, i, site);
    uint32_t word[4];
    philox(s.counter, s.key, word);
    int64_t j = (int64_t)(((Wide)((uint64_t)word[1] << 32 | word[0]) * (uint64_t)(i + 1)) >> 64);
    int64_t other = order[i];
    order[i] = order[j];
    order[j] = other;
  }
}
