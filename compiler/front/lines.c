/* The recipe lines of a train block. Most are carried out by the runtime, and are only checked here; `optimizer`, `clip`, `ema`,
   `accumulate` and `freeze` are part of the graphs. */
#include "front/train.h"
#include <math.h>
#include <string.h>

static const struct {
  const char *name, *kind;
} lines[] = {
#define LINE(name, kind, summary) {name, kind},
#include "front/lines.def"
};
enum { LINES = sizeof lines / sizeof *lines };

static void unknown_line(Expand *x, const Ast *s, Span at) {
  Diag *d = diag_add(x->c, D_UNKNOWN_LINE, at, "train", name_text(x->c->names, s->name));
  NameList built = {0}, all = {0};
  for (int i = 0; i < LINES; i++) {
    vec_push(x->c->mem, &all, name_of(x->c->names, lines[i].name));
    if (lines[i].kind)
      vec_push(x->c->mem, &built, name_of(x->c->names, lines[i].name));
  }
  int near = name_nearest(x->c->names, name_text(x->c->names, s->name), all.at, all.count) != 0;
  suggest_or_list(x, d, s->name, near ? &all : &built, "%s:", "it has the lines");
}

static int check_number(Expand *x, const char *name, const RecipeArg *a, int whole) {
  int least = strcmp(name, "seed") != 0;
  if (a->kind != RECIPE_NUM) {
    diag_add(x->c, D_WRONG_KIND, a->span, arena_printf(x->c->mem, "a number for `%s:`", name), arena_printf(x->c->mem, "`%s`", say_source(x, a->span)));
    return 0;
  }
  if (whole ? a->num >= least && a->num == floor(a->num) && a->num < 9e15 : a->num >= 0 && a->num < 1)
    return 1;
  diag_add(x->c, D_RECIPE_RANGE, a->span, arena_printf(x->c->mem, "`%s:`", name),
           !whole ? "0 or more and below 1, such as 0.999" : least ? "a whole number from 1 on" : "a whole number from 0 on",
           say_number(x, a->num));
  return 0;
}

/* Is a line of this name, for no part, there already? */
static int is_repeated(Run *r, const Ast *s, Span at) {
  const Ast *first = NULL;
  for (int i = 0; i < r->lines.count; i++)
    if (r->lines.at[i]->name == s->name)
      first = r->lines.at[i];
  if (!first)
    return 0;
  diag_note(r->x->c, diag_add(r->x->c, D_SAME_LINE, at, name_text(r->x->c->names, s->name)), first->span, "the first one");
  return 1;
}

static int check_file(Expand *x, const RecipeArg *a) {
  if (a->kind == RECIPE_TEXT)
    return 1;
  diag_add(x->c, D_WRONG_KIND, a->span, "the path of a .safetensors file, in quotes,", arena_printf(x->c->mem, "`%s`", say_source(x, a->span)));
  return 0;
}

/* A call of that kind, or, for `keep`, a list of them. */
static int read_calls(Expand *x, RecipeArg *a, const char *kind, Span at) {
  int ok = 1;
  if (a->kind == RECIPE_LIST && !strcmp(kind, "KEEP")) {
    for (int i = 0; i < a->list.count; i++)
      ok &= read_calls(x, &a->list.at[i], kind, a->list.at[i].span);
    return ok;
  }
  a->call = recipe_check(x, a, kind, at);
  a->kind = RECIPE_CALL;
  return a->call != NULL;
}

static int check_value(Expand *x, const char *name, const char *kind, RecipeArg *value) {
  if (!strcmp(kind, "START") && value->kind != RECIPE_CALL)
    return check_file(x, value);
  if (*kind == '*')
    return 1; /* previews_check */
  return *kind >= 'A' ? read_calls(x, value, kind, value->span) : check_number(x, name, value, !*kind);
}

static int read_line(Run *r, const Ast *s, const char *kind, RecipeProp *p) {
  if (!recipe_arg(r->x, s->kids[1], &p->value))
    return 0;
  p->value.span = s->kids[1]->span;
  return check_value(r->x, name_text(r->x->c->names, s->name), kind, &p->value);
}

