/* Duty: ast_parse, from a source text to its AST: check that it is text, scan, settle newlines and brackets, parse. */
#include "grammar/parse.h"
#include <string.h>

/* The offset of the first byte that no UTF-8 text holds, or len. Overlong forms and surrogates pass: nothing here reads
 * them. */
static size_t find_broken_byte(const unsigned char *s, size_t len) {
  for (size_t i = 0; i < len;) {
    size_t n = s[i] == 0     ? 0
               : s[i] < 0x80 ? 1
               : s[i] < 0xc2 ? 0
               : s[i] < 0xe0 ? 2
               : s[i] < 0xf0 ? 3
               : s[i] < 0xf5 ? 4
                             : 0;
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

static int is_word(const char *const *words, const char *word) {
  for (; *words; words++)
    if (!strcmp(*words, word))
      return 1;
  return 0;
}

/* `epochs = 40` reads as a name for a value; where no value of that name can be meant, a property was. */
static void check_body(Parser *p, int declaration, const Ast *body) {
  static const char *const of_data[] = {"source", "val", "test", "holdout", "prepare", "augment", "names", NULL};
  static const char *const of_recipe[] = {"optimizer", "schedule", NULL};
  static const char *const counts[] = {"epochs", "batch", "seed", "every", "accumulate", NULL};
  for (int i = 0; i < body->count; i++) {
    const Ast *s = body->kids[i];
    if (s->kind == AST_UPDATE)
      check_body(p, AST_TRAIN, s->kids[1]);
    if (s->kind != AST_LET || s->kids[0]->count != 1)
      continue;
    const Ast *name = s->kids[0]->kids[0], *value = s->kids[1];
    const char *word = name_text(p->c->names, name->name);
    if (declaration == AST_SEARCH || (declaration == AST_DATA && is_word(of_data, word)) ||
        (declaration == AST_TRAIN && (is_word(of_recipe, word) || (value->kind == AST_INT && is_word(counts, word))))) {
      Diag *d = diag_add(p->c, D_COLON, name->span, "property", word);
      diag_help(p->c, d, "write `%s:`", word);
    }
  }
}

static void check_properties(Parser *p) {
  for (int i = 0; p->what == PARSE_FILE && i < p->result->count; i++) {
    const Ast *a = p->result->kids[i];
    if (a->kind == AST_DATA || a->kind == AST_SEARCH || a->kind == AST_TRAIN)
      check_body(p, a->kind, a->kids[a->count - 1]);
  }
}

Ast *ast_parse(Ctx *c, ParseWhat what, uint32_t first) {
  static const int starts[] = {[PARSE_FILE] = T_START_FILE,
                               [PARSE_GRAPH] = T_START_GRAPH,
                               [PARSE_SIGNATURE] = T_START_SIGNATURE,
                               [PARSE_FLOW] = T_START_FLOW,
                               [PARSE_STATEMENTS] = T_START_STATEMENTS};
  Parser p = {.c = c, .first = first, .end = first + (uint32_t)source_len(c->src, first), .what = what, .failed = -1};
  if (p.end - first >= 3 && !memcmp(source_at(c->src, first), "\xef\xbb\xbf", 3))
    p.first += 3;
  if (!is_text(&p))
    return unreadable(&p);
  parse_scan(&p);
  vec_push(c->mem, &p.tokens, (Token){.kind = starts[what], .outer = -1, .span = {p.first, 0}});
  if (!parse_lines(&p) || net_parse(&p) || !p.result)
    return unreadable(&p);
  check_properties(&p);
  return p.result;
}
