/* operand: how the operands of a formula lie relative to the domain it is computed over, and the epilogue of a step
   that makes its result vector by vector.

   Along each physical axis of the domain an operand has a stride in floats, 0 where it is broadcast. In a blocked
   domain [C/V, H, W, V]: a blocked operand has its own strides; a plain [C, 1, 1] is C floats in a row, so stride V
   over blocks and 1 over lanes; a plain [1, H, W] goes to all lanes. */
#include "runtime/netrt.h"
#include "base/bug.h"
#include "gen/emit.h"

static void strides_row_major(const int64_t *size, int axes, int64_t *stride) {
  int64_t step = 1;
  for (int i = axes - 1; i >= 0; i--) {
    stride[i] = size[i] == 1 ? 0 : step;
    step *= size[i];
  }
}

/* Strides of an operand of type t over a domain; both are per sample. */
static void operand_strides(const Type *t, const Type *domain, int64_t *stride) {
  int64_t size[MAX_RANK + 1];
  int axes = type_phys(t, size);
  if (t->rank == 0)
    return;
  if (t->lanes == domain->lanes) {
    BUG_IF(t->rank != domain->rank);
    strides_row_major(size, axes, stride);
    if (t->lanes && t->dim[0] == 1 && domain->dim[0] != 1)
      stride[axes - 1] = 0;
    return;
  }
  BUG_IF(t->rank != 3);
  int one_point = t->dim[1] == 1 && t->dim[2] == 1;
  if (!domain->lanes) {
    BUG_IF(!one_point);
    stride[0] = t->dim[0] == 1 ? 0 : 1;
  } else if (t->dim[0] == 1) {
    stride[1] = t->dim[1] == 1 ? 0 : t->dim[2];
    stride[2] = t->dim[2] == 1 ? 0 : 1;
  } else {
    BUG_IF(!one_point || t->lanes);
    stride[0] = t->dim[0] <= domain->lanes ? 0 : domain->lanes;
    stride[3] = 1;
  }
}

static Operand operand_of(const Graph *g, Val v, const Type *domain) {
  const Node *n = graph_node(g, v);
  const Type t = *graph_type(g, v);
  Operand op = {.kind = OPERAND_MEMORY, .elem = t.elem, .val = v};
  if (n->op == OP_scalar || n->op == OP_batch_size) {
    op.kind = n->op == OP_scalar ? OPERAND_SCALAR : OPERAND_BATCH;
    return op;
  }
  op.sample = value_sample(g, v);
  operand_strides(&t, domain, op.stride);
  return op;
}

/* Level and form in an epilogue: a unit is one index of axis 0, unless that is the vector's own axis. In a blocked
   domain the lanes belong to the unit. */
static void operand_place(Operand *op, int axes, int blocked) {
  op->level = op->sample ? LEVEL_UNIT : LEVEL_CHUNK;
  for (int i = 0; i < axes; i++)
    if (op->stride[i] && i == 0 && axes > 1)
      op->level = LEVEL_UNIT;
    else if (op->stride[i] && !(blocked && i == axes - 1))
      op->level = LEVEL_VECTOR;
  op->form = axes && op->stride[axes - 1] ? FORM_VECTOR : FORM_FLOAT;
  if (op->kind == OPERAND_SCALAR || op->kind == OPERAND_BATCH)
    op->form = FORM_DOUBLE;
  if (op->kind == OPERAND_RESULT)
    op->level = LEVEL_VECTOR, op->form = FORM_VECTOR;
}

static int uses_var(const Ctx *c, Scalar s, int var) {
  ScalarNode n = scalar_get(c, s);
  if (n.kind == S_VAR)
    return n.var == var;
  for (int i = 0; i < n.arity; i++)
    if (uses_var(c, n.arg[i], var))
      return 1;
  return 0;
}

/* ---- joint steps ---- */

static Scalar formula_of(const Graph *g, Val v) {
  const Node *n = graph_node(g, v);
  int lower = op_row(g->c, n->op)->lower;
  Scalar f = lower == LOWER_EACH && n->op != OP_stop && n->op != OP_expand ? graph_formula(g, v) : n->formula;
  return f ? f : scalar_var(g->c, 0);
}

/* Puts v's operands into the list; what an earlier result is enters the formula as that. */
static void joint_add(Joint *j, const Graph *g, Val v) {
  Scalar by[MAX_VARS];
  int count = (int)graph_node(g, v)->nin;
  BUG_IF(count > MAX_VARS || j->results == MOST_RESULTS);
  for (int i = 0; i < count; i++) {
    Val in = graph_in(g, v, i);
    int k = 0, of = 0;
    while (of < j->results && j->val[of] != in)
      of++;
    while (k < j->count && j->in[k] != in)
      k++;
    BUG_IF(k == MAX_VARS);
    by[i] = of < j->results ? j->formula[of] : scalar_var(g->c, k);
    if (of == j->results && k == j->count)
      j->in[j->count++] = in;
  }
  j->val[j->results] = v;
  j->formula[j->results++] = scalar_substitute(g->c, formula_of(g, v), by);
}

