#include "data/derive.h"
#include "calls.h"
#include "data/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int is_heatmaps(const struct net_field *f) {
  return !strcmp(f->derived->name, "heatmaps");
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

int derive_write(const struct net_data *d, int field, const void *from, float *out, char err[512]) {
  const struct net_field *f = &d->field[field];
  if (!is_heatmaps(f))
    return border_write(f, &d->field[f->from], from, out) ? fail(err, "out of memory while weighing borders") : 0;
  const struct net_field *picture = &d->field[field_of_picture(d)];
  heatmaps(from, (int)f->dim[0], (double)picture->dim[picture->rank - 2], (double)picture->dim[picture->rank - 1],
           (float)arg_num(f->derived, CALL_DERIVED, "sigma"), (int)f->dim[1], (int)f->dim[2], out);
  return 0;
}
