/* Means and deviations are taken plane by plane, in double, and joined in the order of the samples (Chan, Golub and LeVeque,
   1979): exact to the last digits wherever the values lie, and the same for any number of threads. What is measured comes
   from an entry of the program, which has done the steps of `prepare` before this one. */
#include "measure.h"
#include "calls.h"
#include "term.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct channel {
  double count, mean, square; /* square: sum of (value - mean)^2 */
};

struct measuring {
  struct model *m;
  const struct net_measure *what;
  int channels;
  int64_t plane, size; /* values of a channel's plane, of a sample */
  int64_t samples;     /* that could be read */
  struct channel *channel;
};

static float *param_at(const struct model *m, const char *name, const struct net_param **found) {
  for (int i = 0; name && i < m->program->params; i++)
    if (!strcmp(m->program->param[i].name, name)) {
      *found = &m->program->param[i];
      return m->params + m->program->param[i].offset;
    }
  return NULL;
}

static int is_unknown(const struct model *m, const char *name) {
  const struct net_param *p;
  const float *w = param_at(m, name, &p);
  return w && isnan(*w);
}

/* States are called after their block: Cifar.mean. */
int measured(const struct model *m, const struct net_data *d, char err[ERR]) {
  size_t length = strlen(d->name);
  for (int i = 0; i < m->program->params; i++) {
    const struct net_param *p = &m->program->param[i];
    if (param_is_measured(p) && isnan(m->params[p->offset]) && !strncmp(p->name, d->name, length) &&
        p->name[length] == '.')
      return fail(err, "%s was never measured: a training on %s does that before its first step", p->name, d->name);
  }
  return 0;
}

/* ---- moments ---- */

static void channel_join(struct channel *a, struct channel b) {
  double n = a->count + b.count, off = b.mean - a->mean;
  a->mean += off * b.count / n;
  a->square += b.square + off * off * a->count * b.count / n;
  a->count = n;
}

static struct channel plane_moments(const float *v, int64_t n) {
  struct channel c = {(double)n, 0, 0};
  for (int64_t i = 0; i < n; i++)
    c.mean += v[i];
  c.mean /= (double)n;
  for (int64_t i = 0; i < n; i++)
    c.square += (v[i] - c.mean) * (v[i] - c.mean);
  return c;
}

static void take_moments(struct measuring *g, const float *sample, int64_t n) {
  for (int64_t i = 0; i < n * g->size; i += g->plane)
    channel_join(&g->channel[i / g->plane % g->channels], plane_moments(sample + i, g->plane));
}

static void set_moments(const struct measuring *g) {
  const struct net_param *p;
  float *mean = param_at(g->m, g->what->mean, &p), *std = param_at(g->m, g->what->std, &p);
  for (int c = 0; c < g->channels; c++) {
    if (mean)
      mean[c] = (float)g->channel[c].mean;
    if (std)
      std[c] = (float)sqrt(g->channel[c].square / g->channel[c].count);
  }
  model_changed(g->m);
}

/* ---- one pass ---- */

/* Pictures are read for the first time here, which may take long. */
static void show_progress(int64_t done, const struct pass *pass, double *shown) {
  char line[2 * NUMBER];
  if (now() - *shown < 0.2)
    return;
  *shown = now();
  snprintf(line, sizeof line, "measuring: %lld of %lld", (long long)done, (long long)pass->count);
  term_bar(line);
}

/* Runs the samples through the entry: for their moments, or, with `sum`, for sums of products around the mean. */
static int run(struct measuring *g, struct pass *pass, double *sum, char err[ERR]) {
  const struct net_param *p;
  const float *mean = param_at(g->m, g->what->mean, &p), *v = pass->now->job.out[0];
  double *row = sum ? mem_get((size_t)(pass->now->job.room * g->size) * sizeof *row) : NULL;
  int64_t claimed, done = 0;
  double shown = now();
  g->samples = 0;
  pass_begin(pass, 0, 0);
  while ((claimed = pass_take(pass, err)) > 0) {
    pass_run(pass, 0, 0, 0);
    g->samples += pass->n;
    show_progress(done += claimed, pass, &shown);
    if (!sum)
      take_moments(g, v, pass->n);
    for (int64_t i = 0; sum && i < pass->n * g->size; i++)
      row[i] = (double)v[i] - (double)mean[i / g->plane % g->channels];
    if (sum && pass->n)
      g->what->whitening->add(g->m->pool, sum, row, pass->n, g->size);
  }
  term_clear();
  pass_end(pass);
  free(row);
  return claimed < 0 ? -1 : g->samples ? 0 : fail(err, "there is no picture to measure that can be read");
}

static int whiten(struct measuring *g, struct pass *pass, char err[ERR]) {
  const struct net_param *p;
  float *matrix = param_at(g->m, g->what->zca, &p);
  double *sum = block_get(g->size * g->size * (int64_t)sizeof *sum);
  if (!sum)
    return fail(err, "out of memory: measuring %s takes %.1f GB", g->what->zca, 2.4e-8 * (double)(g->size * g->size));
  memset(sum, 0, (size_t)(g->size * g->size) * sizeof *sum);
  int status = run(g, pass, sum, err);
  if (!status)
    status = g->what->whitening->matrix(sum, g->samples, g->size, g->what->eps, matrix, err);
  block_free(sum);
  model_changed(g->m);
  return status;
}

