/* Duty: writes the .net and the weights of an imported Darknet network. The numbers are those of the .weights file in
   their order, which safetensors allows. */
#include "ast/ast.h"
#include "view/darknet.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const dark_activation[][3] = {
    {"linear", "", "ConvLinear"},
    {"leaky", " -> leaky_relu(0.1)", "ConvLeaky"},
    {"relu", " -> relu", "ConvRelu"},
    {"mish", " -> mish", "ConvMish"},
    {"logistic", " -> sigmoid", "ConvLogistic"},
    {"swish", " -> silu", "ConvSwish"},
    {NULL, NULL, NULL},
};

const char *dark_name(const Darknet *d, int i) {
  return i == DARK_IMAGE ? "image" : arena_printf(d->c->mem, "x%d", i);
}

/* The layer stands within the flow of its only user. */
static int within(const Darknet *d, int i) {
  return i != DARK_IMAGE && d->layers.at[i].uses == 1 && d->layers.at[i].flows == 1;
}

static const char *flow_of(const Darknet *d, int i) {
  const DarkLayer *l = &d->layers.at[i];
  if (!l->same && !l->step)
    return l->start;
  const char *before = within(d, l->from) ? flow_of(d, l->from) : dark_name(d, l->from);
  return l->same ? before : arena_printf(d->c->mem, "%s -> %s", before, l->step);
}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* ---- the .net ---- */

static void add_head(const Darknet *d, const char *stem, Text *t) {
  const char *name = base_name(stem);
  text_add(t,
           "# Darknet's %s, imported by netc. A stage and a value x have the number of the layer in that file, counted "
           "from 0.\n"
           "# Batch norm adds 0.00001 to the variance, as Darknet's.\n"
           "#\n"
           "#   netc build %s.net --weights %s.safetensors\n"
           "#   ./%s %s\n\n",
           base_name(d->cfg), name, name, name, d->yolos ? "detect picture.jpg -o found.png" : "raw picture.jpg --json");
}

static void add_anchors(const Darknet *d, Text *t) {
  if (d->yolos)
    text_add(t,
             "# The outputs yolo0 ... have for each anchor (its width and height in pixels of the input) 5 + %lld channels: "
             "x, y, width, height,\n"
             "# whether something is there, its class. They are what the convolution gives, before sigmoid, and exp for "
             "width and height.\n",
             (long long)d->classes);
  for (int i = 0; i < d->layers.count; i++)
    if (d->layers.at[i].yolo)
      text_add(t, "const anchors%d = %s\n", d->layers.at[i].yolo - 1, d->layers.at[i].anchors);
  text_add(t, "\n");
}

static void add_blocks(const Darknet *d, Text *t) {
  for (int i = 0; dark_activation[i][0]; i++)
    if (d->blocks >> i & 1)
      text_add(t,
               "block %s(filters, size, stride: 1, pad: same, dilation: 1, groups: 1) {\n  in x\n"
               "  out x -> conv: conv(filters, size, stride: stride, pad: pad, dilation: dilation, groups: groups, "
               "bias: false)"
               " -> bn: batchnorm%s\n}\n\n",
               dark_activation[i][2], dark_activation[i][1]);
}

/* A yolo layer is an output; so is the last layer where there is none. */
static void add_flows(const Darknet *d, Text *t) {
  int last = d->layers.count - 1;
  for (int i = 0; i <= last; i++) {
    const DarkLayer *l = &d->layers.at[i];
    int out = l->yolo || (i == last && !d->yolos);
    const char *name = l->yolo ? arena_printf(d->c->mem, "yolo%d", l->yolo - 1) : out ? "y" : dark_name(d, i);
    if (!out && (l->same || within(d, i)))
      continue;
    text_add(t, "  %s%s = %s\n", out ? "out " : "", name, flow_of(d, i));
  }
}

