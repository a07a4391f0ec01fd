/* `check-data`: everything that training would read, read once and reported. */
#include "command.h"
#include "data/check.h"
#include <string.h>

enum { TOLD = 10 };

static int check_block(const struct cli *cli, const struct net_data *d, int first, int threads, int *wrong,
                       char err[ERR]) {
  struct check c;
  int json = cli_get(cli, "json") != NULL;
  int status = check_run(&c, d, cli_get(cli, "data"), threads, !json, err);
  if (!status && json) {
    putchar(first ? '[' : ',');
    check_json(&c, stdout);
  } else if (!status)
    check_report(&c, cli_get(cli, "all") ? 0 : TOLD, stdout);
  *wrong += c.wrong;
  check_close(&c);
  return status;
}

void check_options(const struct command *c) {
  common_add(c->cli, COMMON_DATA | COMMON_THREADS);
  cli_add(c->cli, (struct cli_row){"json", 0, NULL, "The report as JSON on standard output", OFTEN});
  cli_add(c->cli, (struct cli_row){"all", 0, NULL, "Names all that is wrong, not only the first of each kind", OFTEN});
}

int data_unknown(struct cli *cli, const struct net_program *p, const char *name, char err[ERR]) {
  const char *names[64];
  int n = p->datas < 64 ? p->datas : 64;
  for (int i = 0; i < n; i++)
    names[i] = p->data[i].name;
  const char *near = name ? nearest(name, names, n) : NULL;
  return !name ? fail(err, "this program has no data block")
               : cli_fail(cli, err, "there is no data block %s%s%s%s", name, near ? "; did you mean " : "",
                          near ? near : "", near ? "?" : "");
}

int command_check(const struct command *c, char err[ERR]) {
  const struct net_program *p = c->program;
  struct cli *cli = c->cli;
  int64_t threads;
  const char *only = cli->plains ? cli->plain[0] : NULL;
  int status = cli_whole(cli, "threads", 1, 0, &threads, err), wrong = 0, done = 0;
  for (int i = 0; i < p->datas && !status; i++)
    if (!only || !strcmp(only, p->data[i].name))
      status = check_block(cli, &p->data[i], !done++, (int)threads, &wrong, err);
  if (!status && !done)
    status = data_unknown(cli, p, only, err);
  if (!status && cli_get(cli, "json"))
    puts("]");
  return status ? status : wrong > 0;
}
