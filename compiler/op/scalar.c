/* Scalar formulas as a hash-consed DAG: making, parsing, evaluating, substituting, printing. Derivatives: derive.c. */
#include "op/scalar.h"
#include "base/bug.h"
#include "base/vec.h"
#include <math.h>
#include <string.h>

struct Scalars {
  Arena *mem;
  Vec(ScalarNode) list; /* by handle; arguments come before the node */
  Scalar *table;
  uint32_t room;
};

static const struct {
  const char *text;
  int arity;
} kinds[] = {
#define SCALAR(kind, text, arity) {text, arity},
    SCALAR_KINDS(SCALAR)
#undef SCALAR
};
enum { KINDS = sizeof kinds / sizeof *kinds };

Scalars *scalars_new(Arena *a) {
  Scalars *s = arena_alloc(a, sizeof *s);
  s->mem = a;
  s->room = 1024;
  s->table = arena_alloc(a, s->room * sizeof *s->table);
  vec_push(a, &s->list, (ScalarNode){0});
  return s;
}

ScalarNode scalar_get(const Ctx *c, Scalar s) {
  BUG_IF(!s);
  return c->scalars->list.at[s];
}

static int same_node(const ScalarNode *a, const ScalarNode *b) {
  return a->kind == b->kind && a->var == b->var && !memcmp(&a->value, &b->value, sizeof a->value) &&
         !memcmp(a->arg, b->arg, sizeof a->arg);
}

static uint32_t hash_node(const ScalarNode *n) {
  uint64_t bits;
  memcpy(&bits, &n->value, sizeof bits);
  uint64_t h = n->kind * 31u + (uint64_t)n->var;
  h = (h ^ bits) * 0x9E3779B97F4A7C15u;
  for (int i = 0; i < 3; i++)
    h = (h ^ n->arg[i] ^ h >> 29) * 0x9E3779B97F4A7C15u;
  return (uint32_t)(h >> 32);
}

static Scalar *find_slot(const Scalars *s, const ScalarNode *n) {
  uint32_t i = hash_node(n) & (s->room - 1);
  while (s->table[i] && !same_node(&s->list.at[s->table[i]], n))
    i = (i + 1) & (s->room - 1);
  return &s->table[i];
}

static Scalar intern(Ctx *c, ScalarNode n) {
  Scalars *s = c->scalars;
  Scalar *slot = find_slot(s, &n);
  if (*slot)
    return *slot;
  Scalar made = *slot = (Scalar)s->list.count;
  vec_push(s->mem, &s->list, n);
  if (2 * (uint32_t)s->list.count > s->room) {
    s->room *= 2;
    s->table = arena_alloc(s->mem, s->room * sizeof *s->table);
    for (Scalar i = 1; i < (Scalar)s->list.count; i++)
      *find_slot(s, &s->list.at[i]) = i;
  }
  return made;
}

Scalar scalar_const(Ctx *c, double v) {
  return intern(c, (ScalarNode){.kind = S_CONST, .value = v == 0 ? 0.0 : v});
}

Scalar scalar_var(Ctx *c, int i) {
  return intern(c, (ScalarNode){.kind = S_VAR, .var = i});
}

static double apply(ScalarKind kind, double a, double b, double d) {
  switch (kind) {
  case S_ADD: return a + b;
  case S_SUB: return a - b;
  case S_MUL: return a * b;
  case S_DIV: return a / b;
  case S_POW: return pow(a, b);
  case S_MOD: return a - b * floor(a / b);
  case S_NEG: return -a;
  case S_LT: return a < b;
  case S_GT: return a > b;
  case S_LE: return a <= b;
  case S_GE: return a >= b;
  case S_EQ: return a == b;
  case S_NE: return a != b;
  case S_AND: return a != 0 && b != 0;
  case S_OR: return a != 0 || b != 0;
  case S_NOT: return a == 0;
  case S_MAX: return a > b || isnan(a) ? a : b;
  case S_MIN: return a < b || isnan(a) ? a : b;
  case S_WHERE: return a != 0 ? b : d;
  case S_ABS: return fabs(a);
  case S_SIGN: return (a > 0) - (a < 0);
  case S_FLOOR: return floor(a);
  case S_CEIL: return ceil(a);
  case S_ROUND: return rint(a);
  case S_SQRT: return sqrt(a);
  case S_EXP: return exp(a);
  case S_LOG: return log(a);
  case S_LOG1P: return log1p(a);
  case S_SIN: return sin(a);
  case S_COS: return cos(a);
  case S_TANH: return tanh(a);
  case S_SIGMOID: return a >= 0 ? 1 / (1 + exp(-a)) : exp(a) / (1 + exp(a));
  case S_ERF: return erf(a);
  case S_ATAN: return atan(a);
  case S_CONST:
  case S_VAR: break;
  }
  BUG("scalar kind %d", kind);
}

