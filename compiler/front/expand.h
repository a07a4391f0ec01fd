/* The expander, shared by the files of this room: evaluates what is written, with compile-time values and graph values side by
   side. Every call of a block is a frame; its body runs once, for/if at compile time. */
#ifndef FRONT_EXPAND_H
#define FRONT_EXPAND_H
#include "front/program.h"

typedef struct Value Value;
typedef Vec(Value) Values;
typedef Vec(Name) NameList;

typedef enum {
  V_POISON,  /* an error was reported; silent from here on */
  V_NUMBER,  /* bools are 0 and 1 */
  V_TEXT,
  V_LIST,
  V_VAL,     /* a value of the graph */
  V_DECL,    /* a block or net, as an argument */
  V_FUNCTION, /* relu, as an argument: its name in `text` */
  V_RECORD,  /* the outputs of a block: named values */
  V_INIT,    /* an initialiser: normal(0.02) */
  V_DATA
} ValueKind;

typedef struct {
  Name rule;         /* constant, uniform, normal, or a PyTorch name that needs the fans */
  double arg[2];
  int args;
} Init;

struct Value {
  uint8_t kind;
  double number;
  Name text;
  Val val;
  const Ast *decl;
  Values *list;      /* LIST: items; RECORD: outputs */
  NameList *names;   /* RECORD */
  Init init;
  int data;
  Span from;         /* an argument of a layer of the prelude: where the user wrote it */
};

typedef struct {
  Name name;
  Value value;
} Slot;

typedef struct {
  Name name;
  Span span;
} Label;

/* A weight or state, known by its path over all entries. */
typedef struct {
  Name path, role;
  TypeId type;
  Name init;
  double arg[2];
  const Ast *net;    /* whose it is; NULL: an optimizer's */
  unsigned use;      /* the run of the net that last named it: twice in one is an error */
  Span span, call;   /* call: of the net, when it was made */
} Weight;

typedef struct Frame Frame;
struct Frame {
  Frame *up;         /* the caller */
  const Ast *decl;   /* what is being expanded; NULL: a train or predict body */
  int builtin;       /* the prelude's: it sees its own names and the prelude, nothing of the user's file */
  Span call;         /* where it was called */
  Name path;         /* of this instance; 0 at the top */
  Vec(Slot) slots;
  Vec(Slot) counts;  /* how often a callee was an unlabelled stage here */
  Vec(Label) labels; /* stages of this body, to find equal ones */
  NameList out_names;
  Values outs;
  const Values *args_in; /* the values of its `in`s, in order */
  int ins;           /* how many `in`s have run */
  Value net_init;    /* `init:` of a net's body: the default of layers inside */
  int sites;         /* random calls so far */
  Name param;        /* an optimizer: the weight's path */
};

typedef struct {
  Val val;
  int classes;
  int boxes;         /* rows of class, x1, y1, x2, y2 */
} Labelled;

typedef struct {
  Name text;
  const Ast *flow;
} Flow;

typedef struct Expand {
  Ctx *c;
  Program *p;
  Vec(const Ast *) decls;      /* blocks, nets of the file (and those it uses); the prelude's after them */
  int user_decls;
  Vec(Slot) consts, words;     /* words: same, nearest ... where no const has the name */
  Vec(const Ast *) expanded;   /* blocks and nets of the file that ran at least once */
  Vec(Weight) weights;
  Vec(Slot) states;            /* in this graph: a state's value so far, by path */
  Vec(Labelled) labelled;      /* in this graph: inputs that are classes or boxes */
  Graph *g;
  Frame *frame;
  int training;
  NameList frozen;             /* while this graph is made: paths of what is not trained, each with its net's name */
  Name clock;                  /* what `step` is called for the weight that is being updated; 0: step */
  int nets, trains;            /* declared: with one net, paths do not begin with its name */
  enum { PHASE_NONE, PHASE_STEP, PHASE_EVAL, PHASE_SUMMARY } phase; /* of a train block's graphs, this one */
  Vec(Val) totals;             /* in this graph: what total(...) gave */
  int fold;                    /* values for each sample: within `map` as many as the axis is long */
  Name label;                  /* of the stage that is being called, for functions that call its network */
  unsigned uses, uses_before;  /* of nets so far, and before this graph: each use has random numbers of its own */
  int info;                    /* the net whose stages are noted; -1: not now */
  Vec(Probe) probes;           /* in a predict block: what the stages of its nets computed */
  int probing;
  int depth;                   /* of calls: to refuse endless recursion */
  int nested;                  /* of expressions, over all frames */
  int checking;                /* something is unknown: look for mistakes, make no weights */
  int preparing;               /* a block of `prepare:` runs */
  int64_t work;                /* evaluations so far: to refuse endless loops */
  Vec(Flow) embedded;          /* the {...} of texts */
  Name callee;                 /* the function that is being called, for messages */
  const Define *defines;
  int define_count;
} Expand;

