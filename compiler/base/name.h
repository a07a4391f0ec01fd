/* Names: every identifier and path is interned once; equal names are equal handles. 0 is "no name". */
#ifndef BASE_NAME_H
#define BASE_NAME_H
#include "base/arena.h"
#include <stdint.h>

typedef uint32_t Name;
typedef struct Names Names;

Names *names_new(Arena *a);
Name name_of(Names *n, const char *text);                     /* interns a zero-terminated text */
Name name_of_len(Names *n, const char *text, size_t len);
Name name_format(Names *n, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *name_text(const Names *n, Name name);             /* "" for 0; lives as long as the arena */
/* The candidate nearest to `text` by edit distance, if near enough to be a likely slip; else 0. */
Name name_nearest(const Names *n, const char *text, const Name *candidates, int count);

#endif
