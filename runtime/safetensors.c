/* Reading and writing safetensors files. A file is written beside its place, brought to the disk, then renamed over the
   old one: whoever looks sees the old file or the new one, also after a crash. */
#include "safetensors.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
  const char *name;
  enum tensor_type type;
  int bytes;
} TYPES[] = {
    {"F32", TENSOR_F32, 4},    {"I32", TENSOR_I32, 4},       {"F64", TENSOR_F64, 8},     {"F16", TENSOR_F16, 2},
    {"BF16", TENSOR_BF16, 2}, {"I64", TENSOR_OTHER, 8},     {"U64", TENSOR_OTHER, 8},     {"U32", TENSOR_OTHER, 4},
    {"I16", TENSOR_OTHER, 2},  {"U16", TENSOR_OTHER, 2},     {"I8", TENSOR_OTHER, 1},      {"U8", TENSOR_OTHER, 1},
    {"BOOL", TENSOR_OTHER, 1}, {"F8_E4M3", TENSOR_OTHER, 1}, {"F8_E5M2", TENSOR_OTHER, 1},
};
enum { TYPE_COUNT = sizeof TYPES / sizeof *TYPES };
enum { HEADER_MAX = 100000000 };
static const int64_t BYTES_MAX = INT64_C(1) << 56;

int64_t tensor_count(const struct tensor *t) {
  int64_t n = 1;
  for (int i = 0; i < t->rank; i++)
    n *= t->dim[i];
  return n;
}

const char *shape_text(char text[SHAPE], int rank, const int64_t *dim) {
  int at = snprintf(text, SHAPE, "[");
  for (int i = 0; i < rank && at < SHAPE - 24; i++)
    at += snprintf(text + at, (size_t)(SHAPE - at), "%s%lld", i ? ", " : "", (long long)dim[i]);
  snprintf(text + at, (size_t)(SHAPE - at), "]");
  return text;
}

/* ---- numbers ---- */

int tensor_is_real(const struct tensor *t) {
  return t->type != TENSOR_I32 && t->type != TENSOR_OTHER;
}

/* IEEE binary16: a sign, five bits of exponent with 15 added, ten of fraction. */
static float half_float(uint16_t h) {
  int exponent = h >> 10 & 31;
  float fraction = (float)(h & 1023), size;
  if (exponent == 31)
    size = fraction > 0 ? NAN : INFINITY;
  else
    size = exponent ? ldexpf(fraction + 1024, exponent - 25) : ldexpf(fraction, -24);
  return h & 0x8000 ? -size : size;
}

static float number_at(const struct tensor *t, int64_t i) {
  float f;
  double d;
  uint16_t h;
  if (t->type == TENSOR_F32)
    return memcpy(&f, (const char *)t->data + 4 * i, sizeof f), f;
  if (t->type == TENSOR_F64)
    return memcpy(&d, (const char *)t->data + 8 * i, sizeof d), (float)d;
  memcpy(&h, (const char *)t->data + 2 * i, sizeof h);
  if (t->type == TENSOR_F16)
    return half_float(h);
  uint32_t bits = (uint32_t)h << 16; /* BF16: the upper half of a float */
  return memcpy(&f, &bits, sizeof f), f;
}

int tensor_floats(const struct tensor *t, float *out) {
  int64_t step[TENSOR_RANK], stride = 1, count = tensor_count(t), at[TENSOR_RANK] = {0}, from = 0;
  if (!tensor_is_real(t))
    return -1;
  if (t->type == TENSOR_F32 && !t->turned) {
    if (t->bytes)
      memcpy(out, t->data, (size_t)t->bytes);
    return 0;
  }
  int64_t theirs[TENSOR_RANK] = {0}; /* their strides, then ours in theirs */
  for (int i = 0; i < t->rank; i++)
    theirs[t->turned ? t->axis[i] : i] = t->dim[i];
  for (int i = t->rank - 1; i >= 0; i--) {
    int64_t size = theirs[i];
    theirs[i] = stride;
    stride *= size;
  }
  for (int i = 0; i < t->rank; i++)
    step[i] = theirs[t->turned ? t->axis[i] : i];
  for (int64_t n = 0; n < count; n++) {
    out[n] = number_at(t, from);
    for (int i = t->rank - 1; i >= 0; i--) { /* the next place, last axis first */
      from += step[i];
      if (++at[i] < t->dim[i])
        break;
      from -= at[i] * step[i];
      at[i] = 0;
    }
  }
  return 0;
}

/* ---- reading ---- */

struct reading {
  const char *path, *data;
  int64_t data_bytes;
  char *err;
};

