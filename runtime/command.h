/* The commands of the finished program. Each reads its own options, returns the exit status, and on -1 leaves a line in
 * err. */
#ifndef NET_COMMAND_H
#define NET_COMMAND_H
#include "checkpoint.h"
#include "cli.h"
#include "model.h"
#include "rename.h"

struct command {
  const struct net_program *program;
  const char *self; /* how the program was called */
  int argc;         /* argv[0] is the command's name */
  char **argv;
};

int command_train(const struct command *c, char err[ERR]);
int command_eval(const struct command *c, char err[ERR]);
int command_predict(const struct command *c, const struct net_predict *p, char err[ERR]);
int command_check(const struct command *c, char err[ERR]);
int command_info(const struct command *c, char err[ERR]);
int command_bench(const struct command *c, char err[ERR]);
int command_dump(const struct command *c, char err[ERR]);
int command_weights(const struct command *c, char err[ERR]);

/* ---- what they share ---- */

enum {
  COMMON_THREADS = 1,
  COMMON_DATA = 2,
  COMMON_OUT = 4,
  COMMON_WEIGHTS = 8,
  COMMON_BATCH = 16,
  COMMON_SEED = 32,
  COMMON_RENAME = 64 /* --prefix and --rename; weights come with them */
};
void common_add(struct cli *c, int which);

/* The program's own number for every scalar that is an option; scalar_set reads them into m->scalar. */
void scalars_add(struct cli *c, const struct net_program *p);
int scalars_set(const struct cli *c, struct model *m, char err[ERR]);

/* --out, else runs/NAME. To be freed. */
char *run_folder(const struct cli *c, const struct net_program *p);
/* The trained weights: --weights, else those inside the program, else the run's best, else its last. Says which on
   stderr. The seed and the class names (a line each, or "") of their training, where known. */
struct trained {
  uint64_t seed;
  char *classes;
  int64_t epoch, step;
};
int weights_load(const struct cli *c, struct model *m, struct trained *about, char err[ERR]);
/* Those inside the program; what was taken is told on `out` (NULL: nowhere). */
int weights_built_in(struct model *m, FILE *out, struct trained *about, char err[ERR]);
/* --prefix and the table of --rename, which are refused where no file is `given`. how->table is to be freed. */
int rename_options(const struct cli *c, int given, struct rename_how *how, char err[ERR]);

/* The train block called `name`; NULL: the first. */
const struct net_train *train_find(const struct net_program *p, const char *name, char err[ERR]);
int64_t recipe_batch(const struct net_program *p, const struct net_train *t);
const struct net_field *field_find(const struct net_data *d, const char *name);

#endif
