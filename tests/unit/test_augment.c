/* Augment's steps by given numbers, against what Keras, torchvision and Pillow make of the same numbers. */
#include "../peer/golden/augment.h"
#include "augment/colour.h"
#include "data_fixture.h"
#include <math.h>

static char err[512];
enum { SIZE = SIDE * SIDE };

static const struct cell grey = {.channels = 1, .height = SIDE, .width = SIDE, .bytes = (unsigned char *)picture};

static void step_on(struct warp *w, enum step_kind kind, float a, float b) {
  warp_step(w, &(struct step){.kind = kind}, (float[DRAWN]){a, b});
}

static int fill_of(const char *name) {
  static const char *const names[] = {"nearest", "reflect", "wrap", "constant"};
  int k = 0;
  while (strcmp(names[k], name))
    k++;
  return k;
}

/* Rotate, shift, shear, zoom, in this order. Floats of ours, doubles of scipy's: that is all the difference. */
static void test_keras(void **state) {
  (void)state;
  for (int i = 0; i < COUNT(keras); i++) {
    struct warp w = warp_still(SIDE, SIDE);
    float out[SIZE];
    step_on(&w, STEP_ROTATE, keras[i].rotate, 0);
    step_on(&w, STEP_SHIFT, keras[i].right, keras[i].down);
    step_on(&w, STEP_SHEAR, keras[i].shear, 0);
    step_on(&w, STEP_ZOOM, keras[i].across, keras[i].along);
    w.fill = (struct fill){fill_of(keras[i].fill), keras[i].value};
    w.order = keras[i].order;
    assert_int_equal(warp_image(&w, &grey, out), 0);
    for (int k = 0; k < SIZE; k++)
      if (fabsf(out[k] - keras[i].expected[k]) > 0.01f)
        fail_msg("case %d (%s, order %d): pixel (%d, %d) is %g, not %g", i, keras[i].fill, keras[i].order, k % SIDE,
                 k / SIDE, out[k], keras[i].expected[k]);
  }
}

/* torchvision's affine turns the other way round than its rotate, and blackens what lies outside, mixing the black into
   the border's pixels: only what is read between four pixels is compared. */
static void test_affine(void **state) {
  (void)state;
  struct warp w = warp_still(SIDE, SIDE);
  float out[SIZE];
  warp_step(&w, &(struct step){.kind = STEP_AFFINE}, (float[DRAWN]){20, 1, -2, 1.2f, 10, -5});
  w.fill = (struct fill){FILL_CONSTANT, -1};
  assert_int_equal(warp_image(&w, &grey, out), 0);
  int inside = 0;
  for (int k = 0; k < SIZE; k++)
    if (out[k] >= 0) {
      inside++;
      assert_true(fabsf(out[k] - affine_turned[k]) < 0.01f);
    }
  assert_true(inside > SIZE / 2);
}

/* A window that shrinks is averaged: Pillow's resize of a box, which rounds to bytes twice. Flipped, it is the same one
   flipped; turned, it is read between four pixels. */
static void test_shrink(void **state) {
  (void)state;
  enum { WIDTH = 8, HEIGHT = 5 };
  const struct step crop = {.kind = STEP_RANDOM_RESIZED_CROP, .height = HEIGHT, .width = WIDTH};
  struct warp w = warp_still(SIDE, SIDE);
  float out[WIDTH * HEIGHT], flipped[WIDTH * HEIGHT];
  warp_step(&w, &crop, (float[DRAWN]){1.25f, 0.5f, 10.25f, 11.25f});
  assert_int_equal(warp_image(&w, &grey, out), 0);
  step_on(&w, STEP_FLIP, -1, 1);
  assert_int_equal(warp_image(&w, &grey, flipped), 0);
  for (int k = 0; k < WIDTH * HEIGHT; k++) {
    assert_true(fabsf(out[k] - cropped[k]) < 1.01f);
    assert_true(fabsf(flipped[k] - out[k / WIDTH * WIDTH + WIDTH - 1 - k % WIDTH]) < 0.01f);
  }
}

/* ---- colours ---- */

static void coloured(enum step_kind kind, const float n[DRAWN], float v[3 * SIZE]) {
  static float scratch[3 * SIZE];
  struct planes p = {3, SIDE, SIDE, SIZE, v, scratch};
  for (int i = 0; i < 3 * SIZE; i++)
    v[i] = picture[i];
  colour_step(&p, &(struct step){.kind = kind}, n);
}

static void same(const char *what, const float *v, const float *expected, float tolerance) {
  for (int i = 0; i < 3 * SIZE; i++)
    if (!(fabsf(v[i] - expected[i]) <= tolerance))
      fail_msg("%s: value %d, of %d, is %g, not %g", what, i, picture[i], v[i], expected[i]);
}

