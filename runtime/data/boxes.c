#include "data/boxes.h"
#include "base.h"
#include "calls.h"
#include <math.h>
#include <string.h>

static int boxes_has(const struct cell *c, const float row[5]) {
  int i = 0;
  while (i < c->boxes && memcmp(c->box + 5 * i, row, 5 * sizeof *row) != 0)
    i++;
  return i < c->boxes;
}

void boxes_add(struct cell *c, int class, const double corner[4], int width, int height) {
  static const double slack = 1; /* what rounding puts outside is nothing to tell */
  float row[5] = {(float)class};
  int cut = 0;
  for (int k = 0; k < 4; k++) {
    double end = k & 1 ? height : width, at = fmin(fmax(corner[k], 0), end);
    cut |= fabs(corner[k] - at) > slack;
    row[k + 1] = (float)at;
  }
  if (row[3] <= row[1] || row[4] <= row[2]) {
    c->odd.empty++;
    return;
  }
  if (boxes_has(c, row)) {
    c->odd.twice++;
    return;
  }
  c->odd.cut += cut;
  if (!(c->boxes & (c->boxes - 1))) /* room doubles at each power of two */
    c->box = mem_grow(c->box, (size_t)(c->boxes ? 2 * c->boxes : 1) * sizeof row);
  memcpy(c->box + 5 * c->boxes++, row, sizeof row);
}

enum marked marked_read(const struct net_call *source, const char *param) {
  const struct net_arg *a = arg_find(source, CALL_SOURCE, param);
  return !a ? MARKED_OUT : a->kind == NET_TEXT ? MARKED_IGNORED : a->num != 0 ? MARKED_IN : MARKED_OUT;
}

void boxes_add_marked(struct cell *c, enum marked how, int class, const double corner[4], int width, int height) {
  if (how == MARKED_OUT)
    c->odd.difficult++;
  else
    boxes_add(c, how == MARKED_IGNORED ? -2 - class : class, corner, width, height);
}
