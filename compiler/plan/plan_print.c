/* The plan as text: one line a step, then what memory it takes.

     %17 h1  each     [64] f32          arena 128 + N*256   256 B   dies: %12

   `+` stands at what is computed together with the step before, `once` at what is computed in the first call only. */
#include "runtime/netrt.h"
#include "plan/plan_room.h"

static const char *lower_text(Lower lower) {
  static const char *const texts[] = {"leaf", "each", "reduce", "conv", "pool", "gemm", "move", "gather", "random", "call"};
  return texts[lower];
}

static void add_value(const Graph *g, Val v, Text *to) {
  const Node *n = graph_node(g, v);
  text_add(to, "%%%u", v);
  if (n->name)
    text_add(to, " %s", name_text(g->c->names, n->name));
}

static void add_buffer(const Plan *p, Buffer b, Text *to) {
  static const char *const bases[] = {"arena", "params", "scalars", "consts", "work"};
  if (b.base < 0)
    text_add(to, "nowhere");
  else if (b.base < NET_IO)
    text_add(to, "%s", bases[b.base]);
  else if (b.base - NET_IO < p->inputs.count)
    text_add(to, "input %s", name_text(p->g->c->names, p->inputs.at[b.base - NET_IO]));
  else
    text_add(to, "output %s", name_text(p->g->c->names, p->g->outputs.at[b.base - NET_IO - p->inputs.count].name));
  if (b.base >= 0 && (b.fixed || !b.per_sample))
    text_add(to, " %lld", (long long)b.fixed);
  if (b.base >= 0 && b.per_sample)
    text_add(to, "%s N*%lld", b.fixed ? " +" : "", (long long)b.per_sample);
}

/* Which values are read for the last time at which step. */
static int *last_reads(const Plan *p, const Val *root) {
  int *last = arena_alloc(p->g->c->mem, sizeof *last * (size_t)p->g->nodes.count);
  for (int i = 0; i < p->steps.count; i++) {
    Val v = p->steps.at[i].val;
    last[v] = i;
    for (int k = 0; !p->steps.at[i].copy && k < (int)graph_node(p->g, v)->nin; k++)
      last[root[graph_in(p->g, v, k)]] = i;
  }
  return last;
}

static void add_scratch(const Plan *p, const Scratch *s, Text *to) {
  if (s->work)
    text_add(to, "  work %lld B", (long long)s->work);
  if (s->fixed || s->per_sample) {
    text_add(to, "  scratch ");
    add_buffer(p, s->at, to);
    text_add(to, "  %lld B + N*%lld B", (long long)s->fixed, (long long)s->per_sample);
  }
  if (s->kept) {
    text_add(to, s->once ? "  once " : "  packed ");
    add_buffer(p, s->kept_at, to);
    text_add(to, "  %lld B", (long long)s->kept);
  }
}

static void add_dying(const Plan *p, const Val *root, const int *last, int step, Text *to) {
  const char *lead = "  dies:";
  for (Val v = 1; v < (Val)p->g->nodes.count; v++)
    if (root[v] == v && last[v] == step && p->buffer[v].base == NET_ARENA) {
      text_add(to, "%s %%%u", lead, v);
      lead = "";
    }
}

/* The arena in proportion to what no plan of these steps does without. */
static double arena_excess(const Plan *p, int i) {
  return (double)plan_arena(p, memory_batches[i]) / (double)p->least[i];
}

void plan_print(const Plan *p, PlanNote *note, void *user, Text *to) {
  const Graph *g = p->g;
  const Val *root = value_roots(g);
  const int *last = last_reads(p, root);
  text_add(to, "plan %s\n", name_text(g->c->names, g->name));
  for (int i = 0; i < p->steps.count; i++) {
    const Step *s = &p->steps.at[i];
    const OpRow *row = op_row(g->c, graph_node(g, s->val)->op);
    text_add(to, "%4d%c %s%s  ", i, s->joined ? '+' : ' ', s->once ? "once " : "", s->copy ? "copy" : lower_text(row->lower));
    if (!s->copy)
      text_add(to, "%s  ", name_text(g->c->names, row->name));
    add_value(g, s->val, to);
    text_add(to, "  ");
    type_text(graph_type(g, s->val), to);
    text_add(to, "  -> ");
    add_buffer(p, s->out, to);
    text_add(to, "  %lld B", (long long)type_bytes(graph_type(g, s->val)));
    add_scratch(p, &s->scratch, to);
    add_dying(p, root, last, i, to);
    if (note)
      note(p, i, user, to);
    text_add(to, "\n");
  }
  const Bytes *a = p->arena;
  text_add(to, "arena: %lld B + N*%lld B", (long long)a[1].fixed, (long long)a[1].per_sample);
  if (bytes_for(a[0], 1) > bytes_for(a[1], 1))
    text_add(to, ", at least %lld B + N*%lld B", (long long)a[0].fixed, (long long)a[0].per_sample);
  for (int i = 0; i < MEMORY_BATCHES; i++)
    text_add(to, "%s%.3f", i ? ", " : " (", arena_excess(p, i));
  text_add(to, " of what must live for N = 1, 8, 32), %lld B of it kept; params: %lld B", (long long)p->kept,
           (long long)p->params->param_floats * (long long)sizeof(float));
  if (p->work)
    text_add(to, ", work of each thread: %lld B", (long long)p->work);
  text_add(to, "\n");
}
