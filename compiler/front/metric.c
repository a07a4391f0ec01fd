/* Metrics of detections, which the runtime computes over a split: the table's METRIC rows, called in a report line. Their first two
   arguments are values of the graph, a sample's detections and boxes; the others are words and numbers of a recipe's call. */
#include "front/train.h"
#include <math.h>
#include <string.h>

enum { DETECTION = 6, BOX = 5 }; /* numbers of a row */

/* f(d, boxes), or d -> f(boxes) */
static const Ast *call_in(const Ast *e) {
  const Ast *stage = e->kind == AST_PIPE ? e->kids[1] : NULL;
  return !stage ? e : stage->kind == AST_STAGE && !stage->kids[0] && !stage->name && !stage->text ? stage->kids[1] : stage;
}

const Ast *metric_call(Expand *x, const Ast *e) {
  const Ast *call = call_in(e);
  return call->kind == AST_CALL && call->kids[0]->kind == AST_REF && !decl_find(x, call->kids[0]->name, 0) &&
                 recipe_is("METRIC", name_text(x->c->names, call->kids[0]->name))
             ? call
             : NULL;
}

/* Which operand an argument is: 0, 1, or -1. */
static int operand_of(Expand *x, const Ast *arg, int place) {
  const char *name = name_text(x->c->names, arg->name);
  return !arg->name ? place < 2 ? place : -1 : !strcmp(name, "detections") ? 0 : !strcmp(name, "boxes") ? 1 : -1;
}

/* An operand stands in the call by its text. */
static int operand_read(Expand *x, const Ast *e, Val *out, RecipeArg *arg) {
  *arg = (RecipeArg){.kind = RECIPE_TEXT, .text = name_of(x->c->names, say_source(x, e->span)), .span = e->span, .whole = e->span};
  return to_val(x, value_of(x, e), e->span, out);
}

static int args_read(Expand *x, const Ast *e, const Ast *call, Val operand[2], Span at[2], RecipeCall *to) {
  const Ast *args = call->kids[1];
  RecipeArg a;
  int ok = 1, place = 0;
  if (e->kind == AST_PIPE) {
    at[0] = e->kids[0]->span;
    ok = operand_read(x, e->kids[0], &operand[place++], &a);
    vec_push(x->c->mem, &to->args, a);
  }
  for (int i = 0; i < args->count; i++) {
    const Ast *value = args->kids[i]->kids[0];
    int k = operand_of(x, args->kids[i], place);
    place += !args->kids[i]->name;
    if (k >= 0)
      at[k] = value->span;
    if (k >= 0 ? !operand_read(x, value, &operand[k], &a) : !recipe_arg(x, value, &a)) {
      ok = 0;
      continue;
    }
    a.name = args->kids[i]->name;
    a.whole = args->kids[i]->span;
    vec_push(x->c->mem, &to->args, a);
  }
  return ok;
}

static int check_operand(Expand *x, Val v, int width, const char *wanted, Span at) {
  const Type *t = graph_type(x->g, v);
  if (t->rank == 2 && t->dim[1] == width && t->batched && t->elem == F32)
    return 1;
  diag_add(x->c, D_WRONG_KIND, at, wanted, say_value(x, value_val(v)));
  return 0;
}

static int is_one_of(const char *word, const char *const *words) {
  while (*words && strcmp(word, *words))
    words++;
  return *words != NULL;
}

static int check_option(Expand *x, const RecipeCall *call, const RecipeArg *a, const char *name) {
  static const char *const methods[] = {"coco", "voc", "voc2007", NULL}, *const areas[] = {"all", "small", "medium", "large", NULL};
  const char *word = name_text(x->c->names, a->text), *wanted = NULL;
  if (!strcmp(name, "method") && !is_one_of(word, methods))
    wanted = "coco, voc or voc2007";
  if (!strcmp(name, "area") && !is_one_of(word, areas))
    wanted = "all, small, medium or large";
  if (!strcmp(name, "iou") && a->kind == RECIPE_NUM && !(a->num > 0 && a->num <= 1))
    wanted = "above 0 and at most 1";
  if (!strcmp(name, "count") && (a->kind != RECIPE_NUM || !(a->num >= 1) || a->num != floor(a->num) || a->num > INT32_MAX))
    wanted = "a whole number, at least 1";
  if (wanted)
    diag_add(x->c, D_RECIPE_RANGE, a->span, arena_printf(x->c->mem, "`%s` of `%s`", name, name_text(x->c->names, call->name)), wanted,
             arena_printf(x->c->mem, "`%s`", say_source(x, a->span)));
  return !wanted;
}

/* Areas and counts are COCO's. */
static int check_method(Expand *x, const RecipeCall *call, const RecipeArg *const given[]) {
  const char *method = given[1] ? name_text(x->c->names, given[1]->text) : "coco";
  int ok = 1;
  for (int k = 2; k < 4 && strcmp(method, "coco"); k++)
    if (given[k]) {
      Diag *d = diag_add(x->c, D_RECIPE_ARGUMENT, given[k]->whole, name_text(x->c->names, call->name),
                         arena_printf(x->c->mem, "has no `%s` by VOC's rules", k == 2 ? "area" : "count"));
      diag_help(x->c, d, "leave it out, or `method: coco`");
      ok = 0;
    }
  return ok;
}

static int check_options(Expand *x, const RecipeCall *call) {
  static const char *const options[] = {"iou", "method", "area", "count"}, *const recall[] = {"iou", "area", "count"};
  int has_method = strcmp(name_text(x->c->names, call->name), "average_recall") != 0, ok = 1;
  const RecipeArg *given[4] = {NULL};
  for (int i = 0, place = 0; i < call->args.count; i++) {
    const RecipeArg *a = &call->args.at[i];
    const char *name = a->name ? name_text(x->c->names, a->name) : place < 2 ? "" : (has_method ? options : recall)[place - 2];
    place += !a->name;
    for (int k = 0; k < 4; k++)
      if (!strcmp(name, options[k]))
        given[k] = a;
    ok &= check_option(x, call, a, name);
  }
  return ok && check_method(x, call, given);
}

RecipeCall *metric_read(Expand *x, const Ast *e, Val operand[2]) {
  const Ast *call = metric_call(x, e);
  RecipeArg all = {.kind = RECIPE_CALL, .call = arena_alloc(x->c->mem, sizeof *all.call), .span = e->span};
  Span at[2] = {call->span, call->span};
  operand[0] = operand[1] = 0;
  all.call->name = call->kids[0]->name;
  all.call->span = call->span;
  if (!args_read(x, e, call, operand, at, all.call) || !recipe_check(x, &all, "METRIC", call->span) || !operand[0] || !operand[1] ||
      !check_operand(x, operand[0], DETECTION, "a list of detections, [n, 6] with rows of class, x1, y1, x2, y2, score,", at[0]) ||
      !check_operand(x, operand[1], BOX, "a list of boxes, [n, 5] with rows of class, x1, y1, x2, y2,", at[1]))
    return NULL;
  return check_options(x, all.call) ? all.call : NULL;
}
