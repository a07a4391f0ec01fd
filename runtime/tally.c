#include "tally.h"
#include "detect/average.h"
#include "detect/tell.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int tally_has(const struct net_train *t, int o, double v) {
  return !o || !t->metric[o - 1].call || !isnan(v);
}

static int is_total(const struct tally *t, int output) {
  return output > t->train->metrics && !t->eval->output[output].batched;
}

static int is_gathered(const struct tally *t, int output) {
  return output > t->train->metrics && t->eval->output[output].batched;
}

static int64_t numbers(const struct tally *t, int output) {
  return is_total(t, output) ? io_count(&t->eval->output[output], 1) : 1;
}

int tally_open(struct tally *t, struct model *m, const struct net_train *train, char err[ERR]) {
  *t = (struct tally){.train = train, .data = &m->program->data[train->data], .eval = &m->program->entry[train->eval_entry]};
  t->sum = mem_get((size_t)t->eval->outputs * sizeof *t->sum);
  for (int o = 0; o < t->eval->outputs; o++)
    t->sum[o] = mem_get((size_t)numbers(t, o) * sizeof **t->sum);
  t->gathered = mem_get((size_t)t->eval->outputs * sizeof *t->gathered);
  if (train->summary_entry < 0)
    return 0;
  if (job_open(&t->job, m, train->summary_entry, 1, err))
    return -1;
  const struct net_entry *e = t->job.entry;
  t->in = mem_get((size_t)(e->inputs + 1) * sizeof *t->in);
  for (int i = 0; i < e->inputs; i++)
    t->in[i] = mem_get((size_t)io_count(&e->input[i], 1) * sizeof **t->in);
  return 0;
}

void tally_close(struct tally *t) {
  for (int i = 0; t->in && i < t->job.entry->inputs; i++)
    free(t->in[i]);
  for (int o = 0; t->sum && o < t->eval->outputs; o++)
    free(t->sum[o]), gathered_free(&t->gathered[o]);
  if (t->job.entry)
    job_close(&t->job);
  free(t->in), free(t->sum), free(t->gathered);
  *t = (struct tally){0};
}

void tally_add(struct tally *t, const struct job *j, int64_t n) {
  for (int o = 0; o < t->eval->outputs; o++) {
    const float *out = j->out[o];
    const struct net_io *io = &t->eval->output[o];
    if (o <= t->train->metrics)
      *t->sum[o] += job_sum(j, o, n);
    if (is_gathered(t, o))
      gathered_add(&t->gathered[o], out, n, io->dim[0], (int)io->dim[1]);
    for (int64_t i = 0; is_total(t, o) && i < numbers(t, o); i++)
      t->sum[o][i] += (double)out[i];
  }
}

static void summarise(struct tally *t) {
  const struct net_entry *e = t->job.entry;
  for (int i = 0; i < e->inputs; i++)
    for (int o = t->train->metrics + 1; o < t->eval->outputs; o++)
      for (int64_t k = 0; !strcmp(e->input[i].name, t->eval->output[o].name) && k < numbers(t, o); k++)
        t->in[i][k] = (float)t->sum[o][k];
  job_run(&t->job, (void *const *)t->in, 1, (struct job_at){0});
}

void tally_end(struct tally *t, int64_t count, double *mean) {
  int from = 0;
  for (int o = 0; o <= t->train->metrics; o++)
    mean[o] = *t->sum[o] / (double)count;
  for (int m = 0; m < t->train->metrics; m++) {
    const struct net_metric *x = &t->train->metric[m];
    if (x->call)
      mean[m + 1] = detection_metric(x->call, &t->gathered[x->detections], &t->gathered[x->boxes]);
  }
  if (!t->job.entry)
    return;
  summarise(t);
  for (int m = 0; m < t->train->metrics; m++)
    if (t->train->metric[m].total)
      mean[m + 1] = (double)*(const float *)t->job.out[from++];
}

/* ---- tables ---- */

enum { WIDEST = 24 };

static const char *label(const struct net_dataset *set, int64_t i, int64_t count, char text[NUMBER]) {
  const char *name = !data_class_name(set, (int)count) ? data_class_name(set, (int)i) : NULL;
  if (!name)
    snprintf(text, NUMBER, "%lld", (long long)i);
  return name ? name : text;
}

