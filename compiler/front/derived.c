/* Fields that are computed from others: field border [64, 64] = border_weight(mask). Their calls are rows of
   runtime/calls.def; here it is checked that they are given a field that suits, and have the shape that follows. */
#include "front/expand.h"
#include <string.h>

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
    Diag *report = diag_add(x->c, D_DERIVED, of->span, name, wanted, say_type(x, d->fields.at[i].type));
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
  Diag *d = diag_add(x->c, D_DERIVED, f->span, name_text(x->c->names, call->name), wanted, say_type(x, f->type));
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

int derived_read(Expand *x, const Data *d, const Ast *e, Field *f) {
  RecipeArg arg;
  if (!recipe_arg(x, e, &arg))
    return 0;
  RecipeCall *call = recipe_check(x, &arg, "DERIVED", e->span);
  if (!call)
    return 0;
  const char *name = name_text(x->c->names, call->name);
  int heat = !strcmp(name, "heatmaps"), mixed = !strcmp(name, "mixed"), weight = !strcmp(name, "class_weight");
  f->derived = call;
  unsigned masks = 1 << FIELD_MASK | 1 << FIELD_CLASS_MASK;
  f->from = heat ? field_named(x, d, call, "a field of points, [k, 2]", 1 << FIELD_POINTS)
            : mixed || weight ? field_named(x, d, call, "a field of a class", 1 << FIELD_CLASS)
                    : field_named(x, d, call, "a field of a mask, or of the pixels' classes", masks);
  if (f->from < 0 || !d->fields.at[f->from].type)
    return 0;
  return (heat ? heatmaps_fit : mixed ? mixed_fits : weight ? weight_fits : border_fits)(x, call, f, &d->fields.at[f->from]);
}
