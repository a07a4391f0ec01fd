/* Entries that look inside: for a predict block that takes a picture, a graph beside its own that keeps what every stage of
   its nets computes, and, where classes are shown, differentiates the score of one class.

   The graph is a copy of the block's, with other outputs. A stage's value is a tap: it must lie in memory when it was computed,
   nothing more, so taps cost no copies and no memory, and whoever wants a value ends the run there. Two inputs come after the
   block's own: the class, and `logit`, which is 1 or 0. With hot the one-hot class, p the probabilities and z the logits,

     score = sum(z * stop(weight))     weight = hot where logit is 1, else p_class * (hot - p)

   whose gradient is that of the class's logit, or by the chain rule that of its probability: one backward part serves both.
   Where what is shown is no softmax, the score is the shown value itself. Outputs and taps of the second kind:

     gradient                 d score / d picture
     cam of a stage A [c,h,w] relu(sum over c of A * mean over h, w of d score / d A)

   Source: Selvaraju et al., "Grad-CAM", 2017. Maps exist for stages of the net's own body with a plane of at least 2 x 2. */
#include "front/expand.h"

static Val node2(Graph *g, OpId op, Val a, Val b, Span at) {
  return graph_add(g, op, (const Val[]){a, b}, 2, NULL, at);
}

static Val sum_over(Graph *g, Val v, const int *axes, int count, int keep, Span at) {
  Attr a[2] = {attr_ints(g->c, axes, count), attr_number(keep)};
  return graph_add(g, OP_reduce_sum, &v, 1, a, at);
}

static Val stopped(Graph *g, Val v, Span at) {
  return graph_add(g, OP_stop, &v, 1, NULL, at);
}

/* exp(z) / sum(exp(z)), as the block softmax computes it: its z; else 0. */
static Val logits_of(const Graph *g, Val p) {
  if (graph_node(g, p)->op != OP_div)
    return 0;
  Val e = graph_in(g, p, 0), sum = graph_in(g, p, 1);
  int is_softmax = graph_node(g, e)->op == OP_exp && graph_node(g, sum)->op == OP_reduce_sum && graph_in(g, sum, 0) == e;
  return is_softmax ? graph_in(g, e, 0) : 0;
}

static Val score_of(Expand *x, Graph *g, Val shown, Span at) {
  Ctx *c = x->c;
  int classes = graph_type(g, shown)->dim[0], rows = 0;
  Val k = graph_input(g, name_of(c->names, "explain.class"), type_of(c, (Type){.elem = I32, .batched = 1}), at);
  Val logit = graph_input(g, name_of(c->names, "explain.logit"), type_of(c, (Type){.elem = F32, .batched = 1}), at);
  Attr a[2] = {attr_number(classes), attr_number(0)};
  Val hot = graph_add(g, OP_one_hot, &k, 1, a, at), z = logits_of(g, shown), weight = hot;
  if (z) {
    Val p_class = sum_over(g, node2(g, OP_mul, hot, shown, at), &rows, 1, 1, at);
    Val chain = node2(g, OP_mul, p_class, node2(g, OP_sub, hot, shown, at), at);
    Val more = node2(g, OP_mul, logit, node2(g, OP_sub, hot, chain, at), at);
    weight = stopped(g, node2(g, OP_add, chain, more, at), at);
  }
  return sum_over(g, node2(g, OP_mul, z ? z : shown, weight, at), &rows, 1, 0, at);
}

static Val cam_of(Graph *g, Val score, Val stage, Span at) {
  static const int plane[] = {1, 2}, channels[] = {0};
  const Type *t = graph_type(g, stage);
  Val slope = sum_over(g, node2(g, OP_grad, score, stage, at), plane, 2, 1, at);
  Val mean = node2(g, OP_mul, slope, graph_number(g, 1.0 / t->dim[1] / t->dim[2], at), at);
  Val cam = sum_over(g, node2(g, OP_mul, mean, stage, at), channels, 1, 0, at);
  return graph_add(g, OP_relu, &cam, 1, NULL, at);
}

static int has_plane(const Graph *g, Val v) {
  const Type *t = graph_type(g, v);
  return t->rank == 3 && t->dim[1] >= 2 && t->dim[2] >= 2;
}

static void add_output(Graph *g, Name name, Val v, OutKind kind) {
  vec_push(g->c->mem, &g->outputs, (Output){name, v, (uint8_t)kind});
}

/* The block's one picture; 0 when there is none, or are several. */
static Val picture_of(Expand *x, const Predict *p) {
  Val found = 0;
  int count = 0;
  for (Val v = 1; v < (Val)x->g->nodes.count; v++)
    for (int i = 0; i < p->inputs.count && graph_node(x->g, v)->op == OP_input; i++)
      if (!p->inputs.at[i].is_option && p->inputs.at[i].field.kind == FIELD_IMAGE &&
          p->inputs.at[i].field.name == graph_node(x->g, v)->name)
        found = v, count++;
  return count == 1 ? found : 0;
}

static Val shown_classes(Expand *x, const Predict *p) {
  for (int i = 0; i < p->shows.count; i++) {
    Val v = x->g->outputs.at[p->shows.at[i].output].val;
    if (p->shows.at[i].name == name_of(x->c->names, "classes") && graph_type(x->g, v)->batched == 1)
      return v;
  }
  return 0;
}

int explain_stage(Expand *x, Name path, Name callee, int depth) {
  for (int i = 0; i < x->probes.count; i++)
    if (x->probes.at[i].path == path)
      return -1; /* of a net that runs twice, the first */
  vec_push(x->c->mem, &x->probes, (Probe){path, callee, depth, 0, -1});
  return x->probes.count - 1;
}

/* What has a value for each sample, and one that is computed. */
static void take_probes(Expand *x, Predict *p) {
  for (int i = 0; i < x->probes.count; i++) {
    const Probe *b = &x->probes.at[i];
    const Type *t = b->val ? graph_type(x->g, b->val) : NULL;
    if (t && t->batched == 1 && t->elem == F32 && graph_node(x->g, b->val)->nin)
      vec_push(x->c->mem, &p->probes, *b);
  }
}

void explain_make(Expand *x, Predict *p) {
  Val picture = picture_of(x, p), classes = picture ? shown_classes(x, p) : 0, score = 0;
  if (picture)
    take_probes(x, p);
  if (!p->probes.count)
    return;
  Graph *g = p->explain = graph_copy(x->g, name_format(x->c->names, "explain_%s", name_text(x->c->names, p->name)));
  if (classes) {
    score = score_of(x, g, classes, p->span);
    add_output(g, name_of(x->c->names, "gradient"), node2(g, OP_grad, score, picture, p->span), OUT_SHOW);
  }
  for (int i = 0; i < p->probes.count; i++)
    add_output(g, p->probes.at[i].path, p->probes.at[i].val, OUT_TAP);
  for (int i = 0; i < p->probes.count && score; i++) {
    Probe *b = &p->probes.at[i];
    if (b->depth > 1 || !has_plane(g, b->val))
      continue;
    b->cam = g->outputs.count;
    add_output(g, name_format(x->c->names, "cam.%s", name_text(x->c->names, b->path)), cam_of(g, score, b->val, p->span), OUT_TAP);
  }
}