/* ---- eval.c: expressions ---- */
Value value_of(Expand *x, const Ast *e);
Value value_number(double v);
Value value_text(Name t);
Value value_val(Val v);
Value value_list(Expand *x, const double *at, int count);
/* Conversions; on failure they report what was found at `at` and return 0 (a poison stays silent). */
int to_val(Expand *x, Value v, Span at, Val *out);
int to_number(Expand *x, Value v, Span at, const char *what, double *out);
int to_whole(Expand *x, Value v, Span at, const char *what, int *out);    /* of either sign */
int to_size(Expand *x, Value v, Span at, const char *what, int least, int *out); /* whole, at least so much */
int to_sizes(Expand *x, Value v, Span at, const char *what, int least, int *out, int room); /* of a list, or one number; the count or -1 */
int to_bool(Expand *x, const Ast *e, int *out);
Value value_unwrap(Value v);               /* a record of one output is that output */
Value *slot_find(Expand *x, Name name);    /* in the frame, then among constants and words */
int is_training(Expand *x);                /* a training step, and what runs now is not frozen */
int path_under(const Expand *x, Name path, Name above); /* is it `above`, or a stage or weight inside it? */
void slot_set(Expand *x, Name name, Value v);
Value arithmetic(Expand *x, AstOp op, Value a, Value b, Span at);
Value value_finite(Expand *x, double v, Span at);      /* a number, or poison after reporting */
Name interpolate(Expand *x, Name text, Span at); /* "layer{i + 1}" */
Val node_add(Expand *x, OpId op, const Val *in, int nin, const Attr *attrs, Span at); /* graph_add; an error tells where in the prelude */
int spend(Expand *x, int64_t work, Span at);     /* 0, once reported, when the file asks for too much */

/* ---- index.c ---- */
Value index_of(Expand *x, const Ast *e);  /* INDEX */
Value dot_of(Expand *x, const Ast *e);    /* DOT */

/* ---- wording.c: what messages say ---- */
const char *say_value(Expand *x, Value v);
const char *say_type(Expand *x, TypeId t);
const char *say_number(Expand *x, double v);
const char *say_source(Expand *x, Span s);     /* the text there, on one line */
const char *say_transform(const char *name);   /* a call of ours for Keras's or torchvision's name; NULL: not known */
const char *say_usage(Expand *x, Name callee); /* "conv(x, filters, kernel, stride: 1 ...)"; NULL: it is nothing to call */
int wrong_kind(Expand *x, Value v, Span at, const char *wanted); /* 0 */
/* "did you mean ...?" from candidates; with others, else "there are ...". form: a format with one %s, around each name. */
void suggest(Expand *x, Diag *d, Name wrong, const NameList *all, const char *form);
void suggest_or_list(Expand *x, Diag *d, Name wrong, const NameList *all, const char *form, const char *there_are);
void suggest_visible(Expand *x, Diag *d, Name wrong); /* from all names that can be seen here */
Value unknown_call(Expand *x, Name callee, Span at);
NameList names_list(Expand *x, const char *const *names, int count);
const char *say_size(Expand *x, const Ast *e); /* an expression that is to be a size */
Span user_span(const Expand *x, Span s);       /* inside the prelude: where the user called it */
Span arg_span(const Expand *x, Span at, const Value *v); /* the same for an argument of the call */
const Ast *layer_of(const Expand *x);          /* inside the prelude: the layer that the user called; else NULL */
int is_builtin_span(const Expand *x, Span s);

