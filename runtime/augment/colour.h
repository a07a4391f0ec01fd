/* Augment's colours: what happens to an image's values, 0…255, after its geometry. */
#ifndef NET_COLOUR_H
#define NET_COLOUR_H
#include "augment/warp.h"

struct colour_place { /* tells the noise of one picture of a sample from another's; factors are the same for all */
  int field, frame;
};

/* Changes planes [channels, height, width] in place; values stay within 0…255. scratch: room for as many floats. */
void colour_apply(const struct steps *augment, const struct chance *chance, struct colour_place place, int channels,
                  int height, int width, float *plane, float *scratch);
int colour_any(const struct steps *augment); /* is there such a step? */

#endif
