/* `weights`: the names and shapes that the program's weights have; beside them, what a file holds for them. */
#include "command.h"
#include <stdlib.h>
#include <string.h>

static const struct net_param *wanted(const struct net_program *p, const char *name) {
  for (int i = 0; i < p->params; i++)
    if (p->param[i].role != NET_OPT && !strcmp(p->param[i].name, name))
      return &p->param[i];
  return NULL;
}

/* Returns whether the tensor found is there and has the shape. */
static int show(const struct net_param *p, const struct tensor *t, int with_file) {
  char shape[SHAPE], theirs[SHAPE];
  int fits = t && tensor_is_real(t) && t->rank == p->rank && !memcmp(t->dim, p->dim, (size_t)p->rank * sizeof *p->dim);
  printf("%s %s", p->name, shape_text(shape, p->rank, p->dim));
  if (fits && strcmp(t->origin, p->name))
    printf(" <- %s", t->origin);
  else if (t && !fits)
    printf(" <- %s, which is %s %s", t->origin, t->type_name, shape_text(theirs, t->rank, t->dim));
  else if (!t && with_file)
    printf(" is missing");
  putchar('\n');
  return fits;
}

/* t: a file's tensors, or NULL. */
static int list(const struct net_program *p, const struct tensors *t, char err[ERR]) {
  char shape[SHAPE];
  int fitting = 0, count = 0, rest = 0;
  for (int i = 0; i < p->params; i++)
    if (p->param[i].role != NET_OPT) {
      fitting += show(&p->param[i], t ? tensors_find(t, p->param[i].name) : NULL, t != NULL);
      count++;
    }
  for (int i = 0; t && i < t->count; i++) {
    const struct tensor *x = &t->tensor[i];
    if (wanted(p, x->name) || strchr(x->name, '#')) /* the latter are an optimizer's */
      continue;
    printf("%s%s %s", rest++ ? "" : "\nleft over in the file:\n", x->origin, shape_text(shape, x->rank, x->dim));
    printf(strcmp(x->name, x->origin) ? ", called %s\n" : "\n", x->name);
  }
  return !t || fitting == count ? 0 : fail(err, "%d of %d tensors do not fit", count - fitting, count);
}

static int list_file(struct cli *cli, const struct net_program *p, const char *path, char err[ERR]) {
  struct rename_how how;
  struct tensors t;
  if (rename_options(cli, 1, &how, err))
    return -1;
  int status = tensors_open(&t, path, err);
  if (!status) {
    status = rename_tensors(&t, &how, path, stderr, err) || list(p, &t, err) ? -1 : 0;
    tensors_close(&t);
  }
  free((char *)(uintptr_t)how.table);
  return status;
}

static int check_built_in(const struct net_program *p, char err[ERR]) {
  struct model m;
  struct trained about = {0};
  if (model_open(&m, p, 1, err))
    return -1;
  int status = weights_built_in(&m, stdout, &about, err);
  free(about.classes);
  model_close(&m);
  return status;
}

void weights_options(const struct command *c) {
  cli_add(c->cli, (struct cli_row){"weights", 'w', "FILE", "Which of them this file has, and what it has besides", OFTEN});
  cli_add(c->cli, (struct cli_row){"check", 0, NULL, "Only whether the weights built in suit the program", OFTEN});
  common_add(c->cli, COMMON_RENAME);
}

int command_weights(const struct command *c, char err[ERR]) {
  const struct net_program *p = c->program;
  const char *path = cli_get(c->cli, "weights");
  return !cli_get(c->cli, "check") ? path ? list_file(c->cli, p, path, err) : list(p, NULL, err)
         : p->weights_bytes        ? check_built_in(p, err)
                                   : fail(err, "no weights are built in; netc build --weights FILE puts them there");
}
