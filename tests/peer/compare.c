/* Holds a finished program against PyTorch's numbers.

     compare feed NAME.spec WEIGHTS INPUTS              writes what `program dump` is fed with, as safetensors
     compare check GOLDEN GROUP=DUMP...                 compares the golden tensors GROUP/X with the tensors X of a dump
     compare samples GOLDEN GROUP=DUMP...               the same for the zoo, of whose tensors a few elements are kept

   Per tensor, the relative L2 error is at most max(1e-5, 3 times the error that PyTorch makes itself in float32); a whole
   curve's at most 1e-3. A tensor with a batch is averaged over it where the golden one has none (a loss). */
#include "fill.h"
#include "safetensors.h"
#include <math.h>
#include <stdlib.h>

enum { TENSORS = 1024, GROUPS = 4 };

#define TURNED 2e-2 /* what a relu that rounding turns may change in the gradients of a deep network */


/* ---- feed ---- */

static int feed(const char *spec, const char *weights, const char *inputs, char err[ERR]) {
  static struct tensor list[2][TENSORS];
  static Fill fills[TENSORS];
  const char *const path[] = {weights, inputs};
  int count[2] = {0}, n = 0;
  FILE *f = fopen(spec, "r");
  if (!f)
    return fail(err, "cannot read %s", spec);
  for (; n < TENSORS && fill_read(f, &fills[n]); n++) {
    const Fill *x = &fills[n];
    int which = !strcmp(x->role, "input"), whole = !strcmp(x->kind, "class");
    struct tensor *t = &list[which][count[which]++];
    *t = (struct tensor){.name = x->name, .type = whole ? TENSOR_I32 : TENSOR_F32, .rank = x->rank};
    memcpy(t->dim, x->dim, sizeof x->dim);
    t->bytes = fill_count(x) * 4;
    void *data = mem_get((size_t)t->bytes);
    for (int64_t i = 0; i < fill_count(x); i++)
      if (whole)
        ((int32_t *)data)[i] = (int32_t)fill_value(x, i);
      else
        ((float *)data)[i] = (float)fill_value(x, i);
    t->data = data;
  }
  fclose(f);
  int status = 0;
  for (int i = 0; i < 2 && !status; i++)
    status = tensors_write(path[i], list[i], count[i], NULL, 0, err);
  for (int i = 0; i < 2; i++)
    for (int k = 0; k < count[i]; k++)
      free((void *)(uintptr_t)list[i][k].data);
  return status;
}

/* ---- check ---- */

static double element(const struct tensor *t, int64_t i) {
  double d;
  float f;
  int32_t k;
  if (!strcmp(t->type_name, "F64"))
    return memcpy(&d, (const char *)t->data + 8 * i, 8), d;
  if (t->type == TENSOR_F32)
    return memcpy(&f, (const char *)t->data + 4 * i, 4), (double)f;
  return memcpy(&k, (const char *)t->data + 4 * i, 4), (double)k;
}

static const struct tensor *beside(const struct tensors *t, const char *name, const char *suffix) {
  char full[256];
  snprintf(full, sizeof full, "%s%s", name, suffix);
  return tensors_find(t, full);
}

/* Element i of `is`, which may have `each` values where the golden tensor has one. */
static double mean_of(const struct tensor *is, int64_t i, int64_t each) {
  double sum = 0;
  for (int64_t k = 0; k < each; k++)
    sum += element(is, i * each + k);
  return sum / (double)each;
}

static int check_tensor(const struct tensors *golden, const struct tensor *want, const struct tensors *dump, char err[ERR]) {
  const char *name = strchr(want->name, '/') + 1;
  const struct tensor *is = tensors_find(dump, name), *at = beside(golden, want->name, ".at");
  const struct tensor *single = beside(golden, want->name, ".f32");
  int64_t count = tensor_count(want), each = is && !at ? tensor_count(is) / count : 1;
  double difference = 0, norm = 0, bound = strncmp(want->name, "curve/", 6) ? 1e-5 : 1e-3;
  if (!is || !single || each < 1)
    return fail(err, "the dump has no such tensor: %s", name);
  for (int64_t i = 0; i < count; i++) {
    double a = element(want, i), b = mean_of(is, at ? (int64_t)element(at, i) : i, each);
    difference += (a - b) * (a - b);
    norm += a * a;
  }
  double error = sqrt(difference / fmax(norm, 1e-60));
  bound = fmax(bound, 3 * element(single, 0));
  if (error <= bound)
    return 0;
  printf("%-36s relative error %.2e, allowed %.2e\n", want->name, error, bound);
  return 1;
}