static void test_colours(void **state) {
  (void)state;
  static const struct {
    const char *name;
    enum step_kind kind;
    float n[DRAWN];
    const float *expected;
    float tolerance; /* 1, or more, of libraries that cut to bytes */
  } cases[] = {
      {"channel_shift", STEP_CHANNEL_SHIFT, {31.5f}, keras_shifted, 0.01f},
      {"brightness, Keras", STEP_BRIGHTNESS, {1.4f}, keras_brighter, 1},
      {"brightness", STEP_BRIGHTNESS, {1.3f}, brightness_1_3, 0.01f},
      {"contrast", STEP_CONTRAST, {1.4f}, contrast_1_4, 0.02f}, /* its grey weighs by 0.2989, ours by Pillow's 0.299 */
      {"saturation", STEP_SATURATION, {0.4f}, saturation_0_4, 0.02f},
      {"hue", STEP_HUE, {0.2f}, hue_0_2, 0.01f},
      {"hue back", STEP_HUE, {-0.35f}, hue_minus_0_35, 0.01f},
      {"grayscale", STEP_GRAYSCALE, {0}, grayscale, 0.03f},
      {"gaussian_blur", STEP_GAUSSIAN_BLUR, {5, 1.3f}, blurred, 0.01f},
      {"autocontrast", STEP_AUTOCONTRAST, {0}, autocontrasted, 0.01f},
      {"equalize", STEP_EQUALIZE, {0}, equalized, 0},
      {"equalize, Pillow", STEP_EQUALIZE, {0}, pil_equalized, 0},
      {"posterize", STEP_POSTERIZE, {3}, posterized, 0},
      {"solarize", STEP_SOLARIZE, {128}, solarized, 0},
      {"sharpness", STEP_SHARPNESS, {1.8f}, sharpened, 0.01f},
      {"sharpness, Pillow", STEP_SHARPNESS, {1.8f}, pil_sharpened, 1.5f},
  };
  float v[3 * SIZE];
  for (int i = 0; i < COUNT(cases); i++) {
    coloured(cases[i].kind, cases[i].n, v);
    same(cases[i].name, v, cases[i].expected, cases[i].tolerance);
  }
}

/* A picture smaller than the kernel is mirrored again and again. */
static void test_blur_small(void **state) {
  (void)state;
  float v[] = {0, 30, 60}, scratch[3];
  struct planes p = {1, 1, 3, 3, v, scratch};
  colour_step(&p, &(struct step){.kind = STEP_GAUSSIAN_BLUR}, (float[DRAWN]){41, 100});
  for (int i = 0; i < 3; i++)
    assert_true(v[i] > 25 && v[i] < 35);
}

/* ---- what is drawn ---- */

#define DRAW_N 4000
static int drawn(struct net_call c, int64_t i, float n[DRAWN]) {
  struct steps s;
  if (steps_read(&s, &c, 1, 0, err))
    fail_msg("%s", err);
  return step_draw(&s.step[0], &(struct chance){1, 2, i}, 0, 100, 200, n);
}

static void test_shift(void **state) {
  (void)state;
  struct net_arg items[] = {NUMBER_ARG(3), NUMBER_ARG(7)}, shares[] = {NUMBER_ARG(0.1), NUMBER_ARG(0.25)};
  struct net_arg list = {.name = "width", .kind = NET_LIST, .count = 2, .list = items};
  struct net_arg part = {.name = "height", .kind = NET_LIST, .count = 2, .list = shares};
  int whole[9] = {0}, chosen[4] = {0};
  float n[DRAWN], far = 0;
  for (int i = 0; i < DRAW_N; i++) {
    drawn((struct net_call)CALL_OF("shift", NAMED("width", 5), NAMED("height", 2.5)), i, n);
    assert_true(n[0] == floorf(n[0]) && fabsf(n[0]) <= 4 && fabsf(n[1]) <= 2.5f); /* Keras: -4 ... 4 */
    whole[(int)n[0] + 4]++;
    far = fmaxf(far, n[1]);
    drawn((struct net_call){"shift", 2, (struct net_arg[]){list, part}}, i, n);
    assert_true((fabsf(n[0]) == 3 || fabsf(n[0]) == 7) && (fabsf(n[1]) == 10 || fabsf(n[1]) == 25));
    chosen[(n[0] > 0) + 2 * (fabsf(n[0]) == 7)]++;
    drawn((struct net_call)CALL_OF("shift", NUMBER_ARG(0.1)), i, n);
    assert_true(fabsf(n[0]) <= 20 && fabsf(n[1]) <= 10);
  }
  assert_true(far > 2.4f);
  for (int i = 0; i < 9; i++)
    assert_in_range(whole[i], DRAW_N / 13, DRAW_N / 3);
  for (int i = 0; i < 4; i++)
    assert_in_range(chosen[i], DRAW_N / 5, DRAW_N / 3);
}

