#include "present.h"
#include "data/files.h"
#include "draw/picture.h"
#include "measure.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum show_kind { SHOW_CLASSES, SHOW_MASK, SHOW_IMAGE, SHOW_TEXT };

static enum show_kind kind_of(const struct net_show *s) {
  return !strcmp(s->name, "classes") ? SHOW_CLASSES
         : !strcmp(s->name, "mask")  ? SHOW_MASK
         : !strcmp(s->name, "image") ? SHOW_IMAGE
                                     : SHOW_TEXT;
}

/* Planes of a value: [c, h, w], [h, w], or a row. */
struct planes {
  int channels, height, width;
};
static struct planes planes_of(int rank, const int64_t *dim) {
  return (struct planes){rank > 2 ? (int)dim[rank - 3] : 1, rank > 1 ? (int)dim[rank - 2] : 1,
                         rank ? (int)dim[rank - 1] : 1};
}

static const struct net_io *output_of(const struct presenter *p, int show) {
  return &p->entry->output[p->predict->show[show].output];
}

static const void *value_at(const struct presenter *p, const struct presented *b, int show, int64_t i) {
  const struct net_io *io = output_of(p, show);
  return (const char *)b->out[p->predict->show[show].output] + (io->batched ? i : 0) * io_count(io, 1) * 4;
}

static int image_input(const struct presenter *p) {
  for (int i = 0; i < p->entry->inputs; i++)
    if (p->predict->input[i].field.kind == NET_IMAGE)
      return i;
  return -1;
}

/* A sheet gathers the samples of a show that has no file of its own for each. */
static int makes_sheet(const struct presenter *p, int show) {
  enum show_kind k = kind_of(&p->predict->show[show]);
  return k == SHOW_CLASSES ? p->out && image_input(p) >= 0 : k != SHOW_TEXT && !p->from_files;
}

int present_truth(const struct net_data *d, const char *show) {
  int mask = !strcmp(show, "mask");
  for (int f = 0; d && f < d->fields; f++) {
    enum net_field_kind k = d->field[f].kind;
    if (mask ? k == NET_MASK || k == NET_CLASS_MASK : !strcmp(show, "classes") && k == NET_CLASS)
      return f;
  }
  return -1;
}

int present_open(struct presenter *p, char err[ERR]) {
  p->image_input = image_input(p);
  p->shown = mem_get((size_t)(p->predict->shows + 1) * sizeof *p->shown);
  for (int s = 0; s < p->predict->shows; s++) {
    int f = p->from_files ? -1 : present_truth(p->data, p->predict->show[s].name);
    if (!makes_sheet(p, s))
      continue;
    p->shown[s] = block_get(io_count(output_of(p, s), 1) * 4 * p->total);
    if (p->image_input >= 0 && !p->image)
      p->image = block_get(io_count(&p->entry->input[p->image_input], 1) * 4 * p->total);
    if (f >= 0 && !p->truth)
      p->truth = block_get(data_field_size(&p->data->field[f]) * p->total);
    if (!p->shown[s] || (p->image_input >= 0 && !p->image) || (f >= 0 && !p->truth))
      return fail(err, "out of memory for a sheet of %lld samples", (long long)p->total);
  }
  return 0;
}

void present_close(struct presenter *p) {
  for (int s = 0; p->shown && s < p->predict->shows; s++)
    block_free(p->shown[s]);
  free(p->shown);
  block_free(p->image);
  block_free(p->truth);
  p->shown = NULL;
  p->image = NULL;
  p->truth = NULL;
}

/* ---- files ---- */

int present_pictures(const struct presenter *p) {
  int n = 0;
  for (int s = 0; s < p->predict->shows; s++)
    n += kind_of(&p->predict->show[s]) == SHOW_MASK || kind_of(&p->predict->show[s]) == SHOW_IMAGE || makes_sheet(p, s);
  return n;
}

/* Where a picture goes: -o itself if it is the only one, else into the folder -o (or here), named after sample and
 * show. */
static char *picture_path(const struct presenter *p, int show, const char *of, char err[ERR]) {
  if (p->out && present_pictures(p) == 1 && (p->total == 1 || !of))
    return mem_text("%s", p->out);
  const char *stem = of ? path_file(of) : p->predict->name, *dot = strrchr(stem, '.');
  int length = dot && of ? (int)(dot - stem) : (int)strlen(stem);
  if (p->out && mkdir(p->out, 0777) && errno != EEXIST) {
    fail(err, "cannot make the folder %s for the pictures: %s", p->out, strerror(errno));
    return NULL;
  }
  return mem_text("%s%s%.*s_%s.png", p->out ? p->out : "", p->out ? "/" : "", length, stem, output_of(p, show)->name);
}

