/* `preview-data`: samples as training sees them, on one page. */
#include "command.h"
#include "data/source.h"
#include "draw/show.h"
#include "recipe.h"
#include "rng.h"
#include "sampling.h"
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

struct page { /* which samples to show */
  const struct net_data *data;
  uint64_t seed;
  const char *balanced; /* the field whose classes sampling balances, or NULL */
  int64_t count, epoch;
};

/* Samples at the front of the epoch's order. Returns how many there are to see. */
static int64_t samples_take(const struct page *g, struct net_dataset *set, int augment, void *const *field,
                            char err[ERR]) {
  int64_t all = data_count(set);
  int64_t *order = mem_get((size_t)all * sizeof *order), *position = mem_get((size_t)g->count * sizeof *position);
  struct sampling sampling = {0};
  for (int64_t i = 0; i < all; i++)
    order[i] = i;
  int failed = g->balanced && sampling_open(&sampling, set, g->data, g->balanced, all, err);
  if (g->balanced && !failed)
    sampling_order(&sampling, order, all, g->seed, (uint64_t)g->epoch);
  else
    order_fill(order, all, g->seed, (uint64_t)g->epoch);
  for (int64_t i = 0; i < g->count; i++)
    position[i] = i;
  int64_t taken = failed ? -1 : data_take(set, order, position, g->count, (uint64_t)g->epoch, augment, field, err);
  if (g->balanced && !failed)
    sampling_close(&sampling);
  free(order), free(position);
  return taken;
}

/* What the fields' values are on the page. */
static struct show_samples samples_of(const struct net_data *d, int64_t n, void *const *field) {
  struct show_samples s = {.n = (int)n, .frames = 1};
  for (int f = 0; f < d->fields; f++) {
    const struct net_field *x = &d->field[f];
    const int64_t *dim = x->dim + x->rank - 3; /* of those that have three */
    if (f == field_of_picture(d)) {
      s.image = field[f], s.frames = x->kind == NET_CLIP ? (int)x->dim[0] : 1;
      s.channels = (int)dim[0], s.height = (int)dim[1], s.width = (int)dim[2];
    } else if (x->kind == NET_MASK || x->kind == NET_CLASS_MASK) {
      s.mask = (struct show_areas){field[f], x->elem, (int)x->dim[x->rank - 2], (int)x->dim[x->rank - 1]};
    } else if (x->kind == NET_CLASS) {
      s.label = field[f];
    } else if (x->kind == NET_BOXES) {
      s.box = field[f], s.boxes = (int)x->dim[0];
    } else if (x->kind == NET_POINTS) {
      s.point = field[f], s.points = (int)x->dim[0];
    } else if (x->derived && !strcmp(x->derived->name, "mixed")) {
      s.soft = field[f], s.classes = (int)x->dim[0];
    }
  }
  return s;
}

static int sheet_write(const struct cli *cli, const struct net_data *d, struct net_dataset *set, int64_t n,
                       int64_t epoch, void *const *field, char err[ERR]) {
  const char *path = cli_get(cli, "output") ? cli_get(cli, "output") : "preview-data.png", *name[1000];
  struct show_samples s = samples_of(d, n, field);
  struct net_range range = data_range(d, field_of_picture(d));
  int names = 0;
  while (names < 1000 && (name[names] = data_class_name(set, names)))
    names++;
  s.range = &range;
  s.names = (struct show_names){names, name};
  if (show_samples(path, &s, err))
    return -1;
  printf("wrote %s: %lld of %lld samples to train on, %s", path, (long long)n, (long long)data_count(set),
         cli_get(cli, "no-augment") ? "not augmented\n" : "augmented as in epoch ");
  if (!cli_get(cli, "no-augment"))
    printf("%lld\n", (long long)epoch + 1);
  return 0;
}

static int preview(struct cli *cli, struct page g, char err[ERR]) {
  const struct net_data *d = g.data;
  if (field_of_picture(d) < 0)
    return fail(err, "data %s has no pictures to show", d->name);
  struct net_dataset *set = data_open(d, NET_TRAIN, cli_get(cli, "data"), g.seed, err);
  if (!set)
    return -1;
  void **field = mem_get((size_t)d->fields * sizeof *field);
  int status = 0;
  g.count = g.count < data_count(set) ? g.count : data_count(set);
  for (int f = 0; f < d->fields && !status; f++) {
    field[f] = block_get(g.count * data_field_size(&d->field[f]));
    status = field[f] ? 0 : fail(err, "out of memory for %lld samples; a smaller --count needs less", (long long)g.count);
  }
  int64_t n = status ? -1 : samples_take(&g, set, !cli_get(cli, "no-augment"), field, err);
  status = n < 0 ? -1 : sheet_write(cli, d, set, n, g.epoch, field, err);
  char *left_out = data_left_out(set);
  if (left_out)
    fprintf(stderr, "%s\n", left_out);
  free(left_out);
  for (int f = 0; f < d->fields; f++)
    block_free(field[f]);
  free(field);
  data_close(set);
  return status;
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
