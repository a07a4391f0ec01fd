/* gemm_tile: a block of a matrix product, C = A B, in tiles whose sums stay in registers.

   A tile is ROWS x 2 vectors of C; a step of its loop over k loads 2 vectors of B and repeats ROWS elements of A.
   Example, 8 lanes: 6 x 2 = 12 sums, 2 vectors, 1 repeated element: 15 of 16 registers.
   - k is cut into runs of DEPTH, so that a panel of B, DEPTH x 2 vectors side by side, stays in the nearest cache while
   tiles walk down the rows. Sums of a run are added to C; a sum's order depends on k alone.
   - Panels are copied together on the stack, turned when B lies transposed, unless B was packed before, all panels in
   their full depth one after the other. An A that lies transposed is copied as
   well, into panels of a tile's rows; else it is read where it lies, along its rows.
   - Rows and columns that a tile has too many are the last one again, its result written again. Only the end of C's
   rows needs masks.
   - All of it takes sizes at run time: one function each serves all products. */
#include "gen/gemm_tile.h"
#include "gen/turn.h"
#include <string.h>

enum { VECTORS = 2, MOST_ROWS = 8, DEPTH = 256, PANEL_ROWS = DEPTH + 2, MOST_ARGS = 11 };

int gemm_tile_rows(int lanes) {
  return lanes == 8 ? 6 : MOST_ROWS; /* 16 registers; 32 */
}

int gemm_tile_cols(int lanes) {
  return VECTORS * lanes;
}

/* Calls the function of this name, made by `build` when new. params as of helper_begin. */
typedef void BuildShared(Emit *e, const Ir *in, int width);
static void shared(Emit *e, const char *name, const char *params, BuildShared *build, int width, Ir *args) {
  Outer outer;
  Ir fn, in[MOST_ARGS];
  if (helper_begin(e, &outer, arena_printf(e->c->mem, "%s_%d", name, e->lanes), params, &fn)) {
    for (unsigned i = 0; params[i]; i++)
      in[i] = LLVMGetParam(fn, i);
    build(e, in, width);
    helper_end(e, &outer);
  }
  call(e, fn, args, (int)strlen(params));
}

/* ---- panels ---- */

/* A panel's rows lie a whole number of vectors apart; panels, PANEL_ROWS rows: a line more than DEPTH, since at large
   powers of two they would all want the same few places of the cache. */
static int pitch_of(Emit *e, int width) {
  return (width + e->lanes - 1) / e->lanes * e->lanes;
}

/* to[panel][p][i] = from[p*ld + panel*width + i], for all p < depth and as many columns as there are. */
static void build_pack(Emit *e, const Ir *in, int width) {
  Ir from = in[0], to = in[1], depth = in[2], cols = in[3], ld = in[4];
  int pitch = pitch_of(e, width);
  Ir whole = idiv(e, imax(e, iaddk(e, cols, width - pitch), k64(e, 0)), k64(e, width));
  Ir panels = idiv(e, iaddk(e, cols, width - 1), k64(e, width));
  Loop row, panel;
  loop_begin(e, &row, k64(e, 0), depth, 1, NULL, 0);
  Ir line = at(e, from, imul(e, row.iv, ld)), put = at(e, to, imulk(e, row.iv, pitch));
  for (int masked = 0; masked < 2; masked++) {
    loop_begin(e, &panel, masked ? whole : k64(e, 0), masked ? panels : whole, 1, NULL, 0);
    Ir col = imulk(e, panel.iv, width), put_at = at(e, put, imulk(e, panel.iv, (int64_t)PANEL_ROWS * pitch));
    for (int i = 0; i < pitch; i += e->lanes) {
      Ir here = iaddk(e, col, i), p = at(e, line, here);
      Ir v = masked ? load_masked(e, p, lane_mask(e, isub(e, cols, here))) : load_vec(e, p);
      store(e, v, atk(e, put_at, i));
    }
    loop_end(e, &panel);
  }
  loop_end(e, &row);
}

