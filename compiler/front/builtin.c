/* Functions that need to see shapes or take any number of arguments: reductions, joining, sizes, randomness. What can be said in
   the language stands in compiler/prelude/ instead. */
#include "front/expand.h"
#include "graph/rule.h"
#include <math.h>
#include <string.h>

/* ---- arguments of functions ---- */

static const Arg *named(Expand *x, const Args *args, const char *name) {
  for (int i = 0; i < args->count; i++)
    if (args->at[i].name && !strcmp(name_text(x->c->names, args->at[i].name), name))
      return &args->at[i];
  return NULL;
}

static int positional(const Args *args) {
  int n = 0;
  for (int i = 0; i < args->count; i++)
    n += !args->at[i].name;
  return n;
}

static const Arg *nth(const Args *args, int n) {
  for (int i = 0; i < args->count; i++)
    if (!args->at[i].name && !n--)
      return &args->at[i];
  return NULL;
}

/* Argument n, or by name; NULL when not given. */
static const Arg *arg(Expand *x, const Args *args, int n, const char *name) {
  const Arg *a = named(x, args, name);
  return a ? a : nth(args, n);
}

static Value misuse(Expand *x, Span at, const char *name, const char *how) {
  diag_add(x->c, D_FUNCTION, user_span(x, at), name, how);
  return (Value){0};
}

static int value_arg(Expand *x, const Args *args, int n, const char *name, Span at, Val *out) {
  const Arg *a = arg(x, args, n, name);
  if (!a) {
    misuse(x, at, name, "is not given");
    return 0;
  }
  return to_val(x, a->value, a->span, out);
}

/* A flag or number by name, with a default. */
static int option(Expand *x, const Args *args, int n, const char *name, double otherwise, double *out) {
  const Arg *a = arg(x, args, n, name);
  *out = otherwise;
  return !a || to_number(x, a->value, a->span, name, out);
}

/* Axes as a list or one number, negative from the end; otherwise all of the value's. The count, or -1. */
static int axes_arg(Expand *x, const Arg *a, int rank, int *axes) {
  if (!a) {
    for (int i = 0; i < rank; i++)
      axes[i] = i;
    return rank;
  }
  int n = to_sizes(x, a->value, a->span, "axes", axes, MAX_RANK);
  for (int i = 0; i < n; i++) {
    if (axes[i] < 0)
      axes[i] += rank;
    if (axes[i] < 0 || axes[i] >= rank) {
      misuse(x, a->span, "axes", "names an axis that the value does not have");
      return -1;
    }
  }
  return n;
}

static Val scale(Expand *x, Val v, double by, Span at) {
  Val in[2] = {v, graph_number(x->g, by, at)};
  return v ? graph_add(x->g, OP_mul, in, 2, NULL, at) : 0;
}

/* ---- reductions within a sample ---- */

static Val reduce(Expand *x, OpId op, Val v, const int *axes, int n, int keep, Span at) {
  Attr a[2] = {attr_ints(x->c, axes, n), attr_number(keep)};
  return v ? graph_add(x->g, op, &v, 1, a, at) : 0;
}

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
  double keep;
  r->at = user_span(x, at);
  if (!value_arg(x, args, 0, "x", at, &r->v) || !option(x, args, 2, "keep", 0, &keep))
    return 0;
  r->keep = keep != 0;
  r->n = axes_arg(x, arg(x, args, 1, "axes"), graph_type(x->g, r->v)->rank, r->axes);
  return r->n >= 0;
}

static Value run_sum(Expand *x, const Args *args, Span at) {
  Reduction r;
  return read_reduction(x, args, at, &r) ? value_val(reduce(x, OP_reduce_sum, r.v, r.axes, r.n, r.keep, r.at)) : (Value){0};
}

static Value run_mean(Expand *x, const Args *args, Span at) {
  Reduction r;
  if (!read_reduction(x, args, at, &r))
    return (Value){0};
  return value_val(scale(x, reduce(x, OP_reduce_sum, r.v, r.axes, r.n, r.keep, r.at), 1 / count_of(x, r.v, r.axes, r.n), r.at));
}

static Value run_norm(Expand *x, const Args *args, Span at) {
  Reduction r;
  if (!read_reduction(x, args, at, &r))
    return (Value){0};
  Val both[2] = {r.v, r.v}, square = graph_add(x->g, OP_mul, both, 2, NULL, r.at);
  Val sum = reduce(x, OP_reduce_sum, square, r.axes, r.n, r.keep, r.at);
  return value_val(graph_add(x->g, OP_sqrt, &sum, 1, NULL, r.at));
}

