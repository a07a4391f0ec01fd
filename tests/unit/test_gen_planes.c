/* Pooling, resizing and matrix products, generated against interpreted, over random shapes. */
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

static void input(Text *t, const char *name, int c, int h, int w, int lanes) {
  text_add(t, " %s_plain = input(\"%s\", shape: [%d, %d, %d])\n", name, name, c, h, w);
  if (lanes)
    text_add(t, " %s = to_blocked(%s_plain, lanes: %d)\n", name, name, lanes);
  else
    text_add(t, " %s = %s_plain + 0.25\n", name, name);
}

/* An epilogue of scalars and of values for each channel: operands, and the formula. */
static const char *epilogue(Text *t, int number, int operands, int channels, const char **formula) {
  *formula = "";
  if (dice(2))
    return "";
  text_add(t, " b = param(\"b%d\", shape: [%d, 1, 1], role: \"weight\", init: \"constant\", values: [0])\n", number,
           channels);
  *formula = arena_printf(t->mem, ", formula: \"max(x0, 0) * x%d + x%d\"", operands, operands + 1);
  return ", b, 0.5";
}

/* ---- pools ---- */

static int windows(int size, int k, int stride, int pad, int ceil_mode) {
  int n = (size + 2 * pad - k + (ceil_mode ? stride - 1 : 0)) / stride + 1;
  return ceil_mode && (n - 1) * stride >= size + pad ? n - 1 : n;
}

static void add_pool(GenRun *r, int number) {
  Text t = {.mem = r->c->mem};
  int size, stride, pad, h, w, up = dice(2), lanes = dice(3) ? gen_lanes(NULL) : 0, c = ONE_OF(1, 3, 8, 17, 24);
  int narrow = !dice(3); /* one column wide, as lrn's are */
  do {
    h = 1 + dice(16), w = 1 + dice(narrow ? 40 : 16), size = 1 + dice(5), stride = dice(2) ? size : 1 + dice(3),
    pad = dice(2) ? 0 : dice(size / 2 + 1);
  } while (h + 2 * pad < size || (!narrow && w + 2 * pad < size));
  int p = windows(h, size, stride, pad, up), q = narrow ? w : windows(w, size, stride, pad, up), mean = dice(2);
  const char *formula, *more;
  const char *how = arena_printf(t.mem, "size: [%d, %d], stride: [%d, %d], pad: [%d, %d, %d, %d], ceil: %d%s", size,
                                 narrow ? 1 : size, stride, narrow ? 1 : stride, pad, pad, narrow ? 0 : pad,
                                 narrow ? 0 : pad, up,
                                 !mean     ? ""
                                 : dice(2) ? ", count_pad: 0"
                                           : ", count_pad: 1");
  text_add(&t, "graph pool%d {\n", number);
  input(&t, "x", c, h, w, lanes);
  input(&t, "dy", c, p, q, lanes);
  more = epilogue(&t, number, mean ? 1 : 3, c, &formula);
  if (mean)
    text_add(&t, " y = avgpool(x, %s)\n dx = avgpool_grad(dy%s, input: [%d, %d], %s%s)\n", how, more, h, w, how,
             formula);
  else
    text_add(&t, " y = maxpool(x, %s)\n dx = maxpool_grad(x, y, dy%s, %s%s)\n pick = maxpool_pick(x, y, dx, %s)\n", how,
             more, how, formula, how);
  more = epilogue(&t, 1000 + number, 1, c, &formula);
  text_add(&t, " z = %s(x%s, %s%s)\n", mean ? "avgpool" : "maxpool", more, how, formula);
  if (!mean)
    text_add(&t, lanes ? " show pick: to_plain(pick)\n" : " show pick: pick\n");
  text_add(&t, lanes ? " show y: to_plain(y)\n show dx: to_plain(dx)\n show z: to_plain(z)\n}\n"
                     : " show y: y\n show dx: dx\n show z: z\n}\n");
  gen_run_add(r, text_str(&t));
}

static void add_resize(GenRun *r, int number) {
  Text t = {.mem = r->c->mem};
  int lanes = dice(3) ? gen_lanes(NULL) : 0, c = ONE_OF(1, 3, 8, 17), h = 1 + dice(9), w = 1 + dice(9), back = dice(2);
  int p = dice(2) ? h * ONE_OF(1, 2, 3) : 1 + dice(20), q = dice(2) ? w * ONE_OF(1, 2, 4) : 1 + dice(20);
  const char *formula, *more;
  text_add(&t, "graph resize%d {\n", number);
  input(&t, "x", c, back ? p : h, back ? q : w, lanes);
  more = epilogue(&t, number, 1, c, &formula);
  text_add(&t, " y = resize%s(x%s, size: [%d, %d], bilinear: %d, corners: %d%s)\n show y: %s\n}\n", back ? "_grad" : "",
           more, back ? h : p, back ? w : q, dice(2), dice(2), formula, lanes ? "to_plain(y)" : "y");
  gen_run_add(r, text_str(&t));
}

