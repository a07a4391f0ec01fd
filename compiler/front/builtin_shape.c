/* Functions that ask for shapes, move elements, draw random numbers, and those that serve the prelude. */
#include "front/builtin.h"
#include <math.h>
#include <string.h>

/* ---- asking ---- */

Value run_shape(Expand *x, const Args *args, Span at) {
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
  if (axis >= t->rank)
    return misuse(x, at, "finds no axis %d in %s", axis, say_value(x, value_val(v)));
  return value_number(t->dim[axis]);
}

Value run_channels(Expand *x, const Args *args, Span at) {
  return size_of(x, args, at, 0);
}
Value run_height(Expand *x, const Args *args, Span at) {
  return size_of(x, args, at, 1);
}
Value run_width(Expand *x, const Args *args, Span at) {
  return size_of(x, args, at, 2);
}

Value run_size(Expand *x, const Args *args, Span at) {
  Val v;
  int axis;
  if (!value_arg(x, args, 0, "x", at, &v) || !axis_arg(x, args, 1, "axis", 0, v, at, &axis))
    return (Value){0};
  return value_number(graph_type(x->g, v)->dim[axis]);
}

Value run_axes_of(Expand *x, const Args *args, Span at) {
  Val v;
  int axes[MAX_RANK];
  double list[MAX_RANK];
  if (!value_arg(x, args, 0, "x", at, &v))
    return (Value){0};
  int n = axes_arg(x, arg_find(x, args, 1, "axes"), v, axes);
  for (int i = 0; i < n; i++)
    list[i] = axes[i];
  return n < 0 ? (Value){0} : value_list(x, list, n);
}

Value run_classes(Expand *x, const Args *args, Span at) {
  Val v;
  if (!value_arg(x, args, 0, "x", at, &v))
    return (Value){0};
  for (int i = 0; i < x->labelled.count; i++)
    if (x->labelled.at[i].val == v)
      return value_number(x->labelled.at[i].classes);
  return value_number(0);
}

Value run_len(Expand *x, const Args *args, Span at) {
  const Arg *a = nth(args, 0);
  if (!a)
    return misuse(x, at, "lacks its argument `list`");
  if (a->value.kind == V_LIST)
    return value_number(a->value.list->count);
  wrong_kind(x, a->value, a->span, "a list");
  return (Value){0};
}

/* ---- moving ---- */

static Value reshaped(Expand *x, Val v, const int *dims, int rank, Span at) {
  Attr a = attr_ints(x->c, dims, rank);
  return value_val(node_add(x, OP_reshape, &v, 1, &a, at));
}

Value run_along(Expand *x, const Args *args, Span at) {
  Val v, like;
  int axis, dims[MAX_RANK];
  if (!value_arg(x, args, 0, "v", at, &v) || !value_arg(x, args, 1, "x", at, &like) ||
      !axis_arg(x, args, 2, "axis", 0, like, at, &axis))
    return (Value){0};
  const Type *t = graph_type(x->g, like), *vt = graph_type(x->g, v);
  if (vt->rank != 1 || (t->dim[axis] != vt->dim[0] && t->dim[axis] != 1))
    return misuse(x, at, "spreads a vector as long as the axis: axis %d of %s is %d long, this is %s", axis,
                  say_type(x, graph_node(x->g, like)->type), t->dim[axis], say_type(x, graph_node(x->g, v)->type));
  for (int i = 0; i < t->rank; i++)
    dims[i] = i == axis ? vt->dim[0] : 1;
  return reshaped(x, v, dims, t->rank, at);
}

Value run_reshape(Expand *x, const Args *args, Span at) {
  Val v;
  int dims[MAX_RANK], unknown = -1;
  const Arg *shape = arg_find(x, args, 1, "shape");
  if (!value_arg(x, args, 0, "x", at, &v))
    return (Value){0};
  if (!shape)
    return misuse(x, at, "lacks its argument `shape`");
  int n = to_sizes(x, shape->value, shape->span, "a size", -1, dims, MAX_RANK);
  int64_t known = 1, all = type_size(graph_type(x->g, v));
  for (int i = 0; i < n; i++) {
    if (dims[i] < 0 && unknown >= 0)
      return misuse(x, shape->span, "can find one size that is -1, not two");
    if (dims[i] < 0)
      unknown = i;
    else if (known <= all)
      known *= dims[i];
  }
  if (n < 0)
    return (Value){0};
  if (unknown >= 0 && (known < 1 || all % known))
    return misuse(x, shape->span, "cannot part the %lld numbers of %s by %lld", (long long)all,
                  say_type(x, graph_node(x->g, v)->type), (long long)known);
  if (unknown >= 0)
    dims[unknown] = (int)(all / known);
  return reshaped(x, v, dims, n, at);
}

