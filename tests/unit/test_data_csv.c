/* csv: quotes, line ends and delimiters; columns by name, list and pattern; and what is said about tables that do not
   fit. Damaged tables are read or refused, never worse (run it under ASan). */
#include "data/tabular.h"
#include "data_fixture.h"
#include "rng.h"

static char err[512];
enum { W = 4, H = 3, SIZE = W * H };

static void text_write(const char *name, const char *text) {
  fixture_write(name, text, strlen(text));
}

/* ---- tables ---- */

static struct tabular read_table(const char *text, char delimiter) {
  struct tabular t;
  text_write("t.csv", text);
  if (tabular_read(&t, fixture_path("t.csv"), delimiter, err))
    fail_msg("%s", err);
  return t;
}

static void cells_are(const char *text, int columns, int64_t rows, const char *const *cell) {
  struct tabular t = read_table(text, 0);
  assert_int_equal(t.columns, columns);
  assert_int_equal(t.rows, rows);
  for (int64_t r = -1; r < rows; r++)
    for (int c = 0; c < columns; c++)
      assert_string_equal(tabular_cell(&t, r, c), cell[(r + 1) * columns + c]);
  tabular_close(&t);
}

static void test_forms(void **state) {
  (void)state;
  const char *const plain[] = {"a", "b", "1", "2", "3", ""};
  cells_are("a,b\n1,2\n3,\n", 2, 2, plain);
  cells_are("a,b\r\n1,2\r\n3,", 2, 2, plain);
  cells_are("\xef\xbb\xbf a ; b\n\n1;2\n\r\n3;\n\n", 2, 2, plain);
  cells_are("a\tb\r1\t2\r3\t\r", 2, 2, plain);
  cells_are("\"a\",\"b\"\n\"1\",2\n\"3\",\"\"", 2, 2, plain);
  cells_are("a,b\n\"x, \"\"y\"\"\nz\",\"\"\"\"\n", 2, 1, (const char *const[]){"a", "b", "x, \"y\"\nz", "\""});
  struct tabular t = read_table("a;b,c\n1;2\n", ';');
  assert_string_equal(tabular_name(&t, 1), "b,c");
  tabular_close(&t);
  t = read_table("a,b\n\"1\n\n\",2\n3,4\n", 0);
  assert_int_equal(t.line[0], 2);
  assert_int_equal(t.line[1], 5);
  tabular_close(&t);
}

static void table_refused(const char *text, const char *message) {
  struct tabular t;
  text_write("t.csv", text);
  assert_int_equal(tabular_read(&t, fixture_path("t.csv"), 0, err), -1);
  assert_says(err, message);
}

static void test_forms_refused(void **state) {
  (void)state;
  struct tabular t;
  table_refused("", "t.csv: a header and rows below it are wanted");
  table_refused("a,b\n", "t.csv: a header and rows below it are wanted");
  table_refused("a,b\n1,2\n\n3\n", "t.csv, line 4: 1 cell, but the header has 2");
  table_refused("a,b\n1,2,3\n", "t.csv, line 2: 3 cells, but the header has 2");
  table_refused("a,b\n1,\"2\n3,4\n", "t.csv, line 2: a quote is opened and never closed");
  table_refused("a,b\n1,\"2\"\"", "t.csv, line 2: a quote is opened and never closed");
  table_refused("a,b\n1,\"2\"3\n", "t.csv, line 2: \"3");
  fixture_write("t.csv", "a,b\n1,\0\n", 8);
  assert_int_equal(tabular_read(&t, fixture_path("t.csv"), 0, err), -1);
  assert_says(err, "t.csv: not a text (it has a zero byte)");
  assert_int_equal(tabular_read(&t, fixture_path("u.csv"), 0, err), -1);
  assert_says(err, "u.csv does not exist; in");
}

/* ---- the source ---- */

static struct net_call call;
static struct net_data data;

static struct net_dataset *opened(const struct net_field *fields, int count, const struct net_arg *args, int n) {
  call = (struct net_call){"csv", n, args};
  data = (struct net_data){.name = "Table", .fields = count, .field = fields, .source = &call};
  return data_open(&data, NET_TRAIN, fixture_dir, 1, err);
}
#define OPENED(fields, ...)                                                                                            \
  opened(fields, COUNT(fields), (const struct net_arg[]){__VA_ARGS__}, COUNT(((const struct net_arg[]){__VA_ARGS__})))

