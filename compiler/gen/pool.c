/* pool: maxpool, avgpool and their gradients, and the gradient of maxpool's.

   A window lies at row p*stride - pad, and so by columns; it is clipped to the plane. Windows that lie inside are
   unrolled, those at the border are loops. Forward, a unit of work is an output row. Backward, dy goes back to where
   the forward pass looked. When windows tile the plane exactly (2x2 by 2), a unit is one row of them, whose elements are
   simply written. Else it is a plane: a row is cleared before the first window adds to it and passes through the
   epilogue after the last, so that it is still near. The gradient of max goes to the first element equal to y: each
   element takes dy where it is equal and no earlier one was, lane by lane; maxpool_pick finds the same element forward,
   and takes v from there.

   In a plain value a pixel is one float; where windows are one column wide (lrn's) it is a vector of columns. */
#include "gen/pool.h"
#include "base/bug.h"
#include <math.h>

enum { UNROLLED = 16 }; /* elements of a window */

typedef struct {
  Planes planes;
  OpId op;
  int back, max, pick, count_pad;
  int size[2], stride[2], before[2], after[2];
  int large[2], small[2]; /* the plane that windows are in, the plane of their results */
  int exact;              /* windows tile the large plane */
  int wide;               /* a pixel is e->lanes columns of a plain plane */
  Ir columns;             /* those of them that exist; NULL when all do */
  Emit *e;
  Pixels pixels;
  Ir x, out, y, dy; /* the unit's planes: of maxpool_grad all four */
  Ir v;             /* of maxpool_pick: as large as x */
} Pool;

typedef struct {
  Ir from;      /* where it begins, be it before the plane */
  Ir low, high; /* clipped */
  Ir padded;    /* length with the padding it covers; what ceil adds beyond that does not count */
  Ir inside;    /* i1 */
} Extent;

static Extent span_at(Pool *k, int axis, Ir place) {
  Emit *e = k->e;
  Extent s;
  Ir from = iaddk(e, imulk(e, place, k->stride[axis]), -k->before[axis]), to = iaddk(e, from, k->size[axis]);
  Ir end = k64(e, k->large[axis]);
  s.from = from;
  s.inside = LLVMBuildAnd(e->builder, ilt(e, k64(e, -1), from), ilt(e, to, iaddk(e, end, 1)), "");
  to = imin(e, to, iaddk(e, end, k->after[axis]));
  s.padded = isub(e, to, from);
  s.low = imax(e, from, k64(e, 0));
  s.high = imin(e, to, end);
  return s;
}

static int never_clipped(const Pool *k) {
  for (int i = 0; i < 2; i++)
    if (k->before[i] || (k->small[i] - 1) * k->stride[i] + k->size[i] > k->large[i])
      return 0;
  return 1;
}

static LLVMTypeRef pixel_type(const Pool *k) {
  return k->wide ? k->e->vec : planes_type(&k->planes, k->e);
}

static Ir load_pixel(Pool *k, Ir p) {
  return k->columns ? load_masked(k->e, p, k->columns) : load_type(k->e, pixel_type(k), p, 4);
}

static void store_pixel(Pool *k, Ir value, Ir p) {
  if (k->columns)
    store_masked(k->e, value, p, k->columns);
  else
    store(k->e, value, p);
}

/* A pixel of the result, through the epilogue of a blocked one. */
static void finish_pixel(Pool *k, Ir value, Ir row, Ir col) {
  if (k->planes.lanes)
    pixels_store(&k->pixels, value, k->out, row, col);
  else
    store_pixel(k, value, at(k->e, k->out, iadd(k->e, imulk(k->e, row, k->planes.w), col)));
}

static void columns_begin(Pool *k, Loop *col, int width) {
  Emit *e = k->e;
  loop_begin(e, col, k64(e, 0), k64(e, width), k->wide ? e->lanes : 1, NULL, 0);
  k->columns = k->wide && width % e->lanes ? lane_mask(e, isub(e, k64(e, width), col->iv)) : NULL;
}

