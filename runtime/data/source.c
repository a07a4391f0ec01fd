/* Opens a source by name, and what sources share: cells, checks of fields and values. */
#include "data/source.h"
#include "calls.h"
#include "data/broken.h"
#include "data/files.h"
#include "data/text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
  const char *name;
  int reads_files;
  struct source *(*open)(const struct source_request *r, char err[512]);
} sources[] = {
    {"idx", 1, idx_open},       {"cifar10", 1, cifar10_open}, {"folder", 1, folder_open}, {"pairs", 1, pairs_open},
    {"images", 1, images_open}, {"frames", 1, frames_open},   {"files", 1, files_open},   {"csv", 1, csv_open},
    {"npy", 1, npy_open},       {"yolo", 1, yolo_open},     {"voc", 1, voc_open},
    {"coco", 1, coco_open},     {"shapes", 0, shapes_open},
    {"cubes", 0, cubes_open},
};

static const char *const kind_name[] = {"an image", "a class", "a mask", "a mask of classes",
                                        "boxes",    "a value", "a clip", "points"};

struct source *source_open(const struct net_data *d, const struct net_call *call, enum net_split split, const char *dir,
                           char err[512]) {
  struct source_request r = {d, call, split, dir};
  char why[512];
  if (call_check(call, CALL_SOURCE, why))
    return fail(err, "data %s: %.400s", d->name, why), NULL;
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
    if (!strcmp(sources[i].name, call->name)) {
      if (sources[i].reads_files && !dir)
        return fail(err, "data %s reads files (%s): say where they are with --data DIR", d->name, call->name), NULL;
      struct source *s = sources[i].open(&r, err);
      if (!s || s->count > 0)
        return s;
      source_close(s);
      return fail(err, "data %s: %s has no samples", d->name, call->name), NULL;
    }
  return fail(err, "data %s: this runtime has no source `%s`", d->name, call->name), NULL;
}

uint64_t split_seed(uint64_t seed, enum net_split split) {
  uint64_t v = seed * 3 + split + 0x9e3779b97f4a7c15u;
  v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9u;
  v = (v ^ v >> 27) * 0x94d049bb133111ebu;
  return v ^ v >> 31;
}

void source_close(struct source *s) {
  if (s)
    s->close(s);
}

void source_where(const struct source *s, int64_t i, char out[300]) {
  int picture = field_of_picture(s->data);
  s->where(s, i, picture < 0 ? 0 : picture, out);
}

int field_of(const struct net_data *d, enum net_field_kind kind) {
  for (int i = 0; i < d->fields; i++)
    if (d->field[i].kind == kind && !d->field[i].derived)
      return i;
  return -1;
}

int field_of_picture(const struct net_data *d) {
  int image = field_of(d, NET_IMAGE);
  return image >= 0 ? image : field_of(d, NET_CLIP);
}

int fields_check(const struct net_data *d, unsigned kinds, const char *source, char err[512]) {
  for (int i = 0; i < d->fields; i++) {
    const struct net_field *f = &d->field[i];
    if (!(kinds >> f->kind & 1))
      return fail(err, "data %s: %s gives nothing for field `%s`, which is %s", d->name, source, f->name,
                  kind_name[f->kind]);
    if (field_of(d, f->kind) != i)
      return fail(err, "data %s: %s gives one field of a kind; `%s` is %s, as is `%s`", d->name, source, f->name,
                  kind_name[f->kind], d->field[field_of(d, f->kind)].name);
  }
  return 0;
}

int cell_of_picture(struct cell *c, const struct net_picture *p) {
  size_t n = (size_t)p->width * p->height;
  *c = (struct cell){.channels = p->channels, .height = p->height, .width = p->width, .bytes = malloc(n * p->channels)};
  for (int k = 0; c->bytes && k < p->channels; k++)
    for (size_t i = 0; i < n; i++)
      c->bytes[k * n + i] = p->pixels[i * p->channels + k];
  return c->bytes ? 0 : -1;
}

