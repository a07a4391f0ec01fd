/* Calls and stages: a name with arguments becomes a frame (blocks and nets), a function of this room (builtin.c), or a node
   (primitives of op.def). Stages give instances their paths, which name the weights. */
#include "front/expand.h"
#include <ctype.h>
#include <string.h>

enum { DEEPEST = 64 };

int is_builtin_span(const Expand *x, Span s) {
  return s.len && source_place(x->c->src, s.at).builtin;
}

Span user_span(const Expand *x, Span s) {
  for (const Frame *f = x->frame; f && is_builtin_span(x, s); f = f->up)
    s = f->call;
  return s;
}

const Ast *decl_find(Expand *x, Name name, int kind) {
  for (int i = 0; i < x->decls.count; i++)
    if (x->decls.at[i]->name == name && (!kind || x->decls.at[i]->kind == kind))
      return x->decls.at[i];
  return NULL;
}

/* ---- paths ---- */

static Name path_join(Expand *x, Name path, Name label) {
  return path ? name_format(x->c->names, "%s.%s", name_text(x->c->names, path), name_text(x->c->names, label)) : label;
}

/* The label of an unlabelled stage: the callee in lower case and a count within the body. */
static Name next_label(Expand *x, Name callee) {
  char lower[256];
  const char *s = name_text(x->c->names, callee);
  size_t n = 0;
  for (; s[n] && n < sizeof lower - 1; n++)
    lower[n] = (char)tolower((unsigned char)s[n]);
  lower[n] = 0;
  Frame *f = x->frame;
  Name key = name_of(x->c->names, lower);
  for (int i = 0; i < f->counts.count; i++)
    if (f->counts.at[i].name == key)
      return name_format(x->c->names, "%s_%d", lower, (int)++f->counts.at[i].value.number);
  vec_push(x->c->mem, &f->counts, (Slot){key, value_number(0)});
  return name_format(x->c->names, "%s_0", lower);
}

static int note_label(Expand *x, Name label, Span at) {
  Frame *f = x->frame;
  for (int i = 0; i < f->labels.count; i++)
    if (f->labels.at[i] == label) {
      diag_add(x->c, D_SAME_LABEL, user_span(x, at), name_text(x->c->names, label));
      return 0;
    }
  vec_push(x->c->mem, &f->labels, label);
  return 1;
}

/* ---- arguments ---- */

static int arity_error(Expand *x, const Ast *decl, DiagId id, const char *what, Span at) {
  Diag *d = diag_add(x->c, id, user_span(x, at), name_text(x->c->names, decl->name), what);
  if (!is_builtin_span(x, decl->span))
    diag_note(x->c, d, decl->name_span, "declared here");
  else
    diag_help(x->c, d, "`netc help %s` prints what it takes", name_text(x->c->names, decl->name));
  return 0;
}

static int names_of(Expand *x, const Ast *decl, const Ast **ins, int *nin) {
  const Ast *body = decl->kids[1];
  *nin = 0;
  for (int i = 0; i < body->count; i++)
    if (body->kids[i]->kind == AST_IN) {
      if (*nin == 16)
        return arity_error(x, decl, D_ARGUMENTS, "has more than 16 inputs", decl->span);
      ins[(*nin)++] = body->kids[i];
    }
  return 1;
}

static int unknown_argument(Expand *x, const Ast *decl, const Ast **ins, int nin, const Arg *arg) {
  Vec(Name) all = {0};
  for (int i = 0; i < nin; i++)
    vec_push(x->c->mem, &all, ins[i]->name);
  for (int i = 0; i < decl->kids[0]->count; i++)
    vec_push(x->c->mem, &all, decl->kids[0]->kids[i]->name);
  Diag *d = diag_add(x->c, D_UNKNOWN_ARGUMENT, user_span(x, arg->span), name_text(x->c->names, decl->name),
                     name_text(x->c->names, arg->name));
  Name near = name_nearest(x->c->names, name_text(x->c->names, arg->name), all.at, all.count);
  if (near)
    diag_help(x->c, d, "did you mean `%s:`?", name_text(x->c->names, near));
  return 0;
}

