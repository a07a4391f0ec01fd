/* The type of a node-to-be. Most rows say it in their signature (letters bind and must agree); the rest have a rule here. */
#include "graph/rule.h"
#include "graph/trace.h"
#include "base/bug.h"
#include <string.h>

typedef struct {
  Graph *g;
  const OpRow *row;
  const Val *in;
  int nin;
  const Attr *attrs;
  Scalar formula;
  Span at;
} Ask;

static const char *shape_text(const Graph *g, TypeId id) {
  Text t = {.mem = g->c->mem};
  type_say(type_get(g->c, id), &t);
  return text_str(&t);
}

/* A size as written, in the room of a type: what is too large or small for it is refused later, by check_size. */
static int32_t size_of(double d) {
  return d >= INT32_MAX ? INT32_MAX : d >= 1 ? (int32_t)d : 0;
}

static TypeId refuse(const Ask *a, const char *what) {
  Diag *d = diag_add(a->g->c, D_OP_SHAPE, a->at, name_text(a->g->c->names, a->row->name), what);
  for (int i = 0; i < a->nin && i < 4; i++)
    trace_note(a->g, d, a->in[i]);
  return 0;
}

/* ---- elementwise ---- */

static TypeId each_type(const Ask *a, int from, TypeId first) {
  TypeId in[64];
  int n = 0, bad = 0;
  BUG_IF(a->nin > 62);
  if (first)
    in[n++] = first;
  for (int i = from; i < a->nin; i++)
    in[n++] = graph_node(a->g, a->in[i])->type;
  TypeId t = type_broadcast(a->g->c, in, n, &bad);
  if (t)
    return t;
  int other = 0; /* the operand that the bad one does not go with */
  for (int i = 0, b; i < bad; i++) {
    TypeId pair[2] = {in[i], in[bad]};
    if (!type_broadcast(a->g->c, pair, 2, &b))
      other = i;
  }
  Diag *d = diag_add(a->g->c, D_BROADCAST, a->at, shape_text(a->g, in[other]), shape_text(a->g, in[bad]));
  int skip = first ? 1 : 0;
  if (other >= skip)
    trace_note(a->g, d, a->in[from + other - skip]);
  trace_note(a->g, d, a->in[from + bad - skip]);
  const Type *x = type_get(a->g->c, in[other]), *y = type_get(a->g->c, in[bad]);
  if (x->rank != y->rank && (x->rank == 1 || y->rank == 1))
    diag_help(a->g->c, d, "`along(v, x, 0)` spreads a vector v over axis 0 of x");
  return 0;
}

/* ---- rules beyond signatures ---- */

static int count_of(const Attr *a) {
  return (int)a->count;
}

/* The axes of a list, checked: a mask, or -1. */
static int axes_mask(const Attr *axes, int rank) {
  int mask = 0;
  for (int i = 0; i < count_of(axes); i++) {
    int axis = (int)axes->list[i];
    if (axis < 0 || axis >= rank || mask >> axis & 1)
      return -1;
    mask |= 1 << axis;
  }
  return mask;
}

static TypeId reduce_type(const Ask *a) {
  Ctx *c = a->g->c;
  int bad;
  TypeId in[64];
  for (int i = 0; i < a->nin; i++)
    in[i] = graph_node(a->g, a->in[i])->type;
  TypeId domain = a->formula ? type_broadcast(c, in, a->nin, &bad) : in[0];
  if (!domain)
    return refuse(a, "operands that do not go together");
  Type x = *type_get(c, domain), out = {.elem = F32};
  int batch = a->row->id == OP_batch_sum || a->row->id == OP_batch_max;
  int keep = a->row->id == OP_reduce_sum || a->row->id == OP_reduce_max ? (int)a->attrs[1].number : 0;
  Attr one = a->attrs[0];
  if (a->row->id == OP_argmax) {
    one = attr_list(c, &a->attrs[0].number, 1);
    out.elem = I32;
  }
  int mask = axes_mask(&one, x.rank);
  if (mask < 0)
    return refuse(a, "an axis that the value does not have");
  out.batched = batch ? 0 : x.batched;
  for (int i = 0; i < x.rank; i++)
    if (!(mask >> i & 1))
      out.dim[out.rank++] = x.dim[i];
    else if (keep)
      out.dim[out.rank++] = 1;
  if (x.lanes && out.rank == 3 && !(mask & 1))
    out.lanes = x.lanes;
  return type_of(c, out);
}

