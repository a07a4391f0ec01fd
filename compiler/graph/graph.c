/* Building: every node is typed, folded and shared as it is born, so all passes fold and share alike. */
#include "graph/graph.h"
#include "base/bug.h"
#include <string.h>

Graph *graph_new(Ctx *c, Name name) {
  Graph *g = arena_alloc(c->mem, sizeof *g);
  g->c = c;
  g->name = name;
  g->room = 256;
  g->table = arena_alloc(c->mem, g->room * sizeof *g->table);
  vec_push(c->mem, &g->nodes, (Node){0});
  return g;
}

static void *copied(Arena *mem, const void *from, size_t bytes) {
  void *to = arena_alloc(mem, bytes + 1);
  return bytes ? memcpy(to, from, bytes) : to;
}

Graph *graph_copy(const Graph *g, Name name) {
  Arena *mem = g->c->mem;
  Graph *to = arena_alloc(mem, sizeof *to);
  *to = (Graph){.c = g->c, .name = name, .nodes = g->nodes, .operands = g->operands, .attr_pool = g->attr_pool, .room = g->room};
  to->nodes.at = copied(mem, g->nodes.at, sizeof *g->nodes.at * (size_t)g->nodes.room);
  to->operands.at = copied(mem, g->operands.at, sizeof *g->operands.at * (size_t)g->operands.room);
  to->attr_pool.at = copied(mem, g->attr_pool.at, sizeof *g->attr_pool.at * (size_t)g->attr_pool.room);
  to->table = copied(mem, g->table, sizeof *g->table * g->room);
  return to;
}

int graph_taps(const Graph *g) {
  int taps = 0;
  for (int i = 0; i < g->outputs.count; i++)
    taps += g->outputs.at[i].kind == OUT_TAP;
  return taps;
}

Attr attr_number(double v) {
  return (Attr){.kind = ATTR_NUMBER, .number = v};
}
Attr attr_text(Name text) {
  return (Attr){.kind = ATTR_TEXT, .text = text};
}
Attr attr_list(Ctx *c, const double *at, int count) {
  double *copy = arena_alloc(c->mem, (size_t)count * sizeof *copy + 1);
  if (count)
    memcpy(copy, at, (size_t)count * sizeof *copy);
  return (Attr){.kind = ATTR_LIST, .list = copy, .count = (uint32_t)count};
}
Attr attr_ints(Ctx *c, const int *at, int count) {
  double v[16];
  BUG_IF(count > 16);
  for (int i = 0; i < count; i++)
    v[i] = at[i];
  return attr_list(c, v, count);
}

const Attr *graph_attr(const Graph *g, Val v, const char *name) {
  const Node *n = graph_node(g, v);
  const OpRow *row = op_row(g->c, n->op);
  for (int i = 0; i < row->attrs; i++)
    if (!strcmp(name_text(g->c->names, row->attr[i]), name))
      return &g->attr_pool.at[n->attr + (uint32_t)i];
  BUG("%s has no setting %s", name_text(g->c->names, row->name), name);
}

int graph_int(const Graph *g, Val v, const char *name) {
  return (int)graph_attr(g, v, name)->number;
}

int graph_list(const Graph *g, Val v, const char *name, int i) {
  const Attr *a = graph_attr(g, v, name);
  BUG_IF(a->kind != ATTR_LIST || i < 0 || (uint32_t)i >= a->count);
  return (int)a->list[i];
}

Scalar graph_formula(const Graph *g, Val v) {
  const Node *n = graph_node(g, v);
  if (n->formula)
    return n->formula;
  const OpRow *row = op_row(g->c, n->op);
  return row->formula ? row->formula : row->lower == LOWER_EACH ? scalar_var(g->c, 0) : 0;
}

/* ---- sharing ---- */

static int same_attr(const Attr *a, const Attr *b) {
  return a->kind == b->kind && a->number == b->number && a->text == b->text && a->count == b->count &&
         (!a->count || !memcmp(a->list, b->list, a->count * sizeof *a->list));
}

