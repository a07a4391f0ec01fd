/* fuse: joins elementwise operations into one kernel, puts them before reductions and behind convolutions and products.

   Every value gets a root: the value whose kernel computes it. Going backwards, an elementwise value whose users all
   have one root, over the same domain, is computed there (its root is theirs); otherwise it is its own root and lies in memory.
   Values made of run-time scalars and numbers alone are computed wherever they are used, and so are cheap ones (x - mean) whose
   several users are all elementwise over the same domain: reading x again costs no more than reading the value. Then a convolution, product or pool
   whose users all have one elementwise root of its own type takes that root's formula as its epilogue.

     conv2d(x, w); + along(b); relu   ->   conv2d(x, w, b, formula: "max(x0 + x2, 0)")
     sum((a - b)^2)                   ->   reduce_sum(a, b, formula: "(x0 - x1)*(x0 - x1)") */
#include "base/bug.h"
#include "pass/pass.h"
#include <string.h>

enum { MOST_OPERANDS = 14, MOST_COST = 80, CHEAP_COST = 2 };

typedef struct {
  Rewrite w;
  const Graph *g;
  Val *root;          /* by value */
  Val *host;          /* by root: the product that takes it as an epilogue; 0 */
  Val *guest;         /* by product: its epilogue's root; 0 */
  uint8_t *pinned;    /* output or update: must lie in memory */
  uint8_t *scalar;    /* made of run-time scalars and numbers alone */
  uint8_t *cheap;     /* computed again by each of its users */
  uint8_t *needed;    /* some user cannot compute it */
  uint8_t *uses;      /* how many values read it: 0, 1, or 2 for more */
  Val *user;          /* by value: the one root of all its users; 0 none yet; NONE_COMMON: several */
} Fuse;
static const Val NONE_COMMON = UINT32_MAX;

static int is_each(const Graph *g, Val v) {
  return op_row(g->c, graph_node(g, v)->op)->lower == LOWER_EACH;
}
static int is_reduce(const Graph *g, Val v) {
  OpId op = graph_node(g, v)->op;
  return op == OP_reduce_sum || op == OP_reduce_max || op == OP_batch_sum || op == OP_batch_max;
}
static int is_host(const Graph *g, Val v) {
  const OpRow *row = op_row(g->c, graph_node(g, v)->op);
  return (row->lower == LOWER_CONV && row->id != OP_conv2d_weight_grad_over) ||
         (row->lower == LOWER_GEMM && row->id != OP_matmul_over) ||
         (row->lower == LOWER_POOL && row->id != OP_maxpool_pick);
}

static int same_domain(const Graph *g, Val a, Val b) {
  const Type *x = graph_type(g, a), *y = graph_type(g, b);
  return x->rank == y->rank && x->batched == y->batched && !memcmp(x->dim, y->dim, sizeof x->dim);
}

/* The value over whose elements a root works: itself, or what a reduction reduces. */
static Val domain_of(const Graph *g, Val root) {
  return is_reduce(g, root) ? graph_in(g, root, 0) : root;
}

static void find_scalars(Fuse *f) {
  for (Val v = 1; v < (Val)f->g->nodes.count; v++) {
    const Node *n = graph_node(f->g, v);
    for (uint32_t i = 0; i < n->nin && f->w.live[v]; i++) {
      uint8_t *uses = &f->uses[graph_in(f->g, v, (int)i)];
      *uses = (uint8_t)(*uses + (*uses < 2));
    }
    int all = n->op == OP_scalar || n->op == OP_number || n->op == OP_batch_size ||
              (is_each(f->g, v) && !graph_type(f->g, v)->rank && !graph_type(f->g, v)->batched);
    for (uint32_t i = 0; i < n->nin; i++)
      all &= f->scalar[graph_in(f->g, v, (int)i)];
    f->scalar[v] = (uint8_t)all;
  }
}