static TypeId reshape_type(const Ask *a) {
  Type x = *graph_type(a->g, a->in[0]), out = {.elem = x.elem, .batched = x.batched, .rank = (uint8_t)count_of(&a->attrs[0])};
  if (count_of(&a->attrs[0]) > MAX_RANK)
    return refuse(a, "more than 6 axes");
  for (int i = 0; i < out.rank; i++)
    out.dim[i] = size_of(a->attrs[0].list[i]);
  if (type_count(&x) == type_count(&out) && !x.lanes)
    return type_of(a->g->c, out);
  if (x.lanes)
    return refuse(a, "a value that lies in blocks");
  Text t = {.mem = a->g->c->mem};
  text_add(&t, "%s, %lld numbers, as [", shape_text(a->g, graph_node(a->g, a->in[0])->type), (long long)type_size(&x));
  for (int i = 0; i < out.rank; i++) {
    text_add(&t, "%s", i ? ", " : "");
    text_number(&t, a->attrs[0].list[i]);
  }
  text_add(&t, "]");
  if (type_count(&out) < INT32_MAX)
    text_add(&t, ", %lld numbers", (long long)type_size(&out));
  return refuse(a, text_str(&t));
}

static TypeId transpose_type(const Ask *a) {
  Type x = *graph_type(a->g, a->in[0]), out = x;
  if (x.lanes || count_of(&a->attrs[0]) != x.rank || axes_mask(&a->attrs[0], x.rank) < 0)
    return refuse(a, "a permutation that does not name every axis once");
  for (int i = 0; i < x.rank; i++)
    out.dim[i] = x.dim[(int)a->attrs[0].list[i]];
  return type_of(a->g->c, out);
}

static TypeId refuse_join(const Ask *a, int axis, int i) {
  Ctx *c = a->g->c;
  const Type *t = graph_type(a->g, a->in[0]), *other = graph_type(a->g, a->in[i]);
  Diag *d = diag_add(c, D_JOIN, a->at, shape_text(a->g, graph_node(a->g, a->in[0])->type),
                     shape_text(a->g, graph_node(a->g, a->in[i])->type), arena_printf(c->mem, "%d", axis));
  trace_note(a->g, d, a->in[0]);
  trace_note(a->g, d, a->in[i]);
  if (t->rank == 3 && other->rank == 3 && axis == 0)
    diag_help(c, d, "`-> resize([%d, %d])` or `-> center_crop(...)` brings one to the size of the other", t->dim[1], t->dim[2]);
  return 0;
}

static TypeId concat_type(const Ask *a) {
  if (!a->nin)
    return refuse(a, "nothing");
  Type out = *graph_type(a->g, a->in[0]);
  int axis = (int)a->attrs[0].number, batched = out.batched;
  if (axis < 0 || axis >= out.rank)
    return refuse(a, "an axis that the values do not have");
  for (int i = 1; i < a->nin; i++) {
    const Type *t = graph_type(a->g, a->in[i]);
    if (t->rank != out.rank || t->lanes != out.lanes || t->elem != out.elem)
      return refuse_join(a, axis, i);
    for (int d = 0; d < out.rank; d++)
      if (d != axis && t->dim[d] != out.dim[d])
        return refuse_join(a, axis, i);
    out.dim[axis] = size_of((double)out.dim[axis] + t->dim[axis]);
    batched |= t->batched;
  }
  out.batched = (uint16_t)batched;
  return type_of(a->g->c, out);
}

static TypeId slice_type(const Ask *a) {
  Type out = *graph_type(a->g, a->in[0]);
  int axis = (int)a->attrs[0].number, start = (int)a->attrs[1].number, stop = (int)a->attrs[2].number;
  if (axis < 0 || axis >= out.rank || start < 0 || stop > out.dim[axis] || start >= stop)
    return refuse(a, "a range outside the axis, or empty");
  out.dim[axis] = stop - start;
  return type_of(a->g->c, out);
}