/* ---- for search blocks ---- */

/* Lines that the runtime reads: the others are graphs, or run-time numbers like the learning rate. */
NameList line_options(Expand *x) {
  NameList all = {0};
  for (int i = 0; i < LINES; i++)
    if (lines[i].kind && (!*lines[i].kind || *lines[i].kind >= 'A') && strcmp(lines[i].kind, "CLIP") &&
        strcmp(lines[i].kind, "LOG"))
      vec_push(x->c->mem, &all, name_of(x->c->names, lines[i].name));
  return all;
}

static const char *line_kind(Expand *x, Name line) {
  int i = 0;
  while (strcmp(lines[i].name, name_text(x->c->names, line)))
    i++;
  return lines[i].kind;
}

int line_takes_call(Expand *x, Name line) {
  return *line_kind(x, line) >= 'A';
}

int line_check(Expand *x, Name line, RecipeArg *value) {
  return check_value(x, name_text(x->c->names, line), line_kind(x, line), value);
}

/* ---- lines of the block ---- */

/* clip: norm(max), clip: value(max): the limit is a run-time number. */
static void set_clip(Run *r, const RecipeProp *p) {
  Expand *x = r->x;
  double limit = p->value.call->args.at[0].num;
  if (limit > 0) {
    r->clip = p->value.call->name;
    *scalar_slot(x, run_scalar(r, "clip")) = limit;
  } else
    diag_add(x->c, D_RECIPE_RANGE, p->value.call->args.at[0].span, "what gradients are clipped to", "above 0", say_number(x, limit));
}

/* sampling: balanced(label): of a field that is a class. */
static void check_sampling(Run *r, const RecipeProp *p) {
  Expand *x = r->x;
  NameList classes = {0};
  if (r->t->data < 0 || !p->value.call->args.count)
    return;
  const RecipeArg *of = &p->value.call->args.at[0];
  const Data *d = &x->p->datas.at[r->t->data];
  for (int i = 0; i < d->fields.count; i++)
    if (d->fields.at[i].kind == FIELD_CLASS) {
      vec_push(x->c->mem, &classes, d->fields.at[i].name);
      if (of->kind == RECIPE_TEXT && d->fields.at[i].name == of->text)
        return;
    }
  Diag *diag = diag_add(x->c, D_DERIVED, of->span, "balanced", "a field of a class", arena_printf(x->c->mem, "`%s`", say_source(x, of->span)));
  diag_note(x->c, diag, d->span, "the data block");
  if (classes.count)
    suggest_or_list(x, diag, of->text, &classes, "%s", "there are:");
}

/* Lines that shape the graphs, or ask for nothing (start: none); the others are the runtime's. */
static int is_ours(Run *r, const char *name, const RecipeProp *p) {
  if (!strcmp(name, "start") && p->value.kind == RECIPE_TEXT && !strcmp(name_text(r->x->c->names, p->value.text), "none"))
    return 1;
  if (!strcmp(name, "clip"))
    set_clip(r, p);
  else if (!strcmp(name, "ema")) {
    r->ema = 1;
    *scalar_slot(r->x, run_scalar(r, "ema")) = p->value.num;
  } else
    return 0;
  return 1;
}

void line_run(Run *r, const Ast *s) {
  Expand *x = r->x;
  const char *name = name_text(x->c->names, s->name);
  Span at = s->name_span.len ? s->name_span : s->span;
  int i = 0, optimizer = !strcmp(name, "optimizer");
  if (r->read)
    return;
  while (i < LINES && strcmp(lines[i].name, name))
    i++;
  if (i == LINES || (s->kids[0] && !optimizer)) {
    unknown_line(x, s, at);
    return;
  }
  if (!lines[i].kind) {
    diag_add(x->c, D_NOT_BUILT, at, arena_printf(x->c->mem, "`%s:`", name));
    return;
  }
  if (optimizer && s->kids[0]) {
    vec_push(x->c->mem, &r->part_optimizers, s);
    return;
  }
  if (is_repeated(r, s, at))
    return;
  RecipeProp p = {.name = s->name, .span = s->span};
  int ours = *lines[i].kind == '?';
  if (optimizer)
    r->optimizer = s;
  if (!ours && !read_line(r, s, lines[i].kind, &p))
    return;
  vec_push(x->c->mem, &r->lines, s);
  if (!strcmp(name, "sampling"))
    check_sampling(r, &p);
  if (!ours && !is_ours(r, name, &p))
    vec_push(x->c->mem, &r->t->props, p);
}

