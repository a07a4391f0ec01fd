/* The last step of a build: machine code and description become an executable, by the system's `cc`. */
#ifndef GEN_LINK_H
#define GEN_LINK_H
#include "base/text.h"
#include "diag/diag.h"
#include <signal.h>
#include <sys/types.h>

/* A private folder for what lies between. While it exists, interrupting signals wait, so that it is always removed: the
   signal takes effect in temp_close. */
typedef struct {
  const char *path;
  sigset_t before;
} Temp;
int temp_open(Ctx *c, Temp *t); /* 0 after reporting */
void temp_close(Temp *t);

typedef struct {
  pid_t id;
  int says; /* the end of a pipe */
} Child;

typedef enum { BLAS_STATIC, BLAS_SHARED, BLAS_NONE } Blas;
typedef struct {
  const Temp *temp;
  const char *object; /* machine code: an object file or an archive of them */
  const char *text;   /* and the description, C */
  const char *output;
  Blas blas; /* BLAS_NONE: the program calls no nrt_gemm */
  /* of link_begin */
  Child compiling;
  const char *runtime, *described;
} Link;
/* All return 0 after reporting. The description is compiled from link_begin to link_wait, beside what else there is to
   do. */
int link_begin(Ctx *c, Link *l);
int link_wait(Ctx *c, Link *l);
int link_program(Ctx *c, const Link *l);
/* Runs the finished program with these words, up to NULL, and collects what it says. 0 when it fails. */
int link_try(const Link *l, const char *const *words, Text *said);

#endif
