/* Where samples come from. A source knows how many samples it has and loads one: its fields as bytes, classes and
   boxes, of whatever size they are found in; the data set brings them to their fields' sizes. */
#ifndef NET_SOURCE_H
#define NET_SOURCE_H
#include "augment/cell.h"
#include "data/data.h"

struct source {
  const struct net_data *data;
  int64_t count;
  int resident; /* samples lie in memory as they are: loading costs nothing */
  /* Fills a cell for each field of data. 0; -1, or BROKEN (data/broken.h) when a file of the sample cannot be read, and
     err: the cells filled so far are left for the caller to clear. */
  int (*load)(const struct source *s, int64_t i, struct cell *cell, char err[512]);
  const char *(*class_name)(const struct source *s, int k); /* may be NULL */
  /* How messages call sample i: its file, or "image 17 of train.gz". */
  void (*where)(const struct source *s, int64_t i, int field, char out[300]);
  void (*close)(struct source *s);
  int32_t (*label)(const struct source *s, int64_t i); /* the class of sample i; NULL: loading tells it */
  int finds_names; /* class names are what was found there: another split may have found others */
};

/* Opens what a source call names; dir may be NULL. */
struct source *source_open(const struct net_data *d, const struct net_call *call, enum net_split split, const char *dir,
                           char err[512]);
void source_close(struct source *s);

/* How messages call sample i by one name: its picture's, if it has one. */
void source_where(const struct source *s, int64_t i, char out[300]);

/* One for each row of kind SOURCE. The call passed call_check. NULL and err on failure. */
struct source_request {
  const struct net_data *data;
  const struct net_call *call;
  enum net_split split;
  const char *dir; /* NULL only if the source reads no files */
};
struct source *idx_open(const struct source_request *r, char err[512]);
struct source *cifar10_open(const struct source_request *r, char err[512]);
struct source *folder_open(const struct source_request *r, char err[512]);
struct source *pairs_open(const struct source_request *r, char err[512]);
struct source *images_open(const struct source_request *r, char err[512]);
struct source *files_open(const struct source_request *r, char err[512]);
struct source *csv_open(const struct source_request *r, char err[512]);
struct source *npy_open(const struct source_request *r, char err[512]);
struct source *yolo_open(const struct source_request *r, char err[512]);
struct source *voc_open(const struct source_request *r, char err[512]);
struct source *coco_open(const struct source_request *r, char err[512]);
struct source *frames_open(const struct source_request *r, char err[512]);
struct source *shapes_open(const struct source_request *r, char err[512]);
struct source *cubes_open(const struct source_request *r, char err[512]);
/* The seed that a drawn source's split draws from: what is drawn for one is not drawn for another. */
uint64_t split_seed(uint64_t seed, enum net_split split);

/* The first field of a kind that a source gives; -1 when there is none. */
int field_of(const struct net_data *d, enum net_field_kind kind);
int field_of_picture(const struct net_data *d); /* the image, else the clip */
/* Refuses fields that the source does not give: `kinds` has bit 1 << kind for each kind that it gives, once. */
int fields_check(const struct net_data *d, unsigned kinds, const char *source, char err[512]);

/* A picture file as the cell of an image (grey or RGB as the field wants), of a mask (above 127 is 1; in a PNG
   of black and one other value, that one), or of pixel classes. 0, BROKEN or -1. */
int cell_read(struct cell *c, const struct net_field *f, const char *path, char err[512]);
/* A picture whose colors tell the class of each pixel, as the cell of pixel classes. */
int cell_read_colors(struct cell *c, const uint32_t *color, int colors, const char *path, char err[512]);
/* A decoded picture as the cell of an image field. */
int cell_of_picture(struct cell *c, const struct net_picture *p);

/* Are there as many folders as the class field has classes, if there is one? dir: where they lie. */
struct paths;
int classes_of_folders(const struct paths *folders, const struct net_data *d, const char *dir, char err[512]);

/* Checks that every value is below classes; the name of the sample goes into the message. */
int classes_check(const struct cell *c, int classes, const char *where, char err[512]);

#endif
