/* Tracks: who keeps a number, who gets a new one. */
#include "draw/track.h"
/* cmocka wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct found box(int class, double x, double y, double side) {
  return (struct found){.class = class, .score = 1, .x1 = x, .y1 = y, .x2 = x + side, .y2 = y + side};
}

/* A frame of n boxes; their ids go to id. */
static void step(struct tracker *t, int n, const struct found *boxes, int *id) {
  struct found room[8];
  for (int i = 0; i < n; i++)
    room[i] = boxes[i];
  tracker_step(t, (struct found_list){n, room});
  for (int i = 0; i < n; i++)
    id[i] = room[i].id;
}

static void test_moving(void **state) {
  (void)state;
  struct tracker t = {0};
  int id[2];
  for (int frame = 0; frame < 20; frame++) { /* two that pass each other, listed in another order in every second frame */
    struct found a = box(0, 3 * frame, 0, 20), b = box(0, 60 - 3 * frame, 22, 20);
    step(&t, 2, frame % 2 ? (struct found[]){b, a} : (struct found[]){a, b}, id);
    assert_int_equal(id[frame % 2], 1);
    assert_int_equal(id[!(frame % 2)], 2);
  }
  assert_int_equal(t.count, 2);
  tracker_free(&t);
}

static void test_classes(void **state) {
  (void)state;
  struct tracker t = {0};
  int id[2];
  step(&t, 1, (struct found[]){box(0, 0, 0, 10)}, id);
  step(&t, 2, (struct found[]){box(1, 0, 0, 10), box(0, 2, 0, 10)}, id);
  assert_int_equal(id[0], 2); /* in the very place, but of another class */
  assert_int_equal(id[1], 1);
  tracker_free(&t);
}

/* The best pair first: the second box takes track 1 although the first overlaps it, too. */
static void test_greedy(void **state) {
  (void)state;
  struct tracker t = {0};
  int id[2];
  step(&t, 1, (struct found[]){box(0, 0, 0, 10)}, id);
  step(&t, 2, (struct found[]){box(0, 4, 0, 10), box(0, 1, 0, 10)}, id);
  assert_int_equal(id[0], 2);
  assert_int_equal(id[1], 1);
  tracker_free(&t);
}

/* 10 x 10 moved by 5: IoU is 1/3; by 5.5: 0.29. */
static void test_limit(void **state) {
  (void)state;
  struct tracker t = {0};
  int id[1];
  step(&t, 1, (struct found[]){box(0, 0, 0, 10)}, id);
  step(&t, 1, (struct found[]){box(0, 5, 0, 10)}, id);
  assert_int_equal(*id, 1);
  step(&t, 1, (struct found[]){box(0, 10.5, 0, 10)}, id);
  assert_int_equal(*id, 2);
  tracker_free(&t);
}

static void test_waiting(void **state) {
  (void)state;
  struct tracker t = {0};
  int id[1];
  step(&t, 1, (struct found[]){box(0, 0, 0, 10)}, id);
  for (int i = 0; i < TRACK_WAITS; i++)
    step(&t, 0, NULL, NULL);
  step(&t, 1, (struct found[]){box(0, 0, 0, 10)}, id);
  assert_int_equal(*id, 1);
  for (int i = 0; i < TRACK_WAITS + 1; i++)
    step(&t, 0, NULL, NULL);
  assert_int_equal(t.count, 0);
  step(&t, 1, (struct found[]){box(0, 0, 0, 10)}, id);
  assert_int_equal(*id, 2); /* numbers are given once */
  tracker_free(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_moving), cmocka_unit_test(test_classes),
                                     cmocka_unit_test(test_greedy), cmocka_unit_test(test_limit),
                                     cmocka_unit_test(test_waiting)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
