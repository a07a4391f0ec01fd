/* Generated code against the interpreter: graphs are compiled to one shared object, run for a few batch sizes and chunk
   orders, and compared output by output. */
#include "gen_rig.h"

/* ---- running ---- */

static const double *leaf(void *batch, const Graph *g, Val v) {
  const Type *t = graph_type(g, v);
  int64_t count = type_size(t) * (t->batched ? *(int64_t *)batch : 1);
  double *data = arena_alloc(g->c->mem, sizeof *data * (size_t)(count + 1));
  for (int64_t i = 0; i < count; i++)
    if (t->elem == I32)
      data[i] = (double)((i * 7 + v) % 9 - 1);
    else
      data[i] = graph_node(g, v)->op == OP_scalar ? 0.5 : (double)((i * 37 + v * 101 + i / 199) % 199 - 99) / 64.0;
  return data;
}

static void fill(const Type *t, void *to, const double *from, int64_t batch) {
  for (int64_t i = 0, count = type_size(t) * (t->batched ? batch : 1); i < count; i++)
    if (t->elem == I32)
      ((int32_t *)to)[i] = (int32_t)from[i];
    else
      ((float *)to)[i] = (float)from[i];
}

static void check(const Plan *p, Val v, const char *what, const void *is, const double *expected, int64_t batch) {
  const Type *t = graph_type(p->g, v);
  for (int64_t i = 0, count = type_size(t) * (t->batched ? batch : 1); i < count; i++) {
    double x = t->elem == I32 ? ((const int32_t *)is)[i] : ((const float *)is)[i], y = expected[i];
    if (x == y || (isnan(x) && isnan(y)))
      continue;
    if (!(fabs(x - y) <= 2e-5 * (1 + fabs(y)))) {
      Text text = {.mem = p->g->c->mem};
      graph_print(p->g, &text);
      fail_msg("%s[%d] of %d is %.9g, the interpreter says %.9g; batch %d\n%s", what, (int)i, (int)count, x, y,
               (int)batch, text_str(&text));
    }
  }
}

static void run(Rig *r, const Plan *p, int64_t batch) {
  Ctx *c = r->c;
  const Graph *g = p->g;
  struct net_run run = {.batch = batch, .seed = 0x123456789ABCull, .step = 3};
  int64_t *sample = memory(c, 8 * batch, 0);
  for (int64_t i = 0; i < batch; i++)
    sample[i] = 100 - 7 * i;
  run.sample = sample;
  run.base[NET_ARENA] = memory(c, plan_arena(p, batch), 0xFF);
  run.base[NET_WORK] = memory(c, p->work, 0xFF);
  float *params = run.base[NET_PARAMS] = memory(c, 4 * r->params->param_floats, 0xFF);
  double *scalars = run.base[NET_SCALARS] = memory(c, 8 * (r->params->scalars.count + 1), 0);
  for (int i = 0; i < r->params->scalars.count; i++)
    scalars[i] = 0.5;
  for (Val v = 1; v < (Val)g->nodes.count; v++) {
    const Node *n = graph_node(g, v);
    if (n->op == OP_param)
      fill(graph_type(g, v), params + params_find(r->params, n->name)->offset, leaf(&batch, g, v), batch);
    for (int i = 0; n->op == OP_input && i < p->inputs.count; i++)
      if (p->inputs.at[i] == n->name)
        fill(graph_type(g, v), run.base[NET_IO + i] = memory(c, type_bytes(graph_type(g, v)) * batch + 64, 0xFF),
             leaf(&batch, g, v), batch);
  }
  for (int i = 0; i < g->outputs.count; i++)
    run.base[NET_IO + p->inputs.count + i] =
        memory(c, type_bytes(graph_type(g, g->outputs.at[i].val)) * batch + 64, 0xFF);
  EvalInput in = {batch, run.seed, run.step, sample, leaf, &batch};
  double **value = graph_eval(g, &in, c->mem);
  void (*entry)(struct net_run *);
  *(void **)&entry = dlsym(r->library, arena_printf(c->mem, "net_entry_%s", name_text(c->names, g->name)));
  assert_non_null(*(void **)&entry);
  entry(&run);
  for (int i = 0; i < g->outputs.count; i++) {
    Val v = g->outputs.at[i].val;
    const Type *t = graph_type(g, v);
    const uint32_t *after =
        (uint32_t *)run.base[NET_IO + p->inputs.count + i] + type_size(t) * (t->batched ? batch : 1);
    for (int k = 0; k < 16; k++)
      assert_int_equal(after[k], 0xFFFFFFFFu);
    check(p, v, name_text(c->names, g->outputs.at[i].name), run.base[NET_IO + p->inputs.count + i], value[v], batch);
  }
  for (int i = 0; i < g->updates.count; i++) {
    const Node *n = graph_node(g, g->updates.at[i].param);
    check(p, g->updates.at[i].param, name_text(c->names, n->name), params + params_find(r->params, n->name)->offset,
          value[g->updates.at[i].value], batch);
  }
}

