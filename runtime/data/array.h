/* Arrays in NumPy's .npy format, versions 1 and 2, little-endian, rows first; mapped, not read. */
#ifndef NET_ARRAY_H
#define NET_ARRAY_H
#include <stddef.h>
#include <stdint.h>

enum { ARRAY_RANK = 8 };
struct array {
  char *path;
  unsigned char *map; /* the whole file */
  size_t size;
  const unsigned char *values;
  char kind; /* 'u', 'i', 'f' or 'b', as NumPy calls it */
  int bytes; /* of a value */
  int rank;
  int64_t dim[ARRAY_RANK];
};

/* 0, or -1 and err; then there is nothing to close. */
int array_open(struct array *a, const char *path, char err[512]);
void array_close(struct array *a);
double array_value(const struct array *a, int64_t i);
/* "[60000, 28, 28] of uint8" */
void array_text(const struct array *a, char *out, size_t size);

#endif
