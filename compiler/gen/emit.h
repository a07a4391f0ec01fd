/* emit: what every emitter of gen/ builds on: the LLVM builder with short names, structured loops, kernels by
   signature, formulas over vectors, operands that broadcast, and the entry function that launches kernels.

   A kernel is `void k(ptr arg, ptr run, i64 chunk, i64 chunks)` (net_kernel of runtime/netrt.h). Its arguments are
   pointers; a number travels as a pointer's bits (entry_number, kernel_number). Addresses count floats. Vectors are of
   e->lanes floats. */
#ifndef GEN_EMIT_H
#define GEN_EMIT_H
#include "gen/gen.h"
#include "gen/unit.h"
#include <llvm-c/Core.h>

typedef LLVMValueRef Ir;

typedef struct Emit {
  LLVMContextRef context;
  Units *units;         /* all functions that are defined */
  LLVMModuleRef module; /* of the function being built */
  LLVMBuilderRef builder;
  LLVMTypeRef i1, i8, i32, i64, f32, f64, ptr, nothing;
  int lanes;                   /* of the kernel being built */
  LLVMTypeRef vec, veci, mask; /* <lanes x float>, <lanes x i32>, <lanes x i1> */
  Ctx *c;
  Ir fn, arg, run, chunk, chunks; /* the kernel being built, and its parameters */
} Emit;

/* ---- integers and addresses: i64 ---- */
Ir k64(Emit *e, int64_t v);
Ir k32(Emit *e, int32_t v);
Ir iadd(Emit *e, Ir a, Ir b);
Ir isub(Emit *e, Ir a, Ir b);
Ir imul(Emit *e, Ir a, Ir b);
Ir iaddk(Emit *e, Ir a, int64_t b);
Ir imulk(Emit *e, Ir a, int64_t b);
Ir idiv(Emit *e, Ir a, Ir b); /* unsigned */
Ir irem(Emit *e, Ir a, Ir b);
Ir imin(Emit *e, Ir a, Ir b); /* signed */
Ir imax(Emit *e, Ir a, Ir b);
Ir ilt(Emit *e, Ir a, Ir b); /* signed, i1 */
Ir ieq(Emit *e, Ir a, Ir b);
Ir choose(Emit *e, Ir cond, Ir yes, Ir no);
Ir at(Emit *e, Ir p, Ir index); /* p + index floats */
Ir atk(Emit *e, Ir p, int64_t index);

/* ---- floats: f32, f64 or vectors, as the operands are ---- */
Ir kf(Emit *e, double v);                                            /* f32 */
Ir kv(Emit *e, double v);                                            /* the vector of it */
Ir kt(LLVMTypeRef type, double v);                                   /* of a float or vector type */
Ir kti(LLVMTypeRef type, int64_t v);                                 /* of an integer or integer vector type */
LLVMTypeRef vector_of(Emit *e, LLVMTypeRef elem, LLVMTypeRef shape); /* elem, as wide as shape */
Ir fadd(Emit *e, Ir a, Ir b);
Ir fsub(Emit *e, Ir a, Ir b);
Ir fmul(Emit *e, Ir a, Ir b);
Ir fdiv(Emit *e, Ir a, Ir b);
Ir fma3(Emit *e, Ir a, Ir b, Ir c); /* a*b + c, rounded once */
Ir fmax2(Emit *e, Ir a, Ir b);      /* a NaN stays; one instruction when a side is constant */
Ir fmin2(Emit *e, Ir a, Ir b);
Ir fcmp(Emit *e, LLVMRealPredicate how, Ir a, Ir b);
Ir intrinsic(Emit *e, const char *name, Ir a); /* llvm.NAME of one operand: sqrt, fabs, floor ... */
Ir bits_of(Emit *e, Ir v);                     /* the float's bits as integers, and back */
Ir float_of(Emit *e, Ir bits);

