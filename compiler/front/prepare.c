/* What of `prepare:` is computed in the graph. The runtime brings pictures to their size and does value * factor + offset. From
   the first step on that is more than that, everything is ordinary graph, where the field's value enters: in the training step,
   the evaluation, the summary and in predict commands. So it is fused with what follows, and exact everywhere.

     prepare: resize(32) -> scale(1/255) -> normalize(measured) -> Gamma(2)
              runtime                     | graph: (image - Data.mean)/(Data.std + 1e-6), then the block

   `prepare(FIELD):` is for one field, of any real numbers, and all of it is graph. Measured numbers are states of the data block. For each step that has some, a graph of its own gives what is measured: the
   field after the steps before. The runtime runs it over the training samples before the first step. Arithmetic and epsilons are
   those of Keras's ImageDataGenerator. */
#include "front/builtin.h"
#include <string.h>

static const double KERAS_EPS = 1e-6; /* what Keras adds to deviations */
enum { WHITEN_MOST = 8192, /* values of a picture: the matrix then takes 256 MB */
       LIST_MOST = 64 };   /* numbers written for channels: a node's operands */

/* ---- reading ---- */

static Name callee_of(const Ast *e) {
  const Ast *callee = e->kind == AST_CALL ? e->kids[0] : e;
  return callee->kind == AST_REF ? callee->name : 0;
}

Name prepare_callee(Expand *x, const Ast *e) {
  Name name = callee_of(e);
  return name ? name : name_of(x->c->names, say_source(x, e->span));
}

int prepare_computes(Expand *x, const Ast *e) {
  Name name = callee_of(e);
  if (e->kind == AST_SEQ)
    return 1;
  return name && !recipe_has(x, name) && (decl_find(x, name, 0) || builtin_find(x, name) || op_find(x->c, name));
}

static int call_is(Expand *x, const RecipeCall *call, const char *name) {
  return !strcmp(name_text(x->c->names, call->name), name);
}

/* The argument of a parameter, by name or place; NULL: not given. */
static const RecipeArg *arg_of(Expand *x, const RecipeCall *call, const char *name, int place) {
  const RecipeArg *found = NULL;
  for (int i = 0, next = 0; i < call->args.count; i++) {
    const RecipeArg *a = &call->args.at[i];
    if (a->name ? !strcmp(name_text(x->c->names, a->name), name) : next++ == place)
      found = a;
  }
  return found;
}

/* Mean and deviation of a normalize; a word for the mean stands for both. */
typedef struct {
  const RecipeArg *mean, *std;
} Statistics;

static Statistics statistics_of(Expand *x, const RecipeCall *call) {
  Statistics s = {arg_of(x, call, "mean", 0), arg_of(x, call, "std", 1)};
  if (!s.std)
    s.std = s.mean;
  return s;
}

static int is_word(Expand *x, const RecipeArg *a, const char *word) {
  return a->kind == RECIPE_TEXT && (!word || !strcmp(name_text(x->c->names, a->text), word));
}

/* Can the runtime do it as a factor and an offset? */
static int is_fixed(Expand *x, const RecipeCall *call) {
  if (!call_is(x, call, "normalize"))
    return !call_is(x, call, "zca_whiten");
  Statistics s = statistics_of(x, call);
  return !is_word(x, s.mean, NULL) && !is_word(x, s.std, NULL);
}

static int is_geometry(Expand *x, const RecipeCall *call) {
  return !call_is(x, call, "scale") && !call_is(x, call, "normalize") && !call_is(x, call, "zca_whiten");
}

static int wrong_range(Expand *x, const RecipeArg *a, const char *what, const char *wanted, double v) {
  diag_add(x->c, D_RECIPE_RANGE, a->span, what, wanted, say_number(x, v));
  return 0;
}

