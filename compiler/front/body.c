/* Statements of a body: inputs, names, weights, states, loops, conditions, outputs. */
#include "front/expand.h"
#include "graph/trace.h"
#include <math.h>
#include <string.h>

static const char *shape_of(Expand *x, TypeId t) {
  Text text = {.mem = x->c->mem};
  type_text(type_get(x->c, t), &text);
  return text_str(&text);
}

/* ---- in ---- */

static Value rest_of(Expand *x, const Type *t, int from, int count) {
  double v[MAX_RANK];
  for (int i = 0; i < count; i++)
    v[i] = t->dim[from + i];
  return value_list(x, v, count);
}

/* One size of a pattern against the value's; binds a new name. */
static int match_dim(Expand *x, const Ast *p, int size) {
  if (p->kind == AST_REF && !slot_find(x, p->name)) {
    slot_set(x, p->name, value_number(size));
    return 1;
  }
  int wanted;
  return !to_size(x, value_of(x, p), p->span, "a size", &wanted) || wanted == size;
}

static int match_shape(Expand *x, const Ast *dims, const Type *t) {
  int rests = 0, i = 0;
  for (int k = 0; k < dims->count; k++)
    rests += dims->kids[k]->kind == AST_REST;
  if (rests > 1 || (rests ? t->rank < dims->count - 1 : t->rank != dims->count))
    return 0;
  for (int k = 0; k < dims->count; k++) {
    const Ast *p = dims->kids[k];
    if (p->kind != AST_REST) {
      if (!match_dim(x, p, t->dim[i++]))
        return 0;
      continue;
    }
    int count = t->rank - dims->count + 1;
    if (p->name)
      slot_set(x, p->name, rest_of(x, t, i, count));
    i += count;
  }
  return 1;
}

static void run_in(Expand *x, const Ast *s) {
  Frame *f = x->frame;
  if (!f->args_in || f->ins >= f->args_in->count) {
    diag_add(x->c, D_MISPLACED, user_span(x, s->span), "in");
    return;
  }
  Value v = f->args_in->at[f->ins++];
  const Ast *type = s->count ? s->kids[0] : NULL;
  if (!type || v.kind == V_POISON) {
    slot_set(x, s->name, v);
    return;
  }
  Val val;
  if (!to_val(x, v, f->call, &val))
    val = 0;
  slot_set(x, s->name, value_val(val));
  if (!val || type->kind != AST_DIMS || match_shape(x, type, graph_type(x->g, val)))
    return;
  Text wanted = {.mem = x->c->mem};
  for (int i = 0; i < type->count; i++) {
    Text part = {.mem = x->c->mem};
    ast_expr_text(x->c, type->kids[i], &part);
    text_add(&wanted, "%s%s", i ? ", " : "", text_str(&part));
  }
  Diag *d = diag_add(x->c, D_IN_SHAPE, user_span(x, f->call), name_text(x->c->names, f->decl->name), name_text(x->c->names, s->name),
                     text_str(&wanted), shape_of(x, graph_node(x->g, val)->type));
  trace_note(x->g, d, val);
  if (!is_builtin_span(x, s->span))
    diag_note(x->c, d, s->span, "the shape is asked for here");
  slot_set(x, s->name, (Value){0});
}

/* ---- weights and states ---- */

Value init_of(Expand *x, const Ast *e) {
  if (e->kind == AST_REF) {
    Value *v = slot_find(x, e->name);
    if (v && v->kind != V_TEXT)
      return *v;
  }
  Value v = {.kind = V_INIT};
  const Ast *args = e->kind == AST_CALL ? e->kids[1] : NULL;
  if (e->kind != AST_CALL && e->kind != AST_REF) {
    v.init.rule = name_of(x->c->names, "constant");
    v.init.args = 1;
    Value n = value_of(x, e);
    return to_number(x, n, e->span, "an initialiser: a number, or uniform(low, high), normal(std) ...", &v.init.arg[0]) ? v : (Value){0};
  }
  const Ast *callee = args ? e->kids[0] : e;
  static const char *const known[] = {"constant", "uniform", "normal", "kaiming_uniform", "kaiming_normal", "xavier_uniform",
                                      "xavier_normal", "zeros", "ones"};
  Name names[sizeof known / sizeof *known];
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    names[i] = name_of(x->c->names, known[i]);
    if (callee->kind == AST_REF && callee->name == names[i])
      v.init.rule = names[i];
  }
  if (!v.init.rule) {
    Diag *d = diag_add(x->c, D_INIT, user_span(x, e->span));
    Name near = callee->kind == AST_REF ? name_nearest(x->c->names, name_text(x->c->names, callee->name), names, (int)(sizeof known / sizeof *known)) : 0;
    if (near)
      diag_help(x->c, d, "did you mean `%s`?", name_text(x->c->names, near));
    return (Value){0};
  }
  for (int i = 0; args && i < args->count && i < 2; i++) {
    if (!to_number(x, value_of(x, args->kids[i]->kids[0]), args->kids[i]->span, "a number", &v.init.arg[i]))
      return (Value){0};
    v.init.args = i + 1;
  }
  return v;
}

