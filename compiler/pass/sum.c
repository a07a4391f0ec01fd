/* sum: simpler forms of a batch_sum, over what is already there.

     batch_sum(x * along(s)) with s constant over what is summed   ->  batch_sum(x) * s
     batch_sum(dy * s + c * (x - m)), s, c and m constant          ->  batch_sum(dy) * s + c * (batch_sum(x) - n * m)

   The second only where the sums of all that varies (dy, x) are known, that is, computed earlier for other reasons. So
   the backward of batch normalisation, which gives dy and x, needs no sweep for the gradient of the mean, nor one for the
   bias of the convolution before it. */
#include "pass/pass.h"

enum { DEEPEST = 8 }; /* of additions; bounds the work where values are shared */

typedef struct {
  Graph *g;
  const Attr *axes;
  Type full; /* of what is summed */
  Span at;
} Sum;

static int is_summed(const Sum *s, int axis) {
  for (uint32_t i = 0; i < s->axes->count; i++)
    if ((int)s->axes->list[i] == axis)
      return 1;
  return 0;
}

static Val call(const Sum *s, OpId op, Val a, Val b) {
  Val in[2] = {a, b};
  return a && b ? graph_add(s->g, op, in, 2, NULL, s->at) : 0;
}

/* f without the summed axes, when it is constant all along them (be it spread); else 0. */
static Val factor_of(const Sum *s, Val f) {
  Graph *g = s->g;
  if (graph_node(g, f)->op == OP_expand)
    f = graph_in(g, f, 0);
  const Type t = *graph_type(g, f);
  int dims[MAX_RANK], n = 0;
  if (t.batched || (t.rank && t.rank != s->full.rank))
    return 0;
  for (int i = 0; i < t.rank; i++) {
    if (t.dim[i] != 1 && (is_summed(s, i) || t.dim[i] != s->full.dim[i]))
      return 0;
    if (!is_summed(s, i))
      dims[n++] = t.dim[i];
  }
  Attr shape = attr_ints(g->c, dims, n);
  return graph_add(g, OP_reshape, &f, 1, &shape, s->at);
}

/* The sum of x, when it is computed already. */
static Val known_sum(const Sum *s, Val x) {
  const Graph *g = s->g;
  for (Val v = x + 1; v < (Val)g->nodes.count; v++) {
    const Node *n = graph_node(g, v);
    if (n->op != OP_batch_sum || n->formula || graph_in(g, v, 0) != x)
      continue;
    const Attr *axes = graph_attr(g, v, "axes");
    int equal = axes->count == s->axes->count;
    for (uint32_t i = 0; equal && i < axes->count; i++)
      equal = axes->list[i] == s->axes->list[i];
    if (equal)
      return v;
  }
  return 0;
}

/* A part of v's formula that is constant over what is summed; else 0. */
static Val factor_in(const Sum *s, Val v, Scalar part) {
  Val in[64];
  int count = (int)graph_node(s->g, v)->nin;
  for (int i = 0; i < count; i++) {
    in[i] = graph_in(s->g, v, i);
    if (scalar_uses(s->g->c, part, i) && !(in[i] = factor_of(s, in[i])))
      return 0;
  }
  return each_compact(s->g, part, in, count, s->at);
}

static Val times_count(const Sum *s, Val factor) {
  double count = s->full.batched;
  for (int i = 0; i < s->full.rank; i++)
    count *= is_summed(s, i) ? s->full.dim[i] : 1;
  Val n = graph_add(s->g, OP_batch_size, NULL, 0, NULL, s->at);
  return call(s, OP_mul, factor, call(s, OP_mul, n, graph_number(s->g, count, s->at)));
}

static Val linear_sum(const Sum *s, Val x, int depth);

/* The sum of a part of v's formula from known sums; else 0. */
static Val linear_part(const Sum *s, Val v, Scalar part, int depth) {
  ScalarNode n = scalar_get(s->g->c, part);
  Val factor = factor_in(s, v, part);
  if (factor)
    return times_count(s, factor);
  switch (n.kind) {
  case S_VAR: return linear_sum(s, graph_in(s->g, v, n.var), depth + 1);
  case S_NEG: return call(s, OP_sub, graph_number(s->g, 0, s->at), linear_part(s, v, n.arg[0], depth));
  case S_ADD: return call(s, OP_add, linear_part(s, v, n.arg[0], depth), linear_part(s, v, n.arg[1], depth));
  case S_SUB: return call(s, OP_sub, linear_part(s, v, n.arg[0], depth), linear_part(s, v, n.arg[1], depth));
  case S_MUL:
    for (int i = 0; i < 2; i++)
      if ((factor = factor_in(s, v, n.arg[i])) != 0)
        return call(s, OP_mul, linear_part(s, v, n.arg[1 - i], depth), factor);
    return 0;
  default: return 0;
  }
}

static Val linear_sum(const Sum *s, Val x, int depth) {
  Val known = known_sum(s, x);
  int each = op_row(s->g->c, graph_node(s->g, x)->op)->lower == LOWER_EACH && graph_node(s->g, x)->op != OP_expand;
  return known || !each || depth > DEEPEST ? known : linear_part(s, x, graph_formula(s->g, x), depth);
}

static Val sum_of_product(const Sum *s, Val x) {
  ScalarNode n = scalar_get(s->g->c, graph_formula(s->g, x));
  if (n.kind != S_MUL || scalar_get(s->g->c, n.arg[0]).kind != S_VAR || scalar_get(s->g->c, n.arg[1]).kind != S_VAR)
    return 0;
  for (int i = 0; i < 2; i++) {
    Val side = graph_in(s->g, x, scalar_get(s->g->c, n.arg[1 - i]).var), factor = factor_in(s, x, n.arg[i]);
    if (factor && graph_node(s->g, side)->type == graph_node(s->g, x)->type)
      return call(s, OP_mul, graph_add(s->g, OP_batch_sum, &side, 1, s->axes, s->at), factor);
  }
  return 0;
}

Val simpler_batch_sum(Graph *g, Val x, const Attr *axes, Span at) {
  Sum s = {g, axes, *graph_type(g, x), at};
  const Node *n = graph_node(g, x);
  if (!s.full.batched || op_row(g->c, n->op)->lower != LOWER_EACH || n->op == OP_expand)
    return 0;
  TypeId type = infer_type(g, OP_batch_sum, &x, 1, axes, 0, at);
  Val sum = linear_sum(&s, x, 0);
  sum = sum ? sum : sum_of_product(&s, x);
  return sum && graph_node(g, sum)->type == type ? sum : 0;
}
