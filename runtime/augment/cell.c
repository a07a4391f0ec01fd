#include "augment/cell.h"
#include <stdlib.h>
#include <string.h>

void cell_clear(struct cell *c) {
  if (!c->borrowed) {
    free(c->bytes);
    free(c->box);
    free(c->point);
    free(c->value);
  }
  memset(c, 0, sizeof *c);
}
