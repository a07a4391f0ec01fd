/* The finished program's main(): chooses the command, reads its options, runs it. The only place that ends the program. */
#include "command.h"
#include "term.h"
#include <stdlib.h>
#include <string.h>

enum { DONE, FAILED, MISUSED }; /* the exit status; a command may have one more, see interrupt.h */

static const struct command_row COMMANDS[] = {
    {"train", "[BLOCK]", "Trains the network by the file's recipe",
     "Lines of the recipe are options here, and the option wins.", "train --epochs 10 --lr 3e-4", OFTEN,
     train_options, command_train, NULL},
    {"eval", "[BLOCK]", "Loss and metrics of a trained network",
     "They come from data that it was not trained on, unless --split says otherwise.", "eval --split test", OFTEN,
     eval_options, command_eval, NULL},
    {"compare", "RUN...", "Curves and results of several runs side by side",
     "A table of what each reached and where their recipes differ, and a picture.",
     "compare runs/a runs/b -o compare.svg", OFTEN, compare_options, command_compare, NULL},
    {"check-data", "[DATA]", "Reads all data: what is there, what is wrong, what is twice",
     "What would be read to train, and how.", "check-data --data DIR --all", OFTEN, check_options, command_check, NULL},
    {"preview-data", "[DATA]", "A picture of samples as training sees them, augmented",
     "The first ones of an epoch: labels below, masks, boxes and points drawn in.", "preview-data --data DIR --count 64",
     OFTEN, preview_options, command_preview, NULL},
    {"anchors", "[DATA]", "Sizes of anchors that fit the boxes to train on",
     "k-means over the boxes after `prepare`, 1 - IoU being the distance; the output is a line for the .net file.",
     "anchors --data DIR --count 9", OFTEN, anchors_options, command_anchors, NULL},
    {"saliency", "PICTURE|FOLDER...", "What in a picture makes the network see a class",
     "Picture, map, and both over each other; the class is the most probable one.",
     "saliency picture.png --method gradcam -o why.png", OFTEN, saliency_options, command_saliency, NULL},
    {"features", "PICTURE|FOLDER...", "What a stage of the network makes of a picture",
     "Its maps as a labelled grid, each from its darkest to its brightest value.",
     "features picture.png --stage list", OFTEN, features_options, command_features, NULL},
    {"embed", "PICTURE|FOLDER...", "Values of a stage for many samples, as an array",
     "Names and classes go beside it, as TensorBoard's projector reads them.",
     "embed --split test --stage dense_0 -o values.npy", OFTEN, embed_options, command_embed, NULL},
    {"info", "", "What this program is: parameters, recipe, source", "", "info --source", OFTEN, info_options,
     command_info, NULL},
    {"weights", "", "Names and shapes of the weights, and what a file has for them", "", "weights -w other.safetensors",
     OFTEN, weights_options, command_weights, NULL},
    {"bench", "[ENTRY...]", "How fast it trains and predicts here", "Steps are timed on made-up inputs.",
     "bench --threads 1 --profile", OFTEN, bench_options, command_bench, NULL},
    {"dump", "", "Runs an entry on given tensors and writes all it computed", "For comparisons with other systems.",
     "dump -i inputs.safetensors -o all.safetensors", RARE, dump_options, command_dump, NULL},
    {"man", "", "The manual page of this program", "", "man | man -l -", RARE, no_options, command_man, NULL},
    {"completion", "bash|zsh|fish", "What lets a shell complete this program's words", "",
     "completion bash > ~/.local/share/bash-completion/completions/NAME", RARE, no_options, command_completion, NULL},
    {"help", "[COMMAND]", "About a command", "", "", HIDDEN, no_options, NULL, NULL},
};
enum { COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS };

/* "[BLOCK]" becomes the blocks' names, or nothing where there is one only. */
static const char *block_words(const struct net_program *p, struct heap *h) {
  char text[ERR] = "";
  size_t n = 0;
  for (int i = 0; i < p->trains && p->trains > 1 && n < sizeof text; i++)
    n += (size_t)snprintf(text + n, sizeof text - n, "%s%s%s", i ? "|" : "[", p->train[i].name,
                          i + 1 == p->trains ? "]" : "");
  return heap_text(h, text, strlen(text));
}

/* A predict block of a command's name stands in its place. */
static int is_predict(const struct net_program *p, const char *name) {
  int found = 0;
  for (int i = 0; i < p->predicts; i++)
    found |= !strcmp(p->predict[i].name, name);
  return found;
}

/* By --only predict. */
static int is_left_out(const struct net_program *p, const char *name) {
  static const char *const without[] = {"train",    "eval",     "compare", "check-data", "preview-data", "anchors",
                                        "saliency", "features", "embed"};
  int found = 0;
  for (size_t i = 0; p->only && i < sizeof without / sizeof *without; i++)
    found |= !strcmp(without[i], name);
  return found;
}

static void table_open(struct command_table *t, const struct net_program *p) {
  *t = (struct command_table){.row = mem_get((size_t)(COMMAND_COUNT + p->predicts) * sizeof *t->row)};
  for (int i = 0; i < COMMAND_COUNT; i++) {
    int trains = !strcmp(COMMANDS[i].words, "[BLOCK]");
    int lacks = (trains && !p->trains) || (COMMANDS[i].run == command_anchors && !anchors_can(p));
    if (lacks || is_predict(p, COMMANDS[i].name) || is_left_out(p, COMMANDS[i].name))
      continue;
    t->row[t->count] = COMMANDS[i];
    if (trains)
      t->row[t->count].words = block_words(p, &t->heap);
    t->count++;
  }
  for (int i = 0; i < p->predicts; i++)
    t->row[t->count++] = predict_row(p, &p->predict[i], &t->heap);
}

