/* `train` and `eval`. */
#include "command.h"
#include "interrupt.h"
#include "json.h"
#include "log.h"
#include "measure.h"
#include "pass.h"
#include "train.h"
#include "log/verdict.h"
#include "value.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Recipe lines that are options. */
static const struct cli_row LINES[] = {
    {"epochs", 'e', "X", "How often the training data is gone through", OFTEN},
    {"batch", 'b', "N", "Samples of a step", OFTEN},
    {"schedule", 0, "CALL", "How the learning rate goes: 'cosine(warmup: 1)'", OFTEN},
    {"keep", 0, "CALL", "The weights to keep: last or 'best(METRIC)'", OFTEN},
    {"stop", 0, "CALL", "When to stop early: 'stalled(loss, epochs: 5)'", OFTEN},
    {"accumulate", 0, "N", "Batches whose gradients make one step", RARE},
    {"seed", 's', "N", "Where random numbers begin: weights, order, noise", RARE},
    {"sampling", 0, "CALL", "How an epoch draws its samples: shuffled, or 'balanced(FIELD)'", RARE},
    {"preview", 0, "CALL", "A predict command whose pictures every epoch leaves: 'sample(count: 16)'", RARE},
    {"log", 0, "CALL", "What is written for TensorBoard: none, or 'tensorboard(histograms: false)'", RARE},
    {"start", 0, "FILE", "The same as --weights", RARE},
};
enum { LINE_COUNT = sizeof LINES / sizeof *LINES };

static const struct cli_row START_TOO = {"weights", 'w', "FILE", "Begins with the weights in this file that fit", OFTEN};
static const struct cli_row TRAIN_ONLY[] = {
    {"resume", 'r', NULL, "Goes on where this run stopped, to the same result", OFTEN},
    {"until", 0, "N", "Stops after epoch N of those that the recipe has, to be gone on from with --resume", RARE},
    {"json", 0, NULL, "JSON on standard output, a line for each epoch and one at the end; words go to stderr", RARE},
    {"cache", 0, "DIR", "Keeps decoded and resized pictures in a file in DIR, for later trainings too", RARE},
    {"limit", 0, "N", "Uses the first N samples of each split", RARE},
    {"save-every", 0, "TIME", "A checkpoint within epochs too: every 500 (steps), 90s, 5m (now 5m); 0: never", RARE},
};

/* Lines that are settled when a program is built, and how they are written. */
static const char *const SETTLED[][2] = {
    {"optimizer", "adam(lr: 1e-3)"}, {"clip", "norm(1)"}, {"ema", "0.999"}, {"freeze", "Net.stage"}};
enum { SETTLED_COUNT = sizeof SETTLED / sizeof *SETTLED };

static char *line_now(const struct net_train *t, const char *name) {
  for (int i = 0; i < t->props; i++)
    if (!strcmp(t->prop[i].name, name)) {
      char *text;
      size_t size;
      FILE *f = open_memstream(&text, &size);
      value_write(f, &t->prop[i].value);
      fclose(f);
      return text;
    }
  return NULL;
}

void train_options(const struct command *k) {
  struct cli *c = k->cli;
  const struct net_program *p = k->program;
  common_add(c, COMMON_DATA | COMMON_THREADS);
  cli_add(c, (struct cli_row){"out", 0, "DIR", "The folder of the run, runs/NAME if not given", OFTEN});
  cli_add(c, START_TOO);
  common_add(c, COMMON_RENAME);
  for (int i = 0; i < LINE_COUNT; i++) {
    char *now = p->trains ? line_now(&p->train[0], LINES[i].name) : NULL;
    cli_add_now(c, LINES[i], now);
    free(now);
  }
  scalars_add(c, p);
  for (size_t i = 0; i < sizeof TRAIN_ONLY / sizeof *TRAIN_ONLY; i++)
    cli_add(c, TRAIN_ONLY[i]);
  for (int i = 0; i < SETTLED_COUNT; i++)
    if (!cli_has(c, SETTLED[i][0]) && !cli_of_block(c, SETTLED[i][0]))
      cli_add(c, (struct cli_row){SETTLED[i][0], 0, "CALL", "", HIDDEN});
}

