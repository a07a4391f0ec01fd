/* Functions called by name: their arguments, and the primitives of op.def as functions. */
#include "front/builtin.h"
#include "graph/rule.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- arguments ---- */

int positional(const Args *args) {
  int n = 0;
  for (int i = 0; i < args->count; i++)
    n += !args->at[i].name;
  return n;
}

const Arg *nth(const Args *args, int n) {
  for (int i = 0; i < args->count; i++)
    if (!args->at[i].name && !n--)
      return &args->at[i];
  return NULL;
}

const Arg *arg_by_name(Expand *x, const Args *args, const char *name) {
  for (int i = 0; i < args->count; i++)
    if (args->at[i].name && !strcmp(name_text(x->c->names, args->at[i].name), name))
      return &args->at[i];
  return NULL;
}

const Arg *arg_find(Expand *x, const Args *args, int n, const char *name) {
  const Arg *a = arg_by_name(x, args, name);
  return a ? a : nth(args, n);
}

Value misuse(Expand *x, Span at, const char *how, ...) {
  char text[256];
  va_list list;
  va_start(list, how);
  vsnprintf(text, sizeof text, how, list);
  va_end(list);
  Name callee = layer_of(x) ? layer_of(x)->name : x->callee;
  Diag *d = diag_add(x->c, D_FUNCTION, user_span(x, at), name_text(x->c->names, callee), text);
  const char *usage = say_usage(x, callee);
  if (usage)
    diag_help(x->c, d, "it is %s", usage);
  return (Value){0};
}

int value_arg(Expand *x, const Args *args, int n, const char *name, Span at, Val *out) {
  const Arg *a = arg_find(x, args, n, name);
  if (a)
    return to_val(x, a->value, a->span, out);
  misuse(x, at, "lacks its argument `%s`", name);
  return 0;
}

int option_arg(Expand *x, const Args *args, int n, const char *name, int otherwise, int *out) {
  const Arg *a = arg_find(x, args, n, name);
  *out = otherwise;
  return !a || to_whole(x, a->value, a->span, arena_printf(x->c->mem, "`%s`", name), out);
}

int shape_arg(Expand *x, const Arg *a, int *dims) {
  return to_sizes(x, a->value, a->span, "a size", 1, dims, MAX_RANK);
}

static int axis_of(Expand *x, int axis, Span at, Val of, int *out) {
  int rank = graph_type(x->g, of)->rank;
  *out = axis < 0 ? axis + rank : axis;
  if (*out >= 0 && *out < rank)
    return 1;
  misuse(x, at, "finds no axis %d in %s", axis, say_value(x, value_val(of)));
  return 0;
}

int axis_arg(Expand *x, const Args *args, int n, const char *name, int otherwise, Val of, Span at, int *out) {
  const Arg *a = arg_find(x, args, n, name);
  return option_arg(x, args, n, name, otherwise, out) && axis_of(x, *out, a ? arg_span(x, a->span, &a->value) : at, of, out);
}

int axes_arg(Expand *x, const Arg *a, Val of, int *axes) {
  int rank = graph_type(x->g, of)->rank, n = rank;
  for (int i = 0; i < rank; i++)
    axes[i] = i;
  if (!a)
    return rank;
  if ((n = to_sizes(x, a->value, a->span, "an axis", INT32_MIN, axes, MAX_RANK)) < 0)
    return -1;
  for (int i = 0; i < n; i++) {
    if (!axis_of(x, axes[i], arg_span(x, a->span, &a->value), of, &axes[i]))
      return -1;
    for (int k = 0; k < i; k++)
      if (axes[k] == axes[i]) {
        misuse(x, a->span, "is given axis %d twice", axes[i]);
        return -1;
      }
  }
  return n;
}

/* ---- which arguments there are ---- */

/* The names of "(x, axes: all, keep: false) or ...", in order; *any: it takes any number without names; 2, where "..." comes last: and
   with names that are another's. */
static NameList signature_names(Expand *x, const char *s, int *any) {
  NameList list = {0};
  *any = 0;
  for (s++; *s && *s != ')';) {
    size_t len = strcspn(s, ":,) ");
    if (!strncmp(s, "...", 3))
      *any = s[3] == ')' ? 2 : 1;
    else
      vec_push(x->c->mem, &list, name_of_len(x->c->names, s, len));
    for (int depth = 0; *s && (depth || (*s != ',' && *s != ')')); s++)
      depth += *s == '[' || *s == '(' ? 1 : *s == ']' || *s == ')' ? -1 : 0;
    s += *s == ',' ? 1 + strspn(s + 1, " ") : 0;
  }
  return list;
}

static int check_names_of(Expand *x, const NameList *known, int any, const Args *args) {
  for (int i = 0; i < args->count; i++) {
    const Arg *a = &args->at[i];
    int at = -1;
    for (int k = 0; a->name && k < known->count; k++)
      if (known->at[k] == a->name)
        at = k;
    for (int k = 0; k < i; k++)
      if (a->name && args->at[k].name == a->name)
        return misuse(x, a->span, "is given `%s` twice", name_text(x->c->names, a->name)), 0;
    if (a->name && at >= 0 && at < positional(args) && !any)
      return misuse(x, a->span, "is given `%s` twice", name_text(x->c->names, a->name)), 0;
    if (a->name && at < 0 && any < 2) {
      Diag *d = diag_add(x->c, D_UNKNOWN_ARGUMENT, user_span(x, a->span), name_text(x->c->names, x->callee),
                         name_text(x->c->names, a->name));
      suggest(x, d, a->name, known, "%s:");
      diag_help(x->c, d, "it is %s", say_usage(x, x->callee));
      return 0;
    }
  }
  const Arg *more = any ? NULL : nth(args, known->count);
  if (more)
    misuse(x, more->span, "takes %d argument%s, not more", known->count, known->count == 1 ? "" : "s");
  return !more;
}

