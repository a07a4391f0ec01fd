/* train blocks: the body becomes two graphs, a training step (loss, gradients, the optimizer's arithmetic) and an evaluation. */
#include "front/train.h"
#include <math.h>
#include <string.h>

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
  x->labelled.count = 0;
  x->totals.count = 0;
  x->uses_before = ++x->uses;
}

Frame frame_top(void) {
  return (Frame){0};
}

/* ---- loss and reports ---- */

static Val mean_over_batch(Expand *x, Val v, Span at) {
  Attr none = attr_list(x->c, NULL, 0);
  Val in[2] = {graph_add(x->g, OP_batch_sum, &v, 1, &none, at), graph_add(x->g, OP_batch_size, NULL, 0, NULL, at)};
  return graph_add(x->g, OP_div, in, 2, NULL, at);
}

/* A number for each sample or for the batch; 0 after reporting. */
static Val read_number(Expand *x, const Ast *e, const char *help) {
  Val v;
  if (!to_val(x, value_of(x, e), e->span, &v))
    return 0;
  if (!graph_type(x->g, v)->rank)
    return v;
  diag_help(x->c, diag_add(x->c, D_LOSS_SHAPE, e->span, say_type(x, graph_node(x->g, v)->type)), "%s", help);
  return 0;
}

static void run_minimize(Run *r, const Ast *s) {
  Expand *x = r->x;
  if (r->minimize) {
    diag_note(x->c, diag_add(x->c, D_TWO_LOSSES, s->span), r->minimize->span, "the first one");
    return;
  }
  r->minimize = s;
  Val v = read_number(x, s->kids[0], "a loss such as `mse` or `cross_entropy`, or `mean(...)`, makes one number of a sample");
  if (!v)
    return;
  if (is_of_totals(x, v)) {
    diag_add(x->c, D_TOTAL_LOSS, s->kids[0]->span);
    return;
  }
  r->loss = graph_type(x->g, v)->batched ? mean_over_batch(x, v, s->span) : v;
  if (graph_node(x->g, r->loss)->op == OP_number) {
    diag_add(x->c, D_LOSS_CONSTANT, s->kids[0]->span);
    r->loss = 0;
  }
}

/* ---- recipe lines ---- */

static const struct {
  const char *name, *calls; /* calls: the kind of calls.def that the value must be; "" a number; "?" its own; NULL: not built */
} lines[] = {{"optimizer", "?"}, {"schedule", "SCHEDULE"}, {"epochs", ""},    {"batch", ""},   {"seed", ""},
             {"keep", "KEEP"},   {"stop", "STOP"},         {"start", "START"},    {"clip", NULL},  {"ema", NULL},
             {"accumulate", NULL}, {"freeze", NULL},       {"preview", NULL}, {"log", NULL},   {"every", NULL}};
enum { LINES = sizeof lines / sizeof *lines, BUILT = 8 };

static void unknown_line(Expand *x, const Ast *s, Span at) {
  Diag *d = diag_add(x->c, D_UNKNOWN_LINE, at, "train", name_text(x->c->names, s->name));
  NameList built = {0}, all = {0};
  for (int i = 0; i < LINES; i++) {
    vec_push(x->c->mem, &all, name_of(x->c->names, lines[i].name));
    if (i < BUILT)
      vec_push(x->c->mem, &built, name_of(x->c->names, lines[i].name));
  }
  int near = name_nearest(x->c->names, name_text(x->c->names, s->name), all.at, all.count) != 0;
  suggest_or_list(x, d, s->name, near ? &all : &built, "%s:", "it has the lines");
}