static int save_every(struct cli *cli, struct train_options *o, char err[ERR]) {
  const char *text = cli_get(cli, "save-every");
  char *unit;
  o->save_seconds = 300;
  if (!text)
    return 0;
  double v = strtod(text, &unit);
  int seconds = !strcmp(unit, "s"), minutes = !strcmp(unit, "m");
  if (unit == text || !(v >= 0) || v > 1e9 || (*unit && !seconds && !minutes))
    return cli_fail(cli, err, "--save-every: steps (500), seconds (90s) or minutes (5m) are wanted, not \"%s\"", text);
  o->save_seconds = minutes ? 60 * v : seconds ? v : 0;
  o->save_steps = *unit ? 0 : (int64_t)v;
  return 0;
}

/* The command line that goes on with this training: to its end, whatever --until said. */
static char *again_text(const struct command *c) {
  size_t length = strlen(c->self);
  int is_line = length > 3 && !strcmp(c->self + length - 3, " --"); /* netc run unet.net --: quoted as it must be */
  char *self = is_line ? mem_text("%s", c->self) : shell_text(c->self), *text = mem_text("%s train", self);
  int resumes = 0;
  free(self);
  for (int i = 1; i < c->argc; i++) {
    if (!strncmp(c->argv[i], "--until", 7)) {
      i += !c->argv[i][7];
      continue;
    }
    char *word = shell_text(c->argv[i]), *longer = mem_text("%s %s", text, word);
    resumes |= !strcmp(word, "--resume") || !strcmp(word, "-r");
    free(text), free(word);
    text = longer;
  }
  if (!resumes) {
    char *longer = mem_text("%s --resume", text);
    free(text);
    text = longer;
  }
  return text;
}

/* Options that are recipe lines or scalars, those about a file to start from last. */
static int take_lines(const struct cli *cli, const struct net_program *p, struct recipe_line *line) {
  int n = 0;
  for (int i = 0; i < LINE_COUNT; i++)
    if (cli_get(cli, LINES[i].name) && strcmp(LINES[i].name, "start"))
      line[n++] = (struct recipe_line){LINES[i].name, cli_get(cli, LINES[i].name)};
  if (cli_get(cli, "lr"))
    line[n++] = (struct recipe_line){"lr", cli_get(cli, "lr")};
  for (int i = 0; i < p->scalars; i++)
    if (strcmp(p->scalar[i], "lr") && cli_get(cli, p->scalar[i]))
      line[n++] = (struct recipe_line){p->scalar[i], cli_get(cli, p->scalar[i])};
  if (cli_get(cli, "start"))
    line[n++] = (struct recipe_line){"start", cli_get(cli, "start")};
  if (cli_get(cli, "weights"))
    line[n++] = (struct recipe_line){"start", cli_get(cli, "weights")};
  return n;
}

/* Does a training begin with the weights of a file? */
static int starts(const struct cli *cli, const struct net_program *p) {
  int found = cli_get(cli, "weights") || cli_get(cli, "start");
  for (int i = 0; i < p->trains && !found; i++)
    for (int k = 0; k < p->train[i].props && !found; k++)
      found = !strcmp(p->train[i].prop[k].name, "start");
  return found;
}

static char *block_folder(const struct net_program *p, int block, const char *folder) {
  const char *name = *p->train[block].name ? p->train[block].name : "train";
  return p->trains > 1 ? mem_text("%s/%s", folder, name) : mem_text("%s", folder);
}

/* A block that is trained alone begins with the weights that the one before it left, if it was trained in this run.
   Returns whether it did; -1 and err. */
static int take_earlier(struct model *m, int block, const char *folder, char err[ERR]) {
  char *before = block_folder(m->program, block - 1, folder), *path = mem_text("%s/best.safetensors", before);
  struct tensors t;
  int status = access(path, R_OK) ? 0 : tensors_open(&t, path, err) ? -1 : 1;
  if (status > 0) {
    status = checkpoint_load(m, &t, path, 0, err) ? -1 : 1;
    tensors_close(&t);
  }
  if (status > 0)
    printf("weights: %s\n", path);
  free(before), free(path);
  return status;
}

/* The file that the command line names is for the first block that runs: the next goes on from what that one left. */
static void drop_start(struct train_options *o) {
  for (; o->lines && !strcmp(o->line[o->lines - 1].name, "start"); o->lines--)
    o->rename = (struct rename_how){0};
}

