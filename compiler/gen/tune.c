#include "gen/tune.h"
#include <string.h>

const char *tune_key(const Graph *g, Val v) {
  static const char *const lists[] = {"stride", "pad", "dilation"};
  const OpRow *row = op_row(g->c, graph_node(g, v)->op);
  Text key = {.mem = g->c->mem};
  if (row->lower != LOWER_CONV)
    return NULL;
  text_add(&key, "%s", name_text(g->c->names, row->name));
  for (int i = 0; i < 3; i++) {
    text_add(&key, "%s", i ? ", " : " ");
    type_text(graph_type(g, i < 2 ? graph_in(g, v, i) : v), &key);
  }
  for (int i = 0; i < 3; i++) {
    text_add(&key, " %s", lists[i]);
    for (int k = 0; k < (i == 1 ? 4 : 2); k++)
      text_add(&key, " %d", graph_list(g, v, lists[i], k));
  }
  text_add(&key, " groups %d", graph_int(g, v, "groups"));
  return text_str(&key);
}

int tune_way(const Graph *g, Val v) {
  const Tuning *t = g->c->tuning;
  if (!t)
    return 0;
  if (t->all)
    return t->all;
  const char *key = tune_key(g, v);
  for (int i = 0; key && i < t->choices.count; i++)
    if (!strcmp(t->choices.at[i].key, key))
      return t->choices.at[i].way;
  return 0;
}