static uint32_t hash_node(const Graph *g, const Node *n) {
  uint64_t h = n->op * 0x9E3779B97F4A7C15u ^ (uint64_t)n->formula << 20 ^ n->name * 0x85EBCA6Bu ^ (uint64_t)n->type << 40;
  for (uint32_t i = 0; i < n->nin; i++)
    h = (h ^ g->operands.at[n->in + i] ^ h >> 31) * 0x9E3779B97F4A7C15u;
  for (uint32_t i = 0; i < n->attrs; i++) {
    const Attr *a = &g->attr_pool.at[n->attr + i];
    h = (h ^ a->text ^ (uint64_t)(int64_t)(a->number * 64) ^ h >> 30) * 0x9E3779B97F4A7C15u;
    for (uint32_t k = 0; k < a->count; k++)
      h = (h ^ (uint64_t)(int64_t)(a->list[k] * 64) ^ h >> 29) * 0x9E3779B97F4A7C15u;
  }
  return (uint32_t)(h >> 32);
}

/* Leaves are equal by name, others by what they compute; what a user called a value does not count. */
static int same_node(const Graph *g, const Node *a, const Node *b) {
  if (a->op != b->op || a->formula != b->formula || a->nin != b->nin || a->type != b->type)
    return 0;
  if (!a->nin && a->name != b->name)
    return 0;
  for (uint32_t i = 0; i < a->nin; i++)
    if (g->operands.at[a->in + i] != g->operands.at[b->in + i])
      return 0;
  for (uint32_t i = 0; i < a->attrs; i++)
    if (!same_attr(&g->attr_pool.at[a->attr + i], &g->attr_pool.at[b->attr + i]))
      return 0;
  return 1;
}

static uint32_t *find_slot(const Graph *g, Node n) {
  Node key = n;
  if (key.nin)
    key.name = 0;
  uint32_t i = hash_node(g, &key) & (g->room - 1);
  while (g->table[i] && !same_node(g, &g->nodes.at[g->table[i]], &n))
    i = (i + 1) & (g->room - 1);
  return &g->table[i];
}

static Val share(Graph *g, Node n) {
  uint32_t *slot = find_slot(g, n);
  if (*slot)
    return *slot;
  Val made = *slot = (Val)g->nodes.count;
  vec_push(g->c->mem, &g->nodes, n);
  if (2 * (uint32_t)g->nodes.count > g->room) {
    g->room *= 2;
    g->table = arena_alloc(g->c->mem, g->room * sizeof *g->table);
    for (Val v = 1; v < (Val)g->nodes.count; v++)
      *find_slot(g, g->nodes.at[v]) = v;
  }
  return made;
}

/* ---- folding ---- */

static int is_number(const Graph *g, Val v) {
  return graph_node(g, v)->op == OP_number;
}

/* An elementwise node whose formula, numbers put in, is a constant or one of its operands. */
static Val fold_each(Graph *g, const OpRow *row, const Val *in, int nin, TypeId type, Scalar formula, Span at) {
  Scalar by[64];
  if (nin > 64)
    return 0;
  for (int i = 0; i < nin; i++)
    by[i] = is_number(g, in[i]) ? scalar_const(g->c, graph_attr(g, in[i], "value")->number) : scalar_var(g->c, i);
  ScalarNode s = scalar_get(g->c, scalar_substitute(g->c, formula ? formula : row->formula, by));
  if (s.kind == S_VAR && graph_node(g, in[s.var])->type == type)
    return in[s.var];
  const Type *t = type_get(g->c, type);
  return s.kind == S_CONST && !t->rank && !t->batched ? graph_number(g, s.value, at) : 0;
}

static int is_identity(const Attr *perm) {
  for (uint32_t i = 0; i < perm->count; i++)
    if (perm->list[i] != i)
      return 0;
  return 1;
}

static Val fold_transpose(Graph *g, Val x, const Attr *perm, Span at) {
  if (is_identity(perm))
    return x;
  if (graph_node(g, x)->op == OP_matmul_over) { /* (a' b)' is b' a */
    Val swapped[2] = {graph_in(g, x, 1), graph_in(g, x, 0)};
    return graph_add(g, OP_matmul_over, swapped, 2, NULL, at);
  }
  if (graph_node(g, x)->op != OP_transpose)
    return 0;
  const Attr *inner = graph_attr(g, x, "perm");
  double both[MAX_RANK];
  for (uint32_t i = 0; i < perm->count; i++)
    both[i] = inner->list[(int)perm->list[i]];
  Attr a = attr_list(g->c, both, (int)perm->count);
  Val source = graph_in(g, x, 0);
  return graph_add(g, OP_transpose, &source, 1, &a, at);
}

/* A shared value stands for the same in every sample, so its sum over the batch is N times itself. */
static Val sum_shared(Graph *g, Val x, const Attr *axes, Span at) {
  Attr a[2] = {*axes, attr_number(0)};
  Val both[2] = {graph_add(g, OP_reduce_sum, &x, 1, a, at), graph_add(g, OP_batch_size, NULL, 0, NULL, at)};
  return graph_add(g, OP_mul, both, 2, NULL, at);
}

