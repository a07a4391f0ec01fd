/* Duty: the layers of a Darknet network, kind by kind: what is asked for, the shape of what comes out, and our words
   for it. Those with weights are in darknet_conv.c. */
#include "view/darknet.h"
#include <stdlib.h>
#include <string.h>

/* ---- what layers see of each other ---- */

const int64_t *dark_dim(const Darknet *d, int i) {
  return i == DARK_IMAGE ? d->dim : d->layers.at[i].dim;
}

int dark_flat(const Darknet *d, int i) {
  return i != DARK_IMAGE && d->layers.at[i].flat;
}

/* The layer whose value this one has. */
static int source_of(const Darknet *d, int i) {
  while (i != DARK_IMAGE && d->layers.at[i].same)
    i = d->layers.at[i].from;
  return i;
}

static void use(Darknet *d, int i, int flows) {
  if (i == DARK_IMAGE)
    return;
  d->layers.at[i].uses++;
  d->layers.at[i].flows += flows;
}

void dark_set(DarkLayer *l, int64_t channels, int64_t height, int64_t width) {
  l->dim[0] = channels;
  l->dim[1] = height;
  l->dim[2] = width;
}

/* "-1,-3,80": layers before this one, counted from it or from the first. */
static int read_layers(Darknet *d, DarkSection *s, const char *key, int *to, int most) {
  const char *text = dark_text(s, key, "");
  int count = 0, here = d->layers.count;
  for (const char *at = text; count < most; at++) {
    char *end;
    long n = strtol(at, &end, 10);
    long layer = n < 0 ? here + n : n;
    if (end == at || (*end && *end != ','))
      break;
    if (layer < 0 || layer >= here)
      return dark_refuse(d, dark_line(s, key), "[%s] of layer %d names layer %ld, which is not before it", s->kind,
                         here, n);
    if (d->layers.at[layer].yolo)
      return dark_refuse(d, dark_line(s, key), "[%s] of layer %d takes what the yolo layer %ld gives", s->kind, here,
                         layer);
    to[count++] = source_of(d, (int)layer);
    at = end;
    if (!*at)
      return count;
  }
  return dark_refuse(d, dark_line(s, key), "[%s] needs `%s=` with up to %d numbers of layers", s->kind, key, most);
}

/* ---- the kinds of layers: each reads its section and says what flows ---- */

/* Darknet pads by size - 1 in all, the smaller half above and on the left; how much is needed below depends on the
 * size. */
static int read_maxpool(Darknet *d, DarkLayer *l) {
  DarkSection *s = l->section;
  const int64_t *in = dark_dim(d, l->from);
  int64_t size, stride, all, out[2], need[2];
  if (!dark_whole(d, s, "stride", 1, 1, 255, &stride) || !dark_whole(d, s, "size", stride, 1, 255, &size) ||
      !dark_whole(d, s, "padding", size - 1, 0, size - 1, &all))
    return 0;
  for (int i = 0; i < 2; i++) {
    if (in[i + 1] + all < size)
      return dark_refuse(d, dark_line(s, "size"), "layer %d: windows of %lld are larger than the input",
                         d->layers.count, (long long)size);
    out[i] = (in[i + 1] + all - size) / stride + 1;
    need[i] = (out[i] - 1) * stride + size - all / 2 - in[i + 1];
    need[i] = need[i] < 0 ? 0 : need[i];
  }
  Text t = {.mem = d->c->mem};
  if (dark_flat(d, l->from))
    text_add(&t, "reshape([%lld, 1, 1]) -> ", (long long)in[0]);
  text_add(&t, "maxpool(%lld", (long long)size);
  if (stride != size)
    text_add(&t, ", stride: %lld", (long long)stride);
  if (need[0] != all / 2 || need[1] != all / 2)
    text_add(&t, ", pad: [%lld, %lld, %lld, %lld]", (long long)all / 2, (long long)need[0], (long long)all / 2,
             (long long)need[1]);
  else if (all / 2)
    text_add(&t, ", pad: %lld", (long long)all / 2);
  text_add(&t, ")");
  l->step = text_str(&t);
  dark_set(l, in[0], out[0], out[1]);
  return 1;
}

static int read_avgpool(Darknet *d, DarkLayer *l) {
  l->flat = 1;
  l->same = dark_flat(d, l->from);
  l->step = "global_avgpool";
  dark_set(l, dark_dim(d, l->from)[0], 1, 1);
  return 1;
}

static int read_upsample(Darknet *d, DarkLayer *l) {
  const int64_t *in = dark_dim(d, l->from);
  int64_t n;
  if (!dark_whole(d, l->section, "stride", 2, 1, 64, &n) || !dark_same(d, l->section, "scale", "1"))
    return 0;
  if (dark_flat(d, l->from) || in[1] * n > MOST || in[2] * n > MOST)
    return dark_refuse(d, l->section->at, "layer %d enlarges what is no plane, or too large", d->layers.count);
  l->step = arena_printf(d->c->mem, "upsample(%lld)", (long long)n);
  dark_set(l, in[0], in[1] * n, in[2] * n);
  return 1;
}