static Value extreme(Expand *x, const Args *args, Span at, int least) {
  if (positional(args) == 2 && !named(x, args, "axes")) { /* of two values, element by element */
    Value a = nth(args, 0)->value, b = nth(args, 1)->value;
    if (a.kind == V_NUMBER && b.kind == V_NUMBER)
      return value_number(least == (a.number < b.number) ? a.number : b.number);
    Val in[2];
    if (!to_val(x, a, nth(args, 0)->span, &in[0]) || !to_val(x, b, nth(args, 1)->span, &in[1]))
      return (Value){0};
    return value_val(graph_add(x->g, least ? OP_minimum : OP_maximum, in, 2, NULL, user_span(x, at)));
  }
  Reduction r;
  if (!read_reduction(x, args, at, &r))
    return (Value){0};
  if (!least)
    return value_val(reduce(x, OP_reduce_max, r.v, r.axes, r.n, r.keep, r.at));
  Val minus = scale(x, r.v, -1, r.at);
  return value_val(scale(x, reduce(x, OP_reduce_max, minus, r.axes, r.n, r.keep, r.at), -1, r.at));
}

static Value run_max(Expand *x, const Args *args, Span at) {
  return extreme(x, args, at, 0);
}
static Value run_min(Expand *x, const Args *args, Span at) {
  return extreme(x, args, at, 1);
}

/* ---- reductions over the batch ---- */

/* The axes that are not kept. */
static int batch_axes(Expand *x, const Args *args, Val v, int *axes) {
  int keep[MAX_RANK], rank = graph_type(x->g, v)->rank, n = 0;
  const Arg *a = arg(x, args, 1, "keep");
  int kept = a ? axes_arg(x, a, rank, keep) : 0;
  if (kept < 0)
    return -1;
  for (int i = 0; i < rank; i++) {
    int is_kept = 0;
    for (int k = 0; k < kept; k++)
      is_kept |= keep[k] == i;
    if (!is_kept)
      axes[n++] = i;
  }
  return n;
}

static Val batch_count(Expand *x, Val v, const int *axes, int n, Span at) {
  return scale(x, graph_add(x->g, OP_batch_size, NULL, 0, NULL, at), count_of(x, v, axes, n), at);
}

static Val batch_mean(Expand *x, Val v, const int *axes, int n, Span at) {
  Attr a = attr_ints(x->c, axes, n);
  Val in[2] = {graph_add(x->g, OP_batch_sum, &v, 1, &a, at), batch_count(x, v, axes, n, at)};
  return graph_add(x->g, OP_div, in, 2, NULL, at);
}

static Value over_batch(Expand *x, const Args *args, Span at, int what) {
  Val v;
  int axes[MAX_RANK], n;
  if (!value_arg(x, args, 0, "x", at, &v) || (n = batch_axes(x, args, v, axes)) < 0)
    return (Value){0};
  at = user_span(x, at);
  Attr a = attr_ints(x->c, axes, n);
  switch (what) {
  case 's': return value_val(graph_add(x->g, OP_batch_sum, &v, 1, &a, at));
  case 'M': return value_val(graph_add(x->g, OP_batch_max, &v, 1, &a, at));
  case 'c': return value_val(batch_count(x, v, axes, n, at));
  default: return value_val(batch_mean(x, v, axes, n, at));
  }
}

static Value run_batch_sum(Expand *x, const Args *args, Span at) {
  return over_batch(x, args, at, 's');
}
static Value run_batch_max(Expand *x, const Args *args, Span at) {
  return over_batch(x, args, at, 'M');
}
static Value run_batch_count(Expand *x, const Args *args, Span at) {
  return over_batch(x, args, at, 'c');
}
static Value run_batch_mean(Expand *x, const Args *args, Span at) {
  return over_batch(x, args, at, 'm');
}

static Val keep_shape(Expand *x, Val m, Val v, const int *axes, int n, Span at) {
  int dims[MAX_RANK], rank = graph_type(x->g, v)->rank;
  for (int i = 0; i < rank; i++)
    dims[i] = graph_type(x->g, v)->dim[i];
  for (int i = 0; i < n; i++)
    dims[axes[i]] = 1;
  Attr shape = attr_ints(x->c, dims, rank);
  return m ? graph_add(x->g, OP_reshape, &m, 1, &shape, at) : 0;
}

