#include "augment/mix.h"
#include "augment/seen.h"
#include <math.h>
#include <string.h>

enum { SITE_MIX = 0xa10000, SITES = 8, TRIES = 32 }; /* each step has SITES sites */

/* A number from Gamma(alpha, 1) (Marsaglia and Tsang, 2000): one try in twenty or fewer is refused. */
static double gamma_draw(double alpha, const struct chance *c, uint32_t site) {
  float z[TRIES], u[TRIES + 1];
  double d = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3, v = 1;
  nrt_normal(z, 0, TRIES, c->seed, c->epoch, c->position, site);
  nrt_uniform(u, 0, TRIES + 1, c->seed, c->epoch, c->position, site + 1);
  for (int i = 0; i < TRIES; i++) {
    double r = 1 + z[i] / sqrt(9 * d), x = z[i];
    v = r * r * r;
    if (r > 0 && log(1 - (double)u[i]) < 0.5 * x * x + d - d * v + d * log(v))
      break;
  }
  return d * fmax(v, 0) * (alpha < 1 ? pow(1 - (double)u[TRIES], 1 / alpha) : 1);
}

/* A share from Beta(alpha, alpha). */
static float beta_draw(double alpha, const struct chance *c, uint32_t site) {
  double a = gamma_draw(alpha, c, site), b = gamma_draw(alpha, c, site + 2);
  return a + b > 0 ? (float)(a / (a + b)) : 1;
}

static float area(const struct part *p, int height, int width) {
  return (float)((double)p->width * p->height / ((double)width * height));
}

/* A window of the share that the other has, its centre anywhere; what of it is outside goes back to the sample. */
static void cutmix_pick(struct mix *m, float share, const float *u, int height, int width) {
  struct part *p = &m->part[1];
  int w = (int)((float)width * sqrtf(1 - share)), h = (int)((float)height * sqrtf(1 - share));
  int x = (int)(u[3] * (float)width) - w / 2, y = (int)(u[4] * (float)height) - h / 2;
  int right = x + w < width ? x + w : width, bottom = y + h < height ? y + h : height;
  p->x = p->from_x = x < 0 ? 0 : x, p->y = p->from_y = y < 0 ? 0 : y;
  p->width = right - p->x, p->height = bottom - p->y;
  p->share = area(p, height, width);
  m->part[0].share = 1 - p->share;
}

/* Four windows around a crossing in the middle half. Each shows the corner of its picture that touches the crossing. */
static void mosaic_pick(struct mix *m, const float *u, int height, int width) {
  int x = (int)((0.25f + 0.5f * u[3]) * (float)width), y = (int)((0.25f + 0.5f * u[4]) * (float)height);
  for (int k = 0; k < PARTS; k++) {
    struct part *p = &m->part[k];
    int right = k & 1, below = k >> 1;
    p->x = right ? x : 0, p->width = right ? width - x : x, p->from_x = right ? 0 : width - x;
    p->y = below ? y : 0, p->height = below ? height - y : y, p->from_y = below ? 0 : height - y;
    p->share = area(p, height, width);
  }
}

void mix_pick(struct mix *m, const struct steps *augment, const struct chance *chance, int64_t count, int height,
              int width) {
  *m = (struct mix){.parts = 1};
  m->part[0] = (struct part){.share = 1, .width = width, .height = height};
  for (int i = 0; i < augment->count && m->parts == 1; i++) {
    const struct step *s = &augment->step[i];
    uint32_t site = SITE_MIX + (uint32_t)i * SITES;
    float n[DRAWN], u[8];
    if (s->kind < STEP_MIXUP || !step_draw(s, chance, i, height, width, n))
      continue;
    nrt_uniform(u, 0, 8, chance->seed, chance->epoch, chance->position, site);
    m->parts = s->kind == STEP_MOSAIC ? PARTS : 2;
    for (int k = 1; k < m->parts; k++)
      m->part[k] = (struct part){.index = (int64_t)(u[k - 1] * (double)count)};
    if (s->kind == STEP_MOSAIC) {
      mosaic_pick(m, u, height, width);
      continue;
    }
    float share = beta_draw(s->number[0], chance, site + 1);
    m->blends = s->kind == STEP_MIXUP;
    m->part[0].share = share, m->part[1].share = 1 - share;
    if (!m->blends)
      cutmix_pick(m, share, u, height, width);
  }
}

/* Epochs end long before 2^28. */
struct chance mix_chance(const struct chance *chance, int k) {
  return (struct chance){chance->seed, chance->epoch + ((uint64_t)k << 28), chance->position};
}

void mix_values(const struct mix *m, int k, int64_t n, const float *from, float *to) {
  float share = m->part[k].share;
  for (int64_t i = 0; i < n; i++)
    to[i] = k ? to[i] + share * from[i] : share * from[i];
}

static struct rect window_of(const struct part *p) {
  return (struct rect){p->x, p->y, p->x + p->width, p->y + p->height};
}

/* A box of part k, moved to its place in the result; 0 when the other parts leave too little of it. */
static int part_shows(const struct mix *m, int k, struct rect *r) {
  const struct part *p = &m->part[k];
  int right = p->x - p->from_x, down = p->y - p->from_y;
  if (m->blends)
    return p->share >= SEEN_SHARE;
  r->left += right, r->right += right, r->top += down, r->bottom += down;
  int shows = seen_within(r, window_of(p), SEEN_PIXELS);
  for (int later = k + 1; later < m->parts && shows; later++)
    shows = seen_beside(r, window_of(&m->part[later]), SEEN_PIXELS);
  return shows;
}

int mix_boxes(const struct mix *m, int k, int rows, const float *from, float *to) {
  int kept = 0, left_out = 0;
  for (int i = 0; i < rows && !k; i++)
    memcpy(to + 5 * i, (float[5]){-1}, 5 * sizeof *to);
  while (kept < rows && to[5 * kept] != -1)
    kept++;
  for (int i = 0; i < rows && from[0] != -1; i++, from += 5) {
    struct rect r = {from[1], from[2], from[3], from[4]};
    if (!part_shows(m, k, &r))
      continue;
    if (kept < rows)
      memcpy(to + 5 * kept++, (float[5]){from[0], (float)r.left, (float)r.top, (float)r.right, (float)r.bottom},
             5 * sizeof *to);
    else
      left_out++;
  }
  return left_out;
}

/* Classes of pixels are pasted as they are: four bytes are four bytes. */
void mix_planes(const struct mix *m, int k, int planes, int height, int width, int full_height, int full_width,
                const float *from, float *to) {
  const struct part *p = &m->part[k];
  if (m->blends) {
    mix_values(m, k, (int64_t)planes * height * width, from, to);
    return;
  }
  int left = (full_width - width) / 2, top = (full_height - height) / 2;
  int first = p->x > left ? p->x : left, last = p->x + p->width < left + width ? p->x + p->width : left + width;
  for (int c = 0; c < planes && first < last; c++, from += (size_t)height * width, to += (size_t)height * width)
    for (int y = p->y; y < p->y + p->height; y++)
      if (y >= top && y < top + height)
        memcpy(to + (size_t)(y - top) * width + first - left,
               from + (size_t)(y - p->y + p->from_y - top) * width + first - p->x + p->from_x - left,
               (size_t)(last - first) * sizeof *to);
}
