/* Duty: what a command on a predict block is given. Files and samples are counted first, then filled in batch by batch.
 */
#include "given.h"
#include "data/derive.h"
#include "measure.h"
#include "pass.h"
#include "term.h"
#include "value.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct net_predict_input *input(const struct given *g, int i) {
  return &g->predict->input[i];
}

/* The block whose classes and prepare belong to the command: the one that types an input, else the training's. */
static const struct net_data *own_data(const struct given *g) {
  const struct net_program *p = g->program;
  for (int i = 0; i < g->predict->inputs; i++)
    if (input(g, i)->data >= 0 && !input(g, i)->is_option)
      return &p->data[input(g, i)->data];
  return p->datas ? &p->data[p->home] : NULL;
}

void given_begin(struct given *g, const struct net_program *p, const struct net_predict *predict) {
  *g = (struct given){.program = p, .predict = predict, .entry = &p->entry[predict->entry]};
  for (int i = 0; i < g->entry->inputs; i++)
    g->images += input(g, i)->field.kind == NET_IMAGE;
  g->data = own_data(g);
}

void given_options(const struct given *g, struct cli *c) {
  cli_add(c, (struct cli_row){"sample", 0, "N-M", "Samples N to M of the data set, or sample N alone", OFTEN});
  cli_add(c, (struct cli_row){"split", 0, SPLITS, "Whose samples; all of them without --sample", OFTEN});
  for (int i = 0; i < g->predict->inputs; i++) {
    const struct net_predict_input *in = input(g, i);
    char now[NUMBER];
    if (in->is_option)
      cli_add_now(c, (struct cli_row){in->field.name, 0, "X", "A number of this command", OFTEN},
                  number_text(now, in->value));
    else if (in->field.kind == NET_CLASS) {
      cli_add(c, (struct cli_row){in->field.name, 0, "CLASS", "The class, its name or its number", OFTEN});
      cli_values(c, g->data ? g->data->class_name : NULL, g->data ? g->data->class_names : 0);
    } else if (in->field.kind == NET_VALUE)
      cli_add(c, (struct cli_row){in->field.name, 0, "X,Y,…", "The numbers of this input", OFTEN});
  }
}

static void set_options(const struct given *g, struct model *m) {
  for (int i = 0; i < g->predict->inputs; i++) {
    const struct net_predict_input *in = input(g, i);
    const char *text = in->is_option ? cli_get(g->cli, in->field.name) : NULL;
    for (int s = 0; in->is_option && s < g->program->scalars; s++)
      if (!strcmp(g->program->scalar[s], in->field.name))
        m->scalar[s] = text ? strtod(text, NULL) : in->value;
  }
}

static void set_names(struct given *g, const struct trained *about) {
  if (g->data && g->data->class_names) {
    g->names = (struct show_names){g->data->class_names, g->data->class_name};
    return;
  }
  int n = 0;
  char *rest = about->classes;
  for (char *line; rest && *rest && (line = strsep(&rest, "\n"));) {
    g->class_name = mem_grow(g->class_name, (size_t)(n + 1) * sizeof *g->class_name);
    g->class_name[n++] = line;
  }
  g->names = (struct show_names){n, (const char *const *)g->class_name};
}

/* ---- what there is ---- */

/* text: N or N-M; NULL: all samples of the split. */
static int read_range(struct given *g, const char *text, char err[ERR]) {
  char *end;
  int64_t first = strtoll(text, &end, 10), last = *end == '-' && end != text ? strtoll(end + 1, &end, 10) : first;
  if (*end || end == text || first < 0 || last < first || last == INT64_MAX)
    return cli_fail(g->cli, err, "--sample: a number or a range such as 0-15 is wanted, not \"%s\"", text);
  g->first_sample = first;
  g->total = last - first + 1;
  return 0;
}

