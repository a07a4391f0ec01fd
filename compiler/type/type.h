/* Types: the shape of one sample, the element, "batched" (one per sample, or shared by all), and the layout. Inside `map` a
   sample of the batch stands for several: batched is how many values there are for each sample, 0 when they are shared.
   Interned: equal types are equal handles. 0 is poison: the type of what was already reported.

   Layout: lanes == 0 is plain row-major. lanes == V > 0 is channel-blocked: a [C, H, W] lies as [ceil(C/V), H, W, V], the
   missing channels of the last block being zero. Only rank-3 values are ever blocked. */
#ifndef TYPE_TYPE_H
#define TYPE_TYPE_H
#include "base/text.h"
#include "diag/diag.h"

enum { MAX_RANK = 6 };
typedef uint32_t TypeId;
typedef enum { F32, I32 } Elem;

typedef struct {
  uint8_t elem, rank;
  uint16_t batched; /* values for each sample; 0: shared */
  int32_t lanes;
  int32_t dim[MAX_RANK];
} Type;

typedef struct Types Types;
Types *types_new(Arena *a);
TypeId type_of(Ctx *c, Type t); /* dims beyond the rank are ignored */
TypeId type_make(Ctx *c, Elem elem, int batched, int rank, const int32_t *dim);
TypeId type_scalar(Ctx *c, int batched); /* f32, rank 0 */
const Type *type_get(const Ctx *c, TypeId id); /* valid until the next type_of; never NULL (poison: rank 0) */
TypeId type_with_batched(Ctx *c, TypeId id, int batched);
TypeId type_with_lanes(Ctx *c, TypeId id, int lanes);
int64_t type_size(const Type *t);   /* elements of one sample, as the dims say (logical) */
double type_count(const Type *t);   /* the same where it may be too many to hold */
/* The shape as it lies in memory, innermost last: [C,H,W] plain -> 3 dims, blocked -> [ceil(C/V),H,W,V]. Returns the count. */
int type_phys(const Type *t, int64_t phys[MAX_RANK + 1]);
int64_t type_bytes(const Type *t);  /* of one sample as it lies in memory, padded to a multiple of 64 */
void type_text(const Type *t, Text *to); /* "[32, 28, 28]", "[10] shared", "[] int" ... as graphs and plans print it */
void type_say(const Type *t, Text *to);  /* "[32, 28, 28]", "one number", "a class", "[8, 8] of whole numbers": for diagnostics */

/* The type of an elementwise result: scalars, or equal rank with sizes of 1. Elem f32; batched if any is. Returns 0 when the
   shapes do not go together (*bad then is the index of the offender). Blocked if an operand with full channels is. */
TypeId type_broadcast(Ctx *c, const TypeId *in, int count, int *bad);

#endif
