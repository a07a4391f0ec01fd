/* Random networks as .net texts: a flow of layers with branches, odd channel counts and small planes, one to three
   heads with their losses, now and then a penalty on a gradient, and an optimizer that remembers the gradients. */
#ifndef TESTS_RANDOM_NET_H
#define TESTS_RANDOM_NET_H
#include "truth.h"

enum { CLASSES = 4 };

typedef struct {
  int id, c, h, w; /* x<id> */
} Plane;

typedef struct {
  Text *text;
  Vec(Plane) planes;
  Plane image;
  int names, largest; /* side of a plane */
  int smooth;         /* a gradient is differentiated again: no maxpool, no kinks */
} Roll;

static const char *activation(const Roll *r) {
  static const char *const all[] = {"sigmoid",   "tanh",       "silu", "gelu", "softplus", "mish",
                                    "gelu_tanh", "logsigmoid", "relu", "relu", "relu",     "elu",
                                    "relu6",     "leaky_relu(0.1)", "prelu", "hardswish", "abs", "selu", "softsign"};
  enum { SMOOTH = 8, ALL = sizeof all / sizeof *all };
  return all[dice(r->smooth ? SMOOTH : ALL)];
}

static Plane any_plane(const Roll *r) { /* a late one more often */
  int n = r->planes.count, a = dice(n), b = dice(n);
  return r->planes.at[a > b ? a : b];
}

/* x<new> = x<of> -> stage, with these sizes; an activation follows now and then. */
static int stage(Roll *r, Plane of, int c, int h, int w, const char *format, ...) __attribute__((format(printf, 6, 7)));
static int stage(Roll *r, Plane of, int c, int h, int w, const char *format, ...) {
  char flow[300];
  va_list args;
  va_start(args, format);
  vsnprintf(flow, sizeof flow, format, args);
  va_end(args);
  Plane p = {++r->names, c, h, w};
  text_add(r->text, "  x%d = x%d -> %s", p.id, of.id, flow);
  text_add(r->text, dice(3) ? " -> %s\n" : "\n", activation(r));
  vec_push(r->text->mem, &r->planes, p);
  return 1;
}

/* ---- layers: 0 when the plane does not suit ---- */

static int odd_channels(void) {
  return ONE_OF(1, 3, 4, 5, 6, 8, 8, 12, 16, 17);
}

static int layer_conv(Roll *r) {
  Plane p = any_plane(r);
  int f = odd_channels(), k = ONE_OF(1, 2, 3, 3, 3, 5), s = ONE_OF(1, 1, 1, 2, 3), d = ONE_OF(1, 1, 1, 2),
      pad = dice(3);
  int groups = p.c % 2 || dice(4) ? 1 : 2;
  f += f % groups;
  int h = p.h + 2 * pad - d * (k - 1) - 1, w = p.w + 2 * pad - d * (k - 1) - 1;
  if (h < 0 || w < 0)
    return 0;
  return stage(r, p, f, h / s + 1, w / s + 1, "conv(%d, %d, stride: %d, dilation: %d, groups: %d, pad: %d, bias: %s)",
               f, k, s, d, groups, pad, dice(2) ? "true" : "false");
}

static int layer_same_conv(Roll *r) {
  Plane p = any_plane(r);
  int f = odd_channels();
  return stage(r, p, f, p.h, p.w, dice(2) ? "conv(%d, 3)" : "conv(%d, [1, 3])", f);
}

static int layer_depthwise(Roll *r) {
  Plane p = any_plane(r);
  return stage(r, p, p.c, p.h, p.w, "conv(%d, 3, groups: %d)", p.c, p.c);
}

static int layer_conv_transpose(Roll *r) {
  Plane p = any_plane(r);
  int f = odd_channels(), k = ONE_OF(2, 3, 4), s = ONE_OF(1, 2);
  if (s * p.h > r->largest || s * p.w > r->largest || (k % 2 == 0 && s == 1))
    return 0;
  return stage(r, p, f, s * p.h, s * p.w, "conv_transpose(%d, %d, stride: %d)", f, k, s);
}

static int layer_maxpool(Roll *r) {
  Plane p = any_plane(r);
  if (r->smooth || p.h < 2 || p.w < 2)
    return 0;
  if (dice(2))
    return stage(r, p, p.c, (p.h - 1) / 2 + 1, (p.w - 1) / 2 + 1, "maxpool(3, stride: 2, pad: 1)");
  return stage(r, p, p.c, p.h / 2, p.w / 2, "maxpool(2)");
}

static int layer_avgpool(Roll *r) {
  Plane p = any_plane(r);
  if (p.h < 2 || p.w < 2)
    return 0;
  return stage(r, p, p.c, p.h / 2, p.w / 2, "avgpool(2)");
}

static int layer_upsample(Roll *r) {
  Plane p = any_plane(r);
  if (2 * p.h > r->largest || 2 * p.w > r->largest)
    return 0;
  return stage(r, p, p.c, 2 * p.h, 2 * p.w, dice(2) ? "upsample(2)" : "upsample(2, mode: bilinear)");
}

