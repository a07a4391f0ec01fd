/* move: values that lie elsewhere, or otherwise, with the same numbers: concat, slice, pad, transpose, copies of a
   plan, and the conversions between rows and channel blocks.

   Nearly all are strided copies, which are elementwise kernels (each.c); where the innermost axes of both sides differ,
   turn.c moves squares of lanes x lanes. Axes here are physical: axis 0 of a blocked value counts blocks. */
#include "base/bug.h"
#include "gen/each.h"
#include "gen/turn.h"

/* Row-major strides; returns the elements of a sample. */
static int64_t phys_strides(const Type *t, int64_t *stride) {
  int64_t sample;
  Type batched = *t;
  batched.batched = 1;
  nest_strides(&batched, stride, &sample);
  return sample;
}

static CopySpec copy_spec(const Type *from, const Type *to, Val v) {
  CopySpec s = {.from = v, .batched = to->batched};
  s.axes = type_phys(from, s.size);
  s.from_sample = phys_strides(from, s.from_stride) * (from->batched != 0);
  s.to_sample = phys_strides(to, s.to_stride);
  return s;
}

static void copy_launch(Gen *g, const CopySpec *s, Ir out, const char *stem) {
  Nest n = nest_copy(g->c, s, g->target_lanes);
  each_launch(g, &n, out, stem);
}

static int to_phys(const Type *t, int axis, int at) {
  return t->lanes && axis == 0 ? at / t->lanes : at;
}

static void lower_concat(Gen *g, const Graph *graph, Val v) {
  int axis = graph_int(graph, v, "axis"), place = 0;
  const Type to = *graph_type(graph, v);
  for (int i = 0; i < (int)graph_node(graph, v)->nin; i++) {
    Val in = graph_in(graph, v, i);
    const Type from = *graph_type(graph, in);
    CopySpec s = copy_spec(&from, &to, in);
    BUG_IF(axis == 0 && to.lanes && place % to.lanes);
    copy_launch(g, &s, atk(&g->e, entry_out(g), to_phys(&to, axis, place) * s.to_stride[axis]), "concat");
    place += from.dim[axis];
  }
}

static void lower_slice(Gen *g, const Graph *graph, Val v) {
  int axis = graph_int(graph, v, "axis"), start = graph_int(graph, v, "start");
  Val in = graph_in(graph, v, 0);
  const Type from = *graph_type(graph, in), to = *graph_type(graph, v);
  BUG_IF(axis == 0 && to.lanes && start % to.lanes);
  CopySpec s = copy_spec(&from, &to, in);
  type_phys(&to, s.size);
  s.from_offset = to_phys(&from, axis, start) * s.from_stride[axis];
  copy_launch(g, &s, entry_out(g), "slice");
}

static void lower_pad(Gen *g, const Graph *graph, Val v) {
  int axis = graph_int(graph, v, "axis"), before = graph_int(graph, v, "before"), after = graph_int(graph, v, "after");
  Val in = graph_in(graph, v, 0);
  const Type from = *graph_type(graph, in), to = *graph_type(graph, v);
  BUG_IF(axis == 0 && to.lanes);
  CopySpec s = copy_spec(&from, &to, in);
  int64_t step = s.to_stride[axis];
  copy_launch(g, &s, atk(&g->e, entry_out(g), before * step), "pad");
  s.from = 0;
  for (int end = 0; end < 2; end++) {
    s.size[axis] = end ? after : before;
    if (s.size[axis])
      copy_launch(g, &s, atk(&g->e, entry_out(g), end ? (before + from.dim[axis]) * step : 0), "pad_zeros");
  }
}

/* Axes so ordered that the result is contiguous; a turn when the innermost of both sides differ. */
static void lower_transpose(Gen *g, const Graph *graph, Val v) {
  Val in = graph_in(graph, v, 0);
  const Type from = *graph_type(graph, in), to = *graph_type(graph, v);
  CopySpec s = copy_spec(&from, &to, in), turned = s;
  type_phys(&to, s.size);
  for (int i = 0; i < to.rank; i++)
    s.from_stride[i] = turned.from_stride[graph_list(graph, v, "perm", i)];
  Nest n = nest_copy(g->c, &s, g->target_lanes);
  if (!turn_launch(g, &n, entry_out(g)))
    each_launch(g, &n, entry_out(g), "transpose");
}

static void lower_flat(Gen *g, const Graph *graph, Val v, Val in) {
  const Type t = *graph_type(graph, in);
  CopySpec s = copy_spec(&t, &t, in);
  if (graph_type(graph, v)->batched && !t.batched)
    s.batched = graph_type(graph, v)->batched;
  copy_launch(g, &s, entry_out(g), "copy");
}

/* A leaf without memory of its own kind: a number, a recipe number, N. */
static void lower_leaf(Gen *g, const Graph *graph, Val v) {
  CopySpec s = {0};
  Nest n = nest_copy(g->c, &s, g->target_lanes);
  OpId op = graph_node(graph, v)->op;
  if (op == OP_number) {
    n.t.formula = scalar_const(g->c, graph_attr(graph, v, "value")->number);
  } else {
    n.t.formula = scalar_var(g->c, 0);
    n.t.count = 1;
    n.t.op[0] = (Operand){.kind = op == OP_scalar ? OPERAND_SCALAR : OPERAND_BATCH, .val = v};
  }
  each_launch(g, &n, entry_out(g), "number");
}

void lower_copy(Gen *g, const Plan *p, int step) {
  Val v = p->steps.at[step].val;
  OpId op = graph_node(p->g, v)->op;
  if (op == OP_scalar || op == OP_number || op == OP_batch_size)
    lower_leaf(g, p->g, v);
  else
    lower_flat(g, p->g, v, v);
}

void lower_move(Gen *g, const Plan *p, int step) {
  const Graph *graph = p->g;
  Val v = p->steps.at[step].val;
  switch ((OpId)graph_node(graph, v)->op) {
  case OP_reshape:
    lower_flat(g, graph, v, graph_in(graph, v, 0));
    break;
  case OP_transpose:
    lower_transpose(g, graph, v);
    break;
  case OP_concat:
    lower_concat(g, graph, v);
    break;
  case OP_slice:
    lower_slice(g, graph, v);
    break;
  case OP_pad:
    lower_pad(g, graph, v);
    break;
  case OP_to_blocked:
  case OP_to_plain:
    turn_blocks(g, graph, v);
    break;
  default:
    BUG("%s is no move", name_text(g->c->names, op_row(g->c, graph_node(graph, v)->op)->name));
  }
}
