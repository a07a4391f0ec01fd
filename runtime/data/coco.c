/* Source coco(json, images): the JSON of COCO's instances, whose images lie in a folder. Categories are classes in the
   order of their ids, as Detectron2 takes them, or where `names:` has their names. */
#include "base.h"
#include "calls.h"
#include "data/boxes.h"
#include "data/files.h"
#include "data/source.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct key {
  json_int_t id;
  int64_t at; /* an image's place, a category's class */
  const char *name;
};
struct note {
  int class, crowd;
  double corner[4];
};
struct coco {
  struct source base;
  struct paths image, names;
  int image_field, boxes_field;
  enum marked crowd;
  char *json;
  struct note *note; /* those of image i: first[i] … first[i + 1] - 1 */
  int64_t *first;
};

/* ---- samples ---- */

static int coco_load(const struct source *s, int64_t i, struct cell *cell, char err[512]) {
  const struct coco *x = (const struct coco *)s;
  struct cell *image = &cell[x->image_field], *boxes = x->boxes_field < 0 ? NULL : &cell[x->boxes_field];
  int failed = cell_read(image, &s->data->field[x->image_field], x->image.path[i], err);
  for (int64_t k = x->first[i]; k < x->first[i + 1] && !failed && boxes; k++)
    boxes_add_marked(boxes, x->note[k].crowd ? x->crowd : MARKED_IN, x->note[k].class, x->note[k].corner, image->width,
                     image->height);
  return failed;
}

static void coco_where(const struct source *s, int64_t i, int field, char out[300]) {
  const struct coco *x = (const struct coco *)s;
  snprintf(out, 300, "%s", field == x->boxes_field ? x->json : x->image.path[i]);
}

static const char *coco_class_name(const struct source *s, int k) {
  const struct coco *x = (const struct coco *)s;
  return k >= 0 && k < x->names.count ? x->names.path[k] : NULL;
}

static void coco_close(struct source *s) {
  struct coco *x = (struct coco *)s;
  paths_free(&x->image), paths_free(&x->names);
  free(x->note), free(x->first), free(x->json);
  free(x);
}

/* ---- the JSON ---- */

static int key_order(const void *a, const void *b) {
  const struct key *x = a, *y = b;
  return (x->id > y->id) - (x->id < y->id);
}

static const struct key *key_of(const struct key *all, size_t count, const json_t *id) {
  struct key wanted = {.id = json_integer_value(id)};
  return json_is_integer(id) ? bsearch(&wanted, all, count, sizeof *all, key_order) : NULL;
}

/* The ids and names of a list, by id; NULL after reporting. */
static struct key *keys_read(const json_t *list, const char *what, const char *name, const char *path, char err[512]) {
  size_t n = json_array_size(list);
  struct key *all = mem_get((n + 1) * sizeof *all);
  for (size_t i = 0; i < n; i++) {
    const json_t *o = json_array_get(list, i), *id = json_object_get(o, "id");
    all[i] = (struct key){json_integer_value(id), (int64_t)i, json_string_value(json_object_get(o, name))};
    if (!json_is_integer(id) || !all[i].name) {
      fail(err, "%.300s: number %zu of \"%s\" lacks its id or %s", path, i, what, name);
      return free(all), NULL;
    }
  }
  qsort(all, n, sizeof *all, key_order);
  for (size_t i = 1; i < n; i++)
    if (all[i].id == all[i - 1].id) {
      fail(err, "%.300s: two of \"%s\" have the id %lld", path, what, (long long)all[i].id);
      return free(all), NULL;
    }
  return all;
}

/* The class of each category. */
static int classes_set(struct coco *x, struct key *category, size_t count, const char *path, char err[512]) {
  const struct net_data *d = x->base.data;
  const struct net_field *f = &d->field[x->boxes_field];
  if (!d->class_names && count != (size_t)f->classes)
    return fail(err, "%.300s has %zu categories, but field `%s` has %d classes", path, count, f->name, f->classes);
  for (size_t i = 0; i < count; i++) {
    int k = 0;
    while (k < d->class_names && strcmp(d->class_name[k], category[i].name))
      k++;
    category[i].at = !d->class_names ? (int64_t)i : k < d->class_names ? k : -1;
    if (category[i].at < 0)
      return fail(err, "%.300s: category \"%.60s\" is not among the names of %s", path, category[i].name, d->name);
    if (!d->class_names && paths_add(&x->names, category[i].name))
      return fail(err, "out of memory");
  }
  return 0;
}

