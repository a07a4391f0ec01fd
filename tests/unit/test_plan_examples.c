/* The arena of each function of each example is at most a tenth larger than what must live at some step, for 1, 8 and
   32 samples; SHOW_MEMORY=1 prints them. */
#include "fixture.h"
#include "view/build.h"
#include <glob.h>
#include <stdlib.h>

static const double most = 1.1;

static void check_plan(const char *path, const Plan *p) {
  for (int i = 0; i < MEMORY_BATCHES; i++) {
    int64_t n = memory_batches[i], bytes = plan_arena(p, n);
    double ratio = (double)bytes / (double)p->least[i];
    if (getenv("SHOW_MEMORY"))
      printf("%-28s %-18s N = %-2lld  %10.3f MB, %.3f times the least\n", path, name_text(p->g->c->names, p->g->name),
             (long long)n, (double)bytes / 1e6, ratio);
    if (ratio < 1 || ratio > most)
      fail_msg("%s, %s for %lld samples: %.3f times the least", path, name_text(p->g->c->names, p->g->name),
               (long long)n, ratio);
  }
}

static void test_examples(void **state) {
  (void)state;
  glob_t found;
  assert_int_equal(glob("examples/*.net", 0, NULL, &found), 0);
  for (size_t i = 0; i < found.gl_pathc; i++) {
    Ctx *c = fixture_ctx();
    Options o = {.command = COMMAND_summary, .cpu = "x86-64-v4"};
    Build b;
    assert_true(build_parse(&b, c, &o, found.gl_pathv[i]) && build_expand(&b) && build_passes(&b) && build_plans(&b));
    for (int k = 0; k < b.count; k++)
      check_plan(found.gl_pathv[i], b.function[k].plan);
    build_close(&b);
    fixture_free(c);
  }
  globfree(&found);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