Joint joint_one(const Graph *g, Val v) {
  Joint j = {0};
  joint_add(&j, g, v);
  return j;
}

Joint joint_of(const Plan *p, int step) {
  Joint j = joint_one(p->g, p->steps.at[step].val);
  while (++step < p->steps.count && p->steps.at[step].joined)
    joint_add(&j, p->g, p->steps.at[step].val);
  return j;
}

static int any_uses_var(const Ctx *c, const Terms *t, int var) {
  int uses = t->formula && uses_var(c, t->formula, var);
  for (int i = 1; i < t->results; i++)
    uses |= uses_var(c, t->also[i - 1], var);
  return uses;
}

Terms terms_of(const Graph *g, const Joint *of, const Type *domain_type, int first) {
  const Type domain = *domain_type;
  Terms t = {.count = of->count, .results = of->results, .blocked = domain.lanes};
  t.axes = type_phys(&domain, t.size);
  t.channels = domain.lanes ? domain.dim[0] : 0;
  Scalar by[MAX_VARS];
  for (int i = 0; i < MAX_VARS; i++)
    by[i] = scalar_var(g->c, i);
  for (int i = first; i < t.count; i++) {
    Val in = of->in[i];
    if (graph_node(g, in)->op == OP_number)
      by[i] = scalar_const(g->c, graph_attr(g, in, "value")->number);
    for (int j = first; j < i; j++)
      if (of->in[j] == in)
        by[i] = by[j];
  }
  t.formula = of->formula[0] ? scalar_substitute(g->c, of->formula[0], by) : 0;
  for (int i = 1; i < t.results; i++)
    t.also[i - 1] = scalar_substitute(g->c, of->formula[i], by);
  for (int i = 0; i < t.count; i++) {
    if (!any_uses_var(g->c, &t, i))
      continue;
    if (i >= first)
      t.op[i] = operand_of(g, of->in[i], &domain);
    else
      t.op[i] = (Operand){.kind = OPERAND_RESULT, .val = of->val[0]};
    operand_place(&t.op[i], t.axes, t.blocked);
  }
  return t;
}

int terms_cost(const Terms *t, const Ctx *c) {
  int cost = scalar_cost(c, t->formula);
  for (int i = 1; i < t->results; i++)
    cost += scalar_cost(c, t->also[i - 1]);
  return cost;
}

void terms_text(const Terms *t, const Ctx *c, Text *to) {
  if (t->formula)
    scalar_text(c, t->formula, to);
  for (int i = 1; i < t->results; i++) {
    text_add(to, "; ");
    scalar_text(c, t->also[i - 1], to);
  }
}

void terms_signature(const Terms *t, const Ctx *c, Text *to) {
  terms_text(t, c, to);
  text_add(to, " lanes %d channels %lld over", t->blocked, (long long)t->channels);
  for (int i = 0; i < t->axes; i++)
    text_add(to, " %lld", (long long)t->size[i]);
  for (int i = 0; i < t->count; i++) {
    const Operand *op = &t->op[i];
    if (!op->val)
      continue;
    text_add(to, "; x%d %d %d %lld", i, op->kind, op->elem, (long long)op->sample);
    for (int a = 0; a < t->axes; a++)
      text_add(to, " %lld", (long long)op->stride[a]);
  }
}

static int scalar_index(const Gen *g, Val v) {
  const ParamTable *t = g->plan->params;
  for (int i = 0; i < t->scalars.count; i++)
    if (t->scalars.at[i] == graph_node(g->plan->g, v)->name)
      return i;
  BUG("no scalar %s", name_text(g->c->names, graph_node(g->plan->g, v)->name));
}

int terms_args(Gen *g, const Terms *t, Ir *args) {
  int count = 0;
  for (int i = 0; i < t->count; i++)
    if (t->op[i].val && t->op[i].kind == OPERAND_MEMORY)
      args[count++] = atk(&g->e, entry_value(g, t->op[i].val), t->op[i].offset);
    else if (t->op[i].val && t->op[i].kind == OPERAND_SCALAR)
      args[count++] = entry_base(g, NET_SCALARS, (int64_t)sizeof(double) * scalar_index(g, t->op[i].val));
  return count;
}

