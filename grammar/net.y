/* Duty: the grammar of `.net`, from tokens to AST. Every action makes nodes, nothing else: which names exist and what
   they mean is for later rooms. Newlines come here already thinned to those that end a statement, and brackets already
   balanced (lines.c); wrong texts are worded in errors.c. The first token, a START_ one, chooses what is parsed. */
%code requires {
#include "ast/ast.h"

typedef struct Parser Parser;
}

%define api.pure full
%define api.prefix {net_}
%define api.token.prefix {T_}
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param { Parser *p }
%initial-action { @$ = (Span){p->first, 0}; }

%union {
  Ast *ast;
  Name name;
  double number;
}

%code {
#include "grammar/parse.h"
#include <stdarg.h>

#define YYLLOC_DEFAULT(all, rhs, n)                                                                                    \
  ((all) = (n) ? span_join(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, n)) : span_after(YYRHSLOC(rhs, 0)))

static Span span_after(Span s) {
  return (Span){s.at + s.len, 0};
}

static int net_lex(NET_STYPE *value, Span *span, Parser *p) {
  p->at = p->next;
  const Token *t = &p->tokens.at[p->at];
  if (t->kind)
    p->next++;
  *value = t->value;
  *span = t->span;
  if (p->unwinding) {
    p->unwinding = 0;
    return '}';
  }
  return t->kind;
}

static void net_error(const Span *at, Parser *p, const char *message);

/* A node with `count` children, given as Ast pointers. */
static Ast *node(Parser *p, AstKind kind, Span at, int count, ...) {
  Ast *a = ast_new(p->c, kind, at);
  va_list kids;
  va_start(kids, count);
  while (count--)
    ast_add(p->c, a, va_arg(kids, Ast *));
  va_end(kids);
  return a;
}

static Ast *named(Ast *a, Name name, Span at) {
  a->name = name;
  a->name_span = at;
  return a;
}

static Ast *ref(Parser *p, Name name, Span at) {
  return named(ast_new(p->c, AST_REF, at), name, at);
}

static Ast *with_text(Ast *a, Name text) {
  a->text = text;
  return a;
}

static Ast *with_number(Ast *a, double number) {
  a->number = number;
  return a;
}

static Ast *field_type(Ast *a, Name field) {
  a->text2 = field;
  return a;
}

static Ast *more(Parser *p, Ast *list, Ast *item) {
  list->span = span_join(list->span, item->span);
  return ast_add(p->c, list, item);
}

/* The span of what stands in brackets takes them in. */
static Ast *enclose(Ast *a, Span at) {
  a->span = at;
  return a;
}

static Ast *unary(Parser *p, AstOp op, Span at, Ast *x) {
  Ast *a = node(p, AST_UNARY, at, 1, x);
  a->op = (uint8_t)op;
  return a;
}

static Ast *binary(Parser *p, AstOp op, Span at, Ast *x, Ast *y) {
  Ast *a = node(p, AST_BINARY, at, 2, x, y);
  a->op = (uint8_t)op;
  return a;
}

/* Moves the children of `list` behind those of `to`. */
static Ast *adopt(Parser *p, Ast *to, const Ast *list) {
  for (int i = 0; i < list->count; i++)
    ast_add(p->c, to, list->kids[i]);
  return to;
}
}

%token END 0 "the end of the file"
%token NL "the end of the line"
%token <name> NAME "a name"
%token <number> INT "a whole number" FLOAT "a number"
%token <name> STRING "a string"
%token <name> CONST "const" BLOCK "block" NET "net" DATA "data" TRAIN "train" PREDICT "predict" SEARCH "search"
%token <name> USE "use" GRAPH "graph" WEIGHT "weight" STATE "state" FIELD "field" NEXT "next" SHOW "show"
%token <name> REPORT "report" UPDATE "update"
%token <name> IN "in" OUT "out" FOR "for" IF "if" THEN "then" ELSE "else" AND "and" OR "or" NOT "not" ON "on" AS "as"
%token <name> MINIMIZE "minimize" TRUE "true" FALSE "false"
%token ARROW "->" DOTDOT ".." EQ "==" NE "!=" LE "<=" GE ">="
%token JUNK "an unreadable character"
%token START_FILE START_GRAPH START_SIGNATURE START_FLOW START_STATEMENTS

