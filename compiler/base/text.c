#include "base/text.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void make_room(Text *t, size_t more) {
  if (t->len + more + 1 <= t->room)
    return;
  size_t room = t->room ? t->room : 64;
  while (room < t->len + more + 1)
    room *= 2;
  t->at = arena_grow(t->mem, t->at, t->len, room);
  t->room = room;
}

void text_add_len(Text *t, const char *s, size_t len) {
  make_room(t, len);
  memcpy(t->at + t->len, s, len);
  t->len += len;
  t->at[t->len] = 0;
}

void text_add(Text *t, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int len = vsnprintf(NULL, 0, format, args);
  va_end(args);
  make_room(t, (size_t)len);
  vsnprintf(t->at + t->len, (size_t)len + 1, format, again);
  va_end(again);
  t->len += (size_t)len;
}

void text_number(Text *t, double v) {
  char s[40];
  if (v == floor(v) && fabs(v) < 1e15) {
    snprintf(s, sizeof s, "%.0f", v == 0 ? 0.0 : v);
  } else {
    for (int digits = 1; digits <= 17; digits++) {
      snprintf(s, sizeof s, "%.*g", digits, v);
      if (strtod(s, NULL) == v)
        break;
    }
  }
  text_add(t, "%s", s);
}

const char *text_str(const Text *t) {
  return t->at ? t->at : "";
}
