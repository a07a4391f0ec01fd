/* pool: what pooling and resizing share. Both walk planes whose pixels are one vector of channels (blocked) or one
   float (plain). */
#ifndef GEN_POOL_H
#define GEN_POOL_H
#include "gen/emit.h"

typedef struct {
  int lanes; /* of the blocks; 0: plain */
  int channels, batched;
  int h, w;           /* of the result */
  int from_h, from_w; /* of the operand that is read */
  int64_t sample[3]; /* of each operand: floats from sample to sample */
  Terms terms;
} Planes;
Planes planes_of(const Graph *g, Val v, Val from);
int64_t planes_count(const Planes *p);             /* of a sample: channel blocks, or channels */
int planes_pixel(const Planes *p);                 /* floats of a pixel */
LLVMTypeRef planes_type(const Planes *p, Emit *e); /* of a pixel */
void planes_signature(const Graph *g, Val v, const Planes *p, const char *setting[],
                      Text *to); /* NULL ends the settings */

/* Inside a kernel. Epilogues of blocked results are applied to each pixel, those of plain ones by a launch of their
   own. */
typedef struct {
  Emit *e;
  const Planes *planes;
  Epilogue epilogue;
  Ir sample, block;
} Pixels;
void pixels_begin(Pixels *x, Emit *e, Planes *p, int first_arg);
void pixels_plane(Pixels *x, Ir plane);                         /* its number among all samples' planes: LEVEL_UNIT */
Ir pixels_in(Pixels *x, int operand, Ir base, int64_t plane);   /* an operand's plane; planes have so many floats */
void pixels_store(Pixels *x, Ir value, Ir out, Ir row, Ir col); /* out: the plane's first pixel */
/* Launches over units of `work` vectors: (plane, row) or, with rows 0, whole planes. args has room for the epilogue's.
 */
void planes_launch(Gen *g, Val v, const Graph *graph, Planes *p, Ir kernel, Ir *args, int count, int rows,
                   int64_t work);

LowerStep lower_resize;

#endif
