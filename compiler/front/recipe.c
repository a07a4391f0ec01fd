/* Recipe lines: what the runtime carries out. Calls are checked against runtime/calls.def here, so that a misspelt transform is an
   error of the compiler, with its line. */
#include "front/expand.h"
#include <ctype.h>
#include <string.h>

/* ---- values of recipe lines ---- */

static int value_arg(Expand *x, Value v, Span at, RecipeArg *out) {
  v = value_unwrap(v);
  *out = (RecipeArg){.span = at};
  if (v.kind == V_NUMBER) {
    out->kind = RECIPE_NUM;
    out->num = v.number;
  } else if (v.kind == V_TEXT) {
    out->kind = RECIPE_TEXT;
    out->text = v.text;
  } else if (v.kind == V_LIST) {
    out->kind = RECIPE_LIST;
    for (int i = 0; i < v.list->count; i++) {
      RecipeArg item;
      if (!value_arg(x, v.list->at[i], at, &item))
        return 0;
      vec_push(x->c->mem, &out->list, item);
    }
  } else {
    return wrong_kind(x, v, at, "a number, a text, a list or a call");
  }
  return 1;
}

/* Functions of numbers are computed now; every other call is the runtime's. */
static int is_computed(Expand *x, const Ast *callee) {
  static const char *const functions[] = {"max", "min", "floor", "ceil", "round", "sqrt", "exp", "log", "abs", "len"};
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (callee->kind == AST_REF && !strcmp(name_text(x->c->names, callee->name), functions[i]))
      return 1;
  return callee->kind != AST_REF;
}

int recipe_call(Expand *x, const Ast *e, RecipeArg *out) {
  const Ast *callee = e->kids[0], *args = e->kids[1];
  RecipeCall *call = arena_alloc(x->c->mem, sizeof *call);
  call->name = callee->name;
  call->span = e->span;
  int ok = 1;
  for (int i = 0; i < args->count; i++) {
    RecipeArg a;
    if (recipe_arg(x, args->kids[i]->kids[0], &a)) {
      a.name = args->kids[i]->name;
      a.whole = args->kids[i]->span;
      vec_push(x->c->mem, &call->args, a);
    } else {
      ok = 0;
    }
  }
  *out = (RecipeArg){.kind = RECIPE_CALL, .call = call, .span = e->span};
  return ok;
}

int recipe_arg(Expand *x, const Ast *e, RecipeArg *out) {
  int yes;
  Value *slot;
  switch ((AstKind)e->kind) {
  case AST_REF:
    if ((slot = slot_find(x, e->name)) && slot->kind != V_VAL)
      return value_arg(x, *slot, e->span, out);
    *out = (RecipeArg){.kind = RECIPE_TEXT, .text = e->name, .span = e->span}; /* a bare word: best(dice), shapes */
    return 1;
  case AST_CALL: return is_computed(x, e->kids[0]) ? value_arg(x, value_of(x, e), e->span, out) : recipe_call(x, e, out);
  case AST_COND: return to_bool(x, e->kids[0], &yes) && recipe_arg(x, e->kids[yes ? 1 : 2], out);
  case AST_LIST:
    *out = (RecipeArg){.kind = RECIPE_LIST, .span = e->span};
    for (int i = 0; i < e->count; i++) {
      RecipeArg item;
      if (!recipe_arg(x, e->kids[i], &item))
        return 0;
      vec_push(x->c->mem, &out->list, item);
    }
    return 1;
  default: return value_arg(x, value_of(x, e), e->span, out);
  }
}

/* ---- values as text ---- */

/* Words in calls are such as they are: stalled(accuracy, epochs: 3). */
static int is_word(const char *text) {
  int ok = isalpha((unsigned char)*text) || *text == '_';
  while (*text)
    ok &= isalnum((unsigned char)*text) || *text == '_', text++;
  return ok;
}

