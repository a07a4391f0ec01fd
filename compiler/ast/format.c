/* Duty: `netc fmt`: the source of a file in canonical layout. Words, marks and comments stay, in their order; space and
   line breaks are set anew.

   The writer's breaks inside a statement are kept, others are added before an arrow or an operator, or after a comma,
   where a line would grow over 120 columns. What continues a statement is aligned: an arrow under the first arrow,
   `else` under its `if`, arguments behind their bracket (or two columns in, when the bracket ends its line), the rest
   under the expression's first word. A body on one line stays there if it fits. Blank lines between statements are
   kept, one at most, and set between declarations with bodies. Keys of neighbouring properties and fields are padded to
   one width, other keys and comments at a line's end stay aligned where their writer aligned them.

     epochs: 40                    epochs: 40
     batch:8                  ->   batch:  8
     y=x->conv(3,stride : 2)       y = x -> conv(3, stride: 2)

   Formatting twice changes nothing: a break that was added is one that the next time is kept, and every column follows
   from the tokens before it. */
#include "ast/layout.h"
#include <string.h>

enum { WIDTH = 120, FAR = 40, STEP = 2, CONTINUED = 4 };

/* ---- spaces ---- */

/* `class(2) [h, w]` and `in x [c]` are types, `x[0]` is an index. */
static int is_type_bracket(const Layout *l, int i) {
  static const char *const typed[] = {"in", "weight", "state", "field", NULL};
  const Tok *t = tok(l, i);
  int from = t->first, level = t->outer;
  if (tok_is(tok(l, from), "predict") && level >= 0 && tok(l, level)->outer == tok(l, from)->outer &&
      tok_is(tok(l, level), "("))
    from = level;
  else if (!tok_is_any(tok(l, from), typed) || level != tok(l, from)->outer)
    return 0;
  for (int k = i - 1; k > from && !(tok_is(tok(l, k), ",") && tok(l, k)->outer == level); k--)
    if (tok(l, k)->outer == level && (tok_is(tok(l, k), ":") || tok_is(tok(l, k), "=")))
      return 0;
  return 1;
}

static int is_slice(const Layout *l, int i) {
  const Tok *t = tok(l, i);
  if (t->outer < 0 || !tok_is(tok(l, t->outer), "["))
    return 0;
  return i < 2 || !tok_is(tok(l, i - 2), "->");
}

static int is_sign(const Layout *l, int i) {
  int p = tok_before(l, i);
  return tok_is(tok(l, i), "-") && (p < 0 || !tok_ends_operand(tok(l, p)));
}

/* Operators of size and power are tight or loose as their writer had them: `a*b + c*d`. */
static int is_tight(const Layout *l, int i) {
  static const char *const products[] = {"*", "/", "%", NULL};
  const Tok *t = tok(l, i);
  if (tok_is(t, "^") || tok_is(t, ".") || tok_is(t, ".."))
    return 1;
  return tok_is_any(t, products) && !t->gap && !(i + 1 < l->toks.count && t[1].gap);
}

static int space_between(const Layout *l, int i) {
  const Tok *t = tok(l, i), *p = t - 1;
  if (tok_is(p, "{") || tok_is(t, "}"))
    return !(tok_is(p, "{") && tok_is(t, "}"));
  if (tok_is(p, "(") || tok_is(p, "[") || tok_is(t, ")") || tok_is(t, "]") || tok_is(t, ","))
    return 0;
  if (tok_is(t, ":") || tok_is(p, ","))
    return tok_is(p, ",");
  if (tok_is(p, ":"))
    return !is_slice(l, i - 1);
  if (is_tight(l, i) || is_tight(l, i - 1) || is_sign(l, i - 1))
    return tok_is(t, "..") && !tok_ends_operand(p);
  if (tok_is(t, "("))
    return p->kind != WORD && !tok_is_closing(p);
  if (tok_is(t, "["))
    return !tok_ends_operand(p) || is_type_bracket(l, i);
  return 1;
}

/* The columns between token i and the one before it on the same line. A comment that its writer moved out stays there.
 */
static int space(const Layout *l, int i) {
  const Tok *t = tok(l, i);
  if (t->kind == COMMENT)
    return t->gap > 2 && t->source_col > l->col + 2 ? t->source_col - l->col : 2;
  const Tok *statement = t->key_of < 0 ? NULL : tok(l, t->key_of), *run = statement ? tok(l, statement->run) : NULL;
  return space_between(l, i) + (run && run->padded ? run->widest - statement->key_len : 0);
}

