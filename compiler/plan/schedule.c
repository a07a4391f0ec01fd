/* The order of steps: the graph's own, with the optimizer's arithmetic moved forward.

   A graph lists the forward part, the backward part and then all updates, so that every gradient would live to the
   end. Here the values that serve updates alone (shared, elementwise: an update's cone) are computed as soon as the
   rest of what the update reads is there and everybody else has read the parameter's old value. Then the new value
   goes straight over the old one, and the gradient dies.

     g1 = ...  g2 = ...  w1' = w1 - lr*g1  w2' = w2 - lr*g2     becomes     g1 = ...  w1' = ...  g2 = ...  w2' = ... */
#include "plan/plan_room.h"

typedef struct {
  const Graph *g;
  const Val *root;
  unsigned char *cone; /* by Val: only updates need it, and it is shared and elementwise (or a reshape) */
  int *ready;          /* by Val: how many steps outside of cones must be done before all that it needs is there */
  int *read;           /* by root: how many of those steps until nobody outside of cones reads it */
  unsigned char *done; /* by Val */
  Val *order;
  int count;
} Schedule;

static int is_step(const Schedule *s, Val v) {
  return s->root[v] == v && !value_is_leaf(s->g, v);
}

static void find_cones(Schedule *s) {
  const Graph *g = s->g;
  for (Val v = 1; v < (Val)g->nodes.count; v++)
    s->cone[v] = s->root[v] && !value_is_leaf(g, v) && !graph_type(g, v)->batched &&
                 (op_row(g->c, graph_node(g, v)->op)->lower == LOWER_EACH || s->root[v] != v);
  for (int i = 0; i < g->outputs.count; i++)
    s->cone[g->outputs.at[i].val] = 0;
  for (Val v = (Val)g->nodes.count - 1; v > 0; v--)
    for (int i = 0; s->root[v] && !s->cone[v] && i < (int)graph_node(g, v)->nin; i++)
      s->cone[graph_in(g, v, i)] = 0;
}

static void find_times(Schedule *s) {
  int time = 0;
  for (Val v = 1; v < (Val)s->g->nodes.count; v++) {
    if (!s->root[v])
      continue;
    int outside = is_step(s, v) && !s->cone[v];
    time += outside;
    for (int i = 0; i < (int)graph_node(s->g, v)->nin; i++) {
      Val u = graph_in(s->g, v, i);
      if (outside)
        s->read[s->root[u]] = time;
      else if (s->ready[u] > s->ready[v])
        s->ready[v] = s->ready[u];
    }
    if (outside)
      s->ready[v] = time;
  }
}

/* Computes v of a cone after what it needs; the rest is there. */
static void emit(Schedule *s, Val v) {
  if (s->done[v] || value_is_leaf(s->g, v))
    return;
  s->done[v] = 1;
  for (int i = 0; i < (int)graph_node(s->g, v)->nin; i++)
    emit(s, graph_in(s->g, v, i));
  if (is_step(s, v))
    s->order[s->count++] = v;
}

/* Updates by the time from which they may be done, those of equal time in their own order. */
static int *update_times(const Schedule *s, int last) {
  const Graph *g = s->g;
  int *time = arena_alloc(g->c->mem, sizeof *time * (size_t)(g->updates.count + 1));
  for (int i = 0; i < g->updates.count; i++) {
    Val value = g->updates.at[i].value;
    int ready = s->ready[value], read = s->read[g->updates.at[i].param];
    time[i] = !s->cone[value] ? last : ready > read ? ready : read;
  }
  return time;
}

Val *schedule_order(const Graph *g, const Val *root, int *count) {
  size_t nodes = (size_t)g->nodes.count;
  Arena *mem = g->c->mem;
  Schedule s = {.g = g, .root = root, .cone = arena_alloc(mem, nodes), .done = arena_alloc(mem, nodes)};
  s.ready = arena_alloc(mem, nodes * sizeof *s.ready);
  s.read = arena_alloc(mem, nodes * sizeof *s.read);
  s.order = arena_alloc(mem, nodes * sizeof *s.order);
  find_cones(&s);
  find_times(&s);
  int last = 0;
  for (Val v = 1; v < (Val)nodes; v++)
    last += is_step(&s, v) && !s.cone[v];
  const int *due = update_times(&s, last);
  Val v = 0;
  for (int time = 0; time <= last; time++) {
    while (time && !(++v, is_step(&s, v) && !s.cone[v]))
      ;
    if (time)
      emit(&s, v);
    for (int i = 0; i < g->updates.count; i++)
      if (due[i] == time)
        emit(&s, g->updates.at[i].value);
  }
  *count = s.count;
  return s.order;
}
