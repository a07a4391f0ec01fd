/* Every row of op.def, on random shapes: generated code computes what the interpreter does, all passes keep the
   meaning, gradients are those that finite differences find, gradients of gradients too, or are refused; and
   elementwise rows stay finite far out. */
#include "diag/list.h"
#include "rig.h"
#include "row_cases.h"

#ifdef __SANITIZE_ADDRESS__
enum { SHAPES = 2 };
#else
enum { SHAPES = 6 };
#endif

/* ---- data ---- */

static double draw_any(const Graph *g, Val leaf, double u) {
  switch (*name_text(g->c->names, graph_node(g, leaf)->name)) {
  case 'p':
    return 0.25 + 2 * u;
  case 'u':
  case 'r':
    return 2 * u - 1;
  case 'i':
    return floor(10 * u) - 1;
  case 's':
    return 0.3 + u;
  default:
    return 4 * u - 2;
  }
}

/* Many equal values, zeros, whole numbers. */
static double draw_coarse(const Graph *g, Val leaf, double u) {
  char letter = *name_text(g->c->names, graph_node(g, leaf)->name);
  return letter == 'a' ? 0.5 * floor(8 * u) - 2 : letter == 'p' ? 0.5 + 0.5 * floor(4 * u) : draw_any(g, leaf, u);
}

static const double far_out[] = {-1e4, -1e3, -100, -88.5, -30, -9, -1, -1e-4, 0, 1e-4, 1, 9, 30, 88.5, 100, 1e3, 1e4};
static const double far_positive[] = {1e-4, 1e-2, 0.1, 0.5, 1, 2, 8, 100, 1e3, 1e4};
#define PICK(list, u) list[(int)(u * (double)(sizeof list / sizeof *list))]

static double draw_far(const Graph *g, Val leaf, double u) {
  switch (*name_text(g->c->names, graph_node(g, leaf)->name)) {
  case 'a':
    return PICK(far_out, u);
  case 'p':
    return PICK(far_positive, u);
  case 'r':
    return 0.5 + 0.5 * u;
  default:
    return draw_any(g, leaf, u);
  }
}

/* ---- the graph of a case ---- */

typedef struct {
  const OpRow *row;
  int order;                /* how often it is differentiated: 0, 1, 2 */
  Vec(const char *) leaves; /* with the weights of the loss */
  int stops, far;
  uint64_t dice; /* where its dice begin */
} Row;

static const char *weights_of(Case *k, const char *name, const Type *t) {
  Dims d = {t->rank, {0}};
  for (int i = 0; i < t->rank; i++)
    d.dim[i] = t->dim[i];
  text_add(&k->lines, "  %s = input(\"%s\", shape: %s%s)\n", name, name, dims_text(k, d),
           t->batched ? "" : ", shared: true");
  return all_axes(k, t->rank);
}

/* Sums a value of that type with random weights; says the sum's expression. */
static const char *weighed(Case *k, const char *x, const Type *t) {
  const char *weights = say(k, "r_%s", x);
  const char *axes = weights_of(k, weights, t);
  return say(k, "batch_sum(%s * %s, axes: %s)", x, weights, axes);
}

static const Type *type_named(Case *k, const char *name, Graph **g) {
  *g = fixture_graph(k->c, arena_printf(k->c->mem, "graph g {\n%s  show y: %s\n}\n", text_str(&k->lines), name));
  return graph_type(*g, (*g)->outputs.at[0].val);
}

static void show_gradients(Case *k, Text *shows, const char *of, char prefix) {
  for (int i = 0; i < k->leaves.count; i++) {
    text_add(&k->lines, "  %c%d = grad(%s, %s)\n", prefix, i, of, k->leaves.at[i]);
    text_add(shows, "  show %c%d: %c%d\n", prefix, i, prefix, i);
  }
}

