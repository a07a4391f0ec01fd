/* Diagnostics: collected, sorted, capped, rendered at the end. Codes, texts and explanations are rows of diag.def. */
#ifndef DIAG_DIAG_H
#define DIAG_DIAG_H
#include "base/name.h"
#include "diag/source.h"
#include <stdio.h>

typedef enum {
#define DIAG(id, code, severity, text, explanation) id,
#include "diag/diag.def"
#undef DIAG
  DIAG_COUNT
} DiagId;

typedef struct Diags Diags;
typedef struct Diag Diag;

/* What every stage gets as its first parameter. */
typedef struct Ctx {
  Arena *mem;
  Names *names;
  Source *src;
  Diags *diags;
  struct Types *types;     /* type/type.h */
  struct Scalars *scalars; /* op/scalar.h */
  struct Ops *ops;         /* op/op.h */
  struct Tuning *tuning;   /* gen/tune.h; NULL: the model chooses */
  const char *cache;       /* base/cache.h: what is kept from build to build; NULL: nothing */
  int exact;               /* --exact: no algorithm that rounds more than the plain one */
} Ctx;

Diags *diags_new(Arena *a);

/* Adds a diagnostic at a place. `text` of the row is a printf format that the arguments fill (all of them strings, %s).
   The result takes notes; it is never NULL. A second error at the very same span is dropped (it still takes notes). */
Diag *diag_add(Ctx *c, DiagId id, Span at, ...);
/* Notes, each with a place of its own (or {0,0}), printed below in the order added; and a fix ("help: ..."). */
void diag_note(Ctx *c, Diag *d, Span at, const char *format, ...) __attribute__((format(printf, 4, 5)));
void diag_help(Ctx *c, Diag *d, const char *format, ...) __attribute__((format(printf, 3, 4)));

int diag_errors(const Diags *d);  /* how many errors so far */
int diags_count(const Diags *d);  /* how many diagnostics are kept so far */
/* The same note on each that was added since there were `count`: the way there ("in `Level`, called here"). */
void diags_note_since(Ctx *c, int count, Span at, const char *text);
void diags_mute(Diags *d, int by); /* +1: collect nothing (a trial), -1: again */

typedef enum { DIAG_PLAIN, DIAG_COLOR, DIAG_JSON } DiagStyle;
void diags_render(const Ctx *c, DiagStyle style, FILE *to);
int diag_explain(const char *code, FILE *to); /* prints a row's explanation; 0 when there is no such code */

#endif
