/* Jobs of a model share an arena. What an entry keeps there is good until another entry has run, parameters have
   changed, or the arena has moved. */
#include "model.h"
/* cmocka wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int64_t kept; /* as the last run was told */

static void look(struct net_run *run) {
  kept = run->kept;
}

static const struct net_entry entries[] = {{.name = "a", .run = look, .arena = {{64, 64}}},
                                           {.name = "b", .run = look, .arena = {{64, 0}}}};
static const struct net_param params[] = {{.name = "w", .rank = 1, .dim = {4}}};
static const struct net_program program = {
    .abi = NET_ABI, .entries = 2, .entry = entries, .params = 1, .param = params, .param_floats = 16};

static void expect(struct job *j, int64_t n, int64_t finds) {
  job_run(j, NULL, n, (struct job_at){0});
  assert_int_equal(kept, finds);
}

static void test_kept(void **state) {
  (void)state;
  struct model m;
  struct job a, same, b, large;
  char err[ERR];
  assert_int_equal(model_open(&m, &program, 1, err), 0);
  assert_int_equal(job_open(&a, &m, 0, 4, err), 0);
  assert_int_equal(job_open(&same, &m, 0, 2, err), 0);
  assert_int_equal(job_open(&b, &m, 1, 4, err), 0);
  expect(&a, 4, 0);
  expect(&a, 1, 1);
  expect(&same, 2, 1);
  expect(&b, 4, 0);
  expect(&b, 4, 1);
  expect(&a, 4, 0);
  expect(&a, 4, 1);
  model_init(&m, 1, ROLES_MODEL);
  expect(&a, 4, 0);
  expect(&a, 4, 1);
  assert_int_equal(job_open(&large, &m, 1, 4, err), 0);
  expect(&a, 4, 1);
  job_close(&large);
  assert_int_equal(job_open(&large, &m, 0, 1000, err), 0);
  expect(&a, 4, 0);
  expect(&large, 1000, 1);
  job_close(&a), job_close(&same), job_close(&b), job_close(&large);
  model_close(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_kept)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
