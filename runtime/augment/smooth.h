/* Smoothing by a kernel that falls off to both sides alike. */
#ifndef NET_SMOOTH_H
#define NET_SMOOTH_H

/* weight[0 … reach] of a Gaussian, so that all, those of the other side too, add up to 1. */
void gaussian(float *weight, int reach, float sigma);

enum mirror { MIRROR_PIXEL, MIRROR_EDGE }; /* c b | a b c, or b a | a b c */
/* Smooths a plane in both directions, in place; scratch: as large. weight[k]: of the pixels k away. */
void smooth(float *plane, float *scratch, int height, int width, const float *weight, int reach, enum mirror mirror);

#endif
