/* Offsets for blocks of memory that live for a while: two that live at the same time must not overlap, and the whole
   shall be small.

   Sizes and offsets are fixed + N * per_sample, N >= 1 being known when the program runs. One lies above another for
   every N if it does at N = 1 and its per_sample is no less; so a block stands at two heights at once, and must clear
   its neighbours in both. What is shared by all samples may lie in a gap of what each sample has, if it fits for N = 1.

   Method: blocks are laid one after the other, each into the smallest gap that fits between those already there that
   live with it, else above them. The sequence decides the quality, so a few are tried (largest first, largest area
   first, those that live at the peak first, in order of birth), each then mended: the block that reaches highest goes
   to the front, or just forward, and all is laid again. The best is then climbed from, move by move. (Best fit by size:
   Pisarchyk and Lee, "Efficient memory management for deep neural net inference", 2020.) */
#include "base/cache.h"
#include "plan/plan_room.h"
#include <stdlib.h>
#include <string.h>

enum { FEWEST_TRIES = 4, MOST_TRIES = 200, CLIMBS = 12, WORK = 4000000 }; /* laying takes the square of the count of blocks */
static const double good_enough = 1e-4;

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
}

static void insert_block(Layer *l, Block *b) {
  int i;
  for (i = l->count++; i > 0 && weigh(l->laid[i - 1]->at) > weigh(b->at); i--)
    l->laid[i] = l->laid[i - 1];
  l->laid[i] = b;
}

