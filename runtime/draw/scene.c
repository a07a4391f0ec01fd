/* Draws a scene: a ground, figures of another brightness that keep clear of each other, and noise over all.

   Figures are brighter than the ground by at least 0.25, but not than every other picture's ground, so that no fixed
   threshold finds them; a share of the pictures has it the other way round. */
#include "draw/scene.h"
#include "draw/brush.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 30, NESTED_RADIUS = 4 };

/* Does a figure there keep clear of the others? But for the one that it lies on. */
static int is_clear(const struct scene_plan *p, const struct figure *others, int count, int but, float x, float y,
                    float r) {
  int clear = 1;
  for (int k = 0; k < count; k++)
    clear &= k == but || hypotf(x - others[k].x, y - others[k].y) > (r + others[k].radius) * (1 - p->overlap) + 1;
  return clear;
}

/* A place for one more figure on one of the others; 0 when none is found. */
static int figure_nest(const struct scene_plan *p, struct stream *s, const struct figure *others, int count,
                       struct figure *f) {
  int kind = (int)(stream_next(s) * (float)p->kinds);
  for (int i = 0; i < TRIES; i++) {
    int on = (int)(stream_next(s) * (float)count);
    float room = figure_holds(others[on].kind) * others[on].radius, r = room * stream_between(s, 0.45f, 0.75f);
    float away = (room - r) * stream_next(s), way = stream_between(s, 0, 2 * (float)M_PI);
    float x = others[on].x + away * cosf(way), y = others[on].y + away * sinf(way);
    float angle = stream_between(s, -p->turn, p->turn) * (float)M_PI / 180;
    if (r < NESTED_RADIUS || others[on].nested || !is_clear(p, others, count, on, x, y, r))
      continue;
    *f = figure_at(kind, x, y, r, angle);
    return f->nested = 1;
  }
  return 0;
}

/* A place for one more figure that keeps clear of the others; 0 when none is found. Figures shrink with their
   number. */
static int figure_place(const struct scene_plan *p, struct stream *s, const struct figure *others, int count,
                        int wanted, struct figure *f) {
  float side = (float)(p->width < p->height ? p->width : p->height);
  float largest = wanted == 1 ? 0.46f : 0.34f / sqrtf((float)wanted / 2 + 0.5f);
  int kind = (int)(stream_next(s) * (float)p->kinds);
  for (int i = 0; i < TRIES; i++) {
    float r = p->size[1] > 0 ? side / 2 * stream_between(s, p->size[0], p->size[1])
                             : side * largest * stream_between(s, wanted == 1 ? 0.7f : 0.6f, 1);
    float x = stream_between(s, r, (float)p->width - r), y = stream_between(s, r, (float)p->height - r);
    float angle = stream_between(s, -p->turn, p->turn) * (float)M_PI / 180;
    if (is_clear(p, others, count, -1, x, y, r))
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

/* The box around what later figures leave to be seen of one; 0 when that is less than a tenth of it, or no two pixels
   wide and high: what nobody could find. */
static int figure_seen(const struct figure *figure, int count, int i, float box[5]) {
  int whole = 0, seen = 0, left = INT_MAX, right = 0, top = INT_MAX, bottom = 0;
  for (int y = (int)box[2]; y < (int)box[4]; y++)
    for (int x = (int)box[1]; x < (int)box[3]; x++) {
      float px = (float)x + 0.5f, py = (float)y + 0.5f;
      int hidden = 0;
      if (figure_distance(&figure[i], px, py) >= 0)
        continue;
      for (int k = i + 1; k < count && !hidden; k++)
        hidden = hypotf(px - figure[k].x, py - figure[k].y) <= FIGURE_REACH * figure[k].radius &&
                 figure_distance(&figure[k], px, py) < 0;
      whole++;
      if (hidden)
        continue;
      seen++;
      left = x < left ? x : left, right = x > right ? x : right;
      top = y < top ? y : top, bottom = y > bottom ? y : bottom;
    }
  box[1] = (float)left, box[2] = (float)top, box[3] = (float)right + 1, box[4] = (float)bottom + 1;
  return 10 * seen >= whole && right > left && bottom > top;
}

static void figures_paint(const struct scene_plan *p, struct stream *r, int wanted, const float brightness[2],
                          float *plane, struct scene *s) {
  struct figure figure[SCENE_OBJECTS];
  int count = 0;
  for (int i = 0; i < wanted; i++) {
    float color[3], light[2];
    struct figure *f = &figure[count];
    int nests = count > 0 && p->nested > 0 && stream_next(r) < p->nested && figure_nest(p, r, figure, count, f);
    if (!nests && !figure_place(p, r, figure, count, wanted, f))
      break;
    color_pick(r, p->channels, brightness[nests] + stream_between(r, -0.03f, 0.03f), 0.7f, color);
    light[0] = stream_between(r, -0.08f, 0.08f), light[1] = stream_between(r, -0.08f, 0.08f);
    count += figure_paint(p, f, color, light, plane, s->kind, s->box[count]);
  }
  int covers = p->overlap > 0 || p->nested > 0;
  for (int i = 0; i < count; i++)
    if (!covers || figure_seen(figure, count, i, s->box[i]))
      memmove(s->box[s->objects++], s->box[i], sizeof *s->box);
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
    figures_paint(p, &r, wanted, darker ? (float[]){dim, bright} : (float[]){bright, dim}, plane, s);
  plane_finish(p, number, 0, plane, plane + values, s->pixels);
  free(plane);
  return 0;
}

int scene_draw(const struct scene_plan *p, int64_t number, struct scene *s) {
  return p->frames ? clip_draw(p, number, s) : still_draw(p, number, s);
}
