/* Fields computed from other fields of the same sample: after augmentation, or, boxes that are found in a picture, before
   it, to be kept and moved along. */
#ifndef NET_DERIVE_H
#define NET_DERIVE_H
#include "data/source.h"

static inline int derive_early(const struct net_field *f) {
  return f->derived && f->kind == NET_BOXES;
}
static inline int derive_late(const struct net_field *f) {
  return f->derived && f->kind != NET_BOXES;
}

/* Can the block's derived fields be computed? */
int derive_check(const struct net_data *d, char err[512]);

/* The boxes of field f, of the kind that comes before augment, as found in a prepared picture, into a cell of zeroes. */
int derive_boxes(const struct net_field *f, const struct cell *picture, struct cell *out, char err[512]);
/* Writes derived field `field` of d, of the other kind: from is the value of the field that it is computed from. */
int derive_write(const struct net_data *d, int field, const void *from, float *out, char err[512]);

/* The weights of U-Net's paper for classes of pixels, 0 being ground: each class weighs alike in the sum, and a pixel
   of the ground has w0 exp(-(d1 + d2)^2 / (2 sigma^2)) added, d1 and d2 being its distances to the nearest cell and to
   the second. Cells are areas of one class, connected by edges. -1 when out of memory. */
int border_weight(const unsigned char *classes, int height, int width, float w0, float sigma, float *out);

/* Gaussians around k points (x, y), given in pixels of a picture of full_height x full_width. */
void heatmaps(const float *point, int k, double full_height, double full_width, float sigma, int height, int width,
              float *out);

#endif
