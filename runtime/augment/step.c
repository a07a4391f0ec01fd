/* Reads transforms: checks the call against its row, then its numbers against what the transform can do. */
#include "augment/step.h"
#include "base.h"
#include "calls.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 1, SIDES = 2, FILL = 4 }; /* parameters of a common form: size, a pixel count on each side, fill */

static const struct row {
  const char *name;
  enum step_kind kind;
  int forms;
  const char *number[4]; /* parameters that are one number each */
} rows[] = {
    {"resize", STEP_RESIZE, SIZE, {"crop"}},
    {"crop", STEP_CROP, SIZE, {0}},
    {"pad", STEP_PAD, FILL, {"size"}},
    {"letterbox", STEP_LETTERBOX, SIZE | FILL, {0}},
    {"scale", STEP_SCALE, 0, {"factor", "offset"}},
    {"normalize", STEP_NORMALIZE, 0, {0}},
    {"random_crop", STEP_RANDOM_CROP, SIZE | FILL, {"pad"}},
    {"random_resized_crop", STEP_RANDOM_RESIZED_CROP, SIZE, {0}},
    {"flip", STEP_FLIP, 0, {"horizontal", "vertical"}},
    {"rotate", STEP_ROTATE, FILL, {"degrees"}},
    {"shift", STEP_SHIFT, FILL, {0}},
    {"shear", STEP_SHEAR, FILL, {"degrees"}},
    {"elastic", STEP_ELASTIC, FILL, {"alpha", "sigma"}},
    {"zoom", STEP_ZOOM, FILL, {0}},
    {"brightness", STEP_BRIGHTNESS, 0, {"fraction"}},
    {"contrast", STEP_CONTRAST, 0, {"fraction"}},
    {"saturation", STEP_SATURATION, 0, {"fraction"}},
    {"hue", STEP_HUE, 0, {"fraction"}},
    {"color_jitter", STEP_COLOR_JITTER, 0, {"brightness", "contrast", "saturation", "hue"}},
    {"channel_shift", STEP_CHANNEL_SHIFT, 0, {"amount"}},
    {"noise", STEP_NOISE, 0, {"std"}},
    {"cutout", STEP_CUTOUT, SIZE | FILL, {0}},
};

/* prepare: holds transforms, augment: augmentations. */
static enum call_kind kind_of(const struct net_call *c) {
  return call_row(CALL_AUGMENTATION, c->name) ? CALL_AUGMENTATION : CALL_TRANSFORM;
}

static int size_read(const struct net_call *c, struct step *s, char err[512]) {
  double v[2];
  int n = arg_nums(c, kind_of(c), "size", v, 2);
  if (n == 1)
    v[1] = v[0];
  if (n < 1 || !(v[0] >= 1 && v[1] >= 1 && v[0] <= 20000 && v[1] <= 20000) || v[0] != floor(v[0]) ||
      v[1] != floor(v[1]))
    return fail(err, "%s: the size should be a whole number of pixels, or [height, width]", c->name);
  s->height = (int)v[0];
  s->width = (int)v[1];
  return 0;
}

/* A fill by its name and, for constant, its value: nearest, constant(128); also as written in a default. */
static int fill_read(const struct net_call *c, struct step *s, char err[512]) {
  static const char *const name[] = {"nearest", "reflect", "wrap", "constant"};
  const struct net_arg *a = arg_find(c, kind_of(c), "fill");
  char text[64];
  double value = 0;
  s->fill_given = a != NULL;
  if (!a)
    call_default(call_row(kind_of(c), c->name), "fill", text);
  const char *word = !a ? text : a->kind == NET_TEXT ? a->text : a->kind == NET_CALL ? a->call->name : "";
  if (!a && strchr(text, '('))
    value = strtod(strchr(text, '(') + 1, NULL);
  if (a && a->kind == NET_CALL) {
    if (call_check(a->call, CALL_FILL, err))
      return -1;
    if (a->call->count)
      value = arg_num(a->call, CALL_FILL, "value");
  }
  for (int k = 0; k < 4; k++)
    if (!strncmp(word, name[k], strlen(name[k])) && (k == FILL_CONSTANT || !word[strlen(name[k])])) {
      s->fill.mode = k;
      s->fill.value = (float)value;
      return 0;
    }
  return fail(err, "%s: fill is nearest, reflect, wrap or constant(value)", c->name);
}

