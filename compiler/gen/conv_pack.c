/* conv_pack: weights as the tiles read them, and back.

   From plain [K, C/groups, R, S] to [class][output group][block][row tap][column tap][channel][vector of a tile], zero
   where an output or input channel is padding, or of another group. A unit of work is one (output group, block,
   channel); its vectors are gathered lane by lane, whose distance in w is constant, and set down for every filter
   element. Where a filter element goes, its class and its place among the class's taps, comes from a small table for
   each axis. The way back is the same walk: it adds up the partial sums of a gradient and spreads them over w; an
   element in no class has no pixel to come from, and is zero. */
#include "gen/conv.h"

/* By filter element along an axis: where its class begins, how many taps that has, which of them it is; no taps: in no
   class. */
enum { PLACE_BASE, PLACE_TAPS, PLACE_TAP, PLACE_SIZE };

/* A 1 x 1 filter has one element at one place: no tables, no loops. Networks have many such convolutions, each of its
   own size. */
static int is_point(const Corr *k) {
  return k->r == 1 && k->s == 1 && k->rows == 1 && k->cols == 1 && k->row[0].taps == 1 && k->col[0].taps == 1;
}

static Ir places(Emit *e, const Axis *x, int classes, int elements, int64_t unit) {
  int64_t *at = arena_alloc(e->c->mem, sizeof *at * PLACE_SIZE * (size_t)elements), base = 0;
  for (int i = 0; i < classes; i++, x++) {
    for (int j = 0; j < x->taps; j++) {
      int64_t *p = at + PLACE_SIZE * (x->filter + j * x->filter_step);
      p[PLACE_BASE] = base, p[PLACE_TAPS] = x->taps, p[PLACE_TAP] = j;
    }
    base += x->taps * unit;
  }
  return conv_table(e, at, elements * PLACE_SIZE);
}

typedef struct {
  Emit *e;
  const Corr *k;
  Ir rows, cols; /* tables of places */
  Ir out_group, block, inner, vector, vectors;
  Ir w, packed;
  int copies; /* way back: partial sums; 0: packing */
} Pack;

static Ir place(Pack *p, Ir table, Ir element, int field) {
  Emit *e = p->e;
  if (is_point(p->k))
    return k64(e, field == PLACE_TAPS);
  Ir index = iaddk(e, imulk(e, element, PLACE_SIZE), field);
  return load_type(e, e->i64, LLVMBuildGEP2(e->builder, e->i64, table, &index, 1, ""), 8);
}

/* Where vector p->vector of filter element (r, s) goes, in floats. */
static Ir target(Pack *p, Ir r, Ir s, Ir row_taps) {
  Emit *e = p->e;
  Ir col_taps = place(p, p->cols, s, PLACE_TAPS);
  Ir class = iadd(e, place(p, p->rows, r, PLACE_BASE), imul(e, row_taps, place(p, p->cols, s, PLACE_BASE)));
  Ir group = imulk(e, imul(e, p->out_group, imul(e, row_taps, col_taps)), corr_tap(p->k));
  Ir tap = iadd(e, imul(e, iadd(e, imul(e, p->block, row_taps), place(p, p->rows, r, PLACE_TAP)), col_taps),
                place(p, p->cols, s, PLACE_TAP));
  Ir vector = iadd(e, imul(e, iadd(e, imulk(e, tap, p->k->inner), p->inner), p->vectors), p->vector);
  return iadd(e, iadd(e, class, group), imulk(e, vector, e->lanes));
}

static Ir gather(Pack *p, Ir w, int64_t lane_step) {
  Emit *e = p->e;
  Ir v = LLVMGetPoison(e->vec);
  for (int i = 0; i < e->lanes; i++)
    v = LLVMBuildInsertElement(e->builder, v, load_f32(e, atk(e, w, i * lane_step)), k32(e, i), "");
  return v;
}

/* The copies' sum: a vector, or the one element there. */
static Ir add_up(Pack *p, Ir packed, LLVMTypeRef type) {
  Emit *e = p->e;
  Ir sum = load_type(e, type, packed, 4);
  Loop copy;
  loop_begin(e, &copy, k64(e, 1), k64(e, p->copies), 1, &sum, 1);
  sum = fadd(e, sum, load_type(e, type, at(e, packed, imulk(e, copy.iv, corr_packed(p->k))), 4));
  loop_end(e, &copy);
  return sum;
}

