/* Duty: the command line into Options, by the rows of options.def; and the help texts from the same rows. What is
   unknown gets the nearest name that is known. */
#include "view/options.h"
#include "base/text.h"
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

typedef enum { FLAG, TEXT, NUMBER, CHOICE, MANY } Kind;

/* What is no identifier in C; STRING writes what stands for a name. */
#define import_darknet import-darknet
#define STRING(name) #name

static const struct CommandRow {
  const char *name;
  int fewest, most;
  const char *words, *summary, *more, *example;
} commands[] = {
#define COMMAND(name, fewest, most, words, summary, more, example) {STRING(name), fewest, most, words, summary, more, example},
#define OPTION(...)
#include "view/options.def"
};

static const struct OptionRow {
  const char *commands;
  int rare;
  const char *name;
  int letter;
  const char *value;
  Kind kind;
  size_t field;
  const char *choices, *summary;
} rows[] = {
#define COMMAND(...)
#define OPTION(commands, rare, name, letter, value, kind, field, choices, summary)                                     \
  {commands, rare, name, letter, value, kind, offsetof(Options, field), choices, summary},
#include "view/options.def"
};
enum { ROWS = sizeof rows / sizeof *rows, FIRST_KEY = 0x1000 };

const char *command_name(CommandId id) {
  return commands[id].name;
}

CommandId command_find(const char *name) {
  int i = 0;
  while (i < COMMAND_COUNT && strcmp(commands[i].name, name))
    i++;
  return (CommandId)i;
}

/* Is `word` one of the words of `list`, which `mark` separates? Returns its place from 0, or -1. */
static int place_in(const char *list, char mark, const char *word) {
  size_t len = strlen(word);
  for (int i = 0;; i++) {
    const char *end = strchr(list, mark);
    end = end ? end : list + strlen(list);
    if ((size_t)(end - list) == len && !memcmp(list, word, len))
      return i;
    if (!*end)
      return -1;
    list = end + 1;
  }
}

static int row_is_of(const struct OptionRow *row, CommandId command) {
  return *row->commands == '*' || place_in(row->commands, ' ', commands[command].name) >= 0;
}

/* ---- help ---- */

static const char *choices_of(const struct OptionRow *row) {
  return row->choices + (*row->choices == '|');
}

static void manual_command(Ctx *c, CommandId id, struct manual_command *to) {
  const struct CommandRow *row = &commands[id];
  struct manual_option *options = arena_alloc(c->mem, sizeof *options * ROWS);
  *to = (struct manual_command){.name = row->name,
                                .words = row->words,
                                .summary = row->summary,
                                .more = row->more,
                                .example = row->example,
                                .rare = id == COMMAND_man || id == COMMAND_completion,
                                .option = options};
  for (int i = 0; i < ROWS; i++)
    if (row_is_of(&rows[i], id))
      options[to->options++] =
          (struct manual_option){.name = rows[i].name,
                                 .letter = rows[i].letter,
                                 .arg = rows[i].kind == CHOICE ? choices_of(&rows[i]) : rows[i].value,
                                 .doc = rows[i].summary,
                                 .rare = rows[i].rare};
}

struct manual options_manual(Ctx *c) {
  static const char *const STATUSES[] = {"0", "done", "1", "a file is wrong, or the machine is",
                                         "2", "wrong usage: an unknown command or option, a value that an option cannot have",
                                         NULL};
  struct manual_command *all = arena_alloc(c->mem, sizeof *all * COMMAND_COUNT);
  for (int i = 0; i < COMMAND_COUNT; i++)
    manual_command(c, (CommandId)i, &all[i]);
  return (struct manual){.self = "netc",
                         .name = "netc",
                         .summary = "compiles .net files, neural networks, to native programs",
                         .version = "netc " NETC_VERSION,
                         .files = ".net",
                         .statuses = STATUSES,
                         .commands = COMMAND_COUNT,
                         .command = all};
}

void options_overview(Ctx *c, int all, FILE *to) {
  struct manual m = options_manual(c);
  fputs("netc compiles .net files to executables.\n\n", to);
  manual_overview(&m, all, to);
}

