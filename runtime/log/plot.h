/* Line charts as SVG: panels side by side, each with axes, a legend and curves. */
#ifndef NET_LOG_PLOT_H
#define NET_LOG_PLOT_H
#include "base.h"

struct plot_series {
  const char *name; /* in the legend; NULL: not there */
  const double *x, *y;
  int64_t count, stride; /* x[i * stride]; where a number is not finite the curve has a gap */
  int color;             /* of the palette, from 0 */
  int dashed;
};

struct plot_axis {
  const char *label;
  double low, high; /* both 0: as far as the numbers go */
  int is_log;       /* wanted; done where all numbers are above 0 */
  int whole;        /* no marks between whole numbers */
};

struct plot_panel {
  const char *title;
  struct plot_axis x, y;
  int count;
  const struct plot_series *series;
  double mark; /* a line across at this x, NAN: none, */
  const char *mark_name; /* and what the legend calls it */
};

struct plot {
  const char *title;
  int panels;
  const struct plot_panel *panel;
  int legends; /* below all panels: what every panel's series of these colours are */
  const struct plot_series *legend;
};

void plot_write(FILE *out, const struct plot *p);
const char *plot_color(int k);

#endif
