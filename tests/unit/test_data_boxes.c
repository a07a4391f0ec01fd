/* Sources of boxes: where their texts are found, what is made of a line, and what check-data is told. */
#include "data_fixture.h"

static char err[512];
enum { W = 20, H = 10, MAX = 3 };

static const struct net_field fields[] = {IMAGE_FIELD(1, H, W), BOXES_FIELD(2, MAX)};

static struct net_dataset *yolo(const char *pattern, const char *labels) {
  static struct net_call call; /* the data set keeps pointers to them */
  static struct net_arg args[2];
  static struct net_data d;
  args[0] = (struct net_arg)TEXT_ARG(pattern), args[1] = (struct net_arg)TEXT_ARG(labels);
  call = (struct net_call){"yolo", 2, args};
  d = (struct net_data){.name = "Cells", .fields = 2, .field = fields, .source = &call};
  return data_open(&d, NET_TRAIN, fixture_dir, 1, err);
}

static void text(const char *name, const char *lines) {
  fixture_write(name, lines, strlen(lines));
}

/* The rows of a sample, the first of them of class `class` and with these corners. */
static void first_is(struct net_dataset *s, int64_t i, const float expected[5]) {
  float image[H * W], box[MAX][5];
  assert_int_equal(data_fill(s, &i, &i, 1, 0, 0, (void *[]){image, box}, err), 0);
  for (int k = 0; k < 5; k++)
    assert_float_equal(box[0][k], expected[k], 1e-5);
}

static struct data_seen look(struct net_dataset *s, int64_t i) {
  struct data_seen seen;
  int broken;
  if (data_inspect(s, i, &seen, &broken, err))
    fail_msg("%s", err);
  free(seen.box_class);
  return seen;
}

static void test_places(void **state) {
  (void)state;
  static const float here[] = {1, 8, 4, 12, 6}, none[] = {-1, 0, 0, 0, 0};
  fixture_folder("images"), fixture_folder("images/a"), fixture_folder("labels"), fixture_folder("labels/a");
  fixture_picture("images/a/1.png", W, H, 0), fixture_picture("images/a/2.png", W, H, 0);
  text("labels/a/1.txt", "1 0.5 0.5 0.2 0.2\r\n\n");
  struct net_dataset *s = yolo("images/a/*.png", "");
  assert_non_null(s);
  first_is(s, 0, here);
  first_is(s, 1, none);
  assert_int_equal(look(s, 0).odd.unlabelled, 0);
  assert_int_equal(look(s, 1).odd.unlabelled, 1); /* there is no text */
  text("labels/a/2.txt", "");
  assert_int_equal(look(s, 1).odd.unlabelled, 0); /* there is one, of a picture without boxes */
  data_close(s);
  s = yolo("images/a/*.png", "labels/a");
  assert_non_null(s);
  first_is(s, 0, here);
  data_close(s);
  assert_null(yolo("images/a/*.png", "labels"));
  assert_says(err, "labels/1.txt is not there, nor that of another picture");
  fixture_picture("beside.png", W, H, 0);
  text("beside.txt", "1 0.5 0.5 0.2 0.2");
  s = yolo("*.png", "");
  assert_non_null(s);
  first_is(s, 0, here);
  data_close(s);
}

static void test_odd(void **state) {
  (void)state;
  fixture_picture("a.png", W, H, 0);
  text("a.txt", "0 0 0.5 0.5 0.4\n"      /* reaches out on the left: x from -5 to 5 */
                "1 0.5 0.5 0.2 0\n"      /* no area */
                "1 1.5 0.5 0.2 0.2\n"    /* outside */
                "1 0.5 0.5 0.2 0.2\n"    /* this, */
                "1 0.5 0.5 0.2 0.2\n"    /* which is there again, */
                "0 0.5 0.5 0.2 0.2\n"    /* and of another class is another */
                "0 0.25 0.5 0.2 0.2\n"); /* one more than there is room for */
  struct net_dataset *s = yolo("*.png", "");
  assert_non_null(s);
  first_is(s, 0, (const float[]){0, 0, 3, 5, 7});
  struct data_seen seen = look(s, 0);
  assert_int_equal(seen.boxes, 4);
  assert_int_equal(seen.odd.cut, 1);
  assert_int_equal(seen.odd.empty, 2);
  assert_int_equal(seen.odd.twice, 1);
  data_close(s);
}

