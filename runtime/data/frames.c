/* Source frames(path): clips, each a folder of pictures in the order of their names. With a class field, path holds one
   folder for each class, and that the clips; else path holds the clips.

   Of a folder with more pictures than the field has frames, as many are taken, spread evenly. */
#include "calls.h"
#include "data/broken.h"
#include "data/files.h"
#include "data/source.h"
#include "data/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct frames {
  struct source base;
  int clip, label; /* fields; label -1: none */
  int count;       /* frames of a clip */
  struct paths classes, clips, picture; /* count pictures for each clip */
  int32_t *class_of;
};

static void frames_close(struct source *s) {
  struct frames *x = (struct frames *)s;
  paths_free(&x->classes);
  paths_free(&x->clips);
  paths_free(&x->picture);
  free(x->class_of);
  free(x);
}

/* One more picture behind those that the cell has room for. */
static int frame_add(struct cell *c, const struct cell *frame, int number, int count) {
  size_t n = (size_t)frame->channels * frame->height * frame->width;
  if (!number) {
    *c = (struct cell){.channels = frame->channels * count, .height = frame->height, .width = frame->width};
    c->bytes = malloc(n * count);
  }
  if (!c->bytes)
    return -1;
  memcpy(c->bytes + n * number, frame->bytes, n);
  return 0;
}

static int frames_load(const struct source *s, int64_t i, struct cell *cell, char err[512]) {
  const struct frames *x = (const struct frames *)s;
  struct cell *c = &cell[x->clip];
  struct net_field picture = s->data->field[x->clip]; /* one frame of it */
  picture.kind = NET_IMAGE;
  picture.dim[0] = picture.dim[1];
  if (x->label >= 0)
    cell[x->label] = (struct cell){.label = x->class_of[i]};
  for (int k = 0; k < x->count; k++) {
    const char *path = x->picture.path[i * x->count + k];
    struct cell frame = {0};
    int failed = cell_read(&frame, &picture, path, err);
    if (!failed && k && (frame.width != c->width || frame.height != c->height)) {
      fail(err, "%.200s is %dx%d, but the clip begins with %dx%d", path, frame.width, frame.height, c->width,
           c->height);
      failed = BROKEN;
    }
    if (!failed && frame_add(c, &frame, k, x->count))
      failed = fail(err, "%s: out of memory", path);
    cell_clear(&frame);
    if (failed)
      return failed;
  }
  return 0;
}

static int32_t frames_label(const struct source *s, int64_t i) {
  return ((const struct frames *)s)->class_of[i];
}

static const char *frames_class_name(const struct source *s, int k) {
  const struct frames *x = (const struct frames *)s;
  return k >= 0 && k < x->classes.count ? path_file(x->classes.path[k]) : NULL;
}

static void frames_where(const struct source *s, int64_t i, int field, char out[300]) {
  (void)field;
  snprintf(out, 300, "%s", ((const struct frames *)s)->clips.path[i]);
}

/* The pictures of one folder that make up its clip. */
static int clip_add(struct frames *x, const char *folder, char err[512]) {
  struct paths all = {0, NULL};
  int failed = paths_of_pictures(&all, folder, err);
  if (!failed && all.count < x->count)
    failed = fail(err, "%s has %lld picture%s, but a clip of field `%s` has %d", folder, (long long)all.count,
                  all.count == 1 ? "" : "s", x->base.data->field[x->clip].name, x->count);
  for (int64_t k = 0; !failed && k < x->count; k++)
    if (paths_add(&x->picture, all.path[(2 * k + 1) * all.count / (2 * x->count)]))
      failed = fail(err, "out of memory");
  paths_free(&all);
  return failed || !paths_add(&x->clips, folder) ? failed : fail(err, "out of memory");
}

static int clips_list(struct frames *x, const char *dir, int32_t label, char err[512]) {
  struct paths clips = {0, NULL};
  int failed = paths_of_folders(&clips, dir, err);
  if (!failed && !clips.count)
    failed = fail(err, "%s has no folders; each clip is a folder of pictures", dir);
  for (int64_t i = 0; !failed && i < clips.count; i++) {
    failed = clip_add(x, clips.path[i], err);
    int32_t *grown = failed ? NULL : realloc(x->class_of, (size_t)x->clips.count * sizeof *grown);
    if (!failed && !grown)
      failed = fail(err, "out of memory");
    if (grown) {
      x->class_of = grown;
      grown[x->clips.count - 1] = label;
    }
  }
  paths_free(&clips);
  return failed;
}

static int frames_list(struct frames *x, const char *dir, char err[512]) {
  const struct net_data *d = x->base.data;
  if (x->label < 0)
    return clips_list(x, dir, 0, err);
  if (paths_of_folders(&x->classes, dir, err) || classes_of_folders(&x->classes, d, dir, err))
    return -1;
  for (int64_t k = 0; k < x->classes.count; k++)
    if (clips_list(x, x->classes.path[k], (int32_t)k, err))
      return -1;
  return 0;
}

struct source *frames_open(const struct source_request *r, char err[512]) {
  struct frames *x = calloc(1, sizeof *x);
  if (!x)
    return fail(err, "out of memory"), NULL;
  x->base = (struct source){r->data, 0, 0, frames_load, frames_class_name, frames_where, frames_close, frames_label, 1};
  x->clip = field_of(r->data, NET_CLIP), x->label = field_of(r->data, NET_CLASS);
  int failed = fields_check(r->data, 1 << NET_CLIP | 1 << NET_CLASS, "frames", err);
  if (!failed && x->clip < 0)
    failed = fail(err, "data %s: frames needs a field for the clip, such as `field clip [16, 3, 64, 64]`",
                  r->data->name);
  char *dir = failed ? NULL : path_join(r->dir, arg_text(r->call, CALL_SOURCE, "path"));
  if (!failed && !dir)
    failed = fail(err, "out of memory");
  if (!failed) {
    x->count = (int)r->data->field[x->clip].dim[0];
    failed = frames_list(x, dir, err);
  }
  free(dir);
  x->base.count = x->clips.count;
  if (!failed)
    return &x->base;
  frames_close(&x->base);
  return NULL;
}
