/* What random steps do to one sample, in plain numbers. */
#ifndef NET_PICK_H
#define NET_PICK_H
#include "augment/step.h"

struct chance { /* what the random numbers of one sample depend on */
  uint64_t seed, epoch;
  int64_t position;
};
enum { SITE_STEP = 0xa06000, SITE_PIXELS = 0xa07000, SITE_BEND = 0xa0f000 }; /* + the step's place in augment */

/* Draws n for step number `place` of augment, and a picture of height x width; 0: this time the step is left out.
     random_crop, cutout            left, top
     random_resized_crop            left, top, width, height of the window
     random_erasing                 the same, whole numbers
     flip                           1 or -1 across, and down
     rotate, shear                  degrees
     shift                          pixels to the right, and down, from which it is read
     zoom                           factors across, and down
     affine                         degrees, pixels across and down, scale, degrees of shear along x and y
     color_jitter                   factors of brightness, contrast, saturation; turn of hue
     brightness, contrast, saturation, hue, channel_shift      the factor, turn, amount
     gaussian_blur                  kernel, sigma
     other steps                    their parameters */
enum { DRAWN = 6 };
int step_draw(const struct step *s, const struct chance *chance, int place, int height, int width, float n[DRAWN]);

#endif
