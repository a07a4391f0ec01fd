/* Folders and files of a data set: lists of paths, patterns, whole files, and what to say when one is missing. */
#ifndef NET_FILES_H
#define NET_FILES_H
#include <stddef.h>
#include <stdint.h>

struct paths { /* full paths, in natural order */
  int64_t count;
  char **path;
};
void paths_free(struct paths *p);
int paths_add(struct paths *p, const char *path); /* -1 when out of memory */

char *path_join(const char *dir, const char *name); /* malloc'ed; name alone when it is absolute */
const char *path_file(const char *path);            /* behind the last slash */
int path_is_picture(const char *path);              /* .png .jpg .jpeg in any case */
int path_same_stem(const char *a, const char *b);   /* equal file names but for the extension */

/* Folders, or pictures, inside dir, hidden ones left out. */
int paths_of_folders(struct paths *p, const char *dir, char err[512]);
int paths_of_pictures(struct paths *p, const char *dir, char err[512]);
/* What matches a pattern (* ? [a-z]) below dir; an error when nothing does. */
int paths_of_pattern(struct paths *p, const char *dir, const char *pattern, char err[512]);

/* Says that path cannot be read, why, and what lies there that is called nearly so. Returns -1. */
int path_missing(const char *path, char err[512]);

/* The whole file, unpacked if gzipped; malloc'ed. NULL and err. */
unsigned char *file_unpack(const char *path, size_t *size, char err[512]);

#endif
