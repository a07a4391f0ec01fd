/* Duty: what a search tells: a line for each trial that ended, one that moves for each under way where a terminal
   watches, and the table at the end, best first. */
#include "view/search.h"
#include "runtime/term.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- words ---- */

const char *score_text(const Study *t, double score) {
  double size = fabs(score);
  if (!isfinite(score))
    return "-";
  return arena_printf(t->c->mem, size == 0 || (size >= 1e-3 && size < 1e5) ? "%.4f" : "%.3e", score);
}

int value_differs(const Study *t, int param) {
  for (int i = 1; i < t->trials.count; i++)
    if (strcmp(t->trials.at[i].value[param]->given, t->trials.at[0].value[param]->given))
      return 1;
  return 0;
}

const char *values_text(const Study *t, const Trial *a) {
  Text text = {.mem = t->c->mem};
  for (int k = 0; k < t->s->params.count; k++)
    if (value_differs(t, k))
      text_add(&text, "%s%s %s", text.len ? "  " : "", name_text(t->c->names, t->s->params.at[k].name), a->value[k]->shown);
  return text_str(&text);
}

/* Quoted for a shell where it must be. */
static void add_word(Text *to, const char *word) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  text_add(to, to->len ? " " : "");
  if (*word && !word[strspn(word, plain)]) {
    text_add(to, "%s", word);
    return;
  }
  text_add(to, "'");
  for (; *word; word++)
    text_add(to, *word == '\'' ? "'\\''" : "%c", *word);
  text_add(to, "'");
}

/* ---- order ---- */

int score_better(const Study *t, const Trial *a, const Trial *b) {
  if (!isfinite(a->score) || !isfinite(b->score))
    return isfinite(a->score) && !isfinite(b->score);
  return (a->score - b->score) * t->s->better > 0;
}

/* Finished ones first; of those that were left behind, or are not finished, those that came furthest. */
static int stands_before(const Study *t, const Trial *a, const Trial *b) {
  static const int class[TRIAL_STATES] = {1, 1, 0, 1, 2, 3};
  if (class[a->state] != class[b->state])
    return class[a->state] < class[b->state];
  if (class[a->state] == 1 && a->epochs != b->epochs)
    return a->epochs > b->epochs;
  return score_better(t, a, b);
}

int *study_order(const Study *t) {
  int *order = arena_alloc(t->c->mem, sizeof *order * (size_t)t->trials.count);
  for (int i = 0; i < t->trials.count; i++) {
    int k = i;
    for (; k > 0 && stands_before(t, &t->trials.at[i], &t->trials.at[order[k - 1]]); k--)
      order[k] = order[k - 1];
    order[k] = i;
  }
  return order;
}

/* ---- as it goes ---- */

static void clear_drawn(Study *t) {
  if (t->drawn)
    fprintf(stderr, "\r\033[%dA\033[J", t->drawn);
  t->drawn = 0;
}

void tell_line(Study *t, const char *format, ...) {
  va_list args;
  clear_drawn(t);
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
}

/* In memory of its own, for it is called all the time. */
void tell_progress(Study *study, const Job *jobs, int count) {
  int columns = term_columns();
  if (!term_watched())
    return;
  Ctx c = *study->c;
  Study copy = *study, *t = &copy;
  t->c = &c;
  c.mem = arena_new();
  clear_drawn(study);
  for (int i = 0; i < count; i++) {
    if (jobs[i].id <= 0)
      continue;
    Trial a = t->trials.at[jobs[i].trial];
    log_read(t, jobs[i].trial, INT_MAX, &a);
    const char *line = arena_printf(c.mem, "trial %d  epoch %d/%d  %s %s  %.0f s  %s", jobs[i].trial + 1, a.seen, t->until,
                                    name_text(c.names, t->s->judge), score_text(t, a.score), seconds_now() - jobs[i].begun,
                                    values_text(t, &a));
    fprintf(stderr, "%.*s\n", columns - 1, line);
    study->drawn++;
  }
  arena_free(c.mem);
}

/* ---- the table ---- */

