/* object: the target, and what becomes of the functions: object files, assembly, or LLVM's text. */
#include "base/bug.h"
#include "gen/emit.h"
#include <llvm-c/Analysis.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>
#include <string.h>

/* The processors of this architecture that --cpu may name, all with fused multiply-add, and their floats per vector. */
static const struct {
  const char *name;
  int lanes;
} cpus[] = {
#if defined __x86_64__
    {"x86-64-v3", 8},       {"haswell", 8},      {"broadwell", 8},       {"skylake", 8},         {"alderlake", 8},
    {"raptorlake", 8},      {"meteorlake", 8},   {"arrowlake", 8},       {"lunarlake", 8},       {"gracemont", 8},
    {"sierraforest", 8},    {"znver1", 8},       {"znver2", 8},          {"znver3", 8},          {"x86-64-v4", 16},
    {"skylake-avx512", 16}, {"cascadelake", 16}, {"cooperlake", 16},     {"icelake-client", 16}, {"icelake-server", 16},
    {"rocketlake", 16},     {"tigerlake", 16},   {"sapphirerapids", 16}, {"emeraldrapids", 16},  {"graniterapids", 16},
    {"znver4", 16},         {"znver5", 16},
#else
    {"cortex-a72", 4},  {"cortex-a76", 4}, {"neoverse-n1", 4}, {"neoverse-v1", 4},
    {"neoverse-n2", 4}, {"apple-m1", 4},   {"apple-m2", 4},
#endif
};

static int is_host(const char *cpu) {
  return !cpu || !strcmp(cpu, "host");
}

static int host_has(const char *feature) {
  char *all = LLVMGetHostCPUFeatures();
  int has = 0;
  size_t len = strlen(feature);
  for (const char *p = all; (p = strstr(p, feature)); p += len)
    has |= (p == all || p[-1] == ',') && (p[len] == ',' || !p[len]);
  LLVMDisposeMessage(all);
  return has;
}

int gen_lanes(const char *cpu) {
  if (is_host(cpu))
    return host_has("+avx512f") ? 16 : host_has("+avx2") && host_has("+fma") ? 8 : host_has("+neon") ? 4 : 0;
  for (size_t i = 0; i < sizeof cpus / sizeof *cpus; i++)
    if (!strcmp(cpus[i].name, cpu))
      return cpus[i].lanes;
  return 0;
}

const char *gen_cpu_name(const char *cpu) {
  if (!is_host(cpu))
    return cpu;
  char *host = LLVMGetHostCPUName();
  const char *name = "host";
  for (size_t i = 0; i < sizeof cpus / sizeof *cpus; i++)
    if (!strcmp(cpus[i].name, host))
      name = cpus[i].name;
  LLVMDisposeMessage(host);
  return name;
}

static int is_x86(const char *triple) {
  return !strncmp(triple, "x86_64", 6);
}

/* What LLVM calls the processor. */
static Target target_of(Ctx *c, const char *cpu) {
  char *triple = LLVMGetDefaultTargetTriple(), *features = LLVMGetHostCPUFeatures(), *host = LLVMGetHostCPUName();
  /* Divisions stand outside of hot loops: two ways for each would only cost code. */
  const char *has = arena_printf(c->mem, "%s%s", is_host(cpu) ? features : "", is_x86(triple) ? ",-idivq-to-divl" : "");
  Target t = {.triple = arena_printf(c->mem, "%s", triple),
              .cpu = is_host(cpu) ? arena_printf(c->mem, "%s", host) : cpu,
              .features = has + (*has == ',')};
  LLVMDisposeMessage(triple);
  LLVMDisposeMessage(features);
  LLVMDisposeMessage(host);
  return t;
}

