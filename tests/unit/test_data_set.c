/* Data sets: splits, drawn shapes, determinism, and the way from a picture to a network's input and back. */
#include "data_fixture.h"
#include "draw/figure.h"
#include "draw/show.h"
#include <pthread.h>

static char err[512];
enum { SIDE = 32, SIZE = SIDE * SIDE };

static const struct net_field mask_fields[] = {IMAGE_FIELD(1, SIDE, SIDE), MASK_FIELD(SIDE, SIDE)};
static const struct net_field class_fields[] = {IMAGE_FIELD(3, SIDE, SIDE), CLASS_FIELD(10)};
static const struct net_call hundred = CALL_OF("shapes", NAMED("count", 100));
static const struct net_call scaled[] = {CALL_OF("scale", NUMBER_ARG(1 / 255.0))};
static const struct net_call moved[] = {CALL_OF("flip", NAMED("horizontal", 0.5)), CALL_OF("rotate", NUMBER_ARG(20)),
                                        CALL_OF("noise", NUMBER_ARG(0.1))};

static struct net_data shapes_data(const struct net_field *fields) {
  return (struct net_data){.name = "Shapes",
                           .fields = 2,
                           .field = fields,
                           .source = &hundred,
                           .prepares = 1,
                           .prepare = scaled,
                           .augments = COUNT(moved),
                           .augment = moved};
}

static struct net_dataset *opened(const struct net_data *d, enum net_split split, uint64_t seed) {
  struct net_dataset *s = data_open(d, split, NULL, seed, err);
  if (!s)
    fail_msg("%s", err);
  return s;
}

static void filled(struct net_dataset *s, int64_t i, int64_t position, uint64_t epoch, int augment, void *a, void *b) {
  void *buffers[] = {a, b};
  if (data_fill(s, &i, &position, 1, epoch, augment, buffers, err))
    fail_msg("%s", err);
}

/* ---- shapes ---- */

static void test_shapes_classes(void **state) {
  (void)state;
  struct net_data d = shapes_data(class_fields);
  struct net_dataset *s = opened(&d, NET_TRAIN, 1);
  int seen[FIGURES] = {0};
  float image[3 * SIZE];
  int32_t label;
  assert_int_equal(data_count(s), 100);
  for (int i = 0; i < 100; i++) {
    filled(s, i, i, 0, 0, image, &label);
    assert_in_range(label, 0, FIGURES - 1);
    seen[label]++;
    for (int k = 0; k < 3 * SIZE; k++)
      assert_true(image[k] >= 0 && image[k] <= 1);
  }
  for (int k = 0; k < FIGURES; k++)
    assert_in_range(seen[k], 2, 25);
  assert_string_equal(data_class_name(s, 3), "star");
  data_close(s);
}

/* Inside and outside of the mask differ in the image; which is brighter, the share decides. */
static void masks_differ(double darker, int least, int most) {
  const struct net_call call = CALL_OF("shapes", NAMED("count", 100), NAMED("darker", darker));
  struct net_data d = shapes_data(mask_fields);
  d.source = &call;
  struct net_dataset *s = opened(&d, NET_TRAIN, 1);
  int brighter = 0;
  for (int i = 0; i < 100; i++) {
    float image[SIZE], mask[SIZE], sum[2] = {0}, count[2] = {0};
    filled(s, i, i, 0, 0, image, mask);
    for (int k = 0; k < SIZE; k++) {
      assert_true(mask[k] == 0 || mask[k] == 1);
      sum[(int)mask[k]] += image[k];
      count[(int)mask[k]]++;
    }
    assert_true(count[1] > 20 && count[0] > 200);
    float difference = sum[1] / count[1] - sum[0] / count[0];
    assert_true(difference > 0.1f || difference < -0.1f);
    brighter += difference > 0;
  }
  assert_in_range(brighter, least, most);
  data_close(s);
}

static void test_shapes_masks(void **state) {
  (void)state;
  masks_differ(0, 100, 100);
  masks_differ(0.5, 30, 70);
}

