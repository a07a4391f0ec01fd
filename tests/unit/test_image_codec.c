/* Pictures from files: against Pillow's pixels (tests/peer/golden/pictures.h), and with every byte broken. */
#include "../peer/golden/pictures.h"
#include "data_fixture.h"

static struct net_picture *decoded(const unsigned char *file, size_t size) {
  char err[512] = "";
  struct net_picture *p = image_decode(file, size, "a file", err);
  if (!p)
    fail_msg("%s", err);
  return p;
}

static void near(const struct net_picture *p, int width, int height, int channels, const unsigned char *expected,
                 int tolerance) {
  assert_int_equal(p->width, width);
  assert_int_equal(p->height, height);
  assert_int_equal(p->channels, channels);
  for (int i = 0; i < width * height * channels; i++)
    if (abs(p->pixels[i] - expected[i]) > tolerance)
      fail_msg("pixel value %d is %d, not %d", i, p->pixels[i], expected[i]);
}

#define DECODED(name, ...)                                                                                             \
  do {                                                                                                                 \
    struct net_picture *p = decoded(name, sizeof name);                                                                \
    near(p, __VA_ARGS__);                                                                                              \
    image_free(p);                                                                                                     \
  } while (0)

static void test_png(void **state) {
  (void)state;
  DECODED(grey_png, 9, 7, 1, grey_pixels, 0);
  DECODED(rgb_png, 6, 5, 3, rgb_pixels, 0);
  DECODED(palette_png, 6, 5, 3, palette_pixels, 0);
  DECODED(alpha_png, 6, 5, 3, rgb_pixels, 0);
  DECODED(bits_png, 9, 7, 1, bits_pixels, 0);
  DECODED(wide_png, 9, 7, 1, grey_pixels, 0);
}

static void test_jpeg(void **state) {
  (void)state;
  DECODED(rgb_jpeg, 13, 9, 3, rgb_jpeg_pixels, 3);
  DECODED(grey_jpeg, 9, 7, 1, grey_jpeg_pixels, 1);
  DECODED(cmyk_jpeg, 6, 5, 3, cmyk_pixels, 3);
}

#define TURNED(o) {turned_##o, sizeof turned_##o}
static void test_orientation(void **state) {
  (void)state;
  static const struct {
    const unsigned char *file;
    size_t size;
  } files[] = {TURNED(1), TURNED(2), TURNED(3), TURNED(4), TURNED(5), TURNED(6), TURNED(7), TURNED(8)};
  for (int o = 0; o < COUNT(files); o++) {
    struct net_picture *p = decoded(files[o].file, files[o].size);
    const unsigned char *to = turned_to + 6 * o;
    int last = p->width * p->height - 1, corners[] = {0, p->width - 1, last - p->width + 1, last};
    assert_int_equal(p->width, to[0]);
    assert_int_equal(p->height, to[1]);
    for (int i = 0; i < 4; i++)
      assert_in_range(p->pixels[corners[i]] + 2, to[2 + i], to[2 + i] + 4);
    image_free(p);
  }
}

static void test_convert(void **state) {
  (void)state;
  struct net_picture *p = image_convert(decoded(rgb_png, sizeof rgb_png), 1);
  near(p, 6, 5, 1, rgb_as_grey, 0);
  p = image_convert(p, 3);
  for (int i = 0; i < 90; i++)
    assert_int_equal(p->pixels[i], rgb_as_grey[i / 3]);
  image_free(p);
}

static void test_numbers(void **state) {
  (void)state;
  char err[512];
  fixture_write("palette.png", palette_png, sizeof palette_png);
  struct net_picture *p = image_read_numbers(fixture_path("palette.png"), err);
  near(p, 6, 5, 1, palette_numbers, 0);
  image_free(p);
  fixture_write("rgb.png", rgb_png, sizeof rgb_png);
  assert_null(image_read_numbers(fixture_path("rgb.png"), err));
  assert_says(err, "rgb.png: a broken PNG (colours where each pixel should be a number)");
  fixture_write("a.jpg", grey_jpeg, sizeof grey_jpeg);
  assert_null(image_read_numbers(fixture_path("a.jpg"), err));
  assert_says(err, "a.jpg: not a PNG");
}

