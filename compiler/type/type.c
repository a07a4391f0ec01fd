/* Types: interned in a list; see the header for what they mean. */
#include "type/type.h"
#include "base/bug.h"
#include "base/vec.h"
#include <string.h>

struct Types {
  Arena *mem;
  Vec(Type) list; /* by handle; 0 is poison */
};

Types *types_new(Arena *a) {
  Types *t = arena_alloc(a, sizeof *t);
  t->mem = a;
  vec_push(a, &t->list, (Type){0});
  return t;
}

TypeId type_of(Ctx *c, Type t) {
  Type key;
  memset(&key, 0, sizeof key);
  key.elem = t.elem, key.rank = t.rank, key.batched = t.batched, key.lanes = t.rank == 3 ? t.lanes : 0;
  memcpy(key.dim, t.dim, t.rank * sizeof *t.dim);
  /* A program has some dozens of types, so a list is searched as fast as a table. */
  for (int i = 1; i < c->types->list.count; i++)
    if (!memcmp(&c->types->list.at[i], &key, sizeof key))
      return (TypeId)i;
  vec_push(c->types->mem, &c->types->list, key);
  return (TypeId)(c->types->list.count - 1);
}

TypeId type_make(Ctx *c, Elem elem, int batched, int rank, const int32_t *dim) {
  Type t = {.elem = (uint8_t)elem, .rank = (uint8_t)rank, .batched = (uint16_t)batched};
  BUG_IF(rank > MAX_RANK);
  if (rank)
    memcpy(t.dim, dim, (size_t)rank * sizeof *dim);
  return type_of(c, t);
}

TypeId type_scalar(Ctx *c, int batched) {
  return type_make(c, F32, batched, 0, NULL);
}

const Type *type_get(const Ctx *c, TypeId id) {
  return &c->types->list.at[id];
}

TypeId type_with_batched(Ctx *c, TypeId id, int batched) {
  Type t = *type_get(c, id);
  t.batched = (uint16_t)batched;
  return type_of(c, t);
}

TypeId type_with_lanes(Ctx *c, TypeId id, int lanes) {
  Type t = *type_get(c, id);
  t.lanes = lanes;
  return type_of(c, t);
}

int64_t type_size(const Type *t) {
  int64_t n = 1;
  for (int i = 0; i < t->rank; i++)
    n *= t->dim[i];
  return n;
}

double type_count(const Type *t) {
  double n = 1;
  for (int i = 0; i < t->rank; i++)
    n *= t->dim[i];
  return n;
}

int type_phys(const Type *t, int64_t phys[MAX_RANK + 1]) {
  for (int i = 0; i < t->rank; i++)
    phys[i] = t->dim[i];
  if (!t->lanes)
    return t->rank;
  phys[0] = (t->dim[0] + t->lanes - 1) / t->lanes;
  phys[3] = t->lanes;
  return 4;
}

int64_t type_bytes(const Type *t) {
  int64_t phys[MAX_RANK + 1], n = 4;
  int rank = type_phys(t, phys);
  for (int i = 0; i < rank; i++)
    n *= phys[i];
  return (n + 63) & ~(int64_t)63;
}

void type_text(const Type *t, Text *to) {
  text_add(to, "[");
  for (int i = 0; i < t->rank; i++)
    text_add(to, "%s%d", i ? ", " : "", t->dim[i]);
  text_add(to, "]");
  if (t->elem == I32)
    text_add(to, " int");
  if (t->lanes)
    text_add(to, " in blocks of %d", t->lanes);
  if (!t->batched)
    text_add(to, " shared");
  if (t->batched > 1)
    text_add(to, " x %d", t->batched);
}

void type_say(const Type *t, Text *to) {
  Type shape = *t;
  shape.elem = F32, shape.lanes = 0, shape.batched = 1;
  if (t->rank)
    type_text(&shape, to);
  else
    text_add(to, t->elem == I32 ? "a class" : "one number");
  if (t->rank && t->elem == I32)
    text_add(to, " of whole numbers");
}

/* Could this operand stand beside full ones of `lanes`? Sizes of 1 in channels, or in all else, lie the same either way. */
static int is_full(const Type *t, const Type *out) {
  return t->rank == 3 && !memcmp(t->dim, out->dim, sizeof t->dim[0] * 3) && (t->dim[1] > 1 || t->dim[2] > 1) && t->dim[0] > 1;
}

TypeId type_broadcast(Ctx *c, const TypeId *in, int count, int *bad) {
  Type out = {0};
  for (int i = 0; i < count; i++) {
    const Type *t = type_get(c, in[i]);
    *bad = i;
    out.batched |= t->batched;
    if (!t->rank)
      continue;
    if (!out.rank) {
      out.rank = t->rank;
      memcpy(out.dim, t->dim, sizeof out.dim);
    }
    if (t->rank != out.rank)
      return 0;
    for (int d = 0; d < out.rank; d++) {
      if (out.dim[d] == 1)
        out.dim[d] = t->dim[d];
      else if (t->dim[d] != 1 && t->dim[d] != out.dim[d])
        return 0;
    }
  }
  for (int i = 0; i < count; i++) {
    const Type *t = type_get(c, in[i]);
    if (t->lanes && (is_full(t, &out) || (t->dim[0] == out.dim[0])))
      out.lanes = t->lanes;
  }
  /* A blocked result takes no plain operand that has both channels and a plane, nor other blocks. */
  for (int i = 0; i < count && out.lanes; i++) {
    const Type *t = type_get(c, in[i]);
    *bad = i;
    if (t->lanes ? t->lanes != out.lanes : t->rank == 3 && t->dim[0] > 1 && (t->dim[1] > 1 || t->dim[2] > 1))
      return 0;
  }
  return type_of(c, out);
}
