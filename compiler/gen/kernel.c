/* kernel: kernels by signature, and the entry function between them.

   A signature says all that a kernel's code depends on, so equal signatures share one function over all entries of a
   program. While a kernel is built, the entry's place in the builder waits. Each function is a unit (unit.h): those
   that call it see a declaration. */
#include "runtime/netrt.h"
#include "base/bug.h"
#include "gen/emit.h"
#include <stdio.h>
#include <string.h>

/* ---- kernels ---- */

static uint64_t hash_text(const char *s) {
  uint64_t h = 0xcbf29ce484222325u;
  for (; *s; s++)
    h = (h ^ (unsigned char)*s) * 0x100000001b3u;
  return h ^ h >> 29;
}

/* The stem with a hash behind it, longer where a shorter one is taken. */
static const char *symbol_make(Gen *g, const char *stem, uint64_t hash) {
  char clean[64];
  int n = 0;
  for (; *stem && n < 48; stem++)
    clean[n++] = (*stem >= '0' && *stem <= '9') || (*stem >= 'a' && *stem <= 'z') || (*stem >= 'A' && *stem <= 'Z')
                     ? *stem
                     : '_';
  for (int digits = 4;; digits += 4) {
    char *s = arena_printf(g->c->mem, "%.*s_%0*llx", n, clean, digits,
                           (unsigned long long)(digits < 16 ? hash & ((1ull << 4 * digits) - 1) : hash));
    if (!unit_function(&g->units, s))
      return s;
    BUG_IF(digits >= 16);
  }
}

static void lanes_set(Emit *e, int lanes) {
  e->lanes = lanes;
  e->vec = LLVMVectorType(e->f32, (unsigned)lanes);
  e->veci = LLVMVectorType(e->i32, (unsigned)lanes);
  e->mask = LLVMVectorType(e->i1, (unsigned)lanes);
}

static void attribute_enum(Emit *e, Ir fn, unsigned index, const char *name) {
  unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
  LLVMAddAttributeAtIndex(fn, index, LLVMCreateEnumAttribute(e->context, kind, 0));
}

static void attribute_text(Emit *e, Ir fn, const char *name, const char *value) {
  LLVMAddAttributeAtIndex(
      fn, LLVMAttributeFunctionIndex,
      LLVMCreateStringAttribute(e->context, name, (unsigned)strlen(name), value, (unsigned)strlen(value)));
}

/* A new function, in a unit of its own: there the builder goes on. */
static Ir function_begin(Emit *e, const char *name, LLVMTypeRef type) {
  e->module = unit_begin(e->units, name);
  e->fn = LLVMAddFunction(e->module, name, type);
  LLVMPositionBuilderAtEnd(e->builder, LLVMAppendBasicBlockInContext(e->context, e->fn, ""));
  return e->fn;
}

static Ir declare(Emit *e, const char *name, LLVMTypeRef type, LLVMVisibility visibility) {
  Ir fn = LLVMAddFunction(e->module, name, type);
  LLVMSetVisibility(fn, visibility);
  attribute_enum(e, fn, (unsigned)LLVMAttributeFunctionIndex, "nounwind");
  return fn;
}

/* What `fn` is called in the module being built. */
static Ir function_here(Emit *e, Ir fn) {
  size_t len;
  const char *name = LLVMGetValueName2(fn, &len);
  if (LLVMGetGlobalParent(fn) == e->module)
    return fn;
  Ir here = LLVMGetNamedFunction(e->module, name);
  return here ? here : declare(e, name, LLVMGlobalGetValueType(fn), LLVMGetVisibility(fn));
}

Ir gen_kernel(Gen *g, const char *stem, const char *signature, int lanes, BuildKernel *build, void *user) {
  Emit *e = &g->e, saved = *e;
  lanes = lanes ? lanes : g->target_lanes;
  signature = arena_printf(g->c->mem, "%s %s lanes %d", stem, signature, lanes);
  uint64_t hash = hash_text(signature);
  for (int i = 0; i < g->kernels.count; i++)
    if (g->kernels.at[i].hash == hash && !strcmp(g->kernels.at[i].signature, signature))
      return function_here(e, g->kernels.at[i].fn);

  const char *symbol = symbol_make(g, stem, hash);
  LLVMTypeRef params[] = {e->ptr, e->ptr, e->i64, e->i64};
  LLVMBasicBlockRef here = LLVMGetInsertBlock(e->builder);
  Ir fn = function_begin(e, symbol, LLVMFunctionType(e->nothing, params, 4, 0));
  LLVMSetVisibility(fn, LLVMHiddenVisibility);
  attribute_enum(e, fn, (unsigned)LLVMAttributeFunctionIndex, "nounwind");
  if (g->target_lanes == 16)
    attribute_text(e, fn, "prefer-vector-width", "512");
  e->arg = LLVMGetParam(fn, 0), e->run = LLVMGetParam(fn, 1), e->chunk = LLVMGetParam(fn, 2),
  e->chunks = LLVMGetParam(fn, 3);
  lanes_set(e, lanes);
  build(e, user);
  LLVMBuildRetVoid(e->builder);
  *e = saved;
  LLVMPositionBuilderAtEnd(e->builder, here);
  vec_push(g->c->mem, &g->kernels, (Kernel){.signature = signature, .symbol = symbol, .hash = hash, .fn = fn});
  return function_here(e, fn);
}

