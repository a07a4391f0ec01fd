/* Resizing against Pillow's BILINEAR: equal to the bit. */
#include "../peer/golden/transforms.h"
#include "data_fixture.h"

static void resized(const unsigned char *from, int width, int height, const unsigned char *expected, int to_width,
                    int to_height) {
  unsigned char *to = malloc((size_t)to_width * to_height);
  assert_int_equal(image_resize(from, width, height, to, to_width, to_height), 0);
  for (int i = 0; i < to_width * to_height; i++)
    if (to[i] != expected[i])
      fail_msg("%dx%d: pixel %d is %d, not %d", to_height, to_width, i, to[i], expected[i]);
  free(to);
}

static void test_resize(void **state) {
  (void)state;
  resized(source, 9, 7, to_3x4, 4, 3);
  resized(source, 9, 7, to_14x18, 18, 14);
  resized(source, 9, 7, to_7x3, 3, 7);
  resized(source, 9, 7, to_20x5, 5, 20);
  resized(source, 9, 7, source, 9, 7);
  resized(large, 47, 33, large_to_5x6, 6, 5);
}

static void test_one_pixel(void **state) {
  (void)state;
  unsigned char one = 77, to[12];
  assert_int_equal(image_resize(&one, 1, 1, to, 4, 3), 0);
  for (int i = 0; i < 12; i++)
    assert_int_equal(to[i], 77);
  unsigned char line[] = {0, 100, 200, 60};
  assert_int_equal(image_resize(line, 4, 1, &one, 1, 1), 0);
  assert_int_equal(one, 100); /* a triangle of radius 4 around 2: (5*0 + 7*100 + 7*200 + 5*60) / 24 */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_resize), cmocka_unit_test(test_one_pixel)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
