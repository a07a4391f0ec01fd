/* Calls and stages: a name with arguments becomes a frame (blocks and nets), a function (builtin.c), or a node (primitives of
   op.def). Stages give instances their paths, which name the weights. */
#include "front/builtin.h"
#include <ctype.h>
#include <string.h>

enum { DEEPEST = 64, MOST_INS = 16, MOST_PARAMS = 60 };

const Ast *decl_find(Expand *x, Name name, int kind) {
  int first = x->frame && x->frame->builtin ? x->user_decls : 0;
  for (int i = first; i < x->decls.count; i++)
    if (x->decls.at[i]->name == name && (!kind || x->decls.at[i]->kind == kind))
      return x->decls.at[i];
  return NULL;
}

/* ---- paths ---- */

static Name path_join(Expand *x, Name path, Name label) {
  return path ? name_format(x->c->names, "%s.%s", name_text(x->c->names, path), name_text(x->c->names, label)) : label;
}

/* The label of an unlabelled stage: the callee in lower case and a count within the body. */
Name stage_label(Expand *x, Name callee) {
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

/* 0 after reporting that another stage of the body has the label. */
static int note_label(Expand *x, Name label, Span at) {
  Frame *f = x->frame;
  for (int i = 0; i < f->labels.count; i++) {
    if (f->labels.at[i].name != label)
      continue;
    const char *text = name_text(x->c->names, label);
    Diag *d = diag_add(x->c, D_SAME_LABEL, user_span(x, at), text);
    if (f->labels.at[i].span.at == at.at)
      diag_help(x->c, d, "in a loop, a label holds the loop's variable: \"%s{i}\": ...", text);
    else
      diag_note(x->c, d, f->labels.at[i].span, "the other one");
    return 0;
  }
  vec_push(x->c->mem, &f->labels, (Label){label, at});
  return 1;
}

/* ---- arguments ---- */

typedef struct {
  const Ast *decl, *ins[MOST_INS];
  int nin, total;
  int given[MOST_INS + MOST_PARAMS]; /* by input, then parameter: the argument's index, or -1 */
} Match;

static const Ast *wanted_at(const Match *m, int i) {
  return i < m->nin ? m->ins[i] : m->decl->kids[0]->kids[i - m->nin];
}

static Diag *bad_arguments(Expand *x, const Ast *decl, const char *what, Span at) {
  Diag *d = diag_add(x->c, D_ARGUMENTS, user_span(x, at), name_text(x->c->names, decl->name), what);
  if (!is_builtin_span(x, decl->span))
    diag_note(x->c, d, decl->name_span, "declared here");
  diag_help(x->c, d, "it is %s", say_usage(x, decl->name));
  return d;
}

static int find_ins(Expand *x, Match *m, Span at) {
  const Ast *body = m->decl->kids[1];
  for (int i = 0; i < body->count; i++)
    if (body->kids[i]->kind == AST_IN) {
      if (m->nin == MOST_INS)
        return bad_arguments(x, m->decl, "has more than 16 inputs", at), 0;
      m->ins[m->nin++] = body->kids[i];
    }
  m->total = m->nin + m->decl->kids[0]->count;
  if (m->decl->kids[0]->count > MOST_PARAMS)
    return bad_arguments(x, m->decl, "has more than 60 parameters", at), 0;
  return 1;
}

static int unknown_argument(Expand *x, const Match *m, const Arg *arg) {
  NameList all = {0};
  for (int i = 0; i < m->total; i++)
    vec_push(x->c->mem, &all, wanted_at(m, i)->name);
  Diag *d = diag_add(x->c, D_UNKNOWN_ARGUMENT, user_span(x, arg->span), name_text(x->c->names, m->decl->name),
                     name_text(x->c->names, arg->name));
  suggest(x, d, arg->name, &all, "%s:");
  diag_help(x->c, d, "it is %s", say_usage(x, m->decl->name));
  return 0;
}

static int check_missing(Expand *x, const Match *m, const Args *args, Span at) {
  for (int i = 0; i < m->total; i++) {
    const Ast *p = wanted_at(m, i);
    if (m->given[i] >= 0 || (i >= m->nin && p->count && p->kids[0]))
      continue;
    const char *what = arena_printf(x->c->mem, "lacks its %s `%s`", i < m->nin ? "input" : "argument", name_text(x->c->names, p->name));
    Diag *d = bad_arguments(x, m->decl, what, at);
    if (i >= m->nin && m->nin && args->count && m->given[0] >= 0 && args->at[m->given[0]].value.kind == V_NUMBER)
      diag_help(x->c, d, "`%s` took the place of its input: write `x -> %s`", say_source(x, args->at[m->given[0]].span), say_source(x, at));
    return 0;
  }
  return 1;
}

/* Spreads arguments over the `in`s and then the parameters. */
static int match_arguments(Expand *x, Match *m, const Args *args, Span at) {
  int next = 0;
  if (!find_ins(x, m, at))
    return 0;
  for (int i = 0; i < m->total; i++)
    m->given[i] = -1;
  for (int a = 0; a < args->count; a++) {
    const Arg *arg = &args->at[a];
    int to = arg->name ? -1 : next++;
    for (int i = 0; i < m->total && arg->name; i++)
      if (wanted_at(m, i)->name == arg->name)
        to = i;
    if (to < 0)
      return unknown_argument(x, m, arg);
    if (to >= m->total)
      return bad_arguments(x, m->decl, "is given too many arguments", arg->span), 0;
    if (m->given[to] >= 0)
      return bad_arguments(x, m->decl, arena_printf(x->c->mem, "is given `%s` twice", name_text(x->c->names, wanted_at(m, to)->name)), arg->span), 0;
    m->given[to] = a;
  }
  return check_missing(x, m, args, at);
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
  if (!v.list->count)
    return (Value){0};
  return v.list->count == 1 && !f->out_names.at[0] ? v.list->at[0] : v;
}

static double multiply_adds_once(const Graph *g, Val v) {
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

static double multiply_adds(const Graph *g, Val v) {
  int each = graph_type(g, v)->batched;
  return multiply_adds_once(g, v) * (each > 1 ? each : 1);
}

/* A stage that is being called, and its row of the summary: made before it runs, so that it stands before those inside it. */
typedef struct {
  int row;   /* of the summary; -1: none */
  int probe; /* of the predict block; -1: none */
} Called;
static const Called not_a_stage = {.row = -1, .probe = -1};

static Called stage_begin(Expand *x, Name path, Name callee, Span at) {
  Called s = not_a_stage;
  const Frame *f = x->frame;
  int depth = 1;
  if (is_builtin_span(x, at))
    return s;
  for (; f && f->decl && f->decl->kind != AST_NET; f = f->up)
    depth++;
  if (x->probing && f && f->decl)
    s.probe = explain_stage(x, path, callee, depth);
  if (x->info < 0)
    return s;
  NetInfo *info = &x->p->nets.at[x->info];
  vec_push(x->c->mem, &info->stages, (Stage){.path = path, .callee = callee, .depth = depth, .span = at});
  s.row = info->stages.count - 1;
  return s;
}

/* Is it `path.name`, without a further dot? */
static int lies_in(const Expand *x, Name weight, Name path) {
  const char *w = name_text(x->c->names, weight), *p = name_text(x->c->names, path);
  size_t len = strlen(p);
  return !strncmp(w, p, len) && w[len] == '.' && !strchr(w + len + 1, '.');
}

static void stage_end(Expand *x, Called called, Value v, int first_node, int first_weight, Name path) {
  Value one = v.kind == V_RECORD && v.list->count ? v.list->at[0] : v;
  if (called.probe >= 0)
    x->probes.at[called.probe].val = one.kind == V_VAL ? one.val : 0;
  if (called.row < 0)
    return;
  Stage *s = &x->p->nets.at[x->info].stages.at[called.row];
  s->type = one.kind == V_VAL ? graph_node(x->g, one.val)->type : 0;
  for (Val n = (Val)first_node; n < (Val)x->g->nodes.count; n++)
    s->multiply_adds += multiply_adds(x->g, n);
  for (int w = first_weight; w < x->weights.count; w++)
    if (x->weights.at[w].role == name_of(x->c->names, "weight") && lies_in(x, x->weights.at[w].path, path))
      s->parameters += type_size(type_get(x->c, x->weights.at[w].type));
}

/* The net's row of stages, if this is its first use; else -1. */
static int info_begin(Expand *x, const Ast *decl) {
  for (int i = 0; i < x->p->nets.count; i++)
    if (x->p->nets.at[i].name == decl->name)
      return -1;
  vec_push(x->c->mem, &x->p->nets, (NetInfo){.name = decl->name});
  return x->p->nets.count - 1;
}

static void fill_params(Expand *x, Frame *f, const Match *m, const Args *args) {
  const Ast *params = m->decl->kids[0];
  Frame *caller = x->frame;
  Name init = name_of(x->c->names, "init");
  x->frame = f; /* defaults may name earlier parameters */
  for (int i = 0; i < params->count; i++) {
    const Ast *p = params->kids[i];
    int given = m->given[m->nin + i];
    Value v;
    if (given >= 0) {
      v = args->at[given].value;
      v.from = is_builtin_span(x, args->at[given].span) ? v.from : args->at[given].span;
    } else if (p->name == init) {
      v = f->net_init.kind == V_INIT ? f->net_init : init_of(x, p->kids[0]);
    } else {
      v = value_of(x, p->kids[0]);
    }
    slot_set(x, p->name, v);
  }
  x->frame = caller;
}

static Value run_frame(Expand *x, Frame *f, Span at) {
  const Ast *decl = f->decl;
  int net = decl->kind == AST_NET, count = diags_count(x->c->diags), errors = diag_errors(x->c->diags);
  int outer = x->info;
  if (!f->builtin)
    vec_push(x->c->mem, &x->expanded, decl);
  if (net) {
    x->info = info_begin(x, decl);
    x->uses++;
  }
  Called called = net ? not_a_stage : stage_begin(x, f->path, decl->name, at);
  int first = x->g->nodes.count, weights = x->weights.count;
  x->frame = f;
  body_run(x, decl->kids[1]);
  x->frame = f->up;
  Value v = result_of(f, x), one = value_unwrap(v);
  /* A block of the prelude within another is nothing that the user sees: the outer one gives the name. */
  int made = one.kind == V_VAL && one.val >= (Val)first && graph_node(x->g, one.val)->nin; /* a leaf has a name of its own */
  if (made && f->path && (f->builtin || !graph_node(x->g, one.val)->name))
    graph_node(x->g, one.val)->name = f->path;
  stage_end(x, called, v, first, weights, f->path);
  if (net)
    x->info = outer;
  if (!f->outs.count && diag_errors(x->c->diags) == errors)
    diag_add(x->c, D_NO_OUT, decl->name_span, ast_kind_text(decl->kind), name_text(x->c->names, decl->name));
  if (!f->builtin && !net && diags_count(x->c->diags) > count) /* the way there */
    diags_note_since(x->c, count, user_span(x, at), arena_printf(x->c->mem, "in `%s`, called here", name_text(x->c->names, decl->name)));
  return v;
}

Value apply_decl(Expand *x, const Ast *decl, const Args *args, Name label, Span at) {
  Match m = {.decl = decl};
  if (!match_arguments(x, &m, args, at))
    return (Value){0};
  for (int i = 0; i < args->count; i++)
    if (args->at[i].value.kind == V_POISON)
      return (Value){0};
  Frame f = {.up = x->frame, .decl = decl, .call = at, .net_init = x->frame->net_init, .param = x->frame->param};
  f.builtin = is_builtin_span(x, decl->span);
  if (decl->kind == AST_BLOCK)
    f.path = path_join(x, x->frame->path, label ? label : stage_label(x, decl->name));
  else if (x->nets > 1)
    f.path = decl->name;
  Values ins = {0};
  for (int i = 0; i < m.nin; i++)
    vec_push(x->c->mem, &ins, args->at[m.given[i]].value);
  f.args_in = &ins;
  if (x->depth >= DEEPEST) {
    diag_add(x->c, D_RECURSION, user_span(x, at), name_text(x->c->names, decl->name));
    return (Value){0};
  }
  x->depth++;
  fill_params(x, &f, &m, args);
  Value v = run_frame(x, &f, at);
  x->depth--;
  return v;
}

/* ---- calls ---- */

static int any_poison(const Args *args) {
  for (int i = 0; i < args->count; i++)
    if (args->at[i].value.kind == V_POISON)
      return 1;
  return 0;
}

/* A function or a primitive; a stage of its own where it takes a value. */
static Value apply_function(Expand *x, Name callee, const Args *args, Name label, Span at) {
  const Builtin *b = builtin_find(x, callee);
  Name path = path_join(x, x->frame->path, label ? label : stage_label(x, callee)), outer = x->callee, outer_label = x->label;
  Called called = args->count && args->at[0].value.kind == V_VAL ? stage_begin(x, path, callee, at) : not_a_stage;
  int first = x->g->nodes.count;
  x->callee = callee, x->label = label;
  Value v = b ? builtin_call(x, b, args, at) : op_call(x, op_find(x->c, callee), args, at);
  x->callee = outer, x->label = outer_label;
  stage_end(x, called, v, first, x->weights.count, path);
  return v;
}

static Value apply_named(Expand *x, Name callee, Span name_span, const Args *args, Name label, Span at) {
  Value *slot = slot_find(x, callee);
  if (slot && slot->kind == V_FUNCTION)
    callee = slot->text;
  const Ast *decl = slot && slot->kind == V_DECL ? slot->decl : decl_find(x, callee, 0);
  /* Inside the block of its own name, a primitive's name means the primitive: maxpool wraps maxpool. */
  if (decl && !(decl == x->frame->decl && op_find(x->c, callee)))
    return apply_decl(x, decl, args, label, at);
  if (builtin_find(x, callee) || op_find(x->c, callee))
    return any_poison(args) ? (Value){0} : apply_function(x, callee, args, label, at);
  if (!slot)
    return unknown_call(x, callee, name_span);
  if (slot->kind != V_POISON)
    diag_add(x->c, D_NOT_CALLABLE, user_span(x, at), name_text(x->c->names, callee), say_value(x, *slot));
  return (Value){0};
}

Value apply_value(Expand *x, Value callee, const Args *args, Name label, Span at) {
  if (callee.kind == V_DECL)
    return apply_decl(x, callee.decl, args, label, at);
  return callee.kind == V_FUNCTION ? apply_named(x, callee.text, at, args, label, at) : (Value){0};
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
  if (v.kind == V_DECL || v.kind == V_FUNCTION || v.kind == V_POISON)
    return apply_value(x, v, args, label, e->span);
  diag_add(x->c, D_NOT_CALLABLE, user_span(x, callee->span), say_source(x, callee->span), say_value(x, v));
  return (Value){0};
}

Value call_of(Expand *x, const Ast *e) {
  Args args = {0};
  return call_with(x, e, &args, 0);
}

/* ---- stages ---- */

static Value run_stage(Expand *x, Value v, const Ast *stage, int *number);

static Value run_sequence(Expand *x, Value v, const Ast *seq, Name label) {
  Frame *f = x->frame;
  Name path = path_join(x, f->path, label ? label : stage_label(x, name_of(x->c->names, "seq"))); /* counted among its neighbours */
  Frame kept = *f;
  f->path = path;
  memset(&f->counts, 0, sizeof f->counts);
  memset(&f->labels, 0, sizeof f->labels);
  int number = 0;
  for (int i = 0; i < seq->count; i++)
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

/* number: inside { }, the next stage's number; NULL outside. After an error the stage is looked through once. */
static Value run_stage(Expand *x, Value v, const Ast *stage, int *number) {
  if (stage->kind != AST_STAGE)
    return (Value){0};
  Name label = stage->text ? interpolate(x, stage->text, stage->name_span) : stage->name;
  int count = 1, repeated = stage->kids[0] != NULL;
  if (repeated && !to_size(x, value_of(x, stage->kids[0]), stage->kids[0]->span, "the count", 0, &count))
    v = (Value){0};
  if (label && !note_label(x, label, stage->name_span.len ? stage->name_span : stage->span))
    v = (Value){0};
  for (int i = 0; i < count && (!i || v.kind != V_POISON) && spend(x, 1, stage->span); i++) {
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

Value stage_of(Expand *x, Value v, const Ast *what) {
  return run_once(x, v, what, 0);
}

Value pipe_of(Expand *x, const Ast *e) {
  Value v = value_of(x, e->kids[0]);
  return run_stage(x, v, e->kids[1], NULL);
}