/* Turns a square: rows of `from`, from column p on, to a vector in each of the panel's rows p, p + 1 ... */
static void pack_square(Emit *e, const Ir *row, Ir to, Ir p, Ir depth, int width, int masked) {
  Ir v[64], mask = masked ? lane_mask(e, isub(e, depth, p)) : NULL;
  for (int i = 0; i < e->lanes; i++)
    v[i] = masked ? load_masked(e, at(e, row[i], p), mask) : load_vec(e, at(e, row[i], p));
  turn_square(e, v, e->lanes);
  Ir put = at(e, to, imulk(e, p, width));
  for (int i = 0; i < e->lanes; i++)
    store(e, v[i], atk(e, put, (int64_t)i * width));
}

/* to[panel][p][i] = from[(panel*width + i)*ld + p]; width is VECTORS vectors. */
static void build_pack_turned(Emit *e, const Ir *in, int width) {
  Ir from = in[0], to = in[1], depth = in[2], cols = in[3], ld = in[4], row[64];
  Ir panels = idiv(e, iaddk(e, cols, width - 1), k64(e, width)), last = iaddk(e, cols, -1);
  Ir whole = isub(e, depth, irem(e, depth, k64(e, e->lanes)));
  Loop strip, l;
  loop_begin(e, &strip, k64(e, 0), imulk(e, panels, VECTORS), 1, NULL, 0);
  Ir panel = imulk(e, idiv(e, strip.iv, k64(e, VECTORS)), (int64_t)PANEL_ROWS * width);
  Ir put = at(e, to, iadd(e, panel, imulk(e, irem(e, strip.iv, k64(e, VECTORS)), e->lanes)));
  for (int i = 0; i < e->lanes; i++)
    row[i] = at(e, from, imul(e, imin(e, iaddk(e, imulk(e, strip.iv, e->lanes), i), last), ld));
  for (int masked = 0; masked < 2; masked++) {
    loop_begin(e, &l, masked ? whole : k64(e, 0), masked ? depth : whole, e->lanes, NULL, 0);
    pack_square(e, row, put, l.iv, depth, width, masked);
    loop_end(e, &l);
  }
  loop_end(e, &strip);
}

/* ---- the tile ---- */

static void sums_store(Emit *e, const Ir *sum, const Ir *c, Ir cols, Ir add, int masked) {
  int rows = gemm_tile_rows(e->lanes);
  Ir out[MOST_ROWS * VECTORS], mask[VECTORS];
  Loop old;
  for (int v = 0; v < VECTORS; v++)
    mask[v] = masked ? lane_mask(e, iaddk(e, cols, -v * e->lanes)) : NULL;
  for (int i = 0; i < rows * VECTORS; i++)
    out[i] = sum[i];
  loop_begin(e, &old, k64(e, 0), add, 1, out, rows * VECTORS);
  for (int i = 0; i < rows * VECTORS; i++) {
    Ir p = atk(e, c[i / VECTORS], i % VECTORS * e->lanes);
    out[i] = fadd(e, out[i], masked ? load_masked(e, p, mask[i % VECTORS]) : load_vec(e, p));
  }
  loop_end(e, &old);
  for (int i = 0; i < rows * VECTORS; i++) {
    Ir p = atk(e, c[i / VECTORS], i % VECTORS * e->lanes);
    if (masked)
      store_masked(e, out[i], p, mask[i % VECTORS]);
    else
      store(e, out[i], p);
  }
}

/* C's tile = (add ? itself : 0) + A B. An element of A is at row*a_row + p*a_step. */
enum {
  TILE_A,
  TILE_B,
  TILE_C,
  TILE_ROWS,
  TILE_COLS,
  TILE_DEPTH,
  TILE_A_ROW,
  TILE_A_STEP,
  TILE_LDB,
  TILE_LDC,
  TILE_ADD
};

