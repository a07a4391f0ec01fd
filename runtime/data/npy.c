/* Source npy(file, …): one array for each field of the block, in the fields' order, whose first axis counts the
   samples.

   Pictures are [n, c, h, w], [n, h, w, c] or, grey, [n, h, w]; which of the first two, the field's channels tell, and
   where that leaves both open, its size. Their values are 0…255; floats may be 0…1 instead, which are multiplied by
   255. Classes are numbers [n] or [n, 1], or [n, k] with a 1 at the class. All values are looked at when the source
   opens. */
#include "calls.h"
#include "data/array.h"
#include "data/files.h"
#include "data/source.h"
#include "data/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILES = 64, PICTURE_RANK = 3 };

struct npy {
  struct source base;
  struct array *of; /* for each field */
  int *last;        /* are a picture's channels the last axis? */
  int *unit;        /* are a picture's values 0…1? */
  int opened;
};

static void npy_close(struct source *s) {
  struct npy *x = (struct npy *)s;
  for (int f = 0; f < x->opened; f++)
    array_close(&x->of[f]);
  free(x->of), free(x->last), free(x->unit);
  free(x);
}

static int64_t values_each(const struct array *a) {
  int64_t n = 1;
  for (int k = 1; k < a->rank; k++)
    n *= a->dim[k];
  return n;
}

/* ---- a sample ---- */

static unsigned char byte_at(const struct npy *x, int f, int64_t i) {
  double v = array_value(&x->of[f], i);
  return (unsigned char)(x->unit[f] ? v * 255 + 0.5 : v);
}

/* Planes of a picture, mask or clip. */
static void load_planes(const struct npy *x, int f, int64_t i, struct cell *c) {
  const struct net_field *field = &x->base.data->field[f];
  const struct array *a = &x->of[f];
  int frames = field->kind == NET_CLIP ? (int)field->dim[0] : 1, first = 1 + (field->kind == NET_CLIP);
  int flat = a->rank - first < PICTURE_RANK, last = x->last[f];
  const int64_t *dim = a->dim + first;
  int channels = flat ? 1 : (int)dim[last ? 2 : 0];
  int64_t height = dim[flat || last ? 0 : 1], width = dim[flat || last ? 1 : 2], size = height * width;
  int64_t n = values_each(a);
  *c = (struct cell){.channels = channels * frames, .height = (int)height, .width = (int)width};
  if (a->kind == 'u' && a->bytes == 1 && !last && field->kind != NET_MASK) {
    c->bytes = (unsigned char *)(uintptr_t)(a->values + i * n);
    c->borrowed = 1;
    return;
  }
  c->bytes = mem_get((size_t)n);
  for (int64_t k = 0; k < n; k++) {
    int64_t frame = k / (size * channels), within = k % (size * channels);
    int64_t from = last ? within % size * channels + within / size : within;
    c->bytes[k] = byte_at(x, f, i * n + frame * size * channels + from);
    if (field->kind == NET_MASK) {
      c->between += c->bytes[k] > 0 && c->bytes[k] < 255;
      c->bytes[k] = c->bytes[k] > 127;
    }
  }
}

static int32_t class_at(const struct array *a, int64_t i) {
  int64_t n = values_each(a);
  int32_t k = 0;
  if (n == 1)
    return (int32_t)array_value(a, i);
  while (array_value(a, i * n + k) == 0)
    k++;
  return k;
}

static int32_t npy_label(const struct source *s, int64_t i) {
  return class_at(&((const struct npy *)s)->of[field_of(s->data, NET_CLASS)], i);
}

static int npy_load(const struct source *s, int64_t i, struct cell *cell, char err[512]) {
  const struct npy *x = (const struct npy *)s;
  (void)err;
  for (int f = 0; f < s->data->fields; f++) {
    const struct array *a = &x->of[f];
    enum net_field_kind kind = s->data->field[f].kind;
    int64_t n = values_each(a);
    if (kind == NET_CLASS)
      cell[f] = (struct cell){.label = class_at(a, i)};
    else if (kind == NET_VALUE || kind == NET_POINTS) {
      float *v = mem_get((size_t)n * sizeof *v);
      for (int64_t k = 0; k < n; k++)
        v[k] = (float)array_value(a, i * n + k);
      cell[f] = kind == NET_VALUE ? (struct cell){.values = (int)n, .value = v}
                                  : (struct cell){.points = (int)n / 2, .point = v};
    } else
      load_planes(x, f, i, &cell[f]);
  }
  return 0;
}

