/* Outlines and signed distances. A point is turned into the figure's own frame (unit circle, upright) and measured
   there: round figures by formula, the others as polygons. */
#include "draw/figure.h"
#include <math.h>

enum kind { CIRCLE, SQUARE, TRIANGLE, STAR, CROSS, RING, HEART, CRESCENT, BAR, ARROW };

const char *const figure_name[FIGURES] = {"circle", "square", "triangle", "star", "cross",
                                          "ring",   "heart",  "crescent", "bar",  "arrow"};

static const float square[][2] = {{-0.78f, -0.78f}, {0.78f, -0.78f}, {0.78f, 0.78f}, {-0.78f, 0.78f}};
static const float triangle[][2] = {{0, -1}, {0.866f, 0.5f}, {-0.866f, 0.5f}};
static const float cross[][2] = {{-0.3f, -0.95f}, {0.3f, -0.95f}, {0.3f, -0.3f},   {0.95f, -0.3f},
                                 {0.95f, 0.3f},   {0.3f, 0.3f},   {0.3f, 0.95f},   {-0.3f, 0.95f},
                                 {-0.3f, 0.3f},   {-0.95f, 0.3f}, {-0.95f, -0.3f}, {-0.3f, -0.3f}};
static const float bar[][2] = {{-0.96f, -0.26f}, {0.96f, -0.26f}, {0.96f, 0.26f}, {-0.96f, 0.26f}};
static const float arrow[][2] = {{-0.95f, -0.2f}, {0.1f, -0.2f}, {0.1f, -0.65f}, {1, 0},
                                 {0.1f, 0.65f},   {0.1f, 0.2f},  {-0.95f, 0.2f}};

/* angles of 90, 60, 30 and of 54, 80, 130, 96 degrees */
static const float corners_3[][2] = {{0.5f, -0.866f}, {1, 0}, {-1, 0}};
static const float corners_4[][2] = {{0, -1}, {0.75f, 0.45f}, {0.1f, 0.65f}, {-0.6f, 0.2f}};

static const struct {
  const float (*point)[2];
  int points;
} polygon[FIGURES] = {
    [SQUARE] = {square, 4}, [TRIANGLE] = {triangle, 3}, [CROSS] = {cross, 12}, [BAR] = {bar, 4}, [ARROW] = {arrow, 7}};

static void star_make(struct figure *f) {
  f->points = 10;
  for (int i = 0; i < f->points; i++) {
    float r = i % 2 ? 0.42f : 1, a = (float)(M_PI * i / 5 - M_PI / 2);
    f->point[i][0] = r * cosf(a);
    f->point[i][1] = r * sinf(a);
  }
}

/* The well-known curve 16 sin³t, 13 cos t - 5 cos 2t - 2 cos 3t - cos 4t, made to fit. */
static void heart_make(struct figure *f) {
  f->points = FIGURE_POINTS;
  for (int i = 0; i < f->points; i++) {
    float t = (float)(2 * M_PI * i / f->points), s = sinf(t);
    f->point[i][0] = 16 * s * s * s / 17.5f;
    f->point[i][1] = -(13 * cosf(t) - 5 * cosf(2 * t) - 2 * cosf(3 * t) - cosf(4 * t) + 2.5f) / 17.5f;
  }
}

struct figure figure_at(int kind, float x, float y, float radius, float angle) {
  struct figure f = {.kind = kind, .x = x, .y = y, .radius = radius, .cosine = cosf(angle), .sine = sinf(angle)};
  if (kind == STAR)
    star_make(&f);
  else if (kind == HEART)
    heart_make(&f);
  f.points = polygon[kind].points ? polygon[kind].points : f.points;
  for (int i = 0; i < polygon[kind].points; i++) {
    f.point[i][0] = polygon[kind].point[i][0];
    f.point[i][1] = polygon[kind].point[i][1];
  }
  return f;
}

float figure_holds(int kind) {
  return kind == CIRCLE ? 0.8f : kind == SQUARE ? 0.72f : 0;
}

struct figure figure_with_corners(int corners, float x, float y, float radius, float angle, int mirrored,
                                  float corner[CORNERS][2]) {
  struct figure f = {.kind = FIGURES, .x = x, .y = y, .radius = radius, .cosine = cosf(angle), .sine = sinf(angle)};
  f.points = corners;
  for (int i = 0; i < corners; i++) {
    const float *from = corners == 3 ? corners_3[i] : corners_4[i];
    float u = mirrored ? -from[0] : from[0], v = from[1];
    f.point[i][0] = u, f.point[i][1] = v;
    corner[i][0] = x + radius * (f.cosine * u - f.sine * v);
    corner[i][1] = y + radius * (f.sine * u + f.cosine * v);
  }
  return f;
}

/* The nearest edge gives the distance; crossing an odd number of edges to the right means inside. */
static float polygon_distance(const struct figure *f, float x, float y) {
  float nearest = INFINITY;
  int inside = 0;
  const float *a = f->point[f->points - 1];
  for (int i = 0; i < f->points; i++) {
    const float *b = f->point[i];
    float ex = b[0] - a[0], ey = b[1] - a[1], px = x - a[0], py = y - a[1];
    float t = (px * ex + py * ey) / (ex * ex + ey * ey);
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    float dx = px - t * ex, dy = py - t * ey, d = dx * dx + dy * dy;
    nearest = d < nearest ? d : nearest;
    if ((a[1] > y) != (b[1] > y) && px < py * ex / ey)
      inside ^= 1;
    a = b;
  }
  return inside ? -sqrtf(nearest) : sqrtf(nearest);
}

float figure_distance(const struct figure *f, float px, float py) {
  float dx = (px - f->x) / f->radius, dy = (py - f->y) / f->radius;
  float x = f->cosine * dx + f->sine * dy, y = f->cosine * dy - f->sine * dx, d;
  if (f->kind == CIRCLE)
    d = hypotf(x, y) - 0.88f;
  else if (f->kind == RING)
    d = fabsf(hypotf(x, y) - 0.72f) - 0.22f;
  else if (f->kind == CRESCENT)
    d = fmaxf(hypotf(x, y) - 0.96f, 0.8f - hypotf(x - 0.5f, y));
  else
    d = polygon_distance(f, x, y);
  return d * f->radius;
}
