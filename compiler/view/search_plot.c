/* Duty: DIR/search.svg: for each parameter the scores over its values, then all of them at once in parallel
   coordinates, a line for each trial. Darker is further (epochs) in the first, better in the second; the best is orange.
   Scores far behind the rest are drawn at the edge, hollow, so that the others can be told apart. */
#include "view/search.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEFT = 60, TOP = 58, PANEL_W = 230, PANEL_H = 170, STEP_X = 300, STEP_Y = 250, ACROSS = 3, TICKS = 12 };

typedef struct {
  const SearchParam *param; /* NULL: the score */
  const char *name;
  int is_log;
  double low, high;         /* of the numbers that it shows; of choices, 0 and how many */
} Axis;

typedef struct {
  const Study *t;
  Text svg;
  Axis score;
  const int *order;         /* trials, best first */
  int best;                 /* the trial; -1: none has a score */
  int epochs;               /* the most that any has */
} Plot;

static const char blues[][8] = {"#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#084594"}, orange[] = "#e6550d";
enum { BLUES = sizeof blues / sizeof *blues };

static const char *blue(double part) {
  int i = (int)(part * BLUES);
  return blues[i < 0 ? 0 : i >= BLUES ? BLUES - 1 : i];
}

/* ---- axes ---- */

static double part_of(const Axis *a, double v) {
  double low = a->low, high = a->high;
  if (a->is_log)
    v = log(v), low = log(low), high = log(high);
  return high > low ? (v - low) / (high - low) : 0.5;
}

/* Where trial i lies on the axis, 0 to 1; of choices beside each other a little apart. */
static double trial_part(const Plot *p, const Axis *a, int i, int param) {
  const Trial *trial = &p->t->trials.at[i];
  if (!a->param)
    return part_of(a, trial->score);
  if (a->param->kind != SEARCH_CHOICE)
    return part_of(a, trial->value[param]->number);
  double beside = (i * 7 % 11 - 5) / 22.0;
  return part_of(a, (double)(trial->value[param] - a->param->choices.at) + 0.5 + beside);
}

static Axis param_axis(const Plot *p, int k) {
  const SearchParam *param = &p->t->s->params.at[k];
  Axis a = {.param = param, .name = name_text(p->t->c->names, param->name), .low = param->low, .high = param->high};
  a.is_log = param->kind == SEARCH_LOG || param->kind == SEARCH_LOG_INT;
  if (param->kind == SEARCH_CHOICE)
    a.high = param->choices.count;
  return a;
}

/* From the best score to the worst that is not far behind: at most three times as far as the middle one. */
static Axis score_axis(const Plot *p) {
  const Study *t = p->t;
  Axis a = {.name = name_text(t->c->names, t->s->judge), .low = INFINITY, .high = -INFINITY};
  if (p->best < 0)
    return (Axis){.name = a.name, .low = 0, .high = 1};
  double best = t->trials.at[p->best].score, *behind = arena_alloc(t->c->mem, sizeof *behind * (size_t)t->trials.count);
  int count = 0;
  for (int i = 0; i < t->trials.count; i++) {
    if (!isfinite(t->trials.at[i].score))
      continue;
    double d = fabs(t->trials.at[i].score - best);
    int k = count++;
    for (; k > 0 && behind[k - 1] > d; k--)
      behind[k] = behind[k - 1];
    behind[k] = d;
  }
  double reach = fmin(behind[count - 1], 3 * behind[count / 2]) * 1.05;
  reach = reach > 0 ? reach : fmax(fabs(best) * 0.1, 1e-6);
  a.low = t->s->better > 0 ? best - reach : best - 0.05 * reach;
  a.high = t->s->better > 0 ? best + 0.05 * reach : best + reach;
  return a;
}

