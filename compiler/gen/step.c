/* step: a plan's steps in order, each by the function of its lowering tag, into the program's entry function. */
#include "base/bug.h"
#include "gen/emit.h"

static LowerStep *const lowering[] = {
    [LOWER_EACH] = lower_each,     [LOWER_REDUCE] = lower_reduce, [LOWER_CONV] = lower_conv,
    [LOWER_POOL] = lower_pool,     [LOWER_GEMM] = lower_gemm,     [LOWER_MOVE] = lower_move,
    [LOWER_GATHER] = lower_gather, [LOWER_RANDOM] = lower_random, [LOWER_CALL] = lower_call,
};

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
  case LOWER_CALL:
    return call_scratch(g, v);
  default:
    return (Scratch){0};
  }
}

Scratch gen_scratch(const Graph *g, Val v) {
  Scratch s = scratch_of(g, v);
  int fold = step_fold(g, v);
  s.per_sample *= fold ? fold : 1;
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
    int fold = step_fold(p->g, s->val);
    entry_fold(g, fold ? fold : 1);
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
  entry_end(g);
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