static void rig_run(Rig *r) {
  static const int64_t batches[] = {1, 3, 8};
  rig_link(r);
  for (int i = 0; i < r->plans.count; i++)
    for (int b = 0; b < 3; b++)
      run(r, r->plans.at[i], batches[b]);
  rig_free(r);
}

/* ---- elementwise ---- */

static const int channels[] = {1, 3, 5, 8, 17, 24};
enum { CHANNELS = sizeof channels / sizeof *channels };

static const char *const plain_formulas =
    "  show a: x*y + s\n  show b: relu(x) * y\n  show c: where(x > c, x - c, y / (2 + c*c))\n"
    "  show d: sqrt(x*x + 1) - p + r\n  show e: exp(w) + x*p*w\n  show f: (x > 0 and not (y < 0)) + (x == y or c != "
    "p)\n"
    "  show g: abs(x) + sign(y) + floor(x) + ceil(y) + round(x*3) + minimum(x, y) + x %% 2\n"
    "  show h: x^3 + (x*x + 1)^(0 - 1.5) + (x*x + 1)^y + 2 * batch_size()\n"
    "  show i: (1 - r^(k + 1)) * x\n  show j: expand(p, shape: [%d, %d, %d]) - 2\n  show k: stop(x)\n";

static void test_each_plain(void **state) {
  (void)state;
  Rig r = rig_new(0);
  static const int planes[][2] = {{1, 1}, {1, 7}, {4, 4}, {5, 3}, {20, 31}};
  for (int i = 0; i < CHANNELS; i++)
    for (int k = 0; k < 5; k++) {
      int C = channels[i], H = planes[k][0], W = planes[k][1];
      char text[4000];
      int n =
          snprintf(text, sizeof text,
                   "graph g {\n  x = input(\"x\", shape: [%d, %d, %d])\n  y = input(\"y\", shape: [%d, %d, %d])\n"
                   "  s = input(\"s\", shape: [])\n  c = input(\"c\", shape: [%d, 1, 1])\n  w = input(\"w\", shape: "
                   "[1, 1, %d])\n"
                   "  p = param(\"p%d_%d_%d\", shape: [%d, 1, 1], role: \"weight\", init: \"constant\", values: [0])\n"
                   "  r = scalar(\"lr\")\n  k = scalar(\"step\")\n",
                   C, H, W, C, H, W, C, W, C, H, W, C);
      n += snprintf(text + n, sizeof text - (size_t)n, plain_formulas, C, H, W);
      snprintf(text + n, sizeof text - (size_t)n, "}\n");
      rig_add(&r, text);
    }
  rig_run(&r);
}

static void each_ranks_of(int lanes) {
  Rig r = rig_new(lanes);
  rig_add(&r, "graph g {\n  x = input(\"x\", shape: [])\n  y = input(\"y\", shape: [], int: true)\n  z = input(\"z\", "
              "shape: [], shared: true)\n"
              "  show a: x*2 + y\n  show b: x*z\n  show c: z + 1\n  show d: y + 0.5\n}\n");
  rig_add(&r, "graph g {\n  x = input(\"x\", shape: [13])\n  b = param(\"b\", shape: [13], role: \"weight\", init: "
              "\"constant\", values: [0])\n"
              "  lr = scalar(\"lr\")\n  show a: x + b\n  show b: x*3\n  show c: b\n  show d: lr\n}\n");
  rig_add(&r, "graph g {\n  x = input(\"x\", shape: [2, 3, 4, 5])\n  y = input(\"y\", shape: [1, 3, 1, 5])\n  z = "
              "input(\"z\", shape: [2, 1, 4, 1])\n"
              "  show a: x*y + z\n  show b: y*z\n  show c: x - z\n}\n");
  rig_add(&r,
          "graph g {\n  x = input(\"x\", shape: [4000])\n  m = param(\"m\", shape: [16, 16], role: \"weight\", init: "
          "\"constant\", values: [0])\n"
          "  v = param(\"v\", shape: [16, 16], role: \"opt\", init: \"constant\", values: [0])\n  lr = scalar(\"lr\")\n"
          "  n = 0.9*v + m*m\n  next m = m - lr*n\n  next v = n\n  show a: tanh(x) + sigmoid(x)\n}\n");
  rig_run(&r);
}

