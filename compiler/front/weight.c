/* Weights, states and their initialisers. A weight is known by its path over all graphs of the program. */
#include "front/expand.h"
#include <math.h>
#include <string.h>

/* ---- initialisers ---- */

static const struct {
  const char *name, *arg[2];
  int needed;
} rules[] = {{"constant", {"value", NULL}, 1}, {"uniform", {"low", "high"}, 2},      {"normal", {"std", "mean"}, 0},
             {"kaiming_uniform", {"a", NULL}, 0}, {"kaiming_normal", {"a", NULL}, 0}, {"xavier_uniform", {"gain", NULL}, 0},
             {"xavier_normal", {"gain", NULL}, 0}, {"zeros", {NULL, NULL}, 0},        {"ones", {NULL, NULL}, 0}};
enum { RULES = sizeof rules / sizeof *rules };

static Value bad_init(Expand *x, Span at, const char *why) {
  Diag *d = diag_add(x->c, D_INIT, user_span(x, at), why);
  diag_help(x->c, d, "there are: a number, uniform(low, high), normal(std, mean), kaiming_uniform(a), kaiming_normal(a), "
                     "xavier_uniform(gain), xavier_normal(gain), zeros, ones");
  return (Value){0};
}

static int find_rule(Expand *x, Name name) {
  int i = 0;
  while (i < RULES && strcmp(rules[i].name, name_text(x->c->names, name)))
    i++;
  return i;
}

static Value call_init(Expand *x, const Ast *e, int row) {
  Value v = {.kind = V_INIT, .init = {.rule = name_of(x->c->names, rules[row].name)}};
  const Ast *args = e->kind == AST_CALL ? e->kids[1] : NULL;
  for (int i = 0, next = 0; args && i < args->count; i++) {
    const Ast *a = args->kids[i];
    int to = a->name ? -1 : next++;
    for (int k = 0; k < 2 && a->name; k++)
      if (rules[row].arg[k] && !strcmp(rules[row].arg[k], name_text(x->c->names, a->name)))
        to = k;
    if (to < 0 || to > 1 || !rules[row].arg[to])
      return bad_init(x, a->span, arena_printf(x->c->mem, "`%s` has no such argument", rules[row].name));
    if (!to_number(x, value_of(x, a->kids[0]), a->kids[0]->span, "a number", &v.init.arg[to]))
      return (Value){0};
    v.init.args = to + 1 > v.init.args ? to + 1 : v.init.args;
  }
  if (v.init.args < rules[row].needed)
    return bad_init(x, e->span, arena_printf(x->c->mem, "`%s` lacks its argument `%s`", rules[row].name, rules[row].arg[v.init.args]));
  return v;
}

