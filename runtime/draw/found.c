/* Boxes: from the network's rows to the picture's pixels, frames with labels, tables, JSON. */
#include "draw/found.h"
#include "base.h"
#include "draw/picture.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL = 128, DASH = 4 };

/* ---- rows ---- */

static int row_read(const float *row, int columns, const struct net_picture *at, struct found *f) {
  const double *m = at->map;
  for (int k = 0; k < 5; k++)
    if (!isfinite(row[k]))
      return 0;
  if (row[0] < 0 || row[0] >= 1e9f || (columns > 5 && isnan(row[5])))
    return 0;
  double a[2] = {m[0] * row[1] + m[1] * row[2] + m[2], m[3] * row[1] + m[4] * row[2] + m[5]};
  double b[2] = {m[0] * row[3] + m[1] * row[4] + m[2], m[3] * row[3] + m[4] * row[4] + m[5]};
  *f = (struct found){.class = (int)row[0], .score = columns > 5 ? row[5] : NAN};
  f->x1 = fmin(fmax(a[0], 0), at->width), f->x2 = fmin(fmax(b[0], 0), at->width);
  f->y1 = fmin(fmax(a[1], 0), at->height), f->y2 = fmin(fmax(b[1], 0), at->height);
  return f->x2 > f->x1 && f->y2 > f->y1;
}

struct found_list found_read(const float *row, int rows, int columns, const struct net_picture *at) {
  struct found_list l = {0, mem_get((size_t)(rows + 1) * sizeof *l.box)};
  for (int i = 0; i < rows; i++)
    if (row_read(row + (size_t)i * columns, columns, at, &l.box[l.count]))
      l.box[l.count++].row = i;
  return l;
}

void found_free(struct found_list *l) {
  free(l->box);
  *l = (struct found_list){0};
}

/* ---- drawing ---- */

struct pixels {
  int x, y, width, height;
};

static struct pixels pixels_of(const struct found *f) {
  int x = (int)floor(f->x1 + 0.5), y = (int)floor(f->y1 + 0.5);
  return (struct pixels){x, y, (int)floor(f->x2 + 0.5) - x, (int)floor(f->y2 + 0.5) - y};
}

/* Lines grow with the picture, letters more slowly: a crowd of boxes has to stay legible. */
static int line_of(const struct net_picture *p) {
  int side = (p->width + p->height) / 2, thick = (side + 150) / 300;
  return thick < 1 ? 1 : thick;
}

static int letter_of(const struct net_picture *p) {
  int scale = ((p->width + p->height) / 2 + 200) / 400;
  return scale < 1 ? 1 : scale;
}

static struct color ink_on(struct color c) {
  int light = 299 * c.r + 587 * c.g + 114 * c.b > 140000;
  return light ? (struct color){0, 0, 0} : (struct color){255, 255, 255};
}

/* "RBC 0.93", "#3 RBC 0.93" of a track; without the score where that does not fit. */
static void label_of(const struct found *f, struct show_names names, int letters, char text[LABEL]) {
  char number[NUMBER], id[NUMBER] = "";
  if (f->id)
    snprintf(id, sizeof id, "#%d ", f->id);
  const char *name = name_of(names, f->class, number);
  int n = snprintf(text, LABEL, "%s%.80s %.2f", id, name, f->score);
  if (isnan(f->score) || n > letters)
    snprintf(text, LABEL, "%s%.80s", id, name);
}

/* Above the box where there is room, else inside it; moved left when it would stick out. */
static void label_put(struct net_picture *p, const struct found *f, struct pixels at, struct show_names names) {
  char text[LABEL];
  int scale = letter_of(p), most = (p->width - 2 * scale) / (FONT_WIDTH * scale), high = FONT_HEIGHT * scale;
  label_of(f, names, most, text);
  int letters = (int)strlen(text) < most ? (int)strlen(text) : most, width = (letters * FONT_WIDTH + 1) * scale;
  struct color c = class_color(1 + f->class);
  if (letters < 1)
    return;
  int x = at.x + width > p->width ? p->width - width : at.x, y = at.y >= high ? at.y - high : at.y;
  canvas_area(p, x, y, width, high, c);
  canvas_text(p, x + scale, y + 2 * scale, text, letters, scale, ink_on(c));
}

