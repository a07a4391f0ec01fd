/* `dump`: an entry run on given tensors, everything it computed written down, for comparisons with other systems.

   Inputs: a safetensors file with a tensor for each input of the entry, by its name, its first dimension the batch.
   Output: each output with a first dimension for the runs ("loss" [K] or [K, N, …]), and every parameter as it is
   afterwards. */
#include "command.h"
#include <stdlib.h>
#include <string.h>

struct dump {
  struct model *m;
  const struct net_entry *entry;
  int number;
  int64_t batch, steps, first_step;
  uint64_t seed;
  void *in[NET_BASES];
  void *out[NET_BASES]; /* all steps of an output */
};

static int64_t batch_of(const struct net_entry *e, const struct tensors *t) {
  for (int i = 0; i < e->inputs; i++) {
    const struct tensor *x = tensors_find(t, e->input[i].name);
    if (x && x->rank && e->input[i].batched)
      return x->dim[0];
  }
  return 1;
}

static int take_input(struct dump *d, int i, const struct tensors *t, char err[ERR]) {
  const struct net_io *io = &d->entry->input[i];
  const struct tensor *x = tensors_find(t, io->name);
  enum tensor_type type = io->elem == NET_F32 ? TENSOR_F32 : TENSOR_I32;
  char shape[SHAPE];
  if (!x)
    return fail(err, "the inputs lack \"%s\"", io->name);
  int fits = tensor_count(x) == io_count(io, d->batch) && (!io->batched || (x->rank && x->dim[0] == d->batch));
  if (x->type != type || !fits)
    return fail(err, "input \"%s\" is %s %s; %s with %lld for each of %lld samples is wanted", io->name, x->type_name,
                shape_text(shape, x->rank, x->dim), type == TENSOR_F32 ? "F32" : "I32", (long long)io_count(io, 1),
                (long long)d->batch);
  d->in[i] = block_get(x->bytes);
  if (!d->in[i])
    return fail(err, "out of memory");
  memcpy(d->in[i], x->data, (size_t)x->bytes);
  return 0;
}

static int run_steps(struct dump *d, char err[ERR]) {
  struct job j;
  if (job_open(&j, d->m, d->number, d->batch, err))
    return -1;
  for (int64_t s = 0; s < d->steps; s++) {
    for (int i = 0; i < d->m->program->scalars; i++)
      if (!strcmp(d->m->program->scalar[i], "step"))
        d->m->scalar[i] = (double)(d->first_step + s);
    job_run(&j, d->in, d->batch, (struct job_at){d->seed, (uint64_t)(d->first_step + s), NULL});
    for (int o = 0; o < d->entry->outputs; o++) {
      int64_t bytes = io_count(&d->entry->output[o], d->batch) * 4;
      memcpy((char *)d->out[o] + s * bytes, j.out[o], (size_t)bytes);
    }
  }
  job_close(&j);
  return 0;
}

static int write_all(const struct dump *d, const char *path, char err[ERR]) {
  const struct net_program *p = d->m->program;
  struct tensor *t = mem_get((size_t)(d->entry->outputs + p->params) * sizeof *t);
  int n = 0;
  for (int o = 0; o < d->entry->outputs; o++) {
    const struct net_io *io = &d->entry->output[o];
    t[n] = (struct tensor){.name = io->name, .type = io->elem == NET_F32 ? TENSOR_F32 : TENSOR_I32, .data = d->out[o]};
    t[n].dim[t[n].rank++] = d->steps;
    if (io->batched)
      t[n].dim[t[n].rank++] = d->batch;
    for (int i = 0; i < io->rank; i++)
      t[n].dim[t[n].rank++] = io->dim[i];
    t[n].bytes = tensor_count(&t[n]) * 4;
    n++;
  }
  for (int i = 0; i < p->params; i++) {
    const struct net_param *w = &p->param[i];
    t[n] = (struct tensor){
        .name = w->name, .rank = w->rank, .data = d->m->params + w->offset, .bytes = param_count(w) * 4};
    memcpy(t[n++].dim, w->dim, (size_t)w->rank * sizeof *w->dim);
  }
  int status = tensors_write(path, t, n, NULL, 0, err);
  free(t);
  return status;
}

