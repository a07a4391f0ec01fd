/* Duty: keep every text of a compilation and turn a byte offset back into file, line and column.
   Method: files take consecutive ranges of one offset space that starts at 1, with one byte between them so that the
   end of a file is a place of its own. Each file carries the offsets of its lines; a place is two binary searches. */
#include "diag/source.h"
#include "base/bug.h"
#include "base/vec.h"
#include <string.h>

typedef struct {
  const char *path, *text;
  uint32_t first, len;
  int builtin;
  Vec(uint32_t) lines; /* where each line begins, from the file's first byte */
} File;

struct Source {
  Arena *mem;
  Vec(File) files;
  uint32_t end; /* the first free offset */
};

Source *source_new(Arena *a) {
  Source *s = arena_alloc(a, sizeof *s);
  s->mem = a;
  s->end = 1;
  return s;
}

uint32_t source_add(Source *s, const char *path, const char *text, size_t len, int builtin) {
  if (len >= INT32_MAX - (size_t)s->end)
    BUG("the sources are larger than 2 GB");
  File f = {.path = arena_strndup(s->mem, path, strlen(path)), .first = s->end, .len = (uint32_t)len};
  f.text = arena_strndup(s->mem, text, len);
  f.builtin = builtin;
  vec_push(s->mem, &f.lines, 0);
  for (uint32_t i = 0; i < f.len; i++)
    if (text[i] == '\n')
      vec_push(s->mem, &f.lines, i + 1);
  vec_push(s->mem, &s->files, f);
  s->end += f.len + 1;
  return f.first;
}

static const File *find_file(const Source *s, uint32_t at) {
  int low = 0, high = s->files.count;
  while (low + 1 < high) {
    int mid = (low + high) / 2;
    if (s->files.at[mid].first <= at)
      low = mid;
    else
      high = mid;
  }
  return at && at < s->end ? &s->files.at[low] : NULL;
}

const char *source_at(const Source *s, uint32_t at) {
  const File *f = find_file(s, at);
  return f ? f->text + (at - f->first) : "";
}

size_t source_len(const Source *s, uint32_t first) {
  const File *f = find_file(s, first);
  return f ? f->len : 0;
}

Place source_place(const Source *s, uint32_t at) {
  const File *f = find_file(s, at);
  if (!f)
    return (Place){.path = "", .line_text = ""};
  uint32_t offset = at - f->first;
  int low = 0, high = f->lines.count;
  while (low + 1 < high) {
    int mid = (low + high) / 2;
    if (f->lines.at[mid] <= offset)
      low = mid;
    else
      high = mid;
  }
  uint32_t begin = f->lines.at[low], end = low + 1 < f->lines.count ? f->lines.at[low + 1] - 1 : f->len;
  if (end > begin && f->text[end - 1] == '\r')
    end--;
  return (Place){.path = f->path,
                 .line = low + 1,
                 .column = (int)(offset - begin) + 1,
                 .line_text = f->text + begin,
                 .line_len = (int)(end - begin),
                 .builtin = f->builtin};
}

Span span_join(Span a, Span b) {
  if (!a.at || !b.at)
    return a.at ? a : b;
  uint32_t end = b.at + b.len;
  return (Span){a.at, end > a.at + a.len ? end - a.at : a.len};
}
