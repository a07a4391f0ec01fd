/* From a file's AST to a Program: the prelude and used files are read, names collected, constants settled, then data, train and
   predict blocks in order. */
#include "front/embed.h"
#include "front/expand.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Ast *parse_prelude(Ctx *c, const Embedded *e) {
  return ast_parse(c, PARSE_FILE, source_add(c->src, e->path, e->text, e->len, 1));
}

/* ---- use ---- */

static char *read_text(Ctx *c, const char *path, size_t *len) {
  FILE *f = fopen(path, "rb");
  if (!f)
    return NULL;
  Text t = {.mem = c->mem};
  char buf[4096];
  size_t n;
  while ((n = fread(buf, 1, sizeof buf, f)) > 0)
    text_add_len(&t, buf, n);
  int bad = ferror(f);
  fclose(f);
  *len = t.len;
  return bad ? NULL : (char *)(uintptr_t)text_str(&t);
}

typedef struct {
  Expand *x;
  const char *base;      /* the path that `use` is relative to */
  Vec(Name) seen;
  Vec(const Ast *) all;  /* declarations, used files' first */
} Gather;

static void gather(Gather *g, const Ast *file, const char *path);

static void gather_use(Gather *g, const Ast *use, const char *path) {
  Ctx *c = g->x->c;
  const char *slash = strrchr(path, '/');
  const char *full = arena_printf(c->mem, "%.*s%s", slash ? (int)(slash - path + 1) : 0, path, name_text(c->names, use->text));
  Name name = name_of(c->names, full);
  for (int i = 0; i < g->seen.count; i++)
    if (g->seen.at[i] == name)
      return;
  vec_push(c->mem, &g->seen, name);
  size_t len;
  char *text = read_text(c, full, &len);
  if (!text) {
    diag_add(c, D_USE, use->span, full);
    return;
  }
  gather(g, ast_parse(c, PARSE_FILE, source_add(c->src, full, text, len, 0)), full);
}

static void gather(Gather *g, const Ast *file, const char *path) {
  for (int i = 0; i < file->count; i++) {
    if (file->kids[i]->kind == AST_USE)
      gather_use(g, file->kids[i], path);
    else
      vec_push(g->x->c->mem, &g->all, file->kids[i]);
  }
}

/* ---- names ---- */

static void add_decl(Expand *x, const Ast *d, int user) {
  for (int i = 0; i < x->decls.count && user; i++)
    if (x->decls.at[i]->name == d->name) {
      Diag *diag = diag_add(x->c, D_SAME_NAME, d->name_span, name_text(x->c->names, d->name));
      diag_note(x->c, diag, x->decls.at[i]->name_span, "first declared here");
      return;
    }
  vec_push(x->c->mem, &x->decls, d);
}

