#include "recipe.h"
#include "calls.h"
#include "schedule.h"
#include "value.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int scalar_is_rate(const char *name) {
  const char *dot = strrchr(name, '.');
  return !strcmp(dot ? dot + 1 : name, "lr");
}

int scalar_is_clock(const char *name) {
  return !strcmp(name, "step") || !strcmp(name, "epoch") || !strncmp(name, "step.", 5) || !strncmp(name, "step@", 5);
}

int scalar_is_line(const struct net_program *p, const char *name) {
  for (int i = 0; i < p->predicts; i++)
    for (int k = 0; k < p->predict[i].inputs; k++)
      if (p->predict[i].input[k].is_option && !strcmp(p->predict[i].input[k].field.name, name))
        return 0;
  return !scalar_is_clock(name);
}

void recipe_open(struct recipe *r, const struct net_program *p, const struct net_train *t) {
  *r = (struct recipe){.program = p, .train = t};
  r->scalar = heap_get(&r->heap, (size_t)(p->scalars + 1) * sizeof *r->scalar);
  for (int i = 0; i < p->scalars; i++)
    r->scalar[i] = p->scalar_default[i];
  r->prop = mem_get((size_t)(t->props + 1) * sizeof *r->prop);
  for (; r->props < t->props; r->props++)
    r->prop[r->props] = t->prop[r->props];
}

void recipe_close(struct recipe *r) {
  heap_free(&r->heap);
  free(r->prop);
  *r = (struct recipe){0};
}

static const struct net_arg *line(const struct recipe *r, const char *name) {
  for (int i = 0; i < r->props; i++)
    if (!strcmp(r->prop[i].name, name))
      return &r->prop[i].value;
  return NULL;
}

static int set_scalar(struct recipe *r, const char *name, const struct net_arg *v, char err[ERR]) {
  int found = 0, exact = 0;
  for (int i = 0; i < r->program->scalars; i++)
    exact |= !strcmp(r->program->scalar[i], name);
  for (int i = 0; i < r->program->scalars; i++) {
    const char *own = r->program->scalar[i];
    /* --lr reaches the rates of all networks, unless one is called just so */
    if (exact ? strcmp(own, name) : strcmp(name, "lr") || !scalar_is_rate(own))
      continue;
    if (v->kind != NET_NUM)
      return fail(err, "%s: a number is wanted", name);
    r->scalar[i] = v->num;
    found = 1;
  }
  return found;
}

int recipe_line_set(struct recipe *r, struct recipe_line new, char err[ERR]) {
  struct net_arg v;
  char why[ERR];
  if (!strcmp(new.name, "start") && *new.value != '"' && strncmp(new.value, "weights(", 8)) /* a path needs no quotes */
    v = (struct net_arg){.kind = NET_TEXT, .text = heap_text(&r->heap, new.value, strlen(new.value))};
  else if (value_read(&v, new.value, &r->heap, why))
    return fail(err, "%s: %s", new.name, why);
  int found = set_scalar(r, new.name, &v, err);
  if (found)
    return found < 0 ? -1 : 0;
  for (int i = 0; i < r->props; i++)
    if (!strcmp(r->prop[i].name, new.name)) {
      r->prop[i].value = v;
      return 0;
    }
  r->prop = mem_grow(r->prop, (size_t)(r->props + 1) * sizeof *r->prop);
  r->prop[r->props++] = (struct net_prop){heap_text(&r->heap, new.name, strlen(new.name)), v};
  return 0;
}

static int get_number(const struct recipe *r, const char *name, double otherwise, double *out, char err[ERR]) {
  const struct net_arg *v = line(r, name);
  *out = otherwise;
  if (!v)
    return 0;
  if (v->kind != NET_NUM)
    return fail(err, "%s: a number is wanted", name);
  *out = v->num;
  return 0;
}

