/* launch: a step's kernel, called from the entry.

   Nearly all that a launch needs is known when a program is compiled, but for N and where memory lies: most arguments
   are base + fixed + N * per_sample. So it is a record of constants, which one function, net_step, turns into a call,
   and an entry is a list of calls of net_step, short however many arguments there are:

     record    64-bit words: kernel, step, count of items, items
     items     units, work of all units (of which come the chunks), arguments
     item      fixed << 11 | from << 1 | more, and if `more` is set a second word, per_sample
     from      0: nowhere; 1 + i: base i of struct net_run; 1 + NET_BASES + i: values[i]

   The lowerings write arguments as LLVM values. What those compute is read off them here; what is not of that form the
   entry computes and puts into `values`. What nothing uses is taken out in the end. */
#include "runtime/netrt.h"
#include "base/bug.h"
#include "gen/emit.h"

enum { MAX_CHUNKS = 32, CHUNK_WORK = 8192 };
enum { KERNEL, STEP, COUNT, ITEMS }; /* words of a record */
enum { ARGS = 2, MAX_ITEMS = ARGS + MAX_ARGS, MORE_BITS = 1, FROM_BITS = 10, HEAD = 1 << (MORE_BITS + FROM_BITS) };
static const int64_t plenty = (int64_t)MAX_CHUNKS * CHUNK_WORK; /* work: units are chunks */

_Static_assert(!offsetof(struct net_run, base), "words of struct net_run are its bases");

/* ---- what an LLVM value of the entry computes ---- */

static int affine_of(const Gen *g, Ir v, Buffer *b);

static int affine_binary(const Gen *g, Ir v, Buffer *b) {
  Buffer x, y;
  if (!affine_of(g, LLVMGetOperand(v, 0), &x) || !affine_of(g, LLVMGetOperand(v, 1), &y) || x.base >= 0 || y.base >= 0)
    return 0;
  switch (LLVMGetInstructionOpcode(v)) {
  case LLVMAdd:
    *b = (Buffer){-1, x.fixed + y.fixed, x.per_sample + y.per_sample};
    return 1;
  case LLVMSub:
    *b = (Buffer){-1, x.fixed - y.fixed, x.per_sample - y.per_sample};
    return 1;
  default: /* a product */
    *b = (Buffer){-1, x.fixed * y.fixed, x.fixed * y.per_sample + x.per_sample * y.fixed};
    return !x.per_sample || !y.per_sample;
  }
}

/* A base out of struct net_run, or N. */
static int affine_load(const Gen *g, Ir v, Buffer *b) {
  Ir from = LLVMGetOperand(v, 0);
  if (v == g->entry_n) {
    *b = (Buffer){-1, 0, 1};
    return 1;
  }
  int64_t at = from == g->entry_run ? 0 : LLVMConstIntGetSExtValue(LLVMGetOperand(from, 1));
  *b = (Buffer){(int)((size_t)at - offsetof(struct net_run, base)) / (int)sizeof(void *), 0, 0};
  return from == g->entry_run || (LLVMGetOperand(from, 0) == g->entry_run && b->base < NET_BASES);
}

static int affine_of(const Gen *g, Ir v, Buffer *b) {
  Buffer by;
  int64_t bytes;
  if (LLVMIsAConstantInt(v)) {
    *b = (Buffer){-1, LLVMConstIntGetSExtValue(v), 0};
    return 1;
  }
  if (LLVMIsAConstantPointerNull(v)) {
    *b = (Buffer){-1, 0, 0};
    return 1;
  }
  if (!LLVMIsAInstruction(v) && !LLVMIsAConstantExpr(v))
    return 0;
  switch (LLVMIsAConstantExpr(v) ? LLVMGetConstOpcode(v) : LLVMGetInstructionOpcode(v)) {
  case LLVMLoad:
    return affine_load(g, v, b);
  case LLVMIntToPtr:
    return affine_of(g, LLVMGetOperand(v, 0), b);
  case LLVMGetElementPtr:
    if (!affine_of(g, LLVMGetOperand(v, 0), b) || !affine_of(g, LLVMGetOperand(v, 1), &by) || by.base >= 0)
      return 0;
    bytes = LLVMGetGEPSourceElementType(v) == g->e.i8 ? 1 : 4;
    *b = (Buffer){b->base, b->fixed + bytes * by.fixed, b->per_sample + bytes * by.per_sample};
    return 1;
  case LLVMAdd:
  case LLVMSub:
  case LLVMMul:
    return affine_binary(g, v, b);
  default:
    return 0;
  }
}

