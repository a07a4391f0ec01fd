/* The verifier: what must hold of every graph between passes. */
#include "graph/graph.h"
#include <string.h>

static int wrong(Text *why, Val v, const char *what) {
  text_add(why, "v%u: %s", v, what);
  return 0;
}

static int verify_node(const Graph *g, Val v, Text *why) {
  const Node *n = graph_node(g, v);
  const OpRow *row = op_row(g->c, n->op);
  if (!n->type)
    return wrong(why, v, "has no type");
  if (n->attrs != row->attrs)
    return wrong(why, v, "has not the settings of its row");
  if (row->operands >= 0 && row->lower != LOWER_REDUCE && !n->formula && (int)n->nin != row->operands)
    return wrong(why, v, "has not the operands of its row");
  for (uint32_t i = 0; i < n->nin; i++)
    if (!graph_in(g, v, (int)i) || graph_in(g, v, (int)i) >= v)
      return wrong(why, v, "uses a value that is not before it");
  if (n->formula && row->lower != LOWER_REDUCE && scalar_vars(g->c, n->formula) > (int)n->nin)
    return wrong(why, v, "has a formula over operands that it lacks");
  if (row->lower == LOWER_LEAF)
    return 1;
  TypeId t = infer_type((Graph *)(uintptr_t)g, n->op, g->operands.at + n->in, (int)n->nin, g->attr_pool.at + n->attr, n->formula, n->span);
  return t == n->type ? 1 : wrong(why, v, "has a type that is not what its operation gives");
}

int graph_verify(const Graph *g, Text *why) {
  for (Val v = 1; v < (Val)g->nodes.count; v++)
    if (!verify_node(g, v, why))
      return 0;
  for (int i = 0; i < g->updates.count; i++) {
    Update u = g->updates.at[i];
    if (graph_node(g, u.param)->op != OP_param)
      return wrong(why, u.param, "is updated but is no parameter");
    const Type *a = graph_type(g, u.param), *b = graph_type(g, u.value);
    if (a->rank != b->rank || b->batched || memcmp(a->dim, b->dim, a->rank * sizeof *a->dim))
      return wrong(why, u.value, "is the new value of a parameter of another shape");
  }
  for (int i = 0; i < g->outputs.count; i++)
    if (!g->outputs.at[i].val || g->outputs.at[i].val >= (Val)g->nodes.count)
      return wrong(why, g->outputs.at[i].val, "is an output but no value");
  return 1;
}
