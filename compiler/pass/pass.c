/* The pass list: order, verification, timing, and the copying that every pass begins and ends with. */
#include "pass/pass.h"
#include "base/bug.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
  const char *name;
  unsigned needs, gives;
  int optional;
  const char *summary;
  Graph *(*run)(const Graph *, const PassOptions *);
} passes[] = {
#define PASS(name, needs, gives, optional, summary) {#name, needs, gives, optional, summary, pass_##name},
#include "pass/pass.def"
#undef PASS
};

const char *pass_name(PassId id) {
  return passes[id].name;
}
const char *pass_summary(PassId id) {
  return passes[id].summary;
}
int pass_is_optional(PassId id) {
  return passes[id].optional;
}
PassId pass_find(const char *name) {
  for (int i = 0; i < PASS_COUNT; i++)
    if (!strcmp(passes[i].name, name))
      return (PassId)i;
  return PASS_COUNT;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

Graph *pass_run(const Graph *g, PassId id, PassOptions *o) {
  double start = now();
  Graph *made = passes[id].run(g, o);
  o->seconds[id] += now() - start;
  if (!made)
    return NULL;
  Text why = {.mem = g->c->mem};
  if (o->verify && !graph_verify(made, &why)) {
    Text dump = {.mem = g->c->mem};
    graph_print(made, &dump);
    fputs(text_str(&dump), stderr);
    BUG("after pass %s of %s: %s", passes[id].name, name_text(g->c->names, g->name), text_str(&why));
  }
  if (o->after)
    o->after(o->user, id, made);
  return made;
}

Graph *pass_run_all(const Graph *g, PassOptions *o) {
  Graph *at = (Graph *)(uintptr_t)g;
  unsigned have = 0;
  for (int i = 0; i < PASS_COUNT && at; i++) {
    if (o->skip[i])
      continue;
    BUG_IF((passes[i].needs & have) != passes[i].needs);
    at = pass_run(at, (PassId)i, o);
    have |= passes[i].gives;
  }
  return at;
}

/* ---- shared helpers ---- */

Rewrite rewrite_begin(const Graph *from) {
  Ctx *c = from->c;
  size_t count = (size_t)from->nodes.count;
  Rewrite w = {from, graph_new(c, from->name), arena_alloc(c->mem, count * sizeof(Val)), arena_alloc(c->mem, count)};
  for (int i = 0; i < from->outputs.count; i++)
    w.live[from->outputs.at[i].val] = 1;
  for (int i = 0; i < from->updates.count; i++)
    w.live[from->updates.at[i].param] = w.live[from->updates.at[i].value] = 1;
  for (Val v = (Val)count - 1; v > 0; v--) {
    if (graph_node(from, v)->op == OP_input) /* what the program must be given does not depend on what it uses */
      w.live[v] = 1;
    for (uint32_t i = 0; w.live[v] && i < graph_node(from, v)->nin; i++)
      w.live[graph_in(from, v, (int)i)] = 1;
  }
  return w;
}

Val rewrite_copy(Rewrite *w, Val v) {
  const Node *n = graph_node(w->from, v);
  const Attr *attrs = w->from->attr_pool.at + n->attr;
  Val in[64], made;
  for (uint32_t i = 0; i < n->nin; i++)
    in[i] = w->map[graph_in(w->from, v, (int)i)];
  if (n->op == OP_input)
    made = graph_input(w->to, n->name, n->type, n->span);
  else if (n->op == OP_scalar)
    made = graph_scalar(w->to, n->name, n->span);
  else if (n->op == OP_number)
    made = graph_number(w->to, attrs[0].number, n->span);
  else if (n->op == OP_param)
    made = graph_param(w->to, n->name, attrs[0].text, n->type, attrs[1].text, attrs[2].list, (int)attrs[2].count, n->span);
  else
    made = graph_add_formula(w->to, n->op, in, (int)n->nin, n->attrs ? attrs : NULL, n->formula, n->span);
  BUG_IF(!made);
  if (n->name && !graph_node(w->to, made)->name)
    graph_node(w->to, made)->name = n->name;
  return w->map[v] = made;
}

Graph *rewrite_end(Rewrite *w) {
  for (int i = 0; i < w->from->outputs.count; i++) {
    Output o = w->from->outputs.at[i];
    o.val = w->map[o.val];
    vec_push(w->to->c->mem, &w->to->outputs, o);
  }
  for (int i = 0; i < w->from->updates.count; i++) {
    Update u = w->from->updates.at[i];
    vec_push(w->to->c->mem, &w->to->updates, (Update){w->map[u.param], w->map[u.value]});
  }
  return w->to;
}

Val each_compact(Graph *g, Scalar formula, const Val *in, int nin, Span at) {
  Ctx *c = g->c;
  Scalar *by = arena_alloc(c->mem, (size_t)nin * sizeof *by + 1);
  Val *used = arena_alloc(c->mem, (size_t)nin * sizeof *used + 1);
  int count = 0;
  for (int i = 0; i < nin; i++) { /* equal operands become one variable, numbers constants */
    int k = 0;
    while (k < count && used[k] != in[i])
      k++;
    if (graph_node(g, in[i])->op == OP_number)
      by[i] = scalar_const(c, graph_attr(g, in[i], "value")->number);
    else
      by[i] = scalar_var(c, k);
    if (k == count && graph_node(g, in[i])->op != OP_number)
      used[count++] = in[i];
  }
  formula = scalar_substitute(c, formula, by);
  /* What simplification made unused goes. */
  Scalar *to = arena_alloc(c->mem, (size_t)count * sizeof *to + 1);
  int kept = 0;
  for (int i = 0; i < count; i++) {
    to[i] = scalar_var(c, kept);
    if (scalar_uses(c, formula, i))
      used[kept++] = used[i];
  }
  formula = scalar_substitute(c, formula, to);
  ScalarNode s = scalar_get(c, formula);
  if (s.kind == S_CONST)
    return graph_number(g, s.value, at);
  if (s.kind == S_VAR)
    return used[s.var];
  return graph_each(g, formula, used, kept, at);
}