static void build_tile(Emit *e, const Ir *in, int width) {
  int rows = gemm_tile_rows(e->lanes);
  Ir a[MOST_ROWS], c[MOST_ROWS], b[VECTORS], sum[MOST_ROWS * VECTORS], last = iaddk(e, in[TILE_ROWS], -1);
  for (int r = 0; r < rows; r++) {
    Ir row = imin(e, k64(e, r), last);
    a[r] = at(e, in[TILE_A], imul(e, row, in[TILE_A_ROW]));
    c[r] = at(e, in[TILE_C], imul(e, row, in[TILE_LDC]));
  }
  for (int i = 0; i < rows * VECTORS; i++)
    sum[i] = kv(e, 0);
  Loop k;
  loop_begin(e, &k, k64(e, 0), in[TILE_DEPTH], 1, sum, rows * VECTORS);
  Ir line = at(e, in[TILE_B], imul(e, k.iv, in[TILE_LDB])), step = imul(e, k.iv, in[TILE_A_STEP]);
  for (int v = 0; v < VECTORS; v++)
    b[v] = load_vec(e, atk(e, line, v * e->lanes));
  for (int r = 0; r < rows; r++) {
    Ir x = splat(e, load_f32(e, at(e, a[r], step)));
    for (int v = 0; v < VECTORS; v++)
      sum[r * VECTORS + v] = fma3(e, x, b[v], sum[r * VECTORS + v]);
  }
  loop_end(e, &k);
  Branch edge;
  branch_begin(e, &edge, ilt(e, in[TILE_COLS], k64(e, width)));
  sums_store(e, sum, c, in[TILE_COLS], in[TILE_ADD], 1);
  branch_else(e, &edge);
  sums_store(e, sum, c, in[TILE_COLS], in[TILE_ADD], 0);
  branch_end(e, &edge);
}

/* ---- the block ---- */

typedef struct {
  int ta, tb, packed, rows, width; /* rows, width: of a tile */
  Product p;
  Ir a_panels, b_panels;
} Block;

/* The tiles of one run of k, a panel of B after the other. b_row: floats from row to row of B's panel, b_panel: from
   panel column to panel column. */
static void block_tiles(Emit *e, const Block *b, Ir a, Ir bs, Ir b_row, Ir b_panel, Ir depth, Ir add) {
  const Product *p = &b->p;
  int pitch = pitch_of(e, b->rows);
  Loop panel, tile;
  loop_begin(e, &panel, k64(e, 0), p->n, b->width, NULL, 0);
  loop_begin(e, &tile, k64(e, 0), p->m, b->rows, NULL, 0);
  Ir a_panel = imulk(e, idiv(e, tile.iv, k64(e, b->rows)), (int64_t)PANEL_ROWS * pitch);
  Ir args[] = {[TILE_A] = b->ta ? at(e, b->a_panels, a_panel) : at(e, a, imul(e, tile.iv, p->lda)),
               [TILE_B] = at(e, bs, imul(e, b->packed ? idiv(e, panel.iv, k64(e, b->width)) : panel.iv, b_panel)),
               [TILE_C] = at(e, p->c, iadd(e, imul(e, tile.iv, p->ldc), panel.iv)),
               [TILE_ROWS] = isub(e, p->m, tile.iv),
               [TILE_COLS] = isub(e, p->n, panel.iv),
               [TILE_DEPTH] = depth,
               [TILE_A_ROW] = b->ta ? k64(e, 1) : p->lda,
               [TILE_A_STEP] = k64(e, b->ta ? pitch : 1),
               [TILE_LDB] = b_row,
               [TILE_LDC] = p->ldc,
               [TILE_ADD] = add};
  shared(e, "gemm_tile", "pppiiiiiiii", build_tile, b->width, args);
  loop_end(e, &tile);
  loop_end(e, &panel);
}

