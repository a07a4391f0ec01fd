/* Duty: the trials of a search block. A value is a function of the seed, the trial's number and the parameter's name
   alone, so that neither the number of trials nor their order in time matters:

     u = hash("SEED TRIAL ATTEMPT NAME") / 2^64

   A combination that an earlier trial has is drawn again, with the next attempt. A grid counts through the values, the
   last parameter fastest. */
#include "base/hash.h"
#include "view/search.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ATTEMPTS = 1000 };

static double unit(const Study *t, int trial, int attempt, Name name) {
  Text text = {.mem = t->c->mem};
  text_number(&text, t->s->seed);
  text_add(&text, " %d %d %s", trial, attempt, name_text(t->c->names, name));
  return (double)(hash_bytes((Hash){0, 0}, text_str(&text), text.len).low >> 11) * 0x1p-53;
}

static int is_whole(const SearchParam *p) {
  return p->kind == SEARCH_INT || p->kind == SEARCH_LOG_INT;
}

/* Where part u of the range lies. */
static double range_at(const SearchParam *p, double u, double beyond) {
  double high = p->high + beyond;
  if (p->kind == SEARCH_LOG || p->kind == SEARCH_LOG_INT)
    return exp(log(p->low) + u * (log(high) - log(p->low)));
  return p->low + u * (high - p->low);
}

static const SearchChoice *number_choice(const Study *t, const SearchParam *p, double v) {
  char digits[40];
  snprintf(digits, sizeof digits, "%.4g", v);
  v = fmin(fmax(is_whole(p) ? v : strtod(digits, NULL), p->low), p->high);
  Text text = {.mem = t->c->mem};
  text_number(&text, v);
  SearchChoice *choice = arena_alloc(t->c->mem, sizeof *choice);
  *choice = (SearchChoice){text_str(&text), text_str(&text), v};
  return choice;
}

static const SearchChoice *draw_random(const Study *t, const SearchParam *p, int trial, int attempt) {
  double u = unit(t, trial, attempt, p->name);
  if (p->kind == SEARCH_CHOICE)
    return &p->choices.at[(int)(u * p->choices.count)];
  return number_choice(t, p, is_whole(p) ? floor(range_at(p, u, 1)) : range_at(p, u, 0));
}

static int values_of(const SearchParam *p) {
  return p->kind == SEARCH_CHOICE ? p->choices.count : p->steps;
}

static const SearchChoice *grid_value(const Study *t, const SearchParam *p, int place) {
  if (p->kind == SEARCH_CHOICE)
    return &p->choices.at[place];
  double v = range_at(p, (double)place / (p->steps - 1), 0);
  return number_choice(t, p, is_whole(p) ? round(v) : v);
}

static const SearchChoice **trial_values(const Study *t, int trial, int attempt) {
  const SearchChoice **value = arena_alloc(t->c->mem, sizeof *value * (size_t)t->s->params.count);
  for (int k = t->s->params.count - 1, rest = trial; k >= 0; k--) {
    const SearchParam *p = &t->s->params.at[k];
    value[k] = t->s->how == TRY_GRID ? grid_value(t, p, rest % values_of(p)) : draw_random(t, p, trial, attempt);
    rest /= t->s->how == TRY_GRID ? values_of(p) : 1;
  }
  return value;
}

static int is_known(const Study *t, const SearchChoice *const *value) {
  for (int i = 0; i < t->trials.count; i++) {
    int k = 0;
    while (k < t->s->params.count && !strcmp(t->trials.at[i].value[k]->given, value[k]->given))
      k++;
    if (k == t->s->params.count)
      return 1;
  }
  return 0;
}

/* The program with these constants. */
static int variant_of(Study *t, const SearchChoice *const *value) {
  Words defines = {0};
  for (int k = 0; k < t->s->params.count; k++)
    if (t->s->params.at[k].is_const)
      vec_push(t->c->mem, &defines,
               arena_printf(t->c->mem, "%s=%s", name_text(t->c->names, t->s->params.at[k].name), value[k]->given));
  for (int i = 0; i < t->variants.count; i++) {
    int k = 0;
    while (k < defines.count && !strcmp(t->variants.at[i].defines.at[k], defines.at[k]))
      k++;
    if (k == defines.count)
      return i;
  }
  const char *path = defines.count ? arena_printf(t->c->mem, "%s/%s-%d", t->folder, t->stem, t->variants.count + 1)
                                   : arena_printf(t->c->mem, "%s/%s", t->folder, t->stem);
  vec_push(t->c->mem, &t->variants, (Variant){.path = path, .defines = defines});
  return t->variants.count - 1;
}

void study_draw(Study *t, int count) {
  int grid = t->s->how == TRY_GRID;
  for (int i = 0; i < count; i++) {
    const SearchChoice **value = NULL;
    for (int attempt = 0; !value && attempt < (grid ? 1 : ATTEMPTS); attempt++) {
      value = trial_values(t, i, attempt);
      if (is_known(t, value))
        value = NULL;
    }
    if (!value && !grid) /* lists have only so many combinations */
      return;
    if (value)
      vec_push(t->c->mem, &t->trials,
               (Trial){.value = value, .variant = variant_of(t, value), .score = NAN, .reason = ""});
  }
}