/* ---- memory: floats need no alignment beyond 4 ---- */
Ir load_f32(Emit *e, Ir p);
Ir load_i32(Emit *e, Ir p);
Ir load_vec(Emit *e, Ir p);
Ir load_type(Emit *e, LLVMTypeRef type, Ir p, unsigned align);
void store(Emit *e, Ir v, Ir p);        /* any type; alignment 4 */
void prefetch(Emit *e, Ir p, int to_write); /* the cache line at p is needed soon */
Ir splat(Emit *e, Ir scalar);           /* f32 or i32 to all lanes */
Ir lane_mask(Emit *e, Ir count);        /* lane < count (i64) */
Ir load_masked(Emit *e, Ir p, Ir mask); /* 0 elsewhere */
void store_masked(Emit *e, Ir v, Ir p, Ir mask);
Ir shuffle(Emit *e, Ir a, Ir b, const int *lane, int count); /* lane >= width of a: of b */
Ir horizontal(Emit *e, Ir v, Ir (*join)(Emit *, Ir, Ir));    /* fixed tree over the lanes, to a scalar */
Ir stack_floats(Emit *e, int64_t count);                     /* 64-byte aligned, in the function's first block */

/* ---- control ---- */
enum { MAX_CARRY = 64 };
typedef struct {
  LLVMBasicBlockRef head, exit, before;
  Ir iv; /* the counter: valid between begin and end */
  Ir to, phi[MAX_CARRY], *carry;
  int64_t step;
  int carried;
  int sure; /* runs at least once, known now */
  Ir first[MAX_CARRY];
} Loop;
/* for (iv = from; iv < to; iv += step). carry: values that go around; inside, and after the end, carry[i] is the
 * current one. */
void loop_begin(Emit *e, Loop *l, Ir from, Ir to, int64_t step, Ir *carry, int carried);
void loop_end(Emit *e, Loop *l);

typedef struct {
  LLVMBasicBlockRef other, exit;
  int has_else;
} Branch;
void branch_begin(Emit *e, Branch *b, Ir cond);
void branch_else(Emit *e, Branch *b);
void branch_end(Emit *e, Branch *b); /* values pass through memory or choose */

/* ---- kernels ---- */
typedef struct {
  const char *signature, *symbol;
  uint64_t hash;
  Ir fn;
} Kernel;
typedef struct {
  const Plan *plan;
  int step;
  const char *symbol; /* of the step's last launch, which does the work */
} StepKernel;
struct Gen {
  Ctx *c;
  Emit e;
  Units units;
  int target_lanes;
  Vec(Kernel) kernels;
  Vec(StepKernel) steps;
  int blas;                /* nrt_gemm is called */
  Target target;
  /* the entry being built */
  const Plan *plan;
  int step;
  Ir entry, entry_run, entry_n;
  Ir entry_folded; /* a copy of *entry_run with another batch; NULL before the first step that needs it */
  int fold;        /* of this step */
  Branch once;     /* between entry_once_begin and entry_once_end */
  Ir entry_values; /* numbers and pointers that the entry computes: launch.c */
  int values;      /* of a launch */
  Ir chunks, chunks_units, chunks_work; /* of the last entry_chunks_of */
};
typedef void BuildKernel(Emit *e, void *user);
/* The function of this signature; built by `build` when new. The symbol is `stem` and a hash of the signature. lanes:
   of the kernel's vectors (0: the target's). */
Ir gen_kernel(Gen *g, const char *stem, const char *signature, int lanes, BuildKernel *build, void *user);
Ir kernel_pointer(Emit *e, int arg);                            /* inside a kernel: argument i */
Ir kernel_number(Emit *e, int arg);                             /* inside a kernel: argument i as i64 */
Ir kernel_batch(Emit *e);                                       /* how many values there are of a batched one, i64 */
Ir kernel_work(Emit *e);                                        /* this thread's work memory */
Ir kernel_samples(Emit *e);                                     /* N, i64: the same but within `map` */
Ir run_field(Emit *e, Ir run, size_t offset, LLVMTypeRef type); /* a field of struct net_run */
void kernel_range(Emit *e, Ir units, Ir *from, Ir *to);         /* units*chunk/chunks .. units*(chunk+1)/chunks */
Ir gen_function(Emit *e, const char *name, LLVMTypeRef result, LLVMTypeRef *params, int count); /* an external one */
Ir call(Emit *e, Ir fn, Ir *args, int count); /* fn: of any unit */

/* A function beside the kernels, by its name: no two may have one. Begins it unless one of this name exists (then
   returns 0). */
