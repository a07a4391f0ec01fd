/* SHA-256 (FIPS 180-4), as sha256sum prints it. */
#ifndef NET_LOG_SHA256_H
#define NET_LOG_SHA256_H
#include <stddef.h>

enum { SHA256_TEXT = 65 };
const char *sha256_text(char text[SHA256_TEXT], const void *bytes, size_t size);

#endif
