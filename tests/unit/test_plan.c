/* Plans: every plan of a random graph is sound, a broken plan is found out, updates are done early and in place, and
   typical nets take little more memory than they must. */
#include "fixture.h"
#include "pass/pass.h"
#include "plan/plan_room.h"
#include "runtime/netrt.h"
#include <stdio.h>
#include <stdlib.h>

static uint32_t random_state;

static int pick(int count) { /* 0 .. count-1 */
  random_state = random_state * 1664525u + 1013904223u;
  return (int)((uint64_t)(random_state >> 8) * (uint64_t)count >> 24);
}

static Plan *plan_of(Graph *g, ScratchOf *scratch) {
  ParamTable *params = arena_alloc(g->c->mem, sizeof *params);
  params_collect(params, g);
  Plan *p = plan_make(g, params, scratch);
  Text why = {.mem = g->c->mem};
  if (!plan_verify(p, &why)) {
    plan_print(p, NULL, NULL, &why);
    fail_msg("%s", text_str(&why));
  }
  return p;
}

static int copies_in(const Plan *p) {
  int count = 0;
  for (int i = 0; i < p->steps.count; i++)
    count += p->steps.at[i].copy;
  return count;
}

static int step_of(const Plan *p, OpId op, int nth) {
  for (int i = 0; i < p->steps.count; i++)
    if (!p->steps.at[i].copy && graph_node(p->g, p->steps.at[i].val)->op == op && !nth--)
      return i;
  return -1;
}

/* ---- offsets ---- */

/* Block i, aligned and inside, touches none of those before it that live with it. */
static void check_block(const Block *b, int i, int64_t n, int64_t all) {
  int64_t from = bytes_for(b[i].at, n), to = from + bytes_for(b[i].size, n);
  assert_true(from >= 0 && b[i].at.fixed % 64 == 0 && b[i].at.per_sample % 64 == 0 && to <= all);
  for (int k = 0; k < i; k++)
    assert_true(b[i].last < b[k].first || b[k].last < b[i].first || to <= bytes_for(b[k].at, n) ||
                bytes_for(b[k].at, n) + bytes_for(b[k].size, n) <= from);
}

static void test_blocks_never_overlap(void **state) {
  (void)state;
  random_state = 1;
  for (int round = 0; round < 200; round++) {
    Arena *mem = arena_new();
    Block b[60];
    int count = 1 + pick(60);
    for (int i = 0; i < count; i++) {
      int first = pick(100);
      Bytes size = {64 * pick(50), round % 3 ? 64 * pick(50) : 0};
      b[i] = (Block){.size = size, .first = first, .last = first + pick(20)};
    }
    Bytes line[2];
    memory_assign(b, count, NULL, mem);
    memory_lines(b, count, line, mem);
    for (int64_t n = 1; n <= 32; n += n < 4 ? 1 : 7) {
      int64_t low = bytes_for(line[0], n), high = bytes_for(line[1], n), all = low > high ? low : high, bound = memory_bound(b, count, n, mem);
      assert_true(all >= bound && (double)all <= 1.5 * (double)bound);
      for (int i = 0; i < count; i++)
        check_block(b, i, n, all);
    }
    arena_free(mem);
  }
  Arena *mem = arena_new();
  memory_assign(NULL, 0, NULL, mem);
  arena_free(mem);
}

/* ---- random graphs ---- */

static Scratch random_scratch(const Graph *g, Val v) {
  int operands = graph_node(g, v)->nin;
  Scratch s = {.fixed = v % 3 ? 0 : 40 + 8 * v, .per_sample = v % 5 > 1 ? 0 : 12 + 4 * v};
  if (operands && v % 4 == 0 && op_row(g->c, graph_node(g, v)->op)->lower != LOWER_EACH) /* those may be joint */
    s.kept = 8 * v, s.of = (int)v / 4 % operands;
  return s;
}

