/* U-Net's weights of pixels. Distances to the two nearest cells: first within each column, up and down, where the two
   nearest pixels of different cells are found; then each pixel looks along its row. A cell that is third in its column
   is never second for a pixel, since the two before it are nearer from every place of the row.

   From six sigma on a border adds less than one part in ten million, so pixels look no farther than that. */
#include "data/derive.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers the cells from 1 on; 0 is ground. room: for as many pixels. */
static void cells_number(const unsigned char *classes, int height, int width, int32_t *cell, int32_t *room) {
  int32_t n = height * width, cells = 0;
  memset(cell, 0, (size_t)n * sizeof *cell);
  for (int32_t first = 0; first < n; first++) {
    if (!classes[first] || cell[first])
      continue;
    int32_t waiting = 0;
    cell[room[waiting++] = first] = ++cells;
    while (waiting) {
      int32_t at = room[--waiting], x = at % width;
      int32_t beside[4] = {x > 0 ? at - 1 : at, x + 1 < width ? at + 1 : at, at >= width ? at - width : at,
                           at + width < n ? at + width : at};
      for (int k = 0; k < 4; k++)
        if (classes[beside[k]] == classes[at] && !cell[beside[k]])
          cell[room[waiting++] = beside[k]] = cells;
    }
  }
}

struct near { /* the two nearest cells of a pixel, 0: none; squares of distances */
  int32_t cell[2];
  float square[2];
};

static void near_add(struct near *n, int32_t cell, float square) {
  if (!cell)
    return;
  if (cell == n->cell[0]) {
    n->square[0] = fminf(n->square[0], square);
  } else if (!n->cell[0] || square < n->square[0]) {
    n->cell[1] = n->cell[0], n->square[1] = n->square[0];
    n->cell[0] = cell, n->square[0] = square;
  } else if (cell == n->cell[1]) {
    n->square[1] = fminf(n->square[1], square);
  } else if (!n->cell[1] || square < n->square[1]) {
    n->cell[1] = cell, n->square[1] = square;
  }
}

/* The last two different cells seen on the way along a column in one direction are the nearest on that side. */
static void column_near(const int32_t *cell, int height, int width, int step, struct near *near) {
  int32_t seen[2] = {0, 0};
  int row[2] = {0, 0};
  for (int k = 0; k < height; k++) {
    int y = step > 0 ? k : height - 1 - k;
    int32_t here = cell[(size_t)y * width];
    if (here && here != seen[0])
      seen[1] = seen[0], row[1] = row[0], seen[0] = here;
    if (here)
      row[0] = y;
    for (int i = 0; i < 2; i++)
      near_add(&near[(size_t)y * width], seen[i], (float)((y - row[i]) * (y - row[i])));
  }
}

/* Both distances of a pixel, added up; infinite when there are not two cells within reach. */
static float distances_at(const struct near *row, int x, int width, int reach) {
  struct near best = {{0, 0}, {INFINITY, INFINITY}};
  int last = x + reach < width - 1 ? x + reach : width - 1;
  for (int i = x > reach ? x - reach : 0; i <= last; i++)
    for (int k = 0; k < 2; k++)
      near_add(&best, row[i].cell[k], row[i].square[k] + (float)((i - x) * (i - x)));
  return best.cell[1] ? sqrtf(best.square[0]) + sqrtf(best.square[1]) : INFINITY;
}

int border_weight(const unsigned char *classes, int height, int width, float w0, float sigma, float *out) {
  size_t n = (size_t)height * width, count[256] = {0};
  int present = 0, reach = (int)ceilf(6 * sigma);
  int32_t *cell = malloc(2 * n * sizeof *cell);
  struct near *near = calloc(n, sizeof *near);
  if (!cell || !near) {
    free(cell), free(near);
    return -1;
  }
  cells_number(classes, height, width, cell, cell + n);
  for (size_t i = 0; i < n; i++)
    present += !count[classes[i]]++;
  for (int x = 0; x < width; x++) {
    column_near(cell + x, height, width, 1, near + x);
    column_near(cell + x, height, width, -1, near + x);
  }
  for (size_t i = 0; i < n; i++) {
    out[i] = (float)n / ((float)present * (float)count[classes[i]]);
    if (cell[i])
      continue;
    float d = distances_at(near + i / width * width, (int)(i % width), width, reach);
    out[i] += w0 * expf(-d * d / (2 * sigma * sigma));
  }
  free(cell), free(near);
  return 0;
}
