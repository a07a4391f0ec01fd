/* Transforms: the steps read from calls, prepare's geometry, augment's geometry and colours, against Pillow's numbers
   and by hand. */
#include "../peer/golden/transforms.h"
#include "augment/colour.h"
#include "augment/fixed.h"
#include "augment/warp.h"
#include "data_fixture.h"
#include <math.h>

static char err[512];

static struct step step_of(struct net_call c, int prepare) {
  struct steps s;
  if (steps_read(&s, &c, 1, prepare, err))
    fail_msg("%s", err);
  return s.step[0];
}
#define PREPARE(...) step_of((struct net_call)CALL_OF(__VA_ARGS__), 1)
#define AUGMENT(...) step_of((struct net_call)CALL_OF(__VA_ARGS__), 0)

static struct cell cell_of(const unsigned char *bytes, int channels, int height, int width) {
  struct cell c = {.channels = channels, .height = height, .width = width};
  c.bytes = malloc((size_t)channels * height * width);
  memcpy(c.bytes, bytes, (size_t)channels * height * width);
  return c;
}

static void cell_is(const struct cell *c, int height, int width, const unsigned char *expected) {
  assert_int_equal(c->height, height);
  assert_int_equal(c->width, width);
  for (int i = 0; i < height * width; i++)
    if (c->bytes[i] != expected[i])
      fail_msg("pixel %d is %d, not %d", i, c->bytes[i], expected[i]);
}

static void applied(struct step s, enum net_field_kind kind, int height, int width, const unsigned char *expected) {
  struct cell c = cell_of(source, 1, 7, 9);
  assert_int_equal(fixed_apply(&s, kind, &c, NULL), 0);
  cell_is(&c, height, width, expected);
  cell_clear(&c);
}

/* ---- prepare ---- */

static void test_resize(void **state) {
  (void)state;
  struct net_arg three_four[] = {NUMBER_ARG(3), NUMBER_ARG(4)};
  struct net_arg list[] = {{.kind = NET_LIST, .count = 2, .list = three_four}};
  struct net_call c = {"resize", 1, list};
  applied(step_of(c, 1), NET_IMAGE, 3, 4, to_3x4);
  applied(step_of(c, 1), NET_MASK, 3, 4, nearest_3x4);
  struct step s = PREPARE("resize", NUMBER_ARG(10));
  s.width = 13;
  applied(s, NET_CLASS_MASK, 10, 13, nearest_10x13);
}

static void test_crop_pad(void **state) {
  (void)state;
  unsigned char middle[9], padded[11 * 13], row[9];
  for (int i = 0; i < 9; i++)
    middle[i] = source[(2 + i / 3) * 9 + 3 + i % 3];
  applied(PREPARE("crop", NUMBER_ARG(3)), NET_IMAGE, 3, 3, middle);
  for (int y = 0; y < 11; y++)
    for (int x = 0; x < 13; x++)
      padded[y * 13 + x] = y >= 2 && y < 9 && x >= 2 && x < 11 ? source[(y - 2) * 9 + x - 2] : 0;
  applied(PREPARE("pad", NUMBER_ARG(2)), NET_IMAGE, 11, 13, padded);
  for (int y = 0; y < 11; y++)
    for (int x = 0; x < 13; x++) { /* d c b a | a b c d */
      int v = y < 2 ? 1 - y : y < 9 ? y - 2 : 15 - y, u = x < 2 ? 1 - x : x < 11 ? x - 2 : 19 - x;
      padded[y * 13 + x] = source[v * 9 + u];
    }
  applied(PREPARE("pad", NUMBER_ARG(2), WORD("fill", "reflect")), NET_IMAGE, 11, 13, padded);
  memcpy(row, source, 9);
  struct cell c = cell_of(row, 1, 1, 9);
  struct step s = PREPARE("pad", NUMBER_ARG(1), WORD("fill", "wrap"));
  assert_int_equal(fixed_apply(&s, NET_IMAGE, &c, NULL), 0);
  assert_int_equal(c.bytes[0], row[8]);
  assert_int_equal(c.bytes[11 + 10], row[0]);
  cell_clear(&c);
}

