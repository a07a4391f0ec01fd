/* finish: an epilogue over rows that already lie in memory, of a plain result whose producer does not make vectors
   itself. */
#ifndef GEN_FINISH_H
#define GEN_FINISH_H
#include "gen/emit.h"

/* Takes the axes from `first` on as one where every operand lies evenly along them; longer rows, fewer of them. */
void terms_merge(Terms *t, int first);
/* Columns from .. to-1 of row `row` of result, all samples' rows numbered through; a row is the last axis. */
void finish_row(Epilogue *p, Emit *e, Ir result, Ir row, Ir from, Ir to);
/* A launch of its own for the whole result of v; none when v has no epilogue. */
void finish_launch(Gen *g, const Graph *graph, Val v);

#endif
