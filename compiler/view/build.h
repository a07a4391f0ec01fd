/* The way of a file through the compiler, a function a stage. Each needs the one before it and returns 0 after
 * reporting. */
#ifndef VIEW_BUILD_H
#define VIEW_BUILD_H
#include "front/program.h"
#include "gen/gen.h"
#include "pass/pass.h"
#include "view/options.h"

typedef struct {
  Graph *graph; /* after the passes that ran */
  Plan *plan;
} Function;

typedef struct {
  const char *name;
  double seconds;
} Time;

typedef struct Build {
  Ctx *c;
  const Options *o;
  const char *path;
  int graphs;     /* the file is a graph text: it ends in .graph, or the command is opt */
  uint32_t first; /* the file's text in the source */
  Ast *file;
  Program *program; /* NULL: a graph text */
  int count;
  Entry *entry; /* count of them; and beside them */
  Function *function;
  PassOptions passes;
  ParamTable params;
  Gen *gen;
  Vec(Time) times;
  double since;
} Build;

int build_parse(Build *b, Ctx *c, const Options *o, const char *path);
int build_expand(Build *b);
int build_passes(Build *b); /* all, or up to --stop-after; b->passes.after may be set before */
int build_plans(Build *b);
int64_t build_batch(const Build *b, const Entry *e); /* samples at once: as asked for, or by the recipe; 1 to predict */
int build_tuned(Build *b); /* tune.c: chooses by measuring, and says so */
int build_code(Build *b); /* kernels and entries, as LLVM IR */
int build_object(Build *b, const char *path);
int build_program(Build *b, const char *output); /* writes what --emit says; everything above included */
int build_uses_blas(const Build *b);
void build_close(Build *b);
void build_time(Build *b, const char *name); /* what has passed since the last call took this */
void build_times(const Build *b, FILE *to);

const char *build_stem(Ctx *c, const char *path);             /* models/unet.net: unet; -: program */
const char *built_by(Ctx *c, const Options *o);               /* "netc 0.1.0, CPU znver3" */
void refuse_pass(Ctx *c, const char *name);                   /* reports a name that no pass has */
int passes_prepare(Ctx *c, const Options *o, PassOptions *p); /* lanes and what to skip */

/* memory.c: the bytes of a function's arena, and of a graph's inputs and outputs as they lie in the runtime's hands; and
   --memory: the graph of a training step that fits. 0 after reporting. */
double memory_arena(const Plan *p, int64_t batch);
double memory_inout(const Graph *g, int64_t batch);
int memory_fit(Build *b, int i);

/* Whole files; NULL or 0 after reporting. `-` is the standard input or output. */
char *file_read(Ctx *c, const char *path, size_t *len);
int file_write(Ctx *c, const char *path, const char *text, size_t len);

#endif
