/* `bench`: the time of a step, on made-up inputs, and where it goes. `--csv` says it to a program: see csv_head. */
#include "command.h"
#include "json.h"
#include "pool.h"
#include <stdlib.h>
#include <string.h>

struct bench {
  struct model *m;
  const struct net_data *data; /* that the inputs are fields of; may be NULL */
  int64_t batch, steps, warmup;
  int profile, csv, json;
  double resident;       /* MB before there is a model */
  double first, inputs;  /* when the first step was done, by now(), and how many seconds its inputs took to invent */
};

/* memory_mb: what the process held at most beyond what it held before there was a model. first_s: when the first step was
   done, on the monotonic clock and less the time for inventing inputs: whoever started the program knows when that was. */
static const char *const csv_head = "entry,batch,threads,steps,median_ms,fastest_ms,memory_mb,first_s";
static const char *const csv_head_profile = "step,entry,ms,flops,line,what,kernel";

/* A line of /proc/self/status in MB: what is resident ("VmRSS:"), what was at most ("VmHWM:"); 0 where there is none. */
static double resident_mb(const char *key) {
  char line[256];
  long long kib = 0;
  FILE *f = fopen("/proc/self/status", "r");
  while (f && fgets(line, sizeof line, f))
    if (!strncmp(line, key, strlen(key)))
      kib = strtoll(line + strlen(key), NULL, 10);
  if (f)
    fclose(f);
  return (double)kib * 1024 / 1e6;
}

/* Values as the field's kind has them; inputs that are no field get normal noise. */
static void invent(const struct bench *b, const struct net_io *io, void *out) {
  const struct net_field *f = b->data ? field_find(b->data, io->name) : NULL;
  enum net_field_kind kind = f ? f->kind : NET_VALUE;
  int64_t n = io_count(io, b->batch), row = io->rank ? io->dim[io->rank - 1] : 1;
  float *v = out;
  uint32_t site = site_of(io->name);
  if (io->elem == NET_I32) {
    float *u = mem_get((size_t)n * sizeof *u);
    nrt_uniform(u, 0, n, 0, 0, 0, site);
    for (int64_t i = 0; i < n; i++)
      ((int32_t *)out)[i] = (int32_t)(u[i] * (float)(f && f->classes > 0 ? f->classes : 1));
    free(u);
    return;
  }
  if (kind == NET_MASK || kind == NET_BOXES)
    nrt_uniform(v, 0, n, 0, 0, 0, site);
  else
    nrt_normal(v, 0, n, 0, 0, 0, site);
  if (kind == NET_MASK)
    for (int64_t i = 0; i < n; i++)
      v[i] = v[i] > 0.5f;
  if (kind == NET_BOXES) /* every fourth row is a box of some 20 pixels */
    for (int64_t i = 0; i + row <= n; i += row) {
      float x = 40 * v[i + 1], y = 40 * v[i + 2];
      v[i] = i / row % 4 ? -1 : (float)(int)(v[i] * (float)f->classes);
      v[i + 1] = x, v[i + 2] = y, v[i + 3] = x + 10 + 20 * v[i + 3], v[i + 4] = y + 10 + 20 * v[i + 4];
    }
}

static int by_time(const void *a, const void *b) {
  const double *x = *(const double *const *)a, *y = *(const double *const *)b;
  return *x < *y ? 1 : *x > *y ? -1 : 0;
}

static void profile_print(const struct bench *b, const struct net_entry *e, const double *seconds) {
  const double **order = mem_get((size_t)(e->steps + 1) * sizeof *order);
  double total = 0;
  for (int i = 0; i < e->steps; i++) {
    order[i] = &seconds[i];
    total += seconds[i];
  }
  qsort(order, (size_t)e->steps, sizeof *order, by_time);
  puts("      ms      %  GFLOP/s  line  what");
  for (int i = 0; i < e->steps; i++) {
    const struct net_step_info *s = &e->step[order[i] - seconds];
    double own = *order[i] / (double)b->steps, flops = s->flops + s->flops_per_sample * (double)b->batch;
    printf("%8.3f %5.1f%%", own * 1e3, 100 * *order[i] / (total > 0 ? total : 1));
    if (flops > 0 && own > 0)
      printf(" %8.1f", flops / own / 1e9);
    else
      printf(" %8s", "");
    if (s->line)
      printf(" %5d", s->line);
    else
      printf(" %5s", "");
    printf("  %s (%s)\n", s->what ? s->what : "", s->kernel ? s->kernel : "");
  }
  printf("%8.3f 100.0%%  in %d kernels\n\n", total / (double)b->steps * 1e3, e->steps);
  free(order);
}

