/* conv: convolutions as correlations, and what their kernels share. Geometry (conv_shape.c) is plain arithmetic;
   weights are packed (conv_pack.c), tiles computed (conv_tile.c), rows put together (conv.c). The gradient of the
   weights is conv_grad.c and, for the odd operands, conv_plain.c. */
#ifndef GEN_CONV_H
#define GEN_CONV_H
#include "gen/emit.h"

enum { TILE_VECTORS = 28, CONV_POINTS = 16 }; /* of the largest tile */

/* One class of output pixels along one axis: pixel first + t*out_step, t < count, is the sum over taps j < taps of
   input pixel t*in_step + base + j*tap_step (where that exists: 0 <= it < in) times the filter's element filter +
   j*filter_step. */
typedef struct {
  int first, out_step, count;
  int in, in_step, base, taps, tap_step;
  int filter, filter_step;
} Axis;

/* A correlation: conv2d, or conv2d_input_grad with input and output channels changing places. Vector lanes are output
   channels, and an input element is repeated in all of them; with lanes_in they are input channels: y is plain, and
   lanes are summed at the end, or (depthwise) each channel is its own output. A unit of input is a channel block of a
   blocked x, a channel of a plain. */
typedef struct {
  int lanes; /* V */
  int x_blocked, y_blocked;
  int transposed; /* conv2d_input_grad */
  int lanes_in, depthwise;
  int in, out, groups; /* channels */
  int h, w, p, q;      /* planes of x and of y */
  int join;            /* rows of a plane that are taken as one row here */
  int r, s;            /* the filter */
  int rows, cols;      /* classes of output pixels by axis */
  Axis *row, *col;
  int nb, widest;       /* output vectors of a tile (lanes_in: outputs), most pixels of a tile */
  int group;            /* output channels of a full tile */
  int groups_out, tail; /* tiles along the outputs; vectors of the last one */
  int span, units;      /* input units that a tile's outputs can reach; of all of x */
  int blocks, inner;    /* trip counts of a tile's block and channel loops: blocks * inner steps for each tap */
  int pass, band;       /* blocks of one pass over a band of rows: weights of a pass stay in the nearest cache */
} Corr;

Corr corr_of(const Graph *g, Val v);
/* Of conv2d_weight_grad_over: y has the vectors. That is dy, or x when only x is blocked (then in is K, and the rest
   transposed). */
Corr corr_of_weight_grad(const Graph *g, Val v);
int64_t corr_tap(const Corr *k);          /* floats of the packed weights of one tap and one output group */
int64_t corr_packed(const Corr *k);       /* of all of them */
int64_t corr_row(const Corr *k, int row); /* where a row class begins in them */
int64_t corr_col(const Corr *k, int col); /* and, for each row tap of that, a column class */
int conv_accumulators(int lanes);         /* vectors that a tile keeps in registers */
int conv_points(const Corr *k, int nb);   /* input elements that the gradient of the weights repeats at a time */

/* How a row is cut: runs of tiles of one width whose missing (tap, pixel) pairs are the same. */
typedef struct {
  int first, width, tiles; /* `tiles` tiles of `width` pixels from pixel `first` on */
} Run;
int axis_runs(Arena *a, const Axis *x, int widest, Run **runs);
uint32_t axis_missing(const Axis *x, int first, int width,
                      int tap); /* bit t: pixel first + t has no input under this tap */

/* ---- emitters ---- */
typedef struct {
  Ir y, x, w;             /* the tile's first pixel; the input of its pixel 0 under tap 0; weights of the first row */
  Ir blocks, rows, inner; /* trip counts */
  Ir x_block, x_row, x_inner; /* strides in floats */
  Ir w_block, w_row, y_block, y_pixel;
  Ir add; /* 1: to what y holds; 0 */
} TileArgs;
typedef struct {
  int nb, width, taps, lanes_in, depthwise;
  int inner;               /* the channel loop's trip count, channels side by side; 0: known at run time only */
  int x_pixel, x_tap;      /* floats from pixel to pixel and from tap to tap */
  const uint32_t *missing; /* by tap */
} Tile;
void conv_tile(Emit *e, const Tile *t, const TileArgs *a); /* calls the tile's function, made when new */
void conv_pack(Gen *g, const Corr *k, const char *signature, Ir w, Ir packed); /* launches the packing of w */
/* Launches the way back: w = sum of `copies` packed ones. */
void conv_unpack(Gen *g, const Corr *k, const char *signature, Ir w, Ir packed, int copies);
Ir ceil_positive(Emit *e, Ir a, int by);                  /* ceil(max(a, 0) / by) */
Ir corr_first_unit(Emit *e, const Corr *k, Ir out_group); /* of x that the group's outputs reach */
Ir conv_table(Emit *e, const int64_t *value, int count);  /* constant i64s */

const char *conv_signature(const Graph *g, Val v, const Corr *k, const Terms *t);
void conv_weight_grad(Gen *g, const Plan *p, int step);
Scratch conv_weight_grad_scratch(const Graph *g, Val v);
void conv_plain_weight_grad(Gen *g, const Graph *graph, Val v); /* of plain operands */

#endif