static TypeId pad_type(const Ask *a) {
  Type out = *graph_type(a->g, a->in[0]);
  int axis = (int)a->attrs[0].number, before = (int)a->attrs[1].number, after = (int)a->attrs[2].number;
  if (axis < 0 || axis >= out.rank || before < 0 || after < 0)
    return refuse(a, "an axis that the value does not have, or negative padding");
  out.dim[axis] = size_of((double)out.dim[axis] + before + after);
  return type_of(a->g->c, out);
}

static TypeId expand_type(const Ask *a) {
  Type x = *graph_type(a->g, a->in[0]), out = {.elem = F32, .rank = (uint8_t)count_of(&a->attrs[0])};
  if (count_of(&a->attrs[0]) > MAX_RANK)
    return refuse(a, "more than 6 axes");
  for (int i = 0; i < out.rank; i++)
    out.dim[i] = size_of(a->attrs[0].list[i]);
  out.batched = x.batched ? x.batched : (uint16_t)a->attrs[1].number;
  out.lanes = (int32_t)a->attrs[2].number;
  for (int i = 0; i < x.rank; i++)
    if (x.rank != out.rank || (x.dim[i] != 1 && x.dim[i] != out.dim[i]))
      return refuse(a, "a shape that it does not spread to");
  return type_of(a->g->c, out);
}

static TypeId random_type(const Ask *a) {
  Type out = {.elem = F32, .batched = 1, .rank = (uint8_t)count_of(&a->attrs[0])};
  if (count_of(&a->attrs[0]) > MAX_RANK)
    return refuse(a, "more than 6 axes");
  for (int i = 0; i < out.rank; i++)
    out.dim[i] = size_of(a->attrs[0].list[i]);
  return type_of(a->g->c, out);
}

enum { MOST_FOLDED = 65535 };

static TypeId fold_type(const Ask *a) {
  Type x = *graph_type(a->g, a->in[0]), out = {.elem = x.elem};
  if (!x.rank || !x.batched || x.lanes || (double)x.batched * x.dim[0] > MOST_FOLDED)
    return refuse(a, "a value whose leading axis cannot be taken for samples");
  out.rank = x.rank - 1;
  out.batched = (uint16_t)(x.batched * x.dim[0]);
  for (int i = 0; i < out.rank; i++)
    out.dim[i] = x.dim[i + 1];
  return type_of(a->g->c, out);
}

static TypeId unfold_type(const Ask *a) {
  Type x = *graph_type(a->g, a->in[0]), out = {.elem = x.elem};
  int count = size_of(a->attrs[0].number);
  if (x.rank == MAX_RANK || x.lanes || count < 1 || !x.batched || x.batched % count)
    return refuse(a, "a value of which a sample does not have so many");
  out.rank = x.rank + 1;
  out.batched = (uint16_t)(x.batched / count);
  out.dim[0] = count;
  for (int i = 0; i < x.rank; i++)
    out.dim[i + 1] = x.dim[i];
  return type_of(a->g->c, out);
}

static TypeId pick_type(const Ask *a) {
  Type x = *graph_type(a->g, a->in[0]), out = {.elem = F32};
  const Type *index = graph_type(a->g, a->in[1]);
  int axis = (int)a->attrs[0].number;
  if (axis < 0 || axis >= x.rank)
    return refuse(a, "an axis that the value does not have");
  for (int i = 0; i < x.rank; i++)
    if (i != axis)
      out.dim[out.rank++] = x.dim[i];
  out.batched = x.batched | index->batched;
  if (index->rank != out.rank || memcmp(index->dim, out.dim, out.rank * sizeof *out.dim))
    return refuse(a, "an index whose shape is not that of the value without the axis");
  return type_of(a->g->c, out);
}

/* The labels' class count is the size of a new axis. */
static TypeId one_hot_type(const Ask *a) {
  const Type *index = graph_type(a->g, a->in[0]);
  int size = size_of(a->attrs[0].number), axis = (int)a->attrs[1].number;
  if (axis < 0 || axis > index->rank || index->rank == MAX_RANK)
    return refuse(a, "an axis that the result does not have");
  Type out = {.elem = F32, .batched = index->batched, .rank = (uint8_t)(index->rank + 1)};
  for (int i = 0; i < out.rank; i++)
    out.dim[i] = i == axis ? size : index->dim[i - (i > axis)];
  return type_of(a->g->c, out);
}

