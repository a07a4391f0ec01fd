/* Duty: draw the collected diagnostics, sorted by place: for a terminal (with or without colour) or as JSON.

     unet.net:17:8: error[N0203]: channels differ: 32 and 64
        17 |   u1 = concat(d1, u2)
           |        ^^^^^^^^^^^^^^
     unet.net:9:3: note: d1 comes from here
         9 |   d1 = image -> Level(16, 16)
           |   ^^
     help: ...

   A span over several lines is underlined to the end of its first line. Lines are shown as the terminal can bear them:
   control and broken bytes become `?`, far too long lines are cut around the span. */
#include "base/text.h"
#include "diag/list.h"
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 20, WIDE = 160, BEFORE = 60 };

typedef struct {
  const char *name, *color;
} Look;

static const Look looks[] = {{"error", "\033[1;31m"}, {"warning", "\033[1;33m"}, {"note", "\033[1;36m"}};

typedef struct {
  const Ctx *c;
  FILE *to;
  int color;
} Pen;

static const char *paint(const Pen *p, const char *color) {
  return p->color ? color : "";
}

/* The length of the well-formed UTF-8 character at s, 0 if there is none. */
static int utf8_len(const char *s, const char *end) {
  unsigned char b = (unsigned char)*s;
  int len = b < 0x80 ? 1 : b >= 0xc2 && b < 0xe0 ? 2 : b >= 0xe0 && b < 0xf0 ? 3 : b >= 0xf0 && b < 0xf5 ? 4 : 0;
  if (!len || end - s < len)
    return 0;
  for (int i = 1; i < len; i++)
    if (((unsigned char)s[i] & 0xc0) != 0x80)
      return 0;
  return len;
}

/* Writes bytes [from, to) of a line; with a mark, that mark once per character instead. */
static void put_chars(const Pen *p, const char *from, const char *to, char mark) {
  while (from < to) {
    int len = utf8_len(from, to);
    unsigned char b = (unsigned char)*from;
    if (b == '\t' && mark != '^')
      fputc('\t', p->to);
    else if (mark)
      fputc(mark, p->to);
    else if (!len || b < 0x20 || b == 0x7f)
      fputc('?', p->to);
    else
      fwrite(from, 1, (size_t)len, p->to);
    from += len ? len : 1;
  }
}

static const char *char_start(const char *begin, const char *s) {
  while (s > begin && ((unsigned char)*s & 0xc0) == 0x80)
    s--;
  return s;
}

static void draw_line(const Pen *p, Span at, Severity severity) {
  Place place = source_place(p->c->src, at.at);
  const char *begin = place.line_text, *end = begin + place.line_len, *from = begin + place.column - 1;
  if (from > end)
    from = end;
  const char *to = at.len < (size_t)(end - from) ? from + at.len : end;
  const char *head = "", *tail = "";
  if (end - begin > WIDE) {
    if (from - begin > BEFORE) {
      begin = char_start(begin, from - BEFORE);
      head = "...";
    }
    if (end - begin > WIDE) {
      end = char_start(begin, begin + WIDE);
      tail = "...";
    }
    to = to < end ? to : end;
  }
  const char *color = looks[severity].color, *dim = paint(p, "\033[2m"), *off = paint(p, "\033[0m");
  fprintf(p->to, "%s%5d |%s %s", dim, place.line, off, head);
  put_chars(p, begin, end, 0);
  fprintf(p->to, "%s\n%s      |%s %*s", tail, dim, off, (int)strlen(head), "");
  put_chars(p, begin, from, ' ');
  fputs(paint(p, color), p->to);
  if (from < to)
    put_chars(p, from, to, '^');
  else
    fputc('^', p->to);
  fprintf(p->to, "%s\n", off);
}

static void draw_head(const Pen *p, Span at, Severity severity, const char *code, const char *text) {
  if (at.at) {
    Place place = source_place(p->c->src, at.at);
    const char *bold = paint(p, "\033[1m");
    if (place.builtin)
      fprintf(p->to, "%sin %s:%d: ", bold, place.path, place.line);
    else
      fprintf(p->to, "%s%s:%d:%d: ", bold, place.path, place.line, place.column);
  }
  fprintf(p->to, "%s%s", paint(p, looks[severity].color), looks[severity].name);
  if (code)
    fprintf(p->to, "[%s]", code);
  fprintf(p->to, ":%s %s\n", paint(p, "\033[0m"), text);
  if (at.at)
    draw_line(p, at, severity);
}

