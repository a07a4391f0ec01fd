/* The loop. After every step the state says exactly what is done, so a checkpoint may be written after any of them, and
   what comes from one goes on as if nothing had been: the order of an epoch, the noise of a step and the rates are
   functions of the state, and the epoch's sums are part of it. */
#include "interrupt.h"
#include "log/board.h"
#include "log/record.h"
#include "log/verdict.h"
#include "pool.h"
#include "schedule.h"
#include "step.h"
#include "tally.h"
#include "term.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- checkpoints ---- */

static struct checkpoint_about about(const struct trainer *t) {
  return (struct checkpoint_about){t->train->name, t->recipe_text, t->options_text, t->classes};
}

static const char *last_words(struct trainer *t, char text[ERR]) {
  if (t->saved_step)
    snprintf(text, ERR, "%s holds the training up to step %lld", t->last, (long long)t->saved_step);
  else
    snprintf(text, ERR, "no checkpoint was written yet");
  return text;
}

static int broken(struct trainer *t, const char *what, char err[ERR]) {
  char words[ERR];
  term_clear();
  return fail(err,
              "%s at step %lld (epoch %lld): the training stops; %.200s\nA smaller learning rate (--lr, now %g) is the "
              "usual cure; a division by zero or the logarithm of a negative number the other cause",
              what, (long long)t->s.step, (long long)t->s.epoch + (t->s.position > 0), last_words(t, words), t->rate);
}

static int save(struct trainer *t, const char *path, int with_optimizer, char err[ERR]) {
  const struct net_param *p = model_broken(t->m);
  if (p) {
    char *what = mem_text("%s became infinite or not a number", p->name);
    broken(t, what, err);
    free(what);
    return -1;
  }
  if (!checkpoint_save(path, t->m, &t->s, with_optimizer, about(t), err))
    return 0;
  term_clear();
  return t->saved_step ? fail(err, "%.300s\nWhen there is room again, go on with\n  %s", err, t->o->again) : -1;
}

static int save_last(struct trainer *t, char err[ERR]) {
  if (save(t, t->last, 1, err))
    return -1;
  t->saved = now();
  t->saved_step = t->s.step;
  return 0;
}

static int save_due(const struct trainer *t) {
  const struct train_options *o = t->o;
  return (o->save_steps && t->s.step - t->saved_step >= o->save_steps) ||
         (o->save_seconds > 0 && now() - t->saved >= o->save_seconds);
}

static int stop_for_now(struct trainer *t, char err[ERR]) {
  term_clear();
  if (save_last(t, err))
    return -1;
  fprintf(interrupt_words(), "interrupted at step %lld (epoch %lld); go on with\n  %s\n", (long long)t->s.step,
          (long long)t->s.epoch + 1, t->o->again);
  return INTERRUPTED;
}

/* ---- an epoch's steps ---- */

static struct log_place place(const struct trainer *t, double mean[OUTPUTS_MAX]) {
  for (int o = 0; o < t->outputs; o++)
    mean[o] = o && t->train->metric[o - 1].call ? NAN : t->s.seen ? t->s.sum[o] / (double)t->s.seen : 0;
  return (struct log_place){.epoch = t->s.epoch + 1,
                            .epochs = t->epochs,
                            .position = t->s.position,
                            .count = t->fit.count,
                            .lr = t->rate,
                            .step = t->s.step,
                            .seconds = now() - t->begun,
                            .mean = mean};
}

/* Steps to the end of the epoch or of the training. 0, INTERRUPTED, or -1 and err. */
static int run_epoch(struct trainer *t, char err[ERR]) {
  double mean[OUTPUTS_MAX];
  t->begun = now();
  log_epoch_begin(&t->log, t->s.position);
  pass_begin(&t->fit, (uint64_t)t->s.epoch, t->s.position);
  while (t->s.step < t->steps) {
    int64_t n = step_run(t, err);
    if (n <= 0)
      return (int)n;
    t->s.step++;
    if (!isfinite(t->loss))
      return broken(t, isnan(t->loss) ? "the loss became nan" : "the loss became infinite", err);
    struct log_place p = place(t, mean);
    log_bar(&t->log, &p);
    if (interrupt_seen())
      return stop_for_now(t, err);
    if (save_due(t) && save_last(t, err))
      return -1;
  }
  return 0;
}

/* ---- after an epoch ---- */

static double watched(const struct trainer *t, struct recipe_watch w, const double *mean) {
  return (t->has_val ? t->val_mean : mean)[w.output];
}

static int better(struct recipe_watch w, double v, double than, int64_t than_epoch) {
  return isfinite(v) && (!than_epoch || (w.better > 0 ? v > than : v < than));
}

