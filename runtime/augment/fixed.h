/* Prepare's geometry: brings one field of one sample to its size. */
#ifndef NET_FIXED_H
#define NET_FIXED_H
#include "augment/cell.h"
#include "augment/step.h"

/* Applies one step to a cell of this kind (image bilinear with antialiasing, masks nearest, boxes and points moved
   along; a class is left as it is). `map`, unless NULL, is the affine map from the cell's pixels to those of the
   picture as decoded, and is kept so. A cell of boxes or points has the height and width of its picture. 0, or -1 when
   out of memory. */
int fixed_apply(const struct step *s, enum net_field_kind kind, struct cell *c, double map[6]);

/* The size that a picture of height x width has after the step. */
void fixed_size(const struct step *s, int *height, int *width);

/* p = p after q: the map that goes through q first. */
void map_compose(double p[6], const double q[6]);

/* Where a coordinate outside 0 … n - 1 is read from; -1: it has the constant. */
int fill_index(const struct fill *f, int i, int n);

#endif
