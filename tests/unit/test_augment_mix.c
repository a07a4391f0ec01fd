/* mixup, cutmix, mosaic: what is drawn, and that a mixed sample is what its parts are, however batches are cut. */
#include "augment/mix.h"
#include "data_fixture.h"
#include <math.h>

static char err[512];
enum { SIDE = 24, SIZE = SIDE * SIDE, COUNT_ALL = 40 };

static struct steps steps_of(const struct net_call *c, int n) {
  struct steps s;
  if (steps_read(&s, c, n, 0, err))
    fail_msg("%s", err);
  return s;
}

static struct mix drawn(const struct steps *s, int64_t i) {
  struct mix m;
  mix_pick(&m, s, &(struct chance){1, 2, i}, 1000, SIDE, 2 * SIDE);
  return m;
}

/* Beta(a, a) has the mean 1/2 and the variance 1/(4 (2 a + 1)). */
static void test_beta(void **state) {
  (void)state;
  enum { N = 20000 };
  static const double alpha[] = {0.1, 0.4, 1, 3, 20};
  for (int k = 0; k < COUNT(alpha); k++) {
    const struct net_call call = CALL_OF("mixup", NUMBER_ARG(alpha[k]));
    struct steps s = steps_of(&call, 1);
    double sum = 0, squares = 0, wanted = 1 / (4 * (2 * alpha[k] + 1)), index = 0;
    for (int i = 0; i < N; i++) {
      struct mix m = drawn(&s, i);
      double share = m.part[0].share;
      assert_true(m.parts == 2 && m.blends && share >= 0 && share <= 1 && m.part[1].share == 1 - m.part[0].share);
      assert_in_range(m.part[1].index, 0, 999);
      sum += share - 0.5, squares += (share - 0.5) * (share - 0.5), index += (double)m.part[1].index;
    }
    assert_true(fabs(sum / N) < 0.015 && fabs(squares / N / wanted - 1) < 0.05 && fabs(index / N - 499.5) < 10);
  }
}

/* Windows lie inside, and the shares are their areas. cutmix's is as large as drawn unless it is cut. */
static void test_windows(void **state) {
  (void)state;
  const struct net_call cut = CALL_OF("cutmix", NUMBER_ARG(1)), four = CALL_OF("mosaic", NAMED("p", 1));
  struct steps a = steps_of(&cut, 1), b = steps_of(&four, 1);
  for (int i = 0; i < 2000; i++)
    for (int kind = 0; kind < 2; kind++) {
      struct mix m = drawn(kind ? &b : &a, i);
      double shares = 0;
      for (int k = 0; k < m.parts; k++) {
        const struct part *p = &m.part[k];
        assert_true(p->x >= 0 && p->y >= 0 && p->width >= 0 && p->height >= 0);
        assert_true(p->x + p->width <= 2 * SIDE && p->y + p->height <= SIDE);
        assert_true(p->from_x >= 0 && p->from_x + p->width <= 2 * SIDE);
        assert_true(p->from_y >= 0 && p->from_y + p->height <= SIDE);
        if (k || kind)
          assert_true(fabs(p->share - p->width * p->height / (2.0 * SIDE * SIDE)) < 1e-6);
        shares += p->share;
      }
      assert_int_equal(m.parts, kind ? 4 : 2);
      assert_true(fabs(shares - 1) < 1e-6);
    }
}

/* The first step that p lets through is the one. */
static void test_choice(void **state) {
  (void)state;
  const struct net_call both[] = {CALL_OF("mixup", NUMBER_ARG(1), NAMED("p", 0.3)),
                                  CALL_OF("cutmix", NUMBER_ARG(1), NAMED("p", 0.5))};
  struct steps s = steps_of(both, 2);
  int blends = 0, whole = 0;
  for (int i = 0; i < 4000; i++) {
    struct mix m = drawn(&s, i);
    blends += m.blends, whole += m.parts == 1;
  }
  assert_in_range(blends, 1100, 1300);
  assert_in_range(whole, 1300, 1500); /* 0.7 * 0.5 */
}

/* ---- through a data set ---- */

static const struct net_call shapes = CALL_OF("shapes", NUMBER_ARG(COUNT_ALL));
static const struct net_arg label_arg[] = {TEXT_ARG("label")};
static const struct net_call mixed = {"mixed", 1, label_arg};
static const struct net_field fields[] = {
    IMAGE_FIELD(1, SIDE, SIDE), MASK_FIELD(SIDE, SIDE), {.name = "label", .kind = NET_CLASS, .elem = NET_I32, .classes = 4},
    {.name = "label_mixed", .kind = NET_VALUE, .rank = 1, .dim = {4}, .classes = 4, .derived = &mixed, .from = 2}};
struct sample {
  float image[SIZE], mask[SIZE], soft[4];
  int32_t label;
};

static struct net_dataset *opened(const struct net_call *augment, int count) {
  static struct net_data d;
  d = (struct net_data){.name = "D", .fields = 4, .field = fields, .source = &shapes, .augments = count, .augment = augment};
  struct net_dataset *s = data_open(&d, NET_TRAIN, NULL, 1, err);
  if (!s)
    fail_msg("%s", err);
  return s;
}

