/* Less memory for more work: values are dropped when their early users have read them, and computed again for the late
   ones (in training, those of the backward part).

     y = conv(x, w)  z = relu(y)  ...  gw = weight_grad(z, g)     becomes     ...  z' = relu(y)  gw = weight_grad(z', g)

   Method: the step at which most lives shows which values wait there. They are tried, least work for a byte first:
   dropped if that lowers the peak, or else the sum of high powers of what lives at each step, so that several peaks of
   one height can be worn down one by one. What is computed again reads operands that are still there, or dropped ones
   that are computed again as well, each once. When all fits, what proved needless is kept after all, the costly first.
   The way does not depend on the limit, so a limit of the least that was reached is reached.
   (Greedy rematerialisation, as in XLA; Chen et al., "Training deep nets with sublinear memory cost", 2016.) */
#include "plan/plan_room.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  int64_t peak; /* bytes */
  double strain; /* the sum over steps of (bytes / base)^POWER */
  Val at;       /* where the peak is: a value of the graph as it was */
} Judged;
enum { POWER = 24, SMALL = 500, LAYOUTS = 4, FEW = 64 };
static const double worth = 0.95, /* of the peak, that is left */
    gain = 0.999, flops_second = 1e11, bytes_second = 1e10;

typedef struct {
  Val val;
  double seconds, bytes;
} Candidate;

typedef struct {
  const Graph *g;
  const ParamTable *params;
  Recompute *r;
  const Val *root;
  Val *early;       /* by root: 0: it is kept; else the last of the users that read it as first computed */
  Val *least_early; /* that of the least peak */
  Candidate *candidate;
  int candidates;
  double base;
  Judged now, least;
} Search;

/* ---- the graph with some values dropped ---- */

typedef struct {
  const Search *s;
  Graph *to;
  Val *map, *again, *view; /* by old value: as first computed; computed again; another view of what is computed again */
  Vec(Val) when;           /* by new value: the old one for whose sake it is there */
} Copying;

static Val repeat(Copying *c, Val v, Val user, const Val *in) {
  Val made = graph_repeat(c->to, c->s->g, v, in);
  while (c->when.count <= (int)made)
    vec_push(c->to->c->mem, &c->when, user);
  return made;
}

/* The new value that stands for an operand u of the old `user`. */
static Val stand_in(Copying *c, Val u, Val user) {
  const Search *s = c->s;
  Val in[64];
  if (s->root[u] != u && !value_is_leaf(s->g, u)) {
    Val x = graph_in(s->g, u, 0), of = stand_in(c, x, user);
    if (of == c->map[x])
      return c->map[u];
    return c->view[u] ? c->view[u] : (c->view[u] = repeat(c, u, user, &of));
  }
  if (!s->early[u] || user <= s->early[u])
    return c->map[u];
  for (int i = 0; i < (int)graph_node(s->g, u)->nin && !c->again[u]; i++)
    in[i] = stand_in(c, graph_in(s->g, u, i), user);
  return c->again[u] ? c->again[u] : (c->again[u] = repeat(c, u, user, in));
}

static Copying copy_without(const Search *s, Ctx *ctx) {
  const Graph *g = s->g;
  size_t bytes = (size_t)g->nodes.count * sizeof(Val);
  Copying c = {s, graph_new(ctx, g->name), arena_alloc(ctx->mem, bytes), arena_alloc(ctx->mem, bytes),
               arena_alloc(ctx->mem, bytes), {0}};
  for (Val v = 1; v < (Val)g->nodes.count; v++) {
    Val in[64];
    if (!s->root[v] && graph_node(g, v)->op != OP_input)
      continue;
    for (int i = 0; i < (int)graph_node(g, v)->nin; i++)
      in[i] = stand_in(&c, graph_in(g, v, i), v);
    c.map[v] = repeat(&c, v, v, in);
  }
  for (int i = 0; i < g->outputs.count; i++) {
    Output o = g->outputs.at[i];
    o.val = c.map[o.val];
    vec_push(ctx->mem, &c.to->outputs, o);
  }
  for (int i = 0; i < g->updates.count; i++)
    vec_push(ctx->mem, &c.to->updates, (Update){c.map[g->updates.at[i].param], c.map[g->updates.at[i].value]});
  return c;
}

