/* Augment's geometry: all random geometric steps of a sample become one map, applied once to every spatial field: an
   affine one, or, with an elastic step, what is affine before it, the step, and what is affine after it. */
#ifndef NET_WARP_H
#define NET_WARP_H
#include "augment/bend.h"
#include "augment/fixed.h"

struct warp {
  double map[6]; /* from the result's pixels to the source's, or, with a bend, to the bent picture's */
  int height, width;
  struct fill fill;
  int order;         /* of interpolation: 0, 1 or 3 */
  int smooth;        /* shrinking averages, as resizing does, where it can (shrink.h) */
  int moved;         /* 0: the result is the source */
  struct bend *bend; /* NULL: none */
  double before[6];  /* from the picture to be bent to the source */
};
/* The warp that changes nothing. */
struct warp warp_still(int height, int width);
/* The map for a sample of height x width. 0, or -1 when out of memory; warp_clear frees what it holds. */
int warp_pick(struct warp *w, const struct steps *augment, const struct chance *chance, int height, int width);
void warp_clear(struct warp *w);
/* Puts one affine step behind the others, by its drawn numbers (pick.h). */
void warp_step(struct warp *w, const struct step *s, const float n[DRAWN]);
/* Of the result only the middle. */
void warp_center(struct warp *w, int height, int width);

/* ---- sample.c: reading the source ---- */

/* The warped planes of a cell: an image in out as floats, 0…255; a mask by the nearest pixel. warp_image: -1 when out
   of memory. */
int warp_image(const struct warp *w, const struct cell *c, float *out);
void warp_mask(const struct warp *w, const struct cell *c, unsigned char *out);

/* ---- */

/* Where the source's points lie in the result, outside of it too. */
void warp_points(const struct warp *w, const float *point, int points, float *out);
/* Moves boxes along: the box around the turned one, cut at the border; gone by the rule of seen.h. */
int warp_boxes(const struct warp *w, const float *box, int boxes, float *out);

#endif
