#include "present_parts.h"
#include "data/files.h"
#include "log/file.h"
#include "measure.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int image_input(const struct presenter *p) {
  for (int i = 0; i < p->entry->inputs; i++)
    if (p->predict->input[i].field.kind == NET_IMAGE)
      return i;
  return -1;
}

/* A sheet gathers the samples of a show that has no file of its own for each. What is told in words as well is drawn only where it is
   asked for. */
static int makes_sheet(const struct presenter *p, int show) {
  enum show_kind k = kind_of(&p->predict->show[show]);
  if (k == SHOW_CLASSES || k == SHOW_BOXES)
    return p->out && image_input(p) >= 0 && !(p->from_files && k == SHOW_BOXES);
  return (k == SHOW_MASK || k == SHOW_IMAGE) && !p->from_files;
}

/* Is a picture made of it for each sample? */
static int makes_picture(const struct presenter *p, int show) {
  enum show_kind k = kind_of(&p->predict->show[show]);
  if (k == SHOW_BOXES)
    return p->out && p->from_files;
  return (k == SHOW_MASK || k == SHOW_IMAGE) && p->from_files;
}

int present_truth(const struct net_data *d, const char *show) {
  int mask = !strcmp(show, "mask");
  for (int f = 0; d && f < d->fields; f++) {
    enum net_field_kind k = d->field[f].kind;
    if (mask ? k == NET_MASK || k == NET_CLASS_MASK
             : (!strcmp(show, "classes") && k == NET_CLASS) || (!strcmp(show, "boxes") && k == NET_BOXES))
      return f;
  }
  return -1;
}

int present_open(struct presenter *p, char err[ERR]) {
  p->image_input = image_input(p);
  p->shown = mem_get((size_t)(p->predict->shows + 1) * sizeof *p->shown);
  p->truth = mem_get((size_t)(p->predict->shows + 1) * sizeof *p->truth);
  p->found = mem_get((size_t)(p->predict->shows + 1) * sizeof *p->found);
  p->tracker = mem_get((size_t)(p->predict->shows + 1) * sizeof *p->tracker);
  for (int s = 0; s < p->predict->shows; s++) {
    if (kind_of(&p->predict->show[s]) == SHOW_BOXES && p->out && !p->quiet && !p->beside)
      p->beside = open_memstream(&p->text, &p->size);
    int f = p->from_files ? -1 : present_truth(p->data, p->predict->show[s].name);
    if (!makes_sheet(p, s))
      continue;
    p->shown[s] = block_get(io_count(output_of(p, s), 1) * 4 * p->total);
    if (p->image_input >= 0 && !p->image)
      p->image = block_get(io_count(&p->entry->input[p->image_input], 1) * 4 * p->total);
    if (f >= 0)
      p->truth[s] = block_get(data_field_size(&p->data->field[f]) * p->total);
    if (!p->shown[s] || (p->image_input >= 0 && !p->image) || (f >= 0 && !p->truth[s]))
      return fail(err, "out of memory for a sheet of %lld samples", (long long)p->total);
  }
  return 0;
}

void present_close(struct presenter *p) {
  for (int s = 0; p->tracker && s < p->predict->shows; s++) {
    block_free(p->shown[s]);
    block_free(p->truth[s]);
    found_free(&p->found[s]);
    tracker_free(&p->tracker[s]);
  }
  free(p->shown), free(p->truth), free(p->found), free(p->tracker);
  block_free(p->image);
  if (p->beside)
    fclose(p->beside);
  free(p->text);
  p->shown = p->truth = NULL;
  p->found = NULL;
  p->tracker = NULL;
  p->image = NULL;
  p->beside = NULL;
  p->text = NULL;
}

/* ---- files ---- */

int present_pictures(const struct presenter *p) {
  int n = 0;
  for (int s = 0; s < p->predict->shows; s++)
    n += makes_picture(p, s) || makes_sheet(p, s);
  return n;
}

/* -o is the file itself if there is one only, else a folder; it may be one anyway. */
static int is_folder(const struct presenter *p, int for_each) {
  struct stat about;
  size_t n = strlen(p->out);
  return p->frames || present_pictures(p) > 1 || (for_each && p->total > 1) || (n && p->out[n - 1] == '/') ||
         (!stat(p->out, &about) && S_ISDIR(about.st_mode));
}

static int folder_make(const struct presenter *p, char err[ERR]) {
  return mkdir(p->out, 0777) && errno != EEXIST
             ? fail(err, "cannot make the folder %s for the pictures: %s", p->out, strerror(errno))
             : 0;
}

static char *in_folder(const struct presenter *p, const char *name) {
  size_t n = p->out ? strlen(p->out) : 0;
  return mem_text("%s%s%s", p->out ? p->out : "", !n || p->out[n - 1] == '/' ? "" : "/", name);
}

