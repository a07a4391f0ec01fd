/* Fields computed from other fields of the same sample, after augmentation. */
#ifndef NET_DERIVE_H
#define NET_DERIVE_H
#include "data/source.h"

/* Can the block's derived fields be computed? */
int derive_check(const struct net_data *d, char err[512]);

/* Writes derived field `field` of d: from is the value of the field that it is computed from. */
int derive_write(const struct net_data *d, int field, const void *from, float *out, char err[512]);

/* The weights of U-Net's paper for classes of pixels, 0 being ground: each class weighs alike in the sum, and a pixel
   of the ground has w0 exp(-(d1 + d2)^2 / (2 sigma^2)) added, d1 and d2 being its distances to the nearest cell and to
   the second. Cells are areas of one class, connected by edges. -1 when out of memory. */
int border_weight(const unsigned char *classes, int height, int width, float w0, float sigma, float *out);

/* Gaussians around k points (x, y), given in pixels of a picture of full_height x full_width. */
void heatmaps(const float *point, int k, double full_height, double full_width, float sigma, int height, int width,
              float *out);

#endif