/* The way back: a corner of the prepared picture lies where it came from. */
static void test_map(void **state) {
  (void)state;
  struct cell c = {.channels = 1, .height = 100, .width = 200, .bytes = calloc(100, 200)};
  double map[6] = {1, 0, 0, 0, 1, 0};
  struct step box = PREPARE("letterbox", NUMBER_ARG(50)), crop = PREPARE("crop", NUMBER_ARG(20));
  assert_int_equal(fixed_apply(&box, NET_IMAGE, &c, map), 0); /* 25 x 50, padded by 13 above, 12 below */
  assert_int_equal(c.bytes[0], 114);
  assert_int_equal(c.bytes[25 * 50], 0);
  assert_int_equal(fixed_apply(&crop, NET_IMAGE, &c, map), 0); /* from (15, 15) */
  assert_true(fabs(map[0] - 4) < 1e-12 && fabs(map[4] - 4) < 1e-12);
  assert_true(fabs(map[2] - 60) < 1e-12 && fabs(map[5] - 8) < 1e-12);
  cell_clear(&c);
  c = (struct cell){.channels = 1, .height = 60, .width = 90, .bytes = calloc(60, 90)};
  struct step s = PREPARE("resize", NUMBER_ARG(40), NAMED("crop", 32));
  assert_int_equal(fixed_apply(&s, NET_IMAGE, &c, NULL), 0);
  assert_int_equal(c.height, 32);
  assert_int_equal(c.width, 32);
  cell_clear(&c);
}

static void test_boxes(void **state) {
  (void)state;
  float rows[] = {0, 10, 20, 30, 40, 1, 0, 0, 4, 4};
  struct cell c = {.height = 100, .width = 100, .boxes = 2, .box = malloc(sizeof rows)};
  memcpy(c.box, rows, sizeof rows);
  struct step half = PREPARE("resize", NUMBER_ARG(50)), crop = PREPARE("crop", NUMBER_ARG(40));
  fixed_apply(&half, NET_BOXES, &c, NULL);
  fixed_apply(&crop, NET_BOXES, &c, NULL);
  assert_int_equal(c.boxes, 1); /* the second is cut away */
  float left[] = {0, 0, 5, 10, 15};
  assert_memory_equal(c.box, left, sizeof left);
  cell_clear(&c);
}

/* ---- augment: geometry ---- */

static struct warp warp_of(struct step s, int height, int width, int64_t position) {
  struct steps all = {1, {s}};
  struct warp w;
  assert_int_equal(warp_pick(&w, &all, &(struct chance){1, 2, position}, height, width), 0);
  return w;
}

static void test_affine(void **state) {
  (void)state;
  struct cell c = cell_of(source, 1, 7, 9);
  struct warp w = warp_still(7, 9);
  memcpy(w.map, (double[]){.9, -.3, 1.53, .25, 1.1, -1.04}, sizeof w.map);
  w.moved = 1;
  float out[63];
  unsigned char mask[63];
  warp_image(&w, &c, out);
  w.fill.mode = FILL_CONSTANT;
  warp_mask(&w, &c, mask);
  for (int y = 0; y < 7; y++)
    for (int x = 0; x < 9; x++) { /* Pillow blackens what lies outside */
      double u = .9 * (x + .5) - .3 * (y + .5) + 1.53, v = .25 * (x + .5) + 1.1 * (y + .5) - 1.04;
      if (u < 0 || v < 0 || u >= 9 || v >= 7)
        continue;
      assert_true(fabsf(out[9 * y + x] - affine[9 * y + x]) < 1.01f);
      assert_int_equal(mask[9 * y + x], affine_nearest[9 * y + x]);
    }
  cell_clear(&c);
}

