/* Functions that reduce: within a sample, and over the batch. */
#include "front/builtin.h"

static Val scale(Expand *x, Val v, double by, Span at) {
  Val in[2] = {v, graph_number(x->g, by, user_span(x, at))};
  return v ? node_add(x, OP_mul, in, 2, NULL, at) : 0;
}

/* ---- within a sample ---- */

static double count_of(const Expand *x, Val v, const int *axes, int n) {
  double count = 1;
  for (int i = 0; i < n; i++)
    count *= graph_type(x->g, v)->dim[axes[i]];
  return count;
}

typedef struct {
  Val v;
  int axes[MAX_RANK], n, keep;
  Span at;
} Reduction;

static int read_reduction(Expand *x, const Args *args, Span at, Reduction *r) {
  if (!value_arg(x, args, 0, "x", at, &r->v) || !option_arg(x, args, 2, "keep", 0, &r->keep))
    return 0;
  r->keep = r->keep != 0;
  r->n = axes_arg(x, arg_find(x, args, 1, "axes"), r->v, r->axes);
  r->at = at;
  return r->n >= 0;
}

static Val reduce(Expand *x, OpId op, Val v, const Reduction *r) {
  Attr a[2] = {attr_ints(x->c, r->axes, r->n), attr_number(r->keep)};
  return v ? node_add(x, op, &v, 1, a, r->at) : 0;
}

Value run_sum(Expand *x, const Args *args, Span at) {
  Reduction r;
  return read_reduction(x, args, at, &r) ? value_val(reduce(x, OP_reduce_sum, r.v, &r)) : (Value){0};
}

Value run_mean(Expand *x, const Args *args, Span at) {
  Reduction r;
  if (!read_reduction(x, args, at, &r))
    return (Value){0};
  return value_val(scale(x, reduce(x, OP_reduce_sum, r.v, &r), 1 / count_of(x, r.v, r.axes, r.n), r.at));
}

Value run_norm(Expand *x, const Args *args, Span at) {
  Reduction r;
  if (!read_reduction(x, args, at, &r))
    return (Value){0};
  Val both[2] = {r.v, r.v}, square = node_add(x, OP_mul, both, 2, NULL, r.at);
  Val sum = reduce(x, OP_reduce_sum, square, &r);
  return value_val(node_add(x, OP_sqrt, &sum, 1, NULL, r.at));
}

static Value of_two(Expand *x, const Args *args, Span at, int least) {
  Value a = value_unwrap(nth(args, 0)->value), b = value_unwrap(nth(args, 1)->value);
  if (a.kind == V_NUMBER && b.kind == V_NUMBER)
    return value_number(least == (a.number < b.number) ? a.number : b.number);
  Val in[2];
  if (!to_val(x, a, nth(args, 0)->span, &in[0]) || !to_val(x, b, nth(args, 1)->span, &in[1]))
    return (Value){0};
  return value_val(node_add(x, least ? OP_minimum : OP_maximum, in, 2, NULL, at));
}

static Value extreme(Expand *x, const Args *args, Span at, int least) {
  if (positional(args) == 2 && args->count == 2)
    return of_two(x, args, at, least);
  Reduction r;
  if (!read_reduction(x, args, at, &r))
    return (Value){0};
  if (!least)
    return value_val(reduce(x, OP_reduce_max, r.v, &r));
  return value_val(scale(x, reduce(x, OP_reduce_max, scale(x, r.v, -1, r.at), &r), -1, r.at));
}

Value run_max(Expand *x, const Args *args, Span at) {
  return extreme(x, args, at, 0);
}
Value run_min(Expand *x, const Args *args, Span at) {
  return extreme(x, args, at, 1);
}

/* ---- over the batch ---- */

typedef struct {
  Val v;
  int axes[MAX_RANK], n; /* the axes that are not kept */
  Span at;
} Batch;

static int read_batch(Expand *x, const Args *args, Span at, Batch *b) {
  int keep[MAX_RANK], kept = 0;
  if (!value_arg(x, args, 0, "x", at, &b->v))
    return 0;
  const Arg *a = arg_find(x, args, 1, "keep");
  if (a && (kept = axes_arg(x, a, b->v, keep)) < 0)
    return 0;
  b->n = 0;
  for (int i = 0; i < graph_type(x->g, b->v)->rank; i++) {
    int is_kept = 0;
    for (int k = 0; k < kept; k++)
      is_kept |= keep[k] == i;
    if (!is_kept)
      b->axes[b->n++] = i;
  }
  b->at = at;
  return 1;
}

static Val batch_op(Expand *x, OpId op, const Batch *b) {
  Attr a = attr_ints(x->c, b->axes, b->n);
  Val v = b->v ? node_add(x, op, &b->v, 1, &a, b->at) : 0;
  int each = v && op == OP_batch_sum && !graph_type(x->g, b->v)->batched ? x->fold : 1; /* a shared value stands in all of them */
  return each > 1 ? scale(x, v, each, b->at) : v;
}

static Val batch_count(Expand *x, const Batch *b) {
  return scale(x, node_add(x, OP_batch_size, NULL, 0, NULL, b->at), x->fold * count_of(x, b->v, b->axes, b->n), b->at);
}

static Val batch_mean(Expand *x, const Batch *b) {
  Val in[2] = {batch_op(x, OP_batch_sum, b), b->v ? batch_count(x, b) : 0};
  return node_add(x, OP_div, in, 2, NULL, b->at);
}

Value run_batch_sum(Expand *x, const Args *args, Span at) {
  Batch b;
  return read_batch(x, args, at, &b) ? value_val(batch_op(x, OP_batch_sum, &b)) : (Value){0};
}
Value run_batch_max(Expand *x, const Args *args, Span at) {
  Batch b;
  return read_batch(x, args, at, &b) ? value_val(batch_op(x, OP_batch_max, &b)) : (Value){0};
}
Value run_batch_count(Expand *x, const Args *args, Span at) {
  Batch b;
  return read_batch(x, args, at, &b) ? value_val(batch_count(x, &b)) : (Value){0};
}
Value run_batch_mean(Expand *x, const Args *args, Span at) {
  Batch b;
  return read_batch(x, args, at, &b) ? value_val(batch_mean(x, &b)) : (Value){0};
}

/* m, whose reduced axes are gone, as it stands beside the value. */
static Val beside(Expand *x, Val m, const Batch *b) {
  const Type *t = graph_type(x->g, b->v);
  int dims[MAX_RANK];
  for (int i = 0; i < t->rank; i++)
    dims[i] = t->dim[i];
  for (int i = 0; i < b->n; i++)
    dims[b->axes[i]] = 1;
  Attr shape = attr_ints(x->c, dims, t->rank);
  return m ? node_add(x, OP_reshape, &m, 1, &shape, b->at) : 0;
}

/* Mean and (biased) variance, in two sweeps: exact where the mean is large. */
Value run_batch_moments(Expand *x, const Args *args, Span at) {
  Batch b;
  if (!read_batch(x, args, at, &b))
    return (Value){0};
  Val mean = batch_mean(x, &b), in[2] = {b.v, beside(x, mean, &b)}, d = node_add(x, OP_sub, in, 2, NULL, b.at);
  Val square[2] = {d, d};
  Batch of = b;
  of.v = node_add(x, OP_mul, square, 2, NULL, b.at);
  Value out = value_list(x, NULL, 0);
  vec_push(x->c->mem, out.list, value_val(mean));
  vec_push(x->c->mem, out.list, value_val(batch_mean(x, &of)));
  return out;
}