static int choose_samples(struct given *g, const char *text, char err[ERR]) {
  enum net_split split;
  if (text && read_range(g, text, err))
    return -1;
  if (!g->data)
    return fail(err, "--%s needs a data block, and this program has none", text ? "sample" : "split");
  if (split_option(g->cli, g->data, &split, err))
    return -1;
  g->set = data_open(g->data, split, cli_get(g->cli, "data"), 0, err);
  if (!g->set)
    return -1;
  if (!text)
    g->total = data_count(g->set);
  if (g->first_sample + g->total > data_count(g->set))
    return cli_fail(g->cli, err, "--sample: the %s samples are 0 to %lld", split_name(split),
                    (long long)data_count(g->set) - 1);
  return 0;
}

static const char *command_of(const struct given *g) {
  const char *space = strrchr(g->cli->name, ' ');
  return space ? space + 1 : g->cli->name;
}

/* A video's frames are not to be overwritten by what is drawn. */
static int choose_frames(struct given *g, const char *dir, char err[ERR]) {
  const char *out = cli_get(g->cli, "output");
  char *from = realpath(dir, NULL), *to = out ? realpath(out, NULL) : NULL;
  int same = from && to && !strcmp(from, to);
  free(from), free(to);
  if (same)
    return cli_fail(g->cli, err, "--output: %s holds the frames themselves, which would be overwritten: another folder is wanted", out);
  if (paths_of_pictures(&g->files, dir, err))
    return -1;
  g->total = g->files.count;
  return g->total ? 0 : fail(err, "there are no pictures (.png, .jpg ...) in %s", dir);
}

static int choose_files(struct given *g, char err[ERR]) {
  for (int i = 0; i < g->cli->plains; i++) {
    struct stat about;
    const char *path = g->cli->plain[i];
    if (stat(path, &about))
      return path_missing(path, err);
    if (!S_ISDIR(about.st_mode))
      paths_add(&g->files, path);
    else if (g->images > 1)
      return fail(err, "%s is a folder; %s takes %d pictures at a time", path, command_of(g), g->images);
    else if (paths_of_pictures(&g->files, path, err))
      return -1;
  }
  if (!g->files.count && g->cli->plains)
    return fail(err, "there are no pictures (.png, .jpg ...) in %s", g->cli->plain[0]);
  if (!g->files.count || g->files.count % g->images)
    return cli_fail(g->cli, err,
                    g->files.count ? "%s takes %d pictures at a time"
                                   : "%s wants %d picture%s: a file, a folder, or --sample N",
                    command_of(g), g->images, g->images > 1 ? "s" : "");
  g->total = g->files.count / g->images;
  return 0;
}

int given_choose(struct given *g, struct cli *c, char err[ERR]) {
  const char *sample = cli_get(c, "sample"), *split = cli_get(c, "split"), *frames = cli_get(c, "video-frames");
  g->cli = c;
  if (frames)
    return sample || split || c->plains
               ? cli_fail(c, err, "--video-frames alone, without %s", c->plains ? "other files" : "samples of the data set")
               : choose_frames(g, frames, err);
  if (sample || (split && !c->plains))
    return c->plains ? cli_fail(c, err, "either files or --sample, not both") : choose_samples(g, sample, err);
  if (g->images)
    return choose_files(g, err);
  if (c->plains)
    return cli_fail(c, err, "%s takes no files: \"%s\" is too much", command_of(g), c->plain[0]);
  return cli_whole(c, "count", 1, 1, &g->total, err);
}

/* ---- a batch ---- */

int64_t class_find(struct show_names names, int classes, const char *what, const char *text, char err[ERR]) {
  char *end;
  for (int k = 0; k < names.count; k++)
    if (!strcmp(names.name[k], text))
      return k;
  long k = strtol(text, &end, 10);
  if (end != text && !*end && k >= 0 && k < classes)
    return k;
  const char *near = nearest(text, names.name, names.count);
  return fail(err, "--%s: there is no class \"%s\"; %s%s", what, text,
              near ? "did you mean " : "a name or a number from 0 up is wanted", near ? near : "");
}

static int class_of(const struct given *g, const struct net_field *f, const char *text, int32_t *out, char err[ERR]) {
  int64_t k = class_find(g->names, f->classes, f->name, text, err);
  *out = (int32_t)k;
  return k < 0 ? cli_fail(g->cli, err, "%.500s", err) : 0;
}

