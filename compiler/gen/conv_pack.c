/* conv_pack: weights as the tiles read them, and back.

   From plain [K, C/groups, R, S] to [class][output group][block][row tap][column tap][channel][vector of a tile], zero
   where an output or input channel is padding, or of another group. A unit of work is one (output group, block). Where
   lanes are output channels of a convolution, w is taken in strips: lanes are rows, and the columns are what is
   contiguous, the filter elements of the block's channels one after the other. Squares of a strip are turned in
   registers, and each column is set down at its place. Else vectors are gathered lane by lane, channel by channel.
   Where a filter element goes, its class and its place among the class's taps, comes from a small table. The way back
   is the same walk: it adds up the partial sums of a gradient and spreads them over w; an element in no class has no
   pixel to come from, and is zero. Example, 16 lanes, 1 x 1, 64 -> 64 channels: 16 strips of one square. */
#include "gen/conv.h"
#include "gen/turn.h"

/* By filter element: where its class begins, how many taps that has, which of them it is; no taps: in no class. */
enum { PLACE_BASE, PLACE_TAPS, PLACE_TAP, PLACE_SIZE };

/* One class whose taps are the filter's elements in their order needs no table. */
static int in_order(const Corr *k) {
  return !k->transposed || (k->r * k->s == 1 && corr_row(k, k->rows));
}

static Ir places(Emit *e, const Corr *k) {
  int elements = k->r * k->s;
  int64_t *at = arena_alloc(e->c->mem, sizeof *at * PLACE_SIZE * (size_t)elements);
  for (int i = 0; i < k->rows; i++)
    for (int j = 0; j < k->cols; j++) {
      const Axis *row = &k->row[i], *col = &k->col[j];
      for (int tap = 0; tap < row->taps * col->taps; tap++) {
        int r = row->filter + tap / col->taps * row->filter_step, s = col->filter + tap % col->taps * col->filter_step;
        int64_t *p = at + PLACE_SIZE * (r * k->s + s);
        p[PLACE_BASE] = corr_row(k, i) + row->taps * corr_col(k, j), p[PLACE_TAPS] = row->taps * col->taps,
        p[PLACE_TAP] = tap;
      }
    }
  return conv_table(e, at, elements * PLACE_SIZE);
}

typedef struct {
  Emit *e;
  const Corr *k;
  Ir places; /* table; NULL: in order */
  Ir out_group, block, inner, vector, vectors;
  Ir w, packed;
  Ir square; /* a buffer of lanes vectors */
  int copies; /* way back: partial sums; 0: packing */
} Pack;

static Ir place(Pack *p, Ir element, int field) {
  Emit *e = p->e;
  if (!p->places)
    return field == PLACE_TAP ? element : k64(e, field == PLACE_TAPS ? p->k->r * p->k->s : 0);
  Ir index = iaddk(e, imulk(e, element, PLACE_SIZE), field);
  return load_type(e, e->i64, LLVMBuildGEP2(e->builder, e->i64, p->places, &index, 1, ""), 8);
}