static void refused(const char *lines, const char *message) {
  struct data_seen seen;
  int broken;
  text("a.txt", lines);
  struct net_dataset *s = yolo("*.png", "");
  assert_non_null(s);
  assert_int_equal(data_inspect(s, 0, &seen, &broken, err), -1);
  assert_false(broken); /* the picture is well: nothing is left out in silence */
  assert_says(err, message);
  data_close(s);
}

static void test_lines(void **state) {
  (void)state;
  fixture_picture("a.png", W, H, 0);
  refused("1 0.5 0.5 0.2 0.2\n2 0.5 0.5 0.2 0.2\n", "a.txt:2: class 2, but field `boxes` has the classes 0 to 1");
  refused("-1 0.5 0.5 0.2 0.2\n", "a.txt:1: class -1");
  refused("0.5 0.5 0.5 0.2 0.2\n", "a.txt:1: class 0.5");
  refused("1 0.5 0.5 0.2\n", "a.txt:1: \"1 0.5 0.5 0.2\" is no box");
  refused("1 0.5 0.5 0.2 nan\n", "is no box");
  refused("cell 0.5 0.5 0.2 0.2\n", "is no box");
  refused("1,0.5,0.5,0.2,0.2\n", "is no box");
  refused("1 0.1 0.1 0.2 0.1 0.2 0.2\n", "7 numbers; a box is its class");
  refused("1 120 60 30 30\n", "120 is no share of a picture");
}

static void test_fields(void **state) {
  (void)state;
  static const struct net_field alone[] = {BOXES_FIELD(2, MAX)};
  const struct net_call call = CALL_OF("yolo", TEXT_ARG("*.png"));
  const struct net_data d = {.name = "Cells", .fields = 1, .field = alone, .source = &call};
  fixture_picture("a.png", W, H, 0);
  assert_null(data_open(&d, NET_TRAIN, fixture_dir, 1, err));
  assert_says(err, "yolo wants a field of pictures");
}

/* ---- voc ---- */

static const char *const names[] = {"dog", "cat"};

enum { IGNORE = 2 };
static const struct net_arg ignore = WORD("difficult", "ignore"), ignore_crowd = WORD("crowd", "ignore");

static struct net_dataset *voc(const char *list, int difficult, int named) {
  static struct net_call call;
  static struct net_arg args[2];
  static struct net_data d;
  args[0] = (struct net_arg)TEXT_ARG(list);
  args[1] = difficult == IGNORE ? ignore : (struct net_arg)NAMED("difficult", difficult);
  call = (struct net_call){"voc", 2, args};
  d = (struct net_data){.name = "Pets", .fields = 2, .field = fields, .source = &call};
  d.class_names = named ? 2 : 0, d.class_name = names;
  return data_open(&d, NET_TRAIN, fixture_dir, 1, err);
}

#define BOX(x1, y1, x2, y2)                                                                                            \
  "<bndbox><ymax>" #y2 "</ymax><xmin> " #x1 " </xmin><ymin>" #y1 "</ymin><xmax>" #x2 "</xmax></bndbox>"
#define OBJECT(name, rest) "<object><name>" name "</name>" rest "</object>\n"
#define FILE_OF(objects) "<annotation><filename>x</filename>\n" objects "</annotation>"

static void voc_folders(void) {
  fixture_folder("ImageSets"), fixture_folder("ImageSets/Main");
  fixture_folder("Annotations"), fixture_folder("JPEGImages");
  fixture_picture("JPEGImages/a.png", W, H, 0), fixture_picture("JPEGImages/b.png", W, H, 0);
  text("ImageSets/Main/train.txt", "a\r\nb\n\n");
  text("ImageSets/Main/dog_train.txt", "a  1\nb -1\n");
}