static int numbers_of(const struct given *g, const struct net_field *f, const char *text, float *out, char err[ERR]) {
  int64_t count = data_field_size(f) / 4, n = 0;
  const char *at = text;
  for (char *end; n < count; at = end + (*end == ',')) {
    out[n++] = strtof(at, &end);
    if (end == at || (*end && *end != ',') || (!*end && n < count))
      return cli_fail(g->cli, err, "--%s: %lld numbers with commas between are wanted", f->name, (long long)count);
  }
  return *at ? cli_fail(g->cli, err, "--%s: more than %lld numbers", f->name, (long long)count) : 0;
}

/* Input i of n samples from the command line. */
static int fill_option(struct given *g, int i, int64_t n, char err[ERR]) {
  const struct net_field *f = &input(g, i)->field;
  const char *text = cli_get(g->cli, f->name);
  int64_t size = data_field_size(f);
  if (f->kind != NET_CLASS && f->kind != NET_VALUE)
    return fail(err, "%s: its input \"%s\" comes from a data set only: use --sample", command_of(g), f->name);
  if (!text)
    return cli_fail(g->cli, err, "%s needs --%s", command_of(g), f->name);
  if (f->kind == NET_CLASS ? class_of(g, f, text, g->in[i], err) : numbers_of(g, f, text, g->in[i], err))
    return -1;
  for (int64_t k = 1; k < n; k++)
    memcpy((char *)g->in[i] + k * size, g->in[i], (size_t)size);
  return 0;
}

static void forget_originals(struct given *g) {
  for (int64_t k = 0; g->original && k < g->batch; k++) {
    image_free(g->original[k]);
    g->original[k] = NULL;
  }
}

/* Is input i found in a picture that is given? */
static int is_found(const struct given *g, int i) {
  return input(g, i)->data >= 0 && derive_early(&input(g, i)->field);
}

/* What is found in the pictures of sample `sample`, as number k of the batch. */
static int fill_found(struct given *g, int64_t sample, int64_t k, char err[ERR]) {
  for (int i = 0; i < g->entry->inputs; i++) {
    const struct net_predict_input *in = input(g, i);
    int nth = 0;
    if (!is_found(g, i))
      continue;
    for (int j = 0; input(g, j)->data != in->data || input(g, j)->data_field != in->field.from; j++)
      nth += input(g, j)->field.kind == NET_IMAGE;
    if (data_load_boxes(&g->program->data[in->data], in->data_field, g->files.path[sample * g->images + nth],
                        (float *)g->in[i] + k * (data_field_size(&in->field) / 4), err))
      return -1;
  }
  return 0;
}

/* The pictures of sample `sample` as number k of the batch. */
static int fill_images(struct given *g, int64_t sample, int64_t k, char err[ERR]) {
  for (int i = 0, nth = 0; i < g->entry->inputs; i++) {
    const struct net_predict_input *in = input(g, i);
    if (in->field.kind != NET_IMAGE)
      continue;
    const char *path = g->files.path[sample * g->images + nth];
    float *to = (float *)g->in[i] + k * (data_field_size(&in->field) / 4);
    struct net_picture **original = nth++ ? NULL : &g->original[k];
    if (in->data >= 0 ? data_load_image(&g->program->data[in->data], in->data_field, path, to, original, err)
                      : data_load_plain(&in->field, path, to, original, err))
      return -1;
  }
  return fill_found(g, sample, k, err);
}

/* Takes a sample off the list, after saying why. */
static void drop(struct given *g, int64_t sample, const char *why) {
  char **at = g->files.path + sample * g->images;
  term_error(why);
  for (int i = 0; i < g->images; i++)
    free(at[i]);
  g->files.count -= g->images;
  memmove(at, at + g->images, (size_t)(g->files.count - sample * g->images) * sizeof *at);
  g->total--;
  g->failures++;
}

