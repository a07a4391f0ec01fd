/* Expressions: compile-time values and graph values side by side. Arithmetic on numbers is done here and now; one graph value
   among the operands makes it a node. */
#include "front/expand.h"
#include <math.h>
#include <string.h>

Value value_number(double v) {
  return (Value){.kind = V_NUMBER, .number = v};
}
Value value_text(Name t) {
  return (Value){.kind = V_TEXT, .text = t};
}
Value value_val(Val v) {
  return v ? (Value){.kind = V_VAL, .val = v} : (Value){0};
}

static Value new_list(Expand *x) {
  return (Value){.kind = V_LIST, .list = arena_alloc(x->c->mem, sizeof(Values))};
}

Value value_list(Expand *x, const double *at, int count) {
  Value v = new_list(x);
  for (int i = 0; i < count; i++)
    vec_push(x->c->mem, v.list, value_number(at[i]));
  return v;
}

Value value_unwrap(Value v) {
  return v.kind == V_RECORD && v.list->count == 1 ? v.list->at[0] : v;
}

static void write_value(Expand *x, Value v, Text *t) {
  switch ((ValueKind)v.kind) {
  case V_NUMBER: text_number(t, v.number); break;
  case V_TEXT: text_add(t, "\"%s\"", name_text(x->c->names, v.text)); break;
  case V_VAL:
    text_add(t, "a value of shape ");
    type_text(graph_type(x->g, v.val), t);
    break;
  case V_DECL: text_add(t, "the %s `%s`", ast_kind_text(v.decl->kind), name_text(x->c->names, v.decl->name)); break;
  case V_RECORD: text_add(t, "%d outputs", v.list->count); break;
  case V_INIT: text_add(t, "an initialiser"); break;
  case V_DATA: text_add(t, "a data block"); break;
  case V_POISON: text_add(t, "nothing"); break;
  case V_LIST:
    text_add(t, "[");
    for (int i = 0; i < v.list->count; i++) {
      text_add(t, "%s", i ? ", " : "");
      write_value(x, v.list->at[i], t);
    }
    text_add(t, "]");
  }
}

const char *value_text_of(Expand *x, Value v) {
  Text t = {.mem = x->c->mem};
  write_value(x, v, &t);
  return text_str(&t);
}

/* ---- conversions ---- */

static int wrong_kind(Expand *x, Value v, Span at, const char *wanted) {
  if (v.kind != V_POISON)
    diag_add(x->c, D_WRONG_KIND, user_span(x, at), wanted, value_text_of(x, v));
  return 0;
}

int to_val(Expand *x, Value v, Span at, Val *out) {
  v = value_unwrap(v);
  *out = v.kind == V_VAL ? v.val : v.kind == V_NUMBER ? graph_number(x->g, v.number, user_span(x, at)) : 0;
  if (!*out && v.kind == V_RECORD) {
    Text names = {.mem = x->c->mem};
    for (int i = 0; i < v.names->count; i++)
      text_add(&names, "%s`.%s`", i ? ", " : "", name_text(x->c->names, v.names->at[i]));
    diag_help(x->c, diag_add(x->c, D_WRONG_KIND, user_span(x, at), "one value", value_text_of(x, v)),
              "choose one of them: %s", text_str(&names));
    return 0;
  }
  return *out ? 1 : wrong_kind(x, v, at, "a value");
}

int to_number(Expand *x, Value v, Span at, const char *what, double *out) {
  *out = v.number;
  return v.kind == V_NUMBER ? 1 : wrong_kind(x, v, at, what);
}

int to_size(Expand *x, Value v, Span at, const char *what, int *out) {
  double d;
  if (!to_number(x, v, at, what, &d))
    return 0;
  *out = (int)d;
  if (d == floor(d) && fabs(d) < 2e9)
    return 1;
  diag_add(x->c, D_NOT_WHOLE, user_span(x, at), what, value_text_of(x, v));
  return 0;
}

int to_sizes(Expand *x, Value v, Span at, const char *what, int *out, int room) {
  if (v.kind != V_LIST)
    return to_size(x, v, at, what, out) ? 1 : -1;
  if (v.list->count > room) {
    wrong_kind(x, v, at, what);
    return -1;
  }
  for (int i = 0; i < v.list->count; i++)
    if (!to_size(x, v.list->at[i], at, what, &out[i]))
      return -1;
  return v.list->count;
}

