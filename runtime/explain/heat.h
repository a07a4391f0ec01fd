/* Maps of numbers as colours: dark is 0, bright is 1. */
#ifndef NET_HEAT_H
#define NET_HEAT_H
#include "draw/canvas.h"
#include "draw/picture.h"

struct heat { /* over the picture that a network takes */
  const float *value;
  int width, height;
  float low, high; /* what is dark, and bright */
};
/* Low is 0, high what all but `share` of the values are below. */
struct heat heat_of(const float *value, int width, int height, double share);
struct color heat_color(float part);
/* One plane, each pixel a colour, from its least to its largest value. NULL when out of memory. */
struct net_picture *heat_plane(const float *value, int width, int height);
/* p, whose longer side becomes `most`. Consumes p; NULL when out of memory. */
struct net_picture *heat_shrink(struct net_picture *p, int most);
/* The picture, its heat and both over each other, side by side under a line of text. `picture` (RGB) has the map that leads from the
   network's picture to it. NULL when out of memory. */
struct net_picture *heat_row(const struct net_picture *picture, const struct heat *h, const char *title);

#endif
