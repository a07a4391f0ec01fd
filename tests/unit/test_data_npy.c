/* npy: NumPy's own files (tests/peer/arrays.py), their types and layouts, and what is said about arrays that do not
   fit. Damaged and shortened files are read or refused, never worse (run it under ASan). */
#include "../peer/golden/arrays.h"
#include "data_fixture.h"

static char err[512];
enum { N = 3, C = 3, H = 2, W = 4, SIZE = C * H * W };

static struct net_call call;
static struct net_data data;

static struct net_dataset *opened(const struct net_field *fields, int count, const char *const *files) {
  static struct net_arg args[4];
  int n = 0;
  for (; files[n]; n++)
    args[n] = (struct net_arg)TEXT_ARG(files[n]);
  call = (struct net_call){"npy", n, args};
  data = (struct net_data){.name = "Arrays", .fields = count, .field = fields, .source = &call};
  return data_open(&data, NET_TRAIN, fixture_dir, 1, err);
}
#define FILES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define WRITE(name) fixture_write(#name ".npy", npy_##name, sizeof npy_##name)

static const struct net_field pictures[] = {IMAGE_FIELD(C, H, W), CLASS_FIELD(3)};

static struct net_dataset *found(struct net_dataset *s) {
  if (!s)
    fail_msg("%s", err);
  return s;
}

static void pictures_are(const char *images, const char *labels) {
  struct net_dataset *s = found(opened(pictures, 2, FILES(images, labels)));
  assert_int_equal(data_count(s), N);
  for (int64_t i = 0; i < N; i++) {
    float image[SIZE];
    int32_t label;
    assert_int_equal(data_fill(s, &i, &i, 1, 0, 0, (void *[]){image, &label}, err), 0);
    assert_int_equal(label, (i + 2) % 3);
    for (int k = 0; k < SIZE; k++)
      assert_true(image[k] == (float)npy_pixels[i * SIZE + k]);
  }
  data_close(s);
}

static int write_all(void **state) {
  if (fixture_open(state))
    return -1;
  WRITE(first), WRITE(last), WRITE(unit), WRITE(whole), WRITE(wide), WRITE(grey), WRITE(mask), WRITE(version_2);
  WRITE(labels_u1), WRITE(labels_i8), WRITE(labels_f4), WRITE(labels_one), WRITE(single);
  WRITE(values_f4), WRITE(values_f8), WRITE(values_i2), WRITE(values_big), WRITE(values_half), WRITE(values_columns);
  WRITE(values_complex);
  return 0;
}

static void test_pictures(void **state) {
  (void)state;
  pictures_are("first.npy", "labels_u1.npy");
  pictures_are("last.npy", "labels_i8.npy");
  pictures_are("unit.npy", "labels_f4.npy");
  pictures_are("whole.npy", "labels_one.npy");
  pictures_are("wide.npy", "labels_u1.npy");
  pictures_are("version_2.npy", "labels_u1.npy");
}

static void test_masks(void **state) {
  (void)state;
  static const struct net_field fields[] = {IMAGE_FIELD(1, H, W), MASK_FIELD(H, W)};
  static const struct net_field areas[] = {CLASS_MASK_FIELD(256, H, W)};
  float image[H * W], mask[H * W];
  int32_t area[H * W];
  struct net_dataset *s = found(opened(fields, 2, FILES("grey.npy", "mask.npy")));
  for (int64_t i = 0; i < N; i++) {
    assert_int_equal(data_fill(s, &i, &i, 1, 0, 0, (void *[]){image, mask}, err), 0);
    for (int k = 0; k < H * W; k++)
      assert_true(image[k] == (float)npy_pixels[i * SIZE + k] && mask[k] == (image[k] > 99));
  }
  data_close(s);
  s = found(opened(areas, 1, FILES("grey.npy")));
  for (int64_t i = 0; i < N; i++) {
    assert_int_equal(data_fill(s, &i, &i, 1, 0, 0, (void *[]){area}, err), 0);
    for (int k = 0; k < H * W; k++)
      assert_int_equal(area[k], npy_pixels[i * SIZE + k]);
  }
  data_close(s);
}

static void test_values(void **state) {
  (void)state;
  static const struct net_field fields[] = {{.name = "x", .kind = NET_VALUE, .rank = 2, .dim = {2, 3}}};
  static const char *const files[] = {"values_f4.npy", "values_f8.npy", "values_i2.npy"};
  for (int f = 0; f < 3; f++) {
    struct net_dataset *s = found(opened(fields, 1, FILES(files[f])));
    for (int64_t i = 0; i < N; i++) {
      float x[6];
      assert_int_equal(data_fill(s, &i, &i, 1, 0, 0, (void *[]){x}, err), 0);
      for (int k = 0; k < 6; k++) {
        float v = (float)(6 * i + k) - 4.5f;
        assert_true(x[k] == (f == 2 ? (float)(int)v : v));
      }
    }
    data_close(s);
  }
}

