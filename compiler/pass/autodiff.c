/* autodiff: replaces every grad(y, x) by the arithmetic that computes it.

   In: a graph with grad nodes. Out: the same without them. The nodes are copied in order; at the first grad of a y, one backward
   sweep over everything before it finds the gradients of all x that are asked of that y. Each operation's part comes from
   its row: the derivative of an elementwise formula, or the gradient lines of op.def. A gradient is made to have its
   value's type exactly: one rule sums over the axes that were spread, and over the batch where a shared value met batched ones.
   Since a grad in y's own past was replaced before, gradients of gradients need nothing more.

   Example: y = sum(w*x), x batched, w shared: d w is first dy*x, batched, then batch_sum of it. */
#include "base/bug.h"
#include "graph/rule.h"
#include "pass/pass.h"
#include <string.h>

typedef struct {
  Graph *g;
  Val limit;       /* values before this existed when the sweep began */
  Val *adjoint;    /* by value: d y / d value so far; 0: none */
  uint8_t *wanted; /* by value: one of the x depends into it */
} Sweep;

/* ---- a gradient gets its value's type ---- */

/* Sums what was spread: over the batch if the value is shared, over axes of size 1 (or all of a scalar's). */
static Val unspread(Graph *g, Val grad, Val v, Span at) {
  const Type *from = graph_type(g, grad), *to = graph_type(g, v);
  int axes[MAX_RANK], n = 0, dims[MAX_RANK];
  for (int i = 0; i < from->rank; i++)
    if (!to->rank || (to->dim[i] == 1 && from->dim[i] != 1))
      axes[n++] = i;
  for (int i = 0; i < to->rank; i++)
    dims[i] = to->dim[i];
  int rank = to->rank;
  Attr a[2] = {attr_ints(g->c, axes, n), attr_number(0)};
  if (from->batched && !to->batched)
    grad = graph_add(g, OP_batch_sum, &grad, 1, a, at);
  else if (n)
    grad = graph_add(g, OP_reduce_sum, &grad, 1, a, at);
  Attr shape = attr_ints(g->c, dims, rank);
  return grad ? graph_add(g, OP_reshape, &grad, 1, &shape, at) : 0;
}

static void accumulate(Sweep *s, Val v, Val grad, Span at) {
  grad = unspread(s->g, grad, v, at);
  if (!grad)
    return;
  if (s->adjoint[v]) {
    Val both[2] = {s->adjoint[v], grad};
    grad = graph_add(s->g, OP_add, both, 2, NULL, at);
  }
  s->adjoint[v] = grad;
}

/* ---- one rule for each kind of row ---- */

/* Operands become variables 0..n-1, the result n, its gradient n+1. */
static void sweep_each(Sweep *s, Val v, const OpRow *row) {
  Ctx *c = s->g->c;
  int n = (int)graph_node(s->g, v)->nin;
  Val vars[66];
  for (int i = 0; i < n; i++)
    vars[i] = graph_in(s->g, v, i);
  vars[n] = v;
  vars[n + 1] = s->adjoint[v];
  for (int i = 0; i < n; i++) {
    if (!s->wanted[vars[i]])
      continue;
    Scalar d = i < 3 && row->grad[i] ? row->grad[i] : scalar_derive(c, graph_formula(s->g, v), i);
    ScalarNode node = scalar_get(c, d);
    if (node.kind == S_CONST && node.value == 0)
      continue;
    Scalar product = scalar_make(c, S_MUL, scalar_var(c, n + 1), d, 0);
    Span at = graph_node(s->g, v)->span;
    accumulate(s, vars[i], each_compact(s->g, product, vars, n + 2, at), at);
  }
}

static void sweep_concat(Sweep *s, Val v) {
  int axis = graph_int(s->g, v, "axis"), start = 0;
  Span at = graph_node(s->g, v)->span;
  for (uint32_t i = 0; i < graph_node(s->g, v)->nin; i++) {
    Val x = graph_in(s->g, v, (int)i);
    int size = graph_type(s->g, x)->dim[axis];
    Attr a[3] = {attr_number(axis), attr_number(start), attr_number(start + size)};
    start += size;
    if (s->wanted[x])
      accumulate(s, x, graph_add(s->g, OP_slice, &s->adjoint[v], 1, a, at), at);
  }
}

static void bind_row(Rule *r, const OpRow *row, Val v, Val dy) {
  Graph *g = r->g;
  Ctx *c = g->c;
  int taken = 0;
  for (int i = 0; i < row->attrs; i++) {
    const Attr *a = &g->attr_pool.at[graph_node(g, v)->attr + (uint32_t)i];
    rule_bind(r, row->attr[i], a->kind == ATTR_LIST ? rule_list(a->list, (int)a->count) : rule_number(a->number));
  }
  for (int i = 0; i < row->operands; i++) {
    Text why = {.mem = c->mem};
    rule_match(r, row->pattern[i], graph_type(g, graph_in(g, v, i)), &why);
  }
  for (int i = 0; i < row->operands; i++) {
    rule_bind(r, row->operand[i], rule_val(graph_in(g, v, i)));
    taken |= !strcmp(name_text(c->names, row->operand[i]), "dy");
  }
  if (row->operands > 0)
    rule_bind(r, name_of(c->names, "samples"), rule_number(graph_type(g, graph_in(g, v, 0))->batched));
  rule_bind(r, name_of(c->names, "y"), rule_val(v));
  rule_bind(r, name_of(c->names, taken ? "dy_" : "dy"), rule_val(dy));
}

