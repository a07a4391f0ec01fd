/* The rows of calls.def, and calls read by them. A signature is walked anew each time: it is short, and so is a recipe.
 */
#include "calls.h"
#include "base.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct call_row rows[] = {
#define CALL(kind, name, signature, summary) {CALL_##kind, #name, signature, summary},
#include "calls.def"
};
enum { ROWS = sizeof rows / sizeof *rows };

/* "a stop rule" */
static const char *const kind_word[] = {
#define KIND(kind, word, line, example, title) word,
#include "calls.def"
};

struct param {
  const char *name, *value; /* value NULL: required */
  int name_length, value_length;
};

/* The next parameter of a signature, from *at on; 0 at the end. */
static int param_next(const char **at, struct param *p) {
  const char *s = *at + strspn(*at, "(, ");
  if (!*s || *s == ')')
    return 0;
  *p = (struct param){s, NULL, (int)strcspn(s, ":,)"), 0};
  s += p->name_length;
  if (*s == ':') {
    p->value = s += 1 + strspn(s + 1, " ");
    for (int depth = 0; *s && (depth || (*s != ',' && *s != ')')); s++)
      depth += (*s == '(' || *s == '[') - (*s == ')' || *s == ']');
    p->value_length = (int)(s - p->value);
  }
  *at = s;
  return 1;
}

static int param_is(const struct param *p, const char *name) {
  return (int)strlen(name) == p->name_length && !strncmp(p->name, name, p->name_length);
}

const struct call_row *call_row(enum call_kind kind, const char *name) {
  for (int i = 0; i < ROWS; i++)
    if (rows[i].kind == kind && !strcmp(rows[i].name, name))
      return &rows[i];
  return NULL;
}

static int is_more(const struct param *p) {
  return param_is(p, "more");
}

/* The argument for parameter number `place`, and how often it is given. */
static const struct net_arg *arg_seek(const struct net_call *c, const struct param *p, int place, int *times) {
  const struct net_arg *found = NULL;
  *times = 0;
  for (int i = 0; i < c->count; i++)
    if (c->args[i].name ? param_is(p, c->args[i].name) : i == place || (is_more(p) && i > place)) {
      found = &c->args[i];
      ++*times;
    }
  return found;
}

static int args_check(const struct net_call *c, const struct call_row *row, char err[512]) {
  int place = 0, used = 0, times;
  struct param p;
  for (const char *at = row->signature; param_next(&at, &p); place++) {
    if (!arg_seek(c, &p, place, &times) && !p.value)
      return fail(err, "%s needs `%.*s`: %s%s", c->name, p.name_length, p.name, c->name, row->signature);
    if (times > 1 && !is_more(&p))
      return fail(err, "%s is given `%.*s` twice", c->name, p.name_length, p.name);
    used += times;
  }
  if (used < c->count)
    for (int i = 0; i < c->count; i++) {
      const char *name = c->args[i].name;
      int known = 0;
      for (const char *at = row->signature; name && !known && param_next(&at, &p);)
        known = param_is(&p, name);
      if (name && !known)
        return fail(err, "%s has no parameter `%s`; it is %s%s", c->name, name, c->name, row->signature);
    }
  if (used < c->count)
    return fail(err, "%s is given too many arguments; it is %s%s", c->name, c->name, row->signature);
  return 0;
}

int call_check(const struct net_call *c, enum call_kind kind, char err[512]) {
  const struct call_row *row = call_row(kind, c->name);
  if (row)
    return args_check(c, row, err);
  const char *names[ROWS];
  int count = 0;
  for (int i = 0; i < ROWS; i++)
    if (rows[i].kind == kind)
      names[count++] = rows[i].name;
  const char *near = nearest(c->name, names, count);
  if (near)
    return fail(err, "no %s is called `%s`; did you mean `%s`?", strchr(kind_word[kind], ' ') + 1, c->name, near);
  char all[256] = "";
  for (int i = 0, used = 0; i < count && used < (int)sizeof all; i++)
    used += snprintf(all + used, sizeof all - (size_t)used, "%s%s", i ? ", " : "", names[i]);
  return fail(err, "no %s is called `%.80s`; there %s %s", strchr(kind_word[kind], ' ') + 1, c->name, count == 1 ? "is" : "are", all);
}

const struct net_arg *arg_find(const struct net_call *c, enum call_kind kind, const char *param) {
  const struct call_row *row = call_row(kind, c->name);
  struct param p;
  int place = 0, times;
  for (const char *at = row->signature; param_next(&at, &p); place++)
    if (param_is(&p, param))
      return arg_seek(c, &p, place, &times);
  return NULL;
}

const char *call_default(const struct call_row *row, const char *param, char out[64]) {
  struct param p;
  *out = 0;
  for (const char *at = row->signature; param_next(&at, &p);)
    if (param_is(&p, param))
      snprintf(out, 64, "%.*s", p.value_length, p.value ? p.value : "");
  return out;
}

double arg_num(const struct net_call *c, enum call_kind kind, const char *param) {
  double v = 0;
  arg_nums(c, kind, param, &v, 1);
  return v;
}

const char *arg_text(const struct net_call *c, enum call_kind kind, const char *param) {
  const struct net_arg *a = arg_find(c, kind, param);
  return a && a->kind == NET_TEXT ? a->text : "";
}

int arg_texts(const struct net_call *c, enum call_kind kind, const char *param, const char **out, int max) {
  const struct net_arg *a = arg_find(c, kind, param);
  const struct net_arg *list = a && a->kind == NET_LIST ? a->list : a;
  int n = !a ? 0 : a->kind == NET_LIST ? a->count : 1;
  int further = arg_find(c, kind, "more") && a ? (int)(c->args + c->count - a) - 1 : 0;
  if (n + further > max)
    return -1;
  for (int i = 0; i < n + further; i++) {
    const struct net_arg *text = i < n ? &list[i] : &a[1 + i - n];
    if (text->kind != NET_TEXT)
      return -1;
    out[i] = text->text;
  }
  return n + further;
}

int arg_nums(const struct net_call *c, enum call_kind kind, const char *param, double *out, int max) {
  const struct net_arg *a = arg_find(c, kind, param);
  if (!a) {
    char text[64], *at = text;
    int n = 0;
    for (call_default(call_row(kind, c->name), param, text); n < max; n++) {
      at += strspn(at, "[, ");
      char *end;
      double v = strtod(at, &end);
      if (!strncmp(at, "true", 4))
        v = 1, end = at + 4;
      if (end == at)
        break;
      out[n] = v;
      at = end;
    }
    return n;
  }
  if (a->kind == NET_NUM) {
    *out = a->num;
    return 1;
  }
  if (a->kind != NET_LIST || a->count > max)
    return -1;
  for (int i = 0; i < a->count; i++) {
    if (a->list[i].kind != NET_NUM)
      return -1;
    out[i] = a->list[i].num;
  }
  return a->count;
}