/* One run of k. Panels of B are not worth it when one tile's rows are all there is, and columns are whole. */
static void block_run(Emit *e, const Block *b, Ir k0) {
  const Product *p = &b->p;
  Ir depth = imin(e, isub(e, p->k, k0), k64(e, DEPTH)), add = choose(e, ilt(e, k64(e, 0), k0), k64(e, 1), k64(e, 0));
  Ir a = at(e, p->a, b->ta ? imul(e, k0, p->lda) : k0);
  Ir pack_a[] = {a, b->a_panels, depth, p->m, p->lda};
  if (b->ta)
    shared(e, "gemm_pack_rows", "ppiii", build_pack, b->rows, pack_a);
  if (b->packed) {
    block_tiles(e, b, a, at(e, p->b, imulk(e, k0, b->width)), k64(e, b->width), p->b_panel, depth, add);
    return;
  }
  Ir from = at(e, p->b, b->tb ? k0 : imul(e, k0, p->ldb));
  Ir pack_b[] = {from, b->b_panels, depth, p->n, p->ldb};
  Ir few = ilt(e, p->m, k64(e, b->rows + 1)), whole = ieq(e, irem(e, p->n, k64(e, b->width)), k64(e, 0));
  Ir direct = b->tb ? LLVMConstNull(e->i1) : LLVMBuildAnd(e->builder, few, whole, "");
  Branch copied;
  branch_begin(e, &copied, LLVMBuildNot(e->builder, direct, ""));
  shared(e, b->tb ? "gemm_pack_turned" : "gemm_pack", "ppiii", b->tb ? build_pack_turned : build_pack, b->width,
         pack_b);
  branch_end(e, &copied);
  block_tiles(e, b, a, choose(e, direct, from, b->b_panels), choose(e, direct, p->ldb, k64(e, b->width)),
              choose(e, direct, k64(e, 1), k64(e, PANEL_ROWS)), depth, add);
}

enum { B_TURNED = 1, A_TURNED = 2, B_PACKED = 4 };

static void build_block(Emit *e, const Ir *in, int kind) {
  Block b = {.ta = !!(kind & A_TURNED), .tb = kind & B_TURNED, .packed = !!(kind & B_PACKED)};
  b.rows = gemm_tile_rows(e->lanes), b.width = gemm_tile_cols(e->lanes);
  b.p = (Product){in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7], in[8], in[9]};
  if (!b.packed)
    b.b_panels = stack_floats(e, (int64_t)PANEL_ROWS * BLOCK_COLS);
  if (b.ta)
    b.a_panels = stack_floats(e, (int64_t)PANEL_ROWS * BLOCK_ROWS / b.rows * pitch_of(e, b.rows));
  Loop run;
  loop_begin(e, &run, k64(e, 0), imax(e, b.p.k, k64(e, 1)), DEPTH, NULL, 0);
  block_run(e, &b, run.iv);
  loop_end(e, &run);
}

void gemm_block(Emit *e, int ta, int tb, const Product *p) {
  int packed = p->b_panel != NULL, kind = ta * A_TURNED + (packed ? B_PACKED : tb * B_TURNED);
  Ir args[] = {p->a, p->b, p->c, p->m, p->n, p->k, p->lda, p->ldb, p->ldc, packed ? p->b_panel : k64(e, 0)};
  shared(e, arena_printf(e->c->mem, "gemm_%c%c", "nt"[ta], packed ? 'p' : "nt"[tb]), "pppiiiiiii", build_block, kind,
         args);
}

/* ---- B packed before ---- */

int64_t gemm_panel(int64_t k, int lanes) { /* turning writes whole squares */
  return (k + lanes - 1) / lanes * lanes * gemm_tile_cols(lanes);
}

void gemm_pack(Emit *e, int tb, Ir b, Ir ldb, Ir k, Ir cols, Ir panel) {
  Ir args[] = {b, panel, k, cols, ldb};
  BuildShared *build = tb ? build_pack_turned : build_pack;
  shared(e, tb ? "gemm_pack_turned" : "gemm_pack", "ppiii", build, gemm_tile_cols(e->lanes), args);
}
