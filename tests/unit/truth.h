/* What the tests of truth share. A graph's truth is what the interpreter makes of it right after autodiff; the graph goes on
   through all passes (each result is printed, read back and interpreted again) and the generator into a shared library, which
   runs on the runtime's own threads. Leaves are filled by their names, so that all forms of a graph see the same numbers.
   With TRUTH_TEXT set, every graph is shown with its plan before its code is made. */
#ifndef TESTS_TRUTH_H
#define TESTS_TRUTH_H
#include "fixture.h"
#include "gen/gen.h"
#include "pass/pass.h"
#include "pool.h"
#include "runtime/netrt.h"
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- dice ---- */

static uint64_t dice_state = 1;

static inline uint64_t mix(uint64_t x) { /* SplitMix64 (Steele et al., 2014) */
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return x ^ x >> 31;
}

static inline int dice(int below) {
  return (int)(mix(dice_state++) % (uint64_t)below);
}

static inline int one_of(const int *at, int count) {
  return at[dice(count)];
}
#define ONE_OF(...) one_of((const int[]){__VA_ARGS__}, (int)(sizeof(int[]){__VA_ARGS__} / sizeof(int)))

/* ---- data of leaves ---- */

typedef double Draw(const Graph *g, Val leaf, double u); /* an element from a number in [0, 1) */

typedef struct {
  int64_t batch;
  uint64_t seed;
  Draw *draw;
  Arena *mem;
  Name moved;   /* the leaf that is moved by `by` times a direction; 0: none */
  double by;
  int64_t only; /* the one element that moves; -1: all */
} Data;

static inline uint64_t data_key(const Data *d, const char *name) {
  uint64_t key = mix(d->seed);
  for (; *name; name++)
    key = mix(key ^ (uint64_t)(unsigned char)*name);
  return key;
}

static inline double unit_of(uint64_t key) {
  return (double)(mix(key) >> 11) * 0x1p-53;
}

static inline double data_direction(const Data *d, const char *name, int64_t i) {
  return d->only >= 0 ? i == d->only : 2 * unit_of(~data_key(d, name) + (uint64_t)i) - 1;
}

static inline int64_t value_count(const Graph *g, Val v, int64_t batch) {
  const Type *t = graph_type(g, v);
  return type_size(t) * (t->batched ? batch : 1);
}

static inline const double *data_leaf(void *user, const Graph *g, Val v) {
  const Data *d = user;
  const char *name = name_text(g->c->names, graph_node(g, v)->name);
  int64_t count = value_count(g, v, d->batch);
  uint64_t key = data_key(d, name);
  double *at = arena_alloc(d->mem, sizeof *at * (size_t)count + 1);
  for (int64_t i = 0; i < count; i++) {
    at[i] = (float)d->draw(g, v, unit_of(key + (uint64_t)i));
    if (d->moved && graph_node(g, v)->name == d->moved)
      at[i] += d->by * data_direction(d, name, i);
  }
  return at;
}

static const int64_t sample_positions[] = {107, 100, 93, 86};
enum { SEED = 0x1234567, STEP = 3 };

static inline double **truth_eval(const Graph *g, const Data *d) {
  EvalInput in = {d->batch, SEED, STEP, sample_positions, data_leaf, (void *)(uintptr_t)d};
  return graph_eval(g, &in, d->mem);
}

/* Whatever a graph makes: its outputs, then the new values of its parameters. */
static inline int made_count(const Graph *g) {
  return g->outputs.count + g->updates.count;
}
static inline Val made_val(const Graph *g, int i) {
  return i < g->outputs.count ? g->outputs.at[i].val : g->updates.at[i - g->outputs.count].value;
}
static inline const char *made_name(const Graph *g, int i) {
  Name param = i < g->outputs.count ? 0 : graph_node(g, g->updates.at[i - g->outputs.count].param)->name;
  return name_text(g->c->names, i < g->outputs.count ? g->outputs.at[i].name : param);
}

/* ---- comparing ---- */

static inline double norm(const double *x, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; i++)
    sum += isfinite(x[i]) ? x[i] * x[i] : 0;
  return sqrt(sum);
}

/* How far `is` lies from `want`: the norm of the difference; infinite where one is a number and the other is not. */
static inline double distance(const double *is, const double *want, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; i++) {
    if (is[i] == want[i] || (isnan(is[i]) && isnan(want[i])))
      continue;
    if (!isfinite(is[i]) || !isfinite(want[i]))
      return INFINITY;
    sum += (is[i] - want[i]) * (is[i] - want[i]);
  }
  return sqrt(sum);
}

