/* Source shapes(count, objects, darker, turn, noise, seed, size, overlap, nested): scenes drawn by the program itself, in
   the size and with the fields that the data block declares: an image, and any of the class (then there is one figure),
   the mask, the classes of the pixels (0 is ground), the boxes. With points: one figure with so many corners, and its mask. With a
   clip in the image's place: one figure that moves, whose class is the direction.

   The splits draw from different seeds, so what is drawn for one is not drawn for another. The training's seed has no
   part in it: every run sees the same pictures. */
#include "calls.h"
#include "data/source.h"
#include "data/text.h"
#include "draw/figure.h"
#include "draw/scene.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shapes {
  struct source base;
  struct scene_plan plan;
};

static void shapes_close(struct source *s) {
  free(s);
}

static int planes_of(const struct scene_plan *p) {
  return p->channels * (p->frames ? p->frames : 1);
}

static int cell_fill(struct cell *c, const struct net_field *f, const struct scene *s, const struct scene_plan *p) {
  size_t n = (size_t)p->width * p->height;
  int picture = f->kind == NET_IMAGE || f->kind == NET_CLIP;
  *c = (struct cell){.channels = picture ? planes_of(p) : 1, .height = p->height, .width = p->width};
  if (f->kind == NET_CLASS)
    c->label = s->label;
  else if (f->kind == NET_POINTS) {
    c->points = p->corners;
    c->point = malloc(sizeof s->corner);
    if (c->point)
      memcpy(c->point, s->corner, sizeof s->corner);
    return c->point ? 0 : -1;
  }
  else if (f->kind == NET_BOXES) {
    c->boxes = s->objects;
    c->box = malloc(sizeof s->box);
    if (c->box)
      memcpy(c->box, s->box, sizeof s->box);
    return c->box ? 0 : -1;
  } else {
    c->bytes = malloc(n * c->channels);
    if (!c->bytes)
      return -1;
    memcpy(c->bytes, picture ? s->pixels : s->kind, n * c->channels);
    for (size_t i = 0; f->kind == NET_MASK && i < n; i++)
      c->bytes[i] = c->bytes[i] > 0;
  }
  return 0;
}

static int shapes_load(const struct source *s, int64_t i, struct cell *cell, char err[512]) {
  const struct shapes *x = (const struct shapes *)s;
  const struct scene_plan *p = &x->plan;
  size_t n = (size_t)p->width * p->height;
  struct scene scene = {.pixels = malloc(n * planes_of(p)), .kind = malloc(n)};
  int failed = !scene.pixels || !scene.kind || scene_draw(p, i, &scene);
  for (int f = 0; !failed && f < s->data->fields; f++)
    failed = cell_fill(&cell[f], &s->data->field[f], &scene, p);
  free(scene.pixels);
  free(scene.kind);
  return failed ? fail(err, "out of memory while drawing shapes") : 0;
}

static const char *shapes_class_name(const struct source *s, int k) {
  static const char *const direction[] = {"right", "up and right", "up",   "up and left",
                                          "left",  "down and left",  "down", "down and right"};
  const struct scene_plan *p = &((const struct shapes *)s)->plan;
  if (p->frames)
    return k >= 0 && k < p->directions ? direction[k * 8 / p->directions] : NULL;
  int labels = field_of(s->data, NET_CLASS) >= 0 || field_of(s->data, NET_BOXES) >= 0;
  int ground = !labels && field_of(s->data, NET_CLASS_MASK) >= 0;
  if (ground && k == 0)
    return "ground";
  k -= ground;
  return k >= 0 && k < p->kinds ? figure_name[k] : NULL;
}

static void shapes_where(const struct source *s, int64_t i, int field, char out[300]) {
  (void)s;
  (void)field;
  snprintf(out, 300, "scene %lld", (long long)i);
}

/* The number of kinds that all fields with classes agree on. */
static int shapes_kinds(const struct net_data *d, char err[512]) {
  int kinds = 0;
  for (int f = 0; f < d->fields; f++) {
    const struct net_field *field = &d->field[f];
    int here = field->kind == NET_CLASS || field->kind == NET_BOXES ? field->classes
               : field->kind == NET_CLASS_MASK                      ? field->classes - 1
                                                                    : 0;
    if (here > FIGURES)
      return fail(err, "data %s: shapes has %d figures, field `%s` has %d classes", d->name, FIGURES, field->name,
                  field->classes);
    if (here && kinds && here != kinds)
      return fail(err,
                  "data %s: field `%s` tells %d figures apart, an earlier one %d (class 0 of a mask is the ground)",
                  d->name, field->name, here, kinds);
    kinds = here ? here : kinds;
  }
  return kinds ? kinds : FIGURES;
}

static int shapes_size(struct scene_plan *p, const struct net_data *d, char err[512]) {
  int image = field_of_picture(d);
  if (image < 0)
    return fail(err, "data %s: shapes needs a field for the picture, such as `field image [1, 64, 64]`", d->name);
  const struct net_field *f = &d->field[image];
  p->frames = f->kind == NET_CLIP ? (int)f->dim[0] : 0;
  p->channels = (int)f->dim[f->rank - 3], p->height = (int)f->dim[f->rank - 2], p->width = (int)f->dim[f->rank - 1];
  for (int i = 0; i < d->fields; i++) {
    f = &d->field[i];
    if ((f->kind == NET_MASK || f->kind == NET_CLASS_MASK) &&
        (f->dim[f->rank - 2] > p->height || f->dim[f->rank - 1] > p->width))
      return fail(err, "data %s: field `%s` is %lldx%lld, the picture is %dx%d", d->name,
                  f->name, (long long)f->dim[f->rank - 2], (long long)f->dim[f->rank - 1], p->height, p->width);
  }
  return p->width >= 8 && p->height >= 8 ? 0 : fail(err, "data %s: shapes needs pictures of 8x8 or more", d->name);
}