int to_bool(Expand *x, const Ast *e, int *out) {
  Value v = value_of(x, e);
  *out = v.number != 0;
  if (v.kind == V_NUMBER)
    return 1;
  if (v.kind == V_VAL)
    diag_help(x->c, diag_add(x->c, D_CONDITION, user_span(x, e->span)), "`where(c, a, b)` chooses for each element");
  else
    wrong_kind(x, v, e->span, "a condition (true or false)");
  return 0;
}

/* ---- names ---- */

Value *slot_find(Expand *x, Name name) {
  for (int i = 0; x->frame && i < x->frame->slots.count; i++)
    if (x->frame->slots.at[i].name == name)
      return &x->frame->slots.at[i].value;
  for (int i = 0; i < x->consts.count; i++)
    if (x->consts.at[i].name == name)
      return &x->consts.at[i].value;
  return NULL;
}

void slot_set(Expand *x, Name name, Value v) {
  for (int i = 0; i < x->frame->slots.count; i++)
    if (x->frame->slots.at[i].name == name) {
      x->frame->slots.at[i].value = v;
      return;
    }
  vec_push(x->c->mem, &x->frame->slots, (Slot){name, v});
}

Name poison_name(Expand *x, Diag *d, Name wrong) {
  Vec(Name) all = {0};
  for (int i = 0; x->frame && i < x->frame->slots.count; i++)
    vec_push(x->c->mem, &all, x->frame->slots.at[i].name);
  for (int i = 0; i < x->consts.count; i++)
    vec_push(x->c->mem, &all, x->consts.at[i].name);
  for (int i = 0; i < x->decls.count; i++)
    vec_push(x->c->mem, &all, x->decls.at[i]->name);
  for (int i = 0; builtin_at(i); i++)
    vec_push(x->c->mem, &all, name_of(x->c->names, builtin_at(i)->name));
  for (int i = 0; i < OP_COUNT; i++)
    vec_push(x->c->mem, &all, op_row(x->c, (OpId)i)->name);
  Name near = name_nearest(x->c->names, name_text(x->c->names, wrong), all.at, all.count);
  if (near)
    diag_help(x->c, d, "did you mean `%s`?", name_text(x->c->names, near));
  return near;
}

static Value eval_ref(Expand *x, const Ast *e) {
  Value *v = slot_find(x, e->name);
  if (v)
    return *v;
  const char *name = name_text(x->c->names, e->name);
  if (!strcmp(name, "training"))
    return value_number(x->training);
  if (x->g && (!strcmp(name, "lr") || !strcmp(name, "step") || !strcmp(name, "epoch")))
    return value_val(graph_scalar(x->g, e->name, user_span(x, e->span)));
  const Ast *decl = decl_find(x, e->name, 0);
  if (decl)
    return (Value){.kind = V_DECL, .decl = decl};
  for (int i = 0; i < x->p->datas.count; i++)
    if (x->p->datas.at[i].name == e->name)
      return (Value){.kind = V_DATA, .data = i};
  poison_name(x, diag_add(x->c, D_UNKNOWN_NAME, user_span(x, e->span), name), e->name);
  return (Value){0};
}

/* "layer{i + 1}": each {...} is evaluated where the string stands. */
Name interpolate(Expand *x, Name text, Span at) {
  const char *s = name_text(x->c->names, text);
  if (!strchr(s, '{'))
    return text;
  Text t = {.mem = x->c->mem};
  while (*s) {
    const char *open = strchr(s, '{'), *close = open ? strchr(open, '}') : NULL;
    if (!open || !close) {
      text_add(&t, "%s", s);
      break;
    }
    text_add_len(&t, s, (size_t)(open - s));
    uint32_t first = source_add(x->c->src, "<label>", open + 1, (size_t)(close - open - 1), 1);
    Value v = value_of(x, ast_parse(x->c, PARSE_FLOW, first));
    if (v.kind == V_TEXT)
      text_add(&t, "%s", name_text(x->c->names, v.text));
    else if (v.kind == V_NUMBER)
      text_number(&t, v.number);
    else
      wrong_kind(x, v, at, "a number or a text inside { }");
    s = close + 1;
  }
  return name_of(x->c->names, text_str(&t));
}

/* ---- operators ---- */

static const uint16_t row_of[] = {[AST_ADD] = OP_add, [AST_SUB] = OP_sub, [AST_MUL] = OP_mul, [AST_DIV] = OP_div,
                                  [AST_MOD] = OP_mod, [AST_POW] = OP_pow, [AST_LT] = OP_lt,   [AST_GT] = OP_gt,
                                  [AST_LE] = OP_le,   [AST_GE] = OP_ge,   [AST_EQ] = OP_eq,   [AST_NE] = OP_ne,
                                  [AST_AND] = OP_and, [AST_OR] = OP_or,   [AST_NOT] = OP_not, [AST_NEG] = OP_neg};

