/* Duty: word a syntax error in the user's terms, then find where reading goes on. */
#include "net.tab.h"
#include <string.h>

/* Goes to the end of the statement, or the next declaration: braces opened on the way are skipped whole. */
static void skip(Parser *p) {
  const Token *t = p->tokens.at;
  int at = p->at, body = t[at].outer, file = 0;
  while (body >= 0 && (t[body].kind != '{' || t[body - 1].kind == T_ARROW || t[body - 1].kind == ':' || t[body - 1].kind == '*'))
    body = t[body].outer;
  file = body < 0 && (p->what == PARSE_FILE || p->what == PARSE_GRAPH);
  for (; t[at].kind; at++) {
    if (t[at].kind == '}' && t[at].outer == body && body >= 0)
      break;
    if (t[at].kind == T_NL && t[at].outer == body && (!file || parse_is_declaration(&t[at + 1])))
      break;
  }
  p->next = at;
}

void parse_fail(Parser *p, const char *const *expected, int count) {
  const Token *t = &p->tokens.at[p->at];
  if (!t->silent)
    diag_add(p->c, D_SYNTAX, t->span, count ? expected[0] : "?", "something else");
  skip(p);
}
