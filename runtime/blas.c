/* Matrix products by OpenBLAS, alone in this object so that a program without them does not carry it.

   It is the build with locks (Debian's openblas-pthread), held to one thread: the pool's threads call it at the same
   time, and the build without threads shares a buffer between such calls. Asked by its environment variable before it
   starts, it never makes the threads that would lie idle; a shared library has started by then and is told so. */
#include "netrt.h"
#include <cblas.h>
#include <pthread.h>
#include <stdlib.h>

__attribute__((constructor(101))) static void begin_single(void) {
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
}

static void single(void) {
  openblas_set_num_threads(1);
}

void nrt_gemm(int ta, int tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b, int64_t ldb,
              float beta, float *c, int64_t ldc) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, single);
  cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, (blasint)m, (blasint)n,
              (blasint)k, 1, a, (blasint)lda, b, (blasint)ldb, beta, c, (blasint)ldc);
}
