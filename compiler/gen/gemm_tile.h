/* gemm_tile: the product of a block of matrices, in functions that all products of a program share. */
#ifndef GEN_GEMM_TILE_H
#define GEN_GEMM_TILE_H
#include "gen/emit.h"

/* C[m, n] = A[m, k] B[k, n], row major; a transposed operand lies as [k, m] or [n, k]. */
typedef struct {
  Ir a, b, c, m, n, k;
  Ir lda, ldb, ldc;
  Ir b_panel; /* NULL; or B is packed, b is its first panel, and this is the distance of panels in floats */
} Product;

/* Of C in a block, at most; columns that are multiples of STEP make whole tiles. */
enum { BLOCK_ROWS = 96, BLOCK_COLS = 256, BLOCK_STEP = 32 };
int gemm_tile_rows(int lanes);
int gemm_tile_cols(int lanes);
int64_t gemm_panel(int64_t k, int lanes); /* floats of a packed panel: gemm_tile_cols columns of all of B */
void gemm_pack(Emit *e, int tb, Ir b, Ir ldb, Ir k, Ir cols, Ir panel); /* one of them, of so many columns from b on */
void gemm_block(Emit *e, int ta, int tb, const Product *p);
void gemm_dots(Emit *e, const Product *p); /* B lies transposed; for few rows */

#endif
