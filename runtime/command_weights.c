/* `weights`: the names and shapes that the program's weights have; beside them, what a file holds for them. */
#include "command.h"
#include "json.h"
#include <stdlib.h>
#include <string.h>

static const struct net_param *wanted(const struct net_program *p, const char *name) {
  for (int i = 0; i < p->params; i++)
    if (p->param[i].role != NET_OPT && !strcmp(p->param[i].name, name))
      return &p->param[i];
  return NULL;
}

static int suits(const struct net_param *p, const struct tensor *t) {
  return t && tensor_is_real(t) && t->rank == p->rank && !memcmp(t->dim, p->dim, (size_t)p->rank * sizeof *p->dim);
}

/* Is it neither wanted nor an optimizer's? */
static int is_left_over(const struct net_program *p, const struct tensor *x) {
  return !wanted(p, x->name) && !strchr(x->name, '#');
}

static void show(const struct net_param *p, const struct tensor *t, int with_file) {
  char shape[SHAPE], theirs[SHAPE];
  int fits = suits(p, t);
  printf("%s %s", p->name, shape_text(shape, p->rank, p->dim));
  if (fits && strcmp(t->origin, p->name))
    printf(" <- %s", t->origin);
  else if (t && !fits)
    printf(" <- %s, which is %s %s", t->origin, t->type_name, shape_text(theirs, t->rank, t->dim));
  else if (!t && with_file)
    printf(" is missing");
  putchar('\n');
}

static void show_left_over(const struct net_program *p, const struct tensors *t) {
  char shape[SHAPE];
  int rest = 0;
  for (int i = 0; t && i < t->count; i++) {
    const struct tensor *x = &t->tensor[i];
    if (!is_left_over(p, x))
      continue;
    printf("%s%s %s", rest++ ? "" : "\nleft over in the file:\n", x->origin, shape_text(shape, x->rank, x->dim));
    printf(strcmp(x->name, x->origin) ? ", called %s\n" : "\n", x->name);
  }
}

static json_t *tensor_json(const struct tensor *t) {
  return json_pack("{sososo}", "name", json_of_text(t->origin), "type", json_of_text(t->type_name), "shape",
                   json_of_shape(t->rank, t->dim));
}

/* {"weights": [{"name", "shape", "role", "file": what it has, "fits"}, ...], "left_over": [...]} */
static void say(const struct net_program *p, const struct tensors *t) {
  json_t *all = json_array(), *rest = json_array(), *o = json_pack("{soso}", "weights", all, "left_over", rest);
  for (int i = 0; i < p->params; i++) {
    const struct net_param *w = &p->param[i];
    if (w->role == NET_OPT)
      continue;
    json_t *one = json_pack("{sssoss}", "name", w->name, "shape", json_of_shape(w->rank, w->dim), "role",
                            w->role == NET_WEIGHT ? "weight" : "state");
    const struct tensor *x = t ? tensors_find(t, w->name) : NULL;
    if (t) {
      json_object_set_new(one, "file", x ? tensor_json(x) : json_null());
      json_object_set_new(one, "fits", json_boolean(suits(w, x)));
    }
    json_array_append_new(all, one);
  }
  for (int i = 0; t && i < t->count; i++)
    if (is_left_over(p, &t->tensor[i]))
      json_array_append_new(rest, tensor_json(&t->tensor[i]));
  json_say(o, stdout);
}

/* t: a file's tensors, or NULL. */
static int list(const struct cli *cli, const struct net_program *p, const struct tensors *t, char err[ERR]) {
  int fitting = 0, count = 0, json = cli_get(cli, "json") != NULL;
  for (int i = 0; i < p->params; i++)
    if (p->param[i].role != NET_OPT) {
      const struct tensor *x = t ? tensors_find(t, p->param[i].name) : NULL;
      if (!json)
        show(&p->param[i], x, t != NULL);
      fitting += suits(&p->param[i], x);
      count++;
    }
  json ? say(p, t) : show_left_over(p, t);
  return !t || fitting == count ? 0 : fail(err, "%d of %d tensors do not fit", count - fitting, count);
}

static int list_file(struct cli *cli, const struct net_program *p, const char *path, char err[ERR]) {
  struct rename_how how;
  struct tensors t;
  if (rename_options(cli, 1, &how, err))
    return -1;
  int status = tensors_open(&t, path, err);
  if (!status) {
    status = rename_tensors(&t, &how, path, stderr, err) || list(cli, p, &t, err) ? -1 : 0;
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
  cli_add(c->cli, (struct cli_row){"json", 0, NULL, "The list as JSON on standard output", OFTEN});
  common_add(c->cli, COMMON_RENAME);
}

int command_weights(const struct command *c, char err[ERR]) {
  const struct net_program *p = c->program;
  const char *path = cli_get(c->cli, "weights");
  return !cli_get(c->cli, "check") ? path ? list_file(c->cli, p, path, err) : list(c->cli, p, NULL, err)
         : p->weights_bytes        ? check_built_in(p, err)
                                   : fail(err, "no weights are built in; netc build --weights FILE puts them there");
}
