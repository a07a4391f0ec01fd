/* Geometry by one map m, affine unless a picture is bent, from the result to the source, pixel edges at whole numbers:
   the pixel (x, y) of the result has its centre at (x + 0.5, y + 0.5) and is read at m of it.

   The map is put together from the last step's point of view backwards: a step that takes place p of the picture so far
   to place q turns m into m after (q -> p). So a sample is resampled once however many steps there are, and stays
   sharp. */
#include "augment/warp.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static float pick(float u, double low, double high) {
  return (float)(low + u * (high - low));
}

/* m after "x' -> centre + a (x' - centre)", a being [a0 a1; a2 a3]. */
static void about_centre(struct warp *w, double a0, double a1, double a2, double a3) {
  double x = w->width / 2.0, y = w->height / 2.0;
  map_compose(w->map, (double[6]){a0, a1, x - a0 * x - a1 * y, a2, a3, y - a2 * x - a3 * y});
}

static void crop_pick(struct warp *w, const struct step *s, const float *u) {
  int pad = (int)s->number[0], room_x = w->width + 2 * pad - s->width, room_y = w->height + 2 * pad - s->height;
  double left = room_x > 0 ? floor(u[0] * (room_x + 1)) : floor(room_x / 2.0);
  double top = room_y > 0 ? floor(u[1] * (room_y + 1)) : floor(room_y / 2.0);
  map_compose(w->map, (double[6]){1, 0, left - pad, 0, 1, top - pad});
  w->height = s->height;
  w->width = s->width;
}

/* A window of random area and aspect; cut to what the picture has if it is larger. */
static void resized_crop_pick(struct warp *w, const struct step *s, const float *u) {
  double area = pick(u[0], s->number[0], s->number[1]) * w->height * w->width;
  double ratio = exp(pick(u[1], log(s->number[2]), log(s->number[3])));
  double width = fmin(w->width, sqrt(area * ratio)), height = fmin(w->height, sqrt(area / ratio));
  double left = u[2] * (w->width - width), top = u[3] * (w->height - height);
  map_compose(w->map, (double[6]){width / s->width, 0, left, 0, height / s->height, top});
  w->height = s->height;
  w->width = s->width;
}

static void step_pick(struct warp *w, const struct step *s, const float *u) {
  switch (s->kind) {
  case STEP_RANDOM_CROP:
    crop_pick(w, s, u);
    break;
  case STEP_RANDOM_RESIZED_CROP:
    resized_crop_pick(w, s, u);
    break;
  case STEP_FLIP:
    about_centre(w, u[0] < s->number[0] ? -1 : 1, 0, 0, u[1] < s->number[1] ? -1 : 1);
    break;
  case STEP_ROTATE: {
    double a = pick(u[0], -s->number[0], s->number[0]) * M_PI / 180;
    about_centre(w, cos(a), -sin(a), sin(a), cos(a));
    break;
  }
  case STEP_SHIFT: {
    double x = pick(u[0], -s->number[1], s->number[1]) * w->width;
    double y = pick(u[1], -s->number[0], s->number[0]) * w->height;
    map_compose(w->map, (double[6]){1, 0, -x, 0, 1, -y});
    break;
  }
  case STEP_SHEAR:
    about_centre(w, 1, tan(pick(u[0], -s->number[0], s->number[0]) * M_PI / 180), 0, 1);
    break;
  case STEP_ZOOM: {
    double f = pick(u[0], s->number[0], s->number[1]);
    about_centre(w, 1 / f, 0, 0, 1 / f);
    break;
  }
  default:
    return;
  }
}

