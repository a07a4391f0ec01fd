/* From a graph to steps over buffers.

   In: a graph on which fuse and layout have run, the layout of parameters. Out: the steps in order, where each value
   lies in the arena, and how much memory that takes; sizes and offsets scale with N, but for what is computed once and
   stays from call to call, which lies at the beginning. Method: order the values to compute (schedule.c); let updates
   and outputs be computed right where they belong, where that is safe, and copied there where it is not; let
   elementwise steps write over operands that die; find offsets for the rest (memory.c). */
#include "base/bug.h"
#include "plan/plan_room.h"
#include "runtime/netrt.h"

typedef struct {
  Val val; /* a root */
  Buffer to;
  int after;
} Copy;

/* Times: computation i of `order` happens at time i + 1, joint ones at the time of their last; a copy with after == t between times t and t + 1; those with
   the same t in the order they were added. */
typedef struct {
  const Graph *g;
  Plan *plan;
  Val *root, *order;
  unsigned char *joined; /* by position in order */
  int count;
  int *made, *read; /* by root: the time it is computed (0: a leaf), the time it is last read */
  Vec(Copy) copies;
  int *first, *last; /* by root, over the finished steps */
  unsigned char *constant, *kept; /* by Val: values_constant; by root: stays from call to call */
  Val *shares;       /* by root: the value over which it is written; itself when over none */
} Planner;

static Buffer *buffer_of(Planner *p, Val v) {
  return &p->plan->buffer[v];
}

/* ---- leaves ---- */

static int name_index(const Name *at, int count, Name name) {
  for (int i = 0; i < count; i++)
    if (at[i] == name)
      return i;
  return -1;
}

static Buffer leaf_buffer(Planner *p, Val v) {
  const Graph *g = p->g;
  const ParamTable *t = p->plan->params;
  Name name = graph_node(g, v)->name;
  const PlanParam *param;
  int index;
  switch ((OpId)graph_node(g, v)->op) {
  case OP_input: return (Buffer){NET_IO + name_index(p->plan->inputs.at, p->plan->inputs.count, name), 0, 0};
  case OP_param:
    param = params_find(t, name);
    if (!param)
      BUG("parameter %s was not collected", name_text(g->c->names, name));
    return (Buffer){NET_PARAMS, param->offset * (int64_t)sizeof(float), 0};
  case OP_scalar:
    index = name_index(t->scalars.at, t->scalars.count, name);
    if (index < 0)
      BUG("scalar %s was not collected", name_text(g->c->names, name));
    return (Buffer){NET_SCALARS, index * (int64_t)sizeof(double), 0};
  case OP_number:
  case OP_batch_size: return (Buffer){-1, 0, 0};
  default: BUG("%%%u, %s, cannot be planned", v, name_text(g->c->names, op_row(g->c, graph_node(g, v)->op)->name));
  }
}

static void place_leaves(Planner *p) {
  const Graph *g = p->g;
  Plan *plan = p->plan;
  for (Val v = 1; v < (Val)g->nodes.count; v++) {
    Name name = graph_node(g, v)->name;
    if (graph_node(g, v)->op == OP_input && name_index(plan->inputs.at, plan->inputs.count, name) < 0)
      vec_push(g->c->mem, &plan->inputs, name);
  }
  plan->outputs = g->outputs.count - graph_taps(g);
  if (NET_IO + plan->inputs.count + plan->outputs > NET_BASES)
    BUG("graph %s has too many inputs and outputs", name_text(g->c->names, g->name));
  for (Val v = 0; v < (Val)g->nodes.count; v++)
    *buffer_of(p, v) = v && p->root[v] == v && value_is_leaf(g, v) ? leaf_buffer(p, v) : (Buffer){-1, 0, 0};
}

/* ---- updates and outputs: where they belong, or a copy ---- */

/* When computation i happens. */
static int time_of(const Planner *p, int i) {
  while (i + 1 < p->count && p->joined[i + 1])
    i++;
  return i + 1;
}

static void find_reads(Planner *p) {
  for (int i = 0; i < p->count; i++) {
    Val v = p->order[i];
    p->made[v] = time_of(p, i);
    for (int k = 0; k < (int)graph_node(p->g, v)->nin; k++)
      p->read[p->root[graph_in(p->g, v, k)]] = p->made[v];
  }
}

/* All steps of that time read it at the very elements that they write. */
static int is_read_in_place(const Planner *p, int time, Val read) {
  int i = time - 1, in_place = step_reads_in_place(p->g, p->root, p->order[i], read);
  while (p->joined[i])
    in_place &= step_reads_in_place(p->g, p->root, p->order[--i], read);
  return in_place;
}

static void add_copy(Planner *p, Val val, Buffer to, int after) {
  vec_push(p->g->c->mem, &p->copies, (Copy){val, to, after});
  if (p->read[val] < after + 1)
    p->read[val] = time_of(p, after); /* a computation at that time comes after the copy: it may write over what was copied */
}