static void draw(const Pen *p, const Diag *d) {
  draw_head(p, d->at, d->row->severity, d->row->code, d->text);
  for (int i = 0; i < d->notes.count; i++)
    draw_head(p, d->notes.at[i].at, SEV_NOTE, NULL, d->notes.at[i].text);
  for (int i = 0; i < d->helps.count; i++)
    fprintf(p->to, "%shelp:%s %s\n", paint(p, "\033[1;32m"), paint(p, "\033[0m"), d->helps.at[i]);
}

static void json_string(FILE *to, const char *s) {
  const char *end = s + strlen(s);
  fputc('"', to);
  while (s < end) {
    int len = utf8_len(s, end);
    if (*s == '"' || *s == '\\')
      fprintf(to, "\\%c", *s);
    else if (!len)
      fputs("\\ufffd", to);
    else if ((unsigned char)*s < 0x20)
      fprintf(to, "\\u%04x", (unsigned char)*s);
    else
      fwrite(s, 1, (size_t)len, to);
    s += len ? len : 1;
  }
  fputc('"', to);
}

static void json_message(const Pen *p, Span at, const char *text) {
  fputs("\"message\":", p->to);
  json_string(p->to, text);
  if (!at.at)
    return;
  Place from = source_place(p->c->src, at.at), to = source_place(p->c->src, at.at + at.len);
  fputs(",\"file\":", p->to);
  json_string(p->to, from.path);
  fprintf(p->to, ",\"line\":%d,\"column\":%d,\"end\":{\"line\":%d,\"column\":%d}", from.line, from.column, to.line,
          to.column);
}

static void json_diag(const Pen *p, const Diag *d) {
  fprintf(p->to, "{\"code\":\"%s\",\"severity\":\"%s\",", d->row->code, looks[d->row->severity].name);
  json_message(p, d->at, d->text);
  fputs(",\"notes\":[", p->to);
  for (int i = 0; i < d->notes.count; i++) {
    fputs(i ? ",{" : "{", p->to);
    json_message(p, d->notes.at[i].at, d->notes.at[i].text);
    fputc('}', p->to);
  }
  fputs("],\"help\":[", p->to);
  for (int i = 0; i < d->helps.count; i++) {
    fputs(i ? "," : "", p->to);
    json_string(p->to, d->helps.at[i]);
  }
  fputs("]}", p->to);
}

static int by_place(const void *a, const void *b) {
  const Diag *x = *(Diag *const *)a, *y = *(Diag *const *)b;
  if (x->at.at != y->at.at)
    return x->at.at < y->at.at ? -1 : 1;
  return x->order - y->order;
}

static void draw_all(const Pen *p, Diag *const *list, int count) {
  int left[3] = {0}, shown[3] = {0};
  for (int s = 0; s < 3; s++)
    left[s] = p->c->diags->unkept[s];
  for (int i = 0; i < count; i++) {
    Severity s = list[i]->row->severity;
    if (shown[s]++ < SHOWN)
      draw(p, list[i]);
    else
      left[s]++;
  }
  for (int s = 0; s < 3; s++)
    if (left[s])
      fprintf(p->to, "and %d more %s%s\n", left[s], looks[s].name, left[s] > 1 ? "s" : "");
}

void diags_render(const Ctx *c, DiagStyle style, FILE *to) {
  const Diags *d = c->diags;
  Pen pen = {c, to, style == DIAG_COLOR};
  size_t bytes = (size_t)d->list.count * sizeof(Diag *);
  Diag **sorted = arena_alloc(d->mem, bytes);
  if (bytes)
    memcpy(sorted, d->list.at, bytes);
  qsort(sorted, (size_t)d->list.count, sizeof *sorted, by_place);
  if (style != DIAG_JSON) {
    draw_all(&pen, sorted, d->list.count);
    return;
  }
  fputs("[", to);
  for (int i = 0; i < d->list.count; i++) {
    fputs(i ? ",\n " : "\n ", to);
    json_diag(&pen, sorted[i]);
  }
  fputs("\n]\n", to);
}
