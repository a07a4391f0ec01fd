/* Shrinking by averages, as resizing does (image/resize.c): what random_resized_crop does with a large window. */
#ifndef NET_SHRINK_H
#define NET_SHRINK_H
#include "augment/warp.h"

/* Can it be done: does the warp shrink an upright window that lies in the picture? Flipped ones count as upright. */
int shrink_fits(const struct warp *w, int height, int width);
/* -1 when out of memory. */
int shrink_image(const struct warp *w, const struct cell *c, float *out);

#endif
