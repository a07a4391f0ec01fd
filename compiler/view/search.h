/* `netc search`: a study is a search block carried out: its trials, the programs that they need, and the folder that
   holds both. Files: search.c the order of things, search_draw.c trials from the block, search_jobs.c child processes,
   search_table.c what is kept on disk, search_report.c what is told, search_plot.c the picture. */
#ifndef VIEW_SEARCH_H
#define VIEW_SEARCH_H
#include "view/view.h"
#include <sys/types.h>

typedef enum {
  TRIAL_WAITING,  /* to begin, or to go on */
  TRIAL_RUNNING,
  TRIAL_DONE,     /* all its epochs, or stopped early by the recipe */
  TRIAL_LEFT,     /* behind: other trials went on instead (halving) */
  TRIAL_DIVERGED, /* a loss or weight became infinite or no number */
  TRIAL_FAILED    /* any other error; tried again by --resume */
} TrialState;
enum { TRIAL_STATES = TRIAL_FAILED + 1 };

typedef struct {
  const SearchChoice **value; /* one for each parameter of the search */
  int variant;
  TrialState state;
  int epochs;    /* that a child brought to its end */
  int seen;      /* rows of its log */
  double score;  /* the best so far; NAN: none yet */
  int best;      /* the epoch it is from */
  double seconds;
  const char *reason; /* why it failed, on one line; "" */
} Trial;

/* A program for each set of values of the file's constants. */
typedef struct {
  const char *path;
  Words defines;      /* NAME=VALUE */
  const char *reason; /* it does not compile; NULL: it does */
} Variant;

typedef struct {
  Ctx *c;
  const Options *o;
  const char *file, *stem, *folder;
  const Search *s;
  Vec(Trial) trials;
  Vec(Variant) variants;
  int parallel, threads; /* trials at a time at most, threads of each */
  int is_new;            /* the folder held no search */
  int drawn;             /* lines of progress on the terminal */
  int until;             /* epochs that trials under way are to reach */
  int ended, wanted;     /* trials of this rung */
  const char *alike;     /* why the first trials failed, all of them; "": not all, or not alike */
  int failed, stopped;   /* how many of those; and enough of it */
} Study;

/* search_draw.c: fills trials and variants. */
void study_draw(Study *t, int count);

/* search_jobs.c */
typedef struct {
  Words words;        /* the command, up to NULL */
  const char *output; /* a file that what it says is added to */
  int trial;          /* or variant */
  pid_t id;           /* 0: not begun, or at its end */
  double begun;
  int status;         /* exit status, or 128 + signal */
  int again;          /* it was begun twice */
} Job;
typedef struct {
  Vec(Job) list;
  void (*begun)(Study *, const Job *);
  int (*ended)(Study *, const Job *); /* 1: once more */
  void (*tick)(Study *, const Job *, int count); /* a few times a second; may be NULL */
} Jobs;
void signals_hold(sigset_t *before);    /* from here on they wait for jobs_run and signals_release */
void signals_release(const sigset_t *before);
int jobs_run(Study *t, Jobs *jobs);     /* 0: interrupted or stopped, and all have ended */
double seconds_now(void);

/* search_table.c: DIR/search.csv and search.txt, and a trial's own log. 0 after reporting. */
const char *trial_folder(const Study *t, int i);
const char *state_text(TrialState s);
int table_write(Study *t);
void log_read(Study *t, int i, int until, Trial *out); /* score, best, seen, seconds of the first epochs */
int folder_open(Study *t); /* made, or taken up again; locked until the last process of the search has ended */
char *text_of_file(Ctx *c, const char *path);   /* NULL: there is none */
int replace_file(const Study *t, const char *path, const Text *text); /* whole, or not at all */

/* search_report.c */
int score_better(const Study *t, const Trial *a, const Trial *b); /* by the judge; without a score is worst */
int *study_order(const Study *t);                        /* all trials, best first */
int value_differs(const Study *t, int param);            /* between trials */
const char *score_text(const Study *t, double score);
const char *values_text(const Study *t, const Trial *a); /* "lr 0.01  width 32", those that differ */
void tell_line(Study *t, const char *format, ...) __attribute__((format(printf, 2, 3))); /* as it goes, on stderr */
void tell_progress(Study *t, const Job *jobs, int count); /* a line for each trial under way, on a terminal */
void tell_end(Study *t, FILE *to, int all);               /* all: it was not interrupted */
void tell_json(const Study *t, FILE *to);

/* search_plot.c */
int plot_write(Study *t);

#endif
