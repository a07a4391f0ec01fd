/* train blocks: the body becomes two graphs, a training step (loss, gradients, the optimizer's arithmetic) and an evaluation. */
#include "front/expand.h"
#include <string.h>

typedef struct {
  Expand *x;
  Train *t;
  const Ast *decl;
  Val loss;
  const Ast *minimize;
  const Ast *optimizer;            /* PROP, or NULL: adam */
  Vec(const Ast *) part_optimizers; /* optimizer(Net.stage): ... */
  const Ast *update;               /* NULL: all nets */
} Run;

double *scalar_slot(Expand *x, Name name) {
  for (int i = 0; i < x->p->scalars.count; i++)
    if (x->p->scalars.at[i].name == name)
      return &x->p->scalars.at[i].value;
  vec_push(x->c->mem, &x->p->scalars, (ScalarInput){name, 0});
  return &x->p->scalars.at[x->p->scalars.count - 1].value;
}

void graph_begin(Expand *x, Name name, int training) {
  x->g = graph_new(x->c, name);
  x->training = training;
  x->states.count = 0;
  x->uses_before = ++x->uses;
}

Frame frame_top(Expand *x) {
  (void)x;
  return (Frame){0};
}

/* ---- loss and reports ---- */

static Val mean_over_batch(Expand *x, Val v, Span at) {
  Attr none = attr_list(x->c, NULL, 0);
  Val in[2] = {graph_add(x->g, OP_batch_sum, &v, 1, &none, at), graph_add(x->g, OP_batch_size, NULL, 0, NULL, at)};
  return graph_add(x->g, OP_div, in, 2, NULL, at);
}

static void run_minimize(Run *r, const Ast *s) {
  Expand *x = r->x;
  Val v;
  if (r->minimize) {
    diag_note(x->c, diag_add(x->c, D_TWO_LOSSES, s->span), r->minimize->span, "the first one");
    return;
  }
  r->minimize = s;
  if (!to_val(x, value_of(x, s->kids[0]), s->kids[0]->span, &v))
    return;
  const Type *t = graph_type(x->g, v);
  if (t->rank) {
    Text shape = {.mem = x->c->mem};
    type_text(t, &shape);
    diag_help(x->c, diag_add(x->c, D_LOSS_SHAPE, s->kids[0]->span, text_str(&shape)), "`mean(...)` or `sum(...)` makes one number of a sample");
    return;
  }
  r->loss = t->batched ? mean_over_batch(x, v, s->span) : v;
  if (graph_node(x->g, r->loss)->op == OP_number) {
    diag_add(x->c, D_LOSS_CONSTANT, s->kids[0]->span);
    r->loss = 0;
  }
}

/* Losses get better by falling, everything else by rising; `best(min: x)` says otherwise. */
static int better_of(Expand *x, Name name, const Ast *e) {
  static const char *const falling[] = {"loss", "error", "entropy", "mse", "mae", "rmse", "kl", "rec", "l1"};
  const char *text = name_text(x->c->names, name);
  const char *callee = e->kind == AST_CALL && e->kids[0]->kind == AST_REF ? name_text(x->c->names, e->kids[0]->name) : "";
  for (size_t i = 0; i < sizeof falling / sizeof *falling; i++)
    if (strstr(callee, falling[i]) || !strcmp(text, falling[i]) || (i < 3 && strstr(text, falling[i])))
      return -1;
  return 1;
}

static void run_report(Run *r, const Ast *s) {
  Expand *x = r->x;
  for (int i = 0; i < s->count; i++) {
    const Ast *p = s->kids[i];
    Val v;
    if (!to_val(x, value_of(x, p->kids[1]), p->kids[1]->span, &v))
      continue;
    const Type *t = graph_type(x->g, v);
    if (t->rank) {
      Text shape = {.mem = x->c->mem};
      type_text(t, &shape);
      diag_help(x->c, diag_add(x->c, D_LOSS_SHAPE, p->kids[1]->span, text_str(&shape)), "`mean(...)` makes one number of a sample");
      continue;
    }
    vec_push(x->c->mem, &x->g->outputs, (Output){p->name, v, OUT_METRIC});
    if (x->training)
      vec_push(x->c->mem, &r->t->metrics, (Metric){p->name, better_of(x, p->name, p->kids[1])});
  }
}

