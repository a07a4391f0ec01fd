/* The predict commands: where their inputs come from (picture files, a folder, a data set's samples, options, nothing
   but noise), batch by batch through the entry, to what is shown. */
#include "command.h"
#include "data/files.h"
#include "present.h"
#include "value.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BATCH_MOST = 16 };

struct predictor {
  const struct net_program *program;
  const struct net_predict *predict;
  const struct net_entry *entry;
  struct cli cli;
  struct model m;
  struct job job;
  struct trained about;
  struct presenter presenter;
  struct net_dataset *set; /* --sample */
  const struct net_data *data;
  int64_t first_sample; /* --sample 12-20 */
  struct paths files;   /* total * images of them */
  int images;           /* inputs that are pictures */
  int64_t total, batch;
  uint64_t seed;
  void *in[NET_BASES], **field;
  int64_t *index;
  struct net_picture **original;
  char **class_name; /* those of the training, if the block itself names none */
};

static const struct net_predict_input *input(const struct predictor *p, int i) {
  return &p->predict->input[i];
}

static void options(struct predictor *p) {
  struct cli *c = &p->cli;
  cli_add(c, (struct cli_row){"output", 'o', "FILE", "Where a picture goes; for several of them, a folder"});
  cli_add(c, (struct cli_row){"sample", 0, "N", "Takes sample N of the data set instead of files, or N-M for several"});
  cli_add(c, (struct cli_row){"split", 0, "NAME", "Whose samples: train, val or test; test if there is one"});
  if (!p->images)
    cli_add(c, (struct cli_row){"count", 'n', "N", "How many (now 1)"});
  for (int s = 0; s < p->predict->shows; s++) {
    const char *kind = p->predict->show[s].name;
    if (!strcmp(kind, "classes"))
      cli_add(c, (struct cli_row){"best", 0, "N", "Shows the N best classes only"});
    if (!strcmp(kind, "mask"))
      cli_add(c, (struct cli_row){"overlay", 0, NULL, "Draws the mask over the picture"});
  }
  cli_add(c, (struct cli_row){"json", 0, NULL, "Results as JSON on standard output"});
  for (int i = 0; i < p->predict->inputs; i++) {
    const struct net_predict_input *in = input(p, i);
    char now[NUMBER];
    if (in->is_option)
      cli_add_now(c, (struct cli_row){in->field.name, 0, "X", "A number of this command"}, number_text(now, in->value));
    else if (in->field.kind == NET_CLASS)
      cli_add(c, (struct cli_row){in->field.name, 0, "CLASS", "The class, its name or its number"});
    else if (in->field.kind == NET_VALUE)
      cli_add(c, (struct cli_row){in->field.name, 0, "X,Y,…", "The numbers of this input"});
  }
  common_add(c, COMMON_DATA | COMMON_WEIGHTS | COMMON_OUT | COMMON_BATCH | COMMON_SEED | COMMON_THREADS);
}

/* The block whose classes and prepare belong to the command: the one that types an input, else the training's. */
static const struct net_data *own_data(const struct predictor *p) {
  const struct net_program *g = p->program;
  for (int i = 0; i < p->predict->inputs; i++)
    if (input(p, i)->data >= 0 && !input(p, i)->is_option)
      return &g->data[input(p, i)->data];
  return g->trains ? &g->data[g->train[0].data] : g->datas ? &g->data[0] : NULL;
}

static int set_options(struct predictor *p, char err[ERR]) {
  for (int i = 0; i < p->predict->inputs; i++) {
    const struct net_predict_input *in = input(p, i);
    const char *text = in->is_option ? cli_get(&p->cli, in->field.name) : NULL;
    double v = in->value;
    char *end;
    if (!in->is_option)
      continue;
    if (text && ((v = strtod(text, &end)), end == text || *end))
      return fail(err, "--%s: a number is wanted, not \"%s\"", in->field.name, text);
    for (int s = 0; s < p->program->scalars; s++)
      if (!strcmp(p->program->scalar[s], in->field.name))
        p->m.scalar[s] = v;
  }
  return 0;
}