static int check_numbers(Expand *x, const RecipeCall *call) {
  const RecipeArg *std = call_is(x, call, "normalize") ? statistics_of(x, call).std : NULL;
  const RecipeArg *eps = call_is(x, call, "zca_whiten") ? arg_of(x, call, "eps", 0) : NULL;
  if (eps && !(eps->kind == RECIPE_NUM && eps->num >= 0))
    return wrong_range(x, eps, "`eps`", "0 or more", eps->num);
  if (std && std->kind == RECIPE_NUM && !(std->num > 0))
    return wrong_range(x, std, "`std`", "above 0", std->num);
  for (int i = 0; std && std->kind == RECIPE_LIST && i < std->list.count; i++)
    if (!(std->list.at[i].num > 0))
      return wrong_range(x, std, "`std`", "above 0", std->list.at[i].num);
  return 1;
}

static int check_call(Expand *x, const Data *d, const PrepareStep *s) {
  const RecipeCall *call = s->call;
  if (call_is(x, call, "normalize") && !is_word(x, arg_of(x, call, "mean", 0), NULL) && !arg_of(x, call, "std", 1)) {
    diag_help(x->c, diag_add(x->c, D_RECIPE_LACKS, s->span, "normalize", "std"), "`normalize(measured)` takes both from the training samples");
    return 0;
  }
  if (!check_numbers(x, call))
    return 0;
  if (s->field >= 0 && is_geometry(x, call)) {
    diag_add(x->c, D_PREPARE, s->span, name_text(x->c->names, call->name), "sizes change for all fields at once, in the `prepare:` of all");
    return 0;
  }
  if (!d->computed.count || !is_geometry(x, call))
    return 1;
  Span before = d->computed.at[d->computed.count - 1].span;
  Diag *report = diag_add(x->c, D_PREPARE_ORDER, s->span, name_text(x->c->names, call->name), say_source(x, before));
  diag_help(x->c, report, "`%s` comes before it", say_source(x, s->span));
  return 0;
}

void prepare_add(Expand *x, Data *d, const PrepareStep *s) {
  if (s->call && !check_call(x, d, s))
    return;
  if (s->call && s->field < 0 && !d->computed.count && is_fixed(x, s->call))
    vec_push(x->c->mem, &d->prepare, *s->call);
  else
    vec_push(x->c->mem, &d->computed, *s);
}

/* ---- the arithmetic ---- */

typedef struct {
  Expand *x;
  const Data *d;
  int field, own; /* own: the step is of this field alone */
  Span at;
  int means, stds, zcas; /* measured so far */
} Prepare;

static Val apply(const Prepare *p, OpId op, Val a, Val b) {
  Val in[2] = {a, b};
  return graph_add(p->x->g, op, in, 2, NULL, p->at);
}

static Val number(const Prepare *p, double v) {
  return graph_number(p->x->g, v, p->at);
}

static Val reshaped(const Prepare *p, Val v, const int *dims, int rank) {
  Attr shape = attr_ints(p->x->c, dims, rank);
  return graph_add(p->x->g, OP_reshape, &v, 1, &shape, p->at);
}

/* Numbers for each channel: of pictures and clips; else for each index of the first axis. */
static int channel_axis(const Type *t) {
  return t->rank > 3 ? t->rank - 3 : 0;
}

static int channels_of(const Type *t) {
  return t->rank ? t->dim[channel_axis(t)] : 1;
}

/* One number for each channel along the picture's channels. */
static Val spread(const Prepare *p, Val v, const Type *picture) {
  int dims[MAX_RANK];
  for (int i = 0; i < picture->rank; i++)
    dims[i] = i == channel_axis(picture) ? picture->dim[i] : 1;
  return reshaped(p, v, dims, picture->rank);
}

/* The mean over all of a picture. */
static Val mean_of(const Prepare *p, Val v) {
  int axes[MAX_RANK];
  const Type *t = graph_type(p->x->g, v);
  double size = (double)type_size(t);
  for (int i = 0; i < t->rank; i++)
    axes[i] = i;
  Attr a[2] = {attr_ints(p->x->c, axes, t->rank), attr_number(0)};
  return apply(p, OP_div, graph_add(p->x->g, OP_reduce_sum, &v, 1, a, p->at), number(p, size));
}

