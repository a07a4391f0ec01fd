/* Duty: a .net file (or a graph text) through all stages to the program, with the time that each took. */
#include "view/build.h"
#include "base/bug.h"
#include "base/cache.h"
#include "gen/describe.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const Span nowhere;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void build_time(Build *b, const char *name) {
  double t = now();
  vec_push(b->c->mem, &b->times, (Time){name, t - b->since});
  b->since = t;
}

void build_times(const Build *b, FILE *to) {
  double all = 0;
  for (int i = 0; i < b->times.count; i++) {
    fprintf(to, "%8.1f ms  %s\n", 1e3 * b->times.at[i].seconds, b->times.at[i].name);
    all += b->times.at[i].seconds;
    for (int p = 0; !strcmp(b->times.at[i].name, "passes") && p < PASS_COUNT; p++)
      fprintf(to, "%10.1f ms  %s\n", 1e3 * b->passes.seconds[p], pass_name((PassId)p));
  }
  fprintf(to, "%8.1f ms  all\n", 1e3 * all);
}

const char *build_stem(Ctx *c, const char *path) {
  if (!strcmp(path, "-"))
    return "program";
  const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
  return arena_strndup(c->mem, base, dot && dot != base ? (size_t)(dot - base) : strlen(base));
}

static int has_ending(const char *path, const char *ending) {
  size_t len = strlen(path), n = strlen(ending);
  return len > n && !strcmp(path + len - n, ending);
}

/* ---- parse, expand ---- */

int build_parse(Build *b, Ctx *c, const Options *o, const char *path) {
  size_t len;
  *b = (Build){.c = c, .o = o, .path = path, .since = now()};
  b->graphs = o->command == COMMAND_opt || has_ending(path, ".graph");
  if (!passes_prepare(c, o, &b->passes))
    return 0;
  const char *text = file_read(c, path, &len);
  if (!text)
    return 0;
  c->cache = o->no_cache ? NULL : cache_folder(c->mem);
  b->first = source_add(c->src, path, text, len, 0);
  b->file = ast_parse(c, b->graphs ? PARSE_GRAPH : PARSE_FILE, b->first);
  build_time(b, "parse");
  return !diag_errors(c->diags);
}

static Define *read_defines(Build *b) {
  const Words *words = &b->o->defines;
  Define *list = arena_alloc(b->c->mem, sizeof *list * (size_t)words->count + 1);
  for (int i = 0; i < words->count; i++) {
    const char *word = words->at[i], *equals = strchr(word, '=');
    if (!equals || equals == word || !equals[1]) {
      diag_add(b->c, D_OPTION_VALUE, nowhere, "-D", word, "NAME=VALUE is wanted");
      return NULL;
    }
    list[i] = (Define){name_of_len(b->c->names, word, (size_t)(equals - word)), equals + 1};
  }
  return list;
}

static int nothing_in(Build *b) {
  diag_add(b->c, D_NOTHING, nowhere, b->path, "compile");
  return 0;
}

static int keep_function(Build *b) {
  int kept = 0;
  Name names[64];
  for (int i = 0; i < b->count && i < 64; i++)
    names[i] = b->entry[i].name;
  for (int i = 0; i < b->count; i++)
    if (!strcmp(name_text(b->c->names, b->entry[i].name), b->o->function))
      b->entry[kept++] = b->entry[i];
  if (!kept) {
    Diag *d = diag_add(b->c, D_NO_ENTRY, nowhere, b->o->function);
    Text list = {.mem = b->c->mem};
    for (int i = 0; i < b->count && i < 64; i++)
      text_add(&list, "%s%s", i ? ", " : "", name_text(b->c->names, names[i]));
    diag_help(b->c, d, "it has %s", text_str(&list));
  }
  b->count = kept;
  return kept;
}

static int read_graphs(Build *b) {
  b->count = b->file->count;
  b->entry = arena_alloc(b->c->mem, sizeof *b->entry * (size_t)b->count + 1);
  for (int i = 0; i < b->count; i++) {
    Graph *g = graph_read(b->c, b->file->kids[i]);
    if (!g)
      return 0;
    b->entry[i] = (Entry){.name = g->name, .graph = g};
  }
  return 1;
}

