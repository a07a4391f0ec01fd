/* Augment's colours: what happens to an image's values, 0…255, after its geometry. */
#ifndef NET_COLOUR_H
#define NET_COLOUR_H
#include "augment/warp.h"

/* Changes planes [channels, height, width] in place; values stay within 0…255. field: tells the noise of one field of a
   sample from another's; factors are the same for all. scratch: room for as many floats. */
void colour_apply(const struct steps *augment, const struct chance *chance, int field, int channels, int height,
                  int width, float *plane, float *scratch);
int colour_any(const struct steps *augment); /* is there such a step? */

#endif
