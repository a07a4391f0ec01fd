/* Source csv(path, …): a table whose columns give each sample's picture (its file, or its pixels), class, points and
   values. Numbers are read when the source opens, pictures when they are asked for. */
#include "calls.h"
#include "data/labels.h"
#include "data/source.h"
#include "data/tabular.h"
#include "data/text.h"
#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COLUMNS = 65536 };

struct columns { /* of one field */
  int count, *at;
};

struct csv {
  struct source base;
  struct tabular table;
  int64_t *row;         /* the table's row of each sample */
  struct columns *of;   /* for each field */
  float **number;       /* for each field that has numbers: columns.count of them a sample */
  unsigned char *pixel; /* where the table itself holds the pictures */
  struct paths file, names;
  int32_t *label;
};

static void csv_close(struct source *s) {
  struct csv *x = (struct csv *)s;
  for (int f = 0; f < s->data->fields; f++)
    free(x->of[f].at), free(x->number[f]);
  free(x->of), free(x->number), free(x->pixel), free(x->label), free(x->row);
  paths_free(&x->file), paths_free(&x->names);
  tabular_close(&x->table);
  free(x);
}

static int64_t field_count(const struct net_field *f) {
  return data_field_size(f) / 4;
}

static int csv_load(const struct source *s, int64_t i, struct cell *cell, char err[512]) {
  const struct csv *x = (const struct csv *)s;
  for (int f = 0; f < s->data->fields; f++) {
    const struct net_field *field = &s->data->field[f];
    int64_t n = field_count(field);
    int failed = 0;
    if (field->kind == NET_CLASS)
      cell[f] = (struct cell){.label = x->label[i]};
    else if (field->kind == NET_VALUE)
      cell[f] = (struct cell){.values = (int)n, .value = x->number[f] + i * n, .borrowed = 1};
    else if (field->kind == NET_POINTS) { /* prepare moves them */
      cell[f] = (struct cell){.points = (int)n / 2, .point = mem_get((size_t)n * sizeof(float))};
      memcpy(cell[f].point, x->number[f] + i * n, (size_t)n * sizeof(float));
    } else if (x->pixel)
      cell[f] = (struct cell){.channels = (int)field->dim[0],
                              .height = (int)field->dim[1],
                              .width = (int)field->dim[2],
                              .bytes = x->pixel + i * n,
                              .borrowed = 1};
    else
      failed = cell_read(&cell[f], field, x->file.path[i], err);
    if (failed)
      return failed;
  }
  return 0;
}

static int32_t csv_label(const struct source *s, int64_t i) {
  return ((const struct csv *)s)->label[i];
}

static const char *csv_class_name(const struct source *s, int k) {
  const struct csv *x = (const struct csv *)s;
  return k >= 0 && k < x->names.count ? x->names.path[k] : NULL;
}

static void csv_where(const struct source *s, int64_t i, int field, char out[300]) {
  const struct csv *x = (const struct csv *)s;
  if (x->file.count && s->data->field[field].kind == NET_IMAGE)
    snprintf(out, 300, "%s", x->file.path[i]);
  else
    snprintf(out, 300, "%.250s, line %lld", x->table.path, (long long)x->table.line[x->row[i]]);
}

/* ---- columns ---- */

static void column_add(struct columns *c, int column) {
  c->at = mem_grow(c->at, (size_t)(c->count + 1) * sizeof *c->at);
  c->at[c->count++] = column;
}

/* A column's name, or a pattern of several. */
static int columns_named(struct csv *x, struct columns *c, const char *name, char err[512]) {
  int before = c->count;
  if (!strpbrk(name, "*?[")) {
    int column = tabular_column(&x->table, name, err);
    if (column >= 0)
      column_add(c, column);
    return column < 0 ? -1 : 0;
  }
  for (int k = 0; k < x->table.columns; k++)
    if (!fnmatch(name, tabular_name(&x->table, k), 0))
      column_add(c, k);
  return c->count > before ? 0 : fail(err, "%s has no columns that match `%s`", x->table.path, name);
}

/* Those that are called like the field: one by its name, several by it and a number. */
static int columns_by_name(struct csv *x, int f, char err[512]) {
  const struct net_field *field = &x->base.data->field[f];
  int several = field->kind == NET_POINTS || (field->kind == NET_VALUE && field_count(field) > 1);
  int failed = 0;
  for (int64_t k = 0; k < (several ? field_count(field) : 1) && !failed; k++) {
    char *name = several ? mem_text("%s_%lld", field->name, (long long)k) : mem_text("%s", field->name);
    failed = columns_named(x, &x->of[f], name, err);
    free(name);
  }
  return failed;
}