static Val deviation_of(const Prepare *p, Val v) {
  Val off = apply(p, OP_sub, v, mean_of(p, v));
  Val variance = mean_of(p, apply(p, OP_mul, off, off));
  return graph_add(p->x->g, OP_sqrt, &variance, 1, NULL, p->at);
}

/* The state NAME of the data block; with several pictures, of the field. */
static Val state_of(const Prepare *p, const char *what, int before, int rank, const int32_t *dim, Name *path) {
  Expand *x = p->x;
  int pictures = 0;
  for (int i = 0; i < p->d->fields.count; i++)
    pictures += p->d->fields.at[i].kind == FIELD_IMAGE || p->d->fields.at[i].kind == FIELD_CLIP;
  const char *own = pictures > 1 || p->own ? name_text(x->c->names, p->d->fields.at[p->field].name) : "";
  *path = name_format(x->c->names, "%s.%s%s%s", name_text(x->c->names, p->d->name), own, *own ? "." : "", what);
  if (before)
    *path = name_format(x->c->names, "%s%d", name_text(x->c->names, *path), before + 1);
  return graph_param(x->g, *path, name_of(x->c->names, "state"), type_make(x->c, F32, 0, rank, dim),
                     name_of(x->c->names, "measured"), NULL, 0, p->at);
}

static Val channels_state(Prepare *p, const char *what, int before, const Type *t, Measure *m, Name *path) {
  int32_t channels = m->channels = channels_of(t);
  m->plane = 1;
  for (int i = channel_axis(t) + 1; i < t->rank; i++)
    m->plane *= t->dim[i];
  return spread(p, state_of(p, what, before, 1, &channels, path), t);
}

/* Numbers as written: one, or a list for the channels. */
static Val given(const Prepare *p, const RecipeArg *a, const Type *t) {
  int channels = channels_of(t);
  Val *v = arena_alloc(p->x->c->mem, sizeof *v * (size_t)channels);
  if (a->kind == RECIPE_NUM)
    return number(p, a->num);
  if (a->list.count != channels || channels > LIST_MOST) {
    const char *wants = arena_printf(p->x->c->mem, "one number, or a list of %d,", channels);
    diag_add(p->x->c, D_WRONG_KIND, a->span, wants, arena_printf(p->x->c->mem, "`%s`", say_source(p->x, a->span)));
    return 0;
  }
  Attr one[3] = {attr_ints(p->x->c, (int[]){1}, 1), attr_number(0), attr_number(0)}, axis = attr_number(0);
  for (int i = 0; i < channels; i++) {
    Val n = number(p, a->list.at[i].num);
    v[i] = graph_add(p->x->g, OP_expand, &n, 1, one, p->at);
  }
  return spread(p, graph_add(p->x->g, OP_concat, v, channels, &axis, p->at), t);
}

static Val normalized(Prepare *p, const RecipeCall *call, Val v, Measure *m) {
  Expand *x = p->x;
  const Type *t = graph_type(x->g, v);
  Statistics s = statistics_of(x, call);
  int word = is_word(x, s.std, NULL);
  Val mean = is_word(x, s.mean, "measured") ? channels_state(p, "mean", p->means++, t, m, &m->mean)
             : is_word(x, s.mean, "sample") ? mean_of(p, v)
                                            : given(p, s.mean, t);
  Val std = is_word(x, s.std, "measured") ? channels_state(p, "std", p->stds++, t, m, &m->std)
            : is_word(x, s.std, "sample") ? deviation_of(p, v)
                                          : given(p, s.std, t);
  return apply(p, OP_div, apply(p, OP_sub, v, mean), word ? apply(p, OP_add, std, number(p, KERAS_EPS)) : std);
}

