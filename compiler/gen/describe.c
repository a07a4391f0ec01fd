/* Duty: writes what the runtime must know of a program as C. In: program, parameters, plans. Out: one translation unit,
   which includes netrt.h and refers to the entries' machine code as `net_entry_NAME`.

   Each array comes before what points to it: fields before data blocks, inputs, outputs and steps before entries.
   Weights come in by the assembler, which takes a file of any size in no time. */
#include "gen/describe.h"
#include "base/bug.h"
#include "gen/writer.h"
#include <float.h>
#include <math.h>
#include <string.h>

/* ---- parameters and numbers of the recipe ---- */

static void write_params(const Writer *w, const Description *d) {
  const ParamTable *t = d->params;
  begin_array(w, "struct net_param", "params", t->params.count);
  for (int i = 0; i < t->params.count; i++) {
    const PlanParam *p = &t->params.at[i];
    const char *role = text_of(w, p->role), *init = text_of(w, p->init);
    int args = !strcmp(init, "measured") ? 0 : strcmp(init, "constant") ? 2 : 1;
    text_add(w->to, "  {");
    write_name(w, p->name);
    text_add(w->to, ", %s, ",
             !strcmp(role, "weight")  ? "NET_WEIGHT"
             : !strcmp(role, "state") ? "NET_STATE"
                                      : "NET_OPT");
    write_dims(w, type_get(w->c, p->type));
    text_add(w->to, ", %lld, {", (long long)p->offset);
    write_string(w, init);
    text_add(w->to, ", %d, %s", args, args ? "(const struct net_arg[]){" : "0");
    for (int k = 0; k < args; k++) {
      text_add(w->to, "%s{.kind = NET_NUM, .num = ", k ? ", " : "");
      write_number(w, p->arg[k]);
      text_add(w->to, "}");
    }
    text_add(w->to, "%s}},\n", args ? "}" : "");
  }
  end_array(w, t->params.count);
}

static double scalar_default(const Description *d, Name name) {
  for (int i = 0; i < d->program->scalars.count; i++)
    if (d->program->scalars.at[i].name == name)
      return d->program->scalars.at[i].value;
  return 0;
}

static void write_scalars(const Writer *w, const Description *d) {
  const ParamTable *t = d->params;
  write_names(w, "scalars", t->scalars.at, t->scalars.count);
  begin_array(w, "double", "scalar_defaults", t->scalars.count);
  for (int i = 0; i < t->scalars.count; i++) {
    text_add(w->to, "  ");
    write_number(w, scalar_default(d, t->scalars.at[i]));
    text_add(w->to, ",\n");
  }
  end_array(w, t->scalars.count);
}

/* ---- data ---- */

static void write_field(const Writer *w, const Field *f) {
  static const char *const kinds[] = {
      [FIELD_IMAGE] = "NET_IMAGE",           [FIELD_CLASS] = "NET_CLASS", [FIELD_MASK] = "NET_MASK",
      [FIELD_CLASS_MASK] = "NET_CLASS_MASK", [FIELD_BOXES] = "NET_BOXES", [FIELD_VALUE] = "NET_VALUE",
      [FIELD_CLIP] = "NET_CLIP",             [FIELD_POINTS] = "NET_POINTS"};
  const Type *t = type_get(w->c, f->type);
  text_add(w->to, "{");
  write_name(w, f->name);
  text_add(w->to, ", %s, %s, ", kinds[f->kind], elem_text(t));
  write_dims(w, t);
  text_add(w->to, ", %d, ", f->classes);
  write_call_pointer(w, f->derived);
  text_add(w->to, ", %d}", f->from);
}

/* What is computed in the graph, for those who show pictures; a block by its name. */
static void write_computed(const Writer *w, const Data *d, int index) {
  begin_array(w, "struct net_computed", indexed(w, "computed", index), d->computed.count);
  for (int i = 0; i < d->computed.count; i++) {
    const PrepareStep *p = &d->computed.at[i];
    text_add(w->to, "  {%d, ", p->field);
    write_call_pointer(w, p->call ? p->call : &(RecipeCall){.name = p->block});
    text_add(w->to, "},\n");
  }
  end_array(w, d->computed.count);
}

