/* Functions that run a network or block over the leading axis of a value: all items at once, or one after another. */
#include "front/builtin.h"
#include <string.h>

/* The block, net or function among the arguments. */
static int callee_arg(Expand *x, const Args *args, const char *name, Span at, Value *out) {
  const Arg *a = arg_find(x, args, 1, name);
  if (!a)
    return misuse(x, at, "lacks its argument `%s`", name), 0;
  *out = a->value;
  if (a->value.kind == V_DECL || a->value.kind == V_FUNCTION)
    return 1;
  return a->value.kind == V_POISON ? 0 : wrong_kind(x, a->value, a->span, arena_printf(x->c->mem, "a block, net or function as `%s`", name));
}

/* The value with a leading axis. */
static int sequence_arg(Expand *x, const Args *args, Span at, Val *out) {
  if (!value_arg(x, args, 0, "x", at, out))
    return 0;
  if (graph_type(x->g, *out)->rank)
    return 1;
  misuse(x, at, "needs a value with a leading axis, not %s", say_value(x, value_val(*out)));
  return 0;
}

/* What stands behind the callee, and names that are not the function's own. */
static void pass_on(Expand *x, const Args *args, const char *callee, Args *to) {
  int seen = 0, named = arg_by_name(x, args, callee) != NULL;
  for (int i = 0; i < args->count; i++) {
    const Arg *a = &args->at[i];
    if (a->name ? a != arg_by_name(x, args, callee) && a != arg_by_name(x, args, "x") : seen++ > !named)
      vec_push(x->c->mem, to, *a);
  }
}

static Name callee_name(const Value *v) {
  return v->kind == V_DECL ? v->decl->name : v->text;
}

/* ---- map ---- */

/* A value of which each sample has `count`, as one with a leading axis; what is shared stays. */
static Value unfold(Expand *x, Value v, int count, Span at) {
  if (v.kind != V_VAL || !graph_type(x->g, v.val)->batched)
    return v;
  Attr a = attr_number(count);
  return value_val(node_add(x, OP_unfold, &v.val, 1, &a, at));
}

static Value unfold_all(Expand *x, Value v, int count, Span at) {
  if (v.kind != V_RECORD)
    return unfold(x, v, count, at);
  Value out = v;
  out.list = arena_alloc(x->c->mem, sizeof *out.list);
  for (int i = 0; i < v.list->count; i++)
    vec_push(x->c->mem, out.list, unfold(x, v.list->at[i], count, at));
  return out;
}

Value run_map(Expand *x, const Args *args, Span at) {
  Value net;
  Val v;
  if (!sequence_arg(x, args, at, &v) || !callee_arg(x, args, "net", at, &net))
    return (Value){0};
  const Type t = *graph_type(x->g, v);
  Attr spread[3] = {attr_ints(x->c, t.dim, t.rank), attr_number(x->fold), attr_number(0)};
  if (!t.batched)
    v = node_add(x, OP_expand, &v, 1, spread, at);
  Val items = v ? node_add(x, OP_fold, &v, 1, NULL, at) : 0;
  if (!items)
    return (Value){0};
  Args to = {0};
  vec_push(x->c->mem, &to, (Arg){0, value_val(items), at});
  pass_on(x, args, "net", &to);
  x->fold *= t.dim[0];
  Value out = apply_value(x, net, &to, x->label, at);
  x->fold /= t.dim[0];
  return unfold_all(x, out, t.dim[0], at);
}

/* ---- scan ---- */

static Val item_of(Expand *x, Val v, int i, Span at) {
  const Type t = *graph_type(x->g, v);
  Attr part[3] = {attr_number(0), attr_number(i), attr_number(i + 1)}, shape = attr_ints(x->c, t.dim + 1, t.rank - 1);
  v = node_add(x, OP_slice, &v, 1, part, at);
  return v ? node_add(x, OP_reshape, &v, 1, &shape, at) : 0;
}

/* Values along a new axis. */
static Value stack(Expand *x, const Values *list, int axis, Span at) {
  Args all = {0};
  for (int i = 0; i < list->count; i++) {
    Val v;
    int dims[MAX_RANK];
    if (!to_val(x, list->at[i], at, &v))
      return (Value){0};
    const Type *t = graph_type(x->g, v);
    if (t->rank == MAX_RANK)
      return misuse(x, at, "makes a value of more than 6 axes");
    if (axis < 0)
      axis += t->rank + 1;
    if (axis < 0 || axis > t->rank)
      return misuse(x, at, "finds no place for axis %d in %s", axis, say_value(x, value_val(v)));
    for (int k = 0; k <= t->rank; k++)
      dims[k] = k == axis ? 1 : t->dim[k - (k > axis)];
    Attr shape = attr_ints(x->c, dims, t->rank + 1);
    v = node_add(x, OP_reshape, &v, 1, &shape, at);
    vec_push(x->c->mem, &all, (Arg){0, value_val(v), at});
  }
  vec_push(x->c->mem, &all, (Arg){name_of(x->c->names, "axis"), value_number(axis), at});
  return run_concat(x, &all, at);
}

