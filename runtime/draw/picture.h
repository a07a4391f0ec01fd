/* From a network's values to pictures: what show and the sheets build on. NULL when out of memory. */
#ifndef NET_PICTURE_H
#define NET_PICTURE_H
#include "base.h"
#include "draw/canvas.h"
#include "draw/show.h"

const char *name_of(struct show_names names, int k, char number[NUMBER]); /* a class's name, or its number */

/* Planes [channels, height, width] as a picture: black of the range becomes 0, white 255. One channel gives grey, three
   RGB; of any other number the first is shown. */
struct net_picture *picture_of(const float *value, int channels, int height, int width, const struct net_range *range);
struct net_picture *picture_copy(const struct net_picture *p, int channels);
/* Consumes p (RGB, may be NULL): larger by whole pixels, or smaller by averaging. */
struct net_picture *picture_sized(struct net_picture *p, int width, int height);

/* The class of each pixel of `at` (0: ground), read from a mask of width x height by at->map. Masks of floats count as
   class 1 above 0.5, between pixels by interpolation; masks of classes are read at the nearest pixel. */
unsigned char *classes_at(const struct net_picture *at, const void *mask, enum net_elem elem, int width, int height);
/* Tints p (RGB) by classes of its own size, each pixel by `share`, with a line around each area. */
void classes_tint(struct net_picture *p, const unsigned char *classes, float share);

/* n tiles as a grid, each scaled up alike if they are small. Pictures are freed. */
struct net_picture *grid_of(struct net_picture **tile, int n, int columns);
int grid_columns(int n);
/* The whole factor, at least 1, that brings the longer side near `wanted`. */
int scale_for(int width, int height, int wanted);

#endif
