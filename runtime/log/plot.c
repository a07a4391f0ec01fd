/* A panel lies in a cell of WIDE x HIGH: the head with title and legend, the frame, the marks of the axes around it.
   Marks stand at round numbers: 1, 2 or 5 times a power of ten apart; on a logarithmic axis at powers of ten. */
#include "log/plot.h"
#include "log/file.h"
#include <math.h>
#include <string.h>

enum { WIDE = 400, HIGH = 270, LEFT = 58, RIGHT = 16, TOP = 34, BOTTOM = 42, HEAD = 34, LEGEND_LINE = 18, LETTER = 6 };
enum { MARKS = 24, MARK_TEXT = 32, DOTS_MAX = 12 };

const char *plot_color(int k) {
  /* apart for colour-blind eyes too (Okabe and Ito), then others */
  static const char *const PALETTE[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00",
                                        "#8c564b", "#7f3fbf", "#7f7f7f", "#b2182b", "#4d9221", "#c4a000"};
  return PALETTE[k % (int)(sizeof PALETTE / sizeof *PALETTE)];
}

/* ---- scales ---- */

struct scale {
  double low, high; /* logarithms if it is logarithmic */
  double from, to;  /* where they lie in the picture */
  int is_log;
  int marks;
  double mark[MARKS]; /* as numbers of the data */
  double step;
};

static double place(const struct scale *s, double v) {
  return s->from + ((s->is_log ? log10(v) : v) - s->low) / (s->high - s->low) * (s->to - s->from);
}

/* 1, 2 or 5 times a power of ten, not below v */
static double round_up(double v) {
  double ten = pow(10, floor(log10(v))), m = v / ten;
  return (m <= 1.000001 ? 1 : m <= 2.000001 ? 2 : m <= 5.000001 ? 5 : 10) * ten;
}

static void marks_linear(struct scale *s, int whole, int outward) {
  s->step = round_up((s->high - s->low) / 6);
  if (whole && s->step < 1)
    s->step = 1;
  if (outward) {
    s->low = floor(s->low / s->step + 1e-6) * s->step;
    s->high = ceil(s->high / s->step - 1e-6) * s->step;
  }
  double first = ceil(s->low / s->step - 1e-6);
  for (int i = 0; i < MARKS && (first + i) * s->step <= s->high + 1e-6 * s->step; i++)
    s->mark[s->marks++] = (first + i) * s->step;
}

static void marks_log(struct scale *s) {
  static const double WITHIN[] = {1, 2, 5};
  double gap = (s->high - s->low) * 0.04;
  s->low -= gap, s->high += gap;
  int decades = (int)(floor(s->high) - ceil(s->low)) + 1, every = (decades + 6) / 7, fine = decades < 3 ? 3 : 1;
  for (int d = (int)floor(s->low); d <= (int)ceil(s->high); d++)
    for (int i = 0; i < fine && d % (every > 0 ? every : 1) == 0; i++) {
      double at = d + log10(WITHIN[i]);
      if (at >= s->low && at <= s->high && s->marks < MARKS)
        s->mark[s->marks++] = WITHIN[i] * pow(10, d);
    }
}

/* The smallest and the largest finite number; returns whether there are any. */
static int reach(const struct plot_panel *p, int is_y, double *low, double *high) {
  int found = 0;
  for (int k = 0; k < p->count; k++)
    for (int64_t i = 0; i < p->series[k].count; i++) {
      double v = (is_y ? p->series[k].y : p->series[k].x)[i * p->series[k].stride];
      if (!isfinite(v))
        continue;
      *low = !found || v < *low ? v : *low;
      *high = !found || v > *high ? v : *high;
      found = 1;
    }
  return found;
}

/* Numbers all over a wide range, as those of a decay are. One that only begins or ends near 0 is better drawn as it is. */
static int spreads(const struct plot_panel *p, double low, double high) {
  int64_t upper = 0, all = 0;
  if (!(low > 0) || high / low < 50)
    return 0;
  for (int k = 0; k < p->count; k++)
    for (int64_t i = 0; i < p->series[k].count; i++) {
      double v = p->series[k].y[i * p->series[k].stride];
      all += isfinite(v);
      upper += isfinite(v) && v > sqrt(low * high);
    }
  return upper <= 0.65 * (double)all;
}

