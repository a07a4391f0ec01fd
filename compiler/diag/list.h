/* The collected diagnostics, as diag.c gathers and render.c draws them. */
#ifndef DIAG_LIST_H
#define DIAG_LIST_H
#include "base/vec.h"
#include "diag/diag.h"

typedef enum { SEV_ERROR, SEV_WARNING, SEV_NOTE } Severity;

typedef struct {
  const char *code, *text, *explanation;
  Severity severity;
} DiagRow;

typedef struct {
  Span at;
  const char *text;
} DiagNote;

struct Diag {
  const DiagRow *row;
  Span at;
  const char *text;
  int order; /* of adding, among equal places */
  Vec(DiagNote) notes;
  Vec(const char *) helps;
};

struct Diags {
  Arena *mem;
  Vec(Diag *) list;
  int errors, muted;
  int unkept[3]; /* by severity: counted, but too many to keep */
};

extern const DiagRow diag_rows[DIAG_COUNT];

#endif
