/* Files of a run's folder that are rewritten as the training goes on, and text that goes into them. */
#ifndef NET_LOG_FILE_H
#define NET_LOG_FILE_H
#include "base.h"

/* Replaces a file in one move: whoever looks sees the old one or the new one. */
int file_replace(const char *path, const void *bytes, size_t size, char err[ERR]);

/* The same with a text in a folder; frees the text. */
int file_into(const char *folder, const char *name, char *text, size_t size, char err[ERR]);

/* Adds bytes to the end of an open file: all of them or none. path: for the message. */
int file_append(int file, const char *path, const void *bytes, size_t size, char err[ERR]);

/* A copy in which every byte that is no part of UTF-8 became "?", as in names that come from folders. */
char *text_clean(const char *text);
/* As XML's content or the value of an attribute. */
void xml_text(FILE *out, const char *text);

#endif
