/* A program's numbers in memory: weights, states, optimizer states; and jobs, which run one of its entries. */
#ifndef NET_MODEL_H
#define NET_MODEL_H
#include "base.h"
#include "netrt.h"

struct model {
  const struct net_program *program;
  struct net_pool *pool;
  float *params;  /* program->param_floats of them */
  double *scalar; /* base NET_SCALARS */
  void *arena;    /* shared by all jobs: of its contents, only what the last run keeps means anything to the next */
  int64_t arena_bytes;
  const struct net_entry *kept; /* whose values of parameters alone the arena has; NULL: nobody's */
  void *work; /* base NET_WORK: for each thread, as much as any entry wants */
  int64_t work_bytes;
};

int model_open(struct model *m, const struct net_program *p, int threads, char err[ERR]);
void model_close(struct model *m);
enum roles { ROLES_ALL = 7, ROLES_MODEL = 1 << NET_WEIGHT | 1 << NET_STATE, ROLES_OPT = 1 << NET_OPT };
void model_changed(struct model *m); /* to be called after writing to params */
/* Parameters from their initialisers; each draws its own numbers, from the seed and its name. */
void model_init(struct model *m, uint64_t seed, enum roles roles);
/* A parameter "x#ema" is the shadow of x: begins as its copy; and changes places with it. */
void model_shadow_begin(struct model *m);
void model_shadow_swap(struct model *m);
/* The first parameter that holds an infinity or a NaN, beside those not measured yet; NULL if all are finite. */
const struct net_param *model_broken(const struct model *m);

int64_t param_count(const struct net_param *p);
int param_is_measured(const struct net_param *p); /* nan until a training measures it: see measure.h */
int64_t role_count(const struct net_program *p, enum net_role role); /* floats of all parameters of a role */
const struct net_entry *entry_find(const struct net_program *p, const char *name);

int64_t io_count(const struct net_io *io, int64_t n); /* numbers it holds for a batch of n */

/* An entry made ready for batches of up to `room` samples. */
struct job {
  struct model *model;
  const struct net_entry *entry;
  int64_t room;
  void **out;      /* one buffer for each output */
  int64_t *sample; /* 0 … room-1; a caller that runs a later part of an epoch passes its own */
  struct net_run run;
};

struct job_at { /* what random numbers hang on */
  uint64_t seed, step;
  const int64_t *sample; /* NULL: 0 … n-1 */
};

int job_open(struct job *j, struct model *m, int entry, int64_t room, char err[ERR]);
void job_close(struct job *j);
/* in: a buffer for each input. Results are in j->out until the next run. */
void job_run(struct job *j, void *const *in, int64_t n, struct job_at at);
/* The sum over the batch's samples of output `o`: of per-sample values, or n times the batch's one. */
double job_sum(const struct job *j, int o, int64_t n);
int64_t arena_bytes(const struct net_entry *e, int64_t n);
/* Bytes that a run with n samples touches: arena, work memory, inputs, outputs, parameters. */
int64_t job_bytes(const struct model *m, const struct net_entry *e, int64_t n);

#endif
