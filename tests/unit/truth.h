/* What the tests of truth share. A graph's truth is what the interpreter makes of it right after autodiff. The graph
   goes on through all passes; what each makes is printed, read back and interpreted again. Leaves are filled by their
   names, so that all forms of a graph see the same numbers. rig.h runs the code that is generated in the end. */
#ifndef TESTS_TRUTH_H
#define TESTS_TRUTH_H
#include "fixture.h"
#include "gen/gen.h"
#include "pass/pass.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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
  Name moved; /* the leaf that is moved by `by` times a direction; 0: none */
  double by;
  int64_t only; /* the one element that moves; -1: all */
} Feed;

static inline uint64_t data_key(const Feed *d, const char *name) {
  uint64_t key = mix(d->seed);
  for (; *name; name++)
    key = mix(key ^ (uint64_t)(unsigned char)*name);
  return key;
}

static inline double unit_of(uint64_t key) {
  return (double)(mix(key) >> 11) * 0x1p-53;
}

static inline double data_direction(const Feed *d, const char *name, int64_t i) {
  return d->only >= 0 ? i == d->only : 2 * unit_of(~data_key(d, name) + (uint64_t)i) - 1;
}

static inline int64_t value_count(const Graph *g, Val v, int64_t batch) {
  const Type *t = graph_type(g, v);
  return type_size(t) * (t->batched ? batch : 1);
}

static inline const double *data_leaf(void *user, const Graph *g, Val v) {
  const Feed *d = user;
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

static inline double **truth_eval(const Graph *g, const Feed *d) {
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

/* Compares all that two forms of a graph made, relative to each value's norm and a hundredth of the largest root mean
 * square. */
static inline int made_agrees(const Graph *truth, double **want, double *const *is, int64_t batch, double tolerance,
                              Text *why) {
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
    int within = *s != ' ' && *s != '(' && *s != '-'; /* a word goes on */
    if (*s == '"')
      quoted = !quoted;
    if (!quoted && s[0] == ' ' && s[1] == '#')
      s += strcspn(s, "\n");
    if (s[0] != ' ' || s[1] != ' ')
      text_add_len(&text, s, 1);
    s++;
    if (quoted || within || *s != 'v' || s[1] < '0' || s[1] > '9')
      continue;
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
  Feed data;
} Judge;

static inline void judge_form(const Judge *j, const Graph *g, PassId pass) {
  const char *when = pass_name(pass);
  Text why = {.mem = g->c->mem};
  double **made = made_of(g, truth_eval(g, &j->data), j->data.mem);
  if (!made_agrees(j->truth, j->want, made, j->data.batch, 1e-9, &why))
    fail_with(g, when, text_str(&why));
  Graph *again = graph_again(g);
  if (pass != PASS_autodiff && pass != PASS_COUNT - 1)
    return;
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
  judge_form(j, g, pass);
}

/* The graph that code is made from. All forms on the way have been interpreted on this data; truth, if asked for, is
   the first of them. skip: an optional pass, or PASS_COUNT. NULL after reporting an error of the user's. */
static inline Graph *judged_passes(const Graph *g, Feed data, PassId skip, const Graph **truth) {
  Judge j = {.data = data};
  PassOptions o = {.lanes = gen_lanes(NULL), .verify = 1, .after = judge_after, .user = &j};
  o.skip[PASS_simplify] = 1; /* the truth is of what was written */
  if (skip < PASS_COUNT)
    o.skip[skip] = 1;
  Graph *made = pass_run_all(g, &o);
  if (truth)
    *truth = j.truth;
  return made;
}

#endif
