/* Checks a block's fields and transforms, and writes cells as the network takes them. An image that nothing moved or
   recoloured takes the short way: byte * factor + offset, all of prepare's value steps in one. */
#include "data/prepare.h"
#include "data/files.h"
#include "data/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 3 };

static int is_spatial(enum net_field_kind kind) {
  return kind == NET_IMAGE || kind == NET_MASK || kind == NET_CLASS_MASK || kind == NET_CLIP;
}

static int is_picture(enum net_field_kind kind) {
  return kind == NET_IMAGE || kind == NET_CLIP;
}

/* Channels of a picture, and planes of all pictures of a field. */
static int field_channels(const struct net_field *f) {
  return (int)f->dim[f->rank - 3];
}

static int field_planes(const struct net_field *f) {
  return (int)(f->kind == NET_CLIP ? f->dim[0] * f->dim[1] : f->dim[0]);
}

void field_size(const struct net_field *f, int *height, int *width) {
  *height = is_spatial(f->kind) ? (int)f->dim[f->rank - 2] : 0;
  *width = is_spatial(f->kind) ? (int)f->dim[f->rank - 1] : 0;
}

int64_t data_field_size(const struct net_field *f) {
  int64_t n = 4;
  for (int i = 0; i < f->rank; i++)
    n *= f->dim[i];
  return n;
}

static int field_check(const struct net_field *f, const struct net_data *d, char err[512]) {
  static const int rank[] = {[NET_IMAGE] = 3, [NET_MASK] = 3, [NET_CLASS_MASK] = 2,
                             [NET_BOXES] = 2, [NET_CLIP] = 4, [NET_POINTS] = 2};
  if (f->kind == NET_VALUE)
    return 0;
  if (f->rank != rank[f->kind] || (f->kind == NET_MASK && f->dim[0] != 1) ||
      (f->kind == NET_BOXES && f->dim[1] != 5) || (f->kind == NET_POINTS && f->dim[1] != 2))
    return fail(err, "data %s: field `%s` has a shape that its kind cannot have", d->name, f->name);
  if (is_picture(f->kind) && field_channels(f) != 1 && field_channels(f) != CHANNELS)
    return fail(err, "data %s: field `%s` has %d channels; pictures have 1 (grey) or 3 (RGB)", d->name, f->name,
                field_channels(f));
  return 0;
}

/* A list for channels in a block with grey pictures would be silently cut. */
static int normalize_check(const struct recipe *r, char err[512]) {
  for (int i = 0; i < r->prepare.count; i++)
    for (int f = 0; f < r->data->fields; f++)
      if (r->prepare.step[i].kind == STEP_NORMALIZE && r->prepare.step[i].number[6] == CHANNELS &&
          is_picture(r->data->field[f].kind) && field_channels(&r->data->field[f]) == 1)
        return fail(err, "data %s: normalize has a list for 3 channels, but field `%s` has 1; write one number",
                    r->data->name, r->data->field[f].name);
  return 0;
}

/* Windows are of pictures, and a mosaic's are moved: a mask that is only the middle does not know what comes in. */
static int mix_check(const struct recipe *r, char err[512]) {
  const struct net_data *d = r->data;
  int picture = field_of_picture(d), height, width, full_height, full_width;
  for (int i = 0; i < r->augment.count; i++) {
    enum step_kind kind = r->augment.step[i].kind;
    const char *name = d->augment[i].name;
    if ((kind == STEP_CUTMIX || kind == STEP_MOSAIC) && picture < 0)
      return fail(err, "data %s, augment: %s puts parts of pictures together, and there are none", d->name, name);
    for (int f = 0; kind == STEP_MOSAIC && f < d->fields; f++) {
      field_size(&d->field[f], &height, &width);
      field_size(&d->field[picture], &full_height, &full_width);
      if (height && (height != full_height || width != full_width))
        return fail(err, "data %s, augment: mosaic wants field `%s` as large as `%s`", d->name, d->field[f].name,
                    d->field[picture].name);
    }
  }
  return 0;
}