/* Round numbers within the axis; on a logarithmic one 1, 2 and 5 times powers of ten, or the powers alone. */
static int ticks_of(const Axis *a, double tick[TICKS]) {
  static const double first[] = {1, 2, 5};
  int n = 0;
  if (a->is_log) {
    int several = log10(a->high / a->low) < 2;
    for (int e = (int)floor(log10(a->low)); e <= (int)ceil(log10(a->high)); e++)
      for (int k = 0; k < (several ? 3 : 1); k++) {
        double v = first[k] * pow(10, e);
        if (v >= a->low * (1 - 1e-9) && v <= a->high * (1 + 1e-9) && n < TICKS)
          tick[n++] = v;
      }
    return n;
  }
  double raw = (a->high - a->low) / 4, size = pow(10, floor(log10(raw)));
  double step = raw / size < 1.5 ? size : raw / size < 3.5 ? 2 * size : raw / size < 7.5 ? 5 * size : 10 * size;
  for (double k = ceil(a->low / step - 1e-9); k * step <= a->high + 1e-9 * step && n < TICKS; k++)
    tick[n++] = k == 0 ? 0 : k * step;
  return n;
}

/* ---- marks ---- */

static void add_escaped(Text *to, const char *s) {
  for (; *s; s++)
    text_add(to, *s == '<' ? "&lt;" : *s == '&' ? "&amp;" : "%c", *s);
}

static void label(Plot *p, double x, double y, const char *style, const char *text) {
  text_add(&p->svg, "<text x=\"%.1f\" y=\"%.1f\" %s>", x, y, style);
  add_escaped(&p->svg, text);
  text_add(&p->svg, "</text>\n");
}

static void line(Plot *p, double x, double y, double x2, double y2) {
  text_add(&p->svg, "<path d=\"M%.1f %.1fL%.1f %.1f\" class=\"axis\"/>\n", x, y, x2, y2);
}

static const char *tick_text(const Plot *p, double v) {
  return arena_printf(p->t->c->mem, "%.4g", v);
}

/* The axis with its ticks: along x when dx is not 0, upwards else. */
static void draw_axis(Plot *p, const Axis *a, double x, double y, double dx, double dy) {
  double tick[TICKS];
  int choices = a->param && a->param->kind == SEARCH_CHOICE, n = choices ? a->param->choices.count : ticks_of(a, tick);
  line(p, x, y, x + dx, y - dy);
  for (int i = 0; i < n; i++) {
    double part = choices ? (i + 0.5) / n : part_of(a, tick[i]), tx = x + part * dx, ty = y - part * dy;
    const char *text = choices ? a->param->choices.at[i].shown : tick_text(p, tick[i]);
    if (dx != 0)
      line(p, tx, ty, tx, ty + 4), label(p, tx, ty + 16, "text-anchor=\"middle\"", arena_strndup(p->t->c->mem, text, strnlen(text, choices ? 40 / (size_t)n : 40)));
    else
      line(p, tx, ty, tx - 4, ty), label(p, tx - 7, ty + 4, "text-anchor=\"end\"", text);
  }
}

/* ---- a parameter ---- */

static void draw_point(Plot *p, int i, double x, double y, int beyond) {
  const Trial *a = &p->t->trials.at[i];
  const char *colour = i == p->best ? orange : blue((double)a->seen / (p->epochs + 1));
  text_add(&p->svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%s\" fill=\"%s\" stroke=\"%s\"><title>trial %d: ", x, y, i == p->best ? "5" : "4",
           beyond ? "none" : colour, colour, i + 1);
  add_escaped(&p->svg, values_text(p->t, a));
  text_add(&p->svg, ", %s %s</title></circle>\n", p->score.name, score_text(p->t, a->score));
}

