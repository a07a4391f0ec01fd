/* math: the functions of formulas as inline polynomials, over a float or a vector of floats; within 2 ulp over the
   whole float range (sin and cos: up to 2^45 in magnitude), infinities, NaN and signed zeros included. Subnormal
   results and arguments may flush. Doubles (terms of recipe numbers, once a chunk) go to libm.

   The polynomials are minimax fits of this project, coefficients from the lowest power up. Roundings to whole numbers
   add and take away 1.5 * 2^23 (or 2^52): the low bits of that sum are the whole number itself, whatever the argument,
   without a conversion that is undefined out of range. */
#include "base/bug.h"
#include "gen/emit.h"
#include <math.h>

#define COUNT(a) (int)(sizeof(a) / sizeof *(a))
static const double ROUND_FLOAT = 12582912.0, ROUND_DOUBLE = 6755399441055744.0;

static Ir k(Ir like, double v) {
  return kt(LLVMTypeOf(like), v);
}

/* c[0] + c[1] x + ... */
static Ir poly(Emit *e, Ir x, const double *c, int count) {
  Ir sum = k(x, c[count - 1]);
  for (int i = count - 2; i >= 0; i--)
    sum = fma3(e, sum, x, k(x, c[i]));
  return sum;
}

static Ir fneg(Emit *e, Ir x) {
  return LLVMBuildFNeg(e->builder, x, "");
}

static Ir ibin(Emit *e, LLVMOpcode op, Ir a, int64_t b) {
  return LLVMBuildBinOp(e->builder, op, a, kti(LLVMTypeOf(a), b), "");
}

/* 2^n of whole n in -126 .. 127. */
static Ir power_of_two(Emit *e, Ir n) {
  return float_of(e, ibin(e, LLVMShl, ibin(e, LLVMAdd, n, 127), 23));
}

/* p * 2^n for n in -252 .. 254, in two factors so that the ends overflow and underflow as they should. */
static Ir scale(Emit *e, Ir p, Ir n) {
  Ir half = ibin(e, LLVMAShr, n, 1);
  Ir rest = LLVMBuildSub(e->builder, n, half, "");
  return fmul(e, fmul(e, p, power_of_two(e, half)), power_of_two(e, rest));
}

/* x = n ln 2 + r; returns e^r - 1, relatively exact, and n. */
static Ir exp_core(Emit *e, Ir x, Ir *n) {
  static const double q[] = {0.5, 0.16666539, 0.0416664109, 0.00836715475, 0.00139400561};
  Ir t = fma3(e, x, k(x, 1.44269504088896341), k(x, ROUND_FLOAT));
  *n = ibin(e, LLVMSub, bits_of(e, t), 0x4B400000);
  Ir whole = fsub(e, t, k(x, ROUND_FLOAT));
  Ir r = fma3(e, whole, k(x, -0.693145751953125), x);
  r = fma3(e, whole, k(x, -1.42860682030941723e-6), r);
  return fma3(e, fmul(e, r, r), poly(e, r, q, COUNT(q)), r);
}

static Ir emit_exp(Emit *e, Ir x) {
  Ir n, clamped = fmax2(e, fmin2(e, x, k(x, 89)), k(x, -105));
  Ir p = exp_core(e, clamped, &n);
  return scale(e, fadd(e, p, k(x, 1)), n);
}

/* e^x of -80 <= x <= 80. */
static Ir exp_small(Emit *e, Ir x) {
  Ir n, p = exp_core(e, x, &n);
  return fmul(e, fadd(e, p, k(x, 1)), power_of_two(e, n));
}

/* Normal x = 2^n (1 + f), f in sqrt(1/2) - 1 .. sqrt(2) - 1. */
static Ir log_split(Emit *e, Ir x, Ir *n) {
  Ir i = ibin(e, LLVMSub, bits_of(e, x), 0x3F3504F3);
  *n = ibin(e, LLVMAShr, i, 23);
  Ir m = ibin(e, LLVMAdd, ibin(e, LLVMAnd, i, 0x7FFFFF), 0x3F3504F3);
  return fsub(e, float_of(e, m), k(x, 1));
}

static Ir log_join(Emit *e, Ir f, Ir n) {
  static const double q[] = {0.333333313, -0.250008196, 0.200012431, -0.166234106,
                             0.142015398, -0.131595507, 0.127624854, -0.0763694048};
  Ir whole = LLVMBuildSIToFP(e->builder, n, LLVMTypeOf(f), "");
  Ir ff = fmul(e, f, f);
  Ir tail = fma3(e, whole, k(f, -2.12194440e-4), fmul(e, fmul(e, ff, f), poly(e, f, q, COUNT(q))));
  return fma3(e, whole, k(f, 0.693359375), fadd(e, fma3(e, ff, k(f, -0.5), tail), f));
}

