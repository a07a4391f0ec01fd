/* Duty: `netc search`: the programs are compiled, the trials run, rung by rung, and what came of it is told.

   All that a search does next follows from its block, from search.csv and from the logs of its trials, so that one that was
   killed goes on by beginning anew and leaving out what is there. A grid and a random search have one rung, of all epochs;
   halving of 9 trials over 9 epochs with eta 3 has three: 9 trials to epoch 1, the best 3 to epoch 3, the best of these to
   epoch 9. Each trains by the schedule of all epochs (`train --epochs 9 --until 1`), and goes on from its checkpoint. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "view/search.h"
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const Span nowhere;

typedef struct {
  int epochs, count;
} Rung;
enum { RUNGS = 32 };

/* ---- the study ---- */

static int is_searched(const Study *t, const char *define) {
  for (int k = 0; k < t->s->params.count; k++) {
    const char *name = name_text(t->c->names, t->s->params.at[k].name);
    size_t len = strlen(name);
    if (!strncmp(define, name, len) && define[len] == '=')
      return 1;
  }
  return 0;
}

static int check_options(const Study *t) {
  enum { MOST = 10000 };
  const Options *o = t->o;
  if (o->trials > MOST) {
    diag_add(t->c, D_OPTION_VALUE, nowhere, "--trials", arena_printf(t->c->mem, "%d", o->trials), "10000 at most");
    return 0;
  }
  for (int i = 0; i < o->defines.count; i++)
    if (is_searched(t, o->defines.at[i])) {
      diag_add(t->c, D_OPTION_VALUE, nowhere, "-D", o->defines.at[i], "the search tries values of it itself");
      return 0;
    }
  int named = strcmp(t->file, "-") != 0;
  if (named && (o->words.count < 2 || *o->words.at[1] == '-'))
    return 1;
  Diag *d = diag_add(t->c, D_USAGE, nowhere, "search", "one file");
  if (named)
    diag_help(t->c, d, "options of each trial's `train` stand behind `--`: netc search %s -- --limit 1000", t->file);
  else
    diag_help(t->c, d, "not the standard input: every program is compiled from it anew");
  return 0;
}

static int cores(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
}

/* Between so many trials, as far as they run at a time. What they compute does not depend on it. */
static void share_cores(Study *t, int trials) {
  int sharing = trials < t->parallel ? trials : t->parallel, there = cores();
  t->threads = sharing && there > sharing ? there / sharing : 1;
}

static int study_open(Study *t, const Build *b) {
  const Options *o = b->o;
  const Search *s = b->program->search;
  *t = (Study){.c = b->c, .o = o, .file = b->path, .stem = build_stem(b->c, b->path), .s = s};
  t->folder = o->out      ? o->out
              : s->name ? arena_printf(b->c->mem, "runs/%s-%s", t->stem, name_text(b->c->names, s->name))
                          : arena_printf(b->c->mem, "runs/%s-search", t->stem);
  if (!check_options(t))
    return 0;
  int wanted = o->trials && (s->how != TRY_GRID || o->trials < s->trials) ? o->trials : s->trials;
  study_draw(t, wanted);
  t->parallel = o->parallel ? o->parallel : cores();
  if (t->trials.count < wanted && s->how != TRY_GRID)
    tell_line(t, "the lists have %d combinations: so many trials, not %d", t->trials.count, wanted);
  return 1;
}

/* ---- programs ---- */

static void add_option(Ctx *c, Words *to, const char *name, const char *value) {
  if (value)
    vec_push(c->mem, to, arena_printf(c->mem, "--%s=%s", name, value));
}

