/* Checkpoints: what is written is read back; what is damaged or belongs to another program is refused and said. */
#include "checkpoint.h"
#include "folder.h"
/* cmocka wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char *path_of(const char *name) {
  return mem_text("%s/%s", folder, name);
}

static const struct checkpoint_about ABOUT = {"", "epochs: 4\nseed: 7\n", "", "cat\ndog \"Rex\""};

static struct model open_model(uint64_t seed) {
  struct model m;
  char err[ERR];
  assert_int_equal(model_open(&m, &net_program, 1, err), 0);
  model_init(&m, seed, ROLES_ALL);
  return m;
}

static char *save(const struct model *m, const char *name, const struct train_state *s, int all) {
  char err[ERR] = "", *path = path_of(name);
  if (checkpoint_save(path, m, s, all, ABOUT, err))
    fail_msg("%s", err);
  return path;
}

static const struct train_state STATE_A = {.epoch = 3,
                                           .position = 128,
                                           .step = 99,
                                           .count = 450,
                                           .seen = 128,
                                           .best_epoch = 2,
                                           .stop_epoch = 1,
                                           .best = 0.1 + 0.2,
                                           .stop_best = -1e-300,
                                           .sum = {1e17 / 3, 0.1}};

static void everything_reads_back(void **state) {
  (void)state;
  char err[ERR];
  struct model a = open_model(1), b = open_model(2);
  struct tensors t;
  struct train_state s;
  char *path = save(&a, "a.safetensors", &STATE_A, 1);
  assert_int_equal(tensors_open(&t, path, err), 0);
  assert_int_equal(t.count, 5);
  assert_string_equal(tensors_meta(&t, "classes"), ABOUT.classes);
  assert_string_equal(tensors_meta(&t, "program"), "toy");
  assert_int_equal(checkpoint_load(&b, &t, path, 1, err), 0);
  assert_memory_equal(a.params, b.params, (size_t)net_program.param_floats * sizeof(float));
  assert_int_equal(checkpoint_state(&s, &t, path, err), 0);
  assert_memory_equal(&s, &STATE_A, sizeof s);
  tensors_close(&t);
  free(path);
  model_close(&a);
  model_close(&b);
}

static void kept_weights_need_no_optimizer(void **state) {
  (void)state;
  char err[ERR];
  struct model a = open_model(1), b = open_model(2);
  struct tensors t;
  char *path = save(&a, "best.safetensors", &STATE_A, 0);
  assert_int_equal(tensors_open(&t, path, err), 0);
  assert_int_equal(t.count, 3);
  assert_int_equal(checkpoint_load(&b, &t, path, 0, err), 0);
  assert_int_equal(checkpoint_load(&b, &t, path, 1, err), -1);
  assert_non_null(strstr(err, "missing in the file: fc.weight#m"));
  tensors_close(&t);
  free(path);
  model_close(&a);
  model_close(&b);
}

/* Tries to use an image in every way. Returns whether it was accepted. */
static int use(struct model *m, const void *image, size_t size) {
  struct tensors t;
  struct train_state s;
  char err[ERR] = "";
  /* a copy of its very size, so that a sanitizer sees every step beyond */
  char *own = malloc(size ? size : 1);
  memcpy(own, image, size);
  int status = tensors_read(&t, own, size, "it", err);
  if (!status) {
    status = checkpoint_load(m, &t, "it", 1, err);
    checkpoint_state(&s, &t, "it", err);
    tensors_close(&t);
  } else
    assert_true(strlen(err) > 10);
  free(own);
  return !status;
}

static char *file_bytes(const char *path, size_t *size) {
  FILE *f = fopen(path, "rb");
  char *bytes = malloc(1 << 20);
  *size = fread(bytes, 1, 1 << 20, f);
  fclose(f);
  return bytes;
}

static void short_files_are_refused(void **state) {
  (void)state;
  struct model m = open_model(1);
  char err[ERR], *path = save(&m, "a.safetensors", &STATE_A, 1);
  size_t size;
  char *bytes = file_bytes(path, &size);
  assert_true(use(&m, bytes, size));
  for (size_t n = 0; n < size; n++)
    assert_false(use(&m, bytes, n));
  /* the same through a file, at a few lengths */
  for (size_t n = 0; n < size; n += size / 7) {
    struct tensors t;
    assert_int_equal(truncate(path, (off_t)(size - 1 - n)), 0);
    assert_int_equal(tensors_open(&t, path, err), -1);
    assert_non_null(strstr(err, path));
  }
  free(bytes);
  free(path);
  model_close(&m);
}

