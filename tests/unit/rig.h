/* Graphs as code: each gets a plan, all together one shared library, whose entries run on the runtime's own threads, on
   the same data that the interpreter sees. With TRUTH_TEXT set, every graph is shown with its plan before its code is
   made. */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H
#include "pool.h"
#include "runtime/netrt.h"
#include "truth.h"
#include <dlfcn.h>
#include <unistd.h>

typedef struct {
  Ctx *c;
  Gen *gen;
  Vec(const Graph *) graphs; /* each has parameters of its own */
  Vec(Plan *) plans;
  void *library;
} Rig;

typedef struct {
  double **made;   /* by place, as made_val counts */
  const void *raw; /* all bytes of the same */
  size_t raw_bytes;
} Made;

static const char rig_launcher[] =
    "#include <stdint.h>\n"
    "#define CALLS(X) \\\n"
    "  X(nrt_launch, (void *a, int32_t b, void *c, void *d, int64_t e), (a, b, c, d, e)) \\\n"
    "  X(nrt_uniform, (float *a, int64_t b, int64_t c, uint64_t d, uint64_t e, int64_t f, uint32_t g), (a, b, c, d, e, "
    "f, g)) \\\n"
    "  X(nrt_normal, (float *a, int64_t b, int64_t c, uint64_t d, uint64_t e, int64_t f, uint32_t g), (a, b, c, d, e, "
    "f, g)) \\\n"
    "  X(nrt_gemm, (int a, int b, int64_t c, int64_t d, int64_t e, const float *f, int64_t g, const float *h, int64_t "
    "i, float j, \\\n"
    "               float *k, int64_t l), (a, b, c, d, e, f, g, h, i, j, k, l))\n"
    "#define X(name, params, args) void (*name##_at) params; void name params { name##_at args; }\n"
    "CALLS(X)\n"
    "void *(*nrt_work_at)(void *);\n"
    "void *nrt_work(void *run) { return nrt_work_at(run); }\n"
    "#define PART(name) void (*name##_at)(void *, void *, int64_t, void *, void *); \\\n"
    "  void name(void *a, void *b, int64_t c, void *d, void *e) { name##_at(a, b, c, d, e); }\n"
    "PART(nrt_top) PART(nrt_rank) PART(nrt_nms) PART(nrt_roi_pool) PART(nrt_roi_pool_pick) PART(nrt_roi_pool_grad)\n"
    "PART(nrt_roi_align) PART(nrt_roi_align_grad)\n";

static inline void rig_gemm(int ta, int tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda,
                            const float *b, int64_t ldb, float beta, float *c, int64_t ldc) {
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) {
      double sum = beta != 0 ? (double)beta * c[i * ldc + j] : 0;
      for (int64_t l = 0; l < k; l++)
        sum += (double)a[ta ? l * lda + i : i * lda + l] * b[tb ? j * ldb + l : l * ldb + j];
      c[i * ldc + j] = (float)sum;
    }
}

static inline Rig rig_new(Ctx *c) {
  return (Rig){.c = c, .gen = gen_new(c, &(GenTarget){.lanes = gen_lanes(NULL)})};
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
  plan_print(p, NULL, NULL, &text);
  fputs(text_str(&text), stderr);
}