/* A list of n numbers, or one number for all; for shift, zoom, normalize and the ranges of random_resized_crop. */
static int list_read(const struct net_call *c, const char *param, int n, float *out, char err[512]) {
  double v[3];
  int got = arg_nums(c, kind_of(c), param, v, n);
  if (got != 1 && got != n)
    return fail(err, "%s: `%s` should be a number or a list of %d", c->name, param, n);
  for (int i = 0; i < n; i++)
    out[i] = (float)v[got == 1 ? 0 : i];
  return 0;
}

static int special_read(const struct net_call *c, struct step *s, char err[512]) {
  float *v = s->number;
  switch (s->kind) {
  case STEP_NORMALIZE: {
    double probe[3];
    int one = arg_nums(c, kind_of(c), "mean", probe, 3) == 1 && arg_nums(c, kind_of(c), "std", probe, 3) == 1;
    if (list_read(c, "mean", 3, v, err) || list_read(c, "std", 3, v + 3, err))
      return -1;
    v[6] = one ? 1 : 3;
    return v[3] > 0 && v[4] > 0 && v[5] > 0 ? 0 : fail(err, "normalize: std should be above 0");
  }
  case STEP_SHIFT:
    return list_read(c, "fraction", 2, v, err);
  case STEP_ZOOM: {
    double range[2];
    int n = arg_nums(c, kind_of(c), "fraction", range, 2);
    v[0] = (float)(n == 1 ? 1 - range[0] : range[0]);
    v[1] = (float)(n == 1 ? 1 + range[0] : range[1]);
    return n >= 1 && v[0] > 0 && v[1] >= v[0] ? 0 : fail(err, "zoom takes a share below 1, or factors [low, high]");
  }
  case STEP_RANDOM_RESIZED_CROP:
    if (list_read(c, "area", 2, v, err) || list_read(c, "ratio", 2, v + 2, err))
      return -1;
    return v[0] > 0 && v[1] >= v[0] && v[1] <= 1 && v[2] > 0 && v[3] >= v[2]
               ? 0
               : fail(err, "random_resized_crop: area and ratio are lists [low, high] of shares and of width / height");
  case STEP_FLIP:
    return v[0] >= 0 && v[1] >= 0 && v[0] <= 1 && v[1] <= 1 && v[0] + v[1] > 0
               ? 0
               : fail(err, "flip: say how often, flip(horizontal: 0.5) or flip(vertical: 0.5)");
  case STEP_ELASTIC:
    return v[1] > 0 && v[1] <= 1000 ? 0 : fail(err, "elastic: sigma is how far bends reach, in pixels, above 0");
  case STEP_HUE:
    return v[0] >= 0 && v[0] <= 0.5f ? 0 : fail(err, "hue: the share is from 0 to 0.5");
  default:
    return 0;
  }
}

static int step_read(struct step *s, const struct net_call *c, int prepare, char err[512]) {
  if (call_check(c, kind_of(c), err))
    return -1;
  const struct row *row = NULL;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (!strcmp(rows[i].name, c->name))
      row = &rows[i];
  if (!row)
    return fail(err, "this runtime has no transform `%s`", c->name);
  int fixed = row->kind <= STEP_NORMALIZE;
  if (fixed && !prepare)
    return fail(err, "%s is not random: it belongs in `prepare:`, which holds for evaluation too", c->name);
  if (!fixed && prepare)
    return fail(err, "%s is random: it belongs in `augment:`, which holds while training only", c->name);
  *s = (struct step){.kind = row->kind};
  if ((row->forms & SIZE && size_read(c, s, err)) || (row->forms & FILL && fill_read(c, s, err)))
    return -1;
  for (int k = 0; k < 4 && row->number[k]; k++) {
    double v;
    if (arg_nums(c, kind_of(c), row->number[k], &v, 1) != 1 || !isfinite(v))
      return fail(err, "%s: `%s` should be a number", c->name, row->number[k]);
    if (v < 0 && row->kind != STEP_SCALE)
      return fail(err, "%s: `%s` should not be negative", c->name, row->number[k]);
    s->number[k] = (float)v;
  }
  return special_read(c, s, err);
}

int steps_read(struct steps *s, const struct net_call *call, int count, int prepare, char err[512]) {
  s->count = 0;
  if (count > STEPS)
    return fail(err, "more than %d transforms", STEPS);
  int bends = 0;
  for (int i = 0; i < count; i++, s->count++) {
    if (step_read(&s->step[i], &call[i], prepare, err))
      return -1;
    bends += s->step[i].kind == STEP_ELASTIC;
  }
  if (bends > 1)
    return fail(err, "elastic is given twice: a picture is bent once");
  return 0;
}
