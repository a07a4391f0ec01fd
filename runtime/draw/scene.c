/* Draws a scene: a ground, figures of another brightness that keep clear of each other, and noise over all.

   Figures are brighter than the ground by at least 0.25, but not than every other picture's ground, so that no fixed
   threshold finds them; a share of the pictures has it the other way round. */
#include "draw/scene.h"
#include "draw/brush.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 30 };

/* A place for one more figure that keeps clear of the others; 0 when none is found. Figures shrink with their
   number. */
static int figure_place(const struct scene_plan *p, struct stream *s, const struct figure *others, int count,
                        int wanted, struct figure *f) {
  float side = (float)(p->width < p->height ? p->width : p->height);
  float largest = wanted == 1 ? 0.46f : 0.34f / sqrtf((float)wanted / 2 + 0.5f);
  int kind = (int)(stream_next(s) * (float)p->kinds);
  for (int i = 0; i < TRIES; i++) {
    float r = side * largest * stream_between(s, wanted == 1 ? 0.7f : 0.6f, 1);
    float x = stream_between(s, r, (float)p->width - r), y = stream_between(s, r, (float)p->height - r);
    float angle = stream_between(s, -p->turn, p->turn) * (float)M_PI / 180;
    int free = 1;
    for (int k = 0; k < count; k++)
      free &= hypotf(x - others[k].x, y - others[k].y) > r + others[k].radius + 1;
    if (free)
      return *f = figure_at(kind, x, y, r, angle), 1;
  }
  return 0;
}

/* One figure with corners, anywhere inside. */
static void corners_paint(const struct scene_plan *p, struct stream *r, float brightness, float *plane,
                          struct scene *s) {
  float side = (float)(p->width < p->height ? p->width : p->height), turn = p->turn * (float)M_PI / 180;
  float radius = side * stream_between(r, 0.26f, 0.44f), color[3], light[2];
  float x = stream_between(r, radius, (float)p->width - radius);
  float y = stream_between(r, radius, (float)p->height - radius);
  float angle = stream_between(r, -turn, turn);
  int mirrored = stream_next(r) < 0.5f;
  struct figure f = figure_with_corners(p->corners, x, y, radius, angle, mirrored, s->corner);
  color_pick(r, p->channels, brightness + stream_between(r, -0.03f, 0.03f), 0.7f, color);
  light[0] = stream_between(r, -0.08f, 0.08f), light[1] = stream_between(r, -0.08f, 0.08f);
  s->objects = figure_paint(p, &f, color, light, plane, s->kind, s->box[0]);
}

static void figures_paint(const struct scene_plan *p, struct stream *r, int wanted, float brightness, float *plane,
                          struct scene *s) {
  struct figure figure[SCENE_OBJECTS];
  for (int i = 0; i < wanted; i++) {
    float color[3], light[2];
    if (!figure_place(p, r, figure, s->objects, wanted, &figure[s->objects]))
      break;
    color_pick(r, p->channels, brightness + stream_between(r, -0.03f, 0.03f), 0.7f, color);
    light[0] = stream_between(r, -0.08f, 0.08f), light[1] = stream_between(r, -0.08f, 0.08f);
    s->objects += figure_paint(p, &figure[s->objects], color, light, plane, s->kind, s->box[s->objects]);
  }
  s->label = s->objects ? (int)s->box[0][0] : 0;
}

static int still_draw(const struct scene_plan *p, int64_t number, struct scene *s) {
  size_t n = (size_t)p->width * p->height, values = n * p->channels;
  float *plane = malloc(2 * values * sizeof *plane);
  if (!plane)
    return -1;
  struct stream r = {.seed = p->seed, .number = number};
  struct ground ground;
  int darker = stream_next(&r) < p->darker, wanted = 1 + (int)(stream_next(&r) * (float)p->objects);
  float dim = stream_between(&r, 0.08f, 0.42f), bright = dim + stream_between(&r, 0.25f, 0.5f);
  ground_pick(&r, p->channels, darker ? bright : dim, &ground);
  ground_paint(p, &ground, plane);
  memset(s->kind, 0, n);
  s->objects = 0;
  if (p->corners)
    corners_paint(p, &r, darker ? dim : bright, plane, s);
  else
    figures_paint(p, &r, wanted, darker ? dim : bright, plane, s);
  plane_finish(p, number, 0, plane, plane + values, s->pixels);
  free(plane);
  return 0;
}

int scene_draw(const struct scene_plan *p, int64_t number, struct scene *s) {
  return p->frames ? clip_draw(p, number, s) : still_draw(p, number, s);
}
