/* Scalar formulas: what an elementwise operation computes for one element. Hash-consed: equal formulas are equal handles, shared
   subterms are one node, so a handle is a DAG. Constants fold and neutral elements vanish at birth. 0 is "none". */
#ifndef OP_SCALAR_H
#define OP_SCALAR_H
#include "ast/ast.h"

typedef uint32_t Scalar;

/* SCALAR(KIND, "spelling", arity): how it is written; operators spell as in the language. Comparisons and logic give 0 or 1. */
#define SCALAR_KINDS(SCALAR)                                                                                           \
  SCALAR(CONST, "", 0) SCALAR(VAR, "", 0) SCALAR(ADD, "+", 2) SCALAR(SUB, "-", 2) SCALAR(MUL, "*", 2)                  \
  SCALAR(DIV, "/", 2) SCALAR(POW, "^", 2) SCALAR(MOD, "%", 2) SCALAR(NEG, "-", 1) SCALAR(LT, "<", 2)                   \
  SCALAR(GT, ">", 2) SCALAR(LE, "<=", 2) SCALAR(GE, ">=", 2) SCALAR(EQ, "==", 2) SCALAR(NE, "!=", 2)                   \
  SCALAR(AND, "and", 2) SCALAR(OR, "or", 2) SCALAR(NOT, "not", 1) SCALAR(MAX, "max", 2) SCALAR(MIN, "min", 2)          \
  SCALAR(WHERE, "where", 3) SCALAR(ABS, "abs", 1) SCALAR(SIGN, "sign", 1) SCALAR(FLOOR, "floor", 1)                    \
  SCALAR(CEIL, "ceil", 1) SCALAR(ROUND, "round", 1) SCALAR(SQRT, "sqrt", 1) SCALAR(EXP, "exp", 1) SCALAR(LOG, "log", 1) \
  SCALAR(LOG1P, "log1p", 1) SCALAR(SIN, "sin", 1) SCALAR(COS, "cos", 1) SCALAR(TANH, "tanh", 1)                        \
  SCALAR(SIGMOID, "sigmoid", 1) SCALAR(ERF, "erf", 1) SCALAR(ATAN, "atan", 1)

typedef enum {
#define SCALAR(kind, text, arity) S_##kind,
  SCALAR_KINDS(SCALAR)
#undef SCALAR
} ScalarKind;

typedef struct {
  uint8_t kind, arity;
  int var;          /* VAR: which operand, from 0 */
  double value;     /* CONST */
  Scalar arg[3];
} ScalarNode;

typedef struct Scalars Scalars;
Scalars *scalars_new(Arena *a);
ScalarNode scalar_get(const Ctx *c, Scalar s);
Scalar scalar_const(Ctx *c, double v);
Scalar scalar_var(Ctx *c, int i);
Scalar scalar_make(Ctx *c, ScalarKind kind, Scalar a, Scalar b, Scalar d); /* unused arguments 0 */
/* From the language's syntax. names: the variables in order; NULL: variables are x0, x1, ... Returns 0 after reporting. */
Scalar scalar_parse(Ctx *c, const Ast *expr, const Name *names, int count);
double scalar_eval(const Ctx *c, Scalar s, const double *var);
Scalar scalar_derive(Ctx *c, Scalar s, int var);                  /* d s / d var; kinks take the derivative of one side */
Scalar scalar_substitute(Ctx *c, Scalar s, const Scalar *by);     /* var i becomes by[i] */
int scalar_vars(const Ctx *c, Scalar s);                          /* 1 + the highest variable used; 0 when none */
int scalar_uses(const Ctx *c, Scalar s, int var);                   /* does it occur? */
int scalar_cost(const Ctx *c, Scalar s);                          /* distinct operations in the DAG */
void scalar_text(const Ctx *c, Scalar s, Text *to);               /* with x0, x1, ...; parses back to the same handle */

#endif