/* ---- lines ---- */

/* Where the token's neighbours on the same level are: the first arrow since the last comma, or the `if` of an `else`.
 */
static int find_arrow(const Layout *l, int i) {
  int found = -1, level = tok(l, i)->outer, from = tok(l, i)->first;
  for (int k = i - 1; k >= from && k > level; k--) {
    if (tok_is_closing(tok(l, k)))
      k = tok(l, k)->mate;
    else if (tok_is(tok(l, k), ","))
      break;
    else if (tok_is(tok(l, k), "->"))
      found = k;
  }
  return found;
}

static int find_if(const Layout *l, int i) {
  int level = tok(l, i)->outer, from = tok(l, i)->first, open = 0;
  for (int k = i - 1; k >= from && k > level; k--) {
    if (tok_is_closing(tok(l, k)))
      k = tok(l, k)->mate;
    else if (tok_is(tok(l, k), "else"))
      open++;
    else if (tok_is(tok(l, k), "if") && open-- == 0)
      return k;
  }
  return -1;
}

/* Where a statement's expression begins. */
static int find_value(const Layout *l, int i) {
  int first = tok(l, i)->first, p = tok_before(l, i);
  for (int k = first; k < p && !tok_is(tok(l, p), ","); k++)
    if (tok(l, k)->outer == tok(l, first)->outer && (tok_is(tok(l, k), "=") || tok_is(tok(l, k), ":")))
      return k + 1;
  return first + 1;
}

/* Whether the writer gave the content of braces lines of its own. */
static int spans_lines(const Layout *l, int open) {
  int mate = tok(l, open)->mate;
  if (mate == open + 1)
    return 0;
  if (tok(l, open)->stages)
    return tok(l, open + 1)->breaks || tok(l, mate)->breaks;
  for (int k = open + 1; k <= mate; k++)
    if (tok(l, k)->breaks)
      return 1;
  return 0;
}

static int is_hanging(const Layout *l, int open) {
  return tok_is(tok(l, open), "{") ? tok(l, open)->expanded || spans_lines(l, open) : tok(l, open + 1)->breaks > 0;
}

/* Of a body, behind the line that its statement begins on; of other brackets, behind their own line. */
static int content_indent(const Layout *l, int outer) {
  if (outer < 0)
    return 0;
  const Tok *t = tok(l, outer);
  return STEP + (tok_is(t, "{") && !t->stages ? tok(l, t->first) : t)->line_indent;
}

/* The column of token i when it begins a line. */
static int indent(const Layout *l, int i) {
  const Tok *above = tok(l, i) - 1;
  if (tok(l, i)->kind == COMMENT && i && above->kind == COMMENT && above->breaks)
    return above->col;
  int next = i;
  while (next < l->toks.count && tok(l, next)->kind == COMMENT)
    next++;
  if (next > i && (next == l->toks.count || tok_is_closing(tok(l, next))))
    return next == l->toks.count ? 0 : content_indent(l, tok(l, next)->mate);
  const Tok *t = tok(l, next);
  int statement = content_indent(l, tok(l, t->first)->outer), outer = t->outer, base = statement + CONTINUED;
  if (t->first == next)
    return statement;
  if (tok_is_closing(t))
    return is_hanging(l, t->mate) ? content_indent(l, t->mate) - STEP : tok(l, t->mate)->col;
  int inside = outer != tok(l, t->first)->outer;
  if (inside)
    base = is_hanging(l, outer) ? content_indent(l, outer)
                                : tok(l, outer)->col + tok(l, outer)->len + tok_is(tok(l, outer), "{");
  int mark = tok_is(t, "->")                          ? find_arrow(l, next)
             : tok_is(t, "else") || tok_is(t, "then") ? find_if(l, next)
             : inside                                 ? -1
                                                      : find_value(l, next);
  if (mark >= 0 && mark < next && tok(l, mark)->col <= FAR)
    return tok(l, mark)->col;
  return tok_is(t, "->") && inside ? base + STEP : base;
}

