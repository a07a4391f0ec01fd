/* Segments against scikit-image's felzenszwalb, boxes against a plain selective search (tests/peer/proposals.py). */
#include "data_fixture.h"
#include "propose/propose.h"

struct search_case {
  int channels, height, width;
  struct segmenting how;
  int min_side;
  uint32_t seed;
  int segments, boxes;
  const int *run;
  const float *box;
};
#include "../peer/golden/proposals.h"

enum { SIDE_MOST = 128, BOXES_MOST = 1000 };
static unsigned char bytes[3 * SIDE_MOST * SIDE_MOST];
static int32_t label[SIDE_MOST * SIDE_MOST];
static float box[4 * BOXES_MOST];

static uint32_t dice(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 16;
}

/* The same pictures as the script's. */
static void draw(int channels, int height, int width, uint32_t seed) {
  unsigned char *p = bytes;
  for (int c = 0; c < channels; c++)
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++)
        *p++ = (unsigned char)(60 + (x * (c + 1) + y * 2) % 97);
  for (int k = 0; k < 10; k++) {
    int cx = (int)dice(&seed) % width, cy = (int)dice(&seed) % height;
    int rx = 2 + (int)dice(&seed) % (width / 4), ry = 2 + (int)dice(&seed) % (height / 4);
    for (int c = 0; c < channels; c++) {
      unsigned char value = (unsigned char)(dice(&seed) % 256);
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
          int dx = (x - cx) * ry, dy = (y - cy) * rx;
          if (k % 2 ? abs(x - cx) <= rx && abs(y - cy) <= ry : dx * dx + dy * dy <= rx * rx * ry * ry)
            bytes[(c * height + y) * width + x] = value;
        }
    }
  }
  for (int i = 0; i < channels * height * width; i++) {
    int v = bytes[i] + (int)(dice(&seed) % 12);
    bytes[i] = (unsigned char)(v < 255 ? v : 255);
  }
}

static void test_segments(void **state) {
  (void)state;
  for (int k = 0; k < COUNT(cases); k++) {
    const struct search_case *c = &cases[k];
    draw(c->channels, c->height, c->width, c->seed);
    assert_int_equal(segment_picture(bytes, c->channels, c->height, c->width, &c->how, label), c->segments);
    const int *run = c->run;
    for (int i = 0, left = run[1]; i < c->height * c->width; i++, left--) {
      if (!left)
        run += 2, left = run[1];
      if (label[i] != run[0])
        fail_msg("case %d, pixel (%d, %d): segment %d, not %d", k, i % c->width, i / c->width, label[i], run[0]);
    }
  }
}

static void test_boxes(void **state) {
  (void)state;
  for (int k = 0; k < COUNT(cases); k++) {
    const struct search_case *c = &cases[k];
    draw(c->channels, c->height, c->width, c->seed);
    int n = selective_search(bytes, c->channels, c->height, c->width, &c->how, c->min_side, BOXES_MOST, box);
    assert_int_equal(n, c->boxes);
    for (int i = 0; i < 4 * n; i++)
      if (box[i] != c->box[i])
        fail_msg("case %d, box %d, number %d: %g, not %g", k, i / 4, i % 4, box[i], c->box[i]);
    /* fewer are the first of them */
    memset(box, 0, sizeof box);
    assert_int_equal(selective_search(bytes, c->channels, c->height, c->width, &c->how, c->min_side, 5, box),
                     n < 5 ? n : 5);
    assert_memory_equal(box, c->box, sizeof *box * 4 * (size_t)(n < 5 ? n : 5));
    assert_true(box[20] == 0);
  }
}

/* All of one colour, one pixel, one row, one column, smoothed from farther than the picture reaches. */
static void test_edges(void **state) {
  (void)state;
  static const int size[][2] = {{1, 1}, {1, 40}, {40, 1}, {2, 2}, {30, 30}};
  const struct segmenting how = {100, 5, 3};
  memset(bytes, 77, sizeof bytes);
  for (int k = 0; k < COUNT(size); k++)
    for (int channels = 1; channels <= 3; channels += 2) {
      assert_int_equal(segment_picture(bytes, channels, size[k][0], size[k][1], &how, label), 1);
      assert_int_equal(selective_search(bytes, channels, size[k][0], size[k][1], &how, 1, BOXES_MOST, box), 1);
      assert_true(box[0] == 0 && box[1] == 0 && box[2] == size[k][1] && box[3] == size[k][0]);
    }
  assert_int_equal(selective_search(bytes, 3, 1, 40, &how, 2, BOXES_MOST, box), 0); /* too low */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_segments), cmocka_unit_test(test_boxes),
                                     cmocka_unit_test(test_edges)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
