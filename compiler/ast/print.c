/* Duty: print the AST as S-expressions, and expressions as source.

     (net UNet (params (param width 16))
       (body
         (in image (dims 1 size size))
         (out logits (pipe image (stage - (call conv (args (arg - 1) (arg - 3))))))))

   Names, numbers, strings and operators are printed bare; `-` stands for what was left out. Declarations and statements
   stand on lines of their own. */
#include "ast/ast.h"
#include <string.h>

static void print_string(const Ctx *c, Name s, Text *to) {
  text_add(to, "\"");
  for (const char *t = name_text(c->names, s); *t; t++)
    if (*t == '\n' || *t == '\t')
      text_add(to, "\\%c", *t == '\n' ? 'n' : 't');
    else
      text_add(to, *t == '"' || *t == '\\' ? "\\%c" : "%c", *t);
  text_add(to, "\"");
}

/* A FLOAT keeps a point or an exponent, so that it reads back as one. */
static void print_number(const Ast *a, Text *to) {
  size_t from = to->len;
  text_number(to, a->number);
  if (a->kind == AST_FLOAT && !strpbrk(to->at + from, ".e"))
    text_add(to, ".0");
}

static int print_leaf(const Ctx *c, const Ast *a, Text *to) {
  switch (a->kind) {
  case AST_INT:
  case AST_FLOAT:
    print_number(a, to);
    return 1;
  case AST_STRING:
    print_string(c, a->text, to);
    return 1;
  case AST_BOOL:
    text_add(to, a->number ? "true" : "false");
    return 1;
  case AST_REF:
    text_add(to, "%s", name_text(c->names, a->name));
    return 1;
  default:
    return 0;
  }
}

static int has_own_line(const Ast *parent, const Ast *a) {
  if (parent->kind == AST_FILE || parent->kind == AST_BODY)
    return 1;
  return a && (a->kind == AST_BODY || a->kind == AST_IF);
}

static void print(const Ctx *c, const Ast *a, int indent, Text *to) {
  if (!a) {
    text_add(to, "-");
    return;
  }
  if (print_leaf(c, a, to))
    return;
  text_add(to, "(%s", a->kind == AST_UNARY || a->kind == AST_BINARY ? ast_op_text(a->op) : ast_kind_text(a->kind));
  if (a->name)
    text_add(to, " %s", name_text(c->names, a->name));
  if (a->text2)
    text_add(to, " %s", name_text(c->names, a->text2));
  if (a->text) {
    text_add(to, " ");
    print_string(c, a->text, to);
  }
  for (int i = 0; i < a->count; i++) {
    if (has_own_line(a, a->kids[i]))
      text_add(to, "\n%*s", indent + 2, "");
    else
      text_add(to, " ");
    print(c, a->kids[i], indent + 2, to);
  }
  text_add(to, ")");
}

void ast_print(const Ctx *c, const Ast *a, Text *to) {
  print(c, a, 0, to);
  text_add(to, "\n");
}

/* How tightly an expression binds; what stands where tighter is wanted gets parentheses. */
enum { FLOW, PIPED, OR, AND, NOT, COMPARED, RANGED, SUM, PRODUCT, NEGATED, POWER, POSTFIX, PRIMARY };

typedef struct {
  int self, left, right;
  const char *mark;
} Binding;

static const Binding bindings[] = {
    [AST_ADD] = {SUM, SUM, PRODUCT, " + "},
    [AST_SUB] = {SUM, SUM, PRODUCT, " - "},
    [AST_MUL] = {PRODUCT, PRODUCT, NEGATED, "*"},
    [AST_DIV] = {PRODUCT, PRODUCT, NEGATED, "/"},
    [AST_MOD] = {PRODUCT, PRODUCT, NEGATED, "%"},
    [AST_POW] = {POWER, POSTFIX, NEGATED, "^"},
    [AST_LT] = {COMPARED, RANGED, RANGED, " < "},
    [AST_GT] = {COMPARED, RANGED, RANGED, " > "},
    [AST_LE] = {COMPARED, RANGED, RANGED, " <= "},
    [AST_GE] = {COMPARED, RANGED, RANGED, " >= "},
    [AST_EQ] = {COMPARED, RANGED, RANGED, " == "},
    [AST_NE] = {COMPARED, RANGED, RANGED, " != "},
    [AST_AND] = {AND, AND, NOT, " and "},
    [AST_OR] = {OR, OR, AND, " or "},
    [AST_NOT] = {NOT, 0, NOT, "not "},
    [AST_NEG] = {NEGATED, 0, NEGATED, "-"},
};

static int binding_of(const Ast *a) {
  switch (a->kind) {
  case AST_COND:
    return FLOW;
  case AST_PIPE:
    return PIPED;
  case AST_BINARY:
  case AST_UNARY:
    return bindings[a->op].self;
  case AST_RANGE:
    return RANGED;
  case AST_CALL:
  case AST_DOT:
  case AST_INDEX:
    return POSTFIX;
  case AST_INT:
  case AST_FLOAT:
    return a->number < 0 ? NEGATED : PRIMARY;
  default:
    return PRIMARY;
  }
}

