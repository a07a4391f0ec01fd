/* turn: out[r + c*out_step] = in[r*in_step + c], squares of lanes x lanes turned in registers; under outer dims with
   strides.

   A transpose is one; to_blocked turns a block's channels (rows) by pixels (columns), to_plain the other way round. The
   last block's missing channels are read as zeros and, into blocks, written as zeros. */
#include "gen/turn.h"
#include "base/bug.h"

typedef struct {
  int dims; /* outer ones */
  int sampled;
  int64_t size[NEST_DIMS], from[NEST_DIMS], to[NEST_DIMS];
  int64_t rows, columns, in_step, out_step;
  int blocks; /* 1: rows are a block's channels, 2: columns are; dim `dims - 1` counts blocks */
  int spare;  /* channels of the last block, 0: all */
  int lanes;
} Turn;

typedef struct {
  Emit *e;
  const Turn *t;
  Ir in, out, rows, columns, in_step, out_step;
} TurnCode;

/* log2(lanes) rounds: round d swaps the off-diagonal d x d pieces of each 2d x 2d piece. */
void turn_square(Emit *e, Ir *row, int lanes) {
  for (int d = lanes / 2; d; d /= 2)
    for (int i = 0; i < lanes; i++) {
      if (i & d)
        continue;
      int low[64], high[64];
      for (int k = 0; k < lanes; k++) {
        low[k] = k & d ? lanes + k - d : k;
        high[k] = k & d ? lanes + k : k + d;
      }
      Ir a = row[i], b = row[i + d];
      row[i] = shuffle(e, a, b, low, lanes);
      row[i + d] = shuffle(e, a, b, high, lanes);
    }
}

static void emit_square(TurnCode *c, Ir r, Ir col, Ir rows_in, Ir rows_out, Ir columns, int whole) {
  Emit *e = c->e;
  int lanes = c->t->lanes;
  Ir row[64];
  Ir in = at(e, c->in, iadd(e, imul(e, r, c->in_step), col)),
     out = at(e, c->out, iadd(e, imul(e, col, c->out_step), r));
  Ir wide = whole ? NULL : lane_mask(e, isub(e, columns, col)),
     high = whole ? NULL : lane_mask(e, isub(e, rows_out, r));
  Ir none = whole ? NULL : LLVMConstNull(e->mask);
  for (int i = 0; i < lanes; i++) {
    Ir p = at(e, in, imulk(e, c->in_step, i));
    row[i] = whole ? load_vec(e, p) : load_masked(e, p, choose(e, ilt(e, iaddk(e, r, i), rows_in), wide, none));
  }
  turn_square(e, row, lanes);
  for (int i = 0; i < lanes; i++) {
    Ir p = at(e, out, imulk(e, c->out_step, i));
    if (whole)
      store(e, row[i], p);
    else
      store_masked(e, row[i], p, choose(e, ilt(e, iaddk(e, col, i), columns), high, none));
  }
}

/* Row of squares number `strip`, its columns of squares from .. to. */
static void emit_strip(TurnCode *c, Ir strip, Ir from, Ir to, Ir channels) {
  Emit *e = c->e;
  int lanes = c->t->lanes;
  Ir rows_in = c->t->blocks == 1 ? channels : c->rows, columns = c->t->blocks == 2 ? channels : c->columns;
  Ir r = imulk(e, strip, lanes);
  Loop l;
  Branch b;
  loop_begin(e, &l, from, to, 1, NULL, 0);
  Ir col = imulk(e, l.iv, lanes);
  Ir fits =
      LLVMBuildAnd(e->builder, ilt(e, iaddk(e, r, lanes - 1), rows_in), ilt(e, iaddk(e, col, lanes - 1), columns), "");
  branch_begin(e, &b, fits);
  emit_square(c, r, col, rows_in, c->rows, columns, 1);
  branch_else(e, &b);
  emit_square(c, r, col, rows_in, c->rows, columns, 0);
  branch_end(e, &b);
  loop_end(e, &l);
}

