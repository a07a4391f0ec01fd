/* Source voc(list): Pascal VOC's folders. A list of names under ImageSets/, and for each of them Annotations/NAME.xml and
   JPEGImages/NAME.jpg beside ImageSets. Corners count pixels from 1 and belong to their box, so the left upper edge lies
   one before them, as Detectron2 reads them. */
#include "base.h"
#include "calls.h"
#include "data/boxes.h"
#include "data/pictures.h"
#include "data/text.h"
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- annotations ---- */

struct object {
  char name[100];
  int difficult, line;
  unsigned corners; /* which were there */
  double corner[4];
};

/* Reads <annotation><object><name>, <difficult>, <bndbox><xmin> and so on; other elements, parts of objects among them,
   have other places. */
struct reader {
  XML_Parser xml;
  const char *path;
  int depth, in_object, in_box, failed;
  char text[100];
  size_t used;
  struct object object;
  int (*found)(void *user, const struct object *o, const char *path, char *err);
  void *user;
  char *err;
};

static void XMLCALL element_begin(void *user, const XML_Char *name, const XML_Char **attributes) {
  struct reader *r = user;
  (void)attributes;
  r->depth++;
  r->used = 0;
  if (r->depth == 2) {
    r->in_object = !strcmp(name, "object");
    r->object = (struct object){.line = (int)XML_GetCurrentLineNumber(r->xml)};
  }
  if (r->depth == 3)
    r->in_box = r->in_object && !strcmp(name, "bndbox");
}

static void XMLCALL element_text(void *user, const XML_Char *text, int length) {
  struct reader *r = user;
  for (int i = 0; i < length; i++)
    if (r->used + 1 < sizeof r->text && (r->used || !strchr(" \t\r\n", text[i])))
      r->text[r->used++] = text[i];
}

static void corner_read(struct reader *r, const char *name) {
  static const char *const names[] = {"xmin", "ymin", "xmax", "ymax"};
  char *end;
  for (int k = 0; k < 4; k++)
    if (!strcmp(name, names[k])) {
      r->object.corner[k] = strtod(r->text, &end);
      r->object.corners |= end > r->text && !*end ? 1u << k : 0;
    }
}

static void object_end(struct reader *r) {
  const struct object *o = &r->object;
  if (!*o->name || o->corners != 15)
    r->failed = fail(r->err, "%.300s:%d: an object wants a name and a bndbox of xmin, ymin, xmax, ymax, numbers", r->path,
                     o->line);
  else
    r->failed = r->found(r->user, o, r->path, r->err);
  if (r->failed)
    XML_StopParser(r->xml, XML_FALSE);
}

static void XMLCALL element_end(void *user, const XML_Char *name) {
  struct reader *r = user;
  while (r->used && strchr(" \t\r\n", r->text[r->used - 1]))
    r->used--;
  r->text[r->used] = 0;
  if (r->in_object && r->depth == 3 && !strcmp(name, "name"))
    strcpy(r->object.name, r->text);
  else if (r->in_object && r->depth == 3 && !strcmp(name, "difficult"))
    r->object.difficult = atoi(r->text) != 0;
  else if (r->in_box && r->depth == 4)
    corner_read(r, name);
  else if (r->in_object && r->depth == 2)
    object_end(r);
  r->depth--;
  r->used = 0;
}

static int annotation_read(struct reader *r, char err[512]) {
  size_t size;
  unsigned char *bytes = file_unpack(r->path, &size, err);
  r->xml = bytes ? XML_ParserCreate(NULL) : NULL;
  if (!r->xml)
    return free(bytes), bytes ? fail(err, "out of memory") : -1;
  r->err = err;
  XML_SetUserData(r->xml, r);
  XML_SetElementHandler(r->xml, element_begin, element_end);
  XML_SetCharacterDataHandler(r->xml, element_text);
  if (XML_Parse(r->xml, (char *)bytes, (int)size, 1) != XML_STATUS_OK && !r->failed)
    r->failed = fail(err, "%.300s:%d: no XML: %s", r->path, (int)XML_GetCurrentLineNumber(r->xml),
                     XML_ErrorString(XML_GetErrorCode(r->xml)));
  XML_ParserFree(r->xml);
  free(bytes);
  return r->failed;
}

/* ---- samples ---- */

struct sample {
  const struct pictures *x;
  struct cell *boxes;
  int width, height;
};

static int class_of(const struct pictures *x, const char *name) {
  const struct net_data *d = x->base.data;
  int count = d->class_names ? d->class_names : (int)x->names.count, k = 0;
  while (k < count && strcmp(d->class_names ? d->class_name[k] : x->names.path[k], name))
    k++;
  return k < count ? k : -1;
}

