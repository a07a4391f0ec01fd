/* Lists of files by readdir and glob, sorted as people count; files by zlib, which reads plain ones too. */
#include "data/files.h"
#include "data/text.h"
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <zlib.h>

void paths_free(struct paths *p) {
  for (int64_t i = 0; i < p->count; i++)
    free(p->path[i]);
  free(p->path);
  *p = (struct paths){0, NULL};
}

int paths_add(struct paths *p, const char *path) {
  if (!(p->count & (p->count - 1))) { /* room doubles at each power of two */
    char **more = realloc(p->path, (p->count ? 2 * p->count : 1) * sizeof *more);
    if (!more)
      return -1;
    p->path = more;
  }
  char *copy = strdup(path);
  if (!copy)
    return -1;
  p->path[p->count++] = copy;
  return 0;
}

char *path_join(const char *dir, const char *name) {
  size_t n = strlen(dir) + strlen(name) + 2;
  char *path = malloc(n);
  if (path && (*name == '/' || !*dir))
    strcpy(path, name);
  else if (path)
    snprintf(path, n, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", name);
  return path;
}

const char *path_file(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

int path_is_picture(const char *path) {
  const char *dot = strrchr(path_file(path), '.');
  return dot && (!strcasecmp(dot, ".png") || !strcasecmp(dot, ".jpg") || !strcasecmp(dot, ".jpeg"));
}

int path_same_stem(const char *a, const char *b) {
  const char *x = path_file(a), *y = path_file(b), *dot_x = strrchr(x, '.'), *dot_y = strrchr(y, '.');
  size_t n = dot_x ? (size_t)(dot_x - x) : strlen(x), m = dot_y ? (size_t)(dot_y - y) : strlen(y);
  return n == m && !strncmp(x, y, n);
}

static int is_folder(const char *path) {
  struct stat info;
  return !stat(path, &info) && S_ISDIR(info.st_mode);
}

static void paths_sort(struct paths *p) {
  if (p->count)
    qsort(p->path, p->count, sizeof *p->path, text_natural_order);
}

static int paths_of(struct paths *p, const char *dir, int folders, char err[512]) {
  DIR *d = opendir(dir);
  if (!d)
    return path_missing(dir, err);
  int failed = 0;
  for (struct dirent *e; !failed && (e = readdir(d));) {
    if (*e->d_name == '.')
      continue;
    char *path = path_join(dir, e->d_name);
    failed = !path || ((folders ? is_folder(path) : path_is_picture(path)) && paths_add(p, path));
    free(path);
  }
  closedir(d);
  paths_sort(p);
  return failed ? fail(err, "%s: out of memory", dir) : 0;
}

int paths_of_folders(struct paths *p, const char *dir, char err[512]) {
  return paths_of(p, dir, 1, err);
}

int paths_of_pictures(struct paths *p, const char *dir, char err[512]) {
  return paths_of(p, dir, 0, err);
}

/* dir with glob's own characters made plain */
static char *glob_plain(const char *dir) {
  char *plain = malloc(2 * strlen(dir) + 1), *to = plain;
  for (const char *s = dir; plain && *s; *to++ = *s++)
    if (strchr("*?[]\\", *s))
      *to++ = '\\';
  if (plain)
    *to = 0;
  return plain;
}

int paths_of_pattern(struct paths *p, const char *dir, const char *pattern, char err[512]) {
  char *plain = glob_plain(dir), *full = plain ? path_join(plain, pattern) : NULL;
  glob_t found = {0};
  int failed = !full || glob(full, GLOB_NOSORT, NULL, &found) == GLOB_NOSPACE;
  for (size_t i = 0; !failed && i < found.gl_pathc; i++)
    failed = paths_add(p, found.gl_pathv[i]);
  globfree(&found);
  free(plain);
  free(full);
  if (failed)
    return fail(err, "%s: out of memory", pattern);
  paths_sort(p);
  if (p->count)
    return 0;
  char *path = path_join(dir, pattern);
  char *slash = path ? strrchr(path, '/') : NULL;
  if (slash)
    *slash = 0;
  if (slash && strpbrk(path, "*?[") == NULL && !is_folder(path))
    failed = path_missing(path, err);
  else
    failed = fail(err, "nothing matches %s in %s", pattern, *dir ? dir : ".");
  free(path);
  return failed;
}

/* Up to three names in dir, those nearest to `wanted` first, as a text. */
static void dir_near(const char *dir, const char *wanted, char *out, size_t size) {
  struct {
    int distance;
    char name[64];
  } near[3] = {{1 << 20, ""}, {1 << 20, ""}, {1 << 20, ""}};
  DIR *d = opendir(dir);
  for (struct dirent *e; d && (e = readdir(d));) {
    if (*e->d_name == '.' || strlen(e->d_name) >= sizeof near->name)
      continue;
    int distance = text_distance(e->d_name, wanted), k = 3;
    while (k > 0 && (distance < near[k - 1].distance ||
                     (distance == near[k - 1].distance && strcmp(e->d_name, near[k - 1].name) < 0)))
      k--;
    if (k == 3)
      continue;
    memmove(near + k + 1, near + k, (2 - k) * sizeof *near);
    near[k].distance = distance;
    strcpy(near[k].name, e->d_name);
  }
  if (d)
    closedir(d);
  size_t used = 0;
  *out = 0;
  for (int k = 0; k < 3 && *near[k].name && used < size; k++)
    used += snprintf(out + used, size - used, "%s%s", k ? ", " : "", near[k].name);
}

/* What of the path is not there: "nowhere" of nowhere/train/1.png. */
int path_missing(const char *path, char err[512]) {
  int why = errno;
  char *parent = strdup(path), *gone = strdup(path), there[256];
  struct stat about;
  if (!parent || !gone)
    return free(parent), free(gone), fail(err, "%s: out of memory", path);
  /* climb to the folder that does exist; `gone` is what it lacks */
  for (char *slash; (slash = strrchr(parent, '/')) != NULL;) {
    strcpy(gone, slash + 1);
    *slash = 0;
    if (!*parent || is_folder(parent))
      break;
  }
  if (*parent && !is_folder(parent)) {
    strcpy(gone, parent);
    *parent = 0;
  }
  int first = (int)(strstr(path + strlen(parent), gone) - path + (ptrdiff_t)strlen(gone)); /* up to there */
  char *lost = strndup(path, (size_t)first);
  const char *dir = *parent ? parent : *path == '/' ? "/" : ".";
  const char *called = *parent || *path == '/' ? dir : "this folder";
  dir_near(dir, gone, there, sizeof there);
  if (!lost || (why != ENOENT && why != ENOTDIR))
    fail(err, "%s: %s", path, strerror(why));
  else if (path[first] && !stat(lost, &about))
    fail(err, "%s is a file, not a folder", lost);
  else if (*there)
    fail(err, "%s does not exist; in %s there is %s", lost, called, there);
  else
    fail(err, "%s does not exist; in %s there is nothing", lost, called);
  free(lost);
  free(parent);
  free(gone);
  return -1;
}

unsigned char *file_unpack(const char *path, size_t *size, char err[512]) {
  if (is_folder(path))
    return fail(err, "%s is a folder, no file", path), NULL;
  gzFile f = gzopen(path, "rb");
  if (!f) {
    path_missing(path, err);
    return NULL;
  }
  gzbuffer(f, 1 << 17);
  unsigned char *bytes = NULL;
  size_t used = 0, room = 1 << 20;
  for (;;) {
    unsigned char *more = realloc(bytes, room);
    if (!more) {
      fail(err, "%s: out of memory", path);
      break;
    }
    bytes = more;
    int got = gzread(f, bytes + used, (unsigned)(room - used > 1 << 30 ? 1 << 30 : room - used));
    int code;
    const char *why = gzerror(f, &code);
    if (got < 0 || code == Z_BUF_ERROR) {
      fail(err, "%s: %s", path,
           code == Z_BUF_ERROR    ? "the gzipped data end too early"
           : code == Z_DATA_ERROR ? "the gzipped data are damaged"
                                  : why);
      break;
    }
    used += got;
    if (got == 0) {
      gzclose(f);
      *size = used;
      return bytes;
    }
    if (used == room)
      room *= 2;
  }
  free(bytes);
  gzclose(f);
  return NULL;
}
