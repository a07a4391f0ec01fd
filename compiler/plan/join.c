/* Steps that one launch computes in the same loops, so that what they share is read once: elementwise ones of one type
   (an optimizer's new weight and moments), sums over one domain (batch normalisation's backward).

     m' = f(m, g)  v' = f(v, g)  ...  w' = f(w, m', v')     becomes     ...  m', v', w' = f(m, v, w, g)

   Method: the order is walked; to a step, later ones are added that are its like and share an operand with it or read it.
   Such a one moves forward to it if its operands are there, or else the step moves back to such a one if nobody reads it
   before. Only steps with small results move, so that no memory is held for long; large ones join neighbours. An update
   never moves in front of a step that reads the parameter's old value: it would have to be copied. */
#include "plan/plan_room.h"
#include <string.h>

enum { MOST_JOINT = 4, MOST_JOINT_OPERANDS = 14, FARTHEST = 48 };

typedef struct {
  const Graph *g;
  const Val *root;
  Val *order;
  unsigned char *joined; /* by position: with the one before */
  int count;
  Val *param;                /* by root: the parameter whose new value it is; 0 */
  const unsigned char *fixed; /* by Val: constants, which are computed once */
} Join;

/* ---- who may join whom ---- */

static int is_each(const Graph *g, Val v) {
  const Node *n = graph_node(g, v);
  return op_row(g->c, n->op)->lower == LOWER_EACH && n->op != OP_stop && n->op != OP_expand;
}

static int is_reduction(const Graph *g, Val v) {
  OpId op = graph_node(g, v)->op;
  return op == OP_reduce_sum || op == OP_reduce_max || op == OP_batch_sum || op == OP_batch_max;
}

static TypeId domain_of(const Graph *g, Val v) {
  TypeId in[64];
  int n = (int)graph_node(g, v)->nin, bad;
  for (int i = 0; i < n; i++)
    in[i] = graph_node(g, graph_in(g, v, i))->type;
  return type_broadcast(g->c, in, n, &bad);
}

static int same_reduction(const Graph *g, Val a, Val b) {
  if (graph_node(g, a)->op != graph_node(g, b)->op || domain_of(g, a) != domain_of(g, b))
    return 0;
  const Attr *x = graph_attr(g, a, "axes"), *y = graph_attr(g, b, "axes");
  return x->count == y->count && !memcmp(x->list, y->list, x->count * sizeof *x->list);
}

/* b reads a, which is then no operand in memory but a term of its formula. */
static int reads_directly(const Graph *g, Val b, Val a) {
  for (int i = 0; i < (int)graph_node(g, b)->nin; i++)
    if (graph_in(g, b, i) == a)
      return 1;
  return 0;
}

int steps_may_join(const Graph *g, const Val *root, Val a, Val b) {
  if (graph_node(g, a)->type != graph_node(g, b)->type || graph_type(g, a)->elem != F32)
    return 0;
  for (int i = 0; i < (int)graph_node(g, b)->nin; i++) {
    Val in = graph_in(g, b, i);
    if (root[in] == a && (in != a || !is_each(g, a)))
      return 0;
  }
  return (is_each(g, a) && is_each(g, b)) || (is_reduction(g, a) && is_reduction(g, b) && same_reduction(g, a, b));
}

static int shares_operand(const Graph *g, const Val *root, Val a, Val b) {
  for (int i = 0; i < (int)graph_node(g, a)->nin; i++) {
    Val x = graph_in(g, a, i);
    if (value_has_floats(g, root[x]) && type_size(graph_type(g, x)) >= type_size(graph_type(g, a)) &&
        reads_directly(g, b, x))
      return 1;
  }
  return 0;
}

static int end_of(const Join *j, int at) {
  while (at + 1 < j->count && j->joined[at + 1])
    at++;
  return at;
}

/* Operands of the steps from .. to and of v. */
static int operands_count(const Join *j, int from, int to, Val v) {
  Val seen[64 * (MOST_JOINT + 1)];
  int count = 0;
  for (int m = from; m <= to + 1; m++) {
    Val u = m > to ? v : j->order[m];
    for (int i = 0; i < (int)graph_node(j->g, u)->nin; i++) {
      int k = 0;
      while (k < count && seen[k] != graph_in(j->g, u, i))
        k++;
      seen[k] = graph_in(j->g, u, i);
      count += k == count;
    }
  }
  return count;
}