static struct sample sample_of(struct net_dataset *s, int64_t index, int64_t position, int augment) {
  struct sample v;
  void *buffers[] = {v.image, v.mask, &v.label, v.soft};
  if (data_fill(s, &index, &position, 1, 2, augment, buffers, err))
    fail_msg("%s", err);
  return v;
}

/* Each pixel, and the class, is made of the parts' own, which the other samples are without augmentation. */
static void composed(const struct net_call *call) {
  struct net_dataset *s = opened(call, 1);
  struct steps steps = steps_of(call, 1);
  for (int64_t i = 0; i < COUNT_ALL; i++) {
    struct sample got = sample_of(s, i, i + 7, 1), own = sample_of(s, i, i, 0);
    struct mix m;
    float image[SIZE] = {0}, mask[SIZE] = {0}, soft[4] = {0};
    mix_pick(&m, &steps, &(struct chance){1, 2, i + 7}, COUNT_ALL, SIDE, SIDE);
    for (int k = 0; k < m.parts; k++) {
      const struct part *p = &m.part[k];
      struct sample part = k ? sample_of(s, p->index, 0, 0) : own;
      soft[part.label] += p->share;
      for (int at = 0; at < SIZE; at++) {
        int x = at % SIDE, y = at / SIDE;
        if (m.blends)
          image[at] += p->share * part.image[at], mask[at] += p->share * part.mask[at];
        else if (x >= p->x && x < p->x + p->width && y >= p->y && y < p->y + p->height) {
          int from = (y - p->y + p->from_y) * SIDE + x - p->x + p->from_x;
          image[at] = part.image[from], mask[at] = part.mask[from];
        }
      }
    }
    assert_int_equal(got.label, own.label);
    for (int k = 0; k < 4; k++)
      assert_true(fabsf(got.soft[k] - soft[k]) < 1e-6f);
    for (int at = 0; at < SIZE; at++)
      assert_true(fabsf(got.image[at] - image[at]) < 1e-3f && fabsf(got.mask[at] - mask[at]) < 1e-6f);
    for (int k = 0; k < 4; k++)
      assert_true(own.soft[k] == (k == own.label)); /* not augmented: as the label */
  }
  data_close(s);
}

static void test_composed(void **state) {
  (void)state;
  composed(&(struct net_call)CALL_OF("mixup", NUMBER_ARG(1)));
  composed(&(struct net_call)CALL_OF("cutmix", NUMBER_ARG(1)));
  composed(&(struct net_call)CALL_OF("mosaic", NAMED("p", 1)));
}

/* Batches of one, and all at once in another order: the same samples; another epoch: others. */
static void test_batches(void **state) {
  (void)state;
  const struct net_call steps[] = {CALL_OF("rotate", NUMBER_ARG(30)), CALL_OF("noise", NUMBER_ARG(0.1)),
                                   CALL_OF("mixup", NUMBER_ARG(1))};
  struct net_dataset *s = opened(steps, 3);
  static float image[COUNT_ALL * SIZE], soft[COUNT_ALL * 4];
  int64_t index[COUNT_ALL], position[COUNT_ALL];
  for (int i = 0; i < COUNT_ALL; i++)
    index[i] = position[i] = COUNT_ALL - 1 - i;
  assert_int_equal(data_fill(s, index, position, COUNT_ALL, 2, 1, (void *[]){image, NULL, NULL, soft}, err), 0);
  for (int i = 0; i < COUNT_ALL; i++) {
    struct sample one = sample_of(s, index[i], position[i], 1);
    assert_memory_equal(one.image, image + i * SIZE, sizeof one.image);
    assert_memory_equal(one.soft, soft + i * 4, sizeof one.soft);
  }
  struct sample first = sample_of(s, 0, 0, 1), other = sample_of(s, 0, 1, 1);
  assert_memory_not_equal(first.image, other.image, sizeof first.image);
  data_close(s);
}

static void test_refused(void **state) {
  (void)state;
  static const struct net_field small[] = {IMAGE_FIELD(1, SIDE, SIDE), MASK_FIELD(SIDE - 4, SIDE - 4)};
  const struct net_call mosaic = CALL_OF("mosaic", NAMED("p", 1));
  const struct net_call flat = CALL_OF("mixup", NUMBER_ARG(0));
  struct net_data d = {.name = "D", .fields = 2, .field = small, .source = &shapes, .augments = 1, .augment = &mosaic};
  assert_null(data_open(&d, NET_TRAIN, NULL, 1, err));
  assert_says(err, "mosaic wants field `mask` as large as `image`");
  d.augment = &flat;
  assert_null(data_open(&d, NET_TRAIN, NULL, 1, err));
  assert_says(err, "mixup: alpha is above 0");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_beta),    cmocka_unit_test(test_windows),
                                     cmocka_unit_test(test_choice),  cmocka_unit_test(test_composed),
                                     cmocka_unit_test(test_batches), cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
