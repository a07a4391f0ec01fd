/* The front rooms: tokens and newlines, expressions as text, formatting, diagnostics. Texts go in, texts come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ast/ast.h"

static Ctx *new_ctx(void) {
  Arena *mem = arena_new();
  Ctx *c = arena_alloc(mem, sizeof *c);
  c->mem = mem;
  c->names = names_new(mem);
  c->src = source_new(mem);
  c->diags = diags_new(mem);
  return c;
}

static Ast *parse(Ctx *c, ParseWhat what, const char *text) {
  return ast_parse(c, what, source_add(c->src, "test.net", text, strlen(text), 0));
}

static const char *rendered(Ctx *c, DiagStyle style) {
  static char out[8192];
  memset(out, 0, sizeof out);
  FILE *f = fmemopen(out, sizeof out - 1, "w");
  diags_render(c, style, f);
  fclose(f);
  return out;
}

static void check_ast(ParseWhat what, const char *text, const char *expected) {
  Ctx *c = new_ctx();
  Text got = {.mem = c->mem};
  ast_print(c, parse(c, what, text), &got);
  assert_string_equal(rendered(c, DIAG_PLAIN), "");
  assert_string_equal(text_str(&got), expected);
  arena_free(c->mem);
}

static void test_start_symbols(void **state) {
  (void)state;
  check_ast(PARSE_FILE, "", "(file)\n");
  check_ast(PARSE_FILE, "const a = 1", "(file\n  (const a 1))\n");
  check_ast(PARSE_GRAPH, "graph f {\n in x [3]\n out x\n}\ngraph g {}",
            "(file\n  (graph f\n    (body\n      (in x (dims 3))\n      (out x)))\n  (graph g\n    (body)))\n");
  check_ast(PARSE_SIGNATURE, "(x: [..s, k], w: [u, k], axis: 0) -> [..s, u]",
            "(signature (params (param x (list (rest s) k)) (param w (list u k)) (param axis 0)) (list (rest s) u))\n");
  check_ast(PARSE_SIGNATURE, "() -> [1]", "(signature (params) (list 1))\n");
  check_ast(PARSE_FLOW, "x * sigmoid(x)", "(* x (call sigmoid (args (arg x))))\n");
  check_ast(PARSE_STATEMENTS, "a = dy\nb = x", "(body\n  (let (names a) dy)\n  (let (names b) x))\n");
  check_ast(PARSE_STATEMENTS, "", "(body)\n");
}

static void test_newlines(void **state) {
  (void)state;
  const char *one = "(body\n  (let (names x) (- (+ a b) c)))\n";
  check_ast(PARSE_STATEMENTS, "x = a + b - c", one);
  check_ast(PARSE_STATEMENTS, "\n\nx =\na +\n\n b # first\n  # second\n - c\n\n", one);
  check_ast(PARSE_STATEMENTS, "x = (a\n+ b\n)\n- c", "(body\n  (let (names x) (- (+ a b) c)))\n");
  check_ast(PARSE_STATEMENTS, "x = a\r\ny = b\r\n", "(body\n  (let (names x) a)\n  (let (names y) b))\n");
  check_ast(PARSE_STATEMENTS, "if a { x = b }\n\nelse { x = c }",
            "(body\n  (if a\n    (body\n      (let (names x) b))\n    (body\n      (let (names x) c))))\n");
  check_ast(
      PARSE_STATEMENTS, "x = f(a -> {\n g\n -> h\n},\n b)",
      "(body\n  (let (names x) (call f (args (arg (pipe a (stage - (seq (stage - g) (stage - h))))) (arg b)))))\n");
}

static void test_numbers(void **state) {
  (void)state;
  check_ast(PARSE_FLOW, "0..n", "(range 0 n)\n");
  check_ast(PARSE_FLOW, "[1.5..2, 1e3, 1E-3, 9007199254740992]",
            "(list (range 1.5 2) 1000.0 0.001 9007199254740992)\n");
}

/* ast_expr_text, which must also read back as the same tree. */
static void check_text(const char *text, const char *expected) {
  Ctx *c = new_ctx();
  Ast *a = parse(c, PARSE_FLOW, text);
  Text got = {.mem = c->mem}, tree = {.mem = c->mem}, again = {.mem = c->mem};
  ast_expr_text(c, a, &got);
  assert_string_equal(text_str(&got), expected);
  ast_print(c, a, &tree);
  ast_print(c, parse(c, PARSE_FLOW, text_str(&got)), &again);
  assert_string_equal(text_str(&tree), text_str(&again));
  assert_int_equal(diag_errors(c->diags), 0);
  arena_free(c->mem);
}

