/* The tokens of a source as `netc fmt` sees them: with what lies between them, and with their structure. */
#ifndef AST_LAYOUT_H
#define AST_LAYOUT_H
#include "ast/ast.h"
#include "base/vec.h"

typedef enum { WORD, RESERVED, NUMBER, STRING, MARK, COMMENT } Kind;

typedef struct {
  const char *s;
  int len, width; /* bytes, and columns */
  Kind kind;
  int breaks, gap;       /* newlines, and columns on its line, before it in the source */
  int outer, mate;       /* the bracket around it; a bracket's partner */
  int first;             /* the token that begins its statement */
  int source_col;        /* where it stood in the source */
  int run, widest;       /* statements whose keys are padded alike: the first of them, and there the longest key */
  int key_len, key_of;   /* of a statement, its key's length; of the token behind a key, its statement, else -1 */
  int last;              /* of an opening brace: the statement seen last in it */
  int col, line_indent;  /* where it was written, and where that line begins */
  char padded;           /* of a run's first statement: its keys are padded */
  char stages, expanded; /* of `{`: a chain of stages, no body; and whether its content stands on lines of its own */
} Tok;

typedef struct {
  Arena *mem;
  Vec(Tok) toks;
  Text *to;
  int col, line_indent;
} Layout;

/* Fills toks with those of a source without errors. */
void layout_scan(Layout *l, const char *s, const char *end);

Tok *tok(const Layout *l, int i);
int tok_is(const Tok *t, const char *text);
int tok_is_any(const Tok *t, const char *const *texts); /* ends with NULL */
int tok_is_opening(const Tok *t);
int tok_is_closing(const Tok *t);
int tok_is_operator(const Tok *t); /* between operands, arrows and `then` included */
int tok_ends_operand(const Tok *t);
int tok_before(const Layout *l, int i); /* the nearest token before i that is no comment, -1 if none */

#endif
