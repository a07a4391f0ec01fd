/* Where a shape came from, for diagnostics. */
#ifndef GRAPH_TRACE_H
#define GRAPH_TRACE_H
#include "graph/graph.h"

/* A note at the value's place: its shape, and how its height came about ("417 -> 209 -> 105 -> 53") when it changed on the way. */
void trace_note(const Graph *g, Diag *d, Val v);

#endif
