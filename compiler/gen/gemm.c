/* gemm: matmul, matmul_over and bmm, in chunks of fixed size.

   All three are a number of problems C[m, n] = A[m, k] B[k, n]: matmul is one, whose rows are those of all samples;
   matmul_over is one, whose k runs over them; bmm is one for each sample and leading index. A unit of work is a block
   of one problem's C. When a matmul_over has a small result and a long k, k is cut into fixed parts, each a problem of
   its own into scratch, and a second launch adds them in order. A block is computed by our own tiles (gemm_tile.c),
   which find parameters packed where they can stay so from call to call; by the runtime's BLAS where matrices are
   large; by dot products (gemm_dot.c) where B lies transposed and rows are few; by a plain loop where a few dozen
   weights are not worth a tile. So programs without large matrices come without BLAS. An epilogue is applied to a
   block's rows as soon as they are there. Example: 64 samples of [196, 768] times [768, 3072]: 12544 rows in 131 blocks
   of 96, 24 of 128 columns: 3144 units in 32 chunks. */
#include "gen/cost.h"
#include "gen/finish.h"
#include "gen/gemm_tile.h"

enum { FEW_ROWS = 32, BLAS_ROWS = 256, BLAS_FEW_ROWS = 64, BLAS_COLS = 256 };
enum {
  SMALL = 32,
  UNITS = 32,
  LARGE = 1 << 22,
  PARTS = 16,
  LONG_DEPTH = 64,
  SMALL_RESULT = 128 * 128,
  LONG_ROW = 2048
};
typedef enum { BY_LOOP, BY_TILES, BY_BLAS } Way;

typedef struct {
  int64_t size;
  int by_sample; /* to be multiplied by N */
} Extent;

typedef struct {
  Emit *e;
  Terms terms;
  int ta, tb; /* operands lie transposed */
  Extent problems, m, k;
  int64_t n;
  int64_t a_problem, b_problem, a_sample, b_sample; /* floats; problem is within the sample */
  int parts;                                        /* of k, when there is one problem; 1: no scratch */
  Way way;
  int packed; /* B lies packed (gemm_tile.h): where a sample has more than a few rows and no parameter changes */
} Gemm;

/* ---- geometry ---- */

static int64_t product(const Type *t, int from, int to) {
  int64_t n = 1;
  for (int i = from; i < to; i++)
    n *= t->dim[i];
  return n;
}

static Gemm gemm_of(const Graph *g, Val v) {
  const Type a = *graph_type(g, graph_in(g, v, 0)), b = *graph_type(g, graph_in(g, v, 1));
  int64_t rows = product(&a, 0, a.rank - 1), last = a.dim[a.rank - 1], weights = 0;
  Gemm s = {.terms = epilogue_terms(g, v), .problems = {1, 0}, .parts = 1, .n = b.dim[b.rank - 1]};
  switch (graph_node(g, v)->op) {
  case OP_matmul:
    s.m = (Extent){rows, a.batched}, s.k.size = last, weights = last * s.n;
    if (rows == 1 && last >= LONG_ROW && last >= 8 * s.n)
      s.parts = PARTS;
    break;
  case OP_matmul_over:
    s.ta = 1;
    s.m.size = last, s.k = (Extent){rows, a.batched}, weights = last * s.n;
    if (rows >= LONG_DEPTH && weights <= SMALL_RESULT)
      s.parts = PARTS;
    break;
  default:
    s.m.size = a.dim[a.rank - 2], s.k.size = last, weights = last * s.n;
    s.problems = (Extent){product(&a, 0, a.rank - 2), a.batched || b.batched};
    s.a_problem = s.m.size * last, s.b_problem = weights;
    s.a_sample = a.batched ? s.problems.size * s.a_problem : 0;
    s.b_sample = b.batched ? s.problems.size * s.b_problem : 0;
  }
  s.way = s.m.size * s.n * s.k.size <= SMALL ? BY_LOOP : weights <= LARGE ? BY_TILES : BY_BLAS;
  s.packed = s.way == BY_TILES && graph_node(g, v)->op == OP_matmul && s.m.by_sample && s.m.size > FEW_ROWS &&
             !g->updates.count;
  return s;
}

/* ---- emitting ---- */

static void blas_product(const Gemm *s, const Product *p) {
  Emit *e = s->e;
  LLVMTypeRef types[] = {e->i32, e->i32, e->i64, e->i64, e->i64, e->ptr,
                         e->i64, e->ptr, e->i64, e->f32, e->ptr, e->i64};
  Ir fn = gen_function(e, "nrt_gemm", e->nothing, types, 12);
  Ir args[] = {k32(e, s->ta), k32(e, s->tb), p->m, p->n, p->k, p->a, p->lda, p->b, p->ldb, kf(e, 0), p->c, p->ldc};
  call(e, fn, args, 12);
}

