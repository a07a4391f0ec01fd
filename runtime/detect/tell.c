#include "detect/tell.h"
#include "detect/average.h"
#include "detect/confusion.h"
#include "log/file.h"
#include "log/matrix.h"
#include "log/precision.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDEST = 24, FEW = 12 };

struct class_told {
  char name[NUMBER + 96];
  int64_t boxes, found, wrong; /* found and wrong: by the confusion matrix */
  double ap50, ap;             /* ap: the mean over 0.5:0.95; NAN without boxes */
  struct precision_curve curve;
};
struct told {
  int classes;
  struct class_told *of; /* behind them what holds for all */
  double *confusion;
};

/* ---- counting ---- */

/* As many as the field has, or as there are. */
static int classes_of(const struct tell *t) {
  int boxes = gathered_classes(&t->detected->box), found = gathered_classes(&t->detected->found), most = boxes > found ? boxes : found;
  for (int f = 0; f < t->data->fields; f++)
    if (t->data->field[f].kind == NET_BOXES && t->data->field[f].classes > most)
      most = t->data->field[f].classes;
  return most;
}

/* The curve at 0.5, never rising: its mean height at COCO's recalls is the average precision. */
static void take_curve(struct class_told *k, const struct judged *j) {
  struct precision_curve *c = &k->curve;
  *c = (struct precision_curve){.name = k->name, .average = k->ap50, .count = j->count};
  c->recall = mem_get((size_t)(j->count + 1) * sizeof *c->recall);
  c->precision = mem_get((size_t)(j->count + 1) * sizeof *c->precision);
  precision_curve(j, 0, c->recall, c->precision);
  for (int64_t i = j->count - 1; i > 0; i--)
    c->precision[i - 1] = fmax(c->precision[i - 1], c->precision[i]);
}

static void take_average(struct class_told *k, const struct judged *j, int thresholds) {
  k->boxes = j->boxes;
  k->ap50 = average_precision(j, 0, METHOD_COCO);
  for (int i = 0; i < thresholds; i++)
    k->ap += average_precision(j, i, METHOD_COCO) / thresholds;
  take_curve(k, j);
}

static void sum_up(struct told *t) {
  struct class_told *all = &t->of[t->classes];
  int with = 0, side = t->classes + 1;
  strcpy(all->name, "all");
  for (int k = 0; k < t->classes; k++) {
    struct class_told *c = &t->of[k];
    c->found = (int64_t)t->confusion[k * side + k];
    for (int i = 0; i <= t->classes; i++)
      c->wrong += i != k ? (int64_t)t->confusion[i * side + k] : 0;
    all->boxes += c->boxes, all->found += c->found, all->wrong += c->wrong;
    if (c->boxes)
      with++, all->ap50 += c->ap50, all->ap += c->ap;
  }
  all->ap50 = with ? all->ap50 / with : NAN;
  all->ap = with ? all->ap / with : NAN;
}

static struct told told_open(const struct tell *t) {
  struct rules rules = rules_coco();
  struct told told = {.classes = classes_of(t)};
  struct by_class found, box;
  told.of = mem_get((size_t)(told.classes + 1) * sizeof *told.of);
  told.confusion = mem_get((size_t)(told.classes + 1) * (size_t)(told.classes + 1) * sizeof *told.confusion);
  by_class_open(&found, &t->detected->found, told.classes);
  by_class_open(&box, &t->detected->box, told.classes);
  for (int k = 0; k < told.classes; k++) {
    const char *name = data_class_name(t->set, k);
    struct judged j = judge_class(&t->detected->found, &found, &t->detected->box, &box, k, &rules);
    if (name)
      snprintf(told.of[k].name, sizeof told.of[k].name, "%.100s", name);
    else
      snprintf(told.of[k].name, sizeof told.of[k].name, "%d", k);
    take_average(&told.of[k], &j, rules.thresholds);
    judged_free(&j);
  }
  by_class_close(&found);
  by_class_close(&box);
  confusion_count(t->detected, told.classes, told.confusion);
  sum_up(&told);
  return told;
}

static void told_close(struct told *t) {
  for (int k = 0; k < t->classes; k++)
    free(t->of[k].curve.recall), free(t->of[k].curve.precision);
  free(t->of), free(t->confusion);
}

/* ---- text ---- */

static int is_told(const struct told *t, int k) {
  return t->of[k].boxes || t->of[k].wrong;
}

static int widest(const struct told *t) {
  int most = (int)strlen("background");
  for (int k = 0; k < t->classes; k++) {
    int n = (int)strlen(t->of[k].name);
    most = n > most ? n : most;
  }
  return most < WIDEST ? most : WIDEST;
}

static void say_share(FILE *out, double v, int wide) {
  if (isnan(v))
    fprintf(out, " %*s", wide, "-");
  else
    fprintf(out, " %*.4f", wide, v);
}

