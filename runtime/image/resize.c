/* Bilinear resizing with antialiasing: what Pillow's BILINEAR and torchvision's antialias=True do.

   Each target pixel is a weighted mean of the source pixels under a triangle around its centre; the triangle is one
   source pixel wide when growing, and grows with the factor when shrinking. Rows first, then columns. Weights are fixed
   point with 22 bits, and the rows' result is rounded to bytes, as in Pillow, so that results equal Pillow's to the
   bit. Example: 4 -> 2 pixels: the first target lies at 1.0, its triangle spans -1…3 and weighs pixels 0, 1, 2 by 3/7,
   3/7, 1/7. */
#include "image/image.h"
#include <math.h>
#include <stdlib.h>

enum { BITS = 22 };

struct taps { /* of one target pixel: `count` weights for the source pixels from `first` */
  int first, count;
};

/* Weights for resizing a line of `from` pixels to `to`; weight[i * width + k]. Returns the width, or 0 when out of
   memory. */
static int taps_make(int from, int to, struct taps **taps, int **weight) {
  double scale = (double)from / to, radius = scale > 1 ? scale : 1;
  int width = (int)ceil(radius) * 2 + 1;
  *taps = malloc(to * sizeof **taps);
  *weight = malloc((size_t)to * width * sizeof **weight);
  double *exact = malloc(width * sizeof *exact);
  if (!*taps || !*weight || !exact)
    width = 0;
  for (int i = 0; width && i < to; i++) {
    double centre = (i + 0.5) * scale, sum = 0;
    int first = (int)(centre - radius + 0.5), last = (int)(centre + radius + 0.5);
    first = first < 0 ? 0 : first;
    last = last > from ? from : last;
    for (int k = 0; k < last - first; k++) {
      double distance = fabs((first + k - centre + 0.5) / radius);
      exact[k] = distance < 1 ? 1 - distance : 0;
      sum += exact[k];
    }
    (*taps)[i] = (struct taps){first, last - first};
    for (int k = 0; k < last - first; k++)
      (*weight)[(size_t)i * width + k] = (int)(exact[k] / sum * (1 << BITS) + 0.5);
  }
  free(exact);
  return width;
}

/* The weighted mean of count pixels, `step` apart. */
static unsigned char mean(const unsigned char *p, size_t step, const int *weight, int count) {
  int sum = 1 << (BITS - 1);
  for (int k = 0; k < count; k++)
    sum += p[k * step] * weight[k];
  sum >>= BITS;
  return sum < 0 ? 0 : sum > 255 ? 255 : sum;
}

static int rows_resize(const unsigned char *from, int width, unsigned char *to, int to_width, int height) {
  struct taps *taps;
  int *weight, wide = taps_make(width, to_width, &taps, &weight);
  for (int y = 0; wide && y < height; y++, from += width, to += to_width)
    for (int x = 0; x < to_width; x++)
      to[x] = mean(from + taps[x].first, 1, weight + (size_t)x * wide, taps[x].count);
  free(taps);
  free(weight);
  return wide ? 0 : -1;
}

static int columns_resize(const unsigned char *from, int height, unsigned char *to, int to_height, int width) {
  struct taps *taps;
  int *weight, wide = taps_make(height, to_height, &taps, &weight);
  for (int y = 0; wide && y < to_height; y++, to += width)
    for (int x = 0; x < width; x++)
      to[x] = mean(from + (size_t)taps[y].first * width + x, width, weight + (size_t)y * wide, taps[y].count);
  free(taps);
  free(weight);
  return wide ? 0 : -1;
}

int image_resize(const unsigned char *from, int width, int height, unsigned char *to, int to_width, int to_height) {
  unsigned char *middle = malloc((size_t)to_width * height);
  int failed = !middle || rows_resize(from, width, middle, to_width, height) ||
               columns_resize(middle, height, to, to_height, to_width);
  free(middle);
  return failed ? -1 : 0;
}