/* Spreads arguments over the `in`s and then the parameters: given[i] is the argument's index or -1. */
static int match_arguments(Expand *x, const Ast *decl, const Ast **ins, int nin, const Args *args, int *given, Span at) {
  const Ast *params = decl->kids[0];
  int total = nin + params->count, next = 0;
  for (int i = 0; i < total; i++)
    given[i] = -1;
  for (int a = 0; a < args->count; a++) {
    const Arg *arg = &args->at[a];
    int to = -1;
    if (!arg->name) {
      to = next++;
      if (to >= total)
        return arity_error(x, decl, D_ARGUMENTS, "is given too many arguments", arg->span);
    } else {
      for (int i = 0; i < total; i++)
        if ((i < nin ? ins[i]->name : params->kids[i - nin]->name) == arg->name)
          to = i;
      if (to < 0)
        return unknown_argument(x, decl, ins, nin, arg);
    }
    if (given[to] >= 0)
      return arity_error(x, decl, D_ARGUMENTS, "is given an argument twice", arg->span);
    given[to] = a;
  }
  for (int i = 0; i < total; i++) {
    const Ast *p = i < nin ? ins[i] : params->kids[i - nin];
    if (given[i] >= 0 || (i >= nin && p->count && p->kids[0]))
      continue;
    Text t = {.mem = x->c->mem};
    text_add(&t, i < nin ? "lacks its input `%s`" : "lacks its argument `%s`", name_text(x->c->names, p->name));
    return arity_error(x, decl, D_ARGUMENTS, text_str(&t), at);
  }
  return 1;
}

/* ---- frames ---- */

static Value result_of(Frame *f, Expand *x) {
  Value v = {.kind = V_RECORD, .list = arena_alloc(x->c->mem, sizeof(Values))};
  v.names = arena_alloc(x->c->mem, sizeof *v.names);
  for (int i = 0; i < f->outs.count; i++) {
    if (f->outs.at[i].kind == V_POISON)
      return (Value){0};
    vec_push(x->c->mem, v.list, f->outs.at[i]);
    vec_push(x->c->mem, v.names, f->out_names.at[i]);
  }
  return v.list->count == 1 && !f->out_names.at[0] ? v.list->at[0] : v;
}

static double multiply_adds(const Graph *g, Val v) {
  const Type *w, *out = graph_type(g, v);
  switch (graph_node(g, v)->op) {
  case OP_conv2d:
    w = graph_type(g, graph_in(g, v, 1));
    return (double)type_size(out) * w->dim[1] * w->dim[2] * w->dim[3];
  case OP_conv2d_input_grad:
    w = graph_type(g, graph_in(g, v, 1));
    return (double)type_size(graph_type(g, graph_in(g, v, 0))) * w->dim[1] * w->dim[2] * w->dim[3];
  case OP_matmul: return (double)type_size(out) * graph_type(g, graph_in(g, v, 1))->dim[0];
  case OP_bmm: return (double)type_size(out) * graph_type(g, graph_in(g, v, 0))->dim[graph_type(g, v)->rank - 1];
  default: return 0;
  }
}

/* A row of the summary: made before the stage runs, so that it stands before those inside it. */
static int stage_begin(Expand *x, Name path, Name callee, Span at) {
  if (!x->info || is_builtin_span(x, at))
    return -1;
  int depth = 1;
  for (const Frame *f = x->frame; f && f->decl && f->decl->kind != AST_NET; f = f->up)
    depth++;
  vec_push(x->c->mem, &x->info->stages, (Stage){.path = path, .callee = callee, .depth = depth, .span = at});
  return x->info->stages.count - 1;
}

static void stage_end(Expand *x, int i, Value v, int first_node, int first_weight, Name path) {
  if (i < 0 || !x->info)
    return;
  Stage *s = &x->info->stages.at[i];
  Value one = v.kind == V_RECORD && v.list->count ? v.list->at[0] : v;
  s->type = one.kind == V_VAL ? graph_node(x->g, one.val)->type : 0;
  for (Val n = (Val)first_node; n < (Val)x->g->nodes.count; n++)
    s->multiply_adds += multiply_adds(x->g, n);
  size_t len = strlen(name_text(x->c->names, path));
  for (int w = first_weight; w < x->weights.count; w++) /* its own: path.name without a further dot */
    if (x->weights.at[w].role == name_of(x->c->names, "weight") &&
        !strchr(name_text(x->c->names, x->weights.at[w].path) + len + 1, '.'))
      s->parameters += type_size(type_get(x->c, x->weights.at[w].type));
}

static NetInfo *info_begin(Expand *x, const Ast *decl) {
  for (int i = 0; i < x->p->nets.count; i++)
    if (x->p->nets.at[i].name == decl->name)
      return NULL;
  vec_push(x->c->mem, &x->p->nets, (NetInfo){.name = decl->name});
  return &x->p->nets.at[x->p->nets.count - 1];
}

