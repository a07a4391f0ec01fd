/* Samples of a split: loaded and prepared once, kept while there is room, augmented and written each time. Those whose
   files cannot be read are left out.

   Memory: prepared samples are kept until CACHE_BYTES are used; later ones are loaded anew each time. A slot is filled
   once, by whichever thread comes first. */
#define _GNU_SOURCE /* program_invocation_name */
#include "calls.h"
#include "data/dataset.h"
#include "data/derive.h"
#include "data/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const int64_t CACHE_BYTES = (int64_t)1 << 30;

/* ---- prepared samples ---- */

static int64_t cells_bytes(const struct net_dataset *s, const struct cell *cell) {
  int64_t n = 0;
  for (int f = 0; f < s->recipe.data->fields; f++)
    n += sizeof *cell + (cell[f].bytes ? (int64_t)cell[f].channels * cell[f].height * cell[f].width : 0) +
         (cell[f].box ? (int64_t)cell[f].boxes * 5 * (int64_t)sizeof(float) : 0) +
         (cell[f].point ? (int64_t)cell[f].points * 2 * (int64_t)sizeof(float) : 0);
  return n;
}

/* Puts cells into their slot. Another thread may have been quicker: then its cells stand, and ours are freed. Returns
   the cells to use; *owned is cleared when they belong to the slot. */