int recipe_read(struct recipe *r, const struct net_data *d, char err[512]) {
  char why[512];
  *r = (struct recipe){.data = d};
  for (int f = 0; f < d->fields; f++)
    if (field_check(&d->field[f], d, err))
      return -1;
  if (steps_read(&r->prepare, d->prepare, d->prepares, 1, why))
    return fail(err, "data %s, prepare: %.400s", d->name, why);
  if (steps_read(&r->augment, d->augment, d->augments, 0, why))
    return fail(err, "data %s, augment: %.400s", d->name, why);
  for (int i = 0; i < r->prepare.count; i++)
    r->resizes |= r->prepare.step[i].kind <= STEP_LETTERBOX;
  r->recolours = colour_any(&r->augment);
  for (int i = 0; i < r->augment.count; i++)
    if (r->augment.step[i].kind == STEP_ELASTIC && field_of(d, NET_BOXES) >= 0)
      return fail(err, "data %s, augment: elastic bends what is in the boxes of field `%s`, which stay straight",
                  d->name, d->field[field_of(d, NET_BOXES)].name);
  return mix_check(r, err) || normalize_check(r, err) ? -1 : 0;
}

int cells_prepare(const struct recipe *r, struct cell *cell, char err[512]) {
  int image = field_of_picture(r->data);
  for (int f = 0; f < r->data->fields; f++)
    if ((r->data->field[f].kind == NET_BOXES || r->data->field[f].kind == NET_POINTS) && image >= 0) {
      cell[f].height = cell[image].height;
      cell[f].width = cell[image].width;
    }
  for (int f = 0; f < r->data->fields; f++)
    for (int i = 0; i < r->prepare.count; i++)
      if (fixed_apply(&r->prepare.step[i], r->data->field[f].kind, &cell[f], NULL))
        return fail(err, "out of memory while preparing a sample");
  return 0;
}

void value_steps(const struct recipe *r, float factor[3], float offset[3]) {
  for (int c = 0; c < CHANNELS; c++) {
    double a = 1, b = 0;
    for (int i = 0; i < r->prepare.count; i++) {
      const struct step *s = &r->prepare.step[i];
      const float *n = s->number;
      if (s->kind == STEP_SCALE)
        a *= n[0], b = b * n[0] + n[1];
      else if (s->kind == STEP_NORMALIZE)
        a /= n[3 + c], b = (b - n[c]) / n[3 + c];
    }
    factor[c] = (float)a;
    offset[c] = (float)b;
  }
}

int cell_fits(const struct recipe *r, int field, const struct cell *c, const struct warp *w) {
  const struct net_field *f = &r->data->field[field];
  int height, width;
  field_size(f, &height, &width);
  return !is_spatial(f->kind) ||
         (w->height == height && w->width == width && (!is_picture(f->kind) || c->channels == field_planes(f)));
}

int cell_misfit(const struct recipe *r, int field, const struct cell *c, const struct warp *w, const char *where,
                char err[512]) {
  const struct net_field *f = &r->data->field[field];
  int recut = w->height != c->height || w->width != c->width;
  const char *after = recut ? " after augment" : r->resizes ? " after prepare" : "";
  int height, width;
  char size[48];
  field_size(f, &height, &width);
  if (is_picture(f->kind) && c->channels != field_planes(f))
    return fail(err, "%.200s has %d channel%s, but field `%s` is [%d, %d, %d]", where, c->channels,
                c->channels == 1 ? "" : "s", f->name, field_planes(f), height, width);
  snprintf(size, sizeof size, height == width ? "%d" : "[%d, %d]", height, width);
  return fail(err,
              "%.200s is %d high and %d wide%s, but field `%s` is %d high and %d wide; write `prepare: "
              "resize(%s)`",
              where, w->height, w->width, after, f->name, height, width, size);
}