Ir operand_load(Emit *e, const Operand *op, Ir p, int vector, Ir mask) {
  if (!vector) {
    Ir v = op->elem == I32 ? load_i32(e, p) : load_f32(e, p);
    return op->elem == I32 ? LLVMBuildSIToFP(e->builder, v, e->f32, "") : v;
  }
  Ir v = mask ? load_masked(e, p, mask) : load_vec(e, p);
  return op->elem == I32 ? LLVMBuildSIToFP(e->builder, bits_of(e, v), e->vec, "") : v;
}

/* Formula and operands at the start of a kernel: bases are loaded, and what is the same for the whole chunk. Returns
   the number of arguments taken. */
int terms_begin(Terms *t, Formula *f, Emit *e, int first_arg) {
  int arg = first_arg;
  Scalar root[MOST_RESULTS] = {t->formula};
  for (int i = 1; i < t->results; i++)
    root[i] = t->also[i - 1];
  formula_begin(f, e, root, t->results, t->count);
  for (int i = 0; i < t->count; i++) {
    Operand *op = &t->op[i];
    if (!op->val)
      continue;
    f->var[i].level = op->level, f->var[i].form = op->form;
    if (op->kind == OPERAND_MEMORY || op->kind == OPERAND_SCALAR)
      op->base = kernel_pointer(e, arg++);
    if (op->kind == OPERAND_BATCH)
      f->var[i].value = LLVMBuildSIToFP(e->builder, kernel_samples(e), e->f64, "");
    else if (op->kind == OPERAND_SCALAR)
      f->var[i].value = load_type(e, e->f64, op->base, 8);
    else if (op->kind == OPERAND_MEMORY && op->level == LEVEL_CHUNK)
      f->var[i].value = operand_load(e, op, op->base, op->form == FORM_VECTOR, NULL);
  }
  formula_hoist(f, LEVEL_CHUNK);
  return arg - first_arg;
}

/* ---- epilogues ---- */

Terms epilogue_terms(const Graph *g, Val v) {
  const Node *n = graph_node(g, v);
  Joint j = {.results = 1, .count = (int)n->nin, .val = {v}, .formula = {n->formula}};
  BUG_IF(j.count > MAX_VARS);
  for (int i = 0; i < j.count; i++)
    j.in[i] = graph_in(g, v, i);
  return terms_of(g, &j, graph_type(g, v), op_row(g->c, n->op)->operands);
}

void epilogue_begin(Epilogue *p, Emit *e, Terms *t, int first_arg) {
  *p = (Epilogue){.t = t};
  if (t->formula)
    terms_begin(t, &p->f, e, first_arg);
}

static Ir operand_at(Epilogue *p, Emit *e, const Operand *op, const Ir *index) {
  Ir where = imulk(e, p->sample, op->sample);
  for (int a = 0; a < p->t->axes; a++)
    if (op->stride[a] && index[a])
      where = iadd(e, where, imulk(e, index[a], op->stride[a]));
  return at(e, op->base, where);
}

void epilogue_unit(Epilogue *p, Emit *e, Ir sample, Ir index0) {
  const Terms *t = p->t;
  p->sample = sample, p->index0 = index0;
  if (t->blocked && t->channels % t->blocked) {
    Ir last = ieq(e, index0, k64(e, t->size[0] - 1));
    p->unit_mask = lane_mask(e, choose(e, last, k64(e, t->channels % t->blocked), k64(e, t->blocked)));
  }
  if (!t->formula)
    return;
  formula_again(&p->f, LEVEL_UNIT);
  Ir index[MAX_RANK + 1] = {index0};
  for (int i = 0; i < t->count; i++)
    if (t->op[i].val && t->op[i].level == LEVEL_UNIT)
      p->f.var[i].value =
          operand_load(e, &t->op[i], operand_at(p, e, &t->op[i], index), t->op[i].form == FORM_VECTOR, NULL);
  formula_hoist(&p->f, LEVEL_UNIT);
}

Ir epilogue_apply(Epilogue *p, Emit *e, Ir value, const Ir *index, Ir mask) {
  const Terms *t = p->t;
  if (t->formula) {
    formula_again(&p->f, LEVEL_VECTOR);
    for (int i = 0; i < t->count; i++) {
      const Operand *op = &t->op[i];
      if (op->val && op->kind == OPERAND_RESULT)
        p->f.var[i].value = value;
      else if (op->val && op->level == LEVEL_VECTOR)
        p->f.var[i].value = operand_load(e, op, operand_at(p, e, op, index), op->form == FORM_VECTOR, mask);
    }
    value = formula_value(&p->f, FORM_VECTOR);
  }
  return p->unit_mask ? choose(e, p->unit_mask, value, kv(e, 0)) : value;
}
