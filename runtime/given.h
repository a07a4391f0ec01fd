/* What a command on a predict block is given: picture files, folders, samples of a data set, options. A batch of it at a
   time lies in the buffers of the entry's inputs. */
#ifndef NET_GIVEN_H
#define NET_GIVEN_H
#include "command.h"
#include "data/files.h"
#include "draw/show.h"

struct given {
  const struct net_program *program;
  const struct net_predict *predict;
  const struct net_entry *entry;
  struct cli *cli;
  const struct net_data *data; /* whose classes and prepare these are: the block that types an input, else the
                                  training's; may be NULL */
  int images;                  /* inputs that are pictures */
  struct net_dataset *set;     /* --sample, --split; else NULL */
  int64_t first_sample;        /* --sample 12-20 */
  struct paths files;          /* total * images of them */
  int64_t total, batch;        /* samples altogether, and at once */
  int64_t failures;            /* pictures that could not be read and were passed over */
  struct show_names names;     /* of the classes: the block's own, else those of the training */

  /* of the batch that given_fill filled */
  void *in[NET_BASES], **field; /* the entry's inputs; the data set's fields, all NULL without one */
  int64_t *index, *number;      /* its number in the data set; among all that is given */
  const char **path;            /* its file, NULL: none */
  struct net_picture **original;

  char **class_name;
};

void given_begin(struct given *g, const struct net_program *p, const struct net_predict *predict);
/* Options for samples and for inputs that are no pictures. */
void given_options(const struct given *g, struct cli *c);
/* Finds out what there is: files and samples. The split is read whole where --sample is not given, but --split is. */
int given_choose(struct given *g, struct cli *c, char err[ERR]);
/* Buffers for g->batch samples; options that are numbers go to m; names from the weights' training. */
int given_open(struct given *g, struct model *m, const struct trained *about, char err[ERR]);
/* Samples first … first + n - 1 into the buffers. */
int given_fill(struct given *g, int64_t first, int64_t n, char err[ERR]);
/* The same of picture files, except that one that cannot be read is told on stderr, taken off the list and counted in
   g->failures, unless it is the only one. Returns how many there are, at most n; -1 and err. */
int64_t given_fill_readable(struct given *g, int64_t first, int64_t n, char err[ERR]);
void given_close(struct given *g);

/* The class called `text`, or of that number; -1 and err, which begins with `what`. */
int64_t class_find(struct show_names names, int classes, const char *what, const char *text, char err[ERR]);

#endif