/* A number, a run-time scalar or the batch size lies nowhere, so it cannot be seen under another shape: it is spread to it. */
static int lies_nowhere(const Graph *g, Val x) {
  OpId op = graph_node(g, x)->op;
  return op == OP_number || op == OP_scalar || op == OP_batch_size;
}

static Val spread_number(Graph *g, Val x, const Attr *shape, Span at) {
  Attr a[3] = {*shape, attr_number(0), attr_number(0)};
  return lies_nowhere(g, x) ? graph_add(g, OP_expand, &x, 1, a, at) : 0;
}

/* Under the shape of t with an axis of 1 before or behind. */
static Val seen_as(Graph *g, Val x, const Type *t, int before, int behind, Span at) {
  double dims[MAX_RANK + 2] = {1};
  int n = before;
  for (int i = 0; i < t->rank; i++)
    dims[n++] = t->dim[i];
  if (behind)
    dims[n++] = 1;
  Attr shape = attr_list(g->c, dims, n);
  return x ? graph_add(g, OP_reshape, &x, 1, &shape, at) : 0;
}

/* Nor is it read as an index there: it becomes an index of one element, and the result loses an axis. */
static Val with_index(Graph *g, const OpRow *row, const Val *in, int nin, const Attr *attrs, TypeId type, Span at) {
  int first = row->id == OP_one_hot || row->id == OP_scatter || row->id == OP_take_over; /* the index is operand 0, else 1 */
  Val index = in[!first], with[2] = {in[0], nin > 1 ? in[1] : 0};
  if (!lies_nowhere(g, index))
    return 0;
  with[!first] = seen_as(g, index, graph_type(g, index), 1, 0, at);
  if (row->id != OP_one_hot && row->id != OP_take && row->id != OP_gather)
    with[first] = seen_as(g, in[first], graph_type(g, in[first]), first, !first, at);
  return seen_as(g, graph_add(g, row->id, with, nin, attrs, at), type_get(g->c, type), 0, 0, at);
}

/* Rows and functions of the runtime are made of floats, so whole numbers among their operands become such; but indices. */
static Val with_floats(Graph *g, const OpRow *row, const Val *in, int nin, const Attr *attrs, Span at) {
  Val floats[MAX_OPERANDS];
  int changed = 0;
  for (int i = 0; i < nin; i++) {
    const Type *t = graph_type(g, in[i]);
    floats[i] = in[i];
    if (t->elem == F32 || !strcmp(name_text(g->c->names, row->operand[i]), "index"))
      continue;
    Attr a[3] = {attr_ints(g->c, t->dim, t->rank), attr_number(t->batched), attr_number(0)};
    floats[i] = graph_add(g, OP_expand, &in[i], 1, a, at);
    changed = 1;
  }
  return changed ? graph_add(g, row->id, floats, nin, attrs, at) : 0;
}

/* The value that the node-to-be equals, if it need not be made; else 0. */
static Val fold(Graph *g, const OpRow *row, const Val *in, int nin, const Attr *attrs, TypeId type, Scalar formula, Span at) {
  if (row->each || row->id == OP_each)
    return fold_each(g, row, in, nin, type, formula, at);
  if (!nin || formula)
    return 0;
  int same = graph_node(g, in[0])->type == type;
  if (row->lower == LOWER_CALL || row->id == OP_gather || row->id == OP_scatter || row->id == OP_argmax) {
    Val floats = with_floats(g, row, in, nin, attrs, at);
    if (floats)
      return floats;
  }
  if (row->lower == LOWER_GATHER)
    return with_index(g, row, in, nin, attrs, type, at);
  switch (row->id) {
  case OP_reshape:
    if (graph_node(g, in[0])->op == OP_reshape) {
      Val source = graph_in(g, in[0], 0);
      return graph_add(g, OP_reshape, &source, 1, attrs, at);
    }
    return same ? in[0] : spread_number(g, in[0], &attrs[0], at);
  case OP_fold: return graph_node(g, in[0])->op == OP_unfold && graph_node(g, graph_in(g, in[0], 0))->type == type ? graph_in(g, in[0], 0) : 0;
  case OP_unfold: return graph_node(g, in[0])->op == OP_fold && graph_node(g, graph_in(g, in[0], 0))->type == type ? graph_in(g, in[0], 0) : 0;
  case OP_transpose: return fold_transpose(g, in[0], &attrs[0], at);
  case OP_expand:
  case OP_slice:
  case OP_pad:
  case OP_resize:
  case OP_resize_grad: return same ? in[0] : 0;
  case OP_reduce_sum:
  case OP_reduce_max: return !attrs[0].count ? in[0] : 0;
  case OP_batch_sum: return graph_type(g, in[0])->batched ? 0 : sum_shared(g, in[0], &attrs[0], at);
  case OP_concat: return nin == 1 ? in[0] : 0;
  case OP_to_plain: return graph_node(g, in[0])->op == OP_to_blocked ? graph_in(g, in[0], 0) : same ? in[0] : 0;
  case OP_to_blocked:
    if (same)
      return in[0];
    return graph_node(g, in[0])->op == OP_to_plain && graph_node(g, graph_in(g, in[0], 0))->type == type ? graph_in(g, in[0], 0) : 0;
  default: return 0;
  }
}

