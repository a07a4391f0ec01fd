/* What a training step does with its loss: gradients, added up over several batches and clipped where the recipe says so, then the
   optimizer's arithmetic, one instance of its block for each weight that the loss reaches, then states and shadow weights. The
   learning rate is a run-time number that the schedule moves; the rate of a part keeps its ratio to it.

   accumulate: a step takes several batches. Each but the last runs a graph that only does

     sum = step.carry * sum + step.share * gradient

   and the last one's gradient is that right-hand side. share is the batch's part of the step's samples, so the step is that of one large
   batch, whatever the sizes; carry is 0 for the first batch, so nothing has to be cleared. */
#include "front/train.h"
#include <math.h>
#include <string.h>

/* A weight that is updated. */
typedef struct {
  Weight w;
  Val param, grad;
  int chosen; /* which optimizer */
} Trained;

typedef struct {
  Run *r;
  Vec(Chosen) optimizers; /* the last is that of all weights without one of their own */
  Vec(Trained) trained;
} Updating;

static Val op(Expand *x, OpId id, Val a, Val b, Span at) {
  return graph_add(x->g, id, (Val[]){a, b}, b ? 2 : 1, NULL, at);
}

static Val scalar(Run *r, const char *name) {
  return graph_scalar(r->x->g, name_of(r->x->c->names, name), r->decl->span);
}

/* What lies beside a parameter in checkpoints: `conv_0.weight#sum`. */
static Val beside(Expand *x, Val param, const char *what, Span at) {
  const Node *n = graph_node(x->g, param);
  Name name = name_format(x->c->names, "%s#%s", name_text(x->c->names, n->name), what);
  return graph_param(x->g, name, name_of(x->c->names, "opt"), n->type, name_of(x->c->names, "constant"), (double[]){0, 0}, 2, at);
}

/* ---- which weights ---- */

static const Weight *weight_of(const Expand *x, Val v) {
  if (graph_node(x->g, v)->op == OP_param)
    for (int i = 0; i < x->weights.count; i++)
      if (x->weights.at[i].path == graph_node(x->g, v)->name && x->weights.at[i].role == name_of(x->c->names, "weight"))
        return &x->weights.at[i];
  return NULL;
}

static int is_frozen(Expand *x, const Weight *w) {
  for (int i = 0; i < x->frozen.count; i++)
    if (path_under(x, full_path(x, w), x->frozen.at[i]))
      return 1;
  return 0;
}

static void collect(Updating *u) {
  Run *r = u->r;
  Expand *x = r->x;
  for (Val v = 1, end = (Val)x->g->nodes.count; v < end; v++) {
    const Weight *w = weight_of(x, v);
    if (!w || (r->update && !in_paths(x, w, r->update->kids[0])) || is_frozen(x, w))
      continue;
    Trained t = {.w = *w, .param = v};
    while (t.chosen + 1 < u->optimizers.count && !in_paths(x, w, u->optimizers.at[t.chosen].prop->kids[0]))
      t.chosen++;
    const Ast *line = u->optimizers.at[t.chosen].prop;
    t.grad = op(x, OP_grad, r->loss, v, line ? line->span : r->decl->span);
    vec_push(x->c->mem, &u->trained, t);
  }
}

/* ---- gradients ---- */

static void accumulate(Updating *u) {
  Run *r = u->r;
  Expand *x = r->x;
  for (int i = 0; i < u->trained.count; i++) {
    Trained *t = &u->trained.at[i];
    Span at = r->decl->span;
    Val sum = beside(x, t->param, "sum", at);
    t->grad = op(x, OP_add, op(x, OP_mul, scalar(r, "step.carry"), sum, at), op(x, OP_mul, scalar(r, "step.share"), t->grad, at), at);
    if (r->part)
      vec_push(x->c->mem, &x->g->updates, (Update){sum, t->grad});
  }
}

static Val sum_of_squares(Expand *x, Val v, Span at) {
  int axes[MAX_RANK], rank = graph_type(x->g, v)->rank;
  for (int i = 0; i < rank; i++)
    axes[i] = i;
  Attr how[2] = {attr_ints(x->c, axes, rank), attr_number(0)}; /* over all axes; none is kept */
  Val square = op(x, OP_mul, v, v, at);
  return rank ? graph_add(x->g, OP_reduce_sum, &square, 1, how, at) : square;
}

/* The factor that brings the norm of all gradients together down to the limit: PyTorch's clip_grad_norm_. */
static Val norm_factor(Updating *u, Val limit, Span at) {
  Expand *x = u->r->x;
  Val sum = 0;
  for (int i = 0; i < u->trained.count; i++) {
    Val one = sum_of_squares(x, u->trained.at[i].grad, at);
    sum = sum ? op(x, OP_add, sum, one, at) : one;
  }
  Val norm = op(x, OP_add, op(x, OP_sqrt, sum, 0, at), graph_number(x->g, 1e-6, at), at);
  return op(x, OP_minimum, op(x, OP_div, limit, norm, at), graph_number(x->g, 1, at), at);
}

static void clip(Updating *u) {
  Run *r = u->r;
  Expand *x = r->x;
  Span at = r->decl->span;
  Val limit = graph_scalar(x->g, run_scalar(r, "clip"), at);
  int norm = !strcmp(name_text(x->c->names, r->clip), "norm");
  Val factor = norm ? norm_factor(u, limit, at) : 0, low = norm ? 0 : op(x, OP_mul, graph_number(x->g, -1, at), limit, at);
  for (int i = 0; i < u->trained.count; i++) {
    Val *g = &u->trained.at[i].grad;
    *g = norm ? op(x, OP_mul, factor, *g, at) : op(x, OP_maximum, op(x, OP_minimum, *g, limit, at), low, at);
  }
}

