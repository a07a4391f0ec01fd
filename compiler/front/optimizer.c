/* Paths of weights, and the `optimizer:` lines: which block, with which numbers. */
#include "front/train.h"
#include <string.h>

/* ---- paths ---- */

Name path_name(Expand *x, const Ast *p) {
  if (p->kind == AST_REF)
    return p->name;
  return name_format(x->c->names, "%s.%s", name_text(x->c->names, path_name(x, p->kids[0])), name_text(x->c->names, p->name));
}

/* A weight's path with its net's name in front. */
Name full_path(Expand *x, const Weight *w) {
  return x->nets > 1 || !w->net ? w->path : name_format(x->c->names, "%s.%s", name_text(x->c->names, w->net->name), name_text(x->c->names, w->path));
}

int path_under(const Expand *x, Name path, Name above) {
  const char *own = name_text(x->c->names, path), *p = name_text(x->c->names, above);
  size_t len = strlen(p);
  return !strncmp(own, p, len) && (!own[len] || own[len] == '.');
}

static int under(Expand *x, const Weight *w, Name path) {
  return path_under(x, full_path(x, w), path);
}

int in_paths(Expand *x, const Weight *w, const Ast *paths) {
  for (int i = 0; i < paths->count; i++)
    if (under(x, w, path_name(x, paths->kids[i])))
      return 1;
  return 0;
}

/* Every path on the way to a weight, to suggest from. */
static NameList all_paths(Expand *x) {
  NameList all = {0};
  for (int i = 0; i < x->weights.count; i++) {
    if (x->weights.at[i].role != name_of(x->c->names, "weight"))
      continue;
    const char *path = name_text(x->c->names, full_path(x, &x->weights.at[i]));
    for (const char *dot = strchr(path, '.'); dot; dot = strchr(dot + 1, '.')) {
      Name part = name_of_len(x->c->names, path, (size_t)(dot - path));
      int known = 0;
      for (int k = 0; k < all.count; k++)
        known |= all.at[k] == part;
      if (!known)
        vec_push(x->c->mem, &all, part);
    }
  }
  return all;
}

int check_path(Expand *x, Name path, Span at) {
  for (int w = 0; w < x->weights.count; w++)
    if (x->weights.at[w].role == name_of(x->c->names, "weight") && under(x, &x->weights.at[w], path))
      return 1;
  NameList all = all_paths(x);
  suggest(x, diag_add(x->c, D_NO_PATH, at, name_text(x->c->names, path)), path, &all, "%s");
  return 0;
}

int check_paths(Expand *x, const Ast *paths) {
  int ok = 1;
  for (int i = 0; i < paths->count; i++)
    ok &= check_path(x, path_name(x, paths->kids[i]), paths->kids[i]->span);
  return ok;
}

/* ---- the line ---- */

static double default_rate(Expand *x, const Ast *block) {
  const Ast *params = block->kids[0];
  for (int i = 0; i < params->count; i++)
    if (params->kids[i]->name == name_of(x->c->names, "lr") && params->kids[i]->count && params->kids[i]->kids[0])
      return value_of(x, params->kids[i]->kids[0]).number;
  return 1e-3;
}

/* Has the block inputs w and g and a parameter lr? */
static int is_optimizer(Expand *x, const Ast *block) {
  int ins = 0, rate = 0;
  for (int i = 0; i < block->kids[1]->count; i++) {
    const Ast *s = block->kids[1]->kids[i];
    const char *name = name_text(x->c->names, s->name);
    ins += s->kind == AST_IN && (!strcmp(name, "w") || !strcmp(name, "g"));
  }
  for (int i = 0; i < block->kids[0]->count; i++)
    rate |= block->kids[0]->kids[i]->name == name_of(x->c->names, "lr");
  return ins == 2 && rate;
}

static void no_optimizer(Expand *x, Name name, const Ast *block, Span at) {
  const char *text = name_text(x->c->names, name);
  if (block) {
    diag_help(x->c, diag_add(x->c, D_OPTIMIZER, at, arena_printf(x->c->mem, "`%s` is no optimizer", text)),
              "an optimizer is a block with the inputs w and g and a parameter lr");
    return;
  }
  NameList all = {0};
  for (int i = 0; i < x->decls.count; i++)
    if (x->decls.at[i]->kind == AST_BLOCK && is_optimizer(x, x->decls.at[i]))
      vec_push(x->c->mem, &all, x->decls.at[i]->name);
  suggest_or_list(x, diag_add(x->c, D_OPTIMIZER, at, arena_printf(x->c->mem, "there is no optimizer `%s`", text)), name, &all, "%s", "there are");
}

static int read_rate(Expand *x, Value v, Span at, double *rate) {
  if (!to_number(x, v, at, "a learning rate, a number,", rate))
    return 0;
  if (*rate >= 0)
    return 1;
  diag_add(x->c, D_RECIPE_RANGE, at, "a learning rate", "0 or more", say_number(x, *rate));
  return 0;
}

/* optimizer: adam(lr: 1e-3, beta1: 0.5) */
Chosen optimizer_choose(Run *r, const Ast *prop) {
  Expand *x = r->x;
  Chosen o = {.prop = prop};
  const Ast *call = prop ? prop->kids[1] : NULL;
  for (int yes; call && call->kind == AST_COND; call = call->kids[yes ? 1 : 2])
    if (!to_bool(x, call->kids[0], &yes))
      return o;
  const Ast *list = call && call->kind == AST_CALL ? call->kids[1] : NULL, *callee = list ? call->kids[0] : call;
  if (callee && callee->kind != AST_REF) {
    diag_add(x->c, D_OPTIMIZER, callee->span, arena_printf(x->c->mem, "`%s` is no optimizer", say_source(x, callee->span)));
    return o;
  }
  Name name = callee ? callee->name : name_of(x->c->names, "adam"), lr = name_of(x->c->names, "lr");
  const Ast *block = decl_find(x, name, AST_BLOCK);
  if (!block || !is_optimizer(x, block)) {
    no_optimizer(x, name, block, callee ? callee->span : r->decl->span);
    return o;
  }
  o.rate = default_rate(x, block);
  for (int i = 0; list && i < list->count; i++) {
    const Ast *a = list->kids[i];
    Value v = value_of(x, a->kids[0]);
    if (v.kind == V_POISON)
      return o;
    if (a->name != lr && (a->name || i))
      vec_push(x->c->mem, &o.args, (Arg){a->name, v, a->span});
    else if (!read_rate(x, v, a->kids[0]->span, &o.rate))
      return o;
  }
  o.block = block;
  return o;
}
