/* Duty: the layers of a Darknet network that have weights, which go to d->tensors in the order of Darknet's file:
   biases, what normalises, the kernel; of connected layers the kernel before what normalises. */
#include "view/darknet.h"
#include <string.h>

int dark_activation_of(Darknet *d, DarkSection *s, const char *otherwise) {
  const char *name = dark_text(s, "activation", otherwise);
  for (int i = 0; dark_activation[i][0]; i++)
    if (!strcmp(dark_activation[i][0], name))
      return i;
  dark_refuse(d, dark_line(s, "activation"),
              "the activation `%s` is not known: linear, leaky, relu, mish, logistic, swish", name);
  return -1;
}

static void add_tensor(Darknet *d, const char *stage, const char *name, int rank, const int64_t *dim) {
  DarkTensor t = {.name = arena_printf(d->c->mem, "%s.%s", stage, name), .rank = rank};
  memcpy(t.dim, dim, sizeof *dim * (size_t)rank);
  vec_push(d->c->mem, &d->tensors, t);
}

static void add_norm(Darknet *d, const char *stage, const int64_t *n) {
  add_tensor(d, stage, "weight", 1, n);
  add_tensor(d, stage, "running_mean", 1, n);
  add_tensor(d, stage, "running_var", 1, n);
}

static const char *conv_words(Darknet *d, int64_t filters, int64_t size, int64_t stride, int64_t pad, int64_t dilation,
                              int64_t groups) {
  Text t = {.mem = d->c->mem};
  int64_t over = dilation * (size - 1) + 1 - stride, ours = over > 0 ? (over + 1) / 2 : 0;
  text_add(&t, "(%lld, %lld", (long long)filters, (long long)size);
  if (stride != 1)
    text_add(&t, ", stride: %lld", (long long)stride);
  if (pad != ours || (size % 2 == 0 && stride % 2))
    text_add(&t, ", pad: %lld", (long long)pad);
  if (dilation != 1)
    text_add(&t, ", dilation: %lld", (long long)dilation);
  if (groups != 1)
    text_add(&t, ", groups: %lld", (long long)groups);
  return text_str(&t);
}

int dark_conv(Darknet *d, DarkLayer *l) {
  DarkSection *s = l->section;
  const int64_t *in = dark_dim(d, l->from);
  int64_t normal, filters, size, stride, same, pad, dilation, groups;
  if (!dark_whole(d, s, "batch_normalize", 0, 0, 1, &normal) || !dark_whole(d, s, "filters", 1, 1, MOST, &filters) ||
      !dark_whole(d, s, "size", 1, 1, 255, &size) || !dark_whole(d, s, "stride", 1, 1, 255, &stride) ||
      !dark_whole(d, s, "pad", 0, 0, 1, &same) || !dark_whole(d, s, "padding", 0, 0, 255, &pad) ||
      !dark_whole(d, s, "dilation", 1, 1, 255, &dilation) || !dark_whole(d, s, "groups", 1, 1, MOST, &groups))
    return 0;
  int activation = dark_activation_of(d, s, "logistic"), i = d->layers.count;
  if (activation < 0)
    return 0;
  if (in[0] % groups || filters % groups)
    return dark_refuse(d, dark_line(s, "groups"), "groups=%lld does not divide %lld channels and %lld filters",
                       (long long)groups, (long long)in[0], (long long)filters);
  if (same)
    pad = size / 2 * dilation;
  int64_t reach = dilation * (size - 1) + 1;
  if (in[1] + 2 * pad < reach || in[2] + 2 * pad < reach)
    return dark_refuse(d, dark_line(s, "size"), "layer %d: a kernel of %lld is larger than its input, %lld x %lld", i,
                       (long long)reach, (long long)in[2], (long long)in[1]);
  dark_set(l, filters, (in[1] + 2 * pad - reach) / stride + 1, (in[2] + 2 * pad - reach) / stride + 1);
  const char *words = conv_words(d, filters, size, stride, pad, dilation, groups);
  const char *plane =
      dark_flat(d, l->from) ? arena_printf(d->c->mem, "reshape([%lld, 1, 1]) -> ", (long long)in[0]) : "";
  const char *stage = arena_printf(d->c->mem, "conv%d", i);
  int64_t kernel[] = {filters, in[0] / groups, size, size};
  if (normal) {
    d->blocks |= 1U << activation;
    l->step = arena_printf(d->c->mem, "%s%s: %s%s)", plane, stage, dark_activation[activation][2], words);
    add_tensor(d, stage, "bn.bias", 1, &filters);
    add_norm(d, arena_printf(d->c->mem, "%s.bn", stage), &filters);
    add_tensor(d, stage, "conv.weight", 4, kernel);
  } else {
    l->step = arena_printf(d->c->mem, "%s%s: conv%s)%s", plane, stage, words, dark_activation[activation][1]);
    add_tensor(d, stage, "bias", 1, &filters);
    add_tensor(d, stage, "weight", 4, kernel);
  }
  return 1;
}

int dark_connected(Darknet *d, DarkLayer *l) {
  DarkSection *s = l->section;
  const int64_t *in = dark_dim(d, l->from);
  int64_t normal, units, matrix[2];
  int activation = dark_activation_of(d, s, "logistic"), i = d->layers.count;
  if (activation < 0 || !dark_whole(d, s, "batch_normalize", 0, 0, 1, &normal) ||
      !dark_whole(d, s, "output", 1, 1, MOST, &units))
    return 0;
  const char *stage = arena_printf(d->c->mem, "fc%d", i), *norm = arena_printf(d->c->mem, "bn%d", i);
  const char *last = normal ? arena_printf(d->c->mem, ", bias: false) -> %s: batchnorm", norm) : ")";
  l->step = arena_printf(d->c->mem, "%s%s: dense(%lld%s%s", dark_flat(d, l->from) ? "" : "flatten -> ", stage,
                         (long long)units, last, dark_activation[activation][1]);
  l->flat = 1;
  dark_set(l, units, 1, 1);
  matrix[0] = units;
  matrix[1] = in[0] * in[1] * in[2];
  add_tensor(d, normal ? norm : stage, "bias", 1, &units);
  add_tensor(d, stage, "weight", 2, matrix);
  if (normal)
    add_norm(d, norm, &units);
  return 1;
}