static const Builtin builtins[] = {
#define FUNCTION(name, signature, summary) {#name, signature, summary, run_##name},
#include "front/builtin.def"
#undef FUNCTION
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

Value builtin_call(Expand *x, const Builtin *b, const Args *args, Span at) {
  int any;
  NameList known = signature_names(x, b->signature, &any);
  return check_names_of(x, &known, any, args) ? b->run(x, args, at) : (Value){0};
}

/* ---- primitives called as functions ---- */

int op_is_function(const OpRow *row) {
  static const OpId functions[] = {OP_conv2d, OP_conv2d_input_grad, OP_maxpool, OP_avgpool, OP_resize, OP_bmm, OP_stop,
                                   OP_argmax, OP_slice, OP_pad, OP_pick, OP_one_hot, OP_take, OP_gather, OP_scatter, OP_top, OP_rank,
                                   OP_nms, OP_roi_pool, OP_roi_align};
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (row->id == functions[i])
      return 1;
  return row->each;
}

/* How many numbers a setting is; 0: one, no list. */
static int list_length(Expand *x, const OpRow *row, int i) {
  const Ast *value = row->attr_default[i];
  const char *name = name_text(x->c->names, row->attr[i]);
  int window = row->lower == LOWER_CONV || row->lower == LOWER_POOL || row->lower == LOWER_CALL;
  if (value)
    return value->kind == AST_LIST ? value->count : 0;
  return window && (!strcmp(name, "size") || !strcmp(name, "stride")) ? 2 : 0;
}

static int is_fraction(const char *setting) {
  return !strcmp(setting, "iou") || !strcmp(setting, "sigma") || !strcmp(setting, "scale");
}

static int read_attr(Expand *x, const OpRow *row, int i, const Arg *a, Val first, Attr *out) {
  int list[16], wanted = list_length(x, row, i);
  const char *name = arena_printf(x->c->mem, "`%s`", name_text(x->c->names, row->attr[i]));
  double number;
  if (is_fraction(name_text(x->c->names, row->attr[i]))) {
    if (!to_number(x, a->value, a->span, arena_printf(x->c->mem, "a number for %s", name), &number))
      return 0;
    *out = attr_number(number);
    return 1;
  }
  int n = to_sizes(x, a->value, a->span, name, INT32_MIN, list, wanted ? wanted : 1);
  if (n < 0)
    return 0;
  if (wanted && n != wanted && n != 1)
    return misuse(x, a->span, "takes a list of %d numbers as %s", wanted, name), 0;
  for (int k = n; k < wanted; k++)
    list[k] = list[0];
  if (list[0] < 0 && !strcmp(name, "`axis`")) /* from the end; a one-hot has one axis more */
    list[0] += graph_type(x->g, first)->rank + (row->id == OP_one_hot);
  *out = wanted ? attr_ints(x->c, list, wanted) : attr_number(list[0]);
  return 1;
}

static int read_attrs(Expand *x, const OpRow *row, const Args *args, Span at, Val first, Attr *out) {
  Rule r = {.g = x->g, .at = user_span(x, at)};
  for (int i = 0; i < row->attrs; i++) {
    const Arg *a = arg_find(x, args, row->operands + i, name_text(x->c->names, row->attr[i]));
    if (!a && !row->attr_default[i])
      return misuse(x, at, "lacks its argument `%s`", name_text(x->c->names, row->attr[i])), 0;
    if (a ? !read_attr(x, row, i, a, first, &out[i]) : !rule_default(&r, row, i, &out[i]))
      return 0;
  }
  return 1;
}

static NameList row_names(Expand *x, const OpRow *row) {
  NameList known = {0};
  for (int i = 0; i < row->operands; i++)
    vec_push(x->c->mem, &known, row->operand[i]);
  for (int i = 0; i < row->attrs; i++)
    if (strcmp(name_text(x->c->names, row->attr[i]), "lanes"))
      vec_push(x->c->mem, &known, row->attr[i]);
  return known;
}

/* Numbers alone make a number, here and now. */
static int all_numbers(Expand *x, const OpRow *row, const Args *args, double *out) {
  for (int i = 0; i < row->operands; i++) {
    const Arg *a = arg_find(x, args, i, name_text(x->c->names, row->operand[i]));
    if (!row->each || i > 2 || !a || a->value.kind != V_NUMBER)
      return 0;
    out[i] = a->value.number;
  }
  return 1;
}

Value op_call(Expand *x, const OpRow *row, const Args *args, Span at) {
  Val in[MAX_OPERANDS];
  Attr attrs[MAX_ATTRS];
  double numbers[3];
  if (!op_is_function(row)) {
    diag_add(x->c, D_FUNCTION, user_span(x, at), name_text(x->c->names, row->name), "stands in graph texts only");
    return (Value){0};
  }
  NameList known = row_names(x, row);
  if (!check_names_of(x, &known, 0, args))
    return (Value){0};
  if (all_numbers(x, row, args, numbers))
    return value_finite(x, scalar_eval(x->c, row->formula, numbers), at);
  for (int i = 0; i < row->operands; i++)
    if (!value_arg(x, args, i, name_text(x->c->names, row->operand[i]), at, &in[i]))
      return (Value){0};
  if (!read_attrs(x, row, args, at, in[0], attrs))
    return (Value){0};
  return value_val(node_add(x, row->id, in, row->operands, attrs, at));
}
