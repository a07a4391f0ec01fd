/* A .net file, checked and expanded: graphs for every entry, and what the runtime must know around them. */
#ifndef FRONT_PROGRAM_H
#define FRONT_PROGRAM_H
#include "graph/graph.h"

/* A recipe value: what was written, names as text (see struct net_arg of runtime/netrt.h). */
typedef struct RecipeArg RecipeArg;
typedef struct {
  Name name;
  Vec(RecipeArg) args;
  Span span;
} RecipeCall;
struct RecipeArg {
  Name name;               /* 0: positional */
  enum { RECIPE_NUM, RECIPE_TEXT, RECIPE_LIST, RECIPE_CALL } kind;
  double num;
  Name text;
  Vec(RecipeArg) list;
  RecipeCall *call;
  Span span, whole;        /* whole: with its name */
};
typedef struct {
  Name name;
  RecipeArg value;
  Span span;
} RecipeProp;

typedef enum { FIELD_IMAGE, FIELD_CLASS, FIELD_MASK, FIELD_CLASS_MASK, FIELD_BOXES, FIELD_VALUE, FIELD_CLIP, FIELD_POINTS } FieldKind; /* enum net_field_kind */
typedef struct {
  Name name;
  FieldKind kind;
  TypeId type;             /* batched */
  int classes;
  RecipeCall *derived;     /* NULL: the source gives it */
  int from;                /* from this field of the block */
  int mixed;               /* of a class: the field that training gets in its place, as probabilities; 0: none */
  Span span;
} Field;

/* A step of `prepare:` that is computed in the graph, where the field's value enters: see front/prepare.c. */
typedef struct {
  RecipeCall *call;        /* a transform; NULL: */
  const struct Ast *flow;  /* a block of the language, as a stage takes it, */
  Name block;              /* and its name */
  int field;               /* prepare(FIELD): for this one alone; -1: for all pictures */
  Span span;
} PrepareStep;

typedef struct {
  Name name;
  Vec(Field) fields;       /* the first `written` stand in the block, in this order */
  int written;
  RecipeCall *source, *val, *test, *holdout;
  Vec(RecipeCall) prepare, augment; /* what the runtime does */
  Vec(PrepareStep) computed;        /* what comes behind that of prepare */
  Vec(Name) class_names;
  Span span;
} Data;

typedef struct {
  Name name;
  int better;
  int total;               /* computed from totals over the split */
  RecipeCall *call;        /* NULL, or how it comes from */
  int detections, boxes;   /* these outputs of the evaluation */
} Metric;

/* The training step while some parts are frozen. */
typedef struct {
  double until;            /* the epoch it ends at; INFINITY: it lasts */
  Graph *step;             /* before any pass: grad nodes still inside */
  Graph *part;             /* accumulate: a batch that only adds to the gradients; NULL: without */
} Phase;

typedef struct {
  Name name;               /* 0: none written */
  int data;                /* index */
  Vec(int) fields;         /* of the data block, in the order of `as (…)`; -1: _ */
  Vec(Phase) phases;       /* in the order of time */
  Graph *step, *eval;      /* step: the last phase's */
  Graph *summary;          /* from totals over the split to metrics, then tables; NULL: there are no totals */
  Vec(Name) tables;        /* reported, but no numbers: a confusion matrix */
  Vec(Metric) metrics;
  Vec(RecipeProp) props;   /* epochs, batch, schedule, keep ...; the optimizer's numbers are scalars */
  Span span;
} Train;

typedef struct {
  Field field;
  int data, data_field;    /* -1: none */
  int is_option;
  double value;
} PredictInput;
typedef struct {
  Name name;               /* classes, mask, image, value */
  int output;
  Vec(RecipeProp) props;
} Show;
/* What a stage of a net computes in a predict block. */
typedef struct {
  Name path, callee;
  int depth;               /* 1: in the net's own body */
  Val val;                 /* of both graphs */
  int cam;                 /* the output of `explain` that is its Grad-CAM map; -1: none */
} Probe;
typedef struct {
  Name name;
  Graph *graph;
  Graph *explain;          /* front/explain.c; NULL: not of this block. Its taps are first the probes, in order */
  Vec(Probe) probes;
  Vec(PredictInput) inputs;
  Vec(Show) shows;
  Span span;
} Predict;

