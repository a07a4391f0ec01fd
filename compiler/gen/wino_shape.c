/* wino_shape: which convolutions are computed by Winograd's algorithm, and how their work is cut. */
#include "gen/conv.h"
#include "gen/cost.h"
#include "gen/tune.h"
#include "gen/wino.h"

enum { FEWEST_CHANNELS = 16, VALUES_BYTES = 640 * 1024, BLOCK_MOST = 56, BLOCK_LEAST = 28, SHARED_BYTES = 8 << 20, FEW_BLOCKS = 8 };

static int ceil_div(int a, int b) {
  return (a + b - 1) / b;
}

static int is_unit(const Graph *g, Val v) {
  int same = graph_int(g, v, "groups") == 1;
  for (int i = 0; i < 2; i++)
    same &= graph_list(g, v, "stride", i) == 1 && graph_list(g, v, "dilation", i) == 1;
  return same;
}

int wino_fits(const Graph *g, Val v) {
  OpId op = graph_node(g, v)->op;
  const Type *x = graph_type(g, graph_in(g, v, 0)), *second = graph_type(g, graph_in(g, v, 1)), *made = graph_type(g, v);
  const Type *filter = op == OP_conv2d_weight_grad_over ? made : second, *y = op == OP_conv2d_weight_grad_over ? second : made;
  return !g->c->exact && is_unit(g, v) && filter->dim[2] == 3 && filter->dim[3] == 3 && x->lanes && y->lanes &&
         tune_way(g, v) != TUNE_DIRECT && x->batched && x->batched == y->batched && x->dim[0] >= FEWEST_CHANNELS && y->dim[0] >= FEWEST_CHANNELS;
}

/* Outputs of a product: pairs of vectors, or three where that leaves no rest. */
static void choose_groups(Wino *w) {
  w->nb = w->out_blocks == 1 ? 1 : w->out_blocks % 2 && w->out_blocks % 3 == 0 ? 3 : 2;
  w->groups = ceil_div(w->out_blocks, w->nb);
  w->tail = w->out_blocks - (w->groups - 1) * w->nb;
}

/* A block's transformed inputs should stay in the nearest large cache. */
static void choose_block(Wino *w) {
  int each = WINO_POINTS * w->in_blocks * w->lanes * 4, fit = VALUES_BYTES / each;
  int widest = conv_accumulators(w->lanes) / w->nb;
  fit = fit > BLOCK_MOST ? BLOCK_MOST : fit < BLOCK_LEAST ? BLOCK_LEAST : fit;
  w->block = fit < widest ? widest : fit / widest * widest;
  int most = SHARED_BYTES / each, few = FEW_BLOCKS * w->block; /* that many units by tiles are enough */
  w->shared = w->groups == 1 ? 0 : most < few ? most : few;
}

Wino wino_of(const Graph *g, Val v) {
  int weights = graph_node(g, v)->op == OP_conv2d_weight_grad_over;
  const Type *x = graph_type(g, graph_in(g, v, 0)), *y = graph_type(g, weights ? graph_in(g, v, 1) : v);
  int transposed = graph_node(g, v)->op == OP_conv2d_input_grad;
  Wino w = {.lanes = x->lanes, .transposed = transposed, .in = x->dim[0], .out = y->dim[0]};
  w.h = x->dim[1], w.w = x->dim[2], w.p = y->dim[1], w.q = y->dim[2];
  w.top = graph_list(g, v, "pad", 0), w.left = graph_list(g, v, "pad", 2);
  if (transposed)
    w.top = 2 - w.top, w.left = 2 - w.left;
  w.in_blocks = ceil_div(w.in, w.lanes), w.out_blocks = ceil_div(w.out, w.lanes);
  w.rows = ceil_div(w.p, WINO_TILE), w.cols = ceil_div(w.q, WINO_TILE);
  choose_groups(&w);
  choose_block(&w);
  int way = tune_way(g, v);
  if (way == TUNE_LARGE_BLOCKS)
    w.block *= 2;
  if (way == TUNE_SMALL_BLOCKS)
    w.block = (w.block + 1) / 2;
  return w;
}

/* Instructions of a transform, for a block of channels of one tile or of one filter. */
enum { TILE_STEPS = 300, FILTER_STEPS = 150 };

double wino_work(const Graph *g, Val v, Text *how, double *fixed) {
  Wino w = wino_of(g, v);
  double tiles = (double)w.rows * w.cols, vectors = (double)w.in_blocks * w.lanes * w.out_blocks;
  if (graph_node(g, v)->op == OP_conv2d_weight_grad_over)
    text_add(how, "winograd F(4,3) 1x%d", w.lanes);
  else
    text_add(how, "winograd F(4,3) %dx%d, blocks of %d tiles", w.nb, conv_accumulators(w.lanes) / w.nb, w.block);
  *fixed = 2 * w.lanes * FILTER_STEPS * vectors;
  return 2 * w.lanes * tiles * (WINO_POINTS * vectors + TILE_STEPS * (w.in_blocks + w.out_blocks));
}