/* log at the ends: -inf at 0, inf at inf, NaN below 0 and of NaN. */
static Ir log_ends(Emit *e, Ir result, Ir x) {
  Ir tiny = k(x, 1.17549435e-38), inf = k(x, INFINITY);
  Ir low = choose(e, fcmp(e, LLVMRealOLE, x, fneg(e, tiny)), k(x, NAN), k(x, -INFINITY));
  result = choose(e, fcmp(e, LLVMRealOLT, x, tiny), low, result);
  return choose(e, fcmp(e, LLVMRealULT, x, inf), result, x);
}

static Ir emit_log(Emit *e, Ir x) {
  Ir n, f = log_split(e, x, &n);
  Ir result = log_ends(e, log_join(e, f, n), x);
  return choose(e, fcmp(e, LLVMRealUNO, x, x), x, result);
}

/* log(u) with u = 1 + x; what the rounding of u lost goes into f. */
static Ir emit_log1p(Emit *e, Ir x) {
  Ir n, u = fadd(e, x, k(x, 1));
  Ir lost = fsub(e, x, fsub(e, u, k(x, 1)));
  Ir f = log_split(e, u, &n);
  Ir down = ibin(e, LLVMMul, n, -1);
  Ir fix = fmul(e, lost, power_of_two(e, down));
  Ir far = fcmp(e, LLVMRealOGT, u, k(x, 1e9));
  f = fadd(e, f, choose(e, far, k(x, 0), fix));
  Ir result = log_ends(e, log_join(e, f, n), u);
  Ir same = LLVMBuildOr(e->builder, fcmp(e, LLVMRealUNO, x, x), fcmp(e, LLVMRealOEQ, x, k(x, 0)), "");
  return choose(e, same, x, result);
}

static Ir with_sign(Emit *e, Ir magnitude, Ir sign) {
  Ir bit = ibin(e, LLVMAnd, bits_of(e, sign), INT32_MIN);
  return float_of(e, LLVMBuildOr(e->builder, bits_of(e, magnitude), bit, ""));
}

/* Near 0: x + x^3 P(x^2). Beyond: 1 - 2/(e^2|x| + 1). */
static Ir emit_tanh(Emit *e, Ir x) {
  static const double q[] = {-0.333333194, 0.133326367, -0.0538568571, 0.0210883692, -0.00629577506};
  Ir a = fmin2(e, intrinsic(e, "fabs", x), k(x, 10)), z = fmul(e, a, a);
  Ir near = fma3(e, fmul(e, z, a), poly(e, z, q, COUNT(q)), a);
  Ir far = fsub(e, k(x, 1), fdiv(e, k(x, 2), fadd(e, exp_small(e, fadd(e, a, a)), k(x, 1))));
  return with_sign(e, choose(e, fcmp(e, LLVMRealOLT, a, k(x, 0.55)), near, far), x);
}

static Ir emit_sigmoid(Emit *e, Ir x) {
  return fdiv(e, k(x, 1), fadd(e, k(x, 1), emit_exp(e, fneg(e, x))));
}

/* Near 0: x + x P(x^2). Beyond: 1 - e^-q with q = -log(1 - erf), a smooth function. */
static Ir emit_erf(Emit *e, Ir x) {
  static const double near_q[] = {0.128379166,   -0.376126289,    0.112836182,   -0.026855126,
                                  0.00519073382, -0.000803076138, 7.92036808e-05};
  static const double far_q[] = {1.12852454, 0.635683656, 0.105307795, -0.022919599, 0.0032242469, -0.000215117572};
  Ir a = fmin2(e, intrinsic(e, "fabs", x), k(x, 4));
  Ir near = fma3(e, poly(e, fmul(e, a, a), near_q, COUNT(near_q)), a, a);
  Ir q = fmul(e, a, poly(e, a, far_q, COUNT(far_q)));
  Ir far = fsub(e, k(x, 1), exp_small(e, fneg(e, q)));
  return with_sign(e, choose(e, fcmp(e, LLVMRealOLT, a, k(x, 0.95)), near, far), x);
}

/* Up to 1: x + x^3 P(x^2). Beyond: pi/2 - atan(1/x), pi/2 in two parts. */
static Ir emit_atan(Emit *e, Ir x) {
  static const double q[] = {-0.333331525, 0.199937731,  -0.142110556,  0.106660038,
                             -0.0755221248, 0.0432118364, -0.0163679123, 0.0029206877};
  Ir a = intrinsic(e, "fabs", x), far = fcmp(e, LLVMRealOGT, a, k(x, 1));
  Ir t = choose(e, far, fdiv(e, k(x, 1), a), a), z = fmul(e, t, t);
  Ir near = fma3(e, fmul(e, z, t), poly(e, z, q, COUNT(q)), t);
  Ir turned = fadd(e, fsub(e, k(x, 1.57079637), near), k(x, -4.37113883e-8));
  return with_sign(e, choose(e, far, turned, near), x);
}

