#include "graph/rule.h"
#include "base/bug.h"
#include <math.h>
#include <string.h>

RuleValue rule_number(double v) {
  return (RuleValue){.kind = RULE_NUMBER, .number = v};
}
RuleValue rule_list(const double *at, int count) {
  return (RuleValue){.kind = RULE_LIST, .list = at, .count = count};
}
RuleValue rule_val(Val v) {
  return (RuleValue){.kind = RULE_VAL, .val = v};
}

void rule_bind(Rule *r, Name name, RuleValue v) {
  for (int i = 0; i < r->env.count; i++)
    if (r->env.at[i].name == name) {
      r->env.at[i].value = v;
      return;
    }
  vec_push(r->g->c->mem, &r->env, (Binding){name, v});
}

const RuleValue *rule_find(const Rule *r, Name name) {
  for (int i = 0; i < r->env.count; i++)
    if (r->env.at[i].name == name)
      return &r->env.at[i].value;
  return NULL;
}

static int fail(Rule *r, const Ast *e, const char *what) {
  diag_add(r->g->c, D_RULE, r->at.len ? r->at : e->span, what);
  return 0;
}

/* ---- functions of sizes ---- */

/* How many windows of k (spread by dilation) fit; with ceil, a last one may hang over if it starts before the end. */
static double windows(double size, double k, double stride, double before, double after, double dilation, double ceil_) {
  double room = size + before + after - dilation * (k - 1) - 1;
  if (!ceil_)
    return floor(room / stride) + 1;
  double n = ceil(room / stride) + 1;
  return (n - 1) * stride >= size + before ? n - 1 : n;
}

static int call_sizes(Rule *r, const char *f, const RuleValue *v, int n, RuleValue *out) {
  Ctx *c = r->g->c;
  if (!strcmp(f, "windows") && (n == 6 || n == 7)) {
    *out = rule_number(windows(v[0].number, v[1].number, v[2].number, v[3].number, v[4].number, v[5].number, n == 7 ? v[6].number : 0));
    return 1;
  }
  if (!strcmp(f, "kept") && n == 2 && v[0].kind == RULE_LIST && v[1].kind == RULE_LIST) {
    double *at = arena_alloc(c->mem, (size_t)v[0].count * sizeof *at + 1);
    memcpy(at, v[0].list, (size_t)v[0].count * sizeof *at);
    for (int i = 0; i < v[1].count; i++)
      if ((int)v[1].list[i] < v[0].count)
        at[(int)v[1].list[i]] = 1;
    *out = rule_list(at, v[0].count);
    return 1;
  }
  if (!strcmp(f, "inverse") && n == 1 && v[0].kind == RULE_LIST) {
    double *at = arena_alloc(c->mem, (size_t)v[0].count * sizeof *at + 1);
    for (int i = 0; i < v[0].count; i++)
      at[(int)v[0].list[i]] = i;
    *out = rule_list(at, v[0].count);
    return 1;
  }
  if (!strcmp(f, "swap") && n == 1 && v[0].kind == RULE_VAL) {
    int rank = graph_type(r->g, v[0].val)->rank, perm[MAX_RANK];
    for (int i = 0; i < rank; i++)
      perm[i] = i < rank - 2 ? i : 2 * rank - 3 - i;
    Attr a = attr_ints(c, perm, rank);
    *out = rule_val(graph_add(r->g, OP_transpose, &v[0].val, 1, &a, r->at));
    return out->val != 0;
  }
  return 0;
}

/* ---- calls of operations ---- */

static int to_attr(Rule *r, const Ast *e, const RuleValue *v, Attr *out) {
  switch (v->kind) {
  case RULE_NUMBER: *out = attr_number(v->number); return 1;
  case RULE_LIST: *out = attr_list(r->g->c, v->list, v->count); return 1;
  case RULE_TEXT: *out = attr_text(v->text); return 1;
  default: return fail(r, e, "a setting that is no number, list or text");
  }
}

int rule_default(Rule *r, const OpRow *row, int i, Attr *out) {
  RuleValue v;
  return row->attr_default[i] && rule_eval(r, row->attr_default[i], &v) && to_attr(r, row->attr_default[i], &v, out);
}

static const Ast *named(const Ast *args, Name name) {
  for (int i = 0; i < args->count; i++)
    if (args->kids[i]->name == name)
      return args->kids[i]->kids[0];
  return NULL;
}