static int bad(const struct reading *r, const char *name, const char *what) {
  return fail(r->err, "%s is no usable safetensors file: tensor \"%.100s\" %s", r->path, name, what);
}

/* Whole numbers of a JSON list, each from 0 up. Returns how many, -1 if it is something else or too long. */
static int read_list(const json_t *list, int64_t *out, int room) {
  if (!json_is_array(list) || json_array_size(list) > (size_t)room)
    return -1;
  int n = (int)json_array_size(list);
  for (int i = 0; i < n; i++) {
    const json_t *item = json_array_get(list, (size_t)i);
    if (!json_is_integer(item) || json_integer_value(item) < 0)
      return -1;
    out[i] = json_integer_value(item);
  }
  return n;
}

static int read_tensor(const struct reading *r, const char *name, const json_t *entry, struct tensor *t) {
  const char *type = json_string_value(json_object_get(entry, "dtype"));
  int64_t range[2], bytes = 0;
  *t = (struct tensor){.name = name, .origin = name, .type = TENSOR_OTHER, .type_name = type};
  for (int i = 0; type && i < TYPE_COUNT; i++)
    if (!strcmp(type, TYPES[i].name)) {
      t->type = TYPES[i].type;
      bytes = TYPES[i].bytes;
    }
  if (!bytes)
    return bad(r, name, type ? "has an unknown type" : "has no type");
  t->rank = read_list(json_object_get(entry, "shape"), t->dim, TENSOR_RANK);
  if (t->rank < 0)
    return bad(r, name, "has no proper shape");
  for (int i = 0; i < t->rank; i++) {
    if (t->dim[i] && bytes > BYTES_MAX / t->dim[i])
      return bad(r, name, "has an impossible size");
    bytes *= t->dim[i];
  }
  if (read_list(json_object_get(entry, "data_offsets"), range, 2) != 2)
    return bad(r, name, "has no proper place");
  if (range[0] > range[1] || range[1] - range[0] != bytes)
    return bad(r, name, "has a place that does not fit its shape");
  if (range[1] > r->data_bytes)
    return bad(r, name, "ends behind the file's end: the file is cut short");
  t->data = r->data + range[0];
  t->bytes = bytes;
  return 0;
}

static int by_place(const void *a, const void *b) {
  const struct tensor *x = a, *y = b;
  if (x->data != y->data)
    return (const char *)x->data < (const char *)y->data ? -1 : 1;
  return x->bytes < y->bytes ? -1 : x->bytes > y->bytes;
}

static int read_all(struct tensors *t, const struct reading *r) {
  const char *key;
  json_t *entry;
  t->tensor = mem_get((json_object_size(t->header) + 1) * sizeof *t->tensor);
  json_object_foreach(t->header, key, entry) {
    if (!strcmp(key, "__metadata__"))
      continue;
    if (read_tensor(r, key, entry, &t->tensor[t->count]))
      return -1;
    t->count++;
  }
  qsort(t->tensor, (size_t)t->count, sizeof *t->tensor, by_place);
  const char *end = r->data;
  for (int i = 0; i < t->count; i++) {
    if (t->tensor[i].data != end)
      return bad(r, t->tensor[i].name, "does not begin where the one before it ends");
    end += t->tensor[i].bytes;
  }
  if (end != r->data + r->data_bytes)
    return fail(r->err, "%s is no usable safetensors file: %lld bytes follow its last tensor", r->path,
                (long long)(r->data + r->data_bytes - end));
  return 0;
}

int tensors_read(struct tensors *t, const void *image, size_t bytes, const char *path, char err[ERR]) {
  const unsigned char *head = image;
  uint64_t length = 0;
  *t = (struct tensors){0};
  if (bytes < 8)
    return fail(err, "%s is no safetensors file: it has only %zu bytes", path, bytes);
  for (int i = 7; i >= 0; i--)
    length = length << 8 | head[i];
  if (!length || length > HEADER_MAX || (bytes > 8 && head[8] != '{'))
    return fail(err, "%s is no safetensors file", path);
  if (length > bytes - 8)
    return fail(err, "%s is cut short: its header alone has %llu bytes, the file %zu", path, (unsigned long long)length,
                bytes);
  json_error_t why;
  t->header = json_loadb((const char *)image + 8, (size_t)length, JSON_REJECT_DUPLICATES, &why);
  if (!json_is_object((json_t *)t->header)) {
    tensors_close(t);
    return fail(err, "%s is no usable safetensors file: broken header: %s", path, why.text);
  }
  struct reading r = {path, (const char *)image + 8 + length, (int64_t)(bytes - 8 - (size_t)length), err};
  if (read_all(t, &r)) {
    tensors_close(t);
    return -1;
  }
  return 0;
}

