/* Draws a scene: a ground with a slope of light and two octaves of smooth texture, figures of another brightness with
   antialiased borders, and noise over all.

   Figures are brighter than the ground by at least 0.25, but not than every other picture's ground, so that no fixed
   threshold finds them; a share of the pictures has it the other way round. */
#include "draw/scene.h"
#include "draw/figure.h"
#include "netrt.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SITE_LAYOUT = 0x5ce4e, SITE_NOISE, GRID = 16, TRIES = 30, STREAM = 64 };

struct stream { /* uniform numbers, one after another */
  uint64_t seed;
  int64_t number, at;
  float value[STREAM];
};

static float next(struct stream *s) {
  if (s->at % STREAM == 0)
    nrt_uniform(s->value, s->at, STREAM, s->seed, 0, s->number, SITE_LAYOUT);
  return s->value[s->at++ % STREAM];
}

static float between(struct stream *s, float low, float high) {
  return low + (high - low) * next(s);
}

/* A colour of this brightness; strength 0 is grey. */
static void color_pick(struct stream *s, int channels, float brightness, float strength, float *color) {
  float tint[3], hue = next(s) * 6, mean = 0;
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

struct ground {
  float color[3], slope_x, slope_y, strength[2];
  int cells[2]; /* of texture along the longer side */
  float knot[2][GRID + 1][GRID + 1];
};

static void ground_pick(struct stream *s, int channels, float brightness, struct ground *g) {
  color_pick(s, channels, brightness, 0.25f, g->color);
  g->slope_x = between(s, -0.12f, 0.12f);
  g->slope_y = between(s, -0.12f, 0.12f);
  for (int o = 0; o < 2; o++) {
    g->cells[o] = o ? (int)between(s, 7, GRID) : (int)between(s, 2, 6);
    g->strength[o] = o ? between(s, 0, 0.1f) : between(s, 0.05f, 0.2f);
    for (int j = 0; j <= g->cells[o]; j++)
      for (int i = 0; i <= g->cells[o]; i++)
        g->knot[o][j][i] = next(s) - 0.5f;
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

static void ground_paint(const struct scene_plan *p, const struct ground *g, float *plane) {
  size_t n = (size_t)p->width * p->height;
  float longer = (float)(p->width > p->height ? p->width : p->height);
  for (int y = 0; y < p->height; y++)
    for (int x = 0; x < p->width; x++) {
      float v = ground_at(g, (float)x / longer, (float)y / longer);
      for (int c = 0; c < p->channels; c++)
        plane[c * n + (size_t)y * p->width + x] = g->color[c] + v;
    }
}

/* Paints one figure and writes its box; 0 when not a single pixel is inside. */
static int figure_paint(const struct scene_plan *p, const struct figure *f, const float *color, const float *light,
                        float *plane, unsigned char *kind, float box[5]) {
  size_t n = (size_t)p->width * p->height;
  int x0 = (int)fmaxf(0, f->x - f->radius - 1), x1 = (int)fminf((float)p->width - 1, f->x + f->radius + 1);
  int y0 = (int)fmaxf(0, f->y - f->radius - 1), y1 = (int)fminf((float)p->height - 1, f->y + f->radius + 1);
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

/* A place for one more figure that keeps clear of the others; 0 when none is found. Figures shrink with their
   number. */
static int figure_place(const struct scene_plan *p, struct stream *s, const struct figure *others, int count,
                        int wanted, struct figure *f) {
  float side = (float)(p->width < p->height ? p->width : p->height);
  float largest = wanted == 1 ? 0.46f : 0.34f / sqrtf((float)wanted / 2 + 0.5f);
  int kind = (int)(next(s) * (float)p->kinds);
  for (int i = 0; i < TRIES; i++) {
    float r = side * largest * between(s, wanted == 1 ? 0.7f : 0.6f, 1);
    float x = between(s, r, (float)p->width - r), y = between(s, r, (float)p->height - r);
    float angle = between(s, -p->turn, p->turn) * (float)M_PI / 180;
    int free = 1;
    for (int k = 0; k < count; k++)
      free &= hypotf(x - others[k].x, y - others[k].y) > r + others[k].radius + 1;
    if (free)
      return *f = figure_at(kind, x, y, r, angle), 1;
  }
  return 0;
}

static void scene_finish(const struct scene_plan *p, int64_t number, float *plane, float *noise,
                         unsigned char *pixels) {
  int64_t n = (int64_t)p->width * p->height * p->channels;
  if (p->noise > 0)
    nrt_normal(noise, 0, n, p->seed, 0, number, SITE_NOISE);
  for (int64_t i = 0; i < n; i++) {
    float v = plane[i] + (p->noise > 0 ? p->noise * noise[i] : 0);
    pixels[i] = v <= 0 ? 0 : v >= 1 ? 255 : (unsigned char)(v * 255 + 0.5f);
  }
}

int scene_draw(const struct scene_plan *p, int64_t number, struct scene *s) {
  size_t n = (size_t)p->width * p->height, values = n * p->channels;
  float *plane = malloc(2 * values * sizeof *plane);
  if (!plane)
    return -1;
  struct stream r = {.seed = p->seed, .number = number};
  struct figure figure[SCENE_OBJECTS];
  struct ground ground;
  int darker = next(&r) < p->darker, wanted = 1 + (int)(next(&r) * (float)p->objects);
  float dim = between(&r, 0.08f, 0.42f), bright = dim + between(&r, 0.25f, 0.5f);
  ground_pick(&r, p->channels, darker ? bright : dim, &ground);
  ground_paint(p, &ground, plane);
  memset(s->kind, 0, n);
  s->objects = 0;
  for (int i = 0; i < wanted; i++) {
    float color[3], light[2];
    if (!figure_place(p, &r, figure, s->objects, wanted, &figure[s->objects]))
      break;
    color_pick(&r, p->channels, (darker ? dim : bright) + between(&r, -0.03f, 0.03f), 0.7f, color);
    light[0] = between(&r, -0.08f, 0.08f), light[1] = between(&r, -0.08f, 0.08f);
    s->objects += figure_paint(p, &figure[s->objects], color, light, plane, s->kind, s->box[s->objects]);
  }
  scene_finish(p, number, plane, plane + values, s->pixels);
  free(plane);
  return 0;
}
