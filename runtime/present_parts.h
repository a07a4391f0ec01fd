/* What the parts of present share. */
#ifndef NET_PRESENT_PARTS_H
#define NET_PRESENT_PARTS_H
#include "present.h"

enum show_kind { SHOW_CLASSES, SHOW_MASK, SHOW_IMAGE, SHOW_BOXES, SHOW_RELATIONS, SHOW_TEXT };
enum show_kind kind_of(const struct net_show *s);

/* Planes of a value: [c, h, w], [h, w], or a row. */
struct planes {
  int channels, height, width;
};
struct planes planes_of(int rank, const int64_t *dim);

const struct net_io *output_of(const struct presenter *p, int show);
const void *value_at(const struct presenter *p, const struct presented *b, int show, int64_t i);
struct show_rows rows_of(const struct net_io *io, const void *value);
struct found_list boxes_of(const struct presenter *p, const struct presented *b, int show, int64_t i);

/* present_text.c: what is said of sample i of a batch. */
void say_json(const struct presenter *p, const struct presented *b, int64_t i, FILE *to);
void say_plain(const struct presenter *p, const struct presented *b, int64_t i);

#endif
