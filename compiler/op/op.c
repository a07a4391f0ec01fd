/* Reads op.def: every signature, formula and gradient is parsed by the language's parser, once, at start-up. A row that does
   not parse is our mistake, so it ends in BUG. */
#include "op/op.h"
#include "base/bug.h"
#include <stdio.h>
#include <string.h>

struct Ops {
  OpRow rows[OP_COUNT];
};

static const Ast *parse(Ctx *c, const char *op, ParseWhat what, const char *text) {
  char path[64];
  snprintf(path, sizeof path, "<op.def: %s>", op);
  uint32_t at = source_add(c->src, path, text, strlen(text), 1);
  const Ast *a = ast_parse(c, what, at);
  if (diag_errors(c->diags)) {
    diags_render(c, DIAG_PLAIN, stderr);
    BUG("op.def does not parse");
  }
  return a;
}

static void read_each(Ctx *c, OpRow *row, const char *operands, const char *formula, const char *grads) {
  row->each = 1;
  row->lower = LOWER_EACH;
  row->differentiable = 2;
  char names[64];
  snprintf(names, sizeof names, "%s", operands);
  for (char *rest = names, *word; (word = strtok_r(rest, ", ", &rest));)
    row->operand[row->operands++] = name_of(c->names, word);
  const char *op = name_text(c->names, row->name);
  row->operand[row->operands] = name_of(c->names, "y"); /* for the derivatives */
  row->formula = scalar_parse(c, parse(c, op, PARSE_FLOW, formula), row->operand, row->operands);
  BUG_IF(!row->formula);
  const Ast *body = parse(c, op, PARSE_STATEMENTS, grads);
  for (int i = 0; i < body->count; i++) {
    const Ast *let = body->kids[i];
    for (int k = 0; k < row->operands; k++)
      if (row->operand[k] == let->kids[0]->kids[0]->name)
        row->grad[k] = scalar_parse(c, let->kids[1], row->operand, row->operands + 1);
  }
  row->operand[row->operands] = 0;
}

/* A parameter whose default is a list with a name in it (or an empty list) is an operand; `..` alone is any number of them. */
static int is_operand(const Ast *value) {
  int numbers = 0;
  if (!value || value->kind != AST_LIST)
    return 0;
  for (int i = 0; i < value->count; i++)
    numbers += value->kids[i]->kind == AST_INT;
  return !value->count || numbers < value->count;
}

static void read_signature(Ctx *c, OpRow *row) {
  const char *text = row->signature;
  if (!strncmp(text, "(..", 3)) { /* any number of operands: not a parameter list of the language */
    row->operands = -1;
    text = text[3] == ',' ? strchr(text, ',') + 1 : ") -> ..";
  } else {
    text++;
  }
  const char *arrow = strstr(text, "-> ");
  int inferred = !strcmp(arrow, "-> ..");
  char all[1024];
  snprintf(all, sizeof all, "(%.*s%s", (int)(arrow - text), text, inferred ? "-> []" : arrow);
  const Ast *sig = parse(c, name_text(c->names, row->name), PARSE_SIGNATURE, all);
  row->result = inferred ? NULL : sig->kids[1];
  const Ast *params = sig->kids[0];
  for (int i = 0; i < params->count; i++) {
    const Ast *p = params->kids[i], *value = p->count ? p->kids[0] : NULL;
    if (is_operand(value)) {
      row->pattern[row->operands] = value;
      row->operand[row->operands++] = p->name;
    } else {
      BUG_IF(row->attrs == MAX_ATTRS);
      row->attr_default[row->attrs] = value;
      row->attr[row->attrs++] = p->name;
    }
  }
}

static void read_op(Ctx *c, OpRow *row, const char *grads) {
  read_signature(c, row);
  if (*grads)
    row->grads = parse(c, name_text(c->names, row->name), PARSE_STATEMENTS, grads);
}

void ops_read(Ctx *c) {
  c->ops = arena_alloc(c->mem, sizeof *c->ops);
  OpRow *row;
#define EACH(op, params, formula_, grads_, domain_, summary_)                                                          \
  row = &c->ops->rows[OP_##op];                                                                                        \
  *row = (OpRow){.name = name_of(c->names, #op), .id = OP_##op, .summary = summary_, .domain = domain_, .signature = params}; \
  read_each(c, row, params, formula_, grads_);
#define OP(op, sig, lower_, order, grads_, domain_, summary_)                                                          \
  row = &c->ops->rows[OP_##op];                                                                                        \
  *row = (OpRow){.name = name_of(c->names, #op), .id = OP_##op, .lower = lower_, .differentiable = order,               \
                 .signature = sig, .summary = summary_, .domain = domain_};                                            \
  read_op(c, row, grads_);
#include "op/op.def"
#undef EACH
#undef OP
}

const OpRow *op_row(const Ctx *c, OpId id) {
  return &c->ops->rows[id];
}

const OpRow *op_find(const Ctx *c, Name name) {
  for (int i = 0; i < OP_COUNT; i++)
    if (c->ops->rows[i].name == name)
      return &c->ops->rows[i];
  return NULL;
}