/* ---- weights, states, shadows ---- */

static Value rate_value(Run *r, const Chosen *o) {
  Expand *x = r->x;
  double base = *scalar_slot(x, r->rate);
  Value v = value_val(graph_scalar(x->g, r->rate, r->decl->span));
  return o->rate == base || base == 0 ? v : arithmetic(x, AST_MUL, v, value_number(o->rate / base), r->decl->span);
}

/* For a part that thaws at some epoch, an optimizer counts its steps from there. */
static Name clock_of(Run *r, const Weight *w) {
  Expand *x = r->x;
  double thaw = 0;
  for (int i = 0; i < r->frozen.count; i++)
    if (path_under(x, full_path(x, w), r->frozen.at[i].path))
      thaw = fmax(thaw, r->frozen.at[i].until);
  return thaw > 0 ? name_format(x->c->names, "step@%s", say_number(x, thaw)) : 0;
}

/* 0 after reporting. */
static int update_weight(Run *r, const Trained *t, const Chosen *o) {
  Expand *x = r->x;
  Span at = o->prop ? o->prop->span : r->decl->span;
  Args args = {0};
  for (int i = 0; i < o->args.count; i++)
    vec_push(x->c->mem, &args, o->args.at[i]);
  vec_push(x->c->mem, &args, (Arg){name_of(x->c->names, "lr"), rate_value(r, o), at});
  vec_push(x->c->mem, &args, (Arg){name_of(x->c->names, "w"), value_val(t->param), at});
  vec_push(x->c->mem, &args, (Arg){name_of(x->c->names, "g"), value_val(t->grad), at});
  x->frame->param = t->w.path;
  x->clock = clock_of(r, &t->w);
  Value v = value_unwrap(apply_decl(x, o->block, &args, 0, at));
  x->clock = x->frame->param = 0;
  Val new;
  if (!to_val(x, v, at, &new))
    return 0;
  if (graph_node(x->g, new)->type == t->w.type) {
    vec_push(x->c->mem, &x->g->updates, (Update){t->param, new});
    return 1;
  }
  diag_add(x->c, D_OPTIMIZER_SHAPE, at, name_text(x->c->names, o->block->name), say_type(x, graph_node(x->g, new)->type), say_type(x, t->w.type));
  return 0;
}

static void update_states(Expand *x) {
  for (int i = 0; i < x->states.count; i++)
    for (Val v = 1, end = (Val)x->g->nodes.count; v < end; v++)
      if (graph_node(x->g, v)->op == OP_param && graph_node(x->g, v)->name == x->states.at[i].name)
        vec_push(x->c->mem, &x->g->updates, (Update){v, x->states.at[i].value.val});
}

/* ema: every weight and state of the networks has a shadow, which follows it slowly; in the first steps faster, by (1 + step) / (10 + step), so
   that it soon forgets the initial weights (as TensorFlow's ExponentialMovingAverage). */
static void update_shadows(Run *r) {
  Expand *x = r->x;
  Span at = r->decl->span;
  Val step = scalar(r, "step"), one = graph_number(x->g, 1, at), ten = graph_number(x->g, 10, at);
  Val start = op(x, OP_div, op(x, OP_add, one, step, at), op(x, OP_add, ten, step, at), at);
  Val keep = op(x, OP_minimum, graph_scalar(x->g, run_scalar(r, "ema"), at), start, at), take = op(x, OP_sub, one, keep, at);
  for (int i = 0, count = x->g->updates.count; i < count; i++) {
    Update u = x->g->updates.at[i];
    if (graph_attr(x->g, u.param, "role")->text == name_of(x->c->names, "opt"))
      continue;
    Val shadow = beside(x, u.param, "ema", at);
    Val moved = op(x, OP_add, op(x, OP_mul, keep, shadow, at), op(x, OP_mul, take, u.value, at), at);
    vec_push(x->c->mem, &x->g->updates, (Update){shadow, moved});
  }
}

/* ---- all of it ---- */

static int read_optimizers(Updating *u) {
  Run *r = u->r;
  Expand *x = r->x;
  int ok = !r->update || check_paths(x, r->update->kids[0]);
  for (int i = 0; i < r->frozen.count; i++)
    ok &= check_path(x, r->frozen.at[i].path, r->frozen.at[i].span);
  for (int i = 0; i < r->part_optimizers.count; i++) {
    vec_push(x->c->mem, &u->optimizers, optimizer_choose(r, r->part_optimizers.at[i]));
    ok &= check_paths(x, r->part_optimizers.at[i]->kids[0]) && u->optimizers.at[i].block;
  }
  vec_push(x->c->mem, &u->optimizers, optimizer_choose(r, r->optimizer));
  const Chosen *last = &u->optimizers.at[u->optimizers.count - 1];
  *scalar_slot(x, r->rate) = last->rate;
  return ok && last->block;
}

void update_all(Run *r) {
  Expand *x = r->x;
  Updating u = {.r = r};
  if (!read_optimizers(&u))
    return;
  collect(&u);
  if (!u.trained.count)
    diag_add(x->c, D_NOTHING_TO_TRAIN, r->minimize->span);
  if (r->accumulate)
    accumulate(&u);
  if (!r->part) {
    if (r->clip && u.trained.count)
      clip(&u);
    for (int i = 0; i < u.trained.count; i++)
      if (!update_weight(r, &u.trained.at[i], &u.optimizers.at[u.trained.at[i].chosen]))
        return;
  }
  update_states(x);
  if (r->ema && !r->part)
    update_shadows(r);
}
