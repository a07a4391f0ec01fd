/* `info`: what this program is, on a screen or as JSON. */
#include "command.h"
#include "json.h"
#include "recipe.h"
#include "safetensors.h"
#include "value.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* "image [1, 28, 28]", "label class(10)" */
static void field_write(const struct net_field *field, FILE *out) {
  char shape[SHAPE];
  fputs(field->name, out);
  if (field->kind == NET_BOXES)
    fprintf(out, " boxes(%d, max: %lld)", field->classes, (long long)field->dim[0]);
  else if (field->classes)
    fprintf(out, " class(%d)", field->classes);
  if (field->rank && field->kind != NET_BOXES)
    fprintf(out, " %s", shape_text(shape, field->rank, field->dim));
}

static void list_data(const struct net_data *d) {
  printf("data %s: ", d->name);
  for (int f = 0; f < d->fields; f++) {
    fputs(f ? ", " : "", stdout);
    field_write(&d->field[f], stdout);
  }
  putchar('\n');
  if (!d->class_names)
    return;
  char *text;
  size_t size;
  FILE *f = open_memstream(&text, &size);
  for (int i = 0; i < d->class_names && i < 20; i++)
    fprintf(f, "%s%s", i ? ", " : "", d->class_name[i]);
  fputs(d->class_names > 20 ? ", …" : "", f);
  fclose(f);
  int at = printf("  classes: ");
  manual_wrap(stdout, text, at, at);
  free(text);
}

static void list_train(const struct net_program *p, const struct net_train *t) {
  char number[NUMBER];
  printf("train%s%s on %s, which reports loss", *t->name ? " " : "", t->name, p->data[t->data].name);
  for (int i = 0; i < t->metrics; i++)
    printf(", %s", t->metric[i].name);
  putchar('\n');
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
  puts("memory");
  for (int i = 0; i < p->entries; i++) {
    const struct net_entry *e = &p->entry[i];
    printf("  %-18s %8.1f MB for a sample, %8.1f MB for 32, %d kernels\n", e->name, (double)arena_bytes(e, 1) / 1e6,
           (double)arena_bytes(e, 32) / 1e6, e->steps);
  }
}

static void list_commands(const struct command_table *t) {
  printf("commands: ");
  for (int i = 0, n = 0; i < t->count; i++)
    if (!t->row[i].rare)
      printf("%s%s", n++ ? ", " : "", t->row[i].name);
  putchar('\n');
}

static void list_all(const struct command *c) {
  const struct net_program *p = c->program;
  char a[NUMBER], b[NUMBER];
  printf("%s, built by %s\n", p->name, p->built);
  for (const char *at = p->defines ? p->defines : ""; *at; at += strcspn(at, "\n"), at += *at != 0)
    printf("with %.*s\n", (int)strcspn(at, "\n"), at);
  printf("%s parameters, %s numbers of state, ", count_text(a, role_count(p, NET_WEIGHT)),
         count_text(b, role_count(p, NET_STATE)));
  if (p->weights_bytes)
    printf("trained weights built in: %s, %.1f MB\n", p->weights_file, (double)p->weights_bytes / 1e6);
  else
    printf("no trained weights built in\n");
  for (int i = 0; i < p->datas; i++)
    list_data(&p->data[i]);
  for (int i = 0; i < p->trains; i++)
    list_train(p, &p->train[i]);
  list_commands(c->table);
  list_memory(p);
  puts("info --source prints the .net text, info --params every parameter.");
}

/* ---- as JSON ---- */

static json_t *field_json(const struct net_field *f) {
  static const char *const KIND[] = {"image", "class", "mask", "class_mask", "boxes", "value", "clip", "points"};
  json_t *o = json_pack("{ssssso}", "name", f->name, "kind", KIND[f->kind], "shape", json_of_shape(f->rank, f->dim));
  if (f->classes)
    json_object_set_new(o, "classes", json_integer(f->classes));
  return o;
}

static json_t *data_json(const struct net_data *d) {
  json_t *fields = json_array(), *names = json_array();
  for (int f = 0; f < d->fields; f++)
    json_array_append_new(fields, field_json(&d->field[f]));
  for (int i = 0; i < d->class_names; i++)
    json_array_append_new(names, json_of_text(d->class_name[i]));
  return json_pack("{sssoso}", "name", d->name, "fields", fields, "class_names", names);
}

