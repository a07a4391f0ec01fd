/* `info`: what this program is. */
#include "command.h"
#include "recipe.h"
#include "safetensors.h"
#include "value.h"

static const char *const ROLE[] = {"weight", "state", "optimizer"};

static void list_params(const struct net_program *p) {
  char shape[SHAPE];
  for (int i = 0; i < p->params; i++) {
    struct net_arg init = {.kind = NET_CALL, .call = &p->param[i].init};
    printf("%-10s %-40s %-20s ", ROLE[p->param[i].role], p->param[i].name,
           shape_text(shape, p->param[i].rank, p->param[i].dim));
    if (p->param[i].init.name)
      value_write(stdout, &init);
    putchar('\n');
  }
}

static void list_data(const struct net_data *d) {
  char shape[SHAPE];
  printf("data %s:", d->name);
  for (int f = 0; f < d->fields; f++) {
    const struct net_field *field = &d->field[f];
    printf("%s %s", f ? "," : "", field->name);
    if (field->kind == NET_BOXES)
      printf(" boxes(%d, max: %lld)", field->classes, (long long)field->dim[0]);
    else if (field->classes)
      printf(" class(%d)", field->classes);
    if (field->rank && field->kind != NET_BOXES)
      printf(" %s", shape_text(shape, field->rank, field->dim));
  }
  putchar('\n');
}

static void list_train(const struct net_program *p, const struct net_train *t) {
  char number[NUMBER];
  printf("train%s%s on %s:\n", *t->name ? " " : "", t->name, p->data[t->data].name);
  for (int i = 0; i < t->props; i++) {
    printf("  %s: ", t->prop[i].name);
    value_write(stdout, &t->prop[i].value);
    putchar('\n');
  }
  for (int i = 0; i < p->scalars && p->trains == 1; i++)
    if (scalar_is_line(p, p->scalar[i]))
      printf("  %s: %s\n", p->scalar[i], number_text(number, p->scalar_default[i]));
}

static void list_memory(const struct net_program *p) {
  puts("memory:");
  for (int i = 0; i < p->entries; i++) {
    const struct net_entry *e = &p->entry[i];
    printf("  %-16s %8.1f MB for a sample, %8.1f MB for 32, %d kernels\n", e->name, (double)arena_bytes(e, 1) / 1e6,
           (double)arena_bytes(e, 32) / 1e6, e->steps);
  }
}

static void list_all(const struct net_program *p) {
  char a[NUMBER], b[NUMBER];
  printf("%s, built by %s\n", p->name, p->built);
  printf("%s parameters, %s numbers of state%s\n", count_text(a, role_count(p, NET_WEIGHT)),
         count_text(b, role_count(p, NET_STATE)), p->weights_bytes ? "; trained weights are built in" : "");
  for (int i = 0; i < p->datas; i++)
    list_data(&p->data[i]);
  for (int i = 0; i < p->trains; i++)
    list_train(p, &p->train[i]);
  for (int i = 0; i < p->predicts; i++)
    printf("predict %s\n", p->predict[i].name);
  list_memory(p);
  printf("parameters: %lld\n\ninfo --source prints the source.\n", (long long)role_count(p, NET_WEIGHT));
}

void info_options(const struct command *c) {
  cli_add(c->cli, (struct cli_row){"params", 0, NULL, "Every parameter: its shape and how it begins", OFTEN});
  cli_add(c->cli, (struct cli_row){"source", 0, NULL, "The .net text that the program was made from", OFTEN});
}

int command_info(const struct command *c, char err[ERR]) {
  const struct net_program *p = c->program;
  (void)err;
  if (cli_get(c->cli, "source"))
    fputs(p->source, stdout);
  else if (cli_get(c->cli, "params"))
    list_params(p);
  else
    list_all(p);
  return 0;
}
