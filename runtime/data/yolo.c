/* Source yolo(images, labels): pictures of a pattern, and beside each a text with a line for each box: its class, then
   centre, width and height as shares of the picture's. The text of images/a/1.jpg is labels/a/1.txt, as Ultralytics
   finds it; without a folder `images` it lies beside the picture, as Darknet wants it. No text means no boxes. */
#include "base.h"
#include "calls.h"
#include "data/boxes.h"
#include "data/pictures.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The last folder of a path that is called `images`; NULL: there is none. */
static const char *images_folder(const char *path) {
  static const char name[] = "images/";
  const char *found = NULL;
  for (const char *at = path; (at = strstr(at, name)); at++)
    if (at == path || at[-1] == '/')
      found = at;
  return found;
}

static char *label_path(const char *image, const char *folder) {
  const char *file = path_file(image), *dot = strrchr(file, '.'), *images = images_folder(image);
  int stem = (int)((dot ? dot : image + strlen(image)) - file);
  if (folder)
    return mem_text("%s/%.*s.txt", folder, stem, file);
  if (!images)
    return mem_text("%.*s.txt", (int)(file - image) + stem, image);
  const char *rest = images + strlen("images");
  return mem_text("%.*slabels%.*s.txt", (int)(images - image), image, (int)(file - rest) + stem, rest);
}

/* The numbers of a line, and no more than that. Returns how many there are; -1: something else is there. */
static int numbers_of(const char *line, double *out, int room) {
  int n = 0;
  for (char *end; *(line += strspn(line, " \t\r")); line = end) {
    double v = strtod(line, &end);
    if (end == line || !strchr(" \t\r", *end) || !isfinite(v))
      return -1;
    if (n < room)
      out[n] = v;
    n++;
  }
  return n;
}

static int line_read(const struct net_field *f, const char *line, struct cell *c, int width, int height,
                     const char *where, char err[512]) {
  enum { CLASS, X, Y, W, H, NUMBERS };
  double v[NUMBERS];
  int n = numbers_of(line, v, NUMBERS);
  if (n == 0)
    return 0;
  if (n > NUMBERS)
    return fail(err, "%s: %d numbers; a box is its class, then centre x, y, width, height (outlines are not read)",
                where, n);
  if (n != NUMBERS)
    return fail(err, "%s: \"%.60s\" is no box: class, then centre x, y, width, height as shares of the picture", where,
                line);
  if (v[CLASS] != floor(v[CLASS]) || v[CLASS] < 0 || v[CLASS] >= f->classes)
    return fail(err, "%s: class %g, but field `%s` has the classes 0 to %d", where, v[CLASS], f->name, f->classes - 1);
  for (int k = X; k < NUMBERS; k++)
    if (fabs(v[k]) > 2)
      return fail(err, "%s: %g is no share of a picture; yolo wants pixels divided by its width or height", where, v[k]);
  double corner[4] = {(v[X] - v[W] / 2) * width, (v[Y] - v[H] / 2) * height, (v[X] + v[W] / 2) * width,
                      (v[Y] + v[H] / 2) * height};
  boxes_add(c, (int)v[CLASS], corner, width, height);
  return 0;
}

static int label_read(const struct net_field *f, const char *path, struct cell *c, int width, int height,
                      char err[512]) {
  size_t size;
  unsigned char *bytes = file_unpack(path, &size, err);
  if (!bytes)
    return -1;
  char *text = mem_text("%.*s", (int)size, (char *)bytes), where[400];
  int number = 0, failed = 0;
  for (char *line = text, *next; line && !failed; line = next) {
    next = strchr(line, '\n');
    if (next)
      *next++ = 0;
    snprintf(where, sizeof where, "%.300s:%d", path, ++number);
    failed = line_read(f, line, c, width, height, where, err);
  }
  free(text);
  free(bytes);
  return failed;
}

static int yolo_load(const struct source *s, int64_t i, struct cell *cell, char err[512]) {
  const struct pictures *x = (const struct pictures *)s;
  int image = x->first_field, boxes = x->second_field;
  int failed = cell_read(&cell[image], &s->data->field[image], x->image.path[i], err);
  if (failed || boxes < 0)
    return failed;
  if (access(x->second.path[i], F_OK)) {
    cell[boxes].odd.unlabelled = 1;
    return 0;
  }
  return label_read(&s->data->field[boxes], x->second.path[i], &cell[boxes], cell[image].width, cell[image].height, err);
}

/* The texts' paths. That not one of them is there is a mistake. */
static int labels_find(struct pictures *x, const struct source_request *r, char err[512]) {
  const char *given = arg_text(r->call, CALL_SOURCE, "labels");
  char *folder = given && *given ? path_join(r->dir, given) : NULL;
  int64_t found = 0;
  int failed = 0;
  for (int64_t i = 0; i < x->image.count && !failed; i++) {
    char *path = label_path(x->image.path[i], folder);
    failed = paths_add(&x->second, path);
    found += !access(path, F_OK);
    free(path);
  }
  free(folder);
  if (failed)
    return fail(err, "out of memory");
  return found ? 0
               : fail(err,
                      "%.200s has no text of boxes: %.200s is not there, nor that of another picture; labels: "
                      "\"FOLDER\" says where they are",
                      x->image.path[0], x->second.path[0]);
}

struct source *yolo_open(const struct source_request *r, char err[512]) {
  struct pictures *x = pictures_new(r, err);
  if (!x)
    return NULL;
  x->base.load = yolo_load;
  x->first_field = field_of(r->data, NET_IMAGE);
  x->second_field = field_of(r->data, NET_BOXES);
  int failed = fields_check(r->data, 1 << NET_IMAGE | 1 << NET_BOXES, "yolo", err);
  if (!failed && x->first_field < 0)
    failed = fail(err, "data %s: yolo wants a field of pictures, whose sizes make pixels of the boxes", r->data->name);
  failed = failed || paths_of_pattern(&x->image, r->dir, arg_text(r->call, CALL_SOURCE, "images"), err) ||
           (x->second_field >= 0 && labels_find(x, r, err));
  return pictures_done(x, failed);
}
