#include "log.h"
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
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
    fprintf(out, "%s%s%s %s", o ? "  " : "", prefix, output_name(t, o), value_text(text, mean[o]));
}

/* ---- log.csv ---- */

static void csv_values(FILE *csv, const double *v, int count) {
  for (int i = 0; i < count; i++)
    fprintf(csv, ",%.9g", isnan(v[i]) ? NAN : v[i]);
}

static void csv_head(struct log *l) {
  fputs("epoch,step,lr", l->csv);
  for (int part = 0; part <= l->has_val; part++)
    for (int o = 0; o <= l->train->metrics; o++)
      fprintf(l->csv, ",%s%s", part ? "val_" : "", output_name(l->train, o));
  fputs(",seconds\n", l->csv);
}

/* Goes behind the head and `rows` rows; what follows was written after the checkpoint. */
static int keep_rows(struct log *l, int64_t rows) {
  int64_t lines = 0;
  for (int c; lines <= rows && (c = getc(l->csv)) != EOF;)
    lines += c == '\n';
  fseeko(l->csv, 0, SEEK_CUR); /* from reading to writing */
  if (ftruncate(fileno(l->csv), ftello(l->csv)))
    return -1;
  if (!lines)
    csv_head(l);
  return 0;
}

int log_open(struct log *l, const struct net_train *t, int has_val, const char *path, int64_t rows, char err[ERR]) {
  *l = (struct log){.train = t, .has_val = has_val, .bar = isatty(STDERR_FILENO)};
  l->csv = rows ? fopen(path, "r+e") : NULL;
  int older = l->csv != NULL;
  if (!older && (!rows || errno == ENOENT)) /* somebody removed it: the rest of the training still gets its rows */
    l->csv = fopen(path, "we");
  if (!l->csv)
    return fail(err, "cannot write %s: %s", path, strerror(errno));
  if (!older)
    csv_head(l);
  else if (keep_rows(l, rows)) {
    log_close(l);
    return fail(err, "cannot shorten %s: %s", path, strerror(errno));
  }
  return 0;
}

void log_close(struct log *l) {
  if (l->csv)
    fclose(l->csv);
  l->csv = NULL;
}

int log_row(struct log *l, const struct log_place *p, char err[ERR]) {
  fprintf(l->csv, "%lld,%lld,%.9g", (long long)p->epoch, (long long)p->step, p->lr);
  csv_values(l->csv, p->mean, l->train->metrics + 1);
  if (p->val)
    csv_values(l->csv, p->val, l->train->metrics + 1);
  fprintf(l->csv, ",%.3f\n", p->seconds);
  if (fflush(l->csv) || ferror(l->csv))
    return fail(err, "cannot write log.csv: %s", strerror(errno));
  return 0;
}

/* ---- the terminal ---- */

void log_epoch_begin(struct log *l, int64_t position) {
  l->begun = l->shown = now();
  l->from = position;
}

void log_bar_clear(struct log *l) {
  if (l->drawn)
    fputs("\r\033[K", stderr);
  l->drawn = 0;
}

static void duration_text(char text[VALUE], double seconds) {
  long long s = (long long)seconds;
  if (s >= 3600)
    snprintf(text, VALUE, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
  else
    snprintf(text, VALUE, "%lld:%02lld", s / 60, s % 60);
}

static int columns(void) {
  struct winsize w;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) || w.ws_col < 20 ? 80 : w.ws_col;
}

void log_bar(struct log *l, const struct log_place *p) {
  enum { CELLS = 12, WIDE = 1024 };
  static const char FULL[] = "============", EMPTY[] = "            ";
  double t = now();
  if (!l->bar || t - l->shown < 0.1)
    return;
  char line[WIDE], left[VALUE], value[VALUE];
  double done = (double)(p->position - l->from), rate = done / fmax(t - l->begun, 1e-9);
  int cells = (int)(CELLS * p->position / p->count);
  duration_text(left, rate > 0 ? (double)(p->count - p->position) / rate : 0);
  int n = snprintf(line, WIDE, "epoch %lld/%lld [%.*s%.*s] %3d%%  %.*f/s  %s left", (long long)p->epoch,
                   (long long)p->epochs, cells, FULL, CELLS - cells, EMPTY, (int)(100 * p->position / p->count),
                   rate < 100, rate, left);
  for (int o = 0; o <= l->train->metrics && n < WIDE - 100; o++)
    n += snprintf(line + n, WIDE - (size_t)n, "  %.40s %s", output_name(l->train, o), value_text(value, p->mean[o]));
  fprintf(stderr, "\r%.*s\033[K", columns() - 1, line);
  l->shown = t;
  l->drawn = 1;
}

void log_epoch_line(struct log *l, const struct log_place *p) {
  log_bar_clear(l);
  printf("epoch %lld/%lld  ", (long long)p->epoch, (long long)p->epochs);
  log_values(stdout, l->train, "", p->mean);
  if (p->val) {
    fputs("  ", stdout);
    log_values(stdout, l->train, "val_", p->val);
  }
  printf("  %.1f s\n", p->seconds);
  fflush(stdout);
}