static void check_update(Planner *p, const Update *u) {
  const Graph *g = p->g;
  const Type *a = graph_type(g, u->param), *b = graph_type(g, u->value);
  if (b->batched || b->lanes || a->elem != b->elem || type_size(a) != type_size(b))
    BUG("the new value of %s does not have its type", name_text(g->c->names, graph_node(g, u->param)->name));
}

static int is_pending(const Planner *p, const Update *u, const unsigned char *done) {
  return !done[u - p->g->updates.at] && p->root[u->value] != u->param;
}

/* Is the old value of this parameter still to be copied to another one? */
static int is_wanted(const Planner *p, Val param, const unsigned char *done) {
  for (int i = 0; i < p->g->updates.count; i++)
    if (is_pending(p, &p->g->updates.at[i], done) && p->root[p->g->updates.at[i].value] == param)
      return 1;
  return 0;
}

/* A parameter that becomes what a leaf is: copied, and before that leaf's own update. */
static void place_leaf_updates(Planner *p, unsigned char *done) {
  const Graph *g = p->g;
  for (int waiting = 1, moved = 1; waiting; moved = 0) {
    waiting = 0;
    for (int i = 0; i < g->updates.count; i++) {
      const Update *u = &g->updates.at[i];
      Val value = p->root[u->value];
      if (!is_pending(p, u, done) || !value_is_leaf(g, value))
        continue;
      if (is_wanted(p, u->param, done)) {
        waiting = 1;
        continue;
      }
      add_copy(p, value, *buffer_of(p, u->param), p->read[u->param]);
      done[i] = moved = 1;
    }
    if (waiting && !moved)
      BUG("parameters of %s trade their values", name_text(g->c->names, g->name));
  }
}

static void place_updates(Planner *p) {
  const Graph *g = p->g;
  unsigned char *done = arena_alloc(g->c->mem, (size_t)g->updates.count + 1);
  for (int i = 0; i < g->updates.count; i++)
    check_update(p, &g->updates.at[i]);
  place_leaf_updates(p, done);
  for (int i = 0; i < g->updates.count; i++) {
    const Update *u = &g->updates.at[i];
    Val value = p->root[u->value];
    if (!is_pending(p, u, done))
      continue;
    int made = p->made[value], read = p->read[u->param];
    int safe = read < made || (read == made && is_read_in_place(p, made, u->param));
    if (safe && buffer_of(p, value)->base < 0)
      *buffer_of(p, value) = *buffer_of(p, u->param);
    else
      add_copy(p, value, *buffer_of(p, u->param), made > read ? made : read);
  }
}

static void place_outputs(Planner *p) {
  const Graph *g = p->g;
  for (int i = 0; i < p->plan->outputs; i++) {
    Val value = p->root[g->outputs.at[i].val];
    Buffer to = {NET_IO + p->plan->inputs.count + i, 0, 0};
    if (graph_type(g, value)->lanes)
      BUG("output %s is not plain", name_text(g->c->names, g->outputs.at[i].name));
    if (p->made[value] && buffer_of(p, value)->base < 0)
      *buffer_of(p, value) = to;
    else
      add_copy(p, value, to, p->made[value] ? p->made[value] : -1); /* a leaf's old value, before all updates */
  }
}

/* ---- steps ---- */

static void add_copies(Planner *p, int after) {
  for (int i = 0; i < p->copies.count; i++)
    if (p->copies.at[i].after == after)
      vec_push(p->g->c->mem, &p->plan->steps, (Step){.val = p->copies.at[i].val, .copy = 1, .out = p->copies.at[i].to});
}

static void make_steps(Planner *p, ScratchOf *scratch_of) {
  add_copies(p, -1);
  add_copies(p, 0);
  for (int i = 0; i < p->count; i++) {
    Step s = {.val = p->order[i], .joined = p->joined[i]};
    if (scratch_of)
      s.scratch = scratch_of(p->g, p->order[i]);
    if (s.scratch.work > p->plan->work)
      p->plan->work = s.scratch.work;
    vec_push(p->g->c->mem, &p->plan->steps, s);
    add_copies(p, i + 1);
  }
  for (int i = 0; i < p->copies.count; i++) /* chains of parameters that each become the next */
    add_copies(p, p->count + 1 + i);
}

/* Does a step look at operand k whenever it runs? Not at one that it has packed. */
static int reads_always(const Step *s, int k) {
  return !s->once && !(s->scratch.once && s->scratch.of == k);
}

static int in_arena(Planner *p, Val v) {
  return p->made[v] && buffer_of(p, v)->base < 0;
}