int tensors_open(struct tensors *t, const char *path, char err[ERR]) {
  struct stat about;
  *t = (struct tensors){0};
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || fstat(file, &about)) {
    int why = errno;
    if (file >= 0)
      close(file);
    return fail(err, "cannot open %s: %s", path, strerror(why));
  }
  if (!S_ISREG(about.st_mode) || about.st_size < 8) {
    close(file);
    return fail(err, S_ISREG(about.st_mode) ? "%s is no safetensors file: it has hardly any bytes" : "%s is no file",
                path);
  }
  size_t bytes = (size_t)about.st_size;
  void *map = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, file, 0);
  int why = errno;
  close(file);
  if (map == MAP_FAILED)
    return fail(err, "cannot read %s: %s", path, strerror(why));
  if (tensors_read(t, map, bytes, path, err)) {
    munmap(map, bytes);
    return -1;
  }
  t->map = map;
  t->map_bytes = bytes;
  return 0;
}

void tensors_close(struct tensors *t) {
  json_decref(t->header);
  free(t->tensor);
  heap_free(&t->heap);
  if (t->map)
    munmap(t->map, t->map_bytes);
  *t = (struct tensors){0};
}

const struct tensor *tensors_find(const struct tensors *t, const char *name) {
  for (int i = 0; i < t->count; i++)
    if (!strcmp(t->tensor[i].name, name))
      return &t->tensor[i];
  return NULL;
}

const char *tensors_meta(const struct tensors *t, const char *key) {
  return json_string_value(json_object_get(json_object_get(t->header, "__metadata__"), key));
}

/* ---- writing ---- */

static char *header_text(const struct tensor *tensor, int count, const struct tensors_meta *meta, int metas) {
  json_t *header = json_object(), *about = json_object();
  for (int i = 0; i < metas; i++)
    json_object_set_new(about, meta[i].key, json_string(meta[i].value));
  json_object_set_new(header, "__metadata__", about);
  json_int_t at = 0;
  for (int i = 0; i < count; i++) {
    json_t *shape = json_array();
    for (int d = 0; d < tensor[i].rank; d++)
      json_array_append_new(shape, json_integer(tensor[i].dim[d]));
    json_t *entry = json_pack("{s:s, s:o, s:[I, I]}", "dtype", tensor[i].type == TENSOR_F32 ? "F32" : "I32", "shape",
                              shape, "data_offsets", at, at + (json_int_t)tensor[i].bytes);
    json_object_set_new(header, tensor[i].name, entry);
    at += tensor[i].bytes;
  }
  char *text = json_dumps(header, JSON_COMPACT);
  json_decref(header);
  return text;
}

static int write_to(FILE *f, const char *header, const struct tensor *tensor, int count) {
  size_t length = strlen(header), padded = (length + 7) / 8 * 8;
  unsigned char head[8];
  for (int i = 0; i < 8; i++)
    head[i] = (unsigned char)((uint64_t)padded >> 8 * i);
  int ok = fwrite(head, 8, 1, f) == 1 && fprintf(f, "%-*s", (int)padded, header) >= 0;
  for (int i = 0; ok && i < count; i++)
    ok = !tensor[i].bytes || fwrite(tensor[i].data, (size_t)tensor[i].bytes, 1, f) == 1;
  return ok && !fflush(f) && !fsync(fileno(f)) ? 0 : -1;
}

/* The rename itself reaches the disk with its folder. */
static void folder_sync(const char *path) {
  const char *slash = strrchr(path, '/');
  char *folder = slash ? mem_text("%.*s/", (int)(slash - path), path) : mem_text(".");
  int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file >= 0) {
    fsync(file);
    close(file);
  }
  free(folder);
}

int tensors_write(const char *path, const struct tensor *tensor, int count, const struct tensors_meta *meta, int metas,
                  char err[ERR]) {
  char *header = header_text(tensor, count, meta, metas), *beside = mem_text("%s.tmp", path);
  int status = 0, why = 0;
  FILE *f = header ? fopen(beside, "wbe") : NULL;
  if (!f || write_to(f, header, tensor, count))
    status = -1, why = header ? errno : EILSEQ;
  if (f && fclose(f) && !status)
    status = -1, why = errno;
  if (!status && rename(beside, path))
    status = -1, why = errno;
  if (status) {
    if (f)
      unlink(beside);
    fail(err, "cannot write %s: %s%s", path, strerror(why),
         access(path, F_OK) ? "" : "; the file that was there is as it was");
  } else
    folder_sync(path);
  free(header);
  free(beside);
  return status;
}
