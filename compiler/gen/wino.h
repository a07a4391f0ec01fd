/* wino: 3 x 3 convolutions of stride 1 by Winograd's minimal filtering F(4, 3), in two dimensions: 4 x 4 results from
   6 x 6 inputs with 36 products instead of 144 (Lavin and Gray, 2015). The points are 0, +-5/8, +-3/2 and infinity:
   of those tried they round least (relative L2 error 5e-7 to 2e-6).

     input tile d (6x6)  --B-->  V    one of 36 matrices [channels, tiles]
     filter g (3x3)      --G-->  U    one of 36 matrices [channels, outputs]
     M = U V, 36 matrix products; result tile = A M

   The gradient of the input is the same with the filter turned round and channels changing places; the gradient of the
   weights sums, over tiles, the products of a transformed input tile and a transformed gradient tile. */
#ifndef GEN_WINO_H
#define GEN_WINO_H
#include "gen/emit.h"

enum { WINO_TILE = 4, WINO_WINDOW = 6, WINO_POINTS = 36 };

/* ---- wino_transform.c ---- */
typedef enum { WINO_INPUT, WINO_FILTER, WINO_RESULT, WINO_GRADIENT, WINO_FILTER_GRADIENT, WINO_TRANSFORMS } WinoTransform;
/* A square of vectors, row and column strides in floats. */
typedef struct {
  Ir at, row, col;
} Square;
/* INPUT 6x6 -> 6x6, FILTER 3x3 -> 6x6, RESULT 6x6 -> 4x4, GRADIENT (of a result) 4x4 -> 6x6, FILTER_GRADIENT 6x6 -> 3x3:
   calls the transform's function, made when new. */
void wino_transform(Emit *e, WinoTransform t, Square from, Square to);
/* The same from a plane of h x w vectors, whose pixel (y, x) is the square's first; what lies outside is zero. */
void wino_transform_plane(Emit *e, WinoTransform t, Ir plane, Ir h, Ir w, Ir y, Ir x, Square to);

/* ---- wino_shape.c ---- */
typedef struct {
  int lanes, transposed;      /* transposed: conv2d_input_grad */
  int in, out;                /* channels of x, of y */
  int in_blocks, out_blocks;  /* of `lanes` */
  int h, w, p, q;             /* planes of x and of y */
  int top, left;              /* padding */
  int rows, cols;             /* tiles of a plane of y */
  int nb, groups, tail;       /* vectors of outputs of a product; groups of them; vectors of the last */
  int block;                  /* tiles that are worked on together */
  int shared;                 /* up to so many tiles all are transformed first, and outputs are shared out */
} Wino;

typedef struct {
  Ir sample, row, col; /* a tile's, of the result's first pixel */
} WinoSpot;

/* Whether conv2d, its input gradient or its weight gradient v is computed this way. */
int wino_fits(const Graph *g, Val v);
Wino wino_of(const Graph *g, Val v); /* of a weight gradient: y is dy */
WinoSpot wino_spot(Emit *e, const Wino *w, Ir tile);

/* ---- the steps ---- */
void wino_conv(Gen *g, const Plan *p, int step);
Scratch wino_conv_scratch(const Graph *g, Val v);
void wino_weight_grad(Gen *g, const Plan *p, int step);
Scratch wino_weight_grad_scratch(const Graph *g, Val v);

/* ---- wino_pack.c ---- */
int64_t wino_group_filters(const Wino *w);                /* floats of a group's transformed filters */
Ir wino_filter_point(Emit *e, const Wino *w, Ir nb);      /* from point to point of a group with nb vectors */
void wino_pack_group(Emit *e, const Wino *w, Ir weights, Ir group, int nb, Ir to); /* in a kernel */
void wino_pack(Gen *g, const Wino *w, Ir weights, Ir filters, Ir wanted); /* launches it for all groups, if wanted (i1) */

#endif
