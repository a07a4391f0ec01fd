/* Duty: `netc build --tune`: the program is built once for each way of its convolutions, each runs its own benchmark,
   and every convolution gets the way that was fastest in its place. In: a Build after its passes. Out: ctx->tuning.

   What was found is remembered in the object cache, by convolution, CPU and version, so that a build that
   has no new ones measures nothing. */
#include "base/cache.h"
#include "gen/tune.h"
#include "view/build.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Another way must be this much faster: less is noise. */
static const double gain_wanted = 0.97;

typedef struct {
  const char *key;
  double ms[TUNE_WAYS]; /* of all steps with this key; 0: not measured */
} Entrant;
typedef Vec(Entrant) Entrants;

static Entrant *find(Entrants *all, const char *key) {
  for (int i = 0; i < all->count; i++)
    if (!strcmp(all->at[i].key, key))
      return &all->at[i];
  return NULL;
}

static Hash cache_key(Ctx *c, const Options *o, const char *key) {
  const char *text = arena_printf(c->mem, "tune %s %s %s", NETC_VERSION, gen_cpu_name(o->cpu), key);
  return hash_bytes((Hash){0, 0}, text, strlen(text));
}

static int recall(Ctx *c, const Options *o, Entrant *e) {
  size_t len;
  double *ms = cache_get(c->cache, cache_key(c, o, e->key), &len);
  int known = ms && len == sizeof e->ms;
  if (known)
    memcpy(e->ms, ms, sizeof e->ms);
  free(ms);
  return known;
}

/* All convolutions of the program, but for those of entries that explain; returns how many are not known yet. */
static int collect(Build *b, Entrants *all) {
  int unknown = 0;
  for (int i = 0; i < b->count; i++) {
    const Graph *g = b->function[i].graph;
    for (Val v = 1; v < (Val)g->nodes.count && !entry_explains(&b->entry[i]); v++) {
      const char *key = tune_key(g, v);
      if (!key || find(all, key))
        continue;
      vec_push(b->c->mem, all, (Entrant){.key = key});
      unknown += !recall(b->c, b->o, &all->at[all->count - 1]);
    }
  }
  return unknown;
}

/* ---- one way, measured ---- */

/* The lines "step,ENTRY,MS,..." come in the order of entries and steps. */
static void read_times(Build *b, const char *said, int way, Entrants *all) {
  int step = 0, entry = -1;
  const char *last = "";
  for (const char *line = said; *line; line += strcspn(line, "\n"), line += *line == '\n') {
    if (strncmp(line, "step,", 5))
      continue;
    const char *name = line + 5;
    size_t len = strcspn(name, ",");
    if (strncmp(last, name, len + 1)) {
      for (entry = 0; entry < b->count; entry++) {
        const char *is = name_text(b->c->names, b->entry[entry].name);
        if (strlen(is) == len && !strncmp(is, name, len))
          break;
      }
      step = 0, last = name;
    }
    if (entry < 0 || entry >= b->count || step >= b->function[entry].plan->steps.count)
      continue;
    const Step *s = &b->function[entry].plan->steps.at[step++];
    const char *key = s->copy ? NULL : tune_key(b->function[entry].graph, s->val);
    Entrant *e = key ? find(all, key) : NULL;
    if (e)
      e->ms[way] += strtod(name + len + 1, NULL);
  }
}

static int measure(const Build *from, const Options *o, const Temp *temp, int way, Entrants *all) {
  Build b = *from;
  Text said = {.mem = b.c->mem};
  b.o = o;
  b.params = (ParamTable){0};
  b.function = arena_alloc(b.c->mem, sizeof *b.function * (size_t)b.count);
  memcpy(b.function, from->function, sizeof *b.function * (size_t)b.count);
  b.c->tuning->all = way;
  const char *program = arena_printf(b.c->mem, "%s/way%d", temp->path, way);
  const char *const words[] = {"bench", "--csv", "--profile", "--steps", "3", NULL};
  int ok = build_plans(&b) && build_code(&b) && build_program(&b, program) &&
           link_try(&(Link){.temp = temp, .output = program}, words, &said);
  if (ok)
    read_times(&b, text_str(&said), way, all);
  build_close(&b);
  return ok;
}

static int measure_all(Build *b, Entrants *all) {
  Options o = *b->o;
  Temp temp;
  o.weights = o.prefix = o.rename = o.memory = NULL, o.emit = EMIT_EXE, o.keep = 0;
  if (!temp_open(b->c, &temp))
    return 0;
  for (int i = 0; i < all->count; i++)
    memset(all->at[i].ms, 0, sizeof all->at[i].ms);
  int ok = 1;
  for (int way = 0; way < TUNE_WAYS && ok; way++) {
    fprintf(stderr, "netc: measuring %d of %d\n", way + 1, TUNE_WAYS);
    ok = measure(b, &o, &temp, way, all);
  }
  temp_close(&temp);
  for (int i = 0; i < all->count && ok; i++)
    cache_put(b->c->cache, cache_key(b->c, &o, all->at[i].key), all->at[i].ms,
              sizeof all->at[i].ms);
  b->c->tuning->all = 0;
  return ok;
}

/* ---- the choice ---- */

int build_tuned(Build *b) {
  Entrants all = {0};
  Tuning *t = b->c->tuning = arena_alloc(b->c->mem, sizeof *t);
  int unknown = b->program ? collect(b, &all) : 0, changed = 0;
  double before = 0, after = 0;
  if (unknown && !measure_all(b, &all))
    return 0;
  for (int i = 0; i < all.count; i++) {
    const Entrant *e = &all.at[i];
    int best = 0;
    for (int way = 1; way < TUNE_WAYS; way++)
      if (e->ms[way] < gain_wanted * e->ms[0] && e->ms[way] < e->ms[best])
        best = way;
    before += e->ms[0], after += e->ms[best], changed += best != 0;
    vec_push(b->c->mem, &t->choices, (TuneChoice){e->key, best});
  }
  fprintf(stderr, "netc: %d of %d convolutions go another way, %.2f ms instead of %.2f%s\n", changed, all.count, after,
          before, unknown ? "" : " (known)");
  build_time(b, "tuning");
  return 1;
}
