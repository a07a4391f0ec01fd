/* What `saliency`, `features` and `embed` share: a predict block that takes one picture, the trained weights, what is
   given, and values from inside the block's explaining entry. */
#ifndef NET_EXPLAIN_H
#define NET_EXPLAIN_H
#include "given.h"
#include "image/image.h"

struct explainer {
  const struct net_program *program;
  const struct net_predict *predict;
  struct cli *cli;
  struct model m;
  struct trained about;
  struct given given;
  uint64_t seed;
  int image;                   /* of the entry's inputs, the picture */
  int channels, height, width; /* of the picture as the network takes it */
  struct net_range range;
  int classes, show; /* the show line with the classes; 0, -1: there is none */
};

enum { EXPLAIN_STAGES = 1, EXPLAIN_CLASSES = 2 }; /* what the predict block must have */
/* The block that --predict names, else the first that fits; NULL and err. */
const struct net_predict *explain_block(const struct command *c, int needs, char err[ERR]);
/* Options for samples, and the program's own; none but these where no block fits. */
void explain_options(const struct command *c, int needs);
int explainer_begin(struct explainer *e, const struct command *c, int needs, char err[ERR]);
/* Weights, samples; at most `most` of them at once, if --batch says nothing. */
int explainer_open(struct explainer *e, int64_t most, char err[ERR]);
void explainer_close(struct explainer *e);

/* A stage by its name, or the last outermost one of those whose names begin with it and a dot; `list` lists them on stdout. NULL and
   err; after the list err is empty. */
const struct net_stage *stage_wanted(struct explainer *e, char err[ERR]); /* by --stage, which must be given */
const struct net_stage *stage_find(const struct net_predict *p, const char *name, char err[ERR]);

/* A job on the explaining entry, and its inputs: those given, then class and logit where the block shows classes. */
struct insight {
  struct job job;
  void *in[NET_BASES];
  int32_t *class;
  float *logit;
  uint64_t seed;
};
int insight_open(struct insight *s, struct explainer *e, int64_t room, char err[ERR]);
/* Samples first … first + n - 1 of what is given. */
void insight_take(struct insight *s, const struct explainer *e, int64_t first, int64_t n);
/* All of the entry, or as far as `value` is known. */
void insight_run(struct insight *s, const struct net_value *value, int64_t n);
void insight_close(struct insight *s);
/* Sample i's value, plain, into value_count floats. */
void insight_value(const struct insight *s, const struct net_value *v, int64_t n, int64_t i, float *out);
int64_t value_count(const struct net_value *v);
/* As many samples as `most`, but no more than what an entry's memory for them is moderate. */
int64_t room_for(const struct net_entry *e, int64_t most);

/* Samples of the batch that begins at `first`: how many could be read; 0 behind the last; -1 and err. */
int64_t explainer_fill(struct explainer *e, int64_t first, char err[ERR]);

/* Where a result of the sample goes: `out` if it is a name with that ending or if there is only one; else into the folder
   `out` (NULL: here), named after file or sample. To be freed; NULL and err. */
char *result_path(const struct given *g, int64_t i, const char *out, const char *suffix, char err[ERR]);
/* Sample i as a picture: the file as it is, or what the network is given. To be freed; NULL when out of memory. */
struct net_picture *sample_picture(const struct explainer *e, int64_t i);
/* "cat.jpg", "sample 3" */
const char *sample_name(const struct given *g, int64_t i, char text[64]);

#endif
