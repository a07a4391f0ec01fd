/* Convolutions, generated against interpreted: random shapes through every kind of kernel. */
#include "gen_run.h"

static uint32_t state_of_dice = 1;

static int dice(int below) {
  state_of_dice = state_of_dice * 1664525u + 1013904223u;
  return (int)((uint64_t)(state_of_dice >> 8) * (uint32_t)below >> 24);
}

static int one_of(const int *at, int count) {
  return at[dice(count)];
}
#define ONE_OF(...) one_of((const int[]){__VA_ARGS__}, (int)(sizeof(int[]){__VA_ARGS__} / sizeof(int)))

typedef struct {
  int c, k, h, w, r, s, stride[2], pad[4], dilation[2], groups;
  int p, q;
} Shape;

static int windows(int size, int k, int stride, int before, int after, int dilation) {
  return (size + before + after - dilation * (k - 1) - 1) / stride + 1;
}

/* Whatever fits; groups > 1 now and then. */
static Shape shape_roll(void) {
  for (;;) {
    Shape s = {
        .h = 1 + dice(20), .w = 1 + dice(20), .r = ONE_OF(1, 2, 3, 3, 4, 5, 7), .s = ONE_OF(1, 2, 3, 3, 4, 5, 7)};
    s.groups = dice(4) ? 1 : ONE_OF(2, 3, 4, 8);
    s.c = s.groups * ONE_OF(1, 3, 4, 5, 8, 16, 17, 24, 40), s.k = s.groups * ONE_OF(1, 2, 3, 5, 8, 16, 17, 24, 40);
    if (s.groups > 1 && !dice(3))
      s.c = s.k = s.groups = ONE_OF(8, 16, 24, 3);
    int square = dice(2);
    for (int i = 0; i < 2; i++)
      s.stride[i] = ONE_OF(1, 1, 2, 3), s.dilation[i] = ONE_OF(1, 1, 2);
    for (int i = 0; i < 4; i++)
      s.pad[i] = dice(4);
    if (square)
      s.s = s.r, s.stride[1] = s.stride[0], s.dilation[1] = s.dilation[0], s.pad[1] = s.pad[2] = s.pad[3] = s.pad[0];
    if (!dice(6)) {
      s.r = s.s = s.stride[0] = s.stride[1] = 1;
      memset(s.pad, 0, sizeof s.pad);
    }
    s.p = windows(s.h, s.r, s.stride[0], s.pad[0], s.pad[1], s.dilation[0]);
    s.q = windows(s.w, s.s, s.stride[1], s.pad[2], s.pad[3], s.dilation[1]);
    int fits = s.h + s.pad[0] + s.pad[1] >= s.dilation[0] * (s.r - 1) + 1 &&
               s.w + s.pad[2] + s.pad[3] >= s.dilation[1] * (s.s - 1) + 1;
    if (fits && (int64_t)s.c * s.k / s.groups * s.r * s.s * s.p * s.q < 3000000)
      return s;
  }
}

/* One that Winograd's algorithm takes, in all three directions. */
static Shape winograd_roll(void) {
  Shape s = {.h = 1 + dice(20), .w = 1 + dice(20), .r = 3, .s = 3, .stride = {1, 1}, .dilation = {1, 1}, .groups = 1};
  s.c = ONE_OF(16, 17, 24, 32, 48, 80), s.k = ONE_OF(16, 20, 32, 40, 48, 96);
  for (int i = 0; i < 4; i++)
    s.pad[i] = 1 + dice(2);
  if (s.h > 3 && s.w > 3)
    s.pad[dice(4)] = 0;
  s.p = windows(s.h, 3, 1, s.pad[0], s.pad[1], 1), s.q = windows(s.w, 3, 1, s.pad[2], s.pad[3], 1);
  return s;
}

/* And of those with 4 x 4 filters and stride 2. */
static Shape halving_roll(void) {
  Shape s = winograd_roll();
  s.h += 4, s.w += 4, s.r = s.s = 4, s.stride[0] = s.stride[1] = 2;
  for (int i = 0; i < 4; i++)
    s.pad[i] = dice(4);
  s.p = windows(s.h, 4, 2, s.pad[0], s.pad[1], 1), s.q = windows(s.w, 4, 2, s.pad[2], s.pad[3], 1);
  return s;
}

