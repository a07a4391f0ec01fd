/* gemm_dot: a product of few rows, C = A B, where B lies transposed: an element of C is the dot product of two rows
   that lie side by side, one of A and one of B.

   Few rows cost the reading of B, so B is read where it lies, each row from beginning to end, for ROWS rows of A at a
   time. A tile is ROWS x COLS sums, each a vector whose lanes are added up at the end; rows and columns that a tile has
   too many are the last one again. One function serves all products.
   Example: one image's 4096 features times [4096, 1000]: 250 tiles, each of one row four times: the memory is slower
   than the three that are too many. */
#include "gen/gemm_tile.h"

enum { ROWS = 4, MOST_COLS = 4 };

/* sum += A B over columns from .. to-1 of both rows, a vector at a time. */
static void dots_run(Emit *e, const Ir *a, const Ir *b, int cols, Ir from, Ir to, int masked, Ir *sum) {
  Loop l;
  loop_begin(e, &l, from, to, e->lanes, sum, ROWS * cols);
  Ir mask = masked ? lane_mask(e, isub(e, to, l.iv)) : NULL, x[ROWS];
  for (int r = 0; r < ROWS; r++)
    x[r] = masked ? load_masked(e, at(e, a[r], l.iv), mask) : load_vec(e, at(e, a[r], l.iv));
  for (int c = 0; c < cols; c++) {
    Ir y = masked ? load_masked(e, at(e, b[c], l.iv), mask) : load_vec(e, at(e, b[c], l.iv));
    for (int r = 0; r < ROWS; r++)
      sum[r * cols + c] = fma3(e, x[r], y, sum[r * cols + c]);
  }
  loop_end(e, &l);
}

static void dots_tile(Emit *e, const Product *p, Ir row0, Ir col0, int cols) {
  Ir row[ROWS], col[MOST_COLS], a[ROWS], b[MOST_COLS], sum[ROWS * MOST_COLS];
  for (int r = 0; r < ROWS; r++) {
    row[r] = imin(e, iaddk(e, row0, r), iaddk(e, p->m, -1));
    a[r] = at(e, p->a, imul(e, row[r], p->lda));
  }
  for (int c = 0; c < cols; c++) {
    col[c] = imin(e, iaddk(e, col0, c), iaddk(e, p->n, -1));
    b[c] = at(e, p->b, imul(e, col[c], p->ldb));
  }
  for (int i = 0; i < ROWS * cols; i++)
    sum[i] = kv(e, 0);
  Ir whole = isub(e, p->k, irem(e, p->k, k64(e, e->lanes)));
  dots_run(e, a, b, cols, k64(e, 0), whole, 0, sum);
  dots_run(e, a, b, cols, whole, p->k, 1, sum);
  for (int i = 0; i < ROWS * cols; i++)
    store(e, horizontal(e, sum[i], fadd), at(e, p->c, iadd(e, imul(e, row[i / cols], p->ldc), col[i % cols])));
}

void gemm_dots(Emit *e, const Product *p) {
  Ir args[] = {p->a, p->b, p->c, p->m, p->n, p->k, p->lda, p->ldb, p->ldc}, in[9], fn;
  Outer outer;
  if (helper_begin(e, &outer, arena_printf(e->c->mem, "gemm_dots_%d", e->lanes), "pppiiiiii", &fn)) {
    for (unsigned i = 0; i < 9; i++)
      in[i] = LLVMGetParam(fn, i);
    Product all = {in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7], in[8], NULL};
    int cols = e->lanes == 8 ? 2 : MOST_COLS; /* 16 registers; 32 */
    Loop col, row;
    loop_begin(e, &col, k64(e, 0), all.n, cols, NULL, 0);
    loop_begin(e, &row, k64(e, 0), all.m, ROWS, NULL, 0);
    dots_tile(e, &all, row.iv, col.iv, cols);
    loop_end(e, &row);
    loop_end(e, &col);
    helper_end(e, &outer);
  }
  call(e, fn, args, 9);
}
