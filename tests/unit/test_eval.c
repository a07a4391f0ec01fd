/* The reference interpreter: against PyTorch's numbers (tests/peer/golden/ops.h), and what PyTorch has no word for. */
#include "fixture.h"
#include "graph/eval_room.h"
#include <math.h>

/* In the runtime; declared here since the compiler sees nothing of it but its numbers. */
void nrt_uniform(float *out, int64_t first, int64_t count, uint64_t seed, uint64_t step, int64_t sample, uint32_t site);
void nrt_normal(float *out, int64_t first, int64_t count, uint64_t seed, uint64_t step, int64_t sample, uint32_t site);

static int64_t output_size(const Graph *g, int i, int64_t batch) {
  const Type *t = graph_type(g, g->outputs.at[i].val);
  return type_size(t) * (t->batched ? batch : 1);
}

static void compare(const char *text, const double *expected, int64_t count) {
  Ctx *c = fixture_ctx();
  Graph *g = fixture_graph(c, text);
  double **value = fixture_eval(g, 2);
  int64_t at = 0;
  for (int i = 0; i < g->outputs.count; i++)
    for (int64_t k = 0; k < output_size(g, i, 2); k++, at++) {
      double is = value[g->outputs.at[i].val][k];
      assert_true(at < count);
      if (fabs(is - expected[at]) > 1e-8 * (1 + fabs(expected[at])))
        fail_msg("%s[%d] is %.10g, PyTorch says %.10g\n%s", name_text(c->names, g->outputs.at[i].name), (int)k, is,
                 expected[at], text);
    }
  assert_int_equal(at, count);
  fixture_free(c);
}

#define CASE(name, text, ...)                                                                                          \
  static void test_##name(void **state) {                                                                              \
    (void)state;                                                                                                       \
    static const double expected[] = {__VA_ARGS__};                                                                    \
    compare(text, expected, sizeof expected / sizeof *expected);                                                       \
  }
#include "../peer/golden/ops.h"
#undef CASE

static double first_output(Ctx *c, const char *text) {
  Graph *g = fixture_graph(c, text);
  return fixture_eval(g, 2)[g->outputs.at[0].val][0];
}

static void test_leaves(void **state) {
  (void)state;
  Ctx *c = fixture_ctx();
  assert_true(first_output(c, "graph g {\n r = scalar(\"lr\")\n show y: r*4 + batch_size()\n}\n") == 4);
  assert_true(isinf(first_output(c, "graph g {\n x = input(\"x\", shape: [])\n show y: log(x - x)\n}\n")));
  fixture_free(c);
}

static void test_dead_values_are_left_out(void **state) {
  (void)state;
  Ctx *c = fixture_ctx();
  Graph *g = fixture_graph(c, "graph g {\n x = input(\"x\", shape: [3])\n y = exp(x)\n show z: sin(x)\n}\n");
  double **value = fixture_eval(g, 2);
  for (Val v = 1; v < (Val)g->nodes.count; v++)
    assert_int_equal(value[v] == NULL, graph_node(g, v)->op == OP_exp);
  fixture_free(c);
}

static void test_nearest_with_corners(void **state) {
  (void)state;
  Ctx *c = fixture_ctx();
  Graph *g = fixture_graph(c, "graph g {\n x = input(\"x\", shape: [1, 1, 4])\n"
                              " show y: resize(x, size: [1, 7], corners: 1)\n}\n");
  int64_t batch = 1;
  const double *x = fixture_leaf(&batch, g, 1), *y = fixture_eval(g, 1)[g->outputs.at[0].val];
  static const int from[] = {0, 1, 1, 2, 2, 3, 3};
  for (int i = 0; i < 7; i++)
    assert_true(y[i] == x[from[i]]);
  fixture_free(c);
}

static void test_indices_outside(void **state) {
  (void)state;
  Ctx *c = fixture_ctx();
  Graph *g = fixture_graph(c, "graph g {\n x = input(\"x\", shape: [3])\n i = x*0 + 3\n j = x*0 - 1\n"
                              " t = param(\"t\", shape: [3, 2], role: \"weight\", init: \"constant\", values: [0])\n"
                              " one = slice(i, axis: 0, start: 0, stop: 1)\n column = reshape(x, shape: [3, 1])\n"
                              " show a: reduce_sum(pick(column, one, axis: 0), axes: [0])\n"
                              " show b: reduce_sum(one_hot(j, size: 3), axes: [0, 1])\n"
                              " show c: reduce_sum(abs(take(t, i)), axes: [0, 1])\n"
                              " show d: reduce_sum(abs(take_over(j, column, size: 3)), axes: [0, 1])\n}\n");
  double **value = fixture_eval(g, 2);
  for (int i = 0; i < 4; i++)
    assert_true(value[g->outputs.at[i].val][0] == 0);
  fixture_free(c);
}

static void test_random_as_the_runtime(void **state) {
  (void)state;
  Ctx *c = fixture_ctx();
  Graph *g = fixture_graph(c, "graph g {\n show u: uniform(shape: [5, 7], site: 4000000000)\n"
                              " show n: normal(shape: [35], site: 9)\n}\n");
  int64_t batch = 2, sample[] = {11, 5};
  EvalInput in = {batch, 0x123456789ABCull, 42, sample, fixture_leaf, &batch};
  double **value = graph_eval(g, &in, c->mem);
  for (int n = 0; n < 2; n++) {
    float uniform[35], normal[35];
    nrt_uniform(uniform, 0, 35, in.seed, in.step, sample[n], 4000000000u);
    nrt_normal(normal, 0, 35, in.seed, in.step, sample[n], 9);
    for (int i = 0; i < 35; i++) {
      assert_true((float)value[g->outputs.at[0].val][35 * n + i] == uniform[i]);
      assert_true((float)value[g->outputs.at[1].val][35 * n + i] == normal[i]);
    }
  }
  fixture_free(c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define CASE(name, ...) cmocka_unit_test(test_##name),
#include "../peer/golden/ops.h"
#undef CASE
      cmocka_unit_test(test_leaves),          cmocka_unit_test(test_dead_values_are_left_out),
      cmocka_unit_test(test_nearest_with_corners), cmocka_unit_test(test_indices_outside),
      cmocka_unit_test(test_random_as_the_runtime),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
