/* The optimizer's arithmetic: one instance of its block for each weight that the loss reaches. The learning rate is a run-time
   number that the schedule moves; the rate of a part keeps its ratio to it. */
#include "front/train.h"
#include <string.h>

/* An `optimizer:` line, read once. */
typedef struct {
  const Ast *prop;  /* NULL: none written */
  const Ast *block; /* NULL: wrong, and reported */
  Args args;        /* without the learning rate */
  double rate;
} Chosen;

/* ---- paths ---- */

static Name path_name(Expand *x, const Ast *p) {
  if (p->kind == AST_REF)
    return p->name;
  return name_format(x->c->names, "%s.%s", name_text(x->c->names, path_name(x, p->kids[0])), name_text(x->c->names, p->name));
}

/* A weight's path with its net's name in front. */
static Name full_path(Expand *x, const Weight *w) {
  return x->nets > 1 || !w->net ? w->path : name_format(x->c->names, "%s.%s", name_text(x->c->names, w->net->name), name_text(x->c->names, w->path));
}

static int under(Expand *x, const Weight *w, Name path) {
  const char *own = name_text(x->c->names, full_path(x, w)), *p = name_text(x->c->names, path);
  size_t len = strlen(p);
  return !strncmp(own, p, len) && (!own[len] || own[len] == '.');
}

static int in_paths(Expand *x, const Weight *w, const Ast *paths) {
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

static int check_paths(Expand *x, const Ast *paths) {
  int ok = 1;
  for (int i = 0; i < paths->count; i++) {
    Name path = path_name(x, paths->kids[i]);
    int found = 0;
    for (int w = 0; w < x->weights.count && !found; w++)
      found = x->weights.at[w].role == name_of(x->c->names, "weight") && under(x, &x->weights.at[w], path);
    if (found)
      continue;
    NameList all = all_paths(x);
    suggest(x, diag_add(x->c, D_NO_PATH, paths->kids[i]->span, name_text(x->c->names, path)), path, &all, "%s");
    ok = 0;
  }
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
  if (!strcmp(text, "adagrad") || !strcmp(text, "lion")) {
    diag_add(x->c, D_NOT_BUILT, at, arena_printf(x->c->mem, "the optimizer `%s`", text));
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
static Chosen choose(Run *r, const Ast *prop) {
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

/* ---- weights ---- */

static Value rate_value(Run *r, const Chosen *o) {
  Expand *x = r->x;
  double base = *scalar_slot(x, r->rate);
  Value v = value_val(graph_scalar(x->g, r->rate, r->decl->span));
  return o->rate == base || base == 0 ? v : arithmetic(x, AST_MUL, v, value_number(o->rate / base), r->decl->span);
}

/* 0 after reporting. */
static int update_weight(Run *r, const Weight *w, Val param, const Chosen *o) {
  Expand *x = r->x;
  Span at = o->prop ? o->prop->span : r->decl->span;
  Args args = {0};
  for (int i = 0; i < o->args.count; i++)
    vec_push(x->c->mem, &args, o->args.at[i]);
  Val in[2] = {r->loss, param}, grad = graph_add(x->g, OP_grad, in, 2, NULL, at);
  vec_push(x->c->mem, &args, (Arg){name_of(x->c->names, "lr"), rate_value(r, o), at});
  vec_push(x->c->mem, &args, (Arg){name_of(x->c->names, "w"), value_val(param), at});
  vec_push(x->c->mem, &args, (Arg){name_of(x->c->names, "g"), value_val(grad), at});
  x->frame->param = w->path;
  Value v = value_unwrap(apply_decl(x, o->block, &args, 0, at));
  x->frame->param = 0;
  Val new;
  if (!to_val(x, v, at, &new))
    return 0;
  if (graph_node(x->g, new)->type == w->type) {
    vec_push(x->c->mem, &x->g->updates, (Update){param, new});
    return 1;
  }
  diag_add(x->c, D_OPTIMIZER_SHAPE, at, name_text(x->c->names, o->block->name), say_type(x, graph_node(x->g, new)->type), say_type(x, w->type));
  return 0;
}

static void update_states(Expand *x) {
  for (int i = 0; i < x->states.count; i++)
    for (Val v = 1, end = (Val)x->g->nodes.count; v < end; v++)
      if (graph_node(x->g, v)->op == OP_param && graph_node(x->g, v)->name == x->states.at[i].name)
        vec_push(x->c->mem, &x->g->updates, (Update){v, x->states.at[i].value.val});
}

static const Weight *weight_of(const Expand *x, Val v) {
  if (graph_node(x->g, v)->op == OP_param)
    for (int i = 0; i < x->weights.count; i++)
      if (x->weights.at[i].path == graph_node(x->g, v)->name && x->weights.at[i].role == name_of(x->c->names, "weight"))
        return &x->weights.at[i];
  return NULL;
}

void update_all(Run *r) {
  Expand *x = r->x;
  Vec(Chosen) all = {0}; /* the last is that of all weights without one of their own */
  int ok = !r->update || check_paths(x, r->update->kids[0]), updated = 0;
  for (int i = 0; i < r->part_optimizers.count; i++) {
    vec_push(x->c->mem, &all, choose(r, r->part_optimizers.at[i]));
    ok &= check_paths(x, r->part_optimizers.at[i]->kids[0]) && all.at[i].block;
  }
  vec_push(x->c->mem, &all, choose(r, r->optimizer));
  *scalar_slot(x, r->rate) = all.at[all.count - 1].rate;
  if (!ok || !all.at[all.count - 1].block)
    return;
  for (Val v = 1, end = (Val)x->g->nodes.count; v < end; v++) {
    const Weight *known = weight_of(x, v);
    if (!known || (r->update && !in_paths(x, known, r->update->kids[0])))
      continue;
    Weight w = *known; /* the optimizer's states may move the list */
    int i = 0;
    while (i + 1 < all.count && !in_paths(x, &w, all.at[i].prop->kids[0]))
      i++;
    updated++;
    if (!update_weight(r, &w, v, &all.at[i]))
      return;
  }
  if (!updated)
    diag_add(x->c, D_NOTHING_TO_TRAIN, r->minimize->span);
  update_states(x);
}
