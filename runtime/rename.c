#include "rename.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { STARS = 4, TABLE_MAX = 1 << 24 };

struct rule {
  const char *from, *to;
  int line, axes; /* axes 0: in the order they have */
  int axis[TENSOR_RANK];
};

/* ---- a rule's text ---- */

struct table {
  const char *path;
  int line;
  char *err;
};

static int wrong(const struct table *t, const char *what, const char *word) {
  return fail(t->err, "%.200s:%d: %s%.80s%s", t->path, t->line, what, word, *word ? "\"" : "");
}

static int stars(const char *text) {
  int n = 0;
  for (; *text; text++)
    n += *text == '*';
  return n;
}

/* The number in {1}, 0 if `text` begins with no such thing. */
static int numbered(const char *text) {
  return text[0] == '{' && isdigit((unsigned char)text[1]) && text[2] == '}' ? text[1] - '0' : 0;
}

static int check_names(const struct table *t, const struct rule *r) {
  int theirs = stars(r->from), asked = stars(r->to);
  if (theirs > STARS)
    return wrong(t, "more than four * in \"", r->from);
  for (const char *s = r->to; *s; s++)
    if (s[0] == '{' && (!numbered(s) || numbered(s) > theirs))
      return wrong(t, "{1} to {4} stand for a * on the left; not so in \"", r->to);
  if (asked > theirs)
    return wrong(t, "there are more * on the right than on the left: \"", r->to);
  return 0;
}

static int read_axes(const struct table *t, struct rule *r, char *rest) {
  unsigned seen = 0;
  for (char *word; (word = strsep(&rest, " \t\r"));) {
    if (!*word)
      continue;
    if (!isdigit((unsigned char)*word) || word[1] || r->axes == TENSOR_RANK)
      return wrong(t, "permute: up to eight axes, from 0, are wanted, not \"", word);
    seen |= 1U << (r->axis[r->axes++] = *word - '0');
  }
  if (!r->axes || seen != (1U << r->axes) - 1)
    return wrong(t, "permute: each axis from 0 on is wanted once, as in `permute 3 2 0 1`", "");
  return 0;
}

/* `from -> to [permute ...]`; r->from is NULL for an empty line. Writes into `text`. */
static int read_rule(const struct table *t, char *text, struct rule *r) {
  enum { WORDS = 4 };
  char *word[WORDS], *comment = strchr(text, '#');
  int n = 0;
  *r = (struct rule){.line = t->line};
  if (comment)
    *comment = 0;
  while (n < WORDS && (word[n] = strsep(&text, " \t\r")))
    n += *word[n] != 0;
  if (!n)
    return 0;
  if (n < 3 || strcmp(word[1], "->"))
    return wrong(t, "a rule is `their.name -> our.name`, not \"", word[0]);
  if (n == WORDS && strcmp(word[3], "permute"))
    return wrong(t, "behind the names only `permute` may follow, not \"", word[3]);
  r->from = word[0];
  r->to = word[2];
  return check_names(t, r) || (n == WORDS && read_axes(t, r, text)) ? -1 : 0;
}

/* ---- a name through a rule ---- */

struct piece {
  const char *at;
  size_t length;
};

/* Does the pattern fit the whole name? Each * takes as little as it can. */
static int match(const char *pattern, const char *name, struct piece *star) {
  for (; *pattern && *pattern != '*'; pattern++, name++)
    if (*pattern != *name)
      return 0;
  if (!*pattern)
    return !*name;
  for (size_t n = 0;; n++) {
    *star = (struct piece){name, n};
    if (match(pattern + 1, name + n, star + 1))
      return 1;
    if (!name[n])
      return 0;
  }
}

static char *replaced(const char *to, const struct piece *star) {
  char *text;
  size_t size;
  int next = 0;
  FILE *f = open_memstream(&text, &size);
  for (; *to; to++) {
    int n = numbered(to);
    if (n || *to == '*') {
      const struct piece *p = &star[n ? n - 1 : next++];
      fwrite(p->at, 1, p->length, f);
      to += n ? 2 : 0;
    } else
      fputc(*to, f);
  }
  fclose(f);
  return text;
}