/* Several layers one after the other, or of each the same share of its channels. */
static int read_route(Darknet *d, DarkLayer *l) {
  enum { SOME = 64 };
  DarkSection *s = l->section;
  int from[SOME], n = read_layers(d, s, "layers", from, SOME);
  int64_t groups, part, channels = 0;
  Text t = {.mem = d->c->mem};
  if (!n || !dark_whole(d, s, "groups", 1, 1, MOST, &groups) || !dark_whole(d, s, "group_id", 0, 0, groups - 1, &part))
    return 0;
  const int64_t *one = dark_dim(d, from[0]);
  l->from = from[0];
  l->flat = dark_flat(d, from[0]);
  l->same = n == 1 && groups == 1;
  for (int i = 0; i < n; i++) {
    const int64_t *in = dark_dim(d, from[i]);
    if (in[1] != one[1] || in[2] != one[2] || dark_flat(d, from[i]) != l->flat)
      return dark_refuse(d, dark_line(s, "layers"), "layer %d joins layers of different sizes", d->layers.count);
    if (in[0] % groups)
      return dark_refuse(d, dark_line(s, "groups"), "layer %d cuts %lld channels into %lld parts", d->layers.count,
                         (long long)in[0], (long long)groups);
    int64_t share = in[0] / groups;
    text_add(&t, "%s%s", i ? ", " : "", dark_name(d, from[i]));
    if (groups > 1)
      text_add(&t, "[%lld:%lld]", (long long)(part * share), (long long)((part + 1) * share));
    channels += share;
    if (!l->same)
      use(d, from[i], 0);
  }
  dark_set(l, channels, one[1], one[2]);
  l->start = n == 1 ? text_str(&t) : arena_printf(d->c->mem, "concat(%s)", text_str(&t));
  return 1;
}

static int read_shortcut(Darknet *d, DarkLayer *l) {
  enum { SOME = 16 };
  DarkSection *s = l->section;
  int from[SOME], n = read_layers(d, s, "from", from, SOME), activation = dark_activation_of(d, s, "linear");
  const int64_t *in = dark_dim(d, l->from);
  Text t = {.mem = d->c->mem};
  if (!n || activation < 0 || !dark_same(d, s, "weights_type", "none"))
    return 0;
  text_add(&t, "%s", dark_name(d, l->from));
  use(d, l->from, 0);
  for (int i = 0; i < n; i++) {
    if (memcmp(dark_dim(d, from[i]), in, sizeof l->dim) || dark_flat(d, from[i]) != dark_flat(d, l->from))
      return dark_refuse(d, dark_line(s, "from"), "layer %d adds layers of different sizes", d->layers.count);
    text_add(&t, " + %s", dark_name(d, from[i]));
    use(d, from[i], 0);
  }
  l->start = arena_printf(d->c->mem, "%s%s", text_str(&t), dark_activation[activation][1]);
  l->flat = dark_flat(d, l->from);
  dark_set(l, in[0], in[1], in[2]);
  return 1;
}

static int read_dropout(Darknet *d, DarkLayer *l) {
  const int64_t *in = dark_dim(d, l->from);
  const char *text = dark_text(l->section, "probability", ".5");
  char *end;
  double p = strtod(text, &end);
  Text t = {.mem = d->c->mem};
  if (*end || !(p >= 0 && p < 1))
    return dark_refuse(d, dark_line(l->section, "probability"), "`probability` is `%s`; a number from 0 to 1 is wanted",
                       text);
  text_add(&t, "dropout(");
  text_number(&t, p);
  text_add(&t, ")");
  l->step = text_str(&t);
  l->flat = dark_flat(d, l->from);
  dark_set(l, in[0], in[1], in[2]);
  return 1;
}

static int read_softmax(Darknet *d, DarkLayer *l) {
  const int64_t *in = dark_dim(d, l->from);
  if (!dark_same(d, l->section, "groups", "1") || !dark_same(d, l->section, "temperature", "1"))
    return 0;
  l->step = dark_flat(d, l->from) ? "softmax" : "flatten -> softmax";
  l->flat = 1;
  dark_set(l, in[0] * in[1] * in[2], 1, 1);
  return 1;
}

/* Widths and heights of the boxes that the mask chooses, as a list of ours: [[12, 18], [37, 49]]. */
static int read_anchors(Darknet *d, DarkLayer *l, int *count) {
  enum { SOME = 64 };
  DarkSection *s = l->section;
  double size[2 * SOME];
  int sizes = 0;
  char *at = (char *)(uintptr_t)dark_text(s, "anchors", ""), *end = at;
  for (; *at && sizes < 2 * SOME; at = *end ? end + 1 : end) {
    size[sizes++] = strtod(at, &end);
    if (end == at || (*end && *end != ','))
      return dark_refuse(d, dark_line(s, "anchors"), "`anchors` wants numbers with commas between");
  }
  Text t = {.mem = d->c->mem};
  *count = 0;
  for (at = (char *)(uintptr_t)dark_text(s, "mask", ""); *at; at = *end ? end + 1 : end) {
    long k = strtol(at, &end, 10);
    if (end == at || (*end && *end != ',') || k < 0 || k >= sizes / 2)
      return dark_refuse(d, dark_line(s, "mask"), "`mask` wants numbers of anchors, from 0 to %d", sizes / 2 - 1);
    text_add(&t, *count ? ", [" : "[[");
    text_number(&t, size[2 * k]);
    text_add(&t, ", ");
    text_number(&t, size[2 * k + 1]);
    text_add(&t, "]");
    ++*count;
  }
  text_add(&t, "]");
  l->anchors = text_str(&t);
  return *count > 0 || dark_refuse(d, s->at, "[yolo] needs `mask=` and `anchors=`");
}

