/* call: operations without regular loops, each by a function of the runtime (net_part of netrt.h), a part of a sample at
   a time. Parts are chunks' units, and a part is computed alike whoever does it. Operands and results lie in rows. */
#include "base/bug.h"
#include "gen/emit.h"

enum { MOST_SET = 16 };
typedef struct {
  const char *function;
  int operands, count;              /* of set */
  int64_t stride[MAX_OPERANDS + 1]; /* floats from sample to sample, the result last; 0: shared */
  int64_t parts, cost;              /* of a sample; of a part, in vector operations */
  int64_t work;                     /* bytes */
  double set[MOST_SET];
} Call;

static void put(Call *s, double number) {
  BUG_IF(s->count == MOST_SET);
  s->set[s->count++] = number;
}

static int64_t sample_stride(const Graph *g, Val v) {
  const Type *t = graph_type(g, v);
  BUG_IF(t->lanes);
  return t->batched ? type_size(t) : 0;
}

static double setting(const Graph *g, Val v, const char *name) {
  return graph_attr(g, v, name)->number;
}

/* Along the last axis: n and how many of it are looked for. */
static void call_order(Call *s, const Type *x, int64_t wanted) {
  int64_t n = x->dim[x->rank - 1];
  s->parts = type_size(x) / n, s->cost = n + 8 * wanted;
  put(s, (double)n);
  put(s, (double)wanted);
}

enum { CHANNELS = 16 }; /* of a part, backward: runtime/roi.c */

/* map: [C, H, W], pooled: [k, C, P, Q], of values of v. */
static void call_regions(Call *s, const Graph *g, Val v, Val map, Val pooled) {
  const Type *m = graph_type(g, map), *t = graph_type(g, pooled);
  int64_t height = m->dim[1], width = m->dim[2], boxes = t->dim[0], rows = t->dim[2], cols = t->dim[3];
  int align = graph_node(g, v)->op == OP_roi_align || graph_node(g, v)->op == OP_roi_align_grad;
  for (int i = 0; i < 3; i++)
    put(s, m->dim[i]);
  put(s, (double)boxes);
  put(s, (double)rows);
  put(s, (double)cols);
  put(s, setting(g, v, "scale"));
  put(s, align ? setting(g, v, "ratio") : 0);
  put(s, align ? setting(g, v, "aligned") : 0);
  s->parts = pooled == v ? boxes : (m->dim[0] + CHANNELS - 1) / CHANNELS;
  s->cost = type_size(t) / s->parts;
  s->work = 16 * (rows + cols) + (align ? 4 * (rows * height + cols * width + height * cols) + 8 : 0);
}

static Call call_of(const Graph *g, Val v) {
  Val in = graph_in(g, v, 0);
  const Type x = *graph_type(g, in);
  Call s = {.operands = (int)graph_node(g, v)->nin, .parts = 1};
  for (int i = 0; i < s.operands; i++)
    s.stride[i] = sample_stride(g, graph_in(g, v, i));
  s.stride[s.operands] = sample_stride(g, v);
  switch ((OpId)graph_node(g, v)->op) {
  case OP_top:
    s.function = "nrt_top";
    call_order(&s, &x, graph_int(g, v, "count"));
    break;
  case OP_rank: {
    int64_t n = x.dim[x.rank - 1], limit = graph_int(g, v, "limit");
    limit = limit && limit < n ? limit : n;
    s.function = "nrt_rank", s.work = 4 * limit;
    call_order(&s, &x, limit);
    break;
  }
  case OP_nms:
    s.function = "nrt_nms", s.work = 28 * (x.dim[0] + 15);
    s.cost = (int64_t)x.dim[0] * x.dim[0];
    put(&s, x.dim[0]);
    put(&s, setting(g, v, "iou"));
    put(&s, setting(g, v, "sigma"));
    break;
  case OP_roi_pool:
    s.function = "nrt_roi_pool";
    call_regions(&s, g, v, in, v);
    break;
  case OP_roi_pool_pick:
    s.function = "nrt_roi_pool_pick";
    call_regions(&s, g, v, in, v);
    break;
  case OP_roi_pool_grad:
    s.function = "nrt_roi_pool_grad";
    call_regions(&s, g, v, v, graph_in(g, v, 2));
    break;
  case OP_roi_align:
    s.function = "nrt_roi_align";
    call_regions(&s, g, v, in, v);
    break;
  case OP_roi_align_grad:
    s.function = "nrt_roi_align_grad";
    call_regions(&s, g, v, v, graph_in(g, v, 1));
    break;
  default:
    BUG("%s calls nothing", name_text(g->c->names, op_row(g->c, graph_node(g, v)->op)->name));
  }
  return s;
}

