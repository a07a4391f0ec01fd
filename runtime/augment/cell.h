/* One field of one sample, as bytes: what sources load, prepare brings to size and augment changes. */
#ifndef NET_CELL_H
#define NET_CELL_H
#include <stdint.h>

/* What was odd about a picture's boxes: cut at its border; left out, for they were empty, there twice or marked as
   difficult or a crowd; no file that tells them. */
struct box_odd {
  int cut, empty, twice, difficult, unlabelled;
};

struct cell {                  /* which members count depends on the field's kind */
  int channels, height, width; /* of a picture or mask */
  unsigned char *bytes;        /* planes, row by row: 0…255 of an image, 0 or 1 of a mask, the class of each pixel */
  int32_t label;               /* CLASS */
  int boxes;                   /* BOXES: rows of class, x1, y1, x2, y2 in pixels */
  float *box;
  struct box_odd odd;
  int points; /* POINTS: rows of x, y in pixels */
  float *point;
  int values; /* VALUE */
  float *value;
  int64_t between; /* MASK: pixels that were neither black nor white */
  int borrowed;    /* bytes, box, point and value belong to the source */
};
void cell_clear(struct cell *c); /* frees what is not borrowed */

#endif
