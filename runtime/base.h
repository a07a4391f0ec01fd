/* What every part of the runtime leans on: error lines, memory, numbers as text.

   A function that can fail returns 0, or -1 with one line in err; fail() is how it does so. Memory that is small cannot
   fail (the program ends with a message); what grows with the user's wishes is asked for with block_get, which can. */
#ifndef NET_BASE_H
#define NET_BASE_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { ERR = 512 };

/* Writes the line into err and returns -1. */
int fail(char err[ERR], const char *format, ...) __attribute__((format(printf, 2, 3)));

void *mem_get(size_t bytes);             /* zeroed */
void *mem_grow(void *old, size_t bytes); /* realloc */
char *mem_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A large block: 64-byte aligned, 2 MiB aligned with huge pages asked for when that pays. NULL when out of memory. */
void *block_get(int64_t bytes);
void block_free(void *block);
/* What lies in a block is no longer wanted: its memory is given back until it is written again. */
void block_rest(void *block, int64_t bytes);

/* Many small pieces, given back at once. */
struct heap {
  struct heap_piece *last;
};
void *heap_get(struct heap *h, size_t bytes);
char *heap_text(struct heap *h, const char *text, size_t length);
void heap_free(struct heap *h);

/* The shortest decimal that reads back as the same double: 0.1, 40, 1e-05, nan, inf. */
enum { NUMBER = 32 };
const char *number_text(char text[NUMBER], double v);
/* 1234567 -> "1 234 567" */
const char *count_text(char text[NUMBER], int64_t v);
/* The entry of names[count] nearest to word by edit distance, NULL when none is near. */
const char *nearest(const char *word, const char *const *names, int count);

double now(void);                   /* seconds, monotonic */
uint32_t site_of(const char *name); /* FNV-1a: what a name is in a random number's counter */

#endif
