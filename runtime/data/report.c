/* What the walk found, as text and as JSON. Wrong, and so the reason for an exit status of 1, are files that cannot be
   read, samples that training would refuse, classes that nothing trains, boxes that there is no room for, equal pictures
   of different classes, and pictures to judge by that are trained on too. The rest is told without judgement. */
#include "base.h"
#include "data/check.h"
#include "data/prepare.h"
#include "json.h"
#include <stdlib.h>
#include <string.h>

static const char *const SPLIT[] = {"train", "val", "test"};

/* Of samples (NET_CLASS) or of boxes. */
static int classes_of(const struct check *c, enum net_field_kind kind) {
  int f = field_of(c->data, kind);
  return f < 0 ? 0 : c->data->field[f].classes;
}

static const int64_t *counts_of(const struct check_split *s, enum net_field_kind kind) {
  return kind == NET_BOXES ? s->of_box : s->of_class;
}

static const char *class_label(const struct check *c, int k, char text[NUMBER]) {
  const char *name = c->split[0].set ? data_class_name(c->split[0].set, k) : NULL;
  if (!name)
    snprintf(text, NUMBER, "%d", k);
  return name ? name : text;
}

static int64_t state_count(const struct check_split *s, enum check_state state) {
  int64_t n = 0;
  for (int64_t i = 0; i < s->count; i++)
    n += s->state[i] == state;
  return n;
}

/* ---- sizes ---- */

struct size {
  int height, width;
  int64_t count;
};

static int size_order(const void *a, const void *b) {
  const struct size *x = a, *y = b;
  return x->width != y->width ? x->width - y->width : x->height - y->height;
}

static int often_order(const void *a, const void *b) {
  const struct size *x = a, *y = b;
  return x->count != y->count ? (x->count < y->count) - (x->count > y->count) : size_order(a, b);
}

/* The different sizes of all pictures, the most frequent first. */
static struct size *sizes_of(const struct check *c, int64_t *count) {
  int64_t n = 0, kept = 0;
  struct size *all = mem_get((size_t)(c->twins + 1) * sizeof *all);
  for (int64_t i = 0; i < c->twins; i++) {
    const struct data_seen *s = &c->split[c->twin[i].split].seen[c->twin[i].index];
    if (s->height)
      all[n++] = (struct size){s->height, s->width, 1};
  }
  qsort(all, (size_t)n, sizeof *all, size_order);
  for (int64_t i = 0; i < n; i++)
    if (kept && !size_order(&all[kept - 1], &all[i]))
      all[kept - 1].count++;
    else
      all[kept++] = all[i];
  qsort(all, (size_t)kept, sizeof *all, often_order);
  *count = kept;
  return all;
}

/* ---- equal pictures ---- */

static int64_t group_end(const struct check *c, int64_t from) {
  int64_t to = from + 1;
  while (to < c->twins && !memcmp(c->twin[to].hash, c->twin[from].hash, sizeof c->twin->hash))
    to++;
  return to;
}

enum group { ALONE, TWINS, LEAK, CONTRADICTION };

/* What the samples from … to-1, which are equal, say. */
static enum group group_kind(const struct check *c, int64_t from, int64_t to) {
  int leak = 0, differ = 0;
  const struct check_twin *t = c->twin;
  for (int64_t i = from + 1; i < to; i++) {
    leak |= t[from].split == NET_TRAIN && t[i].split != NET_TRAIN;
    differ |= c->split[t[i].split].seen[t[i].index].label != c->split[t[from].split].seen[t[from].index].label;
  }
  return differ ? CONTRADICTION : leak ? LEAK : to > from + 1 ? TWINS : ALONE;
}

static int64_t group_count(const struct check *c, enum group kind) {
  int64_t n = 0;
  for (int64_t i = 0, to; i < c->twins; i = to) {
    to = group_end(c, i);
    n += group_kind(c, i, to) == kind;
  }
  return n;
}

/* ---- text ---- */

static int64_t ignored_count(const struct data_seen *s) {
  int64_t n = 0;
  for (int i = 0; i < s->boxes; i++)
    n += s->box_class[i] < 0;
  return n;
}

