/* Duty: word a syntax error in the user's terms, then find where reading goes on.

   Frequent slips are rows or small tests of their own, tried in order, each knowing the token that did not fit, the one
   before it and the first one of the statement. What no slip explains is worded from the tokens that the parser would
   have taken: whole families (`+`, `*`, `<` ...) become one phrase ("an operator"). */
#include "grammar/parse.h"
#include <string.h>

typedef struct {
  Parser *p;
  const Token *t;              /* all tokens */
  int at, first;               /* the one that does not fit, and the first one of its statement */
  const char *const *expected; /* as bison names them */
  int count;
} Slip;

static Ctx *ctx(const Slip *s) {
  return s->p->c;
}

static const char *word_of(const Slip *s, int at) {
  return parse_is_name(s->t[at].kind) ? name_text(ctx(s)->names, s->t[at].value.name) : "";
}

static int expects(const Slip *s, const char *what) {
  for (int i = 0; i < s->count; i++)
    if (!strcmp(s->expected[i], what))
      return 1;
  return 0;
}

static int kind_at(const Slip *s, int at) {
  return at > 0 ? s->t[at].kind : 0;
}

/* The kind of the bracket around the token, 0 outside all. */
static int bracket(const Slip *s) {
  int outer = s->t[s->at].outer;
  return outer >= 0 ? s->t[outer].kind : 0;
}

static int is_reserved(int kind) {
  return kind >= T_IN && kind <= T_FALSE;
}

/* ---- wording from the expected tokens ---- */

#define NAMES                                                                                                          \
  "a name", "const", "block", "net", "data", "train", "predict", "search", "use", "graph", "weight", "state", "field", \
      "next", "show", "report", "update"
#define VALUES "a whole number", "a number", "a string", "true", "false", "'('", "'['", "'-'", "not", "if", ".."

/* When `key` is expected, the members are not listed but said as `words` (left out if that is empty). */
static const struct {
  const char *key, *words;
  const char *members[32];
} families[] = {
    {"minimize", "a statement", {"minimize", "in", "out", "for", "if", NAMES}},
    {"a number", "a value", {VALUES, NAMES, "':'"}},
    {"a whole number", "a layer", {"a whole number", "a string", "'('", "'{'", NAMES}},
    {"a name", "a name", {NAMES}},
    {"block", "a declaration", {NAMES}},
    {"'+'",
     "an operator",
     {"'+'", "'-'", "'*'", "'/'", "'%'", "'^'", "'<'", "'>'", "==", "!=", "<=", ">=", "and", "or", "..", "'.'", "'('",
      "'['"}},
    {"->", "", {"'('", "'['", "'*'", "':'", "'.'"}},
    {"'='", "", {"','", "'('", "'.'"}},
    {"the end of the line", "", {"'}'", "the end of the file"}},
};

static int is_member(const char *const *members, const char *what) {
  for (; *members; members++)
    if (!strcmp(*members, what))
      return 1;
  return 0;
}

/* A token as shown: words stay as they are, marks and keywords stand in backquotes. */
static const char *shown(Parser *p, const char *name) {
  size_t len = strlen(name);
  if (name[0] == '\'')
    return arena_printf(p->c->mem, "`%.*s`", (int)len - 2, name + 1);
  return strchr(name, ' ') ? name : arena_printf(p->c->mem, "`%s`", name);
}

