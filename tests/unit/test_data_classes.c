/* Classes known without decoding, the weights that follow from how often each is there, and balanced epochs. */
#include "sampling.h"
/* cmocka has a `fail` of its own */
#include "data_fixture.h"
#include <math.h>

static char err[512];
enum { N = 60 };
static const int spread[] = {36, 18, 0, 6}; /* samples of each class */
enum { CLASSES = COUNT(spread) };

static const struct net_arg label[] = {TEXT_ARG("label")};
static const struct net_call balanced = {"class_weight", 1, label};
static const struct net_field fields[] = {CLASS_FIELD(CLASSES),
                                          {.name = "x", .kind = NET_VALUE, .rank = 0},
                                          {.name = "w", .kind = NET_VALUE, .rank = 0, .derived = &balanced, .from = 0}};
static const struct net_call table = CALL_OF("csv", TEXT_ARG("t.csv"), WORD("where", "split=train"));
static const struct net_call judged = CALL_OF("csv", TEXT_ARG("t.csv"), WORD("where", "split=val"));
static const struct net_data data = {.name = "Uneven", .fields = 3, .field = fields, .source = &table, .val = &judged};

static struct net_dataset *opened(const struct net_data *d, enum net_split split) {
  FILE *f = fopen(fixture_path("t.csv"), "w");
  fputs("label,x,split\n", f);
  for (int k = 0, i = 0; k < CLASSES; k++)
    for (int n = 0; n < spread[k]; n++)
      fprintf(f, "%d,%d,train\n", k, i++);
  for (int k = 0; k < CLASSES; k++)
    fprintf(f, "%d,0,val\n", k);
  fclose(f);
  struct net_dataset *s = data_open(d, split, fixture_dir, 1, err);
  if (!s)
    fail_msg("%s", err);
  return s;
}

static float weight_of(struct net_dataset *s, int64_t i, int32_t *label_of) {
  float x, w;
  assert_int_equal(data_fill(s, &i, &i, 1, 0, 0, (void *[]){label_of, &x, &w}, err), 0);
  assert_int_equal(data_label(s, i, err), *label_of);
  return w;
}

static void test_weights(void **state) {
  (void)state;
  int32_t k;
  double sum = 0;
  struct net_dataset *s = opened(&data, NET_TRAIN);
  for (int64_t i = 0; i < N; i++) {
    float w = weight_of(s, i, &k);
    assert_true(w == (float)(60.0 / (4.0 * spread[k])));
    sum += (double)w;
  }
  assert_true(fabs(sum - 45) < 1e-4); /* three of four classes have samples, and weigh alike */
  data_close(s);
  s = opened(&data, NET_VAL); /* the training's weights */
  for (int64_t i = 0; i < CLASSES; i++) {
    float w = weight_of(s, i, &k);
    assert_true(w == (spread[k] ? (float)(60.0 / (4.0 * spread[k])) : 0));
  }
  data_close(s);
}

static void test_given_weights(void **state) {
  (void)state;
  const struct net_arg numbers[] = {NUMBER_ARG(1), NUMBER_ARG(0.5), NUMBER_ARG(2), NUMBER_ARG(4)};
  struct net_arg args[] = {TEXT_ARG("label"), {.name = "weights", .kind = NET_LIST, .count = 4, .list = numbers}};
  const struct net_call call = {"class_weight", 2, args};
  struct net_field own[] = {fields[0], fields[1], fields[2]};
  own[2].derived = &call;
  struct net_data d = data;
  d.field = own;
  struct net_dataset *s = opened(&d, NET_TRAIN);
  for (int64_t i = 0; i < N; i++) {
    int32_t k;
    float w = weight_of(s, i, &k);
    assert_true(w == (float)numbers[k].num);
  }
  data_close(s);
  args[1].count = 3;
  assert_null(data_open(&d, NET_TRAIN, fixture_dir, 1, err));
  assert_says(err, "data Uneven, field `w`: 4 weights are wanted, one for each class");
}

/* Counts of 60 000 draws, as WeightedRandomSampler with 1/count gives them: within four standard deviations. */
static void test_balanced(void **state) {
  (void)state;
  enum { EPOCHS = 1000 };
  struct net_dataset *s = opened(&data, NET_TRAIN);
  struct sampling b;
  int64_t order[N], again[N], drawn[N] = {0}, of_class[CLASSES] = {0};
  assert_int_equal(sampling_open(&b, s, &data, "label", N, err), 0);
  for (uint64_t epoch = 0; epoch < EPOCHS; epoch++) {
    sampling_order(&b, order, N, 7, epoch);
    sampling_order(&b, again, N, 7, epoch);
    assert_memory_equal(order, again, sizeof order);
    for (int i = 0; i < N; i++) {
      drawn[order[i]]++;
      of_class[data_label(s, order[i], err)]++;
    }
  }
  for (int64_t i = 0; i < N; i++) {
    double p = 1.0 / 3 / spread[data_label(s, i, err)], n = (double)N * EPOCHS;
    assert_true(fabs((double)drawn[i] - n * p) < 4 * sqrt(n * p * (1 - p)));
  }
  for (int k = 0; k < CLASSES; k++)
    assert_true(spread[k] ? labs((long)of_class[k] - 20000) < 4 * 116 : !of_class[k]);
  sampling_order(&b, again, N, 8, EPOCHS - 1);
  assert_memory_not_equal(order, again, sizeof order);
  sampling_close(&b);
  assert_int_equal(sampling_open(&b, s, &data, "x", N, err), -1);
  assert_says(err, "sampling: balanced(x): data Uneven has no field of a class that is called so");
  data_close(s);
}

int main(void) {
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)
  const struct CMUnitTest tests[] = {IN_FOLDER(test_weights), IN_FOLDER(test_given_weights), IN_FOLDER(test_balanced)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
