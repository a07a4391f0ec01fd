/* Duty: from the scanned tokens those that the grammar reads.

   Newlines. One ends a statement, except inside ( ) and [ ], after an operator, comma, colon or arrow, and before a
   line that begins with an arrow, `then`, `else` or a binary operator. Braces inside parentheses make newlines count
   again. Those at the start of a text or body and at its end are dropped, so the grammar sees them between statements
   only.

   Brackets. First every bracket is matched with its partner; one is left open where a closing one of an outer kind, the
   end of the text, or a line that can only begin a statement or a declaration comes first. What was left open is
   reported once and closed by a made-up token, so that the grammar sees balanced brackets and the rest of the text is
   read as meant: a round or square one at the end of its line, a body right before the next declaration.

   Depth. An upper bound of the AST's depth is counted along, so that neither the parser's stack nor any walk of the
   tree can overflow: each bracket level holds the depth of its current element, which operators and closed brackets
   raise. */
#include "grammar/parse.h"

enum { MOST_BRACKETS = 200, MOST_DEPTH = 1000 };

typedef struct {
  int open;  /* the opening token among the raw ones, -1 for the whole text */
  int outer; /* the same among the emitted ones */
  int depth, most;
} Level;

typedef struct {
  Parser *p;
  Vec(Level) levels;
  char *closed;     /* by raw opening token: its partner exists (known after the first walk) */
  int odd, odd_end; /* the first body whose closing brace stands further left or right than its line, and that brace */
  int too_deep;
} Lines;

int parse_is_name(int kind) {
  return kind == T_NAME || (kind >= T_CONST && kind <= T_UPDATE);
}

int parse_is_declaration(const Token *t) {
  switch (t->kind) {
  case T_TRAIN:
    return t[1].kind == T_ON || (parse_is_name(t[1].kind) && t[2].kind == T_ON);
  case T_SEARCH:
    return t[1].kind == '{' || (parse_is_name(t[1].kind) && t[2].kind == '{');
  case T_USE:
    return t[1].kind == T_STRING;
  case T_CONST:
    return parse_is_name(t[1].kind) && t[2].kind == '=';
  case T_DATA:
  case T_GRAPH:
    return parse_is_name(t[1].kind) && t[2].kind == '{';
  case T_BLOCK:
  case T_NET:
  case T_PREDICT:
    return parse_is_name(t[1].kind) && (t[2].kind == '{' || t[2].kind == '(');
  default:
    return 0;
  }
}

static int is_open(int kind) {
  return kind == '(' || kind == '[' || kind == '{';
}

static int is_close(int kind) {
  return kind == ')' || kind == ']' || kind == '}';
}

static int partner(int kind) {
  return kind == '(' ? ')' : kind == '[' ? ']' : '}';
}

static int is_operator(int kind) {
  switch (kind) {
  case '+':
  case '-':
  case '*':
  case '/':
  case '%':
  case '^':
  case '<':
  case '>':
  case T_EQ:
  case T_NE:
  case T_LE:
  case T_GE:
  case T_AND:
  case T_OR:
  case T_DOTDOT:
  case T_ARROW:
  case T_THEN:
  case T_ELSE:
    return 1;
  default:
    return 0;
  }
}

static int continues_after(int kind) {
  return is_operator(kind) || kind == ',' || kind == ':' || kind == '=' || kind == T_NOT;
}

/* Whether the line that begins at t can only be a new statement: no expression in brackets goes on like this. */
static int begins_statement(const Token *t, int before) {
  if (t->kind == T_IN || t->kind == T_OUT || t->kind == T_FOR || t->kind == T_MINIMIZE)
    return 1;
  return parse_is_name(t->kind) && t[1].kind == '=' && before != ',' && before != '(' && before != '[';
}

static Level *top(const Lines *l) {
  return &l->levels.at[l->levels.count - 1];
}

/* The kind of the innermost open bracket, 0 outside all. */
static int top_kind(const Lines *l) {
  return l->levels.count > 1 ? l->p->raw.at[top(l)->open].kind : 0;
}