static void build_turn(Emit *e, void *user) {
  const Turn *t = user;
  TurnCode c = {.e = e, .t = t};
  Ir in = kernel_pointer(e, 0), out = kernel_pointer(e, 1), size[NEST_DIMS];
  c.rows = kernel_number(e, 2), c.columns = kernel_number(e, 3);
  c.in_step = kernel_number(e, 4), c.out_step = kernel_number(e, 5);
  Ir units = k64(e, 1), from, to;
  for (int d = 0; d < t->dims; d++) {
    size[d] = kernel_number(e, 6 + 3 * d);
    units = imul(e, units, size[d]);
  }
  Ir strips = idiv(e, iaddk(e, c.rows, t->lanes - 1), k64(e, t->lanes));
  Ir squares = idiv(e, iaddk(e, c.columns, t->lanes - 1), k64(e, t->lanes));
  kernel_range(e, imul(e, imul(e, units, strips), squares), &from, &to);
  Loop l;
  loop_begin(e, &l, idiv(e, from, squares), idiv(e, iadd(e, to, iaddk(e, squares, -1)), squares), 1, NULL, 0);
  Ir before = imul(e, l.iv, squares), unit = idiv(e, l.iv, strips), channels = k64(e, t->lanes);
  c.in = in, c.out = out;
  for (int d = t->dims - 1; d >= 0; d--) {
    Ir index = d ? irem(e, unit, size[d]) : unit;
    unit = d ? idiv(e, unit, size[d]) : unit;
    c.in = at(e, c.in, imul(e, index, kernel_number(e, 7 + 3 * d)));
    c.out = at(e, c.out, imul(e, index, kernel_number(e, 8 + 3 * d)));
    if (d == t->dims - 1 && t->spare)
      channels = choose(e, ieq(e, index, iaddk(e, size[d], -1)), k64(e, t->spare), channels);
  }
  emit_strip(&c, irem(e, l.iv, strips), imax(e, isub(e, from, before), k64(e, 0)),
             imin(e, isub(e, to, before), squares), channels);
  loop_end(e, &l);
}

static void launch(Gen *g, Turn *t, Ir in, Ir out, const char *stem) {
  Emit *e = &g->e;
  const char *signature = arena_printf(g->c->mem, "dims %d blocks %d spare %d", t->dims, t->blocks, t->spare);
  Ir kernel = gen_kernel(g, stem, signature, t->lanes, build_turn, t), args[6 + 3 * NEST_DIMS] = {in, out};
  const int64_t numbers[] = {t->rows, t->columns, t->in_step, t->out_step};
  int count = 2;
  Ir units = k64(e, (t->rows + t->lanes - 1) / t->lanes * ((t->columns + t->lanes - 1) / t->lanes));
  for (int i = 0; i < 4; i++)
    args[count++] = entry_number(g, k64(e, numbers[i]));
  for (int d = 0; d < t->dims; d++) {
    Ir size = d == 0 && t->sampled ? imulk(e, entry_batch(g), t->size[d]) : k64(e, t->size[d]);
    args[count++] = entry_number(g, size);
    args[count++] = entry_number(g, k64(e, t->from[d]));
    args[count++] = entry_number(g, k64(e, t->to[d]));
    units = imul(e, units, size);
  }
  entry_launch(g, kernel, args, count, entry_chunks(g, units, 8 * t->lanes));
}

int turn_launch(Gen *g, const Nest *n, Ir out) {
  int last = n->dims - 1, along = -1;
  for (int d = n->sampled; d < last; d++)
    if (n->stride[0][d] == 1)
      along = d;
  if (along < 0 || n->stride[0][last] <= 1 || n->stride[NEST_OUT][last] != 1 || n->size[last] < 4 || n->size[along] < 4)
    return 0;
  Turn t = {.sampled = n->sampled, .lanes = g->target_lanes};
  t.rows = n->size[last], t.columns = n->size[along];
  t.in_step = n->stride[0][last], t.out_step = n->stride[NEST_OUT][along];
  for (int d = 0; d < last; d++)
    if (d != along) {
      t.size[t.dims] = n->size[d], t.from[t.dims] = n->stride[0][d], t.to[t.dims] = n->stride[NEST_OUT][d];
      t.dims++;
    }
  launch(g, &t, atk(&g->e, entry_value(g, n->t.op[0].val), n->t.op[0].offset), out, "transpose");
  return 1;
}

void turn_blocks(Gen *g, const Graph *graph, Val v) {
  Val in = graph_in(graph, v, 0);
  int into = graph_node(graph, v)->op == OP_to_blocked;
  const Type plain = *graph_type(graph, into ? in : v), blocked = *graph_type(graph, into ? v : in);
  BUG_IF(plain.rank != 3 || !blocked.lanes || plain.elem != F32);
  int64_t lanes = blocked.lanes, plane = (int64_t)plain.dim[1] * plain.dim[2],
          blocks = (plain.dim[0] + lanes - 1) / lanes;
  Turn t = {.dims = 1 + (plain.batched != 0), .sampled = plain.batched != 0, .blocks = into ? 1 : 2, .lanes = (int)lanes};
  t.spare = (int)(plain.dim[0] % lanes);
  int64_t *plain_step = into ? t.from : t.to, *blocked_step = into ? t.to : t.from;
  int d = 0;
  if (plain.batched) {
    t.size[d] = 1;
    plain_step[d] = plain.dim[0] * plane, blocked_step[d] = blocks * plane * lanes;
    d++;
  }
  t.size[d] = blocks;
  plain_step[d] = blocked_step[d] = plane * lanes;
  t.rows = into ? lanes : plane, t.columns = into ? plane : lanes;
  t.in_step = into ? plane : lanes, t.out_step = into ? lanes : plane;
  launch(g, &t, entry_value(g, in), entry_out(g), into ? "to_blocked" : "to_plain");
}
