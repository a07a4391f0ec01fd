/* The loop: the same weights for any number of threads, and after any interruption, killed or asked. Every training
   runs in a process of its own, as it does in life. */
#include "checkpoint.h"
#include "interrupt.h"
#include "train.h"
#include "folder.h"
/* cmocka wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern int toy_signal, toy_signal_step;

struct spec {
  const char *run; /* the run's folder */
  int threads, resume, signal, signal_step;
  int64_t save_steps, limit;
  struct recipe_line line[4];
};

/* Returns the exit status; 128 + the signal that ended it. What it says goes to RUN.out. */
static int train(struct spec s) {
  char *out = mem_text("%s/%s", folder, s.run), *said = mem_text("%s.out", out);
  fflush(stdout);
  pid_t child = fork();
  if (!child) {
    struct train_options o = {
        .out = out, .resume = s.resume, .limit = s.limit, .save_steps = s.save_steps, .again = "again"};
    struct model m;
    char err[ERR] = "";
    int status = -1;
    toy_signal = s.signal;
    toy_signal_step = s.signal_step;
    if (!freopen(said, "w", stdout))
      _exit(99);
    o.line = s.line;
    while (s.line[o.lines].name)
      o.lines++;
    if (!model_open(&m, &net_program, s.threads ? s.threads : 2, err)) {
      status = train_run(&m, &net_program.train[0], &o, 0, err);
      model_close(&m);
    }
    if (status < 0)
      printf("error: %s\n", err);
    fflush(stdout);
    _exit(status < 0 ? 1 : status);
  }
  int status;
  waitpid(child, &status, 0);
  free(out), free(said);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static char *text_of(const char *run, const char *file) {
  char *path = mem_text("%s/%s%s%s", folder, run, *file == '.' ? "" : "/", file), *text = mem_get(1 << 16);
  FILE *f = fopen(path, "rb");
  if (!f)
    fail_msg("%s is not there", path);
  text[fread(text, 1, (1 << 16) - 1, f)] = 0;
  fclose(f);
  free(path);
  return text;
}

static void expect_said(const char *run, const char *words) {
  char *said = text_of(run, ".out");
  if (!strstr(said, words))
    fail_msg("\"%s\" is not in:\n%s", words, said);
  free(said);
}

static void expect_same_file(const char *a, const char *b, const char *file) {
  struct tensors x, y;
  char err[ERR] = "", *pa = mem_text("%s/%s/%s", folder, a, file), *pb = mem_text("%s/%s/%s", folder, b, file);
  if (tensors_open(&x, pa, err) || tensors_open(&y, pb, err))
    fail_msg("%s", err);
  assert_int_equal(x.count, y.count);
  for (int i = 0; i < x.count; i++) {
    assert_string_equal(x.tensor[i].name, y.tensor[i].name);
    assert_memory_equal(x.tensor[i].data, y.tensor[i].data, (size_t)x.tensor[i].bytes);
  }
  tensors_close(&x), tensors_close(&y);
  free(pa), free(pb);
}

/* log.csv but for its last column, the seconds */
static char *log_of(const char *run) {
  char *text = text_of(run, "log.csv"), *to = text;
  for (char *line = text, *next; *line; line = next) {
    next = strchr(line, '\n') + 1;
    char *comma = next - 1;
    while (*comma != ',')
      comma--;
    memmove(to, line, (size_t)(comma - line));
    to += comma - line;
    *to++ = '\n';
  }
  *to = 0;
  return text;
}

static void expect_same(const char *a, const char *b) {
  expect_same_file(a, b, "last.safetensors");
  expect_same_file(a, b, "best.safetensors");
  char *x = log_of(a), *y = log_of(b);
  assert_string_equal(x, y);
  free(x), free(y);
}

static void threads_do_not_matter(void **state) {
  (void)state;
  assert_int_equal(train((struct spec){.run = "plain", .threads = 1}), 0);
  assert_int_equal(train((struct spec){.run = "two", .threads = 2}), 0);
  assert_int_equal(train((struct spec){.run = "five", .threads = 5}), 0);
  expect_same("plain", "two");
  expect_same("plain", "five");
  expect_said("plain", "epoch 4/4  loss ");
  expect_said("plain", "\ntest: loss ");
  expect_said("plain", "  accuracy 0.");
}

static void learns(void **state) {
  (void)state;
  double first, last;
  char *log = log_of("plain"), *row = strchr(log, '\n') + 1;
  assert_int_equal(sscanf(row, "1,15,%*[^,],%lf", &first), 1);
  row = strstr(row, "\n4,60,");
  assert_int_equal(sscanf(row, "\n4,60,%*[^,],%lf", &last), 1);
  assert_true(last < first);
  free(log);
}

/* Killed at several steps: within the first epoch, at an epoch's end, in the last epoch; twice over. */
static void killed_and_resumed(void **state) {
  (void)state;
  static const int AT[] = {1, 8, 15, 16, 44, 60};
  for (size_t i = 0; i < sizeof AT / sizeof *AT; i++) {
    char *run = mem_text("killed%d", AT[i]);
    struct spec s = {.run = run, .signal = SIGKILL, .signal_step = AT[i], .save_steps = 3};
    assert_int_equal(train(s), 128 + SIGKILL);
    s.resume = 1;
    s.signal_step = AT[i] + 2 < 60 ? AT[i] + 2 : 0;
    assert_int_equal(train(s), s.signal_step ? 128 + SIGKILL : 0);
    s.signal_step = 0;
    assert_int_equal(train(s), 0);
    expect_same("plain", run);
    free(run);
  }
}

static void interrupted_and_resumed(void **state) {
  (void)state;
  struct spec s = {.run = "asked", .signal = SIGINT, .signal_step = 20};
  assert_int_equal(train(s), INTERRUPTED);
  expect_said("asked", "interrupted at step 20 (epoch 2); go on with\n  again");
  s.resume = 1;
  s.signal_step = 30; /* an epoch's last step: nothing but its validation is left */
  assert_int_equal(train(s), INTERRUPTED);
  s.signal_step = 0;
  s.threads = 3;
  assert_int_equal(train(s), 0);
  expect_said("asked", "going on from step 30 (epoch 2)");
  expect_same("plain", "asked");
}

static void resuming_what_is_done_changes_nothing(void **state) {
  (void)state;
  assert_int_equal(train((struct spec){.run = "five", .resume = 1}), 0);
  expect_said("five", "has come to its end after epoch 4");
  expect_same("plain", "five");
}

static void resuming_keeps_the_options_it_had(void **state) {
  (void)state;
  struct spec s = {.run = "options", .line = {{"lr", "0.01"}, {"schedule", "linear"}, {"epochs", "3"}}};
  assert_int_equal(train(s), 0);
  struct spec again = {.run = "options2", .signal = SIGINT, .signal_step = 17};
  memcpy(again.line, s.line, sizeof s.line);
  assert_int_equal(train(again), INTERRUPTED);
  assert_int_equal(train((struct spec){.run = "options2", .resume = 1}), 0);
  expect_same("options", "options2");
  assert_int_equal(train((struct spec){.run = "options2", .resume = 1, .line = {{"batch", "16"}}}), 1);
  expect_said("options2", "--resume goes on with the batch and the seed it had");
  assert_int_equal(train((struct spec){.run = "options2", .resume = 1, .limit = 100}), 1);
  expect_said("options2", "now there are 100");
}

static void resuming_nothing_begins(void **state) {
  (void)state;
  assert_int_equal(train((struct spec){.run = "fresh", .resume = 1}), 0);
  expect_said("fresh", "the training begins");
  expect_same("plain", "fresh");
}

/* The toy's `poison` makes a weight NaN at that step; the checkpoint of the epoch before stays. */
static void nan_stops_the_training(void **state) {
  (void)state;
  assert_int_equal(train((struct spec){.run = "poisoned", .line = {{"poison", "22"}}}), 1);
  expect_said("poisoned", "the loss became nan at step 23 (epoch 2)");
  expect_said("poisoned", "last.safetensors holds the training up to step 15");
  assert_int_equal(train((struct spec){.run = "poisoned", .line = {{"poison", "15"}}}), 1);
  expect_said("poisoned", "fc.bias became infinite or not a number at step 15 (epoch 1): the training stops; no "
                          "checkpoint was written yet");
}

static void stops_when_stalled(void **state) {
  (void)state;
  assert_int_equal(train((struct spec){.run = "stalled",
                                       .line = {{"epochs", "50"}, {"lr", "0"}, {"stop", "stalled(loss, epochs: 3)"}}}),
                   0);
  expect_said("stalled", "epoch 4/50");
  expect_said("stalled", "stopped: no better epoch since epoch 1");
  char *log = log_of("stalled");
  assert_null(strstr(log, "\n5,"));
  free(log);
}

static void parts_of_epochs_count(void **state) {
  (void)state;
  assert_int_equal(train((struct spec){.run = "part", .line = {{"epochs", "1.4"}}}), 0);
  char *log = log_of("part");
  assert_non_null(strstr(log, "\n2,21,"));
  free(log);
}

static void previews_every_epoch(void **state) {
  (void)state;
  assert_int_equal(train((struct spec){.run = "seen", .line = {{"preview", "classify(count: 5)"}, {"epochs", "2"}}}),
                   0);
  char *first = text_of("seen", "preview/0001.png"), *second = text_of("seen", "preview/0002.png");
  assert_memory_equal(first, "\x89PNG", 4);
  assert_memory_equal(second, "\x89PNG", 4);
  free(first), free(second);
  assert_int_equal(train((struct spec){.run = "seen", .line = {{"preview", "clasify"}}}), 1);
  expect_said("seen", "there is no `predict clasify`; did you mean `classify`?");
}

/* ---- run.json ---- */

static json_t *record_of(const char *run) {
  char *path = mem_text("%s/%s/run.json", folder, run);
  json_error_t e;
  json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &e);
  if (!root)
    fail_msg("%s: %s", path, e.text);
  free(path);
  return root;
}