/* ---- what is said of it ---- */

static void say(const struct measuring *g, const char *name) {
  enum { SAID = 8 };
  const struct net_param *p;
  const float *w = param_at(g->m, name, &p);
  if (!w)
    return;
  printf("%s:", name);
  for (int c = 0; c < g->channels && c < SAID; c++)
    printf(" %.4g", (double)w[c]);
  puts(g->channels > SAID ? " …" : "");
}

static int measure_one(struct model *m, const struct net_measure *what, struct pass_spec spec, char err[ERR]) {
  char count[NUMBER];
  struct pass pass;
  spec.entry = what->entry;
  if (pass_open(&pass, m, &spec, err))
    return -1;
  const struct net_io *io = &m->program->entry[what->entry].output[0];
  struct measuring g = {m, what, (int)what->channels, what->plane, io_count(io, 1), 0, NULL};
  g.channel = mem_get((size_t)g.channels * sizeof *g.channel);
  printf("%s: measuring over %s samples\n", spec.data->name, count_text(count, pass.count));
  fflush(stdout);
  int status = run(&g, &pass, NULL, err);
  if (!status)
    set_moments(&g);
  if (!status && what->zca)
    status = whiten(&g, &pass, err);
  if (!status) {
    say(&g, what->mean);
    say(&g, what->std);
  }
  if (!status && what->zca)
    printf("%s: %lld x %lld\n", what->zca, (long long)g.size, (long long)g.size);
  free(g.channel);
  pass_close(&pass);
  return status;
}

int measure_all(struct model *m, const struct pass_spec *spec, const char *from, char err[ERR]) {
  const struct net_program *p = m->program;
  for (int i = 0; i < p->measures; i++) {
    const struct net_measure *w = &p->measure[i];
    if (&p->data[w->data] != spec->data)
      continue;
    const char *names[] = {w->mean, w->std, w->zca};
    int unknown = 0;
    for (int k = 0; k < 3; k++)
      unknown |= is_unknown(m, names[k]);
    for (int k = 0; k < 3 && !unknown && from; k++)
      if (names[k])
        printf("%s: taken from %s\n", names[k], from);
    if (unknown && measure_one(m, w, *spec, err))
      return -1;
  }
  return 0;
}

/* ---- the way back to a picture ---- */

/* A step's number for a channel, of the parameter `name`: as written, or of the state that was measured. */
static int step_number(const struct model *m, const struct net_call *step, const char *name, const char *state, int c,
                       double *out) {
  const struct net_arg *a = arg_find(step, CALL_TRANSFORM, name);
  const struct net_param *p;
  double v[3];
  if (!a && !strcmp(name, "std"))
    a = arg_find(step, CALL_TRANSFORM, "mean");
  if (a && a->kind == NET_TEXT) {
    const float *w = strcmp(a->text, "measured") ? NULL : param_at(m, state, &p);
    *out = w ? (double)w[c] + (strcmp(name, "std") ? 0 : 1e-6) : NAN;
    return w && isfinite(*out) ? 0 : -1;
  }
  int n = arg_nums(step, CALL_TRANSFORM, name, v, 3);
  *out = n == 1 ? v[0] : n > c ? v[c] : 0;
  return n < 1 ? -1 : 0;
}

static int is_measured(const struct net_call *step) {
  const struct net_arg *mean = arg_find(step, CALL_TRANSFORM, "mean"), *std = arg_find(step, CALL_TRANSFORM, "std");
  return (mean->kind == NET_TEXT && !strcmp(mean->text, "measured")) ||
         (std && std->kind == NET_TEXT && !strcmp(std->text, "measured"));
}

/* What is measured for a field, number n of them. */
static const struct net_measure *measure_of(const struct net_program *p, const struct net_data *d, int field, int n) {
  for (int i = 0; i < p->measures; i++)
    if (&p->data[p->measure[i].data] == d &&
        !strcmp(p->entry[p->measure[i].entry].input[0].name, d->field[field].name) && !n--)
      return &p->measure[i];
  return NULL;
}

int measured_range(const struct model *m, const struct net_data *d, int field, struct net_range *range) {
  const struct net_field *f = &d->field[field];
  int channels = (int)f->dim[f->rank - 3], n = 0;
  *range = data_range(d, field);
  for (int i = 0; i < d->computeds; i++) {
    const struct net_call *step = d->computed[i].call;
    if (d->computed[i].field >= 0 && d->computed[i].field != field)
      continue;
    int scale = !strcmp(step->name, "scale");
    if (!scale && strcmp(step->name, "normalize") != 0)
      return -1;
    const struct net_measure *w = !scale && is_measured(step) ? measure_of(m->program, d, field, n++) : NULL;
    for (int c = 0; c < channels; c++) {
      double a, b;
      if (step_number(m, step, scale ? "factor" : "mean", w ? w->mean : NULL, c, &a) ||
          step_number(m, step, scale ? "offset" : "std", w ? w->std : NULL, c, &b))
        return -1;
      range->black[c] = (float)(scale ? range->black[c] * a + b : (range->black[c] - a) / b);
      range->white[c] = (float)(scale ? range->white[c] * a + b : (range->white[c] - a) / b);
    }
  }
  return 0;
}
