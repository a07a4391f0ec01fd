/* Writes the pages of spec/ that are drawn from the tables: `docs operations`, `docs errors`, `docs calls`. Markdown, to
   standard output. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- operations ---- */

/* A table's cell: bars are escaped. */
static void cell(const char *text) {
  for (; *text; text++)
    if (*text == '|')
      fputs("\\|", stdout);
    else
      putchar(*text);
}

static void code(const char *text) {
  putchar('`');
  cell(text);
  putchar('`');
}

static void write_each(const char *name, const char *operands, const char *formula, const char *summary) {
  printf("| `%s(%s)` | ", name, operands);
  code(formula);
  fputs(" | ", stdout);
  cell(summary);
  fputs(" |\n", stdout);
}

static const char *lowering_title(const char *lowering) {
  static const char *const titles[][2] = {
      {"LEAF", "Leaves"},          {"EACH", "Elementwise, of another kind"}, {"REDUCE", "Reductions"},
      {"CONV", "Convolution"},     {"POOL", "Pooling and resizing"},         {"GEMM", "Matrix products"},
      {"MOVE", "Moving elements"}, {"GATHER", "Indices"},                    {"RANDOM", "Random numbers"},
      {"CALL", "Order, choice, regions"},
  };
  for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
    if (!strcmp(titles[i][0], lowering))
      return titles[i][1];
  return lowering;
}

/* Lines of their own, as code. */
static void code_lines(const char *text) {
  while (*text) {
    int len = (int)strcspn(text, "\n");
    printf("    %.*s\n", len, text);
    text += len + (text[len] == '\n');
  }
}

static void write_op(const char *name, const char *signature, const char *lowering, int order, const char *gradients,
                     const char *summary) {
  static const char *last = "";
  if (strcmp(last, lowering))
    printf("\n## %s\n", lowering_title(lowering));
  last = lowering;
  printf("\n### %s\n\n%c%s.\n\n    %s%s\n", name, toupper((unsigned char)*summary), summary + 1, name, signature);
  if (*gradients) {
    printf("\nGradients%s:\n\n", order == 1 ? ", which have none themselves" : "");
    code_lines(gradients);
  } else if (!order && strcmp(lowering, "LEAF"))
    puts("\nIt has no gradient.");
}

static void operations(void) {
  puts("# Operations\n\n"
       "The primitive operations, drawn from `compiler/op/op.def` by `make docs`. Shapes are those of one sample; letters\n"
       "bind a size or must agree with what they are bound to; `..s` stands for the remaining sizes. Names that end in\n"
       "`_over`, and those that begin with `batch_`, sum over the samples, so their result is shared by all of them.\n"
       "Layers, losses, metrics and optimizers are written in the language, in `compiler/prelude/`.\n\n"
       "## Elementwise\n\n"
       "Operands broadcast: a scalar goes with every shape, and among operands of equal rank a size of 1 is repeated. The\n"
       "derivatives follow from the formulas.\n\n"
       "| operation | formula | |\n| --- | --- | --- |");
#define EACH(name, operands, formula, derivatives, domain, summary) write_each(#name, operands, formula, summary);
#define OP(...)
#include "compiler/op/op.def"
#undef EACH
#undef OP
#define EACH(...)
#define OP(name, signature, lowering, order, gradients, domain, summary)                                               \
  write_op(#name, signature, &#lowering[6], order, gradients, summary);
#include "compiler/op/op.def"
#undef EACH
#undef OP
}

/* ---- errors ---- */

typedef struct {
  const char *number, *severity, *text, *explanation;
} DiagText;

static int by_number(const void *a, const void *b) {
  return strcmp(((const DiagText *)a)->number, ((const DiagText *)b)->number);
}

static void write_diag(const DiagText *d) {
  printf("\n### %s\n\n%s: ", d->number, d->severity);
  for (const char *text = d->text; *text; text++)
    if (text[0] == '%' && text[1] == 's') {
      fputs("\xe2\x80\xa6", stdout);
      text++;
    } else
      putchar(*text);
  printf("\n\n%s\n", d->explanation);
}

static void errors(void) {
#define SEV_ERROR "error"
#define SEV_WARNING "warning"
#define SEV_NOTE "note"
#define DIAG(id, number, severity, text, explanation) {number, severity, text, explanation},
  static DiagText all[] = {
#include "compiler/diag/diag.def"
  };
#undef DIAG
  static const char *const groups[] = {"Texts and syntax",    "Names",   "Shapes and operations", "Calls", "Weights and states",
                                       "Data and the recipe", "Train and predict", "Not built yet", "Options and files", "Others"};
  size_t count = sizeof all / sizeof *all;
  qsort(all, count, sizeof *all, by_number);
  puts("# Errors\n\n"
       "Every message of the compiler, drawn from the tables in `compiler/diag/` by `make docs`. `netc explain N0203` prints\n"
       "one of them. An ellipsis stands for what the message fills in.");
  for (size_t i = 0; i < count; i++) {
    int group = all[i].number[2];
    if (!i || group != all[i - 1].number[2])
      printf("\n## %s\n", groups[group - '0']);
    write_diag(&all[i]);
  }
}

/* ---- calls ---- */

static void write_call(const char *kind, const char *name, const char *signature, const char *summary) {
  static const char *const titles[][2] = {
#define KIND(kind, word, line, example, title) {#kind, title},
#include "runtime/calls.def"
  };
  static const char *last = "";
  if (strcmp(last, kind)) {
    const char *title = kind;
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
      title = strcmp(titles[i][0], kind) ? title : titles[i][1];
    printf("\n## %s\n\n| call | |\n| --- | --- |\n", title);
  }
  last = kind;
  printf("| `%s%s` | ", name, signature);
  cell(summary);
  fputs(" |\n", stdout);
}

static void write_line(const char *name, const char *kind, const char *summary) {
  if (!kind)
    return; /* not built yet */
  printf("| `%s:` | ", name);
  cell(summary);
  fputs(" |\n", stdout);
}

static void calls(void) {
  puts("# Calls of the recipe\n\n"
       "What may stand in the lines of `data`, `train` and `search`, drawn from `runtime/calls.def` by `make docs`. A parameter without\n"
       "a default must be given.\n\n## Lines of `train`\n\n| line | |\n| --- | --- |");
#define LINE(name, kind, summary) write_line(name, kind, summary);
#include "front/lines.def"
#define CALL(kind, name, signature, summary) write_call(#kind, #name, signature, summary);
#include "runtime/calls.def"
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*write)(void);
  } pages[] = {{"operations", operations}, {"errors", errors}, {"calls", calls}};
  for (size_t i = 0; argc == 2 && i < sizeof pages / sizeof *pages; i++)
    if (!strcmp(argv[1], pages[i].name)) {
      pages[i].write();
      return 0;
    }
  fputs("usage: docs operations|errors|calls\n", stderr);
  return 2;
}