static void test_voc(void **state) {
  (void)state;
  voc_folders();
  text("Annotations/a.xml",
       FILE_OF(OBJECT("dog", BOX(3, 2, 6, 10) "<part><name>tail</name>" BOX(1, 1, 2, 2) "</part><difficult>0</difficult>")
                   OBJECT("cat", "<difficult>1</difficult>" BOX(1, 1, 20, 10)) OBJECT("cat", BOX(4, 4, 4, 4))));
  struct net_dataset *s = voc("ImageSets/Main/train.txt", 0, 0);
  if (!s)
    fail_msg("%s", err);
  assert_int_equal(data_count(s), 2);
  assert_string_equal(data_class_name(s, 0), "cat"); /* sorted */
  first_is(s, 0, (const float[]){1, 2, 1, 6, 10});
  struct data_seen seen = look(s, 0);
  assert_int_equal(seen.boxes, 1);
  assert_int_equal(seen.odd.difficult, 1);
  assert_int_equal(seen.odd.empty, 1);
  assert_int_equal(look(s, 1).odd.unlabelled, 1);
  data_close(s);
  s = voc("ImageSets/Main/train.txt", 1, 1);
  assert_non_null(s);
  first_is(s, 0, (const float[]){0, 2, 1, 6, 10}); /* in the order of the names */
  assert_int_equal(look(s, 0).boxes, 2);
  data_close(s);
  s = voc("ImageSets/Main/train.txt", IGNORE, 0);
  assert_non_null(s);
  seen = look(s, 0);
  assert_int_equal(seen.boxes, 2);
  assert_int_equal(seen.odd.difficult, 0);
  data_close(s);
  s = voc("ImageSets/Main/dog_train.txt", 0, 1); /* b has no dog */
  assert_non_null(s);
  assert_int_equal(data_count(s), 1);
  data_close(s);
}

static void voc_refused(const char *xml, const char *message) {
  struct data_seen seen;
  int broken;
  text("Annotations/a.xml", xml);
  struct net_dataset *s = voc("ImageSets/Main/train.txt", 0, 1);
  assert_non_null(s);
  assert_int_equal(data_inspect(s, 0, &seen, &broken, err), -1);
  assert_says(err, message);
  data_close(s);
}

static void test_voc_files(void **state) {
  (void)state;
  voc_folders();
  assert_null(voc("ImageSets/Main/train.txt", 0, 1));
  assert_says(err, "Annotations/a.xml does not exist, nor the annotations of another picture");
  voc_refused(FILE_OF(OBJECT("dgo", BOX(1, 1, 2, 2))), "a.xml:2: \"dgo\" is no class of Pets; did you mean \"dog\"?");
  voc_refused(FILE_OF(OBJECT("dog", "")), "a.xml:2: an object wants a name and a bndbox");
  voc_refused(FILE_OF(OBJECT("dog", BOX(1, 1, two, 2))), "a.xml:2: an object wants a name and a bndbox");
  voc_refused("<annotation>\n<object>", "a.xml:2: no XML");
  voc_refused("", "a.xml:1: no XML");
  text("Annotations/a.xml", FILE_OF(OBJECT("dog", BOX(1, 1, 2, 2))));
  assert_null(voc("ImageSets/Main/train.txt", 0, 0));
  assert_says(err, "the annotations name 1 class, but field `boxes` has 2; `names: [...]` tells them all");
  text("ImageSets/Main/none.txt", "\n");
  assert_null(voc("ImageSets/Main/none.txt", 0, 1));
  assert_says(err, "none.txt names no pictures");
}

/* ---- coco ---- */

static struct net_dataset *coco(const char *json, int named, int crowd) {
  static struct net_arg args[] = {TEXT_ARG("a.json"), TEXT_ARG("images"), {0}};
  static struct net_call call;
  static struct net_data d;
  args[2] = crowd == IGNORE ? ignore_crowd : (struct net_arg)NAMED("crowd", crowd);
  call = (struct net_call){"coco", 3, args};
  text("a.json", json);
  d = (struct net_data){.name = "Pets", .fields = 2, .field = fields, .source = &call};
  d.class_names = named ? 2 : 0, d.class_name = names;
  return data_open(&d, NET_TRAIN, fixture_dir, 1, err);
}