/* PyTorch's rules, turned into constant, uniform or normal: fan_in is what one output sums over. */
static void settle_init(Expand *x, Init init, const Type *t, Weight *w) {
  double fan_in = t->rank > 1 ? 1 : t->rank ? t->dim[0] : 1, fan_out = t->rank ? t->dim[0] : 1;
  for (int i = 1; i < t->rank; i++) {
    fan_in *= t->dim[i];
    fan_out *= i > 1 ? t->dim[i] : 1;
  }
  const char *rule = name_text(x->c->names, init.rule);
  int uniform = strstr(rule, "uniform") != NULL;
  w->init = name_of(x->c->names, uniform ? "uniform" : strstr(rule, "normal") ? "normal" : "constant");
  w->arg[0] = init.arg[0], w->arg[1] = init.arg[1];
  if (!strcmp(rule, "ones"))
    w->arg[0] = 1;
  if (!strcmp(rule, "normal") && !init.args)
    w->arg[0] = 1;
  double std = 0;
  if (!strncmp(rule, "kaiming", 7))
    std = sqrt(2 / (1 + init.arg[0] * init.arg[0])) / sqrt(fan_in);
  if (!strncmp(rule, "xavier", 6))
    std = (init.args ? init.arg[0] : 1) * sqrt(2 / (fan_in + fan_out));
  if (!std)
    return;
  w->arg[0] = uniform ? -sqrt(3) * std : std;
  w->arg[1] = uniform ? sqrt(3) * std : 0;
}

static int weight_dims(Expand *x, const Ast *dims, int32_t *out) {
  int rank = 0;
  for (int i = 0; i < dims->count; i++) {
    int sizes[MAX_RANK], n = 1;
    const Ast *p = dims->kids[i];
    if (p->kind == AST_REST) {
      Value *rest = slot_find(x, p->name);
      n = rest ? to_sizes(x, *rest, p->span, "a list of sizes", sizes, MAX_RANK) : -1;
    } else if (!to_size(x, value_of(x, p), p->span, "a size", &sizes[0])) {
      return -1;
    }
    if (n < 0 || rank + n > MAX_RANK)
      return -1;
    for (int k = 0; k < n; k++) {
      if (sizes[k] < 1) {
        Text t = {.mem = x->c->mem};
        text_add(&t, "%d", sizes[k]);
        diag_add(x->c, D_NOT_WHOLE, user_span(x, p->span), "a size", text_str(&t));
        return -1;
      }
      out[rank++] = sizes[k];
    }
  }
  return rank;
}

static Name weight_path(Expand *x, Name name) {
  Frame *f = x->frame;
  if (f->param)
    return name_format(x->c->names, "%s#%s", name_text(x->c->names, f->param), name_text(x->c->names, name));
  return f->path ? name_format(x->c->names, "%s.%s", name_text(x->c->names, f->path), name_text(x->c->names, name)) : name;
}

static const Ast *owner(const Expand *x) {
  for (const Frame *f = x->frame; f; f = f->up)
    if (f->decl && f->decl->kind == AST_NET)
      return f->decl;
  return NULL;
}

static Weight *weight_find(Expand *x, Name path) {
  for (int i = 0; i < x->weights.count; i++)
    if (x->weights.at[i].path == path)
      return &x->weights.at[i];
  return NULL;
}