static const char *expected_words(const Slip *s) {
  enum { FAMILIES = sizeof families / sizeof *families };
  const char *list[64];
  char said[FAMILIES] = {0};
  int count = 0, ends = expects(s, "the end of the line");
  for (int i = 0; i < s->count && count < 60; i++) {
    int f = 0;
    while (f < FAMILIES && !(expects(s, families[f].key) && is_member(families[f].members, s->expected[i])))
      f++;
    if (!strcmp(s->expected[i], "the end of the line"))
      continue;
    if (f == FAMILIES)
      list[count++] = shown(s->p, s->expected[i]);
    else if (!said[f]++ && *families[f].words)
      list[count++] = families[f].words;
  }
  if (ends)
    list[count++] = "the end of the line";
  if (count > 5)
    return "something that continues this statement";
  Text t = {.mem = ctx(s)->mem};
  for (int i = 0; i < count; i++)
    text_add(&t, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", list[i]);
  return text_str(&t);
}

static const char *found_words(const Slip *s) {
  const Token *t = &s->t[s->at];
  if (t->kind == T_NL)
    return "the end of the line";
  if (!t->kind)
    return "the end of the file";
  if (t->kind == T_STRING)
    return "a string";
  return arena_printf(ctx(s)->mem, "`%.*s`", t->span.len < 40 ? (int)t->span.len : 40,
                      source_at(ctx(s)->src, t->span.at));
}

static Diag *plain(const Slip *s) {
  return diag_add(ctx(s), D_SYNTAX, s->t[s->at].span, expected_words(s), found_words(s));
}

/* ---- slips: each reports and returns 1, or returns 0 ---- */

static int slip_unopened(const Slip *s) {
  int kind = s->t[s->at].kind, open = bracket(s);
  int wanted = kind == ')' ? '(' : kind == ']' ? '[' : kind == '}' ? '{' : 0;
  if (!wanted || open == wanted)
    return 0;
  diag_add(ctx(s), D_UNOPENED, s->t[s->at].span, arena_printf(ctx(s)->mem, "%c", kind));
  return 1;
}

static int slip_no_flow(const Slip *s) {
  if (s->t[s->at].kind != T_ARROW || (s->at != s->first && !expects(s, "a number")))
    return 0;
  diag_help(ctx(s), diag_add(ctx(s), D_NO_FLOW, s->t[s->at].span), "name what flows and the result: `y = x -> ...`");
  return 1;
}

/* `in = 3`: the mistake is the word before; `x = on`: the word itself. */
static int slip_reserved(const Slip *s) {
  int kind = s->t[s->at].kind, before = kind_at(s, s->at - 1), at = s->at;
  if ((kind == '=' || kind == ':') && is_reserved(before) && s->at == s->first + 1)
    at--;
  else if (!is_reserved(kind) || s->at == s->first || s->t[s->at].starts_line || !expects(s, "a name") ||
           (expects(s, "a number") && kind >= T_IF && kind <= T_NOT))
    return 0;
  const char *word = name_text(ctx(s)->names, s->t[at].value.name);
  Diag *d = diag_add(ctx(s), D_RESERVED, s->t[at].span, word);
  if (s->t[at].kind == T_OUT)
    diag_help(ctx(s), d, "`out x` makes x the output, `out y = x` gives it a name");
  else if (s->t[at].kind == T_MINIMIZE)
    diag_help(ctx(s), d, "the loss follows without a mark: `minimize loss`");
  else
    diag_help(ctx(s), d, "choose another name, `%s_` for instance", word);
  return 1;
}

static int slip_equals(const Slip *s) {
  if (s->t[s->at].kind != '=' || !parse_is_name(kind_at(s, s->at - 1)))
    return 0;
  int outer = s->t[s->at].outer, first = s->t[s->first].kind;
  const char *what = "property", *word = word_of(s, s->at - 1);
  if (bracket(s) == '(')
    what = (first == T_BLOCK || first == T_NET || first == T_PREDICT) && outer == s->first + 2 ? "default"
                                                                                               : "named argument";
  else if (first != T_WEIGHT && first != T_STATE && first != T_SHOW && first != T_REPORT)
    return 0;
  Diag *d = diag_add(ctx(s), D_COLON, s->t[s->at].span, what, word);
  diag_help(ctx(s), d, "write `%s:`", word);
  return 1;
}

/* A flow alone on a line, be it a name, a chain or a call. */
static int slip_no_name(const Slip *s) {
  int kind = s->t[s->at].kind, end = s->first + 1;
  if (!parse_is_name(s->t[s->first].kind) || s->at <= s->first || bracket(s) == 0)
    return 0;
  if (s->t[end].kind == '(') {
    while (s->t[end].kind && !(s->t[end].kind == ')' && s->t[end].outer == s->first + 1))
      end++;
    if (s->at > end + 1 || s->t[end + 1].kind == ':')
      return 0;
  } else if (s->at != end || (kind != T_ARROW && kind != T_NL && kind != '}' && !expects(s, "'='"))) {
    return 0;
  } else if (kind != T_ARROW && kind != T_NL && kind != '}' && !strchr("+-*/%^<>", kind)) {
    return 0;
  }
  Diag *d = diag_add(ctx(s), D_NO_NAME, s->t[s->first].span);
  diag_help(ctx(s), d, "`y = ...` names the result, `out ...` makes it the output");
  return 1;
}

typedef struct {
  const char *word, *help;
} Foreign;

static const Foreign foreign_declarations[] = {
    {"def", "a piece of network is declared by `block Name(parameters) { ... }`"},
    {"function", "a piece of network is declared by `block Name(parameters) { ... }`"},
    {"func", "a piece of network is declared by `block Name(parameters) { ... }`"},
    {"layer", "a layer is declared by `block Name(parameters) { ... }`"},
    {"class", "a network is declared by `net Name { ... }`, a piece of one by `block Name { ... }`"},
    {"model", "a network is declared by `net Name { ... }`"},
    {"network", "a network is declared by `net Name { ... }`"},
    {"module", "a network is declared by `net Name { ... }`"},
    {"import", "layers, losses and optimizers are there already; another file is taken in by `use \"file.net\"`"},
    {"from", "layers, losses and optimizers are there already; another file is taken in by `use \"file.net\"`"},
    {"include", "another file is taken in by `use \"file.net\"`"},
    {"dataset", "data is declared by `data Name { ... }`"},
    {"let", "a value for the whole file is a constant: `const name = value`"},
    {"var", "a value for the whole file is a constant: `const name = value`"},
};

static const Foreign foreign_statements[] = {
    {"return", "the result of a block is written `out x`"},
    {"let", "a value is named without a keyword: `x = ...`"},
    {"var", "a value is named without a keyword: `x = ...`"},
    {"elif", "write `else if`"},
    {"elseif", "write `else if`"},
    {"while", "a loop runs over a list or a range: `for i in 0..10 { ... }`"},
    {"def", "a block is declared outside all braces"},
    {"print", "a finished program shows values of its `predict` blocks: `show name: value`"},
    {"loss", "a loss is written `minimize loss`"},
};

static int help_foreign(const Slip *s, Diag *d, const Foreign *list, size_t count, int at) {
  for (size_t i = 0; i < count; i++)
    if (!strcmp(word_of(s, at), list[i].word)) {
      diag_help(ctx(s), d, "%s", list[i].help);
      return 1;
    }
  return 0;
}

static int slip_declaration(const Slip *s) {
  const Token *t = &s->t[s->first];
  if (s->p->what != PARSE_FILE || t->outer >= 0 || s->at > s->first + 1 ||
      !(parse_is_name(t->kind) || is_reserved(t->kind)))
    return 0;
  if (s->at > s->first && t->kind >= T_CONST && t->kind <= T_USE)
    return 0;
  const char *word = name_text(ctx(s)->names, t->value.name);
  Diag *d = diag_add(ctx(s), D_DECLARATION, t->span, word);
  if (help_foreign(s, d, foreign_declarations, sizeof foreign_declarations / sizeof *foreign_declarations, s->first))
    return 1;
  if (t[1].kind == '=') {
    diag_help(ctx(s), d, "a value for the whole file is a constant: `const %s = ...`", word);
    return 1;
  }
  static const char *const words[] = {"const", "block", "net", "data", "train", "predict", "search", "use"};
  Name names[8];
  for (int i = 0; i < 8; i++)
    names[i] = name_of(ctx(s)->names, words[i]);
  Name near = t->kind == T_NAME ? name_nearest(ctx(s)->names, word, names, 8) : 0;
  if (near)
    diag_help(ctx(s), d, "did you mean `%s`?", name_text(ctx(s)->names, near));
  else
    diag_help(ctx(s), d, "a file consists of const, block, net, data, train, predict, search and use");
  return 1;
}

static int slip_inner_declaration(const Slip *s) {
  const Token *t = &s->t[s->first];
  if (t->outer < 0 || !parse_is_declaration(t))
    return 0;
  const char *word = name_text(ctx(s)->names, t->value.name);
  Diag *d = diag_add(ctx(s), D_SYNTAX, t->span, "a statement", arena_printf(ctx(s)->mem, "the declaration `%s`", word));
  diag_help(ctx(s), d, "declarations stand outside all braces");
  return 1;
}

/* ---- one line of help for a plainly worded error ---- */

/* `minimise loss`: a word of the language, misspelt at the head of its statement. */
static int help_keyword(const Slip *s, Diag *d) {
  static const char *const words[] = {"minimize", "report", "show", "field", "weight", "state", "update", "out"};
  enum { WORDS = sizeof words / sizeof *words };
  if (s->at != s->first + 1 || s->t[s->first].kind != T_NAME || !parse_is_name(s->t[s->at].kind))
    return 0;
  Name names[WORDS];
  for (int i = 0; i < WORDS; i++)
    names[i] = name_of(ctx(s)->names, words[i]);
  Name near = name_nearest(ctx(s)->names, word_of(s, s->first), names, WORDS);
  if (near)
    diag_help(ctx(s), d, "did you mean `%s`?", name_text(ctx(s)->names, near));
  return near != 0;
}

static const char *help_for(const Slip *s) {
  int kind = s->t[s->at].kind, before = kind_at(s, s->at - 1), before2 = kind_at(s, s->at - 2),
      first = s->t[s->first].kind;
  if (kind == '>' && before == '-')
    return "the arrow is written `->`";
  if ((kind == T_INT || kind == T_FLOAT || kind == T_STRING) && parse_is_name(before) && before2 == T_ARROW)
    return "arguments stand in parentheses, as in `maxpool(2)`";
  if (kind == T_EQ && s->at == s->first + 1)
    return "a value is named with one `=`; `==` compares";
  if (kind == ':' && expects(s, "'{'"))
    return "a body stands in braces: `{ ... }`";
  if (kind == T_NL && s->t[s->at + 1].kind == '{' && expects(s, "'{'"))
    return "the `{` stands at the end of the line";
  if (before == T_INT && before2 == T_ARROW && expects(s, "'*'"))
    return "a layer follows the arrow; a number before it repeats it: `x -> 3 * conv(8, 3)`";
  if (kind == T_NL && expects(s, "else"))
    return "`if ... then ... else ...` has both branches";
  if (before == '.' && before2 == T_INT)
    return "a digit stands after the point: `1.0`";
  if (kind == '.' && !expects(s, "'.'") && expects(s, "->"))
    return "parentheses make a flow a value: `(x -> f).name`";
  if ((kind == '<' || kind == '>' || (kind >= T_EQ && kind <= T_GE)) && expects(s, "'+'"))
    return "comparisons do not chain: write `a < b and b < c`";
  if ((first == T_REPORT || first == T_SHOW) && expects(s, "':'"))
    return first == T_SHOW ? "what is shown has a name: `show mask: ...`"
                           : "a metric has a name: `report dice: dice(...)`";
  if (expects(s, "as"))
    return "the fields get their names here: `train on Data as (image, label) { ... }`";
  if (first == T_IN && kind == ',')
    return "each input has a line of its own";
  return NULL;
}

static void report(const Slip *s) {
  static int (*const slips[])(const Slip *) = {
      slip_unopened, slip_no_flow, slip_inner_declaration, slip_reserved, slip_equals, slip_declaration, slip_no_name};
  for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
    if (slips[i](s))
      return;
  Diag *d = plain(s);
  const char *help = help_for(s);
  if (help)
    diag_help(ctx(s), d, "%s", help);
  else if (!help_foreign(s, d, foreign_statements, sizeof foreign_statements / sizeof *foreign_statements, s->first) &&
           !help_keyword(s, d))
    help_foreign(s, d, foreign_statements, sizeof foreign_statements / sizeof *foreign_statements, s->at);
}

/* The `{` of the innermost body around the token, -1 if none. Braces of stages are no bodies, and hold none. */
static int body_of(const Token *t, int at) {
  int body = -1;
  for (int i = t[at].outer; i >= 0; i = t[i].outer) {
    int before = t[i - 1].kind;
    if (t[i].kind != '{' || before == T_ARROW || before == ':' || before == '*')
      body = -1;
    else if (body < 0)
      body = i;
  }
  return body;
}

static int first_of_statement(const Token *t, int at, int body) {
  int first = at;
  while (first > 1 && !(t[first - 1].kind == T_NL && t[first - 1].outer == body) && first - 1 != body)
    first--;
  return first;
}

/* A declaration, or an unindented word that was perhaps meant as one. */
static int is_fresh_start(const Parser *p, const Token *t) {
  return parse_is_declaration(t) || (parse_is_name(t->kind) && source_place(p->c->src, t->span.at).column == 1);
}

/* Where reading goes on: the end of the statement, or the next declaration; braces on the way are skipped whole. */
static int find_rest(const Parser *p, int body) {
  const Token *t = p->tokens.at;
  int at = p->at, declarations = body < 0 && (p->what == PARSE_FILE || p->what == PARSE_GRAPH);
  for (; t[at].kind; at++) {
    if (t[at].kind == '}' && t[at].outer == body && body >= 0)
      break;
    if (t[at].kind == T_NL && t[at].outer == body &&
        (declarations ? is_fresh_start(p, &t[at + 1]) : t[at + 1].kind != '{'))
      break;
  }
  return at;
}

/* The bracket of a declaration's parameters around the token, 0 if none: its body is worth reading all the same. */
static int header_of(const Token *t, int at) {
  int outer = t[at].outer;
  while (outer >= 0 && t[outer].outer >= 0)
    outer = t[outer].outer;
  int kind = outer > 2 && t[outer].kind == '(' ? t[outer - 2].kind : 0;
  return kind == T_BLOCK || kind == T_NET || kind == T_PREDICT ? outer : 0;
}

int parse_is_hopeless(const Parser *p) {
  return diag_errors(p->c->diags) >= 100;
}

void parse_fail(Parser *p, const char *const *expected, int count) {
  const Token *t = p->tokens.at;
  if (p->at == p->failed) { /* the token where reading was to go on fits nowhere: go past it */
    p->unwinding = !t[p->at].kind;
    p->next = p->at + !p->unwinding;
    return;
  }
  p->failed = p->at;
  int body = body_of(t, p->at);
  if (!t[p->at].silent && !parse_is_hopeless(p)) {
    Slip s = {
        .p = p, .t = t, .at = p->at, .first = first_of_statement(t, p->at, body), .expected = expected, .count = count};
    report(&s);
  }
  int header = body < 0 ? header_of(t, p->at) : 0;
  if (!header) {
    p->next = find_rest(p, body);
    return;
  }
  if (t[p->at].kind == ')' && t[p->at].outer == header)
    return;
  while (t[p->next].kind != ')' || t[p->next].outer != header)
    p->next++;
}