%type <name> name opt_name
%type <ast> declarations declaration params param_list param inputs input_list input type dims dim_list dim names body
%type <ast> statements statement if_statement props reports report flow pipe stage repeated count call chain
%type <ast> arguments arg_list arg or and not cmp range sum prod unary pow post prim indices index items item path paths
%type <ast> graphs graph
%type <ast> opt_type

%%
start:
    START_FILE                                 { p->result = node(p, AST_FILE, @$, 0); }
  | START_FILE declarations                    { p->result = $2; }
  | START_GRAPH                                { p->result = node(p, AST_FILE, @$, 0); }
  | START_GRAPH graphs                         { p->result = $2; }
  | START_SIGNATURE params ARROW flow          { p->result = node(p, AST_SIGNATURE, @$, 2, $2, $4); }
  | START_FLOW flow                            { p->result = $2; }
  | START_STATEMENTS                           { p->result = node(p, AST_BODY, @$, 0); }
  | START_STATEMENTS statements                { p->result = $2; }
  | START_SIGNATURE error                      { p->result = node(p, AST_ERROR, @2, 0); yyclearin; }
  | START_FLOW error                           { p->result = node(p, AST_ERROR, @2, 0); yyclearin; }
  ;

/* declarations */
declarations:
    declaration                                { $$ = node(p, AST_FILE, @$, 1, $1); }
  | declarations NL declaration                { $$ = more(p, $1, $3); }
  | declarations error                         { $$ = more(p, $1, node(p, AST_ERROR, @2, 0)); yyclearin; yyerrok; }
  ;
graphs:
    graph                                      { $$ = node(p, AST_FILE, @$, 1, $1); }
  | graphs NL graph                            { $$ = more(p, $1, $3); }
  | graphs error                               { $$ = more(p, $1, node(p, AST_ERROR, @2, 0)); yyclearin; yyerrok; }
  ;
graph:
    GRAPH name body                            { $$ = named(node(p, AST_GRAPH, @$, 1, $3), $2, @2); }
  | error                                      { $$ = node(p, AST_ERROR, @$, 0); yyclearin; yyerrok; }
  ;
declaration:
    CONST name '=' flow                        { $$ = named(node(p, AST_CONST, @$, 1, $4), $2, @2); }
  | BLOCK name params body                     { $$ = named(node(p, AST_BLOCK, @$, 2, $3, $4), $2, @2); }
  | NET name params body                       { $$ = named(node(p, AST_NET, @$, 2, $3, $4), $2, @2); }
  | DATA name body                             { $$ = named(node(p, AST_DATA, @$, 1, $3), $2, @2); }
  | TRAIN opt_name ON name AS '(' names ')' body
      { $$ = named(node(p, AST_TRAIN, @$, 3, ref(p, $4, @4), enclose($7, span_join(@6, @8)), $9), $2, @2); }
  | PREDICT name inputs body                   { $$ = named(node(p, AST_PREDICT, @$, 2, $3, $4), $2, @2); }
  | SEARCH opt_name body                       { $$ = named(node(p, AST_SEARCH, @$, 1, $3), $2, @2); }
  | USE STRING                                 { $$ = with_text(node(p, AST_USE, @$, 0), $2); }
  | error                                      { $$ = node(p, AST_ERROR, @$, 0); yyclearin; yyerrok; }
  ;
opt_name: %empty { $$ = 0; } | name ;
params:
    %empty                                     { $$ = node(p, AST_PARAMS, @$, 0); }
  | '(' ')'                                    { $$ = node(p, AST_PARAMS, @$, 0); }
  | '(' param_list opt_comma ')'               { $$ = enclose($2, @$); }
  | '(' error ')'                              { $$ = node(p, AST_PARAMS, @$, 0); yyerrok; }
  ;
param_list:
    param                                      { $$ = node(p, AST_PARAMS, @$, 1, $1); }
  | param_list ',' param                       { $$ = more(p, $1, $3); }
  ;
param:
    name                                       { $$ = named(node(p, AST_PARAM, @$, 1, (Ast *)NULL), $1, @1); }
  | name ':' flow                              { $$ = named(node(p, AST_PARAM, @$, 1, $3), $1, @1); }
  ;
inputs:
    %empty                                     { $$ = node(p, AST_INPUTS, @$, 0); }
  | '(' ')'                                    { $$ = node(p, AST_INPUTS, @$, 0); }
  | '(' input_list opt_comma ')'               { $$ = enclose($2, @$); }
  | '(' error ')'                              { $$ = node(p, AST_INPUTS, @$, 0); yyerrok; }
  ;
