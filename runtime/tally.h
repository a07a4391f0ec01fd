/* Sums over a split: the means of the loss and of metrics, what is computed from totals, and from all detections. */
#ifndef NET_TALLY_H
#define NET_TALLY_H
#include "data/data.h"
#include "detect/gathered.h"
#include "json.h"
#include "model.h"

struct tally {
  const struct net_train *train;
  const struct net_data *data;
  const struct net_entry *eval;
  double **sum;    /* of each output of the evaluation: one number, or a total's numbers */
  struct gathered *gathered; /* of each output, those that metrics of detections are computed from */
  struct job job;  /* the summary, when there is one */
  float **in;      /* its inputs */
};

/* Does output o have the value v? A metric of detections has none (nan) in the training's steps, nor where there is no box. */
int tally_has(const struct net_train *t, int o, double v);

int tally_open(struct tally *t, struct model *m, const struct net_train *train, char err[ERR]);
void tally_close(struct tally *t);
/* Adds the outputs of an evaluation of n samples. */
void tally_add(struct tally *t, const struct job *j, int64_t n);
/* The loss and the metrics over `count` samples. */
void tally_end(struct tally *t, int64_t count, double *mean);
/* After that: reports that are no numbers, and what there is to tell of detections, as tables; set names the classes. */
void tally_tables(const struct tally *t, const struct net_dataset *set, FILE *out);
/* The same as JSON: {"confusion": {"classes": [...], "values": [[...], ...]}} */
void tally_json(const struct tally *t, const struct net_dataset *set, json_t *to);

/* Takes along what was detected, for the first metric that asks for it; nothing where none does. The metrics are lost. */
struct detected tally_detected(struct tally *t);

#endif
