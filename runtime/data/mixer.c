/* mixup, cutmix and mosaic: loads the other samples a sample is put together with, by the way it came itself, and adds
   their fields to its own. */
#include "augment/mix.h"
#include "base.h"
#include "data/dataset.h"
#include "data/derive.h"
#include "data/text.h"
#include "term.h"
#include <stdlib.h>
#include <string.h>

static int is_planes(enum net_field_kind kind) {
  return kind == NET_IMAGE || kind == NET_CLIP || kind == NET_MASK || kind == NET_CLASS_MASK;
}

/* Said once: boxes are left out because there is no room. */
static void say_crowded(struct net_dataset *s, const struct net_field *f) {
  if (__atomic_exchange_n(&s->crowded, 1, __ATOMIC_RELAXED))
    return;
  char *line = mem_text("data %s: samples that are put together have more boxes than field `%s` has room for, %lld; the last are "
                        "left out, unless its `max:` is larger",
                        s->data->name, f->name, (long long)f->dim[0]);
  term_warn(line);
  free(line);
}

/* Part k of one field: from may be the field itself, copied. */
static void field_mix(struct net_dataset *s, int f, struct mix *m, int k, const void *from, void *to) {
  const struct net_data *d = s->data;
  const struct net_field *field = &d->field[f], *picture = &d->field[field_of_picture(d) < 0 ? f : field_of_picture(d)];
  int64_t values = data_field_size(field) / 4;
  int height, width, full_height, full_width;
  field_size(field, &height, &width);
  field_size(picture, &full_height, &full_width);
  if (field->kind == NET_CLASS)
    memcpy(&m->part[k].label, from, sizeof m->part[k].label);
  else if (field->kind == NET_BOXES) {
    if (mix_boxes(m, k, (int)field->dim[0], from, to))
      say_crowded(s, field);
  } else if (is_planes(field->kind))
    mix_planes(m, k, (int)(values / ((int64_t)height * width)), height, width, full_height, full_width, from, to);
  else
    mix_values(m, k, values, from, to);
}

/* The fields of sample number index, or, where its file is broken, of one after it, augmented for themselves. */
static int other_write(struct net_dataset *s, int64_t index, const struct chance *chance, void *const *value,
                       char err[512]) {
  for (int64_t tries = 0;; tries++, index = (index + 1) % s->count) {
    int owned, failed;
    struct cell *cell = cells_get(s, data_member(s, index), &owned, &failed, err);
    if (!cell && failed == BROKEN && tries < s->count)
      continue;
    if (!cell)
      return -1;
    failed = given_write(s, cell, data_member(s, index), chance, value, err);
    if (owned)
      cells_free(s, cell);
    return failed;
  }
}

/* room: for each field that is wanted as much room as it takes. */
static int parts_add(struct net_dataset *s, const struct chance *chance, struct mix *m, void *const *value,
                     void *const *room, char err[512]) {
  for (int k = 0; k < m->parts; k++) {
    struct chance own = mix_chance(chance, k);
    if (k && other_write(s, m->part[k].index, &own, room, err))
      return -1;
    for (int f = 0; f < s->data->fields; f++) {
      const struct net_field *field = &s->data->field[f];
      if (!room[f])
        continue;
      if (!k)
        memcpy(room[f], value[f], (size_t)data_field_size(field));
      field_mix(s, f, m, k, room[f], value[f]);
    }
  }
  return 0;
}

int sample_mix(struct net_dataset *s, const struct chance *chance, void *const *value, struct mix *m, char err[512]) {
  const struct net_data *d = s->data;
  int picture = field_of_picture(d), height = 0, width = 0, failed = 0;
  void *room[d->fields + 1];
  if (picture >= 0)
    field_size(&d->field[picture], &height, &width);
  mix_pick(m, &s->recipe.augment, chance, s->count, height, width);
  if (m->parts > 1)
    for (int f = 0; f < d->fields; f++) {
      room[f] = value[f] && !derive_late(&d->field[f]) ? malloc((size_t)data_field_size(&d->field[f])) : NULL;
      failed |= value[f] && !derive_late(&d->field[f]) && !room[f];
    }
  if (failed)
    fail(err, "out of memory while mixing samples");
  else if (m->parts > 1)
    failed = parts_add(s, chance, m, value, room, err);
  for (int f = 0; m->parts > 1 && f < d->fields; f++)
    free(room[f]);
  return failed ? -1 : 0;
}

void mixed_write(const struct mix *m, int32_t label, int64_t classes, float *out) {
  memset(out, 0, (size_t)classes * sizeof *out);
  for (int k = 0; k < m->parts; k++) {
    int32_t of = m->parts > 1 ? m->part[k].label : label;
    if (of >= 0 && of < classes)
      out[of] += m->part[k].share;
  }
}

float mixed_weight(const struct mix *m, int32_t label, const float *weight) {
  float sum = 0;
  for (int k = 0; k < m->parts; k++)
    sum += m->part[k].share * weight[m->parts > 1 ? m->part[k].label : label];
  return sum;
}
