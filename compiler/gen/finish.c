/* finish: epilogues in place, row by row. A row's number is taken apart into sample and indices once; along the row
   there are vectors, the last one masked. Example: [6, 10] per sample, row 13: sample 2, index 0 is 1. */
#include "gen/finish.h"

static int merges(const Terms *t, const Operand *op, int first, int64_t *step) {
  int64_t expect = -1;
  *step = 0;
  for (int a = t->axes - 1; a >= first; a--) {
    if (t->size[a] == 1)
      continue;
    if (expect < 0)
      *step = op->stride[a], expect = op->stride[a];
    if (op->stride[a] != expect)
      return 0;
    expect *= t->size[a];
  }
  return 1;
}

void terms_merge(Terms *t, int first) {
  int64_t step[MAX_VARS] = {0};
  if (t->axes - first < 2)
    return;
  for (int i = 0; i < t->count; i++)
    if (t->op[i].val && t->op[i].kind == OPERAND_MEMORY && !merges(t, &t->op[i], first, &step[i]))
      return;
  for (; t->axes > first + 1; t->axes--)
    t->size[first] *= t->size[t->axes - 1];
  for (int i = 0; i < t->count; i++) {
    Operand *op = &t->op[i];
    if (!op->val || op->kind != OPERAND_MEMORY)
      continue;
    op->stride[first] = step[i];
    op->form = step[i] ? FORM_VECTOR : FORM_FLOAT;
    op->level = step[i] ? LEVEL_VECTOR : op->level;
  }
}

void finish_row(Epilogue *p, Emit *e, Ir result, Ir row, Ir from, Ir to) {
  const Terms *t = p->t;
  Ir index[MAX_RANK + 1], rest = row;
  for (int a = t->axes - 2; a >= 0; a--) {
    index[a] = irem(e, rest, k64(e, t->size[a]));
    rest = idiv(e, rest, k64(e, t->size[a]));
  }
  epilogue_unit(p, e, rest, t->axes > 1 ? index[0] : k64(e, 0));
  Ir line = at(e, result, imulk(e, row, t->size[t->axes - 1]));
  Loop col;
  loop_begin(e, &col, from, to, e->lanes, NULL, 0);
  Ir mask = lane_mask(e, isub(e, to, col.iv)), here = at(e, line, col.iv);
  index[t->axes - 1] = col.iv;
  store_masked(e, epilogue_apply(p, e, load_masked(e, here, mask), index, mask), here, mask);
  loop_end(e, &col);
}

static void build_finish(Emit *e, void *user) {
  Terms *t = user;
  Epilogue p;
  Ir result = kernel_pointer(e, 0), from, to;
  epilogue_begin(&p, e, t, 2);
  kernel_range(e, kernel_number(e, 1), &from, &to);
  Loop row;
  loop_begin(e, &row, from, to, 1, NULL, 0);
  finish_row(&p, e, result, row.iv, k64(e, 0), k64(e, t->size[t->axes - 1]));
  loop_end(e, &row);
}

void finish_launch(Gen *g, const Graph *graph, Val v) {
  Emit *e = &g->e;
  Terms t = epilogue_terms(graph, v);
  if (!t.formula)
    return;
  terms_merge(&t, 1);
  int64_t rows = 1, width = t.size[t.axes - 1];
  for (int a = 0; a < t.axes - 1; a++)
    rows *= t.size[a];
  Text signature = {.mem = g->c->mem};
  terms_signature(&t, g->c, &signature);
  Ir kernel = gen_kernel(g, "finish", text_str(&signature), 0, build_finish, &t);
  Ir all = graph_type(graph, v)->batched ? imulk(e, entry_batch(g), rows) : k64(e, rows);
  Ir args[2 + MAX_VARS] = {entry_out(g), entry_number(g, all)};
  int count = 2 + terms_args(g, &t, args + 2);
  entry_launch(g, kernel, args, count,
               entry_chunks(g, all, (width / e->lanes + 1) * (2 + scalar_cost(g->c, t.formula))));
}
