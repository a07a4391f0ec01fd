/* formula: a scalar formula as vector code.

   The formula's DAG is copied into a list, arguments first, where each node knows its level (the outermost loop it
   depends on) and its natural form (a double, a float or a vector: the widest among its arguments). Emitting a node
   makes its value in a wanted form and remembers it; formula_hoist emits, before a loop, what the loop's body will ask
   for. Comparisons have a fourth form, a mask, which `where` and the logic use directly. */
#include "base/bug.h"
#include "gen/emit.h"

enum { FORM_MASK = 3, FORMS };
typedef struct {
  Scalar s;
  ScalarNode node;
  int arg[3]; /* indices in the list */
  uint8_t level, natural, uses;
  uint8_t at[FORMS]; /* the level at which value[form] was emitted */
  Ir value[FORMS];
} Term;
struct FormulaMemo {
  Vec(Term) term;
  int root[MOST_RESULTS]; /* indices in the list */
  int level; /* of the place where code goes now */
};

static Ir emit_term(Formula *f, int i, int form);

static int term_of(Formula *f, Scalar s) {
  FormulaMemo *m = f->memo;
  for (int i = 0; i < m->term.count; i++)
    if (m->term.at[i].s == s)
      return i;
  Term t = {.s = s, .node = scalar_get(f->e->c, s)};
  for (int i = 0; i < t.node.arity; i++) {
    t.arg[i] = term_of(f, t.node.arg[i]);
    m->term.at[t.arg[i]].uses++;
  }
  vec_push(f->e->c->mem, &m->term, t);
  return m->term.count - 1;
}

void formula_begin(Formula *f, Emit *e, const Scalar *root, int roots, int vars) {
  *f = (Formula){.e = e, .roots = roots, .vars = vars, .memo = arena_alloc(e->c->mem, sizeof *f->memo)};
  for (int i = 0; i < roots; i++) {
    BUG_IF(vars > MAX_VARS || scalar_vars(e->c, root[i]) > vars);
    int term = f->memo->root[i] = term_of(f, root[i]);
    f->memo->term.at[term].uses++; /* so no sum of another root takes it in unrounded */
  }
}

/* Once the variables' levels and forms are known. */
static void place_terms(Formula *f) {
  for (int i = 0; i < f->memo->term.count; i++) {
    Term *t = &f->memo->term.at[i];
    t->level = LEVEL_CHUNK, t->natural = FORM_DOUBLE;
    if (t->node.kind == S_VAR) {
      t->level = f->var[t->node.var].level;
      t->natural = f->var[t->node.var].form;
    }
    for (int a = 0; a < t->node.arity; a++) {
      const Term *arg = &f->memo->term.at[t->arg[a]];
      t->level = arg->level > t->level ? arg->level : t->level;
      t->natural = arg->natural > t->natural ? arg->natural : t->natural;
    }
  }
}

static LLVMTypeRef form_type(Emit *e, int form) {
  return form == FORM_DOUBLE ? e->f64 : form == FORM_FLOAT ? e->f32 : e->vec;
}

/* ---- operations ---- */

static int is_compare(ScalarKind kind) {
  return (kind >= S_LT && kind <= S_NE) || kind == S_AND || kind == S_OR || kind == S_NOT;
}

static Ir emit_mask(Formula *f, const Term *t) {
  static const LLVMRealPredicate how[] = {[S_LT] = LLVMRealOLT, [S_GT] = LLVMRealOGT, [S_LE] = LLVMRealOLE,
                                          [S_GE] = LLVMRealOGE, [S_EQ] = LLVMRealOEQ, [S_NE] = LLVMRealUNE};
  LLVMBuilderRef b = f->e->builder;
  switch (t->node.kind) {
  case S_AND:
  case S_OR: {
    Ir x = emit_term(f, t->arg[0], FORM_MASK + t->natural * FORMS),
       y = emit_term(f, t->arg[1], FORM_MASK + t->natural * FORMS);
    return t->node.kind == S_AND ? LLVMBuildAnd(b, x, y, "") : LLVMBuildOr(b, x, y, "");
  }
  case S_NOT:
    return LLVMBuildNot(b, emit_term(f, t->arg[0], FORM_MASK + t->natural * FORMS), "");
  default:
    return fcmp(f->e, how[t->node.kind], emit_term(f, t->arg[0], t->natural), emit_term(f, t->arg[1], t->natural));
  }
}

/* A product that nobody else needs and that is made here goes into the sum, with one rounding. */
static int is_inner_product(const Formula *f, const Term *t, int arg) {
  const Term *p = &f->memo->term.at[t->arg[arg]];
  return p->node.kind == S_MUL && p->uses == 1 && p->level == t->level && p->natural == t->natural;
}

static Ir emit_sum(Formula *f, const Term *t) {
  Emit *e = f->e;
  int minus = t->node.kind == S_SUB;
  for (int i = 0; i < 2; i++)
    if (is_inner_product(f, t, i)) {
      const Term *p = &f->memo->term.at[t->arg[i]];
      Ir a = emit_term(f, p->arg[0], t->natural), b = emit_term(f, p->arg[1], t->natural);
      Ir c = emit_term(f, t->arg[1 - i], t->natural);
      if (minus && i)
        a = LLVMBuildFNeg(e->builder, a, "");
      return fma3(e, a, b, minus && !i ? LLVMBuildFNeg(e->builder, c, "") : c);
    }
  Ir a = emit_term(f, t->arg[0], t->natural), b = emit_term(f, t->arg[1], t->natural);
  return minus ? fsub(e, a, b) : fadd(e, a, b);
}

