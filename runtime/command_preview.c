/* `preview-data`: samples as training sees them, on one page. */
#include "command.h"
#include "page.h"
#include "recipe.h"
#include <stdlib.h>
#include <string.h>

void preview_options(const struct command *c) {
  common_add(c->cli, COMMON_DATA);
  cli_add_now(c->cli, (struct cli_row){"count", 'n', "N", "How many samples", OFTEN}, "32");
  cli_add_now(c->cli, (struct cli_row){"epoch", 'e', "N", "The epoch whose first samples these are", OFTEN}, "1");
  cli_add_now(c->cli, (struct cli_row){"output", 'o', "FILE", "Where the picture goes", OFTEN}, "preview-data.png");
  cli_add(c->cli, (struct cli_row){"no-augment", 0, NULL, "As they are when validating", OFTEN});
  cli_add(c->cli, (struct cli_row){"seed", 's', "N", "As train's", RARE});
}

/* The recipe of the block that trains on this data, which has a seed and may balance classes. 1: there is one, to be
   closed; 0; -1 and err. */
static int recipe_of(const struct net_program *p, const struct net_data *d, struct recipe *r, char err[ERR]) {
  for (int i = 0; i < p->trains; i++)
    if (d == &p->data[p->train[i].data]) {
      recipe_open(r, p, &p->train[i]);
      return recipe_resolve(r, err) ? -1 : 1;
    }
  *r = (struct recipe){.seed = 0};
  return 0;
}

static int preview(struct cli *cli, struct page g, char err[ERR]) {
  const char *path = cli_get(cli, "output") ? cli_get(cli, "output") : "preview-data.png";
  g.augment = !cli_get(cli, "no-augment");
  if (!page_can(g.data))
    return fail(err, "data %s has no pictures to show", g.data->name);
  g.set = data_open(g.data, NET_TRAIN, cli_get(cli, "data"), g.seed, err);
  if (!g.set)
    return -1;
  int64_t n = page_write(&g, path, err);
  if (n >= 0)
    printf("wrote %s: %lld of %lld samples to train on, %s", path, (long long)n, (long long)data_count(g.set),
           g.augment ? "augmented as in epoch " : "not augmented\n");
  if (n >= 0 && g.augment)
    printf("%lld\n", (long long)g.epoch + 1);
  char *left_out = data_left_out(g.set);
  if (left_out)
    fprintf(stderr, "%s\n", left_out);
  free(left_out);
  data_close(g.set);
  return n < 0 ? -1 : 0;
}

int command_preview(const struct command *c, char err[ERR]) {
  const struct net_program *p = c->program;
  struct cli *cli = c->cli;
  const char *only = cli->plains ? cli->plain[0] : NULL;
  int i = 0;
  while (i < p->datas && only && strcmp(only, p->data[i].name))
    i++;
  if (i == p->datas)
    return data_unknown(cli, p, only, err);
  struct recipe r;
  struct page g = {.data = &p->data[i]};
  int64_t seed = 0;
  int trains = recipe_of(p, g.data, &r, err), status = trains < 0 ? -1 : 0;
  if (!status && (cli_whole(cli, "count", 1, 32, &g.count, err) || cli_whole(cli, "epoch", 1, 1, &g.epoch, err) ||
                  cli_whole(cli, "seed", 0, (int64_t)r.seed, &seed, err)))
    status = -1;
  if (!status && g.count > 4096)
    status = cli_fail(cli, err, "--count: a page holds up to 4096 samples");
  g.epoch--, g.seed = (uint64_t)seed, g.balanced = r.balanced;
  if (!status)
    status = preview(cli, g, err);
  if (trains)
    recipe_close(&r);
  return status;
}