static Val whitened(Prepare *p, const RecipeCall *call, Val v, Measure *m) {
  Expand *x = p->x;
  const Type *t = graph_type(x->g, v);
  const RecipeArg *eps = arg_of(x, call, "eps", 0);
  int64_t size = type_size(t);
  if (size > WHITEN_MOST) {
    const char *why = arena_printf(x->c->mem, "a picture of %lld values needs a matrix of %.1f GB", (long long)size, 4e-9 * (double)(size * size));
    diag_help(x->c, diag_add(x->c, D_PREPARE, p->at, "zca_whiten", why), "up to %d values are possible: 3 x 52 x 52, 1 x 90 x 90; `resize` before it",
              WHITEN_MOST);
    return 0;
  }
  int dims[MAX_RANK], one[1] = {(int)size};
  int32_t square[2] = {(int32_t)size, (int32_t)size};
  for (int i = 0; i < t->rank; i++)
    dims[i] = t->dim[i];
  m->eps = eps ? eps->num : KERAS_EPS;
  Val mean = channels_state(p, "zca_mean", p->zcas, t, m, &m->mean);
  Val matrix = state_of(p, "zca", p->zcas++, 2, square, &m->zca);
  Val flat = reshaped(p, apply(p, OP_sub, v, mean), one, 1);
  return reshaped(p, apply(p, OP_matmul, flat, matrix), dims, t->rank);
}

static Val scaled(const Prepare *p, const RecipeCall *call, Val v) {
  const RecipeArg *offset = arg_of(p->x, call, "offset", 1);
  v = apply(p, OP_mul, v, number(p, arg_of(p->x, call, "factor", 0)->num));
  return offset ? apply(p, OP_add, v, number(p, offset->num)) : v;
}

/* ---- a block of the user's ---- */

/* What a block has that no preparation may have; NULL: nothing. */
static const char *impurity(Expand *x, Val first) {
  for (Val v = first; v < (Val)x->g->nodes.count; v++)
    switch ((OpId)graph_node(x->g, v)->op) {
    case OP_param: return "it has weights or states";
    case OP_uniform:
    case OP_normal: return "it draws random numbers";
    case OP_batch_sum:
    case OP_batch_max:
    case OP_batch_size: return "it looks at the other samples of the batch";
    default: break;
    }
  return NULL;
}

static Val by_block(const Prepare *p, const Ast *flow, Val v) {
  Expand *x = p->x;
  Val first = (Val)x->g->nodes.count, out;
  int errors = diag_errors(x->c->diags);
  x->preparing = 1;
  Value result = stage_of(x, value_val(v), flow);
  x->preparing = 0;
  if (diag_errors(x->c->diags) > errors || !to_val(x, result, flow->span, &out))
    return 0;
  const char *what = name_text(x->c->names, prepare_callee(x, flow)), *why = impurity(x, first);
  if (!why && graph_node(x->g, out)->type != graph_node(x->g, v)->type)
    why = arena_printf(x->c->mem, "it makes %s of %s", say_type(x, graph_node(x->g, out)->type), say_type(x, graph_node(x->g, v)->type));
  if (why)
    diag_add(x->c, D_PREPARE, flow->span, what, why);
  return why ? 0 : out;
}

/* ---- all steps ---- */

static Val run_step(Prepare *p, const PrepareStep *s, Val v, Measure *m) {
  Expand *x = p->x;
  p->at = s->span;
  if (s->flow)
    return by_block(p, s->flow, v);
  if (call_is(x, s->call, "normalize"))
    v = normalized(p, s->call, v, m);
  else
    v = call_is(x, s->call, "zca_whiten") ? whitened(p, s->call, v, m) : scaled(p, s->call, v);
  if (v && graph_node(x->g, v)->nin)
    graph_node(x->g, v)->name =
        name_format(x->c->names, "%s.%s", name_text(x->c->names, p->d->name), name_text(x->c->names, s->call->name));
  return v;
}