static int get_whole(const struct recipe *r, const char *name, double otherwise, double low, double *out,
                     char err[ERR]) {
  if (get_number(r, name, otherwise, out, err))
    return -1;
  if (*out != floor(*out) || *out < low || *out > 0x1p53)
    return fail(err, "%s: a whole number from %g %s is wanted", name, low, *out > low ? "to 9e15" : "on");
  return 0;
}

/* "loss", a metric's name, or either after "val_" */
static int watch(const struct recipe *r, const char *line_name, const char *what, struct recipe_watch *w,
                 char err[ERR]) {
  const struct net_train *t = r->train;
  const char *bare = !strncmp(what, "val_", 4) ? what + 4 : what;
  const char *names[64] = {"loss"};
  int count = 1;
  for (; count <= t->metrics && count < 64; count++)
    names[count] = t->metric[count - 1].name;
  for (int i = 0; i < count; i++)
    if (!strcmp(bare, names[i])) {
      *w = (struct recipe_watch){i, i ? t->metric[i - 1].better : -1};
      return 0;
    }
  const char *near = nearest(bare, names, count);
  return fail(err, "%s: nothing called \"%s\" is reported%s%s%s", line_name, bare, near ? "; did you mean \"" : "",
              near ? near : "", near ? "\"?" : "");
}

static int take_keep(struct recipe *r, const struct net_arg *v, char err[ERR]) {
  struct net_call c = call_of(v);
  if (!c.name)
    return fail(err, "keep: last, best(x) or every(epochs) is wanted, or a list of them");
  if (call_check(&c, CALL_KEEP, err))
    return -1;
  if (!strcmp(c.name, "every")) {
    r->keep_every = (int64_t)arg_num(&c, CALL_KEEP, "epochs");
    return r->keep_every >= 1 ? 0 : fail(err, "keep: every(epochs) needs a number of at least 1");
  }
  if (strcmp(c.name, "best"))
    return 0;
  const char *x = arg_text(&c, CALL_KEEP, "x"), *min = arg_text(&c, CALL_KEEP, "min");
  if (watch(r, "keep", *min ? min : *x ? x : "loss", &r->keep, err))
    return -1;
  if (*min)
    r->keep.better = -1;
  return 0;
}

static int get_keep(struct recipe *r, char err[ERR]) {
  const struct net_arg *v = line(r, "keep");
  r->keep.output = -1;
  r->keep_every = 0;
  if (v && v->kind != NET_LIST)
    return take_keep(r, v, err);
  for (int i = 0; v && i < v->count; i++)
    if (take_keep(r, &v->list[i], err))
      return -1;
  return 0;
}

static int get_stop(struct recipe *r, char err[ERR]) {
  const struct net_arg *v = line(r, "stop");
  r->stop.output = -1;
  if (!v)
    return 0;
  struct net_call c = call_of(v);
  if (!c.name)
    return fail(err, "stop: stalled(x, epochs: n) is wanted");
  if (call_check(&c, CALL_STOP, err))
    return -1;
  r->stop_epochs = arg_num(&c, CALL_STOP, "epochs");
  if (!(r->stop_epochs >= 1))
    return fail(err, "stop: stalled(x, epochs: n) needs n of at least 1");
  return watch(r, "stop", arg_text(&c, CALL_STOP, "x"), &r->stop, err);
}

static int get_start(struct recipe *r, char err[ERR]) {
  const struct net_arg *v = line(r, "start");
  r->start = NULL;
  r->start_prefix = r->start_rename = "";
  if (!v)
    return 0;
  if (v->kind == NET_TEXT) {
    r->start = v->text;
    return 0;
  }
  struct net_call c = call_of(v);
  if (!c.name)
    return fail(err, "start: the path of a file is wanted, or weights(\"FILE\", prefix: \"TEXT\", rename: \"FILE\")");
  if (call_check(&c, CALL_START, err))
    return -1;
  r->start = arg_text(&c, CALL_START, "path");
  r->start_prefix = arg_text(&c, CALL_START, "prefix");
  r->start_rename = arg_text(&c, CALL_START, "rename");
  return 0;
}

