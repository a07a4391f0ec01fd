#include "base/cache.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char mark[8];
  Hash sum;
} Head;

static const char mark[8] = "netc o1\n";

const char *cache_folder(Arena *mem) {
  const char *own = getenv("NETC_CACHE"), *all = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  if (own)
    return *own ? own : NULL;
  if (all && *all == '/')
    return arena_printf(mem, "%s/netc", all);
  return home && *home ? arena_printf(mem, "%s/.cache/netc", home) : NULL;
}

/* ---- getting ---- */

static int whole_read(int fd, void *to, size_t len) {
  size_t had = 0;
  for (ssize_t n; had < len; had += (size_t)n)
    if ((n = read(fd, (char *)to + had, len - had)) <= 0)
      return 0;
  return 1;
}

static void *entry_read(int fd, size_t *len) {
  Head head;
  struct stat about;
  if (fstat(fd, &about) || about.st_size < (off_t)sizeof head || !whole_read(fd, &head, sizeof head))
    return NULL;
  *len = (size_t)about.st_size - sizeof head;
  void *at = malloc(*len + 1);
  if (at && !memcmp(head.mark, mark, sizeof mark) && whole_read(fd, at, *len)) {
    Hash sum = hash_bytes((Hash){0}, at, *len);
    if (sum.low == head.sum.low && sum.high == head.sum.high)
      return at;
  }
  free(at);
  return NULL;
}

/* FOLDER/ab, and FOLDER/ab/abcd...; 0 if that is too long for a path. */
static int paths_of(const char *folder, Hash key, char part[PATH_MAX], char file[PATH_MAX]) {
  char name[33];
  snprintf(name, sizeof name, "%016llx%016llx", (unsigned long long)key.high, (unsigned long long)key.low);
  return snprintf(part, PATH_MAX, "%s/%.2s", folder, name) < PATH_MAX &&
         snprintf(file, PATH_MAX, "%s/%.2s/%s", folder, name, name) < PATH_MAX;
}

void *cache_get(const char *folder, Hash key, size_t *len) {
  char part[PATH_MAX], file[PATH_MAX];
  int fd = folder && paths_of(folder, key, part, file) ? open(file, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0)
    return NULL;
  void *at = entry_read(fd, len);
  if (at)
    futimens(fd, NULL); /* used: the last to go */
  close(fd);
  return at;
}

/* ---- putting ---- */

static void folders_make(char *path) {
  for (char *p = path + 1; *p; p++)
    if (*p == '/') {
      *p = 0;
      mkdir(path, 0777);
      *p = '/';
    }
  mkdir(path, 0777);
}

static int whole_write(int fd, const void *from, size_t len) {
  size_t had = 0;
  for (ssize_t n; had < len; had += (size_t)n)
    if ((n = write(fd, (const char *)from + had, len - had)) < 0)
      return 0;
  return 1;
}

typedef struct {
  char name[NAME_MAX + 1];
  struct timespec used;
  off_t size;
} Old;

static int by_use(const void *a, const void *b) {
  const struct timespec *x = &((const Old *)a)->used, *y = &((const Old *)b)->used;
  return x->tv_sec != y->tv_sec ? (x->tv_sec > y->tv_sec) - (x->tv_sec < y->tv_sec)
                                : (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec);
}

/* Drops the files of a folder that were not used for longest, until the others are within its share. */
static void folder_trim(const char *path) {
  DIR *dir = opendir(path);
  Old *old = NULL;
  int count = 0, room = 0;
  off_t all = 0;
  for (struct dirent *e; dir && (e = readdir(dir));) {
    struct stat about;
    if (fstatat(dirfd(dir), e->d_name, &about, AT_SYMLINK_NOFOLLOW) || !S_ISREG(about.st_mode))
      continue;
    if (count == room) {
      Old *more = realloc(old, sizeof *old * (size_t)(room = 2 * room + 64));
      if (!more)
        break;
      old = more;
    }
    old[count] = (Old){.used = about.st_mtim, .size = about.st_size};
    memcpy(old[count++].name, e->d_name, strlen(e->d_name) + 1);
    all += about.st_size;
  }
  if (all > CACHE_SHARE)
    qsort(old, (size_t)count, sizeof *old, by_use);
  for (int i = 0; i < count && all > CACHE_SHARE; all -= old[i++].size)
    unlinkat(dirfd(dir), old[i].name, 0);
  if (dir)
    closedir(dir);
  free(old);
}

/* A file of no name yet. -1: errno says why not. */
static int fresh_open(const char *part, char fresh[PATH_MAX]) {
  if (snprintf(fresh, PATH_MAX, "%s/new-XXXXXX", part) < PATH_MAX)
    return mkstemp(fresh);
  errno = ENAMETOOLONG;
  return -1;
}

void cache_put(const char *folder, Hash key, const void *at, size_t len) {
  char part[PATH_MAX], file[PATH_MAX], fresh[PATH_MAX];
  Head head = {.sum = hash_bytes((Hash){0}, at, len)};
  memcpy(head.mark, mark, sizeof mark);
  if (!folder || sizeof head + len > CACHE_SHARE || !paths_of(folder, key, part, file))
    return;
  int fd = fresh_open(part, fresh);
  if (fd < 0 && errno == ENOENT) {
    folders_make(part);
    fd = fresh_open(part, fresh);
  }
  if (fd < 0)
    return;
  int ok = whole_write(fd, &head, sizeof head) && whole_write(fd, at, len);
  ok = !close(fd) && ok;
  if (!ok || rename(fresh, file))
    unlink(fresh);
  else
    folder_trim(part);
}
