/* emit: short names for the LLVM C API, with a structured loop and branch on top.

   Values carry their type, so one function serves floats, doubles and vectors. Constants fold in the builder; nothing
   here relies on a later pass, since kernels go from here straight to code generation. */
#include "gen/emit.h"
#include "base/bug.h"
#include <string.h>

/* ---- integers and addresses ---- */

Ir k64(Emit *e, int64_t v) {
  return LLVMConstInt(e->i64, (unsigned long long)v, 1);
}

Ir k32(Emit *e, int32_t v) {
  return LLVMConstInt(e->i32, (unsigned long long)(int64_t)v, 1);
}

static int is_k64(Ir v, int64_t k) {
  return LLVMIsAConstantInt(v) && LLVMConstIntGetSExtValue(v) == k;
}

Ir iadd(Emit *e, Ir a, Ir b) {
  return is_k64(b, 0) ? a : is_k64(a, 0) ? b : LLVMBuildNSWAdd(e->builder, a, b, "");
}

Ir isub(Emit *e, Ir a, Ir b) {
  return is_k64(b, 0) ? a : LLVMBuildNSWSub(e->builder, a, b, "");
}

Ir imul(Emit *e, Ir a, Ir b) {
  if (is_k64(a, 0) || is_k64(b, 1))
    return a;
  return is_k64(a, 1) || is_k64(b, 0) ? b : LLVMBuildNSWMul(e->builder, a, b, "");
}

Ir iaddk(Emit *e, Ir a, int64_t b) {
  return iadd(e, a, k64(e, b));
}

Ir imulk(Emit *e, Ir a, int64_t b) {
  return imul(e, a, k64(e, b));
}

Ir idiv(Emit *e, Ir a, Ir b) {
  return is_k64(b, 1) ? a : LLVMBuildUDiv(e->builder, a, b, "");
}

Ir irem(Emit *e, Ir a, Ir b) {
  return LLVMBuildURem(e->builder, a, b, "");
}

Ir imin(Emit *e, Ir a, Ir b) {
  return choose(e, ilt(e, a, b), a, b);
}

Ir imax(Emit *e, Ir a, Ir b) {
  return choose(e, ilt(e, a, b), b, a);
}

Ir ilt(Emit *e, Ir a, Ir b) {
  return LLVMBuildICmp(e->builder, LLVMIntSLT, a, b, "");
}

Ir ieq(Emit *e, Ir a, Ir b) {
  return LLVMBuildICmp(e->builder, LLVMIntEQ, a, b, "");
}

Ir choose(Emit *e, Ir cond, Ir yes, Ir no) {
  return LLVMBuildSelect(e->builder, cond, yes, no, "");
}

Ir at(Emit *e, Ir p, Ir index) {
  return is_k64(index, 0) ? p : LLVMBuildGEP2(e->builder, e->f32, p, &index, 1, "");
}

Ir atk(Emit *e, Ir p, int64_t index) {
  return at(e, p, k64(e, index));
}

/* ---- floats ---- */

static int width_of(LLVMTypeRef type) {
  return LLVMGetTypeKind(type) == LLVMVectorTypeKind ? (int)LLVMGetVectorSize(type) : 0;
}

static Ir const_splat(Ir scalar, int width) {
  if (!width)
    return scalar;
  Ir lane[64];
  BUG_IF(width > 64);
  for (int i = 0; i < width; i++)
    lane[i] = scalar;
  return LLVMConstVector(lane, (unsigned)width);
}

Ir kt(LLVMTypeRef type, double v) {
  int width = width_of(type);
  return const_splat(LLVMConstReal(width ? LLVMGetElementType(type) : type, v), width);
}

Ir kti(LLVMTypeRef type, int64_t v) {
  int width = width_of(type);
  return const_splat(LLVMConstInt(width ? LLVMGetElementType(type) : type, (unsigned long long)v, 1), width);
}

Ir kf(Emit *e, double v) {
  return kt(e->f32, v);
}

Ir kv(Emit *e, double v) {
  return kt(e->vec, v);
}

LLVMTypeRef vector_of(Emit *e, LLVMTypeRef elem, LLVMTypeRef shape) {
  (void)e;
  int width = width_of(shape);
  return width ? LLVMVectorType(elem, (unsigned)width) : elem;
}

Ir fadd(Emit *e, Ir a, Ir b) {
  return LLVMBuildFAdd(e->builder, a, b, "");
}

Ir fsub(Emit *e, Ir a, Ir b) {
  return LLVMBuildFSub(e->builder, a, b, "");
}

Ir fmul(Emit *e, Ir a, Ir b) {
  return LLVMBuildFMul(e->builder, a, b, "");
}

Ir fdiv(Emit *e, Ir a, Ir b) {
  return LLVMBuildFDiv(e->builder, a, b, "");
}

