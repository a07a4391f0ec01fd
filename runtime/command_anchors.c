/* `anchors`: sizes that stand for the boxes to train on, as a line of a .net file. */
#include "command.h"
#include "data/anchors.h"
#include "json.h"
#include "loader.h"
#include "term.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COUNT_DEFAULT = 9, COUNT_MOST = 1000, BATCH = 16 };

struct boxes {
  int64_t count, samples;
  struct size *size;
};

void anchors_options(const struct command *c) {
  common_add(c->cli, COMMON_DATA | COMMON_THREADS);
  cli_add_now(c->cli, (struct cli_row){"count", 'n', "N", "How many anchors", OFTEN}, "9");
  cli_add(c->cli, (struct cli_row){"json", 0, NULL, "Results as JSON on standard output", OFTEN});
  cli_add_now(c->cli, (struct cli_row){"seed", 's', "N", "Chooses the boxes to begin with", RARE}, "0");
}

static int boxes_field(const struct net_data *d) {
  int f = d->fields - 1;
  while (f >= 0 && d->field[f].kind != NET_BOXES)
    f--;
  return f;
}

int anchors_can(const struct net_program *p) {
  int found = 0;
  for (int i = 0; i < p->datas; i++)
    found |= boxes_field(&p->data[i]) >= 0;
  return found;
}

/* ---- all boxes of a split ---- */

static void boxes_take(struct boxes *b, const struct batch *batch, int field, int64_t most) {
  const float *row = batch->field[field];
  b->size = mem_grow(b->size, (size_t)(b->count + batch->n * most + 1) * sizeof *b->size);
  for (int64_t i = 0; i < batch->n * most; i++, row += 5)
    if (row[0] >= 0)
      b->size[b->count++] = (struct size){(double)row[3] - (double)row[1], (double)row[4] - (double)row[2]};
  b->samples += batch->n;
}

static int boxes_read(struct boxes *b, const struct net_data *d, struct net_dataset *set, int64_t threads, char err[ERR]) {
  int field = boxes_field(d), *wanted = mem_get((size_t)d->fields * sizeof *wanted), more = 0;
  int64_t count = data_count(set);
  wanted[field] = 1;
  struct loader *l = loader_open(&(struct loader_spec){.set = set, .data = d, .batch = BATCH, .count = count, .wanted = wanted,
                                                       .threads = threads ? (int)threads : (int)sysconf(_SC_NPROCESSORS_ONLN)},
                                 err);
  struct batch *batch;
  if (l)
    loader_begin(l, 0, 0);
  while (l && (more = loader_next(l, &batch, err)) > 0)
    boxes_take(b, batch, field, d->field[field].dim[0]);
  if (l)
    loader_close(l);
  free(wanted);
  return l && !more ? 0 : -1;
}

static int by_size(const void *a, const void *b) {
  const struct size *x = a, *y = b;
  return x->width != y->width ? (x->width > y->width) - (x->width < y->width) : (x->height > y->height) - (x->height < y->height);
}

static int64_t different(const struct boxes *b) {
  struct size *copy = mem_get((size_t)(b->count + 1) * sizeof *copy);
  memcpy(copy, b->size, (size_t)b->count * sizeof *copy);
  qsort(copy, (size_t)b->count, sizeof *copy, by_size);
  int64_t n = b->count > 0;
  for (int64_t i = 1; i < b->count; i++)
    n += by_size(&copy[i - 1], &copy[i]) != 0;
  free(copy);
  return n;
}

/* ---- what the file has ---- */

/* What stands behind `const anchors =`; NULL: there is no such line, or the build was given another value. */
static const char *anchors_line(const struct net_program *p) {
  static const char begin[] = "const anchors", define[] = "anchors=";
  for (const char *at = p->defines; at && *at; at += strcspn(at, "\n"), at += *at == '\n')
    if (!strncmp(at, define, sizeof define - 1))
      return NULL;
  for (const char *at = p->source; *at; at += strcspn(at, "\n"), at += *at == '\n')
    if (!strncmp(at, begin, sizeof begin - 1)) {
      const char *equal = at + sizeof begin - 1 + strspn(at + sizeof begin - 1, " ");
      if (*equal == '=')
        return equal + 1 + strspn(equal + 1, " ");
    }
  return NULL;
}

/* The numbers of `const anchors = [...]`, however they are grouped, two by two. Returns how many sizes; 0: there is no such line, or more
   than a list of numbers stands there. */
