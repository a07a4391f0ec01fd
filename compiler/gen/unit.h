/* unit: a function's module, by itself. Other units see a declaration of it; where they are joined, names are enough.

   So machine code is made of many functions at once, each in an LLVM context of its own, and what was made once is
   found in the cache by the hash of the unit's bitcode and of the target, in whatever program it stands. */
#ifndef GEN_UNIT_H
#define GEN_UNIT_H
#include "base/vec.h"
#include "gen/gen.h"
#include <llvm-c/Core.h>
#include <llvm-c/TargetMachine.h>

typedef struct {
  const char *name; /* of the function, and its symbol */
  LLVMModuleRef module;
} Unit;

typedef struct Units {
  Arena *mem;
  LLVMContextRef context;
  const char *triple, *layout; /* that all modules have */
  Vec(Unit) list;
} Units;

LLVMModuleRef unit_begin(Units *u, const char *name);
LLVMValueRef unit_function(const Units *u, const char *name); /* NULL: there is none */
LLVMModuleRef units_join(const Units *u); /* all functions in one module, a copy */
void units_free(Units *u);

/* What machine code is made for; whoever makes some has a machine of his own. */
typedef struct {
  const char *triple, *cpu, *features; /* LLVM's names */
} Target;
LLVMTargetMachineRef target_machine(const Target *t);

/* An archive of all units' object files, made on all cores; how many of them the cache had. 0, or errno. */
int units_emit(const Units *u, const Target *t, const char *cache, const char *path, int *found);

#endif
