#include "checkpoint.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the state as text ---- */

#define COUNT(f)                                                                                                       \
  { #f, offsetof(struct train_state, f), 0, 1 }
#define REAL(f, n)                                                                                                     \
  { #f, offsetof(struct train_state, f), 1, n }
static const struct {
  const char *key;
  size_t at;
  int real, items;
} FIELDS[] = {
    COUNT(epoch),      COUNT(position),   COUNT(step),   COUNT(count),       COUNT(seen),
    COUNT(best_epoch), COUNT(stop_epoch), REAL(best, 1), REAL(stop_best, 1), REAL(sum, OUTPUTS_MAX),
    COUNT(plateau.epochs), COUNT(plateau.bad), COUNT(plateau.cooling), REAL(plateau.best, 1), REAL(plateau.scale, 1),
};
enum { FIELD_COUNT = sizeof FIELDS / sizeof *FIELDS, EXTRA = 6 };

/* Hexadecimal, so that the very same double is read back. */
static char *field_text(const struct train_state *s, int f) {
  const char *at = (const char *)s + FIELDS[f].at;
  if (!FIELDS[f].real)
    return mem_text("%lld", (long long)*(const int64_t *)at);
  char *text = mem_text("%a", *(const double *)at);
  for (int i = 1; i < FIELDS[f].items; i++) {
    char *longer = mem_text("%s %a", text, ((const double *)at)[i]);
    free(text);
    text = longer;
  }
  return text;
}

static int field_read(struct train_state *s, int f, const char *text) {
  char *at = (char *)s + FIELDS[f].at, *end = (char *)(uintptr_t)text;
  for (int i = 0; i < FIELDS[f].items; i++) {
    const char *from = end;
    errno = 0;
    if (FIELDS[f].real)
      ((double *)at)[i] = strtod(from, &end);
    else
      ((int64_t *)at)[i] = strtoll(from, &end, 10);
    if (end == from || errno == ERANGE || (!FIELDS[f].real && ((int64_t *)at)[i] < 0))
      return -1;
  }
  return *end ? -1 : 0;
}

int checkpoint_state(struct train_state *s, const struct tensors *t, const char *path, char err[ERR]) {
  *s = (struct train_state){0};
  for (int f = 0; f < FIELD_COUNT; f++) {
    const char *text = tensors_meta(t, FIELDS[f].key);
    if (!text)
      return fail(err, "%s holds weights but no interrupted training: start from it with --weights", path);
    if (field_read(s, f, text))
      return fail(err, "%s: its `%s` is damaged", path, FIELDS[f].key);
  }
  if (s->position > s->count || s->seen > s->count || s->step > INT64_MAX / 2)
    return fail(err, "%s: its place in the training is damaged", path);
  return 0;
}

/* ---- writing ---- */

static struct tensor tensor_of(const struct model *m, const struct net_param *p) {
  struct tensor t = {.name = p->name, .type = TENSOR_F32, .rank = p->rank, .data = m->params + p->offset};
  memcpy(t.dim, p->dim, (size_t)p->rank * sizeof *t.dim);
  t.bytes = param_count(p) * (int64_t)sizeof(float);
  return t;
}

int checkpoint_save(const char *path, const struct model *m, const struct train_state *state, int with_optimizer,
                    struct checkpoint_about about, char err[ERR]) {
  const struct net_program *p = m->program;
  struct tensor *tensor = mem_get((size_t)(p->params + 1) * sizeof *tensor);
  struct tensors_meta meta[FIELD_COUNT + EXTRA] = {{"program", p->name},       {"built", p->built},
                                                   {"train", about.train},     {"recipe", about.recipe},
                                                   {"options", about.options}, {"classes", about.classes}};
  int count = 0, metas = EXTRA;
  for (int i = 0; i < p->params; i++)
    if (with_optimizer || p->param[i].role != NET_OPT)
      tensor[count++] = tensor_of(m, &p->param[i]);
  for (int f = 0; f < FIELD_COUNT; f++)
    meta[metas++] = (struct tensors_meta){FIELDS[f].key, field_text(state, f)};
  int status = tensors_write(path, tensor, count, meta, metas, err);
  for (int i = EXTRA; i < metas; i++)
    free((char *)(uintptr_t)meta[i].value);
  free(tensor);
  return status;
}

/* ---- reading ---- */

static int fits(const struct net_param *p, const struct tensor *t) {
  return tensor_is_real(t) && t->rank == p->rank && !memcmp(t->dim, p->dim, (size_t)p->rank * sizeof *p->dim);
}

static const struct net_param *param_find(const struct net_program *p, const char *name) {
  for (int i = 0; i < p->params; i++)
    if (!strcmp(p->param[i].name, name))
      return &p->param[i];
  return NULL;
}

/* Optimizer states are no part of a trained model: where they are not asked for, nobody misses them. */
static int only_in_file(const struct net_program *p, const struct tensor *t, int with_optimizer) {
  return !param_find(p, t->name) && (with_optimizer || !strchr(t->name, '#'));
}

/* A list of the first differences, as many as find room: an error line's, or a report's. */
struct differences {
  char text[4096], more[64]; /* more: "and 7 more", or "" */
  size_t room, used;
  int most, count, told;
};
static const struct differences IN_ERROR = {.room = 5 * ERR / 8, .most = 5}, IN_REPORT = {.room = 4096, .most = 20};

static void differ(struct differences *d, const char *what, const char *name, const char *detail) {
  char line[ERR];
  int n = snprintf(line, sizeof line, "\n  %s %.60s%s", what, name, detail);
  d->count++;
  if (d->told == d->count - 1 && d->told < d->most && d->used + (size_t)n < d->room) {
    strcpy(d->text + d->used, line);
    d->used += (size_t)n;
    d->told++;
  } else
    snprintf(d->more, sizeof d->more, "\n  and %d more: the command `weights` lists all", d->count - d->told);
}

static void differ_missing(struct differences *d, const char *what, const struct net_param *p) {
  char shape[SHAPE], detail[SHAPE + 8];
  snprintf(detail, sizeof detail, " %.48s", shape_text(shape, p->rank, p->dim));
  differ(d, what, p->name, detail);
}

static void differ_extra(struct differences *d, const char *what, const struct tensor *t, int others) {
  char shape[SHAPE], detail[SHAPE + 160], more[60] = "";
  size_t n = strlen(t->name), all = strlen(t->origin);
  int renamed = n > all || strcmp(t->name, t->origin + all - n) != 0;
  if (others)
    snprintf(more, sizeof more, " and %d more of whole numbers", others);
  snprintf(detail, sizeof detail, " %.48s%s%.60s%s", shape_text(shape, t->rank, t->dim),
           renamed ? ", called " : "", renamed ? t->name : "", more);
  differ(d, what, t->origin, detail);
}

/* What the file has besides. Whole numbers can be no weights: they are counters, one for each layer, and one line. */
static void differ_extras(struct differences *d, const char *what, const struct net_program *p, const struct tensors *t) {
  const struct tensor *counter = NULL;
  int counters = 0;
  for (int i = 0; i < t->count; i++)
    if (!only_in_file(p, &t->tensor[i], 0))
      continue;
    else if (tensor_is_real(&t->tensor[i]))
      differ_extra(d, what, &t->tensor[i], 0);
    else {
      counter = counter ? counter : &t->tensor[i];
      counters++;
    }
  if (counter)
    differ_extra(d, what, counter, counters - 1);
}

static void differ_shape(struct differences *d, const struct net_param *p, const struct tensor *t) {
  char here[SHAPE], there[SHAPE], detail[2 * SHAPE + 32];
  if (!tensor_is_real(t))
    snprintf(detail, sizeof detail, " is of type %.16s, F32 is wanted", t->type_name);
  else
    snprintf(detail, sizeof detail, " is %.48s in the file, %.48s in the program", shape_text(there, t->rank, t->dim),
             shape_text(here, p->rank, p->dim));
  differ(d, "shape:", p->name, detail);
}

static void take(struct model *m, const struct net_param *p, const struct tensor *t) {
  tensor_floats(t, m->params + p->offset);
  model_changed(m);
}

/* How many of the program's tensors the file has behind this beginning. */
static int fitting(const struct net_program *p, const struct tensors *t, const char *prefix, int length) {
  int n = 0;
  for (int i = 0; i < p->params; i++) {
    char *name = mem_text("%.*s%s", length, prefix, p->param[i].name);
    const struct tensor *found = tensors_find(t, name);
    n += found && fits(&p->param[i], found);
    free(name);
  }
  return n;
}

/* Where names in the file are ours behind a common beginning, says how to take it off. */
static const char *prefix_hint(const struct net_program *p, const struct tensors *t, char hint[ERR / 4]) {
  int plain = fitting(p, t, "", 0);
  *hint = 0;
  for (int i = 0; i < p->params && !*hint; i++)
    for (int k = 0; k < t->count && !*hint; k++) {
      const char *name = t->tensor[k].name;
      int more = (int)strlen(name) - (int)strlen(p->param[i].name);
      if (more > 0 && more < 40 && !strcmp(name + more, p->param[i].name) && fitting(p, t, name, more) > plain)
        snprintf(hint, ERR / 4, "\n  its names begin with \"%.*s\", which --prefix %.*s takes off", more, name, more,
                 name);
    }
  return hint;
}

int checkpoint_load(struct model *m, const struct tensors *t, const char *path, int with_optimizer, char err[ERR]) {
  const struct net_program *program = m->program;
  struct differences d = IN_ERROR;
  char hint[ERR / 4] = "";
  for (int i = 0; i < program->params; i++) {
    const struct net_param *p = &program->param[i];
    const struct tensor *found = tensors_find(t, p->name);
    if (p->role == NET_OPT && !with_optimizer)
      continue;
    if (!found)
      differ_missing(&d, "missing in the file:", p);
    else if (!fits(p, found))
      differ_shape(&d, p, found);
  }
  for (int i = 0; i < t->count && (d.count || with_optimizer); i++)
    if (only_in_file(program, &t->tensor[i], with_optimizer))
      differ_extra(&d, "only in the file:", &t->tensor[i], 0);
  if (d.count)
    return fail(err, "%.90s does not belong to this program:%s%s%s", path, d.text, d.more,
                prefix_hint(program, t, hint));
  for (int i = 0; i < program->params; i++)
    if (with_optimizer || program->param[i].role != NET_OPT)
      take(m, &program->param[i], tensors_find(t, program->param[i].name));
  return 0;
}

void checkpoint_report(const struct model *m, const struct tensors *t, const char *path, FILE *out) {
  struct differences d = IN_REPORT;
  int taken = 0;
  for (int i = 0; i < m->program->params; i++)
    taken += m->program->param[i].role != NET_OPT;
  differ_extras(&d, "left over in the file:", m->program, t);
  fprintf(out, "weights: all %d tensors from %s%s%s\n", taken, path, d.text, d.more);
}

static int nothing_fits(const struct net_program *p, const struct tensors *t, const char *path, char err[ERR]) {
  char ours[SHAPE], theirs[SHAPE], hint[ERR / 4];
  const struct net_param *a = p->param;
  const struct tensor *b = t->tensor;
  if (!p->params || !t->count)
    return fail(err, "%.200s holds no weights that this program has", path);
  return fail(err,
              "nothing in %.90s fits this program by name and shape: the file has %.60s %.48s, "
              "the program %.60s %.48s%s",
              path, b->name, shape_text(theirs, b->rank, b->dim), a->name, shape_text(ours, a->rank, a->dim),
              prefix_hint(p, t, hint));
}

int checkpoint_start(struct model *m, const struct tensors *t, const char *path, FILE *out, char err[ERR]) {
  const struct net_program *program = m->program;
  struct differences d = IN_REPORT;
  int taken = 0, wanted = 0;
  for (int i = 0; i < program->params; i++) {
    const struct net_param *p = &program->param[i];
    const struct tensor *found = tensors_find(t, p->name);
    if (p->role == NET_OPT)
      continue;
    wanted++;
    if (!found)
      differ_missing(&d, "not in the file, so it starts anew:", p);
    else if (!fits(p, found))
      differ_shape(&d, p, found);
    else {
      take(m, p, found);
      taken++;
    }
  }
  differ_extras(&d, "not in the program, so it is left out:", program, t);
  if (!taken)
    return nothing_fits(program, t, path, err);
  fprintf(out, "start: %d of %d tensors from %s%s%s\n", taken, wanted, path, d.text, d.more);
  return 0;
}
