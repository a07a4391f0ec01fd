/* Data blocks and recipe lines: what the runtime carries out. Calls are checked against runtime/calls.def here, so that a
   misspelt transform is an error of the compiler, with its line. */
#include "front/expand.h"
#include <stdlib.h>
#include <string.h>

/* ---- values of recipe lines ---- */

static RecipeArg number_arg(double v) {
  return (RecipeArg){.kind = RECIPE_NUM, .num = v};
}

static int value_arg(Expand *x, Value v, Span at, RecipeArg *out) {
  v = value_unwrap(v);
  if (v.kind == V_NUMBER) {
    *out = number_arg(v.number);
  } else if (v.kind == V_TEXT) {
    *out = (RecipeArg){.kind = RECIPE_TEXT, .text = v.text};
  } else if (v.kind == V_LIST) {
    *out = (RecipeArg){.kind = RECIPE_LIST};
    for (int i = 0; i < v.list->count; i++) {
      RecipeArg item;
      if (!value_arg(x, v.list->at[i], at, &item))
        return 0;
      vec_push(x->c->mem, &out->list, item);
    }
  } else {
    if (v.kind != V_POISON)
      diag_add(x->c, D_WRONG_KIND, at, "a number, a text, a list or a call", value_text_of(x, v));
    return 0;
  }
  return 1;
}

static int call_arg(Expand *x, const Ast *e, RecipeArg *out) {
  const Ast *callee = e->kids[0], *args = e->kids[1];
  if (callee->kind != AST_REF || !strcmp(name_text(x->c->names, callee->name), "max") || !strcmp(name_text(x->c->names, callee->name), "min"))
    return value_arg(x, value_of(x, e), e->span, out);
  RecipeCall *call = arena_alloc(x->c->mem, sizeof *call);
  call->name = callee->name;
  call->span = e->span;
  for (int i = 0; i < args->count; i++) {
    RecipeArg a;
    if (!recipe_arg(x, args->kids[i]->kids[0], &a))
      return 0;
    a.name = args->kids[i]->name;
    vec_push(x->c->mem, &call->args, a);
  }
  *out = (RecipeArg){.kind = RECIPE_CALL, .call = call};
  return 1;
}

