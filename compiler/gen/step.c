/* step: a plan's steps in order, each by the function of its lowering tag, into the program's entry function. */
#include "base/bug.h"
#include "gen/emit.h"

static LowerStep *const lowering[] = {
    [LOWER_EACH] = lower_each,     [LOWER_REDUCE] = lower_reduce, [LOWER_CONV] = lower_conv,
    [LOWER_POOL] = lower_pool,     [LOWER_GEMM] = lower_gemm,     [LOWER_MOVE] = lower_move,
    [LOWER_GATHER] = lower_gather, [LOWER_RANDOM] = lower_random,
};

/* How many values a step has for each sample: 1, but within `map`. */
static int step_fold(const Graph *g, Val v) {
  int fold = graph_type(g, v)->batched;
  for (int i = 0; i < (int)graph_node(g, v)->nin; i++) {
    int of = graph_type(g, graph_in(g, v, i))->batched;
    fold = of > fold ? of : fold;
  }
  return fold ? fold : 1;
}

static Scratch scratch_of(const Graph *g, Val v) {
  switch (op_row(g->c, graph_node(g, v)->op)->lower) {
  case LOWER_REDUCE:
    return reduce_scratch(g, v);
  case LOWER_CONV:
    return conv_scratch(g, v);
  case LOWER_GEMM:
    return gemm_scratch(g, v);
  case LOWER_POOL:
    return pool_scratch(g, v);
  default:
    return (Scratch){0};
  }
}

Scratch gen_scratch(const Graph *g, Val v) {
  Scratch s = scratch_of(g, v);
  s.per_sample *= step_fold(g, v);
  return s;
}

void gen_entry(Gen *g, const Plan *p) {
  entry_begin(g, p);
  for (int i = 0; i < p->steps.count; i++) {
    const Step *s = &p->steps.at[i];
    Lower tag = op_row(g->c, graph_node(p->g, s->val)->op)->lower;
    Branch once;
    if (s->joined)
      continue;
    g->step = i;
    entry_fold(g, step_fold(p->g, s->val));
    if (s->once)
      branch_begin(&g->e, &once, entry_first(g));
    if (s->copy)
      lower_copy(g, p, i);
    else if (lowering[tag])
      lowering[tag](g, p, i);
    else
      BUG("step %d has nothing to compute", i);
    if (s->once)
      branch_end(&g->e, &once);
  }
  LLVMBuildRetVoid(g->e.builder);
}

const char *gen_step_kernel(const Gen *g, const Plan *p, int step) {
  while (p->steps.at[step].joined)
    step--;
  for (int i = 0; i < g->steps.count; i++)
    if (g->steps.at[i].plan == p && g->steps.at[i].step == step)
      return g->steps.at[i].symbol;
  return "";
}

int gen_uses_blas(const Gen *g) {
  return g->blas;
}

/* ---- work, for profiles ---- */

static double conv_flops(const Graph *g, Val v) {
  OpId op = graph_node(g, v)->op;
  const Type w = *graph_type(g, op == OP_conv2d_weight_grad_over ? v : graph_in(g, v, 1));
  const Type plane = *graph_type(g, op == OP_conv2d ? v : graph_in(g, v, op == OP_conv2d_input_grad ? 0 : 1));
  return 2.0 * (double)type_size(&w) * plane.dim[1] * plane.dim[2];
}

static double gemm_flops(const Graph *g, Val v) {
  const Type a = *graph_type(g, graph_in(g, v, 0)), b = *graph_type(g, graph_in(g, v, 1));
  return 2.0 * (double)type_size(&a) * b.dim[b.rank - 1];
}

static double domain_size(const Graph *g, Val v) {
  double most = (double)type_size(graph_type(g, v));
  for (int i = 0; i < (int)graph_node(g, v)->nin; i++) {
    double size = (double)type_size(graph_type(g, graph_in(g, v, i)));
    most = size > most ? size : most;
  }
  return most;
}

static double flops_once(const Plan *p, int step) {
  const Graph *g = p->g;
  Val v = p->steps.at[step].val;
  const Node *n = graph_node(g, v);
  if (p->steps.at[step].copy)
    return 0;
  switch (op_row(g->c, n->op)->lower) {
  case LOWER_CONV:
    return conv_flops(g, v);
  case LOWER_GEMM:
    return gemm_flops(g, v);
  case LOWER_EACH:
    return n->op == OP_stop || n->op == OP_expand ? 0 : scalar_cost(g->c, graph_formula(g, v)) * domain_size(g, v);
  case LOWER_REDUCE:
    return (1 + (n->formula ? scalar_cost(g->c, n->formula) : 0)) * domain_size(g, v);
  case LOWER_POOL:
    return domain_size(g, v);
  default:
    return 0;
  }
}

double gen_step_flops(const Plan *p, int step) {
  double flops = 0;
  int fold = step_fold(p->g, p->steps.at[step].val);
  if (p->steps.at[step].joined)
    return 0;
  do
    flops += flops_once(p, step) * fold;
  while (++step < p->steps.count && p->steps.at[step].joined);
  return flops;
}
