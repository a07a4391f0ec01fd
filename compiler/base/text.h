/* Text: a string under construction. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H
#include "base/arena.h"

typedef struct {
  Arena *mem;
  char *at; /* zero-terminated once anything was added; NULL before */
  size_t len, room;
} Text;

void text_add(Text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_len(Text *t, const char *s, size_t len);
void text_number(Text *t, double v); /* shortest decimal that reads back as the same double; 3 prints as "3" */
const char *text_str(const Text *t); /* "" when empty */

#endif
