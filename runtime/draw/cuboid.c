/* By rays: one through the centre of each pixel tells whose it is, four more its colour. A cuboid is met where a ray, turned
   into its frame, is within all three pairs of planes; the floor where it comes down to it. Light comes from one side:
   faces are brighter the more they look there, and where the way to it is barred, the floor is darker. */
#include "draw/cuboid.h"
#include "draw/brush.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 40, RAYS = 2 }; /* rays along each side of a pixel */
static const float CAMERA = 1.6f, NEAR = 2.5f, FAR = 9, APART = 0.2f, AMBIENT = 0.4f, SHADOW = 0.55f;

struct vec {
  float x, y, z;
};
struct view {
  const struct scene_plan *plan;
  const struct cuboid_scene *scene;
  struct vec light; /* where it comes from */
  float floor[3], wall[3];
  struct extent {
    float left, top, right, bottom; /* in the picture */
    float cosine, sine;
  } extent[CUBOIDS];
};

static float focal(const struct scene_plan *p) {
  return (float)p->width;
}

static struct vec ray_at(const struct scene_plan *p, float x, float y) {
  return (struct vec){(x - (float)p->width / 2) / focal(p), (y - (float)p->height / 4) / focal(p), 1};
}

/* Narrows [near, far] to where from + t along lies within half of 0; axis is noted where that moved `near`. */
static void slab(float from, float along, float half, int axis, float *near, float *far, int *entered) {
  float to = along == 0 ? 1e-20f : along, a = (-half - from) / to, b = (half - from) / to;
  if (fminf(a, b) > *near)
    *near = fminf(a, b), *entered = axis;
  *far = fminf(*far, fmaxf(a, b));
}

/* How far along a ray cuboid k is met, and on which face: 0 across its length, 1 above or below, 2 across its width.
   INFINITY: it is missed. */
static float cuboid_meet(const struct view *v, int k, struct vec from, struct vec d, int *face) {
  const struct cuboid *c = &v->scene->cuboid[k];
  float cosine = v->extent[k].cosine, sine = v->extent[k].sine, near = 0, far = INFINITY;
  float x = from.x - c->x, z = from.z - c->z;
  *face = -1;
  slab(cosine * x - sine * z, cosine * d.x - sine * d.z, c->length / 2, 0, &near, &far, face);
  slab(from.y - c->y, d.y, c->height / 2, 1, &near, &far, face);
  slab(sine * x + cosine * z, sine * d.x + cosine * d.z, c->width / 2, 2, &near, &far, face);
  return *face >= 0 && near <= far ? near : INFINITY;
}

/* The nearest cuboid that is met through (x, y) of the picture; -1: none. */
static int nearest_meet(const struct view *v, float x, float y, struct vec d, int *face) {
  float nearest = INFINITY;
  int found = -1, here;
  for (int k = 0; k < v->scene->count; k++) {
    const struct extent *e = &v->extent[k];
    if (x < e->left || x > e->right || y < e->top || y > e->bottom)
      continue;
    float t = cuboid_meet(v, k, (struct vec){0}, d, &here);
    if (t < nearest)
      nearest = t, found = k, *face = here;
  }
  return found;
}

static float face_light(const struct view *v, int k, int face, struct vec d) {
  float cosine = v->extent[k].cosine, sine = v->extent[k].sine;
  struct vec n = face == 0 ? (struct vec){cosine, 0, -sine} : face == 1 ? (struct vec){0, 1, 0} : (struct vec){sine, 0, cosine};
  float to_us = -(n.x * d.x + n.y * d.y + n.z * d.z), light = n.x * v->light.x + n.y * v->light.y + n.z * v->light.z;
  return AMBIENT + (1 - AMBIENT) * fmaxf(0, to_us < 0 ? -light : light);
}

static int is_shadowed(const struct view *v, struct vec at) {
  int face, dark = 0;
  for (int k = 0; k < v->scene->count && !dark; k++)
    dark = cuboid_meet(v, k, at, v->light, &face) < INFINITY;
  return dark;
}

/* Tiles of a metre, which fade away; the wall is brighter further up. */
static void color_of(const struct view *v, float x, float y, float *color) {
  struct vec d = ray_at(v->plan, x, y);
  int face, k = nearest_meet(v, x, y, d, &face);
  const float *of = k >= 0 ? v->scene->cuboid[k].color : d.y > 0 ? v->floor : v->wall;
  float light = 1, more = 0;
  if (k >= 0) {
    light = face_light(v, k, face, d);
  } else if (d.y > 0) {
    float t = CAMERA / d.y;
    struct vec at = {t * d.x, CAMERA, t * d.z};
    more = 0.12f / (1 + t / 3) * (((int)floorf(at.x) + (int)floorf(at.z)) & 1 ? 0.5f : -0.5f);
    light = t < 2 * FAR && is_shadowed(v, at) ? SHADOW : 1;
  } else {
    more = -0.3f * d.y;
  }
  for (int c = 0; c < v->plan->channels; c++)
    color[c] += (of[c] + more) * light / (RAYS * RAYS);
}

static void pixels_paint(const struct view *v, float *plane, signed char *whose) {
  const struct scene_plan *p = v->plan;
  size_t n = (size_t)p->width * p->height, at = 0;
  for (int y = 0; y < p->height; y++)
    for (int x = 0; x < p->width; x++, at++) {
      float color[3] = {0}, px = (float)x + 0.5f, py = (float)y + 0.5f;
      int face;
      whose[at] = (signed char)nearest_meet(v, px, py, ray_at(p, px, py), &face);
      for (int i = 0; i < RAYS * RAYS; i++)
        color_of(v, (float)x + ((float)(i % RAYS) + 0.5f) / RAYS, (float)y + ((float)(i / RAYS) + 0.5f) / RAYS, color);
      for (int c = 0; c < p->channels; c++)
        plane[c * n + at] = color[c];
    }
}

