/* Where in a picture something may be, whatever it is: selective search. Pictures are planes of bytes, 1 (grey) or 3
   (RGB). Every result is a function of the picture and the numbers alone. */
#ifndef NET_PROPOSE_H
#define NET_PROPOSE_H
#include <stdint.h>

struct segmenting {
  double scale; /* k of the paper, for values 0…255: larger, fewer segments */
  double sigma; /* of the Gaussian that smooths first; 0: none */
  int min_size; /* of a segment, in pixels: smaller ones are joined to a neighbour */
};

/* Felzenszwalb and Huttenlocher, 2004. Numbers the segments from 0, in the order of their first pixels: label is of
   height * width. Returns how many there are, -1 when out of memory. */
int32_t segment_picture(const unsigned char *bytes, int channels, int height, int width, const struct segmenting *s,
                        int32_t *label);

/* Uijlings et al., 2013. Joins segments, those first that are most alike, until one is left, and gives the boxes of all
   there have been, the whole first, segments last; without those seen before and those less than min_side pixels high
   or wide. box: rows of x1, y1, x2, y2 for at most `room`. Returns how many, -1 when out of memory. */
int selective_search(const unsigned char *bytes, int channels, int height, int width, const struct segmenting *s,
                     int min_side, int room, float *box);

/* The second half of it, from `segments` segments on. */
int segments_group(const unsigned char *bytes, int channels, int height, int width, const int32_t *label,
                   int32_t segments, int min_side, int room, float *box);

/* A plane smoothed by a Gaussian that ends at four sigma, mirrored at the border, pixels of the border twice. room: as
   large as the plane. */
void plane_smooth(double *plane, double *room, int height, int width, double sigma);
/* Where mirroring puts place i of a row of n. */
static inline int mirrored(int i, int n) {
  i = i < 0 ? -1 - i : i;
  i %= 2 * n;
  return i < n ? i : 2 * n - 1 - i;
}

#endif
