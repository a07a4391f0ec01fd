/* Duty: `netc ir` prints a program in any stage on its way, `netc opt` runs passes on a graph's text.

   A single stage is printed bare, so that the text of a graph can be fed back. With --all each stage has a heading, a
   comment.
   --dump writes files: train.0-graph.graph, train.2-autodiff.graph ... train.plan, program.ll, program.s. */
#include "base/bug.h"
#include "gen/cost.h"
#include "view/view.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
  Build b;
  FILE *to;
  int failed;
} Ir;

static const char *const stage_pass[] = {
    [STAGE_GRAD] = "autodiff", [STAGE_FUSED] = "fuse", [STAGE_LAYOUT] = "layout", [STAGE_ASM] = NULL};

/* ---- where text goes ---- */

static void put(Ir *ir, const char *file, const char *heading, const char *text) {
  const Options *o = ir->b.o;
  if (o->dump) {
    const char *path = arena_printf(ir->b.c->mem, "%s/%s", o->dump, file);
    ir->failed |= !file_write(ir->b.c, path, text, strlen(text));
  } else {
    if (o->all)
      fprintf(ir->to, "# ---- %s ----\n", heading);
    fputs(text, ir->to);
    if (o->all)
      fputc('\n', ir->to);
  }
}

static void put_graph(Ir *ir, const Graph *g, int number, const char *stage) {
  Ctx *c = ir->b.c;
  const char *function = name_text(c->names, g->name);
  Text text = {.mem = c->mem};
  graph_print(g, &text);
  put(ir, arena_printf(c->mem, "%s.%d-%s.graph", function, number, stage),
      arena_printf(c->mem, "%s: %s", function, stage), text_str(&text));
}

typedef struct {
  int64_t batch;
  double seconds;
} Predicted;

/*   {winograd F(4,3) 2x14, blocks of 28 tiles  1.85 Gop, 540 Mop done  12.9 MB  3.3 ms} */
static void predict(const Plan *p, int step, void *user, Text *to) {
  Predicted *sum = user;
  Arena *mem = p->g->c->mem;
  if (p->steps.at[step].joined)
    return;
  StepCost c = gen_step_cost(p, step, sum->batch);
  text_add(to, "  {%s%s", c.how, *c.how ? "  " : "");
  if (c.flops > 0)
    text_add(to, "%sop", scaled_text(mem, c.flops, ""));
  if (c.done != c.flops)
    text_add(to, ", %sop done", scaled_text(mem, c.done, ""));
  text_add(to, "%s%s  %s}", c.flops > 0 ? "  " : "", scaled_text(mem, c.bytes, "B"), scaled_text(mem, c.seconds, "s"));
  sum->seconds += p->steps.at[step].once ? 0 : c.seconds;
}

static void put_plans(Ir *ir) {
  Ctx *c = ir->b.c;
  for (int i = 0; i < ir->b.count; i++) {
    const char *function = name_text(c->names, ir->b.entry[i].name);
    Text text = {.mem = c->mem};
    Predicted sum = {.batch = build_batch(&ir->b, &ir->b.entry[i])};
    plan_print(ir->b.function[i].plan, predict, &sum, &text);
    text_add(&text, "predicted for N = %lld on %d cores: %s\n", (long long)sum.batch, COST_THREADS,
             scaled_text(c->mem, sum.seconds, "s"));
    put(ir, arena_printf(c->mem, "%s.plan", function), arena_printf(c->mem, "%s: plan", function), text_str(&text));
  }
}

static void after_pass(void *user, PassId pass, const Graph *g) {
  put_graph(user, g, (int)pass + 1, pass_name(pass));
}

static int make_folder(Ctx *c, const char *path) {
  struct stat about;
  if (!mkdir(path, 0777) || (!stat(path, &about) && S_ISDIR(about.st_mode)))
    return 1;
  diag_add(c, D_CANNOT_WRITE, (Span){0, 0}, path, strerror(errno));
  return 0;
}

/* ---- stages ---- */

