#include "data/labels.h"
#include "data/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A whole number below count; -1: it is none. */
static int32_t number_of(const char *text, int count) {
  char *end;
  errno = 0;
  long v = strtol(text, &end, 10);
  return end != text && !*end && !errno && v >= 0 && v < count ? (int32_t)v : -1;
}

static int32_t place_of(const char *text, const char *const *name, int count) {
  int k = 0;
  while (k < count && strcmp(name[k], text))
    k++;
  return k < count ? k : number_of(text, count);
}

static int by_names(const struct source *s, char *const *text, int32_t *label, char err[512]) {
  const struct net_data *d = s->data;
  for (int64_t i = 0; i < s->count; i++) {
    label[i] = place_of(text[i], d->class_name, d->class_names);
    if (label[i] >= 0)
      continue;
    char where[300];
    const char *near = nearest(text[i], d->class_name, d->class_names);
    s->where(s, i, field_of(d, NET_CLASS), where);
    return fail(err, "%s: \"%.80s\" is no class of %s%s%s%s", where, text[i], d->name, near ? "; did you mean \"" : "",
                near ? near : "", near ? "\"?" : "");
  }
  return 0;
}

/* The different texts, sorted. */
static int names_find(const struct source *s, char *const *text, struct paths *names) {
  char **sorted = mem_get((size_t)s->count * sizeof *sorted);
  int failed = 0;
  memcpy(sorted, text, (size_t)s->count * sizeof *sorted);
  qsort(sorted, (size_t)s->count, sizeof *sorted, text_natural_order);
  for (int64_t i = 0; i < s->count && !failed; i++)
    if (!i || strcmp(sorted[i], sorted[i - 1]))
      failed = paths_add(names, sorted[i]);
  free(sorted);
  return failed;
}

static int names_fit(const struct source *s, const struct paths *names, char err[512]) {
  const struct net_field *f = &s->data->field[field_of(s->data, NET_CLASS)];
  if (names->count == f->classes)
    return 0;
  char list[200] = "";
  size_t used = 0;
  for (int64_t i = 0; i < names->count && used + 1 < sizeof list; i++)
    used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names->path[i]);
  return fail(err, "data %s: there are %lld different labels (%s), but field `%s` has %d classes%s", s->data->name,
              (long long)names->count, list, f->name, f->classes,
              names->count < f->classes ? "; `names: [...]` tells them all, in order" : "");
}

int labels_read(const struct source *s, char *const *text, int32_t *label, struct paths *names, char err[512]) {
  const struct net_data *d = s->data;
  int classes = d->field[field_of(d, NET_CLASS)].classes, numbers = 1;
  if (d->class_names)
    return by_names(s, text, label, err);
  for (int64_t i = 0; i < s->count && numbers; i++)
    numbers = (label[i] = number_of(text[i], classes)) >= 0;
  if (numbers)
    return 0;
  if (names_find(s, text, names))
    return fail(err, "out of memory");
  if (names_fit(s, names, err))
    return -1;
  for (int64_t i = 0; i < s->count; i++) {
    char **found = bsearch(&text[i], names->path, (size_t)names->count, sizeof *names->path, text_natural_order);
    label[i] = (int32_t)(found - names->path);
  }
  return 0;
}
