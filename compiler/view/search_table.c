/* Duty: what a search keeps on disk. DIR/search.csv has a row for each trial and appears whole, by rename, whenever one
   begins or ends; what a trial reached within is in its own log.csv, which its program writes. DIR/search.txt says what
   the search depends on, so that it is not gone on with under other conditions. */
#include "base/hash.h"
#include "view/search.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const states[TRIAL_STATES] = {"waiting", "running", "done", "left behind", "diverged", "failed"};

const char *state_text(TrialState s) {
  return states[s];
}

const char *trial_folder(const Study *t, int i) {
  return arena_printf(t->c->mem, "%s/trial-%03d", t->folder, i + 1);
}

char *text_of_file(Ctx *c, const char *path) {
  FILE *f = fopen(path, "re");
  Text text = {.mem = c->mem};
  char part[4096];
  if (!f)
    return NULL;
  for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
    text_add_len(&text, part, n);
  fclose(f);
  text_add_len(&text, "", 0);
  return text.at;
}

int replace_file(const Study *t, const char *path, const Text *text) {
  const char *half = arena_printf(t->c->mem, "%s.new", path);
  if (!file_write(t->c, half, text_str(text), text->len))
    return 0;
  if (!rename(half, path))
    return 1;
  diag_add(t->c, D_CANNOT_WRITE, (Span){0, 0}, path, strerror(errno));
  return 0;
}

/* ---- a line of comma separated values ---- */

static void csv_add(Text *to, const char *cell, char end) {
  int plain = !cell[strcspn(cell, ",\"\n\r")];
  text_add(to, plain ? "" : "\"");
  for (; *cell; cell++)
    text_add(to, *cell == '"' ? "\"\"" : "%c", *cell == '\n' || *cell == '\r' ? ' ' : *cell);
  text_add(to, plain ? "%c" : "\"%c", end);
}

/* The cells of the line at *at, which moves behind it. A line without its end, half written, is none: 0 cells. */
static Words csv_line(Ctx *c, const char **at) {
  Words cells = {0};
  if (!strchr(*at, '\n'))
    return cells;
  for (const char *s = *at;; s++) {
    Text cell = {.mem = c->mem};
    int quoted = *s == '"';
    for (s += quoted; *s && (quoted ? *s != '"' || s[1] == '"' : !strchr(",\n", *s)); s++) {
      s += quoted && *s == '"';
      text_add_len(&cell, s, 1);
    }
    s += quoted && *s == '"';
    vec_push(c->mem, &cells, text_str(&cell));
    if (*s != ',') {
      *at = s + (*s == '\n');
      return cells;
    }
  }
}

static int column_of(const Words *head, const char *name) {
  for (int i = 0; i < head->count; i++)
    if (!strcmp(head->at[i], name))
      return i;
  return -1;
}

static double cell_number(const Words *row, int column) {
  return column >= 0 && column < row->count ? strtod(row->at[column], NULL) : NAN;
}

/* ---- search.csv ---- */

static const char *number_cell(const Study *t, double v) {
  Text text = {.mem = t->c->mem};
  if (isfinite(v))
    text_number(&text, v);
  return text_str(&text);
}

static const char *table_path(const Study *t) {
  return arena_printf(t->c->mem, "%s/search.csv", t->folder);
}

int table_write(Study *t) {
  Text text = {.mem = t->c->mem};
  csv_add(&text, "trial", ',');
  for (int k = 0; k < t->s->params.count; k++)
    csv_add(&text, name_text(t->c->names, t->s->params.at[k].name), ',');
  text_add(&text, "state,score,best_epoch,epochs,seconds,reason\n");
  for (int i = 0; i < t->trials.count; i++) {
    const Trial *a = &t->trials.at[i];
    text_add(&text, "%d,", i + 1);
    for (int k = 0; k < t->s->params.count; k++)
      csv_add(&text, a->value[k]->shown, ',');
    text_add(&text, "%s,%s,%d,%d,%.1f,", state_text(a->state), number_cell(t, a->score), a->best, a->epochs, a->seconds);
    csv_add(&text, a->reason, '\n');
  }
  return replace_file(t, table_path(t), &text);
}

/* A trial that was running goes on; one that failed is tried again. */
static void take_row(Study *t, const Words *head, const Words *row) {
  int i = (int)cell_number(row, column_of(head, "trial")) - 1, state = column_of(head, "state");
  if (i < 0 || i >= t->trials.count || state < 0 || row->count != head->count)
    return;
  Trial *a = &t->trials.at[i];
  double epochs = cell_number(row, column_of(head, "epochs"));
  a->epochs = epochs > 0 && epochs < 1e6 ? (int)epochs : 0;
  if (!strcmp(row->at[state], state_text(TRIAL_DONE)))
    a->state = TRIAL_DONE;
  if (!strcmp(row->at[state], state_text(TRIAL_DIVERGED))) {
    a->state = TRIAL_DIVERGED;
    a->reason = row->at[row->count - 1];
  }
}

static int table_read(Study *t) {
  size_t len;
  const char *at = file_read(t->c, table_path(t), &len);
  if (!at)
    return 0;
  Words head = csv_line(t->c, &at);
  while (*at) {
    Words row = csv_line(t->c, &at);
    if (!row.count)
      break;
    take_row(t, &head, &row);
  }
  for (int i = 0; i < t->trials.count; i++)
    if (t->trials.at[i].epochs)
      log_read(t, i, t->trials.at[i].epochs, &t->trials.at[i]);
  return 1;
}

