#include "command.h"
#include "pass.h"
#include "recipe.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
  int which;
  struct cli_row row;
} COMMON[] = {
    {COMMON_DATA, {"data", 0, "DIR", "The folder with the data", OFTEN}},
    {COMMON_WEIGHTS,
     {"weights", 'w', "FILE", "A checkpoint; else the weights built in, else the run's best, else its last", OFTEN}},
    {COMMON_WEIGHTS | COMMON_RENAME,
     {"prefix", 0, "TEXT", "What the names in that file begin with and ours do not, as in module.", RARE}},
    {COMMON_WEIGHTS | COMMON_RENAME,
     {"rename", 0, "FILE", "A table that gives the file's tensors our names: their.* -> our.* on each line", RARE}},
    {COMMON_OUT, {"out", 0, "DIR", "The folder of the run, runs/NAME if not given", RARE}},
    {COMMON_BATCH, {"batch", 0, "N", "Samples computed at once", RARE}},
    {COMMON_SEED, {"seed", 0, "N", "Where random numbers begin", RARE}},
    {COMMON_THREADS, {"threads", 0, "N", "Threads that compute, as many as there are cores if not given", RARE}},
};

void common_add(struct cli *c, int which) {
  for (size_t i = 0; i < sizeof COMMON / sizeof *COMMON; i++)
    if (COMMON[i].which & which)
      cli_add(c, COMMON[i].row);
}

static const char *scalar_doc(const char *name) {
  static const char *const DOCS[][2] = {{"lr", "The learning rate"},
                                        {"clip", "The limit for gradients"},
                                        {"ema", "How much the average of the weights keeps of itself"}};
  const char *dot = strrchr(name, '.');
  for (size_t i = 0; i < sizeof DOCS / sizeof *DOCS; i++)
    if (!strcmp(dot ? dot + 1 : name, DOCS[i][0]))
      return DOCS[i][1];
  return "A number of the recipe";
}

void scalars_add(struct cli *c, const struct net_program *p) {
  int rates = 0, plain = 0;
  for (int i = 0; i < p->scalars; i++) {
    const char *name = p->scalar[i];
    char now[NUMBER];
    if (!scalar_is_line(p, name))
      continue;
    rates += scalar_is_rate(name);
    plain |= !strcmp(name, "lr");
    cli_add_now(c, (struct cli_row){name, 0, "X", scalar_doc(name), scalar_is_rate(name) ? OFTEN : RARE},
                number_text(now, p->scalar_default[i]));
  }
  if (rates && !plain)
    cli_add(c, (struct cli_row){"lr", 0, "X", "All learning rates", OFTEN});
}

void scalars_set(const struct cli *c, struct model *m) {
  for (int i = 0; i < m->program->scalars; i++) {
    const char *name = m->program->scalar[i], *text = scalar_is_clock(name) ? NULL : cli_get(c, name);
    if (text)
      m->scalar[i] = strtod(text, NULL);
  }
}

char *run_folder(const struct cli *c, const struct net_program *p) {
  const char *out = cli_get(c, "out");
  return out ? mem_text("%s", *out ? out : ".") : mem_text("runs/%s", p->name);
}

const struct net_field *field_find(const struct net_data *d, const char *name) {
  for (int i = 0; i < d->fields; i++)
    if (!strcmp(d->field[i].name, name))
      return &d->field[i];
  return NULL;
}

const struct net_train *train_find(struct cli *c, const struct net_program *p, const char *name, char err[ERR]) {
  if (!p->trains) {
    fail(err, "this program has no `train` block");
    return NULL;
  }
  for (int i = 0; i < p->trains; i++)
    if (!name || !strcmp(p->train[i].name, name))
      return &p->train[i];
  char *known = mem_text("%s", "");
  for (int i = 0; i < p->trains; i++) {
    char *longer = mem_text("%s%s%s", known, i ? ", " : "", p->train[i].name);
    free(known);
    known = longer;
  }
  if (*known)
    cli_fail(c, err, "there is no `train %s`; there are %s", name, known);
  else
    cli_fail(c, err, "there is no `train %s`: the program's one `train` block has no name", name);
  free(known);
  return NULL;
}

int split_option(struct cli *c, const struct net_data *d, enum net_split *split, char err[ERR]) {
  const char *name = cli_get(c, "split");
  *split = data_has(d, NET_TEST) ? NET_TEST : data_has(d, NET_VAL) ? NET_VAL : NET_TRAIN;
  for (enum net_split s = NET_TRAIN; name && s <= NET_TEST; s++)
    if (!strcmp(name, split_name(s)))
      *split = s;
  return data_has(d, *split) ? 0 : cli_fail(c, err, "--split: %s has no samples for %s", d->name, name);
}

int64_t recipe_batch(const struct net_program *p, const struct net_train *t) {
  struct recipe r;
  char err[ERR];
  recipe_open(&r, p, t);
  int64_t batch = recipe_resolve(&r, err) ? BATCH_DEFAULT : r.batch;
  recipe_close(&r);
  return batch;
}

