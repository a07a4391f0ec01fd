/* Drawn scenes for detectors: boxes are right to the pixel where figures cover each other, and some lie on others. */
#include "data_fixture.h"

static char err[512];
enum { SIDE = 96, MAX = 32, COUNT_ALL = 300 };

static const struct net_field fields[] = {IMAGE_FIELD(3, SIDE, SIDE), BOXES_FIELD(6, MAX), CLASS_MASK_FIELD(7, SIDE, SIDE)};
static float box[MAX][5];
static int32_t area[SIDE][SIDE];

static struct net_dataset *opened(const struct net_call *call) {
  static struct net_data d;
  d = (struct net_data){.name = "D", .fields = 3, .field = fields, .source = call};
  return data_open(&d, NET_TRAIN, NULL, 1, err);
}

static int boxes_of(struct net_dataset *s, int64_t i) {
  int n = 0;
  if (data_fill(s, &i, &i, 1, 0, 0, (void *[]){NULL, box, area}, err))
    fail_msg("%s", err);
  while (n < MAX && box[n][0] >= 0)
    n++;
  return n;
}

/* Is a pixel of the class in row (or column) `at` of a box? */
static int has(const float b[5], int across, int at) {
  int found = 0;
  for (int k = (int)b[across ? 1 : 2]; k < (int)b[across ? 3 : 4]; k++)
    found |= (across ? area[at][k] : area[k][at]) == 1 + (int)b[0];
  return found;
}

/* Each of a box's four borders is at pixels of its figure; so what is hidden has none. Pixels outside of the boxes of their
   class are those of figures of which less than a tenth is seen. */
static void test_covered(void **state) {
  (void)state;
  const struct net_call call = CALL_OF("shapes", NUMBER_ARG(COUNT_ALL), NUMBER_ARG(MAX), NAMED("size", 0.4), NAMED("overlap", 0.9));
  struct net_dataset *s = opened(&call);
  int boxes = 0, outside = 0, few = 0;
  for (int64_t i = 0; i < COUNT_ALL; i++) {
    int n = boxes_of(s, i);
    boxes += n, few += n < 5;
    assert_true(n > 0);
    for (int b = 0; b < n; b++) {
      assert_true(has(box[b], 1, (int)box[b][2]) && has(box[b], 1, (int)box[b][4] - 1));
      assert_true(has(box[b], 0, (int)box[b][1]) && has(box[b], 0, (int)box[b][3] - 1));
      assert_true(box[b][3] - box[b][1] <= 0.4 * SIDE + 2 && box[b][4] - box[b][2] <= 0.4 * SIDE + 2);
    }
    for (int y = 0; y < SIDE; y++)
      for (int x = 0; x < SIDE; x++) {
        int in = area[y][x] == 0;
        for (int b = 0; b < n; b++)
          in |= area[y][x] == 1 + (int)box[b][0] && (float)x >= box[b][1] && (float)x < box[b][3] && (float)y >= box[b][2] && (float)y < box[b][4];
        outside += !in;
      }
  }
  assert_in_range(boxes, 8 * COUNT_ALL, 16 * COUNT_ALL);
  assert_in_range(outside, COUNT_ALL, 120 * COUNT_ALL); /* there are hidden ones, and little is seen of them */
  assert_true(few < COUNT_ALL / 4);
  data_close(s);
}

/* About as many as asked for lie on others, whose boxes are then around theirs. */
static void test_nested(void **state) {
  (void)state;
  const struct net_arg from_to[] = {{.kind = NET_NUM, .num = 0.25}, {.kind = NET_NUM, .num = 0.5}};
  const struct net_call call = CALL_OF("shapes", NUMBER_ARG(COUNT_ALL), NUMBER_ARG(6), NAMED("nested", 0.5), {.name = "size", .kind = NET_LIST, .count = 2, .list = from_to});
  struct net_dataset *s = opened(&call);
  int inside = 0, all = 0;
  for (int64_t i = 0; i < COUNT_ALL; i++) {
    int n = boxes_of(s, i);
    all += n;
    for (int a = 0; a < n; a++)
      for (int b = 0; b < n; b++)
        inside += a != b && box[a][1] >= box[b][1] && box[a][2] >= box[b][2] && box[a][3] <= box[b][3] && box[a][4] <= box[b][4];
  }
  assert_in_range(inside, all / 8, all / 2);
  assert_string_equal(data_class_name(s, 0), "circle"); /* names are those of boxes, where there are */
  data_close(s);
}

static void refused(struct net_arg arg, const char *message) {
  const struct net_call call = CALL_OF("shapes", NUMBER_ARG(5), arg);
  assert_null(opened(&call));
  assert_says(err, message);
}

static void test_refused(void **state) {
  (void)state;
  refused((struct net_arg)NAMED("size", 1.5), "shapes' size is a share of the shorter side");
  refused((struct net_arg)NAMED("overlap", 1), "shapes' overlap is a share below 1");
  refused((struct net_arg)NAMED("nested", 2), "and nested one of at most 1");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_covered), cmocka_unit_test(test_nested), cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
