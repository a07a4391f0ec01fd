/* Drawn clips: what moves, moves the way that the class says, and nothing else tells the way. */
#include "data_fixture.h"
#include <math.h>

static char err[512];
enum { SIDE = 32, SIZE = SIDE * SIDE, FRAMES = 6 };

#define CLIP_FIELD(t, c, h, w)                                                                                         \
  {                                                                                                                    \
    .name = "clip", .kind = NET_CLIP, .rank = 4, .dim = { t, c, h, w }                                                 \
  }
static const struct net_field clip_fields[] = {CLIP_FIELD(FRAMES, 1, SIDE, SIDE), CLASS_FIELD(8)};
static const struct net_call clips = CALL_OF("shapes", NAMED("count", 200), NAMED("darker", 0.5));

static struct net_data clip_data(const struct net_field *fields) {
  return (struct net_data){.name = "Clips", .fields = 2, .field = fields, .source = &clips};
}

static struct net_dataset *opened(const struct net_data *d) {
  struct net_dataset *s = data_open(d, NET_TRAIN, NULL, 1, err);
  if (!s)
    fail_msg("%s", err);
  return s;
}

static int32_t filled(struct net_dataset *s, int64_t i, int augment, float *clip) {
  int32_t label = -1;
  if (data_fill(s, &i, &i, 1, 0, augment, (void *[]){clip, &label}, err))
    fail_msg("%s", err);
  return label;
}

/* How far what changed between frames 0 and 1 has come when it changes between frames 4 and 5: the shift, around the
   borders, that makes both most alike. */
static void shift_found(const float *clip, int *dx, int *dy) {
  static float a[SIZE], b[SIZE];
  double best = -1;
  for (int i = 0; i < SIZE; i++)
    a[i] = clip[SIZE + i] - clip[i], b[i] = clip[5 * SIZE + i] - clip[4 * SIZE + i];
  for (int v = -15; v <= 15; v++)
    for (int u = -15; u <= 15; u++) {
      double sum = 0;
      for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
          sum += a[y * SIDE + x] * b[(y + v + SIDE) % SIDE * SIDE + (x + u + SIDE) % SIDE];
      if (sum > best)
        best = sum, *dx = u, *dy = v;
    }
}

static void test_direction(void **state) {
  (void)state;
  static float clip[FRAMES * SIZE];
  struct net_data d = clip_data(clip_fields);
  struct net_dataset *s = opened(&d);
  int right = 0, seen[8] = {0}, dx = 0, dy = 0;
  for (int i = 0; i < 200; i++) {
    int32_t label = filled(s, i, 0, clip);
    assert_in_range(label, 0, 7);
    shift_found(clip, &dx, &dy);
    seen[label]++;
    right += label == ((int)lround(atan2(-dy, dx) / (M_PI / 4)) + 8) % 8;
  }
  assert_in_range(right, 190, 200);
  for (int k = 0; k < 8; k++)
    assert_in_range(seen[k], 12, 45);
  assert_string_equal(data_class_name(s, 0), "right");
  assert_string_equal(data_class_name(s, 2), "up");
  assert_string_equal(data_class_name(s, 7), "down and right");
  data_close(s);
}

/* Where the figure is, weighed by its difference from the mean of all frames, is the same for all directions in the
   first frame as well as in the last. */
static void test_single_frames(void **state) {
  (void)state;
  const struct net_call many = CALL_OF("shapes", NAMED("count", 1500), NAMED("noise", 0));
  static float clip[FRAMES * SIZE];
  struct net_data d = clip_data(clip_fields);
  d.source = &many;
  struct net_dataset *s = opened(&d);
  for (int frame = 0; frame < FRAMES; frame += FRAMES - 1) {
    double x[8] = {0}, y[8] = {0}, count[8] = {0};
    for (int i = 0; i < 1500; i++) {
      int32_t label = filled(s, i, 0, clip);
      int brightest = 0;
      const float *f = clip + (size_t)frame * SIZE, *other = clip + (size_t)(FRAMES - 1 - frame) * SIZE;
      for (int k = 0; k < SIZE; k++)
        brightest = f[k] - other[k] > f[brightest] - other[brightest] ? k : brightest;
      x[label] += brightest % SIDE, y[label] += brightest / SIDE, count[label]++;
    }
    for (int k = 0; k < 8; k++) { /* a uniform place: 15.5, with a deviation of 9.2/sqrt(188) */
      assert_true(fabs(x[k] / count[k] - 15.5) < 3);
      assert_true(fabs(y[k] / count[k] - 15.5) < 3);
    }
  }
  data_close(s);
}

