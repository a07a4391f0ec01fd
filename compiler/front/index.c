/* Parts of values: x[i, a:b] of lists and of values of the graph, Net(x).name of outputs. */
#include "front/expand.h"
#include <string.h>

typedef struct {
  int low, high; /* high is not part of it */
} Part;

static Value outside_of(Expand *x, Span at, int i, const char *of) {
  diag_add(x->c, D_INDEX, user_span(x, at), say_number(x, i), of);
  return (Value){0};
}

/* An index or a slice of something of a size, negative from the end; 0 after reporting. */
static int read_part(Expand *x, const Ast *i, int size, const char *of, Part *out) {
  int slice = i->kind == AST_SLICE, given[2] = {0, size};
  for (int k = 0; k < (slice ? 2 : 1); k++) {
    const Ast *e = slice ? i->kids[k] : i;
    if (e && !to_whole(x, value_of(x, e), e->span, "an index", &given[k]))
      return 0;
    int at = given[k] < 0 ? given[k] + size : given[k];
    if (at < 0 || at > size - !slice) {
      outside_of(x, e->span, given[k], of);
      return 0;
    }
    given[k] = at;
  }
  *out = (Part){given[0], slice ? given[1] : given[0] + 1};
  return 1;
}

static Value part_of_list(Expand *x, const Ast *e, Value list) {
  const Ast *i = e->kids[1];
  Part part;
  if (!read_part(x, i, list.list->count, arena_printf(x->c->mem, "a list of %d", list.list->count), &part))
    return (Value){0};
  if (i->kind != AST_SLICE)
    return list.list->at[part.low];
  Value v = value_list(x, NULL, 0);
  for (int k = part.low; k < part.high; k++)
    vec_push(x->c->mem, v.list, list.list->at[k]);
  return v;
}

static Value part_of_value(Expand *x, const Ast *e, Val v) {
  int dims[MAX_RANK], kept = 0, rank = graph_type(x->g, v)->rank;
  if (e->count - 1 > rank) {
    diag_add(x->c, D_INDEX, user_span(x, e->span), arena_printf(x->c->mem, "%d indices", e->count - 1), say_value(x, value_val(v)));
    return (Value){0};
  }
  for (int axis = 0; axis < rank; axis++) {
    const Ast *i = axis + 1 < e->count ? e->kids[axis + 1] : NULL;
    int size = graph_type(x->g, v)->dim[axis];
    Part part = {0, size};
    if (i && !read_part(x, i, size, arena_printf(x->c->mem, "axis %d, which is %d long", axis, size), &part))
      return (Value){0};
    if (part.low >= part.high) {
      diag_add(x->c, D_EMPTY, user_span(x, i->span), say_source(x, e->span), arena_printf(x->c->mem, "0 long along axis %d", axis));
      return (Value){0};
    }
    if (!i || i->kind == AST_SLICE)
      dims[kept++] = part.high - part.low;
    Attr a[3] = {attr_number(axis), attr_number(part.low), attr_number(part.high)};
    v = node_add(x, OP_slice, &v, 1, a, e->span);
  }
  Attr shape = attr_ints(x->c, dims, kept);
  return value_val(node_add(x, OP_reshape, &v, 1, &shape, e->span));
}

Value index_of(Expand *x, const Ast *e) {
  Value v = value_unwrap(value_of(x, e->kids[0]));
  Val val;
  if (v.kind == V_POISON)
    return v;
  if (v.kind == V_LIST && e->count == 2)
    return part_of_list(x, e, v);
  if (v.kind != V_VAL) {
    wrong_kind(x, v, e->kids[0]->span, "a value or a list");
    return (Value){0};
  }
  return to_val(x, v, e->kids[0]->span, &val) ? part_of_value(x, e, val) : (Value){0};
}

static int is_boxes(const Expand *x, Value v) {
  for (int i = 0; v.kind == V_VAL && i < x->labelled.count; i++)
    if (x->labelled.at[i].val == v.val)
      return x->labelled.at[i].boxes;
  return 0;
}

/* Of the rows of a boxes field: `box` is x1 y1 x2 y2 of each, `class` its class, `valid` 1 where there is a box. */
static Value part_of_boxes(Expand *x, const Ast *e, Value boxes) {
  static const char *const names[] = {"box", "class", "valid"};
  enum { BOX, CLASS, VALID, PARTS };
  int part = 0, max = graph_type(x->g, boxes.val)->dim[0];
  while (part < PARTS && strcmp(names[part], name_text(x->c->names, e->name)))
    part++;
  if (part == PARTS) {
    NameList all = names_list(x, names, PARTS);
    Span at = user_span(x, e->name_span.len ? e->name_span : e->span);
    suggest_or_list(x, diag_add(x->c, D_NO_OUTPUT, at, name_text(x->c->names, e->name), "a field of boxes"), e->name, &all, ".%s", "it has");
    return (Value){0};
  }
  Attr columns[3] = {attr_number(1), attr_number(part == BOX ? 1 : 0), attr_number(part == BOX ? 5 : 1)};
  Val v = node_add(x, OP_slice, &boxes.val, 1, columns, e->span);
  if (part == BOX)
    return value_val(v);
  Attr shape = attr_ints(x->c, &max, 1);
  Value own = value_val(node_add(x, OP_reshape, &v, 1, &shape, e->span));
  return part == CLASS ? own : arithmetic(x, AST_GE, own, value_number(0), e->span);
}

Value dot_of(Expand *x, const Ast *e) {
  Value v = value_of(x, e->kids[0]);
  if (is_boxes(x, v))
    return part_of_boxes(x, e, v);
  if (v.kind == V_POISON)
    return v;
  for (int i = 0; v.kind == V_RECORD && i < v.names->count; i++)
    if (v.names->at[i] == e->name)
      return v.list->at[i];
  Diag *d = diag_add(x->c, D_NO_OUTPUT, user_span(x, e->name_span.len ? e->name_span : e->span), name_text(x->c->names, e->name),
                     say_value(x, v));
  if (v.kind == V_RECORD)
    suggest(x, d, e->name, v.names, ".%s");
  return (Value){0};
}
