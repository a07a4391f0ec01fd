#include "cli.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct cli_option {
  struct cli_row row;
  char *doc, *values;
  const char *value;
};

void cli_open(struct cli *c, const char *program, const char *command) {
  *c = (struct cli){.name = mem_text("%s %s", program, command)};
}

void cli_add_now(struct cli *c, struct cli_row row, const char *now) {
  c->option = mem_grow(c->option, (size_t)(c->count + 1) * sizeof *c->option);
  char *doc = now ? mem_text("%s (now %s)", row.doc, now) : mem_text("%s", row.doc);
  c->option[c->count++] = (struct cli_option){row, doc, NULL, NULL};
}

void cli_add(struct cli *c, struct cli_row row) {
  cli_add_now(c, row, NULL);
}

void cli_values(struct cli *c, const char *const *name, int count) {
  struct cli_option *o = &c->option[c->count - 1];
  for (int i = 0; i < count; i++) {
    char *longer = mem_text("%s%s%s", o->values ? o->values : "", i ? "|" : "", name[i]);
    free(o->values);
    o->values = longer;
  }
}

void cli_close(struct cli *c) {
  for (int i = 0; i < c->count; i++)
    free(c->option[i].doc), free(c->option[i].values);
  free(c->option), free(c->plain), free(c->name);
  *c = (struct cli){0};
}

struct manual_option *cli_manual(const struct cli *c) {
  struct manual_option *m = mem_get((size_t)(c->count + 1) * sizeof *m);
  for (int i = 0; i < c->count; i++) {
    const struct cli_option *o = &c->option[i];
    m[i] = (struct manual_option){o->row.name, o->row.letter, o->row.arg, o->doc, o->row.rare, o->values};
  }
  return m;
}

int cli_fail(struct cli *c, char err[ERR], const char *format, ...) {
  char line[ERR];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  c->wrong = 1;
  return fail(err, "%s", line);
}

/* ---- the command line ---- */

/* The option that a word such as epochs or ep means; -1: none, -2: several. */
static int find_long(const struct cli *c, const char *word, size_t length) {
  int found = -1;
  for (int i = 0; i < c->count; i++)
    if (!strncmp(c->option[i].row.name, word, length)) {
      if (strlen(c->option[i].row.name) == length)
        return i;
      if (c->option[i].row.rare == HIDDEN)
        continue;
      found = found == -1 ? i : -2;
    }
  return found;
}

const char *cli_of_block(const struct cli *c, const char *name) {
  for (int i = 0; i < c->count; i++) {
    const char *dot = strrchr(c->option[i].row.name, '.');
    if (dot && !strcmp(dot + 1, name))
      return c->option[i].row.name;
  }
  return NULL;
}

/* What others call our options, and options of a block without its name. */
static const char *translated(const struct cli *c, const char *word) {
  static const char *const OTHERS[][2] = {
      {"learning-rate", "lr"}, {"learning_rate", "lr"}, {"batch-size", "batch"}, {"batch_size", "batch"},
      {"num-epochs", "epochs"}, {"checkpoint", "weights"}, {"model", "weights"}, {"load", "weights"},
      {"output-dir", "out"}, {"dataset", "data"}, {"workers", "threads"}, {"num-workers", "threads"},
      {"top", "best"}, {"continue", "resume"}, {"lr-schedule", "schedule"}, {"early-stopping", "stop"}};
  for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
    if (!strcmp(word, OTHERS[i][0]) && cli_has(c, OTHERS[i][1]))
      return OTHERS[i][1];
  return cli_of_block(c, word);
}

static int unknown(struct cli *c, const char *word, char err[ERR]) {
  const char **names = mem_get((size_t)(c->count + 1) * sizeof *names);
  int count = 0;
  for (int i = 0; i < c->count; i++)
    if (c->option[i].row.rare != HIDDEN)
      names[count++] = c->option[i].row.name;
  const char *near = translated(c, word);
  near = near ? near : nearest(word, names, count);
  free(names);
  return near ? cli_fail(c, err, "%s has no option --%s; did you mean --%s?", c->name, word, near)
              : cli_fail(c, err, "%s has no option --%s; %s --help --all lists them", c->name, word, c->name);
}

static int ambiguous(struct cli *c, const char *word, char err[ERR]) {
  char *list = mem_text("%s", "");
  for (int i = 0; i < c->count; i++)
    if (!strncmp(c->option[i].row.name, word, strlen(word)) && c->option[i].row.rare != HIDDEN) {
      char *longer = mem_text("%s%s--%s", list, *list ? " or " : "", c->option[i].row.name);
      free(list);
      list = longer;
    }
  cli_fail(c, err, "--%s may be %s; write it out", word, list);
  free(list);
  return -1;
}

static int is_one_of(const char *value, const char *list) {
  size_t length = strlen(value);
  for (const char *at = list; *at; at += strcspn(at, "|"), at += *at == '|')
    if (strcspn(at, "|") == length && !strncmp(at, value, length))
      return 1;
  return 0;
}

static int check_value(struct cli *c, const struct cli_option *o, char err[ERR]) {
  const char *arg = o->row.arg, *name = o->row.name;
  char *end = NULL;
  errno = 0;
  if (!strcmp(arg, "N"))
    (void)!strtoll(o->value, &end, 10);
  else if (!strcmp(arg, "X"))
    (void)!strtod(o->value, &end);
  else if (strchr(arg, '|') && !is_one_of(o->value, arg))
    return cli_fail(c, err, "--%s: one of %s is wanted, not \"%s\"", name, arg, o->value);
  if (end && (end == o->value || *end || errno || (*arg == 'X' && !isfinite(strtod(o->value, NULL)))))
    return cli_fail(c, err, "--%s: a %snumber is wanted, not \"%s\"", name, *arg == 'N' ? "whole " : "", o->value);
  return 0;
}

