/* Which detections of a split are right: by COCO's rules, or by Pascal VOC's.

   COCO (pycocotools): of each class and sample the `count` best, best first, each take the box that they cover best of those not yet
   taken, by at least the threshold. Boxes outside of the range of areas, and those that are marked so, are ignored: they are
   looked at last, and what takes one counts neither way; nor does what takes nothing and is outside of the range itself.
   What is marked may be taken several times, and is covered by a detection as far as that lies in it.

   VOC (the devkit): each goes to the box that it covers best, taken or not; if that is taken, it is wrong. All boxes but the
   marked are to be found, and there is no limit. Corners are places, not pixels, so that sides are x2 - x1. */
#ifndef NET_DETECT_JUDGE_H
#define NET_DETECT_JUDGE_H
#include "detect/gathered.h"

enum { THRESHOLDS = 10 };
enum method { METHOD_COCO, METHOD_VOC, METHOD_VOC2007 };

struct rules {
  enum method method;
  int thresholds;
  double iou[THRESHOLDS];
  double area[2]; /* least and largest that is not ignored */
  int64_t count;  /* detections of each class in a sample */
};

struct rules rules_coco(void); /* thresholds 0.5, 0.55 ... 0.95, any area, 100 detections */

/* Intersection over union; with a box that is marked the share of the detection that lies in it. */
double row_overlap(const float *det, const float *box, int marked);

enum judgement { WRONG, RIGHT, IGNORED };
struct judged {
  int64_t count; /* detections of the class */
  int64_t boxes; /* that are to be found */
  float *score;  /* falling */
  char *is;      /* [thresholds][count]: WRONG, RIGHT or IGNORED */
};

/* Of class k; equal scores stay in the order of the samples, and of the rows within one. nan comes last. */
struct judged judge_class(const struct gathered *detection, const struct by_class *detections, const struct gathered *box,
                          const struct by_class *boxes, int k, const struct rules *rules);
void judged_free(struct judged *j);

#endif