/* Where a picture goes: -o itself, or into the folder -o (or here), named after sample and show. */
static char *picture_path(const struct presenter *p, int show, const char *of, char err[ERR]) {
  if (p->out && !is_folder(p, of != NULL))
    return mem_text("%s", p->out);
  const char *stem = of ? path_file(of) : p->predict->name, *dot = strrchr(stem, '.');
  int length = dot && of ? (int)(dot - stem) : (int)strlen(stem);
  if (p->out && folder_make(p, err))
    return NULL;
  char *name = p->frames && present_pictures(p) == 1 ? mem_text("%s", stem)
                                                     : mem_text("%.*s_%s.png", length, stem, output_of(p, show)->name);
  char *path = in_folder(p, name);
  free(name);
  return path;
}

/* Boxes are numbers first of all: what --json says of them lies beside the pictures as well. */
static int write_beside(struct presenter *p, char err[ERR]) {
  char *name = mem_text("%s.json", p->predict->name), *path;
  const char *dot = strrchr(path_file(p->out), '.');
  int folder = is_folder(p, p->from_files);
  path = folder ? in_folder(p, name) : mem_text("%.*s.json", (int)(dot ? dot - p->out : (long)strlen(p->out)), p->out);
  free(name);
  fflush(p->beside);
  int status = folder && folder_make(p, err) ? -1 : file_replace(path, p->text, p->size, err);
  if (!status)
    fprintf(stderr, "wrote %s\n", path);
  free(path);
  return status;
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
  if (kind_of(&p->predict->show[show]) == SHOW_BOXES)
    return written(p, show, path, show_boxes(path, p->found[show], b->original[i], p->names, err));
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
  if (p->truth[show] && b->field) {
    size = (size_t)data_field_size(&p->data->field[f]);
    memcpy((char *)p->truth[show] + (size_t)b->first * size, b->field[f], (size_t)b->n * size);
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

static struct show_areas truth_areas(const struct presenter *p, int show) {
  int f = p->truth[show] ? present_truth(p->data, "mask") : -1;
  if (f < 0)
    return (struct show_areas){0};
  const struct net_field *field = &p->data->field[f];
  struct planes at = planes_of(field->rank, field->dim);
  return (struct show_areas){p->truth[show], field->elem, at.height, at.width};
}

static struct show_rows truth_rows(const struct presenter *p, int show) {
  if (!p->truth[show])
    return (struct show_rows){0};
  const struct net_field *field = &p->data->field[present_truth(p->data, "boxes")];
  return (struct show_rows){p->truth[show], (int)field->dim[0], (int)field->dim[1]};
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
                           truth_areas(p, show), err);
  if (kind == SHOW_MASK && io->elem == NET_I32)
    return show_class_masks(path, p->shown[show], b.n, at.width, at.height, err);
  if (kind == SHOW_MASK)
    return show_image(path, p->shown[show], b.n, 1, at.height, at.width, &(struct net_range){{0}, {1, 1, 1}}, err);
  if (kind == SHOW_BOXES)
    return show_box_sheet(path, &b, rows_of(io, p->shown[show]), truth_rows(p, show), p->names, err);
  int32_t *best = largest(p->shown[show], p->total, io_count(io, 1));
  int status = show_class_sheet(path, &b, best, p->truth[show], p->names, err);
  free(best);
  return status;
}

int present_end(struct presenter *p, char err[ERR]) {
  FILE *to[] = {p->json ? stdout : NULL, p->beside};
  int status = 0;
  for (int s = 0; s < p->predict->shows && !status && p->total; s++) {
    if (!p->shown[s])
      continue;
    char *path = picture_path(p, s, NULL, err);
    status = path ? written(p, s, path, write_sheet(p, s, path, err)) : -1;
  }
  for (int i = 0; i < 2; i++)
    if (to[i])
      fputs(p->total ? "\n]\n" : "[]\n", to[i]);
  return status || (p->beside && write_beside(p, err)) ? -1 : 0;
}

static void find(struct presenter *p, const struct presented *b, int64_t i) {
  for (int s = 0; s < p->predict->shows; s++) {
    if (kind_of(&p->predict->show[s]) != SHOW_BOXES)
      continue;
    found_free(&p->found[s]);
    p->found[s] = boxes_of(p, b, s, i);
    if (p->frames)
      tracker_step(&p->tracker[s], p->found[s]);
  }
}

int present_batch(struct presenter *p, const struct presented *b, char err[ERR]) {
  for (int s = 0; s < p->predict->shows; s++)
    if (p->shown[s])
      gather(p, b, s);
  for (int64_t i = 0; i < b->n; i++) {
    find(p, b, i);
    if (!p->quiet && p->json)
      say_json(p, b, i, stdout);
    else if (!p->quiet)
      say_plain(p, b, i);
    if (p->beside)
      say_json(p, b, i, p->beside);
    for (int s = 0; s < p->predict->shows; s++)
      if (makes_picture(p, s) && write_picture(p, b, s, i, err))
        return -1;
  }
  return 0;
}
