#include "explain/explain.h"
#include "draw/picture.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- the predict block ---- */

static int picture_input(const struct net_program *p, const struct net_predict *q) {
  int found = -1;
  for (int i = 0; i < p->entry[q->entry].inputs; i++)
    if (q->input[i].field.kind == NET_IMAGE)
      found = found < 0 ? i : -2;
  return found;
}

static int classes_show(const struct net_predict *q) {
  for (int s = 0; s < q->shows; s++)
    if (!strcmp(q->show[s].name, "classes"))
      return s;
  return -1;
}

/* What it lacks; NULL: it fits. */
static const char *lacks(const struct net_program *p, const struct net_predict *q, int needs) {
  if (picture_input(p, q) < 0)
    return picture_input(p, q) == -1 ? "it takes no picture" : "it takes several pictures";
  if (needs & EXPLAIN_CLASSES && classes_show(q) < 0)
    return "it shows no classes, and what is explained is a class's probability";
  if (needs & EXPLAIN_STAGES && !q->stages)
    return "it runs no network with stages";
  return NULL;
}

/* The word behind --predict, which decides what options there are. */
static const char *wanted_block(const struct command *c) {
  static const char name[] = "--predict";
  for (int i = 1; i < c->argc; i++)
    if (!strncmp(c->argv[i], name, sizeof name - 1)) {
      const char *rest = c->argv[i] + sizeof name - 1;
      return *rest == '=' ? rest + 1 : !*rest && i + 1 < c->argc ? c->argv[i + 1] : NULL;
    }
  return NULL;
}

/* The one called `wanted` (NULL: any) that lacks nothing; else NULL, and of the first that was looked at name and lack. */
static const struct net_predict *fitting(const struct net_program *p, const char *wanted, int needs, const char **name,
                                         const char **lack) {
  *name = *lack = NULL;
  for (int i = 0; i < p->predicts; i++) {
    const struct net_predict *q = &p->predict[i];
    const char *what = lacks(p, q, needs);
    if (wanted && strcmp(wanted, q->name))
      continue;
    if (!what)
      return q;
    *lack = *name ? *lack : what;
    *name = *name ? *name : q->name;
  }
  return NULL;
}

const struct net_predict *explain_block(const struct command *c, int needs, char err[ERR]) {
  const char *wanted = wanted_block(c), *name, *lack;
  const struct net_predict *found = fitting(c->program, wanted, needs, &name, &lack);
  if (found)
    return found;
  if (name)
    fail(err, "this needs a `predict` block with one picture%s; of `predict %s`: %s",
         needs & EXPLAIN_CLASSES ? " that shows classes" : "", name, lack);
  else if (wanted)
    cli_fail(c->cli, err, "--predict: the program has no `predict %s`", wanted);
  else
    fail(err, "this needs a `predict` block, and the program has none");
  return NULL;
}

void explain_options(const struct command *c, int needs) {
  const struct net_program *p = c->program;
  const char *name, *lack, **names = mem_get((size_t)(p->predicts + 1) * sizeof *names);
  const struct net_predict *own = fitting(p, NULL, needs, &name, &lack), *block = fitting(p, wanted_block(c), needs, &name, &lack);
  struct cli_row row = {"predict", 0, "NAME", "Whose computation: a predict block", p->predicts > 1 ? OFTEN : RARE};
  for (int i = 0; i < p->predicts; i++)
    names[i] = p->predict[i].name;
  block = block ? block : own ? own : p->predicts ? p->predict : NULL;
  if (own)
    cli_add_now(c->cli, row, own->name);
  else
    cli_add(c->cli, row);
  cli_values(c->cli, names, p->predicts);
  free(names);
  struct given given;
  if (block) {
    given_begin(&given, p, block);
    given_options(&given, c->cli);
  }
  common_add(c->cli, COMMON_DATA | COMMON_WEIGHTS | COMMON_OUT | COMMON_BATCH | COMMON_SEED | COMMON_THREADS);
}

int explainer_begin(struct explainer *e, const struct command *c, int needs, char err[ERR]) {
  *e = (struct explainer){.program = c->program, .cli = c->cli};
  e->predict = explain_block(c, needs, err);
  if (!e->predict)
    return -1;
  given_begin(&e->given, c->program, e->predict);
  return 0;
}

