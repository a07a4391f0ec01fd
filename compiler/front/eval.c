/* Expressions: compile-time values and graph values side by side. Arithmetic on numbers is done here and now; one graph value
   among the operands makes it a node. */
#include "front/builtin.h"
#include <math.h>
#include <string.h>

enum { DEEPEST = 6000, LONGEST_LIST = 100000, LONGEST_TEXT = 1000 };
static const int64_t WORK = 2000000; /* many times what the deepest network known takes; a second or two */

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

Val node_add(Expand *x, OpId op, const Val *in, int nin, const Attr *attrs, Span at) {
  int count = diags_count(x->c->diags);
  Val v = graph_add(x->g, op, in, nin, attrs, user_span(x, at));
  const Ast *layer = layer_of(x);
  if (!v && layer)
    diags_note_since(x->c, count, at, arena_printf(x->c->mem, "inside `%s`", name_text(x->c->names, layer->name)));
  return v;
}

int spend(Expand *x, int64_t work, Span at) {
  x->work += work;
  if (x->work <= WORK)
    return 1;
  if (x->work - work <= WORK)
    diag_add(x->c, D_TOO_MUCH, user_span(x, at));
  return 0;
}

/* ---- conversions ---- */

int to_val(Expand *x, Value v, Span at, Val *out) {
  v = value_unwrap(v);
  *out = v.kind == V_VAL ? v.val : v.kind == V_NUMBER ? graph_number(x->g, v.number, user_span(x, at)) : 0;
  return *out ? 1 : wrong_kind(x, v, at, v.kind == V_RECORD ? "one value" : "a value");
}

int to_number(Expand *x, Value v, Span at, const char *what, double *out) {
  *out = v.number;
  return v.kind == V_NUMBER ? 1 : wrong_kind(x, v, at, v.kind == V_VAL ? arena_printf(x->c->mem, "%s, known while compiling,", what) : what);
}

int to_size(Expand *x, Value v, Span at, const char *what, int least, int *out) {
  double d;
  if (!to_number(x, v, at, what[0] == '`' ? arena_printf(x->c->mem, "a whole number for %s", what) : what, &d))
    return 0;
  int whole = d == floor(d) && fabs(d) <= INT32_MAX;
  *out = whole ? (int)d : 0;
  if (whole && d >= least)
    return 1;
  const char *from = least > INT32_MIN ? arena_printf(x->c->mem, ", at least %d", least) : "";
  diag_add(x->c, D_NOT_WHOLE, user_span(x, arg_span(x, at, &v)), what,
           d > INT32_MAX ? ", at most 2147483647" : from, say_number(x, d));
  return 0;
}

int to_whole(Expand *x, Value v, Span at, const char *what, int *out) {
  return to_size(x, v, at, what, INT32_MIN, out);
}

int to_sizes(Expand *x, Value v, Span at, const char *what, int least, int *out, int room) {
  if (v.kind != V_LIST)
    return to_size(x, v, at, what, least, out) ? 1 : -1;
  if (v.list->count > room) {
    wrong_kind(x, v, at, room > 1 ? arena_printf(x->c->mem, "one number, or a list of up to %d, for %s", room, what) : what);
    return -1;
  }
  for (int i = 0; i < v.list->count; i++) {
    Value item = v.list->at[i];
    item.from = v.from;
    if (!to_size(x, item, at, what, least, &out[i]))
      return -1;
  }
  return v.list->count;
}

int to_bool(Expand *x, const Ast *e, int *out) {
  Value v = value_of(x, e);
  *out = v.number != 0;
  if (v.kind == V_NUMBER)
    return 1;
  if (v.kind != V_VAL)
    return wrong_kind(x, v, e->span, "a condition, true or false,");
  Diag *d = diag_add(x->c, D_CONDITION, user_span(x, arg_span(x, e->span, &v)));
  if (!is_builtin_span(x, e->span))
    diag_help(x->c, d, "`where(condition, a, b)` chooses for each element while the program runs");
  return 0;
}