static void test_each_ranks(void **state) {
  (void)state;
  for (int lanes = 4; lanes <= 16; lanes *= 2)
    each_ranks_of(lanes);
}

static void test_each_blocked(void **state) {
  (void)state;
  Rig r = rig_new(0);
  static const int planes[][2] = {{1, 2}, {1, 7}, {4, 4}, {20, 31}};
  for (int lanes = 4; lanes <= 16; lanes *= 2)
    for (int i = 1; i < CHANNELS; i++)
      for (int k = lanes == 8 ? 0 : 2; k < (lanes == 8 ? 4 : 3); k++) {
        int C = channels[i], H = planes[k][0], W = planes[k][1];
        char text[4000];
        snprintf(
            text, sizeof text,
            "graph g {\n  x0 = input(\"x\", shape: [%d, %d, %d])\n  y0 = input(\"y\", shape: [%d, %d, %d])\n"
            "  x = to_blocked(x0, lanes: %d)\n  y = to_blocked(y0, lanes: %d)\n"
            "  s = input(\"s\", shape: [])\n  c = input(\"c\", shape: [%d, 1, 1])\n  w = input(\"w\", shape: [1, %d, "
            "%d])\n"
            "  p = param(\"p%d\", shape: [%d, 1, 1], role: \"weight\", init: \"constant\", values: [0])\n"
            "  show a: to_plain(x*y + s)\n  show b: to_plain((x - c)*p + exp(c) + w)\n  show c: to_plain(exp(x + 1))\n"
            "  u = x*p + c + 1\n  show d: reduce_sum(to_plain(u*u + w), axes: [0])\n"
            "  show e: batch_sum(u + y, axes: [1, 2])\n  show f: to_plain(x + reduce_sum(u, axes: [1, 2], keep: 1)*p)\n"
            "  show g: reduce_max(u + y, axes: [0, 1, 2])\n  show h: reduce_sum(u*y, axes: [0])\n  show i: batch_sum(u "
            "+ 1, axes: [0, 1, 2])\n"
            "  show j: to_plain(u + batch_sum(u, axes: []))\n  show k: argmax(u + y, axis: 0)\n  show l: reduce_max(u, "
            "axes: [1])\n"
            "  show m: reduce_max(u, axes: [0, 1])\n  show n: to_plain(reduce_max(u, axes: [2], keep: 1) + u)\n"
            "  show o: batch_max(u, axes: [0, 2])\n}\n",
            C, H, W, C, H, W, lanes, lanes, C, H, W, C, C);
        rig_add(&r, text);
      }
  rig_run(&r);
}

/* ---- reductions ---- */

