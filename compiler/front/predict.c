/* predict blocks: a command of the finished program. Its inputs are the graph's, its shows the outputs. */
#include "front/expand.h"
#include <string.h>

/* ---- inputs ---- */

static int from_field(Expand *x, const Ast *type, PredictInput *in) {
  NameList datas = {0}, fields = {0};
  for (int i = 0; i < x->p->datas.count; i++) {
    const Data *d = &x->p->datas.at[i];
    vec_push(x->c->mem, &datas, d->name);
    if (d->name != type->name)
      continue;
    for (int k = 0; k < d->fields.count; k++) {
      vec_push(x->c->mem, &fields, d->fields.at[k].name);
      if (d->fields.at[k].name != type->text2)
        continue;
      Name own = in->field.name;
      in->field = d->fields.at[k];
      in->field.name = own;
      in->data = i, in->data_field = k;
      return in->field.type != 0;
    }
    suggest_or_list(x, diag_add(x->c, D_NO_FIELD, type->span, name_text(x->c->names, d->name), name_text(x->c->names, type->text2)), type->text2,
                    &fields, "%s", "it has");
    return 0;
  }
  suggest_or_list(x, diag_add(x->c, D_NO_DATA, type->span, name_text(x->c->names, type->name)), type->name, &datas, "%s", "there are:");
  return 0;
}

static int read_input(Expand *x, const Ast *s, PredictInput *in) {
  *in = (PredictInput){.field = {.name = s->name, .span = s->span}, .data = -1, .data_field = -1};
  const Ast *type = s->count ? s->kids[0] : NULL, *value = s->count > 1 ? s->kids[1] : NULL;
  if (!type && !value) {
    const char *name = name_text(x->c->names, s->name);
    diag_help(x->c, diag_add(x->c, D_INPUT_TYPE, s->name_span, name),
              "`%s Data.field`, `%s [3, 32, 32]`, `%s class(10)`, or an option with a default, `%s: 8`", name, name, name, name);
    return 0;
  }
  if (value) {
    in->is_option = 1;
    return to_number(x, value_of(x, value), value->span, "a number", &in->value);
  }
  return type->kind == AST_TYPE_FIELD ? from_field(x, type, in) : field_type(x, type, &in->field);
}

/* What is given by `--name` cannot be called as an option that is there already. */
static int is_free(Expand *x, const Ast *s, const PredictInput *in) {
  static const char *const taken[] = {"output", "sample", "split", "count", "best", "overlay", "json", "data", "weights", "out", "batch",
                                      "seed", "threads", "prefix", "rename", "all", "help", "lr", "step", "epoch"};
  const char *name = name_text(x->c->names, s->name);
  if (!in->is_option && in->field.kind != FIELD_CLASS && in->field.kind != FIELD_VALUE)
    return 1;
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    if (!strcmp(taken[i], name)) {
      diag_add(x->c, D_TAKEN, s->name_span, name, i + 3 < sizeof taken / sizeof *taken ? "an option that every such command has" : "a number of the recipe");
      return 0;
    }
  return 1;
}

static void bind_input(Expand *x, Predict *p, const Ast *s) {
  PredictInput in;
  slot_set(x, s->name, (Value){0});
  if (!read_input(x, s, &in) || !is_free(x, s, &in))
    return;
  if (in.is_option) {
    *scalar_slot(x, s->name) = in.value;
    slot_set(x, s->name, value_val(graph_scalar(x->g, s->name, s->span)));
  } else {
    in.field.span = s->span;
    Val v = input_add(x, s->name, &in.field);
    slot_set(x, s->name, value_val(in.data < 0 ? v : prepare_field(x, in.data, in.data_field, v)));
  }
  vec_push(x->c->mem, &p->inputs, in);
}

