/* Options of a command: a table that grows, read by argp, which also prints --help. An option nobody knows is answered
   with the nearest one. */
#ifndef NET_CLI_H
#define NET_CLI_H
#include "base.h"
#include "netrt.h"

struct cli {
  const char *name; /* "lenet train" */
  int count;
  struct cli_option *option;
  int plains; /* arguments that belong to no option */
  char **plain;
};

struct cli_row {
  const char *name;
  int letter;      /* 'o' for -o; 0: none */
  const char *arg; /* what follows: "FILE"; NULL: nothing does */
  const char *doc;
};

void cli_open(struct cli *c, const char *program, const char *command);
void cli_add(struct cli *c, struct cli_row row);
/* The same with a doc of its own, which may end with a default: "…, now 5". */
void cli_add_now(struct cli *c, struct cli_row row, const char *now);
/* Reads the command line behind the command's name. Ends the program after --help, and after a mistake (status 2). */
void cli_read(struct cli *c, int argc, char **argv, const char *args_doc, const char *doc);
void cli_close(struct cli *c);

/* The option's argument ("" if it takes none), NULL: not given. */
const char *cli_get(const struct cli *c, const char *name);
/* A whole number from low up; `otherwise` when not given. */
int cli_whole(const struct cli *c, const char *name, int64_t low, int64_t otherwise, int64_t *out, char err[ERR]);

/* Whatever stands in `text`, quoted for a shell where it must be. */
char *shell_text(const char *text);

#endif