/* The columns that the call names for a kind of field, dealt out to the fields of that kind. */
static int columns_given(struct csv *x, const struct net_call *call, enum net_field_kind kind, const char *param,
                         char err[512]) {
  const struct net_data *d = x->base.data;
  struct columns all = {0};
  const char **text = mem_get(COLUMNS * sizeof *text);
  int n = arg_texts(call, CALL_SOURCE, param, text, COLUMNS), failed = 0, used = 0;
  if (n < 0)
    failed = fail(err, "data %s: csv's %s is a column's name, or a list of them", d->name, param);
  for (int i = 0; i < n && !failed; i++)
    failed = columns_named(x, &all, text[i], err);
  free(text);
  for (int f = 0; f < d->fields && !failed; f++) {
    if (d->field[f].kind != kind)
      continue;
    int64_t want = kind == NET_CLASS ? 1 : field_count(&d->field[f]);
    if (kind == NET_IMAGE && all.count == 1)
      want = 1;
    for (int64_t k = 0; k < want && used < all.count; k++)
      column_add(&x->of[f], all.at[used++]);
    if (x->of[f].count != want)
      failed = fail(err, "data %s: csv's %s names %d columns, but field `%s` has %lld values", d->name, param,
                    all.count, d->field[f].name, (long long)want);
  }
  if (!failed && used < all.count)
    failed = fail(err, "data %s: csv's %s names %d columns, %d more than there are values", d->name, param, all.count,
                  all.count - used);
  free(all.at);
  return failed;
}

static int columns_find(struct csv *x, const struct net_call *call, char err[512]) {
  static const struct {
    enum net_field_kind kind;
    const char *param;
  } kinds[] = {{NET_IMAGE, "image"}, {NET_CLASS, "label"}, {NET_VALUE, "values"}, {NET_POINTS, "points"}};
  const struct net_data *d = x->base.data;
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    int given = arg_find(call, CALL_SOURCE, kinds[k].param) != NULL;
    if (given && field_of(d, kinds[k].kind) < 0)
      return fail(err, "data %s: csv's %s is for a field that the block does not have", d->name, kinds[k].param);
    if (given && columns_given(x, call, kinds[k].kind, kinds[k].param, err))
      return -1;
    for (int f = 0; f < d->fields && !given; f++)
      if (d->field[f].kind == kinds[k].kind && columns_by_name(x, f, err))
        return -1;
  }
  return 0;
}

/* ---- rows and cells ---- */

/* where: "column=value" keeps the rows that have it. */
static int rows_choose(struct csv *x, const char *where, char err[512]) {
  const char *equal = strchr(where, '=');
  int column = -1;
  if (*where && !equal)
    return fail(err, "data %s: csv's where is \"column=value\", not \"%.80s\"", x->base.data->name, where);
  if (*where) {
    char *name = mem_text("%.*s", (int)(equal - where), where);
    column = tabular_column(&x->table, name, err);
    free(name);
    if (column < 0)
      return -1;
  }
  x->row = mem_get((size_t)x->table.rows * sizeof *x->row);
  for (int64_t r = 0; r < x->table.rows; r++)
    if (column < 0 || !strcmp(tabular_cell(&x->table, r, column), equal + 1))
      x->row[x->base.count++] = r;
  return x->base.count ? 0 : fail(err, "%s has no row where %s", x->table.path, where);
}

static int number_read(const struct csv *x, int64_t i, int column, float *out, char err[512]) {
  const char *text = tabular_cell(&x->table, x->row[i], column);
  char *end;
  double v = strtod(text, &end);
  *out = (float)v;
  if (end != text && !*end && isfinite(*out))
    return 0;
  return fail(err, "%s, line %lld, column %s: %s%.40s%s", x->table.path, (long long)x->table.line[x->row[i]],
              tabular_name(&x->table, column), *text ? "\"" : "there is nothing", text, *text ? "\" is no number" : "");
}

static int numbers_read(struct csv *x, int f, char err[512]) {
  const struct columns *c = &x->of[f];
  x->number[f] = mem_get((size_t)x->base.count * (size_t)c->count * sizeof(float));
  for (int64_t i = 0; i < x->base.count; i++)
    for (int k = 0; k < c->count; k++)
      if (number_read(x, i, c->at[k], &x->number[f][i * c->count + k], err))
        return -1;
  return 0;
}

