/* Sources that read files: what they give, and what they say about files that are missing, broken or at odds. */
#include "data_fixture.h"
#include <zlib.h>

static char err[512];
enum { W = 3, H = 2, N = 4 };

static struct net_dataset *opened(const struct net_data *d, enum net_split split) {
  *err = 0;
  return data_open(d, split, fixture_dir, 1, err);
}

static void refused(const struct net_data *d, const char *message) {
  struct net_dataset *s = opened(d, NET_TRAIN);
  if (s)
    fail_msg("opened, though %s", message);
  assert_says(err, message);
}

static int filled(struct net_dataset *s, int64_t i, void *a, void *b) {
  void *buffers[] = {a, b};
  return data_fill(s, &i, &i, 1, 0, 0, buffers, err);
}

/* ---- idx ---- */

static const struct net_field digit_fields[] = {IMAGE_FIELD(1, H, W), CLASS_FIELD(10)};
static const struct net_call idx = CALL_OF("idx", TEXT_ARG("images"), TEXT_ARG("labels"));
static const struct net_data digits = {.name = "Digits", .fields = 2, .field = digit_fields, .source = &idx};

static size_t idx_bytes(unsigned char *to, int axes, const int *size, size_t values) {
  unsigned char *p = to;
  *p++ = 0, *p++ = 0, *p++ = 8, *p++ = (unsigned char)axes;
  for (int i = 0; i < axes; i++)
    *p++ = 0, *p++ = 0, *p++ = 0, *p++ = (unsigned char)size[i];
  for (size_t i = 0; i < values; i++)
    *p++ = (unsigned char)i;
  return p - to;
}

static void idx_write(const char *name, int axes, const int *size, size_t values) {
  unsigned char bytes[256];
  fixture_write(name, bytes, idx_bytes(bytes, axes, size, values));
}

static void digits_write(void) {
  idx_write("images", 3, (int[]){N, H, W}, N * H * W);
  idx_write("labels", 1, (int[]){N}, N);
}

static void test_idx(void **state) {
  (void)state;
  float image[H * W];
  int32_t label;
  digits_write();
  struct net_dataset *s = opened(&digits, NET_TRAIN);
  assert_non_null(s);
  assert_int_equal(data_count(s), N);
  assert_int_equal(filled(s, 2, image, &label), 0);
  assert_int_equal(label, 2);
  for (int i = 0; i < H * W; i++)
    assert_true(image[i] == 2 * H * W + i);
  data_close(s);

  unsigned char bytes[256];
  size_t size = idx_bytes(bytes, 3, (int[]){N, H, W}, N * H * W);
  gzFile f = gzopen(fixture_path("images"), "wb");
  gzwrite(f, bytes, (unsigned)size);
  gzclose(f);
  s = opened(&digits, NET_TRAIN);
  assert_int_equal(filled(s, 3, image, &label), 0);
  assert_true(image[0] == 3 * H * W);
  data_close(s);
}

