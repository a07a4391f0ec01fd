/* The pool: every chunk runs once, whatever the number of threads, however often, asleep or awake. */
#include "pool.h"
/* cmocka wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <time.h>

enum { CHUNKS = 1000 };

static void count_chunk(void *const *arg, const struct net_run *run, int64_t chunk, int64_t chunks) {
  atomic_int *hits = arg[0];
  (void)run;
  if (chunks == *(int64_t *)arg[1])
    atomic_fetch_add(&hits[chunk], 1);
}

static void expect_all(struct net_run *run, int64_t chunks) {
  static atomic_int hits[CHUNKS];
  void *arg[] = {hits, &chunks};
  for (int i = 0; i < CHUNKS; i++)
    atomic_store(&hits[i], 0);
  nrt_launch(run, 0, count_chunk, arg, chunks);
  for (int i = 0; i < CHUNKS; i++)
    assert_int_equal(atomic_load(&hits[i]), i < chunks);
}

static void runs_every_chunk_once(void **state) {
  (void)state;
  for (int threads = 1; threads <= 5; threads++) {
    struct net_run run = {.pool = pool_open(threads)};
    assert_int_equal(pool_threads(run.pool), threads);
    for (int round = 0; round < 300; round++)
      expect_all(&run, 1 + round * 7 % CHUNKS);
    pool_close(run.pool);
  }
}

static void wakes_sleepers(void **state) {
  (void)state;
  struct net_run run = {.pool = pool_open(3)};
  for (int round = 0; round < 20; round++) {
    nanosleep(&(struct timespec){0, 2000000}, NULL);
    expect_all(&run, 64);
  }
  pool_close(run.pool);
}

static void survives_a_storm(void **state) {
  (void)state;
  struct net_run run = {.pool = pool_open(4)};
  atomic_int hits[8] = {0};
  int64_t chunks = 8;
  void *arg[] = {hits, &chunks};
  for (int round = 0; round < 20000; round++)
    nrt_launch(&run, 0, count_chunk, arg, chunks);
  for (int i = 0; i < 8; i++)
    assert_int_equal(atomic_load(&hits[i]), 20000);
  pool_close(run.pool);
}

static void halve(void *const *arg, const struct net_run *run, int64_t chunk, int64_t chunks) {
  volatile float *v = arg[0];
  (void)run, (void)chunks;
  for (int i = 0; i < 30; i++)
    v[chunk] *= 0.5f;
}

/* Every chunk, in whatever thread, sees 2^-120 halved to nothing and not to a subnormal. */
static void flushes_subnormals(void **state) {
  (void)state;
  float v[64];
  struct net_run run = {.pool = pool_open(4)};
  for (int i = 0; i < 64; i++)
    v[i] = 0x1p-100f;
  void *arg[] = {v};
  nrt_launch(&run, 0, halve, arg, 64);
  for (int i = 0; i < 64; i++)
    assert_true(v[i] == 0);
  pool_close(run.pool);
}

static void times_steps(void **state) {
  (void)state;
  double seconds[3] = {0};
  struct net_run run = {.pool = pool_open(2), .step_seconds = seconds};
  expect_all(&run, 10);
  assert_true(seconds[0] > 0 && seconds[0] < 10);
  assert_true(seconds[1] == 0);
  pool_close(run.pool);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(runs_every_chunk_once), cmocka_unit_test(wakes_sleepers), cmocka_unit_test(survives_a_storm),
      cmocka_unit_test(flushes_subnormals),    cmocka_unit_test(times_steps),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