/* ---- making ---- */

static Val make(Graph *g, OpId op, const Val *in, int nin, const Attr *attrs, TypeId type, Scalar formula, Name name, Span at) {
  const OpRow *row = op_row(g->c, op);
  int operands = g->operands.count, pool = g->attr_pool.count;
  for (int i = 0; i < nin; i++)
    vec_push(g->c->mem, &g->operands, in[i]);
  for (int i = 0; i < row->attrs; i++)
    vec_push(g->c->mem, &g->attr_pool, attrs[i]);
  Node n = {.op = (uint16_t)op, .attrs = (uint8_t)row->attrs, .type = type, .in = (uint32_t)operands, .nin = (uint32_t)nin,
            .attr = (uint32_t)pool, .formula = formula, .name = name, .span = at};
  int before = g->nodes.count;
  Val v = share(g, n);
  if (g->nodes.count == before) { /* it was there already */
    g->operands.count = operands;
    g->attr_pool.count = pool;
  }
  return v;
}

Val graph_add_formula(Graph *g, OpId op, const Val *in, int nin, const Attr *attrs, Scalar formula, Span at) {
  for (int i = 0; i < nin; i++)
    if (!in[i])
      return 0;
  Val copy[64]; /* folding may move the operands' table */
  BUG_IF(nin > 64);
  if (nin)
    memcpy(copy, in, (size_t)nin * sizeof *in);
  TypeId type = infer_type(g, op, copy, nin, attrs, formula, at);
  if (!type)
    return 0;
  Val same = fold(g, op_row(g->c, op), copy, nin, attrs, type, formula, at);
  return same ? same : make(g, op, copy, nin, attrs, type, formula, 0, at);
}

Val graph_repeat(Graph *g, const Graph *from, Val v, const Val *in) {
  Node n = *graph_node(from, v);
  const Attr *attrs = from->attr_pool.at + n.attr;
  n.in = (uint32_t)g->operands.count;
  n.attr = (uint32_t)g->attr_pool.count;
  for (uint32_t i = 0; i < n.nin; i++)
    vec_push(g->c->mem, &g->operands, in[i]);
  for (int i = 0; i < n.attrs; i++)
    vec_push(g->c->mem, &g->attr_pool, attrs[i]);
  vec_push(g->c->mem, &g->nodes, n);
  return (Val)g->nodes.count - 1;
}

Val graph_add(Graph *g, OpId op, const Val *in, int nin, const Attr *attrs, Span at) {
  return graph_add_formula(g, op, in, nin, attrs, 0, at);
}

Val graph_each(Graph *g, Scalar formula, const Val *in, int nin, Span at) {
  return graph_add_formula(g, OP_each, in, nin, NULL, formula, at);
}

Val graph_input(Graph *g, Name name, TypeId type, Span at) {
  return make(g, OP_input, NULL, 0, NULL, type, 0, name, at);
}

Val graph_param(Graph *g, Name path, Name role, TypeId type, Name init, const double *values, int count, Span at) {
  Attr attrs[3] = {attr_text(role), attr_text(init), attr_list(g->c, values, count)};
  return make(g, OP_param, NULL, 0, attrs, type, 0, path, at);
}

Val graph_scalar(Graph *g, Name name, Span at) {
  return make(g, OP_scalar, NULL, 0, NULL, type_scalar(g->c, 0), 0, name, at);
}

Val graph_number(Graph *g, double v, Span at) {
  Attr a = attr_number(v);
  return make(g, OP_number, NULL, 0, &a, type_scalar(g->c, 0), 0, 0, at);
}