/* States of a data block that hold what is measured over its training samples, before the first step. */
typedef struct {
  int data;
  Graph *graph;            /* from the field to the values that are measured */
  int channels;            /* a sample's values are [.., channels, plane] */
  int64_t plane;
  Name mean, std;          /* of each channel; 0: not wanted */
  Name zca;                /* the whitening matrix around `mean`; 0: none */
  double eps;
} Measure;

typedef struct {
  Name name;               /* also lr, step, epoch */
  double value;            /* default */
} ScalarInput;

/* One row of `netc summary`: a stage of a net, in the order of the flow. */
typedef struct {
  Name path;               /* "d1.conv_0" */
  Name callee;             /* conv */
  TypeId type;             /* of its (first) result */
  int depth;               /* 1: in the net's own body */
  double multiply_adds;
  int64_t parameters;      /* its own weights, not those of stages inside it */
  Span span;
} Stage;

typedef struct {
  Name name;               /* of the net */
  Vec(Stage) stages;       /* of its first use in the first entry that uses it */
  int64_t parameters, states;
} NetInfo;

/* One name of a search block. A choice is written as an option or -D takes it. */
typedef struct {
  const char *given;       /* 32, cosine(warmup: 1), "a text" of a const */
  const char *shown;       /* without the quotes */
  double number;           /* NAN: it is none */
} SearchChoice;
typedef struct {
  Name name;
  enum { SEARCH_CHOICE, SEARCH_UNIFORM, SEARCH_LOG, SEARCH_INT, SEARCH_LOG_INT } kind;
  int is_const;            /* of the file: another value is another program; else an option of `train` */
  double low, high;        /* of a range */
  int steps;               /* values of it in a grid; 0: none given */
  Vec(SearchChoice) choices;
  Span span;
} SearchParam;
typedef struct {
  Name name;               /* 0: none written */
  Vec(SearchParam) params;
  enum { TRY_NONE, TRY_RANDOM, TRY_GRID, TRY_HALVING } how;
  int trials;              /* of a grid: all there are */
  double eta;
  Name judge;              /* loss or a metric, on validation data */
  int better;              /* +1 larger, -1 smaller */
  const char *keep;        /* the same as `--keep` takes it */
  int epochs;
  double seed;
  Span span;
} Search;

typedef struct Program {
  Ctx *c;
  Name name;               /* the file's stem */
  uint32_t first;          /* the file's text in the source */
  Vec(Data) datas;
  Vec(Train) trains;
  Vec(Predict) predicts;
  Vec(Measure) measures;   /* each may use the states of those before it */
  Vec(NetInfo) nets;
  Vec(ScalarInput) scalars; /* lr, step, epoch first */
  int home;                /* the data block of the first training: its classes are those of predictions that name none */
  Search *search;          /* NULL: none */
} Program;

typedef struct {
  Name name;
  const char *text;        /* as given with -D NAME=text */
} Define;

/* front/expand: names, constants, shapes; blocks instantiated, loops unrolled. NULL after reporting errors. */
Program *program_of(Ctx *c, const Ast *file, uint32_t first, const char *path, const Define *defines, int count);

/* All entries in order: for train i its step, eval, summary and further steps, then for each predict its own and the one that
   explains it, then what is measured for the trains. */
typedef struct {
  Name name;               /* train, train_eval, predict_segment; with the block's name: train_faster ... */
  Graph *graph;
  const Train *train;
  const Predict *predict;
} Entry;
static inline int entry_explains(const Entry *e) {
  return e->predict && e->graph == e->predict->explain;
}
/* Takes away all but the predict blocks' own computations; 0: there are none. */
int program_only_predict(Program *p);
int program_entries(const Program *p, Entry *out, int room); /* their count, which may be more than there is room for */

#endif
