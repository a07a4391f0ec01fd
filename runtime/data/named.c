/* Source files(pattern, label): pictures whose classes their names tell. A rule of kind LABEL makes a text of a path;
   labels.c makes classes of the texts. prefix and suffix list their texts, which are the classes already. */
#include "calls.h"
#include "data/labels.h"
#include "data/pictures.h"
#include "data/text.h"
#include <stdlib.h>
#include <string.h>

enum { TEXTS = 4096 };

struct rule {
  struct net_call call;
  int count;
  const char *text[TEXTS];
};

static int is_rule(const struct rule *r, const char *name) {
  return !strcmp(r->call.name, name);
}

static int rule_read(struct rule *r, const struct net_call *files, char err[512]) {
  const struct net_arg *a = arg_find(files, CALL_SOURCE, "label");
  r->call =
      a && a->kind == NET_CALL ? *a->call : (struct net_call){a && a->kind == NET_TEXT ? a->text : "folder", 0, NULL};
  r->count = 0;
  if (call_check(&r->call, CALL_LABEL, err))
    return -1;
  if (is_rule(r, "folder"))
    return 0;
  r->count = arg_texts(&r->call, CALL_LABEL, "text", r->text, TEXTS);
  for (int i = 0; i < r->count; i++)
    if (!*r->text[i])
      return fail(err, "%s wants texts that are not empty", r->call.name);
  return r->count > 0 ? 0 : fail(err, "%s wants texts, up to %d of them", r->call.name, TEXTS);
}

/* The longest of the rule's texts that the name begins (ends) with; -1: none. */
static int32_t listed(const struct rule *r, const char *name, size_t length) {
  int32_t found = -1;
  for (int i = 0; i < r->count; i++) {
    size_t n = strlen(r->text[i]);
    if (n <= length && !strncmp(is_rule(r, "prefix") ? name : name + length - n, r->text[i], n) &&
        (found < 0 || n > strlen(r->text[found])))
      found = i;
  }
  return found;
}

static const char *last_of(const char *name, const char *text) {
  const char *found = NULL;
  for (const char *at = name; (at = strstr(at, text)); at++)
    found = at;
  return found;
}

/* The text that tells a file's class; NULL when it has none. */
static char *text_of(const struct rule *r, const char *path) {
  const char *file = path_file(path), *dot = strrchr(file, '.');
  char *stem = mem_text("%.*s", dot ? (int)(dot - file) : (int)strlen(file), file), *text = NULL;
  if (is_rule(r, "folder")) {
    const char *end = file > path ? file - 1 : path, *from = end;
    while (from > path && from[-1] != '/')
      from--;
    text = from < end ? mem_text("%.*s", (int)(end - from), from) : NULL;
  } else if (is_rule(r, "before")) {
    const char *at = strstr(stem, *r->text);
    text = at && at > stem ? mem_text("%.*s", (int)(at - stem), stem) : NULL;
  } else {
    const char *at = last_of(stem, *r->text);
    text = at && at[strlen(*r->text)] ? mem_text("%s", at + strlen(*r->text)) : NULL;
  }
  free(stem);
  return text;
}

static int label_listed(struct pictures *x, const struct rule *r, char err[512]) {
  const struct net_data *d = x->base.data;
  int classes = d->field[field_of(d, NET_CLASS)].classes;
  if (r->count != classes)
    return fail(err, "data %s: %s has %d texts, but field `%s` has %d classes", d->name, r->call.name, r->count,
                d->field[field_of(d, NET_CLASS)].name, classes);
  for (int64_t i = 0; i < x->image.count; i++) {
    const char *name = path_file(x->image.path[i]), *dot = strrchr(name, '.');
    x->label[i] = listed(r, name, dot ? (size_t)(dot - name) : strlen(name));
    if (x->label[i] < 0)
      return fail(err, "%s %ss with none of the texts that %s(…) lists", x->image.path[i],
                  is_rule(r, "prefix") ? "begin" : "end", r->call.name);
  }
  for (int k = 0; k < r->count; k++)
    if (paths_add(&x->names, r->text[k]))
      return fail(err, "out of memory");
  return 0;
}

static int label_found(struct pictures *x, const struct rule *r, char err[512]) {
  char **text = mem_get((size_t)x->image.count * sizeof *text);
  int failed = 0;
  x->base.count = x->image.count;
  x->base.finds_names = 1;
  for (int64_t i = 0; i < x->image.count && !failed; i++)
    if (!(text[i] = text_of(r, x->image.path[i])))
      failed = fail(err, "%s: its name does not tell a class by %s(%s%s%s)", x->image.path[i], r->call.name,
                    r->count ? "\"" : "", r->count ? *r->text : "", r->count ? "\"" : "");
  failed = failed || labels_read(&x->base, text, x->label, &x->names, err);
  for (int64_t i = 0; i < x->image.count; i++)
    free(text[i]);
  free(text);
  return failed;
}

static int files_label(struct pictures *x, const struct net_call *call, char err[512]) {
  struct rule *r = mem_get(sizeof *r);
  x->label = mem_get((size_t)x->image.count * sizeof *x->label);
  int failed = rule_read(r, call, err);
  if (!failed)
    failed = is_rule(r, "prefix") || is_rule(r, "suffix") ? label_listed(x, r, err) : label_found(x, r, err);
  free(r);
  return failed;
}

struct source *files_open(const struct source_request *r, char err[512]) {
  struct pictures *x = pictures_new(r, err);
  if (!x)
    return NULL;
  const char *pattern = arg_text(r->call, CALL_SOURCE, "pattern");
  int failed = fields_check(r->data, 1 << NET_IMAGE | 1 << NET_CLASS, "files", err) ||
               paths_of_pattern(&x->image, r->dir, pattern, err) ||
               (field_of(r->data, NET_CLASS) >= 0 && files_label(x, r->call, err));
  return pictures_done(x, failed ? -1 : 0);
}