Value value_finite(Expand *x, double v, Span at) {
  if (isfinite(v))
    return value_number(v);
  diag_add(x->c, D_NO_NUMBER, user_span(x, at), isnan(v) ? "it is no number (0/0, or a root or logarithm of a negative number)" : "it is larger than any number");
  return (Value){0};
}

/* ---- names ---- */

static int is_function(Expand *x, Name name) {
  const OpRow *row = op_find(x->c, name);
  return builtin_find(x, name) || (row && op_is_function(row));
}

static Value *find_in(Slot *slots, int count, Name name) {
  for (int i = 0; i < count; i++)
    if (slots[i].name == name)
      return &slots[i].value;
  return NULL;
}

Value *slot_find(Expand *x, Name name) {
  Value *v = x->frame ? find_in(x->frame->slots.at, x->frame->slots.count, name) : NULL;
  if (!v && !(x->frame && x->frame->builtin))
    v = find_in(x->consts.at, x->consts.count, name);
  return v ? v : find_in(x->words.at, x->words.count, name);
}

void slot_set(Expand *x, Name name, Value v) {
  Value *old = find_in(x->frame->slots.at, x->frame->slots.count, name);
  if (old)
    *old = v;
  else
    vec_push(x->c->mem, &x->frame->slots, (Slot){name, v});
}

static Value eval_ref(Expand *x, const Ast *e) {
  Value *v = slot_find(x, e->name);
  if (v)
    return *v;
  const char *name = name_text(x->c->names, e->name);
  if (!strcmp(name, "training"))
    return value_number(is_training(x));
  if (!strcmp(name, "step") && x->clock)
    return value_val(graph_scalar(x->g, x->clock, user_span(x, e->span)));
  if (!strcmp(name, "lr") || !strcmp(name, "step") || !strcmp(name, "epoch"))
    return value_val(graph_scalar(x->g, e->name, user_span(x, e->span)));
  const Ast *decl = decl_find(x, e->name, 0);
  if (decl)
    return (Value){.kind = V_DECL, .decl = decl};
  if (is_function(x, e->name))
    return (Value){.kind = V_FUNCTION, .text = e->name};
  for (int i = 0; i < x->p->datas.count; i++)
    if (x->p->datas.at[i].name == e->name)
      return (Value){.kind = V_DATA, .data = i};
  suggest_visible(x, diag_add(x->c, D_UNKNOWN_NAME, user_span(x, e->span), name), e->name);
  return (Value){0};
}

/* ---- texts ---- */

/* The expression of one {...}, read once for all times that it is met. */
static const Ast *embedded_flow(Expand *x, const char *text, size_t len) {
  Name key = name_of_len(x->c->names, text, len);
  for (int i = 0; i < x->embedded.count; i++)
    if (x->embedded.at[i].text == key)
      return x->embedded.at[i].flow;
  diags_mute(x->c->diags, 1);
  const Ast *flow = ast_parse(x->c, PARSE_FLOW, source_add(x->c->src, "<text>", text, len, 1));
  diags_mute(x->c->diags, -1);
  vec_push(x->c->mem, &x->embedded, (Flow){key, flow});
  return flow;
}

static int write_item(Expand *x, Value v, Text *t) {
  if (v.kind == V_TEXT)
    text_add(t, "%s", name_text(x->c->names, v.text));
  else if (v.kind == V_NUMBER)
    text_number(t, v.number);
  else if (v.kind == V_LIST)
    text_add(t, "%s", say_value(x, v));
  else
    return 0;
  return 1;
}