static void write_data_parts(const Writer *w, const Data *d, int index) {
  begin_array(w, "struct net_field", indexed(w, "fields", index), d->fields.count);
  for (int i = 0; i < d->fields.count; i++) {
    text_add(w->to, "  ");
    write_field(w, &d->fields.at[i]);
    text_add(w->to, ",\n");
  }
  end_array(w, d->fields.count);
  write_calls(w, indexed(w, "prepare", index), d->prepare.at, d->prepare.count);
  write_calls(w, indexed(w, "augment", index), d->augment.at, d->augment.count);
  write_names(w, indexed(w, "class_names", index), d->class_names.at, d->class_names.count);
  write_computed(w, d, index);
}

static void write_datas(const Writer *w, const Description *d) {
  const Program *p = d->program;
  for (int i = 0; i < p->datas.count; i++)
    write_data_parts(w, &p->datas.at[i], i);
  begin_array(w, "struct net_data", "datas", p->datas.count);
  for (int i = 0; i < p->datas.count; i++) {
    const Data *data = &p->datas.at[i];
    const struct {
      const char *name;
      const RecipeCall *call;
    } calls[] = {{"source", data->source}, {"val", data->val}, {"test", data->test}, {"holdout", data->holdout}};
    text_add(w->to, "  {.name = ");
    write_name(w, data->name);
    write_counted(w, "fields", "field", indexed(w, "fields", i), data->fields.count);
    for (int k = 0; k < 4; k++) {
      text_add(w->to, ",\n   .%s = ", calls[k].name);
      write_call_pointer(w, calls[k].call);
    }
    write_counted(w, "prepares", "prepare", indexed(w, "prepare", i), data->prepare.count);
    write_counted(w, "augments", "augment", indexed(w, "augment", i), data->augment.count);
    write_counted(w, "class_names", "class_name", indexed(w, "class_names", i), data->class_names.count);
    write_counted(w, "computeds", "computed", indexed(w, "computed", i), data->computed.count);
    text_add(w->to, "},\n");
  }
  end_array(w, p->datas.count);
}

/* ---- entries ---- */

static Val input_of(const Graph *g, Name name) {
  Val v = 1;
  while (v < (Val)g->nodes.count && !(graph_node(g, v)->op == OP_input && graph_node(g, v)->name == name))
    v++;
  BUG_IF(v == (Val)g->nodes.count);
  return v;
}

static void write_io(const Writer *w, Name name, const Type *t) {
  text_add(w->to, "  {");
  write_name(w, name);
  text_add(w->to, ", %s, %d, ", elem_text(t), t->batched);
  write_dims(w, t);
  text_add(w->to, "},\n");
}

/* "conv2d d1.conv_0": the operation, and the stage whose weight it reads or what the writer called its result. */
static const char *what_of(const Writer *w, const Graph *g, const Step *s) {
  const Node *n = graph_node(g, s->val);
  const char *name = text_of(w, n->name), *what = s->copy ? "copy" : text_of(w, op_row(w->c, n->op)->name);
  for (int i = 0; i < (int)n->nin; i++) {
    const Node *in = graph_node(g, graph_in(g, s->val, i));
    const char *path = in->op == OP_param ? text_of(w, in->name) : "", *dot = strrchr(path, '.');
    if (dot)
      return arena_printf(w->c->mem, "%s %.*s", what, (int)(dot - path), path);
  }
  return arena_printf(w->c->mem, "%s%s%s", what, *name ? " " : "", name);
}

static int line_of(const Writer *w, Span at) {
  Place p = source_place(w->c->src, at.at);
  return at.at && !p.builtin ? p.line : 0;
}

static void write_steps(const Writer *w, const Description *d, const Plan *p, int entry) {
  begin_array(w, "struct net_step_info", indexed(w, "steps", entry), p->steps.count);
  for (int i = 0; i < p->steps.count; i++) {
    text_add(w->to, "  {");
    write_string(w, gen_step_kernel(d->gen, p, i));
    text_add(w->to, ", ");
    write_string(w, what_of(w, p->g, &p->steps.at[i]));
    text_add(w->to, ", %d, ", line_of(w, graph_node(p->g, p->steps.at[i].val)->span));
    Flops f = gen_step_flops(p, i);
    write_number(w, f.fixed);
    text_add(w->to, ", ");
    write_number(w, f.per_sample);
    text_add(w->to, "},\n");
  }
  end_array(w, p->steps.count);
}

