#include "draw/graph.h"
#include "base.h"
#include "draw/picture.h"
#include <math.h>
#include <stdlib.h>

struct triple {
  int subject, relation, object, at; /* at: in the order of writing, for those that are alike */
  float score;
};

static int by_score(const void *a, const void *b) {
  const struct triple *x = a, *y = b;
  return x->score != y->score ? (x->score < y->score) - (x->score > y->score) : x->at - y->at;
}

/* Those of pairs of boxes that are there, the likeliest first. To be freed. */
static struct triple *triples_find(const struct scene_graph *g, struct found_list l, int *count) {
  struct triple *t = mem_get(((size_t)l.count * l.count * g->relations + 1) * sizeof *t);
  *count = 0;
  for (int i = 0; i < l.count; i++)
    for (int j = 0; j < l.count; j++)
      for (int k = 0; k < g->relations && i != j; k++) {
        float v = g->score[((size_t)l.box[i].row * g->rows + l.box[j].row) * g->relations + k];
        if (v > g->above && isfinite(v))
          t[*count] = (struct triple){i, k, j, *count, v}, ++*count;
      }
  qsort(t, (size_t)*count, sizeof *t, by_score);
  return t;
}

void graph_lines(FILE *out, const struct scene_graph *g, struct found_list l, struct show_names classes) {
  char subject[NUMBER], relation[NUMBER], object[NUMBER];
  int count;
  struct triple *t = triples_find(g, l, &count);
  for (int i = 0; i < count; i++)
    fprintf(out, "%s %d %s %s %d  %.4f\n", name_of(classes, l.box[t[i].subject].class, subject), t[i].subject + 1,
            name_of(g->names, t[i].relation, relation), name_of(classes, l.box[t[i].object].class, object),
            t[i].object + 1, t[i].score);
  if (!count)
    fputs("no relations\n", out);
  free(t);
}

void graph_json(FILE *out, const struct scene_graph *g, struct found_list l) {
  char number[NUMBER];
  int count;
  struct triple *t = triples_find(g, l, &count);
  fputc('[', out);
  for (int i = 0; i < count; i++) {
    fprintf(out, "%s{\"subject\": %d, \"relation\": ", i ? ",\n " : "", t[i].subject);
    show_json_text(out, name_of(g->names, t[i].relation, number));
    fprintf(out, ", \"object\": %d, \"score\": %.6g}", t[i].object, t[i].score);
  }
  fputc(']', out);
  free(t);
}