static const char *text_in(const json_t *o, const char *key) {
  const char *text = json_string_value(json_object_get(o, key));
  if (!text)
    fail_msg("there is no text \"%s\"", key);
  return text;
}

static json_int_t whole_in(const json_t *o, const char *key) {
  if (!json_is_integer(json_object_get(o, key)))
    fail_msg("there is no number \"%s\"", key);
  return json_integer_value(json_object_get(o, key));
}

static void expect_status(const char *run, const char *status) {
  json_t *r = record_of(run);
  assert_string_equal(text_in(r, "status"), status);
  json_decref(r);
}

static void a_record_tells_the_run(void **state) {
  (void)state;
  json_t *r = record_of("plain"), *data = json_object_get(r, "data"), *best = json_object_get(r, "best");
  assert_string_equal(text_in(r, "status"), "finished");
  assert_string_equal(text_in(r, "program"), "toy");
  assert_int_equal(whole_in(r, "parameters"), 4 * 256 + 4);
  assert_int_equal(whole_in(r, "seed"), 7);
  assert_int_equal(whole_in(r, "step"), 60);
  assert_int_equal(whole_in(data, "train") + whole_in(data, "val"), 500);
  assert_int_equal(whole_in(data, "test"), 100);
  assert_string_equal(text_in(json_object_get(r, "recipe"), "schedule"), "cosine(warmup: 0.5)");
  assert_int_equal(json_array_size(json_object_get(r, "classes")), 4);
  assert_int_equal(whole_in(json_object_get(r, "last"), "epoch"), 4);
  assert_true(json_real_value(json_object_get(best, "val_accuracy")) >=
              json_real_value(json_object_get(json_object_get(r, "last"), "val_accuracy")));
  assert_true(json_real_value(json_object_get(json_object_get(r, "test"), "loss")) > 0);
  json_decref(r);
}

