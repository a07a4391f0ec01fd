/* The predict commands: what is given, batch by batch through the entry, to what is shown. */
#include "given.h"
#include "present.h"
#include <stdlib.h>
#include <string.h>

enum { BATCH_MOST = 16 };

struct predictor {
  const struct net_program *program;
  const struct net_predict *predict;
  struct cli *cli;
  struct model m;
  struct job job;
  struct trained about;
  struct given given;
  struct presenter presenter;
  uint64_t seed;
};

static int shows(const struct net_predict *p, const char *kind) {
  int found = 0;
  for (int s = 0; s < p->shows; s++)
    found |= !strcmp(p->show[s].name, kind);
  return found;
}

static void options(const struct command *k) {
  struct cli *c = k->cli;
  struct given given;
  given_begin(&given, k->program, k->predict);
  cli_add(c, (struct cli_row){"output", 'o', "FILE", "Where a picture goes; for several of them, a folder", OFTEN});
  given_options(&given, c);
  if (!given.images)
    cli_add(c, (struct cli_row){"count", 'n', "N", "How many (now 1)", OFTEN});
  if (shows(k->predict, "classes"))
    cli_add(c, (struct cli_row){"best", 0, "N", "Shows the N best classes only (now 5)", OFTEN});
  if (shows(k->predict, "mask"))
    cli_add(c, (struct cli_row){"overlay", 0, NULL, "Draws the mask over the picture", OFTEN});
  if (shows(k->predict, "boxes") && given.images == 1)
    cli_add(c, (struct cli_row){"video-frames", 0, "DIR", "The pictures of a folder as one video: boxes of the same thing get one number", OFTEN});
  cli_add(c, (struct cli_row){"json", 0, NULL, "Results as JSON on standard output", OFTEN});
  common_add(c, COMMON_DATA | COMMON_WEIGHTS | COMMON_OUT | COMMON_BATCH | COMMON_SEED | COMMON_THREADS);
}

static int run(struct predictor *p, char err[ERR]) {
  struct given *g = &p->given;
  int status = 0;
  for (int64_t first = 0, n; first < g->total && !status; first += n) {
    n = given_fill_readable(g, first, g->total - first < g->batch ? g->total - first : g->batch, err);
    if (n <= 0) {
      status = (int)n;
      break;
    }
    job_run(&p->job, g->in, n, (struct job_at){p->seed, 0, g->number});
    struct presented b = {first,       n,     g->path,    g->set ? g->index : NULL,
                          g->original, g->in, p->job.out, g->set ? g->field : NULL};
    status = present_batch(&p->presenter, &b, err);
  }
  p->presenter.total = g->total;
  return status ? status : present_end(&p->presenter, err);
}

/* ---- the command ---- */

static int prepare(struct predictor *p, char err[ERR]) {
  int64_t threads, seed, best;
  struct cli *c = p->cli;
  struct given *g = &p->given;
  if (cli_whole(c, "threads", 1, 0, &threads, err) || cli_whole(c, "best", 1, 5, &best, err) ||
      given_choose(g, c, err) || model_open(&p->m, p->program, (int)threads, err) ||
      weights_load(c, &p->m, &p->about, err) || cli_whole(c, "seed", 0, (int64_t)p->about.seed, &seed, err) ||
      cli_whole(c, "batch", 1, g->total < BATCH_MOST ? g->total : BATCH_MOST, &g->batch, err) ||
      given_open(g, &p->m, &p->about, err))
    return -1;
  p->seed = (uint64_t)seed;
  struct presenter *s = &p->presenter;
  *s = (struct presenter){.program = p->program, .m = &p->m, .predict = p->predict, .entry = g->entry, .data = g->data};
  s->total = g->total;
  s->from_files = g->files.count > 0;
  s->out = cli_get(c, "output");
  s->frames = cli_get(c, "video-frames") != NULL;
  s->json = cli_get(c, "json") != NULL;
  s->overlay = cli_get(c, "overlay") != NULL;
  s->best = (int)best;
  s->names = g->names;
  return job_open(&p->job, &p->m, p->predict->entry, g->batch, err) || present_open(s, err) ? -1 : 0;
}

static void predictor_close(struct predictor *p) {
  if (p->presenter.program)
    present_close(&p->presenter);
  if (p->job.entry)
    job_close(&p->job);
  given_close(&p->given);
  free(p->about.classes);
  if (p->m.program)
    model_close(&p->m);
}

int command_predict(const struct command *c, char err[ERR]) {
  struct predictor p = {.program = c->program, .predict = c->predict, .cli = c->cli};
  given_begin(&p.given, c->program, c->predict);
  int status = prepare(&p, err) || run(&p, err) ? -1 : p.given.failures > 0;
  predictor_close(&p);
  return status;
}

/* ---- its row among the commands ---- */

static const char *summary(const struct net_program *p, const struct net_predict *t, struct heap *h) {
  char *text;
  size_t size;
  FILE *f = open_memstream(&text, &size);
  fputs("Predicts", f);
  for (int i = 0; i < t->shows; i++)
    fprintf(f, "%s %s", i ? "," : "", p->entry[t->entry].output[t->show[i].output].name);
  for (int i = 0; i < t->inputs && !t->input[i].is_option; i++)
    fprintf(f, "%s%s", i ? ", " : " from ", t->input[i].field.name);
  fclose(f);
  const char *kept = heap_text(h, text, size);
  free(text);
  return kept;
}

static const char *example(const struct net_predict *t, struct heap *h) {
  char *text;
  size_t size;
  FILE *f = open_memstream(&text, &size);
  fputs(t->name, f);
  for (int i = 0; i < t->inputs; i++)
    if (t->input[i].is_option)
      continue;
    else if (t->input[i].field.kind == NET_IMAGE)
      fputs(" picture.png", f);
    else if (t->input[i].field.kind == NET_CLASS)
      fprintf(f, " --%s 0", t->input[i].field.name);
  fputs(shows(t, "mask") || shows(t, "image") || shows(t, "boxes") ? " -o result.png" : " --json", f);
  fclose(f);
  const char *kept = heap_text(h, text, size);
  free(text);
  return kept;
}

struct command_row predict_row(const struct net_program *p, const struct net_predict *t, struct heap *h) {
  struct given given;
  given_begin(&given, p, t);
  return (struct command_row){t->name,
                              given.images > 1 ? "PICTURE..." : given.images ? "PICTURE|FOLDER..." : "",
                              summary(p, t, h),
                              "Runs the trained network and shows what the `predict` block of the .net file says.",
                              example(t, h),
                              OFTEN,
                              options,
                              command_predict,
                              t};
}
