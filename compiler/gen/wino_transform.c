/* wino_transform: the small constant matrices of Winograd's algorithm, applied to squares of vectors: first to columns,
   then to rows. Each is a function of its own that kernels share; everything in it is straight vector code.

   A filter (or a gradient) is a polynomial evaluated at the points, with each point's constant factor. A result is the
   transposed of that. The input's transform are the polynomials that vanish at all points but one. With the points 0, +a,
   -a, +b, -b, infinity, even and odd parts are shared by a point and its negative. */
#include "gen/wino.h"

#define A 0.625
#define B 1.5
static const double a2 = A * A, b2 = B * B;

static Ir scaled(Emit *e, Ir v, double by) {
  return fmul(e, v, kt(LLVMTypeOf(v), by));
}

static Ir fused(Emit *e, Ir v, double by, Ir to) {
  return fma3(e, v, kt(LLVMTypeOf(v), by), to);
}

static void input_line(Emit *e, const Ir *d, Ir *o) {
  o[0] = fused(e, d[0], a2 * b2, fused(e, d[2], -(a2 + b2), d[4]));
  Ir even = fused(e, d[2], -b2, d[4]), odd = scaled(e, fused(e, d[1], -b2, d[3]), A);
  o[1] = fadd(e, even, odd), o[2] = fsub(e, even, odd);
  even = fused(e, d[2], -a2, d[4]), odd = scaled(e, fused(e, d[1], -a2, d[3]), B);
  o[3] = fadd(e, even, odd), o[4] = fsub(e, even, odd);
  o[5] = fused(e, d[1], a2 * b2, fused(e, d[3], -(a2 + b2), d[5]));
}

static void evaluate(Emit *e, const Ir *w, int count, Ir *o) {
  const double point[] = {A, B}, factor[] = {1 / (2 * a2 * (a2 - b2)), 1 / (2 * b2 * (b2 - a2))};
  o[0] = scaled(e, w[0], 1 / (a2 * b2));
  for (int i = 0; i < 2; i++) {
    double p = point[i], f = factor[i];
    Ir even = fused(e, w[2], p * p * f, scaled(e, w[0], f)), odd = scaled(e, w[1], p * f);
    if (count == 4)
      odd = fused(e, w[3], p * p * p * f, odd);
    o[2 * i + 1] = fadd(e, even, odd), o[2 * i + 2] = fsub(e, even, odd);
  }
  o[5] = w[count - 1];
}

static void filter_line(Emit *e, const Ir *w, Ir *o) {
  evaluate(e, w, 3, o);
}

static void gradient_line(Emit *e, const Ir *w, Ir *o) {
  evaluate(e, w, 4, o);
}

static void collect(Emit *e, const Ir *m, int count, Ir *o) {
  Ir sum_a = fadd(e, m[1], m[2]), sum_b = fadd(e, m[3], m[4]), dif_a = fsub(e, m[1], m[2]), dif_b = fsub(e, m[3], m[4]);
  o[0] = fadd(e, m[0], fadd(e, sum_a, sum_b));
  double a = A, b = B;
  for (int i = 1; i < count; i++, a *= A, b *= B) {
    o[i] = fused(e, i % 2 ? dif_b : sum_b, b, scaled(e, i % 2 ? dif_a : sum_a, a));
    if (i == count - 1)
      o[i] = fadd(e, o[i], m[5]);
  }
}

static void result_line(Emit *e, const Ir *m, Ir *o) {
  collect(e, m, 4, o);
}

static void filter_gradient_line(Emit *e, const Ir *m, Ir *o) {
  collect(e, m, 3, o);
}

/* ---- two taps: the matrices as they are ---- */

static const double point[] = {0, 0.75, -0.75, 2}; /* and infinity */
enum { FINITE = 4 };

/* Coefficient `power` of the product of (x - point[j]) over all j but `left_out`. */
static double vanishing(int left_out, int power) {
  double c[FINITE + 1] = {1};
  for (int j = 0; j < FINITE; j++)
    for (int k = FINITE; k >= 0 && j != left_out; k--)
      c[k] = (k ? c[k - 1] : 0) - point[j] * c[k];
  return c[power];
}

static double raised(double x, int power) {
  return power ? x * raised(x, power - 1) : 1;
}

static double factor(int i) {
  double n = 1;
  for (int j = 0; j < FINITE; j++)
    n *= j == i ? 1 : point[i] - point[j];
  return 1 / n;
}

static void two_taps(Emit *e, WinoTransform t, const Ir *in, int from, Ir *out, int to) {
  for (int i = 0; i < to; i++) {
    out[i] = NULL;
    for (int j = 0; j < from; j++) {
      double m = t == WINO_INPUT ? vanishing(i, j)
                 : t == WINO_FILTER || t == WINO_GRADIENT ? i < FINITE ? raised(point[i], j) * factor(i) : j == from - 1
                 : j < FINITE                             ? raised(point[j], i)
                                                          : i == to - 1;
      if (m != 0)
        out[i] = !out[i] ? m == 1 ? in[j] : scaled(e, in[j], m) : m == 1 ? fadd(e, in[j], out[i]) : fused(e, in[j], m, out[i]);
    }
  }
}

/* ---- squares ---- */

static const struct {
  const char *name;
  int from, to; /* the squares' sizes with three taps */
  void (*line)(Emit *, const Ir *, Ir *);
} transforms[] = {
    [WINO_INPUT] = {"input", 6, 6, input_line},
    [WINO_FILTER] = {"filter", 3, 6, filter_line},
    [WINO_RESULT] = {"result", 6, 4, result_line},
    [WINO_GRADIENT] = {"gradient", 4, 6, gradient_line},
    [WINO_FILTER_GRADIENT] = {"filter_gradient", 6, 3, filter_gradient_line},
};

