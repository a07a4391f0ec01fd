#include "log/file.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int file_replace(const char *path, const void *bytes, size_t size, char err[ERR]) {
  char *beside = mem_text("%s.tmp", path);
  FILE *f = fopen(beside, "wbe");
  int ok = f && fwrite(bytes, 1, size, f) == size && !fflush(f), why = errno;
  if (f && fclose(f) && ok)
    ok = 0, why = errno;
  if (ok && rename(beside, path))
    ok = 0, why = errno;
  if (!ok && f)
    unlink(beside);
  free(beside);
  return ok ? 0 : fail(err, "cannot write %s: %s", path, strerror(why));
}

int file_into(const char *folder, const char *name, char *text, size_t size, char err[ERR]) {
  char *path = mem_text("%s/%s", folder, name);
  int status = file_replace(path, text, size, err);
  free(path), free(text);
  return status;
}

int file_append(int file, const char *path, const void *bytes, size_t size, char err[ERR]) {
  off_t before = lseek(file, 0, SEEK_END);
  ssize_t n = write(file, bytes, size);
  int why = n < 0 ? errno : ENOSPC;
  if (n == (ssize_t)size)
    return 0;
  if (ftruncate(file, before))
    why = errno;
  return fail(err, "cannot write %s: %s", path, strerror(why));
}

/* How many bytes the character at s has; 0: none that UTF-8 allows. */
static int utf8_length(const unsigned char *s) {
  static const unsigned LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
  int n = *s < 0x80 ? 1 : *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;
  unsigned code = n == 1 ? *s : *s & (0xffu >> (n + 1));
  if ((*s & 0xc0) == 0x80 || *s >= 0xf8)
    return 0;
  for (int i = 1; i < n; i++) {
    if ((s[i] & 0xc0) != 0x80)
      return 0;
    code = code << 6 | (s[i] & 0x3f);
  }
  return code < LEAST[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : n;
}

char *text_clean(const char *text) {
  char *copy = mem_text("%s", text);
  for (unsigned char *s = (unsigned char *)copy; *s;) {
    int n = utf8_length(s);
    if (!n)
      *s = '?';
    s += n ? n : 1;
  }
  return copy;
}

void xml_text(FILE *out, const char *text) {
  char *clean = text_clean(text);
  for (const char *s = clean; *s; s++)
    if (*s == '&' || *s == '<' || *s == '>' || *s == '"')
      fprintf(out, "&#%d;", *s);
    else
      fputc((unsigned char)*s < 32 ? ' ' : *s, out);
  free(clean);
}
