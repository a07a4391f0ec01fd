/* Weights from elsewhere: names through a prefix and a table, other orders of axes, other types of numbers, and what does
   not fit said with its shape. */
#include "checkpoint.h"
#include "rename.h"
/* cmocka wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLASSES = 4, PIXELS = 256 };
static char folder[] = "/tmp/rename-XXXXXX";
static float weight[CLASSES * PIXELS], turned[PIXELS * CLASSES], bias[CLASSES] = {1, 2, 3, 4}, seen[1] = {5};

static int make_folder(void **state) {
  (void)state;
  for (int k = 0; k < CLASSES; k++)
    for (int i = 0; i < PIXELS; i++)
      weight[k * PIXELS + i] = turned[i * CLASSES + k] = (float)(k * 1000 + i);
  return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
  (void)state;
  return rmdir(folder);
}

/* Tensors as another program would have written them, in memory from a file that is gone. */
static struct tensors written(const struct tensor *tensor, int count) {
  char err[ERR], *path = mem_text("%s/theirs.safetensors", folder);
  struct tensors t = {0};
  if (tensors_write(path, tensor, count, NULL, 0, err) || tensors_open(&t, path, err))
    fail_msg("%s", err);
  unlink(path);
  free(path);
  return t;
}

#define F32(n, r, d0, d1, from)                                                                                        \
  { .name = n, .rank = r, .dim = {d0, d1}, .data = from, .bytes = sizeof from }
#define COUNTER(n)                                                                                                     \
  { .name = n, .type = TENSOR_I32, .data = seen, .bytes = 4 }
static const struct tensor THEIRS[] = {F32("module.head/kernel", 2, PIXELS, CLASSES, turned),
                                       F32("module.head/bias", 1, CLASSES, 0, bias),
                                       F32("module.steps_seen", 1, 1, 0, seen),
                                       F32("module.extra/bias", 1, 1, 0, seen),
                                       COUNTER("module.count"),
                                       COUNTER("module.count2")};
enum { TENSORS = sizeof THEIRS / sizeof *THEIRS };
static const char TABLE[] = "# theirs -> ours\n"
                            "\n"
                            "*/kernel -> *.weight permute 1 0   # in, out\n"
                            "head/*->{1}\n";

static struct model open_model(void) {
  struct model m;
  char err[ERR];
  assert_int_equal(model_open(&m, &net_program, 1, err), 0);
  model_init(&m, 1, ROLES_ALL);
  return m;
}

static const float *numbers_of(const struct model *m, int param) {
  return m->params + net_program.param[param].offset;
}

static void foreign_names_become_ours(void **state) {
  (void)state;
  static const char table[] = "# theirs -> ours\n\n*/kernel -> *.weight permute 1 0 # in, out\r\nhead/* -> head.{1}\n"
                              "head.* -> fc.*\nextra/* -> head.*1\n";
  char err[ERR] = "", *said;
  size_t size;
  struct model m = open_model();
  struct tensors t = written(THEIRS, TENSORS);
  FILE *f = open_memstream(&said, &size);
  if (rename_tensors(&t, &(struct rename_how){"module.", table, "table"}, "it", f, err) ||
      checkpoint_load(&m, &t, "it", 0, err))
    fail_msg("%s", err);
  checkpoint_report(&m, &t, "it", f);
  fclose(f);
  assert_string_equal(said, "weights: all 3 tensors from it\n"
                            "  left over in the file: module.extra/bias [1], called head.bias1\n"
                            "  left over in the file: module.count [] and 1 more of whole numbers\n");
  assert_memory_equal(numbers_of(&m, 0), weight, sizeof weight);
  assert_memory_equal(numbers_of(&m, 1), bias, sizeof bias);
  assert_memory_equal(numbers_of(&m, 2), seen, sizeof seen);
  tensors_close(&t);
  free(said);
  model_close(&m);
}

/* What rename_tensors says of a table; "" when nothing is wrong. */
static char *refusal(const char *prefix, const char *table) {
  char err[ERR] = "";
  struct tensors t = written(THEIRS, TENSORS);
  int status = rename_tensors(&t, &(struct rename_how){prefix, table, "table"}, "it", NULL, err);
  assert_int_equal(status, *err ? -1 : 0);
  tensors_close(&t);
  return mem_text("%s", err);
}

