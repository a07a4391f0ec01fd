#include "json.h"
#include "base.h"
#include "log/file.h"
#include "tally.h"
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

json_t *json_of_text(const char *text) {
  char *clean = text_clean(text ? text : "");
  json_t *v = json_string(clean);
  free(clean);
  return v;
}

json_t *json_of_number(double v) {
  return isfinite(v) ? json_real(v) : json_null();
}

json_t *json_of_shape(int rank, const int64_t *dim) {
  json_t *list = json_array();
  for (int i = 0; i < rank; i++)
    json_array_append_new(list, json_integer(dim[i]));
  return list;
}

void json_add_means(json_t *to, const struct net_train *t, const char *prefix, const double *mean) {
  for (int o = 0; mean && o <= t->metrics; o++) {
    if (!tally_has(t, o, mean[o]))
      continue;
    char *name = mem_text("%s%s", prefix, o ? t->metric[o - 1].name : "loss");
    json_object_set_new(to, name, json_of_number(mean[o]));
    free(name);
  }
}

void json_say(json_t *v, FILE *out) {
  json_dumpf(v, out, JSON_REAL_PRECISION(9));
  fputc('\n', out);
  fflush(out);
  json_decref(v);
}

FILE *json_stream(void) {
  fflush(stdout);
  int fd = dup(STDOUT_FILENO);
  FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
  if (f)
    dup2(STDERR_FILENO, STDOUT_FILENO);
  return f;
}