/* ---- opening ---- */

static void find_range(struct explainer *e) {
  const struct net_predict_input *in = &e->predict->input[e->image];
  e->range = (struct net_range){{0, 0, 0}, {1, 1, 1}};
  if (in->data >= 0)
    e->range = data_range(&e->program->data[in->data], in->data_field);
  for (int f = 0; in->data < 0 && e->given.data && f < e->given.data->fields; f++)
    if (e->given.data->field[f].kind == NET_IMAGE && data_field_size(&e->given.data->field[f]) == data_field_size(&in->field))
      e->range = data_range(e->given.data, f);
}

int explainer_open(struct explainer *e, int64_t most, char err[ERR]) {
  struct cli *c = e->cli;
  struct given *g = &e->given;
  int64_t threads, seed;
  e->image = picture_input(e->program, e->predict);
  const struct net_field *f = &e->predict->input[e->image].field;
  e->channels = (int)f->dim[0], e->height = (int)f->dim[1], e->width = (int)f->dim[2];
  e->show = classes_show(e->predict);
  if (e->show >= 0)
    e->classes = (int)io_count(&g->entry->output[e->predict->show[e->show].output], 1);
  if (cli_whole(c, "threads", 1, 0, &threads, err) || given_choose(g, c, err) ||
      model_open(&e->m, e->program, (int)threads, err) || weights_load(c, &e->m, &e->about, err) ||
      cli_whole(c, "seed", 0, (int64_t)e->about.seed, &seed, err) ||
      cli_whole(c, "batch", 1, g->total < most ? g->total : most, &g->batch, err) ||
      given_open(g, &e->m, &e->about, err))
    return -1;
  e->seed = (uint64_t)seed;
  find_range(e);
  return 0;
}

void explainer_close(struct explainer *e) {
  if (e->predict)
    given_close(&e->given);
  free(e->about.classes);
  if (e->m.program)
    model_close(&e->m);
}

int64_t explainer_fill(struct explainer *e, int64_t first, char err[ERR]) {
  struct given *g = &e->given;
  int64_t left = g->total - first;
  return left > 0 ? given_fill_readable(g, first, left < g->batch ? left : g->batch, err) : 0;
}

/* ---- stages ---- */

static void list_stages(const struct net_predict *p) {
  int widest = 0;
  for (int i = 0; i < p->stages; i++)
    widest = (int)strlen(p->stage[i].name) > widest ? (int)strlen(p->stage[i].name) : widest;
  for (int i = 0; i < p->stages; i++) {
    char shape[SHAPE];
    printf("%-*s  %-12s %s\n", widest, p->stage[i].name, p->stage[i].what,
           shape_text(shape, p->stage[i].value.rank, p->stage[i].value.dim));
  }
}

const struct net_stage *stage_find(const struct net_predict *p, const char *name, char err[ERR]) {
  const struct net_stage *found = NULL;
  size_t len = strlen(name);
  for (int i = 0; i < p->stages; i++) {
    if (!strcmp(p->stage[i].name, name))
      return &p->stage[i];
    if (!strncmp(p->stage[i].name, name, len) && p->stage[i].name[len] == '.' &&
        (!found || p->stage[i].depth <= found->depth))
      found = &p->stage[i];
  }
  if (found)
    return found;
  *err = 0;
  if (!strcmp(name, "list")) {
    list_stages(p);
    return NULL;
  }
  const char **names = mem_get((size_t)p->stages * sizeof *names + 1);
  for (int i = 0; i < p->stages; i++)
    names[i] = p->stage[i].name;
  const char *near = nearest(name, names, p->stages);
  fail(err, "--stage: there is no stage \"%s\"; %s%s%s--stage list lists all %d", name, near ? "did you mean " : "",
       near ? near : "", near ? "? " : "", p->stages);
  free(names);
  return NULL;
}

const struct net_stage *stage_wanted(struct explainer *e, char err[ERR]) {
  const char *name = cli_get(e->cli, "stage");
  if (name)
    return stage_find(e->predict, name, err);
  cli_fail(e->cli, err, "--stage NAME is wanted; --stage list lists the stages");
  return NULL;
}

/* ---- the explaining entry ---- */

