/* The reference interpreter: evaluates a graph in plain loops and double precision. It is slow and meant to be
   obviously right: generated kernels, passes and fusions are judged by it.

   In: a graph and the data of its leaves. Out: the values of all live nodes, [N][sample] for batched ones. Method:
   nodes in order, each by the function that the table below gives for its operation. This file holds leaves,
   elementwise operations, reductions and epilogues; eval_conv.c, eval_pool.c and eval_move.c hold the rest. */
#include "graph/eval_room.h"
#include "base/bug.h"
#include <math.h>

int64_t eval_samples(const Eval *e, Val v) {
  int batched = graph_type(e->g, v)->batched;
  return batched ? batched * e->in->batch : 1;
}

int64_t eval_samples_in(const Eval *e, Val v) {
  for (int i = 0; i < (int)graph_node(e->g, v)->nin; i++)
    if (graph_type(e->g, graph_in(e->g, v, i))->batched)
      return eval_samples(e, graph_in(e->g, v, i));
  return 1;
}

int64_t eval_size(const Eval *e, Val v) {
  return type_size(graph_type(e->g, v));
}

double *eval_sample(const Eval *e, Val v, int64_t n) {
  return e->value[v] + (graph_type(e->g, v)->batched ? n * eval_size(e, v) : 0);
}

/* ---- walking ---- */

Walk walk_begin(int64_t samples, const Type *t) {
  Walk w = {.axes = 1 + t->rank, .dim = {samples}};
  for (int i = 0; i < t->rank; i++)
    w.dim[i + 1] = t->dim[i];
  return w;
}

int walk_next(Walk *w) {
  for (int i = w->axes - 1; i >= 0; i--) {
    if (++w->at[i] < w->dim[i])
      return 1;
    w->at[i] = 0;
  }
  return 0;
}

int64_t walk_offset(const Walk *w, const int64_t *stride) {
  int64_t offset = 0;
  for (int i = 0; i < w->axes; i++)
    offset += w->at[i] * stride[i];
  return offset;
}

View view_of(const Eval *e, Val v) {
  const Type *t = graph_type(e->g, v);
  View view = {.data = e->value[v]};
  int64_t step = 1;
  for (int i = t->rank; i > 0; i--) {
    view.stride[i] = t->dim[i - 1] == 1 ? 0 : step;
    step *= t->dim[i - 1];
  }
  view.stride[0] = t->batched ? step : 0;
  return view;
}

/* ---- leaves ---- */

static void copy_leaf(Eval *e, Val v, double *out) {
  const double *data = e->in->leaf(e->in->user, e->g, v);
  if (!data)
    BUG("no data for leaf %%%u", v);
  for (int64_t i = 0, count = eval_samples(e, v) * eval_size(e, v); i < count; i++)
    out[i] = data[i];
}

void eval_input(Eval *e, Val v, double *out) {
  copy_leaf(e, v, out);
}
void eval_param(Eval *e, Val v, double *out) {
  copy_leaf(e, v, out);
}
void eval_scalar(Eval *e, Val v, double *out) {
  copy_leaf(e, v, out);
}
void eval_number(Eval *e, Val v, double *out) {
  *out = graph_attr(e->g, v, "value")->number;
}
void eval_batch_size(Eval *e, Val v, double *out) {
  (void)v, *out = (double)e->in->batch;
}
void eval_grad(Eval *e, Val v, double *out) {
  (void)e, (void)out, BUG("%%%u is a gradient that autodiff has not made", v);
}

/* ---- elementwise ---- */

enum { MOST_INPUTS = 64 };

static int view_operands(const Eval *e, Val v, View *view) {
  int nin = (int)graph_node(e->g, v)->nin;
  if (nin > MOST_INPUTS)
    BUG("%%%u has %d operands", v, nin);
  for (int i = 0; i < nin; i++)
    view[i] = view_of(e, graph_in(e->g, v, i));
  return nin;
}

/* Without a formula (stop, expand) the result is operand 0. */
void eval_each(Eval *e, Val v, double *out) {
  View view[MOST_INPUTS];
  double x[MOST_INPUTS];
  int nin = view_operands(e, v, view);
  Scalar f = graph_formula(e->g, v);
  Walk w = walk_begin(eval_samples(e, v), graph_type(e->g, v));
  do {
    for (int i = 0; i < nin; i++)
      x[i] = view_at(&view[i], &w);
    *out++ = f ? scalar_eval(e->g->c, f, x) : x[0];
  } while (walk_next(&w));
}

void eval_stop(Eval *e, Val v, double *out) {
  eval_each(e, v, out);
}
void eval_expand(Eval *e, Val v, double *out) {
  eval_each(e, v, out);
}

/* The formula of an operation that is neither elementwise nor a reduction: variable 0 is its result, variable i
   operand i. */
static void apply_epilogue(Eval *e, Val v, double *out) {
  View view[MOST_INPUTS];
  double x[MOST_INPUTS];
  int nin = view_operands(e, v, view), own = op_row(e->g->c, graph_node(e->g, v)->op)->operands;
  Walk w = walk_begin(eval_samples(e, v), graph_type(e->g, v));
  do {
    x[0] = *out;
    for (int i = 1; i < nin; i++)
      x[i] = i < own ? NAN : view_at(&view[i], &w);
    *out++ = scalar_eval(e->g->c, graph_node(e->g, v)->formula, x);
  } while (walk_next(&w));
}

/* ---- reductions ---- */

