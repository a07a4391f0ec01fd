/* With `accumulate: k` a step takes k batches, fewer at an epoch's end. All but the last go through the phase's part_entry,
   which only adds to the gradients, each batch by its share of the step's samples; the last through step_entry. Random
   numbers hang on the step and each sample's place in the epoch, so that nothing depends on how a step is cut. */
#include "step.h"
#include "schedule.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Steps since an epoch, for the optimizers of what was frozen until then. */
static double steps_since(const struct trainer *t, const char *epoch, int64_t step) {
  int64_t first = llround(strtod(epoch, NULL) * (double)t->epoch_steps);
  return step < first ? 1 : (double)(step - first + 1);
}

void step_scalars(struct trainer *t, int64_t step) {
  const struct net_program *p = t->m->program;
  double base = 0;
  for (int i = 0; i < p->scalars; i++) {
    const char *name = p->scalar[i];
    double *v = &t->m->scalar[i];
    *v = t->recipe.scalar[i];
    if (!strcmp(name, "step"))
      *v = (double)(step + 1);
    else if (!strcmp(name, "epoch"))
      *v = (double)step / (double)t->epoch_steps;
    else if (!strncmp(name, "step@", 5))
      *v = steps_since(t, name + 5, step);
    else if (scalar_is_rate(name)) {
      *v = schedule_rate(&t->recipe.schedule, *v, step, t->epoch_steps, t->steps, &t->s.plateau);
      base = base == 0 || !strcmp(name, "lr") ? *v : base;
    }
  }
  t->rate = base;
}

static void set_scalar(struct model *m, const char *name, double v) {
  for (int i = 0; i < m->program->scalars; i++)
    if (!strcmp(m->program->scalar[i], name))
      m->scalar[i] = v;
}

/* The phase of a step, counted from 0. */
static int phase_at(const struct trainer *t, int64_t step) {
  int i = 0;
  while (i + 1 < t->train->phases && (double)step >= round(t->train->phase[i].until * (double)t->epoch_steps))
    i++;
  return i;
}

static void add_sums(struct trainer *t) {
  const struct job *j = &t->fit.now->job;
  for (int o = 0; t->fit.n && o < t->outputs; o++)
    t->s.sum[o] += job_sum(j, o, t->fit.n);
  if (t->fit.n) /* else a batch of pictures that cannot be read: the schedule goes on, the weights stay */
    t->loss = job_sum(j, 0, t->fit.n);
  t->s.seen += t->fit.n;
}

int64_t step_run(struct trainer *t, char err[ERR]) {
  int phase = phase_at(t, t->s.step);
  int64_t room = t->recipe.batch * t->recipe.accumulate, left = t->fit.count - t->s.position;
  int64_t whole = left < room ? left : room, done = 0;
  step_scalars(t, t->s.step);
  t->loss = 0;
  while (done < whole) {
    int64_t n = pass_take(&t->fit, err);
    if (n <= 0)
      return n;
    set_scalar(t->m, "step.carry", done > 0);
    set_scalar(t->m, "step.share", (double)n / (double)whole);
    done += n;
    pass_run(&t->fit, trainer_entry(t, phase, done < whole), t->recipe.seed, (uint64_t)t->s.step + 1);
    add_sums(t);
  }
  t->s.position += done;
  return done;
}
