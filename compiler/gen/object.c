/* object: the target machine, and what becomes of the module: object files, assembly, or LLVM's text. */
#include "base/bug.h"
#include "gen/emit.h"
#include "gen/part.h"
#include <llvm-c/Analysis.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>
#include <string.h>

typedef struct Machine {
  const char *cpu; /* as GenTarget has it */
  LLVMTargetMachineRef machine;
  LLVMTargetDataRef layout;
} Machine;

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

static LLVMTargetMachineRef target_machine(Ctx *c, const char *cpu) {
  char *triple = LLVMGetDefaultTargetTriple(), *error = NULL, *features = LLVMGetHostCPUFeatures(),
       *host = LLVMGetHostCPUName();
  LLVMTargetRef target;
  if (LLVMGetTargetFromTriple(triple, &target, &error))
    BUG("%s", error);
  /* Divisions stand outside of hot loops: two ways for each would only cost code. */
  const char *has = arena_printf(c->mem, "%s%s", is_host(cpu) ? features : "", is_x86(triple) ? ",-idivq-to-divl" : "");
  LLVMTargetMachineRef machine = LLVMCreateTargetMachine(target, triple, is_host(cpu) ? host : cpu, has + (*has == ','),
                                                         LLVMCodeGenLevelDefault, LLVMRelocPIC, LLVMCodeModelDefault);
  LLVMDisposeMessage(triple);
  LLVMDisposeMessage(features);
  LLVMDisposeMessage(host);
  return machine;
}

static Machine *machine_new(Ctx *c, const char *cpu) {
  LLVMInitializeNativeTarget();
  LLVMInitializeNativeAsmPrinter();
  Machine *m = arena_alloc(c->mem, sizeof *m);
  m->cpu = cpu;
  m->machine = target_machine(c, cpu);
  m->layout = LLVMCreateTargetDataLayout(m->machine);
  return m;
}

Gen *gen_new(Ctx *c, const GenTarget *target) {
  Gen *g = arena_alloc(c->mem, sizeof *g);
  Emit *e = &g->e;
  g->c = e->c = c;
  g->target_lanes = target->lanes ? target->lanes : gen_lanes(target->cpu);
  BUG_IF(!g->target_lanes);
  g->machine = machine_new(c, target->cpu);
  LLVMContextRef x = e->context = LLVMContextCreate();
  e->module = LLVMModuleCreateWithNameInContext("net", x);
  e->builder = LLVMCreateBuilderInContext(x);
  e->i1 = LLVMInt1TypeInContext(x), e->i8 = LLVMInt8TypeInContext(x);
  e->i32 = LLVMInt32TypeInContext(x), e->i64 = LLVMInt64TypeInContext(x);
  e->f32 = LLVMFloatTypeInContext(x), e->f64 = LLVMDoubleTypeInContext(x);
  e->ptr = LLVMPointerTypeInContext(x, 0), e->nothing = LLVMVoidTypeInContext(x);
  char *triple = LLVMGetTargetMachineTriple(g->machine->machine);
  LLVMSetTarget(e->module, triple);
  LLVMDisposeMessage(triple);
  LLVMSetModuleDataLayout(e->module, g->machine->layout);
  return g;
}

static void verify(Gen *g) {
  char *error = NULL;
  if (LLVMVerifyModule(g->e.module, LLVMReturnStatusAction, &error))
    BUG("the generated module is not sound: %s", error);
  LLVMDisposeMessage(error);
}

int gen_object(Gen *g, const char *path, char **error) {
  char *message = NULL;
  verify(g);
  if (!LLVMTargetMachineEmitToFile(g->machine->machine, g->e.module, path, LLVMObjectFile, &message))
    return 1;
  *error = arena_strndup(g->c->mem, message, strlen(message));
  LLVMDisposeMessage(message);
  return 0;
}

int gen_objects(Gen *g, const char *const *path, int parts, char **error) {
  LLVMTargetMachineRef machine[GEN_PARTS] = {0};
  BUG_IF(parts > GEN_PARTS);
  for (int i = 0; i < parts; i++)
    machine[i] = target_machine(g->c, g->machine->cpu);
  *error = parts_emit(g->e.module, machine, path, parts, g->c->mem);
  for (int i = 0; i < parts; i++)
    LLVMDisposeTargetMachine(machine[i]);
  return !*error;
}

char *gen_llvm_text(Gen *g) {
  verify(g);
  char *text = LLVMPrintModuleToString(g->e.module), *kept = arena_strndup(g->c->mem, text, strlen(text));
  LLVMDisposeMessage(text);
  return kept;
}

char *gen_asm_text(Gen *g) {
  char *error = NULL;
  LLVMMemoryBufferRef buffer;
  verify(g);
  LLVMModuleRef copy = LLVMCloneModule(g->e.module); /* code generation changes what it is given */
  if (LLVMTargetMachineEmitToMemoryBuffer(g->machine->machine, copy, LLVMAssemblyFile, &error, &buffer))
    BUG("no assembly: %s", error);
  char *kept = arena_strndup(g->c->mem, LLVMGetBufferStart(buffer), LLVMGetBufferSize(buffer));
  LLVMDisposeMemoryBuffer(buffer);
  LLVMDisposeModule(copy);
  return kept;
}

void gen_free(Gen *g) {
  LLVMDisposeBuilder(g->e.builder);
  LLVMDisposeModule(g->e.module);
  LLVMContextDispose(g->e.context);
  LLVMDisposeTargetData(g->machine->layout);
  LLVMDisposeTargetMachine(g->machine->machine);
}