/* The weight as known from another use or entry; checked to be the same. NULL after reporting. */
static Weight *weight_again(Expand *x, Weight *w, TypeId type, const Ast *s) {
  Span at = user_span(x, s->span);
  if (w->type != type) {
    Diag *d = diag_add(x->c, D_WEIGHT_SHAPE, at, name_text(x->c->names, w->path), shape_of(x, w->type), shape_of(x, type));
    diag_note(x->c, d, w->span, "first made here");
    return NULL;
  }
  if (w->use == x->uses && !x->frame->param) {
    Diag *d = diag_add(x->c, D_SAME_WEIGHT, at, name_text(x->c->names, w->path));
    diag_note(x->c, d, w->span, "the other one is made here");
    return NULL;
  }
  return w;
}

static void run_weight(Expand *x, const Ast *s) {
  int32_t dim[MAX_RANK];
  int rank = weight_dims(x, s->kids[0], dim);
  Span at = user_span(x, s->span);
  slot_set(x, s->name, (Value){0});
  if (rank < 0)
    return;
  if (!owner(x) && !x->frame->param) {
    diag_add(x->c, D_WEIGHT_OUTSIDE, at);
    return;
  }
  TypeId type = type_make(x->c, F32, 0, rank, dim);
  Name path = weight_path(x, s->name);
  Weight *w = weight_find(x, path);
  if (w && !(w = weight_again(x, w, type, s)))
    return;
  if (!w) {
    Value init = {.kind = V_INIT, .init = {.rule = name_of(x->c->names, "constant"), .args = 1}};
    if (s->count < 2 && s->kind == AST_WEIGHT) {
      diag_add(x->c, D_NO_INIT, at, name_text(x->c->names, s->name));
      return;
    }
    for (int i = 1; i < s->count; i++)
      init = init_of(x, s->kids[i]->kids[1]);
    if (init.kind == V_NUMBER)
      init = (Value){.kind = V_INIT, .init = {name_of(x->c->names, "constant"), {init.number}, 1}};
    if (init.kind != V_INIT)
      return;
    const char *role = x->frame->param ? "opt" : s->kind == AST_WEIGHT ? "weight" : "state";
    vec_push(x->c->mem, &x->weights, (Weight){.path = path, .role = name_of(x->c->names, role), .type = type, .net = owner(x), .span = at});
    w = &x->weights.at[x->weights.count - 1];
    settle_init(x, init.init, type_get(x->c, type), w);
  }
  w->use = x->uses;
  Val v = graph_param(x->g, path, w->role, type, w->init, w->arg, 2, at);
  for (int i = 0; i < x->states.count; i++) /* an earlier run in this step has moved it on */
    if (x->states.at[i].name == path)
      v = x->states.at[i].value.val;
  slot_set(x, s->name, value_val(v));
}

static void run_next(Expand *x, const Ast *s) {
  Val v;
  Value value = value_of(x, s->kids[0]);
  Name path = weight_path(x, s->name);
  Weight *w = weight_find(x, path);
  if (!to_val(x, value, s->span, &v))
    return;
  if (!w || w->role == name_of(x->c->names, "weight")) {
    diag_add(x->c, D_NEXT, user_span(x, s->span), name_text(x->c->names, s->name));
    return;
  }
  if (graph_node(x->g, v)->type != w->type) {
    diag_add(x->c, D_NEXT_SHAPE, user_span(x, s->span), name_text(x->c->names, s->name), shape_of(x, w->type),
             shape_of(x, graph_node(x->g, v)->type));
    return;
  }
  if (!x->training)
    return;
  for (int i = 0; i < x->states.count; i++)
    if (x->states.at[i].name == path) {
      x->states.at[i].value = value_val(v);
      return;
    }
  vec_push(x->c->mem, &x->states, (Slot){path, value_val(v)});
}

/* ---- names, outputs, control ---- */

/* Values are called what the user calls them; the prelude's own names say nothing outside it. */
static void name_value(Expand *x, Name name, Value v) {
  Value one = value_unwrap(v);
  int prelude = x->frame->decl && is_builtin_span(x, x->frame->decl->span);
  if (one.kind == V_VAL && name && !prelude && graph_node(x->g, one.val)->nin)
    graph_node(x->g, one.val)->name = name;
}

