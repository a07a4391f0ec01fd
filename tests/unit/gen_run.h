/* Runs generated code beside the interpreter: graphs as text become plans, one object and a shared library, whose
   entries are run on the leaves of fixture.h and compared output by output. The launcher in the library runs chunks
   backwards, so that kernels which lean on the order of chunks fail. */
#ifndef TESTS_GEN_RUN_H
#define TESTS_GEN_RUN_H
#include "fixture.h"
#include "gen/gen.h"
#include "runtime/netrt.h"
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
  Ctx *c;
  Gen *gen;
  ParamTable params;
  Vec(Graph *) graphs;
  Vec(Plan *) plans;
  void *library;
  int by_norm; /* outputs are compared as a whole: their difference's L2 norm relative to theirs */
} GenRun;

static const char gen_run_launcher[] =
    "#include <stdint.h>\n"
    "typedef void kernel(void *const *, const void *, int64_t, int64_t);\n"
    "void nrt_launch(void *run, int32_t step, kernel *k, void *const *arg, int64_t chunks) {\n"
    "  for (int64_t i = chunks; i--;) k(arg, run, i, chunks);\n"
    "}\n"
    "void nrt_gemm(int ta, int tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b, "
    "int64_t ldb,\n"
    "              float beta, float *c, int64_t ldc) {\n"
    "  for (int64_t i = 0; i < m; i++) for (int64_t j = 0; j < n; j++) {\n"
    "    double sum = beta ? beta * c[i * ldc + j] : 0;\n"
    "    for (int64_t l = 0; l < k; l++)\n"
    "      sum += (double)a[ta ? l * lda + i : i * lda + l] * b[tb ? j * ldb + l : l * ldb + j];\n"
    "    c[i * ldc + j] = (float)sum;\n"
    "  }\n"
    "}\n"
    "void *nrt_work(void **run) { return run[NET_WORK]; }\n";

static inline GenRun gen_run_new(int lanes) {
  GenRun r = {.c = fixture_ctx()};
  r.gen = gen_new(r.c, &(GenTarget){.cpu = NULL, .lanes = lanes});
  return r;
}

static inline void gen_run_add(GenRun *r, const char *text) {
  Graph *g = fixture_graph(r->c, text);
  vec_push(r->c->mem, &r->graphs, g);
}

/* Plans, generates, links and loads what was added. */
static inline void gen_run_build(GenRun *r) {
  Arena *mem = r->c->mem;
  Text why = {.mem = mem};
  for (int i = 0; i < r->graphs.count; i++)
    params_collect(&r->params, r->graphs.at[i]);
  for (int i = 0; i < r->graphs.count; i++) {
    Plan *p = plan_make(r->graphs.at[i], &r->params, gen_scratch);
    if (!plan_verify(p, &why))
      fail_msg("%s", text_str(&why));
    vec_push(mem, &r->plans, p);
    gen_entry(r->gen, p);
  }
  char folder[] = "/tmp/netc-gen-XXXXXX", *error = NULL;
  assert_non_null(mkdtemp(folder));
  FILE *f = fopen(arena_printf(mem, "%s/launch.c", folder), "w");
  assert_non_null(f);
  fprintf(f, "enum { NET_WORK = %d };\n%s", NET_WORK, gen_run_launcher);
  fclose(f);
  if (getenv("GEN_RUN_TEXT"))
    fputs(gen_llvm_text(r->gen), stderr);
  if (!gen_object(r->gen, arena_printf(mem, "%s/net.o", folder), &error))
    fail_msg("%s", error);
  const char *library = arena_printf(mem, "%s/net.so", folder);
  int bad = system(arena_printf(mem, "cc -O1 -shared -fPIC -o %s %s/launch.c %s/net.o -lm", library, folder, folder));
  assert_int_equal(bad, 0);
  r->library = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!r->library)
    fail_msg("%s", dlerror());
  if (!getenv("GEN_RUN_KEEP"))
    bad = system(arena_printf(mem, "rm -r %s", folder));
}

static inline void gen_run_free(GenRun *r) {
  gen_free(r->gen);
  dlclose(r->library);
  fixture_free(r->c);
}

static inline void *gen_run_memory(int64_t bytes) { /* whatever is not written is NaN */
  size_t room = ((size_t)bytes + 127) / 64 * 64;
  void *p = aligned_alloc(64, room);
  memset(p, 0xff, room);
  return p;
}

static inline int64_t gen_run_size(const Graph *g, Val v, int64_t batch) {
  const Type *t = graph_type(g, v);
  return type_size(t) * (t->batched ? batch : 1);
}

