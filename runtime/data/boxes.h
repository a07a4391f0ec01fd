/* What the sources of boxes share. */
#ifndef NET_BOXES_SOURCE_H
#define NET_BOXES_SOURCE_H
#include "augment/cell.h"

/* Adds a box, in pixels, to the cell of a picture of this size: cut at the border, left out when nothing is left of it
   or when it is there already. c->odd counts each of that. */
void boxes_add(struct cell *c, int class, const double corner[4], int width, int height);

#endif
