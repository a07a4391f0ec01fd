#include "data/derive.h"
#include "calls.h"
#include "data/text.h"
#include "propose/propose.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int is_heatmaps(const struct net_field *f) {
  return !strcmp(f->derived->name, "heatmaps");
}

static struct segmenting segmenting_of(const struct net_call *call) {
  return (struct segmenting){arg_num(call, CALL_DERIVED, "scale"), arg_num(call, CALL_DERIVED, "sigma"),
                             arg_num(call, CALL_DERIVED, "min_size")};
}

static int search_check(const struct net_data *d, const struct net_field *f, char err[512]) {
  static const char *const name[] = {"scale", "sigma", "min_size", "min_side"};
  static const double low[] = {0, 0, 1, 1};
  for (int i = 0; i < 4; i++)
    if (!(arg_num(f->derived, CALL_DERIVED, name[i]) >= low[i]))
      return fail(err, "data %s, field `%s`: %s should be %g or more", d->name, f->name, name[i], low[i]);
  return 0;
}

int derive_check(const struct net_data *d, char err[512]) {
  for (int i = 0; i < d->fields; i++) {
    const struct net_field *f = &d->field[i];
    char why[512];
    if (!f->derived)
      continue;
    if (call_check(f->derived, CALL_DERIVED, why))
      return fail(err, "data %s, field `%s`: %.400s", d->name, f->name, why);
    if (d->field[f->from].kind == NET_CLASS) /* mixed, class_weight */
      continue;
    if (derive_early(f) && search_check(d, f, err))
      return -1;
    if (derive_early(f))
      continue;
    if (!(arg_num(f->derived, CALL_DERIVED, "sigma") > 0))
      return fail(err, "data %s, field `%s`: sigma should be above 0", d->name, f->name);
    if (is_heatmaps(f) && field_of_picture(d) < 0)
      return fail(err, "data %s, field `%s`: without a picture there is nothing that the points lie on", d->name,
                  f->name);
  }
  return 0;
}

void heatmaps(const float *point, int k, double full_height, double full_width, float sigma, int height, int width,
              float *out) {
  for (int i = 0; i < k; i++) {
    double px = point[2 * i] * width / full_width, py = point[2 * i + 1] * height / full_height;
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++) {
        double dx = x + 0.5 - px, dy = y + 0.5 - py;
        *out++ = (float)exp(-(dx * dx + dy * dy) / (2.0 * sigma * sigma));
      }
  }
}

static int border_write(const struct net_field *f, const struct net_field *mask, const void *from, float *out) {
  int height = (int)mask->dim[mask->rank - 2], width = (int)mask->dim[mask->rank - 1];
  size_t n = (size_t)height * width;
  unsigned char *classes = malloc(n);
  for (size_t i = 0; classes && i < n; i++)
    classes[i] = (unsigned char)(mask->kind == NET_MASK ? ((const float *)from)[i] > 0.5f : ((const int32_t *)from)[i]);
  double w0 = arg_num(f->derived, CALL_DERIVED, "w0"), sigma = arg_num(f->derived, CALL_DERIVED, "sigma");
  int failed = !classes || border_weight(classes, height, width, (float)w0, (float)sigma, out);
  free(classes);
  return failed;
}

int derive_boxes(const struct net_field *f, const struct cell *picture, struct cell *out, char err[512]) {
  int room = (int)f->dim[0], min_side = (int)arg_num(f->derived, CALL_DERIVED, "min_side");
  struct segmenting how = segmenting_of(f->derived);
  float *corner = malloc((size_t)room * 4 * sizeof *corner);
  out->box = malloc((size_t)room * 5 * sizeof *out->box);
  out->height = picture->height, out->width = picture->width;
  int n = !corner || !out->box ? -1
                               : selective_search(picture->bytes, picture->channels, picture->height, picture->width,
                                                  &how, min_side, room, corner);
  for (int i = 0; i < n; i++) {
    out->box[5 * i] = 0; /* the class of all */
    memcpy(out->box + 5 * i + 1, corner + 4 * i, 4 * sizeof *corner);
  }
  out->boxes = n < 0 ? 0 : n;
  free(corner);
  return n < 0 ? fail(err, "out of memory while searching a picture for regions") : 0;
}

int derive_write(const struct net_data *d, int field, const void *from, float *out, char err[512]) {
  const struct net_field *f = &d->field[field];
  if (!is_heatmaps(f))
    return border_write(f, &d->field[f->from], from, out) ? fail(err, "out of memory while weighing borders") : 0;
  const struct net_field *picture = &d->field[field_of_picture(d)];
  heatmaps(from, (int)f->dim[0], (double)picture->dim[picture->rank - 2], (double)picture->dim[picture->rank - 1],
           (float)arg_num(f->derived, CALL_DERIVED, "sigma"), (int)f->dim[1], (int)f->dim[2], out);
  return 0;
}