/* Mean and (biased) variance, in two sweeps: exact where the mean is large. */
static Value run_batch_moments(Expand *x, const Args *args, Span at) {
  Val v;
  int axes[MAX_RANK], n;
  if (!value_arg(x, args, 0, "x", at, &v) || (n = batch_axes(x, args, v, axes)) < 0)
    return (Value){0};
  at = user_span(x, at);
  Val mean = batch_mean(x, v, axes, n, at);
  Val in[2] = {v, keep_shape(x, mean, v, axes, n, at)}, d = graph_add(x->g, OP_sub, in, 2, NULL, at);
  Val square[2] = {d, d}, dd = graph_add(x->g, OP_mul, square, 2, NULL, at);
  Value out = value_list(x, NULL, 0);
  vec_push(x->c->mem, out.list, value_val(mean));
  vec_push(x->c->mem, out.list, value_val(dd ? batch_mean(x, dd, axes, n, at) : 0));
  return out;
}

/* ---- shapes ---- */

static Value run_shape(Expand *x, const Args *args, Span at) {
  Val v;
  double dims[MAX_RANK];
  if (!value_arg(x, args, 0, "x", at, &v))
    return (Value){0};
  const Type *t = graph_type(x->g, v);
  for (int i = 0; i < t->rank; i++)
    dims[i] = t->dim[i];
  return value_list(x, dims, t->rank);
}

static Value size_of(Expand *x, const Args *args, Span at, int axis) {
  Val v;
  if (!value_arg(x, args, 0, "x", at, &v))
    return (Value){0};
  const Type *t = graph_type(x->g, v);
  if (axis < 0 || axis >= t->rank)
    return misuse(x, at, "x", "has no such axis");
  return value_number(t->dim[axis]);
}

static Value run_channels(Expand *x, const Args *args, Span at) {
  return size_of(x, args, at, 0);
}
static Value run_height(Expand *x, const Args *args, Span at) {
  return size_of(x, args, at, 1);
}
static Value run_width(Expand *x, const Args *args, Span at) {
  return size_of(x, args, at, 2);
}
static Value run_size(Expand *x, const Args *args, Span at) {
  double axis;
  return option(x, args, 1, "axis", 0, &axis) ? size_of(x, args, at, (int)axis) : (Value){0};
}

static Value run_len(Expand *x, const Args *args, Span at) {
  const Arg *a = nth(args, 0);
  return a && a->value.kind == V_LIST ? value_number(a->value.list->count) : misuse(x, at, "len", "takes a list");
}

static Value run_along(Expand *x, const Args *args, Span at) {
  Val v, like;
  double axis;
  if (!value_arg(x, args, 0, "v", at, &v) || !value_arg(x, args, 1, "x", at, &like) || !option(x, args, 2, "axis", 0, &axis))
    return (Value){0};
  const Type *t = graph_type(x->g, like), *vt = graph_type(x->g, v);
  int dims[MAX_RANK], rank = t->rank, size = vt->rank == 1 ? vt->dim[0] : -1;
  if (axis < 0)
    axis += rank;
  if (size < 0 || axis < 0 || axis >= rank || (t->dim[(int)axis] != size && t->dim[(int)axis] != 1))
    return misuse(x, at, "along", "takes a vector as long as the axis that it is spread along");
  for (int i = 0; i < rank; i++)
    dims[i] = i == (int)axis ? size : 1;
  Attr shape = attr_ints(x->c, dims, rank);
  return value_val(graph_add(x->g, OP_reshape, &v, 1, &shape, user_span(x, at)));
}

static Value run_reshape(Expand *x, const Args *args, Span at) {
  Val v;
  int dims[MAX_RANK], n;
  const Arg *shape = arg(x, args, 1, "shape");
  if (!value_arg(x, args, 0, "x", at, &v))
    return (Value){0};
  if (!shape)
    return misuse(x, at, "reshape", "needs a shape: reshape([64, 7, 7])");
  if ((n = to_sizes(x, shape->value, shape->span, "a shape", dims, MAX_RANK)) < 0)
    return (Value){0};
  double known = 1, unknown = -1;
  for (int i = 0; i < n; i++)
    dims[i] == -1 ? (unknown = i) : (known *= dims[i]);
  if (unknown >= 0 && known)
    dims[(int)unknown] = (int)((double)type_size(graph_type(x->g, v)) / known);
  Attr a = attr_ints(x->c, dims, n);
  return value_val(graph_add(x->g, OP_reshape, &v, 1, &a, user_span(x, at)));
}