Ir kernel_pointer(Emit *e, int arg) {
  Ir index = k64(e, arg);
  Ir slot = LLVMBuildGEP2(e->builder, e->ptr, e->arg, &index, 1, "");
  return load_type(e, e->ptr, slot, 8);
}

Ir kernel_number(Emit *e, int arg) {
  return LLVMBuildPtrToInt(e->builder, kernel_pointer(e, arg), e->i64, "");
}

Ir run_field(Emit *e, Ir run, size_t offset, LLVMTypeRef type) {
  Ir index = k64(e, (int64_t)offset);
  return load_type(e, type, LLVMBuildGEP2(e->builder, e->i8, run, &index, 1, ""), 8);
}

Ir kernel_batch(Emit *e) {
  return run_field(e, e->run, offsetof(struct net_run, batch), e->i64);
}

Ir kernel_work(Emit *e) {
  Ir run = e->run;
  return call(e, gen_function(e, "nrt_work", e->ptr, &e->ptr, 1), &run, 1);
}

Ir kernel_samples(Emit *e) {
  Ir fold = run_field(e, e->run, offsetof(struct net_run, fold), e->i64);
  return idiv(e, kernel_batch(e), imax(e, fold, k64(e, 1)));
}

void kernel_range(Emit *e, Ir units, Ir *from, Ir *to) {
  *from = idiv(e, imul(e, units, e->chunk), e->chunks);
  *to = idiv(e, imul(e, units, iaddk(e, e->chunk, 1)), e->chunks);
}

Ir gen_function(Emit *e, const char *name, LLVMTypeRef result, LLVMTypeRef *params, int count) {
  Ir fn = LLVMGetNamedFunction(e->module, name);
  LLVMTypeRef type = LLVMFunctionType(result, params, (unsigned)count, 0);
  return fn ? fn : declare(e, name, type, LLVMDefaultVisibility);
}

Ir call(Emit *e, Ir fn, Ir *args, int count) {
  return LLVMBuildCall2(e->builder, LLVMGlobalGetValueType(fn), function_here(e, fn), args, (unsigned)count, "");
}

/* ---- functions beside the kernels ---- */

static void copy_attributes(Ir from, Ir to) {
  LLVMAttributeRef at[32];
  unsigned n = LLVMGetAttributeCountAtIndex(from, LLVMAttributeFunctionIndex);
  if (n > sizeof at / sizeof *at)
    return;
  LLVMGetAttributesAtIndex(from, LLVMAttributeFunctionIndex, at);
  for (unsigned i = 0; i < n; i++)
    LLVMAddAttributeAtIndex(to, LLVMAttributeFunctionIndex, at[i]);
}

int helper_begin(Emit *e, Outer *o, const char *name, const char *params, Ir *fn) {
  *fn = unit_function(e->units, name);
  if (*fn)
    return 0;
  LLVMTypeRef types[32];
  unsigned count = (unsigned)strlen(params);
  for (unsigned i = 0; i < count; i++)
    types[i] = params[i] == 'p' ? e->ptr : e->i64;
  *o = (Outer){*e, LLVMGetInsertBlock(e->builder)};
  *fn = function_begin(e, arena_printf(e->c->mem, "%s", name), LLVMFunctionType(e->nothing, types, count, 0));
  LLVMSetVisibility(*fn, LLVMHiddenVisibility);
  copy_attributes(o->emit.fn, *fn);
  return 1;
}

void helper_end(Emit *e, const Outer *o) {
  LLVMBuildRetVoid(e->builder);
  *e = o->emit;
  LLVMPositionBuilderAtEnd(e->builder, o->block);
}

/* ---- the entry ---- */

static Ir bytes_at(Emit *e, Ir p, Ir bytes) {
  return LLVMBuildGEP2(e->builder, e->i8, p, &bytes, 1, "");
}

