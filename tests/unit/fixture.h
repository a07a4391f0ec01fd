/* What tests of the compiler's rooms share: a context, graphs from text, and data for leaves. */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H
#include "graph/graph.h"
/* cmocka wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static inline Ctx *fixture_ctx(void) {
  Arena *mem = arena_new();
  Ctx *c = arena_alloc(mem, sizeof *c);
  c->mem = mem;
  c->names = names_new(mem);
  c->src = source_new(mem);
  c->diags = diags_new(mem);
  c->types = types_new(mem);
  c->scalars = scalars_new(mem);
  ops_read(c);
  return c;
}

static inline void fixture_free(Ctx *c) {
  arena_free(c->mem);
}

/* The graph of a text; fails the test, with the diagnostics, when it cannot be read. */
static inline Graph *fixture_graph(Ctx *c, const char *text) {
  Ast *file = ast_parse(c, PARSE_GRAPH, source_add(c->src, "test", text, strlen(text), 0));
  Graph *g = diag_errors(c->diags) ? NULL : graph_read(c, file->kids[0]);
  Text why = {.mem = c->mem};
  if (!g || diag_errors(c->diags)) {
    diags_render(c, DIAG_PLAIN, stderr);
    fail_msg("cannot read: %s", text);
  }
  if (!graph_verify(g, &why))
    fail_msg("%s", text_str(&why));
  return g;
}

/* Leaf number k, counted from 1 in the order of the text, as tests/peer/ops.py fills it; run-time scalars are 0.5. */
static inline const double *fixture_leaf(void *batch, const Graph *g, Val v) {
  int k = 0;
  for (Val u = 1; u <= v; u++)
    k += graph_node(g, u)->op == OP_input || graph_node(g, u)->op == OP_param;
  int64_t count = type_size(graph_type(g, v)) * (graph_type(g, v)->batched ? *(int64_t *)batch : 1);
  double *data = arena_alloc(g->c->mem, sizeof *data * (size_t)count);
  for (int64_t i = 0; i < count; i++)
    data[i] = graph_node(g, v)->op == OP_scalar ? 0.5 : (double)((i * 37 + k * 101 + i / 199) % 199 - 99) / 64.0;
  return data;
}

static inline double **fixture_eval(Graph *g, int64_t batch) {
  EvalInput in = {.batch = batch, .seed = 7, .step = 3, .leaf = fixture_leaf, .user = &batch};
  return graph_eval(g, &in, g->c->mem);
}

#endif
