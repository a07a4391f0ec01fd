/* Duty: collect diagnostics. One mistake is one error: what repeats at the same place is dropped, what comes in masses
   is only counted. Texts are formatted at once and live in the arena. */
#include "diag/list.h"
#include <stdarg.h>
#include <string.h>

const DiagRow diag_rows[DIAG_COUNT] = {
#define DIAG(id, code, severity, text, explanation) [id] = {code, text, explanation, severity},
#include "diag/diag.def"
#undef DIAG
};

enum { KEPT = 200 };

Diags *diags_new(Arena *a) {
  Diags *d = arena_alloc(a, sizeof *d);
  d->mem = a;
  return d;
}

static const char *format_text(Arena *mem, const char *format, va_list args) {
  va_list again;
  va_copy(again, args);
  int len = vsnprintf(NULL, 0, format, args);
  char *s = arena_alloc(mem, (size_t)len + 1);
  vsnprintf(s, (size_t)len + 1, format, again);
  va_end(again);
  return s;
}

static int is_repeated(const Diags *d, const Diag *added) {
  for (int i = d->list.count; i-- > 0;) {
    const Diag *old = d->list.at[i];
    if (old->at.at != added->at.at || old->at.len != added->at.len || old->row->severity != added->row->severity)
      continue;
    if (!strcmp(old->text, added->text) || (added->at.at && added->row->severity == SEV_ERROR))
      return 1;
  }
  return 0;
}

Diag *diag_add(Ctx *c, DiagId id, Span at, ...) {
  Diags *d = c->diags;
  Diag *added = arena_alloc(d->mem, sizeof *added);
  added->row = &diag_rows[id];
  added->at = at;
  va_list args;
  va_start(args, at);
  added->text = format_text(d->mem, added->row->text, args);
  va_end(args);
  if (d->muted || is_repeated(d, added))
    return added;
  if (added->row->severity == SEV_ERROR)
    d->errors++;
  added->order = d->list.count;
  if (d->list.count < KEPT)
    vec_push(d->mem, &d->list, added);
  else
    d->unkept[added->row->severity]++;
  return added;
}

void diag_note(Ctx *c, Diag *d, Span at, const char *format, ...) {
  va_list args;
  va_start(args, format);
  DiagNote note = {at, format_text(c->diags->mem, format, args)};
  va_end(args);
  vec_push(c->diags->mem, &d->notes, note);
}

void diag_help(Ctx *c, Diag *d, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *text = format_text(c->diags->mem, format, args);
  va_end(args);
  vec_push(c->diags->mem, &d->helps, text);
}

int diag_errors(const Diags *d) {
  return d->errors;
}

int diags_count(const Diags *d) {
  return d->list.count;
}

void diags_note_since(Ctx *c, int count, Span at, const char *text) {
  for (int i = count; i < c->diags->list.count; i++) {
    Diag *d = c->diags->list.at[i];
    int known = d->at.at == at.at && d->at.len == at.len;
    for (int k = 0; k < d->notes.count; k++)
      known |= d->notes.at[k].at.at == at.at && !strcmp(d->notes.at[k].text, text);
    if (!known)
      diag_note(c, d, at, "%s", text);
  }
}

void diags_mute(Diags *d, int by) {
  d->muted += by;
}

/* The places of a text that a message fills are shown as dots. */
static void explain_row(const DiagRow *row, FILE *to) {
  fprintf(to, "%s: ", row->code);
  for (const char *s = row->text; *s; s++)
    if (*s == '%' && s[1])
      fputs(*++s == 's' ? "..." : "%", to);
    else
      fputc(*s, to);
  fprintf(to, "\n\n%s\n", row->explanation);
}

int diag_explain(const char *code, FILE *to) {
  for (int i = 0; i < DIAG_COUNT; i++)
    if (!strcmp(code, diag_rows[i].code)) {
      explain_row(&diag_rows[i], to);
      return 1;
    }
  return 0;
}