static void test_flip(void **state) {
  (void)state;
  struct cell c = cell_of(source, 1, 7, 9);
  float out[63];
  struct warp w = warp_of(AUGMENT("flip", NAMED("horizontal", 1)), 7, 9, 0);
  warp_image(&w, &c, out);
  for (int i = 0; i < 63; i++)
    assert_true(out[i] == source[i / 9 * 9 + 8 - i % 9]);
  w = warp_of(AUGMENT("flip", NAMED("vertical", 1)), 7, 9, 0);
  warp_image(&w, &c, out);
  for (int i = 0; i < 63; i++)
    assert_true(out[i] == source[(6 - i / 9) * 9 + i % 9]);
  cell_clear(&c);
  int flips = 0;
  for (int i = 0; i < 1000; i++)
    flips += warp_of(AUGMENT("flip", NAMED("horizontal", 0.25)), 7, 9, i).moved;
  assert_in_range(flips, 200, 300);
}

static void test_random_crop(void **state) {
  (void)state;
  struct cell c = cell_of(source, 1, 7, 9);
  int seen[16] = {0};
  for (int i = 0; i < 400; i++) {
    float out[49];
    struct warp w = warp_of(AUGMENT("random_crop", NUMBER_ARG(7), NAMED("pad", 1)), 7, 9, i);
    int left = (int)w.map[2], top = (int)w.map[5];
    assert_in_range(left + 1, 0, 4);
    assert_in_range(top + 1, 0, 2);
    seen[(top + 1) * 5 + left + 1]++;
    warp_image(&w, &c, out);
    for (int k = 0; k < 49; k++) {
      int x = left + k % 7, y = top + k / 7;
      assert_true(out[k] == (x < 0 || y < 0 || x > 8 || y > 6 ? 0 : source[9 * y + x]));
    }
  }
  for (int k = 0; k < 15; k++)
    assert_in_range(seen[k], 10, 50);
  cell_clear(&c);
}

static void test_ranges(void **state) {
  (void)state;
  for (int i = 0; i < 300; i++) {
    const double *m;
    struct warp w = warp_of(AUGMENT("rotate", NUMBER_ARG(30)), 20, 20, i);
    m = w.map;
    assert_true(fabs(atan2(m[3], m[0])) <= M_PI / 6 && fabs(m[0] * m[4] - m[1] * m[3] - 1) < 1e-9);
    assert_true(fabs(m[0] * 10 + m[1] * 10 + m[2] - 10) < 1e-9); /* the centre stays */
    w = warp_of(AUGMENT("shift", NUMBER_ARG(0.1)), 20, 40, i);
    assert_true(fabs(w.map[2]) <= 4 && fabs(w.map[5]) <= 2);
    w = warp_of(AUGMENT("zoom", NUMBER_ARG(0.2)), 20, 20, i);
    assert_true(w.map[0] >= 0.8 && w.map[0] <= 1.2 && w.map[4] >= 0.8 && w.map[4] <= 1.2);
    w = warp_of(AUGMENT("shear", NUMBER_ARG(45)), 20, 20, i);
    assert_true(fabs(w.map[1]) <= 1 && w.map[3] == 0);
    w = warp_of(AUGMENT("random_resized_crop", NUMBER_ARG(8)), 20, 30, i);
    m = w.map;
    assert_int_equal(w.height, 8);
    assert_true(m[2] >= 0 && m[5] >= 0 && m[2] + 8 * m[0] <= 30.001 && m[5] + 8 * m[4] <= 20.001);
  }
}

static void test_warp_boxes(void **state) {
  (void)state;
  struct warp w = warp_of(AUGMENT("flip", NAMED("horizontal", 1)), 20, 30, 0);
  float box[] = {2, 1, 2, 11, 12}, out[5], expected[] = {2, 19, 2, 29, 12};
  assert_int_equal(warp_boxes(&w, box, 1, out), 1);
  assert_memory_equal(out, expected, sizeof out);
  w.map[2] += 35;
  assert_int_equal(warp_boxes(&w, box, 1, out), 0);
}