static Ir set_constant(Emit *e, const Call *s) {
  Ir number[MOST_SET];
  for (int i = 0; i < s->count; i++)
    number[i] = kt(e->f64, s->set[i]);
  Ir value = LLVMConstArray2(e->f64, number, (uint64_t)s->count);
  Ir set = LLVMAddGlobal(e->module, LLVMTypeOf(value), "set");
  LLVMSetInitializer(set, value);
  LLVMSetLinkage(set, LLVMInternalLinkage);
  LLVMSetGlobalConstant(set, 1);
  return set;
}

/* Arguments: operands, result, the number of units. */
static void build_call(Emit *e, void *user) {
  const Call *s = user;
  LLVMTypeRef params[] = {e->ptr, e->ptr, e->i64, e->ptr, e->ptr};
  Ir fn = gen_function(e, s->function, e->nothing, params, 5), set = set_constant(e, s);
  Ir in = LLVMBuildAlloca(e->builder, LLVMArrayType2(e->ptr, MAX_OPERANDS), ""), base[MAX_OPERANDS + 1], from, to;
  for (int i = 0; i <= s->operands; i++)
    base[i] = kernel_pointer(e, i);
  Ir work = s->work ? kernel_work(e) : LLVMConstNull(e->ptr);
  kernel_range(e, kernel_number(e, s->operands + 1), &from, &to);
  Loop l;
  loop_begin(e, &l, from, to, 1, NULL, 0);
  Ir sample = idiv(e, l.iv, k64(e, s->parts)), part = irem(e, l.iv, k64(e, s->parts));
  for (int i = 0; i < s->operands; i++) {
    Ir index = k64(e, i);
    LLVMBuildStore(e->builder, at(e, base[i], imulk(e, sample, s->stride[i])),
                   LLVMBuildGEP2(e->builder, e->ptr, in, &index, 1, ""));
  }
  call(e, fn, (Ir[]){in, at(e, base[s->operands], imulk(e, sample, s->stride[s->operands])), part, set, work}, 5);
  loop_end(e, &l);
}

void lower_call(Gen *g, const Plan *p, int step) {
  const Graph *graph = p->g;
  Val v = p->steps.at[step].val;
  Call s = call_of(graph, v);
  Text signature = {.mem = g->c->mem};
  Ir args[MAX_OPERANDS + 2];
  for (int i = 0; i < s.operands; i++)
    args[i] = entry_value(g, graph_in(graph, v, i));
  for (int i = 0; i <= s.operands; i++)
    text_add(&signature, "%lld ", (long long)s.stride[i]);
  text_add(&signature, "in %lld parts:", (long long)s.parts);
  for (int i = 0; i < s.count; i++)
    text_add(&signature, " %.17g", s.set[i]);
  Ir units = imulk(&g->e, graph_type(graph, v)->batched ? entry_batch(g) : k64(&g->e, 1), s.parts);
  args[s.operands] = entry_out(g);
  args[s.operands + 1] = entry_number(g, units);
  Ir kernel = gen_kernel(g, s.function + 4, text_str(&signature), 0, build_call, &s);
  entry_launch(g, kernel, args, s.operands + 2, entry_chunks(g, units, s.cost));
}

Scratch call_scratch(const Graph *g, Val v) {
  return (Scratch){.work = (call_of(g, v).work + 63) / 64 * 64};
}