static Ir call_intrinsic(Emit *e, const char *name, LLVMTypeRef *over, int overs, Ir *args, int count) {
  unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
  Ir fn = LLVMGetIntrinsicDeclaration(e->module, id, over, (size_t)overs);
  LLVMTypeRef type = LLVMIntrinsicGetType(e->context, id, over, (size_t)overs);
  return LLVMBuildCall2(e->builder, type, fn, args, (unsigned)count, "");
}

Ir fma3(Emit *e, Ir a, Ir b, Ir c) {
  LLVMTypeRef type = LLVMTypeOf(a);
  Ir args[] = {a, b, c};
  return call_intrinsic(e, "llvm.fma", &type, 1, args, 3);
}

/* `a > b ? a : b` is the machine's max, which returns b when either is NaN: with the constant first, a NaN in b stays.
 */
static Ir extreme(Emit *e, LLVMRealPredicate how, Ir a, Ir b) {
  if (LLVMIsConstant(b) && !LLVMIsConstant(a)) {
    Ir swap = a;
    a = b, b = swap;
  }
  Ir best = choose(e, fcmp(e, how, a, b), a, b);
  return LLVMIsConstant(a) ? best : choose(e, fcmp(e, LLVMRealUNO, a, a), a, best);
}

Ir fmax2(Emit *e, Ir a, Ir b) {
  return extreme(e, LLVMRealOGT, a, b);
}

Ir fmin2(Emit *e, Ir a, Ir b) {
  return extreme(e, LLVMRealOLT, a, b);
}

Ir fcmp(Emit *e, LLVMRealPredicate how, Ir a, Ir b) {
  return LLVMBuildFCmp(e->builder, how, a, b, "");
}

Ir intrinsic(Emit *e, const char *name, Ir a) {
  char full[32] = "llvm.";
  strncat(full, name, sizeof full - 6);
  LLVMTypeRef type = LLVMTypeOf(a);
  return call_intrinsic(e, full, &type, 1, &a, 1);
}

Ir bits_of(Emit *e, Ir v) {
  return LLVMBuildBitCast(e->builder, v, vector_of(e, e->i32, LLVMTypeOf(v)), "");
}

Ir float_of(Emit *e, Ir bits) {
  return LLVMBuildBitCast(e->builder, bits, vector_of(e, e->f32, LLVMTypeOf(bits)), "");
}

/* ---- memory ---- */

Ir load_type(Emit *e, LLVMTypeRef type, Ir p, unsigned align) {
  Ir v = LLVMBuildLoad2(e->builder, type, p, "");
  LLVMSetAlignment(v, align);
  return v;
}

Ir load_f32(Emit *e, Ir p) {
  return load_type(e, e->f32, p, 4);
}

Ir load_i32(Emit *e, Ir p) {
  return load_type(e, e->i32, p, 4);
}

Ir load_vec(Emit *e, Ir p) {
  return load_type(e, e->vec, p, 4);
}

void store(Emit *e, Ir v, Ir p) {
  LLVMSetAlignment(LLVMBuildStore(e->builder, v, p), 4);
}

void prefetch(Emit *e, Ir p, int to_write) {
  Ir args[] = {p, k32(e, to_write), k32(e, 3), k32(e, 1)};
  call_intrinsic(e, "llvm.prefetch", &e->ptr, 1, args, 4);
}

Ir splat(Emit *e, Ir scalar) {
  if (LLVMIsConstant(scalar))
    return const_splat(scalar, e->lanes);
  Ir one = LLVMBuildInsertElement(e->builder, LLVMGetPoison(LLVMVectorType(LLVMTypeOf(scalar), (unsigned)e->lanes)),
                                  scalar, k32(e, 0), "");
  return LLVMBuildShuffleVector(e->builder, one, LLVMGetPoison(LLVMTypeOf(one)), kti(e->veci, 0), "");
}

Ir lane_mask(Emit *e, Ir count) {
  Ir lane[64];
  for (int i = 0; i < e->lanes; i++)
    lane[i] = k32(e, i);
  Ir few = imax(e, imin(e, count, k64(e, e->lanes)), k64(e, 0));
  Ir limit = splat(e, LLVMBuildTrunc(e->builder, few, e->i32, ""));
  return LLVMBuildICmp(e->builder, LLVMIntSLT, LLVMConstVector(lane, (unsigned)e->lanes), limit, "");
}

Ir load_masked(Emit *e, Ir p, Ir mask) {
  LLVMTypeRef over[] = {e->vec, e->ptr};
  Ir args[] = {p, k32(e, 4), mask, LLVMConstNull(e->vec)};
  return call_intrinsic(e, "llvm.masked.load", over, 2, args, 4);
}

