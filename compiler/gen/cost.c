/* cost: a model of the machine, and what a step costs in it.

   A step takes as long as its arithmetic or its memory traffic, whichever takes longer. Arithmetic runs at a share of
   the multiply-add peak that the kernel's kind was measured to reach; traffic at the speed of the cache that the step's
   bytes fit in. */
#include "gen/cost.h"
#include "base/bug.h"
#include "gen/emit.h"

/* Of one core: floating-point operations a second, by vector width. */
static const struct {
  int lanes;
  double flops;
} peaks[] = {{16, 112e9}, {8, 105e9}, {4, 28e9}};

/* Bytes a second of all cores, for steps that touch at most so many bytes. */
static const struct {
  double bytes, rate;
} memories[] = {{1 << 20, 200e9}, {16 << 20, 100e9}, {1e18, 30e9}};

static const double launch_seconds = 1e-6;

/* The share of the peak that a kernel's inner loop reaches. */
static double share_of(Lower lower) {
  switch (lower) {
  case LOWER_CONV:
    return 0.9;
  case LOWER_GEMM:
    return 0.8;
  default:
    return 0.25;
  }
}

int step_fold(const Graph *g, Val v) {
  int fold = graph_type(g, v)->batched;
  for (int i = 0; i < (int)graph_node(g, v)->nin; i++) {
    int of = graph_type(g, graph_in(g, v, i))->batched;
    fold = of > fold ? of : fold;
  }
  return fold;
}

/* ---- work, for one value of those that a sample has ---- */

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

static double value_flops(const Graph *g, Val v) {
  const Node *n = graph_node(g, v);
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

static Flops flops_of(const Graph *g, Val v) {
  double one = value_flops(g, v);
  int fold = step_fold(g, v);
  return fold ? (Flops){0, one * fold} : (Flops){one, 0};
}

double gen_flops(const Graph *g, Val v, int64_t n) {
  Flops f = flops_of(g, v);
  return f.fixed + (double)n * f.per_sample;
}

/* ---- steps: with those that are joined to them ---- */

Flops gen_step_flops(const Plan *p, int step) {
  Flops f = {0, 0};
  if (p->steps.at[step].joined)
    return f;
  do {
    Flops one = p->steps.at[step].copy ? (Flops){0, 0} : flops_of(p->g, p->steps.at[step].val);
    f.fixed += one.fixed, f.per_sample += one.per_sample;
  } while (++step < p->steps.count && p->steps.at[step].joined);
  return f;
}

static double bytes_of(const Graph *g, Val v, int64_t n) {
  const Type *t = graph_type(g, v);
  int op = graph_node(g, v)->op;
  if (op == OP_number || op == OP_scalar || op == OP_batch_size)
    return 0;
  return (double)type_bytes(t) * (t->batched ? (double)t->batched * (double)n : 1);
}

static double step_bytes(const Plan *p, int step, int64_t n) {
  double bytes = 0;
  int first = step;
  do {
    const Step *s = &p->steps.at[step];
    const Node *node = graph_node(p->g, s->val);
    bytes += bytes_of(p->g, s->val, n) * (s->copy ? 2 : 1) + 2 * (double)(s->scratch.fixed + n * s->scratch.per_sample);
    bytes += (double)s->scratch.kept * (s->scratch.once ? 1 : 2);
    for (int i = 0; !s->copy && i < (int)node->nin; i++) {
      Val in = graph_in(p->g, s->val, i);
      int known = 0;
      for (int k = first; k < step; k++)
        for (int j = 0; j < (int)graph_node(p->g, p->steps.at[k].val)->nin; j++)
          known |= graph_in(p->g, p->steps.at[k].val, j) == in;
      bytes += known ? 0 : bytes_of(p->g, in, n);
    }
  } while (++step < p->steps.count && p->steps.at[step].joined);
  return bytes;
}

static double memory_seconds(double bytes) {
  int i = 0;
  while (bytes > memories[i].bytes)
    i++;
  return bytes / memories[i].rate;
}

static double peak(int lanes) {
  for (unsigned i = 0; i < sizeof peaks / sizeof *peaks; i++)
    if (lanes >= peaks[i].lanes)
      return peaks[i].flops * COST_THREADS;
  return peaks[0].flops;
}

static int lanes_of(const Graph *g, Val v) {
  int lanes = graph_type(g, v)->lanes;
  for (int i = 0; i < (int)graph_node(g, v)->nin; i++)
    if (graph_type(g, graph_in(g, v, i))->lanes > lanes)
      lanes = graph_type(g, graph_in(g, v, i))->lanes;
  return lanes ? lanes : 8;
}

StepCost gen_step_cost(const Plan *p, int step, int64_t n) {
  const Graph *g = p->g;
  Val v = p->steps.at[step].val;
  Lower lower = op_row(g->c, graph_node(g, v)->op)->lower;
  Flops f = gen_step_flops(p, step);
  Text how = {.mem = g->c->mem};
  StepCost c = {.flops = f.fixed + (double)n * f.per_sample, .bytes = step_bytes(p, step, n)};
  c.done = c.flops;
  if (!p->steps.at[step].copy && lower == LOWER_CONV) {
    double fixed, fold = step_fold(g, v), one = conv_work(g, v, &how, &fixed);
    c.done = one * (double)n * (fold ? fold : 1) + (p->steps.at[step].scratch.once ? 0 : fixed);
  } else if (!p->steps.at[step].copy && lower == LOWER_GEMM) {
    gemm_way(g, v, &how);
  }
  double busy = c.done / (peak(lanes_of(g, v)) * share_of(lower)), moving = memory_seconds(c.bytes);
  c.how = text_str(&how);
  c.seconds = launch_seconds + (busy > moving ? busy : moving);
  return c;
}
