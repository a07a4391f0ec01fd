/* Every fixed step is a resize to some size, then a window of that (which may reach outside: padding). So each is
   described by one frame: resize to (height, width), then take out_height x out_width from (top, left). */
#include "augment/fixed.h"
#include "augment/seen.h"
#include "image/image.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct frame {
  int height, width;                    /* after resizing */
  int top, left, out_height, out_width; /* the window */
};

static int rounded(double v) {
  return v < 1 ? 1 : (int)(v + 0.5);
}

static int half_down(int v) { /* floor(v / 2), for negative v too */
  return (v - (v < 0)) / 2;
}

/* The shorter edge (or, to fit inside, the longer) becomes what the step says, the other follows. */
static void frame_scale(struct frame *f, double factor) {
  f->height = rounded(f->height * factor);
  f->width = rounded(f->width * factor);
}

static struct frame frame_of(const struct step *s, int height, int width) {
  struct frame f = {height, width, 0, 0, s->height, s->width};
  int crop = s->kind == STEP_RESIZE ? (int)s->number[0] : 0, pad = (int)s->number[0];
  switch (s->kind) {
  case STEP_RESIZE:
    if (!crop) {
      f.height = s->height, f.width = s->width;
      return f;
    }
    /* the longer edge is cut off, not rounded, as torchvision does */
    f.height = height <= width ? s->height : (int)((int64_t)s->height * height / width);
    f.width = width <= height ? s->height : (int)((int64_t)s->height * width / height);
    f.out_height = f.out_width = crop;
    break;
  case STEP_LETTERBOX:
    frame_scale(&f, fmin((double)s->height / height, (double)s->width / width));
    break;
  case STEP_PAD:
    f.top = f.left = -pad;
    f.out_height = height + 2 * pad, f.out_width = width + 2 * pad;
    return f;
  default:
    break;
  }
  f.top = half_down(f.height - f.out_height);
  f.left = half_down(f.width - f.out_width);
  return f;
}

void fixed_size(const struct step *s, int *height, int *width) {
  if (s->kind > STEP_LETTERBOX)
    return;
  struct frame f = frame_of(s, *height, *width);
  *height = f.out_height;
  *width = f.out_width;
}

int fill_index(const struct fill *f, int i, int n) {
  if (i >= 0 && i < n)
    return i;
  switch (f->mode) {
  case FILL_NEAREST:
    return i < 0 ? 0 : n - 1;
  case FILL_REFLECT: /* d c b a | a b c d | d c b a */
    i %= 2 * n;
    i = i < 0 ? i + 2 * n : i;
    return i < n ? i : 2 * n - 1 - i;
  case FILL_WRAP:
    i %= n;
    return i < 0 ? i + n : i;
  default:
    return -1;
  }
}

static void nearest_resize(const unsigned char *from, int width, int height, unsigned char *to, int to_width,
                           int to_height) {
  for (int y = 0; y < to_height; y++) {
    const unsigned char *row = from + (int64_t)((y + 0.5) * height / to_height) * width;
    for (int x = 0; x < to_width; x++)
      *to++ = row[(int)((x + 0.5) * width / to_width)];
  }
}

static void window_take(const struct frame *f, const struct fill *fill, const unsigned char *from, unsigned char *to,
                        int outside) {
  for (int y = 0; y < f->out_height; y++) {
    int v = fill_index(fill, f->top + y, f->height);
    for (int x = 0; x < f->out_width; x++) {
      int u = fill_index(fill, f->left + x, f->width);
      *to++ = (unsigned char)(v < 0 || u < 0 ? outside : from[(size_t)v * f->width + u]);
    }
  }
}

static int planes_apply(const struct step *s, const struct frame *f, enum net_field_kind kind, struct cell *c) {
  size_t size = (size_t)c->height * c->width, middle = (size_t)f->height * f->width;
  size_t out = (size_t)f->out_height * f->out_width;
  unsigned char *resized = malloc(middle), *bytes = malloc(out * c->channels);
  int picture = kind == NET_IMAGE || kind == NET_CLIP, outside = picture ? (int)s->fill.value : 0;
  int failed = !resized || !bytes;
  for (int k = 0; !failed && k < c->channels; k++) {
    const unsigned char *plane = c->bytes + k * size;
    if (f->height == c->height && f->width == c->width)
      memcpy(resized, plane, middle);
    else if (picture)
      failed = image_resize(plane, c->width, c->height, resized, f->width, f->height);
    else
      nearest_resize(plane, c->width, c->height, resized, f->width, f->height);
    window_take(f, &s->fill, resized, bytes + k * out, outside);
  }
  free(resized);
  if (failed) {
    free(bytes);
    return -1;
  }
  if (!c->borrowed)
    free(c->bytes);
  c->bytes = bytes;
  c->borrowed = 0;
  return 0;
}

static void boxes_apply(const struct frame *f, double scale_x, double scale_y, struct cell *c) {
  int kept = 0;
  for (int i = 0; i < c->boxes; i++) {
    float *b = c->box + 5 * i;
    struct rect r = {b[1] * scale_x - f->left, b[2] * scale_y - f->top, b[3] * scale_x - f->left, b[4] * scale_y - f->top};
    if (!seen_within(&r, (struct rect){0, 0, f->out_width, f->out_height}, 0))
      continue;
    float moved[5] = {b[0], (float)r.left, (float)r.top, (float)r.right, (float)r.bottom};
    memcpy(c->box + 5 * kept++, moved, sizeof moved);
  }
  c->boxes = kept;
}

void map_compose(double p[6], const double q[6]) {
  double r[6] = {p[0] * q[0] + p[1] * q[3], p[0] * q[1] + p[1] * q[4], p[0] * q[2] + p[1] * q[5] + p[2],
                 p[3] * q[0] + p[4] * q[3], p[3] * q[1] + p[4] * q[4], p[3] * q[2] + p[4] * q[5] + p[5]};
  memcpy(p, r, sizeof r);
}

int fixed_apply(const struct step *s, enum net_field_kind kind, struct cell *c, double map[6]) {
  if (s->kind > STEP_LETTERBOX || kind == NET_CLASS || kind == NET_VALUE)
    return 0;
  struct frame f = frame_of(s, c->height, c->width);
  double scale_x = (double)f.width / c->width, scale_y = (double)f.height / c->height;
  if (kind == NET_BOXES)
    boxes_apply(&f, scale_x, scale_y, c);
  else if (kind == NET_POINTS)
    for (int i = 0; i < c->points; i++) {
      c->point[2 * i] = (float)(c->point[2 * i] * scale_x - f.left);
      c->point[2 * i + 1] = (float)(c->point[2 * i + 1] * scale_y - f.top);
    }
  else if (planes_apply(s, &f, kind, c))
    return -1;
  c->height = f.out_height;
  c->width = f.out_width;
  if (map)
    map_compose(map, (double[6]){1 / scale_x, 0, f.left / scale_x, 0, 1 / scale_y, f.top / scale_y});
  return 0;
}
