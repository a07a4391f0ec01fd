/* Points that move along with the picture, and fields that are computed from others. */
#include "data/derive.h"
#include "data_fixture.h"
#include "draw/figure.h"
#include <math.h>

static char err[512];
enum { SIDE = 48, SIZE = SIDE * SIDE };

#define POINTS_FIELD(k)                                                                                                \
  {                                                                                                                    \
    .name = "points", .kind = NET_POINTS, .rank = 2, .dim = { k, 2 }                                                   \
  }
#define DERIVED_FIELD(call, of, ...) {.name = "w", .kind = NET_VALUE, .derived = (call), .from = (of), __VA_ARGS__}

static struct net_dataset *opened(const struct net_data *d) {
  struct net_dataset *s = data_open(d, NET_TRAIN, NULL, 1, err);
  if (!s)
    fail_msg("%s", err);
  return s;
}

static void filled(struct net_dataset *s, int64_t i, int augment, void *const *buffers) {
  if (data_fill(s, &i, &i, 1, 3, augment, buffers, err))
    fail_msg("%s", err);
}

/* ---- points ---- */

/* Each corner is on the border of the mask: of the pixels around it some are inside and some are not. */
static int on_border(const float *mask, const float *point) {
  int inside = 0, seen = 0;
  for (int y = (int)point[1] - 2; y <= (int)point[1] + 2; y++)
    for (int x = (int)point[0] - 2; x <= (int)point[0] + 2; x++)
      if (x >= 0 && y >= 0 && x < SIDE && y < SIDE)
        inside += mask[y * SIDE + x] > 0, seen++;
  return inside > 0 && inside < seen;
}

static void corners_hold(int corners, const struct net_call *augment, int steps, const struct net_call *prepare) {
  const struct net_field fields[] = {IMAGE_FIELD(1, SIDE, SIDE), POINTS_FIELD(corners), MASK_FIELD(SIDE, SIDE)};
  const struct net_call call = CALL_OF("shapes", NAMED("count", 60), NAMED("turn", 180));
  struct net_data d = {.name = "D", .fields = 3, .field = fields, .source = &call, .augments = steps,
                       .augment = augment, .prepares = prepare != NULL, .prepare = prepare};
  struct net_dataset *s = opened(&d);
  int right = 0, seen = 0;
  for (int i = 0; i < 60; i++) {
    static float image[SIZE], mask[SIZE];
    float point[CORNERS][2];
    filled(s, i, 1, (void *[]){image, point, mask});
    for (int k = 0; k < corners; k++)
      if (point[k][0] > 2 && point[k][1] > 2 && point[k][0] < SIDE - 2 && point[k][1] < SIDE - 2)
        right += on_border(mask, point[k]), seen++;
  }
  assert_true(seen > 60 * corners / 2);
  assert_int_equal(right, seen);
  data_close(s);
}

static void test_points(void **state) {
  (void)state;
  const struct net_call moves[] = {CALL_OF("flip", NAMED("horizontal", 0.5), NAMED("vertical", 0.5)),
                                   CALL_OF("rotate", NUMBER_ARG(90)), CALL_OF("shift", NUMBER_ARG(0.1)),
                                   CALL_OF("zoom", NUMBER_ARG(0.2)), CALL_OF("shear", NUMBER_ARG(10))};
  const struct net_call crop = CALL_OF("random_crop", NUMBER_ARG(SIDE), NAMED("pad", 6));
  const struct net_call resize = CALL_OF("letterbox", NUMBER_ARG(SIDE));
  corners_hold(3, NULL, 0, NULL);
  corners_hold(4, NULL, 0, NULL);
  corners_hold(4, moves, COUNT(moves), NULL);
  corners_hold(3, &crop, 1, &resize);
}

static void refused(const struct net_data *d, const char *message) {
  assert_null(data_open(d, NET_TRAIN, NULL, 1, err));
  assert_says(err, message);
}

