/* resize: nearest and bilinear, and their transposes.

   "from" is the plane that the forward pass reads, "to" the one it writes; the transposes turn the arrows round. Along
   each axis a place of "to" takes one or two neighbours of "from", with weights out of a table made here. Nearest
   growth by a whole factor needs no table: a pixel is read once and written factor times in each of factor rows, and
   the transpose sums blocks. Other transposes scatter into a cleared plane, which is then a unit of work. Example,
   bilinear 4 -> 8: place 3 lies at (3 + 0.5) * 4/8 - 0.5 = 1.25, so it is 0.75 of pixel 1 and 0.25 of 2. */
#include "gen/pool.h"
#include <math.h>

typedef struct {
  Planes planes;
  int back, bilinear, corners;
  int from[2], to[2]; /* sizes of the forward pass */
  int factor[2];      /* nearest growth by whole factors; 0: by table */
  Emit *e;
  Pixels pixels;
  Ir in, out; /* the unit's planes */
  Ir table[2];
} Resize;

/* ---- tables: {low, high, part as the bits of a float, of one place} ---- */

enum { TAP_LOW, TAP_HIGH, TAP_PART, TAP_SIZE };

static void tap_of(const Resize *k, int axis, int64_t place, int32_t tap[TAP_SIZE]) {
  int64_t from = k->from[axis], to = k->to[axis];
  double where;
  if (k->corners)
    where = to > 1 ? (double)(place * (from - 1)) / (double)(to - 1) : 0;
  else if (k->bilinear)
    where = fmax(((double)place + 0.5) * (double)from / (double)to - 0.5, 0);
  else
    where = (double)(place * from / to);
  int32_t low = (int32_t)(k->bilinear ? where : floor(where + 0.5));
  union {
    float f;
    int32_t i;
  } part = {.f = k->bilinear ? (float)(where - low) : 0};
  tap[TAP_LOW] = low, tap[TAP_HIGH] = low + 1 < from ? low + 1 : low, tap[TAP_PART] = part.i;
}

static Ir table_make(Resize *k, int axis) {
  Emit *e = k->e;
  int count = k->to[axis] * TAP_SIZE;
  Ir *at = arena_alloc(e->c->mem, sizeof *at * (size_t)count);
  for (int i = 0; i < k->to[axis]; i++) {
    int32_t tap[TAP_SIZE];
    tap_of(k, axis, i, tap);
    for (int j = 0; j < TAP_SIZE; j++)
      at[i * TAP_SIZE + j] = k32(e, tap[j]);
  }
  Ir table = LLVMAddGlobal(e->module, LLVMArrayType2(e->i32, (uint64_t)count), "resize_table");
  LLVMSetInitializer(table, LLVMConstArray2(e->i32, at, (uint64_t)count));
  LLVMSetLinkage(table, LLVMInternalLinkage);
  LLVMSetGlobalConstant(table, 1);
  return table;
}

typedef struct {
  Ir low, high, part; /* part: f32 */
} Tap;

static Tap tap_at(Resize *k, int axis, Ir place) {
  Emit *e = k->e;
  Ir p = at(e, k->table[axis], imulk(e, place, TAP_SIZE));
  Tap t = {LLVMBuildSExt(e->builder, load_i32(e, p), e->i64, ""),
           LLVMBuildSExt(e->builder, load_i32(e, atk(e, p, TAP_HIGH)), e->i64, ""), load_f32(e, atk(e, p, TAP_PART))};
  return t;
}

/* ---- pixels ---- */

static Ir pixel_at(Resize *k, Ir plane, Ir row, Ir col, int width) {
  return at(k->e, plane, imulk(k->e, iadd(k->e, imulk(k->e, row, width), col), planes_pixel(&k->planes)));
}

static Ir load_pixel(Resize *k, Ir p) {
  return load_type(k->e, planes_type(&k->planes, k->e), p, 4);
}

static Ir to_pixel(Resize *k, Ir weight) { /* f32 as a pixel */
  return k->planes.lanes ? splat(k->e, weight) : weight;
}

