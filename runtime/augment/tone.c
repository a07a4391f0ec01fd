/* Tones and sharpness, each channel for itself, by the formulas of torchvision.transforms.functional. */
#include "augment/colour.h"
#include "augment/smooth.h"
#include <string.h>

void tone_grayscale(const struct planes *p) {
  if (p->channels != 3)
    return;
  for (size_t i = 0; i < p->size; i++)
    p->v[i] = grey_at(p, i);
  memcpy(p->v + p->size, p->v, p->size * sizeof *p->v);
  memcpy(p->v + 2 * p->size, p->v, p->size * sizeof *p->v);
}

/* The darkest value becomes 0, the brightest 255. */
void tone_autocontrast(const struct planes *p) {
  for (int c = 0; c < p->channels; c++) {
    float *v = p->v + c * p->size, low = *v, high = *v;
    for (size_t i = 0; i < p->size; i++) {
      low = v[i] < low ? v[i] : low;
      high = v[i] > high ? v[i] : high;
    }
    float scale = high > low ? 255 / (high - low) : 1;
    for (size_t i = 0; high > low && i < p->size; i++)
      v[i] = within((v[i] - low) * scale);
  }
}

/* Puts values, as bytes, through a table. */
static void table_apply(float *v, size_t n, const float table[256]) {
  for (size_t i = 0; i < n; i++)
    v[i] = table[(int)(v[i] + 0.5f)];
}

/* Every value becomes the share of darker ones: Pillow's table, made of whole numbers. */
void tone_equalize(const struct planes *p) {
  for (int c = 0; c < p->channels; c++) {
    float *v = p->v + c * p->size, table[256];
    int64_t count[256] = {0}, last = 0, below = 0;
    for (size_t i = 0; i < p->size; i++)
      count[(int)(v[i] + 0.5f)]++;
    for (int k = 0; k < 256; k++)
      last = count[k] ? count[k] : last;
    int64_t step = ((int64_t)p->size - last) / 255;
    if (!step)
      continue;
    for (int k = 0; k < 256; below += count[k++]) {
      int64_t value = (below + step / 2) / step;
      table[k] = value > 255 ? 255 : (float)value;
    }
    table_apply(v, p->size, table);
  }
}

void tone_posterize(const struct planes *p, int bits) {
  float table[256];
  for (int k = 0; k < 256; k++)
    table[k] = (float)(k & (0xff00 >> bits));
  table_apply(p->v, p->channels * p->size, table);
}

void tone_solarize(const struct planes *p, float threshold) {
  for (size_t i = 0; i < p->channels * p->size; i++)
    p->v[i] = p->v[i] >= threshold ? 255 - p->v[i] : p->v[i];
}

/* factor 0 blurs by a kernel of 3 x 3, 1 leaves as it is, 2 sharpens; the border stays. */
void tone_sharpness(const struct planes *p, float factor) {
  size_t w = p->width;
  memcpy(p->scratch, p->v, p->channels * p->size * sizeof *p->v);
  for (int c = 0; c < p->channels; c++)
    for (int y = 1; y + 1 < p->height; y++) {
      const float *a = p->scratch + c * p->size + (y - 1) * w, *b = a + w, *d = b + w;
      float *out = p->v + c * p->size + y * w;
      for (size_t x = 1; x + 1 < w; x++) {
        float sum = a[x - 1] + a[x] + a[x + 1] + b[x - 1] + 4 * b[x] + b[x + 1] + d[x - 1] + d[x] + d[x + 1];
        float soft = (sum + b[x]) / 13;
        out[x] = within(soft + factor * (b[x] - soft));
      }
    }
}

void tone_blur(const struct planes *p, int kernel, float sigma) {
  enum { REACH_MAX = 500 };
  float weight[REACH_MAX];
  int reach = kernel / 2;
  gaussian(weight, reach, sigma);
  for (int c = 0; c < p->channels; c++)
    smooth(p->v + c * p->size, p->scratch, p->height, p->width, weight, reach, MIRROR_PIXEL);
}
