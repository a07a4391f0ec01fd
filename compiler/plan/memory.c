/* Offsets for blocks of memory that live for a while: two that live at the same time must not overlap, and the whole
   shall be small.

   Method: blocks are laid one after the other, each into the smallest gap that fits between those already there that
   live with it, else above them. The sequence decides the quality, so a few are tried (largest first, largest area
   first, in order of birth), each then mended: the block that reaches highest goes to the front and all is laid
   again. The best is kept. (Best fit by size: Pisarchyk and Lee, "Efficient memory management for deep neural net
   inference", 2020.) */
#include "plan/plan_room.h"
#include <stdlib.h>
#include <string.h>

enum { MENDINGS = 24 };

static int live_together(const Block *a, const Block *b) {
  return a->first <= b->last && b->first <= a->last;
}

/* `laid` holds those already laid, by offset. */
static void lay_block(Block *b, Block **laid, int count) {
  int64_t top = 0, best = -1, best_gap = INT64_MAX;
  for (int i = 0; i < count; i++) {
    if (!live_together(laid[i], b))
      continue;
    int64_t gap = laid[i]->at - top, end = laid[i]->at + laid[i]->size;
    if (gap >= b->size && gap < best_gap)
      best = top, best_gap = gap;
    if (end > top)
      top = end;
  }
  b->at = best >= 0 ? best : top;
  int i = count;
  for (; i > 0 && laid[i - 1]->at > b->at; i--)
    laid[i] = laid[i - 1];
  laid[i] = b;
}

/* Lays blocks in this order; returns the bytes and which in the order reaches highest. */
static int64_t lay_all(Block **order, int count, Block **laid, int *highest) {
  int64_t total = 0;
  for (int i = 0; i < count; i++) {
    lay_block(order[i], laid, i);
    if (order[i]->at + order[i]->size > total)
      total = order[i]->at + order[i]->size, *highest = i;
  }
  return total;
}

static int by_size(const void *a, const void *b) {
  const Block *x = *(Block *const *)a, *y = *(Block *const *)b;
  return x->size != y->size ? (x->size < y->size ? 1 : -1) : x < y ? -1 : x > y;
}

static int by_area(const void *a, const void *b) {
  const Block *x = *(Block *const *)a, *y = *(Block *const *)b;
  int64_t p = x->size * (x->last - x->first + 1), q = y->size * (y->last - y->first + 1);
  return p != q ? (p < q ? 1 : -1) : by_size(a, b);
}

static int by_birth(const void *a, const void *b) {
  const Block *x = *(Block *const *)a, *y = *(Block *const *)b;
  return x->first != y->first ? (x->first < y->first ? -1 : 1) : by_size(a, b);
}

int64_t memory_bound(const Block *block, int count, Arena *mem) {
  int end = 0;
  for (int i = 0; i < count; i++)
    if (block[i].last >= end)
      end = block[i].last + 1;
  int64_t *change = arena_alloc(mem, sizeof *change * (size_t)(end + 1)), live = 0, most = 0;
  for (int i = 0; i < count; i++) {
    change[block[i].first] += block[i].size;
    change[block[i].last + 1] -= block[i].size;
  }
  for (int t = 0; t < end; t++) {
    live += change[t];
    if (live > most)
      most = live;
  }
  return most;
}

int64_t memory_assign(Block *block, int count, Arena *mem) {
  int (*const sequences[])(const void *, const void *) = {by_size, by_area, by_birth};
  size_t bytes = sizeof(Block *) * (size_t)(count + 1);
  Block **order = arena_alloc(mem, bytes), **laid = arena_alloc(mem, bytes);
  int64_t *best_at = arena_alloc(mem, sizeof *best_at * (size_t)(count + 1));
  int64_t bound = memory_bound(block, count, mem), best = INT64_MAX;
  for (int s = 0; s < 3 && best > bound; s++) {
    for (int i = 0; i < count; i++)
      order[i] = &block[i];
    qsort(order, (size_t)count, sizeof *order, sequences[s]);
    for (int mending = 0; mending <= MENDINGS && best > bound; mending++) {
      int highest = 0;
      int64_t total = lay_all(order, count, laid, &highest);
      if (total < best) {
        best = total;
        for (int i = 0; i < count; i++)
          best_at[i] = block[i].at;
      }
      Block *moved = order[highest];
      memmove(order + 1, order, sizeof *order * (size_t)highest);
      order[0] = moved;
    }
  }
  for (int i = 0; i < count; i++)
    block[i].at = best_at[i];
  return count ? best : 0;
}
