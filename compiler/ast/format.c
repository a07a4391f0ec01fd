/* Duty: `netc fmt`: the source of a file in canonical layout. Words, marks and comments stay, in their order; space and
   line breaks are set anew.

   The writer's breaks inside a statement are kept, others are added before an arrow or an operator, or after a comma,
   where a line would grow over 120 columns. What continues a statement is aligned: an arrow under the first arrow, `else`
   under its `if`, arguments behind their bracket (or two columns in, when the bracket ends its line), the rest under the
   expression's first word. A body on one line stays there if it fits. Blank lines between statements are kept, one at most,
   and set between declarations with bodies. Keys of neighbouring properties and fields are padded to one width.

     epochs: 40                    epochs: 40
     batch:8                  ->   batch:  8
     y=x->conv(3,stride : 2)       y = x -> conv(3, stride: 2)

   Formatting twice changes nothing: a break that was added is one that the next time is kept, and every column follows from
   the tokens before it. */
#include "ast/ast.h"
#include "base/vec.h"
#include <ctype.h>
#include <string.h>

enum { WIDTH = 120, FAR = 40, STEP = 2, CONTINUED = 4 };

typedef enum { WORD, RESERVED, NUMBER, STRING, MARK, COMMENT } Kind;

typedef struct {
  const char *s;
  int len;
  Kind kind;
  int breaks, gap;      /* newlines and other white space before it in the source */
  int outer, mate;      /* the bracket around it; a bracket's partner */
  int first;            /* the token that begins its statement */
  int run, widest;      /* statements whose keys are padded alike: the first of them, and there the longest key */
  int last;             /* of an opening brace: the statement seen last in it */
  int col, line_indent; /* where it was written, and where that line begins */
  char stages, expanded; /* of `{`: a chain of stages, no body; and whether its content stands on lines of its own */
} Tok;

typedef struct {
  Arena *mem;
  Vec(Tok) toks;
  Text *to;
  int col, line_indent;
} Layout;

/* ---- tokens ---- */

static int is(const Tok *t, const char *text) {
  return t->kind != STRING && t->kind != COMMENT && (int)strlen(text) == t->len && !memcmp(t->s, text, (size_t)t->len);
}

static int is_any(const Tok *t, const char *const *texts) {
  for (; *texts; texts++)
    if (is(t, *texts))
      return 1;
  return 0;
}

static int is_opening(const Tok *t) {
  return is(t, "(") || is(t, "[") || is(t, "{");
}

static int is_closing(const Tok *t) {
  return is(t, ")") || is(t, "]") || is(t, "}");
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
  static const char *const reserved[] = {"in", "out", "for", "if", "then", "else", "and", "or", "not", "on", "as", "minimize", NULL};
  static const char *const marks[] = {"->", "..", "==", "!=", "<=", ">=", NULL};
  Tok t = {.s = s, .len = 1, .kind = MARK, .outer = -1, .run = -1, .last = -1};
  if (isdigit((unsigned char)*s)) {
    t.kind = NUMBER;
    t.len = number_len(s, end);
  } else if (isalpha((unsigned char)*s) || *s == '_') {
    t.kind = WORD;
    t.len = word_len(s, end);
    if (is_any(&t, reserved))
      t.kind = RESERVED;
  } else if (*s == '"') {
    t.kind = STRING;
    t.len = string_len(s, end);
  } else if (*s == '#') {
    t.kind = COMMENT;
    t.len = comment_len(s, end);
  } else if (end - s > 1) {
    t.len = 2;
    t.len = is_any(&t, marks) ? 2 : 1;
  }
  return t;
}

static void scan(Layout *l, const char *s, const char *end) {
  int breaks = 0, gap = 0;
  while (s < end) {
    if (isspace((unsigned char)*s)) {
      breaks += *s++ == '\n';
      gap = 1;
      continue;
    }
    Tok t = next_token(s, end);
    t.breaks = breaks;
    t.gap = gap;
    vec_push(l->mem, &l->toks, t);
    s += t.len;
    breaks = gap = 0;
  }
}

static Tok *tok(const Layout *l, int i) {
  return &l->toks.at[i];
}

/* The nearest token before i that is no comment, -1 if none. */
static int before(const Layout *l, int i) {
  for (i--; i >= 0 && tok(l, i)->kind == COMMENT; i--)
    ;
  return i;
}

static int ends_operand(const Tok *t) {
  return t->kind == WORD || t->kind == NUMBER || t->kind == STRING || is_closing(t);
}

static int is_operator(const Tok *t) {
  static const char *const all[] = {"+", "-", "*", "/", "%", "^", "<", ">", "==", "!=", "<=", ">=", "..", "->", "and", "or", "then", "else", NULL};
  return is_any(t, all);
}

