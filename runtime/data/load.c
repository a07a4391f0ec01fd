/* Single pictures for predict commands: the prepare of the field that types an input, with the way back. */
#include "calls.h"
#include "data/derive.h"
#include "data/prepare.h"
#include "data/text.h"
#include <string.h>

/* The steps of prepare on one cell; map becomes the way from the result to the picture as decoded. */
static int load_prepared(const struct recipe *r, int field, struct cell *c, double map[6], char err[512]) {
  for (int i = 0; i < r->prepare.count; i++)
    if (fixed_apply(&r->prepare.step[i], r->data->field[field].kind, c, map))
      return fail(err, "out of memory while preparing a picture");
  return 0;
}

/* The prepared picture of a file; *original as data_load_image gives it. */
static int load_cell(const struct recipe *r, int field, const char *path, struct cell *c, struct net_picture **original,
                     char err[512]) {
  const struct net_field *f = &r->data->field[field];
  if (f->kind != NET_IMAGE)
    return fail(err, "input `%s` is not an image, so it cannot be read from %s", f->name, path);
  struct net_picture *p = image_read(path, err), *grey = NULL;
  if (!p)
    return -1;
  /* the network may want grey, but people see the picture as it is */
  struct net_picture *copy = image_new(p->width, p->height, p->channels);
  if (copy) {
    memcpy(copy->pixels, p->pixels, (size_t)p->width * p->height * p->channels);
    grey = image_convert(copy, (int)f->dim[0]);
  }
  int failed = !grey || cell_of_picture(c, grey) ? fail(err, "%s: out of memory", path) : 0;
  image_free(grey);
  failed = failed || load_prepared(r, field, c, p->map, err);
  struct warp still = warp_still(c->height, c->width);
  if (!failed && !cell_fits(r, field, c, &still))
    failed = cell_misfit(r, field, c, &still, path, err);
  if (!failed && original)
    *original = p;
  else
    image_free(p);
  return failed ? -1 : 0;
}

int data_load_image(const struct net_data *d, int field, const char *path, float *out, struct net_picture **original,
                    char err[512]) {
  struct recipe r;
  struct cell c = {0};
  if (original)
    *original = NULL;
  int failed = recipe_read(&r, d, err) || load_cell(&r, field, path, &c, original, err);
  struct warp still = warp_still(c.height, c.width);
  failed = failed || cell_write(&r, field, &c, &still, NULL, out, err);
  cell_clear(&c);
  return failed ? -1 : 0;
}

int data_load_boxes(const struct net_data *d, int field, const char *path, float *out, char err[512]) {
  struct recipe r;
  struct cell picture = {0}, found = {0};
  const struct net_field *f = &d->field[field];
  int failed = derive_check(d, err) || recipe_read(&r, d, err) || load_cell(&r, f->from, path, &picture, NULL, err) ||
               derive_boxes(f, &picture, &found, err);
  struct warp still = warp_still(picture.height, picture.width);
  failed = failed || cell_write(&r, field, &found, &still, NULL, out, err);
  cell_clear(&picture), cell_clear(&found);
  return failed ? -1 : 0;
}

int data_load_plain(const struct net_field *f, const char *path, float *out, struct net_picture **original,
                    char err[512]) {
  struct net_data plain = {.name = f->name, .fields = 1, .field = f};
  return data_load_image(&plain, 0, path, out, original, err);
}

struct net_range data_range(const struct net_data *d, int field) {
  struct net_range range = {{0, 0, 0}, {255, 255, 255}};
  struct recipe r;
  char err[512];
  (void)field;
  if (recipe_read(&r, d, err))
    return range;
  value_steps(&r, range.white, range.black); /* the factor, and the value of 0 */
  for (int c = 0; c < 3; c++)
    range.white[c] = 255 * range.white[c] + range.black[c];
  return range;
}
