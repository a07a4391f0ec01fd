/* Source idx(images, labels): the format of MNIST, plain or gzipped, kept in memory as it is.

   A file is a magic number (0, 0, 8 for bytes, the number of axes), the size of each axis as four bytes, most
   significant first, then the values. Images have axes [n, h, w] or [n, c, h, w] with c of 1 or 3, labels have [n]. */
#include "calls.h"
#include "data/files.h"
#include "data/source.h"
#include "data/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AXES = 4, BYTES = 8 };

struct table { /* one file */
  char *path;
  unsigned char *file, *values;
  int axes;
  int64_t size[AXES];
};

struct idx {
  struct source base;
  struct table images, labels;
  int image_field, label_field;
};

static void table_clear(struct table *t) {
  free(t->path);
  free(t->file);
}

static void idx_close(struct source *s) {
  struct idx *x = (struct idx *)s;
  table_clear(&x->images);
  table_clear(&x->labels);
  free(x);
}

static int table_header(struct table *t, size_t size, char err[512]) {
  if (size < 4)
    return fail(err, "%s: %s", t->path, size ? "shorter than an idx header" : "the file is empty");
  const unsigned char *p = t->file;
  if (p[0] || p[1] || p[3] < 1 || p[3] > AXES)
    return fail(err, "%s: not an idx file (it starts with %02x %02x %02x %02x)", t->path, p[0], p[1], p[2], p[3]);
  if (p[2] != BYTES)
    return fail(err, "%s: an idx file of type %02x; only bytes (08) are read", t->path, p[2]);
  t->axes = p[3];
  size_t header = 4 + 4 * (size_t)t->axes;
  if (size < header)
    return fail(err, "%s: shorter than an idx header", t->path);
  uint64_t values = 1;
  for (int i = 0; i < t->axes; i++) {
    p = t->file + 4 + 4 * i;
    t->size[i] = (int64_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
    values = values > UINT32_MAX ? values : values * t->size[i];
  }
  if (size - header != values)
    return fail(err, "%s: its header promises %llu values, but %zu follow", t->path, (unsigned long long)values,
                size - header);
  t->values = t->file + header;
  return 0;
}

static int table_read(struct table *t, const char *dir, const char *name, char err[512]) {
  size_t size = 0;
  t->path = path_join(dir, name);
  if (!t->path)
    return fail(err, "out of memory");
  t->file = file_unpack(t->path, &size, err);
  return t->file ? table_header(t, size, err) : -1;
}

static int32_t idx_label(const struct source *s, int64_t i) {
  return ((const struct idx *)s)->labels.values[i];
}

static int idx_load(const struct source *s, int64_t i, struct cell *cell, char err[512]) {
  const struct idx *x = (const struct idx *)s;
  if (x->image_field >= 0) {
    const struct table *t = &x->images;
    int64_t h = t->size[t->axes - 2], w = t->size[t->axes - 1], c = t->axes == 4 ? t->size[1] : 1;
    cell[x->image_field] = (struct cell){
        .channels = (int)c, .height = (int)h, .width = (int)w, .bytes = t->values + i * c * h * w, .borrowed = 1};
  }
  if (x->label_field >= 0) {
    int label = x->labels.values[i], classes = s->data->field[x->label_field].classes;
    if (label >= classes)
      return fail(err, "%s: label %lld is %d, but the field has classes 0 to %d", x->labels.path, (long long)i, label,
                  classes - 1);
    cell[x->label_field] = (struct cell){.label = label};
  }
  return 0;
}

static void idx_where(const struct source *s, int64_t i, int field, char out[300]) {
  const struct idx *x = (const struct idx *)s;
  int label = field == x->label_field;
  snprintf(out, 300, "%s %lld of %.250s", label ? "label" : "image", (long long)i,
           label ? x->labels.path : x->images.path);
}

static int idx_read(struct idx *x, const struct source_request *r, char err[512]) {
  const char *images = arg_text(r->call, CALL_SOURCE, "images"), *labels = arg_text(r->call, CALL_SOURCE, "labels");
  if (fields_check(r->data, 1 << NET_IMAGE | (*labels ? 1 << NET_CLASS : 0),
                   *labels ? "idx" : "idx without a second file (the labels)", err) ||
      table_read(&x->images, r->dir, images, err))
    return -1;
  struct table *t = &x->images;
  if (t->axes < 3 || (t->axes == 4 && t->size[1] != 1 && t->size[1] != 3))
    return fail(err, "%s has %d %s; images have three, or four with 1 or 3 channels%s", t->path, t->axes,
                t->axes == 1 ? "axis" : "axes", t->axes == 1 ? " (is this the file of labels?)" : "");
  for (int i = 1; i < t->axes; i++)
    if (!t->size[i])
      return fail(err, "%s: images of size 0", t->path);
  x->base.count = t->size[0];
  if (x->label_field < 0)
    return 0;
  if (table_read(&x->labels, r->dir, labels, err))
    return -1;
  if (x->labels.axes != 1)
    return fail(err, "%s has %d axes; labels have one", x->labels.path, x->labels.axes);
  if (x->labels.size[0] != x->base.count)
    return fail(err, "%s has %lld labels, but %s has %lld images", x->labels.path, (long long)x->labels.size[0],
                x->images.path, (long long)x->base.count);
  return 0;
}

struct source *idx_open(const struct source_request *r, char err[512]) {
  struct idx *x = calloc(1, sizeof *x);
  if (!x)
    return fail(err, "out of memory"), NULL;
  x->base = (struct source){r->data, 0, 1, idx_load, NULL, idx_where, idx_close, idx_label, 0};
  x->image_field = field_of(r->data, NET_IMAGE);
  x->label_field = field_of(r->data, NET_CLASS);
  if (!idx_read(x, r, err))
    return &x->base;
  idx_close(&x->base);
  return NULL;
}
