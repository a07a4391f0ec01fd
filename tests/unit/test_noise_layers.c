/* Layers that draw random numbers, in training: what PyTorch cannot be asked number by number. */
#include "front/program.h"
#include "rig.h"

enum { CHANNELS = 60, PLANE = 25, BATCH = 4, COUNT = BATCH * CHANNELS * PLANE };

static double draw_x(const Graph *g, Val leaf, double u) {
  (void)g, (void)leaf;
  return 1 + u;
}

/* y = layer(x) of a training step: as interpreted, and as compiled. Returns it over x, which is 1 ... 2. */
static double *factors(Ctx *c, const char *layer, double *x) {
  const char *text = arena_printf(c->mem,
                                  "net N {\n  in x [60, 5, 5]\n  weight w [] init: 1\n  out (x -> %s)*w/w\n}\n"
                                  "data D {\n  field x [60, 5, 5]\n  source: shapes(count: 4)\n}\n"
                                  "train on D as (x) {\n  y = N(x)\n  minimize sum(y)\n}\n",
                                  layer);
  uint32_t first = source_add(c->src, "noise.net", text, strlen(text), 0);
  Program *p = program_of(c, ast_parse(c, PARSE_FILE, first), first, "noise.net", NULL, 0);
  diags_render(c, DIAG_PLAIN, stderr);
  assert_non_null(p);
  Graph *g = p->trains.at[0].step;
  g->outputs.count = g->updates.count = 0;
  Name y = name_of(c->names, "y");
  for (Val v = 1; v < (Val)g->nodes.count; v++)
    if (graph_node(g, v)->name == y)
      vec_push(c->mem, &g->outputs, ((Output){y, v, OUT_SHOW}));
  assert_int_equal(g->outputs.count, 1);
  Feed d = {.batch = BATCH, .seed = 1, .draw = draw_x, .mem = c->mem};
  const Graph *truth;
  Rig r = rig_new(c);
  rig_add(&r, judged_passes(g, d, PASS_COUNT, &truth));
  rig_link(&r);
  Made made = rig_run(&r, 0, &d, NULL);
  double **value = truth_eval(truth, &d);
  Text why = {.mem = c->mem};
  if (!made_agrees(truth, value, made.made, BATCH, 3e-5, &why))
    fail_with(truth, layer, text_str(&why));
  const double *in = NULL;
  for (Val v = 1; v < (Val)truth->nodes.count; v++)
    if (graph_node(truth, v)->op == OP_input)
      in = value[v];
  double *out = value[truth->outputs.at[0].val];
  for (int i = 0; i < COUNT; i++)
    x[i] = in[i];
  rig_free(&r);
  return out;
}

/* Every group of numbers, side by side, is dropped or scaled together, about as often as p says. */
static void check_dropped(const char *layer, double p, int group) {
  Ctx *c = fixture_ctx();
  static double x[COUNT];
  double *y = factors(c, layer, x), kept = 1 / (1 - p), dropped = 0;
  for (int i = 0; i < COUNT; i++) {
    int first = i / group * group;
    dropped += y[i] == 0;
    assert_true(y[i] == 0 || fabs(y[i] - kept * x[i]) < 1e-9);
    assert_true((y[i] == 0) == (y[first] == 0));
  }
  double groups = (double)COUNT / group;
  assert_true(fabs(dropped / COUNT - p) <= 4 * sqrt(p * (1 - p) / groups));
  fixture_free(c);
}

static void test_dropout(void **state) {
  (void)state;
  check_dropped("dropout(0.3)", 0.3, 1);
  check_dropped("spatial_dropout(0.4)", 0.4, PLANE);
  check_dropped("drop_path(0.5)", 0.5, CHANNELS * PLANE);
  check_dropped("dropout(0)", 0, 1);
}

/* Mean and deviation of what a layer makes of numbers that all are `of`. */
static void check_moments(const char *layer, double of, double mean, double deviation) {
  Ctx *c = fixture_ctx();
  static double x[COUNT];
  double *y = factors(c, arena_printf(c->mem, "sign -> threshold(2, %g) -> %s", of, layer), x), sum = 0, squares = 0;
  for (int i = 0; i < COUNT; i++)
    sum += y[i], squares += y[i] * y[i];
  double m = sum / COUNT, s = sqrt(squares / COUNT - m * m);
  assert_true(fabs(m - mean) < 4 * deviation / sqrt(COUNT));
  assert_true(fabs(s - deviation) < 0.05 * deviation);
  fixture_free(c);
}

static void test_noise(void **state) {
  (void)state;
  check_moments("gaussian_noise(0.5)", 3, 3, 0.5);
  /* numbers of mean 0: half of them kept, the others at -1.758, then brought back to mean 0 and variance 1 */
  double low = -1.7580993408473766, a = 1 / sqrt(0.5 + low * low * 0.25), spread = a * fabs(low) / 2;
  check_moments("alpha_dropout(0.5)", 0, 0, spread);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_dropout), cmocka_unit_test(test_noise)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
