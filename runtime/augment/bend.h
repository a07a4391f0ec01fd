/* Elastic deformation (Simard et al., 2003; as U-Net's training used it): each pixel is read a little elsewhere, its
   neighbours nearly as much elsewhere. */
#ifndef NET_BEND_H
#define NET_BEND_H
#include "augment/pick.h"

struct bend { /* of a picture of height x width */
  int height, width;
  float *x, *y; /* how far to the right and below each pixel is read */
};

/* Uniform numbers from -1 to 1 for each pixel and direction, smoothed by a Gaussian of deviation sigma, times alpha.
   NULL when out of memory; freed by free. */
struct bend *bend_new(int height, int width, float alpha, float sigma, const struct chance *chance, uint32_t site);

/* Where (x, y) is read; between pixels by interpolation, outside as at the border. */
void bend_at(const struct bend *b, double *x, double *y);
/* The other way: which place is read at (x, y). */
void bend_back(const struct bend *b, double *x, double *y);

#endif