static void set_names(struct predictor *p) {
  if (p->data && p->data->class_names) {
    p->presenter.names = (struct show_names){p->data->class_names, p->data->class_name};
    return;
  }
  int n = 0;
  char *rest = p->about.classes;
  for (char *line; rest && *rest && (line = strsep(&rest, "\n"));) {
    p->class_name = mem_grow(p->class_name, (size_t)(n + 1) * sizeof *p->class_name);
    p->class_name[n++] = line;
  }
  p->presenter.names = (struct show_names){n, (const char *const *)p->class_name};
}

/* ---- what there is to predict ---- */

static int choose_samples(struct predictor *p, const char *text, char err[ERR]) {
  static const char *const NAMES[] = {"train", "val", "test"};
  const char *name = cli_get(&p->cli, "split");
  char *end;
  enum net_split split = NET_TEST;
  int64_t first = strtoll(text, &end, 10), last = *end == '-' && end != text ? strtoll(end + 1, &end, 10) : first;
  if (*end || end == text || first < 0 || last < first)
    return fail(err, "--sample: a number or a range such as 0-15 is wanted, not \"%s\"", text);
  if (!p->data)
    return fail(err, "--sample needs a data block, and this program has none");
  while (name ? strcmp(NAMES[split], name) : !data_has(p->data, split) && split > NET_TRAIN)
    if (split-- == NET_TRAIN)
      return fail(err, "--split: train, val or test is wanted, not \"%s\"", name);
  p->set = data_open(p->data, split, cli_get(&p->cli, "data"), 0, err);
  if (!p->set)
    return -1;
  if (last >= data_count(p->set))
    return fail(err, "--sample: the %s samples are 0 to %lld", NAMES[split], (long long)data_count(p->set) - 1);
  p->first_sample = first;
  p->total = last - first + 1;
  return 0;
}

static int choose_files(struct predictor *p, char err[ERR]) {
  for (int i = 0; i < p->cli.plains; i++) {
    struct stat about;
    const char *path = p->cli.plain[i];
    if (stat(path, &about))
      return path_missing(path, err);
    if (!S_ISDIR(about.st_mode))
      paths_add(&p->files, path);
    else if (p->images > 1)
      return fail(err, "%s is a folder; %s takes %d pictures at a time", path, p->predict->name, p->images);
    else if (paths_of_pictures(&p->files, path, err))
      return -1;
  }
  if (!p->files.count || p->files.count % p->images)
    return fail(err,
                p->files.count ? "%s takes %d pictures at a time"
                               : "%s wants %d picture%s: a file, a folder, or --sample N",
                p->predict->name, p->images, p->images > 1 ? "s" : "");
  p->total = p->files.count / p->images;
  return 0;
}

static int choose(struct predictor *p, char err[ERR]) {
  const char *sample = cli_get(&p->cli, "sample");
  if (sample)
    return p->cli.plains ? fail(err, "either files or --sample") : choose_samples(p, sample, err);
  if (p->images)
    return choose_files(p, err);
  if (p->cli.plains)
    return fail(err, "%s takes no files", p->predict->name);
  return cli_whole(&p->cli, "count", 1, 1, &p->total, err);
}

/* ---- a batch ---- */

static int class_of(const struct predictor *p, const struct net_field *f, const char *text, int32_t *out,
                    char err[ERR]) {
  struct show_names names = p->presenter.names;
  char *end;
  for (int k = 0; k < names.count; k++)
    if (!strcmp(names.name[k], text)) {
      *out = k;
      return 0;
    }
  long k = strtol(text, &end, 10);
  if (end == text || *end || k < 0 || k >= f->classes) {
    const char *near = nearest(text, names.name, names.count);
    return fail(err, "--%s: there is no class \"%s\"; %s%s", f->name, text,
                near ? "did you mean " : "a name or a number from 0 up is wanted", near ? near : "");
  }
  *out = (int32_t)k;
  return 0;
}

