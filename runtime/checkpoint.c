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
  return t->type == TENSOR_F32 && t->rank == p->rank && !memcmp(t->dim, p->dim, (size_t)p->rank * sizeof *p->dim);
}

static const struct net_param *param_find(const struct net_program *p, const char *name) {
  for (int i = 0; i < p->params; i++)
    if (!strcmp(p->param[i].name, name))
      return &p->param[i];
  return NULL;
}

/* A list of the first few differences, as many as find room. */
struct differences {
  char text[5 * ERR / 8], more[48]; /* more: "and 7 more", or "" */
  size_t used;
  int count, told;
};
enum { DIFFERENCES = 5 };

static void differ(struct differences *d, const char *what, const char *name, const char *detail) {
  char line[ERR];
  int n = snprintf(line, sizeof line, "\n  %s %.60s%s", what, name, detail);
  d->count++;
  if (d->told == d->count - 1 && d->told < DIFFERENCES && d->used + (size_t)n < sizeof d->text) {
    strcpy(d->text + d->used, line);
    d->used += (size_t)n;
    d->told++;
  } else
    snprintf(d->more, sizeof d->more, "\n  and %d more", d->count - d->told);
}

static void differ_shape(struct differences *d, const struct net_param *p, const struct tensor *t) {
  char here[SHAPE], there[SHAPE], detail[2 * SHAPE + 32];
  if (t->type != TENSOR_F32)
    snprintf(detail, sizeof detail, " is of type %.16s, F32 is wanted", t->type_name);
  else
    snprintf(detail, sizeof detail, " is %.48s in the file, %.48s in the program", shape_text(there, t->rank, t->dim),
             shape_text(here, p->rank, p->dim));
  differ(d, "shape:", p->name, detail);
}

static void take(struct model *m, const struct net_param *p, const struct tensor *t) {
  if (t->bytes)
    memcpy(m->params + p->offset, t->data, (size_t)t->bytes);
}

int checkpoint_load(struct model *m, const struct tensors *t, const char *path, int with_optimizer, char err[ERR]) {
  const struct net_program *program = m->program;
  struct differences d = {.text = ""};
  for (int i = 0; i < program->params; i++) {
    const struct net_param *p = &program->param[i];
    const struct tensor *found = tensors_find(t, p->name);
    if (p->role == NET_OPT && !with_optimizer)
      continue;
    if (!found)
      differ(&d, "missing in the file:", p->name, "");
    else if (!fits(p, found))
      differ_shape(&d, p, found);
  }
  for (int i = 0; i < t->count; i++)
    if (!param_find(program, t->tensor[i].name) && (with_optimizer || !strchr(t->tensor[i].name, '#')))
      differ(&d, "only in the file:", t->tensor[i].name, "");
  if (d.count)
    return fail(err, "%.110s does not belong to this program:%s%s", path, d.text, d.more);
  for (int i = 0; i < program->params; i++)
    if (with_optimizer || program->param[i].role != NET_OPT)
      take(m, &program->param[i], tensors_find(t, program->param[i].name));
  return 0;
}

int checkpoint_start(struct model *m, const struct tensors *t, const char *path, FILE *out, char err[ERR]) {
  const struct net_program *program = m->program;
  struct differences d = {.text = ""};
  int taken = 0, wanted = 0;
  for (int i = 0; i < program->params; i++) {
    const struct net_param *p = &program->param[i];
    const struct tensor *found = tensors_find(t, p->name);
    if (p->role == NET_OPT)
      continue;
    wanted++;
    if (!found)
      differ(&d, "not in the file, so it starts anew:", p->name, "");
    else if (!fits(p, found))
      differ_shape(&d, p, found);
    else {
      take(m, p, found);
      taken++;
    }
  }
  for (int i = 0; i < t->count; i++)
    if (!param_find(program, t->tensor[i].name) && !strchr(t->tensor[i].name, '#'))
      differ(&d, "not in the program, so it is left out:", t->tensor[i].name, "");
  if (!taken)
    return fail(err, "nothing in %.90s fits this program by name and shape:%s%s", path, d.text, d.more);
  fprintf(out, "start: %d of %d tensors from %s%s%s\n", taken, wanted, path, d.text, d.more);
  return 0;
}
