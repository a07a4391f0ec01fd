#include "cli.h"
#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_KEY = 0x1000 };

struct cli_option {
  struct cli_row row;
  char *doc;
  const char *value;
};

void cli_open(struct cli *c, const char *program, const char *command) {
  *c = (struct cli){.name = mem_text("%s%s%s", program, *command ? " " : "", command)};
}

void cli_add_now(struct cli *c, struct cli_row row, const char *now) {
  c->option = mem_grow(c->option, (size_t)(c->count + 1) * sizeof *c->option);
  c->option[c->count++] =
      (struct cli_option){row, now ? mem_text("%s (now %s)", row.doc, now) : mem_text("%s", row.doc), NULL};
}

void cli_add(struct cli *c, struct cli_row row) {
  cli_add_now(c, row, NULL);
}

void cli_close(struct cli *c) {
  for (int i = 0; i < c->count; i++)
    free(c->option[i].doc);
  free(c->option);
  free(c->plain);
  free((char *)(uintptr_t)c->name);
  *c = (struct cli){0};
}

static int key_of(const struct cli *c, int i) {
  return c->option[i].row.letter ? c->option[i].row.letter : FIRST_KEY + i;
}

static error_t take(int key, char *arg, struct argp_state *state) {
  struct cli *c = state->input;
  if (key == ARGP_KEY_ARG) {
    c->plain = mem_grow(c->plain, (size_t)(c->plains + 1) * sizeof *c->plain);
    c->plain[c->plains++] = arg;
    return 0;
  }
  for (int i = 0; i < c->count; i++)
    if (key_of(c, i) == key) {
      c->option[i].value = arg ? arg : "";
      return 0;
    }
  if (key == 'h')
    argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
  return ARGP_ERR_UNKNOWN;
}

/* The option that a word such as --epochs or --ep=3 means; -1: none. */
static int option_find(const struct cli *c, const char *word, size_t length) {
  int found = -1;
  for (int i = 0; i < c->count; i++)
    if (!strncmp(c->option[i].row.name, word, length)) {
      if (strlen(c->option[i].row.name) == length)
        return i;
      found = i;
    }
  return found;
}

static void refuse_unknown(const struct cli *c, int argc, char **argv) {
  static const char *const BUILT_IN[] = {"help", "usage"};
  enum { EXTRA = 2 };
  for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
    const char *word = argv[i] + 2;
    if (strncmp(argv[i], "--", 2))
      continue;
    size_t length = strcspn(word, "=");
    int option = option_find(c, word, length);
    if (option >= 0) {
      i += c->option[option].row.arg && !word[length];
      continue;
    }
    int known = 0;
    for (int k = 0; k < EXTRA; k++)
      known |= !strncmp(BUILT_IN[k], word, length);
    if (known)
      continue;
    const char **names = mem_get((size_t)(c->count + EXTRA) * sizeof *names);
    for (int k = 0; k < c->count; k++)
      names[k] = c->option[k].row.name;
    for (int k = 0; k < EXTRA; k++)
      names[c->count + k] = BUILT_IN[k];
    char *plain = mem_text("%.*s", (int)length, word);
    const char *near = nearest(plain, names, c->count + EXTRA);
    fprintf(stderr, "error: %s has no option --%s", c->name, plain);
    if (near)
      fprintf(stderr, "; did you mean --%s?\n", near);
    else
      fprintf(stderr, "; %s --help lists them\n", c->name);
    exit(2);
  }
}

void cli_read(struct cli *c, int argc, char **argv, const char *args_doc, const char *doc) {
  struct argp_option *table = mem_get((size_t)(c->count + 2) * sizeof *table);
  for (int i = 0; i < c->count; i++)
    table[i] = (struct argp_option){c->option[i].row.name, key_of(c, i), c->option[i].row.arg, 0, c->option[i].doc, 0};
  table[c->count].key = 'h';
  table[c->count].flags = OPTION_HIDDEN;
  struct argp argp = {table, take, args_doc, doc, NULL, NULL, NULL};
  char *own = mem_text("%s", c->name), *first = argv[0];
  refuse_unknown(c, argc, argv);
  argp_err_exit_status = 2;
  argv[0] = own;
  argp_parse(&argp, argc, argv, 0, NULL, c);
  argv[0] = first;
  free(own);
  free(table);
}

const char *cli_get(const struct cli *c, const char *name) {
  for (int i = 0; i < c->count; i++)
    if (!strcmp(c->option[i].row.name, name))
      return c->option[i].value;
  return NULL;
}

int cli_whole(const struct cli *c, const char *name, int64_t low, int64_t otherwise, int64_t *out, char err[ERR]) {
  const char *text = cli_get(c, name);
  char *end;
  *out = otherwise;
  if (!text)
    return 0;
  errno = 0;
  *out = strtoll(text, &end, 10);
  if (end == text || *end || errno || *out < low)
    return fail(err, "--%s: a whole number from %lld on is wanted, not \"%s\"", name, (long long)low, text);
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
