#define _GNU_SOURCE
#include "base.h"
#include "data/text.h"
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

int fail(char err[ERR], const char *format, ...) {
  char line[ERR]; /* an argument may be err itself */
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  memcpy(err, line, sizeof line);
  return -1;
}

static void *or_die(void *p) {
  if (p)
    return p;
  fputs("error: out of memory\n", stderr);
  exit(1);
}

void *mem_get(size_t bytes) {
  return or_die(calloc(1, bytes ? bytes : 1));
}

void *mem_grow(void *old, size_t bytes) {
  return or_die(realloc(old, bytes ? bytes : 1));
}

char *mem_text(const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *text = NULL;
  if (vasprintf(&text, format, args) < 0)
    text = NULL;
  va_end(args);
  return or_die(text);
}

enum { LINE = 64, HUGE_PAGE = 2 << 20, SPARE = 256 };

/* Huge pages where whole ones fit: what is behind the last of them lies in small ones, so that no block grows. */
void *block_get(int64_t bytes) {
  size_t align = bytes >= 2 * HUGE_PAGE ? HUGE_PAGE : LINE;
  if (bytes < 0 || (uint64_t)bytes > SIZE_MAX / 4)
    return NULL;
  void *block;
  size_t room = (size_t)bytes + SPARE; /* vector code may look a little past the end */
  if (posix_memalign(&block, align, room))
    return NULL;
  if (align == HUGE_PAGE)
    madvise(block, room / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
  return block;
}

void block_free(void *block) {
  free(block);
}

void block_rest(void *block, int64_t bytes) {
  enum { PAGE = 4096 };
  uintptr_t from = ((uintptr_t)block + PAGE - 1) / PAGE * PAGE, to = ((uintptr_t)block + (uintptr_t)bytes) / PAGE * PAGE;
  if (block && to > from)
    madvise((void *)from, to - from, MADV_DONTNEED);
}

struct heap_piece {
  struct heap_piece *before;
  max_align_t bytes[];
};

void *heap_get(struct heap *h, size_t bytes) {
  struct heap_piece *p = mem_get(sizeof *p + bytes);
  p->before = h->last;
  h->last = p;
  return p->bytes;
}

char *heap_text(struct heap *h, const char *text, size_t length) {
  return memcpy(heap_get(h, length + 1), text, length);
}

void heap_free(struct heap *h) {
  for (struct heap_piece *p = h->last, *before; p; p = before) {
    before = p->before;
    free(p);
  }
  h->last = NULL;
}

const char *number_text(char text[NUMBER], double v) {
  if (isnan(v))
    return strcpy(text, "nan");
  if (v == floor(v) && fabs(v) < 1e15) {
    snprintf(text, NUMBER, "%.0f", v);
    return text;
  }
  for (int digits = 1; digits <= 17; digits++) {
    snprintf(text, NUMBER, "%.*g", digits, v);
    if (strtod(text, NULL) == v)
      break;
  }
  return text;
}

const char *count_text(char text[NUMBER], int64_t v) {
  char plain[NUMBER];
  int n = snprintf(plain, sizeof plain, "%lld", (long long)v), out = 0;
  for (int i = 0; i < n; i++) {
    if (i && (n - i) % 3 == 0 && plain[i - 1] != '-')
      text[out++] = ' ';
    text[out++] = plain[i];
  }
  text[out] = 0;
  return text;
}

const char *nearest(const char *word, const char *const *names, int count) {
  int limit = (int)strlen(word) / 3 + 1;
  const char *found = NULL;
  for (int i = 0; i < count; i++) {
    int d = text_distance(word, names[i]);
    if (d <= limit) {
      found = names[i];
      limit = d - 1;
    }
  }
  return found;
}

double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

uint32_t site_of(const char *name) {
  uint32_t hash = 2166136261u;
  for (; *name; name++)
    hash = (hash ^ (unsigned char)*name) * 16777619u;
  return hash;
}