static void filled(struct net_dataset *s, int64_t i, void *const *buffers) {
  if (data_fill(s, &i, &i, 1, 0, 0, buffers, err))
    fail_msg("%s", err);
}

static void test_pictures(void **state) {
  (void)state;
  static const struct net_field fields[] = {IMAGE_FIELD(1, H, W),
                                            CLASS_FIELD(2),
                                            {.name = "age", .kind = NET_VALUE, .rank = 1, .dim = {1}},
                                            {.name = "eyes", .kind = NET_POINTS, .rank = 2, .dim = {1, 2}}};
  float image[SIZE], age, eyes[2];
  int32_t label;
  fixture_folder("sub"), fixture_folder("sub/faces");
  fixture_picture("sub/faces/1.png", W, H, 10), fixture_picture("sub/faces/2.png", W, H, 20);
  text_write(
      "sub/t.csv",
      "image,label,age,eyes_0,eyes_1,split\nfaces/2.png,tim,3.5,1,2,a\nfaces/1.png,ada,41,3,0.5,a\nx,ada,0,0,0,b\n");
  struct net_dataset *s = OPENED(fields, TEXT_ARG("sub/t.csv"), WORD("where", "split=a"));
  if (!s)
    fail_msg("%s", err);
  assert_int_equal(data_count(s), 2);
  filled(s, 0, (void *[]){image, &label, &age, eyes});
  assert_true(image[0] == 20 && label == 1 && age == 3.5f && eyes[0] == 1 && eyes[1] == 2);
  filled(s, 1, (void *[]){image, &label, &age, eyes});
  assert_true(image[SIZE - 1] == 10 + 3 + 20 && label == 0 && age == 41 && eyes[0] == 3 && eyes[1] == 0.5f);
  assert_string_equal(data_class_name(s, 1), "tim");
  data_close(s);
  /* other names for the columns; paths below --data; a folder and an extension */
  text_write("sub/t.csv", "id;who;years;x;y\n2;1;3;1;2\n1;0;4;5;6\n");
  const struct net_arg xy[] = {TEXT_ARG("x"), TEXT_ARG("y")};
  s = OPENED(fields, TEXT_ARG("sub/t.csv"), WORD("image", "id"), WORD("label", "who"), WORD("values", "years"),
             {.name = "points", .kind = NET_LIST, .count = 2, .list = xy}, WORD("folder", "sub/faces"),
             WORD("extension", ".png"));
  if (!s)
    fail_msg("%s", err);
  filled(s, 1, (void *[]){image, &label, &age, eyes});
  assert_true(image[0] == 10 && label == 0 && age == 4 && eyes[0] == 5 && eyes[1] == 6);
  assert_null(data_class_name(s, 1));
  data_close(s);
}

static void test_pixels(void **state) {
  (void)state;
  static const struct net_field fields[] = {CLASS_FIELD(10), IMAGE_FIELD(1, 2, 2)};
  float image[4];
  int32_t label;
  text_write("t.csv", "label,pixel0,pixel1,pixel2,pixel3\n7,0,1,128,255\n1,4,3,2,1\n");
  struct net_dataset *s = OPENED(fields, TEXT_ARG("t.csv"), WORD("image", "pixel*"));
  if (!s)
    fail_msg("%s", err);
  filled(s, 0, (void *[]){&label, image});
  assert_true(label == 7 && image[0] == 0 && image[1] == 1 && image[2] == 128 && image[3] == 255);
  data_close(s);
  text_write("t.csv", "label,pixel0,pixel1,pixel2,pixel3\n7,0,1,128,256\n");
  assert_null(OPENED(fields, TEXT_ARG("t.csv"), WORD("image", "pixel*")));
  assert_says(err, "t.csv, line 2, column pixel3: 256 is no pixel; they are whole numbers from 0 to 255");
  assert_null(OPENED(fields, TEXT_ARG("t.csv"), WORD("image", "pixel[0-2]")));
  assert_says(err, "csv's image names 3 columns, but field `image` has 4 values");
}

