/* Brightness, contrast, saturation and hue as torchvision's ColorJitter (in the order written, where that shuffles);
   noise, channel shift and cutout. Grey pictures have no saturation and no hue, and are left as they are. */
#include "augment/colour.h"
#include <math.h>

struct planes {
  int channels, height, width;
  size_t size;
  float *v;
};

static float within(float v) {
  return v < 0 ? 0 : v > 255 ? 255 : v;
}

static float grey_at(const struct planes *p, size_t i) {
  const float *v = p->v + i;
  return p->channels == 3 ? 0.299f * v[0] + 0.587f * v[p->size] + 0.114f * v[2 * p->size] : *v;
}

static float factor(float u, float fraction) {
  float low = fraction < 1 ? 1 - fraction : 0;
  return low + u * (1 + fraction - low);
}

static void brightness(const struct planes *p, float f) {
  for (size_t i = 0; i < p->channels * p->size; i++)
    p->v[i] = within(p->v[i] * f);
}

static void contrast(const struct planes *p, float f) {
  double sum = 0;
  for (size_t i = 0; i < p->size; i++)
    sum += grey_at(p, i);
  float mean = (float)(sum / (double)p->size);
  for (size_t i = 0; i < p->channels * p->size; i++)
    p->v[i] = within(mean + f * (p->v[i] - mean));
}

static void saturation(const struct planes *p, float f) {
  for (size_t i = 0; p->channels == 3 && i < p->size; i++) {
    float grey = grey_at(p, i);
    for (int c = 0; c < 3; c++)
      p->v[c * p->size + i] = within(grey + f * (p->v[c * p->size + i] - grey));
  }
}

/* Turns the colour circle by `turn` of it. A colour is its largest value, its spread, and where it lies between the
   corners. */
static void hue(const struct planes *p, float turn) {
  for (size_t i = 0; p->channels == 3 && i < p->size; i++) {
    float *r = p->v + i, *g = r + p->size, *b = g + p->size;
    float high = fmaxf(*r, fmaxf(*g, *b)), spread = high - fminf(*r, fminf(*g, *b));
    if (spread <= 0)
      continue;
    float h = high == *r ? (*g - *b) / spread : high == *g ? 2 + (*b - *r) / spread : 4 + (*r - *g) / spread;
    float *channel[3] = {r, g, b};
    static const float corner[3] = {5, 3, 1};
    for (int c = 0; c < 3; c++) {
      float k = fmodf(corner[c] + h + 6 * turn + 12, 6), near = fminf(k, 4 - k);
      *channel[c] = high - spread * (near < 0 ? 0 : near > 1 ? 1 : near);
    }
  }
}

static void channel_shift(const struct planes *p, float amount, const float *u) {
  for (int c = 0; c < p->channels; c++)
    for (size_t i = 0; i < p->size; i++)
      p->v[c * p->size + i] = within(p->v[c * p->size + i] + 255 * amount * (2 * u[c] - 1));
}

/* A square whose centre lies anywhere; what of it is outside is lost. */
static void cutout(const struct planes *p, const struct step *s, const float *u) {
  int left = (int)(u[0] * (float)p->width) - s->width / 2, top = (int)(u[1] * (float)p->height) - s->height / 2;
  for (int c = 0; c < p->channels; c++)
    for (int y = top < 0 ? 0 : top; y < top + s->height && y < p->height; y++)
      for (int x = left < 0 ? 0 : left; x < left + s->width && x < p->width; x++)
        p->v[c * p->size + (size_t)y * p->width + x] = s->fill.value;
}

static void step_apply(const struct planes *p, const struct step *s, const float *u) {
  const float *n = s->number;
  switch (s->kind) {
  case STEP_BRIGHTNESS:
    brightness(p, factor(u[0], n[0]));
    break;
  case STEP_CONTRAST:
    contrast(p, factor(u[0], n[0]));
    break;
  case STEP_SATURATION:
    saturation(p, factor(u[0], n[0]));
    break;
  case STEP_HUE:
    hue(p, n[0] * (2 * u[0] - 1));
    break;
  case STEP_COLOR_JITTER:
    brightness(p, factor(u[0], n[0]));
    contrast(p, factor(u[1], n[1]));
    saturation(p, factor(u[2], n[2]));
    if (n[3] > 0)
      hue(p, n[3] * (2 * u[3] - 1));
    break;
  case STEP_CHANNEL_SHIFT:
    channel_shift(p, n[0], u);
    break;
  case STEP_CUTOUT:
    cutout(p, s, u);
    break;
  default:
    break;
  }
}

int colour_any(const struct steps *augment) {
  for (int i = 0; i < augment->count; i++)
    if (augment->step[i].kind >= STEP_BRIGHTNESS)
      return 1;
  return 0;
}

void colour_apply(const struct steps *augment, const struct chance *chance, struct colour_place place, int channels,
                  int height, int width, float *plane, float *scratch) {
  struct planes p = {channels, height, width, (size_t)height * width, plane};
  int64_t n = (int64_t)(p.size * channels);
  for (int i = 0; i < augment->count; i++) {
    const struct step *s = &augment->step[i];
    if (s->kind < STEP_BRIGHTNESS)
      continue;
    float u[4];
    nrt_uniform(u, 0, 4, chance->seed, chance->epoch, chance->position, SITE_STEP + i);
    step_apply(&p, s, u);
    if (s->kind != STEP_NOISE)
      continue;
    nrt_normal(scratch, place.frame * n, n, chance->seed, chance->epoch, chance->position,
               SITE_PIXELS + 64 * place.field + i);
    for (int64_t k = 0; k < n; k++)
      plane[k] = within(plane[k] + 255 * s->number[0] * scratch[k]);
  }
}