/* ---- products ---- */

static const char *dims(Arena *mem, int lead, int m, int n) {
  return lead ? arena_printf(mem, "[%d, %d, %d]", lead, m, n) : arena_printf(mem, "[%d, %d]", m, n);
}

/* An operand [lead, m, n], now and then as the transpose of what lies in memory. */
static void matrix(Text *t, const char *name, const char *kind, int lead, int m, int n) {
  int turned = !dice(3);
  text_add(t, " %s%s = %s, shape: %s)\n", name, turned ? "t" : "", kind,
           turned ? dims(t->mem, lead, n, m) : dims(t->mem, lead, m, n));
  if (turned)
    text_add(t, " %s = transpose(%st, perm: %s)\n", name, name, lead ? "[0, 2, 1]" : "[1, 0]");
}

enum { MATMUL, OVER, BMM };

static void add_product_of(GenRun *r, int number, int kind, int lead, int m, int n, int k) {
  Text t = {.mem = r->c->mem};
  const char *const name[] = {"matmul", "matmul_over", "bmm"}, *formula = "", *more = "";
  int shared = !dice(3);
  const char *x = shared ? "param(\"x%d\", role: \"weight\", init: \"constant\", values: [0]" : "input(\"x\"";
  const char *z =
      kind == MATMUL || shared ? "param(\"z%d\", role: \"weight\", init: \"constant\", values: [0]" : "input(\"z\"";
  text_add(&t, "graph product%d {\n", number);
  matrix(&t, "x", arena_printf(t.mem, x, number), lead, m, k);
  matrix(&t, "z", arena_printf(t.mem, z, number), kind == MATMUL ? 0 : lead, kind == OVER ? m : k, n);
  if (dice(2)) {
    text_add(&t, " b = param(\"b%d\", shape: %s, role: \"weight\", init: \"constant\", values: [0])\n", number,
             dims(t.mem, kind != OVER && lead, 1, n));
    more = ", b", formula = ", formula: \"max(x0 + x2, 0)\"";
  }
  text_add(&t, " y = %s(x, z%s%s)\n show y: y\n}\n", name[kind], more, formula);
  gen_run_add(r, text_str(&t));
}

static void add_product(GenRun *r, int number) {
  int m = ONE_OF(1, 3, 17, 64, 130, 300), n = ONE_OF(1, 5, 8, 40, 70, 270), k = ONE_OF(1, 7, 16, 65);
  add_product_of(r, number, dice(3), dice(2) * 3, m, n, k);
}

/* Around the edges of tiles, panels and blocks; [1, k] rows with a long k are cut into parts. */
static void add_product_edge(GenRun *r, int number) {
#define EDGE ONE_OF(1, 5, 6, 7, 8, 9, 16, 17, 63, 65, 130)
  int m = EDGE, n = EDGE, k = EDGE, kind = number % 3;
  if (number % 5 == 0 && kind == MATMUL)
    m = 1, n = ONE_OF(1, 17, 130), k = ONE_OF(2048, 2117);
  else if (number % 5 == 0)
    m = ONE_OF(63, 200), n = ONE_OF(33, 300), k = ONE_OF(255, 257, 520);
  add_product_of(r, number, kind, kind == BMM || (m > 1 && !dice(3)) ? 3 : 0, m, n, k);
}

static void check_at(int lanes, void add(GenRun *, int), int cases, uint32_t seed) {
  GenRun r = gen_run_new(lanes);
  state_of_dice = getenv("SEED") ? (uint32_t)atoi(getenv("SEED")) : seed;
  for (int i = 0; i < (getenv("CASES") ? atoi(getenv("CASES")) : cases); i++)
    add(&r, i);
  gen_run_build(&r);
  gen_run_check(&r, 1, 1e-5);
  gen_run_check(&r, 3, 1e-5);
  gen_run_free(&r);
}

static void check(void add(GenRun *, int), int cases, uint32_t seed) {
  check_at(0, add, cases, seed);
}

static void test_pool(void **state) {
  (void)state;
  check(add_pool, 60, 1);
}

static void test_resize(void **state) {
  (void)state;
  check(add_resize, 30, 2);
}

static void test_product(void **state) {
  (void)state;
  check(add_product, 30, 3);
}

static void test_product_edges(void **state) {
  (void)state;
  for (int lanes = 4; lanes <= 16; lanes *= 2)
    check_at(lanes, add_product_edge, 48, (uint32_t)lanes);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_pool), cmocka_unit_test(test_resize),
                                     cmocka_unit_test(test_product), cmocka_unit_test(test_product_edges)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
