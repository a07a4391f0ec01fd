/* Event files: each record between its length and checksums; a step's values in one record; a resumed run's file tells its
   readers where it goes on, and sorts behind the older one. TensorBoard itself reads them in tests/peer/read_events.py. */
#define _GNU_SOURCE /* memmem */
#include "log/events.h"
#include "folder.h"
/* cmocka wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int by_name(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *e) {
  return *e->d_name != '.';
}

struct file {
  unsigned char *at;
  size_t size;
  int records;
  const unsigned char *record[16];
  size_t length[16];
};

static uint32_t masked(const void *at, size_t size) {
  uint32_t crc = crc32c(at, size);
  return (crc >> 15 | crc << 17) + 0xa282ead8;
}

static uint32_t word_at(const unsigned char *at) {
  uint32_t v;
  memcpy(&v, at, sizeof v);
  return v;
}

/* The k-th file of the folder, taken apart. */
static struct file read_file(const char *in, int k, int files) {
  struct dirent **list;
  struct file f = {.at = mem_get(1 << 16)};
  assert_int_equal(scandir(in, &list, is_visible, by_name), files);
  char *path = mem_text("%s/%s", in, list[k]->d_name);
  FILE *from = fopen(path, "rb");
  f.size = fread(f.at, 1, 1 << 16, from);
  fclose(from);
  for (size_t at = 0; at < f.size;) {
    uint64_t length;
    assert_true(at + 16 <= f.size);
    memcpy(&length, f.at + at, 8);
    assert_int_equal(word_at(f.at + at + 8), masked(f.at + at, 8));
    assert_true(length <= f.size - at - 16);
    f.record[f.records] = f.at + at + 12;
    f.length[f.records++] = length;
    assert_int_equal(word_at(f.at + at + 12 + length), masked(f.at + at + 12, length));
    at += 16 + length;
  }
  for (int i = 0; i < files; i++)
    free(list[i]);
  free(list), free(path);
  return f;
}

static void expect_holds(const struct file *f, int record, const void *bytes, size_t size) {
  assert_non_null(memmem(f->record[record], f->length[record], bytes, size));
}

static void checksums_are_castagnoli(void **state) {
  (void)state;
  char zero[32] = {0};
  assert_int_equal(crc32c("123456789", 9), 0xe3069283);
  assert_int_equal(crc32c(zero, 32), 0x8a9136aa); /* RFC 3720, B.4 */
  assert_int_equal(crc32c("", 0), 0);
}

static void a_step_is_one_record(void **state) {
  (void)state;
  struct events e;
  char err[ERR] = "";
  assert_int_equal(events_open(&e, "a", 0, err), 0);
  events_scalar(&e, "loss", 0.5);
  events_scalar(&e, "accuracy", 0.75);
  assert_int_equal(events_write(&e, 300, err), 0);
  assert_int_equal(events_write(&e, 301, err), 0); /* nothing was gathered: nothing is written */
  events_text(&e, "source", "    net");
  assert_int_equal(events_write(&e, 1, err), 0);
  events_close(&e);
  struct file f = read_file("a", 0, 1);
  assert_int_equal(f.records, 3);
  expect_holds(&f, 0, "\x1a\x0d" "brain.Event:2", 15);
  expect_holds(&f, 1, "\x10\xac\x02", 3); /* the step */
  expect_holds(&f, 1, "\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f", 13);
  expect_holds(&f, 1, "\x0a\x0f\x0a\x08" "accuracy\x15\0\0\x40\x3f", 17);
  expect_holds(&f, 2, "    net", 7);
  free(f.at);
}

static void a_resumed_run_has_a_later_file(void **state) {
  (void)state;
  struct events e;
  char err[ERR] = "";
  for (int i = 0; i < 3; i++) {
    assert_int_equal(events_open(&e, "b", i ? 6 + i : 0, err), 0);
    events_scalar(&e, "loss", i);
    assert_int_equal(events_write(&e, 7, err), 0);
    events_close(&e);
  }
  struct file f = read_file("b", 2, 3);
  assert_int_equal(f.records, 3);
  expect_holds(&f, 1, "\x10\x08\x3a\x02\x08\x01", 6); /* step 8, a session that starts */
  free(f.at);
  FILE *other = fopen("b/events.out.tfevents.1.theirs", "w");
  fclose(other);
  assert_int_equal(events_open(&e, "b", 0, err), 0); /* begun anew: ours are gone, others' are not */
  events_close(&e);
  free(read_file("b", 1, 2).at);
}

static void histograms_count_every_finite_number(void **state) {
  (void)state;
  struct events e;
  char err[ERR] = "";
  const float v[] = {-1, -1, 0, 2, NAN, INFINITY}, one[] = {3, 3};
  const double expected[] = {-1, 2, 4, 0, 6}; /* smallest, largest, how many, sum, sum of squares */
  assert_int_equal(events_open(&e, "c", 0, err), 0);
  events_histogram(&e, "w", v, 6);
  assert_int_equal(events_write(&e, 1, err), 0);
  events_histogram(&e, "w", one, 2);
  assert_int_equal(events_write(&e, 2, err), 0);
  events_close(&e);
  struct file f = read_file("c", 0, 1);
  const unsigned char *at = memmem(f.record[1], f.length[1], "\x0a\x01w\x2a", 4);
  assert_non_null(at);
  at += 4 + 2; /* the length, in two bytes */
  for (int i = 0; i < 5; i++, at += 9) {
    double number;
    memcpy(&number, at + 1, sizeof number);
    assert_int_equal(*at, (i + 1) << 3 | 1);
    assert_true(number == expected[i]);
  }
  double limit[30], bucket[30], before = -INFINITY, sum = 0;
  memcpy(limit, at + 3, sizeof limit);
  memcpy(bucket, at + 3 + sizeof limit + 3, sizeof bucket);
  for (int i = 0; i < 30; i++) {
    assert_true(limit[i] > before);
    before = limit[i];
    sum += bucket[i];
  }
  assert_true(limit[29] == 2 && sum == 4 && bucket[0] == 2 && bucket[10] == 1 && bucket[29] == 1);
  free(f.at);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(checksums_are_castagnoli),
      cmocka_unit_test(a_step_is_one_record),
      cmocka_unit_test(a_resumed_run_has_a_later_file),
      cmocka_unit_test(histograms_count_every_finite_number),
  };
  return cmocka_run_group_tests(tests, enter_folder, remove_folder);
}
