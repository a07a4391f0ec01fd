/* The arena of each function of each example is at most a tenth, or 4 MB, larger than what must live at some step, for
   1, 8 and 32 samples; SHOW_MEMORY=1 prints them. Training steps of deep networks fit in much less when values are computed
   again. */
#include "fixture.h"
#include "view/build.h"
#include <glob.h>
#include <stdlib.h>

static const double most = 1.1;
enum { SMALL = 4000000 };

static void check_plan(const char *path, const Plan *p) {
  for (int i = 0; i < MEMORY_BATCHES; i++) {
    int64_t n = memory_batches[i], bytes = plan_arena(p, n);
    double ratio = (double)bytes / (double)p->least[i];
    if (getenv("SHOW_MEMORY"))
      printf("%-28s %-18s N = %-2lld  %10.3f MB, %.3f times the least\n", path, name_text(p->g->c->names, p->g->name),
             (long long)n, (double)bytes / 1e6, ratio);
    if (ratio < 1 || (ratio > most && bytes - p->least[i] > SMALL))
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

/* At most this part of the arena, at the price of at most so much more work. */
static const struct {
  const char *name;
  double part, work;
} cuts[] = {{"resnet18", 0.6, 0.03}, {"resnet50", 0.6, 0.03}, {"unet", 0.6, 0.4}, {"unet_paper", 0.6, 0.4},
            {"densenet121", 0.4, 0.05}, {"mobilenet_v2", 0.4, 0.05}};

static void test_cuts(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
    Ctx *c = fixture_ctx();
    Options o = {.command = COMMAND_summary, .cpu = "x86-64-v4", .memory = "1000GB"}; /* nothing computed again yet */
    Build b;
    assert_true(build_parse(&b, c, &o, arena_printf(c->mem, "examples/%s.net", cuts[i].name)) && build_expand(&b) &&
                build_passes(&b) && build_plans(&b));
    int64_t n = build_batch(&b, &b.entry[0]), before = plan_arena(b.function[0].plan, n);
    Recompute r = {.n = n, .scratch_of = gen_scratch, .flops_of = gen_flops};
    r.limit = (int64_t)(cuts[i].part * (double)before);
    const Graph *g = recompute(b.function[0].graph, &b.params, &r);
    if (!g || r.again > cuts[i].work * r.flops)
      fail_msg("%s: %.1f of %.1f MB, %.3f times the work", cuts[i].name, (double)r.after / 1e6, (double)before / 1e6,
               1 + r.again / r.flops);
    Text why = {.mem = c->mem};
    if (!plan_verify(plan_make(g, &b.params, gen_scratch), &why))
      fail_msg("%s: %s", cuts[i].name, text_str(&why));
    build_close(&b);
    fixture_free(c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples), cmocka_unit_test(test_cuts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