static TypeId own_rule(const Ask *a) {
  Ctx *c = a->g->c;
  switch (a->row->id) {
  case OP_each: return each_type(a, 0, 0);
  case OP_grad: return graph_node(a->g, a->in[1])->type;
  case OP_expand: return expand_type(a);
  case OP_reduce_sum:
  case OP_reduce_max:
  case OP_batch_sum:
  case OP_batch_max:
  case OP_argmax: return reduce_type(a);
  case OP_reshape: return reshape_type(a);
  case OP_transpose: return transpose_type(a);
  case OP_concat: return concat_type(a);
  case OP_slice: return slice_type(a);
  case OP_pad: return pad_type(a);
  case OP_to_blocked: return type_with_lanes(c, graph_node(a->g, a->in[0])->type, (int)a->attrs[0].number);
  case OP_to_plain: return type_with_lanes(c, graph_node(a->g, a->in[0])->type, 0);
  case OP_fold: return fold_type(a);
  case OP_unfold: return unfold_type(a);
  case OP_pick: return pick_type(a);
  case OP_one_hot: return one_hot_type(a);
  case OP_uniform:
  case OP_normal: return random_type(a);
  case OP_batch_size: return type_scalar(c, 0);
  default: BUG("no shape rule for %s", name_text(c->names, a->row->name));
  }
}

/* ---- signatures ---- */

static TypeId result_type(const Ask *a, Rule *r) {
  Ctx *c = a->g->c;
  Type out = {.elem = F32};
  RuleValue dims;
  if (!rule_eval(r, a->row->result, &dims))
    return 0;
  if (dims.count > MAX_RANK)
    return refuse(a, "more than 6 axes");
  out.rank = (uint8_t)dims.count;
  for (int i = 0; i < dims.count; i++)
    out.dim[i] = size_of(dims.list[i]);
  size_t len = strlen(name_text(c->names, a->row->name));
  int over = len > 5 && !strcmp(name_text(c->names, a->row->name) + len - 5, "_over");
  for (int i = 0; i < a->row->operands && !over; i++)
    out.batched |= graph_type(a->g, a->in[i])->batched;
  if (a->row->lower == LOWER_POOL)
    out.lanes = graph_type(a->g, a->in[0])->lanes;
  for (int i = 0; i < a->row->attrs; i++)
    if (!strcmp(name_text(c->names, a->row->attr[i]), "lanes"))
      out.lanes = (int32_t)a->attrs[i].number;
  if (a->row->id == OP_stop)
    out = *graph_type(a->g, a->in[0]);
  if (a->row->id == OP_top)
    out.elem = I32;
  return type_of(c, out);
}

/* Strides, paddings and the like have a least value. */
static int check_settings(const Ask *a) {
  static const struct {
    const char *name;
    int least;
  } known[] = {{"stride", 1}, {"dilation", 1}, {"groups", 1}, {"size", 1}, {"kernel", 1}, {"input", 1}, {"pad", 0},
               {"count", 1},  {"limit", 0},    {"iou", 0},    {"sigma", 0}, {"scale", 0},
               {"ratio", 0},  {"aligned", 0}};
  Ctx *c = a->g->c;
  for (int i = 0; i < a->row->attrs; i++)
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
      const Attr *t = &a->attrs[i];
      if (strcmp(name_text(c->names, a->row->attr[i]), known[k].name))
        continue;
      for (uint32_t j = 0; j < (t->kind == ATTR_LIST ? t->count : 1); j++) {
        double v = t->kind == ATTR_LIST ? t->list[j] : t->number;
        if (v >= known[k].least && v <= INT32_MAX)
          continue;
        Text what = {.mem = c->mem};
        text_add(&what, "`%s` ", known[k].name);
        text_number(&what, v);
        text_add(&what, ": at least %d is needed", known[k].least);
        refuse(a, text_str(&what));
        return 0;
      }
    }
  return 1;
}

/* A window that lies in the padding altogether has no largest element. */
static int check_padding(const Ask *a) {
  for (int i = 0, size = 0; i < a->row->attrs; i++) {
    const Attr *t = &a->attrs[i];
    const char *name = name_text(a->g->c->names, a->row->attr[i]);
    size = strcmp(name, "size") ? size : i;
    for (uint32_t k = 0; !strcmp(name, "pad") && k < t->count && a->attrs[size].count == 2; k++)
      if (t->list[k] >= a->attrs[size].list[k / 2])
        return refuse(a, "padding as wide as the window: some windows would hold nothing else"), 0;
  }
  return 1;
}