/* The states behind a step, and what it gives; 0 after reporting. */
static int take_states(Expand *x, Value out, Values *states, Values *collected, Span at) {
  int count = out.kind == V_RECORD ? out.list->count : 1, wanted = states->count;
  if (out.kind == V_POISON)
    return 0;
  if (count != wanted && count != wanted + 1)
    return misuse(x, at, "runs a block with %d state%s, which gives %d values: the new states come first, then what is collected", wanted,
                  wanted == 1 ? "" : "s", count), 0;
  for (int i = 0; i < wanted; i++) {
    Value v = out.kind == V_RECORD ? out.list->at[i] : out;
    Val before, after;
    if (!to_val(x, states->at[i], at, &before) || !to_val(x, v, at, &after))
      return 0;
    const Type *b = graph_type(x->g, before), *a = graph_type(x->g, after);
    if (a->rank != b->rank || memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim))
      return misuse(x, at, "begins with a state %s and goes on with one %s", say_value(x, states->at[i]), say_value(x, v)), 0;
    states->at[i] = v;
  }
  vec_push(x->c->mem, collected, out.kind == V_RECORD ? out.list->at[count > wanted ? wanted : 0] : out);
  return 1;
}

/* The steps are laid out one after another, so gradients of any order are those of what the cell does. All steps share the
   cell's weights; each has random numbers of its own. */
Value run_scan(Expand *x, const Args *args, Span at) {
  Value cell;
  Val v;
  if (!sequence_arg(x, args, at, &v) || !callee_arg(x, args, "cell", at, &cell))
    return (Value){0};
  Args rest = {0};
  Values states = {0}, collected = {0};
  pass_on(x, args, "cell", &rest);
  for (int i = 0; i < rest.count; i++)
    if (!rest.at[i].name)
      vec_push(x->c->mem, &states, rest.at[i].value);
  if (!states.count)
    return misuse(x, at, "needs the state it begins with, such as `zeros([64])`");
  Name label = x->label ? x->label : stage_label(x, callee_name(&cell));
  int info = x->info, steps = graph_type(x->g, v)->dim[0];
  for (int i = 0; i < steps; i++) {
    Args to = {0};
    Val item = item_of(x, v, i, at);
    if (!item || !spend(x, 1, at))
      break;
    vec_push(x->c->mem, &to, (Arg){0, value_val(item), at});
    for (int k = 0; k < states.count; k++)
      vec_push(x->c->mem, &to, (Arg){0, states.at[k], at});
    for (int k = 0; k < rest.count; k++)
      if (rest.at[k].name)
        vec_push(x->c->mem, &to, rest.at[k]);
    x->uses += i > 0; /* another use of the same weights */
    Value out = apply_value(x, cell, &to, label, at);
    x->info = -1; /* the summary shows one step */
    if (!take_states(x, out, &states, &collected, at))
      break;
  }
  x->info = info;
  return collected.count == steps ? stack(x, &collected, 0, at) : (Value){0};
}

/* ---- stack, zeros, ones ---- */

Value run_stack(Expand *x, const Args *args, Span at) {
  const Arg *list = arg_find(x, args, 0, "list");
  int axis;
  if (!list || !option_arg(x, args, 1, "axis", 0, &axis))
    return list ? (Value){0} : misuse(x, at, "lacks its argument `list`");
  if (list->value.kind != V_LIST || !list->value.list->count) {
    wrong_kind(x, list->value, list->span, "a list of values");
    return (Value){0};
  }
  return stack(x, list->value.list, axis, at);
}

static Value filled(Expand *x, const Args *args, Span at, double with) {
  const Arg *shape = arg_find(x, args, 0, "shape");
  int dims[MAX_RANK], n = shape ? shape_arg(x, shape, dims) : -1;
  if (n < 0)
    return shape ? (Value){0} : misuse(x, at, "lacks its argument `shape`");
  Val number = graph_number(x->g, with, user_span(x, at));
  Attr a[3] = {attr_ints(x->c, dims, n), attr_number(0), attr_number(0)};
  return value_val(node_add(x, OP_expand, &number, 1, a, at));
}

Value run_zeros(Expand *x, const Args *args, Span at) {
  return filled(x, args, at, 0);
}
Value run_ones(Expand *x, const Args *args, Span at) {
  return filled(x, args, at, 1);
}