/* Constants are computed once, and those of them that other steps read are kept. */
static void find_once(Planner *p) {
  for (int i = 0; i < p->plan->steps.count; i++) {
    Step *s = &p->plan->steps.at[i];
    if (s->copy) {
      p->kept[s->val] = p->constant[s->val] && in_arena(p, s->val);
      continue;
    }
    s->once = p->constant[s->val] && in_arena(p, s->val);
    s->scratch.once = !s->once && s->scratch.kept && p->constant[graph_in(p->g, s->val, s->scratch.of)];
    for (int k = 0; k < (int)graph_node(p->g, s->val)->nin; k++) {
      Val u = p->root[graph_in(p->g, s->val, k)];
      if (reads_always(s, k) && p->constant[u] && in_arena(p, u))
        p->kept[u] = 1;
    }
  }
}

/* The steps that are computed together with step i. */
static int first_joint(const Planner *p, int i) {
  while (p->plan->steps.at[i].joined)
    i--;
  return i;
}

static int last_joint(const Planner *p, int i) {
  while (i + 1 < p->plan->steps.count && p->plan->steps.at[i + 1].joined)
    i++;
  return i;
}

static void find_lives(Planner *p) {
  for (int i = 0; i < p->plan->steps.count; i++) {
    const Step *s = &p->plan->steps.at[i];
    int last = p->last[s->val] = last_joint(p, i);
    if (s->copy)
      continue;
    p->first[s->val] = first_joint(p, i);
    for (int k = 0; k < (int)graph_node(p->g, s->val)->nin; k++)
      p->last[p->root[graph_in(p->g, s->val, k)]] = last;
  }
}

/* ---- memory ---- */

/* Does a step that is computed with step i, and comes before it, write over u? */
static int is_taken(const Planner *p, int i, Val u) {
  for (; p->plan->steps.at[i].joined; i--)
    if (p->shares[p->plan->steps.at[i - 1].val] == p->shares[u])
      return 1;
  return 0;
}

/* Elementwise steps write over an operand that dies there. */
static void share_memory(Planner *p) {
  for (int i = 0; i < p->plan->steps.count; i++) {
    Val v = p->plan->steps.at[i].val;
    if (p->plan->steps.at[i].copy)
      continue;
    p->shares[v] = v;
    for (int k = 0; k < (int)graph_node(p->g, v)->nin && in_arena(p, v) && p->shares[v] == v; k++) {
      Val u = p->root[graph_in(p->g, v, k)];
      if (in_arena(p, u) && p->last[u] == last_joint(p, i) && p->made[u] < p->made[v] && !p->kept[u] && !p->kept[v] &&
          value_bytes(p->g, u) == value_bytes(p->g, v) && is_read_in_place(p, p->made[v], u) && !is_taken(p, i, u))
        p->shares[v] = p->shares[u];
    }
  }
  for (int i = 0; i < p->count; i++) {
    Val v = p->order[i], of = p->shares[v];
    if (p->last[v] > p->last[of])
      p->last[of] = p->last[v];
  }
}

/* The blocks of the arena, and whose they are. */
typedef struct {
  Vec(Block) blocks;
  Vec(Buffer *) owners;
} Area;

static void area_add(Planner *p, Area *area, int64_t fixed, int64_t per_sample, int first, int last, Buffer *owner) {
  Bytes size = {(fixed + 63) / 64 * 64, (per_sample + 63) / 64 * 64};
  vec_push(p->g->c->mem, &area->blocks, (Block){.size = size, .first = first, .last = last});
  vec_push(p->g->c->mem, &area->owners, owner);
}

static Area collect_blocks(Planner *p) {
  Area area = {0};
  for (int i = 0; i < p->plan->steps.count; i++) {
    Step *s = &p->plan->steps.at[i];
    if (s->copy)
      continue;
    int64_t bytes = value_bytes(p->g, s->val), batched = graph_type(p->g, s->val)->batched;
    if (in_arena(p, s->val) && p->shares[s->val] == s->val && !p->kept[s->val])
      area_add(p, &area, batched ? 0 : bytes, batched ? bytes : 0, p->first[s->val], p->last[s->val],
               buffer_of(p, s->val));
    int first = first_joint(p, i), last = last_joint(p, i);
    if (s->scratch.fixed || s->scratch.per_sample)
      area_add(p, &area, s->scratch.fixed, s->scratch.per_sample, first, last, &s->scratch.at);
    if (s->scratch.kept && !s->scratch.once)
      area_add(p, &area, s->scratch.kept, 0, first, last, &s->scratch.kept_at);
  }
  return area;
}

static Buffer keep(Plan *plan, int64_t bytes) {
  Buffer b = {NET_ARENA, plan->kept, 0};
  plan->kept += (bytes + 63) / 64 * 64;
  return b;
}