static void say_class(FILE *out, const struct class_told *k, int wide) {
  fprintf(out, "  %-*.*s %7lld %7lld %7lld", wide, wide, k->name, (long long)k->boxes, (long long)k->found, (long long)k->wrong);
  say_share(out, k->ap50, 7);
  say_share(out, k->ap, 9);
  fputc('\n', out);
}

static void say_confusion(FILE *out, const struct told *t, int wide) {
  fprintf(out, "confusion (rows are boxes, columns what they were taken for)\n  %-*s", wide, "");
  for (int k = 0; k <= t->classes; k++)
    fprintf(out, " %10.10s", k < t->classes ? t->of[k].name : "background");
  fputc('\n', out);
  for (int i = 0; i <= t->classes; i++) {
    fprintf(out, "  %-*.*s", wide, wide, i < t->classes ? t->of[i].name : "background");
    for (int k = 0; k <= t->classes; k++)
      fprintf(out, " %10.0f", t->confusion[i * (t->classes + 1) + k]);
    fputc('\n', out);
  }
}

void tell_table(const struct tell *t, FILE *out) {
  struct told told = told_open(t);
  int wide = widest(&told);
  fprintf(out, "detections (found and false: of score %g or more, at IoU %g)\n  %-*s %7s %7s %7s %7s %9s\n", CONFUSION_SCORE,
          CONFUSION_IOU, wide, "", "boxes", "found", "false", "AP50", "AP50-95");
  for (int k = 0; k < told.classes; k++)
    if (is_told(&told, k))
      say_class(out, &told.of[k], wide);
  if (told.classes > 1)
    say_class(out, &told.of[told.classes], wide);
  if (told.classes <= FEW)
    say_confusion(out, &told, wide);
  told_close(&told);
}

/* ---- JSON ---- */

json_t *tell_json(const struct tell *t) {
  struct told told = told_open(t);
  json_t *o = json_object(), *confusion = json_array();
  static const char *const PARTS[] = {"classes", "boxes", "found", "false", "ap50", "ap50_95"};
  json_t *list[6];
  for (int i = 0; i < 6; i++)
    json_object_set_new(o, PARTS[i], list[i] = json_array());
  for (int k = 0; k < told.classes; k++) {
    const struct class_told *c = &told.of[k];
    json_array_append_new(list[0], json_of_text(c->name));
    json_array_append_new(list[1], json_integer(c->boxes));
    json_array_append_new(list[2], json_integer(c->found));
    json_array_append_new(list[3], json_integer(c->wrong));
    json_array_append_new(list[4], json_of_number(c->ap50));
    json_array_append_new(list[5], json_of_number(c->ap));
  }
  for (int i = 0; i <= told.classes; i++) {
    json_t *row = json_array();
    for (int k = 0; k <= told.classes; k++)
      json_array_append_new(row, json_integer((json_int_t)told.confusion[i * (told.classes + 1) + k]));
    json_array_append_new(confusion, row);
  }
  json_object_set_new(o, "confusion", confusion);
  told_close(&told);
  return o;
}

/* ---- pictures ---- */

static int draw_confusion(const struct told *t, const char *folder, const char *of, char err[ERR]) {
  const struct class_told *all = &t->of[t->classes];
  const char **name = mem_get((size_t)(t->classes + 1) * sizeof *name);
  char *text, *title = mem_text("%s: %.1f %% of the boxes found", of, 100 * (double)all->found / (double)(all->boxes ? all->boxes : 1));
  size_t size;
  for (int k = 0; k <= t->classes; k++)
    name[k] = k < t->classes ? t->of[k].name : "background";
  FILE *f = open_memstream(&text, &size);
  matrix_write(f, &(struct matrix){title, t->classes + 1, t->confusion, name});
  fclose(f);
  free(title), free(name);
  return file_into(folder, "confusion.svg", text, size, err);
}

static int draw_curves(const struct told *t, const char *folder, const char *of, char err[ERR]) {
  struct precision_curve *curve = mem_get((size_t)(t->classes + 1) * sizeof *curve);
  char *text, *title = mem_text("%s: mAP50 %.3f", of, t->of[t->classes].ap50);
  size_t size;
  int n = 0;
  for (int k = 0; k < t->classes; k++)
    if (t->of[k].boxes)
      curve[n++] = t->of[k].curve;
  FILE *f = open_memstream(&text, &size);
  precision_write(f, title, curve, n);
  fclose(f);
  free(title), free(curve);
  return file_into(folder, "precision_recall.svg", text, size, err);
}

int tell_pictures(const struct tell *t, const char *folder, const char *title, char err[ERR]) {
  struct told told = told_open(t);
  int status = draw_confusion(&told, folder, title, err) || draw_curves(&told, folder, title, err) ? -1 : 0;
  told_close(&told);
  return status;
}
