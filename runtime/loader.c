/* A ring of slots, one more than there are threads: while the caller uses one, each thread fills another. They are
   claimed, and handed out, in the order of the epoch. */
#include "loader.h"
#include "pool.h"
#include "rng.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MAX = 8, SLOTS_MAX = THREADS_MAX + 1 };

struct slot {
  struct batch batch;
  int claimed, full, failed; /* claimed: a thread fills it, or has filled it */
  char err[ERR];
};

struct loader {
  struct loader_spec spec;
  int64_t *order;
  uint64_t epoch;
  int64_t next; /* position of the first sample not yet handed to a slot */
  struct slot slot[SLOTS_MAX];
  int slots, write, read; /* the slot to fill next, to take next */
  int lent;               /* the caller holds slot `read` */
  int filling, stop;      /* filling: threads that are at it */
  pthread_mutex_t mutex;
  pthread_cond_t change;
  pthread_t thread[THREADS_MAX];
  int threads;
};

static void slot_fill(struct loader *l, struct slot *s) {
  struct batch *b = &s->batch;
  b->n = data_take(l->spec.set, b->index, b->position, b->claimed, l->epoch, l->spec.training, b->field, s->err);
  s->failed = b->n < 0;
}

static void *thread_main(void *loader) {
  struct loader *l = loader;
  pool_flush_subnormals();
  pthread_mutex_lock(&l->mutex);
  while (!l->stop) {
    struct slot *s = &l->slot[l->write];
    if (s->claimed || l->next >= l->spec.count) {
      pthread_cond_wait(&l->change, &l->mutex);
      continue;
    }
    int64_t left = l->spec.count - l->next, n = left < l->spec.batch ? left : l->spec.batch;
    for (int64_t i = 0; i < n; i++) {
      s->batch.position[i] = l->next + i;
      s->batch.index[i] = l->order[l->next + i];
    }
    s->batch.claimed = n;
    l->next += n;
    l->write = (l->write + 1) % l->slots;
    l->filling++;
    s->claimed = 1;
    pthread_mutex_unlock(&l->mutex);
    slot_fill(l, s);
    pthread_mutex_lock(&l->mutex);
    l->filling--;
    s->full = 1;
    pthread_cond_broadcast(&l->change);
  }
  pthread_mutex_unlock(&l->mutex);
  return NULL;
}

static int64_t field_bytes(const struct loader *l, int f) {
  return l->spec.batch * data_field_size(&l->spec.data->field[f]);
}

static int slot_open(struct loader *l, struct slot *s) {
  const struct loader_spec *spec = &l->spec;
  struct batch *b = &s->batch;
  b->index = mem_get((size_t)spec->batch * sizeof *b->index);
  b->position = mem_get((size_t)spec->batch * sizeof *b->position);
  b->field = mem_get((size_t)(spec->data->fields + 1) * sizeof *b->field);
  for (int f = 0; f < spec->data->fields; f++)
    if (spec->wanted[f]) {
      b->field[f] = block_get(field_bytes(l, f));
      if (!b->field[f])
        return -1;
    }
  return 0;
}

struct loader *loader_open(const struct loader_spec *spec, char err[ERR]) {
  struct loader *l = mem_get(sizeof *l);
  l->spec = *spec;
  l->next = spec->count;
  pthread_mutex_init(&l->mutex, NULL);
  pthread_cond_init(&l->change, NULL);
  l->order = mem_get((size_t)spec->count * sizeof *l->order);
  for (int64_t i = 0; i < spec->count; i++)
    l->order[i] = i;
  int threads = spec->threads < THREADS_MAX ? spec->threads : THREADS_MAX;
  for (l->slots = 0; l->slots <= threads; l->slots++)
    if (slot_open(l, &l->slot[l->slots])) {
      loader_close(l);
      fail(err, "out of memory for batches of %lld samples; a smaller --batch needs less", (long long)spec->batch);
      return NULL;
    }
  while (l->threads < threads && !pthread_create(&l->thread[l->threads], NULL, thread_main, l))
    l->threads++;
  if (l->threads)
    return l;
  loader_close(l);
  fail(err, "cannot start a thread that reads the data");
  return NULL;
}

void loader_begin(struct loader *l, uint64_t epoch, int64_t position) {
  pthread_mutex_lock(&l->mutex);
  l->next = l->spec.count;
  while (l->filling)
    pthread_cond_wait(&l->change, &l->mutex);
  for (int i = 0; i < l->slots; i++)
    l->slot[i].claimed = l->slot[i].full = 0;
  l->read = l->write = l->lent = 0;
  if (l->spec.training && l->spec.sampling)
    sampling_order(l->spec.sampling, l->order, l->spec.count, l->spec.seed, epoch);
  else if (l->spec.training)
    order_fill(l->order, l->spec.count, l->spec.seed, epoch);
  l->epoch = epoch;
  l->next = position;
  pthread_cond_broadcast(&l->change);
  pthread_mutex_unlock(&l->mutex);
}

void loader_rest(struct loader *l) {
  pthread_mutex_lock(&l->mutex);
  l->next = l->spec.count;
  while (l->filling)
    pthread_cond_wait(&l->change, &l->mutex);
  for (int i = 0; i < l->slots; i++)
    for (int f = 0; f < l->spec.data->fields; f++)
      block_rest(l->slot[i].batch.field[f], field_bytes(l, f));
  pthread_mutex_unlock(&l->mutex);
}

int64_t loader_bytes(const struct loader *l) {
  int64_t bytes = 0;
  for (int f = 0; f < l->spec.data->fields; f++)
    bytes += l->slot[0].batch.field[f] ? (l->slots - 1) * field_bytes(l, f) : 0;
  return bytes;
}

int loader_next(struct loader *l, struct batch **batch, char err[ERR]) {
  int got = 0;
  pthread_mutex_lock(&l->mutex);
  if (l->lent) {
    l->slot[l->read].claimed = l->slot[l->read].full = 0;
    l->read = (l->read + 1) % l->slots;
    l->lent = 0;
    pthread_cond_broadcast(&l->change);
  }
  struct slot *s = &l->slot[l->read];
  while (!s->full && (s->claimed || l->next < l->spec.count))
    pthread_cond_wait(&l->change, &l->mutex);
  if (s->full && s->failed)
    got = fail(err, "%s", s->err);
  else if (s->full) {
    l->lent = got = 1;
    *batch = &s->batch;
  }
  pthread_mutex_unlock(&l->mutex);
  return got;
}

void loader_close(struct loader *l) {
  if (!l)
    return;
  pthread_mutex_lock(&l->mutex);
  l->stop = 1;
  pthread_cond_broadcast(&l->change);
  pthread_mutex_unlock(&l->mutex);
  for (int i = 0; i < l->threads; i++)
    pthread_join(l->thread[i], NULL);
  for (int i = 0; i < SLOTS_MAX; i++) {
    struct batch *b = &l->slot[i].batch;
    for (int f = 0; b->field && f < l->spec.data->fields; f++)
      block_free(b->field[f]);
    free(b->index), free(b->position), free(b->field);
  }
  pthread_mutex_destroy(&l->mutex);
  pthread_cond_destroy(&l->change);
  free(l->order);
  free(l);
}