void options_command(Ctx *c, CommandId id, int all, FILE *to) {
  struct manual m = options_manual(c);
  manual_help("netc", &m.command[id], all, to);
}

/* ---- reading ---- */

static int refuse_value(Ctx *c, const struct OptionRow *row, const char *value, const char *why) {
  diag_add(c, D_OPTION_VALUE, (Span){0, 0}, arena_printf(c->mem, "--%s", row->name), value, why);
  return 0;
}

static int set_value(Ctx *c, Options *o, const struct OptionRow *row, const char *value) {
  void *field = (char *)o + row->field;
  char *end;
  switch (row->kind) {
  case FLAG:
    *(int *)field = 1;
    return 1;
  case TEXT:
    *(const char **)field = value;
    return 1;
  case MANY:
    vec_push(c->mem, (Words *)field, value);
    return 1;
  case CHOICE:
    *(int *)field = place_in(row->choices, '|', value);
    if (*(int *)field < 0 || !*value)
      return refuse_value(c, row, value,
                          arena_printf(c->mem, "it is one of %s", choices_of(row)));
    return 1;
  case NUMBER:
    break;
  }
  errno = 0;
  long n = strtol(value, &end, 10);
  if (end == value || *end || errno || n < 1 || n > INT_MAX)
    return refuse_value(c, row, value, "a whole number from 1 on is wanted");
  *(int *)field = (int)n;
  return 1;
}

static void refuse_option(Ctx *c, CommandId command, const char *word) {
  Name names[ROWS];
  int count = 0;
  const char *bare = arena_strndup(c->mem, word, strcspn(word, "="));
  for (int i = 0; i < ROWS; i++)
    if (row_is_of(&rows[i], command) && rows[i].rare < 2)
      names[count++] = name_format(c->names, "--%s", rows[i].name);
  Diag *d = diag_add(c, D_OPTION, (Span){0, 0}, commands[command].name, bare);
  Name near = name_nearest(c->names, bare, names, count);
  if (near)
    diag_help(c, d, "did you mean `%s`?", name_text(c->names, near));
  else if (command == COMMAND_run)
    diag_help(c, d, "options of the program stand behind `--`: netc run FILE -- %s", bare);
  else
    diag_help(c, d, "`netc %s --help` lists the options", commands[command].name);
}

/* What finished programs have, and netc has not. */
static int is_of_programs(const char *word) {
  return place_in("train|eval|predict|info|bench|weights|check-data|preview-data", '|', word) >= 0;
}

static int refuse_command(Ctx *c, const char *word, const char *next) {
  Name names[COMMAND_COUNT];
  size_t len = strlen(word);
  for (int i = 0; i < COMMAND_COUNT; i++)
    names[i] = name_of(c->names, commands[i].name);
  Diag *d = diag_add(c, D_COMMAND, (Span){0, 0}, word);
  Name near = name_nearest(c->names, word, names, COMMAND_COUNT);
  if (len > 4 && !strcmp(word + len - 4, ".net"))
    diag_help(c, d, "netc build %s", word);
  else if (is_of_programs(word))
    diag_help(c, d, "the program has it: netc run FILE -- %s", word);
  else if (*word == '-' && next)
    diag_help(c, d, "the command comes first: netc %s %s", next, word);
  else if (near)
    diag_help(c, d, "did you mean `netc %s`?", name_text(c->names, near));
  else
    diag_help(c, d, "`netc help` lists the commands");
  return 0;
}

static int check_words(Ctx *c, const Options *o) {
  const struct CommandRow *row = &commands[o->command];
  if (o->help)
    return 1;
  if (o->words.count == 1 && strchr(row->words, '|') && place_in(row->words, '|', o->words.at[0]) < 0) {
    Diag *d = diag_add(c, D_USAGE, (Span){0, 0}, row->name, row->words);
    diag_help(c, d, "%s is none of them", o->words.at[0]);
    return 0;
  }
  if (o->words.count >= row->fewest && o->words.count <= row->most)
    return 1;
  Diag *d = diag_add(c, D_USAGE, (Span){0, 0}, row->name,
                     row->most > 1                  ? "a file"
                     : !row->most                   ? "no more words"
                     : !row->fewest                 ? "one word at most"
                     : strstr(row->words, "FILE")   ? "one file"
                                                    : row->words);
  diag_help(c, d, "netc %s [OPTION...] %s", row->name, row->words);
  return 0;
}

