/* Samples: what a `data` block of the program gives to training, evaluation and predict commands.

   A data set is one split of one block, opened. A sample is read and brought to its field's size once (prepare's
   geometry), kept in memory as bytes, then augmented and brought to its field's values each time it is asked for, in
   this order:

     decode 0…255 -> prepare's geometry -> augment, while training: geometry, then colours -> prepare's values

   Everything random is a pure function of (seed, epoch, position, place in the recipe). Functions that fail return NULL
   or -1 and leave one line in err, which names the file and what would help. */
#ifndef NET_DATA_H
#define NET_DATA_H
#include "augment/cell.h"
#include "image/image.h"
#include "netrt.h"

struct net_dataset;

/* Opens a split. dir: the --data folder, NULL when not given (an error if the source reads files). seed: of the
   training; it moves augmentation only: which samples there are, and which are held out, does not depend on it. */
struct net_dataset *data_open(const struct net_data *d, enum net_split split, const char *dir, uint64_t seed,
                              char err[512]);
void data_close(struct net_dataset *s);

int64_t data_count(const struct net_dataset *s);
int data_has(const struct net_data *d, enum net_split split);    /* does the block say where this split comes from? */
const char *data_class_name(const struct net_dataset *s, int k); /* the block's own, else the source's, else NULL */

/* Fills fields of n samples: buffers[f] takes n values of field f one after another (NULL: the field is not wanted).
   index[i]: which sample; position[i]: its place in the epoch's order. augment: 1 while training. May be called from
   any thread, from several at once too; the result does not depend on it. */
int data_fill(struct net_dataset *s, const int64_t *index, const int64_t *position, int64_t n, uint64_t epoch,
              int augment, void *const *buffers, char err[512]);

/* The same for training and evaluation: samples whose files cannot be read are left out, and the others close ranks, in
   index and position too. Returns how many are left; -1 and err, also when more than half of the split cannot be read. */
int64_t data_take(struct net_dataset *s, int64_t *index, int64_t *position, int64_t n, uint64_t epoch, int augment,
                  void *const *buffers, char err[512]);
/* The class of a sample, mostly known without decoding its picture; -1 and err. */
int32_t data_label(struct net_dataset *s, int64_t index, char err[512]);
/* Keeps prepared samples in a file in this folder too; where that would spare nothing, does nothing. */
int data_cache(struct net_dataset *s, const char *dir, char err[512]);
void data_limit(struct net_dataset *s, int64_t count); /* the split has its first `count` samples only */
/* One line about the samples left out so far, the first files by name; NULL when there is nothing new to tell. To be
   freed. */
char *data_left_out(struct net_dataset *s);

/* A sample as check-data sees it. */
struct data_seen {
  int loaded;          /* the rest is known */
  uint64_t hash[2];    /* of its picture as decoded, or of all that it has: equal for equal ones, for others by no chance that counts */
  int height, width;   /* of its picture as decoded; 0: it has none */
  int32_t label;       /* of its class; -1: it has none */
  int64_t between;     /* pixels of its mask that were neither black nor white */
  int boxes;           /* that it has, */
  int32_t *box_class;  /* the class of each, to be freed, */
  struct box_odd odd;  /* and what was odd about them */
};
/* Does with one sample all that training (evaluation, unless the split is the training's) would do with it. 0, or -1 and
   err; *broken tells whether that was a file that cannot be read. */
int data_inspect(struct net_dataset *s, int64_t index, struct data_seen *seen, int *broken, char err[512]);
void data_where(const struct net_dataset *s, int64_t index, char out[300]); /* what messages call the sample */

int64_t data_field_size(const struct net_field *f); /* bytes of one value */

/* Predict side: decodes a picture and prepares it for field `field` of d. out: data_field_size floats. *original (may
   be NULL) gets the picture as decoded, with the map that undoes prepare's geometry; image_free it. */
int data_load_image(const struct net_data *d, int field, const char *path, float *out, struct net_picture **original,
                    char err[512]);
/* The same for an input that no data block types: no prepare, so the picture must have the field's size. */
int data_load_plain(const struct net_field *f, const char *path, float *out, struct net_picture **original,
                    char err[512]);
/* The boxes of field `field` that are found in that picture. */
int data_load_boxes(const struct net_data *d, int field, const char *path, float *out, char err[512]);

/* The values that black (0) and white (255) of an image field become by prepare's value steps, for each channel. */
struct net_range {
  float black[3], white[3];
};
struct net_range data_range(const struct net_data *d, int field);

#endif
