#include "base/hash.h"

typedef struct {
  uint64_t a, b, c, d;
} Sip;

static uint64_t turn(uint64_t x, int by) {
  return x << by | x >> (64 - by);
}

static uint64_t word(const unsigned char *at, size_t bytes) { /* little-endian, at most eight */
  uint64_t w = 0;
  for (size_t i = bytes; i-- > 0;)
    w = w << 8 | at[i];
  return w;
}

static Sip mix(Sip s, int rounds) {
  for (; rounds; rounds--) {
    s.a += s.b, s.b = turn(s.b, 13) ^ s.a, s.a = turn(s.a, 32);
    s.c += s.d, s.d = turn(s.d, 16) ^ s.c;
    s.a += s.d, s.d = turn(s.d, 21) ^ s.a;
    s.c += s.b, s.b = turn(s.b, 17) ^ s.c, s.c = turn(s.c, 32);
  }
  return s;
}

static Sip take(Sip s, uint64_t word) {
  s.d ^= word;
  s = mix(s, 2);
  s.a ^= word;
  return s;
}

static uint64_t fold(Sip s) {
  return s.a ^ s.b ^ s.c ^ s.d;
}

Hash hash_bytes(Hash key, const void *at, size_t len) {
  const unsigned char *p = at, *end = p + len / 8 * 8;
  Sip s = {key.low ^ 0x736f6d6570736575u, key.high ^ 0x646f72616e646f6du ^ 0xee, key.low ^ 0x6c7967656e657261u,
           key.high ^ 0x7465646279746573u};
  for (; p < end; p += 8)
    s = take(s, word(p, 8));
  s = take(s, (uint64_t)len << 56 | word(p, len % 8));
  Hash h;
  s.c ^= 0xee;
  s = mix(s, 4);
  h.low = fold(s);
  s.b ^= 0xdd;
  h.high = fold(mix(s, 4));
  return h;
}
