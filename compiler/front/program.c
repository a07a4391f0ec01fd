/* From a file's AST to a Program: the prelude and used files are read, names collected, constants settled, then data, train and
   predict blocks in order. */
#include "front/embed.h"
#include "front/expand.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- use ---- */

enum { LARGEST = 16 << 20 }; /* bytes of a used file */

/* NULL when it cannot be read; *why says so. */
static const char *read_text(Ctx *c, const char *path, size_t *len, const char **why) {
  FILE *f = fopen(path, "re");
  Text t = {.mem = c->mem};
  char part[4096];
  *why = strerror(errno);
  if (!f)
    return NULL;
  for (size_t n; t.len <= LARGEST && (n = fread(part, 1, sizeof part, f)) > 0;)
    text_add_len(&t, part, n);
  *why = ferror(f) ? strerror(errno) : t.len > LARGEST ? "it is too large for a text" : NULL;
  fclose(f);
  *len = t.len;
  return *why ? NULL : text_str(&t);
}

typedef struct {
  Expand *x;
  NameList seen;         /* whole paths */
  Vec(const Ast *) all;  /* declarations, used files' first */
} Gather;

/* 0 when the file was there already. */
static int note_file(Gather *g, const char *path) {
  char *whole = realpath(path, NULL);
  Name name = name_of(g->x->c->names, whole ? whole : path);
  free(whole);
  for (int i = 0; i < g->seen.count; i++)
    if (g->seen.at[i] == name)
      return 0;
  vec_push(g->x->c->mem, &g->seen, name);
  return 1;
}

/* A file's recipes and commands are its own experiment: who uses the file takes the rest. */
static int is_own(const Ast *d) {
  return d->kind == AST_TRAIN || d->kind == AST_PREDICT || d->kind == AST_SEARCH;
}

static void gather(Gather *g, const Ast *file, const char *path, int used);

static void gather_use(Gather *g, const Ast *use, const char *path) {
  Ctx *c = g->x->c;
  const char *slash = strrchr(path, '/'), *given = name_text(c->names, use->text), *why;
  const char *full = *given == '/' ? given : arena_printf(c->mem, "%.*s%s", slash ? (int)(slash - path + 1) : 0, path, given);
  size_t len;
  if (!note_file(g, full))
    return;
  const char *text = read_text(c, full, &len, &why);
  if (text)
    gather(g, ast_parse(c, PARSE_FILE, source_add(c->src, full, text, len, 0)), full, 1);
  else
    diag_add(c, D_USE, use->span, full, why);
}

static void gather(Gather *g, const Ast *file, const char *path, int used) {
  for (int i = 0; i < file->count; i++) {
    if (file->kids[i]->kind == AST_USE)
      gather_use(g, file->kids[i], path);
    else if (!used || !is_own(file->kids[i]))
      vec_push(g->x->c->mem, &g->all, file->kids[i]);
  }
}

/* ---- names ---- */

/* Consts, blocks, nets and data blocks share one room of names. */
static void check_declared(Expand *x, const Ast *const *all, int count) {
  for (int i = 0; i < count; i++)
    for (int k = 0; k < i; k++) {
      if (all[i]->name != all[k]->name || is_own(all[i]) || is_own(all[k]) || all[i]->kind == AST_ERROR)
        continue;
      Diag *d = diag_add(x->c, D_SAME_NAME, all[i]->name_span, name_text(x->c->names, all[i]->name));
      diag_note(x->c, d, all[k]->name_span, "first declared here");
      break;
    }
}