static int note_read(struct note *n, const json_t *o) {
  const json_t *box = json_object_get(o, "bbox"), *crowd = json_object_get(o, "iscrowd");
  double v[4];
  for (size_t k = 0; k < 4; k++) {
    if (json_array_size(box) != 4 || !json_is_number(json_array_get(box, k)))
      return -1;
    v[k] = json_number_value(json_array_get(box, k));
  }
  n->crowd = json_is_true(crowd) || json_integer_value(crowd) != 0;
  n->corner[0] = v[0], n->corner[1] = v[1], n->corner[2] = v[0] + v[2], n->corner[3] = v[1] + v[3];
  return 0;
}

/* All boxes, in the order of the images, and of the file within one. */
static int notes_read(struct coco *x, const json_t *list, const struct key *image, const struct key *category,
                      size_t categories, const char *path, char err[512]) {
  size_t n = json_array_size(list), images = (size_t)x->image.count;
  struct note *all = mem_get((n + 1) * sizeof *all);
  int64_t *of = mem_get((n + 1) * sizeof *of);
  int failed = 0;
  for (size_t i = 0; i < n && !failed; i++) {
    const json_t *o = json_array_get(list, i);
    const struct key *where = key_of(image, images, json_object_get(o, "image_id"));
    const struct key *what = key_of(category, categories, json_object_get(o, "category_id"));
    if (!where || !what || note_read(&all[i], o)) {
      failed = fail(err, "%.300s: annotation number %zu %s", path, i,
                    !where  ? "has an image_id that no image has"
                    : !what ? "has a category_id that no category has"
                            : "has no bbox [x, y, width, height]");
      break;
    }
    all[i].class = (int)what->at;
    x->first[(of[i] = where->at) + 1]++;
  }
  for (size_t i = 0; i < images; i++)
    x->first[i + 1] += x->first[i];
  x->note = mem_get((n + 1) * sizeof *x->note);
  int64_t *next = mem_get((images + 1) * sizeof *next);
  memcpy(next, x->first, images * sizeof *next);
  for (size_t i = 0; i < n && !failed; i++)
    x->note[next[of[i]]++] = all[i];
  free(next), free(of), free(all);
  return failed;
}

static int images_list(struct coco *x, const json_t *list, const char *folder, char err[512]) {
  int failed = 0;
  for (size_t i = 0; i < json_array_size(list) && !failed; i++) {
    char *path = path_join(folder, json_string_value(json_object_get(json_array_get(list, i), "file_name")));
    failed = !path || paths_add(&x->image, path);
    free(path);
  }
  x->base.count = x->image.count;
  x->first = mem_get(((size_t)x->image.count + 1) * sizeof *x->first);
  return failed ? fail(err, "out of memory") : 0;
}

static int coco_read(struct coco *x, const char *path, const char *folder, char err[512]) {
  json_error_t why;
  if (access(path, F_OK))
    return path_missing(path, err);
  json_t *root = json_load_file(path, 0, &why);
  if (!root)
    return fail(err, "%.300s:%d: %.100s", path, why.line, why.text);
  const json_t *images = json_object_get(root, "images"), *notes = json_object_get(root, "annotations"),
               *categories = json_object_get(root, "categories");
  int failed = json_is_array(images) && json_is_array(notes) && json_is_array(categories)
                   ? 0
                   : fail(err, "%.300s is not COCO's: it lacks a list of images, annotations or categories", path);
  struct key *image = failed ? NULL : keys_read(images, "images", "file_name", path, err);
  struct key *category = image ? keys_read(categories, "categories", "name", path, err) : NULL;
  failed = !category || images_list(x, images, folder, err);
  if (!failed && x->boxes_field >= 0)
    failed = classes_set(x, category, json_array_size(categories), path, err) ||
             notes_read(x, notes, image, category, json_array_size(categories), path, err);
  free(image), free(category);
  json_decref(root);
  return failed;
}

struct source *coco_open(const struct source_request *r, char err[512]) {
  struct coco *x = mem_get(sizeof *x);
  x->base = (struct source){r->data, 0, 0, coco_load, coco_class_name, coco_where, coco_close, NULL, 1};
  x->image_field = field_of(r->data, NET_IMAGE);
  x->boxes_field = field_of(r->data, NET_BOXES);
  x->crowd = marked_read(r->call, "crowd");
  x->json = path_join(r->dir, arg_text(r->call, CALL_SOURCE, "json"));
  char *folder = path_join(r->dir, arg_text(r->call, CALL_SOURCE, "images"));
  int failed = fields_check(r->data, 1 << NET_IMAGE | 1 << NET_BOXES, "coco", err);
  if (!failed && x->image_field < 0)
    failed = fail(err, "data %s: coco wants a field of pictures", r->data->name);
  failed = failed || !x->json || !folder || coco_read(x, x->json, folder, err);
  free(folder);
  if (!failed)
    return &x->base;
  coco_close(&x->base);
  return NULL;
}