static void add_words(Expand *x) {
  static const char *const words[] = {"same", "tf_same", "nearest", "bilinear", "batch", "sample", "reflect", "wrap"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    vec_push(x->c->mem, &x->consts, (Slot){name_of(x->c->names, words[i]), value_text(name_of(x->c->names, words[i]))});
}

static const char *define_of(const Expand *x, Name name) {
  for (int i = 0; i < x->define_count; i++)
    if (x->defines[i].name == name)
      return x->defines[i].text;
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

static void add_const(Expand *x, const Ast *d) {
  for (int i = 0; i < x->consts.count; i++)
    if (x->consts.at[i].name == d->name) {
      diag_add(x->c, D_SAME_NAME, d->name_span, name_text(x->c->names, d->name));
      return;
    }
  const char *given = define_of(x, d->name);
  Value v = given ? defined(x, given) : value_of(x, d->kids[0]);
  if (v.kind == V_VAL) {
    diag_add(x->c, D_CONST, d->span, name_text(x->c->names, d->name));
    v = (Value){0};
  }
  vec_push(x->c->mem, &x->consts, (Slot){d->name, v});
}

static void check_defines(Expand *x) {
  for (int i = 0; i < x->define_count; i++) {
    Vec(Name) all = {0};
    int known = 0;
    for (int k = 8; k < x->consts.count; k++) { /* after the words */
      vec_push(x->c->mem, &all, x->consts.at[k].name);
      known |= x->consts.at[k].name == x->defines[i].name;
    }
    if (known)
      continue;
    const char *name = name_text(x->c->names, x->defines[i].name);
    Diag *d = diag_add(x->c, D_NO_CONST, (Span){0, 0}, name);
    Name near = name_nearest(x->c->names, name, all.at, all.count);
    if (near)
      diag_help(x->c, d, "did you mean `-D %s=...`?", name_text(x->c->names, near));
  }
}

static void collect(Expand *x, const Ast *const *all, int count) {
  Frame top = frame_top(x);
  x->frame = &top;
  x->g = graph_new(x->c, 0); /* for a constant that is none: it may compute what it likes before it is refused */
  add_words(x);
  for (int i = 0; i < count; i++)
    if (all[i]->kind == AST_CONST)
      add_const(x, all[i]);
    else if (all[i]->kind == AST_BLOCK || all[i]->kind == AST_NET) {
      add_decl(x, all[i], 1);
      x->nets += all[i]->kind == AST_NET;
    }
  check_defines(x);
  for (int i = 0; embedded[i].path; i++) {
    if (strncmp(embedded[i].path, "compiler/prelude/", 17))
      continue;
    const Ast *file = parse_prelude(x->c, &embedded[i]);
    for (int k = 0; k < file->count; k++)
      add_decl(x, file->kids[k], 0);
  }
  x->frame = NULL;
}

/* ---- all of it ---- */

static void read_blocks(Expand *x, const Ast *const *all, int count) {
  Frame top = frame_top(x);
  x->frame = &top;
  for (int i = 0; i < count; i++)
    if (all[i]->kind == AST_DATA)
      data_read(x, all[i]);
    else if (all[i]->kind == AST_SEARCH)
      diag_add(x->c, D_NOT_BUILT, all[i]->span, "`search` (trying hyperparameters)");
  for (int i = 0; i < count; i++)
    if (all[i]->kind == AST_TRAIN)
      train_read(x, all[i]);
    else if (all[i]->kind == AST_PREDICT)
      predict_read(x, all[i]);
  x->frame = NULL;
}

/* A net that nothing uses is expanded all the same, so that a file of networks alone is checked and summed up. */
static void expand_unused(Expand *x) {
  for (int i = 0; i < x->decls.count; i++) {
    const Ast *d = x->decls.at[i];
    int used = 0;
    for (int k = 0; k < x->p->nets.count; k++)
      used |= x->p->nets.at[k].name == d->name;
    if (d->kind != AST_NET || used || diag_errors(x->c->diags))
      continue;
    Frame top = frame_top(x);
    graph_begin(x, d->name, 0);
    x->frame = &top;
    Args args = {0};
    for (int k = 0; k < d->kids[1]->count; k++) {
      const Ast *in = d->kids[1]->kids[k];
      Field f = {.name = in->name};
      if (in->kind == AST_IN && in->count && in->kids[0] && in->kids[0]->kind == AST_DIMS && field_type(x, in->kids[0], &f))
        vec_push(x->c->mem, &args, (Arg){0, value_val(graph_input(x->g, in->name, f.type, in->span)), in->span});
    }
    apply_decl(x, d, &args, 0, d->name_span);
    x->frame = NULL;
  }
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
  Expand x = {.c = c, .p = p, .file = file, .defines = defines, .define_count = count};
  static const char *const scalars[] = {"lr", "step", "epoch"};
  for (int i = 0; i < 3; i++)
    *scalar_slot(&x, name_of(c->names, scalars[i])) = i ? 1 : 1e-3;
  Gather g = {.x = &x};
  gather(&g, file, path);
  if (diag_errors(c->diags))
    return NULL;
  collect(&x, g.all.at, g.all.count);
  if (diag_errors(c->diags))
    return NULL;
  read_blocks(&x, g.all.at, g.all.count);
  if (!diag_errors(c->diags))
    expand_unused(&x);
  count_parameters(&x);
  return diag_errors(c->diags) ? NULL : p;
}

int program_entries(const Program *p, Entry *out, int room) {
  int n = 0;
  for (int i = 0; i < p->trains.count; i++) {
    const Train *t = &p->trains.at[i];
    if (n + 2 <= room) {
      out[n++] = (Entry){t->step->name, t->step, t, NULL};
      out[n++] = (Entry){t->eval->name, t->eval, t, NULL};
    }
  }
  for (int i = 0; i < p->predicts.count && n < room; i++)
    out[n++] = (Entry){p->predicts.at[i].graph->name, p->predicts.at[i].graph, NULL, &p->predicts.at[i]};
  return n;
}