void store_masked(Emit *e, Ir v, Ir p, Ir mask) {
  LLVMTypeRef over[] = {LLVMTypeOf(v), e->ptr};
  Ir args[] = {v, p, k32(e, 4), mask};
  call_intrinsic(e, "llvm.masked.store", over, 2, args, 4);
}

Ir shuffle(Emit *e, Ir a, Ir b, const int *lane, int count) {
  Ir index[64];
  BUG_IF(count > 64);
  for (int i = 0; i < count; i++)
    index[i] = k32(e, lane[i]);
  return LLVMBuildShuffleVector(e->builder, a, b ? b : LLVMGetPoison(LLVMTypeOf(a)),
                                LLVMConstVector(index, (unsigned)count), "");
}

Ir horizontal(Emit *e, Ir v, Ir (*join)(Emit *, Ir, Ir)) {
  for (int half = width_of(LLVMTypeOf(v)) / 2; half; half /= 2) {
    int low[64], high[64];
    for (int i = 0; i < half; i++)
      low[i] = i, high[i] = half + i;
    v = join(e, shuffle(e, v, NULL, low, half), shuffle(e, v, NULL, high, half));
  }
  return LLVMBuildExtractElement(e->builder, v, k32(e, 0), "");
}

Ir stack_floats(Emit *e, int64_t count) {
  LLVMBasicBlockRef here = LLVMGetInsertBlock(e->builder), first = LLVMGetEntryBasicBlock(e->fn);
  Ir front = LLVMGetFirstInstruction(first);
  if (front)
    LLVMPositionBuilderBefore(e->builder, front);
  Ir p = LLVMBuildAlloca(e->builder, LLVMArrayType2(e->f32, (uint64_t)count), "");
  LLVMSetAlignment(p, 64);
  LLVMPositionBuilderAtEnd(e->builder, here);
  return p;
}

/* ---- control ---- */

static LLVMBasicBlockRef block_new(Emit *e) {
  return LLVMAppendBasicBlockInContext(e->context, e->fn, "");
}

static void phi_add(Ir phi, Ir v, LLVMBasicBlockRef from) {
  LLVMAddIncoming(phi, &v, &from, 1);
}

void loop_begin(Emit *e, Loop *l, Ir from, Ir to, int64_t step, Ir *carry, int carried) {
  BUG_IF(carried > MAX_CARRY);
  l->before = LLVMGetInsertBlock(e->builder);
  l->head = block_new(e);
  l->exit = block_new(e);
  l->to = to, l->step = step, l->carry = carry, l->carried = carried;
  Ir enter = ilt(e, from, to);
  l->sure = LLVMIsAConstantInt(enter) && LLVMConstIntGetZExtValue(enter);
  if (l->sure)
    LLVMBuildBr(e->builder, l->head);
  else
    LLVMBuildCondBr(e->builder, enter, l->head, l->exit);
  LLVMPositionBuilderAtEnd(e->builder, l->head);
  l->iv = LLVMBuildPhi(e->builder, e->i64, "");
  phi_add(l->iv, from, l->before);
  for (int i = 0; i < carried; i++) {
    l->first[i] = carry[i];
    l->phi[i] = LLVMBuildPhi(e->builder, LLVMTypeOf(carry[i]), "");
    phi_add(l->phi[i], carry[i], l->before);
    carry[i] = l->phi[i];
  }
}

void loop_end(Emit *e, Loop *l) {
  LLVMBasicBlockRef latch = LLVMGetInsertBlock(e->builder);
  Ir next = iaddk(e, l->iv, l->step);
  LLVMBuildCondBr(e->builder, ilt(e, next, l->to), l->head, l->exit);
  phi_add(l->iv, next, latch);
  LLVMPositionBuilderAtEnd(e->builder, l->exit);
  for (int i = 0; i < l->carried; i++) {
    Ir last = l->carry[i];
    phi_add(l->phi[i], last, latch);
    if (l->sure)
      continue;
    l->carry[i] = LLVMBuildPhi(e->builder, LLVMTypeOf(last), "");
    phi_add(l->carry[i], l->first[i], l->before);
    phi_add(l->carry[i], last, latch);
  }
}

void branch_begin(Emit *e, Branch *b, Ir cond) {
  LLVMBasicBlockRef yes = block_new(e);
  b->other = block_new(e);
  b->exit = b->other;
  b->has_else = 0;
  LLVMBuildCondBr(e->builder, cond, yes, b->other);
  LLVMPositionBuilderAtEnd(e->builder, yes);
}

void branch_else(Emit *e, Branch *b) {
  b->exit = block_new(e);
  b->has_else = 1;
  LLVMBuildBr(e->builder, b->exit);
  LLVMPositionBuilderAtEnd(e->builder, b->other);
}

void branch_end(Emit *e, Branch *b) {
  LLVMBuildBr(e->builder, b->exit);
  LLVMPositionBuilderAtEnd(e->builder, b->exit);
}