static Value join_lists(Expand *x, Value a, Value b) {
  Value v = new_list(x);
  for (int i = 0; i < a.list->count; i++)
    vec_push(x->c->mem, v.list, a.list->at[i]);
  for (int i = 0; i < b.list->count; i++)
    vec_push(x->c->mem, v.list, b.list->at[i]);
  return v;
}

Value arithmetic(Expand *x, AstOp op, Value a, Value b, Span at) {
  int unary = op == AST_NOT || op == AST_NEG;
  a = value_unwrap(a), b = value_unwrap(b);
  if (a.kind == V_POISON || (!unary && b.kind == V_POISON))
    return (Value){0};
  if (a.kind == V_NUMBER && (unary || b.kind == V_NUMBER)) {
    double v[2] = {a.number, b.number};
    if ((op == AST_DIV || op == AST_MOD) && b.number == 0) {
      diag_add(x->c, D_DIVIDE, user_span(x, at));
      return (Value){0};
    }
    return value_number(scalar_eval(x->c, op_row(x->c, row_of[op])->formula, v));
  }
  if (op == AST_ADD && a.kind == V_LIST && b.kind == V_LIST)
    return join_lists(x, a, b);
  if ((op == AST_EQ || op == AST_NE) && a.kind == b.kind && (a.kind == V_TEXT || a.kind == V_LIST)) {
    int same = a.kind == V_TEXT ? a.text == b.text : !strcmp(value_text_of(x, a), value_text_of(x, b));
    return value_number(same == (op == AST_EQ));
  }
  if ((op == AST_EQ || op == AST_NE) && (a.kind == V_TEXT) != (b.kind == V_TEXT) && a.kind != V_VAL && b.kind != V_VAL)
    return value_number(op == AST_NE);
  Val in[2];
  if (!to_val(x, a, at, &in[0]) || (!unary && !to_val(x, b, at, &in[1])))
    return (Value){0};
  return value_val(graph_add(x->g, row_of[op], in, unary ? 1 : 2, NULL, user_span(x, at)));
}

static Value eval_logic(Expand *x, const Ast *e) {
  Value a = value_of(x, e->kids[0]);
  if (a.kind == V_NUMBER && (e->op == AST_AND ? a.number == 0 : a.number != 0))
    return value_number(e->op == AST_OR); /* the other side may not even make sense */
  return arithmetic(x, (AstOp)e->op, a, value_of(x, e->kids[1]), e->span);
}

/* ---- lists, indices ---- */

static Value eval_list(Expand *x, const Ast *e) {
  Value v = new_list(x);
  for (int i = 0; i < e->count; i++) {
    if (e->kids[i]->kind == AST_REST) {
      Value *rest = slot_find(x, e->kids[i]->name);
      if (!rest || rest->kind != V_LIST) {
        diag_add(x->c, D_REST, user_span(x, e->kids[i]->span), name_text(x->c->names, e->kids[i]->name));
        return (Value){0};
      }
      v = join_lists(x, v, *rest);
      continue;
    }
    Value item = value_of(x, e->kids[i]);
    if (item.kind == V_POISON)
      return item;
    vec_push(x->c->mem, v.list, item);
  }
  return v;
}

static Value eval_range(Expand *x, const Ast *e) {
  int low, high;
  if (!to_size(x, value_of(x, e->kids[0]), e->kids[0]->span, "a whole number", &low) ||
      !to_size(x, value_of(x, e->kids[1]), e->kids[1]->span, "a whole number", &high))
    return (Value){0};
  Value v = new_list(x);
  if (high - low > 100000) {
    diag_add(x->c, D_RANGE, user_span(x, e->span));
    return (Value){0};
  }
  for (int i = low; i < high; i++)
    vec_push(x->c->mem, v.list, value_number(i));
  return v;
}

/* An index or bound, negative from the end; 0 after reporting. */
static int bound(Expand *x, const Ast *e, int size, int fallback, int *out) {
  *out = fallback;
  if (!e)
    return 1;
  if (!to_size(x, value_of(x, e), e->span, "an index", out))
    return 0;
  if (*out < 0)
    *out += size;
  return 1;
}

static Value bad_index(Expand *x, const Ast *e, int i, int size) {
  Text t = {.mem = x->c->mem}, s = {.mem = x->c->mem};
  text_add(&t, "%d", i);
  text_add(&s, "%d", size);
  diag_add(x->c, D_INDEX, user_span(x, e->span), text_str(&t), text_str(&s));
  return (Value){0};
}

