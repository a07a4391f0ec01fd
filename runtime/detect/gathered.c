#include "detect/gathered.h"
#include <stdlib.h>
#include <string.h>

enum { CLASSES_MAX = 1 << 20 }; /* above this a number is none that a field could have */

int row_ignored(const float *row) {
  return row[0] < ROW_UNUSED;
}

int row_class(const float *row) {
  return (int)(row_ignored(row) ? -2 - row[0] : row[0]);
}

static int is_used(const float *row) {
  return row[0] != ROW_UNUSED && row[0] > -CLASSES_MAX && row[0] < CLASSES_MAX; /* which nan is not */
}

void gathered_add(struct gathered *g, const float *value, int64_t n, int64_t rows, int width) {
  g->width = width;
  for (int64_t i = 0; i < n * rows; i++) {
    const float *row = value + i * width;
    if (!is_used(row))
      continue;
    if (g->count == g->room) {
      g->room = 2 * g->room + 64;
      g->row = mem_grow(g->row, (size_t)(g->room * width) * sizeof *g->row);
      g->sample = mem_grow(g->sample, (size_t)g->room * sizeof *g->sample);
    }
    memcpy(g->row + g->count * width, row, (size_t)width * sizeof *row);
    g->sample[g->count++] = g->samples + i / rows;
  }
  g->samples += n;
}

void gathered_free(struct gathered *g) {
  free(g->row), free(g->sample);
  *g = (struct gathered){0};
}

void detected_free(struct detected *d) {
  gathered_free(&d->found);
  gathered_free(&d->box);
}

int gathered_classes(const struct gathered *g) {
  int most = 0;
  for (int64_t i = 0; i < g->count; i++) {
    int k = row_class(g->row + i * g->width);
    most = k >= most ? k + 1 : most;
  }
  return most;
}

void by_class_open(struct by_class *c, const struct gathered *g, int classes) {
  c->classes = classes;
  c->index = mem_get((size_t)(g->count + 1) * sizeof *c->index);
  c->first = mem_get((size_t)(classes + 2) * sizeof *c->first);
  for (int64_t i = 0; i < g->count; i++) {
    int k = row_class(g->row + i * g->width);
    if (k < classes)
      c->first[k + 2]++;
  }
  for (int k = 0; k < classes; k++)
    c->first[k + 2] += c->first[k + 1];
  for (int64_t i = 0; i < g->count; i++) {
    int k = row_class(g->row + i * g->width);
    if (k < classes)
      c->index[c->first[k + 1]++] = i;
  }
}

void by_class_close(struct by_class *c) {
  free(c->index), free(c->first);
  *c = (struct by_class){0};
}