static json_t *value_json(const struct net_arg *v) {
  char *text;
  size_t size;
  if (v->kind == NET_NUM)
    return v->num == floor(v->num) && fabs(v->num) < 1e15 ? json_integer((json_int_t)v->num) : json_of_number(v->num);
  FILE *f = open_memstream(&text, &size);
  value_write(f, v);
  fclose(f);
  json_t *out = json_of_text(text);
  free(text);
  return out;
}

static json_t *train_json(const struct net_program *p, const struct net_train *t) {
  json_t *recipe = json_object(), *metrics = json_array();
  for (int i = 0; i < t->props; i++)
    json_object_set_new(recipe, t->prop[i].name, value_json(&t->prop[i].value));
  for (int i = 0; i < t->metrics; i++)
    json_array_append_new(metrics, json_of_text(t->metric[i].name));
  return json_pack("{sssssoso}", "name", t->name, "data", p->data[t->data].name, "recipe", recipe, "metrics", metrics);
}

static json_t *predict_json(const struct net_predict *t) {
  json_t *inputs = json_array(), *shows = json_array();
  for (int i = 0; i < t->inputs; i++)
    json_array_append_new(inputs, field_json(&t->input[i].field));
  for (int i = 0; i < t->shows; i++)
    json_array_append_new(shows, json_of_text(t->show[i].name));
  return json_pack("{sssoso}", "name", t->name, "inputs", inputs, "shows", shows);
}

static json_t *params_json(const struct net_program *p) {
  json_t *list = json_array();
  for (int i = 0; i < p->params; i++) {
    struct net_arg init = {.kind = NET_CALL, .call = &p->param[i].init};
    json_array_append_new(list, json_pack("{sssssoso}", "name", p->param[i].name, "role", ROLE[p->param[i].role],
                                          "shape", json_of_shape(p->param[i].rank, p->param[i].dim), "init",
                                          p->param[i].init.name ? value_json(&init) : json_null()));
  }
  return list;
}

static json_t *program_json(const struct net_program *p) {
  json_t *datas = json_array(), *trains = json_array(), *predicts = json_array(), *rates = json_object();
  json_t *o = json_pack("{ssss}", "name", p->name, "built", p->built);
  for (int i = 0; i < p->datas; i++)
    json_array_append_new(datas, data_json(&p->data[i]));
  for (int i = 0; i < p->trains; i++)
    json_array_append_new(trains, train_json(p, &p->train[i]));
  for (int i = 0; i < p->predicts; i++)
    json_array_append_new(predicts, predict_json(&p->predict[i]));
  for (int i = 0; i < p->scalars; i++)
    if (scalar_is_line(p, p->scalar[i]))
      json_object_set_new(rates, p->scalar[i], json_of_number(p->scalar_default[i]));
  json_object_set_new(o, "parameters", json_integer(role_count(p, NET_WEIGHT)));
  json_object_set_new(o, "states", json_integer(role_count(p, NET_STATE)));
  json_object_set_new(o, "weights", p->weights_bytes ? json_of_text(p->weights_file) : json_null());
  json_object_set_new(o, "data", datas);
  json_object_set_new(o, "train", trains);
  json_object_set_new(o, "numbers", rates);
  json_object_set_new(o, "predict", predicts);
  return o;
}

/* ---- the command ---- */

void info_options(const struct command *c) {
  cli_add(c->cli, (struct cli_row){"params", 0, NULL, "Every parameter: its shape and how it begins", OFTEN});
  cli_add(c->cli, (struct cli_row){"source", 0, NULL, "The .net text that the program was made from", OFTEN});
  cli_add(c->cli, (struct cli_row){"json", 0, NULL, "All of it (or --params) as JSON on standard output", OFTEN});
}

int command_info(const struct command *c, char err[ERR]) {
  const struct net_program *p = c->program;
  int json = cli_get(c->cli, "json") != NULL, params = cli_get(c->cli, "params") != NULL;
  if (cli_get(c->cli, "source"))
    return json || params ? cli_fail(c->cli, err, "--source prints the text alone") : (fputs(p->source, stdout), 0);
  if (json)
    json_say(params ? params_json(p) : program_json(p), stdout);
  else if (params)
    list_params(p);
  else
    list_all(c);
  return 0;
}
