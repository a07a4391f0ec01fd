/* Sources of picture files: folder(path), one folder of pictures for each class; pairs(images, masks), two patterns;
   and images(pattern). Files are listed when the source opens and decoded when a sample is asked for. */
#include "data/pictures.h"
#include "calls.h"
#include "data/broken.h"
#include "data/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void pictures_close(struct source *s) {
  struct pictures *x = (struct pictures *)s;
  paths_free(&x->image);
  paths_free(&x->second);
  paths_free(&x->names);
  free(x->label), free(x->color);
  free(x);
}

static int pictures_load(const struct source *s, int64_t i, struct cell *cell, char err[512]) {
  const struct pictures *x = (const struct pictures *)s;
  const struct net_field *field = s->data->field;
  int failed = 0;
  for (int f = 0; f < s->data->fields && !failed; f++)
    if (field[f].kind == NET_CLASS)
      cell[f] = (struct cell){.label = x->label[i]};
    else if (f == x->second_field && x->colors)
      failed = cell_read_colors(&cell[f], x->color, x->colors, x->second.path[i], err);
    else
      failed = cell_read(&cell[f], &field[f], f == x->second_field ? x->second.path[i] : x->image.path[i], err);
  if (failed || x->second_field < 0)
    return failed;
  const struct cell *a = &cell[x->first_field], *b = &cell[x->second_field];
  if (a->width == b->width && a->height == b->height)
    return 0;
  fail(err, "%.200s is %dx%d, but %.200s is %dx%d", x->image.path[i], a->width, a->height, x->second.path[i], b->width,
       b->height);
  return BROKEN;
}

static void pictures_where(const struct source *s, int64_t i, int field, char out[300]) {
  const struct pictures *x = (const struct pictures *)s;
  snprintf(out, 300, "%s", field == x->second_field ? x->second.path[i] : x->image.path[i]);
}

static int32_t pictures_label(const struct source *s, int64_t i) {
  return ((const struct pictures *)s)->label[i];
}

static const char *pictures_class_name(const struct source *s, int k) {
  const struct pictures *x = (const struct pictures *)s;
  return k >= 0 && k < x->names.count ? x->names.path[k] : NULL;
}

struct pictures *pictures_new(const struct source_request *r, char err[512]) {
  struct pictures *x = calloc(1, sizeof *x);
  if (!x)
    return fail(err, "out of memory"), NULL;
  x->base = (struct source){r->data, 0, 0, pictures_load, pictures_class_name, pictures_where, pictures_close, pictures_label, 0};
  x->first_field = 0;
  x->second_field = -1;
  return x;
}

struct source *pictures_done(struct pictures *x, int failed) {
  if (!failed) {
    x->base.count = x->image.count;
    return &x->base;
  }
  pictures_close(&x->base);
  return NULL;
}

/* ---- folder ---- */

/* The pictures of one class's folder. */
static int class_list(struct pictures *x, const char *folder, int32_t k, char err[512]) {
  int64_t before = x->image.count;
  struct paths here = {0, NULL};
  int failed = paths_of_pictures(&here, folder, err);
  for (int64_t i = 0; !failed && i < here.count; i++)
    if (paths_add(&x->image, here.path[i]))
      failed = fail(err, "out of memory");
  paths_free(&here);
  if (!failed && x->image.count == before)
    failed = fail(err, "%s has no pictures (.png, .jpg, .jpeg)", folder);
  if (failed || paths_add(&x->names, path_file(folder)))
    return failed ? -1 : fail(err, "out of memory");
  x->label = mem_grow(x->label, (size_t)x->image.count * sizeof *x->label);
  for (int64_t i = before; i < x->image.count; i++)
    x->label[i] = k;
  return 0;
}

static int folder_list(struct pictures *x, const struct net_data *d, const char *dir, char err[512]) {
  struct paths folders = {0, NULL};
  int failed = paths_of_folders(&folders, dir, err) || classes_of_folders(&folders, d, dir, err);
  for (int64_t k = 0; k < folders.count && !failed; k++)
    failed = class_list(x, folders.path[k], (int32_t)k, err);
  paths_free(&folders);
  return failed ? -1 : 0;
}

struct source *folder_open(const struct source_request *r, char err[512]) {
  struct pictures *x = pictures_new(r, err);
  if (!x)
    return NULL;
  x->base.finds_names = 1;
  char *dir = path_join(r->dir, arg_text(r->call, CALL_SOURCE, "path"));
  int failed =
      dir ? fields_check(r->data, 1 << NET_IMAGE | 1 << NET_CLASS, "folder", err) || folder_list(x, r->data, dir, err)
          : fail(err, "out of memory");
  free(dir);
  return pictures_done(x, failed);
}

