#include "log/record.h"
#include "interrupt.h"
#include "json.h"
#include "log/file.h"
#include "log/sha256.h"
#include "pool.h"
#include <cpuid.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

struct record {
  json_t *root;
  char *path;
  double write_at; /* epochs of milliseconds are not written down each */
};

/* ---- values ---- */

static json_t *time_now(void) {
  char text[32];
  time_t t = time(NULL);
  struct tm utc;
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &utc));
  return json_string(text);
}

/* "name: value" on each line, values as the recipe has them. */
static json_t *lines_of(const char *text, const char *between) {
  json_t *o = json_object();
  char *copy = text_clean(text), *rest = copy;
  for (char *line; (line = strsep(&rest, "\n"));) {
    char *colon = strstr(line, between);
    if (!colon)
      continue;
    *colon = 0;
    json_object_set_new(o, line, json_string(colon + strlen(between)));
  }
  free(copy);
  return o;
}

static json_t *list_of(const char *text) {
  json_t *list = json_array();
  char *copy = mem_text("%s", text), *rest = copy;
  for (char *line; *copy && (line = strsep(&rest, "\n"));)
    json_array_append_new(list, json_of_text(line));
  free(copy);
  return list;
}

/* ---- what does not change ---- */

static json_t *command_of(const struct train_options *o) {
  json_t *list = json_array();
  if (o->self)
    json_array_append_new(list, json_of_text(o->self));
  for (int i = 0; i < o->argc; i++)
    json_array_append_new(list, json_of_text(o->argv[i]));
  return list;
}

static void cpu_name(char text[52]) {
  unsigned r[12] = {0};
  memset(text, 0, 52);
  for (unsigned i = 0; i < 3; i++)
    if (!__get_cpuid(0x80000002u + i, &r[4 * i], &r[4 * i + 1], &r[4 * i + 2], &r[4 * i + 3]))
      return;
  memcpy(text, r, sizeof r);
}

static json_t *host_of(const struct trainer *t) {
  json_t *o = json_object();
  struct utsname u;
  char cpu[52];
  cpu_name(cpu);
  json_object_set_new(o, "cpu", json_of_text(cpu + strspn(cpu, " ")));
  json_object_set_new(o, "threads", json_integer(pool_threads(t->m->pool)));
  if (!uname(&u)) {
    char *system = mem_text("%s %s %s", u.sysname, u.release, u.machine);
    json_object_set_new(o, "system", json_of_text(system));
    json_object_set_new(o, "name", json_of_text(u.nodename));
    free(system);
  }
  return o;
}

static json_t *data_of(const struct trainer *t) {
  json_t *o = json_object();
  json_object_set_new(o, "block", json_of_text(t->data->name));
  json_object_set_new(o, "folder", t->o->data ? json_of_text(t->o->data) : json_null());
  json_object_set_new(o, "train", json_integer(t->fit.count));
  if (t->has_val)
    json_object_set_new(o, "val", json_integer(t->val.count));
  if (t->o->limit)
    json_object_set_new(o, "limit", json_integer(t->o->limit));
  return o;
}

static void describe(json_t *o, const struct trainer *t) {
  const struct net_program *p = t->m->program;
  char hash[SHA256_TEXT], *here = getcwd(NULL, 0);
  json_object_set_new(o, "program", json_of_text(p->name));
  json_object_set_new(o, "train", json_of_text(t->train->name));
  json_object_set_new(o, "built", json_of_text(p->built));
  json_object_set_new(o, "defines", lines_of(p->defines ? p->defines : "", "="));
  json_object_set_new(o, "source_sha256", json_string(sha256_text(hash, p->source, strlen(p->source))));
  json_object_set_new(o, "command", command_of(t->o));
  json_object_set_new(o, "directory", json_of_text(here));
  json_object_set_new(o, "recipe", lines_of(t->recipe_text, ": "));
  json_object_set_new(o, "options", lines_of(t->options_text, ": "));
  json_object_set_new(o, "seed", json_integer((json_int_t)t->recipe.seed));
  json_object_set_new(o, "data", data_of(t));
  json_object_set_new(o, "classes", list_of(t->classes));
  json_object_set_new(o, "parameters", json_integer(role_count(p, NET_WEIGHT)));
  json_object_set_new(o, "steps", json_integer(t->steps));
  json_object_set_new(o, "epochs", json_integer(t->epochs));
  json_object_set_new(o, "host", host_of(t));
  free(here);
}

/* ---- writing ---- */

