/* What the scanner, the line rules, the grammar and the error texts share while one text is parsed. */
#ifndef GRAMMAR_PARSE_H
#define GRAMMAR_PARSE_H
#include "base/vec.h"
#include "net.tab.h"

typedef struct {
  int kind;
  int outer; /* the token of the bracket around it, -1 at top level; for a closing bracket its opening one */
  Span span;
  NET_STYPE value;
  char starts_line;
  char silent; /* already reported: no further error here */
} Token;

typedef struct {
  Token *at;
  int count, room;
} Tokens;

struct Parser {
  Ctx *c;
  ParseWhat what;
  uint32_t first, end; /* the text's bytes */
  Tokens raw;          /* as scanned: every newline; ends with T_END */
  Tokens tokens;       /* as parsed: begins with a T_START_ */
  int at, next;        /* token handed out last, and to hand out next */
  int failed;          /* where the last error was, -1 if none yet */
  int unwinding;       /* the text is over, but not for the grammar: hand out a `}` */
  Ast *result;
};

/* net.l: fills raw, reports unreadable characters. */
void parse_scan(Parser *p);
/* lines.c: raw -> tokens, reports brackets; 0 when nested too deeply. */
int parse_lines(Parser *p);
int parse_is_name(int kind);              /* NAME or a contextual keyword */
int parse_is_declaration(const Token *t); /* whether a declaration begins at t, of a row that ends with T_END */
/* errors.c: words the error at the token handed out last, and goes on to the next statement or declaration. */
void parse_fail(Parser *p, const char *const *expected, int count);
int parse_is_hopeless(const Parser *p); /* so many errors that no more are worded */

#endif
