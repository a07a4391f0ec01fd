/* Facts about a graph's values that planning, printing and verifying share. */
#include "plan/plan_room.h"

int value_is_leaf(const Graph *g, Val v) {
  return op_row(g->c, graph_node(g, v)->op)->lower == LOWER_LEAF;
}

int value_has_floats(const Graph *g, Val v) {
  int op = graph_node(g, v)->op;
  return op != OP_number && op != OP_batch_size && op != OP_scalar;
}

int64_t value_bytes(const Graph *g, Val v) {
  const Type *t = graph_type(g, v);
  return (type_bytes(t) * (t->batched > 1 ? t->batched : 1) + 63) / 64 * 64;
}

static void mark_needed(const Graph *g, Val *needed) {
  for (int i = 0; i < g->outputs.count; i++)
    needed[g->outputs.at[i].val] = 1;
  for (int i = 0; i < g->updates.count; i++)
    needed[g->updates.at[i].param] = needed[g->updates.at[i].value] = 1;
  for (Val v = (Val)g->nodes.count - 1; v > 0; v--)
    for (int i = 0; needed[v] && i < (int)graph_node(g, v)->nin; i++)
      needed[graph_in(g, v, i)] = 1;
}

/* ---- transposes that products read as they lie ---- */

static int swaps_last_two(const Graph *g, Val v) {
  int rank = graph_type(g, v)->rank;
  if (graph_node(g, v)->op != OP_transpose || rank < 2)
    return 0;
  for (int i = 0; i < rank; i++)
    if (graph_list(g, v, "perm", i) != (i < rank - 2 ? i : 2 * rank - 3 - i))
      return 0;
  return 1;
}

static int reads_transposed(const Graph *g, Val user, int operand, Val t) {
  OpId op = graph_node(g, user)->op;
  const Type *type = graph_type(g, t);
  if (operand > 1)
    return 0;
  return op == OP_bmm || ((op == OP_matmul || op == OP_matmul_over) && !type->batched && type->rank == 2);
}

int transpose_is_absorbed(const Graph *g, Val t) {
  int users = 0;
  if (!swaps_last_two(g, t))
    return 0;
  for (int i = 0; i < g->outputs.count; i++)
    if (g->outputs.at[i].val == t)
      return 0;
  for (int i = 0; i < g->updates.count; i++)
    if (g->updates.at[i].value == t)
      return 0;
  for (Val v = t + 1; v < (Val)g->nodes.count; v++)
    for (int i = 0; i < (int)graph_node(g, v)->nin; i++)
      if (graph_in(g, v, i) == t) {
        users++;
        if (!reads_transposed(g, v, i, t))
          return 0;
      }
  return users > 0;
}

Val *value_roots(const Graph *g) {
  Val *root = arena_alloc(g->c->mem, sizeof *root * (size_t)g->nodes.count);
  mark_needed(g, root);
  for (Val v = 1; v < (Val)g->nodes.count; v++) {
    if (!root[v])
      continue;
    const Node *n = graph_node(g, v);
    int alias = n->op == OP_reshape || n->op == OP_stop || n->op == OP_fold || n->op == OP_unfold || transpose_is_absorbed(g, v);
    root[v] = alias && !n->formula && value_has_floats(g, root[graph_in(g, v, 0)]) ? root[graph_in(g, v, 0)] : v;
  }
  return root;
}

unsigned char *values_constant(const Graph *g) {
  unsigned char *constant = arena_alloc(g->c->mem, (size_t)g->nodes.count);
  for (Val v = 1; v < (Val)g->nodes.count && !g->updates.count; v++) {
    const Node *n = graph_node(g, v);
    Lower lower = op_row(g->c, n->op)->lower;
    constant[v] = lower == LOWER_LEAF ? n->op == OP_param || n->op == OP_number : lower != LOWER_RANDOM;
    constant[v] &= !graph_type(g, v)->batched;
    for (int i = 0; i < (int)n->nin; i++)
      constant[v] &= constant[graph_in(g, v, i)];
  }
  return constant;
}

static int is_full(const Graph *g, Val v, Val u) {
  const Type *a = graph_type(g, v), *b = graph_type(g, u);
  if (a->rank != b->rank || a->batched != b->batched || a->lanes != b->lanes)
    return 0;
  for (int i = 0; i < a->rank; i++)
    if (a->dim[i] != b->dim[i])
      return 0;
  return 1;
}

int step_reads_in_place(const Graph *g, const Val *root, Val v, Val read) {
  const Node *n = graph_node(g, v);
  if (op_row(g->c, n->op)->lower != LOWER_EACH)
    return 0;
  for (int i = 0; i < (int)n->nin; i++)
    if (root[graph_in(g, v, i)] == read && !is_full(g, v, graph_in(g, v, i)))
      return 0;
  return 1;
}