/* One map and one set of colours for all frames: a ground that stood still stands still. Noise is new in each. */
static void test_augment(void **state) {
  (void)state;
  const struct net_call clear = CALL_OF("shapes", NAMED("count", 4), NAMED("noise", 0));
  const struct net_call steps[] = {CALL_OF("shift", NUMBER_ARG(0.2)), CALL_OF("brightness", NUMBER_ARG(0.3)),
                                   CALL_OF("noise", NUMBER_ARG(0.1))};
  static float still[FRAMES * SIZE], moved[FRAMES * SIZE], again[FRAMES * SIZE];
  struct net_data d = clip_data(clip_fields);
  d.source = &clear, d.augments = 2, d.augment = steps;
  struct net_dataset *s = opened(&d);
  for (int i = 0; i < 4; i++) {
    filled(s, i, 0, still), filled(s, i, 1, moved), filled(s, i, 1, again);
    assert_memory_equal(moved, again, sizeof moved);
    assert_memory_not_equal(moved, still, sizeof moved);
    int alike = 0, alike_moved = 0;
    for (int k = 0; k < SIZE; k++) {
      alike += still[k] == still[SIZE + k];
      alike_moved += fabsf(moved[k] - moved[SIZE + k]) < 1e-3f;
    }
    assert_true(alike > SIZE / 2 && alike_moved > SIZE / 3);
  }
  data_close(s);
  d.augments = 3;
  s = opened(&d);
  filled(s, 0, 1, moved);
  int alike = 0;
  for (int k = 0; k < SIZE; k++)
    alike += moved[k] == moved[SIZE + k];
  assert_true(alike < SIZE / 10);
  data_close(s);
}

/* Prepare's geometry and values, of clips in colour. */
static void test_prepare(void **state) {
  (void)state;
  static const struct net_field small[] = {CLIP_FIELD(2, 3, SIDE, SIDE), CLASS_FIELD(4)};
  const struct net_call steps[] = {CALL_OF("scale", NUMBER_ARG(1 / 255.0))};
  const struct net_call wrong[] = {CALL_OF("crop", NUMBER_ARG(20))};
  static float plain[6 * SIZE], scaled[6 * SIZE];
  struct net_data d = clip_data(small), e = d;
  e.prepares = 1, e.prepare = steps;
  struct net_dataset *s = opened(&d), *t = opened(&e);
  assert_in_range(filled(s, 3, 0, plain), 0, 3);
  filled(t, 3, 0, scaled);
  for (int k = 0; k < 6 * SIZE; k++)
    assert_true(fabsf(plain[k] - 255 * scaled[k]) < 1e-3f);
  assert_string_equal(data_class_name(s, 1), "up");
  data_close(s), data_close(t);
  e.prepare = wrong;
  s = opened(&e);
  int64_t first = 0;
  assert_int_equal(data_fill(s, &first, &first, 1, 0, 0, (void *[]){plain, NULL}, err), -1);
  assert_says(err, "scene 0 is 20 high and 20 wide after prepare, but field `clip` is 32 high and 32 wide");
  data_close(s);
}

static void refused(const struct net_data *d, const char *message) {
  assert_null(data_open(d, NET_TRAIN, NULL, 1, err));
  assert_says(err, message);
}

static void test_refused(void **state) {
  (void)state;
  static const struct net_field six[] = {CLIP_FIELD(2, 1, SIDE, SIDE), CLASS_FIELD(6)};
  static const struct net_field masked[] = {CLIP_FIELD(2, 1, SIDE, SIDE), MASK_FIELD(SIDE, SIDE)};
  static const struct net_field two[] = {CLIP_FIELD(2, 2, SIDE, SIDE), CLASS_FIELD(8)};
  const struct net_call flip = CALL_OF("flip", NAMED("horizontal", 0.5));
  struct net_data d = clip_data(six);
  refused(&d, "the class of a clip that shapes draws is its direction, one of 4 or of 8, not of 6");
  d.field = masked;
  refused(&d, "a clip of shapes gives nothing for field `mask`, which is a mask");
  d.field = two;
  refused(&d, "field `clip` has 2 channels; pictures have 1 (grey) or 3 (RGB)");
  d.field = clip_fields, d.augments = 1, d.augment = &flip;
  refused(&d, "flip would change the direction of movement, but not field `label`, which says it");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_direction), cmocka_unit_test(test_single_frames),
                                     cmocka_unit_test(test_augment), cmocka_unit_test(test_prepare),
                                     cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