static void turn(struct tensor *t, const struct rule *r) {
  struct tensor old = *t;
  for (int i = 0; i < t->rank; i++) {
    t->dim[i] = old.dim[r->axis[i]];
    t->axis[i] = old.turned ? old.axis[r->axis[i]] : r->axis[i];
  }
  t->turned = 1;
}

/* Returns how many tensors the rule fitted. */
static int apply(struct tensors *t, const struct rule *r) {
  struct piece star[STARS + 1];
  int fitted = 0;
  for (int i = 0; i < t->count; i++) {
    struct tensor *x = &t->tensor[i];
    if ((r->axes && r->axes != x->rank) || !match(r->from, x->name, star))
      continue;
    char *name = replaced(r->to, star);
    x->name = heap_text(&t->heap, name, strlen(name));
    free(name);
    if (r->axes)
      turn(x, r);
    fitted++;
  }
  return fitted;
}

/* ---- all tensors ---- */

static int strip(struct tensors *t, const char *prefix, const char *path, char err[ERR]) {
  size_t n = strlen(prefix);
  int found = 0;
  for (int i = 0; i < t->count; i++)
    if (!strncmp(t->tensor[i].name, prefix, n) && t->tensor[i].name[n]) {
      t->tensor[i].name += n;
      found = 1;
    }
  return found ? 0
               : fail(err, "no name in %.200s begins with \"%.80s\"; one is %.100s", path, prefix,
                      t->count ? t->tensor[0].name : "wanted");
}

static int by_name(const void *a, const void *b) {
  return strcmp((*(const struct tensor *const *)a)->name, (*(const struct tensor *const *)b)->name);
}

static int no_twins(const struct tensors *t, const char *path, char err[ERR]) {
  const struct tensor **sorted = mem_get((size_t)(t->count + 1) * sizeof *sorted);
  int status = 0;
  for (int i = 0; i < t->count; i++)
    sorted[i] = &t->tensor[i];
  qsort(sorted, (size_t)t->count, sizeof *sorted, by_name);
  for (int i = 1; i < t->count && !status; i++)
    if (!strcmp(sorted[i]->name, sorted[i - 1]->name))
      status = fail(err, "%.120s: both %.100s and %.100s would be called %.100s", path, sorted[i - 1]->origin,
                    sorted[i]->origin, sorted[i]->name);
  free(sorted);
  return status;
}

static int apply_table(struct tensors *t, const struct rename_how *how, FILE *out, char err[ERR]) {
  struct table table = {how->path, 0, err};
  char *copy = mem_text("%s", how->table), *rest = copy;
  int status = 0;
  for (char *line; !status && (line = strsep(&rest, "\n"));) {
    struct rule r;
    table.line++;
    status = read_rule(&table, line, &r);
    if (!status && r.from && !apply(t, &r) && out)
      fprintf(out, "%s:%d: no tensor is called %s\n", how->path, r.line, r.from);
  }
  free(copy);
  return status;
}

int rename_tensors(struct tensors *t, const struct rename_how *how, const char *path, FILE *out, char err[ERR]) {
  if (how->prefix && strip(t, how->prefix, path, err))
    return -1;
  if (how->table && apply_table(t, how, out, err))
    return -1;
  return how->prefix || how->table ? no_twins(t, path, err) : 0;
}

char *rename_read(const char *path, char err[ERR]) {
  FILE *f = fopen(path, "re");
  char *text = f ? mem_get(TABLE_MAX) : NULL;
  size_t n = f ? fread(text, 1, TABLE_MAX - 1, f) : 0;
  int bad = !f || ferror(f) ? errno : n == TABLE_MAX - 1 ? EFBIG : 0;
  if (f)
    fclose(f);
  if (!bad && memchr(text, 0, n))
    bad = EILSEQ;
  if (!bad)
    return text;
  fail(err, "cannot read %s: %s", path, strerror(bad));
  free(text);
  return NULL;
}
