/* Random numbers: the published vectors, and that values depend on their place alone. */
#include "rng.h"
/* cmocka wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

/* philox4x32-10 of Random123's kat_vectors */
static void known_answers(void **state) {
  (void)state;
  static const uint32_t CASES[][10] = {
      {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
      {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
       0x6d5451fd},
      {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420,
       0x24126ea1},
  };
  for (int i = 0; i < 3; i++) {
    uint32_t out[4];
    philox(CASES[i], CASES[i] + 4, out);
    assert_memory_equal(out, CASES[i] + 6, sizeof out);
  }
}

/* Value i is word i % 4 of the block at (i / 4, sample, upper seed, site) under (lower seed, step). */
static void uniform_is_the_documented_word(void **state) {
  (void)state;
  float v[100];
  nrt_uniform(v, 1000, 100, 0x1234567890abcdefull, 42, 17, 99);
  for (uint32_t i = 0; i < 100; i++) {
    uint32_t counter[4] = {(1000 + i) / 4, 17, 0x12345678, 99}, key[2] = {0x90abcdef, 42}, out[4];
    philox(counter, key, out);
    assert_true(v[i] == (float)(out[(1000 + i) % 4] >> 8) * 0x1p-24f);
  }
}

typedef void Fill(float *out, int64_t first, int64_t count, uint64_t seed, uint64_t step, int64_t sample,
                  uint32_t site);

static void pieces_fit(Fill *fill) {
  float whole[200], piece[200];
  fill(whole, 0, 200, 5, 6, 7, 8);
  for (int64_t from = 0; from < 70; from++)
    for (int64_t count = 0; count < 70; count += 1 + count / 3) {
      memset(piece, 0x7f, sizeof piece);
      fill(piece, from, count, 5, 6, 7, 8);
      assert_memory_equal(piece, whole + from, (size_t)count * sizeof *piece);
      assert_int_equal(((unsigned char *)piece)[count * 4], 0x7f);
    }
}

static void any_piece_is_part_of_the_whole(void **state) {
  (void)state;
  pieces_fit(nrt_uniform);
  pieces_fit(nrt_normal);
}

static void moments(void **state) {
  (void)state;
  enum { N = 200000 };
  static float v[N];
  double sum = 0, squares = 0, fourth = 0;
  nrt_normal(v, 0, N, 1, 2, 3, 4);
  for (int i = 0; i < N; i++) {
    sum += v[i];
    squares += (double)v[i] * v[i];
    fourth += pow(v[i], 4);
  }
  assert_true(fabs(sum / N) < 0.01);
  assert_true(fabs(squares / N - 1) < 0.02);
  assert_true(fabs(fourth / N - 3) < 0.1);
  nrt_uniform(v, 0, N, 1, 2, 3, 4);
  sum = 0;
  for (int i = 0; i < N; i++) {
    assert_true(v[i] >= 0 && v[i] < 1);
    sum += v[i];
  }
  assert_true(fabs(sum / N - 0.5) < 0.005);
}

static void every_argument_matters(void **state) {
  (void)state;
  float a[8], b[8];
  nrt_normal(a, 0, 8, 1, 2, 3, 4);
  const uint64_t other[][4] = {{2, 2, 3, 4}, {1ull << 40 | 1, 2, 3, 4}, {1, 3, 3, 4}, {1, 2, 4, 4}, {1, 2, 3, 5}};
  for (int i = 0; i < 5; i++) {
    nrt_normal(b, 0, 8, other[i][0], other[i][1], (int64_t)other[i][2], (uint32_t)other[i][3]);
    for (int k = 0; k < 8; k++)
      assert_true(a[k] != b[k]);
  }
}

static void orders_are_permutations(void **state) {
  (void)state;
  enum { N = 1000 };
  int64_t a[N], b[N];
  int seen[N] = {0}, moved = 0, same = 0;
  order_fill(a, N, 7, 0);
  order_fill(b, N, 7, 1);
  for (int i = 0; i < N; i++) {
    assert_true(a[i] >= 0 && a[i] < N && !seen[a[i]]++);
    moved += a[i] != i;
    same += a[i] == b[i];
  }
  assert_true(moved > N * 9 / 10 && same < N / 10);
  order_fill(b, N, 7, 0);
  assert_memory_equal(a, b, sizeof a);
  order_fill(a, 1, 7, 0);
  assert_int_equal(a[0], 0);
  order_fill(a, 0, 7, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_answers),
      cmocka_unit_test(uniform_is_the_documented_word),
      cmocka_unit_test(any_piece_is_part_of_the_whole),
      cmocka_unit_test(moments),
      cmocka_unit_test(every_argument_matters),
      cmocka_unit_test(orders_are_permutations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
