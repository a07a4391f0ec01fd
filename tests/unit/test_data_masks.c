/* Masks as they are found: black and white, zeros and ones, colors; and samples held out one by one. */
#include "data_fixture.h"

static char err[512];
enum { W = 3, H = 2, SIZE = W * H };

static const struct net_field binary[] = {IMAGE_FIELD(1, H, W), MASK_FIELD(H, W)};
static const struct net_field classes[] = {IMAGE_FIELD(1, H, W), CLASS_MASK_FIELD(3, H, W)};

static void picture_write(const char *name, int channels, const unsigned char *pixels) {
  struct net_picture *p = image_new(W, H, channels);
  memcpy(p->pixels, pixels, (size_t)SIZE * (size_t)channels);
  assert_int_equal(image_write(fixture_path(name), p, err), 0);
  image_free(p);
}

static struct net_call call;
static struct net_data data;

static struct net_dataset *opened(const struct net_field *fields, const struct net_arg *colors) {
  static struct net_arg args[3] = {TEXT_ARG("image/*.png"), TEXT_ARG("mask/*.*")};
  if (colors)
    args[2] = *colors;
  call = (struct net_call){"pairs", colors ? 3 : 2, args};
  data.name = "Pairs", data.fields = 2, data.field = fields, data.source = &call;
  return data_open(&data, NET_TRAIN, fixture_dir, 1, err);
}

static int filled(const struct net_field *fields, const struct net_arg *colors, void *mask) {
  float image[SIZE];
  struct net_dataset *s = opened(fields, colors);
  if (!s)
    return -1;
  int64_t i = 0;
  int failed = data_fill(s, &i, &i, 1, 0, 0, (void *[]){image, mask}, err);
  data_close(s);
  return failed;
}

static int open_pairs(void **state) {
  static const unsigned char image[SIZE] = {0};
  if (fixture_open(state))
    return -1;
  data = (struct net_data){0};
  fixture_folder("image"), fixture_folder("mask");
  picture_write("image/a.png", 1, image);
  return 0;
}

static void mask_is(const char *name, const unsigned char *values, const char *expected) {
  float mask[SIZE];
  picture_write(name, 1, values);
  assert_int_equal(filled(binary, NULL, mask), 0);
  for (int k = 0; k < SIZE; k++)
    assert_true(mask[k] == (float)(expected[k] - '0'));
  unlink(fixture_path(name));
}

static void test_binary(void **state) {
  (void)state;
  mask_is("mask/a.png", (const unsigned char[]){0, 255, 255, 0, 127, 128}, "011001");
  mask_is("mask/a.png", (const unsigned char[]){0, 1, 1, 0, 0, 1}, "011001");
  mask_is("mask/a.png", (const unsigned char[]){0, 38, 38, 0, 0, 38}, "011001");
  mask_is("mask/a.png", (const unsigned char[]){0, 38, 38, 0, 0, 75}, "000000");
  mask_is("mask/a.png", (const unsigned char[]){0, 0, 0, 0, 0, 0}, "000000");
  mask_is("mask/a.jpg", (const unsigned char[]){3, 3, 3, 3, 3, 3}, "000000"); /* nearly black, as JPEG makes it */
}

static void test_colors(void **state) {
  (void)state;
  static const unsigned char rgb[3 * SIZE] = {0, 0, 0, 255, 0, 0, 255, 0, 0, 0, 16, 128, 0, 0, 0, 0, 16, 128};
  static const int expected[SIZE] = {0, 2, 2, 1, 0, 1};
  const struct net_arg text[] = {TEXT_ARG("#000000"), TEXT_ARG("#001080"), TEXT_ARG("#FF0000")};
  struct net_arg colors = {.name = "colors", .kind = NET_LIST, .count = 3, .list = text};
  int32_t mask[SIZE];
  picture_write("mask/a.png", 3, rgb);
  if (filled(classes, &colors, mask))
    fail_msg("%s", err);
  for (int k = 0; k < SIZE; k++)
    assert_int_equal(mask[k], expected[k]);
  const struct net_arg others[] = {TEXT_ARG("#000000"), TEXT_ARG("#001081"), TEXT_ARG("#FF0000")};
  colors.list = others;
  assert_int_equal(filled(classes, &colors, mask), -1);
  assert_says(err, "mask/a.png: pixel (0, 1) is #001080, which is none of the colors");
  const struct net_arg wrong[] = {TEXT_ARG("#000000"), TEXT_ARG("red"), TEXT_ARG("#FF0000")};
  colors.list = wrong;
  assert_int_equal(filled(classes, &colors, mask), -1);
  assert_says(err, "\"red\" is no color; they are written \"#rrggbb\"");
  colors.count = 2;
  assert_int_equal(filled(classes, &colors, mask), -1);
  assert_says(err, "pairs has 2 colors, but field `areas` has 3 classes");
}