static void test_idx_refused(void **state) {
  (void)state;
  idx_write("labels", 1, (int[]){N}, N);
  refused(&digits, "/images does not exist; in ");
  assert_says(err, "there is labels");
  fixture_write("images", "", 0);
  refused(&digits, "/images: the file is empty");
  fixture_write("images", "\x1f\x8b\x08", 3);
  refused(&digits, "/images: ");
  fixture_write("images", "hello", 5);
  refused(&digits, "not an idx file (it starts with 68 65 6c 6c)");
  fixture_write("images", "\0\0\x0d\1\0\0\0\1", 8);
  refused(&digits, "an idx file of type 0d; only bytes (08) are read");
  fixture_write("images", "\0\0\x08\3\0\0\0\1", 8);
  refused(&digits, "shorter than an idx header");
  idx_write("images", 3, (int[]){N, H, W}, N * H * W - 1);
  refused(&digits, "its header promises 24 values, but 23 follow");
  idx_write("images", 1, (int[]){N}, N);
  refused(&digits, "has 1 axis; images have three, or four with 1 or 3 channels (is this the file of labels?)");
  idx_write("images", 3, (int[]){0, H, W}, 0);
  idx_write("labels", 1, (int[]){0}, 0);
  refused(&digits, "data Digits: idx has no samples");
  digits_write();
  idx_write("labels", 1, (int[]){3}, 3);
  refused(&digits, "/labels has 3 labels, but ");
  idx_write("labels", 3, (int[]){N, H, W}, N * H * W);
  refused(&digits, "/labels has 3 axes; labels have one");

  idx_write("images", 3, (int[]){20, 1, 1}, 20);
  idx_write("labels", 1, (int[]){20}, 20);
  struct net_field fields[] = {IMAGE_FIELD(1, 1, 1), CLASS_FIELD(10)};
  struct net_data d = {.name = "Digits", .fields = 2, .field = fields, .source = &idx};
  struct net_dataset *s = opened(&d, NET_TRAIN);
  float image;
  int32_t label;
  assert_int_equal(filled(s, 9, &image, &label), 0);
  assert_int_equal(filled(s, 10, &image, &label), -1);
  assert_says(err, "label 10 is 10, but the field has classes 0 to 9");
  data_close(s);
}

/* Every bit of both files, turned: a message, or samples that can be read. */
static void test_idx_broken(void **state) {
  (void)state;
  unsigned char images[64], labels[64];
  size_t size[] = {idx_bytes(images, 3, (int[]){N, H, W}, N * H * W), idx_bytes(labels, 1, (int[]){N}, N)};
  digits_write();
  for (int k = 0; k < 2; k++) {
    unsigned char *bytes = k ? labels : images;
    for (size_t bit = 0; bit < 8 * size[k]; bit++) {
      bytes[bit / 8] ^= 1 << bit % 8;
      fixture_write(k ? "labels" : "images", bytes, size[k]);
      bytes[bit / 8] ^= 1 << bit % 8;
      struct net_dataset *s = opened(&digits, NET_TRAIN);
      assert_true(s || *err);
      for (int i = 0; s && i < data_count(s); i++) {
        float image[H * W];
        int32_t label;
        *err = 0;
        assert_true(!filled(s, i, image, &label) || *err);
      }
      data_close(s);
    }
    fixture_write(k ? "labels" : "images", bytes, size[k]);
  }
}

static void test_size(void **state) {
  (void)state;
  float image[100];
  int32_t label;
  digits_write();
  struct net_field fields[] = {IMAGE_FIELD(1, 5, 5), CLASS_FIELD(10)};
  struct net_data d = {.name = "Digits", .fields = 2, .field = fields, .source = &idx};
  struct net_dataset *s = opened(&d, NET_TRAIN);
  assert_int_equal(filled(s, 0, image, &label), -1);
  assert_says(err, "is 2 high and 3 wide, but field `image` is 5 high and 5 wide; write `prepare: resize(5)`");
  data_close(s);
  fields[0] = (struct net_field)IMAGE_FIELD(3, H, W);
  s = opened(&d, NET_TRAIN);
  assert_int_equal(filled(s, 0, image, &label), -1);
  assert_says(err, "has 1 channel, but field `image` is [3, 2, 3]");
  data_close(s);
}

/* ---- cifar10 ---- */