static int indentation(const Lines *l, Span at) {
  Place place = source_place(l->p->c->src, at.at);
  int n = 0;
  while (n < place.line_len && (place.line_text[n] == ' ' || place.line_text[n] == '\t'))
    n++;
  return n;
}

/* The level that a closing bracket closes, -1 if none: round and square brackets do not reach across a brace. */
static int find_level(const Lines *l, int kind) {
  for (int i = l->levels.count - 1; i > 0; i--) {
    int open = l->p->raw.at[l->levels.at[i].open].kind;
    if (partner(open) == kind)
      return i;
    if (open == '{')
      break;
  }
  return -1;
}

static int begins_declaration(const Lines *l, const Token *t, int before) {
  if (!parse_is_declaration(t) || before == ',' || before == '(' || continues_after(before))
    return 0;
  return l->levels.count < 2 || indentation(l, t->span) <= indentation(l, l->p->raw.at[l->levels.at[1].open].span);
}

/* Leaves brackets open where nothing inside them can begin like this: the first walk. */
static void match(Lines *l) {
  const Tokens *raw = &l->p->raw;
  int before = 0;
  for (int i = 0; i < raw->count; i++) {
    const Token *t = &raw->at[i];
    if (t->kind == T_NL)
      continue;
    if (t->starts_line && begins_declaration(l, t, before))
      l->levels.count = 1;
    if (t->starts_line && begins_statement(t, before))
      while (top_kind(l) == '(' || top_kind(l) == '[')
        l->levels.count--;
    if (is_open(t->kind))
      vec_push(l->p->c->mem, &l->levels, (Level){.open = i});
    if (is_close(t->kind)) {
      int level = find_level(l, t->kind);
      if (level < 0 && (top_kind(l) == '(' || top_kind(l) == '[') && t->kind != '}')
        level = l->levels.count - 1;
      if (level > 0) {
        int open = l->levels.at[level].open;
        l->closed[open] = 1;
        l->levels.count = level;
        if (t->kind == '}' && t->starts_line && !l->odd &&
            indentation(l, t->span) != indentation(l, raw->at[open].span)) {
          l->odd = open;
          l->odd_end = i;
        }
      }
    }
    before = t->kind;
  }
  l->levels.count = 1;
}

static const Token *last(const Lines *l) {
  return &l->p->tokens.at[l->p->tokens.count - 1];
}

static void count_depth(Lines *l, int kind) {
  Level *t = top(l);
  if (t->depth > t->most)
    t->most = t->depth;
  if (kind == ',' || kind == T_NL)
    t->depth = 0;
  else if (is_operator(kind) || kind == '.' || kind == ':' || kind == T_NOT || kind == T_IF)
    t->depth++;
}

static void emit(Lines *l, Token t) {
  if (is_close(t.kind) && l->levels.count > 1 && partner(top_kind(l)) == t.kind) {
    count_depth(l, ',');
    t.outer = top(l)->outer;
    int inside = top(l)->most;
    l->levels.count--;
    top(l)->depth = 1 + (inside > top(l)->depth ? inside : top(l)->depth);
  } else {
    t.outer = top(l)->outer;
    count_depth(l, t.kind);
  }
  if (top(l)->depth > MOST_DEPTH && !l->too_deep++)
    diag_add(l->p->c, D_DEPTH, t.span);
  vec_push(l->p->c->mem, &l->p->tokens, t);
}

static void open_level(Lines *l, int raw) {
  emit(l, l->p->raw.at[raw]);
  vec_push(l->p->c->mem, &l->levels, (Level){.open = raw, .outer = l->p->tokens.count - 1});
  if (l->levels.count > MOST_BRACKETS && !l->too_deep++)
    diag_add(l->p->c, D_DEPTH, l->p->raw.at[raw].span);
}

/* Closes the brackets down to `level`, which their writer forgot: one error, at the place where they should have ended.
 */