static int pixels_read(struct csv *x, int f, char err[512]) {
  const struct columns *c = &x->of[f];
  x->pixel = mem_get((size_t)x->base.count * (size_t)c->count);
  for (int64_t i = 0; i < x->base.count; i++)
    for (int k = 0; k < c->count; k++) {
      float v;
      if (number_read(x, i, c->at[k], &v, err))
        return -1;
      if (v < 0 || v > 255 || v != floorf(v))
        return fail(err, "%s, line %lld, column %s: %g is no pixel; they are whole numbers from 0 to 255",
                    x->table.path, (long long)x->table.line[x->row[i]], tabular_name(&x->table, c->at[k]), (double)v);
      x->pixel[i * c->count + k] = (unsigned char)v;
    }
  return 0;
}

/* Names of files, relative to the table's own folder, or to --data if the first of them lies there. */
static int files_find(struct csv *x, int f, const struct source_request *r, char err[512]) {
  const char *folder = arg_text(r->call, CALL_SOURCE, "folder"),
             *extension = arg_text(r->call, CALL_SOURCE, "extension");
  char *own = mem_text("%.*s", (int)(path_file(x->table.path) - x->table.path), x->table.path);
  const char *base = own;
  int failed = 0;
  for (int64_t i = 0; i < x->base.count && !failed; i++) {
    char *name =
        mem_text("%s%s%s%s", folder, *folder ? "/" : "", tabular_cell(&x->table, x->row[i], *x->of[f].at), extension);
    char *path = path_join(base, name);
    if (path && !i && access(path, R_OK)) {
      char *other = path_join(r->dir, name);
      if (other && !access(other, R_OK)) {
        base = r->dir;
        free(path);
        path = other;
      } else
        free(other);
    }
    failed = !path || paths_add(&x->file, path);
    free(path), free(name);
  }
  free(own);
  return failed ? fail(err, "out of memory") : 0;
}

static int labels_find(struct csv *x, int f, char err[512]) {
  char **text = mem_get((size_t)x->base.count * sizeof *text);
  x->label = mem_get((size_t)x->base.count * sizeof *x->label);
  for (int64_t i = 0; i < x->base.count; i++)
    text[i] = tabular_cell(&x->table, x->row[i], *x->of[f].at);
  int failed = labels_read(&x->base, text, x->label, &x->names, err);
  free(text);
  return failed;
}

static int cells_read(struct csv *x, const struct source_request *r, char err[512]) {
  const struct net_data *d = r->data;
  for (int f = 0; f < d->fields; f++) {
    int failed = 0;
    switch (d->field[f].kind) {
    case NET_CLASS:
      failed = labels_find(x, f, err);
      break;
    case NET_IMAGE:
      failed = x->of[f].count > 1 ? pixels_read(x, f, err) : files_find(x, f, r, err);
      break;
    default:
      failed = numbers_read(x, f, err);
    }
    if (failed)
      return -1;
  }
  return 0;
}

static int csv_read(struct csv *x, const struct source_request *r, char err[512]) {
  const char *delimiter = arg_text(r->call, CALL_SOURCE, "delimiter");
  struct net_data single = *r->data; /* of values there may be several fields, of the rest one each */
  struct net_field *field = mem_get((size_t)(single.fields + 1) * sizeof *field);
  single.field = field;
  single.fields = 0;
  for (int f = 0; f < r->data->fields; f++)
    if (r->data->field[f].kind != NET_VALUE)
      field[single.fields++] = r->data->field[f];
  int failed = fields_check(&single, 1 << NET_IMAGE | 1 << NET_CLASS | 1 << NET_POINTS, "csv", err);
  free(field);
  char *path = path_join(r->dir, arg_text(r->call, CALL_SOURCE, "path"));
  failed = failed || !path || tabular_read(&x->table, path, *delimiter, err);
  free(path);
  return failed || rows_choose(x, arg_text(r->call, CALL_SOURCE, "where"), err) || columns_find(x, r->call, err) ||
                 cells_read(x, r, err)
             ? -1
             : 0;
}

struct source *csv_open(const struct source_request *r, char err[512]) {
  struct csv *x = mem_get(sizeof *x);
  x->base = (struct source){r->data, 0, 0, csv_load, csv_class_name, csv_where, csv_close, csv_label, 1};
  x->of = mem_get((size_t)(r->data->fields + 1) * sizeof *x->of);
  x->number = mem_get((size_t)(r->data->fields + 1) * sizeof *x->number);
  int failed = csv_read(x, r, err);
  x->base.resident = !x->file.count;
  tabular_forget(&x->table);
  if (!failed)
    return &x->base;
  csv_close(&x->base);
  return NULL;
}
