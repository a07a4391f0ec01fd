/* simplify: drops what nothing needs, joins neighbours that were padded to be added (the gradients of slices):

     pad(a, before: 0, after: 3) + pad(b, before: 2, after: 0)  ->  concat(a, b)

   and puts stabler forms in the place of unstable ones, so that nobody has to choose them:

     log(sigmoid(x))      ->  -softplus(-x)         binary cross entropy of probabilities becomes that of logits
     log(1 - sigmoid(x))  ->  -softplus(x)
     log(exp(z) / s)      ->  z - log(s)            the logarithm of a softmax

   Folding and sharing happen in the copy itself. */
#include "pass/pass.h"

static Val one_with(Graph *g, OpId op, Val x, const Attr *attrs, Span at) {
  return x ? graph_add(g, op, &x, 1, attrs, at) : 0;
}

static Val one(Graph *g, OpId op, Val x, Span at) {
  return one_with(g, op, x, NULL, at);
}

static int is_op(const Graph *g, Val v, OpId op) {
  return graph_node(g, v)->op == op;
}

static Val log_of_sigmoid(Graph *g, Val x, int complement, Span at) {
  return one(g, OP_neg, one(g, OP_softplus, complement ? x : one(g, OP_neg, x, at), at), at);
}

/* What log(v) is better computed as, v being a value of the new graph; 0: as it stands. */
static Val stable_log(Graph *g, Val v, Span at) {
  if (is_op(g, v, OP_sigmoid))
    return log_of_sigmoid(g, graph_in(g, v, 0), 0, at);
  if (graph_node(g, v)->nin != 2)
    return 0;
  Val a = graph_in(g, v, 0), b = graph_in(g, v, 1);
  if (is_op(g, v, OP_sub) && is_op(g, b, OP_sigmoid) && is_op(g, a, OP_number) && graph_attr(g, a, "value")->number == 1)
    return log_of_sigmoid(g, graph_in(g, b, 0), 1, at);
  if (is_op(g, v, OP_div) && is_op(g, a, OP_exp)) {
    Val in[2] = {graph_in(g, a, 0), one(g, OP_log, b, at)};
    return graph_add(g, OP_sub, in, 2, NULL, at);
  }
  return 0;
}

static void add_pieces(const Graph *g, Val x, int axis, Val *piece, int *count) {
  int spliced = is_op(g, x, OP_concat) && graph_int(g, x, "axis") == axis;
  for (int i = 0; i < (spliced ? (int)graph_node(g, x)->nin : 1) && *count < 64; i++)
    piece[(*count)++] = spliced ? graph_in(g, x, i) : x;
}

/* a + b, when one begins where the other ends; 0: it stays a sum. */
static Val joined_pads(Graph *g, Val a, Val b, Span at) {
  if (!is_op(g, a, OP_pad) || !is_op(g, b, OP_pad) || graph_node(g, a)->type != graph_node(g, b)->type)
    return 0;
  int axis = graph_int(g, a, "axis"), total = graph_type(g, a)->dim[axis];
  if (graph_int(g, a, "before") > graph_int(g, b, "before")) {
    Val first = b;
    b = a, a = first;
  }
  if (graph_int(g, b, "axis") != axis || total - graph_int(g, a, "after") != graph_int(g, b, "before"))
    return 0;
  Val piece[64];
  int count = 0, before = graph_int(g, a, "before"), after = graph_int(g, b, "after");
  add_pieces(g, graph_in(g, a, 0), axis, piece, &count);
  add_pieces(g, graph_in(g, b, 0), axis, piece, &count);
  Attr along = attr_number(axis), pad[] = {along, attr_number(before), attr_number(after)};
  if (count == 64)
    return 0;
  Val both = graph_add(g, OP_concat, piece, count, &along, at);
  return before || after ? one_with(g, OP_pad, both, pad, at) : both;
}

Graph *pass_simplify(const Graph *g, const PassOptions *o) {
  (void)o;
  Rewrite w = rewrite_begin(g);
  for (Val v = 1; v < (Val)g->nodes.count; v++) {
    if (!w.live[v])
      continue;
    if (is_op(g, v, OP_log))
      w.map[v] = stable_log(w.to, w.map[graph_in(g, v, 0)], graph_node(g, v)->span);
    if (is_op(g, v, OP_add))
      w.map[v] = joined_pads(w.to, w.map[graph_in(g, v, 0)], w.map[graph_in(g, v, 1)], graph_node(g, v)->span);
    if (!w.map[v])
      rewrite_copy(&w, v);
  }
  return rewrite_end(&w);
}
