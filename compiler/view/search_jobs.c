/* Duty: child processes, so many at a time. They get what the terminal's Ctrl-C sends from here, once, and finish their
   step; they also get it when netc itself is killed. The folder's lock goes with them, so that no second search begins
   while one of them is still writing. */
#include "view/search.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void held(sigset_t *set) {
  sigemptyset(set);
  sigaddset(set, SIGINT);
  sigaddset(set, SIGTERM);
  sigaddset(set, SIGHUP);
  sigaddset(set, SIGCHLD);
}

void signals_hold(sigset_t *before) {
  sigset_t set;
  held(&set);
  sigprocmask(SIG_BLOCK, &set, before);
}

void signals_release(const sigset_t *before) {
  sigprocmask(SIG_SETMASK, before, NULL);
}

/* In the child: does not return. */
static void become(const Job *job, pid_t parent) {
  sigset_t none;
  int to = open(job->output, O_WRONLY | O_CREAT | O_APPEND, 0666), from = open("/dev/null", O_RDONLY);
  setpgid(0, 0); /* the terminal's signals are not for it */
  prctl(PR_SET_PDEATHSIG, SIGINT);
  if (to < 0 || from < 0 || getppid() != parent)
    _exit(127);
  dup2(from, 0), dup2(to, 1), dup2(to, 2);
  close(from), close(to);
  signal(SIGINT, SIG_DFL); /* which a shell's background job ignores */
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execv(job->words.at[0], (char **)(uintptr_t)job->words.at);
  dprintf(2, "error: cannot run %s: errno %d\n", job->words.at[0], errno);
  _exit(127);
}

/* 0 if there are no more processes to be had: it is at its end. */
static int job_begin(Study *t, Jobs *jobs, Job *job) {
  pid_t self = getpid();
  job->begun = seconds_now();
  jobs->begun(t, job);
  job->id = fork();
  if (!job->id)
    become(job, self);
  if (job->id > 0)
    return 1;
  job->id = 0, job->status = 127;
  jobs->ended(t, job);
  return 0;
}

/* 1 if it has come to its end. */
static int job_over(Job *job) {
  int status;
  pid_t got = waitpid(job->id, &status, WNOHANG);
  if (!got || (got < 0 && errno == EINTR))
    return 0;
  job->status = got < 0 ? 127 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  job->id = 0;
  return 1;
}

/* The next signal, or 0 after a quarter of a second. */
static int next_signal(void) {
  sigset_t set;
  struct timespec time = {0, 250000000};
  held(&set);
  int got = sigtimedwait(&set, NULL, &time);
  return got > 0 && got != SIGCHLD ? got : 0;
}

static void signal_all(const Jobs *jobs, int signal) {
  for (int i = 0; i < jobs->list.count; i++)
    if (jobs->list.at[i].id > 0)
      kill(jobs->list.at[i].id, signal);
}

int jobs_run(Study *t, Jobs *jobs) {
  int next = 0, running = 0, interrupts = 0;
  while (running || (next < jobs->list.count && !interrupts && !t->stopped)) {
    while (running < t->parallel && next < jobs->list.count && !interrupts && !t->stopped)
      running += job_begin(t, jobs, &jobs->list.at[next++]);
    if (next_signal())
      signal_all(jobs, interrupts++ ? SIGKILL : SIGINT);
    for (int i = 0; i < next; i++) {
      Job *job = &jobs->list.at[i];
      if (!job->id || !job_over(job))
        continue;
      running--;
      if (jobs->ended(t, job) && !interrupts) {
        job->again = 1;
        running += job_begin(t, jobs, job);
      }
    }
    if (jobs->tick)
      jobs->tick(t, jobs->list.at, next);
  }
  return !interrupts && !t->stopped;
}
