/* Reads an SVG far enough to know that it is well-formed, and to count what it draws. */
#ifndef TEST_XML_H
#define TEST_XML_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* A tag from behind its "<"; pushes or pops its name. Returns what follows. */
static const char *xml_tag(const char *s, const char *open[], int *deep) {
  int closes = *s == '/';
  const char *name = s += closes;
  size_t n = strcspn(s, " />\n");
  assert_true(n > 0);
  for (s += n; *s == ' ';) {
    size_t key = strspn(++s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-");
    assert_true(key > 0);
    assert_memory_equal(s + key, "=\"", 2);
    s += key + 2;
    s += strcspn(s, "\"<");
    assert_true(*s == '"');
    s++;
  }
  if (closes) {
    assert_true(*deep > 0);
    assert_int_equal(strncmp(open[--*deep], name, n), 0);
  } else if (*s != '/') {
    assert_true(*deep < 32);
    open[(*deep)++] = name;
  }
  s += *s == '/'; /* one without content */
  assert_true(*s == '>');
  return s + 1;
}

static inline void xml_check(const char *s) {
  const char *open[32];
  int deep = 0;
  while (*s)
    if (*s == '<')
      s = xml_tag(s + 1, open, &deep);
    else if (*s == '&') {
      size_t n = strcspn(s, ";<");
      assert_true(s[n] == ';');
      s += n;
    } else {
      assert_true((unsigned char)*s >= 32 || *s == '\n');
      s++;
    }
  assert_int_equal(deep, 0);
}

/* How many numbers x,y the k-th polyline has; -1: there is no such line. */
static inline int svg_points(const char *s, int k) {
  for (; (s = strstr(s, "<polyline ")); s++)
    if (!k--) {
      int n = 0;
      for (s = strstr(s, "points=\"") + 8; *s != '"'; s++)
        n += *s == ',';
      return n;
    }
  return -1;
}

static inline int svg_count(const char *s, const char *what) {
  int n = 0;
  for (; (s = strstr(s, what)); s++)
    n++;
  return n;
}

#endif