#define COCO(images, categories, annotations)                                                                          \
  "{\"images\": [" images "], \"categories\": [" categories "], \"annotations\": [" annotations "]}"
#define NOTE(image, category, box, more)                                                                               \
  "{\"image_id\": " #image ", \"category_id\": " #category ", \"bbox\": " box more "}"
#define IMAGES "{\"id\": 9, \"file_name\": \"a.png\"}, {\"id\": 4, \"file_name\": \"b.png\"}"
#define PETS "{\"id\": 90, \"name\": \"dog\"}, {\"id\": 17, \"name\": \"cat\"}"

static void test_coco(void **state) {
  (void)state;
  fixture_folder("images");
  fixture_picture("images/a.png", W, H, 0), fixture_picture("images/b.png", W, H, 0);
  static const char json[] = COCO(IMAGES, PETS,
                                  NOTE(4, 17, "[1, 2, 3, 4.5]", "") "," NOTE(4, 17, "[1, 2, 0, 4]", "") ","
                                  NOTE(9, 90, "[0, 0, 20, 10]", ", \"iscrowd\": 1") ","
                                  NOTE(9, 90, "[18, 1, 4, 2]", ", \"iscrowd\": 0"));
  struct net_dataset *s = coco(json, 0, 0);
  if (!s)
    fail_msg("%s", err);
  assert_int_equal(data_count(s), 2);
  assert_string_equal(data_class_name(s, 0), "cat"); /* 17 before 90 */
  first_is(s, 0, (const float[]){1, 18, 1, 20, 3});
  first_is(s, 1, (const float[]){0, 1, 2, 4, 6.5F});
  assert_int_equal(look(s, 0).odd.difficult, 1);
  assert_int_equal(look(s, 0).odd.cut, 1);
  assert_int_equal(look(s, 1).odd.empty, 1);
  data_close(s);
  s = coco(json, 1, 0);
  assert_non_null(s);
  first_is(s, 0, (const float[]){0, 18, 1, 20, 3}); /* by its name */
  data_close(s);
  s = coco(json, 0, IGNORE);
  assert_non_null(s);
  first_is(s, 0, (const float[]){-2 - 1, 0, 0, 20, 10}); /* the crowd */
  data_close(s);
  s = coco(json, 0, 1);
  assert_non_null(s);
  first_is(s, 0, (const float[]){1, 0, 0, 20, 10});
  data_close(s);
}

static void test_coco_files(void **state) {
  (void)state;
  static const struct {
    const char *json, *message;
  } wrong[] = {{"{", "a.json:1: "},
               {"[]", "a.json is not COCO's"},
               {COCO(IMAGES, "{\"id\": 1, \"name\": \"cat\"}", ""), "has 1 categories, but field `boxes` has 2 classes"},
               {COCO(IMAGES, PETS, NOTE(5, 17, "[1, 2, 3, 4]", "")), "annotation number 0 has an image_id that no image has"},
               {COCO(IMAGES, PETS, NOTE(4, 18, "[1, 2, 3, 4]", "")), "has a category_id that no category has"},
               {COCO(IMAGES, PETS, NOTE(4, 17, "[1, 2, 3]", "")), "has no bbox [x, y, width, height]"},
               {COCO(IMAGES "," IMAGES, PETS, ""), "two of \"images\" have the id 4"},
               {COCO("{\"id\": 1}", PETS, ""), "number 0 of \"images\" lacks its id or file_name"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_null(coco(wrong[i].json, 0, 0));
    assert_says(err, wrong[i].message);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_places, fixture_open, fixture_close),
      cmocka_unit_test_setup_teardown(test_odd, fixture_open, fixture_close),
      cmocka_unit_test_setup_teardown(test_lines, fixture_open, fixture_close),
      cmocka_unit_test_setup_teardown(test_fields, fixture_open, fixture_close),
      cmocka_unit_test_setup_teardown(test_voc, fixture_open, fixture_close),
      cmocka_unit_test_setup_teardown(test_voc_files, fixture_open, fixture_close),
      cmocka_unit_test_setup_teardown(test_coco, fixture_open, fixture_close),
      cmocka_unit_test_setup_teardown(test_coco_files, fixture_open, fixture_close),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
