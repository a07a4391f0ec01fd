/* What the sources of picture files share. */
#ifndef NET_PICTURES_H
#define NET_PICTURES_H
#include "data/files.h"
#include "data/source.h"

struct pictures {
  struct source base;
  struct paths image, second; /* second: the masks of pairs */
  int first_field, second_field;
  struct paths names; /* of the classes; none: they are numbers */
  int32_t *label;
  int colors; /* of pairs: what the classes look like in the masks, 0xrrggbb; none: their numbers are there */
  uint32_t *color;
  int difficult; /* of voc: enum marked, see data/boxes.h */
};

struct pictures *pictures_new(const struct source_request *r, char err[512]);
/* The source, or NULL when it failed: then all is freed. */
struct source *pictures_done(struct pictures *x, int failed);

#endif