/* epochs, batch, seed: whole numbers. */
static int check_count(Expand *x, const char *name, const RecipeArg *a) {
  int least = strcmp(name, "seed") != 0;
  if (a->kind != RECIPE_NUM) {
    diag_add(x->c, D_WRONG_KIND, a->span, arena_printf(x->c->mem, "a number for `%s:`", name), arena_printf(x->c->mem, "`%s`", say_source(x, a->span)));
    return 0;
  }
  if (a->num >= least && a->num == floor(a->num) && a->num < 9e15)
    return 1;
  diag_add(x->c, D_RECIPE_RANGE, a->span, arena_printf(x->c->mem, "`%s:`", name),
           least ? "a whole number from 1 on" : "a whole number from 0 on", say_number(x, a->num));
  return 0;
}

/* Is a line of this name, for no part, there already? */
static int is_repeated(Run *r, const Ast *s, Span at) {
  const Ast *first = NULL;
  Span found = {0};
  if (s->name == name_of(r->x->c->names, "optimizer") && (first = r->optimizer))
    found = first->span;
  for (int i = 0; i < r->t->props.count; i++)
    if (r->t->props.at[i].name == s->name)
      found = r->t->props.at[i].span;
  if (!found.len)
    return 0;
  diag_note(r->x->c, diag_add(r->x->c, D_SAME_LINE, at, name_text(r->x->c->names, s->name)), found, "the first one");
  return 1;
}

static int check_path(Expand *x, const RecipeArg *a) {
  if (a->kind == RECIPE_TEXT)
    return 1;
  diag_add(x->c, D_WRONG_KIND, a->span, "the path of a .safetensors file, in quotes,", arena_printf(x->c->mem, "`%s`", say_source(x, a->span)));
  return 0;
}

static int check_value(Expand *x, const char *name, const char *kind, RecipeArg *value) {
  if (!strcmp(kind, "START") && value->kind != RECIPE_CALL)
    return check_path(x, value);
  if (*kind >= 'A') {
    value->call = recipe_check(x, value, kind, value->span);
    value->kind = RECIPE_CALL;
    return value->call != NULL;
  }
  return check_count(x, name, value);
}

static int read_line(Run *r, const Ast *s, const char *kind, RecipeProp *p) {
  if (!recipe_arg(r->x, s->kids[1], &p->value))
    return 0;
  p->value.span = s->kids[1]->span;
  return check_value(r->x, name_text(r->x->c->names, s->name), kind, &p->value);
}

/* ---- for search blocks ---- */

NameList line_options(Expand *x) {
  NameList all = {0};
  for (int i = 0; i < LINES; i++)
    if (lines[i].calls && *lines[i].calls != '?')
      vec_push(x->c->mem, &all, name_of(x->c->names, lines[i].name));
  return all;
}

static const char *line_kind(Expand *x, Name line) {
  int i = 0;
  while (strcmp(lines[i].name, name_text(x->c->names, line)))
    i++;
  return lines[i].calls;
}

int line_takes_call(Expand *x, Name line) {
  return *line_kind(x, line) >= 'A';
}

int line_check(Expand *x, Name line, RecipeArg *value) {
  return check_value(x, name_text(x->c->names, line), line_kind(x, line), value);
}

/* ---- lines of the block ---- */

static void run_prop(Run *r, const Ast *s) {
  Expand *x = r->x;
  const char *name = name_text(x->c->names, s->name);
  Span at = s->name_span.len ? s->name_span : s->span;
  int i = 0, optimizer = !strcmp(name, "optimizer");
  while (i < LINES && strcmp(lines[i].name, name))
    i++;
  if (i == LINES || (s->kids[0] && !optimizer)) {
    unknown_line(x, s, at);
    return;
  }
  if (!lines[i].calls) {
    diag_add(x->c, D_NOT_BUILT, at, arena_printf(x->c->mem, "`%s:`", name));
    return;
  }
  if (optimizer && s->kids[0]) {
    vec_push(x->c->mem, &r->part_optimizers, s);
    return;
  }
  if (x->training ? is_repeated(r, s, at) : !optimizer)
    return;
  RecipeProp p = {.name = s->name, .span = s->span};
  if (optimizer)
    r->optimizer = s;
  else if (read_line(r, s, lines[i].calls, &p))
    vec_push(x->c->mem, &r->t->props, p);
}

