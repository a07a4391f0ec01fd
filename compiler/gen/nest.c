/* nest: collapses the axes of a domain. Neighbouring axes become one where every operand and the result step through
   both as through one; an operation without broadcasting becomes a flat loop over N * size elements.

   Example: x [8, 64, 64] blocked by 8 plus a bias [8, 1, 1]: axes N, C/8, H, W, 8 with strides of x 32768, 32768, 512,
   8, 1 and of the bias 0, 8, 0, 0, 1 become N, C/8, H*W, 8. */
#include "gen/nest.h"
#include "base/bug.h"

void nest_strides(const Type *domain, int64_t *stride, int64_t *sample) {
  int64_t size[MAX_RANK + 1], step = 1;
  for (int i = type_phys(domain, size) - 1; i >= 0; i--) {
    stride[i] = step;
    step *= size[i];
  }
  *sample = domain->batched ? step : 0;
}

static int is_used(const Nest *n, int var) {
  return var == NEST_OUT || n->t.op[var].val;
}

static int is_memory(const Nest *n, int var) {
  return var == NEST_OUT || (n->t.op[var].val && n->t.op[var].kind == OPERAND_MEMORY);
}

static int can_join(const Nest *n, int d) {
  if (n->reduced[d] != n->reduced[d + 1] || (n->spare && (d == n->channel || d + 1 == n->channel || d == n->dims - 2)))
    return 0;
  for (int v = 0; v <= NEST_OUT; v++)
    if (is_used(n, v) && n->stride[v][d] != n->stride[v][d + 1] * n->size[d + 1])
      return 0;
  return 1;
}

static void remove_dim(Nest *n, int d) {
  for (int i = d; i < n->dims - 1; i++) {
    n->size[i] = n->size[i + 1];
    n->reduced[i] = n->reduced[i + 1];
    for (int v = 0; v <= NEST_OUT; v++)
      n->stride[v][i] = n->stride[v][i + 1];
  }
  n->dims--;
  n->channel -= d < n->channel;
}

static void add_dim(Nest *n, const NestSpec *spec, int axis) {
  int d = n->dims++;
  n->size[d] = axis < 0 ? 1 : n->t.size[axis];
  n->reduced[d] = axis < 0 ? (uint8_t)spec->reduce_samples : spec->reduced[axis];
  for (int v = 0; v < n->t.count; v++)
    n->stride[v][d] = axis < 0 ? n->t.op[v].sample : n->t.op[v].stride[axis];
  n->stride[NEST_OUT][d] = axis < 0 ? spec->out_sample : spec->out[axis];
  if (n->reduced[d])
    n->stride[NEST_OUT][d] = 0;
}

/* Joins what can be joined and decides what the innermost loop is. */
static void nest_finish(Nest *n, int lanes) {
  if (!n->dims) {
    n->dims = 1, n->size[0] = 1;
    n->stride[NEST_OUT][0] = 1;
  }
  for (int d = n->dims - 2; d >= 0; d--)
    if (can_join(n, d)) {
      n->size[d + 1] *= n->size[d];
      n->lane = n->lane && d != n->dims - 2;
      remove_dim(n, d);
    }
  n->lanes = n->lane ? n->t.blocked : lanes;
  n->row = n->lane ? n->dims - 2 : n->dims - 1;
  n->tail = !n->lane && n->size[n->dims - 1] % n->lanes != 0;
  for (int i = 0; i <= NEST_OUT; i++)
    if (!n->lane && is_memory(n, i) && n->stride[i][n->dims - 1] > 1)
      n->lanes = 1, n->tail = 0;
}

Nest nest_make(const Graph *g, const NestSpec *spec) {
  Nest n = {.t = terms_of(g, spec->of, spec->domain, 0), .channel = -1};
  n.sampled = spec->domain->batched;
  n.lane = n.t.blocked != 0;
  n.spare = spec->mask && n.lane ? (int)(n.t.channels % n.t.blocked) : 0;
  if (n.sampled)
    add_dim(&n, spec, -1);
  for (int i = 0; i < n.t.axes; i++) {
    if (i == 0 && n.spare)
      n.channel = n.dims;
    int is_lane = n.lane && i == n.t.axes - 1;
    if (n.t.size[i] != 1 || is_lane || n.channel == n.dims)
      add_dim(&n, spec, i);
  }
  nest_finish(&n, spec->lanes);
  return n;
}

Nest nest_copy(Ctx *c, const CopySpec *copy, int lanes) {
  Nest n = {.channel = -1, .sampled = copy->batched};
  n.t = (Terms){
      .formula = copy->from ? scalar_var(c, 0) : scalar_const(c, 0), .results = 1, .count = copy->from != 0, .axes = copy->axes};
  Operand *from = &n.t.op[0];
  *from = (Operand){.kind = OPERAND_MEMORY, .elem = F32, .val = copy->from, .offset = copy->from_offset};
  from->sample = copy->from_sample;
  NestSpec spec = {.out = copy->to_stride, .out_sample = copy->to_sample};
  if (n.sampled)
    add_dim(&n, &spec, -1);
  for (int i = 0; i < copy->axes; i++) {
    n.t.size[i] = copy->size[i];
    from->stride[i] = copy->from_stride[i];
    if (copy->size[i] != 1)
      add_dim(&n, &spec, i);
  }
  nest_finish(&n, lanes);
  return n;
}

