/* netc: from options to stages. The only file that ends the program. Exit status: 0 well, 1 the file is wrong (or the
   world), 2 the command line is. */
#include "diag/list.h"
#include "runtime/term.h"
#include "view/view.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Ctx *context_new(Arena *mem) {
  Ctx *c = arena_alloc(mem, sizeof *c);
  c->mem = mem;
  c->names = names_new(mem);
  c->src = source_new(mem);
  c->diags = diags_new(mem);
  c->types = types_new(mem);
  c->scalars = scalars_new(mem);
  ops_read(c);
  return c;
}

static int build_to(Ctx *c, const Options *o, const char *output) {
  Build b;
  int ok = build_parse(&b, c, o, o->words.at[0]) && build_expand(&b) && build_passes(&b) && (!o->tune || build_tuned(&b)) &&
           build_plans(&b) && build_code(&b) && build_program(&b, output);
  build_close(&b);
  if (o->time_passes)
    build_times(&b, stderr);
  return ok;
}

static int run_build(Ctx *c, const Options *o) {
  static const char *const endings[] = {[EMIT_EXE] = "", [EMIT_OBJ] = ".o", [EMIT_C] = ".c", [EMIT_LIB] = ".a"};
  const char *stem = build_stem(c, o->words.at[0]);
  if (o->emit == EMIT_LIB) {
    diag_add(c, D_EMIT_LIB, (Span){0, 0});
    return 0;
  }
  return build_to(c, o, o->output ? o->output : arena_printf(c->mem, "%s%s", stem, endings[o->emit]));
}

/* The program is built into a private folder, opened, and begun from the open file once the folder is gone again. */
static int run_run(Ctx *c, const Options *o) {
  Temp temp;
  const char *stem = build_stem(c, o->words.at[0]);
  if (!temp_open(c, &temp))
    return 0;
  const char *program = arena_printf(c->mem, "%s/run", temp.path);
  int fd = build_to(c, o, program) ? open(program, O_RDONLY | O_CLOEXEC) : -1;
  temp_close(&temp);
  if (fd < 0)
    return 0;
  char **words = arena_alloc(c->mem, sizeof *words * (size_t)(o->words.count + 1));
  words[0] = (char *)(uintptr_t)o->self; /* so that it tells its user how to call it again */
  for (int i = 1; i < o->words.count; i++)
    words[i] = (char *)(uintptr_t)o->words.at[i];
  extern char **environ;
  fexecve(fd, words, environ);
  diag_add(c, D_CANNOT_READ, (Span){0, 0}, stem, strerror(errno));
  return 0;
}

static int check_file(Ctx *c, const Options *o, const char *path) {
  Build b;
  if (!build_parse(&b, c, o, path) || !build_expand(&b) || !build_passes(&b))
    return 0;
  double parameters = 0;
  for (int i = 0; b.program && i < b.program->nets.count; i++)
    parameters += (double)b.program->nets.at[i].parameters;
  if (b.count)
    printf("%s: ok, %s parameters\n", path, count_text(c->mem, parameters));
  else
    printf("%s: ok, but it has no train and no predict block\n", path);
  return 1;
}

/* Each file is judged for itself: the mistakes of one do not stop the next. */
static int run_check(Ctx *c, const Options *o) {
  Diags *all = c->diags;
  int ok = 1;
  for (int i = 0; i < o->words.count; i++) {
    c->diags = diags_new(c->mem);
    ok &= check_file(c, o, o->words.at[i]);
    for (int k = 0; k < c->diags->list.count; k++)
      vec_push(c->mem, &all->list, c->diags->list.at[k]);
    for (int k = 0; k < 3; k++)
      all->unkept[k] += c->diags->unkept[k];
  }
  c->diags = all;
  return ok;
}

static int format_file(Ctx *c, const Options *o, const char *path) {
  size_t len;
  const char *source = file_read(c, path, &len);
  if (!source)
    return 0;
  Text text = {.mem = c->mem};
  int before = diag_errors(c->diags);
  uint32_t first = source_add(c->src, path, source, len, 0);
  const Ast *file = ast_parse(c, PARSE_FILE, first);
  if (diag_errors(c->diags) > before)
    return 0;
  ast_format(c, file, first, &text);
  int same = text.len == len && !memcmp(text_str(&text), source, len);
  if (o->check && !same)
    diag_add(c, D_NOT_FORMATTED, (Span){0, 0}, path);
  if (o->check)
    return same;
  if (o->write && strcmp(path, "-"))
    return same || file_write(c, path, text_str(&text), text.len);
  fputs(text_str(&text), stdout);
  return 1;
}

static int run_fmt(Ctx *c, const Options *o) {
  int ok = 1;
  for (int i = 0; i < o->words.count; i++)
    ok &= format_file(c, o, o->words.at[i]);
  return ok;
}

static int run_summary(Ctx *c, const Options *o) {
  return view_summary(c, o, stdout);
}

static int run_search(Ctx *c, const Options *o) {
  return view_search(c, o, stdout);
}

static int run_ir(Ctx *c, const Options *o) {
  return view_ir(c, o, stdout);
}

static int run_opt(Ctx *c, const Options *o) {
  return view_opt(c, o, stdout);
}

static int run_import_darknet(Ctx *c, const Options *o) {
  return view_import_darknet(c, o, stdout);
}

static int run_explain(Ctx *c, const Options *o) {
  return view_explain(c, o->words.count ? o->words.at[0] : NULL, stdout);
}

static int run_help(Ctx *c, const Options *o) {
  if (o->words.count)
    return view_help(c, o->words.at[0], stdout);
  options_overview(c, o->all, stdout);
  return 1;
}

static int run_man(Ctx *c, const Options *o) {
  struct manual m = options_manual(c);
  (void)o;
  manual_page(&m, stdout);
  return 1;
}

static int run_completion(Ctx *c, const Options *o) {
  struct manual m = options_manual(c);
  return manual_completion(&m, o->words.at[0], stdout);
}

static int (*const commands[])(Ctx *, const Options *) = {
#define COMMAND(name, ...) run_##name,
#define OPTION(...)
#include "view/options.def"
};

static DiagStyle style_of(const Options *o) {
  static const DiagStyle chosen[] = {DIAG_PLAIN, DIAG_PLAIN, DIAG_COLOR, DIAG_JSON};
  if (o->diagnostics)
    return chosen[o->diagnostics];
  return term_colored(stderr) ? DIAG_COLOR : DIAG_PLAIN;
}

static int run(Ctx *c, int argc, char **argv, Options *o) {
  if (argc == 2 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))) {
    puts("netc " NETC_VERSION);
    *o = (Options){.command = COMMAND_help};
    return 0;
  }
  if (!options_read(c, argc, argv, o))
    return 2;
  if (argc < 2) {
    options_overview(c, 0, stderr);
    return 2;
  }
  if (o->help) {
    options_command(c, o->command, o->all, stdout);
    return 0;
  }
  return !commands[o->command](c, o);
}

int main(int argc, char **argv) {
  Arena *mem = arena_new();
  Ctx *c = context_new(mem);
  Options o;
  int status = run(c, argc, argv, &o);
  if (fflush(stdout)) {
    diag_add(c, D_CANNOT_WRITE, (Span){0, 0}, "the standard output", strerror(errno));
    status = status ? status : 1;
  }
  diags_render(c, style_of(&o), stderr);
  arena_free(mem);
  return status;
}