/* Where vector p->vector of a filter element and a channel of the block goes. */
static Ir target(Pack *p, Ir element, Ir inner) {
  Emit *e = p->e;
  Ir taps = place(p, element, PLACE_TAPS);
  Ir group = imul(e, p->out_group, imulk(e, taps, corr_tap(p->k)));
  Ir tap = iadd(e, imul(e, p->block, taps), place(p, element, PLACE_TAP));
  Ir vector = iadd(e, imul(e, iadd(e, imulk(e, tap, p->k->inner), inner), p->vectors), p->vector);
  return at(e, p->packed, iadd(e, iadd(e, place(p, element, PLACE_BASE), group), imulk(e, vector, e->lanes)));
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

/* ---- strips ---- */

static void square_body(Emit *e, int back, Ir w, Ir step, Ir rows, Ir columns, Ir square) {
  Ir row[64], wide = rows ? lane_mask(e, columns) : NULL;
  for (int i = 0; i < e->lanes; i++) {
    Ir line = at(e, w, imulk(e, step, i));
    row[i] = back ? load_vec(e, atk(e, square, i * e->lanes))
             : rows ? load_masked(e, line, choose(e, ilt(e, k64(e, i), rows), wide, LLVMConstNull(e->mask)))
                    : load_vec(e, line);
  }
  turn_square(e, row, e->lanes);
  for (int i = 0; i < e->lanes; i++) {
    Ir line = at(e, w, imulk(e, step, i));
    if (!back)
      store(e, row[i], atk(e, square, i * e->lanes));
    else if (rows)
      store_masked(e, row[i], line, choose(e, ilt(e, k64(e, i), rows), wide, LLVMConstNull(e->mask)));
    else
      store(e, row[i], line);
  }
}

/* Turns w's rows, a step apart, into the vectors of the square, or back; a function that all packing shares. What lies
   beyond `rows` and `columns` is zero, and is left alone in w. */
static void turn(Pack *p, Ir w, int64_t step, Ir rows, Ir columns) {
  Emit *e = p->e;
  Ir args[] = {w, k64(e, step), rows, columns, p->square}, in[5], fn, last = k64(e, e->lanes - 1);
  const char *name = arena_printf(e->c->mem, "conv_turn%s_%d", p->copies ? "_back" : "", e->lanes);
  Outer outer;
  Branch whole;
  if (helper_begin(e, &outer, name, "piiip", &fn)) {
    for (unsigned i = 0; i < 5; i++)
      in[i] = LLVMGetParam(fn, i);
    branch_begin(e, &whole, LLVMBuildAnd(e->builder, ilt(e, last, in[2]), ilt(e, last, in[3]), ""));
    square_body(e, p->copies > 0, in[0], in[1], NULL, NULL, in[4]);
    branch_else(e, &whole);
    square_body(e, p->copies > 0, in[0], in[1], in[2], in[3], in[4]);
    branch_end(e, &whole);
    helper_end(e, &outer);
  }
  call(e, fn, args, 5);
}

/* Column `column` between its place in the square and its place among the packed ones. */
static void move_column(Pack *p, Ir column, Ir square) {
  Emit *e = p->e;
  Ir elements = k64(e, p->k->r * p->k->s), element = irem(e, column, elements);
  Ir packed = target(p, element, iadd(e, p->inner, idiv(e, column, elements)));
  if (p->copies)
    store(e, add_up(p, packed, e->vec), square);
  else
    store(e, load_vec(e, square), packed);
}

static void strip(Pack *p, Ir w, int64_t step, Ir rows, int64_t columns, Ir valid) {
  Emit *e = p->e;
  Loop first, i;
  loop_begin(e, &first, k64(e, 0), k64(e, columns), e->lanes, NULL, 0);
  Ir here = at(e, w, first.iv), rest = isub(e, valid, first.iv);
  if (!p->copies)
    turn(p, here, step, rows, rest);
  loop_begin(e, &i, k64(e, 0), imin(e, isub(e, k64(e, columns), first.iv), k64(e, e->lanes)), 1, NULL, 0);
  move_column(p, iadd(e, first.iv, i.iv), at(e, p->square, imulk(e, i.iv, e->lanes)));
  loop_end(e, &i);
  if (p->copies)
    turn(p, here, step, rows, rest);
  loop_end(e, &first);
}

/* ---- channels ---- */

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

/* ---- one channel: lanes that are not in w's first axis, or not all real ---- */

static Ir gather(Emit *e, Ir w, int64_t step) {
  if (step == 1)
    return load_vec(e, w);
  Ir v = LLVMGetPoison(e->vec);
  for (int i = 0; i < e->lanes; i++)
    v = LLVMBuildInsertElement(e->builder, v, load_f32(e, atk(e, w, i * step)), k32(e, i), "");
  return v;
}

static void spread(Emit *e, Ir v, Ir w, int64_t step) {
  for (int i = 0; i < e->lanes; i++)
    store(e, LLVMBuildExtractElement(e->builder, v, k32(e, i), ""), atk(e, w, i * step));
}

/* Lane by lane: with groups, which of them are neighbours in w changes from lane to lane. */
static void pack_lanes(Pack *p, Ir out, Ir in) {
  Emit *e = p->e;
  const Corr *k = p->k;
  int out_moves = !k->lanes_in || k->depthwise, in_moves = k->lanes_in;
  Loop l, filter;
  Branch real;
  loop_begin(e, &l, k64(e, 0), k64(e, e->lanes), 1, NULL, 0);
  Ir o = out_moves ? iadd(e, out, l.iv) : out, i = in_moves ? iadd(e, in, l.iv) : in;
  Ir valid = LLVMBuildAnd(e->builder, ilt(e, o, k64(e, k->out)), ilt(e, i, k64(e, k->in)), "");
  Ir same = ieq(e, idiv(e, o, k64(e, k->out / k->groups)), idiv(e, i, k64(e, k->in / k->groups)));
  valid = LLVMBuildAnd(e->builder, valid, same, "");
  Ir w = at(e, p->w, choose(e, valid, element(p, o, i), k64(e, 0)));
  loop_begin(e, &filter, k64(e, 0), k64(e, k->r * k->s), 1, NULL, 0);
  Ir taps = place(p, filter.iv, PLACE_TAPS), packed = at(e, target(p, filter.iv, p->inner), l.iv);
  Ir here = at(e, w, filter.iv), known = ilt(e, k64(e, 0), taps);
  branch_begin(e, &real, LLVMBuildAnd(e->builder, p->copies ? valid : known, known, ""));
  if (p->copies)
    store(e, add_up(p, packed, e->f32), here);
  else
    store(e, choose(e, valid, load_f32(e, here), kf(e, 0)), packed);
  branch_end(e, &real);
  if (p->copies && p->places) {
    branch_begin(e, &real, LLVMBuildAnd(e->builder, valid, ieq(e, taps, k64(e, 0)), ""));
    store(e, kf(e, 0), here);
    branch_end(e, &real);
  }
  loop_end(e, &filter);
  loop_end(e, &l);
}

/* The same where all lanes are real and `step` apart. */
static void pack_apart(Pack *p, Ir w, int64_t step) {
  Emit *e = p->e;
  Loop l;
  loop_begin(e, &l, k64(e, 0), k64(e, p->k->r * p->k->s), 1, NULL, 0);
  Ir packed = target(p, l.iv, p->inner), here = at(e, w, l.iv);
  Branch known;
  if (p->places)
    branch_begin(e, &known, ilt(e, k64(e, 0), place(p, l.iv, PLACE_TAPS)));
  if (p->copies)
    spread(e, add_up(p, packed, e->vec), here, step);
  else
    store(e, gather(e, here, step), packed);
  if (p->places && p->copies) {
    branch_else(e, &known);
    spread(e, kv(e, 0), here, step);
  }
  if (p->places)
    branch_end(e, &known);
  loop_end(e, &l);
}

static void pack_channel(Pack *p, Ir out, Ir in, int64_t step) {
  Emit *e = p->e;
  const Corr *k = p->k;
  Branch whole;
  if (k->groups > 1) {
    pack_lanes(p, out, in);
    return;
  }
  int last_out = k->lanes_in ? k->out : k->out - e->lanes + 1, last_in = k->lanes_in ? k->in - e->lanes + 1 : k->in;
  branch_begin(e, &whole, LLVMBuildAnd(e->builder, ilt(e, out, k64(e, last_out)), ilt(e, in, k64(e, last_in)), ""));
  pack_apart(p, at(e, p->w, element(p, out, in)), step);
  branch_else(e, &whole);
  pack_lanes(p, out, in);
  branch_end(e, &whole);
}

/* One vector of the tile, for all channels of the block and all filter elements. */
static void pack_vector(Pack *p) {
  Emit *e = p->e;
  const Corr *k = p->k;
  int64_t plane = (int64_t)k->r * k->s, major = plane * (k->transposed ? k->out : k->in);
  Ir out, in;
  if (!k->lanes_in && !k->transposed && k->groups == 1) {
    p->inner = k64(e, 0);
    channels(p, &out, &in);
    Ir some = imin(e, isub(e, k64(e, k->in), in), k64(e, k->inner));
    strip(p, at(e, p->w, element(p, out, in)), major, isub(e, k64(e, k->out), out), plane * k->inner,
          imulk(e, some, plane));
    return;
  }
  Loop l;
  loop_begin(e, &l, k64(e, 0), k64(e, k->inner), 1, NULL, 0);
  p->inner = l.iv;
  channels(p, &out, &in);
  pack_channel(p, out, in, k->lanes_in == k->transposed ? major : plane);
  loop_end(e, &l);
}

typedef struct {
  Corr k;
  int copies;
} Job;

static void build_pack(Emit *e, void *user) {
  const Job *job = user;
  const Corr *k = &job->k;
  Pack p = {.e = e, .k = k, .w = kernel_pointer(e, 0), .packed = kernel_pointer(e, 1), .copies = job->copies};
  p.places = in_order(k) ? NULL : places(e, k);
  p.square = stack_floats(e, (int64_t)e->lanes * e->lanes);
  Ir from, to;
  Loop l, v;
  kernel_range(e, k64(e, (int64_t)k->groups_out * k->blocks), &from, &to);
  loop_begin(e, &l, from, to, 1, NULL, 0);
  p.out_group = idiv(e, l.iv, k64(e, k->blocks));
  p.block = irem(e, l.iv, k64(e, k->blocks));
  p.vectors = choose(e, ieq(e, p.out_group, k64(e, k->groups_out - 1)), k64(e, k->tail), k64(e, k->nb));
  loop_begin(e, &v, k64(e, 0), p.vectors, 1, NULL, 0);
  p.vector = v.iv;
  pack_vector(&p);
  loop_end(e, &v);
  loop_end(e, &l);
}

static void launch(Gen *g, Job *job, const char *stem, const char *signature, Ir w, Ir packed) {
  enum { COST = 4, LANE_COST = 8 }; /* of a vector, of a lane with groups */
  const Corr *k = &job->k;
  Ir args[] = {w, packed}, units = k64(&g->e, (int64_t)k->groups_out * k->blocks);
  Ir kernel = gen_kernel(g, stem, signature, k->lanes, build_pack, job);
  int64_t vectors = (int64_t)k->inner * k->nb * k->r * k->s, cost = k->groups > 1 ? LANE_COST * k->lanes : COST;
  entry_launch(g, kernel, args, 2, entry_chunks(g, units, cost * vectors * (job->copies + 1)));
}

void conv_pack(Gen *g, const Corr *k, const char *signature, Ir w, Ir packed) {
  launch(g, &(Job){*k, 0}, "conv_pack", signature, w, packed);
}

void conv_unpack(Gen *g, const Corr *k, const char *signature, Ir w, Ir packed, int copies) {
  signature = arena_printf(g->c->mem, "%s copies %d", signature, copies);
  launch(g, &(Job){*k, copies}, "conv_unpack", signature, w, packed);
}