static void run_let(Expand *x, const Ast *s) {
  const Ast *names = s->kids[0];
  Value v = value_of(x, s->kids[1]);
  if (names->count == 1) {
    slot_set(x, names->kids[0]->name, v);
    name_value(x, names->kids[0]->name, v);
    return;
  }
  int items = v.kind == V_RECORD || v.kind == V_LIST ? v.list->count : 1;
  if (v.kind != V_POISON && items != names->count) {
    Text t = {.mem = x->c->mem};
    text_add(&t, "%d", names->count);
    diag_add(x->c, D_DESTRUCTURE, user_span(x, s->span), text_str(&t), value_text_of(x, v));
    v = (Value){0};
  }
  for (int i = 0; i < names->count; i++) {
    Value part = v.kind == V_POISON ? v : v.list->at[i];
    slot_set(x, names->kids[i]->name, part);
    name_value(x, names->kids[i]->name, part);
  }
}

static void run_out(Expand *x, const Ast *s) {
  Frame *f = x->frame;
  if (!f->decl) {
    diag_add(x->c, D_MISPLACED, user_span(x, s->span), "out");
    return;
  }
  Value v = value_unwrap(value_of(x, s->kids[0]));
  for (int i = 0; i < f->out_names.count; i++)
    if (f->out_names.at[i] == s->name) {
      diag_add(x->c, D_SAME_OUT, user_span(x, s->span), s->name ? name_text(x->c->names, s->name) : "the nameless one");
      return;
    }
  vec_push(x->c->mem, &f->outs, v);
  vec_push(x->c->mem, &f->out_names, s->name);
  if (s->name) {
    slot_set(x, s->name, v);
    name_value(x, s->name, v);
  }
}

static void run_for(Expand *x, const Ast *s) {
  Value list = value_of(x, s->kids[2]);
  if (list.kind != V_LIST) {
    if (list.kind != V_POISON)
      diag_add(x->c, D_FOR, user_span(x, s->kids[2]->span), value_text_of(x, list));
    return;
  }
  const Ast *index = s->kids[1] ? s->kids[0] : NULL, *item = s->kids[1] ? s->kids[1] : s->kids[0];
  for (int i = 0; i < list.list->count; i++) {
    int errors = diag_errors(x->c->diags);
    if (index)
      slot_set(x, index->name, value_number(i));
    slot_set(x, item->name, list.list->at[i]);
    body_run(x, s->kids[3]);
    if (diag_errors(x->c->diags) > errors) /* once is enough */
      return;
  }
}

static void run_if(Expand *x, const Ast *s) {
  int yes;
  if (!to_bool(x, s->kids[0], &yes))
    return;
  const Ast *branch = yes ? s->kids[1] : s->count > 2 ? s->kids[2] : NULL;
  if (branch && branch->kind == AST_IF)
    run_if(x, branch);
  else if (branch)
    body_run(x, branch);
}

int statement_run(Expand *x, const Ast *s) {
  switch ((AstKind)s->kind) {
  case AST_LET: run_let(x, s); return 1;
  case AST_FOR: run_for(x, s); return 1;
  case AST_IF: run_if(x, s); return 1;
  case AST_ERROR: return 1;
  default: return 0;
  }
}

/* A line like `init: normal(0.02)` in a net's or block's body. */
static void run_prop(Expand *x, const Ast *s) {
  if (s->name != name_of(x->c->names, "init") || s->kids[0]) {
    diag_add(x->c, D_NET_PROP, user_span(x, s->span), name_text(x->c->names, s->name));
    return;
  }
  x->frame->net_init = init_of(x, s->kids[1]);
}

void body_run(Expand *x, const Ast *body) {
  for (int i = 0; i < body->count; i++) {
    const Ast *s = body->kids[i];
    if (statement_run(x, s))
      continue;
    switch ((AstKind)s->kind) {
    case AST_IN: run_in(x, s); break;
    case AST_OUT: run_out(x, s); break;
    case AST_WEIGHT:
    case AST_STATE: run_weight(x, s); break;
    case AST_NEXT: run_next(x, s); break;
    case AST_PROP: run_prop(x, s); break;
    default: diag_add(x->c, D_MISPLACED, user_span(x, s->span), ast_kind_text(s->kind));
    }
  }
}
