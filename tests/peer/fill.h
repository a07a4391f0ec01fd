/* The numbers that both sides are fed with: functions of a tensor's name and an element's index, so that nothing but results
   is stored. The same functions stand in models.py. */
#ifndef TESTS_PEER_FILL_H
#define TESTS_PEER_FILL_H
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { FILL_RANK = 6 };

/* A line of a .spec file: what a tensor holds. noise: 0 <= x < 1; uniform: -limit <= x < limit; about: as uniform, but around 1;
   class: 0 ... limit - 1; box: 1 inside one rectangle of each sample, else 0. */
typedef struct {
  char role[16], name[128], kind[16];
  double limit;
  int rank;
  int64_t dim[FILL_RANK];
} Fill;

static inline double fill_random(const char *name, int64_t i) {
  uint64_t z = 0xcbf29ce484222325u;
  for (; *name; name++)
    z = (z ^ (unsigned char)*name) * 0x100000001b3u;
  z += (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return (double)((z ^ z >> 31) >> 40) / 16777216;
}

/* Where the k-th kept element of a tensor with count of them is. */
static inline int64_t fill_place(const char *name, int k, int64_t count) {
  return (int64_t)(fill_random(name, 1000000007 + (int64_t)k) * (double)count);
}

static inline int64_t fill_count(const Fill *f) {
  int64_t n = 1;
  for (int i = 0; i < f->rank; i++)
    n *= f->dim[i];
  return n;
}

static inline double fill_value(const Fill *f, int64_t i) {
  double u = fill_random(f->name, i);
  if (!strcmp(f->kind, "noise"))
    return (float)u;
  if (!strcmp(f->kind, "uniform"))
    return (float)((2 * u - 1) * f->limit);
  if (!strcmp(f->kind, "about"))
    return (float)(1 + (2 * u - 1) * f->limit);
  if (!strcmp(f->kind, "class"))
    return (double)(int)(u * f->limit);
  int64_t h = f->dim[f->rank - 2], w = f->dim[f->rank - 1], n = i / (h * w), y = i / w % h, x = i % w;
  double top = fill_random(f->name, 4 * n), left = fill_random(f->name, 4 * n + 1);
  double tall = fill_random(f->name, 4 * n + 2), wide = fill_random(f->name, 4 * n + 3);
  return 2 * y >= top * h && 2 * y < (top + 0.5 + tall / 2) * h && 2 * x >= left * w && 2 * x < (left + 0.5 + wide / 2) * w;
}

/* The next line `role name kind limit dim...`; 0 at the end. */
static inline int fill_read(FILE *spec, Fill *f) {
  char line[512];
  int at;
  if (!fgets(line, sizeof line, spec) || sscanf(line, "%15s %127s %15s %lf%n", f->role, f->name, f->kind, &f->limit, &at) != 4)
    return 0;
  long long dim;
  for (f->rank = 0; f->rank < FILL_RANK && sscanf(line + at, "%lld", &dim) == 1; f->rank++) {
    f->dim[f->rank] = dim;
    at += (int)strspn(line + at, " ");
    at += (int)strcspn(line + at, " \n");
  }
  return 1;
}

#endif
