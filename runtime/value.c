#include "value.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

double call_number(const struct net_call *call, const char *name, int position, double otherwise) {
  int plain = 0;
  for (int i = 0; i < call->count; i++) {
    const struct net_arg *a = &call->args[i];
    if ((a->name ? !strcmp(a->name, name) : plain++ == position) && a->kind == NET_NUM)
      return a->num;
  }
  return otherwise;
}

struct net_call call_of(const struct net_arg *value) {
  if (value->kind == NET_CALL)
    return *value->call;
  return (struct net_call){.name = value->kind == NET_TEXT ? value->text : NULL};
}

/* ---- reading ---- */

enum { DEEP = 16, ITEMS = 64 };

struct reader {
  const char *text, *at;
  struct heap *heap;
  char *err;
  int depth;
};

static int read_value(struct reader *r, struct net_arg *out);

static void skip_space(struct reader *r) {
  while (isspace((unsigned char)*r->at))
    r->at++;
}

static int bad(struct reader *r, const char *expected) {
  return fail(r->err, "\"%s\": expected %s at \"%s\"", r->text, expected, *r->at ? r->at : "its end");
}

static size_t word_length(const char *s) {
  size_t n = 0;
  if (isalpha((unsigned char)*s) || *s == '_')
    while (isalnum((unsigned char)s[n]) || s[n] == '_' || s[n] == '.')
      n++;
  return n;
}

/* Items up to `close`; with names where they may have some. */
static int read_items(struct reader *r, char close, const struct net_arg **items, int *count) {
  struct net_arg item[ITEMS];
  int n = 0;
  r->at++;
  if (++r->depth > DEEP)
    return fail(r->err, "\"%s\" is nested too deeply", r->text);
  for (skip_space(r); *r->at != close; skip_space(r)) {
    if (n == ITEMS)
      return fail(r->err, "\"%s\": more than %d items", r->text, ITEMS);
    const char *name = NULL;
    size_t length = word_length(r->at);
    if (close == ')' && length && r->at[length] == ':') {
      name = heap_text(r->heap, r->at, length);
      r->at += length + 1;
    }
    if (read_value(r, &item[n]))
      return -1;
    item[n++].name = name;
    skip_space(r);
    if (*r->at == ',')
      r->at++;
    else if (*r->at != close)
      return bad(r, close == ')' ? "\",\" or \")\"" : "\",\" or \"]\"");
  }
  r->at++;
  r->depth--;
  struct net_arg *kept = heap_get(r->heap, (size_t)n * sizeof *kept);
  memcpy(kept, item, (size_t)n * sizeof *kept);
  *items = kept;
  *count = n;
  return 0;
}

static int read_word(struct reader *r, size_t length, struct net_arg *out) {
  char *word = heap_text(r->heap, r->at, length);
  r->at += length;
  if (!strcmp(word, "true") || !strcmp(word, "false"))
    *out = (struct net_arg){.kind = NET_NUM, .num = *word == 't'};
  else if (*r->at == '(') {
    struct net_call *call = heap_get(r->heap, sizeof *call);
    call->name = word;
    *out = (struct net_arg){.kind = NET_CALL, .call = call};
    return read_items(r, ')', &call->args, &call->count);
  } else
    *out = (struct net_arg){.kind = NET_TEXT, .text = word};
  return 0;
}

static int read_value(struct reader *r, struct net_arg *out) {
  skip_space(r);
  size_t length = word_length(r->at);
  if (length)
    return read_word(r, length, out);
  if (*r->at == '[') {
    *out = (struct net_arg){.kind = NET_LIST};
    return read_items(r, ']', &out->list, &out->count);
  }
  if (*r->at == '"') {
    const char *end = strchr(r->at + 1, '"');
    if (!end)
      return bad(r, "a closing quote");
    *out = (struct net_arg){.kind = NET_TEXT, .text = heap_text(r->heap, r->at + 1, (size_t)(end - r->at - 1))};
    r->at = end + 1;
    return 0;
  }
  char *end;
  double v = strtod(r->at, &end);
  if (end == r->at || !isfinite(v))
    return bad(r, "a number, a word, a call or a list");
  r->at = end;
  *out = (struct net_arg){.kind = NET_NUM, .num = v};
  return 0;
}

int value_read(struct net_arg *value, const char *text, struct heap *h, char err[ERR]) {
  struct reader r = {.text = text, .at = text, .heap = h, .err = err};
  if (read_value(&r, value))
    return -1;
  skip_space(&r);
  return *r.at ? bad(&r, "nothing more") : 0;
}

/* ---- writing ---- */

static void items_write(FILE *out, const struct net_arg *items, int count) {
  for (int i = 0; i < count; i++) {
    fputs(i ? ", " : "", out);
    if (items[i].name)
      fprintf(out, "%s: ", items[i].name);
    value_write(out, &items[i]);
  }
}

void value_write(FILE *out, const struct net_arg *v) {
  char text[NUMBER];
  if (v->kind == NET_NUM)
    fputs(number_text(text, v->num), out);
  else if (v->kind == NET_TEXT && *v->text && word_length(v->text) == strlen(v->text))
    fputs(v->text, out);
  else if (v->kind == NET_TEXT)
    fprintf(out, "\"%s\"", v->text);
  else if (v->kind == NET_LIST) {
    fputc('[', out);
    items_write(out, v->list, v->count);
    fputc(']', out);
  } else {
    fprintf(out, "%s(", v->call->name);
    items_write(out, v->call->args, v->call->count);
    fputc(')', out);
  }
}