typedef struct {
  Emit emit;
  LLVMBasicBlockRef block;
} Outer;
int helper_begin(Emit *e, Outer *o, const char *name, const char *params, Ir *fn); /* params: p pointer, i i64 */
void helper_end(Emit *e, const Outer *o);

/* ---- the entry function: between kernels; all of them emit into it ---- */
void entry_begin(Gen *g, const Plan *p);
Ir entry_value(Gen *g, Val v);                               /* pointer to a value's buffer */
Ir entry_base(Gen *g, int base, int64_t bytes);              /* pointer into one of struct net_run's bases */
Ir entry_out(Gen *g);                                        /* pointer to the step's result */
Ir entry_joint_out(Gen *g, int joint);                       /* to that of the joint-th step joined to it */
Ir entry_joint_scratch(Gen *g, int joint);
Ir entry_scratch(Gen *g, int64_t fixed, int64_t per_sample); /* bytes into the step's scratch */
Ir entry_kept(Gen *g);                                       /* the part of it that the step keeps */
Ir entry_first(Gen *g);                                      /* i1: what stays from call to call is not there yet */
/* Around the launches that fill it: where it stays, later calls skip them. */
void entry_once_begin(Gen *g);
void entry_once_end(Gen *g);
Ir entry_batch(Gen *g);                                      /* as kernel_batch in this step's kernel, i64 */
void entry_fold(Gen *g, int fold);                           /* this step's values are `fold` for each sample */
Ir entry_number(Gen *g, Ir i64);                             /* as a kernel argument */
/* Chunks for units of `work` (vector operations of lanes floats, about): 1 when small, up to 32, never more than units.
 */
Ir entry_chunks(Gen *g, Ir units, int64_t work);
Ir entry_chunks_of(Gen *g, Ir units, Ir total); /* the same by the work of all units together, i64 */
enum { MAX_ARGS = 384 };
void entry_launch(Gen *g, Ir kernel, const Ir *args, int count, Ir chunks);
void entry_end(Gen *g);

/* ---- formulas ---- */
/* Every term is emitted at its level, the outermost loop that it depends on: LEVEL_CHUNK before all loops, LEVEL_UNIT
   in the unit loop (a channel block, a row), LEVEL_VECTOR for each vector. Terms over doubles alone are computed in
   double. */
enum { MAX_VARS = 32, MOST_RESULTS = 4 };
enum { LEVEL_CHUNK, LEVEL_UNIT, LEVEL_VECTOR };
typedef enum { FORM_DOUBLE, FORM_FLOAT, FORM_VECTOR } Form; /* one double, one float, a vector of floats */
typedef struct {
  uint8_t level, form;
  Ir value; /* set before its level is emitted */
} FormulaVar;
typedef struct FormulaMemo FormulaMemo;
typedef struct {
  Emit *e;
  int roots, vars;
  FormulaVar var[MAX_VARS];
  FormulaMemo *memo;
} Formula;
void formula_begin(Formula *f, Emit *e, const Scalar *root, int roots, int vars); /* then fill var[i].level, .form */
void formula_hoist(Formula *f, int level); /* emits the terms of this level, here; lower levels must be emitted */
Ir formula_value(Formula *f, Form form);   /* the whole, here; form FLOAT or VECTOR */
Ir formula_root(Formula *f, int root, Form form); /* the same of one of several */
void formula_again(Formula *f, int level); /* forgets what was emitted at this level and above: another copy follows */
Ir emit_function(Emit *e, ScalarKind kind, Ir a); /* exp, log, ... of a float, vector (inline) or double (libm) */
Ir emit_power(Emit *e, Ir a, Ir b);
Ir emit_power_const(Emit *e, Ir a, double n); /* a^n, a float or vector */
Ir emit_power_of(Emit *e, double a, Ir b);    /* a^b, a > 0 */