static int widest_label(const struct net_dataset *set, int64_t count) {
  char text[NUMBER];
  int most = 1;
  for (int64_t i = 0; i < count; i++) {
    int n = (int)strlen(label(set, i, count, text));
    most = n > most ? n : most;
  }
  return most < WIDEST ? most : WIDEST;
}

static int is_whole(const float *v, int64_t count) {
  for (int64_t i = 0; i < count; i++)
    if (v[i] != (float)(int64_t)v[i])
      return 0;
  return 1;
}

/* Rows of the last axis, each behind its name. */
static void write_table(const struct net_io *io, const float *v, const struct net_dataset *set, FILE *out) {
  int64_t columns = io->dim[io->rank - 1], rows = io_count(io, 1) / columns, names = io->rank > 1 ? rows : columns;
  int wide = widest_label(set, names), whole = is_whole(v, rows * columns), cell = whole ? 6 : 8;
  char text[NUMBER];
  fprintf(out, "%s\n", io->name);
  for (int64_t i = 0; i < rows * columns; i++) {
    if (io->rank == 1 || i % columns == 0)
      fprintf(out, "%s  %-*.*s", i ? "\n" : "", wide, wide, label(set, io->rank == 1 ? i : i / columns, names, text));
    fprintf(out, " %*.*f", cell, whole ? 0 : 4, (double)v[i]);
  }
  fputc('\n', out);
}

/* How many outputs of the summary are metrics: the tables follow. */
static int first_table(const struct tally *t) {
  int first = 0;
  for (int m = 0; m < t->train->metrics; m++)
    first += t->train->metric[m].total;
  return first;
}

/* Of the first metric of detections: others are mostly of the same. 0 where there is none. */
static int detected_of(const struct tally *t, struct detected *d) {
  for (int m = 0; m < t->train->metrics; m++) {
    const struct net_metric *x = &t->train->metric[m];
    if (!x->call)
      continue;
    *d = (struct detected){t->gathered[x->detections], t->gathered[x->boxes]};
    return 1;
  }
  return 0;
}

struct detected tally_detected(struct tally *t) {
  struct detected d = {0};
  if (detected_of(t, &d))
    for (int o = 0; o < t->eval->outputs; o++)
      if (t->gathered[o].row == d.found.row || t->gathered[o].row == d.box.row)
        t->gathered[o] = (struct gathered){0};
  return d;
}

void tally_tables(const struct tally *t, const struct net_dataset *set, FILE *out) {
  for (int o = first_table(t); t->job.entry && o < t->job.entry->outputs; o++)
    write_table(&t->job.entry->output[o], t->job.out[o], set, out);
  struct detected d;
  if (detected_of(t, &d))
    tell_table(&(struct tell){&d, t->data, set}, out);
}

static json_t *table_json(const struct net_io *io, const float *v, const struct net_dataset *set) {
  int64_t columns = io->dim[io->rank - 1], rows = io_count(io, 1) / columns, names = io->rank > 1 ? rows : columns;
  json_t *labels = json_array(), *values = json_array();
  char text[NUMBER];
  for (int64_t i = 0; i < names; i++)
    json_array_append_new(labels, json_of_text(label(set, i, names, text)));
  for (int64_t r = 0; r < rows; r++) {
    json_t *row = io->rank > 1 ? json_array() : json_incref(values);
    for (int64_t k = 0; k < columns; k++)
      json_array_append_new(row, json_of_number((double)v[r * columns + k]));
    if (io->rank > 1)
      json_array_append_new(values, row);
    else
      json_decref(row);
  }
  return json_pack("{soso}", "classes", labels, "values", values);
}

void tally_json(const struct tally *t, const struct net_dataset *set, json_t *to) {
  for (int o = first_table(t); t->job.entry && o < t->job.entry->outputs; o++)
    json_object_set_new(to, t->job.entry->output[o].name, table_json(&t->job.entry->output[o], t->job.out[o], set));
  struct detected d;
  if (detected_of(t, &d))
    json_object_set_new(to, "detections", tell_json(&(struct tell){&d, t->data, set}));
}