/* ---- holdout: [...] ---- */

static void held_out(const struct net_arg *list, int count, const char *train, const char *val) {
  static const struct net_field fields[] = {IMAGE_FIELD(1, H, W)};
  const struct net_arg samples = {.kind = NET_LIST, .count = count, .list = list};
  const struct net_call holdout = {"listed", 1, &samples}, images = CALL_OF("images", TEXT_ARG("*/*.png"));
  struct net_data d = {.name = "D", .fields = 1, .field = fields, .source = &images, .holdout = &holdout};
  for (int split = 0; split < 2; split++) {
    struct net_dataset *s = data_open(&d, split ? NET_VAL : NET_TRAIN, fixture_dir, 1, err);
    const char *expected = split ? val : train;
    if (!s)
      fail_msg("%s", err);
    assert_int_equal(data_count(s), strlen(expected));
    for (int64_t i = 0; i < data_count(s); i++) {
      float image[SIZE];
      assert_int_equal(data_fill(s, &i, &i, 1, 0, 0, (void *[]){image}, err), 0);
      assert_int_equal((int)image[0], expected[i] - '0');
    }
    data_close(s);
  }
}

static void not_held(const struct net_arg *list, int count, const char *message) {
  static const struct net_field fields[] = {IMAGE_FIELD(1, H, W)};
  const struct net_arg samples = {.kind = NET_LIST, .count = count, .list = list};
  const struct net_call holdout = {"listed", 1, &samples}, images = CALL_OF("images", TEXT_ARG("*/*.png"));
  struct net_data d = {.name = "D", .fields = 1, .field = fields, .source = &images, .holdout = &holdout};
  assert_null(data_open(&d, NET_VAL, fixture_dir, 1, err));
  assert_says(err, message);
}

static void test_holdout(void **state) {
  (void)state;
  fixture_folder("x"), fixture_folder("y");
  for (int i = 0; i < 6; i++) {
    char name[32];
    snprintf(name, sizeof name, "%c/%d.png", i < 3 ? 'x' : 'y', i < 5 ? i : 1);
    fixture_picture(name, W, H, i); /* x/0 x/1 x/2 y/1 (5) y/3 y/4 */
  }
  held_out((const struct net_arg[]){NUMBER_ARG(0), NUMBER_ARG(4)}, 2, "1254", "03");
  held_out((const struct net_arg[]){TEXT_ARG("4.png"), TEXT_ARG("x/1.png")}, 2, "0253", "14");
  not_held((const struct net_arg[]){TEXT_ARG("1.png")}, 1, "y/1.png; write more of the path");
  not_held((const struct net_arg[]){TEXT_ARG("7.png")}, 1, "no sample is called \"7.png\"; the first is");
  not_held((const struct net_arg[]){NUMBER_ARG(6)}, 1, "6 is no sample; they are 0 to 5");
  not_held((const struct net_arg[]){NUMBER_ARG(0.5)}, 1, "0.5 is no sample");
  not_held(NULL, 0, "the list is empty");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_binary, open_pairs, fixture_close),
                                     cmocka_unit_test_setup_teardown(test_colors, open_pairs, fixture_close),
                                     cmocka_unit_test_setup_teardown(test_holdout, fixture_open, fixture_close)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
