/* Boxes that a network found in a picture: rows of class, x1, y1, x2, y2 and, with a sixth column, score. */
#ifndef NET_FOUND_H
#define NET_FOUND_H
#include "draw/show.h"

struct found {
  int class, id; /* id: the number of its track; 0: it has none */
  int row;       /* it was read from */
  float score;   /* nan: it has none */
  double x1, y1, x2, y2;
};
struct found_list {
  int count;
  struct found *box;
};

/* The boxes of some rows, in their order, in pixels of `at` (its pixels may be NULL): moved by at->map and cut at its border. A row of
   a class below 0 is none, nor is one with a number that is none, or with nothing of it left in the picture. To be freed. */
struct found_list found_read(const float *row, int rows, int columns, const struct net_picture *at);
void found_free(struct found_list *l);

/* Draws them on the original. */
int show_boxes(const char *path, struct found_list l, const struct net_picture *original, struct show_names names,
               char err[512]);
/* On p, which is RGB; those of `truth` thin and dashed, without labels. */
void found_draw(struct net_picture *p, struct found_list l, struct found_list truth, struct show_names names);

void found_table(FILE *out, struct found_list l, struct show_names names);
/* A list of objects: "class", "index", "score", "box", and "id" if there is one. */
void found_json(FILE *out, struct found_list l, struct show_names names);

#endif