static inline void gen_run_fill(GenRun *r, const Plan *p, struct net_run *run) {
  const Graph *g = p->g;
  for (Val v = 1; v < (Val)g->nodes.count; v++) {
    OpId op = graph_node(g, v)->op;
    if ((op != OP_input && op != OP_param) || p->buffer[v].base < 0)
      continue;
    int64_t count = gen_run_size(g, v, run->batch);
    const double *data = fixture_leaf(&run->batch, g, v);
    if (op == OP_input)
      run->base[p->buffer[v].base] = gen_run_memory(count * 4);
    void *to = (char *)run->base[p->buffer[v].base] + p->buffer[v].fixed;
    for (int64_t i = 0; i < count; i++)
      if (graph_type(g, v)->elem == I32)
        ((int32_t *)to)[i] = (int32_t)data[i];
      else
        ((float *)to)[i] = (float)data[i];
  }
  for (int i = 0; i < r->params.scalars.count; i++)
    ((double *)run->base[NET_SCALARS])[i] = 0.5;
}

static inline void gen_run_compare(const Plan *p, const struct net_run *run, double **expected, double tolerance) {
  const Graph *g = p->g;
  for (int i = 0; i < g->outputs.count; i++) {
    Val v = g->outputs.at[i].val;
    int64_t count = gen_run_size(g, v, run->batch);
    const float *is = run->base[NET_IO + p->inputs.count + i];
    double largest = 1, *want = expected[v];
    for (int64_t k = 0; k < count; k++)
      largest = fmax(largest, isfinite(want[k]) ? fabs(want[k]) : 0);
    for (int64_t k = 0; k < count; k++)
      if (!(fabs((double)is[k] - want[k]) <= tolerance * largest) && !(isinf(want[k]) && (double)is[k] == want[k])) {
        Text text = {.mem = g->c->mem};
        graph_print(g, &text);
        fail_msg("output %s[%lld] is %.9g, not %.9g, batch %lld\n%s", name_text(g->c->names, g->outputs.at[i].name),
                 (long long)k, (double)is[k], want[k], (long long)run->batch, text_str(&text));
      }
    for (const unsigned char *guard = (const unsigned char *)(is + count), *end = guard + 32; guard < end; guard++)
      assert_int_equal(*guard, 0xff);
  }
}

static inline void gen_run_compare_norm(const Plan *p, const struct net_run *run, double **expected, double tolerance) {
  const Graph *g = p->g;
  for (int i = 0; i < g->outputs.count; i++) {
    Val v = g->outputs.at[i].val;
    int64_t count = gen_run_size(g, v, run->batch);
    const float *is = run->base[NET_IO + p->inputs.count + i];
    double error = 0, norm = 0, *want = expected[v];
    for (int64_t k = 0; k < count; k++) {
      error += ((double)is[k] - want[k]) * ((double)is[k] - want[k]);
      norm += want[k] * want[k];
    }
    if (!(sqrt(error / norm) <= tolerance)) {
      Text text = {.mem = g->c->mem};
      graph_print(g, &text);
      fail_msg("output %s differs by %.3g of its norm\n%s", name_text(g->c->names, g->outputs.at[i].name),
               sqrt(error / norm), text_str(&text));
    }
  }
}

/* Runs every graph with this batch and compares all outputs, relative to the largest of each. */
static inline void gen_run_check(GenRun *r, int64_t batch, double tolerance) {
  for (int i = 0; i < r->plans.count; i++) {
    Plan *p = r->plans.at[i];
    const Graph *g = p->g;
    struct net_run run = {.batch = batch, .seed = 7, .step = 3};
    int64_t *sample = calloc((size_t)batch, sizeof *sample);
    for (int64_t n = 0; n < batch; n++)
      sample[n] = n;
    run.sample = sample;
    run.base[NET_ARENA] = gen_run_memory(plan_arena(p, batch));
    run.base[NET_WORK] = gen_run_memory(p->work);
    run.base[NET_PARAMS] = gen_run_memory(4 * r->params.param_floats);
    run.base[NET_SCALARS] = gen_run_memory(8 * r->params.scalars.count);
    for (int k = 0; k < g->outputs.count; k++)
      run.base[NET_IO + p->inputs.count + k] = gen_run_memory(4 * gen_run_size(g, g->outputs.at[k].val, batch));
    gen_run_fill(r, p, &run);
    void (*entry)(struct net_run *);
    *(void **)&entry = dlsym(r->library, arena_printf(r->c->mem, "net_entry_%s", name_text(r->c->names, g->name)));
    assert_non_null(entry);
    entry(&run);
    double **expected = fixture_eval(r->graphs.at[i], batch);
    void (*compare)(const Plan *, const struct net_run *, double **, double) =
        r->by_norm ? gen_run_compare_norm : gen_run_compare;
    compare(p, &run, expected, tolerance);
    if (p->kept) { /* again, with nothing but what is kept */
      int64_t rest = plan_arena(p, batch) - p->kept;
      memset((char *)run.base[NET_ARENA] + p->kept, 0xff, (size_t)rest);
      run.kept = 1;
      entry(&run);
      compare(p, &run, expected, tolerance);
    }
    for (int k = 0; k < NET_BASES; k++)
      free(run.base[k]);
    free(sample);
  }
}

#endif