/* ---- one element of a window ---- */

typedef struct {
  Ir sum;    /* forward: the largest or the sum so far. Backward and picking: i1, where the largest was met */
  Ir picked; /* v from there */
  Ir y, dy;  /* backward: of the window; dy already is each element's share when it is a mean */
} Carry;

static void element(Pool *k, Carry *c, Ir row, Ir col) {
  Emit *e = k->e;
  Ir where = imulk(e, iadd(e, imulk(e, row, k->large[1]), col), planes_pixel(&k->planes));
  Ir x = k->max || !k->back ? load_pixel(k, at(e, k->x, where)) : NULL, to = at(e, k->out, where);
  if (!k->back && !k->pick) {
    c->sum = k->max ? choose(e, fcmp(e, LLVMRealOGT, x, c->sum), x, c->sum) : fadd(e, c->sum, x);
    return;
  }
  Ir share = c->dy;
  if (k->max) {
    Ir first = LLVMBuildAnd(e->builder, fcmp(e, LLVMRealOEQ, x, c->y), LLVMBuildNot(e->builder, c->sum, ""), "");
    c->sum = LLVMBuildOr(e->builder, c->sum, first, "");
    if (k->pick) {
      c->picked = choose(e, first, load_pixel(k, at(e, k->v, where)), c->picked);
      return;
    }
    share = choose(e, first, c->dy, kt(LLVMTypeOf(c->dy), 0));
  }
  if (k->exact)
    finish_pixel(k, share, row, col);
  else
    store_pixel(k, fadd(e, load_pixel(k, to), share), to);
}

static void elements(Pool *k, Carry *c, const Extent *h, const Extent *w, int inside) {
  Emit *e = k->e;
  if (inside) {
    for (int i = 0; i < k->size[0]; i++)
      for (int j = 0; j < k->size[1]; j++)
        element(k, c, iaddk(e, h->from, i), iaddk(e, w->from, j));
    return;
  }
  Loop row, col;
  Ir carried[] = {c->sum, c->picked};
  loop_begin(e, &row, h->low, h->high, 1, carried, k->pick ? 2 : 1);
  loop_begin(e, &col, w->low, w->high, 1, carried, k->pick ? 2 : 1);
  c->sum = carried[0], c->picked = carried[1];
  element(k, c, row.iv, col.iv);
  carried[0] = c->sum, carried[1] = c->picked;
  loop_end(e, &col);
  loop_end(e, &row);
  c->sum = carried[0], c->picked = carried[1];
}

/* ---- one window ---- */

static Ir share_of(Pool *k, const Extent *h, const Extent *w, int inside) { /* 1 / elements, f32 */
  Emit *e = k->e;
  if (inside)
    return kf(e, 1.0 / (k->size[0] * k->size[1]));
  Ir rows = k->count_pad ? h->padded : isub(e, h->high, h->low),
     cols = k->count_pad ? w->padded : isub(e, w->high, w->low);
  return fdiv(e, kf(e, 1), LLVMBuildSIToFP(e->builder, imul(e, rows, cols), e->f32, ""));
}

static void window(Pool *k, Ir p, Ir q, const Extent *h, const Extent *w, int inside) {
  Emit *e = k->e;
  LLVMTypeRef type = pixel_type(k);
  int met = k->back || k->pick;
  Carry c = {.sum = met ? kti(vector_of(e, e->i1, type), 0) : kt(type, k->max ? -INFINITY : 0), .picked = kt(type, 0)};
  Ir share = k->max ? NULL : share_of(k, h, w, inside),
     where = imulk(e, iadd(e, imulk(e, p, k->small[1]), q), planes_pixel(&k->planes));
  if (share && type == e->vec)
    share = splat(e, share);
  c.y = met && k->max ? load_pixel(k, at(e, k->y, where)) : NULL;
  if (k->back) {
    c.dy = load_pixel(k, at(e, k->dy, where));
    c.dy = share ? fmul(e, c.dy, share) : c.dy;
  }
  elements(k, &c, h, w, inside);
  if (!k->back)
    finish_pixel(k, share ? fmul(e, c.sum, share) : k->pick ? c.picked : c.sum, p, q);
}