static Job build_job(const Study *t, int i) {
  const Options *o = t->o;
  const Variant *v = &t->variants.at[i];
  Ctx *c = t->c;
  Job job = {.trial = i, .output = arena_printf(c->mem, "%s.txt", v->path)};
  const char *const first[] = {"/proc/self/exe", "build", t->file, "-o", arena_printf(c->mem, "%s.new", v->path)};
  for (size_t k = 0; k < sizeof first / sizeof *first; k++)
    vec_push(c->mem, &job.words, first[k]);
  static const char *const blas[] = {NULL, "shared", "none"};
  add_option(c, &job.words, "cpu", o->cpu);
  add_option(c, &job.words, "memory", o->memory);
  add_option(c, &job.words, "blas", blas[o->blas]);
  for (int k = 0; k < o->skip.count; k++)
    add_option(c, &job.words, "skip", o->skip.at[k]);
  for (int k = 0; k < o->defines.count; k++)
    add_option(c, &job.words, "define", o->defines.at[k]);
  for (int k = 0; k < v->defines.count; k++)
    add_option(c, &job.words, "define", v->defines.at[k]);
  if (o->exact)
    vec_push(c->mem, &job.words, "--exact");
  if (o->no_cache)
    vec_push(c->mem, &job.words, "--no-cache");
  vec_push(c->mem, &job.words, NULL);
  unlink(job.output);
  return job;
}

/* What a child said, from `found` to the end of the line. */
static const char *line_from(const Study *t, const char *found, const char *otherwise) {
  return found ? arena_strndup(t->c->mem, found, strcspn(found, "\n")) : otherwise;
}

/* The first mistake of a compilation. */
static const char *build_error(const Study *t, const char *path) {
  const char *text = text_of_file(t->c, path);
  return line_from(t, text ? strstr(text, "error[") : NULL, arena_printf(t->c->mem, "see %s", path));
}

/* The last error of a training: those before it are of earlier attempts. */
static const char *train_error(const Study *t, const Job *job) {
  const char *text = text_of_file(t->c, job->output), *found = NULL;
  for (const char *s = text; s && (s = strstr(s, "error: ")); s++)
    found = s;
  return line_from(t, found, arena_printf(t->c->mem, "exit status %d, see %s", job->status, job->output));
}

static void build_begun(Study *t, const Job *job) {
  (void)t, (void)job;
}

static int build_ended(Study *t, const Job *job) {
  Variant *v = &t->variants.at[job->trial];
  if (!job->status && !rename(arena_printf(t->c->mem, "%s.new", v->path), v->path))
    unlink(job->output);
  else
    v->reason = build_error(t, job->output);
  return 0;
}

/* 0: interrupted. A program that does not compile fails its trials. */
static int build_all(Study *t) {
  Jobs jobs = {.begun = build_begun, .ended = build_ended};
  for (int i = 0; i < t->variants.count; i++)
    if (t->is_new || access(t->variants.at[i].path, X_OK))
      vec_push(t->c->mem, &jobs.list, build_job(t, i));
  if (jobs.list.count)
    tell_line(t, "compiling %d program%s", jobs.list.count, jobs.list.count == 1 ? "" : "s");
  return jobs_run(t, &jobs);
}

/* ---- trials ---- */

static Job trial_job(const Study *t, int i, int until) {
  const Trial *a = &t->trials.at[i];
  Ctx *c = t->c;
  const char *folder = trial_folder(t, i);
  Job job = {.trial = i, .output = arena_printf(c->mem, "%s/output.txt", folder)};
  vec_push(c->mem, &job.words, t->variants.at[a->variant].path);
  vec_push(c->mem, &job.words, "train");
  for (int k = 1; k < t->o->words.count; k++)
    vec_push(c->mem, &job.words, t->o->words.at[k]);
  add_option(c, &job.words, "out", folder);
  add_option(c, &job.words, "data", t->o->data);
  add_option(c, &job.words, "threads", arena_printf(c->mem, "%d", t->threads));
  add_option(c, &job.words, "epochs", arena_printf(c->mem, "%d", t->s->epochs));
  add_option(c, &job.words, "until", arena_printf(c->mem, "%d", until));
  add_option(c, &job.words, "keep", t->s->keep);
  add_option(c, &job.words, "seed", arena_printf(c->mem, "%.0f", t->s->seed));
  for (int k = 0; k < t->s->params.count; k++)
    if (!t->s->params.at[k].is_const)
      add_option(c, &job.words, name_text(c->names, t->s->params.at[k].name), a->value[k]->given);
  vec_push(c->mem, &job.words, "--resume"); /* if there is something yet */
  vec_push(c->mem, &job.words, NULL);
  return job;
}

