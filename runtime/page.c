#include "page.h"
#include "data/derive.h"
#include "draw/show.h"
#include "rng.h"
#include "sampling.h"
#include <stdlib.h>
#include <string.h>

/* Samples at the front of the epoch's order. Returns how many there are to see. */
static int64_t samples_take(const struct page *g, void *const *field, char err[ERR]) {
  struct net_dataset *set = g->set;
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
  int64_t taken = failed ? -1 : data_take(set, order, position, g->count, (uint64_t)g->epoch, g->augment, field, err);
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
    } else if (derive_early(x)) {
      s.region = field[f], s.regions = (int)x->dim[0];
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

static int sheet_write(const struct page *g, const char *path, int64_t n, void *const *field, char err[ERR]) {
  enum { NAMES = 1000 };
  const char *name[NAMES];
  struct show_samples s = samples_of(g->data, n, field);
  struct net_range range = data_range(g->data, field_of_picture(g->data));
  int names = 0;
  while (names < NAMES && (name[names] = data_class_name(g->set, names)))
    names++;
  s.range = &range;
  s.names = (struct show_names){names, name};
  return show_samples(path, &s, err);
}

int page_can(const struct net_data *d) {
  return field_of_picture(d) >= 0;
}

int64_t page_write(const struct page *given, const char *path, char err[ERR]) {
  struct page g = *given;
  const struct net_data *d = g.data;
  void **field = mem_get((size_t)d->fields * sizeof *field);
  int status = 0;
  g.count = g.count < data_count(g.set) ? g.count : data_count(g.set);
  for (int f = 0; f < d->fields && !status; f++) {
    field[f] = block_get(g.count * data_field_size(&d->field[f]));
    status = field[f] ? 0 : fail(err, "out of memory for %lld samples; fewer need less", (long long)g.count);
  }
  int64_t n = status ? -1 : samples_take(&g, field, err);
  if (n >= 0 && sheet_write(&g, path, n, field, err))
    n = -1;
  for (int f = 0; f < d->fields; f++)
    block_free(field[f]);
  free(field);
  return n;
}