static void write_entry_parts(const Writer *w, const Description *d, const Plan *p, int entry) {
  const Graph *g = p->g;
  begin_array(w, "struct net_io", indexed(w, "inputs", entry), p->inputs.count);
  for (int i = 0; i < p->inputs.count; i++)
    write_io(w, p->inputs.at[i], graph_type(g, input_of(g, p->inputs.at[i])));
  end_array(w, p->inputs.count);
  begin_array(w, "struct net_io", indexed(w, "outputs", entry), p->outputs);
  for (int i = 0; i < p->outputs; i++)
    write_io(w, g->outputs.at[i].name, graph_type(g, g->outputs.at[i].val));
  end_array(w, p->outputs);
  write_steps(w, d, p, entry);
  text_add(w->to, "extern void net_entry_%s(struct net_run *);\n", text_of(w, g->name));
}

static void write_entries(const Writer *w, const Description *d) {
  int count = d->entries;
  for (int i = 0; i < count; i++)
    write_entry_parts(w, d, d->plan[i], i);
  begin_array(w, "struct net_entry", "entries", count);
  for (int i = 0; i < count; i++) {
    const Plan *p = d->plan[i];
    const char *name = text_of(w, p->g->name);
    text_add(w->to, "  {\"%s\", net_entry_%s, {{%lld, %lld}, {%lld, %lld}}, %lld, %d, %d, %d, ", name, name,
             (long long)p->arena[0].fixed, (long long)p->arena[0].per_sample, (long long)p->arena[1].fixed,
             (long long)p->arena[1].per_sample, (long long)p->work, p->inputs.count, p->outputs, p->steps.count);
    write_pointer(w, indexed(w, "inputs", i), p->inputs.count);
    text_add(w->to, ", ");
    write_pointer(w, indexed(w, "outputs", i), p->outputs);
    text_add(w->to, ", ");
    write_pointer(w, indexed(w, "steps", i), p->steps.count);
    text_add(w->to, "},\n");
  }
  end_array(w, count);
}

/* ---- train and predict ---- */

static int entry_of(const Description *d, const Graph *g) {
  int i = 0;
  while (i < d->entries && d->entry[i].graph != g)
    i++;
  BUG_IF(i == d->entries);
  return i;
}

static void write_phases(const Writer *w, const Description *d, const Train *t, int index) {
  begin_array(w, "struct net_phase", indexed(w, "phases", index), t->phases.count);
  for (int i = 0; i < t->phases.count; i++) {
    const Phase *p = &t->phases.at[i];
    text_add(w->to, "  {");
    write_number(w, isfinite(p->until) ? p->until : DBL_MAX);
    text_add(w->to, ", %d, %d},\n", entry_of(d, p->step), p->part ? entry_of(d, p->part) : -1);
  }
  end_array(w, t->phases.count);
}

static void write_trains(const Writer *w, const Description *d) {
  const Program *p = d->program;
  for (int i = 0; i < p->trains.count; i++) {
    const Train *t = &p->trains.at[i];
    write_phases(w, d, t, i);
    begin_array(w, "struct net_metric", indexed(w, "metrics", i), t->metrics.count);
    for (int k = 0; k < t->metrics.count; k++) {
      text_add(w->to, "  {");
      write_name(w, t->metrics.at[k].name);
      text_add(w->to, ", %d, %d, ", t->metrics.at[k].better, t->metrics.at[k].total);
      write_call_pointer(w, t->metrics.at[k].call);
      text_add(w->to, ", %d, %d},\n", t->metrics.at[k].detections, t->metrics.at[k].boxes);
    }
    end_array(w, t->metrics.count);
    write_props(w, indexed(w, "recipe", i), t->props.at, t->props.count);
  }
  begin_array(w, "struct net_train", "trains", p->trains.count);
  for (int i = 0; i < p->trains.count; i++) {
    const Train *t = &p->trains.at[i];
    text_add(w->to, "  {.name = ");
    write_name(w, t->name);
    text_add(w->to, ", .data = %d, .step_entry = %d, .eval_entry = %d, .summary_entry = %d", t->data, entry_of(d, t->step),
             entry_of(d, t->eval), t->summary ? entry_of(d, t->summary) : -1);
    write_counted(w, "metrics", "metric", indexed(w, "metrics", i), t->metrics.count);
    write_counted(w, "props", "prop", indexed(w, "recipe", i), t->props.count);
    write_counted(w, "phases", "phase", indexed(w, "phases", i), t->phases.count);
    text_add(w->to, "},\n");
  }
  end_array(w, p->trains.count);
}

