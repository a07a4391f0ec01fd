#include "detect/judge.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct rules rules_coco(void) {
  struct rules r = {.thresholds = THRESHOLDS, .area = {0, 1e10}, .count = 100};
  for (int t = 0; t < THRESHOLDS; t++) /* NumPy's linspace(0.5, 0.95, 10) */
    r.iou[t] = t + 1 < THRESHOLDS ? 0.5 + t * ((0.95 - 0.5) / (THRESHOLDS - 1)) : 0.95;
  return r;
}

/* ---- one class in one sample ---- */

struct scene {
  const struct rules *rules;
  int64_t dets, boxes;
  const float **det, **box; /* best first; those that are ignored last */
  double *iou;              /* dets x boxes */
  char *ignored, *taken;    /* boxes */
  char *is;                 /* [thresholds][dets] */
};

static double area_of(const float *row) {
  return ((double)row[3] - (double)row[1]) * ((double)row[4] - (double)row[2]);
}

double row_overlap(const float *det, const float *box, int marked) {
  double w = fmin((double)det[3], (double)box[3]) - fmax((double)det[1], (double)box[1]);
  double h = fmin((double)det[4], (double)box[4]) - fmax((double)det[2], (double)box[2]);
  if (!(w > 0) || !(h > 0))
    return 0;
  double both = w * h;
  return both / (marked ? area_of(det) : area_of(det) + area_of(box) - both);
}

static int is_outside(const struct rules *r, const float *row) {
  double area = area_of(row);
  return area < r->area[0] || area > r->area[1];
}

static void overlaps(struct scene *s) {
  for (int64_t d = 0; d < s->dets; d++)
    for (int64_t b = 0; b < s->boxes; b++)
      s->iou[d * s->boxes + b] =
          row_overlap(s->det[d], s->box[b], s->rules->method == METHOD_COCO && row_ignored(s->box[b]));
}

/* Ignored boxes move behind the others. */
static void split_boxes(struct scene *s) {
  const float **behind = mem_get((size_t)(s->boxes + 1) * sizeof *behind);
  int64_t kept = 0, ignored = 0;
  for (int64_t b = 0; b < s->boxes; b++)
    if (row_ignored(s->box[b]) || is_outside(s->rules, s->box[b]))
      behind[ignored++] = s->box[b];
    else
      s->box[kept++] = s->box[b];
  memcpy(s->box + kept, behind, (size_t)ignored * sizeof *behind);
  memset(s->ignored, 0, (size_t)kept);
  memset(s->ignored + kept, 1, (size_t)ignored);
  free(behind);
}

/* The box that a detection takes; -1: none. */
static int64_t coco_choice(const struct scene *s, const double *iou, double least) {
  int64_t best = -1;
  least = fmin(least, 1 - 1e-10);
  for (int64_t b = 0; b < s->boxes; b++) {
    if (s->taken[b] && !row_ignored(s->box[b]))
      continue;
    if (best >= 0 && !s->ignored[best] && s->ignored[b])
      break;
    if (iou[b] >= least) { /* of equals the last, as there */
      least = iou[b];
      best = b;
    }
  }
  return best;
}

static void coco_match(struct scene *s, int t) {
  for (int64_t d = 0; d < s->dets; d++) {
    int64_t b = coco_choice(s, s->iou + d * s->boxes, s->rules->iou[t]);
    int ignored = b >= 0 ? s->ignored[b] : is_outside(s->rules, s->det[d]);
    if (b >= 0)
      s->taken[b] = 1;
    s->is[t * s->dets + d] = ignored ? IGNORED : b >= 0 ? RIGHT : WRONG;
  }
}

static void voc_match(struct scene *s, int t) {
  for (int64_t d = 0; d < s->dets; d++) {
    const double *iou = s->iou + d * s->boxes;
    int64_t best = 0;
    for (int64_t b = 1; b < s->boxes; b++)
      best = iou[b] > iou[best] ? b : best;
    char *is = &s->is[t * s->dets + d];
    if (!s->boxes || iou[best] < s->rules->iou[t])
      *is = WRONG;
    else if (row_ignored(s->box[best]))
      *is = IGNORED;
    else
      *is = s->taken[best] ? WRONG : RIGHT, s->taken[best] = 1;
  }
}

static void match(struct scene *s) {
  if (s->rules->method == METHOD_COCO)
    split_boxes(s);
  overlaps(s);
  for (int t = 0; t < s->rules->thresholds; t++) {
    memset(s->taken, 0, (size_t)s->boxes);
    (s->rules->method == METHOD_COCO ? coco_match : voc_match)(s, t);
  }
}

/* ---- a class in all samples ---- */

struct ranked {
  float score;
  int64_t place;
};