static int check(const char *path, int groups, char **group, char err[ERR]) {
  struct tensors golden, dump;
  int bad = 0, compared = 0;
  if (tensors_open(&golden, path, err))
    return -1;
  for (int g = 0; g < groups && bad >= 0; g++) {
    char *file = strchr(group[g], '=');
    if (!file || tensors_open(&dump, file + 1, err))
      return file ? -1 : fail(err, "GROUP=DUMP is wanted, not %s", group[g]);
    for (int i = 0; i < golden.count && bad >= 0; i++) {
      const struct tensor *t = &golden.tensor[i];
      size_t len = (size_t)(file - group[g]), end = strlen(t->name);
      int aside = (end > 3 && !strcmp(t->name + end - 3, ".at")) || (end > 4 && !strcmp(t->name + end - 4, ".f32"));
      if (aside || strncmp(t->name, group[g], len) || t->name[len] != '/')
        continue;
      int status = check_tensor(&golden, t, &dump, err);
      bad = status < 0 ? -1 : bad + status;
      compared++;
    }
    tensors_close(&dump);
  }
  tensors_close(&golden);
  return bad || compared ? bad : fail(err, "nothing was compared");
}

/* ---- samples ---- */

/* A line `GROUP NAME COUNT NORM ERROR VALUE...`: how many elements a tensor has, their norm, PyTorch's own relative error
   in float32 (of a gradient: the largest of the network), and its elements at places that fill_place draws. */
static int check_line(const char *line, const struct tensor *is, char err[ERR]) {
  char name[128];
  long long count;
  double norm, single, value, difference = 0, sum = 0;
  int at, samples = 0, skip;
  if (sscanf(line, "%*s %127s %lld %lf %lf%n", name, &count, &norm, &single, &at) != 4)
    return fail(err, "no line of samples: %s", line);
  int64_t each = tensor_count(is) / count;
  if (each < 1 || tensor_count(is) % count)
    return fail(err, "%s has %lld elements, not %lld", name, (long long)tensor_count(is), count);
  for (; sscanf(line + at, "%lf%n", &value, &skip) == 1; at += skip, samples++)
    difference += pow(mean_of(is, fill_place(name, samples, count), each) - value, 2);
  for (int64_t i = 0; i < count; i++)
    sum += pow(mean_of(is, i, each), 2);
  double error = sqrt(difference / fmax(samples, 1)) / fmax(norm / sqrt((double)count), 1e-30);
  double size = fabs(sqrt(sum) - norm) / fmax(norm, 1e-30), bound = fmax(strstr(name, "#grad") ? TURNED : 1e-5, 4 * single);
  if (error <= bound && size <= bound)
    return 0;
  printf("%-52s relative error %.2e, of its norm %.2e, allowed %.2e\n", name, error, size, bound);
  return 1;
}

static int check_samples(const char *path, int groups, char **group, char err[ERR]) {
  struct tensors dump[GROUPS];
  char line[1024], name[128], of[16];
  int bad = 0, compared = 0;
  FILE *f = fopen(path, "r");
  if (!f || groups > GROUPS)
    return fail(err, "cannot read %s", path);
  for (int g = 0; g < groups; g++)
    if (!strchr(group[g], '=') || tensors_open(&dump[g], strchr(group[g], '=') + 1, err))
      return -1;
  while (bad >= 0 && fgets(line, sizeof line, f) && sscanf(line, "%15s %127s", of, name) == 2)
    for (int g = 0; g < groups && bad >= 0; g++) {
      size_t len = strlen(of);
      if (strncmp(group[g], of, len) || group[g][len] != '=')
        continue;
      const struct tensor *is = tensors_find(&dump[g], name);
      int status = is ? check_line(line, is, err) : fail(err, "the dump has no such tensor: %s", name);
      bad = status < 0 ? -1 : bad + status;
      compared++;
    }
  for (int g = 0; g < groups; g++)
    tensors_close(&dump[g]);
  fclose(f);
  return bad || compared ? bad : fail(err, "nothing was compared");
}

int main(int argc, char **argv) {
  char err[ERR] = "usage: compare feed SPEC WEIGHTS INPUTS | compare check|samples GOLDEN GROUP=DUMP...";
  int status = -1;
  if (argc == 5 && !strcmp(argv[1], "feed"))
    status = feed(argv[2], argv[3], argv[4], err);
  else if (argc > 3 && !strcmp(argv[1], "check"))
    status = check(argv[2], argc - 3, argv + 3, err);
  else if (argc > 3 && !strcmp(argv[1], "samples"))
    status = check_samples(argv[2], argc - 3, argv + 3, err);
  if (status < 0)
    fprintf(stderr, "compare: %s\n", err);
  return status != 0;
}
