/* Which classes are taken for which, as Ultralytics counts it: of the detections of a score of 0.25 or more each goes to the box that it
   covers best, by an IoU of 0.5 or more, whatever its class; a box keeps the best of them. What is left on either side is
   background. What lies in an ignored box does not count. */
#ifndef NET_DETECT_CONFUSION_H
#define NET_DETECT_CONFUSION_H
#include "detect/gathered.h"

static const double CONFUSION_SCORE = 0.25, CONFUSION_IOU = 0.5;

/* count: [classes + 1][classes + 1], rows what is there, columns what was said, background last; zeroed. */
void confusion_count(const struct detected *d, int classes, double *count);

#endif