Value run_flatten(Expand *x, const Args *args, Span at) {
  Val v;
  if (!value_arg(x, args, 0, "x", at, &v))
    return (Value){0};
  int n = (int)type_size(graph_type(x->g, v));
  return reshaped(x, v, &n, 1, at);
}

Value run_transpose(Expand *x, const Args *args, Span at) {
  Val v;
  if (!value_arg(x, args, 0, "x", at, &v))
    return (Value){0};
  int perm[MAX_RANK], rank = graph_type(x->g, v)->rank;
  const Arg *a = arg_find(x, args, 1, "perm");
  if (!a && rank < 2)
    return misuse(x, at, "swaps the last two axes, but this is %s", say_value(x, value_val(v)));
  for (int i = 0; i < rank; i++)
    perm[i] = i < rank - 2 ? i : 2 * rank - 3 - i;
  int n = a ? axes_arg(x, a, v, perm) : rank;
  if (n >= 0 && n != rank)
    return misuse(x, a->span, "needs all %d axes in their new order, not %d", rank, n);
  if (n < 0)
    return (Value){0};
  Attr p = attr_ints(x->c, perm, rank);
  return value_val(node_add(x, OP_transpose, &v, 1, &p, at));
}

/* In rows of at most so many, since an operation has few operands. */
static Val join(Expand *x, const Val *in, int count, int axis, Span at) {
  enum { MOST = 60 };
  Attr a = attr_number(axis);
  if (count <= MOST)
    return node_add(x, OP_concat, in, count, &a, at);
  Vec(Val) rows = {0};
  for (int i = 0; i < count; i += MOST) {
    Val row = node_add(x, OP_concat, in + i, count - i < MOST ? count - i : MOST, &a, at);
    if (!row)
      return 0;
    vec_push(x->c->mem, &rows, row);
  }
  return join(x, rows.at, rows.count, axis, at);
}

Value run_concat(Expand *x, const Args *args, Span at) {
  Vec(Val) in = {0};
  int axis;
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
  if (!in.count)
    return misuse(x, at, "needs a value");
  if (!axis_arg(x, args, args->count, "axis", 0, in.at[0], at, &axis))
    return (Value){0};
  return value_val(join(x, in.at, in.count, axis, at));
}

Value run_matmul(Expand *x, const Args *args, Span at) {
  Val in[2];
  if (!value_arg(x, args, 0, "a", at, &in[0]) || !value_arg(x, args, 1, "b", at, &in[1]))
    return (Value){0};
  const Type *b = graph_type(x->g, in[1]);
  OpId op = b->batched || b->rank != 2 ? OP_bmm : OP_matmul;
  return value_val(node_add(x, op, in, 2, NULL, at));
}

/* ---- randomness, gradients ---- */

/* A site: this call's place among the random calls of its instance, and which run of the net it is. */
static uint32_t site_next(Expand *x) {
  const char *path = name_text(x->c->names, x->frame->path);
  uint32_t h = 2166136261u ^ (x->uses - x->uses_before) * 0x9E3779B9u;
  for (; *path; path++)
    h = (h ^ (unsigned char)*path) * 16777619u;
  return (h ^ (uint32_t)x->frame->sites++ * 0x85EBCA6Bu) * 16777619u;
}

static Value random_call(Expand *x, const Args *args, Span at, OpId op) {
  int dims[MAX_RANK], n = 0;
  const Arg *shape = arg_find(x, args, 0, "shape");
  if (shape && (n = shape_arg(x, shape, dims)) < 0)
    return (Value){0};
  if (x->fold > 1 && n == MAX_RANK)
    return misuse(x, at, "makes values of at most 5 axes within `map`");
  if (x->fold > 1) { /* a value for each of the sample's */
    memmove(dims + 1, dims, (size_t)n++ * sizeof *dims);
    dims[0] = x->fold;
  }
  Attr a[2] = {attr_ints(x->c, dims, n), attr_number(site_next(x))};
  Val v = node_add(x, op, NULL, 0, a, at);
  return value_val(x->fold > 1 ? node_add(x, OP_fold, &v, 1, NULL, at) : v);
}

Value run_uniform(Expand *x, const Args *args, Span at) {
  return random_call(x, args, at, OP_uniform);
}
Value run_normal(Expand *x, const Args *args, Span at) {
  return random_call(x, args, at, OP_normal);
}