/* ---- what stands where ---- */

static int cuboid_place(const struct scene_plan *p, struct stream *r, const struct cuboid_scene *s, struct cuboid *c) {
  c->width = stream_between(r, 0.4f, 0.9f), c->length = c->width * stream_between(r, 1.3f, 2.2f);
  c->height = stream_between(r, 0.4f, 1.4f), c->yaw = stream_between(r, -(float)M_PI / 2, (float)M_PI / 2);
  color_pick(r, p->channels, stream_between(r, 0.4f, 0.7f), 0.6f, c->color);
  c->y = CAMERA - c->height / 2;
  for (int i = 0; i < TRIES; i++) {
    int clear = 1;
    c->z = stream_between(r, NEAR, FAR), c->x = c->z * stream_between(r, -0.42f, 0.42f);
    for (int k = 0; k < s->count; k++) {
      const struct cuboid *o = &s->cuboid[k];
      float room = (hypotf(c->width, c->length) + hypotf(o->width, o->length)) / 2 + APART;
      clear &= hypotf(c->x - o->x, c->z - o->z) > room;
    }
    if (clear)
      return 1;
  }
  return 0;
}

static int by_distance(const void *a, const void *b) {
  float u = ((const struct cuboid *)a)->z, v = ((const struct cuboid *)b)->z;
  return (u > v) - (u < v);
}

static struct extent extent_of(const struct scene_plan *p, const struct cuboid *c) {
  struct extent e = {INFINITY, INFINITY, -INFINITY, -INFINITY, cosf(c->yaw), sinf(c->yaw)};
  for (int k = 0; k < 8; k++) {
    float l = k & 1 ? c->length / 2 : -c->length / 2, h = k & 2 ? c->height / 2 : -c->height / 2;
    float w = k & 4 ? c->width / 2 : -c->width / 2, z = c->z - e.sine * l + e.cosine * w;
    float x = (float)p->width / 2 + focal(p) * (c->x + e.cosine * l + e.sine * w) / z;
    float y = (float)p->height / 4 + focal(p) * (c->y + h) / z;
    e.left = fminf(e.left, x), e.right = fmaxf(e.right, x), e.top = fminf(e.top, y), e.bottom = fmaxf(e.bottom, y);
  }
  return e;
}

/* Boxes around the pixels of each; cuboids of which less than a tenth is seen are left out. */
static void boxes_find(const struct view *v, const signed char *whose, struct cuboid_scene *s) {
  const struct scene_plan *p = v->plan;
  int count = s->count, kept = 0;
  for (int k = 0; k < count; k++) {
    const struct extent *e = &v->extent[k];
    int left = INT_MAX, top = INT_MAX, right = 0, bottom = 0, seen = 0, whole = 0, face;
    for (int y = (int)fmaxf(0, e->top); y < p->height && (float)y < e->bottom; y++)
      for (int x = (int)fmaxf(0, e->left); x < p->width && (float)x < e->right; x++) {
        struct vec d = ray_at(p, (float)x + 0.5f, (float)y + 0.5f);
        whole += cuboid_meet(v, k, (struct vec){0}, d, &face) < INFINITY;
        if (whose[(size_t)y * p->width + x] != k)
          continue;
        seen++;
        left = x < left ? x : left, right = x >= right ? x + 1 : right;
        top = y < top ? y : top, bottom = y >= bottom ? y + 1 : bottom;
      }
    if (!seen || 10 * seen < whole)
      continue;
    s->cuboid[kept] = s->cuboid[k]; /* those that follow keep their places until they have been looked at */
    memcpy(s->box[kept++], (float[5]){0, (float)left, (float)top, (float)right, (float)bottom}, sizeof *s->box);
  }
  s->count = kept;
}

static void colors_pick(const struct scene_plan *p, struct stream *r, struct view *v) {
  float way = stream_between(r, 0, 2 * (float)M_PI), height = stream_between(r, 0.6f, 1.2f);
  v->light = (struct vec){cosf(height) * sinf(way), -sinf(height), cosf(height) * cosf(way)};
  color_pick(r, p->channels, stream_between(r, 0.35f, 0.7f), 0.2f, v->floor);
  color_pick(r, p->channels, stream_between(r, 0.2f, 0.8f), 0.2f, v->wall);
}

int cuboids_draw(const struct scene_plan *p, int64_t number, struct cuboid_scene *s) {
  size_t n = (size_t)p->width * p->height, values = n * p->channels;
  float *plane = malloc(2 * values * sizeof *plane);
  signed char *whose = malloc(n);
  struct stream r = {.seed = p->seed, .number = number};
  struct view v = {.plan = p, .scene = s};
  int wanted = 1 + (int)(stream_next(&r) * (float)p->objects);
  if (plane && whose) {
    colors_pick(p, &r, &v);
    for (s->count = 0; s->count < wanted && cuboid_place(p, &r, s, &s->cuboid[s->count]);)
      s->count++;
    qsort(s->cuboid, (size_t)s->count, sizeof *s->cuboid, by_distance);
    for (int k = 0; k < s->count; k++)
      v.extent[k] = extent_of(p, &s->cuboid[k]);
    pixels_paint(&v, plane, whose);
    boxes_find(&v, whose, s);
    plane_finish(p, number, 0, plane, plane + values, s->pixels);
  }
  int failed = !plane || !whose;
  free(plane), free(whose);
  return failed ? -1 : 0;
}