/* ---- trained weights ---- */

static uint64_t seed_in(const char *recipe) {
  const char *line = recipe ? strstr(recipe, "seed: ") : NULL;
  return line ? strtoull(line + 6, NULL, 10) : 0;
}

static void take_about(struct trained *about, const struct tensors *t, const char *path) {
  struct train_state s;
  char err[ERR];
  const char *classes = tensors_meta(t, "classes");
  about->classes = mem_text("%s", classes ? classes : "");
  about->seed = seed_in(tensors_meta(t, "recipe"));
  if (!checkpoint_state(&s, t, path, err)) {
    about->epoch = s.epoch;
    about->step = s.step;
  }
}

static void set_clock(struct model *m, const struct trained *about) {
  for (int i = 0; i < m->program->scalars; i++) {
    const char *name = m->program->scalar[i];
    if (scalar_is_clock(name))
      m->scalar[i] = (double)(strcmp(name, "step") ? about->epoch : about->step);
  }
}

/* out: where what was taken and what not is told, NULL: nowhere. */
static int load(struct model *m, struct tensors *t, const char *path, const struct rename_how *how, FILE *out,
                struct trained *about, char err[ERR]) {
  int status = rename_tensors(t, how, path, out, err) || checkpoint_load(m, t, path, 0, err) ? -1 : 0;
  if (!status) {
    if (out)
      checkpoint_report(m, t, path, out);
    take_about(about, t, path);
    set_clock(m, about);
  }
  tensors_close(t);
  return status;
}

int weights_built_in(struct model *m, FILE *out, struct trained *about, char err[ERR]) {
  const struct net_program *p = m->program;
  const struct rename_how how = {p->weights_prefix, p->weights_rename, p->weights_table};
  char *name = mem_text("%s (built in)", p->weights_file);
  struct tensors t;
  int status = tensors_read(&t, p->weights, (size_t)p->weights_bytes, name, err);
  if (!status)
    status = load(m, &t, name, &how, out, about, err);
  free(name);
  return status;
}

int rename_options(struct cli *c, int given, struct rename_how *how, char err[ERR]) {
  *how = (struct rename_how){.prefix = cli_get(c, "prefix"), .path = cli_get(c, "rename")};
  if ((how->prefix || how->path) && !given)
    return cli_fail(c, err, "--%s belongs to --weights FILE", how->prefix ? "prefix" : "rename");
  if (how->path)
    how->table = rename_read(how->path, err);
  return how->path && !how->table ? -1 : 0;
}

static int load_file(const struct cli *c, struct model *m, const char *path, const struct rename_how *how,
                     struct trained *about, char err[ERR]) {
  struct tensors t;
  FILE *out = cli_get(c, "weights") ? stderr : NULL;
  int status = tensors_open(&t, path, err) || load(m, &t, path, how, out, about, err) ? -1 : 0;
  if (!status && !out)
    fprintf(stderr, "weights: %s\n", path);
  return status;
}

/* The run's files, in the order in which they are looked for. Of several train blocks the last one's come first. */
static char *run_file(const struct cli *c, const struct net_program *p) {
  static const char *const FILES[] = {"best.safetensors", "last.safetensors"};
  char *folder = run_folder(c, p), *found = NULL;
  for (int block = p->trains > 1 ? p->trains - 1 : -1; !found && block >= -1; block--)
    for (int f = 0; !found && f < 2; f++) {
      found = block < 0 ? mem_text("%s/%s", folder, FILES[f])
                        : mem_text("%s/%s/%s", folder, p->train[block].name, FILES[f]);
      if (access(found, R_OK)) {
        free(found);
        found = NULL;
      }
    }
  free(folder);
  return found;
}

static int load_found(const struct cli *c, struct model *m, const struct rename_how *how, struct trained *about,
                      char err[ERR]) {
  const struct net_program *p = m->program;
  const char *given = cli_get(c, "weights");
  if (!given && p->weights_bytes)
    return weights_built_in(m, NULL, about, err);
  char *path = given ? mem_text("%s", given) : run_file(c, p);
  int status = 0;
  if (path)
    status = load_file(c, m, path, how, about, err);
  else if (!role_count(p, NET_WEIGHT)) {
    model_init(m, 0, ROLES_MODEL);
    about->classes = mem_text("%s", "");
  } else {
    char *folder = run_folder(c, p);
    status = fail(
        err, "there are no trained weights: neither built in nor in %s; train first, or name a file with --weights",
        folder);
    free(folder);
  }
  free(path);
  return status;
}

int weights_load(struct cli *c, struct model *m, struct trained *about, char err[ERR]) {
  struct rename_how how;
  *about = (struct trained){0};
  if (rename_options(c, cli_get(c, "weights") != NULL, &how, err))
    return -1;
  int status = load_found(c, m, &how, about, err);
  free((char *)(uintptr_t)how.table);
  return status;
}