/* y; the loss l and its gradients g0, g1 ...; a loss s of those and its gradients h0 ... */
static Graph *graph_of(Ctx *c, Row *w) {
  Case k = {.c = c, .far = w->far, .lines = {.mem = c->mem}};
  Text shows = {.mem = c->mem};
  Graph *g;
  dice_state = w->dice;
  const char *y = case_of(&k, w->row);
  text_add(&k.lines, "  y = %s\n", y);
  text_add(&shows, "  show y: y\n");
  if (w->order) {
    const char *sum = weighed(&k, "y", type_named(&k, "y", &g));
    vec_push(c->mem, &k.leaves, "r_y");
    text_add(&k.lines, "  l = %s\n", sum);
    text_add(&shows, "  show l: l\n");
    show_gradients(&k, &shows, "l", 'g');
  }
  if (w->order > 1) {
    Text sum = {.mem = c->mem};
    for (int i = 0; i < k.leaves.count; i++)
      text_add(&sum, "%s%s", i ? " + " : "", weighed(&k, say(&k, "g%d", i), type_named(&k, k.leaves.at[i], &g)));
    text_add(&k.lines, "  s = %s\n", text_str(&sum));
    text_add(&shows, "  show s: s\n");
    show_gradients(&k, &shows, "s", 'h');
  }
  w->stops = k.stops;
  w->leaves.count = 0;
  for (int i = 0; i < k.leaves.count; i++)
    vec_push(c->mem, &w->leaves, k.leaves.at[i]);
  return fixture_graph(c, arena_printf(c->mem, "graph g {\n%s%s}\n", text_str(&k.lines), text_str(&shows)));
}

static int was_refused(Ctx *c) {
  int other = 0;
  for (int i = 0; i < c->diags->list.count; i++)
    other |= c->diags->list.at[i]->row != &diag_rows[D_NO_GRADIENT];
  if (other || !c->diags->list.count)
    diags_render(c, DIAG_PLAIN, stderr);
  return c->diags->list.count && !other;
}

/* The highest order, up to 2, that is not refused. What op.def promises must not be. */
static int order_of(Row *w) {
  for (w->order = 2;; w->order--) {
    Ctx *c = fixture_ctx();
    w->leaves.at = NULL, w->leaves.room = 0;
    PassOptions o = {.lanes = gen_lanes(NULL)};
    int made = pass_run(graph_of(c, w), PASS_autodiff, &o) != NULL;
    if (!made && (!was_refused(c) || w->order <= w->row->differentiable))
      fail_msg("%s: the gradient of order %d is refused", name_text(c->names, w->row->name), w->order);
    fixture_free(c);
    w->leaves.at = NULL, w->leaves.room = 0;
    if (made)
      return w->order;
  }
}

/* ---- finite differences ---- */

static Val shown(const Graph *g, const char *name) {
  for (int i = 0; i < g->outputs.count; i++)
    if (!strcmp(name_text(g->c->names, g->outputs.at[i].name), name))
      return g->outputs.at[i].val;
  fail_msg("nothing shows %s", name);
  return 0;
}

static double loss_at(const Graph *g, Val loss, Feed d, double by) {
  d.by = by;
  return truth_eval(g, &d)[loss][0];
}

/* d loss along the direction of `d` in a leaf, by differences and by its gradient. */
static int slope_agrees(const Graph *g, Val loss, Val gradient, Feed d, Text *why) {
  const double step = 1e-5, *at = truth_eval(g, &d)[gradient];
  const char *name = name_text(g->c->names, d.moved);
  double slope = (loss_at(g, loss, d, step) - loss_at(g, loss, d, -step)) / (2 * step), sum = 0, size = 0;
  int64_t count = value_count(g, gradient, d.batch);
  for (int64_t i = 0; i < count; i++) {
    double part = at[i] * data_direction(&d, name, i);
    sum += part;
    size += part * part;
  }
  size = sqrt(size) + 0.01 * norm(at, count) + 1e-3;
  if (fabs(slope - sum) <= 1e-5 * size)
    return 1;
  text_add(why, "along %s%s the slope is %.9g, its gradient says %.9g", name, d.only < 0 ? "" : " (one element)", slope,
           sum);
  return 0;
}

