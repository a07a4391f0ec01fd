/* `compare`: the logs of several runs side by side, as a table, as curves in one picture, or as JSON. It reads log.csv and,
   where there is one, run.json. */
#include "command.h"
#include "json.h"
#include "log/file.h"
#include "log/plot.h"
#include "log/table.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct run {
  const char *path;
  struct table log;
  struct table_layout layout;
  json_t *record; /* run.json; NULL: there is none */
  double best, last, seconds;
  int64_t best_epoch, epochs;
};

struct comparison {
  int count;
  struct run *run;
  char *by; /* the column that is judged, */
  int better; /* and which of its values are: +1 larger ones */
  int lines;
  char **line; /* what of their recipes differs, by name */
};

/* ---- reading ---- */

static int run_read(struct run *r, const char *path, char err[ERR]) {
  char *csv = mem_text("%s/log.csv", path), *record = mem_text("%s/run.json", path);
  *r = (struct run){.path = path};
  int status = table_read(&r->log, csv, err);
  if (status)
    fail(err, "%.200s; the folder of a run is wanted, such as runs/%s", err, "NAME");
  else if (table_layout(&r->log, &r->layout))
    status = fail(err, "%s is no training's log", csv);
  else if (!r->log.rows)
    status = fail(err, "%s has no epoch yet", csv);
  r->record = json_load_file(record, 0, NULL);
  free(csv), free(record);
  return status;
}

static void run_close(struct run *r) {
  table_close(&r->log);
  json_decref(r->record);
}

static int column_of(const struct table *t, const char *name) {
  for (int i = 0; i < t->columns; i++)
    if (!strcmp(t->name[i], name))
      return i;
  return -1;
}

static const char *recipe_line(const struct run *r, const char *name) {
  const char *text = json_string_value(json_object_get(json_object_get(r->record, "recipe"), name));
  return text ? text : "";
}

/* ---- what is judged ---- */

/* best(accuracy) and best(min: x) of the first run that says so, else the loss. */
static char *kept(const struct comparison *c) {
  for (int i = 0; i < c->count; i++) {
    const char *keep = recipe_line(&c->run[i], "keep"), *x = strncmp(keep, "best(", 5) ? "" : keep + 5;
    x += strncmp(x, "min: ", 5) ? strncmp(x, "x: ", 3) ? 0 : 3 : 5;
    size_t n = strcspn(x, ",)");
    if (n)
      return mem_text("%.*s", (int)n, !strncmp(x, "val_", 4) ? x + 4 : x);
  }
  return mem_text("loss");
}

static int is_larger_better(const struct net_program *p, const char *metric) {
  for (int t = 0; t < p->trains; t++)
    for (int m = 0; m < p->train[t].metrics; m++)
      if (!strcmp(p->train[t].metric[m].name, metric))
        return p->train[t].metric[m].better;
  return strcmp(metric, "loss") ? 1 : -1;
}

/* The column in validation where every run has that, else the one in training. */
static int choose(struct comparison *c, const struct net_program *p, const char *given, char err[ERR]) {
  char *metric = given ? mem_text("%s", !strncmp(given, "val_", 4) ? given + 4 : given) : kept(c);
  int val = 1;
  for (int i = 0; i < c->count; i++)
    val &= c->run[i].layout.has_val;
  c->by = mem_text("%s%s", val ? "val_" : "", metric);
  c->better = is_larger_better(p, metric);
  free(metric);
  for (int i = 0; i < c->count; i++)
    if (column_of(&c->run[i].log, c->by) < TABLE_OUTPUTS)
      return fail(err, "%s/log.csv has no column %s; --by names what to judge", c->run[i].path, c->by);
  return 0;
}

static void judge(const struct comparison *c, struct run *r) {
  int by = column_of(&r->log, c->by);
  r->best = NAN;
  for (int64_t i = 0; i < r->log.rows; i++) {
    const double *row = r->log.value + i * r->log.columns;
    if (isfinite(row[by]) && (isnan(r->best) || (row[by] - r->best) * c->better > 0)) {
      r->best = row[by];
      r->best_epoch = (int64_t)row[TABLE_EPOCH];
    }
    r->last = row[by];
    r->epochs = (int64_t)row[TABLE_EPOCH];
    r->seconds += row[r->log.columns - 1] / (double)r->log.rows;
  }
}

/* Lines of recipes that are not the same in all runs. */
static void find_lines(struct comparison *c) {
  const char *name;
  json_t *value;
  for (int i = 0; i < c->count; i++)
    json_object_foreach(json_object_get(c->run[i].record, "recipe"), name, value) {
      int differs = 0, known = 0;
      for (int k = 0; k < c->count; k++)
        differs |= strcmp(recipe_line(&c->run[k], name), json_string_value(value) ? json_string_value(value) : "") != 0;
      for (int k = 0; k < c->lines; k++)
        known |= !strcmp(c->line[k], name);
      if (!differs || known)
        continue;
      c->line = mem_grow(c->line, (size_t)(c->lines + 1) * sizeof *c->line);
      c->line[c->lines++] = mem_text("%s", name);
    }
}

/* ---- saying ---- */

static int widest(const struct comparison *c, const char *line) {
  int most = (int)strlen(line ? line : "run");
  for (int i = 0; i < c->count; i++) {
    int n = (int)strlen(line ? recipe_line(&c->run[i], line) : c->run[i].path);
    most = n > most ? n : most;
  }
  return most;
}