/* Whether token i begins a statement: as in the grammar, a newline that nothing on either side takes for a continuation. */
static int begins_statement(const Layout *l, int i, int outer) {
  static const char *const go_on[] = {",", ":", "=", "not", NULL};
  int p = before(l, i);
  if (tok(l, i)->kind == COMMENT || is_closing(tok(l, i)))
    return 0;
  if (outer >= 0 && (!is(tok(l, outer), "{") || tok(l, outer)->stages))
    return 0;
  int broken = 0;
  for (int k = p + 1; k <= i; k++)
    broken |= tok(l, k)->breaks;
  return p < 0 || p == outer || (broken && !is_operator(tok(l, i)) && !is_operator(tok(l, p)) && !is_any(tok(l, p), go_on));
}

/* ---- structure: brackets, statements, runs of keys ---- */

/* The length of the key that the statement at i pads, 0 if none: of `epochs: 40`, or of `field image [1, 2]`. */
static int key_len(const Layout *l, int i) {
  int left = l->toks.count - i;
  if (left > 1 && tok(l, i)->kind == WORD && is(tok(l, i + 1), ":"))
    return tok(l, i)->len;
  if (left > 2 && is(tok(l, i), "field") && tok(l, i + 1)->kind == WORD && (is(tok(l, i + 2), "[") || tok(l, i + 2)->kind == WORD))
    return tok(l, i + 1)->len;
  return 0;
}

static void join_run(Layout *l, int i) {
  Tok *t = tok(l, i);
  int len = key_len(l, i);
  if (!len || t->outer < 0)
    return;
  int last = tok(l, t->outer)->last;
  int alone = i > 0 && tok(l, i - 1)->kind == COMMENT && tok(l, i - 1)->breaks;
  int joins = last >= 0 && tok(l, last)->run >= 0 && t->breaks == 1 && !alone && is(t, "field") == is(tok(l, last), "field");
  t->run = joins ? tok(l, last)->run : i;
  if (len > tok(l, t->run)->widest)
    tok(l, t->run)->widest = len;
}

static void link(Layout *l) {
  int outer = -1, first = 0;
  for (int i = 0; i < l->toks.count; i++) {
    Tok *t = tok(l, i);
    if (is_closing(t)) {
      t->mate = outer;
      tok(l, outer)->mate = i;
      outer = tok(l, outer)->outer;
      first = tok(l, t->mate)->first;
    }
    t->outer = outer;
    if (begins_statement(l, i, outer)) {
      first = i;
      join_run(l, i);
      if (outer >= 0)
        tok(l, outer)->last = i;
    }
    t->first = first;
    if (is_opening(t)) {
      int p = before(l, i);
      t->stages = is(t, "{") && p >= 0 && (is(tok(l, p), "->") || is(tok(l, p), ":") || is(tok(l, p), "*"));
      outer = i;
    }
  }
}

/* ---- spaces ---- */

/* `class(2) [h, w]` and `in x [c]` are types, `x[0]` is an index. */
static int is_type_bracket(const Layout *l, int i) {
  static const char *const typed[] = {"in", "weight", "state", "field", NULL};
  const Tok *t = tok(l, i);
  int from = t->first, level = t->outer;
  if (is(tok(l, from), "predict") && level >= 0 && tok(l, level)->outer == tok(l, from)->outer && is(tok(l, level), "("))
    from = level;
  else if (!is_any(tok(l, from), typed) || level != tok(l, from)->outer)
    return 0;
  for (int k = i - 1; k > from && !(is(tok(l, k), ",") && tok(l, k)->outer == level); k--)
    if (tok(l, k)->outer == level && (is(tok(l, k), ":") || is(tok(l, k), "=")))
      return 0;
  return 1;
}

static int is_slice(const Layout *l, int i) {
  const Tok *t = tok(l, i);
  if (t->outer < 0 || !is(tok(l, t->outer), "["))
    return 0;
  return i < 2 || !is(tok(l, i - 2), "->");
}

static int is_sign(const Layout *l, int i) {
  int p = before(l, i);
  return is(tok(l, i), "-") && (p < 0 || !ends_operand(tok(l, p)));
}

/* Operators of size and power are tight or loose as their writer had them: `a*b + c*d`. */
static int is_tight(const Layout *l, int i) {
  static const char *const products[] = {"*", "/", "%", NULL};
  const Tok *t = tok(l, i);
  if (is(t, "^") || is(t, ".") || is(t, ".."))
    return 1;
  return is_any(t, products) && !t->gap && !(i + 1 < l->toks.count && t[1].gap);
}