static Ir mix(Emit *e, Ir a, Ir b, Ir part) {
  return fma3(e, part, fsub(e, b, a), a);
}

static void forward_row(Resize *k, Ir row) {
  Emit *e = k->e;
  int width = k->from[1];
  Tap h = tap_at(k, 0, row);
  Loop col;
  loop_begin(e, &col, k64(e, 0), k64(e, k->to[1]), 1, NULL, 0);
  Tap w = tap_at(k, 1, col.iv);
  Ir v = load_pixel(k, pixel_at(k, k->in, h.low, w.low, width));
  if (k->bilinear) {
    Ir right = to_pixel(k, w.part);
    Ir up = mix(e, v, load_pixel(k, pixel_at(k, k->in, h.low, w.high, width)), right);
    Ir low = load_pixel(k, pixel_at(k, k->in, h.high, w.low, width));
    Ir down = mix(e, low, load_pixel(k, pixel_at(k, k->in, h.high, w.high, width)), right);
    v = mix(e, up, down, to_pixel(k, h.part));
  }
  pixels_store(&k->pixels, v, k->out, row, col.iv);
  loop_end(e, &col);
}

static void grow_row(Resize *k, Ir row) {
  Emit *e = k->e;
  Loop col;
  Ir from = idiv(e, row, k64(e, k->factor[0]));
  loop_begin(e, &col, k64(e, 0), k64(e, k->from[1]), 1, NULL, 0);
  Ir v = load_pixel(k, pixel_at(k, k->in, from, col.iv, k->from[1]));
  for (int i = 0; i < k->factor[1]; i++)
    pixels_store(&k->pixels, v, k->out, row, iaddk(e, imulk(e, col.iv, k->factor[1]), i));
  loop_end(e, &col);
}

static void shrink_row(Resize *k, Ir row) {
  Emit *e = k->e;
  Loop col, i, j;
  loop_begin(e, &col, k64(e, 0), k64(e, k->from[1]), 1, NULL, 0);
  Ir sum = kt(planes_type(&k->planes, e), 0);
  loop_begin(e, &i, k64(e, 0), k64(e, k->factor[0]), 1, &sum, 1);
  loop_begin(e, &j, k64(e, 0), k64(e, k->factor[1]), 1, &sum, 1);
  Ir from_row = iadd(e, imulk(e, row, k->factor[0]), i.iv), from_col = iadd(e, imulk(e, col.iv, k->factor[1]), j.iv);
  sum = fadd(e, sum, load_pixel(k, pixel_at(k, k->in, from_row, from_col, k->to[1])));
  loop_end(e, &j);
  loop_end(e, &i);
  pixels_store(&k->pixels, sum, k->out, row, col.iv);
  loop_end(e, &col);
}

/* ---- the transpose by table: scatter into a cleared plane ---- */

static void add_pixel(Resize *k, Ir row, Ir col, Ir v) {
  Ir p = pixel_at(k, k->out, row, col, k->from[1]);
  store(k->e, fadd(k->e, load_pixel(k, p), v), p);
}

static void scatter(Resize *k, Ir row, Ir col) {
  Emit *e = k->e;
  Tap h = tap_at(k, 0, row), w = tap_at(k, 1, col);
  Ir v = load_pixel(k, pixel_at(k, k->in, row, col, k->to[1]));
  if (!k->bilinear) {
    add_pixel(k, h.low, w.low, v);
    return;
  }
  Ir down = fmul(e, v, to_pixel(k, h.part)), up = fsub(e, v, down), right = to_pixel(k, w.part);
  Ir up_right = fmul(e, up, right), down_right = fmul(e, down, right);
  add_pixel(k, h.low, w.low, fsub(e, up, up_right));
  add_pixel(k, h.low, w.high, up_right);
  add_pixel(k, h.high, w.low, fsub(e, down, down_right));
  add_pixel(k, h.high, w.high, down_right);
}

typedef void EachPixel(Resize *k, Ir row, Ir col);

static void clear(Resize *k, Ir row, Ir col) {
  store(k->e, kt(planes_type(&k->planes, k->e), 0), pixel_at(k, k->out, row, col, k->from[1]));
}

