/* conv_plain: the gradient of a convolution's weights when x and dy are both plain, as between layers of very few
   channels.

   A unit of work is one (output channel, input channel of its group). For each filter element the rows of both planes
   that meet are multiplied and added up, a vector of pixels at a time where the stride is 1, else pixel by pixel. */
#include "gen/conv.h"
#include "gen/finish.h"

typedef struct {
  int k, each, groups; /* output channels, input channels of a group */
  int h, w, p, q, r, s;
  int stride[2], before[2], dilation[2];
  int x_batched, y_batched;
} Plain;

/* Pixels of dy along an axis that meet x under a tap: pixel t meets t*stride + shift. */
static void meet(Emit *e, Ir tap, int stride, int before, int dilation, int in, int out, Ir *shift, Ir *low, Ir *high) {
  *shift = iaddk(e, imulk(e, tap, dilation), -before);
  *low = ceil_positive(e, isub(e, k64(e, 0), *shift), stride);
  *high = imin(e, k64(e, out), ceil_positive(e, isub(e, k64(e, in), *shift), stride));
}

/* Adds the products of `count` pixel pairs to sum (a vector) or, with stride, to rest. */
static void dot(Emit *e, Ir x, Ir y, Ir count, int stride, Ir *sum, Ir *rest) {
  Loop l;
  Ir vectors = stride == 1 ? count : k64(e, 0);
  loop_begin(e, &l, k64(e, 0), vectors, e->lanes, sum, 1);
  Ir mask = lane_mask(e, isub(e, count, l.iv));
  *sum = fma3(e, load_masked(e, at(e, x, l.iv), mask), load_masked(e, at(e, y, l.iv), mask), *sum);
  loop_end(e, &l);
  loop_begin(e, &l, vectors, count, 1, rest, 1);
  *rest = fma3(e, load_f32(e, at(e, x, imulk(e, l.iv, stride))), load_f32(e, at(e, y, l.iv)), *rest);
  loop_end(e, &l);
}

/* The sum for one filter element of a pair of channels, whose planes in sample 0 are given. */
static Ir element(Emit *e, const Plain *c, Ir x, Ir y, Ir r, Ir s) {
  Ir carry[2] = {kv(e, 0), kf(e, 0)}, row_shift, col_shift, row_low, row_high, col_low, col_high;
  meet(e, r, c->stride[0], c->before[0], c->dilation[0], c->h, c->p, &row_shift, &row_low, &row_high);
  meet(e, s, c->stride[1], c->before[1], c->dilation[1], c->w, c->q, &col_shift, &col_low, &col_high);
  Loop n, p;
  Ir samples = c->x_batched || c->y_batched ? kernel_batch(e) : k64(e, 1);
  loop_begin(e, &n, k64(e, 0), samples, 1, carry, 2);
  loop_begin(e, &p, row_low, row_high, 1, carry, 2);
  int64_t x_sample = c->x_batched ? (int64_t)c->each * c->groups * c->h * c->w : 0,
          y_sample = c->y_batched ? (int64_t)c->k * c->p * c->q : 0;
  Ir x_row = imulk(e, iadd(e, imulk(e, p.iv, c->stride[0]), row_shift), c->w);
  Ir x_at = iadd(e, iadd(e, imulk(e, n.iv, x_sample), x_row), iadd(e, imulk(e, col_low, c->stride[1]), col_shift));
  Ir y_at = iadd(e, iadd(e, imulk(e, n.iv, y_sample), imulk(e, p.iv, c->q)), col_low);
  dot(e, at(e, x, x_at), at(e, y, y_at), isub(e, col_high, col_low), c->stride[1], &carry[0], &carry[1]);
  loop_end(e, &p);
  loop_end(e, &n);
  return fadd(e, horizontal(e, carry[0], fadd), carry[1]);
}

static void build_plain(Emit *e, void *user) {
  const Plain *c = user;
  Ir x = kernel_pointer(e, 0), y = kernel_pointer(e, 1), w = kernel_pointer(e, 2), from, to;
  Loop unit, r, s;
  kernel_range(e, k64(e, (int64_t)c->k * c->each), &from, &to);
  loop_begin(e, &unit, from, to, 1, NULL, 0);
  Ir k = idiv(e, unit.iv, k64(e, c->each)), j = irem(e, unit.iv, k64(e, c->each));
  Ir group = idiv(e, k, k64(e, c->k / c->groups));
  Ir x_plane = at(e, x, imulk(e, iadd(e, imulk(e, group, c->each), j), (int64_t)c->h * c->w));
  Ir y_plane = at(e, y, imulk(e, k, (int64_t)c->p * c->q));
  loop_begin(e, &r, k64(e, 0), k64(e, c->r), 1, NULL, 0);
  loop_begin(e, &s, k64(e, 0), k64(e, c->s), 1, NULL, 0);
  Ir sum = element(e, c, x_plane, y_plane, r.iv, s.iv);
  store(e, sum, at(e, w, iadd(e, imulk(e, iadd(e, imulk(e, unit.iv, c->r), r.iv), c->s), s.iv)));
  loop_end(e, &s);
  loop_end(e, &r);
  loop_end(e, &unit);
}

void conv_plain_weight_grad(Gen *g, const Graph *graph, Val v) {
  Val in[] = {graph_in(graph, v, 0), graph_in(graph, v, 1)};
  const Type x = *graph_type(graph, in[0]), y = *graph_type(graph, in[1]), w = *graph_type(graph, v);
  Plain c = {.k = w.dim[0],
             .each = w.dim[1],
             .groups = graph_int(graph, v, "groups"),
             .h = x.dim[1],
             .w = x.dim[2],
             .p = y.dim[1],
             .q = y.dim[2],
             .r = w.dim[2],
             .s = w.dim[3],
             .x_batched = x.batched,
             .y_batched = y.batched};
  for (int i = 0; i < 2; i++) {
    c.stride[i] = graph_list(graph, v, "stride", i);
    c.before[i] = graph_list(graph, v, "pad", 2 * i);
    c.dilation[i] = graph_list(graph, v, "dilation", i);
  }
  Text signature = {.mem = g->c->mem};
  const int *field = (const int *)&c;
  for (size_t i = 0; i < sizeof c / sizeof *field; i++)
    text_add(&signature, " %d", field[i]);
  Ir kernel = gen_kernel(g, "conv_weight_plain", text_str(&signature), 0, build_plain, &c);
  Ir args[] = {entry_value(g, in[0]), entry_value(g, in[1]), entry_out(g)};
  int64_t work = (int64_t)c.r * c.s * c.p * c.q / g->e.lanes + 1;
  entry_launch(g, kernel, args, 3, entry_chunks(g, k64(&g->e, (int64_t)c.k * c.each), work));
  finish_launch(g, graph, v);
}
