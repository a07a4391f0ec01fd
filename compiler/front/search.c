/* Duty: the search block: which constants of the file and options of the recipe are tried, from which ranges, how, and by what
   they are judged. In: its AST, after the train blocks. Out: Program.search, which view/search*.c carries out. */
#include "front/expand.h"
#include <math.h>
#include <string.h>

enum { TRIALS_MOST = 10000, TRIALS_DEFAULT = 20, EPOCHS_DEFAULT = 10 };

typedef struct {
  Expand *x;
  Search *s;
  const Train *train;
  NameList lines; /* given so far */
} Reader;

/* ---- arguments of calls that passed their check ---- */

static const RecipeArg *arg_of(Expand *x, const RecipeCall *c, const char *name, int place) {
  for (int i = 0, positional = 0; i < c->args.count; i++) {
    const RecipeArg *a = &c->args.at[i];
    if (a->name ? !strcmp(name_text(x->c->names, a->name), name) : positional++ == place)
      return a;
  }
  return NULL;
}

static double number_of(Expand *x, const RecipeCall *c, const char *name, int place, double otherwise) {
  const RecipeArg *a = arg_of(x, c, name, place);
  return a ? a->num : otherwise;
}

static int out_of_range(Expand *x, Span at, const char *what, const char *wanted, double v) {
  diag_add(x->c, D_RECIPE_RANGE, at, what, wanted, say_number(x, v));
  return 0;
}

static int is_count(double v, double least) {
  return v >= least && v <= TRIALS_MOST && v == floor(v);
}

/* ---- what can be tried ---- */

static int in_list(const NameList *all, Name name) {
  for (int i = 0; i < all->count; i++)
    if (all->at[i] == name)
      return 1;
  return 0;
}

static NameList consts_of(Expand *x) {
  NameList all = {0};
  for (int i = 0; i < x->consts.count; i++)
    vec_push(x->c->mem, &all, x->consts.at[i].name);
  return all;
}

/* Numbers of the recipe that are no lines: lr, but no clock and no option of a predict command. */
static NameList rates_of(Expand *x) {
  NameList all = {0}, none = names_list(x, (const char *[]){"step", "epoch"}, 2);
  for (int i = 0; i < x->p->predicts.count; i++)
    for (int k = 0; k < x->p->predicts.at[i].inputs.count; k++)
      if (x->p->predicts.at[i].inputs.at[k].is_option)
        vec_push(x->c->mem, &none, x->p->predicts.at[i].inputs.at[k].field.name);
  for (int i = 0; i < x->p->scalars.count; i++)
    if (!in_list(&none, x->p->scalars.at[i].name))
      vec_push(x->c->mem, &all, x->p->scalars.at[i].name);
  return all;
}

static int has_line(Expand *x, Name name) {
  const Train *t = &x->p->trains.at[0];
  for (int i = 0; i < t->props.count; i++)
    if (t->props.at[i].name == name)
      return 1;
  return 0;
}

/* The judge says which weights are kept, epochs are the search's own, and a program has room for accumulated gradients only
   where its recipe says so. */
static NameList lines_of(Expand *x) {
  NameList all = line_options(x), none = names_list(x, (const char *[]){"keep", "epochs", "accumulate"}, 3);
  int kept = 0;
  none.count -= has_line(x, none.at[2]);
  for (int i = 0; i < all.count; i++)
    if (!in_list(&none, all.at[i]))
      all.at[kept++] = all.at[i];
  all.count = kept;
  return all;
}

static NameList params_of(Expand *x) {
  NameList all = consts_of(x), more[2] = {rates_of(x), lines_of(x)};
  for (int k = 0; k < 2; k++)
    for (int i = 0; i < more[k].count; i++)
      vec_push(x->c->mem, &all, more[k].at[i]);
  return all;
}