static void damaged_headers_do_no_harm(void **state) {
  (void)state;
  struct model m = open_model(1);
  char *path = save(&m, "a.safetensors", &STATE_A, 1);
  size_t size, header;
  char *bytes = file_bytes(path, &size);
  header = 8 + (unsigned char)bytes[0] + 256u * (unsigned char)bytes[1];
  static const unsigned char MASKS[] = {1, 2, 4, 16, 64, 128, 255};
  for (size_t i = 0; i < header; i++)
    for (size_t k = 0; k < sizeof MASKS; k++) {
      bytes[i] = (char)(bytes[i] ^ MASKS[k]);
      use(&m, bytes, size);
      bytes[i] = (char)(bytes[i] ^ MASKS[k]);
    }
  for (size_t i = 8; i < header;
       i++) { /* digits turn into other digits: sizes and places that are wrong but well written */
    char old = bytes[i];
    for (char digit = '0'; digit <= '9' && old >= '0' && old <= '9'; digit++) {
      bytes[i] = digit;
      use(&m, bytes, size);
    }
    bytes[i] = old;
  }
  assert_true(use(&m, bytes, size));
  free(bytes);
  free(path);
  model_close(&m);
}

static int read_header(const char *json, size_t data, char err[ERR]) {
  struct tensors t;
  size_t length = strlen(json);
  char *image = calloc(1, 8 + length + data);
  for (int i = 0; i < 8; i++)
    image[i] = (char)(length >> 8 * i);
  memcpy(image + 8, json, length);
  int status = tensors_read(&t, image, 8 + length + data, "it", err);
  if (!status)
    tensors_close(&t);
  free(image);
  return status;
}

static void hostile_headers_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *json;
    size_t data;
    const char *why; /* NULL: fine */
  } CASES[] = {
      {"{}", 0, NULL},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, NULL},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}   ", 4, NULL},
      {"{\"a\":{\"dtype\":\"BF16\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, NULL},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 9, "follow its last tensor"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7, "cut short"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12, "does not begin"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "does not fit its shape"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "no proper shape"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,8]}}", 8, "no proper shape"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}}", 8, "no proper shape"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 8, "impossible size"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,8]}}", 8, "broken header"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "does not fit"},
      {"{\"a\":{\"dtype\":\"F99\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "unknown type"},
      {"{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "no type"},
      {"{\"a\":7}", 0, "no type"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_"
       "offsets\":[0,8]}}",
       8, "does not begin"},
      {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_"
       "offsets\":[0,4]}}",
       4, "broken header"},
      {"{\"a\":", 0, "broken header"},
      {"[]", 0, "no safetensors file"},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    char err[ERR] = "";
    int status = read_header(CASES[i].json, CASES[i].data, err);
    if (CASES[i].why ? !status || !strstr(err, CASES[i].why) : status)
      fail_msg("%s: %s", CASES[i].json, *err ? err : "accepted");
  }
}

static void other_programs_are_told_apart(void **state) {
  (void)state;
  char err[ERR], *path = path_of("other.safetensors");
  struct model m = open_model(1);
  struct tensors t;
  float room[4 * 256] = {0};
  const struct tensor other[] = {
      {.name = "fc.bias", .rank = 1, .dim = {5}, .data = room, .bytes = 20},
      {.name = "steps_seen", .type = TENSOR_I32, .rank = 1, .dim = {1}, .data = room, .bytes = 4},
      {.name = "extra", .rank = 0, .data = room, .bytes = 4},
  };
  float *before = malloc((size_t)net_program.param_floats * sizeof(float));
  memcpy(before, m.params, (size_t)net_program.param_floats * sizeof(float));
  assert_int_equal(tensors_write(path, other, 3, NULL, 0, err), 0);
  assert_int_equal(tensors_open(&t, path, err), 0);
  assert_int_equal(checkpoint_load(&m, &t, path, 0, err), -1);
  assert_non_null(strstr(err, "missing in the file: fc.weight"));
  assert_non_null(strstr(err, "shape: fc.bias is [5] in the file, [4] in the program"));
  assert_non_null(strstr(err, "shape: steps_seen is of type I32"));
  assert_non_null(strstr(err, "only in the file: extra"));
  assert_memory_equal(before, m.params, (size_t)net_program.param_floats * sizeof(float));
  assert_int_equal(checkpoint_start(&m, &t, path, stdout, err), -1);
  tensors_close(&t);
  free(before);
  free(path);
  model_close(&m);
}