/* "layer{i + 1}": each {...} is evaluated where the string stands; what is wrong in it is shown there. */
Name interpolate(Expand *x, Name text, Span at) {
  const char *s = name_text(x->c->names, text), *open, *close;
  if (!strchr(s, '{'))
    return text;
  Text t = {.mem = x->c->mem};
  Span call = x->frame->call;
  for (; (open = strchr(s, '{')) && (close = strchr(open, '}')); s = close + 1) {
    text_add_len(&t, s, (size_t)(open - s));
    const Ast *flow = embedded_flow(x, open + 1, (size_t)(close - open - 1));
    x->frame->call = user_span(x, at); /* for the places of messages */
    Value v = flow->kind == AST_ERROR ? value_text(name_of_len(x->c->names, open, (size_t)(close - open + 1))) : value_of(x, flow);
    x->frame->call = call;
    if (flow->kind == AST_ERROR || !write_item(x, v, &t) || t.len > LONGEST_TEXT) {
      if (v.kind != V_POISON)
        wrong_kind(x, v, at, t.len > LONGEST_TEXT ? "a shorter text" : "a number or a text in { }");
      return 0;
    }
  }
  text_add(&t, "%s", s);
  return name_of(x->c->names, text_str(&t));
}

static Value eval_string(Expand *x, const Ast *e) {
  int errors = diag_errors(x->c->diags);
  Name text = interpolate(x, e->text, e->span);
  return diag_errors(x->c->diags) > errors ? (Value){0} : value_text(text);
}

/* ---- operators ---- */

static const uint16_t row_of[] = {[AST_ADD] = OP_add, [AST_SUB] = OP_sub, [AST_MUL] = OP_mul, [AST_DIV] = OP_div,
                                  [AST_MOD] = OP_mod, [AST_POW] = OP_pow, [AST_LT] = OP_lt,   [AST_GT] = OP_gt,
                                  [AST_LE] = OP_le,   [AST_GE] = OP_ge,   [AST_EQ] = OP_eq,   [AST_NE] = OP_ne,
                                  [AST_AND] = OP_and, [AST_OR] = OP_or,   [AST_NOT] = OP_not, [AST_NEG] = OP_neg};

static Value join_lists(Expand *x, Value a, Value b, Span at) {
  Value v = new_list(x);
  if (a.list->count + b.list->count > LONGEST_LIST) {
    diag_add(x->c, D_RANGE, user_span(x, at));
    return (Value){0};
  }
  if (!spend(x, a.list->count + b.list->count, at))
    return (Value){0};
  for (int i = 0; i < a.list->count; i++)
    vec_push(x->c->mem, v.list, a.list->at[i]);
  for (int i = 0; i < b.list->count; i++)
    vec_push(x->c->mem, v.list, b.list->at[i]);
  return v;
}

static int same_value(const Value *a, const Value *b) {
  if (a->kind != b->kind)
    return 0;
  int same = a->number == b->number && a->text == b->text && a->val == b->val && a->decl == b->decl && a->data == b->data;
  if (a->kind != V_LIST)
    return same;
  same = a->list->count == b->list->count;
  for (int i = 0; same && i < a->list->count; i++)
    same = same_value(&a->list->at[i], &b->list->at[i]);
  return same;
}

static Value on_numbers(Expand *x, AstOp op, Value a, Value b, Span at) {
  double v[2] = {a.number, b.number};
  if ((op == AST_DIV || op == AST_MOD) && b.number == 0) {
    diag_add(x->c, D_NO_NUMBER, user_span(x, arg_span(x, at, b.from.len ? &b : &a)), "a division by zero");
    return (Value){0};
  }
  Value r = value_finite(x, scalar_eval(x->c, op_row(x->c, row_of[op])->formula, v), at);
  r.from = a.from.len ? a.from : b.from;
  return r;
}

static int is_operand(Expand *x, Value v, Span at) {
  return v.kind == V_NUMBER || v.kind == V_VAL || wrong_kind(x, v, at, v.kind == V_RECORD ? "one value" : "a number or a value");
}