input_list:
    input                                      { $$ = node(p, AST_INPUTS, @$, 1, $1); }
  | input_list ',' input                       { $$ = more(p, $1, $3); }
  ;
input:
    name                                       { $$ = named(node(p, AST_INPUT, @$, 2, (Ast *)NULL, (Ast *)NULL), $1, @1); }
  | name type                                  { $$ = named(node(p, AST_INPUT, @$, 2, $2, (Ast *)NULL), $1, @1); }
  | name ':' flow                              { $$ = named(node(p, AST_INPUT, @$, 2, (Ast *)NULL, $3), $1, @1); }
  ;

/* types */
type:
    dims
  | name arguments                             { $$ = named(node(p, AST_TYPE_CALL, @$, 2, $2, (Ast *)NULL), $1, @1); }
  | name arguments dims                        { $$ = named(node(p, AST_TYPE_CALL, @$, 2, $2, $3), $1, @1); }
  | name '.' name                              { $$ = field_type(named(node(p, AST_TYPE_FIELD, @$, 0), $1, @1), $3); }
  ;
dims:
    '[' ']'                                    { $$ = node(p, AST_DIMS, @$, 0); }
  | '[' dim_list opt_comma ']'                 { $$ = enclose($2, @$); }
  ;
dim_list:
    dim                                        { $$ = node(p, AST_DIMS, @$, 1, $1); }
  | dim_list ',' dim                           { $$ = more(p, $1, $3); }
  ;
dim:
    or
  | DOTDOT                                     { $$ = node(p, AST_REST, @$, 0); }
  | DOTDOT name                                { $$ = named(node(p, AST_REST, @$, 0), $2, @2); }
  ;

/* statements */
body:
    '{' '}'                                    { $$ = node(p, AST_BODY, @$, 0); }
  | '{' statements '}'                         { $$ = enclose($2, @$); }
  ;
statements:
    statement                                  { $$ = node(p, AST_BODY, @$, 1, $1); }
  | statements NL statement                    { $$ = more(p, $1, $3); }
  | statements error                           { $$ = more(p, $1, node(p, AST_ERROR, @2, 0)); yyclearin; yyerrok; }
  ;
statement:
    IN name opt_type                           { $$ = named(node(p, AST_IN, @$, 1, $3), $2, @2); }
  | OUT flow                                   { $$ = node(p, AST_OUT, @$, 1, $2); }
  | OUT name '=' flow                          { $$ = named(node(p, AST_OUT, @$, 1, $4), $2, @2); }
  | names '=' flow                             { $$ = node(p, AST_LET, @$, 2, $1, $3); }
  | NEXT name '=' flow                         { $$ = named(node(p, AST_NEXT, @$, 1, $4), $2, @2); }
  | WEIGHT name dims props                     { $$ = named(adopt(p, node(p, AST_WEIGHT, @$, 1, $3), $4), $2, @2); }
  | STATE name dims props                      { $$ = named(adopt(p, node(p, AST_STATE, @$, 1, $3), $4), $2, @2); }
  | FIELD name type                            { $$ = named(node(p, AST_FIELD, @$, 2, $3, (Ast *)NULL), $2, @2); }
  | FIELD name type '=' flow                   { $$ = named(node(p, AST_FIELD, @$, 2, $3, $5), $2, @2); }
  | name ':' flow                              { $$ = named(node(p, AST_PROP, @$, 2, (Ast *)NULL, $3), $1, @1); }
  | name '(' paths ')' ':' flow                { $$ = named(node(p, AST_PROP, @$, 2, $3, $6), $1, @1); }
  | FOR name IN flow body                      { $$ = node(p, AST_FOR, @$, 4, ref(p, $2, @2), (Ast *)NULL, $4, $5); }
  | FOR name ',' name IN flow body             { $$ = node(p, AST_FOR, @$, 4, ref(p, $2, @2), ref(p, $4, @4), $6, $7); }
  | if_statement
  | MINIMIZE flow                              { $$ = node(p, AST_MINIMIZE, @$, 1, $2); }
  | REPORT reports                             { $$ = enclose($2, @$); }
  | UPDATE paths body                          { $$ = node(p, AST_UPDATE, @$, 2, $2, $3); }
  | SHOW name ':' flow                         { $$ = named(node(p, AST_SHOW, @$, 1, $4), $2, @2); }
  | SHOW name ':' flow ',' reports             { $$ = named(adopt(p, node(p, AST_SHOW, @$, 1, $4), $6), $2, @2); }
  | error                                      { $$ = node(p, AST_ERROR, @$, 0); yyclearin; yyerrok; }
  ;
