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

/* ---- slices that are read as they lie ---- */

static int reads_strided(const Graph *g, Val user, int operand) {
  const OpRow *row = op_row(g->c, graph_node(g, user)->op);
  switch (row->lower) {
  case LOWER_EACH: return row->id != OP_stop;
  case LOWER_REDUCE: return row->id != OP_argmax;
  case LOWER_POOL: return 1;
  case LOWER_CONV:
  case LOWER_GEMM: return operand >= row->operands; /* of an epilogue */
  default: return 0;
  }
}

int slice_is_absorbed(const Graph *g, Val s) {
  const Node *n = graph_node(g, s);
  const Type t = *graph_type(g, s);
  if (n->op != OP_slice || !t.batched || graph_int(g, s, "axis") || !value_has_floats(g, graph_in(g, s, 0)) ||
      graph_node(g, graph_in(g, s, 0))->op == OP_slice)
    return 0;
  int stop = graph_int(g, s, "stop"), all = graph_type(g, graph_in(g, s, 0))->dim[0];
  if (t.lanes && (graph_int(g, s, "start") % t.lanes || (stop % t.lanes && stop != all)))
    return 0;
  for (int i = 0; i < g->outputs.count; i++)
    if (g->outputs.at[i].val == s)
      return 0;
  for (Val v = s + 1; v < (Val)g->nodes.count; v++)
    for (int i = 0; i < (int)graph_node(g, v)->nin; i++)
      if (graph_in(g, v, i) == s && !reads_strided(g, v, i))
        return 0;
  return 1;
}

static int64_t floats_of(const Type *t) {
  int64_t size[MAX_RANK + 1], floats = 1;
  for (int i = type_phys(t, size); i > 0; i--)
    floats *= size[i - 1];
  return floats;
}

int64_t value_sample(const Graph *g, Val v) {
  const Type *t = graph_type(g, v);
  return !t->batched ? 0 : floats_of(slice_is_absorbed(g, v) ? graph_type(g, graph_in(g, v, 0)) : t);
}

int64_t slice_offset(const Graph *g, Val s) {
  Type t = *graph_type(g, s);
  t.dim[0] = graph_int(g, s, "start");
  return floats_of(&t);
}

Val *value_roots(const Graph *g) {
  Val *root = arena_alloc(g->c->mem, sizeof *root * (size_t)g->nodes.count);
  mark_needed(g, root);
  for (Val v = 1; v < (Val)g->nodes.count; v++) {
    if (!root[v])
      continue;
    const Node *n = graph_node(g, v);
    int alias = n->op == OP_reshape || n->op == OP_stop || n->op == OP_fold || n->op == OP_unfold || transpose_is_absorbed(g, v) ||
                slice_is_absorbed(g, v);
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
    if (root[graph_in(g, v, i)] == read && (!is_full(g, v, graph_in(g, v, i)) || slice_is_absorbed(g, graph_in(g, v, i))))
      return 0;
  return 1;
}