/* keep: best(x) and stop: stalled(x, ...) need a metric of that name, and validation data. */
static void check_judges(Run *r) {
  Expand *x = r->x;
  const Data *d = &x->p->datas.at[r->t->data];
  int told = 0;
  for (int i = 0; i < r->t->props.count; i++) {
    const RecipeProp *p = &r->t->props.at[i];
    const char *name = name_text(x->c->names, p->name);
    if ((strcmp(name, "keep") && strcmp(name, "stop")) || p->value.kind != RECIPE_CALL || !p->value.call->args.count)
      continue;
    if (!d->val && !d->holdout && !told++) {
      Diag *diag = diag_add(x->c, D_NO_VAL, p->span, name);
      diag_note(x->c, diag, d->span, "the data block has neither `val:` nor `holdout:`");
      diag_help(x->c, diag, "`holdout: 0.1` there sets a tenth of the samples aside");
    }
    const RecipeArg *a = &p->value.call->args.at[0];
    NameList all = names_list(x, (const char *[]){"loss"}, 1);
    for (int k = 0; k < r->t->metrics.count; k++)
      vec_push(x->c->mem, &all, r->t->metrics.at[k].name);
    int known = a->kind != RECIPE_TEXT;
    for (int k = 0; k < all.count; k++)
      known |= all.at[k] == a->text;
    if (!known)
      suggest_or_list(x, diag_add(x->c, D_NO_METRIC, a->span, name_text(x->c->names, a->text)), a->text, &all, "%s", "there are:");
  }
}

/* ---- the body ---- */

static void run_statements(Run *r, const Ast *body);

/* The first name of a path is a net. */
static void check_net(Expand *x, const Ast *path) {
  const Ast *root = path;
  while (root->kind == AST_DOT)
    root = root->kids[0];
  NameList all = {0};
  for (int i = 0; i < x->user_decls; i++) {
    if (x->decls.at[i]->kind == AST_NET)
      vec_push(x->c->mem, &all, x->decls.at[i]->name);
    if (x->decls.at[i]->kind == AST_NET && x->decls.at[i]->name == root->name)
      return;
  }
  suggest_or_list(x, diag_add(x->c, D_NO_PATH, path->span, say_source(x, path->span)), root->name, &all, "%s", "there are the nets");
}

static void run_update(Run *r, const Ast *s) {
  Expand *x = r->x;
  if (r->update) {
    diag_note(x->c, diag_add(x->c, D_NOT_BUILT, s->kids[0]->span, "a second `update` in one train block"), r->update->kids[0]->span, "the first one");
    return;
  }
  for (int i = 0; i < s->kids[0]->count; i++)
    check_net(x, s->kids[0]->kids[i]);
  r->update = s;
  run_statements(r, s->kids[1]);
}

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
    case AST_UPDATE: run_update(r, s); break;
    default:
      misplaced(x, s, "a train block", "a train block has names, minimize, report, update and lines such as `epochs:`; layers stand in nets, results "
                                       "in predict blocks");
    }
  }
}

static void bind_fields(Run *r) {
  Expand *x = r->x;
  const Ast *names = r->decl->kids[1];
  const Data *d = r->t->data >= 0 ? &x->p->datas.at[r->t->data] : NULL;
  for (int i = 0; i < names->count; i++) {
    const Field *f = d && i < d->written ? &d->fields.at[i] : NULL;
    if (f && f->mixed && x->phase == PHASE_STEP) /* mixup: a class is probabilities while training */
      f = &d->fields.at[f->mixed];
    if (strcmp(name_text(x->c->names, names->kids[i]->name), "_"))
      slot_set(x, names->kids[i]->name,
               f && f->type ? value_val(prepare_field(x, r->t->data, i, input_add(x, f->name, f))) : (Value){0});
  }
}

