/* Duty: how much memory a function of the program takes at its batch size, and --memory, which makes it fit. */
#include "view/view.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FLOAT = 4, THREADS = 2 }; /* work memory is counted for two threads, whatever machine this is */
static const Span nowhere;

static double value_bytes(const Graph *g, Val v, int64_t batch) {
  const Type *t = graph_type(g, v);
  return (double)type_size(t) * FLOAT * (t->batched ? (double)batch * t->batched : 1);
}

double memory_arena(const Plan *p, int64_t batch) {
  return (double)plan_arena(p, batch) + THREADS * (double)p->work;
}

double memory_inout(const Graph *g, int64_t batch) {
  double bytes = 0;
  for (Val v = 1; v < (Val)g->nodes.count; v++)
    if (graph_node(g, v)->op == OP_input)
      bytes += value_bytes(g, v, batch);
  for (int i = 0; i < g->outputs.count; i++)
    bytes += value_bytes(g, g->outputs.at[i].val, batch);
  return bytes;
}

/* 200MB, 1.5GB, 800k: a number and its unit, powers of a thousand. 0 after reporting. */
static double read_limit(const Build *b) {
  static const char units[] = "KMG";
  char *end;
  double bytes = strtod(b->o->memory, &end);
  const char *unit = *end ? strchr(units, *end & ~0x20) : NULL;
  for (const char *u = units; unit && u <= unit; u++)
    bytes *= 1000;
  end += unit != NULL;
  end += *end == 'B';
  if (end > b->o->memory && !*end && bytes >= 1 && bytes < 1e18)
    return bytes;
  diag_add(b->c, D_OPTION_VALUE, nowhere, "--memory", b->o->memory, "a size is wanted: 200MB, 1.5GB");
  return 0;
}

/* Rounded up, so that the size that is told is enough. */
static const char *size_text(const Build *b, double bytes) {
  return arena_printf(b->c->mem, "%.1f MB", ceil(bytes / 1e5) / 10);
}

int memory_fit(Build *b, int i) {
  const Graph *g = b->function[i].graph;
  double limit = b->o->memory ? read_limit(b) : INFINITY;
  if (!limit || !b->entry[i].train || !g->updates.count)
    return limit > 0;
  int64_t n = build_batch(b, &b->entry[i]);
  if (!b->o->memory) {
    Recompute free = {.n = n, .threads = THREADS, .scratch_of = gen_scratch, .flops_of = gen_flops};
    b->function[i].graph = (Graph *)(uintptr_t)recompute_cheap(g, &b->params, &free);
    return 1;
  }
  double rest = (double)b->params.param_floats * FLOAT + memory_inout(g, n);
  Recompute r = {.n = n, .limit = (int64_t)(limit - rest), .threads = THREADS, .scratch_of = gen_scratch,
                 .flops_of = gen_flops};
  const Graph *made = recompute(g, &b->params, &r);
  if (!made) {
    diag_add(b->c, D_MEMORY, nowhere, name_text(b->c->names, b->entry[i].name), (long long)n, b->o->memory,
             size_text(b, rest + (double)r.after));
    return 0;
  }
  b->function[i].graph = (Graph *)(uintptr_t)made;
  const char *name = name_text(b->c->names, b->entry[i].name), *fits = size_text(b, rest + (double)r.after);
  if (r.values)
    fprintf(stderr, "netc: %s fits in %s (was %s): %d values are computed again, +%.1f %% operations\n", name, fits,
            size_text(b, rest + (double)r.before), r.values, 100 * r.again / r.flops);
  else
    fprintf(stderr, "netc: %s fits in %s as it is\n", name, fits);
  return 1;
}