static int by_score(const void *a, const void *b) {
  const struct ranked *x = a, *y = b;
  return x->score != y->score ? (x->score < y->score) - (x->score > y->score) : (x->place > y->place) - (x->place < y->place);
}

static float score_of(const float *row) {
  return isnan(row[5]) ? -INFINITY : row[5];
}

/* The best `count` rows of one sample, best first. */
static int64_t rank(const struct gathered *g, const int64_t *index, int64_t n, int64_t count, const float **out) {
  struct ranked *r = mem_get((size_t)(n + 1) * sizeof *r);
  for (int64_t i = 0; i < n; i++)
    r[i] = (struct ranked){score_of(g->row + index[i] * g->width), i};
  qsort(r, (size_t)n, sizeof *r, by_score);
  n = n < count ? n : count;
  for (int64_t i = 0; i < n; i++)
    out[i] = g->row + index[r[i].place] * g->width;
  free(r);
  return n;
}

/* How many of the rows from `at` to `end` are of that sample. */
static int64_t of_sample(const struct gathered *g, const int64_t *at, const int64_t *end, int64_t sample) {
  int64_t n = 0;
  while (at + n < end && g->sample[at[n]] == sample)
    n++;
  return n;
}

/* All verdicts, in the order of the scores: `is` is [thresholds][room], as found. */
static void order(struct judged *j, const struct rules *rules, const char *is, int64_t room) {
  struct ranked *r = mem_get((size_t)(j->count + 1) * sizeof *r);
  for (int64_t i = 0; i < j->count; i++)
    r[i] = (struct ranked){j->score[i], i};
  qsort(r, (size_t)j->count, sizeof *r, by_score);
  j->is = mem_get((size_t)(rules->thresholds * j->count + 1));
  for (int64_t i = 0; i < j->count; i++) {
    j->score[i] = r[i].score;
    for (int t = 0; t < rules->thresholds; t++)
      j->is[t * j->count + i] = is[t * room + r[i].place];
  }
  free(r);
}

static void scene_open(struct scene *s, const struct rules *rules, int64_t dets, int64_t boxes) {
  *s = (struct scene){.rules = rules};
  s->det = mem_get((size_t)(dets + 1) * sizeof *s->det);
  s->box = mem_get((size_t)(boxes + 1) * sizeof *s->box);
  s->iou = mem_get((size_t)(dets * boxes + 1) * sizeof *s->iou);
  s->ignored = mem_get((size_t)boxes + 1);
  s->taken = mem_get((size_t)boxes + 1);
  s->is = mem_get((size_t)(rules->thresholds * dets) + 1);
}

static void scene_close(struct scene *s) {
  free(s->det), free(s->box), free(s->iou), free(s->ignored), free(s->taken), free(s->is);
}

static int is_to_find(const struct rules *r, const float *box) {
  return !row_ignored(box) && (r->method != METHOD_COCO || !is_outside(r, box));
}

struct judged judge_class(const struct gathered *detection, const struct by_class *detections, const struct gathered *box,
                          const struct by_class *boxes, int k, const struct rules *rules) {
  const int64_t *d = detections->index + detections->first[k], *d_end = detections->index + detections->first[k + 1];
  const int64_t *b = boxes->index + boxes->first[k], *b_end = boxes->index + boxes->first[k + 1];
  int64_t room = d_end - d;
  struct judged j = {.score = mem_get((size_t)(room + 1) * sizeof *j.score)};
  char *is = mem_get((size_t)(rules->thresholds * room + 1));
  for (const int64_t *i = b; i < b_end; i++)
    j.boxes += is_to_find(rules, box->row + *i * box->width);
  while (d < d_end) {
    struct scene s;
    int64_t sample = detection->sample[*d], n = of_sample(detection, d, d_end, sample);
    while (b < b_end && box->sample[*b] < sample)
      b++;
    int64_t there = of_sample(box, b, b_end, sample);
    scene_open(&s, rules, n, there);
    s.dets = rank(detection, d, n, rules->method == METHOD_COCO ? rules->count : n, s.det);
    for (s.boxes = 0; s.boxes < there; s.boxes++)
      s.box[s.boxes] = box->row + b[s.boxes] * box->width;
    match(&s);
    for (int64_t i = 0; i < s.dets; i++) {
      for (int t = 0; t < rules->thresholds; t++)
        is[t * room + j.count] = s.is[t * s.dets + i];
      j.score[j.count++] = score_of(s.det[i]);
    }
    scene_close(&s);
    d += n;
  }
  order(&j, rules, is, room);
  free(is);
  return j;
}

void judged_free(struct judged *j) {
  free(j->score), free(j->is);
  *j = (struct judged){0};
}
