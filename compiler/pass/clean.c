/* clean: what only gradients needed goes (stop), and sums are simplified:

     batch_sum(x * along(s)) with s shared and constant over the summed axes  ->  batch_sum(x) * s

   so that the backward of batch normalisation shares its sums. */
#include "pass/pass.h"

static int is_product(const Graph *g, Val v, Val out[2]) {
  const Node *n = graph_node(g, v);
  if (n->op != OP_mul && n->op != OP_each)
    return 0;
  ScalarNode s = scalar_get(g->c, graph_formula(g, v));
  if (s.kind != S_MUL || scalar_get(g->c, s.arg[0]).kind != S_VAR || scalar_get(g->c, s.arg[1]).kind != S_VAR)
    return 0;
  out[0] = graph_in(g, v, scalar_get(g->c, s.arg[0]).var);
  out[1] = graph_in(g, v, scalar_get(g->c, s.arg[1]).var);
  return 1;
}

/* Is f shared and the same all along the axes of the sum, x's shape being the full one? */
static int is_factor(const Graph *g, Val f, Val x, const Attr *axes) {
  const Type *t = graph_type(g, f), *full = graph_type(g, x);
  if (t->batched || !full->batched || (t->rank && t->rank != full->rank))
    return 0;
  for (uint32_t i = 0; i < axes->count && t->rank; i++)
    if (t->dim[(int)axes->list[i]] != 1)
      return 0;
  for (int i = 0; i < t->rank; i++)
    if (t->dim[i] != 1 && t->dim[i] != full->dim[i])
      return 0;
  return 1;
}

/* f without the summed axes. */
static Val without_axes(Graph *g, Val f, const Attr *axes, Span at) {
  const Type *t = graph_type(g, f);
  int dims[MAX_RANK], n = 0;
  for (int i = 0; i < t->rank; i++) {
    int summed = 0;
    for (uint32_t k = 0; k < axes->count; k++)
      summed |= (int)axes->list[k] == i;
    if (!summed)
      dims[n++] = t->dim[i];
  }
  Attr shape = attr_ints(g->c, dims, n);
  return graph_add(g, OP_reshape, &f, 1, &shape, at);
}

static Val sum_of_product(Graph *g, Val x, const Attr *axes, Span at) {
  Val side[2];
  if (is_product(g, x, side))
    for (int i = 0; i < 2; i++) {
      if (!is_factor(g, side[i], side[1 - i], axes))
        continue;
      Val sum = graph_add(g, OP_batch_sum, &side[1 - i], 1, axes, at);
      Val both[2] = {sum, without_axes(g, side[i], axes, at)};
      return graph_add(g, OP_mul, both, 2, NULL, at);
    }
  return 0;
}

Graph *pass_clean(const Graph *g, const PassOptions *o) {
  (void)o;
  Rewrite w = rewrite_begin(g);
  for (Val v = 1; v < (Val)g->nodes.count; v++) {
    const Node *n = graph_node(g, v);
    if (!w.live[v])
      continue;
    if (n->op == OP_stop)
      w.map[v] = w.map[graph_in(g, v, 0)];
    else if (n->op == OP_batch_sum && !n->formula)
      w.map[v] = sum_of_product(w.to, w.map[graph_in(g, v, 0)], graph_attr(g, v, "axes"), n->span);
    if (!w.map[v])
      rewrite_copy(&w, v);
  }
  return pass_simplify(rewrite_end(&w), o);
}
