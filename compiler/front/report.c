/* report lines: metrics, averaged over the samples of a split, or computed from totals over all of it.

   `total(x)` is x summed over all samples of the split. The evaluation's graph gives every total of a batch as an output, the
   runtime adds them up, and a graph of its own, the summary, computes metrics from the sums. All three graphs of a train block
   (step, evaluation, summary) come from the same text: in the summary a total is an input, and what totals were made of is
   dropped as dead. In the step a total is that of the batch alone, so a metric of the training data is a mean over batches.

     report f1: 2*total(hit)/total(said + wanted)   evaluation: outputs total_0, total_1; summary: 2*total_0/total_1 */
#include "front/builtin.h"
#include "front/train.h"
#include <string.h>

/* Losses get better by falling, everything else by rising; `best(min: x)` says otherwise. */
static int better_of(Expand *x, Name name, const Ast *e) {
  static const char *const falling[] = {"loss", "error", "entropy", "mse", "mae", "rmse", "kl", "rec", "l1"};
  const char *text = name_text(x->c->names, name);
  const char *callee = e->kind == AST_CALL && e->kids[0]->kind == AST_REF ? name_text(x->c->names, e->kids[0]->name) : "";
  for (size_t i = 0; i < sizeof falling / sizeof *falling; i++)
    if (strstr(callee, falling[i]) || !strcmp(text, falling[i]) || (i < 3 && strstr(text, falling[i])))
      return -1;
  return 1;
}

/* ---- totals ---- */

static Val sum_over_batch(Expand *x, Val v, Span at) {
  Attr none = attr_list(x->c, NULL, 0);
  return node_add(x, OP_batch_sum, &v, 1, &none, at);
}

Value run_total(Expand *x, const Args *args, Span at) {
  Val v;
  if (!x->phase)
    return misuse(x, at, "stands in train blocks only: it is a sum over the samples of a split");
  if (!value_arg(x, args, 0, "x", at, &v) || !(v = sum_over_batch(x, v, at)))
    return (Value){0};
  if (x->phase == PHASE_SUMMARY)
    v = graph_input(x->g, name_format(x->c->names, "total_%d", x->totals.count), graph_node(x->g, v)->type, at);
  vec_push(x->c->mem, &x->totals, v);
  return value_val(v);
}

enum { FROM_TOTALS = 1, FROM_SAMPLES = 2 };

/* What a value is made of, beside constants and recipe numbers. */
static int made_of(const Expand *x, Val v) {
  const Graph *g = x->g;
  uint8_t *from = arena_alloc(x->c->mem, (size_t)v + 1);
  for (Val u = 1; u <= v; u++) {
    OpId op = graph_node(g, u)->op;
    int total = 0;
    for (int i = 0; i < x->totals.count; i++)
      total |= x->totals.at[i] == u;
    if (op == OP_input || op == OP_param || op == OP_uniform || op == OP_normal || op == OP_batch_size)
      from[u] = FROM_SAMPLES;
    for (uint32_t i = 0; i < graph_node(g, u)->nin; i++)
      from[u] |= from[graph_in(g, u, (int)i)];
    if (total)
      from[u] = FROM_TOTALS;
  }
  return from[v];
}

int is_of_totals(const Expand *x, Val v) {
  return v && (made_of(x, v) & FROM_TOTALS);
}

static void check_mixed(Expand *x, Val v, Span at) {
  if (made_of(x, v) != (FROM_TOTALS | FROM_SAMPLES) || x->phase != PHASE_STEP)
    return;
  Diag *d = diag_add(x->c, D_TOTAL_MIXED, at);
  diag_help(x->c, d, "`total(...)` around what comes from samples makes it one number of the split, too");
}

/* ---- metrics of detections ---- */

static int gather(Run *r, Val v) {
  for (int i = 0; i < r->gathered.count; i++)
    if (r->gathered.at[i] == v)
      return i;
  vec_push(r->x->c->mem, &r->gathered, v);
  return r->gathered.count - 1;
}

