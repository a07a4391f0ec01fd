#include "data/broken.h"
#include "base.h"
#include <stdlib.h>
#include <string.h>

enum { TOLD = 3 };

void broken_open(struct broken *b) {
  pthread_mutex_init(&b->lock, NULL);
}

void broken_close(struct broken *b) {
  for (int64_t i = 0; i < b->count; i++)
    free(b->at[i].why);
  free(b->at);
  pthread_mutex_destroy(&b->lock);
}

/* The place of a sample, or where it would stand. */
static int64_t place(const struct broken *b, int64_t sample) {
  int64_t low = 0, high = b->count;
  while (low < high) {
    int64_t middle = (low + high) / 2;
    if (b->at[middle].sample < sample)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static int is_at(const struct broken *b, int64_t i, int64_t sample) {
  return i < b->count && b->at[i].sample == sample;
}

int broken_is(struct broken *b, int64_t sample) {
  pthread_mutex_lock(&b->lock);
  int yes = is_at(b, place(b, sample), sample);
  pthread_mutex_unlock(&b->lock);
  return yes;
}

int64_t broken_add(struct broken *b, int64_t sample, const char *where, const char *why) {
  size_t n = strlen(where);
  int names = !strncmp(why, where, n) && !strncmp(why + n, ": ", 2);
  pthread_mutex_lock(&b->lock);
  int64_t i = place(b, sample), count = b->count;
  if (!is_at(b, i, sample)) {
    b->at = mem_grow(b->at, (size_t)(count + 1) * sizeof *b->at);
    memmove(b->at + i + 1, b->at + i, (size_t)(count - i) * sizeof *b->at);
    b->at[i] = (struct broken_sample){sample, names ? mem_text("%s (%s)", where, why + n + 2) : mem_text("%s", why)};
    b->count = ++count;
  }
  pthread_mutex_unlock(&b->lock);
  return count;
}

void broken_list(struct broken *b, char *out, size_t size) {
  size_t used = 0;
  pthread_mutex_lock(&b->lock);
  *out = 0;
  for (int64_t i = 0; i < b->count && i < TOLD && used < size; i++)
    used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", b->at[i].why);
  if (b->count > TOLD && used < size)
    snprintf(out + used, size - used, " and %lld more", (long long)(b->count - TOLD));
  pthread_mutex_unlock(&b->lock);
}
