#ifndef GEN_EACH_H
#define GEN_EACH_H
#include "gen/nest.h"

void each_launch(Gen *g, Nest *n, Ir out,
                 const char *stem); /* computes n's formula into out, as the nest's strides say */

#endif
