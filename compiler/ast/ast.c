/* Duty: make AST nodes. A node's children lie in an array that doubles whenever its count reaches a power of two. */
#include "ast/ast.h"

static const char *const op_texts[] = {"+",  "-",  "*",  "/",  "%",   "^",  "<",   ">",
                                       "<=", ">=", "==", "!=", "and", "or", "not", "-"};

static const char *const kind_texts[] = {
#define AST(kind, name, fields) name,
#include "ast/ast.def"
#undef AST
};

const char *ast_op_text(AstOp op) {
  return op_texts[op];
}

const char *ast_kind_text(AstKind kind) {
  return kind_texts[kind];
}

Ast *ast_new(Ctx *c, AstKind kind, Span span) {
  Ast *a = arena_alloc(c->mem, sizeof *a);
  a->kind = (uint8_t)kind;
  a->span = span;
  return a;
}

Ast *ast_add(Ctx *c, Ast *parent, Ast *child) {
  size_t had = (size_t)parent->count;
  if (!(had & (had - 1)))
    parent->kids = arena_grow(c->mem, parent->kids, had * sizeof(Ast *), (had ? 2 * had : 1) * sizeof(Ast *));
  parent->kids[parent->count++] = child;
  return parent;
}