/* A value of rank 2, [3, 4] or a smaller one that broadcasts to it, of random kind. */
static Val random_value(Graph *g, Val *have, int count) {
  Ctx *c = g->c;
  Val a = have[pick(count)], b = have[pick(count)], pair[] = {a, b};
  Span at = {0};
  const Type *t = graph_type(g, a);
  int axes[] = {pick(2)}, shape[] = {3, 4}, turned[] = {1, 0}, flat[] = {t->dim[1], t->dim[0]};
  Attr reduce[] = {attr_ints(c, axes, 1), attr_number(1)};
  Attr full[] = {attr_ints(c, shape, 2), attr_number(pick(2)), attr_number(0)};
  Attr perm = attr_ints(c, turned, 2), swapped = attr_ints(c, flat, 2);
  switch (pick(8)) {
  case 0: return graph_add(g, OP_reduce_sum, &a, 1, reduce, at);
  case 1: return graph_add(g, OP_expand, &a, 1, full, at);
  case 2: { /* there and back, through another shape */
    int back[] = {t->dim[0], t->dim[1]};
    Attr again = attr_ints(c, back, 2);
    Val r = graph_add(g, OP_reshape, &a, 1, &swapped, at), s = graph_add(g, OP_sin, &r, 1, NULL, at);
    return graph_add(g, OP_reshape, &s, 1, &again, at);
  }
  case 3: {
    Val turn = graph_add(g, OP_transpose, &a, 1, &perm, at);
    return graph_add(g, OP_transpose, &turn, 1, &perm, at);
  }
  case 4: return graph_add(g, OP_exp, &a, 1, NULL, at);
  case 5: {
    int none[] = {0};
    Attr batch = attr_ints(c, none, 1), one[] = {attr_ints(c, (int[]){1, t->dim[1]}, 2)};
    Val sum = graph_add(g, OP_batch_sum, &a, 1, &batch, at);
    return graph_add(g, OP_reshape, &sum, 1, one, at);
  }
  default: return graph_add(g, pick(2) ? OP_add : OP_mul, pair, 2, NULL, at);
  }
}

static Graph *random_graph(Ctx *c, int size) {
  Graph *g = graph_new(c, name_of(c->names, "random"));
  Span at = {0};
  Name weight = name_of(c->names, "weight"), constant = name_of(c->names, "constant");
  int32_t dims[] = {3, 4};
  double zero = 0;
  Val have[200], param[5];
  int count = 0, params = 0;
  for (int i = 0; i < 3; i++)
    have[count++] = graph_input(g, name_format(c->names, "x%d", i), type_make(c, F32, i < 2, 2, dims), at);
  for (int i = 0; i < 5; i++)
    param[params++] = have[count++] =
        graph_param(g, name_format(c->names, "p%d", i), weight, type_make(c, F32, 0, 2, dims), constant, &zero, 1, at);
  for (int i = 0; i < size; i++)
    have[count] = random_value(g, have, count), count++;

  int updates = pick(2) ? 5 : 0;
  for (int i = 0; i < updates; i++) { /* a parameter becomes any shared value of its shape, another's old value too */
    Val v = have[pick(count)];
    const Type *t = graph_type(g, v);
    int older = graph_node(g, v)->op != OP_param || v < param[i]; /* else two might trade their values */
    if (!t->batched && t->dim[0] == 3 && t->dim[1] == 4 && older)
      vec_push(c->mem, &g->updates, (Update){param[i], v});
  }
  for (int i = 0; i < 4; i++)
    vec_push(c->mem, &g->outputs, (Output){name_format(c->names, "y%d", i), have[pick(count)], OUT_SHOW});
  Val constant_output = graph_number(g, 3, at);
  vec_push(c->mem, &g->outputs, (Output){name_of(c->names, "three"), constant_output, OUT_METRIC});
  return g;
}

static void test_random_graphs(void **state) {
  (void)state;
  for (int seed = 1; seed <= 1500; seed++) {
    random_state = (uint32_t)seed;
    Ctx *c = fixture_ctx();
    Graph *g = random_graph(c, 5 + pick(60));
    plan_of(g, seed % 2 ? random_scratch : NULL);
    fixture_free(c);
  }
}

/* ---- less memory for more work ---- */

static double one_flop(const Graph *g, Val v, int64_t n) {
  (void)g, (void)v, (void)n;
  return 1;
}

static Scratch scratch_by_op(const Graph *g, Val v) {
  int op = graph_node(g, v)->op;
  return (Scratch){.fixed = op % 3 ? 0 : 40 + 8 * op, .per_sample = op % 5 > 1 ? 0 : 12 + 4 * op};
}

