/* layout: decides where values lie in channel blocks, and inserts the conversions.

   Convolutions, and what stands between them, work on blocks of V channels (V: floats a vector). A picture's few channels stay
   as they came (kernels of their own read them), so do results of at most 4 channels. Elementwise operations, reductions and
   pools follow their operands: one blocked operand blocks the rest. Everything else works on rows. A value may have both
   forms; each conversion is made once. */
#include "base/bug.h"
#include "pass/pass.h"
#include <string.h>

enum { FEW = 4 };

typedef struct {
  Rewrite w;         /* w.map: the form a value was computed in */
  const Graph *g;
  Val *plain, *blocked; /* by old value: converted forms, when made */
  int lanes;
} Layout;

/* Only a value with channels and a plane has two forms that differ. */
static int has_two_forms(const Graph *g, Val v) {
  const Type *t = graph_type(g, v);
  return t->rank == 3 && t->elem == F32 && t->dim[0] > 1 && (t->dim[1] > 1 || t->dim[2] > 1);
}

static int is_blocked(const Layout *l, Val v) {
  return graph_type(l->w.to, l->w.map[v])->lanes != 0;
}

static Val as_plain(Layout *l, Val v) {
  if (!is_blocked(l, v))
    return l->w.map[v];
  if (!l->plain[v])
    l->plain[v] = graph_add(l->w.to, OP_to_plain, &l->w.map[v], 1, NULL, graph_node(l->g, v)->span);
  return l->plain[v];
}

static Val as_blocked(Layout *l, Val v) {
  if (is_blocked(l, v))
    return l->w.map[v];
  Attr a = attr_number(l->lanes);
  if (!l->blocked[v])
    l->blocked[v] = graph_add(l->w.to, OP_to_blocked, &l->w.map[v], 1, &a, graph_node(l->g, v)->span);
  return l->blocked[v];
}

/* An operand beside blocked ones: blocked when it has channels and a plane, else as it is in rows. */
static Val beside_blocked(Layout *l, Val v) {
  return has_two_forms(l->g, v) ? as_blocked(l, v) : as_plain(l, v);
}

static int any_blocked(const Layout *l, Val v, int from) {
  for (uint32_t i = (uint32_t)from; i < graph_node(l->g, v)->nin; i++)
    if (is_blocked(l, graph_in(l->g, v, (int)i)) && has_two_forms(l->g, graph_in(l->g, v, (int)i)))
      return 1;
  return 0;
}

static Val add(Layout *l, Val v, const Val *in, const Attr *attrs) {
  const Node *n = graph_node(l->g, v);
  return graph_add_formula(l->w.to, n->op, in, (int)n->nin, attrs, n->formula, n->span);
}

/* ---- convolutions ---- */

static int channels_of(const Layout *l, Val v) {
  return graph_type(l->g, v)->dim[0];
}

/* The form in which a convolution reads an operand. */
static Val conv_operand(Layout *l, Val v) {
  return channels_of(l, v) <= FEW ? l->w.map[v] : as_blocked(l, v);
}

static Val place_conv(Layout *l, Val v) {
  const Node *n = graph_node(l->g, v);
  Val in[64];
  Attr attrs[MAX_ATTRS];
  memcpy(attrs, l->g->attr_pool.at + n->attr, n->attrs * sizeof *attrs);
  int weight_grad = n->op == OP_conv2d_weight_grad_over;
  Val x = graph_in(l->g, v, 0), second = graph_in(l->g, v, 1);
  in[0] = conv_operand(l, x);
  in[1] = weight_grad ? conv_operand(l, second) : l->w.map[second];
  int lanes = weight_grad || channels_of(l, v) <= FEW ? 0 : l->lanes;
  for (int i = 0; i < n->attrs; i++)
    if (op_row(l->g->c, n->op)->attr[i] == name_of(l->g->c->names, "lanes"))
      attrs[i] = attr_number(lanes);
  for (uint32_t i = 2; i < n->nin; i++)
    in[i] = lanes ? beside_blocked(l, graph_in(l->g, v, (int)i)) : as_plain(l, graph_in(l->g, v, (int)i));
  return add(l, v, in, attrs);
}

/* ---- followers ---- */

static Val place_all(Layout *l, Val v, int blocked) {
  const Node *n = graph_node(l->g, v);
  Val in[64];
  for (uint32_t i = 0; i < n->nin; i++)
    in[i] = blocked ? beside_blocked(l, graph_in(l->g, v, (int)i)) : as_plain(l, graph_in(l->g, v, (int)i));
  return add(l, v, in, n->attrs ? l->g->attr_pool.at + n->attr : NULL);
}