/* Everything, one stage after the other. */
static int print_all(Ir *ir) {
  Build *b = &ir->b;
  b->passes.after = after_pass;
  b->passes.user = ir;
  for (int i = 0; i < b->count; i++)
    put_graph(ir, b->entry[i].graph, 0, "graph");
  if (!build_passes(b))
    return 0;
  if (b->o->stop_after)
    return 1;
  if (!build_plans(b))
    return 0;
  put_plans(ir);
  if (!b->o->dump)
    return 1;
  if (!build_code(b))
    return 0;
  put(ir, "program.ll", "", gen_llvm_text(b->gen));
  put(ir, "program.s", "", gen_asm_text(b->gen));
  return 1;
}

static int print_one(Ir *ir, StageId stage) {
  Build *b = &ir->b;
  if (stage != STAGE_GRAPH && !build_passes(b))
    return 0;
  if (stage < STAGE_PLAN) {
    for (int i = 0; i < b->count; i++)
      put_graph(ir, b->function[i].graph, 0, "");
    return 1;
  }
  if (!build_plans(b))
    return 0;
  if (stage == STAGE_PLAN)
    put_plans(ir);
  if (stage > STAGE_PLAN && !build_code(b))
    return 0;
  if (stage > STAGE_PLAN)
    fputs(stage == STAGE_LLVM ? gen_llvm_text(b->gen) : gen_asm_text(b->gen), ir->to);
  return 1;
}

static void print_ast(const Build *b, FILE *to) {
  Text text = {.mem = b->c->mem};
  ast_print(b->c, b->file, &text);
  fputs(text_str(&text), to);
}

/* The stage that the options ask for; --after and the stages that are named after a pass end the passes there. */
static StageId choose_stage(Options *o) {
  const char *pass = o->after ? o->after : stage_pass[o->stage];
  if (pass)
    o->stop_after = pass;
  if (o->stop_after)
    return STAGE_LAYOUT;
  return o->stage == STAGE_NONE ? STAGE_GRAPH : (StageId)o->stage;
}

int view_ir(Ctx *c, const Options *given, FILE *to) {
  Options o = *given;
  Ir ir = {.to = to};
  StageId stage = choose_stage(&o);
  if (!build_parse(&ir.b, c, &o, o.words.at[0]))
    return 0;
  if (stage == STAGE_AST) {
    print_ast(&ir.b, to);
    return 1;
  }
  if ((o.dump && !make_folder(c, o.dump)) || !build_expand(&ir.b))
    return 0;
  int ok = o.all || o.dump ? print_all(&ir) : print_one(&ir, stage);
  build_close(&ir.b);
  if (o.time_passes)
    build_times(&ir.b, stderr);
  return ok && !ir.failed;
}

/* ---- opt ---- */

static Graph *run_list(const Graph *from, const char *list, PassOptions *p) {
  Ctx *c = from->c;
  Graph *g = (Graph *)(uintptr_t)from;
  for (const char *s = list; g && *s; s += *s == ',') {
    size_t len = strcspn(s, ",");
    const char *name = arena_strndup(c->mem, s, len);
    PassId id = pass_find(name);
    if (id == PASS_COUNT) {
      refuse_pass(c, name);
      return NULL;
    }
    g = pass_run(g, id, p);
    s += len;
  }
  return g;
}

int view_opt(Ctx *c, const Options *o, FILE *to) {
  Build build, *b = &build;
  int ok = build_parse(b, c, o, o->words.at[0]) && build_expand(b);
  b->passes.verify = 1;
  for (int i = 0; ok && i < b->count; i++) {
    Text text = {.mem = c->mem}, why = {.mem = c->mem};
    if (!graph_verify(b->entry[i].graph, &why))
      BUG("a graph was read that is not sound: %s", text_str(&why));
    Graph *g = run_list(b->entry[i].graph, o->passes ? o->passes : "", &b->passes);
    ok = g && !diag_errors(c->diags);
    if (ok) {
      graph_print(g, &text);
      fputs(text_str(&text), to);
    }
  }
  return ok;
}
