/* What a predict command says: tables of a sample's results, and JSON. */
#include "draw/graph.h"
#include "draw/picture.h"
#include "present_parts.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum show_kind kind_of(const struct net_show *s) {
  return !strcmp(s->name, "classes") ? SHOW_CLASSES
         : !strcmp(s->name, "mask")  ? SHOW_MASK
         : !strcmp(s->name, "image") ? SHOW_IMAGE
         : !strcmp(s->name, "boxes") ? SHOW_BOXES
         : !strcmp(s->name, "relations") ? SHOW_RELATIONS
                                         : SHOW_TEXT;
}

struct planes planes_of(int rank, const int64_t *dim) {
  return (struct planes){rank > 2 ? (int)dim[rank - 3] : 1, rank > 1 ? (int)dim[rank - 2] : 1,
                         rank ? (int)dim[rank - 1] : 1};
}

const struct net_io *output_of(const struct presenter *p, int show) {
  return &p->entry->output[p->predict->show[show].output];
}

const void *value_at(const struct presenter *p, const struct presented *b, int show, int64_t i) {
  const struct net_io *io = output_of(p, show);
  return (const char *)b->out[p->predict->show[show].output] + (io->batched ? i : 0) * io_count(io, 1) * 4;
}

struct show_rows rows_of(const struct net_io *io, const void *value) {
  return (struct show_rows){value, (int)io->dim[0], (int)io->dim[1]};
}

/* The boxes of a sample: in pixels of its file, else of the picture that the network got. */
struct found_list boxes_of(const struct presenter *p, const struct presented *b, int show, int64_t i) {
  struct show_rows r = rows_of(output_of(p, show), value_at(p, b, show, i));
  struct net_picture seen = {INT_MAX, INT_MAX, 0, NULL, {1, 0, 0, 0, 1, 0}};
  if (p->image_input >= 0) {
    const struct net_io *in = &p->entry->input[p->image_input];
    struct planes at = planes_of(in->rank, in->dim);
    seen.width = at.width, seen.height = at.height;
  }
  return found_read(r.value, r.rows, r.columns, b->original && b->original[i] ? b->original[i] : &seen);
}

/* The relations between the boxes shown before them; the compiler saw to it that there are such, and names. names: room. */
static struct scene_graph graph_of(const struct presenter *p, const struct presented *b, int show, int64_t i,
                                   const char **names) {
  const struct net_show *s = &p->predict->show[show];
  const struct net_io *io = output_of(p, show);
  struct scene_graph g = {value_at(p, b, show, i), (int)io->dim[0], (int)io->dim[2], 0.5f, {(int)io->dim[2], names}};
  for (int k = 0; k < s->props; k++) {
    const struct net_arg *v = &s->prop[k].value;
    if (!strcmp(s->prop[k].name, "above"))
      g.above = (float)v->num;
    for (int n = 0; !strcmp(s->prop[k].name, "names") && n < v->count && n < g.relations; n++)
      names[n] = v->list[n].text;
  }
  return g;
}

static void relations(const struct presenter *p, const struct presented *b, int show, int64_t i, int json, FILE *to) {
  const char **names = mem_get((size_t)output_of(p, show)->dim[2] * sizeof *names);
  struct scene_graph g = graph_of(p, b, show, i, names);
  int boxes = show;
  while (kind_of(&p->predict->show[boxes]) != SHOW_BOXES)
    boxes--;
  if (json)
    graph_json(to, &g, p->found[boxes]);
  else
    graph_lines(to, &g, p->found[boxes], p->names);
  free(names);
}

