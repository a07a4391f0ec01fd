/* A hash of 128 bits: two lanes of multiply and shift, eight bytes at a time. Not against malice, only so that chance
   makes no twins. */
#ifndef NET_HASH_H
#define NET_HASH_H
#include <stdint.h>
#include <string.h>

static inline void hash_add(uint64_t hash[2], const void *bytes, size_t size) {
  const unsigned char *p = bytes;
  for (size_t at = 0; at < size; at += 8) {
    uint64_t word = 0;
    memcpy(&word, p + at, size - at < 8 ? size - at : 8);
    hash[0] = (hash[0] ^ word) * 0x9E3779B97F4A7C15u;
    hash[0] ^= hash[0] >> 29;
    hash[1] = (hash[1] + word) * 0xC2B2AE3D27D4EB4Fu;
    hash[1] ^= hash[1] >> 31;
  }
}

#endif