static int fill_samples(struct given *g, int64_t first, int64_t n, char err[ERR]) {
  for (int64_t k = 0; k < n; k++)
    g->index[k] = g->first_sample + first + k;
  if (data_fill(g->set, g->index, g->index, n, 0, 0, g->field, err))
    return -1;
  for (int i = 0; i < g->entry->inputs; i++) {
    const struct net_predict_input *in = input(g, i);
    int f = in->data_field;
    if (in->data < 0) {
      const struct net_field *own = field_find(g->data, in->field.name);
      f = own && data_field_size(own) == data_field_size(&in->field) ? (int)(own - g->data->field) : -1;
    }
    if (f >= 0)
      memcpy(g->in[i], g->field[f], (size_t)(n * data_field_size(&in->field)));
    else if (fill_option(g, i, n, err))
      return -1;
  }
  return 0;
}

static void name_batch(struct given *g, int64_t first, int64_t n) {
  for (int64_t k = 0; k < n; k++) {
    g->number[k] = first + k;
    g->path[k] = g->files.count ? g->files.path[(first + k) * g->images] : NULL;
  }
}

static int fill_options(struct given *g, int64_t n, char err[ERR]) {
  for (int i = 0; i < g->entry->inputs && n; i++)
    if (input(g, i)->field.kind != NET_IMAGE && !is_found(g, i) && fill_option(g, i, n, err))
      return -1;
  return 0;
}

int given_fill(struct given *g, int64_t first, int64_t n, char err[ERR]) {
  forget_originals(g);
  name_batch(g, first, n);
  if (g->set)
    return fill_samples(g, first, n, err);
  for (int64_t k = 0; k < n && g->images; k++)
    if (fill_images(g, first + k, k, err))
      return -1;
  return fill_options(g, n, err);
}

int64_t given_fill_readable(struct given *g, int64_t first, int64_t n, char err[ERR]) {
  int64_t k = 0;
  if (g->set || !g->images)
    return given_fill(g, first, n, err) ? -1 : n;
  forget_originals(g);
  while (k < n && first + k < g->total) {
    if (!fill_images(g, first + k, k, err)) {
      k++;
      continue;
    }
    if (g->total + g->failures == 1)
      return -1;
    drop(g, first + k, err);
    image_free(g->original[k]);
    g->original[k] = NULL;
  }
  name_batch(g, first, k);
  return fill_options(g, k, err) ? -1 : k;
}

/* ---- opening and closing ---- */

int given_open(struct given *g, struct model *m, const struct trained *about, char err[ERR]) {
  int short_of = 0;
  for (int i = 0; i < g->predict->inputs; i++)
    if (input(g, i)->data >= 0 && !input(g, i)->is_option && measured(m, &g->program->data[input(g, i)->data], err))
      return -1;
  g->batch = g->total && g->batch > g->total ? g->total : g->batch;
  size_t room = (size_t)g->batch;
  set_options(g, m);
  set_names(g, about);
  for (int i = 0; i < g->entry->inputs; i++)
    short_of |= !(g->in[i] = block_get(g->batch * data_field_size(&input(g, i)->field)));
  g->field = mem_get((size_t)((g->data ? g->data->fields : 0) + 1) * sizeof *g->field);
  for (int f = 0; g->set && f < g->data->fields; f++)
    short_of |= !(g->field[f] = block_get(g->batch * data_field_size(&g->data->field[f])));
  g->index = mem_get(room * sizeof *g->index);
  g->number = mem_get(room * sizeof *g->number);
  g->path = mem_get(room * sizeof *g->path);
  g->original = mem_get(room * sizeof *g->original);
  return short_of ? fail(err, "out of memory for a batch of %lld; a smaller --batch needs less", (long long)g->batch)
                  : 0;
}

void given_close(struct given *g) {
  forget_originals(g);
  for (int i = 0; i < g->entry->inputs; i++)
    block_free(g->in[i]);
  for (int f = 0; g->field && g->data && f < g->data->fields; f++)
    block_free(g->field[f]);
  free(g->field), free(g->index), free(g->number), free(g->path), free(g->original), free(g->class_name);
  paths_free(&g->files);
  if (g->set)
    data_close(g->set);
}
