#include "sampling.h"
#include "rng.h"
#include <stdlib.h>
#include <string.h>

static const struct net_field *class_field(const struct net_data *d, const char *name, char err[ERR]) {
  for (int f = 0; f < d->fields; f++)
    if (!strcmp(d->field[f].name, name) && d->field[f].kind == NET_CLASS)
      return &d->field[f];
  fail(err, "sampling: balanced(%s): data %s has no field of a class that is called so", name, d->name);
  return NULL;
}

int sampling_open(struct sampling *s, struct net_dataset *set, const struct net_data *d, const char *field,
                  int64_t count, char err[ERR]) {
  const struct net_field *f = class_field(d, field, err);
  *s = (struct sampling){0};
  if (!f)
    return -1;
  int32_t *label = mem_get((size_t)count * sizeof *label);
  int64_t used = 0;
  int failed = 0;
  for (int64_t i = 0; i < count && !failed; i++)
    failed = (label[i] = data_label(set, i, err)) < 0;
  s->start = mem_get((size_t)(f->classes + 1) * sizeof *s->start);
  s->member = mem_get((size_t)count * sizeof *s->member);
  for (int k = 0; k < f->classes && !failed; k++) {
    for (int64_t i = 0; i < count; i++)
      if (label[i] == k)
        s->member[used++] = i;
    if (used > s->start[s->classes])
      s->start[++s->classes] = used;
  }
  free(label);
  if (failed)
    sampling_close(s);
  return failed ? -1 : 0;
}

__extension__ typedef unsigned __int128 Wide;

/* A whole number below n, from 64 random bits. */
static int64_t below(const uint32_t word[2], int64_t n) {
  return (int64_t)(((Wide)((uint64_t)word[1] << 32 | word[0]) * (uint64_t)n) >> 64);
}

void sampling_order(const struct sampling *s, int64_t *order, int64_t count, uint64_t seed, uint64_t epoch) {
  uint32_t site = site_of("balanced order of the epoch");
  const uint32_t key[2] = {(uint32_t)seed, (uint32_t)epoch};
  for (int64_t i = 0; i < count; i++) {
    const uint32_t counter[4] = {0, (uint32_t)i, (uint32_t)(seed >> 32), site};
    uint32_t word[4];
    philox(counter, key, word);
    int64_t k = below(word, s->classes);
    order[i] = s->member[s->start[k] + below(word + 2, s->start[k + 1] - s->start[k])];
  }
}

void sampling_close(struct sampling *s) {
  free(s->start), free(s->member);
  *s = (struct sampling){0};
}