static void add_words(Expand *x) {
  static const char *const words[] = {"same", "tf_same", "nearest", "bilinear", "batch", "sample", "xyxy", "xywh", "cxcywh"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    vec_push(x->c->mem, &x->words, (Slot){name_of(x->c->names, words[i]), value_text(name_of(x->c->names, words[i]))});
}

static const Define *define_of(const Expand *x, Name name) {
  for (int i = 0; i < x->define_count; i++)
    if (x->defines[i].name == name)
      return &x->defines[i];
  return NULL;
}

/* -D NAME=value: an expression of the language, or else a text. */
static Value defined(Expand *x, const char *text) {
  uint32_t at = source_add(x->c->src, "<-D>", text, strlen(text), 0);
  diags_mute(x->c->diags, 1);
  const Ast *e = ast_parse(x->c, PARSE_FLOW, at);
  int word = e->kind == AST_ERROR || (e->kind == AST_REF && !slot_find(x, e->name));
  diags_mute(x->c->diags, -1);
  return word ? value_text(name_of(x->c->names, text)) : value_of(x, e);
}

static int is_constant(const Value *v) {
  for (int i = 0; v->kind == V_LIST && i < v->list->count; i++)
    if (!is_constant(&v->list->at[i]))
      return 0;
  return v->kind == V_NUMBER || v->kind == V_TEXT || v->kind == V_LIST || v->kind == V_POISON;
}

static void add_const(Expand *x, const Ast *d) {
  const Define *given = define_of(x, d->name);
  Value v = given ? defined(x, given->text) : value_of(x, d->kids[0]);
  if (!is_constant(&v)) {
    diag_add(x->c, D_CONST, d->kids[0]->span, name_text(x->c->names, d->name), say_value(x, v));
    v = (Value){0};
  }
  for (int i = 0; i < x->consts.count; i++)
    if (x->consts.at[i].name == d->name)
      return; /* reported */
  vec_push(x->c->mem, &x->consts, (Slot){d->name, v});
}

static void check_defines(Expand *x) {
  NameList all = {0};
  for (int k = 0; k < x->consts.count; k++)
    vec_push(x->c->mem, &all, x->consts.at[k].name);
  for (int i = 0; i < x->define_count; i++) {
    Name name = x->defines[i].name;
    int known = 0;
    for (int k = 0; k < all.count; k++)
      known |= all.at[k] == name;
    if (!known)
      suggest_or_list(x, diag_add(x->c, D_NO_CONST, (Span){0, 0}, name_text(x->c->names, name)), name, &all, "-D %s=...", "there are:");
  }
}

static void add_prelude(Expand *x) {
  x->user_decls = x->decls.count;
  for (int i = 0; embedded[i].path; i++) {
    if (strncmp(embedded[i].path, "compiler/prelude/", 17))
      continue;
    const Ast *file = ast_parse(x->c, PARSE_FILE, source_add(x->c->src, embedded[i].path, embedded[i].text, embedded[i].len, 1));
    for (int k = 0; k < file->count; k++)
      vec_push(x->c->mem, &x->decls, file->kids[k]);
  }
}

static void collect(Expand *x, const Ast *const *all, int count) {
  Frame top = frame_top();
  check_declared(x, all, count);
  add_words(x);
  for (int i = 0; i < count; i++)
    if (all[i]->kind == AST_BLOCK || all[i]->kind == AST_NET) {
      vec_push(x->c->mem, &x->decls, all[i]);
      x->nets += all[i]->kind == AST_NET;
    } else if (all[i]->kind == AST_TRAIN) {
      x->trains++;
    }
  add_prelude(x);
  x->frame = &top;
  x->g = graph_new(x->c, 0); /* for a constant that is none: it may compute what it likes before it is refused */
  for (int i = 0; i < count; i++)
    if (all[i]->kind == AST_CONST)
      add_const(x, all[i]);
  check_defines(x);
  x->frame = NULL;
}

/* ---- all of it ---- */

static int has_names(const Ast *d) {
  return d->kind == AST_BLOCK || d->kind == AST_NET || d->kind == AST_TRAIN || d->kind == AST_PREDICT;
}

static void read_blocks(Expand *x, const Ast *const *all, int count) {
  Frame top = frame_top();
  x->frame = &top;
  for (int i = 0; i < count; i++)
    if (all[i]->kind == AST_DATA)
      data_read(x, all[i]);
  for (int i = 0; i < count; i++)
    if (has_names(all[i]))
      check_names(x, all[i]);
  for (int i = 0; i < count; i++)
    if (all[i]->kind == AST_TRAIN)
      train_read(x, all[i]);
    else if (all[i]->kind == AST_PREDICT)
      predict_read(x, all[i]);
  previews_check(x);
  for (int i = 0; i < count; i++)
    if (all[i]->kind == AST_SEARCH)
      search_read(x, all[i]);
  x->frame = NULL;
  check_rest(x);
  for (int i = 0; i < count && !diag_errors(x->c->diags); i++)
    if (has_names(all[i]))
      check_unused(x, all[i]);
}

static void count_parameters(Expand *x) {
  for (int i = 0; i < x->p->nets.count; i++) {
    NetInfo *n = &x->p->nets.at[i];
    for (int k = 0; k < x->weights.count; k++) {
      const Weight *w = &x->weights.at[k];
      int64_t size = type_size(type_get(x->c, w->type));
      if (!w->net || w->net->name != n->name)
        continue;
      if (w->role == name_of(x->c->names, "weight"))
        n->parameters += size;
      else
        n->states += size;
    }
  }
}

static Name stem_of(Ctx *c, const char *path) {
  const char *slash = strrchr(path, '/'), *start = slash ? slash + 1 : path, *dot = strrchr(start, '.');
  return name_of_len(c->names, start, dot && dot > start ? (size_t)(dot - start) : strlen(start));
}

Program *program_of(Ctx *c, const Ast *file, uint32_t first, const char *path, const Define *defines, int count) {
  Program *p = arena_alloc(c->mem, sizeof *p);
  p->c = c;
  p->first = first;
  p->name = stem_of(c, path);
  Expand x = {.c = c, .p = p, .info = -1, .fold = 1, .defines = defines, .define_count = count};
  static const char *const scalars[] = {"lr", "step", "epoch"};
  for (int i = 0; i < 3; i++)
    *scalar_slot(&x, name_of(c->names, scalars[i])) = i ? 1 : 1e-3;
  Gather g = {.x = &x};
  note_file(&g, path);
  gather(&g, file, path, 0);
  if (diag_errors(c->diags))
    return NULL;
  collect(&x, g.all.at, g.all.count);
  read_blocks(&x, g.all.at, g.all.count);
  count_parameters(&x);
  p->home = p->trains.count ? p->trains.at[0].data : 0;
  return diag_errors(c->diags) ? NULL : p;
}

/* ---- entries ---- */

static int is_trained(const Program *p, int data) {
  for (int i = 0; i < p->trains.count; i++)
    if (p->trains.at[i].data == data)
      return 1;
  return 0;
}

int program_only_predict(Program *p) {
  p->trains.count = 0;
  for (int i = 0; i < p->predicts.count; i++) {
    p->predicts.at[i].explain = NULL;
    p->predicts.at[i].probes.count = 0;
  }
  return p->predicts.count;
}

typedef struct {
  Entry *at;
  int room, count;
} Entries;

static void entry_add(Entries *e, Graph *g, const Train *t, const Predict *p) {
  if (g && e->count++ < e->room)
    e->at[e->count - 1] = (Entry){g->name, g, t, p};
}

int program_entries(const Program *p, Entry *out, int room) {
  Entries e = {out, room, 0};
  for (int i = 0; i < p->trains.count; i++) {
    const Train *t = &p->trains.at[i];
    entry_add(&e, t->step, t, NULL);
    entry_add(&e, t->eval, t, NULL);
    entry_add(&e, t->summary, t, NULL);
    for (int k = 0; k < t->phases.count; k++) {
      const Phase *phase = &t->phases.at[k];
      entry_add(&e, phase->step == t->step ? NULL : phase->step, t, NULL);
      entry_add(&e, phase->part, t, NULL);
    }
  }
  for (int i = 0; i < p->predicts.count; i++) {
    entry_add(&e, p->predicts.at[i].graph, NULL, &p->predicts.at[i]);
    entry_add(&e, p->predicts.at[i].explain, NULL, &p->predicts.at[i]);
  }
  for (int i = 0; i < p->measures.count; i++)
    entry_add(&e, is_trained(p, p->measures.at[i].data) ? p->measures.at[i].graph : NULL, NULL, NULL);
  return e.count;
}