static int is_const(const Ctx *c, Scalar s, double v) {
  ScalarNode n = scalar_get(c, s);
  return n.kind == S_CONST && n.value == v;
}

/* Rewrites that keep the value exactly (x*0 is not one: NaN); returns 0 when none applies. */
static Scalar neutral(Ctx *c, ScalarKind kind, Scalar a, Scalar b, Scalar d) {
  switch (kind) {
  case S_ADD: return is_const(c, b, 0) ? a : is_const(c, a, 0) ? b : 0;
  case S_SUB:
    return is_const(c, b, 0) ? a : is_const(c, a, 0) ? scalar_make(c, S_NEG, b, 0, 0) : 0;
  case S_MUL:
    if (is_const(c, a, -1) || is_const(c, b, -1))
      return scalar_make(c, S_NEG, is_const(c, a, -1) ? b : a, 0, 0);
    return is_const(c, b, 1) ? a : is_const(c, a, 1) ? b : 0;
  case S_DIV: return is_const(c, b, 1) ? a : 0;
  case S_POW:
    return is_const(c, b, 1) ? a : is_const(c, b, 2) ? scalar_make(c, S_MUL, a, a, 0) : is_const(c, b, 0.5) ? scalar_make(c, S_SQRT, a, 0, 0) : 0;
  case S_NEG: return scalar_get(c, a).kind == S_NEG ? scalar_get(c, a).arg[0] : 0;
  case S_WHERE:
    return b == d ? b : scalar_get(c, a).kind == S_CONST ? (scalar_get(c, a).value != 0 ? b : d) : 0;
  default: return 0;
  }
}

Scalar scalar_make(Ctx *c, ScalarKind kind, Scalar a, Scalar b, Scalar d) {
  ScalarNode n = {.kind = (uint8_t)kind, .arity = (uint8_t)kinds[kind].arity, .arg = {a, b, d}};
  double v[3] = {0};
  int constant = 1;
  for (int i = 0; i < n.arity; i++) {
    ScalarNode arg = scalar_get(c, n.arg[i]);
    constant &= arg.kind == S_CONST;
    v[i] = arg.value;
  }
  if (constant)
    return scalar_const(c, apply(kind, v[0], v[1], v[2]));
  Scalar shorter = neutral(c, kind, a, b, d);
  return shorter ? shorter : intern(c, n);
}

/* ---- from and to the language's syntax ---- */

static Scalar report(Ctx *c, const Ast *at, const char *what) {
  diag_add(c, D_BAD_FORMULA, at->span, what);
  return 0;
}

static Scalar parse_var(Ctx *c, const Ast *e, const Name *names, int count) {
  for (int i = 0; names && i < count; i++)
    if (names[i] == e->name)
      return scalar_var(c, i);
  const char *s = name_text(c->names, e->name);
  if (!names && s[0] == 'x' && s[1] >= '0' && s[1] <= '9') {
    int i = 0;
    for (s++; *s >= '0' && *s <= '9' && i < 1000; s++)
      i = 10 * i + (*s - '0');
    if (!*s)
      return scalar_var(c, i);
  }
  return report(c, e, "a name that is none of its operands");
}

static Scalar parse_call(Ctx *c, const Ast *e, const Name *names, int count) {
  const Ast *args = e->kids[1];
  const char *callee = e->kids[0]->kind == AST_REF ? name_text(c->names, e->kids[0]->name) : "";
  for (int k = 0; k < KINDS; k++) {
    if (strcmp(kinds[k].text, callee) || kinds[k].arity != args->count || !*callee)
      continue;
    Scalar v[3] = {0};
    for (int i = 0; i < args->count; i++)
      if (!(v[i] = scalar_parse(c, args->kids[i]->kids[0], names, count)))
        return 0;
    return scalar_make(c, (ScalarKind)k, v[0], v[1], v[2]);
  }
  return report(c, e, "a call of something that is no scalar function");
}

Scalar scalar_parse(Ctx *c, const Ast *e, const Name *names, int count) {
  static const uint8_t of_op[] = {[AST_ADD] = S_ADD, [AST_SUB] = S_SUB, [AST_MUL] = S_MUL, [AST_DIV] = S_DIV,
                                  [AST_MOD] = S_MOD, [AST_POW] = S_POW, [AST_LT] = S_LT,   [AST_GT] = S_GT,
                                  [AST_LE] = S_LE,   [AST_GE] = S_GE,   [AST_EQ] = S_EQ,   [AST_NE] = S_NE,
                                  [AST_AND] = S_AND, [AST_OR] = S_OR,   [AST_NOT] = S_NOT, [AST_NEG] = S_NEG};
  switch (e->kind) {
  case AST_INT:
  case AST_FLOAT:
  case AST_BOOL: return scalar_const(c, e->number);
  case AST_REF: return parse_var(c, e, names, count);
  case AST_CALL: return parse_call(c, e, names, count);
  case AST_UNARY:
  case AST_BINARY: {
    Scalar a = scalar_parse(c, e->kids[0], names, count);
    Scalar b = e->kind == AST_BINARY ? scalar_parse(c, e->kids[1], names, count) : 0;
    return a && (b || e->kind == AST_UNARY) ? scalar_make(c, of_op[e->op], a, b, 0) : 0;
  }
  default: return report(c, e, "something that is no arithmetic");
  }
}