/* Vectors of a row of C; a row of B that lies transposed is gathered. */
static Ir b_vector(const Gemm *s, const Product *p, Ir k, Ir col, Ir mask) {
  Emit *e = s->e;
  if (!s->tb)
    return load_masked(e, at(e, p->b, iadd(e, imul(e, k, p->ldb), col)), mask);
  Ir v = LLVMConstNull(e->vec), last = iaddk(e, p->n, -1);
  for (int i = 0; i < e->lanes; i++) {
    Ir row = imin(e, iaddk(e, col, i), last);
    v = LLVMBuildInsertElement(e->builder, v, load_f32(e, at(e, p->b, iadd(e, imul(e, row, p->ldb), k))), k32(e, i),
                               "");
  }
  return v;
}

static void small_product(const Gemm *s, const Product *p) {
  Emit *e = s->e;
  Loop row, col, k;
  loop_begin(e, &row, k64(e, 0), p->m, 1, NULL, 0);
  loop_begin(e, &col, k64(e, 0), p->n, e->lanes, NULL, 0);
  Ir mask = lane_mask(e, isub(e, p->n, col.iv)), sum = kv(e, 0);
  loop_begin(e, &k, k64(e, 0), p->k, 1, &sum, 1);
  Ir index = s->ta ? iadd(e, imul(e, k.iv, p->lda), row.iv) : iadd(e, imul(e, row.iv, p->lda), k.iv);
  sum = fma3(e, splat(e, load_f32(e, at(e, p->a, index))), b_vector(s, p, k.iv, col.iv, mask), sum);
  loop_end(e, &k);
  store_masked(e, sum, at(e, p->c, iadd(e, imul(e, row.iv, p->ldc), col.iv)), mask);
  loop_end(e, &col);
  loop_end(e, &row);
}

static void large_product(const Gemm *s, const Product *p) {
  if (s->way == BY_TILES)
    gemm_block(s->e, s->ta, s->tb, p);
  else
    blas_product(s, p);
}

static void block_product(const Gemm *s, const Product *p) {
  Emit *e = s->e;
  Branch few;
  if (s->way == BY_LOOP) {
    small_product(s, p);
  } else if (s->tb && !s->ta && !s->packed) {
    branch_begin(e, &few, ilt(e, p->m, k64(e, FEW_ROWS + 1)));
    gemm_dots(e, p);
    branch_else(e, &few);
    large_product(s, p);
    branch_end(e, &few);
  } else {
    large_product(s, p);
  }
}

static Ir blocks(Emit *e, Ir size, Ir block) {
  return idiv(e, iadd(e, size, iaddk(e, block, -1)), block);
}

static Ir extent(const Gemm *s, Extent x, Ir batch) {
  return x.by_sample ? imulk(s->e, batch, x.size) : k64(s->e, x.size);
}

/* How C is cut. For BLAS rows are few when there are few, so that all threads get some; tiles share rows evenly, and
   take so many columns that there are units enough. */
typedef struct {
  Ir rows, cols;             /* of a block */
  Ir row_blocks, col_blocks; /* of a problem */
  Ir problems, units;
} Cut;

static Cut cut_of(const Gemm *s, Ir batch) {
  Emit *e = s->e;
  Ir m = extent(s, s->m, batch), n = k64(e, s->n);
  Cut cut = {.problems = s->parts > 1 ? k64(e, s->parts) : extent(s, s->problems, batch)};
  if (s->way == BY_TILES) {
    Ir tile = k64(e, gemm_tile_rows(e->lanes)), step = k64(e, BLOCK_STEP);
    Ir all = blocks(e, m, k64(e, BLOCK_ROWS)), each = blocks(e, m, all);
    cut.rows = imul(e, blocks(e, each, tile), tile);
    Ir steps = blocks(e, imul(e, imul(e, all, cut.problems), n), imulk(e, step, UNITS));
    cut.cols = imul(e, step, imin(e, steps, k64(e, BLOCK_COLS / BLOCK_STEP)));
  } else {
    cut.rows = choose(e, ilt(e, m, k64(e, 2 * BLAS_ROWS)), k64(e, BLAS_FEW_ROWS), k64(e, BLAS_ROWS));
    cut.cols = k64(e, BLAS_COLS);
  }
  cut.row_blocks = blocks(e, m, cut.rows);
  cut.col_blocks = blocks(e, n, cut.cols);
  cut.units = imul(e, cut.problems, imul(e, cut.row_blocks, cut.col_blocks));
  return cut;
}

