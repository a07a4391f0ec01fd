/* The commands of the finished program. Each is a row of main.c's table: its options, and what it does once they are
   read: it returns the exit status, and on -1 leaves a line in err. */
#ifndef NET_COMMAND_H
#define NET_COMMAND_H
#include "checkpoint.h"
#include "cli.h"
#include "model.h"
#include "rename.h"

struct command {
  const struct net_program *program;
  const struct net_predict *predict;  /* of a predict command */
  const char *self;                   /* how the program was called */
  int argc;                           /* argv[0] is the command's name */
  char **argv;
  struct cli *cli;                    /* its options; read when the command runs */
  const struct command_table *table;  /* of all commands */
};

struct command_row {
  const char *name, *words, *summary, *more, *example; /* as in manual_command */
  int rare;
  void (*options)(const struct command *c); /* adds them to c->cli */
  int (*run)(const struct command *c, char err[ERR]);
  const struct net_predict *predict;
};

struct command_table {
  int count;
  struct command_row *row;
  struct heap heap; /* texts of predict commands' rows */
};

/* Opens c->cli with the row's options and --help. */
void command_open(const struct command *c, const struct command_row *r);
/* All commands as the manual has them. */
struct command_manual {
  struct manual manual;
  struct cli *cli; /* of each command: names and texts of its options */
  char *summary;
};
void command_manual_open(struct command_manual *m, const struct command *c);
void command_manual_close(struct command_manual *m);

/* The row of a `predict` of the file. */
struct command_row predict_row(const struct net_program *p, const struct net_predict *t, struct heap *h);

void no_options(const struct command *c);
void train_options(const struct command *c);
void eval_options(const struct command *c);
void compare_options(const struct command *c);
void check_options(const struct command *c);
void preview_options(const struct command *c);
void anchors_options(const struct command *c);
void saliency_options(const struct command *c);
void features_options(const struct command *c);
void embed_options(const struct command *c);
void info_options(const struct command *c);
void bench_options(const struct command *c);
void dump_options(const struct command *c);
void weights_options(const struct command *c);

int command_train(const struct command *c, char err[ERR]);
int command_eval(const struct command *c, char err[ERR]);
int command_predict(const struct command *c, char err[ERR]);
int command_compare(const struct command *c, char err[ERR]);
int command_check(const struct command *c, char err[ERR]);
int command_preview(const struct command *c, char err[ERR]);
int command_anchors(const struct command *c, char err[ERR]);
int anchors_can(const struct net_program *p); /* are there boxes in some data block? */
int command_saliency(const struct command *c, char err[ERR]);
int command_features(const struct command *c, char err[ERR]);
int command_embed(const struct command *c, char err[ERR]);
int command_info(const struct command *c, char err[ERR]);
int command_bench(const struct command *c, char err[ERR]);
int command_dump(const struct command *c, char err[ERR]);
int command_man(const struct command *c, char err[ERR]);
int command_completion(const struct command *c, char err[ERR]);
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
void scalars_set(const struct cli *c, struct model *m);

/* --out, else runs/NAME. To be freed. */
char *run_folder(const struct cli *c, const struct net_program *p);
/* The trained weights: --weights, else those inside the program, else the run's best, else its last. Says which on
   stderr. The seed and the class names (a line each, or "") of their training, where known. */
struct trained {
  uint64_t seed;
  char *classes;
  int64_t epoch, step;
};
int weights_load(struct cli *c, struct model *m, struct trained *about, char err[ERR]);
/* Those inside the program; what was taken is told on `out` (NULL: nowhere). */
int weights_built_in(struct model *m, FILE *out, struct trained *about, char err[ERR]);
/* --prefix and the table of --rename, which are refused where no file is `given`. how->table is to be freed. */
int rename_options(struct cli *c, int given, struct rename_how *how, char err[ERR]);

/* The train block called `name`; NULL: the first. */
const struct net_train *train_find(struct cli *c, const struct net_program *p, const char *name, char err[ERR]);
/* --split: the samples of d that it names; not given: those to test with, else to validate, else to train on. */
#define SPLITS "train|val|test"
int split_option(struct cli *c, const struct net_data *d, enum net_split *split, char err[ERR]);
/* Says that no data block is called so (NULL: that there is none). Returns -1. */
int data_unknown(struct cli *c, const struct net_program *p, const char *name, char err[ERR]);
int64_t recipe_batch(const struct net_program *p, const struct net_train *t);
const struct net_field *field_find(const struct net_data *d, const char *name);

#endif
