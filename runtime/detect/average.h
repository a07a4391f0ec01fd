/* The metrics of detections over a split: mean average precision and average recall, as pycocotools, VOC 2010 and VOC 2007
   define them. */
#ifndef NET_DETECT_AVERAGE_H
#define NET_DETECT_AVERAGE_H
#include "detect/judge.h"
#include "netrt.h"

/* Precision and recall after each detection, the best first, at threshold t. */
void precision_curve(const struct judged *j, int t, double *recall, double *precision);
/* Of one class; NAN where there is nothing to find. */
double average_precision(const struct judged *j, int t, enum method method);

/* What a call of the table asks for: mean_average_precision(d, boxes, iou: coco), or average_recall. The mean over the classes
   that have boxes to find; NAN where none has. */
double detection_metric(const struct net_call *call, const struct gathered *detection, const struct gathered *box);

#endif
