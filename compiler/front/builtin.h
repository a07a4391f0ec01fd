/* Functions of the language: those of builtin.def, and the primitives of op.def. */
#ifndef FRONT_BUILTIN_H
#define FRONT_BUILTIN_H
#include "front/expand.h"

typedef Value BuiltinRun(Expand *x, const Args *args, Span at);
typedef struct {
  const char *name, *signature, *summary;
  BuiltinRun *run;
} Builtin;

#define FUNCTION(name, signature, summary) BuiltinRun run_##name;
#include "front/builtin.def"
#undef FUNCTION

const Builtin *builtin_find(const Expand *x, Name name);
const Builtin *builtin_at(int i); /* NULL past the end */
Value builtin_call(Expand *x, const Builtin *b, const Args *args, Span at);
int op_is_function(const OpRow *row); /* may a file call it? */
Value op_call(Expand *x, const OpRow *row, const Args *args, Span at);

/* ---- arguments ---- */
int positional(const Args *args);
const Arg *nth(const Args *args, int n);                                          /* the nth without a name; NULL */
const Arg *arg_by_name(Expand *x, const Args *args, const char *name);
const Arg *arg_find(Expand *x, const Args *args, int n, const char *name);        /* by name, else the nth; NULL */
/* These report and return 0 when an argument is not as wanted. */
int value_arg(Expand *x, const Args *args, int n, const char *name, Span at, Val *out);
int option_arg(Expand *x, const Args *args, int n, const char *name, int otherwise, int *out); /* a whole number or flag */
int shape_arg(Expand *x, const Arg *a, int *dims);                                /* the rank, or -1 */
int axes_arg(Expand *x, const Arg *a, Val of, int *axes);                         /* all without `a`; the count, or -1 */
int axis_arg(Expand *x, const Args *args, int n, const char *name, int otherwise, Val of, Span at, int *out);
Value misuse(Expand *x, Span at, const char *how, ...) __attribute__((format(printf, 3, 4)));

#endif
