/* Everything before the first step: the recipe in force, the data opened, the weights set, or all of it taken up from
   where an interrupted training left it. */
#include "measure.h"
#include "trainer.h"
#include "log/board.h"
#include "log/record.h"
#include "page.h"
#include "value.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SAMPLES_SHOWN = 16 };

int trainer_stalled(const struct trainer *t) {
  return t->recipe.stop.output >= 0 && (double)(t->s.epoch - t->s.stop_epoch) >= t->recipe.stop_epochs;
}

int trainer_done(const struct trainer *t) {
  return !t->s.position && (t->s.step >= t->steps || trainer_stalled(t));
}

static int make_folder(const char *path, char err[ERR]) {
  char *part = mem_text("%s/", path);
  int status = 0;
  for (char *slash = part + 1; !status && (slash = strchr(slash, '/')); *slash++ = '/') {
    *slash = 0;
    if (mkdir(part, 0777) && errno != EEXIST)
      status = fail(err, "cannot make the folder %s: %s", part, strerror(errno));
  }
  free(part);
  return status;
}

static char *recipe_as_text(const struct recipe *r) {
  char *text = NULL;
  size_t size;
  FILE *f = open_memstream(&text, &size);
  recipe_write(r, f);
  fclose(f);
  return text;
}

static char *class_text(const struct net_dataset *set) {
  char *text = mem_text("%s", "");
  const char *name;
  for (int k = 0; (name = data_class_name(set, k)); k++) {
    char *longer = mem_text("%s%s%s", text, k ? "\n" : "", name);
    free(text);
    text = longer;
  }
  return text;
}

/* Lines as recipe_write writes them. */
static int take_lines(struct recipe *r, const char *text, char err[ERR]) {
  char *copy = mem_text("%s", text), *rest = copy;
  int status = 0;
  for (char *line; !status && (line = strsep(&rest, "\n"));) {
    char *colon = strstr(line, ": ");
    if (!colon)
      continue;
    *colon = 0;
    status = recipe_line_set(r, (struct recipe_line){line, colon + 2}, err);
  }
  free(copy);
  return status;
}

/* What earlier command lines gave, and this one, which wins; each line once, in its old place. */
static char *options_as_text(const struct trainer *t, const char *earlier) {
  const struct recipe_line *now = t->o->line;
  char *text = NULL, *copy = mem_text("%s", earlier), *rest = copy, *told = mem_get((size_t)t->o->lines + 1);
  size_t size;
  FILE *f = open_memstream(&text, &size);
  for (char *line; (line = strsep(&rest, "\n"));) {
    char *colon = strstr(line, ": ");
    if (!colon)
      continue;
    *colon = 0;
    const char *value = colon + 2;
    for (int i = 0; i < t->o->lines; i++)
      if (!strcmp(now[i].name, line)) {
        value = now[i].value;
        told[i] = 1;
      }
    fprintf(f, "%s: %s\n", line, value);
  }
  for (int i = 0; i < t->o->lines; i++)
    if (!told[i])
      fprintf(f, "%s: %s\n", now[i].name, now[i].value);
  fclose(f);
  free(copy), free(told);
  return text;
}

/* Batch and seed are part of every step already done. */
static int same_steps(const struct trainer *t, const char *lines, char err[ERR]) {
  struct recipe old;
  recipe_open(&old, t->m->program, t->train);
  int status = take_lines(&old, lines, err) || recipe_resolve(&old, err) ? -1 : 0;
  const struct recipe *r = &t->recipe;
  if (!status && (old.batch != r->batch || old.seed != r->seed || old.accumulate != r->accumulate))
    status = fail(err, "--resume goes on with the batch and the seed it had (%lld, accumulate %lld, seed %llu)",
                  (long long)old.batch, (long long)old.accumulate, (unsigned long long)old.seed);
  recipe_close(&old);
  return status;
}

/* The file's lines, then those of earlier command lines, then those of this one. */
static int set_recipe(struct trainer *t, const struct tensors *from, char err[ERR]) {
  const char *lines = from ? tensors_meta(from, "recipe") : NULL,
             *options = from ? tensors_meta(from, "options") : NULL;
  recipe_open(&t->recipe, t->m->program, t->train);
  if (options && take_lines(&t->recipe, options, err))
    return -1;
  t->options_text = options_as_text(t, options ? options : "");
  for (int i = 0; i < t->o->lines; i++)
    if (recipe_line_set(&t->recipe, t->o->line[i], err))
      return -1;
  if (recipe_resolve(&t->recipe, err))
    return -1;
  return lines ? same_steps(t, lines, err) : 0;
}

