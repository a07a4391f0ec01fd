/* simplify: drops what nothing needs, and puts stabler forms in the place of unstable ones, so that nobody has to choose them:

     log(sigmoid(x))      ->  -softplus(-x)         binary cross entropy of probabilities becomes that of logits
     log(1 - sigmoid(x))  ->  -softplus(x)
     log(exp(z) / s)      ->  z - log(s)            the logarithm of a softmax

   Folding and sharing happen in the copy itself. */
#include "pass/pass.h"

static Val one(Graph *g, OpId op, Val x, Span at) {
  return x ? graph_add(g, op, &x, 1, NULL, at) : 0;
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

Graph *pass_simplify(const Graph *g, const PassOptions *o) {
  (void)o;
  Rewrite w = rewrite_begin(g);
  for (Val v = 1; v < (Val)g->nodes.count; v++) {
    if (!w.live[v])
      continue;
    if (is_op(g, v, OP_log))
      w.map[v] = stable_log(w.to, w.map[graph_in(g, v, 0)], graph_node(g, v)->span);
    if (!w.map[v])
      rewrite_copy(&w, v);
  }
  return rewrite_end(&w);
}