int dark_write_net(Darknet *d, const char *stem) {
  Ctx *c = d->c;
  Text t = {.mem = c->mem}, canonical = {.mem = c->mem};
  const char *path = arena_printf(c->mem, "%s.net", stem);
  add_head(d, stem, &t);
  add_anchors(d, &t);
  add_blocks(d, &t);
  text_add(&t, "net Darknet {\n  in image [%lld, %lld, %lld]\n", (long long)d->dim[0], (long long)d->dim[1],
           (long long)d->dim[2]);
  add_flows(d, &t);
  text_add(&t, "}\n\n");
  dark_add_predict(d, &t);
  uint32_t first = source_add(c->src, path, text_str(&t), t.len, 0);
  const Ast *file = ast_parse(c, PARSE_FILE, first);
  if (diag_errors(c->diags))
    return 0;
  ast_format(c, file, first, &canonical);
  return file_write(c, path, text_str(&canonical), canonical.len);
}

/* ---- the weights ---- */

int64_t dark_floats(const DarkTensor *t) {
  int64_t n = 1;
  for (int i = 0; i < t->rank; i++)
    n *= t->dim[i];
  return n;
}

/* The names and places of the tensors; the numbers then begin at a multiple of 8. Returns how many numbers there are.
 */
static int64_t add_tensors(const Darknet *d, Text *t) {
  int64_t at = 0;
  text_add(t, "{\"__metadata__\":{\"format\":\"pt\"}");
  for (int i = 0; i < d->tensors.count; i++) {
    const DarkTensor *w = &d->tensors.at[i];
    int64_t n = dark_floats(w);
    text_add(t, ",\"%s\":{\"dtype\":\"F32\",\"shape\":[", w->name);
    for (int k = 0; k < w->rank; k++)
      text_add(t, "%s%lld", k ? "," : "", (long long)w->dim[k]);
    text_add(t, "],\"data_offsets\":[%lld,%lld]}", (long long)(4 * at), (long long)(4 * (at + n)));
    at += n;
  }
  text_add(t, "}");
  while (t->len % 8)
    text_add(t, " ");
  return at;
}

/* Three numbers of the version, and the pictures seen, 64 bits of them from version 0.2 on; `f` is left behind them. */
static int check_weights(Darknet *d, const char *path, FILE *f, int64_t wanted) {
  int32_t version[3];
  static const Span nowhere;
  if (fread(version, sizeof *version, 3, f) != 3 || version[0] < 0 || version[0] >= 1000 || version[1] < 0 ||
      version[1] >= 1000) {
    diag_add(d->c, D_DARKNET_WEIGHTS, nowhere, path, "it does not begin as weights of Darknet");
    return 0;
  }
  int64_t head = 12 + (version[0] * 10 + version[1] >= 2 ? 8 : 4);
  int64_t size = fseeko(f, 0, SEEK_END) ? -1 : (int64_t)ftello(f);
  if (size < head || (size - head) % 4 || (size - head) / 4 != wanted || fseeko(f, (off_t)head, SEEK_SET)) {
    diag_add(d->c, D_DARKNET_WEIGHTS, nowhere, path,
             arena_printf(d->c->mem, "the layers of the cfg have %lld numbers, the file %lld%s", (long long)wanted,
                          (long long)(size < head ? 0 : (size - head) / 4),
                          size > head && (size - head) % 4 ? " and a part of one" : ""));
    return 0;
  }
  return 1;
}

static int copy_weights(FILE *f, FILE *to, const Text *head) {
  static char part[1 << 16];
  uint64_t len = head->len;
  size_t n;
  int ok = fwrite(&len, sizeof len, 1, to) == 1 && fwrite(head->at, 1, head->len, to) == head->len;
  while (ok && (n = fread(part, 1, sizeof part, f)))
    ok = fwrite(part, 1, n, to) == n;
  return ok && !ferror(f);
}

int dark_write_weights(Darknet *d, const char *from, const char *stem) {
  Ctx *c = d->c;
  Text head = {.mem = c->mem};
  const char *path = arena_printf(c->mem, "%s.safetensors", stem);
  int64_t wanted = add_tensors(d, &head);
  FILE *f = fopen(from, "re");
  if (!f)
    diag_add(c, D_CANNOT_READ, (Span){0, 0}, from, strerror(errno));
  if (!f || !check_weights(d, from, f, wanted)) {
    if (f)
      fclose(f);
    return 0;
  }
  FILE *to = fopen(path, "we");
  int ok = to && copy_weights(f, to, &head);
  if (to && fclose(to))
    ok = 0;
  if (!ok)
    diag_add(c, D_CANNOT_WRITE, (Span){0, 0}, path, strerror(errno));
  fclose(f);
  return ok;
}