void recipe_text(Expand *x, const RecipeArg *a, int quoted, Text *t) {
  const char *source = say_source(x, a->span), *text = name_text(x->c->names, a->text);
  switch (a->kind) {
  case RECIPE_NUM:
    if (!strcmp(source, "true") || !strcmp(source, "false"))
      text_add(t, "%s", source);
    else
      text_number(t, a->num);
    return;
  case RECIPE_TEXT:
    text_add(t, quoted ? "\"" : "");
    for (; *text; text++)
      text_add(t, quoted && strchr("\"\\", *text) ? "\\%c" : "%c", *text);
    text_add(t, quoted ? "\"" : "");
    return;
  case RECIPE_LIST:
  case RECIPE_CALL: break;
  }
  int count = a->kind == RECIPE_LIST ? a->list.count : a->call->args.count;
  text_add(t, "%s%s", a->kind == RECIPE_LIST ? "" : name_text(x->c->names, a->call->name), a->kind == RECIPE_LIST ? "[" : count ? "(" : "");
  for (int i = 0; i < count; i++) {
    const RecipeArg *item = a->kind == RECIPE_LIST ? &a->list.at[i] : &a->call->args.at[i];
    text_add(t, "%s%s%s", i ? ", " : "", name_text(x->c->names, item->name), item->name ? ": " : "");
    recipe_text(x, item, a->kind == RECIPE_CALL ? !is_word(name_text(x->c->names, item->text)) : quoted, t);
  }
  text_add(t, a->kind == RECIPE_LIST ? "]" : count ? ")" : "");
}

/* ---- checking calls against the runtime's table ---- */

static const struct {
  const char *kind, *name, *signature;
} calls[] = {
#define CALL(kind, name, signature, summary) {#kind, #name, signature},
#include "runtime/calls.def"
#undef CALL
};
enum { CALLS = sizeof calls / sizeof *calls };

static const Ast *signature_of(Expand *x, int row) {
  const char *s = arena_printf(x->c->mem, "%s -> []", calls[row].signature);
  return ast_parse(x->c, PARSE_SIGNATURE, source_add(x->c->src, "<calls.def>", s, strlen(s), 1))->kids[0];
}

int recipe_has(Expand *x, Name name) {
  for (int i = 0; i < CALLS; i++)
    if (!strcmp(calls[i].name, name_text(x->c->names, name)))
      return 1;
  return 0;
}

static int row_of(const char *kind, const char *name) {
  for (int i = 0; i < CALLS; i++)
    if (!strcmp(calls[i].kind, kind) && !strcmp(calls[i].name, name))
      return i;
  return -1;
}

int recipe_is(const char *kind, const char *name) {
  return row_of(kind, name) >= 0;
}

void recipe_names(Expand *x, const char *kind, NameList *to) {
  for (int i = 0; i < CALLS; i++)
    if (!strcmp(calls[i].kind, kind))
      vec_push(x->c->mem, to, name_of(x->c->names, calls[i].name));
}

static int find_row(Expand *x, const char *kind, Name name) {
  return row_of(kind, name_text(x->c->names, name));
}

/* What a kind of call is called, the line of a block that takes it, a call of it. */
static const struct {
  const char *kind, *word, *line, *example;
} kinds[] = {
#define KIND(kind, word, line, example, title) {#kind, word, line, example},
#include "runtime/calls.def"
};

static int kind_of(const char *kind) {
  int k = 0;
  while (strcmp(kinds[k].kind, kind))
    k++;
  return k;
}