/* May v be computed inside its users' root? A spread value may go into any larger domain: it costs nothing there. */
static int joins(const Fuse *f, Val v) {
  Val root = f->user[v];
  if (!is_each(f->g, v) || f->pinned[v] || !root || root == NONE_COMMON || !(is_each(f->g, root) || is_reduce(f->g, root)))
    return 0;
  return same_domain(f->g, v, domain_of(f->g, root));
}

static int is_plain_arithmetic(const Graph *g, Scalar s) {
  ScalarNode n = scalar_get(g->c, s);
  int plain = n.kind == S_CONST || n.kind == S_VAR || n.kind == S_ADD || n.kind == S_SUB || n.kind == S_MUL || n.kind == S_NEG;
  for (int i = 0; i < n.arity; i++)
    plain &= is_plain_arithmetic(g, n.arg[i]);
  return plain;
}

/* One operand as large as v, which does not take v as its epilogue, and next to nothing to do. */
static int is_cheap(const Fuse *f, Val v) {
  int large = 0;
  if (!is_each(f->g, v) || graph_node(f->g, v)->op == OP_expand || f->pinned[v] || f->needed[v] || f->user[v] != NONE_COMMON)
    return 0;
  for (uint32_t i = 0; i < graph_node(f->g, v)->nin; i++) {
    Val x = graph_in(f->g, v, (int)i);
    large += same_domain(f->g, v, x) ? 1 + (is_host(f->g, x) && f->uses[x] == 1) : 0;
  }
  Scalar s = graph_formula(f->g, v);
  return large == 1 && scalar_cost(f->g->c, s) <= CHEAP_COST && is_plain_arithmetic(f->g, s);
}

static void note_user(Fuse *f, Val x, Val v) {
  Val root = f->cheap[v] ? f->user[v] : f->root[v];
  f->user[x] = !f->user[x] || f->user[x] == root ? root : NONE_COMMON;
  if (f->cheap[v] || !(is_each(f->g, v) || is_reduce(f->g, v)) || !same_domain(f->g, x, domain_of(f->g, v)))
    f->needed[x] = 1;
}

static void choose_roots(Fuse *f) {
  for (Val v = (Val)f->g->nodes.count - 1; v > 0; v--) {
    if (!f->w.live[v])
      continue;
    f->root[v] = joins(f, v) ? f->user[v] : v;
    f->cheap[v] = (uint8_t)(!f->scalar[v] && is_cheap(f, v));
    for (uint32_t i = 0; i < graph_node(f->g, v)->nin && !f->scalar[v]; i++)
      note_user(f, graph_in(f->g, v, (int)i), v);
  }
  for (Val v = (Val)f->g->nodes.count - 1; v > 0; v--) {
    Val m = f->user[v];
    if (!f->w.live[v] || !is_host(f->g, v) || f->pinned[v] || !m || m == NONE_COMMON || f->host[m])
      continue;
    if (is_each(f->g, m) && f->root[m] == m && same_domain(f->g, v, m))
      f->host[m] = v, f->guest[v] = m;
  }
}

/* ---- building a root's formula ---- */

typedef struct {
  Fuse *f;
  Val root;
  Val in[64];      /* new values */
  int nin;
  Val host;        /* old value that stands as variable 0 */
} Build;

static Scalar operand(Build *b, Val x) {
  Ctx *c = b->f->g->c;
  if (b->host && x == b->host)
    return scalar_var(c, 0);
  if (graph_node(b->f->g, x)->op == OP_number)
    return scalar_const(c, graph_attr(b->f->g, x, "value")->number);
  Val v = b->f->w.map[x];
  BUG_IF(!v);
  for (int i = 0; i < b->nin; i++)
    if (b->in[i] == v && !(b->host && i < (int)graph_node(b->f->g, b->host)->nin))
      return scalar_var(c, i);
  BUG_IF(b->nin == 64);
  b->in[b->nin] = v;
  return scalar_var(c, b->nin++);
}

