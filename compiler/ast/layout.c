/* Duty: cut a source without errors into tokens, comments among them, and find their structure: brackets, statements,
   and the runs of neighbouring properties or fields whose keys are padded to one width. */
#include "ast/layout.h"
#include <ctype.h>
#include <string.h>

/* ---- tokens ---- */

int tok_is(const Tok *t, const char *text) {
  return t->kind != STRING && t->kind != COMMENT && (int)strlen(text) == t->len && !memcmp(t->s, text, (size_t)t->len);
}

int tok_is_any(const Tok *t, const char *const *texts) {
  for (; *texts; texts++)
    if (tok_is(t, *texts))
      return 1;
  return 0;
}

int tok_is_opening(const Tok *t) {
  return tok_is(t, "(") || tok_is(t, "[") || tok_is(t, "{");
}

int tok_is_closing(const Tok *t) {
  return tok_is(t, ")") || tok_is(t, "]") || tok_is(t, "}");
}

static int word_len(const char *s, const char *end) {
  const char *t = s;
  while (t < end && (isalnum((unsigned char)*t) || *t == '_'))
    t++;
  return (int)(t - s);
}

static int number_len(const char *s, const char *end) {
  int n = word_len(s, end);
  if (n + 1 < end - s && s[n] == '.' && isdigit((unsigned char)s[n + 1]))
    n += 1 + word_len(s + n + 1, end);
  if ((s[n - 1] == 'e' || s[n - 1] == 'E') && n < end - s && (s[n] == '+' || s[n] == '-'))
    n += 1 + word_len(s + n + 1, end);
  return n;
}

static int string_len(const char *s, const char *end) {
  const char *t = s + 1;
  while (t < end && *t != '"')
    t += *t == '\\' ? 2 : 1;
  return (int)(t - s) + 1;
}

static int comment_len(const char *s, const char *end) {
  const char *t = s;
  while (t < end && *t != '\n')
    t++;
  while (t > s && isspace((unsigned char)t[-1]))
    t--;
  return (int)(t - s);
}

static Tok next_token(const char *s, const char *end) {
  static const char *const reserved[] = {"in", "out", "for", "if", "then",     "else", "and",
                                         "or", "not", "on",  "as", "minimize", NULL};
  static const char *const marks[] = {"->", "..", "==", "!=", "<=", ">=", NULL};
  Tok t = {.s = s, .len = 1, .kind = MARK, .outer = -1, .run = -1, .key_of = -1, .last = -1};
  if (isdigit((unsigned char)*s)) {
    t.kind = NUMBER;
    t.len = number_len(s, end);
  } else if (isalpha((unsigned char)*s) || *s == '_') {
    t.kind = WORD;
    t.len = word_len(s, end);
    if (tok_is_any(&t, reserved))
      t.kind = RESERVED;
  } else if (*s == '"') {
    t.kind = STRING;
    t.len = string_len(s, end);
  } else if (*s == '#') {
    t.kind = COMMENT;
    t.len = comment_len(s, end);
  } else if (end - s > 1) {
    t.len = 2;
    t.len = tok_is_any(&t, marks) ? 2 : 1;
  }
  return t;
}

static int columns(const char *s, const char *end) {
  int n = 0;
  for (; s < end; s++)
    n += ((unsigned char)*s & 0xc0) != 0x80;
  return n;
}

static void scan(Layout *l, const char *s, const char *end) {
  int breaks = 0, gap = 0, col = 0;
  while (s < end) {
    if (isspace((unsigned char)*s)) {
      gap++;
      col = *s == '\n' ? 0 : col + 1;
      breaks += *s++ == '\n';
      continue;
    }
    Tok t = next_token(s, end);
    t.breaks = breaks;
    t.gap = gap;
    t.source_col = col;
    t.width = columns(s, s + t.len);
    vec_push(l->mem, &l->toks, t);
    s += t.len;
    col += t.width;
    breaks = gap = 0;
  }
}

Tok *tok(const Layout *l, int i) {
  return &l->toks.at[i];
}

/* The nearest token before i that is no comment, -1 if none. */
int tok_before(const Layout *l, int i) {
  for (i--; i >= 0 && tok(l, i)->kind == COMMENT; i--)
    ;
  return i;
}

int tok_ends_operand(const Tok *t) {
  return t->kind == WORD || t->kind == NUMBER || t->kind == STRING || tok_is_closing(t);
}