static int is_picture(const Field *f) {
  return f->kind == FIELD_IMAGE || f->kind == FIELD_CLIP;
}

static int is_for(const PrepareStep *s, const Data *d, int field) {
  const Field *f = &d->fields.at[field];
  return f->type && (s->field < 0 ? is_picture(f) : s->field == field);
}

/* Those of the first `steps` that are for this field. The last one's measured states are told in *m. */
static Val run_steps(Expand *x, const Data *d, int data, int field, int steps, Val v, Measure *m) {
  Prepare p = {.x = x, .d = d, .field = field};
  Frame top = frame_top(), *outer = x->frame;
  top.path = d->name;
  x->frame = &top;
  for (int i = 0; i < steps && v; i++) {
    *m = (Measure){.data = data};
    p.own = d->computed.at[i].field >= 0;
    if (is_for(&d->computed.at[i], d, field))
      v = run_step(&p, &d->computed.at[i], v, m);
  }
  x->frame = outer;
  return v;
}

Val prepare_field(Expand *x, int data, int field, Val v) {
  const Data *d = &x->p->datas.at[data];
  Measure m;
  return run_steps(x, d, data, field, d->computed.count, v, &m);
}

/* A graph from the field to the values that step `steps` measures. */
static void note_measure(Expand *x, const Data *d, int field, int steps, Measure m) {
  const Field *f = &d->fields.at[field];
  Measure before;
  Name name = name_format(x->c->names, "measure_%s_%s", name_text(x->c->names, d->name), name_text(x->c->names, f->name));
  for (int i = 0; i < x->p->measures.count; i++)
    if (x->p->measures.at[i].graph->name == name)
      name = name_format(x->c->names, "%s_%d", name_text(x->c->names, name), steps);
  graph_begin(x, name, 0);
  Val v = run_steps(x, d, m.data, field, steps, input_add(x, f->name, f), &before);
  vec_push(x->c->mem, &x->g->outputs, (Output){name_of(x->c->names, "values"), v, OUT_SHOW});
  m.graph = x->g;
  vec_push(x->c->mem, &x->p->measures, m);
}

/* The step needs a field that it is for: a picture, or real numbers that its line names. */
static void check_fields(Expand *x, const Data *d, const PrepareStep *s) {
  static const unsigned real = 1 << FIELD_IMAGE | 1 << FIELD_CLIP | 1 << FIELD_VALUE | 1 << FIELD_POINTS;
  int found = s->field >= 0 && real >> d->fields.at[s->field].kind & 1;
  for (int f = 0; s->field < 0 && f < d->fields.count; f++)
    found |= is_picture(&d->fields.at[f]);
  if (!found)
    diag_add(x->c, D_PREPARE, s->span, name_text(x->c->names, s->call ? s->call->name : s->block),
             s->field < 0 ? "the data block has no field of pictures, [1 or 3, height, width]"
                          : arena_printf(x->c->mem, "`%s` has no real numbers", name_text(x->c->names, d->fields.at[s->field].name)));
}

void prepare_check(Expand *x, Data *d, int data) {
  int errors = diag_errors(x->c->diags);
  for (int i = 0; i < d->computed.count; i++) {
    const PrepareStep *s = &d->computed.at[i];
    check_fields(x, d, s);
    for (int f = 0; f < d->fields.count && diag_errors(x->c->diags) == errors; f++) {
      Measure m;
      if (!is_for(s, d, f))
        continue;
      graph_begin(x, d->name, 0);
      if (run_steps(x, d, data, f, i + 1, input_add(x, d->fields.at[f].name, &d->fields.at[f]), &m) && (m.mean || m.std))
        note_measure(x, d, f, i, m);
    }
  }
  if (diag_errors(x->c->diags) > errors) /* told once */
    d->computed.count = 0;
}