/* The whole product of a problem: its operands, sizes and result. */
static Product problem_at(const Gemm *s, Ir a, Ir b, Ir c, Ir problem, Ir batch) {
  Emit *e = s->e;
  Ir n = k64(e, s->n), k = extent(s, s->k, batch), m = extent(s, s->m, batch);
  Product p = {.m = m, .n = n, .k = k, .lda = s->ta ? m : k, .ldb = s->tb ? k : n, .ldc = n};
  if (s->parts > 1) {
    Ir parts = k64(e, s->parts), from = idiv(e, imul(e, k, problem), parts);
    p.k = isub(e, idiv(e, imul(e, k, iaddk(e, problem, 1)), parts), from);
    p.a = at(e, a, s->ta ? imul(e, from, p.lda) : from);
    p.b = at(e, b, s->tb ? from : imul(e, from, p.ldb));
  } else {
    Ir sample = idiv(e, problem, k64(e, s->problems.size)), index = irem(e, problem, k64(e, s->problems.size));
    p.a = at(e, a, iadd(e, imulk(e, sample, s->a_sample), imulk(e, index, s->a_problem)));
    p.b = at(e, b, iadd(e, imulk(e, sample, s->b_sample), imulk(e, index, s->b_problem)));
  }
  p.c = at(e, c, imul(e, problem, imul(e, m, n)));
  return p;
}

static void build_gemm(Emit *e, void *user) {
  Gemm *s = user;
  s->e = e;
  Epilogue epilogue;
  int finish = s->terms.formula && s->parts == 1;
  Ir a = kernel_pointer(e, 0), b = kernel_pointer(e, 1), c = kernel_pointer(e, 2), batch = kernel_batch(e), from, to;
  if (finish)
    epilogue_begin(&epilogue, e, &s->terms, 3);
  Cut cut = cut_of(s, batch);
  kernel_range(e, cut.units, &from, &to);
  Loop unit, row;
  loop_begin(e, &unit, from, to, 1, NULL, 0);
  Ir each = imul(e, cut.row_blocks, cut.col_blocks), problem = idiv(e, unit.iv, each), block = irem(e, unit.iv, each);
  Ir row0 = imul(e, irem(e, block, cut.row_blocks), cut.rows), col0 = imul(e, idiv(e, block, cut.row_blocks), cut.cols);
  Product p = problem_at(s, a, b, c, problem, batch);
  Ir first = iadd(e, imul(e, problem, p.m), row0), all = p.c;
  p.m = imin(e, isub(e, p.m, row0), cut.rows);
  p.n = imin(e, isub(e, p.n, col0), cut.cols);
  p.a = at(e, p.a, s->ta ? row0 : imul(e, row0, p.lda));
  if (s->packed)
    p.b_panel = k64(e, gemm_panel(s->k.size, e->lanes)),
    p.b = at(e, b, imul(e, idiv(e, col0, k64(e, gemm_tile_cols(e->lanes))), p.b_panel));
  else
    p.b = at(e, p.b, s->tb ? imul(e, col0, p.ldb) : col0);
  p.c = at(e, all, iadd(e, imul(e, row0, p.ldc), col0));
  block_product(s, &p);
  if (finish) {
    loop_begin(e, &row, k64(e, 0), p.m, 1, NULL, 0);
    finish_row(&epilogue, e, c, iadd(e, first, row.iv), col0, iadd(e, col0, p.n));
    loop_end(e, &row);
  }
  loop_end(e, &unit);
}

/* A unit is a panel. */
static void build_gemm_pack(Emit *e, void *user) {
  const Gemm *s = user;
  Ir b = kernel_pointer(e, 0), packed = kernel_pointer(e, 1), n = k64(e, s->n), k = k64(e, s->k.size), from, to;
  int width = gemm_tile_cols(e->lanes);
  Loop l;
  kernel_range(e, blocks(e, n, k64(e, width)), &from, &to);
  loop_begin(e, &l, from, to, 1, NULL, 0);
  Ir col = imulk(e, l.iv, width), ldb = s->tb ? k : n;
  gemm_pack(e, s->tb, at(e, b, s->tb ? imul(e, col, ldb) : col), ldb, k, imin(e, isub(e, n, col), k64(e, width)),
            at(e, packed, imulk(e, l.iv, gemm_panel(s->k.size, e->lanes))));
  loop_end(e, &l);
}

static Ir pack_launch(Gen *g, Gemm *s, Ir b) {
  Emit *e = &g->e;
  Ir args[] = {b, entry_kept(g)};
  const char *signature = arena_printf(g->c->mem, "%d k %lld n %lld", s->tb, (long long)s->k.size, (long long)s->n);
  entry_once_begin(g);
  Ir kernel = gen_kernel(g, "gemm_pack", signature, 0, build_gemm_pack, s);
  int width = gemm_tile_cols(g->target_lanes);
  entry_launch(g, kernel, args, 2, entry_chunks(g, blocks(e, k64(e, s->n), k64(e, width)), 4 * s->k.size));
  entry_once_end(g);
  return args[1];
}

