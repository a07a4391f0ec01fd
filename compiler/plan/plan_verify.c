/* Is a plan sound? Runs it without numbers: what is known is which value lies in which bytes. A step finds its
   operands where the plan says or the plan is wrong; what it writes, scratch too, ends whatever lay there. At the end
   the outputs and the new parameters must be in their places. The plan's own ideas of lifetimes are not looked at.

   Done for a few batch sizes, since addresses scale with N. Each is a first call, which computes what is computed once,
   and a later call of another size, which must find it. */
#include "runtime/netrt.h"
#include "plan/plan_room.h"

typedef struct {
  int base;
  int64_t from, to; /* bytes */
} Range;

typedef struct {
  Val val; /* a root; or, behind all values, what the step of value val - values keeps of its scratch */
  Range at;
} Held;

typedef struct {
  const Plan *p;
  const Val *root;
  int64_t n;
  int later; /* not the first call */
  Vec(Held) held;
  Text *why;
} Check;

static Range range_of(const Check *c, Buffer b, int64_t fixed, int64_t per_sample) {
  int64_t from = b.fixed + c->n * b.per_sample;
  return (Range){b.base, from, from + fixed + c->n * per_sample};
}

static Range value_range(const Check *c, Val v, Buffer b) {
  const Type *t = graph_type(c->p->g, v);
  int64_t phys[MAX_RANK + 1], bytes = graph_node(c->p->g, v)->op == OP_scalar ? 8 : 4;
  for (int i = type_phys(t, phys); i > 0; i--)
    bytes *= phys[i - 1];
  return t->batched ? range_of(c, b, 0, bytes * t->batched) : range_of(c, b, bytes, 0);
}

static int overlap(Range a, Range b) {
  return a.base == b.base && a.from < b.to && b.from < a.to;
}

static int same(Range a, Range b) {
  return a.base == b.base && a.from == b.from && a.to == b.to;
}

static int fail(Check *c, int step, Val v, const char *what) {
  const Graph *g = c->p->g;
  text_add(c->why, "plan %s, N = %lld, step %d, %%%u %s: %s\n", name_text(g->c->names, g->name), (long long)c->n,
           step, v, name_text(g->c->names, graph_node(g, v)->name), what);
  return 0;
}

static int is_held(const Check *c, Val root, Range at) {
  for (int i = 0; i < c->held.count; i++)
    if (c->held.at[i].val == root && same(c->held.at[i].at, at))
      return 1;
  return 0;
}

static void hold(Check *c, Val root, Range at) {
  vec_push(c->p->g->c->mem, &c->held, (Held){root, at});
}

static void destroy(Check *c, Range at) {
  int kept = 0;
  for (int i = 0; i < c->held.count; i++)
    if (!overlap(c->held.at[i].at, at))
      c->held.at[kept++] = c->held.at[i];
  c->held.count = kept;
}

static int check_place(Check *c, int step, Val v, Buffer b, Range at) {
  if (b.base == NET_ARENA && (b.fixed % 64 || b.per_sample % 64))
    return fail(c, step, v, "is not aligned");
  if (at.from < 0 || (at.base == NET_ARENA && at.to > plan_arena(c->p, c->n)))
    return fail(c, step, v, "lies outside the arena");
  return 1;
}

static int check_operand(Check *c, int step, Val v, Val in, Range out, Range scratch) {
  Val root = c->root[in];
  if (!value_has_floats(c->p->g, root))
    return 1;
  Range at = value_range(c, root, c->p->buffer[transpose_is_absorbed(c->p->g, in) || slice_is_absorbed(c->p->g, in) ? root : in]);
  if (!is_held(c, root, at))
    return fail(c, step, in, "is read where it does not lie");
  if (overlap(at, scratch))
    return fail(c, step, in, "is destroyed by the scratch of the step that reads it");
  int in_place = same(at, out) && step_reads_in_place(c->p->g, c->root, v, root);
  if (overlap(at, out) && !in_place)
    return fail(c, step, in, "is written over by the step that reads it");
  return 1;
}

static int check_copy(Check *c, int i) {
  const Step *s = &c->p->steps.at[i];
  const Type *t = graph_type(c->p->g, s->val);
  int64_t bytes = 4 * type_size(t);
  Range out = t->batched ? range_of(c, s->out, 0, bytes * t->batched) : range_of(c, s->out, bytes, 0);
  Val root = c->root[s->val];
  if (value_has_floats(c->p->g, root) && !is_held(c, root, value_range(c, root, c->p->buffer[s->val])))
    return fail(c, i, s->val, "is copied from where it does not lie");
  destroy(c, out);
  hold(c, root, out);
  return 1;
}

/* What the step keeps is there or is made now. */
static int check_kept(Check *c, int i, Range out, Range scratch) {
  const Step *s = &c->p->steps.at[i];
  const Graph *g = c->p->g;
  Val held = (Val)g->nodes.count + s->val;
  Range kept = range_of(c, s->scratch.kept_at, s->scratch.kept, 0);
  if (!s->scratch.kept)
    return 1;
  if (!check_place(c, i, s->val, s->scratch.kept_at, kept))
    return 0;
  if (overlap(kept, out) || overlap(kept, scratch))
    return fail(c, i, s->val, "overlaps what its step keeps");
  if (s->scratch.once && c->later)
    return is_held(c, held, kept) ? 1 : fail(c, i, s->val, "does not find what its step kept");
  if (!check_operand(c, i, s->val, graph_in(g, s->val, s->scratch.of), out, kept))
    return 0;
  destroy(c, kept);
  hold(c, held, kept);
  return 1;
}

