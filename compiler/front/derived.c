/* Fields that are computed from others: field border [64, 64] = border_weight(mask). Their calls are rows of
   runtime/calls.def; here it is checked that they are given a field that suits, and have the shape that follows. */
#include "front/expand.h"
#include <string.h>

/* "[4, 16]", "boxes(2, max: 40)" */
static const char *say_field(Expand *x, const Field *f) {
  return f->kind == FIELD_BOXES ? arena_printf(x->c->mem, "boxes(%d, max: %d)", f->classes, type_get(x->c, f->type)->dim[0]) : say_type(x, f->type);
}

/* The field that a call names; -1 after reporting. */
static int field_named(Expand *x, const Data *d, const RecipeCall *call, const char *wanted, unsigned kinds) {
  const char *name = name_text(x->c->names, call->name);
  const RecipeArg *of = NULL;
  NameList all = {0};
  for (int i = 0; i < call->args.count; i++)
    if (call->args.at[i].kind == RECIPE_TEXT)
      of = &call->args.at[i];
  for (int i = 0; of && i < d->fields.count; i++) {
    vec_push(x->c->mem, &all, d->fields.at[i].name);
    if (d->fields.at[i].name != of->text)
      continue;
    if (!d->fields.at[i].type || kinds >> d->fields.at[i].kind & 1)
      return i;
    Diag *report = diag_add(x->c, D_DERIVED, of->span, name, wanted, say_field(x, &d->fields.at[i]));
    diag_note(x->c, report, d->fields.at[i].span, "declared here");
    return -1;
  }
  Span at = of ? of->span : call->span;
  Diag *report = diag_add(x->c, D_DERIVED, at, name, wanted, of ? "no field declared above" : "none");
  if (of)
    suggest_or_list(x, report, of->text, &all, "%s", "there are:");
  return -1;
}

static int wrong_shape(Expand *x, const RecipeCall *call, const Field *f, const Field *from, const char *wanted) {
  Diag *d = diag_add(x->c, D_DERIVED, f->span, name_text(x->c->names, call->name), wanted, say_field(x, f));
  diag_note(x->c, d, from->span, "computed from this");
  return 0;
}

/* [h, w] or [1, h, w], as the mask is. */
static int border_fits(Expand *x, const RecipeCall *call, const Field *f, const Field *mask) {
  const Type *t = type_get(x->c, f->type), *m = type_get(x->c, mask->type);
  int h = m->dim[m->rank - 2], w = m->dim[m->rank - 1];
  int plane = t->rank == 2 || (t->rank == 3 && t->dim[0] == 1);
  if (!f->classes && plane && t->dim[t->rank - 2] == h && t->dim[t->rank - 1] == w)
    return 1;
  return wrong_shape(x, call, f, mask, arena_printf(x->c->mem, "a field [%d, %d] for its result", h, w));
}

/* [k, h, w] for k points. */
static int heatmaps_fit(Expand *x, const RecipeCall *call, const Field *f, const Field *points) {
  const Type *t = type_get(x->c, f->type);
  int k = type_get(x->c, points->type)->dim[0];
  if (!f->classes && t->rank == 3 && t->dim[0] == k)
    return 1;
  return wrong_shape(x, call, f, points, arena_printf(x->c->mem, "a field [%d, height, width] for its result", k));
}

/* [k] for k classes. */
static int mixed_fits(Expand *x, const RecipeCall *call, const Field *f, const Field *label) {
  const Type *t = type_get(x->c, f->type);
  if (!f->classes && t->rank == 1 && t->dim[0] == label->classes)
    return 1;
  return wrong_shape(x, call, f, label, arena_printf(x->c->mem, "a field [%d] for its result", label->classes));
}

/* One number: [] or [1]. */
static int weight_fits(Expand *x, const RecipeCall *call, const Field *f, const Field *label) {
  const Type *t = type_get(x->c, f->type);
  return !f->classes && type_count(t) == 1 ? 1 : wrong_shape(x, call, f, label, "a field [] for its result");
}

/* boxes(1). */
static int search_fits(Expand *x, const RecipeCall *call, const Field *f, const Field *picture) {
  if (f->kind == FIELD_BOXES && f->classes == 1)
    return 1;
  return wrong_shape(x, call, f, picture, "a field boxes(1, max: 300) for its result");
}

static const struct derivation {
  const char *name, *from;
  unsigned kinds; /* of that field */
  int (*fits)(Expand *, const RecipeCall *, const Field *, const Field *);
} derivations[] = {{"border_weight", "a field of a mask, or of the pixels' classes", 1 << FIELD_MASK | 1 << FIELD_CLASS_MASK, border_fits},
                   {"heatmaps", "a field of points, [k, 2]", 1 << FIELD_POINTS, heatmaps_fit},
                   {"mixed", "a field of a class", 1 << FIELD_CLASS, mixed_fits},
                   {"class_weight", "a field of a class", 1 << FIELD_CLASS, weight_fits},
                   {"selective_search", "a field of a picture", 1 << FIELD_IMAGE, search_fits}};

int derived_read(Expand *x, const Data *d, const Ast *e, Field *f) {
  RecipeArg arg;
  if (!recipe_arg(x, e, &arg))
    return 0;
  RecipeCall *call = recipe_check(x, &arg, "DERIVED", e->span);
  if (!call)
    return 0;
  const struct derivation *row = derivations;
  while (strcmp(row->name, name_text(x->c->names, call->name)))
    row++;
  f->derived = call;
  f->from = field_named(x, d, call, row->from, row->kinds);
  return f->from >= 0 && d->fields.at[f->from].type && row->fits(x, call, f, &d->fields.at[f->from]);
}