static void test_shapes_boxes(void **state) {
  (void)state;
  static const struct net_field fields[] = {IMAGE_FIELD(1, SIDE, SIDE), BOXES_FIELD(10, 6),
                                            CLASS_MASK_FIELD(11, SIDE, SIDE)};
  struct net_data d = {.name = "Shapes", .fields = 3, .field = fields, .source = &hundred};
  struct net_dataset *s = opened(&d, NET_TRAIN, 1);
  for (int64_t i = 0; i < 100; i++) {
    float box[6][5];
    int32_t mask[SIZE];
    void *buffers[] = {NULL, box, mask};
    assert_int_equal(data_fill(s, &i, &i, 1, 0, 0, buffers, err), 0);
    int covered[SIZE] = {0};
    for (int b = 0; b < 6 && box[b][0] >= 0; b++)
      for (int y = (int)box[b][2]; y < (int)box[b][4]; y++)
        for (int x = (int)box[b][1]; x < (int)box[b][3]; x++)
          covered[y * SIDE + x] |= 1 << (int)box[b][0];
    for (int k = 0; k < SIZE; k++)
      assert_true(mask[k] == 0 || covered[k] >> (mask[k] - 1) & 1);
    assert_true(box[0][0] >= 0 && box[5][0] == -1);
  }
  assert_string_equal(data_class_name(s, 0), "circle");
  data_close(s);
}

static void shapes_refused(const struct net_field *fields, int count, const struct net_call *call,
                           const char *message) {
  struct net_data d = {.name = "Shapes", .fields = count, .field = fields, .source = call};
  assert_null(data_open(&d, NET_TRAIN, NULL, 1, err));
  assert_says(err, message);
}

static void test_shapes_refused(void **state) {
  (void)state;
  static const struct net_field many[] = {IMAGE_FIELD(1, SIDE, SIDE), CLASS_FIELD(11)}, none[] = {CLASS_FIELD(10)};
  static const struct net_field odd[] = {IMAGE_FIELD(1, SIDE, SIDE), MASK_FIELD(SIDE, SIDE + 1)};
  static const struct net_field two[] = {IMAGE_FIELD(2, SIDE, SIDE)};
  const struct net_call zero = CALL_OF("shapes", NAMED("count", 0)), bare = {"shapes", 0, NULL};
  shapes_refused(many, 2, &hundred, "shapes has 10 figures, field `label` has 11 classes");
  shapes_refused(none, 1, &hundred, "shapes needs a field for the picture");
  shapes_refused(odd, 2, &hundred, "field `mask` is 32x33, the picture is 32x32");
  shapes_refused(two, 1, &hundred, "field `image` has 2 channels; pictures have 1 (grey) or 3 (RGB)");
  shapes_refused(odd, 1, &zero, "shapes(count: 0) should be a number of pictures");
  const struct net_call dark = CALL_OF("shapes", NUMBER_ARG(9), NAMED("darker", 2));
  shapes_refused(odd, 1, &dark, "shapes' darker and noise lie between 0 and 1");
  shapes_refused(odd, 1, &bare, "shapes needs `count`");
}

/* ---- splits ---- */

static float first_pixels(struct net_dataset *s, int64_t i) {
  float image[SIZE], mask[SIZE], sum = 0;
  filled(s, i, i, 0, 0, image, mask);
  for (int k = 0; k < SIZE; k++)
    sum += image[k] * (float)(k % 97 + 1);
  return sum;
}

static void holdout_is(const struct net_call *holdout, int64_t held, int64_t first_held) {
  struct net_data all = shapes_data(mask_fields), d = all;
  d.holdout = holdout;
  struct net_dataset *a = opened(&all, NET_TRAIN, 1), *train = opened(&d, NET_TRAIN, 1), *val = opened(&d, NET_VAL, 9);
  assert_int_equal(data_count(val), held);
  assert_int_equal(data_count(train), 100 - held);
  int64_t t = 0, v = 0; /* together they are all, in order, each once */
  for (int64_t i = 0; i < 100; i++) {
    float x = first_pixels(a, i);
    if (v < held && x == first_pixels(val, v)) {
      if (v++ == 0 && first_held >= 0)
        assert_int_equal(i, first_held);
    } else {
      assert_true(t < 100 - held && x == first_pixels(train, t));
      t++;
    }
  }
  assert_int_equal(v, held);
  data_close(a), data_close(train), data_close(val);
}

static void test_holdout(void **state) {
  (void)state;
  const struct net_call last = CALL_OF("last", NUMBER_ARG(5)), first = CALL_OF("first", NUMBER_ARG(7));
  const struct net_call share = CALL_OF("fraction", NUMBER_ARG(0.15));
  holdout_is(&last, 5, 95);
  holdout_is(&first, 7, 0);
  holdout_is(&share, 15, -1);
  const struct net_call all = CALL_OF("last", NUMBER_ARG(100)), part = CALL_OF("last", NUMBER_ARG(1.5));
  struct net_data d = shapes_data(mask_fields);
  d.holdout = &all;
  assert_null(data_open(&d, NET_TRAIN, NULL, 1, err));
  assert_says(err, "last takes 100 of 100 samples and leaves none to train on");
  d.holdout = &part;
  assert_null(data_open(&d, NET_VAL, NULL, 1, err));
  assert_says(err, "last(1.5) should be a number of samples");
}