/* A clip has its direction as a class; what would turn the picture would turn that, too. */
static int clip_plan(struct scene_plan *p, const struct net_data *d, char err[512]) {
  static const char *const turns[] = {"flip", "rotate"};
  int label = field_of(d, NET_CLASS);
  p->directions = label >= 0 ? d->field[label].classes : 8;
  if (p->directions != 4 && p->directions != 8)
    return fail(err, "data %s: the class of a clip that shapes draws is its direction, one of 4 or of 8, not of %d",
                d->name, p->directions);
  for (int i = 0; label >= 0 && i < d->augments; i++)
    for (int k = 0; k < 2; k++)
      if (!strcmp(d->augment[i].name, turns[k]))
        return fail(err, "data %s: %s would change the direction of movement, but not field `%s`, which says it",
                    d->name, turns[k], d->field[label].name);
  p->kinds = FIGURES;
  return 0;
}

static int corners_plan(struct scene_plan *p, const struct net_data *d, int points, char err[512]) {
  const struct net_field *f = points < 0 ? NULL : &d->field[points];
  p->corners = f ? (int)f->dim[0] : 0;
  return f && p->corners != 3 && p->corners != CORNERS
             ? fail(err, "data %s: shapes draws figures with 3 or 4 corners; field `%s` has %d points", d->name,
                    f->name, p->corners)
             : 0;
}

/* How large figures are, and how near each other. */
static int figures_plan(struct scene_plan *p, const struct source_request *r, char err[512]) {
  double size[2];
  int n = arg_nums(r->call, CALL_SOURCE, "size", size, 2);
  if (n == 1)
    size[1] = size[0];
  if (n < 1 || !(size[0] >= 0 && size[1] >= size[0] && size[1] <= 1))
    return fail(err, "data %s: shapes' size is a share of the shorter side, or a list [from, to] of two", r->data->name);
  p->size[0] = (float)size[0], p->size[1] = (float)size[1];
  p->overlap = (float)arg_num(r->call, CALL_SOURCE, "overlap");
  p->nested = (float)arg_num(r->call, CALL_SOURCE, "nested");
  return p->overlap >= 0 && p->overlap < 1 && p->nested >= 0 && p->nested <= 1
             ? 0
             : fail(err, "data %s: shapes' overlap is a share below 1, and nested one of at most 1", r->data->name);
}

static int shapes_plan(struct shapes *x, const struct source_request *r, char err[512]) {
  unsigned scenes = 1 << NET_IMAGE | 1 << NET_CLASS | 1 << NET_MASK | 1 << NET_CLASS_MASK | 1 << NET_BOXES;
  unsigned clips = 1 << NET_CLIP | 1 << NET_CLASS, corners = 1 << NET_IMAGE | 1 << NET_POINTS | 1 << NET_MASK;
  int clip = field_of(r->data, NET_CLIP) >= 0, points = field_of(r->data, NET_POINTS);
  struct scene_plan *p = &x->plan;
  double count = arg_num(r->call, CALL_SOURCE, "count"), objects = arg_num(r->call, CALL_SOURCE, "objects");
  if (fields_check(r->data, clip ? clips : points >= 0 ? corners : scenes,
                   clip          ? "a clip of shapes"
                   : points >= 0 ? "a shape with corners"
                                 : "shapes",
                   err) ||
      shapes_size(p, r->data, err) ||
      corners_plan(p, r->data, points, err) ||
      (clip ? clip_plan(p, r->data, err) : (p->kinds = shapes_kinds(r->data, err)) < 0))
    return -1;
  if (count < 1 || count > 1e9)
    return fail(err, "data %s: shapes(count: %g) should be a number of pictures", r->data->name, count);
  if (objects < 1 || objects > SCENE_OBJECTS)
    return fail(err, "data %s: shapes(objects: %g) should be from 1 to %d", r->data->name, objects, SCENE_OBJECTS);
  p->darker = (float)arg_num(r->call, CALL_SOURCE, "darker");
  p->turn = (float)arg_num(r->call, CALL_SOURCE, "turn");
  p->noise = (float)arg_num(r->call, CALL_SOURCE, "noise");
  if (!(p->darker >= 0 && p->darker <= 1 && p->noise >= 0 && p->noise <= 1))
    return fail(err, "data %s: shapes' darker and noise lie between 0 and 1", r->data->name);
  if (figures_plan(p, r, err))
    return -1;
  x->base.count = (int64_t)count;
  p->objects = field_of(r->data, NET_CLASS) >= 0 ? 1 : (int)objects;
  p->seed = split_seed((uint64_t)(int64_t)arg_num(r->call, CALL_SOURCE, "seed"), r->split);
  return 0;
}

struct source *shapes_open(const struct source_request *r, char err[512]) {
  struct shapes *x = calloc(1, sizeof *x);
  if (!x)
    return fail(err, "out of memory"), NULL;
  x->base = (struct source){r->data, 0, 0, shapes_load, shapes_class_name, shapes_where, shapes_close, NULL, 0};
  if (!shapes_plan(x, r, err))
    return &x->base;
  free(x);
  return NULL;
}