void nest_levels(Nest *n, const uint8_t *inner) {
  for (int v = 0; v < n->t.count; v++) {
    Operand *op = &n->t.op[v];
    if (!op->val)
      continue;
    op->level = LEVEL_CHUNK;
    op->form = n->stride[v][n->dims - 1] ? FORM_VECTOR : FORM_FLOAT;
    for (int d = 0; d < n->dims; d++)
      if (n->stride[v][d] && inner[d])
        op->level = LEVEL_VECTOR;
      else if (n->stride[v][d] && !(n->lane && d == n->dims - 1) && op->level == LEVEL_CHUNK)
        op->level = LEVEL_UNIT;
    if (op->kind != OPERAND_MEMORY)
      op->level = LEVEL_CHUNK, op->form = FORM_DOUBLE;
  }
}

/* Strides that the code knows: 0, and along the innermost axes those of contiguous vectors. The others are given as
 * numbers. */
static int is_given(const Nest *n, int v, int d) {
  int64_t contiguous = d == n->dims - 1 ? 1 : n->lane && d == n->dims - 2 ? n->lanes : 0;
  return n->stride[v][d] && n->stride[v][d] != contiguous;
}

void nest_signature(const Nest *n, const Ctx *c, Text *to) {
  terms_text(&n->t, c, to);
  text_add(to, " dims %d lane %d channel %d spare %d tail %d lanes %d reduced", n->dims, n->lane, n->channel, n->spare,
           n->tail, n->lanes);
  for (int d = 0; d < n->dims; d++)
    text_add(to, " %d", n->reduced[d]);
  for (int v = 0; v <= NEST_OUT; v++) {
    if (!is_used(n, v))
      continue;
    const Operand *op = v == NEST_OUT ? NULL : &n->t.op[v];
    text_add(to, "; x%d", v);
    if (op)
      text_add(to, " %d %d", op->kind, op->elem);
    for (int d = 0; d < n->dims && is_memory(n, v); d++)
      text_add(to, " %c", n->stride[v][d] == 0 ? '0' : is_given(n, v, d) ? 's' : '1');
  }
}

int nest_args(Gen *g, const Nest *n, Ir out, Ir *args) {
  Emit *e = &g->e;
  int count = terms_args(g, &n->t, args);
  args[count++] = out;
  for (int i = 1; i < n->t.results; i++)
    args[count++] = entry_joint_out(g, i);
  for (int d = 0; d < n->dims; d++)
    args[count++] = entry_number(g, d == 0 && n->sampled ? imulk(e, entry_batch(g), n->size[d]) : k64(e, n->size[d]));
  for (int v = 0; v <= NEST_OUT; v++)
    for (int d = 0; d < n->dims && is_memory(n, v); d++)
      if (is_given(n, v, d))
        args[count++] = entry_number(g, k64(e, n->stride[v][d]));
  return count;
}

void nest_begin(NestCode *k, Emit *e, Nest *n) {
  *k = (NestCode){.n = n};
  int arg = terms_begin(&n->t, &k->f, e, 0);
  for (int i = 0; i < n->t.results; i++)
    k->out[i] = kernel_pointer(e, arg++);
  for (int d = 0; d < n->dims; d++)
    k->size[d] = kernel_number(e, arg++);
  for (int v = 0; v <= NEST_OUT; v++)
    for (int d = 0; d < n->dims && is_memory(n, v); d++)
      k->stride[v][d] = is_given(n, v, d) ? kernel_number(e, arg++) : n->stride[v][d] ? k64(e, n->stride[v][d]) : NULL;
  k->args = arg;
}

Ir nest_count(NestCode *k, Emit *e, const uint8_t *dims) {
  Ir count = k64(e, 1);
  for (int d = 0; d < k->n->dims; d++)
    if (dims[d])
      count = imul(e, count, k->size[d]);
  return count;
}

void nest_split(NestCode *k, Emit *e, Ir unit, const uint8_t *is_unit, Ir *index) {
  int first = 0;
  while (first < k->n->dims && !is_unit[first])
    first++;
  for (int d = k->n->dims - 1; d >= 0; d--) {
    index[d] = NULL;
    if (!is_unit[d])
      continue;
    index[d] = d == first ? unit : irem(e, unit, k->size[d]);
    unit = d == first ? unit : idiv(e, unit, k->size[d]);
  }
}

Ir nest_offset(NestCode *k, Emit *e, int var, Ir *index) {
  Ir sum = k64(e, 0);
  for (int d = 0; d < k->n->dims; d++)
    if (index[d] && k->stride[var][d])
      sum = iadd(e, sum, imul(e, index[d], k->stride[var][d]));
  return sum;
}

void nest_load(NestCode *k, Emit *e, int level, const Ir *offset, Ir mask) {
  Terms *t = &k->n->t;
  for (int v = 0; v < t->count; v++) {
    const Operand *op = &t->op[v];
    if (op->val && op->kind == OPERAND_MEMORY && op->level == level)
      k->f.var[v].value = operand_load(e, op, at(e, op->base, offset[v]), op->form == FORM_VECTOR, mask);
  }
}

Ir nest_unit_mask(NestCode *k, Emit *e, Ir channel_index) {
  Nest *n = k->n;
  if (!n->spare)
    return NULL;
  Ir last = ieq(e, channel_index, iaddk(e, k->size[n->channel], -1));
  return lane_mask(e, choose(e, last, k64(e, n->spare), k64(e, n->lanes)));
}
