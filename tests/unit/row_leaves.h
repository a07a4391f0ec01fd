/* The operands of a case: leaves of random shapes, some behind a convolution. A leaf's first letter says what it is
   fed: a anything, p positive, u -1..1, i a whole number (an index, now and then one outside), s a run-time scalar. */
#ifndef TESTS_ROW_LEAVES_H
#define TESTS_ROW_LEAVES_H
#include "truth.h"

typedef struct {
  Ctx *c;
  Text lines;               /* of the graph so far */
  Vec(const char *) leaves; /* those that may be differentiated */
  int names;
  int stops; /* no gradient is to come through */
  int far;   /* plain vectors, to be fed far out */
} Case;

typedef struct {
  int rank, dim[MAX_RANK];
} Dims;
#define DIMS(...) ((Dims){(int)(sizeof(int[]){__VA_ARGS__} / sizeof(int)), {__VA_ARGS__}})
static const Dims no_dims = {0, {0}};

static const char *say(Case *k, const char *format, ...) __attribute__((format(printf, 2, 3)));
static const char *say(Case *k, const char *format, ...) {
  char text[1000];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return arena_strndup(k->c->mem, text, strlen(text));
}

static const char *list_text(Arena *mem, const int *at, int count) {
  Text t = {.mem = mem};
  for (int i = 0; i < count; i++)
    text_add(&t, "%s%d", i ? ", " : "", at[i]);
  return arena_printf(mem, "[%s]", text_str(&t));
}

static const char *dims_text(Case *k, Dims d) {
  return list_text(k->c->mem, d.dim, d.rank);
}

static const char *leaf(Case *k, char letter, int batched, Dims d) {
  const char *name = say(k, "%c%d", letter, k->names++), *shape = dims_text(k, d);
  const char *integer = letter == 'i' ? ", int: true" : "";
  if (letter == 's')
    text_add(&k->lines, "  %s = scalar(\"%s\")\n", name, name);
  else if (batched || dice(2))
    text_add(&k->lines, "  %s = input(\"%s\", shape: %s%s%s)\n", name, name, shape, integer,
             batched ? "" : ", shared: true");
  else
    text_add(&k->lines, "  %s = param(\"%s\", role: \"weight\", init: \"constant\", values: [0], shape: %s%s)\n", name,
             name, shape, integer);
  if (letter != 'i')
    vec_push(k->c->mem, &k->leaves, name);
  return name;
}

/* A value that the pass `layout` puts into blocks, where there are channels enough: what a convolution made of a leaf.
 */
static const char *blocked(Case *k, char letter, Dims d) {
  const char *image = leaf(k, 'a', 1, DIMS(2, d.dim[1], d.dim[2])), *w = leaf(k, 'a', 0, DIMS(d.dim[0], 2, 1, 1));
  const char *y = say(k, "conv2d(%s, %s)", image, w);
  y = letter == 'p' ? say(k, "0.25 + sigmoid(%s)", y) : letter == 'u' ? say(k, "tanh(%s)", y) : y;
  const char *name = say(k, "b%d", k->names++);
  text_add(&k->lines, "  %s = %s\n", name, y);
  return name;
}

static Dims plane_dims(void) {
  return DIMS(ONE_OF(1, 3, 5, 8, 17), 1 + dice(6), 1 + dice(6));
}

static const char *value(Case *k, char letter, Dims d) {
  return d.rank == 3 && dice(2) ? blocked(k, letter, d) : leaf(k, letter, 1, d);
}

/* An operand that spreads to d: sizes of 1, fewer axes, shared. */
static const char *spread(Case *k, char letter, Dims d) {
  switch (dice(7)) {
  case 0:
    return leaf(k, letter, dice(2), no_dims);
  case 1:
    return letter == 'u' ? leaf(k, letter, 1, d) : leaf(k, 's', 0, no_dims);
  case 2:
    return leaf(k, letter, 0, d);
  case 3:
    if (d.rank == 3)
      return leaf(k, letter, dice(2), DIMS(d.dim[0], 1, 1));
    break;
  case 4:
    for (int i = 0; i < d.rank; i++)
      d.dim[i] = dice(2) ? 1 : d.dim[i];
    return leaf(k, letter, dice(2), d);
  default:
    break;
  }
  return value(k, letter, d);
}

static Dims any_dims(void) {
  Dims d = plane_dims();
  return dice(4) ? d : dice(2) ? DIMS(d.dim[0], d.dim[1]) : dice(2) ? DIMS(1 + dice(40)) : no_dims;
}

#endif
