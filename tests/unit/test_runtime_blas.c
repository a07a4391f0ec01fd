/* nrt_gemm: right in every arrangement, and the same bits whoever calls it at the same time. */
#include "netrt.h"
/* cmocka wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static float *numbers(int64_t n, uint32_t site) {
  float *v = malloc((size_t)n * sizeof *v);
  nrt_normal(v, 0, n, 1, 1, 1, site);
  return v;
}

static void check(int ta, int tb, int64_t m, int64_t n, int64_t k, float beta) {
  int64_t lda = (ta ? m : k) + 3, ldb = (tb ? k : n) + 1, ldc = n + 2;
  float *a = numbers((ta ? k : m) * lda, 1), *b = numbers((tb ? n : k) * ldb, 2), *c = numbers(m * ldc, 3);
  float *before = malloc((size_t)(m * ldc) * sizeof *before);
  if (beta == 0) /* must not be read */
    for (int64_t i = 0; i < m * ldc; i++)
      c[i] = NAN;
  memcpy(before, c, (size_t)(m * ldc) * sizeof *c);
  nrt_gemm(ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) {
      double sum = beta == 0 ? 0 : (double)beta * before[i * ldc + j], size = 1;
      for (int64_t p = 0; p < k; p++) {
        double term = (double)a[ta ? p * lda + i : i * lda + p] * b[tb ? j * ldb + p : p * ldb + j];
        sum += term;
        size += fabs(term);
      }
      if (!(fabs(c[i * ldc + j] - sum) <= 1e-6 * size))
        fail_msg("%d %d [%d, %d, %d]: %g instead of %g", ta, tb, (int)m, (int)n, (int)k, (double)c[i * ldc + j], sum);
    }
  for (int64_t i = 0; i < m; i++)
    assert_memory_equal(c + i * ldc + n, before + i * ldc + n, 2 * sizeof *c);
  free(a), free(b), free(c), free(before);
}

static void all_arrangements(void **state) {
  (void)state;
  static const int64_t SIZES[][3] = {{1, 1, 1},    {3, 5, 7},    {17, 33, 9},  {64, 10, 128},
                                     {1, 100, 50}, {100, 1, 50}, {70, 90, 300}};
  for (size_t s = 0; s < sizeof SIZES / sizeof *SIZES; s++)
    for (int t = 0; t < 4; t++)
      for (int beta = 0; beta <= 1; beta++)
        check(t & 1, t >> 1, SIZES[s][0], SIZES[s][1], SIZES[s][2], (float)beta);
}

enum { SIDE = 64, THREADS = 4, CALLS = 20000 };

struct shared {
  float *a, *b, right[SIDE * SIDE];
  atomic_int wrong;
};

static void *multiply(void *shared) {
  struct shared *s = shared;
  float c[SIDE * SIDE];
  for (int i = 0; i < CALLS; i++) {
    nrt_gemm(0, 1, SIDE, SIDE, SIDE, s->a, SIDE, s->b, SIDE, 0, c, SIDE);
    if (memcmp(c, s->right, sizeof c))
      atomic_fetch_add(&s->wrong, 1);
  }
  return NULL;
}

/* More threads than cores, so that one is stopped in the middle of a product: a build of OpenBLAS without locks then
   gets about one in a thousand wrong. */
static void at_once_from_many_threads(void **state) {
  (void)state;
  static struct shared s;
  pthread_t thread[THREADS];
  s.a = numbers(SIDE * SIDE, 4), s.b = numbers(SIDE * SIDE, 5);
  nrt_gemm(0, 1, SIDE, SIDE, SIDE, s.a, SIDE, s.b, SIDE, 0, s.right, SIDE);
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&thread[i], NULL, multiply, &s), 0);
  for (int i = 0; i < THREADS; i++)
    pthread_join(thread[i], NULL);
  assert_int_equal(atomic_load(&s.wrong), 0);
  free(s.a), free(s.b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(all_arrangements), cmocka_unit_test(at_once_from_many_threads)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