static int is_wanted(const Join *j, int from, int to, Val v) {
  int gains = 0;
  if (j->fixed[v] || to - from + 1 >= MOST_JOINT)
    return 0;
  for (int m = from; m <= to; m++) {
    Val u = j->order[m];
    if (!steps_may_join(j->g, j->root, u, v))
      return 0;
    gains |= shares_operand(j->g, j->root, u, v) || reads_directly(j->g, v, u);
  }
  return gains && operands_count(j, from, to, v) <= MOST_JOINT_OPERANDS;
}

/* ---- moving ---- */

static int reads(const Join *j, Val v, Val root) {
  for (int i = 0; i < (int)graph_node(j->g, v)->nin; i++)
    if (j->root[graph_in(j->g, v, i)] == root)
      return 1;
  return 0;
}

static int is_small(const Join *j, Val v) {
  return !graph_type(j->g, v)->batched;
}

/* May v, which follows the steps after .. before-1, go in front of them? */
static int may_advance(const Join *j, Val v, int after, int before) {
  for (int k = after; k < before; k++)
    if (reads(j, v, j->order[k]) || (j->param[v] && reads(j, j->order[k], j->param[v])))
      return 0;
  return before == after || is_small(j, v);
}

/* May the steps from .. to go behind those that follow up to before-1? */
static int may_wait(const Join *j, int from, int to, int before) {
  for (int m = from; m <= to; m++)
    for (int k = to + 1; k < before; k++) {
      Val u = j->order[m], v = j->order[k];
      if (!is_small(j, u) || reads(j, v, u) || (j->param[v] && reads(j, u, j->param[v])))
        return 0;
    }
  return 1;
}

static void move(Join *j, int from, int count, int to) {
  Val held[MOST_JOINT];
  unsigned char joined[MOST_JOINT];
  memcpy(held, j->order + from, sizeof *held * (size_t)count);
  memcpy(joined, j->joined + from, (size_t)count);
  int low = to < from ? to : from + count, places = to < from ? from - to : to - from;
  int high = to < from ? to + count : from;
  memmove(j->order + high, j->order + low, sizeof *held * (size_t)places);
  memmove(j->joined + high, j->joined + low, (size_t)places);
  memcpy(j->order + to, held, sizeof *held * (size_t)count);
  memcpy(j->joined + to, joined, (size_t)count);
}

/* Adds one step to those that begin at `at`; returns where they begin now, -1 when there is none to add. */
static int grow(Join *j, int at) {
  int to = end_of(j, at), count = to - at + 1;
  for (int k = to + 1; k < j->count && k <= to + FARTHEST; k++) {
    Val v = j->order[k];
    if (j->joined[k] || end_of(j, k) > k || !is_wanted(j, at, to, v))
      continue;
    if (may_advance(j, v, to + 1, k)) {
      move(j, k, 1, to + 1);
      j->joined[to + 1] = 1;
      return at;
    }
    if (may_wait(j, at, to, k)) {
      move(j, at, count, k - count);
      j->joined[k] = 1;
      return k - count;
    }
  }
  return -1;
}

unsigned char *steps_join(const Graph *g, const Val *root, const unsigned char *constant, Val *order, int count) {
  Arena *mem = g->c->mem;
  Join j = {.g = g, .root = root, .order = order, .count = count, .fixed = constant};
  j.joined = arena_alloc(mem, (size_t)count + 1);
  j.param = arena_alloc(mem, sizeof *j.param * (size_t)g->nodes.count);
  for (int i = 0; i < g->updates.count; i++)
    j.param[root[g->updates.at[i].value]] = g->updates.at[i].param;
  for (int i = 0; i < count; i++) {
    int at = i;
    while (!j.joined[i] && !constant[order[i]] && (is_each(g, order[i]) || is_reduction(g, order[i])) &&
           (at = grow(&j, i)) == i)
      ;
    i -= at > i; /* it went back, and another step is here */
  }
  return j.joined;
}
