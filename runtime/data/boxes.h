/* What the sources of boxes share. */
#ifndef NET_BOXES_SOURCE_H
#define NET_BOXES_SOURCE_H
#include "augment/cell.h"
#include "netrt.h"

/* Adds a box, in pixels, to the cell of a picture of this size: cut at the border, left out when nothing is left of it
   or when it is there already. c->odd counts each of that. */
void boxes_add(struct cell *c, int class, const double corner[4], int width, int height);

/* What a source does with boxes that are marked as difficult or a crowd; its parameter `param` says 0, 1 or ignore. */
enum marked { MARKED_OUT, MARKED_IN, MARKED_IGNORED };
enum marked marked_read(const struct net_call *source, const char *param);
/* Adds such a box, or counts it in c->odd. One to be ignored has the class -2 - class: in training it is none, and to find it
   is neither right nor wrong. */
void boxes_add_marked(struct cell *c, enum marked how, int class, const double corner[4], int width, int height);

#endif
