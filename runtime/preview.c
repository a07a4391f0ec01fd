#include "preview.h"
#include "present.h"
#include "value.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { COUNT_DEFAULT = 16, COUNT_MOST = 1024 };

struct preview {
  struct job job;
  struct presenter presenter;
  int64_t count;
  uint64_t seed;
  char *folder; /* RUN/preview */
  void *in[NET_BASES], **field;
  int64_t *index;
};

static const struct net_predict *predict_find(const struct net_program *p, const char *name, char err[ERR]) {
  const char **names = mem_get((size_t)(p->predicts + 1) * sizeof *names);
  const struct net_predict *found = NULL;
  for (int i = 0; i < p->predicts; i++) {
    names[i] = p->predict[i].name;
    if (!strcmp(names[i], name))
      found = &p->predict[i];
  }
  const char *near = found ? NULL : nearest(name, names, p->predicts);
  if (!found)
    fail(err, "preview: there is no `predict %s`%s%s%s", name, near ? "; did you mean `" : "", near ? near : "",
         near ? "`?" : "");
  free(names);
  return found;
}

/* The data block's field that feeds an input: the one that types it, or one of the same name and size. -1: none. */
static int field_for(const struct preview_spec *s, const struct net_predict_input *in) {
  if (in->data >= 0)
    return in->data_field;
  for (int f = 0; f < s->data->fields; f++)
    if (!strcmp(s->data->field[f].name, in->field.name) &&
        data_field_size(&s->data->field[f]) == data_field_size(&in->field))
      return f;
  return -1;
}

static int fill_input(struct preview *p, const struct preview_spec *s, int i, char err[ERR]) {
  const struct net_predict_input *in = &p->presenter.predict->input[i];
  int f = field_for(s, in);
  if (in->field.kind == NET_CLASS && in->field.classes) { /* every class in turn */
    for (int64_t k = 0; k < p->count; k++)
      ((int32_t *)p->in[i])[k] = (int32_t)(k % in->field.classes);
    return 0;
  }
  if (f < 0)
    return fail(err, "preview: `%s` wants \"%s\", which no field of %s gives", p->presenter.predict->name,
                in->field.name, s->data->name);
  memcpy(p->in[i], p->field[f], (size_t)(p->count * data_field_size(&in->field)));
  return 0;
}

static int fill(struct preview *p, const struct preview_spec *s, char err[ERR]) {
  const struct net_entry *e = p->job.entry;
  p->index = mem_get((size_t)p->count * sizeof *p->index);
  p->field = mem_get((size_t)(s->data->fields + 1) * sizeof *p->field);
  for (int64_t k = 0; k < p->count; k++)
    p->index[k] = k;
  for (int f = 0; f < s->data->fields && e->inputs; f++) {
    p->field[f] = block_get(p->count * data_field_size(&s->data->field[f]));
    if (!p->field[f])
      return fail(err, "preview: out of memory for %lld samples", (long long)p->count);
  }
  if (e->inputs) {
    int64_t *position = mem_get((size_t)p->count * sizeof *position);
    p->count = data_take(s->set, p->index, position, p->count, 0, 0, p->field, err);
    free(position);
  }
  if (p->count <= 0)
    return p->count ? -1 : fail(err, "preview: of the samples that it begins with none can be read");
  for (int i = 0; i < e->inputs; i++) {
    p->in[i] = block_get(p->count * data_field_size(&p->presenter.predict->input[i].field));
    if (!p->in[i])
      return fail(err, "preview: out of memory for %lld samples", (long long)p->count);
    if (fill_input(p, s, i, err))
      return -1;
  }
  return 0;
}

static int check_arguments(const struct net_call *c, char err[ERR]) {
  const struct net_arg *a = c->args;
  if (c->count > 1 || (c->count && a->name && strcmp(a->name, "count")))
    return fail(err, "preview: %s takes count: alone, as in %s(count: 16)", c->name, c->name);
  if (c->count && (a->kind != NET_NUM || !(a->num >= 1 && a->num <= COUNT_MOST) || a->num != floor(a->num)))
    return fail(err, "preview: %s(count: n) needs a whole number from 1 to %d", c->name, COUNT_MOST);
  return 0;
}

struct preview *preview_open(struct model *m, const struct preview_spec *s, char err[ERR]) {
  const struct net_predict *predict = predict_find(m->program, s->call->name, err);
  double count = call_number(s->call, "count", 0, COUNT_DEFAULT);
  if (!predict || check_arguments(s->call, err))
    return NULL;
  struct preview *p = mem_get(sizeof *p);
  const struct net_entry *e = &m->program->entry[predict->entry];
  p->count = (int64_t)count;
  if (e->inputs && p->count > data_count(s->set))
    p->count = data_count(s->set);
  p->seed = s->seed;
  p->folder = mem_text("%s/preview", s->folder);
  p->presenter = (struct presenter){
      .program = m->program, .m = m, .predict = predict, .entry = e, .data = s->data, .quiet = 1, .wrote = s->wrote, .who = s->who};
  p->presenter.out = p->folder;
  p->presenter.names = (struct show_names){s->data->class_names, s->data->class_name};
  if (!present_pictures(&p->presenter)) {
    fail(err, "preview: `predict %s` shows no picture", predict->name);
    preview_close(p);
    return NULL;
  }
  int status = job_open(&p->job, m, predict->entry, p->count, err) || fill(p, s, err) ? -1 : 0;
  p->presenter.total = p->count;
  if (!status && mkdir(p->folder, 0777) && errno != EEXIST)
    status = fail(err, "cannot make the folder %s: %s", p->folder, strerror(errno));
  if (!status)
    return p;
  preview_close(p);
  return NULL;
}

int preview_write(struct preview *p, int64_t epoch, char err[ERR]) {
  const char *ending = present_pictures(&p->presenter) == 1 ? ".png" : "";
  char *path = mem_text("%s/%04lld%s", p->folder, (long long)epoch, ending);
  struct presented b = {.n = p->count, .index = p->index, .in = p->in, .out = p->job.out, .field = p->field};
  p->presenter.out = path;
  int status = present_open(&p->presenter, err);
  if (!status) {
    job_run(&p->job, p->in, p->count, (struct job_at){.seed = p->seed});
    status = present_batch(&p->presenter, &b, err) || present_end(&p->presenter, err) ? -1 : 0;
  }
  present_close(&p->presenter);
  p->presenter.out = p->folder;
  free(path);
  return status;
}

void preview_close(struct preview *p) {
  if (!p)
    return;
  for (int i = 0; i < NET_BASES; i++)
    block_free(p->in[i]);
  for (int f = 0; p->field && f < p->presenter.data->fields; f++)
    block_free(p->field[f]);
  if (p->job.entry)
    job_close(&p->job);
  free(p->field), free(p->index), free(p->folder);
  free(p);
}