int64_t room_for(const struct net_entry *e, int64_t most) {
  enum { MODERATE = 1 << 29 };
  while (most > 1 && arena_bytes(e, most) > MODERATE)
    most /= 2;
  return most;
}

int insight_open(struct insight *s, struct explainer *e, int64_t room, char err[ERR]) {
  const struct net_predict *p = e->predict;
  int given = e->program->entry[p->entry].inputs;
  *s = (struct insight){.seed = e->seed};
  if (job_open(&s->job, &e->m, p->explain_entry, room, err))
    return -1;
  for (int i = 0; i < s->job.entry->inputs; i++)
    if (!(s->in[i] = block_get(io_count(&s->job.entry->input[i], room) * 4)))
      return fail(err, "out of memory for a batch of %lld; a smaller --batch needs less", (long long)room);
  if (s->job.entry->inputs > given) {
    s->class = s->in[given];
    s->logit = s->in[given + 1];
    for (int64_t i = 0; i < room; i++)
      s->class[i] = 0, s->logit[i] = 0;
  }
  model_changed(&e->m);
  return 0;
}

void insight_take(struct insight *s, const struct explainer *e, int64_t first, int64_t n) {
  for (int i = 0; i < e->given.entry->inputs; i++) {
    int64_t bytes = io_count(&e->given.entry->input[i], 1) * 4;
    memcpy(s->in[i], (char *)e->given.in[i] + first * bytes, (size_t)(n * bytes));
  }
}

void insight_run(struct insight *s, const struct net_value *value, int64_t n) {
  int64_t steps = value ? value->steps : 0;
  if (s->job.run.steps != steps)
    model_changed(s->job.model); /* what a shorter run kept is not all that a longer one needs */
  s->job.run.steps = steps;
  job_run(&s->job, s->in, n, (struct job_at){s->seed, 0, NULL});
}

void insight_close(struct insight *s) {
  for (int i = 0; s->job.entry && i < s->job.entry->inputs; i++)
    block_free(s->in[i]);
  if (s->job.entry)
    job_close(&s->job);
}

int64_t value_count(const struct net_value *v) {
  int64_t n = 1;
  for (int i = 0; i < v->rank; i++)
    n *= v->dim[i];
  return n;
}

void insight_value(const struct insight *s, const struct net_value *v, int64_t n, int64_t i, float *out) {
  const float *from = (const float *)((char *)s->job.run.base[v->base] + v->fixed + n * v->per_sample) + i * v->sample;
  if (!v->lanes) {
    memcpy(out, from, (size_t)value_count(v) * sizeof *out);
    return;
  }
  int64_t plane = v->dim[1] * v->dim[2], lanes = v->lanes;
  for (int64_t c = 0; c < v->dim[0]; c++)
    for (int64_t k = 0; k < plane; k++)
      out[c * plane + k] = from[(c / lanes * plane + k) * lanes + c % lanes];
}

/* ---- pictures and names of samples ---- */

const char *sample_name(const struct given *g, int64_t i, char text[64]) {
  if (g->path[i])
    return g->path[i];
  snprintf(text, 64, "sample %lld", (long long)g->index[i]);
  return text;
}

char *result_path(const struct given *g, int64_t i, const char *out, const char *suffix, char err[ERR]) {
  if (out && g->total == 1)
    return mem_text("%s", out);
  if (out && mkdir(out, 0777) && errno != EEXIST) {
    fail(err, "cannot make the folder %s for the pictures: %s", out, strerror(errno));
    return NULL;
  }
  char number[64];
  snprintf(number, sizeof number, "sample_%lld", g->path[i] ? 0 : (long long)g->index[i]);
  const char *stem = g->path[i] ? path_file(g->path[i]) : number, *dot = strrchr(stem, '.');
  int length = dot ? (int)(dot - stem) : (int)strlen(stem);
  return mem_text("%s%s%.*s_%s.png", out ? out : "", out ? "/" : "", length, stem, suffix);
}

struct net_picture *sample_picture(const struct explainer *e, int64_t i) {
  if (e->given.original[i])
    return picture_copy(e->given.original[i], 3);
  const float *value = (const float *)e->given.in[e->image] + i * e->channels * e->height * e->width;
  struct net_picture *p = picture_of(value, e->channels, e->height, e->width, &e->range);
  return p ? image_convert(p, 3) : NULL;
}