/* Table and picture, in memory of their own: they are written time and again. */
static void study_save(const Study *t) {
  Ctx c = *t->c;
  Study copy = *t;
  copy.c = &c;
  c.mem = arena_new();
  table_write(&copy);
  plot_write(&copy);
  arena_free(c.mem);
}

static void trial_begun(Study *t, const Job *job) {
  t->trials.at[job->trial].state = TRIAL_RUNNING;
  mkdir(trial_folder(t, job->trial), 0777);
  study_save(t);
}

static void trial_failed(Study *t, int i, const char *reason) {
  Trial *a = &t->trials.at[i];
  const char *error = "error: ";
  a->reason = reason + (strncmp(reason, error, strlen(error)) ? 0 : strlen(error));
  a->state = strstr(reason, "the training stops") ? TRIAL_DIVERGED : TRIAL_FAILED;
  a->score = NAN;
  tell_line(t, "%d of %d: trial %d %s: %s", ++t->ended, t->wanted, i + 1, state_text(a->state), a->reason);
}

/* A folder that is not there fails them all: no need to hear it of each. Of the first ones only, for later ones have
   shown that it can go well. */
static void count_alike(Study *t, const Trial *a) {
  enum { ENOUGH = 5 };
  if (a->state != TRIAL_FAILED || (t->alike && strcmp(t->alike, a->reason)))
    t->alike = "";
  else
    t->alike = a->reason, t->stopped |= ++t->failed == ENOUGH;
}

static void trial_succeeded(Study *t, int i) {
  Trial *a = &t->trials.at[i];
  const char *judge = name_text(t->c->names, t->s->judge);
  a->epochs = a->seen;
  a->state = a->seen < t->until || t->until == t->s->epochs ? TRIAL_DONE : TRIAL_WAITING;
  if (!a->best) {
    trial_failed(t, i, arena_printf(t->c->mem, "its log has no number for %s", judge));
    return;
  }
  tell_line(t, "%d of %d: trial %d  %s %s (epoch %d of %d)  %s  %.1f s", ++t->ended, t->wanted, i + 1, judge,
            score_text(t, a->score), a->best, a->epochs, values_text(t, a), a->seconds);
}

/* What was killed, for want of memory perhaps, gets a second chance. */
static int trial_ended(Study *t, const Job *job) {
  enum { INTERRUPTED = 128 + SIGINT };
  Trial *a = &t->trials.at[job->trial];
  log_read(t, job->trial, t->until, a);
  a->state = TRIAL_WAITING;
  int again = job->status > 128 && job->status != INTERRUPTED && !job->again;
  if (!job->status)
    trial_succeeded(t, job->trial);
  else if (again)
    tell_line(t, "trial %d was killed by signal %d and goes on", job->trial + 1, job->status - 128);
  else if (job->status > 128 && job->status != INTERRUPTED)
    trial_failed(t, job->trial, arena_printf(t->c->mem, "killed by signal %d, twice", job->status - 128));
  else if (job->status != INTERRUPTED)
    trial_failed(t, job->trial, train_error(t, job));
  if (a->state != TRIAL_WAITING || !job->status)
    count_alike(t, a);
  study_save(t);
  return again;
}

static int is_short_of(const Study *t, int i, int epochs) {
  return t->trials.at[i].state == TRIAL_WAITING && t->trials.at[i].epochs < epochs;
}

/* The first of `order` to the rung's end. 0: interrupted, or one of them was. */
static int run_rung(Study *t, Rung rung, const int *order) {
  Jobs jobs = {.begun = trial_begun, .ended = trial_ended, .tick = tell_progress};
  int wanted = 0, all = 1;
  for (int i = 0; i < rung.count; i++)
    wanted += is_short_of(t, order[i], rung.epochs);
  share_cores(t, wanted);
  t->until = rung.epochs, t->wanted = rung.count, t->ended = rung.count - wanted;
  for (int i = 0; i < rung.count; i++) {
    const char *reason = t->variants.at[t->trials.at[order[i]].variant].reason;
    if (is_short_of(t, order[i], rung.epochs) && !reason)
      vec_push(t->c->mem, &jobs.list, trial_job(t, order[i], rung.epochs));
    else if (reason && t->trials.at[order[i]].state == TRIAL_WAITING)
      trial_failed(t, order[i], arena_printf(t->c->mem, "does not compile: %s", reason));
  }
  if (!jobs_run(t, &jobs))
    return 0;
  for (int i = 0; i < rung.count; i++)
    all &= !is_short_of(t, order[i], rung.epochs);
  return all;
}

