/* Samples are taken by the threads as they come; each writes into its own place, so that the report does not depend on
   who was first. Equal pictures are found by sorting the hashes. */
#include "data/check.h"
#include "base.h"
#include "data/source.h"
#include "term.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS_MAX = 64 };

struct walk {
  struct check *check;
  struct check_split *split;
  int64_t next;
  int watch;
};

static void progress(struct walk *w) {
  int64_t done = __atomic_add_fetch(&w->check->done, 1, __ATOMIC_RELAXED);
  char line[40];
  if (!w->watch || done % 64)
    return;
  snprintf(line, sizeof line, "%lld samples", (long long)done);
  term_bar(line);
}

static void *walk_main(void *walk) {
  struct walk *w = walk;
  struct check_split *s = w->split;
  for (int64_t i; (i = __atomic_fetch_add(&w->next, 1, __ATOMIC_RELAXED)) < s->count; progress(w)) {
    int broken;
    char err[512];
    if (data_inspect(s->set, i, &s->seen[i], &broken, err)) {
      s->state[i] = broken ? CHECK_BROKEN : CHECK_WRONG;
      s->why[i] = mem_text("%s", err);
    }
  }
  return NULL;
}

static void split_walk(struct check *c, struct check_split *s, int threads, int watch) {
  struct walk w = {.check = c, .split = s, .watch = watch};
  pthread_t thread[THREADS_MAX];
  int started = 0;
  while (started < threads - 1 && started < THREADS_MAX && !pthread_create(&thread[started], NULL, walk_main, &w))
    started++;
  walk_main(&w);
  for (int i = 0; i < started; i++)
    pthread_join(thread[i], NULL);
  for (int64_t i = 0; i < s->count; i++) {
    if (s->seen[i].label >= 0)
      s->of_class[s->seen[i].label]++;
    for (int k = 0; k < s->seen[i].boxes; k++)
      if (s->seen[i].box_class[k] >= 0) /* else it is to be ignored */
        s->of_box[s->seen[i].box_class[k]]++;
  }
}

static int64_t *classes_get(const struct net_data *d, enum net_field_kind kind) {
  int f = field_of(d, kind);
  return mem_get(f < 0 ? 0 : (size_t)d->field[f].classes * sizeof(int64_t));
}

static int split_open(struct check *c, enum net_split split, const char *dir, char err[512]) {
  struct check_split *s = &c->split[split];
  if (!data_has(c->data, split))
    return 0;
  s->set = data_open(c->data, split, dir, 0, err);
  if (!s->set)
    return -1;
  s->count = data_count(s->set);
  s->seen = mem_get((size_t)s->count * sizeof *s->seen);
  s->of_class = classes_get(c->data, NET_CLASS);
  s->of_box = classes_get(c->data, NET_BOXES);
  s->why = mem_get((size_t)s->count * sizeof *s->why);
  s->state = mem_get((size_t)s->count);
  return 0;
}

static int twin_order(const void *a, const void *b) {
  const struct check_twin *x = a, *y = b;
  for (int i = 0; i < 2; i++)
    if (x->hash[i] != y->hash[i])
      return x->hash[i] < y->hash[i] ? -1 : 1;
  if (x->split != y->split)
    return x->split - y->split;
  return (x->index > y->index) - (x->index < y->index);
}

static void twins_sort(struct check *c) {
  int64_t total = 0;
  for (int k = 0; k < CHECK_SPLITS; k++)
    total += c->split[k].count;
  c->twin = mem_get((size_t)total * sizeof *c->twin);
  for (int k = 0; k < CHECK_SPLITS; k++)
    for (int64_t i = 0; i < c->split[k].count; i++)
      if (c->split[k].seen[i].loaded) {
        const struct data_seen *seen = &c->split[k].seen[i];
        c->twin[c->twins++] = (struct check_twin){{seen->hash[0], seen->hash[1]}, k, i};
      }
  qsort(c->twin, (size_t)c->twins, sizeof *c->twin, twin_order);
}

int check_run(struct check *c, const struct net_data *d, const char *dir, int threads, int watch, char err[512]) {
  *c = (struct check){.data = d};
  for (int k = 0; k < CHECK_SPLITS; k++)
    if (split_open(c, (enum net_split)k, dir, err))
      return -1;
  threads = threads > 0 ? threads : (int)sysconf(_SC_NPROCESSORS_ONLN);
  for (int k = 0; k < CHECK_SPLITS; k++)
    if (c->split[k].set)
      split_walk(c, &c->split[k], threads, watch);
  term_clear();
  twins_sort(c);
  return 0;
}

void check_close(struct check *c) {
  for (int k = 0; k < CHECK_SPLITS; k++) {
    struct check_split *s = &c->split[k];
    for (int64_t i = 0; i < s->count; i++)
      free(s->why[i]), free(s->seen[i].box_class);
    free(s->why), free(s->seen), free(s->state), free(s->of_class), free(s->of_box);
    if (s->set)
      data_close(s->set);
  }
  free(c->twin);
}