opt_type: %empty { $$ = NULL; } | type ;
if_statement:
    IF flow body                               { $$ = node(p, AST_IF, @$, 3, $2, $3, (Ast *)NULL); }
  | IF flow body ELSE body                     { $$ = node(p, AST_IF, @$, 3, $2, $3, $5); }
  | IF flow body ELSE if_statement             { $$ = node(p, AST_IF, @$, 3, $2, $3, $5); }
  ;
props:
    %empty                                     { $$ = node(p, AST_REPORT, @$, 0); }
  | props report                               { $$ = more(p, $1, $2); }
  ;
reports:
    report                                     { $$ = node(p, AST_REPORT, @$, 1, $1); }
  | reports ',' report                         { $$ = more(p, $1, $3); }
  ;
report: name ':' flow                          { $$ = named(node(p, AST_PROP, @$, 2, (Ast *)NULL, $3), $1, @1); } ;
names:
    name                                       { $$ = node(p, AST_NAMES, @$, 1, ref(p, $1, @1)); }
  | names ',' name                             { $$ = more(p, $1, ref(p, $3, @3)); }
  ;
path:
    name                                       { $$ = ref(p, $1, @1); }
  | path '.' name                              { $$ = named(node(p, AST_DOT, @$, 1, $1), $3, @3); }
  ;
paths:
    path                                       { $$ = node(p, AST_PATHS, @$, 1, $1); }
  | paths ',' path                             { $$ = more(p, $1, $3); }
  ;

/* flows */
flow:
    pipe
  | IF flow THEN flow ELSE flow                { $$ = node(p, AST_COND, @$, 3, $2, $4, $6); }
  ;
pipe:
    or
  | pipe ARROW stage                           { $$ = node(p, AST_PIPE, @$, 2, $1, $3); }
  ;
stage:
    repeated
  | name ':' repeated                          { $$ = enclose(named($3, $1, @1), @$); }
  | STRING ':' repeated                        { $$ = enclose(with_text($3, $1), @$); $$->name_span = @1; }
  ;
repeated:
    call                                       { $$ = node(p, AST_STAGE, @$, 2, (Ast *)NULL, $1); }
  | count '*' call                             { $$ = node(p, AST_STAGE, @$, 2, $1, $3); }
  ;
count:
    INT                                        { $$ = with_number(node(p, AST_INT, @$, 0), $1); }
  | name                                       { $$ = ref(p, $1, @1); }
  | '(' flow ')'                               { $$ = enclose($2, @$); }
  ;
call:
    name                                       { $$ = ref(p, $1, @1); }
  | name arguments                             { $$ = node(p, AST_CALL, @$, 2, ref(p, $1, @1), $2); }
  | '{' chain '}'                              { $$ = enclose($2, @$); }
  ;
chain:
    stage                                      { $$ = node(p, AST_SEQ, @$, 1, $1); }
  | chain ARROW stage                          { $$ = more(p, $1, $3); }
  ;
arguments:
    '(' ')'                                    { $$ = node(p, AST_ARGS, @$, 0); }
  | '(' arg_list opt_comma ')'                 { $$ = enclose($2, @$); }
  ;
arg_list:
    arg                                        { $$ = node(p, AST_ARGS, @$, 1, $1); }
  | arg_list ',' arg                           { $$ = more(p, $1, $3); }
  ;
arg:
    flow                                       { $$ = node(p, AST_ARG, @$, 1, $1); }
  | name ':' flow                              { $$ = named(node(p, AST_ARG, @$, 1, $3), $1, @1); }
  ;
opt_comma: %empty | ',' ;

/* expressions */
or: and | or OR and                            { $$ = binary(p, AST_OR, @$, $1, $3); } ;
and: not | and AND not                         { $$ = binary(p, AST_AND, @$, $1, $3); } ;
not: cmp | NOT not                             { $$ = unary(p, AST_NOT, @$, $2); } ;
cmp:
    range
  | range '<' range                            { $$ = binary(p, AST_LT, @$, $1, $3); }
  | range '>' range                            { $$ = binary(p, AST_GT, @$, $1, $3); }
  | range LE range                             { $$ = binary(p, AST_LE, @$, $1, $3); }
  | range GE range                             { $$ = binary(p, AST_GE, @$, $1, $3); }
  | range EQ range                             { $$ = binary(p, AST_EQ, @$, $1, $3); }
  | range NE range                             { $$ = binary(p, AST_NE, @$, $1, $3); }
  ;
