/* each: elementwise operations, fused or not, with broadcasting; and strided copies, which are the formula x0 with
   strides of their own.

   The domain's vectors are numbered through, unit after unit (a unit: one index of all dims but the row), and a chunk
   takes a range of them. A row ends with one masked vector. Units hold what does not change along the row. */
#include "gen/each.h"

static void emit_vector(NestCode *k, Emit *e, Ir *offset, Ir row, Ir mask, Ir channels) {
  Nest *n = k->n;
  Ir here[MAX_VARS + 1];
  Ir step = n->lane ? row : imulk(e, row, n->lanes);
  for (int v = 0; v <= NEST_OUT; v++) {
    Ir stride = n->row < 0 ? NULL : k->stride[v][n->row];
    here[v] = offset[v] && stride ? iadd(e, offset[v], imul(e, step, stride)) : offset[v];
  }
  formula_again(&k->f, LEVEL_VECTOR);
  nest_load(k, e, LEVEL_VECTOR, here, mask);
  Ir value[MOST_RESULTS];
  if (n->spare && n->channel == n->row)
    channels = nest_unit_mask(k, e, row);
  for (int i = 0; i < n->t.results; i++) /* all before anything is stored: a result may lie where an operand did */
    value[i] = formula_root(&k->f, i, FORM_VECTOR);
  for (int i = 0; i < n->t.results; i++) {
    Ir to = at(e, k->out[i], here[NEST_OUT]);
    if (channels)
      value[i] = choose(e, channels, value[i], kv(e, 0));
    if (mask)
      store_masked(e, value[i], to, mask);
    else
      store(e, value[i], to);
  }
}

static void emit_row(NestCode *k, Emit *e, Ir *offset, Ir from, Ir to, Ir channels) {
  Nest *n = k->n;
  Ir whole = n->tail ? imin(e, to, idiv(e, k->size[n->row], k64(e, n->lanes))) : to;
  Loop l;
  loop_begin(e, &l, from, whole, 1, NULL, 0);
  emit_vector(k, e, offset, l.iv, NULL, channels);
  loop_end(e, &l);
  if (!n->tail)
    return;
  Branch b;
  branch_begin(e, &b, ilt(e, whole, to));
  emit_vector(k, e, offset, whole, lane_mask(e, isub(e, k->size[n->row], imulk(e, whole, n->lanes))), NULL);
  branch_end(e, &b);
}

static Ir row_vectors(const Nest *n, Emit *e, Ir size) {
  return n->lane ? size : idiv(e, iaddk(e, size, n->lanes - 1), k64(e, n->lanes));
}

static void emit_unit(NestCode *k, Emit *e, const uint8_t *is_unit, Ir unit, Ir from, Ir to) {
  Ir index[NEST_DIMS], offset[MAX_VARS + 1];
  nest_split(k, e, unit, is_unit, index);
  for (int v = 0; v <= NEST_OUT; v++)
    offset[v] = nest_offset(k, e, v, index);
  formula_again(&k->f, LEVEL_UNIT);
  nest_load(k, e, LEVEL_UNIT, offset, NULL);
  formula_hoist(&k->f, LEVEL_UNIT);
  emit_row(k, e, offset, from, to,
           k->n->spare && k->n->channel < k->n->row ? nest_unit_mask(k, e, index[k->n->channel]) : NULL);
}

static void build_each(Emit *e, void *user) {
  Nest *n = user;
  NestCode k;
  nest_begin(&k, e, n);
  uint8_t is_unit[NEST_DIMS] = {0};
  for (int d = 0; d < n->row; d++)
    is_unit[d] = 1;
  Ir rows = n->row < 0 ? k64(e, 1) : row_vectors(n, e, k.size[n->row]);
  Ir from, to;
  kernel_range(e, imul(e, nest_count(&k, e, is_unit), rows), &from, &to);
  if (n->row <= 0) {
    emit_unit(&k, e, is_unit, k64(e, 0), from, to);
    return;
  }
  rows = imax(e, rows, k64(e, 1));
  Loop l;
  loop_begin(e, &l, idiv(e, from, rows), idiv(e, iadd(e, to, iaddk(e, rows, -1)), rows), 1, NULL, 0);
  Ir before = imul(e, l.iv, rows);
  emit_unit(&k, e, is_unit, l.iv, imax(e, isub(e, from, before), k64(e, 0)), imin(e, isub(e, to, before), rows));
  loop_end(e, &l);
}

void each_launch(Gen *g, Nest *n, Ir out, const char *stem) {
  Emit *e = &g->e;
  uint8_t inner[NEST_DIMS] = {0};
  if (n->row >= 0)
    inner[n->row] = 1;
  nest_levels(n, inner);
  Text signature = {.mem = g->c->mem};
  nest_signature(n, g->c, &signature);
  Ir kernel = gen_kernel(g, stem, text_str(&signature), n->lanes, build_each, n);

  Ir args[MAX_ARGS];
  int count = nest_args(g, n, out, args);
  Ir vectors = k64(e, 1);
  for (int d = 0; d < n->dims - n->lane; d++) {
    Ir size = d == 0 && n->sampled ? imulk(e, entry_batch(g), n->size[d]) : k64(e, n->size[d]);
    vectors = imul(e, vectors, d == n->row ? row_vectors(n, e, size) : size);
  }
  entry_launch(g, kernel, args, count, entry_chunks(g, vectors, 2 + n->t.count + 2 * terms_cost(&n->t, g->c)));
}

void lower_each(Gen *g, const Plan *p, int step) {
  Val v = p->steps.at[step].val;
  const Node *node = graph_node(p->g, v);
  const OpRow *row = op_row(g->c, node->op);
  Joint j = joint_of(p, step);
  const Type type = *graph_type(p->g, v);
  int64_t stride[MAX_RANK + 1] = {0}, sample;
  nest_strides(&type, stride, &sample);
  NestSpec spec = {
      .domain = &type, .of = &j, .lanes = g->target_lanes, .mask = 1, .out = stride, .out_sample = sample};
  Nest n = nest_make(p->g, &spec);
  each_launch(g, &n, entry_out(g), arena_printf(g->c->mem, "each_%s", name_text(g->c->names, row->name)));
}
