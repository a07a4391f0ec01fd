/* Hash: 128 bits that tell any two texts apart. SipHash-2-4 with its 128-bit result (Aumasson and Bernstein, 2012). */
#ifndef BASE_HASH_H
#define BASE_HASH_H
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint64_t low, high;
} Hash;

/* key: any; texts in a row are hashed by giving each the hash of those before it. */
Hash hash_bytes(Hash key, const void *at, size_t len);

#endif
