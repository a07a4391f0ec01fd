/* Philox4x32-10, and what is made of it: uniform and normal floats, permutations.

   Uniform: the upper 24 bits of a word. Normal: Box and Muller in double, rounded to float, so that the last bit of a
   libm's logarithm or cosine practically never shows. Words (0, 1) of a block give values 0 and 1, words (2, 3) values
   2 and 3. */
#define _GNU_SOURCE
#include "rng.h"
#include "base.h"
#include <math.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

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

enum { LANES = 8, WORDS = 4 * LANES };

/* The words of blocks first … first+LANES-1, block after block. */
static void blocks_plain(const struct stream *s, uint32_t first, uint32_t out[WORDS]) {
  for (uint32_t i = 0; i < LANES; i++) {
    const uint32_t counter[4] = {first + i, s->counter[1], s->counter[2], s->counter[3]};
    philox(counter, s->key, out + 4 * i);
  }
}

#ifdef __x86_64__
#define AVX2 __attribute__((target("avx2")))

/* Four blocks at a time, each word in the lower half of a 64-bit lane: what the upper halves hold is never looked at,
   so a round takes two products, two shifts and four xors. */
AVX2 static void blocks_avx2(const struct stream *s, uint32_t first, uint32_t out[WORDS]) {
  const __m256i m0 = _mm256_set1_epi64x(0xD2511F53), m1 = _mm256_set1_epi64x(0xCD9E8D57);
  for (int half = 0; half < LANES / 4; half++) {
    int64_t at = (int64_t)first + 4 * half;
    __m256i c0 = _mm256_set_epi64x(at + 3, at + 2, at + 1, at), c1 = _mm256_set1_epi64x(s->counter[1]);
    __m256i c2 = _mm256_set1_epi64x(s->counter[2]), c3 = _mm256_set1_epi64x(s->counter[3]);
    uint32_t k0 = s->key[0], k1 = s->key[1];
    for (int round = 0; round < 10; round++) {
      __m256i a = _mm256_mul_epu32(c0, m0), b = _mm256_mul_epu32(c2, m1);
      c0 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(b, 32), c1), _mm256_set1_epi64x(k0));
      c2 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(a, 32), c3), _mm256_set1_epi64x(k1));
      c1 = b;
      c3 = a;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    __m256i w01 = _mm256_blend_epi32(c0, _mm256_slli_epi64(c1, 32), 0xAA);
    __m256i w23 = _mm256_blend_epi32(c2, _mm256_slli_epi64(c3, 32), 0xAA);
    __m256i even = _mm256_unpacklo_epi64(w01, w23), odd = _mm256_unpackhi_epi64(w01, w23);
    _mm256_storeu_si256((__m256i *)(void *)(out + 16 * half), _mm256_permute2x128_si256(even, odd, 0x20));
    _mm256_storeu_si256((__m256i *)(void *)(out + 16 * half + 8), _mm256_permute2x128_si256(even, odd, 0x31));
  }
}
#endif

static void blocks(const struct stream *s, uint32_t first, uint32_t out[WORDS]) {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2")) {
    blocks_avx2(s, first, out);
    return;
  }
#endif
  blocks_plain(s, first, out);
}

static void to_uniform(const uint32_t word[WORDS], float out[WORDS]) {
  for (int i = 0; i < WORDS; i++)
    out[i] = (float)(int32_t)(word[i] >> 8) * 0x1p-24f;
}

static void to_normal(const uint32_t word[WORDS], float out[WORDS]) {
  for (int i = 0; i < WORDS; i += 2) {
    double radius = sqrt(-2 * log(((double)word[i] + 1) * 0x1p-32)), sine, cosine;
    sincos(2 * M_PI * 0x1p-32 * (double)word[i + 1], &sine, &cosine);
    out[i] = (float)(radius * cosine);
    out[i + 1] = (float)(radius * sine);
  }
}

/* Values first … first+count-1 of a stream, WORDS at a time; the values before and after are computed and dropped. */
static void fill(float *out, int64_t first, int64_t count, struct stream s,
                 void (*convert)(const uint32_t word[WORDS], float out[WORDS])) {
  int64_t end = first + count;
  for (int64_t at = first / WORDS * WORDS; at < end; at += WORDS) {
    uint32_t word[WORDS];
    float value[WORDS];
    int64_t from = at < first ? first : at, to = at + WORDS > end ? end : at + WORDS;
    blocks(&s, (uint32_t)(at / 4), word);
    if (to - from == WORDS)
      convert(word, out + (at - first));
    else {
      convert(word, value);
      memcpy(out + (from - first), value + (from - at), (size_t)(to - from) * sizeof *out);
    }
  }
}

void nrt_uniform(float *out, int64_t first, int64_t count, uint64_t seed, uint64_t step, int64_t sample,
                 uint32_t site) {
  fill(out, first, count, stream_at(seed, step, sample, site), to_uniform);
}

void nrt_normal(float *out, int64_t first, int64_t count, uint64_t seed, uint64_t step, int64_t sample, uint32_t site) {
  fill(out, first, count, stream_at(seed, step, sample, site), to_normal);
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
