/* The description of a program, C text: `const struct net_program net_program` of runtime/netrt.h. */
#ifndef GEN_DESCRIBE_H
#define GEN_DESCRIBE_H
#include "front/program.h"
#include "gen/gen.h"

typedef struct {
  const Program *program;
  const ParamTable *params;
  const Gen *gen; /* after gen_entry of all plans */
  int entries;
  const Entry *entry;         /* of program_entries */
  const Plan *const *plan;    /* beside them */
  const char *source, *built; /* the file's text; "netc 0.1.0, CPU znver3" */
  size_t source_len;
  const char *only;    /* the part that was built; NULL: all */
  const char *defines; /* those of -D, a line each; NULL: none */
  const char *weights; /* a file to carry inside, its absolute path; NULL: none */
  int64_t weights_bytes;
  const char *weights_file, *prefix, *rename, *table; /* their name, and how their names become ours: see netrt.h */
} Description;

void describe(const Description *d, Text *to);

#endif