/* A vector between w, where lanes are lane_step apart, and the packed weights; or one lane of it, where it is valid. */
static void move(Pack *p, Ir w, Ir packed, Ir lane, Ir valid, int64_t lane_step) {
  Emit *e = p->e;
  if (!p->copies) {
    if (lane)
      store(e, choose(e, valid, load_f32(e, w), kf(e, 0)), at(e, packed, lane));
    else
      store(e, gather(p, w, lane_step), packed);
  } else if (lane) {
    Branch real;
    branch_begin(e, &real, valid);
    store(e, add_up(p, at(e, packed, lane), e->f32), w);
    branch_end(e, &real);
  } else {
    Ir v = add_up(p, packed, e->vec);
    for (int i = 0; i < e->lanes; i++)
      store(e, LLVMBuildExtractElement(e->builder, v, k32(e, i), ""), atk(e, w, i * lane_step));
  }
}

static void clear(Pack *p, Ir w, Ir lane, Ir valid, int64_t lane_step) {
  Emit *e = p->e;
  Branch real;
  if (lane)
    branch_begin(e, &real, valid);
  for (int i = 0; i < (lane ? 1 : e->lanes); i++)
    store(e, kf(e, 0), atk(e, w, i * lane_step));
  if (lane)
    branch_end(e, &real);
}

/* Moves one vector (or a lane of it) for every filter element. w: of filter element (0, 0). */
static void move_all(Pack *p, Ir w, Ir lane, Ir valid, int64_t lane_step) {
  Emit *e = p->e;
  if (is_point(p->k)) {
    Ir only = k64(e, 0);
    move(p, w, at(e, p->packed, target(p, only, only, k64(e, 1))), lane, valid, lane_step);
    return;
  }
  Loop r, s;
  Branch in_class;
  loop_begin(e, &r, k64(e, 0), k64(e, p->k->r), 1, NULL, 0);
  Ir row_taps = place(p, p->rows, r.iv, PLACE_TAPS);
  loop_begin(e, &s, k64(e, 0), k64(e, p->k->s), 1, NULL, 0);
  Ir element = at(e, w, iadd(e, imulk(e, r.iv, p->k->s), s.iv));
  branch_begin(e, &in_class, ilt(e, k64(e, 0), imul(e, row_taps, place(p, p->cols, s.iv, PLACE_TAPS))));
  move(p, element, at(e, p->packed, target(p, r.iv, s.iv, row_taps)), lane, valid, lane_step);
  if (p->copies) {
    branch_else(e, &in_class);
    clear(p, element, lane, valid, lane_step);
  }
  branch_end(e, &in_class);
  loop_end(e, &s);
  loop_end(e, &r);
}

/* Output and input channel of lane 0, and the step of either from lane to lane. */
static void channels(Pack *p, Ir *out, Ir *in) {
  Emit *e = p->e;
  const Corr *k = p->k;
  Ir unit = iadd(e, iadd(e, corr_first_unit(e, k, p->out_group), p->block),
                 k->lanes_in || !k->x_blocked ? p->inner : k64(e, 0));
  *out = imulk(e, iadd(e, imulk(e, p->out_group, k->nb), p->vector), k->lanes_in && !k->depthwise ? 1 : k->lanes);
  *in = k->depthwise ? *out : k->x_blocked ? imulk(e, unit, k->lanes) : unit;
  if (k->x_blocked && !k->lanes_in)
    *in = iadd(e, *in, p->inner);
}

/* The element of w under filter element (0, 0). */
static Ir element(Pack *p, Ir out, Ir in) {
  Emit *e = p->e;
  const Corr *k = p->k;
  int each = (k->transposed ? k->out : k->in) / k->groups;
  Ir major = k->transposed ? in : out, minor = k->transposed ? out : in;
  if (k->groups > 1)
    minor = irem(e, minor, k64(e, each));
  return imulk(e, iadd(e, imulk(e, major, each), minor), (int64_t)k->r * k->s);
}

