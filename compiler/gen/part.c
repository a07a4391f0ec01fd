/* part: machine code on several threads.

   The module travels as bitcode to each thread, into a context of its own. There a thread keeps its share of the
   functions and makes declarations of the others. Functions that were the module's own become visible to the program's
   other objects, under a prefix that no other symbol has. Shares are balanced by the work that functions are: the
   largest first, each to the share that has least. */
#include "gen/part.h"
#include "base/bug.h"
#include <llvm-c/Analysis.h>
#include <llvm-c/BitReader.h>
#include <llvm-c/BitWriter.h>
#include <llvm-c/Core.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  LLVMMemoryBufferRef bitcode;
  LLVMTargetMachineRef machine;
  const char *path;
  const uint8_t *share; /* by function, in the module's order: whose it is */
  int own;
  char *error; /* LLVM's; NULL */
} Part;

/* ---- shares ---- */

typedef struct {
  int index;
  long work;
} Piece;

static long work_of(LLVMValueRef fn) {
  enum { PLAIN = 3 }; /* what is not optimized is so many times cheaper */
  unsigned optnone = LLVMGetEnumAttributeKindForName("optnone", strlen("optnone"));
  long count = 0;
  for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(fn); b; b = LLVMGetNextBasicBlock(b))
    for (LLVMValueRef i = LLVMGetFirstInstruction(b); i; i = LLVMGetNextInstruction(i))
      count++;
  return LLVMGetEnumAttributeAtIndex(fn, LLVMAttributeFunctionIndex, optnone) ? count / PLAIN : count;
}

static int by_work(const void *a, const void *b) {
  const Piece *x = a, *y = b;
  return x->work != y->work ? (x->work < y->work) - (x->work > y->work) : x->index - y->index;
}

static const uint8_t *shares_of(LLVMModuleRef module, int parts, Arena *mem) {
  int count = 0;
  for (LLVMValueRef fn = LLVMGetFirstFunction(module); fn; fn = LLVMGetNextFunction(fn))
    count++;
  Piece *piece = arena_alloc(mem, sizeof *piece * (size_t)count + 1);
  uint8_t *share = arena_alloc(mem, (size_t)count + 1);
  long *load = arena_alloc(mem, sizeof *load * (size_t)parts);
  count = 0;
  for (LLVMValueRef fn = LLVMGetFirstFunction(module); fn; fn = LLVMGetNextFunction(fn), count++)
    piece[count] = (Piece){count, work_of(fn)};
  qsort(piece, (size_t)count, sizeof *piece, by_work);
  for (int i = 0; i < count; i++) {
    int least = 0;
    for (int p = 1; p < parts; p++)
      least = load[p] < load[least] ? p : least;
    share[piece[i].index] = (uint8_t)least;
    load[least] += piece[i].work;
  }
  return share;
}

/* ---- one part ---- */

static void open_function(LLVMValueRef fn) {
  size_t len;
  const char *name = LLVMGetValueName2(fn, &len);
  char open[256] = "net.";
  if (LLVMGetLinkage(fn) != LLVMInternalLinkage)
    return;
  BUG_IF(len + sizeof "net." > sizeof open);
  memcpy(open + 4, name, len);
  LLVMSetValueName2(fn, open, len + 4);
  LLVMSetLinkage(fn, LLVMExternalLinkage);
  LLVMSetVisibility(fn, LLVMHiddenVisibility);
}

static void leave_to_others(LLVMModuleRef module, LLVMValueRef fn) {
  size_t len;
  const char *name = LLVMGetValueName2(fn, &len);
  LLVMValueRef elsewhere = LLVMAddFunction(module, "", LLVMGlobalGetValueType(fn));
  LLVMSetVisibility(elsewhere, LLVMGetVisibility(fn));
  LLVMReplaceAllUsesWith(fn, elsewhere);
  char kept[256];
  memcpy(kept, name, len);
  LLVMDeleteFunction(fn);
  LLVMSetValueName2(elsewhere, kept, len);
}

/* Bodies are read when they are asked for: running no pass over a function asks. */
static void keep_share(LLVMModuleRef module, const Part *p) {
  LLVMValueRef last = LLVMGetLastFunction(module), next;
  LLVMPassManagerRef reader = LLVMCreateFunctionPassManagerForModule(module);
  int i = 0;
  for (LLVMValueRef fn = LLVMGetFirstFunction(module); fn; fn = next, i++) {
    next = fn == last ? NULL : LLVMGetNextFunction(fn);
    if (LLVMIsDeclaration(fn))
      continue;
    open_function(fn);
    if (p->share[i] == p->own)
      LLVMRunFunctionPassManager(reader, fn);
    else
      leave_to_others(module, fn);
  }
  LLVMDisposePassManager(reader);
  for (LLVMValueRef v = LLVMGetFirstGlobal(module), after; v; v = after) {
    after = LLVMGetNextGlobal(v);
    if (!LLVMGetFirstUse(v))
      LLVMDeleteGlobal(v);
  }
}

static void *part_run(void *user) {
  Part *p = user;
  LLVMContextRef context = LLVMContextCreate();
  LLVMModuleRef module;
  LLVMMemoryBufferRef own = LLVMCreateMemoryBufferWithMemoryRange(LLVMGetBufferStart(p->bitcode),
                                                                  LLVMGetBufferSize(p->bitcode), "", 0);
  BUG_IF(LLVMGetBitcodeModuleInContext2(context, own, &module)); /* owns its buffer */
  keep_share(module, p);
  char *unsound = NULL;
  if (LLVMVerifyModule(module, LLVMReturnStatusAction, &unsound))
    BUG("the generated module is not sound: %s", unsound);
  LLVMDisposeMessage(unsound);
  if (!LLVMTargetMachineEmitToFile(p->machine, module, p->path, LLVMObjectFile, &p->error))
    p->error = NULL;
  LLVMDisposeModule(module);
  LLVMContextDispose(context);
  return NULL;
}

char *parts_emit(LLVMModuleRef module, const LLVMTargetMachineRef *machine, const char *const *path, int parts,
                 Arena *mem) {
  Part part[GEN_PARTS];
  pthread_t thread[GEN_PARTS];
  int started[GEN_PARTS] = {0};
  char *error = NULL;
  LLVMMemoryBufferRef bitcode = LLVMWriteBitcodeToMemoryBuffer(module);
  const uint8_t *share = shares_of(module, parts, mem);
  BUG_IF(parts > GEN_PARTS);
  for (int i = 0; i < parts; i++)
    part[i] = (Part){.bitcode = bitcode, .machine = machine[i], .path = path[i], .share = share, .own = i};
  for (int i = 1; i < parts; i++)
    started[i] = !pthread_create(&thread[i], NULL, part_run, &part[i]);
  for (int i = 0; i < parts; i++)
    if (!started[i])
      part_run(&part[i]);
    else
      pthread_join(thread[i], NULL);
  for (int i = 0; i < parts; i++)
    if (part[i].error) {
      error = arena_strndup(mem, part[i].error, strlen(part[i].error));
      LLVMDisposeMessage(part[i].error);
    }
  LLVMDisposeMemoryBuffer(bitcode);
  return error;
}
