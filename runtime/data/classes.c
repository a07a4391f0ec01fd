#include "data/classes.h"
#include "calls.h"
#include "data/text.h"
#include <stdlib.h>

int32_t data_label(struct net_dataset *s, int64_t index, char err[512]) {
  int64_t i = data_member(s, index);
  int field = field_of(&s->given, NET_CLASS), owned, failed;
  if (field < 0)
    return fail(err, "data %s has no field of a class", s->data->name);
  if (s->source->label)
    return s->source->label(s->source, i);
  struct cell *cell = cells_get(s, i, &owned, &failed, err);
  if (!cell)
    return -1;
  int32_t label = cell[field].label;
  if (owned)
    cells_free(s, cell);
  return label;
}

static int count_classes(struct net_dataset *s, int classes, int64_t *count, char err[512]) {
  for (int64_t i = 0; i < s->count; i++) {
    int32_t k = data_label(s, i, err);
    if (k < 0 || k >= classes)
      return k < 0 ? -1 : fail(err, "data %s: sample %lld has class %d of %d", s->data->name, (long long)i, k, classes);
    count[k]++;
  }
  return 0;
}

static int balanced(struct net_dataset *s, int classes, const char *dir, float *weight, char err[512]) {
  struct net_dataset *train = s;
  char why[512];
  if (s->split != NET_TRAIN && !(train = data_open(s->data, NET_TRAIN, dir, s->seed, why)))
    return fail(err,
                "%.300s\nclass_weight counts the classes of the training's samples; class_weight(label, weights: "
                "[...]) needs none",
                why);
  int64_t *count = mem_get((size_t)classes * sizeof *count);
  int failed = count_classes(train, classes, count, err);
  for (int k = 0; k < classes; k++)
    weight[k] = count[k] ? (float)((double)train->count / ((double)classes * (double)count[k])) : 0;
  free(count);
  if (train != s)
    data_close(train);
  return failed;
}

float *class_weights(struct net_dataset *s, int field, const char *dir, char err[512]) {
  const struct net_field *f = &s->data->field[field];
  int classes = s->data->field[f->from].classes, failed;
  float *weight = mem_get((size_t)(classes + 1) * sizeof *weight);
  double *given = mem_get((size_t)(classes + 1) * sizeof *given);
  int n =
      arg_find(f->derived, CALL_DERIVED, "weights") ? arg_nums(f->derived, CALL_DERIVED, "weights", given, classes) : 0;
  if (!n)
    failed = balanced(s, classes, dir, weight, err);
  else
    failed = n == classes ? 0
                          : fail(err, "data %s, field `%s`: %d weights are wanted, one for each class", s->data->name,
                                 f->name, classes);
  for (int k = 0; k < n; k++)
    weight[k] = (float)given[k];
  free(given);
  if (!failed)
    return weight;
  free(weight);
  return NULL;
}
