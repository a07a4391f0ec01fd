/* A file is "\x93NUMPY", two bytes of version, the header's length (two bytes, from version 2 on four), the header, and
   the values. The header is a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }. */
#include "data/array.h"
#include "base.h"
#include "data/files.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void array_close(struct array *a) {
  if (a->map)
    munmap(a->map, a->size);
  free(a->path);
  *a = (struct array){0};
}

static const char *kind_word(char kind) {
  return kind == 'u' ? "uint" : kind == 'i' ? "int" : kind == 'f' ? "float" : "bool";
}

void array_text(const struct array *a, char *out, size_t size) {
  size_t used = (size_t)snprintf(out, size, "[");
  for (int k = 0; k < a->rank && used < size; k++)
    used += (size_t)snprintf(out + used, size - used, "%s%lld", k ? ", " : "", (long long)a->dim[k]);
  if (used < size)
    used += (size_t)snprintf(out + used, size - used, "] of %s", kind_word(a->kind));
  if (used < size && a->kind != 'b')
    snprintf(out + used, size - used, "%d", 8 * a->bytes);
}

double array_value(const struct array *a, int64_t i) {
  const unsigned char *p = a->values + i * a->bytes;
  union {
    uint16_t u2;
    int16_t i2;
    uint32_t u4;
    int32_t i4;
    uint64_t u8;
    int64_t i8;
    float f4;
    double f8;
  } v;
  memcpy(&v, p, (size_t)a->bytes);
  switch (a->kind == 'f' ? a->bytes * 100 : a->kind == 'i' ? a->bytes * 10 : a->bytes) {
  case 1:
    return *p;
  case 2:
    return v.u2;
  case 4:
    return v.u4;
  case 8:
    return (double)v.u8;
  case 10:
    return (signed char)*p;
  case 20:
    return v.i2;
  case 40:
    return v.i4;
  case 80:
    return (double)v.i8;
  case 400:
    return (double)v.f4;
  default:
    return v.f8;
  }
}

/* What stands behind 'key': in the header; NULL: nothing. */
static const char *header_value(const char *header, const char *key) {
  const char *at = strstr(header, key);
  if (!at)
    return NULL;
  at += strlen(key);
  at += strspn(at, "'\": ");
  return at;
}

static int read_type(struct array *a, const char *header, char err[512]) {
  const char *at = header_value(header, "descr");
  char order = at && strlen(at) >= 4 ? *at : 0;
  if (!order || !strchr("<|>=", order))
    return fail(err, "%s: its header tells no type of values", a->path);
  a->kind = at[1];
  a->bytes = at[2] - '0';
  int known = (strchr("ui", a->kind) && strchr("1248", at[2])) || (a->kind == 'f' && strchr("48", at[2])) ||
              (a->kind == 'b' && at[2] == '1');
  if (!known || !strchr("'\"", at[3]))
    return fail(err, "%s: values of type %.*s; integers, floats of 32 and 64 bits and bools are read", a->path,
                (int)strcspn(at, "'\""), at);
  if (order == '>' && a->bytes > 1)
    return fail(err, "%s: big-endian values (%.3s); save them as a.astype('<%c%d')", a->path, at, a->kind, a->bytes);
  at = header_value(header, "fortran_order");
  if (!at || strncmp(at, "False", 5))
    return fail(err, "%s: columns come first (fortran_order); save it as np.ascontiguousarray(a)", a->path);
  return 0;
}

static int read_shape(struct array *a, const char *header, char err[512]) {
  const char *at = header_value(header, "shape");
  char *end;
  if (!at || *at != '(')
    return fail(err, "%s: its header tells no shape", a->path);
  for (at++; *at && *at != ')'; at = end + strspn(end, "L, ")) {
    errno = 0;
    long long n = strtoll(at, &end, 10);
    if (end == at || n < 0 || errno || a->rank == ARRAY_RANK)
      return fail(err, "%s: its header tells no shape of up to %d axes", a->path, ARRAY_RANK);
    a->dim[a->rank++] = n;
  }
  return a->rank ? 0 : fail(err, "%s is a single value; the first axis of an array counts the samples", a->path);
}

static int read_header(struct array *a, char err[512]) {
  enum { BEGIN = 10 };
  if (a->size < BEGIN || memcmp(a->map, "\x93NUMPY", 6))
    return fail(err, "%s: %s", a->path, a->size ? "not a .npy file" : "the file is empty");
  int wide = a->map[6] >= 2;
  size_t from = wide ? 12 : BEGIN, length = a->map[8] | (size_t)a->map[9] << 8;
  if (a->map[6] < 1 || a->map[6] > 3 || (wide && a->size < from))
    return fail(err, "%s: a .npy file of version %d, which is not known", a->path, a->map[6]);
  if (wide)
    length |= (size_t)a->map[10] << 16 | (size_t)a->map[11] << 24;
  if (length > a->size - from)
    return fail(err, "%s: its header is cut off", a->path);
  char *header = mem_text("%.*s", (int)length, (const char *)a->map + from);
  int failed = read_type(a, header, err) || read_shape(a, header, err);
  free(header);
  a->values = a->map + from + length;
  uint64_t bytes = (uint64_t)a->bytes, there = a->size - from - length;
  for (int k = 0; k < a->rank && !failed; k++) {
    int over = __builtin_mul_overflow(bytes, (uint64_t)a->dim[k], &bytes);
    if (over || (k == a->rank - 1 && bytes != there)) {
      char what[160];
      array_text(a, what, sizeof what);
      failed = fail(err, "%s: its header promises %s, but %llu bytes of values follow", a->path, what,
                    (unsigned long long)there);
    }
  }
  return failed ? -1 : 0;
}

int array_open(struct array *a, const char *path, char err[512]) {
  struct stat info;
  *a = (struct array){.path = mem_text("%s", path)};
  int fd = open(path, O_RDONLY | O_CLOEXEC), failed = 0;
  if (fd < 0)
    failed = path_missing(path, err);
  else if (fstat(fd, &info) || !S_ISREG(info.st_mode))
    failed = fail(err, "%s: not a file", path);
  else if ((a->size = (size_t)info.st_size)) {
    a->map = mmap(NULL, a->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (a->map == MAP_FAILED) {
      a->map = NULL;
      failed = fail(err, "%s: %s", path, strerror(errno));
    }
  }
  if (fd >= 0)
    close(fd);
  failed = failed || read_header(a, err);
  if (failed)
    array_close(a);
  return failed ? -1 : 0;
}