static void damaged_tables_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *prefix, *table, *why;
  } CASES[] = {
      {NULL, "a b", "table:1: a rule is `their.name -> our.name`, not \"a\""},
      {NULL, "\na ->", "table:2: a rule is"},
      {NULL, TABLE, "table:4: a rule is"},
      {NULL, "a -> b turn 1 0", "table:1: behind the names only `permute` may follow, not \"turn\""},
      {NULL, "a -> b permute", "table:1: permute: each axis from 0 on is wanted once"},
      {NULL, "a -> b permute 1 1", "each axis from 0 on is wanted once"},
      {NULL, "a -> b permute 1 2", "each axis from 0 on is wanted once"},
      {NULL, "a -> b permute 0 x", "up to eight axes, from 0, are wanted, not \"x\""},
      {NULL, "a -> b permute 0 1 2 3 4 5 6 7 8", "up to eight axes"},
      {NULL, "*.a -> *.*", "there are more * on the right than on the left: \"*.*\""},
      {NULL, "*.a -> {2}", "{1} to {4} stand for a * on the left; not so in \"{2}\""},
      {NULL, "*.a -> {0}", "{1} to {4}"},
      {NULL, "*.a -> {", "{1} to {4}"},
      {NULL, "*1*2*3*4* -> a", "more than four *"},
      {NULL, "*head/* -> head", "both module.head/kernel and module.head/bias would be called head"},
      {"modul_", NULL, "no name in it begins with \"modul_\"; one is module.head/kernel"},
      {"module.extra/bias", NULL, "no name in it"},
      {NULL, "*/kernel -> * permute 0 2 1", ""}, /* for three axes: there are none, so nothing is done */
      {NULL, "", ""},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    char *said = refusal(CASES[i].prefix, CASES[i].table);
    if (*CASES[i].why ? !strstr(said, CASES[i].why) : *said)
      fail_msg("%s: %s", CASES[i].table ? CASES[i].table : CASES[i].prefix, said);
    free(said);
  }
}

static void rules_that_fit_nothing_are_told(void **state) {
  (void)state;
  char err[ERR], *said;
  size_t size;
  struct tensors t = written(THEIRS, TENSORS);
  FILE *f = open_memstream(&said, &size);
  assert_int_equal(rename_tensors(&t, &(struct rename_how){NULL, "a -> b\n*extra/bias -> *c\n", "table"}, "it", f, err), 0);
  fclose(f);
  assert_string_equal(said, "table:1: no tensor is called a\n");
  assert_non_null(tensors_find(&t, "module.c"));
  tensors_close(&t);
  free(said);
}

static void wrong_shapes_change_nothing(void **state) {
  (void)state;
  char err[ERR] = "", *said;
  size_t size;
  struct model m = open_model();
  struct tensor theirs[] = {F32("fc.weight", 2, PIXELS, CLASSES, turned), F32("fc.bias", 1, CLASSES, 0, bias)};
  struct tensors t = written(theirs, 2);
  float *before = malloc((size_t)net_program.param_floats * sizeof *before);
  memcpy(before, m.params, (size_t)net_program.param_floats * sizeof *before);
  assert_int_equal(checkpoint_load(&m, &t, "it", 0, err), -1);
  assert_non_null(strstr(err, "shape: fc.weight is [256, 4] in the file, [4, 256] in the program"));
  assert_non_null(strstr(err, "missing in the file: steps_seen [1]"));
  assert_memory_equal(before, m.params, (size_t)net_program.param_floats * sizeof *before);
  /* a training starts from what fits, and leaves the rest as it was */
  FILE *f = open_memstream(&said, &size);
  assert_int_equal(checkpoint_start(&m, &t, "it", f, err), 0);
  fclose(f);
  assert_non_null(strstr(said, "start: 1 of 3 tensors from it"));
  assert_non_null(strstr(said, "shape: fc.weight is [256, 4] in the file, [4, 256] in the program"));
  assert_non_null(strstr(said, "not in the file, so it starts anew: steps_seen [1]"));
  assert_memory_equal(numbers_of(&m, 1), bias, sizeof bias);
  assert_memory_equal(before + net_program.param[0].offset, numbers_of(&m, 0), sizeof weight);
  tensors_close(&t);
  free(said);
  free(before);
  model_close(&m);
}