static const char *time_text(const Study *t, double seconds) {
  long long s = llround(seconds);
  return s < 60     ? arena_printf(t->c->mem, "%.1f s", seconds)
         : s < 3600 ? arena_printf(t->c->mem, "%lld:%02lld", s / 60, s % 60)
                    : arena_printf(t->c->mem, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
}

/* What there is to say of a trial that is not done. */
static const char *remark(const Study *t, const Trial *a) {
  const char *state = a->state == TRIAL_DONE ? "" : state_text(a->state);
  return *a->reason ? arena_printf(t->c->mem, "%s: %.60s", state, a->reason) : state;
}

static void print_table(const Study *t, const int *order, FILE *to) {
  enum { ROWS = 30 };
  char align[80] = "rrr";
  Table table = {.mem = t->c->mem, .align = align};
  int columns = 3;
  table_add(&table, "trial"), table_add(&table, "%s", name_text(t->c->names, t->s->judge)), table_add(&table, "epoch");
  for (int k = 0; k < t->s->params.count && columns < 76; k++)
    if (value_differs(t, k)) {
      table_add(&table, "%s", name_text(t->c->names, t->s->params.at[k].name));
      align[columns++] = isfinite(t->trials.at[0].value[k]->number) ? 'r' : 'l';
    }
  align[columns++] = 'r', align[columns++] = 'l', align[columns] = 0;
  table_add(&table, "time"), table_add(&table, " ");
  for (int i = 0; i < t->trials.count && i < ROWS; i++) {
    const Trial *a = &t->trials.at[order[i]];
    table_add(&table, "%d", order[i] + 1);
    table_add(&table, "%s", score_text(t, a->score));
    table_add(&table, "%s", a->seen ? arena_printf(t->c->mem, "%d/%d", a->best, a->seen) : "");
    for (int k = 0, used = 3; k < t->s->params.count && used < columns - 2; k++)
      if (value_differs(t, k))
        table_add(&table, "%s", a->value[k]->shown), used++;
    table_add(&table, "%s", a->seen ? time_text(t, a->seconds) : "");
    table_add(&table, "%s", remark(t, a));
  }
  table_print(&table, to);
  if (t->trials.count > ROWS)
    fprintf(to, "  ... and %d more in %s/search.csv\n", t->trials.count - ROWS, t->folder);
}

/* ---- the end ---- */

/* The command that was called, with --resume. */
static const char *again_text(const Study *t) {
  char words[8192];
  FILE *f = fopen("/proc/self/cmdline", "re");
  size_t len = f ? fread(words, 1, sizeof words - 1, f) : 0;
  Text text = {.mem = t->c->mem};
  words[len] = 0;
  if (f)
    fclose(f);
  int place = 0;
  for (const char *word = words; word < words + len; word += strlen(word) + 1) {
    add_word(&text, word);
    if (++place == 2 && !t->o->resume)
      add_word(&text, "--resume");
  }
  return text_str(&text);
}

/* The file in the study's folder that leads to the trial's weights. */
static int point_to_best(const Study *t, int best) {
  const char *path = arena_printf(t->c->mem, "%s/best.safetensors", t->folder), *half = arena_printf(t->c->mem, "%s.new", path);
  unlink(half);
  if (!symlink(arena_printf(t->c->mem, "trial-%03d/best.safetensors", best + 1), half) && !rename(half, path))
    return 1;
  diag_add(t->c, D_CANNOT_WRITE, (Span){0, 0}, path, strerror(errno));
  return 0;
}

static void add_option(Text *to, const char *name, const char *value) {
  if (value)
    add_word(to, arena_printf(to->mem, "--%s", name)), add_word(to, value);
}

/* With the trial's own program: how good it is on test data, and the same training again. */
static void print_commands(const Study *t, const Trial *a, FILE *to) {
  Text eval = {.mem = t->c->mem}, train = {.mem = t->c->mem};
  add_word(&eval, t->variants.at[a->variant].path), add_word(&train, t->variants.at[a->variant].path);
  add_word(&eval, "eval"), add_word(&train, "train");
  add_option(&eval, "weights", arena_printf(t->c->mem, "%s/best.safetensors", t->folder));
  add_option(&eval, "data", t->o->data), add_option(&train, "data", t->o->data);
  for (int k = 1; k < t->o->words.count; k++)
    add_word(&train, t->o->words.at[k]);
  add_option(&train, "epochs", arena_printf(t->c->mem, "%d", t->s->epochs));
  add_option(&train, "keep", t->s->keep);
  Name seed = name_of(t->c->names, "seed");
  for (int k = 0; k < t->s->params.count; k++) {
    if (!t->s->params.at[k].is_const)
      add_option(&train, name_text(t->c->names, t->s->params.at[k].name), a->value[k]->given);
    seed = t->s->params.at[k].name == seed ? 0 : seed;
  }
  add_option(&train, "seed", seed ? arena_printf(t->c->mem, "%.0f", t->s->seed) : NULL);
  fprintf(to, "  evaluate  %s\n  train     %s\n", text_str(&eval), text_str(&train));
}

static void count_states(const Study *t, int *count) {
  for (int i = 0; i < t->trials.count; i++)
    count[t->trials.at[i].state]++;
}

void tell_end(Study *t, FILE *to, int all) {
  int *order = study_order(t), best = order[0], count[TRIAL_STATES] = {0};
  const Trial *a = &t->trials.at[best];
  clear_drawn(t);
  count_states(t, count);
  if (!t->o->json) {
    fputc('\n', to);
    print_table(t, order, to);
  }
  fputc('\n', to);
  if (a->best && point_to_best(t, best)) {
    fprintf(to, "best%s: trial %d, %s %s after epoch %d  %s\n", all ? "" : " so far", best + 1, name_text(t->c->names, t->s->judge), score_text(t, a->score), a->best,
            values_text(t, a));
    print_commands(t, a, to);
    fprintf(to, "  picture   %s/search.svg\n", t->folder);
  }
  if (count[TRIAL_FAILED])
    fprintf(to, "%d trial%s failed (search.csv tells why); --resume tries again\n", count[TRIAL_FAILED], count[TRIAL_FAILED] == 1 ? "" : "s");
  if (!all)
    fprintf(to, "%s: %d of %d trials have ended; go on with\n  %s\n", t->stopped ? "stopped, for the first trials failed alike" : "interrupted",
            t->trials.count - count[TRIAL_WAITING], t->trials.count, again_text(t));
}

/* ---- json ---- */

static void json_text(FILE *to, const char *s) {
  fputc('"', to);
  for (; *s; s++)
    if (*s == '"' || *s == '\\')
      fprintf(to, "\\%c", *s);
    else if ((unsigned char)*s < ' ')
      fprintf(to, "\\u%04x", (unsigned)*s);
    else
      fputc(*s, to);
  fputc('"', to);
}

static void json_number(FILE *to, double v) {
  fprintf(to, isfinite(v) ? "%.9g" : "null", v);
}

static void json_trial(const Study *t, int i, FILE *to) {
  const Trial *a = &t->trials.at[i];
  fprintf(to, "    {\"trial\": %d, \"state\": ", i + 1);
  json_text(to, state_text(a->state));
  fputs(", \"parameters\": {", to);
  for (int k = 0; k < t->s->params.count; k++) {
    fputs(k ? ", " : "", to);
    json_text(to, name_text(t->c->names, t->s->params.at[k].name));
    fputs(": ", to);
    const char *shown = a->value[k]->shown;
    if (!strcmp(shown, "true") || !strcmp(shown, "false"))
      fputs(shown, to);
    else if (isfinite(a->value[k]->number))
      json_number(to, a->value[k]->number);
    else
      json_text(to, shown);
  }
  fputs("}, \"score\": ", to);
  json_number(to, a->score);
  fprintf(to, ", \"best_epoch\": %d, \"epochs\": %d, \"seconds\": %.1f, \"run\": ", a->best, a->seen, a->seconds);
  json_text(to, trial_folder(t, i));
  fputs(", \"program\": ", to);
  json_text(to, t->variants.at[a->variant].path);
  fputs(", \"reason\": ", to);
  json_text(to, a->reason);
  fputc('}', to);
}

void tell_json(const Study *t, FILE *to) {
  static const char *const hows[] = {"", "random", "grid", "halving"};
  const int *order = study_order(t);
  fprintf(to, "{\n  \"search\": \"%s\",\n  \"judge\": ", hows[t->s->how]);
  json_text(to, name_text(t->c->names, t->s->judge));
  fprintf(to, ",\n  \"larger_is_better\": %s,\n  \"trials\": [\n", t->s->better > 0 ? "true" : "false");
  for (int i = 0; i < t->trials.count; i++) {
    json_trial(t, order[i], to);
    fputs(i + 1 < t->trials.count ? ",\n" : "\n", to);
  }
  fputs("  ]\n}\n", to);
}