/* Reduced in double to a quarter turn, n quarters away; quarter: 0 for sin, 1 for cos. */
static Ir emit_turn(Emit *e, Ir x, int quarter) {
  static const double sin_q[] = {-0.166666672, 0.00833337847, -0.000198524649, 2.8243503e-06};
  static const double cos_q[] = {0.0416666679, -0.00138889777, 2.48208689e-05, -2.87476496e-07};
  LLVMTypeRef type = LLVMTypeOf(x), wide = vector_of(e, e->f64, type), ints = vector_of(e, e->i32, type);
  Ir d = LLVMBuildFPExt(e->builder, x, wide, "");
  Ir t = fma3(e, d, kt(wide, 0.63661977236758134), kt(wide, ROUND_DOUBLE));
  Ir whole = fsub(e, t, kt(wide, ROUND_DOUBLE));
  Ir left = fma3(e, whole, kt(wide, -1.5707963267948966), d);
  left = fma3(e, whole, kt(wide, -6.1232339957367660e-17), left);
  Ir r = fmax2(e, fmin2(e, LLVMBuildFPTrunc(e->builder, left, type, ""), k(x, 0.8)), k(x, -0.8));
  Ir n = LLVMBuildTrunc(e->builder, LLVMBuildBitCast(e->builder, t, vector_of(e, e->i64, type), ""), ints, "");
  n = ibin(e, LLVMAdd, n, quarter);
  Ir z = fmul(e, r, r);
  Ir s = fma3(e, fmul(e, z, r), poly(e, z, sin_q, COUNT(sin_q)), r);
  Ir c = fma3(e, fmul(e, z, z), poly(e, z, cos_q, COUNT(cos_q)), fma3(e, z, k(x, -0.5), k(x, 1)));
  Ir odd = LLVMBuildICmp(e->builder, LLVMIntNE, ibin(e, LLVMAnd, n, 1), kti(ints, 0), "");
  Ir sign = ibin(e, LLVMShl, ibin(e, LLVMAnd, n, 2), 30);
  Ir turned = float_of(e, LLVMBuildXor(e->builder, bits_of(e, choose(e, odd, c, s)), sign, ""));
  return quarter ? turned : choose(e, fcmp(e, LLVMRealOEQ, x, k(x, 0)), x, turned);
}

static Ir libm(Emit *e, const char *name, Ir *args, int count) {
  LLVMTypeRef params[] = {e->f64, e->f64};
  return call(e, gen_function(e, name, e->f64, params, count), args, count);
}

static Ir double_function(Emit *e, ScalarKind kind, Ir a) {
  static const char *const names[] = {[S_EXP] = "exp", [S_LOG] = "log",   [S_LOG1P] = "log1p", [S_SIN] = "sin",
                                      [S_COS] = "cos", [S_TANH] = "tanh", [S_ERF] = "erf", [S_ATAN] = "atan"};
  if (kind != S_SIGMOID)
    return libm(e, names[kind], &a, 1);
  Ir minus = fneg(e, a);
  return fdiv(e, k(a, 1), fadd(e, k(a, 1), libm(e, "exp", &minus, 1)));
}

Ir emit_function(Emit *e, ScalarKind kind, Ir a) {
  if (LLVMTypeOf(a) == e->f64)
    return double_function(e, kind, a);
  switch (kind) {
  case S_EXP:
    return emit_exp(e, a);
  case S_LOG:
    return emit_log(e, a);
  case S_LOG1P:
    return emit_log1p(e, a);
  case S_SIN:
    return emit_turn(e, a, 0);
  case S_COS:
    return emit_turn(e, a, 1);
  case S_TANH:
    return emit_tanh(e, a);
  case S_SIGMOID:
    return emit_sigmoid(e, a);
  case S_ERF:
    return emit_erf(e, a);
  case S_ATAN:
    return emit_atan(e, a);
  default:
    BUG("no function of kind %d", kind);
  }
}

/* ---- powers ---- */

/* log2 of positive normal x, in double, to 2^-37. */
static Ir log2_wide(Emit *e, Ir x, LLVMTypeRef wide) {
  static const double q[] = {1.0, 1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15};
  Ir n, f = LLVMBuildFPExt(e->builder, log_split(e, x, &n), wide, "");
  Ir s = fdiv(e, f, fadd(e, f, kt(wide, 2)));
  Ir sum = fmul(e, s, poly(e, fmul(e, s, s), q, COUNT(q)));
  return fma3(e, sum, kt(wide, 2.8853900817779268), LLVMBuildSIToFP(e->builder, n, wide, ""));
}

