/* Options of a command: a table that grows, read from the command line. What is wrong there is said with what would mend
   it, the nearest name among it. */
#ifndef NET_CLI_H
#define NET_CLI_H
#include "base.h"
#include "manual.h"

struct cli {
  char *name; /* "./lenet train" */
  int count;
  struct cli_option *option;
  int plains; /* arguments that belong to no option */
  char **plain;
  int wrong; /* a mistake on the command line was found */
};

enum { OFTEN, RARE, HIDDEN }; /* the rare ones are told by --help --all alone */

struct cli_row {
  const char *name;
  int letter;      /* 'o' for -o; 0: none */
  const char *arg; /* see manual_option: N and X are checked to be numbers, a|b to be one of these */
  const char *doc;
  int rare;
};

void cli_open(struct cli *c, const char *program, const char *command);
void cli_add(struct cli *c, struct cli_row row);
/* The same with a doc of its own, which may end with a default: "…, now 5". */
void cli_add_now(struct cli *c, struct cli_row row, const char *now);
/* What completion offers for the option that was added last. */
void cli_values(struct cli *c, const char *const *name, int count);
/* The command line behind the command's name. `words` is as in manual_command. 1: help is asked for. */
int cli_read(struct cli *c, int argc, char **argv, const char *words, char err[ERR]);
void cli_close(struct cli *c);

int cli_has(const struct cli *c, const char *name);       /* is there such an option? */
const char *cli_of_block(const struct cli *c, const char *name); /* first.NAME, or NULL */
int cli_is_hidden(const struct cli *c, const char *name); /* one that no help tells of? */

/* The rows as the manual has them. To be freed. */
struct manual_option *cli_manual(const struct cli *c);

/* The option's argument ("" if it takes none), NULL: not given. */
const char *cli_get(const struct cli *c, const char *name);
/* As fail(); the mistake is the command line's. */
int cli_fail(struct cli *c, char err[ERR], const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A whole number from low up; `otherwise` when not given. */
int cli_whole(struct cli *c, const char *name, int64_t low, int64_t otherwise, int64_t *out, char err[ERR]);

/* Whatever stands in `text`, quoted for a shell where it must be. */
char *shell_text(const char *text);

#endif