static int layer_batchnorm(Roll *r) {
  Plane p = any_plane(r);
  if (p.h * p.w < 4)
    return 0;
  return stage(r, p, p.c, p.h, p.w, "batchnorm(eps: 0.01)");
}

static int layer_layernorm(Roll *r) {
  Plane p = any_plane(r);
  if (p.w < 3)
    return 0;
  return stage(r, p, p.c, p.h, p.w, "layernorm(eps: 0.01)");
}

static int layer_norm(Roll *r) {
  Plane p = any_plane(r);
  if (p.h * p.w < 4)
    return 0;
  switch (dice(4)) {
  case 0: return stage(r, p, p.c, p.h, p.w, "groupnorm(%d, eps: 0.01)", p.c % 2 ? 1 : 2);
  case 1: return stage(r, p, p.c, p.h, p.w, "instancenorm(eps: 0.01, affine: true)");
  case 2: return stage(r, p, p.c, p.h, p.w, "layernorm(axes: [0, 1], eps: 0.01)");
  default: return stage(r, p, p.c, p.h, p.w, "lrn(%d, alpha: 0.1)", 1 + dice(4));
  }
}

static int layer_adaptive(Roll *r) {
  Plane p = any_plane(r);
  int h = 1 + dice(p.h), w = 1 + dice(p.w);
  return stage(r, p, p.c, h, w, "adaptive_%spool([%d, %d])", r->smooth || dice(2) ? "avg" : "max", h, w);
}

/* Two values of one shape: one of them a convolution of the other's plane, if there are no two. */
static int partner(Roll *r, Plane p) {
  for (int i = r->planes.count - 1; i >= 0; i--) {
    Plane q = r->planes.at[i];
    if (q.id != p.id && q.c == p.c && q.h == p.h && q.w == p.w)
      return q.id;
  }
  stage(r, p, p.c, p.h, p.w, "conv(%d, 1)", p.c);
  return r->names;
}

static int layer_residual(Roll *r) {
  Plane p = any_plane(r);
  int q = partner(r, p);
  return stage(r, p, p.c, p.h, p.w, dice(3) ? "add(x%d)" : "mul(x%d)", q);
}

static int layer_concat(Roll *r) {
  Plane p = any_plane(r), q = p;
  for (int i = 0; i < 4; i++) {
    Plane other = any_plane(r);
    if (other.h == p.h && other.w == p.w)
      q = other;
  }
  if (p.c + q.c > 34)
    return 0;
  Plane joined = {++r->names, p.c + q.c, p.h, p.w};
  text_add(r->text, "  x%d = concat(x%d, x%d)\n", joined.id, p.id, q.id);
  vec_push(r->text->mem, &r->planes, joined);
  return 1;
}

static int layer_slice(Roll *r) {
  Plane p = any_plane(r);
  int from = dice(p.c), to = from + 1 + dice(p.c - from), top = dice(p.h);
  Plane cut = {++r->names, to - from, p.h - top, p.w};
  text_add(r->text, "  x%d = x%d[%d:%d, %d:%d, 0:%d]\n", cut.id, p.id, from, to, top, p.h, p.w);
  vec_push(r->text->mem, &r->planes, cut);
  return 1;
}

static int layer_gate(Roll *r) {
  Plane p = any_plane(r);
  static const char *const gates[] = {"squeeze_excite(2)", "dropout(0.3)", "spatial_dropout(0.3)", "softmax(0)",
                                      "softmax(2)"};
  return stage(r, p, p.c, p.h, p.w, "%s", gates[dice(5)]);
}

static int layer_dense(Roll *r) { /* over the last axis, or the channels */
  Plane p = any_plane(r);
  int units = odd_channels();
  if (units > r->largest)
    return 0;
  if (dice(2))
    return stage(r, p, p.c, p.h, units, "dense(%d)", units);
  return stage(r, p, units, p.h, p.w,
               "reshape([%d, %d]) -> transpose -> dense(%d) -> transpose -> reshape([%d, %d, %d])", p.c, p.h * p.w,
               units, units, p.h, p.w);
}

static int layer_attention(Roll *r) {
  Plane p = any_plane(r);
  int n = p.h * p.w;
  if (n > 64)
    return 0;
  Plane made = {++r->names, p.c, p.h, p.w};
  text_add(r->text, "  t%d = x%d -> reshape([%d, %d]) -> transpose -> dense(%d)\n", made.id, p.id, p.c, n, p.c);
  text_add(r->text,
           "  x%d = softmax(matmul(t%d, transpose(t%d)), 1) -> matmul(t%d) -> transpose -> reshape([%d, %d, %d])\n",
           made.id, made.id, made.id, made.id, p.c, p.h, p.w);
  vec_push(r->text->mem, &r->planes, made);
  return 1;
}

