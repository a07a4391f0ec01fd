/* Schedules, equal to PyTorch's schedulers when those are advanced once a step:

     constant                    base
     step(every, gamma)          StepLR, epochs counted
     multistep(at, gamma)        MultiStepLR
     exponential(gamma)          ExponentialLR with gamma^(1/steps of an epoch)
     cosine(min, restarts)       CosineAnnealingLR; with restarts: that many equal periods, each from the top again
     one_cycle(max, warmup, ...) OneCycleLR, cosine annealing, two phases
     linear(end)                 LinearLR from 1 to the factor end
     plateau(factor, patience)   ReduceLROnPlateau, told a value after each epoch

   All but one_cycle take `warmup: e`: for e epochs the rate rises in equal steps, 1/n, 2/n … n/n of base; what follows
   counts its steps from the end of the warm-up. */
#include "schedule.h"
#include "calls.h"
#include <math.h>
#include <string.h>

struct clock {
  double epoch;       /* since the warm-up's end */
  double done, total; /* steps since the warm-up's end, of how many */
};

enum { MARKS = 64 };

typedef double Rate(const struct net_call *c, double base, struct clock t);

static double number(const struct net_call *c, const char *param) {
  return arg_num(c, CALL_SCHEDULE, param);
}

static double constant(const struct net_call *c, double base, struct clock t) {
  (void)c, (void)t;
  return base;
}

static double periods(double epochs) {
  return floor(epochs + 1e-9); /* 0.3 / 0.1 is a little less than 3 */
}

static double step(const struct net_call *c, double base, struct clock t) {
  return base * pow(number(c, "gamma"), periods(t.epoch / number(c, "every")));
}

static double multistep(const struct net_call *c, double base, struct clock t) {
  double at[MARKS];
  int passed = 0, marks = arg_nums(c, CALL_SCHEDULE, "at", at, MARKS);
  for (int i = 0; i < marks; i++)
    passed += t.epoch >= at[i] - 1e-9;
  return base * pow(number(c, "gamma"), passed);
}

static double exponential(const struct net_call *c, double base, struct clock t) {
  return base * pow(number(c, "gamma"), t.epoch);
}

static double half_cosine(double from, double to, double part) {
  return to + (from - to) * (1 + cos(M_PI * part)) / 2;
}

static double cosine(const struct net_call *c, double base, struct clock t) {
  double part = t.total > 0 ? t.done / t.total : 1, rounds = number(c, "restarts") + 1;
  part = part < 1 ? fmod(part * rounds, 1) : 1;
  return half_cosine(base, number(c, "min"), part);
}

static double one_cycle(const struct net_call *c, double base, struct clock t) {
  (void)base;
  double max = number(c, "max"), start = max / number(c, "div");
  double end = start / number(c, "final_div"), last = t.total - 1;
  double top = number(c, "warmup") * t.total - 1;
  if (t.done <= top && top > 0)
    return half_cosine(start, max, t.done / top);
  if (top < 0)
    top = 0;
  return last > top ? half_cosine(max, end, (t.done - top) / (last - top)) : max;
}

static double linear(const struct net_call *c, double base, struct clock t) {
  double part = t.total > 0 ? t.done / t.total : 1;
  return base * (1 + (number(c, "end") - 1) * (part < 1 ? part : 1));
}

static const struct {
  const char *name;
  Rate *rate;
} TABLE[] = {
    {"constant", constant}, {"step", step},           {"multistep", multistep}, {"exponential", exponential},
    {"cosine", cosine},     {"one_cycle", one_cycle}, {"linear", linear},
    {"plateau", constant}, /* times what schedule_tell makes of the values it is told */
};

static Rate *rate_of(const struct net_call *c) {
  for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++)
    if (!strcmp(TABLE[i].name, c->name))
      return TABLE[i].rate;
  return constant;
}

int schedule_check(const struct net_call *c, char err[ERR]) {
  double at[MARKS];
  if (!c->name)
    return fail(err, "schedule: a call is wanted, such as cosine(warmup: 1)");
  if (call_check(c, CALL_SCHEDULE, err))
    return -1;
  Rate *rate = rate_of(c);
  if (rate == step && !(number(c, "every") > 0))
    return fail(err, "schedule: step's `every` must be above 0");
  if (schedule_watches(c) && !(number(c, "factor") > 0 && number(c, "factor") < 1))
    return fail(err, "schedule: plateau's `factor` must lie between 0 and 1");
  if (rate == multistep && arg_nums(c, CALL_SCHEDULE, "at", at, MARKS) < 0)
    return fail(err, "schedule: multistep's `at` is a list of at most %d epochs", MARKS);
  return 0;
}

double schedule_rises(const struct net_call *c, double base) {
  double min = rate_of(c) == cosine || schedule_watches(c) ? number(c, "min") : 0;
  return min > base ? min : 0;
}

double schedule_rate(const struct net_call *c, double base, int64_t step, int64_t epoch_steps, int64_t steps,
                     const struct plateau *plateau) {
  Rate *rate = rate_of(c);
  double warmup = rate == one_cycle ? 0 : round(number(c, "warmup") * (double)epoch_steps);
  if ((double)step < warmup)
    return base * (double)(step + 1) / warmup;
  if (schedule_watches(c))
    return plateau->epochs ? fmax(base * plateau->scale, fmin(base, number(c, "min"))) : base;
  double done = (double)step - warmup;
  return rate(c, base, (struct clock){done / (double)epoch_steps, done, (double)steps - warmup});
}

int schedule_watches(const struct net_call *c) {
  return !strcmp(c->name, "plateau");
}

void schedule_tell(const struct net_call *c, struct plateau *p, double value, int better) {
  double threshold = number(c, "threshold");
  int improved = !p->epochs || (better > 0 ? value > p->best * (1 + threshold) : value < p->best * (1 - threshold));
  if (!p->epochs++)
    p->scale = 1;
  if (improved)
    p->best = value;
  p->bad = improved ? 0 : p->bad + 1;
  if (p->cooling > 0) {
    p->cooling--;
    p->bad = 0;
  }
  if ((double)p->bad > number(c, "patience")) {
    p->scale *= number(c, "factor");
    p->cooling = (int64_t)number(c, "cooldown");
    p->bad = 0;
  }
}