/* Whether this epoch's weights are the ones to keep. */
static int judge(struct trainer *t, const double *mean) {
  struct train_state *s = &t->s;
  int keep = 1;
  if (t->recipe.keep.output >= 0) {
    double v = watched(t, t->recipe.keep, mean);
    keep = better(t->recipe.keep, v, s->best, s->best_epoch);
    if (keep)
      s->best = v;
  }
  if (keep)
    s->best_epoch = s->epoch;
  if (t->recipe.stop.output >= 0) {
    double v = watched(t, t->recipe.stop, mean);
    if (better(t->recipe.stop, v, s->stop_best, s->stop_epoch)) {
      s->stop_best = v;
      s->stop_epoch = s->epoch;
    }
  }
  if (t->recipe.plateau.output >= 0)
    schedule_tell(&t->recipe.schedule, &s->plateau, watched(t, t->recipe.plateau, mean), t->recipe.plateau.better);
  return keep;
}

/* What an epoch leaves: best first: a last.safetensors that speaks of a best epoch then always finds it. */
static int save_epoch(struct trainer *t, int keep, char err[ERR]) {
  if (keep && save(t, t->best, 0, err))
    return -1;
  if (!t->recipe.keep_every || t->s.epoch % t->recipe.keep_every)
    return 0;
  char *path = mem_text("%s/epoch-%04lld.safetensors", t->o->out, (long long)t->s.epoch);
  int status = save(t, path, 0, err);
  free(path);
  return status;
}

/* Once: why a metric of detections has no numbers. */
static void tell_missing(const struct trainer *t) {
  for (int o = 1; o < t->outputs && t->has_val && !t->s.epoch; o++)
    if (!tally_has(t->train, o, t->val_mean[o])) {
      char *text = mem_text("%s has no number: there is no box to find in the validation data, or none of such an area",
                            t->train->metric[o - 1].name);
      term_warn(text);
      free(text);
    }
}

/* After the last step of an epoch. The weights are those that are judged and kept: with `ema`, the shadow ones. */
static int judge_epoch(struct trainer *t, char err[ERR]) {
  double mean[OUTPUTS_MAX];
  struct train_state *s = &t->s;
  if (t->has_val) {
    int status = pass_mean(&t->val, t->train, t->recipe.seed, t->val_mean, NULL, err);
    if (status)
      return status;
  }
  tell_missing(t);
  struct log_place p = place(t, mean);
  p.val = t->has_val ? t->val_mean : NULL;
  log_epoch_line(&t->log, &p);
  log_row(&t->log, &p);
  s->epoch++;
  if (t->preview && preview_write(t->preview, s->epoch, err))
    log_warn(&t->log, err);
  board_epoch(t, &p);
  int keep = judge(t, mean);
  record_epoch(t, &p, keep && t->recipe.keep.output >= 0);
  log_curves(&t->log, t->recipe.keep.output < 0 ? 0 : s->best_epoch, s->step >= t->steps || trainer_stalled(t));
  s->position = s->seen = 0;
  memset(s->sum, 0, sizeof s->sum);
  return save_epoch(t, keep, err);
}

static int end_epoch(struct trainer *t, char err[ERR]) {
  step_scalars(t, t->s.step - 1);
  model_shadow_swap(t->m);
  int status = judge_epoch(t, err);
  model_shadow_swap(t->m);
  return status > 0 ? stop_for_now(t, err) : status ? status : save_last(t, err);
}

/* ---- all of it ---- */

static void header(const struct trainer *t) {
  const struct net_program *p = t->m->program;
  char a[NUMBER], b[NUMBER];
  int threads = pool_threads(t->m->pool);
  printf("%s: %s parameters, %d thread%s\n", p->name, count_text(a, role_count(p, NET_WEIGHT)), threads,
         threads == 1 ? "" : "s");
  printf("%s: %s samples to train on", t->data->name, count_text(a, t->fit.count));
  if (t->has_val)
    printf(", %s to validate", count_text(b, t->val.count));
  int64_t room = t->fit.now->job.room;
  printf("\n%s epoch%s of %s step%s, batch %lld%s", number_text(a, t->recipe.epochs), t->recipe.epochs == 1 ? "" : "s",
         count_text(b, t->epoch_steps), t->epoch_steps == 1 ? "" : "s", (long long)room,
         room < t->recipe.batch ? " (all samples)" : "");
  if (t->recipe.accumulate > 1)
    printf(" x %lld", (long long)t->recipe.accumulate);
  printf(", %.1f MB for a step\n", (double)pass_bytes(&t->fit) / 1e6);
  for (int i = 0; i < p->scalars; i++) {
    double end = scalar_is_rate(p->scalar[i]) ? schedule_rises(&t->recipe.schedule, t->recipe.scalar[i]) : 0;
    if (end > 0)
      printf("schedule: %s rises from %s to %s: min is a rate, no share of it\n", p->scalar[i],
             number_text(a, t->recipe.scalar[i]), number_text(b, end));
  }
  if (t->s.step && !trainer_done(t))
    printf("going on from step %lld (epoch %lld)\n", (long long)t->s.step, (long long)t->s.epoch + 1);
  fflush(stdout);
}

