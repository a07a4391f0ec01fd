/* Brightness, contrast, saturation and hue as torchvision's ColorJitter (in the order written, where that shuffles);
   channel shift as Keras's; areas that are erased. Grey pictures have no saturation and no hue, and are left as they
   are. */
#include "augment/colour.h"
#include <math.h>

static void brightness(const struct planes *p, float f) {
  for (size_t i = 0; i < p->channels * p->size; i++)
    p->v[i] = within(p->v[i] * f);
}

static void contrast(const struct planes *p, float f) {
  double sum = 0;
  for (int y = 0; y < p->height; y++) { /* rows first: the same sum, and exact enough, in floats */
    float row = 0;
    for (int x = 0; x < p->width; x++)
      row += grey_at(p, (size_t)y * p->width + x);
    sum += row;
  }
  float mean = (float)(sum / (double)p->size);
  for (size_t i = 0; i < p->channels * p->size; i++)
    p->v[i] = within(mean + f * (p->v[i] - mean));
}

static void saturation(const struct planes *p, float f) {
  float *r = p->v, *g = r + p->size, *b = g + p->size;
  for (size_t i = 0; p->channels == 3 && i < p->size; i++) {
    float grey = grey_at(p, i);
    r[i] = within(grey + f * (r[i] - grey));
    g[i] = within(grey + f * (g[i] - grey));
    b[i] = within(grey + f * (b[i] - grey));
  }
}

/* How much of a colour's spread is missing in the channel that is full at `corner`, at place h of the circle; both in
   sixths. */
static inline float missing(float corner, float h) {
  float k = corner + h, near;
  k -= k >= 12 ? 12 : k >= 6 ? 6 : 0;
  near = k < 4 - k ? k : 4 - k;
  near = near < 0 ? 0 : near;
  return near > 1 ? 1 : near;
}

/* Turns the colour circle by `turn` of it. A colour is its largest value, its spread, and where it lies between the
   corners: from 0 to 6, before turning from -1 to 5. */
static void hue(const struct planes *p, float turn) {
  float *r = p->v, *g = r + p->size, *b = g + p->size, by = 6 * (turn - floorf(turn)) + 1;
  for (size_t i = 0; p->channels == 3 && i < p->size; i++) {
    float x = r[i], y = g[i], z = b[i], high = x > y ? x : y, low = x < y ? x : y;
    high = high > z ? high : z, low = low < z ? low : z;
    float spread = high - low, per = 1 / (spread > 0 ? spread : 1);
    float in_red = (y - z) * per, in_green = 2 + (z - x) * per, in_blue = 4 + (x - y) * per;
    float h = (high == x ? in_red : high == y ? in_green : in_blue) + by;
    r[i] = high - spread * missing(4, h);
    g[i] = high - spread * missing(2, h);
    b[i] = high - spread * missing(0, h);
  }
}

/* The same amount for all channels, within what values the picture has, as Keras does. */
static void channel_shift(const struct planes *p, float amount) {
  float low = p->v[0], high = p->v[0];
  for (size_t i = 0; i < p->channels * p->size; i++) {
    low = p->v[i] < low ? p->v[i] : low;
    high = p->v[i] > high ? p->v[i] : high;
  }
  for (size_t i = 0; i < p->channels * p->size; i++) {
    float v = p->v[i] + amount;
    v = v < low ? low : v;
    p->v[i] = v > high ? high : v;
  }
}

static void erase(const struct planes *p, int left, int top, int width, int height, float value) {
  int right = left + width < p->width ? left + width : p->width;
  int bottom = top + height < p->height ? top + height : p->height;
  for (int c = 0; c < p->channels; c++)
    for (int y = top < 0 ? 0 : top; y < bottom; y++)
      for (int x = left < 0 ? 0 : left; x < right; x++)
        p->v[c * p->size + (size_t)y * p->width + x] = value;
}

void colour_step(const struct planes *p, const struct step *s, const float n[DRAWN]) {
  switch (s->kind) {
  case STEP_BRIGHTNESS:
    brightness(p, n[0]);
    break;
  case STEP_CONTRAST:
    contrast(p, n[0]);
    break;
  case STEP_SATURATION:
    saturation(p, n[0]);
    break;
  case STEP_HUE:
    hue(p, n[0]);
    break;
  case STEP_COLOR_JITTER:
    brightness(p, n[0]);
    contrast(p, n[1]);
    saturation(p, n[2]);
    if (n[3] != 0)
      hue(p, n[3]);
    break;
  case STEP_GRAYSCALE:
    tone_grayscale(p);
    break;
  case STEP_CHANNEL_SHIFT:
    channel_shift(p, n[0]);
    break;
  case STEP_AUTOCONTRAST:
    tone_autocontrast(p);
    break;
  case STEP_EQUALIZE:
    tone_equalize(p);
    break;
  case STEP_POSTERIZE:
    tone_posterize(p, (int)n[0]);
    break;
  case STEP_SOLARIZE:
    tone_solarize(p, n[0]);
    break;
  case STEP_INVERT:
    tone_solarize(p, 0);
    break;
  case STEP_SHARPNESS:
    tone_sharpness(p, n[0]);
    break;
  case STEP_GAUSSIAN_BLUR:
    tone_blur(p, (int)n[0], n[1]);
    break;
  case STEP_CUTOUT: /* what of it is outside is lost */
    erase(p, (int)n[0], (int)n[1], s->width, s->height, s->fill.value);
    break;
  case STEP_RANDOM_ERASING:
    erase(p, (int)n[0], (int)n[1], (int)n[2], (int)n[3], s->fill.value);
    break;
  default:
    break;
  }
}

static int is_colour(const struct step *s) {
  return s->kind >= STEP_BRIGHTNESS && s->kind <= STEP_RANDOM_ERASING;
}

int colour_any(const struct steps *augment) {
  for (int i = 0; i < augment->count; i++)
    if (is_colour(&augment->step[i]))
      return 1;
  return 0;
}

void colour_apply(const struct steps *augment, const struct chance *chance, struct colour_place place, int channels,
                  int height, int width, float *plane, float *scratch) {
  struct planes p = {channels, height, width, (size_t)height * width, plane, scratch};
  int64_t values = (int64_t)(p.size * channels);
  for (int i = 0; i < augment->count; i++) {
    const struct step *s = &augment->step[i];
    float n[DRAWN];
    if (!is_colour(s) || !step_draw(s, chance, i, height, width, n))
      continue;
    if (s->kind == STEP_NOISE)
      noise_add(plane, values, 255 * n[0], chance, SITE_PIXELS + 64 * place.field + i, place.frame * values);
    else
      colour_step(&p, s, n);
  }
}