static void test_cifar10(void **state) {
  (void)state;
  static const struct net_field fields[] = {IMAGE_FIELD(3, 32, 32), CLASS_FIELD(10)};
  static const struct net_arg names[] = {TEXT_ARG("a.bin"), TEXT_ARG("b.bin")};
  static const struct net_arg list[] = {{.kind = NET_LIST, .count = 2, .list = names}};
  static const struct net_call call = {"cifar10", 1, list};
  struct net_data d = {.name = "Small", .fields = 2, .field = fields, .source = &call};
  unsigned char bytes[3 * 3073] = {0};
  float image[3072];
  int32_t label;
  for (int i = 0; i < 3; i++)
    bytes[i * 3073] = (unsigned char)(4 + i), bytes[i * 3073 + 3072] = (unsigned char)i;
  fixture_write("a.bin", bytes, 2 * 3073);
  fixture_write("b.bin", bytes + 2 * 3073, 3073);
  struct net_dataset *s = opened(&d, NET_TRAIN);
  assert_int_equal(data_count(s), 3);
  assert_string_equal(data_class_name(s, 6), "frog");
  assert_null(data_class_name(s, 10));
  assert_int_equal(filled(s, 2, image, &label), 0);
  assert_int_equal(label, 6);
  assert_true(image[3071] == 2);
  data_close(s);
  const struct net_call pattern = CALL_OF("cifar10", TEXT_ARG("[ab].bin"));
  d.source = &pattern;
  s = opened(&d, NET_TRAIN);
  assert_int_equal(data_count(s), 3);
  data_close(s);
  d.source = &call;
  fixture_write("b.bin", bytes, 3072);
  refused(&d, "b.bin: 3072 bytes; CIFAR-10 has 3073 for each picture");
}

/* ---- folder ---- */

static void test_folder(void **state) {
  (void)state;
  static const struct net_field fields[] = {IMAGE_FIELD(1, H, W), CLASS_FIELD(2)};
  const struct net_call call = CALL_OF("folder", TEXT_ARG("train"));
  struct net_data d = {.name = "Pets", .fields = 2, .field = fields, .source = &call};
  float image[H * W];
  int32_t label;
  refused(&d, "/train does not exist");
  fixture_folder("train");
  refused(&d, "has 0 folders (), but field `label` has 2 classes");
  fixture_folder("train/dog");
  fixture_folder("train/cat");
  fixture_picture("train/dog/1.png", W, H, 50);
  refused(&d, "train/cat has no pictures");
  fixture_picture("train/cat/10.PNG", W, H, 10);
  fixture_picture("train/cat/9.png", W, H, 9);
  fixture_write("train/cat/notes.txt", "x", 1);
  struct net_dataset *s = opened(&d, NET_TRAIN);
  assert_int_equal(data_count(s), 3);
  assert_string_equal(data_class_name(s, 0), "cat");
  assert_null(data_class_name(s, 2));
  static const int value[] = {9, 10, 50}, labels[] = {0, 0, 1};
  for (int i = 0; i < 3; i++) {
    assert_int_equal(filled(s, i, image, &label), 0);
    assert_true(image[0] == value[i] && image[5] == value[i] + 12);
    assert_int_equal(label, labels[i]);
  }
  data_close(s);
  fixture_write("train/cat/9.png", "", 0);
  s = opened(&d, NET_TRAIN);
  assert_int_equal(filled(s, 0, image, &label), -1);
  assert_says(err, "train/cat/9.png: the file is empty");
  data_close(s);
  fixture_folder("train/fox");
  refused(&d, "has 3 folders (cat, dog, fox), but field `label` has 2 classes");
}

/* ---- pairs ---- */

static const struct net_field pair_fields[] = {IMAGE_FIELD(1, H, W), MASK_FIELD(H, W)};
static const struct net_call pairs = CALL_OF("pairs", TEXT_ARG("image/*.png"), TEXT_ARG("mask/*.png"));
static const struct net_data cells = {.name = "Cells", .fields = 2, .field = pair_fields, .source = &pairs};

