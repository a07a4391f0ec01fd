/* Every form of PNG and JPEG as Pillow shows it (tests/peer/odd_pictures.py), and each of them cut short. */
#include "../peer/golden/odd_pictures.h"
#include "data_fixture.h"

static char err[512];

static void agrees(const struct odd_picture *o) {
  struct net_picture *p = image_convert(image_decode(o->file, o->size, o->name, err), 3);
  if (!p)
    fail_msg("%s", err);
  if (p->width != o->width || p->height != o->height)
    fail_msg("%s is %dx%d, not %dx%d", o->name, p->width, p->height, o->width, o->height);
  int tolerance = o->jpeg ? 2 : 0; /* builds of libjpeg differ in the last bits of upsampling */
  for (int i = 0; i < p->width * p->height * 3; i++)
    if (abs(p->pixels[i] - o->pixels[i]) > tolerance)
      fail_msg("%s: value %d is %d, not %d", o->name, i, p->pixels[i], o->pixels[i]);
  image_free(p);
}

static void test_forms(void **state) {
  (void)state;
  for (int i = 0; i < COUNT(odd_pictures); i++)
    agrees(&odd_pictures[i]);
}

/* A file that ends before its pixels do is broken; what is cut off behind them, in a PNG, is not missed. */
static void test_cut(void **state) {
  (void)state;
  for (int i = 0; i < COUNT(odd_pictures); i++) {
    const struct odd_picture *o = &odd_pictures[i];
    size_t spared = o->jpeg ? 0 : strcmp(o->name, "endless") ? 16 : 4; /* IEND, and the last checksum */
    for (size_t n = 0; n < o->size - spared; n++) {
      struct net_picture *p = image_decode(o->file, n, o->name, err);
      if (p)
        fail_msg("%s: %zu of %zu bytes make a picture", o->name, n, o->size);
      assert_says(err, o->name);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_forms), cmocka_unit_test(test_cut)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
