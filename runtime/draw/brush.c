/* Random numbers one after another, colours, a ground with a slope of light and two octaves of smooth texture, figures
   with antialiased borders, noise. */
#include "draw/brush.h"
#include <math.h>

enum { SITE_LAYOUT = 0x5ce4e, SITE_NOISE };

float stream_next(struct stream *s) {
  if (s->at % STREAM == 0)
    nrt_uniform(s->value, s->at, STREAM, s->seed, 0, s->number, SITE_LAYOUT);
  return s->value[s->at++ % STREAM];
}

float stream_between(struct stream *s, float low, float high) {
  return low + (high - low) * stream_next(s);
}

void color_pick(struct stream *s, int channels, float brightness, float strength, float *color) {
  float tint[3], hue = stream_next(s) * 6, mean = 0;
  for (int c = 0; c < 3; c++) {
    float d = fabsf(fmodf(hue + 2 * (float)c, 6) - 3) - 1;
    tint[c] = d < 0 ? 0 : d > 1 ? 1 : d;
    mean += tint[c] / 3;
  }
  for (int c = 0; c < channels; c++) {
    float v = brightness + (channels == 3 ? strength * (tint[c] - mean) : 0);
    color[c] = v < 0 ? 0 : v > 1 ? 1 : v;
  }
}

void ground_pick(struct stream *s, int channels, float brightness, struct ground *g) {
  color_pick(s, channels, brightness, 0.25f, g->color);
  g->slope_x = stream_between(s, -0.12f, 0.12f);
  g->slope_y = stream_between(s, -0.12f, 0.12f);
  for (int o = 0; o < 2; o++) {
    g->cells[o] = o ? (int)stream_between(s, 7, GRID) : (int)stream_between(s, 2, 6);
    g->strength[o] = o ? stream_between(s, 0, 0.1f) : stream_between(s, 0.05f, 0.2f);
    for (int j = 0; j <= g->cells[o]; j++)
      for (int i = 0; i <= g->cells[o]; i++)
        g->knot[o][j][i] = stream_next(s) - 0.5f;
  }
}

/* What the ground adds to its colour at (u, v), both in 0…1. */
static float ground_at(const struct ground *g, float u, float v) {
  float sum = g->slope_x * (u - 0.5f) + g->slope_y * (v - 0.5f);
  for (int o = 0; o < 2; o++) {
    float x = u * (float)g->cells[o], y = v * (float)g->cells[o];
    int i = (int)x, j = (int)y;
    x -= (float)i, y -= (float)j;
    x *= x * (3 - 2 * x), y *= y * (3 - 2 * y);
    const float(*k)[GRID + 1] = &g->knot[o][j];
    float top = k[0][i] + x * (k[0][i + 1] - k[0][i]), bottom = k[1][i] + x * (k[1][i + 1] - k[1][i]);
    sum += g->strength[o] * (top + y * (bottom - top));
  }
  return sum;
}

void ground_paint(const struct scene_plan *p, const struct ground *g, float *plane) {
  size_t n = (size_t)p->width * p->height;
  float longer = (float)(p->width > p->height ? p->width : p->height);
  for (int y = 0; y < p->height; y++)
    for (int x = 0; x < p->width; x++) {
      float v = ground_at(g, (float)x / longer, (float)y / longer);
      for (int c = 0; c < p->channels; c++)
        plane[c * n + (size_t)y * p->width + x] = g->color[c] + v;
    }
}

int figure_paint(const struct scene_plan *p, const struct figure *f, const float *color, const float *light,
                        float *plane, unsigned char *kind, float box[5]) {
  size_t n = (size_t)p->width * p->height;
  float reach = FIGURE_REACH * f->radius + 1;
  int x0 = (int)fmaxf(0, f->x - reach), x1 = (int)fminf((float)p->width - 1, f->x + reach);
  int y0 = (int)fmaxf(0, f->y - reach), y1 = (int)fminf((float)p->height - 1, f->y + reach);
  int left = p->width, right = -1, top = p->height, bottom = -1;
  for (int y = y0; y <= y1; y++)
    for (int x = x0; x <= x1; x++) {
      float px = (float)x + 0.5f, py = (float)y + 0.5f, d = figure_distance(f, px, py);
      if (d >= 0.5f)
        continue;
      float cover = d <= -0.5f ? 1 : 0.5f - d;
      float shade = (light[0] * (px - f->x) + light[1] * (py - f->y)) / f->radius;
      size_t at = (size_t)y * p->width + x;
      for (int c = 0; c < p->channels; c++)
        plane[c * n + at] += cover * (color[c] + shade - plane[c * n + at]);
      if (d >= 0)
        continue;
      kind[at] = (unsigned char)(1 + f->kind);
      left = x < left ? x : left, right = x > right ? x : right;
      top = y < top ? y : top, bottom = y > bottom ? y : bottom;
    }
  box[0] = (float)f->kind;
  box[1] = (float)left, box[2] = (float)top, box[3] = (float)right + 1, box[4] = (float)bottom + 1;
  return right >= 0;
}

void plane_finish(const struct scene_plan *p, int64_t number, int frame, const float *plane, float *noise,
                  unsigned char *pixels) {
  int64_t n = (int64_t)p->width * p->height * p->channels;
  if (p->noise > 0)
    nrt_normal(noise, frame * n, n, p->seed, 0, number, SITE_NOISE);
  for (int64_t i = 0; i < n; i++) {
    float v = plane[i] + (p->noise > 0 ? p->noise * noise[i] : 0);
    pixels[i] = v <= 0 ? 0 : v >= 1 ? 255 : (unsigned char)(v * 255 + 0.5f);
  }
}
