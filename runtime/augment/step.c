/* Reads transforms: checks the call against its row, then its numbers against what the transform can do. */
#include "augment/step.h"
#include "base.h"
#include "calls.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 1, FILL = 2, ORDER = 4, CHANCE = 8 }; /* parameters of a common form: size, fill, order, p */

enum form {
  PLAIN,  /* a number from 0 on */
  ANY,    /* a number */
  SPREAD, /* n means [-n, n] */
  FACTOR, /* n means [1 - n, 1 + n], not below 0; a list has no negative numbers */
  RANGE   /* a list [low, high], or one number for both */
};
struct param {
  const char *name;
  enum form form;
};

static const struct row {
  const char *name;
  enum step_kind kind;
  int forms;
  struct param param[5]; /* ends with a name of NULL */
} rows[] = {
    {"resize", STEP_RESIZE, SIZE, {{"crop", PLAIN}}},
    {"crop", STEP_CROP, SIZE, {{0}}},
    {"pad", STEP_PAD, FILL, {{"size", PLAIN}}},
    {"letterbox", STEP_LETTERBOX, SIZE | FILL, {{0}}},
    {"scale", STEP_SCALE, 0, {{"factor", ANY}, {"offset", ANY}}},
    {"normalize", STEP_NORMALIZE, 0, {{0}}},
    {"random_crop", STEP_RANDOM_CROP, SIZE | FILL, {{"pad", PLAIN}}},
    {"random_resized_crop", STEP_RANDOM_RESIZED_CROP, SIZE, {{"area", RANGE}, {"ratio", RANGE}}},
    {"flip", STEP_FLIP, 0, {{"horizontal", PLAIN}, {"vertical", PLAIN}}},
    {"rotate", STEP_ROTATE, FILL | ORDER | CHANCE, {{"degrees", SPREAD}}},
    {"shift", STEP_SHIFT, FILL | ORDER | CHANCE, {{0}}},
    {"shear", STEP_SHEAR, FILL | ORDER | CHANCE, {{"degrees", SPREAD}}},
    {"elastic", STEP_ELASTIC, FILL | ORDER | CHANCE, {{"alpha", PLAIN}, {"sigma", PLAIN}}},
    {"zoom", STEP_ZOOM, FILL | ORDER | CHANCE, {{"fraction", FACTOR}}},
    {"affine", STEP_AFFINE, FILL | ORDER | CHANCE, {{"degrees", SPREAD}, {"scale", RANGE}}},
    {"brightness", STEP_BRIGHTNESS, CHANCE, {{"fraction", FACTOR}}},
    {"contrast", STEP_CONTRAST, CHANCE, {{"fraction", FACTOR}}},
    {"saturation", STEP_SATURATION, CHANCE, {{"fraction", FACTOR}}},
    {"hue", STEP_HUE, CHANCE, {{"fraction", SPREAD}}},
    {"color_jitter",
     STEP_COLOR_JITTER,
     CHANCE,
     {{"brightness", FACTOR}, {"contrast", FACTOR}, {"saturation", FACTOR}, {"hue", SPREAD}}},
    {"grayscale", STEP_GRAYSCALE, CHANCE, {{0}}},
    {"channel_shift", STEP_CHANNEL_SHIFT, CHANCE, {{"amount", SPREAD}}},
    {"autocontrast", STEP_AUTOCONTRAST, CHANCE, {{0}}},
    {"equalize", STEP_EQUALIZE, CHANCE, {{0}}},
    {"posterize", STEP_POSTERIZE, CHANCE, {{"bits", PLAIN}}},
    {"solarize", STEP_SOLARIZE, CHANCE, {{"threshold", PLAIN}}},
    {"invert", STEP_INVERT, CHANCE, {{0}}},
    {"sharpness", STEP_SHARPNESS, CHANCE, {{"factor", PLAIN}}},
    {"gaussian_blur", STEP_GAUSSIAN_BLUR, CHANCE, {{"kernel", PLAIN}, {"sigma", RANGE}}},
    {"noise", STEP_NOISE, CHANCE, {{"std", PLAIN}}},
    {"cutout", STEP_CUTOUT, SIZE | FILL | CHANCE, {{0}}},
    {"random_erasing", STEP_RANDOM_ERASING, FILL | CHANCE, {{"area", RANGE}, {"ratio", RANGE}}},
    {"mixup", STEP_MIXUP, CHANCE, {{"alpha", PLAIN}}},
    {"cutmix", STEP_CUTMIX, CHANCE, {{"alpha", PLAIN}}},
    {"mosaic", STEP_MOSAIC, CHANCE, {{0}}},
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

static int order_read(const struct net_call *c, struct step *s, char err[512]) {
  double v;
  s->order_given = arg_find(c, kind_of(c), "order") != NULL;
  if (arg_nums(c, kind_of(c), "order", &v, 1) != 1 || (v != 0 && v != 1 && v != 3))
    return fail(err, "%s: order is 0 (the nearest pixel), 1 (linear) or 3 (cubic splines)", c->name);
  s->order = (int)v;
  return 0;
}

static int chance_read(const struct net_call *c, struct step *s, char err[512]) {
  double v;
  if (arg_nums(c, kind_of(c), "p", &v, 1) != 1 || !(v >= 0 && v <= 1))
    return fail(err, "%s: p is how often it happens, from 0 to 1", c->name);
  s->p = (float)v;
  return 0;
}

/* Puts one parameter into out: one number, or two of a range. */
static int param_read(const struct net_call *c, const struct param *p, float **out, char err[512]) {
  double v[2];
  int n = arg_nums(c, kind_of(c), p->name, v, p->form < SPREAD ? 1 : 2);
  for (int i = 0; i < n; i++)
    n = isfinite(v[i]) ? n : -1;
  if (n < 1)
    return fail(err, p->form < SPREAD ? "%s: `%s` should be a number" : "%s: `%s` should be a number, or [low, high]",
                c->name, p->name);
  if ((n == 1 || p->form != SPREAD) && p->form != ANY && (v[0] < 0 || (n == 2 && v[1] < 0)))
    return fail(err, "%s: `%s` should not be negative", c->name, p->name);
  if (n == 2 && v[1] < v[0])
    return fail(err, "%s: `%s` is [%g, %g]; a range is [low, high]", c->name, p->name, v[0], v[1]);
  if (n == 1) {
    v[1] = p->form == FACTOR ? 1 + v[0] : v[0];
    v[0] = p->form == FACTOR ? fmax(0, 1 - v[0]) : p->form == SPREAD ? -v[0] : v[0];
  }
  *(*out)++ = (float)v[0];
  if (p->form >= SPREAD)
    *(*out)++ = (float)v[1];
  return 0;
}

/* A list of n numbers, or one number for all. */
static int list_read(const struct net_call *c, const char *param, int n, float *out, char err[512]) {
  double v[4];
  int got = arg_nums(c, kind_of(c), param, v, n);
  if (got != 1 && got != n)
    return fail(err, "%s: `%s` should be a number or a list of %d", c->name, param, n);
  for (int i = 0; i < n; i++)
    out[i] = (float)v[got == 1 ? 0 : i];
  return 0;
}

/* How far shift goes along an axis, by Keras's rules: a list is what to choose from, of shares if all are below 1; a
   number is a share below 1, whole pixels if it is whole, else pixels. */
static int move_read(const struct net_call *c, const char *param, struct choices *m, char err[512]) {
  double v[CHOICES];
  int n = arg_nums(c, kind_of(c), param, v, CHOICES);
  const struct net_arg *a = arg_find(c, kind_of(c), param);
  if (n < 1)
    return fail(err, "%s: `%s` should be a number, or a list of at most %d to choose from", c->name, param, CHOICES);
  *m = (struct choices){.below = (float)v[0]};
  if (a && a->kind == NET_LIST) {
    m->count = n;
    for (int i = 0; i < n; i++)
      m->of[i] = (float)v[i];
  } else if (!(v[0] >= 0)) {
    return fail(err, "%s: `%s` should not be negative", c->name, param);
  } else if (v[0] == 1) {
    return fail(err, "%s: `%s: 1` would stay where it is: whole numbers are pixels, and fewer than so many are drawn",
                c->name, param);
  }
  return 0;
}

static int shift_read(const struct net_call *c, struct step *s, char err[512]) {
  const struct net_arg *both = arg_find(c, kind_of(c), "fraction");
  if (move_read(c, "height", &s->move[0], err) || move_read(c, "width", &s->move[1], err))
    return -1;
  if (!both)
    return s->move[0].count + s->move[1].count > 0 || s->move[0].below + s->move[1].below > 0
               ? 0
               : fail(err, "shift: say how far, shift(0.1) or shift(width: 0.1, height: 4)");
  if (arg_find(c, kind_of(c), "width") || arg_find(c, kind_of(c), "height"))
    return fail(err, "shift: either one share for both, or `width` and `height`");
  float v[2] = {0};
  if (list_read(c, "fraction", 2, v, err))
    return -1;
  s->move[0].below = v[0], s->move[1].below = v[1];
  return v[0] >= 0 && v[1] >= 0 && v[0] < 1 && v[1] < 1
             ? 0
             : fail(err, "shift takes shares from 0 to 1; pixels are written shift(width: 4, height: 4)");
}

/* degrees[2] scale[2] translate x, y, shear[4]; of shear a number or two numbers mean shear along x, as torchvision's */
static int affine_read(const struct net_call *c, struct step *s, char err[512]) {
  double shear[4];
  float *v = s->number;
  int n = arg_nums(c, kind_of(c), "shear", shear, 4);
  if (list_read(c, "translate", 2, v + 4, err))
    return -1;
  if (n == 1)
    shear[1] = fabs(shear[0]), shear[0] = -shear[1];
  if (n < 1 || n == 3)
    return fail(err, "affine: shear is a number of degrees, [low, high], or [low, high, low, high] along x and y");
  for (int i = 0; i < 4; i++)
    v[6 + i] = i < 2 || n == 4 ? (float)shear[i] : 0;
  for (int i = 6; i < 10; i++)
    if (!(fabsf(v[i]) < 90))
      return fail(err, "affine: shear is below 90 degrees");
  if (!(v[4] >= 0 && v[4] <= 1 && v[5] >= 0 && v[5] <= 1))
    return fail(err, "affine: translate is a share of the size, or two: along x and along y");
  return v[2] > 0 ? 0 : fail(err, "affine: scale is a list [low, high] of factors above 0");
}

static int normalize_read(const struct net_call *c, struct step *s, char err[512]) {
  double probe[3];
  float *v = s->number;
  int one = arg_nums(c, kind_of(c), "mean", probe, 3) == 1 && arg_nums(c, kind_of(c), "std", probe, 3) == 1;
  if (list_read(c, "mean", 3, v, err) || list_read(c, "std", 3, v + 3, err))
    return -1;
  v[6] = one ? 1 : 3;
  return v[3] > 0 && v[4] > 0 && v[5] > 0 ? 0 : fail(err, "normalize: std should be above 0");
}

static int special_read(const struct net_call *c, struct step *s, char err[512]) {
  const float *v = s->number;
  switch (s->kind) {
  case STEP_NORMALIZE:
    return normalize_read(c, s, err);
  case STEP_SHIFT:
    return shift_read(c, s, err);
  case STEP_AFFINE:
    return affine_read(c, s, err);
  case STEP_SHEAR:
    return v[0] > -90 && v[1] < 90 ? 0 : fail(err, "shear: the angle is below 90 degrees");
  case STEP_ZOOM:
    return v[0] > 0 ? 0 : fail(err, "zoom takes a share below 1, or factors [low, high] above 0");
  case STEP_RANDOM_RESIZED_CROP:
  case STEP_RANDOM_ERASING:
    return v[0] > 0 && v[1] <= 1 && v[2] > 0
               ? 0
               : fail(err, "%s: area and ratio are lists [low, high] of shares, and of aspects", c->name);
  case STEP_FLIP:
    return v[0] <= 1 && v[1] <= 1 && v[0] + v[1] > 0
               ? 0
               : fail(err, "flip: say how often, flip(horizontal: 0.5) or flip(vertical: 0.5)");
  case STEP_ELASTIC:
    return v[1] > 0 && v[1] <= 1000 ? 0 : fail(err, "elastic: sigma is how far bends reach, in pixels, above 0");
  case STEP_HUE:
  case STEP_COLOR_JITTER:
    v += s->kind == STEP_HUE ? 0 : 6;
    return v[0] >= -0.5f && v[1] <= 0.5f ? 0 : fail(err, "%s: hue turns by a share of at most 0.5", c->name);
  case STEP_MIXUP:
  case STEP_CUTMIX:
    return v[0] > 0 && v[0] <= 1000 ? 0 : fail(err, "%s: alpha is above 0: small ones leave one sample nearly whole", c->name);
  case STEP_POSTERIZE:
    return v[0] >= 1 && v[0] <= 8 && v[0] == floorf(v[0]) ? 0 : fail(err, "posterize keeps 1 to 8 bits");
  case STEP_GAUSSIAN_BLUR:
    return v[0] <= 999 && fmodf(v[0], 2) == 1 && v[1] > 0
               ? 0
               : fail(err, "gaussian_blur: kernel is an odd number of pixels, sigma above 0");
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
  *s = (struct step){.kind = row->kind, .order = 1, .p = 1};
  if ((row->forms & SIZE && size_read(c, s, err)) || (row->forms & FILL && fill_read(c, s, err)) ||
      (row->forms & ORDER && order_read(c, s, err)) || (row->forms & CHANCE && chance_read(c, s, err)))
    return -1;
  float *out = s->number;
  for (const struct param *p = row->param; p->name; p++)
    if (param_read(c, p, &out, err))
      return -1;
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