/* Who looks at a program sees what was written; entries that explain it can be asked for by their names. */
static void drop_explaining(Build *b) {
  int kept = 0;
  for (int i = 0; i < b->count; i++)
    if (!entry_explains(&b->entry[i]))
      b->entry[kept++] = b->entry[i];
  b->count = kept;
}

static int read_program(Build *b) {
  Define *defines = read_defines(b);
  b->program = defines ? program_of(b->c, b->file, b->first, b->path, defines, b->o->defines.count) : NULL;
  if (!b->program)
    return 0;
  if (b->o->only && !program_only_predict(b->program)) {
    diag_add(b->c, D_OPTION_VALUE, nowhere, "--only", "predict", "the file has no `predict` block");
    return 0;
  }
  b->count = program_entries(b->program, NULL, 0);
  b->entry = arena_alloc(b->c->mem, sizeof *b->entry * (size_t)b->count + 1);
  program_entries(b->program, b->entry, b->count);
  if (b->o->command != COMMAND_build && b->o->command != COMMAND_run && !b->o->function)
    drop_explaining(b);
  return 1;
}

int build_expand(Build *b) {
  int ok = b->graphs ? read_graphs(b) : read_program(b);
  if (!ok || diag_errors(b->c->diags))
    return 0;
  if (!b->count && b->o->command != COMMAND_check)
    return nothing_in(b);
  if (b->o->function && !keep_function(b))
    return 0;
  b->function = arena_alloc(b->c->mem, sizeof *b->function * (size_t)b->count + 1);
  for (int i = 0; i < b->count; i++)
    b->function[i].graph = b->entry[i].graph;
  build_time(b, "expand");
  return 1;
}

/* ---- passes, plans ---- */

void refuse_pass(Ctx *c, const char *name) {
  Name names[PASS_COUNT];
  for (int i = 0; i < PASS_COUNT; i++)
    names[i] = name_of(c->names, pass_name((PassId)i));
  Diag *d = diag_add(c, D_NO_PASS, nowhere, name);
  Name near = name_nearest(c->names, name, names, PASS_COUNT);
  if (near)
    diag_help(c, d, "did you mean `%s`?", name_text(c->names, near));
}

int passes_prepare(Ctx *c, const Options *o, PassOptions *p) {
  const char *const named[] = {o->after, o->stop_after};
  *p = (PassOptions){.lanes = gen_lanes(o->cpu)};
  c->exact = o->exact;
#ifdef NETC_DEBUG
  p->verify = 1;
#endif
  if (!p->lanes)
    diag_add(c, D_CPU, nowhere, o->cpu ? o->cpu : "of this machine");
  for (int i = 0; i < 2; i++)
    if (named[i] && pass_find(named[i]) == PASS_COUNT)
      refuse_pass(c, named[i]);
  for (int i = 0; i < o->skip.count; i++) {
    PassId id = pass_find(o->skip.at[i]);
    if (id == PASS_COUNT)
      refuse_pass(c, o->skip.at[i]);
    else if (!pass_is_optional(id))
      diag_add(c, D_PASS_NEEDED, nowhere, o->skip.at[i]);
    else
      p->skip[id] = 1;
  }
  return !diag_errors(c->diags);
}

int build_passes(Build *b) {
  int last = b->o->stop_after ? (int)pass_find(b->o->stop_after) : PASS_COUNT - 1;
  for (int i = 0; i < b->count; i++) {
    Graph *g = b->entry[i].graph;
    for (int p = 0; g && p <= last; p++)
      if (!b->passes.skip[p])
        g = pass_run(g, (PassId)p, &b->passes);
    b->function[i].graph = g;
    if (!g)
      return 0;
  }
  build_time(b, "passes");
  return !diag_errors(b->c->diags);
}

static void verify_plan(const Build *b, const Plan *p) {
  Text why = {.mem = b->c->mem}, dump = {.mem = b->c->mem};
  if (!b->passes.verify || plan_verify(p, &why))
    return;
  plan_print(p, NULL, NULL, &dump);
  fputs(text_str(&dump), stderr);
  BUG("the plan of %s: %s", name_text(b->c->names, p->g->name), text_str(&why));
}

enum { BATCH_DEFAULT = 32 };

