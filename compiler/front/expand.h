/* The expander, shared by the files of this room: evaluates what is written, with compile-time values and graph values side by
   side. Every call of a block is a frame; its body runs once, for/if at compile time. */
#ifndef FRONT_EXPAND_H
#define FRONT_EXPAND_H
#include "front/program.h"

typedef struct Value Value;
typedef Vec(Value) Values;

typedef enum {
  V_POISON,  /* an error was reported; silent from here on */
  V_NUMBER,  /* bools are 0 and 1 */
  V_TEXT,
  V_LIST,
  V_VAL,     /* a value of the graph */
  V_DECL,    /* a block or net, as an argument */
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
  Vec(Name) *names;  /* RECORD */
  Init init;
  int data;
};

typedef struct {
  Name name;
  Value value;
} Slot;

/* A weight or state, known by its path over all entries. */
typedef struct {
  Name path, role;
  TypeId type;
  Name init;
  double arg[2];
  const Ast *net;    /* whose it is; NULL: an optimizer's */
  unsigned use;      /* the run of the net that last named it: twice in one is an error */
  Span span;
} Weight;

typedef struct Frame Frame;
struct Frame {
  Frame *up;         /* the caller */
  const Ast *decl;   /* what is being expanded; NULL: a train or predict body */
  Span call;         /* where it was called */
  Name path;         /* of this instance; 0 at the top */
  Vec(Slot) slots;
  Vec(Slot) counts;  /* how often a callee was an unlabelled stage here */
  Vec(Name) labels;  /* stages of this body, to find equal ones */
  Vec(Name) out_names;
  Values outs;
  const Values *args_in; /* the values of its `in`s, in order */
  int ins;           /* how many `in`s have run */
  Value net_init;    /* `init:` of a net's body: the default of layers inside */
  int sites;         /* random calls so far */
  Name param;        /* an optimizer: the weight's path */
};

typedef struct Expand {
  Ctx *c;
  Program *p;
  const Ast *file;
  Vec(const Ast *) decls;      /* blocks, nets of the file (and those it uses); the prelude's after them */
  Vec(Slot) consts;
  Vec(Weight) weights;
  Vec(Slot) states;            /* in this graph: a state's value so far, by path */
  Graph *g;
  Frame *frame;
  int training;
  int nets;                    /* declared: with one, paths do not begin with its name */
  unsigned uses, uses_before;  /* of nets so far, and before this graph: each use has random numbers of its own */
  NetInfo *info;               /* where stages are noted; NULL: not now */
  int depth;                   /* of calls: to refuse endless recursion */
  Vec(Name) frozen;            /* paths */
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
int to_size(Expand *x, Value v, Span at, const char *what, int *out);     /* whole, at least 0 */
int to_sizes(Expand *x, Value v, Span at, const char *what, int *out, int room); /* of a list, or one number; the count or -1 */
int to_bool(Expand *x, const Ast *e, int *out);
Value value_unwrap(Value v);               /* a record of one output is that output */
const char *value_text_of(Expand *x, Value v); /* for messages */
Value *slot_find(Expand *x, Name name);    /* in the frame, then among constants */
void slot_set(Expand *x, Name name, Value v);
Value arithmetic(Expand *x, AstOp op, Value a, Value b, Span at);
Name interpolate(Expand *x, Name text, Span at); /* "layer{i + 1}" */
Name poison_name(Expand *x, Diag *d, Name wrong); /* adds "did you mean" from all that is visible */

/* ---- call.c: calls and stages ---- */
typedef struct {
  Name name;   /* 0: positional */
  Value value;
  Span span;
} Arg;
typedef Vec(Arg) Args;
Value call_of(Expand *x, const Ast *e);                      /* CALL */
Value pipe_of(Expand *x, const Ast *e);                      /* PIPE */
Value apply_decl(Expand *x, const Ast *decl, const Args *args, Name label, Span at); /* a block or net */
Value apply_named(Expand *x, Name callee, Span name_span, Args *args, Name label, Span at);
const Ast *decl_find(Expand *x, Name name, int kind);        /* AST_BLOCK or AST_NET; any: 0 */
Span user_span(const Expand *x, Span s);                     /* inside the prelude: where the user called it */
Value init_of(Expand *x, const Ast *e);
int is_builtin_span(const Expand *x, Span s);

/* ---- body.c: statements ---- */
void body_run(Expand *x, const Ast *body);
int statement_run(Expand *x, const Ast *s); /* one that any body may hold; 0: it is none of those */

/* ---- builtin.c ---- */
typedef Value BuiltinRun(Expand *x, const Args *args, Span at);
typedef struct {
  const char *name, *signature, *summary;
  BuiltinRun *run;
} Builtin;
const Builtin *builtin_find(const Expand *x, Name name);
const Builtin *builtin_at(int i); /* NULL past the end */
Value op_call(Expand *x, const OpRow *row, const Args *args, Span at); /* a primitive, called as a function */
uint32_t site_next(Expand *x);

/* ---- recipe.c: data blocks and property lines ---- */
void data_read(Expand *x, const Ast *decl);
int recipe_arg(Expand *x, const Ast *e, RecipeArg *out);
int field_type(Expand *x, const Ast *type, Field *out);
RecipeCall *recipe_check(Expand *x, const RecipeArg *arg, const char *kind); /* against calls.def; NULL after reporting */

/* ---- train.c, predict.c ---- */
void train_read(Expand *x, const Ast *decl);
void predict_read(Expand *x, const Ast *decl);
double *scalar_slot(Expand *x, Name name); /* a run-time scalar's default; added when new */
void graph_begin(Expand *x, Name name, int training);
Frame frame_top(Expand *x);

#endif