static void lay_kept(Planner *p) {
  for (int i = 0; i < p->plan->steps.count; i++) {
    Step *s = &p->plan->steps.at[i];
    if (!s->copy && p->kept[s->val])
      *buffer_of(p, s->val) = keep(p->plan, value_bytes(p->g, s->val));
    if (s->scratch.once)
      s->scratch.kept_at = keep(p->plan, s->scratch.kept);
  }
}

enum { SLACK = 64 }; /* readable behind the last buffer */

static void lay_arena(Planner *p) {
  Arena *mem = p->g->c->mem;
  Plan *plan = p->plan;
  Area area = collect_blocks(p);
  lay_kept(p);
  memory_assign(area.blocks.at, area.blocks.count, p->g->c->cache, mem);
  memory_lines(area.blocks.at, area.blocks.count, plan->arena, mem);
  for (int i = 0; i < 2; i++)
    plan->arena[i].fixed += plan->kept + SLACK;
  for (int i = 0; i < MEMORY_BATCHES; i++)
    plan->least[i] = plan->kept + memory_bound(area.blocks.at, area.blocks.count, memory_batches[i], mem) + SLACK;
  for (int i = 0; i < area.blocks.count; i++) {
    Bytes at = area.blocks.at[i].at;
    *area.owners.at[i] = (Buffer){NET_ARENA, plan->kept + at.fixed, at.per_sample};
  }
  for (int i = 0; i < plan->steps.count; i++) {
    Step *s = &plan->steps.at[i];
    if (s->copy)
      continue;
    if (p->shares[s->val] != s->val)
      *buffer_of(p, s->val) = *buffer_of(p, p->shares[s->val]);
    s->out = *buffer_of(p, s->val);
  }
}

int64_t plan_arena(const Plan *p, int64_t n) {
  int64_t a = bytes_for(p->arena[0], n), b = bytes_for(p->arena[1], n);
  return a > b ? a : b;
}

/* Where v lies once its root has a place. */
static Buffer alias_buffer(Planner *p, Val v) {
  if (transpose_is_absorbed(p->g, v))
    return (Buffer){-1, 0, 0};
  Buffer b = *buffer_of(p, p->root[v]);
  if (slice_is_absorbed(p->g, v))
    b.fixed += (int64_t)sizeof(float) * slice_offset(p->g, v);
  return b;
}

static void find_taps(Planner *p) {
  const Graph *g = p->g;
  for (int i = p->plan->outputs; i < g->outputs.count; i++) {
    Val v = g->outputs.at[i].val, root = p->root[v];
    int steps = 0;
    for (int k = 0; k < p->plan->steps.count && !steps; k++)
      if (!p->plan->steps.at[k].copy && p->plan->steps.at[k].val == root)
        steps = last_joint(p, k) + 1;
    vec_push(g->c->mem, &p->plan->taps, (TapPlace){v, steps, *buffer_of(p, v)});
  }
}

static Planner plan_steps(const Graph *g, const ParamTable *params, ScratchOf *scratch_of) {
  Arena *mem = g->c->mem;
  size_t nodes = (size_t)g->nodes.count;
  Plan *plan = arena_alloc(mem, sizeof *plan);
  plan->g = g;
  plan->params = params;
  plan->buffer = arena_alloc(mem, nodes * sizeof *plan->buffer);
  Planner p = {.g = g, .plan = plan, .root = value_roots(g)};
  p.constant = values_constant(g);
  p.order = schedule_order(g, p.root, &p.count);
  p.joined = steps_join(g, p.root, p.constant, p.order, p.count);
  int **const times[] = {&p.made, &p.read, &p.first, &p.last};
  for (int i = 0; i < 4; i++)
    *times[i] = arena_alloc(mem, nodes * sizeof(int));
  p.shares = arena_alloc(mem, nodes * sizeof *p.shares);
  p.kept = arena_alloc(mem, nodes);

  place_leaves(&p);
  find_reads(&p);
  place_updates(&p);
  place_outputs(&p);
  make_steps(&p, scratch_of);
  find_once(&p);
  find_lives(&p);
  share_memory(&p);
  return p;
}

Sketch plan_sketch(const Graph *g, const ParamTable *params, ScratchOf *scratch_of, int64_t n) {
  Planner p = plan_steps(g, params, scratch_of);
  Area area = collect_blocks(&p);
  const int64_t *live = memory_live(area.blocks.at, area.blocks.count, n, p.plan->steps.count, g->c->mem);
  return (Sketch){p.plan, live};
}

Plan *plan_make(const Graph *g, const ParamTable *params, ScratchOf *scratch_of) {
  Planner p = plan_steps(g, params, scratch_of);
  lay_arena(&p);
  for (Val v = 1; v < (Val)g->nodes.count; v++)
    if (p.root[v])
      p.plan->buffer[v] = alias_buffer(&p, v);
  find_taps(&p);
  return p.plan;
}
