/* files(pattern, label): classes read from the names of files, their order, and what is said about names that tell
 * none. */
#include "data_fixture.h"

static char err[512];
enum { W = 4, H = 3 };

static const struct net_field fields[] = {IMAGE_FIELD(1, H, W), CLASS_FIELD(3)};

static int opened_with(struct net_dataset **s, const struct net_arg *args, int count, const struct net_data *like) {
  static struct net_call call; /* the data set keeps pointers to them */
  static struct net_data d;
  call = (struct net_call){"files", count, args};
  d = like ? *like : (struct net_data){.name = "Animals", .fields = 2, .field = fields};
  d.source = &call;
  *s = data_open(&d, NET_TRAIN, fixture_dir, 1, err);
  return *s ? 0 : -1;
}

/* The classes of all samples, one digit each. */
static void classes_are(const struct net_arg *args, int count, const struct net_data *like, const char *expected,
                        const char *const names[3]) {
  struct net_dataset *s;
  if (opened_with(&s, args, count, like))
    fail_msg("%s", err);
  assert_int_equal(data_count(s), strlen(expected));
  for (int64_t i = 0; i < data_count(s); i++) {
    float image[H * W];
    int32_t label;
    assert_int_equal(data_fill(s, &i, &i, 1, 0, 0, (void *[]){image, &label}, err), 0);
    assert_int_equal(label, expected[i] - '0');
  }
  for (int k = 0; k < 3; k++)
    if (names)
      assert_string_equal(data_class_name(s, k), names[k]);
    else
      assert_null(data_class_name(s, k));
  data_close(s);
}

static void refused(const struct net_arg *args, int count, const struct net_data *like, const char *message) {
  struct net_dataset *s;
  assert_int_equal(opened_with(&s, args, count, like), -1);
  assert_says(err, message);
}

#define RULE(rule) {.name = "label", .kind = NET_CALL, .call = (rule)}

static void pictures(const char *const *name) {
  for (; *name; name++)
    fixture_picture(*name, W, H, 0);
}

static void test_prefix(void **state) {
  (void)state;
  pictures((const char *const[]){"cat.1.png", "cat.2.png", "catfish.1.png", "dog.1.png", NULL});
  const struct net_call prefix = CALL_OF("prefix", TEXT_ARG("dog"), TEXT_ARG("cat"), TEXT_ARG("catfish"));
  const struct net_arg args[] = {TEXT_ARG("*.png"), RULE(&prefix)};
  classes_are(args, 2, NULL, "1120", (const char *const[]){"dog", "cat", "catfish"}); /* the longest that fits */
  const struct net_arg listed[] = {TEXT_ARG("dog"), TEXT_ARG("cat"), TEXT_ARG("catfish")};
  const struct net_arg list = {.kind = NET_LIST, .count = 3, .list = listed};
  const struct net_call of_list = {"prefix", 1, &list}, two = CALL_OF("prefix", TEXT_ARG("dog"), TEXT_ARG("cat"));
  classes_are((const struct net_arg[]){TEXT_ARG("*.png"), RULE(&of_list)}, 2, NULL, "1120",
              (const char *const[]){"dog", "cat", "catfish"});
  refused((const struct net_arg[]){TEXT_ARG("*.png"), RULE(&two)}, 2, NULL,
          "data Animals: prefix has 2 texts, but field `label` has 3 classes");
  fixture_picture("eel.1.png", W, H, 0);
  refused(args, 2, NULL, "eel.1.png begins with none of the texts that prefix(…) lists");
  const struct net_call empty = CALL_OF("prefix", TEXT_ARG("dog"), TEXT_ARG("")), none = {"prefix", 0, NULL};
  refused((const struct net_arg[]){TEXT_ARG("*.png"), RULE(&empty)}, 2, NULL, "prefix wants texts that are not empty");
  refused((const struct net_arg[]){TEXT_ARG("*.png"), RULE(&none)}, 2, NULL, "prefix needs `text`");
}

