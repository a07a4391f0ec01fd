/* The table of primitive operations, read once from op.def: names, signatures, formulas, gradients. */
#ifndef OP_OP_H
#define OP_OP_H
#include "op/scalar.h"
#include "type/type.h"

/* How an operation is lowered; gen/ maps each tag to an emitter, graph/eval each operation to a small function. */
typedef enum {
  LOWER_LEAF,   /* inputs, parameters, run-time scalars, constants: no code */
  LOWER_EACH,   /* elementwise with broadcasting: the formula says all */
  LOWER_REDUCE, /* sum, max within a sample or over the batch, of a formula of its operands */
  LOWER_CONV, LOWER_POOL, LOWER_GEMM, LOWER_MOVE, LOWER_GATHER, LOWER_RANDOM,
  LOWER_CALL    /* a function of the runtime for each part of a sample */
} Lower;

typedef enum {
#define EACH(name, ...) OP_##name,
#define OP(name, ...) OP_##name,
#include "op/op.def"
#undef EACH
#undef OP
  OP_COUNT
} OpId;

enum { MAX_ATTRS = 8, MAX_OPERANDS = 4 };
typedef struct {
  Name name;
  OpId id;
  Lower lower;
  int each;                    /* an EACH row */
  Scalar formula;              /* of an EACH row */
  Scalar grad[3];              /* of an EACH row: given derivatives by operand, over operands and y (var = operand count); 0: derive */
  int operands;                /* tensors, in order; -1: any number (concat, each) */
  Name operand[MAX_OPERANDS];
  const Ast *pattern[MAX_OPERANDS]; /* LIST: the dims of each operand; NULL for EACH */
  int attrs;                   /* named settings, in order */
  Name attr[MAX_ATTRS];
  const Ast *attr_default[MAX_ATTRS]; /* NULL: required */
  const Ast *result;           /* LIST of dims, or NULL: graph/infer.c knows it */
  const Ast *grads;            /* BODY of `operand = expression` lines; NULL: none */
  int differentiable;          /* how often: 0, 1, 2 (= always) */
  const char *signature, *summary, *domain;
} OpRow;

typedef struct Ops Ops;
void ops_read(Ctx *c);                          /* fills c->ops from op.def; needs c->types and c->scalars */
const OpRow *op_row(const Ctx *c, OpId id);
const OpRow *op_find(const Ctx *c, Name name);  /* NULL when there is none */

#endif
