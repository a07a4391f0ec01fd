/* Geometry by one map m, affine unless a picture is bent, from the result to the source, pixel edges at whole numbers:
   the pixel (x, y) of the result has its centre at (x + 0.5, y + 0.5) and is read at m of it.

   The map is put together from the last step's point of view backwards: a step that takes place p of the picture so far
   to place q turns m into m after (q -> p). So a sample is resampled once however many steps there are, and stays
   sharp. Rotate, shift, shear and zoom, written in this order, are Keras's apply_affine_transform: its matrices, about
   the centre of the picture, with its signs. */
#include "augment/warp.h"
#include "augment/seen.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double radians(double degrees) {
  return degrees * M_PI / 180;
}

/* m after "x' -> centre + a (x' - centre)", a being [a0 a1; a2 a3]. */
static void about_centre(struct warp *w, double a0, double a1, double a2, double a3) {
  double x = w->width / 2.0, y = w->height / 2.0;
  map_compose(w->map, (double[6]){a0, a1, x - a0 * x - a1 * y, a2, a3, y - a2 * x - a3 * y});
}

static void move(struct warp *w, double x, double y) {
  map_compose(w->map, (double[6]){1, 0, x, 0, 1, y});
}

/* torchvision's: about the centre by scale times rotation times shear, then moved; this is the way back. */
static void affine(struct warp *w, const float *n) {
  double turn = radians(n[0]), x = radians(n[4]), y = radians(n[5]), s = 1 / n[3];
  double a = cos(turn - y) / cos(y), b = -cos(turn - y) * tan(x) / cos(y) - sin(turn);
  double c = sin(turn - y) / cos(y), d = -sin(turn - y) * tan(x) / cos(y) + cos(turn);
  about_centre(w, s * d, -s * b, -s * c, s * a);
  move(w, -n[1], -n[2]);
}

static void cut(struct warp *w, const struct step *s, double left, double top, double width, double height) {
  map_compose(w->map, (double[6]){width / s->width, 0, left, 0, height / s->height, top});
  w->height = s->height;
  w->width = s->width;
}

void warp_step(struct warp *w, const struct step *s, const float n[DRAWN]) {
  double a = radians(n[0]);
  switch (s->kind) {
  case STEP_RANDOM_CROP:
    cut(w, s, n[0], n[1], s->width, s->height);
    break;
  case STEP_RANDOM_RESIZED_CROP:
    cut(w, s, n[0], n[1], n[2], n[3]);
    w->smooth = 1;
    break;
  case STEP_FLIP:
    about_centre(w, n[0], 0, 0, n[1]);
    break;
  case STEP_ROTATE:
    about_centre(w, cos(a), -sin(a), sin(a), cos(a));
    break;
  case STEP_SHIFT:
    move(w, n[0], n[1]);
    break;
  case STEP_SHEAR:
    about_centre(w, 1, -sin(a), 0, cos(a));
    break;
  case STEP_ZOOM:
    about_centre(w, n[0], 0, 0, n[1]);
    break;
  case STEP_AFFINE:
    affine(w, n);
    break;
  default:
    break;
  }
}

struct warp warp_still(int height, int width) {
  return (struct warp){.map = {1, 0, 0, 0, 1, 0}, .height = height, .width = width, .order = 1};
}

/* What the map was so far lies before the bend; a new one begins. */
static int bend_pick(struct warp *w, const struct step *s, const struct chance *chance, int place) {
  if (s->number[0] == 0)
    return 0;
  w->bend = bend_new(w->height, w->width, s->number[0], s->number[1], chance, SITE_BEND + place);
  memcpy(w->before, w->map, sizeof w->before);
  memcpy(w->map, (double[6]){1, 0, 0, 0, 1, 0}, sizeof w->map);
  return w->bend ? 0 : -1;
}

int warp_pick(struct warp *w, const struct steps *augment, const struct chance *chance, int height, int width) {
  *w = warp_still(height, width);
  int said = 0;
  for (int i = 0; i < augment->count; i++) {
    const struct step *s = &augment->step[i];
    float n[DRAWN];
    if (s->kind > STEP_AFFINE || !step_draw(s, chance, i, w->height, w->width, n))
      continue;
    if (s->kind == STEP_ELASTIC && bend_pick(w, s, chance, i))
      return -1;
    warp_step(w, s, n);
    /* one fill for the one map: the last that is written, else that of a step which differs from nearest */
    int pads = s->kind == STEP_AFFINE || (s->kind == STEP_RANDOM_CROP && s->number[0] > 0);
    if (s->fill_given || (pads && !said))
      w->fill = s->fill;
    said |= s->fill_given;
    if (s->order_given)
      w->order = s->order;
  }
  const double *m = w->map;
  w->moved = w->height != height || w->width != width || w->bend || m[0] != 1 || m[1] != 0 || m[2] != 0 ||
             m[3] != 0 || m[4] != 1 || m[5] != 0;
  return 0;
}

void warp_clear(struct warp *w) {
  free(w->bend);
  w->bend = NULL;
}

void warp_center(struct warp *w, int height, int width) {
  map_compose(w->map, (double[6]){1, 0, (w->width - width) / 2, 0, 1, (w->height - height) / 2}); /* whole pixels */
  w->height = height;
  w->width = width;
  w->moved = 1;
}

static void map_undo(const double m[6], double *x, double *y) {
  double det = m[0] * m[4] - m[1] * m[3], u = *x - m[2], v = *y - m[5];
  *x = (m[4] * u - m[1] * v) / det;
  *y = (m[0] * v - m[3] * u) / det;
}

/* Where (x, y) of the source lies in the result. */
static void warp_undo(const struct warp *w, double *x, double *y) {
  if (w->bend) {
    map_undo(w->before, x, y);
    bend_back(w->bend, x, y);
  }
  map_undo(w->map, x, y);
}

void warp_points(const struct warp *w, const float *point, int points, float *out) {
  for (int i = 0; i < 2 * points; i += 2) {
    double x = point[i], y = point[i + 1];
    warp_undo(w, &x, &y);
    out[i] = (float)x, out[i + 1] = (float)y;
  }
}

int warp_boxes(const struct warp *w, const float *box, int boxes, float *out) {
  int kept = 0;
  for (int i = 0; i < boxes; i++, box += 5) {
    struct rect r = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (int k = 0; k < 4; k++) { /* the corners */
      double x = box[k & 1 ? 3 : 1], y = box[k & 2 ? 4 : 2];
      warp_undo(w, &x, &y);
      r.left = fmin(r.left, x), r.right = fmax(r.right, x), r.top = fmin(r.top, y), r.bottom = fmax(r.bottom, y);
    }
    if (!seen_within(&r, (struct rect){0, 0, w->width, w->height}, SEEN_PIXELS))
      continue;
    float *to = out + 5 * kept++;
    to[0] = box[0];
    to[1] = (float)r.left, to[2] = (float)r.top, to[3] = (float)r.right, to[4] = (float)r.bottom;
  }
  return kept;
}
