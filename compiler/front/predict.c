/* predict blocks: a command of the finished program. Its inputs are the graph's, its shows the outputs. */
#include "front/expand.h"
#include <string.h>

static int from_field(Expand *x, const Ast *type, PredictInput *in) {
  for (int i = 0; i < x->p->datas.count; i++) {
    const Data *d = &x->p->datas.at[i];
    Vec(Name) all = {0};
    if (d->name != type->name)
      continue;
    for (int k = 0; k < d->fields.count; k++) {
      vec_push(x->c->mem, &all, d->fields.at[k].name);
      if (d->fields.at[k].name != type->text2)
        continue;
      Name own = in->field.name;
      in->field = d->fields.at[k];
      in->field.name = own;
      in->data = i, in->data_field = k;
      return 1;
    }
    Diag *diag = diag_add(x->c, D_NO_FIELD, type->span, name_text(x->c->names, d->name), name_text(x->c->names, type->text2));
    Name near = name_nearest(x->c->names, name_text(x->c->names, type->text2), all.at, all.count);
    if (near)
      diag_help(x->c, diag, "did you mean `%s`?", name_text(x->c->names, near));
    return 0;
  }
  diag_add(x->c, D_NO_DATA, type->span, name_text(x->c->names, type->name));
  return 0;
}

static int read_input(Expand *x, const Ast *s, PredictInput *in) {
  *in = (PredictInput){.field = {.name = s->name, .span = s->span}, .data = -1, .data_field = -1};
  const Ast *type = s->count ? s->kids[0] : NULL, *value = s->count > 1 ? s->kids[1] : NULL;
  if (!type && !value) {
    diag_add(x->c, D_INPUT_TYPE, s->span, name_text(x->c->names, s->name));
    return 0;
  }
  if (value) {
    in->is_option = 1;
    return to_number(x, value_of(x, value), value->span, "a number", &in->value);
  }
  return type->kind == AST_TYPE_FIELD ? from_field(x, type, in) : field_type(x, type, &in->field);
}

static void bind_input(Expand *x, Predict *p, const Ast *s) {
  PredictInput in;
  if (!read_input(x, s, &in)) {
    slot_set(x, s->name, (Value){0});
    return;
  }
  if (in.is_option) {
    *scalar_slot(x, s->name) = in.value;
    slot_set(x, s->name, value_val(graph_scalar(x->g, s->name, s->span)));
  } else {
    slot_set(x, s->name, value_val(graph_input(x->g, s->name, in.field.type, s->span)));
  }
  vec_push(x->c->mem, &p->inputs, in);
}

static const char *const kinds[] = {"classes", "mask", "image", "value", "boxes"};

static int check_show(Expand *x, const Ast *s, const Type *t) {
  const char *kind = name_text(x->c->names, s->name);
  size_t i = 0;
  while (i < 5 && strcmp(kind, kinds[i]))
    i++;
  if (i == 5) {
    Name all[5];
    for (int k = 0; k < 5; k++)
      all[k] = name_of(x->c->names, kinds[k]);
    Diag *d = diag_add(x->c, D_SHOW, s->name_span.len ? s->name_span : s->span, kind);
    Name near = name_nearest(x->c->names, kind, all, 5);
    diag_help(x->c, d, near ? "did you mean `%s`?" : "there are classes, mask, image, value%s", near ? name_text(x->c->names, near) : "");
    return 0;
  }
  if (i == 4) {
    diag_add(x->c, D_NOT_BUILT, s->span, "`show boxes:`");
    return 0;
  }
  static const char *const wanted[] = {"[classes]", "[1, height, width] or [height, width]", "[1 or 3, height, width]", ""};
  int fits = i == 0 ? t->rank == 1 : i == 1 ? (t->rank == 3 && t->dim[0] == 1) || t->rank == 2 : i == 2 ? t->rank == 3 && (t->dim[0] == 1 || t->dim[0] == 3) : 1;
  if (fits)
    return 1;
  Text shape = {.mem = x->c->mem};
  type_text(t, &shape);
  diag_add(x->c, D_SHOW_SHAPE, s->kids[0]->span, kind, wanted[i], text_str(&shape));
  return 0;
}

static void run_show(Expand *x, Predict *p, const Ast *s) {
  Val v;
  if (!to_val(x, value_of(x, s->kids[0]), s->kids[0]->span, &v) || !check_show(x, s, graph_type(x->g, v)))
    return;
  Show show = {.name = s->name, .output = x->g->outputs.count};
  for (int i = 1; i < s->count; i++) {
    RecipeProp prop = {.name = s->kids[i]->name, .span = s->kids[i]->span};
    if (recipe_arg(x, s->kids[i]->kids[1], &prop.value))
      vec_push(x->c->mem, &show.props, prop);
  }
  if (!graph_type(x->g, v)->batched) { /* the same for every sample: shown once for each all the same */
    int dims[MAX_RANK], rank = graph_type(x->g, v)->rank;
    for (int i = 0; i < rank; i++)
      dims[i] = graph_type(x->g, v)->dim[i];
    Attr a[3] = {attr_ints(x->c, dims, rank), attr_number(1), attr_number(0)};
    v = graph_add(x->g, OP_expand, &v, 1, a, s->span);
  }
  vec_push(x->c->mem, &x->g->outputs, (Output){s->name, v, OUT_SHOW});
  vec_push(x->c->mem, &p->shows, show);
}

void predict_read(Expand *x, const Ast *decl) {
  static const char *const taken[] = {"train", "eval", "info", "bench", "dump", "help", "preview"};
  Predict p = {.name = decl->name, .span = decl->span};
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    if (!strcmp(taken[i], name_text(x->c->names, decl->name)))
      diag_add(x->c, D_TAKEN, decl->name_span, name_text(x->c->names, decl->name));
  Frame top = frame_top(x);
  graph_begin(x, name_format(x->c->names, "predict_%s", name_text(x->c->names, decl->name)), 0);
  x->frame = &top;
  const Ast *inputs = decl->kids[0], *body = decl->kids[1];
  for (int i = 0; i < inputs->count; i++)
    bind_input(x, &p, inputs->kids[i]);
  for (int i = 0; i < body->count; i++) {
    const Ast *s = body->kids[i];
    if (statement_run(x, s))
      continue;
    if (s->kind == AST_SHOW)
      run_show(x, &p, s);
    else
      diag_add(x->c, D_MISPLACED, s->span, ast_kind_text(s->kind));
  }
  x->frame = NULL;
  if (!p.shows.count && !diag_errors(x->c->diags))
    diag_add(x->c, D_NO_SHOW, decl->span, name_text(x->c->names, decl->name));
  p.graph = x->g;
  vec_push(x->c->mem, &x->p->predicts, p);
}
