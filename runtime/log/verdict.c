#include "log/verdict.h"
#include "detect/tell.h"
#include "interrupt.h"
#include "log/file.h"
#include "log/matrix.h"
#include "log/precision.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 32 };

/* ---- the scores ---- */

/* The field that feeds an input; -1: none. */
static int field_of(const struct net_data *d, const struct net_io *in) {
  for (int f = 0; f < d->fields; f++)
    if (!strcmp(d->field[f].name, in->name) && data_field_size(&d->field[f]) == io_count(in, 1) * 4)
      return f;
  return -1;
}

static int label_of(const struct net_data *d) {
  for (int f = 0; f < d->fields; f++)
    if (d->field[f].kind == NET_CLASS)
      return f;
  return -1;
}

/* Which output of a predict block are the scores of the data's classes; -1: none. */
static int scores_of(const struct net_program *p, const struct net_predict *q, const struct net_data *d) {
  const struct net_entry *e = &p->entry[q->entry];
  int label = label_of(d), found = -1;
  for (int i = 0; i < e->inputs; i++)
    if (field_of(d, &e->input[i]) < 0 || field_of(d, &e->input[i]) == label)
      return -1;
  for (int s = 0; s < q->shows && label >= 0; s++)
    if (!strcmp(q->show[s].name, "classes") && io_count(&e->output[q->show[s].output], 1) == d->field[label].classes)
      found = q->show[s].output;
  return found;
}

static const struct net_predict *find(const struct net_program *p, const struct net_data *d) {
  for (int i = 0; i < p->predicts; i++)
    if (scores_of(p, &p->predict[i], d) >= 0)
      return &p->predict[i];
  return NULL;
}

int verdict_can(const struct net_program *p, const struct net_train *t) {
  int detects = 0;
  for (int m = 0; m < t->metrics; m++)
    detects |= t->metric[m].call != NULL;
  return detects || find(p, &p->data[t->data]);
}

/* Samples from `first` on; what cannot be read is left out. */
static int gather_batch(const struct verdict *v, struct job *j, int output, void *const *field, struct scores *s,
                        int64_t first, int64_t n, char err[ERR]) {
  int64_t index[BATCH], position[BATCH];
  void *in[NET_BASES];
  for (int i = 0; i < n; i++)
    index[i] = position[i] = first + i;
  n = data_take(v->set, index, position, n, 0, 0, field, err);
  if (n <= 0)
    return (int)n;
  for (int i = 0; i < j->entry->inputs; i++)
    in[i] = field[field_of(v->data, &j->entry->input[i])];
  job_run(j, in, n, (struct job_at){.seed = v->seed, .sample = position});
  memcpy(s->score + s->count * s->classes, j->out[output], (size_t)(n * s->classes) * sizeof *s->score);
  memcpy(s->label + s->count, field[label_of(v->data)], (size_t)n * sizeof *s->label);
  s->count += n;
  return 0;
}

static int gather(const struct verdict *v, const struct net_predict *q, struct scores *s, char err[ERR]) {
  const struct net_program *p = v->m->program;
  int64_t all = data_count(v->set), batch = all < BATCH ? all : BATCH;
  int label = label_of(v->data), status = 0;
  struct job j;
  if (job_open(&j, v->m, q->entry, batch, err))
    return -1;
  void **field = mem_get((size_t)v->data->fields * sizeof *field);
  *s = (struct scores){.classes = v->data->field[label].classes};
  s->score = mem_get((size_t)(all * s->classes) * sizeof *s->score);
  s->label = mem_get((size_t)all * sizeof *s->label);
  for (int i = 0; i < j.entry->inputs; i++)
    field[field_of(v->data, &j.entry->input[i])] = mem_get((size_t)(batch * io_count(&j.entry->input[i], 1)) * 4);
  field[label] = mem_get((size_t)batch * 4);
  for (int64_t first = 0; !status && first < all; first += batch) {
    int64_t n = all - first < batch ? all - first : batch;
    status = gather_batch(v, &j, scores_of(p, q, v->data), field, s, first, n, err);
    status = status ? status : interrupt_seen();
  }
  for (int f = 0; f < v->data->fields; f++)
    free(field[f]);
  free(field);
  job_close(&j);
  return status;
}

/* ---- the pictures ---- */

static int write_matrix(const struct verdict *v, const struct scores *s, const char *const *name, char err[ERR]) {
  double *count = mem_get((size_t)s->classes * (size_t)s->classes * sizeof *count), right = 0;
  char *text;
  size_t size;
  for (int64_t i = 0; i < s->count; i++) {
    const float *score = s->score + i * s->classes;
    int best = 0;
    for (int k = 1; k < s->classes; k++)
      best = score[k] > score[best] ? k : best;
    if (s->label[i] >= 0 && s->label[i] < s->classes)
      count[s->label[i] * s->classes + best]++;
    right += s->label[i] == best;
  }
  char *title = mem_text("%s, %s: %.1f %% right", v->m->program->name, v->split, 100 * right / (double)s->count);
  FILE *f = open_memstream(&text, &size);
  matrix_write(f, &(struct matrix){title, s->classes, count, name});
  fclose(f);
  free(title), free(count);
  return file_into(v->folder, "confusion.svg", text, size, err);
}

/* A curve for each class that occurs. */
static int write_curves(const struct verdict *v, const struct scores *s, const char *const *name, char err[ERR]) {
  struct precision_curve *curve = mem_get((size_t)s->classes * sizeof *curve);
  char *text;
  double sum = 0;
  int shown = 0;
  size_t size;
  for (int k = 0; k < s->classes; k++) {
    struct precision_curve c = {.name = name[k]};
    c.recall = mem_get((size_t)s->count * sizeof *c.recall);
    c.precision = mem_get((size_t)s->count * sizeof *c.precision);
    c.count = precision_recall(s, k, c.recall, c.precision, &c.average);
    if (isnan(c.average)) {
      free(c.recall), free(c.precision);
      continue;
    }
    sum += c.average;
    curve[shown++] = c;
  }
  char *title = mem_text("%s, %s: mean average precision %.3f", v->m->program->name, v->split, sum / (shown ? shown : 1));
  FILE *f = open_memstream(&text, &size);
  precision_write(f, title, curve, shown);
  fclose(f);
  for (int k = 0; k < shown; k++)
    free(curve[k].recall), free(curve[k].precision);
  free(curve), free(title);
  return file_into(v->folder, "precision_recall.svg", text, size, err);
}

static int write_detections(const struct verdict *v, char err[ERR]) {
  char *title = mem_text("%s, %s", v->m->program->name, v->split);
  int status = tell_pictures(&(struct tell){v->detected, v->data, v->set}, v->folder, title, err);
  free(title);
  return status;
}

int verdict_write(const struct verdict *v, char err[ERR]) {
  const struct net_predict *q = find(v->m->program, v->data);
  struct scores s = {0};
  if (v->detected && v->detected->box.samples)
    return write_detections(v, err);
  if (!q || !data_count(v->set))
    return 0;
  int status = gather(v, q, &s, err);
  if (!status && s.count) {
    const char **name = mem_get((size_t)s.classes * sizeof *name);
    char(*number)[NUMBER] = mem_get((size_t)s.classes * sizeof *number);
    for (int k = 0; k < s.classes; k++) {
      snprintf(number[k], NUMBER, "%d", k);
      name[k] = data_class_name(v->set, k) ? data_class_name(v->set, k) : number[k];
    }
    status = write_matrix(v, &s, name, err) || write_curves(v, &s, name, err) ? -1 : 0;
    free(name), free(number);
  }
  free(s.score), free(s.label);
  return status;
}
