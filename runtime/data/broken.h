/* Samples whose files cannot be read: which, why, and the line that says so. */
#ifndef NET_BROKEN_H
#define NET_BROKEN_H
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

/* What a source's load returns for a file that is no picture, or not all of one; -1 is everything else: memory, labels
   out of range, more than the system gives. */
enum { BROKEN = 1 };

struct broken_sample {
  int64_t sample;
  char *why; /* "a.jpg (the file is empty)" */
};
struct broken {
  pthread_mutex_t lock;
  int64_t count;
  struct broken_sample *at; /* by sample, whichever was found first */
};

void broken_open(struct broken *b);
void broken_close(struct broken *b);
/* Notes it, once; why: a message that may begin with `where: `. Returns how many there are. */
int64_t broken_add(struct broken *b, int64_t sample, const char *where, const char *why);
int broken_is(struct broken *b, int64_t sample);
/* "a.jpg (the file is empty), b.jpg (...) and 12 more" */
void broken_list(struct broken *b, char *out, size_t size);

#endif