static int wants_val(const struct trainer *t, char err[ERR]) {
  if (t->has_val)
    return 0;
  if (t->recipe.keep.output >= 0)
    return fail(err, "keep: best(…) needs validation data: give %s a `val:` or a `holdout:`", t->data->name);
  if (t->recipe.stop.output >= 0)
    return fail(err, "stop: stalled(…) needs validation data: give %s a `val:` or a `holdout:`", t->data->name);
  return 0;
}

/* The pass has the steps of all phases, the last one's first, then their parts in the same order. */
int trainer_entry(const struct trainer *t, int phase, int part) {
  int phases = t->train->phases ? t->train->phases : 1, place = phase == phases - 1 ? 0 : phase + 1;
  return part ? phases + place : place;
}

static int list_entries(const struct trainer *t, int *entry) {
  const struct net_train *train = t->train;
  int parts = train->phases && train->phase->part_entry >= 0, count = 1;
  entry[0] = train->step_entry;
  for (int part = 0; part <= parts; part++)
    for (int i = 0; i < train->phases; i++) {
      int at = trainer_entry(t, i, part);
      entry[at] = part ? train->phase[i].part_entry : train->phase[i].step_entry;
      count = at >= count ? at + 1 : count;
    }
  return count;
}

static int open_data(struct trainer *t, char err[ERR]) {
  int *entry = mem_get((size_t)(2 * t->train->phases + 1) * sizeof *entry), entries = list_entries(t, entry);
  struct pass_spec spec = {.data = t->data,
                           .split = NET_TRAIN,
                           .entry = entry[0],
                           .mores = entries - 1,
                           .more = entry + 1,
                           .batch = t->recipe.batch,
                           .cache = t->o->cache,
                           .limit = t->o->limit,
                           .training = 1,
                           .balanced = t->recipe.balanced,
                           .folder = t->o->data,
                           .seed = t->recipe.seed};
  int status = pass_open(&t->fit, t->m, &spec, err);
  free(entry);
  if (status)
    return -1;
  spec.split = NET_VAL, spec.entry = t->train->eval_entry, spec.mores = spec.training = 0, spec.balanced = NULL;
  if (t->has_val && pass_open(&t->val, t->m, &spec, err))
    return -1;
  t->classes = class_text(t->fit.set);
  int64_t samples = t->recipe.batch * t->recipe.accumulate; /* of a step */
  t->epoch_steps = (t->fit.count + samples - 1) / samples;
  t->steps = llround(t->recipe.epochs * (double)t->epoch_steps);
  t->steps = t->steps < 1 ? 1 : t->steps;
  t->epochs = (t->steps + t->epoch_steps - 1) / t->epoch_steps;
  return 0;
}

static int open_preview(struct trainer *t, char err[ERR]) {
  struct preview_spec spec = {&t->recipe.preview, t->data, t->has_val ? t->val.set : t->fit.set, t->recipe.seed,
                              t->o->out,          board_picture, t};
  if (!t->recipe.preview.name)
    return 0;
  t->preview = preview_open(t->m, &spec, err);
  return t->preview ? 0 : -1;
}

static int take_up(struct trainer *t, const struct tensors *from, char err[ERR]) {
  if (checkpoint_load(t->m, from, t->last, 1, err) || checkpoint_state(&t->s, from, t->last, err))
    return -1;
  if (t->s.count != t->fit.count)
    return fail(
        err,
        "%s was trained on %lld samples, now there are %lld: start a new training from its weights with --weights %s",
        t->last, (long long)t->s.count, (long long)t->fit.count, t->best);
  t->saved_step = t->s.step;
  return 0;
}