static void sweep_rule(Sweep *s, Val v, const OpRow *row) {
  Span at = graph_node(s->g, v)->span;
  Rule r = {.g = s->g, .at = at};
  bind_row(&r, row, v, s->adjoint[v]);
  for (int i = 0; i < row->grads->count; i++) {
    const Ast *line = row->grads->kids[i];
    for (int k = 0; k < row->operands; k++) {
      RuleValue value;
      if (row->operand[k] != line->kids[0]->kids[0]->name || !s->wanted[graph_in(s->g, v, k)])
        continue;
      if (!rule_eval(&r, line->kids[1], &value))
        BUG("the gradient of %s cannot be built", name_text(s->g->c->names, row->name));
      accumulate(s, graph_in(s->g, v, k), value.val, at);
    }
  }
}

/* Rows of order 0 are refused, but for those that are constant wherever they do not jump, and those that choose. */
static int is_refused(const OpRow *row) {
  return !row->differentiable && row->id != OP_argmax && row->id != OP_one_hot && row->lower != LOWER_CALL;
}

static void sweep_node(Sweep *s, Val v) {
  const OpRow *row = op_row(s->g->c, graph_node(s->g, v)->op);
  if (row->id == OP_stop)
    return;
  if (is_refused(row))
    diag_add(s->g->c, D_NO_GRADIENT, graph_node(s->g, v)->span, name_text(s->g->c->names, row->name));
  else if (row->id == OP_concat)
    sweep_concat(s, v);
  else if (row->each || row->id == OP_each)
    sweep_each(s, v, row);
  else if (row->grads)
    sweep_rule(s, v, row);
}

/* ---- the sweep ---- */

static Val seed(Graph *g, Val y, Span at) {
  Val one = graph_number(g, 1, at);
  int batched = graph_type(g, y)->batched;
  Attr a[3] = {attr_list(g->c, NULL, 0), attr_number(batched), attr_number(0)};
  return batched ? graph_add(g, OP_expand, &one, 1, a, at) : one;
}

/* The gradients of y in each of x[count], written to out. */
static void sweep(Graph *g, Val y, const Val *x, int count, Val *out, Span at) {
  Ctx *c = g->c;
  Sweep s = {g, (Val)g->nodes.count, NULL, NULL};
  s.adjoint = arena_alloc(c->mem, s.limit * sizeof *s.adjoint);
  s.wanted = arena_alloc(c->mem, s.limit);
  for (int i = 0; i < count; i++)
    s.wanted[x[i]] = 1;
  for (Val v = 1; v < s.limit; v++)
    for (uint32_t i = 0; i < graph_node(g, v)->nin; i++)
      s.wanted[v] |= s.wanted[graph_in(g, v, (int)i)];
  s.adjoint[y] = seed(g, y, at);
  for (Val v = y; v > 0; v--)
    if (s.adjoint[v] && s.wanted[v] && graph_node(g, v)->nin)
      sweep_node(&s, v);
  for (int i = 0; i < count; i++) {
    out[i] = s.adjoint[x[i]];
    if (out[i])
      continue;
    const Type *t = graph_type(g, x[i]);
    int dims[MAX_RANK];
    for (int k = 0; k < t->rank; k++)
      dims[k] = t->dim[k];
    Val zero = graph_number(g, 0, at);
    Attr a[3] = {attr_ints(c, dims, t->rank), attr_number(t->batched), attr_number(0)};
    out[i] = graph_add(g, OP_expand, &zero, 1, a, at);
  }
}

/* All grads of the same y as v, at and after v, in one sweep. */
static void replace(Rewrite *w, Val v) {
  const Graph *g = w->from;
  Val y = graph_in(g, v, 0);
  Vec(Val) x = {0}, of = {0};
  for (Val u = v; u < (Val)g->nodes.count; u++)
    if (w->live[u] && graph_node(g, u)->op == OP_grad && graph_in(g, u, 0) == y && w->map[graph_in(g, u, 1)]) {
      vec_push(g->c->mem, &x, w->map[graph_in(g, u, 1)]);
      vec_push(g->c->mem, &of, u);
    }
  Val *out = arena_alloc(g->c->mem, (size_t)x.count * sizeof *out);
  sweep(w->to, w->map[y], x.at, x.count, out, graph_node(g, v)->span);
  for (int i = 0; i < x.count; i++)
    w->map[of.at[i]] = out[i];
}

Graph *pass_autodiff(const Graph *g, const PassOptions *o) {
  (void)o;
  Rewrite w = rewrite_begin(g);
  int errors = diag_errors(g->c->diags);
  for (Val v = 1; v < (Val)g->nodes.count; v++) {
    if (!w.live[v] || w.map[v])
      continue;
    if (graph_node(g, v)->op == OP_grad)
      replace(&w, v);
    else
      rewrite_copy(&w, v);
  }
  return diag_errors(g->c->diags) > errors ? NULL : rewrite_end(&w);
}