static int gradient_agrees(const Graph *g, const char *loss, char prefix, int which, Feed d, Text *why) {
  Val gradient = shown(g, arena_printf(d.mem, "%c%d", prefix, which));
  for (int turn = 0; turn < 3; turn++) {
    d.only = turn ? dice((int)value_count(g, gradient, d.batch)) : -1;
    if (!slope_agrees(g, shown(g, loss), gradient, d, why))
      return 0;
  }
  return 1;
}

/* A kink may lie between two points of one set of data; not in three sets. */
static void check_gradients(const Row *w, const Graph *truth) {
  Ctx *c = truth->c;
  for (int order = 1; order <= w->order && !w->stops; order++)
    for (int i = 0; i < w->leaves.count; i++) {
      Text why = {.mem = c->mem};
      int good = 0;
      for (uint64_t seed = 1; seed <= 3 && !good; seed++) {
        Arena *mem = arena_new();
        Feed d = {.batch = 3, .seed = seed, .draw = draw_any, .mem = mem, .moved = name_of(c->names, w->leaves.at[i])};
        good = gradient_agrees(truth, order == 1 ? "l" : "s", order == 1 ? 'g' : 'h', i, d, &why);
        arena_free(mem);
      }
      if (!good)
        fail_with(truth, name_text(c->names, w->row->name), text_str(&why));
    }
}

static void check_stopped(const Graph *truth, const Row *w) {
  Arena *mem = arena_new();
  Feed d = {.batch = 3, .seed = 1, .draw = draw_any, .mem = mem};
  double **value = truth_eval(truth, &d);
  for (int i = 0; i + 1 < w->leaves.count; i++) {
    Val v = shown(truth, arena_printf(mem, "g%d", i));
    if (norm(value[v], value_count(truth, v, 3)) != 0)
      fail_with(truth, "stop", "a gradient came through");
  }
  arena_free(mem);
}

/* ---- compiled ---- */

typedef struct {
  Row row;
  const Graph *truth;
} Entry;

static void compare(const Rig *r, int i, const Entry *e, Draw *draw, int64_t batch, struct net_pool *pool) {
  for (uint64_t seed = 1;;
       seed++) { /* a step of floor, or a kink, may part floats from doubles; not in three sets of data */
    Arena *mem = arena_new();
    Text why = {.mem = r->c->mem};
    Feed d = {.batch = batch, .seed = seed, .draw = draw, .mem = mem};
    double **want = truth_eval(e->truth, &d);
    int good = made_agrees(e->truth, want, rig_run(r, i, &d, pool).made, batch, 2e-5, &why);
    arena_free(mem);
    if (good)
      return;
    if (seed == 3)
      fail_with(r->graphs.at[i], name_text(r->c->names, e->row.row->name), text_str(&why));
  }
}

typedef int Chosen(const OpRow *row);

static void rows_add(Rig *r, Chosen *chosen, int shapes, int far, void *entries) {
  Vec(Entry) *list = entries;
  for (int id = 0; id < OP_COUNT; id++)
    for (int i = 0; i < shapes && chosen(op_row(r->c, (OpId)id)); i++) {
      Arena *mem = arena_new();
      Entry e = {.row = {.row = op_row(r->c, (OpId)id), .far = far, .dice = mix((uint64_t)(1000 * id + i))}};
      order_of(&e.row);
      Graph *g = graph_of(r->c, &e.row);
      Feed d = {.batch = 2, .seed = 9, .draw = draw_any, .mem = mem};
      Graph *made = judged_passes(g, d, PASS_COUNT, &e.truth);
      assert_non_null(made);
      rig_add(r, made);
      vec_push(r->c->mem, list, e);
      arena_free(mem);
    }
}

