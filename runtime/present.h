/* What a predict command shows of its results: tables and JSON on stdout, pictures in files. */
#ifndef NET_PRESENT_H
#define NET_PRESENT_H
#include "draw/found.h"
#include "draw/track.h"
#include "model.h"

struct presenter {
  const struct net_program *program;
  const struct model *m;
  const struct net_predict *predict;
  const struct net_entry *entry;
  const struct net_data *data; /* whose classes and values these are; may be NULL */
  struct show_names names;
  int64_t total;   /* samples altogether */
  int from_files;  /* each sample was a file: so are its pictures; else one sheet holds all */
  const char *out; /* -o, or NULL */
  int json, best, overlay;
  int frames; /* of a video: boxes get numbers, pictures keep their names */
  int quiet; /* pictures only, and no word about them */
  void (*wrote)(void *who, const char *show, const char *path); /* is told of each picture; may be NULL */
  void *who;

  /* filled by present_open: what sheets are made of */
  int image_input; /* the entry's first image, -1: none */
  void **shown;    /* for each show that makes a sheet: its values of all samples */
  void **truth; /* and the field that it compares with, whose kind fits the show */
  float *image;
  struct found_list *found; /* for each show of boxes, those of the sample at hand; */
  struct tracker *tracker;  /* what numbers them */
  FILE *beside; /* where boxes are shown and pictures written: JSON of all samples, */
  char *text;   /* which goes here */
  size_t size;
};

struct presented {         /* a batch that was computed */
  int64_t first, n;        /* of all samples */
  const char *const *path; /* each sample's file; NULL: none */
  const int64_t *index;    /* its number in the data set; NULL: none */
  struct net_picture *const *original;
  void *const *in, *const *out; /* the entry's inputs and outputs */
  void *const *field;           /* the data block's fields; NULL: not from a data set */
};

int present_open(struct presenter *p, char err[ERR]);
int present_batch(struct presenter *p, const struct presented *b, char err[ERR]);
int present_end(struct presenter *p, char err[ERR]); /* writes the sheets */
void present_close(struct presenter *p);
int present_pictures(const struct presenter *p); /* how many it writes for one sample, or for a sheet of them */

/* The field of the data block that holds what a show of this kind should have found; -1: none. */
int present_truth(const struct net_data *d, const char *show);

#endif