static void test_values(void **state) {
  (void)state;
  static const struct net_field fields[] = {{.name = "x", .kind = NET_VALUE, .rank = 1, .dim = {3}},
                                            {.name = "y", .kind = NET_VALUE, .rank = 0}};
  float x[3], y;
  text_write("t.csv", "x_0,x_1,x_2,y\n1,2,3,4\n5,6,7,-8e-1\n");
  struct net_dataset *s = OPENED(fields, TEXT_ARG("t.csv"));
  if (!s)
    fail_msg("%s", err);
  filled(s, 1, (void *[]){x, &y});
  assert_true(x[0] == 5 && x[1] == 6 && x[2] == 7 && y == -0.8f);
  data_close(s);
  s = OPENED(fields, TEXT_ARG("t.csv"), WORD("values", "*"));
  filled(s, 1, (void *[]){x, &y});
  assert_true(x[2] == 7 && y == -0.8f);
  data_close(s);
  text_write("t.csv", "x_0,x_1,x_2,z\n1,2,3,4\n5,,7,8\n");
  assert_null(OPENED(fields, TEXT_ARG("t.csv")));
  assert_says(err, "t.csv has no column `y`; did you mean `z`?");
  assert_null(OPENED(fields, TEXT_ARG("t.csv"), WORD("values", "*")));
  assert_says(err, "t.csv, line 3, column x_1: there is nothing");
  assert_null(OPENED(fields, TEXT_ARG("t.csv"), WORD("values", "x*")));
  assert_says(err, "csv's values names 3 columns, but field `y` has 1 values");
  assert_null(OPENED(fields, TEXT_ARG("t.csv"), WORD("values", "w*")));
  assert_says(err, "t.csv has no columns that match `w*`");
  assert_null(OPENED(fields, TEXT_ARG("t.csv"), WORD("label", "z")));
  assert_says(err, "csv's label is for a field that the block does not have");
  assert_null(OPENED(fields, TEXT_ARG("t.csv"), WORD("where", "z=7")));
  assert_says(err, "t.csv has no row where z=7");
  text_write("t.csv", "x_0,x_1,x_2,y\n1,2,3,4\n5,6,7,nan\n");
  assert_null(OPENED(fields, TEXT_ARG("t.csv")));
  assert_says(err, "t.csv, line 3, column y: \"nan\" is no number");
}

static void test_damaged(void **state) {
  (void)state;
  static const struct net_field fields[] = {CLASS_FIELD(3), {.name = "x", .kind = NET_VALUE, .rank = 1, .dim = {2}}};
  static const char good[] = "label,x_0,x_1\r\n\"a\",1,2\n\"b, \"\"c\"\"\",3.5,-4\nd,5,6e2\n",
                    letters[] = "\",\n\r;a0-.\0";
  int read = 0;
  for (uint32_t round = 0; round < 4000; round++) {
    char text[sizeof good];
    memcpy(text, good, sizeof good);
    for (uint32_t k = 0; k <= round % 3; k++) {
      uint32_t word[4];
      philox((const uint32_t[]){round, k, 0, 0}, (const uint32_t[]){1, 2}, word);
      text[word[0] % (sizeof good - 1)] = word[1] % 4 ? letters[word[2] % sizeof letters] : (char)word[2];
    }
    fixture_write("t.csv", text, sizeof good - 1);
    *err = 0;
    struct net_dataset *s = OPENED(fields, TEXT_ARG("t.csv"));
    assert_true(s || *err);
    for (int64_t i = 0; s && i < data_count(s); i++) {
      int32_t label;
      float x[2];
      filled(s, i, (void *[]){&label, x});
      assert_in_range(label, 0, 2);
    }
    read += s != NULL;
    data_close(s);
  }
  assert_in_range(read, 100, 3000);
}

int main(void) {
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)
  const struct CMUnitTest tests[] = {IN_FOLDER(test_forms),  IN_FOLDER(test_forms_refused), IN_FOLDER(test_pictures),
                                     IN_FOLDER(test_pixels), IN_FOLDER(test_values),        IN_FOLDER(test_damaged)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
