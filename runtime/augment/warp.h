/* Augment's geometry: all random geometric steps of a sample become one affine map, applied once to every spatial
   field. */
#ifndef NET_WARP_H
#define NET_WARP_H
#include "augment/fixed.h"

struct chance { /* what the random numbers of one sample depend on */
  uint64_t seed, epoch;
  int64_t position;
};
enum { SITE_STEP = 0xa06000, SITE_PIXELS = 0xa07000 }; /* + the step's place in augment */

struct warp {
  double map[6]; /* from the result's pixels to the source's */
  int height, width;
  struct fill fill;
  int moved; /* 0: the result is the source */
};
/* The map for a sample of height x width. */
struct warp warp_pick(const struct steps *augment, const struct chance *chance, int height, int width);

/* The warped planes of a cell: an image bilinear, in out as floats 0…255; a mask nearest. */
void warp_image(const struct warp *w, const struct cell *c, float *out);
void warp_mask(const struct warp *w, const struct cell *c, unsigned char *out);
/* Where the source's points lie in the result, outside of it too. */
void warp_points(const struct warp *w, const float *point, int points, float *out);
/* Moves boxes along: the box around the turned one, cut at the border; gone when less than a tenth of it is left. */
int warp_boxes(const struct warp *w, const float *box, int boxes, float *out);

#endif
