/* Duty: `embed`: a stage's values of many samples as one array, and beside it what the samples are, as TensorBoard's
   projector reads it. */
#include "explain/explain.h"
#include "explain/npy.h"
#include "draw/picture.h"
#include "present.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 32 };

struct run {
  struct explainer e;
  struct insight insight;
  const struct net_stage *stage;
  struct npy npy;
  FILE *names;
  char *names_path;
  float *value;
};

/* values.npy -> values.tsv */
static int open_files(struct run *r, char err[ERR]) {
  const struct given *g = &r->e.given;
  const struct net_value *v = &r->stage->value;
  const char *out = cli_get(r->e.cli, "output"), *slash = strrchr(out, '/'), *dot = strrchr(out, '.');
  int stem = dot && (!slash || dot > slash) ? (int)(dot - out) : (int)strlen(out);
  r->names_path = mem_text("%.*s.tsv", stem, out);
  if (npy_create(&r->npy, out, v->rank, v->dim, err))
    return -1;
  r->names = fopen(r->names_path, "we");
  if (!r->names)
    return fail(err, "cannot write %s: %s", r->names_path, strerror(errno));
  if (g->set && present_truth(g->data, "classes") >= 0) /* one column has no heading there */
    fputs("sample\tclass\n", r->names);
  return 0;
}

static void write_name(const struct run *r, int64_t i) {
  const struct given *g = &r->e.given;
  int f = g->set ? present_truth(g->data, "classes") : -1;
  char name[64], number[NUMBER];
  for (const char *s = sample_name(g, i, name); *s; s++)
    fputc(*s == '\t' || *s == '\n' ? ' ' : *s, r->names);
  if (f >= 0)
    fprintf(r->names, "\t%s", name_of(g->names, ((const int32_t *)g->field[f])[i], number));
  fputc('\n', r->names);
}

static int run(struct run *r, char err[ERR]) {
  struct explainer *e = &r->e;
  const struct net_value *v = &r->stage->value;
  char shape[SHAPE], count[NUMBER];
  int64_t first = 0, n;
  r->value = mem_get((size_t)value_count(v) * sizeof *r->value);
  for (; (n = explainer_fill(e, first, err)) > 0; first += n) {
    insight_take(&r->insight, e, 0, n);
    insight_run(&r->insight, v, n);
    for (int64_t i = 0; i < n; i++) {
      insight_value(&r->insight, v, n, i, r->value);
      if (npy_add(&r->npy, r->value, 1, err))
        return -1;
      write_name(r, i);
    }
  }
  if (!n)
    fprintf(stderr, "wrote %s: %s samples of %s %s; their names in %s\n", r->npy.path, count_text(count, first),
            r->stage->name, shape_text(shape, v->rank, v->dim), r->names_path);
  return n < 0 ? -1 : 0;
}

static int close_files(struct run *r, char err[ERR]) {
  int status = npy_close(&r->npy, err);
  if (r->names && fclose(r->names) && !status)
    status = fail(err, "cannot write %s: %s", r->names_path, strerror(errno));
  free(r->names_path);
  return status;
}

void embed_options(const struct command *c) {
  cli_add(c->cli, (struct cli_row){"stage", 0, "NAME", "Whose values; list lists the stages", OFTEN});
  cli_add(c->cli, (struct cli_row){"output", 'o', "FILE", "The array, float32 [N, ...], as .npy; names go into a .tsv", OFTEN});
  explain_options(c, EXPLAIN_STAGES);
}

static int has_output(struct run *r, char err[ERR]) {
  return cli_get(r->e.cli, "output") ? 1 : (cli_fail(r->e.cli, err, "-o FILE.npy is wanted, where the values go"), 0);
}

int command_embed(const struct command *c, char err[ERR]) {
  struct run r = {0};
  char late[ERR];
  int status = explainer_begin(&r.e, c, EXPLAIN_STAGES, err) || !(r.stage = stage_wanted(&r.e, err)) ||
                       !has_output(&r, err) ||
                       explainer_open(&r.e, room_for(&c->program->entry[r.e.predict->explain_entry], ROOM), err) ||
                       insight_open(&r.insight, &r.e, r.e.given.batch, err) || open_files(&r, err) || run(&r, err)
                   ? -1
                   : r.e.given.failures > 0;
  if (close_files(&r, status ? late : err) && !status)
    status = -1;
  free(r.value);
  insight_close(&r.insight);
  explainer_close(&r.e);
  return status == -1 && !*err ? 0 : status; /* a list was all that was asked for */
}