static int object_take(void *user, const struct object *o, const char *path, char *err) {
  struct sample *s = user;
  const struct net_data *d = s->x->base.data;
  int class = class_of(s->x, o->name);
  if (class < 0) {
    const char *near = nearest(o->name, d->class_name, d->class_names);
    return fail(err, "%.300s:%d: \"%.60s\" is no class of %s%s%s%s", path, o->line, o->name, d->name,
                near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
  }
  enum marked how = o->difficult ? (enum marked)s->x->difficult : MARKED_IN;
  if (how != MARKED_OUT && (o->corner[2] <= o->corner[0] || o->corner[3] <= o->corner[1])) /* a point or a line, not a pixel's width */
    s->boxes->odd.empty++;
  else
    boxes_add_marked(s->boxes, how, class,
                     (const double[]){o->corner[0] - 1, o->corner[1] - 1, o->corner[2], o->corner[3]}, s->width, s->height);
  return 0;
}

static int voc_load(const struct source *source, int64_t i, struct cell *cell, char err[512]) {
  const struct pictures *x = (const struct pictures *)source;
  int image = x->first_field, boxes = x->second_field;
  int failed = cell_read(&cell[image], &source->data->field[image], x->image.path[i], err);
  if (failed || boxes < 0)
    return failed;
  if (access(x->second.path[i], F_OK)) {
    cell[boxes].odd.unlabelled = 1;
    return 0;
  }
  struct sample s = {x, &cell[boxes], cell[image].width, cell[image].height};
  return annotation_read(&(struct reader){.path = x->second.path[i], .found = object_take, .user = &s}, err);
}

/* ---- opening ---- */

/* ROOT/JPEGImages/NAME with the extension that is there. */
static char *picture_path(const char *root, const char *name) {
  static const char *const ends[] = {".jpg", ".jpeg", ".png", ".JPG"};
  char *path = NULL;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    free(path);
    path = mem_text("%sJPEGImages/%s%s", root, name, ends[i]);
    if (!access(path, F_OK))
      return path;
  }
  free(path);
  return mem_text("%sJPEGImages/%s.jpg", root, name);
}

/* A name on each line; in the list of one class a -1 behind it says that the class is not there. */
static int line_take(struct pictures *x, const char *root, char *line) {
  char *name = strtok_r(line, " \t\r", &line), *sign = name ? strtok_r(NULL, " \t\r", &line) : NULL;
  if (!name || (sign && !strcmp(sign, "-1")))
    return 0;
  char *image = picture_path(root, name), *boxes = mem_text("%sAnnotations/%s.xml", root, name);
  int failed = paths_add(&x->image, image) || paths_add(&x->second, boxes);
  free(image), free(boxes);
  return failed;
}

static int list_read(struct pictures *x, const char *path, char err[512]) {
  size_t size;
  unsigned char *bytes = file_unpack(path, &size, err);
  if (!bytes)
    return -1;
  char *text = mem_text("%.*s", (int)size, (char *)bytes), *end, *root = mem_text("%s", path);
  const char *sets = strstr(root, "ImageSets/");
  for (const char *at = sets; at && (at = strstr(at + 1, "ImageSets/"));)
    sets = at;
  root[(sets ? sets : path_file(root)) - root] = 0;
  int failed = 0;
  for (char *line = strtok_r(text, "\n", &end); line && !failed; line = strtok_r(NULL, "\n", &end))
    failed = line_take(x, root, line);
  free(text), free(root), free(bytes);
  if (failed)
    return fail(err, "out of memory");
  return x->image.count ? 0 : fail(err, "%s names no pictures", path);
}

static int name_note(void *user, const struct object *o, const char *path, char *err) {
  struct pictures *x = user;
  (void)path;
  return class_of(x, o->name) < 0 && paths_add(&x->names, o->name) ? fail(err, "out of memory") : 0;
}

/* Without `names:` the classes are the names that are found, sorted. */
static int names_find(struct pictures *x, char err[512]) {
  const struct net_field *f = &x->base.data->field[x->second_field];
  int64_t there = 0;
  for (int64_t i = 0; i < x->second.count; i++) {
    if (access(x->second.path[i], F_OK))
      continue;
    there++;
    if (x->base.data->class_names)
      break;
    if (annotation_read(&(struct reader){.path = x->second.path[i], .found = name_note, .user = x}, err))
      return -1;
  }
  if (!there)
    return fail(err, "%.200s does not exist, nor the annotations of another picture", x->second.path[0]);
  if (x->names.count)
    qsort(x->names.path, (size_t)x->names.count, sizeof *x->names.path, text_natural_order);
  return x->base.data->class_names || x->names.count == f->classes
             ? 0
             : fail(err, "data %s: the annotations name %lld class%s, but field `%s` has %d%s", x->base.data->name,
                    (long long)x->names.count, x->names.count == 1 ? "" : "es", f->name, f->classes,
                    x->names.count < f->classes ? "; `names: [...]` tells them all, in order" : "");
}

struct source *voc_open(const struct source_request *r, char err[512]) {
  struct pictures *x = pictures_new(r, err);
  if (!x)
    return NULL;
  char *list = path_join(r->dir, arg_text(r->call, CALL_SOURCE, "list"));
  x->base.load = voc_load;
  x->base.finds_names = 1;
  x->first_field = field_of(r->data, NET_IMAGE);
  x->second_field = field_of(r->data, NET_BOXES);
  x->difficult = (int)marked_read(r->call, "difficult");
  int failed = fields_check(r->data, 1 << NET_IMAGE | 1 << NET_BOXES, "voc", err);
  if (!failed && x->first_field < 0)
    failed = fail(err, "data %s: voc wants a field of pictures", r->data->name);
  failed = failed || !list || list_read(x, list, err) || (x->second_field >= 0 && names_find(x, err));
  free(list);
  return pictures_done(x, failed);
}