/* Compares all that two forms of a graph made, relative to each value's norm and a hundredth of the largest root mean square. */
static inline int made_agrees(const Graph *truth, double **want, double *const *is, int64_t batch, double tolerance, Text *why) {
  double largest = 0;
  for (int i = 0; i < made_count(truth); i++) {
    int64_t count = value_count(truth, made_val(truth, i), batch);
    largest = fmax(largest, norm(want[made_val(truth, i)], count) / sqrt((double)count));
  }
  for (int i = 0; i < made_count(truth); i++) {
    Val v = made_val(truth, i);
    int64_t count = value_count(truth, v, batch);
    double apart = distance(is[i], want[v], count), size = norm(want[v], count) + 0.01 * largest * sqrt((double)count);
    if (apart <= tolerance * size)
      continue;
    text_add(why, "%s is %.3g from the truth, whose norm is %.6g (batch %lld); it begins", made_name(truth, i), apart,
             norm(want[v], count), (long long)batch);
    for (int64_t k = 0; k < count && k < 6; k++)
      text_add(why, " %.6g (%.6g)", is[i][k], want[v][k]);
    return 0;
  }
  return 1;
}

static inline double **made_of(const Graph *g, double **value, Arena *mem) {
  double **made = arena_alloc(mem, sizeof *made * (size_t)made_count(g) + 1);
  for (int i = 0; i < made_count(g); i++)
    made[i] = value[made_val(g, i)];
  return made;
}

static inline void fail_with(const Graph *g, const char *what, const char *why) {
  Text text = {.mem = g->c->mem};
  graph_print(g, &text);
  fprintf(stderr, "%s: %s\n%s", what, why, text_str(&text)); /* too long for cmocka's messages */
  fail_msg("%s: %s", what, why);
}

/* ---- passes: what each makes reads back, and means the same ---- */

/* A graph's text without comments, values numbered in the order of the lines (numbers have none). */
static inline const char *graph_text(const Graph *g) {
  Text raw = {.mem = g->c->mem}, text = {.mem = g->c->mem};
  graph_print(g, &raw);
  int *number = arena_alloc(g->c->mem, sizeof *number * (size_t)g->nodes.count), next = 0, quoted = 0;
  for (const char *s = text_str(&raw); *s;) {
    char *end;
    if (*s == '"')
      quoted = !quoted;
    if (!quoted && s[0] == ' ' && s[1] == '#')
      s += strcspn(s, "\n");
    if (quoted || *s != 'v' || s[1] < '0' || s[1] > '9') {
      if (*s != ' ' || s[1] != ' ')
        text_add(&text, "%c", *s);
      s++;
      continue;
    }
    unsigned long v = strtoul(s + 1, &end, 10);
    if (!number[v])
      number[v] = ++next;
    text_add(&text, "v%d", number[v]);
    s = end;
  }
  return text_str(&text);
}

static inline Graph *graph_again(const Graph *g) {
  Text text = {.mem = g->c->mem};
  graph_print(g, &text);
  Graph *again = fixture_graph(g->c, text_str(&text));
  const char *first = graph_text(g), *second = graph_text(again);
  if (strcmp(first, second)) {
    fprintf(stderr, "%s\n%s", first, second);
    fail_msg("a graph, printed, read and printed, has another text");
  }
  return again;
}

typedef struct {
  const Graph *truth; /* right after autodiff; NULL before */
  double **want;
  Data data;
} Judge;

static inline void judge_form(const Judge *j, const Graph *g, const char *when) {
  Text why = {.mem = g->c->mem};
  double **made = made_of(g, truth_eval(g, &j->data), j->data.mem);
  if (!made_agrees(j->truth, j->want, made, j->data.batch, 1e-9, &why))
    fail_with(g, when, text_str(&why));
  Graph *again = graph_again(g);
  double **once_more = made_of(again, truth_eval(again, &j->data), j->data.mem);
  for (int i = 0; i < made_count(g); i++)
    if (distance(once_more[i], made[i], value_count(g, made_val(g, i), j->data.batch)) != 0)
      fail_with(g, when, "read back, it means something else");
}

static inline void judge_after(void *user, PassId pass, const Graph *g) {
  Judge *j = user;
  if (pass < PASS_autodiff)
    return;
  if (!j->truth) {
    j->truth = g;
    j->want = truth_eval(g, &j->data);
  }
  judge_form(j, g, pass_name(pass));
}

/* The graph that code is made from. All forms on the way have been interpreted on this data; truth, if asked for, is the
   first of them. NULL after reporting an error of the user's. */
static inline Graph *judged_passes(const Graph *g, Data data, const Graph **truth) {
  Judge j = {.data = data};
  PassOptions o = {.lanes = gen_lanes(NULL), .verify = 1, .after = judge_after, .user = &j};
  o.skip[PASS_simplify] = 1; /* the truth is of what was written */
  Graph *made = pass_run_all(g, &o);
  if (truth)
    *truth = j.truth;
  return made;
}