static void test_points_refused(void **state) {
  (void)state;
  const struct net_call call = CALL_OF("shapes", NAMED("count", 60));
  const struct net_field five[] = {IMAGE_FIELD(1, SIDE, SIDE), POINTS_FIELD(5)};
  const struct net_field kind[] = {IMAGE_FIELD(1, SIDE, SIDE), POINTS_FIELD(4), CLASS_FIELD(3)};
  struct net_data d = {.name = "D", .fields = 2, .field = five, .source = &call};
  refused(&d, "shapes draws figures with 3 or 4 corners; field `points` has 5 points");
  d.fields = 3, d.field = kind;
  refused(&d, "a shape with corners gives nothing for field `label`, which is a class");
}

/* ---- heat maps ---- */

static void test_heatmaps(void **state) {
  (void)state;
  const struct net_call flip = CALL_OF("flip", NAMED("horizontal", 1)), call = CALL_OF("shapes", NAMED("count", 9));
  const struct net_call heat = CALL_OF("heatmaps", TEXT_ARG("points"), NAMED("sigma", 1.5));
  const struct net_field fields[] = {IMAGE_FIELD(1, SIDE, SIDE), DERIVED_FIELD(&heat, 2, .rank = 3, .dim = {4, 24, 24}),
                                     POINTS_FIELD(4)};
  struct net_data d = {.name = "D", .fields = 3, .field = fields, .source = &call, .augments = 1, .augment = &flip};
  struct net_dataset *s = opened(&d);
  for (int i = 0; i < 9; i++) {
    static float maps[4][24][24], alone[4][24][24];
    float point[4][2];
    filled(s, i, i % 2, (void *[]){NULL, maps, point});
    filled(s, i, i % 2, (void *[]){NULL, alone, NULL});
    assert_memory_equal(maps, alone, sizeof maps);
    for (int k = 0; k < 4; k++)
      for (int y = 0; y < 24; y++)
        for (int x = 0; x < 24; x++) {
          double dx = x + 0.5 - point[k][0] / 2, dy = y + 0.5 - point[k][1] / 2;
          assert_true(fabs(maps[k][y][x] - exp(-(dx * dx + dy * dy) / 4.5)) < 1e-6);
        }
  }
  data_close(s);
  const struct net_call none = CALL_OF("heatmaps", TEXT_ARG("points"), NAMED("sigma", 0));
  const struct net_field odd[] = {IMAGE_FIELD(1, SIDE, SIDE), DERIVED_FIELD(&none, 2, .rank = 3, .dim = {4, 24, 24}),
                                  POINTS_FIELD(4)};
  d.field = odd;
  refused(&d, "data D, field `w`: sigma should be above 0");
}

/* ---- weights of borders ---- */

/* The definition, word by word: a cell is what can be reached by edges within its class; the distance to it the
   smallest to any of its pixels. */
