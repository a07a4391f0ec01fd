/* Duty: `netc summary`: the stages of each net with shapes and sizes, then the memory of each function of the program
   at a batch size. */
#include "view/view.h"
#include <string.h>

enum { FLOAT = 4 };

static const char *number_cell(Arena *a, double n, const char *(*text)(Arena *, double)) {
  return n > 0 ? text(a, n) : "";
}

static const char *work_text(Arena *a, double n) {
  return scaled_text(a, n, "");
}

/* "d1.conv_0" inside d1 as "  conv_0". */
static const char *stage_label(const Build *b, const NetInfo *net, int i) {
  const Stage *s = &net->stages.at[i];
  const char *path = name_text(b->c->names, s->path);
  int outer = i;
  while (outer >= 0 && net->stages.at[outer].depth >= s->depth)
    outer--;
  const char *above = outer < 0 ? "" : name_text(b->c->names, net->stages.at[outer].path);
  size_t len = strlen(above);
  int inside = len && !strncmp(path, above, len) && path[len] == '.';
  return arena_printf(b->c->mem, "%*s%s", 2 * (s->depth - 1), "", inside ? path + len + 1 : path);
}

/* A stage's multiply-adds hold those of the stages inside it; so shall its parameters. */
static void add_stage(const Build *b, Table *t, const NetInfo *net, int i) {
  const Stage *s = &net->stages.at[i];
  double own = (double)s->parameters;
  for (int k = i + 1; k < net->stages.count && net->stages.at[k].depth > s->depth; k++)
    own += (double)net->stages.at[k].parameters;
  Text type = {.mem = b->c->mem};
  type_text(type_get(b->c, s->type), &type);
  table_add(t, "%s", stage_label(b, net, i));
  table_add(t, "%s", name_text(b->c->names, s->callee));
  table_add(t, "%s", text_str(&type));
  table_add(t, "%s", number_cell(b->c->mem, own, count_text));
  table_add(t, "%s", number_cell(b->c->mem, s->multiply_adds, work_text));
}

static void print_net(const Build *b, const NetInfo *net, FILE *to) {
  static const char *const heading[] = {"stage", "what", "output", "parameters", "multiply-adds"};
  Table t = {.mem = b->c->mem, .align = "lllrr"};
  double work = 0;
  for (int i = 0; i < 5; i++)
    table_add(&t, "%s", heading[i]);
  for (int i = 0; i < net->stages.count; i++) {
    work += net->stages.at[i].depth == 1 ? net->stages.at[i].multiply_adds : 0;
    if (!b->o->depth || net->stages.at[i].depth <= b->o->depth)
      add_stage(b, &t, net, i);
  }
  fprintf(to, "%s\n", name_text(b->c->names, net->name));
  table_print(&t, to);
  fprintf(to, "  %s parameters", count_text(b->c->mem, (double)net->parameters));
  if (net->states)
    fprintf(to, " and %s numbers of state", count_text(b->c->mem, (double)net->states));
  fprintf(to, ", %s multiply-adds for a sample\n\n", scaled_text(b->c->mem, work, ""));
}

/* ---- what of `prepare` is computed in the graph ---- */

static void print_state(const Build *b, Name name, FILE *to) {
  const PlanParam *p = name ? params_find(&b->params, name) : NULL;
  if (!p)
    return;
  const Type *t = type_get(b->c, p->type);
  fprintf(to, "  %s [", name_text(b->c->names, name));
  for (int i = 0; i < t->rank; i++)
    fprintf(to, "%s%d", i ? ", " : "", t->dim[i]);
  fputs("], measured over the training samples\n", to);
}

/* Those of one field, or (-1) of all pictures. */
static void print_steps(const Build *b, const Data *d, int field, FILE *to) {
  int shown = 0;
  for (int i = 0; i < d->computed.count; i++) {
    const PrepareStep *s = &d->computed.at[i];
    if (s->field != field)
      continue;
    if (!shown++)
      fprintf(to, "  computed before the network%s%s: ", field < 0 ? "" : ", of ", field < 0 ? "" : name_text(b->c->names, d->fields.at[field].name));
    else
      fputs(" -> ", to);
    fprintf(to, "%.*s", (int)s->span.len, source_at(b->c->src, s->span.at));
  }
  if (shown)
    fputs("\n", to);
}