static void rows_check(Chosen *chosen) {
  Rig r = rig_new(fixture_ctx());
  struct net_pool *pool = pool_open(2);
  Vec(Entry) list = {0};
  rows_add(&r, chosen, SHAPES, 0, &list);
  for (int i = 0; i < list.count; i++) {
    check_gradients(&list.at[i].row, list.at[i].truth);
    if (list.at[i].row.stops)
      check_stopped(list.at[i].truth, &list.at[i].row);
  }
  rig_link(&r);
  for (int i = 0; i < list.count; i++) {
    compare(&r, i, &list.at[i], draw_any, 1, pool);
    compare(&r, i, &list.at[i], draw_any, 3, pool);
    compare(&r, i, &list.at[i], draw_coarse, 3, NULL);
  }
  pool_close(pool);
  rig_free(&r);
  fixture_free(r.c);
}

#define LOWERED(what, tag)                                                                                             \
  static int is_##what(const OpRow *row) {                                                                             \
    return row->lower == tag;                                                                                          \
  }                                                                                                                    \
  static void test_##what(void **state) {                                                                              \
    (void)state;                                                                                                       \
    rows_check(is_##what);                                                                                             \
  }
LOWERED(leaves, LOWER_LEAF)
LOWERED(elementwise, LOWER_EACH)
LOWERED(reductions, LOWER_REDUCE)
LOWERED(convolutions, LOWER_CONV)
LOWERED(pools, LOWER_POOL)
LOWERED(products, LOWER_GEMM)
LOWERED(moves, LOWER_MOVE)
LOWERED(indices, LOWER_GATHER)
LOWERED(randomness, LOWER_RANDOM)
LOWERED(calls, LOWER_CALL)

/* ---- refused ---- */