static Scalar inline_value(Build *b, Val v);

static Scalar inline_operand(Build *b, Val x) {
  const Fuse *f = b->f;
  int inside = f->root[x] == b->root && x != b->root && is_each(f->g, x);
  int computed = (f->scalar[x] && is_each(f->g, x)) || f->cheap[x];
  return inside || computed ? inline_value(b, x) : operand(b, x);
}

static Scalar inline_value(Build *b, Val v) {
  Scalar by[64];
  int n = (int)graph_node(b->f->g, v)->nin;
  for (int i = 0; i < n; i++)
    by[i] = inline_operand(b, graph_in(b->f->g, v, i));
  return scalar_substitute(b->f->g->c, graph_formula(b->f->g, v), by);
}

/* Simplification may have lost the operand that gave the result its shape: then it is spread to it. */
static Val with_type(Graph *g, Val v, TypeId type, Span at) {
  if (graph_node(g, v)->type == type)
    return v;
  const Type *t = type_get(g->c, type);
  int dims[MAX_RANK];
  for (int i = 0; i < t->rank; i++)
    dims[i] = t->dim[i];
  Attr a[3] = {attr_ints(g->c, dims, t->rank), attr_number(t->batched), attr_number(0)};
  return graph_add(g, OP_expand, &v, 1, a, at);
}

static Val make_each(Fuse *f, Val v) {
  Build b = {.f = f, .root = v};
  const Node *n = graph_node(f->g, v);
  Scalar formula = inline_value(&b, v);
  return with_type(f->w.to, each_compact(f->w.to, formula, b.in, b.nin, n->span), n->type, n->span);
}

/* 0: the reduction stays as it is, over a value that is made now if it was to be computed inside. */
static Val make_reduce(Fuse *f, Val v) {
  Build b = {.f = f, .root = v};
  const Node *n = graph_node(f->g, v);
  Val x = graph_in(f->g, v, 0);
  TypeId in[64], wanted = graph_node(f->g, x)->type;
  Scalar formula = inline_operand(&b, x);
  int bad;
  for (int i = 0; i < b.nin; i++)
    in[i] = graph_node(f->w.to, b.in[i])->type;
  int whole = scalar_get(f->g->c, formula).kind == S_VAR && b.nin == 1; /* nothing is left to compute: -(-x) */
  if (!whole && b.nin && type_broadcast(f->g->c, in, b.nin, &bad) == wanted)
    return graph_add_formula(f->w.to, n->op, b.in, b.nin, f->g->attr_pool.at + n->attr, formula, n->span);
  if (!f->w.map[x])
    f->w.map[x] = with_type(f->w.to, each_compact(f->w.to, formula, b.in, b.nin, n->span), wanted, n->span);
  return 0;
}

static Val make_hosted(Fuse *f, Val root) {
  Val host = f->host[root];
  const Node *h = graph_node(f->g, host);
  Build b = {.f = f, .root = root, .host = host};
  for (uint32_t i = 0; i < h->nin; i++)
    b.in[b.nin++] = f->w.map[graph_in(f->g, host, (int)i)];
  Scalar formula = inline_value(&b, root);
  return graph_add_formula(f->w.to, h->op, b.in, b.nin, f->g->attr_pool.at + h->attr, formula, h->span);
}

/* ---- limits, found before anything is built ---- */

/* Counts the operands and cost that a root would have; when they are too many, cuts its largest members off as roots. */
static void limit_root(Fuse *f, Val root) {
  Vec(Val) members = {0}, outside = {0};
  for (Val v = root; v > 0; v--) {
    if (f->root[v] != root || !f->w.live[v])
      continue;
    vec_push(f->g->c->mem, &members, v);
    for (uint32_t i = 0; i < graph_node(f->g, v)->nin; i++) {
      Val x = graph_in(f->g, v, (int)i);
      int known = f->scalar[x] || f->root[x] == root;
      for (int k = 0; k < outside.count; k++)
        known |= outside.at[k] == x;
      if (!known)
        vec_push(f->g->c->mem, &outside, x);
    }
  }
  if (outside.count <= MOST_OPERANDS && members.count <= MOST_COST)
    return;
  if (f->host[root])
    f->guest[f->host[root]] = 0, f->host[root] = 0;
  for (int i = 1; i < members.count; i++)
    f->root[members.at[i]] = members.at[i];
}

