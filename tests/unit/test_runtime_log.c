/* What a run's folder tells: the curves hold every finite number of log.csv, whatever it is, and stay XML. */
#include "log/curves.h"
#include "log/file.h"
#include "log/matrix.h"
#include "log/precision.h"
#include "log/sha256.h"
#include "log/table.h"
#include "xml.h"
#include "folder.h"
#include <math.h>
#include <unistd.h>

static void write_text(const char *path, const char *text) {
  char err[ERR];
  assert_int_equal(file_replace(path, text, strlen(text), err), 0);
}

static char *read_text(const char *path) {
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  char *text = mem_get(1 << 20);
  assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
  fclose(f);
  return text;
}

static char *curves_of(const char *csv, const char *title) {
  char err[ERR] = "";
  write_text("log.csv", csv);
  if (curves_write("log.csv", "curves.svg", title, 0, err))
    fail_msg("%s", err);
  char *svg = read_text("curves.svg");
  xml_check(svg);
  return svg;
}

static void curves_hold_every_number(void **state) {
  (void)state;
  char *csv = mem_text("epoch,step,lr,loss,accuracy,val_loss,val_accuracy,seconds\n");
  for (int i = 1; i <= 1000; i++) {
    char *longer = mem_text("%s%d,%d,0.1,%g,%g,%g,%g,1.5\n", csv, i, 10 * i, 2.0 / i, 1 - 1.0 / i, 1 + fabs(i - 300.0), 0.5);
    free(csv);
    csv = longer;
  }
  char *svg = curves_of(csv, "a <b> & \"c\" \xff\x01");
  assert_int_equal(svg_count(svg, "<polyline "), 5);
  for (int k = 0; k < 5; k++)
    assert_int_equal(svg_points(svg, k), 1000);
  assert_int_equal(svg_count(svg, ">best: 300<"), 2);
  assert_int_equal(svg_count(svg, ">a &#60;b&#62; &#38; &#34;c&#34; ? <"), 1);
  free(svg), free(csv);
}

static void curves_of_one_epoch(void **state) {
  (void)state;
  char *svg = curves_of("epoch,step,lr,loss,seconds\n1,10,0.1,0.5,3\n", "one");
  assert_int_equal(svg_count(svg, "<polyline "), 0);
  assert_int_equal(svg_count(svg, "<circle "), 2);
  assert_int_equal(svg_count(svg, ">best"), 0);
  free(svg);
  free(curves_of("epoch,step,lr,loss,seconds\n", "none"));
}

static void curves_have_gaps(void **state) {
  (void)state;
  char *svg = curves_of("epoch,step,lr,loss,m,seconds\n1,1,1e-5,3,nan,1\n2,2,1e-5,2,inf,1\n3,3,1e-5,nan,nan,1\n"
                        "4,4,1e-5,1,-inf,1\n5,5,1e-5,1,nan,1\n6,6,1e-5,inf,nan,1\n7,7,1e-5,1,nan,1\n8,8,1e", "gaps");
  assert_int_equal(svg_count(svg, "<polyline "), 3);
  assert_int_equal(svg_points(svg, 0), 2);
  assert_int_equal(svg_points(svg, 1), 2);
  assert_int_equal(svg_points(svg, 2), 7);
  assert_int_equal(svg_count(svg, "no finite number"), 1);
  assert_null(strstr(svg, "nan"));
  assert_null(strstr(svg, "\"inf"));
  free(svg);
}

static void columns_are_known(void **state) {
  (void)state;
  struct table t;
  struct table_layout l;
  char err[ERR] = "";
  write_text("t.csv", "epoch,step,lr,loss,val_a,a,val_loss,seconds\n1,2,3,4,5,6,7,8\n");
  assert_int_equal(table_read(&t, "t.csv", err), 0);
  assert_int_equal(table_layout(&t, &l), 0);
  assert_int_equal(l.outputs, 4);
  assert_int_equal(l.has_val, 0);
  assert_int_equal(t.rows, 1);
  table_close(&t);
  write_text("t.csv", "a,b\n1,2\n");
  assert_int_equal(curves_write("t.csv", "t.svg", "", 0, err), -1);
  assert_string_equal(err, "t.csv is no training's log");
  assert_int_equal(curves_write("no.csv", "t.svg", "", 0, err), -1);
  assert_string_equal(err, "cannot read no.csv: No such file or directory");
}