/* The columns between token i and the one before it on the same line. */
static int space(const Layout *l, int i) {
  const Tok *t = tok(l, i), *p = t - 1;
  if (t->kind == COMMENT)
    return 2;
  if (is(p, "{") || is(t, "}"))
    return !(is(p, "{") && is(t, "}"));
  if (is(p, "(") || is(p, "[") || is(t, ")") || is(t, "]") || is(t, ","))
    return 0;
  if (is(t, ":"))
    return 0;
  if (is(p, ":")) {
    int s = i - 2, run = s >= 0 ? tok(l, s)->run : -1;
    return is_slice(l, i - 1) ? 0 : run >= 0 && !is(tok(l, s), "field") ? 1 + tok(l, run)->widest - tok(l, s)->len : 1;
  }
  if (is(p, ","))
    return 1;
  if (is_tight(l, i) || is_tight(l, i - 1) || is_sign(l, i - 1))
    return is(t, "..") && !ends_operand(p);
  if (i >= 2 && is(tok(l, i - 2), "field") && tok(l, i - 2)->run >= 0)
    return 1 + tok(l, tok(l, i - 2)->run)->widest - p->len;
  if (is(t, "("))
    return p->kind != WORD && !is_closing(p);
  if (is(t, "["))
    return !ends_operand(p) || is_type_bracket(l, i);
  return 1;
}

/* ---- lines ---- */

static int is_hanging(const Layout *l, int open) {
  return is(tok(l, open), "{") ? tok(l, open)->expanded : tok(l, open + 1)->breaks > 0;
}

/* Where the token's neighbours on the same level are: the first arrow since the last comma, or the `if` of an `else`. */
static int find_arrow(const Layout *l, int i) {
  int found = -1, level = tok(l, i)->outer, from = tok(l, i)->first;
  for (int k = i - 1; k >= from && k > level; k--) {
    if (is_closing(tok(l, k)))
      k = tok(l, k)->mate;
    else if (is(tok(l, k), ","))
      break;
    else if (is(tok(l, k), "->"))
      found = k;
  }
  return found;
}

static int find_if(const Layout *l, int i) {
  int level = tok(l, i)->outer, from = tok(l, i)->first, open = 0;
  for (int k = i - 1; k >= from && k > level; k--) {
    if (is_closing(tok(l, k)))
      k = tok(l, k)->mate;
    else if (is(tok(l, k), "else"))
      open++;
    else if (is(tok(l, k), "if") && open-- == 0)
      return k;
  }
  return -1;
}

/* Where a statement's expression begins. */
static int find_value(const Layout *l, int i) {
  int first = tok(l, i)->first, p = before(l, i);
  for (int k = first; k < p && !is(tok(l, p), ","); k++)
    if (tok(l, k)->outer == tok(l, first)->outer && (is(tok(l, k), "=") || is(tok(l, k), ":")))
      return k + 1;
  return first + 1;
}

static int content_indent(const Layout *l, int outer) {
  return outer < 0 ? 0 : tok(l, outer)->line_indent + STEP;
}

/* The column of token i when it begins a line. */
static int indent(const Layout *l, int i) {
  int next = i;
  while (next < l->toks.count && tok(l, next)->kind == COMMENT)
    next++;
  if (next > i && (next == l->toks.count || is_closing(tok(l, next))))
    return next == l->toks.count ? 0 : content_indent(l, tok(l, next)->mate);
  const Tok *t = tok(l, next);
  int statement = content_indent(l, tok(l, t->first)->outer), outer = t->outer, base = statement + CONTINUED;
  if (t->first == next)
    return statement;
  if (is_closing(t))
    return is_hanging(l, t->mate) ? tok(l, t->mate)->line_indent : tok(l, t->mate)->col;
  int inside = outer != tok(l, t->first)->outer;
  if (inside)
    base = is_hanging(l, outer) ? content_indent(l, outer) : tok(l, outer)->col + tok(l, outer)->len + is(tok(l, outer), "{");
  int mark = is(t, "->") ? find_arrow(l, next) : is(t, "else") || is(t, "then") ? find_if(l, next) : inside ? -1 : find_value(l, next);
  if (mark >= 0 && mark < next && tok(l, mark)->col <= FAR)
    return tok(l, mark)->col;
  return is(t, "->") && inside ? base + STEP : base;
}

/* Whether a line may be broken before token i. */
static int may_break(const Layout *l, int i) {
  const Tok *t = tok(l, i);
  if (is(t - 1, "}") && !is(t, "->"))
    return 0;
  return is(t, "->") || is(t, "+") || (is(t, "-") && !is_sign(l, i)) || is(t, "and") || is(t, "or") || is(t, "else") || is(t - 1, ",");
}