static int64_t boxes_count(const struct check_split *s) {
  int64_t n = 0;
  for (int64_t i = 0; i < s->count; i++)
    n += s->seen[i].boxes - ignored_count(&s->seen[i]);
  return n;
}

static void report_table(const struct check *c, enum net_field_kind kind, const char *title, FILE *out) {
  int classes = classes_of(c, kind), wide = 5;
  char text[NUMBER];
  for (int k = 0; k < classes; k++) {
    int n = (int)strlen(class_label(c, k, text));
    wide = n > wide ? n : wide;
  }
  fprintf(out, "%s\n  %-*s", title, wide, "");
  for (int s = 0; s < CHECK_SPLITS; s++)
    if (c->split[s].set)
      fprintf(out, " %9s", SPLIT[s]);
  for (int k = 0; k <= classes; k++) {
    fprintf(out, "\n  %-*s", wide, k < classes ? class_label(c, k, text) : "all");
    for (int s = 0; s < CHECK_SPLITS; s++)
      if (c->split[s].set)
        fprintf(out, " %9lld",
                (long long)(k < classes         ? counts_of(&c->split[s], kind)[k]
                            : kind == NET_BOXES ? boxes_count(&c->split[s])
                                                : c->split[s].count));
  }
  fputc('\n', out);
}

static void report_sizes(const struct check *c, FILE *out) {
  enum { TOLD = 3 };
  int64_t n;
  struct size *size = sizes_of(c, &n);
  if (n)
    fputs("sizes (width x height): ", out);
  for (int64_t i = 0; i < n && i < TOLD; i++)
    fprintf(out, "%s%dx%d (%lld)", i ? ", " : "", size[i].width, size[i].height, (long long)size[i].count);
  if (n > TOLD)
    fprintf(out, " and %lld more", (long long)(n - TOLD));
  fputs(n ? "\n" : "", out);
  free(size);
}

/* The samples of a state, by name and reason. */
static void report_state(struct check *c, int split, enum check_state state, const char *what, int most, FILE *out) {
  const struct check_split *s = &c->split[split];
  int64_t n = state_count(s, state), told = 0;
  if (!n)
    return;
  c->wrong++;
  fprintf(out, "%s: %lld %s\n", SPLIT[split], (long long)n, what);
  for (int64_t i = 0; i < s->count && (!most || told < most); i++)
    if (s->state[i] == (unsigned char)state) {
      fprintf(out, "  %s\n", s->why[i]);
      told++;
    }
  if (told < n)
    fprintf(out, "  and %lld more (--all names them)\n", (long long)(n - told));
}

static void report_group(const struct check *c, int64_t from, int64_t to, FILE *out) {
  char where[300], text[NUMBER];
  for (int64_t i = from; i < to; i++) {
    const struct check_split *s = &c->split[c->twin[i].split];
    int32_t label = s->seen[c->twin[i].index].label;
    data_where(s->set, c->twin[i].index, where);
    fprintf(out, "%s%s (%s%s%s)", i > from ? " = " : "  ", where, SPLIT[c->twin[i].split], label < 0 ? "" : ", ",
            label < 0 ? "" : class_label(c, label, text));
  }
  fputc('\n', out);
}

static void report_groups(struct check *c, enum group kind, const char *what, int most, FILE *out) {
  int64_t n = group_count(c, kind), told = 0;
  if (!n)
    return;
  c->wrong += kind != TWINS;
  fprintf(out, "%s (%lld):\n", what, (long long)n);
  for (int64_t i = 0, to; i < c->twins && (!most || told < most); i = to) {
    to = group_end(c, i);
    if (group_kind(c, i, to) != kind)
      continue;
    report_group(c, i, to, out);
    told++;
  }
  if (told < n)
    fprintf(out, "  and %lld more (--all names them)\n", (long long)(n - told));
}

static void report_empty(struct check *c, enum net_field_kind kind, const char *what, FILE *out) {
  char text[NUMBER];
  for (int s = 0; s < CHECK_SPLITS; s++) {
    int told = 0;
    for (int k = 0; k < classes_of(c, kind) && c->split[s].set; k++)
      if (!counts_of(&c->split[s], kind)[k]) {
        c->wrong += s == NET_TRAIN && !told;
        fprintf(out, "%s%s%s%s", told ? ", " : SPLIT[s], told ? "" : ": no ", told ? "" : what, class_label(c, k, text));
        told = 1;
      }
    fputs(told ? "\n" : "", out);
  }
}

