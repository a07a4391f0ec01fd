/* What drawn scenes, clips and corners are painted with. Planes are floats [channels, height, width], 1 is white. */
#ifndef NET_BRUSH_H
#define NET_BRUSH_H
#include "draw/scene.h"
#include "netrt.h"

enum { STREAM = 64, GRID = 16 };

struct stream { /* uniform numbers, one after another */
  uint64_t seed;
  int64_t number, at;
  float value[STREAM];
};
float stream_next(struct stream *s);
float stream_between(struct stream *s, float low, float high);

/* A colour of this brightness; strength 0 is grey. */
void color_pick(struct stream *s, int channels, float brightness, float strength, float *color);

struct ground {
  float color[3], slope_x, slope_y, strength[2];
  int cells[2]; /* of texture along the longer side */
  float knot[2][GRID + 1][GRID + 1];
};
void ground_pick(struct stream *s, int channels, float brightness, struct ground *g);
void ground_paint(const struct scene_plan *p, const struct ground *g, float *plane);

/* Paints one figure and writes its box; 0 when not a single pixel is inside. light: what is added towards the right and
   towards the bottom. kind: the map of kinds, which gets 1 + the figure's. */
int figure_paint(const struct scene_plan *p, const struct figure *f, const float *color, const float *light,
                 float *plane, unsigned char *kind, float box[5]);

/* Noise over all, and bytes. frame: tells the noise of one picture of a clip from the next one's. noise: room for as
   many floats as the plane has. */
void plane_finish(const struct scene_plan *p, int64_t number, int frame, const float *plane, float *noise,
                  unsigned char *pixels);

#endif