static void refused(const struct net_field *fields, int count, const char *const *files, const char *message) {
  assert_null(opened(fields, count, files));
  assert_says(err, message);
}

static void test_refused(void **state) {
  (void)state;
  static const struct net_field x[] = {{.name = "x", .kind = NET_VALUE, .rank = 2, .dim = {2, 3}}};
  static const struct net_field y[] = {{.name = "y", .kind = NET_VALUE, .rank = 1, .dim = {5}}};
  static const struct net_field two[] = {IMAGE_FIELD(C, H, W), CLASS_FIELD(2)};
  static const struct net_field grey[] = {IMAGE_FIELD(1, H, W)}, few[] = {CLASS_MASK_FIELD(9, H, W)};
  refused(x, 1, FILES("values_big.npy"), "big-endian values (>f4); save them as a.astype('<f4')");
  refused(x, 1, FILES("values_half.npy"), "values of type <f2; integers, floats of 32 and 64 bits and bools are read");
  refused(x, 1, FILES("values_complex.npy"), "values of type <c8");
  refused(x, 1, FILES("values_columns.npy"), "columns come first (fortran_order); save it as np.ascontiguousarray(a)");
  refused(x, 1, FILES("single.npy"), "single.npy is a single value");
  refused(y, 1, FILES("values_f4.npy"), "values_f4.npy is [3, 2, 3] of float32, but field `y` wants [n, 5]");
  refused(two, 2, FILES("first.npy", "labels_u1.npy"),
          "labels_u1.npy, sample 0: value 0 is 2, but field `label` wants classes 0 to 1");
  refused(two, 2, FILES("first.npy", "labels_one.npy"), "field `label` wants [n], or [n, 2] with a 1 at the class");
  refused(two, 2, FILES("first.npy"), "npy takes one file for each field, in their order; there are 2 fields");
  refused(grey, 1, FILES("first.npy"),
          "field `image` wants [n, 1, height, width], [n, height, width, 1] or without the 1");
  refused(few, 1, FILES("grey.npy"), "but field `areas` wants whole numbers from 0 to 8");
  refused(pictures, 2, FILES("values_f8.npy", "labels_u1.npy"),
          "values_f8.npy is [3, 2, 3] of float64, but field `image` wants [n, 3,");
  refused(pictures, 2, FILES("firts.npy", "labels_u1.npy"), "firts.npy does not exist; in");
  fixture_write("text.npy", "hello, world", 12);
  refused(x, 1, FILES("text.npy"), "text.npy: not a .npy file");
  fixture_write("none.npy", "", 0);
  refused(x, 1, FILES("none.npy"), "none.npy: the file is empty");
  fixture_write("cut.npy", npy_values_f4, sizeof npy_values_f4 - 1);
  refused(x, 1, FILES("cut.npy"), "cut.npy: its header promises [3, 2, 3] of float32, but 71 bytes of values follow");
  unsigned char odd[sizeof npy_unit];
  memcpy(odd, npy_unit, sizeof odd);
  memcpy(odd + sizeof odd - 4, &(float){1.5f}, 4);
  fixture_write("odd.npy", odd, sizeof odd);
  refused(pictures, 2, FILES("odd.npy", "labels_u1.npy"),
          "wants whole numbers from 0 to 255, or all of them from 0 to 1");
}

static void damaged(const struct net_field *fields, const unsigned char *file, size_t size) {
  unsigned char *copy = malloc(size);
  for (size_t at = 0; at < 2 * 128; at++) { /* the header: cut off, and each byte changed */
    memcpy(copy, file, size);
    if (at % 2)
      copy[at / 2] ^= (unsigned char)(1 << at / 2 % 8);
    fixture_write("bad.npy", copy, at % 2 ? size : at / 2);
    *err = 0;
    struct net_dataset *s = opened(fields, 1, FILES("bad.npy"));
    assert_true(s || *err);
    for (int64_t i = 0; s && i < data_count(s); i++) {
      float room[SIZE];
      *err = 0;
      assert_true(!data_fill(s, &i, &i, 1, 0, 0, (void *[]){room}, err) || *err);
    }
    data_close(s);
  }
  free(copy);
}

static void test_damaged(void **state) {
  (void)state;
  static const struct net_field image[] = {IMAGE_FIELD(C, H, W)}, label[] = {CLASS_FIELD(3)};
  static const struct net_field x[] = {{.name = "x", .kind = NET_VALUE, .rank = 2, .dim = {2, 3}}};
  damaged(image, npy_first, sizeof npy_first);
  damaged(image, npy_unit, sizeof npy_unit);
  damaged(image, npy_version_2, sizeof npy_version_2);
  damaged(label, npy_labels_one, sizeof npy_labels_one);
  damaged(x, npy_values_f8, sizeof npy_values_f8);
}

int main(void) {
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, write_all, fixture_close)
  const struct CMUnitTest tests[] = {IN_FOLDER(test_pictures), IN_FOLDER(test_masks), IN_FOLDER(test_values),
                                     IN_FOLDER(test_refused), IN_FOLDER(test_damaged)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
