/* A graph as text, in the language's own syntax; read.c reads it back to the same graph. A comment after each line tells the type
   and where the value comes from. */
#include "graph/graph.h"
#include "graph/rule.h"
#include <string.h>

static int prints_inline(const Graph *g, Val v) {
  return graph_node(g, v)->op == OP_number;
}

static void print_val(const Graph *g, Val v, Text *to) {
  if (prints_inline(g, v))
    text_number(to, graph_attr(g, v, "value")->number);
  else
    text_add(to, "v%u", v);
}

static void print_attr(const Graph *g, const Attr *a, Text *to) {
  if (a->kind == ATTR_NUMBER) {
    text_number(to, a->number);
  } else if (a->kind == ATTR_TEXT) {
    text_add(to, "\"%s\"", name_text(g->c->names, a->text));
  } else {
    text_add(to, "[");
    for (uint32_t i = 0; i < a->count; i++) {
      text_add(to, "%s", i ? ", " : "");
      text_number(to, a->list[i]);
    }
    text_add(to, "]");
  }
}

static int is_default(const Graph *g, const OpRow *row, int i, const Attr *a) {
  Rule r = {.g = (Graph *)(uintptr_t)g}; /* defaults are numbers: nothing is added */
  Attr d;
  if (!row->attr_default[i] || !rule_default(&r, row, i, &d) || d.kind != a->kind || d.number != a->number || d.count != a->count)
    return 0;
  return !d.count || !memcmp(d.list, a->list, d.count * sizeof *d.list);
}

static void print_leaf(const Graph *g, Val v, Text *to) {
  const Node *n = graph_node(g, v);
  const Type *t = graph_type(g, v);
  text_add(to, "%s(\"%s\"", name_text(g->c->names, op_row(g->c, n->op)->name), name_text(g->c->names, n->name));
  if (n->op != OP_scalar) {
    text_add(to, ", shape: [");
    for (int i = 0; i < t->rank; i++)
      text_add(to, "%s%d", i ? ", " : "", t->dim[i]);
    text_add(to, "]");
  }
  if (t->elem == I32)
    text_add(to, ", int: true");
  if (n->op == OP_input && !t->batched)
    text_add(to, ", shared: true");
}

/* Three operations have words of the grammar for names: they print as operators. */
static int print_word(const Graph *g, Val v, Text *to) {
  OpId op = graph_node(g, v)->op;
  if (op != OP_and && op != OP_or && op != OP_not)
    return 0;
  if (op != OP_not)
    print_val(g, graph_in(g, v, 0), to);
  text_add(to, op == OP_not ? "not " : op == OP_and ? " and " : " or ");
  print_val(g, graph_in(g, v, op != OP_not), to);
  return 1;
}

static void print_node(const Graph *g, Val v, Text *to) {
  const Node *n = graph_node(g, v);
  const OpRow *row = op_row(g->c, n->op);
  if (print_word(g, v, to))
    return;
  int leaf = n->op == OP_input || n->op == OP_param || n->op == OP_scalar;
  if (leaf)
    print_leaf(g, v, to);
  else
    text_add(to, "%s(", name_text(g->c->names, row->name));
  int first = !leaf;
  for (uint32_t i = 0; i < n->nin; i++, first = 0) {
    text_add(to, "%s", first ? "" : ", ");
    print_val(g, graph_in(g, v, (int)i), to);
  }
  for (int i = 0; i < n->attrs; i++) {
    const Attr *a = &g->attr_pool.at[n->attr + (uint32_t)i];
    if (is_default(g, row, i, a))
      continue;
    text_add(to, "%s%s: ", first ? "" : ", ", name_text(g->c->names, row->attr[i]));
    print_attr(g, a, to);
    first = 0;
  }
  if (n->formula) {
    text_add(to, "%sformula: \"", first ? "" : ", ");
    scalar_text(g->c, n->formula, to);
    text_add(to, "\"");
  }
  text_add(to, ")");
}

static void print_comment(const Graph *g, Val v, size_t line, Text *to) {
  const Node *n = graph_node(g, v);
  size_t used = to->len - line;
  text_add(to, "%*s# ", used < 70 ? (int)(70 - used) : 1, "");
  type_text(graph_type(g, v), to);
  if (n->nin && n->name)
    text_add(to, " %s", name_text(g->c->names, n->name));
  if (n->span.len) {
    Place p = source_place(g->c->src, n->span.at);
    text_add(to, "  %s:%d", p.path, p.line);
  }
  text_add(to, "\n");
}

void graph_print(const Graph *g, Text *to) {
  text_add(to, "graph %s {\n", name_text(g->c->names, g->name));
  for (Val v = 1; v < (Val)g->nodes.count; v++) {
    if (prints_inline(g, v))
      continue;
    size_t line = to->len;
    text_add(to, "  v%u = ", v);
    print_node(g, v, to);
    print_comment(g, v, line, to);
  }
  for (int i = 0; i < g->updates.count; i++) {
    text_add(to, "  next v%u = ", g->updates.at[i].param);
    print_val(g, g->updates.at[i].value, to);
    text_add(to, "\n");
  }
  static const char *const word[] = {[OUT_LOSS] = "minimize ", [OUT_METRIC] = "report ", [OUT_SHOW] = "show ",
                                     [OUT_TAP] = "tap: "};
  for (int i = 0; i < g->outputs.count; i++) {
    const Output *o = &g->outputs.at[i];
    int tap = o->kind == OUT_TAP; /* the name is a path, which may have numbers in it */
    text_add(to, "  %s", word[o->kind]);
    if (o->kind != OUT_LOSS)
      text_add(to, tap ? "[\"%s\", " : "%s: ", name_text(g->c->names, o->name));
    print_val(g, o->val, to);
    text_add(to, tap ? "]\n" : "\n");
  }
  text_add(to, "}\n");
}
