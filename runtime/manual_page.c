/* The manual page: man(7), for groff and mandoc. */
#include "manual.h"
#include <string.h>

/* The number of a character of UTF-8, and how many bytes it has. */
static unsigned character(const char *text, int *bytes) {
  const unsigned char *s = (const unsigned char *)text;
  *bytes = *s < 0x80 ? 1 : *s < 0xE0 ? 2 : *s < 0xF0 ? 3 : 4;
  unsigned code = *bytes == 1 ? *s : *s & (0x7Fu >> *bytes);
  for (int i = 1; i < *bytes; i++)
    code = code << 6 | (s[i] & 0x3Fu);
  return code;
}

/* What roff would take for its own is escaped: backslashes, hyphens, a full stop or an apostrophe that begins a line. */
static void plain(const char *text, FILE *out) {
  if (*text == '.' || *text == '\'')
    fputs("\\&", out);
  for (int bytes; *text; text += bytes) {
    unsigned code = character(text, &bytes);
    if (code >= 0x80)
      fprintf(out, "\\[u%04X]", code);
    else if (code == '\\')
      fputs("\\e", out);
    else if (code == '-')
      fputs("\\-", out);
    else if (code == '\'')
      fputs("\\(aq", out);
    else
      fputc(code == '\n' ? ' ' : (int)code, out);
  }
}

static void heading(const char *mark, const char *text, FILE *out) {
  fprintf(out, "%s ", mark);
  plain(text, out);
  fputc('\n', out);
}

static void option(const struct manual_option *o, FILE *out) {
  fputs(".TP\n", out);
  if (o->letter)
    fprintf(out, "\\fB\\-%c\\fR, ", o->letter);
  fputs("\\fB\\-\\-", out);
  plain(o->name, out);
  fputs("\\fR", out);
  if (o->arg) {
    fputs(" \\fI", out);
    plain(o->arg, out);
    fputs("\\fR", out);
  }
  fputc('\n', out);
  plain(o->doc, out);
  fputc('\n', out);
}

static void command(const struct manual *m, const struct manual_command *c, FILE *out) {
  fputs(".SS \"", out);
  plain(c->name, out);
  fputs(*c->words ? " " : "", out);
  plain(c->words, out);
  fputs("\"\n", out);
  plain(c->summary, out);
  fputs(".\n", out);
  if (*c->more) {
    plain(c->more, out);
    fputc('\n', out);
  }
  for (int i = 0; i < c->options; i++)
    if (c->option[i].rare < 2 && strcmp(c->option[i].name, "help"))
      option(&c->option[i], out);
  if (*c->example) {
    fputs(".PP\nExample:\n.RS\n", out);
    plain(m->name, out);
    fputc(' ', out);
    plain(c->example, out);
    fputs("\n.RE\n", out);
  }
}

void manual_page(const struct manual *m, FILE *out) {
  fputs(".TH \"", out);
  for (const char *s = m->name; *s; s++)
    fputc(*s >= 'a' && *s <= 'z' ? *s - 'a' + 'A' : *s, out);
  fputs("\" 1 \"\" \"", out);
  plain(m->version, out);
  fputs("\" \"User Commands\"\n.SH NAME\n", out);
  plain(m->name, out);
  fputs(" \\- ", out);
  plain(m->summary, out);
  fputs("\n.SH SYNOPSIS\n\\fB", out);
  plain(m->name, out);
  fputs("\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...]\n.SH COMMANDS\n", out);
  for (int i = 0; i < m->commands; i++)
    if (m->command[i].rare < 2)
      command(m, &m->command[i], out);
  heading(".SH", "EXIT STATUS", out);
  for (const char *const *s = m->statuses; s[0]; s += 2) {
    heading(".TP\n.B", s[0], out);
    plain(s[1], out);
    fputc('\n', out);
  }
}
