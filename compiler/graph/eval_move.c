/* The interpreter's matrix products, moves, gathers and random numbers. */
#include "graph/eval_room.h"
#include <string.h>

/* ---- matrix products ---- */

/* y[m, n] += a[m, k] b[k, n], by the strides of a: (row, column). */
static void product(double *y, const double *a, int64_t row, int64_t column, const double *b, int64_t m, int64_t n,
                    int64_t k) {
  for (int64_t i = 0; i < m; i++)
    for (int64_t l = 0; l < k; l++)
      for (int64_t j = 0; j < n; j++)
        y[i * n + j] += a[i * row + l * column] * b[l * n + j];
}

void eval_matmul(Eval *e, Val v, double *out) {
  Val a = graph_in(e->g, v, 0), b = graph_in(e->g, v, 1);
  int64_t k = graph_type(e->g, b)->dim[0], n = graph_type(e->g, b)->dim[1], m = eval_size(e, a) / k;
  for (int64_t s = 0; s < eval_samples(e, v); s++)
    product(out + s * m * n, eval_sample(e, a, s), k, 1, eval_sample(e, b, s), m, n, k);
}

void eval_matmul_over(Eval *e, Val v, double *out) {
  Val a = graph_in(e->g, v, 0), b = graph_in(e->g, v, 1);
  int64_t k = graph_type(e->g, v)->dim[0], n = graph_type(e->g, v)->dim[1], m = eval_size(e, a) / k;
  for (int64_t s = 0; s < eval_samples_in(e, v); s++)
    product(out, eval_sample(e, a, s), 1, k, eval_sample(e, b, s), k, n, m);
}

void eval_bmm(Eval *e, Val v, double *out) {
  Val a = graph_in(e->g, v, 0), b = graph_in(e->g, v, 1);
  const Type *at = graph_type(e->g, a), *bt = graph_type(e->g, b);
  int64_t m = at->dim[at->rank - 2], k = at->dim[at->rank - 1], n = bt->dim[bt->rank - 1];
  int64_t count = type_size(at) / (m * k);
  for (int64_t s = 0; s < eval_samples(e, v); s++)
    for (int64_t i = 0; i < count; i++, out += m * n)
      product(out, eval_sample(e, a, s) + i * m * k, k, 1, eval_sample(e, b, s) + i * k * n, m, n, k);
}

/* ---- moves ---- */

static void copy_all(Eval *e, Val v, double *out) {
  int64_t size = eval_size(e, v);
  for (int64_t n = 0; n < eval_samples(e, v); n++)
    memcpy(out + n * size, eval_sample(e, graph_in(e->g, v, 0), n), sizeof(double) * (size_t)size);
}

void eval_reshape(Eval *e, Val v, double *out) {
  copy_all(e, v, out);
}
void eval_to_blocked(Eval *e, Val v, double *out) {
  copy_all(e, v, out);
}
void eval_to_plain(Eval *e, Val v, double *out) {
  copy_all(e, v, out);
}

void eval_transpose(Eval *e, Val v, double *out) {
  View x = view_of(e, graph_in(e->g, v, 0)), turned = x;
  const Type *t = graph_type(e->g, v);
  for (int i = 0; i < t->rank; i++)
    turned.stride[i + 1] = x.stride[graph_list(e->g, v, "perm", i) + 1];
  Walk w = walk_begin(eval_samples(e, v), t);
  do
    *out++ = view_at(&turned, &w);
  while (walk_next(&w));
}

/* Elements of v that stand before place `start` of an axis, in one row of that axis. */
static int64_t axis_offset(const Eval *e, Val v, int axis, int64_t start) {
  const Type *t = graph_type(e->g, v);
  for (int i = t->rank - 1; i > axis; i--)
    start *= t->dim[i];
  return start;
}

/* Operand u of v goes to place `start` of an axis of the result. */
static void insert(Eval *e, Val v, double *out, Val u, int axis, int64_t start) {
  View from = view_of(e, u), to = view_of(e, v);
  Walk w = walk_begin(eval_samples(e, v), graph_type(e->g, u));
  out += axis_offset(e, v, axis, start);
  do
    out[walk_offset(&w, to.stride)] = view_at(&from, &w);
  while (walk_next(&w));
}

/* Values lie one after another either way. */
void eval_fold(Eval *e, Val v, double *out) {
  memcpy(out, e->value[graph_in(e->g, v, 0)], sizeof(double) * (size_t)(eval_samples(e, v) * eval_size(e, v)));
}
void eval_unfold(Eval *e, Val v, double *out) {
  eval_fold(e, v, out);
}

void eval_concat(Eval *e, Val v, double *out) {
  int axis = graph_int(e->g, v, "axis"), start = 0;
  for (int i = 0; i < (int)graph_node(e->g, v)->nin; i++) {
    Val u = graph_in(e->g, v, i);
    insert(e, v, out, u, axis, start);
    start += graph_type(e->g, u)->dim[axis];
  }
}

void eval_pad(Eval *e, Val v, double *out) {
  insert(e, v, out, graph_in(e->g, v, 0), graph_int(e->g, v, "axis"), graph_int(e->g, v, "before"));
}