/* The weights that the training leaves: the best epoch's, or the last's, or its shadows. */
static int keep_best(struct trainer *t, char err[ERR]) {
  struct tensors from;
  if (t->recipe.keep.output < 0 || !t->s.best_epoch) {
    model_shadow_swap(t->m);
    return 0;
  }
  if (tensors_open(&from, t->best, err))
    return -1;
  int status = checkpoint_load(t->m, &from, t->best, 0, err);
  tensors_close(&from);
  if (!status)
    printf("best: epoch %lld\n", (long long)t->s.best_epoch);
  return status;
}

static int test(struct trainer *t, char err[ERR]) {
  double mean[OUTPUTS_MAX];
  struct pass pass;
  struct pass_spec spec = {.data = t->data,
                           .split = NET_TEST,
                           .entry = t->train->eval_entry,
                           .batch = t->recipe.batch,
                           .limit = t->o->limit,
                           .folder = t->o->data,
                           .seed = t->recipe.seed};
  if (!data_has(t->data, NET_TEST))
    return 0;
  if (pass_open(&pass, t->m, &spec, err))
    return -1;
  char *tables = NULL;
  size_t size;
  FILE *f = open_memstream(&tables, &size);
  int status = pass_mean(&pass, t->train, t->recipe.seed, mean, f, err);
  fclose(f);
  if (!status) {
    term_bold(stdout);
    fputs("test: ", stdout);
    log_values(stdout, t->train, "", mean);
    term_plain(stdout);
    printf("\n%s", tables);
    record_test(t, pass.count, mean);
    if (verdict_write(&(struct verdict){t->m, t->data, pass.set, t->o->out, "test", t->recipe.seed, &pass.detected}, err) < 0)
      log_warn(&t->log, err);
  } else if (status > 0)
    fprintf(interrupt_words(), "interrupted: the training is done and saved, its test is not; go on with\n  %s\n",
            t->o->again);
  free(tables);
  pass_close(&pass);
  return status > 0 ? INTERRUPTED : status;
}

/* As far as --until lets it: the rest, rates included, would go on as if nothing had been. */
static int is_until(const struct trainer *t) {
  return t->o->until && !t->s.position && t->s.epoch >= t->o->until;
}

static int loop(struct trainer *t, char err[ERR]) {
  if (trainer_done(t))
    printf("%s: this training has come to its end after epoch %lld\n", t->last, (long long)t->s.epoch);
  while (!trainer_done(t) && !is_until(t)) {
    int status = run_epoch(t, err);
    term_clear();
    pass_end(&t->fit);
    if (!status)
      status = end_epoch(t, err);
    if (status)
      return status;
  }
  if (is_until(t) && !trainer_stalled(t)) {
    printf("stopped after epoch %lld; go on with\n  %s\n", (long long)t->s.epoch, t->o->again);
    return 0;
  }
  if (trainer_stalled(t) && t->s.step < t->steps)
    printf("stopped: no better epoch since epoch %lld\n", (long long)t->s.stop_epoch);
  return keep_best(t, err) ? -1 : test(t, err);
}

int train_run(struct model *m, const struct net_train *train, const struct train_options *o, int carry, char err[ERR]) {
  struct trainer t = {
      .m = m, .train = train, .data = &m->program->data[train->data], .o = o, .outputs = train->metrics + 1};
  struct tensors from;
  int resume = 0, status = 0;
  t.last = mem_text("%s/last.safetensors", o->out);
  t.best = mem_text("%s/best.safetensors", o->out);
  if (!status && o->resume) {
    FILE *there = fopen(t.last, "re");
    if (there) {
      fclose(there);
      status = tensors_open(&from, t.last, err);
      resume = !status;
    } else
      printf("there is no %s yet: the training begins\n", t.last);
  }
  if (!status)
    status = trainer_open(&t, resume ? &from : NULL, carry, err);
  if (resume)
    tensors_close(&from);
  if (!status) {
    header(&t);
    interrupt_watch();
    status = loop(&t, err);
    record_end(&t, status, err);
  }
  trainer_close(&t);
  return status;
}