static int image_write_floats(const struct recipe *r, int field, const struct cell *c, const struct warp *w,
                              const struct chance *chance, float *out, char err[512]) {
  float factor[CHANNELS], offset[CHANNELS];
  size_t size = (size_t)w->height * w->width;
  int channels = field_channels(&r->data->field[field]);
  value_steps(r, factor, offset);
  if (!w->moved && !(chance && r->recolours)) {
    for (int k = 0; k < c->channels; k++)
      for (size_t i = 0; i < size; i++)
        out[k * size + i] = (float)c->bytes[k * size + i] * factor[k % channels] + offset[k % channels];
    return 0;
  }
  if (w->moved && warp_image(w, c, out))
    return fail(err, "out of memory while augmenting");
  if (!w->moved)
    for (size_t i = 0; i < c->channels * size; i++)
      out[i] = c->bytes[i];
  if (chance && r->recolours) {
    float *scratch = malloc(channels * size * sizeof *scratch);
    if (!scratch)
      return fail(err, "out of memory while augmenting");
    for (int k = 0; k < c->channels; k += channels)
      colour_apply(&r->augment, chance, (struct colour_place){field, k / channels}, channels, w->height, w->width,
                   out + k * size, scratch);
    free(scratch);
  }
  for (int k = 0; k < c->channels; k++)
    for (size_t i = 0; i < size; i++)
      out[k * size + i] = out[k * size + i] * factor[k % channels] + offset[k % channels];
  return 0;
}

/* The bytes are moved into the front of out, then spread to four bytes each from the end. */
static void mask_write(const struct net_field *f, const struct cell *c, const struct warp *w, void *out) {
  size_t size = (size_t)w->height * w->width;
  unsigned char *bytes = out;
  if (w->moved)
    warp_mask(w, c, bytes);
  else
    memcpy(bytes, c->bytes, size);
  for (size_t i = size; i-- > 0;) {
    int v = bytes[i];
    if (f->kind == NET_MASK)
      memcpy(bytes + 4 * i, &(float){(float)v}, 4);
    else
      memcpy(bytes + 4 * i, &(int32_t){v}, 4);
  }
}

static int boxes_write(const struct net_field *f, const struct cell *c, const struct warp *w, float *out,
                       char err[512]) {
  int rows = (int)f->dim[0], kept = c->boxes;
  float *moved = malloc((size_t)(c->boxes + 1) * 5 * sizeof *moved);
  if (!moved)
    return fail(err, "out of memory while augmenting");
  if (w->moved)
    kept = warp_boxes(w, c->box, c->boxes, moved);
  else if (kept)
    memcpy(moved, c->box, (size_t)kept * 5 * sizeof *moved);
  memset(out, 0, (size_t)rows * 5 * sizeof *out);
  for (int i = 0; i < rows; i++)
    if (i < kept)
      memcpy(out + 5 * i, moved + 5 * i, 5 * sizeof *out);
    else
      out[5 * i] = -1;
  free(moved);
  return 0;
}

int cell_write(const struct recipe *r, int field, const struct cell *c, const struct warp *w,
               const struct chance *chance, void *out, char err[512]) {
  const struct net_field *f = &r->data->field[field];
  switch (f->kind) {
  case NET_IMAGE:
  case NET_CLIP:
    return image_write_floats(r, field, c, w, chance, out, err);
  case NET_MASK:
  case NET_CLASS_MASK:
    mask_write(f, c, w, out);
    return 0;
  case NET_BOXES:
    return boxes_write(f, c, w, out, err);
  case NET_POINTS:
    if (w->moved)
      warp_points(w, c->point, c->points, out);
    else
      memcpy(out, c->point, (size_t)c->points * 2 * sizeof *c->point);
    return 0;
  case NET_CLASS:
    *(int32_t *)out = c->label;
    return 0;
  case NET_VALUE:
    if (data_field_size(f) == (int64_t)c->values * (int64_t)sizeof *c->value) {
      memcpy(out, c->value, (size_t)c->values * sizeof *c->value);
      return 0;
    }
    /* fall through */
  default:
    return fail(err, "data %s: no source gives field `%s`", r->data->name, f->name);
  }
}
