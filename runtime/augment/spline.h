/* Cubic B-splines through the pixels of a picture, as scipy's order=3: the coefficients are found by a recursive filter,
   then a value is a sum of 4 x 4 of them (Unser, 1999). */
#ifndef NET_SPLINE_H
#define NET_SPLINE_H
#include "augment/cell.h"
#include "augment/step.h"

enum { SPLINE_BEYOND = 10 }; /* so far outside a border that goes on, a spline still swings */
struct spline {
  int height, width;  /* of the picture; planes have a margin on each side */
  const float *plane;
};

/* The splines of c's planes, which go on outside as the fill says. NULL when out of memory; freed by free. */
struct spline *spline_new(const struct cell *c, int fill);

/* Values of plane k at n places, edges of pixels at whole numbers, which lie in the picture or up to
   SPLINE_BEYOND outside. */
void spline_read(const struct spline *s, int k, const float *u, const float *v, int n, float *out);

#endif