int rule_attrs(Rule *r, const OpRow *row, const Ast *args, Attr *out) {
  for (int i = 0; i < row->attrs; i++) {
    const Ast *given = named(args, row->attr[i]);
    RuleValue v;
    if (given ? !(rule_eval(r, given, &v) && to_attr(r, given, &v, &out[i])) : !rule_default(r, row, i, &out[i]))
      return given || row->attr_default[i] ? 0 : fail(r, args, name_text(r->g->c->names, row->attr[i]));
  }
  return 1;
}

static Val to_val(Rule *r, const RuleValue *v, Span at) {
  return v->kind == RULE_VAL ? v->val : v->kind == RULE_NUMBER ? graph_number(r->g, v->number, at) : 0;
}

static int call_row(Rule *r, const Ast *e, const OpRow *row, RuleValue *out) {
  Ctx *c = r->g->c;
  const Ast *args = e->kids[1];
  Vec(Val) in = {0};
  Attr attrs[MAX_ATTRS];
  Scalar formula = 0;
  Span at = r->at.len ? r->at : e->span;
  for (int i = 0; i < args->count; i++) {
    RuleValue v;
    const Ast *arg = args->kids[i];
    if (arg->name) {
      if (strcmp(name_text(c->names, arg->name), "formula"))
        continue;
      const char *text = name_text(c->names, arg->kids[0]->text);
      uint32_t first = source_add(c->src, "<formula>", text, strlen(text), 1);
      if (!(formula = scalar_parse(c, ast_parse(c, PARSE_FLOW, first), NULL, 0)))
        return 0;
      continue;
    }
    if (!rule_eval(r, arg->kids[0], &v))
      return 0;
    Val val = to_val(r, &v, at);
    if (!val)
      return fail(r, arg, "an operand that is no value");
    vec_push(c->mem, &in, val);
  }
  if (!rule_attrs(r, row, args, attrs))
    return 0;
  *out = rule_val(graph_add_formula(r->g, row->id, in.at, in.count, attrs, formula, at));
  return out->val != 0;
}

static int eval_call(Rule *r, const Ast *e, RuleValue *out) {
  Ctx *c = r->g->c;
  if (e->kids[0]->kind != AST_REF)
    return fail(r, e, "a call of something nameless");
  const OpRow *row = op_find(c, e->kids[0]->name);
  if (row)
    return call_row(r, e, row, out);
  RuleValue v[8];
  int n = e->kids[1]->count;
  if (n > 8)
    return fail(r, e, "a call with too many arguments");
  for (int i = 0; i < n; i++)
    if (!rule_eval(r, e->kids[1]->kids[i]->kids[0], &v[i]))
      return 0;
  return call_sizes(r, name_text(c->names, e->kids[0]->name), v, n, out) || fail(r, e, "a call of no known operation");
}

static int eval_arithmetic(Rule *r, const Ast *e, RuleValue *out) {
  static const uint16_t of_op[] = {[AST_ADD] = OP_add, [AST_SUB] = OP_sub, [AST_MUL] = OP_mul, [AST_DIV] = OP_div,
                                   [AST_MOD] = OP_mod, [AST_POW] = OP_pow, [AST_LT] = OP_lt,   [AST_GT] = OP_gt,
                                   [AST_LE] = OP_le,   [AST_GE] = OP_ge,   [AST_EQ] = OP_eq,   [AST_NE] = OP_ne,
                                   [AST_AND] = OP_and, [AST_OR] = OP_or,   [AST_NOT] = OP_not, [AST_NEG] = OP_neg};
  RuleValue v[2] = {0};
  for (int i = 0; i < e->count; i++)
    if (!rule_eval(r, e->kids[i], &v[i]))
      return 0;
  if (v[0].kind == RULE_NUMBER && (e->count == 1 || v[1].kind == RULE_NUMBER)) {
    const OpRow *row = op_row(r->g->c, of_op[e->op]);
    double x[2] = {v[0].number, e->count > 1 ? v[1].number : 0};
    *out = rule_number(scalar_eval(r->g->c, row->formula, x));
    return 1;
  }
  Span at = r->at.len ? r->at : e->span;
  Val in[2] = {to_val(r, &v[0], at), e->count > 1 ? to_val(r, &v[1], at) : 0};
  if (!in[0] || (e->count > 1 && !in[1]))
    return fail(r, e, "arithmetic on something that is neither a number nor a value");
  *out = rule_val(graph_add(r->g, of_op[e->op], in, e->count, NULL, at));
  return out->val != 0;
}

