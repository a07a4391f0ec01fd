/* Statements of a body: inputs, names, loops, conditions, outputs. */
#include "front/expand.h"
#include "graph/trace.h"
#include <string.h>

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
  return !to_size(x, value_of(x, p), p->span, "a size", 1, &wanted) || wanted == size;
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

/* After an error the names in a shape are known, but not what they are. */
static void poison_dims(Expand *x, const Ast *dims) {
  for (int k = 0; k < dims->count; k++) {
    const Ast *p = dims->kids[k];
    if (p->name && (p->kind == AST_REF || p->kind == AST_REST) && !slot_find(x, p->name))
      slot_set(x, p->name, (Value){0});
  }
}

/* The type as written, with the sizes that its names stand for. */
static const char *wanted_type(Expand *x, const Ast *type) {
  Text wanted = {.mem = x->c->mem};
  if (type->kind != AST_DIMS)
    return say_source(x, type->span);
  for (int i = 0; i < type->count; i++) {
    const Value *v = type->kids[i]->kind == AST_REF ? slot_find(x, type->kids[i]->name) : NULL;
    text_add(&wanted, "%s", i ? ", " : "[");
    ast_expr_text(x->c, type->kids[i], &wanted);
    if (v && v->kind == V_NUMBER && !x->frame->builtin)
      text_add(&wanted, " = %s", say_number(x, v->number));
  }
  text_add(&wanted, "]");
  return text_str(&wanted);
}

static void bad_shape(Expand *x, const Ast *s, Val val) {
  Frame *f = x->frame;
  const char *wanted = wanted_type(x, s->kids[0]);
  TypeId got = graph_node(x->g, val)->type;
  Diag *d = diag_add(x->c, D_IN_SHAPE, user_span(x, f->call), name_text(x->c->names, f->decl->name), name_text(x->c->names, s->name),
                     wanted, say_type(x, got));
  trace_note(x->g, d, val);
  if (!f->builtin)
    diag_note(x->c, d, s->span, "the shape is asked for here");
}

/* Is the value what `in x [3, h, w]` or `in x class(10)` asks for? */
static int match_type(Expand *x, const Ast *s, Val val) {
  const Ast *type = s->kids[0];
  if (type->kind == AST_DIMS)
    return match_shape(x, type, graph_type(x->g, val));
  Field f = {.name = s->name};
  return !field_type(x, type, &f) || graph_node(x->g, val)->type == f.type;
}

static void run_in(Expand *x, const Ast *s) {
  Frame *f = x->frame;
  if (!f->args_in || f->ins >= f->args_in->count) {
    misplaced(x, s, "a loop or condition", "an `in` stands at the beginning of a net or block");
    return;
  }
  Value v = f->args_in->at[f->ins++];
  const Ast *type = s->count ? s->kids[0] : NULL;
  Val val = 0;
  if (type && type->kind == AST_TYPE_FIELD) {
    diag_add(x->c, D_FIELD_TYPE, type->span, "a field of a data block, in a net or block,");
    v = (Value){0};
  }
  int ok = !type || (v.kind != V_POISON && to_val(x, v, f->call, &val));
  slot_set(x, s->name, type && ok ? value_val(val) : ok ? v : (Value){0});
  if (type && ok && !match_type(x, s, val)) {
    bad_shape(x, s, val);
    slot_set(x, s->name, (Value){0});
    ok = 0;
  }
  if (!ok && type->kind == AST_DIMS)
    poison_dims(x, type);
}

/* ---- names and outputs ---- */

/* Values are called what the user calls them; the prelude's own names say nothing outside it. */
static void name_value(Expand *x, Name name, Value v) {
  Value one = value_unwrap(v);
  if (one.kind == V_VAL && name && !x->frame->builtin && graph_node(x->g, one.val)->nin)
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
    diag_add(x->c, D_DESTRUCTURE, user_span(x, s->span), say_number(x, names->count), say_value(x, v));
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
  Value v = value_unwrap(value_of(x, s->kids[0]));
  for (int i = 0; i < f->out_names.count; i++)
    if (f->out_names.at[i] == s->name) {
      const char *name = s->name ? arena_printf(x->c->mem, "the output `%s`", name_text(x->c->names, s->name)) : "the output without a name";
      Diag *d = diag_add(x->c, D_SAME_OUT, user_span(x, s->span), name);
      diag_help(x->c, d, "several outputs have names: `out a = ...`, `out b = ...`");
      return;
    }
  vec_push(x->c->mem, &f->outs, v);
  vec_push(x->c->mem, &f->out_names, s->name);
  if (s->name) {
    slot_set(x, s->name, v);
    name_value(x, s->name, v);
  }
}

/* ---- control ---- */

/* All names that a body gives get no value: after an error nobody knows which. Its outputs count as given. */
static void poison_body(Expand *x, const Ast *body) {
  for (int i = 0; i < body->count; i++) {
    const Ast *s = body->kids[i];
    for (int k = 0; s->kind == AST_LET && k < s->kids[0]->count; k++)
      slot_set(x, s->kids[0]->kids[k]->name, (Value){0});
    if (s->kind == AST_OUT || s->kind == AST_WEIGHT || s->kind == AST_STATE)
      slot_set(x, s->name, (Value){0});
    if (s->kind == AST_OUT) {
      vec_push(x->c->mem, &x->frame->outs, (Value){0});
      vec_push(x->c->mem, &x->frame->out_names, s->name);
    }
    for (int k = 0; (s->kind == AST_FOR || s->kind == AST_IF) && k < s->count; k++)
      if (s->kids[k] && s->kids[k]->kind == AST_BODY)
        poison_body(x, s->kids[k]);
  }
}