/* Whether the writer's break before token i inside a statement is kept. */
static int keeps_break(const Layout *l, int i) {
  const Tok *t = tok(l, i);
  if (!t->breaks || is(t, ","))
    return 0;
  return !is_closing(t) || is_hanging(l, t->mate);
}

/* Whether the tokens from i to `end` fit behind column `col`; with 0 for end, those up to the next place for a break: an
   element of a list is kept whole, if it can be. */
static int fits(const Layout *l, int i, int end, int col) {
  int element = is(tok(l, i) - 1, ",");
  for (int k = i, level = 0; k < l->toks.count && col <= WIDTH; k++) {
    const Tok *t = tok(l, k);
    int place = t->breaks || (may_break(l, k) && (level < 0 || !element || is(t - 1, ",")));
    if (k > i && (t->kind == COMMENT || t->first == k || (end ? k > end : level <= 0 && place)))
      return 1;
    level += is_opening(t) - is_closing(t);
    col += space(l, k) + t->len;
  }
  return col <= WIDTH;
}

static int spans_lines(const Layout *l, int open) {
  int mate = tok(l, open)->mate;
  if (tok(l, open)->stages)
    return tok(l, open + 1)->breaks || tok(l, mate)->breaks;
  for (int k = open + 1; k <= mate; k++)
    if (tok(l, k)->breaks)
      return 1;
  return 0;
}

/* Blank lines stand between statements only, and around declarations with a body. */
static int blank_before(const Layout *l, int i) {
  const Tok *t = tok(l, i), *p = t - 1;
  if (is(p, "{") || is(t, "}"))
    return 0;
  if (t->outer < 0 && (t->first == i || t->kind == COMMENT)) {
    int ends = i - 1;
    while (ends > 0 && tok(l, ends)->kind == COMMENT && !tok(l, ends)->breaks)
      ends--;
    if (is(tok(l, ends), "}"))
      return 1;
    for (int k = i; t->first == i && p->kind != COMMENT && k < l->toks.count && tok(l, k)->first == i; k++)
      if (is(tok(l, k), "{") && tok(l, k)->outer < 0)
        return 1;
  }
  return t->breaks > 1 && (t->first == i || t->kind == COMMENT) && (t->outer < 0 || is(tok(l, t->outer), "{"));
}

/* How many newlines stand before token i. */
static int newlines(const Layout *l, int i) {
  const Tok *t = tok(l, i), *p = t - 1;
  if (p->kind == COMMENT || t->first == i || (t->kind == COMMENT && t->breaks)) {
    int one_line = p->kind != COMMENT && is(p, "{") && !p->expanded;
    return one_line ? 0 : 1 + blank_before(l, i);
  }
  if (t->kind == COMMENT)
    return 0;
  if (is(t, "}") || is(p, "{"))
    return tok(l, is(t, "}") ? t->mate : i - 1)->expanded;
  if (is(t, "else") && is(p, "}") && !tok(l, p->mate)->stages)
    return 0;
  if (keeps_break(l, i))
    return 1;
  if (!may_break(l, i) || fits(l, i, 0, l->col) || indent(l, i) >= l->col + space(l, i))
    return 0;
  return !is(t, "->") || find_arrow(l, i) >= 0 || fits(l, i, 0, indent(l, i));
}

static void put(Layout *l, int i) {
  Tok *t = tok(l, i);
  int lines = i ? newlines(l, i) : 0, pad = lines ? indent(l, i) : i ? space(l, i) : 0;
  text_add(l->to, "%.*s%*s", lines, "\n\n", pad, "");
  l->col = lines ? pad : l->col + pad;
  if (lines)
    l->line_indent = pad;
  t->col = l->col;
  t->line_indent = l->line_indent;
  if (is(t, "{") && t->mate > i + 1)
    t->expanded = (char)(spans_lines(l, i) || (!t->stages && !fits(l, i, t->mate, l->col)));
  text_add_len(l->to, t->s, (size_t)t->len);
  l->col += t->len;
}

void ast_format(const Ctx *c, const Ast *file, uint32_t first, Text *to) {
  (void)file;
  const char *s = source_at(c->src, first);
  size_t len = source_len(c->src, first), mark = len >= 3 && !memcmp(s, "\xef\xbb\xbf", 3) ? 3 : 0;
  Layout l = {.mem = c->mem, .to = to};
  scan(&l, s + mark, s + len);
  link(&l);
  for (int i = 0; i < l.toks.count; i++)
    put(&l, i);
  if (l.toks.count)
    text_add(to, "\n");
}