static const double *leaf_by_name(void *batch, const Graph *g, Val v) {
  int64_t count = type_size(graph_type(g, v)) * (graph_type(g, v)->batched ? *(int64_t *)batch : 1);
  double *data = arena_alloc(g->c->mem, sizeof *data * (size_t)count);
  for (int64_t i = 0; i < count; i++)
    data[i] = (double)((i * 37 + graph_node(g, v)->name * 101) % 199 - 99) / 64;
  return data;
}

static double **values_of(const Graph *g, int64_t batch) {
  EvalInput in = {.batch = batch, .seed = 7, .step = 3, .leaf = leaf_by_name, .user = &batch};
  return graph_eval(g, &in, g->c->mem);
}

static void check_equal(const Graph *a, Val x, double *const *had, const Graph *b, Val y, double *const *made, int64_t batch) {
  const Type *t = graph_type(a, x);
  assert_int_equal(graph_node(a, x)->type, graph_node(b, y)->type);
  for (int64_t i = type_size(t) * (t->batched ? batch : 1); i-- > 0;)
    assert_true(!memcmp(&had[x][i], &made[y][i], sizeof(double)));
}

/* What takes the least memory is sound, computes the same, and is found again when just that is asked for. */
static void test_values_computed_again(void **state) {
  (void)state;
  int smaller = 0, again = 0;
  for (int seed = 1; seed <= 300; seed++) {
    random_state = (uint32_t)seed;
    Ctx *c = fixture_ctx();
    Graph *g = random_graph(c, 20 + pick(60));
    ParamTable params = {0};
    params_collect(&params, g);
    Recompute r = {.n = 3, .limit = -1, .scratch_of = scratch_by_op, .flops_of = one_flop};
    assert_null(recompute(g, &params, &r));
    Recompute least = {.n = 3, .limit = r.after, .scratch_of = scratch_by_op, .flops_of = one_flop};
    const Graph *made = recompute(g, &params, &least);
    assert_true(made && least.after <= r.after && least.before == r.before);
    Plan *p = plan_of((Graph *)(uintptr_t)made, scratch_by_op);
    assert_true(plan_arena(p, 3) == least.after);
    double **had = values_of(g, 3), **has = values_of(made, 3);
    for (int i = 0; i < g->outputs.count; i++)
      check_equal(g, g->outputs.at[i].val, had, made, made->outputs.at[i].val, has, 3);
    for (int i = 0; i < g->updates.count; i++)
      check_equal(g, g->updates.at[i].value, had, made, made->updates.at[i].value, has, 3);
    smaller += least.after < least.before;
    again += least.values;
    fixture_free(c);
  }
  if (smaller < 30 || again <= smaller)
    fail_msg("%d plans are smaller, %d values computed again", smaller, again);
}

/* ---- the verifier ---- */

static void test_broken_plans_are_found_out(void **state) {
  (void)state;
  int found = 0, tried = 0;
  for (int seed = 1; seed <= 200; seed++) {
    random_state = (uint32_t)seed;
    Ctx *c = fixture_ctx();
    Plan *p = plan_of(random_graph(c, 40), NULL);
    Text why = {.mem = c->mem};
    int i = pick(p->steps.count);
    Step dropped = p->steps.at[i];
    for (int k = i; k + 1 < p->steps.count; k++) /* a step is missing: always wrong, as every step is needed */
      p->steps.at[k] = p->steps.at[k + 1];
    p->steps.count--;
    assert_false(plan_verify(p, &why));
    for (int k = p->steps.count++; k > i; k--)
      p->steps.at[k] = p->steps.at[k - 1];
    p->steps.at[i] = dropped;
    assert_true(plan_verify(p, &why));
    if (dropped.out.base == NET_ARENA && !dropped.copy) { /* where nobody looks for it */
      p->steps.at[i].out.fixed += 64;
      assert_false(plan_verify(p, &why));
      p->steps.at[i].out.fixed -= 64;
    }
    if (i + 1 < p->steps.count) { /* two steps change places: wrong unless they are independent */
      p->steps.at[i] = p->steps.at[i + 1];
      p->steps.at[i + 1] = dropped;
      tried++;
      found += !plan_verify(p, &why);
    }
    fixture_free(c);
  }
  assert_true(found > tried / 4);
}

