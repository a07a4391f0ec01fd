/* clean: what only gradients needed goes (stop), and sums over the batch are simplified (sum.c). */
#include "pass/pass.h"

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
      w.map[v] = simpler_batch_sum(w.to, w.map[graph_in(g, v, 0)], graph_attr(g, v, "axes"), n->span);
    if (!w.map[v])
      rewrite_copy(&w, v);
  }
  return pass_simplify(rewrite_end(&w), o);
}
