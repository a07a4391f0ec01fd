/* Duty: whole files in and out. */
#include "view/build.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LARGEST = 64 << 20 }; /* bytes: far beyond any source, and /dev/zero ends */

static char *refuse_read(Ctx *c, const char *path, const char *why) {
  diag_add(c, D_CANNOT_READ, (Span){0, 0}, path, why);
  return NULL;
}

char *file_read(Ctx *c, const char *path, size_t *len) {
  int standard = !strcmp(path, "-");
  FILE *f = standard ? stdin : fopen(path, "re");
  Text text = {.mem = c->mem};
  char part[16384];
  struct stat about;
  if (!f)
    return refuse_read(c, path, strerror(errno));
  int error = fstat(fileno(f), &about) ? errno : S_ISDIR(about.st_mode) ? EISDIR : 0;
  for (size_t n; !error && text.len <= LARGEST && (n = fread(part, 1, sizeof part, f));)
    text_add_len(&text, part, n);
  if (!error && ferror(f))
    error = errno;
  if (!standard)
    fclose(f);
  if (error)
    return refuse_read(c, path, strerror(error));
  if (text.len > LARGEST)
    return refuse_read(c, path, "it is too large for a text");
  text_add_len(&text, "", 0);
  *len = text.len;
  return text.at;
}

int file_write(Ctx *c, const char *path, const char *text, size_t len) {
  int standard = !strcmp(path, "-");
  FILE *f = standard ? stdout : fopen(path, "we");
  int ok = f && fwrite(text, 1, len, f) == len;
  if (f && !standard)
    ok &= !fclose(f);
  if (!ok)
    diag_add(c, D_CANNOT_WRITE, (Span){0, 0}, path, strerror(errno));
  return ok;
}