static inline void rig_link(Rig *r) {
  Arena *mem = r->c->mem;
  char folder[] = "/tmp/netc-truth-XXXXXX", *error = NULL;
  assert_non_null(mkdtemp(folder));
  for (int i = 0; i < r->graphs.count; i++) {
    Text why = {.mem = mem};
    ParamTable *params = arena_alloc(mem, sizeof *params);
    params_collect(params, r->graphs.at[i]);
    Plan *p = plan_make(r->graphs.at[i], params, gen_scratch);
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
  assert_int_equal(
      system(arena_printf(mem, "cc -shared -fPIC -O1 -o %s/net.so %s/calls.c %s/net.o -lm", folder, folder, folder)),
      0);
  r->library = dlopen(arena_printf(mem, "%s/net.so", folder), RTLD_NOW | RTLD_LOCAL);
  if (!r->library)
    fail_msg("%s", dlerror());
  rig_bind(r, "nrt_launch_at", (void *)(intptr_t)nrt_launch);
  rig_bind(r, "nrt_work_at", (void *)(intptr_t)nrt_work);
  rig_bind(r, "nrt_uniform_at", (void *)(intptr_t)nrt_uniform);
  rig_bind(r, "nrt_normal_at", (void *)(intptr_t)nrt_normal);
  rig_bind(r, "nrt_gemm_at", (void *)(intptr_t)rig_gemm);
  rig_bind(r, "nrt_top_at", (void *)(intptr_t)nrt_top);
  rig_bind(r, "nrt_rank_at", (void *)(intptr_t)nrt_rank);
  rig_bind(r, "nrt_nms_at", (void *)(intptr_t)nrt_nms);
  rig_bind(r, "nrt_roi_pool_at", (void *)(intptr_t)nrt_roi_pool);
  rig_bind(r, "nrt_roi_pool_pick_at", (void *)(intptr_t)nrt_roi_pool_pick);
  rig_bind(r, "nrt_roi_pool_grad_at", (void *)(intptr_t)nrt_roi_pool_grad);
  rig_bind(r, "nrt_roi_align_at", (void *)(intptr_t)nrt_roi_align);
  rig_bind(r, "nrt_roi_align_grad_at", (void *)(intptr_t)nrt_roi_align_grad);
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

static inline void rig_leaves(const Plan *p, const Feed *d, struct net_run *run) {
  for (Val v = 1; v < (Val)p->g->nodes.count; v++) {
    const Node *n = graph_node(p->g, v);
    if (n->op != OP_input && n->op != OP_param && n->op != OP_scalar)
      continue;
    int64_t count = value_count(p->g, v, d->batch);
    const double *data = data_leaf((void *)(uintptr_t)d, p->g, v);
    if (n->op == OP_param)
      rig_fill(graph_type(p->g, v), (float *)run->base[NET_PARAMS] + params_find(p->params, n->name)->offset, data,
               count);
    for (int i = 0; n->op == OP_scalar && i < p->params->scalars.count; i++)
      if (p->params->scalars.at[i] == n->name)
        ((double *)run->base[NET_SCALARS])[i] = *data;
    for (int i = 0; n->op == OP_input && i < p->inputs.count; i++)
      if (p->inputs.at[i] == n->name)
        rig_fill(graph_type(p->g, v), run->base[NET_IO + i] = rig_memory(d->mem, 4 * count), data, count);
  }
}

static inline Made rig_run(const Rig *r, int which, const Feed *d, struct net_pool *pool) {
  const Plan *p = r->plans.at[which];
  const Graph *g = p->g;
  struct net_run run = {.batch = d->batch, .seed = SEED, .step = STEP, .sample = sample_positions, .pool = pool};
  int64_t arena = plan_arena(p, d->batch), bytes = 0, at = 0;
  run.base[NET_ARENA] = rig_memory(d->mem, arena);
  run.base[NET_WORK] = rig_memory(d->mem, p->work * (pool ? pool_threads(pool) : 1));
  run.work = p->work;
  run.base[NET_PARAMS] = rig_memory(d->mem, 4 * p->params->param_floats);
  run.base[NET_SCALARS] = rig_memory(d->mem, 8 * p->params->scalars.count);
  rig_leaves(p, d, &run);
  for (int i = 0; i < made_count(g); i++)
    bytes += 4 * value_count(g, made_val(g, i), d->batch);
  for (int i = 0; i < g->outputs.count; i++)
    run.base[NET_IO + p->inputs.count + i] = rig_memory(d->mem, 4 * value_count(g, made_val(g, i), d->batch));
  void (*entry)(struct net_run *);
  *(void **)&entry = dlsym(r->library, arena_printf(d->mem, "net_entry_%s", name_text(r->c->names, g->name)));
  assert_non_null(*(void **)&entry);
  entry(&run);
  if (p->kept) { /* again, with nothing but what is kept */
    memset((char *)run.base[NET_ARENA] + p->kept, 0xFF, (size_t)(arena - p->kept));
    run.kept = 1;
    entry(&run);
  }

  char *raw = arena_alloc(d->mem, (size_t)bytes + 1);
  Made m = {arena_alloc(d->mem, sizeof *m.made * (size_t)made_count(g) + 1), raw, (size_t)bytes};
  for (int i = 0; i < made_count(g); i++) {
    int64_t count = value_count(g, made_val(g, i), d->batch);
    Val param = i < g->outputs.count ? 0 : g->updates.at[i - g->outputs.count].param;
    const char *from =
        param ? (char *)run.base[NET_PARAMS] + 4 * params_find(p->params, graph_node(g, param)->name)->offset
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