static void write_predict_input(const Writer *w, const PredictInput *in) {
  text_add(w->to, "  {");
  write_field(w, &in->field);
  text_add(w->to, ", %d, %d, %d, ", in->data, in->data_field, in->is_option);
  write_number(w, in->value);
  text_add(w->to, "},\n");
}

/* In the order of the entry's inputs; options after them. */
static void write_predict_inputs(const Writer *w, const Description *d, const Predict *p, int index) {
  const Plan *plan = d->plan[entry_of(d, p->graph)];
  begin_array(w, "struct net_predict_input", indexed(w, "takes", index), p->inputs.count);
  for (int i = 0; i < plan->inputs.count; i++)
    for (int k = 0; k < p->inputs.count; k++)
      if (!p->inputs.at[k].is_option && p->inputs.at[k].field.name == plan->inputs.at[i])
        write_predict_input(w, &p->inputs.at[k]);
  for (int k = 0; k < p->inputs.count; k++)
    if (p->inputs.at[k].is_option)
      write_predict_input(w, &p->inputs.at[k]);
  end_array(w, p->inputs.count);
}

static void write_shows(const Writer *w, const Predict *p, int index) {
  for (int i = 0; i < p->shows.count; i++)
    write_props(w, indexed(w, indexed(w, "show", index), i), p->shows.at[i].props.at, p->shows.at[i].props.count);
  begin_array(w, "struct net_show", indexed(w, "shows", index), p->shows.count);
  for (int i = 0; i < p->shows.count; i++) {
    text_add(w->to, "  {.name = ");
    write_name(w, p->shows.at[i].name);
    text_add(w->to, ", .output = %d", p->shows.at[i].output);
    write_counted(w, "props", "prop", indexed(w, indexed(w, "show", index), i), p->shows.at[i].props.count);
    text_add(w->to, "},\n");
  }
  end_array(w, p->shows.count);
}

static void write_value(const Writer *w, const Plan *p, int output) {
  const TapPlace *t = &p->taps.at[output - p->outputs];
  const Type *type = graph_type(p->g, t->val);
  text_add(w->to, "{");
  write_dims(w, type);
  text_add(w->to, ", %d, %d, %d, %lld, %lld, %lld}", type->lanes, t->steps, t->at.base, (long long)t->at.fixed,
           (long long)t->at.per_sample, (long long)value_sample(p->g, t->val));
}

static void write_stages(const Writer *w, const Description *d, const Predict *p, int index) {
  const Plan *plan = p->probes.count ? d->plan[entry_of(d, p->explain)] : NULL;
  begin_array(w, "struct net_stage", indexed(w, "stages", index), p->probes.count);
  for (int i = 0; i < p->probes.count; i++) {
    const Probe *b = &p->probes.at[i];
    text_add(w->to, "  {");
    write_name(w, b->path);
    text_add(w->to, ", ");
    write_name(w, b->callee);
    text_add(w->to, ", %d, ", b->depth);
    write_value(w, plan, plan->outputs + i);
    text_add(w->to, ", %d, ", b->cam >= 0);
    if (b->cam >= 0)
      write_value(w, plan, b->cam);
    else
      text_add(w->to, "{0}");
    text_add(w->to, "},\n");
  }
  end_array(w, p->probes.count);
}

static void write_predicts(const Writer *w, const Description *d) {
  const Program *p = d->program;
  for (int i = 0; i < p->predicts.count; i++) {
    write_predict_inputs(w, d, &p->predicts.at[i], i);
    write_shows(w, &p->predicts.at[i], i);
    write_stages(w, d, &p->predicts.at[i], i);
  }
  begin_array(w, "struct net_predict", "predicts", p->predicts.count);
  for (int i = 0; i < p->predicts.count; i++) {
    const Predict *q = &p->predicts.at[i];
    text_add(w->to, "  {.name = ");
    write_name(w, q->name);
    text_add(w->to, ", .entry = %d", entry_of(d, q->graph));
    write_counted(w, "inputs", "input", indexed(w, "takes", i), q->inputs.count);
    write_counted(w, "shows", "show", indexed(w, "shows", i), q->shows.count);
    if (q->probes.count)
      text_add(w->to, ", .explain_entry = %d", entry_of(d, q->explain));
    write_counted(w, "stages", "stage", indexed(w, "stages", i), q->probes.count);
    text_add(w->to, "},\n");
  }
  end_array(w, p->predicts.count);
}