static void text_becomes_utf8(void **state) {
  (void)state;
  char *s = text_clean("gr\xc3\xbc\xc3\x9f \xc3( \xed\xa0\x80 \xe2\x82\xac \xf0\x9f\x90\xb1 \xc0\xaf \xe2\x82");
  assert_string_equal(s, "gr\xc3\xbc\xc3\x9f ?( ??? \xe2\x82\xac \xf0\x9f\x90\xb1 ?? ??");
  free(s);
}

/* What sha256sum says; lengths around the one where the padding takes a second block. */
static void sha256_is_known(void **state) {
  (void)state;
  char text[SHA256_TEXT];
  static const struct {
    size_t size;
    const char *hash;
  } CASES[] = {{0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
               {55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
               {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
               {64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
               {200, "c2a908d98f5df987ade41b5fce213067efbcc21ef2240212a41e54b5e7c28ae5"}};
  char as[200];
  memset(as, 'a', sizeof as);
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    assert_string_equal(sha256_text(text, as, CASES[i].size), CASES[i].hash);
}

/* What scikit-learn's average_precision_score gives for the same numbers, ties and all. */
static void average_precision_is_scikit_learns(void **state) {
  (void)state;
  float one[] = {.9f, .8f, .8f, .7f, .6f, .6f, .6f, .3f, .2f, .1f};
  int32_t hit[] = {0, 0, 1, 0, 1, 0, 1, 1, 0, 1}; /* class 0 is what is looked for */
  float three[] = {.5f, .3f, .2f, .1f, .2f, .7f, .2f, .6f, .2f, .4f, .4f, .2f,
                   .6f, .1f, .3f, .2f, .3f, .5f, .3f, .5f, .2f, .3f, .5f, .2f};
  int32_t label[] = {0, 2, 1, 1, 0, 2, 2, 1};
  const double expected[] = {1.0, 0.8055555555555556, 0.7916666666666666};
  double average, recall[10], precision[10];
  struct scores a = {10, 1, one, hit}, b = {8, 3, three, label};
  assert_int_equal(precision_recall(&a, 0, recall, precision, &average), 7);
  assert_true(fabs(average - 0.7087301587301587) < 1e-12);
  assert_true(recall[6] == 1 && precision[6] == 0.5 && recall[1] == 0.4 && precision[0] == 1);
  for (int k = 0; k < 3; k++) {
    precision_recall(&b, k, NULL, NULL, &average);
    assert_true(fabs(average - expected[k]) < 1e-12);
  }
  label[1] = label[5] = label[6] = 0; /* none is of class 2 */
  precision_recall(&b, 2, NULL, NULL, &average);
  assert_true(isnan(average));
}

static char *matrix_of(int classes) {
  double *count = mem_get((size_t)(classes * classes) * sizeof *count);
  const char **name = mem_get((size_t)classes * sizeof *name);
  char *text;
  size_t size;
  for (int k = 0; k < classes; k++) {
    name[k] = k ? "a name that is <longer> than its room" : "gr\xc3\xbcn \xff";
    count[k * classes + k] = k; /* no sample of class 0 */
  }
  FILE *f = open_memstream(&text, &size);
  matrix_write(f, &(struct matrix){"a & b", classes, count, name});
  fclose(f);
  free(count), free(name);
  xml_check(text);
  return text;
}

static void a_matrix_has_every_cell(void **state) {
  (void)state;
  char *few = matrix_of(5), *many = matrix_of(100);
  assert_int_equal(svg_count(few, "<rect "), 25 + 2);
  assert_int_equal(svg_count(many, "<rect "), 10000 + 2);
  assert_int_equal(svg_count(few, ">3</text>"), 1);
  assert_int_equal(svg_count(many, ">3</text>"), 0); /* no room for numbers */
  assert_int_equal(svg_count(few, ">gr\xc3\xbcn ?<"), 2);
  assert_int_equal(svg_count(few, ">a name that is &#60;lo…<"), 8);
  assert_null(strstr(few, "nan"));
  free(few), free(many);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(curves_hold_every_number), cmocka_unit_test(curves_of_one_epoch),
      cmocka_unit_test(curves_have_gaps),         cmocka_unit_test(columns_are_known),
      cmocka_unit_test(text_becomes_utf8),
      cmocka_unit_test(sha256_is_known),
      cmocka_unit_test(average_precision_is_scikit_learns),
      cmocka_unit_test(a_matrix_has_every_cell),
  };
  return cmocka_run_group_tests(tests, enter_folder, remove_folder);
}
