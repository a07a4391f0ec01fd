/* wino_transform: the small constant matrices of Winograd's algorithm, applied to squares of vectors: first to columns,
   then to rows. Each is a function of its own that kernels share; everything in it is straight vector code.

   For the points 0, +a, -a, +b, -b, infinity: a filter (or a gradient) is a polynomial evaluated at them, with each
   point's constant factor; even and odd parts are shared by a point and its negative. A result is the transposed of
   that. The input's transform are the polynomials that vanish at all points but one. */
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

static const struct {
  const char *name;
  int from, to; /* the squares' sizes */
  void (*line)(Emit *, const Ir *, Ir *);
} transforms[] = {
    [WINO_INPUT] = {"input", 6, 6, input_line},
    [WINO_FILTER] = {"filter", 3, 6, filter_line},
    [WINO_RESULT] = {"result", 6, 4, result_line},
    [WINO_GRADIENT] = {"gradient", 4, 6, gradient_line},
    [WINO_FILTER_GRADIENT] = {"filter_gradient", 6, 3, filter_gradient_line},
};

static Ir place(Emit *e, Square s, int row, int col) {
  return at(e, at(e, s.at, imulk(e, s.row, row)), imulk(e, s.col, col));
}

static void body(Emit *e, WinoTransform t, Square from, Square to) {
  int n = transforms[t].from, m = transforms[t].to;
  Ir middle[WINO_WINDOW][WINO_WINDOW], line[WINO_WINDOW], out[WINO_WINDOW];
  for (int col = 0; col < n; col++) {
    for (int row = 0; row < n; row++)
      line[row] = load_vec(e, place(e, from, row, col));
    transforms[t].line(e, line, out);
    for (int row = 0; row < m; row++)
      middle[row][col] = out[row];
  }
  for (int row = 0; row < m; row++) {
    transforms[t].line(e, middle[row], out);
    for (int col = 0; col < m; col++)
      store(e, out[col], place(e, to, row, col));
  }
}

void wino_transform(Emit *e, WinoTransform t, Square from, Square to) {
  Outer o;
  Ir fn, args[] = {from.at, to.at, from.row, from.col, to.row, to.col};
  if (helper_begin(e, &o, arena_printf(e->c->mem, "wino_%s_%d", transforms[t].name, e->lanes), "ppiiii", &fn)) {
    Ir in[6];
    for (unsigned i = 0; i < 6; i++)
      in[i] = LLVMGetParam(fn, i);
    body(e, t, (Square){in[0], in[2], in[3]}, (Square){in[1], in[4], in[5]});
    helper_end(e, &o);
  }
  call(e, fn, args, 6);
}

/* A window that reaches beyond the plane is copied into a square of zeros first. */
static Ir framed(Emit *e, int size, Ir plane, Ir h, Ir w, Ir y, Ir x) {
  Ir square = stack_floats(e, (int64_t)size * size * e->lanes), zero = k64(e, 0);
  for (int i = 0; i < size * size; i++)
    store(e, kv(e, 0), atk(e, square, (int64_t)i * e->lanes));
  Ir left = imax(e, isub(e, zero, x), zero), right = imin(e, isub(e, w, x), k64(e, size));
  Loop row, col;
  loop_begin(e, &row, imax(e, isub(e, zero, y), zero), imin(e, isub(e, h, y), k64(e, size)), 1, NULL, 0);
  Ir from = iadd(e, imul(e, iadd(e, y, row.iv), w), x), to = imulk(e, row.iv, size);
  loop_begin(e, &col, left, right, 1, NULL, 0);
  store(e, load_vec(e, at(e, plane, imulk(e, iadd(e, from, col.iv), e->lanes))),
        at(e, square, imulk(e, iadd(e, to, col.iv), e->lanes)));
  loop_end(e, &col);
  loop_end(e, &row);
  return square;
}

static void plane_body(Emit *e, WinoTransform t, const Ir *in) {
  Ir plane = in[0], h = in[2], w = in[3], y = in[4], x = in[5], lanes = k64(e, e->lanes);
  Square to = {in[1], in[6], in[7]};
  int size = transforms[t].from;
  Branch inside;
  Ir zero = k64(e, 0), rows = ilt(e, iaddk(e, y, size - 1), h), cols = ilt(e, iaddk(e, x, size - 1), w);
  Ir above = LLVMBuildOr(e->builder, ilt(e, y, zero), ilt(e, x, zero), "");
  branch_begin(e, &inside, choose(e, above, LLVMConstNull(e->i1), LLVMBuildAnd(e->builder, rows, cols, "")));
  Ir first = at(e, plane, imul(e, iadd(e, imul(e, y, w), x), lanes));
  wino_transform(e, t, (Square){first, imul(e, w, lanes), lanes}, to);
  branch_else(e, &inside);
  wino_transform(e, t, (Square){framed(e, size, plane, h, w, y, x), imulk(e, lanes, size), lanes}, to);
  branch_end(e, &inside);
}

void wino_transform_plane(Emit *e, WinoTransform t, Ir plane, Ir h, Ir w, Ir y, Ir x, Square to) {
  Outer o;
  Ir fn, args[] = {plane, to.at, h, w, y, x, to.row, to.col};
  if (helper_begin(e, &o, arena_printf(e->c->mem, "wino_%s_plane_%d", transforms[t].name, e->lanes), "ppiiiiii", &fn)) {
    Ir in[8];
    for (unsigned i = 0; i < 8; i++)
      in[i] = LLVMGetParam(fn, i);
    plane_body(e, t, in);
    helper_end(e, &o);
  }
  call(e, fn, args, 8);
}
