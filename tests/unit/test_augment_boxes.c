/* Which boxes stay when pictures are put together, against maps in which Python painted each box. */
#include "../peer/golden/mix_boxes.h"
#include "augment/mix.h"
#include "augment/seen.h"
#include "augment/warp.h"
#include "data_fixture.h"
#include <math.h>

static struct part window(int x, int y, int width, int height) {
  return (struct part){.share = 0.5f, .x = x, .y = y, .width = width, .height = height, .from_x = x, .from_y = y};
}

static struct mix mix_of(int i) {
  struct mix m = {.parts = 2, .blends = 1, .part = {{.share = mixed[i].share}, {.share = 1 - mixed[i].share}}};
  int x = mixed[i].x1, y = mixed[i].y1;
  if (mixed[i].mosaic)
    m = (struct mix){.parts = 4,
                     .part = {{.width = x, .height = y, .from_x = WIDE - x, .from_y = HIGH - y},
                              {.x = x, .width = WIDE - x, .height = y, .from_y = HIGH - y},
                              {.y = y, .width = x, .height = HIGH - y, .from_x = WIDE - x},
                              {.x = x, .y = y, .width = WIDE - x, .height = HIGH - y}}};
  if (mixed[i].cutmix)
    m = (struct mix){.parts = 2, .part = {window(0, 0, WIDE, HIGH), window(x, y, mixed[i].x2 - x, mixed[i].y2 - y)}};
  return m;
}

static void test_mixed(void **state) {
  (void)state;
  int crowded = 0, ignored = 0;
  for (int i = 0; i < COUNT(mixed); i++) {
    float from[ROWS][5], got[ROWS][5];
    int left_out = 0, rows = mixed[i].left - mixed[i].crowded;
    struct mix m = mix_of(i);
    memset(got, 7, sizeof got); /* what lay there before is gone */
    for (int k = 0; k < m.parts; k++) {
      for (int j = 0; j < ROWS; j++)
        memcpy(from[j], j < mixed[i].boxes[k] ? mixed[i].box[k][j] : (float[5]){-1}, sizeof from[j]);
      left_out += mix_boxes(&m, k, ROWS, from[0], got[0]);
    }
    assert_int_equal(left_out, mixed[i].crowded);
    crowded += left_out > 0;
    for (int j = 0; j < ROWS; j++)
      for (int c = 0; c < 5; c++)
        if (got[j][c] != (j < rows ? mixed[i].row[j][c] : c ? 0 : -1))
          fail_msg("case %d: value %d of row %d is %g", i, c, j, got[j][c]);
    for (int j = 0; j < rows; j++)
      ignored += got[j][0] < -1;
  }
  assert_true(crowded > 3 && ignored > 20);
}

/* What is narrower than two pixels goes, and what is a tenth or more of its box stays. */
static void test_rule(void **state) {
  (void)state;
  struct rect sliver = {-8, 0, 1.9, 10}, tenth = {-18, 0, 2, 10}, less = {-18.1, 0, 2, 10}, point = {1, 1, 1.5, 1.5};
  struct rect picture = {0, 0, 50, 50}, around = {10, 10, 20, 20}, inside = {12, 12, 18, 18};
  assert_false(seen_within(&sliver, picture, SEEN_PIXELS));
  assert_true(seen_within(&tenth, picture, SEEN_PIXELS));
  assert_true(tenth.left == 0 && tenth.right == 2);
  assert_false(seen_within(&less, picture, SEEN_PIXELS));
  assert_false(seen_within(&point, picture, SEEN_PIXELS));
  assert_true(seen_within(&point, picture, 0)); /* of prepare */
  assert_true(seen_beside(&around, inside, SEEN_PIXELS)); /* a hole in the middle: the frame is seen */
  assert_true(around.left == 10 && around.right == 20 && around.top == 10 && around.bottom == 20);
  assert_false(seen_beside(&inside, around, SEEN_PIXELS));
}

/* A box goes where its pixels go: it is the rectangle around them. Where a turned one reaches out, it is at least that. */
static void test_moved(void **state) {
  (void)state;
  enum { SIDE = 96, LEFT = 4, TOP = 6, RIGHT = 36, BOTTOM = 26 };
  const struct net_arg range[] = {{.kind = NET_NUM, .num = 0.6}, {.kind = NET_NUM, .num = 1.2}};
  const struct net_call calls[] = {
      CALL_OF("random_crop", NUMBER_ARG(48), NAMED("pad", 8)),  CALL_OF("random_resized_crop", NUMBER_ARG(64)),
      CALL_OF("shift", NUMBER_ARG(0.5)),                        CALL_OF("zoom", NUMBER_ARG(0.4)),
      CALL_OF("flip", NAMED("horizontal", 1)),                  CALL_OF("rotate", NUMBER_ARG(40)),
      CALL_OF("affine", NUMBER_ARG(20), NAMED("translate", 0.3), {.name = "scale", .kind = NET_LIST, .count = 2, .list = range})};
  enum { UPRIGHT = 5 }; /* of the calls */
  static unsigned char before[SIDE * SIDE], after[SIDE * SIDE];
  const float box[5] = {2, LEFT, TOP, RIGHT, BOTTOM};
  int gone = 0, kept = 0;
  for (int y = TOP; y < BOTTOM; y++)
    memset(before + y * SIDE + LEFT, 1, RIGHT - LEFT);
  for (int i = 0; i < COUNT(calls) * 100; i++) {
    struct cell c = {.channels = 1, .height = SIDE, .width = SIDE, .bytes = before};
    struct steps steps;
    struct warp w;
    char err[512];
    float out[5];
    assert_int_equal(steps_read(&steps, &calls[i / 100], 1, 0, err), 0);
    assert_int_equal(warp_pick(&w, &steps, &(struct chance){1, 2, i}, SIDE, SIDE), 0);
    w.fill = (struct fill){FILL_CONSTANT, 0};
    warp_mask(&w, &c, after);
    int there = warp_boxes(&w, box, 1, out), whole = out[1] > 0 && out[2] > 0 && out[3] < w.width && out[4] < w.height;
    float left = w.width, top = w.height, right = 0, bottom = 0;
    for (int at = 0; at < w.width * w.height; at++)
      if (after[at]) {
        left = fminf(left, at % w.width), right = fmaxf(right, at % w.width + 1);
        top = fminf(top, at / w.width), bottom = fmaxf(bottom, at / w.width + 1);
      }
    gone += !there, kept += there;
    if (there && (i / 100 < UPRIGHT || whole)) {
      assert_true(fabsf(out[1] - left) <= 1.01f && fabsf(out[2] - top) <= 1.01f);
      assert_true(fabsf(out[3] - right) <= 1.01f && fabsf(out[4] - bottom) <= 1.01f);
    } else if (there) {
      assert_true(right <= left || (out[1] <= left + 1 && out[2] <= top + 1 && out[3] >= right - 1 && out[4] >= bottom - 1));
    } else if (i / 100 < UPRIGHT) {
      assert_true(right - left < 2.01f || bottom - top < 2.01f || (right - left) * (bottom - top) * w.map[0] * w.map[4] < 0.12 * 32 * 20);
    }
  }
  assert_true(gone > 20 && kept > 400);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_mixed), cmocka_unit_test(test_rule), cmocka_unit_test(test_moved)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