int recipe_arg(Expand *x, const Ast *e, RecipeArg *out) {
  int yes;
  switch ((AstKind)e->kind) {
  case AST_REF:
    if (slot_find(x, e->name))
      return value_arg(x, *slot_find(x, e->name), e->span, out);
    *out = (RecipeArg){.kind = RECIPE_TEXT, .text = e->name}; /* a bare word: best(dice), shapes */
    return 1;
  case AST_CALL: return call_arg(x, e, out);
  case AST_COND: return to_bool(x, e->kids[0], &yes) && recipe_arg(x, e->kids[yes ? 1 : 2], out);
  case AST_LIST:
    *out = (RecipeArg){.kind = RECIPE_LIST};
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
  const char *s = calls[row].signature;
  char all[256];
  size_t len = strlen(s);
  memcpy(all, s, len);
  memcpy(all + len, " -> []", 7);
  uint32_t at = source_add(x->c->src, "<calls.def>", all, len + 6, 1);
  return ast_parse(x->c, PARSE_SIGNATURE, at)->kids[0];
}

static int find_row(Expand *x, const char *kind, Name name) {
  for (int i = 0; i < CALLS; i++)
    if (!strcmp(calls[i].kind, kind) && !strcmp(calls[i].name, name_text(x->c->names, name)))
      return i;
  return -1;
}

static void unknown_row(Expand *x, const char *kind, Name name, Span at) {
  Name all[CALLS];
  int n = 0;
  Text list = {.mem = x->c->mem};
  char lower[32] = {0};
  for (size_t i = 0; kind[i] && i < sizeof lower - 1; i++)
    lower[i] = (char)(kind[i] | 32);
  for (int i = 0; i < CALLS; i++)
    if (!strcmp(calls[i].kind, kind)) {
      text_add(&list, "%s%s", n ? ", " : "", calls[i].name);
      all[n++] = name_of(x->c->names, calls[i].name);
    }
  Diag *d = diag_add(x->c, D_UNKNOWN_RECIPE, at, lower, name_text(x->c->names, name));
  Name near = name_nearest(x->c->names, name_text(x->c->names, name), all, n);
  if (near)
    diag_help(x->c, d, "did you mean `%s`?", name_text(x->c->names, near));
  else
    diag_help(x->c, d, "there are: %s", text_str(&list));
}

static int check_args(Expand *x, const RecipeCall *call, int row) {
  const Ast *params = signature_of(x, row);
  int given[16] = {0}, next = 0;
  for (int i = 0; i < call->args.count; i++) {
    Name name = call->args.at[i].name;
    int to = name ? -1 : next++;
    for (int k = 0; k < params->count && name; k++)
      if (params->kids[k]->name == name)
        to = k;
    if (to < 0 || to >= params->count || given[to]) {
      Diag *d = diag_add(x->c, D_RECIPE_ARGUMENT, call->span, calls[row].name,
                         to < 0 ? name_text(x->c->names, name) : "too many");
      diag_help(x->c, d, "it is %s%s", calls[row].name, calls[row].signature);
      return 0;
    }
    given[to] = 1;
  }
  for (int k = 0; k < params->count; k++)
    if (!given[k] && !(params->kids[k]->count && params->kids[k]->kids[0])) {
      Diag *d = diag_add(x->c, D_RECIPE_LACKS, call->span, calls[row].name, name_text(x->c->names, params->kids[k]->name));
      diag_help(x->c, d, "it is %s%s", calls[row].name, calls[row].signature);
      return 0;
    }
  return 1;
}

RecipeCall *recipe_check(Expand *x, const RecipeArg *arg, const char *kind) {
  RecipeCall *call = arg->call;
  if (arg->kind == RECIPE_TEXT) { /* a word is a call without arguments: keep: last */
    call = arena_alloc(x->c->mem, sizeof *call);
    call->name = arg->text;
  }
  if (!call)
    return NULL;
  int row = find_row(x, kind, call->name);
  if (row < 0) {
    unknown_row(x, kind, call->name, call->span);
    return NULL;
  }
  return check_args(x, call, row) ? call : NULL;
}

/* ---- fields ---- */

static int dims_of(Expand *x, const Ast *dims, int32_t *out) {
  if (dims->count > MAX_RANK)
    return -1;
  for (int i = 0; i < dims->count; i++) {
    int size;
    if (dims->kids[i]->kind == AST_REST || !to_size(x, value_of(x, dims->kids[i]), dims->kids[i]->span, "a size", &size))
      return -1;
    if (size < 1) {
      diag_add(x->c, D_NOT_WHOLE, dims->kids[i]->span, "a size", value_text_of(x, value_number(size)));
      return -1;
    }
    out[i] = size;
  }
  return dims->count;
}

static int plain_field(Expand *x, const Ast *type, Field *out) {
  int32_t dim[MAX_RANK];
  int rank = dims_of(x, type, dim);
  if (rank < 0)
    return 0;
  const char *name = name_text(x->c->names, out->name);
  out->kind = rank == 3 && (dim[0] == 1 || dim[0] == 3) ? FIELD_IMAGE : FIELD_VALUE;
  if (out->kind == FIELD_IMAGE && dim[0] == 1 && strstr(name, "mask"))
    out->kind = FIELD_MASK;
  out->type = type_make(x->c, F32, 1, rank, dim);
  return 1;
}

static int class_field(Expand *x, const Ast *type, Field *out) {
  const char *what = name_text(x->c->names, type->name);
  if (!strcmp(what, "boxes")) {
    diag_add(x->c, D_NOT_BUILT, type->span, "a field of `boxes`");
    return 0;
  }
  if (strcmp(what, "class")) {
    diag_help(x->c, diag_add(x->c, D_FIELD_TYPE, type->span, what), "a field is [channels, height, width], class(10) or class(21) [h, w]");
    return 0;
  }
  int32_t dim[MAX_RANK];
  int rank = type->count > 1 && type->kids[1] ? dims_of(x, type->kids[1], dim) : 0;
  const Ast *args = type->kids[0];
  if (rank < 0)
    return 0;
  if (args->count != 1 || !to_size(x, value_of(x, args->kids[0]->kids[0]), args->span, "the number of classes", &out->classes) || out->classes < 1) {
    diag_add(x->c, D_FIELD_TYPE, type->span, "class without a number of classes");
    return 0;
  }
  out->kind = rank ? FIELD_CLASS_MASK : FIELD_CLASS;
  out->type = type_make(x->c, I32, 1, rank, dim);
  return 1;
}

int field_type(Expand *x, const Ast *type, Field *out) {
  return type->kind == AST_DIMS ? plain_field(x, type, out) : type->kind == AST_TYPE_CALL ? class_field(x, type, out) : 0;
}

/* ---- data ---- */

static void read_field(Expand *x, Data *d, const Ast *s) {
  Field f = {.name = s->name, .span = s->span};
  for (int i = 0; i < d->fields.count; i++)
    if (d->fields.at[i].name == s->name) {
      diag_note(x->c, diag_add(x->c, D_SAME_NAME, s->name_span, name_text(x->c->names, s->name)), d->fields.at[i].span, "first here");
      return;
    }
  if (s->count > 1 && s->kids[1]) {
    diag_add(x->c, D_NOT_BUILT, s->span, "a derived field (`field w [..] = ...`)");
    return;
  }
  if (field_type(x, s->kids[0], &f))
    vec_push(x->c->mem, &d->fields, f);
}

/* a -> b -> c, or one call: the transforms in order. */
static void read_transforms(Expand *x, const Ast *e, Data *d, int augment) {
  if (e->kind == AST_PIPE) {
    read_transforms(x, e->kids[0], d, augment);
    e = e->kids[1];
    if (e->kind == AST_STAGE)
      e = e->kids[1];
  }
  RecipeArg arg;
  if (!recipe_arg(x, e, &arg))
    return;
  if (arg.kind == RECIPE_TEXT && !strcmp(name_text(x->c->names, arg.text), "none"))
    return;
  RecipeCall *call = recipe_check(x, &arg, "TRANSFORM");
  if (!call)
    return;
  call->span = e->span;
  if (augment)
    vec_push(x->c->mem, &d->augment, *call);
  else
    vec_push(x->c->mem, &d->prepare, *call);
}

static void read_class_names(Expand *x, const Ast *s, Data *d) {
  RecipeArg list;
  if (!recipe_arg(x, s->kids[1], &list))
    return;
  for (int i = 0; i < list.list.count; i++)
    if (list.list.at[i].kind == RECIPE_TEXT)
      vec_push(x->c->mem, &d->class_names, list.list.at[i].text);
}

static void read_line(Expand *x, Data *d, const Ast *s) {
  const char *name = name_text(x->c->names, s->name);
  RecipeArg arg;
  static const char *const known[] = {"source", "val", "test", "holdout", "prepare", "augment", "names"};
  RecipeCall **slot = !strcmp(name, "source") ? &d->source : !strcmp(name, "val") ? &d->val : !strcmp(name, "test") ? &d->test : NULL;
  if (slot) {
    if (recipe_arg(x, s->kids[1], &arg) && (arg.kind == RECIPE_CALL || arg.kind == RECIPE_TEXT))
      *slot = recipe_check(x, &arg, "SOURCE");
    return;
  }
  if (!strcmp(name, "holdout")) {
    if (!recipe_arg(x, s->kids[1], &arg))
      return;
    if (arg.kind == RECIPE_NUM) { /* holdout: 0.1 */
      RecipeCall *call = arena_alloc(x->c->mem, sizeof *call);
      call->name = name_of(x->c->names, "fraction");
      call->span = s->span;
      vec_push(x->c->mem, &call->args, number_arg(arg.num));
      d->holdout = call;
    } else {
      d->holdout = recipe_check(x, &arg, "HOLDOUT");
    }
    return;
  }
  if (!strcmp(name, "prepare") || !strcmp(name, "augment"))
    read_transforms(x, s->kids[1], d, name[0] == 'a');
  else if (!strcmp(name, "names"))
    read_class_names(x, s, d);
  else {
    Name all[7];
    for (int i = 0; i < 7; i++)
      all[i] = name_of(x->c->names, known[i]);
    Diag *diag = diag_add(x->c, D_UNKNOWN_LINE, s->name_span.len ? s->name_span : s->span, "data", name);
    Name near = name_nearest(x->c->names, name, all, 7);
    if (near)
      diag_help(x->c, diag, "did you mean `%s:`?", name_text(x->c->names, near));
    else
      diag_help(x->c, diag, "a data block has source, val, test, holdout, prepare, augment, names");
  }
}

void data_read(Expand *x, const Ast *decl) {
  Data d = {.name = decl->name, .span = decl->span};
  const Ast *body = decl->kids[0];
  for (int i = 0; i < body->count; i++) {
    const Ast *s = body->kids[i];
    if (s->kind == AST_FIELD)
      read_field(x, &d, s);
    else if (s->kind == AST_PROP)
      read_line(x, &d, s);
    else if (s->kind != AST_ERROR)
      diag_add(x->c, D_MISPLACED, s->span, ast_kind_text(s->kind));
  }
  if (!d.source && !diag_errors(x->c->diags))
    diag_add(x->c, D_NO_SOURCE, decl->name_span, name_text(x->c->names, decl->name));
  for (int i = 0; i < d.fields.count && d.class_names.count; i++) {
    const Field *f = &d.fields.at[i];
    if (!f->classes || f->classes == d.class_names.count)
      continue;
    Text a = {.mem = x->c->mem}, b = {.mem = x->c->mem};
    text_add(&a, "%d", d.class_names.count);
    text_add(&b, "%d", f->classes);
    diag_add(x->c, D_CLASS_NAMES, f->span, text_str(&a), text_str(&b));
  }
  vec_push(x->c->mem, &x->p->datas, d);
}