static int train_blocks(struct model *m, const struct train_options *given, const struct net_train *only,
                        const char *folder, char err[ERR]) {
  struct train_options o = *given;
  const struct net_program *p = m->program;
  int status = 0;
  for (int i = 0; i < p->trains && !status; i++) {
    const struct net_train *t = &p->train[i];
    if (only && only != t)
      continue;
    char *own = block_folder(p, i, folder);
    if (p->trains > 1)
      printf("%s== train %s\n", i && !only ? "\n" : "", t->name);
    int carry = !i ? 0 : only ? take_earlier(m, i, folder, err) : 1;
    o.out = own;
    status = carry < 0 ? -1 : train_run(m, t, &o, carry, err);
    drop_start(&o);
    free(own);
  }
  return status;
}

/* Is a line asked for that this program has no room for? */
static int refuse_settled(struct cli *cli, char err[ERR]) {
  for (int i = 0; i < SETTLED_COUNT; i++)
    if (cli_get(cli, SETTLED[i][0]) && cli_is_hidden(cli, SETTLED[i][0]))
      return cli_fail(cli, err, "--%s: this is settled when a program is built: write `%s: %s` into the train block, and build again",
                      SETTLED[i][0], SETTLED[i][0], SETTLED[i][1]);
  return 0;
}

/* Are the recipe's lines right, with those of the command line? */
static int check_lines(const struct command *c, const struct net_train *t, const struct train_options *o,
                       char err[ERR]) {
  struct recipe r;
  int status = 0;
  recipe_open(&r, c->program, t);
  for (int i = 0; i < o->lines && !status; i++)
    status = recipe_line_set(&r, o->line[i], err);
  status = status || recipe_resolve(&r, err) ? -1 : 0;
  recipe_close(&r);
  c->cli->wrong = status && o->lines; /* the compiler has checked the file's own lines */
  for (int i = 0; i < o->lines && status; i++) /* "epochs: a number above 0 is wanted" */
    if (!strncmp(err, o->line[i].name, strlen(o->line[i].name)))
      return cli_fail(c->cli, err, "--%.500s", err);
  return status;
}

static int json_open(const struct cli *cli, struct train_options *o, char err[ERR]) {
  o->json = cli_get(cli, "json") ? json_stream() : NULL;
  return cli_get(cli, "json") && !o->json ? fail(err, "cannot write to standard output: %s", strerror(errno)) : 0;
}

int command_train(const struct command *c, char err[ERR]) {
  const struct net_program *p = c->program;
  struct cli *cli = c->cli;
  struct model m;
  struct train_options o = {
      .data = cli_get(cli, "data"), .cache = cli_get(cli, "cache"), .resume = cli_get(cli, "resume") != NULL};
  struct recipe_line *line = mem_get((size_t)(LINE_COUNT + p->scalars + 2) * sizeof *line);
  char *folder = run_folder(cli, p), *again = again_text(c);
  int64_t threads;
  const struct net_train *first = train_find(cli, p, cli->plains ? cli->plain[0] : NULL, err);
  int status = -1;
  o.again = again;
  o.self = c->self, o.argc = c->argc, o.argv = c->argv;
  o.line = line;
  o.lines = take_lines(cli, p, line);
  if (cli_get(cli, "until") && p->trains > 1 && !cli->plains)
    cli_fail(cli, err, "--until is about one block: name it, as in %s train %s --until %s", c->self, p->train[0].name,
             cli_get(cli, "until"));
  else if (first && !refuse_settled(cli, err) && !check_lines(c, first, &o, err) && !rename_options(cli, starts(cli, p), &o.rename, err) &&
           !save_every(cli, &o, err) && !cli_whole(cli, "until", 1, 0, &o.until, err) &&
           !cli_whole(cli, "limit", 1, 0, &o.limit, err) && !cli_whole(cli, "threads", 1, 0, &threads, err) &&
           !json_open(cli, &o, err) && !model_open(&m, p, (int)threads, err)) {
    status = train_blocks(&m, &o, cli->plains ? first : NULL, folder, err);
    model_close(&m);
  }
  if (o.json && fclose(o.json) && !interrupt_seen() && status >= 0)
    status = fail(err, "cannot write the results: %s", strerror(errno));
  free(folder), free(again), free(line), free((char *)(uintptr_t)o.rename.table);
  return status;
}

/* ---- eval ---- */