static Shape (*roll)(void) = shape_roll;

static const char *settings(Arena *mem, const Shape *s) {
  return arena_printf(mem, "stride: [%d, %d], pad: [%d, %d, %d, %d], dilation: [%d, %d], groups: %d", s->stride[0],
                      s->stride[1], s->pad[0], s->pad[1], s->pad[2], s->pad[3], s->dilation[0], s->dilation[1],
                      s->groups);
}

static void input(Text *t, const char *name, int c, int h, int w, int lanes) {
  text_add(t, " %s_plain = input(\"%s\", shape: [%d, %d, %d])\n", name, name, c, h, w);
  if (lanes)
    text_add(t, " %s = to_blocked(%s_plain, lanes: %d)\n", name, name, lanes);
  else
    text_add(t, " %s = %s_plain + 0.25\n", name, name);
}

/* An epilogue over y, or none: ", a, b, formula: ..." behind the operands, and what those are before. */
static const char *epilogue(Text *t, int number, int operands, int c, int h, int w, int lanes, const char **formula) {
  *formula = "";
  switch (dice(4)) {
  case 0:
    *formula = ", formula: \"max(x0, 0)\"";
    return "";
  case 1:
    text_add(t, " bias = param(\"bias%d\", shape: [%d, 1, 1], role: \"weight\", init: \"constant\", values: [0])\n",
             number, c);
    *formula = arena_printf(t->mem, ", formula: \"max(x0 + x%d, 0) + 0.5\"", operands);
    return ", bias";
  case 2:
    text_add(t, " bias = param(\"bias%d\", shape: [%d, 1, 1], role: \"weight\", init: \"constant\", values: [0])\n",
             number, c);
    input(t, "rest", c, h, w, lanes);
    *formula = arena_printf(t->mem, ", formula: \"(x0 + x%d) * x%d\"", operands, operands + 1);
    return ", bias, rest";
  default:
    return "";
  }
}

static const char *show(int lanes, const char *what) {
  return lanes ? what : "y";
}

static void add_forward(GenRun *r, int number, const Shape *s, int x_lanes, int y_lanes) {
  Text t = {.mem = r->c->mem};
  const char *formula, *more;
  text_add(&t, "graph forward%d {\n", number);
  input(&t, "x", s->c, s->h, s->w, x_lanes);
  text_add(&t, " w = param(\"w%d\", shape: [%d, %d, %d, %d], role: \"weight\", init: \"constant\", values: [0])\n",
           number, s->k, s->c / s->groups, s->r, s->s);
  more = epilogue(&t, number, 2, s->k, s->p, s->q, y_lanes, &formula);
  text_add(&t, " y = conv2d(x, w%s, %s, lanes: %d%s)\n show z: %s\n}\n", more, settings(r->c->mem, s), y_lanes, formula,
           show(y_lanes, "to_plain(y)"));
  gen_run_add(r, text_str(&t));
}

static void add_input_grad(GenRun *r, int number, const Shape *s, int x_lanes, int y_lanes) {
  Text t = {.mem = r->c->mem};
  const char *formula, *more;
  text_add(&t, "graph input_grad%d {\n", number);
  input(&t, "dy", s->k, s->p, s->q, x_lanes);
  text_add(&t, " w = param(\"w%d\", shape: [%d, %d, %d, %d], role: \"weight\", init: \"constant\", values: [0])\n",
           number, s->k, s->c / s->groups, s->r, s->s);
  more = epilogue(&t, number, 2, s->c, s->h, s->w, y_lanes, &formula);
  text_add(&t, " y = conv2d_input_grad(dy, w%s, size: [%d, %d], %s, lanes: %d%s)\n show z: %s\n}\n", more, s->h, s->w,
           settings(r->c->mem, s), y_lanes, formula, show(y_lanes, "to_plain(y)"));
  gen_run_add(r, text_str(&t));
}

