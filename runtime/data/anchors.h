/* Sizes that stand for the boxes of a data set: k-means where 1 - IoU is the distance, the two boxes having one corner in common, as in
   YOLOv2 (Redmon and Farhadi, 2016). Begun by k-means++ several times; the best result counts. A function of its arguments alone. */
#ifndef NET_ANCHORS_H
#define NET_ANCHORS_H
#include <stdint.h>

struct size {
  double width, height;
};
/* Of box[boxes], which has at least `count` different sizes, into anchor[count], by area. */
void anchors_find(const struct size *box, int64_t boxes, struct size *anchor, int count, uint64_t seed);
/* The mean over all boxes of the IoU with the anchor that fits best. */
double anchors_fit(const struct size *box, int64_t boxes, const struct size *anchor, int count);

#endif
