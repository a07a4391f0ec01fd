/* Pictures of cuboids on a floor, seen by a camera that never moves. Its axes are x to the right, y down, z ahead, in metres.
   It looks straight ahead from 1.6 m above the floor: a point is seen at (W/2 + W x/z, H/4 + W y/z) of a picture of W x H
   pixels, so the horizon lies a quarter down. */
#ifndef NET_CUBOID_H
#define NET_CUBOID_H
#include "draw/scene.h"

enum { CUBOIDS = 16, CUBOID_VALUES = 8 };

struct cuboid {
  float x, y, z;               /* its centre */
  float width, height, length; /* the length is the longer side */
  float yaw; /* the turn about the vertical axis, -pi/2 to pi/2, as KITTI's: 0 has the length along x, pi/2 away from the
                camera, and half a turn changes nothing */
  float color[3];
};
struct cuboid_scene {
  unsigned char *pixels; /* planes [channels, height, width] */
  int count;             /* the nearest first; only what is seen of by a tenth */
  struct cuboid cuboid[CUBOIDS];
  float box[CUBOIDS][5]; /* 0, x1, y1, x2, y2: around what is seen of each */
};

/* Of the plan: size, channels, objects, noise, seed. pixels are the caller's. 0, or -1 when out of memory. */
int cuboids_draw(const struct scene_plan *p, int64_t number, struct cuboid_scene *s);

#endif