static void unknown_row(Expand *x, const char *kind, Name name, Span at) {
  const char *text = name_text(x->c->names, name);
  for (int i = 0; i < CALLS; i++)
    if (!strcmp(calls[i].name, text)) {
      int own = kind_of(calls[i].kind);
      Diag *d = diag_add(x->c, D_RECIPE_PLACE, at, text, kinds[own].word, kinds[kind_of(kind)].word);
      diag_help(x->c, d, "it belongs in `%s`", kinds[own].line);
      return;
    }
  NameList all = {0};
  recipe_names(x, kind, &all);
  for (int i = 0; i < x->user_decls && !strcmp(kind, "TRANSFORM"); i++)
    if (x->decls.at[i]->kind == AST_BLOCK) /* which may stand there as well */
      vec_push(x->c->mem, &all, x->decls.at[i]->name);
  Diag *d = diag_add(x->c, D_UNKNOWN_RECIPE, at, strchr(kinds[kind_of(kind)].word, ' ') + 1, text);
  const char *here = !strcmp(kind, "TRANSFORM") || !strcmp(kind, "AUGMENTATION") ? say_transform(text) : NULL;
  if (here) {
    const char *own = name_text(x->c->names, name_format(x->c->names, "%.*s", (int)strcspn(here, "("), here));
    diag_help(x->c, d, "here it is `%s`, in `%s`", here, recipe_is("TRANSFORM", own) ? "prepare:" : "augment:");
    return;
  }
  suggest_or_list(x, d, name, &all, "%s", "there are:");
}

static Diag *help_usage(Expand *x, Diag *d, int row) {
  diag_help(x->c, d, "it is %s%s", calls[row].name, calls[row].signature);
  return d;
}

/* What a parameter wants to be, by its default, or else by its name. */
typedef enum { WANT_NUMBER, WANT_TEXT, WANT_FILL, WANT_LABEL, WANT_EITHER, WANT_STATISTIC, WANT_OVERLAP, WANT_MARKED } Want;
static Want want_of(Expand *x, const Ast *param, int row) {
  if (!strcmp(calls[row].name, "normalize"))
    return WANT_STATISTIC;
  static const char *const texts[] = {"images", "masks", "labels", "list", "json", "path", "pattern", "files", "file", "text", "x", "mask", "points", "label", "image", "detections", "boxes"};
  const Ast *value = param->count ? param->kids[0] : NULL;
  if (!strcmp(name_text(x->c->names, param->name), "samples"))
    return WANT_EITHER;
  if (!strcmp(name_text(x->c->names, param->name), "iou"))
    return WANT_OVERLAP;
  if (!strcmp(name_text(x->c->names, param->name), "difficult") || !strcmp(name_text(x->c->names, param->name), "crowd"))
    return WANT_MARKED;
  if (value && value->kind == AST_REF && !strcmp(name_text(x->c->names, param->name), "label"))
    return WANT_LABEL;
  if (value)
    return value->kind == AST_STRING ? WANT_TEXT : value->kind == AST_REF || value->kind == AST_CALL ? WANT_FILL : WANT_NUMBER;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (!strcmp(name_text(x->c->names, param->name), texts[i]))
      return WANT_TEXT;
  return WANT_NUMBER;
}

static int is_list_of(const RecipeArg *a, int kind) {
  if (a->kind != RECIPE_LIST)
    return (int)a->kind == kind;
  for (int i = 0; i < a->list.count; i++)
    if ((int)a->list.at[i].kind != kind)
      return 0;
  return 1;
}