static Range out_range(const Check *c, int i) {
  const Step *s = &c->p->steps.at[i];
  return value_range(c, s->val, s->out);
}

static Range scratch_range(const Check *c, int i) {
  const Scratch *s = &c->p->steps.at[i].scratch;
  return s->fixed || s->per_sample ? range_of(c, s->at, s->fixed, s->per_sample) : (Range){-1, 0, 0};
}

/* Operands of step i, which is computed together with the steps first .. last-1. */
static int check_operands(Check *c, int i, int first, int last) {
  const Step *s = &c->p->steps.at[i];
  for (int k = 0; k < (int)graph_node(c->p->g, s->val)->nin; k++) {
    Val in = graph_in(c->p->g, s->val, k);
    if (s->scratch.kept && s->scratch.of == k)
      continue;
    int joint = first;
    while (joint < i && c->p->steps.at[joint].val != in)
      joint++;
    if (joint < i && !same(out_range(c, joint), value_range(c, in, c->p->buffer[in])))
      return fail(c, i, in, "is not where its joint step puts it");
    for (int m = first; m < last && joint == i; m++)
      if (!check_operand(c, i, s->val, in, out_range(c, m), scratch_range(c, m)))
        return 0;
  }
  return 1;
}

static int check_step(Check *c, int i, int first, int last) {
  const Step *s = &c->p->steps.at[i];
  const Graph *g = c->p->g;
  Range out = out_range(c, i), scratch = scratch_range(c, i);
  if (c->root[s->val] != s->val || value_is_leaf(g, s->val))
    return fail(c, i, s->val, "needs no step");
  if ((scratch.base >= 0 && !check_place(c, i, s->val, s->scratch.at, scratch)) || !check_place(c, i, s->val, s->out, out))
    return 0;
  for (int m = first; m < last; m++) {
    if (overlap(out, scratch_range(c, m)) || (m != i && overlap(scratch, scratch_range(c, m))))
      return fail(c, i, s->val, "overlaps scratch of its own step");
    if (m < i && (overlap(out, out_range(c, m)) || !steps_may_join(g, c->root, c->p->steps.at[m].val, s->val)))
      return fail(c, i, s->val, "cannot be computed with the step before");
  }
  return check_kept(c, i, out, scratch) && check_operands(c, i, first, last);
}

/* The steps first .. last-1 happen at once. */
static int check_joint(Check *c, int first, int last) {
  const Step *s = c->p->steps.at;
  if (s[first].copy)
    return check_copy(c, first);
  if (s[first].once && c->later)
    return 1;
  for (int i = first; i < last; i++)
    if (!check_step(c, i, first, last))
      return 0;
  for (int i = first; i < last; i++) {
    destroy(c, scratch_range(c, i));
    destroy(c, out_range(c, i));
  }
  for (int i = first; i < last; i++)
    hold(c, s[i].val, out_range(c, i));
  return 1;
}

/* What must lie where at the end, in float32 as a copy or a step leaves it. */
static int check_end(Check *c, Val v, Buffer b, const char *what) {
  Val root = c->root[v];
  const Type *t = graph_type(c->p->g, root);
  int64_t bytes = 4 * type_size(t);
  Range at = t->batched ? range_of(c, b, 0, bytes * t->batched) : range_of(c, b, bytes, 0);
  return is_held(c, root, at) ? 1 : fail(c, c->p->steps.count, v, what);
}

/* What of a first call's values a later one finds again: those that are computed once. */
static void end_call(Check *c) {
  const Plan *p = c->p;
  unsigned char *once = arena_alloc(p->g->c->mem, 2 * (size_t)p->g->nodes.count);
  for (int i = 0; i < p->steps.count; i++) {
    once[p->steps.at[i].val] |= (unsigned char)p->steps.at[i].once;
    once[(Val)p->g->nodes.count + p->steps.at[i].val] |= (unsigned char)p->steps.at[i].scratch.once;
  }
  int kept = 0;
  for (int i = 0; i < c->held.count; i++)
    if (once[c->held.at[i].val] && c->held.at[i].at.base == NET_ARENA)
      c->held.at[kept++] = c->held.at[i];
  c->held.count = kept;
}

static int check_call(Check *c) {
  const Plan *p = c->p;
  const Graph *g = p->g;
  for (Val v = 1; v < (Val)g->nodes.count; v++)
    if (c->root[v] == v && value_is_leaf(g, v) && p->buffer[v].base >= 0)
      hold(c, v, value_range(c, v, p->buffer[v]));
  for (int i = 0, last; i < p->steps.count; i = last) {
    last = i + 1;
    while (last < p->steps.count && p->steps.at[last].joined)
      last++;
    if (!check_joint(c, i, last))
      return 0;
  }
  for (int i = 0; i < p->outputs; i++)
    if (!check_end(c, g->outputs.at[i].val, (Buffer){NET_IO + p->inputs.count + i, 0, 0}, "does not reach its output"))
      return 0;
  for (int i = 0; i < g->updates.count; i++)
    if (!check_end(c, g->updates.at[i].value, p->buffer[g->updates.at[i].param], "does not reach its parameter"))
      return 0;
  return 1;
}

int plan_verify(const Plan *p, Text *why) {
  static const int64_t batches[] = {1, 2, 3, 32};
  const Val *root = value_roots(p->g);
  for (int i = 0; i < 4; i++) {
    Check c = {.p = p, .root = root, .n = batches[i], .why = why};
    if (!check_call(&c))
      return 0;
    end_call(&c);
    c.later = 1;
    c.n = batches[(i + 1) % 4];
    if (!check_call(&c))
      return 0;
  }
  return 1;
}
