#include "log.h"
#include "log/curves.h"
#include "log/file.h"
#include "tally.h"
#include "term.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *value_text(char text[VALUE], double v) {
  double size = fabs(v);
  if (isnan(v))
    return strcpy(text, "nan"); /* which may have a sign that nobody wants to see */
  snprintf(text, VALUE, size == 0 || (size >= 1e-3 && size < 1e5) || !isfinite(v) ? "%.4f" : "%.3e", v);
  return text;
}

static const char *output_name(const struct net_train *t, int o) {
  return o ? t->metric[o - 1].name : "loss";
}

void log_values(FILE *out, const struct net_train *t, const char *prefix, const double *mean) {
  char text[VALUE];
  for (int o = 0; o <= t->metrics; o++)
    if (tally_has(t, o, mean[o]))
      fprintf(out, "%s%s%s %s", o ? "  " : "", prefix, output_name(t, o), value_text(text, mean[o]));
}

/* ---- log.csv ---- */

static void csv_values(FILE *csv, const double *v, int count) {
  for (int i = 0; i < count; i++)
    fprintf(csv, ",%.9g", isnan(v[i]) ? NAN : v[i]);
}

static void csv_head(FILE *csv, const struct log *l) {
  fputs("epoch,step,lr", csv);
  for (int part = 0; part <= l->has_val; part++)
    for (int o = 0; o <= l->train->metrics; o++)
      fprintf(csv, ",%s%s", part ? "val_" : "", output_name(l->train, o));
  fputs(",seconds\n", csv);
}

static void csv_row(FILE *csv, const struct log *l, const struct log_place *p) {
  fprintf(csv, "%lld,%lld,%.9g", (long long)p->epoch, (long long)p->step, p->lr);
  csv_values(csv, p->mean, l->train->metrics + 1);
  if (p->val)
    csv_values(csv, p->val, l->train->metrics + 1);
  fprintf(csv, ",%.3f\n", p->seconds);
}

/* Adds a row, or with p NULL the head; all of it or nothing. */
static int csv_add(struct log *l, const struct log_place *p, char err[ERR]) {
  char *text;
  size_t size;
  FILE *f = open_memstream(&text, &size);
  p ? csv_row(f, l, p) : csv_head(f, l);
  fclose(f);
  int status = file_append(l->csv, l->path, text, size, err);
  free(text);
  return status;
}

/* Cuts off what was written after the checkpoint: all but the head and the rows of the first `epochs`. */
static int keep_epochs(const struct log *l, int64_t epochs) {
  FILE *f = fopen(l->path, "re");
  char *line = NULL;
  size_t room = 0;
  off_t end = 0;
  if (!f)
    return -1;
  for (ssize_t n; (n = getline(&line, &room, f)) > 0 && line[n - 1] == '\n'; end += n)
    if (end && strtoll(line, NULL, 10) > epochs)
      break;
  free(line);
  fclose(f);
  return ftruncate(l->csv, end);
}

int log_open(struct log *l, const struct net_train *t, int has_val, const struct log_spec *s, char err[ERR]) {
  *l = (struct log){.train = t, .has_val = has_val};
  l->title = mem_text("%s", s->title);
  l->path = mem_text("%s/log.csv", s->folder);
  l->svg = mem_text("%s/curves.svg", s->folder);
  l->csv = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC | (s->epochs ? 0 : O_TRUNC), 0666);
  if (l->csv < 0)
    return fail(err, "cannot write %s: %s", l->path, strerror(errno));
  if (s->epochs && keep_epochs(l, s->epochs))
    return fail(err, "cannot shorten %s: %s", l->path, strerror(errno));
  return lseek(l->csv, 0, SEEK_END) > 0 ? 0 : csv_add(l, NULL, err);
}

void log_close(struct log *l) {
  if (l->path && l->csv >= 0)
    close(l->csv);
  free(l->path), free(l->svg), free(l->title);
  *l = (struct log){0};
}

void log_warn(struct log *l, const char *err) {
  if (l->warned++)
    return;
  char *text = mem_text("%s; the training goes on, what it tells about itself has gaps", err);
  term_warn(text);
  free(text);
}

void log_row(struct log *l, const struct log_place *p) {
  char err[ERR];
  if (csv_add(l, p, err))
    log_warn(l, err);
}

/* Epochs of milliseconds need no picture each: drawing takes a twentieth of the time at most. */
void log_curves(struct log *l, int64_t best, int last) {
  double start = now();
  char err[ERR];
  if (start < l->draw_at && !last)
    return;
  if (curves_write(l->path, l->svg, l->title, best, err))
    log_warn(l, err);
  l->draw_at = now() + 20 * (now() - start);
}

/* ---- the terminal ---- */

void log_epoch_begin(struct log *l, int64_t position) {
  l->begun = l->shown = now();
  l->from = position;
}

static void duration_text(char text[VALUE], double seconds) {
  long long s = (long long)seconds;
  if (s >= 3600)
    snprintf(text, VALUE, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
  else
    snprintf(text, VALUE, "%lld:%02lld", s / 60, s % 60);
}

void log_bar(struct log *l, const struct log_place *p) {
  enum { CELLS = 12, WIDE = 1024 };
  static const char FULL[] = "============", EMPTY[] = "            ";
  double t = now();
  if (t - l->shown < 0.1 || !term_watched())
    return;
  char line[WIDE], left[VALUE], value[VALUE];
  double done = (double)(p->position - l->from), rate = done / fmax(t - l->begun, 1e-9);
  int cells = (int)(CELLS * p->position / p->count);
  duration_text(left, rate > 0 ? (double)(p->count - p->position) / rate : 0);
  int n = snprintf(line, WIDE, "epoch %lld/%lld [%.*s%.*s] %3d%%  %.*f/s  %s left", (long long)p->epoch,
                   (long long)p->epochs, cells, FULL, CELLS - cells, EMPTY, (int)(100 * p->position / p->count),
                   rate < 100, rate, left);
  for (int o = 0; o <= l->train->metrics && n < WIDE - 100; o++)
    if (tally_has(l->train, o, p->mean[o]))
      n += snprintf(line + n, WIDE - (size_t)n, "  %.40s %s", output_name(l->train, o), value_text(value, p->mean[o]));
  term_bar(line);
  l->shown = t;
}

void log_epoch_line(struct log *l, const struct log_place *p) {
  term_clear();
  printf("epoch %lld/%lld  ", (long long)p->epoch, (long long)p->epochs);
  log_values(stdout, l->train, "", p->mean);
  if (p->val) {
    fputs("  ", stdout);
    log_values(stdout, l->train, "val_", p->val);
  }
  printf("  %.1f s\n", p->seconds);
  fflush(stdout);
}