/* ---- updates and outputs ---- */

static Scratch weights_kept(const Graph *g, Val v) {
  int64_t bytes = graph_node(g, v)->op == OP_conv2d ? 2 * type_bytes(graph_type(g, graph_in(g, v, 1))) : 0;
  return (Scratch){.kept = bytes / 64 * 64, .of = 1};
}

#define PARAM(name, shape)                                                                                             \
  " " name " = param(\"" name "\", shape: " shape ", role: \"weight\", init: \"constant\", values: [0])\n"

static void test_updates_are_early_and_in_place(void **state) {
  (void)state;
  Ctx *c = fixture_ctx();
  static const char text[] = "graph g {\n x = input(\"x\", shape: [4, 8])\n r = scalar(\"lr\")\n" PARAM("w", "[8, 8]")
      PARAM("m", "[8, 8]") PARAM("u", "[8, 8]") " y = matmul(x, w)\n z = matmul(y, u)\n gu = matmul_over(y, z)\n"
                                                " dy = matmul(z, transpose(u, perm: [1, 0]))\n"
                                                " gw = matmul_over(x, dy)\n"
                                                " nm = m*0.9 + gu\n nu = u - r*nm\n nw = w - r*gw\n"
                                                " next m = nm\n next u = nu\n next w = nw\n"
                                                " minimize reduce_sum(z, axes: [0, 1])\n}\n";
  Plan *p = plan_of(fixture_graph(c, text), NULL);
  assert_int_equal(copies_in(p), 0);
  for (int i = 0; i < 3; i++) {
    const Update *u = &p->g->updates.at[i];
    assert_int_equal(p->buffer[u->value].base, NET_PARAMS);
    assert_true(p->buffer[u->value].fixed == p->buffer[u->param].fixed);
  }
  assert_true(step_of(p, OP_add, 0) < step_of(p, OP_matmul_over, 1)); /* m is done before w's gradient begins */
  assert_true(step_of(p, OP_sub, 0) < step_of(p, OP_matmul_over, 1)); /* and u, whose transpose lies ready, too */
  fixture_free(c);
}

/* Of parameters alone: t is read by w only, w by the convolution's packing only, s by the step that is not constant. */
static void test_constants_are_computed_once(void **state) {
  (void)state;
  Ctx *c = fixture_ctx();
#define GRAPH(end)                                                                                                     \
  "graph g {\n x = input(\"x\", shape: [4, 8, 8])\n" PARAM("k", "[4, 4, 3, 3]") PARAM("v", "[4, 1, 1]")                   \
      " t = exp(k)\n w = transpose(t, perm: [1, 0, 2, 3])\n s = exp(v)\n y = conv2d(x, w)*s\n" end " show y: y\n}\n"
  Plan *p = plan_of(fixture_graph(c, GRAPH("")), weights_kept);
  const Scratch *packed = &p->steps.at[step_of(p, OP_conv2d, 0)].scratch;
  assert_true(p->steps.at[step_of(p, OP_exp, 0)].once && p->steps.at[step_of(p, OP_exp, 1)].once);
  assert_true(p->steps.at[step_of(p, OP_transpose, 0)].once && !p->steps.at[step_of(p, OP_conv2d, 0)].once);
  assert_true(packed->once && packed->kept_at.fixed + packed->kept <= p->kept);
  assert_true(p->kept == packed->kept + 64 && plan_arena(p, 1) > p->kept);

  p = plan_of(fixture_graph(c, GRAPH(" next v = v*2\n")), weights_kept); /* v changes, so all may */
  packed = &p->steps.at[step_of(p, OP_conv2d, 0)].scratch;
  assert_true(!p->kept && !packed->once && packed->kept);
  for (int i = 0; i < p->steps.count; i++)
    assert_false(p->steps.at[i].once);
  fixture_free(c);
}

