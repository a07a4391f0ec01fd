/* Metrics of detections, against pycocotools and the devkit of Pascal VOC (tests/peer/detections.py); what rows mean. */
#include "calls.h"
#include "detect/average.h"
#include "detect/confusion.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../peer/golden/detections.h"

enum { ROWS = 64 };

static const struct {
  const float (*box)[7], (*found)[7];
  size_t boxes, founds;
} sets[] = {{boxes_0, found_0, sizeof boxes_0 / sizeof *boxes_0, sizeof found_0 / sizeof *found_0},
            {boxes_1, found_1, sizeof boxes_1 / sizeof *boxes_1, sizeof found_1 / sizeof *found_1},
            {boxes_2, found_2, sizeof boxes_2 / sizeof *boxes_2, sizeof found_2 / sizeof *found_2}};

/* Rows of sample `s` as an entry gives them: unused ones between and behind; crowds have negative classes. */
static void take(struct gathered *g, const float (*row)[7], size_t rows, int s, int width) {
  float value[ROWS * 6];
  int n = 0;
  for (int i = 0; i < ROWS * 6; i++)
    value[i] = (float)(i % width ? 0 : -1);
  for (size_t i = 0; i < rows; i++) {
    if ((int)row[i][0] != s)
      continue;
    n += n == 1;
    memcpy(value + n * width, row[i] + 1, (size_t)width * sizeof *value);
    if (width == 5 && row[i][6] > 0)
      value[n * width] = -2 - row[i][1];
    n++;
  }
  assert_true(n <= ROWS);
  gathered_add(g, value, 1, ROWS, width);
}

static double metric_of(int n, const struct gathered *found, const struct gathered *box) {
  struct net_arg args[6] = {{.kind = NET_TEXT, .text = "d"}, {.kind = NET_TEXT, .text = "boxes"}};
  int count = 2;
  args[count++] = (struct net_arg){.name = "iou", .kind = results[n].iou > 0 ? NET_NUM : NET_TEXT, .num = results[n].iou, .text = "coco"};
  if (*results[n].method)
    args[count++] = (struct net_arg){.name = "method", .kind = NET_TEXT, .text = results[n].method};
  if (*results[n].area)
    args[count++] = (struct net_arg){.name = "area", .kind = NET_TEXT, .text = results[n].area};
  if (results[n].count)
    args[count++] = (struct net_arg){.name = "count", .kind = NET_NUM, .num = results[n].count};
  struct net_call call = {results[n].name, count, args};
  char err[512];
  assert_int_equal(call_check(&call, CALL_METRIC, err), 0);
  return detection_metric(&call, found, box);
}

static void test_golden(void **state) {
  (void)state;
  for (int set = 0; set < (int)(sizeof sets / sizeof *sets); set++) {
    struct gathered box = {0}, found = {0};
    for (int s = 0; s < samples[set]; s++) {
      take(&box, sets[set].box, sets[set].boxes, s, 5);
      take(&found, sets[set].found, sets[set].founds, s, 6);
    }
    assert_int_equal(box.count, sets[set].boxes);
    for (int n = 0; n < (int)(sizeof results / sizeof *results); n++) {
      if (results[n].set != set)
        continue;
      double v = metric_of(n, &found, &box), wanted = results[n].value;
      if (isnan(v) != isnan(wanted) || fabs(v - wanted) > 1e-12)
        fail_msg("set %d, %s(iou: %g, method: %s, area: %s, count: %d) is %.15g, not %.15g", set, results[n].name,
                 results[n].iou, results[n].method, results[n].area, results[n].count, v, wanted);
    }
    gathered_free(&box), gathered_free(&found);
  }
}

static double map50(const float *found, int founds, const float *box, int boxes) {
  struct gathered f = {0}, b = {0};
  gathered_add(&f, found, 1, founds, 6);
  gathered_add(&b, box, 1, boxes, 5);
  double v = detection_metric(&(struct net_call){"mean_average_precision", 0, NULL}, &f, &b);
  gathered_free(&f), gathered_free(&b);
  return v;
}

static void test_rows(void **state) {
  (void)state;
  const float box[] = {0, 0, 0, 10, 10, -1, 0, 0, 0, 0, -3, 20, 20, 40, 40}; /* one of class 0, none, an ignored one of class 1 */
  const float right[] = {0, 0, 0, 10, 10, 0.5f}, other[] = {1, 0, 0, 10, 10, 0.9f}, unused[] = {-1, 0, 0, 10, 10, 0.9f};
  const float odd[] = {0, 0, 0, 10, 10, NAN, 0, 50, 50, 60, 60, 0.1f, NAN, 0, 0, 10, 10, 1, 0, NAN, 0, 10, 10, 0.2f};
  assert_true(fabs(map50(right, 1, box, 3) - 1) < 1e-12);
  assert_true(fabs(map50(other, 1, box, 3) - 0) < 1e-12); /* class 1 has nothing to find, so that its finds count nowhere */
  assert_true(fabs(map50(unused, 1, box, 3) - 0) < 1e-12);
  assert_true(fabs(map50(odd, 4, box, 3) - 1.0 / 3) < 1e-12); /* a score of nan comes last, corners of nan cover nothing */
  assert_true(isnan(map50(right, 1, box + 5, 2)));            /* nothing to find */
  assert_true(isnan(map50(right, 0, box, 0)));
}

static void test_confusion(void **state) {
  (void)state;
  const float box[][5] = {{0, 0, 0, 10, 10}, {1, 20, 0, 30, 10}, {1, 40, 0, 50, 10}, {-2, 60, 0, 80, 10}};
  const float found[][6] = {{0, 0, 0, 10, 9, 0.9f},    /* right */
                            {1, 0, 0, 10, 8, 0.8f},    /* the same box, which it covers less: background */
                            {0, 20, 0, 30, 10, 0.5f},  /* class 1 taken for 0 */
                            {1, 40, 0, 50, 10, 0.2f},  /* right, but too uncertain: the third box is missed */
                            {1, 61, 0, 65, 10, 0.9f},  /* within an ignored box */
                            {0, 90, 0, 99, 10, 0.3f}}; /* nothing is there */
  const double wanted[] = {1, 0, 0, 1, 0, 1, 1, 1, 0};
  double count[9] = {0};
  struct detected d = {{0}, {0}};
  gathered_add(&d.found, *found, 1, 6, 6);
  gathered_add(&d.box, *box, 1, 4, 5);
  gathered_add(&d.found, *found, 1, 0, 6); /* a sample with nothing */
  gathered_add(&d.box, *box, 1, 0, 5);
  confusion_count(&d, 2, count);
  for (int i = 0; i < 9; i++)
    assert_int_equal(count[i], wanted[i]);
  detected_free(&d);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_rows), cmocka_unit_test(test_confusion)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