static struct scale scale_of(const struct plot_panel *p, int is_y, double from, double to) {
  const struct plot_axis *a = is_y ? &p->y : &p->x;
  struct scale s = {.from = from, .to = to};
  int given = a->low < a->high, found = reach(p, is_y, &s.low, &s.high);
  if (given || !found)
    s.low = given ? a->low : 0, s.high = given ? a->high : 1;
  if (s.high - s.low <= 1e-9 * fmax(fabs(s.low), fabs(s.high))) { /* one value: room on both sides */
    double room = a->whole || s.low == 0 ? 0.5 : 0.1 * fabs(s.low);
    s.low -= room, s.high += room;
  }
  s.is_log = is_y && a->is_log && found && spreads(p, s.low, s.high);
  if (s.is_log)
    s.low = log10(s.low), s.high = log10(s.high);
  s.is_log ? marks_log(&s) : marks_linear(&s, a->whole, is_y && !given);
  return s;
}

/* 0.25, 300, 1e-5, 2.5e6 */
static const char *mark_text(const struct scale *s, double v, char text[MARK_TEXT]) {
  double most = fmax(fabs(s->mark[0]), fabs(s->mark[s->marks - 1])), step = s->is_log ? fabs(v) : s->step;
  int digits = (int)ceil(-log10(step) - 1e-6);
  if (fabs(v) < step * 1e-6)
    return strcpy(text, "0");
  if (step >= 1e-4 && most < 1e5) {
    snprintf(text, MARK_TEXT, "%.*f", digits > 0 ? digits : 0, v);
    return text;
  }
  int n = snprintf(text, MARK_TEXT, "%.3g", v);
  char *e = strchr(text, 'e');
  if (!e || n >= MARK_TEXT)
    return text;
  char *digit = e + 2;
  while (*digit == '0')
    digit++;
  char rest[MARK_TEXT];
  snprintf(rest, sizeof rest, "%s%s", e[1] == '-' ? "-" : "", digit);
  memcpy(e + 1, rest, strlen(rest) + 1);
  return text;
}

/* ---- drawing ---- */

static void text_at(FILE *out, double x, double y, const char *more, const char *text) {
  fprintf(out, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y, more);
  xml_text(out, text);
  fputs("</text>\n", out);
}

static void draw_axes(FILE *out, const struct plot_panel *p, const struct scale *x, const struct scale *y) {
  char text[MARK_TEXT];
  for (int i = 0; i < y->marks; i++) {
    double at = place(y, y->mark[i]);
    fprintf(out, "<path d=\"M%.1f %.1fH%.1f\" class=\"grid\"/>\n", x->from, at, x->to);
    text_at(out, x->from - 7, at + 4, " text-anchor=\"end\"", mark_text(y, y->mark[i], text));
  }
  for (int i = 0; i < x->marks; i++) {
    double at = place(x, x->mark[i]);
    fprintf(out, "<path d=\"M%.1f %.1fv4\" class=\"axis\"/>\n", at, y->from);
    text_at(out, at, y->from + 17, " text-anchor=\"middle\"", mark_text(x, x->mark[i], text));
  }
  fprintf(out, "<path d=\"M%.1f %.1fV%.1fH%.1f\" class=\"axis\"/>\n", x->from, y->to, y->from, x->to);
  if (p->x.label)
    text_at(out, (x->from + x->to) / 2, y->from + 34, " text-anchor=\"middle\"", p->x.label);
  if (p->y.label) {
    fprintf(out, "<g transform=\"translate(%.1f %.1f) rotate(-90)\">", x->from - 42, (y->from + y->to) / 2);
    text_at(out, 0, 0, " text-anchor=\"middle\"", p->y.label);
    fputs("</g>\n", out);
  }
}

static int is_shown(const struct plot_series *s, int64_t i, const struct scale *y) {
  return i >= 0 && i < s->count && isfinite(s->x[i * s->stride]) && isfinite(s->y[i * s->stride]) &&
         (!y->is_log || s->y[i * s->stride] > 0);
}

/* A line for each stretch without gaps; dots where they are few, or stand alone. */
static void draw_series(FILE *out, const struct plot_series *s, const struct scale *x, const struct scale *y) {
  const char *color = plot_color(s->color), *dash = s->dashed ? " stroke-dasharray=\"5 3\"" : "";
  for (int64_t i = 0; i < s->count; i++) {
    if (!is_shown(s, i, y))
      continue;
    double px = place(x, s->x[i * s->stride]), py = place(y, s->y[i * s->stride]);
    int before = is_shown(s, i - 1, y), after = is_shown(s, i + 1, y);
    if (!before && after)
      fprintf(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\" stroke-linejoin=\"round\"%s points=\"",
              color, dash);
    if (before || after)
      fprintf(out, "%s%.1f,%.1f", before ? " " : "", px, py);
    if (before && !after)
      fputs("\"/>\n", out);
  }
  for (int64_t i = 0; i < s->count; i++)
    if (is_shown(s, i, y) && (s->count <= DOTS_MAX || (!is_shown(s, i - 1, y) && !is_shown(s, i + 1, y))))
      fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.6\" fill=\"%s\"/>\n", place(x, s->x[i * s->stride]),
              place(y, s->y[i * s->stride]), color);
}

