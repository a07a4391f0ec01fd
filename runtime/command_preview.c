/* `preview-data`: samples as training sees them, on one page. */
#include "command.h"
#include "data/source.h"
#include "draw/show.h"
#include "rng.h"
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

/* The seed of the block that trains on this data. */
static int64_t seed_of(const struct net_program *p, const struct net_data *d) {
  for (int i = 0; i < p->trains; i++)
    for (int k = 0; k < p->train[i].props && d == &p->data[p->train[i].data]; k++)
      if (!strcmp(p->train[i].prop[k].name, "seed"))
        return (int64_t)p->train[i].prop[k].value.num;
  return 0;
}

/* Samples at the front of the epoch's order. Returns how many there are to see. */
static int64_t samples_take(struct net_dataset *set, uint64_t seed, int64_t epoch, int augment, int64_t count,
                            void *const *field, char err[ERR]) {
  int64_t all = data_count(set);
  int64_t *order = mem_get((size_t)all * sizeof *order), *position = mem_get((size_t)count * sizeof *position);
  for (int64_t i = 0; i < all; i++)
    order[i] = i;
  order_fill(order, all, seed, (uint64_t)epoch);
  for (int64_t i = 0; i < count; i++)
    position[i] = i;
  int64_t taken = data_take(set, order, position, count, (uint64_t)epoch, augment, field, err);
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

static int preview(struct cli *cli, const struct net_data *d, uint64_t seed, int64_t count, int64_t epoch,
                   char err[ERR]) {
  if (field_of_picture(d) < 0)
    return fail(err, "data %s has no pictures to show", d->name);
  struct net_dataset *set = data_open(d, NET_TRAIN, cli_get(cli, "data"), seed, err);
  if (!set)
    return -1;
  void **field = mem_get((size_t)d->fields * sizeof *field);
  int status = 0;
  count = count < data_count(set) ? count : data_count(set);
  for (int f = 0; f < d->fields && !status; f++) {
    field[f] = block_get(count * data_field_size(&d->field[f]));
    status = field[f] ? 0 : fail(err, "out of memory for %lld samples; a smaller --count needs less", (long long)count);
  }
  int64_t n = status ? -1 : samples_take(set, seed, epoch, !cli_get(cli, "no-augment"), count, field, err);
  status = n < 0 ? -1 : sheet_write(cli, d, set, n, epoch, field, err);
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
  int64_t count, epoch, seed;
  for (int i = 0; i < p->datas; i++)
    if (!only || !strcmp(only, p->data[i].name)) {
      if (cli_whole(cli, "count", 1, 32, &count, err) || cli_whole(cli, "epoch", 1, 1, &epoch, err) ||
          cli_whole(cli, "seed", 0, seed_of(p, &p->data[i]), &seed, err))
        return -1;
      if (count > 4096)
        return cli_fail(cli, err, "--count: a page holds up to 4096 samples");
      return preview(cli, &p->data[i], (uint64_t)seed, count, epoch - 1, err);
    }
  return data_unknown(cli, p, only, err);
}