static Value run_flatten(Expand *x, const Args *args, Span at) {
  Val v;
  if (!value_arg(x, args, 0, "x", at, &v))
    return (Value){0};
  int n = (int)type_size(graph_type(x->g, v));
  Attr a = attr_ints(x->c, &n, 1);
  return value_val(graph_add(x->g, OP_reshape, &v, 1, &a, user_span(x, at)));
}

static Value run_transpose(Expand *x, const Args *args, Span at) {
  Val v;
  if (!value_arg(x, args, 0, "x", at, &v))
    return (Value){0};
  int perm[MAX_RANK], rank = graph_type(x->g, v)->rank;
  const Arg *a = arg(x, args, 1, "perm");
  if (!a && rank < 2)
    return misuse(x, at, "transpose", "needs two axes or more");
  for (int i = 0; i < rank; i++)
    perm[i] = i < rank - 2 ? i : 2 * rank - 3 - i;
  if (a && to_sizes(x, a->value, a->span, "a permutation", perm, MAX_RANK) != rank)
    return misuse(x, at, "perm", "names each axis once");
  Attr p = attr_ints(x->c, perm, rank);
  return value_val(graph_add(x->g, OP_transpose, &v, 1, &p, user_span(x, at)));
}

static Value run_concat(Expand *x, const Args *args, Span at) {
  Vec(Val) in = {0};
  double axis;
  if (!option(x, args, 999, "axis", 0, &axis))
    return (Value){0};
  for (int i = 0; i < args->count; i++) {
    const Arg *a = &args->at[i];
    Value v = value_unwrap(a->value);
    int n = v.kind == V_LIST ? v.list->count : 1;
    for (int k = 0; k < n && !a->name; k++) {
      Val one;
      if (!to_val(x, v.kind == V_LIST ? v.list->at[k] : v, a->span, &one))
        return (Value){0};
      vec_push(x->c->mem, &in, one);
    }
  }
  if (!in.count || in.count > 60)
    return misuse(x, at, "concat", "takes 1 to 60 values");
  int rank = graph_type(x->g, in.at[0])->rank;
  Attr a = attr_number(axis < 0 ? axis + rank : axis);
  return value_val(graph_add(x->g, OP_concat, in.at, in.count, &a, user_span(x, at)));
}

static Value run_matmul(Expand *x, const Args *args, Span at) {
  Val in[2];
  if (!value_arg(x, args, 0, "a", at, &in[0]) || !value_arg(x, args, 1, "b", at, &in[1]))
    return (Value){0};
  const Type *b = graph_type(x->g, in[1]);
  OpId op = b->batched || b->rank != 2 ? OP_bmm : OP_matmul;
  return value_val(graph_add(x->g, op, in, 2, NULL, user_span(x, at)));
}

/* ---- randomness, gradients ---- */

/* A site: this call's place among the random calls of its instance, and which run of the net it is. */
uint32_t site_next(Expand *x) {
  const char *path = name_text(x->c->names, x->frame->path);
  uint32_t h = 2166136261u ^ (x->uses - x->uses_before) * 0x9E3779B9u;
  for (; *path; path++)
    h = (h ^ (unsigned char)*path) * 16777619u;
  return (h ^ (uint32_t)x->frame->sites++ * 0x85EBCA6Bu) * 16777619u;
}

static Value random_call(Expand *x, const Args *args, Span at, OpId op) {
  int dims[MAX_RANK], n = 0;
  const Arg *shape = arg(x, args, 0, "shape");
  if (shape && (n = to_sizes(x, shape->value, shape->span, "a shape", dims, MAX_RANK)) < 0)
    return (Value){0};
  Attr a[2] = {attr_ints(x->c, dims, n), attr_number(site_next(x))};
  return value_val(graph_add(x->g, op, NULL, 0, a, user_span(x, at)));
}

static Value run_uniform(Expand *x, const Args *args, Span at) {
  return random_call(x, args, at, OP_uniform);
}
static Value run_normal(Expand *x, const Args *args, Span at) {
  return random_call(x, args, at, OP_normal);
}

static Value run_grad(Expand *x, const Args *args, Span at) {
  Val in[2];
  if (!value_arg(x, args, 0, "of", at, &in[0]) || !value_arg(x, args, 1, "to", at, &in[1]))
    return (Value){0};
  if (graph_type(x->g, in[0])->rank)
    return misuse(x, at, "of", "is no scalar: sum it first");
  return value_val(graph_add(x->g, OP_grad, in, 2, NULL, user_span(x, at)));
}