static void test_old_values_are_kept(void **state) {
  (void)state;
  Ctx *c = fixture_ctx();
  static const char text[] = "graph g {\n x = input(\"x\", shape: [4, 4])\n" PARAM("a", "[4, 4]") PARAM("b", "[4, 4]")
      PARAM("d", "[4, 4]") " t = transpose(a, perm: [1, 0])\n n = matmul(a, b)\n next a = t\n next b = n\n"
                           " next d = a\n show a: a\n show t: t\n show x: x\n}\n";
  Plan *p = plan_of(fixture_graph(c, text), NULL);
  /* n reads b across and t reads a across, so both are copied when a has been read; d gets the old a; outputs that
     are leaves. */
  assert_int_equal(copies_in(p), 5);
  fixture_free(c);
}

static void test_table(void **state) {
  (void)state;
  Ctx *c = fixture_ctx();
  ParamTable t = {0};
#define STATE " s = param(\"s\", shape: [5], role: \"state\", init: \"constant\", values: [1])\n"
#define WEIGHT " w = param(\"w\", shape: [17], role: \"weight\", init: \"uniform\", values: [-2, 3])\n"
#define SCALARS " k = scalar(\"k\")\n r = scalar(\"step\")\n"
  params_collect(&t, fixture_graph(c, "graph a {\n" STATE SCALARS " show y: s*k*r\n}\n"));
  params_collect(&t, fixture_graph(c, "graph b {\n" WEIGHT STATE " show y: w\n}\n"));
  const PlanParam *w = params_find(&t, name_of(c->names, "w")), *s = params_find(&t, name_of(c->names, "s"));
  assert_int_equal(t.params.count, 2);
  assert_true(w->offset == 0 && s->offset == 32 && t.param_floats == 48);
  assert_true(w->arg[0] == -2 && w->arg[1] == 3 && w->init == name_of(c->names, "uniform"));
  assert_null(params_find(&t, name_of(c->names, "lr")));
  static const char *const scalars[] = {"k", "step"};
  assert_int_equal(t.scalars.count, 2);
  for (int i = 0; i < 2; i++)
    assert_string_equal(name_text(c->names, t.scalars.at[i]), scalars[i]);
  fixture_free(c);
}

/* ---- memory of typical nets ---- */

typedef struct {
  Text text, updates;
} Net;

static void add_param(Net *n, const char *name, const char *suffix, const char *role, const char *shape) {
  text_add(&n->text, " %s%s = param(\"%s%s\", shape: [%s], role: \"%s\", init: \"constant\", values: [0])\n", name,
           suffix, name, suffix, shape, role);
}

static void add_weight(Net *n, const char *name, const char *shape) {
  add_param(n, name, "", "weight", shape);
  add_param(n, name, "m", "opt", shape);
  add_param(n, name, "v", "opt", shape);
  text_add(&n->updates,
           " %sg = grad(loss, %s)\n %sm_ = %sm*0.9 + %sg*0.1\n %sv_ = %sv*0.99 + %sg*%sg*0.01\n"
           " next %sm = %sm_\n next %sv = %sv_\n next %s = %s - r*%sm_/(sqrt(%sv_) + 0.001)\n",
           name, name, name, name, name, name, name, name, name, name, name, name, name, name, name, name, name);
}

/* Convolution, batch norm with running mean, ReLU; z = unit(x). */
static void add_unit(Net *n, const char *z, const char *x, int from, int to, int size) {
  char name[32], shape[64];
  Text *t = &n->text;
  snprintf(name, sizeof name, "%sw", z), snprintf(shape, sizeof shape, "%d, %d, 3, 3", to, from);
  add_weight(n, name, shape);
  snprintf(name, sizeof name, "%sb", z), snprintf(shape, sizeof shape, "%d, 1, 1", to);
  add_weight(n, name, shape);
  add_param(n, z, "r", "state", shape);
  text_add(t, " %sc = conv2d(%s, %sw, pad: [1, 1, 1, 1])\n", z, x, z);
  text_add(t, " %smean = reshape(batch_sum(%sc, axes: [1, 2]) / (batch_size()*%d), shape: [%s])\n", z, z, size * size,
           shape);
  text_add(t, " %sd = %sc - %smean\n", z, z, z);
  text_add(t, " %svar = reshape(batch_sum(%sd*%sd, axes: [1, 2]) / (batch_size()*%d), shape: [%s])\n", z, z, z,
           size * size, shape);
  text_add(t, " %s = relu(%sd / sqrt(%svar + 0.001) + %sb)\n", z, z, z, z);
  text_add(&n->updates, " next %sr = %sr*0.9 + stop(%smean)*0.1\n", z, z, z);
}

