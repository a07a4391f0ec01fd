/* One split of a data block: which samples of the source belong to it, and a memory of those already prepared.

   Splits: `val:` and `test:` are sources of their own. `holdout:` takes samples off the training source: first(n) and
   last(n) by place, a fraction by an order that is shuffled once and for all (a folder's samples come class after
   class), so that neither --seed nor the number of epochs moves a sample from one side to the other.

   Memory: prepared samples are kept until CACHE_BYTES are used; later ones are loaded anew each time. A slot is filled
   once, by whichever thread comes first. */
#define _GNU_SOURCE /* program_invocation_name */
#include "calls.h"
#include "data/broken.h"
#include "data/derive.h"
#include "data/prepare.h"
#include "data/text.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SITE_HOLDOUT = 0x401d };
static const int64_t CACHE_BYTES = (int64_t)1 << 30;

struct net_dataset {
  const struct net_data *data;
  struct net_data given; /* the fields that are not derived; what the source and the recipe see */
  struct net_field *given_field;
  int *given_at;         /* which field of data each is */
  struct recipe recipe;  /* of given */
  struct source *source;
  uint64_t seed;
  int64_t count, *member; /* member NULL: all of the source */
  struct cell **ready;    /* for each sample of the source, NULL until prepared; NULL: not kept at all */
  int64_t kept;           /* bytes */
  enum net_split split;
  struct broken broken;
  int64_t told; /* of the broken ones, in data_left_out */
};

int data_has(const struct net_data *d, enum net_split split) {
  return split == NET_TRAIN ? d->source != NULL : split == NET_VAL ? d->val || d->holdout : d->test != NULL;
}

static int held_count(const struct net_call *c, int64_t n, int64_t *held, const char *data, char err[512]) {
  char why[512];
  if (call_check(c, CALL_HOLDOUT, why))
    return fail(err, "data %s, holdout: %.400s", data, why);
  int share = !strcmp(c->name, "fraction");
  double v = arg_num(c, CALL_HOLDOUT, share ? "share" : "count");
  if (share && !(v > 0 && v < 1))
    return fail(err, "data %s: holdout: %g should lie between 0 and 1", data, v);
  if (!share && !(v >= 1 && v == floor(v)))
    return fail(err, "data %s: holdout: %s(%g) should be a number of samples", data, c->name, v);
  v = share ? fmax(1, floor(v * (double)n + 0.5)) : v;
  if (v >= (double)n)
    return fail(err, "data %s: holdout: %s takes %.0f of %lld samples and leaves none to train on", data, c->name, v,
                (long long)n);
  *held = (int64_t)v;
  return 0;
}

/* Marks `held` of n, drawn without putting back; the marks depend on n and held alone. */
static void mark_random(unsigned char *mark, int64_t n, int64_t held) {
  for (int64_t i = 0; i < n && held > 0; i++) {
    float u;
    nrt_uniform(&u, 0, 1, 0, 0, i, SITE_HOLDOUT);
    mark[i] = u * (double)(n - i) < (double)held;
    held -= mark[i];
  }
}

static int members_pick(struct net_dataset *s, const struct net_call *holdout, int want_held, char err[512]) {
  int64_t n = s->source->count, held;
  if (held_count(holdout, n, &held, s->recipe.data->name, err))
    return -1;
  unsigned char *mark = calloc(n, 1);
  s->member = malloc(n * sizeof *s->member);
  if (!mark || !s->member) {
    free(mark);
    return fail(err, "out of memory");
  }
  if (!strcmp(holdout->name, "fraction"))
    mark_random(mark, n, held);
  else
    memset(!strcmp(holdout->name, "first") ? mark : mark + n - held, 1, held);
  s->count = 0;
  for (int64_t i = 0; i < n; i++)
    if (mark[i] == want_held)
      s->member[s->count++] = i;
  free(mark);
  return 0;
}

static int given_pick(struct net_dataset *s, const struct net_data *d, char err[512]) {
  s->data = d;
  s->given = *d;
  s->given_field = malloc((size_t)(d->fields + 1) * sizeof *s->given_field);
  s->given_at = malloc((size_t)(d->fields + 1) * sizeof *s->given_at);
  if (!s->given_field || !s->given_at)
    return fail(err, "out of memory");
  s->given.field = s->given_field;
  s->given.fields = 0;
  for (int f = 0; f < d->fields; f++)
    if (!d->field[f].derived) {
      s->given_at[s->given.fields] = f;
      s->given_field[s->given.fields++] = d->field[f];
    }
  return 0;
}

