/* Files carried inside the compiler: the prelude (compiler/prelude) and the runtime's header. Written by the Makefile. */
#ifndef FRONT_EMBED_H
#define FRONT_EMBED_H
#include <stddef.h>

typedef struct {
  const char *path; /* from the project's root; NULL ends the list */
  const char *text;
  size_t len;
} Embedded;
extern const Embedded embedded[];

#endif
