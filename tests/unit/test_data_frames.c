/* Clips from folders of pictures: which pictures, in which order, and what is said about folders that are no clips. */
#include "data_fixture.h"

static char err[512];
enum { W = 4, H = 3, SIZE = W * H, FRAMES = 3 };

static const struct net_field fields[] = {{.name = "clip", .kind = NET_CLIP, .rank = 4, .dim = {FRAMES, 1, H, W}},
                                          CLASS_FIELD(2)};
static const struct net_call call = CALL_OF("frames", TEXT_ARG("train"));
static const struct net_data labelled = {.name = "Clips", .fields = 2, .field = fields, .source = &call};

static struct net_dataset *opened(const struct net_data *d) {
  return data_open(d, NET_TRAIN, fixture_dir, 1, err);
}

static void refused(const struct net_data *d, const char *message) {
  assert_null(opened(d));
  assert_says(err, message);
}

static int filled(struct net_dataset *s, int64_t i, float *clip, int32_t *label) {
  return data_fill(s, &i, &i, 1, 0, 0, (void *[]){clip, label}, err);
}

/* A folder of `count` pictures; picture k is value + 10 k at its first pixel. */
static void clip_write(const char *folder, int count, int value) {
  char name[64];
  fixture_folder(folder);
  for (int k = 0; k < count; k++) {
    snprintf(name, sizeof name, "%s/%d.png", folder, k + 8); /* 8, 9, 10: in the order of numbers */
    fixture_picture(name, W, H, value + 10 * k);
  }
}

static void test_clips(void **state) {
  (void)state;
  float clip[FRAMES * SIZE];
  int32_t label;
  fixture_folder("train"), fixture_folder("train/run"), fixture_folder("train/jump");
  clip_write("train/run/a", 3, 0);
  clip_write("train/run/b", 7, 100);
  clip_write("train/jump/c", 4, 50);
  struct net_dataset *s = opened(&labelled);
  if (!s)
    fail_msg("%s", err);
  static const int first[3][FRAMES] = {{50, 70, 80}, {0, 10, 20}, {110, 130, 150}}; /* of 4: 0, 2, 3; of 7: 1, 3, 5 */
  assert_int_equal(data_count(s), 3);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(filled(s, i, clip, &label), 0);
    assert_int_equal(label, i > 0);
    for (int k = 0; k < FRAMES; k++)
      for (int p = 0; p < SIZE; p++)
        assert_true(clip[k * SIZE + p] == (float)(first[i][k] + p % W + 10 * (p / W)));
  }
  assert_string_equal(data_class_name(s, 0), "jump");
  assert_string_equal(data_class_name(s, 1), "run");
  data_close(s);

  const struct net_call below = CALL_OF("frames", TEXT_ARG("train/run"));
  struct net_data plain = {.name = "Clips", .fields = 1, .field = fields, .source = &below};
  s = opened(&plain);
  assert_int_equal(data_count(s), 2);
  assert_int_equal(data_fill(s, (int64_t[]){1}, NULL, 1, 0, 0, (void *[]){clip}, err), 0);
  assert_true(clip[0] == 110);
  data_close(s);
}

static void test_refused(void **state) {
  (void)state;
  float clip[FRAMES * SIZE];
  int32_t label;
  refused(&labelled, "/train does not exist");
  fixture_folder("train"), fixture_folder("train/run");
  refused(&labelled, "has 1 folder (run), but field `label` has 2 classes");
  fixture_folder("train/jump");
  refused(&labelled, "jump has no folders; each clip is a folder of pictures");
  clip_write("train/jump/a", 3, 0), clip_write("train/run/a", 2, 0);
  refused(&labelled, "run/a has 2 pictures, but a clip of field `clip` has 3");
  fixture_picture("train/run/a/1.png", W + 1, H, 0);
  struct net_dataset *s = opened(&labelled);
  assert_int_equal(filled(s, 0, clip, &label), 0);
  assert_int_equal(filled(s, 1, clip, &label), -1);
  assert_says(err, "run/a/8.png is 4x3, but the clip begins with 5x3");
  data_close(s);
  fixture_write("train/run/a/1.png", "no picture", 10);
  s = opened(&labelled);
  assert_int_equal(filled(s, 1, clip, &label), -1);
  assert_says(err, "run/a/1.png");
  data_close(s);
  static const struct net_field image[] = {IMAGE_FIELD(1, H, W), CLASS_FIELD(2)}, alone[] = {CLASS_FIELD(2)};
  struct net_data d = labelled;
  d.field = image;
  refused(&d, "frames gives nothing for field `image`, which is an image");
  d.field = alone, d.fields = 1;
  refused(&d, "frames needs a field for the clip, such as `field clip [16, 3, 64, 64]`");
}

int main(void) {
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)
  const struct CMUnitTest tests[] = {IN_FOLDER(test_clips), IN_FOLDER(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