static TypeId by_signature(const Ask *a) {
  Ctx *c = a->g->c;
  Rule r = {.g = a->g, .at = a->at};
  if (!check_settings(a) || (a->row->lower == LOWER_POOL && !check_padding(a)))
    return 0;
  for (int i = 0; i < a->row->attrs; i++) {
    const Attr *t = &a->attrs[i];
    rule_bind(&r, a->row->attr[i], t->kind == ATTR_LIST ? rule_list(t->list, (int)t->count) : rule_number(t->number));
  }
  for (int i = 0; i < a->row->operands; i++) {
    Text why = {.mem = c->mem};
    if (rule_match(&r, a->row->pattern[i], graph_type(a->g, a->in[i]), &why))
      continue;
    Text what = {.mem = c->mem};
    text_add(&what, "%s = %s: %s", name_text(c->names, a->row->operand[i]),
             shape_text(a->g, graph_node(a->g, a->in[i])->type), text_str(&why));
    return refuse(a, text_str(&what));
  }
  if (a->row->id == OP_matmul && graph_type(a->g, a->in[1])->batched)
    return refuse(a, "a right side that differs between samples (`bmm` multiplies those)");
  if (a->row->id == OP_conv2d && graph_type(a->g, a->in[1])->batched)
    return refuse(a, "a kernel that differs between samples");
  if (a->row->id == OP_take && graph_type(a->g, a->in[0])->batched)
    return refuse(a, "a table that differs between samples (`gather` reads the rows of those)");
  if (a->row->id == OP_top && a->attrs[0].number > rule_find(&r, name_of(c->names, "n"))->number)
    return refuse(a, "a `count` above the length of the last axis");
  return a->row->result ? result_type(a, &r) : own_rule(a);
}

/* Values that there are so many of for each sample do not stand beside values that there are otherwise many of. */
static int check_samples(const Ask *a) {
  int batched = 0;
  for (int i = 0; i < a->nin && a->row->id != OP_grad; i++) {
    int of = graph_type(a->g, a->in[i])->batched;
    if (of && batched && of != batched)
      return 0;
    batched = of ? of : batched;
  }
  return 1;
}

static TypeId infer(const Ask *a) {
  if (!check_samples(a))
    return refuse(a, "values of which a sample has different numbers: `map` has made some of them");
  if (a->row->each)
    return each_type(a, 0, 0);
  if (a->row->operands >= 0 && (a->formula ? a->nin < a->row->operands : a->nin != a->row->operands))
    BUG("%s takes %d operands, not %d", name_text(a->g->c->names, a->row->name), a->row->operands, a->nin);
  if (a->row->operands < 0 || a->row->lower == LOWER_REDUCE)
    return own_rule(a);
  TypeId type = by_signature(a);
  if (!type || !a->formula)
    return type;
  TypeId with = each_type(a, a->row->operands, type); /* an epilogue must not change the shape */
  BUG_IF(with && with != type);
  return with;
}

/* No axis is empty, and a sample's elements can be counted by 32 bits. */
static TypeId check_size(const Ask *a, TypeId id) {
  const Type *t = type_get(a->g->c, id);
  if (!id || (type_count(t) >= 1 && type_count(t) <= INT32_MAX))
    return id;
  Ctx *c = a->g->c;
  const char *name = name_text(c->names, a->row->name), *shape = shape_text(a->g, id);
  Diag *d = type_count(t) < 1 ? diag_add(c, D_EMPTY, a->at, name, shape)
                              : diag_add(c, D_TOO_LARGE, a->at, arena_printf(c->mem, "the result of `%s`", name), shape);
  for (int i = 0; i < a->nin && i < 2; i++)
    trace_note(a->g, d, a->in[i]);
  return 0;
}

TypeId infer_type(Graph *g, OpId op, const Val *in, int nin, const Attr *attrs, Scalar formula, Span at) {
  Ask a = {g, op_row(g->c, op), in, nin, attrs, formula, at};
  return check_size(&a, infer(&a));
}