static void test_splits_differ(void **state) {
  (void)state;
  struct net_data d = shapes_data(mask_fields);
  d.val = d.test = &hundred;
  struct net_dataset *s[] = {opened(&d, NET_TRAIN, 1), opened(&d, NET_VAL, 1), opened(&d, NET_TEST, 1)};
  for (int64_t i = 0; i < 20; i++)
    for (int64_t j = 0; j < 20; j++)
      for (int k = 0; k < 3; k++)
        assert_true(first_pixels(s[k], i) != first_pixels(s[(k + 1) % 3], j));
  for (int k = 0; k < 3; k++)
    data_close(s[k]);
}

/* ---- determinism ---- */

static void test_augment(void **state) {
  (void)state;
  struct net_data d = shapes_data(mask_fields);
  struct net_dataset *s = opened(&d, NET_TRAIN, 1), *again = opened(&d, NET_TRAIN, 1),
                     *other = opened(&d, NET_TRAIN, 2);
  static float a[SIZE], b[SIZE], m[SIZE], n[SIZE];
  filled(s, 3, 17, 5, 1, a, m);
  filled(again, 3, 17, 5, 1, b, n);
  assert_memory_equal(a, b, sizeof a);
  assert_memory_equal(m, n, sizeof m);
  filled(s, 3, 17, 5, 1, b, NULL); /* a field that is not wanted changes nothing */
  assert_memory_equal(a, b, sizeof a);
  filled(s, 3, 17, 6, 1, b, n);
  assert_memory_not_equal(a, b, sizeof a);
  filled(s, 3, 18, 5, 1, b, n);
  assert_memory_not_equal(a, b, sizeof a);
  filled(other, 3, 17, 5, 1, b, n);
  assert_memory_not_equal(a, b, sizeof a);
  filled(other, 3, 17, 5, 0, b, n);
  filled(s, 3, 99, 8, 0, a, m);
  assert_memory_equal(a, b, sizeof a);
  data_close(s), data_close(again), data_close(other);
}

struct reader {
  struct net_dataset *s;
  float image[100][SIZE], mask[100][SIZE];
  int step;
};

static void *read_all(void *p) {
  struct reader *r = p;
  for (int64_t k = 0; k < 100; k++) {
    int64_t i = k * r->step % 100;
    void *buffers[] = {r->image[i], r->mask[i]};
    char why[512];
    if (data_fill(r->s, &i, &i, 1, 3, 1, buffers, why))
      return NULL;
  }
  return r;
}

/* Two threads read one set in different orders, and see what one alone would. */
static void test_threads(void **state) {
  (void)state;
  struct net_data d = shapes_data(mask_fields);
  struct reader *r = calloc(3, sizeof *r);
  struct net_dataset *shared = opened(&d, NET_TRAIN, 1), *alone = opened(&d, NET_TRAIN, 1);
  pthread_t thread[2];
  for (int k = 0; k < 3; k++)
    r[k].s = k < 2 ? shared : alone, r[k].step = k == 1 ? 37 : 1;
  for (int k = 0; k < 2; k++)
    pthread_create(&thread[k], NULL, read_all, &r[k]);
  assert_non_null(read_all(&r[2]));
  for (int k = 0; k < 2; k++) {
    void *result;
    pthread_join(thread[k], &result);
    assert_non_null(result);
    assert_memory_equal(r[k].image, r[2].image, sizeof r->image);
    assert_memory_equal(r[k].mask, r[2].mask, sizeof r->mask);
  }
  data_close(shared), data_close(alone);
  free(r);
}

/* ---- predict's side ---- */

