/* The parameters and run-time scalars of a program: one layout for all of its graphs. Weights lie first, then states,
   then the optimizers' states, each group in the order of first appearance. */
#include "base/bug.h"
#include "plan/plan.h"
#include <string.h>

enum { ALIGN_FLOATS = 16 };

static int role_rank(const Ctx *c, Name role) {
  const char *text = name_text(c->names, role);
  return !strcmp(text, "weight") ? 0 : !strcmp(text, "state") ? 1 : 2;
}

const PlanParam *params_find(const ParamTable *t, Name path) {
  for (int i = 0; i < t->params.count; i++)
    if (t->params.at[i].name == path)
      return &t->params.at[i];
  return NULL;
}

static void add_param(ParamTable *t, const Graph *g, Val v) {
  const Node *n = graph_node(g, v);
  const PlanParam *known = params_find(t, n->name);
  if (known) {
    if (known->type != n->type)
      BUG("parameter %s has two types", name_text(g->c->names, n->name));
    return;
  }
  const Attr *values = graph_attr(g, v, "values");
  PlanParam p = {.name = n->name, .role = graph_attr(g, v, "role")->text, .type = n->type,
                 .init = graph_attr(g, v, "init")->text};
  for (uint32_t i = 0; i < values->count && i < 2; i++)
    p.arg[i] = values->list[i];
  vec_push(g->c->mem, &t->params, p);
  int i = t->params.count - 1;
  for (; i > 0 && role_rank(g->c, t->params.at[i - 1].role) > role_rank(g->c, p.role); i--)
    t->params.at[i] = t->params.at[i - 1];
  t->params.at[i] = p;
}

static void add_scalar(ParamTable *t, Ctx *c, Name name) {
  for (int i = 0; i < t->scalars.count; i++)
    if (t->scalars.at[i] == name)
      return;
  vec_push(c->mem, &t->scalars, name);
}

void params_collect(ParamTable *t, const Graph *g) {
  for (Val v = 1; v < (Val)g->nodes.count; v++)
    if (graph_node(g, v)->op == OP_param)
      add_param(t, g, v);
    else if (graph_node(g, v)->op == OP_scalar)
      add_scalar(t, g->c, graph_node(g, v)->name);

  t->param_floats = 0;
  for (int i = 0; i < t->params.count; i++) {
    PlanParam *p = &t->params.at[i];
    p->offset = t->param_floats;
    t->param_floats += (type_size(type_get(g->c, p->type)) + ALIGN_FLOATS - 1) / ALIGN_FLOATS * ALIGN_FLOATS;
  }
}