static Graph *build(Run *r, const char *suffix, int phase) {
  Expand *x = r->x;
  Frame top = frame_top();
  const char *own = name_text(x->c->names, r->t->name);
  int errors = diag_errors(x->c->diags);
  graph_begin(x, name_format(x->c->names, "train%s%s%s", *own ? "_" : "", own, suffix), phase == PHASE_STEP);
  x->phase = phase;
  x->frame = &top;
  r->loss = 0;
  r->minimize = r->update = r->optimizer = NULL;
  r->part_optimizers.count = 0;
  if (phase != PHASE_SUMMARY)
    vec_push(x->c->mem, &x->g->outputs, (Output){name_of(x->c->names, "loss"), 0, OUT_LOSS});
  bind_fields(r);
  run_statements(r, r->decl->kids[2]);
  if (!r->minimize && diag_errors(x->c->diags) == errors)
    diag_add(x->c, D_NO_LOSS, r->decl->span);
  if (phase != PHASE_SUMMARY)
    x->g->outputs.at[0].val = r->loss;
  report_end(r);
  x->phase = PHASE_NONE;
  if (phase == PHASE_STEP && r->loss)
    update_all(r);
  x->frame = NULL;
  return x->g;
}

/* The data block's index, or -1 after reporting. */
static int find_data(Expand *x, const Ast *ref) {
  NameList all = {0};
  for (int i = 0; i < x->p->datas.count; i++) {
    vec_push(x->c->mem, &all, x->p->datas.at[i].name);
    if (x->p->datas.at[i].name == ref->name)
      return i;
  }
  suggest_or_list(x, diag_add(x->c, D_NO_DATA, ref->span, name_text(x->c->names, ref->name)), ref->name, &all, "%s", "there are:");
  return -1;
}

static void read_fields(Expand *x, Train *t, const Ast *names) {
  const Data *d = &x->p->datas.at[t->data];
  if (names->count > d->written)
    diag_note(x->c, diag_add(x->c, D_FIELDS, names->span, say_number(x, names->count), name_text(x->c->names, d->name), say_number(x, d->written)),
              d->span, "the data block");
  for (int i = 0; i < names->count && i < d->written; i++)
    vec_push(x->c->mem, &t->fields, strcmp(name_text(x->c->names, names->kids[i]->name), "_") ? i : -1);
}

/* Blocks of the same name, or two without one. */
static void check_own_name(Expand *x, const Ast *decl) {
  for (int i = 0; i < x->p->trains.count; i++)
    if (x->p->trains.at[i].name == decl->name) {
      Diag *d = diag_add(x->c, D_SAME_NAME, decl->name ? decl->name_span : decl->span, decl->name ? name_text(x->c->names, decl->name) : "train");
      diag_note(x->c, d, x->p->trains.at[i].span, "first declared here");
      diag_help(x->c, d, "several train blocks have names: `train first on ...`, `train second on ...`");
      return;
    }
}

void train_read(Expand *x, const Ast *decl) {
  Train t = {.name = decl->name, .data = find_data(x, decl->kids[0]), .span = decl->span};
  int errors = diag_errors(x->c->diags);
  check_own_name(x, decl);
  if (t.data >= 0)
    read_fields(x, &t, decl->kids[1]);
  Run r = {.x = x, .t = &t, .decl = decl, .rate = name_of(x->c->names, "lr")};
  if (decl->name && x->trains > 1) /* each block its own, so that its schedule begins where it says */
    r.rate = name_format(x->c->names, "%s.lr", name_text(x->c->names, decl->name));
  t.step = build(&r, "", PHASE_STEP);
  if (t.data >= 0)
    check_judges(&r);
  if (diag_errors(x->c->diags) == errors)
    t.eval = build(&r, "_eval", PHASE_EVAL);
  if (diag_errors(x->c->diags) == errors && x->totals.count)
    t.summary = build(&r, "_summary", PHASE_SUMMARY);
  vec_push(x->c->mem, &x->p->trains, t);
}
