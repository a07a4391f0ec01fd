/* Regions as a field: found in the prepared picture, moved with it, kept, and found again for a picture alone. */
#include "data_fixture.h"
#include "propose/propose.h"

static char err[512];
enum { SIDE = 48, SIZE = SIDE * SIDE, MAX = 40 };
static float image[3 * SIZE], boxes[MAX][5], again[MAX][5];

/* Declared between the fields of the source. */
static const struct net_call search =
    CALL_OF("selective_search", TEXT_ARG("image"), NAMED("scale", 60), NAMED("min_size", 9), NAMED("min_side", 3));
#define FIELDS(call, channels)                                                                                         \
  {{.name = "regions", .kind = NET_BOXES, .rank = 2, .dim = {MAX, 5}, .classes = 1, .derived = (call), .from = 1},     \
   IMAGE_FIELD(channels, SIDE, SIDE),                                                                                  \
   BOXES_FIELD(3, 8)}
static const struct net_field fields[] = FIELDS(&search, 3);
static const struct net_call shapes = CALL_OF("shapes", NAMED("count", 12));

static struct net_dataset *opened(const struct net_data *d) {
  struct net_dataset *s = data_open(d, NET_TRAIN, fixture_dir, 1, err);
  if (!s)
    fail_msg("%s", err);
  return s;
}

static void filled(struct net_dataset *s, int64_t i, int augment, void *const *buffers) {
  if (data_fill(s, &i, &i, 1, 3, augment, buffers, err))
    fail_msg("%s", err);
}

/* What the search itself says of the picture in `image`, values 0…255. */
static int searched(float rows[MAX][5]) {
  static unsigned char bytes[3 * SIZE];
  float corner[MAX][4];
  for (int i = 0; i < 3 * SIZE; i++)
    bytes[i] = (unsigned char)image[i];
  int n = selective_search(bytes, 3, SIDE, SIDE, &(struct segmenting){60, 0.8, 9}, 3, MAX, corner[0]);
  memset(rows, 0, sizeof *rows * MAX);
  for (int i = 0; i < MAX; i++) {
    rows[i][0] = i < n ? 0 : -1;
    if (i < n)
      memcpy(rows[i] + 1, corner[i], sizeof corner[i]);
  }
  return n;
}

static void test_found(void **state) {
  (void)state;
  const struct net_call scale = CALL_OF("scale", NUMBER_ARG(0.5)), resize = CALL_OF("letterbox", NUMBER_ARG(SIDE));
  const struct net_call both[] = {resize, scale};
  struct net_data d = {.name = "D", .fields = 3, .field = fields, .source = &shapes};
  for (int prepares = 0; prepares <= 2; prepares++) {
    d.prepares = prepares, d.prepare = both;
    struct net_dataset *s = opened(&d);
    for (int i = 0; i < 12; i++) {
      filled(s, i, 0, (void *[]){boxes, image, NULL});
      for (int k = 0; k < 3 * SIZE && prepares == 2; k++)
        image[k] *= 2;
      assert_true(searched(again) > 3);
      assert_memory_equal(boxes, again, sizeof boxes);
      filled(s, i, 0, (void *[]){again, NULL, NULL}); /* the picture need not be wanted; a second time they are kept */
      assert_memory_equal(boxes, again, sizeof boxes);
    }
    data_close(s);
  }
}

static void test_moved(void **state) {
  (void)state;
  const struct net_call flip = CALL_OF("flip", NAMED("horizontal", 1));
  struct net_data d = {.name = "D", .fields = 3, .field = fields, .source = &shapes, .augments = 1, .augment = &flip};
  struct net_dataset *s = opened(&d);
  for (int i = 0; i < 12; i++) {
    filled(s, i, 0, (void *[]){boxes, NULL, NULL});
    filled(s, i, 1, (void *[]){again, NULL, NULL});
    for (int k = 0; k < MAX; k++) {
      assert_true(again[k][0] == boxes[k][0]);
      if (boxes[k][0] == 0)
        assert_true(again[k][1] == SIDE - boxes[k][3] && again[k][3] == SIDE - boxes[k][1] &&
                    again[k][2] == boxes[k][2] && again[k][4] == boxes[k][4]);
    }
  }
  data_close(s);
}

/* A file's regions, resized by prepare, are those of the sample that the same file is. */
static void test_of_a_file(void **state) {
  (void)state;
  const struct net_call resize = CALL_OF("resize", NUMBER_ARG(SIDE)), source = CALL_OF("images", TEXT_ARG("*.png"));
  struct net_data d = {.name = "D", .fields = 2, .field = fields, .source = &source, .prepares = 1, .prepare = &resize};
  struct net_picture *p = image_new(70, 50, 3);
  for (int i = 0; i < 70 * 50 * 3; i++)
    p->pixels[i] = (unsigned char)(i / 3 % 70 / 20 * 80 + i / 210 / 18 * 30 + i * 7 % 11);
  assert_int_equal(image_write(fixture_path("a.png"), p, err), 0);
  image_free(p);
  struct net_dataset *s = opened(&d);
  filled(s, 0, 0, (void *[]){boxes, image});
  assert_int_equal(data_load_boxes(&d, 0, fixture_path("a.png"), again[0], err), 0);
  assert_memory_equal(boxes, again, sizeof boxes);
  assert_true(boxes[3][0] == 0);
  assert_int_equal(data_load_boxes(&d, 0, fixture_path("none.png"), again[0], err), -1);
  assert_says(err, "none.png");
  data_close(s);
}

static void refused(const struct net_call *call, const char *message) {
  const struct net_field own[] = FIELDS(call, 3);
  struct net_data d = {.name = "D", .fields = 3, .field = own, .source = &shapes};
  assert_null(data_open(&d, NET_TRAIN, NULL, 1, err));
  assert_says(err, message);
}

static void test_refused(void **state) {
  (void)state;
  const struct net_call sigma = CALL_OF("selective_search", TEXT_ARG("image"), NAMED("sigma", -1));
  const struct net_call size = CALL_OF("selective_search", TEXT_ARG("image"), NAMED("min_size", 0));
  refused(&sigma, "data D, field `regions`: sigma should be 0 or more");
  refused(&size, "data D, field `regions`: min_size should be 1 or more");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_found), cmocka_unit_test(test_moved),
                                     cmocka_unit_test_setup_teardown(test_of_a_file, fixture_open, fixture_close),
                                     cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
