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

/* One step by its drawn numbers (pick.h). */
struct planes {
  int channels, height, width;
  size_t size; /* of one */
  float *v, *scratch;
};
void colour_step(const struct planes *p, const struct step *s, const float n[DRAWN]);

/* ---- tone.c: torchvision's further ones ---- */
void tone_grayscale(const struct planes *p);
void tone_autocontrast(const struct planes *p);
void tone_equalize(const struct planes *p);
void tone_posterize(const struct planes *p, int bits);
void tone_solarize(const struct planes *p, float threshold);
void tone_sharpness(const struct planes *p, float factor);
void tone_blur(const struct planes *p, int kernel, float sigma);

/* ---- noise.c ---- */

/* Adds normal noise of this deviation to n values. */
void noise_add(float *v, int64_t n, float deviation, const struct chance *chance, uint32_t site, int64_t first);

static inline float within(float v) {
  v = v < 0 ? 0 : v;
  return v > 255 ? 255 : v;
}
static inline float grey_at(const struct planes *p, size_t i) {
  const float *v = p->v + i;
  return p->channels == 3 ? 0.299f * v[0] + 0.587f * v[p->size] + 0.114f * v[2 * p->size] : *v;
}

#endif
