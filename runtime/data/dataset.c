/* One split of a data block: which samples of the source belong to it, and a memory of those already prepared.

   `val:` and `test:` are sources of their own; `holdout:` takes samples off the training source. */
#include "data/dataset.h"
#include "calls.h"
#include "data/classes.h"
#include "data/derive.h"
#include "data/holdout.h"
#include "data/text.h"
#include <stdlib.h>
#include <string.h>

int data_has(const struct net_data *d, enum net_split split) {
  return split == NET_TRAIN ? d->source != NULL : split == NET_VAL ? d->val || d->holdout : d->test != NULL;
}

const struct net_call *data_source(const struct net_data *d, enum net_split split) {
  return split == NET_TEST ? d->test : split == NET_VAL && d->val ? d->val : d->source;
}

static int members_pick(struct net_dataset *s, const struct net_call *holdout, int want_held, char err[512]) {
  int64_t n = s->source->count;
  unsigned char *mark = mem_get((size_t)n);
  int failed = holdout_mark(s->source, holdout, mark, err);
  s->member = mem_get((size_t)n * sizeof *s->member);
  s->count = 0;
  for (int64_t i = 0; i < n; i++)
    if (mark[i] == want_held)
      s->member[s->count++] = i;
  free(mark);
  return failed;
}

static int given_pick(struct net_dataset *s, const struct net_data *d, char err[512]) {
  s->data = d;
  s->sourced = s->given = *d;
  s->given_field = malloc((size_t)(d->fields + 1) * sizeof *s->given_field);
  s->given_at = malloc((size_t)(d->fields + 1) * sizeof *s->given_at);
  if (!s->given_field || !s->given_at)
    return fail(err, "out of memory");
  s->sourced.field = s->given.field = s->given_field;
  s->given.fields = 0;
  for (int early = 0; early < 2; early++) {
    for (int f = 0; f < d->fields; f++)
      if (early ? derive_early(&d->field[f]) : !d->field[f].derived) {
        s->given_at[s->given.fields] = f;
        s->given_field[s->given.fields++] = d->field[f];
      }
    if (!early)
      s->sourced.fields = s->given.fields;
  }
  return 0;
}

/* Names that were found in this split's own source have to be those of the training, in the same order, where its data
   are there to tell. */
static int names_agree(const struct net_dataset *s, const struct net_data *d, const char *dir, char err[512]) {
  if (!s->source->finds_names || d->class_names || !d->source)
    return 0;
  struct source *of_train = source_open(&s->sourced, d->source, NET_TRAIN, dir, err);
  if (!of_train)
    return 0;
  int failed = 0, label = field_of(&s->given, NET_CLASS);
  if (label < 0)
    label = field_of(&s->given, NET_BOXES);
  for (int k = 0; label >= 0 && k < s->given.field[label].classes && !failed; k++) {
    const char *own = s->source->class_name(s->source, k);
    const char *first = of_train->class_name ? of_train->class_name(of_train, k) : NULL;
    if (own ? !first || strcmp(own, first) : first != NULL)
      failed =
          fail(err,
               "data %s: class %d is called %.80s there, but %.80s in the training; `names: [...]` tells the names "
               "of all classes",
               d->name, k, own ? own : "by its number", first ? first : "by its number");
  }
  source_close(of_train);
  return failed;
}

static int dataset_open(struct net_dataset *s, const struct net_data *d, enum net_split split, const char *dir,
                        char err[512]) {
  static const char *const lines[] = {"`source:`", "`val:` or `holdout:`", "`test:`"};
  static const char *const what[] = {"training", "validation", "test"};
  if (derive_check(d, err) || given_pick(s, d, err) || recipe_read(&s->recipe, &s->given, err))
    return -1;
  if (!data_has(d, split))
    return fail(err, "data %s has no %s samples: write %s", d->name, what[split], lines[split]);
  const struct net_call *call = data_source(d, split);
  int shared = d->holdout && call == d->source;
  if (!call)
    return fail(err, "data %s has a `holdout:` but no `source:` to take it from", d->name);
  s->source = source_open(&s->sourced, call, shared ? NET_TRAIN : split, dir, err);
  if (!s->source || (call != d->source && names_agree(s, d, dir, err)))
    return -1;
  s->count = s->source->count;
  if (shared && members_pick(s, d->holdout, split == NET_VAL, err))
    return -1;
  s->class_weight = mem_get((size_t)(d->fields + 1) * sizeof *s->class_weight);
  for (int f = 0; f < d->fields; f++)
    if (d->field[f].derived && !strcmp(d->field[f].derived->name, "class_weight") &&
        !(s->class_weight[f] = class_weights(s, f, dir, err)))
      return -1;
  if (s->source->resident && !s->recipe.resizes && s->given.fields == s->sourced.fields)
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

void cells_free(const struct net_dataset *s, struct cell *cell) {
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
  store_close(s->store);
  source_close(s->source);
  broken_close(&s->broken);
  for (int f = 0; s->class_weight && f < s->data->fields; f++)
    free(s->class_weight[f]);
  free(s->class_weight);
  free(s->given_field);
  free(s->given_at);
  free(s);
}

int data_cache(struct net_dataset *s, const char *dir, char err[512]) {
  if (!s->ready || s->store) /* samples lie in memory as they are */
    return 0;
  s->store = store_open(s, dir, err);
  return s->store ? 0 : -1;
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