static void a_common_prefix_is_proposed(void **state) {
  (void)state;
  char err[ERR] = "";
  struct model m = open_model();
  struct tensors t = written(THEIRS, TENSORS);
  assert_int_equal(checkpoint_load(&m, &t, "it", 0, err), -1);
  assert_non_null(strstr(err, "its names begin with \"module.\", which --prefix module. takes off"));
  tensors_close(&t);
  model_close(&m);
}

/* A file of one tensor x. */
static int floats_of(const char *type, const char *shape, const void *data, size_t bytes, const char *table,
                     float *out) {
  char err[ERR];
  char *json = mem_text("{\"x\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[0,%zu]}}", type, shape, bytes);
  size_t n = strlen(json);
  char *image = calloc(1, 8 + n + bytes);
  struct tensors t;
  image[0] = (char)n;
  memcpy(image + 8, json, n);
  memcpy(image + 8 + n, data, bytes);
  if (tensors_read(&t, image, 8 + n + bytes, "it", err) ||
      rename_tensors(&t, &(struct rename_how){NULL, table, "table"}, "it", NULL, err))
    fail_msg("%s", err);
  int status = tensor_floats(&t.tensor[0], out);
  tensors_close(&t);
  free(json);
  free(image);
  return status;
}

static void other_types_become_float32(void **state) {
  (void)state;
  float out[8];
  static const double f64[] = {0.1, -3, 1e300};
  assert_int_equal(floats_of("F64", "[3]", f64, sizeof f64, NULL, out), 0);
  assert_true(out[0] == 0.1f && out[1] == -3 && isinf(out[2]));
  static const uint16_t f16[] = {0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0xfc00, 0x7e00, 0x3555};
  assert_int_equal(floats_of("F16", "[8]", f16, sizeof f16, NULL, out), 0);
  assert_true(out[0] == 1 && out[1] == -2 && out[2] == 65504 && out[3] == 0x1p-24f && out[4] == 0 && signbit(out[4]));
  assert_true(isinf(out[5]) && out[5] < 0 && isnan(out[6]) && out[7] == 0x1.554p-2f);
  static const uint16_t bf16[] = {0x3f80, 0xc040, 0x0000};
  assert_int_equal(floats_of("BF16", "[3]", bf16, sizeof bf16, NULL, out), 0);
  assert_true(out[0] == 1 && out[1] == -3 && out[2] == 0);
  static const int64_t i64[] = {7};
  assert_int_equal(floats_of("I64", "[]", i64, sizeof i64, NULL, out), -1);
  assert_int_equal(floats_of("I32", "[2]", i64, sizeof i64, NULL, out), -1);
}

/* As torch.arange(24).reshape(2, 3, 4).permute(2, 0, 1); turning twice is turning by both. */
static void axes_are_permuted(void **state) {
  (void)state;
  float in[24], out[24], twice[24];
  for (int i = 0; i < 24; i++)
    in[i] = (float)i;
  assert_int_equal(floats_of("F32", "[2,3,4]", in, sizeof in, "x -> x permute 2 0 1", out), 0);
  for (int a = 0; a < 4; a++)
    for (int b = 0; b < 2; b++)
      for (int c = 0; c < 3; c++)
        assert_true(out[(a * 2 + b) * 3 + c] == in[(b * 3 + c) * 4 + a]);
  const char *table = "x -> y permute 1 0 2\ny -> z permute 2 1 0"; /* [3, 2, 4], then [4, 2, 3] */
  assert_int_equal(floats_of("F32", "[2,3,4]", in, sizeof in, table, twice), 0);
  assert_memory_equal(out, twice, sizeof out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(foreign_names_become_ours),     cmocka_unit_test(damaged_tables_are_refused),
      cmocka_unit_test(rules_that_fit_nothing_are_told), cmocka_unit_test(wrong_shapes_change_nothing),
      cmocka_unit_test(a_common_prefix_is_proposed),   cmocka_unit_test(other_types_become_float32),
      cmocka_unit_test(axes_are_permuted),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
