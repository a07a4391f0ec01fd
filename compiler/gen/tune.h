/* tune: which of a convolution's ways is taken. The model chooses the first; the others are neighbours of that choice,
   among which `netc build --tune` chooses by measuring whole programs (view/tune.c).

   Of a convolution that Winograd's algorithm takes: that; direct; blocks of tiles twice as large; half as large. Of others: the
   tile that the model prefers; with one vector of outputs more; with one less; without passes over the inputs. */
#ifndef GEN_TUNE_H
#define GEN_TUNE_H
#include "graph/graph.h"

enum { TUNE_WAYS = 4, TUNE_DIRECT = 1, TUNE_LARGER = 1, TUNE_SMALLER = 2, TUNE_ONE_PASS = 3 };
enum { TUNE_LARGE_BLOCKS = 2, TUNE_SMALL_BLOCKS = 3 };

typedef struct {
  const char *key;
  int way;
} TuneChoice;

typedef struct Tuning {
  int all; /* the way of all convolutions, while ways are measured; 0 */
  Vec(TuneChoice) choices;
} Tuning;

/* All that a way's speed depends on but the machine: "conv2d [64, 56, 56] in blocks of 16, [64, 64, 3, 3] shared ...";
   NULL: not a convolution. */
const char *tune_key(const Graph *g, Val v);
int tune_way(const Graph *g, Val v); /* 0 when nothing was tuned */

#endif