static void test_pairs(void **state) {
  (void)state;
  float image[H * W], mask[H * W];
  refused(&cells, "/image does not exist");
  fixture_folder("image");
  fixture_folder("mask");
  refused(&cells, "nothing matches image/*.png in ");
  for (int i = 0; i < 11; i++) {
    char name[32];
    snprintf(name, sizeof name, "image/%d.png", i);
    fixture_picture(name, W, H, i);
    snprintf(name, sizeof name, "mask/%d.png", i);
    fixture_picture(name, W, H, 115 + i);
  }
  struct net_dataset *s = opened(&cells, NET_TRAIN);
  for (int i = 0; i < 11; i++) { /* 10 comes after 9, not after 1 */
    assert_int_equal(filled(s, i, image, mask), 0);
    assert_true(image[0] == i);
    for (int k = 0; k < H * W; k++)
      assert_true(mask[k] == (115 + i + k % W + 10 * (k / W) > 127));
  }
  data_close(s);
  unlink(fixture_path("mask/7.png"));
  refused(&cells, "image/7.png has no mask of the same name beside ");
  fixture_picture("mask/7.png", W + 1, H, 0);
  s = opened(&cells, NET_TRAIN);
  assert_int_equal(filled(s, 7, image, mask), -1);
  assert_says(err, "image/7.png is 3x2, but ");
  data_close(s);
}

static void test_pairs_sorted(void **state) {
  (void)state;
  fixture_folder("image");
  fixture_folder("mask");
  fixture_picture("image/a.png", W, H, 1);
  fixture_picture("image/b.png", W, H, 2);
  fixture_picture("mask/a_mask.png", W, H, 0);
  refused(&cells, "2 images (");
  fixture_picture("mask/b_mask.png", W, H, 200);
  float image[H * W], mask[H * W];
  struct net_dataset *s = opened(&cells, NET_TRAIN);
  assert_int_equal(filled(s, 1, image, mask), 0);
  assert_true(image[0] == 2 && mask[0] == 1);
  data_close(s);
}

static void test_class_mask(void **state) {
  (void)state;
  static const struct net_field fields[] = {IMAGE_FIELD(1, H, W), CLASS_MASK_FIELD(13, H, W)};
  struct net_data d = {.name = "Cells", .fields = 2, .field = fields, .source = &pairs};
  float image[H * W];
  int32_t mask[H * W];
  fixture_folder("image");
  fixture_folder("mask");
  fixture_picture("image/1.png", W, H, 1);
  fixture_picture("mask/1.png", W, H, 0);
  struct net_dataset *s = opened(&d, NET_TRAIN);
  assert_int_equal(filled(s, 0, image, mask), 0);
  for (int k = 0; k < H * W; k++)
    assert_int_equal(mask[k], k % W + 10 * (k / W));
  data_close(s);
  fixture_picture("mask/1.png", W, H, 1);
  s = opened(&d, NET_TRAIN);
  assert_int_equal(filled(s, 0, image, mask), -1);
  assert_says(err, "mask/1.png: pixel (2, 1) is 13, but the field has classes 0 to 12");
  data_close(s);
}

/* ---- what concerns all ---- */

static void test_refused(void **state) {
  (void)state;
  assert_null(data_open(&digits, NET_TRAIN, NULL, 1, err));
  assert_says(err, "data Digits reads files (idx): say where they are with --data DIR");
  assert_null(opened(&digits, NET_VAL));
  assert_says(err, "data Digits has no validation samples: write `val:` or `holdout:`");
  assert_null(opened(&digits, NET_TEST));
  assert_says(err, "data Digits has no test samples: write `test:`");
  const struct net_call unknown = CALL_OF("idxs", TEXT_ARG("a")), one = CALL_OF("idx", TEXT_ARG("images"));
  struct net_data d = digits;
  d.source = &unknown;
  refused(&d, "data Digits: no source is called `idxs`; did you mean `idx`?");
  d.source = &one;
  refused(&d, "data Digits: idx without a second file (the labels) gives nothing for field `label`, which is a class");
}

int main(void) {
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)
  const struct CMUnitTest tests[] = {IN_FOLDER(test_idx),    IN_FOLDER(test_idx_refused),  IN_FOLDER(test_idx_broken),
                                     IN_FOLDER(test_size),   IN_FOLDER(test_cifar10),      IN_FOLDER(test_folder),
                                     IN_FOLDER(test_pairs),  IN_FOLDER(test_pairs_sorted), IN_FOLDER(test_class_mask),
                                     IN_FOLDER(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