static int anchors_of_file(const struct net_program *p, struct size *anchor) {
  double number[2 * COUNT_MOST];
  int n = 0, depth = 0;
  const char *at = anchors_line(p);
  if (!at || *at != '[')
    return 0;
  do {
    char *end = NULL;
    depth += (*at == '[') - (*at == ']');
    if (isdigit((unsigned char)*at))
      number[n++] = strtod(at, &end);
    else if (!*at || !strchr("[], \n", *at))
      return 0;
    at = end ? end : at + 1;
  } while (depth && n < 2 * COUNT_MOST);
  for (int i = 0; i + 1 < n; i += 2)
    anchor[i / 2] = (struct size){number[i], number[i + 1]};
  return n % 2 ? 0 : n / 2;
}

/* ---- the result ---- */

static void say(const struct net_data *d, const struct boxes *b, const struct size *anchor, int count, double fit, double own) {
  char boxes[NUMBER], samples[NUMBER];
  printf("# For the %s boxes of %s samples of %s, after `prepare`: mean IoU with the best anchor %.4f", count_text(boxes, b->count),
         count_text(samples, b->samples), d->name, fit);
  printf(own > 0 ? ", with the file's %.4f\n" : "\n", own);
  fputs("const anchors = [", stdout);
  for (int k = 0; k < count; k++)
    printf("%s[%.0f, %.0f]", k ? ", " : "", anchor[k].width, anchor[k].height);
  puts("]");
}

static void say_json(const struct boxes *b, const struct size *anchor, int count, double fit, double own) {
  json_t *all = json_object(), *list = json_array();
  for (int k = 0; k < count; k++)
    json_array_append_new(list, json_pack("[f, f]", anchor[k].width, anchor[k].height));
  json_object_set_new(all, "boxes", json_integer(b->count));
  json_object_set_new(all, "samples", json_integer(b->samples));
  json_object_set_new(all, "anchors", list);
  json_object_set_new(all, "iou", json_of_number(fit));
  if (own > 0)
    json_object_set_new(all, "file_iou", json_of_number(own));
  json_say(all, stdout);
}

static int anchors(const struct command *c, const struct net_data *d, struct boxes *b, char err[ERR]) {
  struct size anchor[COUNT_MOST], given[COUNT_MOST];
  int64_t count, seed;
  if (cli_whole(c->cli, "count", 1, COUNT_DEFAULT, &count, err) || cli_whole(c->cli, "seed", 0, 0, &seed, err))
    return -1;
  int64_t kinds = different(b);
  if (count > COUNT_MOST || count > kinds)
    return kinds ? cli_fail(c->cli, err, "--count: %s boxes have %lld different sizes", d->name, (long long)kinds)
                 : fail(err, "data %s: none of its training samples has a box", d->name);
  anchors_find(b->size, b->count, anchor, (int)count, (uint64_t)seed);
  for (int k = 0; k < count; k++) /* as they are printed */
    anchor[k] = (struct size){fmax(1, floor(anchor[k].width + 0.5)), fmax(1, floor(anchor[k].height + 0.5))};
  double fit = anchors_fit(b->size, b->count, anchor, (int)count);
  int own = anchors_of_file(c->program, given);
  double own_fit = own ? anchors_fit(b->size, b->count, given, own) : 0;
  if (cli_get(c->cli, "json"))
    say_json(b, anchor, (int)count, fit, own_fit);
  else
    say(d, b, anchor, (int)count, fit, own_fit);
  return 0;
}

int command_anchors(const struct command *c, char err[ERR]) {
  const struct net_program *p = c->program;
  const char *only = c->cli->plains ? c->cli->plain[0] : NULL;
  int64_t threads;
  int i = 0;
  while (i < p->datas && (only ? strcmp(only, p->data[i].name) != 0 : boxes_field(&p->data[i]) < 0))
    i++;
  if (i == p->datas)
    return data_unknown(c->cli, p, only, err);
  if (boxes_field(&p->data[i]) < 0)
    return fail(err, "data %s has no field of boxes", only);
  if (cli_whole(c->cli, "threads", 1, 0, &threads, err))
    return -1;
  struct boxes b = {0};
  struct net_dataset *set = data_open(&p->data[i], NET_TRAIN, cli_get(c->cli, "data"), 0, err);
  int status = set && !boxes_read(&b, &p->data[i], set, threads, err) ? anchors(c, &p->data[i], &b, err) : -1;
  char *left_out = set ? data_left_out(set) : NULL;
  if (left_out)
    fprintf(stderr, "%s\n", left_out);
  free(left_out), free(b.size);
  if (set)
    data_close(set);
  return status;
}