static void write_expr(const Ctx *c, const Ast *a, int least, Text *to);

static void write_list(const Ctx *c, const char *open, const Ast *list, int from, int least, const char *close,
                       Text *to) {
  text_add(to, "%s", open);
  for (int i = from; i < list->count; i++) {
    text_add(to, i > from ? ", " : "");
    write_expr(c, list->kids[i], least, to);
  }
  text_add(to, "%s", close);
}

static void write_stage(const Ctx *c, const Ast *a, Text *to) {
  const Ast *count = a->kids[0], *call = a->kids[1];
  if (a->name)
    text_add(to, "%s: ", name_text(c->names, a->name));
  if (a->text) {
    print_string(c, a->text, to);
    text_add(to, ": ");
  }
  if (count) {
    write_expr(c, count, count->kind == AST_INT || count->kind == AST_REF ? FLOW : PRIMARY + 1, to);
    text_add(to, "*");
  }
  write_expr(c, call, FLOW, to);
}

static void write_seq(const Ctx *c, const Ast *a, Text *to) {
  text_add(to, "{ ");
  for (int i = 0; i < a->count; i++) {
    text_add(to, i ? " -> " : "");
    write_expr(c, a->kids[i], FLOW, to);
  }
  text_add(to, " }");
}

/* A child that may be missing, after a mark that then is missing too. */
static void write_after(const Ctx *c, const char *mark, const Ast *a, Text *to) {
  if (!a)
    return;
  text_add(to, "%s", mark);
  write_expr(c, a, FLOW, to);
}

static void write_bare(const Ctx *c, const Ast *a, Text *to) {
  const char *name = name_text(c->names, a->name);
  if (print_leaf(c, a, to))
    return;
  switch (a->kind) {
  case AST_BINARY:
    write_expr(c, a->kids[0], bindings[a->op].left, to);
    text_add(to, "%s", bindings[a->op].mark);
    write_expr(c, a->kids[1], bindings[a->op].right, to);
    break;
  case AST_UNARY:
    text_add(to, "%s", bindings[a->op].mark);
    write_expr(c, a->kids[0], bindings[a->op].right, to);
    break;
  case AST_RANGE:
    write_expr(c, a->kids[0], SUM, to);
    text_add(to, "..");
    write_expr(c, a->kids[1], SUM, to);
    break;
  case AST_COND:
    write_after(c, "if ", a->kids[0], to);
    write_after(c, " then ", a->kids[1], to);
    write_after(c, " else ", a->kids[2], to);
    break;
  case AST_PIPE:
    write_expr(c, a->kids[0], PIPED, to);
    text_add(to, " -> ");
    write_stage(c, a->kids[1], to);
    break;
  case AST_STAGE:
    write_stage(c, a, to);
    break;
  case AST_SEQ:
    write_seq(c, a, to);
    break;
  case AST_CALL:
    write_expr(c, a->kids[0], POSTFIX, to);
    write_expr(c, a->kids[1], FLOW, to);
    break;
  case AST_DOT:
    write_expr(c, a->kids[0], POSTFIX, to);
    text_add(to, ".%s", name);
    break;
  case AST_INDEX:
    write_expr(c, a->kids[0], POSTFIX, to);
    write_list(c, "[", a, 1, OR, "]", to);
    break;
  case AST_SLICE:
    write_after(c, "", a->kids[0], to);
    text_add(to, ":");
    write_after(c, "", a->kids[1], to);
    break;
  case AST_ARG:
  case AST_PARAM:
    text_add(to, "%s%s", name, a->name && a->kids[0] ? ": " : "");
    write_after(c, "", a->kids[0], to);
    break;
  case AST_LIST:
  case AST_DIMS:
    write_list(c, "[", a, 0, a->kind == AST_DIMS ? OR : FLOW, "]", to);
    break;
  case AST_ARGS:
  case AST_PARAMS:
    write_list(c, "(", a, 0, FLOW, ")", to);
    break;
  case AST_NAMES:
  case AST_PATHS:
    write_list(c, "", a, 0, FLOW, "", to);
    break;
  case AST_REST:
    text_add(to, "..%s", name);
    break;
  case AST_TYPE_CALL:
    text_add(to, "%s", name);
    write_expr(c, a->kids[0], FLOW, to);
    write_after(c, " ", a->kids[1], to);
    break;
  case AST_TYPE_FIELD:
    text_add(to, "%s.%s", name, name_text(c->names, a->text2));
    break;
  default:
    text_add(to, "<%s>", ast_kind_text(a->kind));
  }
}

static void write_expr(const Ctx *c, const Ast *a, int least, Text *to) {
  int bare = binding_of(a) >= least;
  text_add(to, bare ? "" : "(");
  write_bare(c, a, to);
  text_add(to, bare ? "" : ")");
}

void ast_expr_text(const Ctx *c, const Ast *expr, Text *to) {
  write_expr(c, expr, FLOW, to);
}
