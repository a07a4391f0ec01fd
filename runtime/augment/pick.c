#include "augment/pick.h"
#include <math.h>
#include <string.h>

static float between(float u, const float range[2]) {
  return (float)(range[0] + u * ((double)range[1] - range[0]));
}

/* The first pixel of a window in a picture of `size`, padded on both sides. */
static float window(float u, int size, int pad, int wanted) {
  int room = size + 2 * pad - wanted;
  return (float)((room > 0 ? floor(u * (room + 1)) : floor(room / 2.0)) - pad);
}

/* A window of random area and aspect; cut to what the picture has if it is larger. */
static void resized_crop_draw(const struct step *s, const float *u, int height, int width, float *n) {
  double area = (double)between(u[0], s->number) * height * width;
  double ratio = exp(log(s->number[2]) + u[1] * (log(s->number[3]) - log(s->number[2])));
  n[2] = (float)fmin(width, sqrt(area * ratio)), n[3] = (float)fmin(height, sqrt(area / ratio));
  n[0] = u[2] * ((float)width - n[2]), n[1] = u[3] * ((float)height - n[3]);
}

static void erasing_draw(const struct step *s, const float *u, int height, int width, float *n) {
  resized_crop_draw(s, u, height, width, n);
  n[2] = fmaxf(1, rintf(n[2])), n[3] = fmaxf(1, rintf(n[3]));
  n[0] = window(u[2], width, 0, (int)n[2]), n[1] = window(u[3], height, 0, (int)n[3]);
}

/* As Keras: one of a list, to either side; whole pixels, fewer than a whole number; or a share or pixels in between. */
static float move_draw(const struct choices *m, float u, float side, int size) {
  float sign = side < 0.5f ? -1 : 1, largest = m->of[0];
  for (int i = 1; i < m->count; i++)
    largest = fmaxf(largest, m->of[i]);
  if (m->count)
    return sign * m->of[(int)(u * (float)m->count)] * (largest < 1 ? (float)size : 1);
  if (m->below >= 1 && m->below == floorf(m->below))
    return sign * floorf(u * m->below);
  return (2 * u - 1) * m->below * (m->below < 1 ? (float)size : 1);
}

int step_draw(const struct step *s, const struct chance *chance, int place, int height, int width, float n[DRAWN]) {
  float u[8];
  const float *v = s->number;
  nrt_uniform(u, 0, 8, chance->seed, chance->epoch, chance->position, SITE_STEP + place);
  memcpy(n, v, DRAWN * sizeof *n);
  switch (s->kind) {
  case STEP_RANDOM_CROP:
    n[0] = window(u[0], width, (int)v[0], s->width), n[1] = window(u[1], height, (int)v[0], s->height);
    break;
  case STEP_CUTOUT: /* its centre lies anywhere */
    n[0] = (float)((int)(u[0] * (float)width) - s->width / 2);
    n[1] = (float)((int)(u[1] * (float)height) - s->height / 2);
    break;
  case STEP_RANDOM_RESIZED_CROP:
    resized_crop_draw(s, u, height, width, n);
    break;
  case STEP_RANDOM_ERASING:
    erasing_draw(s, u, height, width, n);
    break;
  case STEP_FLIP:
    n[0] = u[0] < v[0] ? -1 : 1, n[1] = u[1] < v[1] ? -1 : 1;
    break;
  case STEP_SHIFT:
    n[0] = move_draw(&s->move[1], u[0], u[2], width), n[1] = move_draw(&s->move[0], u[1], u[3], height);
    break;
  case STEP_ZOOM:
    n[0] = between(u[0], v), n[1] = between(u[1], v);
    break;
  case STEP_AFFINE:
    n[0] = between(u[0], v), n[3] = between(u[3], v + 2);
    n[1] = (2 * u[1] - 1) * v[4] * (float)width, n[2] = (2 * u[2] - 1) * v[5] * (float)height;
    n[4] = between(u[4], v + 6), n[5] = between(u[5], v + 8);
    break;
  case STEP_COLOR_JITTER:
    for (int i = 0; i < 4; i++)
      n[i] = between(u[i], v + 2 * i);
    break;
  case STEP_GAUSSIAN_BLUR:
    n[1] = between(u[0], v + 1);
    break;
  case STEP_ROTATE:
  case STEP_SHEAR:
  case STEP_BRIGHTNESS:
  case STEP_CONTRAST:
  case STEP_SATURATION:
  case STEP_HUE:
  case STEP_CHANNEL_SHIFT:
    n[0] = between(u[0], v);
    break;
  default:
    break;
  }
  return u[7] < s->p;
}
