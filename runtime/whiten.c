/* ZCA whitening by OpenBLAS and LAPACK, alone in this object so that a program without it carries neither.

   Sums of products are split into panels of rows, which threads take in any order: each panel is one product, whose bits depend
   on its operands alone. Eigenvectors are computed by one thread (see blas.c). */
#include "base.h"
#include "netrt.h"
#include <cblas.h>
#include <math.h>
#include <stdlib.h>

/* LAPACK is Fortran, by Debian inside OpenBLAS's archive, and of Fortran's own library it calls this one function to put an
   option's letters together. Where that library is there, its own wins. */
__attribute__((weak)) void _gfortran_concat_string(size_t to_length, char *to, size_t a_length, const char *a,
                                                   size_t b_length, const char *b);
void _gfortran_concat_string(size_t to_length, char *to, size_t a_length, const char *a, size_t b_length,
                             const char *b) {
  for (size_t i = 0; i < to_length; i++)
    to[i] = i < a_length ? a[i] : i < a_length + b_length ? b[i - a_length] : ' ';
}

/* Eigenvalues, rising, and eigenvectors of the symmetric a, in its place; column by column, with the lengths of both texts. */
extern void dsyevd_(const char *job, const char *triangle, const int *n, double *a, const int *lda, double *values,
                    double *work, const int *lwork, int *iwork, const int *liwork, int *info, size_t, size_t);

enum { PANEL = 128 }; /* rows of a sum of products that are computed together */

struct adding {
  double *sum;
  const double *x;
  int64_t n, d;
};

static void add_panel(void *const *arg, const struct net_run *run, int64_t chunk, int64_t chunks) {
  const struct adding *g = arg[0];
  int64_t from = chunk * PANEL, rows = chunk == chunks - 1 ? g->d - from : PANEL;
  (void)run;
  cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (blasint)rows, (blasint)(g->d - from), (blasint)g->n, 1,
              g->x + from, (blasint)g->d, g->x + from, (blasint)g->d, 1, g->sum + from * g->d + from, (blasint)g->d);
}

static void whitening_add(struct net_pool *pool, double *sum, const double *x, int64_t n, int64_t d) {
  struct adding g = {sum, x, n, d};
  struct net_run run = {.pool = pool};
  openblas_set_num_threads(1);
  nrt_launch(&run, 0, add_panel, (void *[]){&g}, (d + PANEL - 1) / PANEL);
}

/* sum is row major with its upper triangle filled: column by column, that is the lower one. Eigenvectors come as its rows. */
static int eigen(double *sum, int64_t d, double *value, char err[512]) {
  int n = (int)d, info, most = -1, imost = -1, integers;
  double length;
  dsyevd_("V", "L", &n, sum, &n, value, &length, &most, &integers, &imost, &info, 1, 1);
  most = (int)length, imost = integers;
  double *work = malloc((size_t)most * sizeof *work);
  int *iwork = malloc((size_t)imost * sizeof *iwork);
  if (work && iwork)
    dsyevd_("V", "L", &n, sum, &n, value, work, &most, iwork, &imost, &info, 1, 1);
  int status = !work || !iwork ? fail(err, "out of memory while whitening pictures of %d values", n)
               : info          ? fail(err, "the eigenvectors for zca_whiten were not found: are there values that are not numbers?")
                               : 0;
  free(work), free(iwork);
  return status;
}

/* Scales eigenvector i by the root of its factor; their product with themselves then is the matrix. */
static void scale_vectors(double *vector, const double *value, int64_t n, int64_t d, double eps) {
  double least = value[d - 1] * (double)d * 2.3e-16; /* what rounding leaves of a zero */
  for (int64_t i = 0; i < d; i++) {
    double root = sqrt(fmax(value[i], 0) / (double)n);
    double factor = value[i] > least ? sqrt(1 / (root + eps / sqrt((double)n))) : 0;
    for (int64_t k = 0; k < d; k++)
      vector[i * d + k] *= factor;
  }
}

static int whitening_matrix(double *sum, int64_t n, int64_t d, double eps, float *out, char err[512]) {
  double *value = malloc((size_t)d * sizeof *value), *product = malloc((size_t)(d * d) * sizeof *product);
  int status = value && product ? 0 : fail(err, "out of memory while whitening pictures of %lld values", (long long)d);
  openblas_set_num_threads(1);
  if (!status)
    status = eigen(sum, d, value, err);
  if (!status) {
    scale_vectors(sum, value, n, d, eps);
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (blasint)d, (blasint)d, (blasint)d, 1, sum, (blasint)d, sum,
                (blasint)d, 0, product, (blasint)d);
    for (int64_t i = 0; i < d * d; i++)
      out[i] = (float)product[i];
  }
  free(value), free(product);
  return status;
}

const struct net_whitening nrt_whitening = {whitening_add, whitening_matrix};