static void test_expr_text(void **state) {
  (void)state;
  check_text("((a))", "a");
  check_text("(a + b) + (c + d)", "a + b + (c + d)");
  check_text("(a * b) - (c - d) * e / (f / g)", "a*b - (c - d)*e/(f/g)");
  check_text("-(a^2) + (-a)^2 + 2^(-b) + (2^a)^b + -(-a)", "-a^2 + (-a)^2 + 2^-b + (2^a)^b + --a");
  check_text("not (a and (b or c)) or (not d)", "not (a and (b or c)) or not d");
  check_text("(a < b) == (c < d)", "(a < b) == (c < d)");
  check_text("(1 + 2)..(n)", "1 + 2..n");
  check_text("(a -> f) + (if a then b else c)", "(a -> f) + (if a then b else c)");
  check_text("(a + b) -> l: f(1, k: 2) -> \"x.{i}\": 2 * { g -> (n + 1) * h }",
             "a + b -> l: f(1, k: 2) -> \"x.{i}\": 2*{ g -> (n + 1)*h }");
  check_text("if a then (b -> f) else (c -> g)", "if a then b -> f else c -> g");
  check_text("(if a then b else c) -> f", "(if a then b else c) -> f");
  check_text("(f(x)).a[0, 1:, :2, :](y)", "f(x).a[0, 1:, :2, :](y)");
  check_text("(a -> f).b", "(a -> f).b");
  check_text("[[], [..s, 1.0], \"a\\n\\\"\", true]", "[[], [..s, 1.0], \"a\\n\\\"\", true]");
}

static void check_format(const char *text, const char *expected) {
  Ctx *c = new_ctx();
  uint32_t first = source_add(c->src, "test.net", text, strlen(text), 0);
  Text once = {.mem = c->mem}, twice = {.mem = c->mem}, before = {.mem = c->mem}, after = {.mem = c->mem};
  Ast *a = ast_parse(c, PARSE_FILE, first);
  ast_format(c, a, first, &once);
  assert_string_equal(text_str(&once), expected);
  first = source_add(c->src, "again.net", text_str(&once), once.len, 0);
  Ast *b = ast_parse(c, PARSE_FILE, first);
  ast_format(c, b, first, &twice);
  assert_string_equal(text_str(&twice), text_str(&once));
  ast_print(c, a, &before);
  ast_print(c, b, &after);
  assert_string_equal(text_str(&before), text_str(&after));
  arena_free(c->mem);
}

static void test_format(void **state) {
  (void)state;
  check_format("", "");
  check_format("# only", "# only\n");
  check_format("\n\nconst  a=-1 # x\n\n\n\nconst b=a-1", "const a = -1  # x\n\nconst b = a - 1\n");
  check_format("net A{}\nnet B{ in x }", "net A {}\n\nnet B { in x }\n");
  check_format("net A{\n  in  x[c,h]\n  y=x[0,1 :]->f ( 2 )\n}", "net A {\n  in x [c, h]\n  y = x[0, 1:] -> f(2)\n}\n");
  check_format("net A {\n  y = x -> f # one\n  # two\n  -> g\n  if a { }\n  else { y = b }\n}",
               "net A {\n  y = x -> f  # one\n        # two\n        -> g\n  if a {} else { y = b }\n}\n");
  check_format("search {\n  lr: 1\n  trials:2\n\n  x :3\n}", "search {\n  lr:     1\n  trials: 2\n\n  x: 3\n}\n");
  check_format("const a = f(\nb,\nc\n)", "const a = f(\n  b,\n  c\n)\n");
  check_format("const a = f(b,\nc\n)", "const a = f(b,\n            c)\n");
}

/* What is far too long is broken before arrows; what was broken stays so. */
static void test_format_width(void **state) {
  (void)state;
  Ctx *c = new_ctx();
  Text text = {.mem = c->mem}, out = {.mem = c->mem};
  text_add(&text, "net A {\nout x");
  for (int i = 0; i < 40; i++)
    text_add(&text, " -> conv(%d, 3)", i);
  text_add(&text, "\n}");
  uint32_t first = source_add(c->src, "test.net", text_str(&text), text.len, 0);
  ast_format(c, ast_parse(c, PARSE_FILE, first), first, &out);
  for (const char *line = text_str(&out), *end; (end = strchr(line, '\n')); line = end + 1)
    assert_true(end - line <= 120);
  check_format(text_str(&text), text_str(&out));
  arena_free(c->mem);
}