static void say(const struct comparison *c) {
  int wide = widest(c, NULL), by = (int)strlen(c->by) < 10 ? 10 : (int)strlen(c->by);
  printf("%-*s  %*s  %5s  %10s  %6s  %9s", wide, "run", by, c->by, "epoch", "last", "done", "s/epoch");
  for (int k = 0; k < c->lines; k++)
    printf("  %-*s", k + 1 < c->lines ? widest(c, c->line[k]) : 0, c->line[k]);
  putchar('\n');
  for (int i = 0; i < c->count; i++) {
    const struct run *r = &c->run[i];
    printf("%-*s  %*.4g  %5lld  %10.4g  %6lld  %9.1f", wide, r->path, by, r->best, (long long)r->best_epoch, r->last,
           (long long)r->epochs, r->seconds);
    for (int k = 0; k < c->lines; k++)
      printf("  %-*s", k + 1 < c->lines ? widest(c, c->line[k]) : 0, recipe_line(r, c->line[k]));
    putchar('\n');
  }
}

static void say_json(const struct comparison *c) {
  json_t *list = json_array();
  for (int i = 0; i < c->count; i++) {
    const struct run *r = &c->run[i];
    json_t *o = json_object(), *differs = json_object();
    json_object_set_new(o, "run", json_of_text(r->path));
    json_object_set_new(o, "by", json_of_text(c->by));
    json_object_set_new(o, "best", json_of_number(r->best));
    json_object_set_new(o, "best_epoch", json_integer(r->best_epoch));
    json_object_set_new(o, "last", json_of_number(r->last));
    json_object_set_new(o, "epochs", json_integer(r->epochs));
    json_object_set_new(o, "seconds_per_epoch", json_of_number(r->seconds));
    for (int k = 0; k < c->lines; k++)
      json_object_set_new(differs, c->line[k], json_of_text(recipe_line(r, c->line[k])));
    json_object_set_new(o, "recipe", differs);
    json_array_append_new(list, o);
  }
  json_say(list, stdout);
}

/* ---- the picture ---- */

static struct plot_series curve(const struct comparison *c, int i, int column, int dashed) {
  const struct table *t = &c->run[i].log;
  return (struct plot_series){
      .x = t->value, .y = t->value + column, .count = t->rows, .stride = t->columns, .color = i, .dashed = dashed};
}

/* A panel for each output of the first run: of every run that has it the validation, or else the training. */
static int draw(const struct comparison *c, const char *path, char err[ERR]) {
  const struct run *first = &c->run[0];
  int panels = first->layout.outputs + 1, count = 0;
  struct plot_panel *panel = mem_get((size_t)panels * sizeof *panel);
  struct plot_series *series = mem_get((size_t)panels * (size_t)c->count * 2 * sizeof *series);
  struct plot_series *legend = mem_get((size_t)c->count * sizeof *legend);
  for (int k = 0; k < panels; k++) {
    int rate = k + 1 == panels, from = count;
    const char *name = first->log.name[rate ? TABLE_RATE : TABLE_OUTPUTS + k];
    for (int i = 0; i < c->count; i++) {
      const struct run *r = &c->run[i];
      int column = column_of(&r->log, name), val = r->layout.has_val && !rate;
      if (column < 0)
        continue;
      series[count++] = curve(c, i, column, val);
      if (val)
        series[count++] = curve(c, i, column + r->layout.outputs, 0);
    }
    panel[k] = (struct plot_panel){.title = rate ? "learning rate" : name,
                                   .x = {.label = "epoch", .whole = 1},
                                   .y = {.is_log = rate || k == 0},
                                   .count = count - from,
                                   .series = series + from,
                                   .mark = NAN};
  }
  for (int i = 0; i < c->count; i++)
    legend[i] = (struct plot_series){.name = c->run[i].path, .color = i};
  char *text;
  size_t size;
  FILE *f = open_memstream(&text, &size);
  plot_write(f, &(struct plot){.title = first->layout.has_val ? "validation (dashed: training)" : "training",
                               .panels = panels, .panel = panel, .legends = c->count, .legend = legend});
  fclose(f);
  int status = file_replace(path, text, size, err);
  free(text), free(panel), free(series), free(legend);
  return status;
}

void compare_options(const struct command *c) {
  cli_add(c->cli, (struct cli_row){"output", 'o', "FILE", "The picture of their curves (now compare.svg)", OFTEN});
  cli_add(c->cli, (struct cli_row){"by", 0, "METRIC", "What to judge by; if not given, what the first run keeps", OFTEN});
  cli_add(c->cli, (struct cli_row){"json", 0, NULL, "The table as JSON on standard output, no picture without -o", OFTEN});
}

int command_compare(const struct command *c, char err[ERR]) {
  struct cli *cli = c->cli;
  struct comparison all = {.count = cli->plains};
  const char *path = cli_get(cli, "output");
  int json = cli_get(cli, "json") != NULL, status = 0;
  if (!all.count)
    return cli_fail(cli, err, "compare takes the folders of runs, as in %s compare runs/a runs/b", c->self);
  all.run = mem_get((size_t)all.count * sizeof *all.run);
  for (int i = 0; i < all.count && !status; i++) {
    for (size_t n = strlen(cli->plain[i]); n > 1 && cli->plain[i][n - 1] == '/'; n--)
      cli->plain[i][n - 1] = 0;
    status = run_read(&all.run[i], cli->plain[i], err);
  }
  if (!status)
    status = choose(&all, c->program, cli_get(cli, "by"), err);
  for (int i = 0; i < all.count && !status; i++)
    judge(&all, &all.run[i]);
  if (!status) {
    find_lines(&all);
    json ? say_json(&all) : say(&all);
    path = path || json ? path : "compare.svg";
    status = path ? draw(&all, path, err) : 0;
    if (path && !status)
      fprintf(stderr, "wrote %s\n", path);
  }
  for (int i = 0; i < all.count; i++)
    run_close(&all.run[i]);
  for (int k = 0; k < all.lines; k++)
    free(all.line[k]);
  free(all.run), free(all.line), free(all.by);
  return status;
}
