/* nrt_gemm: right in every arrangement, and the same bits whoever calls it at the same time. */
#include "pool.h"
/* cmocka wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
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

enum { M = 64, N = 64, K = 64, CHUNKS = 16 };

static void multiply(void *const *arg, const struct net_run *run, int64_t chunk, int64_t chunks) {
  float *c = (float *)arg[2] + chunk * M * N;
  (void)run, (void)chunks;
  nrt_gemm(0, 1, M, N, K, arg[0], K, arg[1], K, 0, c, N);
}

/* A build of OpenBLAS without locks gets about one product in a thousand wrong here. */
static void at_once_from_many_threads(void **state) {
  (void)state;
  float *a = numbers(M * K, 4), *b = numbers(N * K, 5), *c = malloc(sizeof *c * CHUNKS * M * N),
        *one = malloc(sizeof *one * M * N);
  struct net_run run = {.pool = pool_open(4)};
  void *arg[] = {a, b, c};
  nrt_gemm(0, 1, M, N, K, a, K, b, K, 0, one, N);
  for (int round = 0; round < 4000; round++) {
    memset(c, 0, sizeof *c * CHUNKS * M * N);
    nrt_launch(&run, 0, multiply, arg, CHUNKS);
    for (int i = 0; i < CHUNKS; i++)
      assert_memory_equal(c + i * M * N, one, sizeof *one * M * N);
  }
  pool_close(run.pool);
  free(a), free(b), free(c), free(one);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(all_arrangements), cmocka_unit_test(at_once_from_many_threads)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