/* ---- boxes ---- */

enum odd { CUT, EMPTY, TWICE, DIFFICULT, IGNORED, TOO_MANY, UNLABELLED, WITHOUT, ODDS };
static const char *const ODD[] = {"boxes cut at the border of their pictures",
                                  "boxes left out, which have no area",
                                  "boxes left out, which were there twice",
                                  "boxes left out, which are marked as difficult or a crowd",
                                  "boxes to be ignored, as they are marked as difficult or a crowd",
                                  "boxes left out, for which `max:` leaves no room",
                                  "pictures taken as empty, as no file tells their boxes",
                                  "pictures without boxes"};
static const char *const ODD_KEY[] = {"cut", "empty", "twice", "difficult", "ignored", "too_many", "unlabelled", "without"};

static int64_t odd_count(const struct check *c, const struct data_seen *s, enum odd kind) {
  int64_t room = c->data->field[field_of(c->data, NET_BOXES)].dim[0];
  switch (kind) {
  case CUT:
    return s->odd.cut;
  case EMPTY:
    return s->odd.empty;
  case TWICE:
    return s->odd.twice;
  case DIFFICULT:
    return s->odd.difficult;
  case IGNORED:
    return ignored_count(s);
  case TOO_MANY:
    return s->boxes > room ? s->boxes - room : 0;
  case UNLABELLED:
    return s->odd.unlabelled;
  default:
    return s->loaded && !s->boxes && !s->odd.unlabelled;
  }
}

/* How many of a kind are in a split, and the samples that they are first and most often in. */
static int64_t odd_total(const struct check *c, const struct check_split *s, enum odd kind, int64_t *first, int *most) {
  int64_t n = 0;
  *most = 0;
  for (int64_t i = s->count - 1; i >= 0; i--) {
    int64_t here = odd_count(c, &s->seen[i], kind);
    n += here;
    *first = here ? i : *first;
    *most = s->seen[i].boxes > *most ? s->seen[i].boxes : *most;
  }
  return n;
}

static void report_boxes(struct check *c, FILE *out) {
  char where[300];
  for (int k = 0; k < CHECK_SPLITS && field_of(c->data, NET_BOXES) >= 0; k++)
    for (int odd = 0; odd < ODDS; odd++) {
      int64_t first = 0;
      int most;
      int64_t n = odd_total(c, &c->split[k], (enum odd)odd, &first, &most);
      if (!n)
        continue;
      data_where(c->split[k].set, first, where);
      fprintf(out, "%s: %s: %lld (%s%s", SPLIT[k], ODD[odd], (long long)n, n > 1 ? "first in " : "", where);
      if (odd == TOO_MANY)
        fprintf(out, "; max: %d would hold all", most);
      fputs(")\n", out);
      c->wrong += odd == TOO_MANY;
    }
}

static void report_between(const struct check *c, FILE *out) {
  int64_t masks = 0, first = -1;
  int in = 0;
  for (int s = CHECK_SPLITS - 1; s >= 0; s--)
    for (int64_t i = c->split[s].count - 1; i >= 0; i--)
      if (c->split[s].seen[i].between)
        masks++, first = i, in = s;
  if (!masks)
    return;
  char where[300];
  data_where(c->split[in].set, first, where);
  fprintf(out,
          "%lld mask%s pixels that are neither black nor white; above 127 is taken as white: that of %s has %lld\n",
          (long long)masks, masks == 1 ? " has" : "s have", where, (long long)c->split[in].seen[first].between);
}

void check_report(struct check *c, int most, FILE *out) {
  c->wrong = 0;
  report_table(c, NET_CLASS, c->data->name, out);
  if (field_of(c->data, NET_BOXES) >= 0)
    report_table(c, NET_BOXES, "boxes", out);
  report_sizes(c, out);
  for (int s = 0; s < CHECK_SPLITS; s++) {
    report_state(c, s, CHECK_BROKEN, "cannot be read, and would be left out:", most, out);
    report_state(c, s, CHECK_WRONG, "would stop the training:", most, out);
  }
  report_empty(c, NET_CLASS, "samples of ", out);
  report_empty(c, NET_BOXES, "boxes of ", out);
  report_boxes(c, out);
  report_groups(c, CONTRADICTION, "equal pictures of different classes", most, out);
  report_groups(c, LEAK, "in the training and in another split too", most, out);
  report_groups(c, TWINS, "more than once in a split", most, out);
  report_between(c, out);
  if (!c->wrong)
    fputs("nothing is wrong\n", out);
}