/* ---- a trial's log.csv ---- */

void log_read(Study *t, int i, int until, Trial *out) {
  const char *at = text_of_file(t->c, arena_printf(t->c->mem, "%s/log.csv", trial_folder(t, i)));
  out->score = NAN;
  out->best = out->seen = 0;
  out->seconds = 0;
  if (!at)
    return;
  Words head = csv_line(t->c, &at);
  int judge = column_of(&head, arena_printf(t->c->mem, "val_%s", name_text(t->c->names, t->s->judge)));
  for (Words row; *at && (row = csv_line(t->c, &at)).count == head.count && head.count;) {
    int epoch = (int)cell_number(&row, column_of(&head, "epoch"));
    double v = cell_number(&row, judge);
    if (epoch > until)
      break;
    out->seen = epoch;
    out->seconds += fmax(cell_number(&row, column_of(&head, "seconds")), 0); /* not NAN */
    if (isfinite(v) && (!out->best || (v - out->score) * t->s->better > 0))
      out->score = v, out->best = epoch;
  }
}

/* ---- search.txt ---- */

static int identity_check(Study *t, const char *text) {
  const char *path = arena_printf(t->c->mem, "%s/search.txt", t->folder), *old = text_of_file(t->c, path);
  Text new = {.mem = t->c->mem};
  text_add(&new, "%s", text);
  t->is_new = !old;
  if (!old)
    return replace_file(t, path, &new);
  const char *begin = old;
  while (*old && *old == *text)
    old++, text++;
  if (!*old && !*text)
    return 1;
  while (old > begin && old[-1] != '\n')
    old--, text--;
  Diag *d = diag_add(t->c, D_SEARCH_OTHER, (Span){0, 0}, t->folder);
  if (!strncmp(text, "source", 6)) {
    diag_note(t->c, d, (Span){0, 0}, "%s, or a file that it uses, was another one then", t->file);
  } else {
    diag_note(t->c, d, (Span){0, 0}, "then: %.*s", (int)strcspn(old, "\n"), old);
    diag_note(t->c, d, (Span){0, 0}, "now:  %.*s", (int)strcspn(text, "\n"), text);
  }
  diag_help(t->c, d, "go on under the same conditions, or begin another search with --out DIR");
  return 0;
}

/* ---- the folder ---- */

static int make_folders(Ctx *c, const char *path) {
  for (const char *slash = path; slash; ) {
    slash = strchr(slash + 1, '/');
    const char *part = slash ? arena_strndup(c->mem, path, (size_t)(slash - path)) : path;
    if (mkdir(part, 0777) && errno != EEXIST) {
      diag_add(c, D_CANNOT_WRITE, (Span){0, 0}, part, strerror(errno));
      return 0;
    }
  }
  return 1;
}

/* The lock is let go by the last process that has it: by this one, or by trials that outlive it for a moment. */
static int lock_folder(const Study *t) {
  enum { PATIENCE = 40 };
  int fd = open(arena_printf(t->c->mem, "%s/search.lock", t->folder), O_RDWR | O_CREAT, 0666);
  int free = fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB);
  for (int i = 0; fd >= 0 && !free && i < PATIENCE; i++) {
    usleep(250000);
    free = !flock(fd, LOCK_EX | LOCK_NB);
  }
  if (!free)
    diag_add(t->c, D_CANNOT_WRITE, (Span){0, 0}, t->folder, fd < 0 ? strerror(errno) : "another search is at work in it");
  return free;
}

static void add_words(Text *to, const char *what, const Words *words, int from) {
  text_add(to, "%s", what);
  for (int i = from; i < words->count; i++)
    text_add(to, " %s", words->at[i]);
  text_add(to, "\n");
}

/* What the results depend on, but for the number of trials. */
static const char *identity(const Study *t) {
  const Options *o = t->o;
  const Source *src = t->c->src;
  Text text = {.mem = t->c->mem};
  Hash sources = {0, 0};
  for (uint32_t at = 1; *source_place(src, at).path; at += (uint32_t)source_len(src, at) + 1)
    if (!source_place(src, at).builtin)
      sources = hash_bytes(sources, source_at(src, at), source_len(src, at));
  text_add(&text, "netc search " NETC_VERSION "\nsource %016llx\n", (unsigned long long)sources.low);
  text_add(&text, "cpu %s%s memory %s\n", gen_cpu_name(o->cpu), o->exact ? " exact" : "", o->memory ? o->memory : "any");
  add_words(&text, "define", &o->defines, 0);
  add_words(&text, "skip", &o->skip, 0);
  text_add(&text, "data %s\n", o->data ? o->data : "");
  add_words(&text, "options", &o->words, 1);
  return text_str(&text);
}

int folder_open(Study *t) {
  const char *table = arena_printf(t->c->mem, "%s/search.csv", t->folder);
  if (!make_folders(t->c, t->folder) || !lock_folder(t))
    return 0;
  int there = !access(table, F_OK);
  if (there && !t->o->resume) {
    Diag *d = diag_add(t->c, D_SEARCH_THERE, (Span){0, 0}, t->folder);
    diag_help(t->c, d, "--resume goes on with it, --out DIR begins another one");
    return 0;
  }
  return identity_check(t, identity(t)) && (!there || table_read(t)) && table_write(t);
}