static int check_arg(Expand *x, const RecipeArg *a, const Ast *param, int row) {
  static const char *const wanted[] = {"a number, or a list of numbers", "a text", "constant(value), nearest, reflect or wrap", "prefix(\"cat\", \"dog\")", "a number, a text, or a list of either",
                                       "a number, a list of numbers, measured or sample", "a number, or coco", "0, 1 or ignore"};
  Want want = want_of(x, param, row);
  const char *word = a->kind == RECIPE_TEXT ? name_text(x->c->names, a->text) : "";
  if (want == WANT_FILL)
    return recipe_check(x, a, "FILL", a->span) != NULL;
  if (want == WANT_LABEL && a->kind != RECIPE_NUM && a->kind != RECIPE_LIST)
    return recipe_check(x, a, "LABEL", a->span) != NULL;
  if (want == WANT_STATISTIC && (!strcmp(word, "measured") || !strcmp(word, "sample") || is_list_of(a, RECIPE_NUM)))
    return 1;
  if (want == WANT_OVERLAP && (a->kind == RECIPE_NUM || !strcmp(word, "coco")))
    return 1;
  if (want == WANT_MARKED && (a->kind == RECIPE_NUM || !strcmp(word, "ignore")))
    return 1;
  if (want == WANT_EITHER && (is_list_of(a, RECIPE_TEXT) || is_list_of(a, RECIPE_NUM)))
    return 1;
  if (want <= WANT_TEXT && is_list_of(a, want == WANT_TEXT ? RECIPE_TEXT : RECIPE_NUM))
    return 1;
  help_usage(x, diag_add(x->c, D_RECIPE_KIND, a->span, name_text(x->c->names, param->name), calls[row].name, wanted[want], arena_printf(x->c->mem, "`%s`", say_source(x, a->span))), row);
  return 0;
}

static int param_of(const Ast *params, Name name) {
  for (int k = 0; k < params->count; k++)
    if (params->kids[k]->name == name)
      return k;
  return -1;
}

static int unknown_arg(Expand *x, const RecipeArg *a, const Ast *params, int row) {
  NameList all = {0};
  for (int k = 0; k < params->count; k++)
    vec_push(x->c->mem, &all, params->kids[k]->name);
  Diag *d = diag_add(x->c, D_RECIPE_ARGUMENT, a->whole, calls[row].name,
                     a->name ? arena_printf(x->c->mem, "has no argument `%s`", name_text(x->c->names, a->name)) : "is given too many arguments");
  if (a->name)
    suggest(x, d, a->name, &all, "%s:");
  help_usage(x, d, row);
  return 0;
}

static int check_args(Expand *x, const RecipeCall *call, int row) {
  const Ast *params = signature_of(x, row);
  int given[16] = {0}, next = 0;
  for (int i = 0; i < call->args.count; i++) {
    const RecipeArg *a = &call->args.at[i];
    int to = a->name ? param_of(params, a->name) : next++, more = param_of(params, name_of(x->c->names, "more"));
    if (more >= 0 && to > more)
      to = more;
    if (to < 0 || to >= params->count)
      return unknown_arg(x, a, params, row);
    if (given[to]++ && to != more) {
      const char *name = name_text(x->c->names, params->kids[to]->name);
      help_usage(x, diag_add(x->c, D_RECIPE_ARGUMENT, a->whole, calls[row].name, arena_printf(x->c->mem, "is given `%s` twice", name)), row);
      return 0;
    }
    if (!check_arg(x, a, params->kids[to], row))
      return 0;
  }
  for (int k = 0; k < params->count; k++)
    if (!given[k] && !(params->kids[k]->count && params->kids[k]->kids[0])) {
      help_usage(x, diag_add(x->c, D_RECIPE_LACKS, call->span, calls[row].name, name_text(x->c->names, params->kids[k]->name)), row);
      return 0;
    }
  return 1;
}

static const char *example_of(Expand *x, const char *kind) {
  int k = kind_of(kind);
  return arena_printf(x->c->mem, "%s such as `%s`", kinds[k].word, kinds[k].example);
}

RecipeCall *recipe_check(Expand *x, const RecipeArg *arg, const char *kind, Span at) {
  RecipeCall *call = arg->call;
  if (arg->kind == RECIPE_TEXT) { /* a word is a call without arguments: keep: last */
    call = arena_alloc(x->c->mem, sizeof *call);
    call->name = arg->text;
    call->span = at;
  }
  if (!call) {
    diag_add(x->c, D_WRONG_KIND, at, example_of(x, kind), arena_printf(x->c->mem, "`%s`", say_source(x, at)));
    return NULL;
  }
  int row = find_row(x, kind, call->name);
  if (row >= 0)
    return check_args(x, call, row) ? call : NULL;
  unknown_row(x, kind, call->name, call->span);
  return NULL;
}