static void reduce_of(int lanes) {
  Rig r = rig_new(lanes);
  static const int shapes[][3] = {{1, 1, 1}, {3, 1, 5}, {1, 9, 1}, {7, 8, 9}, {2, 40, 50}, {3, 4, 33}, {70, 5, 64}};
  for (int i = 0; i < 7; i++) {
    char text[4000];
    int n = snprintf(text, sizeof text,
                     "graph g {\n  x = input(\"x\", shape: [%d, %d, %d])\n  c = input(\"c\", shape: [%d, 1, 1])\n",
                     shapes[i][0], shapes[i][1], shapes[i][2], shapes[i][0]);
    for (int mask = 0; mask < 8; mask++) {
      char axes[20] = "";
      for (int a = 0; a < 3; a++)
        if (mask >> a & 1)
          snprintf(axes + strlen(axes), 8, "%s%d", *axes ? ", " : "", a);
      const char *form = "  show a%d: batch_sum(x, axes: [%s])\n  show b%d: batch_max(x*c, axes: [%s])\n";
      n += snprintf(text + n, sizeof text - (size_t)n, form, mask, axes, mask, axes);
      if (mask)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      "  show c%d: reduce_sum(x - c, axes: [%s])\n  show d%d: reduce_max(x, axes: [%s], keep: 1)\n",
                      mask, axes, mask, axes);
    }
    n += snprintf(text + n, sizeof text - (size_t)n,
                  "  show e: argmax(x, axis: 0)\n  show f: argmax(x, axis: 1)\n  show h: argmax(x, axis: 2)\n}\n");
    rig_add(&r, text);
  }
  rig_add(&r,
          "graph g {\n  x = input(\"x\", shape: [])\n  p = param(\"p\", shape: [30], role: \"weight\", init: "
          "\"constant\", values: [0])\n"
          "  show a: batch_sum(x, axes: [])\n  show b: batch_max(x*x, axes: [])\n  show c: reduce_sum(p, axes: [0])\n"
          "  show d: reduce_max(p*2, axes: [0], keep: 1)\n}\n");
  rig_add(&r, "graph g {\n  x = input(\"x\", shape: [100, 300])\n  t = input(\"t\", shape: [])\n"
              "  a = batch_sum(x, t, axes: [0], formula: \"x0*x1 + 1\")\n  show a: a\n"
              "  show b: batch_sum(x, x, t, axes: [0, 1], formula: \"exp(x0)*x1 - x2\")\n  show c: reduce_sum(x, t, "
              "axes: [1], formula: \"(x0 - x1)^2\")\n}\n");
  rig_run(&r);
}

static void test_reduce(void **state) {
  (void)state;
  for (int lanes = 4; lanes <= 16; lanes *= 2)
    reduce_of(lanes);
}

/* ---- joint steps ---- */

/* Updates over their old values, of which others read too; sums of one domain; blocks with lanes to spare. */
static void joint_of_lanes(int lanes) {
  Rig r = rig_new(lanes);
  static const int shapes[][2] = {{1, 1}, {5, 7}, {64, 9}, {16, 100}};
  for (int i = 0; i < 4; i++) {
    char text[2000];
    const char *param = "  %s = param(\"%s%d\", shape: [%d, %d], role: \"opt\", init: \"constant\", values: [0])\n";
    int n = snprintf(text, sizeof text, "graph g {\n  r = scalar(\"r\")\n  x = input(\"x\", shape: [%d, %d])\n", shapes[i][0], shapes[i][1]);
    for (int k = 0; k < 3; k++) {
      const char *name = (const char *[]){"w", "m", "v"}[k];
      n += snprintf(text + n, sizeof text - (size_t)n, param, name, name, i, shapes[i][0], shapes[i][1]);
    }
    snprintf(text + n, sizeof text - (size_t)n,
             "  g = batch_sum(x, axes: [])\n  nm = m*0.9 + g*0.1\n  nv = v*0.9 + g*g\n"
             "  nw = w - nm/(sqrt(nv*nv) + 1)*r\n  next w = nw\n  next m = nm\n  next v = nv\n}\n");
    rig_add(&r, text);
  }
  for (int i = 0; i < CHANNELS; i++) {
    char text[2000];
    snprintf(text, sizeof text,
             "graph g {\n  x0 = input(\"x\", shape: [%d, 6, 5])\n  y0 = input(\"y\", shape: [%d, 6, 5])\n"
             "  m = input(\"m\", shape: [%d, 1, 1])\n  x = to_blocked(x0, lanes: %d)\n  y = to_blocked(y0, lanes: %d)\n"
             "  show a: batch_sum(y, axes: [1, 2])\n  show b: batch_sum(x, y, axes: [1, 2], formula: \"x0*x1 + 1\")\n"
             "  show c: batch_sum(x, m, axes: [1, 2], formula: \"x0 - x1\")\n"
             "  show d: reduce_sum(y0, axes: [0, 2])\n  show e: reduce_sum(x0, y0, axes: [0, 2], formula: \"x0*x1\")\n"
             "  u = each(x, y, m, formula: \"x0 + x1*x2 + 1\")\n  v = each(y, u, formula: \"exp(x0/9) - x1\")\n"
             "  w = each(x, v, formula: \"x0*x1 + 2\")\n"
             "  show f: to_plain(u)\n  show g: to_plain(v)\n  show h: to_plain(w)\n}\n",
             channels[i], channels[i], channels[i], lanes, lanes);
    rig_add(&r, text);
  }
  for (int i = 0; i < r.plans.count; i++) {
    int joined = 0;
    for (int k = 0; k < r.plans.at[i]->steps.count; k++)
      joined += r.plans.at[i]->steps.at[k].joined;
    assert_true(joined >= (i < 4 ? 2 : 4));
  }
  rig_run(&r);
}

