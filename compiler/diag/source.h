/* Source: all texts of one compilation, laid end to end, so that a Span alone names file, line and column. */
#ifndef DIAG_SOURCE_H
#define DIAG_SOURCE_H
#include "base/arena.h"
#include <stdint.h>

typedef struct {
  uint32_t at, len; /* bytes in the one source text; {0, 0} is "nowhere" (the text starts at 1) */
} Span;

typedef struct Source Source;

typedef struct {
  const char *path; /* as given; "<prelude/layers.net>" for text carried inside the compiler */
  int line, column; /* from 1; the column counts bytes */
  const char *line_text; /* the whole line, not zero-terminated */
  int line_len;
  int builtin; /* true for text carried inside the compiler */
} Place;

Source *source_new(Arena *a);
/* Adds a text; returns the offset of its first byte. The text is copied. builtin: see Place. */
uint32_t source_add(Source *s, const char *path, const char *text, size_t len, int builtin);
const char *source_at(const Source *s, uint32_t at); /* bytes of the file that `at` lies in, zero-terminated at file end */
size_t source_len(const Source *s, uint32_t first);  /* length of the file whose first byte is `first` */
Place source_place(const Source *s, uint32_t at);
Span span_join(Span a, Span b); /* from the start of a to the end of b */

#endif