static const char *layout_of(Ctx *c, const Target *t) {
  LLVMTargetMachineRef machine = target_machine(t);
  LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(machine);
  char *text = LLVMCopyStringRepOfTargetData(layout), *kept = arena_printf(c->mem, "%s", text);
  LLVMDisposeMessage(text);
  LLVMDisposeTargetData(layout);
  LLVMDisposeTargetMachine(machine);
  return kept;
}

Gen *gen_new(Ctx *c, const GenTarget *target) {
  LLVMInitializeNativeTarget();
  LLVMInitializeNativeAsmPrinter();
  Gen *g = arena_alloc(c->mem, sizeof *g);
  Emit *e = &g->e;
  g->c = e->c = c;
  g->target_lanes = target->lanes ? target->lanes : gen_lanes(target->cpu);
  BUG_IF(!g->target_lanes);
  g->target = target_of(c, target->cpu);
  LLVMContextRef x = e->context = LLVMContextCreate();
  g->units = (Units){.mem = c->mem, .context = x, .triple = g->target.triple, .layout = layout_of(c, &g->target)};
  e->units = &g->units;
  e->builder = LLVMCreateBuilderInContext(x);
  e->i1 = LLVMInt1TypeInContext(x), e->i8 = LLVMInt8TypeInContext(x);
  e->i32 = LLVMInt32TypeInContext(x), e->i64 = LLVMInt64TypeInContext(x);
  e->f32 = LLVMFloatTypeInContext(x), e->f64 = LLVMDoubleTypeInContext(x);
  e->ptr = LLVMPointerTypeInContext(x, 0), e->nothing = LLVMVoidTypeInContext(x);
  return g;
}

int gen_archive(Gen *g, const char *cache, const char *path, int *found, char **error) {
  int why = units_emit(&g->units, &g->target, cache, path, found);
  *error = why ? arena_printf(g->c->mem, "%s", strerror(why)) : NULL;
  return !why;
}

int gen_functions(const Gen *g) {
  return g->units.list.count;
}

/* ---- all functions in one ---- */

static LLVMModuleRef whole(Gen *g) {
  LLVMModuleRef all = units_join(&g->units);
  char *error = NULL;
  if (LLVMVerifyModule(all, LLVMReturnStatusAction, &error))
    BUG("the generated module is not sound: %s", error);
  LLVMDisposeMessage(error);
  return all;
}

int gen_object(Gen *g, const char *path, char **error) {
  char *message = NULL;
  LLVMModuleRef all = whole(g);
  LLVMTargetMachineRef machine = target_machine(&g->target);
  int bad = LLVMTargetMachineEmitToFile(machine, all, path, LLVMObjectFile, &message);
  *error = bad ? arena_printf(g->c->mem, "%s", message) : NULL;
  if (bad)
    LLVMDisposeMessage(message);
  LLVMDisposeTargetMachine(machine);
  LLVMDisposeModule(all);
  return !bad;
}

char *gen_llvm_text(Gen *g) {
  LLVMModuleRef all = whole(g);
  char *text = LLVMPrintModuleToString(all), *kept = arena_printf(g->c->mem, "%s", text);
  LLVMDisposeMessage(text);
  LLVMDisposeModule(all);
  return kept;
}

char *gen_asm_text(Gen *g) {
  char *error = NULL;
  LLVMMemoryBufferRef buffer;
  LLVMModuleRef all = whole(g);
  LLVMTargetMachineRef machine = target_machine(&g->target);
  if (LLVMTargetMachineEmitToMemoryBuffer(machine, all, LLVMAssemblyFile, &error, &buffer))
    BUG("no assembly: %s", error);
  char *kept = arena_strndup(g->c->mem, LLVMGetBufferStart(buffer), LLVMGetBufferSize(buffer));
  LLVMDisposeMemoryBuffer(buffer);
  LLVMDisposeTargetMachine(machine);
  LLVMDisposeModule(all);
  return kept;
}

void gen_free(Gen *g) {
  LLVMDisposeBuilder(g->e.builder);
  units_free(&g->units);
  LLVMContextDispose(g->e.context);
}
