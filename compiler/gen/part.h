#ifndef GEN_PART_H
#define GEN_PART_H
#include "gen/gen.h"
#include <llvm-c/TargetMachine.h>

/* Machine code of the module in `parts` objects, each made by a thread with a machine of its own; NULL, or what went
   wrong. */
char *parts_emit(LLVMModuleRef module, const LLVMTargetMachineRef *machine, const char *const *path, int parts,
                 Arena *mem);

#endif
