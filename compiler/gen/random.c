/* random: uniform and normal numbers by the runtime's counter-based generator, piece by piece of each sample. */
#include "runtime/netrt.h"
#include "base/bug.h"
#include "gen/emit.h"

enum { PIECE = 4096 };
typedef struct {
  const char *function;
  int64_t size;
  uint32_t site;
} Random;

static void build_random(Emit *e, void *user) {
  const Random *r = user;
  int64_t pieces = (r->size + PIECE - 1) / PIECE;
  Ir out = kernel_pointer(e, 0), site = LLVMBuildTrunc(e->builder, kernel_number(e, 1), e->i32, ""), from, to;
  Ir seed = run_field(e, e->run, offsetof(struct net_run, seed), e->i64),
     step = run_field(e, e->run, offsetof(struct net_run, step), e->i64);
  Ir numbers = run_field(e, e->run, offsetof(struct net_run, sample), e->ptr);
  LLVMTypeRef params[] = {e->ptr, e->i64, e->i64, e->i64, e->i64, e->i64, e->i32};
  Ir fill = gen_function(e, r->function, e->nothing, params, 7);
  kernel_range(e, imulk(e, kernel_batch(e), pieces), &from, &to);
  Loop l;
  loop_begin(e, &l, from, to, 1, NULL, 0);
  Ir n = idiv(e, l.iv, k64(e, pieces)), first = imulk(e, irem(e, l.iv, k64(e, pieces)), PIECE);
  Ir count = imin(e, isub(e, k64(e, r->size), first), k64(e, PIECE));
  Ir sample = load_type(e, e->i64, LLVMBuildGEP2(e->builder, e->i64, numbers, &n, 1, ""), 8);
  Ir args[] = {at(e, out, iadd(e, imulk(e, n, r->size), first)), first, count, seed, step, sample, site};
  call(e, fill, args, 7);
  loop_end(e, &l);
}

void lower_random(Gen *g, const Plan *p, int step) {
  Val v = p->steps.at[step].val;
  const Type *t = graph_type(p->g, v);
  BUG_IF(t->lanes || !t->batched);
  int normal = graph_node(p->g, v)->op == OP_normal;
  Random r = {.function = normal ? "nrt_normal" : "nrt_uniform",
              .size = type_size(t),
              .site = (uint32_t)graph_attr(p->g, v, "site")->number};
  Emit *e = &g->e;
  Ir kernel = gen_kernel(g, normal ? "normal" : "uniform", arena_printf(g->c->mem, "%lld", (long long)r.size), 0,
                         build_random, &r);
  Ir args[] = {entry_out(g), entry_number(g, k64(e, r.site))};
  entry_launch(
      g, kernel, args, 2,
      entry_chunks(g, imulk(e, entry_batch(g), (r.size + PIECE - 1) / PIECE), (r.size < PIECE ? r.size : PIECE)));
}