/* ---- recipe lines ---- */

static const struct {
  const char *name, *calls; /* calls: the kind of calls.def that the value must be; "" a number; NULL: not built */
} lines[] = {{"optimizer", "?"}, {"schedule", "SCHEDULE"}, {"epochs", ""}, {"batch", ""},     {"seed", ""},
             {"keep", "KEEP"},   {"stop", "STOP"},         {"start", "?"}, {"ema", NULL},     {"accumulate", NULL},
             {"clip", NULL},     {"freeze", NULL},         {"log", NULL},  {"preview", NULL}, {"every", NULL}};
enum { LINES = sizeof lines / sizeof *lines };

static void unknown_line(Expand *x, const Ast *s) {
  Name all[LINES];
  for (int i = 0; i < LINES; i++)
    all[i] = name_of(x->c->names, lines[i].name);
  Diag *d = diag_add(x->c, D_UNKNOWN_LINE, s->name_span.len ? s->name_span : s->span, "train", name_text(x->c->names, s->name));
  Name near = name_nearest(x->c->names, name_text(x->c->names, s->name), all, LINES);
  if (near)
    diag_help(x->c, d, "did you mean `%s:`?", name_text(x->c->names, near));
  else
    diag_help(x->c, d, "a train block has optimizer, schedule, epochs, batch, seed, keep, stop, start");
}

static void run_prop(Run *r, const Ast *s) {
  Expand *x = r->x;
  const char *name = name_text(x->c->names, s->name);
  int i = 0;
  while (i < LINES && strcmp(lines[i].name, name))
    i++;
  if (i == LINES) {
    unknown_line(x, s);
    return;
  }
  if (!lines[i].calls) {
    Text what = {.mem = x->c->mem};
    text_add(&what, "`%s:` in a recipe", name);
    diag_add(x->c, D_NOT_BUILT, s->span, text_str(&what));
    return;
  }
  if (!strcmp(name, "optimizer")) {
    if (s->kids[0])
      vec_push(x->c->mem, &r->part_optimizers, s);
    else
      r->optimizer = s;
    return;
  }
  RecipeProp p = {.name = s->name, .span = s->span};
  if (!x->training || !recipe_arg(x, s->kids[1], &p.value))
    return;
  if (*lines[i].calls >= 'A' && !(p.value.call = recipe_check(x, &p.value, lines[i].calls)))
    return;
  if (p.value.call)
    p.value.kind = RECIPE_CALL;
  if (!*lines[i].calls && p.value.kind != RECIPE_NUM) {
    diag_add(x->c, D_WRONG_KIND, s->span, "a number", "something else");
    return;
  }
  if (!*lines[i].calls && (p.value.num < 0 || (p.value.num < 1 && strcmp(name, "seed")))) {
    diag_add(x->c, D_RECIPE_RANGE, s->span, name);
    return;
  }
  vec_push(x->c->mem, &r->t->props, p);
}

