/* Recipe lines as text, and the learning rates they lead to. */
#include "recipe.h"
#include "schedule.h"
#include "value.h"
/* cmocka wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- values ---- */

static void values_read_back(void **state) {
  (void)state;
  static const char *const LINES[][2] = {
      {"3", "3"},
      {" 1e-3 ", "0.001"},
      {"-0.5", "-0.5"},
      {"true", "1"},
      {"last", "last"},
      {"\"a b.png\"", "\"a b.png\""},
      {"cosine( warmup:1 , min : 2 )", NULL},
      {"cosine( warmup:1 , min: 2 )", "cosine(warmup: 1, min: 2)"},
      {"[1, 2,[3]]", "[1, 2, [3]]"},
      {"f()", "f()"},
      {"f(g(x: [a, \"b c\"]), 0.1)", "f(g(x: [a, \"b c\"]), 0.1)"},
      {"", NULL},
      {"f(", NULL},
      {"[1", NULL},
      {"\"open", NULL},
      {"1 2", NULL},
      {"nan", "nan"}, /* a word */
      {"1e999", NULL},
      {"((((((((((((((((((((", NULL},
      {"[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", NULL},
  };
  for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++) {
    struct heap heap = {0};
    struct net_arg v;
    char err[ERR], *text = NULL;
    size_t size;
    int status = value_read(&v, LINES[i][0], &heap, err);
    if (!status) {
      FILE *f = open_memstream(&text, &size);
      value_write(f, &v);
      fclose(f);
    }
    if (LINES[i][1])
      assert_string_equal(text ? text : err, LINES[i][1]);
    else
      assert_int_equal(status, -1);
    free(text);
    heap_free(&heap);
  }
}

/* ---- schedules ---- */

enum { EPOCH = 10, STEPS = 60 };

static double rate(const char *text, int64_t step) {
  struct heap heap = {0};
  struct net_arg v;
  char err[ERR] = "";
  assert_int_equal(value_read(&v, text, &heap, err), 0);
  struct net_call c = call_of(&v);
  if (schedule_check(&c, err))
    fail_msg("%s", err);
  double lr = schedule_rate(&c, 0.05, step, EPOCH, STEPS, &(struct plateau){0});
  heap_free(&heap);
  return lr;
}

/* torch.optim.lr_scheduler, base rate 0.05, advanced each step; epochs of 10 steps, 60 steps. The last two are a
   SequentialLR of LinearLR(1/10, 1, 9) and the other. */
