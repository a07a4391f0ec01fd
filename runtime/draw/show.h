/* What the finished program shows: pictures and tables of results. Values are floats, planar [c, h, w], as the network
   gives them. Functions that write a file return 0, or -1 and a line in err. PNG, or JPEG when the path says so. */
#ifndef NET_SHOW_H
#define NET_SHOW_H
#include "data/data.h"
#include <stdio.h>

struct show_names { /* class names; a class without one is shown by its number */
  int count;
  const char *const *name;
};

/* The range that fits values nobody described: [0, 1] if they lie there, [-1, 1] if they lie there, [0, 255], else min
   to max. */
struct net_range show_range(const float *value, int64_t count);

/* ---- show classes: score[classes] ---- */
void show_classes(FILE *out, const float *score, int classes, int best, struct show_names names);
void show_json_text(FILE *out, const char *text); /* in quotes */
void show_classes_json(FILE *out, const float *score, int classes, int best, struct show_names names);

/* ---- show mask: mask[height * width], above 0.5 is foreground ----
   With `original` the result has its size, prepare's geometry undone. */
int show_mask(const char *path, const float *mask, int width, int height, const struct net_picture *original,
              char err[512]);
int show_overlay(const char *path, const float *mask, int width, int height, const struct net_picture *original,
                 char err[512]);
/* Classes of pixels, 0 is background: each in its colour, over the original. */
int show_class_overlay(const char *path, const int32_t *mask, int width, int height, const struct net_picture *original,
                       char err[512]);

/* The same without an original, n masks as a grid. */
int show_class_masks(const char *path, const int32_t *mask, int n, int width, int height, char err[512]);

/* ---- show boxes: see found.h ---- */
struct show_rows { /* a table for each sample */
  const float *value; /* NULL: there are none */
  int rows, columns;
};

/* ---- show image: n pictures; one is written as it is, several as a grid ---- */
int show_image(const char *path, const float *image, int n, int channels, int height, int width,
               const struct net_range *range, char err[512]);

/* ---- samples.c: a page of samples as a data set gives them. What is NULL or 0 is not shown. ---- */
struct show_areas {   /* a mask for each sample, floats (NET_F32) or classes (NET_I32): the middle of its picture */
  const void *values; /* NULL: there are none */
  enum net_elem elem;
  int height, width;
};
struct show_samples {
  int n, frames, channels, height, width; /* frames: 1 of a picture */
  const float *image;
  const struct net_range *range;
  struct show_areas mask;
  const int32_t *label;
  const float *soft; /* classes as probabilities, [n, classes] */
  int classes;
  struct show_names names;
  const float *box, *region, *point; /* [n, boxes, 5], [n, regions, 5] and [n, points, 2] */
  int boxes, regions, points;
};
int show_samples(const char *path, const struct show_samples *s, char err[512]);

/* ---- sheets for demos and previews ----
   A batch of n samples; range NULL: show_range. */
struct show_batch {
  int n, channels, height, width;
  const float *image;
  const struct net_range *range;
};
/* Rows of [input | predicted mask over it | true mask over it], up to 16 samples. */
int show_mask_sheet(const char *path, const struct show_batch *b, struct show_areas predicted, struct show_areas truth,
                    char err[512]);
/* A grid of pictures with the boxes that were found, and the true ones thin and dashed. */
int show_box_sheet(const char *path, const struct show_batch *b, struct show_rows found, struct show_rows truth,
                   struct show_names names, char err[512]);
/* A grid of pictures with the predicted class below each, framed green if it equals truth[i], else red with the true
   one in the second line. truth may be NULL: no frames; predicted NULL: the true class, no frames. */
int show_class_sheet(const char *path, const struct show_batch *b, const int32_t *predicted, const int32_t *truth,
                     struct show_names names, char err[512]);

#endif
