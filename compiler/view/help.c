/* Duty: `netc help NAME` and `netc explain CODE`. What there is to say stands beside each definition: the comment above
   a block of the prelude, the summary of an operation's or a recipe call's row, the explanation of a diagnostic's. */
#include "diag/list.h"
#include "front/builtin.h"
#include "front/embed.h"
#include "op/op.h"
#include "view/view.h"
#include <string.h>

typedef struct {
  Ctx *c;
  const char *name;
  FILE *to;
  int found;
  Vec(Name) known; /* all that there is, for the nearest */
} Help;

static int matches(Help *h, const char *name) {
  vec_push(h->c->mem, &h->known, name_of(h->c->names, name));
  if (strcmp(name, h->name))
    return 0;
  if (h->found++)
    fputc('\n', h->to);
  return 1;
}

/* ---- the prelude ---- */

static void print_params(Help *h, const Ast *params) {
  Text text = {.mem = h->c->mem};
  for (int i = 0; i < params->count; i++) {
    const Ast *p = params->kids[i], *value = p->count ? p->kids[0] : NULL;
    text_add(&text, "%s%s%s", i ? ", " : "", name_text(h->c->names, p->name), value ? ": " : "");
    if (value)
      ast_expr_text(h->c, value, &text);
  }
  fprintf(h->to, "(%s)", text_str(&text));
}

/* The comment that ends right above `block`: its first line, or NULL; *end is behind its last. */
static const char *comment_above(const char *text, const char *block, const char **end) {
  const char *first = NULL, *line = block;
  while (line > text && line[-1] != '\n')
    line--;
  *end = line;
  while (line > text) {
    const char *above = line - 1;
    while (above > text && above[-1] != '\n')
      above--;
    if (*above != '#')
      break;
    first = line = above;
  }
  return first;
}

static void print_comment(Help *h, const char *at, const char *end) {
  while (at && at < end) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    at += 1 + (at[1] == ' ');
    fprintf(h->to, "  %.*s\n", (int)(stop - at), at);
    at = stop + 1;
  }
}

static void print_block(Help *h, const Ast *block, const char *path, uint32_t first) {
  const Ast *body = block->kids[1];
  const char *end, *comment = comment_above(source_at(h->c->src, first), source_at(h->c->src, block->span.at), &end);
  fputs(h->name, h->to);
  print_params(h, block->kids[0]);
  fprintf(h->to, "   (%s)\n", path);
  for (int i = 0; i < body->count; i++) {
    const Ast *s = body->kids[i];
    if (s->kind == AST_IN || s->kind == AST_WEIGHT || s->kind == AST_STATE)
      fprintf(h->to, "    %.*s\n", (int)s->span.len, source_at(h->c->src, s->span.at));
  }
  print_comment(h, comment, end);
}

/* All blocks of a file, each with the first line that is said of it. */
static void print_file(Help *h, const Ast *file, uint32_t first) {
  for (int i = 0; i < file->count; i++) {
    const Ast *block = file->kids[i];
    const char *end, *comment = comment_above(source_at(h->c->src, first), source_at(h->c->src, block->span.at), &end);
    if (block->kind != AST_BLOCK)
      continue;
    fputs(name_text(h->c->names, block->name), h->to);
    print_params(h, block->kids[0]);
    fputc('\n', h->to);
    print_comment(h, comment, comment ? comment + strcspn(comment, "\n") + 1 : NULL);
  }
}

static void search_prelude(Help *h) {
  for (const Embedded *e = embedded; e->path; e++) {
    const char *base = strrchr(e->path, '/') + 1;
    if (!strstr(e->path, ".net"))
      continue;
    const char *path = arena_printf(h->c->mem, "<prelude/%s>", base);
    uint32_t first = source_add(h->c->src, path, e->text, e->len, 1);
    const Ast *file = ast_parse(h->c, PARSE_FILE, first);
    if (matches(h, arena_printf(h->c->mem, "%.*s", (int)strcspn(base, "."), base)))
      print_file(h, file, first);
    for (int i = 0; i < file->count; i++)
      if (file->kids[i]->kind == AST_BLOCK && matches(h, name_text(h->c->names, file->kids[i]->name)))
        print_block(h, file->kids[i], arena_printf(h->c->mem, "prelude/%s", base), first);
  }
}