int tok_is_operator(const Tok *t) {
  static const char *const all[] = {
      "+", "-", "*", "/", "%", "^", "<", ">", "==", "!=", "<=", ">=", "..", "->", "and", "or", "then", "else", NULL};
  return tok_is_any(t, all);
}

/* Whether token i begins a statement: as in the grammar, a newline that nothing on either side takes for a
 * continuation. */
static int begins_statement(const Layout *l, int i, int outer) {
  static const char *const go_on[] = {",", ":", "=", "not", NULL};
  if (tok(l, i)->kind == COMMENT || tok_is_closing(tok(l, i)))
    return 0;
  if (outer >= 0 && (!tok_is(tok(l, outer), "{") || tok(l, outer)->stages))
    return 0;
  int p = tok_before(l, i), broken = 0;
  for (int k = p + 1; k <= i; k++)
    broken |= tok(l, k)->breaks;
  return p < 0 || p == outer ||
         (broken && !tok_is_operator(tok(l, i)) && !tok_is_operator(tok(l, p)) && !tok_is_any(tok(l, p), go_on));
}

/* ---- structure: brackets, statements, runs of keys ---- */

typedef enum { NO_KEY, PROPERTY, FIELD, VALUE, PORT, AIM } KeyKind;

typedef struct {
  KeyKind kind;
  int len, end; /* of the key, and the token behind it */
} Key;

/* What is padded in the statement at i: `epochs:`, `field image`, `x =`, `in` beside `out`, `minimize` beside `report`.
 */
static Key key_of(const Layout *l, int i) {
  int left = l->toks.count - i;
  const Tok *t = tok(l, i);
  if (left < 3)
    return (Key){NO_KEY, 0, 0};
  if (t->kind == WORD && tok_is(t + 1, ":"))
    return (Key){PROPERTY, t->len, i + 2};
  if (t->kind == WORD && tok_is(t + 1, "="))
    return (Key){VALUE, t->len, i + 1};
  if (tok_is(t, "field") && t[1].kind == WORD && (tok_is(t + 2, "[") || t[2].kind == WORD))
    return (Key){FIELD, t[1].len, i + 2};
  if (tok_is(t, "const") && t[1].kind == WORD && tok_is(t + 2, "="))
    return (Key){VALUE, t[1].len, i + 2};
  if (tok_is(t, "in") || tok_is(t, "out"))
    return (Key){PORT, t->len, i + 1};
  if (tok_is(t, "minimize") || (tok_is(t, "report") && t[1].kind == WORD))
    return (Key){AIM, t->len, i + 1};
  return (Key){NO_KEY, 0, 0};
}

/* Keys of properties and fields are always padded, others where their writer did so. */
static void join_run(Layout *l, int i, int last) {
  Tok *t = tok(l, i);
  Key key = key_of(l, i);
  if (!key.kind)
    return;
  int alone = i > 0 && tok(l, i - 1)->kind == COMMENT && tok(l, i - 1)->breaks;
  int joins = last >= 0 && tok(l, last)->run >= 0 && t->breaks == 1 && !alone && key_of(l, last).kind == key.kind;
  t->run = joins ? tok(l, last)->run : i;
  t->key_len = key.len;
  tok(l, key.end)->key_of = i;
  Tok *first = tok(l, t->run);
  if (key.len > first->widest)
    first->widest = key.len;
  first->padded |= key.kind == PROPERTY || key.kind == FIELD || (tok(l, key.end)->gap > 1 && !tok(l, key.end)->breaks);
}

static void link(Layout *l) {
  int outer = -1, first = 0, last = -1; /* the last statement outside all braces */
  for (int i = 0; i < l->toks.count; i++) {
    Tok *t = tok(l, i);
    if (tok_is_closing(t)) {
      t->mate = outer;
      tok(l, outer)->mate = i;
      outer = tok(l, outer)->outer;
      first = tok(l, t->mate)->first;
    }
    t->outer = outer;
    if (begins_statement(l, i, outer)) {
      first = i;
      int *before = outer >= 0 ? &tok(l, outer)->last : &last;
      join_run(l, i, *before);
      *before = i;
    }
    t->first = first;
    if (tok_is_opening(t)) {
      int p = tok_before(l, i);
      t->stages =
          tok_is(t, "{") && p >= 0 && (tok_is(tok(l, p), "->") || tok_is(tok(l, p), ":") || tok_is(tok(l, p), "*"));
      outer = i;
    }
  }
}

void layout_scan(Layout *l, const char *s, const char *end) {
  scan(l, s, end);
  link(l);
}
