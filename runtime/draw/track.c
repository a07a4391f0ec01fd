/* Greedy matching by overlap. Tracks stay in the order of their numbers, so that equal overlaps go to the older one. */
#include "draw/track.h"
#include "base.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct track {
  struct found box; /* where it was seen last */
  int missed;       /* frames since then */
};

struct pair {
  double iou;
  int track, box;
};

static double area(const struct found *f) {
  return (f->x2 - f->x1) * (f->y2 - f->y1);
}

static double iou(const struct found *a, const struct found *b) {
  double w = fmin(a->x2, b->x2) - fmax(a->x1, b->x1), h = fmin(a->y2, b->y2) - fmax(a->y1, b->y1);
  double both = w > 0 && h > 0 ? w * h : 0;
  return both / (area(a) + area(b) - both);
}

static int better(const void *a, const void *b) {
  const struct pair *p = a, *q = b;
  if (p->iou != q->iou)
    return p->iou > q->iou ? -1 : 1;
  return p->track != q->track ? p->track - q->track : p->box - q->box;
}

static void pairs_take(struct tracker *t, struct found_list frame) {
  struct pair *pair = mem_get((size_t)(t->count * frame.count + 1) * sizeof *pair);
  int pairs = 0;
  for (int i = 0; i < t->count; i++)
    for (int k = 0; k < frame.count; k++) {
      double overlap = iou(&t->track[i].box, &frame.box[k]);
      if (t->track[i].box.class == frame.box[k].class && overlap >= TRACK_IOU)
        pair[pairs++] = (struct pair){overlap, i, k};
    }
  qsort(pair, (size_t)pairs, sizeof *pair, better);
  for (int i = 0; i < pairs; i++) {
    struct track *own = &t->track[pair[i].track];
    struct found *box = &frame.box[pair[i].box];
    if (!own->missed || box->id)
      continue;
    box->id = own->box.id;
    *own = (struct track){*box, 0};
  }
  free(pair);
}

void tracker_step(struct tracker *t, struct found_list frame) {
  int kept = 0;
  for (int k = 0; k < frame.count; k++)
    frame.box[k].id = 0;
  for (int i = 0; i < t->count; i++)
    t->track[i].missed++; /* until it is found */
  pairs_take(t, frame);
  for (int i = 0; i < t->count; i++)
    if (t->track[i].missed <= TRACK_WAITS)
      t->track[kept++] = t->track[i];
  t->track = mem_grow(t->track, (size_t)(kept + frame.count + 1) * sizeof *t->track);
  for (int k = 0; k < frame.count; k++)
    if (!frame.box[k].id) {
      frame.box[k].id = ++t->last;
      t->track[kept++] = (struct track){frame.box[k], 0};
    }
  t->count = kept;
}

void tracker_free(struct tracker *t) {
  free(t->track);
  *t = (struct tracker){0};
}
