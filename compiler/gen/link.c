#define _GNU_SOURCE /* pipe2 */
/* Duty: calls `cc` on the description, then on machine code and the runtime library. Libraries that exist as archives
   are linked statically, so that a finished program needs libc and libm alone; OpenBLAS only where large matrices are
   multiplied. No shell. */
#include "gen/link.h"
#include "base/text.h"
#include "base/vec.h"
#include "front/embed.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- the folder ---- */

int temp_open(Ctx *c, Temp *t) {
  const char *base = getenv("TMPDIR");
  char *path = arena_printf(c->mem, "%s/netc-XXXXXX", base && *base ? base : "/tmp");
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT), sigaddset(&set, SIGTERM), sigaddset(&set, SIGHUP);
  sigprocmask(SIG_BLOCK, &set, &t->before);
  t->path = mkdtemp(path);
  if (t->path)
    return 1;
  diag_add(c, D_CANNOT_WRITE, (Span){0, 0}, path, strerror(errno));
  sigprocmask(SIG_SETMASK, &t->before, NULL);
  return 0;
}

void temp_close(Temp *t) {
  DIR *dir = opendir(t->path);
  for (struct dirent *e; dir && (e = readdir(dir));)
    unlinkat(dirfd(dir), e->d_name, 0);
  if (dir)
    closedir(dir);
  rmdir(t->path);
  sigprocmask(SIG_SETMASK, &t->before, NULL);
}

/* ---- calling cc ---- */

typedef Vec(char *) Words;

static void add(Ctx *c, Words *words, const char *word) {
  vec_push(c->mem, words, (char *)(uintptr_t)word);
}

/* Begins a program; 0, or -errno when it cannot be started. */
static int run_begin(const Temp *t, char **words, Child *child) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attr;
  int end[2];
  if (pipe2(end, O_CLOEXEC))
    return -errno;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, end[1], 1);
  posix_spawn_file_actions_adddup2(&files, end[1], 2);
  posix_spawnattr_init(&attr);
  posix_spawnattr_setsigmask(&attr, &t->before);
  posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
  int error = posix_spawnp(&child->id, words[0], &files, &attr, words, environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attr);
  close(end[1]);
  if (error)
    close(end[0]);
  child->says = end[0];
  return -error;
}

