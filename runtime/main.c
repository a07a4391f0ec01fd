/* The finished program's main(): chooses the command. The only place that ends the program, but for what argp prints.
 */
#include "command.h"
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name, *doc;
  int (*run)(const struct command *c, char err[ERR]);
  int hidden;
} COMMANDS[] = {
    {"train", "Trains the network by the file's recipe", command_train, 0},
    {"eval", "Loss and metrics of a trained network on test data", command_eval, 0},
    {"check-data", "Reads all data and tells what is there, what is wrong, and what is twice", command_check, 0},
    {"info", "What this program is: parameters, recipe, source", command_info, 0},
    {"weights", "Names and shapes of the weights, and what a file has for them", command_weights, 0},
    {"bench", "How fast it trains and predicts here", command_bench, 0},
    {"dump", "Runs an entry on given tensors (for comparisons with other systems)", command_dump, 1},
};
enum { COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS };

static void help(FILE *out, const char *self, int all) {
  const struct net_program *p = &net_program;
  fprintf(out, "Usage: %s COMMAND [OPTION...]\n\n", self);
  for (int i = 0; i < COMMAND_COUNT; i++)
    if ((all || !COMMANDS[i].hidden) && (i > 1 || p->trains))
      fprintf(out, "  %-16s %s\n", COMMANDS[i].name, COMMANDS[i].doc);
  if (p->predicts)
    fputc('\n', out);
  for (int i = 0; i < p->predicts; i++) {
    fprintf(out, "  %-16s predict %s(", p->predict[i].name, p->predict[i].name);
    for (int k = 0; k < p->predict[i].inputs; k++)
      fprintf(out, "%s%s", k ? ", " : "", p->predict[i].input[k].field.name);
    fputs(")\n", out);
  }
  fprintf(out, "\n%s COMMAND --help tells the options of a command%s.\n", self,
          all ? "" : "; --help --all lists the rare commands too");
  fprintf(out, "Compiled from %s.net by %s.\n", p->name, p->built);
}

static int unknown(const char *self, const char *word) {
  const char *names[COMMAND_COUNT + 256];
  int n = 0;
  for (int i = 0; i < COMMAND_COUNT; i++)
    names[n++] = COMMANDS[i].name;
  for (int i = 0; i < net_program.predicts && i < 256; i++)
    names[n++] = net_program.predict[i].name;
  const char *near = nearest(word, names, n);
  fprintf(stderr, "error: %s has no command \"%s\"", self, word);
  fprintf(stderr, near ? "; did you mean \"%s\"?\n" : "; %s --help lists them\n", near ? near : self);
  return 2;
}

static int is(const char *word, const char *a, const char *b) {
  return !strcmp(word, a) || !strcmp(word, b);
}

int main(int argc, char **argv) {
  const struct net_program *p = &net_program;
  const char *word = argc > 1 ? argv[1] : "";
  struct command c = {p, argv[0], argc - 1, argv + 1};
  char err[ERR] = "";
  int status = -2;
  if (!*word || is(word, "--help", "-h") || !strcmp(word, "help")) {
    help(*word ? stdout : stderr, argv[0], argc > 2 && !strcmp(argv[2], "--all"));
    return *word ? 0 : 2;
  }
  if (is(word, "--version", "-V")) {
    printf("%s, built by %s\n", p->name, p->built);
    return 0;
  }
  for (int i = 0; i < COMMAND_COUNT && status == -2; i++)
    if (!strcmp(word, COMMANDS[i].name))
      status = COMMANDS[i].run(&c, err);
  for (int i = 0; i < p->predicts && status == -2; i++)
    if (!strcmp(word, p->predict[i].name))
      status = command_predict(&c, &p->predict[i], err);
  if (status == -2)
    return unknown(argv[0], word);
  if (status == -1)
    fprintf(stderr, "error: %s\n", err);
  if (fflush(stdout) && status == 0) {
    perror("error: cannot write the results");
    return 1;
  }
  return status < 0 ? 1 : status;
}