static void test_joint(void **state) {
  (void)state;
  for (int lanes = 4; lanes <= 16; lanes *= 2)
    joint_of_lanes(lanes);
}

/* ---- slices read where they lie ---- */

static void slices_of(int lanes) {
  Rig r = rig_new(lanes ? lanes : 8);
  char in[200] = "", text[3000];
  const char *plain = lanes ? "to_plain" : "stop";
  if (lanes)
    snprintf(in, sizeof in, "to_blocked(%%s, lanes: %d)", lanes);
  for (int start = 0; start <= 32; start += 16)
    for (int stop = start + 16; stop <= 40; stop += stop == 32 ? 8 : 16) {
      int c = stop - start;
      char x[100], y[100];
      snprintf(x, sizeof x, lanes ? in : "%s", "x0*2");
      snprintf(y, sizeof y, lanes ? in : "%s", "y0");
      snprintf(text, sizeof text,
               "graph g {\n  x0 = input(\"x\", shape: [40, 6, 4])\n  y0 = input(\"y\", shape: [%d, 6, 4])\n"
               "  w = param(\"sw%d\", shape: [%d, %d, 1, 1], role: \"weight\", init: \"constant\", values: [0])\n"
               "  x = %s\n  y = %s\n  s = slice(x, axis: 0, start: %d, stop: %d)\n  small = avgpool(y, size: [2, 2], stride: [2, 2])\n"
               "  up = resize(s, size: [12, 8])\n  down = resize_grad(s, size: [3, 2])\n  top = maxpool(s, size: [2, 2], stride: [2, 2])\n"
               "  back = maxpool_grad(y, y, s, s, size: [1, 1], stride: [1, 1], formula: \"x0 + x3\")\n"
               "  made = conv2d(y, w, s, lanes: %d, formula: \"x0 + x2\")\n"
               "  show a: %s(each(y, s, formula: \"x0*x1 + 1\"))\n  show b: batch_sum(s, axes: [1, 2])\n"
               "  show c: reduce_sum(s, y, axes: [0, 2], formula: \"x0 - x1\")\n  show d: %s(up)\n  show e: %s(down)\n"
               "  show f: %s(top)\n  show h: %s(back)\n  show i: %s(made)\n  show j: %s(small)\n}\n",
               c, 100 * start + stop, c, c, x, y, start, stop, lanes, plain, plain, plain, plain, plain, plain, plain);
      rig_add(&r, text);
    }
  for (int i = 0; i < r.plans.count; i++) {
    const Plan *p = r.plans.at[i];
    for (int k = 0; k < p->steps.count; k++)
      assert_int_not_equal(graph_node(p->g, p->steps.at[k].val)->op, OP_slice);
  }
  rig_run(&r);
}

static void test_slices(void **state) {
  (void)state;
  for (int lanes = 4; lanes <= 16; lanes *= 2)
    slices_of(lanes);
  slices_of(0);
}

/* ---- moves and gathers ---- */