static void eval_say(const struct net_train *t, const struct pass_spec *spec, const double *mean, int64_t count,
                     double seconds, json_t *tables) {
  json_t *o = json_object();
  json_object_set_new(o, "split", json_of_text(split_name(spec->split)));
  json_object_set_new(o, "samples", json_integer(count));
  json_add_means(o, t, "", mean);
  if (json_object_size(tables))
    json_object_set(o, "tables", tables);
  json_object_set_new(o, "seconds", json_of_number(seconds));
  json_say(o, stdout);
}

static int draw_verdict(struct model *m, const struct pass_spec *spec, const struct pass *pass, const char *folder,
                        char err[ERR]) {
  if (mkdir(folder, 0777) && errno != EEXIST)
    return fail(err, "cannot make the folder %s: %s", folder, strerror(errno));
  int status = verdict_write(
      &(struct verdict){m, spec->data, pass->set, folder, split_name(spec->split), spec->seed, &pass->detected}, err);
  if (!status)
    fprintf(stderr, "wrote %s/confusion.svg and %s/precision_recall.svg\n", folder, folder);
  return status;
}

static int eval_run(struct model *m, const struct net_train *t, struct pass_spec *spec, int json, const char *pictures,
                    char err[ERR]) {
  double mean[OUTPUTS_MAX];
  struct pass pass;
  double start = now();
  if (t->metrics + 1 > OUTPUTS_MAX)
    return fail(err, "more than %d metrics are reported", OUTPUTS_MAX - 1);
  if (pass_open(&pass, m, spec, err))
    return -1;
  char *tables = NULL;
  size_t size;
  FILE *f = open_memstream(&tables, &size);
  pass.tables = json ? json_object() : NULL;
  int status = pass_mean(&pass, t, spec->seed, mean, f, err);
  fclose(f);
  if (!status && json)
    eval_say(t, spec, mean, pass.count, now() - start, pass.tables);
  else if (!status) {
    char count[NUMBER];
    printf("%s: ", split_name(spec->split));
    log_values(stdout, t, "", mean);
    printf("\n%s", tables);
    fprintf(stderr, "%s samples, %.1f s\n", count_text(count, pass.count), now() - start);
  }
  if (!status && pictures)
    status = draw_verdict(m, spec, &pass, pictures, err);
  free(tables);
  json_decref(pass.tables);
  pass_close(&pass);
  return status > 0 ? INTERRUPTED : status;
}

void eval_options(const struct command *c) {
  cli_add(c->cli, (struct cli_row){"split", 0, SPLITS, "Which samples; test if there are some, else val", OFTEN});
  cli_add(c->cli, (struct cli_row){"limit", 0, "N", "Uses the first N samples", OFTEN});
  cli_add(c->cli, (struct cli_row){"json", 0, NULL, "The result as JSON on standard output", OFTEN});
  if (verdict_can(c->program, &c->program->train[0]))
    cli_add(c->cli, (struct cli_row){"pictures", 0, "DIR", "Draws confusion.svg and precision_recall.svg into it", OFTEN});
  common_add(c->cli, COMMON_DATA | COMMON_WEIGHTS | COMMON_OUT | COMMON_BATCH | COMMON_THREADS);
}

int command_eval(const struct command *c, char err[ERR]) {
  const struct net_program *p = c->program;
  struct cli *cli = c->cli;
  struct model m;
  const struct net_train *t = train_find(cli, p, cli->plains ? cli->plain[0] : NULL, err);
  int status = -1;
  int64_t threads;
  struct trained about = {0};
  if (t && !cli_whole(cli, "threads", 1, 0, &threads, err) && !model_open(&m, p, (int)threads, err)) {
    struct pass_spec spec = {.data = &p->data[t->data], .entry = t->eval_entry, .folder = cli_get(cli, "data")};
    if (!split_option(cli, spec.data, &spec.split, err) &&
        !cli_whole(cli, "batch", 1, recipe_batch(p, t), &spec.batch, err) &&
        !cli_whole(cli, "limit", 1, 0, &spec.limit, err) && !weights_load(cli, &m, &about, err) &&
        !measured(&m, spec.data, err)) {
      spec.seed = about.seed;
      status = eval_run(&m, t, &spec, cli_get(cli, "json") != NULL, cli_get(cli, "pictures"), err);
    }
    model_close(&m);
  }
  free(about.classes);
  return status;
}