static void unknown_name(Reader *r, const Ast *s, Span at) {
  Expand *x = r->x;
  NameList all = names_list(x, (const char *[]){"try", "judge", "epochs"}, 3), there = params_of(x);
  NameList absent = names_list(x, (const char *[]){"accumulate", "clip", "ema"}, 3);
  for (int i = 0; i < there.count; i++)
    vec_push(x->c->mem, &all, there.at[i]);
  Diag *d = diag_add(x->c, D_UNKNOWN_LINE, at, "search", name_text(x->c->names, s->name));
  if (s->name == name_of(x->c->names, "optimizer"))
    diag_help(x->c, d, "a const can choose: `optimizer: if name == \"sgd\" then sgd(lr: 0.1) else adam(lr: 1e-3)`, and the search tries the const");
  else if (in_list(&absent, s->name))
    diag_help(x->c, d, "a line `%s:` in the train block makes it an option", name_text(x->c->names, s->name));
  else if (name_nearest(x->c->names, name_text(x->c->names, s->name), all.at, all.count))
    suggest(x, d, s->name, &all, "%s:");
  else
    suggest_or_list(x, d, s->name, &there, "%s", "it tries constants of the file and options of the recipe:");
}

/* ---- values ---- */

static void add_choice(Reader *r, SearchParam *p, const RecipeArg *a) {
  Text given = {.mem = r->x->c->mem}, shown = {.mem = r->x->c->mem};
  recipe_text(r->x, a, p->is_const, &given);
  recipe_text(r->x, a, 0, &shown);
  vec_push(r->x->c->mem, &p->choices, (SearchChoice){text_str(&given), text_str(&shown), a->kind == RECIPE_NUM ? a->num : NAN});
}

static int is_line(Reader *r, const SearchParam *p) {
  NameList lines = lines_of(r->x);
  return !p->is_const && in_list(&lines, p->name);
}

/* May this be one of the values? */
static int check_choice(Reader *r, const SearchParam *p, RecipeArg *a) {
  Expand *x = r->x;
  if (is_line(r, p))
    return line_check(x, p->name, a);
  if (a->kind == RECIPE_CALL || (a->kind != RECIPE_NUM && !p->is_const)) {
    diag_add(x->c, D_WRONG_KIND, a->span, p->is_const ? "a number, a text or a list" : "a number", arena_printf(x->c->mem, "`%s`", say_source(x, a->span)));
    return 0;
  }
  if (p->is_const || a->num >= 0)
    return 1;
  return out_of_range(x, a->span, arena_printf(x->c->mem, "`%s`", name_text(x->c->names, p->name)), "0 or more", a->num);
}

/* The values of a list are checked one by one, a range by both ends; and by a number between, where they may not be whole. */
static int check_ends(Reader *r, const SearchParam *p, Span at) {
  Expand *x = r->x;
  RecipeArg some[] = {{.num = p->low, .span = at}, {.num = p->high, .span = at}, {.num = p->low + 0.618034 * (p->high - p->low), .span = at}};
  if (!check_choice(r, p, &some[0]) || !check_choice(r, p, &some[1]))
    return 0;
  if (p->kind >= SEARCH_INT)
    return 1;
  diags_mute(x->c->diags, 1);
  int fits = check_choice(r, p, &some[2]);
  diags_mute(x->c->diags, -1);
  if (!fits)
    diag_add(x->c, D_WRONG_KIND, at, "a range of whole numbers, `int(low, high)` or `log_int(low, high)`,", arena_printf(x->c->mem, "`%s`", say_source(x, at)));
  return fits;
}

