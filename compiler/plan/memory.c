/* Offsets for blocks of memory that live for a while: two that live at the same time must not overlap, and the whole
   shall be small.

   Sizes and offsets are fixed + N * per_sample, N >= 1 being known when the program runs. One lies above another for
   every N if it does at N = 1 and its per_sample is no less; so a block stands at two heights at once, and must clear
   its neighbours in both. What is shared by all samples may lie in a gap of what each sample has, if it fits for N = 1.

   Method: blocks are laid one after the other, each into the smallest gap that fits between those already there that
   live with it, else above them. The sequence decides the quality, so a few are tried (largest first, largest area
   first, in order of birth), each then mended: the block that reaches highest goes to the front, or just forward, and
   all is laid again. The best is kept. (Best fit by size: Pisarchyk and Lee, "Efficient memory management for deep
   neural net inference", 2020.) */
#include "plan/plan_room.h"
#include <stdlib.h>
#include <string.h>

enum { MENDINGS = 24, MORE_MENDINGS = 20000 }; /* few blocks get more: so many, divided by their count */
static const double good_enough = 1.005;

const int64_t memory_batches[MEMORY_BATCHES] = {1, 8, 32};

typedef struct {
  Block **laid;      /* by height */
  int count;
  Block **near;      /* those of them that live with the one to be laid */
  Bytes *low;        /* by near: the height that it and all behind it leave free */
} Layer;

int64_t bytes_for(Bytes b, int64_t n) {
  return b.fixed + n * b.per_sample;
}

/* The order of heights: consistent with lying above for every N. */
static int64_t weigh(Bytes b) {
  return bytes_for(b, 8);
}

static Bytes add(Bytes a, Bytes b) {
  return (Bytes){a.fixed + b.fixed, a.per_sample + b.per_sample};
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b) {
  return a > b ? a : b;
}

static int is_above(Bytes a, Bytes b) {
  return a.per_sample >= b.per_sample && bytes_for(a, 1) >= bytes_for(b, 1);
}

static Bytes lower(Bytes a, Bytes b) {
  int64_t slope = least(a.per_sample, b.per_sample);
  return (Bytes){least(bytes_for(a, 1), bytes_for(b, 1)) - slope, slope};
}

static Bytes higher(Bytes a, Bytes b) {
  int64_t slope = most(a.per_sample, b.per_sample);
  return (Bytes){most(bytes_for(a, 1), bytes_for(b, 1)) - slope, slope};
}

static int live_together(const Block *a, const Block *b) {
  return a->first <= b->last && b->first <= a->last;
}

static void lay_block(Layer *l, Block *b) {
  int near = 0, i;
  for (i = 0; i < l->count; i++)
    if (live_together(l->laid[i], b))
      l->near[near++] = l->laid[i];
  for (i = near - 1; i >= 0; i--)
    l->low[i] = i == near - 1 ? l->near[i]->at : lower(l->near[i]->at, l->low[i + 1]);
  Bytes top = {0, 0};
  int64_t best_gap = INT64_MAX;
  for (i = 0; i < near; i++) {
    Bytes end = add(top, b->size);
    int64_t gap = weigh(l->low[i]) - weigh(end);
    if (is_above(l->low[i], end) && gap < best_gap)
      b->at = top, best_gap = gap;
    top = higher(top, add(l->near[i]->at, l->near[i]->size));
  }
  if (best_gap == INT64_MAX)
    b->at = top;
  for (i = l->count++; i > 0 && weigh(l->laid[i - 1]->at) > weigh(b->at); i--)
    l->laid[i] = l->laid[i - 1];
  l->laid[i] = b;
}

static Bytes end_of(const Block *b) {
  return add(b->at, b->size);
}

/* Lays blocks in this order. Returns how far above the bound they reach, at the batch size where that is worst, and
   which in the order reaches highest there. */
static double lay_all(Layer *l, Block **order, int count, const int64_t bound[MEMORY_BATCHES], int *highest) {
  int64_t top[MEMORY_BATCHES] = {0};
  int highest_at[MEMORY_BATCHES] = {0};
  double worst = 0;
  l->count = 0;
  for (int i = 0; i < count; i++) {
    lay_block(l, order[i]);
    for (int k = 0; k < MEMORY_BATCHES; k++)
      if (bytes_for(end_of(order[i]), memory_batches[k]) > top[k])
        top[k] = bytes_for(end_of(order[i]), memory_batches[k]), highest_at[k] = i;
  }
  for (int k = 0; k < MEMORY_BATCHES; k++)
    if (bound[k] && (double)top[k] / (double)bound[k] > worst)
      worst = (double)top[k] / (double)bound[k], *highest = highest_at[k];
  return worst;
}

