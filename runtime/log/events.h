/* TensorBoard's event files: records of protobuf messages, each between its length and checksums (TFRecord).

   What belongs to one step is gathered, then written as one record, whole or not at all. */
#ifndef NET_LOG_EVENTS_H
#define NET_LOG_EVENTS_H
#include "base.h"

struct events {
  int file; /* -1: not open */
  char *path;
  FILE *values; /* of the step that is being gathered */
  char *text;
  size_t size;
};

/* Begins a file in the folder, which is made. from: the step with which an interrupted training goes on, so that readers
   forget what older files say of it and of later ones; 0: older files of ours are removed. */
int events_open(struct events *e, const char *folder, int64_t from, char err[ERR]);
void events_close(struct events *e);

void events_scalar(struct events *e, const char *tag, double v);
void events_histogram(struct events *e, const char *tag, const float *v, int64_t count);
void events_png(struct events *e, const char *tag, const unsigned char *png, size_t size);
void events_text(struct events *e, const char *tag, const char *markdown);
int events_write(struct events *e, int64_t step, char err[ERR]); /* what was gathered */

uint32_t crc32c(const void *bytes, size_t size);

#endif