Value init_of(Expand *x, const Ast *e) {
  const Ast *callee = e->kind == AST_CALL ? e->kids[0] : e;
  Value *slot = e->kind == AST_REF ? slot_find(x, e->name) : NULL;
  if (callee->kind == AST_REF && !slot) {
    int row = find_rule(x, callee->name);
    if (row < RULES)
      return call_init(x, e, row);
    Diag *d = diag_add(x->c, D_INIT, user_span(x, e->span), arena_printf(x->c->mem, "`%s` is no initialiser", name_text(x->c->names, callee->name)));
    NameList all = {0};
    for (int i = 0; i < RULES; i++)
      vec_push(x->c->mem, &all, name_of(x->c->names, rules[i].name));
    suggest_or_list(x, d, callee->name, &all, "%s", "there are: a number,");
    return (Value){0};
  }
  Value v = slot ? *slot : value_of(x, e);
  if (v.kind == V_INIT || v.kind == V_POISON)
    return v;
  if (v.kind != V_NUMBER)
    return bad_init(x, e->span, arena_printf(x->c->mem, "%s is no initialiser", say_value(x, v)));
  return (Value){.kind = V_INIT, .init = {name_of(x->c->names, "constant"), {v.number}, 1}};
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

/* ---- weights and states ---- */

/* The sizes of a weight; -1 after reporting. */
static int weight_dims(Expand *x, const Ast *dims, int32_t *out) {
  int rank = 0;
  for (int i = 0; i < dims->count; i++) {
    int sizes[MAX_RANK], n = 1;
    const Ast *p = dims->kids[i];
    const char *what = say_size(x, p);
    if (p->kind == AST_REST) {
      Value *rest = slot_find(x, p->name);
      if (!rest)
        diag_add(x->c, D_REST, user_span(x, p->span), name_text(x->c->names, p->name));
      n = rest ? to_sizes(x, *rest, p->span, what, 1, sizes, MAX_RANK) : -1;
    } else if (!to_size(x, value_of(x, p), p->span, what, 1, &sizes[0])) {
      return -1;
    }
    if (n < 0)
      return -1;
    for (int k = 0; k < n; k++, rank++) {
      if (rank == MAX_RANK) {
        diag_add(x->c, D_RANK, user_span(x, dims->span));
        return -1;
      }
      out[rank] = sizes[k];
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

/* The run of a net that the weight belongs to; NULL: none. */
static const Frame *owner(const Expand *x) {
  for (const Frame *f = x->frame; f; f = f->up)
    if (f->decl && f->decl->kind == AST_NET)
      return f;
  return NULL;
}

static Weight *weight_find(Expand *x, Name path) {
  for (int i = 0; i < x->weights.count; i++)
    if (x->weights.at[i].path == path)
      return &x->weights.at[i];
  return NULL;
}

int is_training(Expand *x) {
  const Frame *net = x->training && x->frozen.count ? owner(x) : NULL;
  if (!net)
    return x->training;
  const char *path = name_text(x->c->names, x->frame->path), *dot = *path ? "." : "";
  Name full = x->nets > 1 ? x->frame->path : name_format(x->c->names, "%s%s%s", name_text(x->c->names, net->decl->name), dot, path);
  for (int i = 0; i < x->frozen.count; i++)
    if (path_under(x, full, x->frozen.at[i]))
      return 0;
  return 1;
}

/* The weight as known from another use or entry; checked to be the same. NULL after reporting. */
static Weight *weight_again(Expand *x, Weight *w, TypeId type, const Ast *s) {
  Span at = user_span(x, s->span);
  if (w->type != type) {
    Diag *d = diag_add(x->c, D_WEIGHT_SHAPE, at, name_text(x->c->names, w->path), say_type(x, w->type), say_type(x, type));
    const Frame *net = owner(x);
    diag_note(x->c, d, w->call, "as `%s` is used first", net ? name_text(x->c->names, net->decl->name) : "");
    if (net)
      diag_note(x->c, d, user_span(x, net->call), "as it is used later");
    return NULL;
  }
  if (w->use == x->uses && !x->frame->param) {
    Diag *d = diag_add(x->c, D_SAME_WEIGHT, at, name_text(x->c->names, w->path));
    diag_note(x->c, d, w->span, "the other one is made here");
    return NULL;
  }
  return w;
}

static Value state_now(Expand *x, const Weight *w, Val param) {
  for (int i = 0; i < x->states.count; i++) /* an earlier run in this step has moved it on */
    if (x->states.at[i].name == w->path)
      return x->states.at[i].value;
  return value_val(param);
}

/* A new weight; NULL after reporting. */
static Weight *weight_new(Expand *x, const Ast *s, Name path, TypeId type, Span at) {
  Value init = {.kind = V_INIT, .init = {.rule = name_of(x->c->names, "constant"), .args = 1}};
  const Frame *net = owner(x);
  for (int i = 1; i < s->count; i++) {
    const Ast *p = s->kids[i];
    if (p->name == name_of(x->c->names, "init")) {
      init = init_of(x, p->kids[1]);
      continue;
    }
    diag_help(x->c, diag_add(x->c, D_UNKNOWN_ARGUMENT, user_span(x, p->span), ast_kind_text(s->kind), name_text(x->c->names, p->name)),
              "a %s has `init:`", ast_kind_text(s->kind));
    init = (Value){0};
  }
  if (s->count < 2 && s->kind == AST_WEIGHT) {
    diag_help(x->c, diag_add(x->c, D_NO_INIT, at, name_text(x->c->names, s->name)), "`init: 0`, `init: normal(0.02)` ...");
    return NULL;
  }
  if (init.kind != V_INIT)
    return NULL;
  const char *role = x->frame->param ? "opt" : s->kind == AST_WEIGHT ? "weight" : "state";
  vec_push(x->c->mem, &x->weights, (Weight){.path = path, .role = name_of(x->c->names, role), .type = type, .span = at});
  Weight *w = &x->weights.at[x->weights.count - 1];
  w->net = net ? net->decl : NULL;
  w->call = net ? net->call : at;
  settle_init(x, init.init, type_get(x->c, type), w);
  return w;
}

/* The type of the weight, 0 after reporting. */
static TypeId weight_type(Expand *x, const Ast *s, Span at) {
  int32_t dim[MAX_RANK];
  int rank = weight_dims(x, s->kids[0], dim);
  TypeId type = rank < 0 ? 0 : type_make(x->c, F32, 0, rank, dim);
  if (!type || type_count(type_get(x->c, type)) <= INT32_MAX)
    return type;
  diag_add(x->c, D_TOO_LARGE, at, arena_printf(x->c->mem, "the %s `%s`", ast_kind_text(s->kind), name_text(x->c->names, s->name)), say_type(x, type));
  return 0;
}

void run_weight(Expand *x, const Ast *s) {
  Span at = user_span(x, s->span);
  slot_set(x, s->name, (Value){0});
  TypeId type = weight_type(x, s, at);
  if (x->checking || !type)
    return;
  if (!owner(x) && !x->frame->param) {
    diag_help(x->c, diag_add(x->c, D_WEIGHT_OUTSIDE, at),
              x->preparing ? "nothing is trained in `prepare:`; it belongs at the beginning of the net"
                           : "put it into a net, and use the net here");
    return;
  }
  Name path = weight_path(x, s->name);
  Weight *w = weight_find(x, path);
  w = w ? weight_again(x, w, type, s) : weight_new(x, s, path, type, at);
  if (!w)
    return;
  w->use = x->uses;
  slot_set(x, s->name, state_now(x, w, graph_param(x->g, path, w->role, type, w->init, w->arg, 2, at)));
}

static void bad_next(Expand *x, const Ast *s, const Weight *w, TypeId got) {
  const char *each = type_get(x->c, got)->batched ? " for each sample" : "";
  diag_add(x->c, D_NEXT_SHAPE, user_span(x, s->span), name_text(x->c->names, s->name), say_type(x, w->type),
           arena_printf(x->c->mem, "%s%s", say_type(x, got), each));
}

void run_next(Expand *x, const Ast *s) {
  Val v;
  Value value = value_of(x, s->kids[0]);
  if (x->checking)
    return;
  Name path = weight_path(x, s->name);
  Weight *w = weight_find(x, path);
  Value *slot = slot_find(x, s->name);
  if (!w || w->role == name_of(x->c->names, "weight")) {
    if (slot && slot->kind == V_POISON) /* it is one, but a wrong one */
      return;
    diag_add(x->c, D_NEXT, user_span(x, s->name_span.len ? s->name_span : s->span), name_text(x->c->names, s->name));
    return;
  }
  if (!to_val(x, value, s->span, &v))
    return;
  if (graph_node(x->g, v)->type != w->type) {
    bad_next(x, s, w, graph_node(x->g, v)->type);
    return;
  }
  if (!is_training(x))
    return;
  for (int i = 0; i < x->states.count; i++)
    if (x->states.at[i].name == path) {
      x->states.at[i].value = value_val(v);
      return;
    }
  vec_push(x->c->mem, &x->states, (Slot){path, value_val(v)});
}