Value arithmetic(Expand *x, AstOp op, Value a, Value b, Span at) {
  int unary = op == AST_NOT || op == AST_NEG, equality = op == AST_EQ || op == AST_NE;
  a = value_unwrap(a), b = value_unwrap(b);
  if (a.kind == V_POISON || (!unary && b.kind == V_POISON))
    return (Value){0};
  if (a.kind == V_NUMBER && (unary || b.kind == V_NUMBER))
    return on_numbers(x, op, a, b, at);
  if (op == AST_ADD && a.kind == V_LIST && b.kind == V_LIST)
    return join_lists(x, a, b, at);
  if (equality && a.kind != V_VAL && b.kind != V_VAL)
    return value_number(same_value(&a, &b) == (op == AST_EQ));
  Val in[2];
  if (!is_operand(x, a, at) || (!unary && !is_operand(x, b, at)) || !to_val(x, a, at, &in[0]) || (!unary && !to_val(x, b, at, &in[1])))
    return (Value){0};
  return value_val(node_add(x, row_of[op], in, unary ? 1 : 2, NULL, at));
}

static Value eval_logic(Expand *x, const Ast *e) {
  Value a = value_of(x, e->kids[0]);
  if (a.kind == V_NUMBER && (e->op == AST_AND ? a.number == 0 : a.number != 0))
    return value_number(e->op == AST_OR); /* the other side may not even make sense */
  return arithmetic(x, (AstOp)e->op, a, value_of(x, e->kids[1]), e->span);
}

/* ---- lists ---- */

static Value eval_list(Expand *x, const Ast *e) {
  Value v = new_list(x);
  for (int i = 0; i < e->count; i++) {
    if (e->kids[i]->kind == AST_REST) {
      Value *rest = slot_find(x, e->kids[i]->name);
      if (!rest || rest->kind != V_LIST) {
        if (!rest || rest->kind != V_POISON)
          diag_add(x->c, D_REST, user_span(x, e->kids[i]->span), name_text(x->c->names, e->kids[i]->name));
        return (Value){0};
      }
      v = join_lists(x, v, *rest, e->span);
      if (v.kind == V_POISON)
        return v;
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
  if (!to_whole(x, value_of(x, e->kids[0]), e->kids[0]->span, "a bound", &low) ||
      !to_whole(x, value_of(x, e->kids[1]), e->kids[1]->span, "a bound", &high))
    return (Value){0};
  int64_t count = (int64_t)high - low;
  if (count > LONGEST_LIST)
    diag_add(x->c, D_RANGE, user_span(x, e->span));
  if (count > LONGEST_LIST || !spend(x, count > 0 ? count : 0, e->span))
    return (Value){0};
  Value v = new_list(x);
  for (int i = low; i < high; i++)
    vec_push(x->c->mem, v.list, value_number(i));
  return v;
}

static Value value_plain(Expand *x, const Ast *e) {
  switch ((AstKind)e->kind) {
  case AST_INT:
  case AST_FLOAT:
  case AST_BOOL: return value_number(e->number);
  case AST_STRING: return eval_string(x, e);
  case AST_REF: return eval_ref(x, e);
  case AST_LIST: return eval_list(x, e);
  case AST_RANGE: return eval_range(x, e);
  case AST_INDEX: return index_of(x, e);
  case AST_DOT: return dot_of(x, e);
  case AST_CALL: return call_of(x, e);
  case AST_PIPE: return pipe_of(x, e);
  case AST_UNARY: return arithmetic(x, (AstOp)e->op, value_of(x, e->kids[0]), value_number(0), e->span);
  case AST_BINARY:
    if (e->op == AST_AND || e->op == AST_OR)
      return eval_logic(x, e);
    Value left = value_of(x, e->kids[0]);
    return arithmetic(x, (AstOp)e->op, left, value_of(x, e->kids[1]), e->span);
  case AST_COND: {
    int yes;
    return to_bool(x, e->kids[0], &yes) ? value_of(x, e->kids[yes ? 1 : 2]) : (Value){0};
  }
  default: return (Value){0}; /* the parser has reported it */
  }
}

Value value_of(Expand *x, const Ast *e) {
  if (!spend(x, 1, e->span))
    return (Value){0};
  if (++x->nested > DEEPEST) {
    x->nested--;
    diag_add(x->c, D_DEPTH, user_span(x, e->span));
    return (Value){0};
  }
  Value v = value_plain(x, e);
  x->nested--;
  return v;
}