range: sum | sum DOTDOT sum                    { $$ = node(p, AST_RANGE, @$, 2, $1, $3); } ;
sum:
    prod
  | sum '+' prod                               { $$ = binary(p, AST_ADD, @$, $1, $3); }
  | sum '-' prod                               { $$ = binary(p, AST_SUB, @$, $1, $3); }
  ;
prod:
    unary
  | prod '*' unary                             { $$ = binary(p, AST_MUL, @$, $1, $3); }
  | prod '/' unary                             { $$ = binary(p, AST_DIV, @$, $1, $3); }
  | prod '%' unary                             { $$ = binary(p, AST_MOD, @$, $1, $3); }
  ;
unary: pow | '-' unary                         { $$ = unary(p, AST_NEG, @$, $2); } ;
pow: post | post '^' unary                     { $$ = binary(p, AST_POW, @$, $1, $3); } ;
post:
    prim
  | post '.' name                              { $$ = named(node(p, AST_DOT, @$, 1, $1), $3, @3); }
  | post '[' indices opt_comma ']'             { $$ = adopt(p, node(p, AST_INDEX, @$, 1, $1), $3); }
  | post arguments                             { $$ = node(p, AST_CALL, @$, 2, $1, $2); }
  ;
indices:
    index                                      { $$ = node(p, AST_LIST, @$, 1, $1); }
  | indices ',' index                          { $$ = more(p, $1, $3); }
  ;
index:
    or
  | or ':' or                                  { $$ = node(p, AST_SLICE, @$, 2, $1, $3); }
  | ':' or                                     { $$ = node(p, AST_SLICE, @$, 2, (Ast *)NULL, $2); }
  | or ':'                                     { $$ = node(p, AST_SLICE, @$, 2, $1, (Ast *)NULL); }
  | ':'                                        { $$ = node(p, AST_SLICE, @$, 2, (Ast *)NULL, (Ast *)NULL); }
  ;
prim:
    name                                       { $$ = ref(p, $1, @1); }
  | INT                                        { $$ = with_number(node(p, AST_INT, @$, 0), $1); }
  | FLOAT                                      { $$ = with_number(node(p, AST_FLOAT, @$, 0), $1); }
  | STRING                                     { $$ = with_text(node(p, AST_STRING, @$, 0), $1); }
  | TRUE                                       { $$ = with_number(node(p, AST_BOOL, @$, 0), 1); }
  | FALSE                                      { $$ = node(p, AST_BOOL, @$, 0); }
  | '(' flow ')'                               { $$ = enclose($2, @$); }
  | '[' ']'                                    { $$ = node(p, AST_LIST, @$, 0); }
  | '[' items opt_comma ']'                    { $$ = enclose($2, @$); }
  ;
items:
    item                                       { $$ = node(p, AST_LIST, @$, 1, $1); }
  | items ',' item                             { $$ = more(p, $1, $3); }
  ;
item:
    flow
  | DOTDOT                                     { $$ = node(p, AST_REST, @$, 0); }
  | DOTDOT name                                { $$ = named(node(p, AST_REST, @$, 0), $2, @2); }
  ;
name:
    NAME | CONST | BLOCK | NET | DATA | TRAIN | PREDICT | SEARCH | USE | GRAPH | WEIGHT | STATE | FIELD | NEXT | SHOW
  | REPORT | UPDATE
  ;
%%
static int yyreport_syntax_error(const yypcontext_t *context, Parser *p) {
  yysymbol_kind_t kinds[YYNTOKENS];
  const char *names[YYNTOKENS];
  int count = parse_is_hopeless(p) ? 0 : yypcontext_expected_tokens(context, kinds, YYNTOKENS);
  for (int i = 0; i < count; i++)
    names[i] = yysymbol_name(kinds[i]);
  parse_fail(p, names, count);
  return 0;
}

/* Bison words nothing here; what remains is its exhausted stack. */
static void net_error(const Span *at, Parser *p, const char *message) {
  (void)message;
  diag_add(p->c, D_DEPTH, *at);
}