static Ir emit_operation(Formula *f, const Term *t) {
  Emit *e = f->e;
  LLVMTypeRef type = form_type(e, t->natural);
  if (t->node.kind == S_ADD || t->node.kind == S_SUB)
    return emit_sum(f, t);
  if (t->node.kind == S_WHERE) {
    Ir cond = emit_term(f, t->arg[0], FORM_MASK + t->natural * FORMS);
    return choose(e, cond, emit_term(f, t->arg[1], t->natural), emit_term(f, t->arg[2], t->natural));
  }
  const Term *first = &f->memo->term.at[t->arg[0]], *second = &f->memo->term.at[t->arg[1]];
  int wide = t->natural == FORM_DOUBLE;
  if (t->node.kind == S_POW && !wide && first->node.kind == S_CONST && first->node.value > 0)
    return emit_power_of(e, first->node.value, emit_term(f, t->arg[1], t->natural));
  Ir a = emit_term(f, t->arg[0], t->natural);
  if (t->node.kind == S_POW && !wide && second->node.kind == S_CONST)
    return emit_power_const(e, a, second->node.value);
  Ir b = t->node.arity > 1 ? emit_term(f, t->arg[1], t->natural) : NULL;
  switch ((ScalarKind)t->node.kind) {
  case S_MUL:
    return fmul(e, a, b);
  case S_DIV:
    return fdiv(e, a, b);
  case S_POW:
    return emit_power(e, a, b);
  case S_MOD:
    return fma3(e, LLVMBuildFNeg(e->builder, intrinsic(e, "floor", fdiv(e, a, b)), ""), b, a);
  case S_NEG:
    return LLVMBuildFNeg(e->builder, a, "");
  case S_MAX:
    return fmax2(e, a, b);
  case S_MIN:
    return fmin2(e, a, b);
  case S_ABS:
    return intrinsic(e, "fabs", a);
  case S_SIGN: {
    Ir below = choose(e, fcmp(e, LLVMRealOLT, a, kt(type, 0)), kt(type, -1), kt(type, 0));
    return choose(e, fcmp(e, LLVMRealOGT, a, kt(type, 0)), kt(type, 1), below);
  }
  case S_FLOOR:
    return intrinsic(e, "floor", a);
  case S_CEIL:
    return intrinsic(e, "ceil", a);
  case S_ROUND:
    return intrinsic(e, "rint", a);
  case S_SQRT:
    return intrinsic(e, "sqrt", a);
  default:
    return emit_function(e, t->node.kind, a);
  }
}

/* ---- forms ---- */

static Ir emit_natural(Formula *f, const Term *t) {
  LLVMTypeRef type = form_type(f->e, t->natural);
  if (t->node.kind == S_VAR) {
    BUG_IF(!f->var[t->node.var].value);
    return f->var[t->node.var].value;
  }
  if (is_compare(t->node.kind)) {
    Ir mask = emit_term(f, (int)(t - f->memo->term.at), FORM_MASK + t->natural * FORMS);
    return choose(f->e, mask, kt(type, 1), kt(type, 0));
  }
  return emit_operation(f, t);
}

static Ir emit_form(Formula *f, int i, int form) {
  Emit *e = f->e;
  Term *t = &f->memo->term.at[i];
  if (form == t->natural)
    return emit_natural(f, t);
  if (form == FORM_FLOAT)
    return LLVMBuildFPTrunc(e->builder, emit_term(f, i, FORM_DOUBLE), e->f32, "");
  return splat(e, emit_term(f, i, FORM_FLOAT));
}

/* Term i in a form. A mask is asked for as FORM_MASK + FORMS * the form of what it selects. */
static Ir emit_term(Formula *f, int i, int form) {
  Emit *e = f->e;
  FormulaMemo *m = f->memo;
  Term *t = &m->term.at[i];
  if (t->node.kind == S_CONST && form < FORM_MASK)
    return kt(form_type(e, form), t->node.value);
  int of = form / FORMS, slot = form % FORMS;
  int direct = slot == FORM_MASK && of == t->natural && is_compare(t->node.kind);
  if (slot == FORM_MASK && !direct) {
    Ir v = emit_term(f, i, of);
    return fcmp(e, LLVMRealUNE, v, kt(LLVMTypeOf(v), 0));
  }
  if (!t->value[slot]) {
    Ir v = direct ? emit_mask(f, t) : emit_form(f, i, slot);
    t = &m->term.at[i];
    t->value[slot] = v;
    t->at[slot] = (uint8_t)m->level;
  }
  return t->value[slot];
}

void formula_hoist(Formula *f, int level) {
  FormulaMemo *m = f->memo;
  if (level == LEVEL_CHUNK)
    place_terms(f);
  m->level = level;
  for (int i = 0; i < m->term.count; i++) {
    const Term *t = &m->term.at[i];
    if (t->level <= level)
      continue;
    for (int a = 0; a < t->node.arity; a++)
      if (m->term.at[t->arg[a]].level <= level)
        emit_term(f, t->arg[a], t->natural);
  }
  for (int i = 0; i < f->roots; i++) {
    const Term *root = &m->term.at[m->root[i]];
    if (root->level <= level)
      emit_term(f, m->root[i], root->natural);
  }
}

Ir formula_root(Formula *f, int root, Form form) {
  f->memo->level = LEVEL_VECTOR;
  return emit_term(f, f->memo->root[root], (int)form);
}

Ir formula_value(Formula *f, Form form) {
  return formula_root(f, 0, form);
}

void formula_again(Formula *f, int level) {
  for (int i = 0; i < f->memo->term.count; i++)
    for (int form = 0; form < FORMS; form++) {
      Term *t = &f->memo->term.at[i];
      if (t->value[form] && t->at[form] >= level)
        t->value[form] = NULL;
    }
}
