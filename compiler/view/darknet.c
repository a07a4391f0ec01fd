/* Duty: netc import-darknet, and the sections of a cfg file as Darknet reads it: blanks mean nothing, # and ; begin
 * comments. */
#include "view/darknet.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int dark_refuse(Darknet *d, Span at, const char *format, ...) {
  char why[512];
  va_list args;
  va_start(args, format);
  vsnprintf(why, sizeof why, format, args);
  va_end(args);
  diag_add(d->c, D_DARKNET, at, why);
  return 0;
}

static DarkPair *find(DarkSection *s, const char *key) {
  for (int i = s->pairs.count; i-- > 0;)
    if (!strcmp(s->pairs.at[i].key, key)) {
      s->pairs.at[i].used = 1;
      return &s->pairs.at[i];
    }
  return NULL;
}

const char *dark_text(DarkSection *s, const char *key, const char *otherwise) {
  const DarkPair *p = find(s, key);
  return p ? p->value : otherwise;
}

Span dark_line(DarkSection *s, const char *key) {
  const DarkPair *p = find(s, key);
  return p ? p->at : s->at;
}

int dark_whole(Darknet *d, DarkSection *s, const char *key, int64_t otherwise, int64_t least, int64_t most,
               int64_t *to) {
  const DarkPair *p = find(s, key);
  char *end = NULL;
  *to = otherwise;
  if (p)
    *to = strtoll(p->value, &end, 10);
  if ((!p || (end > p->value && !*end)) && *to >= least && *to <= most)
    return 1;
  if (!p)
    return dark_refuse(d, s->at, "[%s] needs `%s=`", s->kind, key);
  return dark_refuse(d, p->at, "`%s` is `%s`; a whole number from %lld to %lld is wanted", key, p->value,
                     (long long)least, (long long)most);
}

int dark_same(Darknet *d, DarkSection *s, const char *key, const char *only) {
  const DarkPair *p = find(s, key);
  return !p || !strcmp(p->value, only) ||
         dark_refuse(d, p->at, "`%s=%s` in [%s]: only %s is known", key, p->value, s->kind, only);
}

/* A line without its blanks, wherever they stand. */
static const char *squeeze(Ctx *c, const char *line, size_t len) {
  char *to = arena_strndup(c->mem, line, len), *end = to;
  for (size_t i = 0; i < len; i++)
    if (!strchr(" \t\r", line[i]))
      *end++ = line[i];
  *end = 0;
  return to;
}

static int read_line(Darknet *d, char *line, Span at) {
  Arena *mem = d->c->mem;
  size_t len = strlen(line);
  char *equal = strchr(line, '=');
  if (!*line || *line == '#' || *line == ';')
    return 1;
  if (*line == '[') {
    if (line[len - 1] != ']')
      return dark_refuse(d, at, "`]` is missing");
    vec_push(mem, &d->sections, (DarkSection){.kind = arena_strndup(mem, line + 1, len - 2), .at = at});
    return 1;
  }
  if (!equal || equal == line)
    return dark_refuse(d, at, "`key=value` or `[section]` is wanted");
  if (!d->sections.count)
    return dark_refuse(d, at, "`[net]` is wanted first");
  *equal = 0;
  DarkSection *s = &d->sections.at[d->sections.count - 1];
  vec_push(mem, &s->pairs, (DarkPair){.key = line, .value = equal + 1, .at = at});
  return 1;
}

/* The picture. What else is in [net] is about training. */
static int read_net(Darknet *d) {
  static const char *const keys[] = {"channels", "height", "width"};
  DarkSection *s = d->sections.at;
  for (int i = 0; i < 3; i++)
    if (!dark_whole(d, s, keys[i], 0, 1, i ? 16384 : 4, &d->dim[i]))
      return 0;
  if (d->dim[0] != 1 && d->dim[0] != 3)
    return dark_refuse(d, find(s, "channels")->at, "pictures have 1 or 3 channels, not %lld", (long long)d->dim[0]);
  d->letterbox = !strcmp(dark_text(s, "letter_box", "0"), "1");
  return 1;
}

int dark_read(Darknet *d, const char *path) {
  size_t len;
  const char *text = file_read(d->c, path, &len);
  if (!text)
    return 0;
  uint32_t first = source_add(d->c->src, path, text, len, 0);
  d->cfg = path;
  for (size_t at = 0, to; at < len; at = to + 1) {
    const char *end = memchr(text + at, '\n', len - at);
    to = end ? (size_t)(end - text) : len;
    const char *line = squeeze(d->c, text + at, to - at);
    if (!read_line(d, (char *)(uintptr_t)line, (Span){first + (uint32_t)at, (uint32_t)(to - at)}))
      return 0;
  }
  if (d->sections.count < 2 || (strcmp(d->sections.at->kind, "net") && strcmp(d->sections.at->kind, "network")))
    return dark_refuse(d, (Span){first, 1}, "a cfg of Darknet begins with [net], and layers follow");
  return read_net(d);
}

/* models/yolo.net: models/yolo */
static const char *stem_of(Ctx *c, const Options *o) {
  if (!o->output)
    return build_stem(c, o->words.at[0]);
  size_t len = strlen(o->output);
  return arena_strndup(c->mem, o->output, len > 4 && !strcmp(o->output + len - 4, ".net") ? len - 4 : len);
}

int view_import_darknet(Ctx *c, const Options *o, FILE *to) {
  Darknet d = {.c = c};
  const char *stem = stem_of(c, o);
  if (!dark_read(&d, o->words.at[0]) || !dark_layers(&d) || !dark_names(&d, o->names) || !dark_write_weights(&d, o->words.at[1], stem) ||
      !dark_write_net(&d, stem))
    return 0;
  double floats = 0;
  for (int i = 0; i < d.tensors.count; i++)
    floats += (double)dark_floats(&d.tensors.at[i]);
  fprintf(to, "%s.net: %d layers\n%s.safetensors: %s numbers\n", stem, d.layers.count, stem,
          count_text(c->mem, floats));
  if (d.names)
    fprintf(to, "names of its %lld classes: %s\n", (long long)d.classes, d.names_path);
  else if (d.yolos)
    fputs("its classes have numbers: --names FILE gives them names\n", to);
  return 1;
}