static void test_render(void **state) {
  (void)state;
  Ctx *c = new_ctx();
  parse(c, PARSE_FILE, "net A {\n  \xc3\xa4\n}\n");
  assert_string_equal(rendered(c, DIAG_PLAIN), "test.net:2:3: error[N0001]: unknown character `\xc3\xa4`\n"
                                               "    2 |   \xc3\xa4\n"
                                               "      |   ^\n");
  assert_string_equal(rendered(c, DIAG_JSON),
                      "[\n {\"code\":\"N0001\",\"severity\":\"error\",\"message\":\"unknown character `\xc3\xa4`\","
                      "\"file\":\"test.net\",\"line\":2,\"column\":3,\"end\":{\"line\":2,\"column\":5},"
                      "\"notes\":[],\"help\":[]}\n]\n");
  assert_non_null(strstr(rendered(c, DIAG_COLOR), "\033[1;31merror"));
  arena_free(c->mem);
}

static void test_places(void **state) {
  (void)state;
  Ctx *c = new_ctx();
  uint32_t a = source_add(c->src, "a.net", "one\r\ntwo", 8, 0), b = source_add(c->src, "<b>", "", 0, 1);
  assert_int_equal(a, 1);
  Place p = source_place(c->src, a + 6);
  assert_string_equal(p.path, "a.net");
  assert_int_equal(p.line, 2);
  assert_int_equal(p.column, 2);
  assert_int_equal(source_place(c->src, a).line_len, 3);
  assert_int_equal(source_place(c->src, a + 8).column, 4); /* the end of the file is a place of it */
  assert_string_equal(source_place(c->src, b).path, "<b>");
  assert_true(source_place(c->src, b).builtin);
  assert_int_equal(source_place(c->src, 0).line, 0);
  assert_int_equal(source_len(c->src, a), 8);
  assert_string_equal(source_at(c->src, a + 5), "two");
  arena_free(c->mem);
}

static void test_collecting(void **state) {
  (void)state;
  Ctx *c = new_ctx();
  uint32_t a = source_add(c->src, "a.net", "0123456789", 10, 0),
           b = source_add(c->src, "<prelude/b.net>", "x\ny", 3, 1);
  Diag *later = diag_add(c, D_UNOPENED, (Span){a + 4, 2}, ")");
  diag_note(c, later, (Span){b + 2, 1}, "see %s", "y");
  diag_help(c, later, "drop it");
  diag_add(c, D_RESERVED, (Span){a + 4, 2}, "in"); /* the same place: dropped */
  diags_mute(c->diags, 1);
  diag_add(c, D_UNOPENED, (Span){a + 1, 1}, "}");
  diags_mute(c->diags, -1);
  diag_add(c, D_UNOPENED, (Span){a + 2, 1}, "]");
  diag_add(c, D_UNOPENED, (Span){0, 0}, "}");
  assert_int_equal(diag_errors(c->diags), 3);
  assert_string_equal(rendered(c, DIAG_PLAIN), "error[N0012]: `}` closes nothing\n"
                                               "a.net:1:3: error[N0012]: `]` closes nothing\n"
                                               "    1 | 0123456789\n"
                                               "      |   ^\n"
                                               "a.net:1:5: error[N0012]: `)` closes nothing\n"
                                               "    1 | 0123456789\n"
                                               "      |     ^^\n"
                                               "in <prelude/b.net>:2: note: see y\n"
                                               "    2 | y\n"
                                               "      | ^\n"
                                               "help: drop it\n");
  arena_free(c->mem);
}

static void test_cap(void **state) {
  (void)state;
  Ctx *c = new_ctx();
  Text text = {.mem = c->mem};
  for (int i = 0; i < 1000; i++)
    text_add(&text, "@\n");
  parse(c, PARSE_FILE, text_str(&text));
  assert_int_equal(diag_errors(c->diags), 1000);
  const char *out = rendered(c, DIAG_PLAIN);
  assert_non_null(strstr(out, "test.net:20:1:"));
  assert_null(strstr(out, "test.net:21:1:"));
  assert_non_null(strstr(out, "and 980 more errors\n"));
  arena_free(c->mem);
}

static void test_explain(void **state) {
  (void)state;
  char out[4096] = "";
  FILE *f = fmemopen(out, sizeof out - 1, "w");
  assert_true(diag_explain("N0012", f));
  assert_false(diag_explain("N9999", f));
  fclose(f);
  assert_non_null(strstr(out, "N0012: `...` closes nothing\n"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_start_symbols), cmocka_unit_test(test_newlines), cmocka_unit_test(test_numbers),
      cmocka_unit_test(test_expr_text),     cmocka_unit_test(test_format),   cmocka_unit_test(test_format_width),
      cmocka_unit_test(test_render),        cmocka_unit_test(test_places),   cmocka_unit_test(test_collecting),
      cmocka_unit_test(test_cap),           cmocka_unit_test(test_explain),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
