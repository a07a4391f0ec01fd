/* The ABI between a compiled .net program and its runtime, read by both sides.

   The compiler emits one `struct net_program net_program` (constant data, as C) and the machine code it points to; the runtime
   (libnetrt.a) has main() and does the rest. Runtime code knows no layer; generated code knows no file format.

   Batch: shapes are those of one sample, [c, h, w]; N is given at run time. Numbers: float32, int32 for labels.
   Memory of an entry: every pointer is base + fixed + N * per_sample (bytes), for the bases of struct net_run. */
#ifndef NETRT_H
#define NETRT_H
#include <stddef.h>
#include <stdint.h>

enum { NET_ABI = 5, NET_RANK = 6 };

/* ---- what generated code sees while it runs ---- */

enum net_base {
  NET_ARENA,   /* activations and temporaries of this run; 64-byte aligned; contents undefined at entry, but see kept */
  NET_PARAMS,  /* weights, states, optimizer state: net_program.params, in floats, see net_param.offset */
  NET_SCALARS, /* double[]: recipe numbers of this step (net_program.scalars gives their order) */
  NET_CONSTS,  /* constant tables of the program: net_program.consts */
  NET_WORK,    /* each thread's own work memory: nrt_work */
  NET_IO       /* base NET_IO + i: input i, then output i, of the entry (inputs first) */
};
enum { NET_BASES = 64 };

struct net_run {
  void *base[NET_BASES];
  int64_t batch;             /* N; within `map`, as many values as there are: N times fold */
  int64_t fold;              /* values for each sample; 0 means 1 */
  const int64_t *sample;     /* N numbers: each sample's position in the epoch's order (for random numbers) */
  uint64_t seed, step;       /* of the whole training; step counts from 1 */
  int64_t kept;              /* 1: the arena is as an earlier run of this entry left it, for any batch, and no parameter
                                has changed since: what depends on parameters alone is not computed again */
  struct net_pool *pool;
  int64_t work;              /* bytes of work memory that each thread has */
  double *step_seconds;      /* NULL, or one sum for each step of the entry (net profile) */
  int64_t steps;             /* only the entry's first so many steps run; 0: all */
};

/* A kernel computes chunk `chunk` of `chunks`. What a chunk computes depends on shapes and N alone. arg: resolved pointers. */
typedef void net_kernel(void *const *arg, const struct net_run *run, int64_t chunk, int64_t chunks);

/* Runs a kernel's chunks on the pool, in any order, on any thread; returns when all are done. step: its index in the plan. */
void nrt_launch(struct net_run *run, int32_t step, net_kernel *kernel, void *const *arg, int64_t chunks);

/* Work memory of the thread that runs a kernel: net_entry.work bytes, 64-byte aligned, undefined when a chunk begins. */
void *nrt_work(const struct net_run *run);

/* out[i] for i in first .. first+count-1 of one sample's values; uniform in [0,1), normal with mean 0 and deviation 1.
   Philox4x32-10; counter (i/4, sample, site), key (seed, step). A pure function of its arguments. */
void nrt_uniform(float *out, int64_t first, int64_t count, uint64_t seed, uint64_t step, int64_t sample, uint32_t site);
void nrt_normal(float *out, int64_t first, int64_t count, uint64_t seed, uint64_t step, int64_t sample, uint32_t site);

/* c[m,n] = beta*c + op(a) op(b), row major, single-threaded, the same bits on every call. ta/tb: the operand lies transposed.
   Only programs with matrix products contain it (it pulls OpenBLAS in). */
void nrt_gemm(int ta, int tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b, int64_t ldb,
              float beta, float *c, int64_t ldc);

/* One part of one sample of an operation without regular loops, a pure function: in: the sample's operands; out: its result, of
   which the part is written; set: sizes and settings, in the order that the function tells; work: memory of this thread.
   runtime/select.c and runtime/roi.c, in programs that need them only. */
typedef void net_part(const float *const *in, void *out, int64_t part, const double *set, void *work);
net_part nrt_top, nrt_rank, nrt_nms, nrt_roi_pool, nrt_roi_pool_pick, nrt_roi_pool_grad, nrt_roi_align, nrt_roi_align_grad;

/* ---- what the program is ---- */

enum net_elem { NET_F32, NET_I32 };

/* A call as written in a recipe: shapes(count: 500), adam(lr: 1e-3), flip(horizontal: 0.5). Ends at name == NULL. */
struct net_arg {
  const char *name;          /* NULL: positional */
  enum { NET_NUM, NET_TEXT, NET_LIST, NET_CALL } kind; /* true is 1, false is 0; a bare word is a NET_TEXT */
  double num;
  const char *text;
  int count;                 /* NET_LIST: of items */
  const struct net_arg *list;
  const struct net_call *call;
};
struct net_call {
  const char *name;
  int count;
  const struct net_arg *args;
};

