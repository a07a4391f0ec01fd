#define _GNU_SOURCE /* sched_getaffinity */
#include "gen/unit.h"
#include "base/bug.h"
#include "gen/cache.h"
#include <errno.h>
#include <llvm-c/Analysis.h>
#include <llvm-c/BitReader.h>
#include <llvm-c/BitWriter.h>
#include <llvm-c/Linker.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- units ---- */

static LLVMModuleRef module_new(const Units *u, const char *name) {
  LLVMModuleRef module = LLVMModuleCreateWithNameInContext(name, u->context);
  LLVMSetTarget(module, u->triple);
  LLVMSetDataLayout(module, u->layout);
  return module;
}

LLVMModuleRef unit_begin(Units *u, const char *name) {
  LLVMModuleRef module = module_new(u, name);
  vec_push(u->mem, &u->list, (Unit){name, module});
  return module;
}

LLVMValueRef unit_function(const Units *u, const char *name) {
  for (int i = 0; i < u->list.count; i++)
    if (!strcmp(u->list.at[i].name, name))
      return LLVMGetNamedFunction(u->list.at[i].module, name);
  return NULL;
}

LLVMModuleRef units_join(const Units *u) {
  LLVMModuleRef all = module_new(u, "net");
  for (int i = 0; i < u->list.count; i++)
    if (LLVMLinkModules2(all, LLVMCloneModule(u->list.at[i].module)))
      BUG("the functions do not fit together: %s", u->list.at[i].name);
  return all;
}

void units_free(Units *u) {
  for (int i = 0; i < u->list.count; i++)
    LLVMDisposeModule(u->list.at[i].module);
}

/* ---- machine code ---- */

typedef struct {
  const char *name, *path;
  LLVMMemoryBufferRef bitcode;
  int error; /* errno */
} Piece;

typedef struct {
  const Target *target;
  const char *cache;
  Hash seed;    /* of all that the code depends on beside the bitcode */
  Piece *piece; /* the largest first, so that all threads end at about the same time */
  int count;
  atomic_int next, found;
} Work;

LLVMTargetMachineRef target_machine(const Target *t) {
  char *error = NULL;
  LLVMTargetRef target;
  if (LLVMGetTargetFromTriple(t->triple, &target, &error))
    BUG("%s", error);
  return LLVMCreateTargetMachine(target, t->triple, t->cpu, t->features, LLVMCodeGenLevelDefault, LLVMRelocPIC,
                                 LLVMCodeModelDefault);
}

/* Also of what target_machine says by itself, and of LLVM. */
static Hash target_hash(const Target *t, Arena *mem) {
  unsigned major, minor, patch;
  LLVMGetVersion(&major, &minor, &patch);
  const char *all = arena_printf(mem, "LLVM %u.%u.%u, %s, %s, %s, level %d, reloc %d, model %d", major, minor, patch,
                                 t->triple, t->cpu, t->features, LLVMCodeGenLevelDefault, LLVMRelocPIC,
                                 LLVMCodeModelDefault);
  return hash_bytes((Hash){0}, all, strlen(all));
}

static LLVMMemoryBufferRef object_make(const Piece *p, LLVMTargetMachineRef machine) {
  LLVMContextRef context = LLVMContextCreate();
  LLVMModuleRef module;
  LLVMMemoryBufferRef object;
  char *error = NULL;
  BUG_IF(LLVMParseBitcodeInContext2(context, p->bitcode, &module));
  if (LLVMVerifyModule(module, LLVMReturnStatusAction, &error))
    BUG("%s is not sound: %s", p->name, error);
  LLVMDisposeMessage(error);
  if (LLVMTargetMachineEmitToMemoryBuffer(machine, module, LLVMObjectFile, &error, &object))
    BUG("no machine code of %s: %s", p->name, error);
  LLVMDisposeModule(module);
  LLVMContextDispose(context);
  return object;
}

static int file_put(const char *path, const void *at, size_t len) { /* errno */
  FILE *f = fopen(path, "we");
  int ok = f && fwrite(at, 1, len, f) == len, error = errno;
  if (f && fclose(f) && ok)
    return errno;
  return ok ? 0 : error;
}

static void piece_run(Work *w, Piece *p, LLVMTargetMachineRef *machine) {
  size_t len;
  Hash key = hash_bytes(w->seed, LLVMGetBufferStart(p->bitcode), LLVMGetBufferSize(p->bitcode));
  void *found = cache_get(w->cache, key, &len);
  if (found) {
    p->error = file_put(p->path, found, len);
    free(found);
    w->found++;
    return;
  }
  if (!*machine)
    *machine = target_machine(w->target);
  LLVMMemoryBufferRef object = object_make(p, *machine);
  const char *at = LLVMGetBufferStart(object);
  len = LLVMGetBufferSize(object);
  p->error = file_put(p->path, at, len);
  cache_put(w->cache, key, at, len);
  LLVMDisposeMemoryBuffer(object);
}

static void *work_run(void *user) {
  Work *w = user;
  LLVMTargetMachineRef machine = NULL; /* made when something is not in the cache */
  for (int i; (i = w->next++) < w->count;)
    piece_run(w, &w->piece[i], &machine);
  if (machine)
    LLVMDisposeTargetMachine(machine);
  return NULL;
}

static int by_size(const void *a, const void *b) {
  const Piece *x = a, *y = b;
  size_t m = LLVMGetBufferSize(x->bitcode), n = LLVMGetBufferSize(y->bitcode);
  return m != n ? (m < n) - (m > n) : strcmp(x->name, y->name);
}

static void work_share(Work *w) {
  enum { MOST = 64 };
  pthread_t thread[MOST];
  cpu_set_t cpus;
  int started = 0, want = sched_getaffinity(0, sizeof cpus, &cpus) ? 1 : CPU_COUNT(&cpus);
  want = want < MOST ? want : MOST;
  want = want < w->count ? want : w->count;
  while (started < want - 1 && !pthread_create(&thread[started], NULL, work_run, w))
    started++;
  work_run(w);
  while (started)
    pthread_join(thread[--started], NULL);
}

char *units_emit(const Units *u, const Target *t, const char *cache, const char *folder, Objects *to) {
  Work w = {.target = t, .cache = cache, .seed = target_hash(t, u->mem), .count = u->list.count};
  char *error = NULL;
  w.piece = arena_alloc(u->mem, sizeof *w.piece * (size_t)w.count + 1);
  for (int i = 0; i < w.count; i++) {
    const Unit *unit = &u->list.at[i];
    w.piece[i] = (Piece){.name = unit->name,
                         .path = arena_printf(u->mem, "%s/%d.o", folder, i),
                         .bitcode = LLVMWriteBitcodeToMemoryBuffer(unit->module)};
    vec_push(u->mem, &to->file, w.piece[i].path);
  }
  qsort(w.piece, (size_t)w.count, sizeof *w.piece, by_size);
  work_share(&w);
  for (int i = 0; i < w.count; i++) {
    if (w.piece[i].error)
      error = arena_printf(u->mem, "%s: %s", w.piece[i].path, strerror(w.piece[i].error));
    LLVMDisposeMemoryBuffer(w.piece[i].bitcode);
  }
  to->found = w.found;
  return error;
}