static int numbers_of(const struct net_field *f, const char *text, float *out, char err[ERR]) {
  int64_t count = data_field_size(f) / 4, n = 0;
  const char *at = text;
  for (char *end; n < count; at = end + (*end == ',')) {
    out[n++] = strtof(at, &end);
    if (end == at || (*end && *end != ',') || (!*end && n < count))
      return fail(err, "--%s: %lld numbers with commas between are wanted", f->name, (long long)count);
  }
  return *at ? fail(err, "--%s: more than %lld numbers", f->name, (long long)count) : 0;
}

/* Input i of n samples from the command line. */
static int fill_option(struct predictor *p, int i, int64_t n, char err[ERR]) {
  const struct net_field *f = &input(p, i)->field;
  const char *text = cli_get(&p->cli, f->name);
  int64_t size = data_field_size(f);
  if (f->kind != NET_CLASS && f->kind != NET_VALUE)
    return fail(err, "%s: its input \"%s\" comes from a data set only: use --sample", p->predict->name, f->name);
  if (!text)
    return fail(err, "%s needs --%s", p->predict->name, f->name);
  if (f->kind == NET_CLASS ? class_of(p, f, text, p->in[i], err) : numbers_of(f, text, p->in[i], err))
    return -1;
  for (int64_t k = 1; k < n; k++)
    memcpy((char *)p->in[i] + k * size, p->in[i], (size_t)size);
  return 0;
}

static int fill_image(struct predictor *p, int i, int nth, int64_t first, int64_t n, char err[ERR]) {
  const struct net_predict_input *in = input(p, i);
  int64_t size = data_field_size(&in->field) / 4;
  for (int64_t k = 0; k < n; k++) {
    const char *path = p->files.path[(first + k) * p->images + nth];
    float *to = (float *)p->in[i] + k * size;
    struct net_picture **original = nth ? NULL : &p->original[k];
    if (in->data >= 0 ? data_load_image(&p->program->data[in->data], in->data_field, path, to, original, err)
                      : data_load_plain(&in->field, path, to, original, err))
      return -1;
  }
  return 0;
}

static int fill_samples(struct predictor *p, int64_t first, int64_t n, char err[ERR]) {
  for (int64_t k = 0; k < n; k++)
    p->index[k] = p->first_sample + first + k;
  if (data_fill(p->set, p->index, p->index, n, 0, 0, p->field, err))
    return -1;
  for (int i = 0; i < p->entry->inputs; i++) {
    const struct net_predict_input *in = input(p, i);
    int f = in->data_field;
    if (in->data < 0) {
      const struct net_field *own = field_find(p->data, in->field.name);
      f = own && data_field_size(own) == data_field_size(&in->field) ? (int)(own - p->data->field) : -1;
    }
    if (f >= 0)
      memcpy(p->in[i], p->field[f], (size_t)(n * data_field_size(&in->field)));
    else if (fill_option(p, i, n, err))
      return -1;
  }
  return 0;
}

static int fill(struct predictor *p, int64_t first, int64_t n, char err[ERR]) {
  if (p->set)
    return fill_samples(p, first, n, err);
  for (int i = 0, nth = 0; i < p->entry->inputs; i++)
    if (input(p, i)->field.kind == NET_IMAGE ? fill_image(p, i, nth++, first, n, err) : fill_option(p, i, n, err))
      return -1;
  return 0;
}

static int run(struct predictor *p, char err[ERR]) {
  int64_t *sample = mem_get((size_t)p->batch * sizeof *sample);
  const char **path = mem_get((size_t)p->batch * sizeof *path);
  int status = 0;
  for (int64_t first = 0; first < p->total && !status; first += p->batch) {
    int64_t n = p->total - first < p->batch ? p->total - first : p->batch;
    for (int64_t k = 0; k < n; k++) {
      sample[k] = first + k;
      path[k] = p->files.count ? p->files.path[(first + k) * p->images] : NULL;
    }
    status = fill(p, first, n, err);
    if (!status) {
      job_run(&p->job, p->in, n, (struct job_at){p->seed, 0, sample});
      struct presented b = {first,       n,     path,       p->set ? p->index : NULL,
                            p->original, p->in, p->job.out, p->set ? p->field : NULL};
      status = present_batch(&p->presenter, &b, err);
    }
    for (int64_t k = 0; k < n; k++) {
      image_free(p->original[k]);
      p->original[k] = NULL;
    }
  }
  free(sample), free(path);
  return status ? status : present_end(&p->presenter, err);
}