static void test_refused(void **state) {
  (void)state;
  static const struct {
    OpId op;
    int order; /* asking once more is refused */
  } rows[] = {{OP_batch_max, 0}, {OP_to_blocked, 0}, {OP_to_plain, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Ctx *c = fixture_ctx();
    Row w = {.row = op_row(c, rows[i].op), .dice = i};
    assert_int_equal(order_of(&w), rows[i].order);
    fixture_free(c);
  }
}

/* ---- what was wrong once ---- */

static const char *const once_wrong[] = {
    /* a filter of which only padding is seen: nothing to pack, and no gradient but 0 */
    "x = input(\"a\", shape: [17, 1, 5])  y = input(\"b\", shape: [2, 2, 6])  show y: "
    "conv2d_weight_grad_over(to_blocked(x, lanes: %d), y, "
    "kernel: [1, 1], stride: [3, 1], pad: [1, 2, 1, 0])",
    /* the batch size lies nowhere, so no reshape sees it where it lies */
    "x = input(\"a\", shape: [2, 3])  show y: x * reshape(batch_size(), shape: [1, 1])",
    /* words of the grammar for names */
    "x = input(\"a\", shape: [2, 3])  z = 1 - x  show y: x and z  show z: x or z  show w: not x",
    /* spread over the batch from blocks to blocks */
    "x = input(\"a\", shape: [17, 2, 3], shared: true)  show y: tanh(expand(to_blocked(x, lanes: %d), shape: [17, 2, "
    "3], batched: 1))",
    /* indices that lie nowhere */
    "x = input(\"a\", shape: [4, 3])  t = input(\"b\", shape: [4, 3], shared: true)  s = scalar(\"s\")  show y: gather(x, 2)  "
    "show z: take(t, s)  show u: one_hot(1, size: 3)  show v: pick(reduce_sum(x, axes: [1]), 3, axis: 0)  show w: "
    "scatter(1, x, size: 2)  show p: gather(t, batch_size())",
    /* whole numbers in the place of others */
    "x = input(\"a\", shape: [4, 6])  i = top(x, count: 3)  show y: argmax(i, axis: 1)  show z: gather(i, argmax(x, axis: 0))  "
    "show u: rank(i, limit: 1)",
    /* the gradient of a table's gradient */
    "i = input(\"i\", shape: [3], int: true)  t = input(\"a\", shape: [4], shared: true)  w = input(\"b\", shape: [3]) "
    " l = batch_sum(w * w * "
    "take(t, i), axes: [0])  g = grad(l, t)  show h: grad(reduce_sum(g * g, axes: [0]), w)",
};

static void test_once_wrong(void **state) {
  (void)state;
  Rig r = rig_new(fixture_ctx());
  Vec(Entry) list = {0};
  for (size_t i = 0; i < sizeof once_wrong / sizeof *once_wrong; i++) {
    Arena *mem = arena_new();
    Entry e = {.row = {.row = op_row(r.c, OP_each)}};
    Text text = {.mem = r.c->mem};
    for (const char *s = arena_printf(mem, once_wrong[i], gen_lanes(NULL)); *s; s++)
      text_add_len(&text, s[0] == ' ' && s[1] == ' ' ? "\n" : s, 1);
    Graph *g = fixture_graph(r.c, arena_printf(mem, "graph g {\n%s\n}\n", text_str(&text)));
    rig_add(&r, judged_passes(g, (Feed){.batch = 2, .seed = 9, .draw = draw_any, .mem = mem}, PASS_COUNT, &e.truth));
    vec_push(r.c->mem, &list, e);
    arena_free(mem);
  }
  rig_link(&r);
  for (int i = 0; i < list.count; i++)
    compare(&r, i, &list.at[i], draw_coarse, 3, NULL);
  rig_free(&r);
  fixture_free(r.c);
}

/* ---- far out ---- */

static int is_each_row(const OpRow *row) {
  return row->each;
}

enum { FLOAT_RANGE = 37 };

static int in_range(double x) {
  return fabs(x) < pow(10, FLOAT_RANGE);
}

/* Elements do not meet: where the value is a float, all derivatives are to be numbers, and near the truth for one
 * operand. */
static void check_far(const Rig *r, int which, const Entry *e) {
  Arena *mem = arena_new();
  const Graph *g = e->truth;
  const OpRow *row = e->row.row;
  Feed d = {.batch = 1, .seed = 5, .draw = draw_far, .mem = mem};
  double **want = truth_eval(g, &d), **is = rig_run(r, which, &d, NULL).made;
  const double *y = want[shown(g, "y")];
  for (int i = 0; i < g->outputs.count; i++) {
    Val v = g->outputs.at[i].val;
    for (int64_t k = 0; k < type_size(graph_type(g, v)) && graph_type(g, v)->rank; k++) {
      double w = want[v][k];
      if (!in_range(y[k]) || (isfinite(w) && !in_range(w)))
        continue;
      if (isfinite(w) && isfinite(is[i][k]) && (row->operands > 1 || fabs(w - is[i][k]) <= 1e-5 + 1e-4 * fabs(w)))
        continue;
      double x = data_leaf(&d, g, 1)[k];
      fail_with(g, name_text(r->c->names, row->name),
                arena_printf(mem, "%s of %g is %g, compiled %g", made_name(g, i), x, w, is[i][k]));
    }
  }
  arena_free(mem);
}

static void test_far_out(void **state) {
  (void)state;
  Rig r = rig_new(fixture_ctx());
  Vec(Entry) list = {0};
  rows_add(&r, is_each_row, 1, 1, &list);
  rig_link(&r);
  for (int i = 0; i < list.count; i++)
    check_far(&r, i, &list.at[i]);
  rig_free(&r);
  fixture_free(r.c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_leaves),       cmocka_unit_test(test_elementwise), cmocka_unit_test(test_reductions),
      cmocka_unit_test(test_convolutions), cmocka_unit_test(test_pools),       cmocka_unit_test(test_products),
      cmocka_unit_test(test_moves),        cmocka_unit_test(test_indices),     cmocka_unit_test(test_randomness),
      cmocka_unit_test(test_calls),        cmocka_unit_test(test_refused),      cmocka_unit_test(test_once_wrong),  cmocka_unit_test(test_far_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