static int written(const struct presenter *p, int show, char *path, int status) {
  if (!status && !p->quiet)
    fprintf(stderr, "wrote %s\n", path);
  if (!status && p->wrote)
    p->wrote(p->who, output_of(p, show)->name, path);
  free(path);
  return status;
}

/* The values that black and white have in a data block's images of this shape: as inputs of an entry, or as its results, which
   are in the likeness of what the network got. NULL: they have none, and are seen from the values. */
static const struct net_range *range_of(const struct presenter *p, struct planes at, int result,
                                        struct net_range *room) {
  for (int f = 0; p->data && f < p->data->fields; f++) {
    const struct net_field *field = &p->data->field[f];
    struct planes own = planes_of(field->rank, field->dim);
    if (field->kind != NET_IMAGE || own.channels != at.channels)
      continue;
    *room = data_range(p->data, f);
    return result && measured_range(p->m, p->data, f, room) ? NULL : room;
  }
  return NULL;
}

/* A mask smaller than the network's picture is the middle of it: the way back to the original begins there. */
static int write_mask(const struct presenter *p, int show, const void *value, const struct net_picture *original,
                      const char *path, char err[ERR]) {
  const struct net_io *io = output_of(p, show), *in = &p->entry->input[p->image_input];
  struct planes at = planes_of(io->rank, io->dim), whole = planes_of(in->rank, in->dim);
  int left = (whole.width - at.width) / 2, top = (whole.height - at.height) / 2;
  struct net_picture seen = *original;
  seen.map[2] += seen.map[0] * left + seen.map[1] * top;
  seen.map[5] += seen.map[3] * left + seen.map[4] * top;
  if (io->elem == NET_I32)
    return show_class_overlay(path, value, at.width, at.height, &seen, err);
  return (p->overlay ? show_overlay : show_mask)(path, value, at.width, at.height, &seen, err);
}

static int write_picture(const struct presenter *p, const struct presented *b, int show, int64_t i, char err[ERR]) {
  const struct net_io *io = output_of(p, show);
  struct planes at = planes_of(io->rank, io->dim);
  struct net_range room;
  char *path = picture_path(p, show, b->path[i], err);
  if (!path)
    return -1;
  const void *value = value_at(p, b, show, i);
  if (kind_of(&p->predict->show[show]) == SHOW_MASK)
    return written(p, show, path, write_mask(p, show, value, b->original[i], path, err));
  return written(p, show, path,
                 show_image(path, value, 1, at.channels, at.height, at.width, range_of(p, at, 1, &room), err));
}

/* ---- sheets ---- */

static void gather(struct presenter *p, const struct presented *b, int show) {
  size_t size = (size_t)io_count(output_of(p, show), 1) * 4;
  for (int64_t i = 0; i < b->n; i++)
    memcpy((char *)p->shown[show] + (size_t)(b->first + i) * size, value_at(p, b, show, i), size);
  if (p->image) {
    size = (size_t)io_count(&p->entry->input[p->image_input], 1) * 4;
    memcpy((char *)p->image + (size_t)b->first * size, b->in[p->image_input], (size_t)b->n * size);
  }
  int f = present_truth(p->data, p->predict->show[show].name);
  if (p->truth && f >= 0 && b->field) {
    size = (size_t)data_field_size(&p->data->field[f]);
    memcpy((char *)p->truth + (size_t)b->first * size, b->field[f], (size_t)b->n * size);
  }
}

static int32_t *largest(const float *score, int64_t n, int64_t classes) {
  int32_t *best = mem_get((size_t)n * sizeof *best);
  for (int64_t i = 0; i < n; i++)
    for (int64_t k = 1; k < classes; k++)
      if (score[i * classes + k] > score[i * classes + best[i]])
        best[i] = (int32_t)k;
  return best;
}

static struct show_areas truth_areas(const struct presenter *p) {
  int f = p->truth ? present_truth(p->data, "mask") : -1;
  if (f < 0)
    return (struct show_areas){0};
  const struct net_field *field = &p->data->field[f];
  struct planes at = planes_of(field->rank, field->dim);
  return (struct show_areas){p->truth, field->elem, at.height, at.width};
}