/* ---- images ---- */

struct source *images_open(const struct source_request *r, char err[512]) {
  struct pictures *x = pictures_new(r, err);
  if (!x)
    return NULL;
  const char *pattern = arg_text(r->call, CALL_SOURCE, "pattern");
  return pictures_done(x, fields_check(r->data, 1 << NET_IMAGE, "images", err) ||
                              paths_of_pattern(&x->image, r->dir, pattern, err));
}

/* ---- pairs ---- */

/* The two fields: the first is an image, the second an image, a mask or a mask of classes. */
static int pairs_fields(struct pictures *x, const struct net_data *d, char err[512]) {
  x->first_field = field_of(d, NET_IMAGE);
  for (int f = 0; f < d->fields; f++) {
    enum net_field_kind kind = d->field[f].kind;
    if (kind != NET_IMAGE && kind != NET_MASK && kind != NET_CLASS_MASK)
      return fail(err, "data %s: pairs gives pictures and masks, nothing for field `%s`", d->name, d->field[f].name);
    if (f != x->first_field)
      x->second_field = f;
  }
  return d->fields == 2 && x->first_field >= 0
             ? 0
             : fail(err, "data %s: pairs fills two fields, an image and its mask (or a second image)", d->name);
}

/* Puts the masks into the images' order: by equal stems, or, if not one stem is shared, as they are sorted. */
static int pairs_match(struct pictures *x, char err[512]) {
  struct paths *a = &x->image, *b = &x->second;
  char **order = calloc(a->count, sizeof *order);
  if (!order)
    return fail(err, "out of memory");
  int64_t shared = 0, alone = -1;
  for (int64_t i = 0, j = 0; i < a->count; i++) {
    int64_t tries = 0;
    while (tries < b->count && !path_same_stem(a->path[i], b->path[j]))
      j = (j + 1) % b->count, tries++;
    if (tries < b->count) {
      order[i] = b->path[j];
      shared++;
    } else if (alone < 0)
      alone = i;
  }
  int failed = 0;
  if (shared && alone >= 0)
    failed = fail(err, "%.200s has no mask of the same name beside %.200s", a->path[alone], b->path[0]);
  else if (!shared && a->count != b->count)
    failed = fail(err, "%lld images (%.150s …), but %lld masks (%.150s …), and no names in common", (long long)a->count,
                  a->path[0], (long long)b->count, b->path[0]);
  else if (shared) {
    struct paths matched = {0, NULL};
    for (int64_t i = 0; i < a->count && !failed; i++)
      if (paths_add(&matched, order[i]))
        failed = fail(err, "out of memory");
    paths_free(b);
    *b = matched;
  }
  free(order);
  return failed;
}

/* "#rrggbb" for each class. */
static int pairs_colors(struct pictures *x, const struct net_call *call, char err[512]) {
  enum { CLASSES = 256 };
  const char *text[CLASSES];
  int n = arg_texts(call, CALL_SOURCE, "colors", text, CLASSES);
  const struct net_field *f = &x->base.data->field[x->second_field];
  if (!n)
    return 0;
  if (f->kind != NET_CLASS_MASK || n != f->classes)
    return fail(err, "data %s: pairs has %d colors, but field `%s` has %d classes", x->base.data->name, n, f->name,
                f->classes);
  x->color = mem_get((size_t)n * sizeof *x->color);
  for (int k = 0; k < n; k++) {
    char *end = NULL;
    x->color[k] = *text[k] == '#' ? (uint32_t)strtoul(text[k] + 1, &end, 16) : 0;
    if (!end || *end || strlen(text[k]) != 7)
      return fail(err, "data %s: \"%.40s\" is no color; they are written \"#rrggbb\"", x->base.data->name, text[k]);
  }
  x->colors = n;
  return 0;
}

struct source *pairs_open(const struct source_request *r, char err[512]) {
  struct pictures *x = pictures_new(r, err);
  if (!x)
    return NULL;
  int failed = pairs_fields(x, r->data, err) || pairs_colors(x, r->call, err) ||
               paths_of_pattern(&x->image, r->dir, arg_text(r->call, CALL_SOURCE, "images"), err) ||
               paths_of_pattern(&x->second, r->dir, arg_text(r->call, CALL_SOURCE, "masks"), err) ||
               pairs_match(x, err);
  return pictures_done(x, failed);
}
