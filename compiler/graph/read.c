/* Reads a graph's text back. Lines are rules (rule.h); leaves, next, minimize, report and show are read here. */
#include "graph/rule.h"
#include <string.h>

static const Ast *named(Ctx *c, const Ast *args, const char *name) {
  for (int i = 0; i < args->count; i++)
    if (!strcmp(name_text(c->names, args->kids[i]->name), name))
      return args->kids[i]->kids[0];
  return NULL;
}

static int is_true(const Ast *e) {
  return e && e->kind == AST_BOOL && e->number != 0;
}

/* input("image", shape: [...]), param(...), scalar("lr"); 0 when the call is no leaf, or after reporting. */
static Val read_leaf(Rule *r, const Ast *e) {
  Ctx *c = r->g->c;
  if (e->kind != AST_CALL || e->kids[0]->kind != AST_REF)
    return 0;
  const OpRow *row = op_find(c, e->kids[0]->name);
  const Ast *args = e->kids[1], *shape = named(c, args, "shape");
  if (!row || row->lower != LOWER_LEAF || !args->count || args->kids[0]->kids[0]->kind != AST_STRING)
    return 0;
  Name name = args->kids[0]->kids[0]->text;
  if (row->id == OP_scalar)
    return graph_scalar(r->g, name, e->span);
  RuleValue dims = {0};
  Attr attrs[MAX_ATTRS];
  if (!shape || !rule_eval(r, shape, &dims) || dims.count > MAX_RANK || !rule_attrs(r, row, args, attrs))
    return 0;
  Type t = {.elem = is_true(named(c, args, "int")) ? I32 : F32, .rank = (uint8_t)dims.count};
  t.batched = row->id == OP_input && !is_true(named(c, args, "shared"));
  for (int i = 0; i < dims.count; i++)
    t.dim[i] = dims.list[i] >= 1 && dims.list[i] <= INT32_MAX ? (int32_t)dims.list[i] : 0;
  if (type_count(&t) < 1 || type_count(&t) > INT32_MAX) {
    diag_add(c, D_RULE, shape->span, "a shape that is empty or too large");
    return 0;
  }
  if (row->id == OP_input)
    return graph_input(r->g, name, type_of(c, t), e->span);
  return graph_param(r->g, name, attrs[0].text, type_of(c, t), attrs[1].text, attrs[2].list, (int)attrs[2].count, e->span);
}

static Val val_of(Rule *r, const Ast *e) {
  RuleValue v;
  if (!rule_eval(r, e, &v))
    return 0;
  return v.kind == RULE_VAL ? v.val : v.kind == RULE_NUMBER ? graph_number(r->g, v.number, e->span) : 0;
}

static int read_output(Rule *r, Name name, const Ast *e, OutKind kind) {
  Val v = val_of(r, e);
  vec_push(r->g->c->mem, &r->g->outputs, (Output){name, v, (uint8_t)kind});
  return v != 0;
}

static int read_line(Rule *r, const Ast *s) {
  Ctx *c = r->g->c;
  switch (s->kind) {
  case AST_LET: {
    Val v = read_leaf(r, s->kids[1]);
    if (!v)
      v = val_of(r, s->kids[1]);
    rule_bind(r, s->kids[0]->kids[0]->name, rule_val(v));
    return v != 0;
  }
  case AST_NEXT: {
    const RuleValue *param = rule_find(r, s->name);
    Val v = val_of(r, s->kids[0]);
    if (!param || !v)
      break;
    vec_push(c->mem, &r->g->updates, (Update){param->val, v});
    return 1;
  }
  case AST_MINIMIZE: return read_output(r, name_of(c->names, "loss"), s->kids[0], OUT_LOSS);
  case AST_SHOW: return read_output(r, s->name, s->kids[0], OUT_SHOW);
  case AST_REPORT:
    for (int i = 0; i < s->count; i++)
      if (!read_output(r, s->kids[i]->name, s->kids[i]->kids[1], OUT_METRIC))
        return 0;
    return 1;
  case AST_PROP: /* tap: ["a.path", v7] */
    if (!strcmp(name_text(c->names, s->name), "tap") && s->kids[1]->kind == AST_LIST && s->kids[1]->count == 2 &&
        s->kids[1]->kids[0]->kind == AST_STRING)
      return read_output(r, s->kids[1]->kids[0]->text, s->kids[1]->kids[1], OUT_TAP);
    break;
  default: break;
  }
  if (!diag_errors(c->diags))
    diag_add(c, D_GRAPH_LINE, s->span);
  return 0;
}

Graph *graph_read(Ctx *c, const Ast *graph) {
  Rule r = {.g = graph_new(c, graph->name)};
  const Ast *body = graph->kids[0];
  for (int i = 0; i < body->count; i++)
    if (!read_line(&r, body->kids[i])) {
      if (!diag_errors(c->diags))
        diag_add(c, D_GRAPH_LINE, body->kids[i]->span);
      return NULL;
    }
  return r.g;
}