static void profile_csv(const struct bench *b, const struct net_entry *e, const double *seconds) {
  for (int i = 0; i < e->steps; i++) {
    const struct net_step_info *s = &e->step[i];
    printf("step,%s,%.4f,%.0f,%d,%s,%s\n", e->name, seconds[i] / (double)b->steps * 1e3,
           s->flops_per_sample * (double)b->batch, s->line, s->what ? s->what : "", s->kernel ? s->kernel : "");
  }
}

/* The kernels in the order in which they run. */
static json_t *profile_json(const struct bench *b, const struct net_entry *e, const double *seconds) {
  json_t *list = json_array();
  for (int i = 0; i < e->steps; i++) {
    const struct net_step_info *s = &e->step[i];
    json_array_append_new(list, json_pack("{sososososo}", "ms", json_of_number(seconds[i] / (double)b->steps * 1e3),
                                          "flops", json_of_number(s->flops + s->flops_per_sample * (double)b->batch),
                                          "line", json_integer(s->line), "what", json_of_text(s->what), "kernel",
                                          json_of_text(s->kernel)));
  }
  return list;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static void say(const struct bench *b, const struct net_entry *e, const double *times, const double *seconds) {
  double total = 0;
  for (int64_t i = 0; i < b->steps; i++)
    total += times[i];
  json_t *o = json_pack("{ssso}", "entry", e->name, "batch", json_integer(b->batch));
  json_object_set_new(o, "threads", json_integer(pool_threads(b->m->pool)));
  json_object_set_new(o, "steps", json_integer(b->steps));
  json_object_set_new(o, "median_ms", json_of_number(times[b->steps / 2] * 1e3));
  json_object_set_new(o, "fastest_ms", json_of_number(times[0] * 1e3));
  json_object_set_new(o, "samples_per_s", json_of_number((double)(b->steps * b->batch) / total));
  json_object_set_new(o, "memory_mb", json_of_number((double)job_bytes(b->m, e, b->batch) / 1e6));
  if (b->profile)
    json_object_set_new(o, "kernels", profile_json(b, e, seconds));
  json_say(o, stdout);
}

static void print(const struct bench *b, const struct net_entry *e, const double *times) {
  double total = 0, median = times[b->steps / 2] * 1e3, fastest = times[0] * 1e3;
  for (int64_t i = 0; i < b->steps; i++)
    total += times[i];
  if (b->csv)
    printf("%s,%lld,%d,%lld,%.4f,%.4f,%.1f,%.6f\n", e->name, (long long)b->batch, pool_threads(b->m->pool),
           (long long)b->steps, median, fastest, resident_mb("VmHWM:") - b->resident, b->first - b->inputs);
  else
    printf("%-16s batch %lld: %.2f ms (median; fastest %.2f), %.2f steps/s, %.1f samples/s, %.1f MB\n", e->name,
           (long long)b->batch, median, fastest, (double)b->steps / total, (double)(b->steps * b->batch) / total,
           (double)job_bytes(b->m, e, b->batch) / 1e6);
  fflush(stdout);
}

static void measure(struct bench *b, struct job *j, void *const *in) {
  double *times = mem_get((size_t)b->steps * sizeof *times);
  double *seconds = mem_get((size_t)(j->entry->steps + 1) * sizeof *seconds);
  for (int64_t i = -b->warmup; i < b->steps; i++) {
    j->run.step_seconds = b->profile && i >= 0 ? seconds : NULL;
    double start = now();
    job_run(j, in, b->batch, (struct job_at){0, (uint64_t)(i + b->warmup + 1), NULL});
    double end = now();
    if (i == -b->warmup)
      b->first = end;
    if (i >= 0)
      times[i] = end - start;
  }
  qsort(times, (size_t)b->steps, sizeof *times, by_size);
  if (b->json)
    say(b, j->entry, times, seconds);
  else
    print(b, j->entry, times);
  if (b->profile && !b->json)
    (b->csv ? profile_csv : profile_print)(b, j->entry, seconds);
  free(times), free(seconds);
}

static int bench_entry(struct bench *b, int entry, char err[ERR]) {
  struct job j;
  void *in[NET_BASES] = {0};
  int status = job_open(&j, b->m, entry, b->batch, err);
  double start = now();
  for (int i = 0; i < j.entry->inputs && !status; i++) {
    in[i] = block_get(io_count(&j.entry->input[i], b->batch) * 4);
    status = in[i] ? 0 : fail(err, "out of memory; a smaller --batch needs less");
    if (!status)
      invent(b, &j.entry->input[i], in[i]);
  }
  b->inputs = now() - start;
  if (!status)
    measure(b, &j, in);
  for (int i = 0; i < NET_BASES; i++)
    block_free(in[i]);
  if (!status)
    job_close(&j);
  return status;
}

/* All that are named (an entry by its name, that of a predict command also by the command's), else all but those that
   explain, or measure once before a training. */
static int wanted(const struct cli *cli, const struct net_program *p, int entry) {
  static const char PREDICT[] = "predict_";
  const char *name = p->entry[entry].name;
  const char *bare = !strncmp(name, PREDICT, sizeof PREDICT - 1) ? name + sizeof PREDICT - 1 : name;
  for (int i = 0; i < cli->plains; i++)
    if (!strcmp(cli->plain[i], name) || !strcmp(cli->plain[i], bare))
      return 1;
  int rare = 0;
  for (int i = 0; i < p->predicts; i++)
    rare |= p->predict[i].stages && p->predict[i].explain_entry == entry;
  for (int i = 0; i < p->measures; i++)
    rare |= p->measure[i].entry == entry;
  return !cli->plains && !rare;
}

static int no_entry(struct cli *cli, const struct net_program *p, char err[ERR]) {
  const char **names = mem_get((size_t)(p->entries + 1) * sizeof *names);
  for (int i = 0; i < p->entries; i++)
    names[i] = p->entry[i].name;
  const char *near = nearest(cli->plain[0], names, p->entries);
  free(names);
  return near ? cli_fail(cli, err, "there is no entry \"%s\"; did you mean \"%s\"?", cli->plain[0], near)
              : cli_fail(cli, err, "there is no entry \"%s\"; info lists them", cli->plain[0]);
}

static int bench_all(struct bench *b, struct cli *cli, char err[ERR]) {
  const struct net_program *p = b->m->program;
  int status = 0, done = 0;
  for (int i = 0; i < p->entries && !status; i++) {
    const struct net_train *t = NULL;
    b->data = p->trains ? &p->data[p->train[0].data] : NULL;
    for (int k = 0; k < p->trains; k++)
      if (p->train[k].step_entry == i || p->train[k].eval_entry == i) {
        t = &p->train[k];
        b->data = &p->data[t->data];
      }
    if (!wanted(cli, p, i))
      continue;
    if (cli_whole(cli, "batch", 1, p->trains ? recipe_batch(p, t ? t : &p->train[0]) : 1, &b->batch, err))
      return -1;
    model_init(b->m, 0, ROLES_ALL); /* made-up data may have driven the weights far out */
    status = bench_entry(b, i, err);
    done++;
  }
  return status || done ? status : no_entry(cli, p, err);
}

void bench_options(const struct command *c) {
  static const struct cli_row ROWS[] = {
      {"steps", 0, "N", "How many steps are timed (now 20)", OFTEN},
      {"warmup", 0, "N", "How many steps go before them (now 2)", OFTEN},
      {"profile", 0, NULL, "Where the time goes, kernel by kernel", OFTEN},
      {"csv", 0, NULL, "As a table for programs, with memory and the time of the first step", OFTEN},
      {"json", 0, NULL, "As JSON on standard output, a line for each entry", OFTEN},
  };
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
    cli_add(c->cli, ROWS[i]);
  common_add(c->cli, COMMON_BATCH | COMMON_THREADS);
}

int command_bench(const struct command *c, char err[ERR]) {
  struct cli *cli = c->cli;
  struct model m = {0};
  struct bench b = {.m = &m};
  int64_t threads;
  b.profile = cli_get(cli, "profile") != NULL;
  b.csv = cli_get(cli, "csv") != NULL;
  b.json = cli_get(cli, "json") != NULL;
  if (b.csv && b.json)
    return cli_fail(cli, err, "either --csv or --json, not both");
  b.resident = resident_mb("VmRSS:");
  if (b.csv)
    puts(csv_head);
  if (b.csv && b.profile)
    puts(csv_head_profile);
  int status = cli_whole(cli, "threads", 1, 0, &threads, err) || cli_whole(cli, "steps", 1, 20, &b.steps, err) ||
               cli_whole(cli, "warmup", 0, 2, &b.warmup, err) || model_open(&m, c->program, (int)threads, err) ||
               bench_all(&b, cli, err);
  if (m.program)
    model_close(&m);
  return status ? -1 : 0;
}