/* A line from (x, y), of its colour and white by turns: seen on any ground. */
static void dashes(struct net_picture *p, int x, int y, int across, int length, int thick, struct color c) {
  for (int i = 0; i < length; i += DASH) {
    int n = length - i < DASH ? length - i : DASH;
    canvas_area(p, across ? x + i : x, across ? y : y + i, across ? n : thick, across ? thick : n,
                i / DASH % 2 ? c : (struct color){255, 255, 255});
  }
}

void found_draw(struct net_picture *p, struct found_list l, struct found_list truth, struct show_names names) {
  int t = line_of(p), thin = (t + 1) / 2;
  for (int i = l.count - 1; i >= 0; i--) { /* the surest, which come first, on top */
    struct pixels at = pixels_of(&l.box[i]);
    canvas_frame(p, at.x + t, at.y + t, at.width - 2 * t, at.height - 2 * t, t, class_color(1 + l.box[i].class));
  }
  for (int i = 0; i < truth.count; i++) {
    struct pixels at = pixels_of(&truth.box[i]);
    struct color c = class_color(1 + truth.box[i].class);
    dashes(p, at.x, at.y, 1, at.width, thin, c);
    dashes(p, at.x, at.y + at.height - thin, 1, at.width, thin, c);
    dashes(p, at.x, at.y, 0, at.height, thin, c);
    dashes(p, at.x + at.width - thin, at.y, 0, at.height, thin, c);
  }
  for (int i = l.count - 1; i >= 0; i--)
    label_put(p, &l.box[i], pixels_of(&l.box[i]), names);
}

/* ---- words ---- */

void found_table(FILE *out, struct found_list l, struct show_names names) {
  char number[NUMBER];
  int wide = 5, scored = 0, tracked = 0;
  for (int i = 0; i < l.count; i++) {
    int n = (int)strlen(name_of(names, l.box[i].class, number));
    wide = n > wide ? n : wide;
    scored |= !isnan(l.box[i].score), tracked |= l.box[i].id;
  }
  if (!l.count) {
    fputs("no boxes\n", out);
    return;
  }
  fprintf(out, "%s%-*s%s      x1      y1      x2      y2\n", tracked ? "  id  " : "", wide, "class", scored ? "   score" : "");
  for (int i = 0; i < l.count; i++) {
    const struct found *f = &l.box[i];
    if (tracked)
      fprintf(out, "%4d  ", f->id);
    fprintf(out, "%-*s", wide, name_of(names, f->class, number));
    if (scored)
      fprintf(out, "  %.4f", f->score);
    fprintf(out, "  %6.1f  %6.1f  %6.1f  %6.1f\n", f->x1, f->y1, f->x2, f->y2);
  }
}

void found_json(FILE *out, struct found_list l, struct show_names names) {
  char number[NUMBER];
  fputc('[', out);
  for (int i = 0; i < l.count; i++) {
    const struct found *f = &l.box[i];
    fputs(i ? ",\n {" : "{", out);
    if (f->id)
      fprintf(out, "\"id\": %d, ", f->id);
    fputs("\"class\": ", out);
    show_json_text(out, name_of(names, f->class, number));
    fprintf(out, ", \"index\": %d", f->class);
    if (isfinite(f->score))
      fprintf(out, ", \"score\": %.6g", f->score);
    else if (!isnan(f->score))
      fputs(", \"score\": null", out);
    fprintf(out, ", \"box\": [%.2f, %.2f, %.2f, %.2f]}", f->x1, f->y1, f->x2, f->y2);
  }
  fputc(']', out);
}
