/* The interpreter against PyTorch in float64: forward values, the loss and every weight's gradient of LeNet, U-Net, a residual and a recurrent network, from the
   numbers in tests/peer/golden (see tests/peer/models.py). Both compute in double, so they agree to 1e-9. */
#include "../peer/fill.h"
#include "fixture.h"
#include "front/program.h"
#include "pass/pass.h"
#include <math.h>
#include <stdlib.h>

typedef struct {
  char *text;      /* of the whole file */
  size_t len;
} File;

static File read_file(Ctx *c, const char *path) {
  File f = {0};
  FILE *in = fopen(path, "rb");
  if (!in)
    fail_msg("cannot read %s", path);
  Text t = {.mem = c->mem};
  char buf[4096];
  for (size_t n; (n = fread(buf, 1, sizeof buf, in)) > 0;)
    text_add_len(&t, buf, n);
  fclose(in);
  f.text = t.at, f.len = t.len;
  return f;
}

/* A tensor of a safetensors file that our own script wrote: its bytes, and how many. */
static const char *tensor_find(const File *f, const char *name, size_t *bytes) {
  uint64_t head;
  memcpy(&head, f->text, 8);
  char key[128];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *at = strstr(f->text + 8, key), *offsets = at ? strstr(at, "\"data_offsets\":") : NULL;
  unsigned long long from, to;
  if (!offsets || sscanf(offsets + 15, " [%llu,%llu]", &from, &to) != 2)
    return NULL;
  *bytes = (size_t)(to - from);
  return f->text + 8 + head + from;
}

/* ---- what leaves hold ---- */

typedef struct {
  Fill fill[64];
  int fills;
} Spec;

static Spec spec_read(const char *path) {
  Spec s = {0};
  FILE *f = fopen(path, "r");
  if (!f)
    fail_msg("cannot read %s", path);
  while (s.fills < 64 && fill_read(f, &s.fill[s.fills]))
    s.fills++;
  fclose(f);
  return s;
}

static const double *leaf(void *user, const Graph *g, Val v) {
  const Spec *s = user;
  const char *name = name_text(g->c->names, graph_node(g, v)->name);
  for (int i = 0; i < s->fills; i++) {
    if (strcmp(s->fill[i].name, name))
      continue;
    double *data = arena_alloc(g->c->mem, sizeof *data * (size_t)fill_count(&s->fill[i]));
    for (int64_t k = 0; k < fill_count(&s->fill[i]); k++)
      data[k] = fill_value(&s->fill[i], k);
    return data;
  }
  int64_t count = type_size(graph_type(g, v)); /* states as they begin; run-time scalars 0 */
  double *data = arena_alloc(g->c->mem, sizeof *data * (size_t)count);
  for (int64_t k = 0; k < count && graph_node(g, v)->op == OP_param; k++)
    data[k] = graph_attr(g, v, "values")->list[0];
  return data;
}

/* ---- comparing ---- */

/* Relative L2 error of values against the golden tensor, or against the elements of it that were kept. */
static void compare(const File *golden, const char *name, const double *values) {
  size_t bytes, at_bytes;
  char at_name[160];
  const char *want = tensor_find(golden, name, &bytes);
  if (!want)
    fail_msg("no golden tensor %s", name);
  snprintf(at_name, sizeof at_name, "%s.at", name);
  const char *at = tensor_find(golden, at_name, &at_bytes);
  double error = 0, norm = 0;
  for (size_t i = 0; i < bytes / 8; i++) {
    double w;
    int32_t k = (int32_t)i;
    memcpy(&w, want + 8 * i, 8);
    if (at)
      memcpy(&k, at + 4 * i, 4);
    error += (values[k] - w) * (values[k] - w);
    norm += w * w;
  }
  if (!(sqrt(error) <= 1e-9 * sqrt(norm)))
    fail_msg("%s: relative error %g", name, sqrt(error / norm));
}

static Program *load(Ctx *c, const char *path) {
  File f = read_file(c, path);
  uint32_t first = source_add(c->src, path, f.text, f.len, 0);
  Program *p = program_of(c, ast_parse(c, PARSE_FILE, first), first, path, NULL, 0);
  diags_render(c, DIAG_PLAIN, stderr);
  if (!p)
    fail_msg("%s is refused", path);
  return p;
}

static void check(const char *net) {
  Ctx *c = fixture_ctx();
  Program *p = load(c, arena_printf(c->mem, "tests/peer/%s.net", net));
  Spec spec = spec_read(arena_printf(c->mem, "tests/peer/golden/%s.spec", net));
  File golden = read_file(c, arena_printf(c->mem, "tests/peer/golden/%s.safetensors", net));
  EvalInput in = {.batch = spec.fill[spec.fills - 1].dim[0], .leaf = leaf, .user = &spec};

  const Graph *forward = p->predicts.at[0].graph;
  double **values = graph_eval(forward, &in, c->mem);
  compare(&golden, "forward/value", values[forward->outputs.at[0].val]);

  PassOptions options = {.lanes = 8, .verify = 1};
  Graph *step = pass_run(p->trains.at[0].step, PASS_autodiff, &options);
  assert_non_null(step);
  values = graph_eval(step, &in, c->mem);
  compare(&golden, "grad/loss", values[step->outputs.at[0].val]);
  int gradients = 0, weights = 0;
  for (int i = 0; i < spec.fills; i++)
    weights += !strcmp(spec.fill[i].role, "weight");
  for (int i = 0; i < step->updates.count; i++) {
    const char *path = name_text(c->names, graph_node(step, step->updates.at[i].param)->name);
    if (!strchr(path, '#'))
      continue;
    compare(&golden, arena_printf(c->mem, "grad/%s", path), values[step->updates.at[i].value]);
    gradients++;
  }
  assert_int_equal(gradients, weights);
  fixture_free(c);
}

static void test_lenet(void **state) {
  (void)state;
  check("lenet");
}

static void test_sequence(void **state) {
  (void)state;
  check("sequence");
}

static void test_residual(void **state) {
  (void)state;
  check("residual");
}

static void test_unet(void **state) {
  (void)state;
  check("unet");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_lenet), cmocka_unit_test(test_unet),
                                     cmocka_unit_test(test_residual), cmocka_unit_test(test_sequence)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