struct warp warp_still(int height, int width) {
  return (struct warp){{1, 0, 0, 0, 1, 0}, height, width, {FILL_NEAREST, 0}, 0, NULL, {1, 0, 0, 0, 1, 0}};
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
    if (s->kind > STEP_ZOOM)
      continue;
    float u[4];
    nrt_uniform(u, 0, 4, chance->seed, chance->epoch, chance->position, SITE_STEP + i);
    if (s->kind == STEP_ELASTIC && bend_pick(w, s, chance, i))
      return -1;
    step_pick(w, s, u);
    /* one fill for the one map: the last that is written, else a padding crop's, else nearest */
    int pads = s->kind == STEP_RANDOM_CROP && s->number[0] > 0;
    if (s->fill_given || (pads && !said))
      w->fill = s->fill;
    said |= s->fill_given;
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

/* The value at whole coordinates, filled outside. */
static float value_at(const struct fill *f, const unsigned char *plane, int width, int height, int x, int y) {
  x = fill_index(f, x, width);
  y = fill_index(f, y, height);
  return x < 0 || y < 0 ? f->value : plane[(size_t)y * width + x];
}

static void map_apply(const double m[6], double *x, double *y) {
  double u = m[0] * *x + m[1] * *y + m[2];
  *y = m[3] * *x + m[4] * *y + m[5];
  *x = u;
}

/* Where the result's pixel (x, y) is read: (u, v) with pixel edges at whole numbers. Far outside it is drawn nearer, so
   that it fits an int: there every fill but wrap has long settled, and no step wraps so far. */
struct spot {
  float u, v;
};
static struct spot spot_at(const struct warp *w, int x, int y, int width, int height) {
  double px = x + 0.5, py = y + 0.5;
  map_apply(w->map, &px, &py);
  if (w->bend) {
    bend_at(w->bend, &px, &py);
    map_apply(w->before, &px, &py);
  }
  float u = (float)px, v = (float)py;
  float far_u = 4 * (float)width, far_v = 4 * (float)height;
  u = u < -far_u ? -far_u : u > far_u ? far_u : u;
  v = v < -far_v ? -far_v : v > far_v ? far_v : v;
  return (struct spot){u, v};
}

static int whole_below(float v) { /* floor, without a call where the machine has no instruction for it */
  int i = (int)v;
  return i - (v < (float)i);
}

static float mix(float v00, float v01, float v10, float v11, float a, float b) {
  float top = v00 + a * (v01 - v00), bottom = v10 + a * (v11 - v10);
  return top + b * (bottom - top);
}

/* The four pixels around (u, v), filled where they lie outside. */
static float mix_border(const struct warp *w, const unsigned char *p, const struct cell *c, int i, int j, float a,
                        float b) {
  int width = c->width, height = c->height;
  return mix(value_at(&w->fill, p, width, height, i, j), value_at(&w->fill, p, width, height, i + 1, j),
             value_at(&w->fill, p, width, height, i, j + 1), value_at(&w->fill, p, width, height, i + 1, j + 1), a, b);
}

void warp_image(const struct warp *w, const struct cell *c, float *out) {
  size_t in_size = (size_t)c->height * c->width, out_size = (size_t)w->height * w->width;
  for (int y = 0; y < w->height; y++)
    for (int x = 0; x < w->width; x++, out++) {
      struct spot s = spot_at(w, x, y, c->width, c->height);
      int i = whole_below(s.u - 0.5f), j = whole_below(s.v - 0.5f);
      float a = s.u - 0.5f - (float)i, b = s.v - 0.5f - (float)j;
      int inside = i >= 0 && j >= 0 && i + 1 < c->width && j + 1 < c->height;
      for (int k = 0; k < c->channels; k++) {
        const unsigned char *p = c->bytes + k * in_size, *q = p + (inside ? (size_t)j * c->width + i : 0);
        out[k * out_size] =
            inside ? mix(q[0], q[1], q[c->width], q[c->width + 1], a, b) : mix_border(w, p, c, i, j, a, b);
      }
    }
}

void warp_mask(const struct warp *w, const struct cell *c, unsigned char *out) {
  for (int y = 0; y < w->height; y++)
    for (int x = 0; x < w->width; x++) {
      struct spot s = spot_at(w, x, y, c->width, c->height);
      int i = fill_index(&w->fill, whole_below(s.u), c->width), j = fill_index(&w->fill, whole_below(s.v), c->height);
      *out++ = i < 0 || j < 0 ? 0 : c->bytes[(size_t)j * c->width + i];
    }
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
    double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;
    for (int k = 0; k < 4; k++) { /* the corners */
      double x = box[k & 1 ? 3 : 1], y = box[k & 2 ? 4 : 2];
      warp_undo(w, &x, &y);
      left = fmin(left, x), right = fmax(right, x), top = fmin(top, y), bottom = fmax(bottom, y);
    }
    double whole = (right - left) * (bottom - top);
    left = fmax(left, 0), top = fmax(top, 0), right = fmin(right, w->width), bottom = fmin(bottom, w->height);
    if (right - left < 1 || bottom - top < 1 || (right - left) * (bottom - top) < 0.1 * whole)
      continue;
    float *to = out + 5 * kept++;
    to[0] = box[0];
    to[1] = (float)left, to[2] = (float)top, to[3] = (float)right, to[4] = (float)bottom;
  }
  return kept;
}