static int rungs_of(const Study *t, Rung *rung) {
  const Search *s = t->s;
  int last = 0, count = t->trials.count;
  while (s->how == TRY_HALVING && pow(s->eta, last + 1) <= fmin(count, s->epochs) + 1e-6)
    last++;
  for (int i = 0; i <= last; i++) {
    rung[i].epochs = (int)round(s->epochs / pow(s->eta, last - i));
    rung[i].count = i ? (int)floor(count / pow(s->eta, i) + 1e-6) : count;
  }
  return last + 1;
}

/* The best of the first `count` in `order` by what they were at the rung's end come first; those behind are left. */
static void promote(Study *t, Rung rung, int next, int *order) {
  Trial *at = arena_alloc(t->c->mem, sizeof *at * (size_t)t->trials.count);
  for (int i = 0; i < rung.count; i++) {
    at[order[i]] = t->trials.at[order[i]];
    if (at[order[i]].state <= TRIAL_LEFT)
      log_read(t, order[i], rung.epochs, &at[order[i]]);
  }
  for (int i = 1; i < rung.count; i++)
    for (int k = i; k > 0 && score_better(t, &at[order[k]], &at[order[k - 1]]); k--) {
      int swap = order[k];
      order[k] = order[k - 1], order[k - 1] = swap;
    }
  for (int i = next; i < rung.count; i++)
    if (t->trials.at[order[i]].state == TRIAL_WAITING)
      t->trials.at[order[i]].state = TRIAL_LEFT;
}

static int run_trials(Study *t) {
  Rung rung[RUNGS];
  int rungs = rungs_of(t, rung), *order = arena_alloc(t->c->mem, sizeof *order * (size_t)t->trials.count);
  for (int i = 0; i < t->trials.count; i++)
    order[i] = i;
  for (int i = 0; i < rungs; i++) {
    if (rungs > 1)
      tell_line(t, "rung %d of %d: %d trial%s to epoch %d", i + 1, rungs, rung[i].count, rung[i].count == 1 ? "" : "s", rung[i].epochs);
    if (!run_rung(t, rung[i], order))
      return 0;
    if (i + 1 < rungs)
      promote(t, rung[i], rung[i + 1].count, order);
  }
  return 1;
}

/* ---- all of it ---- */

static void tell_beginning(Study *t) {
  tell_line(t, "%s: %d trial%s, %d at a time", t->folder, t->trials.count, t->trials.count == 1 ? "" : "s", t->parallel);
}

static int study_has_score(const Study *t) {
  int found = 0;
  for (int i = 0; i < t->trials.count; i++)
    found |= isfinite(t->trials.at[i].score) != 0;
  return found;
}

int view_search(Ctx *c, const Options *o, FILE *to) {
  Build b;
  Study t;
  sigset_t before;
  if (!build_parse(&b, c, o, o->words.at[0]) || !build_expand(&b))
    return 0;
  if (b.graphs || !b.program->search) {
    diag_help(c, diag_add(c, D_SEARCH_NONE, nowhere, b.path), "netc help log; netc help random; spec/language.md, Searching");
    return 0;
  }
  if (!study_open(&t, &b) || !folder_open(&t))
    return 0;
  tell_beginning(&t);
  signals_hold(&before);
  int all = build_all(&t) && run_trials(&t);
  study_save(&t);
  if (o->json)
    tell_json(&t, to);
  tell_end(&t, o->json ? stderr : to, all);
  fflush(to);
  signals_release(&before);
  if (!all && !t.stopped) { /* as a program that Ctrl-C ends; it may have been begun with that ignored */
    signal(SIGINT, SIG_DFL);
    raise(SIGINT);
  }
  return !t.stopped && study_has_score(&t) && !diag_errors(c->diags);
}