/* Regions are not given but found, in the picture that the data block says, which is among the inputs then. */
static void check_found(Expand *x, const Predict *p) {
  for (int i = 0, k; i < p->inputs.count; i++) {
    const PredictInput *in = &p->inputs.at[i];
    if (in->data < 0 || !in->field.derived || in->field.kind != FIELD_BOXES)
      continue;
    for (k = 0; k < p->inputs.count; k++)
      if (p->inputs.at[k].data == in->data && p->inputs.at[k].data_field == in->field.from)
        break;
    if (k < p->inputs.count)
      continue;
    const Data *d = &x->p->datas.at[in->data];
    const char *data = name_text(x->c->names, d->name), *picture = name_text(x->c->names, d->fields.at[in->field.from].name);
    diag_help(x->c, diag_add(x->c, D_FOUND_WHERE, in->field.span, name_text(x->c->names, in->field.name), data, picture), "put `%s %s.%s` before it",
              picture, data, picture);
  }
}

/* ---- shows ---- */

static const struct {
  const char *name, *shape;
} kinds[] = {{"classes", "a probability for each class, [classes]"}, {"mask", "[1, height, width] or [height, width]"},
             {"image", "[1, height, width] or [3, height, width]"},   {"value", ""},
             {"boxes", "rows of class, x1, y1, x2, y2, score, [n, 6], or without the score, [n, 5]"},
             {"relations", "scores [n, n, relations] of pairs of the rows of a `show boxes` before it"}};
enum { CLASSES, MASK, IMAGE, VALUE, BOXES, RELATIONS, KINDS };

/* How many rows the boxes that were shown last have; 0: none were. */
static int rows_shown(const Expand *x, const Predict *p) {
  int rows = 0;
  for (int i = 0; i < p->shows.count; i++)
    if (!strcmp(name_text(x->c->names, p->shows.at[i].name), "boxes"))
      rows = graph_type(x->g, x->g->outputs.at[p->shows.at[i].output].val)->dim[0];
  return rows;
}

static int fits(int kind, int rows, const Type *t) {
  switch (kind) {
  case CLASSES: return t->rank == 1;
  case MASK: return (t->rank == 3 && t->dim[0] == 1) || t->rank == 2;
  case IMAGE: return t->rank == 3 && (t->dim[0] == 1 || t->dim[0] == 3);
  case BOXES: return t->rank == 2 && (t->dim[1] == 5 || t->dim[1] == 6) && t->elem == F32;
  case RELATIONS: return t->rank == 3 && t->dim[0] == rows && t->dim[1] == rows && t->elem == F32;
  default: return 1;
  }
}

static int check_show(Expand *x, const Predict *p, const Ast *s, Val v) {
  const char *kind = name_text(x->c->names, s->name);
  Span at = s->name_span.len ? s->name_span : s->span;
  int i = 0;
  while (i < KINDS && strcmp(kind, kinds[i].name))
    i++;
  if (i == KINDS) {
    NameList all = names_list(x, (const char *[]){"classes", "mask", "image", "value", "boxes", "relations"}, KINDS);
    suggest_or_list(x, diag_add(x->c, D_SHOW, at, kind), s->name, &all, "%s:", "there are");
    return 0;
  }
  if (!v || fits(i, rows_shown(x, p), graph_type(x->g, v)))
    return v != 0;
  diag_add(x->c, D_SHOW_SHAPE, s->kids[0]->span, kind, kinds[i].shape, say_type(x, graph_node(x->g, v)->type));
  return 0;
}

static void read_props(Expand *x, const Ast *s, Show *show) {
  for (int i = 1; i < s->count; i++) {
    RecipeProp prop = {.name = s->kids[i]->name, .span = s->kids[i]->span};
    if (recipe_arg(x, s->kids[i]->kids[1], &prop.value))
      vec_push(x->c->mem, &show->props, prop);
  }
}

/* show relations: E, names: ["left of", "above"], above: 0.5 */
static void check_relations(Expand *x, const Ast *s, const Show *show, int relations) {
  int named = 0;
  for (int i = 0; i < show->props.count; i++) {
    const RecipeProp *prop = &show->props.at[i];
    const char *name = name_text(x->c->names, prop->name);
    int texts = prop->value.kind == RECIPE_LIST;
    for (int k = 0; texts && k < prop->value.list.count; k++)
      texts = prop->value.list.at[k].kind == RECIPE_TEXT;
    if (!strcmp(name, "names") && texts)
      named = prop->value.list.count;
    else if (strcmp(name, "above") || prop->value.kind != RECIPE_NUM)
      diag_help(x->c, diag_add(x->c, D_WRONG_KIND, prop->span, "`names:` with a list of names in quotes, or `above:` with a number,",
                               arena_printf(x->c->mem, "`%s`", say_source(x, prop->span))),
                "`above: 0.5` shows the relations that are surer than that");
  }
  if (named != relations)
    diag_add(x->c, D_RELATION_NAMES, s->span, say_number(x, relations), say_number(x, named));
}