/* ---- freeze ---- */

/* Backbone, Backbone.layer1, "Backbone.layer1.0", each with (until: EPOCH) or without */
static void frozen_add(Run *r, const Ast *e) {
  Expand *x = r->x;
  Frozen part = {.until = INFINITY, .span = e->span};
  const Ast *path = e;
  int yes;
  if (e->kind == AST_COND) {
    if (to_bool(x, e->kids[0], &yes))
      frozen_add(r, e->kids[yes ? 1 : 2]);
    return;
  }
  if (e->kind == AST_LIST) {
    for (int i = 0; i < e->count; i++)
      frozen_add(r, e->kids[i]);
    return;
  }
  if (e->kind == AST_CALL) {
    const Ast *args = e->kids[1];
    path = e->kids[0];
    int until = args->count == 1 && args->kids[0]->name == name_of(x->c->names, "until");
    if (!until || !to_number(x, value_of(x, args->kids[0]->kids[0]), e->span, "an epoch", &part.until) || part.until <= 0) {
      diag_help(x->c, diag_add(x->c, D_WRONG_KIND, e->span, "a part of a network", arena_printf(x->c->mem, "`%s`", say_source(x, e->span))),
                "`freeze: Backbone` freezes it for good, `freeze: Backbone(until: 5)` for the first five epochs");
      return;
    }
  }
  part.path = path->kind == AST_STRING ? path->text : path->kind == AST_REF || path->kind == AST_DOT ? path_name(x, path) : 0;
  if (!part.path)
    diag_add(x->c, D_WRONG_KIND, e->span, "a part of a network, such as `Backbone.layer1`,", arena_printf(x->c->mem, "`%s`", say_source(x, e->span)));
  else if (r->frozen.count == FROZEN)
    diag_add(x->c, D_RECIPE_RANGE, e->span, "the number of frozen parts", arena_printf(x->c->mem, "at most %d", FROZEN), "one more");
  else
    vec_push(x->c->mem, &r->frozen, part);
}

/* The graphs are made by what is frozen, so this line is read before all others. */
void frozen_read(Run *r) {
  const Ast *body = r->decl->kids[2];
  Frame top = frame_top();
  r->x->frame = &top;
  for (int i = 0; i < body->count; i++)
    if (body->kids[i]->kind == AST_PROP && body->kids[i]->name == name_of(r->x->c->names, "freeze"))
      frozen_add(r, body->kids[i]->kids[1]);
    else if (body->kids[i]->kind == AST_PROP && body->kids[i]->name == name_of(r->x->c->names, "accumulate"))
      r->accumulate = 1;
  r->x->frame = NULL;
}

int frozen_ends(const Run *r, double *ends) {
  int count = 0;
  for (int i = 0; i < r->frozen.count; i++) {
    double end = r->frozen.at[i].until;
    int at = 0;
    while (at < count && ends[at] < end)
      at++;
    if (!isfinite(end) || (at < count && ends[at] == end))
      continue;
    memmove(ends + at + 1, ends + at, sizeof *ends * (size_t)(count++ - at));
    ends[at] = end;
  }
  return count;
}

/* ---- judges ---- */

