/* Sheets: many samples on one page, with what the network said about them. */
#include "base.h"
#include "draw/found.h"
#include "draw/picture.h"
#include "draw/show.h"
#include <stdlib.h>
#include <string.h>

enum { GAP = 10, HEAD = 18, ROWS = 16, TILE = 112, FRAME = 3 };
static const struct color paper = {250, 250, 250}, ink = {50, 52, 58}, right = {40, 160, 80}, wrong = {214, 54, 54};

static struct net_picture *batch_picture(const struct show_batch *b, const struct net_range *range, int i) {
  int64_t size = (int64_t)b->channels * b->height * b->width;
  return picture_of(b->image + i * size, b->channels, b->height, b->width, range);
}

static struct net_range batch_range(const struct show_batch *b) {
  return b->range ? *b->range : show_range(b->image, (int64_t)b->n * b->channels * b->height * b->width);
}

static int sheet_done(const char *path, struct net_picture *p, int failed, char err[512]) {
  if (failed || !p)
    failed = fail(err, "%s: out of memory", path);
  else
    failed = image_write(path, p, err);
  image_free(p);
  return failed;
}

/* One tile: the picture, tinted by mask i if there are masks. */
static int tile_put(struct net_picture *sheet, int x, int y, int scale, const struct net_picture *picture,
                    const struct show_areas *mask, int i) {
  struct net_picture *p = picture_copy(picture, 3);
  unsigned char *classes = NULL;
  if (p && mask) {
    p->map[2] = (p->width - mask->width) / 2; /* in whole pixels, as data is cut */
    p->map[5] = (p->height - mask->height) / 2;
    const char *values = (const char *)mask->values + (size_t)i * mask->height * mask->width * 4;
    classes = classes_at(p, values, mask->elem, mask->width, mask->height);
  }
  int failed = !p || (mask && !classes);
  if (classes)
    classes_tint(p, classes, mask->elem == NET_I32 ? 0.65f : 0.4f);
  if (!failed)
    canvas_picture(sheet, x, y, p, scale);
  free(classes);
  image_free(p);
  return failed;
}

int show_mask_sheet(const char *path, const struct show_batch *b, struct show_areas predicted, struct show_areas truth,
                    char err[512]) {
  static const char *const title[] = {"input", "predicted", "truth"};
  const struct show_areas *mask[] = {NULL, &predicted, &truth};
  int shown[3] = {1, predicted.values != NULL, truth.values != NULL}, group = 1 + shown[1] + shown[2];
  int n = b->n < ROWS ? b->n : ROWS, groups = n > 4 ? 2 : 1, rows = (n + groups - 1) / groups;
  int scale = scale_for(b->width, b->height, TILE), step_x = b->width * scale + GAP, step_y = b->height * scale + GAP;
  int group_width = group * step_x + GAP;
  struct net_range range = batch_range(b);
  struct net_picture *sheet = canvas_new(groups * group_width + (groups == 1 ? 0 : GAP), HEAD + rows * step_y, paper);
  int failed = !sheet;
  for (int i = 0; !failed && i < n; i++) {
    struct net_picture *p = batch_picture(b, &range, i);
    int x = GAP + i / rows * (group_width + GAP), y = HEAD + i % rows * step_y;
    failed = !p;
    for (int k = 0; !failed && k < 3; k++) {
      if (!shown[k])
        continue;
      if (i % rows == 0)
        canvas_text(sheet, x, 5, title[k], b->width * scale / FONT_WIDTH, 1, ink);
      failed = tile_put(sheet, x, y, scale, p, mask[k], i);
      x += step_x;
    }
    image_free(p);
  }
  return sheet_done(path, sheet, failed, err);
}

static struct found_list rows_read(struct show_rows r, int i, const struct net_picture *at) {
  return r.value ? found_read(r.value + (size_t)i * r.rows * r.columns, r.rows, r.columns, at) : (struct found_list){0};
}

/* Picture i in the tile's size, with its boxes; NULL when out of memory. */
static struct net_picture *box_tile(struct net_picture *picture, double scale, int i, struct show_rows found,
                                    struct show_rows truth, struct show_names names) {
  struct net_picture *p = image_convert(picture, 3);
  if (p)
    p = picture_sized(p, (int)(p->width * scale + 0.5), (int)(p->height * scale + 0.5));
  if (!p)
    return NULL;
  p->map[0] = p->map[4] = scale;
  struct found_list l = rows_read(found, i, p), true_ones = rows_read(truth, i, p);
  found_draw(p, l, true_ones, names);
  found_free(&l);
  found_free(&true_ones);
  return p;
}

int show_box_sheet(const char *path, const struct show_batch *b, struct show_rows found, struct show_rows truth,
                   struct show_names names, char err[512]) {
  enum { FEW = 16, LARGE = 384, SMALL = 224 };
  int columns = grid_columns(b->n), rows = (b->n + columns - 1) / columns, wanted = b->n > FEW ? SMALL : LARGE;
  int longer = b->width > b->height ? b->width : b->height;
  double scale = longer > wanted ? (double)wanted / longer : wanted / longer;
  int step_x = (int)(b->width * scale + 0.5) + GAP, step_y = (int)(b->height * scale + 0.5) + GAP;
  struct net_range range = batch_range(b);
  struct net_picture *sheet = canvas_new(columns * step_x + GAP, rows * step_y + GAP, paper);
  int failed = !sheet;
  for (int i = 0; !failed && i < b->n; i++) {
    struct net_picture *p = box_tile(batch_picture(b, &range, i), scale, i, found, truth, names);
    failed = !p;
    if (p)
      canvas_picture(sheet, GAP + i % columns * step_x, GAP + i / columns * step_y, p, 1);
    image_free(p);
  }
  return sheet_done(path, sheet, failed, err);
}

int show_class_sheet(const char *path, const struct show_batch *b, const int32_t *predicted, const int32_t *truth,
                     struct show_names names, char err[512]) {
  int judged = predicted && truth, columns = grid_columns(b->n), rows = (b->n + columns - 1) / columns;
  int scale = scale_for(b->width, b->height, TILE - 16), width = b->width * scale, height = b->height * scale;
  int letters = width / FONT_WIDTH, lines = judged ? 2 : 1;
  int step_x = width + 2 * GAP, step_y = height + 2 * GAP + lines * (FONT_HEIGHT + 1);
  struct net_range range = batch_range(b);
  struct net_picture *sheet = canvas_new(columns * step_x, rows * step_y, paper);
  int failed = !sheet;
  for (int i = 0; !failed && i < b->n; i++) {
    char number[NUMBER], line[NUMBER + 64];
    int x = GAP + i % columns * step_x, y = GAP + i / columns * step_y, hit = judged && predicted[i] == truth[i];
    struct net_picture *p = batch_picture(b, &range, i);
    struct color c = judged ? hit ? right : wrong : ink;
    if (judged)
      canvas_frame(sheet, x, y, width, height, FRAME, c);
    failed = !p || tile_put(sheet, x, y, scale, p, NULL, 0);
    image_free(p);
    y += height + FRAME + 3;
    if (predicted || truth)
      canvas_text(sheet, x, y, name_of(names, predicted ? predicted[i] : truth[i], number), letters, 1, c);
    if (judged && !hit) {
      snprintf(line, sizeof line, "is %.80s", name_of(names, truth[i], number));
      canvas_text(sheet, x, y + FONT_HEIGHT + 1, line, letters, 1, ink);
    }
  }
  return sheet_done(path, sheet, failed, err);
}
