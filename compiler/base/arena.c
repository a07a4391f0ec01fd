/* A list of chunks, bumped from the newest; large requests get a chunk of their own. */
#include "base/arena.h"
#include "base/bug.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Chunk {
  struct Chunk *next;
  size_t used, room;
  _Alignas(16) char at[];
} Chunk;

struct Arena {
  Chunk *newest;
};

enum { CHUNK_SIZE = 1 << 16 };

Arena *arena_new(void) {
  Arena *a = calloc(1, sizeof *a);
  if (!a)
    BUG("out of memory");
  return a;
}

void arena_free(Arena *a) {
  for (Chunk *c = a->newest, *next; c; c = next) {
    next = c->next;
    free(c);
  }
  free(a);
}

void *arena_alloc(Arena *a, size_t size) {
  size = (size + 15) & ~(size_t)15;
  if (!a->newest || a->newest->used + size > a->newest->room) {
    size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
    Chunk *c = calloc(1, sizeof *c + room);
    if (!c)
      BUG("out of memory");
    c->room = room;
    c->next = a->newest;
    a->newest = c;
  }
  void *p = a->newest->at + a->newest->used;
  a->newest->used += size;
  return p;
}

void *arena_grow(Arena *a, void *old, size_t had, size_t want) {
  void *p = arena_alloc(a, want);
  if (had)
    memcpy(p, old, had);
  return p;
}

char *arena_strndup(Arena *a, const char *s, size_t len) {
  char *p = arena_alloc(a, len + 1);
  if (len)
    memcpy(p, s, len);
  return p;
}

char *arena_printf(Arena *a, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int len = vsnprintf(NULL, 0, format, args);
  va_end(args);
  char *p = arena_alloc(a, (size_t)len + 1);
  vsnprintf(p, (size_t)len + 1, format, again);
  va_end(again);
  return p;
}

_Noreturn void bug_at(const char *file, int line, const char *format, ...) {
  va_list args;
  va_start(args, format);
  fprintf(stderr, "netc: internal error at %s:%d: ", file, line);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  abort();
}