/* A number of the split that no graph computes: the evaluation gives what it is made of, and 0 in its place. */
static void report_metric(Run *r, const Ast *p) {
  Expand *x = r->x;
  Val operand[2];
  Metric m = {.name = p->name, .better = 1, .call = metric_read(x, p->kids[1], operand)};
  if (x->phase != PHASE_SUMMARY)
    vec_push(x->c->mem, &x->g->outputs, (Output){p->name, m.call ? graph_number(x->g, 0, p->span) : 0, OUT_METRIC});
  if (!r->read)
    vec_push(x->c->mem, &r->t->metrics, m);
  for (int i = 0; i < r->t->metrics.count && x->phase == PHASE_EVAL && m.call; i++)
    if (r->t->metrics.at[i].name == p->name) {
      r->t->metrics.at[i].detections = gather(r, operand[0]);
      r->t->metrics.at[i].boxes = gather(r, operand[1]);
    }
}

/* ---- the lines ---- */

static int is_known(const Run *r, Name name) {
  const Expand *x = r->x;
  int known = name == name_of(x->c->names, "loss");
  for (int i = 0; i < x->g->outputs.count; i++)
    known |= x->g->outputs.at[i].name == name;
  for (int i = 0; i < r->t->tables.count && !r->read; i++)
    known |= r->t->tables.at[i] == name;
  return known;
}

/* In the summary only what is made of totals counts; a table, which is no number, counts only there. */
static void report(Run *r, const Ast *p) {
  Expand *x = r->x;
  Val v = 0;
  if (is_known(r, p->name)) {
    diag_add(x->c, D_SAME_NAME, p->name_span, name_text(x->c->names, p->name));
    return;
  }
  if (metric_call(x, p->kids[1])) {
    report_metric(r, p);
    return;
  }
  if (!to_val(x, value_of(x, p->kids[1]), p->kids[1]->span, &v))
    v = 0;
  int total = is_of_totals(x, v), table = total && graph_type(x->g, v)->rank;
  if (total)
    check_mixed(x, v, p->kids[1]->span);
  if (v && !table && graph_type(x->g, v)->rank) {
    diag_help(x->c, diag_add(x->c, D_LOSS_SHAPE, p->kids[1]->span, say_type(x, graph_node(x->g, v)->type)),
              "a metric such as `accuracy`, or `mean(...)`, makes one number of a sample");
    v = 0;
  }
  Output out = {p->name, v, OUT_METRIC};
  if (table && x->phase == PHASE_SUMMARY)
    vec_push(x->c->mem, &r->tables, out);
  else if (!table && (total || x->phase != PHASE_SUMMARY))
    vec_push(x->c->mem, &x->g->outputs, out);
  if (r->read) /* what there is, the first graph has told */
    return;
  if (table)
    vec_push(x->c->mem, &r->t->tables, p->name);
  else
    vec_push(x->c->mem, &r->t->metrics, (Metric){.name = p->name, .better = better_of(x, p->name, p->kids[1]), .total = total});
}

void run_report(Run *r, const Ast *s) {
  for (int i = 0; i < s->count; i++)
    report(r, s->kids[i]);
}

/* In the evaluation, behind all other outputs; what metrics know by its place among the gathered, they then know as an output. */
static void gathered_end(Run *r) {
  Expand *x = r->x;
  int first = x->g->outputs.count;
  for (int i = 0; i < r->gathered.count; i++)
    vec_push(x->c->mem, &x->g->outputs, (Output){name_format(x->c->names, "gathered_%d", i), r->gathered.at[i], OUT_METRIC});
  for (int i = 0; i < r->t->metrics.count; i++) {
    Metric *m = &r->t->metrics.at[i];
    m->detections += m->call ? first : 0;
    m->boxes += m->call ? first : 0;
  }
}

/* Behind the metrics come totals in the evaluation, tables in the summary. */
void report_end(Run *r) {
  Expand *x = r->x;
  for (int i = 0; i < r->tables.count; i++)
    vec_push(x->c->mem, &x->g->outputs, r->tables.at[i]);
  for (int i = 0; i < x->totals.count && x->phase == PHASE_EVAL; i++)
    vec_push(x->c->mem, &x->g->outputs, (Output){name_format(x->c->names, "total_%d", i), x->totals.at[i], OUT_METRIC});
  if (x->phase == PHASE_EVAL)
    gathered_end(r);
}