/* ---- helpers of the prelude ---- */

static Value run_pair(Expand *x, const Args *args, Span at) {
  const Arg *a = nth(args, 0);
  if (a && a->value.kind == V_NUMBER) {
    double both[2] = {a->value.number, a->value.number};
    return value_list(x, both, 2);
  }
  return a && a->value.kind == V_LIST && a->value.list->count == 2 ? a->value : misuse(x, at, "a size", "is one number or [vertical, horizontal]");
}

/* pads(pad, kernel, stride, dilation, size): [top, bottom, left, right] from what the user wrote; `same` is the default. */
static Value run_pads(Expand *x, const Args *args, Span at) {
  int k[2], s[2], d[2], size[2];
  double out[4];
  if (args->count != 5 || to_sizes(x, args->at[1].value, at, "a kernel size", k, 2) != 2 ||
      to_sizes(x, args->at[2].value, at, "a stride", s, 2) != 2 || to_sizes(x, args->at[3].value, at, "a dilation", d, 2) != 2 ||
      to_sizes(x, args->at[4].value, at, "a size", size, 2) != 2)
    return (Value){0};
  Value pad = args->at[0].value;
  if (pad.kind == V_NUMBER || pad.kind == V_LIST) {
    int p[4], n = to_sizes(x, pad, at, "pad", p, 4);
    for (int i = 0; i < 4; i++)
      out[i] = n == 4 ? p[i] : n == 2 ? p[i / 2] : p[0];
    return n == 1 || n == 2 || n == 4 ? value_list(x, out, 4) : misuse(x, at, "pad", "is a number, [vertical, horizontal] or [top, bottom, left, right]");
  }
  int tf = pad.kind == V_TEXT && !strcmp(name_text(x->c->names, pad.text), "tf_same");
  for (int i = 0; i < 2; i++) {
    int span = d[i] * (k[i] - 1) + 1;
    if (!tf && span % 2 == 0 && s[i] % 2) {
      diag_add(x->c, D_EVEN_KERNEL, user_span(x, at));
      return (Value){0};
    }
    double total = fmax((ceil((double)size[i] / s[i]) - 1) * s[i] + span - size[i], 0);
    double each = fmax(0, ceil((span - s[i]) / 2.0));
    out[2 * i] = tf ? floor(total / 2) : each;
    out[2 * i + 1] = tf ? total - floor(total / 2) : each;
  }
  return value_list(x, out, 4);
}

static Value run_map(Expand *x, const Args *args, Span at) {
  (void)args;
  diag_add(x->c, D_NOT_BUILT, user_span(x, at), "`map` (a network over the frames of a sequence)");
  return (Value){0};
}

static const Builtin builtins[] = {
    {"sum", "(x, axes: all, keep: false)", "sum within a sample", run_sum},
    {"mean", "(x, axes: all, keep: false)", "mean within a sample", run_mean},
    {"max", "(x, axes: all, keep: false) or (a, b)", "largest within a sample, or of two values", run_max},
    {"min", "(x, axes: all, keep: false) or (a, b)", "smallest within a sample, or of two values", run_min},
    {"norm", "(x, axes: all, keep: false)", "square root of the sum of squares within a sample", run_norm},
    {"batch_sum", "(x, keep: none)", "sum over the batch and all axes but the kept", run_batch_sum},
    {"batch_mean", "(x, keep: none)", "mean over the batch and all axes but the kept", run_batch_mean},
    {"batch_max", "(x, keep: none)", "largest over the batch and all axes but the kept", run_batch_max},
    {"batch_moments", "(x, keep: none)", "mean and biased variance over the batch and all axes but the kept", run_batch_moments},
    {"batch_count", "(x, keep: none)", "how many numbers batch_sum adds up", run_batch_count},
    {"shape", "(x)", "the sizes of one sample, a list", run_shape},
    {"channels", "(x)", "size of axis 0", run_channels},
    {"height", "(x)", "size of axis 1", run_height},
    {"width", "(x)", "size of axis 2", run_width},
    {"size", "(x, axis)", "size of an axis", run_size},
    {"len", "(list)", "number of items", run_len},
    {"along", "(v, x, axis)", "a vector spread along an axis of x", run_along},
    {"reshape", "(x, shape)", "the same numbers under another shape; one size may be -1", run_reshape},
    {"flatten", "(x)", "all of a sample as one vector", run_flatten},
    {"transpose", "(x, perm: the last two swapped)", "axes in another order", run_transpose},
    {"concat", "(a, b, ..., axis: 0)", "values joined along an axis", run_concat},
    {"matmul", "(a, b)", "matrix product", run_matmul},
    {"uniform", "(shape: [])", "random numbers in [0, 1), new for each sample and step", run_uniform},
    {"normal", "(shape: [])", "random numbers with mean 0 and deviation 1, new for each sample and step", run_normal},
    {"grad", "(of, to)", "the gradient of a scalar, itself differentiable", run_grad},
    {"map", "(x, net)", "a network over the leading axis", run_map},
    {"pair", "(size)", "one number as [n, n]", run_pair},
    {"pads", "(pad, kernel, stride, dilation, size)", "padding as [top, bottom, left, right]", run_pads},
};

