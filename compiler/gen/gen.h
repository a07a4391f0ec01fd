/* gen: the only room that sees LLVM. A program's plans become one object file and one C text, and those an executable.

   Each step of a plan is one kernel launch: nrt_launch(run, step, kernel, args, chunks). Kernels are keyed by their signature
   (operation, physical shapes, formula, settings); equal signatures share one LLVM function, over all entries of the program. */
#ifndef GEN_GEN_H
#define GEN_GEN_H
#include "plan/plan.h"

typedef struct {
  const char *cpu;       /* "host" or an LLVM name: znver4, haswell ...; NULL: host */
  int lanes;             /* floats per vector that this CPU has: gen_lanes */
} GenTarget;

typedef struct Gen Gen;

int gen_lanes(const char *cpu);                 /* 16, 8 or 4; 0: no such CPU */
const char *gen_cpu_name(const char *cpu);      /* "host" resolved */
Gen *gen_new(Ctx *c, const GenTarget *target);
Scratch gen_scratch(const Graph *g, Val v);     /* a ScratchOf; lanes come from the graph's blocked types, else 8 */
/* Emits the kernels that the plan needs and a function `void net_entry_NAME(struct net_run *)`; outputs are written to the IO
   bases after the inputs, in graph order. */
void gen_entry(Gen *g, const Plan *p);
const char *gen_step_kernel(const Gen *g, const Plan *p, int step); /* the kernel's symbol; after gen_entry of that plan */
typedef struct {
  double fixed, per_sample;
} Flops;
Flops gen_step_flops(const Plan *p, int step);
double gen_flops(const Graph *g, Val v, int64_t n); /* a FlopsOf */
int gen_uses_blas(const Gen *g);
int gen_object(Gen *g, const char *path, char **error);             /* code generation to an object file */
/* The same to an archive of many object files, made on all cores; cache: where what was made once is
   kept, NULL: nowhere; found: so many were there. */
int gen_archive(Gen *g, const char *cache, const char *path, int *found, char **error);
int gen_functions(const Gen *g); /* that there are */
char *gen_llvm_text(Gen *g);                                        /* `netc ir --stage llvm` */
char *gen_asm_text(Gen *g);
void gen_free(Gen *g);

#endif
