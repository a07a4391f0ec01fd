/* The object cache: what was put comes out, what is damaged does not, and a folder keeps to its share. */
#include "fixture.h"
#include "base/cache.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/netc-cache-XXXXXX";

static int folder_make(void **state) {
  (void)state;
  return !mkdtemp(folder);
}

static int folder_remove(void **state) {
  char command[64];
  (void)state;
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command);
}

static const char *path_of(Hash key) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%02llx/%016llx%016llx", folder, (unsigned long long)(key.high >> 56),
           (unsigned long long)key.high, (unsigned long long)key.low);
  return path;
}

static int has(const char *where, Hash key, const char *want, size_t len) {
  size_t got;
  char *at = cache_get(where, key, &got);
  int same = at && got == len && !memcmp(at, want, len);
  free(at);
  return same;
}

/* The first numbers of the published table, and of openssl's SIPHASH: keys 00 01 .. 0f, texts 00 01 02 .. */
static void test_hash_is_siphash(void **state) {
  static const struct {
    size_t len;
    Hash hash;
  } want[] = {{0, {0xe6a825ba047f81a3u, 0x930255c71472f66du}},
              {1, {0x44af996bd8c187dau, 0x45fc229b11597634u}},
              {8, {0x61f55862baa9623b, 0xb49714f364e2830f}},
              {15, {0x11a8b03399e99354, 0xd9c3cf970fec087e}}};
  unsigned char text[16];
  (void)state;
  for (int i = 0; i < 16; i++)
    text[i] = (unsigned char)i;
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    Hash h = hash_bytes((Hash){0x0706050403020100u, 0x0f0e0d0c0b0a0908u}, text, want[i].len);
    assert_true(h.low == want[i].hash.low && h.high == want[i].hash.high);
  }
}

static void test_put_comes_out(void **state) {
  Hash a = {1, 2}, b = {2, 2};
  size_t len;
  (void)state;
  assert_null(cache_get(folder, a, &len));
  cache_put(folder, a, "some\0thing", 10);
  cache_put(folder, b, "", 0);
  assert_true(has(folder, a, "some\0thing", 10) && has(folder, b, "", 0));
  cache_put(folder, a, "other", 5);
  assert_true(has(folder, a, "other", 5));
}

static void test_damage_is_seen(void **state) {
  Hash key = {3, 3};
  size_t len;
  (void)state;
  for (int at = 0; at < 28; at++) {
    cache_put(folder, key, "code", 4);
    int fd = open(path_of(key), O_RDWR);
    char byte;
    assert_true(pread(fd, &byte, 1, at) == 1);
    byte ^= 4;
    assert_true(pwrite(fd, &byte, 1, at) == 1);
    close(fd);
    assert_null(cache_get(folder, key, &len));
    cache_put(folder, key, "code", 4);
    assert_int_equal(truncate(path_of(key), at), 0);
    assert_null(cache_get(folder, key, &len));
  }
  cache_put(folder, key, "code", 4);
  assert_true(has(folder, key, "code", 4));
}

static void test_no_folder_is_no_cache(void **state) {
  char file[64], below[80];
  Hash key = {4, 4};
  size_t len;
  (void)state;
  snprintf(file, sizeof file, "%s/file", folder);
  snprintf(below, sizeof below, "%s/cache", file);
  close(open(file, O_CREAT | O_WRONLY, 0600));
  const char *const none[] = {NULL, file, below, "/proc/netc"};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    cache_put(none[i], key, "code", 4);
    assert_null(cache_get(none[i], key, &len));
  }
}

/* Sixteen files fill a share: of forty, those used last stay, and the first is among them since it is used all the
   time. */
static void test_share_is_kept(void **state) {
  enum { COUNT = 40, FIT = 15, BYTES = CACHE_SHARE / 16 };
  static char bytes[BYTES], large[CACHE_SHARE];
  Hash key[COUNT];
  (void)state;
  for (int i = 0; i < COUNT; i++) {
    key[i] = (Hash){(uint64_t)i, 0xab00000000000000u};
    cache_put(folder, key[i], bytes, BYTES);
    assert_true(has(folder, key[i], bytes, BYTES) && has(folder, key[0], bytes, BYTES));
    usleep(5000); /* times of files are coarse */
  }
  for (int i = 1; i < COUNT; i++)
    assert_int_equal(has(folder, key[i], bytes, BYTES), i > COUNT - FIT);
  cache_put(folder, (Hash){99, 0xab00000000000000u}, large, sizeof large);
  assert_true(has(folder, key[COUNT - 1], bytes, BYTES) && !has(folder, (Hash){99, 0xab00000000000000u}, large, 1));
}

static void test_where_it_is(void **state) {
  Arena *mem = arena_new();
  (void)state;
  setenv("HOME", "/home/me", 1);
  unsetenv("XDG_CACHE_HOME");
  unsetenv("NETC_CACHE");
  assert_string_equal(cache_folder(mem), "/home/me/.cache/netc");
  setenv("XDG_CACHE_HOME", "/var/me", 1);
  assert_string_equal(cache_folder(mem), "/var/me/netc");
  setenv("XDG_CACHE_HOME", "relative", 1);
  assert_string_equal(cache_folder(mem), "/home/me/.cache/netc");
  setenv("NETC_CACHE", "here", 1);
  assert_string_equal(cache_folder(mem), "here");
  setenv("NETC_CACHE", "", 1);
  assert_null(cache_folder(mem));
  unsetenv("NETC_CACHE");
  unsetenv("HOME");
  assert_null(cache_folder(mem));
  arena_free(mem);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hash_is_siphash),       cmocka_unit_test(test_put_comes_out),
      cmocka_unit_test(test_damage_is_seen),        cmocka_unit_test(test_share_is_kept),
      cmocka_unit_test(test_no_folder_is_no_cache), cmocka_unit_test(test_where_it_is),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