static void drop_spread(Fuse *f, Val root) {
  for (Val v = 1; v < root; v++)
    if (f->root[v] == root)
      f->root[v] = v;
}

/* Does a root keep its type when only its collected operands are broadcast? Spread constants alone would lose it. */
static int keeps_type(Fuse *f, Val root) {
  TypeId in[64];
  int n = 0, bad;
  for (Val v = 1; v <= root; v++) {
    if (f->root[v] != root || !f->w.live[v] || (v == root && is_reduce(f->g, v) && f->root[graph_in(f->g, v, 0)] == root))
      continue;
    for (uint32_t i = 0; i < graph_node(f->g, v)->nin && n < 64; i++) {
      Val x = graph_in(f->g, v, (int)i);
      if (f->root[x] != root && !f->scalar[x])
        in[n++] = graph_node(f->g, x)->type;
    }
  }
  return n && type_broadcast(f->g->c, in, n, &bad) == graph_node(f->g, domain_of(f->g, root))->type;
}

static void check_roots(Fuse *f) {
  for (Val v = 1; v < (Val)f->g->nodes.count; v++) {
    if (!f->w.live[v] || f->root[v] != v || (!is_each(f->g, v) && !is_reduce(f->g, v)))
      continue;
    limit_root(f, v);
    if (!f->host[v] && graph_node(f->g, v)->op != OP_expand && !keeps_type(f, v))
      drop_spread(f, v);
  }
}

/* What the user called the root, or else the last of its members that has a name. */
static Name name_in(const Fuse *f, Val root) {
  for (Val v = root; v > 0; v--)
    if ((f->root[v] == root || f->guest[v] == root) && graph_node(f->g, v)->name)
      return graph_node(f->g, v)->name;
  return 0;
}

Graph *pass_fuse(const Graph *g, const PassOptions *o) {
  (void)o;
  Arena *mem = g->c->mem;
  size_t n = (size_t)g->nodes.count;
  Fuse f = {rewrite_begin(g), g, arena_alloc(mem, n * sizeof(Val)), arena_alloc(mem, n * sizeof(Val)),
            arena_alloc(mem, n * sizeof(Val)), arena_alloc(mem, n), arena_alloc(mem, n), arena_alloc(mem, n), arena_alloc(mem, n),
            arena_alloc(mem, n), arena_alloc(mem, n * sizeof(Val))};
  for (int i = 0; i < g->outputs.count; i++)
    f.pinned[g->outputs.at[i].val] = 1;
  for (int i = 0; i < g->updates.count; i++)
    f.pinned[g->updates.at[i].value] = 1;
  find_scalars(&f);
  choose_roots(&f);
  check_roots(&f);
  for (Val v = 1; v < (Val)n; v++) {
    if (!f.w.live[v] || (f.root[v] != v && !(f.scalar[v] && f.pinned[v])) || f.guest[v] || f.cheap[v])
      continue;
    if (f.host[v])
      f.w.map[v] = make_hosted(&f, v);
    else if (is_each(g, v) && graph_node(g, v)->op != OP_expand)
      f.w.map[v] = make_each(&f, v);
    else if (is_reduce(g, v))
      f.w.map[v] = make_reduce(&f, v);
    if (!f.w.map[v])
      rewrite_copy(&f.w, v);
    if (!graph_node(f.w.to, f.w.map[v])->name)
      graph_node(f.w.to, f.w.map[v])->name = name_in(&f, v);
  }
  return pass_simplify(rewrite_end(&f.w), o);
}
