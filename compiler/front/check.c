/* What nothing runs is looked through all the same: blocks and nets that nobody uses; names that are given twice, or never used. */
#include "front/expand.h"
#include <string.h>

/* ---- blocks and nets that nobody uses ---- */

/* A value for an `in`: an input of the graph where its shape is written in full, else unknown. */
static Value in_value(Expand *x, const Ast *in, int *known) {
  Field f = {.name = in->name, .span = in->span};
  const Ast *type = in->count ? in->kids[0] : NULL;
  int full = type && (type->kind == AST_DIMS || type->kind == AST_TYPE_CALL);
  for (int i = 0; full && type->kind == AST_DIMS && i < type->count; i++)
    full = type->kids[i]->kind != AST_REST && (type->kids[i]->kind != AST_REF || slot_find(x, type->kids[i]->name));
  *known &= full;
  return full && field_type(x, type, &f) ? value_val(input_add(x, in->name, &f)) : (Value){0};
}

static void run_unknown(Expand *x, const Ast *decl, const Values *ins, Frame *top) {
  Frame f = {.up = top, .decl = decl, .call = decl->name_span, .args_in = ins};
  const Ast *params = decl->kids[0];
  x->frame = &f;
  for (int i = 0; i < params->count; i++) {
    const Ast *p = params->kids[i];
    int init = p->name == name_of(x->c->names, "init");
    slot_set(x, p->name, !p->count || !p->kids[0] ? (Value){0} : init ? init_of(x, p->kids[0]) : value_of(x, p->kids[0]));
  }
  x->checking++;
  int errors = diag_errors(x->c->diags);
  body_run(x, decl->kids[1]);
  x->checking--;
  if (!f.outs.count && diag_errors(x->c->diags) == errors)
    diag_add(x->c, D_NO_OUT, decl->name_span, ast_kind_text(decl->kind), name_text(x->c->names, decl->name));
}

/* A net whose inputs are known is expanded, so that a file of networks alone is checked and summed up. */
static void run_alone(Expand *x, const Ast *decl) {
  Frame top = frame_top();
  int known = decl->kind == AST_NET;
  Values ins = {0};
  Args args = {0};
  graph_begin(x, decl->name, 0);
  x->frame = &top;
  for (int k = 0; k < decl->kids[1]->count; k++) {
    const Ast *in = decl->kids[1]->kids[k];
    if (in->kind != AST_IN)
      continue;
    Value v = in_value(x, in, &known);
    vec_push(x->c->mem, &ins, v);
    vec_push(x->c->mem, &args, (Arg){0, v, in->span});
    known &= v.kind != V_POISON;
  }
  for (int k = 0; k < decl->kids[0]->count; k++)
    known &= decl->kids[0]->kids[k]->count && decl->kids[0]->kids[k]->kids[0];
  if (known)
    apply_decl(x, decl, &args, 0, decl->name_span);
  else
    run_unknown(x, decl, &ins, &top);
  x->frame = NULL;
}

void check_rest(Expand *x) {
  for (int i = 0; i < x->user_decls; i++) {
    int ran = 0;
    for (int k = 0; k < x->expanded.count; k++)
      ran |= x->expanded.at[k] == x->decls.at[i];
    if (!ran)
      run_alone(x, x->decls.at[i]);
  }
}

/* ---- names ---- */

/* Does a {...} of the text hold the name, or something that begins or ends with it? */
static int in_text(const char *text, const char *name) {
  const char *open = strchr(text, '{');
  return open && strstr(open, name);
}

/* Is the name used anywhere in the tree? Where it is given does not count. */
static int is_used(const Expand *x, const Ast *a, Name name) {
  if (!a)
    return 0;
  if ((a->kind == AST_REF || a->kind == AST_REST || a->kind == AST_NEXT) && a->name == name)
    return 1;
  if (a->text && in_text(name_text(x->c->names, a->text), name_text(x->c->names, name)))
    return 1;
  int first = a->kind == AST_LET ? 1 : a->kind == AST_FOR ? 2 : 0;
  for (int i = first; i < a->count; i++)
    if (a->kind != AST_NAMES && is_used(x, a->kids[i], name))
      return 1;
  return 0;
}

typedef struct {
  Expand *x;
  const Ast *decl;
  Vec(const Ast *) given; /* what gives a name: REF, IN, PARAM, INPUT, WEIGHT */
} Given;

static void note_given(Given *g, const Ast *name, int once) {
  Expand *x = g->x;
  if (!strcmp(name_text(x->c->names, name->name), "_"))
    return;
  for (int i = 0; i < g->given.count; i++)
    if (g->given.at[i]->name == name->name) {
      if (once) {
        Span at = name->name_span.len ? name->name_span : name->span;
        diag_note(x->c, diag_add(x->c, D_SAME_NAME, at, name_text(x->c->names, name->name)), g->given.at[i]->span, "first here");
      }
      return;
    }
  vec_push(x->c->mem, &g->given, name);
}

static void walk_names(Given *g, const Ast *a) {
  if (!a || a->kind == AST_PROP)
    return;
  if (a->kind == AST_IN || a->kind == AST_PARAM || a->kind == AST_INPUT)
    note_given(g, a, 1);
  else if (a->kind == AST_WEIGHT || a->kind == AST_STATE)
    note_given(g, a, 0);
  for (int i = 0; i < a->count; i++)
    if (a->kind == AST_NAMES)
      note_given(g, a->kids[i], g->decl->kind == AST_TRAIN && a == g->decl->kids[1]);
    else if (a->kind == AST_LET && i)
      continue;
    else
      walk_names(g, a->kids[i]);
}

void check_names(Expand *x, const Ast *decl) {
  Given g = {.x = x, .decl = decl};
  walk_names(&g, decl);
}

/* `in x [1, size, sise]` binds a new name: nothing else uses it, and a constant is called almost so. */
static void check_bound(Expand *x, const Ast *decl, const Ast *in) {
  const Ast *dims = in->kind == AST_IN && in->count ? in->kids[0] : NULL;
  NameList consts = {0};
  for (int i = 0; i < x->consts.count; i++)
    vec_push(x->c->mem, &consts, x->consts.at[i].name);
  for (int i = 0; dims && dims->kind == AST_DIMS && i < dims->count; i++) {
    const Ast *p = dims->kids[i];
    int uses = 0, known = p->kind != AST_REF;
    for (int k = 0; k < decl->kids[1]->count; k++)
      uses += is_used(x, decl->kids[1]->kids[k], p->name);
    for (int k = 0; k < consts.count; k++)
      known |= consts.at[k] == p->name;
    if (!known && uses == 1 && name_nearest(x->c->names, name_text(x->c->names, p->name), consts.at, consts.count))
      suggest(x, diag_add(x->c, D_UNUSED, p->span, name_text(x->c->names, p->name)), p->name, &consts, "%s");
  }
}

void check_unused(Expand *x, const Ast *decl) {
  Given g = {.x = x, .decl = decl};
  walk_names(&g, decl);
  for (int i = 0; (decl->kind == AST_NET || decl->kind == AST_BLOCK) && i < decl->kids[1]->count; i++)
    check_bound(x, decl, decl->kids[1]->kids[i]);
  for (int i = 0; i < g.given.count; i++) {
    const Ast *name = g.given.at[i];
    if (is_used(x, decl, name->name))
      continue;
    Diag *d = diag_add(x->c, D_UNUSED, name->name_span.len ? name->name_span : name->span, name_text(x->c->names, name->name));
    if (decl->kind == AST_TRAIN && name->kind == AST_REF)
      diag_help(x->c, d, "`_` stands for what is not needed");
  }
}
