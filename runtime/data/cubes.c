/* Source cubes(count, objects, noise, seed): pictures of cuboids on a floor, drawn by the program itself (draw/cuboid.h says
   how they are seen). For each, the nearest first, a row of a field [max, 8]: 0, centre x, y, z, width, height, length in
   metres of the camera, yaw; unused rows have -1 in front. A field of boxes has the same rows in the picture. */
#include "augment/step.h"
#include "calls.h"
#include "data/source.h"
#include "data/text.h"
#include "draw/cuboid.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cubes {
  struct source base;
  struct scene_plan plan;
};

static void cubes_close(struct source *s) {
  free(s);
}

static int rows_fill(struct cell *c, const struct net_field *f, const struct cuboid_scene *s) {
  int rows = (int)f->dim[0];
  c->values = rows * CUBOID_VALUES;
  c->value = calloc((size_t)c->values, sizeof *c->value);
  for (int i = 0; c->value && i < rows; i++) {
    const struct cuboid *o = &s->cuboid[i];
    float row[CUBOID_VALUES] = {-1};
    if (i < s->count)
      memcpy(row, (float[]){0, o->x, o->y, o->z, o->width, o->height, o->length, o->yaw}, sizeof row);
    memcpy(c->value + i * CUBOID_VALUES, row, sizeof row);
  }
  return c->value ? 0 : -1;
}

static int cell_fill(struct cell *c, const struct net_field *f, struct cuboid_scene *s, const struct scene_plan *p) {
  *c = (struct cell){.height = p->height, .width = p->width};
  if (f->kind == NET_VALUE)
    return rows_fill(c, f, s);
  if (f->kind == NET_BOXES) {
    c->boxes = s->count, c->box = malloc(sizeof s->box);
    if (c->box)
      memcpy(c->box, s->box, sizeof s->box);
    return c->box ? 0 : -1;
  }
  c->channels = p->channels, c->bytes = s->pixels;
  s->pixels = NULL;
  return 0;
}

static int cubes_load(const struct source *s, int64_t i, struct cell *cell, char err[512]) {
  const struct scene_plan *p = &((const struct cubes *)s)->plan;
  struct cuboid_scene scene = {.pixels = malloc((size_t)p->width * p->height * p->channels)};
  int failed = !scene.pixels || cuboids_draw(p, i, &scene);
  for (int f = 0; !failed && f < s->data->fields; f++)
    failed = cell_fill(&cell[f], &s->data->field[f], &scene, p);
  free(scene.pixels);
  return failed ? fail(err, "out of memory while drawing cubes") : 0;
}

static const char *cubes_class_name(const struct source *s, int k) {
  (void)s;
  return k == 0 ? "cube" : NULL;
}

static void cubes_where(const struct source *s, int64_t i, int field, char out[300]) {
  (void)s;
  (void)field;
  snprintf(out, 300, "scene %lld", (long long)i);
}

/* What moves a picture does not move places in space. */
static int augment_check(const struct net_data *d, char err[512]) {
  struct steps steps;
  if (field_of(d, NET_VALUE) < 0 || steps_read(&steps, d->augment, d->augments, 0, err))
    return field_of(d, NET_VALUE) < 0 ? 0 : -1;
  for (int i = 0; i < steps.count; i++)
    if (steps.step[i].kind <= STEP_AFFINE || steps.step[i].kind >= STEP_MIXUP)
      return fail(err, "data %s, augment: %s would change what is where, but not field `%s`, which says it", d->name,
                  d->augment[i].name, d->field[field_of(d, NET_VALUE)].name);
  return 0;
}

static int fields_plan(struct scene_plan *p, const struct net_data *d, char err[512]) {
  int image = field_of(d, NET_IMAGE);
  if (fields_check(d, 1 << NET_IMAGE | 1 << NET_BOXES | 1 << NET_VALUE, "cubes", err))
    return -1;
  if (image < 0)
    return fail(err, "data %s: cubes needs a field for the picture, such as `field image [3, 128, 128]`", d->name);
  const int64_t *dim = d->field[image].dim;
  p->channels = (int)dim[0], p->height = (int)dim[1], p->width = (int)dim[2];
  if (p->width < 16 || p->height < 16)
    return fail(err, "data %s: cubes needs pictures of 16x16 or more", d->name);
  for (int i = 0; i < d->fields; i++) {
    const struct net_field *f = &d->field[i];
    if (f->kind == NET_VALUE && (f->rank != 2 || f->dim[1] != CUBOID_VALUES))
      return fail(err, "data %s: what cubes tells of each object is 8 numbers; write `field %s [%d, 8]`", d->name, f->name,
                  p->objects);
    if (f->kind != NET_IMAGE && f->dim[0] < p->objects)
      return fail(err, "data %s: field `%s` has %lld rows, cubes draws up to %d objects", d->name, f->name,
                  (long long)f->dim[0], p->objects);
    if (f->kind == NET_BOXES && f->classes != 1)
      return fail(err, "data %s: cubes has one class of objects; write `boxes(1, max: %d)` for `%s`", d->name, p->objects,
                  f->name);
  }
  return 0;
}

static int cubes_plan(struct cubes *x, const struct source_request *r, char err[512]) {
  struct scene_plan *p = &x->plan;
  double count = arg_num(r->call, CALL_SOURCE, "count"), objects = arg_num(r->call, CALL_SOURCE, "objects");
  if (!(count >= 1 && count <= 1e9))
    return fail(err, "data %s: cubes(count: %g) should be a number of pictures", r->data->name, count);
  if (!(objects >= 1 && objects <= CUBOIDS))
    return fail(err, "data %s: cubes(objects: %g) should be from 1 to %d", r->data->name, objects, CUBOIDS);
  x->base.count = (int64_t)count;
  p->objects = (int)objects;
  p->noise = (float)arg_num(r->call, CALL_SOURCE, "noise");
  if (!(p->noise >= 0 && p->noise <= 1))
    return fail(err, "data %s: cubes' noise lies between 0 and 1", r->data->name);
  p->seed = split_seed((uint64_t)(int64_t)arg_num(r->call, CALL_SOURCE, "seed"), r->split);
  return fields_plan(p, r->data, err) || augment_check(r->data, err);
}

struct source *cubes_open(const struct source_request *r, char err[512]) {
  struct cubes *x = calloc(1, sizeof *x);
  if (!x)
    return fail(err, "out of memory"), NULL;
  x->base = (struct source){r->data, 0, 0, cubes_load, cubes_class_name, cubes_where, cubes_close, NULL, 0};
  if (!cubes_plan(x, r, err))
    return &x->base;
  free(x);
  return NULL;
}