static void move_of(int lanes) {
  Rig r = rig_new(lanes);
  static const int shapes[][3] = {{1, 1, 1}, {3, 1, 5}, {16, 9, 1}, {8, 8, 8}, {2, 40, 50}, {24, 4, 33}};
  for (int i = 0; i < 6; i++) {
    char text[4000];
    const int *s = shapes[i];
    snprintf(text, sizeof text,
             "graph g {\n  x = input(\"x\", shape: [%d, %d, %d])\n  p = param(\"q%d\", shape: [%d, %d, %d], role: "
             "\"weight\", init: \"constant\", values: [0])\n"
             "  show a: concat(x, p, x*2, axis: 0)\n  show b: concat(x, p, axis: 1)\n  show c: concat(x, x + 1, p, "
             "axis: 2)\n"
             "  show d: pad(x, axis: 0, before: 1, after: 0)\n  show e: pad(x, axis: 1, before: 2, after: 3)\n  show "
             "f: pad(x, axis: 2, before: 1, after: 9)\n"
             "  show g: slice(pad(x, axis: 2, before: 1, after: 9), axis: 2, start: 2, stop: 8)\n  show h: "
             "slice(concat(x, x, axis: 0), axis: 0, start: 1, stop: 2)\n"
             "  show i: transpose(x, perm: [0, 2, 1])\n  show j: transpose(x, perm: [2, 1, 0])\n  show k: transpose(x, "
             "perm: [1, 0, 2])\n"
             "  show l: transpose(x, perm: [1, 2, 0])\n  show m: reshape(x, shape: [%d])\n  show n: x\n  show o: p\n"
             "  show q: transpose(p, perm: [2, 0, 1])\n}\n",
             s[0], s[1], s[2], i, s[0], s[1], s[2], s[0] * s[1] * s[2]);
    rig_add(&r, text);
  }
  for (int lanes = 4; lanes <= 16; lanes *= 2) {
    char text[4000];
    snprintf(text, sizeof text,
             "graph g {\n  a0 = input(\"a\", shape: [16, 5, 6])\n  b0 = input(\"b\", shape: [7, 5, 6])\n"
             "  a = to_blocked(a0, lanes: %d)\n  b = to_blocked(b0, lanes: %d)\n  c = concat(a, b, axis: 0)\n  show a: "
             "to_plain(c)\n"
             "  show b: to_plain(slice(c, axis: 0, start: 16, stop: 23))\n  show c: to_plain(pad(b, axis: 1, before: "
             "2, after: 1))\n"
             "  show d: to_plain(pad(b, axis: 2, before: 1, after: 0))\n  show e: to_plain(concat(b, b, axis: 1))\n"
             "  show f: to_plain(slice(b, axis: 2, start: 1, stop: 4))\n  show g: to_plain(slice(a, axis: 1, start: 1, "
             "stop: 4))\n}\n",
             lanes, lanes);
    rig_add(&r, text);
  }
  rig_add(&r, "graph g {\n  x = input(\"x\", shape: [4, 3, 5, 6])\n  i = input(\"i\", shape: [3], int: true)\n  show "
              "a: transpose(x, perm: [0, 2, 1, 3])\n"
              "  show b: transpose(x, perm: [3, 0, 2, 1])\n  show c: transpose(x, perm: [0, 3, 1, 2])\n  show d: "
              "concat(i, i, axis: 0)\n"
              "  show e: slice(i, axis: 0, start: 1, stop: 3)\n  show f: batch_size()\n  show h: i\n}\n");
  rig_run(&r);
}

static void test_move(void **state) {
  (void)state;
  for (int lanes = 4; lanes <= 16; lanes *= 2)
    move_of(lanes);
}

static void gather_of(int lanes) {
  Rig r = rig_new(lanes);
  rig_add(&r, "graph g {\n  x = input(\"x\", shape: [7])\n  k = input(\"k\", shape: [], int: true)\n  m = input(\"m\", "
              "shape: [5, 6], int: true)\n"
              "  y = input(\"y\", shape: [6, 5, 6])\n  t = param(\"t\", shape: [6, 11], role: \"weight\", init: "
              "\"constant\", values: [0])\n"
              "  q = param(\"q\", shape: [7, 2, 8], role: \"weight\", init: \"constant\", values: [0])\n  i = "
              "input(\"i\", shape: [4], int: true)\n"
              "  show a: pick(x, k, axis: 0)\n  show b: pick(y, m, axis: 0)\n  show c: one_hot(k, size: 7)\n  show d: "
              "one_hot(m, size: 5, axis: 0)\n"
              "  show e: one_hot(m, size: 5, axis: 2)\n  show f: one_hot(m, size: 3, axis: 1)\n  show h: take(t, i)\n  "
              "show j: take(q, k)\n"
              "  show l: take_over(i, take(t, i), size: 9)\n  show n: take_over(k, x, size: 4)\n  show o: pick(t, "
              "slice(concat(i, i, i, axis: 0), axis: 0, start: 1, stop: 12), axis: 0)\n}\n");
  rig_add(
      &r,
      "graph g {\n  show a: uniform(shape: [3, 5], site: 77)\n  show b: normal(shape: [9000], site: 4000000000)\n}\n");
  rig_run(&r);
}

static void test_gather(void **state) {
  (void)state;
  for (int lanes = 4; lanes <= 16; lanes *= 2)
    gather_of(lanes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_each_plain), cmocka_unit_test(test_each_ranks), cmocka_unit_test(test_each_blocked),
      cmocka_unit_test(test_reduce),     cmocka_unit_test(test_move),       cmocka_unit_test(test_gather),
      cmocka_unit_test(test_joint),
      cmocka_unit_test(test_slices),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
