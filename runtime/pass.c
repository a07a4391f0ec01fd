#include "pass.h"
#include "interrupt.h"
#include "pool.h"
#include "tally.h"
#include "term.h"
#include <stdlib.h>
#include <string.h>

const char *split_name(enum net_split split) {
  static const char *const NAMES[] = {"train", "val", "test"};
  return NAMES[split];
}

static int map_inputs(struct runner *r, const struct net_entry *e, const struct net_data *d, int *wanted, char err[ERR]) {
  for (int i = 0; i < e->inputs; i++) {
    int f = 0;
    while (f < d->fields && strcmp(d->field[f].name, e->input[i].name))
      f++;
    if (f == d->fields)
      return fail(err, "`%s` wants \"%s\", which is no field of %s", e->name, e->input[i].name, d->name);
    if (data_field_size(&d->field[f]) != io_count(&e->input[i], 1) * 4)
      return fail(err, "`%s` and the field %s.%s differ in size", e->name, d->name, d->field[f].name);
    r->field[i] = f;
    wanted[f] = 1;
  }
  return 0;
}

static int open_runners(struct pass *p, struct model *m, const struct pass_spec *spec, int *wanted, char err[ERR]) {
  int64_t batch = spec->batch < p->count ? spec->batch : p->count;
  p->runner = p->now = mem_get((size_t)(1 + spec->mores) * sizeof *p->runner);
  for (; p->runners <= spec->mores; p->runners++) {
    struct runner *r = &p->runner[p->runners];
    int entry = p->runners ? spec->more[p->runners - 1] : spec->entry;
    if (map_inputs(r, &m->program->entry[entry], spec->data, wanted, err) || job_open(&r->job, m, entry, batch, err))
      return -1;
  }
  return 0;
}

static int open_loader(struct pass *p, struct model *m, const struct pass_spec *spec, const int *wanted, char err[ERR]) {
  struct loader_spec l = {.set = p->set,
                          .data = spec->data,
                          .batch = p->now->job.room,
                          .count = p->count,
                          .wanted = wanted,
                          .training = spec->training,
                          .seed = spec->seed,
                          .threads = pool_threads(m->pool), /* they rest while steps take longer than samples */
                          .sampling = spec->balanced ? &p->sampling : NULL};
  if (spec->balanced && sampling_open(&p->sampling, p->set, spec->data, spec->balanced, p->count, err))
    return -1;
  p->loader = loader_open(&l, err);
  return p->loader ? 0 : -1;
}

int pass_open(struct pass *p, struct model *m, const struct pass_spec *spec, char err[ERR]) {
  const struct net_data *d = spec->data;
  *p = (struct pass){.set = spec->set, .borrows = spec->set != NULL};
  if (!p->set)
    p->set = data_open(d, spec->split, spec->folder, spec->seed, err);
  if (!p->set)
    return -1;
  if (spec->cache && data_cache(p->set, spec->cache, err)) {
    pass_close(p);
    return -1;
  }
  if (spec->limit)
    data_limit(p->set, spec->limit);
  p->count = data_count(p->set);
  int *wanted = mem_get((size_t)(d->fields + 1) * sizeof *wanted), status = 0;
  if (!p->count)
    status = fail(err, "%s has no samples for %s", d->name, split_name(spec->split));
  else
    status = open_runners(p, m, spec, wanted, err) || open_loader(p, m, spec, wanted, err) ? -1 : 0;
  free(wanted);
  if (status)
    pass_close(p);
  return status;
}

void pass_close(struct pass *p) {
  loader_close(p->loader);
  sampling_close(&p->sampling);
  for (int i = 0; i < p->runners; i++)
    job_close(&p->runner[i].job);
  free(p->runner);
  detected_free(&p->detected);
  if (p->set && !p->borrows)
    data_close(p->set);
  *p = (struct pass){.count = 0};
}

void pass_begin(struct pass *p, uint64_t epoch, int64_t position) {
  loader_begin(p->loader, epoch, position);
}

void pass_end(struct pass *p) {
  loader_rest(p->loader);
  char *line = data_left_out(p->set);
  if (line)
    term_warn(line);
  free(line);
}

int64_t pass_bytes(const struct pass *p) {
  int64_t most = 0;
  for (int i = 0; i < p->runners; i++) {
    const struct job *j = &p->runner[i].job;
    int64_t bytes = job_bytes(j->model, j->entry, j->room);
    most = bytes > most ? bytes : most;
  }
  return most + loader_bytes(p->loader);
}

int64_t pass_take(struct pass *p, char err[ERR]) {
  int got = loader_next(p->loader, &p->batch, err);
  p->n = got > 0 ? p->batch->n : 0;
  return got > 0 ? p->batch->claimed : got;
}

void pass_run(struct pass *p, int i, uint64_t seed, uint64_t step) {
  void *in[NET_BASES];
  p->now = &p->runner[i];
  for (int k = 0; k < p->now->job.entry->inputs; k++)
    in[k] = p->batch->field[p->now->field[k]];
  if (p->n)
    job_run(&p->now->job, in, p->n, (struct job_at){seed, step, p->batch->position});
}

int pass_mean(struct pass *p, const struct net_train *t, uint64_t seed, double *mean, FILE *tables, char err[ERR]) {
  struct tally tally;
  int64_t n, seen = 0;
  if (tally_open(&tally, p->now->job.model, t, err))
    return -1;
  int status = 0;
  pass_begin(p, 0, 0);
  while (!status && (n = pass_take(p, err)) != 0) {
    if (p->n) {
      pass_run(p, 0, seed, 0);
      tally_add(&tally, &p->now->job, p->n);
    }
    seen += p->n;
    status = n < 0 ? -1 : interrupt_seen() != 0;
  }
  pass_end(p);
  if (!status)
    tally_end(&tally, seen, mean);
  if (!status && tables)
    tally_tables(&tally, p->set, tables);
  if (!status && p->tables)
    tally_json(&tally, p->set, p->tables);
  detected_free(&p->detected);
  p->detected = tally_detected(&tally);
  tally_close(&tally);
  return status;
}
