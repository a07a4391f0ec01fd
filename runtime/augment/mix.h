/* Samples put together from several: mixup (Zhang et al., 2018), cutmix (Yun et al., 2019), mosaic (Bochkovskiy et al.,
   2020). What is drawn is a pure function of the sample's place, as all of augment; the others are any samples of the
   split, augmented for themselves. */
#ifndef NET_MIX_H
#define NET_MIX_H
#include "augment/pick.h"

enum { PARTS = 4 };
struct mix {
  int parts, blends; /* one: the sample as it is. blends: values are added by shares; else windows are pasted */
  struct part {              /* the first is the sample itself */
    int64_t index;           /* of the split; not set of the first */
    float share;             /* of the result; they add up to 1 */
    int x, y, width, height; /* the window of the result it fills */
    int from_x, from_y;      /* read from here in its own picture */
    int32_t label;           /* its class, noted when it is added */
  } part[PARTS];
};

/* Draws how a sample, one of `count` with a picture of height x width, is put together. */
void mix_pick(struct mix *m, const struct steps *augment, const struct chance *chance, int64_t count, int height,
              int width);

/* The chance that part k is augmented by: another one than the sample's own. */
struct chance mix_chance(const struct chance *chance, int k);

/* Adds part k's planes [planes, height, width] to the result: a blend, or its window. They are the middle of pictures of
   full_height x full_width. */
void mix_planes(const struct mix *m, int k, int planes, int height, int width, int full_height, int full_width,
                const float *from, float *to);
/* Adds its boxes, rows of a field that has so many: what is seen of them. Returns how many there was no room for. */
int mix_boxes(const struct mix *m, int k, int rows, const float *from, float *to);
/* The same for values that lie on no plane. */
void mix_values(const struct mix *m, int k, int64_t n, const float *from, float *to);

#endif