static void check_best(Run *r) {
  Expand *x = r->x;
  for (int i = 0; i < r->t->props.count; i++) {
    const RecipeProp *p = &r->t->props.at[i];
    const char *name = name_text(x->c->names, p->name);
    if ((strcmp(name, "keep") && strcmp(name, "stop")) || p->value.kind != RECIPE_CALL || !p->value.call->args.count)
      continue;
    const Data *d = &x->p->datas.at[r->t->data];
    if (!d->val && !d->holdout)
      diag_help(x->c, diag_add(x->c, D_NO_VAL, p->span, name), "write `holdout: 0.1` in the data block, to set a tenth of the samples aside");
    RecipeArg *a = &p->value.call->args.at[0];
    if (a->kind != RECIPE_TEXT)
      continue;
    int known = !strcmp(name_text(x->c->names, a->text), "loss");
    Vec(Name) all = {0};
    for (int k = 0; k < r->t->metrics.count; k++) {
      known |= r->t->metrics.at[k].name == a->text;
      vec_push(x->c->mem, &all, r->t->metrics.at[k].name);
    }
    if (known)
      continue;
    Diag *diag = diag_add(x->c, D_NO_METRIC, p->span, name_text(x->c->names, a->text));
    Name near = name_nearest(x->c->names, name_text(x->c->names, a->text), all.at, all.count);
    if (near)
      diag_help(x->c, diag, "did you mean `%s`?", name_text(x->c->names, near));
  }
}

/* ---- the optimizer ---- */

static Name path_name(Expand *x, const Ast *p) {
  if (p->kind == AST_REF)
    return p->name;
  Name up = path_name(x, p->kids[0]);
  return name_format(x->c->names, "%s.%s", name_text(x->c->names, up), name_text(x->c->names, p->name));
}

/* Does a weight lie under a path that begins with its net's name? */
static int under(Expand *x, const Weight *w, Name path) {
  const char *p = name_text(x->c->names, path), *net = w->net ? name_text(x->c->names, w->net->name) : "";
  size_t len = strlen(net);
  if (strncmp(p, net, len) || (p[len] && p[len] != '.'))
    return 0;
  if (!p[len])
    return 1;
  const char *own = name_text(x->c->names, w->path);
  if (x->nets > 1)
    own += len + 1;
  p += len + 1;
  len = strlen(p);
  return !strncmp(own, p, len) && (!own[len] || own[len] == '.');
}

static int in_paths(Expand *x, const Weight *w, const Ast *paths) {
  for (int i = 0; i < paths->count; i++)
    if (under(x, w, path_name(x, paths->kids[i])))
      return 1;
  return 0;
}

static const Ast *optimizer_of(Run *r, const Weight *w) {
  for (int i = 0; i < r->part_optimizers.count; i++)
    if (in_paths(r->x, w, r->part_optimizers.at[i]->kids[0]))
      return r->part_optimizers.at[i];
  return r->optimizer;
}

/* The learning rate is a run-time number; a part's own rate keeps its ratio to it. */
static Value rate_value(Run *r, double rate, int own) {
  Expand *x = r->x;
  Name lr = name_of(x->c->names, "lr");
  double *base = scalar_slot(x, lr);
  Val v = graph_scalar(x->g, lr, r->decl->span);
  if (!own)
    *base = rate;
  if (!own || rate == *base || !*base)
    return value_val(v);
  return arithmetic(x, AST_MUL, value_val(v), value_number(rate / *base), r->decl->span);
}

static double default_rate(Expand *x, const Ast *block) {
  const Ast *params = block->kids[0];
  for (int i = 0; i < params->count; i++)
    if (params->kids[i]->name == name_of(x->c->names, "lr") && params->kids[i]->count && params->kids[i]->kids[0])
      return value_of(x, params->kids[i]->kids[0]).number;
  return 1e-3;
}