/* ---- generated code ---- */

typedef struct {
  Ctx *c;
  Gen *gen;
  ParamTable *params;
  Vec(const Graph *) graphs;
  Vec(Plan *) plans;
  void *library;
} Rig;

typedef struct {
  double **made;    /* by place, as made_val counts */
  const void *raw;  /* all bytes of the same */
  size_t raw_bytes;
} Made;

static const char rig_launcher[] =
    "#include <stdint.h>\n"
    "#define CALLS(X) \\\n"
    "  X(nrt_launch, (void *a, int32_t b, void *c, void *d, int64_t e), (a, b, c, d, e)) \\\n"
    "  X(nrt_uniform, (float *a, int64_t b, int64_t c, uint64_t d, uint64_t e, int64_t f, uint32_t g), (a, b, c, d, e, f, g)) \\\n"
    "  X(nrt_normal, (float *a, int64_t b, int64_t c, uint64_t d, uint64_t e, int64_t f, uint32_t g), (a, b, c, d, e, f, g)) \\\n"
    "  X(nrt_gemm, (int a, int b, int64_t c, int64_t d, int64_t e, const float *f, int64_t g, const float *h, int64_t i, float j, \\\n"
    "               float *k, int64_t l), (a, b, c, d, e, f, g, h, i, j, k, l))\n"
    "#define X(name, params, args) void (*name##_at) params; void name params { name##_at args; }\n"
    "CALLS(X)\n";

static inline void rig_gemm(int ta, int tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b,
                            int64_t ldb, float beta, float *c, int64_t ldc) {
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) {
      double sum = beta != 0 ? (double)beta * c[i * ldc + j] : 0;
      for (int64_t l = 0; l < k; l++)
        sum += (double)a[ta ? l * lda + i : i * lda + l] * b[tb ? j * ldb + l : l * ldb + j];
      c[i * ldc + j] = (float)sum;
    }
}

static inline Rig rig_new(Ctx *c) {
  Rig r = {.c = c, .gen = gen_new(c, &(GenTarget){.lanes = gen_lanes(NULL)})};
  r.params = arena_alloc(c->mem, sizeof *r.params);
  return r;
}

static inline void rig_add(Rig *r, Graph *g) {
  g->name = name_format(r->c->names, "g%d", r->graphs.count);
  vec_push(r->c->mem, &r->graphs, g);
}

static inline void rig_bind(Rig *r, const char *name, void *function) {
  void **at = dlsym(r->library, name);
  assert_non_null(at);
  *at = function;
}

static inline void rig_show(const Plan *p) {
  Text text = {.mem = p->g->c->mem};
  graph_print(p->g, &text);
  plan_print(p, &text);
  fputs(text_str(&text), stderr);
}

static inline void rig_link(Rig *r) {
  Arena *mem = r->c->mem;
  char folder[] = "/tmp/netc-truth-XXXXXX", *error = NULL;
  assert_non_null(mkdtemp(folder));
  for (int i = 0; i < r->graphs.count; i++)
    params_collect(r->params, r->graphs.at[i]);
  for (int i = 0; i < r->graphs.count; i++) {
    Text why = {.mem = mem};
    Plan *p = plan_make(r->graphs.at[i], r->params, gen_scratch);
    if (!plan_verify(p, &why))
      fail_with(p->g, "the plan is not sound", text_str(&why));
    vec_push(mem, &r->plans, p);
    if (getenv("TRUTH_TEXT"))
      rig_show(p);
    gen_entry(r->gen, p);
  }
  if (!gen_object(r->gen, arena_printf(mem, "%s/net.o", folder), &error))
    fail_msg("%s", error);
  FILE *f = fopen(arena_printf(mem, "%s/calls.c", folder), "w");
  assert_non_null(f);
  fputs(rig_launcher, f);
  fclose(f);
  assert_int_equal(system(arena_printf(mem, "cc -shared -fPIC -O1 -o %s/net.so %s/calls.c %s/net.o -lm", folder, folder, folder)), 0);
  r->library = dlopen(arena_printf(mem, "%s/net.so", folder), RTLD_NOW | RTLD_LOCAL);
  if (!r->library)
    fail_msg("%s", dlerror());
  rig_bind(r, "nrt_launch_at", (void *)(intptr_t)nrt_launch);
  rig_bind(r, "nrt_uniform_at", (void *)(intptr_t)nrt_uniform);
  rig_bind(r, "nrt_normal_at", (void *)(intptr_t)nrt_normal);
  rig_bind(r, "nrt_gemm_at", (void *)(intptr_t)rig_gemm);
  assert_int_equal(system(arena_printf(mem, "rm -r %s", folder)), 0);
}

