/* The results of predict commands: tables, JSON, masks, overlays, pictures. */
#include "draw/show.h"
#include "base.h"
#include "draw/found.h"
#include "draw/picture.h"
#include "log/file.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BAR = 24 };

/* ---- classes ---- */

/* Indices of the `best` largest scores, largest first; equal ones by number. */
static int *classes_best(const float *score, int classes, int best) {
  int *order = malloc((size_t)(best + 1) * sizeof *order);
  for (int i = 0, n = 0; order && i < classes; i++) {
    int at = n < best ? n++ : best;
    while (at > 0 && (score[i] > score[order[at - 1]] || isnan(score[order[at - 1]]))) {
      order[at] = order[at - 1];
      at--;
    }
    order[at] = i;
  }
  return order;
}

const char *name_of(struct show_names names, int k, char number[NUMBER]) {
  if (k >= 0 && k < names.count && names.name && names.name[k])
    return names.name[k];
  snprintf(number, NUMBER, "%d", k);
  return number;
}

void show_classes(FILE *out, const float *score, int classes, int best, struct show_names names) {
  best = best > 0 && best < classes ? best : classes;
  int *order = classes_best(score, classes, best), wide = 5;
  char number[NUMBER];
  for (int i = 0; order && i < best; i++) {
    int n = (int)strlen(name_of(names, order[i], number));
    wide = n > wide ? n : wide;
  }
  for (int i = 0; order && i < best; i++) {
    float v = score[order[i]];
    int bar = v > 0 && v <= 1 ? (int)(v * BAR + 0.5f) : 0;
    fprintf(out, "%-*s  %.4f  ", wide, name_of(names, order[i], number), v);
    for (int k = 0; k < bar; k++)
      fputs("█", out);
    fputc('\n', out);
  }
  free(order);
}

void show_json_text(FILE *out, const char *text) {
  char *clean = text_clean(text);
  fputc('"', out);
  for (const char *s = clean; *s; s++)
    if (*s == '"' || *s == '\\')
      fprintf(out, "\\%c", *s);
    else if ((unsigned char)*s < 32)
      fprintf(out, "\\u%04x", *s);
    else
      fputc(*s, out);
  fputc('"', out);
  free(clean);
}

void show_classes_json(FILE *out, const float *score, int classes, int best, struct show_names names) {
  best = best > 0 && best < classes ? best : classes;
  int *order = classes_best(score, classes, best);
  char number[NUMBER];
  fputs("[", out);
  for (int i = 0; order && i < best; i++) {
    fputs(i ? ",\n " : "", out);
    fputs("{\"class\": ", out);
    show_json_text(out, name_of(names, order[i], number));
    fprintf(out, isfinite(score[order[i]]) ? ", \"index\": %d, \"score\": %.9g}" : ", \"index\": %d, \"score\": null}",
            order[i], score[order[i]]);
  }
  fputs("]", out);
  free(order);
}

/* ---- pictures ---- */

/* Writes and frees p, which may be NULL. */
static int picture_done(const char *path, struct net_picture *p, char err[512]) {
  if (!p)
    return fail(err, "%s: out of memory", path);
  int failed = image_write(path, p, err);
  image_free(p);
  return failed;
}

int show_mask(const char *path, const float *mask, int width, int height, const struct net_picture *original,
              char err[512]) {
  struct net_picture *p = original ? image_new(original->width, original->height, 1) : image_new(width, height, 1);
  if (p && original)
    memcpy(p->map, original->map, sizeof p->map);
  unsigned char *classes = p ? classes_at(p, mask, NET_F32, width, height) : NULL;
  for (size_t i = 0; classes && i < (size_t)p->width * p->height; i++)
    p->pixels[i] = classes[i] ? 255 : 0;
  if (p && !classes) {
    image_free(p);
    p = NULL;
  }
  free(classes);
  return picture_done(path, p, err);
}

static int overlay(const char *path, const void *mask, enum net_elem elem, int width, int height,
                   const struct net_picture *original, char err[512]) {
  struct net_picture *p = picture_copy(original, 3);
  unsigned char *classes = p ? classes_at(p, mask, elem, width, height) : NULL;
  if (classes)
    classes_tint(p, classes, elem == NET_I32 ? 0.65f : 0.4f);
  else {
    image_free(p);
    p = NULL;
  }
  free(classes);
  return picture_done(path, p, err);
}

int show_overlay(const char *path, const float *mask, int width, int height, const struct net_picture *original,
                 char err[512]) {
  return overlay(path, mask, NET_F32, width, height, original, err);
}

int show_class_overlay(const char *path, const int32_t *mask, int width, int height, const struct net_picture *original,
                       char err[512]) {
  return overlay(path, mask, NET_I32, width, height, original, err);
}

int show_class_masks(const char *path, const int32_t *mask, int n, int width, int height, char err[512]) {
  struct net_picture **tile = calloc(n > 0 ? n : 1, sizeof *tile);
  for (int i = 0; tile && i < n; i++) {
    tile[i] = image_new(width, height, 3);
    unsigned char *classes =
        tile[i] ? classes_at(tile[i], mask + (size_t)i * width * height, NET_I32, width, height) : NULL;
    if (classes)
      classes_tint(tile[i], classes, 1);
    free(classes);
  }
  struct net_picture *p = tile ? n == 1 ? tile[0] : grid_of(tile, n, grid_columns(n)) : NULL;
  free(tile);
  return picture_done(path, p, err);
}

int show_boxes(const char *path, struct found_list l, const struct net_picture *original, struct show_names names,
               char err[512]) {
  struct net_picture *p = picture_copy(original, 3);
  if (p)
    found_draw(p, l, (struct found_list){0}, names);
  return picture_done(path, p, err);
}

int show_image(const char *path, const float *image, int n, int channels, int height, int width,
               const struct net_range *range, char err[512]) {
  int64_t size = (int64_t)channels * height * width;
  struct net_range found = range ? *range : show_range(image, n * size);
  struct net_picture **tile = calloc(n > 0 ? n : 1, sizeof *tile);
  for (int i = 0; tile && i < n; i++)
    tile[i] = picture_of(image + i * size, channels, height, width, &found);
  struct net_picture *p = tile ? n == 1 ? tile[0] : grid_of(tile, n, grid_columns(n)) : NULL;
  free(tile);
  return picture_done(path, p, err);
}