static int choose_entry(struct dump *d, struct cli *cli, char err[ERR]) {
  const struct net_program *p = d->m->program;
  const char *name = cli_get(cli, "entry");
  const struct net_train *t = name ? NULL : train_find(cli, p, cli_get(cli, "train"), err);
  if (!name && !t)
    return -1;
  d->entry = name ? entry_find(p, name) : &p->entry[cli_get(cli, "eval") ? t->eval_entry : t->step_entry];
  if (!d->entry)
    return cli_fail(cli, err, "there is no entry \"%s\"", name);
  d->number = (int)(d->entry - p->entry);
  return 0;
}

/* Weights are those of a file where it has them (by name and shape), the initial ones elsewhere. */
static int set_weights(struct dump *d, struct cli *cli, char err[ERR]) {
  const char *path = cli_get(cli, "weights");
  struct rename_how how;
  struct tensors t;
  model_init(d->m, d->seed, ROLES_ALL);
  if (rename_options(cli, path != NULL, &how, err))
    return -1;
  int status = path ? tensors_open(&t, path, err) : 0;
  if (path && !status) {
    status = rename_tensors(&t, &how, path, stderr, err) || checkpoint_start(d->m, &t, path, stderr, err) ? -1 : 0;
    tensors_close(&t);
  }
  free((char *)(uintptr_t)how.table);
  return status;
}

static int dump_run(struct dump *d, struct cli *cli, char err[ERR]) {
  struct tensors t;
  const char *inputs = cli_get(cli, "inputs"), *out = cli_get(cli, "out");
  int status = 0;
  if (!inputs || !out)
    return cli_fail(cli, err, "dump needs --inputs and --out");
  scalars_set(cli, d->m);
  if (choose_entry(d, cli, err) || set_weights(d, cli, err) || tensors_open(&t, inputs, err))
    return -1;
  d->batch = batch_of(d->entry, &t);
  if (cli_whole(cli, "batch", 1, d->batch, &d->batch, err))
    status = -1;
  for (int i = 0; i < d->entry->inputs && !status; i++)
    status = take_input(d, i, &t, err);
  tensors_close(&t);
  for (int o = 0; o < d->entry->outputs && !status; o++) {
    d->out[o] = block_get(io_count(&d->entry->output[o], d->batch) * 4 * d->steps);
    status = d->out[o] ? 0 : fail(err, "out of memory");
  }
  if (!status)
    status = run_steps(d, err) || write_all(d, out, err) ? -1 : 0;
  return status;
}

void dump_options(const struct command *c) {
  static const struct cli_row ROWS[] = {
      {"inputs", 'i', "FILE", "Safetensors: a tensor for each input of the entry, the batch first", OFTEN},
      {"out", 'o', "FILE", "Where outputs and parameters go", OFTEN},
      {"weights", 'w', "FILE", "Parameters, as far as the file has them", OFTEN},
      {"steps", 0, "N", "Runs the entry N times (now 1)", OFTEN},
      {"first-step", 0, "N", "The number of the first one (now 1)", RARE},
      {"train", 0, "NAME", "The step of this train block; else of the first", OFTEN},
      {"entry", 0, "NAME", "Any entry by its name (info lists them)", OFTEN},
      {"eval", 0, NULL, "The train block's evaluation instead of its step", OFTEN},
  };
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
    cli_add(c->cli, ROWS[i]);
  common_add(c->cli, COMMON_RENAME | COMMON_BATCH | COMMON_SEED | COMMON_THREADS);
  scalars_add(c->cli, c->program);
}

int command_dump(const struct command *c, char err[ERR]) {
  struct cli *cli = c->cli;
  struct model m = {0};
  struct dump d = {.m = &m};
  int64_t threads, seed = 0;
  int status = cli_whole(cli, "threads", 1, 0, &threads, err) || cli_whole(cli, "seed", 0, 0, &seed, err) ||
               cli_whole(cli, "steps", 1, 1, &d.steps, err) ||
               cli_whole(cli, "first-step", 1, 1, &d.first_step, err) || model_open(&m, c->program, (int)threads, err);
  d.seed = (uint64_t)seed;
  status = status || dump_run(&d, cli, err);
  for (int i = 0; i < NET_BASES; i++)
    block_free(d.in[i]), block_free(d.out[i]);
  if (m.program)
    model_close(&m);
  return status ? -1 : 0;
}