static void close_levels(Lines *l, int level, Span at, const char *where) {
  if (l->levels.count <= level)
    return;
  Text missing = {.mem = l->p->c->mem};
  for (int i = l->levels.count - 1; i >= level; i--)
    text_add(&missing, "%c", partner(l->p->raw.at[l->levels.at[i].open].kind));
  Diag *d = diag_add(l->p->c, D_UNCLOSED, at, text_str(&missing), where);
  for (int i = l->levels.count - 1, notes = 0; i >= level && notes < 3; i--, notes++) {
    const Token *open = &l->p->raw.at[l->levels.at[i].open];
    diag_note(l->p->c, d, open->span, "this `%c` is not closed", open->kind);
  }
  if (l->odd > l->levels.at[level].open && missing.at[missing.len - 1] == '}') {
    Place place = source_place(l->p->c->src, l->p->raw.at[l->odd].span.at);
    diag_note(l->p->c, d, l->p->raw.at[l->odd_end].span,
              "this `}` closes the `{` of line %d, though it does not line up with that line", place.line);
  }
  while (l->levels.count > level) {
    Span end = {last(l)->span.at + last(l)->span.len, 0};
    emit(l, (Token){.kind = partner(top_kind(l)), .span = end, .silent = 1});
  }
}

/* Whether the line that begins with t continues the one before. */
static int goes_on(const Lines *l, const Token *t) {
  int before = last(l)->kind;
  return continues_after(before) || before == '(' || before == '[' || is_operator(t->kind);
}

/* What the newline before t means: whether it ends a statement, and what it leaves open. */
static void end_line(Lines *l, const Token *t) {
  int before = last(l)->kind, fresh = begins_statement(t, before), level = l->levels.count;
  Span end = {last(l)->span.at + last(l)->span.len, 0};
  if (begins_declaration(l, t, before) && level > 1 && !l->closed[l->levels.at[1].open]) {
    close_levels(l, 1, t->span, arena_printf(l->p->c->mem, "before `%s`", name_text(l->p->c->names, t->value.name)));
  } else if (fresh || !goes_on(l, t)) {
    while (level > 1 && l->p->raw.at[l->levels.at[level - 1].open].kind != '{' &&
           !l->closed[l->levels.at[level - 1].open])
      level--;
    close_levels(l, level, end, "before the end of the line");
  }
  if (top_kind(l) == '(' || top_kind(l) == '[' || (goes_on(l, t) && !(fresh && last(l)->kind != ',')))
    return;
  if (l->p->tokens.count > 1 && last(l)->kind != '{' && t->kind != '}' && t->kind != T_END)
    emit(l, (Token){.kind = T_NL, .span = end});
}

static void emit_close(Lines *l, Token t) {
  int level = find_level(l, t.kind);
  if (level > 0) {
    close_levels(l, level + 1, t.span, arena_printf(l->p->c->mem, "before `%c`", t.kind));
  } else if (t.kind != '}' && (top_kind(l) == '(' || top_kind(l) == '[')) {
    const Token *open = &l->p->raw.at[top(l)->open];
    char wanted[] = {(char)partner(open->kind), 0};
    Diag *d = diag_add(l->p->c, D_UNCLOSED, t.span, wanted, arena_printf(l->p->c->mem, "instead of `%c`", t.kind));
    diag_note(l->p->c, d, open->span, "this `%c` is open", open->kind);
    t.kind = wanted[0];
    t.silent = 1;
  }
  emit(l, t);
}

int parse_lines(Parser *p) {
  Lines l = {.p = p};
  l.closed = arena_alloc(p->c->mem, (size_t)p->raw.count);
  vec_push(p->c->mem, &l.levels, (Level){.open = -1, .outer = -1});
  for (int i = 0; i < p->raw.count; i++)
    p->raw.at[i].starts_line = i == 0 || p->raw.at[i - 1].kind == T_NL;
  match(&l);
  for (int i = 0; i < p->raw.count && !l.too_deep; i++) {
    const Token *t = &p->raw.at[i];
    if (t->kind == T_NL)
      continue;
    if (t->kind == T_END)
      close_levels(&l, 1, (Span){last(&l)->span.at + last(&l)->span.len, 0}, "before the end of the file");
    else if (t->starts_line)
      end_line(&l, t);
    if (is_open(t->kind))
      open_level(&l, i);
    else if (is_close(t->kind))
      emit_close(&l, *t);
    else
      emit(&l, *t);
  }
  return !l.too_deep;
}
