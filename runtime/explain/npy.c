#include "explain/npy.h"
#include <errno.h>
#include <string.h>

static int failed(const struct npy *n, char err[ERR]) {
  return fail(err, "cannot write %s: %s", n->path, strerror(errno));
}

/* Magic, version, the length of the head, the head: a Python dict, filled up so that numbers begin at byte 256, however many rows
   there will be. */
static int write_head(struct npy *n, int64_t rows) {
  enum { BEFORE = 10, HEAD = 256 - BEFORE };
  static const unsigned char before[BEFORE] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, HEAD, 0};
  char head[HEAD];
  int len = snprintf(head, sizeof head, "{'descr': '<f4', 'fortran_order': False, 'shape': (%lld,", (long long)rows);
  for (int i = 0; i < n->rank; i++)
    len += snprintf(head + len, sizeof head - (size_t)len, " %lld,", (long long)n->dim[i]);
  snprintf(head + len, sizeof head - (size_t)len, ")}");
  return fwrite(before, 1, BEFORE, n->file) == BEFORE && fprintf(n->file, "%-*s\n", HEAD - 1, head) == HEAD;
}

int npy_create(struct npy *n, const char *path, int rank, const int64_t *dim, char err[ERR]) {
  *n = (struct npy){.file = fopen(path, "we"), .path = path, .rank = rank, .row = 1};
  for (int i = 0; i < rank; i++)
    n->row *= n->dim[i] = dim[i];
  return n->file && write_head(n, 0) ? 0 : failed(n, err);
}

int npy_add(struct npy *n, const float *value, int64_t rows, char err[ERR]) {
  size_t count = (size_t)(rows * n->row);
  n->rows += rows;
  return fwrite(value, sizeof *value, count, n->file) == count ? 0 : failed(n, err);
}

int npy_close(struct npy *n, char err[ERR]) {
  if (!n->file)
    return 0;
  int good = !fseek(n->file, 0, SEEK_SET) && write_head(n, n->rows);
  good &= !fclose(n->file);
  n->file = NULL;
  return good ? 0 : failed(n, err);
}
