/* Random networks, from their texts to running code: the training step's loss, reports, gradients, new weights and
   statistics, the evaluation and the prediction are what the interpreter makes of the expanded graphs; every pass on
   the way keeps the meaning; and threads, one or three, change not a bit. */
#include "front/program.h"
#include "random_net.h"
#include "rig.h"

#ifdef __SANITIZE_ADDRESS__
enum { NETS = 20, LARGE_NETS = 1 };
#else
enum { NETS = 200, LARGE_NETS = 8 };
#endif
enum {
  TOGETHER = 10,
  SMALL = 16,
  LARGE = 48
}; /* nets in one library; sides of planes, the large with work for threads */

static double draw_net(const Graph *g, Val leaf, double u) {
  const Node *n = graph_node(g, leaf);
  const char *name = name_text(g->c->names, n->name);
  if (n->op == OP_scalar)
    return 0.1 + 0.1 * u;
  if (n->op == OP_input)
    return !strcmp(name, "mask") ? u < 0.5 : graph_type(g, leaf)->elem == I32 ? floor(CLASSES * u) : 2 * u - 1;
  const char *init = name_text(g->c->names, graph_attr(g, leaf, "init")->text);
  const double *values = graph_attr(g, leaf, "values")->list;
  if (!strcmp(init, "uniform"))
    return values[0] + (values[1] - values[0]) * u;
  return values[0] + 0.4 * (u - 0.5); /* a constant, and what training may have made of it */
}

typedef struct {
  const char *text; /* of the net */
  const Graph *truth;
} NetEntry;

static void net_fail(const NetEntry *e, const Graph *g, const char *why) {
  fprintf(stderr, "%s\n", e->text);
  fail_with(g, "a random net", why);
}

/* Compares; other data decide when a kink (or the largest of two equals) parts floats from doubles. */
static void net_check(const Rig *r, int i, const NetEntry *e, int64_t batch, struct net_pool *pool) {
  for (uint64_t seed = 1;; seed++) {
    Arena *mem = arena_new();
    Text why = {.mem = r->c->mem};
    Feed d = {.batch = batch, .seed = seed, .draw = draw_net, .mem = mem};
    Made one = rig_run(r, i, &d, NULL), many = rig_run(r, i, &d, pool);
    if (memcmp(one.raw, many.raw, one.raw_bytes))
      net_fail(e, r->graphs.at[i], "threads change the result");
    int good = made_agrees(e->truth, truth_eval(e->truth, &d), one.made, batch, 3e-5, &why);
    arena_free(mem);
    if (good)
      return;
    if (seed == 3)
      net_fail(e, r->graphs.at[i], text_str(&why));
  }
}

/* What is only looked at along the way becomes a result like others. */
static void show_taps(Graph *g) {
  for (int i = 0; i < g->outputs.count; i++)
    if (g->outputs.at[i].kind == OUT_TAP)
      g->outputs.at[i] = (Output){name_format(g->c->names, "tap_%d", i), g->outputs.at[i].val, OUT_SHOW};
}

/* The training step, and the evaluation, the prediction or what explains it; every eighth without fusion. */
static void net_add(Rig *r, const char *text, int which, void *entries) {
  Vec(NetEntry) *list = entries;
  Ctx *c = r->c;
  uint32_t first = source_add(c->src, "random.net", text, strlen(text), 0);
  const Ast *file = ast_parse(c, PARSE_FILE, first);
  Program *p = diag_errors(c->diags) ? NULL : program_of(c, file, first, "random.net", NULL, 0);
  if (!p || diag_errors(c->diags)) {
    fputs(text, stderr);
    diags_render(c, DIAG_PLAIN, stderr);
    fail_msg("a random net is refused");
  }
  Entry entry[8];
  int count = program_entries(p, entry, 8); /* step, evaluation, prediction, and what explains that if it is of classes */
  assert_in_range(count, 3, 4);
  const int chosen[] = {0, 1 + which % (count - 1)};
  for (int k = 0; k < 2; k++) {
    Arena *mem = arena_new();
    NetEntry e = {.text = text};
    show_taps(entry[chosen[k]].graph);
    Graph *g = judged_passes(entry[chosen[k]].graph, (Feed){.batch = 2, .seed = 9, .draw = draw_net, .mem = mem},
                             which % 8 ? PASS_COUNT : PASS_fuse, &e.truth);
    arena_free(mem);
    if (!g) {
      fputs(text, stderr);
      diags_render(c, DIAG_PLAIN, stderr);
      fail_msg("a random net is refused");
    }
    rig_add(r, g);
    vec_push(c->mem, list, e);
  }
}

static void nets_check(int from, int count, int largest) {
  Rig r = rig_new(fixture_ctx());
  struct net_pool *pool = pool_open(3);
  Vec(NetEntry) list = {0};
  for (int i = from; i < from + count; i++) {
    dice_state = mix((uint64_t)i);
    net_add(&r, random_net(r.c->mem, largest), i, &list);
  }
  rig_link(&r);
  for (int i = 0; i < list.count; i++) {
    net_check(&r, i, &list.at[i], 1 + i % 2, pool);
    net_check(&r, i, &list.at[i], 3, pool);
  }
  pool_close(pool);
  rig_free(&r);
  fixture_free(r.c);
}

static void test_small(void **state) {
  (void)state;
  for (int i = 0; i < NETS; i += TOGETHER)
    nets_check(i, TOGETHER, SMALL);
}

static void test_large(void **state) {
  (void)state;
  nets_check(NETS, LARGE_NETS, LARGE);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_small), cmocka_unit_test(test_large)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
