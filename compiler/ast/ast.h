/* The AST: what was written, with source ranges. One node shape; ast.def says which fields and children a kind uses. */
#ifndef AST_AST_H
#define AST_AST_H
#include "base/text.h"
#include "diag/diag.h"

typedef enum {
#define AST(kind, name, fields) AST_##kind,
#include "ast/ast.def"
#undef AST
} AstKind;

typedef enum { /* op of UNARY and BINARY; printed as the text beside it */
  AST_ADD, AST_SUB, AST_MUL, AST_DIV, AST_MOD, AST_POW, AST_LT, AST_GT, AST_LE, AST_GE, AST_EQ, AST_NE, AST_AND, AST_OR,
  AST_NOT, AST_NEG
} AstOp;

typedef struct Ast Ast;
struct Ast {
  uint8_t kind, op;
  int count;          /* of kids */
  Span span;          /* the whole construct */
  Span name_span;     /* of `name` alone, where there is one */
  Name name, text2;
  Name text;          /* STRING, USE, a STAGE's string label: interned contents (may be empty: 0) */
  double number;
  Ast **kids;         /* a NULL child was left out by the writer */
};

const char *ast_op_text(AstOp op);       /* "+", "and", ... */
const char *ast_kind_text(AstKind kind); /* the printed name */

Ast *ast_new(Ctx *c, AstKind kind, Span span); /* no children */
Ast *ast_add(Ctx *c, Ast *parent, Ast *child); /* appends (child may be NULL); returns parent */

/* What to parse. Errors are reported; the result is never NULL, and holds ERROR nodes where something was unreadable. */
typedef enum {
  PARSE_FILE,      /* a .net file -> FILE */
  PARSE_GRAPH,     /* `graph NAME { statements }` any number -> FILE of GRAPH */
  PARSE_SIGNATURE, /* a row of op.def -> SIGNATURE */
  PARSE_FLOW,      /* one flow: formulas, -D values -> expression */
  PARSE_STATEMENTS /* statements separated by newlines: gradient rows -> BODY */
} ParseWhat;
/* Parses the file whose first byte is `first` (see source_add). */
Ast *ast_parse(Ctx *c, ParseWhat what, uint32_t first);

void ast_print(const Ctx *c, const Ast *a, Text *to);             /* S-expressions, one line a statement, indented */
void ast_format(const Ctx *c, const Ast *file, uint32_t first, Text *to); /* `netc fmt`: canonical source, comments kept */
void ast_expr_text(const Ctx *c, const Ast *expr, Text *to);      /* an expression as source, on one line */

#endif
