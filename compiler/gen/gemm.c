/* gemm: matmul, matmul_over and bmm, by the BLAS of the runtime from chunks of fixed size.

   All three are a number of problems C[m, n] = A[m, k] B[k, n]: matmul is one, whose rows are those of all samples;
   matmul_over is one, whose k runs over them; bmm is one for each sample and leading index. A unit of work is a block
   of ROWS x COLS of one problem's C. When a matmul_over has a small result and a long k, k is cut into fixed parts,
   each a problem of its own into scratch, and a second launch adds them in order. Products too small for a library (a
   few dozen weights) are a plain loop here, so that small programs come without BLAS. An epilogue is applied to a
   block's rows as soon as they are there.
   Example: 64 samples of [196, 768] times [768, 3072]: 12544 rows in 49 blocks, 12 blocks of columns: 588 units. */
#include "gen/finish.h"

enum { ROWS = 256, FEW_ROWS = 64, COLS = 256, SMALL = 2048, PARTS = 16, LONG_DEPTH = 64, SMALL_RESULT = 128 * 128 };

typedef struct {
  Emit *e;
  Terms terms;
  int over;              /* matmul_over */
  int ta, tb;            /* operands lie transposed */
  int64_t rows, m, n, k; /* m (k with over) of one sample: rows; the others 0 or as they are */
  int by_sample;         /* rows is to be multiplied by N */
  int64_t problems;      /* of one sample */
  int problems_by_sample;
  int64_t a_problem, b_problem, a_sample, b_sample; /* floats; problem is within the sample */
  int parts;                                        /* of k; 1: no scratch */
  int small;
} Gemm;

/* ---- geometry ---- */

static int64_t product(const Type *t, int from, int to) {
  int64_t n = 1;
  for (int i = from; i < to; i++)
    n *= t->dim[i];
  return n;
}

/* Multiply-adds of one problem, or of one sample's rows of it. */
static int64_t work_of(const Gemm *s) {
  return (s->rows ? s->rows : 1) * (s->m ? s->m : 1) * s->n * (s->k ? s->k : 1);
}

static Gemm gemm_of(const Graph *g, Val v) {
  const Type a = *graph_type(g, graph_in(g, v, 0)), b = *graph_type(g, graph_in(g, v, 1));
  int ar = a.rank, br = b.rank;
  Gemm s = {.terms = epilogue_terms(g, v), .problems = 1, .parts = 1, .n = b.dim[br - 1]};
  switch (graph_node(g, v)->op) {
  case OP_matmul:
    s.rows = product(&a, 0, ar - 1), s.k = a.dim[ar - 1], s.by_sample = a.batched;
    break;
  case OP_matmul_over:
    s.over = 1;
    s.rows = product(&a, 0, ar - 1), s.m = a.dim[ar - 1], s.by_sample = a.batched;
    s.ta = 1;
    if (s.rows >= LONG_DEPTH && s.m * s.n < SMALL_RESULT)
      s.parts = PARTS;
    break;
  default:
    s.m = a.dim[ar - 2], s.k = a.dim[ar - 1], s.problems = product(&a, 0, ar - 2);
    s.a_problem = s.m * s.k, s.b_problem = s.k * s.n;
    s.a_sample = a.batched ? s.problems * s.a_problem : 0, s.b_sample = b.batched ? s.problems * s.b_problem : 0;
    s.problems_by_sample = a.batched || b.batched;
  }
  s.small = work_of(&s) <= SMALL;
  return s;
}

/* ---- emitting ---- */

typedef struct {
  Ir a, b, c, m, n, k;
  Ir lda, ldb, ldc;
} Product;

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

static Ir blocks(Emit *e, Ir size, Ir block) {
  return idiv(e, iadd(e, size, iaddk(e, block, -1)), block);
}

/* Rows of a block: few when there are few, so that all threads get some. */
static Ir block_rows(Emit *e, Ir rows) {
  return choose(e, ilt(e, rows, k64(e, 2 * ROWS)), k64(e, FEW_ROWS), k64(e, ROWS));
}

static Ir samples_of(const Gemm *s, Ir n, int by_sample) {
  return by_sample ? n : k64(s->e, 1);
}

static Ir rows_of(const Gemm *s, Ir n) { /* of one problem's C */
  return s->over || !s->rows ? k64(s->e, s->m) : imulk(s->e, samples_of(s, n, s->by_sample), s->rows);
}

static Ir problems_of(const Gemm *s, Ir n) {
  return s->over ? k64(s->e, s->parts) : imulk(s->e, samples_of(s, n, s->problems_by_sample), s->problems);
}

static Ir units_of(const Gemm *s, Ir n) {
  Emit *e = s->e;
  Ir rows = rows_of(s, n), cols = blocks(e, k64(e, s->n), k64(e, COLS));
  return imul(e, problems_of(s, n), imul(e, blocks(e, rows, block_rows(e, rows)), cols));
}