static void judge_check(Run *r, const RecipeProp *p, const RecipeCall *call, int judges) {
  Expand *x = r->x;
  const Data *d = &x->p->datas.at[r->t->data];
  const RecipeArg *a = NULL;
  for (int i = 0; i < call->args.count; i++) {
    const char *name = name_text(x->c->names, call->args.at[i].name);
    a = call->args.at[i].kind == RECIPE_TEXT && (!i || !strcmp(name, "x") || !strcmp(name, "min")) ? &call->args.at[i] : a;
  }
  for (int k = 0; k < r->t->metrics.count; k++) /* which has no number for training data */
    judges |= a && r->t->metrics.at[k].name == a->text && r->t->metrics.at[k].call;
  if (judges && !d->val && !d->holdout && !r->no_val++) {
    Diag *diag = diag_add(x->c, D_NO_VAL, p->span, name_text(x->c->names, p->name));
    diag_note(x->c, diag, d->span, "the data block has neither `val:` nor `holdout:`");
    diag_help(x->c, diag, "`holdout: 0.1` there sets a tenth of the samples aside");
  }
  NameList all = names_list(x, (const char *[]){"loss"}, 1);
  for (int k = 0; k < r->t->metrics.count; k++)
    vec_push(x->c->mem, &all, r->t->metrics.at[k].name);
  int known = !a;
  for (int k = 0; k < all.count; k++)
    known |= a && all.at[k] == a->text;
  if (!known)
    suggest_or_list(x, diag_add(x->c, D_NO_METRIC, a->span, name_text(x->c->names, a->text)), a->text, &all, "%s", "there are:");
}

/* keep: best(x), stop: stalled(x, ...) and schedule: plateau(x) need a metric of that name; the first two validation data. */
void judges_check(Run *r) {
  Expand *x = r->x;
  for (int i = 0; i < r->t->props.count; i++) {
    const RecipeProp *p = &r->t->props.at[i];
    const char *name = name_text(x->c->names, p->name);
    int keep = !strcmp(name, "keep"), count = p->value.kind == RECIPE_LIST ? p->value.list.count : 1;
    for (int k = 0; k < count; k++) {
      const RecipeArg *a = p->value.kind == RECIPE_LIST ? &p->value.list.at[k] : &p->value;
      const char *word = a->kind == RECIPE_CALL ? name_text(x->c->names, a->call->name) : "";
      if (!strcmp(name, "stop") || (keep && !strcmp(word, "best")))
        judge_check(r, p, a->call, 1);
      else if (!strcmp(word, "plateau"))
        judge_check(r, p, a->call, 0);
    }
  }
}

/* ---- previews ---- */

static int check_samples(Expand *x, const RecipeCall *call) {
  enum { MOST = 1024 };
  for (int i = 0; i < call->args.count; i++) {
    const RecipeArg *a = &call->args.at[i];
    if (i || (a->name && a->name != name_of(x->c->names, "count"))) {
      Diag *d = diag_add(x->c, D_WRONG_KIND, a->whole, "`count:` alone", arena_printf(x->c->mem, "`%s`", say_source(x, a->whole)));
      diag_help(x->c, d, "`preview: %s(count: 16)` shows 16 samples", name_text(x->c->names, call->name));
      return 0;
    }
    if (a->kind != RECIPE_NUM || a->num < 1 || a->num > MOST || a->num != floor(a->num)) {
      diag_add(x->c, D_RECIPE_RANGE, a->span, "the samples of a preview", "a whole number from 1 to 1024", say_source(x, a->span));
      return 0;
    }
  }
  return 1;
}

/* sample, or sample(count: 64): a predict block of the file. */
static void preview_check(Expand *x, const RecipeArg *a) {
  Name name = a->kind == RECIPE_CALL ? a->call->name : a->kind == RECIPE_TEXT ? a->text : 0;
  NameList all = {0};
  for (int i = 0; i < x->p->predicts.count; i++) {
    vec_push(x->c->mem, &all, x->p->predicts.at[i].name);
    if (x->p->predicts.at[i].name == name) {
      if (a->kind == RECIPE_CALL)
        check_samples(x, a->call);
      return;
    }
  }
  suggest_or_list(x, diag_add(x->c, D_NO_PREDICT, a->span, say_source(x, a->span)), name, &all, "%s", "there are:");
}

void previews_check(Expand *x) {
  for (int i = 0; i < x->p->trains.count; i++)
    for (int k = 0; k < x->p->trains.at[i].props.count; k++)
      if (x->p->trains.at[i].props.at[k].name == name_of(x->c->names, "preview"))
        preview_check(x, &x->p->trains.at[i].props.at[k].value);
}