/* ---- chunks ---- */

static Ir chunks_of(Emit *e, Ir units, Ir work) {
  Ir want = idiv(e, work, k64(e, CHUNK_WORK));
  return imax(e, imin(e, imin(e, want, k64(e, MAX_CHUNKS)), units), k64(e, 1));
}

Ir entry_chunks_of(Gen *g, Ir units, Ir total) {
  g->chunks_units = units, g->chunks_work = total;
  return g->chunks = chunks_of(&g->e, units, total);
}

Ir entry_chunks(Gen *g, Ir units, int64_t work) {
  return entry_chunks_of(g, units, imulk(&g->e, units, work > 0 ? work : 1));
}

/* ---- net_step(run, given, record, values): run has N, given is what the kernel gets ---- */

static Ir word(Emit *e, Ir record, Ir index) {
  return load_type(e, e->i64, LLVMBuildGEP2(e->builder, e->i64, record, &index, 1, ""), 8);
}

static void store_word(Emit *e, Ir value, Ir to, Ir index) { /* or a pointer */
  LLVMSetAlignment(LLVMBuildStore(e->builder, value, LLVMBuildGEP2(e->builder, e->i64, to, &index, 1, "")), 8);
}

static Ir bits(Emit *e, Ir word, int from, int count) {
  Ir low = LLVMBuildLShr(e->builder, word, k64(e, from), "");
  return LLVMBuildAnd(e->builder, low, k64(e, (1 << count) - 1), "");
}

/* to[0 .. count-1] = items. */
static void step_items(Emit *e, Ir run, Ir record, Ir values, Ir to) {
  Ir n = run_field(e, run, offsetof(struct net_run, batch), e->i64), at = k64(e, ITEMS);
  Loop item;
  loop_begin(e, &item, k64(e, 0), word(e, record, k64(e, COUNT)), 1, &at, 1);
  Ir head = word(e, record, at), more = bits(e, head, 0, MORE_BITS), from = bits(e, head, MORE_BITS, FROM_BITS);
  at = iadd(e, at, more);
  Ir fixed = LLVMBuildAShr(e->builder, head, k64(e, MORE_BITS + FROM_BITS), "");
  Ir value = iadd(e, fixed, imul(e, imul(e, word(e, record, at), more), n));
  at = iaddk(e, at, 1);
  store_word(e, value, to, item.iv);
  Branch some, computed;
  branch_begin(e, &some, ilt(e, k64(e, 0), from));
  branch_begin(e, &computed, ilt(e, k64(e, NET_BASES), from));
  store_word(e, word(e, values, iaddk(e, from, -1 - NET_BASES)), to, item.iv);
  branch_else(e, &computed);
  store_word(e, iadd(e, value, word(e, run, iaddk(e, from, -1))), to, item.iv);
  branch_end(e, &computed);
  branch_end(e, &some);
  loop_end(e, &item);
}

static void step_body(Emit *e, Ir run, Ir given, Ir record, Ir values) {
  Ir item = LLVMBuildAlloca(e->builder, LLVMArrayType2(e->i64, MAX_ITEMS), ""), first = k64(e, ARGS);
  step_items(e, run, record, values, item);
  LLVMTypeRef params[] = {e->ptr, e->i32, e->ptr, e->ptr, e->i64};
  Ir launch = gen_function(e, "nrt_launch", e->nothing, params, 5), step = word(e, record, k64(e, STEP));
  Ir all[] = {given, LLVMBuildTrunc(e->builder, step, e->i32, ""), load_type(e, e->ptr, record, 8),
              LLVMBuildGEP2(e->builder, e->i64, item, &first, 1, ""),
              chunks_of(e, word(e, item, k64(e, 0)), word(e, item, k64(e, 1)))};
  call(e, launch, all, 5);
}

