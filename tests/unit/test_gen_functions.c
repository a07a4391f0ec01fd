/* The functions of formulas, as generated code has them, over the whole float range against libm. */
#include "gen_rig.h"

static double ulps(float is, double expected) {
  if ((isnan(is) && isnan(expected)) || (double)is == expected)
    return 0;
  if (fabs(expected) < 0x1.001p-126 && fabs(is) < 0x1.001p-126)
    return 0;
  if (isnan(is) || isnan(expected) || (isinf(is) && fabs(expected) < 0x1.fffffep127))
    return 1e30;
  if (fabs(expected) > 0x1.ffffffp127)
    return isinf(is) && (is > 0) == (expected > 0) ? 0 : 1e30;
  int exponent;
  frexp(expected, &exponent);
  return fabs(is - expected) / ldexp(1, exponent - 24);
}

static double sigmoid(double x) {
  return 1 / (1 + exp(-x));
}

static double power_three_halves(double x) { /* by a root, which has no value at -inf */
  return x < 0 ? NAN : pow(x, 1.5);
}
static double power_third(double x) {
  return pow(x, 0.3);
}
static double power_of_base(double x) {
  return pow(1.7, x);
}
static double power_minus_two(double x) {
  return pow(x, -2);
}

static void test_functions(void **state) {
  (void)state;
  static const struct {
    const char *formula;
    double (*is)(double);
    double most, limit;
  } functions[] = {{"exp(x)", exp, 2, 0},
                   {"log(x)", log, 2, 0},
                   {"log1p(x)", log1p, 2, 0},
                   {"tanh(x)", tanh, 2, 0},
                   {"sigmoid(x)", sigmoid, 2, 0},
                   {"erf(x)", erf, 2, 0},
                   {"atan(x)", atan, 2, 0},
                   {"sin(x)", sin, 2, 0x1p45},
                   {"cos(x)", cos, 2, 0x1p45},
                   {"sqrt(x)", sqrt, 0.5, 0},
                   {"x^1.5", power_three_halves, 3, 0},
                   {"x^0.3", power_third, 2, 0},
                   {"1.7^x", power_of_base, 2, 0},
                   {"x^(0-2)", power_minus_two, 2, 0}};
  enum { COUNT = sizeof functions / sizeof *functions };
  Rig r = rig_new(0);
  char text[2000] = "graph g {\n  x = input(\"x\", shape: [])\n";
  for (int i = 0; i < COUNT; i++)
    snprintf(text + strlen(text), sizeof text - strlen(text), "  show f%d: %s\n", i, functions[i].formula);
  rig_add(&r, strcat(text, "}\n"));
  rig_link(&r);
  int64_t step = 4099, count = 0xFFFFFFFF / step;
  struct net_run run = {.batch = count};
  float *x = run.base[NET_IO] = memory(r.c, 4 * count, 0);
  for (int64_t i = 0; i < count; i++) {
    uint32_t bits = (uint32_t)(i * step);
    memcpy(&x[i], &bits, 4);
  }
  float special[] = {0, -0.0f, INFINITY, -INFINITY, NAN, 1, -1, 0x1p-126f, 88.72283f, 88.72284f, -87.33654f, 0.5f};
  memcpy(x, special, sizeof special);
  run.base[NET_ARENA] = memory(r.c, plan_arena(r.plans.at[0], count), 0);
  for (int i = 0; i < COUNT; i++)
    run.base[NET_IO + 1 + i] = memory(r.c, 4 * count, 0);
  void (*entry)(struct net_run *);
  *(void **)&entry = dlsym(r.library, "net_entry_g0");
  entry(&run);
  for (int i = 0; i < COUNT; i++) {
    double worst = 0;
    float at = 0, got = 0;
    for (int64_t k = 0; k < count; k++) {
      double from = fpclassify(x[k]) == FP_SUBNORMAL ? copysign(0, x[k]) : x[k];
      float is = ((float *)run.base[NET_IO + 1 + i])[k];
      double off = ulps(is, functions[i].is(x[k]));
      double flushed = ulps(is, functions[i].is(from));
      off = off < flushed ? off : flushed;
      if (off > worst && (!functions[i].limit || !(fabs(x[k]) > functions[i].limit)))
        worst = off, at = x[k], got = is;
    }
    if (getenv("NET_TEST_ULP"))
      printf("%-10s %.3f ulp at %a: %a\n", functions[i].formula, worst, at, got);
    if (worst > functions[i].most)
      fail_msg("%s is off by %g ulp at %a: %a, not %a", functions[i].formula, worst, at, got, functions[i].is(at));
  }
  rig_free(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_functions)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
