/* Open-addressing hash table over texts that live in the arena. */
#include "base/name.h"
#include "base/vec.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct Names {
  Arena *mem;
  Vec(const char *) texts; /* by handle; 0 is "" */
  Name *slots;
  uint32_t room; /* a power of two, at most half full */
};

static uint32_t hash_text(const char *s, size_t len) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < len; i++)
    h = (h ^ (unsigned char)s[i]) * 16777619u;
  return h;
}

static Name *find_slot(const Names *n, const char *s, size_t len) {
  uint32_t i = hash_text(s, len) & (n->room - 1);
  while (n->slots[i]) {
    const char *t = n->texts.at[n->slots[i]];
    if (!strncmp(t, s, len) && !t[len])
      break;
    i = (i + 1) & (n->room - 1);
  }
  return &n->slots[i];
}

static void rehash(Names *n, uint32_t room) {
  n->room = room;
  n->slots = arena_alloc(n->mem, room * sizeof *n->slots);
  for (int i = 1; i < n->texts.count; i++)
    *find_slot(n, n->texts.at[i], strlen(n->texts.at[i])) = (Name)i;
}

Names *names_new(Arena *a) {
  Names *n = arena_alloc(a, sizeof *n);
  n->mem = a;
  vec_push(a, &n->texts, "");
  rehash(n, 256);
  return n;
}

Name name_of_len(Names *n, const char *text, size_t len) {
  if (!len)
    return 0;
  Name *slot = find_slot(n, text, len);
  if (*slot)
    return *slot;
  Name made = (Name)n->texts.count;
  vec_push(n->mem, &n->texts, arena_strndup(n->mem, text, len));
  *slot = made;
  if (2 * (uint32_t)n->texts.count > n->room)
    rehash(n, 2 * n->room);
  return made;
}

Name name_of(Names *n, const char *text) {
  return name_of_len(n, text, strlen(text));
}

Name name_format(Names *n, const char *format, ...) {
  char s[1024];
  va_list args;
  va_start(args, format);
  int len = vsnprintf(s, sizeof s, format, args);
  va_end(args);
  return name_of_len(n, s, len < (int)sizeof s ? (size_t)len : sizeof s - 1);
}

const char *name_text(const Names *n, Name name) {
  return n->texts.at[name];
}

/* Edit distance with swapped neighbours counted once; texts longer than the table never match. */
static int distance(const char *a, const char *b) {
  enum { MOST = 40 };
  int d[MOST + 1][MOST + 1], n = (int)strlen(a), m = (int)strlen(b);
  if (n > MOST || m > MOST)
    return MOST;
  for (int i = 0; i <= n; i++)
    for (int j = 0; j <= m; j++) {
      if (!i || !j) {
        d[i][j] = i + j;
        continue;
      }
      int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
      if (d[i - 1][j] + 1 < best)
        best = d[i - 1][j] + 1;
      if (d[i][j - 1] + 1 < best)
        best = d[i][j - 1] + 1;
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
        best = d[i - 2][j - 2] + 1;
      d[i][j] = best;
    }
  return d[n][m];
}

Name name_nearest(const Names *n, const char *text, const Name *candidates, int count) {
  Name best = 0;
  int least = ((int)strlen(text) + 1) / 3;
  for (int i = 0; i < count; i++) {
    int d = distance(text, name_text(n, candidates[i]));
    if (d <= least && (!best || d < least)) {
      best = candidates[i];
      least = d;
    }
  }
  return best;
}