static void pack_lanes(Pack *p, Ir out, Ir in) {
  Emit *e = p->e;
  const Corr *k = p->k;
  int out_moves = !k->lanes_in || k->depthwise, in_moves = k->lanes_in;
  Loop l;
  loop_begin(e, &l, k64(e, 0), k64(e, e->lanes), 1, NULL, 0);
  Ir o = out_moves ? iadd(e, out, l.iv) : out, i = in_moves ? iadd(e, in, l.iv) : in;
  Ir valid = LLVMBuildAnd(e->builder, ilt(e, o, k64(e, k->out)), ilt(e, i, k64(e, k->in)), "");
  if (k->groups > 1) {
    Ir same = ieq(e, idiv(e, o, k64(e, k->out / k->groups)), idiv(e, i, k64(e, k->in / k->groups)));
    valid = LLVMBuildAnd(e->builder, valid, same, "");
  }
  move_all(p, at(e, p->w, choose(e, valid, element(p, o, i), k64(e, 0))), l.iv, valid, 0);
  loop_end(e, &l);
}

static void pack_vector(Pack *p) {
  Emit *e = p->e;
  const Corr *k = p->k;
  Ir out, in;
  channels(p, &out, &in);
  if (k->groups > 1) {
    pack_lanes(p, out, in);
    return;
  }
  int64_t plane = (int64_t)k->r * k->s,
          lane_step = k->lanes_in == k->transposed ? plane * (k->transposed ? k->out : k->in) : plane;
  int last_out = k->lanes_in ? k->out : k->out - e->lanes + 1, last_in = k->lanes_in ? k->in - e->lanes + 1 : k->in;
  Branch whole;
  branch_begin(e, &whole, LLVMBuildAnd(e->builder, ilt(e, out, k64(e, last_out)), ilt(e, in, k64(e, last_in)), ""));
  move_all(p, at(e, p->w, element(p, out, in)), NULL, NULL, lane_step);
  branch_else(e, &whole);
  pack_lanes(p, out, in);
  branch_end(e, &whole);
}

typedef struct {
  Corr k;
  int copies;
} Job;

static void build_pack(Emit *e, void *user) {
  const Job *job = user;
  const Corr *k = &job->k;
  int64_t unit = k->groups_out * corr_tap(k);
  Pack p = {.e = e, .k = k, .w = kernel_pointer(e, 0), .packed = kernel_pointer(e, 1), .copies = job->copies};
  if (!is_point(k)) {
    p.rows = places(e, k->row, k->rows, k->r, corr_col(k, k->cols));
    p.cols = places(e, k->col, k->cols, k->s, unit);
  }
  Ir from, to, inner = k64(e, k->inner), group = k64(e, (int64_t)k->blocks * k->inner);
  Loop l, v;
  kernel_range(e, k64(e, corr_pack_units(k)), &from, &to);
  loop_begin(e, &l, from, to, 1, NULL, 0);
  Ir rest = irem(e, l.iv, group);
  p.out_group = idiv(e, l.iv, group);
  p.block = idiv(e, rest, inner);
  p.inner = irem(e, rest, inner);
  p.vectors = choose(e, ieq(e, p.out_group, k64(e, k->groups_out - 1)), k64(e, k->tail), k64(e, k->nb));
  loop_begin(e, &v, k64(e, 0), p.vectors, 1, NULL, 0);
  p.vector = v.iv;
  pack_vector(&p);
  loop_end(e, &v);
  loop_end(e, &l);
}

static void launch(Gen *g, Job *job, const char *stem, const char *signature, Ir w, Ir packed) {
  const Corr *k = &job->k;
  Ir args[] = {w, packed}, units = k64(&g->e, corr_pack_units(k));
  Ir kernel = gen_kernel(g, stem, signature, k->lanes, build_pack, job);
  entry_launch(g, kernel, args, 2, entry_chunks(g, units, (int64_t)k->nb * k->r * k->s * k->lanes * (job->copies + 1)));
}

void conv_pack(Gen *g, const Corr *k, const char *signature, Ir w, Ir packed) {
  launch(g, &(Job){*k, 0}, "conv_pack", signature, w, packed);
}

void conv_unpack(Gen *g, const Corr *k, const char *signature, Ir w, Ir packed, int copies) {
  signature = arena_printf(g->c->mem, "%s copies %d", signature, copies);
  launch(g, &(Job){*k, copies}, "conv_unpack", signature, w, packed);
}