static int read_scale(Darknet *d, DarkLayer *l) {
  const char *text = dark_text(l->section, "scale_x_y", "1");
  char *end;
  l->scale_xy = strtod(text, &end);
  return (end > text && !*end && l->scale_xy >= 1 && l->scale_xy < 100) ||
         dark_refuse(d, dark_line(l->section, "scale_x_y"), "`scale_x_y` is `%s`; a number from 1 on is wanted", text);
}

/* What its convolution gives is an output of the net. The keys that are not asked for concern training. */
static int read_yolo(Darknet *d, DarkLayer *l) {
  const int64_t *in = dark_dim(d, l->from);
  int count;
  int64_t classes;
  if (!read_anchors(d, l, &count) || !dark_whole(d, l->section, "classes", 20, 1, MOST, &classes) || !read_scale(d, l) ||
      !dark_same(d, l->section, "new_coords", "0"))
    return 0;
  if (d->yolos && classes != d->classes)
    return dark_refuse(d, dark_line(l->section, "classes"), "`classes` is %lld, and %lld in the [yolo] before", (long long)classes,
                       (long long)d->classes);
  d->classes = classes;
  d->classes_at = dark_line(l->section, "classes");
  if (in[0] != count * (5 + classes) || dark_flat(d, l->from))
    return dark_refuse(d, l->section->at, "layer %d gets %lld channels; %d boxes of 5 + %lld numbers are wanted",
                       d->layers.count, (long long)in[0], count, (long long)classes);
  l->same = 1;
  l->yolo = ++d->yolos;
  dark_set(l, in[0], in[1], in[2]);
  return 1;
}

static const struct {
  const char *name;
  int (*read)(Darknet *, DarkLayer *);
} kinds[] = {
    {"convolutional", dark_conv}, {"conv", dark_conv},           {"maxpool", read_maxpool},   {"max", read_maxpool},
    {"avgpool", read_avgpool},    {"avg", read_avgpool},         {"upsample", read_upsample}, {"route", read_route},
    {"shortcut", read_shortcut},  {"connected", dark_connected}, {"conn", dark_connected},    {"dropout", read_dropout},
    {"softmax", read_softmax},    {"soft", read_softmax},        {"yolo", read_yolo},
};
enum { KINDS = sizeof kinds / sizeof *kinds, MOST_LAYERS = 4000 };

/* Each key that no one asked for would be one whose meaning is lost. */
static int all_used(Darknet *d, const DarkLayer *l) {
  for (int i = 0; i < l->section->pairs.count && !l->yolo; i++) {
    const DarkPair *p = &l->section->pairs.at[i];
    if (!p->used && strcmp(p->key, "stopbackward"))
      return dark_refuse(d, p->at, "the key `%s` of [%s] is not known", p->key, l->section->kind);
  }
  return 1;
}

/* Numbers far from where sizes overflow. */
static int is_moderate(const Darknet *d, const DarkLayer *l, int before) {
  double most = (double)l->dim[0] * (double)l->dim[1] * (double)l->dim[2];
  for (int i = before; i < d->tensors.count; i++) {
    const DarkTensor *t = &d->tensors.at[i];
    double n = 1;
    for (int k = 0; k < t->rank; k++)
      n *= (double)t->dim[k];
    most = n > most ? n : most;
  }
  return most <= INT32_MAX;
}

static int read_layer(Darknet *d, DarkSection *s) {
  int kind = 0, before = d->tensors.count;
  DarkLayer l = {.section = s, .from = source_of(d, d->layers.count - 1)};
  while (kind < KINDS && strcmp(kinds[kind].name, s->kind))
    kind++;
  if (kind == KINDS)
    return dark_refuse(d, s->at, "layers of the kind [%s] are not known", s->kind);
  if (!kinds[kind].read(d, &l) || !all_used(d, &l))
    return 0;
  if (!is_moderate(d, &l, before))
    return dark_refuse(d, s->at, "layer %d is too large", d->layers.count);
  if (l.yolo || (l.step && !l.same))
    use(d, l.from, 1);
  vec_push(d->c->mem, &d->layers, l);
  return 1;
}

int dark_layers(Darknet *d) {
  if (d->sections.count > MOST_LAYERS)
    return dark_refuse(d, d->sections.at[MOST_LAYERS].at, "more than %d layers", MOST_LAYERS);
  for (int i = 1; i < d->sections.count; i++)
    if (!read_layer(d, &d->sections.at[i]))
      return 0;
  return 1;
}
