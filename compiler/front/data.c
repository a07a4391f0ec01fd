/* Data blocks: fields, where samples come from, how they are prepared. */
#include "front/expand.h"
#include <string.h>

/* ---- fields ---- */

/* The sizes of a field; -1 after reporting. */
static int dims_of(Expand *x, const Ast *dims, int32_t *out) {
  if (dims->count > MAX_RANK) {
    diag_add(x->c, D_RANK, dims->span);
    return -1;
  }
  for (int i = 0; i < dims->count; i++) {
    const Ast *p = dims->kids[i];
    if (p->kind == AST_REST)
      diag_add(x->c, D_REST, p->span, name_text(x->c->names, p->name));
    if (p->kind == AST_REST || !to_size(x, value_of(x, p), p->span, say_size(x, p), 1, &out[i]))
      return -1;
  }
  return dims->count;
}

static int make_type(Expand *x, Field *f, Elem elem, int rank, const int32_t *dim, Span at) {
  f->type = type_make(x->c, elem, 1, rank, dim);
  if (type_count(type_get(x->c, f->type)) <= INT32_MAX)
    return 1;
  diag_add(x->c, D_TOO_LARGE, at, arena_printf(x->c->mem, "`%s`", name_text(x->c->names, f->name)), say_type(x, f->type));
  return 0;
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
  return make_type(x, out, F32, rank, dim, type->span);
}

static int refuse_type(Expand *x, Span at, const char *what) {
  diag_help(x->c, diag_add(x->c, D_FIELD_TYPE, at, what), "a type is [channels, height, width], class(10), class(21) [height, width] or boxes(3)");
  return 0;
}

static int refuse_boxes(Expand *x, Span at, const char *what) {
  diag_help(x->c, diag_add(x->c, D_FIELD_TYPE, at, what), "boxes(3) are of three classes, up to 64 in a picture; boxes(3, max: 100) are up to 100");
  return 0;
}

/* boxes(3, max: 64): rows of class, x1, y1, x2, y2. */
static int boxes_field(Expand *x, const Ast *type, Field *out) {
  static const int most = 4096;
  const Ast *args = type->kids[0], *classes = NULL, *max = NULL;
  int32_t dim[2] = {64, 5};
  for (int i = 0; i < args->count; i++) {
    const Ast *a = args->kids[i];
    const Ast **to = !a->name ? &classes : !strcmp(name_text(x->c->names, a->name), "max") ? &max : NULL;
    if (!to || *to)
      return refuse_boxes(x, a->span, arena_printf(x->c->mem, "`boxes` with `%s`", say_source(x, a->span)));
    *to = a;
  }
  if (!classes || (type->count > 1 && type->kids[1]))
    return refuse_boxes(x, type->span, classes ? "`boxes` with a shape" : "`boxes` without the number of classes");
  if (!to_size(x, value_of(x, classes->kids[0]), classes->span, "the number of classes", 1, &out->classes) ||
      (max && !to_size(x, value_of(x, max->kids[0]), max->span, "the number of boxes", 1, &dim[0])))
    return 0;
  if (dim[0] > most) {
    diag_add(x->c, D_RECIPE_RANGE, max->span, "the number of boxes", arena_printf(x->c->mem, "at most %d", most), say_number(x, dim[0]));
    return 0;
  }
  out->kind = FIELD_BOXES;
  return make_type(x, out, F32, 2, dim, type->span);
}

static int class_field(Expand *x, const Ast *type, Field *out) {
  const char *what = name_text(x->c->names, type->name);
  const Ast *args = type->kids[0], *dims = type->count > 1 ? type->kids[1] : NULL;
  int32_t dim[MAX_RANK];
  if (!strcmp(what, "boxes"))
    return boxes_field(x, type, out);
  if (strcmp(what, "class"))
    return refuse_type(x, type->span, arena_printf(x->c->mem, "`%s`", what));
  if (args->count != 1 || args->kids[0]->name)
    return refuse_type(x, type->span, "`class` without the number of classes alone");
  int rank = dims ? dims_of(x, dims, dim) : 0;
  if (!to_size(x, value_of(x, args->kids[0]->kids[0]), args->kids[0]->span, "the number of classes", 1, &out->classes) || rank < 0)
    return 0;
  out->kind = rank ? FIELD_CLASS_MASK : FIELD_CLASS;
  return make_type(x, out, I32, rank, dim, type->span);
}