static int by_size(const void *a, const void *b) {
  const Block *x = *(Block *const *)a, *y = *(Block *const *)b;
  int64_t p = weigh(x->size), q = weigh(y->size);
  return p != q ? (p < q ? 1 : -1) : x < y ? -1 : x > y;
}

static int by_area(const void *a, const void *b) {
  const Block *x = *(Block *const *)a, *y = *(Block *const *)b;
  int64_t p = weigh(x->size) * (x->last - x->first + 1), q = weigh(y->size) * (y->last - y->first + 1);
  return p != q ? (p < q ? 1 : -1) : by_size(a, b);
}

static int by_birth(const void *a, const void *b) {
  const Block *x = *(Block *const *)a, *y = *(Block *const *)b;
  return x->first != y->first ? (x->first < y->first ? -1 : 1) : by_size(a, b);
}

int64_t memory_bound(const Block *block, int count, int64_t n, Arena *mem) {
  int end = 0;
  for (int i = 0; i < count; i++)
    if (block[i].last >= end)
      end = block[i].last + 1;
  int64_t *change = arena_alloc(mem, sizeof *change * (size_t)(end + 1)), live = 0, bound = 0;
  for (int i = 0; i < count; i++) {
    change[block[i].first] += bytes_for(block[i].size, n);
    change[block[i].last + 1] -= bytes_for(block[i].size, n);
  }
  for (int t = 0; t < end; t++)
    bound = most(bound, live += change[t]);
  return bound;
}

void memory_assign(Block *block, int count, Arena *mem) {
  int (*const sequences[])(const void *, const void *) = {by_size, by_area, by_birth};
  size_t places = (size_t)(count + 1), bytes = sizeof(Block *) * places;
  Block **order = arena_alloc(mem, bytes);
  Bytes *best_at = arena_alloc(mem, sizeof *best_at * places);
  Layer l = {arena_alloc(mem, bytes), 0, arena_alloc(mem, bytes), arena_alloc(mem, sizeof *l.low * places)};
  int64_t bound[MEMORY_BATCHES];
  double best = 1e30;
  for (int k = 0; k < MEMORY_BATCHES; k++)
    bound[k] = memory_bound(block, count, memory_batches[k], mem);
  for (int s = 0; s < 3 && best > good_enough; s++) {
    for (int i = 0; i < count; i++)
      order[i] = &block[i];
    qsort(order, (size_t)count, sizeof *order, sequences[s]);
    for (int mending = 0; mending <= MENDINGS + MORE_MENDINGS / (count + 1) && count && best > good_enough; mending++) {
      int highest = 0;
      double over = lay_all(&l, order, count, bound, &highest);
      for (int i = 0; i < count && over < best; i++)
        best_at[i] = block[i].at;
      best = over < best ? over : best;
      /* always to the front would soon go round in a circle */
      int to = mending % 2 ? 0 : (int)(2654435761u * (unsigned)mending % (unsigned)(highest + 1));
      Block *moved = order[highest];
      memmove(order + to + 1, order + to, sizeof *order * (size_t)(highest - to));
      order[to] = moved;
    }
  }
  for (int i = 0; i < count; i++)
    block[i].at = best_at[i];
}

static int by_slope(const void *a, const void *b) {
  int64_t p = ((const Bytes *)a)->per_sample, q = ((const Bytes *)b)->per_sample;
  return p < q ? -1 : p > q;
}

void memory_lines(const Block *block, int count, Bytes line[2], Arena *mem) {
  size_t places = (size_t)(count + 1);
  Bytes *end = arena_alloc(mem, sizeof *end * places), *behind = arena_alloc(mem, sizeof *behind * places);
  int64_t top[MEMORY_BATCHES] = {0};
  double best = 1e30;
  for (int i = 0; i < count; i++) {
    end[i] = end_of(&block[i]);
    for (int k = 0; k < MEMORY_BATCHES; k++)
      top[k] = most(top[k], bytes_for(end[i], memory_batches[k]));
  }
  qsort(end, (size_t)count, sizeof *end, by_slope);
  for (int i = count - 1; i >= 0; i--)
    behind[i] = higher(end[i], behind[i + 1]);
  Bytes flat = {0, 0};
  for (int i = 0; i < count; flat = higher(flat, end[i++])) {
    double worst = 0;
    for (int k = 0; k < MEMORY_BATCHES; k++) {
      int64_t n = memory_batches[k];
      double over = (double)most(bytes_for(flat, n), bytes_for(behind[i], n)) / (double)most(top[k], 1);
      worst = over > worst ? over : worst;
    }
    if (worst < best)
      best = worst, line[0] = flat, line[1] = behind[i];
  }
}
