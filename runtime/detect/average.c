#include "detect/average.h"
#include "calls.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- one class ---- */

void precision_curve(const struct judged *j, int t, double *recall, double *precision) {
  int64_t right = 0, wrong = 0;
  for (int64_t i = 0; i < j->count; i++) {
    right += j->is[t * j->count + i] == RIGHT;
    wrong += j->is[t * j->count + i] == WRONG;
    recall[i] = (double)right / (double)j->boxes;
    precision[i] = (double)right / ((double)(right + wrong) + DBL_EPSILON); /* which may be 0/0 */
  }
}

/* The largest precision at this recall or beyond, for `points` recalls from 0 to 1; their mean. */
static double at_points(const double *recall, const double *precision, int64_t n, int points) {
  double sum = 0, step = 1.0 / (points - 1);
  int64_t i = 0;
  for (int p = 0; p < points; p++) {
    while (i < n && recall[i] < (p + 1 < points ? p * step : 1))
      i++;
    sum += i < n ? precision[i] : 0;
  }
  return sum / points;
}

/* The area below the curve. */
static double area_below(const double *recall, const double *precision, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++)
    sum += (recall[i] - (i ? recall[i - 1] : 0)) * precision[i];
  return sum;
}

double average_precision(const struct judged *j, int t, enum method method) {
  if (!j->boxes)
    return NAN;
  double *recall = mem_get((size_t)(j->count + 1) * sizeof *recall);
  double *precision = mem_get((size_t)(j->count + 1) * sizeof *precision);
  precision_curve(j, t, recall, precision);
  for (int64_t i = j->count - 1; i > 0; i--)
    precision[i - 1] = fmax(precision[i - 1], precision[i]);
  double average = method == METHOD_VOC ? area_below(recall, precision, j->count)
                                        : at_points(recall, precision, j->count, method == METHOD_COCO ? 101 : 11);
  free(recall), free(precision);
  return average;
}

/* The share of the boxes that is found. */
static double recall_of(const struct judged *j, int t) {
  int64_t right = 0;
  for (int64_t i = 0; i < j->count; i++)
    right += j->is[t * j->count + i] == RIGHT;
  return (double)right / (double)j->boxes;
}

/* ---- all classes ---- */

/* Is a parameter this word, given or by default? */
static int is_word(const struct net_call *call, const char *param, const char *wanted) {
  char otherwise[64];
  if (arg_find(call, CALL_METRIC, param))
    return !strcmp(arg_text(call, CALL_METRIC, param), wanted);
  call_default(call_row(CALL_METRIC, call->name), param, otherwise); /* in quotes */
  return strlen(otherwise) == strlen(wanted) + 2 && !strncmp(otherwise + 1, wanted, strlen(wanted));
}

static struct rules rules_of(const struct net_call *call) {
  static const double SMALL = 32 * 32, LARGE = 96 * 96;
  struct rules r = rules_coco();
  r.count = (int64_t)arg_num(call, CALL_METRIC, "count");
  if (!is_word(call, "iou", "coco")) {
    r.thresholds = 1;
    r.iou[0] = arg_num(call, CALL_METRIC, "iou");
  }
  if (is_word(call, "area", "small"))
    r.area[1] = SMALL;
  if (is_word(call, "area", "medium"))
    r.area[0] = SMALL, r.area[1] = LARGE;
  if (is_word(call, "area", "large"))
    r.area[0] = LARGE;
  if (!strcmp(call->name, "mean_average_precision"))
    r.method = is_word(call, "method", "voc") ? METHOD_VOC : is_word(call, "method", "voc2007") ? METHOD_VOC2007 : METHOD_COCO;
  return r;
}

double detection_metric(const struct net_call *call, const struct gathered *detection, const struct gathered *box) {
  struct rules rules = rules_of(call);
  struct by_class detections, boxes;
  int classes = gathered_classes(box), count = 0, recall = !strcmp(call->name, "average_recall");
  double sum = 0;
  by_class_open(&detections, detection, classes);
  by_class_open(&boxes, box, classes);
  for (int k = 0; k < classes; k++) {
    struct judged j = judge_class(detection, &detections, box, &boxes, k, &rules);
    for (int t = 0; t < rules.thresholds && j.boxes; t++, count++)
      sum += recall ? recall_of(&j, t) : average_precision(&j, t, rules.method);
    judged_free(&j);
  }
  by_class_close(&detections);
  by_class_close(&boxes);
  return count ? sum / count : NAN;
}