static void npy_where(const struct source *s, int64_t i, int field, char out[300]) {
  snprintf(out, 300, "%.250s, sample %lld", ((const struct npy *)s)->of[field].path, (long long)i);
}

/* ---- what the arrays hold ---- */

static int shape_refused(const struct npy *x, int f, const char *wanted, char err[512]) {
  char what[160];
  array_text(&x->of[f], what, sizeof what);
  return fail(err, "%s is %s, but field `%s` wants %s, the first axis counting the samples", x->of[f].path, what,
              x->base.data->field[f].name, wanted);
}

/* Pictures and clips: which axis are the channels? */
static int check_picture(struct npy *x, int f, char err[512]) {
  const struct net_field *field = &x->base.data->field[f];
  const struct array *a = &x->of[f];
  int first = 1 + (field->kind == NET_CLIP), rank = a->rank - first;
  int64_t channels = field->dim[field->rank - 3], height = field->dim[field->rank - 2],
          width = field->dim[field->rank - 1];
  const int64_t *dim = a->dim + first;
  int fits_first = rank == PICTURE_RANK && dim[0] == channels, fits_last = rank == PICTURE_RANK && dim[2] == channels;
  char wanted[160];
  snprintf(wanted, sizeof wanted, "[n, %s%lld, height, width], [n, %sheight, width, %lld]%s",
           first > 1 ? "frames, " : "", (long long)channels, first > 1 ? "frames, " : "", (long long)channels,
           channels == 1 ? " or without the 1" : "");
  if (first > 1 && (a->rank < 2 || a->dim[1] != field->dim[0]))
    return shape_refused(x, f, wanted, err);
  if (!fits_first && !fits_last && !(rank == 2 && channels == 1))
    return shape_refused(x, f, wanted, err);
  int sized_first = fits_first && dim[1] == height && dim[2] == width;
  x->last[f] = fits_last && !sized_first && (!fits_first || (dim[0] == height && dim[1] == width));
  for (int k = 0; k < rank; k++)
    if (dim[k] < 1 || dim[k] > IMAGE_SIDE_MAX)
      return shape_refused(x, f, wanted, err);
  return 0;
}

static int check_shape(struct npy *x, int f, char err[512]) {
  const struct net_field *field = &x->base.data->field[f];
  const struct array *a = &x->of[f];
  char wanted[160];
  size_t used = (size_t)snprintf(wanted, sizeof wanted, "[n");
  int same = a->rank == field->rank + 1;
  if (field->kind == NET_IMAGE || field->kind == NET_CLIP || field->kind == NET_MASK)
    return check_picture(x, f, err);
  if (field->kind == NET_CLASS_MASK)
    return a->rank == 3 && a->dim[1] > 0 && a->dim[2] > 0 && a->dim[1] <= IMAGE_SIDE_MAX && a->dim[2] <= IMAGE_SIDE_MAX
               ? 0
               : shape_refused(x, f, "[n, height, width]", err);
  if (field->kind == NET_CLASS) {
    snprintf(wanted, sizeof wanted, "[n], or [n, %d] with a 1 at the class", field->classes);
    return a->rank == 1 || (a->rank == 2 && (a->dim[1] == 1 || a->dim[1] == field->classes))
               ? 0
               : shape_refused(x, f, wanted, err);
  }
  for (int k = 0; k < field->rank; k++) {
    same = same && a->dim[k + 1] == field->dim[k];
    used += (size_t)snprintf(wanted + used, sizeof wanted - used, ", %lld", (long long)field->dim[k]);
  }
  snprintf(wanted + used, sizeof wanted - used, "]");
  return same || values_each(a) * 4 == data_field_size(field) ? 0 : shape_refused(x, f, wanted, err);
}

static int value_refused(const struct npy *x, int f, int64_t i, const char *wanted, char err[512]) {
  int64_t n = values_each(&x->of[f]);
  return fail(err, "%s, sample %lld: value %lld is %g, but field `%s` wants %s", x->of[f].path, (long long)(i / n),
              (long long)(i % n), array_value(&x->of[f], i), x->base.data->field[f].name, wanted);
}