/* 2^z of wide z. */
static Ir exp2_wide(Emit *e, Ir z, LLVMTypeRef type) {
  static const double q[] = {0.693147182, 0.240226507, 0.055503577, 0.00961805973, 0.00133920659, 0.00015464134};
  LLVMTypeRef wide = LLVMTypeOf(z);
  z = fmax2(e, fmin2(e, z, kt(wide, 130)), kt(wide, -160));
  Ir t = fadd(e, z, kt(wide, ROUND_DOUBLE));
  Ir f = LLVMBuildFPTrunc(e->builder, fsub(e, z, fsub(e, t, kt(wide, ROUND_DOUBLE))), type, "");
  Ir bits = LLVMBuildBitCast(e->builder, t, vector_of(e, e->i64, type), "");
  Ir n = LLVMBuildTrunc(e->builder, bits, vector_of(e, e->i32, type), "");
  return scale(e, fma3(e, f, poly(e, f, q, COUNT(q)), kt(type, 1)), n);
}

/* a^b; wide_b: b in double. */
static Ir power_general(Emit *e, Ir a, Ir b, Ir wide_b) {
  LLVMTypeRef type = LLVMTypeOf(a), wide = LLVMTypeOf(wide_b);
  Ir zero = kt(type, 0), one = kt(type, 1), m = intrinsic(e, "fabs", a);
  Ir lg = log2_wide(e, m, wide);
  lg = choose(e, fcmp(e, LLVMRealOLT, m, kt(type, 1.17549435e-38)), kt(wide, -INFINITY), lg);
  lg = choose(e, fcmp(e, LLVMRealULT, m, kt(type, INFINITY)), lg, LLVMBuildFPExt(e->builder, m, wide, ""));
  lg = choose(e, fcmp(e, LLVMRealUNO, m, m), LLVMBuildFPExt(e->builder, m, wide, ""), lg);
  Ir p = exp2_wide(e, fmul(e, wide_b, lg), type);

  Ir half = fmul(e, b, kt(type, 0.5));
  Ir whole = fcmp(e, LLVMRealOEQ, intrinsic(e, "floor", b), b);
  Ir odd = LLVMBuildAnd(e->builder, whole, fcmp(e, LLVMRealUNE, intrinsic(e, "floor", half), half), "");
  Ir sign = choose(e, odd, bits_of(e, a), kti(vector_of(e, e->i32, type), 0));
  sign = ibin(e, LLVMAnd, sign, INT32_MIN);
  p = float_of(e, LLVMBuildXor(e->builder, bits_of(e, p), sign, ""));

  Ir finite = LLVMBuildAnd(e->builder, fcmp(e, LLVMRealOLT, a, zero), fcmp(e, LLVMRealONE, a, kt(type, -INFINITY)), "");
  Ir bad = LLVMBuildAnd(e->builder, finite, LLVMBuildNot(e->builder, whole, ""), "");
  p = choose(e, bad, kt(type, NAN), p);
  Ir unit = LLVMBuildOr(e->builder, fcmp(e, LLVMRealOEQ, a, one), fcmp(e, LLVMRealOEQ, b, zero), "");
  return choose(e, unit, one, p);
}

static Ir power_whole(Emit *e, Ir a, int n) {
  Ir result = NULL;
  for (Ir square = a; n; n >>= 1, square = n ? fmul(e, square, square) : square)
    if (n & 1)
      result = result ? fmul(e, result, square) : square;
  return result;
}

static Ir widen(Emit *e, Ir v) {
  return LLVMBuildFPExt(e->builder, v, vector_of(e, e->f64, LLVMTypeOf(v)), "");
}

Ir emit_power(Emit *e, Ir a, Ir b) {
  if (LLVMTypeOf(a) == e->f64) {
    Ir args[] = {a, b};
    return libm(e, "pow", args, 2);
  }
  return power_general(e, a, b, widen(e, b));
}

Ir emit_power_of(Emit *e, double a, Ir b) {
  Ir wide = widen(e, b);
  return exp2_wide(e, fmul(e, wide, k(wide, log2(a))), LLVMTypeOf(b));
}

Ir emit_power_const(Emit *e, Ir a, double n) {
  double size = fabs(n), twice = 2 * size;
  if (size == 0)
    return k(a, 1);
  if (n == -0.5)
    return fdiv(e, k(a, 1), intrinsic(e, "sqrt", a));
  if (size > 16 || twice != floor(twice))
    return power_general(e, a, k(a, n), kt(vector_of(e, e->f64, LLVMTypeOf(a)), n));
  if (n < 0)
    a = fdiv(e, k(a, 1), a); /* first, so that the power's square does not leave the range */
  Ir result = size >= 1 ? power_whole(e, a, (int)size) : NULL;
  if (size != floor(size)) {
    Ir root = intrinsic(e, "sqrt", a);
    result = result ? fmul(e, result, root) : root;
  }
  return result;
}