static Ir buffer_pointer(Gen *g, Buffer b) {
  BUG_IF(b.base < 0 || b.base >= NET_BASES);
  Emit *e = &g->e;
  Ir base = run_field(e, g->entry_run, offsetof(struct net_run, base) + sizeof(void *) * (size_t)b.base, e->ptr);
  return bytes_at(e, base, iaddk(e, imulk(e, g->entry_n, b.per_sample), b.fixed));
}

Ir entry_base(Gen *g, int base, int64_t bytes) {
  return buffer_pointer(g, (Buffer){.base = base, .fixed = bytes});
}

Ir entry_value(Gen *g, Val v) {
  return buffer_pointer(g, g->plan->buffer[v]);
}

Ir entry_out(Gen *g) {
  return buffer_pointer(g, g->plan->steps.at[g->step].out);
}

Ir entry_joint_out(Gen *g, int joint) {
  return buffer_pointer(g, g->plan->steps.at[g->step + joint].out);
}

Ir entry_joint_scratch(Gen *g, int joint) {
  return buffer_pointer(g, g->plan->steps.at[g->step + joint].scratch.at);
}

Ir entry_scratch(Gen *g, int64_t fixed, int64_t per_sample) {
  Buffer b = g->plan->steps.at[g->step].scratch.at;
  Emit *e = &g->e;
  return bytes_at(e, buffer_pointer(g, b), iaddk(e, imulk(e, entry_batch(g), per_sample), fixed));
}

Ir entry_kept(Gen *g) {
  return buffer_pointer(g, g->plan->steps.at[g->step].scratch.kept_at);
}

Ir entry_first(Gen *g) {
  Emit *e = &g->e;
  return ieq(e, run_field(e, g->entry_run, offsetof(struct net_run, kept), e->i64), k64(e, 0));
}

void entry_once_begin(Gen *g) {
  if (g->plan->steps.at[g->step].scratch.once)
    branch_begin(&g->e, &g->once, entry_first(g));
}

void entry_once_end(Gen *g) {
  if (g->plan->steps.at[g->step].scratch.once)
    branch_end(&g->e, &g->once);
}

Ir entry_batch(Gen *g) {
  return imulk(&g->e, g->entry_n, g->fold);
}

static void run_store(Emit *e, Ir run, size_t offset, Ir value) {
  Ir index = k64(e, (int64_t)offset);
  LLVMSetAlignment(LLVMBuildStore(e->builder, value, LLVMBuildGEP2(e->builder, e->i8, run, &index, 1, "")), 8);
}

void entry_fold(Gen *g, int fold) {
  Emit *e = &g->e;
  g->fold = fold;
  if (fold == 1)
    return;
  if (!g->entry_folded) {
    LLVMBasicBlockRef here = LLVMGetInsertBlock(e->builder), top = LLVMGetEntryBasicBlock(g->entry);
    LLVMPositionBuilderBefore(e->builder, LLVMGetFirstInstruction(top));
    g->entry_folded = LLVMBuildAlloca(e->builder, LLVMArrayType2(e->i64, sizeof(struct net_run) / 8), "");
    LLVMSetAlignment(g->entry_folded, 8);
    LLVMPositionBuilderAtEnd(e->builder, here);
    LLVMBuildMemCpy(e->builder, g->entry_folded, 8, g->entry_run, 8, k64(e, sizeof(struct net_run)));
  }
  run_store(e, g->entry_folded, offsetof(struct net_run, batch), entry_batch(g));
  run_store(e, g->entry_folded, offsetof(struct net_run, fold), k64(e, fold));
}

Ir entry_number(Gen *g, Ir i64) {
  return LLVMBuildIntToPtr(g->e.builder, i64, g->e.ptr, "");
}

/* Opens `void net_entry_NAME(ptr run)` and leaves the builder inside. */
void entry_begin(Gen *g, const Plan *p) {
  Emit *e = &g->e;
  g->plan = p;
  const char *name = arena_printf(g->c->mem, "net_entry_%s", name_text(g->c->names, p->g->name));
  g->entry = function_begin(e, name, LLVMFunctionType(e->nothing, &e->ptr, 1, 0));
  attribute_enum(e, g->entry, (unsigned)LLVMAttributeFunctionIndex, "nounwind");
  lanes_set(e, g->target_lanes);
  g->entry_run = LLVMGetParam(g->entry, 0);
  g->entry_values = LLVMBuildAlloca(e->builder, LLVMArrayType2(e->i64, 2 + MAX_ARGS), "");
  g->entry_folded = g->chunks = NULL;
  g->fold = 1;
  g->entry_n = run_field(e, g->entry_run, offsetof(struct net_run, batch), e->i64);
}
