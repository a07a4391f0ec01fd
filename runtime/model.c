#include "model.h"
#include "pool.h"
#include "value.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int64_t param_count(const struct net_param *p) {
  int64_t n = 1;
  for (int i = 0; i < p->rank; i++)
    n *= p->dim[i];
  return n;
}

int param_is_measured(const struct net_param *p) {
  return p->init.name && !strcmp(p->init.name, "measured");
}

int64_t role_count(const struct net_program *p, enum net_role role) {
  int64_t n = 0;
  for (int i = 0; i < p->params; i++)
    n += p->param[i].role == role ? param_count(&p->param[i]) : 0;
  return n;
}

const struct net_entry *entry_find(const struct net_program *p, const char *name) {
  for (int i = 0; i < p->entries; i++)
    if (!strcmp(p->entry[i].name, name))
      return &p->entry[i];
  return NULL;
}

int64_t io_count(const struct net_io *io, int64_t n) {
  int64_t count = io->batched ? n : 1;
  for (int i = 0; i < io->rank; i++)
    count *= io->dim[i];
  return count;
}

static const char *megabytes(char text[NUMBER], int64_t bytes) {
  snprintf(text, NUMBER, "%.1f MB", (double)bytes / 1e6);
  return text;
}

/* Weights and states lie before what optimizers keep, which is left to model_init: predictions never touch it. */
static int64_t model_floats(const struct net_program *p) {
  int64_t floats = p->param_floats;
  for (int i = 0; i < p->params; i++)
    if (p->param[i].role == NET_OPT && p->param[i].offset < floats)
      floats = p->param[i].offset;
  return floats;
}

int model_open(struct model *m, const struct net_program *p, int threads, char err[ERR]) {
  char size[NUMBER];
  *m = (struct model){.program = p};
  if (p->abi != NET_ABI)
    return fail(err,
                "this program was built for version %d of the runtime's interface, the runtime has %d: build it again",
                p->abi, NET_ABI);
  m->pool = pool_open(threads);
  m->scalar = mem_get((size_t)(p->scalars + 1) * sizeof *m->scalar);
  for (int i = 0; i < p->scalars; i++)
    m->scalar[i] = p->scalar_default[i];
  int64_t bytes = p->param_floats * (int64_t)sizeof(float);
  m->params = block_get(bytes);
  if (!m->pool || !m->params) {
    model_close(m);
    return fail(err, "out of memory: the weights need %s", megabytes(size, bytes));
  }
  memset(m->params, 0, (size_t)model_floats(p) * sizeof(float));
  return 0;
}

void model_close(struct model *m) {
  pool_close(m->pool);
  block_free(m->params);
  block_free(m->arena);
  block_free(m->work);
  free(m->scalar);
  *m = (struct model){0};
}

/* Numbers drawn for a parameter: shift + scale * (uniform in [0,1), or normal). */
struct drawing {
  float *w;
  int64_t count;
  uint64_t seed;
  uint32_t site;
  int normal;
  float shift, scale;
};

enum { DRAWN_TOGETHER = 1 << 14 };

static void draw(void *const *arg, const struct net_run *run, int64_t chunk, int64_t chunks) {
  const struct drawing *d = arg[0];
  int64_t from = chunk * DRAWN_TOGETHER, to = chunk == chunks - 1 ? d->count : from + DRAWN_TOGETHER;
  (void)run;
  (d->normal ? nrt_normal : nrt_uniform)(d->w + from, from, to - from, d->seed, 0, 0, d->site);
  for (int64_t i = from; i < to; i++)
    d->w[i] = d->shift + d->scale * d->w[i];
}

static void param_init(struct model *m, const struct net_param *p, uint64_t seed) {
  float *w = m->params + p->offset;
  int64_t n = param_count(p);
  for (int64_t i = n; i % 16 && p->offset + i < m->program->param_floats; i++) /* up to the next parameter */
    w[i] = 0;
  const struct net_call *init = &p->init;
  const char *name = init->name ? init->name : "constant";
  struct drawing d = {w, n, seed, site_of(p->name), !strcmp(name, "normal"), 0, 0};
  if (!strcmp(name, "uniform")) {
    d.shift = (float)call_number(init, "lo", 0, 0);
    d.scale = (float)call_number(init, "hi", 1, 1) - d.shift;
  } else if (d.normal) {
    d.scale = (float)call_number(init, "std", 0, 1), d.shift = (float)call_number(init, "mean", 1, 0);
  } else {
    float v = param_is_measured(p) ? NAN : (float)call_number(init, "v", 0, 0);
    for (int64_t i = 0; i < n; i++)
      w[i] = v;
    return;
  }
  struct net_run run = {.pool = m->pool};
  nrt_launch(&run, 0, draw, (void *[]){&d}, (n + DRAWN_TOGETHER - 1) / DRAWN_TOGETHER);
}

void model_changed(struct model *m) {
  m->kept = NULL;
}

void model_init(struct model *m, uint64_t seed, enum roles roles) {
  for (int i = 0; i < m->program->params; i++)
    if (roles >> m->program->param[i].role & 1)
      param_init(m, &m->program->param[i], seed);
  model_changed(m);
}

/* The parameter whose shadow p is; NULL: p is none. */
static const struct net_param *shadowed_by(const struct net_program *program, const struct net_param *p) {
  const char *mark = strchr(p->name, '#');
  if (!mark || strcmp(mark, "#ema"))
    return NULL;
  for (int i = 0; i < program->params; i++)
    if (!strncmp(program->param[i].name, p->name, (size_t)(mark - p->name)) && !program->param[i].name[mark - p->name])
      return &program->param[i];
  return NULL;
}