/* ---- call.c: calls and stages ---- */
typedef struct {
  Name name;   /* 0: positional */
  Value value;
  Span span;
} Arg;
typedef Vec(Arg) Args;
Value call_of(Expand *x, const Ast *e);                      /* CALL */
Value pipe_of(Expand *x, const Ast *e);                      /* PIPE */
Value stage_of(Expand *x, Value v, const Ast *what);         /* v through a call, a name or { ... } */
Value apply_value(Expand *x, Value callee, const Args *args, Name label, Span at); /* a block, net or function as an argument */
Name stage_label(Expand *x, Name callee);                    /* of an unlabelled stage: conv_0 ... */
Value apply_decl(Expand *x, const Ast *decl, const Args *args, Name label, Span at); /* a block or net */
const Ast *decl_find(Expand *x, Name name, int kind);        /* AST_BLOCK or AST_NET; any: 0 */

/* ---- body.c: statements ---- */
void body_run(Expand *x, const Ast *body);
int statement_run(Expand *x, const Ast *s); /* one that any body may hold; 0: it is none of those */
void misplaced(Expand *x, const Ast *s, const char *where, const char *help);

/* ---- weight.c: weights and states ---- */
Value init_of(Expand *x, const Ast *e);
void run_weight(Expand *x, const Ast *s);   /* WEIGHT, STATE */
void run_next(Expand *x, const Ast *s);

/* ---- check.c: what nothing runs is looked through all the same ---- */
void check_rest(Expand *x);
void check_names(Expand *x, const Ast *decl);  /* given twice */
void check_unused(Expand *x, const Ast *decl); /* never used: warnings */

/* ---- recipe.c: data blocks and property lines ---- */
void data_read(Expand *x, const Ast *decl);
int recipe_arg(Expand *x, const Ast *e, RecipeArg *out);
int recipe_call(Expand *x, const Ast *e, RecipeArg *out); /* CALL, whatever its name */
void recipe_text(Expand *x, const RecipeArg *a, int quoted, Text *to); /* as an option or, texts in quotes, -D takes it */
int recipe_is(const char *kind, const char *name);         /* is there such a row in calls.def? */
void recipe_names(Expand *x, const char *kind, NameList *to); /* all of a kind */
int field_type(Expand *x, const Ast *type, Field *out);
int derived_read(Expand *x, const Data *d, const Ast *e, Field *out); /* what computes the field; its type is known */
int recipe_has(Expand *x, Name name); /* is it a call of any recipe line? */
RecipeCall *recipe_check(Expand *x, const RecipeArg *arg, const char *kind, Span at); /* against calls.def; NULL after reporting */
Val input_add(Expand *x, Name name, const Field *f); /* a graph's input */

/* ---- prepare.c: what of `prepare:` is computed in the graph ---- */
int prepare_computes(Expand *x, const Ast *e);              /* is the stage a block or function of the language? */
Name prepare_callee(Expand *x, const Ast *e);               /* what it is called */
void prepare_add(Expand *x, Data *d, const PrepareStep *s); /* behind the steps so far: the runtime's, or the graph's */
void prepare_check(Expand *x, Data *d, int data); /* runs all on each picture field, and notes what is measured */
Val prepare_field(Expand *x, int data, int field, Val v); /* the field's value, prepared */

/* ---- train.c, optimizer.c, predict.c, explain.c ---- */
void train_read(Expand *x, const Ast *decl);
void previews_check(Expand *x); /* after all predict blocks */
void predict_read(Expand *x, const Ast *decl);
void search_read(Expand *x, const Ast *decl); /* search.c; after the train blocks */
NameList line_options(Expand *x);             /* lines of a recipe whose values are options of the program's `train` */
int line_takes_call(Expand *x, Name line);    /* schedule: cosine */
int line_check(Expand *x, Name line, RecipeArg *value); /* may it be the line's? 0 after reporting */
int explain_stage(Expand *x, Name path, Name callee, int depth); /* explain.c: in a predict block a stage begins; its probe, or -1 */
void explain_make(Expand *x, Predict *p);                        /* when all have run */
double *scalar_slot(Expand *x, Name name); /* a run-time scalar's default; added when new */
void graph_begin(Expand *x, Name name, int training);
Frame frame_top(void);

#endif