static Bytes end_of(const Block *b) {
  return add(b->at, b->size);
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

int64_t *memory_live(const Block *block, int count, int64_t n, int times, Arena *mem) {
  int64_t *live = arena_alloc(mem, sizeof *live * (size_t)(times + 1));
  for (int i = 0; i < count; i++) {
    live[block[i].first] += bytes_for(block[i].size, n);
    live[block[i].last + 1] -= bytes_for(block[i].size, n);
  }
  for (int t = 1; t < times; t++)
    live[t] += live[t - 1];
  return live;
}

static int end_of_time(const Block *block, int count) {
  int times = 0;
  for (int i = 0; i < count; i++)
    times = block[i].last >= times ? block[i].last + 1 : times;
  return times;
}

int64_t memory_bound(const Block *block, int count, int64_t n, Arena *mem) {
  int times = end_of_time(block, count);
  int64_t bound = 0;
  const int64_t *live = memory_live(block, count, n, times, mem);
  for (int t = 0; t < times; t++)
    bound = most(bound, live[t]);
  return bound;
}

/* Those that live when most lives go first: there is no room to lose beside them. */
static int by_load(const void *a, const void *b) {
  const Block *x = *(Block *const *)a, *y = *(Block *const *)b;
  return x->load != y->load ? (x->load < y->load ? 1 : -1) : by_area(a, b);
}

static void find_loads(Block *block, int count, int64_t n, Arena *mem) {
  int times = end_of_time(block, count);
  const int64_t *live = memory_live(block, count, n, times, mem);
  for (int i = 0; i < count; i++)
    for (int t = block[i].first; t <= block[i].last; t++)
      block[i].load = most(block[i].load, live[t]);
}

typedef struct {
  Layer layer;
  int laid; /* so many of the order lie where they will lie again */
  Block **order, **best_order;
  Bytes *best_at; /* by position in best_order */
  int count;
  int64_t bound[MEMORY_BATCHES];
  double best;
} Search;

static void move(Search *s, int from, int to) {
  Block **order = s->order, *moved = order[from];
  s->laid = (int)least(s->laid, least(from, to));
  if (to < from)
    memmove(order + to + 1, order + to, sizeof *order * (size_t)(from - to));
  else
    memmove(order + from, order + from + 1, sizeof *order * (size_t)(to - from));
  order[to] = moved;
}

/* Lays blocks in the order of now. Returns how far above the bound they reach: the sum of the squares of the excess,
   for all batch sizes; and which in the order reaches highest where that is worst. Ends early when that is above
   `limit`: then the others must be put back. */
static double lay_all(Search *s, double limit, int *highest) {
  int64_t top[MEMORY_BATCHES];
  int highest_at[MEMORY_BATCHES] = {0};
  double excess[MEMORY_BATCHES] = {0}, sum = 0, worst = -1;
  memcpy(top, s->bound, sizeof top);
  s->layer.count = 0;
  for (int i = 0; i < s->count && sum <= limit; i++) {
    Block *b = s->order[i];
    if (i >= s->laid)
      lay_block(&s->layer, b);
    insert_block(&s->layer, b);
    for (int k = 0; k < MEMORY_BATCHES; k++) {
      if (bytes_for(end_of(b), memory_batches[k]) <= top[k])
        continue;
      top[k] = bytes_for(end_of(b), memory_batches[k]), highest_at[k] = i;
      excess[k] = (double)top[k] / (double)most(s->bound[k], 1) - 1;
      sum = 0;
      for (int j = 0; j < MEMORY_BATCHES; j++)
        sum += excess[j] * excess[j];
    }
  }
  s->laid = s->count;
  for (int k = 0; k < MEMORY_BATCHES; k++)
    if (excess[k] > worst)
      worst = excess[k], *highest = highest_at[k];
  return sum;
}

/* 1 when it is the best so far. */
static int attempt(Search *s, double limit, int *highest) {
  double over = lay_all(s, limit, highest);
  if (over > s->best)
    return 0;
  s->best = over;
  memcpy(s->best_order, s->order, sizeof *s->order * (size_t)s->count);
  for (int i = 0; i < s->count; i++)
    s->best_at[i] = s->order[i]->at;
  return 1;
}

static void take_best(Search *s) {
  memcpy(s->order, s->best_order, sizeof *s->order * (size_t)s->count);
  for (int i = 0; i < s->count; i++)
    s->order[i]->at = s->best_at[i];
  s->laid = s->count;
}

static int pick(int i, int count) {
  return (int)((2654435761u * (unsigned)i >> 8) % (unsigned)count);
}

/* The highest block goes to the front, or just forward: always to the front would soon go round in a circle. */
static void mend(Search *s, int tries) {
  for (int i = 0, highest = 0; i <= tries && s->best > good_enough; i++) {
    attempt(s, 1e30, &highest);
    move(s, highest, i % 2 ? 0 : pick(i, highest + 1));
  }
}

/* Which block that one stands on: of those beside and below it the highest; itself when there is none. */
static int support(const Search *s, int above) {
  const Block *b = s->order[above];
  int found = above;
  for (int i = 0; i < s->count; i++)
    if (i != above && live_together(s->order[i], b) && weigh(end_of(s->order[i])) <= weigh(b->at) &&
        (found == above || weigh(end_of(s->order[i])) > weigh(end_of(s->order[found]))))
      found = i;
  return found;
}

/* From the best order, the highest block, or one of those it stands on, goes forward, and one or two others elsewhere:
   back when that is worse. */
static void climb(Search *s, int tries) {
  int highest = 0;
  take_best(s);
  lay_all(s, 1e30, &highest);
  for (int i = 1; i <= tries && s->best > good_enough; i++) {
    int from = highest, other = highest;
    for (int down = pick(7 * i, 6); down > 0; down--)
      from = support(s, from);
    move(s, from, pick(i, from + 1));
    for (int more = i % 3; more > 0; more--)
      move(s, pick(5 * i + more, s->count), pick(3 * i + more, s->count));
    if (attempt(s, s->best, &other))
      highest = other;
    else
      take_best(s);
  }
}

static void search(Block *block, int count, Arena *mem) {
  int (*const sequences[])(const void *, const void *) = {by_size, by_area, by_load, by_birth};
  size_t places = (size_t)(count + 1), bytes = sizeof(Block *) * places;
  int tries = FEWEST_TRIES + (int)least(MOST_TRIES, WORK / ((int64_t)count * count + 1));
  Search s = {.count = count, .best = 1e30};
  s.layer = (Layer){arena_alloc(mem, bytes), 0, arena_alloc(mem, bytes), arena_alloc(mem, sizeof(Bytes) * places)};
  s.order = arena_alloc(mem, bytes), s.best_order = arena_alloc(mem, bytes);
  s.best_at = arena_alloc(mem, sizeof(Bytes) * places);
  Bytes *best_at = arena_alloc(mem, sizeof *best_at * places);
  find_loads(block, count, memory_batches[1], mem);
  for (int k = 0; k < MEMORY_BATCHES; k++)
    s.bound[k] = memory_bound(block, count, memory_batches[k], mem);
  double best = 1e30;
  for (int i = 0; i < 4 && count && best > good_enough; i++) {
    for (int k = 0; k < count; k++)
      s.order[k] = &block[k];
    qsort(s.order, (size_t)count, sizeof *s.order, sequences[i]);
    s.best = 1e30, s.laid = 0;
    mend(&s, tries);
    climb(&s, CLIMBS * (tries - FEWEST_TRIES));
    for (int k = 0; k < count && s.best < best; k++)
      best_at[s.best_order[k] - block] = s.best_at[k];
    best = s.best < best ? s.best : best;
  }
  for (int i = 0; i < count; i++)
    block[i].at = best_at[i];
}

/* Of all that the search depends on. The text is another one whenever the method is. */
static Hash key_of(const Block *block, int count, Arena *mem) {
  static const char method[] = "offsets 1";
  int64_t *at = arena_alloc(mem, sizeof *at * 4 * (size_t)count), *p = at;
  for (int i = 0; i < count; i++, p += 4)
    p[0] = block[i].size.fixed, p[1] = block[i].size.per_sample, p[2] = block[i].first, p[3] = block[i].last;
  return hash_bytes(hash_bytes((Hash){0}, method, sizeof method), at, sizeof *at * 4 * (size_t)count);
}

void memory_assign(Block *block, int count, const char *cache, Arena *mem) {
  enum { FEW = 64 }; /* are found sooner than remembered */
  if (count < FEW || !cache) {
    search(block, count, mem);
    return;
  }
  Hash key = key_of(block, count, mem);
  Bytes *at = arena_alloc(mem, sizeof *at * (size_t)count);
  size_t len;
  Bytes *known = cache_get(cache, key, &len);
  if (known && len == sizeof *at * (size_t)count) {
    for (int i = 0; i < count; i++)
      block[i].at = known[i];
  } else {
    search(block, count, mem);
    for (int i = 0; i < count; i++)
      at[i] = block[i].at;
    cache_put(cache, key, at, sizeof *at * (size_t)count);
  }
  free(known);
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