/* Adds up the parts of k, in order. Numbers: how many floats a part has. */
static void build_add_parts(Emit *e, void *user) {
  (void)user;
  Ir parts = kernel_pointer(e, 0), c = kernel_pointer(e, 1), size = kernel_number(e, 2), from, to;
  Loop l, part;
  kernel_range(e, blocks(e, size, k64(e, e->lanes)), &from, &to);
  loop_begin(e, &l, from, to, 1, NULL, 0);
  Ir at0 = imulk(e, l.iv, e->lanes), mask = lane_mask(e, isub(e, size, at0)),
     sum = load_masked(e, at(e, parts, at0), mask);
  loop_begin(e, &part, k64(e, 1), k64(e, PARTS), 1, &sum, 1);
  sum = fadd(e, sum, load_masked(e, at(e, parts, iadd(e, imul(e, part.iv, size), at0)), mask));
  loop_end(e, &part);
  store_masked(e, sum, at(e, c, at0), mask);
  loop_end(e, &l);
}

/* ---- the step ---- */

/* The operand's memory; that of a transpose's operand when the plan gave the transpose none. */
static Ir operand(Gen *g, const Plan *p, Val v, int *transposed) {
  if (p->buffer[v].base < 0 && graph_node(p->g, v)->op == OP_transpose) {
    *transposed = !*transposed;
    v = graph_in(p->g, v, 0);
  }
  return entry_value(g, v);
}

static const char *signature_of(Gen *g, const Gemm *s) {
  Text t = {.mem = g->c->mem};
  text_add(&t,
           "way %d %d%d m %lld %d n %lld k %lld %d problems %lld %d, %lld %lld %lld %lld; parts %d packed %d",
           s->way, s->ta, s->tb, (long long)s->m.size, s->m.by_sample, (long long)s->n, (long long)s->k.size,
           s->k.by_sample, (long long)s->problems.size, s->problems.by_sample, (long long)s->a_problem,
           (long long)s->b_problem, (long long)s->a_sample, (long long)s->b_sample, s->parts, s->packed);
  if (s->parts == 1)
    terms_signature(&s->terms, g->c, &t);
  return text_str(&t);
}

void lower_gemm(Gen *g, const Plan *p, int step) {
  Emit *e = &g->e;
  const Graph *graph = p->g;
  Val v = p->steps.at[step].val;
  Gemm s = gemm_of(graph, v);
  s.e = e;
  Ir args[3 + MAX_VARS] = {operand(g, p, graph_in(graph, v, 0), &s.ta), operand(g, p, graph_in(graph, v, 1), &s.tb)};
  if (s.packed)
    args[1] = pack_launch(g, &s, args[1]);
  args[2] = s.parts > 1 ? entry_scratch(g, 0, 0) : entry_out(g);
  int count = s.parts > 1 ? 3 : 3 + terms_args(g, &s.terms, args + 3);
  g->blas |= s.way == BY_BLAS;
  Ir kernel = gen_kernel(g, "gemm", signature_of(g, &s), 0, build_gemm, &s);
  s.e = e;
  Ir batch = entry_batch(g), size = imulk(e, extent(&s, s.m, batch), s.n);
  Ir work = imul(e, imul(e, size, extent(&s, s.k, batch)), extent(&s, s.problems, batch));
  entry_launch(g, kernel, args, count, entry_chunks_of(g, cut_of(&s, batch).units, idiv(e, work, k64(e, e->lanes))));
  if (s.parts == 1)
    return;
  Ir adding[] = {entry_scratch(g, 0, 0), entry_out(g), entry_number(g, size)};
  kernel = gen_kernel(g, "gemm_add", "", 0, build_add_parts, NULL);
  entry_launch(g, kernel, adding, 3, entry_chunks(g, blocks(e, size, k64(e, e->lanes)), PARTS));
  finish_launch(g, graph, v);
}

void gemm_way(const Graph *g, Val v, Text *how) {
  Gemm s = gemm_of(g, v);
  static const char *const way[] = {[BY_LOOP] = "a loop", [BY_TILES] = "tiles", [BY_BLAS] = "BLAS"};
  text_add(how, "%s", way[s.way]);
  if (s.parts > 1)
    text_add(how, ", depth in %d parts", s.parts);
}

Scratch gemm_scratch(const Graph *g, Val v) {
  Gemm s = gemm_of(g, v);
  int64_t columns = (s.n + BLOCK_STEP - 1) / BLOCK_STEP * BLOCK_STEP, depth = (s.k.size + 15) / 16 * 16;
  if (s.packed) /* room for vectors of any width */
    return (Scratch){.kept = 4 * columns * depth, .of = 1};
  int64_t bytes = s.parts > 1 ? 4 * s.parts * s.m.size * s.n : 0;
  return s.m.by_sample ? (Scratch){.per_sample = bytes} : (Scratch){.fixed = bytes};
}
