/* What a command line takes, as a table, and the faces of that table: help on the screen, a manual page, completion for
   shells. netc and every program it makes have theirs from here; this file knows neither. */
#ifndef NET_MANUAL_H
#define NET_MANUAL_H
#include <stdio.h>

struct manual_option {
  const char *name;
  int letter;      /* 'o' for -o; 0: none */
  const char *arg; /* what follows: FILE, DIR, N (a whole number), X (a number), a|b (one of these) …; NULL: nothing does */
  const char *doc;
  int rare;           /* 1: told by --help --all alone, and on the manual page; 2: nowhere */
  const char *values; /* what completion offers, as a|b; NULL: what arg says */
};

struct manual_command {
  const char *name, *words; /* words: what stands behind the options, as in [FILE...] or [first|second]; "": nothing */
  const char *summary;      /* a line */
  const char *more;         /* sentences; "" */
  const char *example;      /* behind the program's name: "train --epochs 10"; "" */
  int rare;                 /* as of an option */
  int options;
  const struct manual_option *option;
};

struct manual {
  const char *self;    /* how it is called here: ./lenet */
  const char *name;    /* how it is called elsewhere: lenet */
  const char *summary; /* "trains, evaluates and runs LeNet" */
  const char *version;
  const char *files; /* the ending of the files that it takes, ".net"; NULL: any */
  const char *const *statuses; /* exit statuses and what they mean, in turn, up to NULL */
  int commands;
  const struct manual_command *command;
};

/* Text from column `from` on in lines of 80 columns at most, all but the first of which begin at column `indent`. */
void manual_wrap(FILE *out, const char *text, int from, int indent);

/* The help of a command, and of all. They fit a screen, 80 columns and 24 lines, where `all` does not ask for more. */
void manual_help(const char *self, const struct manual_command *c, int all, FILE *out);
void manual_overview(const struct manual *m, int all, FILE *out);

void manual_page(const struct manual *m, FILE *out); /* manual_page.c: section 1, as roff */
/* manual_shell.c; shell: bash, zsh, fish; returns 0 for any other. */
int manual_completion(const struct manual *m, const char *shell, FILE *out);

#endif
