/* Elastic deformation: how far it bends, that all fields bend alike, and its place among other steps. */
#include "augment/warp.h"
#include "data_fixture.h"
#include <math.h>

static char err[512];
enum { SIDE = 64, SIZE = SIDE * SIDE };

static struct warp warp_of(const struct net_call *calls, int count, int64_t position) {
  struct steps s;
  struct warp w;
  if (steps_read(&s, calls, count, 0, err))
    fail_msg("%s", err);
  assert_int_equal(warp_pick(&w, &s, &(struct chance){1, 2, position}, SIDE, SIDE), 0);
  return w;
}

static void test_identity(void **state) {
  (void)state;
  const struct net_call none = CALL_OF("elastic", NUMBER_ARG(0), NUMBER_ARG(4));
  struct warp w = warp_of(&none, 1, 0);
  assert_int_equal(w.moved, 0);
  warp_clear(&w);
}

/* Uniform numbers have a deviation of 1/sqrt(3), and smoothing over the plane divides it by 2 sqrt(pi) sigma. */
static void test_strength(void **state) {
  (void)state;
  double sum = 0, squares = 0, steps = 0, count = 0;
  for (int i = 0; i < 60; i++) {
    struct bend *b = bend_new(SIDE, SIDE, 100, 4, &(struct chance){1, 2, i}, SITE_BEND);
    for (int k = 0; k < SIZE; k++) {
      sum += b->x[k], squares += b->x[k] * b->x[k] + b->y[k] * b->y[k], count++;
      if (k % SIDE)
        steps += (b->x[k] - b->x[k - 1]) * (b->x[k] - b->x[k - 1]);
    }
    free(b);
  }
  double expected = 100 / sqrt(3) / (2 * sqrt(M_PI) * 4), found = sqrt(squares / (2 * count));
  assert_true(fabs(sum / count) < 0.2);
  assert_true(found > 0.95 * expected && found < 1.25 * expected); /* more at the borders, which are mirrored */
  assert_true(sqrt(steps / count) < 0.25 * found); /* smooth: neighbours go the same way */
}

static void test_determinism(void **state) {
  (void)state;
  const struct chance c = {1, 2, 3}, other[] = {{2, 2, 3}, {1, 3, 3}, {1, 2, 4}};
  struct bend *a = bend_new(SIDE, SIDE, 100, 4, &c, SITE_BEND), *b = bend_new(SIDE, SIDE, 100, 4, &c, SITE_BEND);
  assert_memory_equal(a->x, b->x, 2 * SIZE * sizeof(float));
  for (int i = 0; i < 3; i++) {
    struct bend *d = bend_new(SIDE, SIDE, 100, 4, &other[i], SITE_BEND);
    assert_memory_not_equal(a->x, d->x, 2 * SIZE * sizeof(float));
    free(d);
  }
  free(a), free(b);
}

/* Circles on a grid, as a picture and as a mask. */
static void scene_make(unsigned char *image, unsigned char *mask) {
  for (int i = 0; i < SIZE; i++) {
    mask[i] = hypot(i % SIDE % 16 - 7.5, i / SIDE % 16 - 7.5) < 5;
    image[i] = mask[i] ? 255 : 0;
  }
}

static void test_together(void **state) {
  (void)state;
  static unsigned char image[SIZE], mask[SIZE], bent_mask[SIZE];
  static float bent[SIZE];
  const struct net_call calls[] = {CALL_OF("rotate", NUMBER_ARG(20)),
                                   CALL_OF("elastic", NUMBER_ARG(60), NUMBER_ARG(4))};
  scene_make(image, mask);
  struct cell a = {.channels = 1, .height = SIDE, .width = SIDE, .bytes = image}, b = a;
  b.bytes = mask;
  for (int i = 0; i < 20; i++) {
    struct warp w = warp_of(calls, 2, i);
    int alike = 0, moved = 0;
    warp_image(&w, &a, bent);
    warp_mask(&w, &b, bent_mask);
    for (int k = 0; k < SIZE; k++)
      alike += (bent[k] > 127.5f) == bent_mask[k], moved += bent_mask[k] != mask[k];
    assert_true(alike > 0.97 * SIZE && moved > SIZE / 20);
    warp_clear(&w);
  }
}

/* A point goes to the place that is read where the point was. */
static void test_points(void **state) {
  (void)state;
  const struct net_call calls[] = {CALL_OF("zoom", NUMBER_ARG(0.2)), CALL_OF("elastic", NUMBER_ARG(25), NUMBER_ARG(4)),
                                   CALL_OF("rotate", NUMBER_ARG(90))};
  for (int i = 0; i < 50; i++) {
    struct warp w = warp_of(calls, 3, i);
    float from[] = {20, 30, 41.5f, 12.25f}, to[4];
    warp_points(&w, from, 2, to);
    for (int k = 0; k < 4; k += 2) {
      double x = w.map[0] * to[k] + w.map[1] * to[k + 1] + w.map[2];
      double y = w.map[3] * to[k] + w.map[4] * to[k + 1] + w.map[5];
      bend_at(w.bend, &x, &y);
      double u = w.before[0] * x + w.before[1] * y + w.before[2], v = w.before[3] * x + w.before[4] * y + w.before[5];
      assert_true(fabs(u - from[k]) < 1e-3 && fabs(v - from[k + 1]) < 1e-3);
    }
    warp_clear(&w);
  }
}