static int dataset_open(struct net_dataset *s, const struct net_data *d, enum net_split split, const char *dir,
                        char err[512]) {
  static const char *const lines[] = {"`source:`", "`val:` or `holdout:`", "`test:`"};
  static const char *const what[] = {"training", "validation", "test"};
  if (derive_check(d, err) || given_pick(s, d, err) || recipe_read(&s->recipe, &s->given, err))
    return -1;
  if (!data_has(d, split))
    return fail(err, "data %s has no %s samples: write %s", d->name, what[split], lines[split]);
  const struct net_call *call = split == NET_TEST ? d->test : split == NET_VAL && d->val ? d->val : d->source;
  int shared = d->holdout && call == d->source;
  if (!call)
    return fail(err, "data %s has a `holdout:` but no `source:` to take it from", d->name);
  s->source = source_open(&s->given, call, shared ? NET_TRAIN : split, dir, err);
  if (!s->source)
    return -1;
  s->count = s->source->count;
  if (shared && members_pick(s, d->holdout, split == NET_VAL, err))
    return -1;
  if (s->source->resident && !s->recipe.resizes)
    return 0;
  s->ready = calloc(s->source->count, sizeof *s->ready);
  return s->ready ? 0 : fail(err, "out of memory");
}

struct net_dataset *data_open(const struct net_data *d, enum net_split split, const char *dir, uint64_t seed,
                              char err[512]) {
  struct net_dataset *s = calloc(1, sizeof *s);
  if (!s)
    return fail(err, "out of memory"), NULL;
  s->seed = seed;
  s->split = split;
  broken_open(&s->broken);
  if (!dataset_open(s, d, split, dir, err))
    return s;
  data_close(s);
  return NULL;
}

static void cells_free(const struct net_dataset *s, struct cell *cell) {
  for (int f = 0; cell && f < s->recipe.data->fields; f++)
    cell_clear(&cell[f]);
  free(cell);
}

void data_close(struct net_dataset *s) {
  if (!s)
    return;
  for (int64_t i = 0; s->ready && i < s->source->count; i++)
    cells_free(s, s->ready[i]);
  free(s->ready);
  free(s->member);
  source_close(s->source);
  broken_close(&s->broken);
  free(s->given_field);
  free(s->given_at);
  free(s);
}

void data_limit(struct net_dataset *s, int64_t count) {
  s->count = count < s->count ? count : s->count;
}

int64_t data_count(const struct net_dataset *s) {
  return s->count;
}

const char *data_class_name(const struct net_dataset *s, int k) {
  const struct net_data *d = s->recipe.data;
  if (k >= 0 && k < d->class_names)
    return d->class_name[k];
  return s->source->class_name ? s->source->class_name(s->source, k) : NULL;
}

/* ---- samples ---- */

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

/* Sample i of the source, prepared. NULL and err on failure, *failed being -1 or BROKEN. If *owned, the caller frees it.
 */
static struct cell *cells_get(struct net_dataset *s, int64_t i, int *owned, int *failed, char err[512]) {
  *owned = *failed = 0;
  struct cell *cell = s->ready ? __atomic_load_n(&s->ready[i], __ATOMIC_ACQUIRE) : NULL;
  if (cell)
    return cell;
  cell = mem_get((size_t)s->recipe.data->fields * sizeof *cell);
  *failed = s->source->load(s->source, i, cell, err);
  if (!*failed)
    *failed = cells_prepare(&s->recipe, cell, err);
  if (*failed) {
    cells_free(s, cell);
    return NULL;
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

/* The fields that the source gave, augmented. value: where each field of the block goes, NULL when not wanted. */
static int given_write(struct net_dataset *s, const struct cell *cell, int64_t i, const struct chance *chance,
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
static int sample_write(struct net_dataset *s, const struct cell *cell, int64_t i, int64_t n,
                        const struct chance *chance, void *const *buffers, char err[512]) {
  const struct net_data *d = s->data;
  void *value[d->fields + 1], *room[d->fields + 1];
  int failed = 0;
  memset(room, 0, sizeof room);
  for (int f = 0; f < d->fields; f++)
    value[f] = buffers[f] ? (char *)buffers[f] + n * data_field_size(&d->field[f]) : NULL;
  for (int f = 0; f < d->fields && !failed; f++)
    if (value[f] && d->field[f].derived && !value[d->field[f].from]) {
      int from = d->field[f].from;
      value[from] = room[from] = malloc(data_field_size(&d->field[from]));
      if (!room[from])
        failed = fail(err, "out of memory");
    }
  failed = failed || given_write(s, cell, i, chance, value, err);
  for (int f = 0; f < d->fields && !failed; f++)
    if (value[f] && d->field[f].derived)
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
  int64_t i = s->member ? s->member[index] : index;
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
  int64_t i = s->member ? s->member[index] : index;
  s->source->where(s->source, i, 0, where);
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
