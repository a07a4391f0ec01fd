/* Duty: ast_parse, from a source text to its AST: check that it is text, scan, settle newlines and brackets, parse. */
#include "net.tab.h"
#include <string.h>

/* The offset of the first byte that no UTF-8 text holds, or len. Overlong forms and surrogates pass: nothing here reads them. */
static size_t find_broken_byte(const unsigned char *s, size_t len) {
  for (size_t i = 0; i < len;) {
    size_t n = s[i] == 0 ? 0 : s[i] < 0x80 ? 1 : s[i] < 0xc2 ? 0 : s[i] < 0xe0 ? 2 : s[i] < 0xf0 ? 3 : s[i] < 0xf5 ? 4 : 0;
    if (!n || i + n > len)
      return i;
    for (size_t k = 1; k < n; k++)
      if ((s[i + k] & 0xc0) != 0x80)
        return i;
    i += n;
  }
  return len;
}

static int is_text(Parser *p) {
  const char *text = source_at(p->c->src, p->first);
  size_t len = p->end - p->first, broken = find_broken_byte((const unsigned char *)text, len);
  if (broken == len)
    return 1;
  Span at = {p->first + (uint32_t)broken, 1};
  diag_add(p->c, D_NOT_TEXT, at, arena_printf(p->c->mem, "a byte of value %d", (unsigned char)text[broken]));
  return 0;
}

/* What stands for a text that could not be read at all. */
static Ast *unreadable(Parser *p) {
  AstKind kind = p->what == PARSE_STATEMENTS ? AST_BODY : AST_FILE;
  Ast *error = ast_new(p->c, AST_ERROR, (Span){p->first, 0});
  if (p->what == PARSE_FLOW || p->what == PARSE_SIGNATURE)
    return error;
  return ast_add(p->c, ast_new(p->c, kind, error->span), error);
}

Ast *ast_parse(Ctx *c, ParseWhat what, uint32_t first) {
  static const int starts[] = {[PARSE_FILE] = T_START_FILE,
                               [PARSE_GRAPH] = T_START_GRAPH,
                               [PARSE_SIGNATURE] = T_START_SIGNATURE,
                               [PARSE_FLOW] = T_START_FLOW,
                               [PARSE_STATEMENTS] = T_START_STATEMENTS};
  Parser p = {.c = c, .first = first, .end = first + (uint32_t)source_len(c->src, first), .what = what};
  if (p.end - first >= 3 && !memcmp(source_at(c->src, first), "\xef\xbb\xbf", 3))
    p.first += 3;
  if (!is_text(&p))
    return unreadable(&p);
  parse_scan(&p);
  vec_push(c->mem, &p.tokens, (Token){.kind = starts[what], .outer = -1, .span = {p.first, 0}});
  if (!parse_lines(&p) || net_parse(&p) || !p.result)
    return unreadable(&p);
  parse_check(&p);
  return p.result;
}