int field_type(Expand *x, const Ast *type, Field *out) {
  switch ((AstKind)type->kind) {
  case AST_DIMS: return plain_field(x, type, out);
  case AST_TYPE_CALL: return class_field(x, type, out);
  case AST_TYPE_FIELD: return refuse_type(x, type->span, "a field of another data block");
  default: return 0;
  }
}

Val input_add(Expand *x, Name name, const Field *f) {
  Val v = graph_input(x->g, name, f->type, f->span);
  if (f->classes)
    vec_push(x->c->mem, &x->labelled, (Labelled){v, f->classes, f->kind == FIELD_BOXES});
  return v;
}

/* What only sources give is told by its shape: [frames, 1 or 3, h, w] is a clip, [k, 2] are points. */
static FieldKind source_kind(Expand *x, const Field *f) {
  const Type *t = type_get(x->c, f->type);
  if (f->kind == FIELD_VALUE && t->rank == 2 && t->dim[1] == 2)
    return FIELD_POINTS;
  if (f->kind == FIELD_VALUE && t->rank == 4 && (t->dim[1] == 1 || t->dim[1] == 3))
    return FIELD_CLIP;
  return f->kind;
}

static void read_field(Expand *x, Data *d, const Ast *s) {
  Field f = {.name = s->name, .span = s->span};
  for (int i = 0; i < d->fields.count; i++)
    if (d->fields.at[i].name == s->name) {
      diag_note(x->c, diag_add(x->c, D_SAME_NAME, s->name_span, name_text(x->c->names, s->name)), d->fields.at[i].span, "first here");
      return;
    }
  const Ast *value = s->count > 1 ? s->kids[1] : NULL;
  if (field_type(x, s->kids[0], &f) && (!value || derived_read(x, d, value, &f))) {
    f.kind = value && f.kind != FIELD_BOXES ? FIELD_VALUE : source_kind(x, &f);
    vec_push(x->c->mem, &d->fields, f);
    return;
  }
  f.type = 0; /* its name is known, so that uses of it stay silent */
  vec_push(x->c->mem, &d->fields, f);
}

/* ---- lines ---- */

/* A block of the file in prepare, or else a transform of the runtime's table. */
static void read_transform(Expand *x, const Ast *e, Data *d, int augment, int field) {
  int yes;
  while (e->kind == AST_COND)
    if (!to_bool(x, e->kids[0], &yes))
      return;
    else
      e = e->kids[yes ? 1 : 2];
  PrepareStep step = {.span = e->span, .field = field};
  RecipeArg arg;
  if (!augment && prepare_computes(x, e)) {
    step.flow = e;
    step.block = prepare_callee(x, e);
  } else {
    if (!recipe_arg(x, e, &arg))
      return;
    if (arg.kind == RECIPE_TEXT && !strcmp(name_text(x->c->names, arg.text), "none"))
      return;
    step.call = recipe_check(x, &arg, augment ? "AUGMENTATION" : "TRANSFORM", e->span);
    if (!step.call)
      return;
  }
  if (augment)
    vec_push(x->c->mem, &d->augment, *step.call);
  else
    prepare_add(x, d, &step);
}

/* a -> b -> c, or one call: the transforms in order; of one field, or of all. */
static void read_transforms(Expand *x, const Ast *e, Data *d, int augment, int field) {
  if (e->kind == AST_PIPE) {
    read_transforms(x, e->kids[0], d, augment, field);
    e = e->kids[1];
    if (e->kind == AST_STAGE && (e->name || e->text || e->kids[0]))
      diag_add(x->c, D_WRONG_KIND, e->span, "a transform without label or count", arena_printf(x->c->mem, "`%s`", say_source(x, e->span)));
    if (e->kind == AST_STAGE)
      e = e->kids[1];
  }
  read_transform(x, e, d, augment, field);
}

/* prepare(a, b): ... */
static void read_own(Expand *x, Data *d, const Ast *s) {
  NameList all = {0};
  for (int f = 0; f < d->fields.count; f++)
    vec_push(x->c->mem, &all, d->fields.at[f].name);
  for (int i = 0; i < s->kids[0]->count; i++) {
    const Ast *path = s->kids[0]->kids[i];
    int field = d->fields.count - 1;
    while (field >= 0 && !(path->kind == AST_REF && d->fields.at[field].name == path->name))
      field--;
    if (field < 0)
      suggest_or_list(x, diag_add(x->c, D_NO_FIELD, path->span, name_text(x->c->names, d->name), say_source(x, path->span)),
                      path->name, &all, "%s", "it has");
    else
      read_transforms(x, s->kids[1], d, 0, field);
  }
}