/* ---- what it would take ---- */

static Judged judge(const Search *s) {
  Ctx ctx = *s->g->c;
  ctx.mem = arena_new();
  Copying c = copy_without(s, &ctx);
  Sketch sketch = plan_sketch(c.to, s->params, s->r->scratch_of, s->r->n);
  Judged j = {0};
  for (int i = 0; i < sketch.plan->steps.count; i++) {
    j.strain += pow((double)sketch.live[i] / s->base, POWER);
    if (sketch.live[i] > j.peak)
      j.peak = sketch.live[i], j.at = c.when.at[sketch.plan->steps.at[i].val];
  }
  j.peak += s->r->threads * sketch.plan->work;
  arena_free(ctx.mem);
  return j;
}

static int64_t arena_now(const Search *s) {
  Ctx ctx = *s->g->c;
  ctx.mem = arena_new();
  const Plan *p = plan_make(copy_without(s, &ctx).to, s->params, s->r->scratch_of);
  int64_t bytes = plan_arena(p, s->r->n) + s->r->threads * p->work;
  arena_free(ctx.mem);
  return bytes;
}

static int fits(const Search *s) {
  return s->now.peak <= s->r->limit && arena_now(s) <= s->r->limit;
}

/* ---- candidates ---- */

static double bytes_of(const Search *s, Val v) {
  return (double)value_bytes(s->g, v) * (graph_type(s->g, v)->batched ? (double)s->r->n : 1);
}

static double seconds_of(const Search *s, Val v) {
  double bytes = bytes_of(s, v);
  for (int i = 0; i < (int)graph_node(s->g, v)->nin; i++)
    bytes += bytes_of(s, graph_in(s->g, v, i));
  return s->r->flops_of(s->g, v, s->r->n) / flops_second + bytes / bytes_second;
}

static int by_cost(const void *a, const void *b) {
  const Candidate *x = a, *y = b;
  double p = x->seconds * y->bytes, q = y->seconds * x->bytes;
  return p != q ? (p < q ? -1 : 1) : x->val < y->val ? -1 : 1;
}

static void find_candidates(Search *s) {
  const Graph *g = s->g;
  uint8_t *lasting = arena_alloc(g->c->mem, (size_t)g->nodes.count);
  for (int i = 0; i < g->outputs.count; i++)
    lasting[s->root[g->outputs.at[i].val]] = 1;
  for (int i = 0; i < g->updates.count; i++)
    lasting[s->root[g->updates.at[i].value]] = 1;
  for (Val v = 1; v < (Val)g->nodes.count; v++)
    if (s->root[v] == v && !value_is_leaf(g, v) && !lasting[v] && bytes_of(s, v) * SMALL > (double)s->now.peak)
      s->candidate[s->candidates++] = (Candidate){v, seconds_of(s, v), bytes_of(s, v)};
  qsort(s->candidate, (size_t)s->candidates, sizeof *s->candidate, by_cost);
}

/* The last user of v up to the peak, v itself if there is none; 0 when v is not waiting there for later ones. */
static Val last_early(const Search *s, Val v) {
  Val early = v;
  int waits = 0;
  for (Val user = v + 1; user < (Val)s->g->nodes.count && v < s->now.at; user++)
    for (int i = 0; s->root[user] == user && i < (int)graph_node(s->g, user)->nin; i++)
      if (s->root[graph_in(s->g, user, i)] == v && user <= s->now.at)
        early = user;
      else if (s->root[graph_in(s->g, user, i)] == v)
        waits = 1;
  return waits ? early : 0;
}

/* ---- the search ---- */

/* Tries every candidate once; returns how many were dropped. */
static int sweep(Search *s) {
  int dropped = 0;
  for (int i = 0; i < s->candidates; i++) {
    Val v = s->candidate[i].val, early = s->early[v] ? 0 : last_early(s, v);
    if (!early)
      continue;
    s->early[v] = early;
    Judged j = judge(s);
    if (j.strain > s->now.strain * gain) {
      s->early[v] = 0;
      continue;
    }
    s->now = j;
    dropped++;
    if (j.peak < s->least.peak) {
      s->least = j;
      memcpy(s->least_early, s->early, sizeof *s->early * (size_t)s->g->nodes.count);
    }
    if (fits(s))
      break;
  }
  return dropped;
}

