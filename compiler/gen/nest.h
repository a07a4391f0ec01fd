/* nest: the loops of an elementwise or reducing kernel, as few as its operands' strides allow, with sizes and strides
   given at run time, so that kernels which differ in sizes alone are one. */
#ifndef GEN_NEST_H
#define GEN_NEST_H
#include "gen/emit.h"

enum { NEST_DIMS = MAX_RANK + 2, NEST_OUT = MAX_VARS };
typedef struct {
  Terms t;
  int lanes; /* of the kernel: a blocked domain's, or the target's */
  int dims;
  int64_t size[NEST_DIMS];                 /* outermost first */
  int sampled;                             /* size[0] is to be multiplied by N */
  int64_t stride[MAX_VARS + 1][NEST_DIMS]; /* of each variable and, at NEST_OUT, of the result */
  uint8_t reduced[NEST_DIMS];
  int lane;           /* the last dim is one vector, a block's lanes */
  int row;            /* the innermost dim that is a loop: of vectors, or (lane) of blocks; -1: none */
  int channel, spare; /* the dim of blocks whose last one has only `spare` channels; -1, 0 */
  int tail;           /* the last dim may end within a vector */
} Nest;

typedef struct {
  const Type *domain;
  const Joint *of;
  int lanes;          /* the target's */
  int mask;           /* lanes that are no channels must come out zero */
  const int64_t *out; /* the result's strides by physical axis of the domain */
  int64_t out_sample;
  uint8_t reduced[MAX_RANK + 1]; /* by physical axis */
  int reduce_samples;
} NestSpec;
Nest nest_make(const Graph *g, const NestSpec *spec);
/* The nest of a strided copy, bits as they lie, from `from` (0: zeros): sizes and both sides' strides by axis. */
typedef struct {
  Val from;
  int64_t from_offset, from_sample, to_sample; /* floats */
  int batched, axes;
  int64_t size[MAX_RANK + 1], from_stride[MAX_RANK + 1], to_stride[MAX_RANK + 1];
} CopySpec;
Nest nest_copy(Ctx *c, const CopySpec *spec, int lanes);
void nest_strides(const Type *domain, int64_t *stride, int64_t *sample); /* of a value of this very type */
void nest_levels(
    Nest *n, const uint8_t *inner); /* inner[d]: a change along d is a new vector; other dims with strides are units */
void nest_signature(const Nest *n, const Ctx *c, Text *to);
int nest_args(Gen *g, const Nest *n, Ir out, Ir *args); /* in the entry; out: of the first result */

typedef struct {
  Nest *n;
  Formula f;
  Ir size[NEST_DIMS], stride[MAX_VARS + 1][NEST_DIMS], out[MOST_RESULTS];
  int args; /* taken; a kernel's own numbers follow */
} NestCode;
void nest_begin(NestCode *k, Emit *e, Nest *n); /* in the kernel, before all loops */
/* Splits a unit's number over the dims where unit[d]; returns in index[d], NULL elsewhere. */
void nest_split(NestCode *k, Emit *e, Ir unit, const uint8_t *is_unit, Ir *index);
Ir nest_count(NestCode *k, Emit *e, const uint8_t *dims); /* product of sizes where dims[d] */
Ir nest_offset(NestCode *k, Emit *e, int var, Ir *index); /* floats, over all dims with an index */
void nest_load(NestCode *k, Emit *e, int level, const Ir *offset,
               Ir mask);                                   /* variables of a level, offset[var] from base */
Ir nest_unit_mask(NestCode *k, Emit *e, Ir channel_index); /* NULL when every lane is a channel */

#endif
