/* A table from a file of comma-separated values (RFC 4180): a header, then rows, all cells as text. */
#ifndef NET_TABULAR_H
#define NET_TABULAR_H
#include <stdint.h>

struct tabular {
  char *text, *path;
  int columns;
  int64_t rows;
  char **cell;   /* of row r, column c: cell[(r + 1) * columns + c]; the header comes first */
  int64_t *line; /* of each row in the file, from 1 */
};

/* Plain or gzipped; cells may be quoted, with doubled quotes and line ends inside; lines end in LF or CRLF; empty lines
   are passed over. delimiter: what parts the cells; 0: whichever of comma, semicolon and tab the header has most of.
   0, or -1 and err with the line; then there is nothing to close. */
int tabular_read(struct tabular *t, const char *path, char delimiter, char err[512]);
void tabular_forget(struct tabular *t); /* the cells; its path and lines stay */
void tabular_close(struct tabular *t);

char *tabular_cell(const struct tabular *t, int64_t row, int column);
const char *tabular_name(const struct tabular *t, int column);
/* The column of that name; -1 and err, with the nearest name or all of them. */
int tabular_column(const struct tabular *t, const char *name, char err[512]);

#endif