static void rates_equal_pytorch(void **state) {
  (void)state;
  static const struct {
    const char *schedule;
    struct {
      int step;
      double rate;
    } at[6];
  } CASES[] = {
      {"step(2)", {{0, 0.05}, {7, 0.05}, {19, 0.05}, {20, 0.005}, {41, 0.0005}, {59, 0.0005}}},
      {"step(1, gamma: 0.5)", {{0, 0.05}, {7, 0.05}, {19, 0.025}, {20, 0.0125}, {41, 0.003125}, {59, 0.0015625}}},
      {"multistep([2, 4], gamma: 0.3)", {{0, 0.05}, {7, 0.05}, {19, 0.05}, {20, 0.015}, {41, 0.0045}, {59, 0.0045}}},
      {"exponential(0.9)",
       {{0, 0.05}, {7, 0.04644508488}, {19, 0.04092896592}, {20, 0.0405}, {41, 0.03246117927}, {59, 0.02685349454}}},
      {"cosine",
       {{0, 0.05}, {7, 0.04833951066}, {19, 0.03861597588}, {20, 0.0375}, {41, 0.01138402412}, {59, 3.426163114e-05}}},
      {"cosine(min: 0.001)",
       {{0, 0.05}, {7, 0.04837272045}, {19, 0.03884365636}, {20, 0.03775}, {41, 0.01215634364}, {59, 0.001033576399}}},
      {"cosine(restarts: 2)",
       {{0, 0.05}, {7, 0.03634976249}, {19, 0.0003077914851}, {20, 0.05}, {41, 0.04969220851}, {59, 0.0003077914851}}},
      {"one_cycle(max: 0.2)",
       {{0, 0.008}, {7, 0.07772835295}, {19, 0.1988830871}, {20, 0.1974928012}, {41, 0.07774839561}, {59, 8e-07}}},
      {"one_cycle(0.2, warmup: 0.1, div: 10, final_div: 100)",
       {{0, 0.02}, {7, 0.1993245119}, {19, 0.1686555396}, {20, 0.1643144822}, {41, 0.05015}, {59, 0.0002}}},
      {"linear(end: 0.1)", {{0, 0.05}, {7, 0.04475}, {19, 0.03575}, {20, 0.035}, {41, 0.01925}, {59, 0.00575}}},
      {"cosine(warmup: 1)",
       {{0, 0.005}, {7, 0.04}, {19, 0.04610819814}, {20, 0.04522542486}, {41, 0.01579688618}, {59, 4.933178929e-05}}},
      {"linear(warmup: 1, end: 0.5)", {{0, 0.005}, {7, 0.04}, {19, 0.0455}, {20, 0.045}, {41, 0.0345}, {59, 0.0255}}},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    for (int k = 0; k < 6; k++) {
      double got = rate(CASES[i].schedule, CASES[i].at[k].step), want = CASES[i].at[k].rate;
      if (fabs(got - want) > 1e-6 * fabs(want) + 1e-12)
        fail_msg("%s at step %d: %.12g, PyTorch has %.12g", CASES[i].schedule, CASES[i].at[k].step, got, want);
    }
}

/* torch.optim.lr_scheduler.ReduceLROnPlateau, told these losses one after another: the rate after each of them. */
static void plateau_equals_pytorch(void **state) {
  (void)state;
  static const double VALUE[] = {1, 0.9, 0.9, 0.89999, 0.95, 0.91, 0.85, 0.86, 0.87, 0.9, 0.84999, 0.9, 0.9, 0.9, 0.9, 0.9};
  static const struct {
    const char *schedule;
    double rate[16];
  } CASES[] = {
#include "../peer/golden/plateau.h"
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    struct heap heap = {0};
    struct net_arg v;
    char err[ERR] = "";
    struct plateau p = {0};
    assert_int_equal(value_read(&v, CASES[i].schedule, &heap, err), 0);
    struct net_call c = call_of(&v);
    assert_int_equal(schedule_check(&c, err), 0);
    for (int k = 0; k < 16; k++) {
      schedule_tell(&c, &p, VALUE[k], -1);
      double got = schedule_rate(&c, 0.05, 10 * (k + 1), EPOCH, 200, &p), want = CASES[i].rate[k];
      if (fabs(got - want) > 1e-9 * want)
        fail_msg("%s after epoch %d: %.12g, PyTorch has %.12g", CASES[i].schedule, k + 1, got, want);
    }
    heap_free(&heap);
  }
}

static void warmup_rises_evenly(void **state) {
  (void)state;
  for (int step = 0; step < 15; step++)
    assert_true(fabs(rate("constant(warmup: 1.5)", step) - 0.05 * (step + 1) / 15) < 1e-15);
  assert_true(rate("constant(warmup: 1.5)", 15) == 0.05);
}

static void wrong_schedules_are_refused(void **state) {
  (void)state;
  static const char *const WRONG[] = {"cosin", "step", "step(0)", "one_cycle", "cosine(warm: 1)", "exponential"};
  for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
    struct heap heap = {0};
    struct net_arg v;
    char err[ERR];
    assert_int_equal(value_read(&v, WRONG[i], &heap, err), 0);
    struct net_call c = call_of(&v);
    assert_int_equal(schedule_check(&c, err), -1);
    heap_free(&heap);
  }
}

static void an_end_above_the_rate_is_seen(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double wanted;
  } CASE[] = {{"cosine(min: 0.01)", 0.01}, {"plateau(min: 0.002)", 0.002}, {"cosine(min: 1e-5)", 0}, {"constant", 0}};
  for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
    struct heap heap = {0};
    struct net_arg v;
    char err[ERR];
    assert_int_equal(value_read(&v, CASE[i].text, &heap, err), 0);
    struct net_call c = call_of(&v);
    assert_true(schedule_rises(&c, 1e-3) == CASE[i].wanted);
    heap_free(&heap);
  }
}

/* ---- recipes ---- */