enum net_role { NET_WEIGHT, NET_STATE, NET_OPT }; /* NET_OPT: an optimizer's state of a weight, "weight.path#m" */
struct net_param {
  const char *name;          /* the path: "d1.conv_0.weight" as stored in checkpoints */
  enum net_role role;
  int rank;
  int64_t dim[NET_RANK];
  int64_t offset;            /* floats from base NET_PARAMS; a multiple of 16 */
  struct net_call init;      /* constant(v), uniform(lo, hi), normal(std, mean: 0), with bounds already numbers; measured():
                                nan until a training measures it, see net_measure */
};

enum net_field_kind { NET_IMAGE, NET_CLASS, NET_MASK, NET_CLASS_MASK, NET_BOXES, NET_VALUE, NET_CLIP, NET_POINTS };
struct net_field {           /* one field of a data block, or one input of a predict command */
  const char *name;
  enum net_field_kind kind;  /* IMAGE: f32 [c,h,w] named by a picture; MASK: f32 [1,h,w] in {0,1}; CLASS: i32 scalar;
                                CLASS_MASK: i32 [h,w]; BOXES: f32 [max,5]; VALUE: f32, any shape;
                                CLIP: f32 [frames,c,h,w], pictures one after another; POINTS: f32 [k,2], x and y in pixels */
  enum net_elem elem;
  int rank;
  int64_t dim[NET_RANK];
  int classes;               /* of CLASS, CLASS_MASK, BOXES */
  const struct net_call *derived; /* NULL: the source gives it; else computed, after augment (boxes: before it), */
  int from;                       /* from this field of the block */
};

struct net_computed {
  int field;                 /* for this one alone; -1: for all pictures */
  const struct net_call *call; /* a block's has no arguments */
};

enum net_split { NET_TRAIN, NET_VAL, NET_TEST };
struct net_data {
  const char *name;
  int fields;
  const struct net_field *field;
  const struct net_call *source, *val, *test, *holdout; /* NULL where not given */
  int prepares, augments;
  const struct net_call *prepare, *augment;
  int class_names;
  const char *const *class_name;
  int computeds;             /* further steps of prepare, which the entries compute themselves */
  const struct net_computed *computed;
};

struct net_io {              /* an input or output of an entry */
  const char *name;          /* input: the field or parameter; output: "loss", a metric's or show's name */
  enum net_elem elem;
  int batched;               /* one value (tensor) per sample; else one for the batch */
  int rank;
  int64_t dim[NET_RANK];
};
struct net_step_info {       /* for profiles, NaN reports, memory tables */
  const char *kernel;        /* symbol */
  const char *what;          /* the operation and its instance path */
  int line;                  /* in the .net file; 0 when none */
  double flops, flops_per_sample; /* for N samples: flops + N * flops_per_sample */
};
struct net_entry {
  const char *name;
  void (*run)(struct net_run *);
  struct { int64_t fixed, per_sample; } arena[2]; /* bytes for n samples: the larger fixed + n * per_sample */
  int64_t work;              /* bytes of work memory for each thread */
  int inputs, outputs, steps;
  const struct net_io *input, *output;
  const struct net_step_info *step;
};

struct net_metric {
  const char *name;
  int better;                /* +1 larger is better, -1 smaller */
  int total;                 /* no mean over samples: the summary entry computes it */
  const struct net_call *call; /* NULL, or how it comes from what was detected in a split, and the boxes there: */
  int detections, boxes;     /* outputs of the eval entry, [n, 6] and [m, 5] of each sample; where the metrics stand both
                                entries give 0 */
};
struct net_prop {            /* a line of a recipe: epochs: 40, schedule: cosine(warmup: 1) */
  const char *name;
  struct net_arg value;
};
/* The training step up to some epoch, while parts of the networks are frozen. part_entry: the step of a batch that is not the
   last of those that are accumulated; it only adds to the gradients and moves states. It has the step's outputs. */
struct net_phase {
  double until;              /* the epoch; DBL_MAX: to the end */
  int step_entry, part_entry; /* part_entry: -1 when the recipe does not accumulate */
};
/* One `train` block. Outputs of both entries: "loss", then the metrics in order; each per batch (already the mean) or per
   sample; the runtime averages over samples. The train entry also updates weights, states and optimizer states in place.
   Behind the metrics the eval entry gives totals, for the batch. Summed over a split and rounded to float32, those that the summary
   entry takes, by name, make its outputs: the metrics that are marked `total`, in order, then tables. Behind them the eval entry
   gives what metrics with a call are computed from, for each sample. */