static void table_close(struct command_table *t) {
  heap_free(&t->heap);
  free(t->row);
}

static int find(const struct command_table *t, const char *word) {
  int i = 0;
  while (i < t->count && strcmp(t->row[i].name, word))
    i++;
  return i;
}

/* ---- help ---- */

static int has_all(const struct command *c) {
  int found = 0;
  for (int i = 0; i < c->argc; i++)
    found |= !strcmp(c->argv[i], "--all");
  return found;
}

static void help_command(const struct command *c, int which) {
  struct command_manual m;
  command_manual_open(&m, c);
  manual_help(c->self, &m.manual.command[which], has_all(c), stdout);
  command_manual_close(&m);
}

static void overview(const struct command *c, int all, FILE *out) {
  struct command_manual m;
  command_manual_open(&m, c);
  manual_overview(&m.manual, all, out);
  fprintf(out, "Compiled from %s.net by %s.\n", c->program->name, c->program->built);
  command_manual_close(&m);
}

/* ---- what is no command ---- */

/* What others call our commands. */
static const char *translated(const struct command_table *t, const char *word) {
  static const char *const OTHERS[][2] = {{"fit", "train"},      {"test", "eval"},    {"evaluate", "eval"}, {"val", "eval"},
                                          {"validate", "eval"},  {"summary", "info"}, {"version", "info"},  {"about", "info"},
                                          {"benchmark", "bench"}};
  for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
    if (!strcmp(word, OTHERS[i][0]) && find(t, OTHERS[i][1]) < t->count)
      return OTHERS[i][1];
  return NULL;
}

static int unknown(const struct command *c, const char *word) {
  char err[ERR];
  const struct command_table *t = c->table;
  const char **names = mem_get((size_t)(t->count + 1) * sizeof *names);
  int later = 0; /* is a command among the words behind? */
  for (int i = 0; i < t->count; i++) {
    names[i] = t->row[i].name;
    for (int k = 1; k < c->argc && !later; k++)
      later = strcmp(c->argv[k], names[i]) ? 0 : k;
  }
  const char *near = translated(t, word);
  near = near ? near : nearest(word + strspn(word, "-"), names, t->count);
  free(names);
  if (is_left_out(c->program, word))
    fail(err, "%s has no `%s`: it was built with --only %s", c->self, word, c->program->only);
  else if (*word == '-' && later)
    fail(err, "the command comes first: %s %s %s …", c->self, c->argv[later], word);
  else if (*word == '-' && near)
    fail(err, "a command is wanted first; did you mean \"%s\"?", near);
  else if (*word == '-')
    fail(err, "a command is wanted first; %s --help lists them", c->self);
  else if (near)
    fail(err, "%s has no command \"%s\"; did you mean \"%s\"?", c->self, word, near);
  else if (!strcmp(word, "predict") && c->program->predicts)
    fail(err, "%s has no command \"predict\"; its `predict` block makes the command \"%s\"", c->self,
            c->program->predict[0].name);
  else
    fail(err, "%s has no command \"%s\"; %s --help lists them", c->self, word, c->self);
  term_error(err);
  return MISUSED;
}

/* ---- all of it ---- */

static int run(struct command *c, int which) {
  const struct command_row *r = &c->table->row[which];
  struct cli cli;
  char err[ERR] = "";
  c->cli = &cli;
  c->predict = r->predict;
  command_open(c, r);
  int status = cli_read(&cli, c->argc, c->argv, r->words, err);
  if (status == 1) {
    help_command(c, which);
    status = DONE;
  } else if (!status)
    status = r->run(c, err);
  if (status < 0) {
    term_error(err);
    status = cli.wrong ? MISUSED : FAILED;
  }
  cli_close(&cli);
  return status;
}

static int is(const char *word, const char *a, const char *b) {
  return !strcmp(word, a) || !strcmp(word, b);
}

/* help, --help, help COMMAND */
static int help(struct command *c) {
  int named = c->argc > 1 && *c->argv[1] != '-', i = named ? find(c->table, c->argv[1]) : 0;
  if (named && i == c->table->count)
    return unknown(c, c->argv[1]);
  if (named)
    help_command(c, i);
  else
    overview(c, has_all(c), stdout);
  return DONE;
}

static int choose(struct command *c, const char *word) {
  if (!*word) {
    overview(c, 0, stderr);
    return MISUSED;
  }
  if (is(word, "--help", "-h") || !strcmp(word, "help"))
    return help(c);
  if (is(word, "--version", "-V")) {
    printf("%s, built by %s\n", c->program->name, c->program->built);
    return DONE;
  }
  int i = find(c->table, word);
  return i < c->table->count ? run(c, i) : unknown(c, word);
}

int main(int argc, char **argv) {
  struct command_table table;
  struct command c = {
      .program = &net_program, .self = argv[0], .argc = argc - 1, .argv = argv + 1, .table = &table};
  table_open(&table, c.program);
  int status = choose(&c, argc > 1 ? argv[1] : "");
  table_close(&table);
  if (fflush(stdout) && status == DONE) {
    term_error("cannot write the results to the standard output");
    return FAILED;
  }
  return status;
}