const Builtin *builtin_at(int i) {
  return i < (int)(sizeof builtins / sizeof *builtins) ? &builtins[i] : NULL;
}

const Builtin *builtin_find(const Expand *x, Name name) {
  for (int i = 0; builtin_at(i); i++)
    if (!strcmp(builtins[i].name, name_text(x->c->names, name)))
      return &builtins[i];
  return NULL;
}

/* ---- primitives called as functions ---- */

static int to_attr(Expand *x, Value v, Span at, Attr *out) {
  double list[16];
  if (v.kind == V_NUMBER) {
    *out = attr_number(v.number);
    return 1;
  }
  if (v.kind != V_LIST || v.list->count > 16) {
    double d;
    return to_number(x, v, at, "a number or a list of numbers", &d);
  }
  for (int i = 0; i < v.list->count; i++)
    if (!to_number(x, v.list->at[i], at, "a number", &list[i]))
      return 0;
  *out = attr_list(x->c, list, v.list->count);
  return 1;
}

static int read_attrs(Expand *x, const OpRow *row, const Args *args, Span at, Attr *out) {
  Rule r = {.g = x->g, .at = user_span(x, at)};
  const char *op = name_text(x->c->names, row->name);
  for (int i = 0; i < args->count; i++) {
    int known = !args->at[i].name;
    for (int k = 0; k < row->attrs; k++)
      known |= row->attr[k] == args->at[i].name;
    for (int k = 0; k < row->operands; k++)
      known |= row->operand[k] == args->at[i].name;
    if (known)
      continue;
    Diag *d = diag_add(x->c, D_UNKNOWN_ARGUMENT, user_span(x, args->at[i].span), op, name_text(x->c->names, args->at[i].name));
    diag_help(x->c, d, "`netc help %s` prints what it takes", op);
    return 0;
  }
  for (int i = 0; i < row->attrs; i++) {
    const Arg *a = arg(x, args, row->operands + i, name_text(x->c->names, row->attr[i]));
    if (a ? !to_attr(x, a->value, a->span, &out[i]) : !row->attr_default[i]) {
      if (!a)
        misuse(x, at, name_text(x->c->names, row->attr[i]), "is not given");
      return 0;
    }
    if (!a && !rule_default(&r, row, i, &out[i]))
      return 0;
  }
  return 1;
}

Value op_call(Expand *x, const OpRow *row, const Args *args, Span at) {
  Val in[MAX_OPERANDS];
  Attr attrs[MAX_ATTRS];
  double numbers[3];
  if (row->lower == LOWER_LEAF || row->lower == LOWER_RANDOM || row->operands < 0 || row->id == OP_to_blocked || row->id == OP_to_plain)
    return misuse(x, at, name_text(x->c->names, row->name), "stands in graph texts only");
  int constant = row->each;
  for (int i = 0; i < row->operands; i++) {
    const Arg *a = arg(x, args, i, name_text(x->c->names, row->operand[i]));
    if (!a)
      return misuse(x, at, name_text(x->c->names, row->operand[i]), "is not given");
    constant &= a->value.kind == V_NUMBER;
    numbers[i < 3 ? i : 2] = a->value.number;
  }
  if (row->each && positional(args) > row->operands)
    return misuse(x, at, name_text(x->c->names, row->name), "is given too many arguments");
  if (constant)
    return value_number(scalar_eval(x->c, row->formula, numbers));
  for (int i = 0; i < row->operands; i++)
    if (!value_arg(x, args, i, name_text(x->c->names, row->operand[i]), at, &in[i]))
      return (Value){0};
  if (!read_attrs(x, row, args, at, attrs))
    return (Value){0};
  return value_val(graph_add(x->g, row->id, in, row->operands, attrs, user_span(x, at)));
}
