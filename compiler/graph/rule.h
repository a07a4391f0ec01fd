/* Rules: the small part of the language that op.def's signatures and gradients, and graph texts, are written in. Names stand for
   sizes, lists, settings or values; arithmetic on numbers gives numbers, on values it adds nodes. */
#ifndef GRAPH_RULE_H
#define GRAPH_RULE_H
#include "graph/graph.h"

typedef enum { RULE_NONE, RULE_NUMBER, RULE_LIST, RULE_TEXT, RULE_VAL } RuleKind;
typedef struct {
  uint8_t kind;
  int count;
  double number;
  const double *list;
  Name text;
  Val val;
} RuleValue;

typedef struct {
  Name name;
  RuleValue value;
} Binding;

typedef struct {
  Graph *g;
  Span at;                /* where errors are reported; {0,0}: at the rule's own text */
  Vec(Binding) env;
} Rule;

RuleValue rule_number(double v);
RuleValue rule_list(const double *at, int count);
RuleValue rule_val(Val v);
void rule_bind(Rule *r, Name name, RuleValue v);              /* binds, or rebinds */
const RuleValue *rule_find(const Rule *r, Name name);         /* NULL: unbound */
int rule_eval(Rule *r, const Ast *e, RuleValue *out);         /* 0 after reporting */
/* Settings of a row from the named arguments of a call (defaults filled in); 0 after reporting. */
int rule_attrs(Rule *r, const OpRow *row, const Ast *args, Attr *out);
int rule_default(Rule *r, const OpRow *row, int attr, Attr *out);

/* Matches a value's dims against an operand's pattern, binding letters. 0: does not fit; then `why` says how. */
int rule_match(Rule *r, const Ast *pattern, const Type *t, Text *why);

#endif
