#ifndef GEN_TURN_H
#define GEN_TURN_H
#include "gen/nest.h"

/* Launches a copy whose contiguous axes differ, square by square; 0 when it is not one of those. */
int turn_launch(Gen *g, const Nest *copy, Ir out);
void turn_square(Emit *e, Ir *row, int lanes); /* lanes rows of lanes floats become its columns */
void turn_blocks(Gen *g, const Graph *graph, Val v); /* to_blocked, to_plain */

#endif
