/* The graph IR: typed SSA over tensors. One graph per entry of the program (a train step, an eval, a predict command).
   A value is a node; its operands come before it, so the order of nodes is a topological order. Handles, not pointers. */
#ifndef GRAPH_GRAPH_H
#define GRAPH_GRAPH_H
#include "base/vec.h"
#include "op/op.h"

typedef uint32_t Val; /* 0: none, or poison after a reported error */

typedef enum { ATTR_NUMBER, ATTR_LIST, ATTR_TEXT } AttrKind;
typedef struct {
  uint8_t kind;
  uint32_t count;    /* LIST */
  double number;
  const double *list;
  Name text;
} Attr;

typedef struct {
  uint16_t op;       /* OpId */
  uint8_t attrs;     /* as many as the row has; 0 for a row without */
  TypeId type;
  uint32_t in, nin;  /* operands: graph->operands.at[in .. in+nin) */
  uint32_t attr;     /* graph->attr_pool.at[attr .. attr+attrs) */
  Scalar formula;    /* EACH: of the operands. REDUCE: what is reduced, over the operands (0: operand 0 itself).
                        Others: an epilogue over operands, where variable i is operand i for i >= the row's operands, and
                        variable 0 stands for the operation's own result (0: no epilogue). Extra operands broadcast as in EACH. */
  Name name;         /* what the user called it, or a parameter's path; may be 0 */
  Span span;         /* where it comes from */
  Val origin;        /* in a derived graph part: the value this is the gradient of; 0 */
} Node;

/* A tap has no place among the entry's outputs: it lies in memory when it has been computed, in whatever layout (Plan.taps).
   Taps come last. */
typedef enum { OUT_LOSS, OUT_METRIC, OUT_SHOW, OUT_TAP } OutKind;
typedef struct { Name name; Val val; uint8_t kind; } Output;
typedef struct { Val param, value; } Update; /* parameter's value after the run */

typedef struct Graph {
  Ctx *c;
  Name name;                 /* train, train_eval, predict_segment ... */
  Vec(Node) nodes;           /* node 0 is unused */
  Vec(Val) operands;
  Vec(Attr) attr_pool;
  Vec(Output) outputs;
  Vec(Update) updates;
  uint32_t *table;           /* open-addressing, for sharing equal nodes */
  uint32_t room;
} Graph;

/* Leaves: OP_input (name: the field), OP_param (name: the path; attrs role, init, values), OP_scalar (name: lr, step, option), OP_number
   (attr value). Everything else has operands. */

Graph *graph_new(Ctx *c, Name name);
Graph *graph_copy(const Graph *g, Name name); /* its nodes under the same numbers; no outputs and updates */
int graph_taps(const Graph *g);               /* how many of its outputs are taps */

static inline Node *graph_node(const Graph *g, Val v) { return &g->nodes.at[v]; }
static inline Val graph_in(const Graph *g, Val v, int i) { return g->operands.at[g->nodes.at[v].in + (uint32_t)i]; }
static inline const Type *graph_type(const Graph *g, Val v) { return type_get(g->c, g->nodes.at[v].type); }
const Attr *graph_attr(const Graph *g, Val v, const char *name); /* BUG when the row has no such attribute */
int graph_int(const Graph *g, Val v, const char *name);
int graph_list(const Graph *g, Val v, const char *name, int i);  /* element i of a LIST */
Scalar graph_formula(const Graph *g, Val v);                     /* the node's own, or its row's (EACH) */

/* Building: types are inferred, equal nodes shared, constants folded. `at` is the place errors are reported at; on an error
   the result is 0. attrs may be NULL when the row has none. */
Val graph_add(Graph *g, OpId op, const Val *in, int nin, const Attr *attrs, Span at);
Val graph_add_formula(Graph *g, OpId op, const Val *in, int nin, const Attr *attrs, Scalar formula, Span at);
Val graph_input(Graph *g, Name name, TypeId type, Span at);
Val graph_param(Graph *g, Name path, Name role, TypeId type, Name init, const double *values, int count, Span at);
Val graph_scalar(Graph *g, Name name, Span at);
Val graph_number(Graph *g, double v, Span at);
/* Node v of a graph over other operands, as it is: it is not shared with an equal one. */
Val graph_repeat(Graph *g, const Graph *from, Val v, const Val *in);
Val graph_each(Graph *g, Scalar formula, const Val *in, int nin, Span at);
Attr attr_number(double v);
Attr attr_text(Name text);
Attr attr_list(Ctx *c, const double *at, int count);
Attr attr_ints(Ctx *c, const int *at, int count);

/* graph/infer.c: the type of a node-to-be from its row's signature, or the row's own rule. 0 after reporting at `at`. */
TypeId infer_type(Graph *g, OpId op, const Val *in, int nin, const Attr *attrs, Scalar formula, Span at);

void graph_print(const Graph *g, Text *to);
Graph *graph_read(Ctx *c, const Ast *graph);     /* GRAPH of PARSE_GRAPH; NULL after reporting */
int graph_verify(const Graph *g, Text *why);     /* 1 when sound */

/* graph/eval.c: the oracle. Values are double, [N][sample] for batched ones, plain layout even for blocked types (logical order). */
typedef struct {
  int64_t batch;
  uint64_t seed, step;
  const int64_t *sample;                          /* NULL: 0 .. N-1 */
  const double *(*leaf)(void *user, const Graph *g, Val v); /* data of OP_input, OP_param, OP_scalar */
  void *user;
} EvalInput;
double **graph_eval(const Graph *g, const EvalInput *in, Arena *mem); /* by Val; NULL for dead ones */

#endif