static void write_now(struct trainer *t) {
  char err[ERR], *text = json_dumps(t->record->root, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
  double start = now();
  if (!text)
    return; /* out of memory */
  char *line = mem_text("%s\n", text);
  if (file_replace(t->record->path, line, strlen(line), err))
    log_warn(&t->log, err);
  t->record->write_at = now() + 20 * (now() - start);
  free(text), free(line);
}

/* The parts of an older record that hold on. */
static void take_older(json_t *root, const char *path) {
  static const char *const KEPT[] = {"started", "resumed", "epoch", "step", "last", "best", "test"};
  json_t *older = json_load_file(path, 0, NULL);
  for (size_t i = 0; older && i < sizeof KEPT / sizeof *KEPT; i++)
    if (json_object_get(older, KEPT[i]))
      json_object_set(root, KEPT[i], json_object_get(older, KEPT[i]));
  json_decref(older);
}

void record_open(struct trainer *t, int resumed) {
  struct record *r = mem_get(sizeof *r);
  t->record = r;
  r->root = json_object();
  r->path = mem_text("%s/run.json", t->o->out);
  json_object_set_new(r->root, "status", json_string("running"));
  json_object_set_new(r->root, "started", time_now());
  if (resumed) {
    take_older(r->root, r->path);
    if (!json_object_get(r->root, "resumed"))
      json_object_set_new(r->root, "resumed", json_array());
    json_array_append_new(json_object_get(r->root, "resumed"), time_now());
  }
  describe(r->root, t);
  write_now(t);
}

/* ---- --json: a line for each epoch, and one at the end ---- */

static json_t *line_new(const struct trainer *t) {
  json_t *o = json_object();
  if (*t->train->name)
    json_object_set_new(o, "train", json_of_text(t->train->name));
  return o;
}

static void say_epoch(const struct trainer *t, const struct log_place *p, const json_t *values, int best) {
  json_t *o = line_new(t), *copy = json_deep_copy(values);
  json_object_update(o, copy);
  json_decref(copy);
  json_object_set_new(o, "epochs", json_integer(p->epochs));
  json_object_set_new(o, "step", json_integer(p->step));
  json_object_set_new(o, "lr", json_of_number(p->lr));
  json_object_set_new(o, "seconds", json_of_number(p->seconds));
  json_object_set_new(o, "best", json_boolean(best));
  json_say(o, t->o->json);
}

static void say_end(const struct trainer *t, int status) {
  static const char *const PARTS[] = {"status", "epoch", "step", "best", "test", "error"};
  json_t *o = line_new(t), *v;
  for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
    if ((v = json_object_get(t->record->root, PARTS[i])))
      json_object_set(o, PARTS[i], v);
  json_object_set_new(o, "step", json_integer(t->s.step)); /* the record's is that of the last epoch */
  json_object_set_new(o, "run", json_of_text(t->o->out));
  if (status == INTERRUPTED || (!status && !trainer_done(t)))
    json_object_set_new(o, "resume", json_of_text(t->o->again));
  json_say(o, t->o->json);
}

void record_epoch(struct trainer *t, const struct log_place *p, int best) {
  json_t *root = t->record->root, *last = json_object();
  json_object_set_new(last, "epoch", json_integer(p->epoch));
  json_add_means(last, t->train, "", p->mean);
  json_add_means(last, t->train, "val_", p->val);
  json_object_set_new(root, "epoch", json_integer(p->epoch));
  json_object_set_new(root, "step", json_integer(p->step));
  if (best)
    json_object_set(root, "best", last);
  if (t->o->json)
    say_epoch(t, p, last, best);
  json_object_set_new(root, "last", last);
  if (now() >= t->record->write_at)
    write_now(t);
}

void record_test(struct trainer *t, int64_t count, const double *mean) {
  json_t *test = json_object();
  json_add_means(test, t->train, "", mean);
  json_object_set_new(t->record->root, "test", test);
  json_object_set_new(json_object_get(t->record->root, "data"), "test", json_integer(count));
}

void record_end(struct trainer *t, int status, const char *err) {
  if (!t->record)
    return;
  const char *word = status == INTERRUPTED                              ? "interrupted"
                     : status                                           ? "failed"
                     : !trainer_done(t)                                 ? "paused"
                     : trainer_stalled(t) && t->s.step < t->steps ? "stopped"
                                                                        : "finished";
  json_object_set_new(t->record->root, "status", json_string(word));
  json_object_set_new(t->record->root, "ended", time_now());
  if (status && status != INTERRUPTED)
    json_object_set_new(t->record->root, "error", json_of_text(err));
  if (t->o->json)
    say_end(t, status);
  write_now(t);
}

void record_close(struct record *r) {
  if (!r)
    return;
  json_decref(r->root);
  free(r->path);
  free(r);
}
