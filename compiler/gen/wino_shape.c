/* wino_shape: which convolutions are computed by Winograd's algorithm, and how their work is cut. */
#include "gen/conv.h"
#include "gen/cost.h"
#include "gen/tune.h"
#include "gen/wino.h"

enum { FEWEST_CHANNELS = 16 };
enum {
  VALUES_BYTES = 640 * 1024,
  BLOCK_MOST = 56,
  BLOCK_LEAST = 28,
  SHARED_BYTES = 8 << 20,
  FEW_BLOCKS = 8 /* that many units by tiles are enough */
};

static int ceil_div(int a, int b) {
  return (a + b - 1) / b;
}

static int has_strides(const Graph *g, Val v, int stride) {
  int same = graph_int(g, v, "groups") == 1;
  for (int i = 0; i < 2; i++)
    same &= graph_list(g, v, "stride", i) == stride && graph_list(g, v, "dilation", i) == 1;
  return same;
}

static int is_weight_grad(const Graph *g, Val v) {
  return graph_node(g, v)->op == OP_conv2d_weight_grad_over;
}

int wino_fits(const Graph *g, Val v) {
  int weights = is_weight_grad(g, v);
  const Type *x = graph_type(g, graph_in(g, v, 0)), *second = graph_type(g, graph_in(g, v, 1)), *made = graph_type(g, v);
  const Type *filter = weights ? made : second, *y = weights ? second : made;
  int side = filter->dim[2];
  if (filter->dim[3] != side || (side != 3 && side != 4) || !has_strides(g, v, side - 2))
    return 0;
  return !g->c->exact && x->lanes && y->lanes && x->batched && x->batched == y->batched &&
         x->dim[0] >= FEWEST_CHANNELS && y->dim[0] >= FEWEST_CHANNELS && tune_way(g, v) != TUNE_DIRECT;
}

/* Outputs of a product: pairs of vectors, or three where that leaves no rest. */
static void choose_groups(Wino *w) {
  w->nb = w->out_blocks == 1 ? 1 : w->out_blocks % 2 && w->out_blocks % 3 == 0 ? 3 : 2;
  w->groups = ceil_div(w->out_blocks, w->nb);
  w->tail = w->out_blocks - (w->groups - 1) * w->nb;
}

/* A block's transformed inputs should stay in the nearest large cache. */
static void choose_block(Wino *w, int way) {
  int each = w->points * w->depth * w->lanes * 4, fit = VALUES_BYTES / each;
  int widest = conv_accumulators(w->lanes) / w->nb;
  fit = fit > BLOCK_MOST ? BLOCK_MOST : fit < BLOCK_LEAST ? BLOCK_LEAST : fit;
  w->block = fit < widest ? widest : fit / widest * widest;
  if (way == TUNE_LARGE_BLOCKS)
    w->block *= 2;
  if (way == TUNE_SMALL_BLOCKS)
    w->block = ceil_div(w->block, 2);
  int most = SHARED_BYTES / (each * w->classes), few = FEW_BLOCKS * w->block;
  w->shared = w->groups * w->classes == 1 ? 0 : most < few ? most : few;
}

/* Where a tile's window begins, which element of the filter meets it, and where results go.
   Stride 2, forward: result o meets pixel 2*o + r - pad under tap r; with r = 2*i + phase that is pixel i of a window over every second
   pixel. The input's gradient: pixel 2*o + class meets, under tap r of the parity of class + pad, dy at (pixel + pad - r)/2. */
static void choose_lines(Wino *w, int axis, int pad) {
  int two = w->side == 4, even = pad % 2, odd = (pad + 1) % 2; /* first tap of either class */
  w->result[axis] = w->filter[axis] = (WinoLine){0, 0, 1};
  if (!two) {
    w->window[axis] = (WinoLine){w->transposed ? pad - 2 : -pad, 0, 1};
    if (w->transposed)
      w->filter[axis] = (WinoLine){2, 0, -1};
  } else if (!w->transposed) {
    w->window[axis] = (WinoLine){-pad, 1, 2};
    w->filter[axis] = (WinoLine){0, 1, 2};
  } else {
    int first = (pad - even) / 2;
    w->window[axis] = (WinoLine){first - 1, (pad + 1 - odd) / 2 - first, 1};
    w->filter[axis] = (WinoLine){2 + even, odd - even, -2};
    w->result[axis] = (WinoLine){0, 1, 2};
  }
}

