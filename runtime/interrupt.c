#include "interrupt.h"
#include "term.h"
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t seen, terminal;

static void note(int signal) {
  static const char WORDS[] = "\r\033[Kfinishing this step and saving; Ctrl-C again ends the program at once\n";
  int before = errno;
  seen = signal;
  if (signal == SIGINT && terminal)
    (void)!write(STDERR_FILENO, WORDS, sizeof WORDS - 1);
  errno = before;
}

/* once: the next signal of the kind ends the program. */
static void watch(int signal, int once) {
  struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART | (once ? (int)SA_RESETHAND : 0)};
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, NULL);
}

void interrupt_watch(void) {
  struct sigaction before;
  terminal = term_watched();
  watch(SIGINT, 1);
  watch(SIGTERM, 1);
  watch(SIGPIPE, 0); /* nobody reads any more, and every further word would raise it */
  if (!sigaction(SIGHUP, NULL, &before) && before.sa_handler != SIG_IGN) /* nohup is to have its way */
    watch(SIGHUP, 0);
}

int interrupt_seen(void) {
  return seen;
}

FILE *interrupt_words(void) {
  return seen == SIGPIPE ? stderr : stdout;
}
