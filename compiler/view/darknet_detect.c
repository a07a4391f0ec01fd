/* Duty: what an imported Darknet network does with a picture: boxes where it has yolo layers, decoded as Darknet does, else the numbers
   of the last layer. Names of classes come from a text with a line for each, as Darknet's data/coco.names. */
#include "ast/ast.h"
#include "view/darknet.h"
#include <glob.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

/* The only .names file in the cfg's folder; NULL: there is none, or several. */
static const char *names_beside(Darknet *d) {
  glob_t found;
  const char *slash = strrchr(d->cfg, '/'), *path = NULL;
  int folder = slash ? (int)(slash - d->cfg) + 1 : 0;
  Text pattern = {.mem = d->c->mem};
  for (int i = 0; i < folder; i++) /* as it stands, whatever glob means by it */
    text_add(&pattern, strchr("*?[\\", d->cfg[i]) ? "\\%c" : "%c", d->cfg[i]);
  text_add(&pattern, "*.names");
  if (!glob(text_str(&pattern), 0, NULL, &found)) {
    if (found.gl_pathc == 1)
      path = arena_strndup(d->c->mem, found.gl_pathv[0], strlen(found.gl_pathv[0]));
    globfree(&found);
  }
  return path;
}

/* The lines of a file as texts of ours, with commas between. Returns how many; -1 after reporting. */
static int names_read(Darknet *d, const char *path, Text *t) {
  size_t len;
  const char *text = file_read(d->c, path, &len), *at = text;
  int count = 0;
  for (; at && at < text + len; at++) {
    size_t n = strcspn(at, "\r\n"), begin = strspn(at, " \t");
    size_t end = n;
    while (end > begin && strchr(" \t", at[end - 1]))
      end--;
    if (begin < n) {
      text_add(t, count++ ? ", \"" : "\"");
      for (size_t i = begin; i < end; i++)
        text_add(t, strchr("\"\\", at[i]) ? "\\%c" : "%c", at[i] == '{' ? '(' : at[i] == '}' ? ')' : at[i]); /* braces mean a value */
      text_add(t, "\"");
    }
    at += n;
  }
  return text ? count : -1;
}

int dark_names(Darknet *d, const char *path) {
  const char *given = path;
  if (!d->yolos)
    return !path || dark_refuse(d, d->sections.at->at, "names of classes are for [yolo] layers, and there is none");
  Text t = {.mem = d->c->mem};
  path = path ? path : names_beside(d);
  int count = path ? names_read(d, path, &t) : 0;
  if (count < 0)
    return 0;
  if (given && count != d->classes)
    return dark_refuse(d, d->classes_at, "`classes` is %lld, and %s has %d names", (long long)d->classes, path, count);
  if (path && count == d->classes) {
    d->names = text_str(&t);
    d->names_path = path;
  }
  return 1;
}

/* ---- the predict block ---- */

static const DarkLayer *head(const Darknet *d, int yolo) {
  const DarkLayer *l = d->layers.at;
  while (l->yolo != yolo + 1)
    l++;
  return l;
}

/* A map whose places are not as far apart across as down, or no whole number of pixels, is decoded in places, not in pixels. */
static void add_stretched(const Darknet *d, const DarkLayer *l, int k, Text *t) {
  long long h = d->dim[1], w = d->dim[2], rows = l->dim[1], columns = l->dim[2];
  text_add(t, "  cells%d = []\n  for anchor in anchors%d {\n", k, k);
  text_add(t, "    cells%d = cells%d + [[anchor[0]*%lld/%lld, anchor[1]*%lld/%lld]]\n  }\n", k, k, columns, w, rows, h);
  text_add(t, "  place%d, scores%d = yolo_scores(yolo%d, cells%d, 1, scale: ", k, k, k, k);
  text_number(t, l->scale_xy);
  text_add(t, ")\n  box%d = place%d*reshape(numbers([%lld/%lld, %lld/%lld, %lld/%lld, %lld/%lld]), [1, 4])\n", k, k, w, columns, h,
           rows, w, columns, h, rows);
}

static void add_boxes(const Darknet *d, int k, Text *t) {
  const DarkLayer *l = head(d, k);
  long long h = d->dim[1], w = d->dim[2], stride = h / l->dim[1];
  if (stride * l->dim[1] != h || stride * l->dim[2] != w) {
    add_stretched(d, l, k, t);
    return;
  }
  text_add(t, "  box%d, scores%d = yolo_scores(yolo%d, anchors%d, %lld", k, k, k, k, stride);
  if (l->scale_xy != 1) {
    text_add(t, ", scale: ");
    text_number(t, l->scale_xy);
  }
  text_add(t, ")\n");
}

/* "name0, name1 ..." */
static void add_heads(const Darknet *d, const char *name, Text *t) {
  for (int k = 0; k < d->yolos; k++)
    text_add(t, "%s%s%d", k ? ", " : "", name, k);
}

/* 0.25 and 0.45 are what `darknet detector test` takes. */
static void add_detect(const Darknet *d, Text *t) {
  text_add(t, "predict detect(image Pictures.image, threshold: 0.25) {\n  ");
  add_heads(d, "yolo", t);
  text_add(t, " = Darknet(image)\n");
  for (int k = 0; k < d->yolos; k++)
    add_boxes(d, k, t);
  if (d->yolos == 1) {
    text_add(t, "  show boxes: detections(box0, scores0, score: threshold, iou: 0.45)\n}\n");
    return;
  }
  text_add(t, "  box = concat(");
  add_heads(d, "box", t);
  text_add(t, ", axis: 0)\n  scores = concat(");
  add_heads(d, "scores", t);
  text_add(t, ", axis: 0)\n  show boxes: detections(box, scores, score: threshold, iou: 0.45)\n}\n");
}

void dark_add_predict(const Darknet *d, Text *t) {
  text_add(t, "data Pictures {\n  field image [%lld, %lld, %lld]\n  source: images(\"*.jpg\")\n", (long long)d->dim[0],
           (long long)d->dim[1], (long long)d->dim[2]);
  if (d->letterbox)
    text_add(t,
             "  # letter_box=1 in the cfg: the picture keeps its proportions, the rest is grey.\n"
             "  prepare: letterbox([%lld, %lld], fill: constant(127.5))",
             (long long)d->dim[1], (long long)d->dim[2]);
  else
    text_add(t,
             "  # The picture is stretched, as Darknet does without letter_box=1 (its first version always used "
             "letterbox).\n"
             "  prepare: resize([%lld, %lld])",
             (long long)d->dim[1], (long long)d->dim[2]);
  text_add(t, " -> scale(1/255)\n");
  if (d->names)
    text_add(t, "  names: [%s]\n", d->names);
  text_add(t, "}\n\n");
  if (d->yolos)
    add_detect(d, t);
  else
    text_add(t, "predict raw(image Pictures.image) {\n  show value: Darknet(image)\n}\n");
}