static void read_class_names(Expand *x, const Ast *s, Data *d) {
  RecipeArg list;
  if (!recipe_arg(x, s->kids[1], &list))
    return;
  int texts = list.kind == RECIPE_LIST;
  for (int i = 0; texts && i < list.list.count; i++)
    texts = list.list.at[i].kind == RECIPE_TEXT;
  if (!texts) {
    diag_add(x->c, D_WRONG_KIND, list.span, "a list of names in quotes", arena_printf(x->c->mem, "`%s`", say_source(x, list.span)));
    return;
  }
  for (int i = 0; i < list.list.count; i++)
    vec_push(x->c->mem, &d->class_names, list.list.at[i].text);
  for (int i = 0; i < d->fields.count; i++) {
    const Field *f = &d->fields.at[i];
    if (f->type && f->classes && !f->derived && f->classes != d->class_names.count)
      diag_note(x->c, diag_add(x->c, D_CLASS_NAMES, list.span, say_number(x, d->class_names.count), say_number(x, f->classes)), f->span,
                "the classes");
  }
}

/* A share between 0 and 1, or a count of samples. */
static RecipeCall *check_holdout(Expand *x, RecipeCall *call, Span at) {
  if (!call || call->args.at[0].kind != RECIPE_NUM)
    return call;
  double v = call->args.at[0].num;
  int share = !strcmp(name_text(x->c->names, call->name), "fraction");
  if (!strcmp(name_text(x->c->names, call->name), "listed"))
    return call;
  if (share ? v > 0 && v < 1 : v >= 1 && v == (double)(int64_t)v)
    return call;
  diag_help(x->c, diag_add(x->c, D_RECIPE_RANGE, at, share ? "a share of the samples" : "a number of samples",
                           share ? "between 0 and 1" : "a whole number from 1 on", say_number(x, v)),
            "`holdout: 0.1` sets a tenth of the samples aside, `holdout: last(500)` the last 500");
  return NULL;
}

static void read_holdout(Expand *x, Data *d, const Ast *s) {
  RecipeArg arg;
  if (!recipe_arg(x, s->kids[1], &arg))
    return;
  RecipeCall *call = arena_alloc(x->c->mem, sizeof *call);
  int list = arg.kind == RECIPE_LIST;
  call->name = name_of(x->c->names, list ? "listed" : "fraction"); /* holdout: 0.1 is fraction(0.1) */
  call->span = s->span;
  vec_push(x->c->mem, &call->args, arg);
  if (list)
    call = recipe_check(x, &(RecipeArg){.kind = RECIPE_CALL, .call = call, .span = arg.span}, "HOLDOUT", s->kids[1]->span);
  else if (arg.kind != RECIPE_NUM)
    call = recipe_check(x, &arg, "HOLDOUT", s->kids[1]->span);
  d->holdout = check_holdout(x, call, arg.span);
}

static RecipeCall *read_source(Expand *x, const Ast *s) {
  RecipeArg arg;
  return recipe_arg(x, s->kids[1], &arg) ? recipe_check(x, &arg, "SOURCE", s->kids[1]->span) : NULL;
}

/* ---- mixing ---- */

/* mixup, cutmix and mosaic put samples together. What cannot be put together is refused; a class becomes probabilities: a
   field of its own, NAME_mixed, which takes the class's place in training steps. */
static int is_mixing(Expand *x, const RecipeCall *call) {
  const char *name = name_text(x->c->names, call->name);
  return !strcmp(name, "mixup") || !strcmp(name, "cutmix") || !strcmp(name, "mosaic");
}

static void check_mixable(Expand *x, const Data *d, const RecipeCall *call) {
  const char *name = name_text(x->c->names, call->name);
  int blends = !strcmp(name, "mixup");
  for (int i = 0; i < d->written; i++) {
    const Field *f = &d->fields.at[i];
    const char *what = f->kind == FIELD_POINTS                 ? "points"
                       : f->kind == FIELD_CLASS_MASK && blends ? "classes of pixels"
                                                               : NULL;
    if (f->type && what) {
      Diag *diag = diag_add(x->c, D_MIX, call->span, name, name_text(x->c->names, f->name), what);
      diag_note(x->c, diag, f->span, "declared here");
      diag_help(x->c, diag,
                f->kind == FIELD_POINTS ? "points of two pictures are twice as many"
                                        : "`cutmix` pastes a part of the other mask instead");
    }
  }
}