/* Calls f on every node below s, arguments first, each once. mark has room for s + 1. */
static void mark_below(const Ctx *c, Scalar s, uint8_t *mark) {
  if (mark[s])
    return;
  mark[s] = 1;
  ScalarNode n = scalar_get(c, s);
  for (int i = 0; i < n.arity; i++)
    mark_below(c, n.arg[i], mark);
}

typedef struct {
  int vars, cost, uses;
} Facts;

static Facts facts_of(const Ctx *c, Scalar s, int var) {
  Arena *mem = arena_new();
  uint8_t *mark = arena_alloc(mem, s + 1);
  Facts f = {0};
  mark_below(c, s, mark);
  for (Scalar i = 1; i <= s; i++) {
    ScalarNode n = c->scalars->list.at[i];
    if (!mark[i])
      continue;
    f.cost += n.arity > 0;
    if (n.kind == S_VAR && n.var >= f.vars)
      f.vars = n.var + 1;
    f.uses |= n.kind == S_VAR && n.var == var;
  }
  arena_free(mem);
  return f;
}

int scalar_vars(const Ctx *c, Scalar s) {
  return facts_of(c, s, -1).vars;
}

int scalar_uses(const Ctx *c, Scalar s, int var) {
  return facts_of(c, s, var).uses;
}

int scalar_cost(const Ctx *c, Scalar s) {
  return facts_of(c, s, -1).cost;
}

double scalar_eval(const Ctx *c, Scalar s, const double *var) {
  ScalarNode n = scalar_get(c, s);
  if (n.kind == S_CONST)
    return n.value;
  if (n.kind == S_VAR)
    return var[n.var];
  double v[3] = {0};
  for (int i = 0; i < n.arity; i++)
    v[i] = scalar_eval(c, n.arg[i], var);
  return apply(n.kind, v[0], v[1], v[2]);
}

Scalar scalar_substitute(Ctx *c, Scalar s, const Scalar *by) {
  Arena *mem = arena_new();
  uint8_t *mark = arena_alloc(mem, s + 1);
  Scalar *to = arena_alloc(mem, (s + 1) * sizeof *to);
  mark_below(c, s, mark);
  for (Scalar i = 1; i <= s; i++) {
    if (!mark[i])
      continue;
    ScalarNode n = scalar_get(c, i);
    to[i] = n.kind == S_VAR     ? by[n.var]
            : n.kind == S_CONST ? i
                                : scalar_make(c, n.kind, to[n.arg[0]], n.arity > 1 ? to[n.arg[1]] : 0,
                                              n.arity > 2 ? to[n.arg[2]] : 0);
  }
  Scalar result = to[s];
  arena_free(mem);
  return result;
}

/* How tightly an operator binds, as in the grammar; 9: a name or a call. */
static int binding(ScalarKind k) {
  switch (k) {
  case S_OR: return 1;
  case S_AND: return 2;
  case S_NOT: return 3;
  case S_LT: case S_GT: case S_LE: case S_GE: case S_EQ: case S_NE: return 4;
  case S_ADD: case S_SUB: return 5;
  case S_MUL: case S_DIV: case S_MOD: return 6;
  case S_NEG: return 7;
  case S_POW: return 8;
  default: return 9;
  }
}

static void print(const Ctx *c, Scalar s, int least, Text *to) {
  ScalarNode n = scalar_get(c, s);
  int own = n.kind == S_CONST && n.value < 0 ? 7 : binding(n.kind);
  if (n.kind == S_VAR) {
    text_add(to, "x%d", n.var);
    return;
  }
  if (own < least)
    text_add(to, "(");
  if (n.kind == S_CONST) {
    text_number(to, n.value);
  } else if (own == 9) {
    text_add(to, "%s(", kinds[n.kind].text);
    for (int i = 0; i < n.arity; i++) {
      text_add(to, "%s", i ? ", " : "");
      print(c, n.arg[i], 0, to);
    }
    text_add(to, ")");
  } else if (n.arity == 1) {
    text_add(to, n.kind == S_NOT ? "not " : "-");
    print(c, n.arg[0], own + 1, to);
  } else {
    int bump = own == 4 || n.kind == S_POW;
    print(c, n.arg[0], own + bump, to);
    text_add(to, " %s ", kinds[n.kind].text);
    print(c, n.arg[1], n.kind == S_POW ? 8 : own + 1, to);
  }
  if (own < least)
    text_add(to, ")");
}

void scalar_text(const Ctx *c, Scalar s, Text *to) {
  print(c, s, 0, to);
}
