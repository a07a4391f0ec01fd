/* The command line: commands and options are rows of options.def. */
#ifndef VIEW_OPTIONS_H
#define VIEW_OPTIONS_H
#include "base/vec.h"
#include "gen/link.h"
#include "runtime/manual.h"

#define NETC_VERSION "0.1.0"

typedef enum {
#define COMMAND(name, ...) COMMAND_##name,
#define OPTION(...)
#include "view/options.def"
  COMMAND_COUNT
} CommandId;

typedef enum { EMIT_EXE, EMIT_OBJ, EMIT_C, EMIT_LIB } Emitted;
typedef enum {
  STAGE_NONE,
  STAGE_AST,
  STAGE_GRAPH,
  STAGE_GRAD,
  STAGE_FUSED,
  STAGE_LAYOUT,
  STAGE_PLAN,
  STAGE_LLVM,
  STAGE_ASM
} StageId;

typedef Vec(const char *) Words;

typedef struct Options {
  CommandId command;
  Words words; /* what is no option: files, then what stands behind -- */
  const char *output, *names, *weights, *prefix, *rename, *cpu, *after, *function, *dump, *stop_after, *passes, *memory, *out, *data;
  int emit, blas, stage, diagnostics, only; /* of their choices, the first is 0 */
  int keep, no_cache, write, check, all, time_passes, exact, tune, help, resume, json;
  int batch, depth, parallel, trials; /* 0: not given */
  Words defines, skip;
  const char *self; /* netc run unet.net -D size=64 --: what the program's words stand behind */
} Options;

/* Reads the command line; 0 after reporting. `netc --help` is the command help. */
int options_read(Ctx *c, int argc, char **argv, Options *o);
/* All commands; a command and its options; `all`: the rare ones too. */
void options_overview(Ctx *c, int all, FILE *to);
void options_command(Ctx *c, CommandId id, int all, FILE *to);
struct manual options_manual(Ctx *c);
const char *command_name(CommandId id);
CommandId command_find(const char *name); /* COMMAND_COUNT: none */

#endif