static void window_row(Pool *k, Ir p) {
  Emit *e = k->e;
  Loop col;
  Extent h = span_at(k, 0, p);
  columns_begin(k, &col, k->small[1]);
  Extent w = span_at(k, 1, col.iv);
  if (k->size[0] * k->size[1] > UNROLLED) {
    window(k, p, col.iv, &h, &w, 0);
  } else if (never_clipped(k)) {
    window(k, p, col.iv, &h, &w, 1);
  } else {
    Branch inside;
    branch_begin(e, &inside, LLVMBuildAnd(e->builder, h.inside, w.inside, ""));
    window(k, p, col.iv, &h, &w, 1);
    branch_else(e, &inside);
    window(k, p, col.iv, &h, &w, 0);
    branch_end(e, &inside);
  }
  loop_end(e, &col);
}

/* ---- kernels ---- */

/* Rows from .. to-1 of the result are cleared, or pass through the epilogue. */
static void each_pixel(Pool *k, Ir from, Ir to, int clear) {
  Emit *e = k->e;
  Ir zero = kt(pixel_type(k), 0);
  Loop row, col;
  loop_begin(e, &row, from, to, 1, NULL, 0);
  columns_begin(k, &col, k->large[1]);
  Ir here = at(e, k->out, imulk(e, iadd(e, imulk(e, row.iv, k->large[1]), col.iv), planes_pixel(&k->planes)));
  if (clear)
    store_pixel(k, zero, here);
  else
    finish_pixel(k, load_pixel(k, here), row.iv, col.iv);
  loop_end(e, &col);
  loop_end(e, &row);
}

/* Rows that were cleared after the windows of row p, and rows to which no window from row p on adds. */
static Ir rows_cleared(Pool *k, Ir p) {
  Emit *e = k->e;
  Ir last = ieq(e, p, k64(e, k->small[0] - 1));
  return choose(e, last, k64(e, k->large[0]), imax(e, span_at(k, 0, p).high, k64(e, 0)));
}

static Ir rows_done(Pool *k, Ir p) {
  Emit *e = k->e;
  Ir done = imin(e, span_at(k, 0, p).low, rows_cleared(k, iaddk(e, p, -1)));
  return choose(e, ieq(e, p, k64(e, k->small[0])), k64(e, k->large[0]), done);
}

static void plane_back(Pool *k) {
  Emit *e = k->e;
  Loop row;
  Ir rows[] = {k64(e, 0), k64(e, 0)}; /* cleared, done */
  loop_begin(e, &row, k64(e, 0), k64(e, k->small[0]), 1, rows, 2);
  Ir cleared = rows_cleared(k, row.iv), done = rows_done(k, iaddk(e, row.iv, 1));
  each_pixel(k, rows[0], cleared, 1);
  window_row(k, row.iv);
  if (k->planes.lanes && k->planes.terms.formula)
    each_pixel(k, rows[1], done, 0);
  rows[0] = cleared, rows[1] = done;
  loop_end(e, &row);
}

static int rows_per_plane(const Pool *k) { /* units of a plane; 0: the plane is one */
  return k->back && !k->exact ? 0 : k->small[0];
}

