#include "term.h"
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int drawn; /* is a bar on the terminal's line? Guarded by stderr's lock, for there is one terminal, too. */

static int is_terminal(FILE *f) {
  const char *kind = getenv("TERM");
  return isatty(fileno(f)) && kind && *kind && strcmp(kind, "dumb") != 0;
}

int term_watched(void) {
  return is_terminal(stderr);
}

int term_columns(void) {
  struct winsize w;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) || !w.ws_col ? 80 : w.ws_col;
}

int term_colored(FILE *to) {
  const char *no = getenv("NO_COLOR");
  return is_terminal(to) && !(no && *no);
}

/* How many bytes of UTF-8 fill so many columns. */
static int fitting(const char *line, int columns) {
  int at = 0;
  for (; line[at] && columns > 0; columns--)
    for (at++; (line[at] & 0xC0) == 0x80; at++)
      ;
  return at;
}

void term_bar(const char *line) {
  if (!term_watched())
    return;
  flockfile(stderr);
  fprintf(stderr, "\r%.*s\033[K", fitting(line, term_columns() - 1), line);
  fflush(stderr);
  drawn = 1;
  funlockfile(stderr);
}

void term_clear(void) {
  flockfile(stderr);
  if (drawn)
    fputs("\r\033[K", stderr);
  drawn = 0;
  funlockfile(stderr);
}

static void say(const char *mark, const char *color, const char *text) {
  int colored = term_colored(stderr);
  flockfile(stderr);
  term_clear();
  fprintf(stderr, "%s%s:%s %s\n", colored ? color : "", mark, colored ? "\033[0m" : "", text);
  funlockfile(stderr);
}

void term_error(const char *text) {
  fflush(stdout); /* what was said before it stands before it */
  say("error", "\033[1;31m", text);
}

void term_warn(const char *text) {
  say("warning", "\033[1;33m", text);
}

void term_bold(FILE *to) {
  if (term_colored(to))
    fputs("\033[1m", to);
}

void term_plain(FILE *to) {
  if (term_colored(to))
    fputs("\033[0m", to);
}