static const char *resolve(struct recipe *r, const char *name, const char *value, char err[ERR]) {
  recipe_open(r, &net_program, &net_program.train[0]);
  if (!recipe_line_set(r, (struct recipe_line){name, value}, err) && !recipe_resolve(r, err))
    return NULL;
  return err;
}

static void lines_of_the_command_line_win(void **state) {
  (void)state;
  struct recipe r;
  char err[ERR];
  assert_null(resolve(&r, "epochs", "2.5", err));
  assert_true(r.epochs == 2.5 && r.batch == 32 && r.seed == 7);
  assert_int_equal(r.keep.output, 1);
  assert_int_equal(r.keep.better, 1);
  recipe_close(&r);
  assert_null(resolve(&r, "lr", "0.5", err));
  assert_true(r.scalar[0] == 0.5);
  recipe_close(&r);
  assert_null(resolve(&r, "keep", "best(min: accuracy)", err));
  assert_int_equal(r.keep.better, -1);
  recipe_close(&r);
  assert_null(resolve(&r, "keep", "last", err));
  assert_int_equal(r.keep.output, -1);
  recipe_close(&r);
  assert_null(resolve(&r, "stop", "stalled(val_loss, epochs: 3)", err));
  assert_true(r.stop.output == 0 && r.stop.better == -1 && r.stop_epochs == 3);
  recipe_close(&r);
  assert_null(resolve(&r, "start", "runs/a b/best.safetensors", err));
  assert_string_equal(r.start, "runs/a b/best.safetensors");
  recipe_close(&r);
}

static void wrong_lines_are_refused(void **state) {
  (void)state;
  static const char *const WRONG[][3] = {
      {"epochs", "0", "above 0"},
      {"batch", "1.5", "whole number"},
      {"batch", "0", "whole number"},
      {"seed", "-1", "whole number"},
      {"lr", "fast", "a number is wanted"},
      {"keep", "best(acuracy)", "did you mean \"accuracy\""},
      {"keep", "worst", "keep"},
      {"stop", "stalled(accuracy, epochs: 0)", "at least 1"},
      {"stop", "stalled(accuracy)", "epochs"},
      {"epochs", "2 3", "nothing more"},
  };
  for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
    struct recipe r;
    char err[ERR];
    const char *why = resolve(&r, WRONG[i][0], WRONG[i][1], err);
    if (!why || !strstr(why, WRONG[i][2]))
      fail_msg("%s: %s gave: %s", WRONG[i][0], WRONG[i][1], why ? why : "no error");
    recipe_close(&r);
  }
}

/* What recipe_write writes, recipe_line_set reads to the same recipe. */
static void recipes_read_back(void **state) {
  (void)state;
  struct recipe r, again;
  char err[ERR], *text, *twice;
  size_t size;
  assert_null(resolve(&r, "schedule", "multistep([1, 2.5], gamma: 0.3)", err));
  FILE *f = open_memstream(&text, &size);
  recipe_write(&r, f);
  fclose(f);
  recipe_open(&again, &net_program, &net_program.train[0]);
  char *copy = strdup(text), *rest = copy;
  for (char *line; (line = strsep(&rest, "\n")) && *line;) {
    char *colon = strstr(line, ": ");
    *colon = 0;
    assert_int_equal(recipe_line_set(&again, (struct recipe_line){line, colon + 2}, err), 0);
  }
  assert_int_equal(recipe_resolve(&again, err), 0);
  f = open_memstream(&twice, &size);
  recipe_write(&again, f);
  fclose(f);
  assert_string_equal(text, twice);
  assert_non_null(strstr(text, "schedule: multistep([1, 2.5], gamma: 0.3)\n"));
  free(text), free(twice), free(copy);
  recipe_close(&r);
  recipe_close(&again);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_read_back),
      cmocka_unit_test(rates_equal_pytorch),
      cmocka_unit_test(plateau_equals_pytorch), cmocka_unit_test(warmup_rises_evenly),
      cmocka_unit_test(wrong_schedules_are_refused),
      cmocka_unit_test(an_end_above_the_rate_is_seen),
      cmocka_unit_test(lines_of_the_command_line_win),
      cmocka_unit_test(wrong_lines_are_refused),
      cmocka_unit_test(recipes_read_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
