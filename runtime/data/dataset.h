/* One split of a data block, opened: what dataset.c, which opens it, and sample.c, which gives samples, share. */
#ifndef NET_DATASET_H
#define NET_DATASET_H
#include "augment/mix.h"
#include "data/broken.h"
#include "data/prepare.h"
#include "data/store.h"

struct net_dataset {
  const struct net_data *data;
  struct net_data sourced; /* the fields that are not derived; what the source sees */
  struct net_data given;   /* these, and behind them those found before augment; what the recipe sees */
  struct net_field *given_field;
  int *given_at;        /* which field of data each of given is */
  struct recipe recipe; /* of given */
  struct source *source;
  uint64_t seed;
  int64_t count, *member; /* member NULL: all of the source */
  struct cell **ready;    /* for each sample of the source, NULL until prepared; NULL: not kept at all */
  int64_t kept;           /* bytes */
  struct store *store;    /* the same in a file; NULL: none */
  enum net_split split;
  struct broken broken;
  float **class_weight; /* for each field of data that is class_weight(...): of each class */
  int64_t told; /* of the broken ones, in data_left_out */
  int crowded;  /* it has been said that mixing leaves boxes out */
};

/* The source's number of sample `index` of the split. */
static inline int64_t data_member(const struct net_dataset *s, int64_t index) {
  return s->member ? s->member[index] : index;
}

/* Where the samples of a split come from: `val:`, or with `holdout:` the source of the training. */
const struct net_call *data_source(const struct net_data *d, enum net_split split);

/* Sample i of the source, its cells loaded and prepared, as number n of the buffers; chance NULL: not augmented. */
int sample_write(struct net_dataset *s, const struct cell *cell, int64_t i, int64_t n, const struct chance *chance,
                 void *const *buffers, char err[512]);
void cells_free(const struct net_dataset *s, struct cell *cell);

/* Brings the cells of a sample as loaded to their fields, and fills those that are found in them. 0, or -1 and err. */
int sample_prepare(const struct net_dataset *s, struct cell *cell, char err[512]);
/* Sample i of the source, prepared. NULL and err on failure, *failed being -1 or BROKEN. If *owned, the caller frees it.
 */
struct cell *cells_get(struct net_dataset *s, int64_t i, int *owned, int *failed, char err[512]);
/* The fields that the source gave, augmented. value: where each field of the block goes, NULL when not wanted. */
int given_write(struct net_dataset *s, const struct cell *cell, int64_t i, const struct chance *chance,
                void *const *value, char err[512]);

/* ---- mixer.c ---- */

/* Puts a sample, whose given fields are written, together with others if augment says so; m tells how. */
int sample_mix(struct net_dataset *s, const struct chance *chance, void *const *value, struct mix *m, char err[512]);
/* The class as probabilities. */
void mixed_write(const struct mix *m, int32_t label, int64_t classes, float *out);
/* The weight of the class, or of the classes that are mixed. */
float mixed_weight(const struct mix *m, int32_t label, const float *weight);

#endif