static inline void rig_free(Rig *r) {
  gen_free(r->gen);
  if (r->library)
    dlclose(r->library);
}

enum { GUARD = 64 };

static inline char *rig_memory(Arena *mem, int64_t bytes) { /* what nobody writes is NaN, and there is a guard behind */
  char *p = arena_alloc(mem, (size_t)bytes + 64 + GUARD);
  p += 64 - ((uintptr_t)p & 63);
  memset(p, 0xFF, (size_t)bytes + GUARD);
  return p;
}

static inline void rig_fill(const Type *t, void *to, const double *from, int64_t count) {
  for (int64_t i = 0; i < count; i++)
    if (t->elem == I32)
      ((int32_t *)to)[i] = (int32_t)from[i];
    else
      ((float *)to)[i] = (float)from[i];
}

static inline void rig_leaves(const Rig *r, const Plan *p, const Data *d, struct net_run *run) {
  for (Val v = 1; v < (Val)p->g->nodes.count; v++) {
    const Node *n = graph_node(p->g, v);
    if (n->op != OP_input && n->op != OP_param && n->op != OP_scalar)
      continue;
    int64_t count = value_count(p->g, v, d->batch);
    const double *data = data_leaf((void *)(uintptr_t)d, p->g, v);
    if (n->op == OP_param)
      rig_fill(graph_type(p->g, v), (float *)run->base[NET_PARAMS] + params_find(r->params, n->name)->offset, data, count);
    for (int i = 0; n->op == OP_scalar && i < r->params->scalars.count; i++)
      if (r->params->scalars.at[i] == n->name)
        ((double *)run->base[NET_SCALARS])[i] = *data;
    for (int i = 0; n->op == OP_input && i < p->inputs.count; i++)
      if (p->inputs.at[i] == n->name)
        rig_fill(graph_type(p->g, v), run->base[NET_IO + i] = rig_memory(d->mem, 4 * count), data, count);
  }
}

static inline Made rig_run(const Rig *r, int which, const Data *d, struct net_pool *pool) {
  const Plan *p = r->plans.at[which];
  const Graph *g = p->g;
  struct net_run run = {.batch = d->batch, .seed = SEED, .step = STEP, .sample = sample_positions, .pool = pool};
  int64_t arena = p->arena_fixed + d->batch * p->arena_per_sample, bytes = 0, at = 0;
  run.base[NET_ARENA] = rig_memory(d->mem, arena);
  run.base[NET_PARAMS] = rig_memory(d->mem, 4 * r->params->param_floats);
  run.base[NET_SCALARS] = rig_memory(d->mem, 8 * r->params->scalars.count);
  rig_leaves(r, p, d, &run);
  for (int i = 0; i < made_count(g); i++)
    bytes += 4 * value_count(g, made_val(g, i), d->batch);
  for (int i = 0; i < g->outputs.count; i++)
    run.base[NET_IO + p->inputs.count + i] = rig_memory(d->mem, 4 * value_count(g, made_val(g, i), d->batch));
  void (*entry)(struct net_run *);
  *(void **)&entry = dlsym(r->library, arena_printf(d->mem, "net_entry_%s", name_text(r->c->names, g->name)));
  assert_non_null(*(void **)&entry);
  entry(&run);

  char *raw = arena_alloc(d->mem, (size_t)bytes + 1);
  Made m = {arena_alloc(d->mem, sizeof *m.made * (size_t)made_count(g) + 1), raw, (size_t)bytes};
  for (int i = 0; i < made_count(g); i++) {
    int64_t count = value_count(g, made_val(g, i), d->batch);
    Val param = i < g->outputs.count ? 0 : g->updates.at[i - g->outputs.count].param;
    const char *from = param ? (char *)run.base[NET_PARAMS] + 4 * params_find(r->params, graph_node(g, param)->name)->offset
                             : run.base[NET_IO + p->inputs.count + i];
    memcpy(raw + at, from, 4 * (size_t)count);
    at += 4 * count;
    m.made[i] = arena_alloc(d->mem, sizeof(double) * (size_t)count + 1);
    for (int64_t k = 0; k < count; k++)
      m.made[i][k] = graph_type(g, made_val(g, i))->elem == I32 ? ((const int32_t *)(const void *)from)[k]
                                                                : (double)((const float *)(const void *)from)[k];
    for (int k = 0; !param && k < GUARD; k++)
      if (((const unsigned char *)from)[4 * count + k] != 0xFF)
        fail_with(g, "written behind the end of", made_name(g, i));
  }
  for (int k = 0; k < GUARD; k++)
    if (((unsigned char *)run.base[NET_ARENA])[arena + k] != 0xFF)
      fail_with(g, "written behind the end of", "the arena");
  return m;
}

#endif
