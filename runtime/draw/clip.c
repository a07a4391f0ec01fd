/* Draws a clip: one figure that moves straight on over a ground that stands still.

   What goes out on one side comes in on the other, and the figure starts anywhere. So its place is equally likely to be
   any in each frame whatever the direction, and so are its kind and its angle: no single frame tells the direction. */
#include "draw/brush.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct mover {
  struct figure figure;
  float color[3], light[2], step_x, step_y;
};

static void mover_pick(const struct scene_plan *p, struct stream *s, float brightness, struct mover *m, int *label) {
  float side = (float)(p->width < p->height ? p->width : p->height), turn = p->turn * (float)M_PI / 180;
  int kind = (int)(stream_next(s) * (float)p->kinds);
  float x = stream_between(s, 0, (float)p->width), y = stream_between(s, 0, (float)p->height);
  float radius = side * stream_between(s, 0.16f, 0.26f);
  m->figure = figure_at(kind, x, y, radius, stream_between(s, -turn, turn));
  *label = (int)(stream_next(s) * (float)p->directions);
  float way = 2 * (float)M_PI * (float)*label / (float)p->directions, speed = side * stream_between(s, 0.05f, 0.11f);
  m->step_x = speed * cosf(way);
  m->step_y = -speed * sinf(way);
  color_pick(s, p->channels, brightness + stream_between(s, -0.03f, 0.03f), 0.7f, m->color);
  m->light[0] = stream_between(s, -0.08f, 0.08f), m->light[1] = stream_between(s, -0.08f, 0.08f);
}

static float around(float v, float size) {
  v = fmodf(v, size);
  return v < 0 ? v + size : v;
}

/* The figure where it is in this frame, and what of it has come in on the other sides. */
static void mover_paint(const struct scene_plan *p, const struct mover *m, int frame, float *plane, struct scene *s) {
  float width = (float)p->width, height = (float)p->height;
  struct figure f = m->figure;
  float x = around(f.x + (float)frame * m->step_x, width), y = around(f.y + (float)frame * m->step_y, height);
  for (int j = -1; j <= 1; j++)
    for (int i = -1; i <= 1; i++) {
      f.x = x + (float)i * width, f.y = y + (float)j * height;
      if (f.x > -f.radius - 1 && f.x < width + f.radius + 1 && f.y > -f.radius - 1 && f.y < height + f.radius + 1)
        figure_paint(p, &f, m->color, m->light, plane, s->kind, s->box[0]);
    }
}

int clip_draw(const struct scene_plan *p, int64_t number, struct scene *s) {
  size_t n = (size_t)p->width * p->height, values = n * p->channels;
  float *ground_plane = malloc(3 * values * sizeof *ground_plane), *plane = ground_plane + values;
  if (!ground_plane)
    return -1;
  struct stream r = {.seed = p->seed, .number = number};
  struct ground ground;
  struct mover mover;
  int darker = stream_next(&r) < p->darker;
  float dim = stream_between(&r, 0.08f, 0.42f), bright = dim + stream_between(&r, 0.25f, 0.5f);
  ground_pick(&r, p->channels, darker ? bright : dim, &ground);
  ground_paint(p, &ground, ground_plane);
  mover_pick(p, &r, darker ? dim : bright, &mover, &s->label);
  for (int frame = 0; frame < p->frames; frame++) {
    memcpy(plane, ground_plane, values * sizeof *plane);
    mover_paint(p, &mover, frame, plane, s);
    plane_finish(p, number, frame, plane, plane + values, s->pixels + frame * values);
  }
  s->objects = 0;
  free(ground_plane);
  return 0;
}