static void test_parts(void **state) {
  (void)state;
  pictures((const char *const[]){"eel_1_a.png", "dog_2_b.png", "cat_10_c.png", "cat_9_c.png", NULL});
  const struct net_call before = CALL_OF("before", TEXT_ARG("_")), after = CALL_OF("after", TEXT_ARG("_"));
  const struct net_call suffix = CALL_OF("suffix", TEXT_ARG("_c"), TEXT_ARG("_b"), TEXT_ARG("_a"));
  const struct net_arg args[] = {TEXT_ARG("*.png"), RULE(&before)};
  classes_are(args, 2, NULL, "0012", (const char *const[]){"cat", "dog", "eel"});
  classes_are((const struct net_arg[]){TEXT_ARG("*.png"), RULE(&after)}, 2, NULL, "2210",
              (const char *const[]){"a", "b", "c"});
  classes_are((const struct net_arg[]){TEXT_ARG("*.png"), RULE(&suffix)}, 2, NULL, "0012",
              (const char *const[]){"_c", "_b", "_a"});
  static const char *const order[] = {"eel", "dog", "cat"};
  struct net_data named = {.name = "Animals", .fields = 2, .field = fields, .class_names = 3, .class_name = order};
  classes_are(args, 2, &named, "2210", order);
  static const char *const others[] = {"eel", "dog", "cats"};
  named.class_name = others;
  refused(args, 2, &named, "cat_9_c.png: \"cat\" is no class of Animals; did you mean \"cats\"?");
  fixture_picture("x.png", W, H, 0);
  refused(args, 2, NULL, "x.png: its name does not tell a class by before(\"_\")");
  fixture_picture("x_1.png", W, H, 0);
  unlink(fixture_path("x.png"));
  refused(args, 2, NULL, "there are 4 different labels (cat, dog, eel, x), but field `label` has 3 classes");
  unlink(fixture_path("x_1.png")), unlink(fixture_path("eel_1_a.png"));
  refused(args, 2, NULL, "there are 2 different labels (cat, dog), but field `label` has 3 classes; `names: [...]`");
}

/* Numbers below the number of classes are the classes; folders are the rule that holds when none is given. */
static void test_numbers_and_folders(void **state) {
  (void)state;
  fixture_folder("two"), fixture_folder("one"), fixture_folder("three");
  pictures((const char *const[]){"two/2-a.png", "one/0-a.png", "three/0-b.png", NULL});
  const struct net_call before = CALL_OF("before", TEXT_ARG("-"));
  classes_are((const struct net_arg[]){TEXT_ARG("*/*.png"), RULE(&before)}, 2, NULL, "002", NULL);
  classes_are((const struct net_arg[]){TEXT_ARG("*/*.png")}, 1, NULL, "012",
              (const char *const[]){"one", "three", "two"});
  refused((const struct net_arg[]){TEXT_ARG("*/*.png"), WORD("label", "befor")}, 2, NULL,
          "no way to read labels is called `befor`; did you mean `before`?");
}

/* Another split whose folders are others would give the classes other numbers. */
static void test_splits_agree(void **state) {
  (void)state;
  static const char *const folders[] = {"train", "val", "train/a", "train/b", "train/c", "val/a", "val/c", "val/d"};
  for (int i = 0; i < COUNT(folders); i++)
    fixture_folder(folders[i]);
  pictures((const char *const[]){"train/a/1.png", "train/b/1.png", "train/c/1.png", "val/a/1.png", "val/c/1.png",
                                 "val/d/1.png", NULL});
  const struct net_call train = CALL_OF("folder", TEXT_ARG("train")), val = CALL_OF("folder", TEXT_ARG("val"));
  struct net_data d = {.name = "Animals", .fields = 2, .field = fields, .source = &train, .val = &val};
  assert_null(data_open(&d, NET_VAL, fixture_dir, 1, err));
  assert_says(err, "data Animals: class 1 is called c there, but b in the training");
}

int main(void) {
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)
  const struct CMUnitTest tests[] = {IN_FOLDER(test_prefix), IN_FOLDER(test_parts), IN_FOLDER(test_numbers_and_folders),
                                     IN_FOLDER(test_splits_agree)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
