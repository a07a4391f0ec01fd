#include "log/board.h"
#include "log/events.h"
#include "tally.h"
#include <stdlib.h>
#include <string.h>

struct board {
  struct events train, val;
};

static void told(struct trainer *t, int status, const char *err) {
  if (status)
    log_warn(&t->log, err);
}

static void gather(const struct trainer *t, struct events *e, const double *mean) {
  for (int o = 0; o < t->outputs; o++)
    if (tally_has(t->train, o, mean[o]))
      events_scalar(e, o ? t->train->metric[o - 1].name : "loss", mean[o]);
}

/* In markdown a line that is indented by four is code, whatever stands in it. */
static char *code_of(const char *text) {
  char *out;
  size_t size;
  FILE *f = open_memstream(&out, &size);
  for (const char *line = text; *line;) {
    int n = (int)strcspn(line, "\n");
    fprintf(f, "    %.*s\n", n, line);
    line += n + (line[n] == '\n');
  }
  fclose(f);
  return out;
}

static void describe(struct trainer *t) {
  struct events *e = &t->board->train;
  char err[ERR], *source = code_of(t->m->program->source), *recipe = code_of(t->recipe_text);
  events_text(e, "source", source);
  events_text(e, "recipe", recipe);
  told(t, events_write(e, 0, err), err);
  free(source), free(recipe);
}

void board_open(struct trainer *t) {
  char err[ERR], *train = mem_text("%s/train", t->o->out), *val = mem_text("%s/val", t->o->out);
  int64_t from = t->s.step ? t->s.epoch + 1 : 0;
  struct board *b = mem_get(sizeof *b);
  t->board = b;
  b->train.file = b->val.file = -1;
  int status = events_open(&b->train, train, from, err) || (t->has_val && events_open(&b->val, val, from, err));
  told(t, status, err);
  if (status) {
    board_close(b);
    t->board = NULL;
  } else if (!from)
    describe(t);
  free(train), free(val);
}

void board_epoch(struct trainer *t, const struct log_place *p) {
  const struct net_program *program = t->m->program;
  struct board *b = t->board;
  char err[ERR];
  if (!b)
    return;
  gather(t, &b->train, p->mean);
  events_scalar(&b->train, "lr", p->lr);
  for (int i = 0; i < program->params && t->recipe.log.histograms; i++)
    if (program->param[i].role == NET_WEIGHT)
      events_histogram(&b->train, program->param[i].name, t->m->params + program->param[i].offset,
                       param_count(&program->param[i]));
  told(t, events_write(&b->train, p->epoch, err), err);
  if (p->val) {
    gather(t, &b->val, p->val);
    told(t, events_write(&b->val, p->epoch, err), err);
  }
}

void board_picture(void *trainer, const char *tag, const char *path) {
  enum { LARGEST = 1 << 24 };
  struct trainer *t = trainer;
  if (!t->board || !t->recipe.log.images)
    return;
  FILE *f = fopen(path, "re");
  unsigned char *png = f ? mem_get(LARGEST) : NULL;
  size_t size = f ? fread(png, 1, LARGEST, f) : 0;
  if (f)
    fclose(f);
  if (size < LARGEST)
    events_png(&t->board->train, tag, png, size);
  free(png);
}

void board_close(struct board *b) {
  if (!b)
    return;
  events_close(&b->train);
  events_close(&b->val);
  free(b);
}