static void write_state(const Writer *w, const char *field, Name name) {
  if (!name)
    return;
  text_add(w->to, ", .%s = ", field);
  write_name(w, name);
}

/* Those that have an entry: of data blocks that something is trained on. */
static int write_measures(const Writer *w, const Description *d) {
  const Program *p = d->program;
  int count = 0;
  for (int i = 0; i < p->measures.count; i++) {
    const Measure *m = &p->measures.at[i];
    int e = 0;
    while (e < d->entries && d->entry[e].graph != m->graph)
      e++;
    if (e == d->entries)
      continue;
    if (!count++)
      begin_array(w, "struct net_measure", "measures", 1);
    text_add(w->to, "  {.data = %d, .entry = %d, .channels = %d, .plane = %lld", m->data, e, m->channels, (long long)m->plane);
    write_state(w, "mean", m->mean);
    write_state(w, "std", m->std);
    write_state(w, "zca", m->zca);
    text_add(w->to, ", .eps = ");
    write_number(w, m->eps);
    text_add(w->to, "%s},\n", m->zca ? ", .whitening = &nrt_whitening" : "");
  }
  end_array(w, count);
  return count;
}

/* ---- the whole ---- */

static void write_weights(const Writer *w, const Description *d) {
  Text path = {.mem = w->c->mem};
  for (const char *s = d->weights; *s; s++)
    text_add(&path, strchr("\"\\", *s) ? "\\%c" : "%c", *s);
  text_add(w->to, "__asm__(\".section .rodata\\n.balign 64\\nnet_weights: .incbin \\\"\" ");
  write_string(w, text_str(&path));
  text_add(w->to, " \"\\\"\\n.text\");\nextern const unsigned char net_weights[];\n");
}

static void write_text(const Writer *w, const char *field, const char *text) {
  if (!text)
    return;
  text_add(w->to, ",\n  .%s = ", field);
  write_string(w, text);
}

void describe(const Description *d, Text *to) {
  const Program *p = d->program;
  const Writer writer = {p->c, to}, *w = &writer;
  text_add(to, "#include \"netrt.h\"\n");
  write_params(w, d);
  write_scalars(w, d);
  write_datas(w, d);
  write_entries(w, d);
  write_trains(w, d);
  write_predicts(w, d);
  int measures = write_measures(w, d);
  if (d->weights)
    write_weights(w, d);
  text_add(to, "const struct net_program net_program = {\n  .abi = NET_ABI,\n  .name = ");
  write_name(w, p->name);
  text_add(to, ",\n  .built = ");
  write_string(w, d->built);
  text_add(to, ",\n  .source =\n  ");
  write_string_len(w, d->source, d->source_len);
  write_counted(w, "params", "param", "params", d->params->params.count);
  text_add(to, ", .param_floats = %lld", (long long)d->params->param_floats);
  write_counted(w, "scalars", "scalar", "scalars", d->params->scalars.count);
  text_add(to, ", .scalar_default = ");
  write_pointer(w, "scalar_defaults", d->params->scalars.count);
  write_counted(w, "datas", "data", "datas", p->datas.count);
  write_counted(w, "trains", "train", "trains", p->trains.count);
  write_counted(w, "predicts", "predict", "predicts", p->predicts.count);
  write_counted(w, "entries", "entry", "entries", d->entries);
  if (d->weights)
    text_add(to, ",\n  .weights_bytes = %lld, .weights = net_weights", (long long)d->weights_bytes);
  write_text(w, "defines", d->defines);
  write_text(w, "only", d->only);
  text_add(to, ", .home = %d", p->home);
  write_text(w, "weights_file", d->weights ? d->weights_file : NULL);
  write_text(w, "weights_prefix", d->prefix);
  write_text(w, "weights_rename", d->rename);
  write_text(w, "weights_table", d->table);
  if (measures)
    write_counted(w, "measures", "measure", "measures", measures);
  text_add(to, "};\n");
}