/* ---- the command ---- */

static int open_buffers(struct predictor *p, char err[ERR]) {
  int short_of = 0;
  for (int i = 0; i < p->entry->inputs; i++)
    short_of |= !(p->in[i] = block_get(p->batch * data_field_size(&input(p, i)->field)));
  p->field = mem_get((size_t)((p->data ? p->data->fields : 0) + 1) * sizeof *p->field);
  for (int f = 0; p->set && f < p->data->fields; f++)
    short_of |= !(p->field[f] = block_get(p->batch * data_field_size(&p->data->field[f])));
  p->index = mem_get((size_t)p->batch * sizeof *p->index);
  p->original = mem_get((size_t)p->batch * sizeof *p->original);
  return short_of ? fail(err, "out of memory for a batch of %lld; a smaller --batch needs less", (long long)p->batch)
                  : 0;
}

static int prepare(struct predictor *p, char err[ERR]) {
  int64_t threads, seed, best;
  const struct cli *c = &p->cli;
  if (cli_whole(c, "threads", 1, 0, &threads, err) || cli_whole(c, "best", 1, 5, &best, err) || choose(p, err) ||
      model_open(&p->m, p->program, (int)threads, err) || weights_load(c, &p->m, &p->about, err) ||
      cli_whole(c, "seed", 0, (int64_t)p->about.seed, &seed, err) ||
      cli_whole(c, "batch", 1, p->total < BATCH_MOST ? p->total : BATCH_MOST, &p->batch, err) || set_options(p, err))
    return -1;
  p->seed = (uint64_t)seed;
  struct presenter *s = &p->presenter;
  *s = (struct presenter){.program = p->program, .predict = p->predict, .entry = p->entry, .data = p->data};
  s->total = p->total;
  s->from_files = p->files.count > 0;
  s->out = cli_get(c, "output");
  s->json = cli_get(c, "json") != NULL;
  s->overlay = cli_get(c, "overlay") != NULL;
  s->best = (int)best;
  set_names(p);
  return job_open(&p->job, &p->m, p->predict->entry, p->batch, err) || open_buffers(p, err) || present_open(s, err) ? -1
                                                                                                                    : 0;
}

static void predictor_close(struct predictor *p) {
  if (p->presenter.program)
    present_close(&p->presenter);
  if (p->job.entry)
    job_close(&p->job);
  for (int i = 0; i < p->entry->inputs; i++)
    block_free(p->in[i]);
  for (int f = 0; p->field && p->data && f < p->data->fields; f++)
    block_free(p->field[f]);
  for (int64_t k = 0; p->original && k < p->batch; k++)
    image_free(p->original[k]);
  free(p->field), free(p->index), free(p->original), free(p->class_name), free(p->about.classes);
  paths_free(&p->files);
  if (p->set)
    data_close(p->set);
  if (p->m.program)
    model_close(&p->m);
  cli_close(&p->cli);
}

int command_predict(const struct command *c, const struct net_predict *predict, char err[ERR]) {
  struct predictor p = {.program = c->program, .predict = predict, .entry = &c->program->entry[predict->entry]};
  for (int i = 0; i < p.entry->inputs; i++)
    p.images += predict->input[i].field.kind == NET_IMAGE;
  p.data = own_data(&p);
  cli_open(&p.cli, c->self, predict->name);
  options(&p);
  cli_read(&p.cli, c->argc, c->argv, p.images ? p.images > 1 ? "PICTURE..." : "PICTURE|FOLDER..." : "",
           "Runs the trained network and shows what the `predict` block of the .net file says.");
  int status = prepare(&p, err) || run(&p, err) ? -1 : 0;
  predictor_close(&p);
  return status;
}
