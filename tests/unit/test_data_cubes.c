/* Drawn cuboids: what the numbers say is what is seen where the camera's formula puts it. */
#include "data_fixture.h"
#include <math.h>

static char err[512];
enum { W = 160, H = 120, MAX = 6, COUNT_ALL = 200, VALUES = 8 };

static const struct net_field fields[] = {IMAGE_FIELD(3, H, W), BOXES_FIELD(1, MAX),
                                          {.name = "objects", .kind = NET_VALUE, .rank = 2, .dim = {MAX, VALUES}}};
static float image[3 * H * W], box[MAX][5], object[MAX][VALUES];

static struct net_dataset *opened(const struct net_field *field, const struct net_call *call, const struct net_call *augment) {
  static struct net_data d;
  d = (struct net_data){.name = "D", .fields = 3, .field = field, .source = call, .val = call, .augments = augment != NULL, .augment = augment};
  return data_open(&d, NET_TRAIN, NULL, 1, err);
}

static int filled(struct net_dataset *s, int64_t i) {
  int n = 0;
  if (data_fill(s, &i, &i, 1, 0, 0, (void *[]){image, box, object}, err))
    fail_msg("%s", err);
  while (n < MAX && object[n][0] == 0)
    n++;
  return n;
}

/* The box around an object's corners in the picture. */
static void project(const float *o, float b[4]) {
  b[0] = b[1] = INFINITY, b[2] = b[3] = -INFINITY;
  for (int k = 0; k < 8; k++) {
    float l = o[6] / 2 * (k & 1 ? 1 : -1), h = o[5] / 2 * (k & 2 ? 1 : -1), w = o[4] / 2 * (k & 4 ? 1 : -1);
    float x = o[1] + cosf(o[7]) * l + sinf(o[7]) * w, y = o[2] + h, z = o[3] - sinf(o[7]) * l + cosf(o[7]) * w;
    float u = W / 2.0f + W * x / z, v = H / 4.0f + W * y / z;
    b[0] = fminf(b[0], u), b[1] = fminf(b[1], v), b[2] = fmaxf(b[2], u), b[3] = fmaxf(b[3], v);
  }
  b[0] = fmaxf(b[0], 0), b[1] = fmaxf(b[1], 0), b[2] = fminf(b[2], W), b[3] = fminf(b[3], H);
}

static void test_seen(void **state) {
  (void)state;
  const struct net_call call = CALL_OF("cubes", NUMBER_ARG(COUNT_ALL), NUMBER_ARG(MAX));
  struct net_dataset *s = opened(fields, &call, NULL);
  assert_non_null(s);
  int all = 0, hidden = 0;
  for (int64_t i = 0; i < COUNT_ALL; i++) {
    int n = filled(s, i);
    assert_true(n >= 1);
    for (int k = 0; k < n; k++) {
      const float *o = object[k];
      float b[4];
      project(o, b);
      assert_float_equal(o[2] + o[5] / 2, 1.6, 1e-5); /* it stands on the floor */
      assert_true(o[6] > o[4] && fabsf(o[7]) <= 1.5708f);
      assert_true(k == 0 || o[3] >= object[k - 1][3]);
      assert_true(box[k][0] == 0 && box[k][1] > b[0] - 1 && box[k][2] > b[1] - 1 && box[k][3] < b[2] + 1 && box[k][4] < b[3] + 1);
      int whole = fabsf(box[k][1] - b[0]) < 3 && fabsf(box[k][2] - b[1]) < 3 && fabsf(box[k][3] - b[2]) < 3 && fabsf(box[k][4] - b[3]) < 3;
      assert_true(whole || n > 1); /* but for the tips of sharp corners */
      all++, hidden += !whole;
    }
    for (int k = n; k < MAX; k++) {
      assert_true(object[k][0] == -1 && box[k][0] == -1);
      for (int j = 1; j < VALUES; j++)
        assert_true(object[k][j] == 0);
    }
  }
  assert_in_range(all, 2 * COUNT_ALL, 5 * COUNT_ALL);
  assert_in_range(hidden, all / 20, all / 3);
  data_close(s);
}

/* Other splits have other scenes; the same one is the same again. */
static void test_splits(void **state) {
  (void)state;
  const struct net_call call = CALL_OF("cubes", NUMBER_ARG(20));
  static const struct net_field three[] = {IMAGE_FIELD(3, H, W), BOXES_FIELD(1, MAX), {.name = "objects", .kind = NET_VALUE, .rank = 2, .dim = {MAX, VALUES}}};
  struct net_data d = {.name = "D", .fields = 3, .field = three, .source = &call, .val = &call};
  struct net_dataset *a = data_open(&d, NET_TRAIN, NULL, 1, err), *b = data_open(&d, NET_TRAIN, NULL, 7, err), *c = data_open(&d, NET_VAL, NULL, 1, err);
  static float first[3 * H * W];
  filled(a, 3);
  memcpy(first, image, sizeof first);
  filled(b, 3);
  assert_memory_equal(first, image, sizeof first);
  filled(c, 3);
  assert_memory_not_equal(first, image, sizeof first);
  data_close(a), data_close(b), data_close(c);
}

static void test_refused(void **state) {
  (void)state;
  const struct net_call six = CALL_OF("cubes", NUMBER_ARG(5), NUMBER_ARG(6)), many = CALL_OF("cubes", NUMBER_ARG(5), NUMBER_ARG(17));
  const struct net_call flip = CALL_OF("flip", NAMED("horizontal", 0.5)), colours = CALL_OF("brightness", NUMBER_ARG(0.2));
  static const struct net_field two[] = {IMAGE_FIELD(3, H, W), BOXES_FIELD(2, MAX), {.name = "objects", .kind = NET_VALUE, .rank = 2, .dim = {MAX, VALUES}}};
  static const struct net_field few[] = {IMAGE_FIELD(3, H, W), BOXES_FIELD(1, MAX), {.name = "objects", .kind = NET_VALUE, .rank = 2, .dim = {5, VALUES}}};
  static const struct net_field seven[] = {IMAGE_FIELD(3, H, W), BOXES_FIELD(1, MAX), {.name = "objects", .kind = NET_VALUE, .rank = 2, .dim = {MAX, 7}}};
  assert_null(opened(fields, &many, NULL));
  assert_says(err, "cubes(objects: 17) should be from 1 to 16");
  assert_null(opened(fields, &six, &flip));
  assert_says(err, "flip would change what is where, but not field `objects`");
  assert_null(opened(two, &six, NULL));
  assert_says(err, "write `boxes(1, max: 6)` for `boxes`");
  assert_null(opened(few, &six, NULL));
  assert_says(err, "field `objects` has 5 rows, cubes draws up to 6 objects");
  assert_null(opened(seven, &six, NULL));
  assert_says(err, "write `field objects [6, 8]`");
  struct net_dataset *s = opened(fields, &six, &colours);
  assert_non_null(s);
  data_close(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_seen), cmocka_unit_test(test_splits), cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
