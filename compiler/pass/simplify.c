/* simplify: drops what nothing needs; folding and sharing happen in the copy itself. */
#include "pass/pass.h"

Graph *pass_simplify(const Graph *g, const PassOptions *o) {
  (void)o;
  Rewrite w = rewrite_begin(g);
  for (Val v = 1; v < (Val)g->nodes.count; v++)
    if (w.live[v])
      rewrite_copy(&w, v);
  return rewrite_end(&w);
}