/* The whole product of a problem: its operands, sizes and result. */
static Product problem_at(const Gemm *s, Ir a, Ir b, Ir c, Ir problem, Ir batch) {
  Emit *e = s->e;
  Product p = {
      .a = a, .b = b, .c = c, .m = rows_of(s, batch), .n = k64(e, s->n), .k = k64(e, s->k), .ldc = k64(e, s->n)};
  if (s->over) {
    Ir depth = imulk(e, samples_of(s, batch, s->by_sample), s->rows), parts = k64(e, s->parts);
    Ir from = idiv(e, imul(e, depth, problem), parts), to = idiv(e, imul(e, depth, iaddk(e, problem, 1)), parts);
    p.k = isub(e, to, from);
    p.lda = s->ta ? k64(e, s->m) : depth, p.ldb = s->tb ? depth : k64(e, s->n);
    p.a = at(e, a, s->ta ? imulk(e, from, s->m) : from);
    p.b = at(e, b, s->tb ? from : imulk(e, from, s->n));
  } else {
    Ir sample = idiv(e, problem, k64(e, s->problems)), index = irem(e, problem, k64(e, s->problems));
    p.lda = s->ta ? p.m : p.k, p.ldb = s->tb ? p.k : p.n;
    p.a = at(e, a, iadd(e, imulk(e, sample, s->a_sample), imulk(e, index, s->a_problem)));
    p.b = at(e, b, iadd(e, imulk(e, sample, s->b_sample), imulk(e, index, s->b_problem)));
  }
  p.c = at(e, c, imul(e, problem, imul(e, p.m, p.n)));
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
  kernel_range(e, units_of(s, batch), &from, &to);
  Ir most = block_rows(e, rows_of(s, batch));
  Ir cols = blocks(e, k64(e, s->n), k64(e, COLS)), rows = blocks(e, rows_of(s, batch), most);
  Loop unit, row;
  loop_begin(e, &unit, from, to, 1, NULL, 0);
  Ir problem = idiv(e, unit.iv, imul(e, rows, cols)), block = irem(e, unit.iv, imul(e, rows, cols));
  Ir row0 = imul(e, irem(e, block, rows), most), col0 = imulk(e, idiv(e, block, rows), COLS);
  Product p = problem_at(s, a, b, c, problem, batch);
  Ir first = iadd(e, imul(e, problem, p.m), row0), all = p.c;
  p.m = imin(e, isub(e, p.m, row0), most);
  p.n = imin(e, isub(e, p.n, col0), k64(e, COLS));
  p.a = at(e, p.a, s->ta ? row0 : imul(e, row0, p.lda));
  p.b = at(e, p.b, s->tb ? imul(e, col0, p.ldb) : col0);
  p.c = at(e, all, iadd(e, imul(e, row0, p.ldc), col0));
  (s->small ? small_product : blas_product)(s, &p);
  if (finish) {
    loop_begin(e, &row, k64(e, 0), p.m, 1, NULL, 0);
    finish_row(&epilogue, e, c, iadd(e, first, row.iv), col0, iadd(e, col0, p.n));
    loop_end(e, &row);
  }
  loop_end(e, &unit);
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
  text_add(&t, "%d %d%d rows %lld %lld %lld %lld by %d; problems %lld by %d, %lld %lld %lld %lld; parts %d", s->over,
           s->ta, s->tb, (long long)s->rows, (long long)s->m, (long long)s->n, (long long)s->k, s->by_sample,
           (long long)s->problems, s->problems_by_sample, (long long)s->a_problem, (long long)s->b_problem,
           (long long)s->a_sample, (long long)s->b_sample, s->parts);
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
  args[2] = s.parts > 1 ? entry_scratch(g, 0, 0) : entry_out(g);
  int count = s.parts > 1 ? 3 : 3 + terms_args(g, &s.terms, args + 3);
  g->blas |= !s.small;
  Ir kernel = gen_kernel(g, "gemm", signature_of(g, &s), 0, build_gemm, &s);
  s.e = e;
  int64_t m = s.rows && !s.over ? (s.by_sample || s.rows > ROWS ? ROWS : s.rows) : s.m < ROWS ? s.m : ROWS;
  int64_t n = s.n < COLS ? s.n : COLS, k = s.k ? s.k : s.rows * 32 / s.parts;
  entry_launch(g, kernel, args, count, entry_chunks(g, units_of(&s, entry_batch(g)), m * n * k / e->lanes + 1));
  if (s.parts == 1)
    return;
  Ir size = k64(e, s.m * s.n), adding[] = {entry_scratch(g, 0, 0), entry_out(g), entry_number(g, size)};
  kernel = gen_kernel(g, "gemm_add", "", 0, build_add_parts, NULL);
  entry_launch(g, kernel, adding, 3, entry_chunks(g, blocks(e, size, k64(e, e->lanes)), PARTS));
  finish_launch(g, graph, v);
}

Scratch gemm_scratch(const Graph *g, Val v) {
  Gemm s = gemm_of(g, v);
  return (Scratch){.fixed = s.parts > 1 ? 4 * s.parts * s.m * s.n : 0};
}