/* The command line's --prefix and --rename win over the recipe's. */
static int rename_start(const struct trainer *t, struct tensors *from, char err[ERR]) {
  const struct recipe *r = &t->recipe;
  struct rename_how how = t->o->rename;
  char *own = NULL;
  if (!how.prefix && *r->start_prefix)
    how.prefix = r->start_prefix;
  if (!how.table && *r->start_rename) {
    how.path = r->start_rename;
    how.table = own = rename_read(how.path, err);
    if (!own)
      return -1;
  }
  int status = rename_tensors(from, &how, r->start, stdout, err);
  free(own);
  return status;
}

static int set_weights(struct trainer *t, int carry, char err[ERR]) {
  struct tensors from;
  model_init(t->m, t->recipe.seed, carry ? ROLES_OPT : ROLES_ALL);
  if (!t->recipe.start)
    return 0;
  if (tensors_open(&from, t->recipe.start, err))
    return -1;
  int status = rename_start(t, &from, err) || checkpoint_start(t->m, &from, t->recipe.start, stdout, err) ? -1 : 0;
  tensors_close(&from);
  return status;
}

/* A resumed training has what it measured in its checkpoint. */
static int measure(struct trainer *t, char err[ERR]) {
  struct pass_spec spec = {.data = t->data,
                           .split = NET_TRAIN,
                           .batch = t->recipe.batch,
                           .limit = t->o->limit,
                           .folder = t->o->data,
                           .seed = t->recipe.seed,
                           .set = t->fit.set};
  return measure_all(t->m, &spec, t->recipe.start, err);
}

static int write_recipe(const struct trainer *t, char err[ERR]) {
  char *path = mem_text("%s/recipe.txt", t->o->out);
  FILE *f = fopen(path, "we");
  int status = 0;
  if (f) {
    fprintf(f, "# %s, built by %s%s%s\n%s", t->m->program->name, t->m->program->built,
            *t->train->name ? ", train " : "", t->train->name, t->recipe_text);
    fprintf(f, "# data: %s\n# samples: %lld\n", t->o->data ? t->o->data : "(made by the program)",
            (long long)t->fit.count);
  }
  if (!f || fclose(f))
    status = fail(err, "cannot write %s: %s", path, strerror(errno));
  free(path);
  return status;
}

/* samples.png: what the first epoch begins with, as it sees it. */
static void show_samples_of(struct trainer *t) {
  struct page page = {t->data, t->fit.set, t->recipe.seed, t->recipe.balanced, SAMPLES_SHOWN, 0, 1};
  char err[ERR], *path = mem_text("%s/samples.png", t->o->out);
  if (page_can(t->data) && page_write(&page, path, err) < 0) {
    unlink(path); /* half of a picture helps nobody */
    log_warn(&t->log, err);
  } else if (page_can(t->data))
    board_picture(t, "samples", path);
  free(path);
}

int trainer_open(struct trainer *t, const struct tensors *from, int carry, char err[ERR]) {
  if (t->outputs > OUTPUTS_MAX)
    return fail(err, "more than %d metrics are reported", OUTPUTS_MAX - 1);
  t->has_val = data_has(t->data, NET_VAL);
  if (make_folder(t->o->out, err) || set_recipe(t, from, err) || wants_val(t, err) || open_data(t, err) ||
      open_preview(t, err))
    return -1;
  if (from ? take_up(t, from, err) : set_weights(t, carry, err) || measure(t, err))
    return -1;
  if (!from)
    model_shadow_begin(t->m);
  t->s.count = t->fit.count;
  t->recipe_text = recipe_as_text(&t->recipe);
  const char *name = t->m->program->name, *own = t->train->name;
  char *title = mem_text("%s%s%s", name, *own ? ", " : "", own);
  struct log_spec spec = {t->o->out, title, t->s.epoch};
  int status = write_recipe(t, err) || log_open(&t->log, t->train, t->has_val, &spec, err);
  free(title);
  if (status)
    return -1;
  record_open(t, from != NULL);
  if (t->recipe.log.board)
    board_open(t);
  if (!from)
    show_samples_of(t);
  t->saved = now();
  return 0;
}

void trainer_close(struct trainer *t) {
  log_close(&t->log);
  record_close(t->record);
  board_close(t->board);
  preview_close(t->preview);
  pass_close(&t->fit);
  pass_close(&t->val);
  recipe_close(&t->recipe);
  free(t->last), free(t->best), free(t->recipe_text), free(t->options_text), free(t->classes);
}