/* ---- operands: how a formula's variables lie relative to a domain ---- */
typedef enum { OPERAND_MEMORY, OPERAND_SCALAR, OPERAND_BATCH, OPERAND_RESULT } OperandKind;
typedef struct {
  uint8_t kind; /* MEMORY: floats; SCALAR: a recipe number; BATCH: N; RESULT: an epilogue's variable 0 */
  uint8_t elem, level, form;
  Val val;
  int64_t offset;               /* floats from the value's buffer */
  int64_t sample;               /* floats from sample to sample; 0: shared */
  int64_t stride[MAX_RANK + 1]; /* by the domain's physical axes; 0: broadcast along it */
  Ir base;                      /* inside a kernel */
} Operand;
/* Formula with numbers put in, and its operands, relative to domain `to`. Operand i is variable i; first: the first of
   v's operands that is one (0 for EACH; for an epilogue the row's operand count, and variable 0 is OPERAND_RESULT). */
typedef struct {
  Scalar formula; /* 0: none, the value passes through */
  Scalar also[MOST_RESULTS - 1];
  int results;    /* formulas: 1, or more in a joint step */
  int count;      /* variables; an entry that no variable uses has val 0 */
  int blocked;    /* lanes of the domain, 0: plain */
  int axes;       /* physical axes of the domain */
  int64_t size[MAX_RANK + 1];
  int64_t channels; /* of a blocked domain */
  Operand op[MAX_VARS];
} Terms;
/* What one launch computes: a step's value, or those of several joint steps, over one list of operands. */
typedef struct {
  int results, count;
  Val val[MOST_RESULTS], in[MAX_VARS];
  Scalar formula[MOST_RESULTS];
} Joint;
Joint joint_of(const Plan *p, int step);
Joint joint_one(const Graph *g, Val v); /* a value's alone */
Terms terms_of(const Graph *g, const Joint *of, const Type *domain, int first);
int terms_cost(const Terms *t, const Ctx *c);
void terms_text(const Terms *t, const Ctx *c, Text *to); /* the formulas */
void terms_signature(const Terms *t, const Ctx *c,
                     Text *to); /* formula and patterns: with equal signatures the code is equal */
int terms_args(Gen *g, const Terms *t,
               Ir *args); /* in the entry: pointers of its operands into args; returns how many */
/* In the kernel, before all loops: bases from the arguments, terms of LEVEL_CHUNK. Returns the number of arguments
 * taken. */
int terms_begin(Terms *t, Formula *f, Emit *e, int first_arg);
Ir operand_load(Emit *e, const Operand *op, Ir p, int vector,
                Ir mask); /* a float or vector as float; mask may be NULL */

/* An epilogue inside a kernel: f = epilogue_begin (before all loops), then for each channel block or channel
   epilogue_unit, then epilogue_apply for each result vector. With no formula the value comes back as it is, masked if
   `masked` lanes need it. */
typedef struct {
  Terms *t;
  Formula f;
  Ir unit_mask; /* lanes of the unit's block that are channels; NULL when all are */
  Ir sample, index0;
} Epilogue;
Terms epilogue_terms(const Graph *g, Val v); /* of a CONV, GEMM or POOL node, over its result's type */
void epilogue_begin(Epilogue *p, Emit *e, Terms *t,
                    int first_arg); /* its operands are kernel arguments from first_arg on */
void epilogue_unit(Epilogue *p, Emit *e, Ir sample,
                   Ir index0); /* index0: along physical axis 0 (block, or channel, or row) */
/* value: a vector along the innermost axis (in a plain result it begins at index[axes-1]; in a blocked one it is the
   block's lanes). index: by physical axis, [0] as in epilogue_unit. mask: of a partial vector, NULL when all lanes
   exist. */
Ir epilogue_apply(Epilogue *p, Emit *e, Ir value, const Ir *index, Ir mask);

int step_fold(const Graph *g, Val v); /* how many values a step has for each sample: 1, but within `map`; 0: shared */

/* ---- lowering: one function a tag; gen/step.c holds the table ---- */
typedef void LowerStep(Gen *g, const Plan *p, int step);
LowerStep lower_each, lower_reduce, lower_conv, lower_pool, lower_gemm, lower_move, lower_gather, lower_random,
    lower_call;
LowerStep lower_argmax; /* a REDUCE row of its own kind */
LowerStep lower_copy;   /* a plan's copy */
Scratch conv_scratch(const Graph *g, Val v);
Scratch gemm_scratch(const Graph *g, Val v);
Scratch pool_scratch(const Graph *g, Val v);
Scratch reduce_scratch(const Graph *g, Val v);
Scratch call_scratch(const Graph *g, Val v);

#endif