static int read_range(Reader *r, SearchParam *p, const Ast *e) {
  static const char *const kinds[] = {"", "uniform", "log", "int", "log_int"};
  Expand *x = r->x;
  RecipeArg a;
  const RecipeCall *c = recipe_call(x, e, &a) ? recipe_check(x, &a, "RANGE", e->span) : NULL;
  if (!c)
    return 0;
  const char *name = name_text(x->c->names, c->name);
  while (strcmp(kinds[p->kind], name))
    p->kind++;
  p->low = number_of(x, c, "low", 0, 0), p->high = number_of(x, c, "high", 1, 0);
  double steps = number_of(x, c, "steps", 2, 0);
  int whole = p->kind >= SEARCH_INT, is_log = p->kind == SEARCH_LOG || p->kind == SEARCH_LOG_INT;
  Span low = arg_of(x, c, "low", 0)->span, high = arg_of(x, c, "high", 1)->span;
  const char *lower = arena_printf(x->c->mem, "the lower end of `%s`", name), *upper = arena_printf(x->c->mem, "the upper end of `%s`", name);
  if (whole && p->low != floor(p->low))
    return out_of_range(x, low, lower, "a whole number", p->low);
  if (whole && p->high != floor(p->high))
    return out_of_range(x, high, upper, "a whole number", p->high);
  if (is_log && p->low <= 0)
    return out_of_range(x, low, lower, "above 0", p->low);
  if (p->high <= p->low)
    return out_of_range(x, high, upper, arena_printf(x->c->mem, "above the lower one, %s", say_number(x, p->low)), p->high);
  const RecipeArg *given = arg_of(x, c, "steps", 2);
  if (given && !is_count(steps, 2))
    return out_of_range(x, given->span, "`steps`", "a whole number from 2 on", steps);
  p->steps = (int)steps;
  return check_ends(r, p, e->span);
}

static int is_range(Reader *r, const SearchParam *p, const Ast *e) {
  Expand *x = r->x;
  if (e->kind != AST_CALL || e->kids[0]->kind != AST_REF)
    return 0;
  return recipe_is("RANGE", name_text(x->c->names, e->kids[0]->name)) || !is_line(r, p) || !line_takes_call(x, p->name);
}

static int read_choices(Reader *r, SearchParam *p, const Ast *e) {
  RecipeArg all;
  if (!recipe_arg(r->x, e, &all))
    return 0;
  int list = all.kind == RECIPE_LIST;
  if (list && !all.list.count) {
    diag_add(r->x->c, D_WRONG_KIND, e->span, "a list of values", "an empty one");
    return 0;
  }
  all.span = e->span;
  for (int i = 0; i < (list ? all.list.count : 1); i++) {
    RecipeArg *a = list ? &all.list.at[i] : &all;
    if (!check_choice(r, p, a))
      return 0;
    add_choice(r, p, a);
  }
  return 1;
}

static void read_param(Reader *r, const Ast *s, Span at) {
  Expand *x = r->x;
  NameList consts = consts_of(x), all = params_of(x);
  SearchParam p = {.name = s->name, .is_const = in_list(&consts, s->name), .span = s->span};
  if (!in_list(&all, s->name))
    unknown_name(r, s, at);
  else if (is_range(r, &p, s->kids[1]) ? read_range(r, &p, s->kids[1]) : read_choices(r, &p, s->kids[1]))
    vec_push(x->c->mem, &r->s->params, p);
}

/* ---- the search's own lines ---- */

static void read_try(Reader *r, const Ast *e) {
  Expand *x = r->x;
  RecipeArg a;
  const RecipeCall *c = recipe_arg(x, e, &a) ? recipe_check(x, &a, "TRY", e->span) : NULL;
  if (!c)
    return;
  const char *name = name_text(x->c->names, c->name);
  double trials = number_of(x, c, "trials", 0, 1), eta = number_of(x, c, "eta", 1, 3);
  r->s->how = !strcmp(name, "random") ? TRY_RANDOM : !strcmp(name, "grid") ? TRY_GRID : TRY_HALVING;
  int least = r->s->how == TRY_HALVING ? 2 : 1;
  if (!is_count(trials, least))
    out_of_range(x, e->span, "the number of trials", arena_printf(x->c->mem, "a whole number from %d to %d", least, TRIALS_MOST), trials);
  else if (!(eta >= 2))
    out_of_range(x, arg_of(x, c, "eta", 1)->span, "`eta`", "2 or more", eta);
  r->s->trials = (int)trials, r->s->eta = eta;
}

