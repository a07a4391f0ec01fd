/* wino: convolutions by Winograd's minimal filtering in two dimensions: tiles of 4 x 4 results (Lavin and Gray, 2015).

     input window d   --B-->  V    matrices [channels, tiles], one for each pair of points
     filter g         --G-->  U    matrices [channels, outputs]
     M = U V; result tile = A M

   - 3 x 3 filters of stride 1, F(4, 3): windows of 6 x 6, 36 products instead of 144. The points are 0, +-5/8, +-3/2 and
     infinity: of those tried they round least (relative L2 error 5e-7 to 2e-6).
   - 4 x 4 filters of stride 2, as in a DCGAN, F(4, 2): taken apart by the parity of pixels, the four phases of the input
     are channels of their own, each with a 2 x 2 filter of stride 1; windows of 5 x 5, 25 products instead of 64. The
     points are 0, +-3/4, 2 and infinity.

   The gradient of the input is the same with the filter turned round and channels changing places; that of stride 2 has
   four classes of results, by parity, each with a 2 x 2 filter of its own. The gradient of the weights sums, over tiles, the
   products of a transformed input window and a transformed gradient tile. */
#ifndef GEN_WINO_H
#define GEN_WINO_H
#include "gen/emit.h"

enum { WINO_TILE = 4, WINO_MOST = 6 /* size of a window */, WINO_MOST_POINTS = 36 };

/* ---- wino_transform.c ---- */
typedef enum { WINO_INPUT, WINO_FILTER, WINO_RESULT, WINO_GRADIENT, WINO_FILTER_GRADIENT } WinoTransform;
/* A square of vectors, row and column strides in floats. */
typedef struct {
  Ir at, row, col;
} Square;
/* With n = taps + 3: INPUT n x n -> n x n, FILTER taps x taps -> n x n, RESULT n x n -> 4 x 4, GRADIENT (of a result) 4 x 4 ->
   n x n, FILTER_GRADIENT n x n -> taps x taps: calls the transform's function, made when new. */
void wino_transform(Emit *e, int taps, WinoTransform t, Square from, Square to);
/* The same from every step-th vector of a plane of h x w, from (y, x) on; what lies outside is zero. */
typedef struct {
  Ir at, h, w, step;
} WinoPlane;
void wino_transform_plane(Emit *e, int taps, WinoTransform t, WinoPlane plane, Ir y, Ir x, Square to);

/* ---- wino_shape.c ---- */
/* Along an axis, element i of part c (a phase or a class: its parity) is start + c*slope + i*step. */
typedef struct {
  int start, slope, step;
} WinoLine;

typedef struct {
  int lanes, transposed;     /* transposed: conv2d_input_grad */
  int side, taps, points;    /* 3, 3, 36; 4, 2, 25: of the filter, of its parts, and pairs of points */
  int in, out;               /* channels of x, of y */
  int in_blocks, out_blocks; /* of `lanes` */
  int h, w, p, q;            /* planes of x and of y */
  int phases, classes;       /* 1 or 4: parts of the input that are summed over; of the result, one after the other */
  int depth;                 /* phases * in_blocks */
  WinoLine window[2], filter[2], result[2]; /* rows, columns: of x by results of a part; of the filter; of y */
  int rows, cols;            /* tiles of a class */
  int nb, groups, tail;      /* vectors of outputs of a product; groups of them; vectors of the last */
  int block;                 /* tiles that are worked on together */
  int shared;                /* up to so many tiles all are transformed first, and outputs are shared out */
} Wino;

typedef struct {
  Ir sample, row, col; /* a tile's, of its first result */
} WinoSpot;

/* Whether conv2d, its input gradient or its weight gradient v is computed this way. */
int wino_fits(const Graph *g, Val v);
Wino wino_of(const Graph *g, Val v); /* of a weight gradient: y is dy */
WinoSpot wino_spot(Emit *e, const Wino *w, Ir tile);
/* Element i of part's (0 .. 3) line; axis 0: rows. */
Ir wino_at(Emit *e, const WinoLine *line, int axis, Ir part, Ir i);

/* ---- the steps ---- */
Ir wino_tiles(Gen *g, const Graph *graph, Val v);       /* of all samples */
int64_t wino_least_tiles(const Graph *g, Val v);        /* with fewer the direct way is faster; 0: it never is */
int64_t wino_kept_floats(const Graph *g, Val v);        /* transformed filters, at the beginning of what the step keeps */
void wino_conv_pack(Gen *g, const Plan *p, int step);
void wino_conv(Gen *g, const Plan *p, int step);
Scratch wino_conv_scratch(const Graph *g, Val v);
void wino_weight_grad(Gen *g, const Plan *p, int step);
Scratch wino_weight_grad_scratch(const Graph *g, Val v);

/* ---- wino_pack.c ---- */
int64_t wino_group_filters(const Wino *w);           /* floats of a group's transformed filters */
Ir wino_filter_point(Emit *e, const Wino *w, Ir nb); /* from point to point of a group with nb vectors */
void wino_pack_group(Emit *e, const Wino *w, Ir weights, Ir class, Ir group, int nb, Ir to); /* in a kernel */
/* Launches it for all groups of all classes, if wanted (i1). */
void wino_pack(Gen *g, const Wino *w, Ir weights, Ir filters, Ir wanted);

#endif