int64_t build_batch(const Build *b, const Entry *e) {
  if (b->o->batch)
    return b->o->batch;
  if (e->predict)
    return 1;
  for (int i = 0; e->train && i < e->train->props.count; i++) {
    const RecipeProp *p = &e->train->props.at[i];
    if (!strcmp(name_text(b->c->names, p->name), "batch") && p->value.kind == RECIPE_NUM)
      return (int64_t)p->value.num;
  }
  return BATCH_DEFAULT;
}

int build_plans(Build *b) {
  for (int i = 0; i < b->count; i++)
    params_collect(&b->params, b->function[i].graph);
  for (int i = 0; i < b->count; i++) {
    if (!memory_fit(b, i))
      return 0;
    b->function[i].plan = plan_make(b->function[i].graph, &b->params, gen_scratch);
    verify_plan(b, b->function[i].plan);
  }
  build_time(b, "plan");
  return !diag_errors(b->c->diags);
}

/* ---- code, program ---- */

const char *built_by(Ctx *c, const Options *o) {
  return arena_printf(c->mem, "netc " NETC_VERSION ", CPU %s", gen_cpu_name(o->cpu));
}

int build_code(Build *b) {
  GenTarget target = {b->o->cpu, b->passes.lanes};
  b->gen = gen_new(b->c, &target);
  for (int i = 0; i < b->count; i++)
    gen_entry(b->gen, b->function[i].plan);
  build_time(b, "code");
  return !diag_errors(b->c->diags);
}

static int build_archive(Build *b, const char *path) {
  char *error = NULL;
  int found = 0;
  if (!gen_archive(b->gen, b->c->cache, path, &found, &error))
    diag_add(b->c, D_CANNOT_WRITE, nowhere, path, error);
  build_time(b, arena_printf(b->c->mem, "machine code, %d of %d from the cache", found, gen_functions(b->gen)));
  return !error;
}

int build_object(Build *b, const char *path) {
  char *error = NULL;
  if (!gen_object(b->gen, path, &error))
    diag_add(b->c, D_CANNOT_WRITE, nowhere, path, error);
  build_time(b, "machine code");
  return !error;
}

void build_close(Build *b) {
  if (b->gen)
    gen_free(b->gen);
}

static const char *file_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static int weights_refused(Ctx *c, const char *path, const char *why) {
  diag_add(c, D_WEIGHTS, nowhere, path, why);
  return 0;
}

static int names_open(Build *b, Description *d) {
  size_t len;
  d->prefix = b->o->prefix;
  if (!b->o->rename)
    return 1;
  d->rename = file_read(b->c, b->o->rename, &len);
  d->table = file_name(b->o->rename);
  return d->rename != NULL;
}

/* The file is taken as it is, the program reads it; that it is one with tensors is seen by its head: a length, then
   JSON. */
static int weights_open(Build *b, Description *d) {
  const char *path = b->o->weights;
  unsigned char head[9];
  struct stat about;
  FILE *f = fopen(path, "re");
  if (!f || fstat(fileno(f), &about) || S_ISDIR(about.st_mode)) {
    weights_refused(b->c, path, f ? "it is no file" : strerror(errno));
    return f ? fclose(f) && 0 : 0;
  }
  size_t got = fread(head, 1, sizeof head, f);
  fclose(f);
  uint64_t len = 0;
  for (int i = 8; i-- > 0;)
    len = len << 8 | head[i];
  if (got < sizeof head || head[8] != '{' || len > (uint64_t)about.st_size - 8)
    return weights_refused(b->c, path, "it is no .safetensors file");
  char *whole = realpath(path, NULL);
  d->weights = whole ? arena_strndup(b->c->mem, whole, strlen(whole)) : path;
  d->weights_bytes = about.st_size;
  d->weights_file = file_name(path);
  free(whole);
  return names_open(b, d);
}

/* Whether names and shapes are the program's, it says itself. */
static int weights_try(Build *b, const Link *l) {
  Text said = {.mem = b->c->mem};
  if (link_try(l, (const char *const[]){"weights", "--check", NULL}, &said)) {
    fputs(text_str(&said), stdout);
    return 1;
  }
  Diag *d = diag_add(b->c, D_WEIGHTS_OTHER, nowhere, b->o->weights);
  for (const char *line = text_str(&said); *line;) {
    int len = (int)strcspn(line, "\n");
    diag_note(b->c, d, nowhere, "%.*s", len, line);
    line += len + (line[len] == '\n');
  }
  unlink(l->output);
  return 0;
}

