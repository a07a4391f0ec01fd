/* A walk over all splits of a data block: what is there, what is wrong with it, what is there twice. */
#ifndef NET_CHECK_H
#define NET_CHECK_H
#include "data/data.h"
#include <stdio.h>

enum { CHECK_SPLITS = 3 };

struct check_split {
  struct net_dataset *set; /* NULL: the block has none */
  int64_t count;
  struct data_seen *seen;
  int64_t *of_class;    /* samples of each class, as far as they can be read */
  int64_t *of_box;      /* boxes of each class */
  char **why;           /* NULL: the sample is well */
  unsigned char *state; /* enum check_state */
};
enum check_state { CHECK_GOOD, CHECK_BROKEN, CHECK_WRONG };

struct check {
  const struct net_data *data;
  struct check_split split[CHECK_SPLITS]; /* by enum net_split */
  int64_t done;                           /* samples looked at so far */
  struct check_twin *twin;                /* all samples that can be read, equal ones side by side */
  int64_t twins;
  int wrong; /* kinds of things that are wrong, known after the report */
};
struct check_twin {
  uint64_t hash[2];
  int split;
  int64_t index;
};

/* Looks at every sample, on so many threads; watch: progress on stderr. 0, or -1 and err: a split cannot be opened. */
int check_run(struct check *c, const struct net_data *d, const char *dir, int threads, int watch, char err[512]);
/* At most `most` of a kind are named; 0: all. */
void check_report(struct check *c, int most, FILE *out);
void check_json(struct check *c, FILE *out); /* one object */
void check_close(struct check *c);

#endif