typedef int Layer(Roll *r);
static Layer *const layers[] = {layer_conv,      layer_conv,           layer_same_conv, layer_same_conv,
                                layer_depthwise, layer_conv_transpose, layer_maxpool,   layer_avgpool,
                                layer_upsample,  layer_batchnorm,      layer_batchnorm, layer_layernorm,
                                layer_residual,  layer_residual,       layer_concat,    layer_concat,
                                layer_slice,     layer_gate,           layer_dense,     layer_attention,
                                layer_norm,      layer_adaptive};

/* ---- heads ---- */

/* A head's output `out y<i>`, and its term of the loss. */
static void head(Roll *r, int i, Text *loss, Text *report) {
  Plane p = r->planes.at[r->planes.count - 1 - dice(r->planes.count < 3 ? r->planes.count : 3)], m = r->image;
  text_add(loss, "%s", i ? " + " : "");
  text_add(report, "%s", i ? ", " : "");
  switch (dice(5)) {
  case 0:
    text_add(r->text, "  out y%d = x%d -> flatten -> dense(9) -> %s -> dense(%d)\n", i, p.id, activation(r), CLASSES);
    text_add(loss, "cross_entropy(y%d, label, smoothing: %g)", i, dice(2) ? 0 : 0.1);
    text_add(report, "a%d: accuracy(y%d, label)", i, i);
    break;
  case 1:
    text_add(r->text, "  out y%d = x%d -> %s -> dense(%d)\n", i, p.id,
             dice(2) && !r->smooth ? "global_maxpool" : "global_avgpool", CLASSES);
    text_add(loss, "cross_entropy(y%d, label)", i);
    text_add(report, "a%d: accuracy(y%d, label)", i, i);
    break;
  case 2:
    text_add(r->text, "  out y%d = x%d -> conv(%d, 1)\n", i, p.id, CLASSES);
    text_add(loss, "cross_entropy(y%d -> resize([%d, %d]), map)", i, m.h, m.w);
    text_add(report, "a%d: accuracy(y%d -> resize([%d, %d]), map)", i, i, m.h, m.w);
    break;
  case 3:
    text_add(r->text, "  out y%d = x%d -> conv(1, 3)\n", i, p.id);
    text_add(loss, "bce_with_logits(y%d -> resize([%d, %d], mode: bilinear), mask)", i, m.h, m.w);
    text_add(report, "d%d: dice(sigmoid(y%d -> resize([%d, %d])), mask)", i, i, m.h, m.w);
    break;
  default:
    text_add(r->text, "  out y%d = x%d -> conv(1, 1) -> sigmoid\n", i, p.id);
    text_add(loss,
             dice(2) ? "mse(y%d -> resize([%d, %d]), mask)" : "dice_loss(y%d -> resize([%d, %d]), mask, over: %s)", i,
             m.h, m.w, dice(2) ? "batch" : "sample");
    text_add(report, "m%d: mean(y%d)", i, i);
  }
}

/* The whole text, from the dice. largest: side of a plane. */
static const char *random_net(Arena *mem, int largest) {
  Text text = {.mem = mem}, loss = {.mem = mem}, report = {.mem = mem};
  Roll r = {.text = &text, .largest = largest, .smooth = dice(6) == 0};
  r.image = (Plane){0, ONE_OF(1, 3, 5), 1 + dice(largest * 3 / 4), 1 + dice(largest * 3 / 4)};
  Plane m = r.image;
  int heads = 1 + dice(3), stages = 2 + dice(7);
  text_add(&text, "net N {\n  in x0 [%d, %d, %d]\n", m.c, m.h, m.w);
  vec_push(mem, &r.planes, m);
  layer_same_conv(&r);
  for (int i = 0; i < stages;)
    i += layers[dice((int)(sizeof layers / sizeof *layers))](&r);
  for (int i = 0; i < heads; i++)
    head(&r, i, &loss, &report);
  text_add(&text,
           "}\n\ndata D {\n  field x [%d, %d, %d]\n  field label class(%d)\n  field map class(%d) [%d, %d]\n  field "
           "mask [1, %d, %d]\n",
           m.c, m.h, m.w, CLASSES, CLASSES, m.h, m.w, m.h, m.w);
  text_add(&text, "  source: shapes(count: 8)\n}\n\nblock probe(lr) {\n  in w [..s]\n  in g [..s]\n  state seen [..s] "
                  "init: 0\n  next seen = g\n");
  text_add(&text, "  out w - lr*g\n}\n\ntrain on D as (x, label, map, mask) {\n  ");
  for (int i = 0; i < heads; i++)
    text_add(&text, "%sy%d", i ? ", " : "", i);
  text_add(&text, " = N(x)\n");
  if (r.smooth)
    text_add(&text, "  g = grad(of: mean(y0*y0), to: x)\n");
  text_add(&text, "  minimize %s%s\n  report %s\n  optimizer: probe(lr: 0.1)\n}\n\npredict look(x D.x) {\n  ",
           text_str(&loss), r.smooth ? " + sum(g*g)" : "", text_str(&report));
  for (int i = 0; i < heads; i++)
    text_add(&text, "%sy%d", i ? ", " : "", i);
  text_add(&text, " = N(x)\n  show value: y0\n}\n");
  return text_str(&text);
}

#endif