/* Whether a line may be broken before token i. */
static int may_break(const Layout *l, int i) {
  const Tok *t = tok(l, i);
  if (tok_is(t - 1, "}") && !tok_is(t, "->"))
    return 0;
  return tok_is(t, "->") || tok_is(t, "+") || (tok_is(t, "-") && !is_sign(l, i)) || tok_is(t, "and") ||
         tok_is(t, "or") || tok_is(t, "else") || tok_is(t - 1, ",");
}

/* Whether the writer's break before token i inside a statement is kept; what ends a line early, as `=`, is joined
 * again. */
static int keeps_break(const Layout *l, int i) {
  const Tok *t = tok(l, i), *p = t - 1;
  if (tok_is(p, "{"))
    return is_hanging(l, i - 1);
  if (tok_is_closing(t))
    return (t->breaks || tok_is(t, "}")) && is_hanging(l, t->mate);
  return t->breaks && !tok_is(t, ",") && !tok_is_operator(p) && !tok_is(p, ":") && !tok_is(p, "=") && !tok_is(p, "not");
}

/* Whether the tokens from i to `end` fit behind column `col`; with 0 for end, those up to the next place for a break:
   an element of a list is kept whole, if it can be. */
static int fits(const Layout *l, int i, int end, int col) {
  int element = tok_is(tok(l, i) - 1, ",");
  for (int k = i, level = 0; k < l->toks.count && col <= WIDTH; k++) {
    const Tok *t = tok(l, k);
    int place = keeps_break(l, k) || (may_break(l, k) && (level < 0 || !element || tok_is(t - 1, ",")));
    int ends = t->kind == COMMENT || t->first == k || (level <= 0 && place);
    if (k > i && (end ? k > end : ends))
      return 1;
    level += tok_is_opening(t) - tok_is_closing(t);
    col += space(l, k) + t->width;
  }
  return col <= WIDTH;
}

/* Blank lines stand between statements only, and around declarations with a body. */
static int blank_before(const Layout *l, int i) {
  const Tok *t = tok(l, i), *p = t - 1;
  if (tok_is(p, "{") || tok_is(t, "}"))
    return 0;
  if (t->outer < 0 && (t->first == i || t->kind == COMMENT)) {
    int ends = i - 1;
    while (ends > 0 && tok(l, ends)->kind == COMMENT && !tok(l, ends)->breaks)
      ends--;
    if (tok_is(tok(l, ends), "}"))
      return 1;
    for (int k = i; t->first == i && p->kind != COMMENT && k < l->toks.count && tok(l, k)->first == i; k++)
      if (tok_is(tok(l, k), "{") && tok(l, k)->outer < 0)
        return 1;
  }
  return t->breaks > 1 && (t->first == i || t->kind == COMMENT) && (t->outer < 0 || tok_is(tok(l, t->outer), "{"));
}

/* How many newlines stand before token i. */
static int newlines(const Layout *l, int i) {
  const Tok *t = tok(l, i), *p = t - 1;
  if (p->kind == COMMENT || t->first == i || (t->kind == COMMENT && t->breaks)) {
    int one_line = p->kind != COMMENT && tok_is(p, "{") && !p->expanded;
    return one_line ? 0 : 1 + blank_before(l, i);
  }
  if (t->kind == COMMENT)
    return 0;
  if (tok_is(t, "else") && tok_is(p, "}") && !tok(l, p->mate)->stages)
    return 0;
  if (keeps_break(l, i))
    return 1;
  if (!may_break(l, i) || fits(l, i, 0, l->col) || indent(l, i) >= l->col + space(l, i))
    return 0;
  return !tok_is(t, "->") || find_arrow(l, i) >= 0 || fits(l, i, 0, indent(l, i));
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
  if (tok_is(t, "{") && t->mate > i + 1)
    t->expanded = (char)(spans_lines(l, i) || (!t->stages && !fits(l, i, t->mate, l->col)));
  text_add_len(l->to, t->s, (size_t)t->len);
  l->col += t->width;
}

void ast_format(const Ctx *c, const Ast *file, uint32_t first, Text *to) {
  (void)file;
  const char *s = source_at(c->src, first);
  size_t len = source_len(c->src, first), mark = len >= 3 && !memcmp(s, "\xef\xbb\xbf", 3) ? 3 : 0;
  Layout l = {.mem = c->mem, .to = to};
  layout_scan(&l, s + mark, s + len);
  for (int i = 0; i < l.toks.count; i++)
    put(&l, i);
  if (l.toks.count)
    text_add(to, "\n");
}