struct net_train {
  const char *name;          /* "" when the block has none */
  int data;                  /* index into net_program.data */
  int step_entry, eval_entry, summary_entry; /* summary_entry: -1 when there are no totals */
  int metrics;
  const struct net_metric *metric;
  int props;
  const struct net_prop *prop;
  int phases;                /* in the order of time; the last one's step is step_entry */
  const struct net_phase *phase;
};

struct net_show {
  const char *name;          /* classes, mask, image, boxes, relations, value */
  int output;                /* of the entry */
  int props;
  const struct net_prop *prop;
};
struct net_predict_input {
  struct net_field field;
  int data, data_field;      /* the field it was typed by: gets its prepare; -1: none */
  int is_option;             /* a number given as --name, default in `value`; arrives through scalars */
  double value;
};
/* A value inside an entry. Once its first `steps` steps have run for N samples, it lies at base[base] + fixed + N * per_sample,
   `sample` floats from sample to sample. lanes: 0, or [c, h, w] lies in blocks of so many channels, [c/lanes][h][w][lanes]. */
struct net_value {
  int rank;
  int64_t dim[NET_RANK];
  int lanes, steps, base;
  int64_t fixed, per_sample, sample;
};
struct net_stage {           /* of the explaining entry */
  const char *name, *what;   /* "layer1.0.conv1", "conv" */
  int depth;                 /* 1: in the net's own body */
  struct net_value value;
  int has_cam;
  struct net_value cam;      /* [h, w], the Grad-CAM map */
};
struct net_predict {
  const char *name;
  int entry;
  int inputs;                /* in the order of the entry's inputs; options come after */
  const struct net_predict_input *input;
  int shows;
  const struct net_show *show;
  /* The same computation with its insides open, where the block takes one picture: its inputs are those of `entry`, then, if it
     shows classes, the class whose score is differentiated (int32 []) and 1 or 0 (float32 []) for that of the logit or of the
     probability; then its one output is d score / d picture. */
  int explain_entry, stages; /* stages 0: there is no such entry */
  const struct net_stage *stage;
};

/* What ZCA needs of OpenBLAS and LAPACK; only programs with zca_whiten contain it. Both give the same bits on every call. */
struct net_pool;
struct net_whitening {
  /* sum[d, d] += transpose(x) x, of x[n, d]: on and above the diagonal */
  void (*add)(struct net_pool *pool, double *sum, const double *x, int64_t n, int64_t d);
  /* From such a sum over n samples the matrix U diag(1/(sqrt(s) + eps/sqrt(n))) U': U and s are the eigenvectors and values of
     sum/n; sum is lost. Directions that no sample has are left out. 0, or -1 and err. */
  int (*matrix)(double *sum, int64_t n, int64_t d, double eps, float *out, char err[512]);
};
extern const struct net_whitening nrt_whitening;

/* States that are measured over the training samples of a block, unaugmented, before the first step; in this order. */
struct net_measure {
  int data, entry;           /* the entry gives what is measured, of one field */
  int64_t channels, plane;   /* of a sample's values, [.., channels, plane] */
  const char *mean, *std;    /* parameters: of each channel; NULL: not wanted */
  const char *zca;           /* NULL, or the parameter that gets the whitening matrix around `mean` */
  double eps;
  const struct net_whitening *whitening;
};

struct net_program {
  int abi;                   /* NET_ABI */
  const char *name, *source; /* the stem of the file's name; the .net text itself */
  const char *built;         /* "netc 0.1.0, CPU znver3" */
  int params;
  const struct net_param *param;
  int64_t param_floats;      /* size of the block at NET_PARAMS */
  const void *consts;
  int scalars;               /* NET_SCALARS in this order: numbers of the recipe ("lr", "clip"), options of predict commands, and
                                clocks: "step", "epoch", "step@5" (steps since epoch 5), "step.share" (this batch's part of
                                the step's samples), "step.carry" (0 for the first batch of a step, else 1) */
  const char *const *scalar;
  const double *scalar_default;
  int datas, trains, predicts, entries;
  const struct net_data *data;
  const struct net_train *train;
  const struct net_predict *predict;
  const struct net_entry *entry;
  int64_t weights_bytes;     /* weights built in: a safetensors image; 0 when none */
  const void *weights;
  const char *weights_file;  /* its name, for messages */
  const char *weights_prefix, *weights_rename, *weights_table; /* how its names become ours: a prefix to take off, the text
                                of a table (rename.h) and the table's name; NULL: they are ours */
  const char *defines;       /* what the build was given by -D: NAME=VALUE, a line each; NULL: nothing */
  int measures;
  const struct net_measure *measure;
  const char *only;          /* "predict": training, evaluation, explaining were left out; NULL: nothing was */
  int home;                  /* the data block of the first training: its classes are those of predictions that name none */
};
extern const struct net_program net_program;

#endif
