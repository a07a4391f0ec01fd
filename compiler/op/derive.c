/* Derivatives of scalar formulas: one rule a kind, the chain rule around them. At a kink the derivative of one side is taken:
   max and min give a tie to their second operand, abs and sign have 0 at 0. Comparisons, rounding and conditions pass nothing. */
#include "base/bug.h"
#include "op/scalar.h"

static Scalar two(Ctx *c, ScalarKind k, Scalar a, Scalar b) {
  return scalar_make(c, k, a, b, 0);
}
static Scalar one(Ctx *c, ScalarKind k, Scalar a) {
  return scalar_make(c, k, a, 0, 0);
}

/* d s / d (argument i of s), or 0 when it is zero everywhere. */
static Scalar local(Ctx *c, Scalar s, int i) {
  ScalarNode n = scalar_get(c, s);
  Scalar a = n.arg[0], b = n.arg[1], unit = scalar_const(c, 1);
  switch ((ScalarKind)n.kind) {
  case S_ADD: return unit;
  case S_SUB: return i ? scalar_const(c, -1) : unit;
  case S_MUL: return i ? a : b;
  case S_DIV: return i ? one(c, S_NEG, two(c, S_DIV, s, b)) : two(c, S_DIV, unit, b);
  case S_POW:
    if (i)
      return two(c, S_MUL, s, one(c, S_LOG, a));
    return two(c, S_MUL, b, two(c, S_POW, a, two(c, S_SUB, b, unit)));
  case S_MOD: return i ? one(c, S_NEG, one(c, S_FLOOR, two(c, S_DIV, a, b))) : unit;
  case S_NEG: return scalar_const(c, -1);
  case S_MAX: return i ? two(c, S_LE, a, b) : two(c, S_GT, a, b);
  case S_MIN: return i ? two(c, S_GE, a, b) : two(c, S_LT, a, b);
  case S_WHERE: return i == 1 ? two(c, S_NE, a, scalar_const(c, 0)) : i == 2 ? two(c, S_EQ, a, scalar_const(c, 0)) : 0;
  case S_ABS: return one(c, S_SIGN, a);
  case S_SQRT: return two(c, S_DIV, scalar_const(c, 0.5), s);
  case S_EXP: return s;
  case S_LOG: return two(c, S_DIV, unit, a);
  case S_LOG1P: return two(c, S_DIV, unit, two(c, S_ADD, unit, a));
  case S_SIN: return one(c, S_COS, a);
  case S_COS: return one(c, S_NEG, one(c, S_SIN, a));
  case S_TANH: return two(c, S_SUB, unit, two(c, S_MUL, s, s));
  case S_SIGMOID: return two(c, S_MUL, s, two(c, S_SUB, unit, s));
  case S_ERF: /* 2/sqrt(pi) exp(-a^2) */
    return two(c, S_MUL, scalar_const(c, 1.1283791670955126), one(c, S_EXP, one(c, S_NEG, two(c, S_MUL, a, a))));
  case S_ATAN: return two(c, S_DIV, unit, two(c, S_ADD, unit, two(c, S_MUL, a, a)));
  case S_LT: case S_GT: case S_LE: case S_GE: case S_EQ: case S_NE: case S_AND: case S_OR: case S_NOT: case S_SIGN:
  case S_FLOOR: case S_CEIL: case S_ROUND: return 0;
  case S_CONST: case S_VAR: break;
  }
  BUG("no derivative of scalar kind %d", n.kind);
}

Scalar scalar_derive(Ctx *c, Scalar s, int var) {
  Arena *mem = arena_new();
  Scalar *d = arena_alloc(mem, (s + 1) * sizeof *d); /* by handle: its derivative; 0: zero */
  uint8_t *done = arena_alloc(mem, s + 1);
  Scalar *stack = arena_alloc(mem, (4 * (size_t)s + 4) * sizeof *stack);
  size_t top = 0;
  stack[top++] = s;
  while (top) {
    Scalar at = stack[top - 1];
    ScalarNode n = scalar_get(c, at);
    int ready = 1;
    for (int i = 0; i < n.arity && !done[at]; i++)
      if (!done[n.arg[i]]) {
        stack[top++] = n.arg[i];
        ready = 0;
        break;
      }
    if (!ready)
      continue;
    top--;
    if (done[at])
      continue;
    done[at] = 1;
    if (n.kind == S_VAR && n.var == var)
      d[at] = scalar_const(c, 1);
    for (int i = 0; i < n.arity; i++) {
      Scalar inner = d[n.arg[i]], outer = inner ? local(c, at, i) : 0;
      if (!outer)
        continue;
      Scalar term = scalar_make(c, S_MUL, outer, inner, 0);
      d[at] = d[at] ? scalar_make(c, S_ADD, d[at], term, 0) : term;
    }
  }
  Scalar result = d[s] ? d[s] : scalar_const(c, 0);
  arena_free(mem);
  return result;
}