void eval_slice(Eval *e, Val v, double *out) {
  Val x = graph_in(e->g, v, 0);
  View from = view_of(e, x);
  from.data += axis_offset(e, x, graph_int(e->g, v, "axis"), graph_int(e->g, v, "start"));
  Walk w = walk_begin(eval_samples(e, v), graph_type(e->g, v));
  do
    *out++ = view_at(&from, &w);
  while (walk_next(&w));
}

/* ---- indices: an index outside picks 0 and is added nowhere ---- */

/* Strides for a walk over `index` into a value that has one more axis. */
static void strides_around(const int64_t *full, int axis, int64_t *stride) {
  for (int i = 0; i < MAX_RANK; i++)
    stride[i] = full[i <= axis ? i : i + 1];
  stride[MAX_RANK] = 0;
}

void eval_pick(Eval *e, Val v, double *out) {
  Val x = graph_in(e->g, v, 0);
  View from = view_of(e, x), index = view_of(e, graph_in(e->g, v, 1));
  int axis = graph_int(e->g, v, "axis");
  int64_t stride[MAX_RANK + 1], size = graph_type(e->g, x)->dim[axis];
  strides_around(from.stride, axis, stride);
  Walk w = walk_begin(eval_samples(e, v), graph_type(e->g, v));
  do {
    double i = view_at(&index, &w);
    *out++ = i >= 0 && i < (double)size ? from.data[walk_offset(&w, stride) + (int64_t)i * from.stride[axis + 1]] : 0;
  } while (walk_next(&w));
}

void eval_one_hot(Eval *e, Val v, double *out) {
  View to = view_of(e, v), index = view_of(e, graph_in(e->g, v, 0));
  int axis = graph_int(e->g, v, "axis");
  int64_t stride[MAX_RANK + 1], size = graph_int(e->g, v, "size");
  strides_around(to.stride, axis, stride);
  Walk w = walk_begin(eval_samples(e, v), graph_type(e->g, graph_in(e->g, v, 0)));
  do {
    double i = view_at(&index, &w);
    if (i >= 0 && i < (double)size)
      out[walk_offset(&w, stride) + (int64_t)i * to.stride[axis + 1]] = 1;
  } while (walk_next(&w));
}

void eval_take(Eval *e, Val v, double *out) {
  Val table = graph_in(e->g, v, 0), index = graph_in(e->g, v, 1);
  int64_t rows = graph_type(e->g, table)->dim[0], length = eval_size(e, table) / rows;
  for (int64_t n = 0; n < eval_samples(e, v); n++)
    for (int64_t i = 0; i < eval_size(e, index); i++, out += length) {
      double at = eval_sample(e, index, n)[i];
      if (at >= 0 && at < (double)rows)
        memcpy(out, eval_sample(e, table, n) + (int64_t)at * length, sizeof(double) * (size_t)length);
    }
}

void eval_take_over(Eval *e, Val v, double *out) {
  Val index = graph_in(e->g, v, 0), dy = graph_in(e->g, v, 1);
  int64_t rows = graph_type(e->g, v)->dim[0], length = eval_size(e, v) / rows;
  for (int64_t n = 0; n < eval_samples_in(e, v); n++)
    for (int64_t i = 0; i < eval_size(e, index); i++) {
      double at = eval_sample(e, index, n)[i];
      for (int64_t l = 0; at >= 0 && at < (double)rows && l < length; l++)
        out[(int64_t)at * length + l] += eval_sample(e, dy, n)[i * length + l];
    }
}

void eval_gather(Eval *e, Val v, double *out) {
  eval_take(e, v, out);
}

void eval_scatter(Eval *e, Val v, double *out) {
  Val index = graph_in(e->g, v, 0), x = graph_in(e->g, v, 1);
  int64_t rows = graph_type(e->g, v)->dim[0], length = eval_size(e, v) / rows;
  for (int64_t n = 0; n < eval_samples(e, v); n++, out += rows * length)
    for (int64_t i = 0; i < eval_size(e, index); i++) {
      double at = eval_sample(e, index, n)[i];
      for (int64_t l = 0; at >= 0 && at < (double)rows && l < length; l++)
        out[(int64_t)at * length + l] += eval_sample(e, x, n)[i * length + l];
    }
}

/* ---- random numbers ---- */

typedef double Random(uint64_t seed, uint64_t step, int64_t sample, uint32_t site, int64_t i);

static void fill_random(Eval *e, Val v, double *out, Random *random) {
  uint32_t site = (uint32_t)graph_attr(e->g, v, "site")->number;
  for (int64_t n = 0; n < eval_samples(e, v); n++)
    for (int64_t i = 0; i < eval_size(e, v); i++)
      *out++ = random(e->in->seed, e->in->step, e->in->sample ? e->in->sample[n] : n, site, i);
}

void eval_uniform(Eval *e, Val v, double *out) {
  fill_random(e, v, out, random_uniform);
}
void eval_normal(Eval *e, Val v, double *out) {
  fill_random(e, v, out, random_normal);
}
