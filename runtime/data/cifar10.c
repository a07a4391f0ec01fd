/* Source cifar10(files): CIFAR-10's binary format, one file, a pattern or a list, plain or gzipped, kept in memory.

   A record is one byte of label and three planes (red, green, blue) of 32 x 32 bytes: 3073 bytes. */
#include "calls.h"
#include "data/files.h"
#include "data/source.h"
#include "data/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 32, PIXELS = 3 * SIDE * SIDE, RECORD = 1 + PIXELS, CLASSES = 10 };

struct cifar10 {
  struct source base;
  struct paths paths;
  unsigned char **file;
  int64_t *records;
};

static const char *const names[CLASSES] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                           "dog",      "frog",       "horse", "ship", "truck"};

static void cifar10_close(struct source *s) {
  struct cifar10 *x = (struct cifar10 *)s;
  for (int64_t i = 0; x->file && i < x->paths.count; i++)
    free(x->file[i]);
  free(x->file);
  free(x->records);
  paths_free(&x->paths);
  free(x);
}

/* The file that sample i is in; *i becomes its place there. */
static int64_t file_of(const struct cifar10 *x, int64_t *i) {
  int64_t k = 0;
  for (; *i >= x->records[k]; k++)
    *i -= x->records[k];
  return k;
}

static int cifar10_load(const struct source *s, int64_t i, struct cell *cell, char err[512]) {
  const struct cifar10 *x = (const struct cifar10 *)s;
  int64_t k = file_of(x, &i);
  unsigned char *record = x->file[k] + i * RECORD;
  for (int f = 0; f < s->data->fields; f++)
    if (s->data->field[f].kind == NET_IMAGE)
      cell[f] = (struct cell){.channels = 3, .height = SIDE, .width = SIDE, .bytes = record + 1, .borrowed = 1};
    else if (*record < CLASSES)
      cell[f] = (struct cell){.label = *record};
    else
      return fail(err, "%s: record %lld has label %d; this is not CIFAR-10", x->paths.path[k], (long long)i, *record);
  return 0;
}

static int32_t cifar10_label(const struct source *s, int64_t i) {
  const struct cifar10 *x = (const struct cifar10 *)s;
  int64_t k = file_of(x, &i);
  return x->file[k][i * RECORD];
}

static const char *cifar10_class_name(const struct source *s, int k) {
  (void)s;
  return k >= 0 && k < CLASSES ? names[k] : NULL;
}

static void cifar10_where(const struct source *s, int64_t i, int field, char out[300]) {
  const struct cifar10 *x = (const struct cifar10 *)s;
  (void)field;
  int64_t k = file_of(x, &i);
  snprintf(out, 300, "record %lld of %.250s", (long long)i, x->paths.path[k]);
}

/* The call's files: a name, a pattern, or a list of names. */
static int cifar10_find(struct paths *p, const struct source_request *r, char err[512]) {
  const struct net_arg *files = arg_find(r->call, CALL_SOURCE, "files");
  const struct net_arg *file = files->kind == NET_LIST ? files->list : files;
  int n = files->kind == NET_LIST ? files->count : 1;
  if (files->kind == NET_TEXT && strpbrk(files->text, "*?["))
    return paths_of_pattern(p, r->dir, files->text, err);
  for (int i = 0; i < n; i++) {
    if (file[i].kind != NET_TEXT)
      return fail(err, "data %s: cifar10 takes the name of a file, a pattern, or a list of names", r->data->name);
    char *path = path_join(r->dir, file[i].text);
    int failed = !path || paths_add(p, path);
    free(path);
    if (failed)
      return fail(err, "out of memory");
  }
  return 0;
}

static int cifar10_unpack(struct cifar10 *x, char err[512]) {
  int64_t n = x->paths.count;
  x->file = calloc(n ? (size_t)n : 1, sizeof *x->file);
  x->records = calloc(n ? (size_t)n : 1, sizeof *x->records);
  if (!x->file || !x->records)
    return fail(err, "out of memory");
  for (int64_t i = 0; i < n; i++) {
    size_t size;
    if (!(x->file[i] = file_unpack(x->paths.path[i], &size, err)))
      return -1;
    if (!size || size % RECORD)
      return fail(err, "%s: %zu bytes; CIFAR-10 has %d for each picture", x->paths.path[i], size, RECORD);
    x->records[i] = (int64_t)(size / RECORD);
    x->base.count += x->records[i];
  }
  return 0;
}

static int cifar10_read(struct cifar10 *x, const struct source_request *r, char err[512]) {
  int label = field_of(r->data, NET_CLASS);
  if (fields_check(r->data, 1 << NET_IMAGE | 1 << NET_CLASS, "cifar10", err))
    return -1;
  if (label >= 0 && r->data->field[label].classes != CLASSES)
    return fail(err, "data %s: cifar10 has %d classes, field `%s` has %d", r->data->name, CLASSES,
                r->data->field[label].name, r->data->field[label].classes);
  return cifar10_find(&x->paths, r, err) ? -1 : cifar10_unpack(x, err);
}

struct source *cifar10_open(const struct source_request *r, char err[512]) {
  struct cifar10 *x = calloc(1, sizeof *x);
  if (!x)
    return fail(err, "out of memory"), NULL;
  x->base = (struct source){r->data, 0, 1, cifar10_load, cifar10_class_name, cifar10_where, cifar10_close, cifar10_label, 0};
  if (!cifar10_read(x, r, err))
    return &x->base;
  cifar10_close(&x->base);
  return NULL;
}