/* optimizer: adam(lr: 1e-3, beta1: 0.5) as arguments of the block, lr replaced. NULL after reporting. */
static const Ast *optimizer_args(Run *r, const Ast *prop, Args *args) {
  Expand *x = r->x;
  const Ast *call = prop ? prop->kids[1] : NULL;
  for (int yes; call && call->kind == AST_COND; call = call->kids[yes ? 1 : 2])
    if (!to_bool(x, call->kids[0], &yes))
      return NULL;
  const Ast *list = call && call->kind == AST_CALL ? call->kids[1] : NULL;
  const Ast *callee = list ? call->kids[0] : call;
  Name name = callee && callee->kind == AST_REF ? callee->name : name_of(x->c->names, "adam"), lr = name_of(x->c->names, "lr");
  const Ast *block = decl_find(x, name, AST_BLOCK);
  if ((callee && callee->kind != AST_REF) || !block) {
    Diag *d = diag_add(x->c, D_OPTIMIZER, prop->kids[1]->span, name_text(x->c->names, name));
    static const char *const known[] = {"sgd", "adam", "adamw", "rmsprop"};
    Name all[4];
    for (int i = 0; i < 4; i++)
      all[i] = name_of(x->c->names, known[i]);
    Name near = name_nearest(x->c->names, name_text(x->c->names, name), all, 4);
    diag_help(x->c, d, near ? "did you mean `%s`?" : "there are sgd, adam, adamw, rmsprop%s", near ? name_text(x->c->names, near) : "");
    return NULL;
  }
  double rate = default_rate(x, block);
  for (int i = 0; list && i < list->count; i++) {
    const Ast *a = list->kids[i];
    Value v = value_of(x, a->kids[0]);
    if (a->name == lr || (!a->name && i == 0)) {
      if (!to_number(x, v, a->span, "a learning rate", &rate))
        return NULL;
    } else {
      vec_push(x->c->mem, args, (Arg){a->name, v, a->span});
    }
  }
  vec_push(x->c->mem, args, (Arg){lr, rate_value(r, rate, prop && prop->kids[0]), r->decl->span});
  return block;
}

static void update_weight(Run *r, const Weight *w, Val param) {
  Expand *x = r->x;
  const Ast *prop = optimizer_of(r, w);
  Span at = prop ? prop->span : r->decl->span;
  Args args = {0};
  const Ast *block = optimizer_args(r, prop, &args);
  if (!block)
    return;
  Val in[2] = {r->loss, param}, grad = graph_add(x->g, OP_grad, in, 2, NULL, at);
  vec_push(x->c->mem, &args, (Arg){name_of(x->c->names, "w"), value_val(param), at});
  vec_push(x->c->mem, &args, (Arg){name_of(x->c->names, "g"), value_val(grad), at});
  x->frame->param = w->path;
  Value v = value_unwrap(apply_decl(x, block, &args, 0, at));
  x->frame->param = 0;
  Val new;
  if (!to_val(x, v, at, &new))
    return;
  if (graph_node(x->g, new)->type != w->type) {
    diag_add(x->c, D_OPTIMIZER_SHAPE, at, name_text(x->c->names, block->name));
    return;
  }
  vec_push(x->c->mem, &x->g->updates, (Update){param, new});
}

static void update_all(Run *r) {
  Expand *x = r->x;
  int updated = 0, errors = diag_errors(x->c->diags);
  Name weight = name_of(x->c->names, "weight");
  for (Val v = 1, end = (Val)x->g->nodes.count; v < end; v++) {
    if (graph_node(x->g, v)->op != OP_param)
      continue;
    for (int i = 0; i < x->weights.count; i++) {
      Weight w = x->weights.at[i];
      if (w.path != graph_node(x->g, v)->name || w.role != weight || (r->update && !in_paths(x, &w, r->update->kids[0])))
        continue;
      update_weight(r, &w, v);
      updated++;
    }
    if (diag_errors(x->c->diags) > errors)
      return;
  }
  if (!updated)
    diag_add(x->c, D_NOTHING_TO_TRAIN, r->minimize->span);
  for (int i = 0; i < x->states.count; i++) {
    const Slot *s = &x->states.at[i];
    for (Val v = 1, end = (Val)x->g->nodes.count; v < end; v++)
      if (graph_node(x->g, v)->op == OP_param && graph_node(x->g, v)->name == s->name)
        vec_push(x->c->mem, &x->g->updates, (Update){v, s->value.val});
  }
}

/* ---- the body ---- */