static void test_load(void **state) {
  (void)state;
  static const struct net_field fields[] = {IMAGE_FIELD(1, 4, 4)};
  const struct net_call steps[] = {CALL_OF("resize", NUMBER_ARG(4)),
                                   CALL_OF("scale", NUMBER_ARG(1 / 127.5), NAMED("offset", -1))};
  struct net_data d = {.name = "D", .fields = 1, .field = fields, .prepares = 2, .prepare = steps};
  struct net_picture *original, *mask = NULL;
  float out[16], on[16];
  fixture_picture("a.png", 8, 4, 100);
  if (data_load_image(&d, 0, fixture_path("a.png"), out, &original, err))
    fail_msg("%s", err);
  assert_int_equal(original->width, 8);
  assert_true(original->map[0] == 2 && original->map[4] == 1);
  assert_true(out[0] > 100 / 127.5f - 1 - 0.01f && out[0] < 102 / 127.5f - 1);
  struct net_range range = data_range(&d, 0);
  assert_true(range.black[0] == -1 && range.white[0] == 1);

  for (int i = 0; i < 16; i++) /* the right half of the prepared picture is the right half of the original */
    on[i] = i % 4 >= 2;
  if (show_mask(fixture_path("m.png"), on, 4, 4, original, err) || !(mask = image_read(fixture_path("m.png"), err)))
    fail_msg("%s", err);
  assert_int_equal(mask->width, 8);
  for (int i = 0; i < 32; i++)
    assert_int_equal(mask->pixels[i], i % 8 >= 4 ? 255 : 0);
  image_free(mask);
  image_free(original);

  assert_int_equal(data_load_plain(fields, fixture_path("a.png"), out, NULL, err), -1);
  assert_says(err, "a.png is 4 high and 8 wide, but field `image` is 4 high and 4 wide");
  assert_int_equal(data_load_image(&d, 0, fixture_path("b.png"), out, &original, err), -1);
  assert_null(original);
}

static void test_show_classes(void **state) {
  (void)state;
  static const char *const name[] = {"cat", "a \"dog\""};
  static const float score[] = {0.25f, 0.5f, 0.25f};
  char text[512] = "";
  FILE *f = fmemopen(text, sizeof text, "w");
  show_classes_json(f, score, 3, 2, (struct show_names){2, name});
  fclose(f);
  assert_string_equal(text, "[{\"class\": \"a \\\"dog\\\"\", \"index\": 1, \"score\": 0.5},\n"
                            " {\"class\": \"cat\", \"index\": 0, \"score\": 0.25}]");
  f = fmemopen(text, sizeof text, "w");
  show_classes(f, score, 3, 0, (struct show_names){0, NULL});
  fclose(f);
  assert_says(text, "1      0.5000  ████████████\n0      0.2500  ██████\n2 ");
}

/* Sheets are written for one sample and for many, with and without what they may lack. */
static void test_sheets(void **state) {
  (void)state;
  struct net_data d = shapes_data(mask_fields);
  struct net_dataset *s = opened(&d, NET_TRAIN, 1);
  int64_t index[20];
  int32_t label[20] = {0}, other[20] = {1};
  static float image[20 * SIZE], mask[20 * SIZE];
  for (int i = 0; i < 20; i++)
    index[i] = i;
  assert_int_equal(data_fill(s, index, index, 20, 0, 0, (void *[]){image, mask}, err), 0);
  for (int n = 1; n <= 20; n += 19) {
    struct show_batch b = {n, 1, SIDE, SIDE, image, NULL};
    struct show_areas areas = {mask, NET_F32, SIDE, SIDE}, few = {mask, NET_F32, SIDE / 2, SIDE / 4};
    char path[256];
    strcpy(path, fixture_path("sheet.png"));
    assert_int_equal(show_mask_sheet(path, &b, areas, areas, err), 0);
    assert_int_equal(show_mask_sheet(path, &b, areas, (struct show_areas){0}, err), 0);
    assert_int_equal(show_mask_sheet(path, &b, areas, few, err), 0);
    assert_int_equal(show_class_sheet(path, &b, label, other, (struct show_names){0, NULL}, err), 0);
    assert_int_equal(show_class_sheet(path, &b, NULL, label, (struct show_names){0, NULL}, err), 0);
    assert_int_equal(show_image(path, image, n, 1, SIDE, SIDE, NULL, err), 0);
  }
  data_close(s);
}

int main(void) {
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_shapes_classes),
                                     cmocka_unit_test(test_shapes_masks),
                                     cmocka_unit_test(test_shapes_boxes),
                                     cmocka_unit_test(test_shapes_refused),
                                     cmocka_unit_test(test_holdout),
                                     cmocka_unit_test(test_splits_differ),
                                     cmocka_unit_test(test_augment),
                                     cmocka_unit_test(test_threads),
                                     cmocka_unit_test(test_show_classes),
                                     IN_FOLDER(test_load),
                                     IN_FOLDER(test_sheets)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
