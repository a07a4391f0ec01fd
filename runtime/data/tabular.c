/* One walk over the text, which is cut into cells where it lies: what quotes and doubled quotes leave over never needs
   more room than they took. */
#include "data/tabular.h"
#include "data/files.h"
#include "data/text.h"
#include <stdlib.h>
#include <string.h>

void tabular_forget(struct tabular *t) {
  free(t->text), free(t->cell);
  t->text = NULL, t->cell = NULL;
}

void tabular_close(struct tabular *t) {
  free(t->text), free(t->path), free(t->cell), free(t->line);
  *t = (struct tabular){0};
}

char *tabular_cell(const struct tabular *t, int64_t row, int column) {
  return t->cell[(row + 1) * t->columns + column];
}

const char *tabular_name(const struct tabular *t, int column) {
  return t->cell[column];
}

int tabular_column(const struct tabular *t, const char *name, char err[512]) {
  for (int c = 0; c < t->columns; c++)
    if (!strcmp(tabular_name(t, c), name))
      return c;
  const char *near = nearest(name, (const char *const *)t->cell, t->columns);
  if (near)
    return fail(err, "%s has no column `%s`; did you mean `%s`?", t->path, name, near);
  char all[256] = "";
  for (int c = 0, used = 0; c < t->columns && used < (int)sizeof all; c++)
    used += snprintf(all + used, sizeof all - (size_t)used, "%s%s", c ? ", " : "", tabular_name(t, c));
  return fail(err, "%s has no column `%.80s`; it has %s", t->path, name, all);
}

static char delimiter_of(const char *text) {
  static const char candidates[] = ",;\t";
  int most = 0;
  char found = ',';
  for (int k = 0; candidates[k]; k++) {
    int count = 0;
    for (const char *s = text; *s && *s != '\n'; s++)
      count += *s == candidates[k];
    if (count > most)
      most = count, found = candidates[k];
  }
  return found;
}

struct reader {
  struct tabular *t;
  char delimiter, *at; /* what is not read yet */
  int64_t line, cells, room;
  int width; /* cells of the row so far */
};

static void cell_add(struct reader *r, char *cell) {
  if (r->cells == r->room) {
    r->room = r->room ? 2 * r->room : 256;
    r->t->cell = mem_grow(r->t->cell, (size_t)r->room * sizeof *r->t->cell);
  }
  r->t->cell[r->cells++] = cell;
  r->width++;
}

static int is_end(const struct reader *r, char c) {
  return !c || c == r->delimiter || c == '\n' || c == '\r';
}

/* A cell in quotes; r->at stands behind the first one. */
static int quoted(struct reader *r, char err[512]) {
  char *to = r->at, *from = r->at;
  int64_t begun = r->line;
  int closed = 0;
  cell_add(r, to);
  for (; *from && !closed; from++) {
    closed = *from == '"' && from[1] != '"';
    from += *from == '"' && !closed;
    r->line += *from == '\n';
    if (!closed)
      *to++ = *from;
  }
  if (!closed)
    return fail(err, "%s, line %lld: a quote is opened and never closed", r->t->path, (long long)begun);
  if (!is_end(r, *from))
    return fail(err, "%s, line %lld: \"%.20s\" follows a closing quote; a quote inside a cell is written twice",
                r->t->path, (long long)r->line, from);
  r->at = from;
  *to = 0;
  return 0;
}

/* The cells of one line. What ends a cell becomes its NUL, after it was looked at. */
static int row_read(struct reader *r, char err[512]) {
  r->width = 0;
  for (;;) {
    if (*r->at == '"') {
      r->at++;
      if (quoted(r, err))
        return -1;
    } else {
      cell_add(r, r->at);
      while (!is_end(r, *r->at))
        r->at++;
    }
    char end = *r->at;
    if (end)
      *r->at++ = 0;
    if (end == '\r' && *r->at == '\n')
      r->at++;
    if (end == r->delimiter)
      continue;
    r->line += end != 0;
    return 0;
  }
}

static void trim(char **cell) {
  *cell += strspn(*cell, " \t");
  for (size_t n = strlen(*cell); n && strchr(" \t", (*cell)[n - 1]);)
    (*cell)[--n] = 0;
}

static int rows_read(struct reader *r, char err[512]) {
  struct tabular *t = r->t;
  int64_t room = 0;
  for (int64_t row = -1; *r->at;) {
    int64_t line = r->line, before = r->cells;
    if (row_read(r, err))
      return -1;
    if (r->width == 1 && !*t->cell[before]) { /* an empty line */
      r->cells = before;
      continue;
    }
    if (row++ < 0)
      t->columns = r->width;
    else if (r->width != t->columns)
      return fail(err, "%s, line %lld: %d cell%s, but the header has %d", t->path, (long long)line, r->width,
                  r->width == 1 ? "" : "s", t->columns);
    if (row >= room) {
      room = room ? 2 * room : 256;
      t->line = mem_grow(t->line, (size_t)room * sizeof *t->line);
    }
    if (row > 0)
      t->line[row - 1] = line;
    t->rows = row;
  }
  for (int64_t i = 0; i < r->cells; i++)
    trim(&t->cell[i]);
  return t->rows ? 0 : fail(err, "%s: a header and rows below it are wanted", t->path);
}

int tabular_read(struct tabular *t, const char *path, char delimiter, char err[512]) {
  size_t size;
  *t = (struct tabular){0};
  unsigned char *bytes = file_unpack(path, &size, err);
  if (!bytes)
    return -1;
  t->path = mem_text("%s", path);
  t->text = mem_grow(bytes, size + 1);
  t->text[size] = 0;
  struct reader r = {.t = t, .at = t->text, .line = 1};
  if (!strncmp(r.at, "\xef\xbb\xbf", 3)) /* what Excel begins UTF-8 with */
    r.at += 3;
  r.delimiter = delimiter ? delimiter : delimiter_of(r.at);
  int failed = strlen(t->text) != size ? fail(err, "%s: not a text (it has a zero byte)", path) : rows_read(&r, err);
  if (failed)
    tabular_close(t);
  return failed;
}
