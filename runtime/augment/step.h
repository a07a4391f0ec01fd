/* Transforms of a data block: the calls of `prepare` and `augment`, read once into steps with plain numbers.

   Prepare holds fixed steps (resize, crop, pad, letterbox: geometry; scale, normalize: values). Augment holds random
   ones: geometry, all composed into one map and applied by one resampling, then colours, in the order written, then
   mixing with other samples. */
#ifndef NET_STEP_H
#define NET_STEP_H
#include "netrt.h"

enum step_kind { /* the order matters: geometry up to letterbox, fixed up to normalize, random geometry up to affine,
                    colours up to random_erasing */
                 STEP_RESIZE,
                 STEP_CROP,
                 STEP_PAD,
                 STEP_LETTERBOX,
                 STEP_SCALE,
                 STEP_NORMALIZE,
                 STEP_RANDOM_CROP,
                 STEP_RANDOM_RESIZED_CROP,
                 STEP_FLIP,
                 STEP_ROTATE,
                 STEP_SHIFT,
                 STEP_SHEAR,
                 STEP_ELASTIC,
                 STEP_ZOOM,
                 STEP_AFFINE,
                 STEP_BRIGHTNESS,
                 STEP_CONTRAST,
                 STEP_SATURATION,
                 STEP_HUE,
                 STEP_COLOR_JITTER,
                 STEP_GRAYSCALE,
                 STEP_CHANNEL_SHIFT,
                 STEP_AUTOCONTRAST,
                 STEP_EQUALIZE,
                 STEP_POSTERIZE,
                 STEP_SOLARIZE,
                 STEP_INVERT,
                 STEP_SHARPNESS,
                 STEP_GAUSSIAN_BLUR,
                 STEP_NOISE,
                 STEP_CUTOUT,
                 STEP_RANDOM_ERASING,
                 STEP_MIXUP,
                 STEP_CUTMIX,
                 STEP_MOSAIC
};

struct fill { /* what lies outside a picture; in masks a constant is 0 */
  enum { FILL_NEAREST, FILL_REFLECT, FILL_WRAP, FILL_CONSTANT } mode;
  float value;
};
enum { NUMBERS = 10, CHOICES = 16 };
struct choices { /* shift's along one axis: one of these, to either side; 0 of them: by less than `below` */
  int count;
  float of[CHOICES], below;
};
struct step {
  enum step_kind kind;
  int height, width;      /* of the steps that take a size */
  float number[NUMBERS];  /* the other parameters in the order of the signature, two of each range; mean[3] std[3] of
                             normalize */
  struct choices move[2]; /* of shift: down, right */
  struct fill fill;
  int fill_given;
  int order, order_given; /* of interpolation: 0, 1 or 3 */
  float p;                /* how often the step is taken */
};
enum { STEPS = 32 };
struct steps {
  int count;
  struct step step[STEPS];
};

/* prepare: 1 for prepare's calls, 0 for augment's. 0, or -1 and err. */
int steps_read(struct steps *s, const struct net_call *call, int count, int prepare, char err[512]);

#endif