static void add_weight_grad(GenRun *r, int number, const Shape *s, int x_lanes, int y_lanes) {
  Text t = {.mem = r->c->mem};
  const char *more = "", *formula = "";
  text_add(&t, "graph weight_grad%d {\n", number);
  input(&t, "x", s->c, s->h, s->w, x_lanes);
  input(&t, "dy", s->k, s->p, s->q, y_lanes);
  if (dice(2)) {
    text_add(&t, " m = param(\"m%d\", shape: [%d, %d, %d, %d], role: \"weight\", init: \"constant\", values: [0])\n",
             number, s->k, s->c / s->groups, s->r, s->s);
    more = ", m, 0.5", formula = ", formula: \"x0 * x3 + x2\"";
  }
  text_add(&t, " show z: conv2d_weight_grad_over(x, dy%s, kernel: [%d, %d], %s%s)\n}\n", more, s->r, s->s,
           settings(r->c->mem, s), formula);
  gen_run_add(r, text_str(&t));
}

typedef void Add(GenRun *r, int number, const Shape *s, int x_lanes, int y_lanes);

/* lanes: of the generated code; wider ones than the machine has are cut up by LLVM, and must be right all the same. */
static void check(Add *add, int cases, uint32_t seed, int lanes) {
  GenRun r = gen_run_new(lanes);
  state_of_dice = getenv("SEED") ? (uint32_t)atoi(getenv("SEED")) : seed;
  for (int i = 0; i < (getenv("CASES") ? atoi(getenv("CASES")) : cases); i++) {
    Shape s = roll();
    int x = dice(4) || roll != shape_roll ? lanes : 0, y = dice(4) || roll != shape_roll ? lanes : 0;
    add(&r, i, &s, x, y);
  }
  gen_run_build(&r);
  gen_run_check(&r, 1, 1e-5);
  gen_run_check(&r, 3, 1e-5);
  gen_run_free(&r);
}

static void test_forward(void **state) {
  (void)state;
  check(add_forward, 30, 11, gen_lanes(NULL));
}

static void test_input_grad(void **state) {
  (void)state;
  check(add_input_grad, 30, 12, gen_lanes(NULL));
}

static void test_weight_grad(void **state) {
  (void)state;
  check(add_weight_grad, 30, 13, gen_lanes(NULL));
}

static void test_sixteen_lanes(void **state) {
  (void)state;
  check(add_forward, 6, 14, 16);
  check(add_input_grad, 6, 15, 16);
  check(add_weight_grad, 6, 16, 16);
}

static void test_four_lanes(void **state) {
  (void)state;
  check(add_forward, 6, 17, 4);
  check(add_input_grad, 6, 18, 4);
  check(add_weight_grad, 6, 19, 4);
}

static void check_winograd(Shape (*shapes)(void)) {
  const int lanes[] = {gen_lanes(NULL), 16, 8, 4};
  roll = shapes;
  for (int i = 0; i < 4; i++) {
    check(add_forward, i ? 4 : 10, 20 + (uint32_t)i, lanes[i]);
    check(add_input_grad, i ? 4 : 10, 30 + (uint32_t)i, lanes[i]);
    check(add_weight_grad, i ? 4 : 10, 40 + (uint32_t)i, lanes[i]);
  }
  roll = shape_roll;
}

/* All three directions within this relative L2 distance of the interpreter's doubles, over operands that floats must
   round. */
static void check_accuracy(const Shape *shape, size_t count, int exact, double tolerance) {
  static const char *const way[] = {"conv2d(x, w, %s, lanes: %d)",
                                    "conv2d_input_grad(dy, w, size: [%d, %d], %s, lanes: %d)",
                                    "conv2d_weight_grad_over(x, dy, kernel: [%d, %d], %s)"};
  GenRun r = gen_run_new(0);
  int lanes = gen_lanes(NULL);
  r.by_norm = 1, r.c->exact = exact;
  for (size_t i = 0; i < count; i++) {
    const Shape *s = &shape[i];
    const char *set = settings(r.c->mem, s);
    Text t = {.mem = r.c->mem};
    text_add(&t, "graph ways%d {\n px = input(\"x\", shape: [%d, %d, %d])\n pdy = input(\"dy\", shape: [%d, %d, %d])\n",
             (int)i, s->c, s->h, s->w, s->k, s->p, s->q);
    text_add(&t, " pw = param(\"w%d\", shape: [%d, %d, %d, %d], role: \"weight\", init: \"constant\", values: [0])\n",
             (int)i, s->k, s->c / s->groups, s->r, s->s);
    text_add(&t, " w = pw * 0.6180339887\n x = to_blocked(px * 0.7071067812, lanes: %d)\n", lanes);
    text_add(&t, " dy = to_blocked(pdy * 0.3183098862, lanes: %d)\n y = ", lanes);
    text_add(&t, way[0], set, lanes);
    text_add(&t, "\n dx = ");
    text_add(&t, way[1], s->h, s->w, set, lanes);
    text_add(&t, "\n dw = ");
    text_add(&t, way[2], s->r, s->s, set);
    text_add(&t, "\n show y: to_plain(y)\n show dx: to_plain(dx)\n show dw: dw\n}\n");
    gen_run_add(&r, text_str(&t));
  }
  gen_run_build(&r);
  gen_run_check(&r, 2, tolerance);
  gen_run_free(&r);
}