/* A body that nobody knows whether or how often it runs: looked through for mistakes. */
static void try_body(Expand *x, const Ast *body) {
  Frame *f = x->frame;
  int outs = f->outs.count, labels = f->labels.count;
  x->checking++;
  body_run(x, body);
  x->checking--;
  f->outs.count = f->out_names.count = outs;
  f->labels.count = labels;
}

/* What `for` runs over; after an error a list of one round, where that helps to look for more. */
static Value for_list(Expand *x, const Ast *e) {
  Value list = value_of(x, e);
  if (list.kind == V_LIST || list.kind == V_POISON)
    return list;
  Diag *d = diag_add(x->c, D_FOR, user_span(x, e->span), say_value(x, list));
  if (list.kind != V_NUMBER)
    return (Value){0};
  diag_help(x->c, d, "`for i in 0..%s` runs so often", say_source(x, e->span));
  return value_list(x, (double[]){0}, 1);
}

static void run_for(Expand *x, const Ast *s) {
  const Ast *index = s->kids[1] ? s->kids[0] : NULL, *item = s->kids[1] ? s->kids[1] : s->kids[0];
  Value list = for_list(x, s->kids[2]);
  if (list.kind != V_LIST) {
    slot_set(x, item->name, (Value){0});
    if (index)
      slot_set(x, index->name, (Value){0});
    try_body(x, s->kids[3]);
    poison_body(x, s->kids[3]);
    return;
  }
  for (int i = 0; i < list.list->count && spend(x, 1, s->span); i++) {
    int errors = diag_errors(x->c->diags), count = diags_count(x->c->diags);
    if (index)
      slot_set(x, index->name, value_number(i));
    slot_set(x, item->name, list.list->at[i]);
    body_run(x, s->kids[3]);
    if (diag_errors(x->c->diags) == errors)
      continue;
    const char *name = name_text(x->c->names, item->name);
    diags_note_since(x->c, count, user_span(x, item->span), arena_printf(x->c->mem, "in the round where `%s` is %s", name, say_value(x, list.list->at[i])));
    return; /* once is enough */
  }
}

static void run_if(Expand *x, const Ast *s) {
  int yes;
  const Ast *otherwise = s->count > 2 ? s->kids[2] : NULL;
  if (!to_bool(x, s->kids[0], &yes)) {
    try_body(x, s->kids[1]);
    if (otherwise && otherwise->kind == AST_BODY)
      try_body(x, otherwise);
    poison_body(x, s->kids[1]);
    if (otherwise)
      otherwise->kind == AST_IF ? run_if(x, otherwise) : poison_body(x, otherwise);
    return;
  }
  const Ast *branch = yes ? s->kids[1] : otherwise;
  if (branch && branch->kind == AST_IF)
    run_if(x, branch);
  else if (branch)
    body_run(x, branch);
}

/* ---- any statement ---- */

int statement_run(Expand *x, const Ast *s) {
  if (!spend(x, 1, s->span))
    return 1;
  switch ((AstKind)s->kind) {
  case AST_LET: run_let(x, s); return 1;
  case AST_FOR: run_for(x, s); return 1;
  case AST_IF: run_if(x, s); return 1;
  case AST_ERROR: return 1;
  default: return 0;
  }
}

void misplaced(Expand *x, const Ast *s, const char *where, const char *help) {
  const char *what = s->kind == AST_LET ? "name = ..." : s->kind == AST_PROP ? arena_printf(x->c->mem, "%s:", name_text(x->c->names, s->name))
                                                       : ast_kind_text(s->kind);
  Diag *d = diag_add(x->c, D_MISPLACED, user_span(x, s->span), what, where);
  diag_help(x->c, d, "%s", help);
}

/* A line like `init: normal(0.02)` in a net's or block's body. */
static void run_prop(Expand *x, const Ast *s) {
  static const char *const recipe[] = {"optimizer", "schedule", "epochs", "batch", "seed", "keep", "stop", "start", "freeze", "clip", "ema"};
  const char *name = name_text(x->c->names, s->name);
  if (!strcmp(name, "init") && !s->kids[0]) {
    x->frame->net_init = init_of(x, s->kids[1]);
    return;
  }
  Diag *d = diag_add(x->c, D_NET_PROP, user_span(x, s->name_span.len ? s->name_span : s->span), name);
  for (size_t i = 0; i < sizeof recipe / sizeof *recipe; i++)
    if (!strcmp(name, recipe[i]))
      diag_help(x->c, d, "`%s:` is a line of a train block", name);
}

void body_run(Expand *x, const Ast *body) {
  for (int i = 0; i < body->count; i++) {
    const Ast *s = body->kids[i];
    if (statement_run(x, s))
      continue;
    if (!x->frame->decl) {
      misplaced(x, s, "a loop or condition of this block", "only names, `for` and `if` do");
      continue;
    }
    switch ((AstKind)s->kind) {
    case AST_IN: run_in(x, s); break;
    case AST_OUT: run_out(x, s); break;
    case AST_WEIGHT:
    case AST_STATE: run_weight(x, s); break;
    case AST_NEXT: run_next(x, s); break;
    case AST_PROP: run_prop(x, s); break;
    default:
      misplaced(x, s, x->frame->decl->kind == AST_NET ? "a net" : "a block",
                "a net or block has in, out, weight, state, next, for, if and names; losses and metrics stand in a train block");
    }
  }
}
