/* The terminal: a bar that is drawn again and again on one line, words that never mix with it, and modest colour. Without a
   terminal, or with one that is dumb, there is no bar; nor is there colour then, or where NO_COLOR is set. netc and every
   program it makes have theirs from here. */
#ifndef NET_TERM_H
#define NET_TERM_H
#include <stdio.h>

int term_watched(void);      /* does somebody look at stderr, on a terminal that can draw a line again? */
int term_columns(void);      /* how wide it is */
int term_colored(FILE *to);

void term_bar(const char *line); /* cut to the terminal's width; nothing where nobody looks */
void term_clear(void);           /* before anything is printed on the terminal */

/* "error: text" or "warning: text" on stderr, in place of the bar. */
void term_error(const char *text);
void term_warn(const char *text);
/* Bold from here to term_plain(). */
void term_bold(FILE *to);
void term_plain(FILE *to);

#endif