static const char *defines_text(Build *b) {
  Text text = {.mem = b->c->mem};
  for (int i = 0; i < b->o->defines.count; i++)
    text_add(&text, "%s%s", i ? "\n" : "", b->o->defines.at[i]);
  return b->o->defines.count ? text_str(&text) : NULL;
}

static int write_description(Build *b, const char *path) {
  const Plan **plans = arena_alloc(b->c->mem, sizeof *plans * (size_t)b->count);
  for (int i = 0; i < b->count; i++)
    plans[i] = b->function[i].plan;
  Description d = {.program = b->program,
                   .params = &b->params,
                   .gen = b->gen,
                   .entries = b->count,
                   .entry = b->entry,
                   .plan = plans,
                   .source = source_at(b->c->src, b->first),
                   .source_len = source_len(b->c->src, b->first),
                   .defines = defines_text(b),
                   .built = built_by(b->c, b->o),
                   .only = b->o->only ? "predict" : NULL};
  Text text = {.mem = b->c->mem};
  if (b->o->weights && !weights_open(b, &d))
    return 0;
  describe(&d, &text);
  return file_write(b->c, path, text_str(&text), text.len);
}

/* Large matrix products, or the eigenvectors of a whitening. */
int build_uses_blas(const Build *b) {
  int whitens = 0;
  for (int i = 0; b->program && i < b->program->measures.count; i++)
    for (int e = 0; e < b->count; e++)
      whitens |= b->program->measures.at[i].zca && b->entry[e].graph == b->program->measures.at[i].graph;
  return whitens || gen_uses_blas(b->gen);
}

/* A folder, or the source itself, is not written over; the folder to write into must be there. */
static int check_output(Build *b, const char *output) {
  struct stat in, out;
  const char *why = NULL, *slash = strrchr(output, '/');
  if (!stat(output, &out) && S_ISDIR(out.st_mode))
    why = "it is a folder";
  else if (!stat(output, &out) && !stat(b->path, &in) && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
    why = "it is the source";
  else if (slash && access(arena_strndup(b->c->mem, output, (size_t)(slash - output) + 1), W_OK))
    why = strerror(errno);
  if (!why)
    return 1;
  Diag *d = diag_add(b->c, D_CANNOT_WRITE, nowhere, output, why);
  diag_help(b->c, d, "name the result with -o");
  return 0;
}

/* Machine code is made function by function, and in one object file where that is kept. */
static int link_all(Build *b, const char *output, const Temp *temp) {
  const char *stem = b->o->keep ? output : arena_printf(b->c->mem, "%s/program", temp->path);
  Link l = {.temp = temp,
            .output = output,
            .object = arena_printf(b->c->mem, b->o->keep ? "%s.o" : "%s.a", stem),
            .text = arena_printf(b->c->mem, "%s.c", stem),
            .blas = build_uses_blas(b) ? (Blas)b->o->blas : BLAS_NONE};
  if (!write_description(b, l.text) || !link_begin(b->c, &l))
    return 0;
  int ok = b->o->keep ? build_object(b, l.object) : build_archive(b, l.object);
  ok = link_wait(b->c, &l) && ok && link_program(b->c, &l) && (!b->o->weights || weights_try(b, &l));
  build_time(b, "link");
  return ok;
}

int build_program(Build *b, const char *output) {
  Temp temp;
  if (!b->program)
    return nothing_in(b);
  if ((b->o->prefix || b->o->rename) && !b->o->weights) {
    diag_add(b->c, D_OPTION_VALUE, nowhere, b->o->prefix ? "--prefix" : "--rename",
             b->o->prefix ? b->o->prefix : b->o->rename, "it belongs to --weights, which is not given");
    return 0;
  }
  if (build_uses_blas(b) && b->o->blas == BLAS_NONE) {
    diag_add(b->c, D_NO_BLAS, nowhere);
    return 0;
  }
  if (!check_output(b, output))
    return 0;
  switch ((Emitted)b->o->emit) {
  case EMIT_OBJ:
    return build_object(b, output);
  case EMIT_C:
    return write_description(b, output);
  case EMIT_LIB: /* refused before anything else */
  case EMIT_EXE:
    break;
  }
  if (!temp_open(b->c, &temp))
    return 0;
  int ok = link_all(b, output, &temp);
  temp_close(&temp);
  return ok;
}
