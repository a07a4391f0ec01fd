/* A scene graph: relations between the boxes of a picture, in words and as JSON. */
#ifndef NET_GRAPH_H
#define NET_GRAPH_H
#include "draw/found.h"

struct scene_graph {
  const float *score; /* of each relation of each pair of rows of boxes, [rows, rows, relations]: the first is the subject */
  int rows, relations;
  float above;              /* those with a higher score are told, the highest first */
  struct show_names names;  /* of the relations */
};

/* "circle 1 inside square 2  0.9731", a line each; numbers count the boxes of l. */
void graph_lines(FILE *out, const struct scene_graph *g, struct found_list l, struct show_names classes);
/* A list of objects: "subject" and "object", places in the list of boxes from 0 on, "relation", "score". */
void graph_json(FILE *out, const struct scene_graph *g, struct found_list l);

#endif