/* [s..., 3, x[0]]: lists inside are spliced where they stand as ..s */
static int eval_list(Rule *r, const Ast *e, RuleValue *out) {
  Vec(double) list = {0};
  for (int i = 0; i < e->count; i++) {
    RuleValue v;
    if (e->kids[i]->kind == AST_REST) {
      const RuleValue *rest = rule_find(r, e->kids[i]->name);
      if (!rest)
        return fail(r, e, "..name of nothing known");
      for (int k = 0; k < rest->count; k++)
        vec_push(r->g->c->mem, &list, rest->list[k]);
      continue;
    }
    if (!rule_eval(r, e->kids[i], &v) || v.kind != RULE_NUMBER)
      return 0;
    vec_push(r->g->c->mem, &list, v.number);
  }
  *out = rule_list(list.at, list.count);
  return 1;
}

int rule_eval(Rule *r, const Ast *e, RuleValue *out) {
  switch (e->kind) {
  case AST_INT:
  case AST_FLOAT:
  case AST_BOOL: *out = rule_number(e->number); return 1;
  case AST_STRING: *out = (RuleValue){.kind = RULE_TEXT, .text = e->text}; return 1;
  case AST_LIST: return eval_list(r, e, out);
  case AST_CALL: return eval_call(r, e, out);
  case AST_UNARY:
  case AST_BINARY: return eval_arithmetic(r, e, out);
  case AST_REF: {
    const RuleValue *v = rule_find(r, e->name);
    if (!v)
      return fail(r, e, name_text(r->g->c->names, e->name));
    *out = *v;
    return 1;
  }
  case AST_INDEX: {
    RuleValue list, i;
    if (!rule_eval(r, e->kids[0], &list) || !rule_eval(r, e->kids[1], &i) || list.kind != RULE_LIST ||
        i.kind != RULE_NUMBER || i.number < 0 || i.number >= list.count)
      return fail(r, e, "an index out of range");
    *out = rule_number(list.list[(int)i.number]);
    return 1;
  }
  default: return fail(r, e, "an expression that rules do not have");
  }
}

/* ---- patterns ---- */

static int match_dim(Rule *r, const Ast *p, int dim, Text *why) {
  const RuleValue *bound = p->kind == AST_REF ? rule_find(r, p->name) : NULL;
  if (p->kind == AST_REF && !bound) {
    rule_bind(r, p->name, rule_number(dim));
    return 1;
  }
  RuleValue v;
  if (!rule_eval(r, p, &v) || v.number == dim)
    return 1; /* an unreadable rule has been reported */
  text_add(why, "%d stands where ", dim);
  text_number(why, v.number);
  text_add(why, " is needed");
  return 0;
}

static int match_rest(Rule *r, Name name, const int32_t *dim, int count, Text *why) {
  double *at = arena_alloc(r->g->c->mem, (size_t)count * sizeof *at + 1);
  for (int i = 0; i < count; i++)
    at[i] = dim[i];
  const RuleValue *bound = rule_find(r, name);
  if (!bound) {
    rule_bind(r, name, rule_list(at, count));
    return 1;
  }
  if (bound->count == count && (!count || !memcmp(bound->list, at, (size_t)count * sizeof *at)))
    return 1;
  text_add(why, "the leading sizes differ");
  return 0;
}

int rule_match(Rule *r, const Ast *pattern, const Type *t, Text *why) {
  int fixed = 0, rests = 0, used = 0;
  for (int i = 0; i < pattern->count; i++)
    if (pattern->kids[i]->kind == AST_REST) {
      const RuleValue *bound = rule_find(r, pattern->kids[i]->name);
      bound ? (fixed += bound->count) : rests++;
    } else {
      fixed++;
    }
  if (rests ? t->rank < fixed : t->rank != fixed) {
    text_add(why, "it has %d ax%s, but %d%s are needed", t->rank, t->rank == 1 ? "is" : "es", fixed, rests ? " or more" : "");
    return 0;
  }
  for (int i = 0; i < pattern->count; i++) {
    const Ast *p = pattern->kids[i];
    if (p->kind != AST_REST) {
      if (!match_dim(r, p, t->dim[used++], why))
        return 0;
      continue;
    }
    const RuleValue *bound = rule_find(r, p->name);
    int count = bound ? bound->count : t->rank - fixed;
    if (!match_rest(r, p->name, t->dim + used, count, why))
      return 0;
    used += count;
  }
  return 1;
}