/* getopt's tables from the rows of one command: the key is the row's letter, or FIRST_KEY and its place. */
static void fill_tables(CommandId command, struct option *longs, char *shorts) {
  *shorts++ = ':';
  for (int i = 0; i < ROWS; i++) {
    if (!row_is_of(&rows[i], command))
      continue;
    *longs++ = (struct option){rows[i].name, rows[i].value ? required_argument : no_argument, NULL, FIRST_KEY + i};
    if (rows[i].letter) {
      *shorts++ = (char)rows[i].letter;
      if (rows[i].value)
        *shorts++ = ':';
    }
  }
}

static const struct OptionRow *row_of_key(int key, CommandId command) {
  for (int i = 0; i < ROWS; i++)
    if (row_is_of(&rows[i], command) && (key == FIRST_KEY + i || key == rows[i].letter))
      return &rows[i];
  return NULL;
}

static int read_options(Ctx *c, int argc, char **argv, Options *o) {
  struct option longs[ROWS + 1] = {{0}};
  char shorts[3 * ROWS + 2] = {0};
  fill_tables(o->command, longs, shorts);
  optind = 0;
  opterr = 0;
  for (int key; (key = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
    const struct OptionRow *row = row_of_key(key == '?' || key == ':' ? optopt : key, o->command);
    if (key == '?' && row && optopt >= FIRST_KEY)
      return refuse_value(c, row, strchr(argv[optind - 1], '=') + 1, "it takes no value");
    if (key == '?') {
      refuse_option(c, o->command, optopt ? arena_printf(c->mem, "-%c", optopt) : argv[optind - 1]);
      return 0;
    }
    if (key == ':')
      return refuse_value(c, row, "", arena_printf(c->mem, "%s is wanted", row->value));
    if (!set_value(c, o, row, optarg))
      return 0;
  }
  for (int i = optind; i < argc; i++)
    vec_push(c->mem, &o->words, argv[i]);
  if (o->all && !o->help && o->command != COMMAND_ir && o->command != COMMAND_help) {
    refuse_option(c, o->command, "--all");
    return 0;
  }
  return check_words(c, o);
}

/* Quoted for a shell where it must be. */
static void add_word(Text *to, const char *word) {
  if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%") == strlen(word)) {
    text_add(to, "%s ", word);
    return;
  }
  text_add(to, "'");
  for (; *word; word++)
    text_add(to, *word == '\'' ? "'\\''" : "%c", *word);
  text_add(to, "' ");
}

/* The command line without the program's words, and the -- before them: what they stand behind. argv: as it was written. */
static const char *own_words(Ctx *c, int argc, char **argv, const Options *o) {
  Text text = {.mem = c->mem};
  for (int i = 0; i < argc; i++) {
    int own = strcmp(argv[i], "--") != 0;
    for (int k = 1; k < o->words.count; k++)
      own &= o->words.at[k] != argv[i];
    if (own)
      add_word(&text, argv[i]);
  }
  text_add(&text, "--");
  return text_str(&text);
}

int options_read(Ctx *c, int argc, char **argv, Options *o) {
  *o = (Options){.command = COMMAND_help};
  const char *word = argc > 1 ? argv[1] : "--help";
  if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
    o->all = argc > 2 && !strcmp(argv[2], "--all");
    return 1;
  }
  o->command = command_find(word);
  if (o->command == COMMAND_COUNT) {
    o->command = COMMAND_help;
    const char *next = NULL; /* a command among the words behind */
    for (int i = 2; i < argc && !next; i++)
      next = command_find(argv[i]) == COMMAND_COUNT ? NULL : argv[i];
    return refuse_command(c, word, next);
  }
  char **written = arena_alloc(c->mem, sizeof *written * (size_t)argc);
  memcpy(written, argv, sizeof *written * (size_t)argc); /* getopt changes the order */
  int ok = read_options(c, argc - 1, argv + 1, o);
  o->self = own_words(c, argc, written, o);
  return ok;
}
