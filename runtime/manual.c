#include "manual.h"
#include <string.h>

enum { SCREEN = 80, DOC = 24 };

/* A text's columns: bytes that go on with a character of UTF-8 take none. */
static int columns(const char *text, size_t bytes) {
  int n = 0;
  for (size_t i = 0; i < bytes; i++)
    n += ((unsigned char)text[i] & 0xC0) != 0x80;
  return n;
}

void manual_wrap(FILE *out, const char *text, int from, int indent) {
  int at = from;
  for (int first = 1; *text; first = 0) {
    size_t bytes = strcspn(text, " \n");
    int width = columns(text, bytes);
    if (!first && at + 1 + width > SCREEN) {
      fprintf(out, "\n%*s", indent, "");
      at = indent;
    } else if (!first) {
      fputc(' ', out);
      at++;
    }
    fwrite(text, 1, bytes, out);
    at += width;
    text += bytes;
    text += *text != 0;
  }
  fputc('\n', out);
}

static void option_help(const struct manual_option *o, FILE *out) {
  int at = o->letter ? fprintf(out, "  -%c, ", o->letter) : fprintf(out, "      ");
  at += fprintf(out, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
  if (at > DOC - 2) {
    fputc('\n', out);
    at = 0;
  }
  fprintf(out, "%*s", DOC - at, "");
  manual_wrap(out, o->doc, DOC, DOC);
}

static int is_help(const struct manual_option *o) {
  return !strcmp(o->name, "help");
}

/* What --help says of itself: the names of the options that it leaves out. */
static void rest_help(const struct manual_command *c, int all, FILE *out) {
  char text[1024];
  int n = snprintf(text, sizeof text, "This text"), rare = 0;
  for (int i = 0; i < c->options && !all && n < (int)sizeof text - 100; i++)
    if (c->option[i].rare == 1)
      n += snprintf(text + n, sizeof text - (size_t)n, "%s--%.60s", rare++ ? ", " : "; --help --all tells of ",
                    c->option[i].name);
  fprintf(out, "  -h, --help%*s", DOC - 12, "");
  manual_wrap(out, text, DOC, DOC);
}

void manual_help(const char *self, const struct manual_command *c, int all, FILE *out) {
  fprintf(out, "Usage: %s %s [OPTION...]%s%s\n\n", self, c->name, *c->words ? " " : "", c->words);
  char text[1024];
  snprintf(text, sizeof text, "%s.%s%s", c->summary, *c->more ? " " : "", c->more);
  manual_wrap(out, text, 0, 0);
  fputc('\n', out);
  for (int i = 0; i < c->options; i++)
    if (!is_help(&c->option[i]) && c->option[i].rare <= all)
      option_help(&c->option[i], out);
  rest_help(c, all, out);
  if (*c->example)
    fprintf(out, "\nExample: %s %s\n", self, c->example);
}

void manual_overview(const struct manual *m, int all, FILE *out) {
  int rare = 0;
  fprintf(out, "Usage: %s COMMAND [OPTION...]\n\n", m->self);
  for (int i = 0; i < m->commands; i++) {
    const struct manual_command *c = &m->command[i];
    rare |= c->rare == 1;
    if (c->rare > all)
      continue;
    int at = fprintf(out, "  %-14s ", c->name);
    manual_wrap(out, c->summary, at, 17);
  }
  char text[1024];
  snprintf(text, sizeof text, "%s COMMAND --help tells its options%s.", m->self,
           all || !rare ? "" : "; --help --all tells the rare commands");
  fputc('\n', out);
  manual_wrap(out, text, 0, 0);
}