static void fill_params(Expand *x, Frame *f, const Ast *decl, int nin, const Args *args, const int *given, Values *in_values) {
  const Ast *params = decl->kids[0];
  for (int i = 0; i < nin; i++)
    vec_push(x->c->mem, in_values, args->at[given[i]].value);
  Frame *caller = x->frame;
  Name init = name_of(x->c->names, "init");
  for (int i = 0; i < params->count; i++) {
    const Ast *p = params->kids[i];
    Value v;
    x->frame = f; /* defaults may name earlier parameters */
    if (given[nin + i] >= 0)
      v = args->at[given[nin + i]].value;
    else if (p->name == init)
      v = f->net_init.kind == V_INIT ? f->net_init : init_of(x, p->kids[0]);
    else
      v = value_of(x, p->kids[0]);
    slot_set(x, p->name, v);
    x->frame = caller;
  }
}

Value apply_decl(Expand *x, const Ast *decl, const Args *args, Name label, Span at) {
  const Ast *ins[16];
  int given[80], nin;
  if (++x->depth > DEEPEST) {
    x->depth--;
    diag_add(x->c, D_RECURSION, user_span(x, at), name_text(x->c->names, decl->name));
    return (Value){0};
  }
  Frame f = {.up = x->frame, .decl = decl, .call = at, .net_init = x->frame->net_init, .param = x->frame->param};
  int net = decl->kind == AST_NET;
  if (!net)
    f.path = path_join(x, x->frame->path, label ? label : next_label(x, decl->name));
  else if (x->nets > 1)
    f.path = decl->name;
  if (decl->kids[0]->count > 60 || !names_of(x, decl, ins, &nin) || !match_arguments(x, decl, ins, nin, args, given, at)) {
    x->depth--;
    return (Value){0};
  }
  for (int i = 0; i < args->count; i++)
    if (args->at[i].value.kind == V_POISON) {
      x->depth--;
      return (Value){0};
    }
  Values in_values = {0};
  fill_params(x, &f, decl, nin, args, given, &in_values);
  f.args_in = &in_values;
  NetInfo *outer = x->info;
  if (net) {
    x->info = info_begin(x, decl);
    x->uses++;
  }
  int row = net ? -1 : stage_begin(x, f.path, decl->name, at), first = x->g->nodes.count, weights = x->weights.count;
  x->frame = &f;
  body_run(x, decl->kids[1]);
  x->frame = f.up;
  Value v = result_of(&f, x), one = value_unwrap(v);
  if (one.kind == V_VAL && f.path && one.val >= (Val)first && !graph_node(x->g, one.val)->name)
    graph_node(x->g, one.val)->name = f.path;
  stage_end(x, row, v, first, weights, f.path);
  if (net)
    x->info = outer;
  x->depth--;
  if (!f.outs.count && !diag_errors(x->c->diags))
    arity_error(x, decl, D_NO_OUT, "", at);
  return f.outs.count ? v : (Value){0};
}

Value apply_named(Expand *x, Name callee, Span name_span, Args *args, Name label, Span at) {
  Value *slot = slot_find(x, callee);
  const Ast *decl = slot && slot->kind == V_DECL ? slot->decl : decl_find(x, callee, 0);
  /* Inside the block of its own name, a primitive's name means the primitive: maxpool wraps maxpool. */
  if (decl && !(decl == x->frame->decl && op_find(x->c, callee)))
    return apply_decl(x, decl, args, label, at);
  for (int i = 0; i < args->count; i++)
    if (args->at[i].value.kind == V_POISON)
      return (Value){0};
  const Builtin *b = builtin_find(x, callee);
  const OpRow *row = op_find(x->c, callee);
  if (b || row) {
    Name own = label ? label : next_label(x, callee);
    Name path = path_join(x, x->frame->path, own);
    int stage = x->g && args->count && args->at[0].value.kind == V_VAL ? stage_begin(x, path, callee, at) : -1;
    int first = x->g ? x->g->nodes.count : 0;
    Value v = b ? b->run(x, args, at) : op_call(x, row, args, at);
    stage_end(x, stage, v, first, x->weights.count, path);
    return v;
  }
  if (slot) {
    diag_add(x->c, D_NOT_CALLABLE, user_span(x, at), name_text(x->c->names, callee), value_text_of(x, *slot));
    return (Value){0};
  }
  poison_name(x, diag_add(x->c, D_UNKNOWN_CALL, user_span(x, name_span), name_text(x->c->names, callee)), callee);
  return (Value){0};
}