static void masked(const struct net_call *calls, int count, const unsigned char *from, unsigned char *to) {
  struct cell c = {.channels = 1, .height = SIDE, .width = SIDE, .bytes = (unsigned char *)from};
  struct warp w = warp_of(calls, count, 5);
  warp_mask(&w, &c, to);
  warp_clear(&w);
}

/* Bending a mirrored picture is one after the other, and so is mirroring a bent one. */
static void test_order(void **state) {
  (void)state;
  static unsigned char image[SIZE], mask[SIZE], once[SIZE], first[SIZE], second[SIZE];
  const struct net_call flip = CALL_OF("flip", NAMED("horizontal", 1)), still = CALL_OF("shift", NUMBER_ARG(0)),
                        bend = CALL_OF("elastic", NUMBER_ARG(60), NUMBER_ARG(4));
  scene_make(image, mask);
  for (int i = 0; i < SIZE; i++)
    mask[i] = (unsigned char)(i % SIDE + i / SIDE % 2 * 100); /* nothing symmetric */
  masked((struct net_call[]){flip, bend}, 2, mask, once);
  masked(&flip, 1, mask, first);
  masked((struct net_call[]){still, bend}, 2, first, second);
  assert_memory_equal(once, second, SIZE);
  masked((struct net_call[]){bend, flip}, 2, mask, once);
  masked(&bend, 1, mask, first);
  masked(&flip, 1, first, second);
  assert_memory_equal(once, second, SIZE);
}

static void refused(const struct net_call *calls, int count, const char *message) {
  struct steps s;
  assert_int_equal(steps_read(&s, calls, count, 0, err), -1);
  assert_says(err, message);
}

static void test_refused(void **state) {
  (void)state;
  const struct net_call bend = CALL_OF("elastic", NUMBER_ARG(60), NUMBER_ARG(4));
  const struct net_call flat = CALL_OF("elastic", NUMBER_ARG(60), NUMBER_ARG(0));
  refused((struct net_call[]){bend, bend}, 2, "elastic is given twice: a picture is bent once");
  refused(&flat, 1, "elastic: sigma is how far bends reach, in pixels, above 0");
  static const struct net_field boxed[] = {IMAGE_FIELD(1, SIDE, SIDE), BOXES_FIELD(3, 4)};
  const struct net_call shapes = CALL_OF("shapes", NUMBER_ARG(9));
  struct net_data d = {.name = "D", .fields = 2, .field = boxed, .source = &shapes, .augments = 1, .augment = &bend};
  assert_null(data_open(&d, NET_TRAIN, NULL, 1, err));
  assert_says(err, "elastic bends what is in the boxes of field `boxes`, which stay straight");
}

/* A mask declared smaller than the picture is its middle, augmented or not. */
static void test_middle(void **state) {
  (void)state;
  enum { SMALL = 40, EDGE = (SIDE - SMALL) / 2 };
  static const struct net_field whole[] = {IMAGE_FIELD(1, SIDE, SIDE), MASK_FIELD(SIDE, SIDE)};
  static const struct net_field middle[] = {IMAGE_FIELD(1, SIDE, SIDE), MASK_FIELD(SMALL, SMALL)};
  const struct net_call shapes = CALL_OF("shapes", NUMBER_ARG(9));
  const struct net_call steps[] = {CALL_OF("elastic", NUMBER_ARG(60), NUMBER_ARG(4)),
                                   CALL_OF("rotate", NUMBER_ARG(40))};
  struct net_data a = {.name = "D", .fields = 2, .field = whole, .source = &shapes,
                       .augments = 2, .augment = steps}, b = a;
  b.field = middle;
  struct net_dataset *s = data_open(&a, NET_TRAIN, NULL, 1, err), *t = data_open(&b, NET_TRAIN, NULL, 1, err);
  for (int64_t i = 0; i < 9; i++) {
    static float full[SIZE], part[SMALL * SMALL];
    assert_int_equal(data_fill(s, &i, &i, 1, 0, i % 2, (void *[]){NULL, full}, err), 0);
    assert_int_equal(data_fill(t, &i, &i, 1, 0, i % 2, (void *[]){NULL, part}, err), 0);
    for (int k = 0; k < SMALL * SMALL; k++)
      assert_true(part[k] == full[(k / SMALL + EDGE) * SIDE + k % SMALL + EDGE]);
  }
  data_close(s), data_close(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_identity), cmocka_unit_test(test_strength),
                                     cmocka_unit_test(test_determinism), cmocka_unit_test(test_together),
                                     cmocka_unit_test(test_points), cmocka_unit_test(test_order),
                                     cmocka_unit_test(test_refused), cmocka_unit_test(test_middle)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
