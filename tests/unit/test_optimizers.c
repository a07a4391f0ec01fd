/* Optimizers and clipping against PyTorch: a small regression, a hundred steps, the same weights at the end: as the
   interpreter makes them to 1e-10, as compiled code makes them to 1e-5. The numbers fed are those of
   tests/peer/optimizers.py. */
#include "front/program.h"
#include "rig.h"

enum { STEPS = 100, IN = 4, OUT = 3, BATCH = 3, WEIGHTS = OUT * IN + OUT };

static const struct {
  const char *lines;
  double weight[WEIGHTS];
} cases[] = {
#define CASE(lines, ...) {lines, {__VA_ARGS__}},
#include "../peer/golden/optimizers.h"
#undef CASE
};
enum { CASES = sizeof cases / sizeof *cases };

/* What the parameters hold between steps, and the number of the next step. */
static struct {
  Name name[8];
  double value[8][OUT * IN];
  int count, step;
  const Program *program;
} memory;

static double number(int k, int64_t i) {
  return (double)((i * 37 + k * 101) % 199 - 99) / 128;
}

static double *memory_of(const Graph *g, Val param) {
  Name name = graph_node(g, param)->name;
  const char *text = name_text(g->c->names, name);
  int k = 0;
  while (k < memory.count && memory.name[k] != name)
    k++;
  assert_true(k < 8);
  if (k == memory.count) {
    memory.name[memory.count++] = name;
    for (int64_t i = 0; i < OUT * IN; i++)
      memory.value[k][i] = strchr(text, '#') && !strstr(text, "#ema") ? 0 : number(strstr(text, "bias") ? 4 : 3, i);
  }
  return memory.value[k];
}

static double element(const Graph *g, Val v, int64_t i) {
  const char *name = name_text(g->c->names, graph_node(g, v)->name);
  if (graph_node(g, v)->op == OP_input)
    return number(*name == 'x' ? 1 : 2, i);
  if (graph_node(g, v)->op == OP_param)
    return memory_of(g, v)[i];
  if (!strcmp(name, "step"))
    return memory.step;
  for (int k = 0; k < memory.program->scalars.count; k++)
    if (memory.program->scalars.at[k].name == graph_node(g, v)->name)
      return memory.program->scalars.at[k].value;
  fail_msg("what is %s?", name);
  return 0;
}

static const double *leaf(void *user, const Graph *g, Val v) {
  int64_t count = value_count(g, v, BATCH);
  double *at = arena_alloc(user, sizeof *at * (size_t)count);
  for (int64_t i = 0; i < count; i++)
    at[i] = element(g, v, i);
  return at;
}

/* The same for compiled code: data_leaf asks for the elements of a leaf in their order. */
static double draw(const Graph *g, Val v, double u) {
  static Val last;
  static int64_t next;
  (void)u;
  next = v == last ? next + 1 : 0;
  last = v;
  return element(g, v, next % value_count(g, v, BATCH));
}

static void memory_take(const Graph *g, int i, const double *value) {
  Val param = g->updates.at[i].param;
  memcpy(memory_of(g, param), value, sizeof *value * (size_t)value_count(g, param, BATCH));
}

/* ---- a case ---- */

static Graph *case_graph(Ctx *c, const char *lines, const Program **program) {
  const char *text = arena_printf(c->mem,
                                  "net A {\n  in x [4]\n  out x -> fc: dense(3)\n}\n"
                                  "data D {\n  field x [4]\n  field y [3]\n  source: shapes(count: 3)\n}\n"
                                  "train on D as (x, y) {\n  minimize mse(A(x), y)\n  optimizer: %s\n}\n",
                                  lines);
  uint32_t first = source_add(c->src, "case.net", text, strlen(text), 0);
  *program = program_of(c, ast_parse(c, PARSE_FILE, first), first, "case.net", NULL, 0);
  if (!*program || diag_errors(c->diags)) {
    diags_render(c, DIAG_PLAIN, stderr);
    fail_msg("%s is refused", lines);
  }
  PassOptions o = {.lanes = gen_lanes(NULL), .verify = 1};
  return pass_run_all((*program)->trains.at[0].step, &o);
}

static void begin(const Program *p) {
  memory.count = memory.step = 0;
  memory.program = p;
}

static void compare(const Graph *g, const char *what, int index, double most) {
  double error = 0, size = 0;
  for (int k = 0; k < memory.count; k++) {
    const char *name = name_text(g->c->names, memory.name[k]), *mark = strchr(name, '#');
    int bias = !strncmp(name, "fc.bias", 7), wanted = strstr(cases[index].lines, "ema:") ? mark && !strcmp(mark, "#ema") : !mark;
    for (int i = 0; wanted && i < (bias ? OUT : OUT * IN); i++) {
      double want = cases[index].weight[bias ? OUT * IN + i : i];
      error += (memory.value[k][i] - want) * (memory.value[k][i] - want);
      size += want * want;
    }
  }
  if (!(sqrt(error / size) <= most))
    fail_msg("%s, %s: the weights are %.3g off PyTorch's", cases[index].lines, what, sqrt(error / size));
}

static void test_optimizers(void **state) {
  (void)state;
  Rig r = rig_new(fixture_ctx());
  const Program *program[CASES];
  for (int i = 0; i < CASES; i++)
    rig_add(&r, case_graph(r.c, cases[i].lines, &program[i]));
  rig_link(&r);
  for (int i = 0; i < CASES; i++) {
    const Graph *g = r.graphs.at[i];
    begin(program[i]);
    while (memory.step++ < STEPS) {
      Arena *mem = arena_new();
      EvalInput in = {.batch = BATCH, .leaf = leaf, .user = mem};
      double **value = graph_eval(g, &in, mem);
      for (int k = 0; k < g->updates.count; k++)
        memory_take(g, k, value[g->updates.at[k].value]);
      arena_free(mem);
    }
    compare(g, "interpreted", i, 1e-10);
    begin(program[i]);
    while (memory.step++ < STEPS) {
      Feed d = {.batch = BATCH, .draw = draw, .mem = arena_new()};
      Made made = rig_run(&r, i, &d, NULL);
      for (int k = 0; k < g->updates.count; k++)
        memory_take(g, k, made.made[g->outputs.count + k]);
      arena_free(d.mem);
    }
    compare(g, "compiled", i, 1e-5);
  }
  rig_free(&r);
  fixture_free(r.c);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_optimizers)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
