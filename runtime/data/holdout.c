/* first(n) and last(n) go by place; a fraction by an order that is shuffled once and for all (a folder's samples come
   class after class), so that neither --seed nor the number of epochs moves a sample from one side to the other; listed
   names samples by their numbers, or by their files, as much of the path as tells them apart. */
#include "data/holdout.h"
#include "calls.h"
#include "data/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SITE_HOLDOUT = 0x401d };

/* Marks `held` of n, drawn without putting back; the marks depend on n and held alone. */
static void mark_random(unsigned char *mark, int64_t n, int64_t held) {
  for (int64_t i = 0; i < n && held > 0; i++) {
    float u;
    nrt_uniform(&u, 0, 1, 0, 0, i, SITE_HOLDOUT);
    mark[i] = u * (double)(n - i) < (double)held;
    held -= mark[i];
  }
}

static int mark_count(const struct source *s, const struct net_call *c, unsigned char *mark, char err[512]) {
  int share = !strcmp(c->name, "fraction");
  int64_t n = s->count, held;
  double v = arg_num(c, CALL_HOLDOUT, share ? "share" : "count");
  if (share && !(v > 0 && v < 1))
    return fail(err, "data %s: holdout: %g should lie between 0 and 1", s->data->name, v);
  if (!share && !(v >= 1 && v == floor(v)))
    return fail(err, "data %s: holdout: %s(%g) should be a number of samples", s->data->name, c->name, v);
  v = share ? fmax(1, floor(v * (double)n + 0.5)) : v;
  if (v >= (double)n)
    return fail(err, "data %s: holdout: %s takes %.0f of %lld samples and leaves none to train on", s->data->name,
                c->name, v, (long long)n);
  held = (int64_t)v;
  if (share)
    mark_random(mark, n, held);
  else
    memset(!strcmp(c->name, "first") ? mark : mark + n - held, 1, (size_t)held);
  return 0;
}

/* Is `name` the end of a path, from a slash on? */
static int is_end(const char *path, const char *name) {
  size_t n = strlen(path), m = strlen(name);
  return m && m <= n && !strcmp(path + n - m, name) && (m == n || path[n - m - 1] == '/');
}

static int mark_named(const struct source *s, char *const *path, const char *name, unsigned char *mark, char err[512]) {
  int64_t found = -1;
  for (int64_t i = 0; i < s->count; i++) {
    if (!is_end(path[i], name))
      continue;
    if (found >= 0)
      return fail(err, "data %s: holdout: \"%s\" is both %.150s and %.150s; write more of the path", s->data->name,
                  name, path[found], path[i]);
    found = i;
  }
  if (found < 0)
    return fail(err, "data %s: holdout: no sample is called \"%.150s\"; the first is %.200s", s->data->name, name,
                *path);
  mark[found] = 1;
  return 0;
}

static int mark_item(const struct source *s, char *const *path, const struct net_arg *a, unsigned char *mark,
                     char err[512]) {
  if (a->kind == NET_TEXT)
    return mark_named(s, path, a->text, mark, err);
  if (a->kind != NET_NUM || a->num < 0 || a->num >= (double)s->count || a->num != floor(a->num))
    return fail(err, "data %s: holdout: %g is no sample; they are 0 to %lld", s->data->name, a->num,
                (long long)s->count - 1);
  mark[(int64_t)a->num] = 1;
  return 0;
}

static int mark_listed(const struct source *s, const struct net_call *c, unsigned char *mark, char err[512]) {
  const struct net_arg *a = arg_find(c, CALL_HOLDOUT, "samples");
  char **path = mem_get((size_t)s->count * sizeof *path), where[300];
  int n = a->kind == NET_LIST ? a->count : 1, failed = 0;
  for (int64_t i = 0; i < s->count; i++) {
    source_where(s, i, where);
    path[i] = mem_text("%s", where);
  }
  for (int k = 0; k < n && !failed; k++)
    failed = mark_item(s, path, a->kind == NET_LIST ? &a->list[k] : a, mark, err);
  int64_t held = 0;
  for (int64_t i = 0; i < s->count; i++) {
    held += mark[i];
    free(path[i]);
  }
  free(path);
  if (!failed && (!held || held == s->count))
    failed = fail(err, "data %s: holdout: %s", s->data->name,
                  held ? "all samples are listed, which leaves none to train on" : "the list is empty");
  return failed;
}

int holdout_mark(const struct source *s, const struct net_call *c, unsigned char *mark, char err[512]) {
  char why[512];
  if (call_check(c, CALL_HOLDOUT, why))
    return fail(err, "data %s, holdout: %.400s", s->data->name, why);
  return strcmp(c->name, "listed") ? mark_count(s, c, mark, err) : mark_listed(s, c, mark, err);
}