/* Collects what it says, to its end: the exit status. */
static int run_end(Child child, Text *said) {
  char part[4096];
  int status = 0;
  for (ssize_t n; (n = read(child.says, part, sizeof part)) > 0 || (n < 0 && errno == EINTR);)
    text_add_len(said, part, n > 0 ? (size_t)n : 0);
  close(child.says);
  while (waitpid(child.id, &status, 0) < 0 && errno == EINTR)
    ;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(const Temp *t, char **words, Text *said) {
  Child child;
  int error = run_begin(t, words, &child);
  return error ? error : run_end(child, said);
}

/* Adds a library's archive if cc knows it, else `otherwise`, and lets the linker look. */
static void add_library(Ctx *c, const Temp *t, Words *to, const char *archive, const char *otherwise) {
  Text said = {.mem = c->mem};
  char *ask[] = {"cc", arena_printf(c->mem, "-print-file-name=%s", archive), NULL};
  int found = !run(t, ask, &said) && *text_str(&said) == '/';
  add(c, to, found ? arena_strndup(c->mem, said.at, strcspn(said.at, "\n")) : otherwise);
}

/* libnetrt.a in netc's own folder, or where `make install` puts it; NULL after reporting. */
static const char *runtime_library(Ctx *c) {
  static const char *const places[] = {"", "../lib/netc/"};
  char self[PATH_MAX];
  ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
  while (len > 0 && self[len - 1] != '/')
    len--;
  for (int i = 0; len > 0 && i < 2; i++) {
    const char *path = arena_printf(c->mem, "%.*s%slibnetrt.a", (int)len, self, places[i]);
    if (!access(path, R_OK))
      return path;
  }
  diag_add(c, D_RUNTIME, (Span){0, 0});
  return NULL;
}

/* The header that the description includes, out of the compiler, beside it. */
static int write_header(Ctx *c, const Temp *t) {
  const char *path = arena_printf(c->mem, "%s/netrt.h", t->path);
  const Embedded *header = embedded;
  while (header->path && strcmp(header->path, "runtime/netrt.h"))
    header++;
  FILE *f = fopen(path, "we");
  size_t written = f && header->path ? fwrite(header->text, 1, header->len, f) : 0;
  if (f && !fclose(f) && header->path && written == header->len)
    return 1;
  diag_add(c, D_CANNOT_WRITE, (Span){0, 0}, path, strerror(errno));
  return 0;
}

static void add_libraries(Ctx *c, const Link *l, Words *to) {
  if (l->blas == BLAS_STATIC)
    add_library(c, l->temp, to, "openblas-pthread/libopenblas.a", "-l:libopenblas.a");
  else if (l->blas == BLAS_SHARED)
    add(c, to, "-lopenblas");
  static const char *const libraries[][2] = {
      {"libpng.a", "-lpng"}, {"libjpeg.a", "-ljpeg"}, {"libjansson.a", "-ljansson"}, {"libexpat.a", "-lexpat"}, {"libz.a", "-lz"}};
  for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
    add_library(c, l->temp, to, libraries[i][0], libraries[i][1]);
  add(c, to, "-lm");
}

/* A runtime built with a sanitizer wants it in the program too. */
static void add_sanitizers(Ctx *c, Words *to) {
#if defined __SANITIZE_ADDRESS__
  add(c, to, "-fsanitize=address,undefined");
#elif defined __SANITIZE_THREAD__
  add(c, to, "-fsanitize=thread");
#else
  (void)c, (void)to;
#endif
}

/* What cc said may be long; its first lines tell. */
static int refuse(Ctx *c, int status, const char *said) {
  enum { LINES = 12 };
  const char *why = status == -ENOENT ? "there is no cc here" : status < 0 ? strerror(-status) : "cc says no";
  Diag *d = diag_add(c, D_CC, (Span){0, 0}, why);
  for (int i = 0; i < LINES && *said; i++) {
    int len = (int)strcspn(said, "\n");
    diag_note(c, d, (Span){0, 0}, "%.*s", len, said);
    said += len + (said[len] == '\n');
  }
  if (status == -ENOENT)
    diag_help(c, d, "install a C compiler: apt install gcc");
  return 0;
}

/* Gold, where it is installed, needs half the time, and a third for OpenBLAS, which is large. Of so much, what is not
   reached is no longer worth looking for. */
static void add_linker(Ctx *c, const Link *l, Words *to) {
  Text said = {.mem = c->mem};
  char *ask[] = {"ld.gold", "--version", NULL};
  add(c, to, "-Wl,--strip-debug");
  if (l->blas != BLAS_STATIC)
    add(c, to, "-Wl,--gc-sections");
  if (!run(l->temp, ask, &said))
    add(c, to, "-fuse-ld=gold");
}

int link_begin(Ctx *c, Link *l) {
  l->runtime = runtime_library(c);
  if (!l->runtime || !write_header(c, l->temp))
    return 0;
  l->described = arena_printf(c->mem, "%s/description.o", l->temp->path);
  const char *const all[] = {"cc", "-std=c17", "-O0", "-I", l->temp->path, "-c", "-o", l->described, l->text};
  Words words = {0};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    add(c, &words, all[i]);
  add(c, &words, NULL);
  int error = run_begin(l->temp, words.at, &l->compiling);
  return error ? refuse(c, error, "") : 1;
}

int link_wait(Ctx *c, Link *l) {
  Text said = {.mem = c->mem};
  int status = run_end(l->compiling, &said);
  return status ? refuse(c, status, text_str(&said)) : 1;
}

int link_program(Ctx *c, const Link *l) {
  const char *const head[] = {"cc",      "-o",  l->output, l->described, "-Wl,--whole-archive",
                              l->object, "-Wl,--no-whole-archive"};
  Words words = {0};
  Text said = {.mem = c->mem};
  for (size_t i = 0; i < sizeof head / sizeof *head; i++)
    add(c, &words, head[i]);
  add(c, &words, l->runtime);
  add(c, &words, "-pthread");
  add_linker(c, l, &words);
  add_sanitizers(c, &words);
  add_libraries(c, l, &words);
  add(c, &words, NULL);
  int status = run(l->temp, words.at, &said);
  return status ? refuse(c, status, text_str(&said)) : 1;
}

int link_try(const Link *l, const char *const *words, Text *said) {
  enum { WORDS = 16 };
  char *all[WORDS] = {NULL};
  /* a name without a folder would be looked for in PATH */
  char *path = arena_printf(said->mem, "%s%s", strchr(l->output, '/') ? "" : "./", l->output);
  all[0] = path;
  for (int i = 0; words[i] && i + 2 < WORDS; i++)
    all[i + 1] = (char *)(uintptr_t)words[i];
  return !run(l->temp, all, said);
}
