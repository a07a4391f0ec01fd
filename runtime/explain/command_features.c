/* Duty: `features`: what the maps of a stage show of a picture, as a labelled grid. */
#include "explain/explain.h"
#include "explain/heat.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 6, HEAD = 20, TILE = 96, LARGEST = 192, ROOM = 16 };
static const struct color paper = {250, 250, 250}, ink = {50, 52, 58};

/* A stage's value as maps: [c, h, w] as it is, [h, w] as one, n numbers as one map of about as many rows as columns. */
struct maps {
  int count, height, width;
};

static struct maps maps_of(const struct net_value *v) {
  if (v->rank == 3)
    return (struct maps){(int)v->dim[0], (int)v->dim[1], (int)v->dim[2]};
  if (v->rank == 2)
    return (struct maps){1, (int)v->dim[0], (int)v->dim[1]};
  int n = (int)value_count(v), width = (int)ceil(sqrt(n));
  return (struct maps){1, (n + width - 1) / width, width};
}

/* Map k, small ones enlarged by a whole factor, large ones shrunk. */
static struct net_picture *tile_of(const float *value, struct maps m, int k) {
  struct net_picture *p = heat_plane(value + (size_t)k * m.height * m.width, m.width, m.height);
  return p && (m.width > LARGEST || m.height > LARGEST) ? heat_shrink(p, LARGEST) : p;
}

static struct net_picture *grid(const float *value, struct maps m, int most, const char *title) {
  int n = m.count < most ? m.count : most, columns = grid_columns(n), rows = (n + columns - 1) / columns, scale = 1;
  struct net_picture *sheet = NULL;
  int failed = 0, step_x = 0, step_y = 0;
  for (int k = 0; k < n && !failed; k++) {
    struct net_picture *p = tile_of(value, m, k);
    char number[NUMBER];
    if (p && !sheet) {
      scale = scale_for(p->width, p->height, n > 1 ? TILE : 3 * TILE);
      step_x = p->width * scale + GAP, step_y = p->height * scale + FONT_HEIGHT + GAP;
      int width = columns * step_x + GAP, least = (int)strlen(title) * FONT_WIDTH + 2 * GAP;
      sheet = canvas_new(width > least ? width : least, HEAD + rows * step_y + GAP, paper);
    }
    failed = !p || !sheet;
    int x = GAP + k % columns * step_x, y = HEAD + k / columns * step_y;
    if (!failed)
      canvas_picture(sheet, x, y, p, scale);
    if (!failed && m.count > 1) {
      snprintf(number, sizeof number, "%d", k);
      canvas_text(sheet, x, y + p->height * scale + 2, number, step_x / FONT_WIDTH, 1, ink);
    }
    image_free(p);
  }
  if (failed) {
    image_free(sheet);
    return NULL;
  }
  canvas_text(sheet, GAP, 6, title, (sheet->width - 2 * GAP) / FONT_WIDTH, 1, ink);
  return sheet;
}

struct run {
  struct explainer e;
  struct insight insight;
  const struct net_stage *stage;
  const char *out;
  int64_t most;
  float *value;
};

static int write_grid(const struct run *r, int64_t i, char err[ERR]) {
  const struct given *g = &r->e.given;
  const struct net_value *v = &r->stage->value;
  struct maps m = maps_of(v);
  char name[64], shape[SHAPE], *path = result_path(g, i, r->out, r->stage->name, err);
  if (!path)
    return -1;
  char *title = mem_text("%s %s%s, %s", r->stage->name, shape_text(shape, v->rank, v->dim),
                         m.count > r->most ? ", the first maps" : "", path_file(sample_name(g, i, name)));
  struct net_picture *p = grid(r->value, m, (int)r->most, title);
  int status = p ? image_write(path, p, err) : fail(err, "%s: out of memory", path);
  if (!status)
    fprintf(stderr, "wrote %s\n", path);
  image_free(p);
  free(title), free(path);
  return status;
}

static int run(struct run *r, char err[ERR]) {
  struct explainer *e = &r->e;
  const struct net_value *v = &r->stage->value;
  int64_t first = 0, n;
  size_t padded = (size_t)maps_of(v).count * maps_of(v).height * maps_of(v).width;
  r->value = mem_get(padded * sizeof *r->value);
  for (; (n = explainer_fill(e, first, err)) > 0; first += n) {
    insight_take(&r->insight, e, 0, n);
    insight_run(&r->insight, v, n);
    for (int64_t i = 0; i < n; i++) {
      insight_value(&r->insight, v, n, i, r->value);
      if (write_grid(r, i, err))
        return -1;
    }
  }
  return n < 0 ? -1 : 0;
}

void features_options(const struct command *c) {
  cli_add(c->cli, (struct cli_row){"stage", 0, "NAME", "Whose maps; list lists the stages", OFTEN});
  cli_add(c->cli, (struct cli_row){"output", 'o', "FILE", "The picture; for several, a folder", OFTEN});
  cli_add(c->cli, (struct cli_row){"most", 0, "N", "The first N maps only (now 256)", RARE});
  explain_options(c, EXPLAIN_STAGES);
}

int command_features(const struct command *c, char err[ERR]) {
  struct run r = {.out = cli_get(c->cli, "output")};
  int status = explainer_begin(&r.e, c, EXPLAIN_STAGES, err) || !(r.stage = stage_wanted(&r.e, err)) ||
                       cli_whole(c->cli, "most", 1, 256, &r.most, err) ||
                       explainer_open(&r.e, room_for(&c->program->entry[r.e.predict->explain_entry], ROOM), err) ||
                       insight_open(&r.insight, &r.e, r.e.given.batch, err) || run(&r, err)
                   ? -1
                   : r.e.given.failures > 0;
  free(r.value);
  insight_close(&r.insight);
  explainer_close(&r.e);
  return status == -1 && !*err ? 0 : status; /* a list was all that was asked for */
}