static void test_ranges(void **state) {
  (void)state;
  struct net_arg items[] = {NUMBER_ARG(0.5), NUMBER_ARG(1.5)}, turns[] = {NUMBER_ARG(-10), NUMBER_ARG(30)};
  float n[DRAWN], low = 1000, high = -1000;
  int taken = 0, apart = 0;
  for (int i = 0; i < DRAW_N; i++) {
    drawn((struct net_call){"zoom", 1, (struct net_arg[]){{.kind = NET_LIST, .count = 2, .list = items}}}, i, n);
    assert_true(n[0] >= 0.5f && n[0] <= 1.5f && n[1] >= 0.5f && n[1] <= 1.5f);
    apart += fabsf(n[0] - n[1]) > 0.1f;
    drawn((struct net_call){"rotate", 1, (struct net_arg[]){{.kind = NET_LIST, .count = 2, .list = turns}}}, i, n);
    low = fminf(low, n[0]), high = fmaxf(high, n[0]);
    taken += drawn((struct net_call)CALL_OF("invert", NAMED("p", 0.3)), i, n);
    drawn((struct net_call)CALL_OF("random_erasing", NAMED("p", 1)), i, n);
    assert_true(n[0] >= 0 && n[1] >= 0 && n[2] >= 1 && n[3] >= 1 && n[0] + n[2] <= 200 && n[1] + n[3] <= 100);
    assert_true(n[2] * n[3] < 0.36f * 200 * 100);
  }
  assert_true(low >= -10 && low < -9.5f && high <= 30 && high > 29.5f);
  assert_in_range(taken, DRAW_N / 4, DRAW_N / 3);
  assert_true(apart > DRAW_N / 2);
}

/* Fast normal numbers: mean, deviation, and how many lie further out than 2 and 3 deviations. */
static void test_noise(void **state) {
  (void)state;
  enum { N = 200000 };
  static float v[N], again[N];
  double sum = 0, squares = 0, beyond[2] = {0};
  for (int i = 0; i < N; i++)
    v[i] = again[i] = 128;
  noise_add(v, N, 10, &(struct chance){1, 2, 3}, SITE_PIXELS, 0);
  noise_add(again, N, 10, &(struct chance){1, 2, 3}, SITE_PIXELS, 0);
  assert_memory_equal(v, again, sizeof v);
  for (int i = 0; i < N; i++) {
    double z = (v[i] - 128) / 10;
    sum += z, squares += z * z, beyond[0] += fabs(z) > 2, beyond[1] += fabs(z) > 3;
  }
  assert_true(fabs(sum / N) < 0.01 && fabs(squares / N - 1) < 0.015);
  assert_true(fabs(beyond[0] / N - 0.0455) < 0.002 && fabs(beyond[1] / N - 0.0027) < 0.0005);
}

/* ---- what is refused ---- */

#define REFUSED(message, ...)                                                                                          \
  do {                                                                                                                 \
    struct net_call c = CALL_OF(__VA_ARGS__);                                                                          \
    struct steps s;                                                                                                    \
    assert_int_equal(steps_read(&s, &c, 1, 0, err), -1);                                                               \
    assert_says(err, message);                                                                                         \
  } while (0)

static void test_refused(void **state) {
  (void)state;
  struct net_arg back[] = {NUMBER_ARG(1.2), NUMBER_ARG(0.8)};
  REFUSED("zoom: `fraction` is [1.2, 0.8]; a range is [low, high]", "zoom", {.kind = NET_LIST, .count = 2, .list = back});
  REFUSED("rotate: order is 0 (the nearest pixel), 1 (linear) or 3 (cubic splines)", "rotate", NUMBER_ARG(9),
          NAMED("order", 2));
  REFUSED("invert: p is how often it happens, from 0 to 1", "invert", NAMED("p", 1.5));
  REFUSED("shift: say how far", "shift", WORD("fill", "wrap"));
  REFUSED("shift: either one share for both, or `width` and `height`", "shift", NUMBER_ARG(0.1), NAMED("width", 4));
  REFUSED("shift takes shares from 0 to 1; pixels are written shift(width: 4", "shift", NUMBER_ARG(4));
  REFUSED("`width: 1` would stay where it is", "shift", NAMED("width", 1));
  REFUSED("shear: the angle is below 90 degrees", "shear", NUMBER_ARG(90));
  REFUSED("affine: translate is a share of the size", "affine", NUMBER_ARG(3), NAMED("translate", 2));
  REFUSED("affine: scale is a list [low, high] of factors above 0", "affine", NUMBER_ARG(3), NAMED("scale", 0));
  REFUSED("gaussian_blur: kernel is an odd number of pixels", "gaussian_blur", NUMBER_ARG(4));
  REFUSED("posterize keeps 1 to 8 bits", "posterize", NUMBER_ARG(9));
  REFUSED("color_jitter: hue turns by a share of at most 0.5", "color_jitter", NAMED("hue", 0.6));
  REFUSED("random_erasing: area and ratio are lists", "random_erasing", NAMED("area", 2));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_keras), cmocka_unit_test(test_affine), cmocka_unit_test(test_shrink), cmocka_unit_test(test_colours),
      cmocka_unit_test(test_blur_small), cmocka_unit_test(test_shift), cmocka_unit_test(test_ranges),
      cmocka_unit_test(test_noise), cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