static void draw_panel(Plot *p, int k, double x, double y) {
  Axis a = param_axis(p, k);
  draw_axis(p, &a, x, y + PANEL_H, PANEL_W, 0);
  draw_axis(p, &p->score, x, y + PANEL_H, 0, PANEL_H);
  label(p, x + PANEL_W / 2.0, y + PANEL_H + 34, "text-anchor=\"middle\" font-weight=\"bold\"", a.name);
  label(p, x - 6, y - 8, "", p->score.name);
  for (int n = p->t->trials.count - 1; n >= 0; n--) { /* the best on top */
    int i = p->order[n];
    if (!isfinite(p->t->trials.at[i].score))
      continue;
    double part = trial_part(p, &p->score, i, 0), shown = fmin(fmax(part, 0), 1);
    draw_point(p, i, x + PANEL_W * trial_part(p, &a, i, k), y + PANEL_H * (1 - shown), part != shown);
  }
}

/* ---- parallel coordinates ---- */

static void draw_lines(Plot *p, const int *params, int count, double x, double y, double width) {
  const Study *t = p->t;
  double step = width / count;
  for (int n = t->trials.count - 1; n >= 0; n--) {
    int i = p->order[n], best = i == p->best;
    if (!isfinite(t->trials.at[i].score))
      continue;
    double part = fmin(fmax(trial_part(p, &p->score, i, 0), 0), 1);
    text_add(&p->svg, "<path d=\"");
    for (int k = 0; k < count; k++) {
      Axis a = param_axis(p, params[k]);
      text_add(&p->svg, "%c%.1f %.1f", k ? 'L' : 'M', x + k * step, y + PANEL_H * (1 - trial_part(p, &a, i, params[k])));
    }
    text_add(&p->svg, "L%.1f %.1f\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"/>\n", x + width, y + PANEL_H * (1 - part),
             best ? orange : blue(t->s->better > 0 ? part : 1 - part), best ? "2.5" : "1.2");
  }
  for (int k = 0; k <= count; k++) {
    Axis a = k < count ? param_axis(p, params[k]) : p->score;
    draw_axis(p, &a, x + k * step, y + PANEL_H, 0, PANEL_H);
    label(p, x + k * step, y + PANEL_H + 22, "text-anchor=\"middle\" font-weight=\"bold\"", a.name);
  }
}

/* ---- the picture ---- */

static void find_best(Plot *p) {
  p->order = study_order(p->t);
  p->best = p->order[0];
  if (!isfinite(p->t->trials.at[p->best].score))
    p->best = -1;
  for (int i = 0; i < p->t->trials.count; i++)
    p->epochs = p->t->trials.at[i].seen > p->epochs ? p->t->trials.at[i].seen : p->epochs;
}

int plot_write(Study *t) {
  Plot p = {.t = t, .svg = {.mem = t->c->mem}};
  int *params = arena_alloc(t->c->mem, sizeof *params * (size_t)t->s->params.count), count = 0;
  for (int k = 0; k < t->s->params.count; k++)
    if (value_differs(t, k))
      params[count++] = k;
  find_best(&p);
  p.score = score_axis(&p);
  int across = count < ACROSS ? count : ACROSS, rows = (count + ACROSS - 1) / ACROSS;
  int width = across < 2 && count < 2 ? LEFT + PANEL_W + 30 : LEFT + (across - 1) * STEP_X + PANEL_W + 30;
  int height = TOP + (rows + (count > 1)) * STEP_Y;
  text_add(&p.svg,
           "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#333\">\n"
           "<style>.axis { stroke: #999; fill: none } text { paint-order: stroke; stroke: white; stroke-width: 3px }</style>\n<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n",
           width, height, width, height);
  label(&p, LEFT - 6, 18, "font-size=\"13\"",
        arena_printf(t->c->mem, "%s: %d trials, %s on validation data", t->stem, t->trials.count, p.score.name));
  for (int k = 0; k < count; k++)
    draw_panel(&p, params[k], LEFT + k % ACROSS * STEP_X, TOP + k / ACROSS * STEP_Y);
  if (count > 1)
    draw_lines(&p, params, count, LEFT + 20, TOP + rows * STEP_Y, width - LEFT - 70);
  text_add(&p.svg, "</svg>\n");
  return replace_file(t, arena_printf(t->c->mem, "%s/search.svg", t->folder), &p.svg);
}