/* In words a table has a line for each of its rows. */
static void numbers(const struct net_io *io, const void *value, int json, FILE *to) {
  int64_t n = io_count(io, 1), row = io->rank == 2 ? io->dim[1] : 0;
  fputs(json && n > 1 ? "[" : "", to);
  for (int64_t i = 0; i < n; i++) {
    float v = ((const float *)value)[i];
    fputs(json ? (i ? ", " : "") : row && i % row == 0 ? "\n  " : " ", to);
    if (io->elem == NET_I32)
      fprintf(to, "%d", ((const int32_t *)value)[i]);
    else
      fprintf(to, !json ? "%.6g" : isfinite(v) ? "%.9g" : "null", (double)v);
  }
  fputs(json && n > 1 ? "]" : "", to);
}

void say_json(const struct presenter *p, const struct presented *b, int64_t i, FILE *to) {
  fprintf(to, "%s{", b->first + i ? ",\n" : "[\n");
  if (b->path[i])
    fputs("\"file\": ", to), show_json_text(to, b->path[i]);
  else
    fprintf(to, "\"sample\": %lld", (long long)(b->index ? b->index[i] : b->first + i));
  for (int s = 0; s < p->predict->shows; s++) {
    const struct net_io *io = output_of(p, s);
    if (kind_of(&p->predict->show[s]) == SHOW_CLASSES) {
      fprintf(to, ", \"%s\": ", io->name);
      show_classes_json(to, value_at(p, b, s, i), (int)io_count(io, 1), p->best, p->names);
    } else if (kind_of(&p->predict->show[s]) == SHOW_BOXES) {
      fprintf(to, ", \"%s\": ", io->name);
      found_json(to, p->found[s], p->names);
    } else if (kind_of(&p->predict->show[s]) == SHOW_RELATIONS) {
      fprintf(to, ", \"%s\": ", io->name);
      relations(p, b, s, i, 1, to);
    } else if (kind_of(&p->predict->show[s]) == SHOW_TEXT) {
      fprintf(to, ", \"%s\": ", io->name);
      numbers(io, value_at(p, b, s, i), 1, to);
    }
  }
  fputc('}', to);
}

/* Tables of one kind tell which is which. */
static void say_name(const struct presenter *p, int show) {
  int alike = 0;
  for (int s = 0; s < p->predict->shows; s++)
    alike += !strcmp(p->predict->show[s].name, p->predict->show[show].name);
  if (alike > 1)
    printf("%s:\n", output_of(p, show)->name);
}

void say_plain(const struct presenter *p, const struct presented *b, int64_t i) {
  int f = present_truth(p->data, "classes"), texts = 0;
  for (int s = 0; s < p->predict->shows; s++)
    texts += kind_of(&p->predict->show[s]) != SHOW_MASK && kind_of(&p->predict->show[s]) != SHOW_IMAGE;
  if (!texts)
    return;
  if (b->index) {
    char number[NUMBER];
    printf("sample %lld", (long long)b->index[i]);
    if (b->field && f >= 0 && b->field[f])
      printf(", in truth %s", name_of(p->names, ((const int32_t *)b->field[f])[i], number));
    puts(":");
  } else if (p->total > 1)
    printf("%s:\n", b->path[i] ? b->path[i] : p->predict->name);
  for (int s = 0; s < p->predict->shows; s++) {
    const struct net_io *io = output_of(p, s);
    if (kind_of(&p->predict->show[s]) == SHOW_CLASSES || kind_of(&p->predict->show[s]) == SHOW_BOXES)
      say_name(p, s);
    if (kind_of(&p->predict->show[s]) == SHOW_CLASSES)
      show_classes(stdout, value_at(p, b, s, i), (int)io_count(io, 1), p->best, p->names);
    else if (kind_of(&p->predict->show[s]) == SHOW_BOXES)
      found_table(stdout, p->found[s], p->names);
    else if (kind_of(&p->predict->show[s]) == SHOW_RELATIONS)
      relations(p, b, s, i, 0, stdout);
    else if (kind_of(&p->predict->show[s]) == SHOW_TEXT) {
      fputs(io->name, stdout);
      numbers(io, value_at(p, b, s, i), 0, stdout);
      putchar('\n');
    }
  }
}