/* Pools: one operand in blocks puts all of them there, whatever their planes. */
static Val place_pool(Layout *l, Val v) {
  const Node *n = graph_node(l->g, v);
  Val in[64];
  int blocked = 0;
  for (uint32_t i = 0; i < n->nin; i++)
    blocked |= is_blocked(l, graph_in(l->g, v, (int)i)) || channels_of(l, v) >= l->lanes;
  blocked &= channels_of(l, v) > 1;
  int operands = op_row(l->g->c, n->op)->operands;
  for (uint32_t i = 0; i < n->nin; i++) {
    Val x = graph_in(l->g, v, (int)i);
    in[i] = !blocked ? as_plain(l, x) : (int)i < operands ? as_blocked(l, x) : beside_blocked(l, x);
  }
  return add(l, v, in, l->g->attr_pool.at + n->attr);
}

static Val place_expand(Layout *l, Val v) {
  const Node *n = graph_node(l->g, v);
  Attr attrs[3];
  memcpy(attrs, l->g->attr_pool.at + n->attr, sizeof attrs);
  int blocked = has_two_forms(l->g, v) && channels_of(l, v) > FEW;
  Val x = graph_in(l->g, v, 0), in = blocked ? beside_blocked(l, x) : as_plain(l, x);
  attrs[2] = attr_number(blocked ? l->lanes : 0);
  return add(l, v, &in, attrs);
}

/* Joining and cutting along channels stays in blocks where the pieces begin at whole blocks. */
static int cuts_at_blocks(const Layout *l, Val v) {
  const Node *n = graph_node(l->g, v);
  int axis = graph_int(l->g, v, "axis");
  if (!any_blocked(l, v, 0) || !has_two_forms(l->g, v))
    return 0;
  for (uint32_t i = 0; i < n->nin; i++)
    if (!has_two_forms(l->g, graph_in(l->g, v, (int)i)))
      return 0;
  if (axis)
    return 1;
  if (n->op == OP_slice) {
    int stop = graph_int(l->g, v, "stop");
    return graph_int(l->g, v, "start") % l->lanes == 0 && (stop % l->lanes == 0 || stop == channels_of(l, graph_in(l->g, v, 0)));
  }
  for (uint32_t i = 0; i + 1 < n->nin && n->op == OP_concat; i++)
    if (channels_of(l, graph_in(l->g, v, (int)i)) % l->lanes)
      return 0;
  return n->op == OP_concat;
}

static Val place(Layout *l, Val v) {
  const OpRow *row = op_row(l->g->c, graph_node(l->g, v)->op);
  switch (row->lower) {
  case LOWER_LEAF: return rewrite_copy(&l->w, v);
  case LOWER_EACH: return row->id == OP_expand ? place_expand(l, v) : place_all(l, v, any_blocked(l, v, 0));
  case LOWER_REDUCE: return place_all(l, v, any_blocked(l, v, 0));
  case LOWER_CONV: return place_conv(l, v);
  case LOWER_POOL: return place_pool(l, v);
  case LOWER_MOVE:
    if (row->id == OP_concat || row->id == OP_slice || row->id == OP_pad)
      return place_all(l, v, cuts_at_blocks(l, v));
    break;
  default: break;
  }
  return place_all(l, v, 0);
}

Graph *pass_layout(const Graph *g, const PassOptions *o) {
  size_t n = (size_t)g->nodes.count;
  Layout l = {rewrite_begin(g), g, arena_alloc(g->c->mem, n * sizeof(Val)), arena_alloc(g->c->mem, n * sizeof(Val)), o->lanes};
  for (Val v = 1; v < (Val)n; v++) {
    if (!l.w.live[v])
      continue;
    Val made = l.w.map[v] = place(&l, v);
    BUG_IF(!made);
    if (graph_node(g, v)->name && !graph_node(l.w.to, made)->name)
      graph_node(l.w.to, made)->name = graph_node(g, v)->name;
  }
  for (int i = 0; i < g->outputs.count - graph_taps(g); i++)
    l.w.map[g->outputs.at[i].val] = as_plain(&l, g->outputs.at[i].val);
  for (int i = 0; i < g->updates.count; i++)
    l.w.map[g->updates.at[i].value] = as_plain(&l, g->updates.at[i].value);
  return pass_simplify(rewrite_end(&l.w), o);
}