/* The second `show mask` is the output mask_2. */
static Name output_name(Expand *x, const Predict *p, Name kind) {
  int n = 1;
  for (int i = 0; i < p->shows.count; i++)
    n += p->shows.at[i].name == kind;
  return n == 1 ? kind : name_format(x->c->names, "%s_%d", name_text(x->c->names, kind), n);
}

static void run_show(Expand *x, Predict *p, const Ast *s) {
  Val v;
  if (!to_val(x, value_of(x, s->kids[0]), s->kids[0]->span, &v))
    v = 0;
  if (!check_show(x, p, s, v))
    return;
  Show show = {.name = s->name, .output = x->g->outputs.count};
  read_props(x, s, &show);
  if (!strcmp(name_text(x->c->names, s->name), "relations"))
    check_relations(x, s, &show, graph_type(x->g, v)->dim[2]);
  if (!graph_type(x->g, v)->batched) { /* the same for every sample: shown once for each all the same */
    int dims[MAX_RANK], rank = graph_type(x->g, v)->rank;
    for (int i = 0; i < rank; i++)
      dims[i] = graph_type(x->g, v)->dim[i];
    Attr a[3] = {attr_ints(x->c, dims, rank), attr_number(1), attr_number(0)};
    v = graph_add(x->g, OP_expand, &v, 1, a, s->span);
  }
  vec_push(x->c->mem, &x->g->outputs, (Output){output_name(x, p, s->name), v, OUT_SHOW});
  vec_push(x->c->mem, &p->shows, show);
}

static void check_own_name(Expand *x, const Ast *decl) {
  static const char *const taken[] = {"train", "eval", "info", "bench", "dump", "weights", "man", "completion", "help", "preview", "compare"};
  const char *name = name_text(x->c->names, decl->name);
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    if (!strcmp(taken[i], name))
      diag_add(x->c, D_TAKEN, decl->name_span, name, "a command that every program has");
  for (int i = 0; i < x->p->predicts.count; i++)
    if (x->p->predicts.at[i].name == decl->name)
      diag_note(x->c, diag_add(x->c, D_SAME_NAME, decl->name_span, name), x->p->predicts.at[i].span, "first declared here");
}

void predict_read(Expand *x, const Ast *decl) {
  Predict p = {.name = decl->name, .span = decl->span};
  Frame top = frame_top();
  int errors = diag_errors(x->c->diags);
  check_own_name(x, decl);
  graph_begin(x, name_format(x->c->names, "predict_%s", name_text(x->c->names, decl->name)), 0);
  x->frame = &top;
  x->probes.count = 0;
  x->probing = 1;
  const Ast *inputs = decl->kids[0], *body = decl->kids[1];
  int shown = 0;
  for (int i = 0; i < inputs->count; i++)
    bind_input(x, &p, inputs->kids[i]);
  check_found(x, &p);
  for (int i = 0; i < body->count; i++) {
    const Ast *s = body->kids[i];
    if (statement_run(x, s))
      continue;
    if (s->kind == AST_SHOW) {
      run_show(x, &p, s);
      shown = 1;
    } else
      misplaced(x, s, "a predict block", "a predict block has names, `for`, `if` and `show`");
  }
  x->frame = NULL;
  x->probing = 0;
  if (!shown && diag_errors(x->c->diags) == errors)
    diag_add(x->c, D_NO_SHOW, decl->name_span, name_text(x->c->names, decl->name));
  p.graph = x->g;
  if (diag_errors(x->c->diags) == errors)
    explain_make(x, &p);
  vec_push(x->c->mem, &x->p->predicts, p);
}