static void build_pool(Emit *e, void *user) {
  Pool *k = user;
  k->e = e;
  int pointers = (k->back && k->max) || k->pick ? 4 : 2, rows = rows_per_plane(k);
  Ir in[4], from, to;
  for (int i = 0; i < pointers; i++)
    in[i] = kernel_pointer(e, i);
  int64_t pixel = planes_pixel(&k->planes), large = (int64_t)k->large[0] * k->large[1] * pixel,
          small = (int64_t)k->small[0] * k->small[1] * pixel;
  pixels_begin(&k->pixels, e, &k->planes, pointers);
  Ir planes = imulk(e, k->planes.batched ? kernel_batch(e) : k64(e, 1), planes_count(&k->planes));
  kernel_range(e, imulk(e, planes, rows ? rows : 1), &from, &to);
  Loop unit;
  loop_begin(e, &unit, from, to, 1, NULL, 0);
  Ir plane = rows ? idiv(e, unit.iv, k64(e, rows)) : unit.iv;
  k->out = at(e, in[0], imulk(e, plane, k->back ? large : small));
  pixels_plane(&k->pixels, plane);
  if (!k->back || k->max)
    k->x = pixels_in(&k->pixels, 0, in[1], large);
  if (k->back)
    k->dy = pixels_in(&k->pixels, pointers - 2, in[pointers - 1], small);
  if (pointers == 4)
    k->y = pixels_in(&k->pixels, 1, in[2], small);
  if (k->pick)
    k->v = pixels_in(&k->pixels, 2, in[3], large);
  if (rows)
    window_row(k, irem(e, unit.iv, k64(e, rows)));
  else
    plane_back(k);
  loop_end(e, &unit);
}

static Pool pool_of(const Graph *g, Val v) {
  OpId op = graph_node(g, v)->op;
  Pool k = {.op = op,
            .max = op == OP_maxpool || op == OP_maxpool_grad || op == OP_maxpool_pick,
            .pick = op == OP_maxpool_pick,
            .back = op == OP_maxpool_grad || op == OP_avgpool_grad};
  Val small = !k.back ? v : graph_in(g, v, k.max ? 2 : 0), large = k.back ? v : graph_in(g, v, 0);
  k.planes = planes_of(g, v, k.back ? small : large);
  k.wide = !k.planes.lanes && graph_list(g, v, "size", 1) == 1 && graph_list(g, v, "stride", 1) == 1 &&
           !graph_list(g, v, "pad", 2) && !graph_list(g, v, "pad", 3);
  k.count_pad = k.max ? 0 : graph_int(g, v, "count_pad");
  k.exact = k.back;
  for (int i = 0; i < 2; i++) {
    k.size[i] = graph_list(g, v, "size", i), k.stride[i] = graph_list(g, v, "stride", i);
    k.before[i] = graph_list(g, v, "pad", 2 * i), k.after[i] = graph_list(g, v, "pad", 2 * i + 1);
    k.large[i] = graph_type(g, large)->dim[1 + i], k.small[i] = graph_type(g, small)->dim[1 + i];
    k.exact &= k.size[i] == k.stride[i] && !k.before[i] && k.small[i] * k.stride[i] == k.large[i];
  }
  return k;
}

void lower_pool(Gen *g, const Plan *p, int step) {
  const Graph *graph = p->g;
  Val v = p->steps.at[step].val;
  OpId op = graph_node(graph, v)->op;
  if (op == OP_resize || op == OP_resize_grad) {
    lower_resize(g, p, step);
    return;
  }
  Pool k = pool_of(graph, v);
  const char *max_settings[] = {"size", "stride", "pad", NULL},
             *mean_settings[] = {"size", "stride", "pad", "count_pad", NULL};
  Text signature = {.mem = g->c->mem};
  planes_signature(graph, v, &k.planes, k.max ? max_settings : mean_settings, &signature);
  const char *name = name_text(g->c->names, op_row(g->c, op)->name);
  Ir kernel = gen_kernel(g, name, text_str(&signature), k.planes.lanes, build_pool, &k);
  Ir args[4 + MAX_VARS] = {entry_out(g)};
  int operands = op_row(g->c, op)->operands;
  for (int i = 0; i < operands; i++)
    args[1 + i] = entry_value(g, graph_in(graph, v, i));
  int rows = rows_per_plane(&k);
  int64_t work = (int64_t)(rows ? 1 : k.small[0]) * k.small[1] * k.size[0] * k.size[1];
  planes_launch(g, v, graph, &k.planes, kernel, args, 1 + operands, rows, work);
}

Scratch pool_scratch(const Graph *g, Val v) {
  (void)g, (void)v;
  return (Scratch){0};
}