/* text: what is joined to the option, or NULL; rest: the words behind. Returns how many of those were taken, or -1. */
static int take(struct cli *c, int which, const char *text, int rest, char **behind, char err[ERR]) {
  struct cli_option *o = &c->option[which];
  const struct cli_row *row = &o->row;
  o->value = "";
  if (!row->arg)
    return text ? cli_fail(c, err, "--%s takes nothing: \"%s\" is too much", row->name, text) : 0;
  if (!text && !rest)
    return cli_fail(c, err, "--%s needs %s behind it: %s", row->name, row->arg, o->doc);
  o->value = text ? text : behind[0];
  return check_value(c, o, err) ? -1 : !text;
}

static int take_long(struct cli *c, char *word, int rest, char **behind, char err[ERR]) {
  size_t length = strcspn(word, "=");
  int which = find_long(c, word, length);
  char *bare = mem_text("%.*s", (int)length, word);
  int status = which == -1   ? unknown(c, bare, err)
               : which == -2 ? ambiguous(c, bare, err)
                             : take(c, which, word[length] ? word + length + 1 : NULL, rest, behind, err);
  free(bare);
  return status;
}

/* Letters: -r, -rj, -ofile, -o file. */
static int take_short(struct cli *c, const char *word, int rest, char **behind, char err[ERR]) {
  for (const char *at = word; *at; at++) {
    int which = 0;
    int length = (int)strcspn(word, "="), whole = length > 2 ? find_long(c, word, (size_t)length) : -1;
    while (which < c->count && c->option[which].row.letter != *at)
      which++;
    if (whole >= 0 && at == word) /* -epochs is none of -e pochs */
      return cli_fail(c, err, "-%.*s: did you mean --%s?", length, word, c->option[whole].row.name);
    if (which == c->count)
      return cli_fail(c, err, "%s has no option -%c; %s --help lists them", c->name, *at, c->name);
    if (c->option[which].row.arg)
      return take(c, which, at[1] ? at + 1 : NULL, rest, behind, err);
    c->option[which].value = "";
  }
  return 0;
}

/* How many words `words` allows: "" none, "[A]" one, with … behind any number. */
static int check_plains(struct cli *c, const char *words, char err[ERR]) {
  int most = !*words ? 0 : strstr(words, "...") ? c->plains : 1;
  if (c->plains <= most)
    return 0;
  const char *word = c->plain[most];
  int option = find_long(c, word, strcspn(word, "=:"));
  if (option >= 0 && c->option[option].row.rare != HIDDEN)
    return cli_fail(c, err, "\"%s\" is no word that %s takes; did you mean --%s?", word, c->name,
                    c->option[option].row.name);
  return cli_fail(c, err, most ? "%s takes one word at most: \"%s\" is too much; %s --help tells more"
                               : "%s takes options only: \"%s\" is too much; %s --help lists them",
                  c->name, word, c->name);
}

int cli_read(struct cli *c, int argc, char **argv, const char *words, char err[ERR]) {
  int only_words = 0;
  for (int i = 1; i < argc; i++) {
    char *word = argv[i];
    int taken = 0;
    if (only_words || word[0] != '-' || !word[1]) {
      c->plain = mem_grow(c->plain, (size_t)(c->plains + 1) * sizeof *c->plain);
      c->plain[c->plains++] = word;
    } else if (!strcmp(word, "--"))
      only_words = 1;
    else if (word[1] == '-')
      taken = take_long(c, word + 2, argc - i - 1, argv + i + 1, err);
    else
      taken = take_short(c, word + 1, argc - i - 1, argv + i + 1, err);
    if (cli_get(c, "help"))
      return 1;
    if (taken < 0)
      return -1;
    i += taken;
  }
  if (cli_get(c, "all") && cli_is_hidden(c, "all"))
    return cli_fail(c, err, "--all belongs to --help");
  return check_plains(c, words, err);
}

int cli_is_hidden(const struct cli *c, const char *name) {
  int found = find_long(c, name, strlen(name));
  return found >= 0 && c->option[found].row.rare == HIDDEN;
}

int cli_has(const struct cli *c, const char *name) {
  int found = find_long(c, name, strlen(name));
  return found >= 0 && !strcmp(c->option[found].row.name, name);
}

const char *cli_get(const struct cli *c, const char *name) {
  for (int i = 0; i < c->count; i++)
    if (!strcmp(c->option[i].row.name, name))
      return c->option[i].value;
  return NULL;
}

int cli_whole(struct cli *c, const char *name, int64_t low, int64_t otherwise, int64_t *out, char err[ERR]) {
  const char *text = cli_get(c, name);
  *out = text ? strtoll(text, NULL, 10) : otherwise;
  if (text && *out < low)
    return cli_fail(c, err, "--%s: a whole number from %lld on is wanted, not \"%s\"", name, (long long)low, text);
  return 0;
}

char *shell_text(const char *text) {
  size_t n = strlen(text);
  int plain = n > 0;
  for (const char *s = text; *s; s++)
    plain &= isalnum((unsigned char)*s) || strchr("_-./=:,+@%", *s);
  if (plain)
    return mem_text("%s", text);
  char *out = mem_get(4 * n + 3), *at = out;
  *at++ = '\'';
  for (const char *s = text; *s; s++)
    if (*s == '\'')
      at = stpcpy(at, "'\\''");
    else
      *at++ = *s;
  *at = '\'';
  return out;
}
