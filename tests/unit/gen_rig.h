/* Graphs as text, compiled together into one shared object that a test runs by itself. */
#ifndef TESTS_GEN_RIG_H
#define TESTS_GEN_RIG_H
#include "fixture.h"
#include "gen/gen.h"
#include "runtime/netrt.h"
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void nrt_uniform(float *out, int64_t first, int64_t count, uint64_t seed, uint64_t step, int64_t sample, uint32_t site);
void nrt_normal(float *out, int64_t first, int64_t count, uint64_t seed, uint64_t step, int64_t sample, uint32_t site);
void nrt_gemm(int ta, int tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b, int64_t ldb,
              float beta, float *c, int64_t ldc);

/* What the shared object calls: kernels run chunk after chunk, last one first. */
static const char *const stub =
    "#include <stdint.h>\n"
    "typedef void Fill(float *, int64_t, int64_t, uint64_t, uint64_t, int64_t, uint32_t);\n"
    "typedef void Gemm(int, int, int64_t, int64_t, int64_t, const float *, int64_t, const float *, int64_t, float, "
    "float *, int64_t);\n"
    "Fill *uniform, *normal;\nGemm *gemm;\n"
    "void nrt_uniform(float *o, int64_t f, int64_t c, uint64_t e, uint64_t s, int64_t n, uint32_t i) { uniform(o, f, "
    "c, e, s, n, i); }\n"
    "void nrt_normal(float *o, int64_t f, int64_t c, uint64_t e, uint64_t s, int64_t n, uint32_t i) { normal(o, f, c, "
    "e, s, n, i); }\n"
    "void nrt_gemm(int ta, int tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t la, const float *b, "
    "int64_t lb, float be,\n"
    "              float *c, int64_t lc) { gemm(ta, tb, m, n, k, a, la, b, lb, be, c, lc); }\n"
    "void nrt_launch(void *run, int step, void (*k)(void *, void *, int64_t, int64_t), void *arg, int64_t chunks) {\n"
    "  for (int64_t i = chunks - 1; i >= 0; i--) k(arg, run, i, chunks);\n}\n"
    "void *nrt_work(void **run) { return run[NET_WORK]; }\n";

typedef struct {
  Ctx *c;
  Gen *gen;
  ParamTable *params;
  Vec(Plan *) plans;
  void *library;
} Rig;

static inline Rig rig_new(int lanes) {
  Rig r = {.c = fixture_ctx()};
  r.gen = gen_new(r.c, &(GenTarget){.lanes = lanes ? lanes : gen_lanes(NULL)});
  r.params = arena_alloc(r.c->mem, sizeof *r.params);
  return r;
}

static inline void rig_add(Rig *r, const char *text) {
  Graph *g = fixture_graph(r->c, text);
  g->name = name_format(r->c->names, "g%d", r->plans.count);
  params_collect(r->params, g);
  Plan *p = plan_make(g, r->params, gen_scratch);
  Text why = {.mem = r->c->mem};
  if (!plan_verify(p, &why))
    fail_msg("%s\n%s", text_str(&why), text);
  vec_push(r->c->mem, &r->plans, p);
}

static inline void rig_link(Rig *r) {
  char folder[] = "/tmp/test_gen_XXXXXX", *error = NULL;
  assert_non_null(mkdtemp(folder));
  const char *object = arena_printf(r->c->mem, "%s/net.o", folder),
             *source = arena_printf(r->c->mem, "%s/stub.c", folder);
  const char *library = arena_printf(r->c->mem, "%s/net.so", folder);
  for (int i = 0; i < r->plans.count; i++)
    gen_entry(r->gen, r->plans.at[i]);
  if (getenv("NET_TEST_LLVM"))
    puts(gen_llvm_text(r->gen));
  if (!gen_object(r->gen, object, &error))
    fail_msg("%s", error);
  FILE *f = fopen(source, "w");
  assert_non_null(f);
  fprintf(f, "enum { NET_WORK = %d };\n%s", NET_WORK, stub);
  fclose(f);
  assert_int_equal(system(arena_printf(r->c->mem, "cc -shared -fPIC -O1 -o %s %s %s -lm", library, source, object)), 0);
  r->library = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!r->library)
    fail_msg("%s", dlerror());
  *(void **)dlsym(r->library, "uniform") = (void *)(intptr_t)nrt_uniform;
  *(void **)dlsym(r->library, "normal") = (void *)(intptr_t)nrt_normal;
  *(void **)dlsym(r->library, "gemm") = (void *)(intptr_t)nrt_gemm;
  assert_int_equal(system(arena_printf(r->c->mem, "rm -r %s", folder)), 0);
}

static inline void rig_free(Rig *r) {
  dlclose(r->library);
  gen_free(r->gen);
  fixture_free(r->c);
}

static inline void *memory(Ctx *c, int64_t bytes, int fill) {
  char *p = arena_alloc(c->mem, (size_t)bytes + 128);
  p += 64 - ((uintptr_t)p & 63);
  memset(p, fill, (size_t)bytes);
  return p;
}

#endif