static void finish(Resize *k, Ir row, Ir col) {
  pixels_store(&k->pixels, load_pixel(k, pixel_at(k, k->out, row, col, k->from[1])), k->out, row, col);
}

static void each_pixel(Resize *k, const int *size, EachPixel *what) {
  Emit *e = k->e;
  Loop row, col;
  loop_begin(e, &row, k64(e, 0), k64(e, size[0]), 1, NULL, 0);
  loop_begin(e, &col, k64(e, 0), k64(e, size[1]), 1, NULL, 0);
  what(k, row.iv, col.iv);
  loop_end(e, &col);
  loop_end(e, &row);
}

/* ---- kernels ---- */

static int rows_per_plane(const Resize *k) { /* units of a plane; 0: the plane is one */
  return !k->back ? k->to[0] : k->factor[0] ? k->from[0] : 0;
}

static void build_resize(Emit *e, void *user) {
  Resize *k = user;
  k->e = e;
  Ir out = kernel_pointer(e, 0), in = kernel_pointer(e, 1), from, to;
  int rows = rows_per_plane(k);
  for (int i = 0; i < 2 && !k->factor[0]; i++)
    k->table[i] = table_make(k, i);
  pixels_begin(&k->pixels, e, &k->planes, 2);
  int64_t pixel = planes_pixel(&k->planes), low = k->from[0] * k->from[1] * pixel, high = k->to[0] * k->to[1] * pixel;
  Ir planes = imulk(e, k->planes.batched ? kernel_batch(e) : k64(e, 1), planes_count(&k->planes));
  kernel_range(e, imulk(e, planes, rows ? rows : 1), &from, &to);
  Loop unit;
  loop_begin(e, &unit, from, to, 1, NULL, 0);
  Ir plane = rows ? idiv(e, unit.iv, k64(e, rows)) : unit.iv, row = rows ? irem(e, unit.iv, k64(e, rows)) : NULL;
  k->out = at(e, out, imulk(e, plane, k->back ? low : high));
  pixels_plane(&k->pixels, plane);
  k->in = pixels_in(&k->pixels, 0, in, k->back ? high : low);
  if (rows) {
    (k->back ? shrink_row : k->factor[0] ? grow_row : forward_row)(k, row);
  } else {
    each_pixel(k, k->from, clear);
    each_pixel(k, k->to, scatter);
    each_pixel(k, k->from, finish);
  }
  loop_end(e, &unit);
}

void lower_resize(Gen *g, const Plan *p, int step) {
  const Graph *graph = p->g;
  Val v = p->steps.at[step].val, in = graph_in(graph, v, 0);
  Resize k = {.planes = planes_of(graph, v, in),
              .back = graph_node(graph, v)->op == OP_resize_grad,
              .bilinear = graph_int(graph, v, "bilinear"),
              .corners = graph_int(graph, v, "corners")};
  int whole = !k.bilinear && !k.corners;
  for (int i = 0; i < 2; i++) {
    k.from[i] = graph_type(graph, k.back ? v : in)->dim[1 + i],
    k.to[i] = graph_type(graph, k.back ? in : v)->dim[1 + i];
    whole &= k.to[i] % k.from[i] == 0;
  }
  for (int i = 0; i < 2; i++)
    k.factor[i] = whole ? k.to[i] / k.from[i] : 0;
  const char *settings[] = {"size", "bilinear", "corners", NULL};
  Text signature = {.mem = g->c->mem};
  planes_signature(graph, v, &k.planes, settings, &signature);
  Ir kernel = gen_kernel(g, k.back ? "resize_grad" : "resize", text_str(&signature), k.planes.lanes, build_resize, &k);
  Ir args[2 + MAX_VARS] = {entry_out(g), entry_value(g, in)};
  int rows = rows_per_plane(&k);
  planes_launch(g, v, graph, &k.planes, kernel, args, 2, rows, (int64_t)(rows ? 1 : k.to[0]) * k.to[1] * 4);
}
