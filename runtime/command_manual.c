/* All commands as the manual has them; `man` and `completion`, which print it. */
#include "command.h"
#include <stdlib.h>
#include <string.h>

static const struct cli_row HELP = {"help", 'h', NULL, "This text", OFTEN};
static const struct cli_row HELP_ALL = {"all", 0, NULL, "With --help: the rare options too", HIDDEN};

void command_open(const struct command *c, const struct command_row *r) {
  cli_open(c->cli, c->self, r->name);
  r->options(c);
  cli_add(c->cli, HELP);
  if (!cli_has(c->cli, "all"))
    cli_add(c->cli, HELP_ALL);
}

void command_manual_open(struct command_manual *m, const struct command *c) {
  static const char *const STATUSES[] = {
      "0",   "done",
      "1",   "failed; the last line on the standard error begins with error:",
      "2",   "wrong usage: an unknown command or option, a value that an option cannot have",
      "130", "stopped by Ctrl-C, SIGTERM, SIGHUP or SIGPIPE, with everything saved",
      NULL};
  const struct command_table *t = c->table;
  struct manual_command *row = mem_get((size_t)t->count * sizeof *row);
  struct command one = *c;
  m->cli = mem_get((size_t)t->count * sizeof *m->cli);
  m->summary = mem_text("the neural network of %s.net, compiled: trains, evaluates, predicts", c->program->name);
  for (int i = 0; i < t->count; i++) {
    const struct command_row *r = &t->row[i];
    one.cli = &m->cli[i];
    one.predict = r->predict;
    command_open(&one, r);
    row[i] = (struct manual_command){r->name,    r->words, r->summary,   r->more,
                                     r->example, r->rare,  one.cli->count, cli_manual(one.cli)};
  }
  m->manual = (struct manual){.self = c->self,
                              .name = c->program->name,
                              .summary = m->summary,
                              .version = c->program->built,
                              .statuses = STATUSES,
                              .commands = t->count,
                              .command = row};
}

void command_manual_close(struct command_manual *m) {
  for (int i = 0; i < m->manual.commands; i++) {
    free((void *)(uintptr_t)m->manual.command[i].option);
    cli_close(&m->cli[i]);
  }
  free((void *)(uintptr_t)m->manual.command);
  free(m->cli), free(m->summary);
}

/* ---- the commands ---- */

void no_options(const struct command *c) {
  (void)c;
}

int command_man(const struct command *c, char err[ERR]) {
  struct command_manual m;
  (void)err;
  command_manual_open(&m, c);
  manual_page(&m.manual, stdout);
  command_manual_close(&m);
  return 0;
}

int command_completion(const struct command *c, char err[ERR]) {
  struct command_manual m;
  const char *shell = c->cli->plains ? c->cli->plain[0] : "";
  command_manual_open(&m, c);
  int known = manual_completion(&m.manual, shell, stdout);
  command_manual_close(&m);
  return known    ? 0
         : *shell ? cli_fail(c->cli, err, "there is no completion for \"%s\"; there is for bash, zsh and fish", shell)
                  : cli_fail(c->cli, err, "for which shell? bash, zsh or fish");
}
