/* The safetensors format (https://github.com/huggingface/safetensors): eight bytes with the length of a JSON header,
   the header, then the tensors one after another without holes. Nothing in a file is believed before it was checked. */
#ifndef NET_SAFETENSORS_H
#define NET_SAFETENSORS_H
#include "base.h"
#include "netrt.h"

enum { TENSOR_RANK = 8 };
enum tensor_type { TENSOR_F32, TENSOR_I32, TENSOR_F64, TENSOR_F16, TENSOR_BF16, TENSOR_OTHER };

struct tensor {
  const char *name;   /* the one to look for: the file's, until rename_tensors gives another */
  const char *origin; /* the file's */
  enum tensor_type type;
  const char *type_name; /* "F32" */
  int rank;
  int64_t dim[TENSOR_RANK];
  int turned;            /* data lies in another order of axes: */
  int axis[TENSOR_RANK]; /* axis i is axis[i] of the file */
  const void *data;      /* little-endian; not aligned */
  int64_t bytes;
};

struct tensors {
  int count;
  struct tensor *tensor;
  void *header, *map; /* the parsed JSON; the file, mapped */
  size_t map_bytes;
  struct heap heap; /* names that are not the file's */
};

/* Opens a file, or an image in memory that stays; `path` names it in messages. */
int tensors_open(struct tensors *t, const char *path, char err[ERR]);
int tensors_read(struct tensors *t, const void *image, size_t bytes, const char *path, char err[ERR]);
void tensors_close(struct tensors *t);

const struct tensor *tensors_find(const struct tensors *t, const char *name);
const char *tensors_meta(const struct tensors *t, const char *key); /* NULL if the file does not have it */

struct tensors_meta {
  const char *key, *value;
};
/* Replaces path by a file with these tensors, or leaves it as it was. In order: F32 and I32 only. */
int tensors_write(const char *path, const struct tensor *tensor, int count, const struct tensors_meta *meta, int metas,
                  char err[ERR]);

int64_t tensor_count(const struct tensor *t);
/* Its numbers as float32, in the order of its axes; -1 if its type is none of real numbers. */
int tensor_floats(const struct tensor *t, float *out);
int tensor_is_real(const struct tensor *t);
/* "[32, 1, 3, 3]" */
enum { SHAPE = 160 };
const char *shape_text(char text[SHAPE], int rank, const int64_t *dim);

#endif
