/* Layers and losses against PyTorch: the cases of tests/peer/layers.py, regions.py and yolo_cases.py, each a whole .net text
   with what PyTorch computes in float64. From the graph that the front end makes of it come the value y, the gradients of
   the loss for x and all weights, and the new states: as the interpreter has them, right after autodiff, they agree to
   1e-9; every pass keeps them; and so does the compiled code, as far as floats go. */
#include "front/program.h"
#include "rig.h"

typedef struct {
  const char *name;
  double first, sum; /* its first number; all of them, each times a random number */
} Golden;
typedef struct {
  const char *name, *text;
  int training; /* or evaluation */
  Golden golden[24];
} LayerCase;

static const LayerCase cases[] = {
#define CASE(name, training, text, ...) {#name, text, training, {__VA_ARGS__}},
#include "../peer/golden/layers.h"
#include "../peer/golden/regions.h"
#include "../peer/golden/yolo_cases.h"
#undef CASE
};
enum { CASES = sizeof cases / sizeof *cases, BATCH = 3, CLASSES = 5, FEED_SEED = 1, TOGETHER = 24 };

/* The same numbers stand in layer_cases.py. */
static double draw_leaf(const Graph *g, Val leaf, double u) {
  const char *name = name_text(g->c->names, graph_node(g, leaf)->name);
  if (graph_type(g, leaf)->elem == I32)
    return floor(CLASSES * u);
  if (graph_node(g, leaf)->op == OP_param)
    return strstr(name, "running_") ? 0.5 + u : 2 * u - 1;
  return !strncmp(name, "p", 1) ? u : !strncmp(name, "mask", 4) ? u < 0.5 : !strncmp(name, "sign", 4) ? 1 - 2 * (u < 0.5) : 4 * u - 2;
}

static Feed feed_new(Arena *mem) {
  return (Feed){.batch = BATCH, .seed = FEED_SEED, .draw = draw_leaf, .mem = mem};
}

static void show(Graph *g, const char *name, Val v) {
  char *word = arena_printf(g->c->mem, "%s", name);
  for (char *s = word; *s; s++)
    *s = *s == '.' ? '_' : *s;
  assert_true(v);
  vec_push(g->c->mem, &g->outputs, ((Output){name_of(g->c->names, word), v, OUT_SHOW}));
}

/* The graph shows y and all gradients; only states stay to be written, so that the optimizer falls away. */
static void look_inside(Graph *g) {
  Val loss = 0;
  int updates = g->updates.count;
  Val count = (Val)g->nodes.count;
  for (int i = 0; i < g->outputs.count; i++)
    loss = g->outputs.at[i].kind == OUT_LOSS ? g->outputs.at[i].val : loss;
  g->outputs.count = g->updates.count = 0;
  for (int i = 0; i < updates; i++)
    if (!strcmp(name_text(g->c->names, graph_attr(g, g->updates.at[i].param, "role")->text), "state"))
      g->updates.at[g->updates.count++] = g->updates.at[i];
  for (Val v = 1; v < count; v++) {
    Node n = *graph_node(g, v);
    const char *name = name_text(g->c->names, n.name);
    if (n.op != OP_input && !strcmp(name, "y"))
      show(g, name, v);
    if ((n.op == OP_input && *name == 'x') ||
        (n.op == OP_param && !strcmp(name_text(g->c->names, graph_attr(g, v, "role")->text), "weight")))
      show(g, arena_printf(g->c->mem, "d_%s", name), graph_add(g, OP_grad, (Val[]){loss, v}, 2, NULL, n.span));
  }
}

static Graph *case_graph(Ctx *c, const LayerCase *k) {
  const char *path = arena_printf(c->mem, "%s.net", k->name);
  uint32_t first = source_add(c->src, path, k->text, strlen(k->text), 0);
  Program *p = program_of(c, ast_parse(c, PARSE_FILE, first), first, path, NULL, 0);
  if (!p || diag_errors(c->diags)) {
    diags_render(c, DIAG_PLAIN, stderr);
    fail_msg("%s is refused", k->name);
  }
  Graph *g = k->training ? p->trains.at[0].step : p->trains.at[0].eval;
  look_inside(g);
  return g;
}

/* 1 when all agrees; says what does not. */
static int against_peer(const LayerCase *k, const Graph *truth, const Feed *d) {
  double **value = truth_eval(truth, d);
  int count = 0, good = 1;
  while (count < 24 && k->golden[count].name)
    count++;
  if (count != made_count(truth))
    fail_with(truth, k->name, "as many values as PyTorch's are wanted");
  for (int i = 0; i < count; i++) {
    const Golden *want = &k->golden[0];
    const char *name = made_name(truth, i);
    while (want->name && strcmp(want->name, name))
      want++;
    if (!want->name)
      fail_with(truth, k->name, name);
    Val v = made_val(truth, i);
    int64_t n = value_count(truth, v, d->batch);
    double sum = 0, size = norm(value[v], n) + 1e-3;
    for (int64_t j = 0; j < n; j++)
      sum += value[v][j] * (2 * unit_of(data_key(d, "weigh") + (uint64_t)j) - 1);
    if (fabs(sum - want->sum) <= 1e-9 * size && fabs(value[v][0] - want->first) <= 1e-9 * size)
      continue;
    fprintf(stderr, "%s: %s begins with %.12g (PyTorch: %.12g), is %.12g in all (PyTorch: %.12g)\n", k->name, name,
            value[v][0], want->first, sum, want->sum);
    good = 0;
  }
  return good;
}

static void cases_check(int from, int to) {
  Rig r = rig_new(fixture_ctx());
  struct net_pool *pool = pool_open(2);
  Arena *mem = arena_new();
  Feed d = feed_new(mem);
  const Graph *truth[TOGETHER];
  int good = 1;
  const char *only = getenv("LAYER"); /* one case by its name */
  for (int i = from; i < to; i++) {
    if (only && strcmp(only, cases[i].name))
      continue;
    Graph *g = judged_passes(case_graph(r.c, &cases[i]), d, PASS_COUNT, &truth[r.graphs.count]);
    assert_non_null(g);
    good &= against_peer(&cases[i], truth[r.graphs.count], &d);
    rig_add(&r, g);
  }
  assert_true(good);
  if (r.graphs.count)
    rig_link(&r);
  for (int i = 0; i < r.graphs.count; i++) {
    Text why = {.mem = r.c->mem};
    Made is = rig_run(&r, i, &d, pool);
    if (!made_agrees(truth[i], truth_eval(truth[i], &d), is.made, BATCH, 3e-5, &why)) {
      fprintf(stderr, "%s\n", cases[from + i].name);
      fail_with(r.graphs.at[i], "compiled", text_str(&why));
    }
  }
  pool_close(pool);
  arena_free(mem);
  rig_free(&r);
  fixture_free(r.c);
}

static void test_layers(void **state) {
  (void)state;
  for (int i = 0; i < CASES; i += TOGETHER)
    cases_check(i, i + TOGETHER < CASES ? i + TOGETHER : CASES);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_layers)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