static void what_fits_is_taken(void **state) {
  (void)state;
  char err[ERR], *path = path_of("part.safetensors"), *said;
  size_t size;
  struct model m = open_model(1);
  struct tensors t;
  float bias[4] = {1, 2, 3, 4};
  const struct tensor part[] = {{.name = "fc.bias", .rank = 1, .dim = {4}, .data = bias, .bytes = 16},
                                {.name = "head.bias", .rank = 1, .dim = {4}, .data = bias, .bytes = 16}};
  assert_int_equal(tensors_write(path, part, 2, NULL, 0, err), 0);
  assert_int_equal(tensors_open(&t, path, err), 0);
  FILE *f = open_memstream(&said, &size);
  assert_int_equal(checkpoint_start(&m, &t, path, f, err), 0);
  fclose(f);
  assert_non_null(strstr(said, "start: 1 of 3 tensors"));
  assert_non_null(strstr(said, "not in the program, so it is left out: head.bias"));
  assert_memory_equal(m.params + net_program.param[1].offset, bias, sizeof bias);
  tensors_close(&t);
  free(said);
  free(path);
  model_close(&m);
}

/* A disk that fills up is played by a limit on the size of files. */
static void a_failed_write_keeps_the_old_file(void **state) {
  (void)state;
  char err[ERR];
  struct model a = open_model(1), b = open_model(2);
  struct tensors t;
  char *path = save(&a, "kept.safetensors", &STATE_A, 1);
  struct rlimit old, low = {4096, RLIM_INFINITY};
  getrlimit(RLIMIT_FSIZE, &old);
  low.rlim_max = old.rlim_max;
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &low);
  int status = checkpoint_save(path, &b, &STATE_A, 1, ABOUT, err);
  setrlimit(RLIMIT_FSIZE, &old);
  assert_int_equal(status, -1);
  assert_non_null(strstr(err, "as it was"));
  assert_int_equal(tensors_open(&t, path, err), 0);
  assert_int_equal(checkpoint_load(&b, &t, path, 1, err), 0);
  assert_memory_equal(a.params, b.params, (size_t)net_program.param_floats * sizeof(float));
  tensors_close(&t);
  char *beside = mem_text("%s.tmp", path);
  assert_int_equal(access(beside, F_OK), -1);
  free(beside);
  free(path);
  model_close(&a);
  model_close(&b);
}

static void initial_weights_hang_on_names_alone(void **state) {
  (void)state;
  struct model a = open_model(1), b = open_model(1), c = open_model(2);
  const float *wa = a.params + net_program.param[0].offset, *wc = c.params + net_program.param[0].offset;
  float expected[8];
  assert_memory_equal(a.params, b.params, (size_t)net_program.param_floats * sizeof(float));
  assert_true(wa[0] != wc[0]);
  nrt_uniform(expected, 0, 8, 1, 0, 0, site_of("fc.weight"));
  for (int i = 0; i < 8; i++)
    assert_true(wa[i] == -0.05f + 0.1f * expected[i]);
  model_close(&a);
  model_close(&b);
  model_close(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(everything_reads_back),
      cmocka_unit_test(kept_weights_need_no_optimizer),
      cmocka_unit_test(short_files_are_refused),
      cmocka_unit_test(damaged_headers_do_no_harm),
      cmocka_unit_test(hostile_headers_are_refused),
      cmocka_unit_test(other_programs_are_told_apart),
      cmocka_unit_test(what_fits_is_taken),
      cmocka_unit_test(a_failed_write_keeps_the_old_file),
      cmocka_unit_test(initial_weights_hang_on_names_alone),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