static struct cell *cells_keep(struct net_dataset *s, int64_t i, struct cell *cell, int *owned) {
  int64_t bytes = cells_bytes(s, cell);
  if (!s->ready || __atomic_add_fetch(&s->kept, bytes, __ATOMIC_RELAXED) > CACHE_BYTES) {
    if (s->ready)
      __atomic_sub_fetch(&s->kept, bytes, __ATOMIC_RELAXED);
    return cell;
  }
  struct cell *there = NULL;
  *owned = 0;
  if (__atomic_compare_exchange_n(&s->ready[i], &there, cell, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return cell;
  cells_free(s, cell);
  return there;
}

int sample_prepare(const struct net_dataset *s, struct cell *cell, char err[512]) {
  if (cells_prepare(&s->recipe, cell, err))
    return -1;
  for (int f = s->sourced.fields, from; f < s->given.fields; f++) {
    for (from = 0; s->given_at[from] != s->given.field[f].from;)
      from++;
    if (derive_boxes(&s->given.field[f], &cell[from], &cell[f], err))
      return -1;
  }
  return 0;
}

struct cell *cells_get(struct net_dataset *s, int64_t i, int *owned, int *failed, char err[512]) {
  *owned = *failed = 0;
  struct cell *cell = s->ready ? __atomic_load_n(&s->ready[i], __ATOMIC_ACQUIRE) : NULL;
  if (cell)
    return cell;
  cell = mem_get((size_t)s->recipe.data->fields * sizeof *cell);
  if (!s->store || !store_get(s->store, i, cell)) {
    *failed = s->source->load(s->source, i, cell, err);
    if (!*failed)
      *failed = sample_prepare(s, cell, err);
    if (*failed) {
      cells_free(s, cell);
      return NULL;
    }
    if (s->store)
      store_put(s->store, i, cell);
  }
  *owned = 1;
  return cells_keep(s, i, cell, owned);
}

/* One field that the source gave, warped if its picture is. A mask that is declared smaller than the picture is the
   middle of it, for networks that look at more than they answer for. */
static int field_write(struct net_dataset *s, int f, const struct cell *cell, int64_t i, const struct warp *w,
                       const struct chance *chance, void *out, char err[512]) {
  const struct net_data *d = &s->given;
  int image = field_of_picture(d), height, width, full_height = 0, full_width = 0;
  const struct cell *picture = &cell[image < 0 ? f : image];
  int with_picture = cell[f].height == picture->height && cell[f].width == picture->width;
  struct warp mine = w->moved && with_picture ? *w : warp_still(cell[f].height, cell[f].width);
  field_size(&d->field[f], &height, &width);
  if (image >= 0)
    field_size(&d->field[image], &full_height, &full_width);
  if (image != f && mine.height == full_height && mine.width == full_width && height <= full_height &&
      width <= full_width && (height < full_height || width < full_width) && height > 0)
    warp_center(&mine, height, width);
  if (!cell_fits(&s->recipe, f, &cell[f], &mine)) {
    char where[300];
    s->source->where(s->source, i, f, where);
    return cell_misfit(&s->recipe, f, &cell[f], &mine, where, err);
  }
  return cell_write(&s->recipe, f, &cell[f], &mine, chance, out, err);
}

int given_write(struct net_dataset *s, const struct cell *cell, int64_t i, const struct chance *chance,
                void *const *value, char err[512]) {
  int image = field_of_picture(&s->given), failed = 0;
  struct warp w = warp_still(0, 0);
  if (chance && image >= 0 && warp_pick(&w, &s->recipe.augment, chance, cell[image].height, cell[image].width))
    failed = fail(err, "out of memory while augmenting");
  for (int f = 0; f < s->given.fields && !failed; f++)
    if (value[s->given_at[f]])
      failed = field_write(s, f, cell, i, &w, chance, value[s->given_at[f]], err);
  warp_clear(&w);
  return failed;
}

/* Sample i of the source as number n of the buffers. A field that only derived ones need gets room for a while. */
int sample_write(struct net_dataset *s, const struct cell *cell, int64_t i, int64_t n, const struct chance *chance,
                 void *const *buffers, char err[512]) {
  const struct net_data *d = s->data;
  void *value[d->fields + 1], *room[d->fields + 1];
  struct mix mix = {.parts = 1, .part = {{.share = 1}}};
  int failed = 0;
  memset(room, 0, sizeof room);
  for (int f = 0; f < d->fields; f++)
    value[f] = buffers[f] ? (char *)buffers[f] + n * data_field_size(&d->field[f]) : NULL;
  for (int f = 0; f < d->fields && !failed; f++)
    if (value[f] && derive_late(&d->field[f]) && !value[d->field[f].from]) {
      int from = d->field[f].from;
      value[from] = room[from] = malloc(data_field_size(&d->field[from]));
      if (!room[from])
        failed = fail(err, "out of memory");
    }
  failed = failed || given_write(s, cell, i, chance, value, err) || (chance && sample_mix(s, chance, value, &mix, err));
  for (int f = 0; f < d->fields && !failed; f++)
    if (value[f] && s->class_weight[f])
      *(float *)value[f] = mixed_weight(&mix, *(int32_t *)value[d->field[f].from], s->class_weight[f]);
    else if (value[f] && derive_late(&d->field[f]) && d->field[d->field[f].from].kind == NET_CLASS)
      mixed_write(&mix, *(int32_t *)value[d->field[f].from], d->field[f].dim[0], value[f]);
    else if (value[f] && derive_late(&d->field[f]))
      failed = derive_write(d, f, value[d->field[f].from], value[f], err);
  for (int f = 0; f < d->fields; f++)
    free(room[f]);
  return failed ? -1 : 0;
}

/* Sample number index of the split as number k of the buffers. 0, BROKEN or -1. */
static int sample_fill(struct net_dataset *s, int64_t index, int64_t k, struct chance chance, int augment,
                       void *const *buffers, char err[512]) {
  int owned, failed;
  if (index < 0 || index >= s->count)
    return fail(err, "data %s: sample %lld of %lld", s->recipe.data->name, (long long)index, (long long)s->count);
  int64_t i = data_member(s, index);
  struct cell *cell = cells_get(s, i, &owned, &failed, err);
  if (!cell)
    return failed;
  failed = sample_write(s, cell, i, k, augment && s->recipe.augment.count ? &chance : NULL, buffers, err);
  if (owned)
    cells_free(s, cell);
  return failed;
}

int data_fill(struct net_dataset *s, const int64_t *index, const int64_t *position, int64_t n, uint64_t epoch,
              int augment, void *const *buffers, char err[512]) {
  for (int64_t k = 0; k < n; k++)
    if (sample_fill(s, index[k], k, (struct chance){s->seed, epoch, position ? position[k] : index[k]}, augment,
                    buffers, err))
      return -1;
  return 0;
}

/* ---- samples left out ---- */

static char *broken_text(struct net_dataset *s, int64_t count, const char *then) {
  static const char *const splits[] = {"train", "val", "test"};
  char list[1024];
  broken_list(&s->broken, list, sizeof list);
  return mem_text("%lld of %lld %s (%s) cannot be read%s: %s; `%s check-data` lists all", (long long)count,
                  (long long)s->count, field_of(&s->given, NET_CLIP) < 0 ? "pictures" : "clips", splits[s->split], then,
                  list, program_invocation_name);
}

char *data_left_out(struct net_dataset *s) {
  int64_t count = s->broken.count;
  if (count == s->told)
    return NULL;
  s->told = count;
  return broken_text(s, count, count == 1 ? " and is left out" : " and are left out");
}

/* Notes that a sample is broken; -1 when that are too many to go on. */
static int leave_out(struct net_dataset *s, int64_t index, char err[512]) {
  char where[300];
  int64_t i = data_member(s, index);
  source_where(s->source, i, where);
  int64_t count = broken_add(&s->broken, index, where, err);
  if (2 * count <= s->count)
    return 0;
  char *text = broken_text(s, count, ", more than half");
  fail(err, "data %s: %s", s->recipe.data->name, text);
  free(text);
  s->told = count;
  return -1;
}

int64_t data_take(struct net_dataset *s, int64_t *index, int64_t *position, int64_t n, uint64_t epoch, int augment,
                  void *const *buffers, char err[512]) {
  int64_t k = 0;
  for (int64_t from = 0; from < n; from++) {
    int failed = broken_is(&s->broken, index[from]) ? BROKEN : 0;
    index[k] = index[from];
    position[k] = position[from];
    if (!failed) {
      failed = sample_fill(s, index[k], k, (struct chance){s->seed, epoch, position[k]}, augment, buffers, err);
      if (failed < 0 || (failed && leave_out(s, index[k], err)))
        return -1;
    }
    k += !failed;
  }
  return k;
}
