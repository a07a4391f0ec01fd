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

/* Each block of several has numbers of its own, so that its schedule begins where it says. */
Name run_scalar(const Run *r, const char *name) {
  Expand *x = r->x;
  return r->decl->name && x->trains > 1 ? name_format(x->c->names, "%s.%s", name_text(x->c->names, r->decl->name), name)
                                        : name_of(x->c->names, name);
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
    case AST_PROP: line_run(r, s); break;
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
  r->minimize = r->update = NULL;
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
  r->read = 1;
  return x->g;
}

/* ---- the phases of a training ---- */

/* The step of the time before `until`, when everything is frozen whose own time is no shorter. */
static Phase build_phase(Run *r, double until, int index) {
  Expand *x = r->x;
  Phase p = {.until = until};
  const char *suffix = isfinite(until) ? arena_printf(x->c->mem, "_phase%d", index + 1) : "";
  r->until = until;
  x->frozen.count = 0;
  for (int i = 0; i < r->frozen.count; i++)
    if (r->frozen.at[i].until >= until)
      vec_push(x->c->mem, &x->frozen, r->frozen.at[i].path);
  p.step = build(r, suffix, PHASE_STEP);
  r->part = r->accumulate;
  if (r->part && r->loss)
    p.part = build(r, arena_printf(x->c->mem, "%s_part", suffix), PHASE_STEP);
  r->part = 0;
  x->frozen.count = 0;
  return p;
}

/* The last phase comes first: it knows every weight. */
static void build_phases(Run *r) {
  Expand *x = r->x;
  double ends[FROZEN + 1];
  int count = frozen_ends(r, ends), errors = diag_errors(x->c->diags);
  Phase last = build_phase(r, INFINITY, count);
  for (int i = 0; i < count && diag_errors(x->c->diags) == errors; i++)
    vec_push(x->c->mem, &r->t->phases, build_phase(r, ends[i], i));
  vec_push(x->c->mem, &r->t->phases, last);
  r->t->step = last.step;
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
  Run r = {.x = x, .t = &t, .decl = decl};
  r.rate = run_scalar(&r, "lr");
  frozen_read(&r);
  build_phases(&r);
  if (t.data >= 0)
    judges_check(&r);
  if (diag_errors(x->c->diags) == errors)
    t.eval = build(&r, "_eval", PHASE_EVAL);
  if (diag_errors(x->c->diags) == errors && x->totals.count)
    t.summary = build(&r, "_summary", PHASE_SUMMARY);
  vec_push(x->c->mem, &x->p->trains, t);
}