/* ---- augment: colours ---- */

/* The small picture after a step by this factor. */
static void coloured(enum step_kind kind, float factor, float v[90]) {
  float scratch[90];
  struct planes p = {3, 5, 6, 30, v, scratch};
  for (int i = 0; i < 90; i++)
    v[i] = colours[i];
  colour_step(&p, &(struct step){.kind = kind}, (float[DRAWN]){factor});
}

static void near(const float *v, const unsigned char *expected, float tolerance) {
  for (int i = 0; i < 90; i++)
    if (fabsf(v[i] - expected[i]) > tolerance)
      fail_msg("value %d is %g, not %d", i, v[i], expected[i]);
}

static void test_colours(void **state) {
  (void)state;
  float v[90];
  coloured(STEP_BRIGHTNESS, 1.3f, v);
  near(v, brighter, 1.01f);
  coloured(STEP_CONTRAST, 1.4f, v); /* Pillow rounds the mean and the greys */
  near(v, contrasted, 1.6f);
  coloured(STEP_SATURATION, 0.4f, v);
  near(v, saturated, 1.6f);
  coloured(STEP_HUE, 0.2f, v);
  for (int i = 0; i < 90; i++)
    assert_true(fabsf(v[i] - turned_hue[i]) < 0.05f);
}

/* ---- what is refused ---- */

#define REFUSED(prepare, message, ...)                                                                                 \
  do {                                                                                                                 \
    struct net_call c = CALL_OF(__VA_ARGS__);                                                                          \
    struct steps s;                                                                                                    \
    assert_int_equal(steps_read(&s, &c, 1, prepare, err), -1);                                                         \
    assert_says(err, message);                                                                                         \
  } while (0)

static void test_refused(void **state) {
  (void)state;
  REFUSED(1, "no transform is called `resise`; did you mean `resize`?", "resise", NUMBER_ARG(3));
  REFUSED(1, "resize has no parameter `sice`; it is resize(size, crop: 0)", "resize", NUMBER_ARG(3), NAMED("sice", 3));
  REFUSED(1, "resize needs `size`", "resize", NAMED("crop", 3));
  REFUSED(1, "resize is given too many arguments", "resize", NUMBER_ARG(3), NUMBER_ARG(3), NUMBER_ARG(3));
  REFUSED(1, "resize is given `size` twice", "resize", NUMBER_ARG(3), NAMED("size", 3));
  REFUSED(1, "resize: the size should be a whole number", "resize", NUMBER_ARG(3.5));
  REFUSED(1, "resize: the size should be a whole number", "resize", TEXT_ARG("large"));
  REFUSED(1, "rotate is random: it belongs in `augment:`", "rotate", NUMBER_ARG(3));
  REFUSED(0, "scale is not random: it belongs in `prepare:`", "scale", NUMBER_ARG(3));
  REFUSED(0, "flip: say how often", "flip", NAMED("horizontal", 0));
  REFUSED(0, "rotate: fill is nearest, reflect, wrap or constant(value)", "rotate", NUMBER_ARG(3),
          WORD("fill", "black"));
  REFUSED(0, "zoom takes a share below 1", "zoom", NUMBER_ARG(1));
  REFUSED(0, "noise: `std` should not be negative", "noise", NUMBER_ARG(-1));
  REFUSED(1, "normalize: std should be above 0", "normalize", NUMBER_ARG(1), NUMBER_ARG(0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_resize),      cmocka_unit_test(test_crop_pad), cmocka_unit_test(test_map),
      cmocka_unit_test(test_boxes),       cmocka_unit_test(test_affine),   cmocka_unit_test(test_flip),
      cmocka_unit_test(test_random_crop), cmocka_unit_test(test_ranges),   cmocka_unit_test(test_warp_boxes),
      cmocka_unit_test(test_colours),     cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