/* What the formula ranges over: the operands' common shape. */
static Type reduce_domain(const Eval *e, Val v) {
  TypeId in[MOST_INPUTS];
  int nin = (int)graph_node(e->g, v)->nin, bad;
  for (int i = 0; i < nin; i++)
    in[i] = graph_node(e->g, graph_in(e->g, v, i))->type;
  TypeId domain = nin == 1 ? in[0] : type_broadcast(e->g->c, in, nin, &bad);
  if (!domain)
    BUG("operands of reduction %%%u do not go together", v);
  return *type_get(e->g->c, domain);
}

/* Strides of the result as seen from the domain: 0 along what is reduced. */
static void reduce_strides(const Type *domain, const int *reduced, int over_batch, int64_t *stride) {
  int64_t step = 1;
  for (int i = domain->rank - 1; i >= 0; i--) {
    stride[i + 1] = reduced[i] ? 0 : step;
    step *= reduced[i] ? 1 : domain->dim[i];
  }
  stride[0] = over_batch ? 0 : step;
}

/* The values to be reduced, [samples][domain]. */
static const double *reduce_values(Eval *e, Val v, const Type *domain, int64_t samples) {
  View view[MOST_INPUTS];
  double x[MOST_INPUTS];
  int nin = view_operands(e, v, view);
  Scalar f = graph_node(e->g, v)->formula;
  double *values = arena_alloc(e->mem, sizeof(double) * (size_t)(samples * type_size(domain))), *to = values;
  Walk w = walk_begin(samples, domain);
  do {
    for (int i = 0; i < nin; i++)
      x[i] = view_at(&view[i], &w);
    *to++ = f ? scalar_eval(e->g->c, f, x) : x[0];
  } while (walk_next(&w));
  return values;
}

typedef double Fold(double a, double b);

static double fold_sum(double a, double b) {
  return a + b;
}
static double fold_max(double a, double b) {
  return b <= a ? a : b;
}

static void reduce(Eval *e, Val v, double *out, int over_batch, double start, Fold *fold) {
  int reduced[MAX_RANK] = {0};
  for (int i = 0, count = (int)graph_attr(e->g, v, "axes")->count; i < count; i++)
    reduced[graph_list(e->g, v, "axes", i)] = 1;
  for (int64_t i = 0, count = eval_samples(e, v) * eval_size(e, v); i < count; i++)
    out[i] = start;

  Type domain = reduce_domain(e, v);
  int64_t samples = eval_samples_in(e, v), stride[MAX_RANK + 1];
  const double *x = reduce_values(e, v, &domain, samples);
  reduce_strides(&domain, reduced, over_batch, stride);
  Walk w = walk_begin(samples, &domain);
  do {
    double *into = &out[walk_offset(&w, stride)];
    *into = fold(*into, *x++);
  } while (walk_next(&w));
}

void eval_reduce_sum(Eval *e, Val v, double *out) {
  reduce(e, v, out, 0, 0, fold_sum);
}
void eval_reduce_max(Eval *e, Val v, double *out) {
  reduce(e, v, out, 0, -INFINITY, fold_max);
}
void eval_batch_sum(Eval *e, Val v, double *out) {
  reduce(e, v, out, 1, 0, fold_sum);
}
void eval_batch_max(Eval *e, Val v, double *out) {
  reduce(e, v, out, 1, -INFINITY, fold_max);
}

void eval_argmax(Eval *e, Val v, double *out) {
  Type domain = reduce_domain(e, v);
  int axis = graph_int(e->g, v, "axis");
  int64_t outer = eval_samples_in(e, v), length = domain.dim[axis], inner = 1;
  const double *x = reduce_values(e, v, &domain, outer);
  for (int i = 0; i < domain.rank; i++)
    *(i < axis ? &outer : &inner) *= i == axis ? 1 : domain.dim[i];
  for (int64_t o = 0; o < outer; o++)
    for (int64_t i = 0; i < inner; i++, out++)
      for (int64_t l = 1; l < length; l++)
        if (x[(o * length + l) * inner + i] > x[(o * length + (int64_t)*out) * inner + i])
          *out = (double)l;
}

/* ---- the table and the driver ---- */

static EvalOp *const eval_op[OP_COUNT] = {
#define EACH(name, ...) [OP_##name] = eval_each,
#define OP(name, ...) [OP_##name] = eval_##name,
#include "op/op.def"
#undef EACH
#undef OP
};

static unsigned char *mark_live(const Graph *g, Arena *mem) {
  unsigned char *live = arena_alloc(mem, (size_t)g->nodes.count);
  for (int i = 0; i < g->outputs.count; i++)
    live[g->outputs.at[i].val] = 1;
  for (int i = 0; i < g->updates.count; i++)
    live[g->updates.at[i].value] = 1;
  for (Val v = (Val)g->nodes.count - 1; v > 0; v--)
    for (int i = 0; live[v] && i < (int)graph_node(g, v)->nin; i++)
      live[graph_in(g, v, i)] = 1;
  return live;
}

double **graph_eval(const Graph *g, const EvalInput *in, Arena *mem) {
  Eval e = {g, in, mem, arena_alloc(mem, sizeof(double *) * (size_t)g->nodes.count)};
  unsigned char *live = mark_live(g, mem);
  for (Val v = 1; v < (Val)g->nodes.count; v++) {
    if (!live[v])
      continue;
    const Node *n = graph_node(g, v);
    const OpRow *row = op_row(g->c, n->op);
    double *out = arena_alloc(mem, sizeof(double) * (size_t)(eval_samples(&e, v) * eval_size(&e, v)));
    eval_op[n->op](&e, v, out);
    if (n->formula && row->lower != LOWER_EACH && row->lower != LOWER_REDUCE)
      apply_epilogue(&e, v, out);
    e.value[v] = out;
  }
  return e.value;
}