Wino wino_of(const Graph *g, Val v) {
  int weights = is_weight_grad(g, v), transposed = graph_node(g, v)->op == OP_conv2d_input_grad;
  const Type *x = graph_type(g, graph_in(g, v, 0)), *second = graph_type(g, graph_in(g, v, 1)), *made = graph_type(g, v);
  const Type *y = weights ? second : made;
  int side = (weights ? made : second)->dim[2], two = side == 4;
  Wino w = {.lanes = x->lanes, .transposed = transposed, .side = side, .in = x->dim[0], .out = y->dim[0]};
  w.h = x->dim[1], w.w = x->dim[2], w.p = y->dim[1], w.q = y->dim[2];
  w.taps = two ? 2 : 3, w.points = (w.taps + 3) * (w.taps + 3);
  w.phases = two && !transposed ? 4 : 1, w.classes = two && transposed ? 4 : 1;
  for (int axis = 0; axis < 2; axis++)
    choose_lines(&w, axis, graph_list(g, v, "pad", 2 * axis));
  w.in_blocks = ceil_div(w.in, w.lanes), w.out_blocks = ceil_div(w.out, w.lanes);
  w.depth = w.phases * w.in_blocks;
  int apart = w.classes == 4 ? 2 : 1;
  w.rows = ceil_div(ceil_div(w.p, apart), WINO_TILE), w.cols = ceil_div(ceil_div(w.q, apart), WINO_TILE);
  choose_groups(&w);
  choose_block(&w, tune_way(g, v));
  return w;
}

WinoSpot wino_spot(Emit *e, const Wino *w, Ir tile) {
  Ir each = k64(e, (int64_t)w->rows * w->cols), rest = irem(e, tile, each), cols = k64(e, w->cols);
  return (WinoSpot){idiv(e, tile, each), imulk(e, idiv(e, rest, cols), WINO_TILE),
                    imulk(e, irem(e, rest, cols), WINO_TILE)};
}

Ir wino_at(Emit *e, const WinoLine *line, int axis, Ir part, Ir i) {
  Ir parity = axis ? irem(e, part, k64(e, 2)) : idiv(e, part, k64(e, 2));
  Ir first = line->slope ? iaddk(e, imulk(e, parity, line->slope), line->start) : k64(e, line->start);
  return iadd(e, first, imulk(e, i, line->step));
}

/* Instructions of a transform, for a block of channels of one tile or of one filter. */
enum { TILE_STEPS = 300, FILTER_STEPS = 150 };

double wino_work(const Graph *g, Val v, Text *how, double *fixed) {
  Wino w = wino_of(g, v);
  double tiles = (double)w.rows * w.cols * w.classes, vectors = (double)w.depth * w.lanes * w.out_blocks;
  text_add(how, "winograd F(4,%d) ", w.taps);
  if (is_weight_grad(g, v))
    text_add(how, "1x%d", w.lanes);
  else
    text_add(how, "%dx%d, blocks of %d tiles", w.nb, conv_accumulators(w.lanes) / w.nb, w.block);
  *fixed = 2 * w.lanes * FILTER_STEPS * vectors * w.classes;
  return 2 * w.lanes * tiles * (w.points * vectors + TILE_STEPS * (w.depth + w.out_blocks));
}

/* Filters come from memory each time; in training, where they change, they are made beside their use instead. */
int64_t wino_least_tiles(const Graph *g, Val v) {
  const double in_cache = 4 << 20, memory = 28e9, direct_rate = 200e9, fast_rate = 190e9;
  Wino w = wino_of(g, v);
  double filters = 4.0 * w.classes * w.groups * (double)wino_group_filters(&w);
  double real = (double)w.p * w.q / (WINO_TILE * WINO_TILE * w.rows * w.cols * w.classes);
  double direct = 2.0 * WINO_TILE * WINO_TILE * w.side * w.side * w.in * w.out * real / direct_rate;
  double fast = 2.0 * w.points * w.depth * w.lanes * w.out_blocks * w.lanes * w.classes / fast_rate;
  if (g->updates.count || filters < in_cache)
    return 0;
  double least = direct > fast ? filters / memory / (direct - fast) : 1e9;
  return least > w.rows * w.cols ? (int64_t)least + 1 : 0;
}