static void print_prepare(const Build *b, int data, FILE *to) {
  const Data *d = &b->program->datas.at[data];
  if (!d->computed.count)
    return;
  fprintf(to, "%s\n", name_text(b->c->names, d->name));
  for (int field = -1; field < d->fields.count; field++)
    print_steps(b, d, field, to);
  for (int i = 0; i < b->program->measures.count; i++) {
    const Measure *m = &b->program->measures.at[i];
    const Name names[] = {m->mean, m->std, m->zca};
    for (int k = 0; m->data == data && k < 3; k++)
      print_state(b, names[k], to);
  }
  fputs("\n", to);
}

/* ---- memory ---- */

static double role_floats(const Build *b, const ParamTable *t, const char *role) {
  double n = 0;
  for (int i = 0; i < t->params.count; i++) {
    const PlanParam *p = &t->params.at[i];
    if (!strcmp(name_text(b->c->names, p->role), role))
      n += (double)type_size(type_get(b->c, p->type));
  }
  return n;
}

static void print_memory(const Build *b, FILE *to) {
  static const char *const heading[] = {"function",        "batch",     "activations", "in and out",
                                        "weights, states", "optimizer", "all"};
  Arena *mem = b->c->mem;
  Table t = {.mem = mem, .align = "lrrrrrr"};
  const ParamTable *all = &b->params;
  double kept = FLOAT * (role_floats(b, all, "weight") + role_floats(b, all, "state"));
  double optimizer = FLOAT * role_floats(b, all, "opt");
  for (int i = 0; i < 7; i++)
    table_add(&t, "%s", heading[i]);
  for (int i = 0; i < b->count; i++) {
    const Plan *p = b->function[i].plan;
    int64_t batch = build_batch(b, &b->entry[i]);
    double io = memory_inout(p->g, batch), arena = memory_arena(p, batch);
    const double bytes[] = {arena, io, kept, optimizer, arena + io + kept + optimizer};
    table_add(&t, "%s", name_text(b->c->names, b->entry[i].name));
    table_add(&t, "%lld", (long long)batch);
    for (int k = 0; k < 5; k++)
      table_add(&t, "%s", scaled_text(mem, bytes[k], "B"));
  }
  fputs("Memory\n", to);
  table_print(&t, to);
}

/* A network's size is that of what the finished program computes with; heads that only training has are told apart. */
static void print_parameters(const Build *b, FILE *to) {
  ParamTable served = {0};
  double all = role_floats(b, &b->params, "weight");
  for (int i = 0; i < b->count; i++)
    if (b->entry[i].predict)
      params_collect(&served, b->function[i].plan->g);
  double used = role_floats(b, &served, "weight");
  if (used > 0 && used < all)
    fprintf(to, "parameters for training alone: %.0f\n", all - used);
  fprintf(to, "parameters: %.0f\n", used > 0 ? used : all);
}

int view_summary(Ctx *c, const Options *o, FILE *to) {
  Build build, *b = &build;
  int ok =
      build_parse(b, c, o, o->words.at[0]) && build_expand(b) && build_passes(b) && build_plans(b) && build_code(b);
  if (ok) {
    for (int i = 0; b->program && i < b->program->nets.count; i++)
      print_net(b, &b->program->nets.at[i], to);
    for (int i = 0; b->program && i < b->program->datas.count; i++)
      print_prepare(b, i, to);
    print_memory(b, to);
    fprintf(to, "\nmatrix products: %s\n",
            build_uses_blas(b) ? "OpenBLAS, linked in" : "none, OpenBLAS is not linked");
    print_parameters(b, to);
  }
  build_close(b);
  return ok;
}