static void test_accuracy(void **state) {
  (void)state;
  static const Shape shape[] = {
      {64, 96, 14, 14, 1, 1, {1, 1}, {0, 0, 0, 0}, {1, 1}, 1, 14, 14},
      {96, 64, 15, 15, 1, 1, {2, 2}, {0, 0, 0, 0}, {1, 1}, 1, 8, 8},
      {32, 256, 9, 9, 1, 1, {2, 2}, {0, 0, 0, 0}, {1, 1}, 1, 5, 5}, /* an input gradient of two passes */
      {3, 40, 30, 30, 7, 7, {2, 2}, {3, 3, 3, 3}, {1, 1}, 1, 15, 15},
      {17, 24, 9, 9, 3, 3, {1, 1}, {1, 1, 1, 1}, {1, 1}, 1, 9, 9},
      {64, 64, 8, 8, 3, 3, {1, 1}, {1, 1, 1, 1}, {1, 1}, 1, 8, 8},
      {32, 48, 8, 8, 4, 4, {2, 2}, {1, 1, 1, 1}, {1, 1}, 1, 4, 4},
      {40, 40, 12, 12, 5, 5, {1, 1}, {2, 2, 2, 2}, {1, 1}, 40, 12, 12},
      {32, 32, 12, 12, 3, 3, {1, 1}, {2, 2, 2, 2}, {2, 2}, 4, 12, 12},
  };
  check_accuracy(shape, sizeof shape / sizeof *shape, 1, 1e-6);
}

static void test_winograd_accuracy(void **state) {
  (void)state;
  static const Shape shape[] = {
      {64, 64, 14, 14, 3, 3, {1, 1}, {1, 1, 1, 1}, {1, 1}, 1, 14, 14},
      {16, 48, 30, 30, 3, 3, {1, 1}, {1, 1, 1, 1}, {1, 1}, 1, 30, 30},
      {256, 32, 7, 7, 3, 3, {1, 1}, {1, 1, 1, 1}, {1, 1}, 1, 7, 7},
      {64, 96, 16, 16, 4, 4, {2, 2}, {1, 1, 1, 1}, {1, 1}, 1, 8, 8},
  };
  check_accuracy(shape, sizeof shape / sizeof *shape, 0, 5e-6);
}

static void test_winograd(void **state) {
  (void)state;
  check_winograd(winograd_roll);
}

/* Filters so large that one sample goes the direct way, six do not. */
static void test_winograd_or_direct(void **state) {
  (void)state;
  const Shape shape = {192, 192, 5, 6, 3, 3, {1, 1}, {1, 1, 1, 1}, {1, 1}, 1, 5, 6};
  GenRun r = gen_run_new(0);
  int lanes = gen_lanes(NULL);
  add_forward(&r, 0, &shape, lanes, lanes);
  add_input_grad(&r, 1, &shape, lanes, lanes);
  gen_run_build(&r);
  gen_run_check(&r, 1, 1e-5);
  gen_run_check(&r, 6, 1e-5);
  gen_run_free(&r);
}

static void test_winograd_halving(void **state) {
  (void)state;
  check_winograd(halving_roll);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_forward), cmocka_unit_test(test_input_grad),
                                     cmocka_unit_test(test_weight_grad), cmocka_unit_test(test_sixteen_lanes),
                                     cmocka_unit_test(test_four_lanes), cmocka_unit_test(test_winograd), cmocka_unit_test(test_winograd_halving),
                                     cmocka_unit_test(test_winograd_or_direct),
                                     cmocka_unit_test(test_accuracy),
                                     cmocka_unit_test(test_winograd_accuracy)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