/* ---- JSON ---- */

static json_t *json_sample(const struct check *c, int split, int64_t index, const char *why) {
  char where[300];
  data_where(c->split[split].set, index, where);
  return why ? json_pack("{soso}", "sample", json_of_text(where), "why", json_of_text(why))
             : json_pack("{soss}", "sample", json_of_text(where), "split", SPLIT[split]);
}

static json_t *json_boxes(const struct check *c, const struct check_split *s) {
  json_t *classes = json_object(), *odd = json_object();
  char text[NUMBER];
  int64_t first = 0;
  int most;
  for (int k = 0; k < classes_of(c, NET_BOXES); k++)
    json_object_set_new(classes, class_label(c, k, text), json_integer(s->of_box[k]));
  for (int k = 0; k < ODDS; k++)
    json_object_set_new(odd, ODD_KEY[k], json_integer(odd_total(c, s, (enum odd)k, &first, &most)));
  return json_pack("{sIsoso}", "count", (json_int_t)boxes_count(s), "classes", classes, "odd", odd);
}

static json_t *json_split(const struct check *c, int split) {
  const struct check_split *s = &c->split[split];
  json_t *broken = json_array(), *wrong = json_array(), *classes = json_object();
  char text[NUMBER];
  for (int64_t i = 0; i < s->count; i++)
    if (s->state[i])
      json_array_append_new(s->state[i] == CHECK_BROKEN ? broken : wrong, json_sample(c, split, i, s->why[i]));
  for (int k = 0; k < classes_of(c, NET_CLASS); k++)
    json_object_set_new(classes, class_label(c, k, text), json_integer(s->of_class[k]));
  json_t *all = json_pack("{sIsososo}", "samples", (json_int_t)s->count, "broken", broken, "wrong", wrong, "classes", classes);
  if (field_of(c->data, NET_BOXES) >= 0)
    json_object_set_new(all, "boxes", json_boxes(c, s));
  return all;
}

static json_t *json_groups(const struct check *c, enum group kind) {
  json_t *all = json_array();
  for (int64_t i = 0, to; i < c->twins; i = to) {
    to = group_end(c, i);
    if (group_kind(c, i, to) != kind)
      continue;
    json_t *group = json_array();
    for (int64_t k = i; k < to; k++)
      json_array_append_new(group, json_sample(c, c->twin[k].split, c->twin[k].index, NULL));
    json_array_append_new(all, group);
  }
  return all;
}

void check_json(struct check *c, FILE *out) {
  FILE *nowhere = fopen("/dev/null", "w");
  if (nowhere) { /* counts what is wrong */
    check_report(c, 1, nowhere);
    fclose(nowhere);
  }
  json_t *root = json_pack("{ss}", "data", c->data->name), *sizes = json_object();
  int64_t n;
  struct size *size = sizes_of(c, &n);
  for (int64_t i = 0; i < n; i++) {
    char text[NUMBER];
    snprintf(text, sizeof text, "%dx%d", size[i].width, size[i].height);
    json_object_set_new(sizes, text, json_integer(size[i].count));
  }
  free(size);
  for (int s = 0; s < CHECK_SPLITS; s++)
    if (c->split[s].set)
      json_object_set_new(root, SPLIT[s], json_split(c, s));
  json_object_set_new(root, "sizes", sizes);
  json_object_set_new(root, "contradictions", json_groups(c, CONTRADICTION));
  json_object_set_new(root, "leaks", json_groups(c, LEAK));
  json_object_set_new(root, "equal", json_groups(c, TWINS));
  json_object_set_new(root, "wrong", json_integer(c->wrong));
  json_dumpf(root, out, JSON_INDENT(2));
  json_decref(root);
}
