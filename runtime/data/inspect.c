/* One sample looked at: what it is like, and whether all that training does with it can be done. */
#include "base.h"
#include "data/dataset.h"
#include "data/hash.h"
#include <stdlib.h>
#include <string.h>

static void hash_cell(uint64_t hash[2], const struct cell *c) {
  int shape[] = {c->channels, c->height, c->width, c->boxes, c->points, c->values};
  hash_add(hash, shape, sizeof shape);
  if (c->bytes)
    hash_add(hash, c->bytes, (size_t)c->channels * (size_t)c->height * (size_t)c->width);
  if (c->box)
    hash_add(hash, c->box, (size_t)c->boxes * 5 * sizeof *c->box);
  if (c->point)
    hash_add(hash, c->point, (size_t)c->points * 2 * sizeof *c->point);
  if (c->value)
    hash_add(hash, c->value, (size_t)c->values * sizeof *c->value);
}

static void look(const struct net_data *d, const struct cell *cell, struct data_seen *seen) {
  int picture = field_of_picture(d), label = field_of(d, NET_CLASS), boxes = field_of(d, NET_BOXES);
  *seen = (struct data_seen){.loaded = 1, .hash = {1, 2}, .label = -1};
  for (int f = 0; f < d->fields; f++) {
    seen->between += cell[f].between;
    if (picture < 0 || f == picture)
      hash_cell(seen->hash, &cell[f]);
  }
  if (label >= 0)
    seen->label = cell[label].label;
  if (boxes >= 0) {
    const struct cell *c = &cell[boxes];
    seen->boxes = c->boxes, seen->odd = c->odd;
    seen->box_class = mem_get((size_t)(c->boxes + 1) * sizeof *seen->box_class);
    for (int i = 0; i < c->boxes; i++)
      seen->box_class[i] = (int32_t)c->box[5 * i];
  }
  if (picture >= 0)
    seen->height = cell[picture].height, seen->width = cell[picture].width;
}

/* Writes the sample into buffers that are thrown away. */
static int try_all(struct net_dataset *s, int64_t index, struct cell *cell, char err[512]) {
  const struct net_data *d = s->data;
  void **buffers = mem_get((size_t)(d->fields + 1) * sizeof *buffers);
  for (int f = 0; f < d->fields; f++)
    buffers[f] = mem_get((size_t)data_field_size(&d->field[f]));
  struct chance chance = {s->seed, 0, index};
  int augment = s->split == NET_TRAIN && s->recipe.augment.count;
  int failed = sample_prepare(s, cell, err) ||
               sample_write(s, cell, data_member(s, index), 0, augment ? &chance : NULL, buffers, err);
  for (int f = 0; f < d->fields; f++)
    free(buffers[f]);
  free(buffers);
  return failed ? -1 : 0;
}

void data_where(const struct net_dataset *s, int64_t index, char out[300]) {
  source_where(s->source, data_member(s, index), out);
}

int data_inspect(struct net_dataset *s, int64_t index, struct data_seen *seen, int *broken, char err[512]) {
  *seen = (struct data_seen){.label = -1};
  struct cell *cell = mem_get((size_t)s->given.fields * sizeof *cell);
  int failed = s->source->load(s->source, data_member(s, index), cell, err);
  *broken = failed == BROKEN;
  if (!failed) {
    look(&s->sourced, cell, seen);
    failed = try_all(s, index, cell, err);
  }
  cells_free(s, cell);
  return failed ? -1 : 0;
}