static void draw_mark(FILE *out, const struct plot_panel *p, const struct scale *x, const struct scale *y) {
  double at = place(x, p->mark);
  fprintf(out, "<path d=\"M%.1f %.1fV%.1f\" class=\"mark\"/>\n", at, y->from, y->to);
  for (int k = 0; k < p->count; k++)
    for (int64_t i = 0; i < p->series[k].count; i++)
      if (p->series[k].x[i * p->series[k].stride] == p->mark && is_shown(&p->series[k], i, y))
        fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.8\" fill=\"#fff\" stroke=\"%s\" stroke-width=\"1.8\"/>\n", at,
                place(y, p->series[k].y[i * p->series[k].stride]), plot_color(p->series[k].color));
}

static int letters(const char *text) { /* characters, not bytes */
  int n = 0;
  for (; *text; text++)
    n += (*text & 0xc0) != 0x80;
  return n;
}

static void sample(FILE *out, double x, double y, const struct plot_series *s) {
  fprintf(out, "<path d=\"M%.1f %.1fh18\" stroke=\"%s\" stroke-width=\"2.4\"%s/>\n", x, y - 4, plot_color(s->color),
          s->dashed ? " stroke-dasharray=\"5 3\"" : "");
  text_at(out, x + 23, y, "", s->name);
}

/* From right to left in the panel's head. */
static void draw_legend(FILE *out, const struct plot_panel *p, double right, double y) {
  if (!isnan(p->mark)) {
    right -= LETTER * letters(p->mark_name) + 14;
    fprintf(out, "<path d=\"M%.1f %.1fv12\" class=\"mark\"/>\n", right + 6, y - 10);
    text_at(out, right + 12, y, "", p->mark_name);
    right -= 8;
  }
  for (int k = p->count - 1; k >= 0; k--) {
    if (!p->series[k].name)
      continue;
    right -= LETTER * letters(p->series[k].name) + 25;
    sample(out, right, y, &p->series[k]);
    right -= 10;
  }
}

static void draw_panel(FILE *out, const struct plot_panel *p, double left, double top) {
  struct scale x = scale_of(p, 0, left + LEFT, left + WIDE - RIGHT),
               y = scale_of(p, 1, top + HIGH - BOTTOM, top + TOP);
  double low, high;
  fputs("<g>\n", out);
  text_at(out, left + LEFT, top + 20, " font-size=\"13\" font-weight=\"bold\"", p->title);
  draw_legend(out, p, left + WIDE - RIGHT, top + 20);
  draw_axes(out, p, &x, &y);
  if (!reach(p, 1, &low, &high))
    text_at(out, (x.from + x.to) / 2, (y.from + y.to) / 2, " text-anchor=\"middle\" class=\"note\"", "no finite number");
  for (int k = 0; k < p->count; k++)
    draw_series(out, &p->series[k], &x, &y);
  if (!isnan(p->mark))
    draw_mark(out, p, &x, &y);
  fputs("</g>\n", out);
}

static int columns_of(int panels) {
  return panels <= 3 ? panels : panels == 4 ? 2 : 3;
}

void plot_write(FILE *out, const struct plot *p) {
  int columns = columns_of(p->panels), rows = columns ? (p->panels + columns - 1) / columns : 0;
  int wide = WIDE * (columns ? columns : 1), head = p->title ? HEAD : 0, body = head + rows * HIGH;
  int high = body + p->legends * LEGEND_LINE + (p->legends ? 12 : 0);
  fprintf(out,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
          "font-family=\"Helvetica, Arial, sans-serif\" font-size=\"11\" fill=\"#222\">\n"
          "<style>.grid{stroke:#e4e4e4}.axis{stroke:#222;fill:none}.mark{stroke:#888;stroke-dasharray:3 3}"
          ".note{fill:#888}</style>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
          wide, high, wide, high, wide, high);
  if (p->title)
    text_at(out, LEFT, 24, " font-size=\"15\" font-weight=\"bold\"", p->title);
  for (int i = 0; i < p->panels; i++)
    draw_panel(out, &p->panel[i], WIDE * (i % columns), head + HIGH * (i / columns));
  for (int i = 0; i < p->legends; i++)
    sample(out, LEFT, body + LEGEND_LINE * (i + 1), &p->legend[i]);
  fputs("</svg>\n", out);
}