static int size_of(int taps, int size) {
  return size == WINO_TILE ? size : size - 3 + taps;
}

static void line(Emit *e, int taps, WinoTransform t, const Ir *in, Ir *out) {
  if (taps == 3)
    transforms[t].line(e, in, out);
  else
    two_taps(e, t, in, size_of(taps, transforms[t].from), out, size_of(taps, transforms[t].to));
}

static Ir place(Emit *e, Square s, int row, int col) {
  return at(e, at(e, s.at, imulk(e, s.row, row)), imulk(e, s.col, col));
}

static void body(Emit *e, int taps, WinoTransform t, Square from, Square to) {
  int n = size_of(taps, transforms[t].from), m = size_of(taps, transforms[t].to);
  Ir middle[WINO_MOST][WINO_MOST], in[WINO_MOST], out[WINO_MOST];
  for (int col = 0; col < n; col++) {
    for (int row = 0; row < n; row++)
      in[row] = load_vec(e, place(e, from, row, col));
    line(e, taps, t, in, out);
    for (int row = 0; row < m; row++)
      middle[row][col] = out[row];
  }
  for (int row = 0; row < m; row++) {
    line(e, taps, t, middle[row], out);
    for (int col = 0; col < m; col++)
      store(e, out[col], place(e, to, row, col));
  }
}

static const char *name_for(Emit *e, int taps, WinoTransform t, const char *more) {
  return arena_printf(e->c->mem, "wino_%s%s_%d_taps%d", transforms[t].name, more, e->lanes, taps);
}

void wino_transform(Emit *e, int taps, WinoTransform t, Square from, Square to) {
  Outer o;
  Ir fn, args[] = {from.at, to.at, from.row, from.col, to.row, to.col};
  if (helper_begin(e, &o, name_for(e, taps, t, ""), "ppiiii", &fn)) {
    Ir in[6];
    for (unsigned i = 0; i < 6; i++)
      in[i] = LLVMGetParam(fn, i);
    body(e, taps, t, (Square){in[0], in[2], in[3]}, (Square){in[1], in[4], in[5]});
    helper_end(e, &o);
  }
  call(e, fn, args, 6);
}

/* Pixels from .. to-1 of a window's axis lie in the plane. */
static void clip(Emit *e, int size, Ir first, Ir step, Ir all, Ir *from, Ir *to) {
  Ir zero = k64(e, 0), less = iaddk(e, step, -1);
  *from = idiv(e, iadd(e, imax(e, isub(e, zero, first), zero), less), step);
  *to = imin(e, idiv(e, iadd(e, imax(e, isub(e, all, first), zero), less), step), k64(e, size));
}

/* A window that reaches beyond the plane is copied into a square of zeros first. */
static Ir framed(Emit *e, int size, const WinoPlane *p, Ir y, Ir x) {
  Ir square = stack_floats(e, (int64_t)size * size * e->lanes), top, bottom, left, right;
  for (int i = 0; i < size * size; i++)
    store(e, kv(e, 0), atk(e, square, (int64_t)i * e->lanes));
  clip(e, size, y, p->step, p->h, &top, &bottom);
  clip(e, size, x, p->step, p->w, &left, &right);
  Loop row, col;
  loop_begin(e, &row, top, bottom, 1, NULL, 0);
  Ir from = iadd(e, imul(e, iadd(e, y, imul(e, row.iv, p->step)), p->w), x), to = imulk(e, row.iv, size);
  loop_begin(e, &col, left, right, 1, NULL, 0);
  store(e, load_vec(e, at(e, p->at, imulk(e, iadd(e, from, imul(e, col.iv, p->step)), e->lanes))),
        at(e, square, imulk(e, iadd(e, to, col.iv), e->lanes)));
  loop_end(e, &col);
  loop_end(e, &row);
  return square;
}

static void plane_body(Emit *e, int taps, WinoTransform t, const WinoPlane *p, Ir y, Ir x, Square to) {
  int size = size_of(taps, transforms[t].from);
  Branch inside;
  Ir zero = k64(e, 0), lanes = k64(e, e->lanes), reach = imulk(e, p->step, size - 1);
  Ir rows = ilt(e, iadd(e, y, reach), p->h), cols = ilt(e, iadd(e, x, reach), p->w);
  Ir above = LLVMBuildOr(e->builder, ilt(e, y, zero), ilt(e, x, zero), "");
  branch_begin(e, &inside, choose(e, above, LLVMConstNull(e->i1), LLVMBuildAnd(e->builder, rows, cols, "")));
  Ir first = at(e, p->at, imul(e, iadd(e, imul(e, y, p->w), x), lanes)), col = imul(e, p->step, lanes);
  wino_transform(e, taps, t, (Square){first, imul(e, p->w, col), col}, to);
  branch_else(e, &inside);
  wino_transform(e, taps, t, (Square){framed(e, size, p, y, x), imulk(e, lanes, size), lanes}, to);
  branch_end(e, &inside);
}

void wino_transform_plane(Emit *e, int taps, WinoTransform t, WinoPlane p, Ir y, Ir x, Square to) {
  Outer o;
  Ir fn, args[] = {p.at, to.at, p.h, p.w, p.step, y, x, to.row, to.col};
  if (helper_begin(e, &o, name_for(e, taps, t, "_plane"), "ppiiiiiii", &fn)) {
    Ir in[9];
    for (unsigned i = 0; i < 9; i++)
      in[i] = LLVMGetParam(fn, i);
    WinoPlane given = {in[0], in[2], in[3], in[4]};
    plane_body(e, taps, t, &given, in[5], in[6], (Square){in[1], in[7], in[8]});
    helper_end(e, &o);
  }
  call(e, fn, args, 9);
}
