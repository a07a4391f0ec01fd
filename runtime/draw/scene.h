/* Scenes: pictures of figures on a textured ground, for training without any data. */
#ifndef NET_SCENE_H
#define NET_SCENE_H
#include "draw/figure.h"
#include <stdint.h>

enum { SCENE_OBJECTS = 32 };

struct scene_plan { /* what to draw: a scene is a pure function of this and its number */
  int width, height, channels;
  int kinds;    /* figures 0 … kinds - 1 */
  int objects;  /* 1 to so many in a picture, at most SCENE_OBJECTS */
  float size[2]; /* of figures, from and to: diameters as shares of the shorter side; 0: the smaller the more there are */
  float overlap; /* the circles around figures may come nearer by this share of their distance */
  float nested;  /* the share of figures, after the first, that lie on another one */
  float darker; /* the share of pictures whose figures are darker than the ground */
  float turn;   /* figures stand askew by up to so many degrees either way */
  float noise;  /* deviation, 1 is white */
  uint64_t seed;
  int frames;     /* 0: a still picture; else a clip of so many, of one figure that moves */
  int directions; /* of a clip */
  int corners;    /* 3 or 4: one figure with so many corners that tell themselves apart; else 0 */
};
struct scene {
  unsigned char *pixels; /* planes [channels, height, width], of a clip [frames, channels, height, width] */
  unsigned char *kind;   /* [height, width]: 0 is ground, 1 + the figure's kind elsewhere */
  int label;             /* the kind of the first figure; of a clip its direction */
  float corner[CORNERS][2]; /* x, y */
  int objects;
  float box[SCENE_OBJECTS][5]; /* kind, x1, y1, x2, y2: around what is seen of each; what is hidden is none */
};

/* Fills s, whose pixels and kind the caller provides. 0, or -1 when out of memory. */
int scene_draw(const struct scene_plan *plan, int64_t number, struct scene *s);
int clip_draw(const struct scene_plan *plan, int64_t number, struct scene *s); /* what scene_draw does with a clip */

#endif
