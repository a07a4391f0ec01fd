/* What people look at: programs in every stage, summaries, help. Each returns 0 after reporting. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H
#include "view/build.h"

int view_ir(Ctx *c, const Options *o, FILE *to);      /* netc ir */
int view_opt(Ctx *c, const Options *o, FILE *to);     /* netc opt */
int view_summary(Ctx *c, const Options *o, FILE *to); /* netc summary */
int view_search(Ctx *c, const Options *o, FILE *to);  /* netc search */
int view_import_darknet(Ctx *c, const Options *o, FILE *to); /* netc import-darknet */
int view_help(Ctx *c, const char *name, FILE *to);    /* netc help NAME */
int view_explain(Ctx *c, const char *code, FILE *to); /* netc explain CODE; NULL: the list */

/* A table: cells row by row; columns are as wide as their widest cell. */
typedef struct {
  Arena *mem;
  const char *align; /* a letter for each column: l or r */
  Vec(const char *) cells;
} Table;
void table_add(Table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void table_print(const Table *t, FILE *to);                    /* the first row is a heading */
const char *count_text(Arena *a, double n);                    /* 11,689,512 */
const char *scaled_text(Arena *a, double n, const char *unit); /* 1.8 G, 35.2 MB */

#endif