/* What the system lacks now says nothing about the file. */
static int not_read(void) {
  return errno == ENOMEM || errno == EMFILE || errno == ENFILE ? -1 : BROKEN;
}

/* Values 0 … 255 to 0 and 1. A PNG of black and one dark value (zeros and ones, or a palette's two colors) has nothing
   above 127: there the dark value counts. */
static void mask_decide(struct cell *c, const char *path) {
  size_t n = (size_t)c->width * (size_t)c->height;
  const char *dot = strrchr(path, '.');
  int other = 0, limit = 127;
  for (size_t i = 0; i < n && other >= 0; i++)
    if (c->bytes[i])
      other = !other || other == c->bytes[i] ? c->bytes[i] : -1;
  if (other > 0 && dot && !strcasecmp(dot, ".png"))
    limit = 0;
  for (size_t i = 0; i < n; i++) {
    c->between += limit && c->bytes[i] > 0 && c->bytes[i] < 255;
    c->bytes[i] = c->bytes[i] > limit;
  }
}

int cell_read_colors(struct cell *c, const uint32_t *color, int colors, const char *path, char err[512]) {
  struct net_picture *p = image_read(path, err);
  if (!p)
    return not_read();
  p = image_convert(p, 3);
  if (!p)
    return fail(err, "%s: out of memory", path);
  size_t n = (size_t)p->width * (size_t)p->height;
  *c = (struct cell){.channels = 1, .height = p->height, .width = p->width, .bytes = mem_get(n)};
  int failed = 0;
  for (size_t i = 0; i < n && !failed; i++) {
    const unsigned char *q = p->pixels + 3 * i;
    uint32_t found = (uint32_t)q[0] << 16 | (uint32_t)q[1] << 8 | q[2];
    int k = i && color[c->bytes[i - 1]] == found ? c->bytes[i - 1] : 0; /* mostly the same as the pixel before */
    while (k < colors && color[k] != found)
      k++;
    c->bytes[i] = (unsigned char)k;
    if (k == colors)
      failed = fail(err, "%s: pixel (%zu, %zu) is #%06x, which is none of the colors", path, i % (size_t)p->width,
                    i / (size_t)p->width, found);
  }
  image_free(p);
  return failed;
}

int cell_read(struct cell *c, const struct net_field *f, const char *path, char err[512]) {
  int numbers = f->kind == NET_CLASS_MASK;
  struct net_picture *p = numbers ? image_read_numbers(path, err) : image_read(path, err);
  if (!p)
    return not_read();
  p = image_convert(p, f->kind == NET_IMAGE ? (int)f->dim[0] : 1);
  int failed = !p || cell_of_picture(c, p);
  image_free(p);
  if (failed)
    return fail(err, "%s: out of memory", path);
  if (f->kind == NET_MASK)
    mask_decide(c, path);
  return numbers ? classes_check(c, f->classes, path, err) : 0;
}

int classes_check(const struct cell *c, int classes, const char *where, char err[512]) {
  for (size_t i = 0, n = (size_t)c->width * c->height; i < n; i++)
    if (c->bytes[i] >= classes)
      return fail(err, "%s: pixel (%zu, %zu) is %d, but the field has classes 0 to %d", where, i % c->width,
                  i / c->width, c->bytes[i], classes - 1);
  return 0;
}

int classes_of_folders(const struct paths *folders, const struct net_data *d, const char *dir, char err[512]) {
  int label = field_of(d, NET_CLASS);
  if (label < 0 || folders->count == d->field[label].classes)
    return 0;
  char list[200] = "";
  size_t used = 0;
  for (int64_t i = 0; i < folders->count && used + 1 < sizeof list; i++)
    used += snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", path_file(folders->path[i]));
  return fail(err, "%s has %lld folder%s (%s), but field `%s` has %d classes", dir, (long long)folders->count,
              folders->count == 1 ? "" : "s", list, d->field[label].name, d->field[label].classes);
}