/* best(x) or best(min: x), as in `keep:`, names the judge. */
static void set_judge(Reader *r, const RecipeCall *c) {
  Expand *x = r->x;
  const RecipeArg *least = arg_of(x, c, "min", 1), *a = least ? least : arg_of(x, c, "x", 0);
  NameList all = names_list(x, (const char *[]){"loss"}, 1);
  for (int i = 0; i < r->train->metrics.count; i++)
    vec_push(x->c->mem, &all, r->train->metrics.at[i].name);
  Name name = a ? a->text : all.at[0];
  r->s->judge = name;
  r->s->better = least || name == all.at[0] ? -1 : 1;
  for (int i = 0; i < r->train->metrics.count && !least; i++)
    if (r->train->metrics.at[i].name == name && r->train->metrics.at[i].better)
      r->s->better = r->train->metrics.at[i].better;
  r->s->keep = arena_printf(x->c->mem, least ? "best(min: %s)" : "best(%s)", name_text(x->c->names, name));
  if (!in_list(&all, name))
    suggest_or_list(x, diag_add(x->c, D_NO_METRIC, a->span, name_text(x->c->names, name)), name, &all, "%s", "there are:");
}

/* best(x), or the one in a list: keep: [best(x), every(10)]. NULL: there is none. */
static const RecipeCall *best_of(Expand *x, const RecipeArg *a) {
  const RecipeCall *found = NULL;
  for (int i = 0; a->kind == RECIPE_LIST && i < a->list.count && !found; i++)
    found = best_of(x, &a->list.at[i]);
  return a->kind == RECIPE_CALL && !strcmp(name_text(x->c->names, a->call->name), "best") ? a->call : found;
}

static void read_judge(Reader *r, const Ast *e) {
  Expand *x = r->x;
  RecipeArg a;
  const RecipeCall *c = recipe_arg(x, e, &a) ? recipe_check(x, &a, "KEEP", e->span) : NULL;
  if (c && !strcmp(name_text(x->c->names, c->name), "best"))
    set_judge(r, c);
  else if (c)
    diag_add(x->c, D_WRONG_KIND, e->span, "a metric to judge by, such as `best(loss)`,", arena_printf(x->c->mem, "`%s`", say_source(x, e->span)));
}

/* epochs, seed: as in the recipe. */
static void read_count(Reader *r, const Ast *s) {
  RecipeArg a;
  if (!recipe_arg(r->x, s->kids[1], &a))
    return;
  a.span = s->kids[1]->span;
  if (!line_check(r->x, s->name, &a))
    return;
  if (s->name == name_of(r->x->c->names, "seed"))
    r->s->seed = a.num;
  else if (a.num > 1e6)
    out_of_range(r->x, a.span, "`epochs:`", "at most 1000000", a.num);
  else
    r->s->epochs = (int)a.num;
}

/* ---- the block ---- */

static void read_line(Reader *r, const Ast *s) {
  Expand *x = r->x;
  const char *name = name_text(x->c->names, s->name);
  Span at = s->name_span.len ? s->name_span : s->span;
  int several = s->kids[1]->kind == AST_LIST || s->kids[1]->kind == AST_CALL;
  if (in_list(&r->lines, s->name))
    diag_add(x->c, D_SAME_LINE, at, name);
  else if (s->kids[0])
    unknown_name(r, s, at);
  else if (!strcmp(name, "try"))
    read_try(r, s->kids[1]);
  else if (!strcmp(name, "judge"))
    read_judge(r, s->kids[1]);
  else if (!strcmp(name, "epochs") || (!strcmp(name, "seed") && !several))
    read_count(r, s);
  else
    read_param(r, s, at);
  vec_push(x->c->mem, &r->lines, s->name);
}