Value run_grad(Expand *x, const Args *args, Span at) {
  Val in[2];
  if (!value_arg(x, args, 0, "of", at, &in[0]) || !value_arg(x, args, 1, "to", at, &in[1]))
    return (Value){0};
  if (graph_type(x->g, in[0])->rank)
    return misuse(x, at, "differentiates one number, but this is %s: sum it first", say_value(x, value_val(in[0])));
  return value_val(node_add(x, OP_grad, in, 2, NULL, at));
}

/* ---- for the prelude, and for layers like its own ---- */

/* require(condition, "text", value) */
Value run_require(Expand *x, const Args *args, Span at) {
  if (args->count != 3)
    return misuse(x, at, "needs a condition, a text and a value");
  const Arg *condition = &args->at[0], *text = &args->at[1];
  if (condition->value.kind != V_NUMBER || text->value.kind != V_TEXT) {
    wrong_kind(x, condition->value.kind != V_NUMBER ? condition->value : text->value, at, "a condition that is known now, then a text,");
    return (Value){0};
  }
  if (condition->value.number != 0)
    return args->at[2].value;
  const Ast *block = layer_of(x) ? layer_of(x) : x->frame->decl;
  diag_add(x->c, D_REQUIRE, user_span(x, x->frame->call.len ? x->frame->call : at),
           block ? name_text(x->c->names, block->name) : "require", name_text(x->c->names, text->value.text));
  return (Value){0};
}

Value run_whole(Expand *x, const Args *args, Span at) {
  const Arg *a = nth(args, 0);
  int least, size;
  if (!a || !option_arg(x, args, 1, "least", 1, &least))
    return a ? (Value){0} : misuse(x, at, "lacks its argument `size`");
  return to_size(x, a->value, a->span, arena_printf(x->c->mem, "`%s`", say_source(x, a->span)), least, &size) ? a->value : (Value){0};
}

Value run_pair(Expand *x, const Args *args, Span at) {
  const Arg *a = nth(args, 0);
  int both[2], least;
  if (!a || !option_arg(x, args, 1, "least", 1, &least))
    return a ? (Value){0} : misuse(x, at, "lacks its argument `size`");
  const char *what = arena_printf(x->c->mem, "`%s`", say_source(x, a->span));
  int n = to_sizes(x, a->value, a->span, what, least, both, 2);
  if (n < 0)
    return (Value){0};
  if (a->value.kind == V_LIST && n != 2) {
    wrong_kind(x, a->value, a->span, arena_printf(x->c->mem, "one number or [vertical, horizontal] for %s", what));
    return (Value){0};
  }
  Value v = value_list(x, (double[]){both[0], n == 2 ? both[1] : both[0]}, 2);
  v.from = a->value.from;
  return v;
}

/* What was written for pad: as [top, bottom, left, right]. */
static Value given_pads(Expand *x, const Arg *pad) {
  int p[4], n = to_sizes(x, pad->value, pad->span, "`pad`", 0, p, 4);
  double out[4];
  for (int i = 0; i < 4 && n > 0; i++)
    out[i] = n == 4 ? p[i] : n == 2 ? p[i / 2] : p[0];
  if (n == 1 || n == 2 || n == 4)
    return value_list(x, out, 4);
  if (n >= 0)
    wrong_kind(x, pad->value, pad->span, "one number, [vertical, horizontal] or [top, bottom, left, right] for `pad`");
  return (Value){0};
}

/* pads(pad, kernel, stride, dilation, size): `same` is the default. */
Value run_pads(Expand *x, const Args *args, Span at) {
  int v[4][2]; /* kernel, stride, dilation, size */
  double out[4];
  if (args->count != 5)
    return misuse(x, at, "needs five arguments");
  for (int i = 0; i < 4; i++)
    if (to_sizes(x, args->at[i + 1].value, at, "a size", 1, v[i], 2) != 2)
      return (Value){0};
  const Arg *pad = &args->at[0];
  const char *word = pad->value.kind == V_TEXT ? name_text(x->c->names, pad->value.text) : "";
  int tf = !strcmp(word, "tf_same");
  if (!tf && strcmp(word, "same"))
    return given_pads(x, pad);
  for (int i = 0; i < 2; i++) {
    double span = (double)v[2][i] * (v[0][i] - 1) + 1, stride = v[1][i], size = v[3][i];
    if (!tf && fmod(span, 2) == 0 && fmod(stride, 2) != 0) {
      diag_add(x->c, D_EVEN_KERNEL, user_span(x, at));
      return (Value){0};
    }
    double total = fmax((ceil(size / stride) - 1) * stride + span - size, 0), each = fmax(0, ceil((span - stride) / 2));
    out[2 * i] = tf ? floor(total / 2) : each;
    out[2 * i + 1] = tf ? total - floor(total / 2) : each;
  }
  return value_list(x, out, 4);
}