/* ---- rows ---- */

/* `operations` lists those that a file may call. */
static void search_operations(Help *h) {
  int all = matches(h, "operations");
  for (int i = 0; i < OP_COUNT; i++) {
    const OpRow *row = op_row(h->c, (OpId)i);
    const char *name = name_text(h->c->names, row->name);
    if (!matches(h, name) && !(all && op_is_function(row)))
      continue;
    fprintf(h->to, row->each ? "%s(%s)   (operation, element by element)\n" : "%s%s   (operation)\n", name,
            row->signature);
    fprintf(h->to, "  %s\n", row->summary);
  }
}

/* `functions` lists them all. */
static void search_functions(Help *h) {
  int all = matches(h, "functions");
  for (int i = 0; builtin_at(i); i++) {
    const Builtin *b = builtin_at(i);
    if (matches(h, b->name) || all)
      fprintf(h->to, "%s%s   (function)\n  %s\n", b->name, b->signature, b->summary);
  }
}

/* A line of a recipe, with or without its colon, names all calls that it takes. */
static int is_line(const Help *h, const char *line) {
  size_t len = strlen(h->name), colon = len && h->name[len - 1] == ':';
  return !strncmp(line, h->name, len - colon) && line[len - colon] == ':';
}

static void search_calls(Help *h) {
  enum {
#define KIND(kind, word, line, example, title) kind,
#include "runtime/calls.def"
  };
  static const char *const lines[] = {
#define KIND(kind, word, line, example, title) line,
#include "runtime/calls.def"
  };
  static const struct {
    int kind;
    const char *name, *signature, *summary;
  } rows[] = {
#define CALL(kind, name, signature, summary) {kind, #name, signature, summary},
#include "runtime/calls.def"
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const char *line = lines[rows[i].kind];
    int of_line = is_line(h, line);
    if (!matches(h, rows[i].name) && !of_line)
      continue;
    h->found = 1;
    fprintf(h->to, "%s%s   (recipe, in %s)\n  %s\n", rows[i].name, rows[i].signature, line, rows[i].summary);
  }
}

static void search_lines(Help *h) {
  static const char *const rows[][2] = {
#define LINE(name, kind, summary) {name, summary},
#include "front/lines.def"
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (matches(h, rows[i][0]))
      fprintf(h->to, "%s:   (line of a train block)\n  %s\n", rows[i][0], rows[i][1]);
}

int view_help(Ctx *c, const char *name, FILE *to) {
  Help h = {.c = c, .name = name, .to = to};
  for (int i = 0; i < COMMAND_COUNT; i++)
    if (matches(&h, command_name((CommandId)i)))
      options_command(h.c, (CommandId)i, 0, to);
  search_prelude(&h);
  search_operations(&h);
  search_functions(&h);
  search_lines(&h);
  search_calls(&h);
  if (h.found)
    return 1;
  Diag *d = diag_add(c, D_NO_HELP, (Span){0, 0}, name);
  Name near = name_nearest(c->names, name, h.known.at, h.known.count);
  if (near)
    diag_help(c, d, "did you mean `%s`?", name_text(c->names, near));
  else
    diag_help(c, d, "`netc help layers`, losses, detection, metrics, optimizers, functions, operations tell what there is; spec/language.md the language");
  return 0;
}

/* ---- messages ---- */

int view_explain(Ctx *c, const char *code, FILE *to) {
  if (!code)
    for (int i = 0; i < DIAG_COUNT; i++) {
      fprintf(to, "%s  ", diag_rows[i].code);
      for (const char *s = diag_rows[i].text; *s; s++)
        if (*s == '%' && s[1])
          fputs(*++s == 's' ? "..." : "%", to);
        else
          fputc(*s, to);
      fputc('\n', to);
    }
  if (!code || diag_explain(code, to))
    return 1;
  Diag *d = diag_add(c, D_NO_CODE, (Span){0, 0}, code);
  diag_help(c, d, "`netc explain` lists all");
  return 0;
}
