/* Prepared samples in a file, for the next training: what decoding and resizing cost is paid once. */
#ifndef NET_STORE_H
#define NET_STORE_H
#include "augment/cell.h"
#include <stdint.h>

struct net_dataset;
struct store;

/* The file in `dir` that belongs to just these files, as large and as old as they are, and to this prepare line; made
   if there is none. NULL and err. */
struct store *store_open(const struct net_dataset *s, const char *dir, char err[512]);
void store_close(struct store *t);

/* The prepared cells of sample i of the source, into zeroed ones. 1, or 0 when the file does not have them. */
int store_get(struct store *t, int64_t i, struct cell *cell);
/* Writes them down. A disk that is full ends that, with a warning; samples that are there stay. */
void store_put(struct store *t, int64_t i, const struct cell *cell);

#endif
