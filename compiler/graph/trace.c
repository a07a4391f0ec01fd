#include "graph/trace.h"

/* The operand that a value's plane was made from; 0 at a leaf. */
static Val source_of(const Graph *g, Val v) {
  const Node *n = graph_node(g, v);
  const Type *t = graph_type(g, v);
  for (uint32_t i = 0; i < n->nin; i++)
    if (graph_type(g, graph_in(g, v, (int)i))->rank == t->rank && graph_node(g, graph_in(g, v, (int)i))->op != OP_param)
      return graph_in(g, v, (int)i);
  return 0;
}

/* The sizes that an axis went through, oldest first, without repeats. */
static void history(const Graph *g, Val v, int axis, Text *to, int *steps) {
  int size = graph_type(g, v)->dim[axis];
  Val from = v;
  do
    from = source_of(g, from);
  while (from && graph_type(g, from)->dim[axis] == size);
  if (from)
    history(g, from, axis, to, steps);
  text_add(to, "%s%d", *steps ? " -> " : "", size);
  ++*steps;
}

void trace_note(const Graph *g, Diag *d, Val v) {
  Text text = {.mem = g->c->mem}, path = {.mem = g->c->mem};
  const Type *t = graph_type(g, v);
  const Node *n = graph_node(g, v);
  if (n->op == OP_number)
    return;
  type_say(t, &text);
  int axis = t->rank == 3 ? 1 : 0, steps = 0;
  if (t->rank == 3) {
    history(g, v, axis, &path, &steps);
    if (steps > 1)
      text_add(&text, ", whose height went %s", text_str(&path));
  }
  const char *name = name_text(g->c->names, n->name);
  diag_note(g->c, d, n->span, *name ? "`%s` is %s" : "%sthis is %s", name, text_str(&text));
}