static Ir step_function(Emit *e) {
  Outer outer;
  Ir fn;
  if (helper_begin(e, &outer, "net_step", "pppp", &fn)) {
    step_body(e, LLVMGetParam(fn, 0), LLVMGetParam(fn, 1), LLVMGetParam(fn, 2), LLVMGetParam(fn, 3));
    helper_end(e, &outer);
  }
  return fn;
}

/* ---- launching ---- */

typedef struct {
  Ir word[ITEMS + 2 * MAX_ITEMS];
  int count;
} Words;

static void put_item(Gen *g, Words *w, int from, int64_t fixed, int64_t per_sample) {
  w->word[w->count++] = k64(&g->e, fixed * HEAD + (from << MORE_BITS) + !!per_sample);
  if (per_sample)
    w->word[w->count++] = k64(&g->e, per_sample);
}

static void put_value(Gen *g, Words *w, Ir value) {
  Buffer b;
  if (affine_of(g, value, &b) && b.fixed < INT64_MAX / HEAD && b.fixed > INT64_MIN / HEAD) {
    put_item(g, w, 1 + b.base, b.fixed, b.per_sample);
    return;
  }
  store_word(&g->e, value, g->entry_values, k64(&g->e, g->values));
  put_item(g, w, 1 + NET_BASES + g->values++, 0, 0);
}

static Ir record_of(Gen *g, Words *w) {
  Emit *e = &g->e;
  Ir parts[] = {w->word[KERNEL], LLVMConstArray2(e->i64, w->word + STEP, (uint64_t)(w->count - STEP))};
  Ir value = LLVMConstStructInContext(e->context, parts, 2, 0);
  Ir record = LLVMAddGlobal(e->module, LLVMTypeOf(value), arena_printf(g->c->mem, "step_%d", g->step));
  LLVMSetInitializer(record, value);
  LLVMSetLinkage(record, LLVMInternalLinkage);
  LLVMSetGlobalConstant(record, 1);
  LLVMSetAlignment(record, 8);
  return record;
}

static void remember_kernel(Gen *g, Ir kernel) {
  size_t len;
  const char *name = LLVMGetValueName2(kernel, &len), *symbol = arena_strndup(g->c->mem, name, len);
  StepKernel *last = g->steps.count ? &g->steps.at[g->steps.count - 1] : NULL;
  if (last && last->plan == g->plan && last->step == g->step)
    last->symbol = symbol;
  else
    vec_push(g->c->mem, &g->steps, (StepKernel){.plan = g->plan, .step = g->step, .symbol = symbol});
}

void entry_launch(Gen *g, Ir kernel, const Ir *args, int count, Ir chunks) {
  Emit *e = &g->e;
  Words w = {.word = {kernel, k64(e, g->step), k64(e, ARGS + count)}, .count = ITEMS};
  BUG_IF(count > MAX_ARGS);
  g->values = 0;
  int known = chunks == g->chunks;
  put_value(g, &w, known ? g->chunks_units : chunks);
  put_value(g, &w, known ? g->chunks_work : k64(e, plenty));
  for (int i = 0; i < count; i++)
    put_value(g, &w, args[i]);
  Ir run = g->fold > 1 ? g->entry_folded : g->entry_run, values = g->values ? g->entry_values : LLVMConstNull(e->ptr);
  Ir given[] = {g->entry_run, run, record_of(g, &w), values};
  call(e, step_function(e), given, 4);
  remember_kernel(g, kernel);
}

/* ---- the end of an entry ---- */

static void remove_unused(Ir fn) {
  for (LLVMBasicBlockRef b = LLVMGetLastBasicBlock(fn); b; b = LLVMGetPreviousBasicBlock(b))
    for (Ir i = LLVMGetLastInstruction(b), before; i; i = before) {
      before = LLVMGetPreviousInstruction(i);
      if (LLVMGetTypeKind(LLVMTypeOf(i)) != LLVMVoidTypeKind && !LLVMGetFirstUse(i))
        LLVMInstructionEraseFromParent(i);
    }
}

void entry_end(Gen *g) {
  LLVMBuildRetVoid(g->e.builder);
  remove_unused(g->entry);
}