static void run_statements(Run *r, const Ast *body) {
  Expand *x = r->x;
  for (int i = 0; i < body->count; i++) {
    const Ast *s = body->kids[i];
    if (statement_run(x, s))
      continue;
    switch ((AstKind)s->kind) {
    case AST_MINIMIZE: run_minimize(r, s); break;
    case AST_REPORT: run_report(r, s); break;
    case AST_PROP: run_prop(r, s); break;
    case AST_UPDATE:
      if (r->update) {
        diag_note(x->c, diag_add(x->c, D_NOT_BUILT, s->span, "a second `update` in one train block"), r->update->span, "the first one");
        break;
      }
      r->update = s;
      run_statements(r, s->kids[1]);
      break;
    default: diag_add(x->c, D_MISPLACED, s->span, ast_kind_text(s->kind));
    }
  }
}

static void bind_fields(Run *r) {
  Expand *x = r->x;
  const Data *d = &x->p->datas.at[r->t->data];
  for (int i = 0; i < r->t->fields.count; i++) {
    if (r->t->fields.at[i] < 0)
      continue;
    const Field *f = &d->fields.at[r->t->fields.at[i]];
    slot_set(x, r->decl->kids[1]->kids[i]->name, value_val(graph_input(x->g, f->name, f->type, f->span)));
  }
}

static Graph *build(Run *r, const char *suffix, int training) {
  Expand *x = r->x;
  Frame top = frame_top(x);
  Train *t = r->t;
  const char *own = name_text(x->c->names, t->name);
  graph_begin(x, name_format(x->c->names, "train%s%s%s", *own ? "_" : "", own, suffix), training);
  x->frame = &top;
  r->loss = 0;
  r->minimize = r->update = r->optimizer = NULL;
  r->part_optimizers.count = 0;
  vec_push(x->c->mem, &x->g->outputs, (Output){name_of(x->c->names, "loss"), 0, OUT_LOSS});
  bind_fields(r);
  run_statements(r, r->decl->kids[2]);
  if (!r->minimize)
    diag_add(x->c, D_NO_LOSS, r->decl->span);
  x->g->outputs.at[0].val = r->loss;
  if (training && r->loss && !diag_errors(x->c->diags))
    update_all(r);
  x->frame = NULL;
  return x->g;
}

static int read_fields(Expand *x, Train *t, const Ast *names) {
  const Data *d = &x->p->datas.at[t->data];
  if (names->count > d->fields.count) {
    if (!diag_errors(x->c->diags)) /* else a field may be missing that was refused */
      diag_note(x->c, diag_add(x->c, D_FIELDS, names->span, name_text(x->c->names, d->name)), d->span, "the data block");
    return 0;
  }
  for (int i = 0; i < names->count; i++)
    vec_push(x->c->mem, &t->fields, strcmp(name_text(x->c->names, names->kids[i]->name), "_") ? i : -1);
  return 1;
}

void train_read(Expand *x, const Ast *decl) {
  Train t = {.name = decl->name, .data = -1, .span = decl->span};
  Vec(Name) all = {0};
  for (int i = 0; i < x->p->datas.count; i++) {
    vec_push(x->c->mem, &all, x->p->datas.at[i].name);
    if (x->p->datas.at[i].name == decl->kids[0]->name)
      t.data = i;
  }
  if (t.data < 0) {
    Diag *d = diag_add(x->c, D_NO_DATA, decl->kids[0]->span, name_text(x->c->names, decl->kids[0]->name));
    Name near = name_nearest(x->c->names, name_text(x->c->names, decl->kids[0]->name), all.at, all.count);
    if (near)
      diag_help(x->c, d, "did you mean `%s`?", name_text(x->c->names, near));
    return;
  }
  if (!read_fields(x, &t, decl->kids[1]))
    return;
  Run r = {.x = x, .t = &t, .decl = decl};
  t.step = build(&r, "", 1);
  if (!diag_errors(x->c->diags))
    check_best(&r);
  if (!diag_errors(x->c->diags))
    t.eval = build(&r, "_eval", 0);
  vec_push(x->c->mem, &x->p->trains, t);
}