static Value index_list(Expand *x, const Ast *e, Value list) {
  const Ast *i = e->kids[1];
  int size = list.list->count, low, high;
  if (i->kind != AST_SLICE) {
    if (!bound(x, i, size, 0, &low))
      return (Value){0};
    return low < 0 || low >= size ? bad_index(x, i, low, size) : list.list->at[low];
  }
  if (!bound(x, i->kids[0], size, 0, &low) || !bound(x, i->kids[1], size, size, &high))
    return (Value){0};
  if (low < 0 || high > size || low > high)
    return bad_index(x, i, low < 0 || low > high ? low : high, size);
  Value v = new_list(x);
  for (int k = low; k < high; k++)
    vec_push(x->c->mem, v.list, list.list->at[k]);
  return v;
}

static Value index_value(Expand *x, const Ast *e, Val v) {
  Span at = user_span(x, e->span);
  int dims[MAX_RANK], kept = 0, rank = graph_type(x->g, v)->rank;
  if (e->count - 1 > rank)
    return bad_index(x, e, e->count - 1, rank);
  for (int axis = 0; axis < rank; axis++) {
    const Ast *i = axis + 1 < e->count ? e->kids[axis + 1] : NULL;
    int size = graph_type(x->g, v)->dim[axis], low = 0, high = size, slice = !i || i->kind == AST_SLICE;
    if (i && (!bound(x, slice ? i->kids[0] : i, size, 0, &low) || !bound(x, slice ? i->kids[1] : NULL, size, slice ? size : low + 1, &high)))
      return (Value){0};
    if (low < 0 || high > size || low >= high)
      return bad_index(x, i, low < 0 || low >= size ? low : high, size);
    if (slice)
      dims[kept++] = high - low;
    Attr a[3] = {attr_number(axis), attr_number(low), attr_number(high)};
    v = graph_add(x->g, OP_slice, &v, 1, a, at);
  }
  Attr shape = attr_ints(x->c, dims, kept);
  return value_val(graph_add(x->g, OP_reshape, &v, 1, &shape, at));
}

static Value eval_index(Expand *x, const Ast *e) {
  Value v = value_unwrap(value_of(x, e->kids[0]));
  Val val;
  if (v.kind == V_POISON)
    return v;
  if (v.kind == V_LIST && e->count == 2)
    return index_list(x, e, v);
  return to_val(x, v, e->kids[0]->span, &val) ? index_value(x, e, val) : (Value){0};
}

static Value eval_dot(Expand *x, const Ast *e) {
  Value v = value_of(x, e->kids[0]);
  if (v.kind == V_POISON)
    return v;
  for (int i = 0; v.kind == V_RECORD && i < v.names->count; i++)
    if (v.names->at[i] == e->name)
      return v.list->at[i];
  Diag *d = diag_add(x->c, D_NO_OUTPUT, user_span(x, e->span), name_text(x->c->names, e->name), value_text_of(x, v));
  if (v.kind == V_RECORD) {
    Name near = name_nearest(x->c->names, name_text(x->c->names, e->name), v.names->at, v.names->count);
    if (near)
      diag_help(x->c, d, "did you mean `.%s`?", name_text(x->c->names, near));
  }
  return (Value){0};
}

Value value_of(Expand *x, const Ast *e) {
  switch ((AstKind)e->kind) {
  case AST_INT:
  case AST_FLOAT:
  case AST_BOOL: return value_number(e->number);
  case AST_STRING: return value_text(interpolate(x, e->text, e->span));
  case AST_REF: return eval_ref(x, e);
  case AST_LIST: return eval_list(x, e);
  case AST_RANGE: return eval_range(x, e);
  case AST_INDEX: return eval_index(x, e);
  case AST_DOT: return eval_dot(x, e);
  case AST_CALL: return call_of(x, e);
  case AST_PIPE: return pipe_of(x, e);
  case AST_UNARY: return arithmetic(x, (AstOp)e->op, value_of(x, e->kids[0]), value_number(0), e->span);
  case AST_BINARY:
    if (e->op == AST_AND || e->op == AST_OR)
      return eval_logic(x, e);
    return arithmetic(x, (AstOp)e->op, value_of(x, e->kids[0]), value_of(x, e->kids[1]), e->span);
  case AST_COND: {
    int yes;
    return to_bool(x, e->kids[0], &yes) ? value_of(x, e->kids[yes ? 1 : 2]) : (Value){0};
  }
  default: return (Value){0}; /* the parser has reported it */
  }
}
