/* Anchors: what k-means finds, and how well it fits. */
#include "data/anchors.h"
/* cmocka wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

enum { GROUPS = 3, EACH = 40, BOXES = GROUPS * EACH };
static const struct size centre[GROUPS] = {{8, 20}, {40, 16}, {100, 90}};
static struct size box[BOXES];

/* Around each centre, its mean being the centre. */
static int make(void **state) {
  (void)state;
  for (int i = 0; i < BOXES; i++) {
    double off = (i / GROUPS % 5 - 2) * 0.05;
    box[i] = (struct size){centre[i % GROUPS].width * (1 + off), centre[i % GROUPS].height * (1 - off)};
  }
  return 0;
}

static void test_groups(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 20; seed++) {
    struct size anchor[GROUPS];
    anchors_find(box, BOXES, anchor, GROUPS, seed);
    for (int k = 0; k < GROUPS; k++) {
      assert_float_equal(anchor[k].width, centre[k].width, 1e-9);
      assert_float_equal(anchor[k].height, centre[k].height, 1e-9);
    }
  }
}

static void test_one(void **state) {
  (void)state;
  struct size anchor;
  anchors_find(box, BOXES, &anchor, 1, 0);
  assert_float_equal(anchor.width, (8 + 40 + 100) / 3.0, 1e-9);
  assert_float_equal(anchor.height, (20 + 16 + 90) / 3.0, 1e-9);
}

static void test_fit(void **state) {
  (void)state;
  struct size two[] = {{10, 10}, {10, 5}};
  assert_float_equal(anchors_fit(two, 2, two, 2), 1, 0);
  assert_float_equal(anchors_fit(two, 2, two, 1), 0.75, 1e-12);
  assert_float_equal(anchors_fit(two, 1, &(struct size){5, 20}, 1), 50.0 / 150, 1e-12);
}

/* As many anchors as there are sizes: all of them are found, whatever the draw. */
static void test_all(void **state) {
  (void)state;
  struct size few[] = {{1, 1}, {1, 1}, {2, 1}, {30, 40}, {2, 1}, {5, 5}}, anchor[4];
  for (uint64_t seed = 0; seed < 20; seed++) {
    anchors_find(few, 6, anchor, 4, seed);
    assert_float_equal(anchors_fit(few, 6, anchor, 4), 1, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_groups), cmocka_unit_test(test_one),
                                     cmocka_unit_test(test_fit), cmocka_unit_test(test_all)};
  return cmocka_run_group_tests(tests, make, NULL);
}