static Graph *unet(Ctx *c, int base, int depth, int size) {
  Net n = {.text = {.mem = c->mem}, .updates = {.mem = c->mem}};
  Text *t = &n.text;
  char z[32], x[32] = "image", skip[32];
  text_add(t, "graph unet {\n image = input(\"image\", shape: [3, %d, %d])\n", size, size);
  text_add(t, " mask = input(\"mask\", shape: [1, %d, %d])\n r = scalar(\"lr\")\n", size, size);
  for (int level = 0, from = 3; level <= depth; level++) {
    snprintf(z, sizeof z, "e%d", level);
    add_unit(&n, z, x, from, base << level, size >> level);
    from = base << level;
    snprintf(x, sizeof x, "%s", z);
    if (level < depth) {
      text_add(t, " p%d = maxpool(%s, size: [2, 2], stride: [2, 2])\n", level, x);
      snprintf(x, sizeof x, "p%d", level);
    }
  }
  for (int level = depth - 1; level >= 0; level--) {
    snprintf(skip, sizeof skip, "s%d", level), snprintf(z, sizeof z, "d%d", level);
    text_add(t, " u%d = resize(%s, size: [%d, %d])\n", level, x, size >> level, size >> level);
    text_add(t, " s%d = concat(u%d, e%d, axis: 0)\n", level, level, level);
    add_unit(&n, z, skip, (base << level) * 3, base << level, size >> level);
    snprintf(x, sizeof x, "%s", z);
  }
  snprintf(z, sizeof z, "1, %d, 1, 1", base);
  add_weight(&n, "last", z);
  text_add(t, " y = sigmoid(conv2d(%s, last))\n loss = reduce_sum((y - mask)*(y - mask), axes: [0, 1, 2])\n", x);
  text_add(t, "%s minimize loss\n}\n", text_str(&n.updates));
  return fixture_graph(c, text_str(t));
}

static Scratch some_scratch(const Graph *g, Val v) {
  int op = graph_node(g, v)->op;
  int64_t weights = op == OP_conv2d || op == OP_conv2d_input_grad ? type_bytes(graph_type(g, graph_in(g, v, 1))) : 0;
  return (Scratch){.fixed = op == OP_conv2d_weight_grad_over ? 4 * type_bytes(graph_type(g, v)) : weights};
}

static void check_unet(int lanes) {
  Ctx *c = fixture_ctx();
  PassOptions o = {.lanes = lanes, .verify = 1};
  o.skip[PASS_layout] = !lanes;
  Graph *g = pass_run_all(unet(c, 16, 3, 64), &o);
  assert_non_null(g);
  Plan *p = plan_of(g, some_scratch);
  Text text = {.mem = c->mem};
  plan_print(p, NULL, NULL, &text);
  if (getenv("SHOW_PLAN"))
    puts(text_str(&text));
  assert_int_equal(copies_in(p), 0);
  for (int i = 0; i < MEMORY_BATCHES; i++)
    assert_true((double)plan_arena(p, memory_batches[i]) <= 1.1 * (double)p->least[i]);
  /* Gradients of weights die as soon as their update is done: no more than a few are ever there. */
  int64_t weights = 0;
  for (Val v = 1; v < (Val)g->nodes.count; v++)
    if (graph_node(g, v)->op == OP_conv2d_weight_grad_over)
      weights += value_bytes(g, v);
  assert_true(2 * plan_of(g, NULL)->arena[1].fixed < weights);
  fixture_free(c);
}

static void test_unet_plain(void **state) {
  (void)state;
  check_unet(0);
}

static void test_unet_blocked(void **state) {
  (void)state;
  check_unet(8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_blocks_never_overlap),
      cmocka_unit_test(test_random_graphs),
      cmocka_unit_test(test_values_computed_again),
      cmocka_unit_test(test_broken_plans_are_found_out),
      cmocka_unit_test(test_updates_are_early_and_in_place),
      cmocka_unit_test(test_constants_are_computed_once),
      cmocka_unit_test(test_old_values_are_kept),
      cmocka_unit_test(test_table),
      cmocka_unit_test(test_unet_plain),
      cmocka_unit_test(test_unet_blocked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
