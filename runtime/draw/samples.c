/* A page of samples of a data set, each as its fields say: picture or clip, mask over it, boxes and points on it, its
   class below. */
#include "base.h"
#include "draw/picture.h"
#include "draw/show.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 8, SMALL = 128, LARGE = 256, FRAMES = 6, LINES = 2 };
static const struct color paper = {250, 250, 250}, ink = {50, 52, 58};

struct tile { /* how samples are laid out */
  int frames, width, height; /* of one frame, as drawn */
  double scale;
};

static struct tile tile_of(const struct show_samples *s) {
  int longer = s->height > s->width ? s->height : s->width;
  struct tile t = {s->frames < FRAMES ? s->frames : FRAMES, 0, 0, scale_for(s->width, s->height, SMALL)};
  if (longer > LARGE)
    t.scale = (double)LARGE / longer;
  t.width = (int)(s->width * t.scale + 0.5), t.height = (int)(s->height * t.scale + 0.5);
  return t;
}

/* The sample's frame as RGB, with its mask, in its own size. */
static struct net_picture *frame_picture(const struct show_samples *s, int i, int frame) {
  int64_t size = (int64_t)s->channels * s->height * s->width;
  struct net_picture *p = image_convert(
      picture_of(s->image + (i * s->frames + frame) * size, s->channels, s->height, s->width, s->range), 3);
  if (!p || !s->mask.values)
    return p;
  p->map[2] = (p->width - s->mask.width) / 2; /* the middle, in whole pixels, as data is cut */
  p->map[5] = (p->height - s->mask.height) / 2;
  const char *values = (const char *)s->mask.values + (size_t)i * s->mask.height * s->mask.width * 4;
  unsigned char *classes = classes_at(p, values, s->mask.elem, s->mask.width, s->mask.height);
  if (classes)
    classes_tint(p, classes, s->mask.elem == NET_I32 ? 0.5f : 0.35f);
  free(classes);
  return p;
}

/* What was proposed, thin and half transparent, for there is much of it. */
static void regions_put(struct net_picture *sheet, int x, int y, const struct show_samples *s, int i,
                        const struct tile *t) {
  static const struct color white = {255, 255, 255};
  for (int k = 0; s->region && k < s->regions; k++) {
    const float *b = s->region + 5 * ((size_t)i * s->regions + k);
    if (b[0] < 0)
      continue;
    int left = x + (int)(b[1] * t->scale), right = x + (int)(b[3] * t->scale) - 1;
    int top = y + (int)(b[2] * t->scale), bottom = y + (int)(b[4] * t->scale) - 1;
    for (int u = left; u <= right; u++)
      canvas_blend(sheet, u, top, white, 0.4f), canvas_blend(sheet, u, bottom, white, 0.4f);
    for (int v = top + 1; v < bottom; v++)
      canvas_blend(sheet, left, v, white, 0.4f), canvas_blend(sheet, right, v, white, 0.4f);
  }
}

/* Boxes as frames with the name of their class, grey ones where they are to be ignored, points as squares, each in the colour of its class or number. */
static void marks_put(struct net_picture *sheet, int x, int y, const struct show_samples *s, int i,
                      const struct tile *t) {
  char number[NUMBER];
  regions_put(sheet, x, y, s, i, t);
  for (int k = 0; s->box && k < s->boxes; k++) {
    const float *b = s->box + 5 * ((size_t)i * s->boxes + k);
    int ignored = b[0] < -1, class = (int)(ignored ? -2 - b[0] : b[0]);
    if (class < 0)
      continue;
    int left = x + (int)(b[1] * t->scale), top = y + (int)(b[2] * t->scale);
    int width = (int)((b[3] - b[1]) * t->scale), height = (int)((b[4] - b[2]) * t->scale);
    struct color c = ignored ? (struct color){160, 160, 160} : class_color(1 + class);
    canvas_frame(sheet, left + 2, top + 2, width - 4, height - 4, 2, c); /* frames lie outside of what they are given */
    canvas_text(sheet, left + 4, top + 3, name_of(s->names, class, number), (width - 4) / FONT_WIDTH, 1, c);
  }
  for (int k = 0; s->point && k < s->points; k++) {
    const float *p = s->point + 2 * ((size_t)i * s->points + k);
    int u = (int)floor(p[0] * t->scale), v = (int)floor(p[1] * t->scale);
    if (u < 0 || v < 0 || u >= t->width || v >= t->height)
      continue;
    canvas_area(sheet, x + u - 3, y + v - 3, 7, 7, (struct color){255, 255, 255});
    canvas_area(sheet, x + u - 2, y + v - 2, 5, 5, class_color(1 + k));
  }
}

/* "daisy", or, of a mixed sample, "daisy 0.70" and "tulip 0.30" below. */
static void label_put(struct net_picture *sheet, int x, int y, const struct show_samples *s, int i, int letters) {
  char number[NUMBER], line[NUMBER + 96];
  const float *soft = s->soft ? s->soft + (size_t)i * s->classes : NULL;
  int best = s->label ? s->label[i] : -1;
  for (int k = 0; soft && k < s->classes; k++)
    if (best < 0 || soft[k] > soft[best])
      best = k;
  if (best < 0)
    return;
  if (!soft || soft[best] > 0.995f) {
    canvas_text(sheet, x, y, name_of(s->names, best, number), letters, 1, ink);
    return;
  }
  for (int n = 0; n < LINES; n++, y += FONT_HEIGHT + 1) {
    snprintf(line, sizeof line, "%.2f %.80s", soft[best], name_of(s->names, best, number));
    canvas_text(sheet, x, y, line, letters, 1, ink);
    int next = -1;
    for (int k = 0; k < s->classes; k++)
      if ((soft[k] < soft[best] || (soft[k] == soft[best] && k > best)) && (next < 0 || soft[k] > soft[next]))
        next = k;
    if (next < 0 || soft[next] < 0.005f)
      return;
    best = next;
  }
}

int show_samples(const char *path, const struct show_samples *s, char err[512]) {
  struct tile t = tile_of(s);
  int width = t.frames * (t.width + 1) - 1, lines = s->soft ? LINES : s->label ? 1 : 0;
  int step_x = width + GAP, step_y = t.height + GAP + (lines ? 2 + lines * (FONT_HEIGHT + 1) : 0);
  int columns = (int)ceil(sqrt((double)s->n * step_y / step_x * 1.5)); /* about 3 : 2 */
  columns = columns < 1 ? 1 : columns > s->n ? s->n : columns;
  int rows = (s->n + columns - 1) / columns;
  struct net_picture *sheet = canvas_new(columns * step_x + GAP, rows * step_y + GAP, paper);
  int failed = !sheet;
  for (int i = 0; i < s->n && !failed; i++) {
    int x = GAP + i % columns * step_x, y = GAP + i / columns * step_y;
    for (int k = 0; k < t.frames && !failed; k++) {
      struct net_picture *p = frame_picture(s, i, t.frames > 1 ? k * (s->frames - 1) / (t.frames - 1) : 0);
      p = picture_sized(p, t.width, t.height);
      failed = !p;
      if (p)
        canvas_picture(sheet, x + k * (t.width + 1), y, p, 1);
      image_free(p);
    }
    if (!failed)
      marks_put(sheet, x, y, s, i, &t);
    if (!failed)
      label_put(sheet, x, y + t.height + 3, s, i, (width + GAP / 2) / FONT_WIDTH);
  }
  failed = failed ? fail(err, "%s: out of memory", path) : image_write(path, sheet, err);
  image_free(sheet);
  return failed;
}