static void keep_some(Search *s, double most) {
  for (int i = s->candidates - 1; i >= 0; i--) {
    Val v = s->candidate[i].val, early = s->early[v];
    s->early[v] = 0;
    if (early && (double)judge(s).peak > most)
      s->early[v] = early;
  }
}

/* The arena is a little larger than the peak; by how much shows only when it is laid out, which is done a few times. */
static void keep_needless(Search *s) {
  size_t bytes = sizeof *s->early * (size_t)s->g->nodes.count;
  Val *fitting = memcpy(arena_alloc(s->g->c->mem, bytes), s->early, bytes);
  double most = (double)s->r->limit * (double)s->now.peak / (double)arena_now(s);
  for (int i = 0; i < LAYOUTS; i++, most *= 0.99) {
    keep_some(s, most);
    if (arena_now(s) <= s->r->limit)
      return;
    memcpy(s->early, fitting, bytes);
  }
}

/* ---- without a limit ---- */

/* v is elementwise, and all large operands wait for later users anyway: computed again, it costs a pass over memory. */
static int is_nearly_free(const Search *s, Val v) {
  if (op_row(s->g->c, graph_node(s->g, v)->op)->lower != LOWER_EACH || graph_node(s->g, v)->op == OP_expand)
    return 0;
  for (int i = 0; i < (int)graph_node(s->g, v)->nin; i++) {
    Val u = s->root[graph_in(s->g, v, i)];
    int small = value_is_leaf(s->g, u) || bytes_of(s, u) * FEW < bytes_of(s, v);
    if (!small && (s->early[u] || !last_early(s, u)))
      return 0;
  }
  return 1;
}

/* How many are computed again, and the work of that. */
static void count_work(const Search *s, const Copying *c) {
  const Graph *g = s->g;
  for (Val v = 1; v < (Val)g->nodes.count; v++) {
    double flops = s->root[v] == v && !value_is_leaf(g, v) ? s->r->flops_of(g, v, s->r->n) : 0;
    s->r->flops += flops;
    s->r->again += c->again[v] ? flops : 0;
    s->r->values += c->again[v] != 0;
  }
}

static Search search_begin(const Graph *g, const ParamTable *params, Recompute *r) {
  size_t nodes = (size_t)g->nodes.count;
  Search s = {.g = g, .params = params, .r = r, .root = value_roots(g), .base = 1};
  s.early = arena_alloc(g->c->mem, nodes * sizeof *s.early);
  s.least_early = arena_alloc(g->c->mem, nodes * sizeof *s.least_early);
  s.candidate = arena_alloc(g->c->mem, nodes * sizeof *s.candidate);
  return s;
}

const Graph *recompute_cheap(const Graph *g, const ParamTable *params, Recompute *r) {
  Search s = search_begin(g, params, r);
  s.now = judge(&s);
  r->before = r->after = s.now.peak;
  find_candidates(&s);
  for (int i = 0; i < s.candidates; i++) {
    Val v = s.candidate[i].val, early = last_early(&s, v);
    s.early[v] = early && is_nearly_free(&s, v) ? early : 0;
  }
  r->after = judge(&s).peak;
  if ((double)r->after > (double)r->before * worth)
    return g;
  Copying c = copy_without(&s, g->c);
  count_work(&s, &c);
  return c.to;
}

const Graph *recompute(const Graph *g, const ParamTable *params, Recompute *r) {
  size_t nodes = (size_t)g->nodes.count;
  Search s = search_begin(g, params, r);
  r->before = r->after = arena_now(&s);
  if (r->before <= r->limit)
    return g;
  s.base = (double)judge(&s).peak;
  s.now = s.least = judge(&s);
  find_candidates(&s);
  while (!fits(&s) && sweep(&s))
    ;
  if (!fits(&s)) {
    memcpy(s.early, s.least_early, nodes * sizeof *s.early);
    r->after = arena_now(&s);
    return NULL;
  }
  keep_needless(&s);
  Copying c = copy_without(&s, g->c);
  count_work(&s, &c);
  r->after = arena_now(&s);
  return c.to;
}
