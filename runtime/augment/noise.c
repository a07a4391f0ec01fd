/* Normal noise for pixels: Box and Muller's formula in floats, with polynomials for its functions, so that the compiler
   can compute several values at once, and every machine the same ones. (nrt_normal's values are exact to the last bit,
   and seven times as dear.) */
#include "augment/colour.h"
#include <math.h>
#include <string.h>

enum { PAIRS = 128 };

/* The logarithm of numbers from 2^-24 to 1, to 1e-7: the exponent, and a polynomial around 1 (Cephes). */
static inline float logarithm(float v) {
  uint32_t bits;
  memcpy(&bits, &v, sizeof bits);
  uint32_t from_root = bits - 0x3f3504f3; /* the mantissa shall lie between sqrt(1/2) and sqrt(2) */
  int exponent = (int)from_root >> 23;
  bits = (from_root & 0x7fffff) + 0x3f3504f3;
  memcpy(&v, &bits, sizeof v);
  float x = v - 1, y = 7.0376836292e-2f;
  y = y * x - 1.1514610310e-1f;
  y = y * x + 1.1676998740e-1f;
  y = y * x - 1.2420140846e-1f;
  y = y * x + 1.4249322787e-1f;
  y = y * x - 1.6668057665e-1f;
  y = y * x + 2.0000714765e-1f;
  y = y * x - 2.4999993993e-1f;
  y = y * x + 3.3333331174e-1f;
  return (float)exponent * 0.693147181f + x - x * x * (0.5f - x * y);
}

/* Cosine and sine of a share of the circle from 0 to 1: of what lies beyond the nearest quarter, then exchanged and
   negated by it. */
static inline void circle(float share, float *cosine, float *sine) {
  int quarter = (int)(4 * share + 0.5f);
  float a = (4 * share - (float)quarter) * 1.57079633f, b = a * a;
  float s = a + a * b * (-1.6666654611e-1f + b * (8.3321608736e-3f - b * 1.9515295891e-4f));
  float c = 1 - 0.5f * b + b * b * (4.166664568298827e-2f + b * (-1.388731625493765e-3f + b * 2.443315711809948e-5f));
  float across = quarter & 1 ? s : c, down = quarter & 1 ? c : s;
  *cosine = (quarter + 1) & 2 ? -across : across;
  *sine = quarter & 2 ? -down : down;
}

void noise_add(float *v, int64_t n, float deviation, const struct chance *chance, uint32_t site, int64_t first) {
  float u[2 * PAIRS], z[2 * PAIRS];
  for (int64_t at = 0; at < n; at += 2 * PAIRS) {
    nrt_uniform(u, first + at, 2 * PAIRS, chance->seed, chance->epoch, chance->position, site);
    for (int i = 0; i < PAIRS; i++) {
      float radius = deviation * sqrtf(-2 * logarithm(1 - u[i])), cosine, sine;
      circle(u[PAIRS + i], &cosine, &sine);
      z[i] = radius * cosine, z[PAIRS + i] = radius * sine;
    }
    int64_t count = n - at < 2 * PAIRS ? n - at : 2 * PAIRS;
    for (int i = 0; i < count; i++)
      v[at + i] = within(v[at + i] + z[i]);
  }
}