static int get_log(struct recipe *r, char err[ERR]) {
  const struct net_arg *v = line(r, "log");
  struct net_call c = v ? call_of(v) : (struct net_call){.name = "tensorboard"};
  if (!c.name)
    return fail(err, "log: tensorboard(histograms: true, images: true) is wanted, or none");
  if (call_check(&c, CALL_LOG, err))
    return -1;
  r->log = (struct recipe_log){0};
  if (!strcmp(c.name, "tensorboard"))
    r->log = (struct recipe_log){1, arg_num(&c, CALL_LOG, "histograms") != 0, arg_num(&c, CALL_LOG, "images") != 0};
  return 0;
}

static int get_sampling(struct recipe *r, char err[ERR]) {
  const struct net_arg *v = line(r, "sampling");
  struct net_call c = v ? call_of(v) : (struct net_call){.name = "shuffled"};
  r->balanced = NULL;
  if (!c.name)
    return fail(err, "sampling: shuffled or balanced(label) is wanted");
  if (call_check(&c, CALL_SAMPLING, err))
    return -1;
  if (!strcmp(c.name, "balanced"))
    r->balanced = arg_text(&c, CALL_SAMPLING, "label");
  return 0;
}

int recipe_resolve(struct recipe *r, char err[ERR]) {
  double batch, seed, accumulate;
  if (get_number(r, "epochs", EPOCHS_DEFAULT, &r->epochs, err) ||
      get_whole(r, "batch", BATCH_DEFAULT, 1, &batch, err) || get_whole(r, "seed", 0, 0, &seed, err) ||
      get_whole(r, "accumulate", 1, 1, &accumulate, err))
    return -1;
  if (!(r->epochs > 0) || r->epochs > 1e9)
    return fail(err, "epochs: a number above 0%s is wanted", r->epochs > 0 ? ", up to 1e9," : "");
  r->batch = (int64_t)batch;
  r->seed = (uint64_t)seed;
  r->accumulate = (int64_t)accumulate;
  if (r->accumulate > 1 && r->train->phases && r->train->phase->part_entry < 0)
    return fail(err, "accumulate: this program was built without; write `accumulate: 1` into the train block to make room for it");
  const struct net_arg *v = line(r, "schedule");
  r->schedule = v ? call_of(v) : (struct net_call){.name = "constant"};
  if (schedule_check(&r->schedule, err))
    return -1;
  r->plateau.output = -1;
  const char *x = schedule_watches(&r->schedule) ? arg_text(&r->schedule, CALL_SCHEDULE, "x") : NULL;
  if (x && watch(r, "schedule", *x ? x : "loss", &r->plateau, err))
    return -1;
  v = line(r, "preview");
  r->preview = v ? call_of(v) : (struct net_call){0};
  if (v && !r->preview.name)
    return fail(err, "preview: a predict command is wanted, such as sample(count: 16)");
  return get_start(r, err) || get_keep(r, err) || get_stop(r, err) || get_log(r, err) || get_sampling(r, err) ? -1 : 0;
}

void recipe_write(const struct recipe *r, FILE *out) {
  for (int i = 0; i < r->props; i++) {
    fprintf(out, "%s: ", r->prop[i].name);
    value_write(out, &r->prop[i].value);
    fputc('\n', out);
  }
  const struct {
    const char *name;
    double value;
  } settled[] = {{"epochs", r->epochs}, {"batch", (double)r->batch}, {"seed", (double)r->seed}};
  char text[NUMBER];
  for (int i = 0; i < 3; i++)
    if (!line(r, settled[i].name))
      fprintf(out, "%s: %s\n", settled[i].name, number_text(text, settled[i].value));
  for (int i = 0; i < r->program->scalars; i++)
    if (scalar_is_line(r->program, r->program->scalar[i]))
      fprintf(out, "%s: %s\n", r->program->scalar[i], number_text(text, r->scalar[i]));
}
