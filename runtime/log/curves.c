#include "log/curves.h"
#include "log/file.h"
#include "log/plot.h"
#include "log/table.h"
#include <math.h>
#include <stdlib.h>

static struct plot_series column(const struct table *t, int c, const char *name, int color) {
  return (struct plot_series){.name = name,
                              .x = t->value + TABLE_EPOCH,
                              .y = t->value + c,
                              .count = t->rows,
                              .stride = t->columns,
                              .color = color};
}

/* A metric of detections has none in the training's column. */
static int has_numbers(const struct table *t, int c) {
  for (int64_t i = 0; i < t->rows; i++)
    if (isfinite(t->value[i * t->columns + c]))
      return 1;
  return 0;
}

static int64_t smallest(const struct table *t, int c) {
  int64_t best = 0;
  double least = INFINITY;
  for (int64_t i = 0; i < t->rows; i++) {
    const double *row = t->value + i * t->columns;
    if (row[c] < least) {
      least = row[c];
      best = (int64_t)row[TABLE_EPOCH];
    }
  }
  return best;
}

static void draw(FILE *out, const struct table *t, struct table_layout l, const char *title, int64_t best) {
  int panels = l.outputs + 1;
  struct plot_panel *panel = mem_get((size_t)panels * sizeof *panel);
  struct plot_series *series = mem_get((size_t)panels * 2 * sizeof *series);
  char *mark = NULL;
  if (!best && l.has_val)
    best = smallest(t, TABLE_OUTPUTS + l.outputs);
  mark = mem_text("best: %lld", (long long)best);
  for (int o = 0; o < panels; o++) {
    struct plot_series *own = series + 2 * o;
    int rate = o == l.outputs, c = rate ? TABLE_RATE : TABLE_OUTPUTS + o;
    own[0] = column(t, c, rate || !l.has_val || !has_numbers(t, c) ? NULL : "train", rate ? 2 : 0);
    if (!rate && l.has_val)
      own[1] = column(t, c + l.outputs, "validation", 1);
    panel[o] = (struct plot_panel){.title = rate ? "learning rate" : t->name[c],
                                   .x = {.label = "epoch", .whole = 1},
                                   .y = {.is_log = rate || o == 0},
                                   .count = rate || !l.has_val ? 1 : 2,
                                   .series = own,
                                   .mark = best && !rate ? (double)best : NAN,
                                   .mark_name = mark};
  }
  plot_write(out, &(struct plot){.title = title, .panels = panels, .panel = panel});
  free(mark), free(panel), free(series);
}

int curves_write(const char *csv, const char *svg, const char *title, int64_t best, char err[ERR]) {
  struct table t;
  struct table_layout l;
  char *text = NULL;
  size_t size;
  if (table_read(&t, csv, err))
    return -1;
  int status = t.columns && !table_layout(&t, &l) ? 0 : fail(err, "%s is no training's log", csv);
  if (!status) {
    FILE *f = open_memstream(&text, &size);
    draw(f, &t, l, title, best);
    fclose(f);
    status = file_replace(svg, text, size, err);
    free(text);
  }
  table_close(&t);
  return status;
}