/* Whole numbers 0…most, or, where unit may be, all of them 0…1. */
static int check_bytes(struct npy *x, int f, int most, int may_be_unit, char err[512]) {
  const struct array *a = &x->of[f];
  int64_t n = a->dim[0] * values_each(a), odd = -1;
  double largest = 0;
  if (a->bytes == 1 && a->kind == 'u' && most == 255 && !may_be_unit)
    return 0;
  for (int64_t i = 0; i < n; i++) {
    double v = array_value(a, i);
    largest = fmax(largest, v);
    if (odd < 0 && !(v >= 0 && v <= most && v == floor(v)))
      odd = i;
    if (!(v >= 0))
      odd = i, largest = INFINITY;
  }
  x->unit[f] = may_be_unit && largest <= 1;
  if (odd < 0 || x->unit[f])
    return 0;
  char wanted[100];
  snprintf(wanted, sizeof wanted, "whole numbers from 0 to %d%s", most,
           may_be_unit ? ", or all of them from 0 to 1" : "");
  return value_refused(x, f, odd, wanted, err);
}

static int check_classes(const struct npy *x, int f, char err[512]) {
  const struct net_field *field = &x->base.data->field[f];
  const struct array *a = &x->of[f];
  int64_t n = values_each(a);
  char wanted[100];
  snprintf(wanted, sizeof wanted, n > 1 ? "one 1 among zeros" : "classes 0 to %d", field->classes - 1);
  for (int64_t i = 0; i < a->dim[0]; i++) {
    double sum = 0, v = array_value(a, i * n);
    for (int64_t k = 0; k < n && n > 1; k++) {
      double one = array_value(a, i * n + k);
      sum += one == 0 || one == 1 ? one : 2;
    }
    if (n > 1 ? sum != 1 : !(v >= 0 && v < field->classes && v == floor(v)))
      return value_refused(x, f, i * n, wanted, err);
  }
  return 0;
}

static int check_values(struct npy *x, int f, char err[512]) {
  const struct net_field *field = &x->base.data->field[f];
  const struct array *a = &x->of[f];
  switch (field->kind) {
  case NET_IMAGE:
  case NET_CLIP:
    return check_bytes(x, f, 255, a->kind == 'f', err);
  case NET_MASK:
    return check_bytes(x, f, 255, 1, err);
  case NET_CLASS_MASK:
    return check_bytes(x, f, field->classes - 1, 0, err);
  case NET_CLASS:
    return check_classes(x, f, err);
  default:
    for (int64_t i = 0, n = a->dim[0] * values_each(a); i < n; i++)
      if (!isfinite((float)array_value(a, i)))
        return value_refused(x, f, i, "finite numbers", err);
    return 0;
  }
}

static int npy_read(struct npy *x, const struct source_request *r, char err[512]) {
  const struct net_data *d = r->data;
  const char *name[FILES];
  int n = arg_texts(r->call, CALL_SOURCE, "file", name, FILES);
  if (n != d->fields)
    return fail(err, "data %s: npy takes one file for each field, in their order; there are %d fields", d->name,
                d->fields);
  for (int f = 0; f < n; f++) {
    char *path = path_join(r->dir, name[f]);
    int failed = !path || array_open(&x->of[f], path, err);
    free(path);
    if (failed)
      return -1;
    x->opened = f + 1;
    if (d->field[f].kind == NET_BOXES)
      return fail(err, "data %s: npy gives nothing for field `%s`, which is boxes", d->name, d->field[f].name);
    if (x->of[f].dim[0] != x->of[0].dim[0])
      return fail(err, "%s has %lld samples, but %s has %lld", x->of[0].path, (long long)x->of[0].dim[0], x->of[f].path,
                  (long long)x->of[f].dim[0]);
    if (check_shape(x, f, err) || check_values(x, f, err))
      return -1;
  }
  x->base.count = x->of[0].dim[0];
  return 0;
}

struct source *npy_open(const struct source_request *r, char err[512]) {
  struct npy *x = mem_get(sizeof *x);
  x->base = (struct source){r->data, 0, 0, npy_load, NULL, npy_where, npy_close, npy_label, 0};
  size_t fields = (size_t)r->data->fields + 1;
  x->of = mem_get(fields * sizeof *x->of);
  x->last = mem_get(fields * sizeof *x->last);
  x->unit = mem_get(fields * sizeof *x->unit);
  if (!npy_read(x, r, err)) {
    x->base.resident = 1;
    for (int f = 0; f < r->data->fields; f++)
      x->base.resident &= x->of[f].kind == 'u' && !x->last[f];
    return &x->base;
  }
  npy_close(&x->base);
  return NULL;
}