static void flood(const unsigned char *classes, int *cell, int h, int w, int x, int y, int number) {
  cell[y * w + x] = number;
  static const int step[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
  for (int k = 0; k < 4; k++) {
    int u = x + step[k][0], v = y + step[k][1];
    if (u >= 0 && v >= 0 && u < w && v < h && !cell[v * w + u] && classes[v * w + u] == classes[y * w + x])
      flood(classes, cell, h, w, u, v, number);
  }
}

static double distance_to(const int *cell, int h, int w, int number, int x, int y) {
  double best = INFINITY;
  for (int v = 0; v < h; v++)
    for (int u = 0; u < w; u++)
      if (cell[v * w + u] == number)
        best = fmin(best, hypot(u - x, v - y));
  return best;
}

static void weights_slowly(const unsigned char *classes, int h, int w, double w0, double sigma, double *out) {
  int *cell = calloc((size_t)h * w, sizeof *cell), cells = 0, count[256] = {0}, present = 0;
  for (int i = 0; i < h * w; i++) {
    present += !count[classes[i]]++;
    if (classes[i] && !cell[i])
      flood(classes, cell, h, w, i % w, i / w, ++cells);
  }
  for (int i = 0; i < h * w; i++) {
    double d1 = INFINITY, d2 = INFINITY;
    for (int k = 1; k <= cells; k++) {
      double d = distance_to(cell, h, w, k, i % w, i / w);
      d2 = d < d1 ? d1 : fmin(d, d2), d1 = fmin(d, d1);
    }
    out[i] = (double)h * w / ((double)present * count[classes[i]]);
    if (!classes[i])
      out[i] += w0 * exp(-(d1 + d2) * (d1 + d2) / (2 * sigma * sigma));
  }
  free(cell);
}

static void weights_agree(const unsigned char *classes, int h, int w, float w0, float sigma) {
  float *fast = malloc((size_t)h * w * sizeof *fast);
  double *slow = malloc((size_t)h * w * sizeof *slow);
  assert_int_equal(border_weight(classes, h, w, w0, sigma, fast), 0);
  weights_slowly(classes, h, w, w0, sigma, slow);
  for (int i = 0; i < h * w; i++)
    if (fabs(fast[i] - slow[i]) > 1e-5 * (w0 + slow[i]))
      fail_msg("pixel (%d, %d) weighs %g, not %g", i % w, i / w, fast[i], slow[i]);
  free(fast), free(slow);
}

/* Random cells of one to three classes, many and few, and the cases at the edge: all ground, all cell, one row. */
static void test_border_weight(void **state) {
  (void)state;
  unsigned char classes[24 * 31];
  for (int round = 0; round < 60; round++) {
    int h = round % 7 == 6 ? 1 : 5 + round % 20, w = round % 7 == 5 ? 1 : 31 - round % 13;
    float u[24 * 31], share = (float)(round % 10) / 9;
    nrt_uniform(u, 0, h * w, 7, 0, round, 1);
    for (int i = 0; i < h * w; i++)
      classes[i] = (unsigned char)(u[i] < share * share ? 1 + round % 3 * (int)(u[i] * 1000) % 3 : 0);
    weights_agree(classes, h, w, 10, round % 2 ? 5 : 1.5f);
  }
}

/* Two cells side by side, as in the paper's picture: the gap between them weighs most. */
static void test_border_field(void **state) {
  (void)state;
  const struct net_call call = CALL_OF("shapes", NAMED("count", 20)), turn = CALL_OF("rotate", NUMBER_ARG(45));
  const struct net_call weight = CALL_OF("border_weight", TEXT_ARG("areas"), NAMED("sigma", 3));
  const struct net_field fields[] = {IMAGE_FIELD(1, SIDE, SIDE), CLASS_MASK_FIELD(3, SIDE, SIDE),
                                     DERIVED_FIELD(&weight, 1, .rank = 2, .dim = {SIDE, SIDE})};
  struct net_data d = {.name = "D", .fields = 3, .field = fields, .source = &call, .augments = 1, .augment = &turn};
  struct net_dataset *s = opened(&d);
  for (int i = 0; i < 20; i++) {
    static float fast[SIZE];
    static int32_t areas[SIZE];
    static unsigned char classes[SIZE];
    static double slow[SIZE];
    filled(s, i, i % 2, (void *[]){NULL, areas, fast});
    for (int k = 0; k < SIZE; k++)
      classes[k] = (unsigned char)areas[k];
    weights_slowly(classes, SIDE, SIDE, 10, 3, slow);
    for (int k = 0; k < SIZE; k++)
      assert_true(fabs(fast[k] - slow[k]) < 1e-4 * (10 + slow[k]));
  }
  data_close(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_points),   cmocka_unit_test(test_points_refused),
                                     cmocka_unit_test(test_heatmaps), cmocka_unit_test(test_border_weight),
                                     cmocka_unit_test(test_border_field)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