static void shadows(struct model *m, int swap) {
  for (int i = 0; i < m->program->params; i++) {
    const struct net_param *p = &m->program->param[i], *own = shadowed_by(m->program, p);
    float *a = own ? m->params + own->offset : NULL, *b = m->params + p->offset;
    for (int64_t k = 0, n = own ? param_count(p) : 0; k < n; k++) {
      float v = b[k];
      b[k] = a[k];
      if (swap)
        a[k] = v;
    }
  }
  model_changed(m);
}

void model_shadow_begin(struct model *m) {
  shadows(m, 0);
}

void model_shadow_swap(struct model *m) {
  shadows(m, 1);
}

const struct net_param *model_broken(const struct model *m) {
  for (int i = 0; i < m->program->params; i++) {
    const struct net_param *p = &m->program->param[i];
    const float *w = m->params + p->offset;
    int64_t n = param_count(p);
    for (int64_t k = 0; k < n; k++)
      if (!isfinite(w[k]) && !(param_is_measured(p) && isnan(w[k])))
        return p;
  }
  return NULL;
}

/* ---- jobs ---- */

enum { ELEMENT = 4 }; /* bytes of a float32 and of an int32 */

int64_t arena_bytes(const struct net_entry *e, int64_t n) {
  int64_t need = 0;
  for (int i = 0; i < 2; i++)
    if (e->arena[i].fixed + n * e->arena[i].per_sample > need)
      need = e->arena[i].fixed + n * e->arena[i].per_sample;
  return need;
}

int64_t job_bytes(const struct model *m, const struct net_entry *e, int64_t n) {
  int64_t bytes = arena_bytes(e, n) + e->work * pool_threads(m->pool) + m->program->param_floats * ELEMENT;
  for (int i = 0; i < e->inputs; i++)
    bytes += io_count(&e->input[i], n) * ELEMENT;
  for (int i = 0; i < e->outputs; i++)
    bytes += io_count(&e->output[i], n) * ELEMENT;
  return bytes;
}

static int out_of_room(char err[ERR], const struct net_entry *e, int64_t n, int64_t bytes) {
  char size[NUMBER];
  return fail(err, "out of memory: `%s` with a batch of %lld needs %s; a smaller --batch needs less", e->name,
              (long long)n, megabytes(size, bytes));
}

/* What lies in the block means nothing and is lost. */
static int enlarge(void **block, int64_t *bytes, int64_t need) {
  if (need <= *bytes)
    return 0;
  block_free(*block);
  *block = block_get(need);
  *bytes = *block ? need : 0;
  return *block ? 0 : -1;
}

int job_open(struct job *j, struct model *m, int entry, int64_t room, char err[ERR]) {
  const struct net_entry *e = &m->program->entry[entry];
  *j = (struct job){.model = m, .entry = e, .room = room};
  if (e->inputs + e->outputs > NET_BASES - NET_IO)
    return fail(err, "`%s` has %d inputs and outputs; at most %d are possible", e->name, e->inputs + e->outputs,
                NET_BASES - NET_IO);
  int64_t need = arena_bytes(e, room), work = e->work * pool_threads(m->pool);
  if (need > m->arena_bytes)
    m->kept = NULL;
  if (enlarge(&m->arena, &m->arena_bytes, need) || enlarge(&m->work, &m->work_bytes, work))
    return out_of_room(err, e, room, need + work);
  j->out = mem_get((size_t)(e->outputs + 1) * sizeof *j->out);
  j->sample = mem_get((size_t)room * sizeof *j->sample);
  for (int64_t i = 0; i < room; i++)
    j->sample[i] = i;
  for (int i = 0; i < e->outputs; i++) {
    int64_t bytes = io_count(&e->output[i], room) * ELEMENT;
    j->out[i] = block_get(bytes);
    if (!j->out[i]) {
      job_close(j);
      return out_of_room(err, e, room, bytes);
    }
  }
  return 0;
}

void job_close(struct job *j) {
  for (int i = 0; j->out && i < j->entry->outputs; i++)
    block_free(j->out[i]);
  free(j->out);
  free(j->sample);
  *j = (struct job){0};
}

void job_run(struct job *j, void *const *in, int64_t n, struct job_at at) {
  struct model *m = j->model;
  const struct net_entry *e = j->entry;
  struct net_run *r = &j->run;
  r->base[NET_ARENA] = m->arena;
  r->base[NET_PARAMS] = m->params;
  r->base[NET_WORK] = m->work;
  r->base[NET_SCALARS] = m->scalar;
  r->base[NET_CONSTS] = (void *)(uintptr_t)m->program->consts;
  for (int i = 0; i < e->inputs; i++)
    r->base[NET_IO + i] = in[i];
  for (int i = 0; i < e->outputs; i++)
    r->base[NET_IO + e->inputs + i] = j->out[i];
  r->batch = n;
  r->sample = at.sample ? at.sample : j->sample;
  r->seed = at.seed;
  r->step = at.step;
  r->pool = m->pool;
  r->kept = m->kept == e;
  r->work = e->work;
  e->run(r);
  m->kept = e;
}

double job_sum(const struct job *j, int o, int64_t n) {
  const struct net_io *io = &j->entry->output[o];
  int64_t count = io->batched ? n : 1;
  double sum = 0;
  for (int64_t i = 0; i < count; i++)
    sum += io->elem == NET_F32 ? (double)((const float *)j->out[o])[i] : (double)((const int32_t *)j->out[o])[i];
  return io->batched ? sum : sum * (double)n;
}