/* What the block leaves open, the recipe says. */
static void take_defaults(Reader *r) {
  Expand *x = r->x;
  Search *s = r->s;
  for (int i = 0; i < r->train->props.count; i++) {
    const RecipeProp *p = &r->train->props.at[i];
    const char *name = name_text(x->c->names, p->name);
    if (!strcmp(name, "epochs"))
      s->epochs = (int)p->value.num;
    else if (!strcmp(name, "seed"))
      s->seed = p->value.num;
    else if (!strcmp(name, "keep") && best_of(x, &p->value))
      set_judge(r, best_of(x, &p->value));
  }
  if (!s->judge)
    set_judge(r, &(RecipeCall){0});
}

/* Every combination, where all have values to combine; else as many as one likes to wait for. */
static void settle_try(Reader *r) {
  Expand *x = r->x;
  Search *s = r->s;
  double all = 1;
  const SearchParam *range = NULL;
  for (int i = 0; i < s->params.count; i++) {
    const SearchParam *p = &s->params.at[i];
    if (p->kind != SEARCH_CHOICE && !p->steps && !range)
      range = p;
    all *= p->kind == SEARCH_CHOICE ? p->choices.count : p->steps;
  }
  if (s->how == TRY_NONE)
    s->how = range ? TRY_RANDOM : TRY_GRID, s->trials = TRIALS_DEFAULT;
  if (s->how != TRY_GRID)
    return;
  if (range)
    diag_help(x->c, diag_add(x->c, D_SEARCH_GRID, range->span, name_text(x->c->names, range->name)), "`steps: 4` in its brackets takes four values of it");
  else if (all > TRIALS_MOST)
    out_of_range(x, s->span, "the number of combinations", arena_printf(x->c->mem, "at most %d", TRIALS_MOST), all);
  s->trials = (int)all;
}

static int can_search(Expand *x, const Ast *decl) {
  if (x->p->search) {
    diag_note(x->c, diag_add(x->c, D_SAME_NAME, decl->span, "search"), x->p->search->span, "first declared here");
    return 0;
  }
  if (x->p->trains.count != 1) {
    diag_add(x->c, D_SEARCH_TRAIN, decl->span, x->p->trains.count ? say_number(x, x->p->trains.count) : "none");
    return 0;
  }
  const Train *t = &x->p->trains.at[0];
  const Data *d = t->data >= 0 ? &x->p->datas.at[t->data] : NULL;
  if (!d || d->val || d->holdout)
    return d != NULL;
  Diag *diag = diag_add(x->c, D_NO_VAL, decl->span, "judge");
  diag_note(x->c, diag, d->span, "the data block has neither `val:` nor `holdout:`");
  diag_help(x->c, diag, "`holdout: 0.1` there sets a tenth of the samples aside");
  return 0;
}

void search_read(Expand *x, const Ast *decl) {
  Search *s = arena_alloc(x->c->mem, sizeof *s);
  int errors = diag_errors(x->c->diags);
  if (!can_search(x, decl))
    return;
  *s = (Search){.name = decl->name, .epochs = EPOCHS_DEFAULT, .span = decl->span};
  Reader r = {.x = x, .s = s, .train = &x->p->trains.at[0]};
  x->p->search = s;
  take_defaults(&r);
  const Ast *body = decl->kids[0];
  for (int i = 0; i < body->count; i++)
    if (body->kids[i]->kind == AST_PROP)
      read_line(&r, body->kids[i]);
    else if (body->kids[i]->kind != AST_ERROR)
      misplaced(x, body->kids[i], "a search block", "a search block has lines such as `lr: log(1e-4, 1e-1)`, `try:`, `judge:` and `epochs:`");
  if (diag_errors(x->c->diags) > errors)
    return;
  if (s->params.count)
    settle_try(&r);
  else
    diag_add(x->c, D_SEARCH_EMPTY, decl->span);
}
