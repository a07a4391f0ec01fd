/* What tests of pictures and samples share: calls as a program would hold them, and a folder for their files. */
#ifndef TESTS_DATA_FIXTURE_H
#define TESTS_DATA_FIXTURE_H
#include "data/data.h"
/* cmocka wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

/* NUMBER_ARG(3), NAMED("pad", 4), TEXT_ARG("a.gz"), WORD("fill", "wrap"); CALL_OF("resize", NUMBER_ARG(128)) */
#define NUMBER_ARG(v) {.kind = NET_NUM, .num = (v)}
#define NAMED(n, v) {.name = (n), .kind = NET_NUM, .num = (v)}
#define TEXT_ARG(t) {.kind = NET_TEXT, .text = (t)}
#define WORD(n, t) {.name = (n), .kind = NET_TEXT, .text = (t)}
#define CALL_OF(n, ...)                                                                                                \
  {                                                                                                                    \
    .name = (n), .count = COUNT(((const struct net_arg[]){__VA_ARGS__})), .args = (const struct net_arg[]) {           \
      __VA_ARGS__                                                                                                      \
    }                                                                                                                  \
  }

#define IMAGE_FIELD(c, h, w)                                                                                           \
  {                                                                                                                    \
    .name = "image", .kind = NET_IMAGE, .rank = 3, .dim = { c, h, w }                                                  \
  }
#define MASK_FIELD(h, w)                                                                                               \
  {                                                                                                                    \
    .name = "mask", .kind = NET_MASK, .rank = 3, .dim = { 1, h, w }                                                    \
  }
#define CLASS_FIELD(k) {.name = "label", .kind = NET_CLASS, .elem = NET_I32, .classes = (k)}
#define CLASS_MASK_FIELD(k, h, w)                                                                                      \
  {.name = "areas", .kind = NET_CLASS_MASK, .elem = NET_I32, .rank = 2, .dim = {h, w}, .classes = (k)}
#define BOXES_FIELD(k, n) {.name = "boxes", .kind = NET_BOXES, .rank = 2, .dim = {n, 5}, .classes = (k)}

/* A folder of its own for one test; names of files below it. */
static char fixture_dir[64];

static inline int fixture_open(void **state) {
  (void)state;
  strcpy(fixture_dir, "/tmp/net-test-XXXXXX");
  return !mkdtemp(fixture_dir);
}

static inline int fixture_close(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -r %s", fixture_dir);
  return system(command);
}

static inline const char *fixture_path(const char *name) {
  static char path[256];
  snprintf(path, sizeof path, "%s/%s", fixture_dir, name);
  return path;
}

static inline void fixture_folder(const char *name) {
  assert_int_equal(mkdir(fixture_path(name), 0700), 0);
}

static inline void fixture_write(const char *name, const void *bytes, size_t size) {
  FILE *f = fopen(fixture_path(name), "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(bytes, 1, size, f), size);
  fclose(f);
}

/* A picture whose pixel (x, y) is value + x + 10 y. */
static inline void fixture_picture(const char *name, int width, int height, int value) {
  char err[512];
  struct net_picture *p = image_new(width, height, 1);
  for (int i = 0; i < width * height; i++)
    p->pixels[i] = (unsigned char)(value + i % width + 10 * (i / width));
  assert_int_equal(image_write(fixture_path(name), p, err), 0);
  image_free(p);
}

/* The text has this part, or the test fails and shows both. */
static inline void assert_says(const char *text, const char *part) {
  if (!strstr(text, part))
    fail_msg("\"%s\" does not say \"%s\"", text, part);
}

#endif