static void test_write(void **state) {
  (void)state;
  char err[512];
  struct net_picture *p = decoded(rgb_png, sizeof rgb_png);
  assert_int_equal(image_write(fixture_path("again.png"), p, err), 0);
  struct net_picture *q = image_read(fixture_path("again.png"), err);
  near(q, 6, 5, 3, rgb_pixels, 0);
  image_free(q);
  assert_int_equal(image_write(fixture_path("again.jpg"), p, err), 0);
  q = image_read(fixture_path("again.jpg"), err);
  assert_int_equal(q->width, 6);
  image_free(q);
  assert_int_equal(image_write(fixture_path("nowhere/again.png"), p, err), -1);
  assert_says(err, "nowhere/again.png: No such file");
  image_free(p);
}

static void test_refused(void **state) {
  (void)state;
  char err[512];
  fixture_write("empty.png", "", 0);
  assert_null(image_read(fixture_path("empty.png"), err));
  assert_says(err, "empty.png: the file is empty");
  fixture_write("text.png", "hello, world", 12);
  assert_null(image_read(fixture_path("text.png"), err));
  assert_says(err, "text.png: neither a PNG nor a JPEG");
  assert_null(image_read(fixture_dir, err));
  assert_says(err, "not a file");
  assert_null(image_read(fixture_path("none.png"), err));
  assert_says(err, "none.png: No such file");

  unsigned char huge[sizeof rgb_jpeg];
  memcpy(huge, rgb_jpeg, sizeof huge);
  size_t at = 0;
  while (huge[at] != 0xff || huge[at + 1] != 0xc0) /* the frame's header: length, bits, height, width */
    at++;
  huge[at + 5] = 30000 >> 8, huge[at + 6] = 30000 & 255;
  assert_null(image_decode(huge, sizeof huge, "huge.jpg", err));
  assert_says(err, "huge.jpg: it is 13x30000; pictures may have up to 20000 pixels a side and 100 million in all");
}

/* Whatever is done to a file, there is a picture of a sensible size or a message; never a crash (run it under ASan). */
static void broken(const unsigned char *file, size_t size) {
  unsigned char *copy = malloc(size);
  char err[512];
  for (size_t n = 0; n < size; n++) { /* cut off: in a block of exactly that size, so that reading on is seen */
    unsigned char *part = malloc(n ? n : 1);
    memcpy(part, file, n);
    *err = 0;
    struct net_picture *p = image_decode(part, n, "cut", err);
    assert_true(p || *err);
    image_free(p);
    free(part);
  }
  for (size_t at = 0; at < size; at++)
    for (int bit = 0; bit < 8; bit++) {
      memcpy(copy, file, size);
      copy[at] ^= 1 << bit;
      *err = 0;
      struct net_picture *p = image_decode(copy, size, "flipped", err);
      assert_true(p || *err);
      image_free(p);
    }
  free(copy);
}

static void test_broken(void **state) {
  (void)state;
  broken(rgb_png, sizeof rgb_png);
  broken(palette_png, sizeof palette_png);
  broken(wide_png, sizeof wide_png);
  broken(rgb_jpeg, sizeof rgb_jpeg);
  broken(cmyk_jpeg, sizeof cmyk_jpeg);
  broken(turned_6, sizeof turned_6);
}

/* A JPEG whose picture data stop half way is refused rather than filled with grey. */
static void test_half_jpeg(void **state) {
  (void)state;
  char err[512];
  assert_null(image_decode(rgb_jpeg, sizeof rgb_jpeg - 40, "half.jpg", err));
  assert_says(err, "half.jpg: a broken JPEG");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_png),
                                     cmocka_unit_test(test_jpeg),
                                     cmocka_unit_test(test_orientation),
                                     cmocka_unit_test(test_convert),
                                     cmocka_unit_test(test_broken),
                                     cmocka_unit_test(test_half_jpeg),
                                     cmocka_unit_test_setup_teardown(test_numbers, fixture_open, fixture_close),
                                     cmocka_unit_test_setup_teardown(test_write, fixture_open, fixture_close),
                                     cmocka_unit_test_setup_teardown(test_refused, fixture_open, fixture_close)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
