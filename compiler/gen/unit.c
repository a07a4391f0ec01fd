#define _GNU_SOURCE /* sched_getaffinity */
#include "gen/unit.h"
#include "base/bug.h"
#include "base/cache.h"
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
  const char *name;
  LLVMMemoryBufferRef bitcode;
  char *object; /* malloc'ed */
  size_t len;
} Piece;

typedef struct {
  const Target *target;
  const char *cache;
  Hash seed;     /* of all that the code depends on beside the bitcode */
  Piece **piece; /* the largest first, so that all threads end at about the same time */
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

static void piece_make(Piece *p, LLVMTargetMachineRef machine) {
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
  p->len = LLVMGetBufferSize(object);
  p->object = malloc(p->len + 1);
  BUG_IF(!p->object);
  memcpy(p->object, LLVMGetBufferStart(object), p->len);
  LLVMDisposeMemoryBuffer(object);
  LLVMDisposeModule(module);
  LLVMContextDispose(context);
}

static void *work_run(void *user) {
  Work *w = user;
  LLVMTargetMachineRef machine = NULL; /* made when something is not in the cache */
  for (int i; (i = w->next++) < w->count;) {
    Piece *p = w->piece[i];
    Hash key = hash_bytes(w->seed, LLVMGetBufferStart(p->bitcode), LLVMGetBufferSize(p->bitcode));
    p->object = cache_get(w->cache, key, &p->len);
    if (p->object) {
      w->found++;
      continue;
    }
    machine = machine ? machine : target_machine(w->target);
    piece_make(p, machine);
    cache_put(w->cache, key, p->object, p->len);
  }
  if (machine)
    LLVMDisposeTargetMachine(machine);
  return NULL;
}

static int by_size(const void *a, const void *b) {
  const Piece *x = *(Piece *const *)a, *y = *(Piece *const *)b;
  size_t m = LLVMGetBufferSize(x->bitcode), n = LLVMGetBufferSize(y->bitcode);
  return m != n ? (m < n) - (m > n) : (x > y) - (x < y);
}

static void work_share(Work *w) {
  enum { MOST = 64 };
  pthread_t thread[MOST];
  cpu_set_t cpus;
  int started = 0, want = sched_getaffinity(0, sizeof cpus, &cpus) ? 1 : CPU_COUNT(&cpus);
  want = want < MOST ? want : MOST;
  want = want < w->count ? want : w->count;
  qsort(w->piece, (size_t)w->count, sizeof *w->piece, by_size);
  while (started < want - 1 && !pthread_create(&thread[started], NULL, work_run, w))
    started++;
  work_run(w);
  while (started)
    pthread_join(thread[--started], NULL);
}

/* As `ar` writes them, without an index: a name, date, owner, group and mode that say nothing, and the size. 0, or
   errno. */
static int archive_write(const char *path, const Piece *piece, int count) {
  FILE *f = fopen(path, "we");
  if (!f)
    return errno;
  fputs("!<arch>\n", f);
  for (int i = 0; i < count; i++) {
    fprintf(f, "%-16s%-12d%-6d%-6d%-8o%-10zu`\n", "net.o/", 0, 0, 0, 0644, piece[i].len);
    fwrite(piece[i].object, 1, piece[i].len, f);
    if (piece[i].len % 2)
      fputc('\n', f);
  }
  int error = ferror(f) ? errno : 0;
  return fclose(f) && !error ? errno : error;
}

int units_emit(const Units *u, const Target *t, const char *cache, const char *path, int *found) {
  Work w = {.target = t, .cache = cache, .seed = target_hash(t, u->mem), .count = u->list.count};
  Piece *piece = arena_alloc(u->mem, sizeof *piece * (size_t)w.count + 1);
  w.piece = arena_alloc(u->mem, sizeof *w.piece * (size_t)w.count + 1);
  for (int i = 0; i < w.count; i++) {
    const Unit *unit = &u->list.at[i];
    piece[i] = (Piece){.name = unit->name, .bitcode = LLVMWriteBitcodeToMemoryBuffer(unit->module)};
    w.piece[i] = &piece[i];
  }
  work_share(&w);
  int error = archive_write(path, piece, w.count);
  for (int i = 0; i < w.count; i++) {
    LLVMDisposeMemoryBuffer(piece[i].bitcode);
    free(piece[i].object);
  }
  *found = w.found;
  return error;
}