static int write_sheet(const struct presenter *p, int show, const char *path, char err[ERR]) {
  const struct net_io *io = output_of(p, show);
  struct planes at = planes_of(io->rank, io->dim), in = at;
  enum show_kind kind = kind_of(&p->predict->show[show]);
  struct net_range room;
  if (p->image_input >= 0)
    in = planes_of(p->entry->input[p->image_input].rank, p->entry->input[p->image_input].dim);
  struct show_batch b = {(int)p->total, in.channels, in.height, in.width, p->image, range_of(p, in, 0, &room)};
  if (kind == SHOW_IMAGE)
    return show_image(path, p->shown[show], b.n, at.channels, at.height, at.width, range_of(p, at, 1, &room), err);
  if (kind == SHOW_MASK && p->image)
    return show_mask_sheet(path, &b, (struct show_areas){p->shown[show], io->elem, at.height, at.width},
                           truth_areas(p), err);
  if (kind == SHOW_MASK && io->elem == NET_I32)
    return show_class_masks(path, p->shown[show], b.n, at.width, at.height, err);
  if (kind == SHOW_MASK)
    return show_image(path, p->shown[show], b.n, 1, at.height, at.width, &(struct net_range){{0}, {1, 1, 1}}, err);
  int32_t *best = largest(p->shown[show], p->total, io_count(io, 1));
  int status = show_class_sheet(path, &b, best, p->truth, p->names, err);
  free(best);
  return status;
}

int present_end(struct presenter *p, char err[ERR]) {
  int status = 0;
  for (int s = 0; s < p->predict->shows && !status; s++) {
    if (!p->shown[s])
      continue;
    char *path = picture_path(p, s, NULL, err);
    status = path ? written(p, s, path, write_sheet(p, s, path, err)) : -1;
  }
  if (p->json)
    puts("\n]");
  return status;
}

/* ---- text ---- */

static void numbers(const struct net_io *io, const void *value, int json) {
  int64_t n = io_count(io, 1);
  fputs(json && n > 1 ? "[" : "", stdout);
  for (int64_t i = 0; i < n; i++) {
    float v = ((const float *)value)[i];
    fputs(!i ? "" : json ? ", " : " ", stdout);
    if (io->elem == NET_I32)
      printf("%d", ((const int32_t *)value)[i]);
    else
      printf(!json ? "%.6g" : isfinite(v) ? "%.9g" : "null", (double)v);
  }
  fputs(json && n > 1 ? "]" : "", stdout);
}

static void say_json(const struct presenter *p, const struct presented *b, int64_t i) {
  printf("%s{", b->first + i ? ",\n" : "[\n");
  if (b->path[i])
    fputs("\"file\": ", stdout), show_json_text(stdout, b->path[i]);
  else
    printf("\"sample\": %lld", (long long)(b->index ? b->index[i] : b->first + i));
  for (int s = 0; s < p->predict->shows; s++) {
    const struct net_io *io = output_of(p, s);
    if (kind_of(&p->predict->show[s]) == SHOW_CLASSES) {
      printf(", \"%s\": ", io->name);
      show_classes_json(stdout, value_at(p, b, s, i), (int)io_count(io, 1), p->best, p->names);
    } else if (kind_of(&p->predict->show[s]) == SHOW_TEXT) {
      printf(", \"%s\": ", io->name);
      numbers(io, value_at(p, b, s, i), 1);
    }
  }
  putchar('}');
}

static void say_plain(const struct presenter *p, const struct presented *b, int64_t i) {
  int f = present_truth(p->data, "classes"), texts = 0;
  for (int s = 0; s < p->predict->shows; s++)
    texts += kind_of(&p->predict->show[s]) == SHOW_CLASSES || kind_of(&p->predict->show[s]) == SHOW_TEXT;
  if (!texts)
    return;
  if (b->index) {
    char number[NUMBER];
    printf("sample %lld", (long long)b->index[i]);
    if (b->field && f >= 0 && b->field[f])
      printf(", in truth %s", name_of(p->names, ((const int32_t *)b->field[f])[i], number));
    puts(":");
  } else if (p->total > 1)
    printf("%s:\n", b->path[i] ? b->path[i] : p->predict->name);
  for (int s = 0; s < p->predict->shows; s++) {
    const struct net_io *io = output_of(p, s);
    if (kind_of(&p->predict->show[s]) == SHOW_CLASSES)
      show_classes(stdout, value_at(p, b, s, i), (int)io_count(io, 1), p->best, p->names);
    else if (kind_of(&p->predict->show[s]) == SHOW_TEXT) {
      printf("%s ", io->name);
      numbers(io, value_at(p, b, s, i), 0);
      putchar('\n');
    }
  }
}

int present_batch(struct presenter *p, const struct presented *b, char err[ERR]) {
  for (int s = 0; s < p->predict->shows; s++)
    if (p->shown[s])
      gather(p, b, s);
  for (int64_t i = 0; i < b->n; i++) {
    if (!p->quiet)
      (p->json ? say_json : say_plain)(p, b, i);
    for (int s = 0; s < p->predict->shows; s++) {
      enum show_kind k = kind_of(&p->predict->show[s]);
      if (!p->shown[s] && (k == SHOW_MASK || k == SHOW_IMAGE) && write_picture(p, b, s, i, err))
        return -1;
    }
  }
  return 0;
}