static void a_record_tells_how_it_ended(void **state) {
  (void)state;
  expect_status("stalled", "stopped");
  expect_status("poisoned", "failed");
  json_t *r = record_of("poisoned");
  assert_non_null(strstr(text_in(r, "error"), "fc.bias became infinite"));
  json_decref(r);
  assert_int_equal(train((struct spec){.run = "cut", .signal = SIGINT, .signal_step = 20}), INTERRUPTED);
  expect_status("cut", "interrupted");
  assert_int_equal(train((struct spec){.run = "cut", .signal = SIGKILL, .signal_step = 31, .resume = 1}), 128 + SIGKILL);
  expect_status("cut", "running");
  assert_int_equal(train((struct spec){.run = "cut", .resume = 1}), 0);
  r = record_of("cut");
  assert_string_equal(text_in(r, "status"), "finished");
  assert_int_equal(json_array_size(json_object_get(r, "resumed")), 2);
  json_t *plain = record_of("plain");
  assert_true(json_equal(json_object_get(r, "best"), json_object_get(plain, "best")));
  assert_true(json_equal(json_object_get(r, "test"), json_object_get(plain, "test")));
  json_decref(r), json_decref(plain);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(threads_do_not_matter),
      cmocka_unit_test(learns),
      cmocka_unit_test(killed_and_resumed),
      cmocka_unit_test(interrupted_and_resumed),
      cmocka_unit_test(resuming_what_is_done_changes_nothing),
      cmocka_unit_test(resuming_keeps_the_options_it_had),
      cmocka_unit_test(resuming_nothing_begins),
      cmocka_unit_test(nan_stops_the_training),
      cmocka_unit_test(stops_when_stalled),
      cmocka_unit_test(parts_of_epochs_count),
      cmocka_unit_test(previews_every_epoch),
      cmocka_unit_test(a_record_tells_the_run),
      cmocka_unit_test(a_record_tells_how_it_ended),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