static void read_args(Expand *x, const Ast *list, Args *out) {
  for (int i = 0; list && i < list->count; i++) {
    const Ast *a = list->kids[i];
    int init = a->name && a->name == name_of(x->c->names, "init");
    vec_push(x->c->mem, out, (Arg){a->name, init ? init_of(x, a->kids[0]) : value_of(x, a->kids[0]), a->span});
  }
}

static Value call_with(Expand *x, const Ast *e, Args *args, Name label) {
  const Ast *callee = e->kind == AST_CALL ? e->kids[0] : e;
  if (e->kind == AST_CALL)
    read_args(x, e->kids[1], args);
  if (callee->kind == AST_REF)
    return apply_named(x, callee->name, callee->span, args, label, e->span);
  Value v = value_of(x, callee);
  if (v.kind == V_DECL)
    return apply_decl(x, v.decl, args, label, e->span);
  if (v.kind != V_POISON)
    diag_add(x->c, D_NOT_CALLABLE, user_span(x, e->span), "this", value_text_of(x, v));
  return (Value){0};
}

Value call_of(Expand *x, const Ast *e) {
  Args args = {0};
  return call_with(x, e, &args, 0);
}

/* ---- stages ---- */

static Value run_stage(Expand *x, Value v, const Ast *stage, int *number);

static Value run_sequence(Expand *x, Value v, const Ast *seq, Name label) {
  Frame *f = x->frame, kept = *f;
  f->path = path_join(x, f->path, label ? label : next_label(x, name_of(x->c->names, "seq")));
  memset(&f->counts, 0, sizeof f->counts);
  memset(&f->labels, 0, sizeof f->labels);
  int number = 0;
  for (int i = 0; i < seq->count && v.kind != V_POISON; i++)
    v = run_stage(x, v, seq->kids[i], &number);
  f->path = kept.path;
  f->counts = kept.counts;
  f->labels = kept.labels;
  return v;
}

static Value run_once(Expand *x, Value v, const Ast *what, Name label) {
  if (what->kind == AST_SEQ)
    return run_sequence(x, v, what, label);
  Args args = {0};
  vec_push(x->c->mem, &args, (Arg){0, v, what->span});
  return call_with(x, what, &args, label);
}

/* number: inside { }, the next stage's number; NULL outside. */
static Value run_stage(Expand *x, Value v, const Ast *stage, int *number) {
  if (stage->kind != AST_STAGE)
    return (Value){0};
  Name label = stage->text ? interpolate(x, stage->text, stage->span) : stage->name;
  int count = 1, repeated = stage->kids[0] != NULL;
  if (repeated && !to_size(x, value_of(x, stage->kids[0]), stage->kids[0]->span, "a count", &count))
    return (Value){0};
  if (label && !note_label(x, label, stage->name_span.len ? stage->name_span : stage->span))
    return (Value){0};
  for (int i = 0; i < count && v.kind != V_POISON; i++) {
    Name own = label;
    if (label && repeated)
      own = name_format(x->c->names, "%s.%d", name_text(x->c->names, label), i);
    if (!label && number)
      own = name_format(x->c->names, "%d", *number + i);
    v = run_once(x, v, stage->kids[1], own);
  }
  if (number)
    *number += count;
  return v;
}

/* After an error the stages that follow cannot run, but a misspelt one is still worth a word. */
static void check_callee(Expand *x, const Ast *stage) {
  const Ast *what = stage->kind == AST_STAGE ? stage->kids[1] : stage;
  const Ast *callee = what->kind == AST_CALL ? what->kids[0] : what;
  if (callee->kind == AST_REF && !decl_find(x, callee->name, 0) && !builtin_find(x, callee->name) && !op_find(x->c, callee->name) &&
      !slot_find(x, callee->name))
    poison_name(x, diag_add(x->c, D_UNKNOWN_CALL, user_span(x, callee->span), name_text(x->c->names, callee->name)), callee->name);
}

Value pipe_of(Expand *x, const Ast *e) {
  Value v = value_of(x, e->kids[0]);
  if (v.kind != V_POISON)
    return run_stage(x, v, e->kids[1], NULL);
  check_callee(x, e->kids[1]);
  return v;
}