static void add_mixed(Expand *x, Data *d) {
  d->written = d->fields.count;
  int mixes = 0;
  for (int i = 0; i < d->augment.count; i++)
    if (is_mixing(x, &d->augment.at[i])) {
      check_mixable(x, d, &d->augment.at[i]);
      mixes = 1;
    }
  for (int i = 0; mixes && i < d->written; i++) {
    Field *f = &d->fields.at[i]; /* until the list grows */
    if (f->kind != FIELD_CLASS || !f->type)
      continue;
    RecipeCall *call = arena_alloc(x->c->mem, sizeof *call);
    call->name = name_of(x->c->names, "mixed");
    call->span = f->span;
    vec_push(x->c->mem, &call->args, (RecipeArg){.kind = RECIPE_TEXT, .text = f->name, .span = f->span});
    f->mixed = d->fields.count;
    Field mixed = {.name = name_format(x->c->names, "%s_mixed", name_text(x->c->names, f->name)), .kind = FIELD_VALUE, .classes = f->classes,
                   .type = type_make(x->c, F32, 1, 1, &f->classes), .derived = call, .from = i, .span = f->span};
    vec_push(x->c->mem, &d->fields, mixed);
  }
}

/* ---- the block ---- */

static const char *const lines[] = {"source", "val", "test", "holdout", "prepare", "augment", "names"};
enum { SOURCE, VAL, TEST, HOLDOUT, PREPARE, AUGMENT, NAMES, LINES };

static void read_line(Expand *x, Data *d, const Ast *s, const Ast **seen) {
  const char *name = name_text(x->c->names, s->name);
  Span at = s->name_span.len ? s->name_span : s->span;
  int i = 0;
  while (i < LINES && strcmp(lines[i], name))
    i++;
  if (s->kids[0] && i == PREPARE) {
    read_own(x, d, s);
    return;
  }
  if (i == LINES || s->kids[0]) {
    NameList all = names_list(x, lines, LINES);
    suggest_or_list(x, diag_add(x->c, D_UNKNOWN_LINE, at, "data", name), s->name, &all, "%s:", "it has the lines");
    return;
  }
  if (seen[i]) {
    diag_note(x->c, diag_add(x->c, D_SAME_LINE, at, name), seen[i]->span, "the first one");
    return;
  }
  seen[i] = s;
  switch (i) {
  case SOURCE: d->source = read_source(x, s); break;
  case VAL: d->val = read_source(x, s); break;
  case TEST: d->test = read_source(x, s); break;
  case HOLDOUT: read_holdout(x, d, s); break;
  case NAMES: read_class_names(x, s, d); break;
  default: read_transforms(x, s->kids[1], d, i == AUGMENT, -1);
  }
}

void data_read(Expand *x, const Ast *decl) {
  Data d = {.name = decl->name, .span = decl->span};
  const Ast *body = decl->kids[0], *seen[LINES] = {0};
  int errors = diag_errors(x->c->diags);
  for (int i = 0; i < body->count; i++) {
    const Ast *s = body->kids[i];
    if (s->kind == AST_FIELD)
      read_field(x, &d, s);
    else if (s->kind != AST_PROP && s->kind != AST_ERROR)
      misplaced(x, s, "a data block", "a data block has fields, and lines such as `source:` and `prepare:`");
  }
  for (int own = 0; own < 2; own++) /* after the fields, whose classes are counted; lines of single fields after those of all */
    for (int i = 0; i < body->count; i++)
      if (body->kids[i]->kind == AST_PROP && own == (body->kids[i]->kids[0] != NULL))
        read_line(x, &d, body->kids[i], seen);
  add_mixed(x, &d);
  if (!seen[SOURCE] && diag_errors(x->c->diags) == errors)
    diag_add(x->c, D_NO_SOURCE, decl->name_span, name_text(x->c->names, decl->name));
  if ((seen[VAL] || seen[HOLDOUT]) && !d.val && !d.holdout) /* told already: `keep:` shall not miss them too */
    d.holdout = arena_alloc(x->c->mem, sizeof *d.holdout);
  prepare_check(x, &d, x->p->datas.count);
  vec_push(x->c->mem, &x->p->datas, d);
}
